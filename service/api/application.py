"""The FastAPI application: routes, the problem for everything that is no route, the contract."""

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI, Request
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from service.api import conferences, directories, people, plans, referrals, well_known
from service.api.errors import simple_problem

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
    referrals.router,
    conferences.router,
    plans.router,
    directories.router,
)


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
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(well_known.router)
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
            routes=app.routes,
            openapi_version="3.1.0",
        )
        schemes = schema.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["bearer"] = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "at+jwt (RFC 9068)",
        }
        if login is not None:
            schemes["login"] = {"type": "oauth2", "flows": {"authorizationCode": login["flow"]}}
        schema["security"] = [{name: []} for name in schemes]
        for path in schema["paths"].values():
            for method, operation in path.items():
                _add_headers(method, operation)
        app.openapi_schema = schema
    return app.openapi_schema


def _add_headers(method: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    keyed = method == "post" and not operation["operationId"].startswith(
        ("search_persons", "find_route")
    )
    for name, wanted, text in (
        (
            "Purpose-Of-Use",
            False,
            "What the data is used for; needed with everything about a person.",
        ),
        (
            "Acting-Agency",
            False,
            "Code of the agency you act for, if you hold positions at several.",
        ),
        ("Idempotency-Key", keyed, "A new one for every POST, the same one for its retry."),
        ("If-Match", method == "put", "The ETag you read; also honoured with acts."),
    ):
        if name == "Idempotency-Key" and not keyed:
            continue
        if name == "If-Match" and method == "get":
            continue
        parameters.append(
            {
                "name": name,
                "in": "header",
                "required": wanted,
                "description": text,
                "schema": {"type": "string"},
            }
        )


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
