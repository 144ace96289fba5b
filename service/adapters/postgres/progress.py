"""Progress control in PostgreSQL: boards, what earlier sittings left open, pre-checks."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection

from service.adapters.postgres.conferences import CONFERENCE, ITEM, PARTICIPANT
from service.adapters.postgres.tasks import TASK
from service.domain.conference import AgendaItem, Conference
from service.domain.conference_body import Participant
from service.domain.progress import AgencyTally, BoardState, FollowUp, Scope
from service.domain.task import Task

#: What conferences decided that somebody does, within a scope ($1 to $7).
_DECIDED = (
    " FROM task t JOIN conference c ON c.id = t.conference_id"
    " JOIN agenda_item i ON i.id = t.item_id"
    " WHERE t.kind = 'conference' AND c.convener_agency_id = $1"
    " AND ($2::uuid IS NULL OR coalesce(i.body_id, c.body_id) = $2)"
    " AND ($3::text IS NULL OR c.kind = $3)"
    " AND (NOT $4::boolean OR c.body_id IS NULL AND c.local_name IS NOT DISTINCT FROM $5::text)"
    " AND ($6::timestamptz IS NULL OR c.starts_at < $6) AND c.id IS DISTINCT FROM $7::uuid"
)
#: The states of a board, as of a day ($8) and up to another ($9).
_STATES: dict[BoardState, str] = {
    BoardState.OPEN: "t.state = 'open'",
    BoardState.DUE: "t.state = 'open' AND t.due_on BETWEEN $8::date AND $9::date",
    BoardState.OVERDUE: "t.state = 'open' AND t.due_on < $8::date",
    BoardState.DONE: "t.state = 'done'",
    BoardState.DROPPED: "t.state = 'dropped'",
}


class PostgresProgress:
    """What conferences decided, and what became of it."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def tallies(self, scope: Scope, day: date, until: date) -> Sequence[AgencyTally]:
        """The numbers of each agency that was given something."""
        counted = ", ".join(
            f'count(*) FILTER (WHERE {where}) AS "{state}"' for state, where in _STATES.items()
        )
        rows = await self._connection.fetch(
            f"SELECT t.agency_id, {counted}{_DECIDED} GROUP BY t.agency_id ORDER BY t.agency_id",
            *_within(scope),
            day,
            until,
        )
        return [AgencyTally.model_validate(dict(r)) for r in rows]

    async def page(
        self,
        scope: Scope,
        state: BoardState,
        day: date,
        until: date,
        *,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Task]:
        """Tasks in one state by their due day: those that are overdue come first."""
        # The days are named once more for the states that do not ask for them.
        rows = await self._connection.fetch(
            f"SELECT {TASK.prefixed('t')}{_DECIDED} AND {_STATES[state]}"
            " AND ($8::date, $9::date) IS NOT NULL"
            " AND ($10::uuid IS NULL OR (t.due_on, t.id) >"
            " (SELECT l.due_on, l.id FROM task l WHERE l.id = $10))"
            " ORDER BY t.due_on, t.id LIMIT $11",
            *_within(scope),
            day,
            until,
            after,
            limit,
        )
        return [TASK.read(r) for r in rows]

    async def follow_up(self, scope: Scope, day: date) -> FollowUp:
        """How much of it is not finished, and how much of that is overdue."""
        row = await self._connection.fetchrow(
            "SELECT count(*) AS open, count(*) FILTER (WHERE t.due_on < $8::date) AS overdue"
            f"{_DECIDED} AND t.state = 'open'",
            *_within(scope),
            day,
        )
        return FollowUp.model_validate(dict(row))

    async def of_item(self, item_id: UUID) -> Sequence[Task]:
        """What was decided on one item, in the order it was decided in."""
        rows = await self._connection.fetch(
            f"{TASK.select} WHERE conference_id = (SELECT conference_id FROM agenda_item"
            " WHERE id = $1) AND item_id = $1 ORDER BY id",
            item_id,
        )
        return [TASK.read(r) for r in rows]

    async def items(self, item_ids: Collection[UUID]) -> Sequence[AgendaItem]:
        """Several agenda items."""
        rows = await self._connection.fetch(
            f"{ITEM.select} WHERE id = ANY ($1) ORDER BY id", list(item_ids)
        )
        return [ITEM.read(r) for r in rows]

    async def sittings(self, conference_ids: Collection[UUID]) -> Sequence[Conference]:
        """Several conferences."""
        rows = await self._connection.fetch(
            f"{CONFERENCE.select} WHERE id = ANY ($1) ORDER BY id", list(conference_ids)
        )
        return [CONFERENCE.read(r) for r in rows]

    async def seats(self, conference_ids: Collection[UUID]) -> Sequence[Participant]:
        """Who sits at several conferences."""
        rows = await self._connection.fetch(
            f"{PARTICIPANT.select} WHERE conference_id = ANY ($1) ORDER BY id",
            list(conference_ids),
        )
        return [PARTICIPANT.read(r) for r in rows]

    async def sat_in(self, conference_ids: Collection[UUID], agency_id: UUID) -> frozenset[UUID]:
        """To which of these conferences the agency was invited."""
        rows = await self._connection.fetch(
            "SELECT conference_id FROM attendee WHERE conference_id = ANY ($1) AND agency_id = $2",
            list(conference_ids),
            agency_id,
        )
        return frozenset(r["conference_id"] for r in rows)

    async def next_due_soon(self, day: date, *, without: Collection[UUID]) -> Task | None:
        """A task whose agency is to be reminded; one that is overdue already is not."""
        return await self._next("remind_on <= $1 AND due_on >= $1", "remind_on", day, without)

    async def next_overdue(self, day: date, *, without: Collection[UUID]) -> Task | None:
        """A task of which both sides are to be told that it is overdue."""
        return await self._next("chase_on <= $1", "chase_on", day, without)

    async def _next(self, where: str, by: str, day: date, without: Collection[UUID]) -> Task | None:
        row = await self._connection.fetchrow(
            f"{TASK.select} WHERE {where} AND state = 'open' AND kind = 'conference'"
            f" AND id <> ALL ($2::uuid[]) ORDER BY {by}, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            list(without),
        )
        return TASK.read(row) if row else None

    async def pre_check(self, item_id: UUID, agency_id: UUID) -> AgendaItem | None:
        """What the agency's own meeting found about a case."""
        row = await self._connection.fetchrow(
            f"SELECT {ITEM.prefixed('i')} FROM agenda_item i JOIN conference c"
            " ON c.id = i.conference_id WHERE i.id = $1 AND c.convener_agency_id = $2"
            " AND i.pre_check IS NOT NULL",
            item_id,
            agency_id,
        )
        return ITEM.read(row) if row else None

    async def fit_and_waiting(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[AgendaItem]:
        """The agency's latest pre-check of each case, if it is fit and stands on no agenda yet."""
        rows = await self._connection.fetch(
            f"SELECT {ITEM.prefixed('i')} FROM conference c"
            " JOIN agenda_item i ON i.conference_id = c.id AND i.pre_check IS NOT NULL"
            " WHERE c.convener_agency_id = $1 AND c.kind = 'internal_case_meeting'"
            " AND i.pre_check ->> 'fit_for' <> 'not_yet' AND ($2::uuid IS NULL OR i.id < $2)"
            " AND NOT EXISTS (SELECT FROM agenda_item l JOIN conference s"
            " ON s.id = l.conference_id WHERE l.case_id = i.case_id AND l.id <> i.id"
            # Checked again since, or brought to the conference that it is fit for.
            " AND (s.convener_agency_id = $1 AND l.pre_check IS NOT NULL AND l.id > i.id"
            " OR s.status <> 'cancelled' AND l.pulled_at IS NULL AND ("
            "l.pre_check_item_id = i.id"
            " OR l.kind = i.pre_check ->> 'fit_for' AND l.id > i.id)))"
            " ORDER BY i.id DESC LIMIT $3",
            agency_id,
            after,
            limit,
        )
        return [ITEM.read(r) for r in rows]


def _within(scope: Scope) -> tuple[object, ...]:
    return (
        scope.convener_agency_id,
        scope.body_id,
        scope.kind.value if scope.kind else None,
        scope.same_name,
        scope.local_name,
        scope.before,
        scope.sitting_id,
    )
