"""On what ground an agenda item is open to the caller: for one item, or for a page of tasks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from service.application.conference_bodies import window_with
from service.application.conference_memberships import sits_there
from service.application.context import Context
from service.application.facts import consents_by_person
from service.domain.access import Facts, Part, RecordKind
from service.domain.conference import AgendaItem, Conference
from service.domain.conference_body import ConferenceBody, Participant
from service.domain.conference_window import Window
from service.domain.consent import GivenTerms
from service.domain.decision import CONFERENCE_BASES, Basis, Permit
from service.domain.disclosure import D3
from service.domain.permission import Permission
from service.domain.task import Task


def facts_of_item(
    context: Context,
    conference: Conference,
    item: AgendaItem,
    person_id: UUID,
    *,
    consents: Iterable[GivenTerms],
    window: Window | None,
    table: UUID | None,
    copy_for: UUID | None = None,
    department: str | None = None,
) -> Facts:
    """The caller's part in what is said of one person.

    ``table`` is the body whose table the caller sits at; ``copy_for`` a person who attends.
    """
    parts = _parts(context, conference, item)
    stranger = copy_for is not None and copy_for != person_id
    return Facts(
        kind=RecordKind.CONFERENCE_ITEM,
        record_id=item.id,
        found=True,
        holder_agency_id=conference.convener_agency_id,
        department=department,
        person_id=person_id,
        parts=frozenset() if stranger else parts,
        consents=tuple(consents),
        conference_id=conference.id,
        municipality_code=conference.municipality_code,
        window=None if stranger else window,
        meeting_id=table if parts else None,
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


class Grounds(NamedTuple):
    """What decides about the items of several tasks: loaded together, whatever their number."""

    items: Mapping[UUID, AgendaItem]
    sittings: Mapping[UUID, Conference]
    bodies: Mapping[UUID, ConferenceBody | None]
    seats: Sequence[Participant]
    consents: Mapping[UUID, Sequence[GivenTerms]]
    departments: Mapping[UUID, str]
    #: For each item the body whose table the caller sits at.
    tables: Mapping[UUID, UUID | None]
    #: The sittings to which the caller's agency was invited.
    mine: frozenset[UUID]


async def load_grounds(
    context: Context, tasks: Sequence[Task], more: Sequence[AgendaItem] = ()
) -> Grounds:
    """The items, sittings, seats and consents of a page of tasks, and of some items more."""
    work = context.work
    found = await work.progress.items({t.item_id for t in tasks if t.item_id is not None})
    items = {i.id: i for i in (*found, *more)}
    sittings = {
        c.id: c for c in await work.progress.sittings({i.conference_id for i in items.values()})
    }
    persons = {p for i in items.values() for p in i.person_ids}
    where = {i.id: i.body_id or sittings[i.conference_id].body_id for i in items.values()}
    bodies = {b: await work.conferences.body(b) for b in sorted({b for b in where.values() if b})}
    lists = {b: await work.conference_bodies.members(b) for b, body in bodies.items() if body}

    def table_of(item: AgendaItem) -> UUID | None:
        body_id = where[item.id]
        body = bodies[body_id] if body_id is not None else None
        sitting = sittings[item.conference_id]
        return body.id if body and sits_there(context, body, lists[body.id], sitting) else None

    return Grounds(
        items=items,
        sittings=sittings,
        bodies=bodies,
        tables={item.id: table_of(item) for item in items.values()},
        seats=await work.progress.seats(sittings),
        consents=await consents_by_person(context, persons),
        departments=await work.persons.departments(persons, context.agency_id),
        mine=await work.progress.sat_in(sittings, context.agency_id),
    )


def about(
    context: Context,
    grounds: Grounds,
    item: AgendaItem,
    person_ids: Iterable[UUID],
    *,
    copy_for: UUID | None = None,
) -> list[Facts]:
    """The caller's part in what is said on an item of each of the persons."""
    conference = grounds.sittings[item.conference_id]
    # Whoever was not invited to the sitting stayed for none of its items.
    there = conference.id in grounds.mine
    invited = there and item.invites(context.actor.agency_id, conference.convener_agency_id)
    window, table = None, grounds.tables[item.id]
    if item.basis in CONFERENCE_BASES:
        body_id = item.body_id or conference.body_id
        body = grounds.bodies[body_id] if body_id is not None else None
        seats = [p for p in grounds.seats if p.conference_id == conference.id]
        window = window_with(
            context, conference, item, body, seats, invited=invited, member=table is not None
        )
    facts = [
        facts_of_item(
            context,
            conference,
            item,
            person_id,
            consents=grounds.consents[person_id],
            window=window,
            table=table,
            copy_for=copy_for,
            department=grounds.departments.get(person_id),
        )
        for person_id in person_ids
    ]
    return facts if there else [f.as_only() for f in facts]


def opens(context: Context, facts: Sequence[Facts], item: AgendaItem, act: Permission) -> bool:
    """Whether all of them would be open as far as what is to be done for them (D3)."""
    return all(
        isinstance(context.would(act, f, needs=D3, purpose=item.uses), Permit) for f in facts
    )
