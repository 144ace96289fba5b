"""Somebody with every right on the database meddles with the audit log (U9 to U11): who notices."""

from datetime import datetime
from uuid import UUID

import pytest
from insider import INSIDER, Attack
from log_steps import checked, checkpoint, keeper, keys, proof, proven
from scenario_steps import ok, person
from town import Town

from service.domain.errors import IllegalMove, Refusal
from service.domain.merkle import check_consistency
from service.domain.signed_note import Checkpoint


async def accesses(town: Town) -> None:
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
    whom = (await ok(cc.post("/v1/persons", form), 201))["id"]
    for _ in range(6):
        await ok(cc.get(f"/v1/persons/{whom}"))


async def kept_proves_otherwise(town: Town, kept: Checkpoint) -> bool:
    """Whether somebody with an old checkpoint in hand sees that this is another log now."""
    if (await town.http.get("/log/checkpoint")).status_code != 200:
        return True
    now = await checkpoint(town)
    if now.size < kept.size:
        return True
    steps = await proof(town, "consistency", **{"from": kept.size, "to": now.size})
    try:
        check_consistency(kept.size, now.size, kept.root, now.root, steps)
    except Refusal:
        return True
    return False


async def a_proof_fails(town: Town, entry_id: UUID) -> bool:
    """Whether the auditor who asks for an entry's proof gets none, or one of something else."""
    auditor = town.caller("cc-auditor", "audit")
    answer = await auditor.get(f"/v1/audit/events/{entry_id}/proof")
    listed = (await ok(auditor.get("/v1/audit/events", params={"limit": 100})))["items"]
    told = [event for event in listed if event["id"] == str(entry_id)]
    if answer.status_code != 200 or not told:
        return True
    try:
        said = proven(answer.json(), town.settings.log_origin, await keys(town))
    except Refusal:
        return True
    at = [datetime.fromisoformat(entry["at"]) for entry in (said, told[0])]
    return at[0] != at[1] or said.get("purpose") != told[0]["purpose"]


async def stops_signing(town: Town) -> bool:
    """Whether the service refuses to sign what has become of the log."""
    try:
        await keeper(town).keep()
    except IllegalMove as refusal:
        return refusal.code == "log.rewritten"
    return False


@pytest.mark.parametrize("attack", INSIDER.values(), ids=INSIDER.keys())
async def test_who_notices(town: Town, attack: Attack):
    await accesses(town)
    await keeper(town).keep()
    kept = await checkpoint(town)
    its_id = await town.owner.fetchval("SELECT entry_id FROM log_leaf WHERE index = 3")
    assert not await a_proof_fails(town, its_id)
    # So far all is well, and what is written now is not sealed yet.
    assert (await checked(town)).found == ()

    async with town.owner.transaction():
        for step in attack.steps:
            await town.owner.execute(step)
    if attack.forgets:
        (town.settings.home / "log" / "checkpoint").unlink()
    await accesses(town)
    noticed = set()
    if await stops_signing(town):
        noticed.add("signing")
    found = {f.code for f in (await checked(town)).found}
    assert attack.finds in (found or {None})
    if found:
        noticed.add("check")
    if await kept_proves_otherwise(town, kept):
        noticed.add("kept")
    if await a_proof_fails(town, its_id):
        noticed.add("proof")
    assert noticed == attack.by
