"""First answers, kept so that a retry gets the same one (Idempotency-Key)."""

from datetime import datetime

from asyncpg import Connection
from sqlalchemy import Column, DateTime, Integer, LargeBinary, Text
from sqlmodel import Field, SQLModel

from service.application.ports import FirstAnswer


class AnswerRow(SQLModel, table=True):
    """The first answer to a key. It holds receipts (data class D0) only."""

    __tablename__ = "first_answer"

    caller: str = Field(sa_column=Column(Text, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    request_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    status: int | None = Field(default=None, sa_column=Column(Integer))
    location: str | None = Field(default=None, sa_column=Column(Text))
    etag: str | None = Field(default=None, sa_column=Column(Text))
    body: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class PostgresAnswers:
    """First answers by caller and key."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def claim(
        self, caller: str, key: str, request_hash: bytes, at: datetime
    ) -> FirstAnswer | None:
        """Claim the key, or get the first answer to it.

        While another request with the same key is under way this waits for it: if that
        one commits, its answer is the answer; if it fails, the key is ours.
        """
        claimed = await self._connection.fetchval(
            "INSERT INTO first_answer (caller, key, request_hash, at) VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (caller, key) DO NOTHING RETURNING true",
            caller,
            key,
            request_hash,
            at,
        )
        if claimed:
            return None
        row = await self._connection.fetchrow(
            "SELECT request_hash, status, location, etag, body FROM first_answer WHERE caller = $1 AND key = $2",
            caller,
            key,
        )
        return FirstAnswer(*row)

    async def keep(self, caller: str, key: str, answer: FirstAnswer) -> None:
        """Keep the answer, in the same commit as what it tells of."""
        await self._connection.execute(
            "UPDATE first_answer SET status = $3, location = $4, etag = $5, body = $6"
            " WHERE caller = $1 AND key = $2",
            caller,
            key,
            answer.status,
            answer.location,
            answer.etag,
            answer.body,
        )
