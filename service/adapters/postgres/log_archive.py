"""Months of the audit log that leave the database: read out line by line, dropped, put on record.

Runs as the schema's owner. The places and hashes of a month that went stay in the log's tables, so
every other proof goes on to hold; what its entries said is in its file alone.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection, Record
from sqlalchemy import BigInteger, Column, Date, DateTime, Text, Uuid
from sqlmodel import Field, SQLModel

from service.adapters.postgres.audit import record_operation
from service.adapters.postgres.transparency import PostgresTransparencyLog
from service.application.log_keeping import nodes_at
from service.domain.audit_bundle import BundleHeader, closed_line, erased_line, open_line
from service.domain.errors import IllegalMove
from service.domain.log_month import Month
from service.domain.merkle import peaks
from service.domain.permission import Permission
from service.domain.sealed_entry import Kept

#: The advisory lock under which months leave ("archive").
_LOCK = 0x61726368697665
#: How long others are made to wait at the most, behind us who wait for somebody.
PATIENCE = "3s"


class ArchiveRow(SQLModel, table=True):
    """A month that is no longer in the database, and the file that it is in."""

    __tablename__ = "log_archive"

    month: date = Field(sa_column=Column(Date, primary_key=True))
    from_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    until_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    first: int = Field(sa_column=Column(BigInteger, nullable=False))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    entries: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))
    file: str = Field(sa_column=Column(Text, nullable=False))
    archived_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    archived_by: str = Field(sa_column=Column(Text, nullable=False))


class Stretch(NamedTuple):
    """Where the entries of a month have their places: from the first until before the last."""

    month: Month
    entries: int
    first: int
    size: int


def partition(month: Month) -> str:
    """The table that holds a month."""
    return f"audit_entry_{month.year}_{month.month:02}"


@asynccontextmanager
async def alone(owner: Connection) -> AsyncIterator[None]:
    """Be the only one who archives, from before the months are listed until all of it is done.

    Raises IllegalMove where somebody else is at it.
    """
    if not await owner.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        raise IllegalMove("archive.another_at_it")
    try:
        yield
    finally:
        if not owner.is_closed():
            await owner.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def months_until(owner: Connection, last: Month) -> list[Month]:
    """The months up to one that are in the database and hold something; the oldest first."""
    rows = await owner.fetch(
        "SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = 'audit_entry'::regclass"
        " AND c.relname ~ '^audit_entry_[0-9]{4}_[0-9]{2}$' ORDER BY 1"
    )
    named = [Month(*map(int, row["name"].split("_")[2:])) for row in rows]
    return [
        month
        for month in named
        if month <= last
        and await owner.fetchval(
            "SELECT EXISTS (SELECT FROM audit_entry WHERE id >= $1 AND id < $2)", *month.ids
        )
    ]


async def hold_still(owner: Connection, month: Month) -> None:
    """Let nobody add to or change a month until the transaction ends; before anything is read."""
    await owner.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    await owner.execute(f"LOCK TABLE {partition(month)} IN SHARE MODE")


async def stretch_of(owner: Connection, month: Month) -> Stretch:
    """Where a month lies. Raises IllegalMove where an entry has no signed place, or is gone."""
    facts = {"month": str(month)}
    row = await owner.fetchrow(
        "SELECT count(*) AS entries, count(l.index) AS placed, min(l.index) AS first,"
        " max(l.index) + 1 AS size FROM audit_entry e LEFT JOIN log_leaf l ON l.entry_id = e.id"
        " WHERE e.id >= $1 AND e.id < $2",
        *month.ids,
    )
    assert row is not None  # noqa: S101 - an aggregate has one row
    signed = await owner.fetchval("SELECT coalesce(max(size), 0) FROM log_checkpoint")
    if row["placed"] < row["entries"] or signed < row["size"]:
        raise IllegalMove("archive.month_unsealed", facts=facts)
    places = await owner.fetchval(
        "SELECT count(*) FROM log_leaf WHERE entry_id >= $1 AND entry_id < $2", *month.ids
    )
    if places != row["entries"]:
        raise IllegalMove("archive.entries_missing", facts=facts)
    return Stretch(month, row["entries"], row["first"], row["size"])


async def header_of(
    owner: Connection, stretch: Stretch, *, origin: str, keys: tuple[str, ...]
) -> BundleHeader:
    """How the file begins: between the last checkpoint before the month and the first after it."""
    log = PostgresTransparencyLog(owner)
    earlier, later = await log.checkpoints_around(stretch.first, stretch.size)
    assert later is not None  # noqa: S101 - asked before
    first = earlier.size if earlier else 0
    places = peaks(first)
    nodes = await nodes_at(log, places)
    return BundleHeader(
        origin=origin,
        keys=keys,
        earlier=earlier.note if earlier else None,
        later=later.note,
        first=first,
        size=later.size,
        frontier=tuple(nodes[place] for place in places),
    )


async def lines_of(owner: Connection, month: Month, first: int, size: int) -> AsyncIterator[bytes]:
    """The lines of a file: the month's entries in full, others that lie between by their hash."""
    rows = owner.cursor(
        "SELECT l.index, l.hash, e.id, e.leaf, e.salt, e.words,"
        " whole_question(e.question) AS question FROM log_leaf l"
        " LEFT JOIN audit_entry e ON e.id = l.entry_id AND e.id >= $3 AND e.id < $4"
        " WHERE l.index >= $1 AND l.index < $2 ORDER BY l.index",
        first,
        size,
        *month.ids,
        prefetch=1000,
    )
    async for row in rows:
        yield _line(row)


def _line(row: Record) -> bytes:
    if row["id"] is None:
        return closed_line(row["index"], row["hash"])
    kept = Kept.of(row["leaf"], row["salt"], row["words"])
    if kept.sealed is None:
        return erased_line(row["index"], kept.leaf)
    return open_line(row["index"], kept.sealed, row["question"])


async def drop(owner: Connection, archived: ArchiveRow, *, entry_id: UUID) -> None:
    """Take a month out of the database, and put on record that it was done, by whom and to where.

    It waits a few seconds for whoever reads the log, and rather gives up than have others wait.
    """
    told = archived.model_dump()
    holes = ", ".join(f"${n}" for n in range(1, len(told) + 1))
    await owner.execute(
        f"INSERT INTO log_archive ({', '.join(told)}) VALUES ({holes})", *told.values()
    )
    name = partition(Month(archived.month.year, archived.month.month))
    await owner.execute(f"SET LOCAL lock_timeout = '{PATIENCE}'")
    await owner.execute(f"ALTER TABLE audit_entry DETACH PARTITION {name}")
    await owner.execute(f"DROP TABLE {name}")
    # What is known of their answers goes with them.
    await owner.execute(
        "DELETE FROM answered_attempt WHERE attempt_id >= $1 AND attempt_id < $2",
        archived.from_id,
        archived.until_id,
    )
    await record_operation(
        owner,
        Permission.AUDIT_ARCHIVE,
        entry_id=entry_id,
        at=archived.archived_at,
        fields=(
            f"month:{archived.month:%Y-%m}",
            f"entries:{archived.entries}",
            f"sha256:{archived.sha256}",
        ),
    )
