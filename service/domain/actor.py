"""Who is calling, for which agency, in which roles, and what for."""

from datetime import datetime
from functools import lru_cache
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.disclosure import DataClass
from service.domain.permission import Permission, Purpose
from service.domain.role import ROLE_PERMISSIONS, SELF_PERMISSIONS, SYSTEM_ONLY, Role


class TokenIssuer(BaseModel):
    """An OIDC issuer that the directory trusts, and what may be accepted from it."""

    model_config = ConfigDict(frozen=True)

    #: Compared byte for byte with ``iss``.
    iss: str
    jwks_uri: str | None = None
    #: Staff tokens may live 15 minutes, partners' 10 (checklist A6).
    kind: Literal["staff", "partner", "mixed"] = "mixed"
    #: Signature algorithms accepted from it; RS256 only as a listed exception.
    algorithms: tuple[str, ...] = ("ES256", "PS256", "EdDSA", "Ed25519")


class VerifiedToken(BaseModel):
    """What a checked access token says (RFC 9068). It names nobody until the directory knows (iss, sub)."""

    model_config = ConfigDict(frozen=True)

    iss: str
    sub: str
    client_id: str
    scopes: frozenset[str]
    #: Token id; the token itself is never kept.
    jti: str
    issued_at: datetime
    expires_at: datetime
    #: Agency code the issuer asserts (claim ``agency``); only accepted where our table binds the two.
    agency: str | None = None
    #: Purpose of use the token is limited to (claim ``purpose_of_use``), if any.
    purposes: frozenset[str] | None = None
    #: When the person last authenticated (OIDC ``auth_time``), for step-up.
    authenticated_at: datetime | None = None
    acr: str | None = None
    #: Its issuer as it stood when the token was checked: it must stand so when the token is used.
    issuer: TokenIssuer | None = None


class Held(BaseModel):
    """A position that the caller holds today, at an agency its issuer may speak for."""

    model_config = ConfigDict(frozen=True)

    position_id: UUID
    role: Role
    agency_id: UUID
    agency_code: str
    agency_kind: str
    municipality_code: str
    ceiling: DataClass
    hub_of: frozenset[str] = frozenset()
    #: The department of the agency that the position belongs to, if the agency has any.
    department: str | None = None
    tenure_id: UUID | None = None


class Actor(BaseModel):
    """The caller as the rules see it. Who it is, is (iss, sub); what it may do, our directory says."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["staff", "partner", "person", "system"]
    iss: str
    sub: str
    client_id: str
    jti: str | None = None
    scopes: frozenset[str] = frozenset()
    #: The agency it acts for; ``None`` for a person with an account of their own.
    agency_id: UUID | None = None
    agency_kind: str | None = None
    municipality_code: str | None = None
    #: The highest data class this kind of agency may ever receive on consent.
    ceiling: DataClass = DataClass.D0
    position_ids: tuple[UUID, ...] = ()
    #: Which of the position's terms of office these are: a successor starts anew (row 4-44).
    tenure_ids: frozenset[UUID] = frozenset()
    departments: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    #: Municipalities for which its agency is the hub, when it holds a hub role.
    hub_of: frozenset[str] = frozenset()
    #: The person themself, when this is their own account.
    person_id: UUID | None = None
    #: Persons the staff member must keep away from (a relative, a suspect).
    conflicts: frozenset[UUID] = frozenset()
    purpose: Purpose | None = None
    #: Purposes the token itself is limited to.
    token_purposes: frozenset[str] | None = None
    #: When the human last authenticated (OIDC ``auth_time``), for step-up.
    authenticated_at: datetime | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What its roles allow, before any record is looked at."""
        if self.kind == "system":
            return SYSTEM_ONLY
        if self.kind == "person":
            return SELF_PERMISSIONS
        return _granted_to(self.roles)

    @property
    def is_hub(self) -> bool:
        """Whether it may name leads for some municipality."""
        return bool(self.hub_of) and Permission.REFERRAL_NAME_LEAD in self.permissions


@lru_cache(maxsize=256)
def _granted_to(roles: frozenset[Role]) -> frozenset[Permission]:
    granted: frozenset[Permission] = frozenset()
    return granted.union(*(ROLE_PERMISSIONS[r] for r in roles))


SYSTEM_ISSUER = "urn:tsunagi:system"


def system_actor(name: str) -> Actor:
    """The service itself, acting on a date or a deadline."""
    return Actor(kind="system", iss=SYSTEM_ISSUER, sub=name, client_id=name)
