"""A feed for a calendar program: whose it is, and when it ends."""

from typing import Any

import pytest
from domain_builders import CITY, ISS, NOW, OURS, POSITION, uid

from service.domain.actor import Held
from service.domain.calendar_feed import CalendarFeed
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove
from service.domain.permission import Purpose
from service.domain.role import Role


def feed(**changes: Any) -> CalendarFeed:
    given: dict[str, Any] = {
        "id": uid(1),
        "iss": ISS,
        "sub": "sub-1",
        "agency_id": OURS,
        "position_id": POSITION,
        "tenure_ids": {uid(2)},
        "purpose": Purpose.PLANNING,
        "secret_hash": "f" * 64,
        "made_at": NOW,
    }
    return CalendarFeed(**given | changes)


def held(**changes: Any) -> Held:
    given: dict[str, Any] = {
        "position_id": POSITION,
        "role": Role.CONSULTANT,
        "agency_id": OURS,
        "agency_code": "ours",
        "agency_kind": "self_reliance_agency",
        "municipality_code": CITY,
        "ceiling": "D4",
        "tenure_id": uid(2),
    }
    return Held(**given | changes)


def test_it_is_read_in_the_position_and_the_term_it_was_made_in() -> None:
    other = held(position_id=uid(3))
    assert feed().still_held([other, held()]) == [held()]
    assert feed().still_held([]) == []
    assert feed().still_held([other]) == []
    assert feed().still_held([held(tenure_id=uid(4))]) == []
    assert feed().still_held([held(tenure_id=None)]) == []


def test_revoked_it_is_nobodys() -> None:
    gone = feed().revoked(NOW)
    assert (gone.revoked_at, gone.version) == (NOW, 2)
    assert gone.still_held([held()]) == []
    with pytest.raises(IllegalMove) as caught:
        gone.revoked(NOW)
    assert caught.value.code == "calendar.already_revoked"


def test_not_even_the_hash_is_shown() -> None:
    assert "f" * 64 not in str(disclose(feed(), frozenset({D0})))
