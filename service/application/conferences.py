"""Planning a conference, inviting, answering, fixing the agenda."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from service.application.conference_memberships import body_of, check_members, keeps, whole_body
from service.application.conference_seats import SEAT, check_somebody_there, seat_those_who_come
from service.application.context import Context, Page, Shown
from service.application.facts import person_facts
from service.application.information_request_ends import take_back_all
from service.application.notices import notify
from service.application.tasks import settle
from service.domain.access import Facts, Part, RecordKind
from service.domain.conference import (
    AgendaItem,
    Answer,
    AnswerInvitation,
    Attendee,
    Conference,
    InviteAttendees,
    PlanConference,
)
from service.domain.conference_states import (
    ACT_PERMISSION,
    KINDS,
    ConferenceAct,
    ConferenceKind,
    Persons,
)
from service.domain.disclosure import D0, disclose
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.invitation import CalendarEntry, entry_of
from service.domain.notice import NoticeKind
from service.domain.permission import Permission, Purpose
from service.domain.progress import earlier
from service.domain.task import TaskKind


async def plan(context: Context, command: PlanConference) -> Shown:
    """A new conference, convened by the caller's agency."""
    if command.starts_at <= context.now:
        raise Invalid("conference.starts_in_past", field="/starts_at")
    conference = Conference.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "convener_agency_id": context.agency_id,
            "municipality_code": context.municipality_code,
            "planned_at": context.now,
            "remind_on": await _remind_on(context, command, context.municipality_code),
        }
    )
    context.enforce(Permission.CONFERENCE_PLAN, _facts(context, conference.id, conference, ()))
    await check_body(context, command.body_id, command.kind)
    await context.work.conferences.add(conference)
    await context.work.conferences.add_attendee(
        Attendee(
            id=context.new_id(),
            conference_id=conference.id,
            agency_id=context.agency_id,
            invited_at=context.now,
        )
    )
    await seat_secretariat(context, conference)
    return receipt_of(context, conference)


async def read(context: Context, conference_id: UUID) -> Shown:
    """When, where, who is invited, how long the agenda is: nothing personal."""
    conference, attendees, facts = await load(context, conference_id)
    permit = context.enforce(Permission.CONFERENCE_READ, facts, shows=Conference)
    assert conference is not None  # noqa: S101 - no permit without a record
    items = await context.work.conferences.items(conference_id)
    shown = disclose(conference, permit.classes & {D0})
    shown["kind_ja"] = conference.local_name or KINDS[conference.kind].label_ja
    shown["status_ja"] = conference.status.label_ja
    shown["attendees"] = [
        disclose(a, frozenset({D0})) | {"is_the_person": a.person_id is not None} for a in attendees
    ]
    seats = await context.work.conferences.participants(conference_id)
    mine = [p for p in seats if Part.HOLDER in facts.parts or p.agency_id == context.agency_id]
    shown["participants"] = [p.model_dump(mode="json", include=set(SEAT)) for p in mine]
    shown["agenda"] = {"items": len(items), "minutes": sum(i.minutes for i in items)}
    if facts.parts & {Part.HOLDER, Part.SECRETARIAT}:
        left = await context.work.progress.follow_up(earlier(conference), context.today)
        shown["follow_up"] = left.model_dump()
    return Shown(shown, conference.version, conference.id)


