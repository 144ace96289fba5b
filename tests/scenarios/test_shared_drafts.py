"""One draft, many hands: six agencies and a volunteer, each at its own lines (rows 1-37, 2-03)."""

import asyncio
from typing import Any, NamedTuple

import httpx
import pytest
from plan_steps import of
from scenario_steps import consent, ok, person, refused
from town import Town

GOAL = "落ち着いて暮らしたい"
PARTS = (
    ("household_budget", "J", None),
    ("debt", "L", None),
    ("health", "HC", None),
    ("housing", "M", None),
    ("food", "S", None),
    ("job_search", "H", None),
    ("haircut", "S", "散髪ボランティア"),
)
OTHERS = ("L", "HC", "M", "S", "H")
SIGNED = {"agreed_on": "2026-11-20", "agreed_by": "本人", "evidence": "署名"}
HIDDEN = "隣の人から聞いた話"


def one(town: Town, theme: str, letter: str, done_by: str | None, **more: Any) -> dict[str, Any]:
    return {
        "theme": theme,
        "issue": "暮らしの立て直し",
        "goal_in_own_words": GOAL,
        "self_reliance": "daily_life",
        "action": f"{theme}を進める",
        "done_by": done_by,
        "responsible_agency_id": str(town.agency[letter]),
        "starts_on": "2026-12-01",
        "exit": "自分でできる",
    } | more


class Shared(NamedTuple):
    """A draft, its person, and the ids of its lines by theme."""

    path: str
    person: str
    lines: dict[str, str]

    def line(self, theme: str) -> str:
        return f"{self.path}/versions/1/lines/{self.lines[theme]}"


@pytest.fixture
async def shared(town: Town) -> Shared:
    """J's draft for somebody who agrees that all six plan together."""
    j = of(town, "J")
    whom = (await ok(j.post("/v1/persons", person("試験", "七郎", "シケン シチロウ")), 201))["id"]
    to = {"agencies": [str(town.agency[letter]) for letter in OTHERS]}
    slip = consent(whom, to=to, classes="D1 D2 D3", purposes=("planning",))
    await ok(j.post("/v1/consents", slip), 201)
    form = {
        "person_id": whom,
        "goal_in_own_words": GOAL,
        "period_from": "2026-12-01",
        "period_until": "2027-11-30",
        "background": HIDDEN,
        "lines": [one(town, *part) for part in PARTS],
    }
    made = await ok(j.post("/v1/plans", form), 201)
    path = f"/v1/plans/{made['id']}"
    lines = (await ok(j.get(path)))["current"]["lines"]
    return Shared(path, whom, {line["theme"]: line["id"] for line in lines})


async def put(town: Town, letter: str, path: str, body: Any, etag: str | None) -> httpx.Response:
    headers = {} if etag is None else {"If-Match": etag}
    return await of(town, letter).send("PUT", path, headers=headers, json=body)


async def etag(town: Town, letter: str, shared: Shared) -> str:
    return (await of(town, letter).get(shared.path)).headers["etag"]


@pytest.mark.mechanism("1-37", "2-03")
async def test_each_agency_edits_its_own_lines_and_the_holder_all(town: Town, shared: Shared):
    lawyer = await ok(of(town, "L").get(shared.path))
    assert [line["theme"] for line in lawyer["current"]["lines"]] == ["debt"]
    mine = one(town, "debt", "L", None, action="受任通知を送る", frequency="月1回")
    now = await etag(town, "L", shared)
    changed = await put(town, "L", shared.line("debt"), mine, now)
    assert changed.status_code == 200, changed.text
    # Not another's line, which looks like no line at all; not away from itself.
    now = changed.headers["etag"]
    budget = one(town, "household_budget", "L", None)
    foreign = await put(town, "L", shared.line("household_budget"), budget, now)
    nowhere = await put(town, "L", f"{shared.path}/versions/1/lines/{shared.person}", budget, now)
    assert foreign.status_code == nowhere.status_code == 404
    assert foreign.content == nowhere.content
    away = mine | {"responsible_agency_id": str(town.agency["S"])}
    moved = put(town, "L", shared.line("debt"), away, now)
    await refused(moved, 422, "plan.line_stays_with_agency")
    unlisted = mine | {"service_code": "temporary_lodging"}
    old = put(town, "L", shared.line("debt"), unlisted, now)
    # The service ended in March 2025; its successor is listed.
    await refused(old, 422, "plan.unknown_service")
    # The holder gives the line to somebody else, and it stays the same line in the same place.
    assert (await put(town, "J", shared.line("debt"), away, now)).status_code == 200
    lines = (await ok(of(town, "J").get(shared.path)))["current"]["lines"]
    assert [line["theme"] for line in lines] == [theme for theme, _, _ in PARTS]
    assert (lines[1]["id"], lines[1]["action"]) == (shared.lines["debt"], "受任通知を送る")
    assert lines[-1]["done_by"] == "散髪ボランティア"
    # Without its line, L is told of nothing any more.
    assert (await of(town, "L").get(shared.path)).status_code == 404


