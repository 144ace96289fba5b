"""A form as a clerk recognises it: numbered options, ※, signature lines, room to write by hand."""

from collections.abc import Mapping, Sequence
from datetime import date

from service.domain.calendar_jp import format_era
from service.domain.form import CHOOSING, FieldKind, FormDefinition, FormField, FormSection
from service.domain.form_filling import FieldState, FilledField, FilledForm, FilledSection
from service.domain.paper import Box, Grid, Paper, Section, Tick

CAUTION = "取扱注意"
#: The marks of the standard form: ○ for each worry, ◎ for the worst.
EACH, WORST = "○", "◎"
TICKED, OPEN = "■", "□"
_BLANK_DATE = "　　　　年　　　月　　　日"
_BLANK_ERA = "大・昭・平・令　 年　 月　 日"
#: Room for handwriting in an empty box, in lines.
_ROOM = {FieldKind.LONG_TEXT: 3, FieldKind.SIGNATURE: 2}


def form_paper(
    definition: FormDefinition,
    filled: FilledForm,
    *,
    issuer: str,
    made_on: date,
    empty: bool = False,
    persons_copy: bool = False,
) -> Paper:
    """The form as a document; an empty one has room to fill it in by hand."""
    shown = {s.code: s for s in filled.sections}
    sections = tuple(
        _section(section, shown[section.code])
        for section in definition.sections
        if section.code in shown
    )
    number = f"{definition.number_ja} " if definition.number_ja else ""
    since = format_era(definition.valid_from)
    own = "（自治体版）" if definition.municipality_code else ""
    notes = [
        "「※」は、原則として必ず記入する項目です。",
        f"様式：{definition.name_ja} 第{definition.version}版{own} {since}から",
    ]
    if persons_copy:
        notes.append("この写しは、本人にお渡しするものです。")
    return Paper(
        title=f"{number}{definition.name_ja}",
        subtitle="（本人控え）" if persons_copy else None,
        issuer=issuer,
        number=None,
        made_on=made_on,
        sections=sections,
        notes=tuple(notes),
        caution=None if empty else CAUTION,
        is_form=True,
    )


def _section(section: FormSection, filled: FilledSection) -> Section:
    asked = {f.code: f for f in section.fields}
    if filled.lines is not None:
        grid = _table([asked[f.code] for f in section.fields], filled.lines, section.blank_lines)
        return Section(heading=section.heading_ja, grid=grid)
    boxes = _boxes(asked, filled.fields)
    return Section(
        heading=section.heading_ja,
        paragraphs=section.wording_ja,
        boxes=boxes,
        together=bool(section.wording_ja),
    )


def _boxes(asked: Mapping[str, FormField], fields: Sequence[FilledField]) -> tuple[Box, ...]:
    worst = next((f.value for f in fields if f.code == "worst"), None)
    boxes: list[Box] = []
    for field in fields:
        if field.code == "worst" and any(f.code == "worries" for f in fields):
            continue  # it is the ◎ among the worries
        boxes.append(_box(asked[field.code], field, worst))
    return tuple(_in_pairs(boxes))


def _in_pairs(boxes: Sequence[Box]) -> list[Box]:
    """Narrow boxes stand two in a row; one that stays alone takes the whole width."""
    placed: list[Box] = []
    alone = False
    for box in boxes:
        if box.wide and alone:
            placed[-1] = placed[-1].model_copy(update={"wide": True})
        placed.append(box)
        alone = not box.wide and not alone
    if alone:
        placed[-1] = placed[-1].model_copy(update={"wide": True})
    return placed


def _box(asked: FormField, field: FilledField, worst: str | None) -> Box:
    label = f"{asked.label_ja}※" if asked.required else asked.label_ja
    told = field.state in (FieldState.ANSWERED, FieldState.UNANSWERED)
    if asked.kind in CHOOSING and told:
        ticks = _ticks(asked, field, worst)
        return Box(label=label, ticks=ticks, value=_beside(asked, field), wide=_is_long(ticks))
    if asked.kind is FieldKind.YES_NO and told:
        chosen = {True: "yes", False: "no"}.get(field.value)
        ticks = (
            Tick(mark=TICKED if chosen == "yes" else OPEN, label="はい"),
            Tick(mark=TICKED if chosen == "no" else OPEN, label="いいえ"),
        )
        return Box(label=label, ticks=ticks)
    wide = asked.kind in (FieldKind.LONG_TEXT, FieldKind.SIGNATURE)
    room = 0 if field.said or asked.code == "address" else _ROOM.get(asked.kind, 1)
    return Box(label=label, value=field.said or _to_write(asked), wide=wide, room=room)


def _is_long(ticks: Sequence[Tick]) -> bool:
    """Whether the options need more than half of the page."""
    return sum(len(t.label) + 2 for t in ticks) > 20


def _to_write(asked: FormField) -> str:
    if asked.kind is FieldKind.ERA_DATE:
        return _BLANK_ERA if asked.code == "birth" else _BLANK_DATE
    if asked.kind is FieldKind.DATE:
        return _BLANK_DATE
    if asked.kind is FieldKind.YEN:
        return "　　　　　　　　円"
    return ""


def _ticks(asked: FormField, field: FilledField, worst: str | None) -> tuple[Tick, ...]:
    chosen = {field.value} if asked.kind is FieldKind.CHOICE else set(field.value or ())
    circles = asked.code == "worries"
    ticks = []
    for option in asked.options:
        mark = OPEN
        if option.code in chosen:
            mark = EACH if circles else TICKED
        if circles and option.code == worst:
            mark = WORST
        label = f"{option.number} {option.label_ja}" if option.number else option.label_ja
        ticks.append(Tick(mark=mark, label=label))
    return tuple(ticks)


def _beside(asked: FormField, field: FilledField) -> str:
    """A choice that is none of the options any more is written beside them."""
    known = {o.code for o in asked.options}
    odd = asked.kind is FieldKind.CHOICE and field.value is not None and field.value not in known
    return field.said if odd else ""


def _table(asked: Sequence[FormField], lines: Sequence[Sequence[FilledField]], blank: int) -> Grid:
    """Entries as a table: short boxes stand in the first column, long ones in the second."""
    if lines:
        there = {f.code for f in lines[0]}
        asked = [f for f in asked if f.code in there]
    long = [f for f in asked if f.kind is FieldKind.LONG_TEXT]
    if not long:
        columns = tuple(map(_heading, asked))
        rows = [tuple(f.said for f in line) for line in lines]
        return Grid(columns=columns, lines=tuple(rows or _blank(len(columns), blank)))
    short = [f for f in asked if f.kind is not FieldKind.LONG_TEXT]
    columns = ("・".join(map(_heading, short)), "・".join(map(_heading, long)))
    rows = [(_stacked(short, line), _stacked(long, line)) for line in lines]
    return Grid(columns=columns, lines=tuple(rows or _blank(2, blank)), widths=(36, 64))


def _heading(asked: FormField) -> str:
    return f"{asked.label_ja}※" if asked.required else asked.label_ja


def _blank(columns: int, count: int) -> list[tuple[str, ...]]:
    return [("",) * columns for _ in range(count)]


def _stacked(asked: Sequence[FormField], line: Sequence[FilledField]) -> str:
    """Several boxes in one cell, each with what it is; those without an answer are left out."""
    labels = {f.code: f.label_ja for f in asked}
    said = [(labels[f.code], f.said) for f in line if f.code in labels and f.said]
    return "\n".join(f"［{label}］{text}" for label, text in said)
