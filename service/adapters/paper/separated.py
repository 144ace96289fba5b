"""Sheets as CSV that a program for spreadsheets opens as it is: UTF-8 with a mark, nothing calculates."""

import csv
import io
from collections.abc import Sequence

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from service.adapters.paper.writing import GETA
from service.domain.paper import Sheet, inert

_MARK = "\ufeff"


def render_csv(sheets: Sequence[Sheet]) -> bytes:
    """Write the sheets below each other, each under its title when there are several."""
    written = io.StringIO(newline="")
    lines = csv.writer(written, lineterminator="\r\n")
    for number, sheet in enumerate(sheets):
        if number:
            lines.writerow(())
        if len(sheets) > 1:
            lines.writerow((inert(sheet.title),))
        lines.writerows(
            [inert(ILLEGAL_CHARACTERS_RE.sub(GETA, text)) for text in row]
            for row in (sheet.headings, *sheet.rows)
        )
    return (_MARK + written.getvalue()).encode()
