"""Papers of agenda items in PostgreSQL: what is known of them, and apart from it their locked contents."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Text, Uuid
from sqlmodel import Field, SQLModel

from service.adapters.postgres.rows import Records, Table, row_of
from service.application.file_ports import Sealed
from service.domain.errors import Stale
from service.domain.item_paper import ItemPaper

PaperRow = row_of(
    ItemPaper,
    "stored_file",
    references={
        "conference_id": "conference.id",
        "item_id": "agenda_item.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
        "withdrawn_by_agency_id": "agency.id",
    },
    constraints=[
        Index("ix_stored_file_conference_id", "conference_id", "id"),
        Index("ix_stored_file_item_id", "item_id", "id"),
    ],
)


class FileContentRow(SQLModel, table=True):
    """The content of a file, locked; never changed, and never loaded with a list."""

    __tablename__ = "file_content"

    file_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("stored_file.id", deferrable=True), primary_key=True)
    )
    key_id: str = Field(sa_column=Column(Text, nullable=False))
    wrapped_key: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    ciphertext: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


#: All that ever changes of a paper; the service's role may change nothing else.
WITHDRAWAL = ("withdrawn_at", "withdrawn_by_agency_id", "withdrawn_reason", "version")


class PostgresFiles(Records[ItemPaper]):
    """Papers of agenda items."""

    table = Table(ItemPaper, PaperRow)

    async def of_item(self, item_id: UUID) -> Sequence[ItemPaper]:
        """The papers of an item, in the order in which they came."""
        return await self.of_items([item_id])

    async def of_items(self, item_ids: Collection[UUID]) -> Sequence[ItemPaper]:
        """The papers of several items, in the order in which they came."""
        return await self._all("WHERE item_id = ANY ($1) ORDER BY id", list(item_ids))

    async def of_conference(self, conference_id: UUID) -> Sequence[ItemPaper]:
        """The papers of all items of a conference."""
        return await self._all("WHERE conference_id = $1 ORDER BY id", conference_id)

    async def add_sealed(self, paper: ItemPaper, sealed: Sealed) -> None:
        """A new paper with its content."""
        await self.add(paper)
        await self._connection.execute(
            "INSERT INTO file_content (file_id, key_id, wrapped_key, ciphertext)"
            " VALUES ($1, $2, $3, $4)",
            paper.id,
            *sealed,
        )

    async def save_withdrawal(self, paper: ItemPaper) -> None:
        """The paper as it was withdrawn. Raises Stale."""
        sets = ", ".join(f"{name} = ${n}" for n, name in enumerate(WITHDRAWAL, 2))
        values: list[Any] = [getattr(paper, name) for name in WITHDRAWAL]
        status = await self._connection.execute(
            f"UPDATE stored_file SET {sets} WHERE id = $1 AND version = ${len(values) + 1} - 1",
            paper.id,
            *values,
        )
        if status == "UPDATE 0":
            raise Stale("record.changed_meanwhile")

    async def sealed(self, paper_id: UUID) -> Sealed:
        """The content as it is locked."""
        row = await self._connection.fetchrow(
            "SELECT key_id, wrapped_key, ciphertext FROM file_content WHERE file_id = $1", paper_id
        )
        return Sealed(*row)
