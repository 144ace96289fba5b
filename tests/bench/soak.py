"""The memory of one worker over time, under all loads at once: ``make bench-soak``.

The line through the looks of the second half is what counts: in the first half caches fill, and
the allocator finds the size that the largest answers under way need.
"""

import argparse
import asyncio
import math
import random
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import linear_regression

from bench.asked import LIST, PACKET, READ, REPORT, WRITE, Town
from bench.ground import Wanted, ground
from bench.load import Ask
from bench.seed import Sizes, forget_drafts
from bench.usage import peak, resident
from bench.whole_run import loaded

#: How many of each are drawn between two looks; they are asked over and over, in one order.
MIX: Mapping[str, int] = {READ: 2000, WRITE: 500, LIST: 200, PACKET: 40, REPORT: 100}
WANTED = Wanted(Sizes(10_000, 20_000, 1_000), references=())
#: Seconds until callers ask for new tokens, which are good for fifteen minutes.
RENEW = 600.0
#: What one worker may take after the run (MiB).
MOST = 250


@dataclass(frozen=True)
class Look:
    """The memory after one slice of the load."""

    seconds: float
    mib: float
    #: The most there ever was, while answers were under way.
    peak_mib: float
    per_second: float

    def line(self) -> str:
        return (
            f"{self.seconds:6.0f} s  {self.per_second:6.0f}/s"
            f"  {self.mib:6.1f} MiB  (peak {self.peak_mib:.1f})"
        )


def mixed(town: Town, drawn: random.Random) -> list[Ask]:
    """All loads, shuffled."""
    asks = [ask for load, count in MIX.items() for ask in town.asks(load, count, drawn)]
    drawn.shuffle(asks)
    return asks


def second_half(looks: Sequence[Look]) -> Sequence[Look]:
    """At least the last two."""
    return looks[min(len(looks) // 2, len(looks) - 2) :]


def slope(looks: Sequence[Look]) -> float:
    """MiB an hour: the line through the second half."""
    half = second_half(looks)
    return linear_regression([at.seconds for at in half], [at.mib for at in half]).slope * 3600


def told(first: float, looks: Sequence[Look]) -> str:
    """What the run comes to."""
    half = [at.mib for at in second_half(looks)]
    last = looks[-1]
    within = "within" if last.mib <= MOST else "!!! more than"
    return (
        f"{first:.1f} MiB before the first request, {last.mib:.1f} MiB in the end"
        f" ({within} {MOST}), {last.peak_mib:.1f} MiB at most\n"
        f"second half: {min(half):.1f} to {max(half):.1f} MiB, {slope(looks):+.1f} MiB an hour"
    )


async def soaked(asked: argparse.Namespace, wanted: Wanted = WANTED) -> tuple[float, list[Look]]:
    """MiB before the load, and after each slice of it; at least two slices."""
    drawn = random.Random(1)  # noqa: S311 - the same requests each time
    looks: list[Look] = []
    async with ground(wanted) as on:
        worker = on.programs["service"].pid
        first = resident(worker) / 2**20
        began = time.monotonic()
        tokens: list[str] = []
        renewed = -math.inf
        while len(looks) < 2 or time.monotonic() - began < asked.soak:
            job = on.job("service", mixed(on.town, drawn), asked.connections, asked.seconds, 0)
            # As callers do: a token is used until it is about to end.
            if time.monotonic() - renewed < RENEW:
                job = replace(job, tokens=tokens)
            else:
                tokens, renewed = job.tokens, time.monotonic()
            found = await asyncio.to_thread(loaded, job, on.settings.home)
            if found.errors:
                raise SystemExit(f"!!! {found.errors}")
            await forget_drafts(on.keeper)
            look = Look(
                time.monotonic() - began,
                resident(worker) / 2**20,
                peak(worker) / 2**20,
                found.per_second,
            )
            looks.append(look)
            sys.stdout.write(f"{look.line()}\n")
            sys.stdout.flush()
    return first, looks


def main() -> None:
    """Print the memory as it goes, and what became of it."""
    parser = argparse.ArgumentParser(description="The memory of one worker over time.")
    parser.add_argument("--soak", type=float, default=600.0, help="seconds")
    parser.add_argument("--seconds", type=float, default=20.0, help="between two looks")
    parser.add_argument("--connections", type=int, default=32)
    first, looks = asyncio.run(soaked(parser.parse_args()))
    sys.stdout.write(f"{told(first, looks)}\n")


if __name__ == "__main__":
    main()
