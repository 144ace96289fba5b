"""Referrals in full: what happens before, after and around a handover (brief §3.2, §5)."""

import asyncio
import uuid
from typing import Any

import pytest
from scenario_steps import (
    act,
    consent,
    counted,
    heard_by,
    hidden,
    listen,
    notices,
    ok,
    person,
    refer,
    refused,
    same_as_unknown,
    tally,
)
from town import Caller, Town

from service.api import examples
from service.domain.role import Role

MET = {"at": "2026-11-20T10:00:00+09:00", "reached": True}
ASKED = {"at": "2026-11-20T10:00:00+09:00", "note": "電話で様子を伺った"}


async def registered(caller: Caller, given: str = "花子", **more: Any) -> str:
    """Somebody who has come to this desk; the id."""
    form = person("見本", given, "ミホン ハナコ") | more
    return (await ok(caller.post("/v1/persons", form), 201))["id"]


async def agrees(
    town: Town,
    caller: Caller,
    person_id: str,
    letters: str,
    classes: str = "D1 D2 D3",
    **more: Any,
) -> str:
    """Their written consent to some agencies; its id."""
    agencies = [str(town.agency[letter]) for letter in letters.split()]
    to = more.pop("to", {"agencies": agencies})
    purposes = ("consultation",)
    slip = consent(person_id, to=to, classes=classes, purposes=purposes, **more)
    return (await ok(caller.post("/v1/consents", slip), 201))["id"]


async def handed_over(town: Town, sender: str = "cc-worker", **said: Any) -> tuple[str, str]:
    """A person of CC's whom J has met; the ids of the person and the referral."""
    caller, j = town.caller(sender), town.caller("j-consultant")
    person_id = await registered(caller)
    await agrees(town, caller, person_id, "J")
    referral_id = await refer(caller, person_id, town.desk["J"], **said)
    await act(caller, referral_id, "send")
    await act(j, referral_id, "accept")
    await act(j, referral_id, "contact", **MET)
    return person_id, referral_id


async def completed(town: Town) -> tuple[str, str]:
    """The same, asked after and done with."""
    person_id, referral_id = await handed_over(town)
    j = town.caller("j-consultant")
    await act(j, referral_id, "follow-up", **ASKED)
    await act(j, referral_id, "complete", outcome="information_given")
    return person_id, referral_id


async def row(town: Town, referral_id: str) -> dict[str, Any]:
    """The referral's record as it lies in the database."""
    found = await town.owner.fetchrow("SELECT * FROM referral WHERE id = $1", referral_id)
    return dict(found)


async def unchanged(town: Town, referral_id: str, *calls: tuple[Any, int, str]) -> None:
    """Each of these calls is refused with its code, and nothing is changed by it."""
    before = await row(town, referral_id)
    for call, status, code in calls:
        await refused(call, status, code)
    assert await row(town, referral_id) == before


# Follow-up before completion (1-29).


@pytest.mark.mechanism("1-29", "3-22")
async def test_nothing_is_completed_before_somebody_has_asked_again(town: Town):
    j, cc, s = (town.caller(a) for a in ("j-consultant", "cc-worker", "s-csw"))
    _, referral_id = await handed_over(town)
    path = f"/v1/referrals/{referral_id}"
    problem = await refused(
        j.post(f"{path}/complete", {"outcome": "handed_over"}), 409, "referral.follow_up_missing"
    )
    assert "/follow-up" in problem["title"]
    assert "follow-up" in problem["title_ja"]
    await unchanged(
        town,
        referral_id,
        (
            j.post(f"{path}/follow-up", ASKED | {"at": "2026-11-21T10:00:00+09:00"}),
            422,
            "referral.follow_up_in_future",
        ),
        (
            j.post(f"{path}/follow-up", ASKED | {"at": "2026-11-19T10:00:00+09:00"}),
            422,
            "referral.follow_up_before_contact",
        ),
        (j.post(f"{path}/follow-up", {"at": ASKED["at"]}), 422, "body.invalid"),
        (cc.post(f"{path}/follow-up", ASKED), 403, "referral.not_your_act"),
        (s.post(f"{path}/follow-up", ASKED), 404, "record.not_found"),
    )
    due = (await row(town, referral_id))["due_at"]
    asked = await act(j, referral_id, "follow-up", **ASKED)
    assert (asked["status"], asked["followed_up_at"][:10]) == ("first_contact_done", "2026-11-20")
    assert ASKED["note"] not in str(asked)
    assert (await row(town, referral_id))["due_at"] == due
    await act(j, referral_id, "work")
    await act(j, referral_id, "follow-up", **ASKED)
    assert (await act(j, referral_id, "complete", outcome="handed_over"))["status"] == "completed"
    steps = (await ok(j.get(f"{path}/history")))["items"]
    assert [s["note"] for s in steps if s["act"] == "follow_up"] == [ASKED["note"]] * 2


# Thirty days after the handover (3-22).


