"""What prints a paper; the words on it are the use cases' own."""

from collections.abc import Sequence
from typing import Protocol

from service.domain.paper import Paper, Sheet
from service.domain.survey_sheets import Bars


class Printer(Protocol):
    """Renders a paper. All calls block; the edge runs them beside the event loop."""

    def pdf(self, paper: Paper) -> bytes:
        """As PDF, to be kept."""

    def html(self, paper: Paper) -> str:
        """As one page, to be printed."""

    def missing(self, paper: Paper) -> tuple[str, ...]:
        """Letters on the paper that cannot be printed."""

    def xlsx(self, sheets: Sequence[Sheet]) -> bytes:
        """Sheets as a workbook, to be worked on."""

    def csv(self, sheets: Sequence[Sheet]) -> bytes:
        """Sheets below each other, separated by commas."""

    def svg(self, bars: Bars) -> bytes:
        """A chart as a picture."""


class Press(Protocol):
    """Prints a paper as PDF beside the event loop; refuses one that it could not print whole."""

    async def __call__(self, paper: Paper) -> bytes:
        """The printed bytes."""


class Bindery(Protocol):
    """Writes sheets as a workbook, beside the event loop."""

    async def __call__(self, sheets: Sequence[Sheet]) -> bytes:
        """The workbook's bytes."""
