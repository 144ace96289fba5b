"""Shared support plans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import plan_agreements, plans
from service.domain.permission import Permission
from service.domain.plan import (
    MOST_VERSIONS,
    DraftPlan,
    DraftVersion,
    Plan,
    PlanShown,
    PlanVersion,
)
from service.domain.plan_changes import VersionChange
from service.domain.plan_commands import AgreePlan, DecidePlan, RefuseDecision, SignOffPlan
from service.domain.plan_line import PlanLine
from service.domain.service_list import ListedService

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Plans"])

Receipt = receipt(Plan, number=int, status=str, status_ja=str, course_ja=str)
Number = Annotated[int, Path(ge=1, le=MOST_VERSIONS)]


class Changes(BaseModel):
    """What differs between two versions."""

    number: int
    since: int
    items: list[shown(VersionChange, change_ja=str)]  # type: ignore[valid-type]  # built at run time


@router.get("/service-list", response_model=page_of(shown(ListedService, kind_ja=str)))
@acts(Permission.DIRECTORY_READ)
async def list_services(context: Asked) -> Response:
    """List the services that a plan's line can name today, each with who settles it."""
    return show_all(await plans.service_list(context))


@router.post("/plans", status_code=201, response_model=Receipt)
@acts(Permission.PLAN_DRAFT)
async def draft_plan(
    command: Annotated[DraftPlan, said(examples.PLAN)], context: Asked
) -> Response:
    """Draft a plan: who does what from when, towards which exit."""
    return show(await plans.draft(context, command), status=201, location="/v1/plans")


@router.get("/plans/{plan_id}", response_model=shown(PlanShown))
@acts(Permission.PLAN_READ)
async def read_plan(
    plan_id: UUID,
    context: Asked,
    number: Annotated[int | None, Query(ge=1, le=MOST_VERSIONS)] = None,
) -> Response:
    """Read the latest version of a plan, or a certain one."""
    return show(await plans.read(context, plan_id, number))


@router.put("/plans/{plan_id}", response_model=Receipt)
@acts(Permission.PLAN_DRAFT)
async def amend_plan(
    plan_id: UUID, command: Annotated[DraftVersion, said(examples.PLAN_VERSION)], context: Asked
) -> Response:
    """Change the draft (whole, with If-Match); after agreement this makes the next version."""
    return show(await plans.amend(context, plan_id, command))


@router.get("/plans/{plan_id}/versions", response_model=page_of(shown(PlanVersion)))
@acts(Permission.PLAN_READ)
async def plan_versions(plan_id: UUID, context: Asked) -> Response:
    """Read all versions of a plan."""
    return show_all(await plans.versions(context, plan_id))


@router.get("/plans/{plan_id}/versions/{number}/changes", response_model=Changes)
@acts(Permission.PLAN_READ)
async def plan_changes(
    plan_id: UUID,
    number: Number,
    since: Annotated[int, Query(alias="from", ge=1, le=MOST_VERSIONS, examples=[1])],
    context: Asked,
) -> Response:
    """Read in words what differs between two versions, by line and field (新旧)."""
    return show(await plans.changes(context, plan_id, number, since))


@router.put("/plans/{plan_id}/versions/{number}/lines/{line_id}", response_model=Receipt)
@acts(Permission.PLAN_DRAFT)
async def edit_plan_line(
    plan_id: UUID,
    number: Number,
    line_id: UUID,
    command: Annotated[PlanLine, said(examples.PLAN_LINE)],
    context: Asked,
) -> Response:
    """Change a line of the draft (its own agency, or the holder); sign-offs are taken back."""
    return show(await plans.edit_line(context, plan_id, number, line_id, command))


@router.post("/plans/{plan_id}/sign-off", response_model=Receipt)
@acts(Permission.PLAN_SIGN_OFF)
async def sign_off_plan(
    plan_id: UUID, command: Annotated[SignOffPlan, said(examples.SIGN_OFF)], context: Asked
) -> Response:
    """Stand by exactly this version, as an agency that answers for a line."""
    return show(await plan_agreements.sign_off(context, plan_id, command))


@router.post("/plans/{plan_id}/agree", response_model=Receipt)
@acts(Permission.PLAN_AGREE)
async def agree_plan(
    plan_id: UUID, command: Annotated[AgreePlan, said(examples.AGREEMENT)], context: Asked
) -> Response:
    """Record the person's agreement to exactly this version."""
    return show(await plan_agreements.agree(context, plan_id, command))


@router.post("/plans/{plan_id}/decide", response_model=Receipt)
@acts(Permission.PLAN_DECIDE)
async def decide_plan(
    plan_id: UUID, command: Annotated[DecidePlan, said(examples.DECISION)], context: Asked
) -> Response:
    """Decide on, or confirm, the approved version (municipality only)."""
    return show(await plan_agreements.decide(context, plan_id, command))


@router.post("/plans/{plan_id}/refuse", response_model=Receipt)
@acts(Permission.PLAN_DECIDE)
async def refuse_plan(
    plan_id: UUID, command: Annotated[RefuseDecision, said(examples.NO_DECISION)], context: Asked
) -> Response:
    """Do not decide on the approved version: back to drafting, with the reason (municipality only)."""
    return show(await plan_agreements.refuse(context, plan_id, command))
