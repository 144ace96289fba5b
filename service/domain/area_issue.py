"""Area issues (地域課題): anonymous themes raised from cases; nobody can be named in one (rule 19)."""

import re
import unicodedata
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.conference import ItemPurpose
from service.domain.conference_kinds import ConferenceLevel
from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.suppression import FEWEST_TOLD, suppress, suppress_total
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "area_issue.names_a_record": "An area issue points at no record: take the id out of the text.",
    "area_issue.area_twice": "Count each area once.",
}
MESSAGES_JA = {
    "area_issue.names_a_record": "地域課題には個別の記録を記載できません。本文からIDを削除してください。",
    "area_issue.area_twice": "地区は一度ずつ数えてください。",
}
_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def points_at_a_record(text: str) -> bool:
    """Whether the text holds a record's id, in whatever width or with whatever dashes."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _ID.search(re.sub(r"[\s\u2010-\u2015\u2212\u30fc]", "-", plain)) is not None


class IssueState(StrEnum):
    """Whether somebody does something about it."""

    OPEN = "open"
    CLOSED = "closed"


class AreaCount(Disclosable):
    """How many cases in an area."""

    area: Annotated[Code, D7]
    cases: Annotated[int, D7] = Field(ge=0, le=100_000)


class RaiseAreaIssue(Disclosable):
    """What many cases have in common, and where; without anybody's name."""

    title: Annotated[Line, D0]
    text: Annotated[Paragraph, D0]
    theme: Annotated[Code, D0]
    counts: Annotated[tuple[AreaCount, ...], D7] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _anonymous(self) -> Self:
        if points_at_a_record(self.title) or points_at_a_record(self.text):
            raise invalid("area_issue.names_a_record", MESSAGES_EN)
        if len({c.area for c in self.counts}) < len(self.counts):
            raise invalid("area_issue.area_twice", MESSAGES_EN)
        return self


class CloseAreaIssue(BaseModel):
    """What was begun to close the gap."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    activity: Paragraph

    @model_validator(mode="after")
    def _anonymous(self) -> Self:
        if points_at_a_record(self.activity):
            raise invalid("area_issue.names_a_record", MESSAGES_EN)
        return self


class PassAreaIssueUp(BaseModel):
    """Put it before a body that reaches farther (1-49)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_id: UUID
    text: Paragraph | None = Field(
        default=None,
        description="In words for those who do not know the place; left out: as it is.",
    )

    @model_validator(mode="after")
    def _anonymous(self) -> Self:
        if self.text is not None and points_at_a_record(self.text):
            raise invalid("area_issue.names_a_record", MESSAGES_EN)
        return self


class IssueStep(Disclosable):
    """A level that an issue went through, and the day on which it went on from there."""

    level: Annotated[ConferenceLevel, D0]
    passed_on: Annotated[date, D0]


#: What an item is for from which an area issue may be raised.
RAISES_ISSUES = frozenset({ItemPurpose.AREA_ISSUE, ItemPurpose.RESOURCE_GAP})


class AreaIssue(RaiseAreaIssue):
    """An area issue's record, at one level."""

    #: Of an issue that was passed up, only the total is known.
    counts: Annotated[tuple[AreaCount, ...], D7] = Field(default=(), max_length=200)

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    raised_at: Annotated[datetime, D0]
    state: Annotated[IssueState, D0] = IssueState.OPEN
    activity: Annotated[Paragraph | None, D0] = None
    level: Annotated[ConferenceLevel, D0] = ConferenceLevel.MUNICIPALITY
    #: The body on whose list it stands, since it was passed up to it.
    body_id: Annotated[UUID | None, D0] = None
    #: What was told of the number when it was passed up; too small a number is not told.
    total_told: Annotated[int | None, D0] = None
    way: Annotated[tuple[IssueStep, ...], D0] = ()
    #: The bodies it was passed up to from here.
    passed_to: Annotated[tuple[UUID, ...], D0] = ()
    version: Annotated[int, D0] = 1

    def closed(self, activity: str) -> Self:
        """The gap is closed by an activity."""
        if self.state is IssueState.CLOSED:
            raise IllegalMove("area_issue.already_closed")
        return self.but(state=IssueState.CLOSED, activity=activity, version=self.version + 1)

    def passed_up(
        self,
        command: PassAreaIssueUp,
        *,
        to: ConferenceLevel,
        issue_id: UUID,
        holder: UUID,
        municipality_code: str,
        at: datetime,
        on: date,
    ) -> tuple[Self, Self]:
        """It and what the body of the higher level gets: the theme, the total, the way; no ids."""
        if self.state is IssueState.CLOSED:
            raise IllegalMove("area_issue.already_closed")
        if not to.above(self.level):
            raise Invalid("area_issue.not_higher", field="/body_id")
        if command.body_id in self.passed_to:
            raise IllegalMove("area_issue.already_passed")
        higher = type(self)(
            id=issue_id,
            agency_id=holder,
            municipality_code=municipality_code,
            raised_at=at,
            title=self.title,
            text=command.text or self.text,
            theme=self.theme,
            level=to,
            body_id=command.body_id,
            total_told=self.report()["total"],
            way=(*self.way, IssueStep(level=self.level, passed_on=on)),
        )
        told = (*self.passed_to, command.body_id)
        return self.but(passed_to=told, version=self.version + 1), higher

    def report(self, fewest: int = FEWEST_TOLD) -> dict[str, Any]:
        """What may be published: the city's number, and the areas' where they are large enough."""
        if self.body_id is not None:
            return {"total": self.total_told, "areas": [], "fewest_told": fewest}
        cells = {c.area: c.cases for c in self.counts}
        return {
            "total": suppress_total(cells, fewest),
            "areas": [
                {"area": area, "cases": count}
                for area, count in sorted(suppress(cells, fewest).items())
            ],
            "fewest_told": fewest,
        }