async def listing(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Conferences the caller's agency convenes or is invited to."""
    found = await context.work.conferences.of_agency(context.agency_id, after, limit + 1)
    items = []
    for conference in found[:limit]:
        facts = _facts(context, conference.id, conference, (), invited=True)
        permit = context.may(Permission.CONFERENCE_READ, facts, shows=Conference)
        if permit is not None:
            items.append(disclose(conference, permit.classes & {D0}))
    context.note_list(Permission.CONFERENCE_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def reschedule(context: Context, conference_id: UUID, command: PlanConference) -> Shown:
    """Another time or place; everybody invited is told, and asked again."""
    conference, attendees = await change(context, conference_id, ConferenceAct.RESCHEDULE)
    if command.starts_at <= context.now:
        raise Invalid("conference.starts_in_past", field="/starts_at")
    if command.kind is not conference.kind or command.body_id != conference.body_id:
        raise Invalid("conference.kind_is_fixed", field="/kind")
    changes = command.model_dump()
    if conference.moves(command):
        code = conference.municipality_code
        changes["remind_on"] = await _remind_on(context, command, code)
        await settle(context, conference_id, TaskKind.CONFERENCE_ANSWER)
    changed = conference.move(ConferenceAct.RESCHEDULE, **changes)
    await context.work.conferences.save(changed)
    for attendee in attendees:
        if conference.moves(command) and attendee.answer is not Answer.NONE:
            await context.work.conferences.save_attendee(
                attendee.but(answer=Answer.NONE, representative=None)
            )
    await tell_invited(context, changed, attendees, NoticeKind.CONFERENCE_INVITATION)
    return receipt_of(context, changed)


async def invitation(context: Context, conference_id: UUID) -> CalendarEntry:
    """The conference for the calendars of the convener's and the invited agencies' staff."""
    conference, attendees, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    return await entry_for(context, conference, attendees)


async def entry_for(
    context: Context, conference: Conference, attendees: list[Attendee]
) -> CalendarEntry:
    """The conference in a calendar, with the names of its agencies."""
    named = {a.agency_id for a in attendees} | {conference.convener_agency_id}
    names = await names_of(context, named)
    return entry_of(conference, attendees, names)


async def invite(context: Context, conference_id: UUID, command: InviteAttendees) -> Shown:
    """Invite agencies, and persons who come to their own item (本人同席)."""
    conference, attendees = await change(context, conference_id, ConferenceAct.INVITE)
    await _invite_agencies(context, conference, attendees, command)
    invited = {a.person_id for a in attendees}
    if command.person_ids and KINDS[conference.kind].persons is Persons.NEVER:
        raise Invalid("conference.kind_names_nobody", field="/person_ids")
    for person_id in dict.fromkeys(command.person_ids):
        person = await context.work.persons.find(person_id)
        context.enforce(
            Permission.CONFERENCE_INVITE, await person_facts(context, person_id, person)
        )
        if person_id not in invited:
            await _add(context, conference, person_id=person_id)
    for resident in dict.fromkeys(command.residents):
        if resident not in {a.resident for a in attendees}:
            await _add(context, conference, resident=resident)
    await _invite_companions(context, conference, attendees, command)
    changed = conference.move(ConferenceAct.INVITE)
    await context.work.conferences.save(changed)
    return receipt_of(context, changed)


async def _invite_companions(
    context: Context,
    conference: Conference,
    attendees: Iterable[Attendee],
    command: InviteAttendees,
) -> None:
    """Family and supporters hear what is said of the person: only where the person agrees to that."""
    if command.companions and KINDS[conference.kind].persons is not Persons.WITH_CONSENT:
        raise Invalid("conference.companion_needs_consent", field="/companions")
    there = {(a.comes_with, a.relation) for a in attendees}
    for companion in dict.fromkeys(command.companions):
        person_id = companion.person_id
        person = await context.work.persons.find(person_id)
        facts = await person_facts(context, person_id, person)
        context.enforce(Permission.CONFERENCE_INVITE, facts)
        context.require_agreed(
            Permission.CONFERENCE_INVITE,
            facts,
            purpose=Purpose.PLANNING,
            code="conference.person_without_consent",
            field="/companions",
        )
        if (person_id, companion.relation) not in there:
            seat = {"comes_with": person_id, "relation": companion.relation}
            await _add(context, conference, **seat)


async def _invite_agencies(
    context: Context,
    conference: Conference,
    attendees: Iterable[Attendee],
    command: InviteAttendees,
) -> None:
    invited = {a.agency_id for a in attendees}
    body = await body_of(context, conference)
    await check_members(context, command.agency_ids, conference, body, field="/agency_ids")
    for n, agency_id in enumerate(command.agency_ids):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field="/agency_ids")
        if agency_id not in invited:
            await check_somebody_there(context, agency_id, field=f"/agency_ids/{n}")
    # Whoever is on the list is called, also while a post there is vacant.
    listed = await whole_body(context, conference) if command.whole_body else ()
    for agency_id in dict.fromkeys((*command.agency_ids, *listed)):
        if agency_id not in invited:
            await _add(context, conference, agency_id=agency_id)


async def answer(context: Context, conference_id: UUID, command: AnswerInvitation) -> Shown:
    """Whether the caller's agency comes, and who comes for it."""
    conference, attendees, facts = await load(context, conference_id, lock=True)
    context.enforce(Permission.CONFERENCE_ANSWER, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    context.check_version(conference.version)
    mine = next((a for a in attendees if a.agency_id == context.agency_id), None)
    if mine is None:
        raise IllegalMove("conference.not_invited")
    changed = conference.move(ConferenceAct.ANSWER)
    await context.work.conferences.save_attendee(
        mine.but(answer=command.answer, representative=command.representative)
    )
    await seat_those_who_come(context, conference_id, command, facts)
    await context.work.conferences.save(changed)
    if command.answer is not Answer.NONE:
        kind = TaskKind.CONFERENCE_ANSWER
        await context.work.tasks.settle_own([kind], conference_id, context.agency_id, context.now)
    return receipt_of(context, changed)


async def step(context: Context, conference_id: UUID, act: ConferenceAct) -> Shown:
    """Cancel, close: a step that brings nothing else along."""
    conference, attendees = await change(context, conference_id, act)
    changed = conference.move(act)
    await context.work.conferences.save(changed)
    if act in (ConferenceAct.CANCEL, ConferenceAct.CLOSE):
        await take_back_all(context, conference_id)
    if act is ConferenceAct.CANCEL:
        await settle(context, conference_id, TaskKind.CONFERENCE_ANSWER)
        await tell_invited(context, changed, attendees, NoticeKind.CONFERENCE_INVITATION)
    return receipt_of(context, changed)


async def item_on(
    context: Context, conference_id: UUID, item_id: UUID, *, field: str | None = None
) -> AgendaItem:
    """One item of an agenda that the caller may know; no other is on it."""
    items = await context.work.conferences.items(conference_id)
    item = next((i for i in items if i.id == item_id), None)
    if item is None:
        raise Invalid("conference.unknown_item", field=field)
    return item


async def load(
    context: Context, conference_id: UUID, *, lock: bool = False
) -> tuple[Conference | None, list[Attendee], Facts]:
    """The conference, who is invited, and the caller's part in it."""
    conference = await context.work.conferences.find(conference_id, lock=lock)
    attendees = list(await context.work.conferences.attendees(conference_id))
    kept = conference is not None and await keeps(context, conference)
    facts = _facts(context, conference_id, conference, attendees, kept=kept)
    return conference, attendees, facts


async def change(
    context: Context, conference_id: UUID, act: ConferenceAct
) -> tuple[Conference, list[Attendee]]:
    """The conference, locked, for an act that only its convener and its secretariat may do."""
    conference, attendees = await as_convener(
        context, conference_id, ACT_PERMISSION[act], lock=True
    )
    context.check_version(conference.version)
    return conference, attendees


async def as_convener(
    context: Context, conference_id: UUID, permission: Permission, *, lock: bool = False
) -> tuple[Conference, list[Attendee]]:
    """The conference, for what only its convener may do or see, or who keeps it together with it.

    A joint secretariat (共同事務局) sees nothing more of persons for that (row 2-12).
    """
    conference, attendees, facts = await load(context, conference_id, lock=lock)
    held = facts.as_only(Part.HOLDER, Part.SECRETARIAT)
    if Part.PARTY in facts.parts and not held.parts:
        context.enforce(permission, facts)
        raise Denied("conference.convener_only")
    context.enforce(permission, held)
    assert conference is not None  # noqa: S101 - no permit without a record
    return conference, attendees


async def _remind_on(context: Context, command: PlanConference, municipality: str) -> date:
    policy = await context.work.directory.conference_policy(municipality, context.today)
    return policy.remind_on(command.starts_at, context.closed)


async def check_body(context: Context, body_id: UUID | None, kind: ConferenceKind) -> None:
    """Refuse a body that the caller's agency could not call together as this kind."""
    if body_id is None:
        return
    body = await context.work.conferences.body(body_id)
    if body is None or not body.fits(kind, context.municipality_code, context.agency_id):
        raise Invalid("conference.body_does_not_fit", field="/body_id")


async def names_of(context: Context, agency_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """The names of agencies that a conference's papers speak of."""
    names = {}
    for agency_id in sorted(i for i in set(agency_ids) if i is not None):
        agency = await context.work.directory.agency(agency_id)
        if agency is not None:
            names[agency_id] = agency.name
    return names


async def seat_secretariat(context: Context, conference: Conference) -> None:
    """Whoever keeps the conference together with its convener takes part from the beginning."""
    body = await body_of(context, conference)
    if body is None:
        return
    seated = {a.agency_id for a in await context.work.conferences.attendees(conference.id)}
    for agency_id in body.secretariat_agency_ids:
        if agency_id not in seated:
            await _add(context, conference, agency_id=agency_id)


async def tell_invited(
    context: Context, conference: Conference, attendees: Iterable[Attendee], kind: NoticeKind
) -> None:
    """Write to every invited agency but the one that does it."""
    for attendee in attendees:
        if attendee.agency_id is not None and attendee.agency_id != context.agency_id:
            await notify(
                context,
                attendee.agency_id,
                kind,
                "conference",
                conference.id,
                conference.starts_at,
            )


def receipt_of(context: Context, conference: Conference) -> Shown:
    """What an act on a conference is answered with."""
    return context.receipt(conference, status_ja=conference.status.label_ja)


def _facts(
    context: Context,
    conference_id: UUID,
    conference: Conference | None,
    attendees: list[Attendee] | tuple[()],
    *,
    invited: bool = False,
    kept: bool = False,
) -> Facts:
    me = context.actor.agency_id
    parts = set()
    if conference is not None and conference.convener_agency_id == me:
        parts.add(Part.HOLDER)
    if conference is not None and (invited or any(a.agency_id == me for a in attendees if me)):
        parts.add(Part.PARTY)
    # Looked up when it is asked: whoever leaves the secretariat does nothing more.
    if kept and Part.PARTY in parts:
        parts.add(Part.SECRETARIAT)
    return Facts(
        kind=RecordKind.CONFERENCE,
        record_id=conference_id,
        found=conference is not None,
        holder_agency_id=conference.convener_agency_id if conference else None,
        parts=frozenset(parts),
        conference_id=conference_id if conference else None,
    )


async def _add(
    context: Context,
    conference: Conference,
    **who: Any,
) -> None:
    attendee = Attendee(
        id=context.new_id(), conference_id=conference.id, invited_at=context.now, **who
    )
    await context.work.conferences.add_attendee(attendee)
    await tell_invited(context, conference, [attendee], NoticeKind.CONFERENCE_INVITATION)
