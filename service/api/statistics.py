"""Statistics: the monthly survey, its closed months, published figures, and how agencies fare."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Service, show, show_all
from service.api.shapes import REFUSALS, receipt, said
from service.application import public_statistics as public
from service.application import statistics
from service.application.printer import Printer
from service.domain.permission import Permission
from service.domain.statistics import ClosedMonth, Indicator, Month, Population, SetPopulation
from service.domain.survey_sheets import public_bars, public_sheets, survey_bars, survey_sheet
from service.domain.text import Code

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Statistics"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_CSV, _SVG = "text/csv; charset=utf-8", "image/svg+xml"
#: The fiscal year by the year in which it begins.
Year = Annotated[int, Query(ge=2000, le=2199, alias="fiscal_year", examples=[2026])]
YearInPath = Annotated[int, Path(ge=2000, le=2199)]


def _as(kind: str, description: str) -> dict[int | str, dict[str, Any]]:
    return REFUSALS | {200: {"content": {kind: {}}, "description": description}}


async def _printed(
    request: Request, write: Callable[[Printer], bytes], kind: str, name: str
) -> Response:
    """Written beside the event loop, to be kept under a plain name."""
    service: Service = request.app.state.service
    content = await asyncio.to_thread(write, service.printer)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=kind)


@router.put("/populations/{fiscal_year}", response_model=receipt(Population), tags=["Statistics"])
@acts(Permission.STATISTICS_SET_POPULATION)
async def set_population(
    fiscal_year: YearInPath,
    command: Annotated[SetPopulation, said(examples.POPULATION)],
    context: Asked,
) -> Response:
    """Set the population that a fiscal year's rates are by. If-Match "0" says: the first one."""
    return show(await statistics.set_population(context, fiscal_year, command))


@router.get("/statistics/monthly", response_model=dict[str, Any])
@acts(Permission.STATISTICS_READ)
async def read_survey(fiscal_year: Year, context: Asked) -> Response:
    """The municipality's survey (支援状況調査) of a fiscal year, by month, with its rates."""
    return show(await statistics.read_survey(context, fiscal_year))


@router.get(
    "/statistics/monthly.csv", response_class=Response, responses=_as(_CSV, "UTF-8 with a mark.")
)
@acts(Permission.STATISTICS_READ)
async def export_survey_csv(fiscal_year: Year, context: Asked, request: Request) -> Response:
    """The survey as CSV."""
    sheet = survey_sheet(await statistics.survey(context, fiscal_year))
    return await _printed(request, lambda p: p.csv([sheet]), _CSV, f"survey-{fiscal_year}.csv")


@router.get(
    "/statistics/monthly.xlsx", response_class=Response, responses=_as(_XLSX, "The workbook.")
)
@acts(Permission.STATISTICS_READ)
async def export_survey_workbook(fiscal_year: Year, context: Asked, request: Request) -> Response:
    """The survey as a workbook."""
    sheet = survey_sheet(await statistics.survey(context, fiscal_year))
    return await _printed(request, lambda p: p.xlsx([sheet]), _XLSX, f"survey-{fiscal_year}.xlsx")


@router.get("/statistics/monthly.svg", response_class=Response, responses=_as(_SVG, "The chart."))
@acts(Permission.STATISTICS_READ)
async def draw_survey(
    fiscal_year: Year,
    context: Asked,
    request: Request,
    indicator: Annotated[Indicator, Query()] = Indicator.NEW_CONSULTATIONS,
) -> Response:
    """One indicator of the survey by month, as a chart."""
    bars = survey_bars(await statistics.survey(context, fiscal_year), indicator)
    return await _printed(request, lambda p: p.svg(bars), _SVG, f"survey-{fiscal_year}.svg")


@router.post("/statistics/months/{month}/close", response_model=receipt(ClosedMonth, month_ja=str))
@acts(Permission.STATISTICS_CLOSE)
async def close_month(month: Month, context: Asked) -> Response:
    """Report a month: its figures stay, later entries appear as corrections, nothing reopens it."""
    return show(await statistics.close(context, month))


@router.get("/statistics/management", response_model=dict[str, Any])
@acts(Permission.STATISTICS_READ_MANAGEMENT)
async def read_management(
    context: Asked,
    *,
    since: Annotated[date, Query(alias="from", examples=["2026-04-01"])],
    until: Annotated[date, Query(examples=["2027-03-31"])],
    everywhere: Annotated[
        bool, Query(description="All agencies of the municipality (section in charge only).")
    ] = False,
) -> Response:
    """How the agency fares: first contacts, declines, hops, what is overdue, and conferences."""
    return show_all(await statistics.management(context, since, until, everywhere=everywhere))


@router.get("/statistics/public", response_model=dict[str, Any])
@acts(Permission.STATISTICS_READ_PUBLIC)
async def read_public_statistics(fiscal_year: Year, context: Asked) -> Response:
    """The published figures of closed months: small numbers, and what gives them away, are null."""
    return show(await public.read(context, fiscal_year))


@router.get("/statistics/public/consultations", response_model=dict[str, Any])
@acts(Permission.STATISTICS_READ_PUBLIC)
async def read_public_consultations(
    fiscal_year: Year,
    context: Asked,
    area: Annotated[Code | None, Query()] = None,
    theme: Annotated[Code | None, Query()] = None,
) -> Response:
    """New consultations by month, area and theme: the same published figures, by another way."""
    return show(await public.read_by(context, fiscal_year, area=area, theme=theme))


@router.get(
    "/statistics/public.csv", response_class=Response, responses=_as(_CSV, "UTF-8 with a mark.")
)
@acts(Permission.STATISTICS_READ_PUBLIC)
async def export_public_csv(fiscal_year: Year, context: Asked, request: Request) -> Response:
    """The published figures as CSV."""
    sheets = public_sheets(fiscal_year, *await public.published(context, fiscal_year))
    return await _printed(request, lambda p: p.csv(sheets), _CSV, f"public-{fiscal_year}.csv")


@router.get(
    "/statistics/public.xlsx", response_class=Response, responses=_as(_XLSX, "The workbook.")
)
@acts(Permission.STATISTICS_READ_PUBLIC)
async def export_public_workbook(fiscal_year: Year, context: Asked, request: Request) -> Response:
    """The published figures as a workbook."""
    sheets = public_sheets(fiscal_year, *await public.published(context, fiscal_year))
    return await _printed(request, lambda p: p.xlsx(sheets), _XLSX, f"public-{fiscal_year}.xlsx")


@router.get("/statistics/public.svg", response_class=Response, responses=_as(_SVG, "The chart."))
@acts(Permission.STATISTICS_READ_PUBLIC)
async def draw_public_statistics(fiscal_year: Year, context: Asked, request: Request) -> Response:
    """Published new consultations by month, as a chart."""
    told, _ = await public.published(context, fiscal_year)
    bars = public_bars(fiscal_year, told)
    return await _printed(request, lambda p: p.svg(bars), _SVG, f"public-{fiscal_year}.svg")
