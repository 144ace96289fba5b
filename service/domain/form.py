"""Forms (帳票) as dated definitions: which boxes a sheet has, and where in the record each is found.

A form says nothing about anybody. A version of it is never changed: a revision of the national
forms, or a municipality's own boxes, is another version, and old records keep theirs (brief §4.1).
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.access_question import RecordKind
from service.domain.disclosure import D0, DataClass, Disclosable
from service.domain.text import Code, Line, invalid

MESSAGES_EN = {
    "form.choice_without_options": "A choice needs at least two options, and only a choice has any.",
    "form.option_twice": "Each option of a field has its own code and its own number.",
}
MESSAGES_JA = {
    "form.choice_without_options": (
        "選択式の項目には二つ以上の選択肢が必要です。選択式でない項目に選択肢は付けられません。"
    ),
    "form.option_twice": "一つの項目の中で、選択肢のコードと番号は重複できません。",
}


class FieldKind(StrEnum):
    """What is written in a box."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DATE = "date"
    ERA_DATE = "era_date"
    NUMBER = "number"
    YEN = "yen"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    SIGNATURE = "signature"


CHOOSING = frozenset({FieldKind.CHOICE, FieldKind.CHOICES})


class Option(Disclosable):
    """One option, with the number that the form prints before it, if it prints one."""

    code: Annotated[Code, D0]
    label_ja: Annotated[Line, D0]
    number: Annotated[Line | None, D0] = None


class FormField(BaseModel):
    """One box of a form."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    label_ja: Line
    kind: FieldKind
    data_class: DataClass
    options: tuple[Option, ...] = ()
    required: bool = Field(default=False, description="※: to be filled in, in principle.")
    in_statistics: bool = Field(default=False, description="Bold frame: reported to the state.")
    source: Line | None = Field(
        default=None,
        description="Where in the record it is found; answers.* is what the form alone asks."
        " Empty: it is only written by hand.",
    )

    @model_validator(mode="after")
    def _options_fit(self) -> Self:
        chooses = self.kind in CHOOSING
        if chooses != (len(self.options) > 1) or (not chooses and self.options):
            raise invalid("form.choice_without_options", MESSAGES_EN)
        codes = [o.code for o in self.options]
        numbers = [o.number for o in self.options if o.number]
        if len(set(codes)) < len(codes) or len(set(numbers)) < len(numbers):
            raise invalid("form.option_twice", MESSAGES_EN)
        return self

    @property
    def place(self) -> tuple[str, str]:
        """The part of the record it is found in, and the field there."""
        part, _, field = (self.source or "").partition(".")
        return part, field


class FormSection(BaseModel):
    """A block of a form: single boxes, or a table with a line for each entry of the record."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    heading_ja: Line
    fields: tuple[FormField, ...] = ()
    lines_of: Code | None = Field(
        default=None, description="The entries of the record that give a line each."
    )
    wording_ja: tuple[str, ...] = Field(default=(), description="What the sheet says here.")
    blank_lines: int = Field(default=0, description="Empty lines to fill in by hand.")


class FormDefinition(BaseModel):
    """One version of a form, in force from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    version: int = Field(ge=1)
    number_ja: Line | None = Field(default=None, description="As printed: 【1】.")
    name_ja: Line
    valid_from: date
    valid_until: date | None = None
    municipality_code: str | None = Field(
        default=None, description="The municipality whose own version it is; empty: the standard."
    )
    records: frozenset[RecordKind] = Field(description="The records it is filled in from.")
    sections: tuple[FormSection, ...]

    def in_force(self, day: date) -> bool:
        """Whether it is the form of that day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    @property
    def fields(self) -> tuple[FormField, ...]:
        """The single boxes, in the order of the sheet."""
        return tuple(f for s in self.sections if s.lines_of is None for f in s.fields)

    @property
    def draws_on(self) -> frozenset[str]:
        """The parts and the entries of the record that it shows anything of."""
        parts = {f.place[0] for s in self.sections if s.lines_of is None for f in s.fields}
        return frozenset(parts | {s.lines_of for s in self.sections if s.lines_of})

    @property
    def answer_fields(self) -> tuple[FormField, ...]:
        """What the form alone asks: kept with the record as the answers to this form."""
        return tuple(f for f in self.fields if f.place[0] == ANSWERS)


#: The part of the record in which the answers to a form are kept.
ANSWERS = "answers"
