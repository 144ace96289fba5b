"""SC-1: the check sheet (ご近所見守りチェックシート) says that the lifelines are cut (brief §6)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from scenario_steps import (
    CARE,
    LIFE,
    WHO,
    act,
    address,
    consent,
    counted,
    fields,
    hidden,
    inbox,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refer,
    refused,
    remedies,
    tally,
)
from town import Caller, Town

from service.domain.role import Role

SHEET = "ご近所見守りチェックシート：水道、電気、電話が止められている"
PROMOTER = "福祉推進員の見本さん"
VISITED = "訪問した。衰弱しているが、役所には知らせないでほしいとのこと"
FIRST_IMPRESSION = "前任の記録と同じ家と思われる"
LIVING = "一人暮らし、仕事も年金もなく、水道と電気は三日前から止まっている"
HEALTH = "三日間ほとんど食べておらず、立ち上がるとふらつく"
STATE = "本日訪問、衰弱あり。今日中に自宅で健康状態を確認してほしい"
WHY = "衰弱が進んでいるが市の関与を拒んでおり、同意を待つと命に関わる"
APPROVER = "社協 事務局長 榊"
TOLD_HOW = "翌日の訪問時に佐々木が口頭で説明した"
FINDING = "命の危険があり、伝えた範囲も必要最小限だった"
FOOD = "フードバンクの米を三日分届けた"
REASON = "食べること、体調、家計を立て直したい"
WATCH = "朝、雨戸が開いているか見てほしい"
GLASS = "夜間に訪問したが応答がなく、室内で倒れているおそれがある"
ASSESSED = "家計表から始める"
J_OPINION = "役所への不信が強いと木村は考える"

#: Nobody told; one and the same list for everybody who has no basis.
WAYS = {
    "ask_consent",
    "ask_holder_to_provide",
    "ask_support_conference",
    "use_emergency_access",
}
STRANGERS = ("j-consultant", "hc-nurse", "w-worker", "m-officer", "t-officer", "cc-worker")


@dataclass(frozen=True)
class Taro:
    """The ids of his papers at S."""

    person: str
    sheet: str


async def the_sheet_comes(town: Town) -> Taro:
    """CC enters the sheet for the council's desk, which is told at once and visits the same day."""
    sheet = {
        "kind": "neighbour_check",
        "to_responsible_desk": True,
        "area": "district_3",
        "text": SHEET,
        "check_items": ["lifeline_stopped"],
        "informant": PROMOTER,
    }
    raised = await ok(town.caller("cc-worker").post("/v1/signals", sheet), 201)
    assert raised["agency_id"] == str(town.agency["S"])
    assert (raised["urgency"], raised["due_at"][:10]) == ("urgent", "2026-11-20")
    s = town.caller("s-hub")
    assert await notices(s) == [("signal_urgent", raised["id"])]
    form = person("試験", "太郎", "シケン タロウ", birth="1964-05-01", address=address("5番地1"))
    form |= {"living": LIVING, "considerations": HEALTH}
    form |= {
        "emergency_contacts": [
            {
                "name": "試験 春子",
                "relation": "姉",
                "phone": {"kind": "home", "number": "0999990000"},
            }
        ]
    }
    person_id = (await ok(s.post("/v1/persons", form), 201))["id"]
    look = {"at": "2026-11-20T09:55:00+09:00", "found": VISITED, "person_id": person_id}
    await ok(s.post(f"/v1/signals/{raised['id']}/look-into", look))
    taken = await ok(s.post(f"/v1/signals/{raised['id']}/consult"))
    path = f"/v1/consultations/{taken['consultation_id']}"
    own = {"told": SHEET, "channel": "third_party", "area": "district_3", "informant": PROMOTER}
    await ok(s.put(path, own | {"person_id": person_id, "opinion": FIRST_IMPRESSION}, 1))
    return Taro(person_id, taken["consultation_id"])


def watcher(town: Town) -> Caller:
    return town.caller("p3-commissioner", "watch_over")


