"""When a regular meeting (定例会) falls: the rule, and what happens on a closed day.

Written here and not taken from a library: it is the nth weekday and the day of the month, and
what matters is the closed day, which no library knows.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.term import Closed
from service.domain.text import invalid

MESSAGES_EN = {
    "recurrence.day_or_weekday": "Say either the day of the month, or which weekday of the month.",
    "recurrence.ends_before_start": "The last day lies before the first. Correct until.",
    "recurrence.too_far": "The rule reaches too far. End it within five years.",
    "recurrence.week_needs_weekday": "Every so many weeks needs the weekday, and nothing of the month.",
}
MESSAGES_JA = {
    "recurrence.day_or_weekday": "日にち、または第何何曜日のどちらか一方を指定してください。",
    "recurrence.ends_before_start": "終わりの日が始まりの日より前です。untilを直してください。",
    "recurrence.too_far": "期間が長すぎます。5年以内にしてください。",
    "recurrence.week_needs_weekday": "週ごとの場合は曜日だけを指定してください。",
}

#: The last one of a month, whichever that is.
LAST = -1
LONGEST = timedelta(days=5 * 366)
_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)


class Every(StrEnum):
    """How often it comes."""

    WEEK = "week"
    MONTH = "month"


class OnClosedDay(StrEnum):
    """What becomes of a sitting that falls on a closed day."""

    NEXT_WORKING = "next_working"
    PREVIOUS_WORKING = "previous_working"
    SKIP = "skip"

    @property
    def label_ja(self) -> str:
        """What is done, in the field's words."""
        return {
            OnClosedDay.NEXT_WORKING: "翌開庁日に繰下げ",
            OnClosedDay.PREVIOUS_WORKING: "前開庁日に繰上げ",
            OnClosedDay.SKIP: "休会",
        }[self]


class ClosedBecause(StrEnum):
    """Why the offices are closed on a day."""

    HOLIDAY = "holiday"
    WEEKEND = "weekend"
    YEAR_END = "year_end"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return {
            ClosedBecause.HOLIDAY: "祝日",
            ClosedBecause.WEEKEND: "土日",
            ClosedBecause.YEAR_END: "年末年始",
        }[self]


class Recurrence(BaseModel):
    """Every so many weeks on a weekday, or every so many months on a day or an nth weekday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Every
    interval: Annotated[int, Field(ge=1, le=12)] = 1
    weekday: Annotated[int | None, Field(ge=0, le=6, description="0 is Monday.")] = None
    nth: Annotated[int | None, Field(ge=-1, le=5, description="1 to 5; -1 is the last.")] = None
    day: Annotated[int | None, Field(ge=-1, le=31, description="1 to 31; -1 is the last.")] = None
    first: date
    until: date
    on_closed_day: OnClosedDay = OnClosedDay.NEXT_WORKING

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        by_weekday = self.weekday is not None and bool(self.nth) and self.day is None
        by_day = bool(self.day) and self.weekday is None and self.nth is None
        weekly = self.weekday is not None and self.nth is None and self.day is None
        for code, wrong in {
            "recurrence.week_needs_weekday": self.every is Every.WEEK and not weekly,
            "recurrence.day_or_weekday": self.every is Every.MONTH and not (by_weekday or by_day),
            "recurrence.ends_before_start": self.until < self.first,
            "recurrence.too_far": self.until - self.first > LONGEST,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class Occurrence(NamedTuple):
    """A day that the rule names, and the day on which it is held; ``None``: it is skipped."""

    by_rule: date
    held_on: date | None

    @property
    def moved(self) -> bool:
        """Whether it is held on another day than the rule names."""
        return self.held_on is not None and self.held_on != self.by_rule


def days_of(rule: Recurrence) -> Iterator[date]:
    """The days that the rule names, whether or not anybody works.

    A month without a fifth such weekday, or without such a day, has none.
    """
    days = _by_weeks(rule) if rule.every is Every.WEEK else _by_months(rule)
    for day in days:
        if day > rule.until:
            return
        if day >= rule.first:
            yield day


def occurrences(rule: Recurrence, closed: Closed) -> tuple[Occurrence, ...]:
    """The days with what becomes of each on a closed day, in order and none twice.

    What is moved may leave the first and the last day of the rule: the sitting is not lost.
    One that would fall on the day of another sitting is skipped: it is held together with it.
    """
    plain = list(days_of(rule))
    kept = {day for day in plain if not closed(day)}
    found = []
    for day in plain:
        held = day if day in kept else _moved(day, rule.on_closed_day, closed)
        if held is not None and held != day and held in kept:
            held = None
        if held is not None:
            kept.add(held)
        found.append(Occurrence(day, held))
    return tuple(found)


def closed_because(day: date, closed: Closed) -> ClosedBecause | None:
    """Why the offices are closed on the day; ``None`` when they are open."""
    if not closed(day):
        return None
    if (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3):
        return ClosedBecause.YEAR_END
    return ClosedBecause.WEEKEND if day.weekday() >= 5 else ClosedBecause.HOLIDAY


def _moved(day: date, how: OnClosedDay, closed: Closed) -> date | None:
    if how is OnClosedDay.SKIP:
        return None
    step = _DAY if how is OnClosedDay.NEXT_WORKING else -_DAY
    while closed(day):
        day += step
    return day


def _by_weeks(rule: Recurrence) -> Iterator[date]:
    assert rule.weekday is not None  # noqa: S101 - validated
    day = rule.first + timedelta(days=(rule.weekday - rule.first.weekday()) % 7)
    while day <= rule.until:
        yield day
        day += _WEEK * rule.interval


def _by_months(rule: Recurrence) -> Iterator[date]:
    month = rule.first.year * 12 + rule.first.month - 1
    last = rule.until.year * 12 + rule.until.month - 1
    while month <= last:
        day = _in_month(rule, month // 12, month % 12 + 1)
        if day is not None:
            yield day
        month += rule.interval


def _in_month(rule: Recurrence, year: int, month: int) -> date | None:
    length = monthrange(year, month)[1]
    if rule.day is not None:
        number = length if rule.day == LAST else rule.day
    else:
        assert rule.weekday is not None  # noqa: S101 - validated
        assert rule.nth is not None  # noqa: S101 - validated
        first = 1 + (rule.weekday - date(year, month, 1).weekday()) % 7
        number = first + 7 * (rule.nth - 1)
        if rule.nth == LAST:
            number = first + 7 * ((length - first) // 7)
    return date(year, month, number) if number <= length else None
