"""The characters of a paper: what cannot be shown is replaced by 〓, never left out unseen."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any

from service.domain.calendar_jp import format_era
from service.domain.paper import Paper
from service.domain.text import composed

#: The geta mark, which Japanese printers set where a type is missing.
GETA = "〓"
_LINE_END = re.compile(r"\r\n|[\r\x85\u2028\u2029]")
_NO_BREAK_SPACE = re.compile(r"[\xa0\u2007\u202f]")
#: Control characters, direction overrides (they disguise text), noncharacters.
_UNSHOWABLE = re.compile(
    r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufff9-\uffff]"
)
#: They choose between the forms of the character before them (異体字セレクタ).
_SELECTOR = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def readable(text: str) -> str:
    """Compose the text, make its line ends newlines, and show what cannot be printed as 〓."""
    text = _LINE_END.sub("\n", composed(text)).replace("\t", "    ")
    return _UNSHOWABLE.sub(GETA, _NO_BREAK_SPACE.sub(" ", text))


def is_ignorable(character: str) -> bool:
    """Say whether a character only steers its neighbours: joiners, selectors, soft hyphens."""
    return bool(_SELECTOR.match(character)) or unicodedata.category(character) == "Cf"


def both_calendars(day: date) -> str:
    """Write a date by its era and by the western year: 令和8年11月21日（2026年11月21日）."""
    return f"{format_era(day)}（{day.year}年{day.month}月{day.day}日）"


def words_of(paper: Paper, write: Callable[[str], str]) -> dict[str, Any]:
    """Take the paper apart for a template; every text has gone through ``write``."""

    def written(part: Any) -> Any:
        match part:
            case str():
                return write(part)
            case dict():
                return {name: written(value) for name, value in part.items()}
            case list() | tuple():
                return [written(value) for value in part]
            case _:
                return part

    words: dict[str, Any] = written(paper.model_dump(exclude={"made_on"}))
    return words | {"made_on": both_calendars(paper.made_on)}
