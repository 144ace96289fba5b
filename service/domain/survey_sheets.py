"""The survey as sheets and charts, in the field's words."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from service.domain.calendar_jp import fiscal_year_label
from service.domain.paper import Sheet
from service.domain.public_survey import BY_THEME, ELSEWHERE, OTHER, label_of, periods_of
from service.domain.publication import TOTAL, YEAR, Told
from service.domain.statistics import (
    ALL,
    INDICATOR_JA,
    ClosedMonth,
    Figure,
    Indicator,
    Population,
    month_label,
)
from service.domain.suppression import Cell

#: How a withheld number is printed, and one that nothing records.
WITHHELD, NOT_RECORDED = "秘匿", "―"


class SurveyMonth(NamedTuple):
    """One month of the survey."""

    month: str
    closed: ClosedMonth | None
    running: bool
    figures: tuple[Figure, ...]


class Survey(NamedTuple):
    """A municipality's survey of one fiscal year."""

    municipality_code: str
    fiscal_year: int
    months: tuple[SurveyMonth, ...]
    total: tuple[Figure, ...]
    population: Population | None


class Bars(BaseModel):
    """A chart of bars over time; what is withheld or not recorded has none."""

    model_config = ConfigDict(frozen=True)

    title: str
    description: str
    labels: tuple[str, ...]
    values: tuple[int | None, ...]


def survey_sheet(survey: Survey) -> Sheet:
    """Indicators down, months across, the year last; corrections in rows of their own."""
    ended = [m for m in survey.months if not m.running]
    headings = ("指標", "区分", *(_heading(m) for m in survey.months), f"計（{len(ended)}か月）")
    by_month = [{(f.indicator, f.code): f for f in m.figures} for m in survey.months]
    total = {(f.indicator, f.code): f for f in survey.total}
    order = list(Indicator)
    keys = sorted(
        {k for m in [*by_month, total] for k in m}, key=lambda k: (order.index(k[0]), k[1])
    )
    rows = []
    for key in keys:
        indicator, code = key
        label = "" if code == ALL else label_of(indicator, code)
        cells = [m.get(key) for m in [*by_month, total]]
        rows.append((INDICATOR_JA[indicator], label, *(_count(code, f) for f in cells)))
        if any(f is not None and f.correction for f in cells):
            marks = (f"{f.correction:+d}" if f and f.correction else "" for f in cells)
            rows.append((f"{INDICATOR_JA[indicator]}（締め後の訂正）", label, *marks))
    return Sheet(title=fiscal_year_label(survey.fiscal_year), headings=headings, rows=tuple(rows))


def _heading(month: SurveyMonth) -> str:
    state = "集計中" if month.running else "締め済み" if month.closed else "未締め"
    return f"{month_label(month.month)}（{state}）"


def _count(code: str, figure: Figure | None) -> str:
    if figure is None:
        return "0" if code != ALL else NOT_RECORDED
    return str(figure.number)


def survey_bars(survey: Survey, indicator: Indicator) -> Bars:
    """One indicator by month."""
    values = tuple(
        next((f.number for f in m.figures if (f.indicator, f.code) == (indicator, ALL)), None)
        for m in survey.months
    )
    year = fiscal_year_label(survey.fiscal_year)
    labels = tuple(month_label(m.month) for m in survey.months)
    return _bars(f"{INDICATOR_JA[indicator]}（{year}）", labels, values, NOT_RECORDED)


def public_sheets(
    year: int, told: Mapping[Cell, Told], areas: Mapping[str, str]
) -> tuple[Sheet, ...]:
    """What was published: the indicators, and new consultations by theme and area."""
    periods = periods_of(told)
    headings = tuple(_period(p) for p in periods)
    rows = dict.fromkeys((cell[1], cell[2]) for cell in sorted(told))
    own, by_area = [], []
    for name, place in rows:
        cells = tuple(_told(told.get((p, name, place))) for p in periods)
        if name == Indicator.NEW_CONSULTATIONS or name.startswith(BY_THEME):
            theme = name.removeprefix(BY_THEME) if name.startswith(BY_THEME) else "全体"
            by_area.append((_theme(theme), _area(place, areas), *cells))
        else:
            indicator = Indicator(name)
            label = "計" if place == TOTAL else label_of(indicator, place)
            own.append((INDICATOR_JA[indicator], label, *cells))
    label = fiscal_year_label(year)
    return (
        Sheet(title=f"{label} 指標", headings=("指標", "区分", *headings), rows=tuple(own)),
        Sheet(
            title=f"{label} 新規相談（地区・分野）",
            headings=("分野", "地区", *headings),
            rows=tuple(by_area),
        ),
    )


def public_bars(year: int, told: Mapping[Cell, Told]) -> Bars:
    """New consultations of the whole municipality by month, as published."""
    months = [p for p in periods_of(told) if p != YEAR]
    name = Indicator.NEW_CONSULTATIONS
    values = tuple(told[m, name.value, TOTAL].number for m in months)
    title = f"{INDICATOR_JA[name]}（{fiscal_year_label(year)}・公表値）"
    return _bars(title, tuple(month_label(m) for m in months), values, WITHHELD)


def _bars(title: str, labels: Sequence[str], values: Sequence[int | None], nothing: str) -> Bars:
    """With the numbers in words, for whoever cannot see the bars."""
    pairs = zip(labels, values, strict=True)
    said = "、".join(f"{label} {nothing if n is None else f'{n}件'}" for label, n in pairs)
    return Bars(
        title=title,
        description=said or "公表された月はありません。",
        labels=tuple(labels),
        values=tuple(values),
    )


def _period(period: str) -> str:
    return "年度計" if period == YEAR else month_label(period)


def _told(told: Told | None) -> str:
    if told is None:
        return "0"
    return WITHHELD if told.number is None else str(told.number)


def _theme(theme: str) -> str:
    return "その他" if theme == OTHER else theme


def _area(place: str, areas: Mapping[str, str]) -> str:
    if place == TOTAL:
        return "計"
    return "不明・その他" if place == ELSEWHERE else areas.get(place, place)
