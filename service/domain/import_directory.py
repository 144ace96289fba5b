"""The directory as clerks keep it: which columns a list of agencies, positions or areas has.

A column that is not there leaves what is known as it is; a cell that is empty empties it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from service.domain.calendar_jp import PartialDate
from service.domain.contact import read_phone_number
from service.domain.import_rows import (
    Column,
    Faults,
    Read,
    Sheet,
    choice,
    folded,
    read_rows,
)
from service.domain.municipality import read_municipality_code
from service.domain.role import Role
from service.domain.text import half_width, invalid, read_code, read_line

MESSAGES_EN = {
    "import.day": "Write the whole day, like 2026/4/1, 2026-04-01 or R8.4.1.",
    "import.mail": "Write one e-mail address.",
}
MESSAGES_JA = {
    "import.day": (
        "年月日まで入力してください（2026/4/1、2026-04-01、令和8年4月1日、R8.4.1のいずれか）。"
    ),
    "import.mail": "メールアドレスを一つ、半角で入力してください。",
}


class DirectoryKind(StrEnum):
    """What a list tells of."""

    AGENCIES = "agencies"
    AREA_WORKERS = "area-workers"
    AREAS = "areas"
    DESKS = "desks"
    POSITIONS = "positions"

    @property
    def label_ja(self) -> str:
        """The list in the field's words."""
        return DIRECTORY_KIND_JA[self]


DIRECTORY_KIND_JA: dict[DirectoryKind, str] = {
    DirectoryKind.AGENCIES: "機関名簿",
    DirectoryKind.AREA_WORKERS: "地区担当表",
    DirectoryKind.AREAS: "地区一覧",
    DirectoryKind.DESKS: "窓口一覧",
    DirectoryKind.POSITIONS: "役職・職員名簿",
}


class Line(NamedTuple):
    """One row as it was meant, with only the columns that the list has."""

    number: int
    values: Mapping[str, Any]


def read_day(text: str) -> date:
    """A whole day, in whatever calendar it is written."""
    day = PartialDate(text)
    if day.day is None:
        raise invalid("import.day", MESSAGES_EN)
    return day.earliest()


def read_mail(text: str) -> str:
    """An e-mail address; only that it can be one is looked at."""
    address = half_width(text)
    if not re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", address) or len(address) > 200:
        raise invalid("import.mail", MESSAGES_EN)
    return address


def read_number(text: str) -> str:
    """A telephone number that can be dialled, kept as it is printed in directories."""
    read_phone_number(text)
    return half_width(text)


def _code(text: str) -> str:
    return read_code(half_width(text).casefold())


def _codes(text: str) -> tuple[str, ...]:
    """Several, one after the other."""
    return tuple(dict.fromkeys(part for part in re.split(r"[\s、,,・/;]+", text) if part))


_read_role = choice(
    {role.label_ja: role for role in Role} | {role.value: role for role in Role},
    [
        Role.CONSULTANT.label_ja,
        Role.CHIEF_CONSULTANT.label_ja,
        Role.MUNICIPAL_OFFICER.label_ja,
        "…",
    ],
)
_read_yes = choice(
    dict.fromkeys(("有", "○", "〇", "はい", "1", "true"), True)
    | dict.fromkeys(("無", "×", "いいえ", "0", "false"), False),
    ("有", "無"),
)
_SINCE = Column("valid_from", "有効開始日", read_day, ("開始日",), needed=True, filled=True)
_UNTIL = Column("valid_until", "有効終了日", read_day, ("終了日",))
_AGENCY = Column("agency_code", "機関コード", _code, needed=True, filled=True)
_POSITION = Column("code", "役職コード", _code, needed=True, filled=True)
_TOWN = Column(
    "municipality_code",
    "市区町村コード",
    read_municipality_code,
    ("全国地方公共団体コード",),
    needed=True,
    filled=True,
)
_AREA = Column("area", "担当地区", partial(read_line, limit=64), ("地区",))
_PHONE = Column("phone", "電話", read_number, ("電話番号",))

COLUMNS: dict[DirectoryKind, tuple[Column, ...]] = {
    DirectoryKind.AGENCIES: (
        _AGENCY._replace(name="code"),
        Column("name", "機関名", read_line, needed=True, filled=True),
        Column(
            "kind", "種別", partial(read_line, limit=64), ("機関種別",), needed=True, filled=True
        ),
        _TOWN,
        Column("public_name", "公開名称", read_line),
        Column("legal_body", "法人コード", _code),
        _PHONE,
        Column("email", "メール", read_mail, ("メールアドレス",)),
        _SINCE,
        _UNTIL,
    ),
    DirectoryKind.POSITIONS: (
        _AGENCY,
        _POSITION,
        Column("title", "役職名", read_line, needed=True, filled=True),
        Column("role", "職種", _read_role, needed=True, filled=True),
        Column("department", "係", _code, ("部署",)),
        _AREA,
        Column("holder", "職員名", read_line, ("氏名",)),
        Column("iss", "ログイン元(iss)", partial(read_line, limit=400), ("ログイン元",)),
        Column("sub", "ログインID(sub)", read_line, ("ログインID",)),
        Column("holds_from", "着任日", read_day),
        Column("holds_until", "離任日", read_day),
        _SINCE,
        _UNTIL,
    ),
    DirectoryKind.AREAS: (
        _TOWN,
        Column("code", "地区コード", _code, needed=True, filled=True),
        Column("name", "地区名", read_line, needed=True, filled=True),
    ),
    DirectoryKind.DESKS: (
        _AGENCY,
        Column("name", "窓口名", read_line, needed=True, filled=True),
        _TOWN._replace(needed=False, filled=False),
        Column("themes", "対応分野", _codes, ("分野",)),
        Column("areas", "対応地区", _codes, ("地区",)),
        _PHONE,
        Column("fallback", "総合窓口(有/無)", _read_yes, ("総合窓口",)),
        _SINCE,
        _UNTIL,
    ),
    DirectoryKind.AREA_WORKERS: (
        _AGENCY,
        _POSITION,
        _AREA._replace(needed=True, filled=True),
        Column("deputy", "副担当役職コード", _code, ("副担当",)),
        _SINCE,
        _UNTIL,
    ),
}


def read_lines(kind: DirectoryKind, sheet: Sheet, faults: Faults) -> Iterator[Line]:
    """The rows that can be read; the faults of the others are added."""
    columns = COLUMNS[kind]
    stands = {folded(h) for h in sheet.headings}
    there = {
        c.name
        for c in columns
        if stands & {folded(written) for written in (c.heading, c.name, *c.also)}
    }
    for read in read_rows(sheet, columns, faults):
        yield Line(read.number, _given(read, there))


def _given(read: Read, there: set[str]) -> dict[str, Any]:
    return {name: value for name, value in read.values.items() if name in there}


def heading_of(kind: DirectoryKind, name: str) -> str:
    """The heading of a column, for a fault."""
    return next(c.heading for c in COLUMNS[kind] if c.name == name)


def headings_of(kind: DirectoryKind) -> Sequence[str]:
    """The headings of a kind of list."""
    return [c.heading for c in COLUMNS[kind]]
