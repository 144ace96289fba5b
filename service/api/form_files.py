"""Forms as files: written out as XLSX and CSV, filled in elsewhere, and read back in."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import BaseModel
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.conference_papers import BOUND, bindery_of
from service.api.context import AuditedRoute, Service, show
from service.api.forms import Version, Whose, of_version
from service.api.imports import ALSO_XLSX, XLSX
from service.api.shapes import REFUSALS, said
from service.application import form_writing, forms
from service.application.forms import CopyFor, FormShown
from service.application.import_ports import TableLimits
from service.domain.form_answers import AnswerForm
from service.domain.form_sheets import TITLE, form_sheets
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Forms"])

LIMITS = TableLimits(rows=500, unpacked=4 * 1024 * 1024, sheet=TITLE)
WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}}, "description": "The boxes: code, label, value."}
}
FilledIn = Annotated[
    bytes,
    Body(
        media_type="text/csv",
        description="The form as it was written out (CSV or XLSX), with other values.",
        openapi_examples={"example": {"summary": "みほん市", "value": examples.FORM_FILE}},
    ),
]
DryRun = Annotated[bool, Query(description="Only say which boxes would change.")]


class AnswersReceipt(BaseModel):
    """That the answers were written; what they are stands in the form."""

    id: UUID
    record_kind: str
    record_id: UUID
    form_code: str
    form_version: int
    version: int


async def _bound(found: FormShown, request: Request) -> Response:
    book = await bindery_of(request)(form_sheets(found.definition, found.filled))
    return _as_file(book, f"{found.definition.code}.xlsx", XLSX)


def _listed(found: FormShown, request: Request) -> Response:
    service: Service = request.app.state.service
    rows = service.printer.csv(form_sheets(found.definition, found.filled)[:1])
    return _as_file(rows, f"{found.definition.code}.csv", "text/csv")


def _as_file(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=kind)


async def _table(request: Request, content: bytes) -> Any:
    service: Service = request.app.state.service
    return await asyncio.to_thread(service.tables.read, content, LIMITS)


@router.get(
    "/consultations/{consultation_id}/forms/{form_code}.xlsx",
    response_class=Response,
    responses=REFUSALS | BOUND,
)
@acts(Permission.CONSULTATION_READ)
async def export_xlsx_of_consultation(
    consultation_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a consultation as XLSX: one row a box, and the lists of codes."""
    asked = of_version(consultation_id, form_code, version, whose)
    return await _bound(await forms.of_consultation(context, asked), request)


