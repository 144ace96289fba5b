"""The service's own sweep: what is left lying goes to the hub, exactly once, and is on record."""

import asyncio

import pytest
from town import Town

from service.application import sweeps
from service.application.referral_acts import miss_deadline


async def sent(town: Town, count: int) -> list[str]:
    """Referrals that D has received and does not answer."""
    cc = town.caller("cc-worker")
    made = []
    for _ in range(count):
        person = (await cc.post("/v1/persons", {})).json()["id"]
        consent = {
            "person_id": person,
            "method": "written",
            "evidence": "票",
            "explained_on": "2026-11-01",
            "rule_version": "1",
            "purposes": ["consultation"],
            "data_classes": ["D1", "D3"],
            "receivers": {"kinds": ["disability_core_center", "social_welfare_council"]},
            "valid_from": "2026-11-01",
        }
        assert (await cc.post("/v1/consents", consent)).status_code == 201
        draft = {"person_id": person, "to_desk_id": str(town.desk["D"]), "reason": "相談"}
        referral = (await cc.post("/v1/referrals", draft)).json()["id"]
        assert (await cc.post(f"/v1/referrals/{referral}/send")).status_code == 200
        made.append(referral)
    return made


@pytest.mark.mechanism("1-23")
async def test_two_sweeps_at_once_move_every_overdue_referral_exactly_once(town: Town):
    referrals = await sent(town, 12)
    assert await town.sweep() == 0
    town.clock.forward(days=7)
    moved = await asyncio.gather(*(town.sweep() for _ in range(3)))
    assert sum(moved) == len(referrals)
    assert await town.sweep() == 0
    for referral in referrals:
        steps = await town.owner.fetch(
            "SELECT act, from_status, to_status, by_agency_id FROM referral_event"
            " WHERE referral_id = $1 AND act = 'miss_deadline'",
            referral,
        )
        assert [tuple(s) for s in steps] == [("miss_deadline", "sent", "needs_lead", None)]
        [entry] = await town.audit(record_id=referral, action="referral.miss_deadline")
        assert entry["actor_kind"] == "system"
        assert entry["outcome"] == "allowed"
        assert entry["rules"] == ["system.sweep"]
        assert entry["person_id"] is not None
    told = await town.owner.fetchval(
        "SELECT count(*) FROM notice WHERE kind = 'referral_at_hub' AND agency_id = $1",
        town.agency["S"],
    )
    assert told == len(referrals)


async def test_the_hub_that_is_late_itself_is_reported_to_the_municipality(town: Town):
    [referral] = await sent(town, 1)
    town.clock.forward(days=7)
    await town.sweep()
    town.clock.forward(days=7)
    assert await town.sweep() == 1
    row = await town.owner.fetchrow(
        "SELECT status, hub_overdue, due_at FROM referral WHERE id = $1", referral
    )
    assert (row["status"], row["hub_overdue"]) == ("needs_lead", 1)
    assert row["due_at"] > town.clock.now
    unread = (await town.caller("m-officer").get("/v1/notices?unread=true")).json()["items"]
    assert [n["kind"] for n in unread] == ["referral_hub_overdue"]


async def test_a_referral_that_cannot_be_moved_does_not_hold_up_the_others(town: Town, monkeypatch):
    referrals = await sent(town, 3)
    town.clock.forward(days=7)
    real = sweeps.SWEEPS

    async def broken(context, referral):
        if str(referral.id) == referrals[0]:
            raise RuntimeError("broken")
        await miss_deadline(context, referral)

    replaced = tuple(s._replace(do=broken) if s.name == "referrals" else s for s in real)
    monkeypatch.setattr(sweeps, "SWEEPS", replaced)
    assert await town.sweep() == 2
    monkeypatch.undo()
    assert await town.sweep() == 1


async def test_a_sweep_whose_commit_fails_moves_nothing(town: Town):
    [referral] = await sent(town, 1)
    town.clock.forward(days=7)
    await town.owner.execute("REVOKE INSERT ON audit_entry FROM tsunagi_app")
    with pytest.raises(Exception, match=r"database\.unavailable"):
        await town.sweep()
    status = await town.owner.fetchval("SELECT status FROM referral WHERE id = $1", referral)
    assert status == "sent"
    await town.owner.execute("GRANT INSERT ON audit_entry TO tsunagi_app")
    assert await town.sweep() == 1
