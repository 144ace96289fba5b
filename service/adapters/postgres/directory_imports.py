"""Lists of the directory in PostgreSQL, written by the owner of the schema alone."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Connection, ForeignKeyViolationError
from pydantic import BaseModel

from service.adapters.postgres.directories import (
    AGENCY,
    AREA,
    AREA_WORKER,
    DESK,
    KIND,
    MUNICIPALITY,
    POSITION,
    TENURE,
)
from service.adapters.postgres.directory_load import DirectoryLoader
from service.adapters.postgres.rows import Table, metadata, row_of
from service.domain.directory import (
    Agency,
    Area,
    AreaWorker,
    Desk,
    IssuerTrust,
    Position,
    Tenure,
)
from service.domain.import_plan import ImportBatch, Kept, Known

BatchRow = row_of(ImportBatch, "import_batch")
BATCH = Table(ImportBatch, BatchRow)

_TABLES: Mapping[type[BaseModel], Table[Any]] = {
    Agency: AGENCY,
    Area: AREA,
    AreaWorker: AREA_WORKER,
    Desk: DESK,
    Position: POSITION,
    Tenure: TENURE,
}
_BY_NAME = {table.name: table for table in _TABLES.values()}
#: What tells of a row without using it: its own history, and the batch that made it.
_TELLS_OF = frozenset({"record_history", "import_batch"})
_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class PostgresDirectoryBatches:
    """The directory, and the lists taken into it."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction, as the owner."""
        self._connection = connection

    async def hold(self) -> None:
        """Others read the directory meanwhile; nobody else changes it."""
        await self._connection.execute(
            f"LOCK TABLE {', '.join(sorted(_BY_NAME))}, import_batch IN SHARE ROW EXCLUSIVE MODE"
        )

    async def known(self) -> Known:
        """The directory as it is."""
        issuers = await self._connection.fetch(
            "SELECT i.iss, i.name, array_agg(a.code) AS codes FROM issuer i"
            " JOIN issuer_agency s ON s.iss = i.iss JOIN agency a ON a.id = s.agency_id"
            " GROUP BY i.iss, i.name ORDER BY i.iss"
        )
        return Known(
            kinds=await self._all(KIND),
            municipalities=await self._all(MUNICIPALITY),
            areas=await self._all(AREA),
            agencies=await self._all(AGENCY),
            desks=await self._all(DESK),
            positions=await self._all(POSITION),
            tenures=await self._all(TENURE),
            area_workers=await self._all(AREA_WORKER),
            issuers=tuple(
                IssuerTrust(iss=i["iss"], name=i["name"], agency_codes=tuple(i["codes"]))
                for i in issuers
            ),
        )

    async def _all(self, table: Table[Any]) -> tuple[Any, ...]:
        keys = ", ".join(table.key)
        rows = await self._connection.fetch(f"{table.select} ORDER BY {keys}")
        return tuple(table.read(r) for r in rows)

    async def put(self, value: BaseModel) -> None:
        """A row as it is to be."""
        table = _TABLES[type(value)]
        await self._connection.execute(table.upsert(), *table.parameters(value))

    async def check(self) -> None:
        """Every municipality keeps a hub with a desk."""
        await DirectoryLoader(self._connection).check_hubs()

    def kept(self, number: int, like: BaseModel, value: BaseModel | None) -> Kept:
        """How a row is kept in a batch."""
        row = value.model_dump(mode="json") if value is not None else None
        return Kept(number=number, table=_TABLES[type(like)].name, row=row)

    async def current(self, kept: Kept) -> dict[str, Any] | None:
        """The row of the same key as it is now, as it would be kept."""
        table = _BY_NAME[kept.table]
        row = await self._connection.fetchrow(
            f"{table.select} WHERE {self._key(table)}", *self._keys(table, kept)
        )
        found: dict[str, Any] | None = table.read(row).model_dump(mode="json") if row else None
        return found

    async def restore(self, kept: Kept) -> None:
        """A row as it was kept."""
        await self.put(_BY_NAME[kept.table].value.model_validate(kept.row))

    async def remove(self, kept: Kept) -> bool:
        """Take a row away again; ``False`` when a key keeps it."""
        table = _BY_NAME[kept.table]
        try:
            async with self._connection.transaction():
                await self._connection.execute(
                    f"DELETE FROM {table.name} WHERE {self._key(table)}", *self._keys(table, kept)
                )
        except ForeignKeyViolationError:
            return False
        return True

    async def in_use(self, added: Sequence[Kept]) -> Collection[int]:
        """Those that any row of any table names, keys or not: inside arrays and documents too."""
        ids = {str(k.row["id"]): n for n, k in enumerate(added) if k.row and "id" in k.row}
        named: set[int] = set()
        if ids:
            for name in sorted(set(metadata.tables) - _TELLS_OF):
                rows = await self._connection.fetch(
                    "SELECT DISTINCT m[1] AS id FROM (SELECT to_jsonb(t) AS whole"
                    f" FROM {name} t) r, regexp_matches((whole - 'id')::text, '{_ID}', 'g') m"
                    " WHERE m[1] = ANY ($1) AND NOT coalesce(whole ->> 'id' = ANY ($1), false)",
                    list(ids),
                )
                named |= {ids[r["id"]] for r in rows}
        for place, kept in enumerate(added):
            if kept.row and kept.table == "area" and await self._area_in_use(kept.row["code"]):
                named.add(place)
        return named

    async def _area_in_use(self, code: str) -> bool:
        for name, table in metadata.tables.items():
            for column, says in (("area", "$1 = t.area"), ("areas", "$1 = ANY (t.areas)")):
                if column in table.c and await self._connection.fetchval(
                    f"SELECT EXISTS (SELECT FROM {name} t WHERE {says})", code
                ):
                    return True
        return False

    async def add_batch(self, batch: ImportBatch) -> None:
        """One more list was taken in."""
        await self._connection.execute(BATCH.insert(), *BATCH.parameters(batch))

    async def save_batch(self, batch: ImportBatch) -> None:
        """The batch as it is now."""
        await BATCH.replace(self._connection, batch)

    async def batch(self, batch_id: UUID) -> ImportBatch | None:
        """One batch."""
        row = await self._connection.fetchrow(f"{BATCH.select} WHERE id = $1", batch_id)
        return BATCH.read(row) if row else None

    async def batches(self) -> Sequence[ImportBatch]:
        """All batches, newest first."""
        rows = await self._connection.fetch(f"{BATCH.select} ORDER BY made_at DESC, id DESC")
        return [BATCH.read(r).model_copy(update={"before": (), "after": ()}) for r in rows]

    @staticmethod
    def _key(table: Table[Any]) -> str:
        return " AND ".join(f"{k} = ${n}" for n, k in enumerate(table.key, 1))

    @staticmethod
    def _keys(table: Table[Any], kept: Kept) -> list[Any]:
        row = table.value.model_validate(kept.row)
        return [getattr(row, k) for k in table.key]
