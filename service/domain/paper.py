"""What is printed and handed over: a consent receipt (同意書の控え), a disclosure (開示文書).

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


class Section(BaseModel):
    """A heading, which may be empty, the rows below it, and the paragraphs below those."""

    model_config = ConfigDict(frozen=True)

    heading: str
    rows: tuple[Row, ...] = ()
    paragraphs: tuple[str, ...] = ()


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
