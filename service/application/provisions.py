"""Providing data without consent, and emergency access: decided, announced, reviewed."""

from datetime import timedelta
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.context import Context, Page, Shown
from service.application.facts import NOBODY, department_of, person_facts
from service.application.notices import notify
from service.domain.access import WAYS_FORWARD, Facts, Part, RecordKind
from service.domain.decision import Basis, Duty, Remedy, Rule, said_of
from service.domain.disclosure import disclose
from service.domain.errors import Denied, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission, Purpose
from service.domain.provision import (
    LONGEST_EMERGENCY,
    TERMS,
    MakeProvision,
    Provision,
    Sides,
    TakeEmergencyAccess,
    Taken,
    Verdict,
    unmet,
)
from service.domain.role import Role
from service.domain.term import Term
from service.domain.text import Line, Paragraph

#: A second person looks at it within so many working days (brief §8 rule 13).
REVIEW_TERM = Term(days=3)


class ReviewProvision(BaseModel):
    """What the second person says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    finding: Paragraph


class TellPerson(BaseModel):
    """How and by whom the person was told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    how: Line


class EndProvision(BaseModel):
    """Nothing but that it is over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AskHub(BaseModel):
    """A small agency has no second person: the hub is asked (row 3-30)."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def make(context: Context, command: MakeProvision) -> Shown:
    """The holder tells another agency, on a basis other than consent whose conditions are met."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    provision_id = context.new_id()
    made = {"kind": RecordKind.PROVISION, "record_id": provision_id}
    context.enforce(Permission.PROVISION_MAKE, facts.as_holder().model_copy(update=made))
    assert person is not None  # noqa: S101 - no permit without a record
    _require_in_force(context, command.basis)
    await _check_conditions(context, command)
    provision = Provision.model_validate(
        command.model_dump(exclude={"hours"})
        | {
            "id": provision_id,
            "from_agency_id": context.agency_id,
            "opens_at": context.now,
            "closes_at": context.now + timedelta(hours=command.hours),
            "made_by_position_id": context.position_id,
            "made_by_iss": context.actor.iss,
            "made_by_sub": context.actor.sub,
        }
        | _review(context, command.basis, context.agency_id)
    )
    await context.work.provisions.add(provision)
    await notify(
        context,
        provision.to_agency_id,
        NoticeKind.PROVISION_RECEIVED,
        "provision",
        provision.id,
        provision.closes_at,
    )
    await _announce(context, provision)
    return context.receipt(provision)


async def take(context: Context, command: TakeEmergencyAccess) -> Shown:
    """Break-glass: open the least that is needed, for minutes, with everybody told at once."""
    # Nobody in an emergency is in the circle of whom they help: a door for this one record.
    await context.work.in_emergency(command.person_id)
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    holder = person.holder_agency_id if person else NOBODY
    minutes = min(timedelta(minutes=command.minutes), LONGEST_EMERGENCY)
    provision = Provision.model_validate(
        {
            "id": context.new_id(),
            "person_id": command.person_id,
            "basis": Basis.LIFE,
            "taken": Taken.TAKEN,
            "from_agency_id": holder,
            "to_agency_id": context.agency_id,
            "to_position_id": context.position_id,
            "purposes": frozenset(Purpose) - {Purpose.STATISTICS, Purpose.AUDIT},
            "data_classes": command.data_classes,
            "opens_at": context.now,
            "closes_at": context.now + minutes,
            "made_by_position_id": context.position_id,
            "made_by_iss": context.actor.iss,
            "made_by_sub": context.actor.sub,
            "reason": command.reason,
        }
        | _review(context, Basis.LIFE, context.agency_id)
    )
    asked = facts.model_copy(
        update={
            "kind": RecordKind.PROVISION,
            # Whoever helps itself does so on this basis alone, whatever else it may have.
            "parts": frozenset(),
            "provisions": (provision,),
        }
    )
    context.enforce(Permission.EMERGENCY_TAKE, asked)
    # Of another department of its own agency it knows as little as of another agency.
    open_anyway = facts.department is None or facts.department in context.actor.departments
    if holder == context.agency_id and open_anyway:
        raise Invalid("provision.own_record", field="/person_id")
    await context.work.provisions.add(provision)
    await _announce(context, provision)
    return context.receipt(provision)


async def read(context: Context, provision_id: UUID) -> Shown:
    """What was opened to whom and why, for both sides and for whoever reviews it."""
    provision = await context.work.provisions.find(provision_id)
    facts = await _at_department(context, _facts(context, provision_id, provision))
    permit = context.enforce(Permission.PROVISION_READ, facts, shows=Provision)
    assert provision is not None  # noqa: S101 - no permit without a record
    shown = disclose(provision, permit.classes)
    shown["obligations"] = said_of(provision.obligations())
    return Shown(shown, provision.version, provision.id)


async def listing(context: Context, *, unreviewed: bool, after: UUID | None, limit: int) -> Page:
    """What the agency gave, received or took; ``unreviewed`` is what still awaits its second person."""
    found = await context.work.provisions.of_agency(
        context.agency_id, unreviewed=unreviewed, after=after, limit=limit + 1
    )
    items = []
    for provision in found[:limit]:
        facts = await _at_department(context, _facts(context, provision.id, provision))
        permit = context.may(Permission.PROVISION_READ, facts, shows=Provision)
        if permit is not None:
            items.append(disclose(provision, permit.classes))
    context.note_list(Permission.PROVISION_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def end(context: Context, provision_id: UUID, _command: EndProvision) -> Shown:
    """Close it before its time; either side may."""
    provision = await _change(context, Permission.PROVISION_END, provision_id, _SIDES)
    ended = provision.ended(context.now)
    await context.work.provisions.save(ended)
    return context.receipt(ended)


async def ask_hub(context: Context, provision_id: UUID, _command: AskHub) -> Shown:
    """Ask the hub of the municipality to be the second person."""
    provision = await _change(context, Permission.PROVISION_ASK_REVIEW, provision_id, _SIDES)
    if provision.review_due_at is None or provision.reviewed_at is not None:
        raise Invalid("provision.needs_no_review")
    home = await context.work.directory.municipality(context.municipality_code)
    assert home is not None  # noqa: S101 - an agency belongs to a municipality (foreign key)
    asked = provision.but(review_agency_id=home.hub_agency_id, version=provision.version + 1)
    await context.work.provisions.save(asked)
    await notify(
        context,
        home.hub_agency_id,
        NoticeKind.EMERGENCY_REVIEW,
        "provision",
        provision.id,
        provision.review_due_at,
    )
    return context.receipt(asked)


async def review(context: Context, provision_id: UUID, command: ReviewProvision) -> Shown:
    """The second person's finding. What was not justified ends at once."""
    provision = await _change(
        context, Permission.PROVISION_REVIEW, provision_id, {Part.REVIEWER, Part.HOLDER}
    )
    if context.agency_id not in (provision.review_agency_id, provision.from_agency_id):
        raise Denied("provision.reviewed_elsewhere")
    reviewed = provision.reviewed(
        command.verdict,
        command.finding,
        by=context.position_id,
        who=(context.actor.iss, context.actor.sub),
        at=context.now,
    )
    await context.work.provisions.save(reviewed)
    return context.receipt(reviewed)


