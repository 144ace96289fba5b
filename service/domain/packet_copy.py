"""A copy of a packet (会議資料の写し): numbered in the conference, and whose it is (brief §2.4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from service.domain.disclosure import D0, Disclosable


class PacketCopy(Disclosable):
    """One copy that was handed out, of a packet or of a single paper; collected by number after the sitting."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    #: The paper (``item_paper``) that was handed out; empty: the whole packet, printed.
    paper_id: Annotated[UUID | None, D0] = None
    made_at: Annotated[datetime, D0]
    #: Of the bytes as they were handed out: a copy that turns up can be told from a changed one.
    sha256: Annotated[str, D0]
