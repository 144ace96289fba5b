"""The questions auditors ask (監査), each in one call and by an index; and the exports of the log."""

import csv
import io
import json
import uuid
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from conftest import Urls
from fhir.resources.R4B.auditevent import AuditEvent
from scenario_steps import act, consent, hidden, ok, person, refer, refused
from town import ID_AT, START, Caller, Town

from service.adapters.holidays import closed_in_japan
from service.adapters.postgres import audit_reports as questions
from service.adapters.postgres.audit import of_agency
from service.application.audit_ports import AuditFilter
from service.domain.audit_policy import AuditPolicy
from service.domain.audit_reports import Period
from service.domain.role import Role

EVENTS = "/v1/audit/events"
EXPORTS = tuple(f"{EVENTS}.{form}" for form in ("csv", "jsonl", "fhir"))
REPORTS = tuple(f"/v1/audit/reports/{name}" for name in ("refusals", "unusual", "copies"))
EMERGENCIES = "/v1/audit/reports/emergencies"
TODAY = {"since": "2026-11-20", "until": "2026-11-20"}
MARK = "\ufeff"


def auditor(town: Town, letter: str = "cc") -> Caller:
    return town.caller(f"{letter}-auditor", "audit")


async def registered(caller: Caller, given: str = "一子") -> str:
    form = person("試験", given, "シケン テスト")
    return (await ok(caller.post("/v1/persons", form), 201))["id"]


async def known_to_j(town: Town) -> tuple[str, str]:
    """A person of CC's, whom J was sent and looks at; W tries in vain."""
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id = await registered(cc)
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
    )
    await ok(cc.post("/v1/consents", slip), 201)
    referral = await refer(cc, person_id, town.desk["J"], reason="家計の相談をお願いします")
    await act(cc, referral, "send")
    await ok(j.get(f"/v1/persons/{person_id}"))
    await town.caller("w-worker").get(f"/v1/persons/{person_id}")
    return person_id, referral


async def items(caller: Caller, path: str = EVENTS, **asked: Any) -> list[dict[str, Any]]:
    return (await ok(caller.get(path, params={"limit": 100} | asked)))["items"]


async def position(town: Town, code: str) -> str:
    return str(await town.owner.fetchval("SELECT id FROM position WHERE code = $1", code))


async def left_by(town: Town, response: httpx.Response) -> list[asyncpg.Record]:
    return await town.audit(request_id=response.headers["x-request-id"])


# Filters.


async def test_everything_that_one_position_opened(town: Town):
    person_id, _ = await known_to_j(town)
    theirs = await position(town, "j_consultant")
    seen = await items(auditor(town), position_id=theirs)
    # Of another agency's position: what it did to records that CC holds, and nothing else.
    assert {e["position_id"] for e in seen} == {theirs}
    assert {e["holder_agency_id"] for e in seen} == {str(town.agency["CC"])}
    assert {e["person_id"] for e in seen} == {person_id}
    js_own = await registered(town.caller("j-consultant"), "二子")
    assert js_own not in str(await items(auditor(town), position_id=theirs))
    assert js_own in str(await items(auditor(town, "j"), position_id=theirs))
    assert await items(auditor(town), position_id=str(uuid.uuid4())) == []


async def test_who_saw_a_person_between_two_instants(town: Town):
    person_id, _ = await known_to_j(town)
    noon = town.clock.now
    town.clock.forward(hours=2)
    await ok(town.caller("j-consultant").get(f"/v1/persons/{person_id}"))
    evening = town.clock.now
    town.clock.forward(hours=2)
    await ok(town.caller("cc-worker").get(f"/v1/persons/{person_id}"))
    between = {"since": noon.isoformat(), "until": evening.isoformat()}
    seen = await items(auditor(town), person_id=person_id, action="person.read", **between)
    assert [(e["agency_id"], e["outcome"]) for e in seen] == [(str(town.agency["J"]), "allowed")]


