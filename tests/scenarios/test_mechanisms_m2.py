"""Rows of the mission that are about grounds other than consent, one short story each."""

from typing import Any

import pytest
from scenario_steps import act, address, consent, hidden, notices, ok, person, refer, refused
from town import Caller, Town

NOTICED = "検針のたびに郵便物がたまり、電気メーターも動いていない。"
WATCH = "灯油の残りを声かけで確認"
ORDINARY = {"purposes": ("consultation",)}


async def registered(caller: Caller, given: str, **more: Any) -> str:
    form = person("試験", given, "シケン サンプル", birth="1950-01-01", address=address("9番地9"))
    return (await ok(caller.post("/v1/persons", form | more), 201))["id"]


async def agrees(caller: Caller, town: Town, person_id: str, *letters: str, **more: Any) -> str:
    to = {"agencies": [str(town.agency[x]) for x in letters]}
    slip = consent(person_id, to=to, classes="D1 D2 D3 D4", **ORDINARY) | more
    return (await ok(caller.post("/v1/consents", slip), 201))["id"]


def enquiry(town: Town, kind: str, **more: Any) -> dict[str, Any]:
    form = {"kind": kind, "to_agency_id": str(town.agency["S"]), "noticed": NOTICED}
    return form | {"name": "試験 太郎", "address": "第3地区 9番地9"} | more


@pytest.mark.mechanism("1-15")
async def test_an_enquiry_for_somebody_known_and_for_nobody_is_answered_alike(town: Town):
    wa, s = town.caller("wa-officer"), town.caller("s-hub")
    known = await registered(s, "太郎")
    shapes = []
    for name in ("試験 太郎", "見知らぬ 人"):
        answer = await wa.post("/v1/enquiries", enquiry(town, "acquaintance", name=name))
        assert answer.status_code == 202
        shapes.append((sorted(answer.json()), len(answer.content)))
    assert shapes[0] == shapes[1]
    first, second = (await ok(s.get("/v1/enquiries")))["items"]
    assert {first["name"], second["name"]} == {"試験 太郎", "見知らぬ 人"}
    # Without a basis the desk may say one thing only, whatever it knows.
    said = {"answer": "known", "person_id": known}
    await refused(
        s.post(f"/v1/enquiries/{second['id']}/answer", said), 403, "enquiry.asker_not_covered"
    )
    await ok(s.post(f"/v1/enquiries/{second['id']}/answer", {"answer": "noted", "note": "訪問"}))
    seen = await ok(wa.get(f"/v1/enquiries/{second['id']}"))
    assert seen["answer"] == "noted"
    assert "note" not in seen or seen["note"] is None
    assert seen.get("person_id") is None
    await hidden(town.caller("j-consultant"), "/v1/enquiries/{}", first["id"])
    # With the person's consent to tell the water section, the desk may say so.
    await agrees(s, town, known, "WA")
    await ok(s.post(f"/v1/enquiries/{first['id']}/answer", said))
    assert (await ok(wa.get(f"/v1/enquiries/{first['id']}")))["answer"] == "known"


@pytest.mark.mechanism("1-16")
async def test_a_safety_check_needs_its_reason_ends_after_a_day_and_is_an_emergency(town: Town):
    wa, s = town.caller("wa-officer"), town.caller("s-hub")
    bare = enquiry(town, "safety_check", noticed="急ぎ")
    answer = await wa.post("/v1/enquiries", bare)
    assert answer.status_code == 422
    assert "enquiry.reason_too_short" in answer.text
    asked = await ok(wa.post("/v1/enquiries", enquiry(town, "safety_check")), 202)
    (entry,) = await town.audit(action="enquiry.ask", outcome="allowed")
    assert entry["basis"] == "LIFE"
    path = f"/v1/enquiries/{asked['id']}"
    assert (await ok(s.get(path)))["noticed"] == NOTICED
    town.clock.forward(hours=24)
    await hidden(s, "/v1/enquiries/{}", asked["id"])
    assert (await ok(wa.get(path)))["answer"] is None


