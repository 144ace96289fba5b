"""Progress notes on a case (支援経過記録), each part with its own data class (row 2-26)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, D3, D4, D7, Disclosable
from service.domain.text import Paragraph


class WriteNote(Disclosable):
    """What happened. Health and opinions go into fields of their own, so that the rest can be shared."""

    happened_on: Annotated[date, D0]
    text: Annotated[Paragraph, D3]
    sensitive: Annotated[Paragraph | None, D4] = Field(
        default=None, description="Health, disability and the like."
    )
    opinion: Annotated[Paragraph | None, D7] = Field(
        default=None, description="The worker's own opinion; it never leaves the agency."
    )


class Note(WriteNote):
    """A progress note's record; notes are added, never changed."""

    id: Annotated[UUID, D0]
    case_id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    written_at: Annotated[datetime, D0]
