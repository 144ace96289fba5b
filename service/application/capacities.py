"""What desks can take on: told by themselves, shown wherever somebody looks for a desk."""

from uuid import UUID

from service.application.context import Context, Shown
from service.domain.access import Facts, RecordKind
from service.domain.capacity import DeskCapacity, TellCapacity
from service.domain.errors import Stale
from service.domain.permission import Permission


async def tell(context: Context, desk_id: UUID, command: TellCapacity) -> Shown:
    """Say what the desk can take on. Only its own agency does; the first word has version 0."""
    desk = await context.work.directory.desk(desk_id)
    own = desk is not None and desk.agency_id == context.actor.agency_id
    facts = Facts(
        kind=RecordKind.DIRECTORY,
        record_id=desk_id,
        found=own,
        holder_agency_id=desk.agency_id if desk else None,
    )
    context.enforce(Permission.DIRECTORY_TELL_CAPACITY, facts)
    before = await context.work.desks.capacity(desk_id, lock=True)
    context.check_version(before.version if before else 0)
    by = context.position_id
    if before is None:
        told = DeskCapacity(
            **command.model_dump(), desk_id=desk_id, told_at=context.now, told_by_position_id=by
        )
        if not await context.work.desks.add_capacity(told):
            raise Stale("record.changed_meanwhile")
    else:
        told = before.told_anew(command, at=context.now, by=by)
        await context.work.desks.save_capacity(told)
    return context.receipt(told)


async def capacity_of(context: Context, desk_id: UUID | None) -> DeskCapacity | None:
    """What the desk says today; ``None`` when it has said nothing that still holds."""
    if desk_id is None:
        return None
    told = await context.work.desks.capacity(desk_id)
    return told if told is not None and told.holds_on(context.today) else None