@pytest.mark.mechanism("1-07")
async def test_the_emergency_contacts_open_with_a_reason_and_an_alert(town: Town):
    s, hc = town.caller("s-hub"), town.caller("hc-nurse")
    whom = {
        "name": "妹 試験花",
        "relation": "妹",
        "phone": {"kind": "mobile", "number": "090-0000-0000"},
    }
    taro = await registered(s, "太郎", emergency_contacts=[whom], living="一人暮らし")
    await hidden(hc, "/v1/persons/{}", taro)
    asked = {"person_id": taro, "reason": NOTICED, "data_classes": ["D1"], "minutes": 30}
    taken = await ok(hc.post("/v1/access/emergency", asked), 201)
    shown = await ok(hc.get(f"/v1/persons/{taro}"))
    assert shown["emergency_contacts"][0]["name"] == "妹 試験花"
    assert "living" not in shown
    duties = {o["duty"] for o in shown["obligations"]}
    assert {"readable_until", "review_by", "tell_person"} <= duties
    assert ("emergency_taken", taken["id"]) in await notices(s)
    assert ("emergency_review", taken["id"]) in await notices(town.caller("s-privacy"))
    town.clock.forward(minutes=31)
    await hidden(hc, "/v1/persons/{}", taro)


@pytest.mark.mechanism("3-30")
async def test_a_small_agency_asks_the_hub_to_be_its_second_person(town: Town):
    s, tm, kj = town.caller("s-hub"), town.caller("tm-officer"), town.caller("kj-consultant")
    taro = await registered(s, "太郎")
    asked = {"person_id": taro, "reason": NOTICED, "data_classes": ["D1"]}
    taken = await ok(tm.post("/v1/access/emergency", asked), 201)
    path = f"/v1/provisions/{taken['id']}"
    verdict = {"verdict": "justified", "finding": "生命の危険があった。"}
    await refused(tm.post(f"{path}/review", verdict), 422, "provision.review_by_second_person")
    await hidden(kj, "/v1/provisions/{}", taken["id"])
    await ok(tm.post(f"{path}/ask-hub", {}))
    assert ("emergency_review", taken["id"]) in await notices(kj)
    waits = await ok(kj.get("/v1/provisions", params={"unreviewed": "true"}))
    assert [w["id"] for w in waits["items"]] == [taken["id"]]
    await hidden(kj, "/v1/persons/{}", taro)
    done = await ok(kj.post(f"{path}/review", verdict))
    assert done["verdict"] == "justified"


@pytest.mark.mechanism("1-59", "4-44")
async def test_the_commissioners_view_ends_with_the_term_and_is_handed_over_by_kind(town: Town):
    s = town.caller("s-hub")
    p = town.caller("p3-commissioner", "watch_over")
    taro = await registered(s, "太郎")
    asked = {"person_id": taro, "area": "district_3", "items": ["name", "watch_point"]}
    await refused(
        s.post("/v1/feedbacks", asked | {"watch_point": WATCH}), 403, "feedback.without_consent"
    )
    slip = consent(
        taro,
        to={"kinds": ["welfare_commissioner"]},
        classes="D1 D3",
        purposes=("watch_over",),
    )
    await ok(s.post("/v1/consents", slip), 201)
    given = await ok(s.post("/v1/feedbacks", asked | {"watch_point": WATCH}), 201)
    path = f"/v1/feedbacks/{given['id']}"
    shown = await ok(p.get(path))
    assert (set(shown["person"]), shown["watch_point"]) == ({"names"}, WATCH)
    await ok(p.post(f"{path}/acknowledge", {}))
    assert shown["valid_until"] == "2028-11-30"
    # The next general appointment: another human holds the post.
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " SELECT gen_random_uuid(), position_id, iss, 'sub-p3-next', '後任', '2028-12-01'"
        " FROM tenure WHERE sub = 'sub-p3-commissioner'"
    )
    successor = town.caller("p3-commissioner", "watch_over", sub="sub-p3-next")
    town.clock.now = town.clock.now.replace(year=2028, month=11, day=30)
    assert (await p.get(path)).status_code == 200
    town.clock.forward(days=1)
    assert (await p.get(path)).status_code == 403
    await hidden(successor, "/v1/feedbacks/{}", given["id"])
    await town.sweep()
    assert ("feedback_hand_over", given["id"]) in await notices(s)
    anew = await ok(s.post(f"{path}/hand-over", {}), 201)
    assert (await ok(successor.get(f"/v1/feedbacks/{anew['id']}")))["watch_point"] == WATCH


