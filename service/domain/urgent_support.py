"""Urgent support (緊急支援: food, lodging, a bill paid), which must lead to a next step (row 1-46).

It never waits for a form, a plan or a meeting (brief §8 rule 13); and it is never the end.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.text import Paragraph


class UrgentKind(StrEnum):
    """What was given."""

    CASH = "cash"
    CLOTHING = "clothing"
    FOOD = "food"
    LIFELINE = "lifeline"
    LODGING = "lodging"
    MEDICAL = "medical"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return KIND_JA[self]


KIND_JA: dict[UrgentKind, str] = {
    UrgentKind.CASH: "現金の貸与・給付",
    UrgentKind.CLOTHING: "衣類・日用品",
    UrgentKind.FOOD: "食料",
    UrgentKind.LIFELINE: "ライフラインの復旧",
    UrgentKind.LODGING: "宿泊・一時的な住まい",
    UrgentKind.MEDICAL: "受診の支援",
    UrgentKind.OTHER: "その他",
}


class UrgentState(StrEnum):
    """Where it stands; ``warning`` means that nothing has followed."""

    GIVEN = "given"
    FOLLOWED = "followed"
    WARNING = "warning"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return STATE_JA[self]


STATE_JA: dict[UrgentState, str] = {
    UrgentState.GIVEN: "緊急支援を実施",
    UrgentState.FOLLOWED: "次の支援につながった",
    UrgentState.WARNING: "次の一手がないまま（要対応）",
}


class NextKind(StrEnum):
    """What follows it: a record of ours that goes on."""

    CASE = "case"
    CONSULTATION = "consultation"
    CONTACT = "contact"
    REFERRAL = "referral"


class GiveUrgentSupport(Disclosable):
    """What was given, to whom."""

    person_id: Annotated[UUID, D0]
    kind: Annotated[UrgentKind, D0]
    what: Annotated[Paragraph, D3]
    given_at: Annotated[AwareDatetime, D0]
    case_id: Annotated[UUID | None, D0] = None
    consultation_id: Annotated[UUID | None, D0] = None


class FollowUrgentSupport(BaseModel):
    """What follows, by the record in which it goes on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    next_kind: NextKind
    next_id: UUID


class CloseUrgentSupport(BaseModel):
    """Closed without a next step: it stays a warning, and the hub is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


class UrgentSupport(GiveUrgentSupport):
    """Urgent support as it is kept."""

    id: Annotated[UUID, D0]
    given_at: Annotated[datetime, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    municipality_code: Annotated[str, D0]
    hub_agency_id: Annotated[UUID, D0]
    state: Annotated[UrgentState, D0] = UrgentState.GIVEN
    due_at: Annotated[datetime | None, D0] = None
    next_kind: Annotated[NextKind | None, D0] = None
    next_id: Annotated[UUID | None, D0] = None
    closed_reason: Annotated[Paragraph | None, D3] = None
    version: Annotated[int, D0] = 1

    def followed(self, kind: NextKind, record_id: UUID) -> Self:
        """Something follows; also after it was a warning."""
        if self.state is UrgentState.FOLLOWED:
            raise IllegalMove("urgent_support.already_followed")
        return self.but(
            state=UrgentState.FOLLOWED,
            next_kind=kind,
            next_id=record_id,
            due_at=None,
            version=self.version + 1,
        )

    def warned(self, reason: str | None = None) -> Self:
        """Nothing has followed."""
        if self.state is not UrgentState.GIVEN:
            raise IllegalMove("urgent_support.not_open", facts={"state": self.state})
        return self.but(
            state=UrgentState.WARNING,
            closed_reason=reason,
            due_at=None,
            version=self.version + 1,
        )
