"""Terms end with the day, in Japan, and say which days they count (brief §7.2)."""

from datetime import UTC, date, datetime, timedelta

import pytest
from domain_builders import DAY, NOW, refusal
from hypothesis import given
from hypothesis import strategies as st

from service.domain.calendar_jp import JST, jst_date
from service.domain.care_policy import CarePolicy
from service.domain.term import Term, Unit, calendar, day_ends, working


def weekend(day: date) -> bool:
    """Closed on Saturdays and Sundays, and on one holiday."""
    return day.weekday() >= 5 or day == date(2026, 11, 23)


def always(day: date) -> bool:
    """Open every day."""
    return not day


@pytest.mark.parametrize(
    ("term", "start", "last"),
    [
        # Friday 20 November; Monday the 23rd is a holiday.
        (working(0), DAY, date(2026, 11, 20)),
        (working(1), DAY, date(2026, 11, 24)),
        (working(5), DAY, date(2026, 11, 30)),
        (calendar(0), DAY, date(2026, 11, 20)),
        (calendar(1), DAY, date(2026, 11, 21)),
        (calendar(7), DAY, date(2026, 11, 27)),
        # Whoever comes on a Saturday has until the next day on which the office is open.
        (working(0), date(2026, 11, 21), date(2026, 11, 24)),
        (working(1), date(2026, 11, 21), date(2026, 11, 24)),
        (calendar(0), date(2026, 11, 21), date(2026, 11, 21)),
    ],
)
def test_the_last_day(term: Term, start: date, last: date) -> None:
    at = datetime(start.year, start.month, start.day, 10, tzinfo=JST)
    assert term.last_day(at, weekend) == last
    assert term.ends(at, weekend) == day_ends(last)


def test_a_day_ends_at_midnight_in_japan() -> None:
    assert day_ends(DAY) == datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    assert day_ends(DAY).tzinfo is UTC
    assert jst_date(day_ends(DAY)) == DAY + timedelta(days=1)
    assert jst_date(day_ends(DAY) - timedelta(microseconds=1)) == DAY


@pytest.mark.parametrize(
    ("at", "last"),
    [
        # 23:59 and 0:00 in Japan, while in UTC it is the same day.
        (datetime(2026, 11, 19, 14, 59, 59, tzinfo=UTC), date(2026, 11, 20)),
        (datetime(2026, 11, 19, 15, 0, tzinfo=UTC), date(2026, 11, 21)),
    ],
)
def test_the_day_it_starts_is_the_day_in_japan(at: datetime, last: date) -> None:
    assert calendar(1).last_day(at, always) == last


def test_a_term_is_so_many_days_and_says_which() -> None:
    assert (working(3), calendar(3)) == (Term(days=3), Term(days=3, unit=Unit.CALENDAR))
    assert refusal(Term) == "missing"
    assert refusal(Term, days=-1) == "greater_than_equal"
    assert refusal(Term, days=401) == "less_than_equal"
    assert refusal(Term, days=1, unit="moon") == "enum"


INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
TERMS = st.builds(Term, days=st.integers(0, 60), unit=st.sampled_from(Unit))


@given(INSTANTS, TERMS)
def test_a_term_ends_after_it_began_and_on_an_open_day(at: datetime, term: Term) -> None:
    last = term.last_day(at, weekend)
    assert last >= jst_date(at) + timedelta(days=term.days)
    assert at < term.ends(at, weekend)
    if term.unit is Unit.WORKING:
        assert not weekend(last)
        first = jst_date(at) + timedelta(days=1)
        between = (first + timedelta(days=n) for n in range((last - first).days + 1))
        worked = sum(not weekend(day) for day in between)
        # One that is due the same day waits for the office to open.
        assert worked in ({0, 1} if term.days == 0 else {term.days})
    else:
        assert last == jst_date(at) + timedelta(days=term.days)


@given(INSTANTS, st.integers(0, 59), st.sampled_from(Unit))
def test_a_longer_term_never_ends_sooner(at: datetime, days: int, unit: Unit) -> None:
    shorter, longer = Term(days=days, unit=unit), Term(days=days + 1, unit=unit)
    assert shorter.ends(at, weekend) <= longer.ends(at, weekend)


def test_a_municipality_without_terms_of_its_own_has_the_common_ones() -> None:
    common = CarePolicy()
    for name in (
        "consultation",
        "handover",
        "hub",
        "stale",
        "stale_urgent",
        "next_step",
        "reassign",
    ):
        term = getattr(common, name)
        assert isinstance(term, Term)
        assert term.ends(NOW, weekend) > NOW
    assert common.stale_urgent.days < common.stale.days
    assert CarePolicy(hub=calendar(1)) == common.model_copy(update={"hub": calendar(1)})
    assert refusal(CarePolicy, most_cases=0) == "greater_than_equal"
    assert refusal(CarePolicy, most_cases=501) == "less_than_equal"
    assert refusal(CarePolicy, coffee=1) == "extra_forbidden"
