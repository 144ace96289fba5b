"""Partial dates and eras: vectors of brief section 7.2, and every day since 1873."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

from service.domain.calendar_jp import (
    ERAS,
    FIRST_YEAR,
    LAST_YEAR,
    PartialDate,
    era_of,
    format_era,
)

DAYS = st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31))


def refusal(read: Callable[[], object]) -> str:
    with pytest.raises(ValidationError) as caught:
        read()
    (error,) = caught.value.errors()
    return error["type"]


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("1975", "1975"),
        ("1975-03", "1975-03"),
        ("1975-03-09", "1975-03-09"),
        ("1975-3-9", "1975-03-09"),
        ("1975/3/9", "1975-03-09"),
        ("1975.03", "1975-03"),
        ("1975年", "1975"),
        ("1975年3月9日", "1975-03-09"),
        ("１９７５年３月９日", "1975-03-09"),
        ("１９７５－０３－０９", "1975-03-09"),
        ("昭和50年3月9日", "1975-03-09"),
        ("昭和５０年３月９日", "1975-03-09"),
        (" 昭和 50 年 3 月 9 日 ", "1975-03-09"),
        ("㍼50年3月9日", "1975-03-09"),
        ("昭和50年3月", "1975-03"),
        ("昭和50年", "1975"),
        ("昭和50", "1975"),
        ("S50.3.9", "1975-03-09"),
        ("s50.3.9", "1975-03-09"),
        ("Ｓ５０．３．９", "1975-03-09"),
        ("S50/3", "1975-03"),
        ("S50", "1975"),
        ("令和元年5月1日", "2019-05-01"),
        ("令和1年5月1日", "2019-05-01"),
        ("R元.5.1", "2019-05-01"),
        ("㋿8年11月21日", "2026-11-21"),
        ("明治45年7月29日", "1912-07-29"),
        ("大正元年", "1912"),
        ("昭和64年", "1989"),
        ("昭和64年1月", "1989-01"),
        ("平成元年1月", "1989-01"),
        ("2024-02-29", "2024-02-29"),
        ("明治6年1月1日", "1873-01-01"),
        ("2199-12-31", "2199-12-31"),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, iso: str) -> None:
    assert PartialDate(written).root == iso


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "partial_date.format"),
        ("不明", "partial_date.format"),
        ("75", "partial_date.format"),
        ("19750309", "partial_date.format"),
        ("19 75", "partial_date.format"),
        ("19  75", "partial_date.format"),
        ("元年", "partial_date.format"),
        ("1975-03.09", "partial_date.format"),
        ("1975-", "partial_date.format"),
        ("1975-03-09T00:00:00", "partial_date.format"),
        ("1975年3", "partial_date.format"),
        ("昭和1975年", "partial_date.format"),
        ("昭和0年", "partial_date.format"),
        ("平成00年", "partial_date.format"),
        ("慶応3年", "partial_date.format"),
        ("X50.3.9", "partial_date.format"),
        ("٢٠٢٤", "partial_date.format"),
        ("1975-00", "partial_date.impossible"),
        ("1975-13", "partial_date.impossible"),
        ("1975-03-00", "partial_date.impossible"),
        ("2023-02-29", "partial_date.impossible"),
        ("2100-02-29", "partial_date.impossible"),
        ("令和5年2月29日", "partial_date.impossible"),
        ("S50.4.31", "partial_date.impossible"),
        ("0000", "partial_date.format"),
        ("0075-03-09", "partial_date.year_range"),
        ("1872", "partial_date.year_range"),
        ("2200", "partial_date.year_range"),
        ("明治5年12月2日", "partial_date.year_range"),
        ("令和999年", "partial_date.year_range"),
        ("平成31年5月1日", "era.outside"),
        ("令和元年4月30日", "era.outside"),
        ("令和元年4月", "era.outside"),
        ("昭和64年1月8日", "era.outside"),
        ("昭和64年2月", "era.outside"),
        ("昭和65年", "era.outside"),
        ("平成元年1月7日", "era.outside"),
        ("大正15年12月25日", "era.outside"),
        ("昭和元年12月24日", "era.outside"),
        ("明治45年7月30日", "era.outside"),
        ("大正元年7月29日", "era.outside"),
    ],
)
def test_a_wrong_date_says_what_is_wrong(written: str, code: str) -> None:
    assert refusal(lambda: PartialDate(written)) == code


@pytest.mark.parametrize("value", [1975, None, 19750309, True, ["1975"]])
def test_a_date_is_a_string(value: object) -> None:
    assert refusal(lambda: PartialDate.model_validate(value)) == "string_type"


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("1975", date(1975, 1, 1), date(1975, 12, 31)),
        ("1975-02", date(1975, 2, 1), date(1975, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1975-12", date(1975, 12, 1), date(1975, 12, 31)),
        ("1975-03-09", date(1975, 3, 9), date(1975, 3, 9)),
    ],
)
def test_a_partial_date_spans_what_it_can_mean(written: str, first: date, last: date) -> None:
    partial = PartialDate(written)
    assert (partial.earliest(), partial.latest()) == (first, last)


def test_a_partial_date_says_what_is_known() -> None:
    parts = [(p.year, p.month, p.day) for p in map(PartialDate, ("1975", "1975-03", "1975-03-09"))]
    assert parts == [(1975, None, None), (1975, 3, None), (1975, 3, 9)]


class Birth(BaseModel):
    """Something with a birth date in it, as request bodies are."""

    birth: PartialDate | None = None


def test_a_partial_date_is_a_string_in_json_and_in_the_schema() -> None:
    read = Birth.model_validate_json('{"birth": "昭和50年3月"}')
    assert json.loads(read.model_dump_json()) == {"birth": "1975-03"}
    assert read.model_dump() == {"birth": "1975-03"}
    assert f"{read.birth}" == "1975-03"
    schema = Birth.model_json_schema()["$defs"]["PartialDate"]
    assert schema["type"] == "string"
    for example in schema["examples"]:
        PartialDate(example)
    with pytest.raises(ValidationError):
        PartialDate("1975").root = "1976"
    assert len({PartialDate("1975"), PartialDate("昭和50年")}) == 1


#: First and last day of each era: brief section 7.2, and 明治 from the Gregorian calendar on.
BORDERS = {
    date(1873, 1, 1): "明治6年1月1日",
    date(1912, 7, 29): "明治45年7月29日",
    date(1912, 7, 30): "大正元年7月30日",
    date(1926, 12, 24): "大正15年12月24日",
    date(1926, 12, 25): "昭和元年12月25日",
    date(1927, 1, 1): "昭和2年1月1日",
    date(1989, 1, 7): "昭和64年1月7日",
    date(1989, 1, 8): "平成元年1月8日",
    date(2019, 4, 30): "平成31年4月30日",
    date(2019, 5, 1): "令和元年5月1日",
    date(2020, 1, 1): "令和2年1月1日",
    date(2026, 11, 21): "令和8年11月21日",
}


@pytest.mark.parametrize(("day", "written"), BORDERS.items())
def test_eras_change_exactly_at_their_borders(day: date, written: str) -> None:
    assert format_era(day) == written
    assert PartialDate(written).earliest() == day


def test_eras_follow_each_other_without_gap_and_every_day_has_one() -> None:
    for earlier, later in pairwise(ERAS):
        assert later.first_day - earlier.last_day == timedelta(days=1)
    day = ERAS[0].first_day
    while day <= date(2040, 12, 31):
        era = era_of(day)
        assert era.first_day <= day <= era.last_day
        short = f"{era.letter}{day.year - era.year_one + 1}.{day.month}.{day.day}"
        assert PartialDate(short).root == PartialDate(format_era(day)).root == day.isoformat()
        day += timedelta(days=1)


@pytest.mark.parametrize("day", [date(1872, 12, 31), date(2200, 1, 1)])
def test_no_era_is_written_where_none_is_known(day: date) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        format_era(day)
    assert caught.value.type == "partial_date.year_range"


@given(DAYS)
def test_era_and_date_are_one(day: date) -> None:
    assert PartialDate(format_era(day)).root == day.isoformat()


@given(DAYS, st.sampled_from([4, 7, 10]))
def test_partial_dates_survive_the_era_and_json(day: date, length: int) -> None:
    partial = PartialDate(day.isoformat()[:length])
    assert PartialDate(format_era(partial)) == partial
    assert PartialDate(partial.root) == partial
    assert PartialDate.model_validate_json(partial.model_dump_json()) == partial
    assert partial.earliest() <= day <= partial.latest()


@pytest.mark.parametrize(
    ("iso", "written"),
    [
        ("1975-03", "昭和50年3月"),
        ("1975", "昭和50年"),
        ("1989", "平成元年"),
        ("1989-01", "平成元年1月"),
        ("2019-04", "平成31年4月"),
        ("1926-12", "昭和元年12月"),
    ],
)
def test_a_partial_date_is_written_as_far_as_it_is_known(iso: str, written: str) -> None:
    assert format_era(PartialDate(iso)) == written
