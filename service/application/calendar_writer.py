"""What writes calendars; what stands in them is the use cases' own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from service.domain.invitation import CalendarEntry, Method


class CalendarWriter(Protocol):
    """Writes conferences as calendar programs read them."""

    def write(
        self, entries: Sequence[CalendarEntry], method: Method, *, at: datetime, name: str
    ) -> bytes:
        """A calendar with these entries, as of an instant; ``name`` is what it is called."""
