"""Polls for a date, and regular meetings, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.conference_series import ConferenceSeries
from service.domain.date_poll import DatePoll, Taken

DatePollRow = row_of(
    DatePoll,
    "date_poll",
    references={
        "organiser_agency_id": "agency.id",
        "body_id": "conference_body.id",
        "conference_id": "conference.id",
    },
    constraints=[
        Index("ix_date_poll_organiser_agency_id", "organiser_agency_id", "id"),
        Index("ix_date_poll_invited_agency_ids", "invited_agency_ids", postgresql_using="gin"),
        Index("ix_date_poll_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    ],
)

SeriesRow = row_of(
    ConferenceSeries,
    "conference_series",
    references={"organiser_agency_id": "agency.id", "body_id": "conference_body.id"},
    constraints=[
        Index("ix_conference_series_organiser_agency_id", "organiser_agency_id", "id"),
        Index("ix_conference_series_agency_ids", "agency_ids", postgresql_using="gin"),
    ],
)


class PostgresDatePolls(Records[DatePoll]):
    """Polls for a date."""

    table = Table(DatePoll, DatePollRow)

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[DatePoll]:
        """Polls that the agency opened or is asked in, newest first."""
        return await self._all(
            "WHERE (organiser_agency_id = $1 OR invited_agency_ids @> ARRAY[$1::uuid])"
            " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            agency_id,
            after,
            limit,
        )

    async def taken(self, agency_id: UUID, span: Taken) -> Sequence[Taken]:
        """When the agency sits in a conference already; nothing else of it."""
        rows = await self._connection.fetch(
            "SELECT starts_at, ends_at FROM conference"
            " WHERE starts_at < $3 AND ends_at > $2 AND status <> 'cancelled'"
            " AND (convener_agency_id = $1 OR status <> 'planned' AND id = ANY (ARRAY("
            "SELECT conference_id FROM attendee WHERE agency_id = $1 AND answer <> 'declined')))"
            " ORDER BY 1",
            agency_id,
            *span,
        )
        return [Taken(*row) for row in rows]

    async def next_overdue(self, now: datetime, *, without: Collection[UUID]) -> DatePoll | None:
        """One whose day for answers has passed and that no other sweep is busy with."""
        return await self._one(
            "WHERE due_at <= $1 AND id <> ALL ($2::uuid[])"
            " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            now,
            list(without),
        )


class PostgresSeries(Records[ConferenceSeries]):
    """Regular meetings."""

    table = Table(ConferenceSeries, SeriesRow)

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[ConferenceSeries]:
        """Series that the agency organises or sits in, newest first."""
        return await self._all(
            "WHERE (organiser_agency_id = $1 OR agency_ids @> ARRAY[$1::uuid])"
            " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            agency_id,
            after,
            limit,
        )