async def test_entries_are_found_by_purpose_basis_action_and_outcome(town: Town):
    person_id, _ = await known_to_j(town)
    await ok(town.caller("cc-worker", "planning").get(f"/v1/persons/{person_id}"))
    every = await items(auditor(town))
    for name, value in (
        ("purpose", "planning"),
        ("basis", "CONSENT"),
        ("action", "referral.send"),
        ("outcome", "denied"),
    ):
        seen = await items(auditor(town), **{name: value})
        assert seen, name
        assert [e["id"] for e in seen] == [e["id"] for e in every if e[name] == value]
    for name in ("purpose", "basis", "action", "outcome", "position_id"):
        problem = await auditor(town).get(EVENTS, params={name: "カナリア"})
        assert problem.status_code == 422
        assert "カナリア" not in problem.text


async def test_pages_of_a_question_are_whole_and_in_order(town: Town):
    await known_to_j(town)
    theirs = await position(town, "cc_worker")
    whole = [e["id"] for e in await items(auditor(town), position_id=theirs)]
    assert len(whole) > 3
    paged, asked = [], {"position_id": theirs, "limit": 2}
    while True:
        page = await ok(auditor(town).get(EVENTS, params=asked))
        paged += [e["id"] for e in page["items"]]
        if page["next_cursor"] is None:
            break
        asked["cursor"] = page["next_cursor"]
    assert paged == whole


async def test_no_question_tells_an_agency_whom_its_refused_attempt_was_about(town: Town):
    """W asked for CC's person and for nobody: in every answer to its auditor the two are alike."""
    await town.hire("w-auditor", "W", Role.AUDITOR)
    person_id, _ = await known_to_j(town)
    nobody = str(uuid.uuid4())
    await hidden(town.caller("w-worker"), "/v1/persons/{}", nobody)
    w = town.caller("w-auditor", "audit")
    for asked in ({"person_id": person_id}, {"person_id": nobody}):
        assert await items(w, **asked) == []
    denied = await items(w, outcome="denied")
    assert {tuple(e["rules"]) for e in denied} == {("record.no_basis",)}
    assert {(e["person_id"], e["holder_agency_id"]) for e in denied} == {(None, None)}
    counted = (await ok(w.get(REPORTS[0], params=TODAY)))["items"]
    assert [(c["rule"], c["count"], c["own_records"]) for c in counted] == [
        ("record.no_basis", len(denied), False)
    ]
    events = fhir(await w.get(EXPORTS[2], params={"outcome": "denied"}))
    assert len(events) == len(denied)
    assert person_id not in json.dumps(events)
    assert "Patient" not in json.dumps(events)
    shapes = {json.dumps(shape(e), sort_keys=True) for e in events}
    assert len(shapes) == 1


def shape(event: Any) -> Any:
    """What an event tells besides ids and instants."""
    if isinstance(event, dict):
        return {k: shape(v) for k, v in event.items() if k not in {"id", "recorded", "value"}}
    return [shape(e) for e in event] if isinstance(event, list) else event


# Who may ask, and that it is on record.


async def test_only_an_auditor_asks_and_for_the_purpose_of_audit(town: Town):
    for path in (EVENTS, *EXPORTS, EMERGENCIES, *REPORTS):
        params = TODAY if path in REPORTS else {}
        worker = town.caller("cc-worker", "audit")
        await refused(worker.get(path, params=params), 403, "actor.permission_missing")
        else_where = town.caller("cc-auditor", "consultation")
        await refused(else_where.get(path, params=params), 403, "purpose.not_for_action")


