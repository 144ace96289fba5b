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


@pytest.mark.parametrize(
    ("policy", "due_on", "remind_on", "chase_on"),
    [
        (ConferencePolicy(), 27, 24, 28),
        (ConferencePolicy(), 24, 21, 25),
        # On short notice the task itself is the reminder.
        (ConferencePolicy(), 23, None, 24),
        (ConferencePolicy(), 20, None, 21),
        (ConferencePolicy(task_days_before=0, task_days_after=3), 27, 27, 30),
    ],
)
def test_a_task_is_reminded_of_before_and_after_its_day(
    policy: ConferencePolicy, due_on: int, remind_on: int | None, chase_on: int
) -> None:
    days = policy.days_of(date(2026, 11, due_on), date(2026, 11, 20))
    assert days == {
        "remind_on": remind_on and date(2026, 11, remind_on),
        "chase_on": date(2026, 11, chase_on),
    }


def test_the_day_after_at_the_earliest_and_two_weeks_on_the_board() -> None:
    policy = ConferencePolicy()
    assert (policy.task_days_before, policy.task_days_after, policy.board_days) == (3, 1, 14)
    assert policy.last_on_board(date(2026, 11, 20)) == date(2026, 12, 4)
    assert refusal(ConferencePolicy, task_days_after=0) == "greater_than_equal"
    assert refusal(ConferencePolicy, task_days_before=61) == "less_than_equal"
    assert refusal(ConferencePolicy, board_days=0) == "greater_than_equal"
