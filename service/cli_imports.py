"""What the commands ``tsunagi directory import``, ``imports`` and ``undo`` do and say, in Japanese."""

import getpass
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from service.adapters.postgres.database import Database
from service.adapters.postgres.directory_imports import PostgresDirectoryBatches
from service.adapters.tabular import TabularFiles
from service.app import new_id
from service.application.directory_imports import ListFile, take_back, take_in
from service.application.import_ports import TableLimits
from service.domain.calendar_jp import JST
from service.domain.errors import Refusal
from service.domain.import_directory import DirectoryKind
from service.domain.import_plan import Change, Plan
from service.domain.problems import PROBLEMS, VALUE_MESSAGES
from service.settings import NotReadyError

#: An operator's own file may be larger than what comes over HTTP.
LIMITS = TableLimits(rows=100_000, unpacked=256 * 1024 * 1024)
LARGEST_FILE = 64 * 1024 * 1024
#: Changes from which a bar is drawn, and lines of a trial that are shown one by one.
MANY, SHOWN = 500, 30

console = Console()
err = Console(stderr=True)


@asynccontextmanager
async def batches(owner: str) -> AsyncIterator[PostgresDirectoryBatches]:
    """The directory as its owner, in one transaction."""
    database = await Database.open(owner, size=2)
    try:
        async with database.pool.acquire() as connection, connection.transaction():
            yield PostgresDirectoryBatches(connection)
    finally:
        await database.close()


class _TrialError(Exception):
    """Ends a trial, so that nothing of it stays."""


def read_list(path: Path, kind: DirectoryKind) -> ListFile:
    """The list in a file, under its base name. Raises NotReadyError with every fault said."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise NotReadyError(f"{escape(path.name)}: ファイルが大きすぎます（64MiBまで）。")
        content = path.read_bytes()
    except OSError as error:
        raise NotReadyError(f"{escape(path.name)} を読み込めません: {error.strerror}") from error
    try:
        sheet = TabularFiles().read(content, LIMITS)
    except Refusal as refusal:
        raise NotReadyError(_in_words(path.name, refusal)) from None
    return ListFile(kind, path.name, hashlib.sha256(content).hexdigest(), sheet)


async def import_list(owner: str, file: ListFile, *, dry_run: bool) -> None:
    """Take in a list, or say what it would change. Raises NotReadyError with every fault said."""
    try:
        async with batches(owner) as store:
            made, batch = await take_in(
                store, file, by=getpass.getuser(), now=datetime.now(UTC), new_id=new_id, track=_bar
            )
            _say(made, each=dry_run)
            if dry_run:
                raise _TrialError  # noqa: TRY301 - the one way to leave nothing behind
    except _TrialError:
        console.print("試行のため、何も変更していません（--dry-run）。")
        return
    except Refusal as refusal:
        raise NotReadyError(_in_words(file.file_name, refusal)) from None
    if batch is None:
        console.print("名簿の内容は登録と同じです。変更はありません。")
    else:
        console.print(
            f"取込み番号 {batch.id}（取り消すときは tsunagi directory undo {batch.id}）",
            soft_wrap=True,
            highlight=False,
        )


def _bar(changes: Iterable[Change]) -> Iterable[Change]:
    listed = list(changes)
    if len(listed) < MANY:
        return listed
    return track(listed, description="取込み中", console=err, transient=True)


def _say(made: Plan, *, each: bool) -> None:
    if each:
        for change in made.changes[:SHOWN]:
            console.print(f"  {change.number}行目 {_difference(change)}", highlight=False)
        if len(made.changes) > SHOWN:
            console.print(f"  ほか {len(made.changes) - SHOWN} 件")
    console.print(
        f"{made.rows}行: 追加 {made.added}件、変更 {made.changed}件、変更なし {made.unchanged}行"
    )


def _difference(change: Change) -> str:
    """What becomes different, by the names of the fields; values stay in the file."""
    kind = type(change.after).__name__
    if change.before is None:
        return f"追加 {kind}"
    fields = type(change.after).model_fields
    different = [n for n in fields if getattr(change.before, n) != getattr(change.after, n)]
    return f"変更 {kind}: {', '.join(different)}"


async def list_batches(owner: str) -> None:
    """All batches, newest first."""
    async with batches(owner) as store:
        found = await store.batches()
    if not found:
        console.print("取込みはまだありません。")
    for batch in found:
        state = f"取消し {_local(batch.undone_at)}" if batch.undone_at else "取込み済み"
        # Numbers are there to be copied: never cut off, however narrow the screen.
        console.print(
            f"{batch.id}  {_local(batch.made_at)}  {batch.kind.label_ja}  追加 {batch.added}"
            f" 変更 {batch.changed}  {state}  {batch.made_by}  {batch.file_name}",
            soft_wrap=True,
            markup=False,
            highlight=False,
        )


async def undo_batch(owner: str, batch_id: UUID) -> None:
    """Take a batch back, or say why not."""
    try:
        async with batches(owner) as store:
            taken = await take_back(store, batch_id, by=getpass.getuser(), now=datetime.now(UTC))
    except Refusal as refusal:
        raise NotReadyError(_in_words(str(batch_id), refusal)) from None
    console.print(
        f"取り消しました: 元に戻した {taken.restored}件、削除した {taken.removed}件、"
        f"参照があるため前日で終了とした {taken.closed}件"
    )


def _in_words(what: str, refusal: Refusal) -> str:
    """The refusal as a clerk reads it; every cell on a line of its own goes before."""
    for fault in refusal.faults:
        said = VALUE_MESSAGES[fault.code].ja
        for name, value in fault.facts.items():
            said = said.replace(f"{{{name}}}", str(value))
        err.print(f"  {fault.row}行目 [{fault.column}] {said}", markup=False, highlight=False)
    more = int(refusal.facts.get("faults", 0)) - len(refusal.faults)
    if more > 0:
        err.print(f"  ほかに {more} か所あります。")
    sentence = (
        f"取り込めないセルが{refusal.facts.get('faults', 0)}か所あるため、何も変更していません。"
        "上の行と列を直して、もう一度実行してください。"
        if refusal.faults
        else PROBLEMS[refusal.code].ja
    )
    rows = refusal.facts.get("rows")
    named = f" 該当する行: {'、'.join(map(str, rows))}" if rows else ""
    limit = refusal.facts.get("limit")
    return f"{escape(what)}: {sentence}{named}{f' 上限: {limit}' if limit else ''}"


def _local(moment: datetime) -> str:
    return moment.astimezone(JST).strftime("%Y-%m-%d %H:%M")
