"""Seating an agency's positions at a conference, and taking a seat back."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from service.application.context import Context
from service.domain.access import Facts
from service.domain.attendance import StandIn
from service.domain.conference import Answer, AnswerInvitation
from service.domain.conference_body import Participant
from service.domain.conference_seat import check_seat, replaced, sitting
from service.domain.errors import Invalid
from service.domain.permission import Permission
from service.domain.role import ROLE_PERMISSIONS

#: What is told of a seat; not who acknowledged.
SEAT = (
    "id",
    "agency_id",
    "position_id",
    "substitute_for_position_id",
    "registered_at",
    "acknowledged_at",
    "withdrawn_at",
)


async def seat(
    context: Context, conference_id: UUID, position_id: UUID, stands_in_for: UUID | None = None
) -> Participant:
    """Register a position of the caller's agency that somebody holds today."""
    field = "/position_id"
    await _require_own(context, position_id, field)
    if await context.work.directory.tenure_of(position_id, context.today) is None:
        raise Invalid("conference.position_vacant", field=field)
    if stands_in_for is not None:
        # Whoever is stood in for may have left already.
        await _require_own(context, stands_in_for, "/substitute_for_position_id")
    known = await context.work.conferences.participants(conference_id)
    check_seat(known, position_id, stands_in_for=stands_in_for)
    participant = Participant(
        id=context.new_id(),
        conference_id=conference_id,
        agency_id=context.agency_id,
        position_id=position_id,
        substitute_for_position_id=stands_in_for,
        registered_at=context.now,
    )
    await context.work.conferences.add_participant(participant)
    return participant


async def seat_those_who_come(
    context: Context, conference_id: UUID, command: AnswerInvitation, facts: Facts
) -> None:
    """Register whom an answer names; those who sit already stay. Who declines seats nobody."""
    known = await context.work.conferences.participants(conference_id)
    mine = [p for p in known if p.agency_id == context.agency_id and p.is_registered]
    if command.answer is Answer.DECLINED:
        await _unseat_all(context, mine, facts)
        return
    named: list[tuple[UUID, UUID | None]] = [(p, None) for p in dict.fromkeys(command.position_ids)]
    named += [_pair(s) for s in dict.fromkeys(command.substitutes)]
    there = {(p.position_id, p.substitute_for_position_id) for p in mine}
    coming = [pair for pair in named if pair not in there]
    if coming:
        context.enforce(Permission.CONFERENCE_REGISTER, facts)
    for position_id, stands_in_for in coming:
        await seat(context, conference_id, position_id, stands_in_for)


async def _unseat_all(context: Context, mine: Iterable[Participant], facts: Facts) -> None:
    for participant in mine:
        context.enforce(Permission.CONFERENCE_UNREGISTER, facts)
        await context.work.conferences.save_participant(participant.withdrawn(context.now))


def _pair(substitute: StandIn) -> tuple[UUID, UUID | None]:
    return substitute.position_id, substitute.substitute_for_position_id


async def my_seats(context: Context, conference_id: UUID) -> tuple[list[Participant], bool]:
    """Where the caller itself sits, and whether somebody stands in for them."""
    return seats_of(context, await context.work.conferences.participants(conference_id))


def seats_of(context: Context, found: Sequence[Participant]) -> tuple[list[Participant], bool]:
    """The same from what is loaded already."""
    positions = set(context.actor.position_ids)
    mine = [p for p in sitting(found) if p.position_id in positions]
    return mine, bool(replaced(found) & positions)


async def check_somebody_there(context: Context, agency_id: UUID, *, field: str) -> None:
    """Refuse to call an agency where nobody holds a position that could answer."""
    held = await context.work.directory.held_positions(agency_id, context.today)
    if not any(Permission.CONFERENCE_ANSWER in ROLE_PERMISSIONS[h.role] for h in held):
        raise Invalid("conference.nobody_there", field=field)


async def _require_own(context: Context, position_id: UUID, field: str) -> None:
    position = await context.work.directory.position(position_id)
    if position is None or position.agency_id != context.agency_id:
        raise Invalid("conference.position_of_another_agency", field=field)
