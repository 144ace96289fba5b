"""An agency's own case meeting (row 3-04), and its pre-check before a conference (row 2-13)."""

import uuid
from typing import Any

import pytest
from progress_steps import GAP, Sitting, about, called, held, of, printed
from scenario_steps import consent, ok, person, refused, tally, written_in
from town import Caller, Town

from service.domain.role import Role

FIT, SECOND = "layered_support_conf", "support_conf_layered"
REMARK = "本人の同意を得てから上げる"
DECISION = "重層的支援会議に諮る"


async def client(town: Town, given: str) -> tuple[str, str]:
    """Somebody whom S supports: the person and the case."""
    s = of(town, "s-hub")
    form = person("試験", given, "シケン ヒトリ", birth="1981-03-09")
    who = (await ok(s.post("/v1/persons", form), 201))["id"]
    slip = consent(
        who,
        to={"agencies": [str(town.agency[a]) for a in ("S", "J")]},
        classes="D1 D2 D3 D4",
        purposes=("consultation", "planning"),
    )
    await ok(s.post("/v1/consents", slip), 201)
    consulting = town.caller("s-hub")
    heard = await ok(consulting.post("/v1/consultations", {"told": "相談", "person_id": who}), 201)
    applied = await ok(consulting.post(f"/v1/consultations/{heard['id']}/screen", {"act": "apply"}))
    return who, applied["case_id"]


def on_case(who: str, case: str, **more: Any) -> dict[str, Any]:
    item = {"purpose": "information_exchange", "minutes": 15, "subject": f"検討 {who}"}
    return item | {"person_ids": [who], "case_id": case} | more


async def inside(town: Town, *items: dict[str, Any]) -> Sitting:
    """A meeting (対策会議) of S alone."""
    return await called(
        town,
        "2026-11-20",
        *items,
        who="s-hub",
        letters=(),
        fixed=False,
        kind="internal_case_meeting",
        local_name="対策会議",
    )


async def fixed_inside(town: Town, sitting: Sitting) -> None:
    """Nobody is invited but the agency itself, which is enough for its own meeting."""
    s = of(town, "s-hub")
    await ok(s.post(f"{sitting.path}/invite", {"agency_ids": [str(town.agency["S"])]}))
    await ok(s.post(f"{sitting.path}/fix"))


def found(fit_for: str, **more: Any) -> dict[str, Any]:
    checked = {"fit_for": fit_for, "remark": REMARK} | more
    return {"result": "discussed", "decision": DECISION, "pre_check": checked}


async def waiting(caller: Caller) -> list[dict[str, Any]]:
    return (await ok(caller.get("/v1/pre-checks")))["items"]


@pytest.mark.mechanism("3-04")
async def test_an_agency_goes_through_its_own_cases_and_nobody_else_is_admitted(town: Town):
    s = of(town, "s-hub")
    clients = [await client(town, given) for given in ("一子", "二子", "三子")]
    sitting = await inside(town, *(on_case(*c) for c in clients))
    j_too = {"agency_ids": [str(town.agency[a]) for a in ("S", "J")]}
    await fixed_inside(town, sitting)
    items = (await ok(s.get(f"{sitting.path}/packet")))["items"]
    assert [i["case_id"] for i in items] == [case for _, case in clients]
    assert {i["basis"] for i in items} == {"INTERNAL"}
    assert all(i["persons"] for i in items)
    for who, _ in clients:
        log = await tally(town, person_id=who, action="conference.read_packet")
        assert log == {"s-hub conference.read_packet allowed INTERNAL": 1}
    # A case that the agency does not hold is not talked about inside it.
    j = of(town, "j-consultant")
    hers = (await ok(j.post("/v1/persons", {}), 201))["id"]
    fresh = await inside(town)
    await refused(
        s.post(f"{fresh.path}/items", GAP | {"person_ids": [hers]}), 404, "record.not_found"
    )
    # With another agency at the table it is no meeting inside one agency.
    await ok(s.post(f"{fresh.path}/invite", j_too))
    await refused(
        s.post(f"{fresh.path}/items", on_case(*clients[0])), 422, "conference.inside_one_agency"
    )
    for account in ("j-consultant", "m-officer"):
        outsider = of(town, account)
        answer = await outsider.get(f"{sitting.path}/packet")
        nowhere = await outsider.get(f"/v1/conferences/{uuid.uuid4()}/packet")
        assert answer.status_code == nowhere.status_code == 404
        assert answer.content == nowhere.content


