"""A mixed load on a real server that is killed again and again, with every answer written down.

What the clients were answered is held against the audit log afterwards: each answer that showed
somebody has exactly one entry for each person it showed, each other one has its entry, and of what was
acknowledged nothing is gone. Attempts without an answer may have left an entry: it says what was
about to be shown. None of them is marked as answered; each that was answered is, but for those of the
last moments before a kill.
"""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, NamedTuple

import asyncpg
import httpx
from scenario_steps import person

from service.adapters.postgres.log_check import LogChecked, check_log
from service.adapters.transparency.ed25519 import Signer, check
from service.app import utc_now
from service.cli import load_directory
from service.demo.accounts import demo_token, issuer_urls
from service.demo.city import directory
from service.domain.calendar_jp import jst_date
from service.settings import Settings

SERVER = [sys.executable, "-c", "from service.cli import main; main()", "run"]
#: A token is good for fifteen minutes; here it is made anew after one.
TOKEN_SECONDS = 60


class Answered(NamedTuple):
    """What one client was told."""

    request_id: str
    status: int
    #: Persons that the body shows.
    shown: frozenset[str]
    #: The record that the answer says was made.
    made: str | None
    at: float = 0.0


#: Answers of so many seconds before a kill may be unmarked. What had been handed to the network is
#: read by clients just after it; the next server needs longer to answer.
LAST_MOMENTS, READ_AFTER = 5.0, 1.0


@dataclass
class Told:
    """Everything that any client was told, and what came of the rest."""

    answers: list[Answered] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    killed_at: list[float] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return len(self.killed_at)

    def is_of_last_moments(self, answer: Answered) -> bool:
        return any(-READ_AFTER < at - answer.at < LAST_MOMENTS for at in self.killed_at)


class Server:
    """The service in a process of its own, on a database that outlives it."""

    def __init__(self, home: Path, database: str) -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.port = int(listening.getsockname()[1])
        self.settings = Settings(home=home, port=self.port, demo=True)
        self._environment = {
            **os.environ,
            "TSUNAGI_HOME": str(home),
            "TSUNAGI_PORT": str(self.port),
            "TSUNAGI_DEMO": "1",
            "TSUNAGI_DATABASE_URL": database,
            "TSUNAGI_LOG_SECONDS": "0.5",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.settings.home / "server.log").open("ab") as output:
            self._process = subprocess.Popen(
                SERVER, env=self._environment, stdout=output, stderr=subprocess.STDOUT
            )

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)

    async def ready(self) -> None:
        async with httpx.AsyncClient(base_url=self.settings.base_url) as http:
            for _ in range(1200):
                try:
                    if (await http.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        raise TimeoutError("the server did not come up")


class Client:
    """One member of staff who goes on whatever happens, and writes down what they are told."""

    def __init__(self, server: Server, account: str, told: Told, drawn: random.Random) -> None:
        self.server, self.account, self.told, self.drawn = server, account, told, drawn
        self.http = httpx.AsyncClient(base_url=server.settings.base_url, timeout=20)
        self._token, self._since = "", 0.0

    def _bearer(self) -> str:
        if monotonic() - self._since > TOKEN_SECONDS:
            self._token = demo_token(self.server.settings, self.account)
            self._since = monotonic()
        return self._token

    async def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any] | None:
        """The body of an answer; None where there was none, or it was a refusal."""
        request_id = f"load-{uuid.uuid4().hex}"
        headers = {
            "Authorization": f"Bearer {self._bearer()}",
            "Purpose-Of-Use": "consultation",
            "X-Request-Id": request_id,
        }
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        try:
            answer = await self.http.request(method, path, headers=headers, json=body)
        except httpx.TransportError:
            self.told.unanswered.append(request_id)
            await asyncio.sleep(0.2)
            return None
        found: dict[str, Any] = answer.json()
        made = found.get("id") if answer.status_code == 201 else None
        shown = frozenset(_persons(found)) if answer.is_success and made is None else frozenset()
        self.told.answers.append(Answered(request_id, answer.status_code, shown, made, monotonic()))
        return found if answer.is_success else None

    async def work(self, mine: list[str], others: list[str], until: int) -> None:
        """A day at the desk: mostly reading, now and then something new."""
        while len(self.told.answers) < until:
            what = self.drawn.random()
            if what < 0.55 and mine:
                await self.ask("GET", f"/v1/persons/{self.drawn.choice(mine)}")
            elif what < 0.70 and others:
                await self.ask("GET", f"/v1/persons/{self.drawn.choice(others)}")
            elif what < 0.80:
                await self.ask("GET", f"/v1/persons/{uuid.UUID(int=self.drawn.getrandbits(128))}")
            elif what < 0.90:
                await self.ask("POST", "/v1/persons/search", {"kana": "シケン"})
            else:
                made = await self.ask("POST", "/v1/persons", _somebody(self.drawn))
                if made is not None:
                    mine.append(made["id"])

    async def close(self) -> None:
        await self.http.aclose()


