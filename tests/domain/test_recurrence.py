"""When a regular meeting falls: every day satisfies the rule, or was moved because it is closed."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.adapters.holidays import closed_in_japan
from service.domain.recurrence import (
    Every,
    Occurrence,
    OnClosedDay,
    Recurrence,
    closed_because,
    days_of,
    occurrences,
)

CLOSED = closed_in_japan()
NEXT, PREVIOUS, SKIP = OnClosedDay
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def monthly(first: str, until: str, **rule: Any) -> Recurrence:
    days = {"first": date.fromisoformat(first), "until": date.fromisoformat(until)}
    return Recurrence(every=Every.MONTH, **days | rule)


def weekly(first: str, until: str, **rule: Any) -> Recurrence:
    days = {"first": date.fromisoformat(first), "until": date.fromisoformat(until)}
    return Recurrence(every=Every.WEEK, **days | rule)


def named(rule: Recurrence) -> list[str]:
    return [day.isoformat() for day in days_of(rule)]


def held(rule: Recurrence) -> list[str | None]:
    return [o.held_on and o.held_on.isoformat() for o in occurrences(rule, CLOSED)]


# Rules of any kind.

SPANS = st.tuples(st.dates(date(2020, 1, 1), date(2040, 12, 31)), st.integers(0, 5 * 365)).map(
    lambda s: {"first": s[0], "until": s[0] + timedelta(days=s[1])}
)
HOW = st.sampled_from(OnClosedDay)
NTH = st.sampled_from([-1, 1, 2, 3, 4, 5])
DAYS = st.sampled_from([-1, *range(1, 32)])
WEEKS = st.builds(
    lambda span, **rule: Recurrence(every=Every.WEEK, **span, **rule),
    SPANS,
    interval=st.integers(1, 12),
    weekday=st.integers(0, 6),
    on_closed_day=HOW,
)
MONTHS = st.builds(
    lambda span, on, **rule: Recurrence(every=Every.MONTH, **span, **on, **rule),
    SPANS,
    st.one_of(
        st.fixed_dictionaries({"weekday": st.integers(0, 6), "nth": NTH}),
        st.fixed_dictionaries({"day": DAYS}),
    ),
    interval=st.integers(1, 12),
    on_closed_day=HOW,
)
RULES = st.one_of(WEEKS, MONTHS)


def satisfies(rule: Recurrence, day: date) -> bool:
    """The rule said again, the other way round: whether a given day is one of its days."""
    length = monthrange(day.year, day.month)[1]
    if rule.every is Every.WEEK:
        weeks = (day - rule.first).days // 7
        return day.weekday() == rule.weekday and weeks % rule.interval == 0
    months = (day.year - rule.first.year) * 12 + day.month - rule.first.month
    if months % rule.interval:
        return False
    if rule.day is not None:
        return day.day == (length if rule.day == -1 else rule.day)
    if day.weekday() != rule.weekday:
        return False
    return day.day + 7 > length if rule.nth == -1 else (day.day - 1) // 7 + 1 == rule.nth


@given(rule=RULES)
def test_the_days_of_a_rule_are_exactly_those_that_satisfy_it(rule: Recurrence):
    span = (rule.until - rule.first).days
    every_day = (rule.first + timedelta(days=n) for n in range(span + 1))
    assert list(days_of(rule)) == [day for day in every_day if satisfies(rule, day)]


@given(rule=RULES)
def test_every_day_satisfies_the_rule_or_was_moved_because_it_is_closed(rule: Recurrence):
    found = occurrences(rule, CLOSED)
    for occurrence in found:
        assert satisfies(rule, occurrence.by_rule)
        if occurrence.held_on is None or occurrence.moved:
            assert CLOSED(occurrence.by_rule)
        if occurrence.held_on is None:
            continue
        assert not CLOSED(occurrence.held_on)
        assert rule.on_closed_day is not SKIP or not occurrence.moved
        between = (occurrence.held_on - occurrence.by_rule).days
        step = -1 if rule.on_closed_day is PREVIOUS else 1
        assert between * step >= 0
        # It went no further than it had to.
        passed = (occurrence.by_rule + timedelta(days=n * step) for n in range(abs(between)))
        assert all(CLOSED(day) for day in passed)
    days = [o.held_on for o in found if o.held_on is not None]
    assert all(earlier < later for earlier, later in pairwise(days))


@given(rule=RULES)
def test_nothing_is_moved_or_skipped_where_every_day_is_open(rule: Recurrence):
    assert [o.held_on for o in occurrences(rule, lambda _: False)] == list(days_of(rule))


@given(rule=RULES)
def test_a_moved_sitting_is_lost_only_to_another_on_the_same_day(rule: Recurrence):
    assume(rule.on_closed_day is not SKIP)
    found = occurrences(rule, CLOSED)
    kept = {o.held_on for o in found}
    step = timedelta(days=1 if rule.on_closed_day is NEXT else -1)
    for occurrence in found:
        day = occurrence.by_rule
        while CLOSED(day):
            day += step
        assert day in kept


# Single ones, as a clerk would check them.


def test_the_second_tuesday_of_every_month():
    rule = monthly("2027-01-01", "2027-04-30", weekday=TUESDAY, nth=2)
    assert named(rule) == ["2027-01-12", "2027-02-09", "2027-03-09", "2027-04-13"]
    assert held(rule) == named(rule)


def test_the_last_friday_of_every_second_month():
    rule = monthly("2027-01-01", "2027-07-31", weekday=FRIDAY, nth=-1, interval=2)
    assert named(rule) == ["2027-01-29", "2027-03-26", "2027-05-28", "2027-07-30"]


def test_a_month_without_a_fifth_weekday_has_no_sitting():
    rule = monthly("2027-01-01", "2027-06-30", weekday=FRIDAY, nth=5)
    assert named(rule) == ["2027-01-29", "2027-04-30"]


def test_the_thirty_first_and_the_last_day_are_two_things():
    assert named(monthly("2027-01-01", "2027-05-31", day=31)) == [
        "2027-01-31",
        "2027-03-31",
        "2027-05-31",
    ]
    assert named(monthly("2028-01-01", "2028-03-31", day=-1)) == [
        "2028-01-31",
        "2028-02-29",
        "2028-03-31",
    ]


def test_february_the_twenty_ninth_is_there_in_leap_years_only():
    rule = monthly("2027-02-01", "2029-02-28", day=29, interval=12)
    assert named(rule) == ["2028-02-29"]
    fifth = monthly("2044-02-01", "2044-02-29", weekday=MONDAY, nth=5)
    assert named(fifth) == ["2044-02-29"]


def test_every_third_week_counts_from_the_first_such_weekday():
    rule = weekly("2027-01-05", "2027-03-10", weekday=MONDAY, interval=3)
    assert named(rule) == ["2027-01-11", "2027-02-01", "2027-02-22"]


@pytest.mark.parametrize(
    ("how", "day"), [(NEXT, "2027-01-04"), (PREVIOUS, "2026-12-28"), (SKIP, None)]
)
@pytest.mark.parametrize("closed", ["2026-12-29", "2026-12-31", "2027-01-01", "2027-01-03"])
def test_the_offices_are_closed_over_the_new_year(how: OnClosedDay, day: str | None, closed: str):
    on = date.fromisoformat(closed)
    rule = Recurrence(every=Every.MONTH, day=on.day, first=on, until=on, on_closed_day=how)
    assert held(rule) == [day]


def test_golden_week_is_passed_over_in_one_go():
    # 2026: Sunday 3 May to Wednesday 6 May, the substitute holiday.
    days = {"first": "2026-05-01", "until": "2026-05-31", "weekday": TUESDAY, "nth": 1}
    assert held(monthly(**days)) == ["2026-05-07"]
    assert held(monthly(**days, on_closed_day=PREVIOUS)) == ["2026-05-01"]


def test_what_is_moved_onto_another_sitting_is_held_together_with_it():
    weeks = weekly("2026-05-04", "2026-05-11", weekday=MONDAY)
    assert occurrences(weeks, lambda day: day < date(2026, 5, 11)) == (
        Occurrence(date(2026, 5, 4), None),
        Occurrence(date(2026, 5, 11), date(2026, 5, 11)),
    )
    both_closed = occurrences(weeks, lambda day: day < date(2026, 5, 20))
    assert [o.held_on for o in both_closed] == [date(2026, 5, 20), None]


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"every": "week"}, "recurrence.week_needs_weekday"),
        ({"every": "week", "weekday": 1, "nth": 2}, "recurrence.week_needs_weekday"),
        ({"every": "week", "weekday": 1, "day": 2}, "recurrence.week_needs_weekday"),
        ({"every": "month"}, "recurrence.day_or_weekday"),
        ({"every": "month", "weekday": 1}, "recurrence.day_or_weekday"),
        ({"every": "month", "nth": 1}, "recurrence.day_or_weekday"),
        ({"every": "month", "weekday": 1, "nth": 0}, "recurrence.day_or_weekday"),
        ({"every": "month", "day": 0}, "recurrence.day_or_weekday"),
        ({"every": "month", "weekday": 1, "nth": 1, "day": 1}, "recurrence.day_or_weekday"),
        ({"every": "month", "day": 1, "until": "2026-01-01"}, "recurrence.ends_before_start"),
        ({"every": "month", "day": 1, "until": "2032-06-01"}, "recurrence.too_far"),
    ],
)
def test_a_rule_that_cannot_be_meant(rule: dict[str, Any], code: str):
    days = {"first": "2027-01-01", "until": "2027-12-31"}
    with pytest.raises(ValidationError) as refused:
        Recurrence.model_validate(days | rule)
    assert [e["type"] for e in refused.value.errors()] == [code]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-12-28", None),
        ("2026-12-29", "year_end"),
        ("2027-01-03", "year_end"),
        ("2027-01-04", None),
        ("2027-04-03", "weekend"),
        ("2027-05-03", "holiday"),
    ],
)
def test_why_a_day_is_closed(day: str, why: str | None):
    found = closed_because(date.fromisoformat(day), CLOSED)
    assert found == why
    assert found is None or found.label_ja


@pytest.mark.parametrize("how", OnClosedDay)
def test_what_becomes_of_it_is_said_in_japanese(how: OnClosedDay):
    assert how.label_ja
