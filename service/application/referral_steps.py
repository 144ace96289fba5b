"""What every step of a referral brings along: a deadline, its history, notices."""

from service.application import hub
from service.application.case_steps import touch
from service.application.context import Context
from service.application.notices import notify
from service.domain.access import RecordKind
from service.domain.hub import HubReason
from service.domain.notice import NoticeKind
from service.domain.referral import Referral, ReferralEvent
from service.domain.referral_states import Side, Status


async def due(context: Context, referral: Referral) -> Referral:
    """The referral with the deadline of whoever's turn it is; an ending has none."""
    turn = referral.turn
    if turn is None:
        return referral.but(due_at=None, ended_at=context.now)
    policy = await context.work.directory.referral_policy(referral.municipality_code, context.today)
    term = policy.term(turn.clock, referral.urgency)
    return referral.but(due_at=term.ends(context.now, context.closed))


async def record_step(
    context: Context, before: Referral | None, after: Referral, act: str, note: str | None
) -> None:
    """One more line of the history, and a notice to whose turn it has become."""
    await record_event(context, before, after, act, note)
    await _tell(context, before, after)
    if before is not None or after.with_hub:
        await _mind_hub(context, after)


async def record_event(
    context: Context, before: Referral | None, after: Referral, act: str, note: str | None
) -> None:
    """One more line of the history of a referral, of which nobody's turn comes."""
    await context.work.referrals.record(
        ReferralEvent(
            id=context.new_id(),
            referral_id=after.id,
            number=after.version,
            at=context.now,
            act=act,
            from_status=before.status if before else None,
            to_status=after.status,
            by_agency_id=context.actor.agency_id,
            by_position_id=context.position_id,
            to_agency_id=after.to_agency_id,
            note=note,
        )
    )
    await touch(context, after.case_id)


async def _mind_hub(context: Context, referral: Referral) -> None:
    """What waits for the hub stands in its queue, and goes from it when a lead is named."""
    if referral.status is Status.NEEDS_LEAD:
        why = HubReason.BOUNCED if referral.declined_by else HubReason.MISSED_DEADLINE
        await hub.put(
            context,
            about=(RecordKind.REFERRAL, referral.id),
            person_id=referral.person_id,
            holder=referral.from_agency_id,
            municipality=referral.municipality_code,
            why=why,
        )
    elif not referral.with_hub:
        await hub.settle_about(context, referral.id)


async def _tell(context: Context, before: Referral | None, after: Referral) -> None:
    if after.turn is None or (
        before is not None
        and before.status == after.status
        and not after.hub_overdue
        and after.status is not Status.SUSPENDED
    ):
        return
    kinds = {
        Status.SENT: NoticeKind.REFERRAL_RECEIVED,
        Status.NEEDS_LEAD: NoticeKind.REFERRAL_AT_HUB,
        Status.SUSPENDED: NoticeKind.REFERRAL_SUSPENDED,
    }
    kind = kinds.get(after.status, NoticeKind.REFERRAL_YOUR_TURN)
    side = after.turn.acts
    if after.status is Status.NEEDS_LEAD and after.hub_overdue:
        kind = NoticeKind.REFERRAL_HUB_OVERDUE
    agency_id = after.agency_of(side)
    if agency_id is not None and (agency_id != context.actor.agency_id or side is Side.HUB):
        await notify(context, agency_id, kind, "referral", after.id, after.due_at)
