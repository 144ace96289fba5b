"""The audit log as an outsider sees it: proofs of every entry, of every step, of nothing else."""

import asyncio
import json
import uuid
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from log_steps import checked, checkpoint, keeper, keys, proof, proven, some_accesses, verified
from scenario_steps import ok, refused
from town import Town

from service.adapters.postgres.log_erasure import erase
from service.adapters.transparency.ed25519 import Signer
from service.domain.audit import DecidedEntry
from service.domain.log_tiles import WIDTH
from service.domain.merkle import (
    check_consistency,
    check_inclusion,
    grown,
    leaf_hash,
    root_of,
)


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
        " to_jsonb(e) || jsonb_build_object('id', gen_random_uuid(), 'leaf', NULL))).*"
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


# Taken away, and erased


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


async def taken(town: Town, account: str, file: Path) -> list[dict[str, Any]]:
    """The whole log as this agency's auditor takes it away."""
    params = {"since": "2020-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"}
    answer = await town.caller(account, "audit").get("/v1/audit/bundle.jsonl", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    put(file, answer.content)
    return [json.loads(line) for line in answer.content.splitlines()]


async def test_a_bundle_is_verified_without_us_and_opens_what_is_the_agencys_alone(
    town: Town, tmp_path: Path
):
    whom = await some_accesses(town)
    await town.caller("j-consultant").get(f"/v1/persons/{whom}")
    await keeper(town).keep()
    known, file = await keys(town), tmp_path / "cc.jsonl"
    kept = tmp_path / "kept"
    kept.write_text((await town.http.get("/log/checkpoint")).text)
    await some_accesses(town)
    await keeper(town).keep()
    header, *lines = await taken(town, "cc-auditor", file)
    assert header["size"] == len(lines) == (await checkpoint(town)).size
    opened = [json.loads(b64decode(line["words"])) for line in lines if "words" in line]
    assert whom in {entry.get("person_id") for entry in opened}
    cc = str(town.agency["CC"])
    assert all(cc in (e.get("agency_id"), e.get("holder_agency_id")) for e in opened)
    code, said = verified(file, town.settings.log_origin, known, "--kept", str(kept))
    assert (code, "OK" in said) == (0, True)
    # J's own attempt is J's to see, and tells no more than it told then.
    _, *theirs = await taken(town, "j-auditor", tmp_path / "j.jsonl")
    assert whom not in json.dumps([b64decode(x["words"]).decode() for x in theirs if "words" in x])
    assert verified(tmp_path / "j.jsonl", town.settings.log_origin, known)[0] == 0
    # A line taken out, and a key that is not the log's.
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
    assert verified(file, town.settings.log_origin, known)[0] == 1
    stranger = [Signer(town.settings.log_origin, b"x" * 32).key]
    assert verified(tmp_path / "j.jsonl", town.settings.log_origin, stranger)[0] == 1
    # That it was taken is on record, with everybody whom it shows.
    auditor = town.caller("cc-auditor", "audit")
    log = await ok(auditor.get("/v1/audit/events", params={"action": "audit.read"}))
    assert whom in {entry["person_id"] for entry in log["items"]}


async def test_a_bundle_joins_the_one_before(town: Town, tmp_path: Path):
    await some_accesses(town)
    await keeper(town).keep()
    town.clock.forward(hours=2)
    between = town.clock.now - timedelta(hours=1)
    await some_accesses(town)
    await keeper(town).keep()
    auditor = town.caller("cc-auditor", "audit")
    params = {"since": between.isoformat(), "until": town.clock.now.isoformat()}
    answer = await auditor.get("/v1/audit/bundle.jsonl", params=params)
    header = json.loads(answer.content.splitlines()[0])
    assert 0 < header["first"] < header["size"]
    (tmp_path / "b.jsonl").write_bytes(answer.content)
    assert verified(tmp_path / "b.jsonl", town.settings.log_origin, await keys(town))[0] == 0
    backwards = {"since": params["until"], "until": params["since"]}
    await refused(
        auditor.get("/v1/audit/bundle.jsonl", params=backwards), 422, "log.period_reversed"
    )
    await refused(
        town.caller("cc-worker", "audit").get("/v1/audit/bundle.jsonl", params=params),
        403,
        "actor.permission_missing",
    )


async def test_a_person_is_erased_and_every_proof_still_holds(town: Town, tmp_path: Path):
    whom, other = await some_accesses(town), await some_accesses(town)
    await keeper(town).keep()
    before = await checkpoint(town)
    entry_id = uuid.uuid4()
    count = await erase(town.owner, uuid.UUID(whom), entry_id=entry_id, now=town.clock.now)
    assert count == 4
    assert (
        await town.owner.fetchval(
            "SELECT count(*) FROM audit_entry e WHERE e::text LIKE '%' || $1 || '%'", whom
        )
        == 0
    )
    found = await checked(town)
    assert (found.erased, found.found) == (4, ())
    await keeper(town).keep()
    _, *lines = await taken(town, "cc-auditor", tmp_path / "b.jsonl")
    assert sum(line.get("erased", False) for line in lines) == 4
    words = json.dumps([b64decode(x["words"]).decode() for x in lines if "words" in x])
    assert whom not in words
    assert other in words
    assert verified(tmp_path / "b.jsonl", town.settings.log_origin, await keys(town))[0] == 0
    after = await checkpoint(town)
    steps = await proof(town, "consistency", **{"from": before.size, "to": after.size})
    check_consistency(before.size, after.size, before.root, after.root, steps)
    said = await town.owner.fetchval(
        "SELECT convert_from(words, 'UTF8') FROM audit_entry WHERE id = $1", entry_id
    )
    assert json.loads(said)["action"] == "audit.erase"
    assert json.loads(said)["fields"] == ["erased:4"]


@pytest.mark.parametrize("column", sorted(set(DecidedEntry.model_fields) - {"id"}))
async def test_a_column_that_says_something_else_is_noticed(town: Town, column: str):
    await some_accesses(town, 1)
    await keeper(town).keep()
    kind = await town.owner.fetchval(
        "SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = 'audit_entry'::regclass AND attname = $1",
        column,
    )
    another = {
        "uuid": "gen_random_uuid()",
        "text[]": f"array_append({column}, 'another')",
        "timestamp with time zone": f"{column} + interval '1 microsecond'",
    }.get(kind, f"CASE {column} WHEN 'denied' THEN 'allowed' ELSE 'denied' END")
    if column == "actor_kind":
        another = "'unknown'"
    await town.owner.execute(
        f"UPDATE audit_entry SET {column} = {another}"
        " WHERE id = (SELECT entry_id FROM log_leaf ORDER BY index LIMIT 1)"
    )
    (found,) = (await checked(town)).found
    assert found.code in ("entry.altered", "entry.resealed")
