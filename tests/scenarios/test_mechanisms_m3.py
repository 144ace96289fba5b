"""Rows of the mission about the entrance, the hub and the case that someone always holds."""

import asyncio
from typing import Any

import pytest
from scenario_steps import (
    act,
    address,
    consent,
    hidden,
    notices,
    ok,
    person,
    refer,
    refused,
    same_as_unknown,
)
from town import Caller, Town

from service.demo.city import position_id
from service.domain.role import Role

SHEET = "水道、電気、電話が止められている"
SEEN = "雨戸が閉まったままで、郵便物がたまっている。"


async def registered(caller: Caller, given: str = "太郎", **more: Any) -> str:
    form = person("試験", given, "シケン サンプル", birth="1964-05-01", address=address("9番地9"))
    return (await ok(caller.post("/v1/persons", form | more), 201))["id"]


async def agrees(caller: Caller, town: Town, person_id: str, *letters: str, **more: Any) -> str:
    to = {"agencies": [str(town.agency[x]) for x in letters]}
    purposes = ("consultation", "planning", "service")
    slip = consent(person_id, to=to, classes="D1 D2 D3 D4", purposes=purposes) | more
    return (await ok(caller.post("/v1/consents", slip), 201))["id"]


async def signal(caller: Caller, **said: Any) -> dict[str, Any]:
    form = {"kind": "trouble_card", "text": SEEN, "area": "district_3"}
    return await ok(caller.post("/v1/signals", form | said), 201)


async def tasks(caller: Caller, kind: str | None = None) -> list[dict[str, Any]]:
    items = (await ok(caller.get("/v1/tasks")))["items"]
    return [t for t in items if kind in (None, t["kind"])]


async def case_of(town: Town, caller: Caller, person_id: str) -> dict[str, Any]:
    """A case led by the caller's agency, out of a consultation, with the person's consent."""
    told = {"told": "家計を立て直したい。", "person_id": person_id}
    heard = await ok(caller.post("/v1/consultations", told), 201)
    path = f"/v1/consultations/{heard['id']}/screen"
    applied = await ok(caller.post(path, {"act": "apply"}))
    return await ok(caller.get(f"/v1/cases/{applied['case_id']}"))


# The entrance.


@pytest.mark.mechanism("1-08")
async def test_a_few_words_and_an_area_are_enough(town: Town):
    cc = town.caller("cc-worker")
    raised = await ok(
        cc.post("/v1/signals", {"kind": "trouble_card", "text": "困った", "area": "district_3"}),
        201,
    )
    assert raised["status"] == "new"
    assert raised["urgency"] == "normal"
    assert (await tasks(cc, "signal"))[0]["record_id"] == raised["id"]
    nothing = await refused(
        cc.post("/v1/signals", {"kind": "trouble_card", "area": "district_3"}), 422, "body.invalid"
    )
    assert nothing["errors"][0]["code"] == "signal.nothing_noticed"


@pytest.mark.mechanism("0-03")
async def test_a_signal_stands_in_the_queue_of_its_own_agency_only(town: Town):
    s = town.caller("s-csw")
    raised = await signal(s, kind="visit", categories=["debt", "food"])
    (mine,) = (await ok(s.get("/v1/signals")))["items"]
    assert mine["id"] == raised["id"]
    assert mine["categories"] == ["debt", "food"]
    for other in ("j-consultant", "m-officer", "cc-worker"):
        assert (await ok(town.caller(other).get("/v1/signals")))["items"] == []
        await hidden(town.caller(other), "/v1/signals/{}", raised["id"])


@pytest.mark.mechanism("1-11")
async def test_a_stopped_lifeline_is_urgent_and_told_to_the_responsible_desk_at_once(town: Town):
    cc, s = town.caller("cc-worker"), town.caller("s-csw")
    sheet = {"kind": "neighbour_check", "to_responsible_desk": True, "place": "第3地区 5番地1"}
    raised = await signal(cc, **sheet, check_items=["lifeline_stopped"], informant="福祉推進員")
    assert raised["urgency"] == "urgent"
    assert raised["agency_id"] == str(town.agency["S"])
    assert await notices(s) == [("signal_urgent", raised["id"])]
    (task,) = await tasks(s, "signal")
    assert task["call"] == f"/v1/signals/{raised['id']}/look-into"
    assert task["due_on"] == "2026-11-20"
    seen = await ok(s.get(f"/v1/signals/{raised['id']}"))
    assert seen["informant"] == "福祉推進員"
    # Whoever passed it on knows that it did, and no more.
    (passed_on,) = (await ok(cc.get("/v1/signals?entered=true")))["items"]
    assert "text" not in passed_on
    assert "informant" not in passed_on
    calm = await signal(cc, **sheet, check_items=["forgetful"])
    assert calm["urgency"] == "normal"
    unknown = await cc.post(
        "/v1/signals",
        {"kind": "neighbour_check", "area": "district_3", "check_items": ["flat_tyre"]},
    )
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"].startswith("/check_items")


