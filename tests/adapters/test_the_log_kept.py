"""Keeping the log through crashes, rotated keys, restored databases and clocks that go wrong."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from log_steps import checked, checkpoint, keeper, keys
from scenario_steps import ok, person
from structlog.testing import capture_logs
from town import Town

from service.adapters.postgres.audit import DECIDED, PostgresAuditLog
from service.adapters.transparency.ed25519 import Signer, check
from service.adapters.transparency.memory import CheckpointFile
from service.adapters.transparency.witnesses import WitnessClient
from service.application.log_keeping import LogKeeper
from service.domain.audit import DecidedEntry, Outcome
from service.domain.calendar_jp import JST
from service.domain.errors import IllegalMove, Invalid
from service.domain.sealed_entry import check_sealed
from service.domain.signed_note import Note
from service.witness.app import create_witness
from service.witness.cosigner import Cosigner
from service.witness.memory import Memory
from service.witness.own_key import make_key

OLD, NEW = b"o" * 32, b"n" * 32


async def accesses(town: Town, times: int = 3) -> None:
    for _ in range(times):
        await town.caller("cc-worker").get("/v1/me")
        await town.caller("cc-worker").get("/v1/persons/01981f3a-0000-7000-8000-000000000001")


def another(
    town: Town, folder: Path, *seeds: bytes, witnesses: tuple[Any, ...] = (), open_log: Any = None
) -> LogKeeper:
    """Another process that keeps the same log, with keys and a memory of its own."""
    database = town.app.state.wiring.database
    origin = town.settings.log_origin
    return LogKeeper(
        open_log or database.log,
        origin=origin,
        signers=[Signer(origin, s) for s in seeds or town.settings.log_keys()],
        check=check,
        memory=CheckpointFile(folder / "checkpoint"),
        witnesses=witnesses,
        clock=lambda: town.clock.now,
    )


#: What text may hold: quotes, control characters, a character beyond 16 bits, one that is no letter.
NASTY = ("", '"\\/', "\b\f\n\r\t\x01\x1f\x7f\x80", "山田 𠮷", "\u2028\ufeff", "e\u0301{}[],:")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("microsecond", [0, 1, 100_000, 123_450])
async def test_the_service_seals_in_the_very_bytes_in_which_the_database_would(
    town: Town, text: str, microsecond: int
):
    at = town.clock.now.replace(microsecond=microsecond).astimezone(JST)
    entry = DecidedEntry(
        id=uuid4(),
        attempt_id=uuid4(),
        at=at,
        actor_kind="staff",
        sub=text,
        roles=(text, text),
        action="person.read",
        record_kind="person",
        person_id=uuid4(),
        fields=(text,),
        outcome=Outcome.ALLOWED,
        request_id="",
        question=json.dumps({"said": text}),
    )
    await PostgresAuditLog(town.owner).append([entry, entry.but(id=uuid4(), question=None)])
    rows = await town.owner.fetch(
        "SELECT e.*, entry_words(e) AS by_words, entry_leaf(e) AS by_leaf FROM audit_entry e"
        " WHERE attempt_id = $1",
        entry.attempt_id,
    )
    assert len(rows) == 2
    for row in rows:
        assert (row["words"], row["leaf"]) == (row["by_words"], row["by_leaf"])
        said = check_sealed(row["leaf"], row["salt"], row["words"])
        assert said["sub"] == text
        kept = DECIDED.read(row)
        assert kept == entry.but(id=kept.id, question=kept.question)
    assert {r["question"] for r in rows} == {entry.question, None}
    assert len({r["salt"] for r in rows}) == 2


async def test_what_comes_without_a_seal_is_sealed_by_the_database(town: Town):
    """A record that only the database knows of is named in the entry, and sealed with its name."""
    cc = town.caller("cc-worker")
    of_cc = (await ok(cc.post("/v1/persons", person("試験", "花子", "シケン ハナコ")), 201))["id"]
    await town.caller("l-lawyer").get(f"/v1/persons/{of_cc}")
    (denied,) = await town.audit(action="person.read", outcome="denied")
    assert str(denied["person_id"]) == of_cc
    said = check_sealed(denied["leaf"], denied["salt"], denied["words"])
    assert said["person_id"] == of_cc
    await keeper(town).keep()
    assert (await checked(town)).found == ()


async def test_killed_after_signing_it_signs_the_same_again(town: Town, tmp_path: Path):
    """What was signed is remembered outside before it is committed; a crash between loses nothing."""
    database = town.app.state.wiring.database

    class KilledError(Exception):
        pass

    @asynccontextmanager
    async def dies_at_commit() -> AsyncIterator[Any]:
        async with database.log() as log:
            kept = log.keep_checkpoint

            async def keep_checkpoint(signed: Any) -> None:
                await kept(signed)
                raise KilledError

            log.keep_checkpoint = keep_checkpoint
            yield log

    await accesses(town)
    with pytest.raises(KilledError):
        await another(town, tmp_path, open_log=dies_at_commit).keep()
    assert (await town.http.get("/log/checkpoint")).status_code == 404
    remembered = CheckpointFile(tmp_path / "checkpoint").last()
    await another(town, tmp_path).keep()
    assert (await town.http.get("/log/checkpoint")).text == remembered
    await accesses(town)
    assert await another(town, tmp_path).keep() > 0


async def test_every_process_may_keep_it(town: Town, tmp_path: Path):
    one, other = (another(town, tmp_path / name) for name in ("one", "other"))
    for n in range(4):
        await accesses(town, 1)
        await (one, other)[n % 2].keep()
    found = await checked(town)
    assert (found.checkpoints, found.found) == (4, ())


async def test_a_key_is_changed_without_a_gap(town: Town, tmp_path: Path):
    """Both sign while the new one is handed on; then the old one goes."""
    origin = town.settings.log_origin
    for seeds, signed_by in (((OLD,), 1), ((NEW, OLD), 2), ((NEW,), 1)):
        await accesses(town, 1)
        await another(town, tmp_path, *seeds).keep()
        note = Note.read((await town.http.get("/log/checkpoint")).text)
        known = [Signer(origin, s).key for s in (OLD, NEW)]
        assert len(note.signed_by(known, check)) == signed_by
    # Nobody goes on with a key that has signed nothing of what there is.
    await accesses(town, 1)
    with pytest.raises(Invalid, match=r"log\.checkpoint_not_signed"):
        await another(town, tmp_path, b"x" * 32).keep()


async def test_a_database_restored_elsewhere_counts_its_transactions_anew(town: Town):
    """Everything gets its place, in order: first what came along, then what is written there."""
    await accesses(town)
    await keeper(town).keep()
    await accesses(town, 2)
    before = (await checkpoint(town)).size
    # What was there comes from a cluster that had counted much further.
    await town.owner.execute("UPDATE audit_entry SET xid = xid + 1000000000")
    await town.owner.execute("UPDATE log_leaf SET xid = xid + 1000000000")
    await accesses(town, 1)
    assert await keeper(town).keep() > 0
    found = await checked(town)
    assert (found.waiting, found.found) == (0, ())
    rows = await town.owner.fetch("SELECT xid > 1000000000 AS old FROM log_leaf ORDER BY index")
    order = [r["old"] for r in rows]
    assert order == sorted(order, reverse=True)
    assert len(order) > before
    await accesses(town, 1)
    assert await keeper(town).keep() > 0
    assert (await checked(town)).waiting == 0


async def test_the_order_is_of_places_and_not_of_clocks(town: Town):
    await accesses(town, 1)
    await keeper(town).keep()
    town.clock.forward(hours=-1)
    await accesses(town, 1)
    await keeper(town).keep()
    town.clock.forward(hours=1)
    found = await checked(town)
    assert (found.waiting, found.found) == (0, ())
    rows = await town.owner.fetch(
        "SELECT e.at FROM log_leaf l JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.index"
    )
    assert rows[-1]["at"] < rows[0]["at"] + timedelta(minutes=1)


async def test_a_checkpoint_that_cannot_be_read_is_not_signed_over(town: Town):
    await accesses(town, 1)
    await keeper(town).keep()
    remembered = town.settings.home / "log" / "checkpoint"
    remembered.write_text("not a note")
    await accesses(town, 1)
    with pytest.raises(Invalid, match=r"log\.note_unreadable"):
        await keeper(town).keep()


async def test_what_is_remembered_of_another_log_stops_it(town: Town, tmp_path: Path):
    """A wrong folder, a database of another town: nothing is signed until somebody looks."""
    await accesses(town, 2)
    await keeper(town).keep()
    stranger = another(town, tmp_path)
    (tmp_path / "checkpoint").write_text((town.settings.home / "log" / "checkpoint").read_text())
    await town.owner.execute("DELETE FROM log_checkpoint")
    await town.owner.execute("UPDATE log_leaf SET hash = sha256(hash) WHERE index = 0")
    await accesses(town, 1)
    with pytest.raises(IllegalMove, match=r"log\.rewritten"):
        await stranger.keep()


# Told


async def test_readiness_says_how_the_log_fares(town: Town):
    wiring = town.app.state.wiring

    async def fares() -> str:
        answer = await town.http.get("/readyz")
        assert answer.status_code == 200
        return answer.json()["audit_log"]

    assert await fares() == "late"
    await accesses(town, 1)
    await wiring.keep_log_once()
    assert await fares() == "signed"
    assert (await town.http.get("/readyz")).json()["audit_log_waits_seconds"] is None
    await town.owner.execute("UPDATE log_leaf SET hash = sha256(hash) WHERE index = 0")
    await accesses(town, 1)
    with capture_logs() as told:
        await wiring.keep_log_once()
    assert await fares() == "halted"
    assert [(line["event"], line["code"]) for line in told] == [("log.halted", "log.rewritten")]
    # For how long the first of those has waited that nobody has signed.
    town.clock.forward(seconds=90)
    waits = (await town.http.get("/readyz")).json()["audit_log_waits_seconds"]
    assert 90 <= waits < 95
    # The service goes on: what is written has its entry, and is sealed once somebody has looked.
    assert (await town.caller("cc-worker").get("/v1/me")).status_code == 200


# Witnesses


@asynccontextmanager
async def a_witness(town: Town, folder: Path) -> AsyncIterator[WitnessClient]:
    """Somebody outside who watches over this town's log."""
    signer = make_key(folder, "witness.example", b"w" * 32)
    memory = Memory(folder, signer.key, check)
    memory.begin(town.settings.log_origin)
    watched = {town.settings.log_origin: await keys(town)}
    app = create_witness(Cosigner(signer, watched, memory, lambda: int(town.clock.now.timestamp())))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport) as http:
        yield WitnessClient(http, "http://witness.example", signer.key)


