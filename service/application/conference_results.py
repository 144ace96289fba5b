"""Holding the conference, its results and tasks."""

from typing import Any
from uuid import UUID

from service.application.conferences import change, receipt_of
from service.application.context import Context, Shown
from service.application.facts import own_item
from service.application.notices import notify
from service.application.tasks import settle
from service.domain.access import RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import (
    AgendaItem,
    Attendee,
    Conference,
    HoldConference,
    ItemResult,
    RecordResult,
    check_approval,
)
from service.domain.conference_states import ConferenceAct
from service.domain.errors import IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.plan import PlanAct
from service.domain.task import Task, TaskKind


async def hold(context: Context, conference_id: UUID, command: HoldConference) -> Shown:
    """It has been held; these were there."""
    conference, attendees = await change(context, conference_id, ConferenceAct.HOLD)
    if jst_date(conference.starts_at) > context.today:
        raise IllegalMove("conference.not_yet_started")
    present = set(command.present_attendee_ids)
    if not present <= {a.id for a in attendees}:
        raise Invalid("conference.stranger_present", field="/present_attendee_ids")
    held = conference.move(ConferenceAct.HOLD, held_at=context.now)
    for attendee in attendees:
        await context.work.conferences.save_attendee(attendee.but(present=attendee.id in present))
    await context.work.conferences.save(held)
    await settle(context, conference_id, TaskKind.CONFERENCE_ANSWER)
    return receipt_of(context, held)


async def record_result(
    context: Context, conference_id: UUID, item_id: UUID, command: RecordResult
) -> Shown:
    """What was decided on an item. A plan is approved or sent back in exactly the version discussed."""
    conference, attendees = await change(context, conference_id, ConferenceAct.RECORD)
    items = await context.work.conferences.items(conference_id)
    item = next((i for i in items if i.id == item_id), None)
    if item is None:
        raise Invalid("conference.unknown_item")
    recorded = conference.move(ConferenceAct.RECORD)
    if item.result is not None:
        raise IllegalMove("conference.item_already_decided")
    for person_id in item.person_ids:
        own = own_item(item, conference.convener_agency_id, person_id)
        context.enforce(Permission.CONFERENCE_MINUTE, own)
    await _settle_plan(context, conference, attendees, item, command)
    for assigned in command.tasks:
        await _assign(context, conference, attendees, item, assigned)
    await context.work.conferences.save_item(
        item.but(result=command.result, decision=command.decision)
    )
    await context.work.conferences.save(recorded)
    return context.receipt(item.but(result=command.result))


async def _settle_plan(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    item: AgendaItem,
    command: RecordResult,
) -> None:
    approves = command.result is ItemResult.APPROVED
    if item.plan is None:
        if approves or command.result is ItemResult.SENT_BACK:
            raise Invalid("conference.item_has_no_plan", field="/result")
        return
    if not approves and command.result is not ItemResult.SENT_BACK:
        return
    plan = await context.work.plans.find(item.plan.plan_id, lock=True)
    version = await context.work.plans.version(item.plan.plan_id, item.plan.number)
    if plan is None or version is None or version.number != plan.latest_number:
        raise IllegalMove("plan.not_the_latest_version")
    if approves:
        municipal = await context.work.directory.deciders(conference.municipality_code)
        check_approval(item, attendees, conference.convener_agency_id, municipal)
        version.ready_for_approval()
        settled = version.move(PlanAct.APPROVE, approved_item_id=item.id, approved_at=context.now)
        for agency_id in sorted(municipal):
            await notify(context, agency_id, NoticeKind.PLAN_TO_DECIDE, "plan", plan.id)
    else:
        settled = version.move(PlanAct.SEND_BACK, sent_back_reason=command.decision)
    await context.work.plans.save_version(settled)
    await context.work.plans.save(plan.but(version=plan.version + 1))


async def _assign(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    item: AgendaItem,
    assigned: Any,
) -> None:
    if assigned.agency_id not in {a.agency_id for a in attendees}:
        raise Invalid("conference.item_invites_stranger", field="/tasks")
    if assigned.due_on < context.today:
        raise Invalid("task.due_in_past", field="/tasks")
    task = Task(
        id=context.new_id(),
        record_kind=RecordKind.CONFERENCE.value,
        record_id=conference.id,
        conference_id=conference.id,
        item_id=item.id,
        person_id=item.person_ids[0] if item.person_ids else None,
        agency_id=assigned.agency_id,
        what=assigned.what,
        made_at=context.now,
        due_on=assigned.due_on,
    )
    await context.work.tasks.add(task)
    await notify(context, task.agency_id, NoticeKind.TASK_ASSIGNED, "task", task.id)
