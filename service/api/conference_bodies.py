"""Conference bodies (会議体), the lists of their members, and the issues passed up to them."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import area_issues
from service.application import conference_constitutions as constitutions
from service.application import conference_memberships as memberships
from service.domain.area_issue import AreaIssue, PassAreaIssueUp, RaiseAreaIssue
from service.domain.conference_body import AmendBody, ConferenceBody, ConstituteBody, EndBody
from service.domain.conference_kinds import KindLine
from service.domain.conference_membership import AddMember, BodyMember, EndMembership
from service.domain.permission import Permission

router = APIRouter(
    prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conference bodies"]
)

_WORDS = {"kind_ja": str, "basis_ja": str, "level_ja": str, "rests_on_ja": str | None}
View = receipt(
    ConferenceBody,
    **_WORDS,
    convener=str | None,
    secretariat=list[str | None],
    parent=dict[str, Any] | None,
    sub_bodies=list[dict[str, Any]],
    members=list[dict[str, Any]],
)


@router.get("/conference-kinds", response_model=page_of(receipt(KindLine)))
@acts(Permission.DIRECTORY_READ)
async def list_conference_kinds(context: Asked) -> Response:
    """List the kinds of conferences: what they say about persons, who may convene them, on what."""
    return show_all(await constitutions.kinds(context))


@router.post("/conference-bodies", status_code=201, response_model=receipt(ConferenceBody))
@acts(Permission.CONFERENCE_KEEP_BODY)
async def constitute_body(
    command: Annotated[ConstituteBody, said(examples.BODY)], context: Asked
) -> Response:
    """Register a conference body with its by-laws and members (会議体の設置)."""
    done = await constitutions.constitute(context, command)
    return show(done, status=201, location="/v1/conference-bodies")


@router.get("/conference-bodies", response_model=page_of(receipt(ConferenceBody, **_WORDS)))
@acts(Permission.DIRECTORY_READ)
async def list_bodies(context: Asked) -> Response:
    """List the conference bodies of the caller's municipality."""
    return show_all(await constitutions.bodies(context))


@router.get("/conference-bodies/{body_id}", response_model=View)
@acts(Permission.DIRECTORY_READ)
async def read_body(body_id: UUID, context: Asked) -> Response:
    """Read a body: by-laws, what it is part of, its sub-bodies, its members with their dates."""
    return show(await constitutions.read(context, body_id))


@router.put("/conference-bodies/{body_id}", response_model=receipt(ConferenceBody))
@acts(Permission.CONFERENCE_KEEP_BODY)
async def amend_body(
    body_id: UUID, command: Annotated[AmendBody, said(examples.BODY_TERMS)], context: Asked
) -> Response:
    """Amend its by-laws (whole, with If-Match); kind and convener stay."""
    return show(await constitutions.amend(context, body_id, command))


@router.post("/conference-bodies/{body_id}/end", response_model=receipt(ConferenceBody))
@acts(Permission.CONFERENCE_KEEP_BODY)
async def end_body(
    body_id: UUID, command: Annotated[EndBody, said(examples.BODY_END)], context: Asked
) -> Response:
    """Say the last day on which it sits."""
    return show(await constitutions.end(context, body_id, command))


@router.post(
    "/conference-bodies/{body_id}/members", status_code=201, response_model=receipt(BodyMember)
)
@acts(Permission.CONFERENCE_KEEP_BODY)
async def add_member(
    body_id: UUID, command: Annotated[AddMember, said(examples.BODY_MEMBER)], context: Asked
) -> Response:
    """Put an agency on the list of members (構成機関名簿)."""
    done = await memberships.add_member(context, body_id, command)
    return show(done, status=201, location=f"/v1/conference-bodies/{body_id}/members")


@router.post(
    "/conference-bodies/{body_id}/members/{member_id}/end", response_model=receipt(BodyMember)
)
@acts(Permission.CONFERENCE_KEEP_BODY)
async def end_member(
    body_id: UUID,
    member_id: UUID,
    command: Annotated[EndMembership, said(examples.BODY_MEMBER_END)],
    context: Asked,
) -> Response:
    """Take an agency off the list, at once or from a day on."""
    return show(await memberships.end_member(context, body_id, member_id, command))


@router.get(
    "/conference-bodies/{body_id}/area-issues",
    response_model=page_of(receipt(AreaIssue, report=dict[str, Any])),
)
@acts(Permission.AREA_ISSUE_READ)
async def list_issues_of_body(body_id: UUID, context: Asked, page: Paged) -> Response:
    """List the area issues that were passed up to the body."""
    found = await area_issues.of_body(context, body_id, after=page.after, limit=page.limit)
    return page.show(found)


@router.post("/area-issues/{issue_id}/pass-up", status_code=201, response_model=receipt(AreaIssue))
@acts(Permission.AREA_ISSUE_PASS_UP)
async def pass_area_issue_up(
    issue_id: UUID,
    command: Annotated[PassAreaIssueUp, said(examples.AREA_ISSUE_PASSED)],
    context: Asked,
) -> Response:
    """Put an area issue before a body that reaches farther; nothing of the cases goes along."""
    done = await area_issues.pass_up(context, issue_id, command)
    return show(done, status=201, location="/v1/area-issues")


@router.post(
    "/conferences/{conference_id}/items/{item_id}/area-issue",
    status_code=201,
    response_model=receipt(AreaIssue),
)
@acts(Permission.CONFERENCE_MINUTE)
async def raise_issue_from_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[RaiseAreaIssue, said(examples.AREA_ISSUE)],
    context: Asked,
) -> Response:
    """Raise an area issue from an item on a missing resource; it does not point back to it."""
    done = await area_issues.raise_from_item(context, conference_id, item_id, command)
    return show(done, status=201, location="/v1/area-issues")
