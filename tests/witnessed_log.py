"""A log to be witnessed: its leaves in memory, its proofs as RFC 6962 writes them down."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

from service.adapters.transparency.ed25519 import Signer
from service.domain.merkle import Hash
from service.domain.signed_note import Checkpoint, Note
from service.domain.witnessing import Submission

ORIGIN = "log.tsunagi.example/audit"
LOG_SEED, WITNESS_SEED = b"\x01" * 32, b"\x02" * 32

Leaves = tuple[bytes, ...]


def leaves(count: int, *, mark: bytes = b"", since: int = 0) -> Leaves:
    """Entries 0, 1, 2 …; from one on written in another way, where a mark is given."""
    return tuple((mark if n >= since else b"") + bytes([n]) for n in range(count))


@cache
def root(tree: Leaves) -> Hash:
    """RFC 6962 §2.1."""
    if not tree:
        return sha256(b"").digest()
    if len(tree) == 1:
        return sha256(b"\x00" + tree[0]).digest()
    k = split(len(tree))
    return sha256(b"\x01" + root(tree[:k]) + root(tree[k:])).digest()


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def consistency(m: int, tree: Leaves) -> list[Hash]:
    """RFC 6962 §2.1.2, PROOF(m, D[n]); of the empty tree nothing is to be proved."""
    return _sub(m, tree, whole=True) if 0 < m < len(tree) else []


def _sub(m: int, tree: Leaves, *, whole: bool) -> list[Hash]:
    if m == len(tree):
        return [] if whole else [root(tree)]
    k = split(len(tree))
    if m <= k:
        return [*_sub(m, tree[:k], whole=whole), root(tree[k:])]
    return [*_sub(m - k, tree[k:], whole=False), root(tree[:k])]


class Log:
    """Whoever holds a log's key: it can sign whatever it likes."""

    def __init__(self, tree: Leaves = (), *, seed: bytes = LOG_SEED, origin: str = ORIGIN) -> None:
        self.tree, self.origin = tree, origin
        self.signer = Signer("log.tsunagi.example", seed)

    @property
    def key(self):
        return self.signer.key

    def grown_to(self, count: int) -> "Log":
        self.tree = (*self.tree, *leaves(count)[len(self.tree) :])
        return self

    def note(self, size: int | None = None, signers: Sequence[Signer] | None = None) -> Note:
        tree = self.tree[: len(self.tree) if size is None else size]
        text = Checkpoint(self.origin, len(tree), root(tree)).text
        return Note(text, tuple(s.sign(text) for s in signers or [self.signer]))

    async def proof_for(self, old: int) -> list[Hash]:
        return consistency(old, self.tree)

    def asks(self, old: int, size: int | None = None) -> bytes:
        size = len(self.tree) if size is None else size
        proof = consistency(old, self.tree[:size])
        return Submission(old, tuple(proof), self.note(size)).body
