"""The quick way to a route leads to where asking one route after the other would."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from fastapi import APIRouter, FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from service.api import transparency, well_known
from service.api.application import ROUTERS, create_application
from service.api.signpost import Signpost
from service.app import new_id, utc_now
from service.domain.errors import Unavailable

EVERY = (*ROUTERS, well_known.router, transparency.router)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
PATHS = sorted({route.path for router in EVERY for route in router.routes})
#: What may stand in place of a parameter, among them what begins or ends like a route's own words.
VALUES = (
    "0192f3a4-0000-7000-8000-000000000000",
    "2026-04",
    "search",
    "a.csv",
    "あ %",
    "x\n",
    "{id}",
)


class Answer(NamedTuple):
    """Where a request was led, and what came of it."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    route: object
    parameters: object


def _serving(app: FastAPI) -> FastAPI:
    """An application that lets nobody in, so that only the way to the route counts."""

    async def nobody(*_: object) -> Any:
        raise Unavailable("keys.unavailable")

    def nothing() -> Any:
        raise Unavailable("database.unavailable")

    async def ready() -> bool:
        return False

    app.state.service = SimpleNamespace(
        verify=nobody,
        open_work=nothing,
        open_log=nothing,
        issuer_names=nobody,
        ready=ready,
        clock=utc_now,
        new_id=new_id,
    )
    return app


def _plain() -> FastAPI:
    """The same routes as the framework itself arranges them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    for router in EVERY:
        app.include_router(router)
    for code, handler in create_application().exception_handlers.items():
        app.add_exception_handler(code, handler)
    return app


PLAIN, QUICK = _serving(_plain()), _serving(create_application())


async def answer(app: FastAPI, method: str, path: str, root: str = "") -> Answer:
    started: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        started.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": root,
        "query_string": b"",
        "headers": [],
        "state": {"request_id": "of-the-test"},
        "scheme": "http",
    }
    try:
        await app(scope, receive, send)
    except Exception as error:  # noqa: BLE001 - what an endpoint makes of the empty service
        return Answer(500, (), scope.get("route"), (type(error), scope.get("path_params")))
    told = tuple(sorted(started[0]["headers"]))
    return Answer(started[0]["status"], told, scope.get("route"), scope.get("path_params"))


async def same(method: str, path: str, root: str = "") -> Answer:
    """The answer both give."""
    quick, plain = await answer(QUICK, method, path, root), await answer(PLAIN, method, path, root)
    assert quick == plain, (method, path)
    assert quick.route is plain.route
    return quick


def _filled(path: str) -> Iterator[str]:
    for value in VALUES:
        yield re.sub(r"\{[^}]+\}", value, path)
        if "{" not in path:
            return


@pytest.mark.parametrize("path", PATHS)
async def test_every_route_with_every_method(path: str) -> None:
    for filled in _filled(path):
        found = {(await same(method, filled)).status for method in METHODS}
        assert 404 not in found or "\n" in filled or path.startswith("/log")
        assert 405 in found or "\n" in filled


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_almost_a_route(path: str) -> None:
    [filled, *_] = _filled(path)
    longer = (filled + "/", filled + "\n", filled + "/x", "/x" + filled, filled + filled)
    shorter = (filled[:-1], filled.rpartition("/")[0], filled[1:], "/" + filled, filled.upper())
    for other in (*longer, *shorter):
        for method in ("GET", "POST", "PUT"):
            await same(method, other)


_WORDS = sorted({word for path in PATHS for word in path.split("/")} | {"", "x", "x\n", "..", "v2"})


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(METHODS),
    st.lists(st.sampled_from(_WORDS), max_size=8),
    st.sampled_from(["", "", "/v1", "/x"]),
)
async def test_any_words_in_any_order(method: str, words: list[str], root: str) -> None:
    await same(method, "/" + "/".join(words), root)


async def _nothing(_request: Any) -> PlainTextResponse:
    return PlainTextResponse("")


def _order(*paths: str) -> list[Route]:
    return [Route(path, _nothing, name=str(n)) for n, path in enumerate(paths)]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("/v1/a/board", "0"),
        ("/v1/a/7", "1"),
        ("/v1/a/board/x", "3"),
        ("/v1/b/x", "4"),
        ("/v1/b/board", "4"),
        ("/any", "5"),
        ("/v1/a", "6"),
        ("/v1/a/7/files/x/y/z", "2"),
    ],
)
def test_the_first_that_fits_whatever_it_is_made_of(path: str, first: str) -> None:
    routes = _order(
        "/v1/a/board",
        "/v1/a/{id}",
        "/v1/a/{id}/files/{rest:path}",
        "/v1/a/{id}/{what}",
        "/v1/{topic}/{id}",
        "/{one}",
        "/{all:path}",
        "/v1/b/board",
    )
    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    _, found = Signpost(routes).matches(scope)
    assert found["route"].name == first


def test_it_has_every_route_and_finds_its_address() -> None:
    signpost = next(r for r in QUICK.routes if isinstance(r, Signpost))
    routers: tuple[APIRouter, ...] = EVERY
    assert list(signpost.routes) == [route for router in routers for route in router.routes]
    assert QUICK.url_path_for("healthz") == "/healthz"
    assert QUICK.url_path_for("read_person", person_id="7") == "/v1/persons/7"
