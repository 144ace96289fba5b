"""SC-3: 試験花子 comes to the tax desk about arrears, and is handed over, or not (brief §6)."""

from typing import NamedTuple

import pytest
from scenario_steps import (
    act,
    address,
    consent,
    counted,
    hidden,
    inbox,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refer,
    refusal,
    refused,
    remedies,
    tally,
)
from town import Town

LIVING = "フリーランス、子ども二人、収入は月により大きく違う"
HEALTH = "眠れない日が続いている"
REASON = "納付相談で来所、生活費も足りないとのこと"
AMOUNT = "滞納額は482300円"
NOTE = "田村から木村さんへ電話のうえ送付"
J_NOTE = "花子さんと来週火曜に会う"
J_TOLD = "子どもの塾の費用も心配と話した"
J_OPINION = "木村の見立てでは疲れが強い"
GOAL = "毎月の支払いを分かるようにしたい"
ACTION = "家計表を一緒につける"


class Papers(NamedTuple):
    """Hers at the tax desk."""

    person: str
    consent: str
    referral: str


def hanako() -> dict:
    form = person("試験", "花子", "シケン ハナコ", birth="1988-05-02", address=address("4番地1"))
    return form | {"living": LIVING, "considerations": HEALTH}


async def hanako_signs(town: Town, classes: str) -> Papers:
    """T takes her slip, which names J, and writes the referral: arrears, yes; no amount."""
    t = town.caller("t-officer")
    person_id = (await ok(t.post("/v1/persons", hanako()), 201))["id"]
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["J"])]},
        classes=classes,
        purposes=("consultation",),
    )
    consent_id = (await ok(t.post("/v1/consents", slip), 201))["id"]
    referral_id = await refer(
        t,
        person_id,
        town.desk["J"],
        reason=REASON,
        needs=[{"theme": "arrears", "text": "有"}],
        opinion=AMOUNT,
        data_classes=["D1", "D3"],
    )
    return Papers(person_id, consent_id, referral_id)


def plan_for(person_id: str, town: Town) -> dict:
    return {
        "person_id": person_id,
        "goal_in_own_words": GOAL,
        "period_from": "2026-12-01",
        "period_until": "2027-11-30",
        "lines": [
            {
                "theme": "household_budget",
                "issue": "毎月の支払い",
                "goal_in_own_words": GOAL,
                "action": ACTION,
                "responsible_agency_id": str(town.agency["J"]),
                "starts_on": "2026-12-01",
                "exit": "自分で家計表をつけられる",
            }
        ],
        "opinion": J_OPINION,
    }


