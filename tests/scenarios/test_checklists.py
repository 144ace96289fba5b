"""The two checklists (brief, appendix A): filled in by several people, compared by who they are."""

from typing import Any

import pytest
from scenario_steps import ok, refused
from town import Caller, Town

OURS, THEIRS = "共有の場が月一回にとどまる", "様式が機関ごとに違う"


async def hand_in(
    caller: Caller, code: str, checker: str, *items: Any, **more: Any
) -> dict[str, Any]:
    sheet = {"year": 2026, "checker": checker, "items": list(items)} | more
    return await ok(caller.post(f"/v1/checklists/{code}/answers", sheet), 201)


async def compared(caller: Caller, code: str, **query: Any) -> dict[str, dict[str, Any]]:
    shown = await ok(caller.get(f"/v1/checklists/{code}/matrix", params={"year": 2026} | query))
    return {i["item"]: i for i in shown["items"]}


@pytest.mark.mechanism("1-66", "3-32")
async def test_the_lists_have_their_items_and_their_checkers(town: Town):
    lists = (await ok(town.caller("cc-worker", None).get("/v1/checklists")))["items"]
    assert [(c["code"], len(c["items"])) for c in lists] == [
        ("support_system", 21),
        ("council_guideline", 34),
    ]
    first, second = lists
    groups = [sum(i["code"].startswith(f"{n}-") for i in first["items"]) for n in (1, 2, 3, 4)]
    assert groups == [4, 5, 5, 7]
    assert [c["label_ja"] for c in first["checkers"]] == [
        "自治体職員",
        "社協職員",
        "その他福祉関係者",
        "一般住民",
    ]
    groups = [sum(i["code"].startswith(f"{n}-") for i in second["items"]) for n in (1, 2, 3, 4)]
    assert groups == [10, 6, 6, 12]
    assert {"priority", "rank", "situation", "action"} <= set(second["columns"])


@pytest.mark.mechanism("1-66")
async def test_kinds_of_checkers_stand_side_by_side_and_words_stay_at_home(town: Town):
    s, m = town.caller("s-hub", None), town.caller("m-officer", None)
    yes = {"item": "1-1", "checked": True, "comment": OURS}
    no = {"item": "1-1", "checked": False, "comment": THEIRS}
    done = await hand_in(s, "support_system", "council_staff", yes, area="district_3")
    assert OURS not in str(done)
    await hand_in(s, "support_system", "council_staff", {"item": "1-2", "checked": True})
    await hand_in(m, "support_system", "municipal_staff", no)
    await hand_in(m, "support_system", "resident", no | {"comment": None}, year=2025)

    ours = await compared(s, "support_system")
    assert len(ours) == 21
    by = ours["1-1"]["by_checker"]
    assert {k: (v["sheets"], v["checked"], v["not_checked"]) for k, v in by.items()} == {
        "municipal_staff": (1, 0, 1),
        "council_staff": (2, 1, 0),
        "other_welfare": (0, 0, 0),
        "resident": (0, 0, 0),
    }
    assert ours["1-1"]["comments"] == [{"checker": "council_staff", "comment": OURS}]
    assert THEIRS not in str(ours)
    theirs = await compared(m, "support_system")
    assert theirs["1-1"]["comments"] == [{"checker": "municipal_staff", "comment": THEIRS}]
    assert theirs["1-1"]["by_checker"] == by
    # One area; another year.
    here = await compared(m, "support_system", area="district_3")
    assert here["1-1"]["by_checker"]["municipal_staff"]["sheets"] == 0
    assert here["1-1"]["by_checker"]["council_staff"]["checked"] == 1
    before = await compared(m, "support_system", year=2025)
    assert before["1-1"]["by_checker"]["resident"]["not_checked"] == 1


@pytest.mark.mechanism("3-32")
async def test_managers_and_staff_compare_what_comes_first(town: Town):
    s = town.caller("s-hub", None)
    urgent = {
        "item": "1-1-1",
        "priority": "first",
        "rank": 1,
        "situation": "未着手",
        "action": "勉強会",
    }
    await hand_in(s, "council_guideline", "manager", urgent)
    await hand_in(
        s, "council_guideline", "staff", {"item": "1-1-1", "priority": "second", "rank": 4}
    )
    await hand_in(s, "council_guideline", "staff", {"item": "1-1-1", "rank": 2})
    shown = (await compared(s, "council_guideline"))["1-1-1"]
    by = shown["by_checker"]
    assert (by["manager"]["first"], by["manager"]["ranks"]) == (1, [1])
    assert (by["staff"]["first"], by["staff"]["second"], by["staff"]["ranks"]) == (0, 1, [2, 4])
    assert shown["comments"] == [{"checker": "manager", "situation": "未着手", "action": "勉強会"}]


@pytest.mark.parametrize(
    ("sheet", "code"),
    [
        ({"checker": "mayor"}, "checklist.unknown_checker"),
        ({"items": [{"item": "9-9", "checked": True}]}, "checklist.unknown_item"),
        ({"items": [{"item": "1-1", "rank": 1}]}, "checklist.unknown_column"),
    ],
)
async def test_what_the_list_does_not_have_is_refused(town: Town, sheet: dict[str, Any], code: str):
    cc = town.caller("cc-worker", None)
    said = {"year": 2026, "checker": "resident", "items": [{"item": "1-1", "checked": True}]}
    path = "/v1/checklists/support_system/answers"
    await refused(cc.post(path, said | sheet), 422, code)
    await refused(cc.post("/v1/checklists/no_such/answers", said), 404, "record.not_found")
    assert await town.owner.fetchval("SELECT count(*) FROM checklist_sheet") == 0


async def test_an_item_is_answered_once_and_says_something(town: Town):
    cc = town.caller("cc-worker", None)
    path = "/v1/checklists/support_system/answers"
    for items in ([{"item": "1-1"}], [{"item": "1-1", "checked": True}] * 2):
        said = {"year": 2026, "checker": "resident", "items": items}
        assert (await cc.post(path, said)).status_code == 422
