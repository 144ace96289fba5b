"""次郎's plan after its approval: decided, carried out, monitored, evaluated, and what follows (SC-7).

The steps up to the approval are those of ``plan_steps``.
"""

from typing import Any

import pytest
from every_route import give_every_role
from plan_steps import (
    APPROVED,
    TABLE,
    Support,
    approved_plan,
    five_lines,
    he_agrees,
    he_consents_to_planning,
    j_drafts,
    of,
    on_the_agenda,
)
from scenario_steps import (
    hidden,
    listen,
    nothing_slipped,
    notices,
    ok,
    refused,
    same_as_unknown,
)
from town import Town

DECISION = {"number": 1, "decision_number": "福第200号"}
FOUND = "家計表は二週続いた"
WORSE = "眠れない日が続いている"
OPINION = "無理をしていると木村は見る"
WISH = "カフェの当番を続けたい"
WHY = "入院のため連絡を待つ"


async def decided_plan(town: Town) -> Support:
    """Approved on 4 December and decided on; it begins on the 7th."""
    support, _ = await approved_plan(town)
    answer = await ok(of(town, "M").post(f"/v1/plans/{support.plan}/decide", DECISION))
    assert (answer["course"], answer["course_ja"]) == ("awaiting_start", "支援開始待ち")
    return support


async def carried_out(town: Town) -> Support:
    support = await decided_plan(town)
    town.clock.forward(days=4)
    await town.sweep()
    assert await course(town, support) == "active"
    return support


async def course(town: Town, support: Support) -> str:
    return (await ok(of(town, "J").get(f"/v1/plans/{support.plan}")))["plan"]["course"]


async def lines_of(town: Town, support: Support) -> dict[str, str]:
    """The ids of the lines, by theme."""
    shown = (await ok(of(town, "J").get(f"/v1/plans/{support.plan}")))["current"]["lines"]
    return {line["theme"]: line["id"] for line in shown}


async def tasks_about(town: Town, letter: str, plan: str) -> dict[str, str]:
    """What an agency is to do about the plan: kind and call."""
    items = (await ok(of(town, letter).get("/v1/tasks")))["items"]
    return {t["kind"]: t["call"] for t in items if t["record_id"] == plan}


async def sheet(town: Town, support: Support, **more: Any) -> dict[str, Any]:
    """An evaluation: everything reached but the work."""
    lines = await lines_of(town, support)
    return {
        "on": town.clock.now.date().isoformat(),
        "reason": "term_over",
        "lines": [
            {"line_id": i, "achieved": "not_achieved" if theme == "work" else "achieved"}
            for theme, i in lines.items()
        ],
        "changes": ["budget", "less_isolated"],
        "wishes": WISH,
        "opinion": OPINION,
    } | more


END = {
    "result": "ended",
    "category": "goal_reached",
    "exit": "カフェの当番",
    "after_care": {
        "choice": "contact",
        "how": "民生委員が月に一度声をかける",
        "contact_on": "2027-12-20",
    },
}


@pytest.mark.mechanism("1-55", "4-24", "4-25")
async def test_from_the_second_approval_to_the_after_care(town: Town):
    heard = listen(town)
    support = await approved_at_last(town)
    await monitored_when_due(town, support)
    await evaluated_at_the_end(town, support)
    for sheets in ("monitorings", "evaluations"):
        await ok(of(town, "J").get(f"/v1/plans/{support.plan}/{sheets}"))
    await nothing_slipped(town, heard, {OPINION: "j-consultant", WISH: "j-consultant"})