@pytest.mark.mechanism("3-22")
async def test_the_sender_asks_after_thirty_days_exactly_once(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id, referral_id = await completed(town)
    path = f"/v1/referrals/{referral_id}"
    assert (await row(town, referral_id))["check_on"].isoformat() == "2026-12-20"
    ended = (await row(town, referral_id))["ended_at"]

    town.clock.forward(days=29)
    assert await town.sweep() == 0
    town.clock.forward(days=1)
    assert sum(await asyncio.gather(*(town.sweep() for _ in range(3)))) == 1
    assert await town.sweep() == 0
    tasks = (await ok(cc.get("/v1/tasks")))["items"]
    assert [(t["kind"], t["record_id"], t["call"]) for t in tasks] == [
        ("handover_check", referral_id, f"{path}/check")
    ]
    told = [n for n in await notices(cc) if n[0] == "referral_check"]
    assert told == [("referral_check", referral_id)]
    assert (await ok(j.get("/v1/tasks")))["items"] == []
    [entry] = await town.audit(record_id=referral_id, action="referral.come_to_check")
    assert (entry["actor_kind"], entry["rules"]) == ("system", ["system.sweep"])
    assert str(entry["person_id"]) == person_id

    note = "本人に電話。家賃の支払いが不安とのこと"
    bad = {"well": False, "note": note}
    await unchanged(
        town,
        referral_id,
        (cc.post(f"{path}/check", bad), 422, "referral.check_needs_next_step"),
        (
            cc.post(f"{path}/check", bad | {"again_on": "2026-12-20"}),
            422,
            "referral.check_again_in_past",
        ),
        (j.post(f"{path}/check", {"well": True, "note": note}), 403, "referral.not_your_act"),
        (
            town.caller("h-supporter").post(f"{path}/check", {"well": True, "note": note}),
            404,
            "record.not_found",
        ),
    )
    receipt = await ok(cc.post(f"{path}/check", bad | {"again_on": "2027-01-15"}))
    assert receipt["check_on"] == "2027-01-15"
    assert note not in str(receipt)
    assert "check_well" not in receipt
    assert (await ok(cc.get("/v1/tasks")))["items"] == []
    steps = (await ok(cc.get(f"{path}/history")))["items"]
    assert [(s["act"], s.get("note")) for s in steps[-2:]] == [
        ("come_to_check", None),
        ("check", note),
    ]

    town.clock.forward(days=26)
    assert await town.sweep() == 1
    await ok(cc.post(f"{path}/check", {"well": True, "note": "落ち着いている"}))
    assert (await ok(cc.get("/v1/tasks")))["items"] == []
    asked = len(await town.audit(action="referral.come_to_check"))
    town.clock.forward(days=400)
    await town.sweep()
    assert len(await town.audit(action="referral.come_to_check")) == asked
    after = await row(town, referral_id)
    assert (after["status"], after["ended_at"], after["check_well"]) == ("completed", ended, True)


@pytest.mark.mechanism("3-22")
async def test_a_municipality_sets_how_long_it_waits_before_it_asks(town: Town):
    await town.owner.execute(
        "UPDATE policy SET value = value ||"
        """ '{"check": {"days": 14, "unit": "calendar"}}' WHERE name = 'referral'"""
    )
    _, referral_id = await handed_over(town)
    assert (await row(town, referral_id))["check_on"].isoformat() == "2026-12-04"
    town.clock.forward(days=14)
    assert await town.sweep() == 1


async def test_nobody_asks_after_what_never_came_about(town: Town):
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"])
    await unchanged(
        town,
        referral_id,
        (
            cc.post(f"/v1/referrals/{referral_id}/check", {"well": True, "note": "x"}),
            409,
            "referral.illegal_move",
        ),
    )
    await hidden(cc, "/v1/referrals/{}", str(uuid.uuid4()))


# Refusals that say the way forward and change nothing (1-40, 1-23).


async def ends(town: Town, letter: str, table: str = "desk") -> None:
    """The programme ended yesterday."""
    column = "agency_id" if table == "desk" else "id"
    await town.owner.execute(
        f"UPDATE {table} SET valid_until = '2026-11-19' WHERE {column} = $1", town.agency[letter]
    )


@pytest.mark.parametrize("table", ["desk", "agency"])
async def test_a_programme_that_has_ended_is_said_to_have_ended(town: Town, table: str):
    cc, d, hub = (town.caller(a) for a in ("cc-worker", "d-consultant", "s-hub"))
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "D J S")
    to_j = await refer(cc, person_id, town.desk["J"])
    declined = await refer(cc, person_id, town.desk["D"])
    await act(cc, declined, "send")
    await ends(town, "J", table)
    form = {"person_id": person_id, "to_desk_id": str(town.desk["J"]), "reason": "相談"}
    before = await town.owner.fetchval("SELECT count(*) FROM referral")
    problem = await refused(cc.post("/v1/referrals", form), 422, "directory.desk_ended")
    assert [e["pointer"] for e in problem["errors"]] == ["/to_desk_id"]
    assert "POST /v1/route" in problem["title"]
    assert "POST /v1/route" in problem["title_ja"]
    proposal = {"desk_id": str(town.desk["J"]), "contacted": "電話"}
    await unchanged(
        town,
        declined,
        (
            d.post(f"/v1/referrals/{declined}/decline", {"reason": "担当外", "proposal": proposal}),
            422,
            "directory.desk_ended",
        ),
    )
    await unchanged(
        town,
        to_j,
        (cc.put(f"/v1/referrals/{to_j}", form, 1), 422, "directory.desk_ended"),
        (cc.post(f"/v1/referrals/{to_j}/send"), 422, "directory.desk_ended"),
    )
    await act(d, declined, "decline", reason="担当外", ask_hub=True)
    if table == "agency":
        await unchanged(
            town,
            declined,
            (
                hub.post(
                    f"/v1/referrals/{declined}/name-lead",
                    {"lead_agency_id": str(town.agency["J"]), "reason": "適任"},
                ),
                422,
                "directory.desk_ended",
            ),
        )
    nowhere = form | {"to_desk_id": str(uuid.uuid4())}
    await refused(cc.post("/v1/referrals", nowhere), 422, "directory.unknown_desk")
    assert await town.owner.fetchval("SELECT count(*) FROM referral") == before
    # The directory itself no longer sends anybody there.
    question = {"municipality_code": "999997", "theme": "debt"}
    assert (await ok(cc.post("/v1/route", question)))["agency_id"] != str(town.agency["J"])


async def test_a_desk_that_has_declined_is_redirected_only_to_one_that_is_open(town: Town):
    cc, d = town.caller("cc-worker"), town.caller("d-consultant")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "D J E")
    referral_id = await refer(cc, person_id, town.desk["D"])
    await act(cc, referral_id, "send")
    proposal = {"desk_id": str(town.desk["J"]), "contacted": "電話"}
    await act(d, referral_id, "decline", reason="担当外", proposal=proposal)
    await ends(town, "J")
    path = f"/v1/referrals/{referral_id}/redirect"
    await unchanged(
        town,
        referral_id,
        (cc.post(path, {"to_desk_id": str(town.desk["J"])}), 422, "directory.desk_ended"),
        (cc.post(path, {"to_desk_id": str(uuid.uuid4())}), 422, "directory.unknown_desk"),
    )
    await act(cc, referral_id, "redirect", to_desk_id=str(town.desk["E"]))


