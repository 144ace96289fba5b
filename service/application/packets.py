"""Each attendee's packet: only what basis and consent allow, placeholders for the rest."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from service.application.agenda_grounds import (
    AgendaGrounds,
    Enclosures,
    PeopleOn,
    load_agenda_grounds,
    load_enclosures,
    load_people,
)
from service.application.conferences import load
from service.application.context import Context, Shown
from service.application.everybody import tell_more
from service.application.facts import NOBODY, facts_of_person
from service.application.follow_ups import follow_up
from service.application.information_in_papers import requests_among
from service.application.item_grounds import facts_of_item
from service.application.item_releases import around
from service.application.item_views import views_on
from service.application.ports import Involvement
from service.application.pre_checks import pre_check_of
from service.domain.access import OWN_COPY, Facts, Part
from service.domain.conference import (
    AgendaItem,
    Attendee,
    Conference,
    PlanReference,
)
from service.domain.conference_states import PACKET_OPEN
from service.domain.conference_window import Window
from service.domain.consent import GivenTerms, Recipient, opened_by
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
from service.domain.item_paper import papers_within, told_of
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
    reader = reader_of(context, conference, attendees, attendee_id)
    items = await items_for(context, conference, attendees, reader)
    shown = disclose(conference, frozenset({D0}))
    del shown["withheld"]
    shown["follow_up"] = await follow_up(context, conference, attendees, reader)
    return Shown(
        shown | {"attendee_id": str(reader.id), "items": items}, conference.version, conference.id
    )


async def items_for(
    context: Context, conference: Conference, attendees: list[Attendee], reader: Attendee
) -> list[dict[str, Any]]:
    """The agenda as the reader is shown it, with an entry for everybody whom it is about."""
    items = await context.work.conferences.items(conference.id)
    sitting = _Sitting(
        conference,
        attendees,
        reader,
        await load_agenda_grounds(context, conference, items),
        await load_people(context, items),
        await load_enclosures(context, conference, items),
    )
    return [await _item_for(context, sitting, item) for item in items]


class _Sitting(NamedTuple):
    """What all items of one packet have in common, loaded once."""

    conference: Conference
    attendees: Sequence[Attendee]
    reader: Attendee
    grounds: AgendaGrounds
    people: PeopleOn
    beside: Enclosures


def reader_of(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    attendee_id: UUID | None = None,
) -> Attendee:
    """For whom papers are handed out: the caller's agency, or a person whose copy it prints."""
    if attendee_id is None:
        mine = next((a for a in attendees if a.agency_id == context.agency_id), None)
        if mine is None:
            raise Denied("conference.not_invited")
        return mine
    wanted = next((a for a in attendees if a.id == attendee_id), None)
    if wanted is None or (wanted.agency_id is not None and wanted.agency_id != context.agency_id):
        raise Denied("conference.packet_of_somebody_else")
    # Whoever comes along or helps gets no papers.
    if wanted.agency_id is None and wanted.person_id is None:
        raise Denied("conference.packet_of_somebody_else")
    if wanted.agency_id is None and conference.convener_agency_id != context.agency_id:
        raise Denied("conference.packet_of_somebody_else")
    return wanted


async def _item_for(context: Context, sitting: _Sitting, item: AgendaItem) -> dict[str, Any]:
    conference, attendees, reader, grounds, people, beside = sitting
    place: dict[str, Any] = {"number": item.number, "minutes": item.minutes}
    papers = beside.papers.get(item.id, ())
    if not item.person_ids:
        open_papers = papers_within(papers, frozenset({D0}))
        shown = place | disclose(item, OWN_COPY) | {"papers": [p.shown() for p in open_papers]}
        return shown | _requests(beside, reader, item, OWN_COPY)
    invited = item.invites(context.actor.agency_id, conference.convener_agency_id)
    window = grounds.window_of(context, conference, item, invited=invited)
    permits = permits_for(context, conference, reader, item, grounds, window)
    if permits is None:
        return place | {"restricted": True} | _why_not(context, conference, item, window)
    at_table = classes_at_table(context, conference, attendees, reader, item, grounds.consents)
    classes: Classes = frozenset.intersection(at_table, *(p.classes for p in permits))
    shown = place | disclose(item, classes)
    shown["persons"] = who_is_on(context, item, classes, grounds.consents, people)
    shown |= around(context, conference, reader, item, classes, beside)
    obligations = {o for p in permits for o in p.obligations}
    if obligations:
        shown["obligations"] = said_of(sorted(obligations, key=lambda o: o.duty))
    shown |= _requests(beside, reader, item, classes)
    open_papers = papers_within(papers, classes)
    shown["papers"] = [p.shown() for p in open_papers]
    tell_more(context, len(permits), *told_of(open_papers))
    if item.plan is not None:
        shown["plan_paper"] = _plan_paper(beside, item.plan, item.basis, classes)
    if item.case_id is not None and reader.person_id is None:
        shown["views"] = await views_on(context, item.case_id, item, classes)
    if item.pre_check_item_id is not None and reader.person_id is None:
        shown |= await pre_check_of(context, item)
    return shown


