"""What can be done with a referral: one function an act, all of the same five steps.

Load the referral and lock it, decide, move, change what the act brings along, save it with
its deadline, its history and its notices.
"""

from collections.abc import Sequence
from uuid import UUID

from service.application.cases import lead_by_hub, open_case
from service.application.context import Context, Shown
from service.application.desks import agency_of, desk_in_force, require_agency_in_force
from service.application.facts import referral_facts
from service.application.notices import notify
from service.application.referral_steps import due, record_step
from service.application.referrals import receipt_of
from service.domain.access import Facts
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.referral import Referral, check_receiver
from service.domain.referral_acts import (
    AnswerInfo,
    Complete,
    Contact,
    Decline,
    FollowUp,
    NameLead,
    Note,
    Reason,
    Redirect,
    ReturnForInfo,
)
from service.domain.referral_kinds import ReferralRoute
from service.domain.referral_links import check_route
from service.domain.referral_states import PERMISSION, Act, Side


async def send(context: Context, referral_id: UUID, command: Note) -> Shown:
    """Send it to a receiver whom the person's consent covers."""
    before, facts, moved = await _begin(context, referral_id, Act.SEND)
    if before.to_desk_id is not None:
        await desk_in_force(context, before.to_desk_id, "/to_desk_id")
    await _require_covered(context, Act.SEND, facts, before, before.to_agency_id, "/to_desk_id")
    return await _end(context, before, moved.but(sent_at=context.now), Act.SEND, command.note)


async def receive(context: Context, referral_id: UUID, command: Note) -> Shown:
    """Say that it has arrived and is being looked at."""
    before, _, moved = await _begin(context, referral_id, Act.RECEIVE)
    return await _end(context, before, moved, Act.RECEIVE, command.note)


async def accept(context: Context, referral_id: UUID, command: Note) -> Shown:
    """Take the person on: from now on the receiver is responsible, and a case is open."""
    before, facts, moved = await _begin(context, referral_id, Act.ACCEPT)
    await _require_covered(context, Act.ACCEPT, facts, before, context.agency_id, "/")
    case = await open_case(context, moved)
    return await _end(context, before, moved.but(case_id=case.id), Act.ACCEPT, command.note)


async def decline(context: Context, referral_id: UUID, command: Decline) -> Shown:
    """Decline with a reason and an onward proposal; the second decline is the hub's (row 1-23)."""
    before, _, moved = await _begin(context, referral_id, Act.DECLINE)
    desk_id = command.proposal.desk_id if command.proposal else None
    if desk_id is not None:
        await _check_proposal(context, before, desk_id)
    after = moved.declined(context.agency_id, desk_id)
    note = command.reason
    if command.proposal is not None:
        note = f"{command.reason}\n{command.proposal.contacted}"
    return await _end(context, before, after, Act.DECLINE, note)


async def return_for_info(context: Context, referral_id: UUID, command: ReturnForInfo) -> Shown:
    """Ask the sender for what is missing; the sender stays responsible."""
    before, _, moved = await _begin(context, referral_id, Act.RETURN_FOR_INFO)
    return await _end(context, before, moved, Act.RETURN_FOR_INFO, command.question)


async def answer(context: Context, referral_id: UUID, command: AnswerInfo) -> Shown:
    """Give what was asked for."""
    before, _, moved = await _begin(context, referral_id, Act.ANSWER)
    return await _end(context, before, moved, Act.ANSWER, command.answer)


async def redirect(context: Context, referral_id: UUID, command: Redirect) -> Shown:
    """On to the proposed desk, or another one, whom the person's consent covers."""
    before, facts, moved = await _begin(context, referral_id, Act.REDIRECT)
    desk = await desk_in_force(context, command.to_desk_id, "/to_desk_id")
    check_receiver(before, desk.agency_id)
    await _require_covered(context, Act.REDIRECT, facts, before, desk.agency_id, "/to_desk_id")
    if before.route is ReferralRoute.TO_PUBLIC_ASSISTANCE:
        kind = (await agency_of(context, desk)).kind
        check_route(before, from_kind=None, to_kind=kind, parent=None)
    after = moved.but(
        to_desk_id=desk.id, to_agency_id=desk.agency_id, proposal_desk_id=None, sent_at=context.now
    )
    return await _end(context, before, after, Act.REDIRECT, command.note)


