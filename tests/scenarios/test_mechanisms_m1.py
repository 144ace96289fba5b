"""Mechanisms of the mission that the long stories do not show: one short story each (brief §5)."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from scenario_steps import (
    act,
    consent,
    hidden,
    inbox,
    ok,
    person,
    refer,
    refused,
)
from town import Town

from service.api.application import ROUTERS
from service.cli import load_directory
from service.demo.city import AGENCIES, AGENCY_ID, TOWN
from service.demo.city_staff import STAFF
from service.domain.directory import Agency, AgencyKind, Desk, DirectoryFile
from service.domain.role import Role

CITY = "999997"
#: One account for each agency that has any. A farm has none by default.
FIRST_ACCOUNT = {staff.letter: staff.account for staff in reversed(STAFF)}


@pytest.mark.mechanism("0-11")
async def test_an_agency_is_registered_with_kind_areas_and_contact_persons(town: Town):
    cc = town.caller("cc-worker", None)
    kinds = {k["code"]: k for k in (await ok(cc.get("/v1/agency-kinds")))["items"]}
    registered = {a["id"] for a in (await ok(cc.get("/v1/agencies")))["items"]}
    assert registered == {str(agency_id) for agency_id in AGENCY_ID.values()}
    for agency in AGENCIES:
        shown = await ok(cc.get(f"/v1/agencies/{AGENCY_ID[agency.letter]}"))
        assert (shown["kind"], shown["name"]) == (agency.kind, agency.name)
        assert kinds[shown["kind"]]["label_ja"]
        assert [desk["areas"] for desk in shown["desks"]] == [list(agency.areas)]
        people = {(p["title"], p["role"], p["holder"]) for p in shown["positions"]}
        assert people == {(s.title, s.role, s.name) for s in STAFF if s.letter == agency.letter}


@pytest.mark.mechanism("2-01")
@pytest.mark.parametrize("letter", [a.letter for a in AGENCIES if a.letter in FIRST_ACCOUNT])
async def test_any_kind_of_desk_takes_in_anybody(town: Town, letter: str):
    desk = town.caller(FIRST_ACCOUNT[letter])
    for told in (
        "九歳の子が夕食を一人で食べている",
        "八十二歳の母と五十四歳の息子、どちらも心配",
        "Tôi không biết hỏi ai",
        "名前は言いたくない",
        "障害者手帳はないが働けない",
    ):
        taken = await ok(desk.post("/v1/consultations", {"told": told}), 201)
        assert taken["agency_id"] == str(town.agency[letter])
        assert taken["routed_to"]["desk_id"]
    able = (await ok(desk.get("/v1/me")))["permissions"]
    if "person.register" in able:
        for form in (
            {},
            person("見本", "童子", "ミホン ドウジ", birth="2017"),
            person("見本", "媼", "ミホン オウナ", birth="昭和10年", language="ja_easy"),
        ):
            person_id = (await ok(desk.post("/v1/persons", form), 201))["id"]
            heard = {"told": "困っている", "person_id": person_id, "themes": []}
            await ok(desk.post("/v1/consultations", heard), 201)


def test_only_an_employer_has_no_account_by_default():
    without = {a.letter for a in AGENCIES} - set(FIRST_ACCOUNT)
    assert {a.kind for a in AGENCIES if a.letter in without} == {"employer"}


@pytest.mark.mechanism("3-01")
async def test_there_is_no_way_to_reject_an_intake(town: Town):
    contract = (await town.http.get("/openapi.json")).json()
    ways = [
        f"{method} {path} {operation['operationId']}"
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
    ]
    assert any(way.startswith("post /v1/consultations ") for way in ways)
    assert not any("reject" in way for way in ways)
    intake = [way for way in ways if "consultation" in way]
    for verb in ("refuse", "decline", "deny", "dismiss", "cancel", "delete", "close"):
        assert not any(verb in way for way in intake), verb
    hidden_routes = {route.path for router in ROUTERS for route in router.routes}
    assert not any("reject" in path for path in hidden_routes)

    # Whatever is missing, odd or unclear: it is taken in, and routed.
    cc = town.caller("cc-worker")
    for odd in (
        {"told": "?"},
        {"told": "分からない", "area": "somewhere_else"},
        {"told": "分からない", "themes": ["never_heard_of"]},
        {"told": "隣の家が心配", "channel": "third_party", "informant": "匿名"},
    ):
        taken = await ok(cc.post("/v1/consultations", odd), 201)
        assert taken["routed_because"] in ("fallback", "hub")
        for verb in ("reject", "decline", "refuse", "close"):
            path = f"/v1/consultations/{taken['id']}/{verb}"
            await refused(cc.post(path, {"reason": "対象外"}), 404, "route.unknown")


@pytest.mark.mechanism("3-02")
async def test_every_member_of_staff_takes_it_in(town: Town):
    cc = town.caller("cc-worker")
    turned_away = []
    for role in sorted(set(Role) - {Role.PARTNER_SYSTEM}):
        await town.owner.execute("UPDATE position SET role = $1 WHERE code = 'cc_worker'", role)
        assert [r["code"] for r in (await ok(cc.get("/v1/me")))["roles"]] == [role]
        answer = await cc.post("/v1/consultations", {"told": "どこに聞けばよいか分からない"})
        if answer.status_code != 201:
            turned_away.append(role.value)
    assert turned_away == []


async def test_a_desks_own_system_takes_it_in_as_well(town: Town):
    system = town.caller("cc-system")
    taken = await ok(system.post("/v1/consultations", {"told": "電話で相談あり"}), 201)
    assert taken["agency_id"] == str(town.agency["CC"])


async def route(town: Town, **asked: Any) -> tuple[str, str]:
    """Who answers, by letter, and why."""
    caller = town.caller("cc-worker", None)
    found = await ok(caller.post("/v1/route", {"municipality_code": CITY} | asked))
    letters = {str(agency_id): letter for letter, agency_id in AGENCY_ID.items()}
    return letters[found["agency_id"]], found["reason"]


@pytest.mark.mechanism("4-51")
async def test_who_does_not_know_where_to_go_is_told(town: Town):
    assert await route(town) == ("S", "fallback")
    assert await route(town, theme="never_heard_of") == ("S", "fallback")
    assert await route(town, theme="never_heard_of", area="district_9") == ("S", "fallback")
    assert await route(town, municipality_code=TOWN) == ("TM", "fallback")
    # What somebody does answer for goes to them.
    assert await route(town, theme="disability") == ("D", "theme")
    assert await route(town, theme="watch_over", area="district_3") == ("P", "theme_and_area")
    # A referral may leave the desk to the directory.
    cc = town.caller("cc-worker")
    person_id = (await ok(cc.post("/v1/persons", {}), 201))["id"]
    for theme, letter in (("never_heard_of", "S"), ("job_search", "H")):
        unclear = [{"theme": theme, "text": "はっきりしない"}]
        referral_id = await refer(cc, person_id, town.desk["D"], to_desk_id=None, needs=unclear)
        draft = await ok(cc.get(f"/v1/referrals/{referral_id}"))
        assert draft["to_agency_id"] == str(town.agency[letter])
    # Without any fallback desk the municipality's hub answers.
    await town.owner.execute("UPDATE desk SET fallback = false")
    assert await route(town, theme="never_heard_of") == ("S", "hub")
    assert await route(town, theme="never_heard_of", municipality_code=TOWN) == ("KJ", "hub")


@pytest.mark.mechanism("3-27")
async def test_there_is_a_desk_for_every_area_and_theme(town: Town):
    themes = {None, "unclear", *(theme for a in AGENCIES for theme in a.themes)}
    areas = [None, "unknown", *(f"district_{n}" for n in range(1, 6))]
    for area, theme in product(areas, sorted(themes, key=str)):
        letter, reason = await route(town, area=area, theme=theme)
        assert letter
        assert reason in ("theme", "theme_and_area", "fallback", "hub")


@pytest.mark.mechanism("2-11")
async def test_a_plenary_discusses_no_person(town: Town):
    m = town.caller("m-officer")
    when = {"starts_at": "2026-12-04T13:30:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
    form = {"kind": "layered_plenary", "place": "市役所"} | when
    conference_id = (await ok(m.post("/v1/conferences", form), 201))["id"]
    items = f"/v1/conferences/{conference_id}/items"
    issue = {"purpose": "area_issue", "minutes": 20, "subject": "ごみ出しが難しい世帯が増えた"}
    anybody = "01990000-0000-7000-8000-000000000000"
    for named in (
        {"person_ids": [anybody]},
        {"case_id": anybody},
        {"referral_id": anybody},
        {"plan": {"plan_id": anybody, "number": 1}},
    ):
        await refused(m.post(items, issue | named), 422, "conference.kind_names_nobody")
    assert (await ok(m.post(items, issue), 201))["basis"] == "ANON"


async def registered(town: Town, account: str, kana: str) -> str:
    """A person whom the account's agency has taken in."""
    form = person("見本", "三郎", kana)
    return (await ok(town.caller(account).post("/v1/persons", form), 201))["id"]


