"""Imports of lists of persons in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, text

from service.adapters.postgres.rows import Table, metadata, row_of
from service.domain.errors import IllegalMove
from service.domain.import_people import ImportKind
from service.domain.person_import import PersonImport

ImportRow = row_of(
    PersonImport,
    "person_import",
    references={
        "agency_id": "agency.id",
        "made_by_position_id": "position.id",
        "screening_id": "screening.id",
    },
    constraints=[
        Index("ix_person_import_agency_id", "agency_id", "id"),
        # Nobody takes in the same list twice, not even at the same moment.
        Index(
            "uq_person_import_file",
            "agency_id",
            "kind",
            "sha256",
            unique=True,
            postgresql_where=text("state = 'done'"),
        ),
    ],
)
IMPORT = Table(PersonImport, ImportRow)

#: Tables that name a person without anything being built on the record.
_TELLS_OF = frozenset({"audit_entry", "signal"})


class PostgresImports:
    """Imports of lists of persons."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, import_id: UUID, *, lock: bool = False) -> PersonImport | None:
        """One import."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{IMPORT.select} WHERE id = $1{tail}", import_id)
        return IMPORT.read(row) if row else None

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[PersonImport]:
        """An agency's imports, newest first."""
        rows = await self._connection.fetch(
            f"{IMPORT.select} WHERE agency_id = $1 AND ($2::uuid IS NULL OR id < $2)"
            " ORDER BY id DESC LIMIT $3",
            agency_id,
            after,
            limit,
        )
        return [IMPORT.read(r) for r in rows]

    async def same_file(
        self, agency_id: UUID, kind: ImportKind, sha256: str
    ) -> PersonImport | None:
        """The import of the same list by the same agency, unless it was taken back."""
        row = await self._connection.fetchrow(
            f"{IMPORT.select} WHERE agency_id = $1 AND kind = $2 AND sha256 = $3"
            " AND state = 'done'",
            agency_id,
            kind.value,
            sha256,
        )
        return IMPORT.read(row) if row else None

    async def add(self, imported: PersonImport) -> None:
        """A new import. Raises IllegalMove when a colleague was a moment faster."""
        status = await self._connection.execute(
            f"{IMPORT.insert()} ON CONFLICT DO NOTHING", *IMPORT.parameters(imported)
        )
        if status != "INSERT 0 1":
            raise IllegalMove("import.same_file")

    async def save(self, imported: PersonImport) -> None:
        """The import as it is now."""
        await IMPORT.replace(self._connection, imported)

    async def built_upon(
        self, person_ids: Collection[UUID], signal_ids: Collection[UUID]
    ) -> Collection[UUID]:
        """Those of the persons of whom there is more by now; their records are locked."""
        whom = list(person_ids)
        # Locked first, so that what others are just adding is seen or waits.
        await self._connection.execute(
            "SELECT FROM person WHERE id = ANY ($1) ORDER BY id FOR UPDATE", whom
        )
        rows = await self._connection.fetch(_built_upon(), whom, list(signal_ids))
        return {r["id"] for r in rows}

    async def void(self, person_ids: Collection[UUID], at: datetime) -> None:
        """Close the agency's own records of these persons to everybody; their history stays."""
        await self._connection.execute("SELECT void_persons($1, $2)", list(person_ids), at)


@cache
def _built_upon() -> str:
    """Whatever table names a person, households and agenda items included."""
    naming = sorted(
        name
        for name, table in metadata.tables.items()
        if "person_id" in table.c and name not in _TELLS_OF
    )
    named = [f"SELECT FROM {name} t WHERE t.person_id = p.id" for name in naming]
    named += [
        # Its own signals tell of it as well, as long as nobody has looked.
        (
            "SELECT FROM signal s WHERE s.person_id = p.id AND NOT"
            " (s.id = ANY ($2) AND s.status = 'new' AND s.looks = '[]')"
        ),
        "SELECT FROM agenda_item i WHERE p.id = ANY (i.person_ids)",
        (
            "SELECT FROM household h WHERE h.members @>"
            " jsonb_build_array(jsonb_build_object('person_id', p.id::text))"
        ),
    ]
    there = " OR ".join(f"EXISTS ({query})" for query in named)
    return f"SELECT p.id FROM person p WHERE p.id = ANY ($1) AND (p.version > 1 OR {there})"
