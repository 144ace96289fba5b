"""What becomes of a plan: monitoring, evaluation, the next plan."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import plan_courses
from service.domain.permission import Permission
from service.domain.plan import Plan
from service.domain.plan_evaluation import EvaluatePlan, PlanEvaluation, ReplanPlan
from service.domain.plan_monitoring import PlanMonitoring, RecordMonitoring

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Plans"])

OverduePlan = shown(Plan, course_ja=str, days_over=int, period_over=bool)
MonitoringReceipt = receipt(PlanMonitoring, course=str, course_ja=str, version=int)
EvaluationReceipt = receipt(PlanEvaluation, course=str, course_ja=str, version=int)
NextReceipt = receipt(Plan, status=str, course_ja=str)


@router.get("/plans/overdue", response_model=page_of(OverduePlan))
@acts(Permission.PLAN_READ)
async def list_overdue_plans(context: Asked, page: Paged) -> Response:
    """List the caller's agency's plans that are to be monitored, looked at anew or evaluated."""
    return page.show(await plan_courses.overdue(context, after=page.after, limit=page.limit))


@router.post("/plans/{plan_id}/monitorings", status_code=201, response_model=MonitoringReceipt)
@acts(Permission.PLAN_MONITOR)
async def monitor_plan(
    plan_id: UUID, command: Annotated[RecordMonitoring, said(examples.MONITORING)], context: Asked
) -> Response:
    """Record how it goes; with condition_changed the plan is to be looked at anew (見直し)."""
    return show(await plan_courses.monitor(context, plan_id, command), status=201)


@router.get("/plans/{plan_id}/monitorings", response_model=page_of(shown(PlanMonitoring)))
@acts(Permission.PLAN_READ)
async def plan_monitorings(plan_id: UUID, context: Asked) -> Response:
    """Read what was found so far, oldest first."""
    return show_all(await plan_courses.monitorings(context, plan_id))


@router.post("/plans/{plan_id}/evaluations", status_code=201, response_model=EvaluationReceipt)
@acts(Permission.PLAN_EVALUATE)
async def evaluate_plan(
    plan_id: UUID, command: Annotated[EvaluatePlan, said(examples.EVALUATION)], context: Asked
) -> Response:
    """Record the evaluation sheet (評価シート): how each line went, and how it goes on."""
    return show(await plan_courses.evaluate(context, plan_id, command), status=201)


@router.get("/plans/{plan_id}/evaluations", response_model=page_of(shown(PlanEvaluation)))
@acts(Permission.PLAN_READ)
async def plan_evaluations(plan_id: UUID, context: Asked) -> Response:
    """Read the evaluation sheets, oldest first."""
    return show_all(await plan_courses.evaluations(context, plan_id))


@router.post("/plans/{plan_id}/replan", status_code=201, response_model=NextReceipt)
@acts(Permission.PLAN_DRAFT)
async def replan(
    plan_id: UUID, command: Annotated[ReplanPlan, said(examples.REPLAN)], context: Asked
) -> Response:
    """Begin plan n+1 of the same case with what was not achieved (再プラン)."""
    return show(
        await plan_courses.replan(context, plan_id, command), status=201, location="/v1/plans"
    )
