"""Signed notes (C2SP signed-note), and the log's checkpoints (C2SP tlog-checkpoint) as such notes.

A note is text with signatures below it. Whoever reads it says which keys they know: signatures by
others are passed over, and a note that no known key has signed is refused.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple, Self

from service.domain.errors import Invalid
from service.domain.merkle import HASH_BYTES, Hash
from service.domain.wire import decoded, encoded

#: Whether a signature over a message is by a public key.
Check = Callable[[bytes, bytes, bytes], bool]

#: A note is as long as this at most, with at most so many signatures (C2SP signed-note).
LONGEST_NOTE, MOST_SIGNATURES = 1_000_000, 100
_MARK = "— "
_KEY_ID_BYTES = 4
#: The last time that a witness can write (C2SP tlog-cosignature).
_LATEST = 2**63 - 1
#: Neither spaces nor plus signs: they end a name in a line and in a key.
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class Algorithm(IntEnum):
    """How a key signs; the number stands before its bytes. Others may come (ML-DSA)."""

    ED25519 = 1
    COSIGNATURE = 4
    """Ed25519 over the note and the time at which a witness saw it (C2SP tlog-cosignature)."""


#: How long the public key of an algorithm is, and its signatures.
_LENGTHS = {Algorithm.ED25519: (32, 64), Algorithm.COSIGNATURE: (32, 72)}


class NoteKey(NamedTuple):
    """A public key by the name of its owner."""

    name: str
    algorithm: Algorithm
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        told = self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public
        return sha256(told).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        """As it is handed on: name, id and key (vkey)."""
        key = encoded(bytes([self.algorithm]) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``str`` writes. Raises Invalid for anything else."""
        name, _, rest = text.strip().partition("+")
        written, _, coded = rest.partition("+")
        raw = decoded(coded)
        if not _NAME.fullmatch(name) or not _is_unicode(name):
            raise Invalid("log.key_unreadable")
        if len(raw) < 2 or raw[0] not in list(Algorithm):
            raise Invalid("log.key_unreadable")
        key = cls(name, Algorithm(raw[0]), raw[1:])
        if len(key.public) != _LENGTHS[key.algorithm][0] or key.key_id.hex() != written:
            raise Invalid("log.key_unreadable")
        return key


class NoteSignature(NamedTuple):
    """One line below a note."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        """The line, with its end."""
        return f"{_MARK}{self.name} {encoded(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A text and the signatures below it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        """As it is stored and sent."""
        return f"{self.text}\n{''.join(str(s) for s in self.signatures)}"

    @classmethod
    def read(cls, written: str) -> Self:
        """Take a note apart. Raises Invalid for what is none."""
        text, blank, below = written.rpartition("\n\n")
        lines = below.split("\n")
        broken = any(ord(c) < 0x20 and c != "\n" for c in written) or not _is_unicode(written)
        if not blank or broken or lines.pop() or not lines or len(written) > LONGEST_NOTE:
            raise Invalid("log.note_unreadable")
        if len(lines) > MOST_SIGNATURES:
            raise Invalid("log.note_unreadable")
        return cls(f"{text}\n", tuple(_signature(line) for line in lines))

    def signed_by(self, keys: Iterable[NoteKey], check: Check) -> tuple[NoteKey, ...]:
        """Those of the keys that have signed it.

        Raises Invalid for a signature in the name of a known key that is not by it.
        """
        known = {(key.name, key.key_id): key for key in keys}
        found: list[NoteKey] = []
        for line in self.signatures:
            key = known.get((line.name, line.key_id))
            if key is None or key in found:
                continue
            if not _is_by(key, self.text, line.signature, check):
                raise Invalid("log.signature_wrong")
            found.append(key)
        return tuple(found)

    def also_signed(self, *signatures: NoteSignature) -> Self:
        """The note with more signatures; one line a key."""
        lines = {(s.name, s.key_id): s for s in (*self.signatures, *signatures)}
        return self._replace(signatures=tuple(lines.values()))


def _is_by(key: NoteKey, text: str, signature: bytes, check: Check) -> bool:
    if len(signature) != _LENGTHS[key.algorithm][1]:
        return False
    if key.algorithm is Algorithm.COSIGNATURE:
        seen_at = int.from_bytes(signature[:8], "big")
        return seen_at <= _LATEST and check(key.public, cosigned(text, seen_at), signature[8:])
    return check(key.public, text.encode(), signature)


def cosigned(text: str, seen_at: int) -> bytes:
    """What a witness signs: the note, and when it saw it (seconds since 1970)."""
    return f"cosignature/v1\ntime {seen_at}\n{text}".encode()


def _signature(line: str) -> NoteSignature:
    name, _, coded = line.removeprefix(_MARK).partition(" ")
    raw = decoded(coded)
    if not line.startswith(_MARK) or not _NAME.fullmatch(name) or len(raw) <= _KEY_ID_BYTES:
        raise Invalid("log.note_unreadable")
    return NoteSignature(name, raw[:_KEY_ID_BYTES], raw[_KEY_ID_BYTES:])


def _is_unicode(text: str) -> bool:
    """Whether it can be written as UTF-8: JSON and command lines may hold halves of characters."""
    return not any("\ud800" <= c <= "\udfff" for c in text)


class Checkpoint(NamedTuple):
    """What a log says of itself: it has so many entries, and this is the root over them."""

    origin: str
    size: int
    root: Hash
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text of its note."""
        lines = (self.origin, str(self.size), encoded(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the text of a note. Raises Invalid for what is no checkpoint."""
        *lines, last = text.split("\n")
        if last or len(lines) < 3 or not all(lines) or not _SIZE.fullmatch(lines[1]):
            raise Invalid("log.checkpoint_unreadable")
        origin, size, root, *more = lines
        hashed = decoded(root)
        if len(hashed) != HASH_BYTES:
            raise Invalid("log.checkpoint_unreadable")
        return cls(origin, int(size), hashed, tuple(more))


def opened(written: str, origin: str, keys: Sequence[NoteKey], check: Check) -> Checkpoint:
    """The checkpoint of a log that at least one of its keys has signed.

    Raises Invalid for another log's, for a signature that is not right, and for none at all.
    """
    note = Note.read(written)
    found = Checkpoint.read(note.text)
    if found.origin != origin:
        raise Invalid("log.checkpoint_of_another_log")
    if not note.signed_by(keys, check):
        raise Invalid("log.checkpoint_not_signed")
    return found