@pytest.mark.mechanism("1-40")
@pytest.mark.parametrize("mode", ["accompany", "joint_visit", "paperwork_help"])
async def test_going_along_needs_a_day_and_a_member_of_staff(town: Town, mode: str):
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    form = {"person_id": person_id, "to_desk_id": str(town.desk["J"]), "reason": "相談"}
    whole = {"mode": mode, "at": "2026-11-25T10:00:00+09:00", "staff": "公民館 川田"}
    for left_out in ("at", "staff"):
        handover = {k: v for k, v in whole.items() if k != left_out}
        problem = await refused(
            cc.post("/v1/referrals", form | {"handover": handover}), 422, "body.invalid"
        )
        [error] = problem["errors"]
        assert error["code"] == "referral.handover_needs_date_and_staff"
        assert error["pointer"].startswith("/handover")
        assert error["message_ja"]
    assert await town.owner.fetchval("SELECT count(*) FROM referral") == 0
    receipt = await ok(cc.post("/v1/referrals", form | {"handover": whole}), 201)
    assert receipt["handover"] == {"mode": mode}


@pytest.mark.mechanism("1-23")
async def test_a_decline_without_a_proposal_says_what_is_missing(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"])
    await act(cc, referral_id, "send")
    before = await row(town, referral_id)
    problem = await refused(
        j.post(f"/v1/referrals/{referral_id}/decline", {"reason": "担当外"}), 422, "body.invalid"
    )
    [error] = problem["errors"]
    assert error["code"] == "referral.decline_needs_proposal"
    assert "ask the hub" in error["message"]
    assert "ハブ" in error["message_ja"]
    assert await row(town, referral_id) == before


# What a desk can take on, known before anybody is named.


async def tells(town: Town, account: str, letter: str, version: int, **said: Any) -> dict[str, Any]:
    """What a desk says of itself."""
    path = f"/v1/desks/{town.desk[letter]}/capacity"
    return await ok(town.caller(account, None).put(path, said, version))


async def test_a_desk_says_what_it_can_take_on_before_anybody_is_named(town: Town):
    j, t = town.caller("j-consultant", None), town.caller("t-officer", None)
    path = f"/v1/desks/{town.desk['J']}/capacity"
    told = {"open": True, "places": 2, "waiting_days": 7, "until": "2026-11-30"}
    first = await tells(town, "j-consultant", "J", 0, **told)
    assert (first["version"], first["places"], first["note"]) == (1, 2, None)
    await refused(j.put(path, told, 0), 412, "record.changed_meanwhile")
    await tells(town, "j-consultant", "J", 1, **told | {"places": 1})

    # Nobody says it for another agency, and nobody is told which desks there are by it.
    foreign = await t.put(path, told, 2)
    unknown = await t.put(f"/v1/desks/{uuid.uuid4()}/capacity", told, 2)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content

    [desk] = (await ok(t.get(f"/v1/agencies/{town.agency['J']}")))["desks"]
    question = {"municipality_code": "999997", "theme": "debt"}
    way = await ok(t.post("/v1/route", question))
    heard = {"told": "借金のこと", "themes": ["debt"]}
    routed = await ok(town.caller("t-officer").post("/v1/consultations", heard), 201)
    for shown in (desk, way, routed["routed_to"]):
        assert shown["capacity"]["places"] == 1
        assert shown["capacity"]["waiting_days"] == 7
    history = await town.owner.fetch(
        "SELECT version FROM record_history WHERE table_name = 'desk_capacity' ORDER BY number"
    )
    assert [h["version"] for h in history] == [1, 2]
    # What no longer holds is not said.
    town.clock.forward(days=11)
    assert (await ok(t.post("/v1/route", question)))["capacity"] is None
    entries = await town.audit(action="directory.tell_capacity")
    assert [(e["outcome"], e["person_id"]) for e in entries] == [
        ("allowed", None),
        ("failed", None),
        ("allowed", None),
        ("denied", None),
        ("denied", None),
    ]


@pytest.mark.parametrize("told", [{"open": False}, {"open": True, "places": 0, "waiting_days": 60}])
async def test_a_referral_to_a_full_desk_is_sent_all_the_same(town: Town, told: dict[str, Any]):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    await tells(town, "j-consultant", "J", 0, **told)
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "J E")
    referral_id = await refer(cc, person_id, town.desk["J"])
    sent = await act(cc, referral_id, "send")
    assert sent["status"] == "sent"
    [warning] = sent["warnings"]
    assert warning["code"] == "desk.no_places"
    assert "POST /v1/route" in warning["message"]
    assert "POST /v1/route" in warning["message_ja"]
    assert (await act(j, referral_id, "accept"))["warnings"] == []
    elsewhere = await refer(cc, person_id, town.desk["E"])
    assert (await act(cc, elsewhere, "send"))["warnings"] == []


# Reopening what has ended.


