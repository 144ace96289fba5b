"""The coordinator's workbench: the agenda with its times, who will see what, and what is missing.

Whoever brought an item sees it here before the agenda is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from service.application.agenda_grounds import (
    AgendaGrounds,
    PeopleOn,
    Plans,
    load_agenda_grounds,
    load_people,
    load_plans,
    persons_on,
)
from service.application.conference_memberships import body_of, tables_of
from service.application.conferences import change, load, names_of, receipt_of, tell_invited
from service.application.context import Context, Shown
from service.application.facts import consents_by_person, own_item
from service.application.fixed_packets import (
    Consents,
    Readers,
    packets_of,
    readers_of,
)
from service.application.packets import (
    classes_at_table,
    permits_for,
    who_is_on,
)
from service.domain.access import OWN_COPY, Part
from service.domain.agenda import budget_of, times_of
from service.domain.agenda_check import Finding, OnItem, Seat, Weight, findings_of
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_body import ConferenceBody, Participant
from service.domain.conference_seat import sitting
from service.domain.conference_states import KINDS, ConferenceAct, ConferenceStatus, Persons
from service.domain.consent import GivenTerms, agreed_to
from service.domain.decision import CONFERENCE_BASES, Basis
from service.domain.disclosure import D0, D1, disclose
from service.domain.errors import IllegalMove
from service.domain.fixed_packet import FixedPacket
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.plan import PlanStatus

#: While the agenda is arranged, an author reads what it wrote.
ARRANGED = frozenset({ConferenceStatus.PLANNED, ConferenceStatus.INVITED})


async def agenda(context: Context, conference_id: UUID) -> Shown:
    """For the convener the whole workbench; for another agency the items it has brought."""
    conference, attendees, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts, shows=Conference)
    assert conference is not None  # noqa: S101 - no permit without a record
    items = await context.work.conferences.items(conference_id)
    begins = times_of(conference, items)
    convenes = bool(facts.parts & {Part.HOLDER, Part.SECRETARIAT})
    seen = [i for i in items if convenes or i.added_by_agency_id == context.agency_id]
    grounds = await load_agenda_grounds(context, conference, seen)
    people = await load_people(context, seen)
    lines = [
        await _line(context, conference, attendees, item, grounds, people)
        | {"starts_at": begins[item.id].isoformat()}
        for item in seen
    ]
    body = {
        "conference_id": str(conference_id),
        "status": conference.status.value,
        "status_ja": conference.status.label_ja,
        "items": lines,
    }
    if convenes:
        body |= await _overview(context, conference, attendees, items)
    return Shown(body, conference.version, conference.id)


async def fix(context: Context, conference_id: UUID) -> Shown:
    """Fix the agenda: from now on everybody gets what is on record here as theirs."""
    conference, attendees = await change(context, conference_id, ConferenceAct.FIX)
    items = await context.work.conferences.items(conference_id)
    if not items:
        raise IllegalMove("conference.agenda_is_empty")
    fixed = conference.move(ConferenceAct.FIX, fixed_at=context.now)
    consents = await consents_by_person(context, persons_on(items))
    readers = await readers_of(context, fixed, attendees)
    packets = await packets_of(context, fixed, attendees, items, consents, readers)
    found = await _findings(context, conference, attendees, items, packets, consents, readers)
    blocking = [f for f in found if f.weight is Weight.BLOCKS]
    if blocking:
        raise IllegalMove(
            "agenda.not_ready",
            facts={
                "count": len(blocking),
                "items": ", ".join(str(f.number) for f in blocking if f.number is not None),
            },
        )
    await context.work.conferences.save(fixed)
    await context.work.conferences.keep_packets(packets)
    await tell_invited(context, conference, attendees, NoticeKind.AGENDA_FIXED)
    told = [f.told(conference_id) for f in found if f.weight is Weight.WARNS]
    done = receipt_of(context, fixed)
    return replace(done, body=done.body | {"warnings": told})


async def _overview(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    items: Sequence[AgendaItem],
) -> dict[str, Any]:
    """Time, who gets what, and the findings; ids and classes only."""
    consents = await consents_by_person(context, persons_on(items))
    readers = await readers_of(context, conference, attendees)
    packets = await packets_of(context, conference, attendees, items, consents, readers)
    found = await _findings(context, conference, attendees, items, packets, consents, readers)
    names = await names_of(context, {a.agency_id for a in attendees})
    then = {p.attendee_id: p for p in await context.work.conferences.packets(conference.id)}
    budget = budget_of(conference, items)
    return {
        "budget": budget.model_dump() | {"over_by": budget.over_by},
        "ready": not any(f.weight is Weight.BLOCKS for f in found),
        "findings": [
            f.told(conference.id) | {"agency": names.get(f.agency_id) if f.agency_id else None}
            for f in found
        ],
        "packets": [
            _told(packet, attendees, names, then.get(packet.attendee_id)) for packet in packets
        ],
    }


def _told(
    packet: FixedPacket,
    attendees: Sequence[Attendee],
    names: Mapping[UUID, str],
    before: FixedPacket | None,
) -> dict[str, Any]:
    attendee = next(a for a in attendees if a.id == packet.attendee_id)
    changed = before.changed(packet.pages) if before is not None else frozenset()
    return {
        "attendee_id": str(attendee.id),
        "agency_id": str(attendee.agency_id) if attendee.agency_id else None,
        "agency": names.get(attendee.agency_id) if attendee.agency_id else None,
        "is_the_person": attendee.person_id is not None,
        "fixed_at": before.fixed_at.isoformat() if before is not None else None,
        "pages": [
            page.model_dump(mode="json")
            | {
                "data_classes": sorted(page.data_classes),
                "restricted": not page.data_classes,
                "changed_since_fixed": page.item_id in changed,
            }
            for page in packet.pages
        ],
    }


async def _line(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    item: AgendaItem,
    grounds: AgendaGrounds,
    people: PeopleOn,
) -> dict[str, Any]:
    """One item as far as it is open to the caller; its place, time and circle in any case."""
    shown = disclose(item, frozenset({D0}))
    shown["kind_ja"] = KINDS[item.kind or conference.kind].label_ja
    shown["basis_ja"] = item.basis.label_ja
    if not item.person_ids:
        return shown | disclose(item, OWN_COPY)
    reader = next((a for a in attendees if a.agency_id == context.agency_id), None)
    wrote = item.added_by_agency_id == context.agency_id
    if item.basis in CONFERENCE_BASES and wrote and conference.status in ARRANGED:
        permits = context.may_all(
            Permission.CONFERENCE_READ_PACKET,
            [await own_item(context, item, p, context.agency_id) for p in item.person_ids],
            shows=AgendaItem,
            needs=D1,
            purpose=item.uses,
        )
    elif reader is not None:
        invited = item.invites(context.agency_id, conference.convener_agency_id)
        window = grounds.window_of(context, conference, item, invited=invited)
        permits = permits_for(context, conference, reader, item, grounds, window)
    else:
        permits = None
    if permits is None or reader is None:
        return shown | {"restricted": True}
    at_table = classes_at_table(context, conference, attendees, reader, item, grounds.consents)
    classes = at_table.intersection(*(p.classes for p in permits))
    persons = who_is_on(context, item, classes, grounds.consents, people)
    return shown | disclose(item, classes) | {"persons": persons}


async def _findings(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[AgendaItem],
    packets: Sequence[FixedPacket],
    consents: Consents,
    readers: Readers,
) -> list[Finding]:
    shut: dict[UUID, set[UUID]] = {}
    for packet in packets:
        for page in packet.pages:
            if not page.data_classes:
                shut.setdefault(page.item_id, set()).add(packet.attendee_id)
    plans = await load_plans(context, items)
    body_ids = {item.body_id or conference.body_id for item in items}
    bodies, _ = await tables_of(context, conference, filter(None, body_ids))
    known = [
        _known(
            context,
            conference,
            attendees,
            item,
            shut.get(item.id, set()),
            consents,
            plans,
            bodies,
        )
        for item in items
    ]
    municipal = await context.work.directory.deciders(conference.municipality_code)
    seats = await _seats(context, conference, attendees, readers)
    body = await body_of(context, conference)
    quorum = body.quorum_percent if body is not None else None
    return findings_of(conference, attendees, known, seats, municipal, quorum)


def _known(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    item: AgendaItem,
    shut: set[UUID],
    consents: Consents,
    plans: Plans,
    bodies: Mapping[UUID, ConferenceBody],
) -> OnItem:
    kind = item.kind or conference.kind
    day = replace(context, now=max(context.now, conference.starts_at))
    without = ends = 0
    if KINDS[kind].persons is Persons.WITH_CONSENT:
        for person_id in item.person_ids:
            now = _agrees(context, consents[person_id], item)
            without += not now
            ends += now and not _agrees(day, consents[person_id], item)
    blind = tuple(
        a.agency_id
        for a in attendees
        if a.agency_id is not None
        and a.id in shut
        and item.invites(a.agency_id, conference.convener_agency_id)
    )
    plan = version = None
    if item.plan is not None:
        plan, version = plans.get((item.plan.plan_id, item.plan.number), (None, None))
    return OnItem(
        item=item,
        without_consent=without,
        consent_ends=ends,
        ground=_has_ground(day, conference, item, bodies),
        blind=blind,
        plan_outdated=plan is not None
        and version is not None
        and version.number != plan.latest_number,
        plan_agreed=version is None or version.status is not PlanStatus.DRAFT,
    )


def _agrees(context: Context, consents: Sequence[GivenTerms], item: AgendaItem) -> bool:
    law = context.law.in_force(context.today, context.municipality_code)
    return Basis.CONSENT in law and agreed_to(consents, item.uses, context.today)


def _has_ground(
    day: Context,
    conference: Conference,
    item: AgendaItem,
    bodies: Mapping[UUID, ConferenceBody],
) -> bool:
    if item.basis not in CONFERENCE_BASES:
        return True
    body_id = item.body_id or conference.body_id
    body = bodies.get(body_id) if body_id is not None else None
    return (
        body is not None
        and body.holds_on(day.today)
        and item.basis in day.law.in_force(day.today, conference.municipality_code)
    )


async def _seats(
    context: Context, conference: Conference, attendees: Sequence[Attendee], readers: Readers
) -> dict[UUID, Seat]:
    registered: dict[UUID, list[Participant]] = {}
    for participant in sitting(await context.work.conferences.participants(conference.id)):
        registered.setdefault(participant.agency_id, []).append(participant)
    seats = {}
    for attendee in attendees:
        if attendee.agency_id is None:
            continue
        sits = registered.get(attendee.agency_id, [])
        seats[attendee.agency_id] = Seat(
            can_read=attendee.id in readers,
            registered=bool(sits),
            acknowledged=all(p.acknowledged_at is not None for p in sits),
        )
    return seats
