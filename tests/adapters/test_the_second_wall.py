"""The second wall: whatever the service decides, a stranger to a person reads nothing about them.

Row security in PostgreSQL (checklist R1 to R6; promises 1 and 3), asked as the service's own
role, without the service.
"""

import importlib.util
import json
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import asyncpg
import pytest
from conftest import Databases, Urls
from every_route import (
    CANARY,
    Records,
    call,
    every_route,
    filled,
    give_every_role,
    make_answers,
    make_minutes,
    make_records,
    make_sheets,
    random_ids,
)
from scenario_steps import ok, person
from town import Town

from service.adapters.postgres import schema
from service.adapters.postgres.database import Database
from service.adapters.postgres.schema import PROTECTED, metadata
from service.api import examples
from service.app import NotReadyError, check_database
from service.domain.access import decide
from service.domain.access_question import Question
from service.domain.actor import Actor, system_actor
from service.domain.audit import DecidedEntry
from service.domain.decision import Basis, Decision, Permit, Rule
from service.domain.disclosure import EVERY_CLASS

#: Tables that tell of nobody in need: a new table stands here, or behind the wall.
OPEN = {
    # The directory and the law.
    "directory_version",
    "agency",
    "agency_kind",
    "area",
    "area_worker",
    "basis_switch",
    "conference_body",
    "conference_body_member",
    "contract",
    "desk",
    "import_batch",
    "desk_capacity",
    "issuer",
    "issuer_agency",
    "legal_basis",
    "municipality",
    "network",
    "policy",
    "position",
    "tenure",
    # Who is calling: looked up before anybody is known to be asking.
    "calendar_feed",
    "conflict_of_interest",
    "person_account",
    # Ids of requests alone; who was asking, and under which law.
    "answered_attempt",
    "question_part",
    # Hashes, and how many entries there are.
    "log_archive",
    "log_checkpoint",
    "log_cosignature",
    "log_leaf",
    "log_node",
    # Numbers and themes without anybody.
    "area_issue",
    "case_number",
    "checklist_sheet",
    "local_form",
    "closed_month",
    "population",
    "public_figure",
    "recommendation",
    "routing",
    # Receipts (data class D0).
    "first_answer",
}
#: What counts across circles: numbers, to whoever keeps the municipality's statistics or about the
#: asker itself, and no ids (tests/scenarios/test_monthly_survey.py).
COUNTING = {
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
}
#: Never read through the service.
NEVER_READ = {"record_history"}
#: What the holder of the record has no part in, or only in its own copy.
NOT_THE_HOLDERS = {
    "conference_series",
    "date_poll",
    "file_content",
    "fixed_packet",
    "information_request",
    "item_move",
    "item_release",
    "minutes_agreement",
    "minutes_version",
    "packet_copy",
    "participant",
    "record_history",
    "stored_file",
    "survey_figure",
}
#: What a sweep needs.
SWEPT = {
    "agenda_item",
    "attendee",
    "conference",
    "consent",
    "consultation",
    "contact_schedule",
    "date_poll",
    "embargo",
    "feedback",
    "hub_entry",
    "information_request",
    "notice",
    "plan",
    "provision",
    "referral",
    "referral_event",
    "signal",
    "support_case",
    "task",
    "urgent_support",
}
#: No right to change them, or no id of their own.
NEVER_CHANGED = {
    "assessment",
    "audit_entry",
    "file_content",
    "fixed_packet",
    "item_move",
    "minutes_agreement",
    "minutes_version",
    "note",
    "packet_copy",
    "plan_evaluation",
    "plan_monitoring",
    "plan_version",
    "referral_amendment",
    "referral_event",
    "survey_figure",
}
#: A column that the service may write, where it may not write all.
MAY_CHANGE = {"stored_file": "withdrawn_at"}
ASKING = ("tsunagi.kind", "tsunagi.agency", "tsunagi.person", "tsunagi.emergency")


