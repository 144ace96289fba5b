"""Who goes with whom: requests that wait while transactions are under way go with the next one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from asyncpg import Pool

from service.adapters.postgres.directory_memory import DirectoryMemory
from service.adapters.postgres.shared.ride import Ride
from service.adapters.postgres.shared.trip import Trip
from service.domain.errors import Unavailable

log = structlog.get_logger("tsunagi.shared")

#: So many transactions at once: while one waits for the database, the other one's requests decide.
AT_ONCE = 2
#: So many seats in one: everyone waits until the last of them is done. A list takes several.
SEATS = 48
#: So many requests wait at most; with more the service says that it is too busy (503).
MOST_WAITING = 1_000


class Sharing:
    """The shared transactions of one process."""

    def __init__(self, pool: Pool, memory: DirectoryMemory) -> None:
        """Use connections of the pool; nothing is started yet."""
        self._pool, self._memory = pool, memory
        self._waiting: deque[tuple[Ride, int]] = deque()
        self._under_way: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def ride(self, seats: int = 1) -> AsyncIterator[Ride]:
        """A place in the next transaction. Raises GoesAlone where there is none to go with.

        ``seats``: how many plain look-ups it is as much work as.
        """
        if len(self._waiting) >= MOST_WAITING:
            raise Unavailable("database.unavailable")
        ride = Ride(self._memory)
        self._waiting.append((ride, seats))
        self._set_out()
        try:
            await ride.started
            yield ride
        finally:
            ride.leave()

    async def close(self) -> None:
        """Wait for those under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    def _set_out(self) -> None:
        """At once if it may: nobody waits for others to come."""
        while self._waiting and len(self._under_way) < AT_ONCE:
            together, taken = [], 0
            while self._waiting and taken < SEATS:
                ride, seats = self._waiting.popleft()
                together.append(ride)
                taken += seats
            task = asyncio.create_task(self._go(together))
            self._under_way.add(task)
            task.add_done_callback(self._over)

    def _over(self, task: "asyncio.Task[None]") -> None:
        self._under_way.discard(task)
        self._set_out()

    async def _go(self, rides: list[Ride]) -> None:
        trip = Trip(rides)
        try:
            for ride in rides:
                ride.boards(trip)
            async with self._pool.acquire(timeout=10.0) as connection:
                await trip.run(connection)
        except Exception as error:  # noqa: BLE001 - everyone was told, and goes on alone
            log.warning("shared.failed", kind=type(error).__name__)
        finally:
            for ride in rides:
                ride.stays_behind()
