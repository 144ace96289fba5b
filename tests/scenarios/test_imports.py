"""Lists taken in at once: borrowers of special loans (brief 0-01), answers of a survey (1-02)."""

import asyncio
import io
import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import Workbook
from scenario_steps import consent, hidden, ok, refused, written_in
from town import Caller, Town

from service.domain.role import Role

EXAMPLES = Path(__file__).parent.parent / "examples"
PURPOSE = "特例貸付の借受世帯に対するフォローアップ支援（要綱第5条）"
ASKED = {"kind": "loan_screening", "purpose_text": PURPOSE}
SURVEY = {"kind": "survey", "purpose_text": "地域福祉計画のための福祉ニーズ調査"}
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADINGS = (
    "氏名,ふりがな,生年月日,電話,住所,地区,世帯番号,償還状況(滞納月数),"
    "家計の困りごと(有/無/不明),就労状況,債務(有/無/不明),食料(有/無/不明),備考"
)


def borrowers() -> bytes:
    return (EXAMPLES / "borrowers.csv").read_bytes()


def survey() -> bytes:
    return (EXAMPLES / "survey.csv").read_bytes()


async def send(
    caller: Caller, content: bytes, asked: dict[str, Any], of_type: str = CSV, **headers: str
) -> httpx.Response:
    return await caller.send(
        "POST",
        "/v1/imports",
        params=asked,
        content=content,
        headers={"Content-Type": of_type} | headers,
    )


def loan_desk(town: Town) -> Caller:
    return town.caller("s-loan")


async def counted(town: Town) -> dict[str, int]:
    tables = ("person", "screening", "signal", "task", "person_import", "record_history")
    return {t: await town.owner.fetchval(f"SELECT count(*) FROM {t}") for t in tables}


async def of_list(caller: Caller, imported: dict[str, Any]) -> list[str]:
    listed = await ok(caller.get(f"/v1/screenings/{imported['screening_id']}"))
    return [e["person_id"] for e in listed["entries"]]


def sheet(*rows: str) -> bytes:
    return "\r\n".join((HEADINGS, *rows)).encode()


# Thirty borrowers.


@pytest.mark.mechanism("0-01")
async def test_thirty_borrowers_come_in_and_eight_are_flagged(town: Town):
    s = loan_desk(town)
    answer = await send(s, borrowers(), ASKED)
    imported = await ok(_done(answer), 201)
    assert answer.headers["location"] == f"/v1/imports/{imported['id']}"
    numbers = ("rows_total", "rows_done", "needs_contact", "watch", "none")
    assert [imported[n] for n in numbers] == [30, 30, 8, 6, 16]
    # Each flagged row says why: budget, work, debt, food.
    flagged = [f for f in imported["findings"] if f["result"] == "needs_contact"]
    assert len(flagged) == 8
    reasons = {r["code"] for f in flagged for r in f["reasons"]}
    assert {"budget_trouble", "out_of_work", "other_debt", "food_trouble"} <= reasons
    assert all(r["label_ja"] for f in imported["findings"] for r in f["reasons"])
    # Eight records on one list, each with a signal on the desk's task list; nobody else is stored.
    people = await of_list(s, imported)
    assert len(people) == 8
    assert await counted(town) | {"record_history": 0} == {
        "person": 8,
        "screening": 1,
        "signal": 8,
        "task": 8,
        "person_import": 1,
        "record_history": 0,
    }
    first = await ok(s.get(f"/v1/persons/{people[0]}"))
    assert first["department"] == "loan"
    assert first["living"].startswith("把握の理由: ")
    assert first["area"] == "district_1"
    signals = (await ok(s.get("/v1/signals")))["items"]
    assert {g["person_id"] for g in signals} == set(people)
    assert {(g["kind"], g["status"]) for g in signals} == {("loan_screening", "new")}
    assert "food_trouble" in {c for g in signals for c in g["categories"]}
    tasks = (await ok(s.get("/v1/tasks")))["items"]
    assert {t["record_id"] for t in tasks} == {g["id"] for g in signals}
    assert (await ok(town.caller("s-csw").get("/v1/signals")))["items"] == []
    # One line in the log for the list, and one for each person.
    entries = await town.audit(action="import.run")
    assert len(entries) == 9
    assert {str(e["person_id"]) for e in entries if e["person_id"]} == set(people)
    assert {(e["outcome"], e["basis"]) for e in entries} == {("allowed", "INTERNAL")}


async def _done(answer: httpx.Response) -> httpx.Response:
    return answer


