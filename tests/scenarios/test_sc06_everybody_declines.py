"""SC-6: 試験次郎 has many troubles and no clear request; nobody may bounce him (brief §6)."""

from typing import Any

import pytest
from scenario_steps import (
    BROTHERS_INCOME,
    DEBT,
    HEALTH,
    INFORMANT,
    NEIGHBOURS,
    NO_HANDBOOK,
    OPINION,
    REASON,
    TEETH,
    TOLD,
    WISHES,
    act,
    counted,
    declines,
    hidden,
    inbox,
    jiro_comes,
    jiro_has_a_lead,
    jiro_is_bounced_twice,
    lead_j,
    listen,
    nothing_slipped,
    notices,
    ok,
    refer,
    refused,
    remedies,
    tally,
)
from town import Caller, Town

#: Friday 20 November, and Monday is a holiday: three working days end with Thursday.
ANSWER_BY = "2026-11-26T15:00:00Z"
HUB_BY = "2026-11-25T15:00:00Z"
EVERYTHING = {"reason", "needs", "wishes", "prior_contact", "informant"}
FOLLOWED_UP = "電話で様子を伺った。歯の痛みが取れたとのこと"
LEAD_REASON = "家計の相談から入り、歯科と借金を並行して進める"


def content(letter: dict[str, Any]) -> set[str]:
    """The fields of a referral that say anything about him."""
    return (EVERYTHING | {"opinion"}) & set(letter)


async def letter(caller: Caller, referral_id: str) -> dict[str, Any]:
    return await ok(caller.get(f"/v1/referrals/{referral_id}"))


async def owner(town: Town, referral_id: str) -> str | None:
    """Who is responsible now, by letter; as the sender reads it."""
    shown = await letter(town.caller("cc-worker"), referral_id)
    return next((k for k, v in town.agency.items() if str(v) == shown["owner_agency_id"]), None)


@pytest.mark.mechanism("1-22")
async def test_he_is_taken_in_without_knowing_what_to_ask_for(town: Town):
    cc = town.caller("cc-worker")
    taken = await ok(cc.post("/v1/consultations", {"told": TOLD, "area": "district_3"}), 201)
    assert taken["routed_to"]["agency_id"] == str(town.agency["S"])
    assert taken["routed_because"] == "fallback"
    assert TOLD not in str(taken)
    kept = await ok(cc.get(f"/v1/consultations/{taken['id']}"))
    assert (kept["told"], kept["themes"], kept["person_id"]) == (TOLD, [], None)
    # Where to go is told; what was heard stays with whoever heard it.
    await hidden(town.caller("s-hub"), "/v1/consultations/{}", taken["id"])


