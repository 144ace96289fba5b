"""The monthly survey of a municipality, its months that close, and how agencies fare."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import JST, fiscal_year_label
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Permission
from service.domain.public_survey import (
    BY_THEME,
    label_of,
    public_counts,
    public_rows,
    rows_again,
)
from service.domain.publication import YEAR, publish_month, publish_year
from service.domain.statistics import (
    ALL,
    WITH_RATE,
    ClosedMonth,
    Figure,
    Indicator,
    Key,
    Population,
    SetPopulation,
    employment_rate,
    figures_of,
    first_day,
    fiscal_year_of,
    has_ended,
    month_after,
    month_label,
    months_of,
    over_months,
    rate,
    totalled,
)
from service.domain.suppression import Cell
from service.domain.survey_sheets import Survey, SurveyMonth


async def survey(context: Context, year: int) -> Survey:
    """The survey of the caller's municipality: what was reported, and what came later."""
    await _enforce(context, Permission.STATISTICS_READ)
    store, where = context.work.statistics, context.municipality_code
    months = [m for m in months_of(year) if first_day(m) <= context.today]
    if not months:
        raise Invalid("statistics.year_to_come", field="/fiscal_year")
    policy = await store.policy(where, date(year, 4, 1))
    since, until = first_day(months[0]), month_after(months[-1])
    live = totalled(await store.counted(where, since, until, policy))
    closed = {c.month: c for c in await store.closed_months(where, year)}
    frozen = await store.frozen(where, year)
    told = [
        SurveyMonth(
            month,
            closed.get(month),
            not has_ended(month, context.today),
            tuple(
                figures_of(
                    live.get(month, {}),
                    _own(frozen.get(month, {})) if month in closed else None,
                )
            ),
        )
        for month in months
    ]
    whole = [m for m in told if not m.running]
    total = over_months([m.figures for m in whole])
    if whole:
        end = month_after(whole[-1].month)
        people = await store.persons(where, since, end)
        total = [*total, *(Figure(Indicator.PERSONS_CONSULTED, c, n) for c, n in people.items())]
    population = await store.population(where, year)
    return Survey(where, year, tuple(told), tuple(total), population)


async def read_survey(context: Context, year: int) -> Shown:
    """The survey as it is read by programs."""
    found = await survey(context, year)
    ended = [m for m in found.months if not m.running]
    return Shown(
        {
            "municipality_code": found.municipality_code,
            "fiscal_year": year,
            "fiscal_year_ja": fiscal_year_label(year),
            "population": _population(found.population),
            "months": [_month(m, found.population) for m in found.months],
            "year": {
                "months": len(ended),
                "figures": [_figure(f) for f in found.total],
                "rates": _rates(found.total, found.population, len(ended)),
            },
        }
    )


async def close(context: Context, month: str) -> Shown:
    """Report a month: its figures stay as they are, and what may be published is published."""
    await _enforce(context, Permission.STATISTICS_CLOSE)
    if not has_ended(month, context.today):
        raise IllegalMove("statistics.month_not_over")
    store, where, year = context.work.statistics, context.municipality_code, fiscal_year_of(month)
    await store.one_at_a_time(where)
    policy = await store.policy(where, date(year, 4, 1))
    since, until = first_day(month), month_after(month)
    counted = totalled(await store.counted(where, since, until, policy)).get(month, {})
    by_area = {
        (theme, area): n
        for (_, theme, area), n in (await store.by_area(where, since, until, policy)).items()
    }
    closed = ClosedMonth(
        municipality_code=where,
        month=month,
        agency_id=context.agency_id,
        position_id=context.position_id,
        closed_at=context.now,
        fewest_told=policy.fewest_told,
    )
    figures = {(i.value, code): n for (i, code), n in counted.items()}
    kept = {(f"{BY_THEME}{theme}", area): n for (theme, area), n in by_area.items()}
    await store.close(closed, figures | kept)
    areas, themes = await store.places(where)
    rows = public_rows(areas, themes)
    counts = public_counts(month, figures, by_area)
    told = await asyncio.to_thread(publish_month, rows, month, counts, policy.fewest_told)
    await store.publish(where, year, told)
    await _publish_year(context, year, policy.fewest_told)
    return context.receipt(closed, month_ja=month_label(month))


async def _publish_year(context: Context, year: int, fewest: int) -> None:
    """Once all twelve months are closed, the year is published as well."""
    store, where = context.work.statistics, context.municipality_code
    frozen = await store.frozen(where, year)
    if len(await store.closed_months(where, year)) < 12:
        return
    told = {c: t for c, t in (await store.published(where, year)).items() if c[0] != YEAR}
    areas, themes = await store.places(where)
    rows = rows_again(told, areas, themes)
    counts: dict[Cell, int] = {}
    for month, figures in frozen.items():
        by_area = {
            (name.removeprefix(BY_THEME), code): n
            for (name, code), n in figures.items()
            if name.startswith(BY_THEME)
        }
        own = {(i.value, code): n for (i, code), n in _own(figures).items()}
        counts |= public_counts(month, own, by_area)
    whole = await asyncio.to_thread(publish_year, rows, told, counts, fewest)
    await store.publish(where, year, whole)


