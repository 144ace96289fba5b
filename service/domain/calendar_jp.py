"""The Japanese calendar: eras, fiscal years, ages by law, working days (brief section 7.2).

Dates are kept in ISO form; eras are read and written at the edge. Holidays come in as an
argument, because they are decided by law each year.
"""

import re
from calendar import monthrange
from collections.abc import Collection
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple

from pydantic import ConfigDict, RootModel, field_validator

from service.domain.text import half_width, invalid

MESSAGES_EN = {
    "age.before_birth": "Give a day that is not before the birth.",
    "era.outside": "Write the era that was in force at that time; this one was not.",
    "fiscal_year.format": "Write the fiscal year like 2019年度, 令和元年度 or R1.",
    "partial_date.format": "Write the date like 1975-03-09, 1975-03, 1975, or S50.3.9.",
    "partial_date.impossible": "Check month and day; the calendar has no such date.",
    "partial_date.year_range": "Give a year from {first} to {last}.",
}
MESSAGES_JA = {
    "age.before_birth": "生年月日より前の日は指定できません。日付を確認してください。",
    "era.outside": "その時期の元号ではありません。正しい元号か西暦で入力してください。",
    "fiscal_year.format": "年度は「2019年度」「令和元年度」「R1」のように入力してください。",
    "partial_date.format": "日付は「1975-03-09」「1975」「S50.3.9」のように入力してください。",
    "partial_date.impossible": "暦にない日付です。月と日を確認してください。",
    "partial_date.year_range": "年は{first}年から{last}年までで入力してください。",
}

#: Japan Standard Time; it has no summer time.
JST = timezone(timedelta(hours=9), "JST")
#: Japan took over the Gregorian calendar on 1873-01-01 (明治5年太政官布告第337号).
FIRST_YEAR = 1873
LAST_YEAR = 2199


class Era(NamedTuple):
    """元号: its name, its letter on forms, the western year of 元年, and its days."""

    name: str
    letter: str
    year_one: int
    first_day: date
    last_day: date


ERAS = (
    Era("明治", "M", 1868, date(FIRST_YEAR, 1, 1), date(1912, 7, 29)),
    Era("大正", "T", 1912, date(1912, 7, 30), date(1926, 12, 24)),
    Era("昭和", "S", 1926, date(1926, 12, 25), date(1989, 1, 7)),
    Era("平成", "H", 1989, date(1989, 1, 8), date(2019, 4, 30)),
    Era("令和", "R", 2019, date(2019, 5, 1), date(LAST_YEAR, 12, 31)),
)
_ERA_WRITTEN = {written: era for era in ERAS for written in (era.name, era.letter)}
_YEAR = rf"(?P<era>{'|'.join(_ERA_WRITTEN)})?(?P<year>元|[0-9]{{1,4}})"
_MONTH, _DAY = r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_WRITTEN_OUT = re.compile(rf"{_YEAR}(年({_MONTH}月({_DAY}日)?)?)?")
_WITH_MARKS = re.compile(rf"{_YEAR}(?P<mark>[-./]){_MONTH}((?P=mark){_DAY})?")
_FISCAL_YEAR = re.compile(_YEAR + r"(年度)?")
_LOOSE_SPACE = re.compile("(?<![0-9]) | (?![0-9])")


class PartialDate(RootModel[str]):
    """A date of which the year, the month or the day is known, such as a birth date.

    It is written in ISO form (``1975``, ``1975-03``, ``1975-03-09``). Eras are read as well
    (``昭和50年3月9日``, ``S50.3.9``, ``昭和50年``) and kept as ISO (brief section 7.2).
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={"examples": ["1975-03-09", "1975-03", "1975", "昭和50年3月9日"]},
    )

    @field_validator("root")
    @classmethod
    def _read(cls, written: str) -> str:
        text = _LOOSE_SPACE.sub("", half_width(written)).upper()
        match = _WRITTEN_OUT.fullmatch(text) or _WITH_MARKS.fullmatch(text)
        if match is None:
            raise invalid("partial_date.format", MESSAGES_EN)
        year = _western_year(match, "partial_date.format")
        month, day = (int(part) if part else None for part in match.group("month", "day"))
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError:
            raise invalid("partial_date.impossible", MESSAGES_EN) from None
        _check_era(match["era"], *_span(year, month, day))
        return "-".join([f"{year:04}", *(f"{part:02}" for part in (month, day) if part)])

    @property
    def year(self) -> int:
        """The western year."""
        return int(self.root[:4])

    @property
    def month(self) -> int | None:
        """The month, if it is known."""
        return int(self.root[5:7]) if len(self.root) > 4 else None

    @property
    def day(self) -> int | None:
        """The day of the month, if it is known."""
        return int(self.root[8:]) if len(self.root) > 7 else None

    def earliest(self) -> date:
        """Return the first day that it can mean."""
        return _span(self.year, self.month, self.day)[0]

    def latest(self) -> date:
        """Return the last day that it can mean."""
        return _span(self.year, self.month, self.day)[1]

    def __str__(self) -> str:
        """Write it in ISO form."""
        return self.root


def era_of(day: date) -> Era:
    """Return the era in force on that day; the borders are those of brief section 7.2."""
    for era in ERAS:
        if era.first_day <= day <= era.last_day:
            return era
    raise invalid("partial_date.year_range", MESSAGES_EN, first=FIRST_YEAR, last=LAST_YEAR)


def format_era(day: date | PartialDate) -> str:
    """Write a date by its era, as far as it is known: 令和8年11月21日, 昭和50年3月, 平成元年.

    A year or month in which the era changed is written by the later era, as fiscal years are.
    """
    era = era_of(day if isinstance(day, date) else day.latest())
    month, of_month = f"{day.month}月", f"{day.day}日"
    return f"{_era_year(era, day.year)}年{month if day.month else ''}{of_month if day.day else ''}"


def fiscal_year(day: date) -> int:
    """Return the fiscal year (年度): April 1 to March 31, named by the year in which it begins."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_label(year: int) -> str:
    """Write a fiscal year by the era at the end of its first calendar year: 2019 is 令和元年度."""
    return _era_year(era_of(date(year, 12, 31)), year) + "年度"


