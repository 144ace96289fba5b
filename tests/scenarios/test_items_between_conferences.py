"""Items that could not be finished: carried over one by one, or a sitting that goes on later."""

import asyncio
import uuid
from typing import Any

import pytest
from conference_steps import (
    BODY,
    LAYERED,
    STATUTORY,
    SUBJECT,
    WITHOUT,
    a_body,
    agrees,
    decide,
    e_brings,
    e_knows,
    fix,
    hold,
    ids,
    item_on,
    items_in,
    of,
    packet,
    put,
    sits_under_secrecy,
    sitting,
    when,
)
from scenario_steps import (
    counted,
    everybody,
    heard_by,
    listen,
    nothing_slipped,
    notices,
    ok,
    person,
    refused,
    remedies,
    same_as_unknown,
    tally,
)
from town import Town

from service.api import examples

NOBODY = "来年度の会議の持ち方"
NEXT = "2026-12-18"


def to(conference: str, **more: Any) -> dict[str, Any]:
    return {"to_conference_id": conference} | more


# Carried over


@pytest.mark.mechanism("4-22", "2-14")
async def test_a_statutory_item_keeps_its_circle_and_opens_a_window_of_its_own(town: Town):
    heard = listen(town)
    whom = await e_knows(town)
    body = await a_body(town)
    first = await sitting(town, "2026-12-04", STATUTORY, ("E", "S", "HC"), body_id=body)
    # Everybody at the table stays for it.
    old = await e_brings(town, first, whom)
    await sits_under_secrecy(town, first, "M", "E", "S", "HC")
    await fix(town, first)
    town.clock.forward(days=14, hours=5)
    await hold(town, first)
    # To the next sitting come J and H as well, and not HC.
    later = await sitting(town, NEXT, STATUTORY, ("E", "S", "J", "H"), body_id=body)
    m = of(town, "M")
    path = f"{old.path}/carry-over"
    somewhere = to(str(uuid.uuid4()))
    template = f"/v1/conferences/{{}}/items/{old.id}/carry-over"
    await same_as_unknown(of(town, "J"), template, somewhere, first)
    await refused(of(town, "E").post(path, to(later)), 403, "actor.permission_missing")
    hub = town.caller("s-hub")
    await refused(hub.post(path, to(later)), 403, "conference.convener_only")
    done = await ok(m.post(path, to(later)), 201)
    assert (done["from_item_id"], done["conference_id"], done["basis"]) == (
        old.id,
        later,
        "CONF_LAYERED",
    )
    assert done["added_by_agency_id"] == str(town.agency["E"])
    assert set(done["invited_agency_ids"]) == set(ids(town, ("M", "E", "S")))
    assert await items_in(town, first) == [(1, SUBJECT, "carried_over")]
    assert await items_in(town, later) == [(1, SUBJECT, None)]
    await refused(m.post(path, to(later)), 409, "conference.item_already_moved")

    # A new sitting, a new window: registered and under secrecy anew.
    await fix(town, later)
    (item,) = await packet(town, "S", later)
    assert item["missing"] == ["register_participant", "acknowledge_secrecy"]
    await sits_under_secrecy(town, later, "M", "S", "H", "J")
    (item,) = await packet(town, "S", later)
    assert (item["subject"], item["reason_without_consent"]) == (SUBJECT, WITHOUT)
    assert "from_item_id" not in item
    assert (await packet(town, "M", later))[0]["from_item_id"] == old.id
    # Carrying it over shows it to nobody who was not there.
    for letter in ("J", "H"):
        assert await packet(town, letter, later) == [
            {"number": 1, "minutes": 20, "restricted": True}
        ]
    await nothing_slipped(town, heard, {SUBJECT: "m-officer s-csw", WITHOUT: "m-officer s-csw"})
    carried = await tally(town, person_id=whom, action="conference.carry_over")
    assert carried == counted("""
        1 m-officer conference.carry_over allowed INTERNAL
        1 m-officer conference.carry_over failed INTERNAL
    """)


