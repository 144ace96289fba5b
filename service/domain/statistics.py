"""The monthly support-status survey (支援状況調査): indicators, months that close, rates.

A month is a calendar month in Japan, by the day on which something happened, not by the day on
which it was entered (brief §7.1). A closed month is never opened again: what is entered later
appears by itself as a correction beside the figure that was reported.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import era_of, fiscal_year
from service.domain.disclosure import D0, Disclosable
from service.domain.municipality import MunicipalityCode
from service.domain.suppression import FEWEST_TOLD
from service.domain.text import Line, Reads, invalid

MESSAGES_EN = {"statistics.month_format": "Write the month like 2026-04."}
MESSAGES_JA = {"statistics.month_format": "月は2026-04のように入力してください。"}
_MONTH = re.compile(r"20\d{2}-(0[1-9]|1[0-2])")


class Indicator(StrEnum):
    """What the survey counts (brief §7.1)."""

    NEW_CONSULTATIONS = "new_consultations"
    UNIDENTIFIED = "unidentified"
    RETURNS = "returns"
    PERSONS_CONSULTED = "persons_consulted"
    INFORMED_ONLY = "informed_only"
    HANDED_OVER = "handed_over"
    TO_PUBLIC_ASSISTANCE = "to_public_assistance"
    PLANS = "plans"
    EMPLOYMENT_TARGETS = "employment_targets"
    EMPLOYED = "employed"
    EMPLOYED_TARGETS = "employed_targets"
    INCOME_INCREASED = "income_increased"
    INCREASED_TARGETS = "increased_targets"
    CLOSINGS = "closings"
    INTERRUPTIONS = "interruptions"
    REPLANNINGS = "replannings"
    SERVICES = "services"
    FUNCTIONS = "functions"
    CONFERENCES = "conferences"
    ITEMS = "items"

    @property
    def label_ja(self) -> str:
        """The indicator as the survey names it."""
        return INDICATOR_JA[self]


I = Indicator  # noqa: E741 - as short as the tables that use it are long
INDICATOR_JA: dict[Indicator, str] = {
    I.NEW_CONSULTATIONS: "新規相談受付件数",
    I.UNIDENTIFIED: "うち氏名不明",
    I.RETURNS: "再相談（前の支援が終結した人）",
    I.PERSONS_CONSULTED: "相談者数（実人員）",
    I.INFORMED_ONLY: "情報提供・相談対応のみで終了",
    I.HANDED_OVER: "他制度・他機関へのつなぎ",
    I.TO_PUBLIC_ASSISTANCE: "うち福祉事務所（生活保護）へのつなぎ",
    I.PLANS: "プラン作成件数",
    I.EMPLOYMENT_TARGETS: "就労支援対象者数",
    I.EMPLOYED: "就労者数",
    I.EMPLOYED_TARGETS: "就労者数のうち就労支援対象プラン作成者分",
    I.INCOME_INCREASED: "増収者数",
    I.INCREASED_TARGETS: "増収者数のうち就労支援対象プラン作成者分",
    I.CLOSINGS: "終結件数",
    I.INTERRUPTIONS: "中断件数",
    I.REPLANNINGS: "再プラン件数",
    I.SERVICES: "利用サービス別人数",
    I.FUNCTIONS: "重層的支援体制整備事業の機能別人数（第1号～第6号）",
    I.CONFERENCES: "会議の開催回数",
    I.ITEMS: "会議での検討件数",
}
#: Counted by code, and the codes add up: of the others a person may be counted with several.
ADDS_UP = frozenset({I.PLANS, I.CLOSINGS, I.CONFERENCES, I.ITEMS})
#: What is told as it stands of one month cannot be added up over several: a person comes twice.
NOT_OVER_MONTHS = frozenset({I.PERSONS_CONSULTED})
#: Rates per 100,000 inhabitants and month (人口10万人当たり・一月当たり).
WITH_RATE = (I.NEW_CONSULTATIONS, I.PLANS, I.EMPLOYMENT_TARGETS)
#: The code of a figure that is not by code.
ALL = ""


def read_month(text: str) -> str:
    """Read a month like 2026-04."""
    if not _MONTH.fullmatch(text):
        raise invalid("statistics.month_format", MESSAGES_EN)
    return text


#: A calendar month in Japan.
Month = Annotated[
    str, Reads(read_month, pattern=r"^20\d{2}-(0[1-9]|1[0-2])$", examples=["2026-04"])
]


def first_day(month: str) -> date:
    """The first day of a month."""
    return date(int(month[:4]), int(month[5:]), 1)


def last_day(month: str) -> date:
    """The last day of a month."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])


def month_of(day: date) -> str:
    """The month of a day."""
    return f"{day:%Y-%m}"


def months_of(year: int) -> tuple[str, ...]:
    """The twelve months of a fiscal year, April first."""
    return tuple(f"{year + (m > 12)}-{(m - 1) % 12 + 1:02}" for m in range(4, 16))