@pytest.mark.mechanism("1-23", "1-29")
async def test_two_decline_the_hub_names_a_lead_and_he_is_seen(town: Town):
    heard = listen(town)
    cc, d, j, hub, e = (
        town.caller(a)
        for a in ("cc-worker", "d-consultant", "j-consultant", "s-hub", "e-consultant")
    )
    jiro = await jiro_comes(town)
    await act(cc, jiro.referral, "send")

    # ✔ D, while it is theirs; CC stays responsible.
    asked = await letter(d, jiro.referral)
    assert content(asked) == EVERYTHING
    assert (asked["turn"], asked["due_at"]) == ("receiver", ANSWER_BY)
    assert (await ok(d.get(f"/v1/persons/{jiro.person}")))["considerations"] == HEALTH
    assert await owner(town, jiro.referral) == "CC"
    declined = await declines(d, jiro.referral, NO_HANDBOOK, town.desk["J"])
    assert declined["status"] == "declined"
    assert declined["proposal_desk_id"] == str(town.desk["J"])
    assert await owner(town, jiro.referral) == "CC"

    # ✖ D afterwards: the bare fact. CC learns why, and sends him on.
    assert content(await letter(d, jiro.referral)) == set()
    await hidden(d, "/v1/persons/{}", jiro.person)
    steps = (await ok(cc.get(f"/v1/referrals/{jiro.referral}/history")))["items"]
    assert NO_HANDBOOK in steps[-1]["note"]
    await act(cc, jiro.referral, "redirect", to_desk_id=str(town.desk["J"]))
    assert content(await letter(j, jiro.referral)) == EVERYTHING
    assert await owner(town, jiro.referral) == "CC"

    # The second decline is the hub's, with a deadline.
    bounced = await declines(j, jiro.referral, BROTHERS_INCOME, town.desk["E"])
    assert (bounced["status"], bounced["due_at"]) == ("needs_lead", HUB_BY)
    assert bounced["declined_by"] == [str(town.agency["D"]), str(town.agency["J"])]
    assert await owner(town, jiro.referral) == "S"
    assert content(await letter(j, jiro.referral)) == set()
    await hidden(j, "/v1/persons/{}", jiro.person)
    await hidden(e, "/v1/referrals/{}", jiro.referral)
    assert await notices(e) == []

    # ✔ S as the hub has it in its queue, without who told CC; a colleague without the role has not.
    assert ("referral_at_hub", jiro.referral) in await notices(hub)
    assert await inbox(hub, "hub") == [jiro.referral]
    waiting = await letter(hub, jiro.referral)
    assert content(waiting) == EVERYTHING - {"informant"}
    assert "name_lead" in waiting["next"]
    loan = town.caller("s-loan")
    assert await inbox(loan, "hub") == []
    await hidden(loan, "/v1/referrals/{}", jiro.referral)

    named = await act(hub, jiro.referral, "name-lead", **lead_j(town))
    assert (named["status"], named["to_agency_id"]) == ("accepted", str(town.agency["J"]))
    assert await inbox(hub, "hub") == []
    assert await owner(town, jiro.referral) == "J"

    await j_meets_him_before_it_calls_it_done(j, jiro.referral)
    assert await owner(town, jiro.referral) is None

    await log_of_the_story(town, jiro.person)
    await nothing_slipped(
        town,
        heard,
        {
            TOLD: "",
            INFORMANT: "d-consultant j-consultant cc-worker",
            REASON: "d-consultant j-consultant cc-worker s-hub",
            WISHES: "d-consultant j-consultant cc-worker s-hub",
            TEETH: "d-consultant j-consultant cc-worker s-hub",
            NEIGHBOURS: "d-consultant j-consultant cc-worker s-hub",
            OPINION: "cc-worker",
            HEALTH: "d-consultant",
            NO_HANDBOOK: "cc-worker",
            BROTHERS_INCOME: "",
            LEAD_REASON: "",
            FOLLOWED_UP: "",
        },
    )


async def j_meets_him_before_it_calls_it_done(j: Caller, referral_id: str) -> None:
    """No end without a first contact (1-29)."""
    done = {"outcome": "support_started"}
    await refused(
        j.post(f"/v1/referrals/{referral_id}/complete", done), 409, "referral.illegal_move"
    )
    missed = {"at": "2026-11-20T09:00:00+09:00", "reached": False}
    assert (await act(j, referral_id, "contact", **missed))["status"] == "accepted"
    await refused(
        j.post(f"/v1/referrals/{referral_id}/complete", done), 409, "referral.illegal_move"
    )
    met = {"at": "2026-11-20T10:00:00+09:00", "reached": True}
    assert (await act(j, referral_id, "contact", **met))["status"] == "first_contact_done"
    await refused(
        j.post(f"/v1/referrals/{referral_id}/complete", done), 409, "referral.follow_up_missing"
    )
    asked = {"at": "2026-11-20T10:00:00+09:00", "note": FOLLOWED_UP}
    assert (await act(j, referral_id, "follow-up", **asked))["status"] == "first_contact_done"
    finished = await act(j, referral_id, "complete", **done)
    assert (finished["status"], finished["outcome"]) == ("completed", "support_started")
    assert finished["ended_at"]


