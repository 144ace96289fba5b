"""What the directory says, remembered for as long as nobody has changed it.

Positions, agencies, desks, policies and the law are read with every request and change a few times
a day. Every change of one of their tables gives the directory a new edition, in the same commit
(migration 0027). Each transaction reads the edition, and what was looked up under that very edition
is as good as looked up in the transaction: a position that has ended is gone with the next request.
"""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, cast
from uuid import UUID

from asyncpg import Connection

#: So many answers are remembered; with one more, all are forgotten.
MOST = 100_000

Answers = dict[Any, Any]


class DirectoryMemory:
    """Answers under the newest edition seen; one for each process."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._edition: UUID | None = None
        self._answers: Answers = {}

    def at(self, edition: UUID) -> Answers:
        """What is known of this edition. Editions have no order: what is not the last one is new."""
        if edition != self._edition or len(self._answers) >= MOST:
            self._edition, self._answers = edition, {}
        return self._answers

    def last(self, look_up: Callable[..., Any], *args: Any) -> Any:
        """What was last looked up, for whoever asks again in a transaction; None where nothing was."""
        return self._answers.get((look_up.__qualname__, args, ()))


class Known:
    """What one transaction may take from memory."""

    def __init__(self, connection: Connection, memory: DirectoryMemory) -> None:
        """Ask for the edition when something is looked up."""
        self._connection, self._memory = connection, memory
        self._answers: Answers | None = None

    async def answers(self) -> Answers:
        """Everything looked up under the edition that this transaction sees."""
        if self._answers is None:
            self.take(await self._connection.fetchval("SELECT edition FROM directory_version"))
        return cast("Answers", self._answers)

    def take(self, edition: UUID) -> None:
        """The edition, as it was read together with something else."""
        self._answers = self._memory.at(edition)


class Remembering(Protocol):
    """A store that reads what the directory says."""

    _known: Known | None


S = TypeVar("S", bound=Remembering)
P = ParamSpec("P")
R = TypeVar("R")


def remembered(
    look_up: Callable[Concatenate[S, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """A look-up whose answer hangs on the directory's tables and on what it is asked, on nothing else."""
    name = look_up.__qualname__

    @wraps(look_up)
    async def found(store: S, *args: P.args, **named: P.kwargs) -> R:
        if store._known is None:  # noqa: SLF001 - part of the store, see Remembering
            return await look_up(store, *args, **named)
        answers = await store._known.answers()  # noqa: SLF001 - the same
        asked = (name, args, tuple(named.items()))
        if asked not in answers:
            answer = await look_up(store, *args, **named)
            # Shared from now on.
            shared: Any = tuple(answer) if isinstance(answer, list) else answer
            answers[asked] = shared
        return cast("R", answers[asked])

    return cast("Callable[Concatenate[S, P], Coroutine[Any, Any, R]]", found)