async def test_each_question_is_on_record_itself(town: Town):
    person_id, _ = await known_to_j(town)
    await registered(town.caller("cc-worker"), "二子")
    for path in (EVENTS, *EXPORTS):
        answer = await auditor(town).get(path, params={"person_id": person_id})
        assert answer.status_code == 200, path
        (entry,) = await left_by(town, answer)
        assert (entry["action"], str(entry["person_id"])) == ("audit.read", person_id)
        assert ([f for f in entry["fields"] if f.startswith("copy:")] == []) == (path == EVENTS)
    for path in (EMERGENCIES, *REPORTS):
        answer = await auditor(town).get(path, params=TODAY if path in REPORTS else {})
        assert answer.status_code == 200, path
        (entry,) = await left_by(town, answer)
        assert (entry["action"], entry["person_id"]) == ("audit.read", None)
        # Numbers, positions and records; never a person.
        assert person_id not in answer.text


# Emergencies.


async def broken_glass(town: Town, person_id: str) -> str:
    body = {
        "person_id": person_id,
        "reason": "自宅で倒れているとの通報。同意を得られない。",
        "data_classes": ["D1"],
        "minutes": 30,
    }
    nurse = town.caller("hc-nurse", auth_time=int(town.clock.now.timestamp()))
    return (await ok(nurse.post("/v1/access/emergency", body), 201))["id"]


async def test_emergencies_are_listed_until_somebody_has_reviewed_them(town: Town):
    await town.hire("hc-auditor", "HC", Role.AUDITOR)
    person_id = await registered(town.caller("cc-worker"))
    taken = await broken_glass(town, person_id)
    town.clock.forward(days=8)
    for caller in (auditor(town), town.caller("hc-auditor", "audit")):
        answer = await caller.get(EMERGENCIES)
        (line,) = answer.json()["items"]
        assert (line["provision_id"], line["person_id"]) == (taken, person_id)
        assert (line["basis"], line["taken"], line["data_classes"]) == ("LIFE", "taken", ["D1"])
        assert (line["age_days"], line["overdue"]) == (8, True)
        assert "reason" not in line
        # A person was shown: the entry names them.
        (entry,) = await left_by(town, answer)
        assert str(entry["person_id"]) == person_id
    assert await items(auditor(town, "j"), EMERGENCIES) == []
    method, path = line["review"].split(" ")
    assert method == "POST"
    finding = {"verdict": "justified", "finding": "救急要請の記録を確認した。"}
    await ok(town.caller("hc-privacy", "audit").post(path, finding))
    assert await items(auditor(town), EMERGENCIES) == []


async def test_what_was_given_and_never_opened_is_its_givers_to_see(town: Town):
    await town.hire("hc-auditor", "HC", Role.AUDITOR)
    cc = town.caller("cc-worker")
    given = {
        "person_id": await registered(cc),
        "basis": "LIFE",
        "to_agency_id": str(town.agency["HC"]),
        "purposes": ["consultation"],
        "data_classes": ["D1"],
        "hours": 24,
        "reason": "メーターが三日動かず、電話にも出ない。",
        "approver": "館長",
    }
    made = await ok(cc.post("/v1/provisions", given), 201)
    (line,) = await items(auditor(town), EMERGENCIES)
    assert (line["provision_id"], line["taken"], line["overdue"]) == (made["id"], "given", False)
    assert await items(town.caller("hc-auditor", "audit"), EMERGENCIES) == []


# Refusals.


async def test_refusals_are_counted_by_agency_action_and_rule(town: Town):
    person_id, _ = await known_to_j(town)
    w, cc = town.caller("w-worker"), town.caller("cc-worker")
    await w.get(f"/v1/persons/{person_id}")
    await cc.get(f"/v1/persons/{uuid.uuid4()}")
    await town.caller("cc-worker", None).get(f"/v1/persons/{person_id}")
    report = await ok(auditor(town).get(REPORTS[0], params=TODAY))
    counted = {
        (c["agency_id"], c["action"], c["rule"], c["own_records"]): c["count"]
        for c in report["items"]
    }
    mine, theirs = str(town.agency["CC"]), str(town.agency["W"])
    assert counted == {
        (theirs, "person.read", "record.no_basis", True): 2,
        (mine, "person.read", "record.no_basis", False): 1,
        (mine, "person.read", "purpose.missing", False): 1,
    }
    assert {c["action_ja"] for c in report["items"]} == {"本人情報の閲覧"}
    tomorrow = {"since": "2026-11-21", "until": "2026-11-21"}
    assert (await ok(auditor(town).get(REPORTS[0], params=tomorrow)))["items"] == []


