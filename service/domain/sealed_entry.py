"""An audit entry as the transparency log keeps it: canonical bytes, and a commitment to them.

What an entry says is written once, as canonical JSON (sorted keys, no spaces), and is never
written again. The log's leaf holds only the entry's id, its instant, and a *commitment*: a hash of
what it says, with a salt that nobody can guess. Whoever is shown the entry with its salt can check
it against the leaf. Where a person's data must be erased, salt and words go: what they were can
no longer be found out, and every proof goes on to hold.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Self

from service.domain.audit import DecidedEntry
from service.domain.errors import Invalid
from service.domain.merkle import Hash, leaf_hash

#: How leaves are written; another way gets another number.
LEAF_VERSION = 1
SALT_BYTES = 32


class Sealed(NamedTuple):
    """What is stored of an entry for the log, beside its columns."""

    leaf: bytes
    salt: bytes
    words: bytes

    @property
    def hash(self) -> Hash:
        """The leaf's hash in the tree."""
        return leaf_hash(self.leaf)


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON in one way only: keys sorted, no spaces, UTF-8 (RFC 8785 for strings, arrays, objects)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def words_of(entry: DecidedEntry, salt: bytes) -> bytes:
    """What the entry says. The facts it was decided on stand in it by their commitment only."""
    said = entry.model_dump(mode="json", exclude={"question"}, exclude_none=True)
    if entry.question is not None:
        said["decided_on"] = commitment(salt, entry.question.encode())
    return canonical(said)


def commitment(salt: bytes, words: bytes) -> str:
    """A hash of words that nobody can try out without the salt."""
    return sha256(salt + sha256(words).digest()).hexdigest()


def seal(entry: DecidedEntry, salt: bytes) -> Sealed:
    """The entry as the log keeps it, under a salt of its own: 32 bytes that nobody can guess."""
    words = words_of(entry, salt)
    return Sealed(_leaf(str(entry.id), entry.at, commitment(salt, words)), salt, words)


def _leaf(entry_id: str, at: datetime, sealed: str) -> bytes:
    instant = at.astimezone(UTC).isoformat()
    return canonical({"v": LEAF_VERSION, "id": entry_id, "at": instant, "sealed": sealed})


class Leaf(NamedTuple):
    """What a leaf tells of its entry to everybody."""

    id: str
    at: datetime
    sealed: str

    @classmethod
    def read(cls, leaf: bytes) -> Self:
        """Read a leaf. Raises Invalid for what is not, byte for byte, written as leaves are."""
        told = _read(leaf)
        found = cls(str(told.get("id")), _instant(told), str(told.get("sealed")))
        if _leaf(*found) != leaf:
            raise Invalid("log.entry_unreadable")
        return found


def check_sealed(leaf: bytes, salt: bytes, words: bytes) -> Mapping[str, Any]:
    """What an entry says, once it is certain that its leaf is about these words.

    Raises Invalid where the leaf is about others, where words and leaf name another entry, and
    where either is not written in the one way: two readers could read it in two ways.
    """
    outside = Leaf.read(leaf)
    if outside.sealed != commitment(salt, words):
        raise Invalid("log.entry_altered")
    inside = _read(words)
    if outside.id != inside.get("id") or outside.at != _instant(inside):
        raise Invalid("log.entry_altered")
    return inside


def _read(written: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(written.decode())
        if isinstance(said, dict) and canonical(said) == written:
            return said
    except (ValueError, RecursionError) as error:
        raise Invalid("log.entry_unreadable") from error
    raise Invalid("log.entry_unreadable")


def _instant(entry: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(str(entry.get("at")))
        if at.tzinfo is None:
            raise Invalid("log.entry_unreadable")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("log.entry_unreadable") from error


def matches(entry: DecidedEntry, sealed: Sealed) -> bool:
    """Whether the columns by which entries are found say what the entry says."""
    return words_of(entry, sealed.salt) == sealed.words
