"""The transparency log's tables in PostgreSQL: hashes, places and signed checkpoints.

The service's role may add to them and read them, and change nothing.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    Uuid,
)
from sqlmodel import Field, SQLModel

from service.application.log_ports import Pending, Signed
from service.domain.log_tiles import Stretch
from service.domain.merkle import Hash

#: The advisory lock under which the log is lengthened and signed ("tsunagi log").
_LOCK = 0x7473756E_6C6F67


class LeafRow(SQLModel, table=True):
    """The place of an audit entry, and the hash of its leaf."""

    __tablename__ = "log_leaf"

    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    entry_id: UUID = Field(sa_column=Column(Uuid, nullable=False, unique=True))
    xid: int = Field(sa_column=Column(BigInteger, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class NodeRow(SQLModel, table=True):
    """The hash of a full tile: level 1 is over 256 leaves, level 2 over 256 of those."""

    __tablename__ = "log_node"

    level: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    index: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint."""

    __tablename__ = "log_checkpoint"
    __table_args__ = (Index("ix_log_checkpoint_signed_at", "signed_at"),)

    size: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    signed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    note: str = Field(sa_column=Column(Text, nullable=False))


class CosignatureRow(SQLModel, table=True):
    """A witness's line below a checkpoint."""

    __tablename__ = "log_cosignature"
    __table_args__ = (Index("ix_log_cosignature_witness", "witness", "size"),)

    size: int = Field(
        sa_column=Column(
            BigInteger, ForeignKey("log_checkpoint.size", deferrable=True), primary_key=True
        )
    )
    witness: str = Field(sa_column=Column(Text, primary_key=True))
    line: str = Field(sa_column=Column(Text, nullable=False))


_SIGNED = """
    SELECT c.size, c.signed_at, c.note || coalesce((
        SELECT string_agg(s.line, '' ORDER BY s.witness)
        FROM log_cosignature s WHERE s.size = c.size), '') AS note
    FROM log_checkpoint c
"""


class PostgresTransparencyLog:
    """The log."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def lock(self) -> bool:
        """Be the only one who lengthens or signs the log until the transaction ends."""
        found: bool = await self._connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK)
        return found

    async def make_months(self, since: date, months: int) -> int:
        """Make partitions of the log for the months from one on, where there are none; how many."""
        made: int = await self._connection.fetchval(
            "SELECT make_audit_months($1, $2)", since, months
        )
        return made

    async def pending(self, most: int) -> Sequence[Pending]:
        """Entries without a place, in the order in which they get one."""
        rows = await self._connection.fetch("SELECT * FROM log_pending($1)", most)
        return [Pending(r["entry_id"], r["leaf"], r["xid"]) for r in rows]

    async def size(self) -> int:
        """How many entries have their places."""
        found: int = await self._connection.fetchval(
            "SELECT coalesce(max(index) + 1, 0) FROM log_leaf"
        )
        return found

    async def hashes(self, stretch: Stretch) -> Sequence[Hash]:
        """The hashes of a stretch. Raises ValueError where one is missing."""
        if stretch.level == 0:
            query, which = "SELECT hash FROM log_leaf WHERE", []
        else:
            query, which = "SELECT hash FROM log_node WHERE level = $3 AND", [stretch.level]
        rows = await self._connection.fetch(
            f"{query} index >= $1 AND index < $2 ORDER BY index",
            stretch.start,
            stretch.stop,
            *which,
        )
        if len(rows) != stretch.stop - stretch.start:
            raise ValueError("a hash of the log is missing")
        return [r["hash"] for r in rows]

    async def append(self, size: int, entries: Sequence[Pending], hashes: Sequence[Hash]) -> None:
        """Give the entries their places from ``size`` on."""
        await self._connection.execute(
            "INSERT INTO log_leaf (index, entry_id, xid, hash)"
            " SELECT $1 + n - 1, e, x, h FROM unnest($2::uuid[], $3::bigint[], $4::bytea[])"
            " WITH ORDINALITY AS added (e, x, h, n)",
            size,
            [e.entry_id for e in entries],
            [e.xid for e in entries],
            list(hashes),
        )

    async def add_nodes(self, level: int, start: int, hashes: Sequence[Hash]) -> None:
        """Keep the hashes of tiles that are full now."""
        await self._connection.execute(
            "INSERT INTO log_node (level, index, hash)"
            " SELECT $1, $2 + n - 1, h FROM unnest($3::bytea[]) WITH ORDINALITY AS added (h, n)",
            level,
            start,
            list(hashes),
        )

    async def entry_at(self, index: int) -> UUID | None:
        """The entry that has a place."""
        found: UUID | None = await self._connection.fetchval(
            "SELECT entry_id FROM log_leaf WHERE index = $1", index
        )
        return found

    async def index_of(self, entry_id: UUID) -> int | None:
        """The place of an entry, if it has one yet."""
        found: int | None = await self._connection.fetchval(
            "SELECT index FROM log_leaf WHERE entry_id = $1", entry_id
        )
        return found

    async def checkpoint(self) -> Signed | None:
        """The newest one."""
        return await self._one("ORDER BY c.size DESC LIMIT 1")

    async def checkpoint_before(self, instant: datetime) -> Signed | None:
        """The last one that was signed by then."""
        return await self._one(
            "WHERE c.signed_at <= $1 ORDER BY c.signed_at DESC, c.size DESC LIMIT 1", instant
        )

    async def checkpoint_after(self, instant: datetime) -> Signed | None:
        """The first one that was signed from then on."""
        return await self._one(
            "WHERE c.signed_at >= $1 ORDER BY c.signed_at, c.size LIMIT 1", instant
        )

    async def checkpoints_around(
        self, first: int, size: int
    ) -> tuple[Signed | None, Signed | None]:
        """The last one over no more than ``first`` entries, and the first over ``size`` or more."""
        return (
            await self._one("WHERE c.size <= $1 ORDER BY c.size DESC LIMIT 1", first),
            await self._one("WHERE c.size >= $1 ORDER BY c.size LIMIT 1", size),
        )

    async def _one(self, which: str, *values: Any) -> Signed | None:
        row = await self._connection.fetchrow(f"{_SIGNED} {which}", *values)
        return Signed(row["size"], row["signed_at"], row["note"]) if row else None

    async def keep_checkpoint(self, signed: Signed) -> None:
        """Keep a checkpoint that was just signed."""
        await self._connection.execute(
            "INSERT INTO log_checkpoint (size, signed_at, note) VALUES ($1, $2, $3)",
            signed.size,
            signed.signed_at,
            signed.note,
        )

    async def cosigned_by(self, witness: str) -> int:
        """The size of the newest checkpoint that a witness has cosigned, or 0."""
        found: int = await self._connection.fetchval(
            "SELECT coalesce(max(size), 0) FROM log_cosignature WHERE witness = $1", witness
        )
        return found

    async def keep_cosignature(self, size: int, witness: str, line: str) -> None:
        """Keep a witness's line below a checkpoint."""
        await self._connection.execute(
            "INSERT INTO log_cosignature (size, witness, line) VALUES ($1, $2, $3)"
            " ON CONFLICT DO NOTHING",
            size,
            witness,
            line,
        )
