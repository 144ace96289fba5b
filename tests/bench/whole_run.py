"""The benchmark: ``make bench``. Nothing here passes or fails by time; ratios of one run count.

Service and references stand on the same database at the same time and are asked in turn, the
order rotated from round to round, so that a noisy machine is noisy for all of them.
"""

import argparse
import asyncio
import contextlib
import json
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.asked import LIST, NAMES, PACKET, READ, REPORT, WRITE
from bench.ceiling import FUNCTION, PLAIN, call_of, function_of, script_of
from bench.ground import Ground, Wanted, ground
from bench.load import Job, Measured
from bench.pgbench import Pgbench
from bench.processes import TESTS
from bench.report import SERVICE, UNLOGGED, WORKERS, Run
from bench.seed import Sizes, forget_drafts

from service.settings import Settings

#: What all references answer, and what the bare one answers besides.
REFERENCED = (READ, WRITE, LIST)
BARE_TOO = (*REFERENCED, REPORT)
PROGRAMS = (SERVICE, UNLOGGED, WORKERS, "bare", "idiomatic", PLAIN, FUNCTION)
#: Requests that are drawn for one slice; they are asked over and over.
DRAWN = {READ: 20_000, WRITE: 10_000, LIST: 2000, PACKET: 200, REPORT: 1000}


def loaded(job: Job, folder: Path) -> Measured:
    """Drive one job in a process of its own."""
    path = folder / "job.json"
    job.write(path)
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=TESTS,
    )
    if done.returncode != 0:
        raise SystemExit(f"the load failed: {done.stderr[-4000:]}")
    return Measured(**json.loads(done.stdout))


class Round:
    """Slices of one run."""

    def __init__(self, on: Ground, asked: argparse.Namespace, run: Run) -> None:
        self.on, self.asked, self.run = on, asked, run
        self.drawn = random.Random(1)  # noqa: S311 - the same requests each time
        self.pgbench = Pgbench(on.urls.app, on.settings.home)
        self.scripts: dict[tuple[str, str], str] = {}
        self.variables: dict[str, dict[str, str]] = {}

    async def prepare(self) -> None:
        """Every program answers every load once, rightly; the ceiling is built around that."""
        for load in self.asked.loads:
            for program in self.on.programs:
                if program == SERVICE or load in REFERENCED:
                    (ask,) = self.on.town.asks(load, 1, self.drawn)
                    await self.on.once(program, ask)
        wanted = [p for p in (PLAIN, FUNCTION) if p in self.asked.programs]
        loads = [load for load in self.asked.loads if load in REFERENCED]
        if not wanted or not loads:
            return
        for load in {READ, WRITE, LIST} - set(loads):
            (ask,) = self.on.town.asks(load, 1, self.drawn)
            await self.on.once(SERVICE, ask)
        works = await self.on.works()
        for load in loads:
            work = works.of(load)
            self.scripts[load, PLAIN] = script_of(work)
            self.scripts[load, FUNCTION] = call_of(work, load)
            self.variables[load] = await self._variables(works.entries[load]["question"])
            await self.on.owner.execute(function_of(work, load))
            name = f"bench_{load.lower()}"
            await self.on.owner.execute(f"GRANT EXECUTE ON FUNCTION {name} TO tsunagi_app")

    async def _variables(self, question: str) -> dict[str, str]:
        # The mark before a part's id is no letter for a script; any other is as long.
        found = {
            "question": await self.on.owner.fetchval(f"SELECT translate({question}, chr(1), '~')")
        }
        answer = await self.on.owner.fetchval(
            "SELECT convert_from(body, 'UTF8') FROM first_answer WHERE body IS NOT NULL LIMIT 1"
        )
        return found | {"answer": answer or "{}"}

    async def go(self, number: int) -> None:
        """One round: each load, each program, in an order of this round's."""
        self.run.commit_ms.append(await self.on.commit_ms())
        for load in self.asked.loads:
            turn = [p for p in PROGRAMS if p in self.asked.programs and self._answers(p, load)]
            for program in turn[number % len(turn) :] + turn[: number % len(turn)]:
                await self.on.settled()
                measured = await self.slice(load, program)
                self.run.add(load, program, measured)
                _say(f"{number + 1} {load} {program}: {measured.per_second:,.0f}/s")
                if measured.errors:
                    _say(f"  !!! {measured.errors}")

    def _answers(self, program: str, load: str) -> bool:
        known = {SERVICE: tuple(NAMES), "bare": BARE_TOO}
        return load in known.get(program, REFERENCED)

    async def slice(self, load: str, program: str) -> Measured:
        """One program under one load."""
        async with self.on.alone(program):
            if program in (PLAIN, FUNCTION):
                found = await self._benched(load, program)
            else:
                found = await self._asked(load, program)
        if load == WRITE:
            await forget_drafts(self.on.keeper)
        return found

    async def _benched(self, load: str, program: str) -> Measured:
        asked = self.asked
        return await asyncio.to_thread(
            self.pgbench.run,
            self.scripts[load, program],
            self.variables[load],
            connections=asked.connections,
            warm_up=asked.warm_up,
            seconds=asked.seconds,
            database=self.on.database,
        )

    async def _asked(self, load: str, program: str) -> Measured:
        asked = self.asked
        asks = self.on.town.asks(load, DRAWN[load], self.drawn)
        job = self.on.job(program, asks, asked.connections, asked.seconds, asked.warm_up)
        return await asyncio.to_thread(loaded, job, self.on.settings.home)