def _requests(
    beside: Enclosures, reader: Attendee, item: AgendaItem, classes: Classes
) -> dict[str, Any]:
    """What the chair asked for and was given; other agencies' words are not in the person's copy."""
    if reader.agency_id is None:
        return {}
    found = requests_among(beside.requests, item.id, classes)
    return {"information_requests": found} if found else {}


def classes_at_table(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    reader: Attendee,
    item: AgendaItem,
    consents: Mapping[UUID, Sequence[GivenTerms]],
) -> Classes:
    """What may be shown of an item at all, by who sits at the table and who reads."""
    classes: Classes = EVERY_CLASS
    attending = {a.person_id for a in attendees if a.person_id is not None}
    if attending & set(item.person_ids):
        classes -= {D6, D7}
    if item.person_ids and any(a.resident is not None for a in attendees):
        classes &= _open_to_residents(context, conference, item, consents)
    brought = {a.comes_with for a in attendees if a.comes_with is not None}
    if reader.person_id is not None or brought & set(item.person_ids):
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


def permits_for(
    context: Context,
    conference: Conference,
    reader: Attendee,
    item: AgendaItem,
    grounds: AgendaGrounds,
    window: Window | None,
    needs: DataClass = D1,
) -> list[Permit] | None:
    """The reader's permits for everybody on the item; one that is missing closes the item."""
    about = facts_about(context, conference, reader, item, grounds, window)
    return context.may_all(
        Permission.CONFERENCE_READ_PACKET, about, shows=AgendaItem, needs=needs, purpose=item.uses
    )


def facts_about(
    context: Context,
    conference: Conference,
    reader: Attendee,
    item: AgendaItem,
    grounds: AgendaGrounds,
    window: Window | None,
) -> list[Facts]:
    """The item as it concerns the reader, once for everybody that it is about."""
    return [
        facts_of_item(
            context,
            conference,
            item,
            person_id,
            consents=grounds.consents[person_id],
            window=window,
            table=grounds.table_of(conference, item),
            copy_for=reader.person_id,
        )
        for person_id in item.person_ids
    ]


def who_is_on(
    context: Context,
    item: AgendaItem,
    classes: Classes,
    consents: Mapping[UUID, Sequence[GivenTerms]],
    people: PeopleOn,
) -> list[dict[str, Any]]:
    """Who it is about, as far as the person's own record is open.

    An item on the ground of consent does not open it; a statutory item shows who is talked
    about, and no more.
    """
    persons = []
    for person_id in item.person_ids:
        person = people.persons.get(person_id)
        if item.basis in CONFERENCE_BASES:
            open_here = classes
        else:
            facts = facts_of_person(
                context,
                person_id,
                person,
                consents[person_id],
                people.provisions[person_id],
                people.involvements.get(person_id, Involvement.NONE),
            )
            invited = facts.model_copy(update={"parts": facts.parts | {Part.PARTY}})
            open_here = context.classes_of(Permission.CONFERENCE_READ_PACKET, invited, item.uses)
        if person is not None and D1 in open_here & classes:
            persons.append(disclose(person, open_here & classes & {D0, D1}))
    return persons


def _open_to_residents(
    context: Context,
    conference: Conference,
    item: AgendaItem,
    consents: Mapping[UUID, Sequence[GivenTerms]],
) -> Classes:
    """With neighbours at the table: who it is about, unless consent covers them (row 2-16)."""
    neighbour = Recipient(
        agency_id=NOBODY, kind=RESIDENT, municipality_code=conference.municipality_code
    )
    shared: Classes = EVERY_CLASS
    for person_id in item.person_ids:
        opened, _ = opened_by(consents[person_id], neighbour, item.uses, context.today)
        shared &= opened | {D0, D1}
    return shared & classes_up_to(D2)


def _plan_paper(
    beside: Enclosures, reference: PlanReference, basis: Basis, classes: Classes
) -> dict[str, Any] | None:
    found = beside.plans.get((reference.plan_id, reference.number))
    if found is None:
        return None
    return show_plan(*found, Permit(basis=basis, classes=classes, rules=()))
