"""Consent in full: who gives it, what it says, how it is taken back, what follows (brief §2.3)."""

import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from scenario_steps import (
    act,
    address,
    consent,
    counted,
    hidden,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    portal,
    refer,
    refusal,
    refused,
    remedies,
    same_as_unknown,
    tally,
)
from town import Caller, Town

REASON = "家計と住まいの相談"
LIVING = "一人暮らし、家賃を二か月滞納"
SUBJECT = "住まいと家計の支援体制"
WHY = "知り合いが勤めているので知られたくない"
ANSWER = "写しを廃棄し、画面の控えも消去しました"
NO_CONSENT = "撤回後、生命に関わる家賃滞納への対応を検討する必要がある"
KINDS = (
    "municipal_welfare_section",
    "self_reliance_agency",
    "social_welfare_council",
    "public_health_center",
)


async def registered(town: Town, account: str = "m-officer", **more: Any) -> str:
    form = person("見本", "四郎", "ミホン シロウ", birth="1975-04-01", address=address("4番地4"))
    return (
        await ok(town.caller(account).post("/v1/persons", form | {"living": LIVING} | more), 201)
    )["id"]


def slip(person_id: str, **more: Any) -> dict[str, Any]:
    """To the agencies "necessary for my request", for consultation and planning."""
    form = consent(
        person_id,
        to={"kinds": list(KINDS)},
        classes="D1 D2 D3",
        purposes=("consultation", "planning"),
    )
    return form | more


async def granted(town: Town, person_id: str, account: str = "m-officer", **more: Any) -> str:
    body = slip(person_id, **more)
    return (await ok(town.caller(account).post("/v1/consents", body), 201))["id"]


def to_j(town: Town) -> dict[str, Any]:
    return {"agencies": [str(town.agency["J"])]}


async def invalid(caller: Caller, body: dict[str, Any], code: str) -> None:
    """A form that cannot be meant: 422 with this code, and nothing is kept."""
    answer = await caller.post("/v1/consents", body)
    assert answer.status_code == 422, answer.text
    assert code in answer.text, answer.text


# Who gives it, and how.


async def represented(town: Town, person_id: str, **more: Any) -> str:
    form = {
        "kind": "adult_guardian",
        "name": "後見 一郎",
        "ground": "みほん家庭裁判所 令和8年（家）第12号",
        "scope": ["consent", "disclosure_request"],
        "valid_from": "2026-04-01",
        "valid_until": "2026-12-31",
    }
    path = f"/v1/persons/{person_id}/representatives"
    return (await ok(town.caller("m-officer").post(path, form | more), 201))["id"]


@pytest.mark.mechanism("2-28")
async def test_a_guardian_consents_within_what_was_conferred(town: Town):
    person_id = await registered(town)
    guardian = await represented(town, person_id)
    by_guardian = {"given_by": "guardian", "representative_id": guardian}
    consent_id = await granted(town, person_id, receivers=to_j(town), **by_guardian)
    kept = await ok(town.caller("m-officer").get(f"/v1/consents/{consent_id}"))
    assert (kept["given_by"], kept["representative_id"]) == ("guardian", guardian)
    # It opens to J as the person's own would.
    assert (await ok(town.caller("j-consultant").get(f"/v1/persons/{person_id}")))["names"]
    listed = await ok(town.caller("m-officer").get(f"/v1/persons/{person_id}/representatives"))
    assert [(r["id"], r["ground"]) for r in listed["items"]] == [
        (guardian, "みほん家庭裁判所 令和8年（家）第12号")
    ]


@pytest.mark.mechanism("2-28")
@pytest.mark.parametrize(
    ("conferred", "code"),
    [
        ({"valid_from": "2026-11-21"}, "representation.out_of_dates"),
        ({"valid_until": "2026-11-19"}, "representation.out_of_dates"),
        ({"scope": ["property", "service_contract"]}, "representation.outside_scope"),
        ({"scope": ["disclosure_request"]}, "representation.outside_scope"),
    ],
)
async def test_a_guardian_does_not_consent_beyond_it(
    town: Town, conferred: dict[str, Any], code: str
):
    person_id = await registered(town)
    guardian = await represented(town, person_id, **conferred)
    body = slip(person_id, given_by="guardian", representative_id=guardian)
    m = town.caller("m-officer")
    problem = await refused(m.post("/v1/consents", body), 422, code)
    assert "後見" not in str(problem)
    assert (await ok(m.get(f"/v1/persons/{person_id}/consents")))["items"] == []
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", person_id)


@pytest.mark.mechanism("2-28")
async def test_nobody_consents_who_is_not_registered_for_this_person(town: Town):
    person_id, other = await registered(town), await registered(town)
    elses = await represented(town, other)
    m = town.caller("m-officer")
    for representative in (elses, str(uuid.uuid4())):
        body = slip(person_id, given_by="guardian", representative_id=representative)
        await refused(m.post("/v1/consents", body), 422, "representation.unknown")
    body = slip(person_id, given_by="legal_representative")
    await invalid(m, body, "consent.representative_missing")
    # The last day is a day; the day after is not.
    guardian = await represented(town, person_id, valid_until="2026-11-20")
    body = slip(person_id, given_by="guardian", representative_id=guardian)
    await ok(m.post("/v1/consents", body), 201)
    town.clock.forward(days=1)
    await refused(m.post("/v1/consents", body), 422, "representation.out_of_dates")


