"""The load: so many keep-alive connections that ask as fast as they are answered.

A process of its own, and a cheap one: requests are bytes before the clock starts, answers are
read no further than their status, their length and what must stand in them. It is given a job
(JSON) and prints what it measured (JSON).
"""

import asyncio
import json
import os
import sys
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from time import perf_counter
from typing import Any

from bench.usage import cpu_of_tree, resident


@dataclass(frozen=True)
class Ask:
    """One request, and what its answer must be."""

    method: str
    path: str
    #: Place in the job's list of tokens.
    token: int
    purpose: str
    status: int
    #: What must stand in the body, and how often.
    holds: str
    times: int = 1
    #: What must stand in it besides.
    also: str = ""
    body: str | None = None


@dataclass(frozen=True)
class Job:
    """What to ask, of whom, for how long."""

    port: int
    connections: int
    warm_up: float
    seconds: float
    tokens: list[str]
    asks: list[Ask]
    app: int
    database: int
    #: Put before each Idempotency-Key: no two rounds have the same ones.
    name: str

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), ensure_ascii=False))

    @classmethod
    def read(cls, path: Path) -> "Job":
        found = json.loads(path.read_text())
        return cls(**found | {"asks": [Ask(**a) for a in found["asks"]]})


@dataclass
class Measured:
    """What came of it."""

    answers: int = 0
    per_second: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    app_us: float = 0.0
    database_us: float = 0.0
    load_us: float = 0.0
    app_mib: float = 0.0
    errors: dict[str, int] = field(default_factory=dict)


class Request:
    """The bytes of a request; those of a POST have a gap for the Idempotency-Key."""

    def __init__(self, ask: Ask, job: Job) -> None:
        body = (ask.body or "").encode()
        lines = [
            f"{ask.method} {ask.path} HTTP/1.1",
            f"Host: 127.0.0.1:{job.port}",
            f"Authorization: Bearer {job.tokens[ask.token]}",
            f"Purpose-Of-Use: {ask.purpose}",
            "Accept: application/json",
        ]
        if ask.body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        self.head = "\r\n".join(lines).encode()
        self.tail = b"\r\n\r\n" + body
        self.keyed = ask.method == "POST"
        self.status = str(ask.status).encode()
        self.holds, self.times = ask.holds.encode(), ask.times
        self.also = ask.also.encode()
        self.plain = self.head + self.tail

    def written(self, key: str) -> bytes:
        if not self.keyed:
            return self.plain
        return self.head + f"\r\nIdempotency-Key: {key}".encode() + self.tail

    def wrong(self, status: bytes, body: bytes) -> str | None:
        """What is wrong with an answer, if anything is."""
        if status != self.status:
            return f"status {status.decode()}: {body[:300].decode(errors='replace')}"
        if body.count(self.holds) != self.times:
            return f"{self.holds.decode()} stands in it {body.count(self.holds)} times"
        if self.also not in body:
            return f"{self.also.decode()} is not in it"
        return None


class Load:
    """All connections, and the clock."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.requests = cycle([Request(a, job) for a in job.asks])
        self.times: list[float] = []
        self.errors: Counter[str] = Counter()
        self.measuring, self.over = False, False
        self.sent = 0
        self.under_way = 0
        self.silent = asyncio.Event()
        self.used = (0.0, 0.0, 0.0)

    def next_request(self) -> tuple[Request, bytes]:
        request = next(self.requests)
        self.sent += 1
        return request, request.written(f"{self.job.name}-{self.sent:08}")

    def answered(self, request: Request, status: bytes, body: bytes, seconds: float) -> None:
        wrong = request.wrong(status, body)
        if wrong is not None:
            self.errors[wrong[:400]] += 1
        elif self.measuring:
            self.times.append(seconds)

    def usage(self) -> tuple[float, float, float]:
        return (
            cpu_of_tree(self.job.app),
            cpu_of_tree(self.job.database),
            cpu_of_tree(os.getpid()),
        )

    async def run(self) -> Measured:
        loop = asyncio.get_running_loop()
        for _ in range(self.job.connections):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.job.port)
        await asyncio.sleep(self.job.warm_up)
        before = self.usage()
        began = perf_counter()
        self.measuring = True
        await asyncio.sleep(self.job.seconds)
        self.measuring = False
        took = perf_counter() - began
        after = self.usage()
        self.over = True
        if self.under_way:
            await asyncio.wait_for(self.silent.wait(), 30)
        return self._measured(took, [a - b for a, b in zip(after, before, strict=True)])

    def _measured(self, took: float, used: list[float]) -> Measured:
        times = sorted(self.times)
        found = Measured(answers=len(times), errors=dict(self.errors.most_common(5)))
        if len(times) < 2:
            found.errors["no answers"] = 1
            return found
        cuts = quantiles(times, n=100, method="inclusive")
        found.per_second = len(times) / took
        found.p50_ms, found.p99_ms = cuts[49] * 1000, cuts[98] * 1000
        found.app_us, found.database_us, found.load_us = (
            seconds * 1e6 / len(times) for seconds in used
        )
        found.app_mib = resident(self.job.app) / 2**20
        return found


class Connection(asyncio.Protocol):
    """One caller: asks, reads the answer, asks again."""

    def __init__(self, load: Load) -> None:
        self.load = load
        self.transport: Any = None
        self.request: Request | None = None
        self.buffer = b""
        self.needed = 0
        self.at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        if self.load.over:
            self.transport.close()
            return
        self.request, written = self.load.next_request()
        self.buffer, self.needed = b"", 0
        self.load.under_way += 1
        self.at = perf_counter()
        self.transport.write(written)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not self.needed:
            head = self.buffer.find(b"\r\n\r\n")
            if head < 0:
                return
            place = self.buffer[:head].lower().find(b"content-length:")
            if place < 0:
                self.load.errors["an answer without a length"] += 1
                self.transport.abort()
                return
            length = self.buffer[place + 15 : head].split(b"\r\n", 1)[0]
            self.needed = head + 4 + int(length)
        if len(self.buffer) >= self.needed:
            self.done()

    def done(self) -> None:
        assert self.request is not None
        body = self.buffer[self.buffer.find(b"\r\n\r\n") + 4 :]
        seconds = perf_counter() - self.at
        request, self.request = self.request, None
        self.load.answered(request, self.buffer[9:12], body, seconds)
        self.load.under_way -= 1
        if self.load.over and not self.load.under_way:
            self.load.silent.set()
        self.ask()

    def connection_lost(self, _error: Exception | None) -> None:
        if self.request is None:
            return
        self.load.errors["connection lost"] += 1
        self.load.under_way -= 1
        if self.load.over and not self.load.under_way:
            self.load.silent.set()


def main() -> None:
    job = Job.read(Path(sys.argv[1]))
    try:
        import uvloop  # noqa: PLC0415 - where there is one
    except ImportError:
        found = asyncio.run(Load(job).run())
    else:
        found = uvloop.run(_loaded(job))
    sys.stdout.write(json.dumps(asdict(found)))


async def _loaded(job: Job) -> Measured:
    return await Load(job).run()


if __name__ == "__main__":
    main()
