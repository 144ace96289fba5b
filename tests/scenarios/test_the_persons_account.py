"""The person asks: who saw my data, and what do you have on me (brief §2.8, §2.9)."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from scenario_steps import (
    INFORMANT,
    OPINION,
    act,
    address,
    consent,
    hidden,
    jiro_has_a_lead,
    listen,
    notices,
    ok,
    person,
    portal,
    refer,
    refused,
    same_as_unknown,
    tally,
)
from town import Caller, Town

REPORT = "/v1/persons/{}/access-report"
EMBARGOES = "/v1/persons/{}/access-report/embargoes"
WHY = "加害者が本人の端末を見ており、相談先が知られるおそれがある。"
APPROVER = "福祉課長 松本"


def officer(town: Town, letter: str) -> Caller:
    return town.caller(f"{letter}-privacy", "access_request")


async def lines(reader: Caller, person_id: str) -> list[dict[str, Any]]:
    """The whole report."""
    page = await ok(reader.get(REPORT.format(person_id), params={"limit": "100"}))
    assert page["next_cursor"] is None
    return page["items"]


async def agencies(reader: Caller, person_id: str) -> set[str]:
    told = await lines(reader, person_id)
    return {line["agency_name"] for line in told if line["agency_name"]}


CC, J, D, W = (
    "みほん市 第3地区 コミュニティセンター",
    "みほん市 自立相談支援センター",
    "みほん市 障害者基幹相談支援センター",
    "みほん市 福祉事務所",
)
E = "みほん市 地域包括支援センター"


@dataclass(frozen=True)
class Hanako:
    """CC holds her record; J reads it by consent; D was refused; W tried."""

    person: str
    consent: str
    referral: str


async def looked_at(town: Town) -> Hanako:
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    form = person("見本", "花江", "ミホン ハナエ", birth="1948-03-03", address=address("8番地8"))
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes="D1 D3",
        purposes=("consultation",),
    )
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    referral_id = await refer(cc, person_id, town.desk["J"])
    await act(cc, referral_id, "send")
    await act(j, referral_id, "accept")
    await ok(j.get(f"/v1/persons/{person_id}"))
    for account in ("d-consultant", "w-worker"):
        await hidden(town.caller(account), "/v1/persons/{}", person_id)
    return Hanako(person_id, consent_id, referral_id)


async def test_who_saw_her_data_at_which_agency_and_why(town: Town):
    hanako = await looked_at(town)
    for reader in (await portal(town, hanako.person), officer(town, "cc")):
        told = await lines(reader, hanako.person)
        seen = {
            (x["agency_name"], x["action_ja"], x["purpose_ja"], x["basis"], x["outcome"])
            for x in told
        }
        assert seen >= {
            (CC, "本人の登録", "相談支援", "INTERNAL", "allowed"),
            (CC, "同意の記録", "相談支援", "INTERNAL", "allowed"),
            (J, "本人情報の閲覧", "相談支援", "CONSENT", "allowed"),
            (J, "つなぎの引受け", "相談支援", "CONSENT", "allowed"),
            (D, "本人情報の閲覧", "相談支援", None, "denied"),
            (W, "本人情報の閲覧", "相談支援", None, "denied"),
        }
        (read,) = [x for x in told if (x["agency_name"], x["action"]) == (J, "person.read")]
        assert read["data_classes"] == ["D0", "D1"]
        assert [x["at"] for x in told] == sorted((x["at"] for x in told), reverse=True)
    # Nobody else's officer: neither of the agency that was let in, nor of one that was not.
    for letter in ("j", "s", "t", "m"):
        await hidden(officer(town, letter), REPORT, hanako.person)


# Held back for a time.


def embargo(town: Town, *letters: str, until: str = "2027-03-31", **more: Any) -> dict[str, Any]:
    return {
        "ground": "dv_protection",
        "agency_ids": [str(town.agency[letter]) for letter in letters],
        "reason": WHY,
        "approver": APPROVER,
        "until": until,
    } | more


async def held(town: Town, reader: Caller, hanako: Hanako, body: dict[str, Any]) -> dict[str, Any]:
    return await ok(reader.post(EMBARGOES.format(hanako.person), body), 201)


async def suppressions(town: Town, letter: str, hanako: Hanako) -> list[dict[str, Any]]:
    """What the auditor of an agency reads of what was held back."""
    auditor = town.caller(f"{letter}-auditor", "audit")
    asked = {"person_id": hanako.person, "outcome": "masked", "limit": "100"}
    found = (await ok(auditor.get("/v1/audit/events", params=asked)))["items"]
    return [e for e in found if "report.held_back" in e["rules"]]


async def test_an_embargo_takes_the_lines_away_and_each_time_it_is_on_record(town: Town):
    heard = listen(town)
    hanako = await looked_at(town)
    herself, cc = await portal(town, hanako.person), officer(town, "cc")
    before = await lines(herself, hanako.person)
    assert {x["agency_name"] for x in before if x["agency_name"]} == {CC, J, D, W}
    made = await held(town, cc, hanako, embargo(town, "J", "W"))
    assert made["until"] == "2027-03-31"
    assert not {"reason", "approver"} & set(made)

    for reader in (herself, cc):
        assert await agencies(reader, hanako.person) == {CC, D}
        told = await lines(reader, hanako.person)
        # Nothing says that anything is missing.
        assert not any("embargo" in x["action"] for x in told)
        assert not any(x["outcome"] == "masked" for x in told)
    kept = [x for x in before if x["agency_name"] not in (J, W)]
    assert [x for x in await lines(herself, hanako.person) if x in kept] == kept

    # Five reports, each with what it held back.
    found = await suppressions(town, "cc", hanako)
    assert len(found) == 5
    for entry in found:
        assert (entry["action"], entry["record_kind"]) == ("person.report_access", "embargo")
        assert entry["record_id"] == made["id"]
        assert entry["holder_agency_id"] == str(town.agency["CC"])
    hidden_lines = len([x for x in before if x["agency_name"] in (J, W)])
    assert {tuple(e["fields"]) for e in found} == {(f"held_back:{hidden_lines}",)}
    assert await suppressions(town, "s", hanako) == []

    # The setting agency's officer and auditor see what is held back; the person and others do not.
    (listed,) = (await ok(cc.get(EMBARGOES.format(hanako.person))))["items"]
    assert (listed["id"], listed["reason"], listed["approver"]) == (made["id"], WHY, APPROVER)
    for letter in ("s", "t"):
        await hidden(officer(town, letter), EMBARGOES, hanako.person)
    answer = await herself.get(EMBARGOES.format(hanako.person))
    assert answer.status_code in (403, 404)
    for answer in heard:
        if answer.account == "person-1":
            assert WHY not in answer.text
            assert made["id"] not in answer.text

    # Lifted: everything is told again, what happened meanwhile as well.
    await ok(town.caller("j-consultant").get(f"/v1/persons/{hanako.person}"))
    assert J not in await agencies(herself, hanako.person)
    for letter in ("j", "s"):
        await same_as_unknown(officer(town, letter), "/v1/embargoes/{}/lift", {}, made["id"])
    lifted = await ok(cc.post(f"/v1/embargoes/{made['id']}/lift"))
    assert lifted["lifted_at"]
    await refused(cc.post(f"/v1/embargoes/{made['id']}/lift"), 409, "embargo.already_lifted")
    told = await lines(herself, hanako.person)
    assert {x["agency_name"] for x in told if x["agency_name"]} == {CC, J, D, W}
    assert len([x for x in told if (x["agency_name"], x["action"]) == (J, "person.read")]) == 2


async def test_an_embargo_ends_by_itself(town: Town):
    hanako = await looked_at(town)
    herself = await portal(town, hanako.person)
    await held(town, officer(town, "cc"), hanako, embargo(town, "J", until="2026-11-30"))
    assert J not in await agencies(herself, hanako.person)
    town.clock.forward(days=10)
    assert J not in await agencies(herself, hanako.person)
    town.clock.forward(hours=14)
    assert J in await agencies(herself, hanako.person)


async def test_who_does_not_hold_the_record_holds_back_its_own_accesses_alone(town: Town):
    hanako = await looked_at(town)
    herself, j = await portal(town, hanako.person), officer(town, "j")
    path = EMBARGOES.format(hanako.person)
    for letters in (("D",), ("J", "D"), ("CC",)):
        await refused(j.post(path, embargo(town, *letters)), 422, "embargo.only_own_accesses")
    made = await held(town, j, hanako, embargo(town, "J"))
    assert await agencies(herself, hanako.person) == {CC, D, W}
    assert await agencies(officer(town, "cc"), hanako.person) == {CC, D, W}
    # It is J that answers for it, to J's auditor.
    assert {e["record_id"] for e in await suppressions(town, "j", hanako)} == {made["id"]}
    # CC has set none and is told of none.
    assert (await ok(officer(town, "cc").get(path)))["items"] == []
    # Whoever has nothing to do with her does not learn that there is a report.
    for letter in ("s", "t"):
        body = embargo(town, letter.upper())
        await same_as_unknown(officer(town, letter), EMBARGOES, body, hanako.person)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"until": "2026-11-20"}, "embargo.ends_in_past"),
        ({"until": "2027-11-22"}, "embargo.too_long"),
        ({"reason": "念のため"}, "embargo.reason_too_short"),
        ({"ground": "convenience"}, "body.invalid"),
        ({"agency_ids": []}, "body.invalid"),
        ({"agency_ids": [str(uuid.uuid4())]}, "directory.unknown_agency"),
        ({"approver": None}, "body.invalid"),
    ],
)
async def test_what_an_embargo_must_say(town: Town, wrong: dict[str, Any], code: str):
    hanako = await looked_at(town)
    body = embargo(town, "J") | wrong
    answer = await officer(town, "cc").post(EMBARGOES.format(hanako.person), body)
    assert answer.status_code == 422
    assert code in answer.text
    assert J in await agencies(await portal(town, hanako.person), hanako.person)


async def test_page_by_page_the_report_does_not_tell_what_is_missing(town: Town):
    """A page with nothing on it, and another one to come, would say as much as the line."""
    hanako = await looked_at(town)
    herself = await portal(town, hanako.person)
    await held(town, officer(town, "cc"), hanako, embargo(town, "J", "W"))
    sizes = []
    params: dict[str, str] = {"limit": "2"}
    while True:
        page = await ok(herself.get(REPORT.format(hanako.person), params=params))
        sizes.append(len(page["items"]))
        if page["next_cursor"] is None:
            break
        params = {"limit": "2", "cursor": page["next_cursor"]}
        assert len(sizes) < 30
    assert set(sizes[:-1]) == {2}


@dataclass(frozen=True)
class Reported:
    """CC has reported to E that she may be abused (高齢者虐待防止法7条)."""

    hanako: Hanako
    provision: str


async def reported(town: Town) -> Reported:
    hanako = await looked_at(town)
    cc, e = town.caller("cc-worker"), town.caller("e-consultant")
    body = {
        "person_id": hanako.person,
        "basis": "DUTY_REPORT",
        "to_agency_id": str(town.agency["E"]),
        "purposes": ["consultation"],
        "data_classes": ["D1", "D5"],
        "hours": 24,
        "reason": "腕に繰り返しあざがあり、同居の家族による虐待が疑われる。",
        "abuse_kind": "elder",
    }
    made = await ok(cc.post("/v1/provisions", body), 201)
    await ok(e.get(f"/v1/persons/{hanako.person}"))
    await ok(e.get(f"/v1/provisions/{made['id']}"))
    (read,) = await town.audit(sub="sub-e-consultant", action="person.read")
    assert read["basis"] == "DUTY_REPORT"
    return Reported(hanako, made["id"])


async def test_what_was_read_on_a_report_of_abuse_is_never_told(town: Town):
    report = await reported(town)
    herself, cc = await portal(town, report.hanako.person), officer(town, "cc")
    for reader in (herself, cc):
        told = await lines(reader, report.hanako.person)
        assert not any(x["basis"] == "DUTY_REPORT" for x in told)
        assert not any((x["agency_name"], x["action"]) == (E, "person.read") for x in told)
        assert "通報" not in str(told)
    found = await suppressions(town, "m", report.hanako)
    assert found == []
    entries = await town.audit(action="person.report_access", outcome="masked")
    assert {tuple(e["rules"]) for e in entries} == {("report.held_back",)}
    assert len(entries) == 2
    # No embargo is needed for it, and lifting one changes nothing.
    made = await held(town, cc, report.hanako, embargo(town, "E"))
    await ok(cc.post(f"/v1/embargoes/{made['id']}/lift"))
    assert not any(x["basis"] == "DUTY_REPORT" for x in await lines(herself, report.hanako.person))


async def test_nor_is_it_told_that_there_was_a_report(town: Town):
    """The line of making it says as much as those of reading it."""
    report = await reported(town)
    town.clock.forward(hours=25)
    # After its time E keeps the fact of it.
    await ok(town.caller("e-consultant").get(f"/v1/provisions/{report.provision}"))
    told = await lines(await portal(town, report.hanako.person), report.hanako.person)
    about = {
        (x["agency_name"], x["action"], x["basis"])
        for x in told
        if x["action"].startswith("provision.")
    }
    assert about == set()


async def test_an_explanation_does_not_tell_of_a_report_either(town: Town):
    """What the report leaves out, a question about who may see her does not bring back."""
    report = await reported(town)
    herself = await portal(town, report.hanako.person)
    body = {"kind": "person", "record_id": report.hanako.person}
    explained = await ok(herself.post("/v1/access/explain", body))
    assert not any(x.get("basis") == "DUTY_REPORT" for x in explained["items"])


# 開示請求.

SHELTER = "保護施設みなと"
CC_OPINION = "川田は兄の影響が強いと感じている"
CC_INFORMANT = "角の家の鈴木さん"
J_NOTE = "家計表を一緒に付け始めた"
J_SENSITIVE = "歯の治療を始めた"
J_OPINION = "木村は就労より通院が先とみる"
J_BACKGROUND = "民生委員の平野さんから聞いた"
J_GOAL = "督促の電話をなくしたい"
CC_TOLD = "朝の体操で一緒になった人から聞いた"


@dataclass(frozen=True)
class Files:
    """次郎's papers at CC and at J."""

    person: str
    case: str
    plan: str


