"""What of the audit log is worth a second look: a municipality's thresholds, with a date (policy ``audit``)."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.calendar_jp import JST
from service.domain.term import Closed


class Hours(NamedTuple):
    """When an office is open on one day; on a closed day both are the same instant."""

    day: date
    opens_at: datetime
    closes_at: datetime


class AuditPolicy(BaseModel):
    """The thresholds beyond which somebody looks again. They accuse nobody."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: So many persons a day are never remarkable, whatever the position's habit.
    usual_persons: int = Field(default=20, ge=1, le=10_000)
    #: More than so many times the position's own median of the days before.
    times_median: int = Field(default=3, ge=1, le=100)
    median_days: int = Field(default=28, ge=7, le=92)
    #: Requests refused to one position on one day.
    usual_refusals: int = Field(default=10, ge=1, le=10_000)
    #: Searches for persons by one position on one day.
    usual_searches: int = Field(default=30, ge=1, le=10_000)
    #: Office hours, in Japan. No agency's own are on record, so that these hold for all.
    opens: time = time(7)
    closes: time = time(21)

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if self.closes < self.opens:
            raise ValueError("the hours end before they begin")
        return self

    def hours_on(self, day: date, closed: Closed) -> Hours:
        """When offices are open on a day."""
        if closed(day):
            midnight = datetime.combine(day, time.min, tzinfo=JST)
            return Hours(day, midnight, midnight)
        return Hours(
            day,
            datetime.combine(day, self.opens, tzinfo=JST),
            datetime.combine(day, self.closes, tzinfo=JST),
        )


class AuditPolicies:
    """A municipality's thresholds by the day from which they hold."""

    def __init__(self, dated: Mapping[date, AuditPolicy]) -> None:
        """Take what was set; before the first day the common defaults hold."""
        self._dated = sorted(dated.items())

    def on(self, day: date) -> AuditPolicy:
        """What holds on a day."""
        holding = [policy for since, policy in self._dated if since <= day]
        return holding[-1] if holding else AuditPolicy()

    def longest_look_back(self, days: "list[date]") -> timedelta:
        """How long before the first of these days any of them looks."""
        return timedelta(days=max(self.on(d).median_days for d in days))