async def tell(context: Context, provision_id: UUID, command: TellPerson) -> Shown:
    """Record that the person was told afterwards."""
    provision = await _change(context, Permission.PROVISION_TELL, provision_id, _SIDES)
    told = provision.told(command.how, context.now)
    await context.work.provisions.save(told)
    return context.receipt(told)


_SIDES = {Part.HOLDER, Part.PARTY}


async def _change(
    context: Context, permission: Permission, provision_id: UUID, by: set[Part]
) -> Provision:
    provision = await context.work.provisions.find(provision_id, lock=True)
    facts = await _at_department(context, _facts(context, provision_id, provision))
    if not facts.parts & by:
        facts = facts.as_only()
    context.enforce(permission, facts)
    assert provision is not None  # noqa: S101 - no permit without a record
    context.check_version(provision.version)
    return provision


async def _at_department(context: Context, facts: Facts) -> Facts:
    department = await department_of(context, facts.person_id)
    return facts.model_copy(update={"department": department})


def _facts(context: Context, provision_id: UUID, provision: Provision | None) -> Facts:
    """Whoever gave it, or took it, holds the record of it; the receiver takes part."""
    if provision is None:
        return Facts(kind=RecordKind.PROVISION, record_id=provision_id)
    me = context.actor.agency_id
    parts = set()
    took = provision.taken is Taken.TAKEN and provision.to_agency_id == me
    if me == provision.from_agency_id or took:
        parts.add(Part.HOLDER)
    if me == provision.to_agency_id:
        parts.add(Part.PARTY)
    if me == provision.review_agency_id:
        parts.add(Part.REVIEWER)
    return Facts(
        kind=RecordKind.PROVISION,
        record_id=provision.id,
        found=True,
        holder_agency_id=provision.from_agency_id,
        person_id=provision.person_id,
        parts=frozenset(parts),
        provisions=(provision,),
    )


