"""Each attendee's packet: only what basis and consent allow, placeholders for the rest."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.conference_bodies import window_for
from service.application.conferences import load
from service.application.context import Context, Shown
from service.application.facts import NOBODY, person_facts
from service.domain.access import OWN_COPY, Facts, Part, RecordKind
from service.domain.conference import (
    AgendaItem,
    Attendee,
    Conference,
    PlanReference,
)
from service.domain.conference_states import PACKET_OPEN
from service.domain.conference_window import Window
from service.domain.consent import Consent, Recipient, opened_by
from service.domain.decision import CONFERENCE_BASES, Basis, Permit, said_of
from service.domain.disclosure import (
    D0,
    D1,
    D2,
    D6,
    D7,
    EVERY_CLASS,
    Classes,
    DataClass,
    classes_up_to,
    disclose,
)
from service.domain.errors import Denied, IllegalMove
from service.domain.permission import Permission
from service.domain.plan import show_plan

#: The kind of agency that stands for neighbours and volunteers, who have no account.
RESIDENT = "community_volunteer"


async def packet(context: Context, conference_id: UUID, attendee_id: UUID | None = None) -> Shown:
    """What one attendee gets: every item in its place, those not open to it as restricted.

    The caller's own packet, or, for the convener, the copy of a person who attends.
    """
    conference, attendees, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ_PACKET, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    if conference.status not in PACKET_OPEN:
        raise IllegalMove("conference.packet_closed", facts={"state": conference.status})
    reader = _reader(context, conference, attendees, attendee_id)
    items = await items_for(context, conference, attendees, reader)
    shown = disclose(conference, frozenset({D0}))
    del shown["withheld"]
    return Shown(
        shown | {"attendee_id": str(reader.id), "items": items}, conference.version, conference.id
    )


async def items_for(
    context: Context, conference: Conference, attendees: list[Attendee], reader: Attendee
) -> list[dict[str, Any]]:
    """The agenda as the reader is shown it, with an entry for everybody whom it is about."""
    return [
        await _item_for(context, conference, attendees, reader, item)
        for item in await context.work.conferences.items(conference.id)
    ]


def _reader(
    context: Context, conference: Conference, attendees: list[Attendee], attendee_id: UUID | None
) -> Attendee:
    if attendee_id is None:
        mine = next((a for a in attendees if a.agency_id == context.agency_id), None)
        if mine is None:
            raise Denied("conference.not_invited")
        return mine
    wanted = next((a for a in attendees if a.id == attendee_id), None)
    if wanted is None or (wanted.agency_id is not None and wanted.agency_id != context.agency_id):
        raise Denied("conference.packet_of_somebody_else")
    if wanted.agency_id is None and conference.convener_agency_id != context.agency_id:
        raise Denied("conference.packet_of_somebody_else")
    return wanted


async def _item_for(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    reader: Attendee,
    item: AgendaItem,
) -> dict[str, Any]:
    place: dict[str, Any] = {"number": item.number, "minutes": item.minutes}
    if not item.person_ids:
        return place | disclose(item, OWN_COPY)
    invited = item.invites(context.actor.agency_id, conference.convener_agency_id)
    window = await window_for(context, conference, item, invited=invited)
    permits = await permits_for(context, conference, reader, item, window)
    if permits is None:
        return place | {"restricted": True} | _why_not(context, conference, item, window)
    shared = await shared_with_residents(context, conference, attendees, item)
    classes = classes_at_table(attendees, reader, item, permits, shared)
    shown = place | disclose(item, classes)
    shown["persons"] = await who_is_on(context, item, classes)
    obligations = {o for p in permits for o in p.obligations}
    if obligations:
        shown["obligations"] = said_of(sorted(obligations, key=lambda o: o.duty))
    if item.plan is not None:
        shown["plan_paper"] = await _plan_paper(context, item.plan, item.basis, classes)
    return shown


def classes_at_table(
    attendees: Sequence[Attendee],
    reader: Attendee,
    item: AgendaItem,
    permits: Sequence[Permit],
    shared: Classes,
) -> Classes:
    """What the permits open, given who sits at the table and whose copy it is.

    ``shared`` is what may be said before residents, everything where there are none.
    """
    classes = shared.intersection(*(p.classes for p in permits))
    attending = {a.person_id for a in attendees if a.person_id is not None}
    if attending & set(item.person_ids):
        classes -= {D6, D7}
    if reader.person_id is not None:
        classes &= OWN_COPY
    return classes


def _why_not(
    context: Context, conference: Conference, item: AgendaItem, window: Window | None
) -> dict[str, Any]:
    """What an invited reader can do about it, and to the convener that the item was pulled."""
    if item.pulled_at is not None:
        mine = context.actor.agency_id == conference.convener_agency_id
        return {"pulled": True} if mine else {}
    missing = window.missing(context.now) if window is not None else ()
    return {"missing": [m.value for m in missing]} if missing else {}


async def permits_for(
    context: Context,
    conference: Conference,
    reader: Attendee,
    item: AgendaItem,
    window: Window | None,
    needs: DataClass = D1,
) -> list[Permit] | None:
    """The reader's permits for everybody on the item; one that is missing closes the item."""
    about = [
        about_person(
            context,
            conference,
            reader,
            item,
            window,
            person_id,
            await context.work.consents.of_person(person_id),
        )
        for person_id in item.person_ids
    ]
    return context.may_all(
        Permission.CONFERENCE_READ_PACKET, about, shows=AgendaItem, needs=needs, purpose=item.uses
    )