class Asker:
    """The service's own role, inside one transaction, in somebody's name."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection

    async def rows(self, table: str) -> int:
        return await self.connection.fetchval(f"SELECT count(*) FROM {table}")

    async def seen(self) -> dict[str, int]:
        """How many rows of every protected table there are, where there are any."""
        found = {table: await self.rows(table) for table in PROTECTED}
        return {table: count for table, count in found.items() if count}


@asynccontextmanager
async def asking(url: str, **settings: Any) -> AsyncIterator[Asker]:
    """Connected as the service, with ``agency=…``, ``person=…``, ``kind=…`` or ``emergency=…``.

    Whatever is written is undone.
    """
    connection = await asyncpg.connect(url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        for name, value in settings.items():
            await connection.execute(
                "SELECT set_config($1, $2, true)", f"tsunagi.{name}", str(value)
            )
        yield Asker(connection)
    finally:
        await connection.close()


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        yield


@pytest.fixture
async def records(town: Town) -> Records:
    """A person with at least one row in every protected table; nothing of it is H's or W's."""
    found = await make_records(town)
    ids = found.by_parameter
    j, cc = town.caller("j-consultant", "planning"), town.caller("cc-worker")
    await ok(
        town.caller("j-consultant").post(
            f"/v1/cases/{ids['case_id']}/notes", examples.PROGRESS_NOTE
        ),
        201,
    )
    guardian = examples.REPRESENTATIVE | {"name": CANARY}
    await ok(cc.post(f"/v1/persons/{found.person_id}/representatives", guardian), 201)
    sits = {"position_id": str(await position_of(town, "j_consultant"))}
    await ok(j.post(f"/v1/conferences/{ids['conference_id']}/participants", sits), 201)
    assert (await j.get(f"/v1/conferences/{ids['conference_id']}/packet.pdf")).status_code == 200
    await make_minutes(town, found)
    await make_answers(town, found)
    heard = {"told": CANARY, "heard_on": "2026-04-10"}
    await ok(cc.post("/v1/consultations", heard), 201)
    await ok(town.caller("m-officer").post("/v1/statistics/months/2026-04/close"))
    await make_sheets(town, found)
    there = {
        table: await town.owner.fetchval(f"SELECT count(*) FROM {table}") for table in PROTECTED
    }
    assert [table for table, count in there.items() if not count] == []
    return found


async def position_of(town: Town, code: str) -> uuid.UUID:
    return await town.owner.fetchval("SELECT id FROM position WHERE code = $1", code)


# R1: it stands, and binds everybody.


async def test_every_table_stands_behind_the_wall_or_is_known_to_be_open(databases: Databases):
    assert OPEN.isdisjoint(PROTECTED)
    assert set(metadata.tables) == OPEN | set(PROTECTED)
    owner = await asyncpg.connect(databases.urls.owner)
    try:
        tables = await owner.fetch(
            "SELECT relname, relrowsecurity, relforcerowsecurity, relispartition FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        )
        policies = await owner.fetch(
            "SELECT tablename, policyname, roles::text[], permissive, qual, with_check FROM pg_policies"
        )
    finally:
        await owner.close()
    walled = {t["relname"] for t in tables if t["relrowsecurity"] and t["relforcerowsecurity"]}
    # The months of the audit log are walled without a door: they are read through it alone.
    months = {t["relname"] for t in tables if t["relispartition"]}
    assert len(months) > 3
    assert walled == set(PROTECTED) | months
    assert {t["relname"] for t in tables if t["relrowsecurity"]} == walled
    assert {p["permissive"] for p in policies} == {"PERMISSIVE"}
    # One plain policy for the owner, whom FORCE binds as well; every other is the service's.
    owners = [p for p in policies if p["policyname"] == "of_owner"]
    assert {p["tablename"] for p in owners} == set(PROTECTED)
    assert {(*p["roles"], p["qual"], p["with_check"]) for p in owners} == {
        ("tsunagi_owner", "true", "true")
    }
    services = [p for p in policies if p["policyname"] != "of_owner"]
    assert {tuple(p["roles"]) for p in services} == {("tsunagi_app",)}
    assert {p["tablename"] for p in services} == set(PROTECTED) - NEVER_READ
    # Nothing is open to the service without a condition but to add to the audit log.
    plain = [p for p in services if "true" in (p["qual"], p["with_check"])]
    assert [(p["tablename"], p["policyname"], p["qual"]) for p in plain] == [
        ("audit_entry", "by_anybody", None)
    ]


@pytest.mark.parametrize(
    "broken",
    [
        "ALTER TABLE {} NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE {} DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE {} RENAME TO {}_of_old",
    ],
)
async def test_the_service_does_not_start_without_it(urls: Urls, broken: str):
    owner = await asyncpg.connect(urls.owner)
    database = await Database.open(urls.app, size=1)
    try:
        for table in ("person", "circle", "audit_entry"):
            async with owner.transaction():
                await owner.execute(broken.format(table, table))
            with pytest.raises(NotReadyError) as caught:
                await check_database(database)
            assert f"row security does not bind everybody on {table}" in str(caught.value)
            assert f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY" in str(caught.value)
            if "RENAME" in broken:
                await owner.execute(f"ALTER TABLE {table}_of_old RENAME TO {table}")
            await owner.execute(
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            )
        await check_database(database)
    finally:
        await database.close()
        await owner.close()


async def test_the_list_of_the_program_and_of_the_migration_are_one(databases: Databases):
    assert tuple(sorted(PROTECTED)) == PROTECTED
    later = {
        "person_import",
        *migration("0007_referrals_in_full").PROTECTED,
        *migration("0009_entrance_hub_and_cases").POLICIES,
        *migration("0011_finding_a_date").POLICIES,
        *migration("0012_conference_paper").POLICIES,
        *migration("0015_files").POLICIES,
        *migration("0016_holding").RECORDS,
        *migration("0017_items_between_conferences").POLICIES,
        "fixed_packet",
        *migration("0022_forms").POLICIES,
        *migration("0020_plans_in_full").POLICIES,
        # What a municipality counted; of nobody, and its own.
        "survey_figure",
    }
    assert set(PROTECTED) == {*migration("0005_second_wall").PROTECTED, *later, "circle"}


def migration(name: str) -> ModuleType:
    """The migration that built the wall, or one that went on with it."""
    path = Path(schema.__file__).parent / f"migrations/versions/{name}.py"
    spec = importlib.util.spec_from_file_location("second_wall", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Who reads what.


async def test_without_anybody_asking_there_is_nothing(urls: Urls, records: Records):
    async with asking(urls.app) as nobody:
        assert await nobody.seen() == {}


@pytest.mark.parametrize("letter", ["H", "W"])
async def test_for_a_foreign_agency_there_is_nothing(
    town: Town, urls: Urls, records: Records, letter: str
):
    for kind in ("staff", "partner", "person"):
        async with asking(urls.app, kind=kind, agency=town.agency[letter]) as stranger:
            assert await stranger.seen() == {}


async def test_the_holder_reads_everything_about_the_person(
    town: Town, urls: Urls, records: Records
):
    there = {t: await town.owner.fetchval(f"SELECT count(*) FROM {t}") for t in PROTECTED}
    async with asking(urls.app, kind="staff", agency=town.agency["CC"]) as holder:
        seen = await holder.seen()
    mine = set(PROTECTED) - NOT_THE_HOLDERS - {"circle", "notice", "task", "audit_entry"}
    assert {t: seen.get(t) for t in mine} == {t: there[t] for t in mine}
    assert seen["audit_entry"] > 10
    assert set(seen) & NEVER_READ == set()


@pytest.mark.parametrize(
    ("letter", "also"),
    [
        # The lead of the case and convener; attendees; named on a slip; a commissioner.
        (
            "J",
            {
                "note",
                "assessment",
                "case_lead",
                "plan",
                "conference",
                "date_poll",
                "participant",
                "notice",
                "audit_entry",
            },
        ),
        (
            "S",
            {
                "conference",
                "agenda_item",
                "attendee",
                "information_request",
                "participant",
                "task",
                "enquiry",
            },
        ),
        ("M", {"conference", "agenda_item", "attendee"}),
        ("P", {"feedback"}),
    ],
)
async def test_whoever_has_to_do_with_the_person_reads_on(
    town: Town, urls: Urls, records: Records, letter: str, also: set[str]
):
    async with asking(urls.app, kind="staff", agency=town.agency[letter]) as involved:
        seen = await involved.seen()
        whom = await involved.connection.fetch("SELECT id FROM person")
    assert [str(r["id"]) for r in whom] == [records.person_id]
    assert set(seen) >= {"person", "consent", "referral", "referral_event"} | also
    # What an agency took in, screened or was asked for is its own.
    assert set(seen).isdisjoint({"consultation", "disclosure_request", "screening", "supervision"})


async def test_a_draft_and_a_hub_that_was_not_needed_open_nothing(town: Town, urls: Urls):
    cc = town.caller("cc-worker")
    whom = (await ok(cc.post("/v1/persons", person("試験", "一子", "シケン イチコ")), 201))["id"]
    slip = examples.CONSENT | {"person_id": whom, "receivers": {"kinds": ["legal_aid"]}}
    await ok(cc.post("/v1/consents", slip), 201)
    form = examples.REFERRAL | {"person_id": whom, "to_desk_id": str(town.desk["L"])}
    draft = (await ok(cc.post("/v1/referrals", form), 201))["id"]
    hub = await town.owner.fetchval("SELECT hub_agency_id FROM referral WHERE id = $1", draft)

    async def reads(agency: uuid.UUID) -> bool:
        async with asking(urls.app, kind="staff", agency=agency) as asker:
            return bool(await asker.rows("referral")) and bool(await asker.rows("person"))

    assert [await reads(a) for a in (town.agency["CC"], town.agency["L"], hub)] == [
        True,
        False,
        False,
    ]
    await ok(cc.post(f"/v1/referrals/{draft}/send"))
    assert [await reads(a) for a in (town.agency["CC"], town.agency["L"], hub)] == [
        True,
        True,
        False,
    ]
    await ok(cc.post(f"/v1/referrals/{draft}/escalate", {"reason": "連絡がつきません"}))
    assert [await reads(a) for a in (town.agency["CC"], town.agency["L"], hub)] == [True] * 3


async def test_a_person_reads_what_is_about_them(town: Town, urls: Urls, records: Records):
    cc = town.caller("cc-worker")
    another = (await ok(cc.post("/v1/persons", person("試験", "二子", "シケン フタコ")), 201))["id"]
    async with asking(urls.app, kind="person", agency="", person=records.person_id) as themself:
        seen = await themself.seen()
        whom = await themself.connection.fetch("SELECT id FROM person")
    assert [str(r["id"]) for r in whom] == [records.person_id]
    assert set(seen) >= {
        "agenda_item",
        "audit_entry",
        "consent",
        "consultation",
        "disclosure_request",
        "plan",
        "plan_version",
        "referral",
        "task",
    }
    async with asking(urls.app, kind="person", agency="", person=another) as other:
        seen = await other.seen()
    assert set(seen) == {"audit_entry", "circle", "person"}


async def test_the_service_by_itself_reads_what_a_sweep_needs(urls: Urls, records: Records):
    async with asking(urls.app, kind="system", agency="", person="") as service:
        assert set(await service.seen()) == SWEPT


# R3: what is not an id opens nothing.


@pytest.mark.parametrize(
    "forged",
    [
        "",
        " ",
        "NULL",
        "*",
        "%",
        "x",
        "' OR true --",
        "00000000-0000-0000-0000-000000000000",
        "0199aaaa",
        "{}",
    ],
)
async def test_a_forged_setting_opens_nothing(urls: Urls, records: Records, forged: str):
    for name in ASKING:
        setting = name.removeprefix("tsunagi.")
        for table in PROTECTED:
            async with asking(urls.app, **{setting: forged}) as forger:
                # What is no id is an error, which tells nothing either.
                with suppress(asyncpg.InvalidTextRepresentationError):
                    assert await forger.rows(table) == 0, (name, table)


# R2: who was asking is forgotten with the transaction.


async def test_nothing_is_left_on_the_connection(town: Town, urls: Urls, records: Records):
    database = await Database.open(urls.app, size=1)
    cc = Actor(kind="staff", iss="i", sub="s", client_id="c", agency_id=town.agency["CC"])
    backends = set()
    stated = {"action": "person.read", "record_kind": "person", "outcome": "allowed"}
    entry = DecidedEntry.model_validate(
        stated
        | {"id": uuid.uuid4(), "attempt_id": uuid.uuid4(), "at": town.clock(), "request_id": "r"}
        | {"actor_kind": "staff"}
    )

    async def count(actor: Actor | None) -> tuple[int, int]:
        async with database.unit_of_work() as work:
            if actor is not None:
                await work.act_for(actor)
                await work.in_emergency(uuid.UUID(records.person_id))
            backends.add(await work.connection.fetchval("SELECT pg_backend_pid()"))
            return (
                await work.connection.fetchval("SELECT count(*) FROM person"),
                await work.connection.fetchval("SELECT count(*) FROM consent"),
            )

    async def fails() -> None:
        async with database.unit_of_work() as work:
            await work.act_for(cc)
            raise RuntimeError("in the middle")

    try:
        assert (await count(cc))[1] > 0
        assert await count(None) == (0, 0)
        with pytest.raises(RuntimeError, match="in the middle"):
            await fails()
        assert await count(None) == (0, 0)
        async with database.unit_of_work() as work:
            await work.act_for(cc)
            await work.commit([entry])
        assert await count(None) == (0, 0)
        async with database.unit_of_work() as work:
            await work.act_for(system_actor("sweep"))
        assert await count(None) == (0, 0)
    finally:
        await database.close()
    assert len(backends) == 1


# Nobody writes their way in.

#: A row of one's own that is about nobody else may be added.
OWN_ROWS = {"conference", "conference_series", "date_poll", "person", "person_import", "screening"}
#: Tables to which the service's role may not add at all.
NOT_ADDED_TO = {"circle", "record_history"}


async def test_without_anybody_asking_nothing_is_written_but_the_log(
    town: Town, urls: Urls, records: Records
):
    for table in sorted(set(PROTECTED) - NOT_ADDED_TO):
        row = await forged_row(town, table, records, "CC")
        async with asking(urls.app) as nobody:
            if table == "audit_entry":
                await insert(nobody, table, row)
                continue
            with refused():
                await insert(nobody, table, row)


async def test_a_stranger_writes_nothing_about_the_person(town: Town, urls: Urls, records: Records):
    """Not even as its own record: it would come into the circle with it."""
    for table in sorted(set(PROTECTED) - NOT_ADDED_TO - OWN_ROWS - {"audit_entry", "notice"}):
        row = await forged_row(town, table, records, "H")
        async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
            with refused():
                await insert(stranger, table, row)
    async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
        changed = [
            await stranger.connection.execute(f"UPDATE {table} SET {column} = {column}")
            for table, column in ((t, MAY_CHANGE.get(t, "id")) for t in PROTECTED)
            if table not in NOT_ADDED_TO | NEVER_CHANGED
        ]
        assert set(changed) == {"UPDATE 0"}
        with refused():
            await stranger.connection.execute(
                "INSERT INTO circle (about, member_id) VALUES ($1, $2)",
                uuid.UUID(records.person_id),
                town.agency["H"],
            )


async def forged_row(town: Town, table: str, records: Records, letter: str) -> dict[str, Any]:
    """A row about the person as it could be, under a new id, in the agency's own name."""
    row = json.loads(
        await town.owner.fetchval(f"SELECT to_jsonb(t) FROM {table} t ORDER BY 1 LIMIT 1")
    )
    agencies = {str(a) for a in town.agency.values()}
    own = str(town.agency[letter])
    row = {k: own if isinstance(v, str) and v in agencies else v for k, v in row.items()}
    if "id" in row:
        row["id"] = str(uuid.uuid4())
    if table in {"enquiry", "task"}:
        row["person_id"] = records.person_id
    return row


