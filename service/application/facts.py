"""What must be known about a record before anybody decides: loaded the same way, found or not."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from service.application.context import Context
from service.application.ports import Involvement
from service.domain.access import Facts, Part, RecordKind
from service.domain.case import Case
from service.domain.consent import Consent, Recipient
from service.domain.decision import Remedy, Rule
from service.domain.disclosure import D0, D1, D2, D6
from service.domain.errors import Denied
from service.domain.people import Person
from service.domain.permission import Permission, Purpose
from service.domain.plan import Plan, PlanVersion, responsible_agencies
from service.domain.referral import Referral
from service.domain.referral_states import Status

#: Asked for when there is no record, so that both answers take the same steps.
NOBODY = UUID(int=0)


async def person_facts(context: Context, person_id: UUID, person: Person | None) -> Facts:
    """The caller's part in a person's record."""
    me = context.actor.agency_id
    consents = await context.work.consents.of_person(person_id)
    involved = await _involvement(context, person_id)
    parts = {Part.PARTY} if involved is not Involvement.NONE else set()
    if person is not None and person.holder_agency_id == me:
        parts.add(Part.HOLDER)
    named = me is not None and any(me in c.receivers.agencies for c in consents)
    if named:
        parts.add(Part.NAMED)
    # Whoever is there for some themes only knows who it is; the rest is in its own lines.
    limited = involved is Involvement.THEMES and not named
    return Facts(
        kind=RecordKind.PERSON,
        record_id=person_id,
        found=person is not None,
        holder_agency_id=person.holder_agency_id if person else None,
        person_id=person_id if person else None,
        parts=frozenset(parts),
        consents=tuple(consents),
        profile=frozenset({D0, D1, D2}) if limited else None,
    )


async def _involvement(context: Context, person_id: UUID) -> Involvement:
    if context.actor.agency_id is None:
        return Involvement.NONE
    return await context.work.persons.involvement(person_id, context.actor.agency_id)


async def referral_facts(context: Context, referral_id: UUID, referral: Referral | None) -> Facts:
    """The caller's part in a referral."""
    person_id = referral.person_id if referral else NOBODY
    case_id = referral.case_id if referral and referral.case_id else NOBODY
    consents = await context.work.consents.of_person(person_id)
    case = await context.work.cases.find(case_id)
    return facts_of_referral(context, referral_id, referral, case, consents)


def facts_of_referral(
    context: Context,
    referral_id: UUID,
    referral: Referral | None,
    case: Case | None,
    consents: Sequence[Consent],
) -> Facts:
    """The same from records already loaded, for lists."""
    if referral is None:
        return Facts(kind=RecordKind.REFERRAL, record_id=referral_id)
    me = context.actor.agency_id
    on_case = case is not None and case.has(me)
    # Parties see what goes along; the team of the case sees its own themes of it.
    themes = (
        case.themes_of(me) if case is not None and on_case and me != referral.to_agency_id else None
    )
    return Facts(
        kind=RecordKind.REFERRAL,
        record_id=referral.id,
        found=True,
        holder_agency_id=referral.from_agency_id,
        person_id=referral.person_id,
        parts=_referral_parts(context, referral, on_case=on_case),
        consents=tuple(consents),
        # Who told us is for the receiving agency, not for the rest of the team.
        profile=referral.data_classes - (frozenset() if me == referral.to_agency_id else {D6}),
        themes=themes,
    )


def _referral_parts(context: Context, referral: Referral, *, on_case: bool) -> frozenset[Part]:
    me = context.actor.agency_id
    parts = set()
    if me == referral.from_agency_id:
        parts.add(Part.HOLDER)
    if referral.with_hub and me == referral.hub_agency_id and context.actor.is_hub:
        parts.add(Part.HUB)
    if referral.status is Status.DRAFT and not referral.with_hub:
        return frozenset(parts)
    if referral.left_by(me) and not on_case:
        parts.add(Part.FORMER_PARTY)
    elif me == referral.to_agency_id or on_case:
        parts.add(Part.PARTY)
    return frozenset(parts)


async def case_facts(context: Context, case_id: UUID, case: Case | None) -> Facts:
    """The caller's part in a case."""
    consents = await context.work.consents.of_person(case.person_id if case else NOBODY)
    me = context.actor.agency_id
    parts = set()
    if case is not None and case.lead_agency_id == me:
        parts.add(Part.HOLDER)
    if case is not None and case.has(me):
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.CASE,
        record_id=case_id,
        found=case is not None,
        holder_agency_id=case.lead_agency_id if case else None,
        person_id=case.person_id if case else None,
        parts=frozenset(parts),
        consents=tuple(consents),
        themes=case.themes_of(me) if case else None,
    )


async def plan_facts(
    context: Context, plan_id: UUID, plan: Plan | None, current: PlanVersion | None
) -> Facts:
    """The caller's part in a plan: its holder, the lead, the team, whoever answers for a line."""
    consents = await context.work.consents.of_person(plan.person_id if plan else NOBODY)
    case = await context.work.cases.find(plan.case_id if plan and plan.case_id else NOBODY)
    if plan is None or current is None:
        return Facts(kind=RecordKind.PLAN, record_id=plan_id)
    me = context.actor.agency_id
    on_case = case is not None and case.has(me)
    has_line = me in responsible_agencies(current.lines)
    invited = me is not None and await context.work.conferences.discusses(plan_id, me)
    decides = current.awaits_or_has_decision and me in await context.work.directory.deciders(
        plan.municipality_code
    )
    whole = invited or decides
    parts = {Part.PARTY} if on_case or has_line or whole else set()
    if plan.holder_agency_id == me:
        parts.add(Part.HOLDER)
    # Whoever discusses or decides on it sees all of it; the others their own themes and lines.
    themes = case.themes_of(me) if case is not None and on_case and not whole else None
    if themes is not None or (has_line and not on_case and not whole):
        own = (line.theme for line in current.lines if line.responsible_agency_id == me)
        themes = (themes or frozenset()) | frozenset(own)
    return Facts(
        kind=RecordKind.PLAN,
        record_id=plan_id,
        found=True,
        holder_agency_id=plan.holder_agency_id,
        person_id=plan.person_id,
        parts=frozenset(parts),
        consents=tuple(consents),
        themes=themes,
    )


async def consents_by_person(
    context: Context, person_ids: Iterable[UUID]
) -> Mapping[UUID, list[Consent]]:
    """The consents of several persons, locked until the decision on them is recorded."""
    wanted = set(person_ids)
    found: dict[UUID, list[Consent]] = {p: [] for p in wanted}
    if wanted:
        for consent in await context.work.consents.of_persons(wanted):
            found[consent.person_id].append(consent)
    return found


async def require_consent_for(
    context: Context,
    permission: Permission,
    facts: Facts,
    *,
    agency_id: UUID,
    purpose: Purpose,
    field: str,
) -> Recipient:
    """Refuse to hand a person to an agency that no consent covers, and say what would help."""
    who = await context.work.directory.recipient(agency_id)
    covered = who is not None and any(
        c.opens_to(who, purpose, context.today) - {D0} for c in facts.consents
    )
    if who is None or not covered:
        context.refuse_transfer(permission, facts)
        raise Denied(
            "referral.receiver_not_covered",
            field=field,
            rule=Rule.CONSENT_COVERS_RECEIVER,
            remedies=(Remedy.ASK_CONSENT, Remedy.ASK_SUPPORT_CONFERENCE),
        )
    return who