async def files(town: Town) -> Files:
    """Each holds records of its own on him, some of which he is never shown."""
    jiro, case_id = await jiro_has_a_lead(town)
    cc, j = town.caller("cc-worker"), town.caller("j-consultant", "planning")
    shelter = address("99番地1") | {"building": SHELTER}
    shown = await ok(cc.get(f"/v1/persons/{jiro.person}"))
    form = {
        name: value
        for name, value in shown.items()
        if name
        not in ("id", "holder_agency_id", "registered_at", "version", "withheld", "obligations")
    }
    await ok(
        cc.put(
            f"/v1/persons/{jiro.person}", form | {"protected_address": shelter}, shown["version"]
        )
    )
    more = {
        "told": CC_TOLD,
        "person_id": jiro.person,
        "informant": CC_INFORMANT,
        "opinion": CC_OPINION,
    }
    await ok(cc.post("/v1/consultations", more), 201)
    note = {
        "happened_on": "2026-11-20",
        "text": J_NOTE,
        "sensitive": J_SENSITIVE,
        "opinion": J_OPINION,
    }
    await ok(town.caller("j-consultant").post(f"/v1/cases/{case_id}/notes", note), 201)
    plan = {
        "person_id": jiro.person,
        "case_id": case_id,
        "referral_id": jiro.referral,
        "goal_in_own_words": J_GOAL,
        "period_from": "2026-12-01",
        "period_until": "2027-11-30",
        "lines": [
            {
                "theme": "debt",
                "issue": "借入れの整理",
                "goal_in_own_words": J_GOAL,
                "action": "法律相談を受ける",
                "responsible_agency_id": str(town.agency["L"]),
                "starts_on": "2026-12-01",
                "exit": "返済計画がまとまる",
            }
        ],
        "background": J_BACKGROUND,
        "opinion": J_OPINION,
    }
    plan_id = (await ok(j.post("/v1/plans", plan), 201))["id"]
    return Files(jiro.person, case_id, plan_id)


