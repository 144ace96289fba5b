"""What a witness of a log decides (C2SP tlog-witness, ``add-checkpoint``), without clock and disk.

A witness remembers of each log the last tree that it cosigned. It cosigns another only where that
one begins with the whole of it, and so never two trees of which neither is the beginning of the
other: whoever sees its cosignature is shown the same log as everybody else.
"""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final, NamedTuple, Self

from service.domain.errors import Invalid
from service.domain.merkle import EMPTY_ROOT, HASH_BYTES, Hash, check_consistency
from service.domain.signed_note import (
    Algorithm,
    Check,
    Checkpoint,
    Note,
    NoteKey,
    NoteSignature,
)
from service.domain.wire import decoded, encoded

#: A proof has so many steps at most.
MOST_STEPS = 63
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})")
#: How long the time before a cosignature is written, and the last that it may be.
_TIME_BYTES, _LAST_TIME = 8, 2**63 - 1


class Reason(StrEnum):
    """Why a witness does not cosign."""

    ANOTHER_TREE = "witness.another_tree"
    EMPTY_ROOT_WRONG = "witness.empty_root_wrong"
    LOG_UNKNOWN = "witness.log_unknown"
    NOT_SIGNED = "witness.not_signed"
    OLD_SIZE_TOO_LARGE = "witness.old_size_too_large"
    PROOF_WRONG = "witness.proof_wrong"
    SIGNATURE_WRONG = "witness.signature_wrong"
    SIZE_NOT_THE_LAST = "witness.size_not_the_last"
    UNREADABLE = "witness.unreadable"


#: What the protocol has a witness answer (C2SP tlog-witness, text of July 2026). Its version 1.0.0
#: still had 409 for another tree of the same size; our client takes both as the same refusal.
STATUS: Final[Mapping[Reason, int]] = {
    Reason.ANOTHER_TREE: 422,
    Reason.EMPTY_ROOT_WRONG: 422,
    Reason.LOG_UNKNOWN: 404,
    Reason.NOT_SIGNED: 403,
    Reason.OLD_SIZE_TOO_LARGE: 400,
    Reason.PROOF_WRONG: 422,
    Reason.SIGNATURE_WRONG: 403,
    Reason.SIZE_NOT_THE_LAST: 409,
    Reason.UNREADABLE: 400,
}


class Seen(NamedTuple):
    """What a witness keeps in mind of a log; of one it never cosigned, the empty tree."""

    size: int = 0
    root: Hash = EMPTY_ROOT


class Submission(NamedTuple):
    """What a log asks its witness: cosign this checkpoint, it continues the one of the old size."""

    old: int
    proof: tuple[Hash, ...]
    note: Note

    @property
    def checkpoint(self) -> Checkpoint:
        """What the log says of itself. Raises Invalid where the note is no checkpoint."""
        return Checkpoint.read(self.note.text)

    @property
    def body(self) -> bytes:
        """As it is sent."""
        steps = "".join(f"{encoded(step)}\n" for step in self.proof)
        return f"old {self.old}\n{steps}\n{self.note}".encode()

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read what ``body`` writes. Raises Invalid for anything else."""
        try:
            head, blank, note = body.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise Invalid("log.submission_unreadable") from None
        first, *steps = head.split("\n")
        old = _OLD.fullmatch(first)
        if old is None or not blank or len(steps) > MOST_STEPS:
            raise Invalid("log.submission_unreadable")
        found = cls(int(old[1]), tuple(_step(line) for line in steps), Note.read(note))
        Checkpoint.read(found.note.text)
        return found


def _step(line: str) -> Hash:
    step = decoded(line)
    if len(step) != HASH_BYTES:
        raise Invalid("log.submission_unreadable")
    return step


class Agreed(NamedTuple):
    """The witness may cosign: what it keeps in mind then, and the note as the log signed it."""

    seen: Seen
    note: Note


class Refused(NamedTuple):
    """The witness does not cosign."""

    reason: Reason
    #: The size that it has in mind, where it tells it.
    size: int | None = None
    #: A note that the log signed although the witness has cosigned another tree of that size:
    #: whoever holds both holds the proof that the log told two stories.
    contradiction: Note | None = None

    @property
    def status(self) -> int:
        """What the protocol has the witness answer."""
        return STATUS[self.reason]


def weigh(asked: Submission, keys: Sequence[NoteKey], seen: Seen, check: Check) -> Agreed | Refused:
    """Whether a witness that trusts these keys for the log, and has seen this of it, cosigns."""
    if not keys:
        return Refused(Reason.LOG_UNKNOWN)
    try:
        signers = asked.note.signed_by(keys, check)
    except Invalid:
        return Refused(Reason.SIGNATURE_WRONG)
    if not signers:
        return Refused(Reason.NOT_SIGNED)
    told, note = asked.checkpoint, _signed_only_by(signers, asked.note)
    contradiction = note if told.size == seen.size and told.root != seen.root else None
    reason = _doubt(asked.old, told, seen, asked.proof)
    if reason is not None:
        size = seen.size if reason is Reason.SIZE_NOT_THE_LAST else None
        return Refused(reason, size, contradiction)
    return Agreed(Seen(told.size, told.root), note)


def _doubt(old: int, told: Checkpoint, seen: Seen, proof: Sequence[Hash]) -> Reason | None:
    """What stands against the tree that the log tells of, in the protocol's order."""
    if old > told.size:
        return Reason.OLD_SIZE_TOO_LARGE
    if old != seen.size:
        return Reason.SIZE_NOT_THE_LAST
    if told.size == 0 and told.root != EMPTY_ROOT:
        return Reason.EMPTY_ROOT_WRONG
    if old == told.size and told.root != seen.root:
        return Reason.ANOTHER_TREE
    # Every tree begins with the empty one; there is nothing to prove.
    begins = not proof if old == 0 else _proved(old, told, seen, proof)
    return None if begins else Reason.PROOF_WRONG


def _proved(old: int, told: Checkpoint, seen: Seen, proof: Sequence[Hash]) -> bool:
    try:
        check_consistency(old, told.size, seen.root, told.root, proof)
    except Invalid:
        return False
    return True


def _signed_only_by(keys: Sequence[NoteKey], note: Note) -> Note:
    """The note with the signatures that were checked, and no others."""
    known = {(key.name, key.key_id) for key in keys}
    lines: dict[tuple[str, bytes], NoteSignature] = {}
    for line in note.signatures:
        if (line.name, line.key_id) in known:
            lines.setdefault((line.name, line.key_id), line)
    return note._replace(signatures=tuple(lines.values()))


def cosignature_in(answer: str, text: str, witness: NoteKey, check: Check) -> NoteSignature:
    """The witness's cosignature on the note with this text, out of its answer.

    Signatures by others are passed over. Raises Invalid where there is none by this witness.
    """
    answered = Note.read(f"{text}\n{answer}")
    if answered.text != text or not answered.signed_by([witness], check):
        raise Invalid("log.signature_wrong")
    known = (witness.name, witness.key_id)
    found = next(line for line in answered.signatures if (line.name, line.key_id) == known)
    if witness.algorithm is not Algorithm.COSIGNATURE or not 0 < seen_at(found) <= _LAST_TIME:
        raise Invalid("log.signature_wrong")
    return found


def seen_at(cosignature: NoteSignature) -> int:
    """When the witness saw the tree that it cosigned (seconds since 1970, by its own clock)."""
    return int.from_bytes(cosignature.signature[:_TIME_BYTES], "big")