@pytest.mark.mechanism("2-13")
async def test_a_case_found_fit_waits_until_it_stands_on_an_agenda(town: Town):
    s = of(town, "s-hub")
    (one, case), (two, other), (three, third) = [
        await client(town, given) for given in ("一子", "二子", "三子")
    ]
    papers = ((one, case), (two, other), (three, third))
    sitting = await inside(town, *(on_case(*p) for p in papers), GAP)
    await fixed_inside(town, sitting)
    await held(town, sitting, "s-hub")
    path = f"{sitting.path}/items/"
    for item, fit_for in zip(sitting.items[:3], (FIT, "not_yet", SECOND), strict=True):
        done = await ok(s.post(f"{path}{item}/result", found(fit_for)))
        assert REMARK not in str(done)
    await refused(
        s.post(f"{path}{sitting.items[3]}/result", found(FIT)),
        422,
        "conference.pre_check_not_internal",
    )

    # The list: what is fit, newest first; one entry for each person on it.
    rows = await waiting(s)
    assert [(r["case_id"], r["fit_for"]) for r in rows] == [(third, SECOND), (case, FIT)]
    assert rows[1]["fit_for_ja"] == "重層的支援会議"
    assert (rows[1]["remark"], rows[1]["checked_on"]) == (REMARK, "2026-11-20")
    log = await tally(town, person_id=one, action="conference.read_pre_checks")
    assert log == {"s-hub conference.read_pre_checks allowed INTERNAL": 1}
    assert await waiting(of(town, "j-consultant")) == []
    # Whose department keeps somebody to itself, keeps that as well.
    await town.hire("s-desk", "S", Role.CONSULTANT, department="loan")
    await town.owner.execute("UPDATE person SET department = 'loan' WHERE id = $1", three)
    assert [r["case_id"] for r in await waiting(s)] == [case]
    assert [r["case_id"] for r in await waiting(of(town, "s-desk"))] == [third, case]
    await town.owner.execute("UPDATE person SET department = NULL WHERE id = $1", three)

    # On the agenda of the conference it is fit for, with the link; then it waits no longer.
    linked = on_case(one, case, pre_check_item_id=sitting.items[0])
    meeting = await called(
        town, "2026-12-04", linked, who="s-hub", letters=("J",), kind=FIT, fixed=True
    )
    assert [r["case_id"] for r in await waiting(s)] == [third]
    mine = (await ok(s.get(f"{meeting.path}/packet")))["items"][0]
    assert mine["pre_check_item_id"] == sitting.items[0]
    assert mine["pre_check"] == {"fit_for": FIT, "remark": REMARK, "fit_for_ja": "重層的支援会議"}
    assert REMARK in await printed(s, f"{meeting.path}/packet.pdf")
    assert REMARK not in await printed(of(town, "j-consultant"), f"{meeting.path}/packet.pdf")
    # J reads the item; of the pre-check, nothing.
    theirs = (await ok(of(town, "j-consultant").get(f"{meeting.path}/packet")))["items"][0]
    assert theirs["subject"]
    assert not {"pre_check", "pre_check_item_id"} & set(theirs)
    assert not any(words in str(theirs) for words in (REMARK, sitting.items[0]))
    assert await written_in(town, REMARK) == set()
    # A conference that is not held puts it back on the list.
    await ok(s.post(f"{meeting.path}/cancel"))
    assert [r["case_id"] for r in await waiting(s)] == [third, case]


async def test_a_link_leads_to_ones_own_pre_check_of_the_same_case_only(town: Town):
    s = of(town, "s-hub")
    (one, case), (two, other) = [await client(town, given) for given in ("一子", "二子")]
    sitting = await inside(town, on_case(one, case), on_case(two, other))
    await fixed_inside(town, sitting)
    await held(town, sitting, "s-hub")
    results = f"{sitting.path}/items/{sitting.items[0]}/result"
    for wrong in ("internal_case_meeting", "layered_plenary"):
        await refused(s.post(results, found(wrong)), 422, "conference.pre_check_kind")
    await ok(s.post(results, found(FIT)))
    meeting = await called(town, "2026-12-04", who="s-hub", letters=("J",), kind=FIT, fixed=False)
    # Another case's, one that was never checked, and one that nobody has: the same answer.
    answers = []
    for link in (sitting.items[0], sitting.items[1], str(uuid.uuid4())):
        form = on_case(two, other, pre_check_item_id=link)
        answers.append(
            await refused(
                s.post(f"{meeting.path}/items", form), 422, "conference.pre_check_unknown"
            )
        )
    assert answers[0] == answers[1] == answers[2]
    # J has no pre-check, and learns of none.
    j = of(town, "j-consultant")
    her = (await ok(j.post("/v1/persons", {}), 201))["id"]
    own = await called(town, "2026-12-05", letters=(), fixed=False, kind="internal_case_meeting")
    form = GAP | {"person_ids": [her], "pre_check_item_id": sitting.items[0]}
    there = await refused(j.post(f"{own.path}/items", form), 422, "conference.pre_check_unknown")
    assert there == answers[0]
    # Nor does a conference of several agencies have one.
    item = about(town, one, case_id=case, invited_agency_ids=[])
    shared = await called(town, "2026-11-20", item, who="s-hub", letters=("J",), kind=FIT)
    await held(town, shared, "s-hub")
    await refused(
        s.post(f"{shared.path}/items/{shared.items[0]}/result", found(FIT)),
        422,
        "conference.pre_check_not_internal",
    )
