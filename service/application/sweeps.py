"""What the service does by itself when a date has passed.

Each sweep finds one record whose time has come and that nobody else is busy with, does it, and
commits it by itself. Several processes may sweep at once, and any of them may be killed at any
moment: what was committed is found no more, what was not is found again. Nothing is done twice,
nothing is forgotten; there is no state outside the database.
"""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from service.application import (
    access_requests,
    cases,
    conference_tasks,
    consultations,
    contacts,
    date_polls,
    hub,
    information_request_ends,
    plan_courses,
    reminders,
    revocations,
    signals,
    urgent_supports,
)
from service.application.consents import remind
from service.application.context import Context
from service.application.feedbacks import outlive
from service.application.referral_acts import miss_deadline
from service.application.referral_checks import come_to_check
from service.domain.case import Case


class SweepContext(Protocol):
    """A context of the system's own, whose commit is the caller's to make."""

    context: Context

    async def commit(self) -> None:
        """Commit it."""


OpenSweep = Callable[[], AbstractAsyncContextManager[SweepContext]]


class Sweep(NamedTuple):
    """How one kind of record is found, and what is done to it."""

    name: str
    find: Callable[[Context, Collection[UUID]], Awaitable[Any]]
    do: Callable[[Context, Any], Awaitable[None]]


#: So many days before a holder's last day the hand-over begins.
BEFORE_LEAVING = timedelta(days=14)
#: After so many days the hub is told once more that a case has nobody to lead it.
TELL_AGAIN = timedelta(days=14)


async def _leaving(context: Context, stuck: Collection[UUID]) -> Case | None:
    """A case whose holder is gone, or leaves soon."""
    soon = context.today + BEFORE_LEAVING
    return await context.work.cases.next_without_holder(context.today, soon, without=stuck)


SWEEPS: tuple[Sweep, ...] = (
    Sweep(
        "signals",
        lambda c, stuck: c.work.signals.next_overdue(c.now, without=stuck),
        signals.miss_deadline,
    ),
    Sweep(
        "referrals",
        lambda c, stuck: c.work.referrals.next_overdue(c.now, without=stuck),
        miss_deadline,
    ),
    Sweep(
        "checks",
        lambda c, stuck: c.work.referrals.next_to_check(c.today, without=stuck),
        come_to_check,
    ),
    Sweep(
        "consultations",
        lambda c, stuck: c.work.consultations.next_overdue(c.now, without=stuck),
        consultations.miss_deadline,
    ),
    Sweep(
        "urgent_supports",
        lambda c, stuck: c.work.urgent_supports.next_overdue(c.now, without=stuck),
        urgent_supports.miss_deadline,
    ),
    Sweep(
        "hub",
        lambda c, stuck: c.work.hub.next_overdue(c.now, without=stuck),
        hub.miss_deadline,
    ),
    Sweep(
        "feedbacks",
        lambda c, stuck: c.work.feedbacks.next_outlived(c.today, without=stuck),
        outlive,
    ),
    Sweep(
        "refusals",
        lambda c, stuck: c.work.consents.next_to_ask_again(c.today, without=stuck),
        remind,
    ),
    Sweep(
        "consents",
        lambda c, stuck: c.work.consents.next_expired(c.today, without=stuck),
        revocations.expire,
    ),
    Sweep(
        "contacts",
        lambda c, stuck: c.work.contacts.next_due(c.today, without=stuck),
        contacts.come_due,
    ),
    Sweep(
        "date_polls",
        lambda c, stuck: c.work.date_polls.next_overdue(c.now, without=stuck),
        date_polls.miss_deadline,
    ),
    Sweep(
        "information_requests",
        lambda c, stuck: c.work.information_requests.next_overdue(c.now, without=stuck),
        information_request_ends.miss_deadline,
    ),
    Sweep(
        "reminders",
        lambda c, stuck: c.work.conferences.next_to_remind(c.today, c.now, without=stuck),
        reminders.remind,
    ),
    Sweep(
        "tasks_due_soon",
        lambda c, stuck: c.work.progress.next_due_soon(c.today, without=stuck),
        conference_tasks.come_due,
    ),
    Sweep(
        "tasks_overdue",
        lambda c, stuck: c.work.progress.next_overdue(c.today, without=stuck),
        conference_tasks.miss_deadline,
    ),
    Sweep(
        "embargoes",
        lambda c, stuck: c.work.access_requests.next_embargo_over(c.today, without=stuck),
        access_requests.end_embargo,
    ),
    Sweep(
        "plans",
        lambda c, stuck: c.work.plans.next_due(c.today, without=stuck),
        plan_courses.come_due,
    ),
    Sweep("holders", _leaving, cases.lose_holder),
    Sweep(
        "leads",
        lambda c, stuck: c.work.cases.next_without_lead(c.today, c.now - TELL_AGAIN, without=stuck),
        cases.lack_lead,
    ),
    Sweep(
        "stale_cases",
        lambda c, stuck: c.work.cases.next_stale(c.now, without=stuck),
        cases.go_stale,
    ),
)


async def sweep_all(
    open_sweep: OpenSweep, *, failed: Callable[[Exception], None], at_most: int = 500
) -> int:
    """Do whatever is due, of every kind; how much that was."""
    return sum([await sweep(kind, open_sweep, failed=failed, at_most=at_most) for kind in SWEEPS])


async def sweep(
    kind: Sweep,
    open_sweep: OpenSweep,
    *,
    failed: Callable[[Exception], None],
    at_most: int = 500,
) -> int:
    """Do it to each that is found, each in a commit of its own.

    One that fails is left for the next sweep: it must not hold up the others.
    """
    moved = 0
    stuck: set[UUID] = set()
    while moved + len(stuck) < at_most:
        async with open_sweep() as swept:
            found = await kind.find(swept.context, stuck)
            if found is None:
                break
            try:
                await kind.do(swept.context, found)
            except Exception as error:  # noqa: BLE001 - one bad record must not hold up the others
                stuck.add(found.id)
                failed(error)
                continue
            await swept.commit()
            moved += 1
    return moved
