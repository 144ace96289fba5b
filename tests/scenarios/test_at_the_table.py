"""Who sits at the table: named in the answer, substitutes, presence item by item, the chair.

Brief §2.4 no. 2 and 5, §3.4, §8 rules 5 and 9.
"""

import uuid
from typing import Any

import pytest
from scenario_steps import (
    consent,
    counted,
    notices,
    ok,
    person,
    refused,
    remedies,
    same_as_unknown,
    tally,
)
from table_steps import SUBJECT, Table, at, attendees, her_item, laid, position, promises, sits
from town import Town

from service.api import examples
from service.domain.role import Role

# Named in the answer


@pytest.mark.mechanism("2-14")
async def test_whoever_an_answer_names_is_registered_in_the_same_commit(town: Town):
    table = await laid(town)
    s = at(town, "s-csw")
    csw, hub = await position(town, "s-csw"), await position(town, "s-hub")
    coming = {"answer": "accepted", "position_ids": [csw, hub]}
    await ok(s.post(f"{table.path}/answer", coming))
    seats = (await ok(s.get(table.path)))["participants"]
    assert [(p["position_id"], p["substitute_for_position_id"]) for p in seats] == [
        (csw, None),
        (hub, None),
    ]
    # Nobody else is told who sits for S, but the convener; and nobody who acknowledged.
    assert (await ok(at(town, "HC").get(table.path)))["participants"] == []
    assert len((await ok(at(town, "M").get(table.path)))["participants"]) == 2
    assert not {"acknowledged_sub", "acknowledged_iss"} & set(seats[0])
    # Said again, nothing happens twice; the papers still wait for secrecy.
    await ok(s.post(f"{table.path}/answer", coming))
    assert len((await ok(s.get(table.path)))["participants"]) == 2
    assert (await her_item(town, table, "s-csw"))["missing"] == ["acknowledge_secrecy"]
    await promises(town, table, "s-csw")
    assert (await her_item(town, table, "s-csw"))["subject"] == SUBJECT

    # Whoever declines seats nobody any longer.
    await ok(s.post(f"{table.path}/answer", {"answer": "declined"}))
    assert (await her_item(town, table, "s-csw"))["restricted"]
    said = await tally(town, agency_id=town.agency["S"])
    assert {k: n for k, n in said.items() if "regist" in k or "answer" in k} == counted("""
        3 s-csw conference.answer allowed INTERNAL
        1 s-csw conference.register allowed INTERNAL
        2 s-csw conference.unregister allowed INTERNAL
    """)


async def test_what_an_answer_names_must_be_the_agencys_own_and_held_today(town: Town):
    table = await laid(town)
    s = at(town, "s-csw")
    csw, hub = await position(town, "s-csw"), await position(town, "s-hub")

    async def wrong(status: int, code: str, **said: Any) -> None:
        answer = {"answer": "accepted"} | said
        await refused(s.post(f"{table.path}/answer", answer), status, code)

    nurse = await position(town, "hc-nurse")
    await wrong(422, "conference.position_of_another_agency", position_ids=[nurse])
    await wrong(422, "conference.position_of_another_agency", position_ids=[str(uuid.uuid4())])
    await wrong(422, "body.invalid", answer="declined", position_ids=[csw])
    oneself = {"position_id": csw, "substitute_for_position_id": csw}
    await wrong(422, "conference.substitutes_itself", substitutes=[oneself])
    other = {"position_id": csw, "substitute_for_position_id": nurse}
    await wrong(422, "conference.position_of_another_agency", substitutes=[other])
    await leaves(town, "s-hub")
    await wrong(422, "conference.position_vacant", position_ids=[csw, hub])
    # Nothing of a refused answer is kept, not even the seat that could have been given.
    shown = await ok(s.get(table.path))
    assert shown["participants"] == []
    mine = next(a for a in shown["attendees"] if a["agency_id"] == str(town.agency["S"]))
    assert mine["answer"] == "none"
    # Somebody may stand in for a post whose holder has left.
    gone = {"position_id": csw, "substitute_for_position_id": hub}
    await ok(s.post(f"{table.path}/answer", {"answer": "accepted", "substitutes": [gone]}))