async def insert(asker: Asker, table: str, row: dict[str, Any]) -> None:
    await asker.connection.execute(
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)",
        json.dumps(row),
    )


async def test_a_stranger_voids_nobody(town: Town, urls: Urls, records: Records):
    """Nor does somebody who has to do with the person without holding the record."""
    whom = [uuid.UUID(records.person_id)]
    for letter in ("H", "J", None):
        who = {} if letter is None else {"kind": "staff", "agency": town.agency[letter]}
        async with asking(urls.app, **who) as asker:
            await asker.connection.execute("SELECT void_persons($1, now())", whom)
            for setting in ("agency", "kind"):
                value = town.agency["CC"] if setting == "agency" else "staff"
                await asker.connection.execute(
                    "SELECT set_config($1, $2, true)", f"tsunagi.{setting}", str(value)
                )
            assert await asker.rows("person") == 1
    async with asking(urls.app, kind="staff", agency=town.agency["CC"]) as holder:
        await holder.connection.execute("SELECT void_persons($1, now())", whom)
        assert await holder.rows("person") == 0
        assert await holder.connection.execute("UPDATE person SET voided_at = NULL") == "UPDATE 0"
    async with asking(
        urls.app, kind="staff", agency=town.agency["CC"], emergency=records.person_id
    ) as helper:
        await helper.connection.execute("SELECT void_persons($1, now())", whom)
        assert await helper.rows("person") == 0


