"""Deadlines as municipal policy (brief §3.2): data with a date, never a constant in a rule."""

from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from service.domain.referral import Urgency
from service.domain.referral_states import Clock, Status
from service.domain.term import Term, Unit, calendar, working
from service.domain.text import Line


class ReferralPolicy(BaseModel):
    """A municipality's deadlines for referrals, by what is waited for and how urgent it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    normal: Mapping[Clock, Term] = {}
    urgent: Mapping[Clock, Term] = {}
    #: Recorded attempts before a referral may be closed without any contact.
    contact_attempts: int = Field(default=3, ge=1, le=20)
    #: How long after the first contact the sender asks how it went (row 3-22).
    check: Term = Term(days=30, unit=Unit.CALENDAR)

    def term(self, clock: Clock, urgency: Urgency) -> Term:
        """The term that applies; what the municipality has not set follows the common default."""
        if urgency is Urgency.URGENT:
            return self.urgent.get(clock) or URGENT[clock]
        return self.normal.get(clock) or NORMAL[clock]

    @classmethod
    def common(cls) -> Self:
        """The defaults of a municipality that has set nothing itself."""
        return cls()


class StatusLabels(BaseModel):
    """A municipality's own words for where something stands (``status_labels``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    referral: Mapping[Status, Line] = {}

    def of(self, status: Status) -> str | None:
        """What it is called here; ``None`` where the common word is used."""
        return self.referral.get(status)


#: Brief §3.2: answer within 3 working days, first contact within 10; urgent the same day.
NORMAL: Mapping[Clock, Term] = {
    Clock.DRAFT: working(5),
    Clock.ANSWER: working(3),
    Clock.INFO: working(3),
    Clock.ONWARD: working(2),
    Clock.HUB: working(2),
    Clock.FIRST_CONTACT: working(10),
    Clock.WORK: calendar(90),
    Clock.WITHDRAWAL: working(3),
    Clock.CONSENT: working(10),
}
URGENT: Mapping[Clock, Term] = {
    Clock.DRAFT: calendar(0),
    Clock.ANSWER: calendar(0),
    Clock.INFO: calendar(0),
    Clock.ONWARD: calendar(0),
    Clock.HUB: calendar(0),
    Clock.FIRST_CONTACT: calendar(1),
    Clock.WORK: calendar(30),
    Clock.WITHDRAWAL: calendar(1),
    Clock.CONSENT: calendar(2),
}
