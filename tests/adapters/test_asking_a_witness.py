"""The log asks its witness, and believes nothing but the witness's key."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
import pytest
from witnessed_log import ORIGIN, WITNESS_SEED, Log, consistency, leaves

from service.adapters.transparency import witnesses
from service.adapters.transparency.ed25519 import Signer, check
from service.adapters.transparency.witnesses import (
    LARGEST_ANSWER,
    WitnessClient,
    WitnessFailed,
    WitnessRefused,
    WitnessUnreachable,
    WitnessUntrue,
)
from service.domain.signed_note import Algorithm, Checkpoint, Note
from service.domain.witnessing import Submission
from service.settings import Settings, SettingsError, Witness
from service.witness.app import create_witness
from service.witness.cosigner import Cosigner
from service.witness.memory import Memory
from service.witness.own_key import make_key

URL = "https://witness.example/w1"
SIGNER = Signer("witness.example", WITNESS_SEED, Algorithm.COSIGNATURE)
SIZE_TYPE = {"content-type": "text/x.tlog.size"}

# A real witness


@pytest.fixture
async def witness(tmp_path: Path) -> AsyncIterator[WitnessClient]:
    """A witness that has seen nothing, as the log asks it."""
    signer = make_key(tmp_path, "witness.example", WITNESS_SEED)
    memory = Memory(tmp_path, signer.key, check)
    memory.begin(ORIGIN)
    app = create_witness(Cosigner(signer, {ORIGIN: [Log().key]}, memory))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
        yield WitnessClient(http, "https://witness.example/", signer.key)


async def ask(witness: WitnessClient, log: Log, old: int = 0):
    return await witness.cosign(str(log.note()), old, log.proof_for)


async def test_every_checkpoint_is_cosigned(witness: WitnessClient) -> None:
    log, old = Log(), 0
    for size in (0, 1, 6, 6, 17):
        note = log.grown_to(size).note()
        cosigned = note.also_signed(await ask(witness, log, old))
        read = Note.read(str(cosigned))
        assert read.signed_by([log.key, witness.key], check) == (log.key, witness.key)
        old = size


@pytest.mark.parametrize("believed", [0, 2, 5, 9, 40])
async def test_it_begins_where_the_witness_is(witness: WitnessClient, believed: int) -> None:
    log = Log(leaves(4))
    await ask(witness, log)
    assert await ask(witness, log.grown_to(9), believed)


async def test_a_rewritten_history_and_an_old_backup_are_told(witness: WitnessClient) -> None:
    await ask(witness, Log(leaves(8)))
    rewritten = Log(leaves(11, mark=b"x", since=3))
    for old in (0, 8):
        with pytest.raises(WitnessRefused) as refused:
            await ask(witness, rewritten, old)
        assert (refused.value.status, refused.value.size) == (422, None)
    restored = Log(leaves(5))
    for old in (0, 5, 8):
        with pytest.raises(WitnessRefused) as refused:
            await ask(witness, restored, old)
        assert (refused.value.status, refused.value.size) == (409, 8)
    fork = Log(leaves(8, mark=b"x", since=7))
    with pytest.raises(WitnessRefused) as refused:
        await ask(witness, fork)
    assert refused.value.status == 422
    # The log that was cosigned goes on.
    assert await ask(witness, Log(leaves(9)))


# Any witness

LOG = Log(leaves(7))
NOTE = LOG.note()
RIGHT = str(SIGNER.cosign(NOTE.text, 1_800_000_000))


class Asked:
    """A witness that answers as it was told to, and what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.questions: list[Submission] = []
        self._answers = iter(answers)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert str(request.url) == f"{URL}/add-checkpoint"
        assert request.method == "POST"
        self.questions.append(Submission.read(request.content))
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def asking(answer: Callable, old: int = 3) -> str:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        client = WitnessClient(http, URL, SIGNER.key)
        return str(await client.cosign(str(NOTE), old, LOG.proof_for))


def conflict(size: str) -> httpx.Response:
    return httpx.Response(409, text=size, headers=SIZE_TYPE)


async def test_what_is_asked() -> None:
    witness = Asked(httpx.Response(200, text=RIGHT))
    assert await asking(witness) == RIGHT
    assert witness.questions == [Submission(3, tuple(consistency(3, LOG.tree)), NOTE)]


@pytest.mark.parametrize("old", [0, 7])
async def test_where_nothing_is_to_be_proved_nobody_is_asked_for_a_proof(old: int) -> None:
    witness = Asked(httpx.Response(200, text=RIGHT))

    async def no_proof(_: int) -> list[bytes]:
        pytest.fail("there is nothing to prove")

    async with httpx.AsyncClient(transport=httpx.MockTransport(witness)) as http:
        await WitnessClient(http, URL, SIGNER.key).cosign(str(NOTE), old, no_proof)
    assert witness.questions == [Submission(old, (), NOTE)]


async def test_it_asks_once_more_and_no_oftener() -> None:
    witness = Asked(conflict("5\n"), conflict("6\n"), httpx.Response(200, text=RIGHT))
    with pytest.raises(WitnessRefused) as refused:
        await asking(witness)
    assert [asked.old for asked in witness.questions] == [3, 5]
    assert (refused.value.status, refused.value.size) == (409, 6)


