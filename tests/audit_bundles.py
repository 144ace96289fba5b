"""An invented audit log of thirteen entries, and bundles of it: sound ones and broken ones."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sealing import canonical, seal

from service.adapters.transparency.ed25519 import Signer
from service.domain.audit import DecidedEntry
from service.domain.audit_bundle import BundleHeader, closed_line, erased_line, open_line
from service.domain.merkle import (
    consistency_path,
    grown,
    leaf_hash,
    peaks,
    proof_along,
    root_of,
)
from service.domain.sealed_entry import Sealed, commitment
from service.domain.signed_note import Algorithm, Checkpoint, Note

ORIGIN = "audit.example/mihon"
LOG = Signer(ORIGIN, sha256(b"log").digest())
NEXT = Signer(ORIGIN, sha256(b"next").digest())
STRANGER = Signer(ORIGIN, sha256(b"stranger").digest())
WITNESSES = tuple(
    Signer(f"{name}.example/w", sha256(name.encode()).digest(), Algorithm.COSIGNATURE)
    for name in ("ombudsman", "prefecture", "university")
)
SEEN_AT = 1_790_000_000
#: Every third entry is closed to the reader, two are erased.
SIZE = 13


def question(number: int) -> str:
    return json.dumps({"at": number, "名": "山田"}, ensure_ascii=False)


def entry(number: int) -> DecidedEntry:
    return DecidedEntry(
        id=UUID(int=number + 1),
        attempt_id=UUID(int=100),
        at=datetime(2026, 4, 1, tzinfo=UTC) + timedelta(seconds=number),
        actor_kind="staff",
        action="person.read",
        record_kind="person",
        outcome="allowed",
        fields=("氏名",),
        request_id=f"r{number}",
        question=question(number) if number % 4 == 0 else None,
    )


SEALED = [seal(entry(n), sha256(b"salt %d" % n).digest()) for n in range(SIZE)]


class Tree:
    """The hashes of a log's leaves, and whatever follows from them."""

    def __init__(self, hashes: Sequence[bytes] = tuple(each.hash for each in SEALED)) -> None:
        self.hashes = list(hashes)

    def node(self, level: int, index: int) -> bytes:
        return root_of(grown(0, [], self.hashes[index << level : (index + 1) << level])[1])

    def frontier(self, size: int) -> list[bytes]:
        return [self.node(*place) for place in peaks(size)]

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(ORIGIN, size, root_of(self.frontier(size)))

    def note(self, size: int, *signers: Signer, seen: Sequence[Signer] = ()) -> str:
        return signed(self.checkpoint(size), *signers or (LOG,), seen=seen)

    def consistency(self, old: int, new: int) -> str:
        path = consistency_path(old, new)
        nodes = {place: self.node(*place) for step in path for place in step}
        steps = [b64encode(step).decode() for step in proof_along(path, nodes)]
        return json.dumps({"from": old, "to": new, "proof": steps})


def signed(checkpoint: Checkpoint, *signers: Signer, seen: Sequence[Signer] = ()) -> str:
    text = checkpoint.text
    lines = [signer.sign(text) for signer in signers]
    lines += [witness.cosign(text, SEEN_AT) for witness in seen]
    return str(Note(text, tuple(lines)))


TREE = Tree()
#: The same log with its third entry rewritten.
REWRITTEN = Tree([*TREE.hashes[:2], leaf_hash(b"another"), *TREE.hashes[3:]])


def entry_line(number: int) -> bytes:
    if number % 3 == 2:
        return closed_line(number, SEALED[number].hash)
    if number in (3, 9):
        return erased_line(number, SEALED[number].leaf)
    shown = question(number) if number % 8 == 0 else None
    return open_line(number, SEALED[number], shown)


def header(first: int = 0, size: int = SIZE, tree: Tree = TREE, **other: Any) -> BundleHeader:
    told = BundleHeader(
        ORIGIN,
        (str(LOG.key),),
        tree.note(first) if first else None,
        tree.note(size, seen=WITNESSES[:2]),
        first,
        size,
        tuple(tree.frontier(first)),
    )
    return told._replace(**other)


def bundle(first: int = 0, size: int = SIZE, **other: Any) -> list[bytes]:
    return [header(first, size, **other).line(), *(entry_line(n) for n in range(first, size))]


class Case(NamedTuple):
    """A bundle, what the reader brings along, and what both verifiers must say."""

    lines: list[bytes]
    #: 0 holds, 1 does not, 2 not to be decided; what does not hold, and in which line.
    exits: int
    code: str = ""
    at_line: int = 0
    options: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    keys: tuple[str, ...] = (str(LOG.key),)
    origin: str = ORIGIN


def changed(line: bytes, **parts: Any) -> bytes:
    """A line of JSON with other parts; without those that are given as None."""
    told = {**json.loads(line), **parts}
    for name in [name for name, value in parts.items() if value is None]:
        del told[name]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def with_line(number: int, make: Callable[[bytes], bytes], first: int = 0) -> list[bytes]:
    """A bundle with one line made another; line 1 is the header."""
    lines = bundle(first)
    lines[number - 1] = make(lines[number - 1])
    return lines


def flipped(part: str) -> Callable[[bytes], bytes]:
    def flip(line: bytes) -> bytes:
        raw = bytearray(b64decode(json.loads(line)[part]))
        raw[len(raw) // 2] ^= 1
        return changed(line, **{part: b64encode(raw).decode()})

    return flip


def resealed(sealed: Sealed) -> list[bytes]:
    """A log that commits to an entry of somebody's making, rightly signed."""
    tree = Tree([sealed.hash, *TREE.hashes[1:]])
    return [header(tree=tree).line(), open_line(0, sealed), *bundle()[2:]]


def sealed_as(words: bytes, leaf: bytes | None = None) -> Sealed:
    salt = SEALED[0].salt
    told = {**json.loads(SEALED[0].leaf), "sealed": commitment(salt, words)}
    return Sealed(leaf or canonical(told), salt, words)


def witness_options(*witnesses: Signer, needed: int | None = None) -> tuple[str, ...]:
    named = [part for each in witnesses for part in ("--witness", str(each.key))]
    return (*named, *(["--witnesses-needed", str(needed)] if needed is not None else []))


def write(folder: Path, case: Case) -> list[str]:
    """The case as files, and the arguments for a verifier."""
    file = folder / "bundle.jsonl"
    file.write_bytes(b"".join(case.lines))
    arguments = [str(file), "--origin", case.origin, *case.options]
    for key in case.keys:
        arguments += ["--key", key]
    for number, kept in enumerate(case.kept):
        (folder / f"kept{number}").write_text(kept)
        arguments += ["--kept", str(folder / f"kept{number}")]
    return arguments
