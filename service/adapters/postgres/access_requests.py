"""Requests for disclosure, and embargoes on the access report, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index

from service.adapters.postgres.rows import Table, row_of
from service.adapters.postgres.untold import next_untold
from service.domain.access_request import DisclosureRequest, Embargo

DisclosureRequestRow = row_of(
    DisclosureRequest,
    "disclosure_request",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "representative_id": "representation.id",
    },
    constraints=[Index("ix_disclosure_request_agency_id", "agency_id", "id")],
)
EmbargoRow = row_of(
    Embargo,
    "embargo",
    references={"person_id": "person.id", "set_by_agency_id": "agency.id"},
    constraints=[Index("ix_embargo_person_id", "person_id")],
)

DISCLOSURE = Table(DisclosureRequest, DisclosureRequestRow)
EMBARGO = Table(Embargo, EmbargoRow)


class PostgresAccessRequests:
    """Requests and embargoes."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, request_id: UUID, *, lock: bool = False) -> DisclosureRequest | None:
        """The request's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{DISCLOSURE.select} WHERE id = $1{tail}", request_id
        )
        return DISCLOSURE.read(row) if row else None

    async def of_agency(
        self, agency_id: UUID, *, pending: bool, after: UUID | None, limit: int
    ) -> Sequence[DisclosureRequest]:
        """The agency's requests; newest first."""
        rows = await self._connection.fetch(
            f"{DISCLOSURE.select} WHERE agency_id = $1 AND (NOT $4 OR state <> 'decided')"
            " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
            agency_id,
            after,
            limit,
            pending,
        )
        return [DISCLOSURE.read(r) for r in rows]

    async def add(self, request: DisclosureRequest) -> None:
        """A new request."""
        await self._connection.execute(DISCLOSURE.insert(), *DISCLOSURE.parameters(request))

    async def save(self, request: DisclosureRequest) -> None:
        """The request as it is now."""
        await DISCLOSURE.replace(self._connection, request)

    async def embargo(self, embargo_id: UUID, *, lock: bool = False) -> Embargo | None:
        """The embargo's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{EMBARGO.select} WHERE id = $1{tail}", embargo_id)
        return EMBARGO.read(row) if row else None

    async def embargoes_on(self, person_id: UUID) -> Sequence[Embargo]:
        """All embargoes on a person's report."""
        rows = await self._connection.fetch(
            f"{EMBARGO.select} WHERE person_id = $1 ORDER BY id", person_id
        )
        return [EMBARGO.read(r) for r in rows]

    async def next_embargo_over(self, day: date, *, without: Collection[UUID]) -> Embargo | None:
        """One whose last day is over, and of which its officer was not told yet."""
        over = "until < $1 AND lifted_at IS NULL"
        return await next_untold(self._connection, EMBARGO, over, day, "embargo_ended", without)

    async def add_embargo(self, embargo: Embargo) -> None:
        """A new embargo."""
        await self._connection.execute(EMBARGO.insert(), *EMBARGO.parameters(embargo))

    async def save_embargo(self, embargo: Embargo) -> None:
        """The embargo as it is now."""
        await EMBARGO.replace(self._connection, embargo)
