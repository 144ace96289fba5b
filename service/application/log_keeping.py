"""Keeping the transparency log: entries get their places, the tree is signed, witnesses cosign.

Any number of processes may do this; one at a time does. Killed at any moment, it goes on where it
was: what was committed has its place, and nothing is signed that contradicts what was signed.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from service.application.log_ports import (
    Cosigner,
    LogMemory,
    LogStore,
    NoteSigner,
    OpenLog,
    Signed,
    WitnessFailed,
)
from service.domain.errors import IllegalMove
from service.domain.log_month import Month, instant_of
from service.domain.log_tiles import HEIGHT, WIDTH, Stretch, completed, hash_over, stretch_of
from service.domain.merkle import (
    Hash,
    Path,
    Place,
    consistency_path,
    leaf_hash,
    peaks,
    places_on,
    proof_along,
    root_of,
)
from service.domain.signed_note import Check, Checkpoint, Note, opened

#: There is room for the entries of this month and of so many after it, less one.
MONTHS = 4
#: So many entries get their places in one transaction.
BATCH = 1_000


class LogKeeper:
    """Lengthens, signs and has cosigned the log of one service."""

    def __init__(
        self,
        open_log: OpenLog,
        *,
        origin: str,
        signers: Sequence[NoteSigner],
        check: Check,
        memory: LogMemory,
        witnesses: Sequence[Cosigner] = (),
        clock: Callable[[], datetime],
    ) -> None:
        """Take the log up; nothing is done yet."""
        self._open, self._clock = open_log, clock
        self._origin, self._signers, self._check = origin, signers, check
        self._memory, self._witnesses = memory, witnesses
        self._room: Month | None = None

    async def make_room(self) -> int:
        """Make the log's partitions for the months ahead; how many. It asks once a month."""
        month = Month.of(self._clock())
        if month == self._room:
            return 0
        async with self._open() as log:
            made = await log.make_months(month.first, MONTHS)
        self._room = month
        return made

    async def keep(self) -> int:
        """Give every entry its place and sign the tree; how many entries were new.

        Raises IllegalMove (log.rewritten) instead of signing what contradicts a checkpoint.
        """
        added = 0
        while done := await self._lengthen():
            added += done
        await self._sign()
        return added

    async def waits_since(self) -> datetime | None:
        """When the first entry was written that is under no signed checkpoint yet."""
        async with self._open() as log:
            last = await log.checkpoint()
            entry_id = await log.entry_at(last.size if last else 0)
            if entry_id is None:
                pending = await log.pending(1)
                entry_id = pending[0].entry_id if pending else None
        return instant_of(entry_id) if entry_id else None

    async def ask_witnesses(self) -> list[WitnessFailed]:
        """Have the newest checkpoint cosigned by whoever has not; what came of it where nobody did."""
        failed = []
        for witness in self._witnesses:
            try:
                await self._ask(witness)
            except WitnessFailed as failure:
                failed.append(failure)
        return failed

    async def _lengthen(self) -> int:
        async with self._open() as log:
            if not await log.lock():
                return 0
            pending = await log.pending(BATCH)
            if not pending:
                return 0
            start = await log.size()
            added: Sequence[Hash] = [leaf_hash(p.leaf) for p in pending]
            await log.append(start, pending, added)
            level = 0
            while added:
                base = start - start % WIDTH
                full = completed(start, await log.hashes(Stretch(level, base, start)), added)
                level, start, added = level + 1, base // WIDTH, full
                await log.add_nodes(level, start, full)
            return len(pending)

    async def _sign(self) -> None:
        async with self._open() as log:
            if not await log.lock():
                return
            size, last = await log.size(), await log.checkpoint()
            written = self._memory.last()
            remembered = self._opened(written) if written else None
            kept = self._opened(last.note) if last else None
            for known in {c for c in (remembered, kept) if c is not None}:
                await _check_begins_with(log, size, known)
            if size == (kept.size if kept else 0):
                return
            text = Checkpoint(self._origin, size, await root_at(log, size)).text
            note = str(Note(text, tuple(s.sign(text) for s in self._signers)))
            self._memory.keep(note)
            await log.keep_checkpoint(Signed(size, self._clock(), note))

    def _opened(self, note: str) -> Checkpoint:
        return opened(note, self._origin, [s.key for s in self._signers], self._check)

    async def _ask(self, witness: Cosigner) -> None:
        name = witness.key.name
        async with self._open() as log:
            newest = await log.checkpoint()
            seen = await log.cosigned_by(name)
        if newest is None or seen >= newest.size:
            return

        async def proof_for(size: int) -> list[Hash]:
            async with self._open() as log:
                return await consistency(log, size, newest.size) if size else []

        line = await witness.cosign(newest.note, seen, proof_for)
        async with self._open() as log:
            await log.keep_cosignature(newest.size, name, str(line))


async def _check_begins_with(log: LogStore, size: int, known: Checkpoint) -> None:
    """Refuse a log that is not the one that was signed: rewritten, cut off, or an old backup."""
    if known.size > size or await root_at(log, known.size) != known.root:
        raise IllegalMove("log.rewritten", facts={"signed": known.size, "size": size})


async def root_at(log: LogStore, size: int) -> Hash:
    """The root over the first entries."""
    places = peaks(size)
    nodes = await nodes_at(log, places)
    return root_of([nodes[place] for place in places])


async def consistency(log: LogStore, old: int, new: int) -> list[Hash]:
    """The proof that the tree of the new size begins with the whole of the old one."""
    return await proof(log, consistency_path(old, new))


async def proof(log: LogStore, path: Path) -> list[Hash]:
    """The steps of a proof."""
    return proof_along(path, await nodes_at(log, places_on(path)))


async def nodes_at(log: LogStore, places: Iterable[Place]) -> dict[Place, Hash]:
    """The hashes of subtrees."""
    return {place: hash_over(await log.hashes(stretch_of(place))) for place in places}


async def tile(log: LogStore, level: int, number: int, width: int, size: int) -> bytes | None:
    """A tile of hashes (C2SP tlog-tiles), if the tree of this size has it."""
    there = (size >> HEIGHT * level) - number * WIDTH
    if not 0 < width <= min(WIDTH, there):
        return None
    start = number * WIDTH
    return b"".join(await log.hashes(Stretch(level, start, start + width)))
