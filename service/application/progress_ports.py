"""What the use cases ask about the progress of what conferences decided (see ``ports``)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from service.domain.conference import AgendaItem, Conference
from service.domain.conference_body import Participant
from service.domain.progress import AgencyTally, BoardState, FollowUp, Scope
from service.domain.task import Task


class Progress(Protocol):
    """What conferences decided, and what became of it."""

    async def tallies(self, scope: Scope, day: date, until: date) -> Sequence[AgencyTally]: ...
    async def page(
        self,
        scope: Scope,
        state: BoardState,
        day: date,
        until: date,
        *,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Task]: ...
    async def follow_up(self, scope: Scope, day: date) -> FollowUp: ...
    async def of_item(self, item_id: UUID) -> Sequence[Task]: ...
    async def items(self, item_ids: Collection[UUID]) -> Sequence[AgendaItem]: ...
    async def sittings(self, conference_ids: Collection[UUID]) -> Sequence[Conference]: ...
    async def seats(self, conference_ids: Collection[UUID]) -> Sequence[Participant]: ...
    async def sat_in(
        self, conference_ids: Collection[UUID], agency_id: UUID
    ) -> frozenset[UUID]: ...
    async def next_due_soon(self, day: date, *, without: Collection[UUID]) -> Task | None: ...
    async def next_overdue(self, day: date, *, without: Collection[UUID]) -> Task | None: ...
    async def pre_check(self, item_id: UUID, agency_id: UUID) -> AgendaItem | None: ...
    async def fit_and_waiting(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[AgendaItem]: ...
