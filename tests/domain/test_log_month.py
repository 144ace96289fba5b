"""The months of the audit log: their ids, and until when they are kept."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from service.domain.calendar_jp import JST
from service.domain.errors import Invalid
from service.domain.log_month import LEAST_YEARS, NO_LONGER, NOT_YET, Month, ids_from


@pytest.mark.parametrize("written", ["2020-03", "2026-12", "2099-01"])
def test_a_month_is_written_in_one_way(written: str):
    assert str(Month.read(written)) == written


@pytest.mark.parametrize("written", ["2020-3", "2020-13", "2020-00", "2019-01", "2020-03-01", "", "２０２０-03", "2020-03\n"])  # fmt: skip
def test_what_is_no_month(written: str):
    with pytest.raises(Invalid, match=r"log\.month_unreadable"):
        Month.read(written)


def test_a_month_begins_at_midnight_in_japan():
    last = datetime(2026, 3, 31, 14, 59, 59, 999000, tzinfo=UTC)
    assert Month.of(last) == (2026, 3)
    assert Month.of(last + timedelta(milliseconds=1)) == (2026, 4)
    low, high = Month(2026, 3).ids
    assert low == ids_from(datetime(2026, 3, 1, tzinfo=JST))
    assert low <= ids_from(last) < high == ids_from(last + timedelta(milliseconds=1))


def test_months_follow_each_other_without_a_gap():
    month, end = Month(2020, 1), Month(2099, 12)
    while month < end:
        assert month.ids[1] == month.next.ids[0]
        assert month.ids[0] < month.ids[1]
        month = month.next
    assert Month(2020, 1).ids[0] < NO_LONGER
    assert Month(2099, 12).ids[0] < NOT_YET


def test_an_id_begins_with_its_milliseconds():
    """RFC 9562, appendix A.6: 22 February 2022, 19:22:22 GMT."""
    at = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    example = uuid.UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert ids_from(at) <= example < ids_from(at + timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("month", "until"),
    [
        (Month(2026, 3), date(2036, 4, 1)),
        (Month(2026, 4), date(2037, 4, 1)),
        (Month(2027, 3), date(2037, 4, 1)),
    ],
)
def test_it_is_kept_for_whole_fiscal_years(month: Month, until: date):
    assert month.kept_until(10) == until
    assert month.kept_until(LEAST_YEARS).year == until.year - 10 + LEAST_YEARS
