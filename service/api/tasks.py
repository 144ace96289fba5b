"""The task list of a desk and a position."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import tasks
from service.application.tasks import FinishTask
from service.domain.permission import Permission
from service.domain.task import Task

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Tasks"])


@router.get("/tasks", response_model=page_of(shown(Task, kind_ja=str, call=str)))
@acts(Permission.TASK_READ)
async def list_tasks(
    context: Asked,
    page: Paged,
    *,
    mine: Annotated[bool, Query(description="Only the caller's own and nobody's.")] = False,
    done: Annotated[bool, Query(description="Also what is done.")] = False,
) -> Response:
    """List what the agency is to do: why it is there, until when, and the one call to do it."""
    found = await tasks.listing(context, mine=mine, done=done, after=page.after, limit=page.limit)
    return page.show(found)


@router.post("/tasks/{task_id}/finish", response_model=receipt(Task, kind_ja=str))
@acts(Permission.TASK_FINISH)
async def finish_task(
    task_id: UUID, command: Annotated[FinishTask, said(examples.TASK_OUTCOME)], context: Asked
) -> Response:
    """Finish a task with what came of it."""
    return show(await tasks.finish(context, task_id, command))
