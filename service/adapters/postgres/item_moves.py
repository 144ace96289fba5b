"""Where items of conferences came from, and what of them was released, in PostgreSQL."""

from collections.abc import Collection, Sequence
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, UniqueConstraint

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.item_moves import ItemMove
from service.domain.item_release import ItemRelease

_WHERE_AND_WHO = {
    "to_conference_id": "conference.id",
    "to_item_id": "agenda_item.id",
    "agency_id": "agency.id",
    "position_id": "position.id",
}
MoveRow = row_of(
    ItemMove,
    "item_move",
    references={"from_conference_id": "conference.id", "from_item_id": "agenda_item.id"}
    | _WHERE_AND_WHO,
    constraints=[
        # Whoever is second is refused, whatever the service believes.
        UniqueConstraint("from_item_id"),
        UniqueConstraint("to_item_id"),
        Index("ix_item_move_from_conference_id", "from_conference_id"),
    ],
)
ReleaseRow = row_of(
    ItemRelease,
    "item_release",
    references={
        "origin_id": "item_release.id",
        "conference_id": "conference.id",
        "item_id": "agenda_item.id",
    }
    | _WHERE_AND_WHO,
    constraints=[
        UniqueConstraint("origin_id", "to_item_id"),
        Index("ix_item_release_to_item_id", "to_item_id"),
    ],
)

MOVE = Table(ItemMove, MoveRow)


class PostgresItemMoves(Records[ItemRelease]):
    """Moves, which are only added; and releases, which can be taken back."""

    table = Table(ItemRelease, ReleaseRow)

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        super().__init__(connection)
        self._connection = connection

    async def add_move(self, move: ItemMove) -> None:
        """One item came from another."""
        await self._connection.execute(MOVE.insert(), *MOVE.parameters(move))

    async def from_item(self, item_id: UUID) -> ItemMove | None:
        """Where the item went."""
        row = await self._connection.fetchrow(f"{MOVE.select} WHERE from_item_id = $1", item_id)
        return MOVE.read(row) if row else None

    async def to_items(self, item_ids: Collection[UUID]) -> Sequence[ItemMove]:
        """Where those of the items came from that came from another conference."""
        rows = await self._connection.fetch(
            f"{MOVE.select} WHERE to_item_id = ANY ($1) ORDER BY id", list(item_ids)
        )
        return [MOVE.read(r) for r in rows]

    async def released_to(self, item_ids: Collection[UUID]) -> Sequence[ItemRelease]:
        """What may be read with the items, as long as it is not taken back; the oldest first."""
        return await self._all(
            "WHERE to_item_id = ANY ($1) AND withdrawn_at IS NULL ORDER BY released_at, id",
            list(item_ids),
        )

    async def following(self, origin_id: UUID) -> Sequence[ItemRelease]:
        """The release and those that followed the item from sitting to sitting."""
        return await self._all("WHERE origin_id = $1 ORDER BY id", origin_id)