@pytest.mark.mechanism("2-28")
async def test_only_the_holder_registers_who_acts_for_the_person(town: Town):
    person_id = await registered(town)
    await granted(town, person_id, receivers=to_j(town))
    form = {
        "kind": "parent",
        "name": "親権 花子",
        "ground": "戸籍",
        "scope": ["consent"],
        "valid_from": "2026-04-01",
    }
    # J knows the person by consent, S knows nothing.
    for account in ("j-consultant", "s-csw"):
        await same_as_unknown(
            town.caller(account), "/v1/persons/{}/representatives", form, person_id
        )


async def test_oral_consent_before_two_witnesses(town: Town):
    person_id = await registered(town)
    m = town.caller("m-officer")
    oral = {"method": "oral", "evidence": None}
    for witnesses in ([], ["松本"], ["松本", "松本"]):
        await invalid(
            m, slip(person_id, **oral, witnesses=witnesses), "consent.oral_needs_two_witnesses"
        )
    for method in ("written", "electronic"):
        body = slip(person_id, method=method, evidence=None)
        await invalid(m, body, "consent.written_needs_evidence")
    consent_id = await granted(town, person_id, **oral, witnesses=["松本", "村上"])
    kept = await ok(m.get(f"/v1/consents/{consent_id}"))
    assert (kept["method"], kept["witnesses"]) == ("oral", ["松本", "村上"])


@pytest.mark.mechanism("1-31", "0-12")
async def test_how_it_was_explained_is_kept_and_told(town: Town):
    person_id = await registered(town)
    aids = ["drawing", "easy_japanese", "interpreter", "supporter_present"]
    consent_id = await granted(town, person_id, language="vi", explanation_aids=aids)
    m = town.caller("m-officer")
    kept = await ok(m.get(f"/v1/consents/{consent_id}"))
    assert (kept["language"], sorted(kept["explanation_aids"])) == ("vi", aids)
    receipt = await ok(m.get(f"/v1/consents/{consent_id}/receipt"))
    assert (receipt["language"], receipt["explanation_aids"]) == ("vi", aids)
    page = (await m.get(f"/v1/consents/{consent_id}/receipt", params={"format": "html"})).text
    for words in ("図や絵を使った説明", "やさしい日本語", "通訳", "支援者の同席"):
        assert words in page
    await invalid(m, slip(person_id, explanation_aids=["hypnosis"]), "body.invalid")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"receivers": {"kinds": ["no_such_kind"]}}, "consent.unknown_kind"),
        ({"excluded": {"kinds": ["no_such_kind"]}}, "consent.unknown_kind"),
        ({"receivers": {"agencies": [str(uuid.uuid4())]}}, "directory.unknown_agency"),
        ({"excluded": {"agencies": [str(uuid.uuid4())]}}, "directory.unknown_agency"),
        ({"receivers": {"meetings": [str(uuid.uuid4())]}}, "consent.unknown_meeting"),
        ({"receivers": {}}, "consent.no_receiver"),
        ({"purposes": ["advertising"]}, "body.invalid"),
        ({"purposes": ["audit"]}, "consent.purpose_not_consentable"),
        ({"purposes": []}, "body.invalid"),
        ({"data_classes": ["D6"]}, "consent.class_not_consentable"),
        ({"data_classes": ["D7"]}, "consent.class_not_consentable"),
        ({"data_classes": ["D5"]}, "consent.d5_needs_named_agencies"),
        ({"valid_until": "2026-11-19"}, "consent.ends_before_start"),
        (
            {"excluded": {"kinds": ["self_reliance_agency"]}},
            "consent.excludes_its_receiver",
        ),
    ],
)
async def test_what_cannot_be_meant_is_not_kept(town: Town, said: dict[str, Any], code: str):
    person_id = await registered(town)
    m = town.caller("m-officer")
    await invalid(m, slip(person_id) | said, code)
    assert (await ok(m.get(f"/v1/persons/{person_id}/consents")))["items"] == []


async def test_a_token_for_one_purpose_is_good_for_that_one_alone(town: Town):
    person_id = await registered(town)
    limited = town.caller("m-officer", "planning", purpose_of_use="consultation")
    body = slip(person_id)
    await refused(limited.post("/v1/consents", body), 403, "purpose.outside_token")
    unknown = town.caller("m-officer", "curiosity")
    await refused(unknown.post("/v1/consents", body), 403, "purpose.unknown")
    nothing = town.caller("m-officer", None)
    await refused(nothing.post("/v1/consents", body), 403, "purpose.missing")
    unfit = town.caller("m-officer", "audit")
    await refused(unfit.post("/v1/consents", body), 403, "purpose.not_for_action")
    implied = town.caller("m-officer", None, purpose_of_use="consultation")
    await ok(implied.post("/v1/consents", body), 201)


# What it says.


