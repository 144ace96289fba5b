"""The shared support plan (支援プラン): who does what from when, towards which exit (brief §3.5).

A version is changed only while it is a draft. Once the person has agreed, that exact
version is what a conference approves and a municipality decides; any correction is a new one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, D6, D7, Disclosable, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {"plan.line_ends_before_start": "This line ends before it starts. Correct ends_on."}
MESSAGES_JA = {"plan.line_ends_before_start": "終了日が開始日より前です。ends_onを直してください。"}


#: More versions than any plan ever has; what the database can count.
MOST_VERSIONS = 2_000_000_000


class PlanStatus(StrEnum):
    """Where a plan version stands."""

    DRAFT = "draft"
    PERSON_AGREED = "person_agreed"
    CONFERENCE_APPROVED = "conference_approved"
    DECIDED = "decided"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return PLAN_STATUS_JA[self]


PLAN_STATUS_JA: dict[PlanStatus, str] = {
    PlanStatus.DRAFT: "プラン案",
    PlanStatus.PERSON_AGREED: "本人同意済み",
    PlanStatus.CONFERENCE_APPROVED: "会議で了承",
    PlanStatus.DECIDED: "支援決定・確認済み",
    PlanStatus.SENT_BACK: "差戻し",
    PlanStatus.SUPERSEDED: "新しい版に置換え",
}


class PlanAct(StrEnum):
    """What can happen to a plan version."""

    AMEND = "amend"
    AGREE = "agree"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    SUPERSEDE = "supersede"


#: Services by law, which the municipality alone decides (brief §3.1): 住居確保給付金, 就労準備支援,
#: 家計改善支援, 居住支援, 認定就労訓練.
STATUTORY_SERVICES = frozenset(
    {
        "budget_support",
        "certified_training",
        "employment_preparation",
        "housing_benefit",
        "housing_support",
    }
)

P, X = PlanStatus, PlanAct

NEXT: Mapping[tuple[PlanStatus, PlanAct], PlanStatus] = {
    (P.DRAFT, X.AMEND): P.DRAFT,
    (P.DRAFT, X.AGREE): P.PERSON_AGREED,
    (P.DRAFT, X.SUPERSEDE): P.SUPERSEDED,
    (P.PERSON_AGREED, X.APPROVE): P.CONFERENCE_APPROVED,
    (P.PERSON_AGREED, X.SEND_BACK): P.SENT_BACK,
    (P.PERSON_AGREED, X.SUPERSEDE): P.SUPERSEDED,
    (P.CONFERENCE_APPROVED, X.DECIDE): P.DECIDED,
    (P.CONFERENCE_APPROVED, X.SUPERSEDE): P.SUPERSEDED,
    (P.DECIDED, X.SUPERSEDE): P.SUPERSEDED,
    (P.SENT_BACK, X.SUPERSEDE): P.SUPERSEDED,
}


class PlanLine(Disclosable):
    """One line: the issue, the goal, who does what, from when, and the way out (出口)."""

    theme: Annotated[Code, D3]
    issue: Annotated[Paragraph, D3]
    goal_in_own_words: Annotated[Paragraph, D3] = Field(description="The person's own words.")
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
    service_code: Annotated[Code | None, D3] = None
    layered_function: Annotated[int | None, D3] = Field(
        default=None,
        ge=1,
        le=6,
        description="重層的支援体制整備事業の機能（社会福祉法106条の4第2項 第1～6号）",
    )

    @model_validator(mode="after")
    def _starts_before_it_ends(self) -> Self:
        if self.ends_on is not None and self.ends_on < self.starts_on:
            raise invalid("plan.line_ends_before_start", MESSAGES_EN)
        return self


class DraftVersion(Disclosable):
    """The content of a plan version."""

    goal_in_own_words: Annotated[Paragraph, D3] = Field(
        description="What the person wants, in the person's own words (row 1-36)."
    )
    employment_support: Annotated[bool, D3] = Field(
        default=False, description="就労支援対象者: the plan aims at ordinary employment."
    )
    period_from: Annotated[date, D3]
    period_until: Annotated[date, D3]
    monitoring_on: Annotated[date | None, D3] = None
    lines: Annotated[tuple[PlanLine, ...], D0] = Field(min_length=1, max_length=60)
    background: Annotated[Paragraph | None, D6] = Field(
        default=None, description="What others told us; hidden from the person's copy."
    )
    opinion: Annotated[Paragraph | None, D7] = Field(
        default=None, description="For our own agency only."
    )

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.period_until < self.period_from:
            raise invalid("plan.line_ends_before_start", MESSAGES_EN)
        return self


class DraftPlan(DraftVersion):
    """A new plan, for a person in support."""

    person_id: Annotated[UUID, D0]
    referral_id: Annotated[UUID | None, D0] = None
    case_id: Annotated[UUID | None, D0] = None


class PlanVersion(DraftVersion):
    """One version's record."""

    plan_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    status: Annotated[PlanStatus, D0] = PlanStatus.DRAFT
    drafted_at: Annotated[datetime, D0]
    agreed_on: Annotated[date | None, D0] = None
    agreed_by: Annotated[Line | None, D3] = None
    agreement_evidence: Annotated[Line | None, D3] = None
    approved_item_id: Annotated[UUID | None, D0] = None
    approved_at: Annotated[datetime | None, D0] = None
    sent_back_reason: Annotated[Paragraph | None, D3] = None
    decided_at: Annotated[datetime | None, D0] = None
    decided_by_agency_id: Annotated[UUID | None, D0] = None
    decision_number: Annotated[Line | None, D0] = None
    version: Annotated[int, D0] = 1

    def move(self, act: PlanAct, **changes: Any) -> Self:
        """The version after the act; an illegal act changes nothing."""
        try:
            status = NEXT[self.status, act]
        except KeyError:
            raise IllegalMove(
                "plan.illegal_move", facts={"state": self.status, "act": act}
            ) from None
        return self.but(status=status, version=self.version + 1, **changes)

    @property
    def is_draft(self) -> bool:
        """Whether it can still be changed."""
        return self.status is P.DRAFT

    @property
    def awaits_or_has_decision(self) -> bool:
        """Whether it is with the municipality: approved by a conference, or decided."""
        return self.status in (P.CONFERENCE_APPROVED, P.DECIDED)

    def ready_for_approval(self) -> None:
        """A plan without an exit is sent back, never approved (rows 1-38, 1-55)."""
        if any(not line.exit for line in self.lines):
            raise Invalid("plan.line_without_exit", field="/lines")