@pytest.mark.mechanism("1-04", "4-05", "4-13", "4-18")
async def test_arrears_go_on_with_consent_and_are_a_number_without(town: Town):
    t, j = town.caller("t-officer"), town.caller("j-consultant")
    hanako = await registered(t, "花子")
    form = {"kind": "arrears", "arrears": ["tax", "insurance"], "categories": ["arrears"]}
    form |= {"person_id": hanako, "area": "district_3"}
    counted = await ok(t.post("/v1/signals", form), 201)
    assert counted["counted_only"] is True
    assert "person_id" not in counted
    assert (await ok(j.get("/v1/signals")))["items"] == []
    assert (await ok(j.post("/v1/persons/search", {"kana": "しけん さんぷる"})))["items"] == []
    kept = await town.owner.fetch("SELECT * FROM signal")
    assert kept == []
    tally = (await ok(t.get("/v1/recommendations")))["items"]
    assert [line["count"] for line in tally] == [1]

    await agrees(t, town, hanako, "J")
    raised = await ok(t.post("/v1/signals", form | {"text": "納付相談に来所"}), 201)
    assert raised["counted_only"] is False
    seen = await ok(j.get(f"/v1/signals/{raised['id']}"))
    assert seen["arrears"] == ["insurance", "tax"]
    assert (await ok(j.get(f"/v1/persons/{hanako}")))["names"][0]["given"] == "花子"
    amount = await t.post("/v1/signals", form | {"text": "滞納は１２０，０００円"})
    assert amount.json()["errors"][0]["code"] == "signal.amount_given"


@pytest.mark.mechanism("2-20")
async def test_what_the_water_section_saw_stays_in_the_city_hall_without_consent(town: Town):
    wa, m, s = town.caller("wa-officer"), town.caller("m-officer"), town.caller("s-csw")
    seen = {"kind": "absence", "text": "三か月検針できない。", "place": "第3地区 7番地2"}
    # The same body, the city: the welfare section gets a visit on its list.
    raised = await ok(wa.post("/v1/signals", seen | {"to_desk_id": str(town.desk["M"])}), 201)
    assert [t["record_id"] for t in await tasks(m, "signal")] == [raised["id"]]
    assert (await ok(m.get(f"/v1/signals/{raised['id']}")))["text"] == seen["text"]
    # Another body: no.
    problem = await refused(
        wa.post("/v1/signals", seen | {"to_desk_id": str(town.desk["S"])}),
        403,
        "signal.needs_ground",
    )
    assert {r["code"] for r in problem["remedies"]} == {"ask_consent", "ask_support_conference"}
    assert (await ok(s.get("/v1/signals")))["items"] == []


@pytest.mark.mechanism("1-01")
async def test_a_signal_goes_on_the_agenda_of_the_internal_meeting_in_one_call(town: Town):
    s = town.caller("s-hub", "planning")
    raised = await signal(s, kind="case_sharing", categories=["food"])
    meeting = {
        "kind": "internal_case_meeting",
        "starts_at": "2026-12-01T09:00:00+09:00",
        "ends_at": "2026-12-01T10:00:00+09:00",
        "place": "社協 会議室",
    }
    conference = await ok(s.post("/v1/conferences", meeting), 201)
    body = {"conference_id": conference["id"]}
    item = await ok(s.post(f"/v1/signals/{raised['id']}/propose", body))
    assert item["number"] == 1
    subject = await town.owner.fetchval("SELECT subject FROM agenda_item")
    assert SEEN in subject
    network = meeting | {"kind": "district_welfare_network"}
    other = await ok(s.post("/v1/conferences", network), 201)
    await refused(
        s.post(f"/v1/signals/{raised['id']}/propose", {"conference_id": other["id"]}),
        422,
        "signal.internal_meeting_only",
    )


async def test_an_untouched_signal_goes_up_level_by_level(town: Town):
    cc, s = town.caller("cc-worker"), town.caller("s-hub")
    raised = await signal(cc, kind="neighbour_check", check_items=["lifeline_stopped"])
    levels = []
    for _ in range(4):
        town.clock.forward(days=1)
        await town.sweep()
        levels.append((await ok(cc.get(f"/v1/signals/{raised['id']}")))["level"])
    assert levels == ["chief", "hub", "municipality", "municipality"]
    assert ("signal_untouched", raised["id"]) in await notices(town.caller("m-officer"))
    (entry,) = (await ok(s.get("/v1/hub")))["items"]
    assert (entry["why"], entry["record_id"]) == ("signal_untouched", raised["id"])
    # Ids only: the hub calls the desk; what was noticed stays with it.
    await hidden(s, "/v1/signals/{}", raised["id"])
    assert SEEN not in str(await ok(s.get(f"/v1/hub/{entry['id']}")))
    look = {"at": "2026-11-24T00:30:00+09:00", "found": "会えた。元気である。"}
    done = await ok(cc.post(f"/v1/signals/{raised['id']}/look-into", look))
    assert done["level"] == "desk"
    assert (await ok(s.get("/v1/hub")))["items"] == []
    by_itself = await town.audit(action="signal.miss_deadline")
    assert [e["actor_kind"] for e in by_itself] == ["system"] * 4


