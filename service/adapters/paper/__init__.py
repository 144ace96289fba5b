"""Papers as PDF, to be kept, and as a page of HTML, to be looked at and printed."""

from collections.abc import Sequence

from service.adapters.paper.html import render_html
from service.adapters.paper.pdf import missing_characters, render_pdf
from service.adapters.paper.workbook import render_csv, render_xlsx
from service.domain.paper import Paper, Sheet

__all__ = [
    "PaperPrinter",
    "missing_characters",
    "render_csv",
    "render_html",
    "render_pdf",
    "render_xlsx",
]


class PaperPrinter:
    """The printer that the service is wired with."""

    def pdf(self, paper: Paper) -> bytes:
        """The paper as PDF; the same paper, the same bytes."""
        return render_pdf(paper)

    def html(self, paper: Paper) -> str:
        """The paper as one page without script or anything external."""
        return render_html(paper)

    def missing(self, paper: Paper) -> tuple[str, ...]:
        """Letters on the paper that the font does not have."""
        return missing_characters(paper)

    def csv(self, sheet: Sheet) -> bytes:
        """The sheet as comma-separated text."""
        return render_csv(sheet)

    def xlsx(self, sheets: Sequence[Sheet]) -> bytes:
        """The sheets as a workbook of text."""
        return render_xlsx(sheets)