def _somebody(drawn: random.Random) -> dict[str, Any]:
    year, given = drawn.randint(1930, 2008), f"{drawn.randint(0, 999_999)}子"
    return person("試験", given, "シケン ハナコ", birth=f"{year}-01-01")


def _persons(body: Mapping[str, Any]) -> list[str]:
    """Whom an answer shows: one person, or those of a list."""
    items = body.get("items", [body])
    return [item["id"] for item in items if "names" in item]


async def under_load(
    server: Server, owner: str, *, requests: int, kills: int, clients: int = 8, seed: int = 1
) -> Told:
    """So many requests, with the server killed so many times in between."""
    # Its issuers answer at this server's own address.
    city = directory(issuer_urls(server.settings))
    await load_directory(owner, city, only_if_new=False)
    told = Told()
    drawn = random.Random(seed)  # noqa: S311 - the same load each time
    server.start()
    await server.ready()
    accounts = ["cc-worker", "j-consultant"]
    staff = [
        Client(server, accounts[n % 2], told, random.Random(seed + n))  # noqa: S311
        for n in range(clients)
    ]
    known: dict[str, list[str]] = {account: [] for account in accounts}
    for client in staff[:2]:
        for _ in range(5):
            made = await client.ask("POST", "/v1/persons", _somebody(drawn))
            if made is not None:
                known[client.account].append(made["id"])
    working = [
        asyncio.create_task(c.work(known[c.account], known[accounts[1 - n % 2]], requests))
        for n, c in enumerate(staff)
    ]
    for n in range(kills):
        due = requests * (n + drawn.random()) / kills
        while len(told.answers) < due and not all(  # noqa: ASYNC110 - it counts, nobody signals
            task.done() for task in working
        ):
            await asyncio.sleep(0.01)
        server.kill()
        told.killed_at.append(monotonic())
        server.start()
        await server.ready()
    await asyncio.gather(*working)
    for client in staff:
        await client.close()
    server.kill(signal.SIGTERM)
    return told


class Missing(NamedTuple):
    """What the audit log does not hold of what clients were told."""

    without_entry: list[str]
    not_one_a_person: list[str]
    gone: list[str]
    #: Marked as answered, and the client had no answer.
    marked_without_answer: list[str]
    #: Answered, not in the last moments before a kill, and not marked.
    not_marked: list[str]


async def held_against(owner: asyncpg.Connection, told: Told) -> Missing:
    """Hold what clients were told against the log and the records."""
    entries: dict[str, Counter[str]] = {}
    for row in await owner.fetch(
        "SELECT request_id, person_id, outcome FROM audit_entry WHERE request_id LIKE 'load-%'"
    ):
        whom = str(row["person_id"]) if row["outcome"] == "allowed" else ""
        entries.setdefault(row["request_id"], Counter())[whom] += 1
    marked = {
        r["request_id"]
        for r in await owner.fetch(
            "SELECT DISTINCT e.request_id FROM audit_entry e JOIN answered_attempt a"
            " ON a.attempt_id = e.attempt_id WHERE e.request_id LIKE 'load-%'"
        )
    }
    there = {str(r["id"]) for r in await owner.fetch("SELECT id FROM person")}
    return Missing(
        [a.request_id for a in told.answers if a.request_id not in entries],
        [
            a.request_id
            for a in told.answers
            if any(entries.get(a.request_id, Counter())[p] != 1 for p in a.shown)
        ],
        [a.made for a in told.answers if a.made is not None and a.made not in there],
        [request_id for request_id in told.unanswered if request_id in marked],
        [
            a.request_id
            for a in told.answers
            if a.request_id not in marked and not told.is_of_last_moments(a)
        ],
    )


async def log_of(owner: asyncpg.Connection, settings: Settings) -> LogChecked:
    """The check of the whole transparency log."""
    keys = [Signer(settings.log_origin, seed).key for seed in settings.log_keys()]
    return await check_log(
        owner,
        origin=settings.log_origin,
        keys=keys,
        check=check,
        today=jst_date(utc_now()),
        years=settings.audit_years,
    )
