"""The answers to what a form alone asks, kept with the record they belong to."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter
from pydantic_core import PydanticCustomError

from service.domain.disclosure import D0, D1, D2, D3, D4, D7, Disclosable
from service.domain.errors import Invalid
from service.domain.form import FieldKind, FormDefinition, FormField
from service.domain.text import Code, Line, Paragraph

#: The largest sum that fits a box.
_MOST = 999_999_999

_READ: dict[FieldKind, TypeAdapter[Any]] = {
    FieldKind.TEXT: TypeAdapter(Line),
    FieldKind.LONG_TEXT: TypeAdapter(Paragraph),
    FieldKind.DATE: TypeAdapter(date),
    FieldKind.ERA_DATE: TypeAdapter(date),
    FieldKind.NUMBER: TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=_MOST)]),
    FieldKind.YEN: TypeAdapter(Annotated[int, Field(strict=True, ge=0, le=_MOST)]),
    FieldKind.YES_NO: TypeAdapter(Annotated[bool, Field(strict=True)]),
    FieldKind.CHOICE: TypeAdapter(Code),
    FieldKind.CHOICES: TypeAdapter(Annotated[list[Code], Field(max_length=60)]),
}


class AnswerForm(BaseModel):
    """What is written into the boxes that only the form has; all of them anew."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int | None = Field(
        default=None, ge=1, description="The form's version; empty: the one the record has."
    )
    answers: dict[Code, Any] = Field(max_length=120, description="By the codes of the fields.")


class Answer(Disclosable):
    """What stands in one box, as JSON; how far it may travel, its place among the answers says."""

    code: Annotated[Code, D0]
    value: Annotated[JsonValue, D0]


class Answers(Disclosable):
    """The answers, each under the class of its field."""

    d0: Annotated[tuple[Answer, ...], D0] = ()
    d1: Annotated[tuple[Answer, ...], D1] = ()
    d2: Annotated[tuple[Answer, ...], D2] = ()
    d3: Annotated[tuple[Answer, ...], D3] = ()
    d4: Annotated[tuple[Answer, ...], D4] = ()
    d7: Annotated[tuple[Answer, ...], D7] = ()

    @classmethod
    def of(cls, definition: FormDefinition, answers: Mapping[str, Any]) -> Self:
        """Sorted by class; an answer of a class without a place of its own cannot be."""
        sorted_by: dict[str, list[Answer]] = {name: [] for name in cls.model_fields}
        for field in definition.answer_fields:
            if field.code in answers:
                answer = Answer(code=field.code, value=answers[field.code])
                sorted_by[field.data_class.value.lower()].append(answer)
        return cls.model_validate(sorted_by)


class FormAnswers(Disclosable):
    """One agency's answers to one form about one record."""

    id: Annotated[UUID, D0]
    record_kind: Annotated[Code, D0]
    record_id: Annotated[UUID, D0]
    person_id: Annotated[UUID | None, D0] = None
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    form_code: Annotated[Code, D0]
    form_version: Annotated[int, D0]
    written_at: Annotated[datetime, D0]
    answers: Annotated[Answers, D0] = Answers()
    version: Annotated[int, D0] = 1


def read_answers(definition: FormDefinition, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept (JSON values). Raises Invalid naming the field by its code."""
    fields = {f.code: f for f in definition.answer_fields}
    read: dict[str, Any] = {}
    for code, value in given.items():
        field = fields.get(code)
        if field is None:
            raise Invalid("form.unknown_field", field="/answers")
        if value is None or value in ("", []):
            continue
        try:
            read[code] = read_answer(field, value)
        except ValueError:
            raise Invalid("form.answer", field=f"/answers/{field.code}") from None
    return read


def read_answer(field: FormField, value: Any) -> Any:
    """One answer in its JSON form. Raises ValueError for what the box cannot hold."""
    read = _READ[field.kind].validate_python(value)
    options = {o.code for o in field.options}
    if field.kind is FieldKind.CHOICE and read not in options:
        raise PydanticCustomError("form.answer", "no option")
    if field.kind is FieldKind.CHOICES:
        if not set(read) <= options:
            raise PydanticCustomError("form.answer", "no option")
        read = [o.code for o in field.options if o.code in read]
    return read.isoformat() if isinstance(read, date) else read
