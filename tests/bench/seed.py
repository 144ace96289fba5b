"""Persons, consents and referrals by the hundred thousand, by SQL, around rows that the API made.

The ids tell everything: the person of a referral, its sender and its receiver follow from its
number, in Python (``Seeded``) and in the scripts of pgbench alike.
"""

import sys
import time
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
from bench.staff import COUNT, agency_id

PERSON = "019b0000-0000-7000-8000-"
CONSENT = "019c0000-0000-7000-8000-"
REFERRAL = "019d0000-0000-7000-8000-"
ENTRY = "0198cccc-0000-7000-8000-"
AGENCY = "0199bbbb-0000-7000-8000-"
DESK = "0199bbbb-0001-7000-8000-"


def sql_id(prefix: str, number: str) -> str:
    """The SQL of the id with this number."""
    return f"('{prefix}' || lpad(({number})::text, 12, '0'))::uuid"


@dataclass(frozen=True)
class Sizes:
    """How much there is."""

    persons: int = 50_000
    referrals: int = 100_000
    #: Entries of the audit log, 50 to a person.
    entries: int = 10_000

    def person_of(self, referral: int) -> int:
        return referral % self.persons

    def sender_of(self, referral: int) -> int:
        return self.person_of(referral) % COUNT

    def receiver_of(self, referral: int) -> int:
        round_ = self.person_of(referral) // COUNT + referral // self.persons
        return (self.sender_of(referral) + 1 + round_ % (COUNT - 1)) % COUNT

    #: The same in SQL, of referral ``n``.
    @property
    def sql(self) -> dict[str, str]:
        person = f"(n % {self.persons})"
        sender = f"({person} % {COUNT})"
        receiver = (
            f"(({sender} + 1 + ({person} / {COUNT} + n / {self.persons}) % {COUNT - 1}) % {COUNT})"
        )
        return {"person": person, "sender": sender, "receiver": receiver}

    @property
    def with_report(self) -> int:
        """How many persons have fifty entries each."""
        return min(self.persons, max(1, self.entries // 50))


def referral_id(number: int) -> UUID:
    return UUID(f"{REFERRAL}{number:012d}")


def person_id(number: int) -> UUID:
    return UUID(f"{PERSON}{number:012d}")


@dataclass(frozen=True)
class Templates:
    """Rows that the API made, of which the others are copies."""

    person: UUID
    consent: UUID
    other_consent: UUID
    referral: UUID


_COPY = """
INSERT INTO {table} SELECT r.* FROM {table} t, generate_series($2::int, $3::int) AS n,
LATERAL jsonb_populate_record(t, jsonb_build_object({changes})) AS r WHERE t.id = $1
"""
STEP = 50_000


async def _copied(
    owner: asyncpg.Connection, table: str, template: UUID, count: int, changes: dict[str, str]
) -> None:
    listed = ", ".join(f"'{name}', {sql}" for name, sql in changes.items())
    statement = _COPY.format(table=table, changes=listed)
    for first in range(0, count, STEP):
        last = min(count, first + STEP) - 1
        await owner.execute(statement, template, first, last, timeout=3600)


async def seed(owner: asyncpg.Connection, templates: Templates, sizes: Sizes) -> None:
    """Everything, with the triggers of an ordinary row."""
    began = time.perf_counter()
    await owner.execute("SET synchronous_commit = off")
    holder = sql_id(AGENCY, f"n % {COUNT}")
    await _copied(
        owner,
        "person",
        templates.person,
        sizes.persons,
        {
            "id": sql_id(PERSON, "n"),
            "holder_agency_id": holder,
            "search_keys": "to_jsonb(ARRAY[md5(n::text), md5('b' || n)])",
        },
    )
    for place, template in enumerate((templates.consent, templates.other_consent)):
        await _copied(
            owner,
            "consent",
            template,
            sizes.persons,
            {
                "id": sql_id(CONSENT, f"2 * n + {place}"),
                "person_id": sql_id(PERSON, "n"),
                "recorded_by": holder,
            },
        )
    of = sizes.sql
    await _copied(
        owner,
        "referral",
        templates.referral,
        sizes.referrals,
        {
            "id": sql_id(REFERRAL, "n"),
            "person_id": sql_id(PERSON, of["person"]),
            "from_agency_id": sql_id(AGENCY, of["sender"]),
            "from_position_id": "NULL",
            "to_agency_id": sql_id(AGENCY, of["receiver"]),
            "to_desk_id": sql_id(DESK, of["receiver"]),
            "status": "(ARRAY['sent', 'received', 'accepted', 'working'])[n % 4 + 1]",
            "sent_at": "'2026-06-01'::timestamptz",
            "due_at": "'2036-01-01'::timestamptz",
        },
    )
    _say(f"{sizes.persons:,} persons, {sizes.referrals:,} referrals", began)


async def seed_entries(owner: asyncpg.Connection, template: UUID, sizes: Sizes) -> None:
    """Audit entries, fifty to a person, sealed by the database as any."""
    began = time.perf_counter()
    await _copied(
        owner,
        "audit_entry",
        template,
        sizes.entries,
        {
            "id": sql_id(ENTRY, "n"),
            "leaf": "NULL",
            "attempt_id": "gen_random_uuid()",
            "at": f"'2016-04-01'::timestamptz + n * interval '3650 days' / {max(1, sizes.entries)}",
            "agency_id": sql_id(AGENCY, f"n % {COUNT}"),
            "person_id": sql_id(PERSON, f"n % {sizes.with_report}"),
            "holder_agency_id": sql_id(AGENCY, f"n % {sizes.with_report} % {COUNT}"),
        },
    )
    await owner.execute("RESET synchronous_commit")
    _say(f"{sizes.entries:,} audit entries", began)


async def tidy(owner: asyncpg.Connection) -> None:
    """Statistics, and nothing left for the background to begin with in the middle of a round."""
    await owner.execute("VACUUM (ANALYZE)", timeout=3600)


async def forget_drafts(keeper: asyncpg.Connection) -> None:
    """Take out what was drafted, so that every round finds the same boxes. As the superuser:
    the checks of foreign keys would look through all referrals for each that goes.
    """
    above = f"{REFERRAL}{'9' * 12}"
    await keeper.execute("SET session_replication_role = replica")
    await keeper.execute("TRUNCATE first_answer")
    await keeper.execute("DELETE FROM referral_event WHERE referral_id > $1::uuid", above)
    await keeper.execute("DELETE FROM referral WHERE id > $1::uuid", above)
    await keeper.execute("VACUUM referral, referral_event")


async def inbox_of(owner: asyncpg.Connection, agency: int, limit: int) -> list[UUID]:
    """Places in an agency's inbox with at least ``limit`` more behind them."""
    rows: list[Any] = await owner.fetch(
        "SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place FROM referral"
        " WHERE to_agency_id = $1 AND status <> 'draft') box WHERE place > $2 + 1"
        " ORDER BY random() LIMIT 40",
        agency_id(agency),
        limit,
    )
    return [r["id"] for r in rows]


def _say(what: str, began: float) -> None:
    sys.stderr.write(f"seeded {what} in {time.perf_counter() - began:.0f} s\n")
