"""The partitions of the audit log: made ahead, by several at once, and never in anybody's way."""

import asyncio
import uuid
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from alembic import command
from conftest import Databases, Urls
from log_steps import checked, keeper
from scenario_steps import ok
from structlog.testing import capture_logs
from town import START, Town, id_at

from service.adapters.postgres.database import Database
from service.adapters.postgres.log_months import make_months
from service.adapters.postgres.schema import alembic_config, migrate
from service.app import check_database
from service.domain.calendar_jp import JST
from service.domain.log_month import Month, ids_from

COPY = (
    "INSERT INTO audit_entry SELECT (jsonb_populate_record(one, jsonb_build_object("
    "'leaf', NULL, 'id', $1::uuid, 'at', $2::timestamptz))).* FROM (SELECT e AS one FROM audit_entry e LIMIT 1) t"
)
WHERE = "SELECT tableoid::regclass::text FROM audit_entry WHERE id = $1"


async def months(owner: asyncpg.Connection) -> list[str]:
    rows = await owner.fetch(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits"
        " WHERE inhparent = 'audit_entry'::regclass ORDER BY 1"
    )
    return [r["name"] for r in rows]


async def access(town: Town) -> None:
    await town.caller("cc-worker").get("/v1/persons/01981f3a-0000-7000-8000-000000000001")


async def test_an_entry_lies_in_the_month_of_its_id(town: Town):
    await access(town)
    await town.owner.fetchval("SELECT make_audit_months('2027-03-01', 2)")
    for at, name in (
        (datetime(2027, 3, 1, tzinfo=JST), "audit_entry_2027_03"),
        (datetime(2027, 3, 31, 23, 59, 59, 999000, tzinfo=JST), "audit_entry_2027_03"),
        (datetime(2027, 4, 1, tzinfo=JST), "audit_entry_2027_04"),
        (datetime(2050, 4, 1, tzinfo=JST), "audit_entry_default"),
    ):
        entry_id = id_at(at)
        await town.owner.execute(COPY, entry_id, at)
        assert await town.owner.fetchval(WHERE, entry_id) == name
    # Each month is sealed, indexed and guarded like the others.
    await keeper(town).keep()
    found = await checked(town)
    assert (found.waiting, found.found) == (0, ())
    kept = await town.owner.fetch(
        "SELECT c.relname AS name, count(DISTINCT i.indexrelid) AS indexes,"
        " count(DISTINCT t.tgname) AS triggers, c.relrowsecurity AND c.relforcerowsecurity AS walled"
        " FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid"
        " LEFT JOIN pg_trigger t ON t.tgrelid = c.oid"
        " WHERE c.relname LIKE 'audit_entry%' AND c.relkind IN ('r', 'p') GROUP BY c.oid"
    )
    assert {tuple(r)[1:] for r in kept} == {(8, 2, True)}
    assert len(kept) > 6


async def test_the_database_counts_months_as_the_program_does(town: Town):
    rows = await town.owner.fetch(
        "SELECT m::date AS month, entry_ids_from(m::date) AS low"
        " FROM generate_series('2020-01-01'::date, '2099-12-01', '1 month') m"
    )
    assert len(rows) == 960
    for row in rows:
        assert row["low"] == Month(row["month"].year, row["month"].month).ids[0]


async def test_they_are_made_before_they_are_needed(town: Town):
    """The service's own clock says which; a round in which nothing is to be done asks nothing."""
    wiring = town.app.state.wiring
    town.clock.forward(days=200)
    with capture_logs() as told:
        await wiring.keep_log_once()
        await wiring.keep_log_once()
    assert [line for line in told if line["event"] == "log.months"] == [
        {"event": "log.months", "made": 4, "log_level": "info"}
    ]
    assert {f"audit_entry_2027_{n:02}" for n in (6, 7, 8, 9)} <= set(await months(town.owner))
    await access(town)
    assert "audit_entry_default" not in {
        r["t"]
        for r in await town.owner.fetch(
            "SELECT tableoid::regclass::text AS t FROM audit_entry WHERE id >= $1",
            ids_from(town.clock.now - timedelta(days=1)),
        )
    }


async def test_several_at_once_make_each_once(urls: Urls):
    many = await asyncio.gather(*(asyncpg.connect(urls.app) for _ in range(4)))
    try:
        made = await asyncio.gather(
            *(c.fetchval("SELECT make_audit_months('2031-01-01', 6)") for c in many)
        )
        # Whoever found another at it made none; what is missing comes with the next round.
        await many[0].fetchval("SELECT make_audit_months('2031-01-01', 6)")
        assert sum(made) <= 6
        rows = [m for m in await months(many[0]) if m.startswith("audit_entry_2031")]
        assert len(rows) == 6
    finally:
        for each in many:
            await each.close()


