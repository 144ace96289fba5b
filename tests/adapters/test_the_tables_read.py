"""Files as clerks save them, and files that only look like it: a table, or one clear refusal."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from service.adapters.tabular import TabularFiles
from service.application.import_ports import TableLimits
from service.domain.errors import Fault, Invalid, Refusal, TooLarge
from service.domain.import_rows import Row, Sheet
from service.domain.problems import PROBLEMS

LIMITS = TableLimits(rows=100, unpacked=4 * 1024 * 1024)
SECRET = "カナリア"
#: With a character that Shift_JIS has only in Windows, and cells that look like formulas.
TEXT = "氏名,電話,備考\r\n髙橋 一,090-0000-0001,=1+1\r\n\r\n﨑山 二,+81,@x\r\n,,\r\n"
TABLE = Sheet(
    ("氏名", "電話", "備考"),
    (Row(2, ("髙橋 一", "090-0000-0001", "=1+1")), Row(4, ("﨑山 二", "+81", "@x"))),
)


def read(content: bytes, limits: TableLimits = LIMITS) -> Sheet:
    return TabularFiles().read(content, limits)


def refused(content: bytes, limits: TableLimits = LIMITS) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(content, limits)
    assert caught.value.code in PROBLEMS
    assert SECRET not in str(caught.value) + str(caught.value.facts) + str(caught.value.faults)
    return caught.value


# Text.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("tabs", [False, True])
def test_a_text_is_read_in_every_encoding_that_clerks_have(encoding: str, tabs: bool):
    text = TEXT.replace(",", "\t") if tabs else TEXT
    assert read(text.encode(encoding)) == TABLE


def test_line_ends_and_quoted_cells():
    quoted = '"氏名","備考"\n"借受, 一","一行目\n二行目"\n"借受 ""二""",\n'
    assert read(quoted.encode()).rows == (
        Row(2, ("借受, 一", "一行目\n二行目")),
        Row(3, ('借受 "二"', "")),
    )
    assert read("氏名\r借受 一\r".encode()).rows == (Row(2, ("借受 一",)),)


BROKEN_TEXTS: list[tuple[bytes, str]] = [
    (b"", "import.file_empty"),
    (b" \r\n\t\r\n", "import.file_empty"),
    (b",,\r\n1,2,3\r\n", "import.rows_invalid"),
    ("氏名\r\n\r\n,\r\n".encode(), "import.no_rows"),
    (f'氏名\r\n"{SECRET}\r\n'.encode(), "import.csv_broken"),
    (f'氏名\r\n"{SECRET}"x\r\n'.encode(), "import.csv_broken"),
    (b"\xff\xff\xfe\xfd,\x81", "import.encoding_unknown"),
    (b"\xef\xbb\xbf\xff\xff", "import.encoding_unknown"),
    (b"name\x00,x\r\na,b\r\n", "import.file_unreadable"),
    (b"%PDF-1.7\n" + SECRET.encode(), "import.file_unreadable"),
    (b"<!DOCTYPE html><table>", "import.file_unreadable"),
    (b"\x89PNG\r\n", "import.file_unreadable"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "import.file_old_excel"),
    (b"PK\x05\x06" + bytes(18), "import.file_unreadable"),
    (b"PK\x03\x04" + SECRET.encode(), "import.file_unreadable"),
]


@pytest.mark.parametrize(("content", "code"), BROKEN_TEXTS)
def test_what_is_no_text_of_rows(content: bytes, code: str):
    assert refused(content).code == code


def test_a_value_under_no_heading_is_a_fault():
    wrong = refused(f"氏名,,備考\na,{SECRET},b\na,,b,{SECRET}\na,,b,\n".encode())
    assert wrong.faults == (
        Fault(2, "B", "import.cells_beyond_headings"),
        Fault(3, "D", "import.cells_beyond_headings"),
    )


def test_a_cell_that_never_ends():
    assert refused(b"a\n" + b"x" * 200_000 + b"\n").code == "import.csv_broken"


def test_too_many_rows():
    assert len(read(b"a\n" + b"x\n" * 100).rows) == 100
    assert isinstance(refused(b"a\n" + b"x\n" * 101), TooLarge)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_comes_is_a_table_or_a_refusal(content: bytes):
    for head in (b"", b"PK\x03\x04", "氏名\n".encode()):
        try:
            read(head + content)
        except Refusal as refusal:
            assert refusal.code in PROBLEMS  # noqa: PT017 - either of two is right


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_categories=["C"])), min_size=2, max_size=2
        ),
        min_size=1,
        max_size=5,
    )
)
def test_what_a_spreadsheet_writes_is_what_is_read(rows: list[list[str]]):
    kept = io.StringIO()
    csv.writer(kept).writerows([["a", "b"], *rows])
    there = [(n, tuple(r)) for n, r in enumerate(rows, 2) if any(c.strip() for c in r)]
    try:
        found = read(kept.getvalue().encode()).rows
    except Invalid as refusal:
        assert (refusal.code, there) == ("import.no_rows", [])  # noqa: PT017 - as above
    else:
        assert [tuple(r) for r in found] == there