async def test_what_it_rests_on_is_looked_at_anew(town: Town):
    whom = await e_knows(town)
    m, e = of(town, "M"), of(town, "E")
    consent_id = await agrees(town, whom, ("M", "S", "J"))
    first = await sitting(town, "2026-12-04", LAYERED, ("S", "J"))
    item = await put(m, first, item_on(whom, invited_agency_ids=ids(town, "J")))
    path = f"{item.path}/carry-over"
    earlier = await sitting(town, "2026-12-01", LAYERED, ("S", "J"))
    await refused(m.post(path, to(earlier)), 422, "conference.target_not_later")
    await refused(m.post(path, to(first)), 422, "conference.target_not_later")
    without_j = await sitting(town, NEXT, LAYERED, ("S",))
    await refused(m.post(path, to(without_j)), 422, "conference.item_invites_stranger")
    plenary = await sitting(town, NEXT, "layered_plenary", ("J",))
    await refused(m.post(path, to(plenary)), 422, "conference.kind_names_nobody")
    later = await sitting(town, NEXT, LAYERED, ("J",))
    for kind, code in (
        ("layered_plenary", "conference.kind_names_nobody"),
        ("internal_case_meeting", "conference.item_cannot_follow"),
        (STATUTORY, "conference.body_missing"),
        ("evaluation_conf", "conference.evaluates_only"),
    ):
        await refused(m.post(path, to(later, kind=kind)), 422, code)
    evaluation = await sitting(town, NEXT, "evaluation_conf", ("J",))
    await refused(m.post(path, to(evaluation)), 422, "conference.evaluates_only")
    foreign = {"kind": LAYERED} | when(NEXT)
    theirs = await ok(town.caller("e-chief").post("/v1/conferences", foreign), 201)
    await same_as_unknown(m, path, to(theirs["id"]), theirs["id"])
    # He takes his word back: the item is off the agenda, and goes nowhere.
    await ok(e.post(f"/v1/consents/{consent_id}/revoke"))
    await refused(m.post(path, to(later)), 409, "conference.item_pulled")
    for conference in (later, plenary, without_j, evaluation, earlier, theirs["id"]):
        assert await items_in(town, conference) == []
    assert await items_in(town, first) == [(1, SUBJECT, None)]

    # A cancelled sitting's item on nobody goes on as well; one with a result does not.
    free = await put(m, first, item_on(None, subject=NOBODY, purpose="report"))
    await ok(m.post(f"/v1/conferences/{first}/cancel"))
    await ok(m.post(f"{free.path}/carry-over", to(plenary)), 201)
    assert await items_in(town, plenary) == [(1, NOBODY, None)]
    # The target takes items only while its agenda is open.
    await fix(town, plenary)
    again = await put(m, later, item_on(None, subject=NOBODY, purpose="report"))
    final = await sitting(town, "2026-12-25", "layered_plenary", ("J",))
    await ok(m.post(f"/v1/conferences/{final}/cancel"))
    await refused(m.post(f"{again.path}/carry-over", to(final)), 409, "conference.illegal_move")


