"""What the audit log costs, and how it grows: ``make bench-log``.

Generates audit entries over ten years (10,000 and 100,000; more by argument), with a real seal each
and without a question; gives them their places, and asks for proofs and for what auditors ask.
Prints the figures of one run and keeps them as JSON; nothing here passes or fails.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
from bench import log_seed
from bench.report import aligned
from conftest import Databases
from log_steps import checked, keys, proven
from scenario_steps import ok, person
from town import START, Clock, Town, open_town

from service.adapters.postgres import audit
from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster
from service.domain.calendar_jp import jst_date
from service.domain.log_month import Month, ids_from, instant_of
from service.settings import Settings

SIZES = (10_000, 100_000)
#: The service has run for ten years: its clock stands there, and so do the ids.
UNTIL = START.replace(year=START.year + 10)
#: Entries of the person who is asked about, whatever there is in all.
WATCHED = 200
#: Entries between the last two checkpoints: what a bundle holds.
STRETCH = 2_000
#: Emergency accesses that nobody has reviewed; of the reviewed there is one to a thousand entries.
UNREVIEWED = 20
#: A month that is long over, and the one before the last.
MONTH = {"since": "2034-04-01", "until": "2034-04-30"}
TIMES = 15
#: As often it is asked beforehand: a statement is planned anew the first five times on a connection,
#: which over ten years of months takes longer than its answer.
WARM_UP = 8
#: Sums of the partitions, which alone take space, and what else an entry takes.
SPACE = """
SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace =
'public'::regnamespace AND (c.relname LIKE 'audit\\_entry\\_%' OR c.relname IN ('log_leaf', 'log_node'))
"""
EMERGENCY = """
INSERT INTO provision SELECT (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
    'person_id', $4::uuid, 'reviewed_at', $2::timestamptz))).*
