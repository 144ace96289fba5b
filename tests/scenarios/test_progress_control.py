"""Progress control through HTTP: the board, the next agenda, reminders, what came of an item (row 2-14)."""

import uuid
from datetime import date
from typing import Any

import asyncpg
import pytest
from progress_steps import (
    DEBTS,
    GAP,
    SUBJECT,
    SURVEY,
    VISIT,
    Sitting,
    about,
    called,
    decided,
    follow_up,
    held,
    of,
    printed,
    somebody,
    task,
    whats,
)
from scenario_steps import (
    everybody,
    hidden,
    notices,
    ok,
    refused,
    same_as_unknown,
    tally,
    written_in,
)
from town import Caller, Town

from service.api import examples
from service.domain.role import Role

BOARD = "/v1/conferences/board"
WHOLLY = {"reason": "本人の申出"}


async def first_sitting(town: Town) -> tuple[str, str, Sitting, list[str]]:
    """L owes a list by the 27th, CC visits by the 10th, H looks for work places by the 12th."""
    her, consent_id = await somebody(town)
    sitting = await called(town, "2026-11-20", about(town, her), GAP, local_name="月例会")
    await held(town, sitting)
    l_and_cc = await decided(
        town,
        sitting,
        0,
        task(town, "L", DEBTS, "2026-11-27"),
        task(town, "CC", VISIT, "2026-12-10"),
    )
    for_h = await decided(town, sitting, 1, task(town, "H", SURVEY, "2026-12-12"))
    return her, consent_id, sitting, [*l_and_cc, *for_h]


async def board(caller: Caller, path: str = BOARD, **query: Any) -> dict[str, Any]:
    return await ok(caller.get(path, params=query))


# The board.


@pytest.mark.mechanism("2-14")
async def test_the_board_counts_for_the_convener_and_shows_what_is_open(town: Town):
    her, consent_id, _, (debts, visit, survey) = await first_sitting(town)
    j = of(town, "j-consultant")
    town.clock.forward(days=11)  # 1 December
    seen = await board(j)
    assert seen["counts"] == {"open": 3, "due": 2, "overdue": 1, "done": 0, "dropped": 0}
    by = {a["agency_id"]: (a["open"], a["overdue"]) for a in seen["by_agency"]}
    assert by == {
        str(town.agency["L"]): (1, 1),
        str(town.agency["CC"]): (1, 0),
        str(town.agency["H"]): (1, 0),
    }
    # Overdue first, then by due day.
    assert [(r["id"], r["days_overdue"]) for r in seen["items"]] == [
        (debts, 4),
        (visit, 0),
        (survey, 0),
    ]
    assert whats(seen["items"]) == [DEBTS, VISIT, SURVEY]
    first = seen["items"][0]
    assert (first["item_number"], first["conference_on"]) == (1, "2026-11-20")
    assert (first["agency_id"], first["state_ja"]) == (str(town.agency["L"]), "未完了")
    # One entry for her, though two tasks are hers.
    log = await tally(town, person_id=her, action="conference.read_board")
    assert log == {"j-consultant conference.read_board allowed CONSENT": 1}

    done = {"outcome": "四社分の一覧ができた"}
    await ok(of(town, "l-lawyer").post(f"/v1/tasks/{debts}/finish", done))
    states = {
        state: [r["id"] for r in (await board(j, state=state))["items"]]
        for state in ("open", "due", "overdue", "done", "dropped")
    }
    assert states == {
        "open": [visit, survey],
        "due": [visit, survey],
        "overdue": [],
        "done": [debts],
        "dropped": [],
    }
    (row,) = (await board(j, state="done"))["items"]
    assert row["outcome"] == "四社分の一覧ができた"

    # Without her consent there are ids and days; the numbers stay.
    await ok(j.post(f"/v1/consents/{consent_id}/revoke", WHOLLY))
    seen = await board(j)
    assert seen["counts"]["open"] == 2
    closed, open_row = seen["items"]
    assert closed["restricted"] is True
    assert set(closed) == {
        "restricted",
        "id",
        "item_id",
        "item_number",
        "conference_id",
        "conference_on",
        "agency_id",
        "due_on",
        "state",
        "state_ja",
        "days_overdue",
    }
    assert open_row["what"] == SURVEY
    log = await tally(town, person_id=her, action="conference.read_board", outcome="masked")
    assert log == {"j-consultant conference.read_board masked -": 1}


