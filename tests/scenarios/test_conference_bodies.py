"""Conference bodies (会議体): kinds, by-laws, the list of members, a joint secretariat."""

import uuid
from typing import Any

import httpx
import pytest
from scenario_steps import (
    consent,
    hidden,
    notices,
    ok,
    person,
    refused,
    remedies,
    same_as_unknown,
)
from town import Caller, Town

from service.api import examples
from service.domain.conference_kinds import ConferenceKind

SUBJECT = "家から出られない息子さんへの関わり方"
YOUTH = "中退した姪への学び直しの支援"
WITHOUT = "本人は面会を避けており、同意を確かめる機会がまだない"
ACCOUNTS = {
    "M": "m-officer",
    "E": "e-consultant",
    "S": "s-hub",
    "HC": "hc-nurse",
    "H": "h-supporter",
    "J": "j-consultant",
}


def of(town: Town, letter: str) -> Caller:
    return town.caller(ACCOUNTS[letter], "planning")


def ids(town: Town, *letters: str) -> list[str]:
    return [str(town.agency[letter]) for letter in letters]


def terms(**more: Any) -> dict[str, Any]:
    return {
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
        "valid_from": "2024-04-01",
    } | more


def when(day: str = "2026-12-04") -> dict[str, str]:
    return {
        "starts_at": f"{day}T10:00:00+09:00",
        "ends_at": f"{day}T11:30:00+09:00",
        "place": "市役所 第2会議室",
    }


async def body(town: Town, letter: str, kind: str, *members: str, **more: Any) -> str:
    """A body with its list; its id."""
    form = terms(kind=kind, member_agency_ids=ids(town, *members)) | more
    return (await ok(of(town, letter).post("/v1/conference-bodies", form), 201))["id"]


async def known_to(town: Town, letter: str, given: str) -> str:
    form = person("見本", given, "ミホン テスト")
    return (await ok(of(town, letter).post("/v1/persons", form), 201))["id"]


async def sits_for(town: Town, letter: str, conference_id: str) -> None:
    """Registered, and has promised to keep it secret."""
    caller, path = of(town, letter), f"/v1/conferences/{conference_id}"
    position = await town.owner.fetchval(
        "SELECT id FROM position WHERE code = $1", ACCOUNTS[letter].replace("-", "_")
    )
    await ok(caller.post(f"{path}/participants", {"position_id": str(position)}), 201)
    notice = await ok(caller.get(f"{path}/secrecy"))
    said = {"notice_version": notice["notice_version"]}
    await ok(caller.post(f"{path}/secrecy", said))


async def places(town: Town, letter: str, conference_id: str) -> list[dict[str, Any]]:
    """The agenda in somebody's packet."""
    packet = await ok(of(town, letter).get(f"/v1/conferences/{conference_id}/packet"))
    return packet["items"]


def told(places_: list[dict[str, Any]]) -> list[Any]:
    """What each place shows: its subject, or what is missing."""
    return [p.get("subject", p.get("missing", [])) for p in places_]


@pytest.mark.mechanism("4-22", "2-15")
async def test_every_kind_is_listed_with_its_rules(town: Town):
    page = await ok(of(town, "H").get("/v1/conference-kinds"))
    kinds = {line["code"]: line for line in page["items"]}
    assert list(kinds) == [kind.value for kind in ConferenceKind]
    layered = kinds["support_conf_layered"]
    assert (layered["rests_on_ja"], layered["persons"]) == ("社会福祉法第106条の6", "statutory")
    assert layered["decides_plans"] is False
    assert "重層的支援体制整備事業" in layered["convener_ja"]
    assert kinds["support_coordination_conf"]["decides_plans"] is True
    assert (kinds["residents_forum"]["persons"], kinds["residents_forum"]["level"]) == (
        "never",
        "district",
    )
    # Each of them can be planned.
    for kind in ("morning_meeting", "hikikomori_platform", "loan_review"):
        await ok(of(town, "J").post("/v1/conferences", {"kind": kind} | when()), 201)


