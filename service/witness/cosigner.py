"""A witness at work: looks, decides, remembers, and only then hands its cosignature out."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import structlog

from service.adapters.transparency.ed25519 import Signer, check
from service.domain.errors import Invalid
from service.domain.signed_note import Note, NoteKey, NoteSignature
from service.domain.witnessing import Agreed, Reason, Refused, Submission, weigh
from service.witness.memory import Memory, log_name, seen_of

log = structlog.get_logger("tsunagi.witness")


class Cosigned(NamedTuple):
    """What the witness answers where it agrees."""

    signature: NoteSignature


def seconds_now() -> int:
    """Seconds since 1970."""
    return int(time.time())


class Cosigner:
    """One key, the logs it watches, and its memory."""

    def __init__(
        self,
        signer: Signer,
        logs: Mapping[str, Sequence[NoteKey]],
        memory: Memory,
        clock: Callable[[], int] = seconds_now,
    ) -> None:
        """Watch these logs, each by the keys that it may sign with."""
        self.key = signer.key
        self._signer, self._logs, self._memory, self._clock = signer, logs, memory, clock
        self._named = {log_name(origin): origin for origin in logs}

    def add(self, body: bytes) -> Cosigned | Refused:
        """Answer one request; what is cosigned is on disk when this returns.

        Raises NotReadyToWitnessError or OSError where the memory cannot be read or written:
        nothing is cosigned then.
        """
        try:
            asked = Submission.read(body)
        except Invalid:
            return Refused(Reason.UNREADABLE)
        origin = asked.checkpoint.origin
        if origin not in self._logs:
            return Refused(Reason.LOG_UNKNOWN)
        with self._memory.locked():
            last = self._memory.last(origin)
            match weigh(asked, self._logs[origin], seen_of(last), check):
                case Refused() as refused:
                    self._note_refusal(asked, last, refused)
                    return refused
                case Agreed(seen, note):
                    signature = self._signer.cosign(note.text, self._clock())
                    self._memory.keep(origin, note.also_signed(signature))
        log.info("witness.cosigned", origin=origin, size=seen.size, root=seen.root.hex())
        return Cosigned(signature)

    def _note_refusal(self, asked: Submission, last: Note | None, refused: Refused) -> None:
        told, seen = asked.checkpoint, seen_of(last)
        about = {
            "origin": told.origin,
            "reason": refused.reason.value,
            "size": told.size,
            "seen_size": seen.size,
        }
        if refused.contradiction is None:
            log.warning("witness.refused", **about)
            return
        try:
            kept = str(self._memory.keep_contradiction(last, refused.contradiction))
        except OSError as error:
            kept = f"not kept: {error.strerror}"
        log.critical(
            "witness.the_log_told_two_stories",
            **about,
            root=told.root.hex(),
            seen_root=seen.root.hex(),
            kept=kept,
        )

    def last(self, named: str) -> Note | None:
        """The last note cosigned of the log of this name; none where there is no such."""
        origin = self._named.get(named)
        return None if origin is None else self._memory.last(origin)
