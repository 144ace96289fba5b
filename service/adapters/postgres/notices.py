"""Notices to agencies' desks in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, text

from service.adapters.postgres.rows import Table, row_of
from service.domain.notice import Notice, NoticeKind

NoticeRow = row_of(
    Notice,
    "notice",
    references={"agency_id": "agency.id"},
    constraints=[
        Index("ix_notice_agency_id", "agency_id", "id"),
        Index(
            "ix_notice_unread", "agency_id", "id", postgresql_where=text("acknowledged_at IS NULL")
        ),
        Index("ix_notice_record_id", "record_id"),
    ],
)

NOTICE = Table(Notice, NoticeRow)

_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"


class PostgresNotices:
    """Notices to agencies' desks."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, notice_id: UUID, *, lock: bool = False) -> Notice | None:
        """One notice."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{NOTICE.select} WHERE id = $1{tail}", notice_id)
        return NOTICE.read(row) if row else None

    async def add(self, notice: Notice) -> None:
        """A new notice."""
        await self._connection.execute(NOTICE.insert(), *NOTICE.parameters(notice))

    async def save(self, notice: Notice) -> None:
        """The notice with its acknowledgement."""
        await NOTICE.replace(self._connection, notice)

    async def about(self, record_id: UUID, kind: NoticeKind) -> Sequence[Notice]:
        """The notices of a kind about a record, to whomever."""
        rows = await self._connection.fetch(
            f"{NOTICE.select} WHERE record_id = $1 AND kind = $2 ORDER BY id", record_id, kind.value
        )
        return [NOTICE.read(r) for r in rows]

    async def of_agency(
        self, agency_id: UUID, *, unread: bool, after: UUID | None, limit: int
    ) -> Sequence[Notice]:
        """The agency's notices, newest first."""
        rows = await self._connection.fetch(
            f"{NOTICE.select} WHERE agency_id = $1 AND (NOT $4 OR acknowledged_at IS NULL){_PAGE}",
            agency_id,
            after,
            limit,
            unread,
        )
        return [NOTICE.read(r) for r in rows]