async def test_what_has_ended_is_taken_up_again_as_a_new_linked_draft(town: Town):
    cc, j, h = (town.caller(a) for a in ("cc-worker", "j-consultant", "h-supporter"))
    person_id, referral_id = await handed_over(
        town, reason="家賃の相談", wishes="住み続けたい", opinion="所見", prior_contact="電話済み"
    )
    path = f"/v1/referrals/{referral_id}/reopen"
    why = {"reason": "家賃の滞納が再び始まった"}
    await unchanged(town, referral_id, (cc.post(path, why), 409, "referral.not_ended"))
    await act(j, referral_id, "follow-up", **ASKED)
    await act(j, referral_id, "complete", outcome="information_given")
    before = await row(town, referral_id)
    await unchanged(town, referral_id, (h.post(path, why), 404, "record.not_found"))

    mine = await ok(cc.post(path, why), 201)
    assert (mine["status"], mine["episode"]) == ("draft", 2)
    assert mine["reopens_id"] == mine["parent_id"] == referral_id
    assert why["reason"] not in str(mine)
    assert await row(town, referral_id) == before
    draft = await ok(cc.get(f"/v1/referrals/{mine['id']}"))
    assert (draft["reason"], draft["wishes"], draft["opinion"]) == (
        "家賃の相談",
        "住み続けたい",
        "所見",
    )
    assert (draft["prior_contact"], draft["to_agency_id"]) == (None, str(town.agency["J"]))
    await hidden(j, "/v1/referrals/{}", mine["id"])
    await refused(cc.post(path, why), 409, "referral.reopened_already")

    # The last receiver may as well, in its own words, and back to whoever had sent it.
    theirs = await ok(j.post(path, why), 201)
    draft = await ok(j.get(f"/v1/referrals/{theirs['id']}"))
    assert (draft["reason"], draft["wishes"], draft["opinion"]) == (why["reason"], None, None)
    assert (draft["from_agency_id"], draft["to_agency_id"]) == (
        str(town.agency["J"]),
        str(town.agency["CC"]),
    )
    await hidden(cc, "/v1/referrals/{}", theirs["id"])
    assert await row(town, referral_id) == before
    await act(cc, mine["id"], "send")

    # What was taken up again need not be asked after once more.
    check = f"/v1/referrals/{referral_id}/check"
    await ok(cc.post(check, {"well": False, "note": "新しいつなぎで対応"}))
    assert [
        (str(e["person_id"]), e["outcome"])
        for e in await town.audit(action="referral.reopen", agency_id=town.agency["J"])
    ] == [(person_id, "allowed")]


