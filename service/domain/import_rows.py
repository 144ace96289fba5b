"""Reading a table row by row: which heading is meant, what stands in a cell, all faults at once.

A heading is a promise about its column, so one that nobody knows, that is missing or that
stands twice is a fault like a wrong cell. Faults name row, column and what to do; none
repeats what was written.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from service.domain.errors import Fault, Invalid
from service.domain.text import half_width, invalid

MESSAGES_EN = {
    "import.cell": "Correct this cell; what is written in it cannot be meant.",
    "import.cell_empty": "Fill in this cell; it is needed in every row.",
    "import.cell_in_error": "Correct the cell; the spreadsheet shows an error in it.",
    "import.cells_beyond_headings": "Give the column a heading, or empty its cells.",
    "import.choice": "Write one of: {choices}.",
    "import.formula": "Replace the formula by its value (copy, then paste values only).",
    "import.heading_missing": "Add a column with this heading, also if its cells stay empty.",
    "import.heading_twice": "Keep one column with this heading and remove the other.",
    "import.heading_unknown": (
        "Correct the heading of this column, or remove the column; only what is needed is taken."
    ),
    "import.merged": "Unmerge the cells, so that every row has its own values.",
    "import.number": "Write a whole number from {first} to {last}.",
}
MESSAGES_JA = {
    "import.cell": "入力内容を読み取れません。このセルを直してください。",
    "import.cell_empty": "必須の項目です。このセルに入力してください。",
    "import.cell_in_error": "セルが表計算のエラー表示になっています。値を直してください。",
    "import.cells_beyond_headings": (
        "見出しのない列に値があります。見出しを付けるか、値を消してください。"
    ),
    "import.choice": "次のいずれかを入力してください: {choices}。",
    "import.formula": "数式が入っています。コピーして「値のみ貼り付け」で値に置き換えてください。",
    "import.heading_missing": "この見出しの列を追加してください（値は空欄でもかまいません）。",
    "import.heading_twice": "同じ見出しの列が二つあります。一つにしてください。",
    "import.heading_unknown": (
        "この列の見出しは使えません。見出しを直すか、必要のない列は削除してください。"
    ),
    "import.merged": "セルの結合を解除し、行ごとに値を入力してください。",
    "import.number": "{first}から{last}までの整数を入力してください。",
}

#: Faults told at once; whoever mends these may find the rest.
MOST_FAULTS = 200


class CellFault(StrEnum):
    """What a reader of files finds before anybody looks at what the columns mean."""

    BEYOND_HEADINGS = "import.cells_beyond_headings"
    FORMULA = "import.formula"
    IN_ERROR = "import.cell_in_error"
    MERGED = "import.merged"


class Row(NamedTuple):
    """One row as it was written; ``number`` is the one the spreadsheet shows."""

    number: int
    cells: tuple[str, ...]


class Sheet(NamedTuple):
    """A table of a file: row 1 are the headings, empty rows are left out."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]


class Column(NamedTuple):
    """A column somebody may fill in."""

    name: str
    #: The heading as we write it.
    heading: str
    read: Callable[[str], Any]
    #: Other ways to write the heading.
    also: tuple[str, ...] = ()
    #: Whether the column must be there.
    needed: bool = False
    #: Whether every row must have a value in it.
    filled: bool = False


class Read(NamedTuple):
    """The values of one row, by the column's name; an empty cell is ``None``."""

    number: int
    values: Mapping[str, Any]


class Faults:
    """The faults of one file, in the order of its rows."""

    def __init__(self) -> None:
        """None so far."""
        self._found: list[Fault] = []

    def add(
        self, row: int, column: str, code: str, facts: Mapping[str, int | str] | None = None
    ) -> None:
        """One more."""
        self._found.append(Fault(row, column, code, dict(facts or {})))

    def add_error(
        self, row: int, column: str, error: PydanticCustomError | ValidationError
    ) -> None:
        """What a value said when it was refused; what it was is left out."""
        code, facts = _said(error)
        self.add(row, column, code, facts)

    def refuse_if_any(self) -> None:
        """Refuse the whole file for them. Raises Invalid."""
        if self._found:
            found = sorted(self._found, key=lambda f: f.row)
            raise Invalid(
                "import.rows_invalid",
                faults=found[:MOST_FAULTS],
                facts={"faults": len(found)},
            )

    def __len__(self) -> int:
        return len(self._found)


def _said(
    error: PydanticCustomError | ValidationError,
) -> tuple[str, dict[str, int | str]]:
    if isinstance(error, PydanticCustomError):
        return error.type, dict(error.context or {})
    first = error.errors(include_input=False, include_url=False)[0]
    # Our own sentences have a code with a dot; pydantic's have none.
    if "." not in first["type"]:
        return "import.cell", {}
    facts = {k: v for k, v in (first.get("ctx") or {}).items() if isinstance(v, int | str)}
    return first["type"], facts


def read_rows(sheet: Sheet, columns: Sequence[Column], faults: Faults) -> Iterator[Read]:
    """The rows that can be read, in order. The faults of the others are added to ``faults``."""
    places = _places(sheet.headings, columns, faults)
    if faults:
        return
    for row in sheet.rows:
        values: dict[str, Any] = {c.name: None for c in columns}
        before = len(faults)
        for column, place in places:
            written = row.cells[place].strip() if place < len(row.cells) else ""
            if not written:
                if column.filled:
                    faults.add(row.number, column.heading, "import.cell_empty")
                continue
            try:
                values[column.name] = column.read(written)
            except (PydanticCustomError, ValidationError) as error:
                faults.add_error(row.number, column.heading, error)
        if len(faults) == before:
            yield Read(row.number, values)


def _places(
    headings: Sequence[str], columns: Sequence[Column], faults: Faults
) -> list[tuple[Column, int]]:
    """Which column stands where; an unknown heading is named by its letter, never repeated."""
    known = {folded(written): c for c in columns for written in (c.heading, c.name, *c.also)}
    places = []
    for place, heading in enumerate(headings):
        column = known.get(folded(heading))
        if column is not None:
            places.append((column, place))
        elif heading.strip():
            faults.add(1, letter(place), "import.heading_unknown")
    counted = Counter(column.name for column, _ in places)
    for column in columns:
        if counted[column.name] > 1:
            faults.add(1, column.heading, "import.heading_twice")
        elif column.needed and not counted[column.name]:
            faults.add(1, column.heading, "import.heading_missing")
    return places


def folded(heading: str) -> str:
    """A heading without what clerks write differently: width, spaces, marks for 必須."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    text = "".join(c for c in text if not c.isspace())
    return text.replace("(必須)", "").replace("*", "").replace("※", "")


def letter(place: int) -> str:
    """The letter of a column as spreadsheets show it: 0 is A, 26 is AA."""
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def choice(labels: Mapping[str, Any], shown: Iterable[str]) -> Callable[[str], Any]:
    """Reads one of several words; ``shown`` are those that a refusal names."""
    known = {folded(word): value for word, value in labels.items()}
    choices = "・".join(shown)

    def read(text: str) -> Any:
        found = known.get(folded(text))
        if found is None:
            raise invalid("import.choice", MESSAGES_EN, choices=choices)
        return found

    return read


def whole_number(first: int, last: int) -> Callable[[str], int]:
    """Reads a whole number within bounds, full-width digits included."""

    def read(text: str) -> int:
        digits = half_width(text).removesuffix(".0")
        if not digits.isascii() or not digits.isdigit() or not first <= int(digits[:9]) <= last:
            raise invalid("import.number", MESSAGES_EN, first=first, last=last)
        return int(digits)

    return read
