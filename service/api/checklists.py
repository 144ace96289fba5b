"""Checklists of how support stands: filled in by several kinds of people, and compared."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import checklists
from service.domain.checklist import AnswerChecklist, Checklist, ChecklistSheet
from service.domain.permission import Permission
from service.domain.text import Code

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Checklists"])


@router.get("/checklists", response_model=page_of(Checklist))
@acts(Permission.CHECKLIST_READ)
async def list_checklists(context: Asked) -> Response:
    """List the checklists with all their items."""
    return show_all(await checklists.listing(context))


@router.post(
    "/checklists/{checklist_code}/answers",
    status_code=201,
    response_model=receipt(ChecklistSheet),
)
@acts(Permission.CHECKLIST_ANSWER)
async def answer_checklist(
    checklist_code: str,
    command: Annotated[AnswerChecklist, said(examples.CHECKLIST)],
    context: Asked,
) -> Response:
    """Hand in one checker's sheet."""
    return show(await checklists.answer(context, checklist_code, command), status=201)


@router.get("/checklists/{checklist_code}/matrix", response_model=dict[str, Any])
@acts(Permission.CHECKLIST_READ)
async def compare_checkers(
    checklist_code: str,
    context: Asked,
    year: Annotated[int, Query(ge=2000, le=2199, examples=[2026], description="年度")],
    area: Annotated[Code | None, Query()] = None,
) -> Response:
    """Compare the kinds of checkers, item by item; comments are those of the own agency."""
    return show(await checklists.compare(context, checklist_code, year, area))
