"""Calendar feeds in PostgreSQL, found by the SHA-256 of the secret in their address."""

from uuid import UUID

from sqlalchemy import UniqueConstraint

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.calendar_feed import CalendarFeed

FeedRow = row_of(
    CalendarFeed,
    "calendar_feed",
    references={"agency_id": "agency.id", "position_id": "position.id"},
    constraints=[
        UniqueConstraint("iss", "sub", "position_id"),
        UniqueConstraint("secret_hash"),
    ],
)


class PostgresCalendarFeeds(Records[CalendarFeed]):
    """Feeds for calendar programs."""

    table = Table(CalendarFeed, FeedRow)

    async def of(
        self, iss: str, sub: str, position_id: UUID, *, lock: bool = False
    ) -> CalendarFeed | None:
        """The one feed that somebody has in a position."""
        tail = " FOR UPDATE" if lock else ""
        return await self._one(
            f"WHERE iss = $1 AND sub = $2 AND position_id = $3{tail}", iss, sub, position_id
        )

    async def with_secret(self, secret_hash: str) -> CalendarFeed | None:
        """The feed at an address."""
        return await self._one("WHERE secret_hash = $1", secret_hash)
