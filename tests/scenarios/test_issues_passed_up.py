"""Area issues on their way up: from a case conference to the field and the prefecture (1-49)."""

import uuid
from typing import Any

import pytest
from scenario_steps import consent, ok, person, refused, same_as_unknown
from town import Caller, Town

SUBJECT = "通院の送迎をだれが担うか"
TITLE = "通院の送迎がない地区がある"
TEXT = "バスの廃止で、車のない世帯が通院をあきらめている。"
WIDER = "中山間地で、車のない世帯が通院をあきらめている。"
FROM = "2024-04-01"


def j(town: Town) -> Caller:
    return town.caller("j-consultant", "planning")


def hub(town: Town) -> Caller:
    return town.caller("s-hub", "planning")


def prefecture(town: Town) -> Caller:
    return town.caller("k-hub", "planning")


async def body(caller: Caller, kind: str, name: str) -> str:
    form = {"kind": kind, "name": name, "valid_from": FROM}
    return (await ok(caller.post("/v1/conference-bodies", form), 201))["id"]


async def case_conference(town: Town, purpose: str) -> dict[str, str]:
    """J talks about somebody in a case conference that was held; the ids of all of it."""
    form = person("見本", "千代", "ミホン チヨ")
    person_id = (await ok(j(town).post("/v1/persons", form), 201))["id"]
    slip = consent(
        person_id,
        to={"agencies": [str(town.agency["S"])]},
        classes="D1 D3",
        purposes=("consultation",),
    )
    await ok(j(town).post("/v1/consents", slip), 201)
    planned = {
        "kind": "case_conf",
        "starts_at": "2026-12-04T10:00:00+09:00",
        "ends_at": "2026-12-04T11:00:00+09:00",
        "place": "市役所",
    }
    conference = (await ok(j(town).post("/v1/conferences", planned), 201))["id"]
    path = f"/v1/conferences/{conference}"
    await ok(j(town).post(f"{path}/invite", {"agency_ids": [str(town.agency["S"])]}))
    item = {"purpose": purpose, "minutes": 20, "subject": SUBJECT, "person_ids": [person_id]}
    item_id = (await ok(j(town).post(f"{path}/items", item), 201))["id"]
    await ok(j(town).post(f"{path}/fix"))
    town.clock.forward(days=14)
    seats = (await ok(j(town).get(path)))["attendees"]
    present = {"present_attendee_ids": [a["id"] for a in seats]}
    await ok(j(town).post(f"{path}/hold", present))
    return {"person": person_id, "conference": conference, "item": item_id}


def issue(**more: Any) -> dict[str, Any]:
    counts = [{"area": "district_1", "cases": 9}, {"area": "district_3", "cases": 4}]
    return {"title": TITLE, "text": TEXT, "theme": "transport", "counts": counts} | more


