"""A line of the shared support plan: the issue, the goal, who does what, from when, to which exit.

The order of the lines is the order of what matters to the person (brief §4.5). A line keeps its
id over all versions of a plan, and over the plans of a case, so that what became of it can be told.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import Invalid
from service.domain.service_list import service_of
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {"plan.line_ends_before_start": "This line ends before it starts. Correct ends_on."}
MESSAGES_JA = {"plan.line_ends_before_start": "終了日が開始日より前です。ends_onを直してください。"}


class SelfReliance(StrEnum):
    """Which kind of self-reliance a goal is about (row 1-36)."""

    DAILY_LIFE = "daily_life"
    SOCIAL_LIFE = "social_life"
    ECONOMIC = "economic"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return SELF_RELIANCE_JA[self]


SELF_RELIANCE_JA: dict[SelfReliance, str] = {
    SelfReliance.DAILY_LIFE: "日常生活自立",
    SelfReliance.SOCIAL_LIFE: "社会生活自立",
    SelfReliance.ECONOMIC: "経済的自立",
}


class PlanLine(Disclosable):
    """One line: the issue, the goal, who does what, from when, and the way out (出口)."""

    id: Annotated[UUID | None, D0] = Field(
        default=None,
        description="Of a line that is there already; it keeps its id over versions. Empty: a new line.",
    )
    theme: Annotated[Code, D3]
    issue: Annotated[Paragraph, D3]
    goal_in_own_words: Annotated[Paragraph | None, D3] = Field(
        default=None,
        description="The person's own words. A draft may wait for them; without them nobody agrees.",
    )
    self_reliance: Annotated[SelfReliance | None, D3] = Field(
        default=None, description="Daily life, social life or economic self-reliance."
    )
    target: Annotated[Paragraph | None, D3] = Field(
        default=None, description="What is reached by when (達成目標)."
    )
    action: Annotated[Paragraph, D3] = Field(description="What is done.")
    #: Exactly one responsible agency (row 2-03); people and volunteers are named as text.
    responsible_agency_id: Annotated[UUID, D0]
    done_by: Annotated[Line | None, D3] = Field(
        default=None, description="Person, family or volunteer who does it."
    )
    starts_on: Annotated[date, D3]
    ends_on: Annotated[date | None, D3] = None
    frequency: Annotated[Line | None, D3] = None
    exit: Annotated[Paragraph | None, D3] = Field(
        default=None, description="What it leads to (出口)."
    )
    service_code: Annotated[Code | None, D3] = Field(
        default=None, description="A code of GET /v1/service-list, listed on starts_on."
    )
    layered_function: Annotated[int | None, D3] = Field(
        default=None, ge=1, le=6, description="Function of the layered project (重層) it serves."
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise invalid("plan.line_ends_before_start", MESSAGES_EN)
        return self


class SignOff(Disclosable):
    """A responsible agency stands by this exact version."""

    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    at: Annotated[datetime, D0]


def responsible_agencies(lines: Sequence[PlanLine]) -> frozenset[UUID]:
    """The agencies that answer for a line."""
    return frozenset(line.responsible_agency_id for line in lines)


def check_services(lines: Sequence[PlanLine]) -> None:
    """Refuse a service that is not listed when the line begins."""
    for number, line in enumerate(lines):
        code = line.service_code
        if code is not None and service_of(code, line.starts_on) is None:
            raise Invalid("plan.unknown_service", field=f"/lines/{number}/service_code")


def numbered(
    lines: Sequence[PlanLine], before: Sequence[PlanLine], new_id: Callable[[], UUID]
) -> tuple[PlanLine, ...]:
    """The lines with their ids: kept where they were named, new ones for the others."""
    known = {line.id for line in before}
    named = [line.id for line in lines if line.id is not None]
    for number, line in enumerate(lines):
        if line.id is not None and (line.id not in known or named.count(line.id) > 1):
            raise Invalid("plan.unknown_line", field=f"/lines/{number}/id")
    return tuple(line if line.id is not None else line.but(id=new_id()) for line in lines)


def check_own_words(lines: Sequence[PlanLine]) -> None:
    """Nobody agrees to a goal that is not in their own words (row 1-36)."""
    for number, line in enumerate(lines):
        if line.goal_in_own_words is None:
            raise Invalid("plan.goal_not_in_own_words", field=f"/lines/{number}/goal_in_own_words")
