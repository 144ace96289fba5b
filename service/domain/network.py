"""Networks of agencies (ネットワーク): whichever door somebody comes to, it leads on (row 4-35)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, Disclosable
from service.domain.municipality import MunicipalityCode
from service.domain.text import Code, Line
from service.domain.validity import Dated


class Network(Dated):
    """Agencies that have agreed to find the right door for one another."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[MunicipalityCode, D0]
    name: Annotated[Line, D0]
    agency_ids: Annotated[tuple[UUID, ...], D0] = Field(min_length=2, max_length=200)


class RouteInNetwork(Disclosable):
    """What somebody who is not named here came with."""

    theme: Annotated[Code | None, D0] = None
    area: Annotated[Code | None, D0] = None
    to_desk_id: Annotated[UUID | None, D0] = Field(
        default=None, description="Left out: the member's desk that fits best."
    )
    question: Annotated[Line | None, D0] = Field(
        default=None, description="What was asked, without any person in it."
    )


class Routing(Disclosable):
    """One routing in the network's log; never rewritten."""

    id: Annotated[UUID, D0]
    network_id: Annotated[UUID, D0]
    at: Annotated[datetime, D0]
    by_agency_id: Annotated[UUID, D0]
    by_position_id: Annotated[UUID | None, D0] = None
    theme: Annotated[Code | None, D0] = None
    area: Annotated[Code | None, D0] = None
    question: Annotated[Line | None, D0] = None
    desk_id: Annotated[UUID, D0]
    because: Annotated[Code, D0]
