"""What a list changes in the directory: added, changed, as before; ids stay with their codes."""

import itertools
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.directory import Agency, Position, Tenure
from service.domain.errors import Invalid
from service.domain.import_directory import COLUMNS, DirectoryKind, read_day, read_mail
from service.domain.import_plan import Known, Plan, plan
from service.domain.import_rows import Row, Sheet, folded
from service.domain.problems import VALUE_MESSAGES
from service.domain.role import Role

from service.demo.city import AGENCY_ID, ISSUERS, directory  # isort: skip

CITY = directory({name: f"https://{name}.example.jp" for name in ISSUERS})
KNOWN = Known(
    kinds=tuple(CITY.agency_kinds),
    municipalities=tuple(CITY.municipalities),
    areas=tuple(CITY.areas),
    agencies=tuple(CITY.agencies),
    desks=tuple(CITY.desks),
    positions=tuple(CITY.positions),
    tenures=tuple(CITY.tenures),
    issuers=tuple(CITY.issuers),
)


def made(kind: DirectoryKind, headings: str, *rows: str, known: Known = KNOWN) -> Plan:
    sheet = Sheet(
        tuple(headings.split(",")),
        tuple(Row(n, tuple(r.split(","))) for n, r in enumerate(rows, 2)),
    )
    ids = (UUID(int=n) for n in itertools.count(1))
    return plan(kind, sheet, known, lambda: next(ids))


def faults(kind: DirectoryKind, headings: str, *rows: str) -> set[tuple[int, str, str]]:
    with pytest.raises(Invalid) as caught:
        made(kind, headings, *rows)
    assert {f.code for f in caught.value.faults} <= set(VALUE_MESSAGES)
    return {(f.row, f.column, f.code) for f in caught.value.faults}


AGENCY = "機関コード,機関名,種別,市区町村コード,有効開始日"
J = "mihon_jiritsu,みほん市 自立相談支援センター"


def test_what_is_as_before_is_no_change() -> None:
    found = made(DirectoryKind.AGENCIES, AGENCY, f"{J},自立相談支援機関,999997,2024-04-01")
    assert (found.changes, found.unchanged, found.rows) == ((), 1, 1)


def test_a_column_that_is_not_there_leaves_what_is_known_and_an_empty_cell_empties_it() -> None:
    kept = made(DirectoryKind.AGENCIES, AGENCY, f"{J},self_reliance_agency,999997,R6.4.2")
    (change,) = kept.changes
    assert isinstance(change.after, Agency)
    assert change.after.phone == "099-999-0163"
    assert change.after.id == AGENCY_ID["J"]
    emptied = made(
        DirectoryKind.AGENCIES, AGENCY + ",電話", f"{J},self_reliance_agency,999997,R6.4.1,"
    )
    (change,) = emptied.changes
    assert isinstance(change.after, Agency)
    assert change.after.phone is None


POSITION = "機関コード,役職コード,役職名,職種,職員名,ログインID(sub),着任日,有効開始日"
CHIEF = "mihon_jiritsu,j_consultant,主任相談支援員,主任相談支援員"


def test_a_new_position_with_its_holder() -> None:
    found = made(
        DirectoryKind.POSITIONS,
        POSITION,
        "mihon_jiritsu,j_new,相談支援員,consultant,見本 花子,sub-9,,2026/4/1",
    )
    position, tenure = (c.after for c in found.changes)
    assert isinstance(position, Position)
    assert isinstance(tenure, Tenure)
    assert position.role is Role.CONSULTANT
    assert (tenure.position_id, tenure.iss) == (position.id, "https://council.example.jp")
    assert (found.added, found.changed, found.unchanged) == (2, 0, 0)


def test_the_same_holder_stays_and_another_one_follows() -> None:
    same = made(DirectoryKind.POSITIONS, POSITION, f"{CHIEF},木村,sub-j-consultant,,2024-04-01")
    assert same.changes == ()
    next_one = made(DirectoryKind.POSITIONS, POSITION, f"{CHIEF},後任,sub-9,2027-04-01,2024-04-01")
    before, after = next_one.changes
    assert isinstance(before.after, Tenure)
    assert isinstance(after.after, Tenure)
    assert before.after.valid_until == date(2027, 3, 31)
    assert (after.before, after.after.valid_from) == (None, date(2027, 4, 1))


def test_faults_of_references() -> None:
    kinds = DirectoryKind
    assert faults(kinds.POSITIONS, POSITION, f"{CHIEF},木村,,,2024-04-01") == {
        (2, "職員名", "import.holder_incomplete")
    }
    assert faults(
        kinds.POSITIONS, POSITION + ",ログイン元(iss)", f"{CHIEF},木村,x,,2024-04-01,https://x"
    ) == {(2, "ログイン元(iss)", "import.unknown_issuer")}
    assert faults(
        kinds.AGENCIES,
        AGENCY + ",有効終了日",
        "a,い,npo,011002,2026-04-01,2026-03-31",
        "a,ろ,知らない,999997,2026-04,",
        "b,は,npo,999997,2026-04-01,",
        "b,は,npo,999997,2026-04-01,",
    ) == {
        (2, "市区町村コード", "import.unknown_municipality"),
        (2, "有効終了日", "import.ends_before_start"),
        (3, "有効開始日", "import.day"),
        (5, "機関コード", "import.code_twice"),
    }
    desk = "機関コード,窓口名,対応地区,対応分野,有効開始日"
    assert faults(
        kinds.DESKS, desk, "x,窓口,,,2026-04-01", "mihon_jiritsu,窓口,月面,,2026-04-01"
    ) == {(2, "機関コード", "import.unknown_agency"), (3, "対応地区", "import.unknown_area")}


def test_a_desk_of_a_theme_nobody_can_write() -> None:
    desk = "機関コード,窓口名,対応分野,有効開始日"
    (fault,) = faults(DirectoryKind.DESKS, desk, "mihon_jiritsu,窓口,借金,2026-04-01")
    assert fault[0] == 2


@pytest.mark.parametrize(
    "written", ["2026/4/1", "2026-04-01", "令和8年4月1日", "R8.4.1", "２０２６／４／１", "2026.4.1"]
)
def test_days(written: str) -> None:
    assert read_day(written) == date(2026, 4, 1)


@pytest.mark.parametrize("wrong", ["x", "a@b", "a b@c.jp", "@c.jp", "a@c.jp,b@c.jp "])
def test_what_is_no_mail_address(wrong: str) -> None:
    with pytest.raises(ValueError, match="e-mail"):
        read_mail(wrong)


def test_no_two_columns_share_a_heading() -> None:
    for columns in COLUMNS.values():
        words = [folded(w) for c in columns for w in (c.heading, c.name, *c.also)]
        assert len(set(words)) == len(words)


@given(st.sampled_from(DirectoryKind), st.lists(st.lists(st.text(max_size=8)), max_size=3))
def test_whatever_stands_there_is_planned_or_refused(kind: DirectoryKind, rows: list[Any]) -> None:
    headings = tuple(c.heading for c in COLUMNS[kind])
    marked = [tuple(f"{cell}カナリア" for cell in row[: len(headings)]) for row in rows]
    sheet = Sheet(headings, tuple(Row(n, r) for n, r in enumerate(marked, 2)))
    try:
        plan(kind, sheet, KNOWN, lambda: UUID(int=1))
    except Invalid as refusal:
        assert "カナリア" not in str([*refusal.faults, refusal.facts])  # noqa: PT017 - either is right
