"""Minutes (会議録) in versions: drafted, agreed to or objected to, confirmed, corrected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.text import LongText, Paragraph


class WriteMinutes(BaseModel):
    """The minutes (会議録)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: LongText


class DraftMinutes(BaseModel):
    """What the record of the conference does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    next_at: AwareDatetime | None = Field(
        default=None, description="When the next conference is held (次回の予定)."
    )


class AgreeMinutes(BaseModel):
    """Whether an agency that attended agrees to the minutes as they stand; if not, why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agrees: bool
    remark: Paragraph | None = None


class CorrectMinutes(BaseModel):
    """The whole text as it is right, and why it is corrected."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: LongText
    reason: Paragraph


class MinutesVersion(Disclosable):
    """One version; whatever is written is kept."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    text: Annotated[LongText, D3]
    #: Why confirmed minutes were corrected; empty for drafts.
    reason: Annotated[Paragraph | None, D3] = None
    written_at: Annotated[datetime, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None


class MinutesAgreement(Disclosable):
    """What an agency that attended says of one version; its last word counts."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    agrees: Annotated[bool, D0]
    remark: Annotated[Paragraph | None, D3] = None
    said_at: Annotated[datetime, D0]


def standing(said: Sequence[MinutesAgreement], number: int) -> list[MinutesAgreement]:
    """The last word of each agency on a version."""
    last = {a.agency_id: a for a in said if a.number == number}
    return list(last.values())


def check_no_objection(said: Sequence[MinutesAgreement], number: int) -> None:
    """Minutes somebody objects to are rewritten before they are confirmed."""
    objections = sum(not a.agrees for a in standing(said, number))
    if objections:
        raise IllegalMove("conference.minutes_objected", facts={"objections": objections})
