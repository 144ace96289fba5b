"""What prints a paper; the words on it are the use cases' own."""

from typing import Protocol

from service.domain.paper import Paper


class Printer(Protocol):
    """Renders a paper. Both calls block; the edge runs them beside the event loop."""

    def pdf(self, paper: Paper) -> bytes:
        """As PDF, to be kept."""

    def html(self, paper: Paper) -> str:
        """As one page, to be printed."""
