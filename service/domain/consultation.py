"""A consultation taken in at any desk (相談受付). There is no way to reject one (row 3-01).

It may be incomplete, anonymous and without any category: whoever hears the problem first
receives it, and the directory says where to go next.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, D3, D6, D7, Disclosable
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


class Consultation(ReceiveConsultation):
    """A consultation's record, with the desk that answers for it."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    received_at: Annotated[datetime, D0]
    routed_desk_id: Annotated[UUID, D0]
    routed_because: Annotated[Code, D0]
    version: Annotated[int, D0] = 1