async def approved_at_last(town: Town) -> Support:
    """Sent back once, approved as version 2 on 18 December, decided on at once."""
    support = await j_drafts(town, exits=False)
    await he_consents_to_planning(town, support.jiro.person)
    j, m, plan = of(town, "J"), of(town, "M"), f"/v1/plans/{support.plan}"
    first = await on_the_agenda(town, support, 1, "2026-12-04")
    town.clock.forward(days=14, hours=5)
    await first.held(town, *TABLE, "person")
    await ok(first.result(town, "sent_back", "出口を書き加えること"))
    version = (await ok(j.get(plan)))["plan"]["version"]
    better = five_lines(town, exits=True)
    better["lines"][0]["service_code"] = "budget_support"
    await ok(j.put(plan, better, version))
    await he_agrees(town, support.plan, 2)
    second = await on_the_agenda(town, support, 2, "2026-12-18")
    town.clock.forward(days=14)
    await second.held(town, *TABLE, "person")
    await ok(second.result(town, "approved", APPROVED))

    # Approved, but nothing is monitored or evaluated before it is decided on.
    found = {"on": "2026-12-18", "findings": [], "note": FOUND}
    await refused(j.post(f"{plan}/monitorings", found), 409, "plan.illegal_course")
    too_soon = await sheet(town, support) | END
    await refused(j.post(f"{plan}/evaluations", too_soon), 409, "plan.illegal_course")
    decided = await ok(m.post(f"{plan}/decide", DECISION | {"number": 2}))
    # Its period has begun already; budget support (家計改善支援) makes it a decision.
    assert (decided["status"], decided["course"]) == ("decided", "active")
    shown = await ok(m.get(plan))
    assert shown["current"]["decided_as"] == "decision"
    assert (shown["plan"]["due_on"], shown["plan"]["in_force_number"]) == ("2027-03-01", 2)
    return support


async def monitored_when_due(town: Town, support: Support) -> None:
    """The month of monitoring comes, and it is looked at."""
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    lines = await lines_of(town, support)
    assert (await ok(j.get("/v1/plans/overdue")))["items"] == []
    town.clock.forward(days=75)
    await town.sweep()
    await town.sweep()
    assert await tasks_about(town, "J", support.plan) == {"plan_due": f"{plan}/monitorings"}
    assert [k for k, r in await notices(j) if r == support.plan].count("plan_due") == 1
    (waiting,) = (await ok(j.get("/v1/plans/overdue")))["items"]
    assert (waiting["id"], waiting["course_ja"]) == (support.plan, "モニタリング時期")
    assert (waiting["days_over"], waiting["period_over"]) == (2, False)
    for letter in ("S", "L", "M"):
        assert (await ok(of(town, letter).get("/v1/plans/overdue")))["items"] == []
    found = {
        "on": "2027-03-03",
        "findings": [{"line_id": lines["household_budget"], "progress": "on_track", "note": FOUND}],
        "next_on": "2027-09-01",
        "opinion": OPINION,
    }
    late = found | {"next_on": "2027-03-03"}
    await refused(j.post(f"{plan}/monitorings", late), 422, "plan.next_day_passed")
    ahead = found | {"on": "2027-03-04"}
    await refused(j.post(f"{plan}/monitorings", ahead), 422, "plan.on_in_future")
    assert (await ok(j.post(f"{plan}/monitorings", found), 201))["course"] == "active"
    assert await tasks_about(town, "J", support.plan) == {}
    assert (await ok(j.get("/v1/plans/overdue")))["items"] == []