async def test_whoever_may_no_longer_know_the_person_reopens_nothing(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id = await registered(cc)
    slip = await agrees(town, cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"])
    await act(cc, referral_id, "send")
    await act(j, referral_id, "accept")
    await act(j, referral_id, "contact", **MET)
    await act(j, referral_id, "follow-up", **ASKED)
    await act(j, referral_id, "complete", outcome="handed_over")
    await ok(cc.post(f"/v1/consents/{slip}/revoke"))
    why = {"reason": "再び"}
    await unchanged(
        town,
        referral_id,
        (j.post(f"/v1/referrals/{referral_id}/reopen", why), 404, "record.not_found"),
    )
    await ok(cc.post(f"/v1/referrals/{referral_id}/reopen", why), 201)


async def test_a_draft_that_was_dropped_has_reached_nobody(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"])
    await act(cc, referral_id, "request-withdrawal", reason="本人の希望")
    await hidden(j, "/v1/referrals/{}", referral_id)
    assert (await ok(j.get("/v1/referrals")))["items"] == []


# Routes, the way back, and how many there were (4-05, 4-07, 4-13, 4-20).


@pytest.mark.mechanism("4-07")
async def test_to_public_assistance_and_after_it_are_routes_of_their_own(town: Town):
    cc, w, j = (town.caller(a) for a in ("cc-worker", "w-worker", "j-consultant"))
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "W J")
    form = {"person_id": person_id, "reason": "収入がなくなった", "route": "to_public_assistance"}
    to_j = form | {"to_desk_id": str(town.desk["J"])}
    problem = await refused(
        cc.post("/v1/referrals", to_j), 422, "referral.route_needs_welfare_office"
    )
    assert [e["pointer"] for e in problem["errors"]] == ["/to_desk_id"]
    there = await ok(cc.post("/v1/referrals", form), 201)
    assert there["to_agency_id"] == str(town.agency["W"])
    await act(cc, there["id"], "send")
    proposal = {"desk_id": str(town.desk["J"]), "contacted": "電話"}
    await act(w, there["id"], "decline", reason="要件外", proposal=proposal)
    await unchanged(
        town,
        there["id"],
        (
            cc.post(f"/v1/referrals/{there['id']}/redirect", {"to_desk_id": str(town.desk["J"])}),
            422,
            "referral.route_needs_welfare_office",
        ),
    )

    # Afterwards the welfare office, and it alone, hands people on to the needy's own support.
    left = await registered(w, "次子")
    await agrees(town, w, left, "J")
    after = {"route": "after_public_assistance", "reason": "就職により廃止", "person_id": left}
    onward = await refer(w, left, town.desk["J"], route="after_public_assistance")
    await act(w, onward, "send")
    assert (await ok(j.get(f"/v1/referrals/{onward}")))["route"] == "after_public_assistance"
    own = after | {"person_id": person_id, "to_desk_id": str(town.desk["J"])}
    problem = await refused(
        cc.post("/v1/referrals", own), 422, "referral.route_from_welfare_office"
    )
    assert [e["pointer"] for e in problem["errors"]] == ["/route"]

    # Each agency has its own numbers.
    span = {"since": "2026-11-20", "until": "2026-11-20"}

    async def numbers(caller: Caller, **params: str) -> list[tuple[str, str, str, int]]:
        page = await ok(caller.get("/v1/referrals/counts", params=params or span))
        assert all(i["route_ja"] and i["status_ja"] for i in page["items"])
        return [(i["side"], i["route"], i["status"], i["count"]) for i in page["items"]]

    assert await numbers(cc) == [("made", "to_public_assistance", "declined", 1)]
    assert await numbers(w) == [
        ("made", "after_public_assistance", "sent", 1),
        ("received", "to_public_assistance", "declined", 1),
    ]
    assert await numbers(j) == [("received", "after_public_assistance", "sent", 1)]
    assert await numbers(town.caller("h-supporter")) == []
    assert await numbers(cc, since="2026-11-21", until="2026-12-31") == []


async def test_a_route_tells_of_a_scheme_and_is_no_administrative_detail(town: Town):
    """Whoever may know nothing but the fact is not told of public assistance either."""
    w, j = town.caller("w-worker"), town.caller("j-consultant")
    person_id = await registered(w)
    await agrees(town, w, person_id, "J", "D1")
    receipt = await ok(
        w.post(
            "/v1/referrals",
            {
                "person_id": person_id,
                "to_desk_id": str(town.desk["J"]),
                "reason": "就職により廃止",
                "route": "after_public_assistance",
            },
        ),
        201,
    )
    assert "route" not in receipt
    await act(w, receipt["id"], "send")
    assert "route" not in await ok(j.get(f"/v1/referrals/{receipt['id']}"))


@pytest.mark.mechanism("4-20")
async def test_a_referral_back_keeps_the_chain(town: Town):
    t, j, w = (town.caller(a) for a in ("t-officer", "j-consultant", "w-worker"))
    person_id = await registered(t)
    await agrees(town, t, person_id, "J T", "D1 D2 D3")
    there = await refer(t, person_id, town.desk["J"], opinion="滞納の経緯に所見")
    form = {"person_id": person_id, "reason": "分納の相談へ", "route": "back_referral"}
    await act(t, there, "send")
    await act(j, there, "accept")
    await refused(j.post("/v1/referrals", form), 422, "referral.back_needs_parent")
    linked = form | {"parent_id": there}
    astray = linked | {"to_desk_id": str(town.desk["S"])}
    await refused(j.post("/v1/referrals", astray), 422, "referral.back_to_its_sender")
    await refused(t.post("/v1/referrals", linked), 422, "referral.back_needs_parent")
    back = await ok(j.post("/v1/referrals", linked), 201)
    assert (back["to_agency_id"], back["parent_id"]) == (str(town.agency["T"]), there)

    async def chain(caller: Caller, of: str) -> list[str]:
        return [i["id"] for i in (await ok(caller.get(f"/v1/referrals/{of}/chain")))["items"]]

    # Not yet sent, it is its sender's alone.
    assert await chain(t, there) == [there]
    assert await chain(j, there) == [there, back["id"]]
    await act(j, back["id"], "send")
    assert await chain(t, there) == await chain(t, back["id"]) == [there, back["id"]]
    shown = (await ok(j.get(f"/v1/referrals/{there}/chain")))["items"]
    assert [i.get("opinion") for i in shown] == [None, None]
    # A third agency sees its own link, and of the rest not even the ids.
    await agrees(town, t, person_id, "W", "D1 D3")
    third = await refer(t, person_id, town.desk["W"], parent_id=there)
    await act(t, third, "send")
    only = await ok(w.get(f"/v1/referrals/{third}/chain"))
    assert [i["id"] for i in only["items"]] == [third]
    assert back["id"] not in str(only)
    await hidden(w, "/v1/referrals/{}/chain", there)
    entries = [
        e
        for e in await town.audit(action="referral.read", agency_id=town.agency["W"])
        if e["outcome"] == "allowed"
    ]
    assert [(str(e["record_id"]), str(e["person_id"])) for e in entries] == [(third, person_id)]


@pytest.mark.mechanism("4-05", "4-13")
@pytest.mark.parametrize("account", ["t-officer", "wa-officer"])
async def test_a_payment_desk_prints_the_consent_and_hands_over(town: Town, account: str):
    """Tax and insurance desks: consent on the spot, a referral, and a number for the report."""
    desk, j = town.caller(account), town.caller("j-consultant")
    person_id = await registered(desk)
    await agrees(town, desk, person_id, "J", "D1 D3", evidence="窓口で印刷した同意書 0004")
    referral_id = await refer(
        desk,
        person_id,
        town.desk["J"],
        route="payment_consultation",
        needs=[{"theme": "arrears", "text": "国民健康保険税の滞納"}],
    )
    await act(desk, referral_id, "send")
    assert (await ok(j.get(f"/v1/referrals/{referral_id}")))["needs"][0]["theme"] == "arrears"
    [mine] = (await ok(desk.get("/v1/referrals/counts")))["items"]
    assert (mine["route"], mine["status"], mine["count"]) == ("payment_consultation", "sent", 1)


# A danger that cannot wait (4-02).

PLAN = "今夜は姉が泊まる。薬は姉が預かる。夜間はいのちの電話へ"


@pytest.mark.mechanism("4-02")
async def test_a_danger_is_urgent_and_goes_to_whoever_prevents_it(town: Town):
    cc, hc = town.caller("cc-worker"), town.caller("hc-nurse")
    person_id = await registered(cc)
    form: dict[str, Any] = {
        "person_id": person_id,
        "reason": "「消えてしまいたい」と話す",
        "risk": {"kind": "suicide", "safety_plan": PLAN},
        "data_classes": ["D1", "D2", "D3", "D4"],
        "urgency": "normal",
    }
    without = form | {"risk": {"kind": "suicide"}}
    [error] = (await refused(cc.post("/v1/referrals", without), 422, "body.invalid"))["errors"]
    assert (error["pointer"], error["code"]) == ("/risk/safety_plan", "field.missing")
    narrow = form | {"data_classes": ["D1", "D3"]}
    [error] = (await refused(cc.post("/v1/referrals", narrow), 422, "body.invalid"))["errors"]
    assert error["code"] == "referral.risk_needs_d4"
    assert "D4" in error["message_ja"]

    made = await ok(cc.post("/v1/referrals", form), 201)
    assert (made["urgency"], made["to_agency_id"]) == ("urgent", str(town.agency["HC"]))
    assert "risk" not in made
    await agrees(town, cc, person_id, "", "D1 D2 D3 D4", to={"kinds": ["public_health_center"]})
    await act(cc, made["id"], "send")
    read = await ok(hc.get(f"/v1/referrals/{made['id']}"))
    assert read["risk"] == {"kind": "suicide", "safety_plan": PLAN}
    due = (await row(town, made["id"]))["due_at"]
    assert due.isoformat() == "2026-11-20T15:00:00+00:00"  # today, in Japan


@pytest.mark.mechanism("4-02")
@pytest.mark.parametrize("letter", ["F", "P"])
async def test_an_employer_or_resident_never_learns_of_the_danger(town: Town, letter: str):
    cc = town.caller("cc-worker")
    await town.hire("somebody", letter, Role.CONSULTANT)
    person_id = await registered(cc)
    await agrees(town, cc, person_id, letter, "D1 D2 D3 D4")
    referral_id = await refer(
        cc,
        person_id,
        town.desk[letter],
        arrangements="週三日から",
        risk={"kind": "suicide", "safety_plan": PLAN},
        data_classes=["D1", "D2", "D3", "D4"],
    )
    await act(cc, referral_id, "send")
    heard = listen(town)
    theirs = town.caller("somebody")
    read = await ok(theirs.get(f"/v1/referrals/{referral_id}"))
    assert read["arrangements"] == "週三日から"
    assert "risk" not in read
    for path in ("history", "chain"):
        await ok(theirs.get(f"/v1/referrals/{referral_id}/{path}"))
    await ok(theirs.get("/v1/referrals"))
    await act(theirs, referral_id, "accept")
    assert heard_by(heard, PLAN) == heard_by(heard, '"kind":"suicide"') == set()


@pytest.mark.mechanism("4-02")
async def test_without_consent_protection_of_life_lets_it_go_and_says_what_is_needed(town: Town):
    cc, hc = town.caller("cc-worker"), town.caller("hc-nurse")
    person_id = await registered(cc)
    referral_id = await refer(
        cc,
        person_id,
        town.desk["HC"],
        risk={"kind": "suicide", "safety_plan": PLAN},
        data_classes=["D1", "D4"],
    )
    send = f"/v1/referrals/{referral_id}/send"
    await refused(cc.post(send), 403, "referral.receiver_not_covered")
    life = examples.PROVISION | {"person_id": person_id}
    provision = (await ok(cc.post("/v1/provisions", life), 201))["id"]
    assert (await ok(cc.post(send)))["urgency"] == "urgent"
    told = await ok(hc.get(f"/v1/provisions/{provision}"))
    assert (told["basis"], told["message"]) == ("LIFE", life["message"])
    # The file itself stays closed until the person agrees: life opens who it is.
    assert "risk" not in await ok(hc.get(f"/v1/referrals/{referral_id}"))


# Amendments after sending.


async def test_what_was_sent_is_amended_with_old_new_and_reason(town: Town):
    cc, j, h = (town.caller(a) for a in ("cc-worker", "j-consultant", "h-supporter"))
    person_id, referral_id = await handed_over(
        town, wishes="働きたい", arrangements="週三日", data_classes=["D1", "D2", "D3"]
    )
    path = f"/v1/referrals/{referral_id}"
    why = "本人から聞き取り直した"

    def said(**changes: Any) -> dict[str, Any]:
        return {"changes": changes, "reason": why}

    await unchanged(
        town,
        referral_id,
        (cc.post(f"{path}/amend-sent", said()), 422, "body.invalid"),
        (cc.post(f"{path}/amend-sent", said(reason=None)), 422, "body.invalid"),
        (cc.post(f"{path}/amend-sent", said(data_classes=["D7"])), 422, "body.invalid"),
        (cc.post(f"{path}/amend-sent", said(wishes="働きたい")), 422, "referral.amendment_same"),
        (cc.post(f"{path}/amend-sent", said(person_id=person_id)), 422, "body.invalid"),
        (
            cc.post(f"{path}/amend-sent", said(handover={"mode": "joint_visit"})),
            422,
            "body.invalid",
        ),
        (j.post(f"{path}/amend-sent", said(wishes="休みたい")), 403, "referral.not_your_act"),
        (h.post(f"{path}/amend-sent", said(wishes="休みたい")), 404, "record.not_found"),
    )
    due, version = (
        (await row(town, referral_id))["due_at"],
        (await row(town, referral_id))["version"],
    )
    receipt = await ok(
        cc.post(
            f"{path}/amend-sent",
            said(wishes="まず休みたい", arrangements=None, reason="家計の相談"),
        )
    )
    assert why not in str(receipt)
    assert receipt["version"] == version + 1
    assert (await row(town, referral_id))["due_at"] == due
    assert (await ok(j.get(path)))["wishes"] == "まず休みたい"
    shown = (await ok(j.get(f"{path}/amendments")))["items"]
    assert {(a["field"], a["data_class"], str(a["old"]), str(a["new"])) for a in shown} == {
        ("reason", "D3", "相談をお願いします。", "家計の相談"),
        ("wishes", "D3", "働きたい", "まず休みたい"),
        ("arrangements", "D2", "週三日", "None"),
    }
    assert {(a["reason"], a["number"], tuple(a["withheld"])) for a in shown} == {
        (why, version + 1, ())
    }
    assert [n for n in await notices(j) if n[0] == "referral_amended"] == [
        ("referral_amended", referral_id)
    ]
    steps = (await ok(cc.get(f"{path}/history")))["items"]
    assert [(s["act"], s["note"]) for s in steps if s["act"] == "amend_sent"] == [
        ("amend_sent", why)
    ]
    await hidden(h, "/v1/referrals/{}/amendments", referral_id)


async def test_narrower_classes_act_at_once_and_urgency_moves_the_deadline(town: Town):
    cc, j = town.caller("cc-worker"), town.caller("j-consultant")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "J")
    referral_id = await refer(cc, person_id, town.desk["J"], wishes="働きたい")
    path = f"/v1/referrals/{referral_id}"
    why = {"reason": "本人の希望"}
    draft = {"changes": {"wishes": "休みたい"}} | why
    await unchanged(
        town, referral_id, (cc.post(f"{path}/amend-sent", draft), 409, "referral.illegal_move")
    )
    await act(cc, referral_id, "send")
    await act(cc, referral_id, "amend-sent", **draft)
    urgent = await act(cc, referral_id, "amend-sent", changes={"urgency": "urgent"}, **why)
    assert urgent["due_at"] == "2026-11-20T15:00:00Z"
    assert (await ok(j.get(path)))["wishes"] == "休みたい"
    narrow = {"data_classes": ["D1", "D2"]}
    await act(cc, referral_id, "amend-sent", changes=narrow, **why)
    read = await ok(j.get(path))
    assert not {"wishes", "reason"} & set(read)
    for amendment in (await ok(j.get(f"{path}/amendments")))["items"]:
        assert "reason" not in amendment
        if amendment["field"] == "wishes":
            assert not {"old", "new"} & set(amendment)
            assert amendment["withheld"] == ["D3"]
        else:
            assert amendment["old"] != amendment["new"]
    mine = (await ok(cc.get(f"{path}/amendments")))["items"]
    assert [a["field"] for a in mine] == ["wishes", "urgency", "data_classes"]
    assert mine[2]["new"] == ["D1", "D2"]


@pytest.mark.mechanism("4-02")
async def test_a_danger_is_not_amended_away(town: Town):
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "HC", "D1 D2 D3 D4")
    referral_id = await refer(
        cc,
        person_id,
        town.desk["HC"],
        risk={"kind": "self_harm", "safety_plan": PLAN},
        data_classes=["D1", "D2", "D3", "D4"],
    )
    await act(cc, referral_id, "send")
    path = f"/v1/referrals/{referral_id}/amend-sent"
    why = {"reason": "落ち着いた"}
    await unchanged(
        town,
        referral_id,
        (cc.post(path, {"changes": {"urgency": "normal"}} | why), 422, "referral.amendment_same"),
        (
            cc.post(path, {"changes": {"data_classes": ["D1"]}} | why),
            422,
            "referral.amendment_hides_risk",
        ),
    )


