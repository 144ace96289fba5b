"""SC-5: year-end mutual aid (歳末たすけあい), and the commissioner of the area (brief §6)."""

from typing import Any, NamedTuple

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
    refused,
    remedies,
    tally,
)
from town import Town

LIVING = "夫婦と子ども一人、世帯の収入は月十一万円"
HEALTH = "夫は腰を痛めて休職中"
WATCH = "年末年始に暖房が使えているか、声をかけてほしい"
REASON = "歳末たすけあいの申請時に見守りを希望"
NOTE = "清水から平野さんへ、訪問は一月に"
OPINION = "清水は配分とは別に家計相談も必要とみる"
VISIT = "玄関先で話せた、灯油は足りている"
ANSWER = "控えは廃棄し、訪問もやめました"
WHY = "近所に知られたくない"


class Family(NamedTuple):
    """A family's papers at S."""

    person: str
    consent: str | None
    referral: str


async def applies(town: Town, name: str, kana: str) -> str:
    """A family applies directly to S."""
    form = person("見本", name, f"ミホン {kana}", birth="1979-01-05", address=address("7番地8"))
    form |= {"living": LIVING, "considerations": HEALTH}
    return (await ok(town.caller("s-loan", "service").post("/v1/persons", form), 201))["id"]


async def watch_over_letter(town: Town, person_id: str) -> str:
    """S looks up who watches over 第3地区, and writes to that desk."""
    s = town.caller("s-loan", "service")
    asked = {"municipality_code": "999997", "area": "district_3", "theme": "watch_over"}
    found = await ok(s.post("/v1/route", asked))
    assert found["agency_id"] == str(town.agency["P"])
    assert found["reason"] == "theme_and_area"
    return await refer(
        s,
        person_id,
        found["desk_id"],
        purpose="watch_over",
        reason=REASON,
        needs=[{"theme": "watch_over", "text": WATCH}],
        opinion=OPINION,
        data_classes=["D1", "D3"],
    )


async def ticks_the_box(town: Town, classes: str = "D1 D3") -> Family:
    """The box: name, address and watch point may go to the commissioner of our area."""
    s = town.caller("s-loan", "service")
    person_id = await applies(town, "一家", "イッカ")
    box = consent(
        person_id,
        to={"agencies": [str(town.agency["P"])]},
        classes=classes,
        purposes=("watch_over",),
    )
    consent_id = (await ok(s.post("/v1/consents", box), 201))["id"]
    return Family(person_id, consent_id, await watch_over_letter(town, person_id))


def personal(shown: dict[str, Any]) -> set[str]:
    """The fields of a view that say anything about the person."""
    fields = {"names", "birth", "sex", "phones", "address", "area", "language", "living"}
    fields |= {"considerations", "protected_address"}
    fields |= {"reason", "needs", "wishes", "prior_contact", "informant", "opinion"}
    return fields & set(shown)


@pytest.mark.mechanism("1-61")
async def test_the_box_is_ticked_and_the_commissioner_watches_over(town: Town):
    heard = listen(town)
    family = await ticks_the_box(town)
    s, p = town.caller("s-loan", "service"), town.caller("p3-commissioner", "watch_over")
    await act(s, family.referral, "send", note=NOTE)

    # ◐ P: name, address and watch point; neither income nor health.
    assert await notices(p) == [("referral_received", family.referral)]
    assert await inbox(p) == [family.referral]
    letter = await ok(p.get(f"/v1/referrals/{family.referral}"))
    assert letter["needs"] == [{"theme": "watch_over", "text": WATCH}]
    assert letter["purpose"] == "watch_over"
    assert personal(letter) == {"reason", "needs", "wishes", "prior_contact"}
    who = await ok(p.get(f"/v1/persons/{family.person}"))
    assert who["names"][0]["family"] == "見本"
    assert who["address"]["block"] == "7番地8"
    assert not {"living", "considerations"} & personal(who)
    assert who["withheld"] == ["D2", "D4", "D5"]

    # P takes it on and calls at the door. M, W, J and CC have nothing to do with it.
    await act(p, family.referral, "accept")
    met = {"at": "2026-11-20T10:00:00+09:00", "reached": True, "note": VISIT}
    await act(p, family.referral, "contact", **met)
    for account in ("m-officer", "w-worker", "j-consultant", "cc-worker"):
        stranger = town.caller(account, "watch_over")
        await hidden(stranger, "/v1/referrals/{}", family.referral)
        await hidden(stranger, "/v1/persons/{}", family.person)

    await nothing_slipped(
        town,
        heard,
        {
            WATCH: "p3-commissioner",
            REASON: "p3-commissioner",
            NOTE: "",
            OPINION: "",
            LIVING: "",
            HEALTH: "",
            VISIT: "",
        },
    )