async def evaluated_at_the_end(town: Town, support: Support) -> None:
    """The period is over: evaluated, line by line, with what follows; the case closes on it."""
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    town.clock.forward(days=280)
    await town.sweep()
    assert "plan_evaluation" in await tasks_about(town, "J", support.plan)
    whole = await sheet(town, support) | END
    path = f"{plan}/evaluations"
    for wrong, code in (
        (whole | {"after_care": None}, "plan.no_after_care"),
        (whole | {"exit": None}, "plan.no_exit"),
        (whole | {"category": None}, "plan.no_end_category"),
        (
            whole | {"after_care": {"choice": "contact", "how": "電話"}},
            "plan.no_contact_day",
        ),
        (whole | {"category": "handed_to_lead"}, "plan.not_multi_agency"),
        (whole | {"result": "replanned"}, "plan.not_an_end"),
        (whole | {"lines": whole["lines"][1:]}, "plan.line_not_evaluated"),
        (whole | {"lines": [*whole["lines"], whole["lines"][0]]}, "plan.unknown_line"),
        (whole | {"on": "2028-01-01"}, "plan.on_in_future"),
    ):
        await refused(j.post(path, wrong), 422, code)
    await refused(j.post(path, whole | {"changes": ["none", "budget"]}), 422, "body.invalid")
    case = f"/v1/cases/{support.case}"
    for stage in ("assessing", "plan_drafting", "plan_agreed", "in_conference", "approved"):
        await ok(j.post(f"{case}/advance", {"stage": stage}))
    for stage in ("decided", "in_support", "monitoring", "evaluating"):
        await ok(j.post(f"{case}/advance", {"stage": stage}))
    note = {"note": "返済の見通しが立った。"}
    await refused(j.post(f"{case}/close", note), 409, "case.not_evaluated")
    ended = await ok(j.post(path, whole), 201)
    assert (ended["result"], ended["course"], ended["course_ja"]) == ("ended", "ended", "終結")
    await refused(j.post(path, whole), 409, "plan.illegal_course")
    version = (await ok(j.get(plan)))["plan"]["version"]
    better = five_lines(town, exits=True)
    await refused(j.put(plan, better, version), 409, "plan.illegal_course")
    # The case is closed on it; nothing is asked twice, and the next contact stands.
    assert (await ok(j.post(f"{case}/close", note)))["stage"] == "closed"
    closing = (await ok(j.get(case)))["closing"]
    assert (closing["category"], closing["exit"]) == ("goal_reached", "カフェの当番")
    assert closing["after_care"] == "次回の連絡：民生委員が月に一度声をかける"
    (contact,) = (await ok(j.get("/v1/contacts")))["items"]
    assert (contact["why"], contact["next_on"]) == ("after_care", "2027-12-20")


@pytest.mark.mechanism("4-52")
async def test_a_change_of_condition_opens_a_review(town: Town):
    support = await carried_out(town)
    j, s, plan = of(town, "J"), of(town, "S"), f"/v1/plans/{support.plan}"
    lines = await lines_of(town, support)
    teeth = {"line_id": lines["health"], "progress": "stopped", "note": WORSE}
    told = {"on": "2026-12-08", "findings": [teeth], "condition_changed": True}
    # S answers for the dentist alone, and neither sets days nor keeps opinions in J's plan.
    foreign = told | {"findings": [teeth | {"line_id": lines["debt"]}]}
    await refused(s.post(f"{plan}/monitorings", foreign), 422, "plan.unknown_line")
    day = told | {"next_on": "2027-01-10"}
    await refused(s.post(f"{plan}/monitorings", day), 422, "plan.next_day_is_holders")
    opinion = told | {"opinion": OPINION}
    await refused(s.post(f"{plan}/monitorings", opinion), 422, "plan.opinion_is_holders")
    # Whoever decided or discussed it, without a line, reads it and does not report on it.
    nurse = of(town, "HC").post(f"{plan}/monitorings", told)
    await refused(nurse, 403, "plan.responsible_agency_only")
    await same_as_unknown(
        town.caller("w-worker", "planning"), "/v1/plans/{}/monitorings", told, support.plan
    )
    assert (await ok(s.post(f"{plan}/monitorings", told), 201))["course"] == "review_due"
    assert await tasks_about(town, "J", support.plan) == {"plan_review": f"{plan}/monitorings"}
    assert ("plan_review", support.plan) in await notices(j)
    assert await tasks_about(town, "S", support.plan) == {}
    (waiting,) = (await ok(j.get("/v1/plans/overdue")))["items"]
    assert waiting["course"] == "review_due"
    # An ordinary report of another agency does not settle it; the holder's look does.
    report = {"on": "2026-12-08", "findings": [{"line_id": lines["debt"], "progress": "slow"}]}
    assert (await ok(of(town, "L").post(f"{plan}/monitorings", report), 201))[
        "course"
    ] == "review_due"
    looked = {"on": "2026-12-08", "note": "受診につないだ", "opinion": OPINION}
    assert (await ok(j.post(f"{plan}/monitorings", looked), 201))["course"] == "active"
    assert await tasks_about(town, "J", support.plan) == {}

    # Who sees what of it: the opinion is J's alone, CC sees its own theme of the findings only.
    assert [m.get("opinion") for m in await seen(town, "J", plan)] == [None, None, OPINION]
    table = await seen(town, "S", plan)
    assert [f["note"] for f in table[0]["findings"]] == [WORSE]
    assert all("opinion" not in m for m in table)
    cafe = await seen(town, "CC", plan)
    assert [m["findings"] for m in cafe] == [[], [], []]
    assert all(not {"note", "opinion", "condition_changed"} & set(m) for m in cafe)
    await hidden(of(town, "H"), "/v1/plans/{}/monitorings", support.plan)


