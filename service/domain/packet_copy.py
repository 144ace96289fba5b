"""A copy of a packet (会議資料の写し): numbered in the conference, and whose it is (brief §2.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from service.domain.disclosure import D0, Disclosable


class PacketCopy(Disclosable):
    """One copy that was printed; copies are counted, and collected after the sitting by number."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    made_at: Annotated[datetime, D0]
    #: Of the printed bytes: a copy that turns up can be told from a changed one.
    sha256: Annotated[str, D0]
