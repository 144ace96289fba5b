"""The service itself, whose audit log writes nothing: what it does without shows what the log costs.

The same code with the same processes and settings. Replaced is, here and nowhere else, what puts
entries on record (in a transaction of one's own and in a shared one alike), and what marks the
attempts of these entries as answered. Everything is still decided, and every entry is still made.
"""

import sys
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from service.adapters.oidc import keys
from service.adapters.postgres.audit import PostgresAuditLog
from service.adapters.postgres.database import Database
from service.cli import main
from service.domain.audit import DecidedEntry


async def _put_nothing_on_record(_: PostgresAuditLog, _entries: Sequence[DecidedEntry]) -> None:
    """Nothing is sealed, and nothing is sent to the database."""


async def _mark_nothing(_: Database, _attempts: Collection[UUID], _at: datetime) -> None:
    """There is no entry that a mark would be about."""


if __name__ == "__main__":
    PostgresAuditLog.append = _put_nothing_on_record  # type: ignore[method-assign]
    Database.mark_answered = _mark_nothing  # type: ignore[method-assign]
    # The issuers answer at the service with the log, which stands still while this one is measured.
    keys.FRESH_FOR = keys.STALE_FOR = timedelta(days=1)
    sys.argv[1:] = ["run"]
    main()
