"""The agencies and staff of the load, and their tokens: real ones, of the demo's own issuer."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from service.demo.accounts import demo_issuers, issuer_urls
from service.demo.city import AGENCIES, CITY, ISSUERS, SINCE, directory, issuer_of
from service.domain.directory import (
    Agency,
    Desk,
    DirectoryFile,
    IssuerTrust,
    Position,
    Tenure,
)
from service.domain.role import Role
from service.settings import Settings

COUNT = 24
ISSUER = "council"
#: The member of staff of the demo in whose stead the issuer speaks for ours.
COLLEAGUE = "j-consultant"
#: All of them are meant by consents that name kinds of agencies.
KINDS = ("npo", "self_reliance_agency", "social_welfare_council", "elder_support_center")
#: Who works at each agency.
ROLES = (Role.CHIEF_CONSULTANT, Role.CONSULTANT, Role.PRIVACY_OFFICER)


def agency_id(number: int) -> UUID:
    return UUID(f"0199bbbb-0000-7000-8000-{number:012d}")


def desk_id(number: int) -> UUID:
    return UUID(f"0199bbbb-0001-7000-8000-{number:012d}")


@dataclass(frozen=True)
class Member:
    """One member of staff."""

    agency: int
    role: Role
    iss: str

    @property
    def sub(self) -> str:
        return f"bench-{self.agency}-{self.role.value}"

    @property
    def code(self) -> str:
        return f"bench{self.agency:02}"


def members(settings: Settings) -> list[Member]:
    """Everybody: first the two who do casework at each agency, then the privacy officers."""
    iss = issuer_urls(settings)[ISSUER]
    return [Member(a, role, iss) for role in ROLES for a in range(COUNT)]


def whole_directory(settings: Settings, jwks_uri: str) -> DirectoryFile:
    """The demo city, and the agencies of the load in it; their issuer's keys are at ``jwks_uri``."""
    urls = issuer_urls(settings)
    city = directory(urls)
    positions, tenures = [], []
    for member in members(settings):
        position = Position(
            id=uuid.uuid5(agency_id(member.agency), member.role.value),
            agency_id=agency_id(member.agency),
            code=member.role.value,
            title="担当",
            role=member.role,
            valid_from=SINCE,
        )
        positions.append(position)
        tenures.append(
            Tenure(
                id=uuid.uuid5(position.id, "tenure"),
                position_id=position.id,
                iss=member.iss,
                sub=member.sub,
                name="担当者",
                valid_from=SINCE,
            )
        )
    theirs = [a.code for a in AGENCIES if issuer_of(a.letter) == ISSUER]
    ours = [f"bench{n:02}" for n in range(COUNT)]
    trust = IssuerTrust(
        iss=urls[ISSUER],
        name=ISSUERS[ISSUER],
        jwks_uri=jwks_uri,
        agency_codes=(*theirs, *ours),
    )
    agencies = [
        Agency(
            id=agency_id(n),
            code=ours[n],
            kind=KINDS[n % len(KINDS)],
            name=f"参加機関{n + 1}",
            municipality_code=CITY,
            valid_from=SINCE,
        )
        for n in range(COUNT)
    ]
    desks = [
        Desk(
            id=desk_id(n),
            agency_id=agency_id(n),
            municipality_code=CITY,
            name="相談窓口",
            themes=("bench",),
            valid_from=SINCE,
        )
        for n in range(COUNT)
    ]
    return city.model_copy(
        update={
            "issuers": [*(i for i in city.issuers if i.iss != trust.iss), trust],
            "agencies": [*city.agencies, *agencies],
            "desks": [*city.desks, *desks],
            "positions": [*city.positions, *positions],
            "tenures": [*city.tenures, *tenures],
        }
    )


class Tokens:
    """Fresh tokens; one is good for fifteen minutes."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = demo_issuers(settings)[ISSUER]

    def of(self, member: Member) -> str:
        return self._issuer.staff_token(
            COLLEAGUE, now=datetime.now(UTC), sub=member.sub, agency=member.code
        )

    def of_convener(self) -> str:
        """Of the demo's agency that convenes the conference."""
        return self._issuer.staff_token(COLLEAGUE, now=datetime.now(UTC))
