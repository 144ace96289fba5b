"""The agenda as its coordinator arranges it: items corrected, ordered, split, taken off."""

from typing import Any
from uuid import UUID

from service.application.agendas import check_circle, ground_of
from service.application.conference_memberships import body_of
from service.application.conferences import change, item_on, load, receipt_of, tell_invited
from service.application.context import Context, Shown
from service.application.item_releases import follow
from service.application.notices import notify
from service.domain.access import Part
from service.domain.agenda import (
    ArrangeItem,
    OrderAgenda,
    SplitItem,
    arranged,
    ordered,
    renumbered,
    split,
    taken_off,
)
from service.domain.conference import AddItem, AgendaItem, Attendee, Conference, PullReason
from service.domain.conference_states import KINDS, ConferenceAct, Persons
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission


async def edit(context: Context, conference_id: UUID, item_id: UUID, command: AddItem) -> Shown:
    """The item as it is right; whoever brought it corrects it, and its ground is checked anew."""
    conference, attendees, items = await _bringing(context, conference_id, item_id)
    item = _of(items, item_id)
    statutory = KINDS[command.kind or conference.kind].persons is Persons.STATUTORY
    if not statutory and context.agency_id not in await _running(context, conference):
        raise Denied("conference.convener_only")
    kind, basis = await ground_of(context, conference, attendees, command)
    edited = item.but(
        **(command.model_dump() | {"kind": kind, "basis": basis}),
        pulled_at=None,
        pulled_because=None,
    )
    await context.work.conferences.save_item(edited)
    return await _arranged(context, conference, edited)


async def arrange(
    context: Context, conference_id: UUID, item_id: UUID, command: ArrangeItem
) -> Shown:
    """Another time, presenter or circle for any item; the convener need not know what it says."""
    conference, attendees = await change(context, conference_id, ConferenceAct.ARRANGE)
    item = await item_on(context, conference_id, item_id)
    changed = arranged(item, command)
    await check_circle(context, conference, attendees, changed)
    await context.work.conferences.save_item(changed)
    return await _arranged(context, conference, changed)


async def order(context: Context, conference_id: UUID, command: OrderAgenda) -> Shown:
    """The items in another order: all of them, so that none is lost on the way."""
    conference, _ = await change(context, conference_id, ConferenceAct.ARRANGE)
    items = await context.work.conferences.items(conference_id)
    await context.work.conferences.renumber(conference_id, ordered(items, command))
    return await _arranged(context, conference)


async def split_item(
    context: Context, conference_id: UUID, item_id: UUID, command: SplitItem
) -> Shown:
    """The item in parts, each with its own circle; the whole one stays on record."""
    conference, attendees, items = await _bringing(context, conference_id, item_id)
    item = _of(items, item_id)
    parts = split(item, command, context.new_id)
    if any(p.withdrawn_at is None for p in await context.work.files.of_item(item_id)):
        raise IllegalMove("agenda.item_has_papers")
    for part in parts:
        await check_circle(context, conference, attendees, part)
    await context.work.conferences.save_item(taken_off(item, PullReason.SPLIT, context.now))
    at = item.number - 1
    places = renumbered([*items[:at], *parts, *items[at + 1 :]])
    new = {p.id for p in parts}
    await context.work.conferences.renumber(conference_id, [p for p in places if p.id not in new])
    for part in places[at : at + len(parts)]:
        await context.work.conferences.add_item(part)
        await follow(context, item, part)
    return await _arranged(context, conference, item_ids=[str(p.id) for p in parts])


async def withdraw(context: Context, conference_id: UUID, item_id: UUID) -> Shown:
    """Off the agenda, by its convener or by whoever brought it; its record stays."""
    conference, _, items = await _touching(context, conference_id, item_id)
    item = _of(items, item_id)
    gone = taken_off(item, PullReason.WITHDRAWN, context.now)
    await context.work.conferences.save_item(gone)
    left = renumbered([i for i in items if i.id != item_id])
    await context.work.conferences.renumber(conference_id, left)
    brought_by = item.added_by_agency_id
    if brought_by not in (None, context.agency_id):
        assert brought_by is not None  # noqa: S101 - looked at just now
        await notify(context, brought_by, NoticeKind.ITEM_WITHDRAWN, "conference", conference_id)
    return await _arranged(context, conference, gone)


async def reopen(context: Context, conference_id: UUID) -> Shown:
    """The agenda can be arranged again: papers are shut until it is fixed anew, all are told."""
    conference, attendees = await change(context, conference_id, ConferenceAct.REOPEN)
    reopened = conference.move(ConferenceAct.REOPEN, fixed_at=None)
    await context.work.conferences.save(reopened)
    await tell_invited(context, conference, attendees, NoticeKind.AGENDA_REOPENED)
    return receipt_of(context, reopened)


async def _bringing(
    context: Context, conference_id: UUID, item_id: UUID
) -> tuple[Conference, list[Attendee], list[AgendaItem]]:
    """The agenda, locked, for the words of an item: those are its author's."""
    conference, attendees, items = await _touching(context, conference_id, item_id)
    brought_by = _of(items, item_id).added_by_agency_id or conference.convener_agency_id
    running = await _running(context, conference)
    if brought_by != context.agency_id and not {brought_by, context.agency_id} <= running:
        raise Denied("agenda.item_of_another_agency")
    return conference, attendees, items


async def _running(context: Context, conference: Conference) -> set[UUID]:
    """The agencies that keep the agenda: a joint secretariat words items for one another."""
    body = await body_of(context, conference)
    kept = body is not None and body.kept_by(context.agency_id, context.today)
    others = body.secretariat_agency_ids if body is not None else ()
    mine = conference.convener_agency_id == context.agency_id
    return {conference.convener_agency_id, *others} if kept or mine else set()


async def _touching(
    context: Context, conference_id: UUID, item_id: UUID
) -> tuple[Conference, list[Attendee], list[AgendaItem]]:
    """The agenda, locked, for its convener, or for whoever brought this item."""
    conference, attendees, facts = await load(context, conference_id, lock=True)
    items = list(await context.work.conferences.items(conference_id))
    brought = conference is not None and any(
        i.id == item_id and i.added_by_agency_id == context.agency_id for i in items
    )
    runs = facts.parts & {Part.HOLDER, Part.SECRETARIAT}
    if conference is not None and brought and not runs:
        context.enforce(Permission.CONFERENCE_PROPOSE, facts)
        context.check_version(conference.version)
        return conference, attendees, items
    conference, attendees = await change(context, conference_id, ConferenceAct.ARRANGE)
    return conference, attendees, items


def _of(items: list[AgendaItem], item_id: UUID) -> AgendaItem:
    item = next((i for i in items if i.id == item_id), None)
    if item is None:
        raise Invalid("conference.unknown_item")
    return item


async def _arranged(
    context: Context, conference: Conference, item: AgendaItem | None = None, **more: Any
) -> Shown:
    """The agenda after the step; its version is the conference's, which everybody must have seen."""
    done = conference.move(ConferenceAct.ARRANGE)
    await context.work.conferences.save(done)
    if item is not None:
        more["item"] = context.receipt(item).body
    return context.receipt(done, status_ja=done.status.label_ja, **more)