async def agrees(town: Town, account: str, person_id: str, to: dict, classes: str) -> str:
    slip = consent(person_id, to=to, classes=classes, purposes=("consultation",))
    return (await ok(town.caller(account).post("/v1/consents", slip), 201))["id"]


@pytest.mark.mechanism("4-28")
async def test_one_intake_becomes_two_referrals_each_with_its_own_consent(town: Town):
    wa, j, c = (town.caller(a) for a in ("wa-officer", "j-consultant", "c-consultant"))
    person_id = await registered(town, "wa-officer", "ミホン サブロウ")
    told = {"told": "水道料金と、子どもの預け先のこと", "person_id": person_id}
    intake = (await ok(wa.post("/v1/consultations", told), 201))["id"]
    letters = {}
    for letter, theme, classes in (("J", "household_budget", "D1 D3"), ("C", "child", "D1")):
        await agrees(
            town, "wa-officer", person_id, {"agencies": [str(town.agency[letter])]}, classes
        )
        needs = [{"theme": theme, "text": f"{theme}の相談"}]
        letters[letter] = await refer(
            wa, person_id, town.desk[letter], needs=needs, consultation_id=intake
        )
        await act(wa, letters[letter], "send")

    budget = await ok(j.get(f"/v1/referrals/{letters['J']}"))
    child = await ok(c.get(f"/v1/referrals/{letters['C']}"))
    assert budget["consultation_id"] == child["consultation_id"] == intake
    assert [need["theme"] for need in budget["needs"]] == ["household_budget"]
    assert "needs" not in child  # this consent was for basic data alone
    assert await inbox(j) == [letters["J"]]
    await hidden(j, "/v1/referrals/{}", letters["C"])
    await hidden(c, "/v1/referrals/{}", letters["J"])