async def test_signals_merge_are_watched_closed_and_become_consultations(town: Town):
    s = town.caller("s-csw")
    first, second, third = [await signal(s, kind="visit") for _ in range(3)]
    merged = await ok(s.post(f"/v1/signals/{second['id']}/merge", {"into_signal_id": first["id"]}))
    assert merged["status"] == "merged"
    await refused(s.post(f"/v1/signals/{second['id']}/consult"), 409, "signal.illegal_move")
    watched = {"look_again_on": "2026-12-20"}
    await ok(s.post(f"/v1/signals/{first['id']}/watch", watched))
    await refused(
        s.post(f"/v1/signals/{first['id']}/watch", {"look_again_on": "2026-11-20"}),
        422,
        "signal.look_again_day",
    )
    town.clock.forward(days=31)
    await town.sweep()
    again = await ok(s.get(f"/v1/signals/{first['id']}"))
    assert again["status"] == "new"
    assert again["next"] == ["look_into", "watch", "consult", "merge", "close"]
    became = await ok(s.post(f"/v1/signals/{first['id']}/consult"))
    heard = await ok(s.get(f"/v1/consultations/{became['consultation_id']}"))
    assert SEEN in heard["told"]
    assert heard["signal_id"] == first["id"]
    closed = await ok(s.post(f"/v1/signals/{third['id']}/close", {"reason": "moved"}))
    assert closed["status"] == "closed"
    assert await tasks(s, "signal") == []


# Consultations.


async def test_an_intake_shows_what_is_missing_and_is_never_refused_for_it(town: Town):
    cc = town.caller("cc-worker")
    heard = await ok(cc.post("/v1/consultations", {"told": "話を聞いてほしい"}), 201)
    assert heard["completeness"]["percent"] == 0
    assert heard["next"] == ["inform", "hand_over", "seek_consent", "apply", "drop"]
    sheet = {
        "told": "話を聞いてほしい",
        "intake": {
            "worries": ["debt", "food"],
            "worst": "food",
            "housing": "借家",
            "none": ["pension", "savings"],
            "unknown": ["debts"],
        },
    }
    amended = await ok(cc.put(f"/v1/consultations/{heard['id']}", sheet, heard["version"]))
    done = amended["completeness"]
    assert (done["answered"], done["of"], done["percent"]) == (5, 30, 16)
    assert done["unknown"] == ["debts"]
    assert "work" in done["missing"]
    stale = await cc.put(f"/v1/consultations/{heard['id']}", sheet, heard["version"])
    assert stale.status_code == 412
    twice = sheet | {"intake": {"housing": "借家", "none": ["housing"]}}
    problem = await cc.put(f"/v1/consultations/{heard['id']}", twice, amended["version"])
    assert problem.json()["errors"][0]["code"] == "intake.answered_twice"


