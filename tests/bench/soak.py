"""The memory of one worker over time, under a mixed load: ``make bench-soak``."""

import argparse
import asyncio
import random
import sys
import time

from bench.asked import LIST, READ, WRITE
from bench.ground import Wanted, ground
from bench.seed import Sizes, forget_drafts
from bench.usage import resident
from bench.whole_run import loaded


async def soaked(asked: argparse.Namespace) -> list[tuple[float, float]]:
    """Seconds and MiB, after each slice of the load."""
    drawn = random.Random(1)  # noqa: S311 - the same requests each time
    found = []
    wanted = Wanted(Sizes(10_000, 20_000, 1_000), references=(), packets=False)
    async with ground(wanted) as on:
        began = time.monotonic()
        while time.monotonic() - began < asked.soak:
            asks = [
                *on.town.asks(READ, 2000, drawn),
                *on.town.asks(WRITE, 500, drawn),
                *on.town.asks(LIST, 200, drawn),
            ]
            drawn.shuffle(asks)
            job = on.job("service", asks, asked.connections, asked.seconds, 0)
            told = await asyncio.to_thread(loaded, job, on.settings.home)
            if told.errors:
                raise SystemExit(f"!!! {told.errors}")
            await forget_drafts(on.keeper)
            mib = resident(on.programs["service"].pid) / 2**20
            found.append((time.monotonic() - began, mib))
            sys.stdout.write(f"{found[-1][0]:6.0f} s  {told.per_second:6.0f}/s  {mib:6.1f} MiB\n")
            sys.stdout.flush()
    return found


def main() -> None:
    """Print the memory as it goes, and what the second half added."""
    parser = argparse.ArgumentParser(description="The memory of one worker over time.")
    parser.add_argument("--soak", type=float, default=600.0, help="seconds")
    parser.add_argument("--seconds", type=float, default=20.0, help="between two looks")
    parser.add_argument("--connections", type=int, default=32)
    found = asyncio.run(soaked(parser.parse_args()))
    half = found[len(found) // 2 :]
    grown = half[-1][1] - half[0][1]
    sys.stdout.write(f"the second half added {grown:+.1f} MiB\n")


if __name__ == "__main__":
    main()
