"""Asking after a referral: connecting alone is not the end of it (row 3-22)."""

from datetime import timedelta
from uuid import UUID

from service.application.context import Context, Shown
from service.application.facts import referral_facts
from service.application.notices import notify
from service.application.referral_steps import record_event
from service.application.referrals import receipt_of
from service.application.tasks import give, settle
from service.domain.access import RecordKind
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.referral import Referral
from service.domain.referral_acts import Check
from service.domain.task import TaskKind

#: How long the sender has for it once it is on its list.
DAYS_TO_CHECK = timedelta(days=7)


async def come_to_check(context: Context, referral: Referral) -> None:
    """The day has come: the sender is asked, once, to find out how it went."""
    facts = await referral_facts(context, referral.id, referral)
    context.enforce(Permission.REFERRAL_COME_TO_CHECK, facts)
    after = referral.came_to_check(context.now)
    await context.work.referrals.save(after)
    await record_event(context, referral, after, "come_to_check", None)
    sender = referral.from_agency_id
    due_on = context.today + DAYS_TO_CHECK
    await give(context, sender, TaskKind.HANDOVER_CHECK, RecordKind.REFERRAL, referral.id, due_on)
    await notify(context, sender, NoticeKind.REFERRAL_CHECK, "referral", referral.id)


async def check(context: Context, referral_id: UUID, command: Check) -> Shown:
    """Record how it went; what has not gone well is asked after again, or reopened."""
    referral = await context.work.referrals.find(referral_id, lock=True)
    facts = await referral_facts(context, referral_id, referral)
    context.enforce(Permission.REFERRAL_CHECK, facts)
    assert referral is not None  # noqa: S101 - no permit without a record
    context.check_version(referral.version)
    referral.require_check_by(context.agency_id)
    if command.again_on is not None and command.again_on <= context.today:
        raise Invalid("referral.check_again_in_past", field="/again_on")
    if not command.well and command.again_on is None and not await _reopened(context, referral):
        raise Invalid("referral.check_needs_next_step", field="/again_on")
    after = referral.checked(well=command.well, again_on=command.again_on, at=context.now)
    await context.work.referrals.save(after)
    await record_event(context, referral, after, "check", command.note)
    await settle(context, referral.id, TaskKind.HANDOVER_CHECK)
    return await receipt_of(context, after)


async def _reopened(context: Context, referral: Referral) -> bool:
    """Whether its sender has taken it up again."""
    found = await context.work.referrals.reopenings(referral.id)
    return any(r.from_agency_id == context.agency_id for r in found)
