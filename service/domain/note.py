"""Progress notes on a case (支援経過記録), each part with its own data class (row 2-26)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, D3, D4, D7, Disclosable
from service.domain.text import Line, Paragraph


class NoteKind(StrEnum):
    """How it came about (対応区分, brief §4.4)."""

    CALL = "call"
    VISIT = "visit"
    INTERVIEW = "interview"
    INTERNAL_MEETING = "internal_meeting"
    CONFERENCE = "conference"
    OTHER_MEETING = "other_meeting"
    ENQUIRY = "enquiry"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The kind as it stands on the form."""
        return KIND_JA[self]


KIND_JA: dict[NoteKind, str] = {
    NoteKind.CALL: "電話相談・連絡",
    NoteKind.VISIT: "訪問・同行支援",
    NoteKind.INTERVIEW: "面談",
    NoteKind.INTERNAL_MEETING: "所内会議",
    NoteKind.CONFERENCE: "支援調整会議",
    NoteKind.OTHER_MEETING: "他機関との会議（支援調整会議を除く）",
    NoteKind.ENQUIRY: "他機関との電話照会・協議",
    NoteKind.OTHER: "その他",
}


class WriteNote(Disclosable):
    """What happened. Health and opinions go into fields of their own, so that the rest can be shared."""

    happened_on: Annotated[date, D0]
    kind: Annotated[NoteKind, D0] = NoteKind.OTHER
    with_whom: Annotated[Line | None, D3] = Field(
        default=None, description="相手: the person, the family, an agency."
    )
    minutes: Annotated[int | None, D0] = Field(default=None, ge=1, le=1440, description="対応時間")
    next: Annotated[Paragraph | None, D3] = Field(default=None, description="次回")
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
