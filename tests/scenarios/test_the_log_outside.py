"""The audit log as an outsider sees it: proofs of every entry, of every step, of nothing else."""

import asyncio
import uuid
from base64 import b64decode

import pytest
from log_steps import checked, checkpoint, keeper, keys, proof, proven
from scenario_steps import ok, person, refused
from town import Town

from service.domain.log_tiles import WIDTH
from service.domain.merkle import (
    check_consistency,
    check_inclusion,
    grown,
    leaf_hash,
    root_of,
)


async def some_accesses(town: Town, times: int = 3) -> str:
    """A person who is taken in and looked up."""
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
    whom = str((await ok(cc.post("/v1/persons", form), 201))["id"])
    for _ in range(times):
        await ok(cc.get(f"/v1/persons/{whom}"))
    return whom


async def test_every_entry_of_the_agency_is_proven_word_for_word(town: Town):
    whom = await some_accesses(town)
    auditor = town.caller("cc-auditor", "audit")
    events = (await ok(auditor.get("/v1/audit/events", params={"person_id": whom})))["items"]
    assert len(events) == 4
    path = "/v1/audit/events/{}/proof"
    await refused(auditor.get(path.format(events[0]["id"])), 409, "log.not_sealed_yet")
    assert await keeper(town).keep() > 4
    known = await keys(town)
    for event in events:
        said = proven(
            await ok(auditor.get(path.format(event["id"]))), town.settings.log_origin, known
        )
        for field in ("action", "person_id", "agency_id", "outcome", "basis", "attempt_id"):
            assert said.get(field) == event[field]
        assert said["rules"] == event["rules"]
        # What it was decided on is committed to and not shown.
        assert "question" not in said
        assert len(said["decided_on"]) == 64
    # Another agency's auditor finds none of them, as if there were none.
    other = town.caller("j-auditor", "audit")
    theirs = await other.get(path.format(events[0]["id"]))
    nobodys = await other.get(path.format(uuid.uuid4()))
    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    await refused(
        town.caller("cc-worker", "audit").get(path.format(events[0]["id"])),
        403,
        "actor.permission_missing",
    )


async def test_what_a_refused_attempt_met_is_proven_and_not_told(town: Town):
    whom = await some_accesses(town)
    j = town.caller("j-consultant")
    assert (await j.get(f"/v1/persons/{whom}")).status_code == 404
    await keeper(town).keep()
    auditor = town.caller("j-auditor", "audit")
    events = (await ok(auditor.get("/v1/audit/events", params={"outcome": "denied"})))["items"]
    body = await ok(auditor.get(f"/v1/audit/events/{events[0]['id']}/proof"))
    assert not {"words", "salt"} & set(body)
    assert proven(body, town.settings.log_origin, await keys(town)) is None
    assert whom not in b64decode(body["leaf"]).decode()


async def test_the_log_only_grows(town: Town):
    await some_accesses(town)
    await keeper(town).keep()
    first = await checkpoint(town)
    await some_accesses(town)
    await keeper(town).keep()
    second = await checkpoint(town)
    assert second.size > first.size
    steps = await proof(town, "consistency", **{"from": first.size, "to": second.size})
    check_consistency(first.size, second.size, first.root, second.root, steps)
    # Nothing new: nothing is signed anew.
    assert await keeper(town).keep() == 0
    assert await checkpoint(town) == second


