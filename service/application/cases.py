"""Opening cases, naming leads, reading cases."""

from uuid import UUID

from service.application.context import Context, Shown
from service.application.facts import case_facts
from service.domain.calendar_jp import fiscal_year
from service.domain.case import Case, LeadDecidedBy, show_case
from service.domain.permission import Permission
from service.domain.referral import Referral
from service.domain.referral_acts import NameLead


async def open_case(context: Context, referral: Referral) -> Case:
    """The case of an accepted referral; its receiver leads."""
    existing = (
        await context.work.cases.find(referral.case_id, lock=True) if referral.case_id else None
    )
    if existing is not None:
        led = existing.led_by(
            referral.to_agency_id,
            deputy=existing.deputy_agency_id,
            team=existing.team,
            by=LeadDecidedBy.ACCEPTANCE,
            at=context.now,
        )
        await context.work.cases.save(led)
        return led
    return await _new_case(context, referral, LeadDecidedBy.ACCEPTANCE)


async def lead_by_hub(context: Context, referral: Referral, command: NameLead) -> Case:
    """The case with the lead, deputy and team that the hub has named."""
    existing = (
        await context.work.cases.find(referral.case_id, lock=True) if referral.case_id else None
    )
    case = existing or await _new_case(context, referral, LeadDecidedBy.HUB)
    led = case.led_by(
        command.lead_agency_id,
        deputy=command.deputy_agency_id,
        team=command.team,
        by=LeadDecidedBy.HUB,
        at=context.now,
    )
    await context.work.cases.save(led)
    return led


async def _new_case(context: Context, referral: Referral, by: LeadDecidedBy) -> Case:
    year = fiscal_year(context.today)
    running = await context.work.cases.next_number(referral.municipality_code, year)
    case = Case(
        id=context.new_id(),
        number=f"{referral.municipality_code}-{year}-{running:05d}",
        person_id=referral.person_id,
        municipality_code=referral.municipality_code,
        lead_agency_id=referral.to_agency_id,
        decided_by=by,
        decided_at=context.now,
        opened_at=context.now,
        referral_id=referral.id,
    )
    await context.work.cases.add(case)
    return case


async def read(context: Context, case_id: UUID) -> Shown:
    """The case, for those who are on it."""
    case = await context.work.cases.find(case_id)
    facts = await case_facts(context, case_id, case)
    permit = context.enforce(Permission.CASE_READ, facts, shows=Case)
    assert case is not None  # noqa: S101 - no permit without a record
    return Shown(show_case(case, permit), case.version, case.id)
