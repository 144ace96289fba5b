"""Deadlines: working or calendar days, ending with the day in Japan (brief §3.2, §7.2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from domain_builders import refusal
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.calendar_jp import JST, add_working_days, is_closed, jst_date
from service.domain.policy import NORMAL, URGENT, ReferralPolicy
from service.domain.referral import Urgency
from service.domain.referral_states import Clock
from service.domain.term import Term, Unit

#: Labour Thanksgiving Day is a Monday in 2026.
HOLIDAYS = {date(2026, 11, 23), date(2027, 1, 1), date(2027, 1, 11)}


def closed(day: date) -> bool:
    return is_closed(day, HOLIDAYS)


def japan(written: str) -> datetime:
    """An instant as a clock in Japan shows it: ``11-20 10:00`` (of 2026)."""
    return datetime.strptime(f"2026-{written} +0900", "%Y-%m-%d %H:%M %z")


def until(last_day: date) -> datetime:
    """The instant at which a day is over in Japan."""
    return datetime(last_day.year, last_day.month, last_day.day, tzinfo=JST) + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "days", "unit", "last_day"),
    [
        # Friday 11-20, then a weekend and a holiday.
        ("11-20 10:00", 0, Unit.CALENDAR, date(2026, 11, 20)),
        ("11-20 10:00", 1, Unit.CALENDAR, date(2026, 11, 21)),
        ("11-20 10:00", 3, Unit.CALENDAR, date(2026, 11, 23)),
        ("11-20 10:00", 0, Unit.WORKING, date(2026, 11, 20)),
        ("11-20 10:00", 1, Unit.WORKING, date(2026, 11, 24)),
        ("11-20 10:00", 3, Unit.WORKING, date(2026, 11, 26)),
        ("11-20 10:00", 10, Unit.WORKING, date(2026, 12, 7)),
        # The day is Japan's: one minute apart, one day apart.
        ("11-18 23:59", 1, Unit.WORKING, date(2026, 11, 19)),
        ("11-19 00:00", 1, Unit.WORKING, date(2026, 11, 20)),
        ("11-19 08:59", 0, Unit.CALENDAR, date(2026, 11, 19)),
        # What starts on a closed day waits for the next open one.
        ("11-21 10:00", 0, Unit.WORKING, date(2026, 11, 24)),
        ("11-21 10:00", 0, Unit.CALENDAR, date(2026, 11, 21)),
        ("11-21 10:00", 1, Unit.WORKING, date(2026, 11, 24)),
        # Over the year's end: offices are closed from December 29 to January 3.
        ("12-28 10:00", 1, Unit.WORKING, date(2027, 1, 4)),
        ("12-28 10:00", 1, Unit.CALENDAR, date(2026, 12, 29)),
        ("12-25 10:00", 90, Unit.CALENDAR, date(2027, 3, 25)),
    ],
)
def test_a_term_ends_with_the_last_day_in_japan(
    start: str, days: int, unit: Unit, last_day: date
) -> None:
    ends = Term(days=days, unit=unit).ends(japan(start), closed)
    assert ends == until(last_day)
    assert ends.tzinfo is UTC


def test_a_term_counts_from_the_day_in_japan_whatever_zone_the_start_is_told_in() -> None:
    evening_in_london = datetime(2026, 11, 19, 15, 30, tzinfo=UTC)  # 00:30 on the 20th in Japan
    assert Term(days=0).ends(evening_in_london, closed) == until(date(2026, 11, 20))
    with pytest.raises(ValueError, match="time zone"):
        Term(days=0).ends(evening_in_london.replace(tzinfo=None), closed)


STARTS = st.builds(
    lambda minutes, zone: (japan("11-01 00:00") + timedelta(minutes=minutes)).astimezone(zone),
    st.integers(0, 100 * 24 * 60),
    st.sampled_from((UTC, JST)),
)


@given(STARTS, st.integers(1, 40))
def test_working_days_are_counted_as_the_calendar_counts_them(start: datetime, days: int) -> None:
    ends = Term(days=days).ends(start, closed)
    assert ends == until(add_working_days(jst_date(start), days, HOLIDAYS))


@given(STARTS, st.integers(0, 40), st.sampled_from(Unit))
def test_a_deadline_lies_ahead_and_never_on_a_closed_day(
    start: datetime, days: int, unit: Unit
) -> None:
    ends = Term(days=days, unit=unit).ends(start, closed)
    assert ends > start
    assert ends.astimezone(JST).time() == datetime.min.time()
    assert Term(days=days + 1, unit=unit).ends(start, closed) >= ends
    if unit is Unit.WORKING:
        assert not closed(jst_date(ends - timedelta(seconds=1)))


# The common default, and what a municipality sets for itself

#: Brief §3.2: answer within 3 working days, first contact within 10; urgent: the same day.
DEFAULTS = {
    "draft": ("5 working", "0 calendar"),
    "answer": ("3 working", "0 calendar"),
    "info": ("3 working", "0 calendar"),
    "onward": ("2 working", "0 calendar"),
    "hub": ("2 working", "0 calendar"),
    "first_contact": ("10 working", "1 calendar"),
    "work": ("90 calendar", "30 calendar"),
    "withdrawal": ("3 working", "1 calendar"),
    # A referral that lost its consent waits as long as one waits for a first contact.
    "consent": ("10 working", "2 calendar"),
}


def written(term: Term) -> str:
    return f"{term.days} {term.unit}"


def test_there_is_a_default_for_every_deadline() -> None:
    assert set(NORMAL) == set(URGENT) == set(Clock)
    assert {clock: (written(NORMAL[clock]), written(URGENT[clock])) for clock in Clock} == DEFAULTS


@pytest.mark.parametrize("clock", Clock)
def test_what_nobody_has_set_follows_the_default(clock: Clock) -> None:
    common = ReferralPolicy.common()
    assert common.term(clock, Urgency.NORMAL) == NORMAL[clock]
    assert common.term(clock, Urgency.URGENT) == URGENT[clock]
    assert common.contact_attempts == 3


@pytest.mark.parametrize("clock", Clock)
def test_nothing_urgent_waits_longer_than_the_rest(clock: Clock) -> None:
    start = japan("11-20 10:00")
    assert URGENT[clock].ends(start, closed) < NORMAL[clock].ends(start, closed)


def test_a_municipality_sets_some_and_the_rest_follows_the_default() -> None:
    same_day = {"days": 0, "unit": "calendar"}
    own = ReferralPolicy.model_validate(
        {"normal": {"answer": same_day}, "urgent": {"hub": {"days": 2}}, "contact_attempts": 5}
    )
    assert own.term(Clock.ANSWER, Urgency.NORMAL) == Term(days=0, unit=Unit.CALENDAR)
    assert own.term(Clock.ANSWER, Urgency.URGENT) == URGENT[Clock.ANSWER]
    assert own.term(Clock.HUB, Urgency.URGENT) == Term(days=2, unit=Unit.WORKING)
    assert own.term(Clock.HUB, Urgency.NORMAL) == NORMAL[Clock.HUB]
    assert own.contact_attempts == 5


@pytest.mark.parametrize(
    "policy",
    [
        {"normal": {"answer": {"days": -1}}},
        {"normal": {"answer": {"days": 401}}},
        {"normal": {"lunch": {"days": 1}}},
        {"normal": {"answer": {"days": 1, "unit": "hours"}}},
        {"contact_attempts": 0},
        {"contact_attempts": 21},
        {"weekly": {}},
    ],
)
def test_a_policy_that_cannot_be_meant_is_refused(policy: dict) -> None:
    with pytest.raises(ValidationError):
        ReferralPolicy.model_validate(policy)


def test_a_deadline_says_which_days_it_counts() -> None:
    assert Term(days=1).unit is Unit.WORKING
    assert refusal(Term, days=1, unit="days") == "enum"
