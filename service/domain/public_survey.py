"""The rows of the public survey, and how they hang together (課題の見える化, rows 3-05, 3-24).

New consultations by month, area and theme; everything else for the whole municipality. An area is
as large as the directory makes it: a municipality that publishes by area enters areas no smaller
than a junior high school district (中学校区).
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from service.domain.conference_states import KINDS
from service.domain.publication import TOTAL, YEAR, Slice, Told
from service.domain.service_list import SERVICES, LegalKind
from service.domain.statistics import (
    ADDS_UP,
    ALL,
    INDICATOR_JA,
    WITH_RATE,
    Indicator,
    rate,
)
from service.domain.suppression import Cell, check_attributes

#: The table of new consultations: a month, an area and a theme, and no fourth.
ATTRIBUTES = ("month", "area", "theme")
#: An area that nobody knows, or the directory does not; any other code, ending or theme.
ELSEWHERE, OTHER = "unknown", "other"
CONSULTATIONS = Indicator.NEW_CONSULTATIONS.value
#: What the row of a theme begins with.
BY_THEME = f"{CONSULTATIONS}/"
#: Endings as the survey prints them; the field's other words are one of the others.
ENDINGS_JA: dict[str, str] = {
    "goal_reached": "目標達成",
    "in_sight": "目標の見込みあり",
    "lead_moved": "主担当の移行",
    "public_assistance": "生活保護の利用",
    "handed_over": "他機関へ引継ぎ",
    "withdrawn": "申込みの取下げ",
    OTHER: "その他",
}
SERVICES_JA: dict[str, str] = {
    s.code: s.label_ja for s in SERVICES if s.kind is LegalKind.STATUTORY
}
PLANS_JA = {"initial": "初回プラン", "replan": "再プラン"}
FUNCTIONS_JA = {
    "1": "第1号 包括的相談支援",
    "2": "第2号 参加支援",
    "3": "第3号 地域づくり",
    "4": "第4号 アウトリーチ等",
    "5": "第5号 多機関協働",
    "6": "第6号 支援プランの作成",
}
CODES_JA: Mapping[Indicator, Mapping[str, str]] = {
    Indicator.PLANS: PLANS_JA,
    Indicator.CLOSINGS: ENDINGS_JA,
    Indicator.SERVICES: SERVICES_JA,
    Indicator.FUNCTIONS: FUNCTIONS_JA,
    Indicator.CONFERENCES: {kind.value: rule.label_ja for kind, rule in KINDS.items()},
    Indicator.ITEMS: {kind.value: rule.label_ja for kind, rule in KINDS.items()},
}
#: What is published, and of what it is a part.
_PUBLISHED: Mapping[Indicator, Indicator | None] = {
    Indicator.INFORMED_ONLY: None,
    Indicator.HANDED_OVER: None,
    Indicator.TO_PUBLIC_ASSISTANCE: Indicator.HANDED_OVER,
    Indicator.PLANS: None,
    Indicator.EMPLOYMENT_TARGETS: Indicator.PLANS,
    Indicator.EMPLOYED: None,
    Indicator.EMPLOYED_TARGETS: Indicator.EMPLOYED,
    Indicator.INCOME_INCREASED: None,
    Indicator.INCREASED_TARGETS: Indicator.INCOME_INCREASED,
    Indicator.CLOSINGS: None,
    Indicator.INTERRUPTIONS: None,
    Indicator.REPLANNINGS: None,
    Indicator.SERVICES: Indicator.PLANS,
    Indicator.FUNCTIONS: Indicator.PLANS,
    Indicator.CONFERENCES: None,
    Indicator.ITEMS: None,
}


def theme_row(theme: str) -> str:
    """The row of a theme; without a theme that of all new consultations."""
    return f"{BY_THEME}{theme}" if theme else CONSULTATIONS


def label_of(indicator: Indicator, code: str) -> str:
    """A code in the field's words; the total without one."""
    if code == ALL:
        return INDICATOR_JA[indicator]
    return CODES_JA.get(indicator, {}).get(code, code)


def public_rows(areas: Iterable[str], themes: Iterable[str]) -> list[Slice]:
    """All rows that are published. Raises Invalid if one crossed more than three attributes."""
    check_attributes(ATTRIBUTES)
    places = (*sorted({*areas} - {ELSEWHERE}), ELSEWHERE)
    rows = [Slice(CONSULTATIONS, places)]
    rows += [
        Slice(theme_row(theme), places, within=CONSULTATIONS)
        for theme in (*sorted({*themes} - {OTHER}), OTHER)
    ]
    for indicator, whole in _PUBLISHED.items():
        parts = _parts(indicator)
        adds_up = indicator in ADDS_UP or not parts
        rows.append(Slice(indicator.value, parts, adds_up, whole.value if whole else None))
    return rows


def rows_again(told: Collection[Cell], areas: Iterable[str], themes: Iterable[str]) -> list[Slice]:
    """The rows of a year: those of today, and areas and themes that were published before."""
    before = [cell for cell in told if cell[1].startswith(CONSULTATIONS)]
    places = {cell[2] for cell in before} - {TOTAL}
    tags = {cell[1].removeprefix(BY_THEME) for cell in before if cell[1] != CONSULTATIONS}
    return public_rows({*areas, *places}, {*themes, *tags})


def public_counts(
    month: str,
    figures: Mapping[tuple[str, str], int],
    by_area: Mapping[tuple[str, str], int],
) -> dict[Cell, int]:
    """The counts of a month by cell: what was counted by (indicator, code), by (theme, area)."""
    counts: dict[Cell, int] = {}

    def add(cell: Cell, number: int) -> None:
        counts[cell] = counts.get(cell, 0) + number

    for (theme, area), number in by_area.items():
        add((month, theme_row(theme), area), number)
        add((month, theme_row(theme), TOTAL), number)
    for (name, code), number in figures.items():
        indicator = Indicator(name)
        if indicator not in _PUBLISHED:
            continue
        parts = _parts(indicator)
        if code == ALL:
            add((month, indicator.value, TOTAL), number)
        elif code in parts:
            add((month, indicator.value, code), number)
        elif OTHER in parts:
            add((month, indicator.value, OTHER), number)
    return counts


def public_rates(
    told: Mapping[Cell, Told], period: str, population: int, months: int
) -> dict[Indicator, Decimal | None]:
    """Rates per 100,000 and month; withheld wherever the number they are of is (brief §7.4)."""
    found: dict[Indicator, Decimal | None] = {}
    for indicator in WITH_RATE:
        figure = told.get((period, indicator.value, TOTAL))
        if figure is not None:
            number = figure.number
            found[indicator] = None if number is None else rate(number, population, months)
    return found


def periods_of(told: Iterable[Cell]) -> list[str]:
    """The periods that were published: months, and the year last."""
    return sorted({cell[0] for cell in told}, key=lambda p: (p == YEAR, p))


def _parts(indicator: Indicator) -> tuple[str, ...]:
    if indicator is Indicator.SERVICES:
        return tuple(sorted(SERVICES_JA))
    return tuple(CODES_JA.get(indicator, ()))
