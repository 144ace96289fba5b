"""A conference as it stands in a calendar: when, where, which agencies come. Nothing personal.

Calendars lie on telephones and on servers of other firms. So an entry never says what is
talked about, on whom, or who comes for an agency (checklist P9).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.conference import Answer, Attendee, Conference
from service.domain.conference_states import KINDS, ConferenceStatus


class EntryStatus(StrEnum):
    """How sure it is that the conference takes place."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """What a calendar is to do with what it gets."""

    CANCEL = "cancel"
    PUBLISH = "publish"
    REQUEST = "request"


class InvitedAgency(BaseModel):
    """An agency at the table and its answer; never who comes for it."""

    model_config = ConfigDict(frozen=True)

    agency_id: UUID
    name: str
    answer: Answer


class CalendarEntry(BaseModel):
    """One conference in a calendar."""

    model_config = ConfigDict(frozen=True)

    conference_id: UUID
    #: Rises when time, place or status change, so that a calendar knows the newer one.
    sequence: int
    status: EntryStatus
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str | None
    online_url: str | None
    convener: InvitedAgency
    invited: tuple[InvitedAgency, ...] = ()

    @property
    def method(self) -> Method:
        """What an invited agency's calendar is to do: take it in, or take it out."""
        return Method.CANCEL if self.status is EntryStatus.CANCELLED else Method.REQUEST


_STATUS: Mapping[ConferenceStatus, EntryStatus] = {
    ConferenceStatus.PLANNED: EntryStatus.TENTATIVE,
    ConferenceStatus.CANCELLED: EntryStatus.CANCELLED,
}


def entry_of(
    conference: Conference, attendees: Iterable[Attendee], names: Mapping[UUID, str]
) -> CalendarEntry:
    """The conference in a calendar, with its agencies; persons and residents are left out."""

    def invited(agency_id: UUID, answer: Answer) -> InvitedAgency:
        return InvitedAgency(agency_id=agency_id, name=names[agency_id], answer=answer)

    convener = conference.convener_agency_id
    return CalendarEntry(
        conference_id=conference.id,
        sequence=conference.sequence,
        status=_STATUS.get(conference.status, EntryStatus.CONFIRMED),
        title=conference.local_name or KINDS[conference.kind].label_ja,
        starts_at=conference.starts_at,
        ends_at=conference.ends_at,
        place=conference.place,
        online_url=conference.online_url,
        convener=invited(convener, Answer.ACCEPTED),
        invited=tuple(
            invited(a.agency_id, a.answer)
            for a in attendees
            if a.agency_id is not None and a.agency_id != convener
        ),
    )
