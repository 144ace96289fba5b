"""One request's place in a shared transaction: the stores of its unit of work.

They hold what the use cases of the hot path ask for. Whatever else is asked sends the request alone.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, NoReturn, cast
from uuid import UUID

from asyncpg import Connection

from service.adapters.postgres.accounts import PostgresAccounts
from service.adapters.postgres.desks import PostgresDesks
from service.adapters.postgres.directories import PostgresDirectory
from service.adapters.postgres.directory_memory import DirectoryMemory, Known
from service.adapters.postgres.referrals import EVENT, REFERRAL
from service.adapters.postgres.shared.questions import (
    AboutPersons,
    InboxFound,
    PersonFound,
    ReferralFound,
    as_row,
)
from service.adapters.postgres.shared.trip import Trip
from service.application.ports import FirstAnswer, GoesAlone, Involvement
from service.domain.actor import Actor
from service.domain.audit import DecidedEntry
from service.domain.capacity import DeskCapacity
from service.domain.case import Case
from service.domain.consent import GivenTerms
from service.domain.people import Person
from service.domain.provision import Provision
from service.domain.referral import Referral, ReferralEvent
from service.domain.referral_states import Status


class KnownOf(NamedTuple):
    """What has been loaded for a request about these persons, to be asked for one by one."""

    persons: frozenset[UUID]
    about: AboutPersons
    #: None where the wall keeps one from the asker.
    cases: Mapping[UUID, Case | None]
    involvement: Involvement


#: The stores of a ride that is under way.
STORES = (
    "accounts",
    "answers",
    "cases",
    "consents",
    "desks",
    "directory",
    "persons",
    "provisions",
    "referrals",
)


class _Only:
    """A store that does some things in a shared transaction, and nothing else."""

    def __getattr__(self, name: str) -> NoReturn:
        """Go alone for everything else."""
        raise GoesAlone


class Ride(_Only):
    """The unit of work of one request among others."""

    def __init__(self, memory: DirectoryMemory) -> None:
        """Wait for a transaction to go with."""
        self.actor: Actor | None = None
        self.rows: list[tuple[str, str]] = []
        self.first_answer: tuple[Any, ...] | None = None
        self.known_of = KnownOf(frozenset(), AboutPersons((), (), {}), {}, Involvement.NONE)
        self._memory = memory
        self._trip: Trip | None = None
        self.started: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def boards(self, trip: Trip) -> None:
        """Go with this one."""
        self._trip = trip

    def starts(self) -> None:
        """It has begun: the request may go on."""
        assert self._trip is not None and self._trip.edition is not None  # noqa: S101, PT018 - begun
        connection = cast("Connection", _Statements(self))
        known = Known(connection, self._memory)
        known.take(self._trip.edition)
        self.accounts = PostgresAccounts(connection, known)
        self.directory = PostgresDirectory(connection, known)
        self.desks = _Desks(self, connection, known)
        self.answers = _Answers(self)
        self.persons = _Persons(self)
        self.consents = _Consents(self)
        self.provisions = _Provisions(self)
        self.cases = _Cases(self)
        self.referrals = _Referrals(self)
        if not self.started.done():
            self.started.set_result(None)

    def stays_behind(self) -> None:
        """There is no transaction to go with."""
        if not self.started.done():
            self.started.set_exception(GoesAlone())

    async def ask(self, question: str, *values: Any) -> Any:
        """The answer, together with what the others ask."""
        return await self.trip.ask(self, question, values)

    @property
    def trip(self) -> Trip:
        """The transaction that it goes with."""
        if self._trip is None:
            raise GoesAlone
        return self._trip

    async def act_for(self, actor: Actor) -> None:
        """Who is asking: each look-up tells the second wall (R2)."""
        self.actor = actor

    async def commit(self, entries: Sequence[DecidedEntry]) -> None:
        """Commit with everyone else; only then may anybody answer."""
        if not entries:
            raise GoesAlone
        await self.trip.commit(self, entries)

    def leave(self) -> None:
        """Want nothing more, and let go of what was loaded.

        The stores know the ride and the ride its stores: all that was read for a page would
        otherwise stay in memory until Python next looks for garbage.
        """
        if self._trip is not None:
            self._trip.leave(self)
        self.stays_behind()
        for store in STORES:
            vars(self).pop(store, None)


class _Statements(_Only):
    """A connection for look-ups that are remembered as a rule."""

    def __init__(self, ride: Ride) -> None:
        self._ride = ride

    async def fetch(self, query: str, *values: Any) -> Any:
        return await self._ride.ask("statement", "fetch", query, *values)

    async def fetchrow(self, query: str, *values: Any) -> Any:
        return await self._ride.ask("statement", "fetchrow", query, *values)

    async def fetchval(self, query: str, *values: Any) -> Any:
        return await self._ride.ask("statement", "fetchval", query, *values)


class _Store(_Only):
    """One that is answered from what was loaded for the request."""

    def __init__(self, ride: Ride) -> None:
        self._ride = ride

    def _about(self, person_ids: Iterable[UUID]) -> AboutPersons:
        """What was loaded, if it was loaded for all of them."""
        known = self._ride.known_of
        # Of nobody there is nothing; nor of whom a record that is not there would be about.
        if not known.persons >= set(person_ids) - {_NOBODY}:
            raise GoesAlone
        return known.about


_NOBODY = UUID(int=0)


class _Desks(PostgresDesks):
    def __init__(self, ride: Ride, connection: Connection, known: Known) -> None:
        super().__init__(connection, known)
        self._ride = ride

    async def capacity(self, desk_id: UUID, *, lock: bool = False) -> DeskCapacity | None:
        if lock:
            raise GoesAlone
        found: DeskCapacity | None = await self._ride.ask("capacity", desk_id)
        return found


class _Answers(_Store):
    """First answers. A key is claimed for good when everything is written."""

    async def claim(
        self, caller: str, key: str, request_hash: bytes, at: datetime
    ) -> FirstAnswer | None:
        self._ride.trip.claim(caller, key)
        first: FirstAnswer | None = await self._ride.ask("answer", caller, key)
        self._claimed = (request_hash, at)
        return first

    async def keep(self, caller: str, key: str, answer: FirstAnswer) -> None:
        request_hash, at = self._claimed
        self._ride.first_answer = (caller, key, request_hash, at, *answer[1:])


class _Persons(_Store):
    async def find(self, person_id: UUID, *, lock: bool = False) -> Person | None:
        if lock:
            raise GoesAlone
        found: PersonFound = await self._ride.ask("person", person_id)
        self._ride.known_of = KnownOf(frozenset({person_id}), found.about, {}, found.involvement)
        return found.person

    async def involvement(self, person_id: UUID, agency_id: UUID) -> Involvement:
        self._about((person_id,))
        if agency_id != _agency(self._ride):
            raise GoesAlone
        return self._ride.known_of.involvement

    async def departments(
        self, person_ids: Collection[UUID], agency_id: UUID
    ) -> Mapping[UUID, str]:
        if agency_id != _agency(self._ride):
            raise GoesAlone
        return self._about(person_ids).departments


class _Consents(_Store):
    async def terms_of_person(self, person_id: UUID) -> Sequence[GivenTerms]:
        return self._about((person_id,)).consents

    async def terms_of_persons(self, person_ids: Iterable[UUID]) -> Sequence[GivenTerms]:
        return self._about(person_ids).consents


class _Provisions(_Store):
    async def of_person(self, person_id: UUID) -> Sequence[Provision]:
        return self._about((person_id,)).provisions

    async def of_persons(self, person_ids: Iterable[UUID]) -> Sequence[Provision]:
        return self._about(person_ids).provisions


class _Cases(_Store):
    async def find(self, case_id: UUID, *, lock: bool = False) -> Case | None:
        cases = self._ride.known_of.cases
        if lock or not (case_id in cases or case_id == _NOBODY):
            raise GoesAlone
        return cases.get(case_id)

    async def find_many(self, case_ids: Iterable[UUID]) -> Sequence[Case]:
        return [c for i in case_ids if (c := await self.find(i)) is not None]


class _Referrals(_Store):
    async def find(self, referral_id: UUID, *, lock: bool = False) -> Referral | None:
        if lock:
            raise GoesAlone
        found: ReferralFound = await self._ride.ask("referral", referral_id)
        of = frozenset({found.referral.person_id}) if found.referral else frozenset()
        case_id = found.referral.case_id if found.referral else None
        cases = {case_id: found.case} if case_id else {}
        self._ride.known_of = KnownOf(of, found.about, cases, Involvement.NONE)
        return found.referral

    async def inbox(
        self, agency_id: UUID, status: Status | None, after: UUID | None, limit: int
    ) -> Sequence[Referral]:
        if agency_id != _agency(self._ride):
            raise GoesAlone
        found: InboxFound = await self._ride.ask("inbox", status, after, limit)
        persons = frozenset(r.person_id for r in found.referrals)
        seen = {c.id: c for c in found.cases}
        cases = {r.case_id: seen.get(r.case_id) for r in found.referrals if r.case_id}
        self._ride.known_of = KnownOf(persons, found.about, cases, Involvement.NONE)
        return found.referrals

    async def add(self, referral: Referral) -> None:
        self._ride.rows.append(("referral", as_row(REFERRAL, referral)))

    async def record(self, event: ReferralEvent) -> None:
        self._ride.rows.append(("referral_event", as_row(EVENT, event)))


def _agency(ride: Ride) -> UUID | None:
    return ride.actor.agency_id if ride.actor else None
