"""The list of members of a conference body (構成機関名簿), with dates.

The chair selects the members for each meeting from the list (brief §2.4 no. 2); whoever is no
longer on it reads nothing more (§8 rule 21).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, model_validator

from service.domain.conference_body import ConferenceBody
from service.domain.disclosure import D0
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import invalid
from service.domain.validity import Dated

MESSAGES_EN = {
    "conference_member.ends_before_start": "The membership ends before it begins. Correct valid_until.",
}
MESSAGES_JA = {
    "conference_member.ends_before_start": "構成機関の終期が始期より前です。valid_untilを直してください。",
}
_ONE_DAY = timedelta(days=1)


class AddMember(Dated):
    """One more agency on the list."""

    agency_id: Annotated[UUID, D0]

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise invalid("conference_member.ends_before_start", MESSAGES_EN)
        return self


class EndMembership(BaseModel):
    """Until when the agency is on the list; left out: it is off it at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last_day: date | None = None


class BodyMember(Dated):
    """An agency's line on the list."""

    id: Annotated[UUID, D0]
    body_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    listed_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1

    def ended(self, last_day: date | None, today: date) -> Self:
        """With its last day; whoever leaves at once was on the list until yesterday."""
        day = today - _ONE_DAY if last_day is None else last_day
        if self.valid_until is not None and self.valid_until <= day:
            raise IllegalMove("conference_member.already_ended")
        if last_day is not None and last_day < self.valid_from:
            raise Invalid("conference_member.ends_too_early", field="/last_day")
        return self.but(valid_until=day, version=self.version + 1)

    def overlaps(self, other: Dated) -> bool:
        """Whether there is a day on which both hold."""
        if not _some_day(self) or not _some_day(other):
            return False
        return _begins_in_time(self, other) and _begins_in_time(other, self)


def _some_day(line: Dated) -> bool:
    return line.valid_until is None or line.valid_from <= line.valid_until


def _begins_in_time(line: Dated, other: Dated) -> bool:
    return other.valid_until is None or line.valid_from <= other.valid_until


def listed_on(members: Iterable[BodyMember], day: date) -> frozenset[UUID]:
    """The agencies on the list on the day."""
    return frozenset(m.agency_id for m in members if m.holds_on(day))


def sits(
    body: ConferenceBody, members: Iterable[BodyMember], agency_id: UUID | None, day: date
) -> bool:
    """Whether the agency is of the body on the day; who convenes and who keeps it always are."""
    if agency_id is None:
        return False
    if agency_id == body.convener_agency_id or agency_id in body.secretariat_agency_ids:
        return True
    return agency_id in listed_on(members, day)
