"""What the use cases ask about desks and networks of desks (see ``ports``)."""

from typing import Protocol
from uuid import UUID

from service.domain.capacity import DeskCapacity


class Desks(Protocol):
    """What desks can take on."""

    async def capacity(self, desk_id: UUID, *, lock: bool = False) -> DeskCapacity | None: ...
    async def add_capacity(self, capacity: DeskCapacity) -> bool: ...
    async def save_capacity(self, capacity: DeskCapacity) -> None: ...
