"""What becomes of a plan after the decision: monitored, looked at anew, evaluated, planned again."""

from datetime import date, timedelta
from uuid import UUID

from service.application import contact_steps
from service.application.case_steps import touch
from service.application.context import Context, Page, Shown
from service.application.facts import facts_for_system, plan_facts
from service.application.notices import notify
from service.application.plan_steps import content, in_force, load, new_version
from service.application.tasks import give, settle
from service.domain.access import Part, RecordKind
from service.domain.contact_schedule import ContactWhy, ScheduleContact
from service.domain.disclosure import D3, disclose
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.evaluation_codes import EndCategory, EvaluationResult
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.plan import DraftVersion, Plan, PlanVersion
from service.domain.plan_course import Course, CourseAct
from service.domain.plan_evaluation import (
    ACT_OF,
    EvaluatePlan,
    PlanEvaluation,
    ReplanPlan,
    carried_on,
    results_on,
    show_evaluation,
)
from service.domain.plan_line import responsible_agencies
from service.domain.plan_monitoring import (
    PlanMonitoring,
    RecordMonitoring,
    found_on,
    show_monitoring,
)
from service.domain.task import TaskKind

#: So long after somebody was told that a plan waits, they are told again.
TELL_AGAIN = timedelta(days=14)
#: What is on the list until the plan has been looked at.
_TO_LOOK_AT = (TaskKind.PLAN_DUE, TaskKind.PLAN_EVALUATION, TaskKind.PLAN_REVIEW)


async def monitor(context: Context, plan_id: UUID, command: RecordMonitoring) -> Shown:
    """How it goes: the holder looks at the whole plan, a responsible agency at its own lines."""
    plan, current, facts = await load(context, plan_id, lock=True)
    ours = facts.as_only(Part.HOLDER, Part.PARTY)
    context.enforce(Permission.PLAN_MONITOR, ours, needs=D3)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    version = await in_force(context, plan, current)
    holds = Part.HOLDER in ours.parts
    if not holds:
        _check_of_a_line(context, version, command)
    _check_days(context, command)
    record = PlanMonitoring.model_validate(
        dict(command)
        | {
            "findings": found_on(
                command.findings, version.lines, None if holds else context.agency_id
            ),
            "id": context.new_id(),
            "plan_id": plan.id,
            "number": version.number,
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "recorded_at": context.now,
        }
    )
    after = _monitored(plan, command, context.today, holds=holds)
    await context.work.plans.add_monitoring(record)
    await context.work.plans.save(after)
    if holds:
        await settle(context, plan.id, *_TO_LOOK_AT)
    if command.condition_changed:
        await _ask_for_review(context, after)
    await touch(context, plan.case_id)
    return context.receipt(
        record, course=after.course.value, course_ja=after.course.label_ja, version=after.version
    )


async def monitorings(context: Context, plan_id: UUID) -> Page:
    """What was found so far, oldest first, as far as the caller may see it."""
    _, _, facts = await load(context, plan_id)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanMonitoring)
    found = await context.work.plans.monitorings(plan_id)
    return Page([show_monitoring(m, permit, context.actor.agency_id) for m in found])


async def evaluate(context: Context, plan_id: UUID, command: EvaluatePlan) -> Shown:
    """The evaluation sheet: what became of each line, and how it goes on (終結・再プラン・中断)."""
    plan, current, facts = await load(context, plan_id, lock=True)
    context.enforce(Permission.PLAN_EVALUATE, facts.as_holder())
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    evaluated = plan.goes_on(CourseAct.EVALUATE)
    command.check(plan.kind)
    if command.on > context.today:
        raise Invalid("plan.on_in_future", field="/on")
    if command.category is EndCategory.HANDED_TO_LEAD:
        await _check_lead(context, plan)
    version = await in_force(context, plan, current)
    record = PlanEvaluation.model_validate(
        dict(command)
        | {
            "lines": results_on(command.lines, version.lines),
            "id": context.new_id(),
            "plan_id": plan.id,
            "number": version.number,
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "recorded_at": context.now,
        }
    )
    after = _evaluated(evaluated, command, context.today)
    await context.work.plans.add_evaluation(record)
    await context.work.plans.save(after)
    await settle(context, plan.id, *_TO_LOOK_AT)
    await _stay_in_touch(context, plan, command)
    if command.result is EvaluationResult.REPLANNED:
        await _put_on_list(context, after, TaskKind.PLAN_REPLAN)
    await touch(context, plan.case_id)
    return context.receipt(
        record, course=after.course.value, course_ja=after.course.label_ja, version=after.version
    )