@pytest.mark.mechanism("0-05", "1-52")
async def test_refusal_contact_and_return_as_a_new_linked_episode(town: Town):
    s = town.caller("s-csw")
    taro = await registered(s)
    told = {"told": "今は支援を望まない。", "person_id": taro}
    heard = await ok(s.post("/v1/consultations", told), 201)
    path = f"/v1/consultations/{heard['id']}/screen"
    await refused(s.post(path, {"act": "apply"}), 409, "consultation.no_consent")
    await refused(s.post(path, {"act": "seek_consent"}), 409, "consultation.no_contact_day")
    later = {"act": "seek_consent", "next_contact_on": "2026-12-21"}
    kept = await ok(s.post(path, later))
    assert kept["status"] == "screened_no_consent"
    (schedule,) = (await ok(s.get("/v1/contacts")))["items"]
    assert (schedule["why"], schedule["next_on"]) == ("no_consent", "2026-12-21")
    assert await tasks(s, "contact_due") == []
    town.clock.forward(days=31)
    await town.sweep()
    await town.sweep()
    (task,) = await tasks(s, "contact_due")
    assert task["call"] == f"/v1/contacts/{schedule['id']}/record"
    made = {"at": "2026-12-21T09:30:00+09:00", "reached": True, "next_on": "2027-01-20"}
    await ok(s.post(task["call"], made))
    assert await tasks(s, "contact_due") == []
    # She agrees, is supported, the case ends; ninety days later she asks again.
    await agrees(s, town, taro, "S")
    applied = await ok(s.post(path, {"act": "apply"}))
    case = applied["case_id"]
    advance = f"/v1/cases/{case}/advance"
    await ok(s.post(advance, {"stage": "assessing"}))
    await refused(s.post(advance, {"stage": "closed"}), 422, "case.close_instead")
    await ok(s.post(advance, {"stage": "interrupted", "recontact_on": "2027-02-01"}))
    ending = {
        "category": "goal_reached",
        "exit": "地域の集いの場",
        "note": "落ち着いて暮らしている。",
        "after_care": "民生委員が声をかける。",
        "contact_on": "2027-03-21",
    }
    closed = await ok(s.post(f"/v1/cases/{case}/close", ending))
    assert closed["stage"] == "closed"
    await refused(s.post(advance, {"stage": "assessing"}), 409, "case.ended")
    schedules = (await ok(s.get(f"/v1/contacts?case_id={case}")))["items"]
    after_care = next(c for c in schedules if c["why"] == "after_care")
    town.clock.forward(days=90)
    await town.sweep()
    assert after_care["id"] in [t["record_id"] for t in await tasks(s, "contact_due")]
    returns = {"at": "2027-03-21T09:00:00+09:00", "reached": True, "told": "また困っている。"}
    done = await ok(s.post(f"/v1/contacts/{after_care['id']}/record", returns))
    again = await ok(s.get(f"/v1/consultations/{done['consultation_id']}"))
    assert again["previous_case_id"] == case
    second = await ok(
        s.post(f"/v1/consultations/{done['consultation_id']}/screen", {"act": "apply"})
    )
    episode = await ok(s.get(f"/v1/cases/{second['case_id']}"))
    assert (episode["episode"], episode["previous_case_id"]) == (2, case)
    assert (await ok(s.get(f"/v1/cases/{case}")))["stage"] == "closed"


