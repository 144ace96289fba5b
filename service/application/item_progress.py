"""From a decision to what came of it: item, tasks, the plan's lines, outcomes (row 2-14)."""

from typing import Any
from uuid import UUID

from service.application.conferences import item_on, load
from service.application.context import Context, Shown
from service.application.item_grounds import about, load_grounds
from service.application.progress_boards import place_of, shared
from service.domain.access import OWN_COPY
from service.domain.conference import AgendaItem
from service.domain.conference_states import PACKET_OPEN, ConferenceStatus
from service.domain.disclosure import D0, D1, D3, Classes, disclose
from service.domain.errors import Denied, IllegalMove
from service.domain.permission import Permission
from service.domain.task import Task

#: What came of an item is read as long as there is anything to do, and after.
PROGRESS_OPEN = PACKET_OPEN | {ConferenceStatus.CLOSED}
ACT = Permission.CONFERENCE_READ_PACKET


async def read(context: Context, conference_id: UUID, item_id: UUID) -> Shown:
    """What was decided on an item and what became of it, for its readers, as far as it is open."""
    conference, attendees, facts = await load(context, conference_id)
    context.enforce(ACT, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    if conference.status not in PROGRESS_OPEN:
        raise IllegalMove("conference.packet_closed", facts={"state": conference.status})
    if context.agency_id not in {a.agency_id for a in attendees}:
        raise Denied("conference.not_invited")
    item = await item_on(context, conference_id, item_id)
    tasks = await context.work.progress.of_item(item_id)
    grounds = await load_grounds(context, tasks, [item])
    classes: Classes = OWN_COPY
    if item.person_ids:
        whom = about(context, grounds, item, item.person_ids)
        permits = context.may_all(ACT, whom, shows=AgendaItem, needs=D1, purpose=item.uses)
        if permits is None:
            closed = {"id": str(item.id), "number": item.number, "restricted": True}
            return Shown(closed, record_id=conference_id)
        classes = shared(permits)
    lines = await _lines(context, item, classes)
    shown = disclose(item, classes)
    shown["tasks"] = [
        place_of(context, grounds, t) | disclose(t, classes) | _line_of(t, lines) for t in tasks
    ]
    return Shown(shown, record_id=conference_id)


async def _lines(context: Context, item: AgendaItem, classes: Classes) -> list[dict[str, Any]]:
    """The lines of the plan that stands on the item, with where that version stands now."""
    if item.plan is None or D3 not in classes:
        return []
    version = await context.work.plans.version(item.plan.plan_id, item.plan.number)
    if version is None:
        return []
    status = {"plan_status": version.status.value, "plan_status_ja": version.status.label_ja}
    told = classes | {D0}
    return [{**disclose(line, told), **status} for line in version.lines]


def _line_of(task: Task, lines: list[dict[str, Any]]) -> dict[str, Any]:
    if task.plan_line is None or task.plan_line.line > len(lines):
        return {}
    line = lines[task.plan_line.line - 1]
    return {"carries_out": {name: value for name, value in line.items() if name != "withheld"}}