# What a municipality calls it.


async def test_a_municipality_calls_the_states_what_it_has_always_called_them(town: Town):
    cc, kj = town.caller("cc-worker"), town.caller("kj-consultant")
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value) VALUES"
        """ ('999997', 'status_labels', '2026-11-01', '{"referral": {"sent": "回付済"}}'),"""
        """ ('999997', 'status_labels', '2026-12-01', '{"referral": {"sent": "送付"}}')"""
    )
    person_id = await registered(cc)
    await agrees(town, cc, person_id, "KJ")
    draft = {"person_id": person_id, "to_desk_id": str(town.desk["KJ"]), "reason": "転居"}
    made = await ok(cc.post("/v1/referrals", draft), 201)
    assert (made["status_ja"], made["status_local"]) == ("作成中", None)
    sent = await act(cc, made["id"], "send")
    assert (sent["status_ja"], sent["status_local"]) == ("送付済み", "回付済")
    path = f"/v1/referrals/{made['id']}"
    listed = (await ok(cc.get("/v1/referrals?box=outbox")))["items"]
    linked = (await ok(cc.get(f"{path}/chain")))["items"]
    for shown in (await ok(cc.get(path)), *listed, *linked):
        assert shown["status_local"] == "回付済"
    # Next door they have no word of their own.
    assert (await ok(kj.get(path)))["status_local"] is None
    town.clock.forward(days=20)
    assert (await ok(cc.get(path)))["status_local"] == "送付"


