"""Amending a referral after it was sent, and reading what was amended."""

from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import referral_facts
from service.application.notices import notify
from service.application.referral_steps import due, record_event
from service.application.referrals import receipt_of
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.referral import Referral
from service.domain.referral_amendment import (
    AmendSent,
    ReferralAmendment,
    amended,
    class_of,
    show_amendment,
    told,
)
from service.domain.referral_states import Status


async def amend_sent(context: Context, referral_id: UUID, command: AmendSent) -> Shown:
    """Change what was sent: kept with old, new and reason, and the receiver is told."""
    referral = await context.work.referrals.find(referral_id, lock=True)
    facts = await referral_facts(context, referral_id, referral)
    context.enforce(Permission.REFERRAL_AMEND_SENT, facts)
    assert referral is not None  # noqa: S101 - no permit without a record
    context.check_version(referral.version)
    after, before = amended(referral, command, by=context.agency_id)
    if "urgency" in before:
        after = await due(context, after)
    await context.work.referrals.save(after)
    await record_event(context, referral, after, "amend_sent", command.reason)
    for name in before:
        await context.work.referrals.add_amendment(
            ReferralAmendment(
                id=context.new_id(),
                referral_id=referral.id,
                number=after.version,
                at=context.now,
                by_agency_id=context.agency_id,
                by_position_id=context.position_id,
                field=name,
                data_class=class_of(name),
                old=told(referral, name),
                new=told(after, name),
                reason=command.reason,
            )
        )
    reader = _reader(after)
    if reader is not None:
        kind = NoticeKind.REFERRAL_AMENDED
        await notify(context, reader, kind, "referral", referral.id, after.due_at)
    return await receipt_of(context, after)


def _reader(referral: Referral) -> UUID | None:
    """Who has the letter before them."""
    if referral.with_hub:
        return referral.hub_agency_id
    return None if referral.status is Status.DECLINED else referral.to_agency_id


async def amendments(context: Context, referral_id: UUID) -> Page:
    """What was amended after it was sent, oldest first, as far as each field may be seen."""
    referral = await context.work.referrals.find(referral_id)
    facts = await referral_facts(context, referral_id, referral)
    permit = context.enforce(Permission.REFERRAL_READ, facts, shows=Referral)
    return Page(
        [
            show_amendment(amendment, permit)
            for amendment in await context.work.referrals.amendments(referral_id)
        ]
    )