@pytest.mark.mechanism("2-15", "4-36")
async def test_an_entrusted_agency_constitutes_its_own_conference_and_no_statutory_one(town: Town):
    j, m = of(town, "J"), of(town, "M")
    # Its local name, its rules, no by-laws needed.
    form = {
        "kind": "support_coordination_conf",
        "name": "プラン検討会議",
        "valid_from": "2026-04-01",
    }
    made = await ok(j.post("/v1/conference-bodies", form | {"quorum_percent": 60}), 201)
    assert (made["basis"], made["level"], made["by_laws"]) == ("CONSENT", "case", None)
    statutory = terms(kind="support_conf_needy")
    await refused(j.post("/v1/conference-bodies", statutory), 403, "actor.permission_missing")
    # A worker without that duty constitutes nothing.
    await refused(
        of(town, "HC").post("/v1/conference-bodies", form), 403, "actor.permission_missing"
    )
    told_ = await ok(m.get(f"/v1/conference-bodies/{made['id']}"))
    assert (told_["kind_ja"], told_["name"]) == ("支援調整会議", "プラン検討会議")
    # Another agency's body is read, and not touched.
    path = f"/v1/conference-bodies/{made['id']}"
    new = {"agency_id": ids(town, "H")[0], "valid_from": "2026-04-01"}
    await same_as_unknown(m, "/v1/conference-bodies/{}/members", new, made["id"])
    # It cannot be used for a conference that somebody else convenes.
    planned = {"kind": "support_coordination_conf", "body_id": made["id"]} | when()
    await refused(m.post("/v1/conferences", planned), 422, "conference.body_does_not_fit")
    # By-laws change whole and by version; kind and convener stay; every version is kept.
    amended = {"name": "支援調整会議（月例）", "valid_from": "2026-04-01", "quorum_percent": 75}
    done = await ok(j.put(path, amended, 1))
    assert (done["version"], done["kind"], done["quorum_percent"]) == (
        2,
        "support_coordination_conf",
        75,
    )
    await refused(j.put(path, amended, 1), 412, "record.changed_meanwhile")
    kept = await town.owner.fetch(
        "SELECT body ->> 'name' AS name FROM record_history WHERE record_id = $1 ORDER BY number",
        uuid.UUID(made["id"]),
    )
    assert [row["name"] for row in kept] == ["プラン検討会議", "支援調整会議（月例）"]
    await ok(j.post(f"{path}/end", {"last_day": "2027-03-31"}))
    await refused(
        j.post(f"{path}/end", {"last_day": "2027-03-31"}), 409, "conference_body.already_ended"
    )


@pytest.mark.mechanism("2-15")
async def test_a_body_is_part_of_another_and_never_of_itself(town: Town):
    m = of(town, "M")
    whole = await body(town, "M", "support_conf_layered")
    part = await body(town, "M", "support_conf_layered", parent_id=whole, name="個別ケース検討会議")
    told_ = await ok(m.get(f"/v1/conference-bodies/{whole}"))
    assert [b["id"] for b in told_["sub_bodies"]] == [part]
    assert (await ok(m.get(f"/v1/conference-bodies/{part}")))["parent"]["id"] == whole
    inside_out = terms(parent_id=part)
    path = f"/v1/conference-bodies/{whole}"
    await refused(m.put(path, inside_out, 1), 422, "conference_body.part_of_itself")
    await refused(m.put(path, terms(parent_id=whole), 1), 422, "conference_body.part_of_itself")
    nowhere = terms(parent_id=str(uuid.uuid4()))
    await refused(m.put(path, nowhere, 1), 422, "conference_body.unknown_parent")
    # Nor of one in the next municipality, from where it is not even seen.
    tm = town.caller("tm-officer", "planning")
    own = {"kind": "case_conf", "name": "町の会議", "valid_from": "2026-04-01"}
    theirs = (await ok(tm.post("/v1/conference-bodies", own), 201))["id"]
    await refused(m.put(path, terms(parent_id=theirs), 1), 422, "conference_body.unknown_parent")
    await hidden(tm, "/v1/conference-bodies/{}", whole)
    bare = {k: v for k, v in terms().items() if k != "by_laws"}
    await refused(m.put(path, bare, 1), 422, "conference_body.needs_by_laws")