async def test_a_period_is_not_longer_than_one_report_covers(town: Town):
    for path, days in zip(REPORTS, (366, 31, 366), strict=True):
        for span in (-1, days):
            until = date(2026, 1, 1) + timedelta(days=span)
            asked = {"since": "2026-01-01", "until": until.isoformat()}
            problem = await refused(auditor(town).get(path, params=asked), 422, "audit.period")
            assert problem["facts"] == {"limit": days}
        until = date(2026, 1, 1) + timedelta(days=days - 1)
        await ok(auditor(town).get(path, params={"since": "2026-01-01", "until": str(until)}))


# The unusual.


async def stands_out(town: Town, **asked: str) -> dict[tuple[str, str], dict[str, Any]]:
    report = await ok(auditor(town).get(REPORTS[1], params=TODAY | asked))
    return {(f["code"], f["day"]): f for f in report["items"]}


async def test_searches_refusals_and_hours_stand_out(town: Town):
    cc, mine = town.caller("cc-worker"), await position(town, "cc_worker")
    person_id = await registered(cc)
    for _ in range(10):
        await cc.get(f"/v1/persons/{uuid.uuid4()}")
    for _ in range(30):
        await ok(cc.post("/v1/persons/search", {"kana": "シケン テスト"}))
    assert await stands_out(town) == {}
    await cc.get(f"/v1/persons/{uuid.uuid4()}")
    await ok(cc.post("/v1/persons/search", {"kana": "シケン テスト"}))
    town.clock.now = START + timedelta(hours=11, minutes=30)
    await ok(town.caller("cc-worker").get(f"/v1/persons/{person_id}"))
    town.clock.now = START + timedelta(days=1)
    await ok(town.caller("cc-worker").get(f"/v1/persons/{person_id}"))
    found = await stands_out(town, until="2026-11-21")
    assert set(found) == {
        ("unusual.hours", "2026-11-20"),
        ("unusual.hours", "2026-11-21"),
        ("unusual.refusals", "2026-11-20"),
        ("unusual.searches", "2026-11-20"),
    }
    assert {f["position_id"] for f in found.values()} == {mine}
    late = found["unusual.hours", "2026-11-20"]
    assert late["figures"]["first"] == late["figures"]["last"] == "21:30"
    assert "21:30" in late["reason_ja"]
    assert "閉庁日" in found["unusual.hours", "2026-11-21"]["reason_ja"]
    assert found["unusual.searches", "2026-11-20"]["figures"] == {"searches": 31, "limit": 30}
    assert found["unusual.refusals", "2026-11-20"]["figures"] == {"refusals": 11, "limit": 10}
    # Another agency's auditor reads nothing of it.
    report = await ok(auditor(town, "j").get(REPORTS[1], params=TODAY))
    assert report["items"] == []


async def test_more_persons_than_the_position_usually_sees_stand_out(town: Town):
    cc = town.caller("cc-worker")
    for number in range(10):
        await registered(cc, f"子{number}")
    (one,) = await town.audit(action="person.register", person_id=uuid.UUID(await registered(cc)))
    # A habit of eight a day on twenty days before: more than 24 is unusual.
    for day in range(1, 21):
        await seen(town, one, 8, START - timedelta(days=day))
    await seen(town, one, 13, START)
    found = await stands_out(town)
    assert found == {}
    await seen(town, one, 1, START)
    found = await stands_out(town)
    (finding,) = found.values()
    assert (finding["code"], finding["figures"]["persons"]) == ("unusual.volume", 25)
    assert (finding["figures"]["median"], finding["figures"]["limit"]) == (8, 24)
    assert "25" in finding["reason"]
    # Reading a log of many persons is no look into their records.
    await ok(auditor(town).get(EVENTS, params={"limit": 100}))
    assert set(await stands_out(town)) == set(found)