async def test_a_handover_is_confirmed_by_contact_or_comes_back(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    taro = await registered(cc)
    await agrees(cc, town, taro, "J")
    heard = await ok(cc.post("/v1/consultations", {"told": "借金", "person_id": taro}), 201)
    path = f"/v1/consultations/{heard['id']}/screen"
    await refused(cc.post(path, {"act": "hand_over"}), 409, "consultation.no_referral")
    letter = await refer(cc, taro, town.desk["J"], consultation_id=heard["id"])
    await act(cc, letter, "send")
    handed = await ok(cc.post(path, {"act": "hand_over"}))
    assert handed["status"] == "screened_handover"
    await refused(cc.post(path, {"act": "confirm_handover"}), 409, "consultation.not_contacted")
    await act(j, letter, "accept")
    await act(j, letter, "contact", at="2026-11-20T09:00:00+09:00", reached=True)
    done = await ok(cc.post(path, {"act": "confirm_handover"}))
    assert done["status"] == "closed_handover"
    assert done["next"] == []


async def test_a_consultation_left_open_is_reminded_of_and_then_the_hubs(town: Town):
    cc, s = town.caller("cc-worker"), town.caller("s-hub")
    heard = await ok(cc.post("/v1/consultations", {"told": "よく分からない"}), 201)
    town.clock.forward(days=20)
    await town.sweep()
    (task,) = await tasks(cc, "consultation_overdue")
    assert task["call"] == f"/v1/consultations/{heard['id']}/screen"
    assert (await ok(s.get("/v1/hub")))["items"] == []
    town.clock.forward(days=20)
    await town.sweep()
    (entry,) = (await ok(s.get("/v1/hub")))["items"]
    assert (entry["why"], entry["record_id"]) == ("missed_deadline", heard["id"])
    await ok(cc.post(task["call"], {"act": "inform"}))
    assert (await ok(s.get("/v1/hub")))["items"] == []
    assert await tasks(cc, "consultation_overdue") == []


# The hub.


@pytest.mark.mechanism("4-30", "2-09", "3-03")
async def test_whoever_is_stuck_asks_the_hub_which_must_answer_and_takes_nothing_away(town: Town):
    cc, s, k = town.caller("cc-worker"), town.caller("s-hub"), town.caller("k-hub")
    taro = await registered(cc)
    await agrees(cc, town, taro, "CC", "S", "K", "M")
    case = await case_of(town, cc, taro)
    stuck = {"reason": "家族が訪問を断り続ける。", "summary": "訪問を断る家族への入り方"}
    entry = await ok(cc.post(f"/v1/cases/{case['id']}/escalate", stuck))
    await refused(cc.post(f"/v1/cases/{case['id']}/escalate", stuck), 409, "hub.already_waiting")
    (waiting,) = (await ok(s.get("/v1/hub")))["items"]
    assert waiting["summary"] == stuck["summary"]
    assert waiting["reason"] == stuck["reason"]
    assert ("hub_entry", entry["id"]) in await notices(s)
    # The hub does not answer: the prefectural council is asked, then the municipality.
    town.clock.forward(days=6)
    await town.sweep()
    assert (await ok(s.get("/v1/hub")))["items"] == []
    (up,) = (await ok(k.get("/v1/hub")))["items"]
    assert up["level"] == 1
    await hidden(town.caller("j-consultant"), "/v1/hub/{}", entry["id"])
    advice = {"advice": "まず保健師と一緒に庭先で話してください。"}
    await same_as_unknown(s, "/v1/hub/{}/answer", advice, entry["id"])
    await ok(k.post(f"/v1/hub/{entry['id']}/answer", advice))
    told = await ok(cc.get(f"/v1/hub/{entry['id']}"))
    assert told["advice"] == advice["advice"]
    assert ("hub_answered", entry["id"]) in await notices(cc)
    after = await ok(cc.get(f"/v1/cases/{case['id']}"))
    assert after["lead_agency_id"] == str(town.agency["CC"])
    await refused(k.post(f"/v1/hub/{entry['id']}/answer", advice), 409, "hub.already_answered")
    assert await tasks(k, "hub_entry") == []
    # The themes of the community stand beside the cases.
    assert (await s.get("/v1/area-issues")).status_code == 200


@pytest.mark.mechanism("2-08")
async def test_the_hub_is_a_role_with_dates(town: Town):
    s = town.caller("s-hub")
    assert (await ok(s.get("/v1/hub")))["items"] == []
    await town.owner.execute(
        "UPDATE position SET valid_until = '2026-11-19' WHERE id = $1", position_id("s-hub")
    )
    await refused(s.get("/v1/hub"), 403, "actor.agency_not_yours")


# Cases.


@pytest.mark.mechanism("1-39")
async def test_two_leads_at_once_are_impossible(town: Town):
    j = town.caller("j-consultant")
    taro = await registered(j)
    await agrees(j, town, taro, "J", "S")
    case = await case_of(town, j, taro)
    (active,) = (await ok(j.get(f"/v1/cases/{case['id']}/leads")))["items"]
    assert active["lead_position_id"] == str(position_id("j-consultant"))
    path = f"/v1/cases/{case['id']}/lead"
    wanted = {"lead_agency_id": str(town.agency["S"]), "reason": "食料支援が中心になるため"}
    problem = await refused(j.post(path, wanted), 409, "case.lead_active")
    assert problem["facts"]["lead_id"] == active["id"]
    both = await asyncio.gather(
        *(
            j.post(path, wanted | {"replaces_lead_id": active["id"], "reason": str(n)})
            for n in range(2)
        )
    )
    assert sorted(r.status_code for r in both) in ([200, 404], [200, 409], [200, 403])
    leads = await town.owner.fetch(
        "SELECT * FROM case_lead WHERE case_id = $1 AND ended_at IS NULL", case["id"]
    )
    assert [str(row["lead_agency_id"]) for row in leads] == [str(town.agency["S"])]


@pytest.mark.mechanism("1-24", "1-50", "3-08")
async def test_who_is_alone_with_a_case_and_who_has_too_many(town: Town):
    j, h = town.caller("j-consultant"), town.caller("h-supporter")
    taro = await registered(j)
    await agrees(j, town, taro, "J", "S", "H")
    case = await case_of(town, j, taro)
    (sole,) = (await ok(j.get("/v1/cases?view=sole")))["items"]
    assert sole["id"] == case["id"]
    report = await ok(j.get("/v1/reports/load"))
    (line,) = report["positions"]
    assert line["flags"] == ["sole_handler"]
    assert line["holder"] == "木村"
    team = {
        "members": [{"agency_id": str(town.agency["H"]), "role": "就労支援", "themes": ["work"]}]
    }
    await hidden(h, "/v1/cases/{}", case["id"])
    await ok(j.post(f"/v1/cases/{case['id']}/team", team))
    seen = await ok(h.get(f"/v1/cases/{case['id']}"))
    assert seen["team"][0]["role"] == "就労支援"
    assert ("case_lead_named", case["id"]) in await notices(h)
    stranger = {"members": [{"agency_id": str(town.agency["D"])}]}
    await refused(
        j.post(f"/v1/cases/{case['id']}/team", stranger), 403, "referral.receiver_not_covered"
    )
    assert (await ok(j.get("/v1/cases?view=sole")))["items"] == []
    assert (await ok(j.get("/v1/reports/load")))["positions"][0]["flags"] == []
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value)"
        """ VALUES ('999997', 'care', '2026-01-01', '{"most_cases": 1}')"""
    )
    hanako = await registered(j, "花子")
    await agrees(j, town, hanako, "J")
    await case_of(town, j, hanako)
    (busy,) = (await ok(j.get("/v1/reports/load")))["positions"]
    assert busy["flags"] == ["too_many", "sole_handler"]


