"""Erasing what the audit log says of a person, where the law asks for it; every proof still holds.

Runs as the schema's owner: the service's own role can change nothing of the log. The entries, their
leaves, their agencies and instants stay; who it was about, which record, and the sealed words go.
"""

from datetime import datetime
from uuid import UUID

from asyncpg import Connection

from service.adapters.postgres.audit import record_operation
from service.domain.permission import Permission

_ERASE = """
    UPDATE audit_entry SET salt = NULL, words = NULL, question = NULL, person_id = NULL,
        record_id = NULL, conference_id = NULL, consent_ids = '{}', fields = '{}'
    WHERE person_id = $1 AND id IN (SELECT entry_id FROM log_leaf)
"""


async def erase(owner: Connection, person_id: UUID, *, entry_id: UUID, now: datetime) -> int:
    """Erase every sealed entry about a person, and put on record that it was done; how many.

    The entry about it names nobody. Entries of the last minute, which have no place in the log
    yet, stay: ask again.
    """
    async with owner.transaction():
        done = await owner.execute(_ERASE, person_id)
        count = int(done.rpartition(" ")[2])
        await record_operation(
            owner,
            Permission.AUDIT_ERASE,
            entry_id=entry_id,
            at=now,
            fields=(f"erased:{count}",),
        )
    return count
