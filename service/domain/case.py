"""A case (支援ケース): one person in support, exactly one lead, a deputy and a team (brief §3.6)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, Disclosable, disclose
from service.domain.text import Code


class LeadDecidedBy(StrEnum):
    """How the lead (主たる支援者) was settled."""

    ACCEPTANCE = "acceptance"
    HUB = "hub"
    CONFERENCE = "conference"


class TeamMember(Disclosable):
    """An agency on the case, and the themes it is there for (empty: all of them)."""

    agency_id: Annotated[UUID, D0]
    themes: Annotated[frozenset[Code], D3] = Field(default=frozenset(), max_length=20)


class Case(Disclosable):
    """A case's record. Its lead is the agency that took the person on."""

    id: Annotated[UUID, D0]
    number: Annotated[str, D0] = Field(
        description="Municipality code, fiscal year, running number."
    )
    person_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    lead_agency_id: Annotated[UUID, D0]
    deputy_agency_id: Annotated[UUID | None, D0] = None
    team: Annotated[tuple[TeamMember, ...], D0] = ()
    decided_by: Annotated[LeadDecidedBy, D0]
    decided_at: Annotated[datetime, D0]
    opened_at: Annotated[datetime, D0]
    referral_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

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

    def led_by(
        self,
        lead: UUID,
        *,
        deputy: UUID | None,
        team: tuple[TeamMember, ...],
        by: LeadDecidedBy,
        at: datetime,
    ) -> Self:
        """The case with another lead; there is never more than one."""
        return self.but(
            lead_agency_id=lead,
            deputy_agency_id=deputy,
            team=team,
            decided_by=by,
            decided_at=at,
            version=self.version + 1,
        )


def show_case(case: Case, permit: Permit) -> dict[str, Any]:
    """The case as the permit's holder may see it."""
    return disclose(case, permit.classes)