@pytest.mark.parametrize(
    ("answer", "size"),
    [
        (conflict("3\n"), 3),
        (conflict("8\n"), 8),
        (conflict("five\n"), None),
        (conflict("-5\n"), None),
        (conflict("５\n"), None),
        (conflict("5\n5\n"), None),
        (conflict("9" * 5000), None),
        (conflict(""), None),
        (httpx.Response(409, text="5\n"), None),
    ],
)
async def test_where_asking_again_cannot_help_it_does_not(
    answer: httpx.Response, size: int | None
) -> None:
    witness = Asked(answer)
    with pytest.raises(WitnessRefused) as refused:
        await asking(witness)
    assert (refused.value.status, refused.value.size) == (409, size)
    assert len(witness.questions) == 1


@pytest.mark.parametrize("status", [204, 302, 400, 403, 404, 422, 500, 503])
async def test_every_other_answer_is_a_refusal(status: int) -> None:
    elsewhere = {"location": "https://elsewhere.example/"}
    with pytest.raises(WitnessRefused) as refused:
        await asking(Asked(httpx.Response(status, text=RIGHT, headers=elsewhere)))
    assert (refused.value.status, refused.value.witness) == (status, SIGNER.key)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff",
        b"cosigned\n",
        RIGHT.encode()[:-1],
        str(SIGNER.cosign(Log(leaves(6)).note().text, 1_800_000_000)).encode(),
        str(SIGNER.cosign(NOTE.text, 0)).encode(),
        str(NOTE.signatures[0]).encode(),
        str(
            Signer("witness.example", b"\x09" * 32, Algorithm.COSIGNATURE).cosign(NOTE.text, 1)
        ).encode(),
        RIGHT.encode() * 101,
        RIGHT.encode() + b"x" * LARGEST_ANSWER,
    ],
)
async def test_what_its_key_did_not_sign_is_not_accepted(answer: bytes) -> None:
    with pytest.raises(WitnessUntrue):
        await asking(Asked(httpx.Response(200, content=answer)))


async def test_an_answer_is_not_unpacked() -> None:
    packed = httpx.Response(
        200, content=gzip.compress(RIGHT.encode()), headers={"content-encoding": "gzip"}
    )
    with pytest.raises(WitnessUntrue):
        await asking(Asked(packed))


@pytest.mark.parametrize(
    "error", [httpx.ConnectError("no"), httpx.ReadTimeout("no"), httpx.RemoteProtocolError("no")]
)
async def test_nobody_there(error: httpx.HTTPError) -> None:
    with pytest.raises(WitnessUnreachable) as failed:
        await asking(Asked(error))
    assert isinstance(failed.value, WitnessFailed)
    assert str(failed.value) == f"witness.example: {type(error).__name__}"


async def test_an_answer_that_never_ends_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"5"
        await asyncio.Event().wait()

    monkeypatch.setattr(witnesses, "LONGEST_WAIT", 0)
    with pytest.raises(WitnessUnreachable):
        await asking(Asked(httpx.Response(200, content=dripping())))


async def test_the_checkpoint_is_sent_as_it_was_signed() -> None:
    text = Checkpoint(ORIGIN, 7, Checkpoint.read(NOTE.text).root, ("more 追加",)).text
    note = Note(text, (LOG.signer.sign(text),))
    witness = Asked(httpx.Response(200, text=str(SIGNER.cosign(text, 1))))
    async with httpx.AsyncClient(transport=httpx.MockTransport(witness)) as http:
        await WitnessClient(http, URL, SIGNER.key).cosign(str(note), 0, LOG.proof_for)
    assert [asked.note for asked in witness.questions] == [note]


# The setting

OTHER = Signer("other.example", b"\x05" * 32, Algorithm.COSIGNATURE).key


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", ()),
        (f"{URL}|{SIGNER.key}", (Witness(URL, SIGNER.key),)),
        (
            f" {URL}|{SIGNER.key} , http://10.0.0.5:8100/|{OTHER},",
            (Witness(URL, SIGNER.key), Witness("http://10.0.0.5:8100/", OTHER)),
        ),
    ],
)
def test_witnesses_are_set(given: str, found: tuple[Witness, ...]) -> None:
    assert Settings.from_environment({"TSUNAGI_WITNESSES": given}).witnesses == found


@pytest.mark.parametrize(
    "given",
    [
        URL,
        str(SIGNER.key),
        f"{SIGNER.key}|{URL}",
        f"{URL}|",
        f"|{SIGNER.key}",
        f"witness.example|{SIGNER.key}",
        f"ftp://witness.example|{SIGNER.key}",
        f"https://|{SIGNER.key}",
        f"https://witness example|{SIGNER.key}",
        f"https://witness.example:port|{SIGNER.key}",
        f"https://witness.example?a=b|{SIGNER.key}",
        f"{URL}|{SIGNER.key}x",
        # The key of a log is none of a witness.
        f"{URL}|{Log().key}",
        f"{URL}|{SIGNER.key},{URL}",
        f"{URL}|{SIGNER.key},https://other.example|{SIGNER.key}",
    ],
)
def test_what_is_no_witness_is_refused_at_the_start(given: str) -> None:
    with pytest.raises(SettingsError, match="TSUNAGI_WITNESSES"):
        Settings.from_environment({"TSUNAGI_WITNESSES": given})
