"""The record of a sitting: who was there, for which items, and who took the chair."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.attendance import PresentAt
from service.domain.conference import AgendaItem, Attendee
from service.domain.errors import IllegalMove, Invalid


class HoldConference(BaseModel):
    """Who was there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    present_attendee_ids: tuple[UUID, ...] = Field(min_length=1, max_length=80)
    attendances: tuple[PresentAt, ...] = Field(
        default=(), max_length=80, description="Who sat for an attendee; who came late or left."
    )
    chaired_by_attendee_id: UUID | None = Field(
        default=None, description="Who took the chair; left out: the convener, if it was there."
    )


class Sitting(NamedTuple):
    """Everybody invited, with what is on record of them; and who took the chair."""

    attendees: tuple[Attendee, ...]
    chaired_by_agency_id: UUID


def sitting_of(
    command: HoldConference,
    attendees: Sequence[Attendee],
    seats: Mapping[UUID, frozenset[UUID]],
    *,
    convener: UUID,
    items: int,
) -> Sitting:
    """What is on record after it was held; ``seats`` are the positions that sit for each agency."""
    present = set(command.present_attendee_ids)
    if not present <= {a.id for a in attendees}:
        raise Invalid("conference.stranger_present", field="/present_attendee_ids")
    more = {m.attendee_id: m for m in command.attendances}
    if len(more) < len(command.attendances) or not set(more) <= present:
        raise Invalid("conference.attendance_of_nobody", field="/attendances")
    marked = tuple(
        _marked(a, more.get(a.id), seats, there=a.id in present, items=items) for a in attendees
    )
    return Sitting(marked, _chair(command, marked, convener))


def _marked(
    attendee: Attendee,
    said: PresentAt | None,
    seats: Mapping[UUID, frozenset[UUID]],
    *,
    there: bool,
    items: int,
) -> Attendee:
    if said is None:
        return attendee.but(present=there)
    if any((n or 1) > items for n in (said.arrived_for_item, said.left_before_item)):
        raise Invalid("conference.no_such_item_number", field="/attendances")
    open_to = seats.get(attendee.agency_id, frozenset()) if attendee.agency_id else frozenset()
    if not set(said.position_ids) <= open_to:
        raise Invalid("conference.position_not_registered", field="/attendances")
    return attendee.but(
        present=there,
        present_position_ids=said.position_ids,
        arrived_for_item=said.arrived_for_item,
        left_before_item=said.left_before_item,
    )


def _chair(command: HoldConference, marked: Sequence[Attendee], convener: UUID) -> UUID:
    """Who took the chair: whoever is named, or else the convener, if it was there."""
    there = {a.id: a.agency_id for a in marked if a.present and a.agency_id is not None}
    if command.chaired_by_attendee_id is not None:
        chair = there.get(command.chaired_by_attendee_id)
        if chair is None:
            raise Invalid("conference.chair_not_present", field="/chaired_by_attendee_id")
        return chair
    if convener not in there.values():
        raise Invalid("conference.chair_absent", field="/chaired_by_attendee_id")
    return convener


def check_approval(
    item: AgendaItem,
    attendees: Iterable[Attendee],
    convener: UUID,
    municipal: frozenset[UUID],
    quorum_percent: int | None = None,
) -> None:
    """A plan is approved with a quorum and a municipal officer at the table (brief §8 rule 9).

    The quorum is what the by-laws say of the agencies invited to the item; else more than half.
    """
    mine = [a for a in attendees if item.invites(a.agency_id, convener)]
    present = {a.agency_id for a in mine if a.there_for(item.number)}
    if not present & municipal:
        raise IllegalMove("plan.no_municipal_attendee")
    if not is_quorum(len(present), len(mine), quorum_percent):
        raise IllegalMove("plan.no_quorum", facts={"present": len(present), "invited": len(mine)})


def is_quorum(present: int, invited: int, percent: int | None) -> bool:
    """Whether so many of those invited are enough; without by-laws, more than half."""
    if percent is None:
        return present * 2 > invited
    return present * 100 >= invited * percent
