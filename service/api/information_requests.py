"""What the chair of a statutory conference asks agencies for, and their answers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import information_requests as requests
from service.domain.information_request import (
    AnswerInformation,
    AskInformation,
    InformationRequest,
)
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

Receipt = receipt(InformationRequest, status_ja=str, asks_ja=list[str])
View = shown(
    InformationRequest,
    status_ja=str,
    asks_ja=list[str],
    basis_ja=str,
    law_ja=str,
    law_en=str,
    article=str,
    notes=list[str],
    notes_ja=list[str],
    persons=list[dict[str, Any]],
    obligations=list[dict[str, Any]],
    missing=list[str],
)


@router.post(
    "/conferences/{conference_id}/information-requests", status_code=201, response_model=Receipt
)
@acts(Permission.INFORMATION_REQUEST_ASK)
async def ask_for_information(
    conference_id: UUID,
    command: Annotated[AskInformation, said(examples.INFORMATION_REQUEST)],
    context: Asked,
) -> Response:
    """Ask an agency for documents, information, opinions (資料提供等の依頼), as the law provides."""
    done = await requests.ask(context, conference_id, command)
    return show(done, status=201, location="/v1/information-requests")


@router.get("/conferences/{conference_id}/information-requests", response_model=page_of(View))
@acts(Permission.INFORMATION_REQUEST_READ)
async def list_information_requests(conference_id: UUID, context: Asked) -> Response:
    """List what was asked for: all of it to the convener, to an agency what it was asked."""
    return show_all(await requests.listing(context, conference_id))


@router.get("/information-requests/{information_request_id}", response_model=View)
@acts(Permission.INFORMATION_REQUEST_READ)
async def read_information_request(information_request_id: UUID, context: Asked) -> Response:
    """Read what is asked; about whom only while the item is open to the caller."""
    return show(await requests.read(context, information_request_id))


@router.post("/information-requests/{information_request_id}/answer", response_model=Receipt)
@acts(Permission.INFORMATION_REQUEST_ANSWER)
async def answer_information_request(
    information_request_id: UUID,
    command: Annotated[AnswerInformation, said(examples.INFORMATION_ANSWER)],
    context: Asked,
) -> Response:
    """Answer what is asked, or decline and say why."""
    return show(await requests.answer(context, information_request_id, command))


@router.post("/information-requests/{information_request_id}/withdraw", response_model=Receipt)
@acts(Permission.INFORMATION_REQUEST_WITHDRAW)
async def withdraw_information_request(information_request_id: UUID, context: Asked) -> Response:
    """Take a request back (convener only)."""
    return show(await requests.withdraw(context, information_request_id))
