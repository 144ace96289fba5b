"""The forms (帳票) through HTTP: filled in from the record, never more than the record shows."""

import csv
import io
import uuid
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from scenario_steps import address, consent, hidden, ok, person, portal, refused, tally
from town import Caller, Town

from service.api import examples

TOLD, INFORMANT, OPINION = "家賃が払えないと来所", "隣の佐藤さんから聞いた", "本人は疲れた様子"
WISH, ILLNESS = "住まいを失いたくない", "不眠が三か月続く"
INTAKE: dict[str, Any] = {
    "route": "self_visit",
    "worries": ["housing", "debt", "food"],
    "worst": "housing",
    "wishes": WISH,
    "visitor_name": INFORMANT,
    "living_with": "一人暮らし",
    "health": ILLNESS,
    "housing": "借家（家賃四万円）",
    "none": ["children", "savings"],
    "unknown": ["debts"],
}


async def consulted(town: Town, **said: Any) -> tuple[str, str]:
    """Somebody whom CC took in, with the sheet partly filled in: the consultation and the person."""
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ", birth="1981-03-09", address=address("2番地3"))
    form |= {
        "sex": "female",
        "phones": [{"kind": "mobile", "number": "090-0000-0000", "may_call": False}],
    }
    whom = (await ok(cc.post("/v1/persons", form), 201))["id"]
    heard = {"told": TOLD, "person_id": whom, "informant": INFORMANT, "opinion": OPINION}
    begun = await ok(cc.post("/v1/consultations", heard | {"intake": INTAKE} | said), 201)
    return begun["id"], whom


def boxes(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f["code"]: f for s in body["sections"] for f in s["fields"]}


async def printed(caller: Caller, path: str, **options: Any) -> str:
    """What stands on the pages, without spaces and line ends."""
    response = await caller.get(path, **options)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/pdf"
    assert response.headers["cache-control"] == "no-store"
    pages = PdfReader(io.BytesIO(response.content), strict=True).pages
    return "".join("".join(p.extract_text().split()) for p in pages)


async def test_a_form_is_filled_in_from_the_record_with_one_entry_about_the_person(town: Town):
    consultation, whom = await consulted(town)
    cc = town.caller("cc-worker")
    path = f"/v1/consultations/{consultation}/forms/intake_application"
    read = await ok(cc.get(path))

    shown = boxes(read)
    assert {c: shown[c]["said"] for c in ("name", "kana", "sex", "birth", "received_on")} == {
        "name": "試験 花子",
        "kana": "シケン ハナコ",
        "sex": "2 女性",
        "birth": "昭和56年3月9日",
        "received_on": "令和8年11月20日",
    }
    assert shown["phone_mobile"]["said"] == "09000000000（電話しない）"
    assert shown["worries"]["value"] == ["housing", "debt", "food"]
    assert shown["wishes"]["said"] == WISH
    # None, unknown and not asked are three things.
    assert shown["children"]["state"] == "none"
    assert (shown["children"]["said"], shown["work"]["said"]) == ("なし", "")
    assert read["unanswered"] == []
    assert "work_kind" not in read["none"]

    assessment = await ok(cc.get(path.replace("intake_application", "intake_assessment")))
    assert boxes(assessment)["debts"]["state"] == "unknown"
    assert {"work", "household_income", "screening"} <= set(assessment["unanswered"])
    assert "debts" not in assessment["unanswered"]

    log = await tally(town, person_id=uuid.UUID(whom), action="consultation.read")
    assert log == {"cc-worker consultation.read allowed INTERNAL": 2}
    entries = await town.audit(person_id=uuid.UUID(whom), action="consultation.read")
    assert set(entries[0]["data_classes"]) >= {"D1", "D2", "D3", "D4", "D6", "D7"}
    # The person's own record was not asked for beside it.
    assert await tally(town, person_id=uuid.UUID(whom), action="person.read") == {}


