"""Opening cases, deciding who leads them, reading and listing them."""

from typing import Any
from uuid import UUID

from service.application import hub
from service.application.case_steps import (
    begin_lead,
    check_named_once,
    check_position,
    check_positions,
    lead,
    touch,
    with_stale_day,
)
from service.application.context import Context, Page, Shown
from service.application.facts import case_facts, facts_for_system
from service.application.notices import notify
from service.application.ports_of_care import CaseView
from service.application.tasks import give
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import fiscal_year
from service.domain.case import (
    Case,
    CaseLead,
    HandOver,
    LeadDecidedBy,
    LeadTerms,
    NameCaseLead,
    SetTeam,
    show_case,
)
from service.domain.consultation import Consultation
from service.domain.decision import Permit
from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove
from service.domain.hub import Escalate, HubReason
from service.domain.notice import NoticeKind
from service.domain.permission import Permission, Purpose
from service.domain.referral import Referral, Urgency
from service.domain.referral_acts import NameLead
from service.domain.role import Role
from service.domain.task import TaskKind


async def open_case(context: Context, referral: Referral) -> Case:
    """The case of an accepted referral; its receiver leads."""
    terms = LeadTerms(lead_agency_id=referral.to_agency_id, lead_position_id=context.position_id)
    existing = await _case_of(context, referral)
    if existing is not None and existing.ended_at is None:
        kept = terms.but(
            deputy_agency_id=existing.deputy_agency_id,
            deputy_position_id=existing.deputy_position_id,
        )
        return await lead(context, existing, kept, team=existing.team, by=LeadDecidedBy.ACCEPTANCE)
    return await _of_referral(context, referral, terms, LeadDecidedBy.ACCEPTANCE, existing)


async def lead_by_hub(context: Context, referral: Referral, command: NameLead) -> Case:
    """The case with the lead, deputy and team that the hub has named."""
    terms = LeadTerms(
        lead_agency_id=command.lead_agency_id, deputy_agency_id=command.deputy_agency_id
    )
    existing = await _case_of(context, referral)
    if existing is None or existing.ended_at is not None:
        case = await _of_referral(
            context, referral, terms, LeadDecidedBy.HUB, existing, reason=command.reason
        )
        after = case.but(team=command.team, version=case.version + 1)
        await context.work.cases.save(after)
        return after
    return await lead(
        context, existing, terms, team=command.team, by=LeadDecidedBy.HUB, reason=command.reason
    )


async def open_from_consultation(context: Context, consultation: Consultation) -> Case:
    """The case of somebody who has applied; whoever took it in leads, until somebody else does."""
    assert consultation.person_id is not None  # noqa: S101 - the ground of an application
    before = (
        await context.work.cases.find(consultation.previous_case_id)
        if consultation.previous_case_id
        else None
    )
    return await _open(
        context,
        person_id=consultation.person_id,
        municipality=consultation.municipality_code,
        hub_agency_id=consultation.hub_agency_id,
        terms=LeadTerms(
            lead_agency_id=consultation.agency_id, lead_position_id=context.position_id
        ),
        by=LeadDecidedBy.APPLICATION,
        consultation_id=consultation.id,
        previous_case_id=before.id if before else None,
        episode=before.episode + 1 if before else 1,
    )


async def read(context: Context, case_id: UUID) -> Shown:
    """The case, for those who are on it."""
    case = await context.work.cases.find(case_id)
    facts = await case_facts(context, case_id, case)
    permit = context.enforce(Permission.CASE_READ, facts, shows=Case)
    assert case is not None  # noqa: S101 - no permit without a record
    return Shown(_shown(case, permit), case.version, case.id)


