"""What the keeper of the database can ask of the audit log: check all of it, erase a person from it.

And take whole months out of it, into files that verify without it (``tsunagi audit archive``).
"""

import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import uuid_utils.compat
from asyncpg import Connection
from rich.console import Console

from service.adapters.postgres import log_archive, log_months
from service.adapters.postgres.log_check import FINDINGS, Archived, Found, LogChecked, check_log
from service.adapters.postgres.log_erasure import erase
from service.adapters.transparency import archive_file
from service.adapters.transparency.ed25519 import Signer, check
from service.adapters.transparency.whole_files import sync_folder
from service.domain.bundle_check import Trust
from service.domain.calendar_jp import jst_date
from service.domain.errors import IllegalMove, Refusal
from service.domain.log_month import MARGIN, Month
from service.domain.signed_note import NoteKey
from service.settings import Settings

console = Console()


@asynccontextmanager
async def connected(owner: str) -> AsyncIterator[Connection]:
    """A connection as the schema's owner."""
    connection = await asyncpg.connect(owner)
    try:
        yield connection
    finally:
        await connection.close()


async def make_months(owner: str) -> None:
    """Have the log's months made ahead, and sort in what lies in a heap."""
    async with connected(owner) as connection:
        await log_months.make_months(connection, Month.of(datetime.now(UTC)).first)


def trusted(settings: Settings, earlier: Sequence[NoteKey] = ()) -> Trust:
    """The log's name and its keys: those it signs with, and those it signed with before."""
    own = [Signer(settings.log_origin, seed).key for seed in settings.log_keys()]
    return Trust(settings.log_origin, (*own, *earlier))


async def check_all(
    owner: str, settings: Settings, *, earlier: Sequence[NoteKey] = (), archives: Path | None = None
) -> bool:
    """Look at every entry and every hash, and say what was found; whether all is as it was signed."""
    trust = trusted(settings, earlier)
    async with connected(owner) as connection:
        told = await check_log(
            connection,
            origin=trust.origin,
            keys=trust.keys,
            check=check,
            today=jst_date(datetime.now(UTC)),
            years=settings.audit_years,
        )
    if archives is not None:
        told = told._replace(found=(*told.found, *look_at(told.archived, archives, trust)))
    _tell(told, looked_at=archives is not None)
    return not told.found


def look_at(archived: Sequence[Archived], folder: Path, trust: Trust) -> list[Found]:
    """The files of archived months that are not there, or not what was archived."""
    found = []
    for each in archived:
        try:
            read = archive_file.verified(folder / Path(each.file).name, trust, check)
            sound = read.sha256 == each.sha256
            sound = sound and read.verdict.opened + read.verdict.erased == each.entries
        except OSError:
            found.append(Found("archive.missing", month=each.month))
            continue
        except Refusal:
            sound = False
        if not sound:
            found.append(Found("archive.altered", month=each.month))
    return found


def _tell(told: LogChecked, *, looked_at: bool) -> None:
    _say(
        f"Checked 確認: {told.entries} entries in the log (うち消去済み {told.erased}),"
        f" {told.checkpoints} checkpoints, {told.waiting} not sealed yet (未封印)."
    )
    for each in told.archived:
        _say(f"archived 保管済み: {each.month}, {each.entries} entries, {each.file} {each.sha256}")
    if told.archived and not looked_at:
        _say(
            "The files of archived months were not looked at: --archives DIR (保管ファイルは未確認)"
        )
    for found in told.found:
        where = f"place {found.place}" if found.place is not None else ""
        which = f"entry {found.entry_id}" if found.entry_id else str(found.month or "")
        _say(f"NOT OK 不一致: {found.code} {where} {which}\n  {FINDINGS[found.code]}")
    if told.found:
        _say("Keep the database as it is, and compare with the checkpoints that others hold.")
        _say("データベースを保全し、外部で保管されているチェックポイントと照合してください。")
        return
    _say("OK 一致")
    _say(
        "Whoever can rewrite this database and has its key could have made it fit: ask a witness,"
        " or compare with a checkpoint that was kept elsewhere."
    )