# Any door of a network (4-35), and when nobody knows (4-51).


@pytest.mark.mechanism("4-35")
async def test_any_door_of_the_network_leads_to_the_right_one_and_is_logged(town: Town):
    cc, e, h = (town.caller(a, None) for a in ("cc-worker", "e-consultant", "h-supporter"))
    [network] = (await ok(cc.get("/v1/networks")))["items"]
    assert str(town.agency["J"]) in network["agency_ids"]
    assert (await ok(h.get("/v1/networks")))["items"] == []
    path = f"/v1/networks/{network['id']}/routings"

    question = "督促状が届いたときの相談先"
    found = await ok(cc.post(path, {"theme": "debt", "question": question}), 201)
    assert (found["to"]["agency_id"], found["because"]) == (str(town.agency["J"]), "theme")
    assert found["to"]["phone"]
    # A theme that only others answer for stays within the network: its fallback.
    found = await ok(e.post(path, {"theme": "job_search"}), 201)
    assert (found["to"]["agency_id"], found["because"]) == (str(town.agency["S"]), "fallback")
    named = await ok(e.post(path, {"to_desk_id": str(town.desk["D"])}), 201)
    assert (named["to"]["agency_id"], named["because"]) == (str(town.agency["D"]), "named")
    stranger = {"to_desk_id": str(town.desk["H"])}
    problem = await refused(e.post(path, stranger), 422, "network.desk_of_no_member")
    assert [x["pointer"] for x in problem["errors"]] == ["/to_desk_id"]
    unknown = {"to_desk_id": str(uuid.uuid4())}
    await refused(e.post(path, unknown), 422, "directory.unknown_desk")

    log = (await ok(e.get(path)))["items"]
    assert [(r["by_agency_id"], r["because"], r["question"]) for r in reversed(log)] == [
        (str(town.agency["CC"]), "theme", question),
        (str(town.agency["E"]), "fallback", None),
        (str(town.agency["E"]), "named", None),
    ]
    # To whoever is no member there is no such network.
    await hidden(h, "/v1/networks/{}/routings", network["id"])
    await same_as_unknown(h, "/v1/networks/{}/routings", {"theme": "debt"}, network["id"])
    await town.owner.execute("UPDATE network SET valid_until = '2026-11-19'")
    await hidden(cc, "/v1/networks/{}/routings", network["id"])
    assert (await ok(cc.get("/v1/networks")))["items"] == []
    entries = await town.audit(action="directory.route", outcome="allowed")
    assert [(e["basis"], e["person_id"]) for e in entries] == [("ANON", None)] * 3


