"""Consents: given, refused, read, taken back, and their receipt to hand over."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Service, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import consents, papers, revocations
from service.application.context import Shown
from service.application.revocations import VoidConsent
from service.domain.consent import Consent, GrantConsent, RefuseConsent, RevokeConsent
from service.domain.paper import Paper
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Consent"])


class Format(StrEnum):
    """As data, as a page to print, or as PDF."""

    JSON = "json"
    HTML = "html"
    PDF = "pdf"


_PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


async def printed(
    request: Request, paper: Paper, body: dict[str, Any], wanted: Format, name: str
) -> Response:
    """The paper in the format asked for; rendering does not hold up other requests."""
    service: Service = request.app.state.service
    match wanted:
        case Format.JSON:
            return show(Shown(body))
        case Format.HTML:
            page = await asyncio.to_thread(service.printer.html, paper)
            headers = {"Content-Security-Policy": _PAGE_POLICY}
            return Response(page, headers=headers, media_type="text/html")
        case Format.PDF:
            pdf = await asyncio.to_thread(service.printer.pdf, paper)
            headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
            return Response(pdf, headers=headers, media_type="application/pdf")


#: How a paper may come, for the contract.
PAPER: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {}, "application/pdf": {}}, "description": "The paper."}
}


@router.get("/persons/{person_id}/consents", response_model=page_of(shown(Consent)))
@acts(Permission.CONSENT_READ)
async def list_consents(person_id: UUID, context: Asked) -> Response:
    """List a person's consents and refusals, as far as they concern the caller."""
    return show_all(await consents.of_person(context, person_id))


@router.post("/consents", status_code=201, response_model=receipt(Consent, follows=dict[str, int]))
@acts(Permission.CONSENT_GRANT)
async def grant_consent(
    command: Annotated[GrantConsent, said(examples.CONSENT)], context: Asked
) -> Response:
    """Record a person's consent."""
    return show(await consents.grant(context, command), status=201, location="/v1/consents")


@router.post("/consents/refusals", status_code=201, response_model=receipt(Consent))
@acts(Permission.CONSENT_REFUSE)
async def refuse_consent(
    command: Annotated[RefuseConsent, said(examples.CONSENT_REFUSAL)], context: Asked
) -> Response:
    """Record that a person does not agree (yet), and when to ask again."""
    return show(await consents.refuse(context, command), status=201, location="/v1/consents")


@router.get(
    "/consents/{consent_id}",
    response_model=shown(Consent, state_ja=str, stop_use=list[dict[str, Any]]),
)
@acts(Permission.CONSENT_READ)
async def read_consent(consent_id: UUID, context: Asked) -> Response:
    """Read a consent; its recorder also sees who was told to stop, and what they answered."""
    return show(await consents.read(context, consent_id))


@router.get("/consents/{consent_id}/receivers", response_model=dict[str, Any])
@acts(Permission.CONSENT_READ)
async def read_receivers(consent_id: UUID, context: Asked) -> Response:
    """The real names behind the kinds of agencies a consent names, as of today."""
    return show_all(await consents.receivers(context, consent_id))


@router.get(
    "/consents/{consent_id}/receipt",
    response_model=dict[str, Any],
    responses=REFUSALS | PAPER,
)
@acts(Permission.CONSENT_READ)
async def read_receipt(
    consent_id: UUID,
    context: Asked,
    request: Request,
    wanted: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    """The receipt to hand to the person: as data, as a page to print, or as PDF."""
    body, paper = await papers.consent_receipt(context, consent_id)
    return await printed(request, paper, body, wanted, f"consent-{consent_id}")


@router.post(
    "/consents/{consent_id}/revoke", response_model=receipt(Consent, follows=dict[str, int])
)
@acts(Permission.CONSENT_REVOKE)
async def revoke_consent(
    consent_id: UUID,
    command: Annotated[RevokeConsent, said(examples.CONSENT_REVOCATION)],
    context: Asked,
) -> Response:
    """Revoke a consent, in whole or in part. It acts on the next request."""
    return show(await revocations.revoke(context, consent_id, command))


@router.post("/consents/{consent_id}/void", response_model=receipt(Consent, follows=dict[str, int]))
@acts(Permission.CONSENT_VOID)
async def void_consent(
    consent_id: UUID, command: Annotated[VoidConsent, said(examples.VOID)], context: Asked
) -> Response:
    """Void a consent that was entered by mistake, for instance for another person."""
    return show(await revocations.void(context, consent_id, command))
