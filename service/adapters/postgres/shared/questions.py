"""What is asked of the database for everyone on a shared transaction at once.

What is behind the second wall is read by functions of the database (migration 0028) that say who is
asking before each look-up: under a shared transaction, too, nobody is shown a row that the wall
keeps from them.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from asyncpg import Connection, Record
from pydantic_core import to_json

from service.adapters.postgres.audit import PostgresAuditLog
from service.adapters.postgres.cases import PostgresCases
from service.adapters.postgres.desks import CAPACITY
from service.adapters.postgres.people import GIVEN_TERMS, PERSON
from service.adapters.postgres.provisions import PROVISION, within_contract
from service.adapters.postgres.referrals import REFERRAL
from service.adapters.postgres.rows import Table, V
from service.application.ports import FirstAnswer, GoesAlone, Involvement
from service.domain.actor import Actor
from service.domain.audit import DecidedEntry
from service.domain.capacity import DeskCapacity
from service.domain.case import Case
from service.domain.consent import GivenTerms
from service.domain.people import Person
from service.domain.provision import Provision
from service.domain.referral import Referral

if TYPE_CHECKING:
    from service.adapters.postgres.shared.ride import Ride

#: Who asks, and what about.
Asker = tuple[Actor | None, Sequence[Any]]
Question = Callable[[Connection, Sequence[Asker]], Awaitable[Sequence[Any]]]


class AboutPersons(NamedTuple):
    """What access to the records of some persons hangs on."""

    consents: Sequence[GivenTerms]
    provisions: Sequence[Provision]
    #: By person, where a department of the asker's agency keeps the person to itself.
    departments: dict[UUID, str]


class ReferralFound(NamedTuple):
    """A referral, if there is one, and what access to it hangs on."""

    referral: Referral | None
    case: Case | None
    about: AboutPersons


class InboxFound(NamedTuple):
    """A page of an inbox, and what access to its referrals hangs on."""

    referrals: Sequence[Referral]
    cases: Sequence[Case]
    about: AboutPersons


class PersonFound(NamedTuple):
    """A person, if there is one, and what access to the record hangs on."""

    person: Person | None
    involvement: Involvement
    about: AboutPersons


async def _referrals(connection: Connection, askers: Sequence[Asker]) -> Sequence[ReferralFound]:
    rows = await connection.fetch(
        "SELECT * FROM shared_referrals($1, $2, $3, $4)",
        *_who(askers),
        _nth(askers, 0),
    )
    return [
        ReferralFound(
            REFERRAL.read(r["it"]) if r["it"]["id"] else None,
            PostgresCases.table.read(r["of_case"]) if r["of_case"]["id"] else None,
            _about(r),
        )
        for r in rows
    ]


async def _inboxes(connection: Connection, askers: Sequence[Asker]) -> Sequence[InboxFound]:
    rows = await connection.fetch(
        "SELECT * FROM shared_inboxes($1, $2, $3, $4, $5, $6)",
        *_who(askers),
        *(_nth(askers, n) for n in range(3)),
    )
    return [
        InboxFound(
            [REFERRAL.read(f) for f in r["listed"] or ()],
            [PostgresCases.table.read(c) for c in r["cases"] or ()],
            _about(r),
        )
        for r in rows
    ]


async def _persons(connection: Connection, askers: Sequence[Asker]) -> Sequence[PersonFound]:
    rows = await connection.fetch(
        "SELECT * FROM shared_persons($1, $2, $3, $4)",
        *_who(askers),
        _nth(askers, 0),
    )
    return [
        PersonFound(
            PERSON.read(r["it"]) if r["it"]["id"] else None,
            Involvement(r["involved"]),
            _about(r),
        )
        for r in rows
    ]


async def _capacities(
    connection: Connection, askers: Sequence[Asker]
) -> Sequence[DeskCapacity | None]:
    rows = await connection.fetch(f"{CAPACITY.select} WHERE desk_id = ANY ($1)", _nth(askers, 0))
    told = {r["desk_id"]: CAPACITY.read(r) for r in rows}
    return [told.get(desk_id) for desk_id in _nth(askers, 0)]


async def _answers(connection: Connection, askers: Sequence[Asker]) -> Sequence[FirstAnswer | None]:
    rows = await connection.fetch(
        "SELECT caller, key, request_hash, status, location, etag, body FROM first_answer"
        " JOIN unnest($1::text[], $2::text[]) AS asked (caller, key) USING (caller, key)",
        *(_nth(askers, n) for n in range(2)),
    )
    given = {(r["caller"], r["key"]): FirstAnswer(*list(r)[2:]) for r in rows}
    return [given.get((values[0], values[1])) for _, values in askers]


async def _statements(connection: Connection, askers: Sequence[Asker]) -> Sequence[Any]:
    """What is remembered as a rule (the directory) and has to be looked up this time."""
    return [await getattr(connection, how)(query, *values) for _, (how, query, *values) in askers]


#: By name.
QUESTIONS: dict[str, Question] = {
    "referral": _referrals,
    "inbox": _inboxes,
    "person": _persons,
    "capacity": _capacities,
    "answer": _answers,
    "statement": _statements,
}

_ANSWERS = (
    "INSERT INTO first_answer (caller, key, request_hash, at, status, location, etag, body)"
    " SELECT * FROM unnest($1::text[], $2::text[], $3::bytea[], $4::timestamptz[], $5::int[],"
    " $6::text[], $7::text[], $8::bytea[]) ON CONFLICT DO NOTHING"
)


async def write(
    connection: Connection, wanted: Sequence[tuple["Ride", Sequence[DecidedEntry]]]
) -> None:
    """Everything that is to be committed: records, first answers, audit entries.

    Raises GoesAlone where somebody else was faster with an Idempotency-Key.
    """
    rows = [(ride.actor, table, row) for ride, _ in wanted for table, row in ride.rows]
    if rows:
        await connection.execute(
            "SELECT shared_writes($1, $2, $3, $4, $5)",
            *_who([(actor, ()) for actor, _, _ in rows]),
            [table for _, table, _ in rows],
            [row for _, _, row in rows],
        )
    # In one order everywhere: two transactions never wait for each other.
    kept = sorted(ride.first_answer for ride, _ in wanted if ride.first_answer is not None)
    if kept:
        done = await connection.execute(
            _ANSWERS, *(list(column) for column in zip(*kept, strict=True))
        )
        if done != f"INSERT 0 {len(kept)}":
            raise GoesAlone
    await PostgresAuditLog(connection).append([e for _, entries in wanted for e in entries])


def _who(askers: Sequence[Asker]) -> tuple[list[str], list[UUID | None], list[UUID | None]]:
    """As ``act_for`` says it, for each of them."""
    actors = [actor for actor, _ in askers if actor is not None]
    if len(actors) < len(askers):
        raise GoesAlone
    return (
        [a.kind for a in actors],
        [a.agency_id for a in actors],
        [a.person_id for a in actors],
    )


def _nth(askers: Sequence[Asker], n: int) -> list[Any]:
    """What each of them asks about, in one place of its values."""
    return [values[n] for _, values in askers]


def _about(row: Record) -> AboutPersons:
    provisions = zip(row["provisions"] or (), row["contracts"] or (), strict=True)
    return AboutPersons(
        [GIVEN_TERMS.read(c) for c in row["consents"] or ()],
        [within_contract(PROVISION.read(p), until) for p, until in provisions],
        dict(zip(row["kept_by"] or (), row["departments"] or (), strict=True)),
    )


def as_row(table: Table[V], value: V) -> str:
    """A row as the database takes it from JSON."""
    return to_json(table.members(value)).decode()