async def resume(context: Context, referral_id: UUID, command: Note) -> Shown:
    """There is a consent again that covers the receiver: on from where it was."""
    before, facts, moved = await _begin(context, referral_id, Act.RESUME)
    await _require_covered(context, Act.RESUME, facts, before, before.to_agency_id, "/")
    return await _end(context, before, moved, Act.RESUME, command.note)


async def escalate(context: Context, referral_id: UUID, command: Reason) -> Shown:
    """Stuck: the hub must name a lead (row 4-30)."""
    before, _, moved = await _begin(context, referral_id, Act.ESCALATE)
    return await _end(context, before, moved, Act.ESCALATE, command.reason)


async def name_lead(context: Context, referral_id: UUID, command: NameLead) -> Shown:
    """The hub decides who leads, who stands in and who is on the team; nobody bounces it again."""
    before, facts, moved = await _begin(context, referral_id, Act.NAME_LEAD)
    named = [command.lead_agency_id, *(m.agency_id for m in command.team)]
    if command.deputy_agency_id is not None:
        named.append(command.deputy_agency_id)
    _check_team(named)
    for agency_id in named:
        field = "/lead_agency_id" if agency_id == command.lead_agency_id else "/team"
        await require_agency_in_force(context, agency_id, field)
    for agency_id in named:
        if agency_id != before.from_agency_id:
            await _require_covered(context, Act.NAME_LEAD, facts, before, agency_id, "/team")
    after = moved.given_to(command.lead_agency_id)
    case = await lead_by_hub(context, after, command)
    shown = await _end(context, before, after.but(case_id=case.id), Act.NAME_LEAD, command.reason)
    for agency_id in named[1:]:
        await notify(context, agency_id, NoticeKind.REFERRAL_LEAD_NAMED, "referral", before.id)
    return shown


async def contact(context: Context, referral_id: UUID, command: Contact) -> Shown:
    """Record the first contact with the person, or an attempt at it."""
    before, _, moved = await _begin(context, referral_id, Act.CONTACT)
    if not command.happened_by(context.now):
        raise Invalid("referral.contact_in_future", field="/at")
    policy = await context.work.directory.referral_policy(before.municipality_code, context.today)
    check_on = policy.check.last_day(command.at, context.closed)
    after = moved.contacted(at=command.at, reached=command.reached, check_on=check_on)
    return await _end(
        context, before, after, Act.CONTACT, command.note, keep_deadline=not command.reached
    )


async def follow_up(context: Context, referral_id: UUID, command: FollowUp) -> Shown:
    """Ask how the person is doing after the handover; without it nothing is completed."""
    before, _, moved = await _begin(context, referral_id, Act.FOLLOW_UP)
    if not command.happened_by(context.now):
        raise Invalid("referral.follow_up_in_future", field="/at")
    after = moved.followed_up(command.at)
    return await _end(context, before, after, Act.FOLLOW_UP, command.note, keep_deadline=True)


async def work(context: Context, referral_id: UUID, command: Note) -> Shown:
    """Support goes on; the review date moves with it."""
    before, _, moved = await _begin(context, referral_id, Act.WORK)
    return await _end(context, before, moved, Act.WORK, command.note)


async def complete(context: Context, referral_id: UUID, command: Complete) -> Shown:
    """Done, with what came of it; only after a first contact and a follow-up."""
    before, _, moved = await _begin(context, referral_id, Act.COMPLETE)
    return await _end(context, before, moved.completed(command.outcome), Act.COMPLETE, command.note)


async def close(context: Context, referral_id: UUID, command: Reason) -> Shown:
    """Closed without contact, after enough attempts."""
    before, _, moved = await _begin(context, referral_id, Act.CLOSE)
    policy = await context.work.directory.referral_policy(before.municipality_code, context.today)
    after = moved.closed(policy.contact_attempts)
    return await _end(context, before, after, Act.CLOSE, command.reason)