async def seen(town: Town, letter: str, plan: str) -> list[dict[str, Any]]:
    return (await ok(of(town, letter).get(f"{plan}/monitorings")))["items"]


async def test_a_plan_waits_for_nobody_to_remember_it(town: Town):
    """It begins by itself on its first day, and is told of again until somebody has looked."""
    support = await decided_plan(town)
    town.clock.forward(days=1)
    await town.sweep()
    assert await course(town, support) == "awaiting_start"
    town.clock.forward(days=2)
    await town.sweep()
    assert await course(town, support) == "active"
    town.clock.forward(days=100)
    await town.sweep()
    town.clock.forward(days=13)
    await town.sweep()
    j = of(town, "J")
    assert [k for k, r in await notices(j) if r == support.plan].count("plan_due") == 1
    town.clock.forward(days=2)
    await town.sweep()
    assert [k for k, r in await notices(j) if r == support.plan].count("plan_due") == 2
    (entry, *_) = await town.audit(action="plan.come_due", outcome="allowed")
    assert (entry["actor_kind"], str(entry["record_id"])) == ("system", support.plan)


@pytest.mark.mechanism("4-24")
async def test_planned_again_with_what_is_left(town: Town):
    support = await carried_out(town)
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    again = {"period_from": "2027-12-01", "period_until": "2028-11-30"}
    await refused(j.post(f"{plan}/replan", again), 409, "plan.illegal_course")
    before = await lines_of(town, support)
    await refused(
        of(town, "S").post(f"{plan}/evaluations", await sheet(town, support, result="replanned")),
        404,
        "record.not_found",
    )
    evaluated = await ok(
        j.post(f"{plan}/evaluations", await sheet(town, support, result="replanned")), 201
    )
    assert evaluated["course"] == "evaluated"
    assert await tasks_about(town, "J", support.plan) == {"plan_replan": f"{plan}/replan"}
    # It is not over while it waits for the next plan.
    nothing = {"period_from": "2028-12-01", "period_until": "2028-11-30"}
    await refused(j.post(f"{plan}/replan", nothing), 422, "body.invalid")
    following = await ok(j.post(f"{plan}/replan", again), 201)
    assert (following["ordinal"], following["previous_plan_id"]) == (2, support.plan)
    assert following["case_id"] == support.case
    drafted = (await ok(j.get(f"/v1/plans/{following['id']}")))["current"]
    assert [(line["theme"], line["id"]) for line in drafted["lines"]] == [("work", before["work"])]
    assert (drafted["status"], drafted["period_until"]) == ("draft", "2028-11-30")
    assert await course(town, support) == "superseded"
    assert await tasks_about(town, "J", support.plan) == {}
    await refused(j.post(f"{plan}/replan", again), 409, "plan.illegal_course")


