"""The migrated database: the declared schema and nothing else, and what the service's role may do."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NamedTuple

import asyncpg
import pytest
from conftest import Databases, Urls
from every_route import (
    CANARY,
    Records,
    make_answers,
    make_minutes,
    make_records,
    make_sheets,
)
from scenario_steps import ok, person
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from town import Town

from service.adapters.postgres.database import Database
from service.adapters.postgres.rows import Table
from service.adapters.postgres.schema import STORES, head_revision, metadata
from service.api import examples
from service.app import NotReadyError, check_database
from service.domain.disclosure import D0, Disclosable, classes_within

#: Added to and read; never changed.
APPEND_ONLY = {
    "answered_attempt",
    "assessment",
    "audit_entry",
    "checklist_sheet",
    "local_form",
    "file_content",
    "fixed_packet",
    "item_move",
    "closed_month",
    "log_checkpoint",
    "log_cosignature",
    "log_leaf",
    "log_node",
    "minutes_agreement",
    "minutes_version",
    "note",
    "packet_copy",
    "plan_evaluation",
    "plan_monitoring",
    "public_figure",
    "question_part",
    "recommendation",
    "record_history",
    "referral_amendment",
    "referral_event",
    "routing",
    "survey_figure",
}
#: Only read: triggers write it in the owner's name.
WRITTEN_BY_TRIGGERS = {"circle", "directory_version", "record_history"}
#: Only read: the operator loads the directory as the owner.
READ_ONLY = {
    "agency",
    "agency_kind",
    "alembic_version",
    "area",
    "area_worker",
    "basis_switch",
    "conflict_of_interest",
    "contract",
    "desk",
    "issuer",
    "issuer_agency",
    "legal_basis",
    # Which months of the audit log are in files: by the owner, as they leave.
    "log_archive",
    "municipality",
    "network",
    "person_account",
    "policy",
    "position",
    "tenure",
}
#: The operator's alone.
NOT_FOR_THE_SERVICE = {"import_batch"}
PRIVILEGES = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")

COLUMNS = """
SELECT table_name || '.' || column_name AS name, data_type, udt_name, is_nullable, column_default,
       is_identity, identity_generation, is_generated, collation_name, character_maximum_length
FROM information_schema.columns
WHERE table_schema = 'public' AND table_name <> 'alembic_version'
  AND NOT (SELECT relispartition FROM pg_class WHERE oid = table_name::regclass)
"""
CONSTRAINTS = """
SELECT conrelid::regclass || ': ' || conname AS name, pg_get_constraintdef(oid) AS says
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
  AND conrelid::regclass::text <> 'alembic_version'
  AND NOT (SELECT relispartition FROM pg_class WHERE oid = conrelid)
"""
INDEXES = """
SELECT indexname AS name, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
  AND NOT (SELECT relispartition FROM pg_class WHERE oid = tablename::regclass)
"""
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
  AND NOT relispartition
"""
#: The months of the audit log.
MONTHS = """
SELECT inhrelid::regclass::text AS name, relrowsecurity AND relforcerowsecurity AS walled
FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
WHERE inhparent = 'audit_entry'::regclass ORDER BY 1
"""
TRIGGERS = """
SELECT relname AS name, tgenabled::text AS enabled, tgtype & 127 AS type
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'keep_history' AND NOT tgisinternal
"""
#: What no row class can declare: looked at when everything of the transaction is there.
HELD = {
    f"{table}: case_is_held": "TRIGGER DEFERRABLE INITIALLY DEFERRED"
    for table in ("case_lead", "support_case")
}
#: For each row, after an insert and after an update (PostgreSQL's bits ROW, INSERT, UPDATE).
AFTER_EACH_ROW = 1 | 4 | 16