@pytest.mark.mechanism("1-10", "4-22")
async def test_only_who_is_on_the_list_is_invited_and_reads(town: Town):
    m, e = of(town, "M"), of(town, "E")
    body_id = await body(town, "M", "support_conf_layered", "E", "S")
    path = f"/v1/conference-bodies/{body_id}"
    planned = {"kind": "support_conf_layered", "body_id": body_id} | when()
    conference = (await ok(m.post("/v1/conferences", planned), 201))["id"]
    invite = f"/v1/conferences/{conference}/invite"
    outside = {"agency_ids": ids(town, "E", "HC")}
    await refused(m.post(invite, outside), 422, "conference.not_a_member")
    # On the list, but only after the day of the sitting.
    late = {"agency_id": ids(town, "HC")[0], "valid_from": "2026-12-05"}
    await ok(m.post(f"{path}/members", late), 201)
    await refused(m.post(invite, outside), 422, "conference.not_a_member")
    await refused(m.post(f"{path}/members", late), 409, "conference_member.already_listed")
    # A line that ends before the other begins is no second one.
    early = late | {"valid_from": "2026-04-01", "valid_until": "2026-12-04"}
    listed = (await ok(m.post(f"{path}/members", early), 201))["id"]
    await ok(m.post(invite, {"whole_body": True}))
    seats = (await ok(m.get(f"/v1/conferences/{conference}")))["attendees"]
    assert {a["agency_id"] for a in seats} == set(ids(town, "M", "E", "S", "HC"))

    # Everybody on it reads; whoever is taken off it does not, with the next request.
    son = await known_to(town, "E", "徹")
    item = {"purpose": "information_exchange", "minutes": 20, "subject": SUBJECT}
    item |= {"person_ids": [son], "reason_without_consent": WITHOUT}
    await ok(e.post(f"/v1/conferences/{conference}/items", item), 201)
    for letter in ("S", "HC"):
        await sits_for(town, letter, conference)
    await ok(m.post(f"/v1/conferences/{conference}/fix"))
    assert told(await places(town, "HC", conference)) == [SUBJECT]
    await refused(of(town, "S").post(f"{path}/members/{listed}/end", {}), 404, "record.not_found")
    await ok(m.post(f"{path}/members/{listed}/end", {}))
    assert told(await places(town, "HC", conference)) == [["join_member_list"]]
    assert told(await places(town, "S", conference)) == [SUBJECT]
    # The list keeps who was on it, and until when.
    lines = (await ok(m.get(path)))["members"]
    assert {(line["agency_id"], line["valid_from"], line["valid_until"]) for line in lines} == {
        (ids(town, "E")[0], "2024-04-01", None),
        (ids(town, "S")[0], "2024-04-01", None),
        (ids(town, "HC")[0], "2026-12-05", None),
        (ids(town, "HC")[0], "2026-04-01", "2026-11-19"),
    }
    await refused(
        m.post(f"{path}/members/{listed}/end", {}), 409, "conference_member.already_ended"
    )
    # The log knows the refusal.
    shut = [e["rules"] for e in await town.audit(action="conference.read_packet", outcome="masked")]
    assert shut == [["record.no_basis"]]


