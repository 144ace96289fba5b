"""Conference bodies (会議体): constituted, read, amended, ended; a body may be part of another."""

from typing import Any
from uuid import UUID

from service.application.conference_bodies import require_in_force
from service.application.conference_memberships import enlist, facts_of_body, kept_body
from service.application.conferences import names_of, seat_secretariat
from service.application.context import Context, Page, Shown
from service.domain.access import Facts, RecordKind
from service.domain.conference_body import (
    AmendBody,
    BodyTerms,
    ConferenceBody,
    ConstituteBody,
    Convener,
    EndBody,
    basis_of,
    check_convener,
)
from service.domain.conference_kinds import LEVEL_JA, Persons, lines, rule_of
from service.domain.conference_membership import AddMember, BodyMember
from service.domain.decision import CONFERENCE_BASES
from service.domain.disclosure import D0, disclose
from service.domain.errors import Denied, Invalid
from service.domain.municipality import is_of
from service.domain.permission import Permission

#: So deep bodies go inside one another; deeper ones are a mistake.
DEEPEST = 6


async def kinds(context: Context) -> Page:
    """Every kind of conference and what holds for it."""
    context.enforce(Permission.DIRECTORY_READ, Facts(kind=RecordKind.DIRECTORY, found=True))
    return Page([_plain(line) for line in lines()])


async def constitute(context: Context, command: ConstituteBody) -> Shown:
    """Register a conference body; of a statutory kind only who may convene it can."""
    body = ConferenceBody.model_validate(
        command.model_dump(exclude={"member_agency_ids"})
        | {
            "id": context.new_id(),
            "level": command.level or rule_of(command.kind).level,
            "municipality_code": context.municipality_code,
            "convener_agency_id": context.agency_id,
            "basis": basis_of(command.kind),
            "constituted_at": context.now,
        }
    )
    facts = facts_of_body(context, body.id, body).as_holder()
    context.enforce(_permission(body), facts)
    check_convener(command.kind, await _convener(context))
    if body.basis in CONFERENCE_BASES:
        require_in_force(context, body.basis, context.municipality_code)
    await _check_terms(context, body, body)
    await context.work.conference_bodies.add(body)
    for agency_id in dict.fromkeys(command.member_agency_ids):
        listed = AddMember(
            agency_id=agency_id, valid_from=body.valid_from, valid_until=body.valid_until
        )
        await enlist(context, body, listed, field="/member_agency_ids")
    return context.receipt(body)


async def amend(context: Context, body_id: UUID, command: AmendBody) -> Shown:
    """The by-laws as they read now; a new secretariat is seated at the conferences to come."""
    body = await _own_body(context, body_id)
    amended = body.amended(command)
    await _check_terms(context, amended, command)
    await context.work.conference_bodies.save(amended)
    if set(amended.secretariat_agency_ids) - set(body.secretariat_agency_ids):
        for conference in await context.work.conference_bodies.coming(body.id):
            await seat_secretariat(context, conference)
    return context.receipt(amended)


async def end(context: Context, body_id: UUID, command: EndBody) -> Shown:
    """Its last day; what was held until then keeps its papers and their time."""
    ended = (await _own_body(context, body_id)).ended(command.last_day)
    await context.work.conference_bodies.save(ended)
    return context.receipt(ended)


async def bodies(context: Context) -> Page:
    """The conference bodies of the caller's municipality; nothing personal."""
    found = await context.work.conferences.bodies(context.municipality_code)
    context.enforce(Permission.DIRECTORY_READ, Facts(kind=RecordKind.DIRECTORY, found=True))
    return Page([_told(body) for body in found])


async def read(context: Context, body_id: UUID) -> Shown:
    """A body with what it is part of, its sub-bodies, and the list of its members."""
    body, members = await visible_body(context, body_id, Permission.DIRECTORY_READ)
    parent = await context.work.conferences.body(body.parent_id) if body.parent_id else None
    subs = await context.work.conference_bodies.sub_bodies(body.id)
    mentioned = {body.convener_agency_id, *body.secretariat_agency_ids}
    names = await names_of(context, mentioned | {m.agency_id for m in members})
    told = _told(body) | {
        "convener": names.get(body.convener_agency_id),
        "secretariat": [names.get(a) for a in body.secretariat_agency_ids],
        "parent": _line(parent) if parent else None,
        "sub_bodies": [_line(b) for b in subs],
        "members": [_plain(m) | {"agency": names.get(m.agency_id)} for m in members],
    }
    return Shown(told, body.version, body.id)


