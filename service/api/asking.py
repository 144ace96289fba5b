"""What a route declares of itself, and how its function is asked."""

import inspect
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast

from fastapi import Request
from starlette.responses import Response

from service.application.context import Context
from service.domain.permission import Permission

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])


def acts(
    permission: Permission, *, keyed: bool = True, seats: int = 0
) -> Callable[[Endpoint], Endpoint]:
    """Declare what a route does.

    ``keyed=False``: a POST that only asks, and needs no Idempotency-Key. ``seats``: requests
    that come at the same time share a transaction (``service/adapters/postgres/shared``), in which
    this one is as much work as so many plain look-ups; 0: each has one of its own.
    """

    def declare(endpoint: Endpoint) -> Endpoint:
        asked: Any = _of_request(endpoint)
        asked.permission = permission
        asked.keyed = keyed
        asked.seats = seats
        return cast("Endpoint", asked)

    return declare


#: What a route's function is asked with: the context of the request under way.
Asked = Context


def _of_request(endpoint: Callable[..., Awaitable[Response]]) -> Callable[..., Any]:
    """The function as FastAPI calls it: with the request, whose context it is then given.

    As a dependency the context would be looked for anew with each request, as if it had parameters
    of its own to be read: a twentieth of the time of a plain look-up.
    """
    signature = inspect.signature(endpoint)
    kinds = {name: p.annotation for name, p in signature.parameters.items()}
    mine = next((name for name, kind in kinds.items() if kind is Asked), None)
    if mine is None:
        return endpoint
    # FastAPI hands the request to one parameter only: to the function's own, if it has one.
    theirs = next((name for name, kind in kinds.items() if kind is Request), mine)

    @wraps(endpoint)
    async def asked(**given: Any) -> Response:
        given[mine] = given[theirs].state.context
        return await endpoint(**given)

    asked.__signature__ = signature.replace(  # type: ignore[attr-defined]  # FastAPI reads it
        parameters=[
            p.replace(annotation=Request) if p.name == theirs else p
            for p in signature.parameters.values()
            if p.name == theirs or p.name != mine
        ]
    )
    return asked
