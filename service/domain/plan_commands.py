"""What is said of exactly one version of a plan: signed off, agreed to, decided on or refused."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.plan import MOST_VERSIONS
from service.domain.text import Line, Paragraph


class AgreePlan(BaseModel):
    """The person agrees to this exact version (署名)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
    agreed_on: date
    agreed_by: Line = Field(
        description="The person, or who signed for the person and on what ground."
    )
    evidence: Line | None = Field(
        default=None,
        description="Reference of the signed form; needed where a representative agrees.",
    )
    representation_id: UUID | None = Field(
        default=None, description="The registered representation, where somebody else agrees."
    )
    unsigned_reason: Paragraph | None = Field(
        default=None,
        description="Why it goes on although an agency of a line has not signed off.",
    )


class DecidePlan(BaseModel):
    """The municipality decides on (支援決定) or confirms (確認) this exact version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
    decision_number: Line


class RefuseDecision(BaseModel):
    """The municipality does not decide on this exact version; it goes back to drafting."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
    reason: Paragraph


class SignOffPlan(BaseModel):
    """A responsible agency stands by exactly this version."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_VERSIONS)
