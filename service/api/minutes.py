"""The minutes of a conference: drafted, agreed to, confirmed, corrected, read."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.shapes import REFUSALS, receipt, said
from service.application import minutes
from service.domain.conference import Conference
from service.domain.minutes import AgreeMinutes, CorrectMinutes, DraftMinutes, WriteMinutes
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

Receipt = receipt(Conference, status_ja=str)


@router.post("/conferences/{conference_id}/minutes", response_model=Receipt)
@acts(Permission.CONFERENCE_MINUTE)
async def write_minutes(
    conference_id: UUID, command: Annotated[WriteMinutes, said(examples.MINUTES)], context: Asked
) -> Response:
    """Write the draft of the minutes."""
    return show(await minutes.write_minutes(context, conference_id, command))


@router.post("/conferences/{conference_id}/minutes/draft", response_model=Receipt)
@acts(Permission.CONFERENCE_MINUTE)
async def draft_minutes(
    conference_id: UUID,
    command: Annotated[DraftMinutes, said(examples.MINUTES_DRAFT)],
    context: Asked,
) -> Response:
    """Draft the minutes from the record: attendance, results, decisions, tasks, the next date."""
    return show(await minutes.draft_minutes(context, conference_id, command))


@router.get("/conferences/{conference_id}/minutes", response_model=dict[str, Any])
@acts(Permission.CONFERENCE_READ)
async def read_minutes(conference_id: UUID, context: Asked) -> Response:
    """Read the minutes and their versions, if the caller may know everybody they are about."""
    return show(await minutes.read_minutes(context, conference_id))


@router.post("/conferences/{conference_id}/minutes/agree", response_model=Receipt)
@acts(Permission.CONFERENCE_AGREE)
async def agree_to_minutes(
    conference_id: UUID,
    command: Annotated[AgreeMinutes, said(examples.MINUTES_AGREEMENT)],
    context: Asked,
) -> Response:
    """Agree to the minutes as they stand, or object, as an agency that attended."""
    return show(await minutes.agree(context, conference_id, command))


@router.post("/conferences/{conference_id}/minutes/confirm", response_model=Receipt)
@acts(Permission.CONFERENCE_MINUTE)
async def confirm_minutes(conference_id: UUID, context: Asked) -> Response:
    """Confirm the minutes; from then on they are only corrected, in new versions."""
    return show(await minutes.confirm(context, conference_id))


@router.post("/conferences/{conference_id}/minutes/correct", response_model=Receipt)
@acts(Permission.CONFERENCE_MINUTE)
async def correct_minutes(
    conference_id: UUID,
    command: Annotated[CorrectMinutes, said(examples.MINUTES_CORRECTION)],
    context: Asked,
) -> Response:
    """Correct confirmed minutes: a new version; the old ones stay, everybody invited is told."""
    return show(await minutes.correct(context, conference_id, command))