@pytest.mark.mechanism("4-20")
async def test_a_referral_back_keeps_its_history(town: Town):
    t, j, c = (town.caller(a) for a in ("t-officer", "j-consultant", "c-consultant"))
    person_id = await registered(town, "t-officer", "ミホン シロウ")
    both = {"agencies": [str(town.agency["J"]), str(town.agency["T"])]}
    await agrees(town, "t-officer", person_id, both, "D1 D3")
    there = await refer(t, person_id, town.desk["J"])
    await act(t, there, "send")
    await act(j, there, "accept")
    await act(j, there, "contact", at="2026-11-20T10:00:00+09:00", reached=True)
    await act(j, there, "follow-up", at="2026-11-20T10:00:00+09:00", note="元気にしている")
    await act(j, there, "complete", outcome="information_given")
    back = await refer(j, person_id, town.desk["T"], reason="分納の相談へ", parent_id=there)
    await act(j, back, "send")

    came = await ok(t.get(f"/v1/referrals/{back}"))
    assert (came["parent_id"], came["reason"]) == (there, "分納の相談へ")
    steps = (await ok(t.get(f"/v1/referrals/{came['parent_id']}/history")))["items"]
    acts = ["draft", "send", "accept", "contact", "follow_up", "complete"]
    assert [s["act"] for s in steps] == acts
    # Nobody hangs a referral on one that is not theirs.
    other = await registered(town, "c-consultant", "ミホン ゴロウ")
    stolen = {"person_id": other, "to_desk_id": str(town.desk["J"]), "reason": "x"}
    await refused(
        c.post("/v1/referrals", stolen | {"parent_id": there}), 422, "referral.unknown_parent"
    )


