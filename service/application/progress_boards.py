"""The board of a conference (進行管理表): numbers for its convener, and each task as far as it is open."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.conference_memberships import facts_of_body
from service.application.context import Context, Page
from service.application.item_grounds import Grounds, about, load_grounds
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference_states import ConferenceKind
from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, EVERY_CLASS, Classes, disclose
from service.domain.permission import Permission
from service.domain.progress import BoardState, Scope, days_overdue, total
from service.domain.task import Task


async def of_body(
    context: Context, body_id: UUID, state: BoardState, *, after: UUID | None, limit: int
) -> Page:
    """What the sittings of one conference body decided, for whoever runs it."""
    body = await context.work.conferences.body(body_id)
    facts = facts_of_body(context, body_id, body)
    context.enforce(Permission.CONFERENCE_READ_BOARD, facts)
    convener = body.convener_agency_id if body else context.agency_id
    scope = Scope(convener_agency_id=convener, body_id=body_id)
    return await _board(context, scope, state, after, limit)


async def own(
    context: Context,
    kind: ConferenceKind | None,
    state: BoardState,
    *,
    after: UUID | None,
    limit: int,
) -> Page:
    """What the conferences that the caller's agency convenes decided."""
    facts = Facts(
        kind=RecordKind.CONFERENCE,
        found=True,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
    context.enforce(Permission.CONFERENCE_READ_BOARD, facts)
    scope = Scope(convener_agency_id=context.agency_id, kind=kind)
    return await _board(context, scope, state, after, limit)


async def _board(
    context: Context, scope: Scope, state: BoardState, after: UUID | None, limit: int
) -> Page:
    policy = await context.work.directory.conference_policy(
        context.municipality_code, context.today
    )
    span = (context.today, policy.last_on_board(context.today))
    tallies = await context.work.progress.tallies(scope, *span)
    found = await context.work.progress.page(scope, state, *span, after=after, limit=limit + 1)
    tasks = found[:limit]
    numbers = {
        "counts": total(tallies).model_dump(),
        "by_agency": [t.model_dump(mode="json") for t in tallies],
    }
    last = tasks[-1].id if len(found) > limit else None
    return Page(await rows_of(context, tasks), last, numbers)


async def rows_of(context: Context, tasks: Sequence[Task]) -> list[dict[str, Any]]:
    """Each task as far as its item is open; one decision, and one entry, for all tasks of an item."""
    grounds = await load_grounds(context, tasks)
    permits: dict[UUID, list[Permit] | None] = {}
    for item in grounds.items.values():
        permits[item.id] = context.may_all(
            Permission.CONFERENCE_READ_BOARD,
            about(context, grounds, item, item.person_ids),
            shows=Task,
            needs=D3,
            purpose=item.uses,
        )
    rows = []
    for task in tasks:
        assert task.item_id is not None  # noqa: S101 - decided on an item
        opened = permits[task.item_id]
        place = place_of(context, grounds, task)
        if opened is None:
            ids = {"id", "agency_id", "due_on", "state"}
            shown = task.model_dump(mode="json", include=ids) | {"restricted": True}
        else:
            shown = disclose(task, shared(opened))
        rows.append(place | shown)
    return rows


def shared(permits: Sequence[Permit]) -> Classes:
    """What all permits open; what is about nobody is open as a whole."""
    return EVERY_CLASS.intersection(*(p.classes for p in permits)) | {D0}


def place_of(context: Context, grounds: Grounds, task: Task) -> dict[str, Any]:
    """Where and when it was decided, and how late it is: nothing personal."""
    assert task.item_id is not None  # noqa: S101 - decided on an item
    item = grounds.items[task.item_id]
    return {
        "item_id": str(item.id),
        "item_number": item.number,
        "conference_id": str(item.conference_id),
        "conference_on": jst_date(grounds.sittings[item.conference_id].starts_at).isoformat(),
        "state_ja": task.state.label_ja,
        "days_overdue": days_overdue(task, context.today),
    }
