"""Audit entries by the million, over years: what a log holds, sealed as the service seals.

Each is made and sealed by the service's own code, so that every proof holds, and comes in by COPY,
month by month, from as many processes as are worth it. Generated entries carry no question (what
their decision was made on): with it an entry takes more than twice as much.
"""

import asyncio
import random
import secrets
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
from bench.seed import PERSON

from service.adapters.postgres.audit import AUDIT
from service.domain.audit import DecidedEntry, Outcome
from service.domain.audit_copy import mark
from service.domain.calendar_jp import JST
from service.domain.log_month import Month
from service.domain.sealed_entry import SALT_BYTES, seal

#: Entries that go in one transaction, and processes that make them.
CHUNK = 5_000
PROCESSES = 2
COLUMNS = [*AUDIT.fields, "words", "salt", "leaf"]
#: A person has so many entries, whatever there is in all.
TO_A_PERSON = 50
#: From whom nothing comes but reading of the log and answers to the persons themselves.
_WATCH = ("auditor", "privacy_officer", "partner_system")
#: From then on an id tells the time.
EARLIEST = datetime(2020, 1, 1, tzinfo=JST)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_PERSON = UUID(f"{PERSON}{0:012d}").int
_SHOWN = ("address", "birth", "id", "language", "living", "names", "phones", "sex", "version")
_READ = {"data_classes": ("D0", "D1", "D2"), "fields": _SHOWN}
_OPENED = {
    "data_classes": ("D0", "D1", "D2", "D3"),
    "fields": ("history", "id", "reason", "status", "wish"),
}
_LIFE = {
    "basis": "LIFE",
    "rules": ("provision.in_force",),
    "law": "LIFE@2023-04-01",
    "obligations": ("no_onward", "readable_until", "review_by", "tell_person"),
}


class Kind(NamedTuple):
    """A kind of access: how often there is one, and what its entries say."""

    times: float
    action: str
    record_kind: str
    says: dict[str, Any]
    #: Persons of one request, each with an entry.
    persons: int = 1


KINDS = (
    Kind(40, "person.read", "person", _READ),
    Kind(25, "referral.read", "referral", _OPENED),
    Kind(2, "referral.read", "referral", _OPENED, persons=15),
    Kind(12, "referral.draft", "person", {"data_classes": ("D0",)}),
    Kind(8, "consent.grant", "consent", {"data_classes": ("D0",)}),
    Kind(6, "person.search", "person", {"data_classes": ("D0", "D1"), "fields": ("id", "names")}),
    Kind(5, "person.read", "person", {"outcome": Outcome.DENIED}),
    Kind(1, "referral.read", "referral", {"outcome": Outcome.MASKED, "data_classes": ("D0",)}),
    Kind(0.5, "person.read", "person", {**_READ, "fields": (*_SHOWN, mark("pdf"))}),
    Kind(0.1, "emergency.take", "provision", {"data_classes": ("D0",), **_LIFE}),
)
_WEIGHTS = [k.times for k in KINDS]


class Worker(NamedTuple):
    """Somebody at an agency."""

    agency_id: UUID
    position_id: UUID
    role: str
    iss: str
    sub: str


@dataclass(frozen=True)
class Crowd:
    """Everybody who appears."""

    workers: tuple[Worker, ...]
    persons: int
    #: Somebody whose entries are as many whatever there is, and who holds their record.
    watched: UUID | None = None
    held_by: UUID | None = None


@dataclass(frozen=True)
class Span:
    """So many entries between two instants."""

    since: datetime
    until: datetime
    entries: int
    watched: int = 0
    #: No two spans are alike.
    number: int = 0


async def seed(
    owner: asyncpg.Connection, superuser: str, entries: int, *, until: datetime, persons: int
) -> None:
    """So many entries of the last ten years, as far as ids tell the time."""
    since = max(EARLIEST, until.replace(year=until.year - 10, day=1))
    await make_room(owner, since, until)
    wanted = spans(since, until, entries, 0, 0)
    await fill(superuser, await crowd(owner, entries, persons), wanted)


