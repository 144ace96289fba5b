"""The shared support plan (支援プラン): who does what from when, towards which exit (brief §3.5).

A version is changed only while it is a draft. Once the person has agreed, that exact
version is what a conference approves and a municipality decides; any correction is a new one.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, D6, D7, Disclosable, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.plan_course import Course, CourseAct, PlanKind, course_after
from service.domain.plan_line import (
    MESSAGES_EN,
    PlanLine,
    SignOff,
    check_own_words,
    responsible_agencies,
)
from service.domain.service_list import DecisionKind, is_statutory
from service.domain.text import Line, Paragraph, invalid

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
    SIGN_OFF = "sign_off"
    AGREE = "agree"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    DECIDE = "decide"
    REFUSE = "refuse"
    SUPERSEDE = "supersede"


P, X = PlanStatus, PlanAct

NEXT: Mapping[tuple[PlanStatus, PlanAct], PlanStatus] = {
    (P.DRAFT, X.AMEND): P.DRAFT,
    (P.DRAFT, X.SIGN_OFF): P.DRAFT,
    (P.DRAFT, X.AGREE): P.PERSON_AGREED,
    (P.DRAFT, X.SUPERSEDE): P.SUPERSEDED,
    (P.PERSON_AGREED, X.APPROVE): P.CONFERENCE_APPROVED,
    (P.PERSON_AGREED, X.SEND_BACK): P.SENT_BACK,
    (P.PERSON_AGREED, X.SUPERSEDE): P.SUPERSEDED,
    (P.CONFERENCE_APPROVED, X.DECIDE): P.DECIDED,
    (P.CONFERENCE_APPROVED, X.REFUSE): P.SENT_BACK,
    (P.CONFERENCE_APPROVED, X.SUPERSEDE): P.SUPERSEDED,
    (P.DECIDED, X.SUPERSEDE): P.SUPERSEDED,
    (P.SENT_BACK, X.SUPERSEDE): P.SUPERSEDED,
}


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
    kind: Annotated[PlanKind, D0] = PlanKind.SELF_RELIANCE
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
    representation_id: Annotated[UUID | None, D0] = None
    sign_offs: Annotated[tuple[SignOff, ...], D0] = Field(default=(), max_length=60)
    unsigned_agency_ids: Annotated[tuple[UUID, ...], D0] = Field(
        default=(), description="Agencies of a line that had not signed off when it was agreed."
    )
    unsigned_reason: Annotated[Paragraph | None, D3] = None
    approved_item_id: Annotated[UUID | None, D0] = None
    approved_at: Annotated[datetime | None, D0] = None
    sent_back_reason: Annotated[Paragraph | None, D3] = None
    decided_at: Annotated[datetime | None, D0] = None
    decided_by_agency_id: Annotated[UUID | None, D0] = None
    decision_number: Annotated[Line | None, D0] = None
    decided_as: Annotated[DecisionKind | None, D0] = None
    refused_at: Annotated[datetime | None, D0] = None
    refused_by_agency_id: Annotated[UUID | None, D0] = None
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

    @property
    def decision_kind(self) -> DecisionKind:
        """A statutory service is decided on; without one the plan is confirmed."""
        statutory = any(is_statutory(line.service_code) for line in self.lines)
        return DecisionKind.DECISION if statutory else DecisionKind.CONFIRMATION

    def unsigned(self, holder_agency_id: UUID) -> tuple[UUID, ...]:
        """Who answers for a line and has not signed off; the holder does so by going on."""
        signed = {s.agency_id for s in self.sign_offs} | {holder_agency_id}
        return tuple(sorted(responsible_agencies(self.lines) - signed))

    def signed_off(self, sign_off: SignOff) -> Self:
        """With the agency's word for exactly this; the latest counts."""
        others = tuple(s for s in self.sign_offs if s.agency_id != sign_off.agency_id)
        return self.move(PlanAct.SIGN_OFF, sign_offs=(*others, sign_off))

    def line(self, line_id: UUID) -> tuple[int, PlanLine] | None:
        """The place of a line, and the line."""
        found = (pair for pair in enumerate(self.lines) if pair[1].id == line_id)
        return next(found, None)

    def ready_for_agreement(self) -> None:
        """The person agrees to goals in their own words (row 1-36)."""
        check_own_words(self.lines)

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
    kind: Annotated[PlanKind, D0] = PlanKind.SELF_RELIANCE
    referral_id: Annotated[UUID | None, D0] = None
    case_id: Annotated[UUID | None, D0] = None
    ordinal: Annotated[int, D0] = Field(
        default=1, description="作成回: 1 for the first plan, n+1 for a re-plan (再プラン)."
    )
    previous_plan_id: Annotated[UUID | None, D0] = None
    latest_number: Annotated[int, D0] = 1
    #: The version that is being carried out: the last one that was decided on.
    in_force_number: Annotated[int | None, D0] = None
    course: Annotated[Course, D0] = Course.PREPARING
    #: The day on which it is monitored or its period ends, whichever comes first.
    due_on: Annotated[date | None, D3] = None
    period_until: Annotated[date | None, D3] = None
    #: The day on which the service looks at it by itself.
    wake_on: Annotated[date | None, D3] = None
    made_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1

    def goes_on(self, act: CourseAct, **changes: Any) -> Self:
        """The plan after the act; an illegal act changes nothing."""
        course = course_after(self.course, act)
        return self.but(course=course, version=self.version + 1, **changes)

    def decided(self, version: PlanVersion, day: date) -> Self:
        """With a version to be carried out, from its first day on."""
        due_on = min(version.monitoring_on or version.period_until, version.period_until)
        carried = self.goes_on(
            CourseAct.DECIDE,
            in_force_number=version.number,
            period_until=version.period_until,
            due_on=due_on,
            wake_on=due_on,
        )
        if carried.course is not Course.AWAITING_START:
            return carried
        if version.period_from > day:
            return carried.but(wake_on=version.period_from)
        return carried.but(course=course_after(carried.course, CourseAct.BEGIN))


#: What speaks of all the lines; a part that is limited to themes does not see it.
FREE_TEXT = (
    "goal_in_own_words",
    "agreed_by",
    "agreement_evidence",
    "sent_back_reason",
    "unsigned_reason",
)


class PlanShown(Disclosable):
    """A plan together with one version of it."""

    plan: Annotated[Plan, D0]
    current: Annotated[PlanVersion, D0]


def show_plan(plan: Plan, current: PlanVersion, permit: Permit) -> dict[str, Any]:
    """The plan as the permit's holder may see it; a part limited to themes sees those lines."""
    shown = disclose(PlanShown(plan=plan, current=current), permit.classes)
    if permit.only_themes is None:
        return shown
    for free_text in FREE_TEXT:
        shown["current"].pop(free_text, None)
    shown["current"]["lines"] = [
        line for line in shown["current"]["lines"] if line.get("theme") in permit.only_themes
    ]
    return shown