async def test_an_interruption_has_a_reason_and_a_day_and_may_be_taken_up_again(town: Town):
    support = await carried_out(town)
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    path = f"{plan}/evaluations"
    bare = await sheet(town, support, result="interrupted", reason="interruption")
    await refused(j.post(path, bare), 422, "plan.no_interruption")
    await refused(j.post(path, bare | {"interruption": WHY}), 422, "plan.no_recontact_day")
    past = bare | {"interruption": WHY, "recontact_on": "2026-12-01"}
    await refused(j.post(path, past), 422, "contact.day_passed")
    stopped = past | {"recontact_on": "2027-02-01"}
    assert (await ok(j.post(path, stopped), 201))["course"] == "interrupted"
    (contact,) = (await ok(j.get("/v1/contacts")))["items"]
    assert (contact["why"], contact["next_on"]) == ("stay_connected", "2027-02-01")
    again = {"period_from": "2027-02-01", "period_until": "2027-11-30"}
    assert (await ok(j.post(f"{plan}/replan", again), 201))["ordinal"] == 2


async def test_the_municipality_does_not_decide_and_says_why(town: Town):
    support, _ = await approved_plan(town)
    j, m, plan = of(town, "J"), of(town, "M"), f"/v1/plans/{support.plan}"
    no = {"number": 1, "reason": "収入の見込みを確かめてから"}
    for letter in ("J", "L", "S"):
        await refused(of(town, letter).post(f"{plan}/refuse", no), 403, "actor.permission_missing")
    refused_one = await ok(m.post(f"{plan}/refuse", no))
    assert (refused_one["status"], refused_one["course"]) == ("sent_back", "preparing")
    shown = (await ok(j.get(plan)))["current"]
    assert shown["sent_back_reason"] == no["reason"]
    assert shown["refused_by_agency_id"] == str(town.agency["M"])
    assert ("plan_refused", support.plan) in await notices(j)
    # It goes on as a new version; the case finds its way back to drafting too.
    version = (await ok(j.get(plan)))["plan"]["version"]
    amended = await ok(j.put(plan, five_lines(town, exits=True), version))
    assert amended["latest_number"] == 2
    case = f"/v1/cases/{support.case}/advance"
    for stage in ("assessing", "plan_drafting"):
        await ok(j.post(case, {"stage": stage}))


async def test_no_entrusted_agency_decides_whatever_its_staff_may(town: Town):
    """Brief §8 rule 8: the holder, a partner of the table; with every role there is."""
    support, _ = await approved_plan(town)
    plan = f"/v1/plans/{support.plan}"
    for account, letter in (("j-consultant", "J"), ("l-lawyer", "L"), ("s-loan", "S")):
        await give_every_role(town, account, letter)
        caller = town.caller(account, "planning")
        decided = caller.post(f"{plan}/decide", DECISION)
        await refused(decided, 403, "plan.decided_by_municipality_only")
        no = caller.post(f"{plan}/refuse", {"number": 1, "reason": "まだ早い"})
        await refused(no, 403, "plan.decided_by_municipality_only")
    assert (await ok(of(town, "J").get(plan)))["current"]["status"] == "conference_approved"


@pytest.mark.mechanism("4-27")
async def test_collaboration_ends_with_a_lead(town: Town):
    support = await carried_out(town)
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    skipped = {"collaboration": "decided"}
    await refused(j.post(f"/v1/cases/{support.case}/advance", skipped), 409, "case.illegal_stage")
    await town.owner.execute("UPDATE plan SET kind = 'multi_agency' WHERE id = $1", support.plan)
    handed = await sheet(town, support) | END | {"category": "handed_to_lead"}
    await town.owner.execute(
        "UPDATE support_case SET holder_gone = true WHERE id = $1", support.case
    )
    await refused(j.post(f"{plan}/evaluations", handed), 409, "plan.no_lead")
    await town.owner.execute(
        "UPDATE support_case SET holder_gone = false WHERE id = $1", support.case
    )
    assert (await ok(j.post(f"{plan}/evaluations", handed), 201))["course"] == "ended"
    # The coordination is over; the case is not.
    assert (await ok(j.get(f"/v1/cases/{support.case}")))["ended_at"] is None