FROM provision p, generate_series(1, $3::int) WHERE p.id = $1
"""
Ask = Callable[[], Awaitable[Any]]


async def milliseconds(ask: Ask, times: int = TIMES) -> float:
    """The middle of some answers, once the database has its plans."""
    for _ in range(WARM_UP):
        await ask()
    took = []
    for _ in range(times):
        began = perf_counter()
        await ask()
        took.append((perf_counter() - began) * 1000)
    return median(took)


class Figures:
    """What was measured, by name and number of entries."""

    def __init__(self) -> None:
        self.by_name: dict[str, dict[int, float]] = {}

    def add(self, name: str, size: int, figure: float) -> None:
        self.by_name.setdefault(name, {})[size] = figure

    def growth(self, name: str) -> float | None:
        """The largest over the smallest."""
        found = list(self.by_name[name].values())
        return found[-1] / found[0] if found[0] else None

    def table(self) -> str:
        sizes = list(next(iter(self.by_name.values())))
        rows = [["", *(f"{s:,}" for s in sizes), "growth"]]
        for name, by_size in self.by_name.items():
            grown = self.growth(name)
            rows.append(
                [
                    name,
                    *(f"{v:,.0f}" if v >= 100 else f"{v:.1f}" for v in by_size.values()),
                    f"{grown:.2f} ×" if grown is not None else "-",
                ]
            )
        return "\n".join(aligned(rows))

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        told = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": {"cpus": os.cpu_count(), "python": platform.python_version()},
            "entries_carry_their_question": False,
            "figures": {
                name: {str(size): round(v, 3) for size, v in by_size.items()}
                for name, by_size in self.by_name.items()
            },
            "growth": {name: self.growth(name) for name in self.by_name},
        }
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1))


class Growing:
    """A log that grows, and what is asked of it."""

    def __init__(self, town: Town, superuser: str) -> None:
        self.town, self.superuser = town, superuser
        self.figures = Figures()
        self.spans = 0

    async def prepare(self, largest: int) -> None:
        """Months, somebody whose record CC holds, an emergency access, and everybody else."""
        town = self.town
        await log_seed.make_room(town.owner, START, UNTIL)
        form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
        cc = town.caller("cc-worker")
        self.whom = (await ok(cc.post("/v1/persons", form), 201))["id"]
        # All emergencies but one are about somebody else: nobody has ten thousand of them.
        form = person("試験", "太郎", "シケン タロウ", birth="1960-01-01")
        self.other = UUID((await ok(cc.post("/v1/persons", form), 201))["id"])
        body = {
            "person_id": self.whom,
            "reason": "自宅で倒れているとの通報。同意を得られない。",
            "data_classes": ["D1"],
            "minutes": 30,
        }
        nurse = town.caller("hc-nurse", auth_time=int(town.clock.now.timestamp()))
        self.taken = UUID((await ok(nurse.post("/v1/access/emergency", body), 201))["id"])
        await town.owner.execute(EMERGENCY, self.taken, None, UNREVIEWED - 1, self.other)
        self.who = replace(
            await log_seed.crowd(town.owner, largest),
            watched=UUID(self.whom),
            held_by=town.agency["CC"],
        )
        self.position = await town.owner.fetchval(
            "SELECT position_id FROM audit_entry WHERE agency_id = $1 LIMIT 1", town.agency["CC"]
        )

    async def grow(self, size: int, before: int) -> None:
        """To so many entries, and measure."""
        watched = 0 if before else WATCHED
        sealed = await self._sealed(START, UNTIL, size - before - STRETCH, watched)
        self.figures.add("sealed a second (placed and signed)", size, sealed)
        # From here on there is a checkpoint right before and one right after.
        self.since = self.town.clock.now
        self.town.clock.forward(minutes=10)
        await self._sealed(self.since, self.town.clock.now, STRETCH, 0)
        reviewed = self.taken, self.since, (size - before) // 1000, self.other
        await self.town.owner.execute(EMERGENCY, *reviewed, timeout=600)
        await self.town.owner.execute("VACUUM (ANALYZE)", timeout=3600)
        space = await self.town.owner.fetchval(SPACE)
        held = await self.town.owner.fetchval("SELECT count(*) FROM log_leaf")
        self.figures.add("bytes an entry, with indexes and tree", size, float(space) / held)
        for name, ask in self._asks(await self._of_the_middle(), size).items():
            self.figures.add(name, size, await milliseconds(ask))
        for name, query in (
            ("entries of all in that month", "id >= $1 AND id < $2"),
            ("entries that the agency's auditor sees in it", f"id >= $1 AND id < $2 AND {_MINE}"),
        ):
            month = Month.read(MONTH["since"][:7]).ids
            values = [*month, self.town.agency["CC"]] if "$3" in query else month
            counted = f"SELECT count(*) FROM audit_entry WHERE {query}"
            self.figures.add(name, size, await self.town.owner.fetchval(counted, *values))

    async def _sealed(self, since: datetime, until: datetime, entries: int, watched: int) -> float:
        wanted = log_seed.spans(since, until, entries, watched, self.spans)
        self.spans += len(wanted)
        await log_seed.fill(self.superuser, self.who, wanted)
        await self.town.owner.execute("VACUUM (ANALYZE) audit_entry", timeout=3600)
        began = perf_counter()
        placed = await self.town.app.state.wiring.keeper.keep()
        return float(placed / (perf_counter() - began))

    def _asks(self, proof: str, size: int) -> dict[str, Ask]:
        town = self.town
        auditor = town.caller("cc-auditor", "audit")
        officer = town.caller("cc-privacy", "access_request")
        keeper = town.app.state.wiring.keeper

        def get(path: str, **params: str) -> Ask:
            async def ask() -> httpx.Response:
                answer = await auditor.get(path, params=params)
                assert answer.status_code == 200, answer.text
                return answer

            return ask

        async def idle() -> None:
            # What was asked before is placed, so that there is nothing to do.
            await keeper.keep()

        async def report() -> None:
            await ok(officer.get(f"/v1/persons/{self.whom}/access-report"))

        events, reports = "/v1/audit/events", "/v1/audit/reports"
        stretch = {
            "since": self.since.isoformat(),
            "until": (self.since + timedelta(minutes=9)).isoformat(),
        }
        latest = jst_date(town.clock.now).replace(day=1) - timedelta(days=1)
        last_month = {"since": latest.replace(day=1).isoformat(), "until": latest.isoformat()}
        return {
            "ms: the keeper, with nothing to do": idle,
            "ms: inclusion proof of an entry": get(proof),
            "ms: consistency proof": get(
                "/log/consistency", **{"from": f"{size // 3}", "to": f"{size}"}
            ),
            "ms: who saw a person, by the auditor": get(events, person_id=self.whom),
            "ms: who saw a person, their report": report,
            "ms: a page of what a position opened": get(events, position_id=str(self.position)),
            "ms: a page of the newest entries": get(events),
            "ms: emergency accesses unreviewed": get(f"{reports}/emergencies"),
            f"ms: a bundle of {STRETCH:,} entries": get("/v1/audit/bundle.jsonl", **stretch),
            "ms: refusals of a month": get(f"{reports}/refusals", **MONTH),
            "ms: the unusual of a month": get(f"{reports}/unusual", **MONTH),
            "ms: the unusual of the last month": get(f"{reports}/unusual", **last_month),
            "ms: copies of a month": get(f"{reports}/copies", **MONTH),
        }

    async def _of_the_middle(self) -> str:
        """Where an entry of five years ago is proven."""
        found = await self.town.owner.fetchval(
            "SELECT id FROM audit_entry WHERE person_id = $1 AND id > $2 ORDER BY id LIMIT 1",
            UUID(self.whom),
            ids_from(START + (UNTIL - START) / 2),
        )
        return f"/v1/audit/events/{found}/proof"

    async def holds(self) -> None:
        """What was generated is sealed like anything: an entry's proof, and the log as a whole."""
        path = await self._of_the_middle()
        body = await ok(self.town.caller("cc-auditor", "audit").get(path))
        said = proven(body, self.town.settings.log_origin, await keys(self.town))
        assert said["person_id"] == self.whom
        found = await checked(self.town)
        assert found.found == (), found.found[:3]


