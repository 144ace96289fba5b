"""XLSX, read cell by cell: values only, one visible sheet, and no more than it admits to."""

import io
import warnings
import zipfile
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import ParseError
from zlib import error as ZlibError  # noqa: N812 - it is called error in its own module

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from service.adapters.tabular.csv_files import beyond_headings
from service.application.import_ports import TableLimits
from service.domain.errors import Invalid, TooLarge
from service.domain.import_rows import CellFault, Faults, Row, Sheet, letter

#: What a broken or forged file makes its readers say.
_BROKEN = (
    InvalidFileException,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    ParseError,
    ZlibError,
    zipfile.BadZipFile,
)
#: Parts of a file: a workbook of one sheet has about a dozen.
_MOST_PARTS = 500
#: A sheet that claims 16,384 columns is not walked to its end; Excel has no more rows than these.
_MOST_COLUMNS, _LAST_ROW = 200, 1_048_576
_MERGED = b"<mergeCell "
#: A document type is never needed, and lets a small file grow without end.
_DOCTYPE = b"<!DOCTYPE"
_CHUNK = 1024 * 1024


def read_xlsx(content: bytes, limits: TableLimits) -> Sheet:
    """The table in the one visible sheet. Raises Invalid or TooLarge."""
    try:
        merged = _looked_through(content, limits)
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out (styles, validation): nothing that is read.
            warnings.simplefilter("ignore")
            return _read(content, limits, merged=merged)
    except _BROKEN:
        raise Invalid("import.file_unreadable") from None


def _looked_through(content: bytes, limits: TableLimits) -> bool:
    """Unpacks every part once, counting; whether any cells are merged."""
    merged, unpacked = False, 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > _MOST_PARTS:
            raise TooLarge("import.unpacked_too_large")
        # What the parts admit to is what they are read to: no part yields more than it says.
        if sum(part.file_size for part in parts) > limits.unpacked:
            raise TooLarge("import.unpacked_too_large")
        if "xl/workbook.xml" not in archive.namelist():
            raise Invalid("import.file_unreadable")
        for part in parts:
            before = b""
            with archive.open(part) as opened:
                while chunk := opened.read(_CHUNK):
                    unpacked += len(chunk)
                    if unpacked > limits.unpacked:
                        raise TooLarge("import.unpacked_too_large")
                    joined = before + chunk
                    if part.filename.endswith((".xml", ".rels")) and _DOCTYPE in joined:
                        raise Invalid("import.file_unreadable")
                    if part.filename.startswith("xl/worksheets/") and _MERGED in joined:
                        merged = True
                    before = joined[-len(_MERGED) :]
    return merged


def _read(content: bytes, limits: TableLimits, *, merged: bool) -> Sheet:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    try:
        sheets = book.worksheets
        if any(sheet.sheet_state != "visible" for sheet in sheets):
            raise Invalid("import.hidden_sheet")
        if limits.sheet is not None:
            sheets = [sheet for sheet in sheets if sheet.title == limits.sheet]
            if not sheets:
                raise Invalid("import.sheet_missing")
        if len(sheets) != 1:
            raise Invalid("import.several_sheets")
        faults = Faults()
        if merged:
            faults.add(1, "A", CellFault.MERGED)
        found = _rows(sheets[0], limits, faults)
        faults.refuse_if_any()
        return found
    finally:
        book.close()


def _rows(sheet: Any, limits: TableLimits, faults: Faults) -> Sheet:
    # The size a sheet claims may be a million rows; only those that are there are read.
    sheet.reset_dimensions()
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    for number, cells in enumerate(sheet.iter_rows(max_row=_LAST_ROW), 1):
        if len(cells) > _MOST_COLUMNS:
            raise TooLarge("import.too_wide", facts={"limit": _MOST_COLUMNS})
        written = tuple(_text(cell, number, place, faults) for place, cell in enumerate(cells))
        while written and not written[-1].strip():
            written = written[:-1]
        if number == 1:
            headings = tuple(h.strip() for h in written)
            continue
        if not written:
            continue
        if len(rows) >= limits.rows:
            raise TooLarge("import.too_many_rows", facts={"limit": limits.rows})
        rows.append(Row(number, written))
        beyond_headings(headings, rows[-1], faults)
    return Sheet(headings, tuple(rows))


def _text(cell: Any, row: int, place: int, faults: Faults) -> str:
    """A cell as somebody would type it; a number as its digits, a day as 2026-04-01."""
    value, kind = cell.value, getattr(cell, "data_type", "n")
    wrong = {"f": CellFault.FORMULA, "e": CellFault.IN_ERROR}.get(kind)
    if wrong is not None:
        faults.add(row, letter(place), wrong)
    if wrong is not None or value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, bool) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    return str(value)