async def test_the_board_is_the_conveners_own_and_goes_by_kind_and_page(town: Town):
    *_, tasks = await first_sitting(town)
    j = of(town, "j-consultant")
    pages, cursor = [], None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        page = await board(j, **query)
        assert page["counts"]["open"] == 3
        pages.append([r["id"] for r in page["items"]])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert pages == [[t] for t in tasks]
    assert len((await board(j, kind="support_coordination_conf"))["items"]) == 3
    none = await board(j, kind="case_conf")
    assert (none["items"], none["by_agency"], none["counts"]["open"]) == ([], [], 0)
    # Another agency's board is its own: nothing of J's.
    for account in ("l-lawyer", "h-supporter", "m-officer"):
        seen = await board(of(town, account))
        assert (seen["items"], seen["by_agency"]) == ([], [])
    await refused(j.get(BOARD, params={"state": "soon"}), 422, "request.invalid")


async def test_a_page_of_the_board_costs_the_same_for_one_task_and_for_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    j = of(town, "j-consultant")
    asked: list[str] = []
    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        plain = getattr(asyncpg.Connection, name)

        def counting(self: Any, query: str, *values: Any, _plain: Any = plain, **more: Any) -> Any:
            asked.append(query)
            return _plain(self, query, *values, **more)

        monkeypatch.setattr(asyncpg.Connection, name, counting)

    async def cost(expected: int) -> int:
        asked.clear()
        assert len((await board(j, limit=100))["items"]) == expected
        return len([q for q in asked if not q.startswith("INSERT INTO audit_entry")])

    for n in range(12):
        her, _ = await somebody(town, f"花{n}")
        sitting = await called(town, "2026-11-20", about(town, her))
        await held(town, sitting)
        await decided(town, sitting, 0, *(task(town, "L", VISIT, "2026-12-10") for _ in range(5)))
        if n == 0:
            one = await cost(5)
    assert await cost(60) == one


# The next agenda.


@pytest.mark.mechanism("2-14")
async def test_what_is_overdue_stands_at_the_top_of_the_next_agenda(town: Town):
    her, consent_id, _, _ = await first_sitting(town)
    j, lawyer, h = (of(town, a) for a in ("j-consultant", "l-lawyer", "h-supporter"))
    town.clock.forward(days=11)
    again = await called(town, "2026-12-04", about(town, her), local_name="月例会")
    other = await called(town, "2026-12-04", about(town, her), local_name="臨時会")

    # The convener sees the numbers; nobody else is told them with the date.
    assert (await ok(j.get(again.path)))["follow_up"] == {"open": 3, "overdue": 1}
    assert (await ok(j.get(other.path)))["follow_up"] == {"open": 0, "overdue": 0}
    assert "follow_up" not in await ok(lawyer.get(again.path))

    top = await follow_up(lawyer, again)
    assert (top["open"], top["overdue"]) == (3, 1)
    assert whats(top["items"]) == [DEBTS, VISIT, SURVEY]
    assert top["items"][0]["days_overdue"] == 4
    # H did not stay for her item: a place, and what is about nobody.
    top = await follow_up(h, again)
    assert whats(top["items"]) == [None, None, SURVEY]
    assert top["items"][0] == {"restricted": True, "due_on": "2026-11-27", "days_overdue": 4}
    assert (await follow_up(lawyer, other))["items"] == []
    # On record: her old item, and her new one.
    log = await tally(town, person_id=her, action="conference.read_packet")
    assert log == {
        "l-lawyer conference.read_packet allowed CONSENT": 3,
        "h-supporter conference.read_packet masked -": 2,
    }

    line = "前回までの決定事項の進行管理（未完了3件、期限超過1件）"
    for caller in (j, lawyer, h):
        said = await printed(caller, f"{again.path}/agenda.pdf")
        assert line in said
        assert said.index(line) < said.index("日時・場所")
        assert DEBTS not in said
    said = await printed(lawyer, f"{again.path}/packet.pdf")
    assert line in said
    assert all(words in said for words in (DEBTS, VISIT, SURVEY, "4日"))
    said = await printed(h, f"{again.path}/packet.pdf")
    assert SURVEY in said
    assert not any(words in said for words in (DEBTS, VISIT))
    assert "進行管理" not in await printed(j, f"{other.path}/agenda.pdf")

    # On the reader's own ground today: consent that is taken back closes it for everybody.
    await ok(j.post(f"/v1/consents/{consent_id}/revoke", WHOLLY))
    for caller in (j, lawyer):
        assert whats((await follow_up(caller, again))["items"]) == [None, None, SURVEY]
    assert DEBTS not in await printed(lawyer, f"{again.path}/packet.pdf")


