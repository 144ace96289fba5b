"""Deadlines as municipal policy (brief §3.2): data with a date, never a constant in a rule."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import JST, jst_date
from service.domain.referral import Urgency
from service.domain.referral_states import Clock

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

    def ends(self, start: datetime, closed: Closed) -> datetime:
        """The first instant (UTC) at which the term is over: midnight in Japan."""
        day = jst_date(start)
        left = self.days
        while left > 0:
            day += timedelta(days=1)
            if self.unit is Unit.CALENDAR or not closed(day):
                left -= 1
        while self.unit is Unit.WORKING and closed(day):
            day += timedelta(days=1)
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=JST).astimezone(UTC)


def _term(days: int, unit: Unit = Unit.WORKING) -> Term:
    return Term(days=days, unit=unit)


class ReferralPolicy(BaseModel):
    """A municipality's deadlines for referrals, by what is waited for and how urgent it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    normal: Mapping[Clock, Term] = {}
    urgent: Mapping[Clock, Term] = {}
    #: Recorded attempts before a referral may be closed without any contact.
    contact_attempts: int = Field(default=3, ge=1, le=20)

    def term(self, clock: Clock, urgency: Urgency) -> Term:
        """The term that applies; what the municipality has not set follows the common default."""
        if urgency is Urgency.URGENT:
            return self.urgent.get(clock) or URGENT[clock]
        return self.normal.get(clock) or NORMAL[clock]

    @classmethod
    def common(cls) -> Self:
        """The defaults of a municipality that has set nothing itself."""
        return cls()


#: Brief §3.2: answer within 3 working days, first contact within 10; urgent the same day.
NORMAL: Mapping[Clock, Term] = {
    Clock.DRAFT: _term(5),
    Clock.ANSWER: _term(3),
    Clock.INFO: _term(3),
    Clock.ONWARD: _term(2),
    Clock.HUB: _term(2),
    Clock.FIRST_CONTACT: _term(10),
    Clock.WORK: _term(90, Unit.CALENDAR),
    Clock.WITHDRAWAL: _term(3),
    Clock.CONSENT: _term(10),
}
URGENT: Mapping[Clock, Term] = {
    Clock.DRAFT: _term(0, Unit.CALENDAR),
    Clock.ANSWER: _term(0, Unit.CALENDAR),
    Clock.INFO: _term(0, Unit.CALENDAR),
    Clock.ONWARD: _term(0, Unit.CALENDAR),
    Clock.HUB: _term(0, Unit.CALENDAR),
    Clock.FIRST_CONTACT: _term(1, Unit.CALENDAR),
    Clock.WORK: _term(30, Unit.CALENDAR),
    Clock.WITHDRAWAL: _term(1, Unit.CALENDAR),
    Clock.CONSENT: _term(2, Unit.CALENDAR),
}