#: Functions: whether they run in their owner's name, whether the service may call them, and
#: whether everybody may.
FUNCTIONS = {
    ("keep_history", True, False, False),
    ("join_circle", True, False, False),
    ("name_the_record", True, False, False),
    ("asker", False, True, False),
    ("is_service", False, True, False),
    ("emergency", False, True, False),
    ("namesakes", True, True, False),
    ("items_about", True, True, False),
    ("cases_joined", True, True, False),
    # Takes a task off the list of whoever was to do it.
    ("settle_tasks", True, True, False),
    # Closes what a list that was taken back had made.
    ("void_persons", True, True, False),
    # Count across agencies, and hand out numbers only; two of them for the others alone.
    *(
        (name, True, True, False)
        for name in (
            "keeps_statistics",
            "management_figures",
            "survey_areas",
            "survey_conferences",
            "survey_consultations",
            "survey_endings",
            "survey_evaluations",
            "survey_persons",
            "survey_plans",
            "survey_screened",
        )
    ),
    # Seal what comes into the audit log; its sealed entries get their places without being read.
    *(
        (name, name == "seal_entry", False, False)
        for name in ("entry_leaf", "entry_words", "log_commitment", "seal_entry")
    ),
    ("log_pending", True, True, False),
    ("whole_question", False, True, False),
    # Make the log's months ahead.
    ("make_audit_months", True, True, False),
    ("add_audit_month", False, False, False),
    ("entry_ids_from", False, False, False),
    ("consultations_of", False, False, False),
    ("plans_made", False, False, False),
    # A case that has not ended has exactly one active lead.
    ("case_is_held", True, False, False),
    # What those who share a transaction ask, each behind the second wall.
    *(
        (name, False, True, False)
        for name in (
            "ask_as",
            "inbox_of",
            "involvement",
            "shared_inboxes",
            "shared_persons",
            "shared_referrals",
            "shared_writes",
        )
    ),
    # What is remembered of the directory is forgotten.
    ("directory_changed", True, False, False),
}
TRIGGER_NAMES = {
    "keep_history",
    "join_circle",
    "name_the_record",
    "case_is_held",
    "seal_entry",
    "directory_changed",
}


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


@contextmanager
def not_permitted() -> Iterator[None]:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        yield


class AnotherRole(NamedTuple):
    """A role made for one test, and the superuser's connection to change it."""

    name: str
    url: str
    admin: asyncpg.Connection


@pytest.fixture
async def empty(databases: Databases) -> AsyncIterator[Urls]:
    """A database of the owner's with nothing in it."""
    name = "t_empty"
    async with connected(databases.urls.superuser) as admin:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 OWNER tsunagi_owner")
    yield Urls(
        databases.urls.owner.replace("/tsunagi?", f"/{name}?"),
        databases.urls.app.replace("/tsunagi?", f"/{name}?"),
    )
    await databases.drop(name)


async def found(connection: asyncpg.Connection, query: str) -> dict[str, tuple[Any, ...]]:
    """What the query finds, by name."""
    return {row["name"]: tuple(row.values()) for row in await connection.fetch(query)}


# The schema is the declared one.


async def test_the_migrations_make_what_the_row_classes_declare(databases: Databases, empty: Urls):
    engine = create_async_engine(
        empty.owner.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool
    )
    async with engine.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await engine.dispose()
    differ = {}
    async with connected(databases.urls.owner) as migrated, connected(empty.owner) as declared:
        for query in (COLUMNS, CONSTRAINTS, INDEXES):
            there, wanted = await found(migrated, query), await found(declared, query)
            if query is CONSTRAINTS:
                assert {name: there.pop(name)[1] for name in HELD} == HELD
            assert len(wanted) > 30
            differ |= {
                name: (there.get(name), wanted.get(name))
                for name in there.keys() | wanted.keys()
                if there.get(name) != wanted.get(name)
            }
    assert differ == {}


