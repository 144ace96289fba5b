"""What desks can take on, and networks of desks, in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json
from sqlalchemy import Index

from service.adapters.postgres.directory_memory import Known, remembered
from service.adapters.postgres.rows import Table, row_of
from service.domain.capacity import DeskCapacity
from service.domain.network import Network, Routing
from service.domain.policy import StatusLabels

CapacityRow = row_of(
    DeskCapacity, "desk_capacity", key=("desk_id",), references={"desk_id": "desk.id"}
)
NetworkRow = row_of(Network, "network", references={"municipality_code": "municipality.code"})
RoutingRow = row_of(
    Routing,
    "routing",
    references={
        "network_id": "network.id",
        "by_agency_id": "agency.id",
        "desk_id": "desk.id",
    },
    constraints=[Index("ix_routing_network_id", "network_id", "id")],
)
CAPACITY = Table(DeskCapacity, CapacityRow)
NETWORK = Table(Network, NetworkRow)
ROUTING = Table(Routing, RoutingRow)


class PostgresDesks:
    """What desks can take on, and how a municipality calls things."""

    def __init__(self, connection: Connection, known: Known | None = None) -> None:
        """Work inside the connection's transaction, and take from memory what is ``known``."""
        self._connection = connection
        self._known = known

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

    @remembered
    async def status_labels(self, municipality: str | None, day: date) -> StatusLabels:
        """The municipality's own words for where something stands, as of a day."""
        found = await self._connection.fetchval(
            "SELECT value FROM policy WHERE municipality_code = $1 AND name = 'status_labels'"
            " AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
            municipality,
            day,
        )
        return StatusLabels.model_validate(from_json(found)) if found else StatusLabels()

    async def network(self, network_id: UUID) -> Network | None:
        """One network."""
        row = await self._connection.fetchrow(f"{NETWORK.select} WHERE id = $1", network_id)
        return NETWORK.read(row) if row else None

    async def networks_of(self, agency_id: UUID, day: date) -> Sequence[Network]:
        """The networks that an agency is a member of on a day."""
        rows = await self._connection.fetch(
            f"{NETWORK.select} WHERE $1 = ANY (agency_ids) AND valid_from <= $2"
            " AND (valid_until IS NULL OR $2 <= valid_until) ORDER BY id",
            agency_id,
            day,
        )
        return [NETWORK.read(r) for r in rows]

    async def add_routing(self, routing: Routing) -> None:
        """One more routing in a network's log."""
        await self._connection.execute(ROUTING.insert(), *ROUTING.parameters(routing))

    async def routings(
        self, network_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[Routing]:
        """A network's log, newest first."""
        rows = await self._connection.fetch(
            f"{ROUTING.select} WHERE network_id = $1 AND ($2::uuid IS NULL OR id < $2)"
            " ORDER BY id DESC LIMIT $3",
            network_id,
            after,
            limit,
        )
        return [ROUTING.read(r) for r in rows]
