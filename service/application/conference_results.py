"""Holding the conference, its results and tasks."""

from uuid import UUID

from service.application.conference_tasks import assign
from service.application.conferences import change, item_on, receipt_of
from service.application.context import Context, Shown
from service.application.facts import item_run_by
from service.application.notices import notify
from service.application.tasks import settle
from service.domain.calendar_jp import jst_date
from service.domain.conference import (
    AgendaItem,
    Attendee,
    Conference,
    ItemResult,
    RecordResult,
)
from service.domain.conference_hold import HoldConference, check_approval, sitting_of
from service.domain.conference_kinds import KINDS
from service.domain.conference_seat import positions_by_agency
from service.domain.conference_states import ConferenceAct
from service.domain.errors import IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.plan import PlanAct
from service.domain.pre_check import check_pre_check
from service.domain.task import TaskKind


async def hold(context: Context, conference_id: UUID, command: HoldConference) -> Shown:
    """It has been held; these were there."""
    conference, attendees = await change(context, conference_id, ConferenceAct.HOLD)
    if jst_date(conference.starts_at) > context.today:
        raise IllegalMove("conference.not_yet_started")
    seats = positions_by_agency(await context.work.conferences.participants(conference_id))
    sat = sitting_of(
        command,
        attendees,
        seats,
        convener=conference.convener_agency_id,
        items=len(await context.work.conferences.items(conference_id)),
    )
    chair = {"chaired_by_agency_id": sat.chaired_by_agency_id}
    held = conference.move(ConferenceAct.HOLD, held_at=context.now, **chair)
    for attendee in sat.attendees:
        await context.work.conferences.save_attendee(attendee)
    await context.work.conferences.save(held)
    await settle(context, conference_id, TaskKind.CONFERENCE_ANSWER)
    return receipt_of(context, held)


async def record_result(
    context: Context, conference_id: UUID, item_id: UUID, command: RecordResult
) -> Shown:
    """What was decided on an item. A plan is approved or sent back in exactly the version discussed."""
    conference, attendees = await change(context, conference_id, ConferenceAct.RECORD)
    item = await item_on(context, conference_id, item_id)
    recorded = conference.move(ConferenceAct.RECORD)
    if item.result is not None:
        raise IllegalMove("conference.item_already_decided")
    if item.pulled_at is not None:
        raise IllegalMove("conference.item_pulled")
    for person_id in item.person_ids:
        run = await item_run_by(context, conference, item, person_id)
        context.enforce(Permission.CONFERENCE_MINUTE, run)
    if command.pre_check is not None:
        kind = item.kind or conference.kind
        check_pre_check(kind, command.pre_check, about_a_case=item.case_id is not None)
    await _settle_plan(context, conference, attendees, item, command)
    for assigned in command.tasks:
        await assign(context, conference, attendees, item, assigned)
    await context.work.conferences.save_item(
        item.but(result=command.result, decision=command.decision, pre_check=command.pre_check)
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
    if not KINDS[item.kind or conference.kind].decides_plans:
        raise Invalid("conference.kind_decides_no_plan", field="/result")
    plan = await context.work.plans.find(item.plan.plan_id, lock=True)
    version = await context.work.plans.version(item.plan.plan_id, item.plan.number)
    if plan is None or version is None or version.number != plan.latest_number:
        raise IllegalMove("plan.not_the_latest_version")
    if approves:
        municipal = await context.work.directory.deciders(conference.municipality_code)
        body_id = item.body_id or conference.body_id
        body = await context.work.conferences.body(body_id) if body_id else None
        quorum = body.quorum_percent if body else None
        check_approval(item, attendees, conference.convener_agency_id, municipal, quorum)
        version.ready_for_approval()
        settled = version.move(PlanAct.APPROVE, approved_item_id=item.id, approved_at=context.now)
        for agency_id in sorted(municipal):
            await notify(context, agency_id, NoticeKind.PLAN_TO_DECIDE, "plan", plan.id)
    else:
        settled = version.move(PlanAct.SEND_BACK, sent_back_reason=command.decision)
    await context.work.plans.save_version(settled)
    await context.work.plans.save(plan.but(version=plan.version + 1))
