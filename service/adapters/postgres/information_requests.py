"""Requests for information in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.information_request import InformationRequest

InformationRequestRow = row_of(
    InformationRequest,
    "information_request",
    references={
        "conference_id": "conference.id",
        "item_id": "agenda_item.id",
        "agency_id": "agency.id",
        "convener_agency_id": "agency.id",
        "answered_by_position_id": "position.id",
    },
    constraints=[
        Index("ix_information_request_conference_id", "conference_id", "id"),
        Index("ix_information_request_agency_id", "agency_id", "id"),
        Index(
            "ix_information_request_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")
        ),
    ],
)


class PostgresInformationRequests(Records[InformationRequest]):
    """What chairs of statutory conferences ask agencies for."""

    table = Table(InformationRequest, InformationRequestRow)

    async def of_conference(self, conference_id: UUID) -> Sequence[InformationRequest]:
        """All of a conference, in the order in which they were made."""
        return await self._all("WHERE conference_id = $1 ORDER BY id", conference_id)

    async def waiting_in(self, conference_id: UUID) -> Sequence[InformationRequest]:
        """Those that wait for an answer, locked."""
        return await self._all(
            "WHERE conference_id = $1 AND status IN ('requested', 'overdue')"
            " ORDER BY id FOR UPDATE",
            conference_id,
        )

    async def next_overdue(
        self, now: datetime, *, without: Collection[UUID]
    ) -> InformationRequest | None:
        """One whose day has passed and that no other sweep is busy with."""
        return await self._one(
            "WHERE due_at <= $1 AND id <> ALL ($2::uuid[])"
            " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            now,
            list(without),
        )
