"""Notices to agencies' desks: written with the change they tell of, read and acknowledged."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove
from service.domain.notice import Notice, NoticeKind
from service.domain.permission import Permission
from service.domain.role import Role
from service.domain.text import Line


class Acknowledge(BaseModel):
    """The agency has read it; for a stop-use notice, what it has done."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Line | None = None


async def notify(
    context: Context,
    agency_id: UUID,
    kind: NoticeKind,
    record_kind: str,
    record_id: UUID,
    due_at: datetime | None = None,
    *,
    for_role: Role | None = None,
) -> None:
    """Write to an agency, in the same commit as what happened."""
    await context.work.notices.add(
        Notice(
            id=context.new_id(),
            agency_id=agency_id,
            kind=kind,
            record_kind=record_kind,
            record_id=record_id,
            made_at=context.now,
            due_at=due_at,
            for_role=for_role,
        )
    )


async def listing(context: Context, *, unread: bool, after: UUID | None, limit: int) -> Page:
    """The agency's notices, newest first. They hold ids only."""
    context.enforce(Permission.NOTICE_READ, _facts(context, None, None))
    found = await context.work.notices.of_agency(
        context.agency_id, unread=unread, after=after, limit=limit + 1
    )
    items = [disclose(n, frozenset({D0})) for n in found[:limit]]
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def acknowledge(context: Context, notice_id: UUID, command: Acknowledge) -> Shown:
    """Say that it was read."""
    notice = await context.work.notices.find(notice_id, lock=True)
    context.enforce(Permission.NOTICE_ACKNOWLEDGE, _facts(context, notice_id, notice))
    assert notice is not None  # noqa: S101 - no permit without a record
    context.check_version(notice.version)
    if notice.acknowledged_at is not None:
        raise IllegalMove("notice.already_acknowledged")
    done = notice.but(
        acknowledged_at=context.now,
        acknowledged_by=context.position_id,
        answer=command.answer,
        version=notice.version + 1,
    )
    await context.work.notices.save(done)
    return context.receipt(done)


def _facts(context: Context, notice_id: UUID | None, notice: Notice | None) -> Facts:
    """A notice belongs to the agency it was written to; the list is always the caller's own."""
    me = context.actor.agency_id
    own = notice_id is None or (notice is not None and notice.agency_id == me)
    return Facts(
        kind=RecordKind.NOTICE,
        record_id=notice_id,
        found=notice_id is None or notice is not None,
        holder_agency_id=notice.agency_id if notice else me,
        parts=frozenset({Part.HOLDER}) if own else frozenset(),
    )