@pytest.mark.mechanism("1-28")
async def test_a_case_left_lying_is_seen_by_its_lead_and_then_by_the_hub(town: Town):
    j, s = town.caller("j-consultant"), town.caller("s-hub")
    taro = await registered(j)
    await agrees(j, town, taro, "J")
    case = await case_of(town, j, taro)
    town.clock.forward(days=59)
    await town.sweep()
    assert (await ok(j.get("/v1/cases?view=stale")))["items"] == []
    town.clock.forward(days=3)
    await town.sweep()
    (stale,) = (await ok(j.get("/v1/cases?view=stale")))["items"]
    assert stale["id"] == case["id"]
    (task,) = await tasks(j, "stale_case")
    assert task["position_id"] == str(position_id("j-consultant"))
    assert ("case_stale", case["id"]) in await notices(j)
    await ok(j.post(task["call"], {"happened_on": "2027-01-21", "text": "電話で話した。"}), 201)
    assert await tasks(j, "stale_case") == []
    assert (await ok(j.get("/v1/cases?view=stale")))["items"] == []
    town.clock.forward(days=62)
    await town.sweep()
    town.clock.forward(days=62)
    await town.sweep()
    assert "stale" in [e["why"] for e in (await ok(s.get("/v1/hub")))["items"]]


@pytest.mark.mechanism("1-26")
async def test_the_views_of_two_agencies_stand_side_by_side(town: Town):
    j, e = town.caller("j-consultant"), town.caller("e-consultant")
    mother = await registered(j, "春子")
    son = await registered(j, "一郎")
    members = [
        {"person_id": mother, "relation": "self"},
        {"person_id": son, "relation": "child"},
    ]
    await ok(j.post("/v1/households", {"members": members}), 201)
    await agrees(j, town, mother, "J", "E")
    await agrees(j, town, son, "J")
    case = await case_of(town, j, mother)
    team = {"members": [{"agency_id": str(town.agency["E"]), "role": "介護"}]}
    await ok(j.post(f"/v1/cases/{case['id']}/team", team))
    path = f"/v1/cases/{case['id']}/assessments"
    ours = {
        "assessed_on": "2026-11-20",
        "members": [
            {"person_id": mother, "checks": ["illness", "poverty"], "opinion": "無理をしている"},
            {"person_id": son, "checks": ["isolation"], "issues": "十年外に出ていない"},
        ],
    }
    await ok(j.post(path, ours), 201)
    theirs = {
        "assessed_on": "2026-11-20",
        "members": [{"person_id": mother, "checks": ["poverty", "budgeting"]}],
    }
    await ok(e.post(path, theirs), 201)
    both = await ok(e.get(path))
    assert len(both["items"]) == 2
    (compared,) = both["side_by_side"]
    assert compared["agreed"] == ["poverty"]
    assert {d["check"] for d in compared["differing"]} == {"illness", "budgeting"}
    # The mother's consent opens nothing of the son's, and no opinion leaves its agency.
    assert "十年外に出ていない" not in str(both)
    assert "無理をしている" not in str(both)
    assert len((await ok(j.get(path)))["items"]) == 3
    stranger = {"assessed_on": "2026-11-20", "members": [{"person_id": son, "checks": []}]}
    await refused(e.post(path, stranger), 422, "assessment.not_of_household")


@pytest.mark.mechanism("1-46")
async def test_urgent_support_is_never_the_end_of_it(town: Town):
    s = town.caller("s-hub")
    taro = await registered(s)
    food = {
        "person_id": taro,
        "kind": "food",
        "what": "米10食分",
        "given_at": "2026-11-20T09:30:00+09:00",
    }
    first = await ok(s.post("/v1/urgent-supports", food), 201)
    second = await ok(s.post("/v1/urgent-supports", food), 201)
    assert first["next_step_by"] == "2026-11-27"
    assert len(await tasks(s, "next_step")) == 2
    heard = await ok(s.post("/v1/consultations", {"told": "食料", "person_id": taro}), 201)
    follow = {"next_kind": "consultation", "next_id": heard["id"]}
    done = await ok(s.post(f"/v1/urgent-supports/{first['id']}/follow", follow))
    assert done["state"] == "followed"
    warned = await ok(
        s.post(f"/v1/urgent-supports/{second['id']}/close", {"reason": "連絡がつかない"})
    )
    assert warned["state"] == "warning"
    (open_,) = (await ok(s.get("/v1/urgent-supports?unfollowed=true")))["items"]
    assert open_["id"] == second["id"]
    assert [e["why"] for e in (await ok(s.get("/v1/hub")))["items"]] == ["no_next_step"]
    third = await ok(s.post("/v1/urgent-supports", food), 201)
    town.clock.forward(days=9)
    await town.sweep()
    assert (await ok(s.get(f"/v1/urgent-supports/{third['id']}")))["state"] == "warning"
    wrong = {"next_kind": "case", "next_id": heard["id"]}
    await refused(
        s.post(f"/v1/urgent-supports/{third['id']}/follow", wrong),
        422,
        "urgent_support.unknown_next_step",
    )