async def test_whoever_was_not_at_the_table_learns_nothing_of_it(town: Town):
    """S is invited for the first time; neighbours sit at the table of the next one."""
    her, _ = await somebody(town, letters=("J", "L", "CC", "S"))
    invited = {"invited_agency_ids": []}
    sitting = await called(town, "2026-11-20", about(town, her, **invited), GAP)
    await held(town, sitting)
    await decided(town, sitting, 0, task(town, "L", DEBTS, "2026-12-10"))
    await decided(town, sitting, 1, task(town, "H", SURVEY, "2026-12-12"))
    again = await called(town, "2026-12-04", about(town, her, **invited), letters=("L", "S"))
    assert await follow_up(of(town, "s-csw"), again) == {"open": 0, "overdue": 0, "items": []}
    assert "進行管理" not in await printed(of(town, "s-csw"), f"{again.path}/agenda.pdf")
    assert whats((await follow_up(of(town, "l-lawyer"), again))["items"]) == [DEBTS, SURVEY]
    # What is to be done for her is not for neighbours' ears.
    open_house = await called(
        town, "2026-12-05", about(town, her, **invited), residents=("隣の町内会長",)
    )
    top = await follow_up(of(town, "l-lawyer"), open_house)
    assert whats(top["items"]) == [None, SURVEY]


async def test_her_own_copy_says_what_was_decided_for_her_alone(town: Town):
    her, _ = await somebody(town)
    his, _ = await somebody(town, "太郎")
    sitting = await called(town, "2026-11-20", about(town, her), about(town, his), GAP)
    await held(town, sitting)
    for item, what in enumerate((DEBTS, VISIT, SURVEY)):
        await decided(town, sitting, item, task(town, "L", what, "2026-12-10"))
    again = await called(town, "2026-12-04", about(town, her), persons=(her,))
    view = await ok(of(town, "j-consultant").get(again.path))
    herself = next(a["id"] for a in view["attendees"] if a["is_the_person"])
    path = f"{again.path}/attendees/{herself}/packet"
    copy = await ok(of(town, "j-consultant").get(path))
    assert whats(copy["follow_up"]["items"]) == [DEBTS]
    assert set(copy["follow_up"]) == {"items"}
    assert not any(words in str(copy) for words in (VISIT, SURVEY))


# A statutory body.

BODY = {
    "kind": "support_conf_layered",
    "name": "みほん市支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
    "valid_from": "2024-04-01",
    "paper_days": 14,
}


async def under_secrecy(town: Town, sitting: Sitting, **accounts: str) -> None:
    """Somebody of each agency is registered, and has read the notice."""
    for letter, account in accounts.items():
        caller = of(town, account)
        agency = await ok(caller.get(f"/v1/agencies/{town.agency[letter]}"))
        code = account.replace("-", "_")
        position = next(p["id"] for p in agency["positions"] if p["code"] == code)
        await ok(caller.post(f"{sitting.path}/participants", {"position_id": position}), 201)
        notice = await ok(caller.get(f"{sitting.path}/secrecy"))
        said = {"notice_version": notice["notice_version"]}
        await ok(caller.post(f"{sitting.path}/secrecy", said))