def fiscal_year_of(month: str) -> int:
    """The fiscal year of a month."""
    return fiscal_year(first_day(month))


def has_ended(month: str, today: date) -> bool:
    """Whether the month is over."""
    return last_day(month) < today


def month_label(month: str) -> str:
    """As it is printed: 令和8年4月."""
    first = first_day(month)
    era = era_of(first)
    year = first.year - era.year_one + 1
    return f"{era.name}{'元' if year == 1 else year}年{first.month}月"


def half_up(number: Decimal) -> Decimal:
    """To one decimal; a half goes up (brief §7.1)."""
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)


def rate(count: int, population: int, months: int) -> Decimal:
    """Count ÷ population × 100,000 ÷ months."""
    return half_up(Decimal(count) * 100_000 / population / months)


def employment_rate(employed: int, increased: int, targets: int) -> Decimal | None:
    """就労・増収率 in per cent, of those whose plan is for work; ``None`` where there is nobody."""
    if not targets:
        return None
    return half_up(Decimal(employed + increased) * 100 / targets)


class SetPopulation(Disclosable):
    """The population that rates are by. It is not the one on display: the survey has its own day."""

    population: Annotated[int, D0] = Field(ge=1, le=200_000_000)
    population_as_of: Annotated[date, D0]
    population_source: Annotated[Line, D0] = Field(description="住民基本台帳, 国勢調査 …")


class Population(SetPopulation):
    """A municipality's population for one fiscal year."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[MunicipalityCode, D0]
    fiscal_year: Annotated[int, D0]
    agency_id: Annotated[UUID, D0]
    entered_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1


class ClosedMonth(Disclosable):
    """A month whose figures were reported and stay as they are."""

    municipality_code: Annotated[MunicipalityCode, D0]
    month: Annotated[Month, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    closed_at: Annotated[datetime, D0]
    #: The threshold by which its published figures were told.
    fewest_told: Annotated[int, D0]


class PlanMilestone(StrEnum):
    """When a plan counts as made."""

    AGREED = "agreed"
    APPROVED = "approved"
    DECIDED = "decided"


class StatisticsPolicy(BaseModel):
    """What a municipality has settled about its statistics: data with a date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: A person who comes back after an ending counts as a new consultation.
    returns_are_new: bool = False
    #: A plan counts in the month of the conference that approved it, unless settled otherwise.
    plan_made: PlanMilestone = PlanMilestone.APPROVED
    #: Fewer are not published. Below three there is nothing to hide among.
    fewest_told: int = Field(default=FEWEST_TOLD, ge=3, le=100)


class Counted(NamedTuple):
    """One figure of a month, as it was counted."""

    month: str
    indicator: Indicator
    code: str
    number: int


class Figure(NamedTuple):
    """One figure as it is told inside: as reported, and what came later."""

    indicator: Indicator
    code: str
    number: int
    #: What was entered after the month was closed, less what was taken back.
    correction: int = 0


Key = tuple[Indicator, str]


def totalled(counted: Iterable[Counted]) -> dict[str, dict[Key, int]]:
    """The figures by month, with a total for each indicator whose codes add up."""
    found: dict[str, dict[Key, int]] = {}
    for month, indicator, code, number in counted:
        figures = found.setdefault(month, {})
        figures[indicator, code] = figures.get((indicator, code), 0) + number
        if indicator in ADDS_UP and code != ALL:
            figures[indicator, ALL] = figures.get((indicator, ALL), 0) + number
    return found


def figures_of(live: Mapping[Key, int], frozen: Mapping[Key, int] | None) -> list[Figure]:
    """A month's figures in the order of the survey; of a closed month with its corrections."""
    keys: set[Key] = {(i, ALL) for i in Indicator if i not in (I.SERVICES, I.FUNCTIONS)}
    keys.update(live, frozen or {})
    figures = []
    order = list(Indicator)
    for indicator, code in sorted(keys, key=lambda k: (order.index(k[0]), k[1])):
        now = live.get((indicator, code), 0)
        reported = now if frozen is None else frozen.get((indicator, code), 0)
        figures.append(Figure(indicator, code, reported, now - reported))
    return figures


def over_months(months: Iterable[Iterable[Figure]]) -> list[Figure]:
    """The figures of several months together; persons are counted anew, not added up."""
    found: dict[Key, Figure] = {}
    for figures in months:
        for indicator, code, number, correction in figures:
            if indicator in NOT_OVER_MONTHS:
                continue
            before = found.get((indicator, code), Figure(indicator, code, 0))
            found[indicator, code] = Figure(
                indicator, code, before.number + number, before.correction + correction
            )
    order = list(Indicator)
    return [found[k] for k in sorted(found, key=lambda k: (order.index(k[0]), k[1]))]


def month_after(month: str) -> date:
    """The day on which the next month begins."""
    return last_day(month) + timedelta(days=1)
