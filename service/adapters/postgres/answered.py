"""Attempts whose answer left, in PostgreSQL. The service's role may only add to them and read them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from asyncpg import Connection, Pool
from sqlalchemy import Column, DateTime, Uuid
from sqlmodel import Field, SQLModel


class AnsweredRow(SQLModel, table=True):
    """An attempt whose answer was handed to the network to its last byte; about when it was noted."""

    __tablename__ = "answered_attempt"

    attempt_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


async def mark(pool: Pool, attempt_ids: Collection[UUID], at: datetime) -> None:
    """Mark attempts as answered, all in one statement; one that is marked stays as it is."""
    await pool.execute(
        "INSERT INTO answered_attempt (attempt_id, at) SELECT unnest($1::uuid[]), $2"
        " ON CONFLICT DO NOTHING",
        list(attempt_ids),
        at,
        timeout=10.0,
    )


async def answered_of(connection: Connection, attempt_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the attempts that are known to have been answered."""
    rows = await connection.fetch(
        "SELECT attempt_id FROM answered_attempt WHERE attempt_id = ANY ($1::uuid[])",
        list(attempt_ids),
    )
    return frozenset(r["attempt_id"] for r in rows)