async def test_a_record_of_ones_own_cannot_be_moved_to_somebody_else(
    town: Town, urls: Urls, records: Records
):
    h = town.caller("h-supporter")
    own = (await ok(h.post("/v1/persons", person("試験", "三子", "シケン ミツコ")), 201))["id"]
    heard = (await ok(h.post("/v1/consultations", {"told": "…", "person_id": own}), 201))["id"]
    await ok(h.post("/v1/consents", examples.CONSENT | {"person_id": own}), 201)
    async with asking(urls.app, kind="staff", agency=town.agency["H"]) as holder:
        for table in ("consultation", "consent"):
            assert await holder.rows(table) == 1
            with refused():
                async with holder.connection.transaction():
                    await holder.connection.execute(
                        f"UPDATE {table} SET person_id = $1", uuid.UUID(records.person_id)
                    )
    assert uuid.UUID(heard)


async def test_the_circle_shows_whoever_asks_its_own_lines_only(
    town: Town, urls: Urls, records: Records
):
    for letter in ("CC", "J", "H"):
        async with asking(urls.app, kind="staff", agency=town.agency[letter]) as asker:
            members = await asker.connection.fetch("SELECT DISTINCT member_id FROM circle")
        assert [m["member_id"] for m in members] == ([] if letter == "H" else [town.agency[letter]])


