"""How latency grows with what there is: ``make bench-growth``.

The same service over ten thousand, a hundred thousand and a million referrals, and over as many
generated audit entries as are asked for, all standing at the same time and asked in turn with few
connections, so that what is compared is the answer and not the queue before it.
"""

import argparse
import asyncio
import random
import sys
from contextlib import AsyncExitStack
from itertools import product
from statistics import median
from typing import Any

from bench.asked import NAMES, WRITE
from bench.ground import Ground, Wanted, ground
from bench.report import aligned
from bench.seed import Sizes, forget_drafts
from bench.whole_run import DRAWN, loaded

#: Referrals, and entries of the audit log.
Size = tuple[int, int]


async def measured(asked: argparse.Namespace) -> dict[str, dict[Size, list[float]]]:
    """Median latency in ms of each round, by load and size."""
    sizes = list(product(asked.referrals, asked.log))
    found: dict[str, dict[Size, list[float]]] = {load: {s: [] for s in sizes} for load in NAMES}
    drawn = random.Random(1)  # noqa: S311 - the same requests each time
    async with AsyncExitStack() as undo:
        grounds: dict[Size, Ground] = {}
        for size in sizes:
            referrals, log = size
            seeded = Sizes(max(100, referrals // 2), referrals, asked.entries or referrals // 10)
            wanted = Wanted(seeded, references=(), log=log)
            on = await undo.enter_async_context(ground(wanted))
            await on.settled(3600)
            grounds[size] = on
        for _ in range(asked.rounds):
            for load in NAMES:
                for size, on in grounds.items():
                    asks = on.town.asks(load, DRAWN[load], drawn)
                    job = on.job("service", asks, asked.connections, asked.seconds, 1)
                    told = await asyncio.to_thread(loaded, job, on.settings.home)
                    if told.errors:
                        raise SystemExit(f"{load} over {told_of(size)}: {told.errors}")
                    found[load][size].append(told.p50_ms)
                    if load == WRITE:
                        await forget_drafts(on.keeper)
                    await on.settled()
    return found


def told_of(size: Size) -> str:
    """Referrals, and generated entries where there are any."""
    referrals, log = size
    return f"{referrals:,} and {log:,} entries" if log else f"{referrals:,}"


def table(found: dict[str, dict[Size, list[float]]]) -> str:
    """Median latencies, and the ratio of the largest to the smallest."""
    sizes = list(next(iter(found.values())))
    head = ["median ms over", *(told_of(s) for s in sizes), "growth"]
    rows: list[list[Any]] = [head]
    for load, by_size in found.items():
        medians = [median(by_size[s]) for s in sizes]
        growth = f"{medians[-1] / medians[0]:.2f} ×"
        rows.append([f"{load}  {NAMES[load]}", *(f"{m:.2f}" for m in medians), growth])
    return "\n".join(aligned(rows))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="How latency grows with what there is.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--connections", type=int, default=2)
    parser.add_argument("--referrals", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument(
        "--entries",
        type=int,
        default=0,
        help="audit entries of each, 50 to a person asked about; else a tenth of the referrals",
    )
    parser.add_argument(
        "--log",
        type=int,
        nargs="+",
        default=[0],
        metavar="N",
        help="generated audit entries beside them, over years; of several, each in turn",
    )
    asked = parser.parse_args()
    sys.stdout.write(table(asyncio.run(measured(asked))) + "\n")


if __name__ == "__main__":
    main()
