"""A case (支援ケース): one episode of support, exactly one lead, a deputy and a team (brief §3.6).

The lead points to a position, not to a person: who holds the position changes in April, the case
stays held. An ended case is never opened again; who comes back begins a new, linked episode.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, Disclosable, disclose
from service.domain.errors import IllegalMove
from service.domain.referral import Urgency
from service.domain.support_states import ENDINGS, Collaboration, Ground, Stage, check_stage
from service.domain.text import Code, Line, Paragraph


class LeadDecidedBy(StrEnum):
    """How the lead (主たる支援者) was settled."""

    ACCEPTANCE = "acceptance"
    AGREEMENT = "agreement"
    APPLICATION = "application"
    CONFERENCE = "conference"
    HUB = "hub"

    @property
    def label_ja(self) -> str:
        """The way in the field's words."""
        return DECIDED_JA[self]


DECIDED_JA: dict[LeadDecidedBy, str] = {
    LeadDecidedBy.ACCEPTANCE: "つなぎの引受け",
    LeadDecidedBy.AGREEMENT: "機関どうしの合意",
    LeadDecidedBy.APPLICATION: "利用申込の受付",
    LeadDecidedBy.CONFERENCE: "会議での決定",
    LeadDecidedBy.HUB: "ハブの決定",
}


class CaseMode(StrEnum):
    """What support aims at: solving, or staying connected (課題解決・つながり続ける)."""

    SOLVE = "solve"
    STAY_CONNECTED = "stay_connected"

    @property
    def label_ja(self) -> str:
        """The mode in the field's words."""
        return {"solve": "課題解決を目指す", "stay_connected": "つながり続ける"}[self.value]


class TeamMember(Disclosable):
    """An agency on the case, its role, and the themes it is there for (empty: all of them)."""

    agency_id: Annotated[UUID, D0]
    themes: Annotated[frozenset[Code], D3] = Field(default=frozenset(), max_length=20)
    role: Annotated[Line | None, D3] = Field(default=None, description="What it does (役割).")
    position_id: Annotated[UUID | None, D0] = None
    since: Annotated[date | None, D0] = None


class LeadTerms(Disclosable):
    """Who leads and who stands in, by position, and until when."""

    lead_agency_id: Annotated[UUID, D0]
    lead_position_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The position that answers for it; empty: the desk, for now."
    )
    deputy_agency_id: Annotated[UUID | None, D0] = None
    deputy_position_id: Annotated[UUID | None, D0] = None
    valid_until: Annotated[date | None, D0] = None


class NameCaseLead(LeadTerms):
    """The lead decision. Whoever replaces a lead says which, so that nobody replaces it unseen."""

    replaces_lead_id: Annotated[UUID | None, D0] = None
    decided_by: Annotated[LeadDecidedBy, D0] = LeadDecidedBy.AGREEMENT
    reason: Annotated[Paragraph, D3]


class HandOver(LeadTerms):
    """The lead hands the case over, with what the next one must know."""

    note: Annotated[Paragraph, D3] = Field(description="What the next one must know (引継ぎ).")


class CaseLead(LeadTerms):
    """A lead decision's record. Exactly one of a case has no end (row 1-39)."""

    id: Annotated[UUID, D0]
    case_id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    decided_by: Annotated[LeadDecidedBy, D0]
    decided_at: Annotated[datetime, D0]
    reason: Annotated[Paragraph | None, D3] = None
    handover_note: Annotated[Paragraph | None, D3] = None
    ended_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def ended(self, at: datetime) -> Self:
        """It is over; another one has begun, or the case has ended."""
        return self.but(ended_at=at, version=self.version + 1)


class SetTeam(BaseModel):
    """The whole team anew, beside lead and deputy (row 1-50)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    members: tuple[TeamMember, ...] = Field(max_length=40)


class Advance(BaseModel):
    """The next stage of support, or of multi-agency collaboration, and what it needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stage: Stage | None = None
    collaboration: Collaboration | None = None
    mode: CaseMode | None = None
    note: Paragraph | None = None
    recontact_on: date | None = Field(default=None, description="For an interruption.")