@pytest.mark.mechanism("4-05", "1-27")
async def test_she_signs_and_j_reads_what_the_slip_covers(town: Town):
    heard = listen(town)
    her = await hanako_signs(town, "D1 D3")
    t, j, w = (town.caller(a) for a in ("t-officer", "j-consultant", "w-worker"))
    await hidden(j, "/v1/referrals/{}", her.referral)  # a draft is nobody's but its writer's
    await act(t, her.referral, "send", note=NOTE)

    # ✔ J: told, and on the ground of her consent it reads D1 and D3.
    assert await notices(j) == [("referral_received", her.referral)]
    assert await inbox(j) == [her.referral]
    letter = await ok(j.get(f"/v1/referrals/{her.referral}"))
    assert letter["needs"] == [{"theme": "arrears", "text": "有"}]
    assert letter["reason"] == REASON
    assert "opinion" not in letter
    assert letter["withheld"] == ["D2", "D4", "D6", "D7"]
    who = await ok(j.get(f"/v1/persons/{her.person}"))
    assert who["names"][0]["family"] == "試験"
    assert who["birth"] == "1988-05-02"
    assert who["address"]["block"] == "4番地1"
    assert not {"living", "considerations", "protected_address"} & set(who)
    assert who["withheld"] == ["D2", "D4", "D5"]
    slip = await ok(j.get(f"/v1/consents/{her.consent}"))
    assert (slip["data_classes"], slip["state"]) == (["D1", "D3"], "active")

    # J takes her on, meets her, and writes papers of its own.
    accepted = await act(j, her.referral, "accept", note=J_NOTE)
    assert accepted["status"] == "accepted"
    told = {"person_id": her.person, "told": J_TOLD, "opinion": J_OPINION}
    consultation_id = (await ok(j.post("/v1/consultations", told), 201))["id"]
    plan_id = (await ok(j.post("/v1/plans", plan_for(her.person, town)), 201))["id"]
    assert (await ok(j.get(f"/v1/plans/{plan_id}")))["current"]["lines"][0]["action"] == ACTION

    # ✖ T: its own referral stays readable; of J's papers and words it learns nothing.
    sent = await ok(t.get(f"/v1/referrals/{her.referral}"))
    assert (sent["opinion"], sent["status"]) == (AMOUNT, "accepted")
    steps = (await ok(t.get(f"/v1/referrals/{her.referral}/history")))["items"]
    assert [(s["act"], s.get("note")) for s in steps] == [
        ("draft", None),
        ("send", NOTE),
        ("accept", None),
    ]
    await hidden(t, "/v1/plans/{}", plan_id)
    await hidden(t, "/v1/plans/{}/versions", plan_id)
    await hidden(t, "/v1/consultations/{}", consultation_id)
    await hidden(t, "/v1/cases/{}", accepted["case_id"])

    # ✖ W: everywhere, like something that does not exist.
    for path, paper in {
        "/v1/persons/{}": her.person,
        "/v1/persons/{}/consents": her.person,
        "/v1/consents/{}": her.consent,
        "/v1/referrals/{}": her.referral,
        "/v1/referrals/{}/history": her.referral,
        "/v1/cases/{}": accepted["case_id"],
        "/v1/consultations/{}": consultation_id,
        "/v1/plans/{}": plan_id,
        "/v1/plans/{}/versions": plan_id,
    }.items():
        await hidden(w, path, paper)
    assert await inbox(w) == await inbox(w, "outbox") == await notices(w) == []
    assert (await ok(w.post("/v1/persons/search", {"kana": "シケン ハナコ"})))["items"] == []

    # The log, about her: every access once, with its basis; every denial.
    assert await tally(town, person_id=her.person) == counted("""
        1 t-officer person.register allowed INTERNAL
        1 t-officer consent.grant allowed INTERNAL
        1 t-officer referral.draft allowed INTERNAL
        1 t-officer referral.send allowed INTERNAL
        2 t-officer referral.read allowed INTERNAL
        2 t-officer plan.read denied -
        1 t-officer consultation.read denied -
        1 t-officer case.read denied -
        1 j-consultant referral.read denied -
        2 j-consultant referral.read allowed CONSENT
        1 j-consultant person.read allowed CONSENT
        1 j-consultant consent.read allowed CONSENT
        1 j-consultant referral.accept allowed CONSENT
        1 j-consultant consultation.receive allowed CONSENT
        1 j-consultant plan.draft allowed CONSENT
        1 j-consultant plan.read allowed INTERNAL
        1 w-worker person.read denied -
        2 w-worker consent.read denied -
        2 w-worker referral.read denied -
        1 w-worker case.read denied -
        1 w-worker consultation.read denied -
        2 w-worker plan.read denied -
    """)
    (read,) = await town.audit(person_id=her.person, action="person.read", basis="CONSENT")
    assert read["consent_ids"] == [her.consent]
    assert read["data_classes"] == ["D0", "D1"]
    assert read["purpose"] == "consultation"
    # Inside the log "not yours" and "unknown" differ; from outside they were the same bytes.
    denied = await town.audit(outcome="denied")
    assert {(e["person_id"] is not None, *e["rules"]) for e in denied} == {
        (True, "record.no_basis"),
        (False, "record.unknown"),
    }

    await nothing_slipped(
        town,
        heard,
        {
            REASON: "t-officer j-consultant",
            NOTE: "t-officer",
            AMOUNT: "t-officer",
            GOAL: "j-consultant",
            ACTION: "j-consultant",
            J_OPINION: "j-consultant",
            LIVING: "",
            HEALTH: "",
            J_NOTE: "",
            J_TOLD: "",
        },
    )


async def test_a_slip_for_basic_data_alone_opens_nothing_but_who_she_is(town: Town):
    heard = listen(town)
    her = await hanako_signs(town, "D1")
    t, j = town.caller("t-officer"), town.caller("j-consultant")
    await act(t, her.referral, "send", note=NOTE)

    letter = await ok(j.get(f"/v1/referrals/{her.referral}"))
    assert not {"reason", "needs", "wishes", "prior_contact", "opinion"} & set(letter)
    assert letter["withheld"] == ["D2", "D3", "D4", "D6", "D7"]
    who = await ok(j.get(f"/v1/persons/{her.person}"))
    assert who["names"][0]["given"] == "花子"
    steps = (await ok(j.get(f"/v1/referrals/{her.referral}/history")))["items"]
    assert [s.get("note") for s in steps] == [None, None]
    await nothing_slipped(town, heard, {REASON: "", AMOUNT: "", NOTE: "", LIVING: "", HEALTH: ""})


