"""Papers of agenda items: handed in, looked through, locked; handed out in numbered copies.

A paper is open to whoever the item is open to, now, as far as its own class goes: the same
rules and the same entries as for the packet (``packets``).
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple, NoReturn
from uuid import UUID

from service.application.agenda_grounds import AgendaGrounds, load_agenda_grounds
from service.application.conference_papers import issue_of, next_number, put_on_record
from service.application.conferences import load
from service.application.context import Context, Page, Shown
from service.application.everybody import enforce_all, tell_more
from service.application.file_ports import FileDesk
from service.application.packets import classes_at_table, facts_about, reader_of
from service.domain.access import Facts, Part, RecordKind, no_basis
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_states import PACKET_OPEN
from service.domain.decision import CONFERENCE_BASES
from service.domain.disclosure import D0, D1, EVERY_CLASS, Classes, DataClass
from service.domain.errors import Denied, IllegalMove
from service.domain.item_paper import (
    OWN_ONLY,
    AddPaper,
    ItemPaper,
    MediaType,
    WithdrawPaper,
    check_content,
    check_room,
    check_size,
    check_taking,
    class_of,
    named_type,
    papers_within,
    told_of,
)
from service.domain.permission import Permission


class HandedOut(NamedTuple):
    """A copy of a paper, as it goes to one reader."""

    paper: ItemPaper
    number: int
    content: bytes


class _Asked(NamedTuple):
    """An item of a conference in which the caller's agency has a part."""

    permission: Permission
    conference: Conference
    attendees: list[Attendee]
    item_id: UUID


async def add(
    context: Context,
    conference_id: UUID,
    item_id: UUID,
    command: AddPaper,
    content: bytes,
    desk: FileDesk,
) -> Shown:
    """One more paper: the agency's own, on an item that it stays for and that is open to it."""
    asked = await _asked(context, Permission.CONFERENCE_ADD_PAPER, conference_id, item_id)
    check_taking(asked.conference.status)
    item = await _item(context, asked)
    convener = asked.conference.convener_agency_id
    stays = item.invites(context.agency_id, convener)
    if not stays and not item.person_ids:
        _refuse(context, asked)
    brought = context.agency_id in (convener, item.added_by_agency_id)
    grounds = await _grounds(context, asked, item)
    about = _about(context, asked, item, grounds, own=stays and brought)
    permits = enforce_all(context, asked.permission, about, needs=_least(item), purpose=item.uses)
    data_class = class_of(command.data_class, about_somebody=bool(item.person_ids))
    if any(not p.sees(data_class) for p in permits):
        raise Denied("file.class_not_open", field="data_class")
    named = named_type(command.name, command.stated_type)
    check_size(len(content), desk.largest)
    check_room(await context.work.files.of_conference(conference_id), item_id, len(content))
    check_content(named, await desk.recognise(content))
    paper = ItemPaper(
        id=context.new_id(),
        conference_id=conference_id,
        item_id=item_id,
        agency_id=context.agency_id,
        position_id=context.position_id,
        name=command.name,
        data_class=data_class,
        media_type=named,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_at=context.now,
    )
    tell_more(context, len(permits) or 1, *told_of([paper]))
    await context.work.files.add_sealed(paper, await desk.seal(content, paper.fixed_part()))
    return context.receipt(paper)


async def listing(context: Context, conference_id: UUID, item_id: UUID) -> Page:
    """The papers of an item as far as they are open; before the agenda is fixed, one's own."""
    asked = await _asked(context, Permission.CONFERENCE_READ_PAPER, conference_id, item_id)
    early = asked.conference.status in OWN_ONLY
    if not early and asked.conference.status not in PACKET_OPEN:
        raise IllegalMove("conference.packet_closed", facts={"state": asked.conference.status})
    item = await _item(context, asked)
    papers = await context.work.files.of_item(item_id)
    if early:
        papers = [p for p in papers if p.agency_id == context.agency_id]
    grounds = await _grounds(context, asked, item)
    about = _about(context, asked, item, grounds, own=early and bool(papers))
    at_table = _at_table(context, asked, item, grounds)
    permits = enforce_all(
        context, asked.permission, about, needs=_least(item), purpose=item.uses, within=at_table
    )
    classes: Classes = frozenset.intersection(at_table, *(p.classes for p in permits))
    shown = papers_within(papers, classes)
    tell_more(context, len(permits) or 1, *told_of(shown))
    return Page([p.shown() for p in shown])