class Plan(Disclosable):
    """A plan: the chain of its versions, held by the agency that draws it up."""

    id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    holder_agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    referral_id: Annotated[UUID | None, D0] = None
    case_id: Annotated[UUID | None, D0] = None
    latest_number: Annotated[int, D0] = 1
    made_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1


class PlanShown(Disclosable):
    """A plan together with one version of it."""

    plan: Annotated[Plan, D0]
    current: Annotated[PlanVersion, D0]


class AgreePlan(BaseModel):
    """The person agrees to this exact version (署名)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
    agreed_on: date
    agreed_by: Line = Field(
        description="The person, or who signed for the person and on what ground."
    )
    evidence: Line | None = Field(default=None, description="Reference of the signed form.")


class DecidePlan(BaseModel):
    """The municipality decides on (支援決定) or confirms (確認) this exact version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
    decision_number: Line


def show_plan(plan: Plan, current: PlanVersion, permit: Permit) -> dict[str, Any]:
    """The plan as the permit's holder may see it; a part limited to themes sees those lines."""
    shown = disclose(PlanShown(plan=plan, current=current), permit.classes)
    if permit.only_themes is None:
        return shown
    for free_text in ("goal_in_own_words", "agreed_by", "agreement_evidence", "sent_back_reason"):
        shown["current"].pop(free_text, None)
    shown["current"]["lines"] = [
        line for line in shown["current"]["lines"] if line.get("theme") in permit.only_themes
    ]
    return shown


def responsible_agencies(lines: tuple[PlanLine, ...]) -> frozenset[UUID]:
    """The agencies that answer for a line."""
    return frozenset(line.responsible_agency_id for line in lines)
