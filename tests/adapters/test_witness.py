"""A witness at work: over HTTP, on disk, killed, and asked by a log that tells two stories."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner
from witnessed_log import ORIGIN, WITNESS_SEED, Log, leaves

from service import cli_witness
from service.adapters.transparency.ed25519 import Signer, check
from service.domain.signed_note import Algorithm, Checkpoint, Note
from service.domain.witnessing import Reason, Refused, Submission, cosignature_in, seen_at
from service.witness import app as witness_app
from service.witness.app import ABOUT, LARGEST_REQUEST, SENTENCES, create_witness
from service.witness.cosigner import Cosigned, Cosigner
from service.witness.memory import MOST_CONTRADICTIONS, Memory, log_name
from service.witness.own_key import make_key, own_key
from service.witness.refusal import NotReadyToWitnessError

NAME, NOW = "witness.example", 1_800_000_000
WITNESS = Signer(NAME, WITNESS_SEED, Algorithm.COSIGNATURE).key


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A witness that has been set up and has seen nothing."""
    home = tmp_path / "witness"
    make_key(home, NAME, WITNESS_SEED)
    Memory(home, WITNESS, check).begin(ORIGIN)
    return home


def opened(home: Path, *keys) -> Cosigner:
    """The witness of this folder, as after a start."""
    signer = own_key(home)
    trusted = keys or (Log().key,)
    return Cosigner(signer, {ORIGIN: trusted}, Memory(home, signer.key, check), lambda: NOW)