@pytest.mark.mechanism("2-14")
async def test_a_body_follows_up_what_its_sittings_decided_without_consent(town: Town):
    e, m, s = (of(town, a) for a in ("e-consultant", "m-officer", "s-csw"))
    him = (await ok(e.post("/v1/persons", {}), 201))["id"]
    listed = BODY | {"member_agency_ids": everybody(town)}
    body = (await ok(m.post("/v1/conference-bodies", listed), 201))["id"]
    of_body = {"kind": "support_conf_layered", "body_id": body, "who": "m-officer"}
    of_body |= {"letters": ("E", "S", "H"), "fixed": False}
    item = about(town, him, invited_agency_ids=[str(town.agency[a]) for a in ("E", "S")])
    item |= {"purpose": "information_exchange", "reason_without_consent": "接触を拒んでいる"}

    async def sitting_on(day: str) -> Sitting:
        sitting = await called(town, day, **of_body)
        added = await ok(e.post(f"{sitting.path}/items", item), 201)
        await ok(m.post(f"{sitting.path}/fix"))
        sitting = Sitting(sitting.path, [added["id"]])
        await under_secrecy(town, sitting, M="m-officer", E="e-consultant", S="s-csw")
        return sitting

    first = await sitting_on("2026-11-20")
    await held(town, first, "m-officer")
    await decided(town, first, 0, task(town, "S", VISIT, "2026-11-30"), who="m-officer")
    for step, said in (("minutes", {"text": "会議録"}), ("minutes/confirm", None)):
        await ok(m.post(f"{first.path}/{step}", said))
    path = f"/v1/conference-bodies/{body}/board"
    assert whats((await board(m, path))["items"]) == [VISIT]
    for account in ("e-consultant", "s-csw", "w-worker"):
        await hidden(of(town, account), "/v1/conference-bodies/{}/board", body)

    # The papers are closed: the board has numbers and days.
    town.clock.forward(days=25)
    seen = await board(m, path, state="overdue")
    assert (seen["counts"]["overdue"], whats(seen["items"])) == (1, [None])
    # The body comes back to him: whoever stayed then and stays now is told what is left.
    again = await sitting_on("2026-12-18")
    for caller in (m, s):
        assert whats((await follow_up(caller, again))["items"]) == [VISIT]
    assert whats((await follow_up(of(town, "h-supporter"), again))["items"]) == [None]
    assert (await ok(m.get(again.path)))["follow_up"] == {"open": 1, "overdue": 1}
    log = await tally(
        town, person_id=him, action="conference.read_packet", agency_id=town.agency["S"]
    )
    assert set(log) == {"s-csw conference.read_packet allowed CONF_LAYERED"}


# Who puts off, drops, hands on.


@pytest.mark.mechanism("2-14")
async def test_only_who_decided_puts_it_off_or_drops_it(town: Town):
    *_, (debts, visit, _) = await first_sitting(town)
    j, lawyer, cc = (of(town, a) for a in ("j-consultant", "l-lawyer", "cc-worker"))
    later = {"due_on": "2026-12-18", "reason": "書類が届かないため"}
    await refused(
        lawyer.post(f"/v1/tasks/{debts}/reschedule", later), 403, "actor.permission_missing"
    )
    await town.hire("l-chief", "L", Role.CHIEF_CONSULTANT)
    chief = of(town, "l-chief")
    await refused(chief.post(f"/v1/tasks/{debts}/reschedule", later), 403, "task.convener_only")
    await refused(chief.post(f"/v1/tasks/{debts}/drop", {"reason": "…"}), 403, "task.convener_only")
    for verb, body in (("reschedule", later), ("drop", {"reason": "…"})):
        stranger = of(town, "m-officer")
        await same_as_unknown(stranger, "/v1/tasks/{}/" + verb, body, debts)
    past = later | {"due_on": "2026-11-19"}
    await refused(j.post(f"/v1/tasks/{debts}/reschedule", past), 422, "task.due_in_past")
    stale = {"headers": {"If-Match": '"9"'}}
    await refused(
        j.post(f"/v1/tasks/{debts}/reschedule", later, **stale), 412, "record.changed_meanwhile"
    )

    done = await ok(j.post(f"/v1/tasks/{debts}/reschedule", later))
    assert (done["due_on"], done["state"], done["version"]) == ("2026-12-18", "open", 2)
    assert "書類" not in str(done)
    rows = {r["id"]: r for r in (await board(j))["items"]}
    (change,) = rows[debts]["due_days"]
    assert (change["before"], change["after"]) == ("2026-11-27", "2026-12-18")
    assert change["reason"] == "書類が届かないため"
    dropped = await ok(j.post(f"/v1/tasks/{visit}/drop", {"reason": "入院されたため"}))
    assert (dropped["state"], dropped["state_ja"]) == ("dropped", "取りやめ")
    (row,) = (await board(j, state="dropped"))["items"]
    assert (row["id"], row["dropped_because"]) == (visit, "入院されたため")
    assert (await board(j))["counts"]["dropped"] == 1
    assert ("task_rescheduled", debts) in await notices(lawyer)
    assert ("task_dropped", visit) in await notices(cc)
    # What has ended stays as it is.
    for verb, body in (("finish", {"outcome": "…"}), ("reschedule", later)):
        who = cc if verb == "finish" else j
        await refused(who.post(f"/v1/tasks/{visit}/{verb}", body), 409, "task.already_dropped")
    # The convener does not finish what another agency is to do.
    await hidden_post(j, f"/v1/tasks/{debts}/finish", {"outcome": "済み"})
    for words in ("書類が届かないため", "入院されたため"):
        assert await written_in(town, words) == set()


