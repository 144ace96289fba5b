"""A municipality's terms for conferences: data with a date (policy ``conference``)."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import jst_date
from service.domain.term import Closed


class ConferencePolicy(BaseModel):
    """When agencies are reminded: of an invitation without an answer, of what they are to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: So many working days before the conference.
    days_before: int = Field(default=3, ge=0, le=60)
    #: So many days before a task is due, its agency is reminded.
    task_days_before: int = Field(default=3, ge=0, le=60)
    #: So many days after it was due, its agency and the convener are told.
    task_days_after: int = Field(default=1, ge=1, le=60)
    #: What falls due within so many days stands out on the board.
    board_days: int = Field(default=14, ge=1, le=365)

    def remind_on(self, starts_at: datetime, closed: Closed) -> date:
        """The working day on which they are reminded."""
        day = jst_date(starts_at)
        left = self.days_before
        while left > 0 or closed(day):
            day -= timedelta(days=1)
            left -= not closed(day)
        return day

    def last_on_board(self, today: date) -> date:
        """The last day of what stands out on the board because it falls due soon."""
        return today + timedelta(days=self.board_days)

    def days_of(self, due_on: date, today: date) -> dict[str, date | None]:
        """When a task that is due then is reminded of, and when both sides are told."""
        remind_on = due_on - timedelta(days=self.task_days_before)
        return {
            # Given on short notice, the task itself is the reminder.
            "remind_on": remind_on if remind_on > today else None,
            "chase_on": due_on + timedelta(days=self.task_days_after),
        }
