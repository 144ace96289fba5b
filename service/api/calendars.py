"""Conferences for calendar programs (iCalendar)."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.api.context import Asked, AuditedRoute, Service, acts
from service.api.shapes import REFUSALS
from service.application import conferences
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Calendars"])

#: How a calendar comes, for the contract.
ICALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {}}, "description": "The calendar (RFC 5545)."}
}


@router.get(
    "/conferences/{conference_id}/invitation.ics",
    response_class=Response,
    response_model=None,
    responses=ICALENDAR,
)
@acts(Permission.CONFERENCE_READ)
async def read_invitation(conference_id: UUID, request: Request, context: Asked) -> Response:
    """Read the invitation for a calendar; after a cancellation, what takes it out again."""
    service: Service = request.app.state.service
    entry = await conferences.invitation(context, conference_id)
    written = service.calendars.write([entry], entry.method, at=context.now, name=entry.title)
    return Response(
        written,
        headers={
            "Content-Disposition": 'attachment; filename="invitation.ics"',
            "Content-Type": f"text/calendar; charset=utf-8; method={entry.method.upper()}",
        },
    )
