"""One embedded PostgreSQL for the whole run; a database of its own for each test that wants one."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
import structlog
from quick_disk import SETTINGS, home_of_a_run
from town import Town, open_town

from service.adapters.postgres.embedded import EmbeddedPostgres
from service.cli import load_directory, prepare
from service.demo.accounts import issuer_urls
from service.demo.city import directory
from service.settings import Settings

pytest_plugins = ["mechanisms"]

# A failing test shows what failed, not a page of request lines.
structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


#: What takes minutes runs in ``make slow`` (and before a change lands); of each, a short part runs
#: every day.
SLOW: dict[str, tuple[str, ...]] = {
    "adapters/test_embedded_postgres.py": (
        "test_all_three_roles_connect_over_the_socket",
        "test_stop_is_clean_and_a_restart_keeps_the_data",
    ),
    "adapters/test_the_second_wall.py": (
        "test_every_table_stands_behind_the_wall_or_is_known_to_be_open",
        "test_without_the_decision_a_stranger_still_reads_nothing",
        "test_the_circle_is_what_the_records_say",
    ),
    "demo/test_run.py": (),
    "demo/test_workers.py": (),
    "faults/test_every_answer_is_on_record.py": (),
    "faults/test_revocation_race.py": (),
    "faults/test_two_schedulers.py": ("test_a_single_sweep_does_everything_that_is_due_once",),
    "faults/test_who_sees_what.py": (),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        name = item.path.relative_to(Path(__file__).parent).as_posix()
        if name in SLOW and item.name.partition("[")[0] not in SLOW[name]:
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Urls:
    """One database, as its owner and as the service's own role."""

    owner: str
    app: str


class Databases:
    """A migrated database with the demo city in it, and as many copies as tests want."""

    def __init__(self, urls) -> None:
        self.urls = urls
        prepare(urls.owner)
        settings = Settings(demo=True)
        asyncio.run(load_directory(urls.owner, directory(issuer_urls(settings)), only_if_new=True))

    async def copy(self) -> tuple[str, Urls]:
        name = f"t_{uuid.uuid4().hex}"
        admin = await asyncpg.connect(self.urls.superuser)
        try:
            await admin.execute(f"CREATE DATABASE {name} TEMPLATE tsunagi OWNER tsunagi_owner")
        finally:
            await admin.close()
        return name, Urls(self._named(self.urls.owner, name), self._named(self.urls.app, name))

    async def drop(self, name: str) -> None:
        admin = await asyncpg.connect(self.urls.superuser)
        try:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        finally:
            await admin.close()

    @staticmethod
    def _named(url: str, name: str) -> str:
        return url.replace("/tsunagi?", f"/{name}?")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The run's own PostgreSQL. fsync is off: the machine does not lose power during a test."""
    with (
        home_of_a_run(tmp_path_factory.mktemp("postgres")) as home,
        EmbeddedPostgres(home, settings=SETTINGS) as postgres,
    ):
        yield Databases(postgres.start())


@pytest.fixture
async def urls(databases: Databases) -> AsyncIterator[Urls]:
    """A fresh database for one test."""
    name, urls = await databases.copy()
    yield urls
    await databases.drop(name)


@pytest.fixture
async def town(urls: Urls, tmp_path: Path) -> AsyncIterator[Town]:
    """The service in みほん市, fresh for one test."""
    async with open_town(urls, tmp_path) as town:
        yield town
