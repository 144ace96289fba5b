"""What must be known about a record before anybody decides: loaded the same way, found or not."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from service.application.context import Context
from service.application.ports import Involvement
from service.domain.access import Facts, Part, RecordKind
from service.domain.case import Case
from service.domain.conference import AgendaItem, Conference
from service.domain.consent import Consent, GivenTerms
from service.domain.disclosure import D0, D1, D2, D6
from service.domain.people import Person
from service.domain.plan import Plan, PlanVersion
from service.domain.plan_line import responsible_agencies
from service.domain.provision import Provision
from service.domain.referral import Referral
from service.domain.scope import CASE_WORK

#: Asked for when there is no record, so that both answers take the same steps.
NOBODY = UUID(int=0)


async def person_facts(context: Context, person_id: UUID, person: Person | None) -> Facts:
    """The caller's part in a person's record."""
    consents = await context.work.consents.terms_of_person(person_id)
    provisions = await context.work.provisions.of_person(person_id)
    involved = await _involvement(context, person_id)
    return facts_of_person(context, person_id, person, consents, provisions, involved)


def facts_of_person(
    context: Context,
    person_id: UUID,
    person: Person | None,
    consents: Sequence[GivenTerms],
    provisions: Sequence[Provision],
    involved: Involvement,
) -> Facts:
    """The same from records already loaded."""
    me = context.actor.agency_id
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
        department=person.department if person else None,
        consents=tuple(consents),
        provisions=tuple(provisions),
        profile=frozenset({D0, D1, D2}) if limited else None,
    )


async def facts_about(context: Context, person_id: UUID, kind: RecordKind) -> Facts:
    """The same part, for a new record of another kind about the person."""
    person = await context.work.persons.find(person_id)
    known = await person_facts(context, person_id, person)
    return known.model_copy(update={"kind": kind})


def facts_for_system(
    kind: RecordKind, record_id: UUID, holder: UUID | None, person_id: UUID | None = None
) -> Facts:
    """A record that the service itself acts on when its time has come; nobody's part counts."""
    return Facts(
        kind=kind, record_id=record_id, found=True, holder_agency_id=holder, person_id=person_id
    )


async def own_item(context: Context, item: AgendaItem, person_id: UUID, holder: UUID) -> Facts:
    """What an agency has written on an agenda item about a person is its own record."""
    return Facts(
        kind=RecordKind.CONFERENCE_ITEM,
        record_id=item.id,
        found=True,
        holder_agency_id=holder,
        person_id=person_id,
        parts=frozenset({Part.HOLDER}),
        consents=tuple(await context.work.consents.terms_of_person(person_id)),
        conference_id=item.conference_id,
    )


async def item_run_by(
    context: Context, conference: Conference, item: AgendaItem, person_id: UUID
) -> Facts:
    """The item of whoever runs the conference: the convener's own, its secretariat's to write in."""
    own = await own_item(context, item, person_id, conference.convener_agency_id)
    if context.actor.agency_id == conference.convener_agency_id:
        return own
    return own.model_copy(update={"parts": frozenset({Part.SECRETARIAT})})


class OwnRecord(Protocol):
    """A record that one agency keeps for itself, about somebody or about nobody yet."""

    @property
    def agency_id(self) -> UUID:
        """Whose it is."""

    @property
    def person_id(self) -> UUID | None:
        """Whom it is about, once that is known."""


async def own_facts(
    context: Context, kind: RecordKind, record_id: UUID, record: OwnRecord | None
) -> Facts:
    """The caller's part in such a record: it is the caller's agency's own, or it is not."""
    person_id = record.person_id if record else None
    mine = record is not None and record.agency_id == context.actor.agency_id
    return Facts(
        kind=kind,
        record_id=record_id,
        found=record is not None,
        holder_agency_id=record.agency_id if record else None,
        department=await department_of(context, person_id),
        person_id=person_id,
        parts=frozenset({Part.HOLDER}) if mine else frozenset(),
    )


async def _involvement(context: Context, person_id: UUID) -> Involvement:
    if context.actor.agency_id is None:
        return Involvement.NONE
    return await context.work.persons.involvement(person_id, context.actor.agency_id)


async def department_of(context: Context, person_id: UUID | None) -> str | None:
    """The department of the caller's agency that keeps the person to itself, if one does."""
    me = context.actor.agency_id
    if me is None:
        return None
    return (await context.work.persons.departments([person_id or NOBODY], me)).get(
        person_id or NOBODY
    )


async def referral_facts(context: Context, referral_id: UUID, referral: Referral | None) -> Facts:
    """The caller's part in a referral."""
    person_id = referral.person_id if referral else NOBODY
    case_id = referral.case_id if referral and referral.case_id else NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    provisions = await context.work.provisions.of_person(person_id)
    case = await context.work.cases.find(case_id)
    department = await department_of(context, person_id)
    return facts_of_referral(context, referral_id, referral, case, consents, provisions, department)


