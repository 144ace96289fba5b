"""Papers as PDF, to be kept, and as a page of HTML, to be looked at and printed."""

from collections.abc import Sequence

from service.adapters.paper.bars import render_svg
from service.adapters.paper.html import render_html
from service.adapters.paper.pdf import missing_characters, render_pdf
from service.domain.paper import Paper, Sheet
from service.domain.survey_sheets import Bars

__all__ = [
    "PaperPrinter",
    "missing_characters",
    "render_html",
    "render_pdf",
    "render_svg",
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

    def xlsx(self, sheets: Sequence[Sheet]) -> bytes:
        """The sheets as a workbook of text."""
        from service.adapters.paper.workbook import (  # noqa: PLC0415 - see service/serving.py
            render_xlsx,
        )

        return render_xlsx(sheets)

    def csv(self, sheets: Sequence[Sheet]) -> bytes:
        """The sheets below each other, separated by commas."""
        from service.adapters.paper.separated import (  # noqa: PLC0415 - see service/serving.py
            render_csv,
        )

        return render_csv(sheets)

    def svg(self, bars: Bars) -> bytes:
        """The chart as a picture that says in words what it shows."""
        return render_svg(bars)
