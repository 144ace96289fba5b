"""The auditors' questions, each answered in one call; every one of them is on record itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.application.audits import own_log
from service.application.context import Context, Page, Shown
from service.domain.audit_policy import Hours
from service.domain.audit_reports import (
    MOST_ENTRIES,
    Emergency,
    Period,
    copies,
    refusals,
)
from service.domain.audit_unusual import unusual
from service.domain.disclosure import D0, Disclosable, disclose
from service.domain.errors import Invalid
from service.domain.permission import Permission

#: Counts and lines of copies may be asked for a year, the unusual for a month.
A_YEAR, A_MONTH = 366, 31


async def unreviewed_emergencies(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Every access to protect a life that its second person has not looked at, oldest first."""
    found = await context.work.audit_reports.emergencies(
        context.agency_id, after=after, limit=limit + 1
    )
    items = [
        disclose(Emergency.of(provision, context.now), frozenset({D0}))
        for provision in found[:limit]
        if context.may(
            Permission.AUDIT_READ, own_log(context, provision.person_id), shows=Emergency
        )
    ]
    context.note_list(Permission.AUDIT_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def refused(context: Context, since: date, until: date) -> Shown:
    """How often which rule refused what to whom: numbers, and nobody's name or id."""
    context.enforce(Permission.AUDIT_READ, own_log(context, None))
    period = Period.of(since, until, most_days=A_YEAR)
    counted = await context.work.audit_reports.refusals(
        context.agency_id, period, without=context.actor.conflicts
    )
    return _report(period, _lines(refusals(counted)))


async def copied(context: Context, since: date, until: date) -> Shown:
    """Every export and print, with whoever made it and about how many persons it was."""
    context.enforce(Permission.AUDIT_READ, own_log(context, None))
    period = Period.of(since, until, most_days=A_YEAR)
    found = await context.work.audit_reports.copies(
        context.agency_id, period, without=context.actor.conflicts, limit=MOST_ENTRIES + 1
    )
    if len(found) > MOST_ENTRIES:
        raise Invalid("audit.too_many_entries", field="since", facts={"limit": MOST_ENTRIES})
    return _report(period, _lines(copies(found)))


async def looked_at(context: Context, since: date, until: date) -> Shown:
    """Positions and days that stand out by a simple rule, with the figures and the thresholds."""
    context.enforce(Permission.AUDIT_READ, own_log(context, None))
    period = Period.of(since, until, most_days=A_MONTH)
    policies = await context.work.directory.audit_policies(context.municipality_code, until)
    hours: list[Hours] = [policies.on(d).hours_on(d, context.closed) for d in period.days]
    days = await context.work.audit_reports.position_days(
        context.agency_id,
        Period(since - policies.longest_look_back(period.days), until),
        hours,
        without=context.actor.conflicts,
    )
    found = unusual(days, period, policies, context.closed)
    told = [finding.model_dump(mode="json") for finding in found]
    return _report(period, told, thresholds=policies.on(until).model_dump(mode="json"))


def _lines(lines: Sequence[Disclosable]) -> list[dict[str, Any]]:
    return [disclose(line, frozenset({D0})) for line in lines]


def _report(period: Period, items: list[dict[str, Any]], **more: Any) -> Shown:
    span = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    return Shown(span | {"items": items} | more)