async def test_consent_that_ended_after_the_sitting_stops_the_carrying(town: Town):
    whom = await e_knows(town)
    m, e = of(town, "M"), of(town, "E")
    consent_id = await agrees(town, whom, ("M", "J"))
    first = await sitting(town, "2026-11-20", LAYERED, ("J",))
    item = await put(m, first, item_on(whom))
    other = await put(m, first, item_on(None, subject=NOBODY, purpose="report"))
    await fix(town, first)
    town.clock.forward(hours=5)
    await hold(town, first)
    later = await sitting(town, NEXT, LAYERED, ("J",))
    await ok(e.post(f"/v1/consents/{consent_id}/revoke"))
    problem = await refused(
        m.post(f"{item.path}/carry-over", to(later)), 403, "conference.person_without_consent"
    )
    assert remedies(problem) == {"ask_consent", "ask_support_conference"}
    # Nothing half done: the sitting does not go on in part either.
    on = when("2026-12-19")
    await refused(
        m.post(f"/v1/conferences/{first}/continue", on), 403, "conference.person_without_consent"
    )
    assert await items_in(town, first) == [(1, SUBJECT, None), (2, NOBODY, None)]
    assert await town.owner.fetchval("SELECT count(*) FROM conference") == 2
    await decide(town, other, "次年度も月一回")
    await refused(
        m.post(f"{other.path}/carry-over", to(later)), 409, "conference.item_already_decided"
    )


async def test_what_is_under_secrecy_is_not_carried_into_another_kind(town: Town):
    whom = await e_knows(town)
    body = await a_body(town)
    needy = BODY | {"kind": "support_conf_needy", "name": "みほん市支援会議（困窮）"}
    needy |= {"member_agency_ids": everybody(town)}
    other = (await ok(of(town, "M").post("/v1/conference-bodies", needy), 201))["id"]
    first = await sitting(town, "2026-12-04", STATUTORY, ("E", "S"), body_id=body)
    old = await e_brings(town, first, whom)
    await agrees(town, whom, ("M", "S"))
    m, path = of(town, "M"), f"{old.path}/carry-over"
    later = await sitting(town, NEXT, "support_conf_needy", ("E", "S"), body_id=other)
    for kind in ("support_conf_needy", "internal_case_meeting"):
        said = to(later, kind=kind)
        await refused(m.post(path, said), 422, "conference.item_cannot_follow")
    said = to(later, kind=LAYERED)
    await refused(m.post(path, said), 409, "conference.item_under_secrecy")
    # Held there as what it was, its own body is missing: the sitting's is another.
    await refused(m.post(path, to(later)), 422, "conference.body_does_not_fit")
    assert await items_in(town, later) == []


@pytest.mark.mechanism("2-16")
async def test_an_in_house_item_goes_to_the_residents_on_his_word_alone(town: Town):
    """生活支援会議 → 地域生活支援会議: with a neighbour at the table it is who he is, and no more."""
    m = of(town, "M")
    form = person("見本", "徹", "ミホン トオル", living="母と二人")
    whom = (await ok(m.post("/v1/persons", form), 201))["id"]
    first = await sitting(town, "2026-12-04", "internal_case_meeting")
    item = await put(m, first, item_on(whom))
    later = await sitting(town, NEXT, "community_life_support_conf", ("S",))
    neighbour = {"residents": ["隣の福祉委員"]}
    await ok(m.post(f"/v1/conferences/{later}/invite", neighbour))
    path = f"{item.path}/carry-over"
    await refused(m.post(path, to(later)), 422, "conference.inside_one_agency")
    open_kind = to(later, kind="community_life_support_conf")
    await refused(m.post(path, open_kind), 403, "conference.person_without_consent")
    slip = {"person_id": whom, "receivers": {"agencies": ids(town, ("M", "S"))}}
    given = {"valid_from": "2026-11-20", "data_classes": ["D1", "D2", "D3"]}
    said = examples.CONSENT | slip | given | {"purposes": ["consultation"]}
    await ok(m.post("/v1/consents", said), 201)
    done = await ok(m.post(path, open_kind), 201)
    assert done["basis"] == "CONSENT"
    await fix(town, later)
    for letter in ("M", "S"):
        (item_there,) = await packet(town, letter, later)
        assert "subject" not in item_there
        (who,) = item_there["persons"]
        assert who["names"][0]["given"] == "徹"
        assert "living" not in who


