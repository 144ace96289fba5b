"""Papers of agenda items: handed in as they are, handed out as numbered copies."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Call, Service, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import item_papers as papers
from service.application.callers import nobody
from service.application.file_ports import FileRoom, Sealed
from service.domain.audit import Outcome
from service.domain.disclosure import DataClass
from service.domain.errors import Refusal
from service.domain.item_paper import AddPaper, FileName, ItemPaper, MediaType, WithdrawPaper
from service.domain.permission import Permission


class UploadCall(Call):
    """A request with a large body: it is taken in before a database connection is."""

    async def answer(self) -> Response:
        """The answer; a slow line keeps nobody else from theirs."""
        try:
            token = await self.service.verify(self.request, self.now)
        except Exception:  # noqa: BLE001 - it fails again there, and is put on record
            return await super().answer()
        try:
            await self.request.body()
        except Refusal as refusal:
            actor = nobody(token)
            known = {"iss": actor.iss, "sub": actor.sub, "client_id": actor.client_id}
            tried = self._entry(**known, token_id=actor.jti, outcome=Outcome.FAILED, rules=())
            return await self._refused(refusal, [tried])
        return await super().answer()


class UploadRoute(AuditedRoute):
    """A route that takes a file."""

    def call_type(self) -> type[Call]:
        """The body first."""
        return UploadCall


router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])
uploads = APIRouter(prefix="/v1", route_class=UploadRoute, responses=REFUSALS, tags=["Conferences"])

_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_EXAMPLE = {"example": {"summary": "みほん市", "value": examples.PAPER}}
#: The body is read by hand; this is what the contract says of it.
RAW: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": (
            "The file's bytes as they are, with their own Content-Type:"
            " `curl --data-binary @paper.pdf -H 'Content-Type: application/pdf' …`"
        ),
        "content": {t.value: dict(_BYTES) for t in MediaType}
        | {MediaType.CSV.value: _BYTES | {"examples": _EXAMPLE}},
    }
}
HANDED_OUT: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {t.value: dict(_BYTES) for t in MediaType},
        "description": "The copy; its number is in the header Copy-Number.",
        "headers": {
            "Copy-Number": {
                "description": "Its number in the register of copies.",
                "schema": {"type": "integer"},
            }
        },
    }
}


@dataclass(frozen=True)
class Desk:
    """The file room, beside the event loop."""

    room: FileRoom
    largest: int

    async def recognise(self, content: bytes) -> MediaType | None:
        """What the content is."""
        return await asyncio.to_thread(self.room.recognise, content)

    async def seal(self, content: bytes, about: bytes) -> Sealed:
        """Lock it."""
        return await asyncio.to_thread(self.room.seal, content, about)

    async def unseal(self, sealed: Sealed, about: bytes) -> bytes:
        """Open it."""
        return await asyncio.to_thread(self.room.unseal, sealed, about)

    async def stamp(self, content: bytes, words: str) -> bytes:
        """Mark a PDF."""
        return await asyncio.to_thread(self.room.stamp, content, words)


def desk_of(request: Request) -> Desk:
    """The desk of the service."""
    service: Service = request.app.state.service
    return Desk(service.files, service.largest_paper)


@uploads.post(
    "/conferences/{conference_id}/items/{item_id}/papers",
    status_code=201,
    response_model=receipt(ItemPaper),
    openapi_extra=RAW,
)
@acts(Permission.CONFERENCE_ADD_PAPER)
async def add_paper(
    conference_id: UUID,
    item_id: UUID,
    context: Asked,
    request: Request,
    name: Annotated[
        FileName,
        Query(
            description="The file's name with its ending. As sensitive as the paper itself.",
            examples=[examples.PAPER_NAME],
        ),
    ],
    data_class: Annotated[
        DataClass | None,
        Query(description="D1 to D4 where the item is about persons (left out: D3), else D0."),
    ] = None,
) -> Response:
    """Hand in a paper (会議資料) for an item, before the conference is held."""
    stated = request.headers.get("content-type")
    command = AddPaper(name=name, data_class=data_class, stated_type=stated)
    done = await papers.add(
        context, conference_id, item_id, command, await request.body(), desk_of(request)
    )
    location = f"/v1/conferences/{conference_id}/items/{item_id}/papers"
    return show(done, status=201, location=location)


@router.get(
    "/conferences/{conference_id}/items/{item_id}/papers",
    response_model=page_of(receipt(ItemPaper, name=str, media_type_ja=str)),
)
@acts(Permission.CONFERENCE_READ_PAPER)
async def list_papers(conference_id: UUID, item_id: UUID, context: Asked) -> Response:
    """List the papers of an item as far as they are open to the agency."""
    return show_all(await papers.listing(context, conference_id, item_id))


@router.get(
    "/conferences/{conference_id}/items/{item_id}/papers/{paper_id}",
    response_class=Response,
    responses=REFUSALS | HANDED_OUT,
)
@acts(Permission.CONFERENCE_READ_PAPER)
async def hand_out_paper(
    conference_id: UUID, item_id: UUID, paper_id: UUID, context: Asked, request: Request
) -> Response:
    """Get a paper: the next numbered copy, on record; a PDF says on every page whose it is."""
    copy = await papers.hand_out(context, conference_id, item_id, paper_id, desk_of(request))
    return as_copy(copy)


@router.post(
    "/conferences/{conference_id}/items/{item_id}/papers/{paper_id}/withdraw",
    response_model=receipt(ItemPaper),
)
@acts(Permission.CONFERENCE_WITHDRAW_PAPER)
async def withdraw_paper(
    conference_id: UUID,
    item_id: UUID,
    paper_id: UUID,
    command: Annotated[WithdrawPaper, said(examples.WITHDRAW_PAPER)],
    context: Asked,
) -> Response:
    """Take a paper off: it is kept, and handed out to nobody any longer."""
    return show(await papers.withdraw(context, conference_id, item_id, paper_id, command))


def as_copy(copy: papers.HandedOut) -> Response:
    """A copy as something to be kept, never shown or run by the browser itself."""
    kind = copy.paper.media_type.value
    if kind.startswith("text/"):
        kind += f"; charset={_charset(copy.content)}"
    named = quote(copy.paper.name, safe="")
    headers = {
        "Content-Type": kind,
        "Content-Disposition": f"attachment; filename*=UTF-8''{named}",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Copy-Number": str(copy.number),
    }
    return Response(copy.content, headers=headers)


def _charset(content: bytes) -> str:
    try:
        content.decode()
    except UnicodeDecodeError:
        return "Shift_JIS"
    return "utf-8"