@pytest.mark.mechanism("2-12")
async def test_two_agencies_keep_one_conference_and_see_no_more_of_anybody(town: Town):
    m, s, e = of(town, "M"), of(town, "S"), of(town, "E")
    more: dict[str, Any] = {"by_laws": None, "secretariat_agency_ids": ids(town, "S")}
    body_id = await body(town, "M", "layered_support_conf", "E", "HC", **more)
    planned = {"kind": "layered_support_conf", "body_id": body_id} | when()
    conference = (await ok(m.post("/v1/conferences", planned), 201))["id"]
    path = f"/v1/conferences/{conference}"
    # It was told, and finds it among its conferences before anybody is invited.
    assert ("conference_invitation", conference) in await notices(s)
    assert [c["id"] for c in (await ok(s.get("/v1/conferences")))["items"]] == [conference]
    # It keeps the list and invites; whoever only attends does neither.
    new = {"agency_id": ids(town, "J")[0], "valid_from": "2026-04-01"}
    await ok(s.post(f"/v1/conference-bodies/{body_id}/members", new), 201)
    await ok(s.post(f"{path}/invite", {"whole_body": True}))
    await refused(
        of(town, "J").post(f"{path}/invite", {"whole_body": True}), 403, "conference.convener_only"
    )
    # By-laws are the convener's.
    await refused(
        s.put(f"/v1/conference-bodies/{body_id}", {"name": "x", "valid_from": "2024-04-01"}, 1),
        403,
        "conference_body.convener_only",
    )

    # Both edit one agenda; the second with an old version loses nothing and overwrites nothing.
    seen = (await ok(s.get(path)))["version"]
    theme = {"purpose": "report", "minutes": 10, "subject": "予定の共有"}
    old = {"If-Match": f'"{seen}"'}
    await ok(m.post(f"{path}/items", theme, headers=old), 201)
    mine = theme | {"subject": "社協からの報告"}
    await refused(s.post(f"{path}/items", mine, headers=old), 412, "record.changed_meanwhile")
    now = (await ok(s.get(path)))["version"]
    await ok(s.post(f"{path}/items", mine, headers={"If-Match": f'"{now}"'}), 201)

    # Of a person it is shown what it has a basis for, and that is nothing.
    son = await known_to(town, "M", "徹")
    slip = consent(
        son, to={"agencies": ids(town, "E")}, classes="D1 D3", purposes=("consultation",)
    )
    await ok(m.post("/v1/consents", slip), 201)
    item = {
        "purpose": "information_exchange",
        "minutes": 20,
        "subject": SUBJECT,
        "person_ids": [son],
    }
    item_id = (await ok(m.post(f"{path}/items", item), 201))["id"]
    await hidden(s, "/v1/persons/{}", son)
    await ok(s.post(f"{path}/fix"))
    assert told(await places(town, "S", conference))[2] == []
    assert told(await places(town, "E", conference)) == ["予定の共有", "社協からの報告", SUBJECT]
    town.clock.forward(days=14)
    seats = (await ok(s.get(path)))["attendees"]
    await ok(s.post(f"{path}/hold", {"present_attendee_ids": [a["id"] for a in seats]}))
    decided = {"result": "discussed", "decision": "訪問を続ける"}
    await ok(s.post(f"{path}/items/{item_id}/result", decided))
    await ok(s.post(f"{path}/minutes", {"text": "役割を確認した。"}))
    assert (await ok(s.get(f"{path}/minutes")))["restricted"] is True
    assert (await ok(e.get(f"{path}/minutes")))["text"] == "役割を確認した。"
    entries = await town.audit(conference_id=uuid.UUID(conference), outcome="allowed")
    did = {(e["sub"], e["action"], tuple(e["rules"])) for e in entries}
    assert ("sub-m-officer", "conference.plan", ("record.own_agency",)) in {
        (sub, action, rules[-1:]) for sub, action, rules in did
    }
    for action in ("conference.plan", "conference.fix", "conference.hold", "conference.minute"):
        assert ("sub-s-hub", action) in {(sub, act) for sub, act, _ in did}, action
    by_s = [e for e in entries if e["sub"] == "sub-s-hub"]
    assert not [e for e in by_s if "record.own_agency" in e["rules"]]
    assert not [e for e in by_s if set(e["data_classes"]) - {"D0"}]

    # Whoever leaves the secretariat runs nothing more, with the next request.
    terms_ = {"name": "重層的支援会議", "valid_from": "2024-04-01"}
    await ok(m.put(f"/v1/conference-bodies/{body_id}", terms_, 1))
    await refused(s.post(f"{path}/minutes/confirm"), 403, "conference.convener_only")
    await ok(m.post(f"{path}/minutes/confirm"))