async def test_the_real_names_behind_the_kinds(town: Town):
    person_id = await registered(town)
    named = {
        "receivers": {"kinds": ["self_reliance_agency"], "agencies": [str(town.agency["HC"])]},
        "excluded": {"agencies": [str(town.agency["F"])], "kinds": ["hello_work"]},
    }
    consent_id = await granted(town, person_id, **named)
    path = f"/v1/consents/{consent_id}/receivers"
    told = {
        (r["id"], r["name"], r["because"])
        for r in (await ok(town.caller("m-officer").get(path)))["items"]
    }
    assert told == {
        (str(town.agency["J"]), "みほん市 自立相談支援センター", "kind"),
        (str(town.agency["HC"]), "みほん保健所", "named"),
        (str(town.agency["F"]), "みほん農園", "excluded"),
        (str(town.agency["H"]), "ハローワークみほん", "excluded"),
    }
    # The person asks for the same; whoever is not meant does not learn that there is a consent.
    own = await portal(town, person_id, "consultation")
    assert {(r["id"], r["because"]) for r in (await ok(own.get(path)))["items"]} == {
        (i, because) for i, _, because in told
    }
    for account in ("d-consultant", "h-supporter", "s-csw"):
        await hidden(town.caller(account), "/v1/consents/{}/receivers", consent_id)


async def test_the_receipt_to_take_home(town: Town):
    person_id = await registered(town)
    attack = '規程<script>alert("1")</script>&<b>太字</b>'
    consent_id = await granted(
        town, person_id, rule_version=attack, valid_until="2027-03-31", receivers=to_j(town)
    )
    path = f"/v1/consents/{consent_id}/receipt"
    m = town.caller("m-officer")
    for reader in (m, await portal(town, person_id, "consultation")):
        told = await ok(reader.get(path))
        assert (told["consent_id"], told["state"], told["state_ja"]) == (
            consent_id,
            "active",
            "有効",
        )
        assert told["controller"]["name"] == "みほん市 福祉課"
        assert [r["name"] for r in told["receivers"]] == ["みほん市 自立相談支援センター"]
        assert (told["valid_from"], told["valid_until"]) == ("2026-11-20", "2027-03-31")
        assert [p["code"] for p in told["purposes"]] == ["consultation", "planning"]
        assert [c["code"] for c in told["data_classes"]] == ["D1", "D2", "D3"]
        assert "撤回" in told["withdrawal_ja"]

        page = await reader.get(path, params={"format": "html"})
        assert page.status_code == 200
        assert page.headers["content-type"].startswith("text/html")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert 'lang="ja"' in page.text
        for words in ("同意の控え", "みほん市 自立相談支援センター", "令和9年3月31日", "有効"):
            assert words in page.text
        for never in ("<script", "<b>", "javascript:", "http://", "https://", " src=", "onload"):
            assert never not in page.text.lower(), never
        assert "&lt;script&gt;" in page.text

        pdf = await reader.get(path, params={"format": "pdf"})
        assert pdf.status_code == 200
        assert pdf.content.startswith(b"%PDF")
        assert pdf.headers["content-type"] == "application/pdf"
        assert "attachment" in pdf.headers["content-disposition"]
        for answer in (page, pdf):
            assert answer.headers["cache-control"] == "no-store"
    answer = await m.get(path, params={"format": "docx"})
    assert answer.status_code == 422
    for account in ("d-consultant", "s-csw", "cc-worker"):
        for wanted in ("json", "html", "pdf"):
            answer = await town.caller(account).get(path, params={"format": wanted})
            nowhere = await town.caller(account).get(
                f"/v1/consents/{uuid.uuid4()}/receipt", params={"format": wanted}
            )
            assert answer.status_code == nowhere.status_code == 404
            assert answer.content == nowhere.content
    # What was printed is on record as what was read.
    assert await tally(town, person_id=uuid.UUID(person_id), action="consent.read") == counted("""
        3 m-officer consent.read allowed INTERNAL
        3 person-1 consent.read allowed SELF
        3 d-consultant consent.read denied -
        3 s-csw consent.read denied -
        3 cc-worker consent.read denied -
    """)


@pytest.mark.mechanism("0-04", "1-52")
async def test_not_yet_is_an_answer_with_a_day_to_ask_again(town: Town):
    heard = listen(town)
    person_id = await registered(town)
    m = town.caller("m-officer")
    yesterday = refusal(person_id, "2026-11-20")
    await refused(m.post("/v1/consents/refusals", yesterday), 422, "consent.next_contact_in_past")
    kept = await ok(m.post("/v1/consents/refusals", refusal(person_id, "2027-01-15")), 201)
    refused_id = kept["id"]
    assert kept["state"] == "refused"
    read = await ok(m.get(f"/v1/consents/{refused_id}"))
    assert (read["state_ja"], read["next_contact_on"]) == ("不同意", "2027-01-15")
    # For everybody else there is nothing: no person, no refusal.
    for account in ("j-consultant", "s-csw", "cc-worker", "w-worker"):
        other = town.caller(account)
        await hidden(other, "/v1/consents/{}", refused_id)
        await hidden(other, "/v1/consents/{}/receipt", refused_id)
        await hidden(other, "/v1/consents/{}/receivers", refused_id)
        await hidden(other, "/v1/persons/{}/consents", person_id)
        await same_as_unknown(
            other, "/v1/consents/refusals", refusal(person_id, "2027-01-15"), person_id
        )
        await same_as_unknown(other, "/v1/consents/{}/revoke", {}, refused_id)
    # It opens nothing, it cannot be taken back, and it does not stand in the way of a yes.
    draft = await refer(m, person_id, town.desk["J"])
    await refused(m.post(f"/v1/referrals/{draft}/send"), 403, "referral.receiver_not_covered")
    await refused(m.post(f"/v1/consents/{refused_id}/revoke"), 409, "consent.illegal_move")
    yes = await granted(town, person_id, supersedes_id=refused_id)
    states = {
        c["id"]: c["state"] for c in (await ok(m.get(f"/v1/persons/{person_id}/consents")))["items"]
    }
    assert states == {refused_id: "superseded", yes: "active"}
    await ok(m.post(f"/v1/referrals/{draft}/send"))
    await nothing_slipped(town, heard, {LIVING: ""})