async def test_a_leaving_holder_loses_no_case(town: Town):
    j, s = town.caller("j-consultant"), town.caller("s-hub")
    taro = await registered(j)
    await agrees(j, town, taro, "J", "S")
    case = await case_of(town, j, taro)
    await town.hire("j-second", "J", Role.CONSULTANT)
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-12-10' WHERE position_id = $1",
        position_id("j-consultant"),
    )
    town.clock.forward(days=7)
    await town.sweep()
    (task,) = await tasks(j, "reassign")
    assert task["call"] == f"/v1/cases/{case['id']}/hand-over"
    package = await ok(j.get(f"/v1/cases/{case['id']}/hand-over-package"))
    assert package["case"]["id"] == case["id"]
    assert len(package["leads"]) == 1
    await hidden(s, "/v1/cases/{}/hand-over-package", case["id"])
    assert (await ok(s.get("/v1/hub")))["items"] == []
    # Nobody does anything, and the position is empty: the hub sees to it.
    town.clock.forward(days=14)
    await town.sweep()
    (entry,) = (await ok(s.get("/v1/hub")))["items"]
    assert (entry["why"], entry["record_id"]) == ("no_lead", case["id"])
    second = town.caller("j-second")
    new = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_second'")
    handed = {
        "lead_agency_id": str(town.agency["J"]),
        "lead_position_id": str(new),
        "note": "家計表は毎週持参する。",
    }
    empty = handed | {"lead_position_id": str(position_id("j-consultant"))}
    path = f"/v1/cases/{case['id']}/hand-over"
    await refused(second.post(path, empty), 422, "case.position_not_held")
    await ok(second.post(path, handed))
    assert (await ok(s.get("/v1/hub")))["items"] == []
    assert await tasks(second, "reassign") == []
    leads = (await ok(second.get(f"/v1/cases/{case['id']}/leads")))["items"]
    assert [d["ended_at"] is None for d in leads] == [False, True]
    assert leads[1]["handover_note"] == handed["note"]


