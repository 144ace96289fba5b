"""What everybody with an account may read: published figures, small numbers withheld (class D0)."""

from collections.abc import Mapping
from typing import Any

from service.application.context import Context, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import fiscal_year_label
from service.domain.permission import Permission
from service.domain.public_survey import periods_of, public_rates, theme_row
from service.domain.publication import YEAR, Told
from service.domain.statistics import month_label
from service.domain.suppression import Cell


async def published(context: Context, year: int) -> tuple[Mapping[Cell, Told], Mapping[str, str]]:
    """The published figures of a fiscal year as they are, and the names of the areas."""
    context.enforce(
        Permission.STATISTICS_READ_PUBLIC,
        Facts(kind=RecordKind.STATISTICS, found=True, parts=frozenset({Part.PARTY})),
    )
    store, where = context.work.statistics, context.municipality_code
    areas, _ = await store.places(where)
    return await store.published(where, year), areas


async def read(context: Context, year: int) -> Shown:
    """Every published figure; a row that is withheld whole says nothing even of its zeros."""
    told, areas = await published(context, year)
    store, where = context.work.statistics, context.municipality_code
    population = await store.population(where, year)
    return Shown(
        {
            "municipality_code": where,
            "fiscal_year": year,
            "fiscal_year_ja": fiscal_year_label(year),
            "population": population.population if population else None,
            "population_as_of": population.population_as_of.isoformat() if population else None,
            "population_source": population.population_source if population else None,
            "areas": areas,
            "periods": [
                {
                    "period": period,
                    "period_ja": "年度計" if period == YEAR else month_label(period),
                    "figures": _figures(told, period),
                    "rates": {
                        indicator.value: None if number is None else float(number)
                        for indicator, number in public_rates(
                            told, period, population.population, 12 if period == YEAR else 1
                        ).items()
                    }
                    if population
                    else {},
                }
                for period in periods_of(told)
            ],
        }
    )


async def read_by(context: Context, year: int, *, area: str | None, theme: str | None) -> Shown:
    """New consultations by month, area and theme: the same figures by another way."""
    whole = await read(context, year)
    body: dict[str, Any] = dict(whole.body)
    row = theme_row(theme or "")
    body["periods"] = [
        {
            "period": period["period"],
            "period_ja": period["period_ja"],
            "figures": [
                f
                for f in period["figures"]
                if f["row"] == row and f["place"] == (area or f["place"])
            ],
        }
        for period in body["periods"]
    ]
    return Shown(body)


def _figures(told: Mapping[Cell, Told], period: str) -> list[dict[str, Any]]:
    return [
        {"row": row, "place": place, "count": told[at, row, place].number}
        for at, row, place in sorted(told)
        if at == period
    ]