# Contradictions.


async def test_two_slips_that_contradict_each_other_are_not_both_kept(town: Town):
    person_id = await registered(town)
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    excluded = {"excluded": {"agencies": [str(town.agency["J"])]}}
    first = await granted(
        town, person_id, receivers={"kinds": ["social_welfare_council"]}, **excluded
    )
    problem = await refused(
        m.post("/v1/consents", slip(person_id, receivers=to_j(town))),
        409,
        "consent.contradicts_another",
    )
    assert remedies(problem) == {"supersede_consent"}
    assert problem["facts"] == {"consent_id": first}
    await hidden(j, "/v1/persons/{}", person_id)
    # The other way round: what was given is excluded anew.
    second = await granted(town, person_id, receivers=to_j(town), supersedes_id=first)
    assert (await ok(j.get(f"/v1/persons/{person_id}")))["names"]
    problem = await refused(
        m.post(
            "/v1/consents",
            slip(person_id, receivers={"kinds": ["social_welfare_council"]}, **excluded),
        ),
        409,
        "consent.contradicts_another",
    )
    assert problem["facts"] == {"consent_id": second}
    third = await granted(
        town,
        person_id,
        receivers={"kinds": ["social_welfare_council"]},
        supersedes_id=second,
        **excluded,
    )
    await hidden(j, "/v1/persons/{}", person_id)
    states = {
        c["id"]: c["state"] for c in (await ok(m.get(f"/v1/persons/{person_id}/consents")))["items"]
    }
    assert states == {first: "superseded", second: "superseded", third: "active"}
    # What was superseded stays so.
    again = slip(person_id, receivers=to_j(town), supersedes_id=first)
    await refused(m.post("/v1/consents", again), 409, "consent.contradicts_another")
    other = await registered(town)
    foreign = slip(other, receivers=to_j(town), supersedes_id=third)
    await refused(m.post("/v1/consents", foreign), 422, "consent.supersedes_another_person")


async def test_not_to_them_in_one_consent_outweighs_another(town: Town):
    """By name in one, by kind in the other: no contradiction in words, and the no holds."""
    person_id = await registered(town)
    j = town.caller("j-consultant")
    await granted(town, person_id, receivers=to_j(town))
    assert (await ok(j.get(f"/v1/persons/{person_id}")))["names"]
    no = await granted(
        town,
        person_id,
        receivers={"kinds": ["social_welfare_council"]},
        excluded={"kinds": ["self_reliance_agency"]},
        valid_until="2026-12-31",
    )
    await hidden(j, "/v1/persons/{}", person_id)
    m = town.caller("m-officer")
    draft = await refer(m, person_id, town.desk["J"])
    await refused(m.post(f"/v1/referrals/{draft}/send"), 403, "referral.receiver_not_covered")
    told = await ok(m.get(f"/v1/consents/{no}/receivers"))
    assert {(r["id"], r["because"]) for r in told["items"]} == {
        (str(town.agency["J"]), "excluded"),
        (str(town.agency["S"]), "kind"),
    }
    # Once that slip has ended, the other one counts again.
    town.clock.forward(days=42)
    assert (await ok(j.get(f"/v1/persons/{person_id}")))["names"]


async def test_a_contradiction_does_not_tell_of_a_consent_that_is_not_the_callers_to_know(
    town: Town,
):
    person_id = await registered(town)
    await granted(town, person_id, receivers=to_j(town))
    secret = await granted(
        town,
        person_id,
        receivers={"agencies": [str(town.agency["W"])]},
        excluded={"agencies": [str(town.agency["D"])]},
    )
    j = town.caller("j-consultant")
    await hidden(j, "/v1/consents/{}", secret)
    body = slip(person_id, receivers={"agencies": [str(town.agency["D"])]})
    problem = await refused(j.post("/v1/consents", body), 409, "consent.contradicts_another")
    assert secret not in str(problem)


# Taken back, with everything that follows.


@dataclass(frozen=True)
class Shiro:
    """He agreed; J has taken his referral on; a conference on him is called."""

    person: str
    consent: str
    referral: str
    conference: str
    item: str

    @property
    def packet(self) -> str:
        return f"/v1/conferences/{self.conference}/packet"

    @property
    def convert(self) -> str:
        return f"/v1/conferences/{self.conference}/items/{self.item}/convert"


def m_plans(town: Town) -> Caller:
    return town.caller("m-officer", "planning")


