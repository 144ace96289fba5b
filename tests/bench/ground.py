"""The ground of a run: a PostgreSQL of its own, the seeded town, and the programs on it."""

import asyncio
import contextlib
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from bench import ceiling, log_seed, seed
from bench.asked import LIST, PACKET, READ, WRITE, Town
from bench.load import Ask, Job, Request
from bench.processes import SERVICES, Program, free_port, keys_served, reference, service
from bench.seed import Sizes, Templates
from bench.staff import COUNT, ISSUER, Member, Tokens, agency_id, desk_id, members, whole_directory
from bench.usage import parent

from service.adapters.postgres.audit import DECIDED
from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster
from service.adapters.postgres.referrals import EVENT, REFERRAL
from service.api import examples
from service.cli import load_directory, prepare
from service.settings import Settings

ITEMS = 20
CLASSES = ["D1", "D2", "D3", "D4"]
REFERENCES = ("bare", "idiomatic")


@dataclass
class Ground:
    """Everything that a run stands on."""

    settings: Settings
    urls: Any
    owner: asyncpg.Connection
    #: The superuser, who alone may take away what was drafted.
    keeper: asyncpg.Connection
    database: int
    programs: dict[str, Program]
    tokens: Tokens
    town: Town
    members: list[Member]

    def job(
        self, program: str, asks: list[Ask], connections: int, seconds: float, warm_up: float
    ) -> Job:
        """A job for the load, with tokens that are good from now."""
        return Job(
            port=self.programs[program].port,
            connections=connections,
            warm_up=warm_up,
            seconds=seconds,
            tokens=[self.tokens.of(m) for m in self.members],
            asks=asks,
            app=self.programs[program].pid,
            database=self.database,
            name=uuid.uuid4().hex,
        )

    async def once(self, program: str, ask: Ask) -> httpx.Response:
        """One request, checked like any of the load."""
        request = Request(ask, self.job(program, [], 1, 0, 0))
        headers = {
            "Authorization": f"Bearer {self.tokens.of(self.members[ask.token])}",
            "Purpose-Of-Use": ask.purpose,
        }
        if ask.method == "POST":
            headers |= {"Idempotency-Key": str(uuid.uuid4()), "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{self.programs[program].port}{ask.path}"
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.request(ask.method, url, headers=headers, content=ask.body)
        wrong = request.wrong(str(answer.status_code).encode(), answer.content)
        if wrong is not None:
            raise SystemExit(f"{program} answers {ask.method} {ask.path} wrongly: {wrong}")
        return answer

    @asynccontextmanager
    async def alone(self, program: str) -> AsyncIterator[None]:
        """No other service does anything meanwhile: it would give entries their places in the log."""
        others = [p for name, p in self.programs.items() if name in SERVICES and name != program]
        with contextlib.ExitStack() as standing:
            for other in others:
                standing.enter_context(await self._paused(other))
            yield

    async def _paused(self, program: Program) -> contextlib.ExitStack:
        """Stands still outside of any transaction: nobody waits for a lock of its."""
        doing: Sequence[asyncpg.Record] = ()
        for _ in range(200):
            with contextlib.ExitStack() as standing:
                standing.enter_context(program.paused())
                doing = await self.keeper.fetch(
                    "SELECT pid, state, wait_event, now() - xact_start AS since, query"
                    " FROM pg_stat_activity WHERE usename = 'tsunagi_app' AND xact_start IS NOT NULL"
                )
                if not doing:
                    return standing.pop_all()
            await asyncio.sleep(0.02)
        raise SystemExit(f"{program.name} is always in a transaction: {[dict(r) for r in doing]}")

    async def settled(self, seconds: float = 120) -> None:
        """Wait until every entry has its place in the log: nobody pays for another's."""
        end = time.monotonic() + seconds
        while await self.owner.fetchval(
            "SELECT EXISTS (SELECT FROM audit_entry WHERE xid > coalesce("
            "(SELECT xid FROM log_leaf ORDER BY index DESC LIMIT 1), 0))"
        ):
            if time.monotonic() > end:
                sys.stderr.write("the log has not caught up\n")
                return
            await asyncio.sleep(0.1)

    async def works(self) -> ceiling.Works:
        """The work of the ceiling, around what the service wrote last."""
        entries = {}
        for load, action in (
            (READ, "referral.read"),
            (WRITE, "referral.draft"),
            (LIST, "referral.read"),
        ):
            # The shortest question of the last ones is the service's, which keeps once what many say
            # alike: nobody writes less, and a ceiling must not write more.
            last = await self.owner.fetchval(
                "SELECT id FROM (SELECT id, question FROM audit_entry WHERE action = $1"
                " AND outcome = 'allowed' ORDER BY id DESC LIMIT 50) last"
                " ORDER BY length(question) LIMIT 1",
                action,
            )
            entries[load] = await ceiling.literals(self.owner, DECIDED, last, ceiling.SEALED)
        drafted = await self.owner.fetchval(
            "SELECT id FROM referral WHERE status = 'draft' ORDER BY id DESC LIMIT 1"
        )
        event = await self.owner.fetchval(
            "SELECT id FROM referral_event WHERE referral_id = $1", drafted
        )
        return ceiling.Works(
            self.town.sizes,
            self.members[0].iss,
            entries,
            await ceiling.literals(self.owner, REFERRAL, drafted),
            await ceiling.literals(self.owner, EVENT, event),
            self.town.page,
        )

    async def commit_ms(self, times: int = 200) -> float:
        """The median of a commit of one small row."""
        await self.owner.execute("CREATE TABLE IF NOT EXISTS bench_commit (n int)")
        insert = await self.owner.prepare("INSERT INTO bench_commit VALUES ($1)")
        took = []
        for n in range(times):
            began = time.perf_counter()
            await insert.fetch(n)
            took.append(time.perf_counter() - began)
        return sorted(took)[times // 2] * 1000


@dataclass(frozen=True)
class Wanted:
    """What a run stands on, and what is left out."""

    sizes: Sizes
    pool: int = 16
    references: Sequence[str] = REFERENCES
    service: Mapping[str, str] = field(default_factory=dict)
    packets: bool = True
    page: int = 50
    #: The service once more, otherwise than it is in one thing.
    besides: Sequence[str] = ()
    #: Generated entries of the audit log, over years; beside those of ``sizes``.
    log: int = 0


@asynccontextmanager
async def ground(wanted: Wanted) -> AsyncIterator[Ground]:
    """The town, seeded, with all programs running; taken away in the end."""
    with (
        tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as folder,
        contextlib.ExitStack() as undo,
    ):
        home = Path(folder)
        undo.callback(remove_cluster, home)
        postgres = undo.enter_context(EmbeddedPostgres(home))
        urls = await asyncio.to_thread(postgres.start)
        settings = Settings(home=home, port=free_port(), demo=True)
        await asyncio.to_thread(prepare, urls.owner, settings.shared_secret("search.key"))
        jwks_uri = undo.enter_context(keys_served(settings, ISSUER))
        await load_directory(urls.owner, whole_directory(settings, jwks_uri), only_if_new=False)
        owner = await asyncpg.connect(urls.owner)
        superuser = urls.superuser.replace("/postgres?", "/tsunagi?")
        keeper = await asyncpg.connect(superuser)
        try:
            program = _answering(undo, *service(settings, urls.app, wanted.service))
            if wanted.log:
                await log_seed.seed(
                    owner,
                    superuser,
                    wanted.log,
                    until=datetime.now(UTC),
                    persons=wanted.sizes.persons,
                )
            found = Ground(
                settings=settings,
                urls=urls,
                owner=owner,
                keeper=keeper,
                database=parent(await owner.fetchval("SELECT pg_backend_pid()")),
                programs={"service": program},
                tokens=Tokens(settings),
                town=await _seeded(owner, settings, program, wanted),
                members=members(settings),
            )
            for name in wanted.besides:
                found.programs[name] = _answering(
                    undo, *service(settings, urls.app, wanted.service, name)
                )
            for name in wanted.references:
                program, environment = reference(name, settings, urls.app, wanted.pool)
                undo.callback(program.stop)
                program.start(environment)
                found.programs[name] = program
            for name in wanted.references:
                found.programs[name].wait("/v1/referrals", (401, 422))
            yield found
        finally:
            await owner.close()
            await keeper.close()


def _answering(
    undo: contextlib.ExitStack, program: Program, environment: Mapping[str, str]
) -> Program:
    """A service that was started, and answers; it is stopped in the end."""
    undo.callback(program.stop)
    program.start(environment)
    program.wait("/readyz", (200,))
    return program


async def _seeded(
    owner: asyncpg.Connection, settings: Settings, program: Program, wanted: Wanted
) -> Town:
    sizes, tokens, staff = wanted.sizes, Tokens(settings), members(settings)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{program.port}", timeout=60) as http:
        first = _Caller(http, tokens.of(staff[0]), "consultation")
        templates = await _templates(first)
        await seed.seed(owner, templates, sizes)
        await first.get(f"/v1/referrals/{seed.referral_id(0)}")
        template = await owner.fetchval(
            "SELECT id FROM audit_entry WHERE action = 'referral.read' ORDER BY id DESC LIMIT 1"
        )
        await seed.seed_entries(owner, template, sizes)
        conference = None
        invited = (1, 2, 3, 5)
        if wanted.packets:
            conference = await _sitting(
                _Caller(http, tokens.of_convener(), "planning"),
                [str(agency_id(n)) for n in invited],
            )
    await seed.tidy(owner)
    return Town(
        sizes=sizes,
        members=staff,
        places={n: await seed.inbox_of(owner, n, wanted.page) for n in range(COUNT)},
        cursor_key=settings.kept_secret("cursor.key"),
        page=wanted.page,
        conference=conference,
        invited=invited,
        items=ITEMS,
    )


class _Caller:
    """Somebody who prepares; whatever is refused ends the run."""

    def __init__(self, http: httpx.AsyncClient, token: str, purpose: str) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bearer {token}", "Purpose-Of-Use": purpose}

    async def get(self, path: str) -> dict[str, Any]:
        return self._told(await self._http.get(path, headers=self._headers))

    async def post(self, path: str, body: Any) -> dict[str, Any]:
        headers = self._headers | {"Idempotency-Key": str(uuid.uuid4())}
        return self._told(await self._http.post(path, json=body, headers=headers))

    def _told(self, answer: httpx.Response) -> dict[str, Any]:
        if not answer.is_success:
            raise SystemExit(f"{answer.request.url} {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found


async def _templates(first: _Caller) -> Templates:
    """One person with two consents and a referral, as the API makes them."""
    today = datetime.now(UTC).date().isoformat()
    person = (await first.post("/v1/persons", examples.PERSON))["id"]
    slip = examples.CONSENT | {"person_id": person, "explained_on": today, "valid_from": today}
    wide = {
        "receivers": {
            "kinds": [
                "npo",
                "self_reliance_agency",
                "social_welfare_council",
                "elder_support_center",
            ]
        },
        "data_classes": CLASSES,
    }
    narrow = {
        "receivers": {"agencies": [str(agency_id(n)) for n in (7, 11)], "kinds": ["legal_aid"]},
        "data_classes": ["D1", "D2"],
        "purposes": ["planning"],
    }
    consent = (await first.post("/v1/consents", slip | wide))["id"]
    other = (await first.post("/v1/consents", slip | narrow))["id"]
    said = examples.REFERRAL | {"person_id": person, "to_desk_id": str(desk_id(1))}
    referral = (await first.post("/v1/referrals", said))["id"]
    return Templates(UUID(person), UUID(consent), UUID(other), UUID(referral))


async def _sitting(convener: _Caller, invited: list[str]) -> str:
    """A conference with a person of its own on each item, who has agreed to everybody; fixed."""
    soon = {"starts_at": "2036-12-04T09:00:00+09:00", "ends_at": "2036-12-04T18:00:00+09:00"}
    made = await convener.post("/v1/conferences", examples.CONFERENCE | soon)
    path = f"/v1/conferences/{made['id']}"
    await convener.post(f"{path}/invite", {"agency_ids": invited})
    today = datetime.now(UTC).date().isoformat()
    for number in range(ITEMS):
        name = examples.PERSON["names"][0] | {"given": f"花子{number}"}
        form = {"names": [name], "birth": f"1981-03-{number % 28 + 1:02}"}
        person = (await convener.post("/v1/persons", form))["id"]
        slip = examples.CONSENT | {
            "person_id": person,
            "receivers": {"agencies": invited},
            "data_classes": CLASSES,
            "explained_on": today,
            "valid_from": today,
        }
        await convener.post("/v1/consents", slip)
        item = {"purpose": "plan_sharing", "minutes": 10, "subject": "支援の進み具合"}
        await convener.post(f"{path}/items", item | {"person_ids": [person]})
    await convener.post(f"{path}/fix", {})
    return str(made["id"])


__all__ = ["LIST", "PACKET", "READ", "WRITE", "Ground", "Wanted", "ground"]
