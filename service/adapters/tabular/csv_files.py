"""CSV and tab-separated text: UTF-8 with or without a mark, UTF-16 with one, Shift_JIS."""

import csv
import io

from service.application.import_ports import TableLimits
from service.domain.errors import Invalid, TooLarge
from service.domain.import_rows import CellFault, Faults, Row, Sheet, letter

#: Marks at the beginning that say how the rest is written.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
#: What Excel writes in Japan: Shift_JIS with the extensions of Windows.
_JAPANESE_WINDOWS = "cp932"


def read_csv(content: bytes, limits: TableLimits) -> Sheet:
    """The table in a text. A cell that begins with = or + is text like any other."""
    text = _decoded(content)
    if "\x00" in text:
        raise Invalid("import.file_unreadable")
    first_line = text.lstrip().partition("\n")[0]
    tabs = first_line.count("\t") > first_line.count(",")
    records = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if tabs else ",", strict=True
    )
    headings: tuple[str, ...] = ()
    rows: list[Row] = []
    faults = Faults()
    try:
        for number, record in enumerate(records, 1):
            cells = tuple(record)
            if number == 1:
                headings = tuple(h.strip() for h in cells)
                continue
            if not any(c.strip() for c in cells):
                continue
            if len(rows) >= limits.rows:
                raise TooLarge("import.too_many_rows", facts={"limit": limits.rows})
            rows.append(Row(number, cells))
            beyond_headings(headings, rows[-1], faults)
    except csv.Error:
        raise Invalid("import.csv_broken", facts={"line": records.line_num}) from None
    faults.refuse_if_any()
    return Sheet(headings, tuple(rows))


def beyond_headings(headings: tuple[str, ...], row: Row, faults: Faults) -> None:
    """A value under no heading would be dropped in silence: it is a fault."""
    for place, cell in enumerate(row.cells):
        if cell.strip() and (place >= len(headings) or not headings[place]):
            faults.add(row.number, letter(place), CellFault.BEYOND_HEADINGS)


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _as(content, encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _as(content, _JAPANESE_WINDOWS)


def _as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Invalid("import.encoding_unknown") from None
