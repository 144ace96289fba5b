"""Granting, refusing, reading and voiding consent; revoking it is in ``revocations``."""

from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import facts_about, facts_for_system, facts_of_consent, person_facts
from service.application.notices import notify
from service.application.revocations import follow
from service.domain.access import Part, RecordKind
from service.domain.consent import (
    Consent,
    GivenBy,
    GrantConsent,
    Receivers,
    Recipient,
    RefuseConsent,
    contradiction,
)
from service.domain.consent_states import ConsentAct, ConsentState
from service.domain.decision import Remedy
from service.domain.disclosure import D1, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.people import RepresentationScope
from service.domain.permission import Permission


async def grant(context: Context, command: GrantConsent) -> Shown:
    """Record what the person agreed to, at whatever desk that was."""
    facts = await facts_about(context, command.person_id, RecordKind.CONSENT)
    context.enforce(Permission.CONSENT_GRANT, facts)
    await _check_receivers(context, command)
    await check_representative(
        context,
        command.person_id,
        command.representative_id if command.given_by is not GivenBy.PERSON else None,
        RepresentationScope.CONSENT,
    )
    others = await context.work.consents.of_person(command.person_id)
    against = contradiction(command, others)
    if against is not None:
        # Whose slip it is, is told to whoever recorded it.
        known = {c.id for c in others if c.recorded_by == context.agency_id}
        raise IllegalMove(
            "consent.contradicts_another",
            remedies=[Remedy.SUPERSEDE_CONSENT],
            facts={"consent_id": str(against.id)} if against.id in known else {},
        )
    consent = Consent.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "recorded_by": context.agency_id,
            "recorded_at": context.now,
            "municipality_code": context.municipality_code,
        }
    )
    if command.supersedes_id is None:
        await context.work.consents.add(consent)
        return context.receipt(consent)
    before, after = await _supersede(context, command.supersedes_id, command.person_id)
    await context.work.consents.add(consent)
    return context.receipt(consent, follows=await follow(context, before, after))


async def refuse(context: Context, command: RefuseConsent) -> Shown:
    """Record that the person does not agree (yet), and when to ask again."""
    facts = await facts_about(context, command.person_id, RecordKind.CONSENT)
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
    facts = await facts_of_consent(context, consent_id, consent)
    permit = context.enforce(Permission.CONSENT_READ, facts, shows=Consent)
    assert consent is not None  # noqa: S101 - no permit without a record
    shown = disclose(consent, permit.classes) | {"state_ja": consent.state.label_ja}
    if Part.HOLDER in facts.parts:
        shown["stop_use"] = await _stop_use(context, consent_id)
    return Shown(shown, consent.version, consent.id)


async def of_person(context: Context, person_id: UUID) -> Page:
    """A person's consents and refusals, as far as they concern the caller, oldest first."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    context.enforce(Permission.CONSENT_READ, facts, needs=D1)
    items = []
    for consent in await context.work.consents.of_person(person_id):
        about = await facts_of_consent(context, consent.id, consent)
        permit = context.may(Permission.CONSENT_READ, about, shows=Consent)
        if permit is not None:
            items.append(disclose(consent, permit.classes))
    return Page(items)


async def receivers(context: Context, consent_id: UUID) -> Page:
    """The real names behind "agencies necessary for my request", as they are today (brief §2.3)."""
    consent = await context.work.consents.find(consent_id)
    facts = await facts_of_consent(context, consent_id, consent)
    context.enforce(Permission.CONSENT_READ, facts, shows=Receivers, needs=D1)
    assert consent is not None  # noqa: S101 - no permit without a record
    return Page(await named(context, consent))


async def named(context: Context, consent: Consent) -> list[dict[str, object]]:
    """Every agency that the consent means, by name, with the reason; the excluded ones too."""
    found: list[dict[str, object]] = []
    for agency in await context.work.directory.agencies(
        kind=None, municipality=None, after=None, limit=2000
    ):
        who = Recipient(
            agency_id=agency.id, kind=agency.kind, municipality_code=agency.municipality_code
        )
        if not agency.holds_on(context.today):
            continue
        if consent.excluded.include(who):
            found.append(_line(agency.id, agency.name, "excluded"))
        elif consent.receivers.include(who, consent.municipality_code):
            by_name = agency.id in consent.receivers.agencies
            found.append(_line(agency.id, agency.name, "named" if by_name else "kind"))
    for body_id in sorted(consent.receivers.meetings):
        body = await context.work.conferences.body(body_id)
        if body is not None:
            found.append(_line(body.id, body.name, "meeting"))
    return found


async def check_representative(
    context: Context,
    person_id: UUID,
    representative_id: UUID | None,
    act: RepresentationScope,
    *,
    field: str = "/representative_id",
) -> None:
    """Somebody who acts for the person is registered for it, today (row 2-28)."""
    if representative_id is None:
        return
    known = await context.work.persons.representations(person_id)
    found = next((r for r in known if r.id == representative_id), None)
    if found is None:
        raise Invalid("representation.unknown", field=field)
    if not found.holds_on(context.today):
        raise Invalid("representation.out_of_dates", field=field)
    if not found.allows(act, context.today):
        raise Invalid("representation.outside_scope", field=field)


async def _stop_use(context: Context, consent_id: UUID) -> list[dict[str, object]]:
    """Who was told to stop, and what they answered."""
    told = await context.work.notices.about(consent_id, NoticeKind.STOP_USE)
    return [
        {
            "agency_id": str(n.agency_id),
            "told_at": n.made_at.isoformat(),
            "answered_at": n.acknowledged_at.isoformat() if n.acknowledged_at else None,
            "answer": n.answer,
        }
        for n in told
    ]


def _line(agency_id: UUID, name: str, because: str) -> dict[str, object]:
    return {"id": str(agency_id), "name": name, "because": because}


async def _check_receivers(context: Context, command: GrantConsent) -> None:
    known = {k.code for k in await context.work.directory.kinds()}
    for where, meant in (("receivers", command.receivers), ("excluded", command.excluded)):
        if not meant.kinds <= known:
            raise Invalid("consent.unknown_kind", field=f"/{where}/kinds")
        for agency_id in sorted(meant.agencies):
            if await context.work.directory.agency(agency_id) is None:
                raise Invalid("directory.unknown_agency", field=f"/{where}/agencies")
        for body_id in sorted(meant.meetings):
            if await context.work.conferences.body(body_id) is None:
                raise Invalid("consent.unknown_meeting", field=f"/{where}/meetings")


async def _supersede(
    context: Context, consent_id: UUID, person_id: UUID
) -> tuple[Consent, Consent]:
    old = await context.work.consents.find(consent_id, lock=True)
    context.require(Permission.CONSENT_GRANT, await facts_of_consent(context, consent_id, old))
    if old is None or old.person_id != person_id:
        raise Invalid("consent.supersedes_another_person", field="/supersedes_id")
    state = old.move(ConsentAct.SUPERSEDE)
    superseded = old.but(state=state, version=old.version + 1)
    await context.work.consents.save(superseded)
    return old, superseded


async def remind(context: Context, consent: Consent) -> None:
    """The day has come on which the person is to be asked again (row 0-04)."""
    facts = facts_for_system(RecordKind.CONSENT, consent.id, consent.recorded_by, consent.person_id)
    context.enforce(Permission.CONSENT_REMIND, facts)
    await notify(context, consent.recorded_by, NoticeKind.CONTACT_DUE, "consent", consent.id)