async def evaluations(context: Context, plan_id: UUID) -> Page:
    """The evaluation sheets, oldest first, as far as the caller may see them."""
    _, _, facts = await load(context, plan_id)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanEvaluation)
    found = await context.work.plans.evaluations(plan_id)
    return Page([show_evaluation(e, permit) for e in found])


async def replan(context: Context, plan_id: UUID, command: ReplanPlan) -> Shown:
    """Plan n+1 of the same case: a draft of what was not achieved, linked to the plan before."""
    plan, current, facts = await load(context, plan_id, lock=True)
    context.enforce(Permission.PLAN_DRAFT, facts.as_holder())
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    over = plan.goes_on(CourseAct.REPLAN, due_on=None, wake_on=None)
    version = await in_force(context, plan, current)
    sheets = await context.work.plans.evaluations(plan.id)
    lines = carried_on(sheets[-1], version.lines)
    said = DraftVersion(
        goal_in_own_words=command.goal_in_own_words or version.goal_in_own_words,
        employment_support=version.employment_support,
        period_from=command.period_from,
        period_until=command.period_until,
        monitoring_on=command.monitoring_on,
        lines=lines,
        background=version.background,
    )
    following = Plan(
        id=context.new_id(),
        person_id=plan.person_id,
        holder_agency_id=plan.holder_agency_id,
        municipality_code=plan.municipality_code,
        kind=plan.kind,
        referral_id=plan.referral_id,
        case_id=plan.case_id,
        ordinal=plan.ordinal + 1,
        previous_plan_id=plan.id,
        made_at=context.now,
    )
    await context.work.plans.save(over)
    first = new_version(context, following.id, 1, content(said, lines))
    await context.work.plans.add(following, first)
    await settle(context, plan.id, TaskKind.PLAN_REPLAN)
    await touch(context, plan.case_id)
    return context.receipt(following, status="draft", course_ja=following.course.label_ja)


