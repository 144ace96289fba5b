"""The transparency log for everybody: checkpoint, keys, tiles of hashes, and proofs.

Nobody logs in for these: they are hashes and a number, and tell of nobody (C2SP tlog-tiles).
"""

import re
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse, Response

from service.api.context import Service
from service.api.errors import invalid_request, problem
from service.application.log_keeping import proof, tile
from service.application.log_ports import LogStore, Signed
from service.domain.errors import Concealed, IllegalMove, Refusal
from service.domain.log_tiles import WIDTH
from service.domain.merkle import Path, consistency_path, inclusion_path
from service.domain.wire import encoded


class OpenRoute(APIRoute):
    """A route for everybody, whose refusals are problems like all others."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Answer, or say why not and what to do."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await answer(request)
            except RequestValidationError as error:
                return invalid_request(error)
            except Refusal as refusal:
                return problem(refusal)

        return handle


router = APIRouter(prefix="/log", include_in_schema=False, route_class=OpenRoute)
#: Level, number and width of a tile in its address: ``1/x001/x234/067.p/8``.
_TILE = re.compile(r"([0-9]{1,2})/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?")
Answer = TypeVar("Answer")
Number = Annotated[int, Query(ge=0, lt=2**53)]


@router.get("/checkpoint")
async def read_checkpoint(request: Request) -> Response:
    """The newest signed checkpoint, with the cosignatures of its witnesses (C2SP tlog-checkpoint)."""

    async def newest(_: LogStore, signed: Signed) -> Response:
        return PlainTextResponse(signed.note)

    return await _of_the_signed_log(request, newest)


@router.get("/keys")
async def list_keys(request: Request) -> Response:
    """The public keys of the log (vkeys). Compare them with what its keeper gave you elsewhere."""
    service: Service = request.app.state.service
    return PlainTextResponse("".join(f"{key}\n" for key in service.log_keys))


@router.get("/tile/{address:path}")
async def read_tile(request: Request, address: str) -> Response:
    """A tile of hashes (C2SP tlog-tiles)."""
    found = _TILE.fullmatch(address)
    if found is None:
        raise Concealed("record.not_found")
    level = int(found[1])
    number = int(found[2].replace("x", "").replace("/", ""))
    width = int(found[3]) if found[3] else WIDTH

    async def cut(log: LogStore, signed: Signed) -> Response:
        hashes = await tile(log, level, number, width, signed.size)
        if hashes is None:
            raise Concealed("record.not_found")
        return Response(hashes, media_type="application/octet-stream")

    return await _of_the_signed_log(request, cut)


@router.get("/inclusion")
async def prove_inclusion(request: Request, index: Number, size: Number) -> dict[str, Any]:
    """The proof that the tree of this size holds the leaf at this index (RFC 9162 §2.1.3)."""
    return await _proven(request, size, lambda: inclusion_path(index, size))


@router.get("/consistency")
async def prove_consistency(
    request: Request,
    old: Annotated[int, Query(alias="from", ge=0, lt=2**53)],
    new: Annotated[int, Query(alias="to", ge=0, lt=2**53)],
) -> dict[str, Any]:
    """The proof that the larger tree begins with the whole of the smaller one (RFC 9162 §2.1.4)."""
    return await _proven(request, new, lambda: consistency_path(old, new))


async def _proven(request: Request, size: int, path: Callable[[], Path]) -> dict[str, Any]:
    async def steps(log: LogStore, signed: Signed) -> dict[str, Any]:
        along = path()
        if size > signed.size:
            raise IllegalMove("log.size_beyond_signed", facts={"size": signed.size})
        return {"proof": [encoded(step) for step in await proof(log, along)]}

    return await _of_the_signed_log(request, steps)


async def _of_the_signed_log(
    request: Request, answer: Callable[[LogStore, Signed], Awaitable[Answer]]
) -> Answer:
    """What is asked of the log as far as it is signed; before the first checkpoint there is none."""
    service: Service = request.app.state.service
    async with service.open_log() as log:
        signed = await log.checkpoint()
        if signed is None:
            raise Concealed("record.not_found")
        return await answer(log, signed)
