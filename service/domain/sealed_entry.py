"""An audit entry as the transparency log keeps it: bytes, and a commitment to them.

What an entry says is written once, as JSON, before the entry is stored, and these bytes are never
written again: the columns that are searched are read from them. The log's leaf holds only the entry's id, its instant, and a *commitment*: a
hash of what it says, with a salt that nobody can guess. Whoever is shown the entry with its salt can
check it against the leaf. Where a person's data must be erased, salt and words go: what they were
can no longer be found out, and every proof goes on to hold.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring as quoted
from typing import Any, NamedTuple, Self
from uuid import UUID

from service.domain.audit import AuditEntry, DecidedEntry
from service.domain.errors import Invalid
from service.domain.merkle import Hash, leaf_hash
from service.domain.wire import once

#: How leaves are written; another way gets another number.
LEAF_VERSION = 1
SALT_BYTES = 32


#: Names in the order in which PostgreSQL writes those of a jsonb, the short ones first; each as it
#: is written.
_NAMES = tuple(
    (name, f'"{name}": ')
    for name in sorted((*AuditEntry.model_fields, "decided_on"), key=lambda name: (len(name), name))
)


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


def seal(entry: DecidedEntry, salt: bytes) -> Sealed:
    """Seal an entry as it comes in, with a salt made for it (32 bytes, from the system's source)."""
    words = words_of(entry, salt)
    return Sealed(Leaf(str(entry.id), entry.at, commitment(salt, words)).written, salt, words)


def words_of(entry: DecidedEntry, salt: bytes) -> bytes:
    """What an entry says, in one way of writing it: byte for byte what ``entry_words`` writes.

    The facts it was decided on stand in it by their commitment alone: they are read for a replay,
    and by nobody else.
    """
    asked = entry.question
    decided_on = commitment(salt, asked.encode()) if asked is not None else None
    said = []
    for name, label in _NAMES:
        value = decided_on if name == "decided_on" else getattr(entry, name)
        if value is not None:
            said.append(label + _written(value))
    return f"{{{', '.join(said)}}}".encode()


def _written(value: str | tuple[str, ...] | UUID | datetime) -> str:
    """A text, a list of texts, an id; or an instant as PostgreSQL writes it: UTC, no zeros at the end."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return _listed(value)
    if isinstance(value, UUID):
        return f'"{value}"'
    whole, _, zone = value.astimezone(UTC).isoformat().partition("+")
    return f'"{whole.rstrip("0") if "." in whole else whole}+{zone}"'


@lru_cache(maxsize=4096)
def _listed(texts: tuple[str, ...]) -> str:
    """A list: the fields of a kind of record, which most entries say alike."""
    return f"[{', '.join(map(quoted, texts))}]"


class Leaf(NamedTuple):
    """What a leaf tells of its entry to everybody."""

    id: str
    at: datetime
    sealed: str

    @property
    def written(self) -> bytes:
        """The one way in which it is written: names in order, no spaces, microseconds, UTC."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        id_, sealed = quoted(self.id), quoted(self.sealed)
        return f'{{"at":"{at}","id":{id_},"sealed":{sealed},"v":{LEAF_VERSION}}}'.encode()

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