async def set_population(context: Context, year: int, command: SetPopulation) -> Shown:
    """The population that the rates of a fiscal year are by."""
    await _enforce(context, Permission.STATISTICS_SET_POPULATION)
    if command.population_as_of > context.today:
        raise Invalid("statistics.population_in_future", field="/population_as_of")
    store, where = context.work.statistics, context.municipality_code
    before = await store.population(where, year, lock=True)
    version = before.version if before else 0
    context.check_version(version)
    population = Population(
        **dict(command),
        id=before.id if before else context.new_id(),
        municipality_code=where,
        fiscal_year=year,
        agency_id=context.agency_id,
        entered_at=context.now,
        version=version + 1,
    )
    await store.set_population(population)
    return context.receipt(population)


async def management(context: Context, since: date, until: date, *, everywhere: bool) -> Page:
    """How the caller's agency fares; the section in charge also asks it of the whole municipality."""
    if everywhere:
        await _enforce(context, Permission.STATISTICS_READ_MANAGEMENT)
    else:
        _enforce_own(context)
    if until < since or until - since > timedelta(days=366 * 2):
        raise Invalid("statistics.period", field="until")
    begins = datetime.combine(since, datetime.min.time(), JST)
    ends = datetime.combine(until + timedelta(days=1), datetime.min.time(), JST)
    named = dict(await context.work.statistics.agencies(context.municipality_code))
    asked: Sequence[UUID] = list(named) if everywhere else [context.agency_id]
    items = []
    for agency_id in asked:
        found = await context.work.statistics.management(
            agency_id, begins, ends, context.today, context.now
        )
        items.append(
            {"agency_id": str(agency_id), "agency": named.get(agency_id)}
            | {name: _rounded(number) for name, number in found.items()}
        )
    return Page(items)


def _rounded(number: Any) -> Any:
    return round(number, 1) if isinstance(number, float) else number


async def _enforce(context: Context, permission: Permission) -> None:
    """Only the section in charge counts across agencies."""
    deciders = await context.work.directory.deciders(context.municipality_code)
    facts = Facts(kind=RecordKind.STATISTICS)
    if context.agency_id in deciders:
        facts = _own_facts(context)
    context.enforce(permission, facts)


def _enforce_own(context: Context) -> None:
    context.enforce(Permission.STATISTICS_READ_MANAGEMENT, _own_facts(context))


def _own_facts(context: Context) -> Facts:
    return Facts(
        kind=RecordKind.STATISTICS,
        found=True,
        holder_agency_id=context.agency_id,
        parts=frozenset({Part.HOLDER}),
    )


def _own(figures: Mapping[tuple[str, str], int]) -> dict[Key, int]:
    """The figures by indicator, without those by area."""
    return {
        (Indicator(name), code): n
        for (name, code), n in figures.items()
        if not name.startswith(BY_THEME)
    }


def _population(population: Population | None) -> dict[str, Any] | None:
    if population is None:
        return None
    body = disclose(population, frozenset({D0}))
    del body["withheld"]
    return body


def _month(month: SurveyMonth, population: Population | None) -> dict[str, Any]:
    return {
        "month": month.month,
        "month_ja": month_label(month.month),
        "running": month.running,
        "closed_at": month.closed.closed_at.isoformat() if month.closed else None,
        "figures": [_figure(f) for f in month.figures],
        "rates": _rates(month.figures, population, 1),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    return {
        "indicator": figure.indicator.value,
        "label_ja": label_of(figure.indicator, figure.code),
        "code": figure.code or None,
        "count": figure.number,
        "correction": figure.correction,
    }


def _rates(
    figures: Sequence[Figure], population: Population | None, months: int
) -> dict[str, float | None]:
    found = {f.indicator: f.number for f in figures if f.code == ALL}
    rates: dict[str, float | None] = {
        indicator.value: float(rate(found[indicator], population.population, months))
        if population is not None and months
        else None
        for indicator in WITH_RATE
        if indicator in found
    }
    reached = employment_rate(
        found.get(Indicator.EMPLOYED_TARGETS, 0),
        found.get(Indicator.INCREASED_TARGETS, 0),
        found.get(Indicator.EMPLOYMENT_TARGETS, 0),
    )
    return rates | {
        "employed_or_increased_percent": float(reached) if reached is not None else None
    }