def asks(person_id: str, **more: Any) -> dict[str, Any]:
    return {
        "person_id": person_id,
        "requested_on": "2026-11-20",
        "identity_checked_by": "運転免許証",
    } | more


async def taken_in(town: Town, letter: str, person_id: str, **more: Any) -> dict[str, Any]:
    body = asks(person_id, **more)
    return await ok(officer(town, letter).post("/v1/disclosure-requests", body), 201)


async def decided(
    town: Town, letter: str, request_id: str, result: str, grounds: Sequence[str] = ()
) -> dict[str, Any]:
    body = {"result": result, "grounds": list(grounds), "decision_number": "福開第12号"}
    path = f"/v1/disclosure-requests/{request_id}/decide"
    return await ok(officer(town, letter).post(path, body))


async def exported(
    town: Town, letter: str, person_id: str, result: str = "full", grounds: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    request_id = (await taken_in(town, letter, person_id))["id"]
    await decided(town, letter, request_id, result, grounds)
    body = await ok(officer(town, letter).post(f"/v1/disclosure-requests/{request_id}/export"))
    return request_id, body


NEVER = (SHELTER, CC_OPINION, CC_INFORMANT, J_OPINION, J_BACKGROUND, INFORMANT, OPINION)


async def test_each_agency_discloses_its_own_records_without_what_is_never_shown(town: Town):
    his = await files(town)
    cc_request, cc_gave = await exported(town, "cc", his.person)
    _, j_gave = await exported(town, "j", his.person)
    for gave in (cc_gave, j_gave):
        assert (gave["result_ja"], gave["decision_number"]) == ("全部開示", "福開第12号")
        for words in NEVER:
            assert words not in str(gave), words
        for kind in gave["records"].values():
            for record in kind:
                assert not {"informant", "opinion", "background", "protected_address"} & set(record)
    # CC: the record of him, the consent, what was heard, the letter. Nothing of J's work.
    assert cc_gave["agency"] == CC
    assert set(cc_gave["records"]) == {"person", "consents", "consultations", "referrals"}
    assert cc_gave["records"]["person"][0]["names"][0]["given"] == "次郎"
    assert CC_TOLD in str(cc_gave)
    for words in (J_NOTE, J_SENSITIVE, J_GOAL, his.case):
        assert words not in str(cc_gave["records"]) or words == his.case
    # J: its case, plan and notes. Not CC's record of him, nor what he said at CC.
    assert j_gave["agency"] == J
    assert set(j_gave["records"]) == {"cases", "plans", "notes"}
    assert j_gave["records"]["notes"][0]["text"] == J_NOTE
    assert j_gave["records"]["plans"][0]["goal_in_own_words"] == J_GOAL
    for words in (CC_TOLD, "次郎", "2番地3"):
        assert words not in str(j_gave["records"])

    # It is on record as what it was, at the agency that did it.
    entries = await town.audit(action="disclosure.export", outcome="allowed")
    assert [(e["agency_id"], str(e["person_id"])) for e in entries] == [
        (town.agency["CC"], his.person),
        (town.agency["J"], his.person),
    ]
    path = f"/v1/disclosure-requests/{cc_request}"
    assert (await ok(officer(town, "cc").get(path)))["exported_at"]
    for letter in ("j", "s", "m"):
        await hidden(officer(town, letter), "/v1/disclosure-requests/{}", cc_request)
        await same_as_unknown(
            officer(town, letter), "/v1/disclosure-requests/{}/export", {}, cc_request
        )


async def test_the_disclosure_as_a_paper(town: Town):
    his = await files(town)
    request_id, _ = await exported(town, "cc", his.person)
    path = f"/v1/disclosure-requests/{request_id}/export"
    page = await officer(town, "cc").post(path, params={"format": "html"})
    assert page.status_code == 200
    for words in ("保有個人情報の開示", "全部開示", "福開第12号", "次郎", CC_TOLD):
        assert words in page.text
    for words in (*NEVER, J_NOTE, "<script"):
        assert words not in page.text
    pdf = await officer(town, "cc").post(path, params={"format": "pdf"})
    assert pdf.status_code == 200
    assert pdf.content.startswith(b"%PDF")
    assert pdf.headers["content-type"] == "application/pdf"
    exports = await tally(town, action="disclosure.export")
    assert exports == {"cc-privacy disclosure.export allowed INTERNAL": 3}


async def test_a_partial_disclosure_says_on_which_grounds(town: Town):
    his = await files(town)
    _, full = await exported(town, "cc", his.person)
    _, partial = await exported(town, "cc", his.person, "partial", ["third_party"])
    assert (partial["result_ja"], partial["grounds_ja"]) == ("部分開示", ["第三者の個人情報"])
    # The brother in whose house he lives is a third party.
    assert "living" in full["records"]["person"][0]
    assert "living" not in partial["records"]["person"][0]
    assert partial["records"]["person"][0]["names"] == full["records"]["person"][0]["names"]
    _, without = await exported(town, "j", his.person, "partial", ["deliberation"])
    assert J_NOTE not in str(without["records"])
    assert J_GOAL not in str(without["records"])


async def test_each_ground_withholds_something(town: Town):
    his = await files(town)
    _, full = await exported(town, "cc", his.person)
    for ground in ("third_party", "deliberation", "proper_performance", "harm_to_requester"):
        _, partial = await exported(town, "cc", his.person, "partial", [ground])
        assert partial["records"] != full["records"], ground


@pytest.mark.parametrize(
    ("result", "grounds"),
    [
        ("refused", ["proper_performance"]),
        ("existence_not_confirmed", ["harm_to_requester"]),
    ],
)
async def test_what_is_refused_is_not_exported(town: Town, result: str, grounds: list[str]):
    his = await files(town)
    request_id = (await taken_in(town, "cc", his.person))["id"]
    path = f"/v1/disclosure-requests/{request_id}"
    cc = officer(town, "cc")
    for wanted in ("json", "html", "pdf"):
        early = cc.post(f"{path}/export", params={"format": wanted})
        await refused(early, 409, "disclosure.nothing_to_export")
    done = await decided(town, "cc", request_id, result, grounds)
    assert (done["state"], done["result"]) == ("decided", result)
    for wanted in ("json", "html", "pdf"):
        answer = await cc.post(f"{path}/export", params={"format": wanted})
        assert (answer.status_code, answer.json()["code"]) == (409, "disclosure.nothing_to_export")
        assert "次郎" not in answer.text
    again = {"result": "full", "decision_number": "福開第13号"}
    await refused(cc.post(f"{path}/decide", again), 409, "disclosure.illegal_move")


async def test_thirty_days_and_once_thirty_more(town: Town):
    his = await files(town)
    request = await taken_in(town, "cc", his.person)
    assert (request["state_ja"], request["due_on"]) == ("受付", "2026-12-20")
    cc, path = officer(town, "cc"), f"/v1/disclosure-requests/{request['id']}"
    reason = {"reason": "対象となる記録が多く、確認に時間を要するため。"}
    extended = await ok(cc.post(f"{path}/extend", reason))
    assert (extended["state_ja"], extended["due_on"]) == ("期限延長", "2027-01-19")
    await refused(cc.post(f"{path}/extend", reason), 409, "disclosure.illegal_move")
    await decided(town, "cc", request["id"], "full")
    await refused(cc.post(f"{path}/extend", reason), 409, "disclosure.illegal_move")
    late = await taken_in(town, "cc", his.person)
    town.clock.forward(days=31)
    too_late = cc.post(f"/v1/disclosure-requests/{late['id']}/extend", reason)
    await refused(too_late, 409, "disclosure.extension_too_late")
    ahead = asks(his.person, requested_on="2027-01-01")
    await refused(cc.post("/v1/disclosure-requests", ahead), 422, "disclosure.requested_in_future")


async def test_what_is_pending_and_what_is_overdue(town: Town):
    his = await files(town)
    first = (await taken_in(town, "cc", his.person))["id"]
    second = (await taken_in(town, "cc", his.person))["id"]
    third = (await taken_in(town, "cc", his.person))["id"]
    await taken_in(town, "j", his.person)
    cc = officer(town, "cc")
    await decided(town, "cc", second, "full")
    await ok(cc.post(f"/v1/disclosure-requests/{third}/extend", {"reason": "記録が多いため"}))

    async def pending() -> dict[str, bool]:
        page = await ok(cc.get("/v1/disclosure-requests", params={"pending": "true"}))
        return {r["id"]: r["overdue"] for r in page["items"]}

    assert await pending() == {first: False, third: False}
    town.clock.forward(days=30)
    assert await pending() == {first: False, third: False}
    town.clock.forward(days=1)
    assert await pending() == {first: True, third: False}
    town.clock.forward(days=30)
    assert await pending() == {first: True, third: True}
    everything = (await ok(cc.get("/v1/disclosure-requests")))["items"]
    assert {r["id"] for r in everything} == {first, second, third}
    # Overdue or not, it is still decided.
    await decided(town, "cc", first, "full")
    assert await pending() == {third: True}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"result": "full", "grounds": ["third_party"]}, "disclosure.grounds_without_refusal"),
        ({"result": "partial"}, "disclosure.grounds_missing"),
        ({"result": "refused"}, "disclosure.grounds_missing"),
        ({"result": "partial", "grounds": ["bother"]}, "body.invalid"),
        ({"result": "full", "decision_number": None}, "body.invalid"),
    ],
)
async def test_a_decision_that_cannot_be_meant(town: Town, said: dict[str, Any], code: str):
    hanako = await looked_at(town)
    request_id = (await taken_in(town, "cc", hanako.person))["id"]
    body = {"decision_number": "福開第12号"} | said
    path = f"/v1/disclosure-requests/{request_id}"
    answer = await officer(town, "cc").post(f"{path}/decide", body)
    assert answer.status_code == 422
    assert code in answer.text
    assert (await ok(officer(town, "cc").get(path)))["state"] == "received"


