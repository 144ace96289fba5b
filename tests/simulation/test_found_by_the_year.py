"""What simulated years have found, each told as shortly as it can be."""

import uuid
from datetime import date, timedelta

from scenario_steps import act, consent, notices, ok, refer
from town import Town

from service.adapters.postgres.directory_load import DirectoryLoader
from service.demo.city import AGENCY_ID
from service.domain.calendar_jp import jst_date
from service.domain.directory import DirectoryFile, Position, Tenure
from service.domain.role import Role

CARD = {"kind": "trouble_card", "text": "雨戸が閉まったまま", "area": "district_3"}


async def tasks(caller, kind: str):
    return [t for t in (await ok(caller.get("/v1/tasks")))["items"] if t["kind"] == kind]


async def asked_hub(town: Town) -> str:
    """An entry in the hub's queue, on Friday 20 November: two working days, so until Wednesday."""
    cc = town.caller("cc-worker")
    heard = await ok(cc.post("/v1/consultations", {"told": "どこに行けばよいか分からない"}), 201)
    path = f"/v1/consultations/{heard['id']}/escalate"
    return (await ok(cc.post(path, {"reason": "行き詰まっている"})))["id"]


async def test_the_hub_is_to_answer_on_the_last_day_of_its_term_and_not_a_day_later(town: Town):
    await asked_hub(town)
    (task,) = await tasks(town.caller("s-hub"), "hub_entry")
    # Monday is a holiday (勤労感謝の日): Tuesday, Wednesday.
    assert task["due_on"] == "2026-11-25"
    town.clock.forward(days=5)
    assert await town.sweep() == 0
    town.clock.forward(days=1)
    assert await town.sweep() == 1


async def test_the_next_step_is_due_on_the_day_that_its_task_says(town: Town):
    cc = town.caller("cc-worker")
    person_id = (await ok(cc.post("/v1/persons", {}), 201))["id"]
    given = {"person_id": person_id, "kind": "food", "what": "食料三日分"}
    given["given_at"] = town.clock.now.isoformat()
    support = await ok(cc.post("/v1/urgent-supports", given), 201)
    (task,) = await tasks(cc, "next_step")
    assert support["next_step_by"] == task["due_on"] == "2026-11-27"


async def test_whoever_stands_behind_the_hub_can_answer(town: Town):
    entry = await asked_hub(town)
    moved_to = None
    for _ in range(4):
        town.clock.forward(days=7)
        await town.sweep()
        moved_to = await town.owner.fetchval(
            "SELECT hub_agency_id FROM hub_entry WHERE id = $1", uuid.UUID(entry)
        )
        if moved_to == town.agency["M"]:
            break
    assert moved_to == town.agency["M"]
    officer = town.caller("m-officer")
    answered = await ok(officer.post(f"/v1/hub/{entry}/answer", {"advice": "福祉課が同席する"}))
    assert answered["state"] == "answered"
    assert await tasks(officer, "hub_entry") == []


async def test_a_more_urgent_sheet_brings_the_day_of_the_task_forward(town: Town):
    cc = town.caller("cc-worker")
    first = (await ok(cc.post("/v1/signals", CARD), 201))["id"]
    second = (await ok(cc.post("/v1/signals", CARD | {"urgent": True}), 201))["id"]
    await ok(cc.post(f"/v1/signals/{second}/merge", {"into_signal_id": first}))
    (task,) = await tasks(cc, "signal")
    assert task["record_id"] == first
    assert task["due_on"] == "2026-11-20"


async def led_by(town: Town, account: str, last: date, successor_from: date | None) -> str:
    """A case whose lead leaves, and whose successor comes on a day; the operator is told today."""
    today = jst_date(town.clock.now)
    await town.hire(account, "CC", Role.CONSULTANT)
    cc = town.caller(account)
    person_id = (await ok(cc.post("/v1/persons", {}), 201))["id"]
    slip = consent(person_id, to={"kinds": ["legal_aid"]}, classes="D1", purposes=("consultation",))
    await ok(cc.post("/v1/consents", slip), 201)
    told = {"told": "家計を立て直したい", "person_id": person_id}
    heard = await ok(cc.post("/v1/consultations", told), 201)
    applied = await ok(cc.post(f"/v1/consultations/{heard['id']}/screen", {"act": "apply"}))
    assert today <= last + timedelta(days=1)
    row = await town.owner.fetchrow(
        "SELECT t.* FROM tenure t JOIN position p ON p.id = t.position_id WHERE p.code = $1",
        account.replace("-", "_"),
    )
    tenure = Tenure.model_validate(dict(row))
    changed = [tenure.model_copy(update={"valid_until": last})]
    if successor_from is not None:
        coming = {"id": uuid.uuid4(), "sub": "sub-successor", "valid_from": successor_from}
        changed.append(tenure.model_copy(update=coming))
    async with town.owner.transaction():
        await DirectoryLoader(town.owner).load(DirectoryFile(tenures=changed))
    return str(applied["case_id"])


