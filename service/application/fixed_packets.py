"""What each attendee gets on the day of the sitting, decided for each agency and each item.

It is worked out for an agency whose participants are registered and have acknowledged the
secrecy, and kept when the agenda is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from service.application.callers import actor_of
from service.application.context import Context
from service.application.facts import consents_by_person
from service.application.packets import about_person, classes_at_table, shared_with_residents
from service.domain.access import OWN_COPY
from service.domain.actor import Actor
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_body import window_of
from service.domain.conference_states import ConferenceStatus
from service.domain.conference_window import Window
from service.domain.consent import Consent
from service.domain.decision import CONFERENCE_BASES, Deny, Permit
from service.domain.disclosure import D1, Classes
from service.domain.fixed_packet import FixedPacket, FixedPage
from service.domain.permission import Permission, Purpose
from service.domain.scope import EVERY_SCOPE

#: The consents of everybody on the agenda.
Consents = Mapping[UUID, Sequence[Consent]]
#: For each attendee somebody who can read its packet.
Readers = Mapping[UUID, Actor]


async def packets_of(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[AgendaItem],
    consents: Consents,
    readers: Readers,
) -> list[FixedPacket]:
    """What each attendee with a packet of its own gets on the day; residents get none."""
    grounds = [
        (
            item,
            await _window(context, conference, item),
            await shared_with_residents(context, conference, attendees, item),
        )
        for item in items
    ]
    return [
        FixedPacket(
            id=context.new_id(),
            conference_id=conference.id,
            attendee_id=attendee.id,
            fixed_at=context.now,
            pages=tuple(
                _page(
                    replace(context.as_actor(reader), now=conference.starts_at),
                    _Table(conference, attendees, attendee, window, shared),
                    item,
                    consents,
                )
                if reader is not None
                else FixedPage(item_id=item.id)
                for item, window, shared in grounds
            ),
        )
        for attendee in attendees
        if attendee.resident is None
        for reader in (readers.get(attendee.id),)
    ]


@dataclass(frozen=True)
class _Table:
    """Who sits there, whose copy it is, and on what ground the item is talked about."""

    conference: Conference
    attendees: Sequence[Attendee]
    reader: Attendee
    window: Window | None
    shared: Classes


def _page(seen: Context, at: _Table, item: AgendaItem, consents: Consents) -> FixedPage:
    """One item as it opens to one attendee on the day."""
    if not item.person_ids:
        return FixedPage(item_id=item.id, data_classes=OWN_COPY, basis=item.basis)
    stays = item.invites(seen.actor.agency_id, at.conference.convener_agency_id)
    window = at.window.model_copy(update={"invited": stays}) if at.window is not None else None
    decisions = [
        seen.would(
            Permission.CONFERENCE_READ_PACKET,
            about_person(seen, at.conference, at.reader, item, window, p, consents[p]),
            needs=D1,
            purpose=item.uses,
        )
        for p in item.person_ids
    ]
    denied = [d for d in decisions if isinstance(d, Deny)]
    if denied:
        return FixedPage(item_id=item.id, remedies=denied[0].remedies)
    permits = [d for d in decisions if isinstance(d, Permit)]
    classes = classes_at_table(at.attendees, at.reader, item, permits, at.shared)
    return FixedPage(item_id=item.id, data_classes=classes, basis=permits[0].basis)


async def readers_of(
    context: Context, conference: Conference, attendees: Sequence[Attendee]
) -> Readers:
    """For each attendee somebody who can read its packet; the convener reads a person's copy."""
    found: dict[UUID, Actor] = {}
    for attendee in attendees:
        agency_id = attendee.agency_id or conference.convener_agency_id
        for held in await context.work.directory.held_positions(agency_id, context.today):
            actor = actor_of(
                (held,),
                {
                    "iss": "urn:tsunagi:agenda",
                    "sub": str(held.position_id),
                    "client_id": "agenda",
                    "scopes": EVERY_SCOPE,
                    "purpose": Purpose.CONSULTATION,
                },
            )
            if Permission.CONFERENCE_READ_PACKET in actor.permissions:
                found[attendee.id] = actor
                break
    return found


async def _window(context: Context, conference: Conference, item: AgendaItem) -> Window | None:
    """The window of a statutory item for participants who have done their part."""
    if item.basis not in CONFERENCE_BASES:
        return None
    body_id = item.body_id or conference.body_id
    body = await context.work.conferences.body(body_id) if body_id is not None else None
    open_window = window_of(
        conference, item, body, invited=True, registered=True, acknowledged=True
    )
    return open_window.model_copy(update={"opens_at": conference.starts_at})


async def refix(context: Context, conference_id: UUID) -> None:
    """An item was converted after the fixing: put on record anew what everybody gets."""
    conference = await context.work.conferences.find(conference_id)
    if conference is None or conference.status is not ConferenceStatus.AGENDA_FIXED:
        return
    attendees = list(await context.work.conferences.attendees(conference_id))
    items = await context.work.conferences.items(conference_id)
    consents = await consents_by_person(context, persons_on(items))
    readers = await readers_of(context, conference, attendees)
    packets = await packets_of(context, conference, attendees, items, consents, readers)
    await context.work.conferences.keep_packets(packets)


def persons_on(items: Sequence[AgendaItem]) -> set[UUID]:
    """Everybody whom the agenda is about."""
    return {person_id for item in items for person_id in item.person_ids}