async def log_of_the_story(town: Town, person_id: str) -> None:
    """Every access to him, once; whoever was refused, and the hub's decision on its basis."""
    assert await tally(town, person_id=person_id) == counted("""
        1 cc-worker person.register allowed INTERNAL
        1 cc-worker consent.grant allowed INTERNAL
        1 cc-worker referral.draft allowed INTERNAL
        1 cc-worker referral.send allowed INTERNAL
        7 cc-worker referral.read allowed INTERNAL
        1 cc-worker referral.redirect allowed INTERNAL
        1 d-consultant referral.read allowed CONSENT
        1 d-consultant referral.read allowed INTERNAL
        1 d-consultant referral.decline allowed CONSENT
        1 d-consultant person.read allowed CONSENT
        1 d-consultant person.read denied -
        1 j-consultant referral.read allowed CONSENT
        1 j-consultant referral.read allowed INTERNAL
        1 j-consultant referral.decline allowed CONSENT
        1 j-consultant person.read denied -
        2 j-consultant referral.contact allowed CONSENT
        3 j-consultant referral.complete failed CONSENT
        1 j-consultant referral.follow_up allowed CONSENT
        1 j-consultant referral.complete allowed CONSENT
        1 e-consultant referral.read denied -
        1 s-loan referral.read denied -
        2 s-hub referral.read allowed CONSENT
        1 s-hub referral.name_lead allowed CONSENT
    """)
    (named,) = await town.audit(action="referral.name_lead")
    assert named["agency_id"] == town.agency["S"]
    assert named["roles"] == ["integration_promoter"]
    assert named["rules"] == ["party.keeps_fact", "party.with_consent"]


@pytest.mark.mechanism("1-39")
async def test_after_the_hub_has_named_a_lead_each_sees_its_own_part(town: Town):
    heard = listen(town)
    jiro, case_id = await jiro_has_a_lead(town)
    j, s, law, nurse, d = (
        town.caller(a) for a in ("j-consultant", "s-loan", "l-lawyer", "hc-nurse", "d-consultant")
    )
    case = await ok(j.get(f"/v1/cases/{case_id}"))
    assert case["lead_agency_id"] == str(town.agency["J"])
    assert case["deputy_agency_id"] == str(town.agency["S"])
    assert {m["agency_id"]: m["themes"] for m in case["team"]} == {
        str(town.agency["L"]): ["debt"],
        str(town.agency["HC"]): ["health"],
    }
    assert case["decided_by"] == "hub"

    # ✔ J, all that goes along; ✔ S as deputy; L the debt line, HC the health line.
    assert content(await letter(j, jiro.referral)) == EVERYTHING
    assert content(await letter(s, jiro.referral)) >= EVERYTHING - {"informant"}
    for member, line in (
        (law, {"theme": "debt", "text": DEBT}),
        (nurse, {"theme": "health", "text": TEETH}),
    ):
        part = await letter(member, jiro.referral)
        assert part["needs"] == [line]
        assert content(part) == {"needs"}
        who = await ok(member.get(f"/v1/persons/{jiro.person}"))
        assert who["names"][0]["given"] == "次郎"
        steps = (await ok(member.get(f"/v1/referrals/{jiro.referral}/history")))["items"]
        assert not any("note" in step for step in steps)
        assert ("referral_lead_named", jiro.referral) in await notices(member)
    assert ("referral_lead_named", jiro.referral) in await notices(s)
    assert await notices(j) == [
        ("referral_your_turn", jiro.referral),
        ("referral_received", jiro.referral),
    ]

    # ✖ D keeps the fact, without content; ✖ E, H, W, T, M: nothing is there.
    bare = await letter(d, jiro.referral)
    assert content(bare) == set()
    assert bare["handover"] == {"mode": "accompany"}
    await hidden(d, "/v1/persons/{}", jiro.person)
    await hidden(d, "/v1/cases/{}", case_id)
    for account in ("e-consultant", "h-supporter", "w-worker", "t-officer", "m-officer"):
        stranger = town.caller(account)
        await hidden(stranger, "/v1/referrals/{}", jiro.referral)
        await hidden(stranger, "/v1/referrals/{}/history", jiro.referral)
        await hidden(stranger, "/v1/persons/{}", jiro.person)
        await hidden(stranger, "/v1/cases/{}", case_id)
        assert await inbox(stranger) == await notices(stranger) == []

    assert "l-lawyer" not in heard_of(heard, TEETH, NEIGHBOURS, WISHES, REASON, NO_HANDBOOK)
    assert "hc-nurse" not in heard_of(heard, DEBT, NEIGHBOURS, WISHES, REASON, NO_HANDBOOK)
    await nothing_slipped(town, heard, {OPINION: "", TOLD: "", LEAD_REASON: ""})


