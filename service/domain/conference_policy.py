"""A municipality's terms for conferences: data with a date (policy ``conference``)."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import jst_date
from service.domain.term import Closed


class ConferencePolicy(BaseModel):
    """When invited agencies that have not answered are reminded."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: So many working days before the conference.
    days_before: int = Field(default=3, ge=0, le=60)

    def remind_on(self, starts_at: datetime, closed: Closed) -> date:
        """The working day on which they are reminded."""
        day = jst_date(starts_at)
        left = self.days_before
        while left > 0 or closed(day):
            day -= timedelta(days=1)
            left -= not closed(day)
        return day
