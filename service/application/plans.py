"""Drafting plans, recording the person's agreement, deciding; approval is in ``conferences``."""

from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import person_facts, plan_facts
from service.domain.access import Facts, RecordKind
from service.domain.decision import Remedy
from service.domain.disclosure import D3
from service.domain.errors import Denied, Invalid
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.plan import (
    AgreePlan,
    DecidePlan,
    DraftPlan,
    DraftVersion,
    Plan,
    PlanAct,
    PlanVersion,
    responsible_agencies,
    show_plan,
)


async def draft(context: Context, command: DraftPlan) -> Shown:
    """A new plan for a person in support, held by the agency that draws it up."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(Permission.PLAN_DRAFT, facts.model_copy(update={"kind": RecordKind.PLAN}))
    await _check_lines(context, command)
    await _check_links(context, command, person)
    plan = Plan(
        id=context.new_id(),
        person_id=command.person_id,
        holder_agency_id=context.agency_id,
        municipality_code=context.municipality_code,
        referral_id=command.referral_id,
        case_id=command.case_id,
        made_at=context.now,
    )
    await context.work.plans.add(plan, _version(context, plan.id, 1, command))
    return context.receipt(plan, status="draft")


async def read(context: Context, plan_id: UUID, number: int | None = None) -> Shown:
    """One version of the plan (the latest, unless asked otherwise), as far as the caller may see it."""
    plan, current, facts = await _load(context, plan_id, number=number)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanVersion)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    return Shown(show_plan(plan, current, permit), plan.version, plan.id)


async def versions(context: Context, plan_id: UUID) -> Page:
    """All versions, oldest first."""
    plan, _, facts = await _load(context, plan_id)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanVersion)
    assert plan is not None  # noqa: S101 - no permit without a record
    found = await context.work.plans.versions(plan_id)
    shown = [show_plan(plan, v, permit) for v in found]
    return Page([s["current"] | {"withheld": s["withheld"]} for s in shown])


async def amend(context: Context, plan_id: UUID, command: DraftVersion) -> Shown:
    """Change the draft; once the person has agreed, this makes the next version instead."""
    plan, current, facts = await _load(context, plan_id, lock=True)
    held = facts.as_holder()
    context.enforce(Permission.PLAN_DRAFT, held)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    await _check_lines(context, command)
    number = current.number
    if current.is_draft:
        changed = current.move(PlanAct.AMEND, **_content(command))
        await context.work.plans.save_version(changed)
    else:
        number += 1
        await context.work.plans.save_version(current.move(PlanAct.SUPERSEDE))
        await context.work.plans.add_version(_version(context, plan.id, number, command))
    renewed = plan.but(latest_number=number, version=plan.version + 1)
    await context.work.plans.save(renewed)
    return context.receipt(renewed, status="draft")


async def agree(context: Context, plan_id: UUID, command: AgreePlan) -> Shown:
    """The person agrees to this exact version, which nobody changes any more."""
    plan, current, facts = await _load(context, plan_id, lock=True)
    held = facts.as_holder()
    context.enforce(Permission.PLAN_AGREE, held)
    agreed_on = command.agreed_on
    if agreed_on > context.today:
        raise Invalid("plan.agreed_in_future", field="/agreed_on")
    return await _move(
        context,
        plan,
        current,
        command.number,
        PlanAct.AGREE,
        agreed_on=agreed_on,
        agreed_by=command.agreed_by,
        agreement_evidence=command.evidence,
    )


async def decide(context: Context, plan_id: UUID, command: DecidePlan) -> Shown:
    """The municipality decides on exactly the version the conference approved (brief §8 rule 8)."""
    plan, current, facts = await _load(context, plan_id, lock=True)
    permit = context.enforce(Permission.PLAN_DECIDE, facts)
    assert plan is not None  # noqa: S101 - no permit without a record
    if not permit.sees(D3):
        raise Denied("plan.not_open_to_decider", remedies=(Remedy.ASK_CONSENT,))
    if context.agency_id not in await context.work.directory.deciders(plan.municipality_code):
        raise Denied("plan.decided_by_municipality_only")
    return await _move(
        context,
        plan,
        current,
        command.number,
        PlanAct.DECIDE,
        decided_at=context.now,
        decided_by_agency_id=context.agency_id,
        decision_number=command.decision_number,
    )


async def _move(
    context: Context,
    plan: Plan | None,
    current: PlanVersion | None,
    number: int,
    act: PlanAct,
    **changes: object,
) -> Shown:
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    if number != current.number:
        raise Invalid(
            "plan.not_the_latest_version", field="/number", facts={"latest": current.number}
        )
    moved = current.move(act, **changes)
    await context.work.plans.save_version(moved)
    renewed = plan.but(version=plan.version + 1)
    await context.work.plans.save(renewed)
    return context.receipt(
        renewed, number=moved.number, status=moved.status.value, status_ja=moved.status.label_ja
    )


async def _load(
    context: Context, plan_id: UUID, *, number: int | None = None, lock: bool = False
) -> tuple[Plan | None, PlanVersion | None, Facts]:
    plan = await context.work.plans.find(plan_id, lock=lock)
    wanted = number if number is not None else plan.latest_number if plan else 0
    current = await context.work.plans.version(plan_id, wanted)
    return plan, current, await plan_facts(context, plan_id, plan, current)


def _content(command: DraftVersion) -> dict[str, object]:
    return {name: getattr(command, name) for name in DraftVersion.model_fields}


def _version(context: Context, plan_id: UUID, number: int, command: DraftVersion) -> PlanVersion:
    return PlanVersion.model_validate(
        _content(command) | {"plan_id": plan_id, "number": number, "drafted_at": context.now}
    )


async def _check_lines(context: Context, command: DraftVersion) -> None:
    for agency_id in sorted(responsible_agencies(command.lines)):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field="/lines")


async def _check_links(context: Context, command: DraftPlan, person: Person | None) -> None:
    """A plan may be attached only to a referral and a case of the same person, that the caller is on."""
    me = context.agency_id
    if command.referral_id is not None:
        referral = await context.work.referrals.find(command.referral_id)
        parties = {referral.from_agency_id, referral.to_agency_id} if referral else set()
        if (
            referral is None
            or person is None
            or referral.person_id != person.id
            or me not in parties
        ):
            raise Invalid("plan.unknown_referral", field="/referral_id")
    if command.case_id is not None:
        case = await context.work.cases.find(command.case_id)
        if case is None or person is None or case.person_id != person.id or not case.has(me):
            raise Invalid("plan.unknown_case", field="/case_id")
