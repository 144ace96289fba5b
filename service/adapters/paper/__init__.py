"""Papers as PDF, to be kept, and as a page of HTML, to be looked at and printed."""

from service.adapters.paper.html import render_html
from service.adapters.paper.pdf import render_pdf
from service.domain.paper import Paper

__all__ = ["PaperPrinter", "render_html", "render_pdf"]


class PaperPrinter:
    """The printer that the service is wired with."""

    def pdf(self, paper: Paper) -> bytes:
        """The paper as PDF; the same paper, the same bytes."""
        return render_pdf(paper)

    def html(self, paper: Paper) -> str:
        """The paper as one page without script or anything external."""
        return render_html(paper)