async def test_the_circle_is_what_the_records_say(town: Town, records: Records):
    """Filled anew from the rows, as the migration fills it, it is the same: triggers miss nothing."""
    grown = await town.owner.fetch("SELECT member_id, about FROM circle ORDER BY 1, 2")
    await town.owner.execute("TRUNCATE circle")
    wall = migration("0005_second_wall")
    wall.JOINS.update(migration("0009_entrance_hub_and_cases").JOINS)
    for statement in wall.filling():
        await town.owner.execute(statement)
    filled = await town.owner.fetch("SELECT member_id, about FROM circle ORDER BY 1, 2")
    assert filled == grown
    assert len(filled) > 10


# Emergency access has a door of its own.


async def test_an_emergency_opens_one_person_to_one_agency_for_one_transaction(
    town: Town, urls: Urls, records: Records
):
    cc = town.caller("cc-worker")
    await ok(cc.post("/v1/persons", person("試験", "二子", "シケン フタコ")), 201)
    about = records.person_id
    async with asking(urls.app, kind="staff", agency=town.agency["H"], emergency=about) as helper:
        assert await helper.seen() == {"person": 1, "support_case": 1}
        row = await forged_row(town, "provision", records, "H")
        holder = {"from_agency_id": str(town.agency["CC"]), "taken": "taken"}
        for wrong in ({"taken": "given"}, {"to_agency_id": str(town.agency["W"])}):
            with refused():
                async with helper.connection.transaction():
                    await insert(helper, "provision", row | holder | wrong)
        await insert(helper, "provision", row | holder)
        # Having taken it, the agency has to do with the person.
        assert await helper.rows("consent") > 0
    # It opens for whoever is known to be asking, and only to read.
    async with asking(urls.app, emergency=about) as nobody:
        assert await nobody.seen() == {}
    async with asking(urls.app, kind="staff", agency=town.agency["H"], emergency=about) as helper:
        assert await helper.connection.execute("UPDATE person SET id = id") == "UPDATE 0"
        assert await helper.connection.execute("UPDATE support_case SET id = id") == "UPDATE 0"