@pytest.fixture
async def http(home: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with over_http(opened(home)) as client:
        yield client


def over_http(cosigner: Cosigner) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(create_witness(cosigner))
    return httpx.AsyncClient(transport=transport, base_url="http://witness.example")


def remembered(home: Path) -> tuple[int, str] | None:
    note = Memory(home, WITNESS, check).last(ORIGIN)
    if note is None:
        return None
    told = Checkpoint.read(note.text)
    return told.size, told.root.hex()


# Over HTTP


async def test_it_says_what_it_is(http: httpx.AsyncClient) -> None:
    answer = await http.get("/")
    assert answer.text == f"{ABOUT}{WITNESS}\n"
    assert "監査ログの立会人" in answer.text
    assert "witness of audit logs" in answer.text


async def test_a_log_that_grows_is_cosigned(http: httpx.AsyncClient) -> None:
    log, old = Log(), 0
    for size in (0, 1, 1, 5, 8, 21):
        log.grown_to(size)
        answer = await http.post("/add-checkpoint", content=log.asks(old))
        assert answer.status_code == 200
        cosignature = cosignature_in(answer.text, log.note().text, WITNESS, check)
        assert seen_at(cosignature) == NOW
        assert answer.text == str(cosignature)
        old = size


async def test_the_answers_of_the_protocol(http: httpx.AsyncClient, home: Path) -> None:
    log = Log(leaves(5))
    assert (await http.post("/add-checkpoint", content=log.asks(0))).status_code == 200
    log.grown_to(8)
    stranger = Log(log.tree, seed=b"\x05" * 32)
    forged = log.note()._replace(signatures=(log.signer.sign("another text\n"),))
    elsewhere = Log(log.tree, origin="elsewhere.example")
    parted = Log(leaves(8, mark=b"x", since=2))
    asked = {
        Reason.UNREADABLE: b"old 5",
        Reason.LOG_UNKNOWN: elsewhere.asks(5),
        Reason.NOT_SIGNED: stranger.asks(5),
        Reason.SIGNATURE_WRONG: Submission(5, (), forged).body,
        Reason.OLD_SIZE_TOO_LARGE: log.asks(9),
        Reason.PROOF_WRONG: parted.asks(5),
        Reason.ANOTHER_TREE: parted.asks(5, 5),
    }
    before = remembered(home)
    for reason, body in asked.items():
        answer = await http.post("/add-checkpoint", content=body)
        assert answer.status_code == Refused(reason).status
        assert answer.text.splitlines() == [reason.value, *SENTENCES[reason]]
    conflict = await http.post("/add-checkpoint", content=log.asks(3))
    assert (conflict.status_code, conflict.content) == (409, b"5\n")
    assert conflict.headers["content-type"] == "text/x.tlog.size"
    assert remembered(home) == before


async def test_the_empty_tree_is_witnessed_too(http: httpx.AsyncClient) -> None:
    text = Checkpoint(ORIGIN, 0, b"\x07" * 32).text
    wrong = Submission(0, (), Note(text, (Log().signer.sign(text),))).body
    assert (await http.post("/add-checkpoint", content=wrong)).status_code == 422
    unproven = Submission(0, (b"\x01" * 32,), Log(leaves(3)).note()).body
    assert (await http.post("/add-checkpoint", content=unproven)).status_code == 422
    assert (await http.post("/add-checkpoint", content=Log().asks(0))).status_code == 200


def test_every_refusal_is_put_in_words() -> None:
    assert set(SENTENCES) == set(Reason)
    for english, japanese in SENTENCES.values():
        assert english.isascii()
        assert re.search("[ぁ-ん]", japanese)


async def test_whoever_compares_reads_what_was_cosigned_last(http: httpx.AsyncClient) -> None:
    address = f"/{log_name(ORIGIN)}/checkpoint"
    assert (await http.get(address)).status_code == 404
    assert (await http.get(f"/{log_name('elsewhere.example')}/checkpoint")).status_code == 404
    log = Log(leaves(5))
    answer = await http.post("/add-checkpoint", content=log.asks(0))
    note = Note.read((await http.get(address)).text)
    assert note.text == log.note().text
    assert note.signed_by([log.key, WITNESS], check) == (log.key, WITNESS)
    assert str(note).endswith(answer.text)


async def test_nobody_makes_it_read_without_end(http: httpx.AsyncClient) -> None:
    longest = await http.post("/add-checkpoint", content=b"x" * LARGEST_REQUEST)
    assert longest.status_code == 400
    longer = await http.post("/add-checkpoint", content=b"x" * (LARGEST_REQUEST + 1))
    assert longer.status_code == 413
    assert (await http.get("/add-checkpoint")).status_code == 405


async def test_a_new_key_of_the_log_beside_the_old_one(home: Path) -> None:
    log, next_log = Log(leaves(3)), Log(leaves(6), seed=b"\x03" * 32)
    assert opened(home).add(next_log.asks(0)) == Refused(Reason.NOT_SIGNED)
    both = opened(home, log.key, next_log.key)
    assert isinstance(both.add(log.asks(0)), Cosigned)
    assert isinstance(both.add(next_log.asks(3)), Cosigned)
    only_new = opened(home, next_log.key)
    assert only_new.add(log.grown_to(9).asks(6)) == Refused(Reason.NOT_SIGNED)


async def test_nobody_makes_it_wait_without_end(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never_ending() -> AsyncIterator[bytes]:
        yield b"old 0\n"
        await asyncio.Event().wait()

    monkeypatch.setattr(witness_app, "LONGEST_WAIT", 0)
    answer = await http.post("/add-checkpoint", content=never_ending())
    assert answer.status_code == 408


# A log that is not what it was


def test_a_log_that_rewrote_its_history_is_not_cosigned(home: Path) -> None:
    log = Log(leaves(6))
    assert isinstance(opened(home).add(log.asks(0)), Cosigned)
    before = remembered(home)
    rewritten = Log(leaves(9, mark=b"x", since=4))
    for old, size in ((6, 9), (6, 6), (6, 7)):
        answer = opened(home).add(rewritten.asks(old, size))
        assert isinstance(answer, Refused)
        assert answer.status == 422
    # Nor does it help to claim that nothing was cosigned, or less.
    for old in (0, 3, 5):
        assert opened(home).add(rewritten.asks(old)) == Refused(Reason.SIZE_NOT_THE_LAST, 6)
    assert remembered(home) == before
    assert isinstance(opened(home).add(log.grown_to(9).asks(6)), Cosigned)


def test_a_log_from_an_old_backup_is_not_cosigned(home: Path) -> None:
    assert isinstance(opened(home).add(Log(leaves(8)).asks(0)), Cosigned)
    # Restored from the backup of five entries; then others are written.
    restored = Log(leaves(5))
    assert opened(home).add(restored.asks(0)) == Refused(Reason.SIZE_NOT_THE_LAST, 8)
    assert opened(home).add(restored.asks(5)) == Refused(Reason.SIZE_NOT_THE_LAST, 8)
    assert opened(home).add(restored.asks(8)) == Refused(Reason.OLD_SIZE_TOO_LARGE)
    onward = Log(leaves(10, mark=b"x", since=5))
    assert opened(home).add(onward.asks(8)) == Refused(Reason.PROOF_WRONG)
    assert remembered(home) == (8, Checkpoint.read(Log(leaves(8)).note().text).root.hex())


def test_two_logs_with_one_key_are_noticed_and_the_proof_is_kept(home: Path) -> None:
    one, other = Log(leaves(6)), Log(leaves(6, mark=b"x", since=5))
    assert isinstance(opened(home).add(one.asks(0)), Cosigned)
    with capture_logs() as logs:
        # Whatever size it claims the witness to have: both trees are signed.
        for old in (6, 0):
            assert isinstance(opened(home).add(other.asks(old)), Refused)
    assert [line["event"] for line in logs] == ["witness.the_log_told_two_stories"] * 2
    assert {line["log_level"] for line in logs} == {"critical"}
    (told,) = Memory(home, WITNESS, check).contradictions()
    told_note = Note.read(told.read_text())
    seen_note = Note.read(told.with_suffix(".seen").read_text())
    assert (told_note, seen_note.text) == (other.note(), one.note().text)
    assert seen_note.signed_by([one.key, WITNESS], check)
    # The log goes on with the story that was cosigned; the proof stays.
    assert isinstance(opened(home).add(one.grown_to(7).asks(6)), Cosigned)
    assert told.exists()


def test_a_log_cannot_fill_the_disk_with_its_contradictions(home: Path) -> None:
    witness = opened(home)
    assert isinstance(witness.add(Log(leaves(1)).asks(0)), Cosigned)
    for n in range(MOST_CONTRADICTIONS + 3):
        witness.add(Log((n.to_bytes(2, "big"),)).asks(1))
    assert len(Memory(home, WITNESS, check).contradictions()) == MOST_CONTRADICTIONS


def test_a_question_of_nobody_leaves_no_trace(home: Path) -> None:
    before = sorted(home.rglob("*"))
    with capture_logs() as logs:
        opened(home).add(Log(leaves(3), origin="elsewhere.example 山田花子").asks(0))
        opened(home).add("old 0\n\n山田花子\n".encode())
        opened(home).add(Log(leaves(3), seed=b"\x05" * 32).asks(0))
    assert sorted(home.rglob("*")) in (before, sorted([*before, home / "lock"]))
    assert "山田" not in str(logs)


# Memory


def test_a_restart_forgets_nothing(home: Path) -> None:
    log, old = Log(), 0
    for size in (2, 3, 9):
        assert isinstance(opened(home).add(log.grown_to(size).asks(old)), Cosigned)
        old = size
    assert opened(home).add(log.asks(3)) == Refused(Reason.SIZE_NOT_THE_LAST, 9)


def broken(path: Path) -> dict[str, bytes | None]:
    """What may have become of a file."""
    whole = path.read_bytes()
    smaller = whole.replace(b"\n6\n", b"\n5\n")
    unsigned = whole[: whole.rindex("— ".encode())]
    others = str(Log(leaves(6)).note()).encode()
    return {
        "lost": None,
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "another size": smaller,
        "not signed by this witness": unsigned,
        "another log's": others.replace(ORIGIN.encode(), b"elsewhere.example"),
        "no text": b"\xff\xfe",
        "nothing seen of another log": b"elsewhere.example\nnothing cosigned yet\n",
    }


HOWS = ("lost", "empty", "half", "another size", "not signed by this witness", "another log's")


@pytest.mark.parametrize("how", [*HOWS, "no text", "nothing seen of another log"])
async def test_whoever_has_lost_his_memory_cosigns_nothing(home: Path, how: str) -> None:
    log = Log(leaves(6))
    assert isinstance(opened(home).add(log.asks(0)), Cosigned)
    path = home / "logs" / log_name(ORIGIN)
    left = broken(path)[how]
    if left is None:
        path.unlink()
    else:
        assert left != path.read_bytes()
        path.write_bytes(left)
    async with over_http(opened(home)) as http:
        for old, size in ((0, 6), (5, 6), (6, 6), (0, 0)):
            with capture_logs() as logs:
                answer = await http.post("/add-checkpoint", content=log.asks(old, size))
            assert answer.status_code == 503
            assert "—" not in answer.text
            assert str(home) not in answer.text
            assert [line["event"] for line in logs] == ["witness.cannot_cosign"]
        assert (await http.get(f"/{log_name(ORIGIN)}/checkpoint")).status_code == 503
    assert (path.read_bytes() if path.exists() else None) == left


def test_a_new_key_does_not_take_over_what_another_cosigned(home: Path) -> None:
    opened(home).add(Log(leaves(6)).asks(0))
    (home / "witness.key").unlink()
    make_key(home, NAME, b"\x06" * 32)
    with pytest.raises(NotReadyToWitnessError):
        opened(home).add(Log(leaves(6)).asks(6))


def test_nobody_begins_twice(home: Path) -> None:
    memory = Memory(home, WITNESS, check)
    with pytest.raises(FileExistsError):
        memory.begin(ORIGIN)
    path = home / "logs" / log_name(ORIGIN)
    path.write_text("")
    with pytest.raises(FileExistsError):
        memory.begin(ORIGIN)


def test_only_its_own_user_reads_the_key(home: Path) -> None:
    assert (home / "witness.key").stat().st_mode & 0o777 == 0o600
    assert home.stat().st_mode & 0o777 == 0o700
    with pytest.raises(FileExistsError):
        make_key(home, NAME, b"\x06" * 32)
    assert own_key(home).key == WITNESS
    assert not list(home.glob("*.new"))


@pytest.mark.parametrize(
    "written", ["", "PRIVATE+KEY+a", "PRIVATE+KEY+w+00000000+BA==", "w+12345678+BAAA", "\x00"]
)
def test_a_broken_key_signs_nothing(home: Path, written: str) -> None:
    whole = (home / "witness.key").read_text()
    (home / "witness.key").write_text(written)
    with pytest.raises(NotReadyToWitnessError):
        own_key(home)
    (home / "witness.key").write_text(whole.replace(f"+{NAME}+", "+another.example+"))
    with pytest.raises(NotReadyToWitnessError):
        own_key(home)


def test_it_is_on_disk_before_the_cosignature_leaves(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(descriptor: int) -> None:
        happened.append(f"on disk: {Path(f'/proc/self/fd/{descriptor}').readlink().name}")
        fsync(descriptor)

    def watched_replace(source: Path, target: Path) -> None:
        happened.append(f"in its place: {Path(target).name}")
        replace(source, target)

    witness = opened(home)
    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    assert isinstance(witness.add(Log(leaves(3)).asks(0)), Cosigned)
    name = log_name(ORIGIN)
    assert happened == [f"on disk: {name}.new", f"in its place: {name}", "on disk: logs"]


async def test_a_full_disk_cosigns_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    async with over_http(opened(home)) as http:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            answer = await http.post("/add-checkpoint", content=Log(leaves(3)).asks(0))
            assert answer.status_code == 503
        assert remembered(home) is None
        again = await http.post("/add-checkpoint", content=Log(leaves(4)).asks(0))
        assert again.status_code == 200


# Killed

KILLED = """
import os, signal, sys
from pathlib import Path
from service import cli_witness
from service.adapters.transparency.ed25519 import check
from service.domain.signed_note import NoteKey
from service.witness import memory
from service.witness.cosigner import Cosigner
from service.witness.own_key import own_key

home, origin, vkey, when = Path(sys.argv[1]), *sys.argv[2:]

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def then_kill(do):
    def done(*args):
        do(*args)
        kill()
    return done

signer = own_key(home)
kept = memory.Memory(home, signer.key, check)
if when == "before the file is on disk":
    os.fsync = kill
elif when == "before it is in its place":
    os.replace = kill
elif when == "once it is in its place":
    os.replace = then_kill(os.replace)
elif when == "before the cosignature leaves":
    memory.Memory.keep = then_kill(memory.Memory.keep)
answer = Cosigner(signer, {origin: [NoteKey.read(vkey)]}, kept).add(sys.stdin.buffer.read())
sys.stdout.write(repr(answer))
"""


def in_a_process(home: Path, body: bytes, when: str = "never") -> subprocess.CompletedProcess:
    words = [sys.executable, "-c", KILLED, str(home), ORIGIN, str(Log().key), when]
    return subprocess.run(words, input=body, capture_output=True, check=False)


@pytest.mark.parametrize(
    ("when", "remembers"),
    [
        ("before the file is on disk", 3),
        ("before it is in its place", 3),
        ("once it is in its place", 6),
        ("before the cosignature leaves", 6),
    ],
)
def test_killed_at_any_moment_it_tells_one_story(home: Path, when: str, remembers: int) -> None:
    log, parted = Log(leaves(6)), Log(leaves(6, mark=b"x", since=4))
    assert isinstance(opened(home).add(log.asks(0, 3)), Cosigned)
    killed = in_a_process(home, log.asks(3), when)
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert killed.stdout == b""
    size, _ = remembered(home) or (0, "")
    assert size == remembers
    # Where the other story is cosigned instead, nobody was ever handed the first one.
    answer = opened(home).add(parted.asks(remembers))
    assert isinstance(answer, Refused) == (remembers == 6)
    # The log asks again, from where the witness says that it is.
    if remembers == 6:
        assert isinstance(opened(home).add(log.asks(6)), Cosigned)


def test_not_killed_it_answers(home: Path) -> None:
    answered = in_a_process(home, Log(leaves(3)).asks(0))
    assert b"Cosigned(" in answered.stdout, answered.stderr.decode()


# Two at once


def test_of_two_stories_told_at_once_one_is_cosigned(home: Path) -> None:
    witness, answers = opened(home), []
    stories = [Log(leaves(3)), Log(leaves(3, mark=b"x"))] * 6
    start = threading.Barrier(len(stories))

    def ask(log: Log) -> None:
        start.wait()
        answers.append((log.tree, witness.add(log.asks(0))))

    threads = [threading.Thread(target=ask, args=(log,)) for log in stories]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(stories)
    assert len([tree for tree, answer in answers if isinstance(answer, Cosigned)]) == 1


def test_two_processes_on_one_folder_wait_for_each_other(home: Path) -> None:
    """The second looks only once the first has written."""
    first, second = Log(leaves(3)), Log(leaves(3, mark=b"x"))
    memory = Memory(home, WITNESS, check)
    words = [sys.executable, "-c", KILLED, str(home), ORIGIN, str(first.key), "never"]
    with memory.locked():
        other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert other.stdin is not None
        other.stdin.write(second.asks(0))
        other.stdin.close()
        other.stdin = None
        wait_until_it_waits_for_a_lock(other)
        note = first.note()
        memory.keep(ORIGIN, note.also_signed(own_key(home).cosign(note.text, NOW)))
    printed, _ = other.communicate(timeout=60)
    assert b"Refused(" in printed
    assert Reason.SIZE_NOT_THE_LAST.value.encode() in printed
    assert remembered(home) == (3, Checkpoint.read(note.text).root.hex())


def wait_until_it_waits_for_a_lock(process: subprocess.Popen) -> None:
    end = time.monotonic() + 60
    waits = re.compile(rf"-> FLOCK +ADVISORY +WRITE +{process.pid} ")
    while not waits.search(Path("/proc/locks").read_text()):
        assert process.poll() is None, "it did not wait"
        assert time.monotonic() < end
        time.sleep(0.02)


# The command

TSUNAGI = [sys.executable, "-c", "from service.cli import main; main()", "witness"]


#: Settings of the service that it would refuse: the witness does not look at them.
NONSENSE = {"TSUNAGI_PORT": "none", "TSUNAGI_DATABASE_URL": "none"}


def test_an_ombudsman_runs_a_witness(tmp_path: Path, free_port: int) -> None:
    home, log, command = tmp_path / "witness", Log(leaves(5)), CliRunner()
    words = ["init", "--name", NAME, "--first-time", ORIGIN, "--home", str(home)]
    vkey = command.invoke(cli_witness.app, words).stdout.strip()
    assert vkey == str(own_key(home).key)
    running = subprocess.Popen(
        [
            *[*TSUNAGI, "run", "--log", f"{ORIGIN}={log.key}"],
            *["--port", str(free_port), "--home", str(home)],
        ],
        env=os.environ | NONSENSE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        url = f"http://127.0.0.1:{free_port}"
        wait_until_it_answers(running, url)
        assert vkey in httpx.get(url).text
        answer = httpx.post(f"{url}/add-checkpoint", content=log.asks(0))
        cosignature = cosignature_in(answer.text, log.note().text, own_key(home).key, check)
        assert abs(seen_at(cosignature) - time.time()) < 600
        assert "server" not in answer.headers
    finally:
        running.send_signal(signal.SIGINT)
        printed, _ = running.communicate(timeout=60)
    assert running.returncode == 0
    (line,) = [json.loads(line) for line in printed.splitlines()]
    assert set(line) == {"event", "level", "origin", "root", "size", "timestamp"}
    shown = command.invoke(cli_witness.app, ["show", "--home", str(home)])
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == vkey
    assert shown.stdout.splitlines()[1].startswith(f"{ORIGIN}: 5 件 / entries, root ")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def wait_until_it_answers(process: subprocess.Popen, url: str) -> None:
    end = time.monotonic() + 90
    while True:
        try:
            httpx.get(url)
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)
        else:
            return