async def test_an_agency_where_nobody_could_answer_is_not_invited(town: Town):
    table = await laid(town)
    m = at(town, "M")
    form = examples.CONFERENCE | {"kind": "case_conf"}
    conference = (await ok(m.post("/v1/conferences", form), 201))["id"]
    asked = {"agency_ids": [str(town.agency[a]) for a in ("HC", "F")]}
    problem = await refused(
        m.post(f"/v1/conferences/{conference}/invite", asked), 422, "conference.nobody_there"
    )
    assert problem["errors"][0]["pointer"] == "/agency_ids/1"
    assert len((await ok(m.get(f"/v1/conferences/{conference}")))["attendees"]) == 1
    # With somebody there, it is invited; with a privacy officer alone, who cannot answer, it is not.
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-11-19' WHERE position_id IN ("
        "SELECT id FROM position WHERE agency_id = $1 AND role <> 'privacy_officer')",
        town.agency["HC"],
    )
    alone = {"agency_ids": [str(town.agency["HC"])]}
    await refused(
        m.post(f"/v1/conferences/{conference}/invite", alone), 422, "conference.nobody_there"
    )
    # Whoever was invited when somebody was there stays invited.
    again = at(town, "M").get(table.path)
    assert str(town.agency["HC"]) in {a["agency_id"] for a in (await ok(again))["attendees"]}


# The substitute


async def leaves(town: Town, account: str) -> None:
    """The holder of the position left yesterday."""
    await town.owner.execute(
        "UPDATE tenure SET valid_until = '2026-11-19' WHERE position_id = $1",
        uuid.UUID(await position(town, account)),
    )


@pytest.mark.mechanism("2-14")
async def test_a_substitute_arrives_on_the_day(town: Town):
    table = await laid(town)
    await sits(town, table, "s-csw")
    assert (await her_item(town, table, "s-csw"))["subject"] == SUBJECT
    s, hub = at(town, "s-csw"), at(town, "s-hub")
    pair = {
        "position_id": await position(town, "s-hub"),
        "substitute_for_position_id": await position(town, "s-csw"),
    }
    answer = {"answer": "accepted", "substitutes": [pair]}
    await ok(s.post(f"{table.path}/answer", answer))
    # Registered, acknowledges, reads.
    assert (await her_item(town, table, "s-hub"))["missing"] == ["acknowledge_secrecy"]
    await promises(town, table, "s-hub")
    assert (await her_item(town, table, "s-hub"))["subject"] == SUBJECT
    # From the next request on, whoever is replaced reads no longer, and is told why.
    closed = await her_item(town, table, "s-csw")
    assert closed["restricted"]
    assert closed["missing"][0] == "withdraw_substitute"
    notice = await ok(s.get(f"{table.path}/secrecy"))
    problem = await refused(
        s.post(f"{table.path}/secrecy", {"notice_version": notice["notice_version"]}),
        403,
        "conference.replaced_by_substitute",
    )
    assert remedies(problem) == {"withdraw_substitute"}
    # Neither seated anew nor replaced twice.
    mine = {"position_id": pair["substitute_for_position_id"]}
    await refused(s.post(f"{table.path}/participants", mine), 409, "conference.already_registered")
    loan = await position(town, "s-loan")
    second = {"position_id": loan} | {"substitute_for_position_id": mine["position_id"]}
    await refused(
        s.post(f"{table.path}/participants", second), 409, "conference.already_substituted"
    )

    # The substitution is taken back by their own agency and nobody else.
    seats = (await ok(s.get(table.path)))["participants"]
    substitute = next(p["id"] for p in seats if p["substitute_for_position_id"])
    back = f"{table.path}/participants/{substitute}/withdraw"
    for account in ("m-officer", "hc-nurse"):
        await refused(at(town, account).post(back), 422, "conference.unknown_participant")
    await same_as_unknown(at(town, "e-consultant"), back.replace(substitute, "{}"), {}, substitute)
    done = await ok(hub.post(back))
    assert done["withdrawn_at"]
    await refused(hub.post(back), 409, "conference.already_withdrawn")
    assert (await her_item(town, table, "s-csw"))["subject"] == SUBJECT
    assert (await her_item(town, table, "s-hub"))["missing"][0] == "register_participant"

    # Sent once more, the substitute acknowledges once more.
    await ok(s.post(f"{table.path}/answer", answer))
    assert (await her_item(town, table, "s-hub"))["missing"] == ["acknowledge_secrecy"]

    packets = await tally(town, person_id=uuid.UUID(table.person), action="conference.read_packet")
    assert packets == counted("""
        2 s-csw conference.read_packet allowed CONF_LAYERED
        1 s-csw conference.read_packet masked -
        1 s-hub conference.read_packet allowed CONF_LAYERED
        3 s-hub conference.read_packet masked -
    """)
    seated = await tally(town, agency_id=town.agency["S"])
    assert seated["s-csw conference.register allowed INTERNAL"] == 3
    assert seated["s-hub conference.unregister allowed INTERNAL"] == 1
    kept = await town.owner.fetch(
        "SELECT withdrawn_at IS NULL AS open FROM participant WHERE conference_id = $1 ORDER BY id",
        uuid.UUID(table.id),
    )
    assert [k["open"] for k in kept] == [True, False, True]