@pytest.mark.mechanism("1-11", "2-18")
async def test_s_reads_the_sheet_and_nobody_else_learns_of_him(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    s = town.caller("s-hub")

    # ✔ S, on its own record (INTERNAL).
    sheet = await ok(s.get(f"/v1/consultations/{taro.sheet}"))
    assert (sheet["told"], sheet["informant"]) == (SHEET, PROMOTER)
    assert sheet["channel"] == "third_party"
    who = await ok(s.get(f"/v1/persons/{taro.person}"))
    assert fields(who) == WHO | LIFE | CARE | {"protected_address"}
    assert "obligations" not in who

    # ✖ J and everybody else; the answer says what would open it, as it does for unknown ids.
    strangers = [*(town.caller(a) for a in STRANGERS), watcher(town)]
    for stranger in strangers:
        await hidden(stranger, "/v1/persons/{}", taro.person)
        await hidden(stranger, "/v1/consultations/{}", taro.sheet)
        problem = await refused(stranger.get(f"/v1/persons/{taro.person}"), 404, "record.not_found")
        assert remedies(problem) == WAYS
        assert await notices(stranger) == []
    for stranger in strangers[:-1]:
        found = await ok(stranger.post("/v1/persons/search", {"kana": "しけん たろう"}))
        nobody = await ok(stranger.post("/v1/persons/search", {"kana": "みしらぬ だれか"}))
        assert found == nobody == {"items": []}

    assert await tally(town, person_id=taro.person) == counted("""
        1 s-hub person.register allowed INTERNAL
        1 s-hub signal.look_into allowed INTERNAL
        1 s-hub signal.consult allowed INTERNAL
        1 s-hub consultation.amend allowed INTERNAL
        1 s-hub consultation.read allowed INTERNAL
        1 s-hub person.read allowed INTERNAL
    """) + counted(
        "\n".join(
            f"2 {a} person.read denied -\n1 {a} consultation.read denied -"
            for a in (*STRANGERS, "p3-commissioner")
        )
    )
    await nothing_slipped(
        town,
        heard,
        {
            SHEET: "s-hub",
            PROMOTER: "s-hub",
            FIRST_IMPRESSION: "s-hub",
            LIVING: "s-hub",
            HEALTH: "s-hub",
            "5番地1": "s-hub",
        },
    )


@pytest.mark.mechanism("1-11")
async def test_the_promoter_who_ticked_the_sheet_has_no_account(town: Town):
    taro = await the_sheet_comes(town)
    path = f"/v1/persons/{taro.person}"
    # An issuer vouches for somebody whom the directory does not know.
    promoter = town.caller("cc-worker", sub="sub-promoter", agency=None)
    await refused(promoter.get(path), 403, "actor.no_position")
    await refused(promoter.get(f"/v1/consultations/{taro.sheet}"), 403, "actor.no_position")
    claiming = town.caller("cc-worker", sub="sub-promoter")
    await refused(claiming.get(path), 403, "actor.agency_not_yours")
    denied = await town.audit(sub="sub-promoter")
    assert [(e["outcome"], e["agency_id"], e["person_id"]) for e in denied] == [
        ("denied", None, None)
    ] * 3


def life(town: Town, taro: Taro, **more: Any) -> dict[str, Any]:
    """What S tells HC on the day: who, where, and in which state."""
    return {
        "person_id": taro.person,
        "basis": "LIFE",
        "to_agency_id": str(town.agency["HC"]),
        "purposes": ["consultation"],
        "data_classes": ["D1"],
        "hours": 24,
        "reason": WHY,
        "message": STATE,
        "approver": APPROVER,
    } | more


async def s_tells_hc(town: Town, taro: Taro) -> str:
    made = await ok(town.caller("s-hub").post("/v1/provisions", life(town, taro)), 201)
    return made["id"]


@pytest.mark.mechanism("1-16", "1-43", "1-53")
async def test_s_tells_hc_the_least_on_the_day_and_he_is_told_afterwards(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    s, hc, second = (town.caller(a) for a in ("s-hub", "hc-nurse", "s-privacy"))
    made = await ok(s.post("/v1/provisions", life(town, taro)), 201)
    path = f"/v1/provisions/{made['id']}"
    assert (made["basis"], made["taken"], made["data_classes"]) == ("LIFE", "given", ["D1"])
    assert not {"reason", "message", "approver"} & set(made)

    # HC and the privacy officer are told in the same commit; ids only.
    assert await notices(hc) == [("provision_received", made["id"])]
    assert (await notices(second))[0] == ("emergency_review", made["id"])

    # ◐ HC: who he is, how to reach him, and his state; not how he lives, nor the reason.
    who = await ok(hc.get(f"/v1/persons/{taro.person}"))
    assert fields(who) == WHO
    assert who["names"][0]["given"] == "太郎"
    assert who["address"]["block"] == "5番地1"
    assert who["withheld"] == ["D2", "D4", "D5"]
    duties = {d["duty"]: d["until"] for d in who["obligations"]}
    assert set(duties) == {"no_onward", "readable_until", "review_by", "tell_person"}
    assert duties["readable_until"].startswith("2026-11-21T01:00:00")
    assert duties["review_by"].startswith("2026-11-26T15:00:00")
    letter = await ok(hc.get(path))
    assert (letter["message"], letter["approver"]) == (STATE, APPROVER)
    assert not {"reason", "finding", "told_how"} & set(letter)
    assert letter["withheld"] == ["D3", "D5", "D7"]
    await hidden(hc, "/v1/consultations/{}", taro.sheet)
    await hidden(town.caller("hc-nurse", "service"), "/v1/persons/{}", taro.person)

    # ✖ Whom S did not tell; P3 until there is consent.
    for stranger in (town.caller("j-consultant"), town.caller("m-officer"), watcher(town)):
        await hidden(stranger, "/v1/persons/{}", taro.person)
        assert await notices(stranger) == []
    await hidden(town.caller("j-consultant"), "/v1/provisions/{}", made["id"])

    # HC hands nobody on, and the food did not wait for any of it.
    form = {"to_desk_id": str(town.desk["D"]), "reason": "相談をお願いします。"}
    onward = hc.post("/v1/referrals", form | {"person_id": taro.person})
    problem = await refused(onward, 404, "record.not_found")
    assert remedies(problem) >= {"ask_consent", "ask_support_conference"}
    await ok(s.post("/v1/consultations", {"told": FOOD, "person_id": taro.person}), 201)

    # After 24 hours HC keeps the fact that it was told, and nothing of him.
    town.clock.forward(hours=24)
    await hidden(hc, "/v1/persons/{}", taro.person)
    bare = await ok(hc.get(path))
    assert not {"message", "approver", "reason"} & set(bare)
    assert bare["basis"] == "LIFE"

    await he_is_told_and_it_is_reviewed(town, path)
    await log_of_the_day(town, taro, made["id"])
    await nothing_slipped(
        town,
        heard,
        {
            STATE: "hc-nurse s-hub s-privacy",
            APPROVER: "hc-nurse s-hub s-privacy",
            WHY: "s-hub s-privacy",
            FINDING: "s-hub",
            TOLD_HOW: "s-hub s-privacy",
            "5番地1": "hc-nurse",
            LIVING: "",
            HEALTH: "",
            SHEET: "",
            PROMOTER: "",
            FOOD: "",
            FIRST_IMPRESSION: "",
        },
    )


async def he_is_told_and_it_is_reviewed(town: Town, path: str) -> None:
    """A second person looks at it: not whoever did it, nor just anybody."""
    s, second = town.caller("s-hub"), town.caller("s-privacy")
    provision_id = path.rpartition("/")[2]
    assert (await ok(s.post(f"{path}/tell", {"how": TOLD_HOW})))["told_at"]
    await refused(s.post(f"{path}/tell", {"how": TOLD_HOW}), 409, "provision.already_told")
    waiting = await ok(second.get("/v1/provisions", params={"unreviewed": "true"}))
    assert [p["id"] for p in waiting["items"]] == [provision_id]
    verdict = {"verdict": "justified", "finding": FINDING}
    await refused(s.post(f"{path}/review", verdict), 422, "provision.review_by_second_person")
    csw, elsewhere = town.caller("s-csw"), town.caller("j-privacy")
    await refused(csw.post(f"{path}/review", verdict), 403, "actor.permission_missing")
    await refused(elsewhere.post(f"{path}/review", verdict), 404, "record.not_found")
    reviewed = await ok(second.post(f"{path}/review", verdict))
    assert (reviewed["verdict"], bool(reviewed["reviewed_at"])) == ("justified", True)
    await refused(second.post(f"{path}/review", verdict), 409, "provision.already_reviewed")
    none_left = await ok(second.get("/v1/provisions", params={"unreviewed": "true"}))
    assert none_left["items"] == []
    kept = await ok(s.get(path))
    assert (kept["reason"], kept["finding"], kept["told_how"]) == (WHY, FINDING, TOLD_HOW)
    assert [d["duty"] for d in kept["obligations"]] == ["no_onward", "readable_until"]


async def log_of_the_day(town: Town, taro: Taro, provision_id: str) -> None:
    """What HC did rests on LIFE and on that provision; all else of it was denied."""
    assert await tally(town, person_id=taro.person) == counted("""
        1 s-hub person.register allowed INTERNAL
        1 s-hub signal.look_into allowed INTERNAL
        1 s-hub signal.consult allowed INTERNAL
        1 s-hub consultation.amend allowed INTERNAL
        1 s-hub consultation.receive allowed INTERNAL
        1 s-hub provision.make allowed INTERNAL
        1 s-hub provision.tell allowed INTERNAL
        1 s-hub provision.tell failed INTERNAL
        1 s-hub provision.review failed INTERNAL
        1 s-hub provision.read allowed INTERNAL
        1 s-privacy provision.read allowed INTERNAL
        1 s-privacy provision.review allowed INTERNAL
        1 s-privacy provision.review failed INTERNAL
        1 j-privacy provision.review denied -
        1 hc-nurse person.read allowed LIFE
        2 hc-nurse person.read denied -
        1 hc-nurse provision.read allowed LIFE
        1 hc-nurse provision.read allowed INTERNAL
        1 hc-nurse referral.draft denied -
        1 hc-nurse consultation.read denied -
        1 j-consultant person.read denied -
        1 j-consultant provision.read denied -
        1 m-officer person.read denied -
        1 p3-commissioner person.read denied -
    """)
    (read,) = await town.audit(person_id=taro.person, action="person.read", basis="LIFE")
    assert read["consent_ids"] == [provision_id]
    assert (read["data_classes"], set(read["fields"]) >= {"names", "address"}) == (
        ["D0", "D1"],
        True,
    )
    assert not {"living", "considerations", "protected_address"} & set(read["fields"])
    assert read["obligations"] == ["no_onward", "readable_until", "review_by", "tell_person"]
    assert read["law"]


async def test_what_s_tells_needs_a_reason_an_approver_and_an_end(town: Town):
    taro = await the_sheet_comes(town)
    s = town.caller("s-hub")
    for more, code in (
        ({"reason": "急ぎのため"}, "provision.reason_too_short"),
        ({"approver": None}, "provision.approver_missing"),
        ({"hours": 25}, "provision.too_long"),
        ({"data_classes": ["D1", "D3"]}, "provision.too_wide"),
        ({"basis": "CONSENT"}, "provision.basis_not_for_provision"),
    ):
        answer = s.post("/v1/provisions", life(town, taro, **more))
        problem = await refused(answer, 422, "body.invalid")
        assert code in [e["code"] for e in problem["errors"]]
    # Nobody gives what it does not hold.
    await refused(
        town.caller("j-consultant").post("/v1/provisions", life(town, taro)),
        404,
        "record.not_found",
    )
    await hidden(town.caller("hc-nurse"), "/v1/persons/{}", taro.person)
    assert await notices(town.caller("hc-nurse")) == []


async def test_hc_does_not_rewrite_the_record_that_s_holds(town: Town):
    taro = await the_sheet_comes(town)
    await s_tells_hc(town, taro)
    someone_else = person("見本", "別人", "ミホン ベツジン")
    changed = await town.caller("hc-nurse").put(f"/v1/persons/{taro.person}", someone_else, 1)
    kept = await ok(town.caller("s-hub").get(f"/v1/persons/{taro.person}"))
    assert (kept["names"][0]["given"], kept["living"]) == ("太郎", LIVING)
    assert changed.status_code == 404, changed.text


async def test_hc_does_not_name_who_acts_for_him(town: Town):
    taro = await the_sheet_comes(town)
    await s_tells_hc(town, taro)
    guardian = {
        "kind": "adult_guardian",
        "name": "後見 一郎",
        "ground": "みほん家庭裁判所 令和8年（家）第12号",
        "scope": ["consent"],
        "valid_from": "2026-04-01",
    }
    path = f"/v1/persons/{taro.person}/representatives"
    await refused(town.caller("hc-nurse").post(path, guardian), 404, "record.not_found")


async def test_hc_does_not_provide_others_with_what_it_was_provided_with(town: Town):
    taro = await the_sheet_comes(town)
    await s_tells_hc(town, taro)
    further = life(town, taro, to_agency_id=str(town.agency["D"]))
    await refused(town.caller("hc-nurse").post("/v1/provisions", further), 404, "record.not_found")


async def test_hc_does_not_put_him_on_a_list_of_its_own(town: Town):
    taro = await the_sheet_comes(town)
    await s_tells_hc(town, taro)
    hc = town.caller("hc-nurse")
    form = {"title": "把握調査", "documented_purpose": "保健所の相談者への連絡"}
    screening = await ok(hc.post("/v1/screenings", form), 201)
    entries = {"entries": [{"person_id": taro.person}]}
    answer = hc.post(f"/v1/screenings/{screening['id']}/entries", entries)
    await refused(answer, 404, "record.not_found")


def break_glass(taro: Taro, **more: Any) -> dict[str, Any]:
    return {
        "person_id": taro.person,
        "reason": GLASS,
        "data_classes": ["D1", "D4"],
        "minutes": 30,
    } | more


def logged_in(town: Town, account: str, minutes_ago: int) -> Caller:
    at = town.clock.now - timedelta(minutes=minutes_ago)
    return town.caller(account, auth_time=int(at.timestamp()))


EMERGENCY = "/v1/access/emergency"


async def the_glass_is_not_broken_lightly(town: Town, taro: Taro) -> None:
    """Only a human who has just logged in, with a reason, for the least; and no notice goes out."""
    hc, p = town.caller("hc-nurse"), watcher(town)
    for late in (logged_in(town, "hc-nurse", 11), town.caller("hc-nurse", auth_time=None)):
        answer = await late.post(EMERGENCY, break_glass(taro))
        assert answer.status_code == 401, answer.text
        assert 'error="insufficient_user_authentication"' in answer.headers["www-authenticate"]
        assert answer.json()["code"] == "token.login_too_old"
        assert remedies(answer.json()) == {"log_in_again"}
    # Neither a machine nor a commissioner does such a thing.
    for never in (town.caller("d-system"), p):
        await refused(never.post(EMERGENCY, break_glass(taro)), 403, "actor.permission_missing")
    for more, code in (
        ({"reason": "急ぎです"}, "provision.reason_too_short"),
        ({"data_classes": ["D1", "D3"]}, "provision.too_wide"),
        ({"minutes": 61}, "field.range"),
    ):
        problem = await refused(hc.post(EMERGENCY, break_glass(taro, **more)), 422, "body.invalid")
        assert [e["code"] for e in problem["errors"]] == [code]
    assert await town.owner.fetchval("SELECT array_agg(kind) FROM notice") == ["signal_urgent"]
    await hidden(hc, "/v1/persons/{}", taro.person)


@pytest.mark.mechanism("1-07", "1-16")
async def test_hc_breaks_the_glass_for_minutes_and_everybody_is_told_at_once(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    await town.hire("hc-second", "HC", Role.CONSULTANT)
    s, hc, officer = (town.caller(a) for a in ("s-hub", "hc-nurse", "hc-privacy"))

    await the_glass_is_not_broken_lightly(town, taro)
    fresh = logged_in(town, "hc-nurse", 9)
    taken = await ok(fresh.post(EMERGENCY, break_glass(taro)), 201)
    assert (taken["basis"], taken["taken"], taken["data_classes"]) == (
        "LIFE",
        "taken",
        ["D1", "D4"],
    )
    assert "reason" not in taken

    # The holder, and the privacy officers of both, in the same commit.
    told = await town.owner.fetch("SELECT * FROM notice WHERE record_id = $1", taken["id"])
    assert {(n["agency_id"], n["kind"], n["for_role"]) for n in told} == {
        (town.agency["S"], "emergency_taken", None),
        (town.agency["S"], "emergency_review", "privacy_officer"),
        (town.agency["HC"], "emergency_review", "privacy_officer"),
    }
    (entry,) = await town.audit(action="emergency.take", outcome="allowed")
    assert entry["at"] == told[0]["made_at"]
    assert (entry["basis"], str(entry["person_id"])) == ("LIFE", taro.person)

    # ◐ The nurse herself: who he is and what to take care of. Nobody else at HC.
    who = await ok(hc.get(f"/v1/persons/{taro.person}"))
    assert fields(who) == WHO | CARE
    assert who["considerations"] == HEALTH
    assert who["emergency_contacts"][0]["name"] == "試験 春子"
    assert who["withheld"] == ["D2", "D5"]
    assert {d["duty"] for d in who["obligations"]} == {
        "no_onward",
        "readable_until",
        "review_by",
        "tell_person",
    }
    await hidden(town.caller("hc-second"), "/v1/persons/{}", taro.person)
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", taro.person)
    await hidden(hc, "/v1/consultations/{}", taro.sheet)

    # It shuts by itself.
    town.clock.forward(minutes=29)
    await ok(hc.get(f"/v1/persons/{taro.person}"))
    town.clock.forward(minutes=1)
    await hidden(hc, "/v1/persons/{}", taro.person)

    # Both privacy officers find it among what awaits a second person; the nurse cannot be that.
    path = f"/v1/provisions/{taken['id']}"
    verdict = {"verdict": "justified", "finding": FINDING}
    for account in ("hc-privacy", "s-privacy"):
        waits = await ok(
            town.caller(account, "audit").get("/v1/provisions", params={"unreviewed": "true"})
        )
        assert [(w["id"], w["reason"]) for w in waits["items"]] == [(taken["id"], GLASS)]
    nobody_waits = town.caller("j-privacy", "audit").get(
        "/v1/provisions", params={"unreviewed": "true"}
    )
    assert (await ok(nobody_waits))["items"] == []
    await refused(hc.post(f"{path}/review", verdict), 403, "actor.permission_missing")
    await ok(officer.post(f"{path}/review", verdict))
    await ok(s.post(f"{path}/tell", {"how": TOLD_HOW}))
    assert (await ok(s.get(path)))["finding"] == FINDING

    assert await tally(town, person_id=taro.person) == counted("""
        1 s-hub person.register allowed INTERNAL
        1 s-hub signal.look_into allowed INTERNAL
        1 s-hub signal.consult allowed INTERNAL
        1 s-hub consultation.amend allowed INTERNAL
        2 hc-nurse person.read denied -
        2 hc-nurse emergency.take denied -
        1 hc-nurse emergency.take allowed LIFE
        2 hc-nurse person.read allowed LIFE
        1 hc-nurse consultation.read denied -
        1 hc-second person.read denied -
        1 j-consultant person.read denied -
        1 hc-privacy provision.read allowed INTERNAL
        1 s-privacy provision.read allowed INTERNAL
        1 hc-privacy provision.review allowed INTERNAL
        1 s-hub provision.tell allowed INTERNAL
        1 s-hub provision.read allowed INTERNAL
    """)
    tries = await town.audit(action="emergency.take")
    assert len(tries) == 8
    assert [str(t["person_id"]) for t in tries if t["outcome"] == "allowed"] == [taro.person]
    await nothing_slipped(
        town,
        heard,
        {
            HEALTH: "hc-nurse",
            GLASS: "hc-privacy s-privacy s-hub",
            FINDING: "s-hub",
            TOLD_HOW: "s-hub",
            LIVING: "",
            SHEET: "",
            PROMOTER: "",
        },
    )


async def test_an_attempt_on_an_old_login_is_on_record_as_denied_about_him(town: Town):
    taro = await the_sheet_comes(town)
    late = logged_in(town, "hc-nurse", 11)
    await refused(late.post(EMERGENCY, break_glass(taro)), 401, "token.login_too_old")
    assert await tally(town, person_id=taro.person, action="emergency.take") == counted("""
        1 hc-nurse emergency.take denied -
    """)


@pytest.mark.mechanism("1-07")
async def test_what_was_not_justified_ends_at_once(town: Town):
    taro = await the_sheet_comes(town)
    hc = town.caller("hc-nurse")
    taken = await ok(hc.post(EMERGENCY, break_glass(taro)), 201)
    await ok(hc.get(f"/v1/persons/{taro.person}"))
    verdict = {"verdict": "not_justified", "finding": "電話で様子を確かめられた"}
    review = f"/v1/provisions/{taken['id']}/review"
    ended = await ok(town.caller("hc-privacy").post(review, verdict))
    assert ended["ended_at"] is not None
    await hidden(hc, "/v1/persons/{}", taro.person)


SIGNED = "2026-11-27"
#: "Related agencies for food, health, budget", as the form words it.
NECESSARY = ("food_bank", "social_welfare_council", "public_health_center", "self_reliance_agency")


async def he_signs(town: Town, taro: Taro, **more: Any) -> str:
    """A week later he signs the application at S."""
    town.clock.forward(days=7)
    dates = {"explained_on": SIGNED, "valid_from": SIGNED, "evidence": "申込票 2026-0051"}
    to = {"kinds": NECESSARY, "agencies": [str(town.agency["HC"])]}
    slip = consent(
        taro.person, to=to, classes="D1 D2 D3 D4", purposes=("consultation",), **dates | more
    )
    return (await ok(town.caller("s-hub").post("/v1/consents", slip), 201))["id"]


async def s_refers(town: Town, taro: Taro, to: str = "J") -> str:
    """S writes to the desk, and the letter goes out."""
    s = town.caller("s-hub")
    referral_id = await refer(
        s,
        taro.person,
        town.desk[to],
        reason=REASON,
        needs=[{"theme": "food", "text": FOOD}],
        opinion=FIRST_IMPRESSION,
        data_classes=["D1", "D2", "D3", "D4"],
    )
    await act(s, referral_id, "send")
    return referral_id


@pytest.mark.mechanism("1-46", "1-53")
async def test_a_week_later_he_signs_and_j_assesses(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    consent_id = await he_signs(town, taro)
    s, j, hc = (town.caller(a) for a in ("s-hub", "j-consultant", "hc-nurse"))

    # Whom he has signed for, by name; what the kinds mean is the city's, not the prefecture's.
    meant = (await ok(s.get(f"/v1/consents/{consent_id}/receivers")))["items"]
    assert {(r["id"], r["because"]) for r in meant} == {
        (str(town.agency["HC"]), "named"),
        (str(town.agency["J"]), "kind"),
        (str(town.agency["S"]), "kind"),
    }

    # J is meant by kind: as long as nobody has written to it, it has nothing to do with him.
    await hidden(j, "/v1/persons/{}", taro.person)
    referral_id = await s_refers(town, taro)
    letter = await ok(j.get(f"/v1/referrals/{referral_id}"))
    assert (letter["reason"], letter["needs"][0]["text"]) == (REASON, FOOD)
    assert "opinion" not in letter

    # ✔ J and HC: D1 to D4, nothing that needs more.
    for caller in (j, hc):
        who = await ok(caller.get(f"/v1/persons/{taro.person}"))
        assert fields(who) == WHO | LIFE | CARE
        assert (who["living"], who["considerations"]) == (LIVING, HEALTH)
        assert who["withheld"] == ["D5"]
        assert "obligations" not in who
        await hidden(caller, "/v1/consultations/{}", taro.sheet)
    await hidden(hc, "/v1/referrals/{}", referral_id)

    # J takes him on, meets him, and assesses; its opinion stays with J.
    case_id = (await act(j, referral_id, "accept"))["case_id"]
    met = {"at": "2026-11-27T10:00:00+09:00", "reached": True}
    await act(j, referral_id, "contact", **met)
    note = {"happened_on": SIGNED, "text": ASSESSED, "opinion": J_OPINION}
    await ok(j.post(f"/v1/cases/{case_id}/notes", note), 201)
    (mine,) = (await ok(j.get(f"/v1/cases/{case_id}/notes")))["items"]
    assert (mine["text"], mine["opinion"]) == (ASSESSED, J_OPINION)

    # ✖ P3, without a tick of its own; and everybody whom he has not signed for.
    others = [town.caller(a) for a in ("m-officer", "w-worker", "l-lawyer", "kj-consultant")]
    for stranger in [watcher(town), *others]:
        await hidden(stranger, "/v1/persons/{}", taro.person)
        await hidden(stranger, "/v1/referrals/{}", referral_id)
        assert await notices(stranger) == await inbox(stranger) == []
    for account in ("hc-nurse", "s-hub", "m-officer"):
        await hidden(town.caller(account), "/v1/cases/{}", case_id)
        await hidden(town.caller(account), "/v1/cases/{}/notes", case_id)

    assert await tally(town, person_id=taro.person) == counted("""
        1 s-hub person.register allowed INTERNAL
        1 s-hub signal.look_into allowed INTERNAL
        1 s-hub signal.consult allowed INTERNAL
        1 s-hub consultation.amend allowed INTERNAL
        1 s-hub consent.grant allowed INTERNAL
        1 s-hub consent.read allowed INTERNAL
        1 s-hub referral.draft allowed INTERNAL
        1 s-hub referral.send allowed INTERNAL
        1 j-consultant person.read denied -
        1 j-consultant referral.read allowed CONSENT
        1 j-consultant person.read allowed CONSENT
        1 j-consultant consultation.read denied -
        1 j-consultant referral.accept allowed CONSENT
        1 j-consultant referral.contact allowed CONSENT
        1 j-consultant note.write allowed INTERNAL
        2 j-consultant note.read allowed INTERNAL
        1 hc-nurse person.read allowed CONSENT
        1 hc-nurse consultation.read denied -
        1 hc-nurse referral.read denied -
        1 hc-nurse case.read denied -
        1 hc-nurse note.read denied -
        1 s-hub case.read denied -
        1 s-hub note.read denied -
        1 m-officer case.read denied -
        1 m-officer note.read denied -
        1 m-officer person.read denied -
        1 m-officer referral.read denied -
        1 w-worker person.read denied -
        1 w-worker referral.read denied -
        1 l-lawyer person.read denied -
        1 l-lawyer referral.read denied -
        1 kj-consultant person.read denied -
        1 kj-consultant referral.read denied -
        1 p3-commissioner person.read denied -
        1 p3-commissioner referral.read denied -
    """)
    reads = await town.audit(person_id=taro.person, action="person.read", basis="CONSENT")
    assert [(r["consent_ids"], r["data_classes"]) for r in reads] == [
        ([consent_id], ["D0", "D1", "D2", "D4"])
    ] * 2
    await nothing_slipped(
        town,
        heard,
        {
            LIVING: "j-consultant hc-nurse",
            HEALTH: "j-consultant hc-nurse",
            REASON: "j-consultant",
            FOOD: "j-consultant",
            ASSESSED: "j-consultant",
            J_OPINION: "j-consultant",
            FIRST_IMPRESSION: "",
            SHEET: "",
            PROMOTER: "",
        },
    )


@pytest.mark.mechanism("1-07")
async def test_the_lead_is_told_when_the_glass_is_broken(town: Town):
    taro = await the_sheet_comes(town)
    to = {"agencies": [str(town.agency["J"])]}
    await he_signs(town, taro, receivers=to)
    await act(town.caller("j-consultant"), await s_refers(town, taro), "accept")
    taken = await ok(town.caller("hc-nurse").post(EMERGENCY, break_glass(taro)), 201)
    assert (await notices(town.caller("j-consultant")))[0] == ("emergency_taken", taken["id"])
    told = await town.owner.fetch("SELECT * FROM notice WHERE record_id = $1", taken["id"])
    assert {(n["agency_id"], n["kind"]) for n in told} == {
        (town.agency["J"], "emergency_taken"),
        (town.agency["S"], "emergency_taken"),
        (town.agency["S"], "emergency_review"),
        (town.agency["HC"], "emergency_review"),
    }
    # To be told that it happened is not to be told what was seen.
    await hidden(town.caller("j-consultant"), "/v1/provisions/{}", taken["id"])


async def he_ticks(town: Town, taro: Taro, classes: str) -> str:
    """The box: the commissioner of our area may be told."""
    slip = consent(
        taro.person,
        to={"kinds": ["welfare_commissioner"]},
        classes=classes,
        purposes=("watch_over",),
        explained_on=SIGNED,
        valid_from=SIGNED,
    )
    return (await ok(town.caller("s-hub").post("/v1/consents", slip), 201))["id"]


def watch(taro: Taro, *items: str, point: str | None = None) -> dict[str, Any]:
    asked = {"person_id": taro.person, "area": "district_3", "items": list(items)}
    return asked | ({"watch_point": point} if point else {})


@pytest.mark.mechanism("1-59", "4-44")
async def test_the_commissioner_learns_what_he_has_ticked_and_no_more(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    await he_signs(town, taro)
    s, p = town.caller("s-hub"), watcher(town)
    asked = watch(taro, "name", "address", "watch_point", point=WATCH)

    # ✖ Without a tick; "related agencies" are not the commissioner.
    problem = await refused(s.post("/v1/feedbacks", asked), 403, "feedback.without_consent")
    assert remedies(problem) >= {"ask_consent", "ask_support_conference"}
    assert await notices(p) == []

    consent_id = await he_ticks(town, taro, "D1 D3")
    feedback_id = (await ok(s.post("/v1/feedbacks", asked), 201))["id"]
    assert await notices(p) == [("feedback_given", feedback_id)]

    # ◐ P3: name, address and the watch point; his record stays shut.
    told = await ok(p.get(f"/v1/feedbacks/{feedback_id}"))
    assert set(told["person"]) == {"names", "address"}
    assert told["person"]["names"][0]["given"] == "太郎"
    assert told["person"]["address"]["block"] == "5番地1"
    assert told["watch_point"] == WATCH
    (listed,) = (await ok(p.get("/v1/feedbacks")))["items"]
    assert listed["person"] == told["person"]
    await hidden(p, "/v1/persons/{}", taro.person)
    otherwise = await ok(
        town.caller("p3-commissioner", "consultation").get(f"/v1/feedbacks/{feedback_id}")
    )
    assert (otherwise["person"], "watch_point" in otherwise) == ({}, False)
    for account in ("j-consultant", "hc-nurse", "cc-worker"):
        await hidden(town.caller(account, "watch_over"), "/v1/feedbacks/{}", feedback_id)
    assert (await ok(p.post(f"/v1/feedbacks/{feedback_id}/acknowledge")))["acknowledged_at"]

    # His word taken back closes it on the next request.
    await ok(s.post(f"/v1/consents/{consent_id}/revoke"))
    gone = await ok(p.get(f"/v1/feedbacks/{feedback_id}"))
    assert (gone["person"], "watch_point" in gone) == ({}, False)
    assert ("stop_use", consent_id) in await notices(p)

    assert await tally(town, person_id=taro.person) == counted("""
        1 s-hub person.register allowed INTERNAL
        1 s-hub signal.look_into allowed INTERNAL
        1 s-hub signal.consult allowed INTERNAL
        1 s-hub consultation.amend allowed INTERNAL
        2 s-hub consent.grant allowed INTERNAL
        1 s-hub consent.revoke allowed INTERNAL
        1 s-hub feedback.give allowed INTERNAL
        1 s-hub feedback.give denied -
        2 p3-commissioner feedback.read allowed CONSENT
        2 p3-commissioner feedback.read allowed INTERNAL
        1 p3-commissioner feedback.acknowledge allowed CONSENT
        1 p3-commissioner person.read denied -
        1 j-consultant feedback.read denied -
        1 hc-nurse feedback.read denied -
        1 cc-worker feedback.read denied -
    """)
    await nothing_slipped(
        town,
        heard,
        {WATCH: "p3-commissioner", "5番地1": "p3-commissioner", LIVING: "", HEALTH: "", SHEET: ""},
    )


@pytest.mark.mechanism("1-59")
async def test_a_watch_point_needs_its_own_tick(town: Town):
    taro = await the_sheet_comes(town)
    await he_signs(town, taro)
    await he_ticks(town, taro, "D1")
    s, p = town.caller("s-hub"), watcher(town)
    whole = watch(taro, "name", "address", "watch_point", point=WATCH)
    await refused(s.post("/v1/feedbacks", whole), 403, "feedback.without_consent")
    fewer = await ok(s.post("/v1/feedbacks", watch(taro, "name", "address")), 201)
    told = await ok(p.get(f"/v1/feedbacks/{fewer['id']}"))
    assert set(told["person"]) == {"names", "address"}
    assert "watch_point" not in told


@pytest.mark.mechanism("1-53")
async def test_an_employer_never_gets_more_than_how_he_lives_whatever_he_signs(town: Town):
    heard = listen(town)
    taro = await the_sheet_comes(town)
    await town.hire("f-farmer", "F", Role.EMPLOYMENT_SUPPORTER)
    f = town.caller("f-farmer")
    await he_signs(town, taro)
    await hidden(f, "/v1/persons/{}", taro.person)
    slip = consent(
        taro.person,
        to={"kinds": ["employer", "landlord"], "agencies": [str(town.agency["F"])]},
        classes="D1 D2 D3 D4",
        purposes=("consultation",),
        explained_on=SIGNED,
        valid_from=SIGNED,
    )
    await ok(town.caller("s-hub").post("/v1/consents", slip), 201)
    referral_id = await s_refers(town, taro, "F")
    who = await ok(f.get(f"/v1/persons/{taro.person}"))
    assert fields(who) == WHO | LIFE
    assert who["withheld"] == ["D4", "D5"]
    letter = await ok(f.get(f"/v1/referrals/{referral_id}"))
    assert not {"reason", "needs", "wishes", "prior_contact", "informant", "opinion"} & set(letter)
    assert letter["withheld"] == ["D3", "D4", "D6", "D7"]
    reads = await town.audit(sub="sub-f-farmer", outcome="allowed")
    assert {(r["action"], r["basis"], tuple(r["data_classes"])) for r in reads} == {
        ("person.read", "CONSENT", ("D0", "D1", "D2")),
        ("referral.read", "CONSENT", ("D0", "D2")),
    }
    await nothing_slipped(town, heard, {LIVING: "f-farmer", HEALTH: "", REASON: "", FOOD: ""})