@pytest.mark.mechanism("4-51")
@pytest.mark.parametrize("theme", [None, "never_heard_of"])
async def test_whoever_does_not_know_reaches_the_municipality_s_door(town: Town, theme: str | None):
    """分からない場合は: the fallback desk, and without one the municipality's hub."""
    cc = town.caller("cc-worker")
    person_id = await registered(cc)
    form: dict[str, Any] = {"person_id": person_id, "reason": "何の相談か分からない"}
    if theme is not None:
        form["needs"] = [{"theme": theme, "text": "不明"}]
    drafted = await ok(cc.post("/v1/referrals", form), 201)
    assert drafted["to_agency_id"] == str(town.agency["S"])
    await town.owner.execute("UPDATE desk SET fallback = false")
    question = {"municipality_code": "999997"} | ({"theme": theme} if theme else {})
    answer = await ok(cc.post("/v1/route", question))
    assert (answer["agency_id"], answer["reason"]) == (str(town.agency["S"]), "hub")


# Over the border, into a town without a welfare office.


async def test_over_the_border_into_a_town_that_the_prefecture_serves(town: Town):
    """Two governments: みほん市 hands on, みほん町 has no welfare office, the prefecture's agency acts."""
    cc, kj, tm, hub = (
        town.caller(a) for a in ("cc-worker", "kj-consultant", "tm-officer", "s-hub")
    )
    there = next(
        m for m in (await ok(cc.get("/v1/municipalities")))["items"] if not m["has_welfare_office"]
    )
    answer = await ok(cc.post("/v1/route", {"municipality_code": there["code"], "theme": "debt"}))
    assert answer["agency_id"] == str(town.agency["KJ"])
    person_id = await registered(cc)
    referral_id = await refer(cc, person_id, answer["desk_id"], reason="転居先での家計の相談")
    path = f"/v1/referrals/{referral_id}"
    await unchanged(
        town,
        referral_id,
        (cc.post(f"{path}/send"), 403, "referral.receiver_not_covered"),
    )
    await agrees(town, cc, person_id, "KJ S", "D1 D3")
    sent = await act(cc, referral_id, "send")
    # It stays with the sender's own government when nobody takes it.
    assert (sent["municipality_code"], sent["hub_agency_id"]) == ("999997", str(town.agency["S"]))
    assert (await ok(kj.get(path)))["reason"] == "転居先での家計の相談"
    await hidden(tm, "/v1/referrals/{}", referral_id)
    await act(kj, referral_id, "decline", reason="まだ転居していない", ask_hub=True)
    assert (await ok(hub.get(path)))["status"] == "needs_lead"
    named = {"lead_agency_id": str(town.agency["KJ"]), "reason": "転居後は県の機関が担う"}
    await act(hub, referral_id, "name-lead", **named)
    await act(kj, referral_id, "contact", **MET)

    assert await tally(town, person_id=uuid.UUID(person_id)) == counted("""
        1 cc-worker person.register allowed INTERNAL
        1 cc-worker referral.draft allowed INTERNAL
        1 cc-worker referral.send denied -
        1 cc-worker consent.grant allowed INTERNAL
        1 cc-worker referral.send allowed INTERNAL
        1 kj-consultant referral.read allowed CONSENT
        1 tm-officer referral.read denied -
        1 kj-consultant referral.decline allowed CONSENT
        1 s-hub referral.read allowed CONSENT
        1 s-hub referral.name_lead allowed CONSENT
        1 kj-consultant referral.contact allowed CONSENT
    """)
    governments = {
        (e["agency_id"], e["holder_agency_id"])
        for e in await town.audit(person_id=uuid.UUID(person_id), outcome="allowed")
    }
    cc_id = town.agency["CC"]
    assert governments == {(town.agency[letter], cc_id) for letter in ("CC", "KJ", "S")}


async def test_a_town_without_a_welfare_office_is_told_whose_it_is(town: Town):
    tm = town.caller("tm-officer")
    person_id = await registered(tm, municipality_code="993417", area=None)
    form = {"person_id": person_id, "reason": "収入がない", "route": "to_public_assistance"}
    problem = await refused(
        tm.post("/v1/referrals", form), 422, "referral.route_needs_welfare_office"
    )
    assert "prefecture" in problem["title"]
    assert "県の福祉事務所" in problem["title_ja"]
    named = await ok(tm.post("/v1/referrals", form | {"to_desk_id": str(town.desk["W"])}), 201)
    assert (named["hub_agency_id"], named["to_agency_id"]) == (
        str(town.agency["KJ"]),
        str(town.agency["W"]),
    )


# One intake, two referrals, each with its own consent (4-28).


@pytest.mark.mechanism("4-28")
async def test_a_consultation_outside_its_field_is_taken_in_once_and_handed_to_two(town: Town):
    wa, j, e = (town.caller(a) for a in ("wa-officer", "j-consultant", "e-consultant"))
    person_id = await registered(wa)
    heard = {"told": "水道料金の相談。母の物忘れも心配", "person_id": person_id}
    intake = (await ok(wa.post("/v1/consultations", heard), 201))["id"]
    letters = {}
    for letter, theme in (("J", "arrears"), ("E", "elder_care")):
        needs = [{"theme": theme, "text": f"{theme}の心配"}]
        letters[letter] = await refer(
            wa, person_id, town.desk[letter], needs=needs, consultation_id=intake
        )
        send = f"/v1/referrals/{letters[letter]}/send"
        await refused(wa.post(send), 403, "referral.receiver_not_covered")
        await agrees(town, wa, person_id, letter, "D1 D3")
        await ok(wa.post(send))
    for caller, mine, other in ((j, "J", "E"), (e, "E", "J")):
        read = await ok(caller.get(f"/v1/referrals/{letters[mine]}"))
        assert read["consultation_id"] == intake
        assert len(read["needs"]) == 1
        await hidden(caller, "/v1/referrals/{}", letters[other])
        await hidden(caller, "/v1/consultations/{}", intake)
