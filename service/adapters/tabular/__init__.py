"""Files of rows, as clerks save them: CSV in UTF-8 or Shift_JIS, and XLSX.

A file is what its first bytes say, whatever it is called. What is no table at all is refused
in one sentence; what is wrong with single cells is told of every cell at once.
"""

from service.adapters.tabular.csv_files import read_csv
from service.application.import_ports import TableLimits
from service.domain.errors import Invalid, TooLarge
from service.domain.import_rows import Sheet

__all__ = ["TabularFiles"]

_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_OTHERS = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"PK\x05\x06", b"<!DOCTYPE", b"<html")


class TabularFiles:
    """Reads a file of rows."""

    def read(self, content: bytes, limits: TableLimits) -> Sheet:
        """Its headings and rows. Raises Invalid or TooLarge; never quotes the file."""
        if not content.strip():
            raise Invalid("import.file_empty")
        if content.startswith(_OLD_EXCEL):
            raise Invalid("import.file_old_excel")
        if content.startswith(_ZIP):
            from service.adapters.tabular.xlsx_files import (  # noqa: PLC0415 - see service/serving.py
                read_xlsx,
            )

            return _checked(read_xlsx(content, limits), limits)
        if content.startswith(_OTHERS):
            raise Invalid("import.file_unreadable")
        return _checked(read_csv(content, limits), limits)


def _checked(sheet: Sheet, limits: TableLimits) -> Sheet:
    if not any(sheet.headings):
        raise Invalid("import.file_empty")
    if not sheet.rows:
        raise Invalid("import.no_rows")
    if len(sheet.rows) > limits.rows:
        raise TooLarge("import.too_many_rows", facts={"limit": limits.rows})
    return sheet