@pytest.mark.mechanism("2-12")
async def test_a_new_secretariat_is_seated_at_what_is_to_come(town: Town):
    m, s = of(town, "M"), of(town, "S")
    body_id = await body(town, "M", "layered_support_conf")
    planned = {"kind": "layered_support_conf", "body_id": body_id} | when()
    conference = (await ok(m.post("/v1/conferences", planned), 201))["id"]
    await hidden(s, "/v1/conferences/{}", conference)
    both = terms(secretariat_agency_ids=ids(town, "S"))
    await ok(m.put(f"/v1/conference-bodies/{body_id}", both, 1))
    await ok(s.post(f"/v1/conferences/{conference}/invite", {"agency_ids": ids(town, "E")}))


@pytest.mark.mechanism("4-11", "4-22")
async def test_two_conferences_in_one_sitting_each_on_its_own_basis(town: Town):
    m, e = of(town, "M"), of(town, "E")
    coordination = await body(town, "M", "support_coordination_conf", "E", "J", "H", by_laws=None)
    await town.owner.execute(
        "INSERT INTO basis_switch (valid_from, municipality_code, basis, by_laws)"
        " VALUES ('2024-04-01', '999997', 'CONF_OTHER', '若者支援協議会設置要綱')"
    )
    youth = await body(town, "M", "youth_council", "E", "HC", name="若者支援協議会")
    planned = {"kind": "support_coordination_conf", "body_id": coordination} | when()
    conference = (await ok(m.post("/v1/conferences", planned), 201))["id"]
    path = f"/v1/conferences/{conference}"
    await ok(m.post(f"{path}/invite", {"agency_ids": ids(town, "E", "HC", "H")}))
    # The uncle agreed that H hears of him; of the niece nobody could be asked.
    uncle, niece = await known_to(town, "M", "清"), await known_to(town, "E", "葵")
    slip = consent(
        uncle, to={"agencies": ids(town, "H")}, classes="D1 D3", purposes=("consultation",)
    )
    await ok(m.post("/v1/consents", slip), 201)
    his = {"purpose": "information_exchange", "minutes": 20, "subject": SUBJECT}
    made = await ok(m.post(f"{path}/items", his | {"person_ids": [uncle]}), 201)
    assert (made["kind"], made["basis"]) == ("support_coordination_conf", "CONSENT")
    hers = {"purpose": "information_exchange", "minutes": 20, "subject": YOUTH}
    hers |= {"person_ids": [niece], "kind": "youth_council", "reason_without_consent": WITHOUT}
    # As the sitting's own body it cannot be held, nor limited to who is not of the council.
    await refused(e.post(f"{path}/items", hers), 422, "conference.body_does_not_fit")
    limited = hers | {"body_id": youth, "invited_agency_ids": ids(town, "E", "H")}
    await refused(e.post(f"{path}/items", limited), 422, "conference.not_a_member")
    made = await ok(e.post(f"{path}/items", hers | {"body_id": youth}), 201)
    assert (made["kind"], made["basis"], made["body_id"]) == ("youth_council", "CONF_OTHER", youth)
    for letter in ("E", "HC", "H"):
        await sits_for(town, letter, conference)
    await ok(m.post(f"{path}/fix"))
    # H is here for the plan, the health centre for the youth; neither hears of the other.
    assert told(await places(town, "H", conference)) == [SUBJECT, ["join_member_list"]]
    assert told(await places(town, "HC", conference)) == [[], YOUTH]
    by_h = await town.audit(sub="sub-h-supporter", action="conference.read_packet")
    assert {(str(e["person_id"]), e["outcome"], e["basis"]) for e in by_h if e["person_id"]} == {
        (uncle, "allowed", "CONSENT"),
        (niece, "masked", None),
    }
    # What is promised to be kept secret is the council's part.
    secrecy = await ok(of(town, "HC").get(f"/v1/conferences/{conference}/secrecy"))
    assert [n["basis"] for n in secrecy["notices"]] == ["CONF_OTHER"]


