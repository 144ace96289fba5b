"""What auditors ask of the log as a whole."""

from collections.abc import Collection, Sequence
from typing import Protocol
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from service.domain.audit_policy import Hours
from service.domain.audit_reports import Copied, Period, RefusedCount
from service.domain.audit_unusual import PositionDay
from service.domain.provision import Provision


class AuditFilter(BaseModel):
    """Which entries. Ids only: nothing personal belongs in a URL."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    person_id: UUID | None = None
    position_id: UUID | None = None
    action: str | None = None
    outcome: str | None = None
    purpose: str | None = None
    basis: str | None = None


class AuditReports(Protocol):
    """Questions over what the agency did and what was done to records it holds.

    ``without`` are persons whom the auditor must keep away from; their entries do not count.
    """

    async def emergencies(
        self, agency_id: UUID, *, after: UUID | None, limit: int
    ) -> Sequence[Provision]: ...
    async def refusals(
        self, agency_id: UUID, period: Period, *, without: Collection[UUID]
    ) -> Sequence[RefusedCount]: ...
    async def copies(
        self, agency_id: UUID, period: Period, *, without: Collection[UUID], limit: int
    ) -> Sequence[Copied]: ...
    async def position_days(
        self,
        agency_id: UUID,
        period: Period,
        hours: Sequence[Hours],
        *,
        without: Collection[UUID],
    ) -> Sequence[PositionDay]: ...
