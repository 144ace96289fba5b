"""100,000 requests with 40 kills: ``make complete`` (``python -m completeness.whole_load [requests kills]``)."""

import asyncio
import sys
import tempfile
from pathlib import Path

import asyncpg
from conftest import Databases

from completeness.load import Server, held_against, log_of, under_load
from service.adapters.postgres.embedded import EmbeddedPostgres, remove_cluster


async def run(databases: Databases, home: Path, requests: int, kills: int) -> bool:
    """Whether everything that was answered is on record."""
    _, urls = await databases.copy()
    server = Server(home, urls.app)
    told = await under_load(server, urls.owner, requests=requests, kills=kills)
    owner = await asyncpg.connect(urls.owner)
    try:
        missing = await held_against(owner, told)
        log = await log_of(owner, server.settings)
    finally:
        await owner.close()
    print(  # noqa: T201 - what it is for
        f"{len(told.answers):,} answers, {len(told.unanswered):,} attempts without one,"
        f" {told.kills} kills: {len(missing.without_entry)} answers without an entry,"
        f" {len(missing.not_one_a_person)} with another number of entries than persons,"
        f" {len(missing.gone)} records gone, {len(missing.marked_without_answer)} attempts marked"
        f" without an answer, {len(missing.not_marked)} answers not marked; the log holds {log.entries:,} entries,"
        f" {log.waiting} wait for their place, {len(log.found)} findings"
    )
    return not any(missing) and not log.found


def main() -> None:
    """Run it; exit code 1 where something is missing."""
    given = [int(n) for n in sys.argv[1:]]
    requests, kills = given or [100_000, 40]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "server").mkdir()
        with EmbeddedPostgres(home) as postgres:
            databases = Databases(postgres.start())
            whole = asyncio.run(run(databases, home / "server", requests, kills))
        remove_cluster(home)
    sys.exit(0 if whole else 1)


if __name__ == "__main__":
    main()