async def visible_body(
    context: Context, body_id: UUID, permission: Permission, kind: RecordKind = RecordKind.DIRECTORY
) -> tuple[ConferenceBody, list[BodyMember]]:
    """The body and its list, for its municipality, those below a prefecture, and who is of it."""
    body = await context.work.conferences.body(body_id)
    members = list(await context.work.conference_bodies.members(body_id)) if body else []
    on_it = {m.agency_id for m in members if m.holds_on(context.today)}
    seen = body is not None and (
        is_of(context.actor.municipality_code, body.municipality_code)
        or context.actor.agency_id
        in on_it | {body.convener_agency_id, *body.secretariat_agency_ids}
    )
    context.enforce(permission, Facts(kind=kind, record_id=body_id, found=seen))
    assert body is not None  # noqa: S101 - no permit without a record
    return body, members


async def _own_body(context: Context, body_id: UUID) -> ConferenceBody:
    """The body, for an act that only its convener may do; of a statutory one, who may constitute it."""
    body = await kept_body(context, body_id, Permission.CONFERENCE_KEEP_BODY)
    held = facts_of_body(context, body_id, body).as_holder()
    if not held.parts:
        raise Denied("conference_body.convener_only")
    context.require(_permission(body), held)
    context.check_version(body.version)
    return body


def _permission(body: ConferenceBody) -> Permission:
    statutory = rule_of(body.kind).persons is Persons.STATUTORY
    return Permission.CONFERENCE_CONSTITUTE if statutory else Permission.CONFERENCE_KEEP_BODY


async def _convener(context: Context) -> Convener:
    agency = await context.work.directory.agency(context.agency_id)
    home = await context.work.directory.municipality(context.municipality_code)
    known = {k.code: k for k in await context.work.directory.kinds()}
    assert agency is not None  # noqa: S101 - the caller acts for it
    assert home is not None  # noqa: S101 - foreign key
    kind = known[agency.kind]
    return Convener(
        public_body=kind.public_body,
        decides_support=kind.decides_support,
        prefectural=kind.code.startswith("prefectural"),
        has_welfare_office=home.has_welfare_office,
        runs_layered_project=home.runs_layered_project,
    )


async def _check_terms(context: Context, body: ConferenceBody, terms: BodyTerms) -> None:
    """Refuse what the by-laws name and nobody knows, and a body that would be part of itself."""
    for n, agency_id in enumerate(terms.secretariat_agency_ids):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field=f"/secretariat_agency_ids/{n}")
    chairs = ((p, "/deputy_position_ids") for p in terms.deputy_position_ids)
    for position_id, field in ((terms.chair_position_id, "/chair_position_id"), *chairs):
        if position_id and await context.work.directory.position(position_id) is None:
            raise Invalid("conference_body.unknown_position", field=field)
    above, seen = terms.parent_id, {body.id}
    while above is not None:
        if above in seen or len(seen) >= DEEPEST:
            raise Invalid("conference_body.part_of_itself", field="/parent_id")
        # Locked: two bodies that are put into each other at once cannot both be.
        parent = await context.work.conference_bodies.find(above, lock=True)
        if parent is None or not is_of(body.municipality_code, parent.municipality_code):
            raise Invalid("conference_body.unknown_parent", field="/parent_id")
        seen.add(above)
        above = parent.parent_id


def _told(body: ConferenceBody) -> dict[str, Any]:
    rule = rule_of(body.kind)
    return _plain(body) | {
        "kind_ja": rule.label_ja,
        "basis_ja": body.basis.label_ja,
        "level_ja": LEVEL_JA[body.level],
        "rests_on_ja": rule.rests_on,
    }


def _line(body: ConferenceBody) -> dict[str, Any]:
    return {
        "id": str(body.id),
        "name": body.name,
        "kind": body.kind.value,
        "level": body.level.value,
        "valid_until": body.valid_until.isoformat() if body.valid_until else None,
    }


def _plain(value: Any) -> dict[str, Any]:
    shown = disclose(value, frozenset({D0}))
    del shown["withheld"]
    return shown