def parse_fiscal_year(text: str) -> int:
    """Read 2019年度, R1, 令和元年度, and 平成31年度, which is the same year."""
    match = _FISCAL_YEAR.fullmatch(_LOOSE_SPACE.sub("", half_width(text)).upper())
    if match is None:
        raise invalid("fiscal_year.format", MESSAGES_EN)
    year = _western_year(match, "fiscal_year.format")
    _check_era(match["era"], date(year, 4, 1), date(year + 1, 3, 31))
    return year


def day_of_reaching(birth: date, age: int) -> date:
    """Return the day at whose end an age is reached, the day before the birthday.

    年齢計算ニ関スル法律 with 民法143条: whoever is born on February 29 reaches it on February 28.
    """
    if (birth.month, birth.day) == (2, 29):
        return date(birth.year + age, 2, 28)
    return birth.replace(year=birth.year + age) - timedelta(days=1)


def age_on(birth: date, on: date) -> int:
    """Return the age reached by the end of a day (年齢計算ニ関スル法律).

    It goes up on the day before the birthday: born on April 1, a child is six on March 31.
    """
    if on < birth:
        raise invalid("age.before_birth", MESSAGES_EN)
    next_day = on + timedelta(days=1)
    had_birthday = (next_day.month, next_day.day) >= (birth.month, birth.day)
    return next_day.year - birth.year - (not had_birthday)


def age_range(birth: PartialDate, on: date) -> tuple[int, int]:
    """Return the lowest and highest age that a partly known birth date allows on a day."""
    return age_on(min(birth.latest(), max(on, birth.earliest())), on), age_on(birth.earliest(), on)


def end_of_school_age_18(birth: date) -> date:
    """Return 18歳に達する日以後の最初の3月31日; for a birth on April 1 that very day counts."""
    reached = day_of_reaching(birth, 18)
    return date(fiscal_year(reached) + 1, 3, 31)


@lru_cache(maxsize=1024)
def jst_date(moment: datetime) -> date:
    """Return the Japanese calendar day of a moment; a moment without a zone is an error."""
    if moment.tzinfo is None:
        raise ValueError("A moment must say its time zone.")
    return moment.astimezone(JST).date()


def is_closed(day: date, holidays: Collection[date]) -> bool:
    """Say whether offices are closed: weekends, holidays, December 29 to January 3."""
    new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() >= 5 or new_year or day in holidays


def add_working_days(start: date, n: int, holidays: Collection[date]) -> date:
    """Return the n-th working day after ``start``; for none it is ``start``, closed or not."""
    if n < 0:
        raise ValueError("Working days are counted forward.")
    day = start
    for _ in range(n):
        day += timedelta(days=1)
        while is_closed(day, holidays):
            day += timedelta(days=1)
    return day


def next_april_1(day: date) -> date:
    """Return the first April 1 after a day, when the next fiscal year begins."""
    return date(fiscal_year(day) + 1, 4, 1)


def _span(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    last_day = day or monthrange(year, month or 12)[1]
    return date(year, month or 1, day or 1), date(year, month or 12, last_day)


def _western_year(match: re.Match[str], unreadable: str) -> int:
    """Count the year from its era, up to three digits; without an era it must have four."""
    era, written = match["era"], match["year"]
    counted = 1 if written == "元" else int(written)
    if (era is None) != (len(written) == 4) or counted == 0:
        raise invalid(unreadable, MESSAGES_EN)
    year = _ERA_WRITTEN[era].year_one + counted - 1 if era else counted
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise invalid("partial_date.year_range", MESSAGES_EN, first=FIRST_YEAR, last=LAST_YEAR)
    return year


def _check_era(written: str | None, first: date, last: date) -> None:
    era = _ERA_WRITTEN.get(written or "")
    if era and not (era.first_day <= last and first <= era.last_day):
        raise invalid("era.outside", MESSAGES_EN)


def _era_year(era: Era, year: int) -> str:
    counted = year - era.year_one + 1
    return f"{era.name}{'元' if counted == 1 else counted}"