async def test_of_two_editors_at_once_nobody_loses_anything(town: Town, shared: Shared):
    now = await etag(town, "J", shared)
    debt = one(town, "debt", "L", None, action="一社目と話す")
    food = one(town, "food", "S", None, action="米を届ける")
    both = await asyncio.gather(
        put(town, "L", shared.line("debt"), debt, now),
        put(town, "S", shared.line("food"), food, now),
    )
    assert sorted(a.status_code for a in both) == [200, 412], [a.text for a in both]
    late = ("S", "food", food) if both[0].status_code == 200 else ("L", "debt", debt)
    again = await put(
        town, late[0], shared.line(late[1]), late[2], await etag(town, late[0], shared)
    )
    assert again.status_code == 200, again.text
    lines = (await ok(of(town, "J").get(shared.path)))["current"]["lines"]
    actions = {line["theme"]: line["action"] for line in lines}
    assert (actions["debt"], actions["food"]) == ("一社目と話す", "米を届ける")
    bare = put(town, "L", shared.line("debt"), debt, None)
    await refused(bare, 428, "record.version_required")


async def test_the_person_agrees_to_what_all_have_signed_off(town: Town, shared: Shared):
    j, agree = of(town, "J"), f"{shared.path}/agree"
    agreed = SIGNED | {"number": 1}
    open_ones = await refused(j.post(agree, agreed), 409, "plan.not_signed_off")
    assert set(open_ones["facts"]["missing"]) == {str(town.agency[letter]) for letter in OTHERS}
    for letter in OTHERS:
        await ok(of(town, letter).post(f"{shared.path}/sign-off", {"number": 1}))
    # Twice is once.
    await ok(of(town, "S").post(f"{shared.path}/sign-off", {"number": 1}))
    signed = (await ok(j.get(shared.path)))["current"]["sign_offs"]
    assert sorted(s["agency_id"] for s in signed) == sorted(str(town.agency[x]) for x in OTHERS)
    # A changed line takes all of them back: what was signed off is no longer what is there.
    food = one(town, "food", "S", None, action="米と味噌を届ける")
    now = await etag(town, "S", shared)
    assert (await put(town, "S", shared.line("food"), food, now)).status_code == 200
    assert (await ok(j.get(shared.path)))["current"]["sign_offs"] == []
    for letter in OTHERS[1:]:
        await ok(of(town, letter).post(f"{shared.path}/sign-off", {"number": 1}))
    one_left = await refused(j.post(agree, agreed), 409, "plan.not_signed_off")
    assert one_left["facts"]["missing"] == [str(town.agency["L"])]
    gone_on = await ok(j.post(agree, agreed | {"unsigned_reason": "弁護士は会議で確認する"}))
    assert gone_on["status"] == "person_agreed"
    shown = (await ok(j.get(shared.path)))["current"]
    assert shown["unsigned_agency_ids"] == [str(town.agency["L"])]
    # Nobody changes it, or signs it off, any more.
    now = await etag(town, "S", shared)
    await refused(put(town, "S", shared.line("food"), food, now), 409, "plan.illegal_move")
    late = of(town, "L").post(f"{shared.path}/sign-off", {"number": 1})
    await refused(late, 409, "plan.illegal_move")


async def test_only_who_answers_for_a_line_signs_off_and_only_the_latest(
    town: Town, shared: Shared
):
    stranger = of(town, "CC").post(f"{shared.path}/sign-off", {"number": 1})
    await refused(stranger, 404, "record.not_found")
    other = of(town, "S").post(f"{shared.path}/sign-off", {"number": 2})
    await refused(other, 422, "plan.not_the_latest_version")


@pytest.mark.mechanism("1-36")
async def test_nobody_agrees_to_a_goal_in_others_words(town: Town, shared: Shared):
    now = await etag(town, "J", shared)
    silent = one(town, "food", "S", None, goal_in_own_words=None)
    assert (await put(town, "J", shared.line("food"), silent, now)).status_code == 200
    agreed = SIGNED | {"number": 1, "unsigned_reason": "急ぐため"}
    j = of(town, "J")
    problem = await refused(
        j.post(f"{shared.path}/agree", agreed), 422, "plan.goal_not_in_own_words"
    )
    assert problem["errors"][0]["pointer"] == "/lines/4/goal_in_own_words"
    lines = (await ok(j.get(shared.path)))["current"]["lines"]
    assert {line["self_reliance"] for line in lines} == {"daily_life"}