@router.get(
    "/consultations/{consultation_id}/forms/{form_code}.csv",
    response_class=Response,
    responses=REFUSALS | WRITTEN,
)
@acts(Permission.CONSULTATION_READ)
async def export_csv_of_consultation(
    consultation_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a consultation as CSV: one row a box."""
    asked = of_version(consultation_id, form_code, version, whose)
    return _listed(await forms.of_consultation(context, asked), request)


@router.post(
    "/consultations/{consultation_id}/forms/{form_code}/import",
    response_model=dict[str, Any],
    openapi_extra=ALSO_XLSX,
)
@acts(Permission.CONSULTATION_AMEND)
async def import_form_of_consultation(
    consultation_id: UUID,
    form_code: str,
    request: Request,
    context: Asked,
    content: FilledIn,
    *,
    version: Version = None,
    dry_run: DryRun = False,
) -> Response:
    """Import a filled-in form (with If-Match): what differs from the record is written to it."""
    asked = of_version(consultation_id, form_code, version, CopyFor.AGENCY)
    table = await _table(request, content)
    return show(await form_writing.take_in_consultation(context, asked, table, dry_run=dry_run))


@router.put(
    "/consultations/{consultation_id}/forms/{form_code}/answers", response_model=AnswersReceipt
)
@acts(Permission.CONSULTATION_AMEND)
async def answer_form_of_consultation(
    consultation_id: UUID,
    form_code: str,
    command: Annotated[AnswerForm, said(examples.FORM_ANSWERS)],
    context: Asked,
) -> Response:
    """Write the answers that only the form asks for (whole, with If-Match; "0" the first time)."""
    return show(
        await form_writing.answer_consultation(context, consultation_id, form_code, command)
    )


@router.get(
    "/cases/{case_id}/forms/{form_code}.xlsx",
    response_class=Response,
    responses=REFUSALS | BOUND,
)
@acts(Permission.CASE_READ)
async def export_xlsx_of_case(
    case_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a case as XLSX: one row a box, and the lists of codes."""
    asked = of_version(case_id, form_code, version, whose)
    return await _bound(await forms.of_case(context, asked), request)


@router.get(
    "/cases/{case_id}/forms/{form_code}.csv",
    response_class=Response,
    responses=REFUSALS | WRITTEN,
)
@acts(Permission.CASE_READ)
async def export_csv_of_case(
    case_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a case as CSV: one row a box."""
    asked = of_version(case_id, form_code, version, whose)
    return _listed(await forms.of_case(context, asked), request)


@router.post(
    "/cases/{case_id}/forms/{form_code}/import",
    response_model=dict[str, Any],
    openapi_extra=ALSO_XLSX,
)
@acts(Permission.ASSESSMENT_MAKE)
async def import_form_of_case(
    case_id: UUID,
    form_code: str,
    request: Request,
    context: Asked,
    content: FilledIn,
    *,
    version: Version = None,
    dry_run: DryRun = False,
) -> Response:
    """Import a filled-in form (with If-Match): what differs from the record is written to it."""
    asked = of_version(case_id, form_code, version, CopyFor.AGENCY)
    table = await _table(request, content)
    return show(await form_writing.take_in_case(context, asked, table, dry_run=dry_run))


@router.put("/cases/{case_id}/forms/{form_code}/answers", response_model=AnswersReceipt)
@acts(Permission.ASSESSMENT_MAKE)
async def answer_form_of_case(
    case_id: UUID,
    form_code: str,
    command: Annotated[AnswerForm, said(examples.FORM_ANSWERS)],
    context: Asked,
) -> Response:
    """Write the answers that only the form asks for (whole, with If-Match; "0" the first time)."""
    return show(await form_writing.answer_case(context, case_id, form_code, command))


@router.get(
    "/plans/{plan_id}/forms/{form_code}.xlsx",
    response_class=Response,
    responses=REFUSALS | BOUND,
)
@acts(Permission.PLAN_READ)
async def export_xlsx_of_plan(
    plan_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a plan as XLSX: one row a box, and the lists of codes."""
    asked = of_version(plan_id, form_code, version, whose)
    return await _bound(await forms.of_plan(context, asked), request)


@router.get(
    "/plans/{plan_id}/forms/{form_code}.csv",
    response_class=Response,
    responses=REFUSALS | WRITTEN,
)
@acts(Permission.PLAN_READ)
async def export_csv_of_plan(
    plan_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Export a form of a plan as CSV: one row a box."""
    asked = of_version(plan_id, form_code, version, whose)
    return _listed(await forms.of_plan(context, asked), request)


@router.post(
    "/plans/{plan_id}/forms/{form_code}/import",
    response_model=dict[str, Any],
    openapi_extra=ALSO_XLSX,
)
@acts(Permission.PLAN_DRAFT)
async def import_form_of_plan(
    plan_id: UUID,
    form_code: str,
    request: Request,
    context: Asked,
    content: FilledIn,
    *,
    version: Version = None,
    dry_run: DryRun = False,
) -> Response:
    """Import a filled-in form (with If-Match): what differs from the record is written to it."""
    asked = of_version(plan_id, form_code, version, CopyFor.AGENCY)
    table = await _table(request, content)
    return show(await form_writing.take_in_plan(context, asked, table, dry_run=dry_run))


@router.put("/plans/{plan_id}/forms/{form_code}/answers", response_model=AnswersReceipt)
@acts(Permission.PLAN_DRAFT)
async def answer_form_of_plan(
    plan_id: UUID,
    form_code: str,
    command: Annotated[AnswerForm, said(examples.FORM_ANSWERS)],
    context: Asked,
) -> Response:
    """Write the answers that only the form asks for (whole, with If-Match; "0" the first time)."""
    return show(await form_writing.answer_plan(context, plan_id, form_code, command))
