"""From a verified token to an actor: the directory says who it is today, not the token."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from service.application.ports import Accounts
from service.domain.actor import Actor, Held, VerifiedToken
from service.domain.errors import Denied
from service.domain.permission import Purpose
from service.domain.role import Role
from service.domain.scope import EVERY_SCOPE


async def identify(
    accounts: Accounts, token: VerifiedToken, *, day: date, agency: str | None, purpose: str | None
) -> Actor:
    """The caller in its positions at one agency, or as a person with an account of their own.

    ``agency`` is the code the caller wants to act for, where it holds several positions.
    Raises Denied ``actor.agency_not_yours`` when the token or the caller names an agency
    that the issuer may not speak for or where the caller holds nothing.
    """
    held = await accounts.held(token, day)
    if not held and token.agency is None and agency is None:
        person_id = await accounts.person(token)
        if person_id is not None:
            return _person(token, person_id, _purpose(token, purpose))
    rows = _at_one_agency(held, {a for a in (token.agency, agency) if a is not None})
    conflicts = await accounts.conflicts(token)
    return _staff(token, tuple(rows), conflicts, _purpose(token, purpose))


def nobody(token: VerifiedToken) -> Actor:
    """A caller whose token is good but who acts for nobody; for the log."""
    return Actor(
        kind="staff", iss=token.iss, sub=token.sub, client_id=token.client_id, jti=token.jti
    )


def _at_one_agency(held: Sequence[Held], named: set[str]) -> Sequence[Held]:
    codes = {h.agency_code for h in held}
    if not named <= codes or len(named) > 1:
        raise Denied("actor.agency_not_yours", rule="actor.no_position")
    if named:
        return [h for h in held if h.agency_code in named]
    if len(codes) > 1:
        raise Denied("actor.agency_unclear", rule="actor.no_position")
    return held


def _purpose(token: VerifiedToken, asked: str | None) -> Purpose | None:
    """The purpose named in the request; a token limited to a single purpose implies it."""
    if asked is None and token.purposes is not None and len(token.purposes) == 1:
        asked = next(iter(token.purposes))
    if asked is None:
        return None
    try:
        return Purpose(asked)
    except ValueError:
        raise Denied("purpose.unknown", rule="purpose.missing") from None


@lru_cache(maxsize=1_024)
def _staff(
    token: VerifiedToken,
    rows: tuple[Held, ...],
    conflicts: frozenset[UUID],
    purpose: Purpose | None,
) -> Actor:
    common: dict[str, Any] = {
        "iss": token.iss,
        "sub": token.sub,
        "client_id": token.client_id,
        "jti": token.jti,
        "scopes": token.scopes,
        "purpose": purpose,
        "token_purposes": token.purposes,
        "authenticated_at": token.authenticated_at,
    }
    if not rows:
        return Actor.model_validate(common | {"kind": "staff"})
    return actor_of(rows, common | {"conflicts": conflicts})


def actor_of(rows: Sequence[Held], common: dict[str, Any]) -> Actor:
    """Whoever holds these positions at one agency."""
    first = rows[0]
    roles = frozenset(h.role for h in rows)
    return Actor.model_validate(
        common
        | {
            "kind": "partner" if Role.PARTNER_SYSTEM in roles else "staff",
            "agency_id": first.agency_id,
            "agency_kind": first.agency_kind,
            "municipality_code": first.municipality_code,
            "ceiling": first.ceiling,
            "position_ids": tuple(h.position_id for h in rows),
            "tenure_ids": frozenset(h.tenure_id for h in rows if h.tenure_id is not None),
            "departments": frozenset(h.department for h in rows if h.department is not None),
            "roles": roles,
            "hub_of": first.hub_of,
        }
    )


def stand_in(held: Held, purpose: Purpose) -> Actor:
    """Whoever holds this position, to ask what they could do; nobody is logged in as them."""
    return actor_of(
        (held,),
        {
            "iss": "urn:tsunagi:stand-in",
            "sub": str(held.position_id),
            "client_id": "stand-in",
            "scopes": EVERY_SCOPE,
            "purpose": purpose,
        },
    )


def _person(token: VerifiedToken, person_id: UUID, purpose: Purpose | None) -> Actor:
    return Actor(
        kind="person",
        iss=token.iss,
        sub=token.sub,
        client_id=token.client_id,
        jti=token.jti,
        scopes=token.scopes,
        person_id=person_id,
        purpose=purpose,
        token_purposes=token.purposes,
    )
