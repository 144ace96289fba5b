"""SC-13: ten homes cannot take out the rubbish; a plenary, and nobody's name (brief §6)."""

import uuid
from typing import Any

import pytest
from scenario_steps import (
    act,
    consent,
    counted,
    listen,
    ok,
    person,
    refer,
    refused,
    tally,
    written_in,
)
from town import Caller, Town

TITLE = "ごみ出しができない世帯"
TEXT = "集積所まで運べない高齢・障害のある世帯が増えている。"
ACTIVITY = "小学校と民生委員が、児童による朝のごみ出し手伝いを始めた。"
SUBJECT = "ごみ出しの手伝いを地域でどう始めるか"
DECISION = "小学校と民生委員協議会で手伝いの仕組みを作る"
SECTIONS = ("M", "W", "C", "G", "T", "WA", "CC", "P", "HC")


def ten_cases(**more: Any) -> dict[str, Any]:
    counts = [{"area": "district_1", "cases": 7}, {"area": "district_3", "cases": 3}]
    return {"title": TITLE, "text": TEXT, "theme": "daily_life", "counts": counts} | more


def hub(town: Town) -> Caller:
    return town.caller("s-hub", "planning")


async def raised(town: Town, **more: Any) -> str:
    return (await ok(hub(town).post("/v1/area-issues", ten_cases(**more)), 201))["id"]


async def plenary(town: Town, *letters: str) -> str:
    """All sections are called together (全体会議)."""
    when = {"starts_at": "2026-12-10T10:00:00+09:00", "ends_at": "2026-12-10T12:00:00+09:00"}
    form = {"kind": "layered_plenary", "place": "市役所 大会議室"} | when
    conference_id = (await ok(hub(town).post("/v1/conferences", form), 201))["id"]
    agencies = {"agency_ids": [str(town.agency[letter]) for letter in letters]}
    await ok(hub(town).post(f"/v1/conferences/{conference_id}/invite", agencies))
    return conference_id


def talk(**more: Any) -> dict[str, Any]:
    return {"purpose": "area_issue", "minutes": 30, "subject": SUBJECT} | more


async def somebody(town: Town) -> dict[str, str]:
    """One of the ten, with a consent, a referral, a case and a plan at J."""
    s, j = town.caller("s-csw"), town.caller("j-consultant")
    form = person("見本", "三郎", "ミホン サブロウ", birth="1950-02-02")
    person_id = (await ok(s.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"kinds": ["self_reliance_agency", "social_welfare_council"]},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
    )
    await ok(s.post("/v1/consents", slip), 201)
    referral_id = await refer(s, person_id, town.desk["J"])
    await act(s, referral_id, "send")
    await act(j, referral_id, "escalate", reason="担当を決められないため")
    lead = {
        "lead_agency_id": str(town.agency["J"]),
        "deputy_agency_id": str(town.agency["S"]),
        "team": [],
        "reason": "家計の相談から入る",
    }
    case_id = (await act(hub(town), referral_id, "name-lead", **lead))["case_id"]
    return {"person": person_id, "referral": referral_id, "case": case_id}