async def crowd(connection: asyncpg.Connection, entries: int, persons: int = 50) -> Crowd:
    """All who do casework, and persons enough for so many entries, but at least so many."""
    rows = await connection.fetch(
        "SELECT DISTINCT ON (p.id) p.agency_id, p.id, p.role, t.iss, t.sub FROM position p"
        " JOIN tenure t ON t.position_id = p.id WHERE p.role <> ALL ($1) ORDER BY p.id",
        list(_WATCH),
    )
    return Crowd(tuple(Worker(*r) for r in rows), max(persons, entries // TO_A_PERSON))


def months_of(since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The stretches of the months between two instants."""
    found = []
    while since < until:
        end = min(until, Month.of(since).next.begins_at)
        found.append((since, end))
        since = end
    return found


def spans(since: datetime, until: datetime, entries: int, watched: int, first: int) -> list[Span]:
    """So many entries, spread evenly over the months."""
    months = months_of(since, until)
    whole = (until - since).total_seconds()
    found, given, looked = [], 0, 0
    for number, (begin, end) in enumerate(months):
        part = (end - since).total_seconds() / whole
        upto, seen = round(entries * part), round(watched * part)
        found.append(Span(begin, end, upto - given, seen - looked, first + number))
        given, looked = upto, seen
    return found


async def make_room(owner: asyncpg.Connection, since: datetime, until: datetime) -> None:
    """The months of the log."""
    for begin, _ in months_of(since, until):
        await owner.execute("SELECT make_audit_months($1, 1)", Month.of(begin).first)


async def fill(superuser: str, who: Crowd, wanted: Sequence[Span]) -> None:
    """Write all of it, and tell how it goes on."""
    if len(wanted) == 1:
        await _copied(superuser, who, wanted[0])
    else:
        await asyncio.to_thread(_by_many, superuser, who, wanted)


def _by_many(superuser: str, who: Crowd, wanted: Sequence[Span]) -> None:
    began, done, told = time.perf_counter(), 0, 0.0
    total = sum(s.entries for s in wanted)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        running = {processes.submit(_fill, superuser, who, span): span for span in wanted}
        for each in as_completed(running):
            each.result()
            done += running[each].entries
            took = time.perf_counter() - began
            if took - told > 15 or done == total:
                told = took
                month = f"{Month.of(running[each].since)}"
                sys.stderr.write(
                    f"  {done:>10,} of {total:,} entries ({month}), {done / took:,.0f} a second\n"
                )
                sys.stderr.flush()


def _fill(superuser: str, who: Crowd, span: Span) -> None:
    asyncio.run(_copied(superuser, who, span))


async def _copied(superuser: str, who: Crowd, span: Span) -> None:
    """A stretch of entries, as the superuser: COPY is for nobody behind the second wall."""
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute("SET synchronous_commit = off")
        chunk: list[tuple[Any, ...]] = []
        for entry in entries_of(who, span):
            sealed = seal(entry, secrets.token_bytes(SALT_BYTES))
            said = [getattr(entry, f) for f in AUDIT.fields]
            chunk.append((*said, sealed.words, sealed.salt, sealed.leaf))
            if len(chunk) == CHUNK:
                await _copy(connection, chunk)
        await _copy(connection, chunk)
    finally:
        await connection.close()


async def _copy(connection: asyncpg.Connection, chunk: list[tuple[Any, ...]]) -> None:
    await connection.copy_records_to_table("audit_entry", records=chunk, columns=COLUMNS)
    chunk.clear()


def entries_of(who: Crowd, span: Span) -> Iterator[DecidedEntry]:
    """The entries of a stretch of time, in its order."""
    drawn = random.Random(span.number)  # noqa: S311 - the same entries each time
    instants = sorted(_instant(drawn, span) for _ in range(span.entries))
    looked = set(drawn.sample(range(span.entries), min(span.watched, span.entries)))
    by_agency: dict[UUID, list[Worker]] = {}
    for worker in who.workers:
        by_agency.setdefault(worker.agency_id, []).append(worker)
    agencies = list(by_agency)
    n = 0
    while n < span.entries:
        watched = n in looked
        number = drawn.randrange(who.persons)
        if watched:
            kind, person, holder = KINDS[0], who.watched, who.held_by
            assert holder is not None
        else:
            kind = drawn.choices(KINDS, _WEIGHTS)[0]
            person, holder = _person(number), agencies[number % len(agencies)]
        own = drawn.random() < (0.1 if kind.says.get("outcome") else 0.75)
        worker = drawn.choice(by_agency[holder] if own else who.workers)
        at = instants[n]
        said = _said(drawn, kind, worker, at, holder)
        for other in range(kind.persons):
            if other:
                if n == span.entries or n in looked:
                    break
                # One more of those whose records the same agency holds.
                mine = drawn.randrange(who.persons // len(agencies)) * len(agencies)
                person = _person(mine + number % len(agencies))
            entry_id = _id(drawn, at, other)
            yield DecidedEntry.model_construct(
                id=entry_id, person_id=person, record_id=person, **said
            )
            n += 1


def _person(number: int) -> UUID:
    # The number is written in decimal digits, as those of the referrals' persons are.
    return UUID(int=_FIRST_PERSON + int(str(number), 16))


def _instant(drawn: random.Random, span: Span) -> datetime:
    """Mostly in office hours, where the stretch is longer than a day."""
    seconds = (span.until - span.since).total_seconds()
    at = span.since + timedelta(seconds=drawn.random() * seconds)
    if seconds < 86_400 or drawn.random() < 0.02:
        return at
    there = at.astimezone(JST)
    there -= timedelta(days=max(0, there.weekday() - 4))
    minute = drawn.randrange(8 * 60 + 30, 17 * 60 + 30)
    office = there.replace(hour=minute // 60, minute=minute % 60)
    return office if span.since <= office < span.until - timedelta(seconds=1) else at


def _id(drawn: random.Random, at: datetime, number: int) -> UUID:
    """A UUIDv7, made a few milliseconds after the instant of its request."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1) + 3
    rest = 2 << 62 | number << 56 | drawn.getrandbits(56)
    return UUID(int=milliseconds << 80 | 7 << 76 | drawn.getrandbits(12) << 64 | rest)


def _said(
    drawn: random.Random, kind: Kind, worker: Worker, at: datetime, holder: UUID
) -> dict[str, Any]:
    """What all entries of one request say alike."""
    says: dict[str, Any] = {"outcome": Outcome.ALLOWED, **kind.says}
    if says["outcome"] is not Outcome.ALLOWED:
        says["rules"] = ("record.no_basis",)
    elif "basis" in says:
        says["consent_ids"] = (str(_id(drawn, at, 1)),)
    elif worker.agency_id == holder:
        says |= {"basis": "INTERNAL", "rules": ("record.own_agency",), "law": "INTERNAL@2023-04-01"}
    else:
        says |= {
            "basis": "CONSENT",
            "rules": ("party.keeps_fact", "party.with_consent"),
            "law": "CONSENT@2023-04-01",
            "consent_ids": (str(_id(drawn, at, 1)),),
        }
    return says | {
        "attempt_id": _id(drawn, at - timedelta(milliseconds=1), 0),
        "at": at,
        "actor_kind": "staff",
        "iss": worker.iss,
        "sub": worker.sub,
        "client_id": "tsunagi-cli",
        "agency_id": worker.agency_id,
        "position_id": worker.position_id,
        "roles": (worker.role,),
        "purpose": "consultation",
        "action": kind.action,
        "record_kind": kind.record_kind,
        "holder_agency_id": holder,
        "request_id": f"{drawn.getrandbits(96):024x}",
        "token_id": f"{drawn.getrandbits(88):022x}",
        "remote": "127.0.0.1",
    }
