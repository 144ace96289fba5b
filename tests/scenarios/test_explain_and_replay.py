"""Why access is as it is, and every decision made again on the facts kept with it."""

import uuid
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest
from scenario_steps import (
    Jiro,
    act,
    address,
    consent,
    hidden,
    jiro_has_a_lead,
    listen,
    ok,
    person,
    portal,
    refer,
    refusal,
    refused,
    same_as_unknown,
)
from town import Caller, Town

from service.domain.role import Role

LIVING = "姉と二人暮らし"
HEALTH = "糖尿病で通院中"
OPINION = "川田は姉との関係に注意が必要とみる"
EXPLAIN = "/v1/access/explain"
WHY = "応答がなく、室内で倒れている可能性があるため連絡先が必要。"

#: Somebody who reads records, at each agency of the city.
READERS = {
    "M": "m-officer",
    "W": "w-worker",
    "J": "j-consultant",
    "S": "s-csw",
    "E": "e-consultant",
    "D": "d-consultant",
    "G": "g-ssw",
    "H": "h-supporter",
    "T": "t-officer",
    "L": "l-lawyer",
    "CC": "cc-worker",
    "HC": "hc-nurse",
}


@dataclass(frozen=True)
class Natsuko:
    """CC holds her record. J by consent, HC on a provision, everybody else not at all."""

    person: str
    consent: str
    referral: str
    provision: str


async def natsuko(town: Town) -> Natsuko:
    cc = town.caller("cc-worker")
    form = person("見本", "夏子", "ミホン ナツコ", birth="1962-08-08", address=address("6番地6"))
    form |= {"living": LIVING, "considerations": HEALTH}
    person_id = (await ok(cc.post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"kinds": ["self_reliance_agency"]},
        classes="D1 D2 D3",
        purposes=("consultation",),
        excluded={"agencies": [str(town.agency["H"])]},
    )
    consent_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    referral_id = await refer(cc, person_id, town.desk["J"], opinion=OPINION)
    await act(cc, referral_id, "send")
    provision = {
        "person_id": person_id,
        "basis": "LIFE",
        "to_agency_id": str(town.agency["HC"]),
        "purposes": ["consultation"],
        "data_classes": ["D1"],
        "hours": 12,
        "reason": WHY,
        "approver": "地域福祉係長 松本",
    }
    provision_id = (await ok(cc.post("/v1/provisions", provision), 201))["id"]
    return Natsuko(person_id, consent_id, referral_id, provision_id)


def asked(her: Natsuko, **more: Any) -> dict[str, Any]:
    return {"kind": "person", "record_id": her.person} | more