async def test_a_position_that_is_replaced_is_not_seated_anew(town: Town):
    table = await laid(town)
    s = at(town, "s-csw")
    pair = {
        "position_id": await position(town, "s-hub"),
        "substitute_for_position_id": await position(town, "s-csw"),
    }
    await ok(s.post(f"{table.path}/participants", pair), 201)
    mine = {"position_id": pair["substitute_for_position_id"]}
    await refused(
        s.post(f"{table.path}/participants", mine), 409, "conference.replaced_by_substitute"
    )


async def test_who_leaves_office_between_the_fixing_and_the_sitting_reads_nothing_more(town: Town):
    table = await laid(town)
    await sits(town, table, "hc-nurse", "s-csw")
    assert (await her_item(town, table, "hc-nurse"))["subject"] == SUBJECT
    await leaves(town, "hc-nurse")
    gone = await at(town, "hc-nurse").get(f"{table.path}/packet")
    assert (gone.status_code, SUBJECT in gone.text) == (403, False)
    [refusal] = await town.audit(outcome="denied", sub="sub-hc-nurse")
    assert (refusal["action"], refusal["rules"]) == (
        "conference.read_packet",
        ["actor.no_position"],
    )
    # Whoever takes over the post has promised nothing yet.
    await town.hire("hc-new", "HC", await role_of(town, "hc-nurse"))
    await town.owner.execute(
        "UPDATE tenure SET position_id = $1 WHERE sub = 'sub-hc-new'",
        uuid.UUID(await position(town, "hc-nurse")),
    )
    new = town.caller("hc-new", "consultation")
    place = (await ok(new.get(f"{table.path}/packet")))["items"][0]
    assert (place["restricted"], place["missing"]) == (True, ["acknowledge_secrecy"])
    assert (await her_item(town, table, "s-csw"))["subject"] == SUBJECT
    log = await tally(town, agency_id=town.agency["HC"], action="conference.read_packet")
    assert log == counted("""
        1 hc-nurse conference.read_packet allowed CONF_LAYERED
        1 hc-nurse conference.read_packet allowed INTERNAL
        1 hc-new conference.read_packet allowed INTERNAL
        1 hc-new conference.read_packet masked -
    """)


async def role_of(town: Town, account: str) -> Role:
    found = await town.owner.fetchval(
        "SELECT role FROM position WHERE id = $1", uuid.UUID(await position(town, account))
    )
    return Role(found)


# Who was there, and who took the chair


async def hold(town: Town, table: Table, *present: str, **more: Any) -> dict[str, Any]:
    ids = await attendees(town, table)
    return {"present_attendee_ids": [ids[letter] for letter in present]} | more