async def test_nothing_else_is_in_the_database(databases: Databases):
    async with connected(databases.urls.owner) as owner:
        tables = {row["relname"] for row in await owner.fetch(TABLES)}
        functions = await owner.fetch(
            "SELECT proname, prosecdef, has_function_privilege('tsunagi_app', oid, 'EXECUTE'),"
            " coalesce(array_to_string(proacl, ' '), 'public') ~ '(public|^=| =)'"
            " FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        )
        triggers = await owner.fetch(
            "SELECT DISTINCT tgname FROM pg_trigger WHERE NOT tgisinternal"
        )
    assert tables == set(metadata.tables) | {"alembic_version"}
    assert {tuple(f) for f in functions} == FUNCTIONS
    assert {t["tgname"] for t in triggers} == TRIGGER_NAMES


# What the service's role may do.


def allowed(table: str) -> set[str]:
    if table in NOT_FOR_THE_SERVICE:
        return set()
    if table in READ_ONLY | WRITTEN_BY_TRIGGERS:
        return {"SELECT"}
    if table in APPEND_ONLY:
        return {"SELECT", "INSERT"}
    return {"SELECT", "INSERT", "UPDATE"}


async def test_the_role_may_do_exactly_this(databases: Databases):
    async with connected(databases.urls.app) as app:
        tables = [row["relname"] for row in await app.fetch(TABLES)]
        assert set(tables) >= READ_ONLY | APPEND_ONLY
        may = {
            table: {p for p in PRIVILEGES if await app.fetchval(_asks(p), table, p)}
            for table in tables
        }
    assert may == {table: allowed(table) for table in tables}


def _asks(privilege: str) -> str:
    """A right to a single column counts as well."""
    by_column = privilege in ("SELECT", "INSERT", "UPDATE", "REFERENCES")
    return f"SELECT has_{'any_column' if by_column else 'table'}_privilege($1, $2)"


async def test_nobody_comes_to_a_month_of_the_log_around_the_log(databases: Databases):
    async with connected(databases.urls.owner) as owner, connected(databases.urls.app) as app:
        months = await owner.fetch(MONTHS)
        assert len(months) > 3
        assert all(month["walled"] for month in months)
        for month in months:
            name = month["name"]
            assert {p for p in PRIVILEGES if await app.fetchval(_asks(p), name, p)} == set()
            with not_permitted():
                await app.fetch(f"SELECT FROM {name}")
            with not_permitted():
                await app.execute(f"INSERT INTO {name} SELECT * FROM audit_entry")
            # No policy lets even the owner read it but through the log.
            assert (
                await owner.fetchval("SELECT count(*) FROM pg_policies WHERE tablename = $1", name)
                == 0
            )


async def test_it_refuses_a_month_of_the_log_that_is_open(urls: Urls):
    async with connected(urls.owner) as owner:
        name = (await owner.fetch(MONTHS))[0]["name"]
        for broken, mended in (
            (f"GRANT SELECT ON {name} TO tsunagi_app", f"REVOKE ALL ON {name} FROM tsunagi_app"),
            (
                f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
            ),
        ):
            await owner.execute(broken)
            assert name in await why_not(urls.app)
            await owner.execute(mended)


async def test_the_role_may_make_nothing_and_pass_nothing_on(databases: Databases):
    async with connected(databases.urls.app) as app:
        assert await app.fetchval("SELECT current_user") == "tsunagi_app"
        for question in (
            "SELECT has_schema_privilege('public', 'CREATE')",
            "SELECT has_database_privilege(current_database(), 'CREATE')",
            "SELECT EXISTS (SELECT FROM information_schema.role_table_grants WHERE is_grantable = 'YES')",
            "SELECT EXISTS (SELECT FROM information_schema.role_table_grants WHERE grantee = 'PUBLIC' AND table_schema = 'public')",
            "SELECT EXISTS (SELECT FROM pg_auth_members WHERE member = current_user::regrole)",
        ):
            assert await app.fetchval(question) is False, question


async def test_the_role_is_neither_owner_nor_powerful(databases: Databases):
    async with connected(databases.urls.app) as app:
        role = await app.fetchrow("SELECT * FROM pg_roles WHERE rolname = current_user")
        owners = await app.fetch(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'"
        )
    powers = ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb", "rolreplication")
    assert {power: role[power] for power in powers} == dict.fromkeys(powers, False)
    assert [owner["tableowner"] for owner in owners] == ["tsunagi_owner"]


#: Something in a row that somebody might want to be different.
ON_RECORD = {
    "answered_attempt": "at",
    "log_checkpoint": "note",
    "log_cosignature": "line",
    "log_leaf": "hash",
    "log_node": "hash",
    "assessment": "issues",
    "audit_entry": "outcome",
    "checklist_sheet": "items",
    "local_form": "fields",
    "file_content": "ciphertext",
    "fixed_packet": "pages",
    "item_move": "from_item_id",
    "closed_month": "closed_at",
    "minutes_agreement": "agrees",
    "minutes_version": "text",
    "note": "text",
    "packet_copy": "sha256",
    "plan_evaluation": "wishes",
    "plan_monitoring": "note",
    "public_figure": "count",
    "question_part": "said",
    "recommendation": "outcome",
    "record_history": "body",
    "referral_amendment": "new",
    "referral_event": "note",
    "routing": "because",
    "survey_figure": "count",
}
#: What somebody who holds the service's password might try on each append-only table.
ATTACKS = (
    "DELETE FROM {}",
    "UPDATE {} SET {} = DEFAULT",
    "TRUNCATE {}",
    "DROP TABLE {}",
    "ALTER TABLE {} ADD COLUMN more text",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "CREATE TRIGGER t BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION keep_history('id')",
    "CREATE RULE r AS ON INSERT TO {} DO INSTEAD NOTHING",
)


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_what_is_on_record_stays(databases: Databases, table: str):
    async with connected(databases.urls.app) as app:
        for attack in ATTACKS:
            with not_permitted():
                await app.execute(attack.format(table, ON_RECORD[table]))


async def test_the_role_cannot_switch_the_trigger_off_or_become_the_owner(databases: Databases):
    async with connected(databases.urls.app) as app:
        for statement in (
            "SET session_replication_role = replica",
            "SET ROLE tsunagi_owner",
            "ALTER FUNCTION keep_history() RENAME TO kept_no_more",
        ):
            with not_permitted():
                await app.execute(statement)


# What the service refuses to start on.


async def why_not(url: str) -> str:
    """The sentence with which it refuses."""
    database = await Database.open(url, size=1)
    try:
        with pytest.raises(NotReadyError) as caught:
            await check_database(database)
    finally:
        await database.close()
    return str(caught.value)


async def test_it_starts_on_the_migrated_database(databases: Databases):
    database = await Database.open(databases.urls.app, size=1)
    await check_database(database)
    await database.close()


async def test_it_refuses_a_database_without_a_schema(empty: Urls):
    why = await why_not(empty.app)
    assert f"at revision none; this program needs {head_revision()}" in why
    assert "Run `tsunagi migrate` as the schema's owner" in why


async def test_it_refuses_another_revision(urls: Urls):
    for revision in ("0001", "9999"):
        async with connected(urls.owner) as owner:
            await owner.execute("UPDATE alembic_version SET version_num = $1", revision)
        why = await why_not(urls.app)
        assert f"at revision {revision}; this program needs {head_revision()}" in why
        assert "tsunagi migrate" in why


async def test_it_refuses_to_run_as_the_owner(databases: Databases):
    why = await why_not(databases.urls.owner)
    assert "owns tables" in why
    assert "Connect as tsunagi_app (see deploy/roles.sql)" in why


async def test_it_refuses_to_run_as_a_superuser(databases: Databases):
    why = await why_not(databases.urls.superuser.replace("/postgres?", "/tsunagi?"))
    assert "is a superuser" in why
    assert "Connect as tsunagi_app (see deploy/roles.sql)" in why


async def test_it_refuses_a_role_that_may_change_what_is_on_record(urls: Urls):
    said = []
    for table in sorted(APPEND_ONLY):
        for privilege in ("UPDATE", "DELETE", "TRUNCATE"):
            async with connected(urls.owner) as owner:
                await owner.execute(f"GRANT {privilege} ON {table} TO tsunagi_app")
                why = await why_not(urls.app)
                await owner.execute(f"REVOKE {privilege} ON {table} FROM tsunagi_app")
            assert f"may {privilege} {table}" in why
            said.append((f"REVOKE {privilege} ON {table}" in why, why))
    # It does connect as tsunagi_app: what helps is to take the right away.
    assert [why for helpful, why in said if not helpful] == []


async def test_it_refuses_a_role_that_may_change_one_column_of_the_log(urls: Urls):
    async with connected(urls.owner) as owner:
        await owner.execute("GRANT UPDATE (outcome) ON audit_entry TO tsunagi_app")
    assert "audit_entry" in await why_not(urls.app)


@pytest.fixture
async def another_role(databases: Databases) -> AsyncIterator[AnotherRole]:
    """A role that may do what the service's may, and whatever a test adds."""
    name, password = "t_another", "not-a-secret-at-all"
    async with connected(databases.urls.superuser) as admin:
        await admin.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        await admin.execute(f"GRANT tsunagi_app TO {name} WITH INHERIT TRUE")
        credentials = databases.urls.app.partition("://")[2].partition("@")[0]
        yield AnotherRole(
            name, databases.urls.app.replace(credentials, f"{name}:{password}"), admin
        )
        await admin.execute(f"DROP ROLE {name}")


async def test_another_role_with_the_same_rights_will_do(another_role: AnotherRole):
    database = await Database.open(another_role.url, size=1)
    await check_database(database)
    await database.close()


@pytest.mark.parametrize(
    ("powers", "says"),
    [
        ("ALTER ROLE {} BYPASSRLS", "bypasses row security"),
        ("ALTER ROLE {} CREATEROLE", "may create roles"),
        ("ALTER ROLE {} CREATEDB", "may create databases"),
        ("GRANT tsunagi_owner TO {} WITH INHERIT TRUE", "owns tables"),
        # It need only say SET ROLE.
        ("GRANT tsunagi_owner TO {} WITH INHERIT FALSE, SET TRUE", "owns tables"),
        ("GRANT postgres TO {} WITH INHERIT FALSE, SET TRUE", "superuser"),
    ],
)
async def test_it_refuses_a_role_with_more_power(another_role: AnotherRole, powers: str, says: str):
    await another_role.admin.execute(powers.format(another_role.name))
    why = await why_not(another_role.url)
    assert says in why
    assert "Connect as tsunagi_app" in why


# Every version is kept.


async def kept(town: Town, record_id: str) -> list[asyncpg.Record]:
    return await town.owner.fetch(
        "SELECT * FROM record_history WHERE record_id = $1 ORDER BY number", record_id
    )


async def test_every_version_of_a_person_is_kept(town: Town):
    cc = town.caller("cc-worker")
    names = ("一子", "二子", "三子")
    forms = [person("試験", name, "シケン テスト") for name in names]
    person_id = (await ok(cc.post("/v1/persons", forms[0]), 201))["id"]
    for version, form in enumerate(forms[1:], 1):
        await ok(cc.put(f"/v1/persons/{person_id}", form, version))
    rows = await kept(town, person_id)
    assert [(r["table_name"], r["version"]) for r in rows] == [("person", n) for n in (1, 2, 3)]
    bodies = [json.loads(r["body"]) for r in rows]
    assert [body["names"][0]["given"] for body in bodies] == list(names)
    now = await town.owner.fetchval("SELECT to_jsonb(p) FROM person p WHERE id = $1", person_id)
    assert bodies[-1] == json.loads(now)
    # A refused change leaves no version.
    stale = await cc.put(f"/v1/persons/{person_id}", forms[0], 1)
    assert stale.status_code == 412
    assert len(await kept(town, person_id)) == 3


async def test_every_table_that_can_change_keeps_its_versions(databases: Databases):
    async with connected(databases.urls.owner) as owner:
        triggers = await found(owner, TRIGGERS)
    versioned = {name for name, table in metadata.tables.items() if "version" in table.c}
    personal = {
        t.name
        for t in tables()
        if issubclass(t.value, Disclosable) and classes_within(t.value) - {D0}
    }
    assert set(triggers) - APPEND_ONLY >= (versioned | personal) - APPEND_ONLY
    assert {(enabled, bits) for _, enabled, bits in triggers.values()} == {("O", AFTER_EACH_ROW)}


def tables() -> Iterator[Table[Any]]:
    """Tables beside their stores, and the stores' own."""
    for store in STORES:
        for found in vars(store).values():
            own = getattr(found, "table", None) if isinstance(found, type) else found
            if isinstance(own, Table):
                yield own


async def test_the_trigger_of_every_table_writes_the_whole_row(town: Town):
    await one_of_the_rest(town, await make_records(town))
    triggers = await found(town.owner, TRIGGERS)
    empty = set()
    for table in sorted(triggers):
        key = {"plan_version": "plan_id", "desk_capacity": "desk_id"}.get(table, "id")
        before = await town.owner.fetchval("SELECT coalesce(max(number), 0) FROM record_history")
        touched = await town.owner.fetch(
            f"UPDATE {table} t SET {key} = {key} RETURNING {key} AS id, to_jsonb(t)::text AS body"
        )
        rows = await town.owner.fetch(
            "SELECT record_id AS id, body::text, table_name FROM record_history WHERE number > $1",
            before,
        )
        assert {r["table_name"] for r in rows} <= {table}
        assert sorted((str(r["id"]), r["body"]) for r in rows) == sorted(
            (str(r["id"]), r["body"]) for r in touched
        )
        if not touched:
            empty.add(table)
    assert empty == set()


async def one_of_the_rest(town: Town, records: Records) -> None:
    """What no other record needs: a guardian, a constituted conference, somebody who sits for J."""
    guardian = examples.REPRESENTATIVE | {"name": CANARY}
    path = f"/v1/persons/{records.person_id}/representatives"
    await ok(town.caller("cc-worker").post(path, guardian), 201)
    await ok(town.caller("cc-worker").post("/v1/calendar-feed"), 201)
    await ok(town.caller("m-officer", "planning").post("/v1/conference-bodies", examples.BODY), 201)
    desk = f"/v1/desks/{records.by_parameter['desk_id']}/capacity"
    await ok(town.caller("j-consultant").put(desk, examples.CAPACITY, 0))
    officer = town.caller("m-officer")
    await ok(officer.put("/v1/populations/2026", examples.POPULATION, 0))
    position = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_consultant'")
    path = f"/v1/conferences/{records.by_parameter['conference_id']}/participants"
    j = town.caller("j-consultant", "planning")
    await ok(j.post(path, {"position_id": str(position)}), 201)
    await make_answers(town, records)
    printed = path.replace("participants", "packet.pdf")
    assert (await j.get(printed)).status_code == 200
    await make_minutes(town, records)
    await make_sheets(town, records)


async def test_the_service_cannot_rewrite_its_history(town: Town, urls: Urls):
    cc = town.caller("cc-worker")
    person_id = (await ok(cc.post("/v1/persons", person("試験", "一子", "シケン テスト")), 201))[
        "id"
    ]
    before = await kept(town, person_id)
    async with connected(urls.app) as app:
        for statement in (
            "UPDATE record_history SET body = '{}' WHERE record_id = $1",
            "DELETE FROM record_history WHERE record_id = $1",
            "DELETE FROM person WHERE id = $1",
        ):
            with not_permitted():
                await app.execute(statement, person_id)
    assert await kept(town, person_id) == before
