"""Items that go from one conference to another, and the words released with them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.shapes import REFUSALS, receipt, said
from service.application import continuations, item_moves, item_releases
from service.domain.conference import AgendaItem, Conference
from service.domain.item_moves import CarryOver, ContinueConference, PromoteItem
from service.domain.item_release import ItemRelease, ReleaseWords
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

Moved = receipt(AgendaItem, from_item_id=UUID)
Receipt = receipt(Conference, status_ja=str)


@router.post("/conferences/{conference_id}/continue", status_code=201, response_model=Receipt)
@acts(Permission.CONFERENCE_CONTINUE)
async def continue_conference(
    conference_id: UUID,
    command: Annotated[ContinueConference, said(examples.CONTINUATION)],
    context: Asked,
) -> Response:
    """Go on at another date with every item that has no result; everybody is invited anew."""
    done = await continuations.continue_later(context, conference_id, command)
    return show(done, status=201)


@router.post(
    "/conferences/{conference_id}/items/{item_id}/carry-over",
    status_code=201,
    response_model=Moved,
)
@acts(Permission.CONFERENCE_CARRY_OVER)
async def carry_item_over(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[CarryOver, said(examples.CARRY_OVER)],
    context: Asked,
) -> Response:
    """Put an unfinished item on a later agenda; what it rests on is looked at anew."""
    done = await item_moves.carry_over(context, conference_id, item_id, command)
    location = f"/v1/conferences/{command.to_conference_id}/items"
    return show(done, status=201, location=location)


@router.post(
    "/conferences/{conference_id}/items/{item_id}/promote", status_code=201, response_model=Moved
)
@acts(Permission.CONFERENCE_PROMOTE)
async def promote_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[PromoteItem, said(examples.PROMOTION)],
    context: Asked,
) -> Response:
    """Take a person from a statutory conference to one they agree to, in new words (promotion)."""
    done = await item_moves.promote(context, conference_id, item_id, command)
    location = f"/v1/conferences/{command.to_conference_id or conference_id}/items"
    return show(done, status=201, location=location)


@router.post(
    "/conferences/{conference_id}/items/{item_id}/releases",
    status_code=201,
    response_model=receipt(ItemRelease),
)
@acts(Permission.CONFERENCE_RELEASE)
async def release_words(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[ReleaseWords, said(examples.RELEASE)],
    context: Asked,
) -> Response:
    """Release words of the agency's own to the item that the person agreed to."""
    done = await item_releases.release(context, conference_id, item_id, command)
    location = f"/v1/conferences/{conference_id}/items/{item_id}/releases"
    return show(done, status=201, location=location)


@router.post(
    "/conferences/{conference_id}/items/{item_id}/releases/{release_id}/withdraw",
    response_model=receipt(ItemRelease),
)
@acts(Permission.CONFERENCE_WITHDRAW_RELEASE)
async def withdraw_release(
    conference_id: UUID, item_id: UUID, release_id: UUID, context: Asked
) -> Response:
    """Take released words back, until the sitting is held."""
    return show(await item_releases.withdraw(context, conference_id, item_id, release_id))
