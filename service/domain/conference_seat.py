"""Who sits for an agency: registered positions, and who stands in for whom (brief §3.4).

While a substitute is registered for a position, that position does not sit, and no paper of a
statutory item is open to it; when the substitution is taken back, it sits again.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from service.domain.conference_body import Participant
from service.domain.errors import IllegalMove, Invalid


def replaced(participants: Iterable[Participant]) -> frozenset[UUID]:
    """The positions for which somebody stands in."""
    found = (p.substitute_for_position_id for p in participants if p.is_registered)
    return frozenset(position for position in found if position is not None)


def sitting(participants: Collection[Participant]) -> list[Participant]:
    """Those who sit: registered still, and nobody stands in for them."""
    away = replaced(participants)
    return [p for p in participants if p.is_registered and p.position_id not in away]


def positions_by_agency(participants: Collection[Participant]) -> Mapping[UUID, frozenset[UUID]]:
    """The positions that sit for each agency."""
    found: dict[UUID, frozenset[UUID]] = {}
    for seat in sitting(participants):
        found[seat.agency_id] = found.get(seat.agency_id, frozenset()) | {seat.position_id}
    return found


def check_seat(
    participants: Collection[Participant], position_id: UUID, *, stands_in_for: UUID | None
) -> None:
    """Refuse a second seat for a position, or a second substitute for one."""
    away = replaced(participants)
    if stands_in_for == position_id:
        raise Invalid("conference.substitutes_itself", field="/substitute_for_position_id")
    if position_id in {p.position_id for p in participants if p.is_registered}:
        raise IllegalMove("conference.already_registered")
    if position_id in away:
        raise IllegalMove("conference.replaced_by_substitute")
    if stands_in_for is not None and stands_in_for in away:
        raise IllegalMove("conference.already_substituted")