async def test_a_consent_that_expires_stops_what_rested_on_it(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    taro = await registered(cc)
    slip = await agrees(cc, town, taro, "J", valid_until="2026-11-21")
    letter = await refer(cc, taro, town.desk["J"])
    await act(cc, letter, "send")
    assert (await ok(j.get(f"/v1/referrals/{letter}")))["reason"]
    town.clock.forward(days=2)
    await town.sweep()
    await town.sweep()
    assert (await ok(cc.get(f"/v1/referrals/{letter}")))["status"] == "suspended"
    assert [n for n in await notices(cc) if n[0] == "consent_expired"] == [
        ("consent_expired", slip)
    ]
    assert [n for n in await notices(j) if n[0] == "stop_use"] == [("stop_use", slip)]


# The directory.


@pytest.mark.mechanism("1-25", "2-25", "3-27")
async def test_every_area_has_somebody_and_a_missing_contact_is_seen(town: Town):
    cc = town.caller("cc-worker")
    query = "/v1/area-workers?municipality_code=999997&area=district_3"
    (worker,) = (await ok(cc.get(query)))["items"]
    assert worker["position"]["holder"] == "坂本"
    assert worker["deputy"]["holder"] == "佐々木"
    nobody = await ok(cc.get(query.replace("district_3", "district_9")))
    assert nobody["items"] == []
    missing = (await ok(cc.get("/v1/reports/contacts")))["items"]
    assert "みほん市 水道課" in [a["agency"] for a in missing]
    await town.hire(
        "wa-contact",
        "WA",
        Role.LAYERED_SUPPORT_CONTACT,
    )
    missing = (await ok(cc.get("/v1/reports/contacts")))["items"]
    assert "みほん市 水道課" not in [a["agency"] for a in missing]
    for theme in ("debt", "no_such_theme", None):
        asked = {"municipality_code": "999997", "area": "district_9", "theme": theme}
        assert (await ok(cc.post("/v1/route", asked)))["desk_id"]


@pytest.mark.mechanism("2-04")
async def test_a_new_kind_of_agency_is_data(town: Town):
    await town.owner.execute(
        "INSERT INTO agency_kind (code, label_ja, label_en, public_body, decides_support,"
        " special_secrecy, receives_reports_of, ceiling)"
        " VALUES ('ferry_operator', '渡船事業者', 'Ferry operator', false, false, false, '{}', 'D2')"
    )
    kinds = (await ok(town.caller("cc-worker").get("/v1/agency-kinds")))["items"]
    assert "ferry_operator" in [k["code"] for k in kinds]


async def test_the_officer_is_told_once_that_an_embargo_is_over(town: Town):
    cc, officer = town.caller("cc-worker"), town.caller("cc-privacy", "access_request")
    taro = await registered(cc)
    held_back = {
        "ground": "dv_protection",
        "agency_ids": [str(town.agency["CC"])],
        "reason": "加害者が本人の記録を求めるおそれがある。",
        "approver": "所長",
        "until": "2026-11-30",
    }
    path = f"/v1/persons/{taro}/access-report/embargoes"
    embargo = await ok(officer.post(path, held_back), 201)
    town.clock.forward(days=10)
    await town.sweep()
    assert await notices(town.caller("cc-privacy")) == []
    town.clock.forward(days=1)
    await town.sweep()
    await town.sweep()
    assert await notices(town.caller("cc-privacy")) == [("embargo_ended", embargo["id"])]


async def test_what_bounced_twice_stands_in_the_same_queue_until_a_lead_is_named(town: Town):
    cc, s = town.caller("cc-worker"), town.caller("s-hub")
    d, j = town.caller("d-consultant"), town.caller("j-consultant")
    taro = await registered(cc)
    await agrees(cc, town, taro, "D", "J", "E", "S", "L")
    letter = await refer(cc, taro, town.desk["D"])
    await act(cc, letter, "send")
    proposal = {"desk_id": str(town.desk["J"]), "contacted": "木村さんに電話で確認"}
    await act(d, letter, "decline", reason="手帳がない", proposal=proposal)
    assert (await ok(s.get("/v1/hub")))["items"] == []
    await act(cc, letter, "redirect", to_desk_id=str(town.desk["J"]))
    proposal = {"desk_id": str(town.desk["E"]), "contacted": "遠藤さんに電話で確認"}
    await act(j, letter, "decline", reason="兄に収入がある", proposal=proposal)
    (entry,) = (await ok(s.get("/v1/hub")))["items"]
    assert (entry["why"], entry["record_kind"], entry["record_id"]) == (
        "bounced",
        "referral",
        letter,
    )
    (task,) = await tasks(s, "name_lead")
    advice = {"advice": "もう一度話し合ってください。"}
    # Nobody is sent back with advice: the hub names who leads.
    await refused(s.post(f"/v1/hub/{entry['id']}/answer", advice), 409, "hub.name_lead_instead")
    named = {"lead_agency_id": str(town.agency["J"]), "reason": "家計が中心のため"}
    led = await ok(s.post(task["call"], named))
    assert (await ok(s.get("/v1/hub")))["items"] == []
    assert await tasks(s, "name_lead") == []
    assert (await ok(j.get(f"/v1/cases/{led['case_id']}")))["decided_by"] == "hub"
    (decided,) = (await ok(j.get(f"/v1/cases/{led['case_id']}/leads")))["items"]
    assert decided["reason"] == named["reason"]


async def test_an_application_rests_on_what_the_person_said_to_this_agency(town: Town):
    j, lawyer = town.caller("j-consultant"), town.caller("l-lawyer")
    taro = await registered(j)
    told = {"told": "家計", "person_id": taro}
    heard = await ok(j.post("/v1/consultations", told), 201)
    path = f"/v1/consultations/{heard['id']}/screen"
    excluded = {"excluded": {"agencies": [str(town.agency["J"])]}}
    await agrees(j, town, taro, "L", **excluded)
    await refused(j.post(path, {"act": "apply"}), 409, "consultation.no_consent")
    far = {"act": "seek_consent", "next_contact_on": "9999-12-31"}
    await refused(j.post(path, far), 422, "contact.day_too_far")
    await hidden(lawyer, "/v1/consultations/{}", heard["id"])


async def test_a_place_on_the_team_is_somebodys(town: Town):
    j = town.caller("j-consultant")
    taro = await registered(j)
    await agrees(j, town, taro, "J", "H")
    case = await case_of(town, j, taro)
    member = {"agency_id": str(town.agency["H"]), "position_id": str(position_id("s-csw"))}
    await refused(
        j.post(f"/v1/cases/{case['id']}/team", {"members": [member]}),
        422,
        "case.position_not_held",
    )