# Workbooks.


def workbook(change: Callable[[Workbook, Any], None] | None = None) -> bytes:
    book = Workbook()
    page = book.active
    for row in (TABLE.headings, TABLE.rows[0].cells, (), TABLE.rows[1].cells, ("", None)):
        page.append(row)
    for cell in ("C2", "B4", "C4"):
        page[cell].data_type = "s"
    if change is not None:
        change(book, page)
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def test_a_workbook_is_read_like_the_text():
    assert read(workbook()) == TABLE


def test_days_and_numbers_are_read_as_they_are_typed():
    def typed(_book: Workbook, page: Any) -> None:
        page.append((datetime(2026, 4, 1, 9, 30), date(1980, 2, 29), 3))  # noqa: DTZ001 - Excel has no zones
        page.append((3.0, 2.5, True))

    assert [r.cells for r in read(workbook(typed)).rows[2:]] == [
        ("2026-04-01", "1980-02-29", "3"),
        ("3", "2.5", "1"),
    ]


def _formula(_book: Workbook, page: Any) -> None:
    page["B2"] = f'="{SECRET}"'


def _error(_book: Workbook, page: Any) -> None:
    page["A4"].value, page["A4"].data_type = "#REF!", "e"


def _merged(_book: Workbook, page: Any) -> None:
    page.merge_cells("A4:B4")


def _hidden(book: Workbook, _page: Any) -> None:
    book.create_sheet("裏").sheet_state = "hidden"


def _two(book: Workbook, _page: Any) -> None:
    book.create_sheet("二枚目")


def _wide(_book: Workbook, page: Any) -> None:
    page["XFD2"] = SECRET


def _far_down(_book: Workbook, page: Any) -> None:
    page["A1048576"] = "最後の行"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_formula, Fault(2, "B", "import.formula")),
        (_error, Fault(4, "A", "import.cell_in_error")),
        (_merged, Fault(1, "A", "import.merged")),
        (_hidden, "import.hidden_sheet"),
        (_two, "import.several_sheets"),
        (_wide, "import.too_wide"),
    ],
)
def test_what_a_workbook_hides_is_refused(change: Any, said: Fault | str):
    wrong = refused(workbook(change))
    assert said in (wrong.code, *wrong.faults)


def test_a_cell_at_the_end_of_the_world_is_a_row_like_any_other():
    assert read(workbook(_far_down)).rows[-1] == Row(1_048_576, ("最後の行",))


def repacked(change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The workbook with its parts changed, and further ones."""
    kept = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in more.items():
            new.writestr(name, content)
    return kept.getvalue()


def test_a_bomb_is_not_unpacked():
    bomb = repacked(lambda _name, part: part, bomb=bytes(64 * 1024 * 1024))
    assert len(bomb) < 100_000
    assert refused(bomb).code == "import.unpacked_too_large"
    # One that lies about its size yields no more than it says.
    directory = bomb.rindex(b"PK\x01\x02")
    lying = bytearray(bomb)
    lying[directory + 24 : directory + 28] = (10).to_bytes(4, "little")
    assert refused(bytes(lying)).code == "import.file_unreadable"


def test_neither_an_entity_nor_a_forged_row_grows():
    def with_entity(name: str, part: bytes) -> bytes:
        forged = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
        return forged + part if name.startswith("xl/worksheets/") else part

    assert refused(repacked(with_entity)).code == "import.file_unreadable"

    def with_far_row(_name: str, part: bytes) -> bytes:
        return part.replace(b'<row r="4"', b'<row r="99999999999"').replace(b'r="A4"', b'r="A9"')

    assert read(repacked(with_far_row)).rows == TABLE.rows[:1]


def test_a_claimed_size_is_not_walked():
    def claims(_name: str, part: bytes) -> bytes:
        return part.replace(b'<dimension ref="A1:C4"', b'<dimension ref="A1:XFD1048576"')

    assert read(repacked(claims)) == TABLE


def test_a_damaged_workbook():
    whole = workbook()
    for cut in range(100, len(whole), 997):
        assert refused(whole[:cut]).code == "import.file_unreadable"

    def without(part: str) -> bytes:
        return repacked(lambda name, content: b"" if name == part else content)

    for part in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"):
        assert refused(without(part)).code == "import.file_unreadable"
