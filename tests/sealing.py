"""Sealing an entry in words written otherwise than the service writes them: any way must verify."""

import json
from collections.abc import Mapping
from typing import Any

from service.domain.audit import DecidedEntry
from service.domain.sealed_entry import Leaf, Sealed, commitment


def canonical(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def words_of(entry: DecidedEntry, salt: bytes) -> bytes:
    said = entry.model_dump(mode="json", exclude={"question"}, exclude_none=True)
    if entry.question is not None:
        said["decided_on"] = commitment(salt, entry.question.encode())
    return canonical(said)


def seal(entry: DecidedEntry, salt: bytes) -> Sealed:
    words = words_of(entry, salt)
    return Sealed(Leaf(str(entry.id), entry.at, commitment(salt, words)).written, salt, words)
