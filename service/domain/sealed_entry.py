"""An audit entry as the transparency log keeps it: bytes, and a commitment to them.

What an entry says is written once, as JSON, by the database as the entry comes in, and these bytes
are never written again. The log's leaf holds only the entry's id, its instant, and a *commitment*: a hash of
what it says, with a salt that nobody can guess. Whoever is shown the entry with its salt can check
it against the leaf. Where a person's data must be erased, salt and words go: what they were can
no longer be found out, and every proof goes on to hold.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple

from service.domain.errors import Invalid
from service.domain.merkle import Hash, leaf_hash

SALT_BYTES = 32
#: How leaves are written; another way gets another number.
LEAF_VERSION = 1


class Sealed(NamedTuple):
    """What is stored of an entry for the log, beside its columns."""

    leaf: bytes
    #: Both are gone once they had to be erased.
    salt: bytes | None
    words: bytes | None

    @property
    def hash(self) -> Hash:
        """The leaf's hash in the tree."""
        return leaf_hash(self.leaf)


def commitment(salt: bytes, words: bytes) -> str:
    """A hash of words that nobody can try out without the salt."""
    return sha256(salt + sha256(words).digest()).hexdigest()


def check_sealed(leaf: bytes, salt: bytes, words: bytes) -> Mapping[str, Any]:
    """What an entry says, once it is certain that its leaf is about these words.

    Raises Invalid where the leaf is about others, or words and leaf name another entry.
    """
    try:
        outside, inside = json.loads(leaf), json.loads(words)
    except ValueError as error:
        raise Invalid("log.entry_unreadable") from error
    if not isinstance(outside, dict) or not isinstance(inside, dict):
        raise Invalid("log.entry_unreadable")
    if outside.get("v") != LEAF_VERSION or outside.get("sealed") != commitment(salt, words):
        raise Invalid("log.entry_altered")
    if outside.get("id") != inside.get("id") or _instant(outside) != _instant(inside):
        raise Invalid("log.entry_altered")
    return inside


def _instant(entry: Mapping[str, Any]) -> datetime | None:
    try:
        return datetime.fromisoformat(str(entry.get("at")))
    except ValueError:
        return None
