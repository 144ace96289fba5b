"""The export bundle: a stretch of the audit log as an auditor takes it away, one JSON object a line.

The first line says which stretch, between which signed checkpoints; then comes one line an entry,
in order and without a gap. An entry that the reader may not see is there by its hash alone, and
one whose words were erased by its leaf: both count in the tree, and neither says what it was.
"""

import json
from typing import Any, NamedTuple, Self

from service.domain.errors import Invalid
from service.domain.merkle import HASH_BYTES, Hash, leaf_hash
from service.domain.sealed_entry import SALT_BYTES, Sealed
from service.domain.wire import decoded, encoded, once

FORMAT = "tsunagi-audit-bundle/1"
#: No line is longer: a note is a million characters at most, and an entry a few thousand.
LONGEST_LINE = 16 * 1024 * 1024
_HEADER = {"format", "origin", "keys", "from", "to", "first", "size", "frontier"}
_OPEN = {"i", "leaf", "salt", "words"}


class BundleHeader(NamedTuple):
    """Which stretch of the log it is: the entries from ``first`` until before ``size``."""

    origin: str
    #: The log's keys as it knows them itself; for information, nobody trusts them from here.
    keys: tuple[str, ...]
    #: The signed checkpoints over the tree of ``first`` entries, and over that of ``size``.
    earlier: str | None
    later: str
    first: int
    size: int
    #: The hashes of the peaks of the tree of ``first`` entries.
    frontier: tuple[Hash, ...]

    def line(self) -> bytes:
        """As it is written."""
        return _line(
            {
                "format": FORMAT,
                "origin": self.origin,
                "keys": list(self.keys),
                "from": self.earlier,
                "to": self.later,
                "first": self.first,
                "size": self.size,
                "frontier": [encoded(peak) for peak in self.frontier],
            }
        )

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read the first line. Raises Invalid for what is none."""
        told = _read(line)
        origin, earlier = told.get("origin"), told.get("from")
        later, first, size = told.get("to"), told.get("first"), told.get("size")
        keys, peaks = _texts(told.get("keys")), _texts(told.get("frontier"))
        if set(told) != _HEADER or told["format"] != FORMAT:
            raise Invalid("bundle.header_unreadable")
        if not isinstance(origin, str) or not isinstance(later, str):
            raise Invalid("bundle.header_unreadable")
        if not (earlier is None or isinstance(earlier, str)) or keys is None or peaks is None:
            raise Invalid("bundle.header_unreadable")
        if type(first) is not int or type(size) is not int or not 0 <= first <= size < 1 << 63:
            raise Invalid("bundle.header_unreadable")
        frontier = tuple(decoded(peak) for peak in peaks)
        if any(len(peak) != HASH_BYTES for peak in frontier):
            raise Invalid("bundle.header_unreadable")
        return cls(origin, tuple(keys), earlier, later, first, size, frontier)


class BundleLine(NamedTuple):
    """One entry: open to the reader (sealed), erased (its leaf), or closed to them (its hash)."""

    number: int
    hash: Hash
    leaf: bytes | None = None
    sealed: Sealed | None = None
    #: What the decision was made on, where the reader may see it.
    question: bytes | None = None

    @classmethod
    def read(cls, line: bytes) -> Self:
        """Read one line. Raises Invalid for what is none; whether it fits is not asked here."""
        told = _read(line)
        names = set(told)
        number, erased = told.get("i"), told.get("erased")
        texts = {name: told[name] for name in names - {"i", "erased"}}
        part = {n: decoded(text) if isinstance(text, str) else b"" for n, text in texts.items()}
        if type(number) is not int or number < 0 or b"" in part.values():
            raise Invalid("bundle.line_unreadable")
        match part:
            case {"hash": bytes(hashed)} if names == {"i", "hash"} and len(hashed) == HASH_BYTES:
                return cls(number, hashed)
            case {"leaf": bytes(leaf)} if names == {"i", "leaf", "erased"} and erased is True:
                return cls(number, leaf_hash(leaf), leaf)
            case {"leaf": bytes(leaf), "salt": bytes(salt), "words": bytes(words)} if (
                names - {"question"} == _OPEN and len(salt) == SALT_BYTES
            ):
                sealed = Sealed(leaf, salt, words)
                return cls(number, sealed.hash, leaf, sealed, part.get("question"))
        raise Invalid("bundle.line_unreadable")


def open_line(number: int, sealed: Sealed, question: str | None = None) -> bytes:
    """The line of an entry that the reader may see; with what it was decided on, if that as well."""
    told = {"i": number, "leaf": encoded(sealed.leaf), "salt": encoded(sealed.salt)}
    told["words"] = encoded(sealed.words)
    return _line(told if question is None else {**told, "question": encoded(question.encode())})


def erased_line(number: int, leaf: bytes) -> bytes:
    """The line of an entry whose words were lawfully erased."""
    return _line({"i": number, "leaf": encoded(leaf), "erased": True})


def closed_line(number: int, hashed: Hash) -> bytes:
    """The line of an entry that the reader may not see."""
    return _line({"i": number, "hash": encoded(hashed)})


def _line(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _texts(found: object) -> list[str] | None:
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        return None
    return found


def _read(line: bytes) -> dict[str, Any]:
    """The object in a line; one without anything for whatever is none."""
    try:
        told = json.loads(line.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) and len(line) <= LONGEST_LINE else {}
