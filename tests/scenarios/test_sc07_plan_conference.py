"""SC-7: 次郎's plan before the support coordination conference, with himself present (brief §6)."""

from typing import Any

import pytest
from plan_steps import (
    ACCOMPANY,
    APPROVED,
    BACKGROUND,
    DEBTS,
    GOAL,
    MINUTES,
    OPEN_ITEM,
    OPINION,
    SENT_BACK,
    SUBJECT,
    TABLE,
    Sitting,
    Support,
    approved_plan,
    convened,
    five_lines,
    he_agrees,
    he_consents_to_planning,
    his_item,
    j_drafts,
    of,
    on_the_agenda,
)
from scenario_steps import (
    Heard,
    counted,
    heard_by,
    hidden,
    listen,
    nothing_slipped,
    notices,
    ok,
    refused,
    remedies,
    same_as_unknown,
    tally,
    written_in,
)
from town import Town


@pytest.mark.mechanism("1-38")
async def test_sent_back_once_then_approved_and_decided(town: Town):
    heard = listen(town)
    support = await j_drafts(town, exits=False)
    await he_consents_to_planning(town, support.jiro.person)
    j, m = of(town, "J"), of(town, "M")
    plan = f"/v1/plans/{support.plan}"

    first = await on_the_agenda(town, support, 1, "2026-12-04")
    too_soon = {"present_attendee_ids": list((await first.attendees(town)).values())}
    hold = j.post(f"/v1/conferences/{first.id}/hold", too_soon)
    await refused(hold, 409, "conference.not_yet_started")
    town.clock.forward(days=14, hours=5)
    await first.held(town, *TABLE, "H", "person")
    # No exit is defined: it cannot be approved, but sent back.
    await refused(first.result(town, "approved", APPROVED), 422, "plan.line_without_exit")
    assert (await ok(first.result(town, "sent_back", SENT_BACK)))["result"] == "sent_back"
    back = (await ok(j.get(plan)))["current"]
    assert (back["number"], back["status"]) == (1, "sent_back")
    assert back["sent_back_reason"] == SENT_BACK
    again = first.result(town, "approved", APPROVED)
    await refused(again, 409, "conference.item_already_decided")

    # The next version, with exits; he agrees to that one as well.
    whole = await ok(j.get(plan))
    amended = await ok(j.put(plan, five_lines(town, exits=True), whole["plan"]["version"]))
    assert (amended["latest_number"], amended["status"]) == (2, "draft")
    await he_agrees(town, support.plan, 2)
    second = await on_the_agenda(town, support, 2, "2026-12-18")
    town.clock.forward(days=14)
    await second.held(town, *TABLE, "person")
    number_two = {"number": 2, "decision_number": "福第123号"}
    await refused(m.post(f"{plan}/decide", number_two), 409, "plan.illegal_move")
    approved = await ok(second.result(town, "approved", APPROVED))
    assert approved["result"] == "approved"

    versions = (await ok(j.get(f"{plan}/versions")))["items"]
    assert [(v["number"], v["status"]) for v in versions] == [
        (1, "superseded"),
        (2, "conference_approved"),
    ]
    assert versions[1]["approved_item_id"] == second.item
    assert versions[1]["employment_support"] is False
    assert [line["exit"] is not None for line in versions[1]["lines"]] == [True] * 5

    # M decides, on exactly that version, with a number.
    decided = await ok(m.post(f"{plan}/decide", number_two))
    assert (decided["number"], decided["status"]) == (2, "decided")
    current = (await ok(m.get(plan)))["current"]
    assert current["decision_number"] == "福第123号"
    assert current["decided_by_agency_id"] == str(town.agency["M"])
    await log_of_the_plan(town, support)
    await nothing_slipped(
        town,
        heard,
        {
            BACKGROUND: "j-consultant",
            OPINION: "j-consultant",
            SENT_BACK: "j-consultant",
            APPROVED: "",
            SUBJECT: "",
            GOAL: "j-consultant m-officer",
        },
    )


