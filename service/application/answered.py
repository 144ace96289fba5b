"""Marking attempts whose answer left, in batches, beside the requests and never in their way.

An audit entry is written before its answer is: it says what was about to be shown. A mark says that
the answer's last byte was handed to the network. No mark says nothing: the process may have ended
before it could be kept.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from uuid import UUID

Keep = Callable[[Collection[UUID], datetime], Awaitable[None]]

#: So many wait while the database does not answer; the oldest are given up first.
MOST_WAITING = 50_000
#: So many are kept in one statement.
BATCH = 5_000


class AnsweredAttempts:
    """The attempts that were answered by this process and are not kept as such yet."""

    def __init__(
        self, keep: Keep, clock: Callable[[], datetime], most_waiting: int = MOST_WAITING
    ) -> None:
        """Begin with none."""
        self._keep, self._clock = keep, clock
        self._waiting = deque[UUID](maxlen=most_waiting)
        #: How many were given up since this was last asked.
        self._given_up = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def add(self, attempt_id: UUID) -> None:
        """An answer has left."""
        if len(self._waiting) == self._waiting.maxlen:
            self._given_up += 1
        self._waiting.append(attempt_id)

    def given_up(self) -> int:
        """How many were given up since this was last asked."""
        found, self._given_up = self._given_up, 0
        return found

    async def keep(self) -> None:
        """Keep those that wait. What cannot be kept waits on, and the error is the caller's to tell."""
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                await self._keep(batch, self._clock())
            except BaseException:
                self._put_back(batch)
                raise

    def _put_back(self, batch: list[UUID]) -> None:
        most = self._waiting.maxlen or 0
        room = max(most - len(self._waiting), 0)
        self._given_up += max(len(batch) - room, 0)
        self._waiting.extendleft(reversed(batch[-room:] if room else []))
