"""Lists of persons: the borrowers of special loans, and the answers of a survey."""

import asyncio
import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Service, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import imports
from service.application.import_ports import TableLimits
from service.domain.import_people import ImportKind
from service.domain.permission import Permission
from service.domain.person_import import (
    MOST_ROWS,
    Finding,
    ImportSummary,
    PurposeText,
    RunImport,
    UndoImport,
)

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Imports"])

LIMITS = TableLimits(rows=MOST_ROWS, unpacked=16 * 1024 * 1024)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The second type of file, which the contract shows beside the first.
ALSO_XLSX: dict[str, Any] = {
    "requestBody": {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}
Told = receipt(ImportSummary, kind_ja=str, state_ja=str)


@router.post(
    "/imports",
    status_code=201,
    response_model=receipt(
        ImportSummary,
        dry_run=bool,
        findings=list[receipt(Finding)],  # type: ignore[misc]
    ),
    openapi_extra=ALSO_XLSX,
)
@acts(Permission.IMPORT_RUN)
async def run_import(
    request: Request,
    context: Asked,
    content: Annotated[
        bytes,
        Body(
            media_type="text/csv",
            description="CSV (UTF-8 or Shift_JIS, comma or tab) or XLSX; row 1 are the headings.",
            openapi_examples={"example": {"summary": "みほん市", "value": examples.BORROWERS}},
        ),
    ],
    kind: Annotated[ImportKind, Query(examples=[ImportKind.LOAN_SCREENING])],
    purpose_text: Annotated[
        PurposeText,
        Query(
            description="The documented purpose that covers it (目的外利用でないことの根拠).",
            examples=[examples.IMPORT_PURPOSE],
        ),
    ],
    *,
    dry_run: Annotated[
        bool, Query(description="Only say what would come of it (200); nothing is stored.")
    ] = False,
) -> Response:
    """Take in a list: whoever the rules say to call becomes a record, everybody else a number."""
    service: Service = request.app.state.service
    sheet = await asyncio.to_thread(service.tables.read, content, LIMITS)
    command = RunImport(kind=kind, purpose_text=purpose_text, dry_run=dry_run)
    done = await imports.run(context, command, sheet, hashlib.sha256(content).hexdigest())
    return show(done) if dry_run else show(done, status=201, location="/v1/imports")


@router.get("/imports", response_model=page_of(Told))
@acts(Permission.IMPORT_READ)
async def list_imports(context: Asked, page: Paged) -> Response:
    """List the agency's imports: numbers and states."""
    return page.show(await imports.imports(context, after=page.after, limit=page.limit))


@router.get("/imports/{import_id}", response_model=Told)
@acts(Permission.IMPORT_READ)
async def read_import(import_id: UUID, context: Asked) -> Response:
    """Read how many there were, and where it stands."""
    return show(await imports.read(context, import_id))


@router.post("/imports/{import_id}/undo", response_model=receipt(ImportSummary))
@acts(Permission.IMPORT_UNDO)
async def undo_import(
    import_id: UUID,
    command: Annotated[UndoImport, said(examples.UNDO_IMPORT)],
    context: Asked,
) -> Response:
    """Take a list back, while nothing was built on what came of it."""
    return show(await imports.undo(context, import_id, command))