def _review(context: Context, basis: Basis, agency_id: UUID) -> dict[str, object]:
    if Duty.REVIEW_BY not in TERMS[basis].duties:
        return {}
    due = REVIEW_TERM.ends(context.now, context.closed)
    return {"review_due_at": due, "review_agency_id": agency_id}


async def _announce(context: Context, provision: Provision) -> None:
    """Tell the lead, the holder and the privacy officers, in the same commit (checklist Z7)."""
    duties = TERMS[provision.basis].duties
    emergency = provision.taken is Taken.TAKEN
    told = {context.agency_id}
    if Duty.NOTIFY_LEAD in duties:
        leads = set(await context.work.cases.leads_of(provision.person_id))
        if emergency:
            leads.add(provision.from_agency_id)
        for agency_id in sorted(leads - told):
            await notify(context, agency_id, NoticeKind.EMERGENCY_TAKEN, "provision", provision.id)
    if Duty.NOTIFY_PRIVACY_OFFICER in duties:
        for agency_id in sorted({context.agency_id, provision.from_agency_id}):
            await notify(
                context,
                agency_id,
                NoticeKind.EMERGENCY_REVIEW,
                "provision",
                provision.id,
                provision.review_due_at,
                for_role=Role.PRIVACY_OFFICER,
            )


def _require_in_force(context: Context, basis: Basis) -> None:
    """The law supports it today, here; otherwise say who could switch it on."""
    if basis not in context.law.in_force(context.today, context.municipality_code):
        raise Denied(
            "basis.not_in_force",
            field="/basis",
            rule=Rule.BASIS_NOT_IN_FORCE,
            remedies=[Remedy.SWITCH_ON_BASIS],
        )


async def _check_conditions(context: Context, command: MakeProvision) -> None:
    directory = context.work.directory
    giver = await directory.agency(context.agency_id)
    receiver = await directory.agency(command.to_agency_id)
    if giver is None or receiver is None:
        raise Invalid("directory.unknown_agency", field="/to_agency_id")
    kinds = {k.code: k for k in await directory.kinds()}
    giving, receiving = kinds[giver.kind], kinds[receiver.kind]
    wrong = unmet(
        command,
        Sides(
            inside=receiver.id == giver.id,
            same_body=giver.legal_body is not None and giver.legal_body == receiver.legal_body,
            giver_public=giving.public_body,
            giver_special_secrecy=giving.special_secrecy,
            receiver_public=receiving.public_body,
            receiver_reports=receiving.receives_reports_of,
        ),
    )
    if wrong is not None:
        raise _unmet(*wrong)
    if command.basis is Basis.ENTRUST:
        await _check_contract(context, command)


async def _check_contract(context: Context, command: MakeProvision) -> None:
    contract = (
        await context.work.directory.contract(command.contract_id)
        if command.contract_id is not None
        else None
    )
    parties = (context.agency_id, command.to_agency_id)
    if (
        contract is None
        or (contract.principal_agency_id, contract.contractor_agency_id) != parties
        or not contract.holds_on(context.today)
    ):
        raise _unmet("provision.no_contract", "/contract_id")
    if not command.purposes <= contract.purposes:
        raise _unmet("provision.outside_contract", "/purposes")


def _unmet(code: str, field: str) -> Denied:
    """A condition of the basis is not met; what else would make it possible."""
    return Denied(
        code, field=field, rule=Rule.PROVISION_IN_FORCE, remedies=[r.value for r in WAYS_FORWARD]
    )
