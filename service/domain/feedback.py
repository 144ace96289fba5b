"""Feedback to a welfare commissioner (民生委員への情報提供), for watching over (rows 1-59, 1-61, 4-44).

With the person's consent, only the chosen items, for one term of office: a successor is told
anew, by the same consent to "the commissioner of our area", never by inheriting the list.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain.disclosure import D0, D1, D3, Classes, DataClass, Disclosable, disclose
from service.domain.errors import IllegalMove
from service.domain.people import Person
from service.domain.text import Code, Paragraph, invalid

MESSAGES_EN = {
    "feedback.watch_point_missing": "Write the watch point, or leave watch_point out of the items.",
    "feedback.whom_missing": "Name the commissioner's position, or the area whose commissioner is meant.",
}
MESSAGES_JA = {
    "feedback.watch_point_missing": "見守りの要点を記入するか、項目からwatch_pointを外してください。",
    "feedback.whom_missing": "民生委員の職（position）または担当区域（area）を指定してください。",
}


class FeedbackItem(StrEnum):
    """What the commissioner is told: nothing that is not ticked."""

    NAME = "name"
    ADDRESS = "address"
    PHONE = "phone"
    BIRTH = "birth"
    WATCH_POINT = "watch_point"

    @property
    def label_ja(self) -> str:
        """The item in the field's words."""
        return ITEM_JA[self]


ITEM_JA: dict[FeedbackItem, str] = {
    FeedbackItem.NAME: "氏名",
    FeedbackItem.ADDRESS: "住所",
    FeedbackItem.PHONE: "電話番号",
    FeedbackItem.BIRTH: "生年月日",
    FeedbackItem.WATCH_POINT: "見守りの要点",
}

#: The field of the person's record that an item shows.
FIELD_OF: Mapping[FeedbackItem, str] = {
    FeedbackItem.NAME: "names",
    FeedbackItem.ADDRESS: "address",
    FeedbackItem.PHONE: "phones",
    FeedbackItem.BIRTH: "birth",
}


class GiveFeedback(Disclosable):
    """Whom the commissioner is asked to watch over, and what they are told."""

    person_id: Annotated[UUID, D1]
    to_position_id: Annotated[UUID | None, D0] = None
    area: Annotated[Code | None, D0] = Field(
        default=None, description="The commissioner of this area, whoever that is today."
    )
    items: Annotated[frozenset[FeedbackItem], D0] = Field(min_length=1)
    watch_point: Annotated[Paragraph | None, D3] = None
    valid_until: Annotated[date | None, D0] = Field(
        default=None, description="Last day; at the latest the end of the term of office."
    )

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        ticked = FeedbackItem.WATCH_POINT in self.items
        if ticked != (self.watch_point is not None):
            raise invalid("feedback.watch_point_missing", MESSAGES_EN)
        if self.to_position_id is None and self.area is None:
            raise invalid("feedback.whom_missing", MESSAGES_EN)
        return self


class Feedback(Disclosable):
    """A feedback's record."""

    id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D1]
    from_agency_id: Annotated[UUID, D0]
    to_agency_id: Annotated[UUID, D0]
    to_position_id: Annotated[UUID, D0]
    #: The term of office it was given to.
    tenure_id: Annotated[UUID, D0]
    area: Annotated[Code | None, D0] = None
    items: Annotated[frozenset[FeedbackItem], D0]
    watch_point: Annotated[Paragraph | None, D3] = None
    given_at: Annotated[datetime, D0]
    valid_until: Annotated[date | None, D0] = None
    acknowledged_at: Annotated[datetime | None, D0] = None
    ended_at: Annotated[datetime | None, D0] = None
    #: It goes on from one that was given to the predecessor.
    follows_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

    def holds_on(self, day: date) -> bool:
        """Whether the commissioner may still read it."""
        return self.ended_at is None and (self.valid_until is None or day <= self.valid_until)

    @property
    def classes(self) -> Classes:
        """The classes that its items need."""
        ticked = FeedbackItem.WATCH_POINT in self.items
        return frozenset[DataClass]({D0, D1, D3} if ticked else {D0, D1})

    def acknowledged(self, at: datetime) -> Self:
        """The commissioner has read it and will look in."""
        if self.acknowledged_at is not None:
            raise IllegalMove("feedback.already_acknowledged")
        if self.ended_at is not None:
            raise IllegalMove("feedback.already_ended")
        return self.but(acknowledged_at=at, version=self.version + 1)

    def ended(self, at: datetime) -> Self:
        """Over: the task is done, or the term of office is."""
        if self.ended_at is not None:
            raise IllegalMove("feedback.already_ended")
        return self.but(ended_at=at, version=self.version + 1)


def show_feedback(feedback: Feedback, person: Person | None, classes: Classes) -> dict[str, Any]:
    """The feedback with the ticked items of the person's record, as far as they are open."""
    shown = disclose(feedback, classes)
    known = disclose(person, classes) if person is not None else {}
    wanted = {FIELD_OF[i] for i in feedback.items if i in FIELD_OF}
    shown["person"] = {field: known[field] for field in sorted(wanted) if field in known}
    return shown
