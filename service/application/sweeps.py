"""What the service does by itself when a date has passed."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from service.application.context import Context
from service.application.referral_acts import miss_deadline


class SweepContext(Protocol):
    """A context of the system's own, whose commit is the caller's to make."""

    context: Context

    async def commit(self) -> None:
        """Commit it."""


OpenSweep = Callable[[], AbstractAsyncContextManager[SweepContext]]


async def sweep_deadlines(open_sweep: OpenSweep, *, at_most: int = 500) -> int:
    """Move every referral whose deadline has passed, each in a commit of its own.

    Several sweeps may run at once: each takes what no other is busy with, and a referral
    that was moved has a new deadline, so nothing is done twice. Returns how many moved.
    """
    for moved in range(at_most):
        async with open_sweep() as swept:
            referral = await swept.context.work.referrals.next_overdue(swept.context.now)
            if referral is None:
                return moved
            await miss_deadline(swept.context, referral)
            await swept.commit()
    return at_most
