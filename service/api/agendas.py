"""The agenda as its coordinator works on it: read whole, corrected, ordered, split, reopened."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.shapes import REFUSALS, receipt, said
from service.application import agenda_edits, workbench
from service.domain.agenda import ArrangeItem, OrderAgenda, SplitItem
from service.domain.conference import AddItem, Conference
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

Receipt = receipt(Conference, status_ja=str)
Arranged = receipt(Conference, status_ja=str, item=dict[str, Any])
Split = receipt(Conference, status_ja=str, item_ids=list[UUID])


@router.get("/conferences/{conference_id}/agenda", response_model=dict[str, Any])
@acts(Permission.CONFERENCE_READ)
async def read_agenda(conference_id: UUID, context: Asked) -> Response:
    """Read the agenda while it is arranged: times, who will see what, what is missing and what to do.

    The convener reads all of it (of an item another agency brought, what is open to it); an
    invited agency the items it has brought.
    """
    return show(await workbench.agenda(context, conference_id))


@router.post("/conferences/{conference_id}/order", response_model=Receipt)
@acts(Permission.CONFERENCE_PLAN)
async def order_agenda(
    conference_id: UUID, command: Annotated[OrderAgenda, said(examples.ORDER)], context: Asked
) -> Response:
    """Put the items of the agenda into another order; name all of them."""
    return show(await agenda_edits.order(context, conference_id, command))


@router.put("/conferences/{conference_id}/items/{item_id}", response_model=Arranged)
@acts(Permission.CONFERENCE_PROPOSE)
async def edit_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[AddItem, said(examples.EDITED_ITEM)],
    context: Asked,
) -> Response:
    """Correct an item that the agency brought (whole, with the agenda's version as If-Match)."""
    return show(await agenda_edits.edit(context, conference_id, item_id, command))


@router.post("/conferences/{conference_id}/items/{item_id}/arrange", response_model=Arranged)
@acts(Permission.CONFERENCE_PLAN)
async def arrange_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[ArrangeItem, said(examples.ARRANGEMENT)],
    context: Asked,
) -> Response:
    """Change an item's time, presenter or circle, whoever brought it."""
    return show(await agenda_edits.arrange(context, conference_id, item_id, command))


@router.post("/conferences/{conference_id}/items/{item_id}/split", response_model=Split)
@acts(Permission.CONFERENCE_PROPOSE)
async def split_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[SplitItem, said(examples.PARTS)],
    context: Asked,
) -> Response:
    """Split an item into parts, each with its own time, persons and circle."""
    return show(await agenda_edits.split_item(context, conference_id, item_id, command))


@router.post("/conferences/{conference_id}/items/{item_id}/withdraw", response_model=Arranged)
@acts(Permission.CONFERENCE_PROPOSE)
async def withdraw_item(conference_id: UUID, item_id: UUID, context: Asked) -> Response:
    """Take an item off the agenda; its record stays."""
    return show(await agenda_edits.withdraw(context, conference_id, item_id))


@router.post("/conferences/{conference_id}/reopen", response_model=Receipt)
@acts(Permission.CONFERENCE_FIX)
async def reopen_agenda(conference_id: UUID, context: Asked) -> Response:
    """Open a fixed agenda again: papers are shut until it is fixed anew, all are told."""
    return show(await agenda_edits.reopen(context, conference_id))