class CloseCase(BaseModel):
    """How it ended, and who keeps an eye on the person afterwards (row 4-54, brief §8 rule 17).

    What the evaluation of the case's plan says already need not be said again.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: Code | None = Field(
        default=None, description="goal_reached, in_sight, lead_moved, public_assistance …"
    )
    exit: Line | None = Field(
        default=None, description="Where the person is held from now on (出口)."
    )
    note: Paragraph
    after_care: Paragraph | None = Field(
        default=None, description="Who keeps an eye on the person, and how."
    )
    contact_on: date | None = Field(default=None, description="The next contact, if one is due.")


class Closing(Disclosable):
    """How it ended."""

    category: Annotated[Code, D3]
    exit: Annotated[Line, D3]
    note: Annotated[Paragraph, D3]
    after_care: Annotated[Paragraph, D3]


class Case(Disclosable):
    """A case's record. Its lead is the agency that took the person on."""

    id: Annotated[UUID, D0]
    number: Annotated[str, D0] = Field(
        description="Municipality code, fiscal year, running number."
    )
    person_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    hub_agency_id: Annotated[UUID, D0]
    episode: Annotated[int, D0] = 1
    previous_case_id: Annotated[UUID | None, D0] = None
    mode: Annotated[CaseMode, D0] = CaseMode.SOLVE
    stage: Annotated[Stage, D0] = Stage.APPLIED
    collaboration: Annotated[Collaboration | None, D0] = None
    urgency: Annotated[Urgency, D0] = Urgency.NORMAL
    lead_agency_id: Annotated[UUID, D0]
    lead_position_id: Annotated[UUID | None, D0] = None
    deputy_agency_id: Annotated[UUID | None, D0] = None
    deputy_position_id: Annotated[UUID | None, D0] = None
    team: Annotated[tuple[TeamMember, ...], D0] = ()
    decided_by: Annotated[LeadDecidedBy, D0]
    decided_at: Annotated[datetime, D0]
    opened_at: Annotated[datetime, D0]
    referral_id: Annotated[UUID | None, D0] = None
    consultation_id: Annotated[UUID | None, D0] = None
    #: When anything was last recorded about it, and when it counts as left lying (row 1-28).
    recorded_at: Annotated[datetime | None, D0] = None
    stale_at: Annotated[datetime | None, D0] = None
    stale: Annotated[bool, D0] = False
    #: Nobody holds the lead's position, or will soon; cleared by handing over.
    holder_gone: Annotated[bool, D0] = False
    closing: Annotated[Closing | None, D0] = None
    ended_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    @property
    def sole(self) -> bool:
        """One agency has it all to itself: no deputy, no team (丸抱え, row 1-24)."""
        return self.deputy_agency_id is None and not self.team

    def themes_of(self, agency_id: UUID | None) -> frozenset[str] | None:
        """The themes an agency's part is limited to; ``None`` when it is not limited."""
        if agency_id in (self.lead_agency_id, self.deputy_agency_id):
            return None
        limits = [m.themes for m in self.team if m.agency_id == agency_id]
        return None if not limits or not all(limits) else frozenset().union(*limits)

    def has(self, agency_id: UUID | None) -> bool:
        """Whether the agency is on the case."""
        on_it = {self.lead_agency_id, self.deputy_agency_id, *(m.agency_id for m in self.team)}
        return agency_id is not None and agency_id in on_it

    def require_open(self) -> None:
        """Nothing is decided about a case that has ended."""
        if self.ended_at is not None:
            raise IllegalMove("case.ended", facts={"state": self.stage})

    def led_by(
        self,
        terms: LeadTerms,
        *,
        team: tuple[TeamMember, ...],
        by: LeadDecidedBy,
        at: datetime,
    ) -> Self:
        """The case with another lead; there is never more than one."""
        return self.but(
            lead_agency_id=terms.lead_agency_id,
            lead_position_id=terms.lead_position_id,
            deputy_agency_id=terms.deputy_agency_id,
            deputy_position_id=terms.deputy_position_id,
            team=tuple(m for m in team if m.agency_id != terms.lead_agency_id),
            decided_by=by,
            decided_at=at,
            holder_gone=False,
            version=self.version + 1,
        )

    def at_stage(self, to: Stage, ground: Ground, at: datetime) -> Self:
        """At the next stage, if it follows and its ground is there."""
        self.require_open()
        check_stage(self.stage, to, ground)
        over = to in ENDINGS
        return self.but(
            stage=to,
            ended_at=at if over else None,
            stale_at=None if over else self.stale_at,
            stale=False if over else self.stale,
            version=self.version + 1,
        )


def show_case(case: Case, permit: Permit) -> dict[str, Any]:
    """The case as the permit's holder may see it."""
    return disclose(case, permit.classes)
