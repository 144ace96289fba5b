"""The FastAPI application: routes, the problem for everything that is no route, the contract."""

from functools import cache
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from service.api import (
    access,
    agendas,
    anonymous,
    audits,
    calendars,
    cases,
    checklists,
    conference_bodies,
    conference_moves,
    conference_papers,
    conferences,
    consents,
    dates,
    directories,
    entrance,
    form_files,
    forms,
    imports,
    information_requests,
    item_papers,
    minutes,
    networks,
    people,
    plan_courses,
    plans,
    progress,
    provisions,
    referrals,
    statistics,
    tasks,
    transparency,
    well_known,
)
from service.api.errors import simple_problem
from service.api.shapes import REFUSALS
from service.api.signpost import Signpost

DESCRIPTION = """
Referrals (つなぎ), support conferences (支援会議・支援調整会議) and shared support plans (支援プラン) between
welfare agencies. Every access is decided by a rule, rests on the person's consent or another legal basis,
and is on record before the answer leaves.

Send `Authorization: Bearer …`, `Purpose-Of-Use: consultation` with everything about a person, a new
`Idempotency-Key` with every POST, and `If-Match` with every PUT. POSTs answer with a receipt that holds
nothing personal; read the record to see what you may see.
"""
_STATIC = Path(fastapi_offline.__file__).parent / "static"
_DOCS_POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
ROUTERS = (
    people.router,
    consents.router,
    provisions.router,
    access.router,
    anonymous.router,
    entrance.router,
    imports.router,
    referrals.router,
    cases.router,
    # Before the conferences: a board is not the id of one.
    progress.router,
    conferences.router,
    agendas.router,
    conference_bodies.router,
    information_requests.router,
    dates.router,
    calendars.router,
    calendars.feeds,
    minutes.router,
    conference_moves.router,
    conference_papers.router,
    item_papers.uploads,
    item_papers.router,
    plan_courses.router,
    plans.router,
    form_files.router,
    forms.router,
    checklists.router,
    statistics.router,
    tasks.router,
    directories.router,
    audits.router,
    networks.router,
)


@cache
def _signpost() -> Signpost:
    """All routes, put up once a process: an application has no part in them but to hold them."""
    routers = (*ROUTERS, well_known.router, transparency.router)
    return Signpost(route for router in routers for route in _routes_of(router))


def _routes_of(router: APIRouter) -> list[Route]:
    return [route for route in router.routes if isinstance(route, Route)]


def create_application(
    *, docs: bool = False, lifespan: Any = None, login: dict[str, Any] | None = None
) -> FastAPI:
    """All routes. The lifespan puts the wired ``Service`` into ``app.state.service``.

    ``login`` lets /docs log in (demo only).
    """
    app = FastAPI(
        title="Tsunagi API",
        version="0.1.0",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json" if docs else None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    app.router.routes.append(_signpost())
    app.add_exception_handler(HTTPException, _no_route)
    app.openapi = lambda: contract(app, login)  # type: ignore[method-assign]  # FastAPI's way to extend it
    if docs:
        _add_docs(app, login)
    return app


async def _no_route(_request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: no such address, no such method."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it alone
    if error.status_code == 405:
        return simple_problem("method.not_allowed", 405, error.headers)
    if error.status_code == 404:
        return simple_problem("route.unknown", 404)
    return simple_problem("request.invalid", error.status_code, error.headers)


def contract(app: FastAPI, login: dict[str, Any] | None = None) -> dict[str, Any]:
    """OpenAPI 3.1, with the headers and the security that every route shares."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=_signpost().routes,
            openapi_version="3.1.0",
        )
        schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["bearer"] = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "at+jwt (RFC 9068)",
        }
        for name, flow in (login or {"flows": {}})["flows"].items():
            schemes[name] = {"type": "oauth2", "flows": {"authorizationCode": flow}}
        schema["security"] = [{name: []} for name in schemes]
        for path in schema["paths"].values():
            for method, operation in path.items():
                if operation.get("security") != []:
                    _add_headers(schema["components"], method, operation)
                _share_refusals(schema["components"], operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _share_refusals(components: dict[str, Any], operation: dict[str, Any]) -> None:
    """Say each refusal once for the whole contract, not once for each operation."""
    shared = components.setdefault("responses", {})
    for status in REFUSALS:
        name = f"Refused{status}"
        stated = operation["responses"][str(status)]
        schema = stated["content"].pop("application/json", None)
        if name not in shared:
            stated["content"] = {"application/problem+json": schema}
            shared[name] = stated
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/{name}"}


#: Headers by name: what they say.
_HEADERS = {
    "Purpose-Of-Use": "What the data is used for; needed with everything about a person.",
    "Acting-Agency": "Code of the agency you act for, if you hold positions at several.",
    "Idempotency-Key": "A new one for every POST that acts, the same one for its retry.",
    "If-Match": "The ETag you read: required with PUT, honoured with every act.",
}


#: Operations that are a POST because of what is asked, and change nothing.
_ASKS = ("search_persons", "find_route", "explain_access", "replay_decision", "export_disclosure")


def _add_headers(components: dict[str, Any], method: str, operation: dict[str, Any]) -> None:
    shared = components.setdefault("parameters", {})
    asks = operation["operationId"].startswith(_ASKS)
    wanted = {"Purpose-Of-Use": False, "Acting-Agency": False}
    if method == "post" and not asks:
        wanted["Idempotency-Key"] = True
    if method != "get" and not asks:
        wanted["If-Match"] = method == "put"
    for name, required in wanted.items():
        key = f"{name}-required" if required and name == "If-Match" else name
        shared[key] = {
            "name": name,
            "in": "header",
            "required": required,
            "description": _HEADERS[name],
            "schema": {"type": "string"},
        }
        operation.setdefault("parameters", []).append({"$ref": f"#/components/parameters/{key}"})


def _add_docs(app: FastAPI, login: dict[str, Any] | None) -> None:
    app.mount("/docs/assets", StaticFiles(directory=_STATIC), name="docs-assets")
    policy = {"Content-Security-Policy": _DOCS_POLICY}

    @app.get("/docs", include_in_schema=False)
    async def docs_page() -> HTMLResponse:
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title="Tsunagi API",
            oauth2_redirect_url="/docs/oauth2-redirect",
            init_oauth=login["init"] if login else None,
            swagger_js_url="/docs/assets/swagger-ui-bundle.js",
            swagger_css_url="/docs/assets/swagger-ui.css",
            swagger_favicon_url="/docs/assets/favicon.png",
        )
        return HTMLResponse(page.body, headers=policy)

    @app.get("/docs/oauth2-redirect", include_in_schema=False)
    async def oauth2_redirect() -> HTMLResponse:
        return HTMLResponse(get_swagger_ui_oauth2_redirect_html().body, headers=policy)