async def seen(town: Town, like: asyncpg.Record, persons: int, at: datetime) -> None:
    """As many entries like one, each about somebody else."""
    await town.owner.execute(
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(t, jsonb_build_object("
        f" 'leaf', NULL, 'id', {ID_AT.format('$2::timestamptz')}, 'attempt_id', gen_random_uuid(),"
        " 'person_id', gen_random_uuid(), 'at', $2::timestamptz))).*"
        " FROM audit_entry t, generate_series(1, $3) WHERE t.id = $1",
        like["id"],
        at,
        persons,
    )


async def test_a_municipality_sets_its_own_thresholds_from_a_day_on(town: Town):
    cc = town.caller("cc-worker")
    for _ in range(3):
        await ok(cc.post("/v1/persons/search", {"kana": "シケン テスト"}))
    assert await stands_out(town) == {}
    await town.owner.execute(
        "INSERT INTO policy VALUES ('999997', 'audit', '2026-11-20', $1), ('999997', 'audit', '2026-11-21', '{}')",
        json.dumps({"usual_searches": 2, "opens": "11:00", "closes": "12:00"}),
    )
    assert set(await stands_out(town)) == {("unusual.searches", "2026-11-20")}
    await registered(cc)
    found = await stands_out(town)
    assert set(found) >= {("unusual.hours", "2026-11-20")}
    assert found["unusual.hours", "2026-11-20"]["figures"]["opens"] == "11:00"
    report = await ok(auditor(town).get(REPORTS[1], params=TODAY))
    assert report["thresholds"]["usual_searches"] == 2


async def test_persons_the_auditor_must_keep_away_from_count_nowhere(town: Town):
    person_id, _ = await known_to_j(town)
    before = await ok(auditor(town).get(REPORTS[0], params=TODAY))
    assert before["items"]
    iss, sub = await town.owner.fetchrow(
        "SELECT iss, sub FROM tenure t JOIN position p ON p.id = t.position_id"
        " WHERE p.code = 'cc_auditor'"
    )
    await town.owner.execute(
        "INSERT INTO conflict_of_interest (iss, sub, person_id) VALUES ($1, $2, $3)",
        iss,
        sub,
        uuid.UUID(person_id),
    )
    after = await ok(auditor(town).get(REPORTS[0], params=TODAY))
    assert after["items"] == []
    assert person_id not in str(await items(auditor(town)))


# Copies.


async def copied(town: Town, letter: str = "cc") -> list[dict[str, Any]]:
    return (await ok(auditor(town, letter).get(REPORTS[2], params=TODAY)))["items"]


async def test_a_print_is_told_from_a_look(town: Town):
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1",
        purposes=("consultation",),
    )
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    path = f"/v1/consents/{consent_id}/receipt"
    await ok(cc.get(path, params={"format": "json"}))
    assert await copied(town) == []
    for form in ("pdf", "html"):
        assert (await cc.get(path, params={"format": form})).status_code == 200
    lines = await copied(town)
    assert [(c["form"], c["persons"], c["record_kind"]) for c in lines] == [
        ("pdf", 1, "consent"),
        ("html", 1, "consent"),
    ]
    assert {c["position_id"] for c in lines} == {await position(town, "cc_worker")}
    assert [c["form_ja"] for c in lines] == ["PDF", "印刷用ページ"]
    # An export of the log is a copy as well, of as many persons as stand in it.
    await auditor(town).get(EXPORTS[0])
    (*_, last) = await copied(town)
    assert (last["form"], last["action"], last["persons"]) == ("csv", "audit.read", 1)
    assert await copied(town, "j") == []
    # What was refused made no copy.
    assert (await town.caller("w-worker").get(path, params={"format": "pdf"})).status_code == 404
    assert len(await copied(town)) == 3


async def test_a_calendar_that_asks_again_and_again_is_one_line_a_day(town: Town):
    feed = (await ok(town.caller("j-consultant").post("/v1/calendar-feed"), 201))["path"]
    for _ in range(3):
        assert (await town.http.get(feed)).status_code == 200
    (line,) = await copied(town, "j")
    assert (line["form"], line["times"], line["persons"]) == ("ics", 3, 0)
    assert (line["attempt_id"], line["position_id"]) == (None, await position(town, "j_consultant"))


# Exports.


def fhir(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "collection")
    return [e["resource"] for e in bundle["entry"]]


async def test_the_exports_tell_what_the_list_tells(town: Town):
    person_id, _ = await known_to_j(town)
    await ok(town.caller("cc-worker").post("/v1/persons/search", {"kana": "シケン テスト"}))
    asked = {"until": town.clock.now.isoformat()}
    listed = await items(auditor(town), **asked)
    as_csv, as_lines, as_fhir = [await auditor(town).get(p, params=asked) for p in EXPORTS]
    assert as_lines.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in as_lines.text.splitlines()] == listed

    text = as_csv.content.decode()
    assert text.startswith(MARK)
    headings, *rows = csv.reader(io.StringIO(text.removeprefix(MARK)))
    assert headings[:3] == ["記録番号", "日時（日本時間）", "日時（UTC）"]
    assert [r[0] for r in rows] == [e["id"] for e in listed]
    persons = headings.index("本人番号")
    assert [r[persons] or None for r in rows] == [e["person_id"] for e in listed]
    assert rows[-1][1].startswith("2026-11-20 10:00")
    assert {r[headings.index("結果")] for r in rows} >= {"許可", "拒否"}

    assert as_fhir.headers["content-type"] == "application/fhir+json; fhirVersion=4.0"
    events = fhir(as_fhir)
    assert [e["id"] for e in events] == [e["id"] for e in listed]
    assert person_id not in as_fhir.text
    for event in events:
        AuditEvent.model_validate(event)
    assert {e["action"] for e in events} == {*"CREU"}
    patients = {
        entity["what"]["identifier"]["value"]
        for event in events
        for entity in event["entity"]
        if entity["type"]["code"] == "1"
    }
    assert patients == {
        town.app.state.service.pseudonyms.of(town.agency["CC"], uuid.UUID(person_id))
    }
    for answer in (as_csv, as_lines, as_fhir):
        assert answer.headers["content-disposition"].startswith("attachment; filename=")


