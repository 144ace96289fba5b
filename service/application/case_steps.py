"""What every step of a case brings along: its lead decision, its deadline for the next record."""

from collections.abc import Sequence
from uuid import UUID

from service.application import hub
from service.application.context import Context
from service.application.tasks import settle
from service.domain.case import Case, CaseLead, LeadDecidedBy, LeadTerms, TeamMember
from service.domain.errors import Invalid
from service.domain.referral import Urgency
from service.domain.task import TaskKind


async def lead(
    context: Context,
    case: Case,
    terms: LeadTerms,
    *,
    team: tuple[TeamMember, ...],
    by: LeadDecidedBy,
    reason: str | None = None,
    handover_note: str | None = None,
) -> Case:
    """Another lead in place of the one there is: one ends as the other begins, in one commit."""
    before = await context.work.cases.lead(case.id)
    if before is not None:
        await context.work.cases.save_lead(before.ended(context.now))
    led = case.led_by(terms, team=team, by=by, at=context.now)
    await context.work.cases.save(led)
    await begin_lead(context, led, terms, reason=reason, handover_note=handover_note)
    await settle(context, case.id, TaskKind.REASSIGN, TaskKind.STALE_CASE)
    await hub.settle_about(context, case.id)
    return led


async def begin_lead(
    context: Context,
    case: Case,
    terms: LeadTerms,
    *,
    reason: str | None = None,
    handover_note: str | None = None,
) -> None:
    """The decision's record."""
    await context.work.cases.add_lead(
        CaseLead(
            id=context.new_id(),
            case_id=case.id,
            person_id=case.person_id,
            lead_agency_id=terms.lead_agency_id,
            lead_position_id=terms.lead_position_id,
            deputy_agency_id=terms.deputy_agency_id,
            deputy_position_id=terms.deputy_position_id,
            valid_until=terms.valid_until,
            decided_by=case.decided_by,
            decided_at=case.decided_at,
            reason=reason,
            handover_note=handover_note,
        )
    )


async def touch(context: Context, case_id: UUID | None) -> None:
    """Something was recorded about the case: it is not left lying (row 1-28)."""
    case = await context.work.cases.find(case_id) if case_id is not None else None
    if case is None or case.ended_at is not None:
        return
    fresh = await with_stale_day(context, case)
    assert fresh.stale_at is not None  # noqa: S101 - just set
    await context.work.cases.touch(case.id, context.now, fresh.stale_at)
    await settle(context, case.id, TaskKind.STALE_CASE)


async def with_stale_day(context: Context, case: Case) -> Case:
    """The case with the day from which it counts as left lying, if nothing is recorded."""
    policy = await context.work.directory.care_policy(case.municipality_code, context.today)
    term = policy.stale_urgent if case.urgency is Urgency.URGENT else policy.stale
    return case.but(recorded_at=context.now, stale_at=term.ends(context.now, context.closed))


async def check_positions(context: Context, terms: LeadTerms) -> None:
    """A position must be one of its agency's, and held today: else nobody would have the case."""
    for side in ("lead", "deputy"):
        agency_id: UUID | None = getattr(terms, f"{side}_agency_id")
        position_id: UUID | None = getattr(terms, f"{side}_position_id")
        if position_id is None:
            continue
        await check_position(context, agency_id, position_id, f"/{side}_position_id")
    if terms.valid_until is not None and terms.valid_until < context.today:
        raise Invalid("case.lead_over_already", field="/valid_until")


async def check_position(
    context: Context, agency_id: UUID | None, position_id: UUID, field: str
) -> None:
    """One position, where it was named."""
    held = await context.work.directory.tenure_of(position_id, context.today)
    position = await context.work.directory.position(position_id)
    if held is None or position is None or position.agency_id != agency_id:
        raise Invalid("case.position_not_held", field=field)


async def check_links(
    context: Context, person_id: UUID, case_id: UUID | None, consultation_id: UUID | None
) -> None:
    """What a record of ours belongs to must be ours as well, and about the same person."""
    if case_id is not None:
        case = await context.work.cases.find(case_id)
        if case is None or case.person_id != person_id or not case.has(context.agency_id):
            raise Invalid("contact.unknown_case", field="/case_id")
    if consultation_id is not None:
        consultation = await context.work.consultations.find(consultation_id)
        mine = consultation is not None and consultation.agency_id == context.agency_id
        if consultation is None or not mine or consultation.person_id != person_id:
            raise Invalid("contact.unknown_consultation", field="/consultation_id")


def check_named_once(named: Sequence[UUID | None], field: str) -> None:
    """An agency is lead, deputy or member, not two of them."""
    there = [n for n in named if n is not None]
    if len(set(there)) != len(there):
        raise Invalid("case.agency_named_twice", field=field)
