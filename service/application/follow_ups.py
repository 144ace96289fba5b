"""What earlier sittings decided and nobody has finished: at the top of the next agenda (row 2-14)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.context import Context
from service.application.item_grounds import Grounds, about, load_grounds, opens
from service.application.progress_boards import place_of, shared
from service.domain.access import OWN_COPY, Facts
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.decision import CONFERENCE_BASES
from service.domain.disclosure import D3, Classes, disclose
from service.domain.permission import Permission
from service.domain.progress import BoardState, earlier
from service.domain.task import Task

ACT = Permission.CONFERENCE_READ_PACKET
#: So many stand on one agenda, those that are most overdue first; the numbers are of all.
MOST = 100


async def follow_up(
    context: Context, conference: Conference, attendees: Sequence[Attendee], reader: Attendee
) -> dict[str, Any]:
    """What is open or overdue, as far as its items are open to the reader today.

    Counted are the sittings that the reader's agency sat in: of others it knows nothing.
    """
    scope, day = earlier(conference), context.today
    tasks = await context.work.progress.page(
        scope, BoardState.OPEN, day, day, after=None, limit=MOST
    )
    if not tasks:
        return {"open": 0, "overdue": 0, "items": []}
    coming = await context.work.conferences.items(conference.id)
    grounds = await load_grounds(context, tasks, coming)
    neighbours = any(a.resident is not None for a in attendees)
    opened: dict[UUID, Classes | None] = {}
    rows = []
    for task in tasks:
        row = _row(context, grounds, task, coming, reader, opened, neighbours=neighbours)
        # A person's own copy says nothing of what was decided for others.
        if row is not None:
            rows.append(row)
    if reader.person_id is not None:
        return {"items": rows}
    counts = await context.work.progress.follow_up(scope, day)
    return counts.model_dump() | {"items": rows}


def _row(
    context: Context,
    grounds: Grounds,
    task: Task,
    coming: Sequence[AgendaItem],
    reader: Attendee,
    opened: dict[UUID, Classes | None],
    *,
    neighbours: bool,
) -> dict[str, Any] | None:
    assert task.item_id is not None  # noqa: S101 - decided on an item
    item = grounds.items[task.item_id]
    place = place_of(context, grounds, task)
    closed = {
        "restricted": True,
        "due_on": task.due_on.isoformat(),
        "days_overdue": place["days_overdue"],
    }
    if reader.person_id is not None and reader.person_id not in item.person_ids:
        return None
    if not item.person_ids:
        there = item.conference_id in grounds.mine
        return place | disclose(task, OWN_COPY) if there else closed
    if item.id not in opened:
        opened[item.id] = _permitted(
            context, grounds, item, coming, reader.person_id, neighbours=neighbours
        )
    classes = opened[item.id]
    if classes is None:
        return closed if reader.person_id is None else None
    return place | disclose(task, classes & OWN_COPY if reader.person_id else classes)


def _permitted(
    context: Context,
    grounds: Grounds,
    item: AgendaItem,
    coming: Sequence[AgendaItem],
    copy_for: UUID | None,
    *,
    neighbours: bool,
) -> Classes | None:
    ground, facts = _ground(context, grounds, item, coming, copy_for)
    if neighbours:
        # What is to be done for somebody is not for neighbours' ears: nobody's part counts.
        facts = [f.as_only() for f in facts]
    permits = context.may_all(ACT, facts, shows=Task, needs=D3, purpose=ground.uses)
    return None if permits is None else shared(permits)


def _ground(
    context: Context,
    grounds: Grounds,
    item: AgendaItem,
    coming: Sequence[AgendaItem],
    copy_for: UUID | None,
) -> tuple[AgendaItem, list[Facts]]:
    """The item on which it was decided, or the one on which the same body speaks of them again.

    The window of a statutory item closes with its papers. When the body comes back to the same
    persons, whoever stayed for the first item and stays for the second one is told what came of it.
    """
    first = about(context, grounds, item, item.person_ids, copy_for=copy_for)
    if opens(context, first, item, ACT) or item.basis not in CONFERENCE_BASES:
        return item, first
    convener = grounds.sittings[item.conference_id].convener_agency_id
    stayed = item.conference_id in grounds.mine and item.invites(context.actor.agency_id, convener)
    for again in coming:
        same = again.basis is item.basis and set(item.person_ids) <= set(again.person_ids)
        facts = about(context, grounds, again, item.person_ids, copy_for=copy_for) if same else []
        if stayed and same and opens(context, facts, again, ACT):
            return again, facts
    return item, first
