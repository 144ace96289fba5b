"""Progress control (進行管理): boards, what came of an item, tasks put off or dropped, pre-checks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, create_model
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import conference_tasks, item_progress, pre_checks
from service.application import progress_boards as boards
from service.domain.conference import AgendaItem
from service.domain.conference_states import ConferenceKind
from service.domain.permission import Permission
from service.domain.progress import (
    AgencyTally,
    BoardState,
    DropTask,
    HandOnTask,
    RescheduleTask,
    Tally,
)
from service.domain.task import Task

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Progress"])

Receipt = receipt(Task, kind_ja=str, state_ja=str)
State = Annotated[BoardState, Query(description="due: within so many days, by local policy.")]


class BoardPage(BaseModel):
    """A page of a board: numbers over all of it, and its tasks, those overdue first."""

    counts: receipt(Tally)  # type: ignore[valid-type]  # a shape built at run time
    by_agency: list[receipt(AgencyTally)]  # type: ignore[valid-type]  # the same
    items: list[dict[str, Any]] = Field(
        description="Tasks; those whose item is not open show ids and dates only."
    )
    next_cursor: str | None = None


_ITEM: dict[str, Any] = {
    # Closed to the caller it has nothing but its place.
    name: (field.annotation, field if name in {"id", "number"} else Field(default=None))
    for name, field in shown(AgendaItem).model_fields.items()
}
ItemProgress = create_model(
    "ItemProgress",
    restricted=(bool | None, None),
    tasks=(list[dict[str, Any]] | None, None),
    **_ITEM,
)
Waiting = shown(AgendaItem, fit_for=str, fit_for_ja=str, remark=str | None, checked_on=str)


@router.get("/conference-bodies/{body_id}/board", response_model=BoardPage)
@acts(Permission.CONFERENCE_READ_BOARD)
async def read_board_of_body(
    body_id: UUID, context: Asked, page: Paged, *, state: State = BoardState.OPEN
) -> Response:
    """Read what a conference body decided and what became of it (進行管理表; convener only)."""
    found = await boards.of_body(context, body_id, state, after=page.after, limit=page.limit)
    return page.show(found)


@router.get("/conferences/board", response_model=BoardPage)
@acts(Permission.CONFERENCE_READ_BOARD)
async def read_own_board(
    context: Asked,
    page: Paged,
    *,
    kind: Annotated[ConferenceKind | None, Query(description="Left out: every kind.")] = None,
    state: State = BoardState.OPEN,
) -> Response:
    """Read what the conferences that the caller's agency convenes decided (進行管理表)."""
    return page.show(await boards.own(context, kind, state, after=page.after, limit=page.limit))


@router.get("/conferences/{conference_id}/items/{item_id}/progress", response_model=ItemProgress)
@acts(Permission.CONFERENCE_READ_PACKET)
async def read_item_progress(conference_id: UUID, item_id: UUID, context: Asked) -> Response:
    """Read what was decided on an item, who does what until when, and what came of it."""
    return show(await item_progress.read(context, conference_id, item_id))


@router.post("/tasks/{task_id}/reschedule", response_model=Receipt)
@acts(Permission.TASK_RESCHEDULE)
async def reschedule_task(
    task_id: UUID,
    command: Annotated[RescheduleTask, said(examples.TASK_RESCHEDULING)],
    context: Asked,
) -> Response:
    """Put a task off, with the reason; only the convener of the conference that decided it."""
    return show(await conference_tasks.reschedule(context, task_id, command))


@router.post("/tasks/{task_id}/drop", response_model=Receipt)
@acts(Permission.TASK_DROP)
async def drop_task(
    task_id: UUID, command: Annotated[DropTask, said(examples.TASK_DROP)], context: Asked
) -> Response:
    """Drop a task, with the reason; only the convener of the conference that decided it."""
    return show(await conference_tasks.drop(context, task_id, command))


@router.post("/tasks/{task_id}/hand-on", response_model=Receipt)
@acts(Permission.TASK_HAND_ON)
async def hand_on_task(
    task_id: UUID, command: Annotated[HandOnTask, said(examples.TASK_HAND_ON)], context: Asked
) -> Response:
    """Hand a task on to another position of the same agency, or to its desk."""
    return show(await conference_tasks.hand_on(context, task_id, command))


@router.get("/pre-checks", response_model=page_of(Waiting))
@acts(Permission.CONFERENCE_READ_PRE_CHECKS)
async def list_pre_checks(context: Asked, page: Paged) -> Response:
    """List cases that our own meetings found fit for a conference and that are on no agenda yet."""
    return page.show(await pre_checks.waiting(context, after=page.after, limit=page.limit))
