"""The audit log: pages of it, exports of it, and the questions that auditors ask."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime
from pydantic_core import to_json
from starlette.responses import Response

from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Service, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, shown
from service.application import audit_reports, audits
from service.application.audit_ports import AuditFilter
from service.domain.audit import Outcome, SeenEntry
from service.domain.audit_event_fhir import Reader, bundle_of
from service.domain.audit_reports import Emergency
from service.domain.audit_seen import listed
from service.domain.audit_sheet import audit_sheet
from service.domain.decision import Basis
from service.domain.disclosure import D0, disclose
from service.domain.permission import Permission, Purpose

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Audit"])

_CSV, _LINES = "text/csv; charset=utf-8", "application/x-ndjson"
_FHIR = "application/fhir+json; fhirVersion=4.0"


def _asked_for(
    since: Annotated[AwareDatetime | None, Query()] = None,
    until: Annotated[AwareDatetime | None, Query()] = None,
    person_id: Annotated[UUID | None, Query(description="Whose data.")] = None,
    position_id: Annotated[UUID | None, Query(description="Who did it.")] = None,
    action: Annotated[Permission | None, Query()] = None,
    outcome: Annotated[Outcome | None, Query()] = None,
    purpose: Annotated[Purpose | None, Query()] = None,
    basis: Annotated[Basis | None, Query()] = None,
) -> AuditFilter:
    return AuditFilter(
        since=since,
        until=until,
        person_id=person_id,
        position_id=position_id,
        action=action,
        outcome=outcome,
        purpose=purpose,
        basis=basis,
    )


Filter = Annotated[AuditFilter, Depends(_asked_for)]
Since = Annotated[date, Query(examples=["2026-11-01"], description="The first day (Japan).")]
Until = Annotated[date, Query(examples=["2026-11-30"], description="The last day, included.")]


def _as(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    return REFUSALS | {200: {"content": {kind.partition(";")[0]: {}}, "description": description}}


async def _written(write: Callable[[], bytes], kind: str, name: str) -> Response:
    """Written beside the event loop, to be kept under a plain name."""
    content = await asyncio.to_thread(write)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers | {"Content-Type": kind})


@router.get("/audit/events", response_model=page_of(shown(SeenEntry)))
@acts(Permission.AUDIT_READ)
async def list_audit_events(context: Asked, page: Paged, asked: Filter) -> Response:
    """Read the audit log of the caller's agency; reading it is on record as well."""
    return page.show(await audits.events(context, asked, after=page.after, limit=page.limit))


@router.get("/audit/events.csv", response_class=Response, responses=_as(_CSV, "UTF-8 with a mark."))
@acts(Permission.AUDIT_READ)
async def export_audit_events_csv(context: Asked, asked: Filter, request: Request) -> Response:
    """Export the audit log as CSV with Japanese headings; at most 5,000 entries, or none."""
    service: Service = request.app.state.service
    found, answered = await audits.export(context, asked)
    sheet = audit_sheet(listed(e, context.agency_id, answered) for e in found)
    return await _written(lambda: service.printer.csv([sheet]), _CSV, "audit-events.csv")


@router.get(
    "/audit/events.jsonl", response_class=Response, responses=_as(_LINES, "One entry a line.")
)
@acts(Permission.AUDIT_READ)
async def export_audit_events_jsonl(context: Asked, asked: Filter) -> Response:
    """Export the audit log as JSON Lines, as the list shows it; at most 5,000 entries, or none."""
    found, answered = await audits.export(context, asked)
    mine = context.agency_id

    def write() -> bytes:
        lines = (disclose(listed(e, mine, answered), frozenset({D0})) for e in found)
        return b"".join(to_json(line) + b"\n" for line in lines)

    return await _written(write, _LINES, "audit-events.jsonl")


@router.get(
    "/audit/events.fhir",
    response_class=Response,
    responses=_as(_FHIR, "A FHIR R4 Bundle of AuditEvents (IHE BALP)."),
)
@acts(Permission.AUDIT_READ)
async def export_audit_events_fhir(context: Asked, asked: Filter, request: Request) -> Response:
    """Export the audit log as FHIR AuditEvents; persons by pseudonym. At most 5,000, or none."""
    service: Service = request.app.state.service
    found, _ = await audits.export(context, asked)
    mine = context.agency_id
    reader = Reader(mine, service.audience, lambda p: context.pseudonyms.of(mine, p))
    bundle_id = context.new_id()

    def write() -> bytes:
        return to_json(bundle_of(found, reader, bundle_id=bundle_id, at=context.now))

    return await _written(write, _FHIR, "audit-events.fhir.json")


@router.get("/audit/reports/emergencies", response_model=page_of(shown(Emergency)))
@acts(Permission.AUDIT_READ)
async def list_unreviewed_emergencies(context: Asked, page: Paged) -> Response:
    """List the accesses to protect a life that nobody has reviewed yet, oldest first."""
    return page.show(
        await audit_reports.unreviewed_emergencies(context, after=page.after, limit=page.limit)
    )


@router.get("/audit/reports/refusals", response_model=dict[str, Any])
@acts(Permission.AUDIT_READ)
async def report_refusals(since: Since, until: Until, context: Asked) -> Response:
    """Count refusals by agency, action and rule: the agency's own, and those at its records."""
    return show(await audit_reports.refused(context, since, until))


@router.get("/audit/reports/unusual", response_model=dict[str, Any])
@acts(Permission.AUDIT_READ)
async def report_unusual(since: Since, until: Until, context: Asked) -> Response:
    """Say which positions stand out on which days, by which simple rule and by which figures."""
    return show(await audit_reports.looked_at(context, since, until))


@router.get("/audit/reports/copies", response_model=dict[str, Any])
@acts(Permission.AUDIT_READ)
async def report_copies(since: Since, until: Until, context: Asked) -> Response:
    """List every export and print: who made it, of what, in which form, about how many persons."""
    return show(await audit_reports.copied(context, since, until))
