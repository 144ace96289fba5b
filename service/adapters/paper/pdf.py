"""A paper as PDF: A4, Japanese line breaking, an embedded font, tags for screen readers.

The texts travel to the typesetter as data. They are never read as its markup, it loads no
package, and it sees no fonts but ours.
"""

import json
import unicodedata
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import typst
from fontTools.ttLib import TTFont
from noto_cjk_sans_jp_regular import FONT_PATH

from service.adapters.paper.writing import GETA, is_ignorable, readable, words_of
from service.domain.paper import Paper


class _Glyphs(NamedTuple):
    """The characters a font shows, and the variants (a character, its selector) it tells apart."""

    characters: frozenset[str]
    variants: frozenset[tuple[str, str]]


def render_pdf(paper: Paper) -> bytes:
    """Set the paper as PDF; the same paper gives the same bytes."""
    words = words_of(paper, in_our_font)
    made_at = datetime.combine(paper.made_on, time(), UTC)
    day = {"year": made_at.year, "month": made_at.month, "day": made_at.day}
    pdf = typst.compile(
        _template(),
        font_paths=our_fonts(),
        format="pdf",
        ignore_system_fonts=True,
        # PDF/A for keeping, PDF/UA for screen readers; both refuse a text without glyphs.
        pdf_standards=["a-2a", "ua-1"],
        sys_inputs={"paper": json.dumps(words | {"day": day}, ensure_ascii=False)},
        timestamp=made_at,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("The typesetter gave no PDF.")
    return pdf


def missing_characters(paper: Paper) -> tuple[str, ...]:
    """Letters that our font has no glyph for, in the order of their numbers.

    A name with a mark in place of a character is another name: such a paper is not printed.
    """
    found: set[str] = set()

    def look(text: str) -> str:
        found.update(c for c in readable(text) if _is_letter(c) and c not in _glyphs().characters)
        return text

    words_of(paper, look)
    return tuple(sorted(found))


def _is_letter(character: str) -> bool:
    category = unicodedata.category(character)
    # What somebody drew for themself (外字) lies in the private use areas.
    return category.startswith("L") or category == "Co"


def in_our_font(text: str) -> str:
    """The text with a mark in place of every character that the font does not have."""
    glyphs = _glyphs()
    shown: list[str] = []
    for character in readable(text):
        before = shown[-1] if shown else ""
        if is_ignorable(character):
            if (before, character) in glyphs.variants:
                shown.append(character)
        elif character == "\n" or character in glyphs.characters:
            shown.append(character)
        else:
            shown.append(GETA)
    return "".join(shown)


@cache
def _template() -> bytes:
    return resources.files(__package__).joinpath("paper.typ").read_bytes()


@cache
def our_fonts() -> typst.Fonts:
    """Our font, and none of the system's."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(Path(str(FONT_PATH)).parent)],
    )


@cache
def _glyphs() -> _Glyphs:
    variants: set[tuple[str, str]] = set()
    with TTFont(str(FONT_PATH), lazy=True) as font:
        characters = frozenset(map(chr, font.getBestCmap()))
        for table in font["cmap"].tables:
            if table.format == 14:
                for selector, bases in table.uvsDict.items():
                    variants.update((chr(base), chr(selector)) for base, _ in bases)
    return _Glyphs(characters, frozenset(variants))
