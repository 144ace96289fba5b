"""The papers of a conference to print and to work on: PDF, XLSX, and who has which copy."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Service, show_all
from service.api.shapes import REFUSALS, page_of, receipt
from service.application import conference_papers as papers
from service.application.printer import Bindery, Press
from service.domain.errors import IllegalMove
from service.domain.packet_copy import PacketCopy
from service.domain.paper import Paper, Sheet
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

PRINTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/pdf": {}}, "description": "The paper, A4."}
}
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {_XLSX: {}}, "description": "The workbook."}
}


def press_of(request: Request) -> Press:
    """The printer of the service, beside the event loop; a paper that it cannot print is refused."""
    service: Service = request.app.state.service

    async def press(paper: Paper) -> bytes:
        missing = service.printer.missing(paper)
        if missing:
            codes = " ".join(f"U+{ord(character):04X}" for character in missing[:10])
            raise IllegalMove("paper.character_missing", facts={"characters": codes})
        return await asyncio.to_thread(service.printer.pdf, paper)

    return press


def bindery_of(request: Request) -> Bindery:
    """What writes workbooks, beside the event loop."""
    service: Service = request.app.state.service

    async def bind(sheets: Sequence[Sheet]) -> bytes:
        return await asyncio.to_thread(service.printer.xlsx, sheets)

    return bind


def as_pdf(printed: bytes, name: str) -> Response:
    """A printed paper, to be kept under a name that says nothing about anybody."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return Response(printed, headers=headers, media_type="application/pdf")


@router.get(
    "/conferences/{conference_id}/agenda.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CONFERENCE_READ)
async def print_agenda(conference_id: UUID, context: Asked, request: Request) -> Response:
    """Print the agenda (次第), with the time of each item; nothing of it is about anybody."""
    printed = await papers.agenda(context, conference_id, press_of(request))
    return as_pdf(printed, f"agenda-{conference_id}")


@router.get(
    "/conferences/{conference_id}/packet.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CONFERENCE_READ_PACKET)
async def print_packet(conference_id: UUID, context: Asked, request: Request) -> Response:
    """Print the agency's own papers (会議資料): the next numbered copy, with a watermark."""
    printed = await papers.packet_copy(context, conference_id, press_of(request))
    return as_pdf(printed, f"packet-{conference_id}")


@router.get(
    "/conferences/{conference_id}/roster.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CONFERENCE_READ)
async def print_roster(conference_id: UUID, context: Asked, request: Request) -> Response:
    """Print who is invited, who sits for them, and who came (出席者名簿)."""
    printed = await papers.roster(context, conference_id, press_of(request))
    return as_pdf(printed, f"roster-{conference_id}")


@router.get(
    "/conferences/{conference_id}/minutes.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CONFERENCE_READ)
async def print_minutes(conference_id: UUID, context: Asked, request: Request) -> Response:
    """Print the minutes (会議録) as the caller may read them."""
    printed = await papers.minutes(context, conference_id, press_of(request))
    return as_pdf(printed, f"minutes-{conference_id}")


@router.get(
    "/conferences/{conference_id}/sitting.xlsx",
    response_class=Response,
    responses=REFUSALS | BOUND,
)
@acts(Permission.CONFERENCE_READ_PACKET)
async def export_sitting(conference_id: UUID, context: Asked, request: Request) -> Response:
    """The whole sitting as a workbook: agenda, attendees, results and tasks (convener only)."""
    book = await papers.sitting(context, conference_id, bindery_of(request))
    headers = {"Content-Disposition": f'attachment; filename="sitting-{conference_id}.xlsx"'}
    return Response(book, headers=headers, media_type=_XLSX)


@router.get(
    "/conferences/{conference_id}/copies",
    response_model=page_of(receipt(PacketCopy, agency=str | None)),
)
@acts(Permission.CONFERENCE_READ)
async def list_copies(conference_id: UUID, context: Asked) -> Response:
    """List the copies of the packet that were printed (convener only)."""
    return show_all(await papers.copies(context, conference_id))