async def hidden_post(caller: Caller, path: str, body: Any) -> None:
    await refused(caller.post(path, body), 404, "record.not_found")


async def test_a_task_is_handed_on_inside_its_agency(town: Town):
    _, _, _, (debts, _, _) = await first_sitting(town)
    await town.hire("l-clerk", "L", Role.CONSULTANT)
    clerk, lawyer, j = (of(town, a) for a in ("l-clerk", "l-lawyer", "j-consultant"))
    of_clerk = await town.owner.fetchval("SELECT id FROM position WHERE code = 'l_clerk'")
    of_j = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_consultant'")
    path = f"/v1/tasks/{debts}/hand-on"
    handed = await ok(lawyer.post(path, {"position_id": str(of_clerk)}))
    assert handed["position_id"] == str(of_clerk)
    mine = {"params": {"mine": True}}
    assert [t["id"] for t in (await ok(clerk.get("/v1/tasks", **mine)))["items"]] == [debts]
    assert (await ok(lawyer.get("/v1/tasks", **mine)))["items"] == []
    for position in (of_j, uuid.uuid4()):
        wrong = {"position_id": str(position)}
        await refused(lawyer.post(path, wrong), 422, "task.position_of_another_agency")
    await hidden_post(j, path, {"position_id": None})
    await same_as_unknown(of(town, "h-supporter"), "/v1/tasks/{}/hand-on", {}, debts)
    assert (await ok(lawyer.post(path, {})))["position_id"] is None
    # The conference may name somebody from the start; of its agency only.
    her, _ = await somebody(town, "二郎")
    sitting = await called(town, "2026-11-20", about(town, her))
    await held(town, sitting)
    given = task(town, "L", VISIT, "2026-12-10", position_id=str(of_j))
    said = {"result": "discussed", "decision": "…", "tasks": [given]}
    await refused(
        j.post(f"{sitting.path}/items/{sitting.items[0]}/result", said),
        422,
        "task.position_of_another_agency",
    )
    given["position_id"] = str(of_clerk)
    await ok(j.post(f"{sitting.path}/items/{sitting.items[0]}/result", said))
    of_mine = (await ok(clerk.get("/v1/tasks", **mine)))["items"]
    assert [(t["what"], t["position_id"]) for t in of_mine] == [
        (VISIT, str(of_clerk)),
        (DEBTS, None),
    ]


# Reminders.


@pytest.mark.mechanism("2-14")
async def test_the_desk_is_reminded_once_before_and_once_after_the_due_day(town: Town):
    _, _, _, (debts, visit, survey) = await first_sitting(town)
    callers = {a: of(town, a) for a in ("j-consultant", "l-lawyer", "cc-worker", "h-supporter")}

    async def told() -> set[tuple[str, str, str]]:
        """About tasks, beyond that they were given."""
        found = set()
        for account, caller in callers.items():
            all_of_it = await notices(caller)
            mine = [(k, r) for k, r in all_of_it if k.startswith("task_") and k != "task_assigned"]
            assert len(mine) == len(set(mine))
            found |= {(account, *m) for m in mine}
        return found

    town.clock.forward(days=3)  # 23 November: four days before
    await town.sweep()
    assert await told() == set()
    town.clock.forward(days=1)
    await town.sweep()
    soon = {("l-lawyer", "task_due_soon", debts)}
    assert await told() == soon
    town.clock.forward(days=3)  # the due day itself
    await town.sweep()
    assert await told() == soon
    town.clock.forward(days=1)
    await town.sweep()
    await town.sweep()
    over = {(a, "task_overdue", debts) for a in ("l-lawyer", "j-consultant")}
    assert await told() == soon | over
    # Another due day is reminded of again; what was dropped is not.
    j = callers["j-consultant"]
    await ok(j.post(f"/v1/tasks/{visit}/drop", {"reason": "…"}))
    await ok(callers["h-supporter"].post(f"/v1/tasks/{survey}/finish", {"outcome": "…"}))
    put_off = {"due_on": "2026-12-08", "reason": "…"}
    await ok(j.post(f"/v1/tasks/{debts}/reschedule", put_off))
    town.clock.forward(days=30)
    before = await town.owner.fetchval("SELECT count(*) FROM notice WHERE kind = 'task_overdue'")
    await town.sweep()
    after = await town.owner.fetchval("SELECT count(*) FROM notice WHERE kind = 'task_overdue'")
    assert (before, after) == (2, 4)
    assert await town.owner.fetchval("SELECT count(*) FROM notice WHERE record_id = $1", visit) == 2
    log = await town.audit(action="task.miss_deadline")
    assert [str(e["record_id"]) for e in log] == [debts, debts]