async def test_a_representative_agrees_with_evidence(town: Town, shared: Shared):
    j, agree = of(town, "J"), f"{shared.path}/agree"
    guardian = {
        "kind": "adult_guardian",
        "name": "試験 花子",
        "ground": "家庭裁判所 令和7年(家)第1号",
        "scope": ["service_contract"],
        "valid_from": "2026-01-01",
    }
    answer = await ok(j.post(f"/v1/persons/{shared.person}/representatives", guardian), 201)
    agreed = SIGNED | {"number": 1, "unsigned_reason": "急ぐため", "agreed_by": "後見人"}
    unknown = agreed | {"representation_id": shared.person}
    problem = await refused(j.post(agree, unknown), 422, "representation.unknown")
    assert problem["errors"][0]["pointer"] == "/representation_id"
    named = agreed | {"representation_id": answer["id"]}
    bare = {k: v for k, v in named.items() if k != "evidence"}
    await refused(j.post(agree, bare), 422, "plan.evidence_missing")
    assert (await ok(j.post(agree, named)))["status"] == "person_agreed"
    assert (await ok(j.get(shared.path)))["current"]["representation_id"] == answer["id"]


async def test_what_differs_is_told_in_words_and_only_what_may_be_seen(town: Town, shared: Shared):
    j = of(town, "J")
    await ok(j.post(f"{shared.path}/agree", SIGNED | {"number": 1, "unsigned_reason": "急ぐため"}))
    whole = (await ok(j.get(shared.path)))["current"]
    lines = [line for line in whole["lines"] if line["theme"] != "haircut"]
    lines[1] |= {"frequency": "月2回"}
    lines[0], lines[2] = lines[2], lines[0]
    lines.append(one(town, "school", "S", None))
    second = {
        "goal_in_own_words": "穏やかに暮らしたい",
        "period_from": "2026-12-01",
        "period_until": "2027-11-30",
        "background": "別の人の話",
        "lines": lines,
    }
    answer = await put(town, "J", shared.path, second, await etag(town, "J", shared))
    assert answer.json()["latest_number"] == 2, answer.text
    stranger = second | {"lines": [lines[0] | {"id": shared.person}]}
    unknown = await put(town, "J", shared.path, stranger, answer.headers["etag"])
    assert unknown.json()["code"] == "plan.unknown_line"
    compare = f"{shared.path}/versions/2/changes?from=1"
    told = await ok(j.get(compare))
    assert {(c["change"], c["field"]) for c in told["items"]} == {
        ("changed", "goal_in_own_words"),
        ("changed", "background"),
        ("changed", "frequency"),
        ("moved", None),
        ("removed", None),
        ("added", None),
    }
    (changed,) = [c for c in told["items"] if c["field"] == "frequency"]
    assert (changed["old"], changed["new"], changed["line_id"]) == (
        None,
        "月2回",
        shared.lines["debt"],
    )
    assert changed["text_ja"] == "2番目の行（debtを進める）：頻度を「空欄」から「月2回」に変更"
    # L sees what became of its own line; nothing of the others, of the whole, or of who told us.
    theirs = await of(town, "L").get(compare)
    assert [c["field"] for c in theirs.json()["items"]] == ["frequency"]
    assert not {"穏やか", HIDDEN, "haircut", "school"} & {
        word for word in ("穏やか", HIDDEN, "haircut", "school") if word in theirs.text
    }
    for number, since in ((2, 3), (3, 1)):
        nothing = j.get(f"{shared.path}/versions/{number}/changes?from={since}")
        await refused(nothing, 404, "record.not_found")
    same = await ok(j.get(f"{shared.path}/versions/2/changes?from=2"))
    assert same["items"] == []


async def test_services_are_listed_with_who_settles_them(town: Town):
    listed = (await ok(of(town, "L").get("/v1/service-list")))["items"]
    kinds = {s["code"]: s["kind"] for s in listed}
    assert kinds["budget_support"] == kinds["housing_benefit_moving"] == "statutory"
    assert (kinds["welfare_loan"], kinds["volunteer"]) == ("loan", "informal")
    assert "temporary_lodging" not in kinds
    assert all(s["label_ja"] and s["kind_ja"] for s in listed)
