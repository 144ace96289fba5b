"""A sitting that was cut short goes on at another date (brief §3.4, ``held → continued``)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from service.application.conferences import change, invite, load, plan, receipt_of
from service.application.context import Context, Shown
from service.application.facts import item_run_by, person_facts
from service.application.item_moves import carried
from service.domain.conference import Attendee, Conference, InviteAttendees, PlanConference
from service.domain.conference_states import ConferenceAct
from service.domain.decision import Permit
from service.domain.errors import IllegalMove, Invalid
from service.domain.item_moves import CarryOver, ContinueConference, check_carry_over, held_as
from service.domain.permission import Permission

#: So many are invited at once at most.
_AT_ONCE = 10


async def continue_later(
    context: Context, conference_id: UUID, command: ContinueConference
) -> Shown:
    """The same kind, body and attendees, with every item that has no result yet, in order.

    It is a new conference with a window of its own: everybody answers anew, participants are
    registered anew and acknowledge secrecy anew.
    """
    conference, attendees = await change(context, conference_id, ConferenceAct.CONTINUE)
    continued = conference.move(ConferenceAct.CONTINUE)
    left = [
        i
        for i in await context.work.conferences.items(conference_id)
        if i.result is None and i.pulled_at is None
    ]
    if not left:
        raise IllegalMove("conference.nothing_left")
    if command.starts_at <= conference.starts_at:
        raise Invalid("conference.starts_in_past", field="/starts_at")
    planning = replace(context, expected_version=None)
    next_id = await _planned(planning, conference, attendees, command)
    there, asked, _ = await load(context, next_id, lock=True)
    assert there is not None  # noqa: S101 - just made
    for item in left:
        check_carry_over(item, conference, there, held_as(item, conference))
        for person_id in item.person_ids:
            mine = await item_run_by(context, conference, item, person_id)
            context.enforce(Permission.CONFERENCE_CONTINUE, mine)
        carry = CarryOver(to_conference_id=next_id)
        _, there = await carried(context, item, (conference, attendees), (there, asked), carry)
    await context.work.conferences.save(continued.but(continued_by_id=next_id))
    return receipt_of(context, continued.but(continued_by_id=next_id))


async def _planned(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    command: ContinueConference,
) -> UUID:
    """The next sitting, with everybody invited to it and told."""
    made = await plan(
        context,
        PlanConference.model_validate(
            {
                "kind": conference.kind,
                "local_name": conference.local_name,
                "body_id": conference.body_id,
                "starts_at": command.starts_at,
                "ends_at": command.ends_at,
            }
            | command.where(conference)
        ),
    )
    assert made.record_id is not None  # noqa: S101 - just made
    for some in _some(attendees):
        persons = [a.person_id for a in some if a.person_id is not None]
        command_for = {
            "agency_ids": [a.agency_id for a in some if a.agency_id is not None],
            "person_ids": [p for p in persons if await _may_come(context, p)],
            "residents": [a.resident for a in some if a.resident is not None],
            "companions": [
                {"person_id": a.comes_with, "relation": a.relation}
                for a in some
                if a.comes_with is not None and await _may_come(context, a.comes_with)
            ],
        }
        if any(command_for.values()):
            await invite(context, made.record_id, InviteAttendees.model_validate(command_for))
    return made.record_id


async def _may_come(context: Context, person_id: UUID) -> bool:
    """Whoever the convener may no longer know is not asked again; the others still meet."""
    facts = await person_facts(context, person_id, await context.work.persons.find(person_id))
    return isinstance(context.would(Permission.CONFERENCE_INVITE, facts), Permit)


def _some(attendees: Sequence[Attendee]) -> Iterator[Sequence[Attendee]]:
    for first in range(0, len(attendees), _AT_ONCE):
        yield attendees[first : first + _AT_ONCE]
