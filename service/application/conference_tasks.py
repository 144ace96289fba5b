"""What conferences decided that somebody does: given, put off, dropped, handed on, reminded of."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from service.application.conference_memberships import runs
from service.application.context import Context, Shown
from service.application.facts import NOBODY, facts_for_system
from service.application.notices import notify
from service.application.tasks import facts_of_task
from service.domain.access import Facts, Part, RecordKind
from service.domain.conference import AgendaItem, AssignTask, Attendee, Conference
from service.domain.errors import Denied, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.progress import DropTask, HandOnTask, RescheduleTask
from service.domain.task import Task, TaskAct
from service.domain.term import day_ends


async def assign(
    context: Context,
    conference: Conference,
    attendees: Collection[Attendee],
    item: AgendaItem,
    assigned: AssignTask,
) -> None:
    """An agency at the table does something until a day."""
    if assigned.agency_id not in {a.agency_id for a in attendees}:
        raise Invalid("conference.item_invites_stranger", field="/tasks")
    if assigned.due_on < context.today:
        raise Invalid("task.due_in_past", field="/tasks")
    await _check_line(context, item, assigned)
    await _check_position(context, assigned.position_id, assigned.agency_id, "/tasks")
    task = Task(
        id=context.new_id(),
        record_kind=RecordKind.CONFERENCE.value,
        record_id=conference.id,
        conference_id=conference.id,
        item_id=item.id,
        person_id=item.person_ids[0] if item.person_ids else None,
        agency_id=assigned.agency_id,
        position_id=assigned.position_id,
        what=assigned.what,
        plan_line=assigned.plan_line,
        made_at=context.now,
        due_on=assigned.due_on,
        **await _days(context, conference, assigned.due_on),
    )
    await context.work.tasks.add(task)
    await notify(context, task.agency_id, NoticeKind.TASK_ASSIGNED, "task", task.id)


async def reschedule(context: Context, task_id: UUID, command: RescheduleTask) -> Shown:
    """Due on another day; only who decided it says so, and the agency is told."""
    task, conference = await _as_convener(context, task_id, Permission.TASK_RESCHEDULE)
    if command.due_on < context.today:
        raise Invalid("task.due_in_past", field="/due_on")
    days = await _days(context, conference, command.due_on)
    changed = task.rescheduled(command.due_on, command.reason, context.now, **days)
    await context.work.tasks.save(changed)
    await _tell(context, changed, NoticeKind.TASK_RESCHEDULED)
    return _receipt(context, changed)


async def drop(context: Context, task_id: UUID, command: DropTask) -> Shown:
    """Not to be done any more; only who decided it says so, and the agency is told."""
    task, _ = await _as_convener(context, task_id, Permission.TASK_DROP)
    dropped = task.dropped(command.reason, context.now)
    await context.work.tasks.save(dropped)
    await _tell(context, dropped, NoticeKind.TASK_DROPPED)
    return _receipt(context, dropped)


async def hand_on(context: Context, task_id: UUID, command: HandOnTask) -> Shown:
    """To somebody else at the agency that is to do it."""
    task = await context.work.tasks.find(task_id, lock=True)
    facts = await facts_of_task(context, task_id, task)
    context.enforce(Permission.TASK_HAND_ON, facts.as_only(Part.HOLDER, Part.PARTY))
    assert task is not None  # noqa: S101 - no permit without a record
    context.check_version(task.version)
    await _check_position(context, command.position_id, task.agency_id, "/position_id")
    handed = task.move(TaskAct.HAND_ON, position_id=command.position_id)
    await context.work.tasks.save(handed)
    return _receipt(context, handed)


async def come_due(context: Context, task: Task) -> None:
    """The due day comes near: the agency is reminded, once for each due day."""
    context.enforce(Permission.TASK_COME_DUE, _facts_for_system(task))
    await context.work.tasks.save(task.but(remind_on=None, version=task.version + 1))
    await _tell(context, task, NoticeKind.TASK_DUE_SOON)


async def miss_deadline(context: Context, task: Task) -> None:
    """The due day is over: the agency and the convener are told, once for each due day."""
    context.enforce(Permission.TASK_MISS_DEADLINE, _facts_for_system(task))
    overdue = task.but(remind_on=None, chase_on=None, version=task.version + 1)
    await context.work.tasks.save(overdue)
    await _tell(context, task, NoticeKind.TASK_OVERDUE)
    conference = await context.work.conferences.find(task.conference_id or NOBODY)
    if conference is not None and conference.convener_agency_id != task.agency_id:
        convener = conference.convener_agency_id
        await _tell(context, task, NoticeKind.TASK_OVERDUE, convener)


async def _check_line(context: Context, item: AgendaItem, assigned: AssignTask) -> None:
    line = assigned.plan_line
    if line is None:
        return
    named = (line.plan_id, line.number)
    version = None
    if item.plan is not None and named == (item.plan.plan_id, item.plan.number):
        version = await context.work.plans.version(*named)
    if version is None or version.is_draft or line.line > len(version.lines):
        raise Invalid("task.plan_line_unknown", field="/tasks")


async def _check_position(
    context: Context, position_id: UUID | None, agency_id: UUID, field: str
) -> None:
    if position_id is None:
        return
    position = await context.work.directory.position(position_id)
    if position is None or position.agency_id != agency_id:
        raise Invalid("task.position_of_another_agency", field=field)


async def _days(context: Context, conference: Conference, due_on: date) -> dict[str, Any]:
    policy = await context.work.directory.conference_policy(
        conference.municipality_code, context.today
    )
    return policy.days_of(due_on, context.today)


async def _as_convener(
    context: Context, task_id: UUID, permission: Permission
) -> tuple[Task, Conference]:
    """The task, locked, for what only the convener of its conference may do."""
    task = await context.work.tasks.find(task_id, lock=True)
    decided_at = task.conference_id if task is not None and task.conference_id else NOBODY
    conference = await context.work.conferences.find(decided_at)
    facts = await facts_of_task(context, task_id, task)
    mine = conference is not None and await runs(context, conference)
    if not mine and facts.parts:
        context.enforce(permission, facts)
        raise Denied("task.convener_only")
    # What was decided is the convener's own record of it, whoever is to do it.
    context.enforce(permission, _decided_by(facts, conference, mine=mine))
    assert task is not None  # noqa: S101 - no permit without a record
    assert conference is not None  # noqa: S101 - the same
    context.check_version(task.version)
    return task, conference


def _decided_by(facts: Facts, conference: Conference | None, *, mine: bool) -> Facts:
    parts = frozenset({Part.HOLDER}) if mine else frozenset[Part]()
    holder = conference.convener_agency_id if conference is not None else facts.holder_agency_id
    return facts.as_only().model_copy(update={"parts": parts, "holder_agency_id": holder})


def _facts_for_system(task: Task) -> Facts:
    return facts_for_system(RecordKind.TASK, task.id, task.agency_id, task.person_id)


async def _tell(
    context: Context, task: Task, kind: NoticeKind, agency_id: UUID | None = None
) -> None:
    told = agency_id or task.agency_id
    await notify(context, told, kind, RecordKind.TASK.value, task.id, day_ends(task.due_on))


def _receipt(context: Context, task: Task) -> Shown:
    return context.receipt(task, kind_ja=task.kind.label_ja, state_ja=task.state.label_ja)