async def test_of_two_who_carry_at_once_one_wins(town: Town):
    m = of(town, "M")
    first = await sitting(town, "2026-12-04", LAYERED, ("S",))
    item = await put(m, first, item_on(None, subject=NOBODY, purpose="report"))
    targets = [await sitting(town, day, LAYERED, ("S",)) for day in (NEXT, "2026-12-25")]
    version = (await m.get(f"/v1/conferences/{first}")).headers["etag"]
    tries = [m.post(f"{item.path}/carry-over", to(t)) for t in targets]
    tries += [
        m.post(f"{item.path}/carry-over", to(t), headers={"If-Match": version}) for t in targets
    ]
    codes = sorted(a.status_code for a in await asyncio.gather(*tries))
    assert codes[0] == 201
    assert set(codes[1:]) <= {409, 412}
    there = [i for t in targets for i in await items_in(town, t)]
    assert there == [(1, NOBODY, None)]
    assert await town.owner.fetchval("SELECT count(*) FROM item_move") == 1


async def test_two_who_carry_across_do_not_wait_for_each_other_for_ever(town: Town):
    m = of(town, "M")
    first = await sitting(town, "2026-12-04", LAYERED, ("S",))
    later = await sitting(town, NEXT, LAYERED, ("S",))
    words = item_on(None, subject=NOBODY, purpose="report")
    here, there = await put(m, first, words), await put(m, later, words)
    answers = await asyncio.gather(
        *(m.post(f"{here.path}/carry-over", to(later)) for _ in range(2)),
        *(m.post(f"{there.path}/carry-over", to(first)) for _ in range(4)),
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 422, 422, 422, 422]