@pytest.mark.mechanism("4-17")
async def test_a_report_of_abuse_goes_to_whom_the_law_names_and_protects_who_told(town: Town):
    g, w, c = town.caller("g-ssw"), town.caller("w-worker"), town.caller("c-consultant")
    child = await registered(g, "一子", considerations="腕に傷がある")
    report = {
        "person_id": child,
        "basis": "DUTY_REPORT",
        "abuse_kind": "child",
        "purposes": ["consultation"],
        "data_classes": ["D1", "D2", "D3", "D4", "D5"],
        "hours": 24 * 90,
        "reason": "学校で傷を確認した。保護者の説明と合わない。",
        "message": "本日中の安全確認をお願いします。",
    }
    wrong = report | {"to_agency_id": str(town.agency["H"])}
    await refused(g.post("/v1/provisions", wrong), 403, "provision.not_the_addressee")
    made = await ok(g.post("/v1/provisions", report | {"to_agency_id": str(town.agency["W"])}), 201)
    shown = await ok(w.get(f"/v1/persons/{child}"))
    assert shown["considerations"] == "腕に傷がある"
    assert (await ok(w.get(f"/v1/provisions/{made['id']}")))["basis"] == "DUTY_REPORT"
    await hidden(c, "/v1/persons/{}", child)


@pytest.mark.mechanism("4-03")
async def test_the_school_hands_over_the_childs_data_on_its_own_basis(town: Town):
    g, c = town.caller("g-ssw"), town.caller("w-worker")
    child, mother = await registered(g, "一子"), await registered(g, "母")
    for whom in (child, mother):
        letter = await refer(g, whom, town.desk["W"])
        await refused(g.post(f"/v1/referrals/{letter}/send"), 403, "referral.receiver_not_covered")
    basis = {
        "basis": "PUBLIC_BODY",
        "person_id": child,
        "to_agency_id": str(town.agency["W"]),
        "purposes": ["consultation"],
        "data_classes": ["D1", "D2", "D3"],
        "hours": 24 * 30,
        "reason": "高校中退の防止のため、世帯の背景を福祉の窓口と共有する必要がある。",
        "law": "生活保護法",
        "article": "29条",
    }
    await ok(g.post("/v1/provisions", basis), 201)
    letter = await refer(g, child, town.desk["W"], reason="欠席が続く")
    await act(g, letter, "send")
    assert (await ok(c.get(f"/v1/referrals/{letter}")))["reason"] == "欠席が続く"
    # The mother's data wait for her own consent.
    await hidden(c, "/v1/persons/{}", mother)
    await agrees(g, town, mother, "W")
    hers = await refer(g, mother, town.desk["W"], reason="家計の相談")
    await act(g, hers, "send")
    assert (await ok(c.get(f"/v1/referrals/{hers}")))["reason"] == "家計の相談"


