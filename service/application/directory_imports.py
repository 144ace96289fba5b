"""Lists taken into the directory by its operator, as the owner of the schema; and taken back.

All of a list or nothing. What a batch changed is kept with it, before and after, so that
taking it back restores exactly that, or is refused where somebody has built over it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from service.application.import_ports import DirectoryBatches
from service.domain.calendar_jp import jst_date
from service.domain.errors import IllegalMove, Invalid
from service.domain.import_directory import DirectoryKind
from service.domain.import_plan import Change, ImportBatch, Kept, Plan, plan
from service.domain.import_rows import Sheet

#: Goes through the changes; a bar may be drawn on the way.
Track = Callable[[Iterable[Change]], Iterable[Change]]


class ListFile(NamedTuple):
    """A list as it came: whose name it bears, and its fingerprint."""

    kind: DirectoryKind
    file_name: str
    sha256: str
    sheet: Sheet


class Taken(NamedTuple):
    """How a batch was taken back: rows restored, removed, or closed by a date."""

    restored: int
    removed: int
    closed: int


async def take_in(
    store: DirectoryBatches,
    file: ListFile,
    *,
    by: str,
    now: datetime,
    new_id: Callable[[], UUID],
    track: Track = lambda changes: changes,
) -> tuple[Plan, ImportBatch | None]:
    """Take a list in; nothing is recorded of a list that changes nothing."""
    await store.hold()
    made = plan(file.kind, file.sheet, await store.known(), new_id)
    if not made.changes:
        return made, None
    for change in track(made.changes):
        await store.put(change.after)
    await store.check()
    batch = ImportBatch(
        id=new_id(),
        kind=file.kind,
        file_name=file.file_name,
        sha256=file.sha256,
        made_at=now,
        made_by=by,
        rows=made.rows,
        added=made.added,
        changed=made.changed,
        unchanged=made.unchanged,
        before=tuple(store.kept(c.number, c.after, c.before) for c in made.changes),
        after=tuple(store.kept(c.number, c.after, c.after) for c in made.changes),
    )
    await store.add_batch(batch)
    return made, batch


async def take_back(store: DirectoryBatches, batch_id: UUID, *, by: str, now: datetime) -> Taken:
    """Restore exactly what a batch changed, or refuse and change nothing."""
    await store.hold()
    batch = await store.batch(batch_id)
    if batch is None:
        raise Invalid("import.unknown_batch")
    if batch.undone_at is not None:
        raise IllegalMove("import.already_undone")
    later = [kept.number for kept in batch.after if await store.current(kept) != kept.row]
    if later:
        raise IllegalMove("import.changed_since", facts={"rows": sorted(set(later))[:200]})
    changes = list(zip(batch.before, batch.after, strict=True))
    added = [after for before, after in changes if before.row is None]
    in_use = {added[place].number for place in await store.in_use(added)}
    _refuse_areas(added, in_use)
    restored = removed = closed = 0
    last_day = (jst_date(now) - timedelta(days=1)).isoformat()
    for before, after in reversed(changes):
        if before.row is not None:
            await store.restore(before)
            restored += 1
        elif after.number not in in_use and await store.remove(after):
            removed += 1
        else:
            kept = after.model_copy(update={"row": (after.row or {}) | {"valid_until": last_day}})
            await store.restore(kept)
            closed += 1
    await store.check()
    await store.save_batch(batch.model_copy(update={"undone_at": now, "undone_by": by}))
    return Taken(restored, removed, closed)


def _refuse_areas(added: Iterable[Kept], in_use: set[int]) -> None:
    """An area has no last day: one that is in use can be neither removed nor closed."""
    rows = sorted({k.number for k in added if k.table == "area" and k.number in in_use})
    if rows:
        raise IllegalMove("import.still_in_use", facts={"rows": rows[:200]})