async def measured(asked: argparse.Namespace) -> Run:
    """All rounds."""
    sizes = Sizes(asked.persons, asked.referrals, asked.entries)
    references = [p for p in ("bare", "idiomatic") if p in asked.programs]
    wanted = Wanted(
        sizes,
        pool=asked.pool,
        references=references,
        service=dict(s.split("=", 1) for s in asked.service),
        packets=PACKET in asked.loads,
        besides=[p for p in (UNLOGGED, WORKERS) if p in asked.programs],
    )
    settings = {k: v for k, v in vars(asked).items() if not callable(v)}
    run = Run(settings)
    async with ground(wanted) as on:
        rounds = Round(on, asked, run)
        await rounds.prepare()
        for number in range(asked.rounds):
            await rounds.go(number)
    return run


def _say(what: str) -> None:
    sys.stderr.write(f"{what}\n")
    sys.stderr.flush()


def _listed(known: Sequence[str]) -> Any:
    def listed(given: str) -> list[str]:
        found = [k for k in known if k in given.split(",")]
        if not found:
            raise argparse.ArgumentTypeError(f"choose from {','.join(known)}")
        return found

    return listed


def arguments() -> argparse.ArgumentParser:
    """What can be set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    loads = tuple(NAMES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--warm-up", type=float, default=1.0)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--loads", type=_listed(loads), default=list(loads), help=",".join(loads))
    parser.add_argument(
        "--programs", type=_listed(PROGRAMS), default=list(PROGRAMS), help=",".join(PROGRAMS)
    )
    parser.add_argument("--persons", type=int, default=50_000)
    parser.add_argument("--referrals", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=10_000, help="audit entries, 50 a person")
    parser.add_argument("--pool", type=int, default=16, help="connections of each reference")
    parser.add_argument(
        "--service", action="append", default=[], metavar="TSUNAGI_X=y", help="a setting of it"
    )
    return parser


def main() -> None:
    """Run it, print the table, keep the figures."""
    asked = arguments().parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        run = asyncio.run(measured(asked))
        path = Settings.from_environment().home / "bench" / "last.json"
        run.write(path)
        sys.stdout.write(f"{run.table()}\n{path}\n")
        sys.exit(1 if run.errors else 0)


if __name__ == "__main__":
    main()
