"""Whether the audit log in the database is still what was signed: every entry, every hash.

Runs as the schema's owner, who sees all of it. What it finds is told by place and id; whoever can
change this database could change this answer as well: outside, verifiers and witnesses look.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from asyncpg import Connection

from service.domain.errors import Refusal
from service.domain.log_month import Month
from service.domain.log_tiles import WIDTH, hash_over
from service.domain.merkle import Hash, grown, root_of
from service.domain.signed_note import Check, NoteKey, opened

#: What can be found, in words.
FINDINGS = {
    "archive.altered": "The file of an archived month is not the one that was archived, or does not hold.",
    "archive.count_differs": "More or fewer entries of an archived month are gone than its file has.",
    "archive.missing": "The file of an archived month is not in the folder.",
    "archive.too_early": "A month is gone as archived, and must still be kept.",
    "entry.missing": "An entry that has its place in the log is gone.",
    "entry.altered": "An entry's columns do not say what it said when it was written.",
    "entry.resealed": "An entry's sealed words are not those that its leaf commits to.",
    "leaf.altered": "An entry's leaf is not the one that has its place in the log.",
    "leaf.missing": "A place in the log is empty.",
    "node.altered": "A kept hash of the tree does not follow from its leaves.",
    "checkpoint.altered": "A checkpoint is not signed, or its root does not follow from the leaves.",
    "checkpoint.ahead": "A checkpoint is over more entries than there are.",
}


class Found(NamedTuple):
    """One thing that is wrong."""

    code: str
    place: int | None = None
    entry_id: UUID | None = None
    month: Month | None = None


class Archived(NamedTuple):
    """A month that is told to be archived, and the file that it must be in."""

    month: Month
    entries: int
    sha256: str
    file: str


class LogChecked(NamedTuple):
    """What was looked at, and what was found."""

    entries: int
    erased: int
    checkpoints: int
    #: Written, and not in the log yet.
    waiting: int
    found: tuple[Found, ...]
    #: Months that are told to be in files; how many entries of theirs are no longer here.
    archived: tuple[Archived, ...] = ()
    gone: int = 0


_ENTRIES = """
    SELECT l.index, l.entry_id, CASE
        WHEN e.id IS NULL AND EXISTS (SELECT FROM log_archive a
            WHERE l.entry_id >= a.from_id AND l.entry_id < a.until_id) THEN NULL
        WHEN e.id IS NULL THEN 'entry.missing'
        WHEN sha256('\\x00'::bytea || e.leaf) <> l.hash THEN 'leaf.altered'
        WHEN e.words IS NULL THEN NULL
        WHEN entry_leaf(e) IS DISTINCT FROM e.leaf THEN 'entry.resealed'
        WHEN entry_words(e) <> e.words THEN 'entry.altered'
    END AS code
    FROM log_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id
"""


_ARCHIVED = """
    SELECT a.month, a.entries, a.sha256, a.file, (
        a.from_id, a.until_id) <> (entry_ids_from(a.month),
        entry_ids_from((a.month + interval '1 month')::date)) AS another, (
        SELECT count(*) FROM log_leaf l
        WHERE l.entry_id >= a.from_id AND l.entry_id < a.until_id
        AND NOT EXISTS (SELECT FROM audit_entry e WHERE e.id = l.entry_id)) AS gone
    FROM log_archive a ORDER BY a.month
"""


async def check_log(
    owner: Connection,
    *,
    origin: str,
    keys: Sequence[NoteKey],
    check: Check,
    today: date,
    years: int,
) -> LogChecked:
    """Look at everything, in one snapshot; a hundred thousand entries take some seconds.

    ``years``: how long entries are kept; what is gone before is not lawfully archived.
    """
    async with owner.transaction(isolation="repeatable_read", readonly=True):
        rows = await owner.fetch(f"SELECT * FROM ({_ENTRIES}) AS x WHERE code IS NOT NULL")
        found = [Found(r["code"], r["index"], r["entry_id"]) for r in rows]
        archived, gone = [], 0
        for row in await owner.fetch(_ARCHIVED):
            month = Month(row["month"].year, row["month"].month)
            archived.append(Archived(month, row["entries"], row["sha256"], row["file"]))
            gone += row["gone"]
            if today < month.kept_until(years):
                found.append(Found("archive.too_early", month=month))
            if row["another"] or row["gone"] != row["entries"]:
                found.append(Found("archive.count_differs", month=month))
        notes = await owner.fetch("SELECT size, note FROM log_checkpoint ORDER BY size")
        wanted: dict[int, Hash] = {}
        for row in notes:
            try:
                wanted[row["size"]] = opened(row["note"], origin, keys, check).root
            except Refusal:
                found.append(Found("checkpoint.altered", row["size"]))
        size = 0
        frontier: list[Hash] = []
        tile: list[Hash] = []
        tiles: list[Hash] = []
        async for index, leaf in _leaves(owner):
            if index != size:
                found.append(Found("leaf.missing", size))
                break
            size, frontier = grown(size, frontier, [leaf])
            tile.append(leaf)
            if len(tile) == WIDTH:
                tiles.append(hash_over(tile))
                tile.clear()
            if size in wanted and wanted.pop(size) != root_of(frontier):
                found.append(Found("checkpoint.altered", size))
        found += [Found("checkpoint.ahead", ahead) for ahead in wanted]
        found += await _nodes(owner, tiles)
        counts = await owner.fetchrow(
            "SELECT count(*) FILTER (WHERE words IS NULL) AS erased,"
            " count(*) FILTER (WHERE NOT EXISTS"
            " (SELECT FROM log_leaf l WHERE l.entry_id = e.id)) AS waiting FROM audit_entry e"
        )
        assert counts is not None  # noqa: S101 - an aggregate has one row
        return LogChecked(
            size,
            counts["erased"],
            len(notes),
            counts["waiting"],
            tuple(found),
            tuple(archived),
            gone,
        )


async def _leaves(owner: Connection) -> AsyncIterator[tuple[int, Hash]]:
    async for row in owner.cursor("SELECT index, hash FROM log_leaf ORDER BY index", prefetch=5000):
        yield row["index"], row["hash"]


async def _nodes(owner: Connection, tiles: Sequence[Hash]) -> list[Found]:
    """The kept hashes that do not follow from the leaves, level by level."""
    found = []
    level = 1
    while tiles:
        rows = await owner.fetch("SELECT index, hash FROM log_node WHERE level = $1", level)
        kept = {r["index"]: r["hash"] for r in rows}
        found += [Found("node.altered", n) for n, hash_ in enumerate(tiles) if kept.get(n) != hash_]
        full = len(tiles) - len(tiles) % WIDTH
        tiles = [hash_over(tiles[i : i + WIDTH]) for i in range(0, full, WIDTH)]
        level += 1
    return found
