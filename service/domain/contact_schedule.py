"""When somebody is contacted next, with or without a plan or a case (つながり続ける, row 0-05)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Paragraph, invalid

MESSAGES_EN = {
    "contact.what_next": "Say what is next: the next day (next_on), that they come for a consultation (told), or that it ends (end_reason).",
}
MESSAGES_JA = {
    "contact.what_next": "次の一手を一つ選んでください：次回の日（next_on）、相談の再開（told）、または終了の理由（end_reason）。",
}


class ContactWhy(StrEnum):
    """Why contact is kept."""

    AFTER_CARE = "after_care"
    NO_CONSENT = "no_consent"
    STAY_CONNECTED = "stay_connected"
    WATCH = "watch"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return WHY_JA[self]


WHY_JA: dict[ContactWhy, str] = {
    ContactWhy.AFTER_CARE: "終結後の見守り",
    ContactWhy.NO_CONSENT: "同意に向けた関係づくり",
    ContactWhy.STAY_CONNECTED: "つながり続ける支援",
    ContactWhy.WATCH: "見守り",
}


class ScheduleContact(Disclosable):
    """Whom, why, and when next."""

    person_id: Annotated[UUID, D0]
    why: Annotated[ContactWhy, D0] = ContactWhy.STAY_CONNECTED
    next_on: Annotated[date, D0]
    every_days: Annotated[int | None, D0] = Field(
        default=None, ge=1, le=400, description="The usual distance; the next day follows from it."
    )
    case_id: Annotated[UUID | None, D0] = None
    consultation_id: Annotated[UUID | None, D0] = None
    how: Annotated[Paragraph | None, D3] = Field(
        default=None, description="How to make contact, and what to look out for."
    )


class RecordContact(BaseModel):
    """What came of it, and what is next."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: AwareDatetime
    reached: bool
    note: Paragraph | None = None
    next_on: date | None = None
    told: Paragraph | None = Field(
        default=None, description="They want help again: a new consultation begins with this."
    )
    end_reason: Paragraph | None = None

    @model_validator(mode="after")
    def _something_is_next(self) -> Self:
        if sum(x is not None for x in (self.next_on, self.told, self.end_reason)) > 1:
            raise invalid("contact.what_next", MESSAGES_EN)
        return self


class Made(Disclosable):
    """One contact, or an attempt at it."""

    at: Annotated[datetime, D0]
    reached: Annotated[bool, D0]
    position_id: Annotated[UUID | None, D0] = None
    note: Annotated[Paragraph | None, D3] = None


class ContactSchedule(ScheduleContact):
    """A contact schedule's record."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    made_at: Annotated[datetime, D0]
    #: The day for which the desk was last reminded.
    reminded_for: Annotated[date | None, D0] = None
    contacts: Annotated[tuple[Made, ...], D0] = Field(default=(), max_length=2000)
    end_reason: Annotated[Paragraph | None, D3] = None
    ended_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def recorded(
        self, command: RecordContact, made: Made, next_on: date | None, at: datetime
    ) -> Self:
        """With one more contact; it goes on unless it has ended."""
        if self.ended_at is not None:
            raise IllegalMove("contact.ended")
        over = command.end_reason is not None or command.told is not None
        if not over and next_on is None:
            raise Invalid("contact.next_day_missing", field="/next_on")
        return self.but(
            contacts=(*self.contacts, made),
            next_on=self.next_on if over or next_on is None else next_on,
            end_reason=command.end_reason,
            ended_at=at if over else None,
            version=self.version + 1,
        )
