"""What the keeper of the database can ask of the audit log: check all of it, erase a person from it."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import uuid_utils.compat
from rich.console import Console

from service.adapters.postgres.log_check import FINDINGS, LogChecked, check_log
from service.adapters.postgres.log_erasure import erase
from service.adapters.transparency.ed25519 import Signer, check
from service.settings import Settings

console = Console()


async def check_all(owner: str, settings: Settings) -> bool:
    """Look at every entry and every hash, and say what was found; whether all is as it was signed."""
    keys = [Signer(settings.log_origin, seed).key for seed in settings.log_keys()]
    connection = await asyncpg.connect(owner)
    try:
        told = await check_log(connection, origin=settings.log_origin, keys=keys, check=check)
    finally:
        await connection.close()
    _tell(told)
    return not told.found


def _tell(told: LogChecked) -> None:
    _say(
        f"Checked 確認: {told.entries} entries in the log (うち消去済み {told.erased}),"
        f" {told.checkpoints} checkpoints, {told.waiting} not sealed yet (未封印)."
    )
    for found in told.found:
        where = f"place {found.place}" if found.place is not None else ""
        which = f"entry {found.entry_id}" if found.entry_id else ""
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


async def erase_person(owner: str, person_id: UUID) -> int:
    """Erase what the log says of a person; how many entries that were."""
    connection = await asyncpg.connect(owner)
    try:
        return await erase(
            connection, person_id, entry_id=uuid_utils.compat.uuid7(), now=datetime.now(UTC)
        )
    finally:
        await connection.close()


def _say(said: str) -> None:
    console.print(said, soft_wrap=True, markup=False, highlight=False)
