"""Shared support plans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.context import Asked, AuditedRoute, acts, show, show_all
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import plans
from service.domain.permission import Permission
from service.domain.plan import (
    MOST_VERSIONS,
    AgreePlan,
    DecidePlan,
    DraftPlan,
    DraftVersion,
    Plan,
    PlanShown,
    PlanVersion,
)

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Plans"])

Receipt = receipt(Plan, number=int, status=str, status_ja=str)


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


@router.post("/plans/{plan_id}/agree", response_model=Receipt)
@acts(Permission.PLAN_AGREE)
async def agree_plan(
    plan_id: UUID, command: Annotated[AgreePlan, said(examples.AGREEMENT)], context: Asked
) -> Response:
    """Record the person's agreement to exactly this version."""
    return show(await plans.agree(context, plan_id, command))


@router.post("/plans/{plan_id}/decide", response_model=Receipt)
@acts(Permission.PLAN_DECIDE)
async def decide_plan(
    plan_id: UUID, command: Annotated[DecidePlan, said(examples.DECISION)], context: Asked
) -> Response:
    """Decide on, or confirm, the approved version (municipality only)."""
    return show(await plans.decide(context, plan_id, command))