@pytest.mark.mechanism("2-15", "4-36")
async def test_whoever_is_not_on_the_list_brings_no_statutory_item(town: Town):
    """Whoever is invited beside the list brings no item to the statutory part of a sitting."""
    m, j = of(town, "M"), of(town, "J")
    layered = await body(town, "M", "support_conf_layered", "E")
    plan = {"kind": "layered_support_conf"} | when()
    conference = (await ok(m.post("/v1/conferences", plan), 201))["id"]
    path = f"/v1/conferences/{conference}"
    await refused(
        m.post(f"{path}/invite", {"whole_body": True}), 422, "conference.no_body_to_invite"
    )
    await ok(m.post(f"{path}/invite", {"agency_ids": ids(town, "J", "E")}))
    son = await known_to(town, "J", "徹")
    item = {"purpose": "information_exchange", "minutes": 20, "subject": SUBJECT}
    item |= {"person_ids": [son], "kind": "support_conf_layered", "body_id": layered}
    item |= {"reason_without_consent": WITHOUT}
    problem = await refused(j.post(f"{path}/items", item), 403, "conference.not_a_member")
    assert remedies(problem) == {"join_member_list"}
    new = {"agency_id": ids(town, "J")[0], "valid_from": "2026-11-20"}
    await ok(m.post(f"/v1/conference-bodies/{layered}/members", new), 201)
    await ok(j.post(f"{path}/items", item), 201)


async def plan_discussed(town: Town, kind: str, *present: str, **more: Any) -> httpx.Response:
    """What becomes of approving J's plan in a conference of five, with these there."""
    j = of(town, "J")
    his = await known_to(town, "J", "清")
    named = {"agencies": ids(town, "M", "E", "S", "HC")}
    slip = consent(his, to=named, classes="D1 D2 D3 D4", purposes=("planning",))
    await ok(j.post("/v1/consents", slip), 201)
    plan = (await ok(j.post("/v1/plans", examples.PLAN | {"person_id": his}), 201))["id"]
    own = {"name": "会議", "by_laws": None} | more
    sits = {"kind": kind, "body_id": await body(town, "J", kind, **own)} | when()
    conference = (await ok(j.post("/v1/conferences", sits), 201))["id"]
    path = f"/v1/conferences/{conference}"
    await ok(j.post(f"{path}/invite", {"agency_ids": ids(town, "M", "E", "S", "HC")}))
    item = {"purpose": "plan_appropriateness", "minutes": 20, "subject": SUBJECT}
    item |= {"person_ids": [his], "plan": {"plan_id": plan, "number": 1}}
    item_id = (await ok(j.post(f"{path}/items", item), 201))["id"]
    await ok(j.post(f"{path}/fix"))
    town.clock.forward(days=14)
    there = set(ids(town, *present))
    seats = (await ok(j.get(path)))["attendees"]
    came = [a["id"] for a in seats if a["agency_id"] in there]
    await ok(j.post(f"{path}/hold", {"present_attendee_ids": came}))
    said = {"result": "approved", "decision": "了承する。"}
    return await j.post(f"{path}/items/{item_id}/result", said)


@pytest.mark.mechanism("4-36", "2-15")
@pytest.mark.parametrize(
    ("kind", "present", "quorum", "code"),
    [
        # A case conference talks about a plan, and does not decide on it.
        ("case_conf", "M J E S HC", None, "conference.kind_decides_no_plan"),
        # More than half, unless the by-laws say how many.
        ("support_coordination_conf", "M J", None, "plan.no_quorum"),
        ("support_coordination_conf", "M J", 41, "plan.no_quorum"),
        ("support_coordination_conf", "M J E S", 81, "plan.no_quorum"),
        # Enough: what is left to say is about the plan, to which he has not agreed yet.
        ("support_coordination_conf", "M J", 40, "plan.illegal_move"),
        ("support_coordination_conf", "M J E", None, "plan.illegal_move"),
    ],
)
async def test_who_approves_a_plan_is_the_kinds_and_the_by_laws_to_say(
    town: Town, kind: str, present: str, quorum: int | None, code: str
):
    answer = await plan_discussed(town, kind, *present.split(), quorum_percent=quorum)
    assert answer.json()["code"] == code