@pytest.mark.mechanism("3-13")
async def test_over_the_border_only_to_the_agency_that_the_consent_names(town: Town):
    cc, kj = town.caller("cc-worker"), town.caller("kj-consultant")
    person_id = await registered(town, "cc-worker", "ミホン ロクロウ")
    kinds = {"kinds": ["prefectural_self_reliance_agency"]}
    await agrees(town, "cc-worker", person_id, kinds, "D1 D3")
    referral_id = await refer(cc, person_id, town.desk["KJ"])
    send = f"/v1/referrals/{referral_id}/send"
    await refused(cc.post(send), 403, "referral.receiver_not_covered")
    await hidden(kj, "/v1/referrals/{}", referral_id)
    named = {"agencies": [str(town.agency["KJ"])]}
    await agrees(town, "cc-worker", person_id, named, "D1 D3")
    await act(cc, referral_id, "send")
    assert (await ok(kj.get(f"/v1/referrals/{referral_id}")))["reason"]


@pytest.mark.mechanism("1-37", "2-03")
async def test_a_plan_brings_six_agencies_and_a_volunteer_together(town: Town):
    j = town.caller("j-consultant", "planning")
    person_id = await registered(town, "j-consultant", "ミホン シチロウ")
    line = {
        "issue": "暮らしの立て直し",
        "goal_in_own_words": "落ち着いて暮らしたい",
        "starts_on": "2026-12-01",
        "exit": "自分でできる",
    }
    parts = (
        ("household_budget", "J", None),
        ("debt", "L", None),
        ("health", "HC", None),
        ("housing", "M", None),
        ("food", "S", None),
        ("job_search", "H", None),
        ("haircut", "S", "散髪ボランティア"),
    )
    lines = [
        line
        | {"theme": theme, "action": f"{theme}を進める", "done_by": done_by}
        | {"responsible_agency_id": str(town.agency[letter])}
        for theme, letter, done_by in parts
    ]
    form = {
        "person_id": person_id,
        "goal_in_own_words": "落ち着いて暮らしたい",
        "period_from": "2026-12-01",
        "period_until": "2027-11-30",
    }
    plan_id = (await ok(j.post("/v1/plans", form | {"lines": lines}), 201))["id"]
    kept = (await ok(j.get(f"/v1/plans/{plan_id}")))["current"]["lines"]
    assert len(kept) == 7
    assert len({row["responsible_agency_id"] for row in kept}) == 6
    assert kept[-1]["done_by"] == "散髪ボランティア"
    # Exactly one agency answers for a line: not none, not two.
    nobodys = {k: v for k, v in lines[0].items() if k != "responsible_agency_id"}
    twos = lines[0] | {"responsible_agency_id": [str(town.agency[a]) for a in "JS"]}
    for wrong in (nobodys, twos):
        await refused(j.post("/v1/plans", form | {"lines": [wrong]}), 422, "body.invalid")


@pytest.mark.mechanism("2-04")
async def test_a_new_kind_of_agency_is_data(town: Town, urls):
    bus = "0199bbbb-0000-7000-8000-000000000001"
    since = date(2024, 4, 1)
    directory = DirectoryFile(
        agency_kinds=[
            AgencyKind(code="bus_company", label_ja="路線バス事業者", label_en="Bus company")
        ],
        agencies=[
            Agency(
                id=bus,
                code="mihon_bus",
                kind="bus_company",
                name="みほんバス",
                municipality_code=CITY,
                valid_from=since,
            )
        ],
        desks=[
            Desk(
                id="0199bbbb-0000-7000-8000-000000000002",
                agency_id=bus,
                municipality_code=CITY,
                name="みほんバス 窓口",
                themes=("transport",),
                valid_from=since,
            )
        ],
    )
    await load_directory(urls.owner, directory, only_if_new=False)
    cc = town.caller("cc-worker")
    labels = {k["code"]: k["label_ja"] for k in (await ok(cc.get("/v1/agency-kinds")))["items"]}
    assert labels["bus_company"] == "路線バス事業者"
    found = (await ok(cc.get("/v1/agencies", params={"kind": "bus_company"})))["items"]
    assert [agency["id"] for agency in found] == [bus]
    asked = {"municipality_code": CITY, "theme": "transport"}
    assert (await ok(cc.post("/v1/route", asked)))["agency_id"] == bus
    # It can be named in a consent, and referred to.
    person_id = await registered(town, "cc-worker", "ミホン ハチロウ")
    await agrees(town, "cc-worker", person_id, {"kinds": ["bus_company"]}, "D1 D3")
    referral_id = await refer(cc, person_id, "0199bbbb-0000-7000-8000-000000000002")
    assert (await act(cc, referral_id, "send"))["status"] == "sent"
