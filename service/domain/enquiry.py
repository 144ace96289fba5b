"""Enquiries: "is this person known to you?" (rows 1-15, 1-16).

Even a yes is personal data. Nothing is looked up when it is asked: everybody gets the same
answer at once, and a human at the asked desk answers when there is a basis to say more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.calendar_jp import PartialDate
from service.domain.decision import Basis
from service.domain.disclosure import D0, D1, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.provision import SHORTEST_REASON
from service.domain.text import Line, Paragraph, invalid

MESSAGES_EN = {
    "enquiry.reason_too_short": "Say in a sentence what was noticed and why it is urgent (at least 15 characters).",
    "enquiry.person_missing": "To say that the person is known, name the record (person_id) that the basis is about.",
}
MESSAGES_JA = {
    "enquiry.reason_too_short": "気づいたことと急ぐ理由を文で記入してください（15文字以上）。",
    "enquiry.person_missing": "「関わりがある」と答えるには、根拠の対象となる本人の記録（person_id）を指定してください。",
}


class EnquiryKind(StrEnum):
    """What is asked."""

    ACQUAINTANCE = "acquaintance"
    SAFETY_CHECK = "safety_check"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return ENQUIRY_JA[self]


ENQUIRY_JA: dict[EnquiryKind, str] = {
    EnquiryKind.ACQUAINTANCE: "関わりの有無の照会",
    EnquiryKind.SAFETY_CHECK: "安否確認",
}

#: A safety check is an emergency (LIFE) and is over after a day.
BASIS_OF_ENQUIRY: Mapping[EnquiryKind, Basis] = {
    EnquiryKind.ACQUAINTANCE: Basis.INTERNAL,
    EnquiryKind.SAFETY_CHECK: Basis.LIFE,
}
OPEN_FOR: Mapping[EnquiryKind, timedelta] = {
    EnquiryKind.ACQUAINTANCE: timedelta(days=14),
    EnquiryKind.SAFETY_CHECK: timedelta(hours=24),
}


class AskEnquiry(Disclosable):
    """Who is meant, as the asker knows them, and what was noticed."""

    kind: Annotated[EnquiryKind, D0]
    to_agency_id: Annotated[UUID, D0]
    name: Annotated[Line | None, D1] = None
    kana: Annotated[Line | None, D1] = None
    birth: Annotated[PartialDate | None, D1] = None
    address: Annotated[Line | None, D1] = None
    noticed: Annotated[Paragraph, D3] = Field(description="What was noticed, and why it is asked.")

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        urgent = self.kind is EnquiryKind.SAFETY_CHECK
        if urgent and len(self.noticed) < SHORTEST_REASON:
            raise invalid("enquiry.reason_too_short", MESSAGES_EN)
        return self


class EnquiryAnswer(StrEnum):
    """What the asked desk says. Without a basis there is one answer, whatever it knows."""

    NOTED = "noted"
    KNOWN = "known"

    @property
    def label_ja(self) -> str:
        """The answer in the field's words."""
        return ANSWER_JA[self]


ANSWER_JA: dict[EnquiryAnswer, str] = {
    EnquiryAnswer.NOTED: "確認しました。必要な対応は当窓口で行います",
    EnquiryAnswer.KNOWN: "当窓口で関わっています",
}


class AnswerEnquiry(BaseModel):
    """Noted, or known on a basis that covers the asker."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: EnquiryAnswer
    person_id: UUID | None = Field(
        default=None, description="The record that a consent or provision opens to the asker."
    )
    note: Paragraph | None = Field(default=None, description="For the desk's own file.")

    @model_validator(mode="after")
    def _names_the_record(self) -> Self:
        if self.answer is EnquiryAnswer.KNOWN and self.person_id is None:
            raise invalid("enquiry.person_missing", MESSAGES_EN)
        return self


class Enquiry(AskEnquiry):
    """An enquiry's record."""

    id: Annotated[UUID, D0]
    from_agency_id: Annotated[UUID, D0]
    from_position_id: Annotated[UUID | None, D0] = None
    asked_at: Annotated[datetime, D0]
    expires_at: Annotated[datetime, D0]
    answer: Annotated[EnquiryAnswer | None, D0] = None
    answered_at: Annotated[datetime | None, D0] = None
    #: For the asked desk alone.
    person_id: Annotated[UUID | None, D1] = None
    note: Annotated[Paragraph | None, D3] = None
    version: Annotated[int, D0] = 1

    @property
    def basis(self) -> Basis:
        """The basis on which it was put to the desk."""
        return BASIS_OF_ENQUIRY[self.kind]

    def open_at(self, at: datetime) -> bool:
        """Whether it is still to be read and answered by the desk."""
        return at < self.expires_at

    def answered(self, command: AnswerEnquiry, at: datetime) -> Self:
        """Answered, once, before it is over."""
        if self.answered_at is not None:
            raise IllegalMove("enquiry.already_answered")
        if not self.open_at(at):
            raise IllegalMove("enquiry.expired")
        return self.but(
            answer=command.answer,
            answered_at=at,
            person_id=command.person_id,
            note=command.note,
            version=self.version + 1,
        )

    def for_asker(self) -> Self:
        """As its asker may read it: the answer, and nothing of what the desk knows."""
        return self.but(person_id=None, note=None)
