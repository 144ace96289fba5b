"""What desks can take on, in PostgreSQL."""

from datetime import date
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json

from service.adapters.postgres.rows import Table, row_of
from service.domain.capacity import DeskCapacity
from service.domain.policy import StatusLabels

CapacityRow = row_of(
    DeskCapacity, "desk_capacity", key=("desk_id",), references={"desk_id": "desk.id"}
)
CAPACITY = Table(DeskCapacity, CapacityRow)


class PostgresDesks:
    """What desks can take on, and how a municipality calls things."""

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

    async def status_labels(self, municipality: str | None, day: date) -> StatusLabels:
        """The municipality's own words for where something stands, as of a day."""
        found = await self._connection.fetchval(
            "SELECT value FROM policy WHERE municipality_code = $1 AND name = 'status_labels'"
            " AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
            municipality,
            day,
        )
        return StatusLabels.model_validate(from_json(found)) if found else StatusLabels()