def about_person(
    context: Context,
    conference: Conference,
    reader: Attendee,
    item: AgendaItem,
    window: Window | None,
    person_id: UUID,
    consents: Sequence[Consent],
) -> Facts:
    """The reader's part in what the item says about one person."""
    parts = _parts(context, conference, item)
    stranger = reader.person_id is not None and reader.person_id != person_id
    return Facts(
        kind=RecordKind.CONFERENCE_ITEM,
        record_id=item.id,
        found=True,
        holder_agency_id=conference.convener_agency_id,
        person_id=person_id,
        parts=frozenset() if stranger else parts,
        consents=tuple(consents),
        conference_id=conference.id,
        municipality_code=conference.municipality_code,
        window=None if stranger else window,
        meeting_id=item.body_id or conference.body_id if parts else None,
    )


def _parts(context: Context, conference: Conference, item: AgendaItem) -> frozenset[Part]:
    """Whoever stays for the item takes part; inside one agency it is the agency's own.

    An item on the ground of consent closes with the consent, for its author as well.
    """
    me = context.actor.agency_id
    if item.pulled_at is not None or not item.invites(me, conference.convener_agency_id):
        return frozenset()
    own = item.basis is Basis.INTERNAL and me == conference.convener_agency_id
    return frozenset({Part.HOLDER} if own else {Part.PARTY})


async def who_is_on(context: Context, item: AgendaItem, classes: Classes) -> list[dict[str, Any]]:
    """Who it is about, as far as the person's own record is open.

    An item on the ground of consent does not open it; a statutory item shows who is talked
    about, and no more.
    """
    persons = []
    for person_id in item.person_ids:
        person = await context.work.persons.find(person_id)
        if item.basis in CONFERENCE_BASES:
            open_here = classes
        else:
            facts = await person_facts(context, person_id, person)
            invited = facts.model_copy(update={"parts": facts.parts | {Part.PARTY}})
            open_here = context.classes_of(Permission.CONFERENCE_READ_PACKET, invited, item.uses)
        if person is not None and D1 in open_here & classes:
            persons.append(disclose(person, open_here & classes & {D0, D1}))
    return persons


async def shared_with_residents(
    context: Context, conference: Conference, attendees: Sequence[Attendee], item: AgendaItem
) -> Classes:
    """With neighbours at the table: who it is about, unless consent covers them (row 2-16)."""
    if all(a.resident is None for a in attendees):
        return EVERY_CLASS
    neighbour = Recipient(
        agency_id=NOBODY, kind=RESIDENT, municipality_code=conference.municipality_code
    )
    shared: Classes = EVERY_CLASS
    for person_id in item.person_ids:
        consents = await context.work.consents.of_person(person_id)
        opened, _ = opened_by(consents, neighbour, item.uses, context.today)
        shared &= opened | {D0, D1}
    return shared & classes_up_to(D2)


async def _plan_paper(
    context: Context, reference: PlanReference, basis: Basis, classes: Classes
) -> dict[str, Any] | None:
    plan = await context.work.plans.find(reference.plan_id)
    version = await context.work.plans.version(reference.plan_id, reference.number)
    if plan is None or version is None:
        return None
    return show_plan(plan, version, Permit(basis=basis, classes=classes, rules=()))
