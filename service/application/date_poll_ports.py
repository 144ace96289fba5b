"""What the use cases ask about finding a date (see ``ports``)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from service.domain.conference_series import ConferenceSeries
from service.domain.date_poll import DatePoll, Taken


class DatePolls(Protocol):
    """Polls for a date."""

    async def find(self, record_id: UUID, *, lock: bool = False) -> DatePoll | None: ...
    async def add(self, value: DatePoll) -> None: ...
    async def save(self, value: DatePoll) -> None: ...
    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[DatePoll]: ...
    async def taken(self, agency_id: UUID, span: Taken) -> Sequence[Taken]: ...
    async def next_overdue(
        self, now: datetime, *, without: Collection[UUID]
    ) -> DatePoll | None: ...


class SeriesOfConferences(Protocol):
    """Regular meetings."""

    async def find(self, record_id: UUID, *, lock: bool = False) -> ConferenceSeries | None: ...
    async def add(self, value: ConferenceSeries) -> None: ...
    async def save(self, value: ConferenceSeries) -> None: ...
    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[ConferenceSeries]: ...