async def test_tiles_hold_the_hashes_of_the_whole_tree(town: Town):
    await some_accesses(town)
    # Many entries at once, as the service writes them: three full tiles and a part of a fourth.
    await town.owner.execute(
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(NULL::audit_entry,"
        " to_jsonb(e) || jsonb_build_object('id', gen_random_uuid()))).*"
        " FROM (SELECT * FROM audit_entry ORDER BY id LIMIT 1) e, generate_series(1, 800)"
    )
    await keeper(town).keep()
    signed = await checkpoint(town)
    assert signed.size > 3 * WIDTH
    rest = signed.size - 3 * WIDTH
    hashes = []
    for address in ("0/000", "0/001", "0/002", f"0/003.p/{rest}"):
        tile = (await town.http.get(f"/log/tile/{address}")).content
        hashes += [tile[i : i + 32] for i in range(0, len(tile), 32)]
    assert len(hashes) == signed.size
    assert root_of(grown(0, [], hashes)[1]) == signed.root
    above = (await town.http.get("/log/tile/1/000.p/3")).content
    assert above[:32] == root_of(grown(0, [], hashes[:WIDTH])[1])
    for index in (0, 255, 256, signed.size - 1):
        steps = await proof(town, "inclusion", index=index, size=signed.size)
        check_inclusion(index, signed.size, hashes[index], steps, signed.root)
    for wrong in (
        "0/003",
        f"0/003.p/{rest + 1}",
        "0/003.p/0",
        "1/000",
        "2/000",
        "0/x001/000",
        "0/0",
        "a/b",
        "entries/000",
    ):
        assert (await town.http.get(f"/log/tile/{wrong}")).status_code == 404
    found = await checked(town)
    assert (found.entries, found.waiting, found.found) == (signed.size, 0, ())


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("inclusion", {"index": 5, "size": 5}, 422, "log.index_beyond_size"),
        ("inclusion", {"index": 0, "size": 0}, 422, "log.index_beyond_size"),
        ("inclusion", {"index": 0, "size": 10**9}, 409, "log.size_beyond_signed"),
        ("inclusion", {"index": -1, "size": 5}, 422, "request.invalid"),
        ("inclusion", {"index": 1}, 422, "request.invalid"),
        ("consistency", {"from": 3, "to": 2}, 422, "log.sizes_reversed"),
        ("consistency", {"from": 0, "to": 2}, 422, "log.sizes_reversed"),
        ("consistency", {"from": 1, "to": 10**9}, 409, "log.size_beyond_signed"),
    ],
)
async def test_what_there_is_no_proof_of(
    town: Town, path: str, params: dict[str, int], status: int, code: str
):
    await some_accesses(town, 8)
    await keeper(town).keep()
    answer = await town.http.get(f"/log/{path}", params=params)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_before_the_first_checkpoint_there_is_nothing(town: Town):
    for path in ("checkpoint", "tile/0/000", "inclusion?index=0&size=1"):
        assert (await town.http.get(f"/log/{path}")).status_code == 404


async def test_eight_writers_leave_no_hole(town: Town):
    """Entries come in while others get their places: none is skipped, none has two."""
    callers = [town.caller("cc-worker"), town.caller("j-consultant")]

    async def write(n: int) -> None:
        for _ in range(8):
            await callers[n % 2].get(f"/v1/persons/{uuid.uuid4()}")

    async def keep() -> None:
        for _ in range(12):
            await keeper(town).keep()
            await asyncio.sleep(0)

    await asyncio.gather(*(write(n) for n in range(8)), keep(), keep())
    await keeper(town).keep()
    rows = await town.owner.fetch(
        "SELECT l.index, l.hash, l.xid, e.leaf, e.xid AS its FROM audit_entry e"
        " LEFT JOIN log_leaf l ON l.entry_id = e.id ORDER BY l.index"
    )
    assert [r["index"] for r in rows] == list(range(len(rows)))
    assert len(rows) >= 64
    assert all(r["hash"] == leaf_hash(r["leaf"]) and r["xid"] == r["its"] for r in rows)
    assert [r["xid"] for r in rows] == sorted(r["xid"] for r in rows)


async def test_whoever_commits_late_is_waited_for(town: Town):
    """An entry of an older transaction that is still open: nothing younger gets a place before it."""
    await keeper(town).keep()
    before = (await checkpoint(town)).size if await keeper(town).keep() else 0
    async with town.app.state.wiring.database.pool.acquire() as late:
        transaction = late.transaction()
        await transaction.start()
        await late.execute("SELECT pg_current_xact_id()")
        await some_accesses(town)
        assert await keeper(town).keep() == 0
        await transaction.rollback()
    assert await keeper(town).keep() > before
    assert (await checked(town)).waiting == 0