async def test_break_glass_reaches_a_stranger_and_tells_the_holder_and_the_lead(
    town: Town, urls: Urls, records: Records
):
    h = town.caller("h-supporter")
    taken = await ok(
        h.post("/v1/access/emergency", examples.EMERGENCY | {"person_id": records.person_id}), 201
    )
    told = await town.owner.fetch("SELECT agency_id FROM notice WHERE record_id = $1", taken["id"])
    assert {n["agency_id"] for n in told} >= {town.agency["CC"], town.agency["J"]}
    seen = await ok(h.get(f"/v1/persons/{records.person_id}"))
    assert seen["names"]
    # Somebody whom nobody knows is nobody, in an emergency as well.
    nobody = examples.EMERGENCY | {"person_id": str(uuid.uuid4())}
    assert (await h.post("/v1/access/emergency", nobody)).status_code == 404


# R4: what keys still tell.


async def test_foreign_keys_do_not_tell_whether_somebody_is_there(
    town: Town, urls: Urls, records: Records
):
    """A row about a hidden person and about nobody are refused alike, before any key is looked at."""
    said = []
    for whom in (records.person_id, str(uuid.uuid4())):
        row = await forged_row(town, "consent", records, "H")
        async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
            with pytest.raises(asyncpg.PostgresError) as caught:
                await insert(stranger, "consent", row | {"person_id": whom})
        said.append((type(caught.value), str(caught.value)))
    assert said[0] == said[1]
    # A second place at a hidden table is refused for the wall, not because the place is taken.
    taken = await forged_row(town, "attendee", records, "J")
    async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
        with refused():
            await insert(stranger, "attendee", taken)


async def test_what_remains_is_to_guess_an_id_of_seventy_four_random_bits(
    town: Town, urls: Urls, records: Records
):
    """The primary key of a record of one's own tells that the id is taken; ids are never chosen
    by a caller and hold 74 random bits (UUIDv7). A reference of one's own to a hidden record
    other than a person (parent, case) would tell as much; use cases look such records up first.
    """
    row = await forged_row(town, "person", records, "H") | {"id": records.person_id}
    async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
        with pytest.raises(asyncpg.UniqueViolationError):
            async with stranger.connection.transaction():
                await insert(stranger, "person", row)
        done = await stranger.connection.execute(
            "INSERT INTO person SELECT * FROM jsonb_populate_record(NULL::person, $1::jsonb)"
            " ON CONFLICT DO NOTHING",
            json.dumps(row),
        )
        assert done == "INSERT 0 0"
        assert await stranger.rows("person") == 0


# R5: no way round.