@pytest.mark.mechanism("0-01")
async def test_a_partner_searching_the_same_name_gets_nothing(town: Town):
    s = loan_desk(town)
    imported = await ok(send(s, borrowers(), ASKED), 201)
    found = await ok(s.post("/v1/persons/search", {"kana": "かりうけ かずよ"}))
    assert len(found["items"]) == 1
    whom = found["items"][0]["id"]
    for account in ("j-consultant", "m-officer", "w-worker", "cc-worker", "kj-consultant"):
        other = town.caller(account)
        same = await other.post("/v1/persons/search", {"kana": "かりうけ かずよ"})
        nobody = await other.post("/v1/persons/search", {"kana": "みしらぬ だれか"})
        assert same.content == nobody.content
        await hidden(other, "/v1/persons/{}", whom)
        await hidden(other, "/v1/imports/{}", imported["id"])
        await hidden(other, "/v1/screenings/{}", imported["screening_id"])
        assert (await ok(other.get("/v1/imports")))["items"] == []
        assert (await ok(other.get("/v1/tasks")))["items"] == []
    # Nor does the community work department of the same council.
    await hidden(town.caller("s-csw"), "/v1/persons/{}", whom)
    assert (await ok(town.caller("s-csw").get("/v1/imports")))["items"] == []


@pytest.mark.mechanism("1-02")
async def test_fifty_answers_and_six_of_them_somebody_to_see(town: Town):
    cc = town.caller("cc-worker")
    imported = await ok(send(cc, survey(), SURVEY), 201)
    assert (imported["rows_total"], imported["needs_contact"]) == (50, 6)
    assert imported["watch"] + imported["none"] == 44
    people = await of_list(cc, imported)
    assert len(people) == 6
    assert (await counted(town))["person"] == 6
    read = [await ok(cc.get(f"/v1/persons/{p}")) for p in people]
    # Somebody who gave no name is somebody to see as well.
    assert sorted(len(r["names"]) for r in read) == [0, 1, 1, 1, 1, 1]
    assert any("郵便物" in (r["considerations"] or "") for r in read)


# Trying first.


async def test_a_trial_says_what_would_come_of_it_and_stores_nothing(town: Town):
    s = loan_desk(town)
    before = await counted(town)
    answer = await send(s, borrowers(), ASKED | {"dry_run": "true"})
    tried = await ok(_done(answer))
    assert (tried["dry_run"], tried["needs_contact"], tried["watch"]) == (True, 8, 6)
    assert len(tried["findings"]) == 14
    assert await counted(town) == before
    (entry,) = await town.audit(action="import.run")
    assert (entry["outcome"], entry["person_id"]) == ("allowed", None)
    done = await ok(send(s, borrowers(), ASKED), 201)
    assert done["findings"] == tried["findings"]


async def test_a_trial_is_not_taken_for_the_import_under_the_same_key(town: Town):
    s = loan_desk(town)
    key = {"Idempotency-Key": "key-of-the-list"}
    await ok(send(s, borrowers(), ASKED | {"dry_run": "true"}, **key))
    await refused(send(s, borrowers(), ASKED, **key), 422, "idempotency.key_reused")
    again = {"Idempotency-Key": "key-of-the-import"}
    first, second = [await send(s, borrowers(), ASKED, **again) for _ in range(2)]
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second.headers["idempotency-replayed"] == "true"
    assert (await counted(town))["person_import"] == 1


# Faults.

CANARY = "カナリア"


async def test_three_bad_rows_in_five_hundred_are_exactly_those(town: Town):
    rows = [f"借受 {n}号,かりうけ ごう,,,,,{n},0,無,就労中,無,無," for n in range(2, 502)]
    rows[98] = f"借受 {CANARY},かりうけ ごう,令和八年{CANARY},,,,,0,無,就労中,無,無,"
    rows[298] = f"借受 一,かりうけ はじめ,,,,,,0,無,{CANARY},無,無,"
    rows[498] = f"借受 二,{CANARY}{CANARY}漢字,,,,,,0,無,就労中,無,無,"
    before = await counted(town)
    answer = await send(loan_desk(town), sheet(*rows), ASKED)
    problem = await refused(_done(answer), 422, "import.rows_invalid")
    assert [(e["row"], e["column"], e["code"]) for e in problem["errors"]] == [
        (100, "生年月日", "partial_date.format"),
        (300, "就労状況", "import.choice"),
        (500, "ふりがな", "kana.not_kana"),
    ]
    assert all(e["message"] and e["message_ja"] for e in problem["errors"])
    assert "就労中" in problem["errors"][1]["message_ja"]
    assert CANARY not in answer.text
    assert await counted(town) == before
    assert await written_in(town, CANARY) == set()