async def explained(caller: Caller, body: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What is told of each agency."""
    told = await ok(caller.post(EXPLAIN, body))
    by_agency: dict[str, list[dict[str, Any]]] = {}
    for line in told["items"]:
        by_agency.setdefault(line["agency_id"], []).append(line)
    return by_agency


def classes(lines: list[dict[str, Any]]) -> set[str]:
    """All that any post of the agency could see."""
    return {c for line in lines for c in line.get("data_classes", ())}


async def test_the_holder_is_told_who_sees_what_on_which_basis(town: Town):
    heard = listen(town)
    her = await natsuko(town)
    told = await explained(town.caller("cc-worker"), asked(her))
    letters = {str(agency_id): letter for letter, agency_id in town.agency.items()}
    by = {letters[agency_id]: lines for agency_id, lines in told.items()}
    # Every agency of the municipality, and none of the town next door; the farm has no account.
    assert set(by) == set(town.agency) - {"TM", "KJ", "F"}

    def bases(letter: str) -> set[str]:
        return {line["basis"] for line in by[letter] if line["effect"] == "permit"}

    assert bases("CC") == {"INTERNAL"}
    assert bases("J") == {"CONSENT"}
    assert bases("HC") == {"LIFE"}
    assert {letter for letter in by if bases(letter)} == {"CC", "J", "HC"}
    assert classes(by["CC"]) == {f"D{n}" for n in range(8)}
    assert classes(by["J"]) == {"D0", "D1", "D2", "D3"}
    assert classes(by["HC"]) == {"D0", "D1"}
    (j,) = [line for line in by["J"] if line["effect"] == "permit"]
    assert j["consent_ids"] == [her.consent]
    assert "party.with_consent" in j["rules"]
    assert j["role"] == "chief_consultant"
    (hc,) = [line for line in by["HC"] if line["effect"] == "permit"]
    assert set(hc["obligations"]) == {"no_onward", "readable_until", "review_by", "tell_person"}
    # What is missing for the others: a basis, or a post that reads records at all.
    for letter in ("D", "W", "T", "H", "S", "K"):
        rules = {rule for line in by[letter] for rule in line["rules"]}
        assert "record.no_basis" in rules
        missing = {r for line in by[letter] for r in line["remedies"]}
        assert {"ask_consent", "ask_support_conference"} <= missing
    assert "actor.permission_missing" in {rule for line in by["K"] for rule in line["rules"]}
    # It tells of access and of nothing in the record.
    for answer in heard:
        if answer.path == EXPLAIN:
            for words in ("見本", "夏子", LIVING, HEALTH, "6番地6", WHY):
                assert words not in answer.text
    # It is on record as one look at her record's access, and nobody else's name is in it.
    (entry,) = await town.audit(action="access.explain")
    assert (entry["sub"], str(entry["person_id"])) == ("sub-cc-worker", her.person)
    assert (entry["data_classes"], entry["basis"]) == (["D0"], "INTERNAL")


@pytest.mark.parametrize(
    "purpose",
    [
        "consultation",
        pytest.param("planning"),
        pytest.param("service"),
    ],
)
async def test_what_is_told_is_what_happens(town: Town, purpose: str):
    """The explanation and the record itself, agency by agency, class by class."""
    her = await natsuko(town)
    cc = town.caller("cc-worker")
    for kind, record_id, path in (
        ("person", her.person, "/v1/persons/{}"),
        ("referral", her.referral, "/v1/referrals/{}"),
    ):
        told = await explained(cc, asked(her, kind=kind, record_id=record_id, purpose=purpose))
        for letter, account in READERS.items():
            lines = told[str(town.agency[letter])]
            reader = town.caller(account, purpose)
            answer = await reader.get(path.format(record_id))
            permitted = any(line["effect"] == "permit" for line in lines)
            assert (answer.status_code == 200) == permitted, (kind, letter, lines)
            if permitted:
                opened = set().union(
                    *(line["data_classes"] for line in lines if line["effect"] == "permit")
                )
                assert opened.isdisjoint(answer.json()["withheld"]), (kind, letter)
            else:
                await hidden(reader, path, record_id)


async def test_the_privacy_officer_and_the_auditor_of_the_holder_are_told_the_same(town: Town):
    her = await natsuko(town)
    body = asked(her, agency_ids=[str(town.agency[letter]) for letter in ("J", "HC", "D")])
    staff = await explained(town.caller("cc-worker"), body)
    assert set(staff) == {str(town.agency[letter]) for letter in ("J", "HC", "D")}
    officer = await explained(town.caller("cc-privacy", "access_request"), body)
    auditor = await explained(town.caller("cc-auditor", "audit"), body)
    assert staff == officer == auditor


async def test_she_is_told_of_agencies_and_not_of_posts(town: Town):
    her = await natsuko(town)
    herself = await portal(town, her.person)
    answer = await herself.post(EXPLAIN, asked(her))
    told = (await ok(herself.post(EXPLAIN, asked(her))))["items"]
    permits = {line["agency"]: line["basis"] for line in told if line["effect"] == "permit"}
    assert permits == {
        "みほん市 第3地区 コミュニティセンター": "INTERNAL",
        "みほん市 自立相談支援センター": "CONSENT",
        "みほん保健所": "LIFE",
    }
    for line in told:
        assert not {"position_id", "role"} & set(line)
    for words in ("川田", "木村", "丸ごと相談員", "cc-worker", "sub-"):
        assert words not in answer.text


async def test_once_she_takes_her_word_back_j_is_among_the_others(town: Town):
    her = await natsuko(town)
    herself = await portal(town, her.person)
    j = str(town.agency["J"])
    assert {line["effect"] for line in (await explained(herself, asked(her)))[j]} >= {"permit"}
    await ok(herself.post(f"/v1/consents/{her.consent}/revoke"))
    await hidden(town.caller("j-consultant"), "/v1/persons/{}", her.person)
    assert {line["effect"] for line in (await explained(herself, asked(her)))[j]} == {"deny"}


async def test_whoever_is_not_entitled_gets_what_an_unknown_id_gets(town: Town):
    her = await natsuko(town)
    other = await natsuko(town)
    herself = await portal(town, other.person)
    callers = (
        # J may read the record, but it is not J's to say who else may.
        town.caller("j-consultant"),
        town.caller("hc-nurse"),
        town.caller("s-csw"),
        town.caller("j-privacy", "access_request"),
        town.caller("s-auditor", "audit"),
        herself,
    )
    for caller in callers:
        await same_as_unknown(caller, EXPLAIN, asked(her), her.person)
        letter = asked(her, kind="referral", record_id=her.referral)
        await same_as_unknown(caller, EXPLAIN, letter, her.referral)
        # Naming an agency, known or not, changes nothing.
        for agency_id in (str(town.agency["J"]), str(uuid.uuid4())):
            await same_as_unknown(caller, EXPLAIN, asked(her, agency_ids=[agency_id]), her.person)
    answer = await town.caller("k-adviser").post(EXPLAIN, asked(her))
    nowhere = await town.caller("k-adviser").post(EXPLAIN, asked(her, record_id=str(uuid.uuid4())))
    assert answer.status_code == nowhere.status_code == 403
    assert answer.content == nowhere.content
    body = asked(her, agency_ids=[str(uuid.uuid4())])
    await refused(town.caller("cc-worker").post(EXPLAIN, body), 422, "directory.unknown_agency")


# A mixed day.


async def position_of(town: Town, account: str) -> str:
    found = await town.owner.fetchval(
        "SELECT id FROM position WHERE code = $1", account.replace("-", "_")
    )
    return str(found)


async def statutory(town: Town, her: Natsuko) -> None:
    """CC brings her to a 支援会議 of M: open for J, who has promised secrecy; empty for HC."""
    m = town.caller("m-officer")
    body = {
        "kind": "support_conf_layered",
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
        "valid_from": "2024-04-01",
        "member_agency_ids": [str(town.agency[letter]) for letter in ("CC", "J", "HC")],
    }
    body_id = (await ok(m.post("/v1/conference-bodies", body), 201))["id"]
    form = {
        "kind": "support_conf_layered",
        "body_id": body_id,
        "place": "市役所",
        "starts_at": "2026-12-04T10:00:00+09:00",
        "ends_at": "2026-12-04T11:00:00+09:00",
    }
    conference_id = (await ok(m.post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference_id}"
    agencies = {"agency_ids": [str(town.agency[letter]) for letter in ("CC", "J", "HC")]}
    await ok(m.post(f"{path}/invite", agencies))
    item = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": "体調と住まい",
        "person_ids": [her.person],
        "reason_without_consent": "会議での共有について本人の意思をまだ確かめられない",
    }
    await ok(town.caller("cc-worker").post(f"{path}/items", item), 201)
    await ok(m.post(f"{path}/fix"))
    j = town.caller("j-consultant")
    participant = {"position_id": await position_of(town, "j-consultant")}
    await ok(j.post(f"{path}/participants", participant), 201)
    notice = await ok(j.get(f"{path}/secrecy"))
    await ok(j.post(f"{path}/secrecy", {"notice_version": notice["notice_version"]}))
    opened = await ok(j.get(f"{path}/packet"))
    assert opened["items"][0]["subject"] == "体調と住まい"
    assert (await ok(town.caller("hc-nurse").get(f"{path}/packet")))["items"][0]["restricted"]


async def on_his_word(town: Town, jiro: Jiro) -> None:
    """A conference on consent: refused without it, open to some, an empty place for others."""
    j = town.caller("j-consultant", "planning")
    form = {
        "kind": "support_coordination_conf",
        "place": "市役所",
        "starts_at": "2026-12-04T13:00:00+09:00",
        "ends_at": "2026-12-04T14:00:00+09:00",
    }
    conference_id = (await ok(j.post("/v1/conferences", form), 201))["id"]
    path = f"/v1/conferences/{conference_id}"
    agencies = {"agency_ids": [str(town.agency[letter]) for letter in ("S", "HC", "H")]}
    await ok(j.post(f"{path}/invite", agencies))
    item = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": "これからの支援",
        "person_ids": [jiro.person],
    }
    await ok(j.post(f"{path}/items", item), 201)
    await ok(j.post(f"{path}/fix"))
    for account in ("j-consultant", "s-csw", "hc-nurse", "h-supporter"):
        await ok(town.caller(account).get(f"{path}/packet"))


async def takes_it_without_asking(town: Town, her: Natsuko) -> None:
    """S helps itself in an emergency, and reads."""
    body = {"person_id": her.person, "reason": WHY, "data_classes": ["D1"], "minutes": 30}
    s = town.caller("s-csw", auth_time=int(town.clock.now.timestamp()))
    await ok(s.post("/v1/access/emergency", body), 201)
    await ok(s.get(f"/v1/persons/{her.person}"))


async def a_mixed_day(town: Town) -> tuple[Natsuko, Jiro]:
    her = await natsuko(town)
    jiro, case_id = await jiro_has_a_lead(town)
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    herself = await portal(town, her.person)
    # Allowed: internally, on consent, on a provision, to herself, to everybody.
    await ok(cc.get(f"/v1/persons/{her.person}"))
    await ok(j.get(f"/v1/persons/{her.person}"))
    await ok(j.get(f"/v1/referrals/{her.referral}"))
    await act(j, her.referral, "accept")
    await ok(town.caller("hc-nurse").get(f"/v1/persons/{her.person}"))
    await ok(herself.get(f"/v1/persons/{her.person}"))
    await ok(herself.get(f"/v1/consents/{her.consent}/receipt"))
    await ok(cc.get("/v1/agencies"))
    await ok(j.post("/v1/persons/search", {"kana": "みほん なつこ"}))
    await ok(j.get("/v1/referrals", params={"box": "inbox"}))
    note = {"happened_on": "2026-11-20", "text": "通院に同行", "opinion": "様子見"}
    await ok(j.post(f"/v1/cases/{case_id}/notes", note), 201)
    await ok(town.caller("s-csw").get(f"/v1/cases/{case_id}/notes"))
    # Anonymously.
    summary = {
        "to_agency_id": str(town.agency["K"]),
        "person_id": her.person,
        "pseudonym": "Bさん",
        "summary": "家族との距離の取り方について助言がほしい。",
    }
    asked_for = await ok(cc.post("/v1/supervisions", summary), 201)
    await ok(town.caller("k-adviser").get(f"/v1/supervisions/{asked_for['id']}"))
    # Denied: no basis, no permission, no purpose, an unknown id, nobody to receive it.
    for account in ("d-consultant", "w-worker", "t-officer"):
        await hidden(town.caller(account), "/v1/persons/{}", her.person)
    await town.caller("k-adviser").get(f"/v1/persons/{her.person}")
    await town.caller("d-consultant", None).get(f"/v1/persons/{her.person}")
    await town.caller("d-consultant", "audit").get(f"/v1/persons/{her.person}")
    draft = await refer(cc, her.person, town.desk["D"])
    await refused(cc.post(f"/v1/referrals/{draft}/send"), 403, "referral.receiver_not_covered")
    await town.owner.execute(
        "INSERT INTO conflict_of_interest (iss, sub, person_id)"
        " VALUES ($1, 'sub-e-consultant', $2)",
        town.issuers["council"].issuer,
        uuid.UUID(her.person),
    )
    await hidden(town.caller("e-consultant"), "/v1/persons/{}", her.person)
    # In conferences: open, and an empty place.
    await statutory(town, her)
    await on_his_word(town, jiro)
    await takes_it_without_asking(town, her)
    # What people ask, and what the officers do.
    officer = town.caller("cc-privacy", "access_request")
    held = {
        "ground": "investigation",
        "agency_ids": [str(town.agency["J"])],
        "reason": "調査の妨げになるおそれがあるため保留する。",
        "approver": "福祉課長",
        "until": "2027-01-31",
    }
    await ok(officer.post(f"/v1/persons/{her.person}/access-report/embargoes", held), 201)
    await ok(herself.get(f"/v1/persons/{her.person}/access-report"))
    await ok(cc.post(EXPLAIN, asked(her)))
    request = {
        "person_id": her.person,
        "requested_on": "2026-11-20",
        "identity_checked_by": "運転免許証",
    }
    taken = await ok(officer.post("/v1/disclosure-requests", request), 201)
    full = {"result": "full", "decision_number": "福開第12号"}
    await ok(officer.post(f"/v1/disclosure-requests/{taken['id']}/decide", full))
    await ok(officer.post(f"/v1/disclosure-requests/{taken['id']}/export"))
    await ok(cc.post("/v1/consents/refusals", refusal(her.person, "2027-01-15")), 201)
    # Her word taken back, and what J gets then.
    await ok(herself.post(f"/v1/consents/{her.consent}/revoke"))
    await hidden(j, "/v1/persons/{}", her.person)
    await ok(j.get(f"/v1/referrals/{her.referral}"))
    # The service itself, when days have gone by.
    town.clock.forward(days=20)
    await town.sweep()
    return her, jiro


async def auditors(town: Town) -> dict[uuid.UUID, Caller]:
    """An auditor of each agency; where the city has none, one is hired."""
    there = {"M", "J", "S", "T", "CC"}
    found = {}
    for letter, agency_id in town.agency.items():
        account = f"{letter.lower()}-auditor"
        if letter not in there:
            await town.hire(account, letter, Role.AUDITOR)
        found[agency_id] = town.caller(account, "audit")
    return found


def replay(entry_id: Any) -> str:
    return f"/v1/audit/events/{entry_id}/replay"


async def decided(town: Town) -> list[asyncpg.Record]:
    return [e for e in await town.audit() if e["question"] is not None]


async def replayed(town: Town, entries: list[asyncpg.Record]) -> list[dict[str, Any]]:
    """What did not come out as it is on record, asked by the auditor of each agency involved."""
    others = []
    asks = await auditors(town)
    for entry in entries:
        for agency_id in {entry["agency_id"], entry["holder_agency_id"]} - {None}:
            told = await ok(asks[agency_id].post(replay(entry["id"])))
            if told["same"] is not True:
                others.append({"action": entry["action"]} | told)
    return others


async def test_every_decision_of_a_mixed_day_is_made_again_the_same(town: Town):
    await a_mixed_day(town)
    entries = [e for e in await decided(town) if e["outcome"] != "failed"]
    # The day was mixed: every outcome, and one basis after another.
    assert {e["outcome"] for e in entries} == {"allowed", "denied", "masked"}
    assert {e["basis"] for e in entries} >= {
        "INTERNAL",
        "CONSENT",
        "LIFE",
        "SELF",
        "ANON",
        "CONF_LAYERED",
        None,
    }
    assert {rule for e in entries if e["outcome"] != "allowed" for rule in e["rules"]} >= {
        "record.no_basis",
        "record.unknown",
        "actor.permission_missing",
        "purpose.missing",
        "purpose.not_for_action",
        "consent.covers_receiver",
    }
    assert {e["actor_kind"] for e in entries} >= {"staff", "person", "system"}
    assert len(entries) > 75
    assert await replayed(town, entries) == []


async def test_what_came_to_nothing_is_decided_again_the_same(town: Town):
    """The act was undone for another reason; that it was permitted is on record, and stays so."""
    her = await natsuko(town)
    cc = town.caller("cc-worker")
    await refused(cc.post(f"/v1/referrals/{her.referral}/send"), 409, "referral.illegal_move")
    await refused(
        cc.post(f"/v1/consents/{her.consent}/revoke", {}, headers={"If-Match": '"9"'}),
        412,
        "record.changed_meanwhile",
    )
    failed = [e for e in await decided(town) if e["outcome"] == "failed"]
    assert failed
    assert await replayed(town, failed) == []


async def test_an_item_refused_without_consent_is_refused_again(town: Town):
    """consent.covers_receiver, where there is no single receiver but a table of them."""
    cc = town.caller("cc-worker")
    person_id = (await ok(cc.post("/v1/persons", person("見本", "秋子", "ミホン アキコ")), 201))[
        "id"
    ]
    await town.hire("cc-convener", "CC", Role.CONFERENCE_COORDINATOR)
    convener = town.caller("cc-convener")
    form = {
        "kind": "support_coordination_conf",
        "place": "市役所",
        "starts_at": "2026-12-04T13:00:00+09:00",
        "ends_at": "2026-12-04T14:00:00+09:00",
    }
    conference_id = (await ok(convener.post("/v1/conferences", form), 201))["id"]
    item = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": "これからの支援",
        "person_ids": [person_id],
    }
    await refused(
        convener.post(f"/v1/conferences/{conference_id}/items", item),
        403,
        "conference.person_without_consent",
    )
    (entry,) = await town.audit(action="conference.plan", outcome="denied")
    assert entry["rules"] == ["consent.covers_receiver"]
    assert await replayed(town, [entry]) == []


async def test_what_is_told_of_a_decision_made_again(town: Town):
    her = await natsuko(town)
    j = town.caller("j-consultant")
    await ok(j.get(f"/v1/persons/{her.person}"))
    (entry,) = await town.audit(sub="sub-j-consultant", action="person.read")
    # Facts have changed since: the decision is made on those of then.
    await ok(town.caller("cc-worker").post(f"/v1/consents/{her.consent}/revoke"))
    town.clock.forward(days=100)
    for account in ("j-auditor", "cc-auditor"):
        answer = await town.caller(account, "audit").post(replay(entry["id"]))
        told = answer.json()
        assert told["same"] is True
        assert (told["recorded"]["outcome"], told["recorded"]["basis"]) == ("allowed", "CONSENT")
        assert (told["replayed"]["effect"], told["replayed"]["basis"]) == ("permit", "CONSENT")
        assert told["replayed"]["consent_ids"] == [her.consent]
        assert told["recorded"]["law"] == told["replayed"]["law"]
        for words in ("見本", "夏子", LIVING, HEALTH, OPINION):
            assert words not in answer.text
    # That it was asked is on record; it decides nothing anew.
    asked_again = await town.audit(action="audit.replay")
    assert [(e["outcome"], str(e["person_id"])) for e in asked_again] == [
        ("allowed", her.person)
    ] * 2


async def test_only_the_auditors_of_the_agencies_involved_replay(town: Town):
    her = await natsuko(town)
    await ok(town.caller("j-consultant").get(f"/v1/persons/{her.person}"))
    (entry,) = await town.audit(sub="sub-j-consultant", action="person.read")
    for account in ("s-auditor", "m-auditor", "t-auditor", "hc-privacy"):
        await same_as_unknown(
            town.caller(account, "audit"), "/v1/audit/events/{}/replay", {}, str(entry["id"])
        )
    for account in ("cc-worker", "j-consultant", "k-adviser"):
        answer = await town.caller(account, "audit").post(replay(entry["id"]))
        assert (answer.status_code, answer.json()["code"]) == (403, "actor.permission_missing")
    for purpose, code in (("consultation", "purpose.not_for_action"), (None, "purpose.missing")):
        await refused(town.caller("j-auditor", purpose).post(replay(entry["id"])), 403, code)
    herself = await portal(town, her.person, "audit")
    assert (await herself.post(replay(entry["id"]))).status_code == 403


async def test_an_entry_without_a_decision_has_nothing_to_replay(town: Town):
    cc = town.caller("cc-worker")
    key = {"Idempotency-Key": "the-same-key-again"}
    form = person("見本", "冬子", "ミホン フユコ")
    await ok(cc.post("/v1/persons", form, headers=key), 201)
    await ok(cc.post("/v1/persons", form, headers=key), 201)
    (entry,) = await town.audit(outcome="replayed")
    await refused(
        town.caller("cc-auditor", "audit").post(replay(entry["id"])),
        422,
        "audit.nothing_to_replay",
    )


async def test_whoever_was_refused_does_not_learn_from_its_own_log_that_there_was_something(
    town: Town,
):
    """Rule 1: no partner agency learns that a person exists, by way of its auditor either."""
    her = await natsuko(town)
    d = town.caller("d-consultant")
    await hidden(d, "/v1/persons/{}", her.person)
    await town.hire("d-auditor", "D", Role.AUDITOR)
    auditor = town.caller("d-auditor", "audit")
    asked_for = {"action": "person.read", "outcome": "denied"}
    tried = (await ok(auditor.get("/v1/audit/events", params=asked_for)))["items"]
    assert len(tried) == 2
    telling = ("rules", "person_id", "holder_agency_id")
    there, nowhere = ({name: e[name] for name in telling} for e in tried)
    assert there == nowhere
    told = [await ok(auditor.post(replay(e["id"]))) for e in tried]
    assert told[0]["replayed"] == told[1]["replayed"]
