"""Items that go to another conference: carried over as they are, or promoted in new words."""

from uuid import UUID

from service.application.agendas import add_moved
from service.application.conferences import as_convener, item_on
from service.application.context import Context, Shown
from service.application.facts import item_run_by
from service.application.item_releases import follow
from service.domain.conference import AddItem, AgendaItem, Attendee, Conference, ItemResult
from service.domain.conference_states import ENDINGS, ConferenceAct
from service.domain.errors import IllegalMove, Invalid
from service.domain.item_moves import (
    CarryOver,
    ItemMove,
    PromoteItem,
    Way,
    check_carry_over,
    check_promotion,
    held_as,
)
from service.domain.permission import Permission


async def carry_over(
    context: Context, conference_id: UUID, item_id: UUID, command: CarryOver
) -> Shown:
    """An item without a result goes on the agenda of a later conference of the same convener."""
    act = Permission.CONFERENCE_CARRY_OVER
    await _lock(context, conference_id, command.to_conference_id)
    source, seated = await as_convener(context, conference_id, act)
    context.check_version(source.version)
    target, asked = await as_convener(context, command.to_conference_id, act)
    item = await item_on(context, conference_id, item_id)
    check_carry_over(item, source, target, command.kind or held_as(item, source))
    for person_id in item.person_ids:
        context.enforce(act, await item_run_by(context, source, item, person_id))
    moved, _ = await carried(context, item, (source, seated), (target, asked), command)
    if source.status not in ENDINGS:
        await context.work.conferences.save(source.move(ConferenceAct.CARRY_OVER))
    return context.receipt(moved, from_item_id=str(item.id))


async def carried(
    context: Context,
    item: AgendaItem,
    source: tuple[Conference, list[Attendee]],
    target: tuple[Conference, list[Attendee]],
    command: CarryOver,
) -> tuple[AgendaItem, Conference]:
    """The item on the agenda it is carried to, with that conference; here its result says so."""
    there, asked = target
    circle = command.item_of(item, _agencies(source[1]), _agencies(asked))
    changed = there.move(ConferenceAct.ADD_ITEM)
    moved = await _moved(
        context, item, there, asked, circle, Way.CARRY_OVER, added_by=item.added_by_agency_id
    )
    await context.work.conferences.save(changed)
    if item.result is None:
        await context.work.conferences.save_item(item.but(result=ItemResult.CARRIED_OVER))
    await follow(context, item, moved)
    return moved, changed


async def promote(
    context: Context, conference_id: UUID, item_id: UUID, command: PromoteItem
) -> Shown:
    """From a statutory item to a conference that the person agrees to; nothing else goes along.

    Whoever reads the new item is told neither the old one nor that there was one.
    """
    act = Permission.CONFERENCE_PROMOTE
    target_id = command.to_conference_id or conference_id
    await _lock(context, conference_id, target_id)
    source, _ = await as_convener(context, conference_id, act)
    context.check_version(source.version)
    target, asked = await as_convener(context, target_id, act)
    item = await item_on(context, conference_id, item_id)
    check_promotion(item, source, target, command)
    await _check_table(context, command)
    for person_id in command.about(item):
        context.enforce(act, await item_run_by(context, source, item, person_id))
    changed = target.move(ConferenceAct.ADD_ITEM)
    # Who brought the old item is not said with the new one.
    new = await _moved(
        context,
        item,
        target,
        asked,
        command.item_of(item),
        Way.PROMOTION,
        added_by=context.agency_id,
    )
    await context.work.conferences.save(changed)
    return context.receipt(new, from_item_id=str(item.id))


async def _moved(
    context: Context,
    item: AgendaItem,
    target: Conference,
    asked: list[Attendee],
    command: AddItem,
    way: Way,
    *,
    added_by: UUID | None,
) -> AgendaItem:
    if await context.work.item_moves.from_item(item.id) is not None:
        raise IllegalMove("conference.item_already_moved")
    moved = await add_moved(context, target, asked, command, item, added_by=added_by)
    await context.work.item_moves.add_move(
        ItemMove(
            id=context.new_id(),
            way=way,
            from_conference_id=item.conference_id,
            from_item_id=item.id,
            to_conference_id=target.id,
            to_item_id=moved.id,
            moved_at=context.now,
            agency_id=context.agency_id,
            position_id=context.position_id,
        )
    )
    return moved


async def _lock(context: Context, *conference_ids: UUID) -> None:
    """Both conferences, in one order: two who move items across wait for each other in turn."""
    for conference_id in sorted(set(conference_ids)):
        await context.work.conferences.find(conference_id, lock=True)


async def _check_table(context: Context, command: PromoteItem) -> None:
    """A consent may name whoever sits at a body's table; only the convener's own body counts."""
    if command.body_id is None:
        return
    body = await context.work.conferences.body(command.body_id)
    if body is None or body.convener_agency_id != context.agency_id:
        raise Invalid("conference.body_does_not_fit", field="/body_id")


def _agencies(attendees: list[Attendee]) -> frozenset[UUID]:
    return frozenset(a.agency_id for a in attendees if a.agency_id is not None)
