"""Forms (帳票): their definitions, filled in from the record, and printed on A4."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.conference_papers import PRINTED, as_pdf, press_of
from service.api.context import AuditedRoute, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import forms
from service.application.context import Shown
from service.application.forms import CopyFor, FormRequest, FormShown
from service.domain.form import FormDefinition
from service.domain.form_book import AddFormVersion, LocalForm
from service.domain.form_filling import FilledForm
from service.domain.form_paper import form_paper
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Forms"])

Version = Annotated[
    int | None, Query(ge=1, le=9999, description="Empty: the version that the record has.")
]
Whose = Annotated[
    CopyFor, Query(alias="copy", description="person: without who told us, and without opinions.")
]


class FilledFormShown(FilledForm):
    """A form filled in, whose copy it is, and the version of the answers that only it asks for."""

    copy_for: CopyFor
    answers_version: int


def of_version(record_id: UUID, form: str, version: int | None, whose: CopyFor) -> FormRequest:
    """What is asked for."""
    return FormRequest(record_id, form, version, whose)


def _shown(found: FormShown) -> Response:
    return show(Shown(forms.body_of(found), found.record_version))


async def _printed(found: FormShown, request: Request, *, empty: bool = False) -> Response:
    paper = form_paper(
        found.definition,
        found.filled,
        issuer=found.issuer,
        made_on=found.made_on,
        empty=empty,
        persons_copy=found.persons_copy,
    )
    return as_pdf(await press_of(request)(paper), found.definition.code)


@router.get("/forms", response_model=page_of(FormDefinition))
@acts(Permission.FORM_READ)
async def list_forms(
    context: Asked, day: Annotated[date | None, Query(description="Empty: today.")] = None
) -> Response:
    """List the forms in force, in the municipality's own version where it has one."""
    return show_all(await forms.book(context, day=day))


@router.get("/forms/{form_code}.pdf", response_class=Response, responses=REFUSALS | PRINTED)
@acts(Permission.FORM_READ)
async def print_form(
    form_code: str, context: Asked, request: Request, version: Version = None
) -> Response:
    """Print an empty form, to be filled in by hand."""
    return await _printed(await forms.empty(context, form_code, version), request, empty=True)


@router.get("/forms/{form_code}", response_model=FormDefinition)
@acts(Permission.FORM_READ)
async def read_form(form_code: str, context: Asked, version: Version = None) -> Response:
    """Read one form: its boxes, options and classes, and where in the record each is found."""
    found = await forms.definition(context, form_code, version)
    return show(Shown(found.model_dump(mode="json")))


@router.get("/forms/{form_code}/versions", response_model=page_of(FormDefinition))
@acts(Permission.FORM_READ)
async def list_form_versions(form_code: str, context: Asked) -> Response:
    """List all versions of a form, the latest first."""
    return show_all(await forms.book(context, day=None, code=form_code))


@router.post("/forms/{form_code}/versions", status_code=201, response_model=receipt(LocalForm))
@acts(Permission.FORM_ADD_VERSION)
async def add_form_version(
    form_code: str, command: Annotated[AddFormVersion, said(examples.FORM_VERSION)], context: Asked
) -> Response:
    """Add the municipality's own version with boxes of its own; it is never changed."""
    return show(await forms.add_version(context, form_code, command), status=201)


@router.get(
    "/consultations/{consultation_id}/forms/{form_code}.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CONSULTATION_READ)
async def print_form_of_consultation(
    consultation_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Print a form filled in from a consultation."""
    asked = of_version(consultation_id, form_code, version, whose)
    return await _printed(await forms.of_consultation(context, asked), request)


@router.get(
    "/consultations/{consultation_id}/forms/{form_code}",
    response_model=FilledFormShown,
)
@acts(Permission.CONSULTATION_READ)
async def read_form_of_consultation(
    consultation_id: UUID,
    form_code: str,
    context: Asked,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Read a form filled in from a consultation: answered, none, unknown, not answered, not open."""
    asked = of_version(consultation_id, form_code, version, whose)
    return _shown(await forms.of_consultation(context, asked))


@router.get(
    "/cases/{case_id}/forms/{form_code}.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.CASE_READ)
async def print_form_of_case(
    case_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Print a form filled in from a case."""
    asked = of_version(case_id, form_code, version, whose)
    return await _printed(await forms.of_case(context, asked), request)


@router.get("/cases/{case_id}/forms/{form_code}", response_model=FilledFormShown)
@acts(Permission.CASE_READ)
async def read_form_of_case(
    case_id: UUID,
    form_code: str,
    context: Asked,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Read a form filled in from a case."""
    asked = of_version(case_id, form_code, version, whose)
    return _shown(await forms.of_case(context, asked))


@router.get(
    "/plans/{plan_id}/forms/{form_code}.pdf",
    response_class=Response,
    responses=REFUSALS | PRINTED,
)
@acts(Permission.PLAN_READ)
async def print_form_of_plan(
    plan_id: UUID,
    form_code: str,
    context: Asked,
    request: Request,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Print a form filled in from the latest version of a plan."""
    asked = of_version(plan_id, form_code, version, whose)
    return await _printed(await forms.of_plan(context, asked), request)


@router.get("/plans/{plan_id}/forms/{form_code}", response_model=FilledFormShown)
@acts(Permission.PLAN_READ)
async def read_form_of_plan(
    plan_id: UUID,
    form_code: str,
    context: Asked,
    *,
    version: Version = None,
    whose: Whose = CopyFor.AGENCY,
) -> Response:
    """Read a form filled in from the latest version of a plan."""
    asked = of_version(plan_id, form_code, version, whose)
    return _shown(await forms.of_plan(context, asked))
