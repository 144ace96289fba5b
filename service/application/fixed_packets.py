"""What each attendee gets on the day of the sitting, decided for each agency and each item.

It is worked out for an agency whose participants are registered and have acknowledged the
secrecy, and kept when the agenda is fixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from service.application.agenda_grounds import persons_on
from service.application.callers import stand_in
from service.application.context import Context
from service.application.facts import consents_by_person
from service.application.item_grounds import facts_of_item
from service.application.packets import classes_at_table
from service.domain.access import OWN_COPY
from service.domain.actor import Actor
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_body import ConferenceBody, window_of
from service.domain.conference_membership import BodyMember, sits
from service.domain.conference_states import ConferenceStatus
from service.domain.conference_window import Window
from service.domain.consent import GivenTerms
from service.domain.decision import CONFERENCE_BASES, Deny, Permit
from service.domain.disclosure import D1, Classes
from service.domain.fixed_packet import FixedPacket, FixedPage
from service.domain.permission import Permission, Purpose

#: The consents of everybody on the agenda.
Consents = Mapping[UUID, Sequence[GivenTerms]]
#: For each attendee somebody who can read its packet.
Readers = Mapping[UUID, Actor]
#: A body with the list of its members.
_Listed = tuple[ConferenceBody | None, Sequence[BodyMember]]


async def packets_of(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[AgendaItem],
    consents: Consents,
    readers: Readers,
) -> list[FixedPacket]:
    """What each attendee with a packet of its own gets on the day; helpers and family get none."""
    bodies = {
        body_id: await _body_of(context, body_id)
        for body_id in {item.body_id or conference.body_id for item in items}
    }
    grounds = [
        _ground(
            context,
            conference,
            attendees,
            item,
            bodies[item.body_id or conference.body_id],
            consents,
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
                    conference,
                    attendee,
                    ground,
                    consents,
                )
                if reader is not None
                else FixedPage(item_id=ground.item.id)
                for ground in grounds
            ),
        )
        for attendee in attendees
        if attendee.agency_id is not None or attendee.person_id is not None
        for reader in (readers.get(attendee.id),)
    ]


@dataclass(frozen=True)
class _Ground:
    """On what ground an item is talked about, by whose members, and what the table lets be said."""

    item: AgendaItem
    body: ConferenceBody | None
    members: Sequence[BodyMember]
    window: Window | None
    #: To an agency, and in the copy of a person who attends.
    said: Classes
    copied: Classes


async def _body_of(context: Context, body_id: UUID | None) -> _Listed:
    body = await context.work.conferences.body(body_id) if body_id is not None else None
    if body is None:
        return None, ()
    return body, await context.work.conference_bodies.members(body.id)


def _ground(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    item: AgendaItem,
    listed: _Listed,
    consents: Consents,
) -> _Ground:
    body, members = listed
    window = None
    if item.basis in CONFERENCE_BASES:
        # As it is for participants who have done their part.
        window = window_of(
            conference, item, body, invited=True, member=True, registered=True, acknowledged=True
        ).model_copy(update={"opens_at": conference.starts_at})
    reader = Attendee(
        id=item.id,
        conference_id=conference.id,
        agency_id=conference.convener_agency_id,
        invited_at=context.now,
    )
    said = classes_at_table(context, conference, attendees, reader, item, consents)
    return _Ground(item, body, members, window, said, said & OWN_COPY)


def _page(
    seen: Context,
    conference: Conference,
    attendee: Attendee,
    ground: _Ground,
    consents: Consents,
) -> FixedPage:
    """One item as it opens to one attendee on the day."""
    item, body = ground.item, ground.body
    if not item.person_ids:
        return FixedPage(item_id=item.id, data_classes=OWN_COPY, basis=item.basis)
    agency_id = seen.actor.agency_id
    sits_there = body is not None and sits(body, ground.members, agency_id, seen.today)
    window = ground.window
    if window is not None:
        stays = item.invites(agency_id, conference.convener_agency_id)
        window = window.model_copy(update={"invited": stays, "member": sits_there})
    decisions = [
        seen.would(
            Permission.CONFERENCE_READ_PACKET,
            facts_of_item(
                seen,
                conference,
                item,
                person_id,
                consents=consents[person_id],
                window=window,
                table=body.id if body is not None and sits_there else None,
                copy_for=attendee.person_id,
            ),
            needs=D1,
            purpose=item.uses,
        )
        for person_id in item.person_ids
    ]
    denied = [d for d in decisions if isinstance(d, Deny)]
    if denied:
        return FixedPage(item_id=item.id, remedies=denied[0].remedies)
    permits = [d for d in decisions if isinstance(d, Permit)]
    limit = ground.said if attendee.person_id is None else ground.copied
    classes = limit.intersection(*(p.classes for p in permits))
    return FixedPage(item_id=item.id, data_classes=classes, basis=permits[0].basis)


async def readers_of(
    context: Context, conference: Conference, attendees: Sequence[Attendee]
) -> Readers:
    """For each attendee somebody who can read its packet; the convener reads a person's copy."""
    found: dict[UUID, Actor] = {}
    for attendee in attendees:
        agency_id = attendee.agency_id or conference.convener_agency_id
        for held in await context.work.directory.held_positions(agency_id, context.today):
            actor = stand_in(held, Purpose.CONSULTATION)
            if Permission.CONFERENCE_READ_PACKET in actor.permissions:
                found[attendee.id] = actor
                break
    return found


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