@pytest.mark.mechanism("4-01", "2-02")
async def test_a_referral_of_a_household_has_two_focal_persons_with_a_consent_each(town: Town):
    e, j = town.caller("e-consultant"), town.caller("j-consultant")
    mother, son = await registered(e, "母"), await registered(e, "息子")
    members = [
        {"person_id": mother, "relation": "self"},
        {"person_id": son, "relation": "child"},
    ]
    home = await ok(e.post("/v1/households", {"members": members, "tags": ["8050"]}), 201)
    await agrees(e, town, mother, "J")
    letters = [
        await refer(e, whom, town.desk["J"], reason=f"{n}の事情", household_id=home["id"])
        for n, whom in (("母", mother), ("息子", son))
    ]
    await act(e, letters[0], "send")
    await refused(e.post(f"/v1/referrals/{letters[1]}/send"), 403, "referral.receiver_not_covered")
    await act(j, letters[0], "accept")
    shown = await ok(j.get(f"/v1/households/{home['id']}"))
    assert [m["person_id"] for m in shown["members"]] == [mother]
    assert shown["members_not_visible"] == 1
    assert "tags" not in shown
    await hidden(j, "/v1/persons/{}", son)
    assert (await ok(e.get(f"/v1/households/{home['id']}")))["tags"] == ["8050"]
    await agrees(e, town, son, "J")
    await act(e, letters[1], "send")
    assert (await ok(j.get(f"/v1/referrals/{letters[1]}")))["reason"] == "息子の事情"


@pytest.mark.mechanism("1-19")
async def test_the_mothers_care_consent_does_not_open_the_sons_record(town: Town):
    e, j = town.caller("e-consultant"), town.caller("j-consultant")
    mother, son = await registered(e, "母"), await registered(e, "息子")
    await agrees(e, town, mother, "J")
    assert (await j.get(f"/v1/persons/{mother}")).status_code == 200
    await hidden(j, "/v1/persons/{}", son)


@pytest.mark.mechanism("3-13")
async def test_a_receiver_in_the_next_town_must_be_named(town: Town):
    cc, kj = town.caller("cc-worker"), town.caller("kj-consultant")
    taro = await registered(cc, "太郎")
    kinds = {"kinds": ["prefectural_self_reliance_agency"]}
    slip = consent(taro, to=kinds, classes="D1 D3", purposes=("consultation",))
    await ok(cc.post("/v1/consents", slip), 201)
    letter = await refer(cc, taro, town.desk["KJ"])
    await refused(cc.post(f"/v1/referrals/{letter}/send"), 403, "referral.receiver_not_covered")
    await agrees(cc, town, taro, "KJ")
    await act(cc, letter, "send")
    assert (await ok(kj.get(f"/v1/referrals/{letter}")))["status"] == "sent"


@pytest.mark.mechanism("2-26")
async def test_notes_are_shared_as_far_as_is_granted(town: Town):
    cc, j, lawyer = (town.caller(a) for a in ("cc-worker", "j-consultant", "l-lawyer"))
    taro = await registered(cc, "太郎")
    await agrees(cc, town, taro, "J")
    letter = await refer(cc, taro, town.desk["J"])
    await act(cc, letter, "send")
    case = (await act(j, letter, "accept"))["case_id"]
    note = {
        "happened_on": "2026-11-20",
        "text": "家計表を作成",
        "sensitive": "歯痛",
        "opinion": "不安げ",
    }
    await ok(j.post(f"/v1/cases/{case}/notes", note), 201)
    (own,) = (await ok(j.get(f"/v1/cases/{case}/notes")))["items"]
    assert own["opinion"] == "不安げ"
    await hidden(lawyer, "/v1/cases/{}/notes", case)
    await hidden(cc, "/v1/cases/{}/notes", case)