@pytest.mark.mechanism("2-28")
async def test_a_representative_asks_within_what_was_conferred(town: Town):
    hanako = await looked_at(town)
    path = f"/v1/persons/{hanako.person}/representatives"
    form = {"kind": "adult_guardian", "name": "後見 一郎", "ground": "家庭裁判所 第12号"}
    worker = town.caller("cc-worker")
    may, may_not = [
        (await ok(worker.post(path, form | {"scope": [scope], "valid_from": "2026-04-01"}), 201))[
            "id"
        ]
        for scope in ("disclosure_request", "consent")
    ]
    cc = officer(town, "cc")
    by = {"requester": "legal_representative"}
    for representative, code in (
        (may_not, "representation.outside_scope"),
        (str(uuid.uuid4()), "representation.unknown"),
    ):
        body = asks(hanako.person, representative_id=representative, **by)
        await refused(cc.post("/v1/disclosure-requests", body), 422, code)
    taken = await taken_in(town, "cc", hanako.person, representative_id=may, **by)
    assert taken["representative_id"] == may


async def test_nobody_takes_in_a_request_about_whom_they_do_not_know(town: Town):
    hanako = await looked_at(town)
    for letter in ("s", "t", "m"):
        await same_as_unknown(
            officer(town, letter), "/v1/disclosure-requests", asks(hanako.person), hanako.person
        )
    # And not whoever works with cases: it is the privacy officer's.
    answer = await town.caller("cc-worker", "access_request").post(
        "/v1/disclosure-requests", asks(hanako.person)
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "actor.permission_missing")


async def test_a_report_of_abuse_is_not_in_what_is_disclosed(town: Town):
    report = await reported(town)
    _, gave = await exported(town, "cc", report.hanako.person)
    assert "provisions" not in gave["records"]
    for words in ("虐待", "あざ", "通報", "DUTY_REPORT", str(town.agency["E"])):
        assert words not in str(gave)
    assert date.fromisoformat(gave["made_on"]) == date(2026, 11, 20)
    assert ("provision_received", report.provision) in await notices(town.caller("e-consultant"))