async def listing(context: Context, view: CaseView, *, after: UUID | None, limit: int) -> Page:
    """The cases that the agency leads: all open ones, or those somebody should look at."""
    found = await context.work.cases.of_agency(context.agency_id, view, after, limit + 1)
    items = []
    for case in found[:limit]:
        facts = await case_facts(context, case.id, case)
        permit = context.may(Permission.CASE_READ, facts, shows=Case)
        if permit is not None:
            items.append(_shown(case, permit))
    context.note_list(Permission.CASE_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def leads(context: Context, case_id: UUID) -> Page:
    """Every lead decision, oldest first."""
    case = await context.work.cases.find(case_id)
    facts = await case_facts(context, case_id, case)
    permit = context.enforce(Permission.CASE_READ, facts, shows=CaseLead)
    found = await context.work.cases.leads(case_id)
    return Page(
        [disclose(d, permit.classes) | {"decided_by_ja": d.decided_by.label_ja} for d in found]
    )


async def name_lead(context: Context, case_id: UUID, command: NameCaseLead) -> Shown:
    """Decide who leads (row 1-39): the lead itself, or the hub before which the case stands."""
    case, facts = await load(context, case_id, Permission.CASE_NAME_LEAD, Part.HOLDER, Part.HUB)
    active = await context.work.cases.lead(case_id)
    if active is not None and command.replaces_lead_id != active.id:
        raise IllegalMove("case.lead_active", facts={"lead_id": str(active.id)})
    by = LeadDecidedBy.HUB if Part.HOLDER not in facts.parts else command.decided_by
    return await _replace(context, case, facts, command, by=by, reason=command.reason)


async def hand_over(context: Context, case_id: UUID, command: HandOver) -> Shown:
    """The lead gives the case on, to another position or another agency, with what it must know."""
    case, facts = await load(context, case_id, Permission.CASE_HAND_OVER, Part.HOLDER)
    return await _replace(
        context, case, facts, command, by=LeadDecidedBy.AGREEMENT, note=command.note
    )


async def set_team(context: Context, case_id: UUID, command: SetTeam) -> Shown:
    """Who else is on the case, in which role, for which themes (row 1-50)."""
    case, facts = await load(context, case_id, Permission.CASE_SET_TEAM, Part.HOLDER)
    named = [m.agency_id for m in command.members]
    check_named_once([case.lead_agency_id, case.deputy_agency_id, *named], "/members")
    await _require_covered(context, facts, Permission.CASE_SET_TEAM, case, named, "/members")
    for number, member in enumerate(command.members):
        if member.position_id is not None:
            field = f"/members/{number}/position_id"
            await check_position(context, member.agency_id, member.position_id, field)
    team = tuple(m.but(since=m.since or context.today) for m in command.members)
    after = case.but(team=team, version=case.version + 1)
    await context.work.cases.save(after)
    await touch(context, case.id)
    for agency_id in sorted(set(named) - {m.agency_id for m in case.team}):
        await notify(context, agency_id, NoticeKind.CASE_LEAD_NAMED, "case", case.id)
    return receipt(context, after)


async def escalate(context: Context, case_id: UUID, command: Escalate) -> Shown:
    """Stuck: the hub must answer; the case stays where it is (rows 2-09, 4-30)."""
    case, facts = await load(context, case_id, Permission.CASE_ESCALATE, Part.HOLDER, Part.PARTY)
    return await hub.escalate(
        context,
        facts,
        holder=case.lead_agency_id,
        municipality=case.municipality_code,
        command=command,
    )


async def go_stale(context: Context, case: Case) -> None:
    """Nothing was recorded for too long: the lead is asked; the second time the hub as well."""
    context.enforce(Permission.CASE_GO_STALE, _as_system(case))
    again = case.stale
    after = await with_stale_day(context, case)
    after = after.but(recorded_at=case.recorded_at, stale=True, version=case.version + 1)
    await context.work.cases.save(after)
    await give(
        context,
        case.lead_agency_id,
        TaskKind.STALE_CASE,
        RecordKind.CASE,
        case.id,
        context.today,
        position_id=case.lead_position_id,
    )
    if not again:
        await notify(context, case.lead_agency_id, NoticeKind.CASE_STALE, "case", case.id)
        return
    await hub.put(
        context,
        about=(RecordKind.CASE, case.id),
        person_id=case.person_id,
        holder=case.lead_agency_id,
        municipality=case.municipality_code,
        why=HubReason.STALE,
    )


async def lose_holder(context: Context, case: Case) -> None:
    """Whoever held the lead's position leaves: it is handed over before, not after (row 4-38)."""
    context.enforce(Permission.CASE_LOSE_HOLDER, _as_system(case))
    policy = await context.work.directory.care_policy(case.municipality_code, context.today)
    await context.work.cases.save(case.but(holder_gone=True, version=case.version + 1))
    await give(
        context,
        case.lead_agency_id,
        TaskKind.REASSIGN,
        RecordKind.CASE,
        case.id,
        policy.reassign.last_day(context.now, context.closed),
        for_role=Role.CHIEF_CONSULTANT,
    )
    for agency_id in dict.fromkeys((case.lead_agency_id, case.deputy_agency_id)):
        if agency_id is not None:
            await notify(
                context,
                agency_id,
                NoticeKind.CASE_WITHOUT_HOLDER,
                "case",
                case.id,
                for_role=Role.CHIEF_CONSULTANT,
            )


async def lack_lead(context: Context, case: Case) -> None:
    """The position is empty and nobody has taken over: the hub sees to it."""
    context.enforce(Permission.CASE_LOSE_HOLDER, _as_system(case))
    await hub.put(
        context,
        about=(RecordKind.CASE, case.id),
        person_id=case.person_id,
        holder=case.lead_agency_id,
        municipality=case.municipality_code,
        why=HubReason.NO_LEAD,
    )


async def load(
    context: Context, case_id: UUID, permission: Permission, *parts: Part
) -> tuple[Case, Facts]:
    """The case, locked, for an act that only these parts may do; nothing is done to an ended one."""
    case = await context.work.cases.find(case_id, lock=True)
    facts = (await case_facts(context, case_id, case)).as_only(*parts)
    context.enforce(permission, facts)
    assert case is not None  # noqa: S101 - no permit without a record
    context.check_version(case.version)
    case.require_open()
    return case, facts


def receipt(context: Context, case: Case) -> Shown:
    """What an act on a case is answered with."""
    return context.receipt(case, stage_ja=case.stage.label_ja, mode_ja=case.mode.label_ja)


async def _replace(
    context: Context,
    case: Case,
    facts: Facts,
    terms: LeadTerms,
    *,
    by: LeadDecidedBy,
    reason: str | None = None,
    note: str | None = None,
) -> Shown:
    await check_positions(context, terms)
    team = tuple(
        m for m in case.team if m.agency_id not in (terms.lead_agency_id, terms.deputy_agency_id)
    )
    named = [terms.lead_agency_id, terms.deputy_agency_id]
    check_named_once(named, "/deputy_agency_id")
    new = [a for a in named if a is not None and not case.has(a)]
    await _require_covered(context, facts, Permission.CASE_NAME_LEAD, case, new, "/lead_agency_id")
    led = await lead(context, case, terms, team=team, by=by, reason=reason, handover_note=note)
    await touch(context, case.id)
    for agency_id in dict.fromkeys(named):
        if agency_id is not None and agency_id != context.agency_id:
            await notify(context, agency_id, NoticeKind.CASE_LEAD_NAMED, "case", case.id)
    return receipt(context, led)


async def _require_covered(
    context: Context,
    facts: Facts,
    permission: Permission,
    case: Case,
    agencies: list[UUID],
    field: str,
) -> None:
    for agency_id in agencies:
        if not case.has(agency_id):
            context.require_transfer(
                permission,
                facts,
                await context.work.directory.recipient(agency_id),
                purpose=context.actor.purpose or Purpose.CONSULTATION,
                code="referral.receiver_not_covered",
                field=field,
            )


async def _case_of(context: Context, referral: Referral) -> Case | None:
    if referral.case_id is None:
        return None
    return await context.work.cases.find(referral.case_id, lock=True)


async def _of_referral(
    context: Context,
    referral: Referral,
    terms: LeadTerms,
    by: LeadDecidedBy,
    before: Case | None,
    *,
    reason: str | None = None,
) -> Case:
    """Its case; if there was one that has ended, a new episode: nothing is opened again."""
    return await _open(
        context,
        person_id=referral.person_id,
        municipality=referral.municipality_code,
        hub_agency_id=referral.hub_agency_id,
        terms=terms,
        by=by,
        reason=reason,
        urgency=referral.urgency,
        referral_id=referral.id,
        previous_case_id=before.id if before else None,
        episode=before.episode + 1 if before else 1,
    )


async def _open(
    context: Context,
    *,
    person_id: UUID,
    municipality: str,
    hub_agency_id: UUID,
    terms: LeadTerms,
    by: LeadDecidedBy,
    reason: str | None = None,
    urgency: Urgency = Urgency.NORMAL,
    **more: Any,
) -> Case:
    year = fiscal_year(context.today)
    running = await context.work.cases.next_number(municipality, year)
    case = Case(
        id=context.new_id(),
        number=f"{municipality}-{year}-{running:05d}",
        person_id=person_id,
        municipality_code=municipality,
        hub_agency_id=hub_agency_id,
        urgency=urgency,
        lead_agency_id=terms.lead_agency_id,
        lead_position_id=terms.lead_position_id,
        deputy_agency_id=terms.deputy_agency_id,
        deputy_position_id=terms.deputy_position_id,
        decided_by=by,
        decided_at=context.now,
        opened_at=context.now,
        **more,
    )
    case = await with_stale_day(context, case)
    await context.work.cases.add(case)
    await begin_lead(context, case, terms, reason=reason)
    return case


def _as_system(case: Case) -> Facts:
    return facts_for_system(RecordKind.CASE, case.id, case.lead_agency_id, case.person_id)


def _shown(case: Case, permit: Permit) -> dict[str, Any]:
    return show_case(case, permit) | {
        "stage_ja": case.stage.label_ja,
        "mode_ja": case.mode.label_ja,
        "sole": case.sole,
    }