async def test_the_chair_is_absent(town: Town):
    table = await laid(town)
    m, ids = at(town, "M"), await attendees(town, table)
    there = await hold(town, table, "CC", "S", "HC")
    problem = await refused(m.post(f"{table.path}/hold", there), 422, "conference.chair_absent")
    assert problem["errors"][0]["pointer"] == "/chaired_by_attendee_id"
    for absent in (ids["M"], ids["T"], str(uuid.uuid4())):
        await refused(
            m.post(f"{table.path}/hold", there | {"chaired_by_attendee_id": absent}),
            422,
            "conference.chair_not_present",
        )
    held = await ok(m.post(f"{table.path}/hold", there | {"chaired_by_attendee_id": ids["HC"]}))
    assert (held["status"], held["chaired_by_agency_id"]) == ("held", str(town.agency["HC"]))
    await ok(m.post(f"{table.path}/minutes/draft", {}))
    text = await town.owner.fetchval("SELECT minutes_text FROM conference")
    assert "議長：みほん保健所" in text
    log = await tally(town, agency_id=town.agency["M"], action="conference.hold")
    assert log["m-officer conference.hold allowed INTERNAL"] == 1


async def test_the_convener_takes_the_chair_unless_somebody_else_is_named(town: Town):
    table = await laid(town)
    held = await ok(at(town, "M").post(f"{table.path}/hold", await hold(town, table, "M", "S")))
    assert held["chaired_by_agency_id"] == str(town.agency["M"])


async def test_who_sat_for_an_agency_and_for_which_items_is_on_record(town: Town):
    table = await laid(town)
    await sits(town, table, "s-csw", "hc-nurse")
    m, ids = at(town, "M"), await attendees(town, table)
    there = await hold(town, table, "M", "S", "HC")

    async def wrong(code: str, *said: dict[str, Any]) -> None:
        body = there | {"attendances": list(said)}
        await refused(m.post(f"{table.path}/hold", body), 422, code)

    csw = await position(town, "s-csw")
    await wrong("conference.attendance_of_nobody", {"attendee_id": ids["T"]})
    await wrong("conference.attendance_of_nobody", *[{"attendee_id": ids["S"]}] * 2)
    for number in ("arrived_for_item", "left_before_item"):
        await wrong("conference.no_such_item_number", {"attendee_id": ids["S"], number: 3})
    backwards = {"attendee_id": ids["S"], "arrived_for_item": 2, "left_before_item": 2}
    await wrong("body.invalid", backwards)
    for strange in (await position(town, "s-hub"), await position(town, "hc-nurse")):
        unseated = {"attendee_id": ids["S"], "position_ids": [strange]}
        await wrong("conference.position_not_registered", unseated)

    stayed = [
        {"attendee_id": ids["S"], "position_ids": [csw], "left_before_item": 2},
        {"attendee_id": ids["HC"], "arrived_for_item": 2},
    ]
    await ok(m.post(f"{table.path}/hold", there | {"attendances": stayed}))
    shown = {a["id"]: a for a in (await ok(m.get(table.path)))["attendees"]}
    assert shown[ids["S"]]["present_position_ids"] == [csw]
    assert shown[ids["S"]]["left_before_item"] == 2
    assert shown[ids["HC"]]["arrived_for_item"] == 2
    assert shown[ids["T"]]["present"] is False
    await ok(m.post(f"{table.path}/minutes/draft", {}))
    text = await town.owner.fetchval("SELECT minutes_text FROM conference")
    assert "（議題2の前に退席）" in text
    assert "（議題2から出席）" in text


# Brief §8 rule 9: only those who are there for the item approve