async def test_headings_are_named_all_at_once(town: Town):
    content = f"氏名,氏名,{CANARY},家計の困りごと\n借受 一,x,y,z\n".encode()
    problem = await refused(send(loan_desk(town), content, ASKED), 422, "import.rows_invalid")
    assert {(e["row"], e["column"], e["code"]) for e in problem["errors"]} == {
        (1, "C", "import.heading_unknown"),
        (1, "氏名", "import.heading_twice"),
        *(
            (1, column, "import.heading_missing")
            for column in (
                "ふりがな",
                "償還状況(滞納月数)",
                "就労状況",
                "債務(有/無/不明)",
                "食料(有/無/不明)",
            )
        ),
    }
    assert CANARY not in json.dumps(problem, ensure_ascii=False)


UNREADABLE: list[tuple[str, bytes, int, str]] = [
    ("a PDF called CSV", b"%PDF-1.7 ...", 422, "import.file_unreadable"),
    (
        "an old Excel file",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        422,
        "import.file_old_excel",
    ),
    ("nothing but spaces", b" \r\n \r\n", 422, "import.file_empty"),
    ("headings alone", sheet(), 422, "import.no_rows"),
    ("a broken zip", b"PK\x03\x04 and no more", 422, "import.file_unreadable"),
    ("2001 rows", sheet(*["借受 一,かりうけ いち,,,,,,,,,,,"] * 2001), 413, "import.too_many_rows"),
    ("nothing", b"", 422, "body.invalid"),
]


@pytest.mark.parametrize(
    ("about", "content", "status", "code"), UNREADABLE, ids=lambda v: str(v)[:20]
)
async def test_what_is_no_list_is_refused_in_one_sentence(
    town: Town, about: str, content: bytes, status: int, code: str
):
    await refused(send(loan_desk(town), content, ASKED), status, code)
    (entry,) = await town.audit(action="import.run")
    assert entry["outcome"] == "failed"
    assert (await counted(town))["person"] == 0


async def test_what_is_asked_along_is_checked(town: Town):
    s = loan_desk(town)
    for asked, pointer in (
        ({"kind": "loan_screening"}, "purpose_text"),
        ({"purpose_text": PURPOSE}, "kind"),
        (ASKED | {"purpose_text": "あ" * 401}, "purpose_text"),
        (ASKED | {"purpose_text": " 　 "}, "purpose_text"),
        (ASKED | {"kind": "census"}, "kind"),
    ):
        problem = await refused(send(s, borrowers(), asked), 422, "request.invalid")
        assert [e["pointer"] for e in problem["errors"]] == [pointer]
    too_long = sheet(*["あ" * 400] * 1000)
    await refused(send(s, too_long, ASKED), 413, "body.too_large")


async def test_a_workbook_says_the_same_as_the_text(town: Town):
    book = Workbook()
    page = book.active
    for line in borrowers().decode().splitlines():
        page.append(line.split(","))
    # A name that looks like a formula is a name.
    page["M2"].value = "=1+1"
    page["M2"].data_type = "s"
    kept = io.BytesIO()
    book.save(kept)
    imported = await ok(send(loan_desk(town), kept.getvalue(), ASKED, XLSX), 201)
    assert (imported["rows_total"], imported["needs_contact"], imported["watch"]) == (30, 8, 6)


# Twice.


async def test_the_same_list_is_taken_in_once(town: Town):
    s = loan_desk(town)
    first = await ok(send(s, borrowers(), ASKED), 201)
    for asked in (ASKED, ASKED | {"dry_run": "true"}):
        problem = await refused(send(s, borrowers(), asked), 409, "import.same_file")
        assert problem["facts"]["import_id"] == first["id"]
    # Another agency with the same list learns nothing of it.
    await ok(send(town.caller("j-consultant"), borrowers(), ASKED), 201)
    # Taken back, it may come again.
    await ok(s.post(f"/v1/imports/{first['id']}/undo", {"reason": "昨年度の名簿だった"}))
    again = await ok(send(s, borrowers(), ASKED), 201)
    states = [(i["id"], i["state"]) for i in (await ok(s.get("/v1/imports")))["items"]]
    assert states == [(again["id"], "done"), (first["id"], "undone")]


async def test_two_colleagues_at_the_same_moment(town: Town):
    s = loan_desk(town)
    answers = await asyncio.gather(*(send(s, borrowers(), ASKED) for _ in range(4)))
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    assert (await counted(town))["person"] == 8


# Taking it back.