async def test_what_t_thinks_of_her_cannot_be_sent_along(town: Town):
    her = await hanako_signs(town, "D1 D3")
    t = town.caller("t-officer")
    letter = {
        "person_id": her.person,
        "to_desk_id": str(town.desk["J"]),
        "reason": REASON,
        "opinion": AMOUNT,
        "data_classes": ["D1", "D3", "D7"],
    }
    problem = await refused(t.post("/v1/referrals", letter), 422, "body.invalid")
    assert [e["code"] for e in problem["errors"]] == ["referral.profile_not_sendable"]


async def test_she_refuses_and_nobody_but_t_can_tell_that_she_was_there(town: Town):
    heard = listen(town)
    t, j = town.caller("t-officer"), town.caller("j-consultant")
    person_id = (await ok(t.post("/v1/persons", hanako()), 201))["id"]
    said_no = await ok(t.post("/v1/consents/refusals", refusal(person_id, "2027-01-15")), 201)
    assert said_no["state"] == "refused"
    kept = await ok(t.get(f"/v1/consents/{said_no['id']}"))
    assert (kept["state"], kept["next_contact_on"]) == ("refused", "2027-01-15")

    # Without consent T cannot hand her over, and is told what would make it possible.
    referral_id = await refer(t, person_id, town.desk["J"], reason=REASON)
    problem = await refused(
        t.post(f"/v1/referrals/{referral_id}/send"), 403, "referral.receiver_not_covered"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}

    # ✖ J: a search for her looks like a search for a name that nobody has.
    hers = await j.post("/v1/persons/search", {"kana": "しけん はなこ", "birth": "1988"})
    nobodys = await j.post("/v1/persons/search", {"kana": "みしらぬ だれか", "birth": "1988"})
    assert hers.status_code == nobodys.status_code == 200
    assert hers.content == nobodys.content
    assert hers.headers.get("etag") == nobodys.headers.get("etag")
    assert hers.json()["items"] == []
    for path, paper in {
        "/v1/persons/{}": person_id,
        "/v1/consents/{}": said_no["id"],
        "/v1/referrals/{}": referral_id,
    }.items():
        await hidden(j, path, paper)
    assert await inbox(j) == await notices(j) == []

    # About her the log has T's own entries; J's searches are on record, about nobody. What J
    # tried with ids that it should not have had stands as J's denials.
    about_her = await tally(town, person_id=person_id)
    assert about_her == counted("""
        1 t-officer person.register allowed INTERNAL
        1 t-officer consent.refuse allowed INTERNAL
        1 t-officer consent.read allowed INTERNAL
        1 t-officer referral.draft allowed INTERNAL
        1 t-officer referral.send denied -
        1 j-consultant person.read denied -
        1 j-consultant consent.read denied -
        1 j-consultant referral.read denied -
    """)
    searches = await town.audit(action="person.search")
    assert [(e["person_id"], e["record_id"], e["outcome"]) for e in searches] == [
        (None, None, "allowed"),
        (None, None, "allowed"),
    ]
    await nothing_slipped(town, heard, {LIVING: "", HEALTH: "", REASON: ""})


async def test_a_search_alone_leaves_no_trace_in_her_log_but_t_s_own(town: Town):
    t, j = town.caller("t-officer"), town.caller("j-consultant")
    person_id = (await ok(t.post("/v1/persons", hanako()), 201))["id"]
    await ok(t.post("/v1/consents/refusals", refusal(person_id, "2027-01-15")), 201)
    await ok(j.post("/v1/persons/search", {"kana": "シケン ハナコ"}))
    about_her = await town.audit(person_id=person_id)
    assert {e["agency_id"] for e in about_her} == {town.agency["T"]}
    assert [e["action"] for e in about_her] == ["person.register", "consent.refuse"]


async def test_the_next_contact_is_in_the_future(town: Town):
    t = town.caller("t-officer")
    person_id = (await ok(t.post("/v1/persons", hanako()), 201))["id"]
    asked_already = refusal(person_id, "2026-11-20")
    await refused(
        t.post("/v1/consents/refusals", asked_already), 422, "consent.next_contact_in_past"
    )