async def test_nothing_in_a_cell_calculates(town: Town):
    worker = town.caller("cc-worker", client_id="=HYPERLINK(1)")
    await ok(worker.get("/v1/referrals"))
    answer = await auditor(town).get(EXPORTS[0])
    assert "'=HYPERLINK(1)" in [row["クライアント"] for row in rows_of(answer)]
    assert not [cell for row in rows_of(answer) for cell in row.values() if cell[:1] in {*"=+-@"}]


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    text = answer.content.decode().removeprefix(MARK)
    return list(csv.DictReader(io.StringIO(text)))


async def test_an_export_is_whole_or_refused(town: Town):
    await registered(town.caller("cc-worker"))
    (one,) = await town.audit(action="person.register")
    await town.owner.execute(
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(t, jsonb_build_object("
        " 'leaf', NULL, 'id', gen_random_uuid()))).* FROM audit_entry t, generate_series(1, 4999)"
        " WHERE t.id = $1",
        one["id"],
    )
    asked = {"action": "person.register"}
    whole = await auditor(town).get(EXPORTS[1], params=asked)
    assert len(whole.text.splitlines()) == 5000
    await registered(town.caller("cc-worker"))
    for path in EXPORTS:
        answer = auditor(town).get(path, params=asked)
        problem = await refused(answer, 422, "audit.too_many_entries")
        assert problem["facts"] == {"limit": 5000}
    narrowed = asked | {"since": town.clock.now.isoformat()}
    assert (await auditor(town).get(EXPORTS[1], params=narrowed)).text == ""


# Each by an index.


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


@pytest.fixture
async def big_log(town: Town) -> Town:
    """Twelve thousand entries of thirty agencies over sixty days, and the planner knows."""
    await known_to_j(town)
    await town.owner.execute("SELECT make_audit_months('2026-08-01', 8)")
    day = "(one).at - n % 60 * interval '1 day'"
    await town.owner.execute(
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(one, jsonb_build_object("
        f" 'leaf', NULL, 'id', {ID_AT.format(day)}, 'at', {day},"
        " 'agency_id', md5((n % 30)::text)::uuid, 'position_id', md5((n % 90)::text)::uuid,"
        " 'holder_agency_id', md5((n % 29)::text)::uuid, 'person_id', md5((n % 3000)::text)::uuid"
        "))).* FROM (SELECT e AS one FROM audit_entry e ORDER BY id LIMIT 1) t, generate_series(1, 12000) n"
    )
    await town.owner.execute("ANALYZE audit_entry")
    return town


#: Which of them name a period: all of it in November.
IN_PERIOD = {"person", "period", "refusals", "copies", "unusual"}


async def test_every_question_goes_by_an_index(big_log: Town, urls: Urls):
    town = big_log
    me, whom = await town.owner.fetchval("SELECT md5('7')::uuid"), uuid.uuid4()
    since, day = START - timedelta(days=2), date(2026, 11, 20)
    week = Period(day - timedelta(days=6), day)
    hours = [AuditPolicy().hours_on(d, closed_in_japan()) for d in week.days]
    asked: dict[str, dict[str, Any]] = {
        "all": {},
        "position": {"position_id": whom},
        "person": {"person_id": whom, "since": since, "until": START},
        "action": {"action": "person.read"},
        "outcome": {"outcome": "denied"},
        "purpose": {"purpose": "planning"},
        "basis": {"basis": "LIFE"},
        "period": {"since": since},
    }
    statements = {
        name: of_agency(me, AuditFilter(**filters), None, 51) for name, filters in asked.items()
    }
    statements["next page"] = of_agency(me, AuditFilter(), whom, 51)
    statements["refusals"] = questions.refusals(me, week, [whom])
    statements["copies"] = questions.copies(me, week, [whom], 5001)
    back = Period(week.since - timedelta(days=7), week.until)
    statements["unusual"] = questions.position_days(me, back, hours, [whom])
    #: Nothing is in the months ahead, and so nothing is to be had by an index.
    filled = {
        r["name"]
        for r in await town.owner.fetch(
            "SELECT DISTINCT tableoid::regclass::text AS name FROM audit_entry"
        )
    }
    assert filled == {f"audit_entry_2026_{month}" for month in ("09", "10", "11")}
    connection = await asyncpg.connect(urls.app)
    try:
        async with connection.transaction():
            for name, value in (("kind", "staff"), ("agency", str(me))):
                await connection.execute(
                    "SELECT set_config($1, $2, true)", f"tsunagi.{name}", value
                )
            for name, (query, values) in statements.items():
                explained = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *values)
                steps = list(nodes(json.loads(explained)[0]["Plan"]))
                read = [n for n in steps if n.get("Relation Name") in filled]
                assert read, name
                assert "Seq Scan" not in {n["Node Type"] for n in read}, (name, explained)
                # Whoever names a period looks into its months, and into what is of no month.
                looked = {str(n.get("Relation Name", "")) for n in steps}
                looked = {table for table in looked if table.startswith("audit_entry")}
                if name in IN_PERIOD:
                    assert looked & filled == {"audit_entry_2026_11"}, name
                    assert "audit_entry_default" in looked, name
                elif name != "next page":
                    assert looked >= filled, name
    finally:
        await connection.close()