def heard_of(heard: list, *texts: str) -> set[str]:
    return {answer.account for answer in heard for words in texts if words in answer.text}


async def test_who_told_us_goes_to_the_lead_and_not_to_the_deputy_or_team(town: Town):
    heard = listen(town)
    jiro = await jiro_is_bounced_twice(town)
    whole = lead_j(town)
    whole["team"] = [{"agency_id": str(town.agency[a])} for a in ("L", "HC")]
    await act(town.caller("s-hub"), jiro.referral, "name-lead", **whole)
    for account in ("j-consultant", "s-hub", "s-loan", "l-lawyer", "hc-nurse"):
        caller = town.caller(account)
        await letter(caller, jiro.referral)
        await inbox(caller)
        await ok(caller.get(f"/v1/referrals/{jiro.referral}/history"))
    # D6 is for the receiving agency alone (brief §2.5).
    await nothing_slipped(town, heard, {INFORMANT: "j-consultant", OPINION: ""})


async def test_the_lawyer_sees_the_debt_and_nothing_else(town: Town):
    heard = listen(town)
    jiro, _ = await jiro_has_a_lead(town)
    law = town.caller("l-lawyer")
    part = await letter(law, jiro.referral)
    assert part["needs"] == [{"theme": "debt", "text": DEBT}]
    assert part["handover"] == {"mode": "accompany"}
    who = await ok(law.get(f"/v1/persons/{jiro.person}"))
    assert who["address"]["block"] == "2番地3"
    assert "considerations" not in who
    assert heard_of(heard, TEETH, HEALTH, NEIGHBOURS, WISHES) == set()


@pytest.mark.mechanism("1-23")
async def test_a_decline_needs_a_way_onward(town: Town):
    jiro = await jiro_comes(town)
    cc, d, j = (town.caller(a) for a in ("cc-worker", "d-consultant", "j-consultant"))
    path = f"/v1/referrals/{jiro.referral}"
    await act(cc, jiro.referral, "send")

    def said(**more: Any) -> dict[str, Any]:
        return {"reason": NO_HANDBOOK} | more

    def to(letter_of_agency: str) -> dict[str, Any]:
        return {
            "proposal": {"desk_id": str(town.desk[letter_of_agency]), "contacted": "電話で確認"}
        }

    nowhere = await refused(d.post(f"{path}/decline", said()), 422, "body.invalid")
    assert [e["code"] for e in nowhere["errors"]] == ["referral.decline_needs_proposal"]
    both = await refused(
        d.post(f"{path}/decline", said(ask_hub=True, **to("J"))), 422, "body.invalid"
    )
    assert [e["code"] for e in both["errors"]] == ["referral.decline_one_way"]
    unasked = said(proposal={"desk_id": str(town.desk["J"])})
    await refused(d.post(f"{path}/decline", unasked), 422, "body.invalid")
    itself = d.post(f"{path}/decline", said(**to("D")))
    await refused(itself, 422, "referral.proposal_is_dead_end")
    assert (await letter(d, jiro.referral))["status"] == "sent"
    await declines(d, jiro.referral, NO_HANDBOOK, town.desk["J"])

    back_to_d = {"to_desk_id": str(town.desk["D"])}
    await refused(
        cc.post(f"{path}/redirect", back_to_d), 422, "referral.already_declined_by_receiver"
    )
    to_itself = {"to_desk_id": str(town.desk["CC"])}
    await refused(cc.post(f"{path}/redirect", to_itself), 422, "referral.to_itself")
    uncovered = await refused(
        cc.post(f"{path}/redirect", {"to_desk_id": str(town.desk["H"])}),
        403,
        "referral.receiver_not_covered",
    )
    assert remedies(uncovered) == {"ask_consent", "ask_support_conference"}
    await act(cc, jiro.referral, "redirect", to_desk_id=str(town.desk["J"]))
    circle = j.post(f"{path}/decline", said(**to("D")))
    await refused(circle, 422, "referral.proposal_is_dead_end")


