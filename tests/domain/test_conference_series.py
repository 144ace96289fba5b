"""A regular meeting: its sittings, which of them become conferences, and who takes the chair."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import pytest
from domain_builders import CITY, HUB, NOW, OURS, THEIRS, uid
from pydantic import ValidationError

from service.adapters.holidays import closed_in_japan
from service.domain.conference_series import (
    ConferenceSeries,
    PlanSeries,
    Sitting,
    SittingState,
    chairs,
    sittings_of,
)
from service.domain.errors import IllegalMove, Invalid

CLOSED = closed_in_japan()
PLANNED, SKIPPED = SittingState.PLANNED, SittingState.SKIPPED


def form(**changes: Any) -> PlanSeries:
    stated: dict[str, Any] = {
        "kind": "support_coordination_conf",
        "place": "会議室",
        "starts": time(13, 30),
        "minutes": 90,
        "rule": {"every": "month", "day": 3, "first": "2027-01-01", "until": "2027-05-31"},
        "agency_ids": (THEIRS, HUB),
        "chair_rotation": (OURS, THEIRS, HUB),
    }
    return PlanSeries.model_validate(stated | changes)


def series(*states: SittingState, **changes: Any) -> ConferenceSeries:
    sittings = tuple(
        Sitting(number=n, by_rule=date(2027, n, 3), state=s) for n, s in enumerate(states, 1)
    )
    record = {
        "id": uid(1),
        "organiser_agency_id": OURS,
        "municipality_code": CITY,
        "planned_at": NOW,
        "sittings": sittings,
    }
    return ConferenceSeries.model_validate(form(**changes).model_dump() | record)


def test_sittings_are_held_at_the_time_of_day_in_japan_and_leave_closed_days():
    found = sittings_of(form(), CLOSED)
    assert [s.number for s in found] == [1, 2, 3, 4, 5]
    assert [s.starts_at for s in found] == [
        datetime(2027, month, day, 4, 30, tzinfo=UTC)
        for month, day in ((1, 4), (2, 3), (3, 3), (4, 5), (5, 6))
    ]
    rule = form().rule.model_dump() | {"on_closed_day": "skip"}
    skipped = sittings_of(form(rule=rule), CLOSED)
    assert [s.starts_at is None for s in skipped] == [True, False, False, True, True]
    assert skipped[0].state is SKIPPED


@pytest.mark.parametrize(
    ("moves_on", "turns"),
    [(False, [OURS, None, THEIRS, HUB, OURS]), (True, [OURS, None, HUB, OURS, THEIRS])],
)
def test_the_chair_keeps_its_turn_or_moves_on(turns: list[UUID | None], *, moves_on: bool):
    found = series(
        PLANNED, SKIPPED, PLANNED, PLANNED, PLANNED, chair_moves_on_when_skipped=moves_on
    )
    assert list(chairs(found, found.sittings).values()) == turns


def test_without_a_rotation_nobody_has_the_chair():
    found = series(PLANNED, PLANNED, chair_rotation=())
    assert chairs(found, found.sittings) == {1: None, 2: None}


def test_the_sittings_of_the_coming_year_become_conferences():
    rule = {"every": "month", "day": 3, "first": "2027-01-01", "until": "2029-12-31"}
    plan = form(rule=rule)
    found = series(rule=rule).but(sittings=sittings_of(plan, CLOSED))
    now = datetime(2027, 2, 1, tzinfo=UTC)
    assert [s.number for s in found.to_plan(now)] == list(range(2, 14))


def test_a_sitting_is_named_by_its_number_and_must_be_planned():
    found = series(PLANNED, SKIPPED)
    assert found.sitting(1).number == 1
    with pytest.raises(Invalid, match="unknown_sitting"):
        found.sitting(3)
    with pytest.raises(IllegalMove, match="sitting_not_planned"):
        found.sitting(2)
    with pytest.raises(IllegalMove, match=r"conference_series\.ended"):
        found.but(ended_at=NOW).sitting(1)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"place": None}, "conference.where_missing"),
        ({"online_url": "http://meet.example/1"}, "conference.online_address"),
        ({"agency_ids": (THEIRS, THEIRS)}, "conference_series.agency_twice"),
    ],
)
def test_what_cannot_be_held(changes: dict[str, Any], code: str):
    with pytest.raises(ValidationError) as refused:
        form(**changes)
    assert [e["type"] for e in refused.value.errors()] == [code]


@pytest.mark.parametrize("state", SittingState)
def test_every_state_has_its_label(state: SittingState):
    assert state.label_ja
