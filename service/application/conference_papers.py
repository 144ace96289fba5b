"""The papers of a conference, printed: agenda, packet in numbered copies, roster, minutes."""

import hashlib
from uuid import UUID

from service.application.conferences import as_convener, load, names_of
from service.application.context import Context, Page
from service.application.information_in_papers import requests_on
from service.application.minutes import read_minutes
from service.application.packets import items_for, packet
from service.application.printer import Bindery, Press
from service.domain.conference import Conference
from service.domain.conference_paper import (
    Issue,
    agencies_in,
    agenda_paper,
    minutes_paper,
    packet_paper,
    roster_paper,
)
from service.domain.conference_seat import sitting as those_who_sit
from service.domain.conference_sheets import sitting_sheets
from service.domain.conference_states import PACKET_OPEN
from service.domain.disclosure import D0, D3, disclose
from service.domain.errors import Denied, IllegalMove
from service.domain.follow_up_paper import with_follow_up, with_follow_up_list
from service.domain.packet_copy import PacketCopy
from service.domain.permission import Permission
from service.domain.progress import earlier


async def agenda(context: Context, conference_id: UUID, press: Press) -> bytes:
    """The agenda, once it is fixed; items that the caller does not stay for say nothing."""
    conference, _, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts, shows=Conference)
    assert conference is not None  # noqa: S101 - no permit without a record
    if conference.status not in PACKET_OPEN:
        raise IllegalMove("conference.packet_closed", facts={"state": conference.status})
    items = await context.work.conferences.items(conference_id)
    named = {i.presenter_agency_id for i in items} | {conference.convener_agency_id}
    names = await names_of(context, named)
    issue = await issue_of(context)
    left = await context.work.progress.follow_up(earlier(conference), context.today)
    paper = agenda_paper(conference, items, open_to=context.agency_id, names=names, issue=issue)
    return await press(with_follow_up(paper, left))


async def roster(context: Context, conference_id: UUID, press: Press) -> bytes:
    """Who is invited, who sits for them, who came."""
    conference, attendees, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts, shows=Conference)
    assert conference is not None  # noqa: S101 - no permit without a record
    seats = await _seats(context, conference_id)
    names = await names_of(
        context, {a.agency_id for a in attendees} | {conference.convener_agency_id}
    )
    return await press(roster_paper(conference, attendees, seats, names, await issue_of(context)))


async def packet_copy(context: Context, conference_id: UUID, press: Press) -> bytes:
    """The caller's own packet as the next numbered copy; on record like a packet that is read."""
    shown = (await packet(context, conference_id)).body
    # Locked until the copy is on record: two copies at once get two numbers.
    conference = await context.work.conferences.find(conference_id, lock=True)
    assert conference is not None  # noqa: S101 - the packet is its
    number = await next_number(context, conference_id)
    names = await names_of(context, agencies_in(shown))
    issue = await issue_of(context)
    paper = packet_paper(conference, shown, number=number, names=names, issue=issue)
    printed = await press(with_follow_up_list(paper, shown["follow_up"], names))
    await put_on_record(context, conference_id, number, printed)
    return printed


async def next_number(context: Context, conference_id: UUID) -> int:
    """The number of the next copy; the conference is locked until it is on record."""
    return len(await context.work.conferences.copies(conference_id)) + 1


async def put_on_record(
    context: Context, conference_id: UUID, number: int, copy: bytes, paper_id: UUID | None = None
) -> None:
    """A copy that the caller gets, of the packet or of one paper."""
    await context.work.conferences.add_copy(
        PacketCopy(
            id=context.new_id(),
            conference_id=conference_id,
            number=number,
            agency_id=context.agency_id,
            position_id=context.position_id,
            paper_id=paper_id,
            made_at=context.now,
            sha256=hashlib.sha256(copy).hexdigest(),
        )
    )


async def minutes(context: Context, conference_id: UUID, press: Press) -> bytes:
    """The minutes as the caller may read them."""
    shown = (await read_minutes(context, conference_id)).body
    conference = await context.work.conferences.find(conference_id)
    assert conference is not None  # noqa: S101 - the minutes are its
    if conference.minutes_text is None:
        raise IllegalMove("conference.no_minutes")
    names = await names_of(context, {conference.convener_agency_id})
    return await press(minutes_paper(conference, shown, names, await issue_of(context)))


async def sitting(context: Context, conference_id: UUID, bind: Bindery) -> bytes:
    """The whole sitting as a workbook for its convener, as far as its permits go."""
    conference, attendees = await as_convener(
        context, conference_id, Permission.CONFERENCE_READ_PACKET
    )
    reader = next((a for a in attendees if a.agency_id == context.agency_id), None)
    if reader is None:
        raise Denied("conference.not_invited")
    items = await items_for(context, conference, attendees, reader)
    tasks = await context.work.tasks.of_conference(conference_id)
    asked = await requests_on(context, conference_id, None, frozenset({D3}))
    named = {a.agency_id for a in attendees} | {t.agency_id for t in tasks}
    named |= agencies_in(items) | agencies_in(asked)
    seats = await _seats(context, conference_id)
    names = await names_of(context, named)
    return await bind(sitting_sheets(conference, items, attendees, seats, tasks, names, asked))


async def copies(context: Context, conference_id: UUID) -> Page:
    """Which copies of the packet are out, by number; for the convener, who collects them."""
    await as_convener(context, conference_id, Permission.CONFERENCE_READ)
    found = await context.work.conferences.copies(conference_id)
    names = await names_of(context, {c.agency_id for c in found})
    return Page([disclose(c, frozenset({D0})) | {"agency": names.get(c.agency_id)} for c in found])


async def _seats(context: Context, conference_id: UUID) -> dict[UUID, list[str]]:
    seats: dict[UUID, list[str]] = {}
    for participant in those_who_sit(await context.work.conferences.participants(conference_id)):
        position = await context.work.directory.position(participant.position_id)
        if position is not None:
            substitute = participant.substitute_for_position_id is not None
            title = f"{position.title}（代理）" if substitute else position.title
            seats.setdefault(participant.agency_id, []).append(title)
    return seats


async def issue_of(context: Context) -> Issue:
    """To whom something is handed out, and when."""
    agency = await context.work.directory.agency(context.agency_id)
    position = (
        await context.work.directory.position(context.position_id) if context.position_id else None
    )
    return Issue(
        agency=agency.name if agency else "",
        position=position.title if position else None,
        at=context.now,
    )
