"""Health, and where to get tokens for this service."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic_core import to_json
from starlette.responses import Response

from service.api.context import Service
from service.domain.scope import EVERY_SCOPE

router = APIRouter(include_in_schema=False)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process is alive."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    """Whether requests can be served: the database answers. And how the audit log fares."""
    service: Service = request.app.state.service
    ready = await service.ready()
    body = {
        "status": "ready" if ready else "database does not answer",
        "audit_log": service.log_state().value,
        "audit_log_waits_seconds": service.log_waits(),
    }
    return Response(to_json(body), 200 if ready else 503, media_type="application/json")


@router.get("/.well-known/oauth-protected-resource")
async def protected_resource(request: Request) -> dict[str, Any]:
    """Where to get tokens for this service (RFC 9728)."""
    service: Service = request.app.state.service
    return {
        "resource": service.audience,
        "authorization_servers": await service.issuer_names(),
        "bearer_methods_supported": ["header"],
        "scopes_supported": sorted(EVERY_SCOPE),
        "resource_documentation": "/docs",
    }
