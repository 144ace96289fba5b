"""What the use cases ask about a chair's requests for information (see ``ports``)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from service.domain.information_request import InformationRequest


class InformationRequests(Protocol):
    """What chairs of statutory conferences ask agencies for."""

    async def find(self, record_id: UUID, *, lock: bool = False) -> InformationRequest | None: ...
    async def add(self, value: InformationRequest) -> None: ...
    async def save(self, value: InformationRequest) -> None: ...
    async def of_conference(self, conference_id: UUID) -> Sequence[InformationRequest]: ...
    async def waiting_in(self, conference_id: UUID) -> Sequence[InformationRequest]: ...
    async def next_overdue(
        self, now: datetime, *, without: Collection[UUID]
    ) -> InformationRequest | None: ...
