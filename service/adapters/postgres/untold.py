"""What a sweep has not told of yet: the notice itself is the mark, so nothing is told twice."""

from collections.abc import Collection
from datetime import date
from typing import TypeVar
from uuid import UUID

from asyncpg import Connection
from pydantic import BaseModel

from service.adapters.postgres.rows import Table

V = TypeVar("V", bound=BaseModel)


async def next_untold(
    connection: Connection,
    table: Table[V],
    where: str,
    day: date,
    notice: str,
    without: Collection[UUID],
) -> V | None:
    """The first record with ``where`` (of ``$1``, the day) and no notice of the kind; locked."""
    passed = list(without)
    while row := await connection.fetchrow(
        f"{table.select} WHERE {where} AND id <> ALL ($2::uuid[]) AND NOT EXISTS (SELECT"
        f" FROM notice WHERE record_id = {table.name}.id AND notice.kind = $3)"
        " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
        day,
        passed,
        notice,
    ):
        # Another sweep may have told of it between the look and the lock.
        if not await connection.fetchval(
            "SELECT EXISTS (SELECT FROM notice WHERE record_id = $1 AND kind = $2)",
            row["id"],
            notice,
        ):
            return table.read(row)
        passed.append(row["id"])
    return None