@pytest.mark.mechanism("2-11", "1-63", "3-14")
async def test_ten_homes_one_issue_and_something_is_begun(town: Town):
    heard = listen(town)
    issue_id = await raised(town)
    conference_id = await plenary(town, *SECTIONS)
    path = f"/v1/conferences/{conference_id}"
    item = await ok(hub(town).post(f"{path}/items", talk()), 201)
    assert item["basis"] == "ANON"
    await ok(hub(town).post(f"{path}/fix"))

    # Every section reads the same paper, and the report.
    for account in ("m-officer", "w-worker", "g-ssw", "t-officer", "p3-commissioner"):
        section = town.caller(account, "planning")
        (paper,) = (await ok(section.get(f"{path}/packet")))["items"]
        assert paper["subject"] == SUBJECT
        assert "persons" not in paper
        told = await ok(section.get(f"/v1/area-issues/{issue_id}/report"))
        assert told["report"]["total"] == 10

    town.clock.forward(days=21)
    attendees = (await ok(hub(town).get(path)))["attendees"]
    present = {"present_attendee_ids": [a["id"] for a in attendees]}
    await ok(hub(town).post(f"{path}/hold", present))
    tasks = [{"agency_id": str(town.agency["G"]), "what": DECISION, "due_on": "2027-01-29"}]
    result = {"result": "discussed", "decision": DECISION, "tasks": tasks}
    await ok(hub(town).post(f"{path}/items/{item['id']}/result", result))
    (task,) = (await ok(town.caller("g-ssw", "planning").get("/v1/tasks")))["items"]
    assert (task["what"], task.get("person_id")) == (DECISION, None)

    closed = await ok(hub(town).post(f"/v1/area-issues/{issue_id}/close", {"activity": ACTIVITY}))
    assert closed["state"] == "closed"
    again = hub(town).post(f"/v1/area-issues/{issue_id}/close", {"activity": ACTIVITY})
    await refused(again, 409, "area_issue.already_closed")
    report = await ok(town.caller("k-adviser").get(f"/v1/area-issues/{issue_id}/report"))
    assert (report["state"], report["activity"]) == ("closed", ACTIVITY)

    # Nobody is on record: neither in the log nor in a notice, and no text of the talk either.
    entries = [e for e in await town.audit() if e["record_kind"] != "token"]
    assert {e["person_id"] for e in entries} == {None}
    assert await tally(town, action="area_issue.read") == counted("""
        1 m-officer area_issue.read allowed ANON
        1 w-worker area_issue.read allowed ANON
        1 g-ssw area_issue.read allowed ANON
        1 t-officer area_issue.read allowed ANON
        1 p3-commissioner area_issue.read allowed ANON
        1 k-adviser area_issue.read allowed ANON
    """)
    read = await town.audit(action="area_issue.read")
    assert {(tuple(e["data_classes"]), str(e["record_id"])) for e in read} == {(("D0",), issue_id)}
    assert await tally(town, action="area_issue.raise") == counted(
        "1 s-hub area_issue.raise allowed INTERNAL"
    )
    assert await tally(town, action="area_issue.close") == counted("""
        1 s-hub area_issue.close allowed INTERNAL
        1 s-hub area_issue.close failed INTERNAL
    """)
    for words in (SUBJECT, DECISION):
        assert await written_in(town, words) == set(), words
    # What is published of the issue is in its receipts, and still not in the log.
    for words in (TEXT, ACTIVITY):
        assert await written_in(town, words) == {"first_answer"}, words
    assert not any("district_3" in a.text and '"cases":3' in a.text for a in heard)


async def test_the_report_tells_ten_and_no_district(town: Town):
    issue_id = await raised(town)
    reports = []
    for account in ("s-hub", "s-loan", "k-adviser", "tm-officer", "cc-worker"):
        reader = town.caller(account)
        told = await ok(reader.get(f"/v1/area-issues/{issue_id}/report"))
        assert "counts" not in told
        reports.append(told["report"])
    assert reports == [reports[0]] * 5
    assert reports[0] == {
        "total": 10,
        "areas": [{"area": "district_1", "cases": None}, {"area": "district_3", "cases": None}],
        "fewest_told": 10,
    }


@pytest.mark.parametrize(
    ("cases", "total", "told"),
    [
        ({"district_1": 12, "district_2": 30, "district_3": 3}, 45, [None, 30, None]),
        ({"district_1": 12, "district_2": 0, "district_3": 3}, 15, [None, 0, None]),
        ({"district_1": 12, "district_2": 11, "district_3": 10}, 33, [12, 11, 10]),
        ({"district_1": 0, "district_2": 0, "district_3": 0}, 0, [0, 0, 0]),
        ({"district_1": 4, "district_2": 0, "district_3": 3}, None, [None, 0, None]),
        ({"district_1": 0, "district_2": 0, "district_3": 9}, None, [0, 0, None]),
    ],
)
async def test_what_would_give_a_small_number_away_is_withheld_too(
    town: Town, cases: dict[str, int], total: int | None, told: list[int | None]
):
    counts = [{"area": area, "cases": count} for area, count in cases.items()]
    issue_id = await raised(town, counts=counts)
    report = (await ok(town.caller("m-officer").get(f"/v1/area-issues/{issue_id}/report")))[
        "report"
    ]
    assert report["total"] == total
    assert [line["cases"] for line in report["areas"]] == told


