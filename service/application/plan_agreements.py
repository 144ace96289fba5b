"""What is said of exactly one version: signed off, agreed to, decided on, or not decided on.

Approval is in ``conference_results``.
"""

from functools import partial
from uuid import UUID

from service.application.consents import check_representative
from service.application.context import Context, Shown
from service.application.notices import notify
from service.application.plan_steps import load, require_latest, save_moved
from service.domain.access import Part
from service.domain.decision import Remedy
from service.domain.disclosure import D3
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.people import RepresentationScope
from service.domain.permission import Permission
from service.domain.plan import Plan, PlanAct, PlanVersion
from service.domain.plan_commands import AgreePlan, DecidePlan, RefuseDecision, SignOffPlan
from service.domain.plan_line import SignOff, responsible_agencies


async def sign_off(context: Context, plan_id: UUID, command: SignOffPlan) -> Shown:
    """A responsible agency stands by its part of exactly this version."""
    plan, current, facts = await load(context, plan_id, lock=True)
    ours = facts.as_only(Part.HOLDER, Part.PARTY)
    context.enforce(Permission.PLAN_SIGN_OFF, ours, needs=D3)
    plan, current = _there(context, plan, current, command.number)
    if context.agency_id not in responsible_agencies(current.lines):
        raise Denied("plan.responsible_agency_only")
    said = SignOff(agency_id=context.agency_id, position_id=context.position_id, at=context.now)
    return await save_moved(context, plan, current.signed_off(said))


async def agree(context: Context, plan_id: UUID, command: AgreePlan) -> Shown:
    """The person agrees to this exact version, which nobody changes any more."""
    plan, current, facts = await load(context, plan_id, lock=True)
    context.enforce(Permission.PLAN_AGREE, facts.as_holder())
    if command.agreed_on > context.today:
        raise Invalid("plan.agreed_in_future", field="/agreed_on")
    plan, current = _there(context, plan, current, command.number)
    agreed = current.move(
        PlanAct.AGREE,
        agreed_on=command.agreed_on,
        agreed_by=command.agreed_by,
        agreement_evidence=command.evidence,
        representation_id=command.representation_id,
    )
    await _check_representation(context, plan, command)
    current.ready_for_agreement()
    unsigned = current.unsigned(plan.holder_agency_id)
    if unsigned and command.unsigned_reason is None:
        raise IllegalMove("plan.not_signed_off", facts={"missing": [str(a) for a in unsigned]})
    agreed = agreed.but(
        unsigned_agency_ids=unsigned,
        unsigned_reason=command.unsigned_reason if unsigned else None,
    )
    return await save_moved(context, plan, agreed)


async def decide(context: Context, plan_id: UUID, command: DecidePlan) -> Shown:
    """The municipality decides on exactly the version the conference approved (brief §8 rule 8)."""
    plan, current = await _for_decision(context, plan_id, command.number)
    decided = current.move(
        PlanAct.DECIDE,
        decided_at=context.now,
        decided_by_agency_id=context.agency_id,
        decision_number=command.decision_number,
        decided_as=current.decision_kind,
    )
    begun = partial(Plan.decided, version=decided, day=context.today)
    return await save_moved(context, plan, decided, begun)


async def refuse(context: Context, plan_id: UUID, command: RefuseDecision) -> Shown:
    """The municipality does not decide on it: it goes back to drafting, with the reason."""
    plan, current = await _for_decision(context, plan_id, command.number)
    refused = current.move(
        PlanAct.REFUSE,
        sent_back_reason=command.reason,
        refused_at=context.now,
        refused_by_agency_id=context.agency_id,
    )
    await notify(context, plan.holder_agency_id, NoticeKind.PLAN_REFUSED, "plan", plan.id)
    return await save_moved(context, plan, refused)


async def _for_decision(context: Context, plan_id: UUID, number: int) -> tuple[Plan, PlanVersion]:
    """The plan before the municipality, which alone may decide on it, and may see what it is about."""
    plan, current, facts = await load(context, plan_id, lock=True)
    permit = context.enforce(Permission.PLAN_DECIDE, facts)
    assert plan is not None  # noqa: S101 - no permit without a record
    if not permit.sees(D3):
        raise Denied("plan.not_open_to_decider", remedies=(Remedy.ASK_CONSENT,))
    if context.agency_id not in await context.work.directory.deciders(plan.municipality_code):
        raise Denied("plan.decided_by_municipality_only")
    return _there(context, plan, current, number)


def _there(
    context: Context, plan: Plan | None, current: PlanVersion | None, number: int
) -> tuple[Plan, PlanVersion]:
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    require_latest(current, number)
    return plan, current


async def _check_representation(context: Context, plan: Plan, command: AgreePlan) -> None:
    """Whoever agrees for the person is registered for it, and has signed something."""
    if command.representation_id is None:
        return
    await check_representative(
        context,
        plan.person_id,
        command.representation_id,
        RepresentationScope.SERVICE_CONTRACT,
        field="/representation_id",
    )
    if command.evidence is None:
        raise Invalid("plan.evidence_missing", field="/evidence")
