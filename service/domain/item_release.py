"""Words of a statutory item that are let out of it, by whose they are (brief §2.4 no. 9).

An item that was promoted brings nothing along. What the agencies at the old table brought is
theirs: each releases it word by word, as far as the person has agreed, until the new sitting.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field

from service.domain.conference import AgendaItem
from service.domain.conference_states import ConferenceStatus
from service.domain.disclosure import D0, D3, Disclosable
from service.domain.errors import Invalid
from service.domain.text import Paragraph


class ReleasedPart(StrEnum):
    """What of an item is released. A paper is released by whoever uploaded it (not yet)."""

    SUBJECT = "subject"
    DECISION = "decision"


class ReleaseWords(Disclosable):
    """Let exact words of a statutory item be read with the item that the person agreed to."""

    what: Annotated[ReleasedPart, D0]
    text: Annotated[Paragraph, D3] = Field(description="Word for word as they stand in the item.")
    to_item_id: Annotated[UUID, D0]


class ItemRelease(ReleaseWords):
    """A release's record: who, when, which words, from which item to which."""

    id: Annotated[UUID, D0]
    #: The first of the releases that follow the item from sitting to sitting.
    origin_id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    item_id: Annotated[UUID, D0]
    to_conference_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    released_at: Annotated[datetime, D0]
    withdrawn_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def withdrawn(self, at: datetime) -> Self:
        """Taken back; from the next request on nobody reads it."""
        return self.but(withdrawn_at=at, version=self.version + 1)


def releaser_of(what: ReleasedPart, item: AgendaItem, convener: UUID) -> UUID:
    """Whose words they are: of whoever brought the item; what was decided is the convener's."""
    if what is ReleasedPart.DECISION:
        return convener
    return item.added_by_agency_id or convener


def check_words(command: ReleaseWords, item: AgendaItem) -> None:
    """Only words that stand in the item are released; anything else is said in new words."""
    source = item.subject if command.what is ReleasedPart.SUBJECT else item.decision
    if source is None or command.text not in source:
        raise Invalid("conference.release_not_its_words", field="/text")


#: Until the sitting is held a release can be made and taken back.
RELEASABLE = frozenset(
    {ConferenceStatus.PLANNED, ConferenceStatus.INVITED, ConferenceStatus.AGENDA_FIXED}
)
