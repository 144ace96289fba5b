"""The append-only audit log in PostgreSQL. The service's role may only INSERT and SELECT."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from secrets import token_bytes
from typing import Any
from uuid import UUID

from asyncpg import Connection, Record
from sqlalchemy import BigInteger, Column, Index, LargeBinary, text
from sqlalchemy.dialects import postgresql

from service.adapters.postgres.answered import answered_of
from service.adapters.postgres.kept_questions import apart
from service.adapters.postgres.rows import Table, row_of
from service.application.audit_ports import AuditFilter
from service.application.log_ports import Placed
from service.domain.actor import system_actor
from service.domain.audit import AuditEntry, DecidedEntry, Outcome
from service.domain.log_month import MARGIN, NO_LONGER, NOT_YET, ids_from, instant_of
from service.domain.permission import Permission
from service.domain.sealed_entry import SALT_BYTES, Kept, seal

AuditRow = row_of(
    DecidedEntry,
    "audit_entry",
    # What the transparency log keeps of it, and the transaction that it came in.
    extra=[
        Column("leaf", LargeBinary, nullable=False),
        Column("salt", LargeBinary),
        Column("words", LargeBinary),
        Column(
            "xid",
            BigInteger,
            nullable=False,
            server_default=text("pg_current_xact_id()::text::bigint"),
        ),
    ],
    constraints=[
        Index("ix_audit_entry_agency_id", "agency_id", "id"),
        Index("ix_audit_entry_holder_agency_id", "holder_agency_id", "id"),
        Index("ix_audit_entry_person_id", "person_id", "id"),
        # What auditors ask: everything a position opened, and what happened in a period.
        Index("ix_audit_entry_position_id", "position_id", "id"),
        Index("ix_audit_entry_agency_id_at", "agency_id", "at"),
        Index("ix_audit_entry_holder_agency_id_at", "holder_agency_id", "at"),
        Index("ix_audit_entry_xid", "xid", "id"),
        # By month: the migrations and the keeper of the log make the partitions.
        {"postgresql_partition_by": "RANGE (id)"},
    ],
)
#: Lists leave out what a decision was made on; it is read for its replay alone.
AUDIT = Table(AuditEntry, AuditRow)
DECIDED = Table(DecidedEntry, AuditRow)


#: All entries of a commit in one statement. The columns are read from the sealed words, so that
#: they never say anything else; what ``name_the_record`` adds, the database seals again.
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # as SQLAlchemy has it
_SAID = ", ".join(f"{f} {AUDIT.table.c[f].type.compile(_DIALECT)}" for f in AUDIT.fields)
APPEND = f"""
WITH parts AS (
    INSERT INTO question_part (id, said)
    SELECT p.id, p.said FROM unnest($5::text[], $6::text[]) AS p (id, said)
    WHERE NOT EXISTS (SELECT FROM question_part q WHERE q.id = p.id)
    ORDER BY p.id ON CONFLICT DO NOTHING
)
INSERT INTO audit_entry ({AUDIT.columns}, question, words, salt, leaf)
SELECT {AUDIT.prefixed("said")}, given.question, given.words, given.salt, given.leaf
FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::text[]) AS given (words, salt, leaf, question),
    json_to_record(convert_from(given.words, 'UTF8')::json) AS said ({_SAID})
"""


def seen_by(columns: str, where: str, tail: str = "") -> str:
    """What agency $1 did, then what others did to records it holds: each half by its own index."""
    return (
        f"(SELECT {columns} FROM audit_entry WHERE agency_id = $1{where}{tail})"
        f" UNION ALL (SELECT {columns} FROM audit_entry WHERE holder_agency_id = $1"
        f" AND agency_id IS DISTINCT FROM $1{where}{tail})"
    )


#: What may be asked for. Of a person, nothing that was concealed from the agency: a filter
#: would tell whom its refused attempt was about.
_ASKED = {
    "since": "at >= {0}",
    "until": "at < {0}",
    "person_id": "person_id = {0} AND NOT (outcome IN ('denied', 'masked')"
    " AND holder_agency_id IS DISTINCT FROM $1)",
    "position_id": "position_id = {0}",
    "action": "action = {0}",
    "outcome": "outcome = {0}",
    "purpose": "purpose = {0}",
    "basis": "basis = {0}",
    "after": "id < {0}",
    "lowest": "id >= {0}",
    # Which months to look into, beside the one of ids that tell no time.
    "made_from": f"(id >= {{0}} OR id < '{NO_LONGER}')",
    "made_until": f"(id < {{0}} OR id >= '{NOT_YET}')",
}


def made_between(since: datetime | None, until: datetime | None) -> dict[str, UUID | None]:
    """The ids that entries of a period have, with a day to spare on both sides."""
    return {
        "made_from": ids_from(since - MARGIN) if since else None,
        "made_until": ids_from(until + MARGIN) if until else None,
    }


#: Whoever asks for the newest entries mostly finds enough in the months just before, and need not
#: have the planner look into those of ten years.
LATELY = timedelta(days=92)


def lately(after: UUID | None) -> UUID | None:
    """The id from which on a page of the newest entries is looked for first."""
    before = instant_of(after) if after else datetime.now(UTC)
    return ids_from(before - LATELY) if before else None


def of_agency(
    agency_id: UUID,
    asked: AuditFilter,
    after: UUID | None,
    limit: int,
    lowest: UUID | None = None,
) -> tuple[str, list[Any]]:
    """The agency's own entries that were asked for, and the parameters of the statement."""
    values: list[Any] = [agency_id, limit]
    where = ""
    made = made_between(asked.since, asked.until)
    for name, value in (asked.model_dump() | made | {"after": after, "lowest": lowest}).items():
        if value is not None:
            values.append(value)
            where += " AND " + _ASKED[name].format(f"${len(values)}")
    newest = " ORDER BY id DESC LIMIT $2"
    return (
        f"SELECT {AUDIT.columns} FROM ({seen_by(AUDIT.columns, where, newest)}) seen{newest}",
        values,
    )


