"""Revoking consent, and everything that follows from it in the same commit (brief §2.3).

It is never blocked. Referrals under way that no consent covers any longer stop; items on
agendas to come are taken off; whoever was shown data is told to stop using it. History stays.
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.context import Context, Shown
from service.application.facts import NOBODY, facts_for_system, facts_of_consent
from service.application.notices import notify
from service.application.referral_acts import suspend
from service.domain.access import RecordKind
from service.domain.conference import PullReason
from service.domain.consent import Consent, GivenTerms, RevokeConsent, agreed_to, opened_by
from service.domain.disclosure import D0
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.text import Paragraph


class VoidConsent(BaseModel):
    """How the mistake happened (another person's slip, entered twice)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


async def revoke(context: Context, consent_id: UUID, command: RevokeConsent) -> Shown:
    """The person takes it back. It acts on the next request; whoever was shown data is told to stop."""
    given = await context.work.consents.find(consent_id)
    # Referrals before consents, in which order every step of a referral locks them: two that
    # wait for each other would both have to be refused.
    await context.work.referrals.resting_on_consent(given.person_id if given else NOBODY)
    consent = await context.work.consents.find(consent_id, lock=True)
    facts = await facts_of_consent(context, consent_id, consent)
    context.enforce(Permission.CONSENT_REVOKE, facts)
    assert consent is not None  # noqa: S101 - no permit without a record
    context.check_version(consent.version)
    revoked = consent.revoked(command, at=context.now, by=context.actor.agency_id)
    await context.work.consents.save(revoked)
    return context.receipt(revoked, follows=await follow(context, consent, revoked))


async def void(context: Context, consent_id: UUID, command: VoidConsent) -> Shown:
    """It was entered by mistake and never was this person's: not revoked, but void."""
    given = await context.work.consents.find(consent_id)
    await context.work.referrals.resting_on_consent(given.person_id if given else NOBODY)
    consent = await context.work.consents.find(consent_id, lock=True)
    facts = await facts_of_consent(context, consent_id, consent)
    held = facts.as_holder()
    context.enforce(Permission.CONSENT_VOID, held)
    assert consent is not None  # noqa: S101 - no permit without a record
    context.check_version(consent.version)
    voided = consent.voided(command.reason, at=context.now, by=context.actor.agency_id)
    await context.work.consents.save(voided)
    return context.receipt(voided, follows=await follow(context, consent, voided))


async def expire(context: Context, consent: Consent) -> None:
    """Its last day is over: what rested on it stops, as if it had been taken back."""
    facts = facts_for_system(RecordKind.CONSENT, consent.id, consent.recorded_by, consent.person_id)
    context.enforce(Permission.CONSENT_EXPIRE, facts)
    # On its last day it still held; today it does not, without any change to the record.
    assert consent.valid_until is not None  # noqa: S101 - found by its last day
    held = consent.but(valid_until=None)
    await follow(context, held, consent)
    await notify(context, consent.recorded_by, NoticeKind.CONSENT_EXPIRED, "consent", consent.id)


async def follow(context: Context, before: Consent, after: Consent) -> dict[str, int]:
    """What follows when a consent opens less than it did: how much of each."""
    told = await _no_longer_covered(context, before, after)
    for agency_id in told:
        await notify(context, agency_id, NoticeKind.STOP_USE, "consent", before.id)
    left = await context.work.consents.terms_of_person(before.person_id)
    suspended = await _suspend_referrals(context, before.person_id, left)
    pulled = await _pull_items(context, before.person_id, left)
    return {"stop_use": len(told), "suspended_referrals": suspended, "pulled_items": pulled}


async def _no_longer_covered(context: Context, before: Consent, after: Consent) -> list[UUID]:
    """Agencies that could see something by this consent and can no longer: named ones, and those that did."""
    shown = await context.work.audit.receivers_of(before.person_id)
    lost = []
    for agency_id in sorted(shown | before.receivers.agencies):
        who = await context.work.directory.recipient(agency_id)
        if who is None:
            continue
        if before.receivers.meetings:
            who = who.model_copy(update={"meetings": before.receivers.meetings})
        opened = [
            {p: c.opens_to(who, p, context.today) for p in before.purposes} for c in (before, after)
        ]
        if any(opened[0][p] - opened[1][p] for p in before.purposes):
            lost.append(agency_id)
    return lost


async def _suspend_referrals(context: Context, person_id: UUID, left: Sequence[GivenTerms]) -> int:
    """Referrals whose receiver no consent, and nothing else, covers any longer."""
    provisions = await context.work.provisions.of_person(person_id)
    stopped = 0
    for referral in await context.work.referrals.resting_on_consent(person_id):
        receiver = referral.hub_agency_id if referral.with_hub else referral.to_agency_id
        who = await context.work.directory.recipient(receiver)
        if who is None or receiver == referral.from_agency_id:
            continue
        opened, _ = opened_by(left, who, referral.purpose, context.today)
        for provision in provisions:
            if provision.from_agency_id == referral.from_agency_id:
                opened |= provision.opens_to(who, referral.purpose, context.now)
        if not opened - {D0}:
            await suspend(context, referral)
            stopped += 1
    return stopped


async def _pull_items(context: Context, person_id: UUID, left: Sequence[GivenTerms]) -> int:
    """Items to come that nothing the person still agrees to allows to be talked about."""
    pulled = 0
    for item in await context.work.conferences.coming_items(person_id):
        if agreed_to(left, item.uses, context.today):
            continue
        await context.work.conferences.save_item(
            item.pulled(PullReason.CONSENT_REVOKED, context.now)
        )
        conference = await context.work.conferences.find(item.conference_id)
        if conference is not None:
            await notify(
                context,
                conference.convener_agency_id,
                NoticeKind.ITEM_PULLED,
                "conference",
                conference.id,
                conference.starts_at,
            )
        pulled += 1
    return pulled