async def overdue(context: Context, *, after: UUID | None, limit: int) -> Page:
    """The agency's plans whose monitoring or end has come, or that are to be looked at anew."""
    found = await context.work.plans.overdue(context.agency_id, context.today, after, limit + 1)
    items = []
    for plan in found[:limit]:
        current = await context.work.plans.version(plan.id, plan.latest_number)
        facts = (await plan_facts(context, plan.id, plan, current)).as_holder()
        permit = context.may(Permission.PLAN_READ, facts, shows=Plan)
        if permit is not None:
            assert plan.due_on is not None  # noqa: S101 - found by it
            items.append(
                disclose(plan, permit.classes)
                | {
                    "course_ja": plan.course.label_ja,
                    "days_over": (context.today - plan.due_on).days,
                    "period_over": _period_over(plan, context.today),
                }
            )
    context.note_list(Permission.PLAN_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def come_due(context: Context, plan: Plan) -> None:
    """The plan's day has come: support begins, or its holder is told that somebody must look."""
    about = facts_for_system(RecordKind.PLAN, plan.id, plan.holder_agency_id, plan.person_id)
    context.enforce(Permission.PLAN_COME_DUE, about)
    if plan.course is Course.AWAITING_START:
        await context.work.plans.save(plan.goes_on(CourseAct.BEGIN, wake_on=plan.due_on))
        return
    after = plan.goes_on(CourseAct.COME_DUE, wake_on=context.today + TELL_AGAIN)
    await context.work.plans.save(after)
    await _put_on_list(context, after, _what_is_due(after, context.today))
    await notify(context, plan.holder_agency_id, NoticeKind.PLAN_DUE, "plan", plan.id)


def _what_is_due(plan: Plan, today: date) -> TaskKind:
    if plan.course is Course.EVALUATED:
        return TaskKind.PLAN_REPLAN
    if plan.course is Course.REVIEW_DUE:
        return TaskKind.PLAN_REVIEW
    return TaskKind.PLAN_EVALUATION if _period_over(plan, today) else TaskKind.PLAN_DUE


def _period_over(plan: Plan, today: date) -> bool:
    return plan.period_until is not None and plan.period_until <= today


async def _put_on_list(context: Context, plan: Plan, kind: TaskKind) -> None:
    await give(
        context,
        plan.holder_agency_id,
        kind,
        RecordKind.PLAN,
        plan.id,
        plan.due_on or context.today,
    )


async def _ask_for_review(context: Context, plan: Plan) -> None:
    """The condition has changed (row 4-52): whoever holds the plan looks at it anew."""
    await _put_on_list(context, plan, TaskKind.PLAN_REVIEW)
    if plan.holder_agency_id != context.agency_id:
        await notify(context, plan.holder_agency_id, NoticeKind.PLAN_REVIEW, "plan", plan.id)


def _check_of_a_line(context: Context, version: PlanVersion, command: RecordMonitoring) -> None:
    """What an agency may say that answers for some lines only."""
    if context.agency_id not in responsible_agencies(version.lines):
        raise Denied("plan.responsible_agency_only")
    if command.next_on is not None:
        raise Invalid("plan.next_day_is_holders", field="/next_on")
    if command.opinion is not None:
        raise Invalid("plan.opinion_is_holders", field="/opinion")


def _check_days(context: Context, command: RecordMonitoring) -> None:
    if command.on > context.today:
        raise Invalid("plan.on_in_future", field="/on")
    if command.next_on is not None and command.next_on <= context.today:
        raise Invalid("plan.next_day_passed", field="/next_on")


def _monitored(plan: Plan, command: RecordMonitoring, today: date, *, holds: bool) -> Plan:
    """Looked at; a change of condition opens a review, whoever says so."""
    if command.condition_changed:
        return plan.goes_on(CourseAct.CHANGE, due_on=today, wake_on=today + TELL_AGAIN)
    if not holds:
        return plan.goes_on(CourseAct.REPORT)
    looked_at = plan.goes_on(CourseAct.MONITOR)
    assert plan.period_until is not None  # noqa: S101 - since it was decided
    due_on = min(command.next_on or plan.period_until, plan.period_until)
    wake_on = due_on if due_on > today else today + TELL_AGAIN
    return looked_at.but(due_on=due_on, wake_on=wake_on)


def _evaluated(plan: Plan, command: EvaluatePlan, today: date) -> Plan:
    """With what was evaluated carried out; only a re-plan is still to be made."""
    act = ACT_OF[command.result]
    if act is None:
        return plan.but(due_on=today, wake_on=today + TELL_AGAIN)
    return plan.goes_on(act, due_on=None, wake_on=None).but(version=plan.version)


async def _check_lead(context: Context, plan: Plan) -> None:
    """Collaboration ends with somebody who leads (主担当); the case goes on with them."""
    case = await context.work.cases.find(plan.case_id) if plan.case_id else None
    lead = await context.work.cases.lead(case.id) if case else None
    if case is None or lead is None or case.ended_at is not None or case.holder_gone:
        raise IllegalMove("plan.no_lead")


async def _stay_in_touch(context: Context, plan: Plan, command: EvaluatePlan) -> None:
    """The next contact after an end, or after an interruption."""
    after = command.after_care
    for day, why, how, field in (
        (
            after.contact_on if after else None,
            ContactWhy.AFTER_CARE,
            after.how if after else None,
            "/after_care/contact_on",
        ),
        (
            command.recontact_on,
            ContactWhy.STAY_CONNECTED,
            command.interruption,
            "/recontact_on",
        ),
    ):
        if day is None:
            continue
        schedule = ScheduleContact(
            person_id=plan.person_id, why=why, next_on=day, case_id=plan.case_id, how=how
        )
        await contact_steps.begin(context, schedule, field=field)
