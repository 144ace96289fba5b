"""How long the monthly report takes, and how it grows: ``make bench-statistics``.

Seeds consultations by SQL (5,000 and 50,000; more by argument), reads the survey of a fiscal year
through the database's own counting, and prints times of one run and their ratios. Nothing here
passes or fails.
"""

import asyncio
import json
import sys
import tempfile
from datetime import date
from pathlib import Path
from statistics import median
from time import perf_counter

import asyncpg
from conftest import Databases
from town import Town, open_town

from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster
from service.adapters.postgres.statistics import PostgresStatistics
from service.domain.statistics import StatisticsPolicy

SIZES = (5_000, 50_000)
SEED = """
INSERT INTO consultation
SELECT (jsonb_populate_record(c, jsonb_build_object(
        'id', gen_random_uuid(),
        'received_at', '2016-04-01'::timestamptz + (n * interval '3650 days' / $2::int),
        'area', 'district_' || (n % 9 + 1),
        'themes', jsonb_build_array('general', 'theme_' || n % 12),
        'status', CASE WHEN n % 3 = 0 THEN 'screened_info_only' ELSE 'consultation' END,
        'screened_at', '2016-04-02'::timestamptz + (n * interval '3650 days' / $2::int)))).*
FROM consultation c, generate_series($3::int + 1, $2::int) AS n WHERE c.id = $1
"""
EXPLAINED = "EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM consultations_of($1, $2, $3)"


async def seed(town: Town, first: str, size: int, before: int) -> None:
    await town.owner.execute(SEED, first, size, before)
    await town.owner.execute("ANALYZE consultation")


async def once(connection: asyncpg.Connection, since: date, until: date) -> float:
    store = PostgresStatistics(connection)
    began = perf_counter()
    await store.counted("999997", since, until, StatisticsPolicy())
    return perf_counter() - began


async def measured(town: Town, since: date, until: date) -> float:
    """The middle of seven, asked as the section in charge."""
    async with town.app.state.service.open_work() as work:
        await work.connection.execute(
            "SELECT set_config('tsunagi.agency', $1, true)", str(town.agency["M"])
        )
        return median([await once(work.connection, since, until) for _ in range(7)])


async def scans(town: Town) -> str:
    found = await town.owner.fetchval(EXPLAINED, "999997", date(2025, 4, 1), date(2025, 5, 1))
    return "by sequence" if "Seq Scan" in json.dumps(json.loads(found)) else "by index"


async def run(sizes: list[int]) -> None:
    home = Path(tempfile.mkdtemp())
    with EmbeddedPostgres(home, settings={"fsync": "off"}) as postgres:
        databases = await asyncio.to_thread(Databases, postgres.start())
        _, urls = await databases.copy()
        async with open_town(urls, home / "town") as town:
            caller = town.caller("cc-worker")
            first = (await caller.post("/v1/consultations", {"told": "相談"})).json()["id"]
            before, smallest = 0, None
            for size in sizes:
                await seed(town, first, size, before)
                before = size
                month = await measured(town, date(2025, 4, 1), date(2025, 5, 1))
                year = await measured(town, date(2025, 4, 1), date(2026, 4, 1))
                smallest = smallest or (size, month, year)
                print(  # noqa: T201 - what it is for
                    f"{size:>9,} consultations: a month {month * 1000:7.1f} ms,"
                    f" a year {year * 1000:7.1f} ms, read {await scans(town)};"
                    f" x{size / smallest[0]:.0f} records, x{month / smallest[1]:.1f} for a month,"
                    f" x{year / smallest[2]:.1f} for a year"
                )
    remove_cluster(home)


if __name__ == "__main__":
    asyncio.run(run([*SIZES, *(int(size) for size in sys.argv[1:])]))
