"""Terms (期限): so many working or calendar days, ending with the day, in Japan (brief §7.2)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import JST, jst_date

#: Whether the offices are closed on a day (weekend, public holiday, year end).
Closed = Callable[[date], bool]


class Unit(StrEnum):
    """Working days or calendar days; a deadline always says which (brief §7.2)."""

    WORKING = "working"
    CALENDAR = "calendar"


class Term(BaseModel):
    """So many days; 0 means the same day. It ends with the day, in Japan."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(ge=0, le=400)
    unit: Unit = Unit.WORKING

    def last_day(self, start: datetime, closed: Closed) -> date:
        """The last day of the term."""
        day = jst_date(start)
        left = self.days
        while left > 0:
            day += timedelta(days=1)
            if self.unit is Unit.CALENDAR or not closed(day):
                left -= 1
        while self.unit is Unit.WORKING and closed(day):
            day += timedelta(days=1)
        return day

    def ends(self, start: datetime, closed: Closed) -> datetime:
        """The first instant (UTC) at which the term is over: midnight in Japan."""
        return day_ends(self.last_day(start, closed))


def day_begins(day: date) -> datetime:
    """The first instant (UTC) of a day in Japan."""
    return day_ends(day - timedelta(days=1))


def day_ends(day: date) -> datetime:
    """The first instant (UTC) after a day in Japan."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=JST).astimezone(UTC)


def last_day_of(due_at: datetime) -> date:
    """The last day of a term that is over at this instant."""
    return jst_date(due_at) - timedelta(days=1)


def working(days: int) -> Term:
    """So many working days."""
    return Term(days=days)


def calendar(days: int) -> Term:
    """So many calendar days."""
    return Term(days=days, unit=Unit.CALENDAR)