async def test_what_is_taken_back_is_there_for_nobody(town: Town):
    s = loan_desk(town)
    imported = await ok(send(s, borrowers(), ASKED), 201)
    people = await of_list(s, imported)
    undone = await ok(s.post(f"/v1/imports/{imported['id']}/undo", {"reason": CANARY}))
    assert (undone["state"], undone["needs_contact"]) == ("undone", 8)
    assert undone["undone_at"]
    # Its own agency is told what it would be told of somebody nobody ever had.
    for person_id in people:
        await hidden(s, "/v1/persons/{}", person_id)
        await hidden(s, "/v1/persons/{}/consents", person_id)
    same = await s.post("/v1/persons/search", {"kana": "かりうけ かずよ"})
    nobody = await s.post("/v1/persons/search", {"kana": "みしらぬ だれか"})
    assert same.content == nobody.content
    assert await of_list(s, imported) == []
    assert (await ok(s.get("/v1/tasks")))["items"] == []
    # Nobody builds on it, nobody brings it back.
    slip = consent(people[0], to={"kinds": ["legal_aid"]}, classes="D1", purposes=("consultation",))
    await refused(s.post("/v1/consents", slip), 404, "record.not_found")
    await refused(s.put(f"/v1/persons/{people[0]}", {}, 1), 404, "record.not_found")
    # The reason is for the file; the history is kept, and the log says who did it.
    read = await s.get(f"/v1/imports/{imported['id']}")
    assert CANARY not in read.text
    for person_id in people:
        versions = await town.owner.fetch(
            "SELECT body FROM record_history WHERE record_id = $1 ORDER BY number", person_id
        )
        bodies = [json.loads(v["body"]) for v in versions]
        assert [bool(b["voided_at"]) for b in bodies] == [False, True]
        assert bodies[0]["names"]
    entries = await town.audit(action="import.undo")
    assert {str(e["person_id"]) for e in entries if e["person_id"]} == set(people)
    again = s.post(f"/v1/imports/{imported['id']}/undo", {"reason": "もう一度"})
    await refused(again, 409, "import.already_undone")


async def test_whatever_was_built_on_it_keeps_it(town: Town):
    s = loan_desk(town)

    async def a_consent(person_id: str) -> Any:
        to = {"kinds": ["legal_aid"]}
        slip = consent(person_id, to=to, classes="D1", purposes=("consultation",))
        return await s.post("/v1/consents", slip)

    async def a_referral(person_id: str) -> Any:
        letter = {"person_id": person_id, "to_desk_id": str(town.desk["J"]), "reason": "相談"}
        return await s.post("/v1/referrals", letter)

    async def a_consultation(person_id: str) -> Any:
        return await s.post("/v1/consultations", {"told": "相談", "person_id": person_id})

    async def an_amendment(person_id: str) -> Any:
        return await s.put(f"/v1/persons/{person_id}", {"department": "loan"}, 1)

    async def a_household(person_id: str) -> Any:
        return await s.post(
            "/v1/households", {"members": [{"person_id": person_id, "relation": "self"}]}
        )

    async def a_call(person_id: str) -> Any:
        said = {"person_id": person_id, "outcome": "accepted"}
        return await s.post(f"/v1/screenings/{imported['screening_id']}/outcomes", said)

    acts = (a_consent, a_referral, a_consultation, an_amendment, a_household, a_call)
    for number, act in enumerate(acts):
        row = f"借受 {number}号,かりうけ ごう,,,,,,0,有,就労中,無,無,"
        imported = await ok(send(s, sheet(row), ASKED), 201)
        (person_id,) = await of_list(s, imported)
        done = await act(person_id)
        assert done.is_success, (act, done.text)
        undoing = s.post(f"/v1/imports/{imported['id']}/undo", {"reason": "誤り"})
        problem = await refused(undoing, 409, "import.built_upon")
        assert problem["facts"]["rows"] == [2], act
        assert (await s.get(f"/v1/persons/{person_id}")).status_code == 200
        assert (await ok(s.get(f"/v1/imports/{imported['id']}")))["state"] == "done"


async def test_nobody_else_takes_it_back(town: Town):
    imported = await ok(send(loan_desk(town), borrowers(), ASKED), 201)
    for account in ("j-consultant", "s-csw"):
        other = town.caller(account)
        there = await other.post(f"/v1/imports/{imported['id']}/undo", {"reason": "誤り"})
        nowhere = await other.post(f"/v1/imports/{uuid.uuid4()}/undo", {"reason": "誤り"})
        assert (there.status_code, there.content) == (404, nowhere.content)
    (foreign, *_) = await town.audit(action="import.undo", agency_id=town.agency["J"])
    assert (foreign["rules"], foreign["holder_agency_id"]) == (
        ["record.no_basis"],
        town.agency["S"],
    )
    watcher = town.caller("p3-commissioner", "watch_over")
    await refused(send(watcher, borrowers(), ASKED), 403, "actor.permission_missing")
    await town.hire("s-auditor-2", "S", Role.AUDITOR)
    auditor = town.caller("s-auditor-2", "audit")
    await refused(send(auditor, borrowers(), ASKED), 403, "actor.permission_missing")