async def test_the_case_follows_what_the_records_show_stage_by_stage(town: Town):
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    j, m = of(town, "J"), of(town, "M")
    path = f"/v1/cases/{support.case}/advance"

    async def stage(name: str) -> None:
        assert (await ok(j.post(path, {"stage": name})))["stage"] == name

    await refused(j.post(path, {"stage": "plan_agreed"}), 409, "case.illegal_stage")
    await refused(j.post(path, {}), 422, "case.nothing_to_change")
    await same_as_unknown(
        town.caller("w-worker", "planning"),
        "/v1/cases/{}/advance",
        {"stage": "assessing"},
        support.case,
    )
    await stage("assessing")
    await refused(j.post(path, {"stage": "interrupted"}), 409, "case.no_recontact_day")
    await stage("plan_drafting")
    await stage("plan_agreed")
    await refused(j.post(path, {"stage": "in_conference"}), 409, "case.plan_not_on_agenda")
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    await stage("in_conference")
    await refused(j.post(path, {"stage": "approved"}), 409, "case.plan_not_approved")
    town.clock.forward(days=14, hours=5)
    await sitting.held(town, *TABLE, "person")
    await ok(sitting.result(town, "approved", APPROVED))
    await stage("approved")
    await refused(j.post(path, {"stage": "decided"}), 409, "case.plan_not_decided")
    decision = {"number": 1, "decision_number": "福第123号"}
    await ok(m.post(f"/v1/plans/{support.plan}/decide", decision))
    for name in ("decided", "in_support", "monitoring", "in_support", "monitoring", "evaluating"):
        await stage(name)

    # Beside it the agencies work together (多機関協働), which ends with a lead, not with the case.
    for name in ("proposed", "pre_check", "accepted", "assessing", "plan_drafting"):
        together = await ok(j.post(path, {"collaboration": name}))
        assert (together["collaboration"], together["stage"]) == (name, "evaluating")
    await refused(j.post(path, {"collaboration": "decided"}), 409, "case.illegal_stage")
    for name in ("in_layered_conf", "decided", "in_support", "evaluating", "handed_to_lead"):
        together = await ok(j.post(path, {"collaboration": name}))
    connected = await ok(j.post(path, {"mode": "stay_connected"}))
    assert connected["mode_ja"] == "つながり続ける"

    # It ends when the plan has been evaluated; what the sheet says need not be said again.
    close, ending = f"/v1/cases/{support.case}/close", {"note": "返済の見通しが立った。"}
    await refused(j.post(close, ending), 409, "case.not_evaluated")
    lines = (await ok(j.get(f"/v1/plans/{support.plan}")))["current"]["lines"]
    sheet = {
        "on": "2026-12-04",
        "reason": "goals_reached",
        "lines": [{"line_id": line["id"], "achieved": "achieved"} for line in lines],
        "changes": ["budget"],
        "result": "ended",
        "category": "goal_reached",
        "exit": "カフェの当番",
    }
    evaluations = f"/v1/plans/{support.plan}/evaluations"
    await refused(j.post(evaluations, sheet), 422, "plan.no_after_care")
    watched = {"after_care": {"choice": "commissioner", "how": "民生委員の声かけ"}}
    await ok(j.post(evaluations, sheet | watched), 201)
    closed = await ok(j.post(close, ending))
    shown = (await ok(j.get(f"/v1/cases/{support.case}")))["closing"]
    assert (shown["exit"], shown["after_care"]) == (
        "カフェの当番",
        "民生委員の見守り：民生委員の声かけ",
    )
    assert (closed["stage"], closed["stage_ja"]) == ("closed", "終結")
    leads = (await ok(j.get(f"/v1/cases/{support.case}/leads")))["items"]
    assert all(lead["ended_at"] for lead in leads)
    again = {"told": "また返済が苦しくなった。"}
    back = await ok(j.post(f"/v1/cases/{support.case}/reopen", again), 201)
    heard = await ok(j.get(f"/v1/consultations/{back['id']}"))
    assert (heard["previous_case_id"], heard["person_id"]) == (support.case, support.jiro.person)