async def archive(
    owner: str,
    settings: Settings,
    until: Month,
    folder: Path,
    *,
    drop: bool,
    earlier: Sequence[NoteKey] = (),
    now: datetime,
) -> list[str]:
    """Write every month up to one to a file of its own; with ``drop`` it then leaves the database.

    Nothing is dropped unless its file is on the disk, was read back and says what the log says.
    Killed at any moment, it goes on with the months that are left.
    """
    if now < until.next.begins_at + MARGIN:
        raise IllegalMove("archive.month_not_over", facts={"month": str(until)})
    kept_until = until.kept_until(settings.audit_years)
    if drop and jst_date(now) < kept_until:
        facts = {"month": str(until), "until": kept_until.isoformat()}
        raise IllegalMove("archive.kept_until", facts=facts)
    said = []
    async with connected(owner) as connection, log_archive.alone(connection):
        for month in await log_archive.months_until(connection, until):
            done = _Archiving(connection, month, folder, trusted(settings, earlier), now)
            try:
                async with connection.transaction(isolation="repeatable_read"):
                    said.append(await done.archive(drop=drop))
            except asyncpg.LockNotAvailableError as error:
                raise IllegalMove("archive.log_busy") from error
    return said


class _Archiving:
    """One month on its way out, in one transaction."""

    def __init__(
        self, owner: Connection, month: Month, folder: Path, trust: Trust, now: datetime
    ) -> None:
        self._owner, self._month, self._trust, self._now = owner, month, trust, now
        self._path = folder / f"audit-{month}.tsunagi-audit.jsonl"

    def _lines(self, first: int, size: int) -> AsyncIterator[bytes]:
        return log_archive.lines_of(self._owner, self._month, first, size)

    async def archive(self, *, drop: bool) -> str:
        """Write the file, unless it is there; read it back; drop the month if that was asked."""
        if drop:
            # Before anything is read: from then on nothing of the month changes.
            await log_archive.hold_still(self._owner, self._month)
        stretch = await log_archive.stretch_of(self._owner, self._month)
        if not self._path.exists():
            await self._write(stretch)
        read = await archive_file.read_back(self._path, self._trust, check, self._lines)
        if drop:
            sync_folder(self._path.parent)
            await log_archive.drop(
                self._owner,
                log_archive.ArchiveRow(
                    month=self._month.first,
                    from_id=self._month.ids[0],
                    until_id=self._month.ids[1],
                    first=stretch.first,
                    size=stretch.size,
                    entries=stretch.entries,
                    sha256=read.sha256,
                    file=self._path.name,
                    archived_at=self._now,
                    archived_by=getpass.getuser(),
                ),
                entry_id=uuid_utils.compat.uuid7(),
            )
        what = "archived and dropped 保管・削除済み" if drop else "written 保管ファイル作成済み"
        return f"{self._month}: {stretch.entries} entries {what}: {self._path} {read.sha256}"

    async def _write(self, stretch: log_archive.Stretch) -> None:
        keys = tuple(str(key) for key in self._trust.keys)
        header = await log_archive.header_of(
            self._owner, stretch, origin=self._trust.origin, keys=keys
        )
        written = self._path.with_name(f"{self._path.name}.part")
        await archive_file.write(written, header, self._lines)
        await archive_file.read_back(written, self._trust, check, self._lines)
        archive_file.settle(written, self._path)


async def erase_person(owner: str, person_id: UUID) -> int:
    """Erase what the log says of a person; how many entries that were."""
    async with connected(owner) as connection:
        return await erase(
            connection, person_id, entry_id=uuid_utils.compat.uuid7(), now=datetime.now(UTC)
        )


async def archived_months(owner: str) -> list[str]:
    """The months that are in files alone."""
    async with connected(owner) as connection:
        rows = await connection.fetch("SELECT month FROM log_archive ORDER BY month")
    return [f"{row['month']:%Y-%m}" for row in rows]


def _say(said: str) -> None:
    console.print(said, soft_wrap=True, markup=False, highlight=False)
