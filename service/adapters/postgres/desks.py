"""What desks can take on, in PostgreSQL."""

from uuid import UUID

from asyncpg import Connection

from service.adapters.postgres.rows import Table, row_of
from service.domain.capacity import DeskCapacity

CapacityRow = row_of(
    DeskCapacity, "desk_capacity", key=("desk_id",), references={"desk_id": "desk.id"}
)
CAPACITY = Table(DeskCapacity, CapacityRow)


class PostgresDesks:
    """What desks can take on."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def capacity(self, desk_id: UUID, *, lock: bool = False) -> DeskCapacity | None:
        """What a desk has last said that it can take on."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{CAPACITY.select} WHERE desk_id = $1{tail}", desk_id
        )
        return CAPACITY.read(row) if row else None

    async def add_capacity(self, capacity: DeskCapacity) -> bool:
        """A desk's first word; whether nobody else was faster."""
        done: str = await self._connection.execute(
            f"{CAPACITY.insert()} ON CONFLICT DO NOTHING", *CAPACITY.parameters(capacity)
        )
        return done == "INSERT 0 1"

    async def save_capacity(self, capacity: DeskCapacity) -> None:
        """What the desk says now."""
        await CAPACITY.replace(self._connection, capacity)