class PostgresAuditLog:
    """The audit log."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def append(self, entries: Sequence[DecidedEntry]) -> None:
        """All entries, each sealed with a salt of its own, in one round trip."""
        salts = token_bytes(SALT_BYTES * len(entries))
        sealed = [
            seal(e, salts[SALT_BYTES * n : SALT_BYTES * (n + 1)]) for n, e in enumerate(entries)
        ]
        stored = apart(entries)
        await self._connection.execute(
            APPEND,
            [s.words for s in sealed],
            [s.salt for s in sealed],
            [s.leaf for s in sealed],
            stored.questions,
            list(stored.parts),
            list(stored.parts.values()),
        )

    async def of_agency(
        self, agency_id: UUID, asked: AuditFilter, *, after: UUID | None, limit: int
    ) -> Sequence[AuditEntry]:
        """What the agency did, and what was done to records it holds; newest first."""
        rows: Sequence[Record] = []
        for lowest in dict.fromkeys((None if asked.since else lately(after), None)):
            query, values = of_agency(agency_id, asked, after, limit, lowest)
            rows = await self._connection.fetch(query, *values)
            if len(rows) == limit:
                break
        return [AUDIT.read(r) for r in rows]

    async def of_person(
        self, person_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[AuditEntry]:
        """Everything about one person, newest first."""
        rows = await self._connection.fetch(
            f"{AUDIT.select} WHERE person_id = $1 AND ($2::uuid IS NULL OR id < $2)"
            " ORDER BY id DESC LIMIT $3",
            person_id,
            after,
            limit,
        )
        return [AUDIT.read(r) for r in rows]

    async def find(self, entry_id: UUID) -> DecidedEntry | None:
        """One entry, with what it was decided on."""
        row = await self._connection.fetchrow(
            f"SELECT {AUDIT.columns}, whole_question(question) AS question FROM audit_entry"
            " WHERE id = $1",
            entry_id,
        )
        return DECIDED.read(row) if row else None

    async def sealed(self, entry_id: UUID) -> Kept | None:
        """One entry as the transparency log keeps it; salt and words are gone once erased."""
        row = await self._connection.fetchrow(
            "SELECT leaf, salt, words FROM audit_entry WHERE id = $1", entry_id
        )
        return Kept.of(row["leaf"], row["salt"], row["words"]) if row else None

    async def placed(self, first: int, size: int, agency_id: UUID) -> Sequence[Placed]:
        """The places from first until before size, with the entries that are the agency's."""
        places = await self._connection.fetch(
            "SELECT index, hash, entry_id FROM log_leaf WHERE index >= $1 AND index < $2"
            " ORDER BY index",
            first,
            size,
        )
        # By their ids: joined with the places, all that the agency has in ten years would be read.
        rows = await self._connection.fetch(
            f"SELECT leaf, salt, words, {AUDIT.columns} FROM audit_entry"
            " WHERE id = ANY ($1) AND (agency_id = $2 OR holder_agency_id = $2)",
            [p["entry_id"] for p in places],
            agency_id,
        )
        own = {r["id"]: r for r in rows}
        found = []
        for index, hash_, entry_id in places:
            row = own.get(entry_id)
            entry, kept = None, None
            if row is not None:
                entry = AUDIT.read(row)
                kept = Kept.of(row["leaf"], row["salt"], row["words"])
            found.append(Placed(index, hash_, entry, kept))
        return found

    async def answered(self, attempt_ids: Collection[UUID]) -> frozenset[UUID]:
        """Those of the attempts that are known to have been answered."""
        return await answered_of(self._connection, attempt_ids)

    async def receivers_of(self, person_id: UUID) -> frozenset[UUID]:
        """Agencies that were shown something about the person on the ground of consent."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT agency_id FROM audit_entry WHERE person_id = $1"
            " AND basis = 'CONSENT' AND outcome = 'allowed' AND agency_id IS NOT NULL",
            person_id,
        )
        return frozenset(r["agency_id"] for r in rows)


async def record_operation(
    owner: Connection,
    permission: Permission,
    *,
    entry_id: UUID,
    at: datetime,
    fields: Sequence[str],
) -> None:
    """Put on record what an operator did to the log itself, in the same transaction."""
    actor = system_actor("operator")
    entry = DecidedEntry(
        id=entry_id,
        attempt_id=entry_id,
        at=at,
        actor_kind=actor.kind,
        iss=actor.iss,
        sub=actor.sub,
        client_id=actor.client_id,
        action=permission.value,
        record_kind="audit",
        fields=tuple(fields),
        outcome=Outcome.ALLOWED,
        request_id=f"{permission.value.rpartition('.')[2]}-{entry_id.hex}",
    )
    await PostgresAuditLog(owner).append([entry])
