"""Letting words out of a statutory item, into the item that the person has agreed to."""

from typing import Any
from uuid import UUID

from service.application.agenda_grounds import Enclosures
from service.application.conferences import item_on, load
from service.application.context import Context, Shown
from service.application.facts import own_item
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.decision import CONFERENCE_BASES
from service.domain.disclosure import D3, Classes
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.item_moves import Way
from service.domain.item_release import (
    RELEASABLE,
    ItemRelease,
    ReleaseWords,
    check_words,
    releaser_of,
)
from service.domain.permission import Permission


async def release(
    context: Context, conference_id: UUID, item_id: UUID, command: ReleaseWords
) -> Shown:
    """Exact words, by whose they are, as far as the person's consent goes, until the sitting."""
    permission = Permission.CONFERENCE_RELEASE
    conference, item = await _item_of_mine(context, conference_id, item_id, permission)
    if context.agency_id != releaser_of(command.what, item, conference.convener_agency_id):
        raise Denied("conference.release_not_yours")
    to = await _promoted(context, item, command.to_item_id)
    target = await context.work.conferences.find(to.conference_id, lock=True)
    if target is None or target.status not in RELEASABLE:
        raise IllegalMove("conference.release_closed")
    check_words(command, item)
    for person_id in to.person_ids:
        facts = await own_item(context, item, person_id, conference.convener_agency_id)
        context.enforce(permission, facts)
        context.require_agreed(
            permission,
            facts,
            purpose=to.uses,
            code="conference.person_without_consent",
            field="/to_item_id",
        )
    release_id = context.new_id()
    released = ItemRelease.model_validate(
        command.model_dump()
        | {
            "id": release_id,
            "origin_id": release_id,
            "conference_id": conference_id,
            "item_id": item_id,
            "to_conference_id": to.conference_id,
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "released_at": context.now,
        }
    )
    await context.work.item_moves.add(released)
    return context.receipt(released)


async def withdraw(context: Context, conference_id: UUID, item_id: UUID, release_id: UUID) -> Shown:
    """Taken back by whoever released it, wherever the sitting is yet to be held."""
    permission = Permission.CONFERENCE_WITHDRAW_RELEASE
    conference, item = await _item_of_mine(context, conference_id, item_id, permission)
    found = [
        r
        for r in await context.work.item_moves.following(release_id)
        if (r.item_id, r.agency_id) == (item_id, context.agency_id)
    ]
    if not found:
        raise Invalid("conference.unknown_release")
    if all(r.withdrawn_at is not None for r in found):
        raise IllegalMove("conference.release_withdrawn")
    done = None
    for known in found:
        target = await context.work.conferences.find(known.to_conference_id, lock=True)
        # As it is behind the lock: two who take it back at once do so one after the other.
        released = await context.work.item_moves.find(known.id, lock=True)
        still = released is not None and released.withdrawn_at is None
        if released is None or target is None or not still or target.status not in RELEASABLE:
            continue
        done = released.withdrawn(context.now)
        await context.work.item_moves.save(done)
    if done is None:
        raise IllegalMove("conference.release_closed")
    for person_id in item.person_ids:
        facts = await own_item(context, item, person_id, conference.convener_agency_id)
        context.enforce(permission, facts)
    return context.receipt(done)


async def follow(context: Context, item: AgendaItem, moved: AgendaItem) -> None:
    """What was released to an item is read with it at its next sitting as well."""
    for known in await context.work.item_moves.released_to([item.id]):
        await context.work.item_moves.add(
            known.but(
                id=context.new_id(), to_item_id=moved.id, to_conference_id=moved.conference_id
            )
        )


def around(
    context: Context,
    conference: Conference,
    reader: Attendee,
    item: AgendaItem,
    classes: Classes,
    beside: Enclosures,
) -> dict[str, Any]:
    """The words that were released to an item; to its convener alone, where it came from."""
    mine = context.actor.agency_id == conference.convener_agency_id
    tells = mine and reader.agency_id == conference.convener_agency_id
    shown: dict[str, Any] = {}
    if D3 in classes:
        words = [
            {"text": r.text, "released_at": r.released_at.isoformat()}
            | (_whence(r) if tells else {})
            for r in beside.released.get(item.id, ())
        ]
        shown |= {"released": words} if words else {}
    if tells:
        came_from = beside.came_from.get(item.id)
        shown |= {"from_item_id": str(came_from)} if came_from is not None else {}
    return shown


def _whence(released: ItemRelease) -> dict[str, str]:
    return {
        "id": str(released.id),
        "what": released.what.value,
        "agency_id": str(released.agency_id),
        "from_item_id": str(released.item_id),
    }


async def _item_of_mine(
    context: Context, conference_id: UUID, item_id: UUID, permission: Permission
) -> tuple[Conference, AgendaItem]:
    """A statutory item the caller's agency stays for; any other is unknown to it."""
    conference, _, facts = await load(context, conference_id)
    context.enforce(permission, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    item = await item_on(context, conference_id, item_id)
    stays = item.invites(context.agency_id, conference.convener_agency_id)
    if not stays or item.basis not in CONFERENCE_BASES:
        raise Invalid("conference.unknown_item")
    return conference, item


async def _promoted(context: Context, item: AgendaItem, to_item_id: UUID) -> AgendaItem:
    """The item that this one became, or the one it was carried on to; nothing else is known."""
    at, promoted = item, False
    while (move := await context.work.item_moves.from_item(at.id)) is not None:
        promoted |= move.way is Way.PROMOTION
        items = await context.work.conferences.items(move.to_conference_id)
        there = next((i for i in items if i.id == move.to_item_id), None)
        if there is None:
            break
        if promoted and there.id == to_item_id:
            return there
        at = there
    raise Invalid("conference.release_not_linked", field="/to_item_id")
