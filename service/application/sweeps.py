"""What the service does by itself when a date has passed."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar
from uuid import UUID

from service.application.consents import remind
from service.application.context import Context
from service.application.feedbacks import outlive
from service.application.referral_acts import miss_deadline
from service.application.referral_checks import come_to_check
from service.domain.consent import Consent
from service.domain.feedback import Feedback
from service.domain.referral import Referral


class SweepContext(Protocol):
    """A context of the system's own, whose commit is the caller's to make."""

    context: Context

    async def commit(self) -> None:
        """Commit it."""


OpenSweep = Callable[[], AbstractAsyncContextManager[SweepContext]]
Swept = TypeVar("Swept", Referral, Feedback, Consent)


async def sweep_deadlines(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """Move every referral whose deadline has passed; how many that were."""

    async def overdue(context: Context, stuck: set[UUID]) -> Referral | None:
        return await context.work.referrals.next_overdue(context.now, without=stuck)

    return await _sweep(open_sweep, overdue, miss_deadline, failed, at_most)


async def sweep_checks(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """Have every sender asked how the person is whom they handed over (row 3-22)."""

    async def to_check(context: Context, stuck: set[UUID]) -> Referral | None:
        return await context.work.referrals.next_to_check(context.today, without=stuck)

    return await _sweep(open_sweep, to_check, come_to_check, failed, at_most)


async def sweep_feedbacks(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """End what was given to commissioners whose term of office is over (row 4-44)."""

    async def outlived(context: Context, stuck: set[UUID]) -> Feedback | None:
        return await context.work.feedbacks.next_outlived(context.today, without=stuck)

    return await _sweep(open_sweep, outlived, outlive, failed, at_most)


async def sweep_refusals(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """Remind whoever wanted to ask a person again today (row 0-04)."""

    async def due(context: Context, stuck: set[UUID]) -> Consent | None:
        return await context.work.consents.next_to_ask_again(context.today, without=stuck)

    return await _sweep(open_sweep, due, remind, failed, at_most)


async def _sweep(
    open_sweep: OpenSweep,
    find: Callable[[Context, set[UUID]], Awaitable[Swept | None]],
    move: Callable[[Context, Swept], Awaitable[None]],
    failed: Callable[[Exception], None],
    at_most: int,
) -> int:
    """Do it to each that is found, each in a commit of its own.

    Several sweeps may run at once: each takes what no other is busy with, and what was done
    is found no more, so nothing is done twice. One that fails is left for the next sweep.
    """
    moved = 0
    stuck: set[UUID] = set()
    while moved + len(stuck) < at_most:
        async with open_sweep() as swept:
            found = await find(swept.context, stuck)
            if found is None:
                break
            try:
                await move(swept.context, found)
            except Exception as error:  # noqa: BLE001 - one bad record must not hold up the others
                stuck.add(found.id)
                failed(error)
                continue
            await swept.commit()
            moved += 1
    return moved