async def test_there_is_no_way_round(databases: Databases):
    app = await asyncpg.connect(databases.urls.app)
    try:
        views = await app.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('v', 'm', 'f')"
        )
        assert views == []
        functions = await app.fetch(
            "SELECT proname, proconfig, has_function_privilege(oid, 'EXECUTE') AS mine"
            " FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        )
        # What runs in its owner's name cannot be led astray by names, and hands out ids of the
        # asker's own circle only, or none: it makes room for entries.
        assert {f["proconfig"][0] for f in functions} == {"search_path=public, pg_temp"}
        assert {f["proname"] for f in functions if f["mine"]} == {
            "cases_joined",
            "items_about",
            "log_pending",
            "make_audit_months",
            "namesakes",
            "settle_tasks",
            "void_persons",
            *COUNTING,
        }
        for table in PROTECTED:
            with refused():
                await app.execute(f"TRUNCATE {table}")
            with refused():
                await app.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            with refused():
                await app.execute(f"CREATE POLICY mine ON {table} USING (true)")
        # To switch it off for oneself is an error, not a way in.
        await app.execute("SET row_security = off")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await app.fetch("SELECT * FROM person")
    finally:
        await app.close()


async def test_a_search_finds_namesakes_of_the_askers_circle_only(
    town: Town, urls: Urls, records: Records
):
    about = uuid.UUID(records.person_id)
    for letter, found in (("CC", [about]), ("J", [about]), ("H", [])):
        async with asking(urls.app, kind="staff", agency=town.agency[letter]) as asker:
            reading = await town.owner.fetchval(
                "SELECT search_keys[1] FROM person WHERE id = $1", about
            )
            same = await asker.connection.fetch("SELECT namesakes($1) AS id", reading)
            assert [r["id"] for r in same] == found
            items = await asker.connection.fetch("SELECT items_about($1) AS id", about)
            assert bool(items) is bool(found)


# R6: the decision is gone; the wall still stands.


OPEN_TO_ALL = (
    "area_issue.",
    "audit.",
    "checklist",
    "directory.",
    "form.",
    "me.",
    "report.",
    "statistics.",
)


def permits_all(question: Question) -> Decision:
    """What is left of the decision in a mutant."""
    return Permit(basis=Basis.INTERNAL, classes=EVERY_CLASS, rules=(Rule.RECORD_OWN_AGENCY,))


@pytest.fixture
def no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.application.context.decide", permits_all)
    monkeypatch.setattr("service.application.context.gate", lambda *_: None)


@pytest.mark.parametrize(("account", "letter"), [("h-supporter", "H"), ("w-worker", "W")])
async def test_without_the_decision_a_stranger_still_reads_nothing(
    town: Town, records: Records, no_decision: None, account: str, letter: str
):
    await give_every_role(town, account, letter)
    told = []
    for route in await every_route(town):
        if route.method != "GET":
            continue
        caller = town.caller(account, route.purpose)
        answer = await call(caller, route, records.path(route))
        assert CANARY not in answer.text, route
        # The agency's own log holds what it has just tried: its auditor's to read. The directory,
        # empty forms, checklists and area issues are open to all staff, and so are numbers of their own.
        if route.permission.value.startswith(OPEN_TO_ALL):
            continue
        assert records.person_id not in answer.text, route
        if answer.is_success and answer.json().get("items") != []:
            told.append((str(route), answer.text))
        # Somebody hidden and nobody are the same bytes still.
        nowhere = filled(route.path, random_ids(records.by_parameter))
        if (await call(caller, route, nowhere)).content != answer.content:
            told.append((str(route), "differs from nobody"))
    assert told == []


async def test_without_the_decision_its_holder_reads_on(
    town: Town, records: Records, no_decision: None
):
    """So that the test above fails for the wall, and not because nothing works."""
    answer = await town.caller("cc-worker").get(f"/v1/persons/{records.person_id}")
    assert CANARY in answer.text


async def test_without_the_decision_a_stranger_writes_itself_into_no_circle(
    town: Town, urls: Urls, records: Records, no_decision: None
):
    await give_every_role(town, "h-supporter", "H")
    before = await about_person(town, records)
    for route in await every_route(town):
        # Break-glass is meant to open: whoever takes it is told of, and answers for it.
        if route.method == "GET" or route.path == "/v1/access/emergency":
            continue
        body = replace_ids(route.body, records)
        answer = await call(
            town.caller("h-supporter", route.purpose), route, records.path(route), body
        )
        assert CANARY not in answer.text, route
    async with asking(urls.app, kind="staff", agency=town.agency["H"]) as stranger:
        known = await stranger.connection.fetch("SELECT about FROM circle")
        assert uuid.UUID(records.person_id) not in {k["about"] for k in known}
        assert uuid.UUID(records.by_parameter["conference_id"]) not in {k["about"] for k in known}
    assert await about_person(town, records) == before


def replace_ids(body: Any, records: Records) -> Any:
    """The example with the hidden person wherever it names a record."""
    return json.loads(json.dumps(body).replace(examples.RECORD, records.person_id))


async def about_person(town: Town, records: Records) -> list[tuple[str, str]]:
    """Everything about the person, as it lies there."""
    found = []
    for table in sorted(set(PROTECTED) - {"audit_entry", "record_history"}):
        rows = await town.owner.fetch(
            f"SELECT to_jsonb(t)::text AS row FROM {table} t WHERE t::text LIKE '%' || $1 || '%'",
            records.person_id,
        )
        found += [(table, r["row"]) for r in rows]
    return sorted(found)


# What the wall hides is still on record inside.


@pytest.mark.parametrize(
    ("path", "parameter", "whose"),
    [
        ("/v1/persons/{}", "person_id", ("CC", True)),
        ("/v1/consents/{}", "consent_id", ("CC", True)),
        ("/v1/consultations/{}", "consultation_id", ("CC", True)),
        ("/v1/referrals/{}", "referral_id", ("CC", True)),
        ("/v1/cases/{}", "case_id", ("J", True)),
        ("/v1/plans/{}", "plan_id", ("J", True)),
        ("/v1/conferences/{}", "conference_id", ("J", False)),
        ("/v1/date-polls/{}", "poll_id", ("J", False)),
        ("/v1/conference-series/{}", "series_id", ("J", False)),
        ("/v1/households/{}", "household_id", ("CC", False)),
        ("/v1/provisions/{}", "provision_id", ("CC", True)),
        ("/v1/enquiries/{}", "enquiry_id", ("CC", False)),
        ("/v1/feedbacks/{}", "feedback_id", ("CC", True)),
        ("/v1/supervisions/{}", "supervision_id", ("CC", False)),
        ("/v1/screenings/{}", "screening_id", ("CC", False)),
        ("/v1/disclosure-requests/{}", "request_id", ("CC", True)),
        ("/v1/imports/{}", "import_id", ("CC", False)),
    ],
)
async def test_a_strangers_attempt_is_on_record_with_whose_it_is(
    town: Town, records: Records, path: str, parameter: str, whose: tuple[str, bool]
):
    await give_every_role(town, "h-supporter", "H")
    purpose = "access_request" if "disclosure" in path else "consultation"
    if "screenings" in path:
        purpose = "planning"
    h = town.caller("h-supporter", purpose)
    answers = [await h.get(path.format(i)) for i in (records.by_parameter[parameter], uuid.uuid4())]
    assert answers[0].content == answers[1].content
    letter, names_person = whose
    (foreign,), (unknown,) = [
        await town.audit(request_id=a.headers["x-request-id"]) for a in answers
    ]
    assert foreign["rules"] == ["record.no_basis"], foreign
    assert foreign["holder_agency_id"] == town.agency[letter]
    assert str(foreign["person_id"]) == (records.person_id if names_person else "None")
    assert unknown["rules"] == ["record.unknown"]
    assert (unknown["holder_agency_id"], unknown["person_id"]) == (None, None)
    # Decided again on what is kept, both are the same denial.
    for entry in (foreign, unknown):
        again = decide(Question.model_validate_json(entry["question"]))
        assert [again.rule] == entry["rules"]


async def test_the_log_takes_a_refusal_from_anybody_and_shows_none_to_a_stranger(
    town: Town, urls: Urls, records: Records
):
    h = town.caller("h-supporter")
    assert (await h.get(f"/v1/persons/{records.person_id}")).status_code == 404
    for letter, entries in (("CC", True), ("H", True), ("W", False)):
        async with asking(urls.app, kind="staff", agency=town.agency[letter]) as asker:
            assert bool(await asker.rows("audit_entry")) is entries


# The hot reads still go by index.


async def test_policies_leave_the_indexes_in_use(town: Town, urls: Urls, records: Records):
    await many(town)
    me, whom = town.agency["CC"], uuid.UUID(records.person_id)
    ids = records.by_parameter
    reads: list[tuple[str, str, list[Any]]] = [
        ("person", "SELECT * FROM person WHERE id = $1", [whom]),
        ("referral", "SELECT * FROM referral WHERE id = $1", [ids["referral_id"]]),
        (
            "referral_event",
            "SELECT * FROM referral_event WHERE referral_id = $1",
            [ids["referral_id"]],
        ),
        ("consent", "SELECT * FROM consent WHERE person_id = ANY ($1) FOR SHARE", [[whom]]),
        (
            "audit_entry",
            "SELECT * FROM audit_entry WHERE person_id = $1 ORDER BY id DESC LIMIT 50",
            [whom],
        ),
        (
            "referral",
            "SELECT * FROM referral WHERE from_agency_id = $1 ORDER BY id DESC LIMIT 50",
            [me],
        ),
        # Both halves of an inbox: what was sent there, and what its cases bring along.
        ("referral", "SELECT * FROM inbox_of($1, NULL, NULL, 51)", [me]),
        (
            "referral",
            "SELECT * FROM inbox_of($1, 'accepted', $2, 51)",
            [me, ids["referral_id"]],
        ),
    ]
    async with asking(urls.app, kind="staff", agency=me) as asker:
        for table, query, parameters in reads:
            plan = json.loads(
                await asker.connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *parameters)
            )
            scanned = {
                n["Relation Name"] for n in nodes(plan[0]["Plan"]) if n["Node Type"] == "Seq Scan"
            }
            assert table not in scanned, (query, plan)
            assert "circle" not in scanned, (query, plan)
    # A search by reading goes through the index on readings, inside its own function.
    body = await town.owner.fetch(
        "EXPLAIN SELECT p.id FROM person p WHERE p.search_keys @> ARRAY['ミナ10']"
    )
    assert "ix_person_search_keys" in str(body)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


