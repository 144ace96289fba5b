"""Who the service takes the caller for."""

from uuid import UUID

from pydantic import BaseModel

from service.application.context import Context, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.permission import PURPOSE_JA, Permission
from service.domain.scope import purposes_for, scope_of


class RoleHeld(BaseModel):
    """A role with its Japanese name."""

    code: str
    name_ja: str


class PurposeOffered(BaseModel):
    """A purpose of use with its Japanese name."""

    code: str
    name_ja: str


class Me(BaseModel):
    """The caller, as far as the directory and the token go."""

    kind: str
    iss: str
    sub: str
    client_id: str
    agency_id: UUID | None
    agency_code: str | None
    agency_name: str | None
    municipality_code: str | None
    roles: list[RoleHeld]
    hub_of: list[str]
    purposes: list[PurposeOffered]
    permissions: list[str]


async def read(context: Context) -> Shown:
    """The caller's agency, roles, purposes, and what it may do with this token."""
    actor = context.actor
    facts = Facts(
        kind=RecordKind.TOKEN,
        found=True,
        holder_agency_id=actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
    context.enforce(Permission.ME_READ, facts)
    agency = await context.work.directory.agency(actor.agency_id) if actor.agency_id else None
    usable = [
        p for p in sorted(actor.permissions) if scope_of(p) is None or scope_of(p) in actor.scopes
    ]
    purposes = {u for p in usable for u in purposes_for(p) or ()}
    if actor.token_purposes is not None:
        purposes = {u for u in purposes if u.value in actor.token_purposes}
    me = Me(
        kind=actor.kind,
        iss=actor.iss,
        sub=actor.sub,
        client_id=actor.client_id,
        agency_id=actor.agency_id,
        agency_code=agency.code if agency else None,
        agency_name=agency.name if agency else None,
        municipality_code=actor.municipality_code,
        roles=[RoleHeld(code=r.value, name_ja=r.label_ja) for r in sorted(actor.roles)],
        hub_of=sorted(actor.hub_of),
        purposes=[PurposeOffered(code=u.value, name_ja=PURPOSE_JA[u]) for u in sorted(purposes)],
        permissions=[p.value for p in usable],
    )
    return Shown(me.model_dump(mode="json"))
