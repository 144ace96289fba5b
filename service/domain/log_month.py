"""The months of the audit log: which ids are of one, and until when one is kept.

An entry's id is a UUIDv7 (RFC 9562): its first 48 bits are the milliseconds since 1970 at which it
was made, within the request that it tells of and after the instant that it carries. So entries of
a month lie together, and whoever looks for a period need not look into every month there is.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple, Self
from uuid import UUID

from service.domain.calendar_jp import JST, jst_date, next_april_1
from service.domain.errors import Invalid

#: Records are kept five years from the first of April after they were closed; the log outlives them.
LEAST_YEARS = 6
#: How much later than its instant an entry's id may be made, with clocks that are set right
#: meanwhile: a request takes seconds, a long import minutes.
MARGIN = timedelta(days=1)
#: Ids that tell another time are of no month; they are looked at whatever the period.
NO_LONGER = UUID(int=int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1000 << 80)
NOT_YET = UUID(int=int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000 << 80)


def ids_from(instant: datetime) -> UUID:
    """The lowest id that is made at an instant."""
    since = max(instant - datetime(1970, 1, 1, tzinfo=UTC), timedelta(0))
    return UUID(int=since // timedelta(milliseconds=1) << 80)


def instant_of(entry_id: UUID) -> datetime | None:
    """The instant at which an id was made; nothing where it tells none."""
    if not NO_LONGER <= entry_id < NOT_YET:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=entry_id.int >> 80)


class Month(NamedTuple):
    """A month as Japan counts it."""

    year: int
    month: int

    @classmethod
    def of(cls, instant: datetime) -> Self:
        """The month in which an instant lies."""
        day = jst_date(instant)
        return cls(day.year, day.month)

    @classmethod
    def read(cls, written: str) -> Self:
        """Read ``2020-03``. Raises Invalid for what is none."""
        match = re.fullmatch(r"(20[2-9][0-9])-(0[1-9]|1[0-2])", written, re.ASCII)
        if match is None:
            raise Invalid("log.month_unreadable")
        return cls(int(match[1]), int(match[2]))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.month, 1)

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    @property
    def begins_at(self) -> datetime:
        """Its first instant."""
        return datetime(self.year, self.month, 1, tzinfo=JST)

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """The lowest id of this month, and the lowest of the next."""
        return ids_from(self.begins_at), ids_from(self.next.begins_at)

    def kept_until(self, years: int) -> date:
        """The first day on which it need not be kept: counted as records are, by fiscal years."""
        begins = next_april_1(self.first)
        return begins.replace(year=begins.year + years)

    def __str__(self) -> str:
        """As it is written."""
        return f"{self.year}-{self.month:02}"
