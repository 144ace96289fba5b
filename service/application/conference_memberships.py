"""Who sits on a conference body: its list of members with dates, and its joint secretariat."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from service.application.context import Context, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import Conference
from service.domain.conference_body import ConferenceBody
from service.domain.conference_kinds import Persons, rule_of
from service.domain.conference_membership import (
    AddMember,
    BodyMember,
    EndMembership,
    listed_on,
    sits,
)
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Permission


async def add_member(context: Context, body_id: UUID, command: AddMember) -> Shown:
    """Put an agency on the list; from its first day on it can be invited and reads with the others."""
    body = await kept_body(context, body_id, Permission.CONFERENCE_KEEP_BODY)
    return context.receipt(await enlist(context, body, command, field="/agency_id"))


async def end_member(
    context: Context, body_id: UUID, member_id: UUID, command: EndMembership
) -> Shown:
    """Take an agency off the list; what it could read as a member closes with the next request."""
    body = await kept_body(context, body_id, Permission.CONFERENCE_KEEP_BODY)
    members = await context.work.conference_bodies.members(body.id)
    member = next((m for m in members if m.id == member_id), None)
    if member is None:
        raise Invalid("conference_member.unknown")
    context.check_version(member.version)
    ended = member.ended(command.last_day, context.today)
    await context.work.conference_bodies.save_member(ended)
    return context.receipt(ended)


async def enlist(
    context: Context, body: ConferenceBody, command: AddMember, *, field: str
) -> BodyMember:
    """One more line on the list, unless the agency has one for some of these days."""
    if await context.work.directory.agency(command.agency_id) is None:
        raise Invalid("directory.unknown_agency", field=field)
    member = BodyMember(
        id=context.new_id(), body_id=body.id, listed_at=context.now, **command.model_dump()
    )
    known = await context.work.conference_bodies.members(body.id)
    if any(m.agency_id == member.agency_id and m.overlaps(member) for m in known):
        raise IllegalMove("conference_member.already_listed")
    await context.work.conference_bodies.add_member(member)
    return member


async def kept_body(context: Context, body_id: UUID, permission: Permission) -> ConferenceBody:
    """The body, locked, for what its convener and its secretariat do."""
    body = await context.work.conference_bodies.find(body_id, lock=True)
    facts = facts_of_body(context, body_id, body)
    context.enforce(permission, facts)
    assert body is not None  # noqa: S101 - no permit without a record
    return body


def facts_of_body(context: Context, body_id: UUID, body: ConferenceBody | None) -> Facts:
    """The caller's part in the body; of whoever neither convenes nor keeps it, none."""
    me, parts = context.actor.agency_id, set()
    if body is not None and body.convener_agency_id == me:
        parts.add(Part.HOLDER)
    if body is not None and body.kept_by(me, context.today):
        parts.add(Part.SECRETARIAT)
    return Facts(
        kind=RecordKind.CONFERENCE,
        record_id=body_id,
        found=body is not None,
        holder_agency_id=body.convener_agency_id if body else None,
        parts=frozenset(parts),
    )


async def keeps(context: Context, conference: Conference) -> bool:
    """Whether the caller's agency keeps the conference's secretariat today, with its convener."""
    body = await body_of(context, conference)
    return body is not None and body.kept_by(context.actor.agency_id, context.today)


async def runs(context: Context, conference: Conference) -> bool:
    """Whether the caller's agency convenes the conference, or keeps it together with its convener."""
    mine = conference.convener_agency_id == context.actor.agency_id
    return mine or await keeps(context, conference)


async def body_of(context: Context, conference: Conference) -> ConferenceBody | None:
    """The body as which a conference sits."""
    if conference.body_id is None:
        return None
    return await context.work.conferences.body(conference.body_id)


async def is_member(context: Context, body: ConferenceBody, conference: Conference) -> bool:
    """Whether the caller's agency is of the body, today and on the day of the sitting."""
    members = await context.work.conference_bodies.members(body.id)
    return sits_there(context, body, members, conference)


def sits_there(
    context: Context, body: ConferenceBody, members: Sequence[BodyMember], conference: Conference
) -> bool:
    """The same from the list as it is loaded already."""
    days = (context.today, jst_date(conference.starts_at))
    return all(sits(body, members, context.actor.agency_id, day) for day in days)


async def tables_of(
    context: Context, conference: Conference, body_ids: Iterable[UUID]
) -> tuple[Mapping[UUID, ConferenceBody], frozenset[UUID]]:
    """These bodies, and those of them at whose table the caller sits."""
    bodies, tables = {}, set()
    for body_id in sorted(body_ids):
        body = await context.work.conferences.body(body_id)
        if body is not None:
            bodies[body_id] = body
            if await is_member(context, body, conference):
                tables.add(body_id)
    return bodies, frozenset(tables)


async def whole_body(context: Context, conference: Conference) -> tuple[UUID, ...]:
    """Everybody who is on the body's list on the day of the conference."""
    body = await body_of(context, conference)
    if body is None:
        raise Invalid("conference.no_body_to_invite", field="/whole_body")
    listed = await _listed(context, body, jst_date(conference.starts_at))
    return tuple(sorted({*listed, *body.secretariat_agency_ids}))


async def check_members(
    context: Context,
    agency_ids: tuple[UUID, ...],
    conference: Conference,
    body: ConferenceBody | None,
    *,
    field: str,
) -> None:
    """Refuse agencies that are not of a statutory body on the day (brief §2.4 no. 2)."""
    if body is None or rule_of(body.kind).persons is not Persons.STATUTORY:
        return
    day = jst_date(conference.starts_at)
    members = await context.work.conference_bodies.members(body.id)
    if not all(sits(body, members, agency_id, day) for agency_id in agency_ids):
        raise Invalid("conference.not_a_member", field=field)


async def _listed(context: Context, body: ConferenceBody, day: date) -> frozenset[UUID]:
    return listed_on(await context.work.conference_bodies.members(body.id), day)