_MINE = "(agency_id = $3 OR holder_agency_id = $3)"


def as_of(clock: Clock) -> None:
    """The newest entries are those of the service's clock, which is years ahead of the machine's."""

    def lately(after: UUID | None) -> UUID | None:
        before = instant_of(after) if after else clock.now
        return ids_from(before - audit.LATELY) if before else None

    audit.lately = lately


async def run(sizes: list[int], path: Path) -> None:
    """On a PostgreSQL of its own, which is taken away in the end."""
    clock = Clock(UNTIL)
    as_of(clock)
    with tempfile.TemporaryDirectory(prefix="tsunagi-bench-") as folder, ExitStack() as undo:
        home = Path(folder)
        undo.callback(remove_cluster, home)
        postgres = undo.enter_context(EmbeddedPostgres(home))
        databases = await asyncio.to_thread(Databases, postgres.start())
        name, urls = await databases.copy()
        superuser = databases.urls.superuser.replace("/postgres?", f"/{name}?")
        async with open_town(urls, home / "town", clock) as town:
            growing = Growing(town, superuser)
            await growing.prepare(max(sizes))
            before = 0
            for size in sizes:
                _say(f"{size:,} entries")
                await growing.grow(size, before)
                if not before:
                    await growing.holds()
                before = size
                growing.figures.write(path)
    _say("Entries carry no question (what they were decided on); a real one takes more.")
    sys.stdout.write(f"{growing.figures.table()}\n{path}\n")


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    asked = sorted({*SIZES, *(int(size) for size in sys.argv[1:])})
    asyncio.run(run(asked, Settings.from_environment().home / "bench" / "log.json"))
