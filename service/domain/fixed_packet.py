"""What each attendee gets, as it stood when the agenda was fixed (brief §3.4).

The record of what the coordinator sent out. It opens nothing: each reading is decided anew, so
that a consent taken back acts at once; what has changed since then can be told from the two.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.decision import Basis, Remedy
from service.domain.disclosure import D0, Classes, Disclosable


class FixedPage(Disclosable):
    """One item as it opens to one attendee on the day; without classes its place is empty."""

    item_id: Annotated[UUID, D0]
    data_classes: Annotated[Classes, D0] = frozenset()
    basis: Annotated[Basis | None, D0] = None
    remedies: Annotated[tuple[Remedy, ...], D0] = Field(
        default=(), description="What would open it."
    )


class FixedPacket(Disclosable):
    """The pages of one attendee."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    attendee_id: Annotated[UUID, D0]
    fixed_at: Annotated[datetime, D0]
    pages: Annotated[tuple[FixedPage, ...], D0]

    def changed(self, now: Sequence[FixedPage]) -> frozenset[UUID]:
        """The items that open more or less to the attendee than when it was fixed."""
        then = {p.item_id: p.data_classes for p in self.pages}
        return frozenset(p.item_id for p in now if p.data_classes != then.get(p.item_id))