async def test_a_decline_does_not_send_him_back_where_he_came_from(town: Town):
    jiro = await jiro_comes(town)
    await act(town.caller("cc-worker"), jiro.referral, "send")
    back = {"desk_id": str(town.desk["CC"]), "contacted": "電話で確認"}
    answer = town.caller("d-consultant").post(
        f"/v1/referrals/{jiro.referral}/decline", {"reason": NO_HANDBOOK, "proposal": back}
    )
    await refused(answer, 422, "referral.proposal_is_dead_end")


@pytest.mark.mechanism("1-23", "1-39")
async def test_there_is_no_third_bounce(town: Town):
    jiro = await jiro_is_bounced_twice(town)
    path = f"/v1/referrals/{jiro.referral}"
    cc, j, e, hub, law = (
        town.caller(a) for a in ("cc-worker", "j-consultant", "e-consultant", "s-hub", "l-lawyer")
    )
    no = {"reason": BROTHERS_INCOME, "ask_hub": True}
    await refused(j.post(f"{path}/decline", no), 403, "referral.not_your_act")
    await refused(e.post(f"{path}/decline", no), 404, "record.not_found")
    await refused(hub.post(f"{path}/decline", no), 403, "referral.not_your_act")
    onward = {"to_desk_id": str(town.desk["E"])}
    await refused(cc.post(f"{path}/redirect", onward), 409, "referral.illegal_move")

    # Only the hub names a lead, a covered one, each agency in one part; and only once.
    await refused(j.post(f"{path}/name-lead", lead_j(town)), 403, "actor.permission_missing")
    twice = lead_j(town) | {"deputy_agency_id": str(town.agency["J"])}
    await refused(hub.post(f"{path}/name-lead", twice), 422, "case.agency_named_twice")
    uncovered = lead_j(town) | {"lead_agency_id": str(town.agency["H"])}
    await refused(hub.post(f"{path}/name-lead", uncovered), 403, "referral.receiver_not_covered")
    await act(hub, jiro.referral, "name-lead", **lead_j(town))
    await refused(hub.post(f"{path}/name-lead", lead_j(town)), 403, "referral.not_your_act")

    # A lead that the hub has named does not decline, nor does a member of the team.
    refusal = await refused(j.post(f"{path}/decline", no), 409, "referral.illegal_move")
    assert refusal["facts"]["state"] == "accepted"
    assert "decline" not in (await letter(j, jiro.referral))["next"]
    await refused(law.post(f"{path}/decline", no), 403, "referral.not_your_act")


async def test_whoever_knows_nobody_asks_the_hub_at_once(town: Town):
    jiro = await jiro_comes(town)
    await act(town.caller("cc-worker"), jiro.referral, "send")
    asked = await act(
        town.caller("d-consultant"), jiro.referral, "decline", reason=NO_HANDBOOK, ask_hub=True
    )
    assert (asked["status"], asked["due_at"]) == ("needs_lead", HUB_BY)
    assert await inbox(town.caller("s-hub"), "hub") == [jiro.referral]


@pytest.mark.mechanism("1-23")
async def test_silence_is_the_hubs_as_well(town: Town):
    jiro = await jiro_comes(town)
    cc, d, hub = (town.caller(a) for a in ("cc-worker", "d-consultant", "s-hub"))
    await act(cc, jiro.referral, "send")
    await declines(d, jiro.referral, NO_HANDBOOK, town.desk["J"])
    await act(cc, jiro.referral, "redirect", to_desk_id=str(town.desk["J"]))
    town.clock.forward(days=6)  # Thursday 26 November, 10:00: J has until midnight
    assert await town.sweep() == 0
    town.clock.forward(hours=14)
    assert await town.sweep() == 1
    assert await town.sweep() == 0

    assert await inbox(hub, "hub") == [jiro.referral]
    waiting = await letter(hub, jiro.referral)
    assert (waiting["status"], waiting["turn"]) == ("needs_lead", "hub")
    assert waiting["owner_agency_id"] == str(town.agency["S"])
    assert waiting["due_at"] == "2026-12-01T15:00:00Z"  # from Friday, two working days
    assert ("referral_at_hub", jiro.referral) in await notices(hub)
    (missed,) = await town.audit(action="referral.miss_deadline")
    assert (missed["actor_kind"], missed["agency_id"]) == ("system", None)
    assert (missed["outcome"], missed["basis"]) == ("allowed", "INTERNAL")
    assert (missed["rules"], missed["data_classes"]) == (["system.sweep"], ["D0"])
    assert str(missed["person_id"]) == jiro.person
    steps = (await ok(cc.get(f"/v1/referrals/{jiro.referral}/history")))["items"]
    assert [(s["act"], s["by_agency_id"]) for s in steps][-1] == ("miss_deadline", None)

    # J was silent and has not declined: the hub may still name it.
    await act(hub, jiro.referral, "name-lead", **lead_j(town))
    assert await owner(town, jiro.referral) == "J"


