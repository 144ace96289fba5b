"""A position's calendar at an address of its own, which nobody can guess: the address is the key.

Calendar programs log in nowhere. Whoever has the address reads when and where the agency's
conferences are, and nothing else; so it is shown once, can be changed at any time, and ends
with the tenure of whoever made it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Self
from uuid import UUID

from service.domain.actor import Held
from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import IllegalMove
from service.domain.permission import Purpose

#: What a calendar shows: so far back, so far ahead, and never more than this.
BACK = timedelta(days=30)
AHEAD = timedelta(days=400)
MOST_ENTRIES = 1000


class CalendarFeed(Disclosable):
    """The record of a feed. Of the secret in its address only the SHA-256 is kept."""

    id: Annotated[UUID, D0]
    iss: Annotated[str, D0]
    sub: Annotated[str, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID, D0]
    #: The terms of office it was made in: a successor, or the same person later, makes another.
    tenure_ids: Annotated[frozenset[UUID], D0]
    #: What the conferences are looked up for; the address cannot say it.
    purpose: Annotated[Purpose, D0]
    secret_hash: Annotated[str, D7]
    made_at: Annotated[datetime, D0]
    revoked_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def revoked(self, at: datetime) -> Self:
        """Nobody reads it any more."""
        if self.revoked_at is not None:
            raise IllegalMove("calendar.already_revoked")
        return self.but(revoked_at=at, version=self.version + 1)

    def still_held(self, held: Sequence[Held]) -> list[Held]:
        """The position it was made for, if whoever made it still holds it, in the same term."""
        if self.revoked_at is not None:
            return []
        return [
            h for h in held if h.position_id == self.position_id and h.tenure_id in self.tenure_ids
        ]
