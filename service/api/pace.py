"""How often one address may be asked, before anything is looked up."""

from collections import OrderedDict
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=10)


class Pace:
    """Counts requests by key in this process; the oldest keys are forgotten first."""

    def __init__(self, *, at_most: int = 30, most_keys: int = 10_000) -> None:
        """``at_most`` requests a key in ten minutes, for at most so many keys."""
        self._at_most = at_most
        self._most_keys = most_keys
        self._seen: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def allows(self, key: str, now: datetime) -> bool:
        """Count one more; whether it is still within bounds."""
        since, count = self._seen.pop(key, (now, 0))
        if now - since >= WINDOW:
            since, count = now, 0
        self._seen[key] = (since, count + 1)
        if len(self._seen) > self._most_keys:
            self._seen.popitem(last=False)
        return count < self._at_most
