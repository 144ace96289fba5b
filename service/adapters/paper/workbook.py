"""Sheets as a workbook (XLSX): text only, and nothing in it calculates."""

import io
import re
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from service.adapters.paper.writing import GETA
from service.domain.paper import Sheet, inert

_NOT_IN_A_TITLE = re.compile(r"[\\*?:/\[\]]")
#: As many characters as a cell takes, and as wide as a column gets.
_LONGEST = 32_767
_WIDEST = 60


def render_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Write the sheets in their order; every cell is text, also one that looks like a formula."""
    book = Workbook()
    book.remove(book.active)
    for sheet in sheets:
        page = book.create_sheet(_NOT_IN_A_TITLE.sub("・", sheet.title))
        for number, row in enumerate((sheet.headings, *sheet.rows), start=1):
            for place, text in enumerate(row, start=1):
                if not text:
                    continue
                cell = page.cell(row=number, column=place)
                cell.value = inert(ILLEGAL_CHARACTERS_RE.sub(GETA, text))[:_LONGEST]
                cell.data_type = "s"
                cell.alignment = Alignment(vertical="top", wrap_text=True)
                if number == 1:
                    cell.font = Font(bold=True)
        for place, column in enumerate(zip(sheet.headings, *sheet.rows, strict=True), start=1):
            wide = max(len(line) for text in column for line in f"{text}\n".split("\n"))
            page.column_dimensions[get_column_letter(place)].width = min(2 * wide + 2, _WIDEST)
        page.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
