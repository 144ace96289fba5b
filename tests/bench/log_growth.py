"""What the transparency log costs, and how it grows: ``make bench-log``.

Seeds audit entries by SQL (10,000 and 100,000; more by argument), with what the row and what the seal
costs the database; gives them their places, and asks for proofs and for what auditors ask. Prints the
figures of one run; nothing here passes or fails.
"""

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from conftest import Databases
from scenario_steps import person
from town import ID_AT, Caller, Town, open_town

from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster

SIZES = (10_000, 100_000)
#: Entries of one person in a thousand, spread over ten years.
_AT = "'2016-04-01'::timestamptz + (n * interval '3650 days' / $2::int)"
SEED = f"""
INSERT INTO audit_entry
SELECT (jsonb_populate_record(e, jsonb_build_object(
        'leaf', NULL, 'id', {ID_AT.format(_AT)}, 'attempt_id', gen_random_uuid(), 'at', {_AT},
        'person_id', CASE WHEN n % 1000 = 0 THEN e.person_id ELSE gen_random_uuid() END))).*
FROM audit_entry e, generate_series($3::int + 1, $2::int) AS n WHERE e.id = $1
"""


async def timed(doing: Any) -> float:
    began = perf_counter()
    await doing
    return perf_counter() - began


async def cost_of_the_seal(town: Town, first: Any, count: int) -> tuple[float, float]:
    """Microseconds an entry for its row and indexes, and for its seal: the middle of five."""
    rows, seals = [], []
    for _ in range(5):
        transaction = town.owner.transaction()
        await transaction.start()
        told = await town.owner.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {SEED}", first, count, 0, timeout=600
        )
        await transaction.rollback()
        (plan,) = json.loads(told)
        seal = sum(t["Time"] for t in plan["Triggers"] if t["Trigger Name"] == "seal_entry")
        made = plan["Plan"]["Plans"][0]["Actual Total Time"]
        seals.append(seal * 1000 / count)
        rows.append((plan["Plan"]["Actual Total Time"] - made - seal) * 1000 / count)
    return median(rows), median(seals)


async def asked(caller: Caller, path: str, **params: str) -> float:
    """Milliseconds of an answer over HTTP: the middle of fifteen."""
    times = []
    for _ in range(15):
        began = perf_counter()
        answer = await caller.get(path, params=params)
        times.append(perf_counter() - began)
        assert answer.status_code == 200, answer.text
    return median(times) * 1000


async def run(sizes: list[int]) -> None:
    home = Path(tempfile.mkdtemp())
    with EmbeddedPostgres(home) as postgres:
        databases = await asyncio.to_thread(Databases, postgres.start())
        _, urls = await databases.copy()
        async with open_town(urls, home / "town") as town:
            cc, auditor = town.caller("cc-worker"), town.caller("cc-auditor", "audit")
            form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
            whom = (await cc.post("/v1/persons", form)).json()["id"]
            first = await town.owner.fetchval(
                "SELECT id FROM audit_entry WHERE person_id = $1 LIMIT 1", whom
            )
            for year in range(2016, 2027):
                await town.owner.execute(f"SELECT make_audit_months('{year}-01-01', 12)")
            row, seal = await cost_of_the_seal(town, first, 3_000)
            print(f"an entry: its row and indexes {row:.0f} us, its seal {seal:.0f} us")  # noqa: T201
            before = 0
            for size in sizes:
                await town.owner.execute(SEED, first, size, before, timeout=3600)
                await town.owner.execute("VACUUM ANALYZE audit_entry")
                keeping = await timed(town.app.state.wiring.keeper.keep())
                await town.owner.execute("VACUUM ANALYZE log_leaf")
                proof = await asked(auditor, f"/v1/audit/events/{first}/proof")
                consistency = await asked(cc, "/log/consistency", **{"from": "7", "to": str(size)})
                seen = await asked(auditor, "/v1/audit/events", person_id=whom)
                month = {"since": "2025-04-01", "until": "2025-04-30"}
                refusals = await asked(auditor, "/v1/audit/reports/refusals", **month)
                print(  # noqa: T201
                    f"{size:>10,} entries: {(size - before) / keeping:8,.0f} sealed a second;"
                    f" a proof {proof:5.1f} ms, consistency {consistency:5.1f} ms,"
                    f" who saw a person {seen:5.1f} ms, refusals of a month {refusals:5.1f} ms"
                )
                before = size
    remove_cluster(home)


if __name__ == "__main__":
    asyncio.run(run([*SIZES, *(int(size) for size in sys.argv[1:])]))
