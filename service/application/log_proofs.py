"""What proves that an audit entry is in the log, and stands there as it was written."""

from uuid import UUID

from service.application.audits import facts_of_entry
from service.application.context import Context, Shown
from service.application.log_keeping import proof
from service.domain.audit import AuditEntry
from service.domain.audit_seen import concealed_from
from service.domain.errors import IllegalMove
from service.domain.merkle import inclusion_path
from service.domain.permission import Permission
from service.domain.wire import encoded


async def proof_of_entry(context: Context, entry_id: UUID) -> Shown:
    """An entry's leaf with its way up to a signed checkpoint, and what it says if that is open.

    What the log says of a refused attempt of one's own may be more than one was told then: its
    words stay closed, the proof that it is there does not.
    """
    entry = await context.work.audit.find(entry_id)
    context.enforce(
        Permission.AUDIT_READ, facts_of_entry(context, entry_id, entry), shows=AuditEntry
    )
    assert entry is not None  # noqa: S101 - no permit without a record
    log = context.work.log
    index, signed = await log.index_of(entry_id), await log.checkpoint()
    kept = await context.work.audit.sealed(entry_id)
    if index is None or kept is None or signed is None or signed.size <= index:
        raise IllegalMove("log.not_sealed_yet")
    steps = await proof(log, inclusion_path(index, signed.size))
    shown = {
        "id": str(entry_id),
        "index": index,
        "size": signed.size,
        "leaf": encoded(kept.leaf),
        "proof": [encoded(step) for step in steps],
        "checkpoint": signed.note,
    }
    if kept.sealed is not None and not concealed_from(entry, context.agency_id):
        shown |= {"salt": encoded(kept.sealed.salt), "words": encoded(kept.sealed.words)}
    return Shown(shown)
