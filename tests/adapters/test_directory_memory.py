"""What is remembered of the directory never counts a moment longer than it stands there."""

from uuid import UUID

import httpx
import pytest
from scenario_steps import ok, person
from town import Town

from service.adapters.postgres.directory_memory import DirectoryMemory


async def asks(town: Town) -> httpx.Response:
    """A worker of the community centre asks who it is."""
    return await town.caller("cc-worker").get("/v1/me")


async def test_what_was_looked_up_once_is_not_looked_up_again(town: Town):
    database = town.app.state.wiring.database
    seen: list[str] = []
    for _ in range(2):
        async with database.unit_of_work() as work:
            with work.connection.query_logger(lambda record: seen.append(record.query)):
                first = await work.directory.municipality("999997")
                assert first is await work.directory.municipality("999997")
                assert await work.directory.municipality("000000") is None
    # The edition twice, each of the two municipalities once.
    assert len(seen) == 4


WHERE_SHE_WORKS = """(
    SELECT p.agency_id FROM tenure t JOIN position p ON p.id = t.position_id
    WHERE t.sub = 'sub-cc-worker')"""
#: By table: what happens to the directory, and how she is answered from then on.
CHANGES = {
    "tenure": ("UPDATE tenure SET valid_until = '2026-11-19' WHERE sub = 'sub-cc-worker'", 403),
    "position": (
        f"UPDATE position SET valid_until = '2026-11-19' WHERE agency_id = {WHERE_SHE_WORKS}",
        403,
    ),
    "agency": (f"UPDATE agency SET valid_until = '2026-11-19' WHERE id = {WHERE_SHE_WORKS}", 403),
    "issuer_agency": (f"DELETE FROM issuer_agency WHERE agency_id = {WHERE_SHE_WORKS}", 403),
    "issuer": ("UPDATE issuer SET algorithms = '{PS256}'", 401),
}


@pytest.mark.parametrize("table", CHANGES)
async def test_a_change_of_the_directory_acts_on_the_next_request(town: Town, table: str):
    statement, expected = CHANGES[table]
    assert (await asks(town)).status_code == 200
    # Not before it is committed,
    transaction = town.owner.transaction()
    await transaction.start()
    assert await town.owner.execute(statement) not in ("UPDATE 0", "DELETE 0")
    assert (await asks(town)).status_code == 200
    await transaction.commit()
    # and then at once.
    assert (await asks(town)).status_code == expected


async def test_a_change_that_was_taken_back_changes_nothing(town: Town):
    assert (await asks(town)).status_code == 200
    transaction = town.owner.transaction()
    await transaction.start()
    await town.owner.execute(CHANGES["tenure"][0])
    await transaction.rollback()
    assert (await asks(town)).status_code == 200


async def test_a_conflict_of_interest_acts_on_the_next_request(town: Town):
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ")
    whom = (await ok(cc.post("/v1/persons", form), 201))["id"]
    await ok(cc.get(f"/v1/persons/{whom}"))
    await town.owner.execute(
        "INSERT INTO conflict_of_interest (iss, sub, person_id)"
        " SELECT iss, sub, $1 FROM tenure WHERE sub = 'sub-cc-worker'",
        UUID(whom),
    )
    assert (await cc.get(f"/v1/persons/{whom}")).status_code in (403, 404)
    await town.owner.execute("TRUNCATE conflict_of_interest")
    await ok(cc.get(f"/v1/persons/{whom}"))


#: Tables of the directory whose rows no look-up that is remembered reads.
NOT_REMEMBERED = {"alembic_version", "log_archive", "network"}


async def test_every_table_that_is_remembered_tells_of_its_changes(town: Town):
    """What the service may only read, and no trigger writes, is the directory."""
    rows = await town.owner.fetch(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
        " AND c.relkind = 'r' AND has_table_privilege('tsunagi_app', c.oid, 'SELECT')"
        " AND NOT has_table_privilege('tsunagi_app', c.oid, 'INSERT')"
        " AND c.relname NOT IN ('circle', 'record_history', 'directory_version')"
    )
    directory = {r["relname"] for r in rows} - NOT_REMEMBERED
    told = await town.owner.fetch(
        "SELECT tgrelid::regclass::text AS name, tgtype & 127 AS type FROM pg_trigger"
        " WHERE tgname = 'directory_changed' AND tgenabled = 'O'"
    )
    # After each statement that inserts, deletes, updates or truncates.
    assert {r["name"].strip('"'): r["type"] for r in told} == dict.fromkeys(
        directory, 4 | 8 | 16 | 32
    )


def test_of_two_editions_none_is_taken_for_the_other():
    memory = DirectoryMemory()
    one, other = UUID(int=1), UUID(int=2)
    memory.at(one)["asked"] = "answer"
    assert memory.at(one) == {"asked": "answer"}
    assert memory.at(other) == {}
    # A transaction that still sees the older one starts anew; it takes nothing from the newer.
    assert memory.at(one) == {}
