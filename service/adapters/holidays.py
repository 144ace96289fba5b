"""Japan's public holidays, from a maintained library."""

from collections.abc import Callable
from datetime import date

import holidays

from service.domain.calendar_jp import is_closed


def closed_in_japan() -> Callable[[date], bool]:
    """Whether offices are closed on a day: weekends, public holidays, December 29 to January 3."""
    japan = holidays.country_holidays("JP")

    def closed(day: date) -> bool:
        return is_closed(day, {day} if day in japan else frozenset())

    return closed
