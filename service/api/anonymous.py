"""What is told without names: supervision, screenings, area issues, counted recommendations."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import anonymous
from service.domain.area_issue import AreaIssue, CloseAreaIssue, RaiseAreaIssue
from service.domain.permission import Permission
from service.domain.screening import AddScreened, OpenScreening, RecordOutcome, Screening
from service.domain.supervision import AskSupervision, Supervision, WriteSessionNote
from service.domain.tally import CountRecommendation, Recommendation

router = APIRouter(
    prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Without names"]
)
Counted = receipt(Screening, counts=dict[str, int])


@router.post("/supervisions", status_code=201, response_model=receipt(Supervision))
@acts(Permission.SUPERVISION_ASK)
async def ask_supervision(
    command: Annotated[AskSupervision, said(examples.SUPERVISION)], context: Asked
) -> Response:
    """Ask another agency's supervisor about a case, without saying whose it is."""
    done = await anonymous.ask_supervision(context, command)
    return show(done, status=201, location="/v1/supervisions")


@router.get("/supervisions", response_model=page_of(shown(Supervision)))
@acts(Permission.SUPERVISION_READ)
async def list_supervisions(context: Asked, page: Paged) -> Response:
    """List what the agency asked, or is asked."""
    return page.show(await anonymous.supervisions(context, after=page.after, limit=page.limit))


@router.get("/supervisions/{supervision_id}", response_model=shown(Supervision))
@acts(Permission.SUPERVISION_READ)
async def read_supervision(supervision_id: UUID, context: Asked) -> Response:
    """Read the pseudonymised summary, while it is open."""
    return show(await anonymous.read_supervision(context, supervision_id))


@router.post("/supervisions/{supervision_id}/note", response_model=receipt(Supervision))
@acts(Permission.SUPERVISION_NOTE)
async def note_supervision(
    supervision_id: UUID,
    command: Annotated[WriteSessionNote, said(examples.SESSION_NOTE)],
    context: Asked,
) -> Response:
    """Write down what came of the session; it stays with the agency that asked."""
    return show(await anonymous.note_supervision(context, supervision_id, command))


@router.post("/screenings", status_code=201, response_model=receipt(Screening))
@acts(Permission.SCREENING_OPEN)
async def open_screening(
    command: Annotated[OpenScreening, said(examples.SCREENING)], context: Asked
) -> Response:
    """Begin to look through a list of people, for a stated purpose."""
    done = await anonymous.open_screening(context, command)
    return show(done, status=201, location="/v1/screenings")


@router.get("/screenings/{screening_id}", response_model=shown(Screening, counts=dict[str, int]))
@acts(Permission.SCREENING_READ)
async def read_screening(screening_id: UUID, context: Asked) -> Response:
    """Read the list, or, for the owner of the business, the numbers."""
    return show(await anonymous.read_screening(context, screening_id))


@router.post("/screenings/{screening_id}/entries", response_model=Counted)
@acts(Permission.SCREENING_ADD)
async def add_screened(
    screening_id: UUID, command: Annotated[AddScreened, said(examples.SCREENED)], context: Asked
) -> Response:
    """Put persons on the list: all of them or none."""
    return show(await anonymous.add_screened(context, screening_id, command))


@router.post("/screenings/{screening_id}/outcomes", response_model=Counted)
@acts(Permission.SCREENING_RECORD)
async def record_screening_outcome(
    screening_id: UUID,
    command: Annotated[RecordOutcome, said(examples.SCREENING_OUTCOME)],
    context: Asked,
) -> Response:
    """Record what came of calling a person."""
    return show(await anonymous.record_outcome(context, screening_id, command))


@router.post("/area-issues", status_code=201, response_model=receipt(AreaIssue))
@acts(Permission.AREA_ISSUE_RAISE)
async def raise_area_issue(
    command: Annotated[RaiseAreaIssue, said(examples.AREA_ISSUE)], context: Asked
) -> Response:
    """Raise an area issue: a theme that cases have in common, and no names."""
    done = await anonymous.raise_area_issue(context, command)
    return show(done, status=201, location="/v1/area-issues")


@router.get("/area-issues", response_model=page_of(shown(AreaIssue)))
@acts(Permission.AREA_ISSUE_READ)
async def list_area_issues(context: Asked, page: Paged) -> Response:
    """List the municipality's area issues."""
    return page.show(await anonymous.area_issues(context, after=page.after, limit=page.limit))


@router.get(
    "/area-issues/{issue_id}/report", response_model=receipt(AreaIssue, report=dict[str, Any])
)
@acts(Permission.AREA_ISSUE_READ)
async def read_area_issue_report(issue_id: UUID, context: Asked) -> Response:
    """Read what may be published: small numbers are withheld."""
    return show(await anonymous.area_issue_report(context, issue_id))


@router.post("/area-issues/{issue_id}/close", response_model=receipt(AreaIssue))
@acts(Permission.AREA_ISSUE_CLOSE)
async def close_area_issue(
    issue_id: UUID,
    command: Annotated[CloseAreaIssue, said(examples.AREA_ISSUE_CLOSURE)],
    context: Asked,
) -> Response:
    """Close it with what was begun."""
    return show(await anonymous.close_area_issue(context, issue_id, command))


@router.post("/recommendations", status_code=201, response_model=receipt(Recommendation))
@acts(Permission.TALLY_COUNT)
async def count_recommendation(
    command: Annotated[CountRecommendation, said(examples.RECOMMENDATION)], context: Asked
) -> Response:
    """Count a recommendation (利用勧奨) without a name."""
    done = await anonymous.count_recommendation(context, command)
    return show(done, status=201, location="/v1/recommendations")


@router.get("/recommendations", response_model=dict[str, Any])
@acts(Permission.TALLY_READ)
async def list_recommendations(
    context: Asked,
    since: Annotated[date, Query()] = date(2000, 1, 1),
    until: Annotated[date, Query()] = date(2100, 1, 1),
) -> Response:
    """The agency's own numbers of recommendations, by theme and outcome."""
    return show_all(await anonymous.recommendations(context, since=since, until=until))