FAILING_COMMIT = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the disk is full'; END $$;
CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON audit_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
"""


async def test_a_commit_that_fails_leaves_both_sittings_as_they_were(town: Town):
    m = of(town, "M")
    first = await sitting(town, "2026-11-20", LAYERED, ("S",))
    item = await put(m, first, item_on(None, subject=NOBODY, purpose="report"))
    later = await sitting(town, NEXT, LAYERED, ("S",))
    await fix(town, first)
    town.clock.forward(hours=5)
    await hold(town, first)
    rows = "SELECT row_to_json(c)::text FROM conference c ORDER BY id"
    before = await town.owner.fetch(rows)
    await town.owner.execute(FAILING_COMMIT)
    for path, body in (
        (f"{item.path}/carry-over", to(later)),
        (f"/v1/conferences/{first}/continue", when(NEXT)),
    ):
        assert (await m.post(path, body)).status_code == 503
    assert await town.owner.fetch(rows) == before
    assert await items_in(town, first) == [(1, NOBODY, None)]
    assert await items_in(town, later) == []
    await town.owner.execute("DROP TRIGGER refuse ON audit_entry")
    await ok(m.post(f"{item.path}/carry-over", to(later)), 201)


# Cut short


@pytest.mark.mechanism("2-14")
async def test_a_sitting_that_is_cut_short_goes_on_with_what_is_left(town: Town):
    whom = await e_knows(town)
    m = of(town, "M")
    body = await a_body(town)
    named = {"local_name": "みほん市包括的支援会議", "body_id": body}
    first = await sitting(town, "2026-11-20", STATUTORY, ("E", "S", "HC"), **named)
    await ok(m.post(f"/v1/conferences/{first}/invite", {"residents": ["隣の福祉委員"]}))
    done = await put(m, first, item_on(None, subject="報告", purpose="report"))
    await e_brings(town, first, whom, "E", "S")
    await put(m, first, item_on(None, subject=NOBODY, purpose="report", minutes=5))
    path = f"/v1/conferences/{first}"
    on = when(NEXT) | {"place": "公民館"}
    await refused(m.post(f"{path}/continue", on), 409, "conference.illegal_move")
    accepted = {"answer": "accepted", "representative": "須田"}
    await ok(of(town, "S").post(f"{path}/answer", accepted))
    await sits_under_secrecy(town, first, "S")
    await fix(town, first)
    town.clock.forward(hours=5)
    await hold(town, first)
    await decide(town, done, "確認した")
    await refused(m.post(f"{path}/continue", when("2026-11-19")), 422, "conference.starts_in_past")
    wrong = on | {"ends_at": on["starts_at"]}
    await refused(m.post(f"{path}/continue", wrong), 422, "body.invalid")
    hub = town.caller("s-hub")
    await refused(hub.post(f"{path}/continue", on), 403, "conference.convener_only")
    receipt = await ok(m.post(f"{path}/continue", on), 201)
    later = receipt["continued_by_id"]
    assert receipt["status"] == "held"

    assert await items_in(town, first) == [
        (1, "報告", "discussed"),
        (2, SUBJECT, "carried_over"),
        (3, NOBODY, "carried_over"),
    ]
    assert await items_in(town, later) == [(1, SUBJECT, None), (2, NOBODY, None)]
    there = await ok(m.get(f"/v1/conferences/{later}"))
    assert [there[f] for f in ("kind", "local_name", "body_id", "place", "status")] == [
        STATUTORY,
        "みほん市包括的支援会議",
        body,
        "公民館",
        "invited",
    ]
    asked = {a["agency_id"] or a["resident"]: a["answer"] for a in there["attendees"]}
    assert asked == dict.fromkeys([*ids(town, ("M", "E", "S", "HC")), "隣の福祉委員"], "none")
    for letter in ("E", "S", "HC"):
        assert ("conference_invitation", later) in await notices(of(town, letter))
    await refused(m.post(f"{path}/continue", when("2026-12-25")), 409, "conference.nothing_left")

    # The minutes say that it goes on, and when.
    await ok(m.post(f"{path}/minutes/draft", {}))
    text = await ok(m.get(f"{path}/minutes"))
    assert text.get("restricted")  # M itself has not been registered
    drafted = await town.owner.fetchval("SELECT text FROM minutes_version")
    assert "会議は議題を残して終わり" in drafted
    assert "3 次回の予定\n令和8年12月18日 13時30分" in drafted
    assert "継続協議" in drafted

    # Secrecy was promised for the other window; this one wants it anew.
    await fix(town, later)
    statutory, free = await packet(town, "S", later)
    assert statutory["missing"] == ["register_participant", "acknowledge_secrecy"]
    assert free["subject"] == NOBODY
    statutory, _ = await packet(town, "HC", later)
    assert statutory == {"number": 1, "minutes": 20, "restricted": True}


async def test_whoever_comes_for_their_own_item_is_asked_again(town: Town):
    whom = await e_knows(town)
    chief = town.caller("e-chief")
    await agrees(town, whom, ("E", "S"))
    planned = {"kind": LAYERED} | when("2026-11-20")
    first = (await ok(chief.post("/v1/conferences", planned), 201))["id"]
    path = f"/v1/conferences/{first}"
    everybody = {"agency_ids": ids(town, "S"), "person_ids": [whom]}
    await ok(chief.post(f"{path}/invite", everybody))
    await ok(chief.post(f"{path}/items", item_on(whom)), 201)
    await ok(chief.post(f"{path}/fix"))
    town.clock.forward(hours=5)
    there = (await ok(chief.get(path)))["attendees"]
    present = {"present_attendee_ids": [a["id"] for a in there]}
    await ok(chief.post(f"{path}/hold", present))
    later = (await ok(chief.post(f"{path}/continue", when(NEXT)), 201))["continued_by_id"]
    there = (await ok(chief.get(f"/v1/conferences/{later}")))["attendees"]
    assert [a["is_the_person"] for a in there] == [False, False, True]
    assert (await items_in(town, later)) == [(1, SUBJECT, None)]


# What was released goes on with the item; evaluation


@pytest.mark.mechanism("2-02", "2-14")
async def test_released_words_go_on_with_the_item_and_are_taken_back_everywhere(town: Town):
    whom = await e_knows(town)
    body = await a_body(town)
    first = await sitting(town, "2026-11-20", STATUTORY, ("E", "S"), body_id=body)
    old = await e_brings(town, first, whom)
    m, e = of(town, "M"), of(town, "E")
    await agrees(town, whom, ("M", "J"))
    target = await sitting(town, "2026-11-21", LAYERED, ("J",))
    promoted = {"kind": LAYERED, "purpose": "information_exchange", "minutes": 5}
    promoted |= {"subject": "これからのこと", "to_conference_id": target}
    new = await ok(m.post(f"{old.path}/promote", promoted), 201)
    words = {"what": "subject", "text": "だれが訪ねるか", "to_item_id": new["id"]}
    released = await ok(e.post(f"{old.path}/releases", words), 201)
    await fix(town, target)
    town.clock.forward(days=1, hours=5)
    await hold(town, target)
    on = when(NEXT)
    later = (await ok(m.post(f"/v1/conferences/{target}/continue", on), 201))["continued_by_id"]
    await fix(town, later)
    (item,) = await packet(town, "J", later)
    assert [r["text"] for r in item["released"]] == ["だれが訪ねるか"]
    await ok(e.post(f"{old.path}/releases/{released['id']}/withdraw"))
    (item,) = await packet(town, "J", later)
    assert "released" not in item
    # In the sitting that has been held they were read, and stay on its record.
    (item,) = await packet(town, "J", target)
    assert [r["text"] for r in item["released"]] == ["だれが訪ねるか"]


@pytest.mark.mechanism("1-51")
async def test_an_evaluation_is_of_an_approved_plan_in_a_conference_that_evaluates(town: Town):
    heard = listen(town)
    j = town.caller("j-consultant", "planning")
    form = person("試験", "花子", "シケン ハナコ")
    whom = (await ok(j.post("/v1/persons", form), 201))["id"]
    slip = examples.CONSENT | {"person_id": whom, "valid_from": "2026-11-20"}
    slip |= {"receivers": {"agencies": ids(town, "J")}, "purposes": ["consultation", "planning"]}
    await ok(j.post("/v1/consents", slip | {"data_classes": ["D1", "D3"]}), 201)
    plan = (await ok(j.post("/v1/plans", examples.PLAN | {"person_id": whom}), 201))["id"]
    version = {"plan": {"plan_id": plan, "number": 1}}
    meeting = {"kind": "evaluation_conf"} | when("2026-12-04")
    conference = (await ok(j.post("/v1/conferences", meeting), 201))["id"]
    path = f"/v1/conferences/{conference}/items"
    evaluation = item_on(whom, purpose="evaluation")
    await refused(j.post(path, evaluation), 422, "conference.evaluation_needs_plan")
    draft = evaluation | version
    await refused(j.post(path, draft), 409, "conference.evaluation_plan_not_approved")
    await refused(j.post(path, item_on(whom) | version), 422, "conference.evaluates_only")
    other = item_on(None, purpose="report", subject=NOBODY, kind="layered_plenary")
    await refused(j.post(path, other), 422, "conference.evaluates_only")
    await town.owner.execute("UPDATE plan_version SET status = 'decided'")
    case = draft | {"kind": "case_conf"}
    await refused(j.post(path, case), 422, "conference.kind_does_not_evaluate")
    added = await ok(j.post(path, draft), 201)
    assert added["purpose"] == "evaluation"
    convert = f"{path}/{added['id']}/convert"
    wrong = {"kind": "case_conf"}
    await refused(j.post(convert, wrong), 422, "conference.kind_does_not_evaluate")
    await ok(j.post(convert, {"kind": "support_coordination_conf"}))
    # Somebody else's plan is none, whatever its state.
    h = town.caller("h-supporter", "planning")
    assert heard_by(heard, plan) == {"j-consultant"}
    assert (await h.get(f"/v1/plans/{plan}")).status_code == 404
