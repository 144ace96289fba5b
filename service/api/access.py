"""Why access is as it is, decisions made again, and what the person asks for."""

from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.consents import PAPER, Format, printed
from service.api.context import AuditedRoute, Service, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import access_requests, explanations, log_bundles, log_proofs, papers
from service.application.access_requests import LiftEmbargo
from service.application.explanations import ExplainAccess
from service.domain.access_request import (
    DecideDisclosure,
    DisclosureRequest,
    Embargo,
    ExtendDisclosure,
    ReceiveDisclosureRequest,
    SetEmbargo,
)
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)
BUNDLE = "application/x-ndjson"
REQUESTS: list[str | Enum] = ["Disclosure"]


class EntryProof(BaseModel):
    """An entry's leaf and its way up to the root of a signed checkpoint; bytes in base64."""

    id: UUID
    index: int = Field(description="Its place in the log, from 0.")
    size: int = Field(description="How many entries the checkpoint is over.")
    leaf: str
    proof: list[str] = Field(description="RFC 9162 §2.1.3: the hashes from the leaf upwards.")
    checkpoint: str = Field(description="A C2SP signed note.")
    salt: str | None = Field(default=None, description="With the words: what the leaf commits to.")
    words: str | None = Field(default=None, description="What the entry says, as JSON.")


@router.post("/access/explain", response_model=dict[str, Any], tags=["Audit"])
@acts(Permission.ACCESS_EXPLAIN, keyed=False)
async def explain_access(
    command: Annotated[ExplainAccess, said(examples.EXPLAIN)], context: Asked
) -> Response:
    """Who could see a record now, which classes, on which basis, and what is missing for others."""
    return show(await explanations.explain(context, command))


@router.post("/audit/events/{entry_id}/replay", response_model=dict[str, Any], tags=["Audit"])
@acts(Permission.AUDIT_REPLAY, keyed=False)
async def replay_decision(entry_id: UUID, context: Asked) -> Response:
    """Make an audited decision again on the facts that were kept with it."""
    return show(await explanations.replay(context, entry_id))


@router.get("/audit/events/{entry_id}/proof", response_model=EntryProof, tags=["Audit"])
@acts(Permission.AUDIT_READ)
async def prove_audit_event(entry_id: UUID, context: Asked) -> Response:
    """Prove that an audit entry stands in the signed log, word for word as it was written."""
    return show(await log_proofs.proof_of_entry(context, entry_id))


@router.get(
    "/audit/bundle.jsonl",
    response_class=Response,
    responses={200: {"content": {BUNDLE: {}}, "description": "One JSON object a line."}},
    tags=["Audit"],
)
@acts(Permission.AUDIT_READ)
async def take_audit_bundle(
    context: Asked,
    request: Request,
    since: Annotated[AwareDatetime, Query()],
    until: Annotated[AwareDatetime, Query()],
) -> Response:
    """Take a stretch of the audit log away, to verify it without this service (tsunagi audit verify)."""
    service: Service = request.app.state.service
    lines = await log_bundles.bundle(
        context, since, until, origin=service.log_origin, keys=service.log_keys
    )
    name = log_bundles.file_name(since, until)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(b"".join(lines), media_type=BUNDLE, headers=headers)


@router.post(
    "/disclosure-requests",
    status_code=201,
    response_model=receipt(DisclosureRequest, state_ja=str),
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_RECEIVE)
async def receive_disclosure_request(
    command: Annotated[ReceiveDisclosureRequest, said(examples.DISCLOSURE_REQUEST)],
    context: Asked,
) -> Response:
    """Take in a person's request for their own data (開示請求)."""
    done = await access_requests.receive(context, command)
    return show(done, status=201, location="/v1/disclosure-requests")


@router.get(
    "/disclosure-requests",
    response_model=page_of(shown(DisclosureRequest, state_ja=str, overdue=bool)),
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_READ)
async def list_disclosure_requests(
    context: Asked, page: Paged, *, pending: Annotated[bool, Query()] = False
) -> Response:
    """List the agency's requests; ``pending`` are those not yet decided."""
    found = await access_requests.listing(
        context, pending=pending, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get(
    "/disclosure-requests/{request_id}",
    response_model=shown(DisclosureRequest, state_ja=str, overdue=bool),
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_READ)
async def read_disclosure_request(request_id: UUID, context: Asked) -> Response:
    """Read a request."""
    return show(await access_requests.read(context, request_id))


@router.post(
    "/disclosure-requests/{request_id}/extend",
    response_model=receipt(DisclosureRequest, state_ja=str),
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_EXTEND)
async def extend_disclosure_request(
    request_id: UUID,
    command: Annotated[ExtendDisclosure, said(examples.EXTENSION)],
    context: Asked,
) -> Response:
    """Extend the term once, with a reason."""
    return show(await access_requests.extend(context, request_id, command))


@router.post(
    "/disclosure-requests/{request_id}/decide",
    response_model=receipt(DisclosureRequest, state_ja=str),
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_DECIDE)
async def decide_disclosure_request(
    request_id: UUID,
    command: Annotated[DecideDisclosure, said(examples.DISCLOSURE_DECISION)],
    context: Asked,
) -> Response:
    """Decide: full, partial, none, or no word on whether there is anything."""
    return show(await access_requests.decide(context, request_id, command))


@router.post(
    "/disclosure-requests/{request_id}/export",
    response_model=dict[str, Any],
    responses=REFUSALS | PAPER,
    tags=REQUESTS,
)
@acts(Permission.DISCLOSURE_EXPORT, keyed=False)
async def export_disclosure(
    request_id: UUID,
    context: Asked,
    request: Request,
    wanted: Annotated[Format, Query(alias="format")] = Format.JSON,
) -> Response:
    """The agency's own records about the person, redacted as decided, to hand over."""
    found, body = await access_requests.export(context, request_id)
    paper = papers.disclosure_paper(found, body, context.today)
    return await printed(request, paper, body, wanted, f"disclosure-{request_id}")


@router.post(
    "/persons/{person_id}/access-report/embargoes",
    status_code=201,
    response_model=receipt(Embargo),
    tags=["Audit"],
)
@acts(Permission.EMBARGO_SET)
async def set_embargo(
    person_id: UUID, command: Annotated[SetEmbargo, said(examples.EMBARGO)], context: Asked
) -> Response:
    """Hold back some agencies' accesses from the person's report, for a time."""
    done = await access_requests.set_embargo(context, person_id, command)
    return show(done, status=201, location=f"/v1/persons/{person_id}/access-report/embargoes")


@router.get(
    "/persons/{person_id}/access-report/embargoes",
    response_model=page_of(shown(Embargo)),
    tags=["Audit"],
)
@acts(Permission.EMBARGO_READ)
async def list_embargoes(person_id: UUID, context: Asked) -> Response:
    """List what the agency holds back from a person's report."""
    return show_all(await access_requests.embargoes(context, person_id))


@router.post("/embargoes/{embargo_id}/lift", response_model=receipt(Embargo), tags=["Audit"])
@acts(Permission.EMBARGO_LIFT)
async def lift_embargo(
    embargo_id: UUID, command: Annotated[LiftEmbargo, said(examples.NOTHING)], context: Asked
) -> Response:
    """Lift an embargo before its day."""
    return show(await access_requests.lift_embargo(context, embargo_id, command))
