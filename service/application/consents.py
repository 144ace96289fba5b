"""Granting, refusing, reading and revoking consent."""

from collections.abc import Iterable
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import NOBODY, person_facts
from service.application.notices import notify
from service.application.ports import Involvement
from service.domain.access import Facts, Part, RecordKind, recipient
from service.domain.consent import (
    Consent,
    ConsentAct,
    ConsentState,
    GrantConsent,
    RefuseConsent,
    RevokeConsent,
)
from service.domain.disclosure import D1, disclose
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission


async def grant(context: Context, command: GrantConsent) -> Shown:
    """Record what the person agreed to, at whatever desk that was."""
    facts = await _about(context, command.person_id)
    context.enforce(Permission.CONSENT_GRANT, facts)
    await _check_receivers(context, command)
    consent = Consent.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "recorded_by": context.agency_id,
            "recorded_at": context.now,
            "municipality_code": context.municipality_code,
        }
    )
    if command.supersedes_id is not None:
        await _supersede(context, command.supersedes_id, command.person_id)
    await context.work.consents.add(consent)
    return context.receipt(consent)


async def refuse(context: Context, command: RefuseConsent) -> Shown:
    """Record that the person does not agree (yet), and when to ask again."""
    facts = await _about(context, command.person_id)
    context.enforce(Permission.CONSENT_REFUSE, facts)
    if command.next_contact_on <= context.today:
        raise Invalid("consent.next_contact_in_past", field="/next_contact_on")
    consent = Consent(
        id=context.new_id(),
        person_id=command.person_id,
        recorded_by=context.agency_id,
        recorded_at=context.now,
        municipality_code=context.municipality_code,
        state=ConsentState.REFUSED,
        explained_on=command.explained_on,
        rule_version=command.rule_version,
        valid_from=context.today,
        next_contact_on=command.next_contact_on,
    )
    await context.work.consents.add(consent)
    return context.receipt(consent)


async def read(context: Context, consent_id: UUID) -> Shown:
    """The consent, for the agency that recorded it, those it covers, and the person."""
    consent = await context.work.consents.find(consent_id)
    facts = await _facts_of(context, consent_id, consent)
    permit = context.enforce(Permission.CONSENT_READ, facts, shows=Consent)
    assert consent is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(consent, permit.classes), consent.version, consent.id)


async def of_person(context: Context, person_id: UUID) -> Page:
    """A person's consents and refusals, as far as they concern the caller, oldest first."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    context.enforce(Permission.CONSENT_READ, facts, needs=D1)
    items = []
    for consent in await context.work.consents.of_person(person_id):
        about = await _facts_of(context, consent.id, consent)
        permit = context.may(Permission.CONSENT_READ, about, shows=Consent)
        if permit is not None:
            items.append(disclose(consent, permit.classes))
    return Page(items)


async def revoke(context: Context, consent_id: UUID, command: RevokeConsent) -> Shown:
    """The person takes it back. It acts on the next request; whoever was shown data is told to stop."""
    consent = await context.work.consents.find(consent_id, lock=True)
    facts = await _facts_of(context, consent_id, consent)
    context.enforce(Permission.CONSENT_REVOKE, facts)
    assert consent is not None  # noqa: S101 - no permit without a record
    context.check_version(consent.version)
    revoked = consent.revoked(command, at=context.now, by=context.actor.agency_id)
    await context.work.consents.save(revoked)
    for agency_id in await _no_longer_covered(context, consent, revoked):
        await notify(context, agency_id, NoticeKind.STOP_USE, "consent", consent.id)
    return context.receipt(revoked)


async def _about(context: Context, person_id: UUID) -> Facts:
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    return facts.model_copy(update={"kind": RecordKind.CONSENT})


async def _facts_of(context: Context, consent_id: UUID, consent: Consent | None) -> Facts:
    """Its recorder holds it; whoever is named in it, or covered and on the case, takes part."""
    who = recipient(context.actor)
    person_id = consent.person_id if consent else NOBODY
    me = context.actor.agency_id
    involvement = Involvement.NONE
    if me is not None:
        involvement = await context.work.persons.involvement(person_id, me)
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
        record_id=consent.id,
        found=True,
        holder_agency_id=consent.recorded_by,
        person_id=consent.person_id,
        parts=frozenset(parts),
        consents=(consent,),
    )


async def _check_receivers(context: Context, command: GrantConsent) -> None:
    known = {k.code for k in await context.work.directory.kinds()}
    for where, receivers in (("receivers", command.receivers), ("excluded", command.excluded)):
        if not receivers.kinds <= known:
            raise Invalid("consent.unknown_kind", field=f"/{where}/kinds")
        for agency_id in sorted(receivers.agencies):
            if await context.work.directory.agency(agency_id) is None:
                raise Invalid("directory.unknown_agency", field=f"/{where}/agencies")


async def _supersede(context: Context, consent_id: UUID, person_id: UUID) -> None:
    old = await context.work.consents.find(consent_id, lock=True)
    context.require(Permission.CONSENT_GRANT, await _facts_of(context, consent_id, old))
    if old is None or old.person_id != person_id:
        raise Invalid("consent.supersedes_another_person", field="/supersedes_id")
    state = old.move(ConsentAct.SUPERSEDE)
    await context.work.consents.save(old.but(state=state, version=old.version + 1))


async def _no_longer_covered(context: Context, before: Consent, after: Consent) -> Iterable[UUID]:
    """Agencies that could see something by this consent and can no longer: named ones, and those that did."""
    shown = await context.work.audit.receivers_of(before.person_id)
    lost = []
    for agency_id in sorted(shown | before.receivers.agencies):
        who = await context.work.directory.recipient(agency_id)
        if who is None:
            continue
        opened = [
            {p: c.opens_to(who, p, context.today) for p in before.purposes} for c in (before, after)
        ]
        if any(opened[0][p] - opened[1][p] for p in before.purposes):
            lost.append(agency_id)
    return lost