async def under_way(town: Town, about: str = "information_exchange") -> Shiro:
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    person_id = await registered(town)
    consent_id = await granted(town, person_id)
    referral_id = await refer(m, person_id, town.desk["J"], reason=REASON)
    await act(m, referral_id, "send")
    await act(j, referral_id, "accept")
    form = {
        "kind": "layered_support_conf",
        "place": "市役所 3階",
        "starts_at": "2026-12-10T10:00:00+09:00",
        "ends_at": "2026-12-10T11:00:00+09:00",
    }
    conference_id = (await ok(m_plans(town).post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference_id}"
    agencies = {"agency_ids": [str(town.agency[letter]) for letter in ("J", "S", "HC")]}
    await ok(m_plans(town).post(f"{path}/invite", agencies))
    item = {
        "purpose": about,
        "minutes": 20,
        "subject": SUBJECT,
        "person_ids": [person_id],
    }
    item_id = (await ok(m_plans(town).post(f"{path}/items", item), 201))["id"]
    await ok(m_plans(town).post(f"{path}/fix"))
    return Shiro(person_id, consent_id, referral_id, conference_id, item_id)


def personal(shown: dict[str, Any]) -> set[str]:
    return {"names", "birth", "living", "reason", "needs", "wishes", "subject"} & set(shown)


async def everybody_has_looked(town: Town, shiro: Shiro) -> None:
    """✔ J, S and HC, each in their part, on the ground of his consent."""
    j = town.caller("j-consultant")
    assert personal(await ok(j.get(f"/v1/referrals/{shiro.referral}"))) >= {"reason"}
    for account in ("j-consultant", "s-csw", "hc-nurse"):
        packet = await ok(town.caller(account, "planning").get(shiro.packet))
        assert packet["items"][0]["subject"] == SUBJECT


@pytest.mark.mechanism("2-10")
async def test_taken_back_in_whole_and_everything_stops(town: Town):
    heard = listen(town)
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    before = len(heard)
    m, j, s = town.caller("m-officer"), town.caller("j-consultant"), town.caller("s-csw")

    # At another desk than the one where he gave it: J's, and with no reason.
    done = await ok(j.post(f"/v1/consents/{shiro.consent}/revoke"))
    assert (done["state"], done["revoked_by"]) == ("revoked", str(town.agency["J"]))
    assert done["follows"]["suspended_referrals"] == 1
    assert done["follows"]["pulled_items"] == 1
    assert done["follows"]["stop_use"] >= 3

    # The referral stands still: its receiver keeps the bare fact, and can do nothing.
    letter = await ok(j.get(f"/v1/referrals/{shiro.referral}"))
    assert (letter["status"], personal(letter)) == ("suspended", set())
    await hidden(j, "/v1/persons/{}", shiro.person)
    for verb, body in (
        ("contact", {"at": "2026-11-20T10:00:00+09:00", "reached": True}),
        ("work", {}),
        ("escalate", {"reason": "担当を決められないため"}),
    ):
        answer = await j.post(f"/v1/referrals/{shiro.referral}/{verb}", body)
        assert (answer.status_code, answer.json()["code"]) == (403, "referral.not_your_act")
    # The sender is told; its own record is as it was.
    assert ("referral_suspended", shiro.referral) in await notices(m)
    own = await ok(m.get(f"/v1/referrals/{shiro.referral}"))
    assert (own["status"], own["reason"]) == ("suspended", REASON)
    assert (await ok(m.get(f"/v1/persons/{shiro.person}")))["living"] == LIVING

    # The item is off the agenda, for its convener as well, who is told that it was pulled.
    assert ("item_pulled", shiro.conference) in await notices(m)
    (place,) = (await ok(m_plans(town).get(shiro.packet)))["items"]
    assert (place["number"], place["minutes"], place["pulled"]) == (1, 20, True)
    assert personal(place) == set()
    for account in ("j-consultant", "s-csw", "hc-nurse"):
        (closed,) = (await ok(town.caller(account, "planning").get(shiro.packet)))["items"]
        assert personal(closed) == set()
        assert "persons" not in closed

    # Those who were shown something are told to stop, and answer; the recorder sees the answers.
    for letter, caller in (("J", j), ("S", s), ("HC", town.caller("hc-nurse"))):
        assert ("stop_use", shiro.consent) in await notices(caller), letter
    (stop,) = [
        n
        for n in (await ok(s.get("/v1/notices", params={"unread": "true"})))["items"]
        if n["kind"] == "stop_use"
    ]
    await ok(s.post(f"/v1/notices/{stop['id']}/acknowledge", {"answer": ANSWER}))
    told = {
        n["agency_id"]: n["answer"]
        for n in (await ok(m.get(f"/v1/consents/{shiro.consent}")))["stop_use"]
    }
    assert told[str(town.agency["S"])] == ANSWER
    assert told[str(town.agency["J"])] is None
    assert told[str(town.agency["HC"])] is None
    for account in ("s-csw", "hc-nurse"):
        await hidden(town.caller(account), "/v1/consents/{}", shiro.consent)

    # What they were shown before is history, and stays in it.
    states = await town.owner.fetch(
        "SELECT version, body ->> 'state' AS state FROM record_history"
        " WHERE table_name = 'consent' AND record_id = $1 ORDER BY version",
        uuid.UUID(shiro.consent),
    )
    assert [tuple(r) for r in states] == [(1, "active"), (2, "revoked")]
    report = await ok(
        town.caller("m-privacy", "access_request").get(
            f"/v1/persons/{shiro.person}/access-report", params={"limit": "100"}
        )
    )
    by_consent = {
        (line["agency_name"], line["action"])
        for line in report["items"]
        if line["basis"] == "CONSENT"
    }
    assert {
        ("みほん市 自立相談支援センター", "referral.read"),
        ("みほん保健所", "conference.read_packet"),
        ("みほん市 社会福祉協議会", "conference.read_packet"),
    } <= by_consent
    # It cannot be taken back twice.
    await refused(m.post(f"/v1/consents/{shiro.consent}/revoke"), 409, "consent.illegal_move")
    after = [a for a in heard[before:] if a.account in ("j-consultant", "s-csw", "hc-nurse")]
    for words in ("見本", "四郎", REASON, LIVING, SUBJECT):
        assert not any(words in a.text for a in after), words
    await nothing_slipped(town, heard, {LIVING: "m-officer"})


@pytest.mark.mechanism("2-10")
async def test_the_sender_goes_on_after_a_new_yes_and_not_before(town: Town):
    shiro = await under_way(town)
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    await ok(m.post(f"/v1/consents/{shiro.consent}/revoke", {"reason": WHY}))
    resume = f"/v1/referrals/{shiro.referral}/resume"
    problem = await refused(m.post(resume), 403, "referral.receiver_not_covered")
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    # A consent to somebody else, or for something else, does not do.
    await granted(town, shiro.person, receivers={"kinds": ["social_welfare_council"]})
    await granted(town, shiro.person, receivers=to_j(town), purposes=["watch_over"])
    await refused(m.post(resume), 403, "referral.receiver_not_covered")
    assert (await ok(j.get(f"/v1/referrals/{shiro.referral}")))["status"] == "suspended"
    await granted(town, shiro.person, receivers=to_j(town))
    # It is the sender's to go on, not the receiver's.
    assert (await j.post(resume)).status_code in (403, 409)
    resumed = await ok(m.post(resume, {"note": "本人から改めて同意を得た"}))
    assert resumed["status"] == "accepted"
    letter = await ok(j.get(f"/v1/referrals/{shiro.referral}"))
    assert (letter["status"], letter["reason"]) == ("accepted", REASON)
    await act(j, shiro.referral, "contact", at="2026-11-20T10:00:00+09:00", reached=True)
    steps = (await ok(m.get(f"/v1/referrals/{shiro.referral}/history")))["items"]
    assert [step["act"] for step in steps] == [
        "draft",
        "send",
        "accept",
        "suspend",
        "resume",
        "contact",
    ]


async def body_of(town: Town, kind: str, **more: Any) -> str:
    form = {
        "kind": kind,
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
        "valid_from": "2024-04-01",
    }
    return (await ok(m_plans(town).post("/v1/conference-bodies", form | more), 201))["id"]


async def registers_and_promises(town: Town, account: str, conference_id: str) -> None:
    """Whoever sits there is registered and has acknowledged the notice of secrecy."""
    caller = town.caller(account, "planning")
    position = await town.owner.fetchval(
        "SELECT id FROM position WHERE code = $1", account.replace("-", "_")
    )
    path = f"/v1/conferences/{conference_id}"
    await ok(caller.post(f"{path}/participants", {"position_id": str(position)}), 201)
    notice = await ok(caller.get(f"{path}/secrecy"))
    version = {"notice_version": notice["notice_version"]}
    await ok(caller.post(f"{path}/secrecy", version))


@pytest.mark.mechanism("4-22", "2-10")
async def test_a_pulled_item_goes_on_as_a_statutory_one_only_if_there_is_such_a_conference(
    town: Town,
):
    shiro = await under_way(town)
    m = m_plans(town)
    await ok(town.caller("m-officer").post(f"/v1/consents/{shiro.consent}/revoke"))
    statutory = {"kind": "support_conf_layered", "reason_without_consent": NO_CONSENT}
    # Not without a constituted body, nor one of another kind, nor one that is no longer in force.
    await refused(m.post(shiro.convert, statutory), 422, "conference.body_missing")
    for wrong in (str(uuid.uuid4()),):
        await refused(
            m.post(shiro.convert, statutory | {"body_id": wrong}), 422, "conference.body_missing"
        )
    for wrong in (
        await body_of(town, "support_conf_needy"),
        await body_of(town, "support_conf_layered", valid_until="2026-11-30"),
        await body_of(town, "support_conf_layered", valid_from="2026-12-11"),
    ):
        await refused(
            m.post(shiro.convert, statutory | {"body_id": wrong}),
            422,
            "conference.body_does_not_fit",
        )
    listed = [str(town.agency[letter]) for letter in ("J", "S", "HC")]
    body_id = await body_of(town, "support_conf_layered", member_agency_ids=listed)
    # Not without a reason.
    unreasoned = {"kind": "support_conf_layered", "body_id": body_id}
    await refused(m.post(shiro.convert, unreasoned), 422, "conference.reason_missing")
    # Not by one of those invited.
    for account in ("j-consultant", "s-hub"):
        await refused(
            town.caller(account, "planning").post(shiro.convert, statutory | {"body_id": body_id}),
            403,
            "conference.convener_only",
        )
    # Nor back to a kind that rests on consent.
    consenting = m.post(shiro.convert, {"kind": "layered_support_conf"})
    await refused(consenting, 403, "conference.person_without_consent")
    (place,) = (await ok(m.get(shiro.packet)))["items"]
    assert place["pulled"] is True

    converted = await ok(m.post(shiro.convert, statutory | {"body_id": body_id}))
    assert (converted["basis"], converted["pulled_at"]) == ("CONF_LAYERED", None)
    # It opens to whoever is registered and has promised to keep it secret, and to nobody else.
    for account in ("j-consultant", "hc-nurse"):
        (closed,) = (await ok(town.caller(account, "planning").get(shiro.packet)))["items"]
        assert personal(closed) == set()
    await registers_and_promises(town, "j-consultant", shiro.conference)
    (paper,) = (await ok(town.caller("j-consultant", "planning").get(shiro.packet)))["items"]
    assert paper["subject"] == SUBJECT
    (closed,) = (await ok(town.caller("hc-nurse", "planning").get(shiro.packet)))["items"]
    assert personal(closed) == set()
    packets = await tally(town, person_id=uuid.UUID(shiro.person), action="conference.read_packet")
    assert packets == counted("""
        1 m-officer conference.read_packet masked -
        1 j-consultant conference.read_packet masked -
        2 hc-nurse conference.read_packet masked -
        1 j-consultant conference.read_packet allowed CONF_LAYERED
    """)
    # Outside the conference nothing has opened.
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", shiro.person)


async def test_taken_back_towards_one_receiver(town: Town):
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    part = {"receivers": to_j(town), "reason": WHY}
    done = await ok(m.post(f"/v1/consents/{shiro.consent}/revoke", part))
    assert done["state"] == "active"
    assert done["follows"] == {"stop_use": 1, "suspended_referrals": 1, "pulled_items": 0}
    assert ("stop_use", shiro.consent) in await notices(j)
    assert ("stop_use", shiro.consent) not in await notices(town.caller("s-csw"))
    letter = await ok(j.get(f"/v1/referrals/{shiro.referral}"))
    assert (letter["status"], personal(letter)) == ("suspended", set())
    (closed,) = (await ok(town.caller("j-consultant", "planning").get(shiro.packet)))["items"]
    assert personal(closed) == set()
    (open_still,) = (await ok(town.caller("s-csw", "planning").get(shiro.packet)))["items"]
    assert open_still["subject"] == SUBJECT
    kept = await ok(m.get(f"/v1/consents/{shiro.consent}"))
    assert kept["excluded"]["agencies"] == [str(town.agency["J"])]
    # The no is part of what he said: a slip that names J anew contradicts it.
    await refused(
        m.post("/v1/consents", slip(shiro.person, receivers=to_j(town))),
        409,
        "consent.contradicts_another",
    )
    assert WHY not in str(await tally(town))


async def test_taken_back_for_one_class(town: Town):
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    part = {"data_classes": ["D2", "D3"]}
    done = await ok(m.post(f"/v1/consents/{shiro.consent}/revoke", part))
    assert done["state"] == "active"
    # Who he is may still be known: the referral goes on, without what he no longer wants told.
    assert done["follows"]["suspended_referrals"] == 0
    letter = await ok(j.get(f"/v1/referrals/{shiro.referral}"))
    assert (letter["status"], personal(letter)) == ("accepted", set())
    who = await ok(j.get(f"/v1/persons/{shiro.person}"))
    assert (who["names"][0]["given"], "living" in who) == ("四郎", False)
    # What a conference would talk about is no longer open to it.
    assert done["follows"]["pulled_items"] == 1
    for account in ("j-consultant", "s-csw", "hc-nurse"):
        assert ("stop_use", shiro.consent) in await notices(town.caller(account))


async def test_taken_back_for_one_purpose(town: Town):
    shiro = await under_way(town, about="lead_decision")
    (place,) = (await ok(town.caller("s-csw", "consultation").get(shiro.packet)))["items"]
    assert place["subject"] == SUBJECT
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    done = await ok(m.post(f"/v1/consents/{shiro.consent}/revoke", {"purposes": ["planning"]}))
    assert (done["follows"]["suspended_referrals"], done["follows"]["pulled_items"]) == (0, 1)
    assert (await ok(j.get(f"/v1/referrals/{shiro.referral}")))["reason"] == REASON
    planning = town.caller("j-consultant", "planning")
    await hidden(planning, "/v1/persons/{}", shiro.person)
    two = {"purposes": ["consultation"], "data_classes": ["D1"]}
    answer = await m.post(f"/v1/consents/{shiro.consent}/revoke", two)
    assert answer.status_code == 422
    assert "consent.part_of_one_kind" in answer.text


@pytest.mark.parametrize(
    "part",
    [
        pytest.param({"data_classes": ["D1", "D2", "D3"]}),
        pytest.param({"purposes": ["consultation", "planning"]}),
        {"receivers": {"kinds": list(KINDS)}},
    ],
)
async def test_all_of_its_parts_are_all_of_it(town: Town, part: dict[str, Any]):
    """Never blocked: whoever takes back the last part is not sent away with a form to fill in."""
    shiro = await under_way(town)
    done = await ok(town.caller("m-officer").post(f"/v1/consents/{shiro.consent}/revoke", part))
    assert done["follows"]["suspended_referrals"] == 1
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", shiro.person)


async def test_it_is_never_blocked_but_by_a_version_that_was_not_seen(town: Town):
    shiro = await under_way(town)
    m = town.caller("m-officer")
    revoke = f"/v1/consents/{shiro.consent}/revoke"
    stale = {"If-Match": '"7"'}
    await refused(m.post(revoke, {}, headers=stale), 412, "record.changed_meanwhile")
    # A consent that has run out, with the person moved on to other agencies, is taken back as well.
    town.clock.forward(days=400)
    done = await ok(m.post(revoke, {}, headers={"If-Match": '"1"'}))
    assert done["state"] == "revoked"


async def test_he_takes_it_back_himself(town: Town):
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    himself = await portal(town, shiro.person, "consultation")
    (mine,) = (await ok(himself.get(f"/v1/persons/{shiro.person}/consents")))["items"]
    assert mine["id"] == shiro.consent
    shown = await ok(himself.get(f"/v1/consents/{shiro.consent}"))
    assert shown["state_ja"] == "有効"
    done = await ok(himself.post(f"/v1/consents/{shiro.consent}/revoke", {"reason": WHY}))
    assert (done["state"], done["revoked_by"]) == ("revoked", None)
    assert (done["follows"]["suspended_referrals"], done["follows"]["pulled_items"]) == (1, 1)
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", shiro.person)
    assert ("referral_suspended", shiro.referral) in await notices(town.caller("m-officer"))
    kept = await ok(town.caller("m-officer").get(f"/v1/consents/{shiro.consent}"))
    assert kept["revoke_reason"] == WHY
    (entry,) = await town.audit(action="consent.revoke")
    assert (entry["actor_kind"], entry["basis"], entry["agency_id"]) == ("person", "SELF", None)

    # Somebody else's is as unknown to him as any.
    other = await registered(town)
    theirs = await granted(town, other)
    await same_as_unknown(himself, "/v1/consents/{}/revoke", {}, theirs)
    await hidden(himself, "/v1/consents/{}", theirs)
    # And he gives none there: a consent is explained at a desk.
    answer = await himself.post("/v1/consents", slip(shiro.person))
    assert answer.status_code == 403


async def test_nobody_takes_back_what_they_do_not_know_of(town: Town):
    person_id = await registered(town)
    consent_id = await granted(town, person_id, receivers=to_j(town))
    for account in ("s-csw", "d-consultant", "w-worker"):
        await same_as_unknown(town.caller(account), "/v1/consents/{}/revoke", {}, consent_id)
        await same_as_unknown(
            town.caller(account), "/v1/consents/{}/void", {"reason": "誤り"}, consent_id
        )
    assert (await ok(town.caller("j-consultant").get(f"/v1/persons/{person_id}")))["names"]


# Entered by mistake; superseded.


async def test_a_slip_of_somebody_else_is_void_and_not_revoked(town: Town):
    person_id = await registered(town)
    consent_id = await granted(town, person_id, receivers=to_j(town))
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    # Only who recorded it knows that it was a mistake.
    await same_as_unknown(j, "/v1/consents/{}/void", {"reason": "誤り"}, consent_id)
    voided = await ok(m.post(f"/v1/consents/{consent_id}/void", {"reason": WHY}))
    assert voided["state"] == "void"
    await hidden(j, "/v1/persons/{}", person_id)
    kept = await ok(m.get(f"/v1/consents/{consent_id}"))
    assert (kept["state_ja"], kept["revoke_reason"]) == ("誤記録（無効）", WHY)
    for verb, body in (("void", {"reason": WHY}), ("revoke", {})):
        await refused(
            m.post(f"/v1/consents/{consent_id}/{verb}", body), 409, "consent.illegal_move"
        )


async def test_whoever_was_shown_data_on_a_void_slip_is_told_to_stop(town: Town):
    """It never was this person's: what was seen on it is to be given up all the more."""
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    m, j = town.caller("m-officer"), town.caller("j-consultant")
    await ok(m.post(f"/v1/consents/{shiro.consent}/void", {"reason": WHY}))
    assert (await ok(j.get(f"/v1/referrals/{shiro.referral}")))["status"] == "suspended"
    (place,) = (await ok(m_plans(town).get(shiro.packet)))["items"]
    assert place.get("pulled") is True
    for account in ("j-consultant", "s-csw", "hc-nurse"):
        assert ("stop_use", shiro.consent) in await notices(town.caller(account))


async def test_whoever_a_new_slip_leaves_out_is_told_to_stop(town: Town):
    """He signs anew, without J and without planning: as if he had taken that part back."""
    shiro = await under_way(town)
    await everybody_has_looked(town, shiro)
    j = town.caller("j-consultant")
    await granted(
        town,
        shiro.person,
        receivers={"kinds": ["social_welfare_council"]},
        purposes=["consultation"],
        supersedes_id=shiro.consent,
    )
    await hidden(j, "/v1/persons/{}", shiro.person)
    assert (await ok(j.get(f"/v1/referrals/{shiro.referral}")))["status"] == "suspended"
    assert ("stop_use", shiro.consent) in await notices(j)
