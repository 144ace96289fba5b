"""A form as rows of a table: written out, and read back in.

One row a box: its code, what it asks, what stands in it. What is read back is compared with what
was written out, so that a file that nobody changed changes nothing.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic_core import PydanticCustomError

from service.domain.calendar_jp import PartialDate
from service.domain.form import ANSWERS, FieldKind, FormDefinition, FormField
from service.domain.form_answers import read_answer
from service.domain.form_filling import FieldState, FilledForm
from service.domain.import_rows import Faults, folded
from service.domain.import_rows import Sheet as Table
from service.domain.paper import Sheet
from service.domain.text import half_width

MESSAGES_EN = {
    "form.cell_box_twice": "Keep one row of this box and remove the other.",
    "form.cell_not_written_here": (
        "This box comes from another part of the record. Change it there, and put the cell back as it was."
    ),
    "form.cell_unknown_box": "This code is no box of this version. Export the form again and fill that file in.",
    "form.cell_unreadable": "This cannot stand in this box. Use the options and ways of writing of the sheet コード表.",
    "form.cell_wrong_form": "The file is of another form or version. Export this form again and fill that file in.",
}
MESSAGES_JA = {
    "form.cell_box_twice": "同じ項目の行が二つあります。一つにしてください。",
    "form.cell_not_written_here": (
        "この項目は、記録の別の画面で管理しています。そちらで変更し、このセルは元の値に戻してください。"
    ),
    "form.cell_unknown_box": "この版の帳票にない項目コードです。帳票をもう一度出力し、そのファイルに記入してください。",
    "form.cell_unreadable": "この項目に入れられない値です。「コード表」シートの選択肢と書き方に従ってください。",
    "form.cell_wrong_form": "別の帳票または別の版のファイルです。この帳票をもう一度出力し、そのファイルに記入してください。",
}

#: The sheet that is read back, and its columns.
TITLE = "帳票"
CODE, LABEL, VALUE = "項目コード", "項目", "値"
#: Rows that say which form it is.
FORM, VERSION = "_form", "_version"
#: The parts of a record that can be written through a form.
WRITABLE = ("intake", ANSWERS, "assessment")
_NONE, _UNKNOWN = "なし", "不明"
_YES_NO = {"はい": True, "有": True, "yes": True, "いいえ": False, "無": False, "no": False}


class Change(NamedTuple):
    """What a file says otherwise than the record: a value, none (なし), unknown (不明), or nothing."""

    field: FormField
    state: FieldState
    value: Any


def form_sheets(definition: FormDefinition, filled: FilledForm) -> list[Sheet]:
    """The form with a row for each box, the entries, and the lists of codes."""
    rows = [
        (FORM, "帳票", definition.code),
        (VERSION, "版", str(definition.version)),
        *((code, label, said) for code, (label, said) in _boxes(filled).items()),
    ]
    sheets = [Sheet(title=TITLE, headings=(CODE, LABEL, VALUE), rows=tuple(rows))]
    asked = {s.code: s for s in definition.sections}
    for section in filled.sections:
        if section.lines is not None:
            columns = asked[section.code].fields
            there = {f.code for line in section.lines[:1] for f in line} or {
                f.code for f in columns
            }
            headings = tuple(f.label_ja for f in columns if f.code in there)
            lines = tuple(tuple(f.said for f in line) for line in section.lines)
            sheets.append(Sheet(title=section.heading_ja[:31], headings=headings, rows=lines))
    codes = [
        (f.code, f.label_ja, o.number or "", o.code, o.label_ja)
        for f in definition.fields
        for o in f.options
    ]
    headings = (CODE, LABEL, "番号", "コード", "選択肢")
    sheets.append(Sheet(title="コード表", headings=headings, rows=tuple(codes)))
    return sheets


def _boxes(filled: FilledForm) -> dict[str, tuple[str, str]]:
    """The single boxes by code; a box that stands twice says the same twice."""
    return {
        f.code: (f.label_ja, f.said)
        for s in filled.sections
        for f in s.fields
        if f.state is not FieldState.BY_HAND
    }


def read_changes(definition: FormDefinition, filled: FilledForm, table: Table) -> list[Change]:
    """What the file says otherwise than the record. Raises Invalid, with every fault at once."""
    faults = Faults()
    places = _places(table, faults)
    faults.refuse_if_any()
    asked = {f.code: f for f in definition.fields}
    current = _boxes(filled)
    expected = {FORM: definition.code, VERSION: str(definition.version)}
    changes: list[Change] = []
    seen: set[str] = set()
    for row in table.rows:
        code, said = (_cell(row.cells, places[name]) for name in (CODE, VALUE))
        if code in seen:
            faults.add(row.number, CODE, "form.cell_box_twice")
        seen.add(code)
        if code in expected:
            if half_width(said) != expected[code]:
                faults.add(row.number, VALUE, "form.cell_wrong_form")
            continue
        field = asked.get(code)
        if field is None or code not in current:
            faults.add(row.number, CODE, "form.cell_unknown_box")
            continue
        if _same(said, current[code][1]):
            continue
        if field.place[0] not in WRITABLE:
            faults.add(row.number, VALUE, "form.cell_not_written_here")
            continue
        try:
            changes.append(_read(field, said))
        except (ValueError, PydanticCustomError):
            faults.add(row.number, VALUE, "form.cell_unreadable")
    if not set(expected) <= seen:
        faults.add(1, CODE, "form.cell_wrong_form")
    faults.refuse_if_any()
    return changes


def _places(table: Table, faults: Faults) -> Mapping[str, int]:
    known = {folded(name): name for name in (CODE, LABEL, VALUE)}
    places: dict[str, int] = {}
    for place, heading in enumerate(table.headings):
        name = known.get(folded(heading))
        if name is None and heading.strip():
            faults.add(1, chr(ord("A") + min(place, 25)), "import.heading_unknown")
        elif name in places:
            faults.add(1, name, "import.heading_twice")
        elif name is not None:
            places[name] = place
    for name in (CODE, VALUE):
        if name not in places:
            faults.add(1, name, "import.heading_missing")
    return places


def _cell(cells: tuple[str, ...], place: int) -> str:
    written = cells[place].strip() if place < len(cells) else ""
    # The mark before what would be a formula belongs to the file, not to the answer.
    return written.removeprefix("'")


def _same(said: str, before: str) -> bool:
    before = before.strip()
    return said.replace("\r\n", "\n") == (before.removeprefix("'"))


def _read(field: FormField, said: str) -> Change:
    intake = field.place[0] == "intake"
    if not said:
        return Change(field, FieldState.UNANSWERED, None)
    if intake and said in (_NONE, _UNKNOWN):
        return Change(field, FieldState.NONE if said == _NONE else FieldState.UNKNOWN, None)
    return Change(field, FieldState.ANSWERED, read_answer(field, _meant(field, said)))


def _meant(field: FormField, said: str) -> Any:
    """A cell as the answer that it means. Raises ValueError."""
    match field.kind:
        case FieldKind.CHOICE:
            return _option(field, said)
        case FieldKind.CHOICES:
            return [_option(field, line) for line in said.split("\n") if line.strip()]
        case FieldKind.YES_NO:
            if said not in _YES_NO:
                raise ValueError
            return _YES_NO[said]
        case FieldKind.NUMBER | FieldKind.YEN:
            return int(half_width(said).replace(",", "").removesuffix("円"))
        case FieldKind.DATE | FieldKind.ERA_DATE:
            return PartialDate.model_validate(said).root
        case _:
            return said


def _option(field: FormField, said: str) -> str:
    wanted = folded(said)
    for option in field.options:
        ways = [
            option.code,
            option.label_ja,
            option.number or "",
            f"{option.number} {option.label_ja}",
        ]
        if wanted in {folded(way) for way in ways if way}:
            return option.code
    raise ValueError
