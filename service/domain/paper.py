"""What is printed and handed over: receipts, disclosures (開示文書), the papers of a conference.

The disclosure answers a request by the person (個人情報の保護に関する法律 第82条). A paper is
words in their order; fonts, pages and tags are its renderer's business.
"""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Row(BaseModel):
    """One line of a table: what is told, and what it is."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str


class Grid(BaseModel):
    """A table of several columns; every line has as many cells as there are columns."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...] = Field(min_length=1)
    lines: tuple[tuple[str, ...], ...]
    #: How wide the columns are, in proportion; empty: as wide as what stands in them.
    widths: tuple[int, ...] = ()


class Tick(BaseModel):
    """An option of a form, with its mark; what was not chosen is printed as well."""

    model_config = ConfigDict(frozen=True)

    mark: str
    label: str


class Box(BaseModel):
    """A box of a form: what is asked, what is answered or ticked, and room to write by hand."""

    model_config = ConfigDict(frozen=True)

    label: str
    value: str = ""
    ticks: tuple[Tick, ...] = ()
    #: Whether it takes the whole width of the page.
    wide: bool = False
    #: Empty lines to write in.
    room: int = 0


class Section(BaseModel):
    """A heading, which may be empty, the rows below it, a table, and the paragraphs below those."""

    model_config = ConfigDict(frozen=True)

    heading: str
    rows: tuple[Row, ...] = ()
    grid: Grid | None = None
    paragraphs: tuple[str, ...] = ()
    #: The boxes of a form, below the paragraphs.
    boxes: tuple[Box, ...] = ()
    #: What is signed stands on one page with the words that are signed.
    together: bool = False


class Paper(BaseModel):
    """A whole document; the same paper is always printed the same."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[str, Field(min_length=1)]
    subtitle: str | None = None
    issuer: str
    number: str | None
    made_on: date
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()
    #: How it is to be handled (取扱注意), in red at the head of every page.
    caution: str | None = None
    #: To whom and when it was issued, below the date.
    issued: tuple[str, ...] = ()
    #: Which copy it is and whose, behind the text of every page.
    watermark: str | None = None
    #: A form (帳票): set closely, with the margins that clerks file.
    is_form: bool = False


class Sheet(BaseModel):
    """One sheet of a workbook: a title, headings, rows of text."""

    model_config = ConfigDict(frozen=True)

    title: Annotated[str, Field(min_length=1, max_length=31)]
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


#: What makes a program for spreadsheets calculate instead of show.
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def inert(text: str) -> str:
    """The text as a cell that is only ever shown, also once it is saved as CSV."""
    return f"'{text}" if text.lstrip(" \n\u3000").startswith(_STARTS_A_FORMULA) else text
