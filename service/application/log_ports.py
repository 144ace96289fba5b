"""What keeping the transparency log needs from the outside."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from service.domain.audit import AuditEntry
from service.domain.log_tiles import Stretch
from service.domain.merkle import Hash
from service.domain.sealed_entry import Kept
from service.domain.signed_note import NoteKey, NoteSignature


class LogState(StrEnum):
    """How the log fares in this process."""

    SIGNED = "signed"
    LATE = "late"
    """Nothing could be sealed the last time, or nothing was tried yet; it is tried again."""
    HALTED = "halted"
    """It is not what was signed: nothing more is, until somebody looks (deploy/runbook.md)."""


class Pending(NamedTuple):
    """An entry that has no place in the log yet."""

    entry_id: UUID
    leaf: bytes
    xid: int


class Signed(NamedTuple):
    """A signed checkpoint, with the cosignatures there are."""

    size: int
    signed_at: datetime
    note: str


class Placed(NamedTuple):
    """A place in the log, with the entry that has it where that is the asker's."""

    number: int
    hash: Hash
    entry: AuditEntry | None
    kept: Kept | None


class LogStore(Protocol):
    """The log's tables, inside one transaction."""

    async def lock(self) -> bool:
        """Be the only one who lengthens or signs the log until the transaction ends."""

    async def make_months(self, since: date, months: int) -> int:
        """Make room for the entries of the months from one on, where there is none; how many."""

    async def pending(self, most: int) -> Sequence[Pending]: ...
    async def size(self) -> int: ...
    async def hashes(self, stretch: Stretch) -> Sequence[Hash]: ...
    async def append(
        self, size: int, entries: Sequence[Pending], hashes: Sequence[Hash]
    ) -> None: ...
    async def add_nodes(self, level: int, start: int, hashes: Sequence[Hash]) -> None: ...
    async def entry_at(self, index: int) -> UUID | None: ...
    async def index_of(self, entry_id: UUID) -> int | None: ...
    async def checkpoint(self) -> Signed | None: ...
    async def checkpoint_before(self, instant: datetime) -> Signed | None: ...
    async def checkpoint_after(self, instant: datetime) -> Signed | None: ...
    async def keep_checkpoint(self, signed: Signed) -> None: ...
    async def cosigned_by(self, witness: str) -> int: ...
    async def keep_cosignature(self, size: int, witness: str, line: str) -> None: ...


OpenLog = Callable[[], AbstractAsyncContextManager[LogStore]]


class NoteSigner(Protocol):
    """Signs checkpoints in the log's name."""

    key: NoteKey

    def sign(self, text: str) -> NoteSignature: ...


class LogMemory(Protocol):
    """The last signed checkpoint, kept outside the database: a restored backup does not undo it."""

    def last(self) -> str | None: ...
    def keep(self, note: str) -> None: ...


class WitnessFailed(Exception):  # noqa: N818 - says what happened
    """There is no cosignature by this witness."""

    #: It says that this log is not the one that it cosigned: an alarm, and nothing to try again.
    contradicts = False

    def __init__(self, witness: NoteKey, what: str) -> None:
        """Name the witness and what happened; never what it answered in words."""
        super().__init__(f"{witness.name}: {what}")
        self.witness = witness


class Cosigner(Protocol):
    """A witness outside our own administration."""

    key: NoteKey

    async def cosign(
        self, note: str, old_size: int, proof_for: Callable[[int], Awaitable[list[Hash]]]
    ) -> NoteSignature: ...
