"""Asking a witness outside to cosign a checkpoint (C2SP tlog-witness, as the log)."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx

from service.adapters.transparency.ed25519 import check
from service.application.log_ports import WitnessFailed
from service.domain.errors import Invalid
from service.domain.merkle import Hash
from service.domain.signed_note import Checkpoint, Note, NoteKey, NoteSignature
from service.domain.witnessing import Submission, cosignature_in

#: So long does one question take at most (seconds), and so long is an answer (bytes).
LONGEST_WAIT = 5.0
LARGEST_ANSWER = 64 * 1024
_OK, _CONFLICT, _ANOTHER_LOG = 200, 409, 422
_SIZE_TYPE = "text/x.tlog.size"

#: The steps that prove the checkpoint to continue the tree of an older size (not 0, not its own).
ProofFor = Callable[[int], Awaitable[list[Hash]]]


class WitnessUnreachable(WitnessFailed):
    """It did not answer in time, or not at all."""


class WitnessUntrue(WitnessFailed):
    """It answered that it cosigned, but with nothing that its key has signed."""


class WitnessRefused(WitnessFailed):
    """It answered that it does not cosign.

    422 says that this log is not the one it cosigned before. So does 409 with a ``size`` beyond
    every checkpoint that this log remembers: entries are gone, as after an old backup. Either is
    an alarm, not a fault to try again.
    """

    def __init__(self, witness: NoteKey, status: int, size: int | None, *, asked: int) -> None:
        """Keep the status, and the size it has in mind where it told it."""
        told = "" if size is None else f", has seen size {size}"
        super().__init__(witness, f"refused with {status}{told}")
        self.status, self.size = status, size
        self.contradicts = status == _ANOTHER_LOG or (size is not None and size > asked)


class WitnessClient:
    """One witness, as the log asks it."""

    def __init__(self, http: httpx.AsyncClient, url: str, key: NoteKey) -> None:
        """Ask at this address, and believe this key."""
        self.key = key
        self._http, self._url = http, f"{url.rstrip('/')}/add-checkpoint"

    async def cosign(self, note: str, old_size: int, proof_for: ProofFor) -> NoteSignature:
        """The witness's cosignature on a signed checkpoint, checked with its key.

        ``old_size`` is what it is believed to have cosigned last (0 if unknown); where it says
        another, it is asked once more from there. Raises WitnessFailed.
        """
        signed = Note.read(note)
        size = Checkpoint.read(signed.text).size
        # What the witness is believed to have can be more than we have; it shall say so itself.
        old = old_size if old_size <= size else 0
        status, told, answer = await self._ask(signed, old, size, proof_for)
        if status == _CONFLICT and told is not None and told != old and told <= size:
            status, told, answer = await self._ask(signed, told, size, proof_for)
        if status != _OK:
            raise WitnessRefused(self.key, status, told, asked=size)
        try:
            return cosignature_in(answer.decode(), signed.text, self.key, check)
        except (Invalid, UnicodeDecodeError):
            raise WitnessUntrue(self.key, "answered with no cosignature by its key") from None

    async def _ask(
        self, note: Note, old: int, size: int, proof_for: ProofFor
    ) -> tuple[int, int | None, bytes]:
        """The status, the size it told, and the answer."""
        proof = await proof_for(old) if 0 < old < size else []
        body = Submission(old, tuple(proof), note).body
        try:
            async with (
                asyncio.timeout(LONGEST_WAIT),
                self._http.stream(
                    "POST",
                    self._url,
                    content=body,
                    headers={
                        "content-type": "text/plain; charset=utf-8",
                        "accept-encoding": "identity",
                    },
                    timeout=LONGEST_WAIT,
                    follow_redirects=False,
                ) as response,
            ):
                if "content-encoding" in response.headers:
                    # A few packed bytes could be unpacked to more than fits.
                    raise WitnessUntrue(self.key, "answered packed")
                answer = b""
                async for part in response.aiter_bytes():
                    answer += part
                    if len(answer) > LARGEST_ANSWER:
                        raise WitnessUntrue(self.key, "answered more than a witness has to say")
        except (httpx.HTTPError, TimeoutError) as error:
            raise WitnessUnreachable(self.key, type(error).__name__) from error
        told = _size(answer) if response.status_code == _CONFLICT else None
        if response.headers.get("content-type", "").partition(";")[0].strip() != _SIZE_TYPE:
            told = None
        return response.status_code, told, answer


def _size(answer: bytes) -> int | None:
    """The size that stands in an answer."""
    digits = answer.removesuffix(b"\n")
    return int(digits) if digits.isdigit() and len(digits) <= 19 else None