async def test_another_agency_lists_the_issue_without_its_numbers(town: Town):
    issue_id = await raised(town)
    for account in ("m-officer", "cc-worker", "k-adviser", "p3-commissioner"):
        (listed,) = (await ok(town.caller(account).get("/v1/area-issues")))["items"]
        assert (listed["id"], listed["title"], listed["text"]) == (issue_id, TITLE, TEXT)
        assert "counts" not in listed
        assert listed["withheld"] == ["D7"]
    # The agency that counted reads its own numbers; they are managed there.
    (own,) = (await ok(town.caller("s-csw").get("/v1/area-issues")))["items"]
    assert own["counts"] == ten_cases()["counts"]
    # The town next door has issues of its own.
    assert (await ok(town.caller("tm-officer").get("/v1/area-issues")))["items"] == []
    listed_by = await tally(town, action="area_issue.read")
    assert listed_by == counted("""
        1 m-officer area_issue.read allowed ANON
        1 cc-worker area_issue.read allowed ANON
        1 k-adviser area_issue.read allowed ANON
        1 p3-commissioner area_issue.read allowed ANON
        1 s-csw area_issue.read allowed INTERNAL
        1 tm-officer area_issue.read allowed INTERNAL
    """)


async def test_only_who_raised_it_closes_it(town: Town):
    issue_id = await raised(town)
    body = {"activity": ACTIVITY}
    for account in ("m-officer", "j-consultant", "cc-worker"):
        caller = town.caller(account, "planning")
        there = await caller.post(f"/v1/area-issues/{issue_id}/close", body)
        nowhere = await caller.post(f"/v1/area-issues/{uuid.uuid4()}/close", body)
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content
    report = await ok(town.caller("m-officer").get(f"/v1/area-issues/{issue_id}/report"))
    assert report["state"] == "open"


@pytest.mark.mechanism("2-11")
async def test_a_plenary_takes_nobodys_papers(town: Town):
    """Rule 19: what names somebody is refused, whatever it is that names them."""
    ids = await somebody(town)
    conference_id = await plenary(town, *SECTIONS)
    items = f"/v1/conferences/{conference_id}/items"
    naming: tuple[dict[str, Any], ...] = (
        {"person_ids": [ids["person"]]},
        {"case_id": ids["case"]},
        {"referral_id": ids["referral"]},
        {"plan": {"plan_id": str(uuid.uuid4()), "number": 1}},
        {"person_ids": [ids["person"]], "case_id": ids["case"], "referral_id": ids["referral"]},
    )
    for named in naming:
        answers = [await hub(town).post(items, talk(**named))]
        # An id nobody ever had is refused in the same words.
        unknown = {
            key: [str(uuid.uuid4())] if isinstance(value, list) else str(uuid.uuid4())
            for key, value in named.items()
            if key != "plan"
        }
        if unknown:
            answers.append(await hub(town).post(items, talk(**unknown)))
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert answer.json()["code"] == "conference.kind_names_nobody"
            assert answer.content == answers[0].content
            assert ids["person"] not in answer.text
    shown = await ok(hub(town).get(f"/v1/conferences/{conference_id}"))
    assert shown["agenda"] == {"items": 0, "minutes": 0}
    # The log of the attempts does not say whom they were about.
    tried = await town.audit(action="conference.plan", outcome="failed")
    assert len(tried) == 9
    assert {e["person_id"] for e in tried} == {None}
    for record_id in ids.values():
        assert not any(record_id in str(dict(e)) for e in tried)


async def test_other_network_meetings_name_nobody_either(town: Town):
    ids = await somebody(town)
    for kind in ("prefecture_network", "field_council", "liaison_council_agency"):
        when = {"starts_at": "2026-12-10T10:00:00+09:00", "ends_at": "2026-12-10T12:00:00+09:00"}
        form = {"kind": kind, "place": "県庁"} | when
        conference_id = (await ok(hub(town).post("/v1/conferences", form), 201))["id"]
        items = f"/v1/conferences/{conference_id}/items"
        body = talk(person_ids=[ids["person"]])
        await refused(hub(town).post(items, body), 422, "conference.kind_names_nobody")
        await ok(hub(town).post(items, talk()), 201)


