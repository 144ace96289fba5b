"""A consultation taken in at any desk (相談受付). There is no way to reject one (row 3-01).

It may be incomplete, anonymous and without any category: whoever hears the problem first
receives it, and the directory says where to go next.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.consultation_states import (
    ENDINGS,
    NEXT,
    ConsultationAct,
    ConsultationStatus,
)
from service.domain.disclosure import D0, D3, D6, D7, Disclosable
from service.domain.errors import IllegalMove
from service.domain.intake import Intake
from service.domain.text import Code, Line, Paragraph


class Channel(StrEnum):
    """How it reached the desk."""

    VISIT = "visit"
    CALL = "call"
    MESSAGE = "message"
    OUTREACH = "outreach"
    THIRD_PARTY = "third_party"
    OTHER = "other"


class ReceiveConsultation(Disclosable):
    """What was heard. Only the words are needed; everything else may follow later."""

    told: Annotated[Paragraph, D3] = Field(description="What was heard, as it was said.")
    person_id: Annotated[UUID | None, D0] = None
    channel: Annotated[Channel, D0] = Channel.OTHER
    area: Annotated[Code | None, D0] = None
    themes: Annotated[tuple[Code, ...], D3] = Field(
        default=(), max_length=20, description="Empty when it is not clear what it is about."
    )
    informant: Annotated[Line | None, D6] = None
    opinion: Annotated[Paragraph | None, D7] = None
    heard_on: Annotated[date | None, D0] = Field(
        default=None,
        description="The day on which it was heard, if that was before it was entered.",
    )
    intake: Annotated[Intake, D0] = Field(
        default=Intake(), description="The intake sheet, as far as it is filled in."
    )


class ScreenConsultation(BaseModel):
    """How it goes on. What is meant by each way stands in brief §4.3."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: ConsultationAct
    note: Paragraph | None = None
    next_contact_on: date | None = None
    conference_id: UUID | None = Field(
        default=None, description="The statutory conference it was put before (act list)."
    )


class Consultation(ReceiveConsultation):
    """A consultation's record, with the desk that answers for it."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    municipality_code: Annotated[str, D0]
    hub_agency_id: Annotated[UUID, D0]
    received_at: Annotated[datetime, D0]
    routed_desk_id: Annotated[UUID, D0]
    routed_because: Annotated[Code, D0]
    status: Annotated[ConsultationStatus, D0] = ConsultationStatus.CONSULTATION
    due_at: Annotated[datetime | None, D0] = None
    missed: Annotated[int, D0] = 0
    next_contact_on: Annotated[date | None, D0] = None
    screened_at: Annotated[datetime | None, D0] = None
    screening_note: Annotated[Paragraph | None, D3] = None
    conference_id: Annotated[UUID | None, D0] = None
    signal_id: Annotated[UUID | None, D0] = None
    #: The case that ended before this return: a new episode, linked (brief §8 rule 18).
    previous_case_id: Annotated[UUID | None, D0] = None
    case_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

    def move(self, act: ConsultationAct) -> Self:
        """The consultation after the act, without what the act itself brings along."""
        try:
            status = NEXT[self.status, act]
        except KeyError:
            raise IllegalMove(
                "consultation.illegal_move",
                facts={"state": self.status, "act": act, "open": [a.value for a in self.open_acts]},
            ) from None
        due_at = None if status in ENDINGS else self.due_at
        return self.but(status=status, due_at=due_at, version=self.version + 1)

    @property
    def open_acts(self) -> tuple[ConsultationAct, ...]:
        """What may be done next by hand."""
        return tuple(
            a
            for a in ConsultationAct
            if (self.status, a) in NEXT and a is not ConsultationAct.MISS_DEADLINE
        )

    def amended(self, command: ReceiveConsultation) -> Self:
        """With what is known by now; who it is may become known, and never somebody else."""
        if self.status in ENDINGS:
            raise IllegalMove("consultation.ended", facts={"state": self.status})
        if self.person_id is not None and command.person_id != self.person_id:
            raise IllegalMove("consultation.another_person")
        return self.but(**dict(command), version=self.version + 1)