async def test_a_witness_cosigns_what_goes_on_and_nothing_else(town: Town, tmp_path: Path):
    async with a_witness(town, tmp_path / "witness") as witness:
        ours = another(town, tmp_path, witnesses=(witness,))
        for _ in range(3):
            await accesses(town)
            await ours.keep()
            assert await ours.ask_witnesses() == []
            note = Note.read((await town.http.get("/log/checkpoint")).text)
            assert witness.key in note.signed_by([*await keys(town), witness.key], check)
        # With the key, the database and the last checkpoint in their hands, somebody begins anew.
        for table in ("log_cosignature", "log_checkpoint", "log_node", "log_leaf"):
            await town.owner.execute(f"DELETE FROM {table}")
        await town.owner.execute(
            "DELETE FROM audit_entry WHERE id = (SELECT id FROM audit_entry ORDER BY id LIMIT 1)"
        )
        (tmp_path / "checkpoint").unlink()
        await accesses(town)
        await ours.keep()
        assert (await checked(town)).found == ()
        (failure,) = await ours.ask_witnesses()
        assert failure.contradicts
        assert "witness.example" not in (await town.http.get("/log/checkpoint")).text


async def test_a_witness_that_is_silent_is_asked_again(town: Town, tmp_path: Path):
    async with a_witness(town, tmp_path / "witness") as witness:

        async def down(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("down")

        async with httpx.AsyncClient(transport=httpx.MockTransport(down)) as nobody:
            silent = WitnessClient(nobody, "http://witness.example", witness.key)
            await accesses(town)
            one = another(town, tmp_path, witnesses=(silent,))
            await one.keep()
            (failure,) = await one.ask_witnesses()
            assert not failure.contradicts
        # Nothing new was written; the witness answers again, and cosigns.
        ours = another(town, tmp_path, witnesses=(witness,))
        assert await ours.keep() == 0
        assert await ours.ask_witnesses() == []
        assert "witness.example" in (await town.http.get("/log/checkpoint")).text