@pytest.mark.mechanism("2-16")
async def test_with_a_neighbour_at_the_table_only_who_it_is_about_is_shown(town: Town):
    s = town.caller("s-hub")
    taro = await registered(s, "太郎")
    await agrees(s, town, taro, "S", "E")
    meeting = {
        "kind": "community_life_support_conf",
        "starts_at": "2026-12-04T13:30:00+09:00",
        "ends_at": "2026-12-04T15:00:00+09:00",
        "place": "公民館",
    }
    path = f"/v1/conferences/{(await ok(s.post('/v1/conferences', meeting), 201))['id']}"
    await ok(s.post(f"{path}/invite", {"agency_ids": [str(town.agency["E"])]}))
    item = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": "ごみ出しの手伝い",
        "person_ids": [taro],
    }
    await ok(s.post(f"{path}/items", item), 201)
    await ok(s.post(f"{path}/invite", {"residents": ["隣組長"]}))
    await ok(s.post(f"{path}/fix"))
    (place,) = (await ok(town.caller("e-consultant").get(f"{path}/packet")))["items"]
    assert "subject" not in place
    assert [p["names"][0]["given"] for p in place["persons"]] in ([], ["太郎"])


@pytest.mark.mechanism("4-32")
async def test_in_a_town_without_welfare_office_the_prefectures_agency_decides(town: Town):
    kinds = {
        "kind": "support_conf_needy",
        "name": "県支援会議",
        "by_laws": "要綱",
        "valid_from": "2024-04-01",
    }
    tm = town.caller("tm-officer")
    await refused(tm.post("/v1/conference-bodies", kinds), 422, "conference_body.no_welfare_office")
    deciders = await town.owner.fetch(
        "SELECT a.id FROM agency a JOIN agency_kind k ON k.code = a.kind"
        " WHERE a.municipality_code = (SELECT municipality_code FROM agency WHERE id = $1)"
        " AND k.decides_support",
        town.agency["TM"],
    )
    assert [d["id"] for d in deciders] == [town.agency["KJ"]]
    cc, kj = tm, town.caller("kj-consultant")
    taro = await registered(cc, "太郎")
    await agrees(cc, town, taro, "KJ")
    letter = await refer(cc, taro, town.desk["KJ"])
    await act(cc, letter, "send")
    case = (await act(kj, letter, "accept"))["case_id"]
    assert (await ok(kj.get(f"/v1/cases/{case}")))["lead_agency_id"] == str(town.agency["KJ"])


@pytest.mark.mechanism("4-38")
async def test_a_transfer_of_staff_loses_nothing(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    taro = await registered(cc, "太郎")
    await agrees(cc, town, taro, "J")
    letter = await refer(cc, taro, town.desk["J"])
    await act(cc, letter, "send")
    await act(j, letter, "accept")
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-11-30' WHERE sub = 'sub-j-consultant'"
    )
    await town.owner.execute(
        "INSERT INTO tenure (id, position_id, iss, sub, name, valid_from)"
        " SELECT gen_random_uuid(), position_id, iss, 'sub-j-next', '後任', '2026-12-01'"
        " FROM tenure WHERE sub = 'sub-j-consultant'"
    )
    town.clock.forward(days=12)
    assert (await j.get(f"/v1/referrals/{letter}")).status_code == 403
    after = town.caller("j-consultant", sub="sub-j-next")
    assert (await ok(after.get(f"/v1/referrals/{letter}")))["status"] == "accepted"
    assert (await ok(after.get(f"/v1/persons/{taro}")))["names"]


@pytest.mark.mechanism("2-18")
async def test_the_persons_own_export_does_not_say_who_told(town: Town):
    s, officer = town.caller("s-hub"), town.caller("s-privacy", "access_request")
    taro = await registered(s, "太郎")
    heard = {"told": "心配な世帯がある", "person_id": taro, "informant": "向かいの佐藤さん"}
    await ok(s.post("/v1/consultations", heard), 201)
    asked = {"person_id": taro, "requested_on": "2026-11-20", "identity_checked_by": "運転免許証"}
    request = await ok(officer.post("/v1/disclosure-requests", asked), 201)
    path = f"/v1/disclosure-requests/{request['id']}"
    await ok(officer.post(f"{path}/decide", {"result": "full", "decision_number": "1"}))
    export = await officer.post(f"{path}/export")
    assert export.status_code == 200
    assert "心配な世帯がある" in export.text
    assert "佐藤" not in export.text