async def request_withdrawal(context: Context, referral_id: UUID, command: Reason) -> Shown:
    """Ask to have it back: the receiver confirms, because it may already be at work."""
    before, _, moved = await _begin(context, referral_id, Act.REQUEST_WITHDRAWAL)
    return await _end(context, before, moved, Act.REQUEST_WITHDRAWAL, command.reason)


async def confirm_withdrawal(context: Context, referral_id: UUID, command: Note) -> Shown:
    """The receiver, or the hub, lets it go."""
    before, _, moved = await _begin(context, referral_id, Act.CONFIRM_WITHDRAWAL)
    return await _end(context, before, moved, Act.CONFIRM_WITHDRAWAL, command.note)


async def keep(context: Context, referral_id: UUID, command: Reason) -> Shown:
    """The receiver, or the hub, keeps it, and says why."""
    before, _, moved = await _begin(context, referral_id, Act.KEEP)
    return await _end(context, before, moved, Act.KEEP, command.reason)


async def _begin(context: Context, referral_id: UUID, act: Act) -> tuple[Referral, Facts, Referral]:
    """Load, decide, move. What is returned is the referral before, the facts, and after the move."""
    referral = await context.work.referrals.find(referral_id, lock=True)
    facts = await referral_facts(context, referral_id, referral)
    context.enforce(PERMISSION[act], facts)
    assert referral is not None  # noqa: S101 - no permit without a record
    context.check_version(referral.version)
    sides = referral.sides_of(context.actor.agency_id, hub=context.actor.is_hub)
    return referral, facts, referral.move(act, sides)


async def _end(
    context: Context,
    before: Referral,
    after: Referral,
    act: Act,
    note: str | None,
    *,
    keep_deadline: bool = False,
) -> Shown:
    """Save it with its deadline, its history and its notices; answer with a receipt."""
    if not keep_deadline:
        after = await due(context, after)
    await context.work.referrals.save(after)
    await record_step(context, before, after, act.value, note)
    return await receipt_of(context, after)


async def _require_covered(
    context: Context, act: Act, facts: Facts, referral: Referral, agency_id: UUID, field: str
) -> None:
    context.require_transfer(
        PERMISSION[act],
        facts,
        await context.work.directory.recipient(agency_id),
        purpose=referral.purpose,
        code="referral.receiver_not_covered",
        field=field,
    )


async def _check_proposal(context: Context, referral: Referral, desk_id: UUID) -> None:
    desk = await desk_in_force(context, desk_id, "/proposal/desk_id")
    back = (context.agency_id, referral.from_agency_id, *referral.declined_by)
    if desk.agency_id in back:
        raise Invalid("referral.proposal_is_dead_end", field="/proposal/desk_id")


def _check_team(named: Sequence[UUID]) -> None:
    if len(set(named)) != len(named):
        raise Invalid("case.agency_named_twice", field="/team")


async def suspend(context: Context, referral: Referral) -> None:
    """The consent it rested on is gone: it stops where it is, and its sender is told."""
    after = await due(context, referral.move(Act.SUSPEND, frozenset({Side.SYSTEM})))
    await context.work.referrals.save(after)
    await record_step(context, referral, after, Act.SUSPEND.value, None)


async def miss_deadline(context: Context, referral: Referral) -> None:
    """A deadline has passed: the hub's turn, or one desk further up if it was the hub's."""
    facts = await referral_facts(context, referral.id, referral)
    context.enforce(Permission.REFERRAL_MISS_DEADLINE, facts)
    after = referral.missed_deadline()
    after = await due(context, after)
    await context.work.referrals.save(after)
    await record_step(context, referral, after, Act.MISS_DEADLINE.value, None)
    if after.hub_overdue > referral.hub_overdue:
        for agency_id in sorted(await context.work.directory.deciders(referral.municipality_code)):
            await notify(
                context,
                agency_id,
                NoticeKind.REFERRAL_HUB_OVERDUE,
                "referral",
                after.id,
                after.due_at,
            )
