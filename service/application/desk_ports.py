"""What the use cases ask about desks and networks of desks (see ``ports``)."""

from datetime import date
from typing import Protocol
from uuid import UUID

from service.domain.capacity import DeskCapacity
from service.domain.policy import StatusLabels


class Desks(Protocol):
    """What desks can take on, and how a municipality calls things."""

    async def capacity(self, desk_id: UUID, *, lock: bool = False) -> DeskCapacity | None: ...
    async def add_capacity(self, capacity: DeskCapacity) -> bool: ...
    async def save_capacity(self, capacity: DeskCapacity) -> None: ...
    async def status_labels(self, municipality: str | None, day: date) -> StatusLabels: ...
