"""Who sits, who stands in for whom, who was there for which item."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from service.domain.attendance import there_for
from service.domain.conference import Attendee
from service.domain.conference_body import Participant
from service.domain.conference_hold import HoldConference, sitting_of
from service.domain.conference_seat import (
    check_seat,
    positions_by_agency,
    replaced,
    sitting,
)
from service.domain.errors import IllegalMove, Invalid, Refusal

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
A, B, C = (UUID(int=n) for n in (11, 12, 13))
OURS, THEIRS = UUID(int=1), UUID(int=2)


def seat(position: UUID, stands_in_for: UUID | None = None, **changes: Any) -> Participant:
    given: dict[str, Any] = {
        "id": UUID(int=position.int + 100),
        "conference_id": UUID(int=5),
        "agency_id": OURS,
        "position_id": position,
        "substitute_for_position_id": stands_in_for,
        "registered_at": NOW,
    }
    return Participant(**given | changes)


GONE = {"withdrawn_at": NOW}


@pytest.mark.parametrize(
    ("seats", "who"),
    [
        ([], set()),
        ([seat(A)], {A}),
        ([seat(A), seat(B, A)], {B}),
        ([seat(B, A)], {B}),
        ([seat(A), seat(B, A, **GONE)], {A}),
        ([seat(A, **GONE), seat(B, A)], {B}),
        ([seat(A), seat(B, A), seat(C, B)], {C}),
        ([seat(A), seat(B, A, **GONE), seat(B)], {A, B}),
    ],
)
def test_who_sits(seats: list[Participant], who: set[UUID]) -> None:
    assert {s.position_id for s in sitting(seats)} == who
    assert positions_by_agency(seats) == ({OURS: who} if who else {})


def test_who_is_replaced_is_who_is_stood_in_for_now() -> None:
    assert replaced([seat(A), seat(B, A), seat(C, B, **GONE)]) == {A}


@pytest.mark.parametrize(
    ("known", "position", "stands_in_for", "code"),
    [
        ([], A, None, None),
        ([], A, B, None),
        ([seat(A, **GONE)], A, None, None),
        ([seat(A)], B, A, None),
        ([seat(B, A, **GONE)], C, A, None),
        ([], A, A, "conference.substitutes_itself"),
        ([seat(A)], A, None, "conference.already_registered"),
        ([seat(A)], A, B, "conference.already_registered"),
        ([seat(B, A)], A, None, "conference.replaced_by_substitute"),
        ([seat(B, A)], A, B, "conference.replaced_by_substitute"),
        ([seat(B, A)], C, A, "conference.already_substituted"),
    ],
)
def test_who_may_be_seated(
    known: list[Participant], position: UUID, stands_in_for: UUID | None, code: str | None
) -> None:
    if code is None:
        check_seat(known, position, stands_in_for=stands_in_for)
        return
    with pytest.raises(Refusal, match=code):
        check_seat(known, position, stands_in_for=stands_in_for)


def test_a_seat_is_taken_back_once() -> None:
    gone = seat(A).withdrawn(NOW)
    assert (gone.is_registered, gone.version) == (False, 2)
    with pytest.raises(IllegalMove, match=r"conference\.already_withdrawn"):
        gone.withdrawn(NOW)


@pytest.mark.parametrize(
    ("number", "arrived", "left", "there"),
    [
        (1, None, None, True),
        (1, 1, None, True),
        (1, 2, None, False),
        (2, 2, None, True),
        (1, None, 2, True),
        (2, None, 2, False),
        (3, None, 2, False),
        (2, 2, 3, True),
        (3, 2, 3, False),
    ],
)
def test_for_which_items_somebody_was_there(
    number: int, arrived: int | None, left: int | None, there: bool
) -> None:
    assert there_for(number, arrived=arrived, left=left) is there


def attendee(number: int, agency: UUID | None = None, **changes: Any) -> Attendee:
    given = {"id": UUID(int=number), "conference_id": UUID(int=5), "invited_at": NOW}
    return Attendee(**given | {"agency_id": agency} | changes)


HERE, THERE = attendee(21, OURS), attendee(22, THEIRS)
RESIDENT = attendee(23, resident="近所の方")
TABLE = (HERE, THERE, RESIDENT)


@pytest.mark.parametrize(
    ("present", "chaired_by", "chair"),
    [
        ((HERE, THERE), None, OURS),
        ((HERE, THERE), THERE, THEIRS),
        ((THERE,), THERE, THEIRS),
        ((THERE,), None, "conference.chair_absent"),
        ((RESIDENT,), None, "conference.chair_absent"),
        ((THERE,), HERE, "conference.chair_not_present"),
        ((RESIDENT,), RESIDENT, "conference.chair_not_present"),
    ],
)
def test_who_takes_the_chair(
    present: tuple[Attendee, ...], chaired_by: Attendee | None, chair: UUID | str
) -> None:
    command = HoldConference(
        present_attendee_ids=tuple(a.id for a in present),
        chaired_by_attendee_id=chaired_by.id if chaired_by else None,
    )
    if isinstance(chair, str):
        with pytest.raises(Invalid, match=chair):
            sitting_of(command, TABLE, {}, convener=OURS, items=1)
        return
    sat = sitting_of(command, TABLE, {}, convener=OURS, items=1)
    assert sat.chaired_by_agency_id == chair
    assert {a.id for a in sat.attendees if a.present} == {a.id for a in present}
    assert all(a.present is not None for a in sat.attendees)