async def test_the_municipality_says_when_the_desk_is_reminded(town: Town):
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value) VALUES"
        " ('999997', 'conference', '2026-04-01',"
        """ '{"task_days_before": 6, "task_days_after": 3, "board_days": 7}')"""
    )
    _, _, _, (debts, _, _) = await first_sitting(town)
    days = await town.owner.fetchrow("SELECT remind_on, chase_on FROM task WHERE id = $1", debts)
    assert tuple(days) == (date(2026, 11, 21), date(2026, 11, 30))
    assert (await board(of(town, "j-consultant")))["counts"]["due"] == 1


# From the decision to what came of it.


@pytest.mark.mechanism("2-14")
async def test_an_item_shows_what_came_of_it_to_its_readers(town: Town):
    her, consent_id = await somebody(town)
    j, lawyer, h = (of(town, a) for a in ("j-consultant", "l-lawyer", "h-supporter"))
    lines = [examples.PLAN_VERSION["lines"][0] | {"action": "四社と交渉する", "exit": "完済"}]
    draft = examples.PLAN | {"person_id": her, "lines": lines}
    plan = (await ok(j.post("/v1/plans", draft), 201))["id"]
    version = {"plan_id": plan, "number": 1}
    sitting = await called(town, "2026-11-20", about(town, her, plan=version))
    await held(town, sitting)
    item = f"{sitting.path}/items/{sitting.items[0]}"
    said: dict[str, Any] = {"result": "discussed", "decision": "債務から始める"}

    def with_line(**line: Any) -> dict[str, Any]:
        return said | {"tasks": [task(town, "L", DEBTS, "2026-12-10", plan_line=version | line)]}

    # A draft may still change; a line that is not there is none.
    await refused(j.post(f"{item}/result", with_line(line=1)), 422, "task.plan_line_unknown")
    agreed = {"number": 1, "agreed_on": "2026-11-20", "agreed_by": "本人"}
    await ok(lawyer.post(f"/v1/plans/{plan}/sign-off", {"number": 1}))
    await ok(j.post(f"/v1/plans/{plan}/agree", agreed))
    for wrong in ({"line": 2}, {"line": 1, "number": 2}, {"line": 1, "plan_id": str(uuid.uuid4())}):
        await refused(j.post(f"{item}/result", with_line(**wrong)), 422, "task.plan_line_unknown")
    await ok(j.post(f"{item}/result", with_line(line=1)))
    given = str(await town.owner.fetchval("SELECT id FROM task WHERE what = $1", DEBTS))
    put_off = {"due_on": "2026-12-17", "reason": "書類が届かないため"}
    await ok(j.post(f"/v1/tasks/{given}/reschedule", put_off))
    await ok(lawyer.post(f"/v1/tasks/{given}/finish", {"outcome": "一覧ができた"}))

    for caller in (j, lawyer):
        seen = await ok(caller.get(f"{item}/progress"))
        assert (seen["subject"], seen["decision"]) == (SUBJECT, "債務から始める")
        (row,) = seen["tasks"]
        assert (row["what"], row["outcome"], row["state"]) == (DEBTS, "一覧ができた", "done")
        assert row["due_days"][0]["reason"] == "書類が届かないため"
        assert row["carries_out"]["action"] == "四社と交渉する"
        assert row["carries_out"]["plan_status"] == "person_agreed"
    # H did not stay for it; nobody else finds the conference.
    assert await ok(h.get(f"{item}/progress")) == {
        "id": sitting.items[0],
        "number": 1,
        "restricted": True,
    }
    await hidden(
        of(town, "m-officer"), "/v1/conferences/{}/items/{}/progress", sitting.id, sitting.items[0]
    )
    await refused(
        j.get(f"{sitting.path}/items/{uuid.uuid4()}/progress"), 422, "conference.unknown_item"
    )
    log = await tally(town, person_id=her, action="conference.read_packet")
    assert log == {
        "j-consultant conference.read_packet allowed CONSENT": 1,
        "l-lawyer conference.read_packet allowed CONSENT": 1,
        "h-supporter conference.read_packet masked -": 1,
    }
    # Once she takes it back, for nobody.
    await ok(j.post(f"/v1/consents/{consent_id}/revoke", WHOLLY))
    for caller in (j, lawyer):
        assert (await ok(caller.get(f"{item}/progress")))["restricted"] is True