async def plan_sitting(town: Town, *letters: str) -> tuple[str, str, str, str]:
    """J's plan on the agenda of this afternoon; conference, item, consent and person."""
    cc, j = town.caller("cc-worker"), at_planning(town, "j-consultant")
    her = (await ok(cc.post("/v1/persons", person("試験", "花子", "シケン ハナコ")), 201))["id"]
    to = {"agencies": [str(town.agency[a]) for a in ("J", *letters)]}
    slip = consent(her, to=to, classes="D1 D2 D3 D4", purposes=("consultation", "planning"))
    slip_id = (await ok(cc.post("/v1/consents", slip), 201))["id"]
    draft = examples.REFERRAL | {"person_id": her, "data_classes": ["D1", "D3"]}
    referral = (await ok(cc.post("/v1/referrals", draft), 201))["id"]
    await ok(cc.post(f"/v1/referrals/{referral}/send"))
    await ok(town.caller("j-consultant").post(f"/v1/referrals/{referral}/accept"))
    plan = (await ok(j.post("/v1/plans", examples.PLAN | {"person_id": her}), 201))["id"]
    when = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T15:00:00+09:00"}
    conference = (await ok(j.post("/v1/conferences", examples.CONFERENCE | when), 201))["id"]
    path = f"/v1/conferences/{conference}"
    invited = {"agency_ids": [str(town.agency[a]) for a in letters]}
    await ok(j.post(f"{path}/invite", invited))
    nobody = {"purpose": "resource_gap", "minutes": 10, "subject": "働ける場が少ない"}
    await ok(j.post(f"{path}/items", nobody), 201)
    about = {"person_ids": [her], "plan": {"plan_id": plan, "number": 1}, "subject": SUBJECT}
    item = (await ok(j.post(f"{path}/items", examples.ITEM | about), 201))["id"]
    await ok(j.post(f"{path}/fix"))
    return path, item, slip_id, her


def at_planning(town: Town, account: str) -> Any:
    return town.caller(account, "planning")


APPROVED = {"result": "approved", "decision": "了承する"}


@pytest.mark.parametrize(
    ("leaver", "code"), [("M", "plan.no_municipal_attendee"), ("S", "plan.no_quorum")]
)
async def test_whoever_left_before_the_item_does_not_count(town: Town, leaver: str, code: str):
    path, item, _, _ = await plan_sitting(town, "M", "S", "L", "CC")
    j = at_planning(town, "j-consultant")
    letters = {str(agency_id): letter for letter, agency_id in town.agency.items()}
    shown = (await ok(j.get(path)))["attendees"]
    ids = {letters[a["agency_id"]]: a["id"] for a in shown}
    # Three of five are there for the first item; one leaves before the plan is talked about.
    there: dict[str, Any] = {"present_attendee_ids": [ids[a] for a in ("J", "M", "S")]}
    there["attendances"] = [{"attendee_id": ids[leaver], "left_before_item": 2}]
    await ok(j.post(f"{path}/hold", there))
    await refused(j.post(f"{path}/items/{item}/result", APPROVED), 409, code)


async def test_a_consent_taken_back_between_the_fixing_and_the_sitting(town: Town):
    path, item, slip_id, her = await plan_sitting(town, "M", "S", "CC")
    j = at_planning(town, "j-consultant")
    at_first = (await ok(at_planning(town, "m-officer").get(f"{path}/packet")))["items"][1]
    assert at_first["subject"] == SUBJECT
    await ok(town.caller("cc-worker").post(f"/v1/consents/{slip_id}/revoke", {"reason": "本人"}))
    # Restricted for all, its author and convener as well, who is told that it was pulled.
    for account in ("m-officer", "s-csw", "cc-worker", "j-consultant"):
        packet = await at_planning(town, account).get(f"{path}/packet")
        assert packet.json()["items"][1]["restricted"] is True
        assert SUBJECT not in packet.text
        told = packet.json()["items"][1].get("pulled", False)
        assert told == (account == "j-consultant")
    conference_id = path.rsplit("/", maxsplit=1)[-1]
    assert ("item_pulled", conference_id) in await notices(town.caller("j-consultant"))
    # It is not recorded as approved, nor as anything else.
    shown = (await ok(j.get(path)))["attendees"]
    await ok(j.post(f"{path}/hold", {"present_attendee_ids": [a["id"] for a in shown]}))
    for result in ("approved", "sent_back", "discussed", "carried_over"):
        said = {"result": result, "decision": "了承する"}
        await refused(j.post(f"{path}/items/{item}/result", said), 409, "conference.item_pulled")
    assert await town.owner.fetchval("SELECT status FROM plan_version") == "draft"
    await ok(j.post(f"{path}/minutes/draft", {}))
    assert SUBJECT not in await town.owner.fetchval("SELECT minutes_text FROM conference")
    log = await tally(town, person_id=uuid.UUID(her))
    assert log["cc-worker consent.revoke allowed INTERNAL"] == 1
    assert log["m-officer conference.read_packet masked -"] == 1
    assert log["j-consultant conference.minute allowed INTERNAL"] == 0