async def test_the_persons_copy_says_nothing_of_who_told_us_or_of_opinions(town: Town):
    consultation, whom = await consulted(town)
    cc = town.caller("cc-worker")
    path = f"/v1/consultations/{consultation}/forms/intake_application"
    assert INFORMANT in (await cc.get(path)).text
    theirs = await cc.get(path, params={"copy": "person"})
    assert theirs.json()["copy_for"] == "person"
    assert INFORMANT not in theirs.text
    assert "visitor" not in theirs.text
    assert not {f["data_class"] for f in boxes(theirs.json()).values()} & {"D5", "D6", "D7"}
    paper = await printed(cc, f"{path}.pdf", params={"copy": "person"})
    assert "本人控え" in paper
    assert WISH in paper
    assert INFORMANT not in paper
    assert "来談者" not in paper
    last = (await town.audit(person_id=uuid.UUID(whom), action="consultation.read"))[-1]
    assert not {"D6", "D7"} & set(last["data_classes"])


async def test_the_printed_form_has_every_option_and_the_one_that_was_chosen(town: Town):
    consultation, _ = await consulted(town)
    cc = town.caller("cc-worker")
    path = f"/v1/consultations/{consultation}/forms/intake_application.pdf"
    paper = await printed(cc, path)
    assert all(
        w in paper
        for w in ("【1】相談受付・申込票", "取扱注意", "1/", "個人情報に関する管理・取扱規程")
    )
    assert all(w in paper for w in ("□1男性", "■2女性", "□3その他"))
    assert all(w in paper for w in ("◎住まいについて", "○債務について", "□介護のこと"))
    assert all(w in paper for w in ("氏名※", "試験花子", "昭和56年3月9日", "本人署名", TOLD))
    empty = await printed(cc, "/v1/forms/intake_application.pdf")
    assert "■" not in empty
    assert "取扱注意" not in empty
    assert all(w in empty for w in ("□1男性", "□住まいについて", "本人署名"))


async def test_whoever_may_not_read_the_record_gets_no_form_of_it(town: Town):
    consultation, _ = await consulted(town)
    for account in ("j-consultant", "h-supporter"):
        for ending in ("", ".pdf", ".xlsx", ".csv"):
            path = "/v1/consultations/{}/forms/intake_application" + ending
            await hidden(town.caller(account), path, consultation)
    cc = town.caller("cc-worker")
    wrong = f"/v1/consultations/{consultation}/forms/"
    await refused(cc.get(wrong + "no_such_form"), 404, "record.not_found")
    await refused(cc.get(wrong + "plan_application"), 422, "form.not_of_record")
    await refused(
        cc.get(wrong + "intake_application", params={"version": 9}), 422, "form.unknown_version"
    )


async def applied(town: Town, *, to: str = "J") -> tuple[str, str, str]:
    """CC's case of somebody who agreed; J is on the team: consultation, person, case."""
    consultation, whom = await consulted(town)
    cc = town.caller("cc-worker")
    slip = consent(
        whom,
        to={"agencies": [str(town.agency[a]) for a in ("CC", to)]},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
    )
    await ok(cc.post("/v1/consents", slip), 201)
    done = await ok(cc.post(f"/v1/consultations/{consultation}/screen", {"act": "apply"}))
    case = done["case_id"]
    team = {"members": [{"agency_id": str(town.agency[to]), "role": "家計相談"}]}
    await ok(cc.post(f"/v1/cases/{case}/team", team, headers={"If-Match": '"1"'}))
    return consultation, whom, case