def facts_of_referral(
    context: Context,
    referral_id: UUID,
    referral: Referral | None,
    case: Case | None,
    consents: Sequence[GivenTerms],
    provisions: Sequence[Provision],
    department: str | None,
) -> Facts:
    """The same from records already loaded, for lists."""
    if referral is None:
        return Facts(kind=RecordKind.REFERRAL, record_id=referral_id, department=department)
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
        department=department,
        person_id=referral.person_id,
        parts=_referral_parts(context, referral, on_case=on_case),
        consents=tuple(consents),
        provisions=tuple(provisions),
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
    if referral.reached_nobody:
        return frozenset(parts)
    if referral.left_by(me) and not on_case:
        parts.add(Part.FORMER_PARTY)
    elif me == referral.to_agency_id or on_case:
        parts.add(Part.PARTY)
    return frozenset(parts)


async def case_facts(context: Context, case_id: UUID, case: Case | None) -> Facts:
    """The caller's part in a case."""
    person_id = case.person_id if case else NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    provisions = await context.work.provisions.of_person(person_id)
    me = context.actor.agency_id
    parts = set()
    if case is not None and case.lead_agency_id == me:
        parts.add(Part.HOLDER)
    if case is not None and case.has(me):
        parts.add(Part.PARTY)
    waiting = await context.work.hub.open_about(case_id)
    if waiting is not None and waiting.hub_agency_id == me:
        parts.add(Part.HUB)
    return Facts(
        kind=RecordKind.CASE,
        department=await department_of(context, person_id),
        record_id=case_id,
        found=case is not None,
        holder_agency_id=case.lead_agency_id if case else None,
        person_id=case.person_id if case else None,
        parts=frozenset(parts),
        consents=tuple(consents),
        provisions=tuple(provisions),
        themes=case.themes_of(me) if case else None,
    )


async def agreed_with_us(context: Context, consents: Sequence[GivenTerms]) -> bool:
    """Whether the person agrees to case work by the caller's agency: it was said to it, or names it."""
    who = await context.work.directory.recipient(context.agency_id)
    return who is not None and any(
        c.effective_on(context.today)
        and bool(c.purposes & CASE_WORK)
        and not c.excluded.include(who)
        and (c.recorded_by == who.agency_id or c.receivers.include(who, c.municipality_code))
        for c in consents
    )


async def plan_facts(
    context: Context, plan_id: UUID, plan: Plan | None, current: PlanVersion | None
) -> Facts:
    """The caller's part in a plan: its holder, the lead, the team, whoever answers for a line."""
    person_id = plan.person_id if plan else NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    provisions = await context.work.provisions.of_person(person_id)
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
        department=await department_of(context, person_id),
        record_id=plan_id,
        found=True,
        holder_agency_id=plan.holder_agency_id,
        person_id=plan.person_id,
        parts=frozenset(parts),
        consents=tuple(consents),
        provisions=tuple(provisions),
        themes=themes,
    )


async def provisions_by_person(
    context: Context, person_ids: Iterable[UUID]
) -> Mapping[UUID, list[Provision]]:
    """The provisions about several persons."""
    found: dict[UUID, list[Provision]] = {p: [] for p in person_ids}
    if found:
        for provision in await context.work.provisions.of_persons(found):
            found[provision.person_id].append(provision)
    return found


async def consents_by_person(
    context: Context, person_ids: Iterable[UUID]
) -> Mapping[UUID, list[GivenTerms]]:
    """The consents of several persons, locked until the decision on them is recorded."""
    wanted = set(person_ids)
    found: dict[UUID, list[GivenTerms]] = {p: [] for p in wanted}
    if wanted:
        for consent in await context.work.consents.terms_of_persons(wanted):
            found[consent.person_id].append(consent)
    return found


async def facts_of_consent(context: Context, consent_id: UUID, consent: Consent | None) -> Facts:
    """Its recorder holds it; whoever is named in it, or covered and on the case, takes part."""
    person_id = consent.person_id if consent else NOBODY
    me = context.actor.agency_id
    involvement = Involvement.NONE
    who = None
    if me is not None:
        involvement = await context.work.persons.involvement(person_id, me)
        who = await context.work.directory.recipient(me)
    department = await department_of(context, person_id)
    if consent is None:
        return Facts(kind=RecordKind.CONSENT, record_id=consent_id)
    parts = {Part.HOLDER} if consent.recorded_by == me else set()
    covered = who is not None and consent.receivers.include(who, consent.municipality_code)
    if who is not None and (
        consent.names(who) or (covered and involvement is not Involvement.NONE)
    ):
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.CONSENT,
        department=department,
        record_id=consent.id,
        found=True,
        holder_agency_id=consent.recorded_by,
        person_id=consent.person_id,
        parts=frozenset(parts),
        consents=(consent,),
    )