async def test_evaluations_tell_each_reader_its_part(town: Town):
    support = await carried_out(town)
    plan = f"/v1/plans/{support.plan}"
    whole = await sheet(town, support) | END
    await ok(of(town, "J").post(f"{plan}/evaluations", whole), 201)

    async def told(letter: str) -> dict[str, Any]:
        (one,) = (await ok(of(town, letter).get(f"{plan}/evaluations")))["items"]
        return one

    assert (await told("J"))["opinion"] == OPINION
    table = await told("S")
    assert table["wishes"] == WISH
    assert "opinion" not in table
    cafe = await told("CC")
    assert [line["theme"] for line in cafe["lines"]] == ["participation"]
    assert not {"wishes", "opinion", "category", "changes", "after_care"} & set(cafe)
    await hidden(of(town, "H"), "/v1/plans/{}/evaluations", support.plan)


async def test_the_evaluation_form_is_filled_in_from_the_sheet(town: Town):
    """評価シート: what the sheet says, to each reader as far as the plan is open to them."""
    support = await carried_out(town)
    path = f"/v1/cases/{support.case}/forms/evaluation"

    async def filled(letter: str) -> dict[str, dict[str, Any]]:
        body = await ok(of(town, letter).get(path))
        return {f["code"]: f for s in body["sections"] for f in s["fields"]}

    assert (await filled("J"))["outcome"]["state"] == "unanswered"
    work = {"employed_on": "2026-12-07", "kind": "supported", "income_increased": True}
    whole = await sheet(town, support) | END | {"employment": work}
    whole["lines"][0] |= {"note": "家計簿を続けた"}
    await ok(of(town, "J").post(f"/v1/plans/{support.plan}/evaluations", whole), 201)
    own = await filled("J")
    assert {code: own[code]["said"] for code in ("reason", "outcome", "closing", "employment")} == {
        "reason": "1 期間満了",
        "outcome": "1 終結",
        "closing": "困窮状態の改善・目標達成",
        "employment": "4 中間的就労",
    }
    assert own["changes"]["said"] == "7 孤立の解消\n16 債務の整理・家計の改善"
    assert "：未達成" in own["achieved"]["value"]
    assert "：達成（家計簿を続けた）" in own["achieved"]["value"]
    assert own["open_issues"]["value"] == WISH
    assert own["after_care"]["value"].endswith("：民生委員が月に一度声をかける")
    assert own["work_started_on"]["said"] == "令和8年12月7日"
    assert own["income_grew"]["value"] is True
    # Whoever is on the case for a theme gets no sheet about the whole plan.
    team = {"members": [{"agency_id": str(town.agency["CC"]), "themes": ["participation"]}]}
    await ok(of(town, "J").post(f"/v1/cases/{support.case}/team", team))
    theirs = await filled("CC")
    for code in ("reason", "achieved", "changes", "outcome", "exit", "employment"):
        assert theirs[code]["state"] == "withheld"
    await hidden(of(town, "H"), "/v1/cases/{}/forms/evaluation", support.case)


async def test_of_two_who_record_at_once_one_looks_again(town: Town):
    support = await carried_out(town)
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    etag = (await j.get(plan)).headers["etag"]
    seen_first = {"on": "2026-12-08", "note": "一人目"}
    first = await j.post(f"{plan}/monitorings", seen_first, headers={"If-Match": etag})
    assert first.status_code == 201, first.text
    later = j.post(f"{plan}/monitorings", seen_first, headers={"If-Match": etag})
    await refused(later, 412, "record.changed_meanwhile")
    assert len(await seen(town, "J", plan)) == 1
