"""An audit entry as the transparency log keeps it: bytes, and a commitment to them.

What an entry says is written once, as JSON, by the database as the entry comes in, and these bytes
are never written again. The log's leaf holds only the entry's id, its instant, and a *commitment*: a
hash of what it says, with a salt that nobody can guess. Whoever is shown the entry with its salt can
check it against the leaf. Where a person's data must be erased, salt and words go: what they were
can no longer be found out, and every proof goes on to hold.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Self

from service.domain.errors import Invalid
from service.domain.merkle import Hash, leaf_hash
from service.domain.wire import once

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


class Kept(NamedTuple):
    """An entry's leaf; what it says is gone once it had to be erased."""

    leaf: bytes
    sealed: Sealed | None

    @classmethod
    def of(cls, leaf: bytes, salt: bytes | None, words: bytes | None) -> Self:
        """As it is stored."""
        return cls(leaf, Sealed(leaf, salt, words) if salt and words else None)


def commitment(salt: bytes, words: bytes) -> str:
    """A hash of words that nobody can try out without the salt."""
    return sha256(salt + sha256(words).digest()).hexdigest()


class Leaf(NamedTuple):
    """What a leaf tells of its entry to everybody."""

    id: str
    at: datetime
    sealed: str

    @property
    def written(self) -> bytes:
        """The one way in which it is written: names in order, no spaces, microseconds, UTC."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        told = {"at": at, "id": self.id, "sealed": self.sealed, "v": LEAF_VERSION}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def read(cls, leaf: bytes) -> Self:
        """Read a leaf. Raises Invalid for what is not, byte for byte, written as leaves are."""
        told = _read(leaf)
        found = cls(str(told.get("id")), _instant(told), str(told.get("sealed")))
        try:
            same = found.written == leaf
        except UnicodeEncodeError:
            same = False
        if not same:
            raise Invalid("log.entry_unreadable")
        return found


def check_sealed(leaf: bytes, salt: bytes, words: bytes) -> Mapping[str, Any]:
    """What an entry says, once it is certain that its leaf is about these words.

    Raises Invalid where the leaf is about others, where words and leaf name another entry, and
    where either could be read in two ways.
    """
    outside = Leaf.read(leaf)
    if outside.sealed != commitment(salt, words):
        raise Invalid("log.entry_altered")
    inside = _read(words)
    if outside.id != inside.get("id") or outside.at != _instant(inside):
        raise Invalid("log.entry_altered")
    return inside


def _read(written: bytes) -> Mapping[str, Any]:
    """The JSON object that is written there; no name stands in it twice."""
    try:
        said = json.loads(written.decode(), object_pairs_hook=once, parse_constant=_no_number)
        # Half a character could not be written again.
        json.dumps(said, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Invalid("log.entry_unreadable") from error
    if not isinstance(said, dict):
        raise Invalid("log.entry_unreadable")
    return said


def _no_number(_: str) -> Any:
    raise ValueError


def _instant(entry: Mapping[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(str(entry.get("at")))
        if at.tzinfo is None:
            raise Invalid("log.entry_unreadable")
        return at.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid("log.entry_unreadable") from error
