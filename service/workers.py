"""Several processes that answer on one listening socket, and the one that keeps them going.

The program is loaded once and then forked: its code and routes lie in memory once. Each worker
has everything a single process has: its own connections, and its own sweep and log keeper. Those
take turns under locks in the database, so that it matters to nobody which worker dies, and each can
say by itself how the audit log fares (``/readyz``).
"""

import asyncio
import contextlib
import os
import selectors
import signal
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from socket import socket
from time import monotonic
from typing import NoReturn

import structlog
import uvicorn

from service.settings import NotReadyError

#: A worker that ends is started again, but not more often than this in so many seconds.
MOST_ENDS, WITHIN = 5, 60.0
#: Seconds until one that could not even start is tried again, while others answer.
PAUSE = 15.0

log = structlog.get_logger("tsunagi.workers")


@dataclass
class _Worker:
    """One process, and whether it said that it answers."""

    process: int
    answers: bool = False


class Workers:
    """So many processes on one socket: started, started again, and stopped together."""

    def __init__(
        self, config: uvicorn.Config, listening: socket, count: int, *, grace: float
    ) -> None:
        """Nothing is started yet. ``grace`` is how many seconds a worker has to stop."""
        self._config, self._listening, self._count = config, listening, count
        self._grace = grace
        self._tells = selectors.DefaultSelector()
        self._ended: deque[float] = deque(maxlen=MOST_ENDS)
        self._due: deque[float] = deque()
        # Nobody writes into it: it closes when this process ends, however it ends.
        self._alive, self._held = os.pipe()

    def keep(self, started: Callable[[], None]) -> None:
        """Keep them going until interrupted; ``started`` is called once when all answer.

        Raises NotReadyError if one cannot start, or if they end again and again.
        """
        try:
            for _ in range(self._count):
                self._start()
            told = False
            while True:
                for worker, fd in self._news(self._due[0] - monotonic() if self._due else None):
                    self._hear(worker, fd)
                while self._due and self._due[0] <= monotonic():
                    self._due.popleft()
                    self._start()
                answering = [worker for worker in self._workers() if worker.answers]
                if not told and len(answering) == self._count:
                    told = True
                    started()
        except KeyboardInterrupt:
            pass
        finally:
            self._stop()

    def _workers(self) -> list[_Worker]:
        return [key.data for key in self._tells.get_map().values()]

    def _news(self, seconds: float | None = None) -> list[tuple[_Worker, int]]:
        return [(key.data, key.fd) for key, _ in self._tells.select(seconds)]

    def _start(self) -> None:
        hears, tells = os.pipe()
        process = os.fork()
        if process == 0:
            os.close(hears)
            self._work(tells)
        os.close(tells)
        self._tells.register(hears, selectors.EVENT_READ, _Worker(process))

    def _work(self, tells: int) -> NoReturn:
        """Be a worker. Whatever happens, nothing of what called the parent is gone back to."""
        code = 1
        try:
            os.close(self._held)
            server = _Server(self._config, self._alive, tells)
            with contextlib.suppress(KeyboardInterrupt):
                server.run(sockets=[self._listening])
            code = 0 if server.started else 3
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 1
        finally:
            with contextlib.suppress(OSError, ValueError):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)

    def _hear(self, worker: _Worker, fd: int) -> None:
        """Take note: a byte says that it answers, the end of what it says that it ended."""
        if os.read(fd, 1):
            worker.answers = True
            log.info("worker.answers", process=worker.process)
            return
        code = self._buried(worker, fd)
        log.error("worker.ended", process=worker.process, code=code)
        if not worker.answers:
            if not any(other.answers for other in self._workers()):
                raise NotReadyError("A worker could not start; the lines above say why.")
            self._due.append(monotonic() + PAUSE)
            return
        self._ended.append(monotonic())
        if len(self._ended) == MOST_ENDS and self._ended[-1] - self._ended[0] < WITHIN:
            raise NotReadyError(
                f"Workers ended {MOST_ENDS} times within {WITHIN:g} seconds; stopped."
                " The lines above say with which code (-9: killed, perhaps for want of memory)."
            )
        self._start()

    def _buried(self, worker: _Worker, fd: int) -> int:
        self._tells.unregister(fd)
        os.close(fd)
        _, status = os.waitpid(worker.process, 0)
        return os.waitstatus_to_exitcode(status)

    def _stop(self) -> None:
        """Let requests under way be answered, then end what is left."""
        os.close(self._held)
        self._signal(signal.SIGTERM)
        until = monotonic() + self._grace
        while self._workers():
            found = self._news(until - monotonic())
            if not found:
                self._signal(signal.SIGKILL)
                until = monotonic() + self._grace
            for worker, fd in found:
                if not os.read(fd, 1):
                    self._buried(worker, fd)
        os.close(self._alive)
        self._tells.close()

    def _signal(self, number: signal.Signals) -> None:
        for worker in self._workers():
            os.kill(worker.process, number)


class _Server(uvicorn.Server):
    """A worker's server: it says when it answers, and stops when the process above it is gone."""

    def __init__(self, config: uvicorn.Config, alive: int, tells: int) -> None:
        super().__init__(config)
        self._alive, self._says = alive, tells

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        if self.started:
            asyncio.get_running_loop().add_reader(self._alive, self._leave)
            os.write(self._says, b".")

    def _leave(self) -> None:
        asyncio.get_running_loop().remove_reader(self._alive)
        self.should_exit = True