async def hand_out(
    context: Context, conference_id: UUID, item_id: UUID, paper_id: UUID, desk: FileDesk
) -> HandedOut:
    """The next numbered copy of a paper; whose it is stands across every page of a PDF."""
    asked = await _asked(context, Permission.CONFERENCE_READ_PAPER, conference_id, item_id)
    paper = await _paper(context, asked, paper_id)
    mine = paper is not None and paper.agency_id == context.agency_id
    early = asked.conference.status in OWN_ONLY
    if asked.conference.status not in PACKET_OPEN and not (early and mine):
        raise IllegalMove("conference.packet_closed", facts={"state": asked.conference.status})
    if paper is None:
        _refuse(context, asked)
    item = await _item(context, asked)
    grounds = await _grounds(context, asked, item)
    about = _about(context, asked, item, grounds, own=early)
    permits = enforce_all(
        context,
        asked.permission,
        about,
        needs=paper.data_class,
        purpose=item.uses,
        within=_at_table(context, asked, item, grounds),
    )
    tell_more(context, len(permits) or 1, *told_of([paper]))
    content = await desk.unseal(await context.work.files.sealed(paper.id), paper.fixed_part())
    number = await next_number(context, conference_id)
    if paper.media_type is MediaType.PDF:
        issue = await issue_of(context)
        content = await desk.stamp(content, issue.watermark(number))
    await put_on_record(context, conference_id, number, content, paper.id)
    return HandedOut(paper, number, content)


async def withdraw(
    context: Context, conference_id: UUID, item_id: UUID, paper_id: UUID, command: WithdrawPaper
) -> Shown:
    """Take a paper off: by whoever handed it in, or by the convener. Copies that are out stay out."""
    asked = await _asked(context, Permission.CONFERENCE_WITHDRAW_PAPER, conference_id, item_id)
    paper = await context.work.files.find(paper_id, lock=True)
    me = context.agency_id
    if paper is None or (paper.conference_id, paper.item_id) != (conference_id, item_id):
        _refuse(context, asked)
    if me not in (paper.agency_id, asked.conference.convener_agency_id):
        _refuse(context, asked)
    item = await _item(context, asked)
    # It closes something; that needs no more than to be one's own paper, or one's own agenda.
    reader = reader_of(context, asked.conference, asked.attendees)
    grounds = await _grounds(context, asked, item)
    seen = facts_about(context, asked.conference, reader, item, grounds, None)
    about = [_as_own(context, f) for f in seen]
    permits = enforce_all(context, asked.permission, about, needs=D0, purpose=item.uses)
    context.check_version(paper.version)
    withdrawn = paper.withdraw(me, command.reason, context.now)
    tell_more(context, len(permits) or 1, frozenset(), told_of([paper])[1])
    await context.work.files.save_withdrawal(withdrawn)
    return context.receipt(withdrawn)


async def _asked(
    context: Context, permission: Permission, conference_id: UUID, item_id: UUID
) -> _Asked:
    """The conference, locked: papers are counted, and copies numbered."""
    conference, attendees, facts = await load(context, conference_id, lock=True)
    context.enforce(permission, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    return _Asked(permission, conference, attendees, item_id)


async def _item(context: Context, asked: _Asked) -> AgendaItem:
    items = await context.work.conferences.items(asked.conference.id)
    item = next((i for i in items if i.id == asked.item_id), None)
    if item is None:
        _refuse(context, asked)
    return item


async def _paper(context: Context, asked: _Asked, paper_id: UUID) -> ItemPaper | None:
    """The paper, if it is one of this item and not withdrawn."""
    papers: Sequence[ItemPaper] = await context.work.files.of_item(asked.item_id)
    mine = [p for p in papers if p.conference_id == asked.conference.id]
    return next((p for p in papers_within(mine, EVERY_CLASS) if p.id == paper_id), None)


def _refuse(context: Context, asked: _Asked) -> NoReturn:
    """There is none, or it is not the caller's to know: one and the same."""
    facts = Facts(
        kind=RecordKind.CONFERENCE_ITEM,
        record_id=asked.item_id,
        holder_agency_id=asked.conference.convener_agency_id,
        conference_id=asked.conference.id,
    )
    context.refuse(asked.permission, facts, no_basis(facts))


def _least(item: AgendaItem) -> DataClass:
    """What an item must open for anything of it to be read."""
    return D1 if item.person_ids else D0


async def _grounds(context: Context, asked: _Asked, item: AgendaItem) -> AgendaGrounds:
    return await load_agenda_grounds(context, asked.conference, [item])


def _about(
    context: Context, asked: _Asked, item: AgendaItem, grounds: AgendaGrounds, *, own: bool
) -> list[Facts]:
    """The item as it concerns the caller.

    ``own``: it is about something that the agency wrote or brought itself. On a statutory item
    that is its own record before the window opens; an item on the ground of consent closes with
    the consent, for its author as well.
    """
    window = grounds.window_of(
        context,
        asked.conference,
        item,
        invited=item.invites(context.agency_id, asked.conference.convener_agency_id),
    )
    reader = reader_of(context, asked.conference, asked.attendees)
    about = facts_about(context, asked.conference, reader, item, grounds, window)
    if own and item.basis in CONFERENCE_BASES and item.pulled_at is None:
        return [_as_own(context, f) for f in about]
    return about


def _as_own(context: Context, facts: Facts) -> Facts:
    own = {"parts": frozenset({Part.HOLDER}), "window": None, "holder_agency_id": context.agency_id}
    return facts.model_copy(update=own)


def _at_table(context: Context, asked: _Asked, item: AgendaItem, grounds: AgendaGrounds) -> Classes:
    reader = reader_of(context, asked.conference, asked.attendees)
    return classes_at_table(
        context, asked.conference, asked.attendees, reader, item, grounds.consents
    )
