"""Fiscal years, ages and working days: vectors of brief section 7.2."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from service.domain.calendar_jp import (
    FIRST_YEAR,
    JST,
    LAST_YEAR,
    PartialDate,
    add_working_days,
    age_on,
    age_range,
    day_of_reaching,
    end_of_school_age_18,
    fiscal_year,
    fiscal_year_label,
    is_closed,
    jst_date,
    next_april_1,
    parse_fiscal_year,
)

DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))
HOLIDAYS = frozenset({date(2026, 11, 3), date(2026, 11, 23), date(2027, 1, 1), date(2027, 1, 11)})


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2023, 3, 31), 2022), (date(2023, 4, 1), 2023), (date(2024, 3, 31), 2023)],
)
def test_a_fiscal_year_begins_in_april(day: date, year: int) -> None:
    assert fiscal_year(day) == year


@pytest.mark.parametrize(
    ("year", "label"),
    [
        (2019, "令和元年度"),
        (2018, "平成30年度"),
        (2023, "令和5年度"),
        (1989, "平成元年度"),
        (1988, "昭和63年度"),
        (1926, "昭和元年度"),
        (1912, "大正元年度"),
    ],
)
def test_a_fiscal_year_is_printed_by_the_later_era(year: int, label: str) -> None:
    assert fiscal_year_label(year) == label


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("平成31年度", 2019),
        ("令和元年度", 2019),
        ("令和1年度", 2019),
        ("R1", 2019),
        ("R元年度", 2019),
        ("H31", 2019),
        ("R5年度", 2023),
        ("Ｒ９", 2027),
        ("2019年度", 2019),
        ("2019", 2019),
        ("令和 ８ 年度", 2026),
        ("大正15年度", 1926),
    ],
)
def test_both_eras_of_a_fiscal_year_are_read(written: str, year: int) -> None:
    assert parse_fiscal_year(written) == year


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("平成32年度", "era.outside"),
        ("昭和64年度", "era.outside"),
        ("平成0年度", "fiscal_year.format"),
        ("19年度", "fiscal_year.format"),
        ("来年度", "fiscal_year.format"),
        ("2019年4月", "fiscal_year.format"),
        ("1800年度", "partial_date.year_range"),
    ],
)
def test_a_wrong_fiscal_year_says_what_is_wrong(written: str, code: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        parse_fiscal_year(written)
    assert caught.value.type == code


@pytest.mark.parametrize("year", range(FIRST_YEAR, LAST_YEAR + 1))
def test_every_fiscal_year_is_read_back(year: int) -> None:
    assert parse_fiscal_year(fiscal_year_label(year)) == year
    assert parse_fiscal_year(f"{year}年度") == year


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2008, 4, 1), date(2026, 3, 30), 17),
        (date(2008, 4, 1), date(2026, 3, 31), 18),
        (date(2008, 4, 1), date(2026, 4, 1), 18),
        (date(2008, 4, 2), date(2026, 3, 31), 17),
        (date(2008, 4, 2), date(2026, 4, 1), 18),
        (date(2004, 2, 29), date(2022, 2, 27), 17),
        (date(2004, 2, 29), date(2022, 2, 28), 18),
        (date(2004, 2, 29), date(2024, 2, 27), 19),
        (date(2004, 2, 29), date(2024, 2, 28), 20),
        (date(2000, 3, 1), date(2024, 2, 28), 23),
        (date(2000, 3, 1), date(2024, 2, 29), 24),
        (date(2000, 1, 1), date(2025, 12, 30), 25),
        (date(2000, 1, 1), date(2025, 12, 31), 26),
        (date(2020, 5, 5), date(2020, 5, 5), 0),
    ],
)
def test_an_age_is_reached_on_the_day_before_the_birthday(birth: date, on: date, age: int) -> None:
    assert age_on(birth, on) == age


def test_nobody_has_an_age_before_birth() -> None:
    with pytest.raises(PydanticCustomError, match="not before the birth"):
        age_on(date(2020, 5, 5), date(2020, 5, 4))
    with pytest.raises(PydanticCustomError, match="not before the birth"):
        age_range(PartialDate("2021"), date(2020, 5, 4))


@pytest.mark.parametrize("age", [1, 4, 18])
def test_whoever_is_born_on_february_29_reaches_an_age_on_february_28(age: int) -> None:
    assert day_of_reaching(date(2004, 2, 29), age) == date(2004 + age, 2, 28)


@given(DAYS.filter(lambda day: day.year < 2050), st.integers(1, 120))
def test_an_age_begins_on_the_day_of_reaching_it(birth: date, age: int) -> None:
    reached = day_of_reaching(birth, age)
    assert age_on(birth, reached) == age
    if reached > birth:
        assert age_on(birth, reached - timedelta(days=1)) == age - 1


@pytest.mark.parametrize(
    ("birth", "on", "ages"),
    [
        ("1975", date(2026, 6, 1), (50, 51)),
        ("1975-03", date(2026, 6, 1), (51, 51)),
        ("1975-06", date(2026, 6, 10), (50, 51)),
        ("1975-03-09", date(2026, 3, 8), (51, 51)),
        ("1975-03-09", date(2026, 3, 7), (50, 50)),
        ("2026", date(2026, 6, 1), (0, 0)),
        ("1975", date(2026, 12, 31), (51, 52)),
    ],
)
def test_a_partly_known_birth_gives_a_range(birth: str, on: date, ages: tuple[int, int]) -> None:
    """On December 31, whoever was born on January 1 has already reached the next age."""
    assert age_range(PartialDate(birth), on) == ages


@pytest.mark.parametrize(
    ("birth", "end"),
    [
        (date(2008, 4, 1), date(2026, 3, 31)),
        (date(2008, 4, 2), date(2027, 3, 31)),
        (date(2008, 3, 31), date(2026, 3, 31)),
        (date(2008, 12, 31), date(2027, 3, 31)),
        (date(2009, 1, 1), date(2027, 3, 31)),
        (date(2008, 2, 29), date(2026, 3, 31)),
    ],
)
def test_school_age_ends_on_march_31(birth: date, end: date) -> None:
    assert end_of_school_age_18(birth) == end


@given(DAYS.filter(lambda day: day.year < 2150))
def test_school_age_ends_within_a_year_of_eighteen(birth: date) -> None:
    reached = day_of_reaching(birth, 18)
    end = end_of_school_age_18(birth)
    assert timedelta(0) <= end - reached < timedelta(days=366)
    assert (end.month, end.day) == (3, 31)


def test_a_day_is_japanese() -> None:
    assert JST.utcoffset(None) == timedelta(hours=9)
    assert jst_date(datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC)) == date(2026, 11, 20)
    assert jst_date(datetime(2026, 11, 20, 15, 0, tzinfo=UTC)) == date(2026, 11, 21)
    assert jst_date(datetime(2026, 11, 21, 0, 0, tzinfo=JST)) == date(2026, 11, 21)
    with pytest.raises(ValueError, match="time zone"):
        jst_date(datetime(2026, 11, 21))  # noqa: DTZ001 - what must be refused


CLOSED = {
    date(2026, 11, 20): False,  # Friday
    date(2026, 11, 21): True,  # Saturday
    date(2026, 11, 22): True,  # Sunday
    date(2026, 11, 23): True,  # 勤労感謝の日
    date(2026, 11, 24): False,
    date(2026, 12, 28): False,
    date(2026, 12, 29): True,
    date(2026, 12, 31): True,
    date(2027, 1, 1): True,
    date(2027, 1, 4): False,
    date(2024, 1, 3): True,
    date(2024, 1, 4): False,
}


@pytest.mark.parametrize(("day", "closed"), CLOSED.items())
def test_offices_close_on_weekends_holidays_and_new_year(day: date, closed: bool) -> None:
    assert is_closed(day, HOLIDAYS) is closed


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
        (date(2026, 11, 20), 1, date(2026, 11, 24)),
        (date(2026, 11, 21), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 5, date(2026, 11, 30)),
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2027, 1, 8), 1, date(2027, 1, 12)),
    ],
)
def test_working_days_skip_closed_days(start: date, n: int, end: date) -> None:
    assert add_working_days(start, n, HOLIDAYS) == end


@given(DAYS.filter(lambda day: day.year < LAST_YEAR), st.integers(0, 30), st.integers(0, 30))
def test_working_days_add_up(start: date, n: int, m: int) -> None:
    middle = add_working_days(start, n, HOLIDAYS)
    assert add_working_days(middle, m, HOLIDAYS) == add_working_days(start, n + m, HOLIDAYS)
    assert n == 0 or not is_closed(middle, HOLIDAYS)


def test_working_days_are_counted_forward() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 11, 20), -1, HOLIDAYS)


@pytest.mark.parametrize(
    ("day", "april"),
    [
        (date(2026, 3, 31), date(2026, 4, 1)),
        (date(2026, 4, 1), date(2027, 4, 1)),
    ],
)
def test_the_next_april_comes_after_the_day(day: date, april: date) -> None:
    assert next_april_1(day) == april