async def many(town: Town) -> None:
    """Three thousand namesakes of nobody, each referred once."""
    await town.owner.execute(
        "INSERT INTO person SELECT (jsonb_populate_record(one, jsonb_build_object("
        " 'id', gen_random_uuid(), 'search_keys', jsonb_build_array('ミナ' || n)))).*"
        " FROM (SELECT p AS one FROM person p LIMIT 1), generate_series(1, 3000) n"
    )
    for table, of_each in (
        ("referral", "'person_id', p.id, 'case_id', NULL"),
        ("consent", "'person_id', p.id, 'supersedes_id', NULL"),
        ("audit_entry", "'leaf', NULL, 'person_id', p.id"),
    ):
        await town.owner.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object("
            f" 'id', gen_random_uuid(), {of_each}))).*"
            f" FROM (SELECT t AS one FROM {table} t LIMIT 1), person p"
        )
    await town.owner.execute(
        "INSERT INTO referral_event SELECT (jsonb_populate_record(one, jsonb_build_object("
        " 'id', gen_random_uuid(), 'referral_id', r.id))).*"
        " FROM (SELECT e AS one FROM referral_event e LIMIT 1), referral r"
        " WHERE NOT EXISTS (SELECT FROM referral_event e WHERE e.referral_id = r.id)"
    )
    await town.owner.execute("ANALYZE")


def test_the_wall_knows_every_caller() -> None:
    """The settings that policies read are those that the unit of work makes."""
    source = Path(schema.__file__).parent.joinpath("database.py").read_text()
    assert {name for name in ASKING if f"'{name}'" in source} == set(ASKING)
