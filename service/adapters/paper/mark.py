"""The mark of a copy as a page of its own, to be laid over the pages of somebody else's PDF."""

import json
from importlib import resources

import typst

from service.adapters.paper.pdf import in_our_font, our_fonts


def render_mark(words: str) -> bytes:
    """One page of A4 with the words across it, and nothing behind them."""
    page = typst.compile(
        resources.files(__package__).joinpath("mark.typ").read_bytes(),
        font_paths=our_fonts(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(in_our_font(words).split("\n"), ensure_ascii=False)},
    )
    if not isinstance(page, bytes):
        raise TypeError("The typesetter gave no PDF.")
    return page