@pytest.mark.mechanism("1-23")
async def test_a_late_hub_is_reported_to_the_section_in_charge(town: Town):
    jiro = await jiro_is_bounced_twice(town)
    hub, m = town.caller("s-hub"), town.caller("m-officer")
    assert await notices(m) == []
    town.clock.forward(days=6)
    assert await town.sweep() == 1

    late = await letter(hub, jiro.referral)
    assert (late["status"], late["hub_overdue"]) == ("needs_lead", 1)
    assert late["due_at"] == "2026-11-30T15:00:00Z"
    assert await notices(m) == [("referral_hub_overdue", jiro.referral)]
    assert ("referral_hub_overdue", jiro.referral) in await notices(hub)
    assert await inbox(hub, "hub") == [jiro.referral]
    # M is told that something waits, not about whom.
    await hidden(m, "/v1/referrals/{}", jiro.referral)
    await hidden(m, "/v1/persons/{}", jiro.person)

    town.clock.forward(days=5)
    assert await town.sweep() == 1
    assert (await letter(hub, jiro.referral))["hub_overdue"] == 2
    assert len(await notices(m)) == 2
    assert (await act(hub, jiro.referral, "name-lead", **lead_j(town)))["status"] == "accepted"


@pytest.mark.mechanism("4-30")
async def test_whoever_is_stuck_escalates_and_the_hub_must_answer(town: Town):
    jiro = await jiro_comes(town)
    cc, d, hub = (town.caller(a) for a in ("cc-worker", "d-consultant", "s-hub"))
    await act(cc, jiro.referral, "send")
    await refused(d.post(f"/v1/referrals/{jiro.referral}/escalate", {}), 422, "body.invalid")
    stuck = await act(d, jiro.referral, "escalate", reason="どの機関が適当か判断できない")
    assert (stuck["status"], stuck["due_at"]) == ("needs_lead", HUB_BY)
    assert await inbox(hub, "hub") == [jiro.referral]
    town.clock.forward(days=6)
    assert await town.sweep() == 1
    assert await notices(town.caller("m-officer")) == [("referral_hub_overdue", jiro.referral)]
    assert (await act(hub, jiro.referral, "name-lead", **lead_j(town)))["status"] == "accepted"


@pytest.mark.mechanism("1-40")
async def test_going_along_needs_a_date_and_a_name(town: Town):
    jiro = await jiro_comes(town)
    cc, d = town.caller("cc-worker"), town.caller("d-consultant")
    for half in ({}, {"at": "2026-11-25T10:00:00+09:00"}, {"staff": "公民館 川田"}):
        draft = {
            "person_id": jiro.person,
            "to_desk_id": str(town.desk["D"]),
            "reason": REASON,
            "handover": {"mode": "accompany"} | half,
        }
        problem = await refused(cc.post("/v1/referrals", draft), 422, "body.invalid")
        assert [e["code"] for e in problem["errors"]] == ["referral.handover_needs_date_and_staff"]
    called = await refer(cc, jiro.person, town.desk["D"], handover={"mode": "call"})
    assert (await letter(cc, called))["handover"]["mode"] == "call"
    await act(cc, jiro.referral, "send")
    brought = (await letter(d, jiro.referral))["handover"]
    assert brought == {
        "mode": "accompany",
        "at": "2026-11-25T10:00:00+09:00",
        "staff": "公民館 川田",
    }