@pytest.mark.mechanism("1-49")
async def test_from_a_case_to_the_field_and_the_prefecture_without_anybody(town: Town):
    told: list[str] = []
    ids = await case_conference(town, "resource_gap")
    raises = f"/v1/conferences/{ids['conference']}/items/{ids['item']}/area-issue"
    # Nobody raises it for the convener, and nobody is named in it.
    await refused(hub(town).post(raises, issue()), 403, "conference.convener_only")
    named = issue(text="千代さんの世帯など、車のない世帯が通院をあきらめている。")
    await refused(j(town).post(raises, named), 422, "supervision.names_somebody")
    raised = await ok(j(town).post(raises, issue()), 201)
    told.append(str(raised))
    assert (raised["level"], raised["way"]) == ("case", [])
    await refused(j(town).post(raises, issue()), 409, "conference.item_has_its_issue")
    # The item knows its issue, for those who read the item.
    (paper,) = (await ok(hub(town).get(f"/v1/conferences/{ids['conference']}/packet")))["items"]
    assert paper["area_issue_id"] == raised["id"]

    field = await body(hub(town), "field_council", "移動支援部会")
    network = await body(prefecture(town), "prefecture_network", "県域ネットワーク会議")
    case_level = await body(j(town), "case_conf", "ケース会議")
    up = f"/v1/area-issues/{raised['id']}/pass-up"
    await refused(j(town).post(up, {"body_id": case_level}), 422, "area_issue.not_higher")
    nowhere = {"body_id": str(uuid.uuid4())}
    await refused(j(town).post(up, nowhere), 422, "area_issue.unknown_body")
    # Only who holds the issue passes it up.
    await same_as_unknown(hub(town), "/v1/area-issues/{}/pass-up", {"body_id": field}, raised["id"])
    first = await ok(j(town).post(up, {"body_id": field}), 201)
    assert first["agency_id"] == str(town.agency["S"])
    await refused(j(town).post(up, {"body_id": field}), 409, "area_issue.already_passed")
    # The council passes it on in words that fit the prefecture.
    further = f"/v1/area-issues/{first['id']}/pass-up"
    second = await ok(hub(town).post(further, {"body_id": network, "text": WIDER}), 201)
    pointing = {"body_id": network, "text": f"元の議題は{ids['item']}"}
    await refused(hub(town).post(further, pointing), 422, "body.invalid")
    await refused(
        prefecture(town).post(f"/v1/area-issues/{second['id']}/pass-up", {"body_id": field}),
        422,
        "area_issue.not_higher",
    )

    (in_field,) = (await ok(hub(town).get(f"/v1/conference-bodies/{field}/area-issues")))["items"]
    assert (in_field["text"], in_field["level"]) == (TEXT, "field")
    page = await prefecture(town).get(f"/v1/conference-bodies/{network}/area-issues")
    (at_top,) = (await ok_of(page))["items"]
    assert (at_top["title"], at_top["text"], at_top["level"]) == (TITLE, WIDER, "prefecture")
    assert [(step["level"], step["passed_on"]) for step in at_top["way"]] == [
        ("case", "2026-12-04"),
        ("field", "2026-12-04"),
    ]
    # The total alone has come along.
    assert at_top["report"] == {"total": 13, "areas": [], "fewest_told": 10}
    stored = await town.owner.fetchval(
        "SELECT counts::text FROM area_issue WHERE id = $1", uuid.UUID(second["id"])
    )
    assert stored == "[]"
    # No id of the person, the item, the conference or the lower level in anything about it.
    told += [str(first), str(second), str(in_field), page.text]
    report = await ok(prefecture(town).get(f"/v1/area-issues/{second['id']}/report"))
    listed = await ok(prefecture(town).get("/v1/area-issues"))
    told += [str(report), str(listed)]
    for answer in told:
        assert not [name for name, id_ in ids.items() if id_ in answer]
    for answer in (str(second), page.text, str(report)):
        assert raised["id"] not in answer
        assert first["id"] not in answer
    # Nor does the log tie them together: whoever is on record there is on no issue's line.
    lines = await town.audit(record_kind="area_issue")
    assert {(e["person_id"], e["conference_id"]) for e in lines} == {(None, None)}


async def ok_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.mechanism("1-49")
async def test_a_total_that_is_too_small_is_lost_on_the_way(town: Town):
    ids = await case_conference(town, "area_issue")
    raises = f"/v1/conferences/{ids['conference']}/items/{ids['item']}/area-issue"
    few = issue(counts=[{"area": "district_3", "cases": 4}])
    raised = await ok(j(town).post(raises, few), 201)
    field = await body(hub(town), "field_council", "移動支援部会")
    up = f"/v1/area-issues/{raised['id']}/pass-up"
    passed = await ok(j(town).post(up, {"body_id": field}), 201)
    (line,) = (await ok(hub(town).get(f"/v1/conference-bodies/{field}/area-issues")))["items"]
    assert (line["id"], line["report"]["total"]) == (passed["id"], None)
    # What is closed is not passed up any more.
    await ok(j(town).post(f"/v1/area-issues/{raised['id']}/close", {"activity": "送迎を始めた。"}))
    wider = await body(prefecture(town), "prefecture_network", "県域ネットワーク会議")
    await refused(j(town).post(up, {"body_id": wider}), 409, "area_issue.already_closed")


@pytest.mark.mechanism("1-49")
async def test_only_an_item_on_what_is_missing_raises_an_issue(town: Town):
    ids = await case_conference(town, "information_exchange")
    raises = f"/v1/conferences/{ids['conference']}/items/{ids['item']}/area-issue"
    await refused(j(town).post(raises, issue()), 422, "conference.item_raises_no_issue")
    unknown = raises.replace(ids["item"], str(uuid.uuid4()))
    await refused(j(town).post(unknown, issue()), 422, "conference.unknown_item")
