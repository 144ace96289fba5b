"""What auditors ask of the whole log, each in one statement and by an index."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Connection

from service.adapters.postgres.audit import made_between, seen_by
from service.adapters.postgres.provisions import PROVISION
from service.domain.audit_copy import ALWAYS, MARKS, form_in
from service.domain.audit_policy import Hours
from service.domain.audit_reports import Copied, Period, RefusedCount
from service.domain.audit_unusual import PositionDay
from service.domain.log_month import NO_LONGER, NOT_YET
from service.domain.permission import Permission
from service.domain.provision import Provision

#: A statement and its parameters.
Asked = tuple[str, list[Any]]

_IN_PERIOD = (
    " AND at >= $2 AND at < $3 AND (person_id IS NULL OR person_id <> ALL ($4::uuid[]))"
    f" AND (id >= $5 OR id < '{NO_LONGER}') AND (id < $6 OR id >= '{NOT_YET}')"
)


def _period(agency_id: UUID, period: Period, without: Collection[UUID]) -> list[Any]:
    made = made_between(period.begins_at, period.ends_at)
    return [agency_id, period.begins_at, period.ends_at, list(without), *made.values()]


def emergencies(agency_id: UUID, after: UUID | None, limit: int) -> Asked:
    """Those that the agency gave or took, or others took from it, unreviewed; oldest first.

    What the agency was given and never opened is not in its log: its auditor is not told.
    """
    query = (
        f"{PROVISION.select} WHERE basis = 'LIFE'"
        " AND (from_agency_id = $1 OR to_agency_id = $1 AND taken = 'taken')"
        " AND reviewed_at IS NULL AND review_due_at IS NOT NULL"
        " AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3"
    )
    return query, [agency_id, after, limit]


def refusals(agency_id: UUID, period: Period, without: Collection[UUID]) -> Asked:
    """How often each rule refused an action to each agency."""
    seen = seen_by(
        "agency_id, action, rules, holder_agency_id", f" AND outcome = 'denied'{_IN_PERIOD}"
    )
    query = (
        "SELECT agency_id, action, coalesce(rules[1], '') AS rule,"
        " holder_agency_id IS NOT DISTINCT FROM $1 AS held, count(*) AS times"
        f" FROM ({seen}) seen GROUP BY 1, 2, 3, 4"
    )
    return query, _period(agency_id, period, without)


def copies(agency_id: UUID, period: Period, without: Collection[UUID], limit: int) -> Asked:
    """Each export and print, by the request that made it; oldest first.

    A calendar that asks again every few minutes is one line a day, with how often it asked.
    """
    columns = "at, attempt_id, agency_id, position_id, action, record_kind, person_id, fields"
    marked = " AND outcome = 'allowed' AND (fields && $7 OR action = ANY ($8))"
    query = (
        "SELECT min(at) AS at, CASE WHEN action <> $10 THEN attempt_id END AS attempt_id,"
        " agency_id, position_id, action, record_kind,"
        " (SELECT f FROM unnest(fields) f WHERE f = ANY ($7) LIMIT 1) AS mark,"
        " count(DISTINCT person_id) AS persons, count(DISTINCT attempt_id) AS times"
        f" FROM ({seen_by(columns, marked + _IN_PERIOD)}) seen"
        " GROUP BY 2, 3, 4, 5, 6, 7, (at AT TIME ZONE INTERVAL '9 hours')::date"
        " ORDER BY 1, 2, 5, 6 LIMIT $9"
    )
    return query, [
        *_period(agency_id, period, without),
        list(MARKS),
        sorted(ALWAYS),
        limit,
        Permission.CALENDAR_READ.value,
    ]


def position_days(
    agency_id: UUID, period: Period, hours: Sequence[Hours], without: Collection[UUID]
) -> Asked:
    """What each position did on each day; outside of hours on the days whose hours are given."""
    columns = "at, attempt_id, agency_id, position_id, actor_kind, action, person_id, outcome"
    shown = "outcome = 'allowed' AND person_id IS NOT NULL"
    outside = (
        f"actor_kind = 'staff' AND {shown} AND open.day IS NOT NULL"
        " AND NOT (at >= open.opens_at AND at < open.closes_at)"
    )
    query = (
        "SELECT agency_id, position_id, (at AT TIME ZONE INTERVAL '9 hours')::date AS day,"
        f" count(DISTINCT person_id) FILTER (WHERE {shown} AND action <> $10) AS persons,"
        " count(DISTINCT attempt_id) FILTER (WHERE outcome = 'denied') AS refusals,"
        " count(DISTINCT attempt_id) FILTER (WHERE action = $11) AS searches,"
        f" count(DISTINCT attempt_id) FILTER (WHERE {outside}) AS outside,"
        f" min(at) FILTER (WHERE {outside}) AS first_outside,"
        f" max(at) FILTER (WHERE {outside}) AS last_outside"
        f" FROM ({seen_by(columns, ' AND position_id IS NOT NULL' + _IN_PERIOD)}) seen"
        " LEFT JOIN unnest($7::date[], $8::timestamptz[], $9::timestamptz[])"
        " AS open (day, opens_at, closes_at)"
        " ON open.day = (at AT TIME ZONE INTERVAL '9 hours')::date"
        " GROUP BY 1, 2, 3"
    )
    return query, [
        *_period(agency_id, period, without),
        [h.day for h in hours],
        [h.opens_at for h in hours],
        [h.closes_at for h in hours],
        Permission.AUDIT_READ.value,
        Permission.PERSON_SEARCH.value,
    ]


class PostgresAuditReports:
    """The auditors' questions."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def emergencies(
        self, agency_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[Provision]:
        """Accesses to protect a life that still await their second person."""
        query, values = emergencies(agency_id, after, limit)
        return [PROVISION.read(r) for r in await self._connection.fetch(query, *values)]

    async def refusals(
        self, agency_id: UUID, period: Period, *, without: Collection[UUID]
    ) -> Sequence[RefusedCount]:
        """Refusals counted by agency, action and rule."""
        query, values = refusals(agency_id, period, without)
        return [RefusedCount(**dict(r)) for r in await self._connection.fetch(query, *values)]

    async def copies(
        self, agency_id: UUID, period: Period, *, without: Collection[UUID], limit: int
    ) -> Sequence[Copied]:
        """Exports and prints."""
        query, values = copies(agency_id, period, without, limit)
        found = []
        for row in await self._connection.fetch(query, *values):
            line = dict(row)
            mark = line.pop("mark")
            # What only ever is a copy was one before copies were marked, and as JSON.
            found.append(Copied(**line, form=(form_in([mark]) if mark else None) or "json"))
        return found

    async def position_days(
        self,
        agency_id: UUID,
        period: Period,
        hours: Sequence[Hours],
        *,
        without: Collection[UUID],
    ) -> Sequence[PositionDay]:
        """What each position did on each day of the period."""
        query, values = position_days(agency_id, period, hours, without)
        return [PositionDay(**dict(r)) for r in await self._connection.fetch(query, *values)]
