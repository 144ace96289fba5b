"""The whole simulated year: 2,000 people, 40 agencies, 365 days. ``make year``.

``python -m simulation.whole_year [people agencies days seed]``; the figures go to the standard
output and are the same whenever the numbers are. What does not hold stops it with an error.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import structlog
from conftest import Databases
from simulation.figures import simulated, table
from simulation.year import Plan

from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster

WHOLE = Plan(people=2000, agencies=40, days=365)


def main() -> None:
    """Live through it, and print what came of it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    given = [int(n) for n in sys.argv[1:]]
    plan = Plan(*given) if given else WHOLE
    started = time.monotonic()

    def told(line: str) -> None:
        minutes = (time.monotonic() - started) / 60
        sys.stderr.write(f"{line}; {minutes:.1f} minutes\n")

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        # The machine does not lose power during a simulation.
        with EmbeddedPostgres(home, settings={"fsync": "off"}) as postgres:
            databases = Databases(postgres.start())
            found = asyncio.run(simulated(databases, home, plan._replace(told=told)))
        remove_cluster(home)
    sys.stdout.write("\n".join(table(found)) + "\n")
    told("Done")


if __name__ == "__main__":
    main()