async def log_of_the_plan(town: Town, support: Support) -> None:
    """Every step of planning about him, with its basis."""
    about_him = await tally(town, person_id=support.jiro.person, purpose="planning")
    assert about_him == counted("""
        2 j-consultant plan.draft allowed INTERNAL
        2 j-consultant plan.agree allowed INTERNAL
        1 j-consultant consent.grant allowed INTERNAL
        2 j-consultant conference.invite allowed CONSENT
        2 j-consultant conference.plan allowed CONSENT
        3 j-consultant plan.read allowed INTERNAL
        2 j-consultant conference.minute allowed INTERNAL
        1 j-consultant conference.minute failed INTERNAL
        1 m-officer plan.decide failed CONSENT
        1 m-officer plan.decide allowed CONSENT
        1 m-officer plan.read allowed CONSENT
    """)
    (decision,) = await town.audit(action="plan.decide", outcome="allowed")
    assert decision["agency_id"] == town.agency["M"]
    assert str(decision["record_id"]) == support.plan


async def test_without_consent_the_item_is_refused_with_a_way_forward(town: Town):
    support = await j_drafts(town, exits=True)
    conference_id = await convened(town, "2026-12-04", support.jiro.person)
    j = of(town, "J")
    items = f"/v1/conferences/{conference_id}/items"
    # His consent at CC was for consultation, not for planning with everybody.
    problem = await refused(
        j.post(items, his_item(town, support, 1)), 403, "conference.person_without_consent"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    assert "支援会議" in problem["title_ja"]
    (denied,) = await town.audit(action="conference.plan", outcome="denied")
    assert str(denied["person_id"]) == support.jiro.person
    assert denied["rules"] == ["consent.covers_receiver"]
    # An agenda with nothing on it is not fixed.
    await refused(j.post(f"/v1/conferences/{conference_id}/fix"), 409, "conference.agenda_is_empty")
    await he_consents_to_planning(town, support.jiro.person)
    assert (await ok(j.post(items, his_item(town, support, 1)), 201))["basis"] == "CONSENT"


async def test_a_consent_for_consultation_opens_no_plan_conference(town: Town):
    heard = listen(town)
    support = await j_drafts(town, exits=True)
    conference_id = await convened(town, "2026-12-04", support.jiro.person)
    # The word that J puts into its request does not change what the item is for.
    otherwise = town.caller("j-consultant", "consultation")
    items = f"/v1/conferences/{conference_id}/items"
    response = await otherwise.post(items, his_item(town, support, 1))
    assert response.status_code in (403, 409), response.text
    await ok(of(town, "J").post(items, OPEN_ITEM), 201)
    await ok(of(town, "J").post(f"/v1/conferences/{conference_id}/fix"))
    await ok(town.caller("l-lawyer", "consultation").get(f"/v1/conferences/{conference_id}/packet"))
    assert heard_by(heard, GOAL) == set()


def his(packet: dict[str, Any]) -> dict[str, Any]:
    return packet["items"][0]


@pytest.mark.mechanism("1-38")
async def test_each_attendee_gets_its_own_papers(town: Town):
    heard = listen(town)
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    j, m, h = of(town, "J"), of(town, "M"), of(town, "H")
    conference_id = await convened(town, "2026-12-04", support.jiro.person)
    path = f"/v1/conferences/{conference_id}"
    await ok(j.post(f"{path}/items", his_item(town, support, 1)), 201)
    await ok(j.post(f"{path}/items", OPEN_ITEM), 201)

    # Before the agenda is fixed nobody reads papers, and M does not know the plan.
    for letter in TABLE:
        await refused(of(town, letter).get(f"{path}/packet"), 409, "conference.packet_closed")
    await hidden(m, "/v1/plans/{}", support.plan)
    fixed = await ok(j.post(f"{path}/fix"))
    assert fixed["status"] == "agenda_fixed"

    # ✔ The members of the item: who it is, and the whole plan without who told us or opinions.
    for letter in TABLE:
        item = his(await ok(of(town, letter).get(f"{path}/packet")))
        assert item["subject"] == SUBJECT
        assert item["basis"] == "CONSENT"
        assert item["persons"][0]["names"][0]["given"] == "次郎"
        assert not {"living", "considerations"} & set(item["persons"][0])
        paper = item["plan_paper"]["current"]
        assert len(paper["lines"]) == 5
        assert paper["goal_in_own_words"] == GOAL
        assert not {"background", "opinion"} & set(paper)

    # ✖ H: a place on the agenda, nothing else; the item about nobody is open to it.
    mine = await ok(h.get(f"{path}/packet"))
    assert his(mine) == {"number": 1, "minutes": 20, "restricted": True}
    assert mine["items"][1]["subject"] == OPEN_ITEM["subject"]
    await hidden(h, "/v1/plans/{}", support.plan)
    await hidden(h, "/v1/persons/{}", support.jiro.person)
    sitting = await ok(h.get(path))
    assert sitting["agenda"] == {"items": 2, "minutes": 30}
    assert not any("person_id" in attendee for attendee in sitting["attendees"])
    assert sum(attendee["is_the_person"] for attendee in sitting["attendees"]) == 1

    # ◐ His own copy, which J prints for him: without who told us, without opinions.
    people = await Sitting(conference_id, "").attendees(town)
    copy = await ok(j.get(f"{path}/attendees/{people['person']}/packet"))
    assert copy["attendee_id"] == people["person"]
    assert his(copy)["plan_paper"]["current"]["goal_in_own_words"] == GOAL
    assert not {"background", "opinion"} & set(his(copy)["plan_paper"]["current"])
    for letter in ("M", "L", "H"):
        await refused(
            of(town, letter).get(f"{path}/attendees/{people['person']}/packet"),
            403,
            "conference.packet_of_somebody_else",
        )
    # J's own record of the plan still has both.
    assert (await ok(j.get(f"/v1/plans/{support.plan}")))["current"]["background"] == BACKGROUND
    # CC answers for the café alone, and sees that line.
    cafe = (await ok(of(town, "CC").get(f"/v1/plans/{support.plan}")))["current"]
    assert [line["theme"] for line in cafe["lines"]] == ["participation"]
    assert "goal_in_own_words" not in cafe
    # Who is not invited to the sitting is told of no conference.
    await hidden(town.caller("w-worker", "planning"), "/v1/conferences/{}", conference_id)
    await hidden(town.caller("w-worker", "planning"), "/v1/conferences/{}/packet", conference_id)

    await log_of_the_packets(town, support, conference_id)
    await h_heard_nothing(town, heard)


async def log_of_the_packets(town: Town, support: Support, conference_id: str) -> None:
    """Each packet is one entry about him; H's says that a place was shown, empty."""
    packets = await tally(town, person_id=support.jiro.person, action="conference.read_packet")
    assert packets == counted("""
        2 j-consultant conference.read_packet allowed CONSENT
        1 m-officer conference.read_packet allowed CONSENT
        1 l-lawyer conference.read_packet allowed CONSENT
        1 hc-nurse conference.read_packet allowed CONSENT
        1 s-loan conference.read_packet allowed CONSENT
        1 h-supporter conference.read_packet masked -
    """)
    entries = await town.audit(action="conference.read_packet", person_id=support.jiro.person)
    assert {str(e["conference_id"]) for e in entries} == {conference_id}
    (masked,) = [e for e in entries if e["outcome"] == "masked"]
    assert (masked["data_classes"], masked["fields"]) == ([], [])


async def h_heard_nothing(town: Town, heard: list[Heard]) -> None:
    for words in (GOAL, SUBJECT, "次郎", "歯科に同行して治療を始める"):
        assert "h-supporter" not in heard_by(heard, words), words
    await nothing_slipped(town, heard, {BACKGROUND: "j-consultant", OPINION: "j-consultant"})


async def test_his_word_taken_back_closes_his_item_for_everybody(town: Town):
    support = await j_drafts(town, exits=True)
    consent_id = await he_consents_to_planning(town, support.jiro.person)
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    path = f"/v1/conferences/{sitting.id}"
    for letter in TABLE:
        assert his(await ok(of(town, letter).get(f"{path}/packet")))["subject"] == SUBJECT
    await ok(of(town, "J").post(f"/v1/consents/{consent_id}/revoke"))
    closed = {"number": 1, "minutes": 20, "restricted": True}
    for letter in (*TABLE, "H"):
        packet = await ok(of(town, letter).get(f"{path}/packet"))
        # Its place stays; that it was taken off the agenda is the convener's to know.
        assert his(packet) == closed | ({"pulled": True} if letter == "J" else {})
        assert packet["items"][1]["subject"] == OPEN_ITEM["subject"]
    for letter in ("M", "L", "HC", "S"):
        assert ("stop_use", consent_id) in await notices(of(town, letter))


async def test_approval_needs_the_municipality_and_a_quorum(town: Town):
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    first = await on_the_agenda(town, support, 1, "2026-12-04")
    second = await on_the_agenda(town, support, 1, "2026-12-11")
    third = await on_the_agenda(town, support, 1, "2026-12-18")
    town.clock.forward(days=30)

    # Everybody but M: a health centre, a lawyer or a council does not stand for the municipality.
    await first.held(town, "J", "L", "HC", "S", "person")
    await refused(first.result(town, "approved", APPROVED), 409, "plan.no_municipal_attendee")
    # M and the convener are two of five.
    await second.held(town, "M", "J", "H", "person")
    few = await refused(second.result(town, "approved", APPROVED), 409, "plan.no_quorum")
    assert few["facts"] == {"present": 2, "invited": 5}
    await ok(second.result(town, "carried_over", "次回に諮る"))
    # Three of five, with M.
    await third.held(town, "M", "J", "L", "person")
    assert (await ok(third.result(town, "approved", APPROVED)))["result"] == "approved"


async def test_a_quorum_without_any_public_body_does_not_approve(town: Town):
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    town.clock.forward(days=15)
    await sitting.held(town, "J", "L", "S", "person")
    await refused(sitting.result(town, "approved", APPROVED), 409, "plan.no_municipal_attendee")


async def test_exactly_the_version_on_the_agenda_is_approved(town: Town):
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    j, plan = of(town, "J"), f"/v1/plans/{support.plan}"
    old = {"number": 1, "agreed_on": "2026-11-20", "agreed_by": "本人"}
    version = (await ok(j.get(plan)))["plan"]["version"]
    await ok(j.put(plan, five_lines(town, exits=True), version))
    await refused(j.post(f"{plan}/agree", old), 422, "plan.not_the_latest_version")
    town.clock.forward(days=15)
    await sitting.held(town, *TABLE)
    await refused(sitting.result(town, "approved", APPROVED), 409, "plan.not_the_latest_version")
    assert (await ok(sitting.result(town, "discussed", "新しい版を次回に")))[
        "result"
    ] == "discussed"
    assert (await ok(j.get(plan)))["current"]["status"] == "draft"


async def test_only_the_municipality_decides(town: Town):
    support, _ = await approved_plan(town)
    decide = f"/v1/plans/{support.plan}/decide"
    body = {"number": 1, "decision_number": "福第124号"}
    for letter in ("J", "L", "S"):
        await refused(of(town, letter).post(decide, body), 403, "actor.permission_missing")
    elsewhere = town.caller("tm-officer", "planning")
    await refused(elsewhere.post(decide, body), 404, "record.not_found")
    m = of(town, "M")
    await refused(m.post(decide, body | {"number": 2}), 422, "plan.not_the_latest_version")
    assert (await ok(m.post(decide, body)))["status"] == "decided"
    await refused(m.post(decide, body), 409, "plan.illegal_move")
    denied = await tally(town, action="plan.decide", outcome="denied")
    assert denied == counted("""
        1 j-consultant plan.decide denied -
        1 l-lawyer plan.decide denied -
        1 s-loan plan.decide denied -
        1 tm-officer plan.decide denied -
    """)


async def test_the_municipality_decides_after_the_conference_is_closed_as_well(town: Town):
    support, sitting = await approved_plan(town)
    j, path = of(town, "J"), f"/v1/conferences/{sitting.id}"
    await ok(j.post(f"{path}/minutes", {"text": MINUTES}))
    await ok(j.post(f"{path}/minutes/confirm"))
    await ok(j.post(f"{path}/close"))
    m, plan = of(town, "M"), f"/v1/plans/{support.plan}"
    body = {"number": 1, "decision_number": "福第125号"}
    assert (await ok(m.post(f"{plan}/decide", body)))["status"] == "decided"
    # What it has decided, it can read again.
    assert (await ok(m.get(plan)))["current"]["decision_number"] == "福第125号"


async def test_who_does_what_until_when(town: Town):
    heard = listen(town)
    _, sitting = await approved_plan(town)
    s, law, h = of(town, "S"), of(town, "L"), of(town, "H")
    (mine,) = (await ok(s.get("/v1/tasks")))["items"]
    assert (mine["what"], mine["due_on"], mine["state"]) == (ACCOMPANY, "2027-01-08", "open")
    assert mine["agency_id"] == str(town.agency["S"])
    assert mine["conference_id"] == sitting.id
    (theirs,) = (await ok(law.get("/v1/tasks")))["items"]
    assert (theirs["what"], theirs["due_on"]) == (DEBTS, "2026-12-25")
    assert (await ok(h.get("/v1/tasks")))["items"] == []
    assert ("task_assigned", mine["id"]) in await notices(s)
    assert ("task_assigned", theirs["id"]) in await notices(law)

    done = {"outcome": "初診に同行した"}
    await refused(law.post(f"/v1/tasks/{mine['id']}/finish", done), 404, "record.not_found")
    assert (await ok(s.post(f"/v1/tasks/{mine['id']}/finish", done)))["state"] == "done"
    await refused(s.post(f"/v1/tasks/{mine['id']}/finish", done), 409, "task.already_finished")
    assert heard_by(heard, ACCOMPANY) == {"s-loan"}
    assert heard_by(heard, DEBTS) == {"l-lawyer"}
    assert await written_in(town, ACCOMPANY) == set()


async def test_a_task_is_for_somebody_invited_and_not_for_yesterday(town: Town):
    support = await j_drafts(town, exits=True)
    await he_consents_to_planning(town, support.jiro.person)
    sitting = await on_the_agenda(town, support, 1, "2026-12-04")
    town.clock.forward(days=15)
    await sitting.held(town, *TABLE)
    late = {"agency_id": str(town.agency["S"]), "what": ACCOMPANY, "due_on": "2026-12-01"}
    await refused(sitting.result(town, "approved", APPROVED, late), 422, "task.due_in_past")
    absent = {"agency_id": str(town.agency["W"]), "what": ACCOMPANY, "due_on": "2027-01-08"}
    await refused(
        sitting.result(town, "approved", APPROVED, absent), 422, "conference.item_invites_stranger"
    )
    plan = await ok(of(town, "J").get(f"/v1/plans/{support.plan}"))
    assert plan["current"]["status"] == "person_agreed"


async def test_minutes_are_confirmed_and_then_stand(town: Town):
    heard = listen(town)
    _, sitting = await approved_plan(town)
    j, m, h = of(town, "J"), of(town, "M"), of(town, "H")
    path = f"/v1/conferences/{sitting.id}"
    await refused(m.post(f"{path}/minutes", {"text": MINUTES}), 403, "conference.convener_only")
    assert (await ok(j.post(f"{path}/minutes", {"text": "案"})))["status"] == "minutes_draft"
    await ok(j.post(f"{path}/minutes", {"text": MINUTES}))
    assert (await ok(j.post(f"{path}/minutes/confirm")))["status"] == "minutes_confirmed"
    for verb, body in (
        ("minutes", {"text": "書き直し"}),
        (f"items/{sitting.item}/result", {"result": "discussed", "decision": "書き直し"}),
        ("items", OPEN_ITEM),
        ("minutes/confirm", {}),
    ):
        await refused(j.post(f"{path}/{verb}", body), 409, "conference.illegal_move")

    read = await ok(m.get(f"{path}/minutes"))
    assert read["text"] == MINUTES
    assert read["results"][0] == {"number": 1, "result": "approved", "decision": APPROVED}
    assert await ok(h.get(f"{path}/minutes")) == {"id": sitting.id, "restricted": True}
    assert heard_by(heard, MINUTES) == {"m-officer"}
    assert heard_by(heard, APPROVED) == {"m-officer"}
    assert await written_in(town, MINUTES) == set()

    # Papers are collected back when it is closed.
    await ok(m.get(f"{path}/packet"))
    assert (await ok(j.post(f"{path}/close")))["status"] == "closed"
    for letter in (*TABLE, "H"):
        await refused(of(town, letter).get(f"{path}/packet"), 409, "conference.packet_closed")