async def test_a_progress_sheet_shows_each_reader_its_own_classes(town: Town):
    _, whom, case = await applied(town)
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    note = {"happened_on": "2026-11-20", "kind": "visit", "text": "訪問して話を聞いた"}
    note |= {"sensitive": ILLNESS, "opinion": OPINION, "with_whom": "本人"}
    await ok(cc.post(f"/v1/cases/{case}/notes", note), 201)

    def line(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {
            f["code"]: f
            for f in next(s for s in body["sections"] if s["code"] == "entries")["lines"][0]
        }

    path = f"/v1/cases/{case}/forms/progress"
    own, theirs = line(await ok(cc.get(path))), line(await ok(j.get(path)))
    assert (own["kind"]["said"], own["sensitive"]["value"]) == ("2 訪問・同行支援", ILLNESS)
    assert own["opinion"]["value"] == OPINION
    assert theirs["text"]["value"] == "訪問して話を聞いた"
    assert [theirs[c]["state"] for c in ("sensitive", "opinion")] == ["withheld", "withheld"]
    paper = await printed(j, f"{path}.pdf")
    assert "訪問して話を聞いた" in paper
    assert not any(w in paper for w in (ILLNESS, OPINION))
    log = await tally(town, person_id=uuid.UUID(whom), action="case.read")
    assert log == {
        "cc-worker case.read allowed INTERNAL": 1,
        "j-consultant case.read allowed CONSENT": 2,
    }
    # CC's intake is CC's: the team's form holds it back, whatever stands in it.
    sheet = await ok(j.get(f"/v1/cases/{case}/forms/intake_assessment"))
    assert {"housing", "health", "wishes", "route"} <= set(sheet["withheld"])
    assert WISH not in str(sheet)
    assert (
        boxes(await ok(cc.get(f"/v1/cases/{case}/forms/intake_assessment")))["wishes"]["said"]
        == WISH
    )


async def test_a_plan_prints_with_its_services_and_the_person_gets_it_too(town: Town):
    _, whom, case = await applied(town)
    cc = town.caller("cc-worker", "planning")
    lines = [
        examples.PLAN_VERSION["lines"][0]
        | {"service_code": "housing_benefit", "issue": "家賃の滞納"}
    ]
    draft = examples.PLAN | {"person_id": whom, "case_id": case, "lines": lines, "opinion": OPINION}
    draft |= {"background": INFORMANT, "referral_id": None}
    plan = (await ok(cc.post("/v1/plans", draft), 201))["id"]
    path = f"/v1/plans/{plan}/forms/plan_application"
    shown = boxes(await ok(cc.get(path)))
    assert shown["statutory"]["value"] == ["housing_benefit"]
    assert shown["others"]["value"] is None
    paper = await printed(cc, f"{path}.pdf")
    assert "■1住居確保給付金（家賃補助）" in paper
    assert all(
        w in paper
        for w in (
            "□2住居確保給付金（転居費用補助）",
            "□3居住支援事業",
            "家賃の滞納",
            "本人署名",
            OPINION,
            INFORMANT,
        )
    )
    # As it was called before 2025-04.
    before = await ok(cc.get(path, params={"version": 1}))
    assert boxes(before)["statutory"]["said"] == "1 住居確保給付金（家賃補助）"
    # The person's own account: the person's copy, whatever is asked for.
    her = await portal(town, whom)
    hers = await ok(her.get(path))
    assert hers["copy_for"] == "person"
    assert not any(w in str(hers) for w in (OPINION, INFORMANT))
    assert boxes(hers)["name"]["said"] == "試験 花子"


async def test_the_municipality_adds_boxes_of_its_own_and_old_records_keep_theirs(town: Town):
    old, _ = await consulted(town)
    officer, cc = town.caller("m-officer"), town.caller("cc-worker")
    path = "/v1/forms/intake_application/versions"
    await refused(cc.post(path, examples.FORM_VERSION), 403, "actor.permission_missing")
    past = examples.FORM_VERSION | {"valid_from": "2026-11-19"}
    await refused(officer.post(path, past), 422, "form.version_in_past")
    taken = [examples.FORM_VERSION["fields"][0] | {"code": "name"}]
    await refused(
        officer.post(path, examples.FORM_VERSION | {"fields": taken}), 422, "form.extra_taken"
    )
    fields = [
        *examples.FORM_VERSION["fields"],
        {"code": "diagnosis", "label_ja": "診断名", "kind": "text", "data_class": "D4"},
    ]
    tomorrow = examples.FORM_VERSION | {"valid_from": "2026-11-21", "fields": fields}
    made = await ok(officer.post(path, tomorrow), 201)
    assert (made["number"], made["base_version"]) == (101, 1)
    await refused(officer.post(path, tomorrow), 422, "form.version_not_later")
    listed = (await ok(cc.get(path)))["items"]
    assert [(d["version"], d["municipality_code"] is not None) for d in listed] == [
        (101, True),
        (1, False),
    ]

    town.clock.forward(days=1)
    new, _ = await consulted(town)
    form = "/v1/consultations/{}/forms/intake_application"
    assert (await ok(cc.get(form.format(old))))["version"] == 1
    assert (await ok(cc.get(form.format(new))))["version"] == 101
    answers = f"{form.format(new)}/answers"
    said = {"answers": {"town_bus": "uses", "diagnosis": "うつ病", "work_kind": "part_time"}}
    await refused(cc.put(answers, said, 3), 412, "record.changed_meanwhile")
    receipt = await ok(cc.put(answers, said, 0))
    assert receipt["form_version"] == 101
    assert "うつ病" not in str(receipt)
    shown = boxes(await ok(cc.get(form.format(new))))
    assert (shown["town_bus"]["said"], shown["work_kind"]["said"]) == (
        "1 利用している",
        "2 臨時・パート・アルバイト・派遣",
    )
    assert shown["diagnosis"]["data_class"] == "D4"
    wrong = {"answers": {"town_bus": "sometimes"}}
    await refused(cc.put(answers, wrong, 1), 422, "form.answer")
    await refused(cc.put(answers, {"answers": {"wishes": "x"}}, 1), 422, "form.unknown_field")
    await refused(town.caller("j-consultant").put(answers, said, 1), 404, "record.not_found")
    # The old record never had the boxes.
    await refused(cc.put(f"{form.format(old)}/answers", said, 0), 422, "form.unknown_field")


# Written out and read back in.


def cells(book: bytes, number: int) -> list[list[str]]:
    """A sheet's cells, read from the file itself."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheet = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))  # noqa: S314 - ours
    rows = []
    for row in sheet.iter(f"{space}row"):
        found = {c.get("r", "").rstrip("0123456789"): c for c in row}
        # Text only: nothing in it calculates.
        assert {c.get("t") for c in row if len(c)} == {"inlineStr"}
        rows.append(["".join(found[k].itertext()) if k in found else "" for k in "ABCDE"])
    return rows


async def exported(caller: Caller, path: str) -> bytes:
    response = await caller.get(path)
    assert response.status_code == 200, response.text
    assert "filename=" in response.headers["content-disposition"]
    return response.content


async def sent(caller: Caller, path: str, content: bytes, version: int | None, **query: Any) -> Any:
    headers = {"Content-Type": "text/csv"}
    if version is not None:
        headers["If-Match"] = f'"{version}"'
    return await caller.send(
        "POST", f"{path}/import", headers=headers, content=content, params=query
    )


async def test_what_nobody_changed_changes_nothing(town: Town):
    consultation, _ = await consulted(
        town, intake=INTAKE | {"work": "=HYPERLINK(1)", "benefits": "-1"}
    )
    cc = town.caller("cc-worker")
    for form in ("intake_application", "intake_assessment", "collaboration_intake_with_consent"):
        path = f"/v1/consultations/{consultation}/forms/{form}"
        for ending in ("xlsx", "csv"):
            book = await exported(cc, f"{path}.{ending}")
            done = await sent(cc, path, book, 1)
            assert done.status_code == 200, done.text
            assert done.json()["changes"] == []
    record = await cc.get(f"/v1/consultations/{consultation}")
    assert record.headers["etag"] == '"1"'
    assert await town.owner.fetchval("SELECT count(*) FROM form_answers") == 0
    assert (
        await town.owner.fetchval(
            "SELECT count(*) FROM record_history WHERE table_name = 'consultation'"
        )
        == 1
    )


async def test_a_workbook_has_the_boxes_and_the_lists_of_codes(town: Town):
    consultation, _ = await consulted(town)
    cc = town.caller("cc-worker")
    book = await exported(cc, f"/v1/consultations/{consultation}/forms/intake_application.xlsx")
    rows = {row[0]: row[2] for row in cells(book, 1)}
    assert rows["項目コード"] == "値"
    assert (rows["_form"], rows["_version"]) == ("intake_application", "1")
    assert (rows["name"], rows["birth"], rows["children"]) == (
        "試験 花子",
        "昭和56年3月9日",
        "なし",
    )
    codes = cells(book, 2)
    assert codes[0][:2] == ["項目コード", "項目"]
    assert ["worries", "相談内容", "", "food", "食べるものがない"] in codes
    # A reader that nobody here has written sees the same cells.
    read = CalamineWorkbook.from_filelike(io.BytesIO(book))
    for number in (1, 2):
        seen = read.get_sheet_by_index(number - 1).to_python(skip_empty_area=False)
        wide = [[str(cell) for cell in row[:5]] for row in seen]
        assert [(row + [""] * 5)[:5] for row in wide] == cells(book, number)


async def test_a_changed_file_writes_the_intake_and_the_answers_of_the_form(town: Town):
    consultation, _ = await consulted(town)
    cc = town.caller("cc-worker")
    path = f"/v1/consultations/{consultation}/forms/intake_application"
    rows = list(csv.reader(io.StringIO((await exported(cc, f"{path}.csv")).decode("utf-8-sig"))))
    new = {
        "wishes": "静かに暮らしたい",
        "children": "二人",
        "marital_status": "不明",
        "work_kind": "6",
    }
    new |= {"worries": "住まいについて\n介護のこと"}
    filled = io.StringIO()
    csv.writer(filled).writerows([c, label, new.get(c, v)] for c, label, v in rows)
    content = filled.getvalue().encode("cp932")

    tried = await sent(cc, path, content, None, dry_run=True)
    assert set(tried.json()["changes"]) == set(new)
    assert boxes(await ok(cc.get(path)))["wishes"]["said"] == WISH
    assert (await sent(cc, path, content, None)).status_code == 428
    assert (await sent(cc, path, content, 7)).status_code == 412
    done = await sent(cc, path, content, 1)
    assert done.status_code == 200, done.text
    shown = boxes(await ok(cc.get(path)))
    assert {c: shown[c]["said"] for c in ("wishes", "children", "marital_status", "work_kind")} == {
        "wishes": "静かに暮らしたい",
        "children": "二人",
        "marital_status": "不明",
        "work_kind": "6 失業・休職中",
    }
    sheet = (await ok(cc.get(f"/v1/consultations/{consultation}")))["intake"]
    assert sheet["worries"] == ["care", "housing"]
    assert ("children" in sheet["none"], "marital_status" in sheet["unknown"]) == (False, True)
    # Nobody else's way in.
    assert (await sent(town.caller("j-consultant"), path, content, 2)).status_code == 404


@pytest.mark.parametrize(
    ("rows", "where", "code"),
    [
        ("_form,帳票,progress\n_version,版,1\n", (2, "値"), "form.cell_wrong_form"),
        ("_form,帳票,intake_application\n_version,版,8\n", (3, "値"), "form.cell_wrong_form"),
        ("wishes,希望,a\n", (1, "項目コード"), "form.cell_wrong_form"),
        ("{}no_such,？,x\n", (4, "項目コード"), "form.cell_unknown_box"),
        ("{}name,氏名,別人\n", (4, "値"), "form.cell_not_written_here"),
        ("{}work_kind,仕事,99\n", (4, "値"), "form.cell_unreadable"),
        ("{}wishes,a,x\nwishes,a,y\n", (5, "項目コード"), "form.cell_box_twice"),
    ],
)
async def test_what_cannot_be_taken_in_is_named_by_row_and_column(
    town: Town, rows: str, where: tuple[int, str], code: str
):
    consultation, _ = await consulted(town)
    cc = town.caller("cc-worker")
    path = f"/v1/consultations/{consultation}/forms/intake_application"
    head = "_form,帳票,intake_application\n_version,版,1\n"
    content = ("項目コード,項目,値\n" + rows.replace("{}", head)).encode()
    answer = await sent(cc, path, content, 1)
    assert answer.status_code == 422, answer.text
    errors = answer.json()["errors"]
    assert [(e["row"], e["column"], e["code"]) for e in errors] == [(*where, code)]
    assert all(e["message_ja"] for e in errors)
    assert (await cc.get(f"/v1/consultations/{consultation}")).headers["etag"] == '"1"'


async def test_a_form_of_a_case_adds_the_agencys_own_view(town: Town):
    _, _, case = await applied(town)
    cc = town.caller("cc-worker")
    path = f"/v1/cases/{case}/forms/intake_assessment"
    response = await cc.get(f"{path}.csv")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    new = {"issues": "家賃の滞納と不眠", "checks": "経済的困窮\n住まい不安定", "violence": "はい"}
    filled = io.StringIO()
    csv.writer(filled).writerows([c, label, new.get(c, v)] for c, label, v in rows)
    version = int((await cc.get(path)).headers["etag"].strip('"'))
    done = await sent(cc, path, filled.getvalue().encode(), version)
    assert done.status_code == 200, done.text
    views = (await ok(cc.get(f"/v1/cases/{case}/assessments")))["items"]
    assert [(v["issues"], v["checks"], v["protected_checks"]) for v in views] == [
        ("家賃の滞納と不眠", ["poverty", "unstable_housing"], ["violence"])
    ]
    # The intake is CC's consultation's: it is not written from here.
    wrong = (
        "項目コード,項目,値\n_form,帳票,intake_assessment\n_version,版,1\nwishes,希望,別の希望\n"
    )
    version = int((await cc.get(path)).headers["etag"].strip('"'))
    refusal = await sent(cc, path, wrong.encode(), version)
    assert (refusal.status_code, refusal.json()["code"]) == (422, "form.intake_on_the_consultation")


async def test_what_was_written_into_a_form_is_disclosed_to_the_person(town: Town):
    """Also what was written before it was known who it is; never the opinion."""
    cc, privacy = town.caller("cc-worker"), town.caller("cc-privacy", "access_request")
    consultation = (await ok(cc.post("/v1/consultations", {"told": TOLD}), 201))["id"]
    answers = f"/v1/consultations/{consultation}/forms/intake_application/answers"
    await ok(cc.put(answers, {"answers": {"email": "hanako@example.jp"}}, 0))
    _, whom = await consulted(town)
    known = {"told": TOLD, "person_id": whom}
    await ok(cc.put(f"/v1/consultations/{consultation}", known, 1))

    wanted = examples.DISCLOSURE_REQUEST | {"person_id": whom}
    request = (await ok(privacy.post("/v1/disclosure-requests", wanted), 201))["id"]
    path = f"/v1/disclosure-requests/{request}"
    decision = {"result": "full", "grounds": [], "decision_number": "第12号"}
    await ok(privacy.post(f"{path}/decide", decision))
    gave = await ok(privacy.post(f"{path}/export"))
    (form,) = gave["records"]["form_answers"]
    assert form["form_code"] == "intake_application"
    assert "hanako@example.jp" in str(form)
    assert "d7" not in form["answers"]
