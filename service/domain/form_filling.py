"""A form filled in from the record: each box with its answer, or why there is none.

"None" (なし), "unknown" (不明), "not asked yet" and "not open to you" are four different things,
and a form that mixed them up would mislead whoever works from it (row 0-02).
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import PartialDate, format_era
from service.domain.disclosure import (
    D0,
    D1,
    D2,
    D3,
    D4,
    D5,
    D6,
    D7,
    Classes,
    DataClass,
    Disclosable,
)
from service.domain.form import CHOOSING, FieldKind, FormDefinition, FormField, FormSection


class FieldState(StrEnum):
    """What became of a box."""

    ANSWERED = "answered"
    NONE = "none"
    UNKNOWN = "unknown"
    UNANSWERED = "unanswered"
    WITHHELD = "withheld"
    BY_HAND = "by_hand"

    @property
    def label_ja(self) -> str:
        """As it is written in the box where there is no answer."""
        return STATE_JA[self]


STATE_JA: dict[FieldState, str] = {
    FieldState.ANSWERED: "",
    FieldState.NONE: "なし",
    FieldState.UNKNOWN: "不明",
    FieldState.UNANSWERED: "",
    FieldState.WITHHELD: "（非開示）",
    FieldState.BY_HAND: "",
}


class FormCopy(Disclosable):
    """What a filled-in form tells of a person, for the audit log: who it is, and what is on it."""

    administrative: Annotated[str | None, D0] = None
    person: Annotated[str | None, D1] = None
    living: Annotated[str | None, D2] = None
    reasons: Annotated[str | None, D3] = None
    sensitive: Annotated[str | None, D4] = None
    protected: Annotated[str | None, D5] = None
    informant: Annotated[str | None, D6] = None
    opinion: Annotated[str | None, D7] = None


class PersonsCopy(Disclosable):
    """The same for the copy that the person gets: nothing of who told us, and no opinion."""

    administrative: Annotated[str | None, D0] = None
    person: Annotated[str | None, D1] = None
    living: Annotated[str | None, D2] = None
    reasons: Annotated[str | None, D3] = None
    sensitive: Annotated[str | None, D4] = None


class PartShown(BaseModel):
    """One part of the record as it is open: a value that is not in it was not disclosed."""

    model_config = ConfigDict(frozen=True)

    classes: Classes
    values: Mapping[str, Any] = {}
    none: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()


class Material(BaseModel):
    """What a form is filled in from: parts of a record, and entries that give a line each."""

    model_config = ConfigDict(frozen=True)

    parts: Mapping[str, PartShown] = {}
    lines: Mapping[str, tuple[PartShown, ...]] = {}
    #: Codes of the directory (kinds of agencies) in the field's words.
    labels: Mapping[str, str] = {}


class FilledField(BaseModel):
    """One box, filled in as far as it can be."""

    model_config = ConfigDict(frozen=True)

    code: str
    label_ja: str
    kind: FieldKind
    data_class: DataClass
    required: bool
    state: FieldState
    value: Any = Field(default=None, description="As the record has it: codes, ISO dates, yen.")
    said: str = Field(default="", description="As it is printed: labels, eras.")


class FilledSection(BaseModel):
    """One block."""

    model_config = ConfigDict(frozen=True)

    code: str
    heading_ja: str
    fields: tuple[FilledField, ...] = ()
    lines: tuple[tuple[FilledField, ...], ...] | None = None


class FilledForm(BaseModel):
    """A form of a certain version, filled in."""

    model_config = ConfigDict(frozen=True)

    form: str
    version: int
    number_ja: str | None
    name_ja: str
    sections: tuple[FilledSection, ...]
    unanswered: tuple[str, ...] = Field(description="Required fields (※) that nobody answered yet.")
    none: tuple[str, ...] = Field(description="Asked: there is none (なし).")
    unknown: tuple[str, ...] = Field(description="Asked: it could not be said (不明).")
    withheld: tuple[str, ...] = Field(description="Not open to the reader, whatever is in them.")


def fill(
    definition: FormDefinition, material: Material, leave_out: Classes = frozenset()
) -> FilledForm:
    """The form with what the material shows; fields of a class to ``leave_out`` are not on it."""
    sections = [_section(s, material, leave_out) for s in definition.sections]
    sections = [s for s in sections if s.fields or s.lines is not None or not leave_out]
    single = [f for s in sections for f in s.fields]

    def in_state(state: FieldState) -> tuple[str, ...]:
        return tuple(dict.fromkeys(f.code for f in single if f.state is state))

    unanswered = {f.code for f in single if f.state is FieldState.UNANSWERED and f.required}
    return FilledForm(
        form=definition.code,
        version=definition.version,
        number_ja=definition.number_ja,
        name_ja=definition.name_ja,
        sections=tuple(sections),
        unanswered=tuple(c for c in in_state(FieldState.UNANSWERED) if c in unanswered),
        none=in_state(FieldState.NONE),
        unknown=in_state(FieldState.UNKNOWN),
        withheld=in_state(FieldState.WITHHELD),
    )


def _section(section: FormSection, material: Material, leave_out: Classes) -> FilledSection:
    fields = [f for f in section.fields if f.data_class not in leave_out]
    if section.lines_of is None:
        filled = tuple(_field(f, material.parts, material.labels) for f in fields)
        return FilledSection(code=section.code, heading_ja=section.heading_ja, fields=filled)
    lines = tuple(
        tuple(_field(f, {"line": line}, material.labels) for f in fields)
        for line in material.lines.get(section.lines_of, ())
    )
    return FilledSection(code=section.code, heading_ja=section.heading_ja, lines=lines)


def _field(
    field: FormField, parts: Mapping[str, PartShown], labels: Mapping[str, str]
) -> FilledField:
    state, value = _answer(field, parts)
    said = written(field, value, labels) if state is FieldState.ANSWERED else state.label_ja
    return FilledField(
        code=field.code,
        label_ja=field.label_ja,
        kind=field.kind,
        data_class=field.data_class,
        required=field.required,
        state=state,
        value=value,
        said=said,
    )


def _answer(  # noqa: PLR0911 - one return a state
    field: FormField, parts: Mapping[str, PartShown]
) -> tuple[FieldState, Any]:
    if field.source is None:
        return FieldState.BY_HAND, None
    name, key = field.place
    part = parts.get(name)
    if part is None:
        return FieldState.UNANSWERED, None
    if field.data_class not in part.classes:
        return FieldState.WITHHELD, None
    if key in part.none:
        return FieldState.NONE, None
    if key in part.unknown:
        return FieldState.UNKNOWN, None
    value = part.values.get(key)
    if field.kind in CHOOSING:
        value = _chosen(field, value)
    if value is None or value in ("", [], ()):
        return FieldState.UNANSWERED, None
    return FieldState.ANSWERED, value


def _chosen(field: FormField, value: Any) -> Any:
    """Of several, those that are options here; a single one as it is."""
    if field.kind is FieldKind.CHOICE or value is None:
        return value
    return [o.code for o in field.options if o.code in value]


def written(  # noqa: PLR0911 - one return a kind
    field: FormField, value: Any, labels: Mapping[str, str] | None = None
) -> str:
    """An answer in the words of the form."""
    options = {
        o.code: f"{o.number} {o.label_ja}" if o.number else o.label_ja for o in field.options
    }
    match field.kind:
        case FieldKind.CHOICE:
            return options.get(value, (labels or {}).get(value, str(value)))
        case FieldKind.CHOICES:
            return "\n".join(options[v] for v in value)
        case FieldKind.YES_NO:
            return "はい" if value else "いいえ"
        case FieldKind.ERA_DATE:
            return format_era(PartialDate.model_validate(str(value)))
        case FieldKind.DATE:
            day = date.fromisoformat(str(value))
            return f"{day.year}年{day.month}月{day.day}日"
        case FieldKind.YEN:
            return f"{int(value):,}円"
        case FieldKind.NUMBER:
            return str(value)
        case _:
            return (labels or {}).get(str(value), str(value))
