"""One shared transaction: who is on it, what they wait for, and its one commit.

Everyone on it runs in a task of their own, up to a question to the database. Once all of them wait,
what they ask is answered together, a kind of question at a time; once all of them want to commit,
everything is written and committed together.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import asyncpg
from asyncpg import Connection

from service.adapters.postgres.shared.questions import QUESTIONS, write
from service.application.ports import GoesAlone
from service.domain.audit import DecidedEntry
from service.domain.errors import Unavailable

if TYPE_CHECKING:
    from service.adapters.postgres.shared.ride import Ride

#: Whoever has not come to a question by then goes on alone. Nothing on the way waits for a client.
PATIENCE = 5.0
#: Nobody on it waits longer for a lock; whoever holds it is waited for alone.
LOCK_TIMEOUT = "50ms"

_EDITION = "SELECT edition, set_config('lock_timeout', $1, true) FROM directory_version"


class Asked(NamedTuple):
    """A question that waits for its answer."""

    question: str
    values: Sequence[Any]
    answer: asyncio.Future[Any]


class Wanted(NamedTuple):
    """What somebody wants to have committed."""

    entries: Sequence[DecidedEntry]
    done: asyncio.Future[None]


class Trip:
    """A transaction, and whoever is on it."""

    def __init__(self, rides: "Sequence[Ride]") -> None:
        """Take them along; nothing is started yet."""
        self._on = set(rides)
        self._asked: dict[Ride, Asked] = {}
        self._wanted: dict[Ride, Wanted] = {}
        self._keys: set[tuple[str, str]] = set()
        self._all_wait = asyncio.Event()
        self.edition: UUID | None = None

    async def run(self, connection: Connection) -> None:
        """From the beginning of the transaction to its commit, or to everyone's going alone."""
        try:
            transaction = connection.transaction()
            await transaction.start()
            try:
                row = await connection.fetchrow(_EDITION, LOCK_TIMEOUT)
                assert row is not None  # noqa: S101 - the table has one row
                self.edition = row["edition"]
                for ride in self._on:
                    ride.starts()
                while await self._wait():
                    if self._asked:
                        await self._answer(connection)
                    else:
                        await self._arrive(connection, transaction)
            finally:
                if connection.is_in_transaction():
                    await transaction.rollback()
        finally:
            self._end()

    async def ask(self, ride: "Ride", question: str, values: Sequence[Any]) -> Any:
        """The answer, once everyone waits for one."""
        self._still_on(ride)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[ride] = Asked(question, values, answer)
        self._look()
        return await answer

    async def commit(self, ride: "Ride", entries: Sequence[DecidedEntry]) -> None:
        """Until it is committed together with what everyone else wants."""
        self._still_on(ride)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._wanted[ride] = Wanted(entries, done)
        self._look()
        await done

    def claim(self, caller: str, key: str) -> None:
        """Two with the same key don't go together: the second one waits for the first."""
        if (caller, key) in self._keys:
            raise GoesAlone
        self._keys.add((caller, key))

    def leave(self, ride: "Ride") -> None:
        """Wants nothing more."""
        self._on.discard(ride)
        self._asked.pop(ride, None)
        self._wanted.pop(ride, None)
        self._look()

    def _still_on(self, ride: "Ride") -> None:
        if ride not in self._on:
            raise GoesAlone

    def _look(self) -> None:
        if len(self._asked) + len(self._wanted) >= len(self._on):
            self._all_wait.set()

    async def _wait(self) -> bool:
        """Until all of them wait; whether there is anybody left."""
        self._all_wait.clear()
        self._look()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._all_wait.wait()
        except TimeoutError:
            self._on = set(self._asked) | set(self._wanted)
        return bool(self._on)

    async def _answer(self, connection: Connection) -> None:
        together: dict[str, list[tuple[Ride, Asked]]] = defaultdict(list)
        for ride, asked in self._asked.items():
            together[asked.question].append((ride, asked))
        self._asked = {}
        try:
            for question, waiting in together.items():
                found = await QUESTIONS[question](
                    connection, [(ride.actor, asked.values) for ride, asked in waiting]
                )
                for (_, asked), answer in zip(waiting, found, strict=True):
                    _give(asked.answer, answer)
        except BaseException:
            for waiting in together.values():
                for _, asked in waiting:
                    _refuse(asked.answer, GoesAlone())
            raise

    async def _arrive(self, connection: Connection, transaction: Any) -> None:
        wanted, self._wanted = self._wanted, {}
        refusal: Exception = GoesAlone()
        try:
            await write(connection, [(ride, w.entries) for ride, w in wanted.items()])
            # From here on it may be committed although no answer comes: nobody may be told either.
            refusal = Unavailable("database.commit_failed")
            await transaction.commit()
            for w in wanted.values():
                _give(w.done, None)
        except BaseException as error:
            if _refused_it(error):
                refusal = GoesAlone()
            for w in wanted.values():
                _refuse(w.done, refusal)
            raise
        finally:
            self._on -= set(wanted)

    def _end(self) -> None:
        """Whoever still waits is told to go alone."""
        left, self._on = self._on, set()
        for ride in left:
            ride.stays_behind()
        for asked in self._asked.values():
            _refuse(asked.answer, GoesAlone())
        for wanted in self._wanted.values():
            _refuse(wanted.done, GoesAlone())


def _refused_it(error: BaseException) -> bool:
    """Whether the database itself said that nothing was committed, and goes on."""
    lost = (asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)
    return isinstance(error, asyncpg.PostgresError) and not isinstance(error, lost)


def _give(waiting: asyncio.Future[Any], found: Any) -> None:
    if not waiting.done():
        waiting.set_result(found)


def _refuse(waiting: asyncio.Future[Any], refusal: Exception) -> None:
    if not waiting.done():
        waiting.set_exception(refusal)