async def test_nobody_makes_any_number_of_them(urls: Urls):
    app = await asyncpg.connect(urls.app)
    try:
        for months_ in (0, 25, -1):
            with pytest.raises(asyncpg.InvalidParameterValueError):
                await app.fetchval("SELECT make_audit_months('2031-01-01', $1)", months_)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.fetchval("SELECT add_audit_month('2031-01-01', 'person')")
    finally:
        await app.close()


async def test_it_waits_for_nobody_for_long_and_is_tried_again(town: Town, urls: Urls):
    """A long reader of the whole log: the months come later, entries are sealed all the same."""
    wiring = town.app.state.wiring
    await access(town)
    town.clock.forward(days=200)
    reader = await asyncpg.connect(urls.owner)
    try:
        async with reader.transaction():
            await reader.fetch("SELECT count(*) FROM audit_entry")
            with capture_logs() as told:
                await wiring.keep_log_once()
            assert [line["event"] for line in told] == ["log.months.failed"]
            assert (await checked(town)).waiting == 0
    finally:
        await reader.close()
    assert "audit_entry_2027_06" not in await months(town.owner)
    await wiring.keep_log_once()
    assert "audit_entry_2027_06" in await months(town.owner)


async def test_writers_write_while_months_are_made(town: Town, urls: Urls):
    """A transaction that has written its entries does not stop it, and is not stopped."""
    await access(town)
    one = await town.owner.fetchval("SELECT to_jsonb(e) FROM audit_entry e LIMIT 1")
    write = (
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(NULL::audit_entry,"
        " $1::jsonb || jsonb_build_object('leaf', NULL, 'id', $2::uuid, 'rules', ARRAY['self']))).*"
    )
    writer = await asyncpg.connect(urls.owner)
    try:
        transaction = writer.transaction()
        await transaction.start()
        await writer.execute(write, one, id_at(START))
        made = await town.owner.fetchval("SELECT make_audit_months('2031-01-01', 1)")
        assert made == 1
        await writer.execute(write, one, id_at(START, 7))
        await transaction.commit()
    finally:
        await writer.close()


async def test_what_lies_in_a_heap_is_sorted_in_by_the_owner(town: Town):
    """Months that were not made in time: nothing is lost, and nothing is sealed anew."""
    await access(town)
    at = datetime(2031, 5, 4, tzinfo=UTC)
    entry_id = id_at(at)
    await town.owner.execute(COPY, entry_id, at)
    sealed = "SELECT leaf, salt, words, xid FROM audit_entry WHERE id = $1"
    before = await town.owner.fetchrow(sealed, entry_id)
    assert await town.owner.fetchval(WHERE, entry_id) == "audit_entry_default"
    # The service itself leaves them where they are.
    assert await town.owner.fetchval("SELECT make_audit_months('2031-05-01', 1)") == 0
    assert await make_months(town.owner, date(2031, 5, 1)) == 4
    assert await town.owner.fetchval(WHERE, entry_id) == "audit_entry_2031_05"
    assert await town.owner.fetchrow(sealed, entry_id) == before
    assert await make_months(town.owner, date(2031, 5, 1)) == 0
    await keeper(town).keep()
    assert (await checked(town)).found == ()


async def test_pages_of_the_newest_leave_nothing_out(town: Town):
    """Over three years of months, gaps, and ids of no month: every page is full, in one order."""
    cc = town.caller("cc-worker")
    await ok(cc.get("/v1/me"))
    one = await town.owner.fetchval("SELECT to_jsonb(e) FROM audit_entry e LIMIT 1")
    days = [0, 1, 20, 21, 90, 91, 92, 93, 400, 401, 402, 900, 1000]
    ids = [(id_at(START - timedelta(days=n), n), START - timedelta(days=n)) for n in days]
    ids += [(uuid.UUID(int=n << 120), START) for n in (0x00, 0x7F, 0xFF)]
    for entry_id, at in ids:
        await town.owner.execute(
            "INSERT INTO audit_entry SELECT (jsonb_populate_record(NULL::audit_entry, $1::jsonb"
            " || jsonb_build_object('id', $2::uuid, 'at', $3::timestamptz))).*",
            one,
            entry_id,
            at,
        )
    auditor = town.caller("cc-auditor", "audit")
    wanted = [
        str(r["id"])
        for r in await town.owner.fetch(
            "SELECT id FROM audit_entry WHERE action = 'me.read' ORDER BY id DESC"
        )
    ]
    assert len(wanted) == len(ids) + 1
    for limit in (3, 5, 100):
        found: list[str] = []
        params: dict[str, str] = {"limit": str(limit), "action": "me.read"}
        while True:
            page = await ok(auditor.get("/v1/audit/events", params=params))
            found += [item["id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            assert len(page["items"]) == limit
            params["cursor"] = page["next_cursor"]
        assert found == wanted
    # By time, each is found in its own, wherever its id is.
    for entry_id, at in ids:
        period = {"since": at.isoformat(), "until": (at + timedelta(seconds=1)).isoformat()}
        page = await ok(auditor.get("/v1/audit/events", params=period | {"limit": "100"}))
        assert str(entry_id) in {item["id"] for item in page["items"]}


async def test_entries_from_before_move_as_they_were_sealed(databases: Databases):
    """The migration on a log of some months: no byte of a seal changes, and every right is there."""
    name = f"t_{uuid.uuid4().hex}"
    owner_url = databases.urls.owner.replace("/tsunagi?", f"/{name}?")
    app_url = databases.urls.app.replace("/tsunagi?", f"/{name}?")
    admin = await asyncpg.connect(databases.urls.superuser)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER tsunagi_owner")
    try:
        await asyncio.to_thread(command.upgrade, alembic_config(owner_url), "0024")
        owner = await asyncpg.connect(owner_url)
        ids = [id_at(datetime(2026, month, 9, tzinfo=UTC)) for month in (1, 1, 3)]
        ids += [uuid.UUID("ffffffff-0000-4000-8000-000000000000")]
        for entry_id in ids:
            await owner.execute(
                "INSERT INTO audit_entry (id, attempt_id, at, actor_kind, roles, action, record_kind,"
                " data_classes, fields, outcome, rules, consent_ids, obligations, policy_version,"
                " request_id, question) VALUES ($1, $1, now(), 'staff', '{}', 'me.read', 'me', '{}',"
                " '{}', 'allowed', '{}', '{}', '{}', '1', 'r', '{}')",
                entry_id,
            )
        all_of_it = "SELECT e::text AS row FROM audit_entry e ORDER BY id"
        before = [r["row"] for r in await owner.fetch(all_of_it)]
        await asyncio.to_thread(migrate, owner_url)
        assert [r["row"] for r in await owner.fetch(all_of_it)] == before
        assert await months(owner) == [
            "audit_entry_2026_01",
            "audit_entry_2026_03",
            "audit_entry_default",
        ]
        sound = "entry_leaf(e) = e.leaf AND entry_words(e) = e.words"
        assert await owner.fetchval(f"SELECT bool_and({sound}) FROM audit_entry e") is True
        assert await owner.fetchval("SELECT count(*) FROM log_pending(10)") == 4
        await owner.close()
        database = await Database.open(app_url, size=1)
        try:
            await check_database(database)
        finally:
            await database.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


async def test_an_entry_that_comes_late_is_never_overlooked(town: Town):
    """However often was looked before: of a month long past, of none, and of the newest."""
    await town.owner.fetchval("SELECT make_audit_months('2025-01-01', 24)")
    await access(town)
    for _ in range(8):
        # By then the database has made its plan for good.
        assert await keeper(town).keep() >= 0
        await access(town)
    await keeper(town).keep()
    late = [id_at(START - timedelta(days=days)) for days in (600, 300, 1)]
    late += [uuid.UUID(int=0x7F << 120), id_at(START)]
    for entry_id in late:
        await town.owner.execute(COPY, entry_id, START)
        assert await keeper(town).keep() == 1
    found = await checked(town)
    assert (found.waiting, found.found) == (0, ())
    rows = await town.owner.fetch("SELECT entry_id FROM log_leaf ORDER BY index DESC LIMIT 5")
    assert [r["entry_id"] for r in reversed(rows)] == late


async def test_each_month_is_looked_into_by_its_index_from_the_last_place_on(town: Town):
    """Whatever the last place is: a plan for one is a plan for all, and is made once."""
    await access(town)
    source, settings = await town.owner.fetchrow(
        "SELECT prosrc, proconfig FROM pg_proc WHERE proname = 'log_pending'"
    )
    assert "plan_cache_mode=force_generic_plan" in settings
    (query,) = [
        part.partition(";")[0].removeprefix(" QUERY ")
        for part in source.split("RETURN")
        if "(e.xid, e.id) >" in part
    ]
    for name, place in (
        ("lowest", "$1"),
        ("last.xid", "$2"),
        ("last.entry_id", "$3"),
        ("most", "$4"),
    ):
        query = query.replace(name, place)
    async with town.owner.transaction():
        for setting in ("enable_seqscan = off", "enable_bitmapscan = off", "enable_sort = off"):
            await town.owner.execute(f"SET LOCAL {setting}")
        await town.owner.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await town.owner.execute(f"PREPARE pending (bigint, bigint, uuid, integer) AS {query}")
        told = await town.owner.fetch(f"EXPLAIN EXECUTE pending (9, 1, '{uuid.uuid4()}', 10)")
    plan = "\n".join(row[0] for row in told)
    partitions = len(await months(town.owner))
    assert plan.count("Index Cond: ((xid < $1) AND (ROW(xid, id) > ROW($2, $3)))") == partitions