async def test_an_item_about_somebody_is_not_turned_into_a_plenarys(town: Town):
    ids = await somebody(town)
    when = {"starts_at": "2026-12-10T10:00:00+09:00", "ends_at": "2026-12-10T12:00:00+09:00"}
    form = {"kind": "layered_support_conf", "place": "市役所"} | when
    conference_id = (await ok(hub(town).post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference_id}/items"
    body = talk(purpose="information_exchange", person_ids=[ids["person"]])
    item = await ok(hub(town).post(path, body), 201)
    convert = hub(town).post(f"{path}/{item['id']}/convert", {"kind": "layered_plenary"})
    await refused(convert, 422, "conference.kind_names_nobody")


async def test_nobody_is_invited_to_a_plenary_as_the_person_it_is_about(town: Town):
    """Rule 19: a plenary carries no person ids, its list of attendees neither."""
    ids = await somebody(town)
    conference_id = await plenary(town, *SECTIONS)
    invite = hub(town).post(
        f"/v1/conferences/{conference_id}/invite", {"person_ids": [ids["person"]]}
    )
    await refused(invite, 422, "conference.kind_names_nobody")


@pytest.mark.parametrize(
    "more",
    [
        {"person_ids": [str(uuid.uuid4())]},
        {"case_id": str(uuid.uuid4())},
        {"referral_id": str(uuid.uuid4())},
        {"names": ["見本 三郎"]},
        {"counts": [{"area": "district_1", "cases": 7, "person_ids": [str(uuid.uuid4())]}]},
    ],
)
async def test_there_is_no_field_for_a_person(town: Town, more: dict[str, Any]):
    answer = await hub(town).post("/v1/area-issues", ten_cases() | more)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "body.invalid"
    assert "extra" in answer.text or "unknown" in answer.text
    assert (await ok(hub(town).get("/v1/area-issues")))["items"] == []
    (tried,) = await town.audit(action="area_issue.raise")
    assert (tried["outcome"], tried["person_id"]) == ("failed", None)


RECORD = "0199aaaa-1234-7000-8000-0123456789ab"
IN_OTHER_WRITING = {
    "without hyphens": RECORD.replace("-", ""),
    "full-width": RECORD.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789abcdef-"}),
}


@pytest.mark.parametrize("record", [RECORD, RECORD.upper(), f"urn:uuid:{RECORD}", f"（{RECORD}）"])
@pytest.mark.parametrize("field", ["title", "text"])
async def test_an_id_in_its_words_is_refused(town: Town, field: str, record: str):
    body = ten_cases(**{field: f"ケース{record}の世帯"})
    answer = await hub(town).post("/v1/area-issues", body)
    assert answer.status_code == 422, answer.text
    assert "area_issue.names_a_record" in answer.text
    assert record not in answer.text
    assert (await ok(hub(town).get("/v1/area-issues")))["items"] == []


@pytest.mark.parametrize("record", IN_OTHER_WRITING.values(), ids=IN_OTHER_WRITING)
async def test_an_id_in_another_writing_is_refused(town: Town, record: str):
    answer = await hub(town).post("/v1/area-issues", ten_cases(text=f"ケース{record}の世帯"))
    assert answer.status_code == 422, answer.text
    assert "area_issue.names_a_record" in answer.text


async def test_an_id_in_the_activity_is_refused(town: Town):
    """What closes the issue is read by everybody who reads the report."""
    issue_id = await raised(town)
    body = {"activity": f"ケース{RECORD}から始めた"}
    answer = await hub(town).post(f"/v1/area-issues/{issue_id}/close", body)
    assert answer.status_code == 422, answer.text
    assert "area_issue.names_a_record" in answer.text


async def test_each_area_is_counted_once(town: Town):
    counts = [{"area": "district_3", "cases": 3}, {"area": "district_3", "cases": 7}]
    answer = await hub(town).post("/v1/area-issues", ten_cases(counts=counts))
    assert answer.status_code == 422
    assert "area_issue.area_twice" in answer.text