async def test_a_gap_before_a_successor_comes_is_a_gap_too(town: Town):
    today = jst_date(town.clock.now)
    gone, comes = today - timedelta(days=1), today + timedelta(days=11)
    case = await led_by(town, "cc-leaver", gone, comes)
    await town.sweep()
    why = await town.owner.fetchval(
        "SELECT why FROM hub_entry WHERE record_id = $1", uuid.UUID(case)
    )
    assert why == "no_lead"
    assert [t["record_id"] for t in await tasks(town.caller("cc-worker"), "reassign")] == [case]


async def test_a_successor_who_comes_the_next_day_leaves_no_gap(town: Town):
    last = jst_date(town.clock.now) + timedelta(days=5)
    await led_by(town, "cc-leaver", last, last + timedelta(days=1))
    assert await town.sweep() == 0


async def test_the_hub_is_told_again_when_the_next_lead_leaves_as_well(town: Town):
    today = jst_date(town.clock.now)
    case = await led_by(town, "cc-leaver", today - timedelta(days=1), None)
    await town.sweep()
    hub, cc = town.caller("s-hub"), town.caller("cc-worker")
    (entry,) = (await ok(hub.get("/v1/hub")))["items"]
    assert entry["record_id"] == case
    # Somebody takes it over, and is gone the day after.
    position = Position(
        id=uuid.uuid4(),
        agency_id=AGENCY_ID["CC"],
        code="cc_next",
        title="相談員",
        role=Role.CONSULTANT,
        valid_from=date(2026, 4, 1),
    )
    tenure = Tenure(
        id=uuid.uuid4(),
        position_id=position.id,
        iss=town.issuers["city"].issuer,
        sub="sub-next",
        name="次の担当",
        valid_from=date(2026, 4, 1),
        valid_until=today + timedelta(days=1),
    )
    async with town.owner.transaction():
        await DirectoryLoader(town.owner).load(
            DirectoryFile(positions=[position], tenures=[tenure])
        )
    handed = {
        "lead_agency_id": str(AGENCY_ID["CC"]),
        "lead_position_id": str(position.id),
        "note": "月に一度の訪問",
    }
    await ok(cc.post(f"/v1/cases/{case}/hand-over", handed))
    assert (await ok(hub.get("/v1/hub")))["items"] == []
    town.clock.forward(days=2)
    await town.sweep()
    (entry,) = (await ok(hub.get("/v1/hub")))["items"]
    assert (entry["record_id"], entry["why"]) == (case, "no_lead")
    assert [k for k, _ in await notices(hub)].count("hub_entry") == 2


async def test_a_referral_whose_case_has_ended_is_given_a_lead_all_the_same(town: Town):
    cc, d, hub = (town.caller(a) for a in ("cc-worker", "d-consultant", "s-hub"))
    person_id = (await ok(cc.post("/v1/persons", {}), 201))["id"]
    to = {"agencies": [str(town.agency[x]) for x in ("D", "J", "S")]}
    slip = consent(person_id, to=to, classes="D1 D3", purposes=("consultation",))
    await ok(cc.post("/v1/consents", slip), 201)
    referral = await refer(cc, person_id, town.desk["D"])
    await act(cc, referral, "send")
    await act(d, referral, "accept")
    letter = await ok(d.get(f"/v1/referrals/{referral}"))
    ended = letter["case_id"]
    await ok(d.post(f"/v1/cases/{ended}/advance", {"stage": "withdrawn"}))
    await act(cc, referral, "escalate", reason="本人がまた困っている")
    decided = {"lead_agency_id": str(town.agency["J"]), "reason": "家計の相談から入る"}
    named = await act(hub, referral, "name-lead", **decided)
    assert named["case_id"] != ended
    case = await ok(town.caller("j-consultant").get(f"/v1/cases/{named['case_id']}"))
    assert (case["previous_case_id"], case["episode"]) == (ended, 2)
