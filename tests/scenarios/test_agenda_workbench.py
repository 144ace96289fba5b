"""The agenda as the coordinator's workbench: arranged, checked, fixed, reopened; two hands on it."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from scenario_steps import (
    consent,
    hidden,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refused,
    same_as_unknown,
    tally,
)
from town import Caller, Town

from service.api import examples
from service.domain.role import Role

SUBJECT, NOBODYS = "花子さんの家計の見通し", "短時間で働ける場が少ない"
HIS, WITHOUT = "徹さんの見守りの分担", "呼びかけに応答がない"
BODY = {
    "kind": "support_conf_layered",
    "name": "みほん市包括的支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和8年4月1日）",
    "valid_from": "2026-04-01",
}


def of(town: Town, account: str) -> Caller:
    return town.caller(account, "planning")


def agencies(town: Town, letters: str) -> list[str]:
    return [str(town.agency[letter]) for letter in letters.split()]


@dataclass(frozen=True)
class Sitting:
    """A conference of J's on her, who has agreed to CC, L and J; H is invited, and not named."""

    path: str
    person: str
    consent: str
    item: str
    nobodys: str


async def sitting(town: Town, **slip: Any) -> Sitting:
    cc, j = town.caller("cc-worker"), of(town, "j-consultant")
    form = person("試験", "花子", "シケン ハナコ", birth="1981-03-09")
    her = (await ok(cc.post("/v1/persons", form), 201))["id"]
    signed = consent(
        her,
        to={"agencies": agencies(town, "J L CC")},
        classes="D1 D2 D3 D4",
        purposes=("consultation", "planning"),
    )
    consent_id = (await ok(cc.post("/v1/consents", signed | slip), 201))["id"]
    draft = examples.REFERRAL | {"person_id": her, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    when = {"starts_at": "2026-12-04T14:00:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
    planned = await ok(j.post("/v1/conferences", examples.CONFERENCE | when), 201)
    path = f"/v1/conferences/{planned['id']}"
    await ok(j.post(f"{path}/invite", {"agency_ids": agencies(town, "CC L H")}))
    hers = {"purpose": "plan_sharing", "minutes": 40, "subject": SUBJECT, "person_ids": [her]}
    item = (await ok(j.post(f"{path}/items", hers), 201))["id"]
    nobody = {"purpose": "resource_gap", "minutes": 30, "subject": NOBODYS}
    nobodys = (await ok(j.post(f"{path}/items", nobody), 201))["id"]
    return Sitting(path, her, consent_id, item, nobodys)


async def agenda(caller: Caller, path: str) -> dict[str, Any]:
    return await ok(caller.get(f"{path}/agenda"))


def codes(shown: dict[str, Any]) -> set[str]:
    return {f["code"] for f in shown["findings"]}


def pages(shown: dict[str, Any], agency_id: Any) -> dict[str, list[str]]:
    """What an agency gets of each item."""
    (packet,) = [p for p in shown["packets"] if p["agency_id"] == str(agency_id)]
    return {page["item_id"]: page["data_classes"] for page in packet["pages"]}


def subjects(shown: dict[str, Any]) -> list[Any]:
    return [(i["number"], i.get("subject")) for i in shown["items"]]


@pytest.mark.mechanism("2-10")
async def test_the_coordinator_sees_times_who_gets_what_and_what_to_do(town: Town):
    held = await sitting(town)
    j, lawyer = of(town, "j-consultant"), of(town, "l-lawyer")
    shown = await agenda(j, held.path)

    assert subjects(shown) == [(1, SUBJECT), (2, NOBODYS)]
    assert [i["starts_at"] for i in shown["items"]] == [
        "2026-12-04T05:00:00+00:00",
        "2026-12-04T05:40:00+00:00",
    ]
    assert shown["items"][0]["persons"][0]["names"][0]["family"] == "試験"
    assert shown["budget"] == {"minutes_available": 60, "minutes_planned": 70, "over_by": 10}
    # L is covered by her consent; H stays for her item and would get an empty place.
    assert pages(shown, town.agency["L"])[held.item] == ["D0", "D1", "D2", "D3", "D4"]
    assert pages(shown, town.agency["H"])[held.item] == []
    assert "D0" in pages(shown, town.agency["H"])[held.nobodys]
    assert codes(shown) == {"agenda.over_time", "agency.sees_nothing", "agency.not_answered"}
    assert shown["ready"] is True
    (blind,) = [f for f in shown["findings"] if f["code"] == "agency.sees_nothing"]
    assert (blind["item_id"], blind["agency_id"]) == (held.item, str(town.agency["H"]))
    assert blind["agency"] == "ハローワークみほん"
    (arrange,) = [d for d in blind["do"] if d["code"] == "arrange_item"]
    verb, _, call = arrange["call"].partition(" ")
    assert (verb, call) == ("POST", f"{held.path}/items/{held.item}/arrange")

    # What the finding says is done; the two findings are gone, and H keeps its other page.
    await ok(j.post(call, {"minutes": 30, "invited_agency_ids": agencies(town, "CC L")}))
    after = await agenda(j, held.path)
    assert codes(after) == {"agency.not_answered"}
    assert pages(after, town.agency["H"])[held.item] == []

    # An invited agency sees no workbench, a stranger no conference.
    seen = await agenda(lawyer, held.path)
    assert seen["items"] == []
    assert not {"packets", "findings", "budget"} & set(seen)
    await hidden(of(town, "w-worker"), "/v1/conferences/{}/agenda", held.path.rpartition("/")[2])
    assert await tally(town, person_id=held.person, action="conference.read") == {}
    looked = await tally(town, person_id=held.person, action="conference.read_packet")
    assert looked == {"j-consultant conference.read_packet allowed CONSENT": 2}


async def test_items_are_ordered_split_corrected_and_taken_off(town: Town):
    heard = listen(town)
    held = await sitting(town)
    j = of(town, "j-consultant")
    order = f"{held.path}/order"
    await ok(j.post(order, {"item_ids": [held.nobodys, held.item]}))
    assert subjects(await agenda(j, held.path)) == [(1, NOBODYS), (2, SUBJECT)]
    missing = {"item_ids": [held.nobodys]}
    await refused(j.post(order, missing), 422, "agenda.order_incomplete")

    parts = [
        {"subject": "家賃について", "minutes": 10, "invited_agency_ids": agencies(town, "L")},
        {"subject": "通院について", "minutes": 15, "invited_agency_ids": agencies(town, "CC")},
    ]
    done = await ok(j.post(f"{held.path}/items/{held.item}/split", {"parts": parts}))
    rent, visit = done["item_ids"]
    shown = await agenda(j, held.path)
    assert subjects(shown) == [(1, NOBODYS), (2, "家賃について"), (3, "通院について")]
    assert all(i["person_ids"] == [held.person] for i in shown["items"][1:])
    again = j.post(f"{held.path}/items/{held.item}/split", {"parts": parts})
    await refused(again, 422, "conference.unknown_item")

    version = (await j.get(f"{held.path}/agenda")).headers["etag"].strip('"')
    words = {"purpose": "plan_sharing", "minutes": 20, "subject": "滞納した家賃について"}
    edit = words | {"person_ids": [held.person]}
    await ok(j.put(f"{held.path}/items/{rent}", edit, int(version)))
    await ok(j.post(f"{held.path}/items/{held.nobodys}/withdraw"))
    shown = await agenda(j, held.path)
    assert subjects(shown) == [(1, "滞納した家賃について"), (2, "通院について")]
    assert shown["items"][0]["invited_agency_ids"] == []
    await refused(
        j.post(f"{held.path}/items/{held.nobodys}/withdraw"), 422, "conference.unknown_item"
    )

    # Everything that ever stood there is kept, and says why it left.
    left = await town.owner.fetch(
        "SELECT id, pulled_because FROM agenda_item WHERE pulled_at IS NOT NULL ORDER BY id"
    )
    assert {str(r["id"]): r["pulled_because"] for r in left} == {
        held.item: "split",
        held.nobodys: "withdrawn",
    }
    # ✖ Nobody else touches the agenda; whoever is not invited does not learn of it.
    conference_id = held.path.rpartition("/")[2]
    for account, refusals in (("l-lawyer", {403}), ("m-officer", {404})):
        for path, body in (
            ("order", {"item_ids": [visit, rent]}),
            (f"items/{rent}/arrange", {"minutes": 5}),
            (f"items/{rent}/withdraw", {}),
            (f"items/{rent}/split", {"parts": parts}),
            ("reopen", {}),
        ):
            caller = of(town, account)
            answer = await caller.post(f"{held.path}/{path}", body)
            assert answer.status_code in refusals, (account, path, answer.text)
            if refusals == {404}:
                unknown = f"/v1/conferences/{{}}/{path}"
                await same_as_unknown(caller, unknown, body, conference_id)
    await nothing_slipped(
        town, heard, {"家賃について": "j-consultant", "通院について": "j-consultant"}
    )


@pytest.mark.mechanism("2-12")
async def test_two_hands_on_one_agenda_lose_nothing(town: Town):
    held = await sitting(town)
    await town.hire("j-chief", "J", Role.CONFERENCE_COORDINATOR)
    j, chief = of(town, "j-consultant"), of(town, "j-chief")
    version = int((await j.get(f"{held.path}/agenda")).headers["etag"].strip('"'))
    hers = {"purpose": "plan_sharing", "minutes": 40, "person_ids": [held.person]}
    item = f"{held.path}/items/{held.item}"
    both = await asyncio.gather(
        j.put(item, hers | {"subject": "一人目の言葉"}, version),
        chief.put(item, hers | {"subject": "二人目の言葉"}, version),
    )
    assert sorted(a.status_code for a in both) == [200, 412], [a.text for a in both]
    won = ("一人目の言葉", "二人目の言葉")[[a.status_code for a in both].index(200)]
    lost = next(a for a in both if a.status_code == 412).json()
    assert lost["code"] == "record.changed_meanwhile"
    assert lost["title_ja"]
    assert subjects(await agenda(j, held.path))[0] == (1, won)

    # Without a version, steps that do not contradict each other are both done, one after the other.
    order = {"item_ids": [held.nobodys, held.item]}
    part = {"purpose": "resource_gap", "minutes": 5, "subject": "三つ目"}
    both = await asyncio.gather(
        j.post(f"{held.path}/items/{held.item}/arrange", {"minutes": 20}),
        chief.post(f"{held.path}/items", part),
        j.post(f"{held.path}/order", order),
    )
    assert [a.status_code for a in both[:2]] == [200, 201], [a.text for a in both]
    # The order was either before the third item came, or it would have lost it.
    assert both[2].status_code in (200, 422)
    shown = await agenda(j, held.path)
    assert {s for _, s in subjects(shown)} == {won, NOBODYS, "三つ目"}
    assert [n for n, _ in subjects(shown)] == [1, 2, 3]
    assert shown["budget"]["minutes_planned"] == 20 + 30 + 5


async def test_what_has_no_ground_is_not_fixed_and_what_is_fixed_is_kept(town: Town):
    held = await sitting(town, valid_until="2026-11-25")
    j, cc, lawyer = of(town, "j-consultant"), town.caller("cc-worker"), of(town, "l-lawyer")
    # Her consent ends before the sitting: told, and not yet in the way.
    shown = await agenda(j, held.path)
    assert "item.consent_ends" in codes(shown)
    assert pages(shown, town.agency["L"])[held.item] == []
    town.clock.forward(days=7)
    shown = await agenda(j, held.path)
    assert shown["ready"] is False
    (gone,) = [f for f in shown["findings"] if f["weight"] == "blocks"]
    assert (gone["code"], gone["number"]) == ("item.consent_missing", 1)
    assert {d["code"] for d in gone["do"]} == {"ask_consent", "convert_item", "withdraw_item"}
    # Its words are shut to their author as well.
    assert subjects(shown)[0] == (1, None)
    problem = await refused(j.post(f"{held.path}/fix"), 409, "agenda.not_ready")
    assert problem["facts"] if "facts" in problem else problem["title_ja"]
    await refused(lawyer.get(f"{held.path}/packet"), 409, "conference.packet_closed")

    # She agrees again: it is fixed, and everybody is told.
    slip = consent(
        held.person,
        to={"agencies": agencies(town, "J L CC")},
        classes="D1 D2 D3",
        purposes=("planning",),
        explained_on="2026-11-27",
        valid_from="2026-11-27",
    )
    again = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    done = await ok(j.post(f"{held.path}/fix"))
    assert {w["code"] for w in done["warnings"]} == {"agenda.over_time", "agency.sees_nothing"}
    assert held.person not in str(done)
    conference_id = held.path.rpartition("/")[2]
    assert ("agenda_fixed", conference_id) in await notices(lawyer)
    kept = await agenda(j, held.path)
    assert pages(kept, town.agency["L"])[held.item] == ["D0", "D1", "D2", "D3"]
    assert not any(p["changed_since_fixed"] for k in kept["packets"] for p in k["pages"])
    packet = await ok(lawyer.get(f"{held.path}/packet"))
    assert packet["items"][0]["subject"] == SUBJECT
    await refused(
        j.post(f"{held.path}/items/{held.nobodys}/withdraw"), 409, "conference.illegal_move"
    )

    # She takes it back: the packet follows at once, and the workbench tells what has changed.
    await ok(cc.post(f"/v1/consents/{again}/revoke", {"reason": "本人の申出"}))
    assert (await ok(lawyer.get(f"{held.path}/packet")))["items"][0]["restricted"] is True
    kept = await agenda(j, held.path)
    changed = {
        (k["agency_id"], p["item_id"])
        for k in kept["packets"]
        for p in k["pages"]
        if p["changed_since_fixed"]
    }
    assert changed == {(a, held.item) for a in agencies(town, "J L CC")}
    assert "item.pulled" in codes(kept)

    # Reopened: papers are shut for all, the item can go, and the next fixing is another one.
    await ok(j.post(f"{held.path}/reopen"))
    assert ("agenda_reopened", conference_id) in await notices(lawyer)
    await refused(lawyer.get(f"{held.path}/packet"), 409, "conference.packet_closed")
    await ok(j.post(f"{held.path}/items/{held.item}/withdraw"))
    await ok(j.post(f"{held.path}/fix"))
    packet = await ok(lawyer.get(f"{held.path}/packet"))
    assert [(i["number"], i["subject"]) for i in packet["items"]] == [(1, NOBODYS)]
    fixed = await town.owner.fetchval(
        "SELECT count(DISTINCT fixed_at) FROM fixed_packet WHERE conference_id = $1",
        conference_id,
    )
    assert fixed == 2


async def test_a_members_item_is_arranged_by_the_convener_and_worded_by_the_member(town: Town):
    m, e = town.caller("m-officer"), town.caller("e-consultant")
    form = person("見本", "徹", "ミホン トオル", birth="1972-08-30")
    him = (await ok(e.post("/v1/persons", form), 201))["id"]
    listed = BODY | {"member_agency_ids": agencies(town, "E S")}
    body = (await ok(m.post("/v1/conference-bodies", listed), 201))["id"]
    when = {"starts_at": "2026-12-04T14:00:00+09:00", "ends_at": "2026-12-04T15:00:00+09:00"}
    plan = {"kind": "support_conf_layered", "body_id": body, "place": "会議室"} | when
    path = f"/v1/conferences/{(await ok(m.post('/v1/conferences', plan), 201))['id']}"
    await ok(m.post(f"{path}/invite", {"agency_ids": agencies(town, "E S")}))
    his = {"purpose": "information_exchange", "minutes": 40, "person_ids": [him]}
    his |= {"reason_without_consent": WITHOUT}
    item = (await ok(e.post(f"{path}/items", his | {"subject": HIS}), 201))["id"]

    # E reads what it wrote; M that there is an item, how long, and what is missing; S nothing.
    (own,) = (await agenda(e, path))["items"]
    assert (own["subject"], own["reason_without_consent"]) == (HIS, WITHOUT)
    shown = await agenda(m, path)
    (place,) = shown["items"]
    assert place["restricted"] is True
    assert not {"subject", "person_ids", "persons", "reason_without_consent"} & set(place)
    assert him not in str(shown)
    assert "secrecy.nobody_registered" in codes(shown)
    assert pages(shown, town.agency["S"])[item] == ["D0", "D1", "D2", "D3", "D4"]
    assert (await agenda(town.caller("s-csw"), path))["items"] == []

    version = int((await m.get(f"{path}/agenda")).headers["etag"].strip('"'))
    words = his | {"subject": "別の言葉"}
    await refused(
        m.put(f"{path}/items/{item}", words, version), 403, "agenda.item_of_another_agency"
    )
    await ok(m.post(f"{path}/items/{item}/arrange", {"minutes": 15}))
    await ok(e.put(f"{path}/items/{item}", words, version + 1))
    consented = {k: v for k, v in words.items() if k != "reason_without_consent"}
    layered = consented | {"kind": "layered_support_conf"}
    await refused(
        e.put(f"{path}/items/{item}", layered, version + 2), 403, "conference.convener_only"
    )
    (own,) = (await agenda(e, path))["items"]
    assert (own["subject"], own["minutes"]) == ("別の言葉", 40)

    # M takes it off, and E is told.
    await ok(m.post(f"{path}/items/{item}/withdraw"))
    assert (await agenda(e, path))["items"] == []
    assert ("item_withdrawn", path.rpartition("/")[2]) in await notices(e)
    log = await tally(town, person_id=him)
    assert log == {
        "e-consultant person.register allowed INTERNAL": 1,
        "e-consultant conference.propose allowed INTERNAL": 2,
        "e-consultant conference.read_packet allowed INTERNAL": 2,
        "m-officer conference.read_packet masked -": 2,
    }