async def test_the_box_opens_nothing_for_any_other_purpose(town: Town):
    family = await ticks_the_box(town)
    await act(town.caller("s-loan", "service"), family.referral, "send")
    otherwise = town.caller("p3-commissioner", "consultation")
    assert personal(await ok(otherwise.get(f"/v1/referrals/{family.referral}"))) == set()
    await hidden(otherwise, "/v1/persons/{}", family.person)


async def test_a_box_for_name_and_address_alone_withholds_the_watch_point(town: Town):
    heard = listen(town)
    family = await ticks_the_box(town, "D1")
    s, p = town.caller("s-loan", "service"), town.caller("p3-commissioner", "watch_over")
    await act(s, family.referral, "send")
    letter = await ok(p.get(f"/v1/referrals/{family.referral}"))
    assert personal(letter) == set()
    assert letter["withheld"] == ["D2", "D3", "D4", "D6", "D7"]
    who = await ok(p.get(f"/v1/persons/{family.person}"))
    assert (who["names"][0]["given"], who["address"]["block"]) == ("一家", "7番地8")
    await nothing_slipped(town, heard, {WATCH: "", REASON: "", LIVING: "", HEALTH: ""})


@pytest.mark.mechanism("1-61")
async def test_the_box_is_left_empty_and_the_commissioner_learns_nothing(town: Town):
    heard = listen(town)
    s, p = town.caller("s-loan", "service"), town.caller("p3-commissioner", "watch_over")
    person_id = await applies(town, "二家", "ニカ")
    referral_id = await watch_over_letter(town, person_id)

    problem = await refused(
        s.post(f"/v1/referrals/{referral_id}/send"), 403, "referral.receiver_not_covered"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    assert problem["rule"] == "consent.covers_receiver"
    await hidden(p, "/v1/referrals/{}", referral_id)
    await hidden(p, "/v1/referrals/{}/history", referral_id)
    await hidden(p, "/v1/persons/{}", person_id)
    assert await notices(p) == await inbox(p) == []

    # The allocation goes on; S takes the letter back.
    assert (await ok(s.get(f"/v1/persons/{person_id}")))["living"] == LIVING
    gone = await act(s, referral_id, "request-withdrawal", reason="希望なし")
    assert gone["status"] == "withdrawn"

    assert await tally(town, person_id=person_id) == counted("""
        1 s-loan person.register allowed INTERNAL
        1 s-loan referral.draft allowed INTERNAL
        1 s-loan referral.send denied -
        1 s-loan person.read allowed INTERNAL
        1 s-loan referral.request_withdrawal allowed INTERNAL
        2 p3-commissioner referral.read denied -
        1 p3-commissioner person.read denied -
    """)
    (denied,) = await town.audit(person_id=person_id, action="referral.send")
    assert denied["rules"] == ["consent.covers_receiver"]
    await nothing_slipped(
        town, heard, {WATCH: "", REASON: "", OPINION: "", LIVING: "s-loan", HEALTH: "s-loan"}
    )


@pytest.mark.mechanism("1-61")
async def test_the_family_takes_its_word_back_and_the_view_closes_at_once(town: Town):
    heard = listen(town)
    family = await ticks_the_box(town)
    s, p = town.caller("s-loan", "service"), town.caller("p3-commissioner", "watch_over")
    await act(s, family.referral, "send", note=NOTE)
    await act(p, family.referral, "accept")
    assert personal(await ok(p.get(f"/v1/referrals/{family.referral}")))
    assert personal(await ok(p.get(f"/v1/persons/{family.person}")))
    before = len(heard)

    told = await ok(s.post(f"/v1/consents/{family.consent}/revoke", {"reason": WHY}))
    assert (told["state"], told["revoked_by"]) == ("revoked", str(town.agency["S"]))

    # ✖ P, on the very next request: the bare fact of the referral, nothing of the family.
    letter = await ok(p.get(f"/v1/referrals/{family.referral}"))
    assert personal(letter) == set()
    assert (letter["status"], letter["from_agency_id"]) == ("suspended", str(town.agency["S"]))
    assert letter["withheld"] == ["D2", "D3", "D4", "D6", "D7"]
    steps = (await ok(p.get(f"/v1/referrals/{family.referral}/history")))["items"]
    assert [(step["act"], "note" in step) for step in steps] == [
        ("draft", False),
        ("send", False),
        ("accept", False),
        ("suspend", False),
    ]
    assert await inbox(p) == [family.referral]
    await hidden(p, "/v1/persons/{}", family.person)
    after = {answer.text for answer in heard[before:] if answer.account == "p3-commissioner"}
    for words in ("見本", "7番地8", WATCH, REASON):
        assert not any(words in text for text in after)

    # P is told to stop, and answers what it did.
    (stop, *_) = (await ok(p.get("/v1/notices", params={"unread": "true"})))["items"]
    assert (stop["kind"], stop["record_id"]) == ("stop_use", family.consent)
    answered = await ok(p.post(f"/v1/notices/{stop['id']}/acknowledge", {"answer": ANSWER}))
    assert answered["answer"] == ANSWER
    again = p.post(f"/v1/notices/{stop['id']}/acknowledge", {"answer": ANSWER})
    await refused(again, 409, "notice.already_acknowledged")

    # S keeps the allocation record and the consent with its history.
    assert (await ok(s.get(f"/v1/persons/{family.person}")))["living"] == LIVING
    kept = await ok(s.get(f"/v1/consents/{family.consent}"))
    assert (kept["state"], kept["revoke_reason"]) == ("revoked", WHY)
    assert kept["receivers"]["agencies"] == [str(town.agency["P"])]
    listed = (await ok(s.get(f"/v1/persons/{family.person}/consents")))["items"]
    assert [(c["id"], c["state"]) for c in listed] == [(family.consent, "revoked")]
    history = await town.owner.fetch(
        "SELECT version, body ->> 'state' AS state FROM record_history"
        " WHERE table_name = 'consent' AND record_id = $1 ORDER BY version",
        family.consent,
    )
    assert [(h["version"], h["state"]) for h in history] == [(1, "active"), (2, "revoked")]

    # Nothing can be sent on the ground of a consent that was taken back.
    another = await watch_over_letter(town, family.person)
    await refused(s.post(f"/v1/referrals/{another}/send"), 403, "referral.receiver_not_covered")

    assert await tally(town, person_id=family.person) == counted("""
        1 s-loan person.register allowed INTERNAL
        1 s-loan consent.grant allowed INTERNAL
        2 s-loan referral.draft allowed INTERNAL
        1 s-loan referral.send allowed INTERNAL
        1 s-loan referral.send denied -
        1 s-loan consent.revoke allowed INTERNAL
        1 s-loan person.read allowed INTERNAL
        3 s-loan consent.read allowed INTERNAL
        1 p3-commissioner referral.accept allowed CONSENT
        1 p3-commissioner referral.read allowed CONSENT
        3 p3-commissioner referral.read allowed INTERNAL
        1 p3-commissioner person.read allowed CONSENT
        1 p3-commissioner person.read denied -
    """)
    bare = await town.audit(person_id=family.person, action="referral.read", basis="INTERNAL")
    assert {(tuple(e["data_classes"]), tuple(e["rules"])) for e in bare} == {
        (("D0",), ("party.keeps_fact",))
    }
    await nothing_slipped(
        town,
        heard,
        {
            WATCH: "p3-commissioner",
            REASON: "p3-commissioner",
            NOTE: "",
            WHY: "s-loan",
            LIVING: "s-loan",
            HEALTH: "s-loan",
            OPINION: "",
        },
    )


async def test_who_watches_over_is_a_matter_of_the_area(town: Town):
    s = town.caller("s-loan", "service")
    asked = {"municipality_code": "999997", "area": "district_1", "theme": "watch_over"}
    found = await ok(s.post("/v1/route", asked))
    assert (found["agency_id"], found["reason"]) == (str(town.agency["S"]), "fallback")
