"""When invited agencies are reminded: working days before the conference (policy ``conference``)."""

from datetime import UTC, date, datetime

import pytest
from domain_builders import refusal

from service.domain.conference_policy import ConferencePolicy


def closed(day: date) -> bool:
    """Weekends, and the holiday of the 23rd."""
    return day.weekday() >= 5 or day == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "held_on", "reminded_on"),
    [
        (3, 27, 24),
        (3, 26, 20),
        (1, 24, 20),
        (0, 24, 24),
        # A conference on a Sunday is reminded of on a working day.
        (0, 22, 20),
        (1, 22, 20),
    ],
)
def test_it_is_so_many_working_days_before(days: int, held_on: int, reminded_on: int) -> None:
    starts = datetime(2026, 11, held_on, 1, tzinfo=UTC)
    policy = ConferencePolicy(days_before=days)
    assert policy.remind_on(starts, closed) == date(2026, 11, reminded_on)


def test_three_days_unless_the_municipality_says_otherwise() -> None:
    assert ConferencePolicy().days_before == 3
    assert refusal(ConferencePolicy, days_before=61) == "less_than_equal"
    assert refusal(ConferencePolicy, days_after=1) == "extra_forbidden"
