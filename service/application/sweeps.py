"""What the service does by itself when a date has passed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from service.application.context import Context
from service.application.feedbacks import outlive
from service.application.referral_acts import miss_deadline


class SweepContext(Protocol):
    """A context of the system's own, whose commit is the caller's to make."""

    context: Context

    async def commit(self) -> None:
        """Commit it."""


OpenSweep = Callable[[], AbstractAsyncContextManager[SweepContext]]


async def sweep_deadlines(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """Move every referral whose deadline has passed, each in a commit of its own.

    Several sweeps may run at once: each takes what no other is busy with, and a referral
    that was moved has a new deadline, so nothing is done twice. Returns how many moved.
    """
    moved = 0
    stuck: set[UUID] = set()
    while moved + len(stuck) < at_most:
        async with open_sweep() as swept:
            referrals = swept.context.work.referrals
            referral = await referrals.next_overdue(swept.context.now, without=stuck)
            if referral is None:
                break
            try:
                await miss_deadline(swept.context, referral)
            except Exception as error:  # noqa: BLE001 - one bad referral must not hold up the others
                stuck.add(referral.id)
                failed(error)
                continue
            await swept.commit()
            moved += 1
    return moved


async def sweep_feedbacks(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """End what was given to commissioners whose term of office is over (row 4-44)."""
    ended = 0
    stuck: set[UUID] = set()
    while ended + len(stuck) < at_most:
        async with open_sweep() as swept:
            feedbacks = swept.context.work.feedbacks
            feedback = await feedbacks.next_outlived(swept.context.today, without=stuck)
            if feedback is None:
                break
            try:
                await outlive(swept.context, feedback)
            except Exception as error:  # noqa: BLE001 - one must not hold up the others
                stuck.add(feedback.id)
                failed(error)
                continue
            await swept.commit()
            ended += 1
    return ended
