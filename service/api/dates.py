"""Finding a date for a conference, and regular meetings."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import conference_series as series
from service.application import date_polls
from service.domain.conference_series import (
    ConferenceSeries,
    MoveSitting,
    PlanSeries,
    SkipSitting,
)
from service.domain.date_poll import AnswerDatePoll, DatePoll, OpenDatePoll, SettleDatePoll
from service.domain.permission import Permission

router = APIRouter(
    prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Finding a date"]
)

PollReceipt = receipt(DatePoll, kind_ja=str, status_ja=str, closed_slots=list[int])
PollItem = shown(DatePoll, kind_ja=str, status_ja=str)
PollView = shown(
    DatePoll,
    kind_ja=str,
    status_ja=str,
    choices=list[dict[str, Any]],
    mine=dict[str, Any] | None,
    required=bool,
    ranking=list[dict[str, Any]],
    suggestion=dict[str, Any],
    silent=list[UUID],
)

SeriesReceipt = receipt(ConferenceSeries, kind_ja=str, calendar=list[dict[str, Any]])
SeriesView = shown(ConferenceSeries, kind_ja=str, calendar=list[dict[str, Any]])


@router.post("/date-polls", status_code=201, response_model=PollReceipt)
@acts(Permission.DATE_POLL_OPEN)
async def open_date_poll(
    command: Annotated[OpenDatePoll, said(examples.DATE_POLL)], context: Asked
) -> Response:
    """Ask agencies which slots they can come to (日程調整). closed_slots fall on closed days."""
    return show(await date_polls.open_poll(context, command), status=201, location="/v1/date-polls")


@router.get("/date-polls", response_model=page_of(PollItem))
@acts(Permission.DATE_POLL_READ)
async def list_date_polls(context: Asked, page: Paged) -> Response:
    """List polls that the caller's agency opened or is asked in."""
    return page.show(await date_polls.listing(context, after=page.after, limit=page.limit))


@router.get("/date-polls/{poll_id}", response_model=PollView)
@acts(Permission.DATE_POLL_READ)
async def read_date_poll(poll_id: UUID, context: Asked) -> Response:
    """Read the counts per slot and one's own answers; the organiser reads all, with a suggestion."""
    return show(await date_polls.read(context, poll_id))


@router.post("/date-polls/{poll_id}/answer", response_model=PollReceipt)
@acts(Permission.DATE_POLL_ANSWER)
async def answer_date_poll(
    poll_id: UUID,
    command: Annotated[AnswerDatePoll, said(examples.DATE_POLL_ANSWER)],
    context: Asked,
) -> Response:
    """Answer for the agency: some slots or all. It may be changed until the poll is closed."""
    return show(await date_polls.answer(context, poll_id, command))


@router.post("/date-polls/{poll_id}/settle", response_model=PollReceipt)
@acts(Permission.DATE_POLL_SETTLE)
async def settle_date_poll(
    poll_id: UUID,
    command: Annotated[SettleDatePoll, said(examples.DATE_POLL_SETTLE)],
    context: Asked,
) -> Response:
    """Take a slot: the conference is planned and everybody who was asked is invited."""
    return show(await date_polls.settle_on(context, poll_id, command))


@router.post("/date-polls/{poll_id}/cancel", response_model=PollReceipt)
@acts(Permission.DATE_POLL_CANCEL)
async def cancel_date_poll(poll_id: UUID, context: Asked) -> Response:
    """Look for no date any longer; everybody who was asked is told."""
    return show(await date_polls.cancel(context, poll_id))


@router.post("/conference-series", status_code=201, response_model=SeriesReceipt)
@acts(Permission.CONFERENCE_SERIES_PLAN)
async def plan_series(
    command: Annotated[PlanSeries, said(examples.SERIES)],
    context: Asked,
    *,
    dry_run: Annotated[
        bool, Query(description="Only show the days (200); nothing is planned.")
    ] = False,
) -> Response:
    """Plan a regular meeting (定例会): the sittings of the coming year become conferences."""
    done = await series.plan(context, command, dry_run=dry_run)
    return show(done) if dry_run else show(done, status=201, location="/v1/conference-series")


@router.get("/conference-series", response_model=page_of(SeriesView))
@acts(Permission.CONFERENCE_SERIES_READ)
async def list_series(context: Asked, page: Paged) -> Response:
    """List the regular meetings that the caller's agency organises or sits in."""
    return page.show(await series.listing(context, after=page.after, limit=page.limit))


@router.get("/conference-series/{series_id}", response_model=SeriesView)
@acts(Permission.CONFERENCE_SERIES_READ)
async def read_series(series_id: UUID, context: Asked) -> Response:
    """Read the rule, the sittings, and who takes the chair when."""
    return show(await series.read(context, series_id))


@router.post("/conference-series/{series_id}/extend", response_model=SeriesReceipt)
@acts(Permission.CONFERENCE_SERIES_PLAN)
async def extend_series(series_id: UUID, context: Asked) -> Response:
    """Plan the sittings that have come within a year."""
    return show(await series.extend(context, series_id))


@router.post("/conference-series/{series_id}/skip", response_model=SeriesReceipt)
@acts(Permission.CONFERENCE_SERIES_SKIP)
async def skip_sitting(
    series_id: UUID,
    command: Annotated[SkipSitting, said(examples.SERIES_SKIP)],
    context: Asked,
) -> Response:
    """Skip one sitting; everybody invited is told."""
    return show(await series.skip(context, series_id, command))


@router.post("/conference-series/{series_id}/move", response_model=SeriesReceipt)
@acts(Permission.CONFERENCE_SERIES_MOVE)
async def move_sitting(
    series_id: UUID,
    command: Annotated[MoveSitting, said(examples.SERIES_MOVE)],
    context: Asked,
) -> Response:
    """Move one sitting; it keeps its place in the rotation."""
    return show(await series.move(context, series_id, command))


@router.post("/conference-series/{series_id}/end", response_model=SeriesReceipt)
@acts(Permission.CONFERENCE_SERIES_END)
async def end_series(series_id: UUID, context: Asked) -> Response:
    """End the series: the sittings to come are cancelled."""
    return show(await series.end(context, series_id))
