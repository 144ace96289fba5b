"""The book of forms: the standard ones, and the versions that a municipality made of them.

A municipality only adds: its version is the standard one of its first day with a block of its own
boxes. Which version a record has is settled by the record's own day, never by today's.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.disclosure import D0, D1, D2, D3, D4, D7, DataClass, Disclosable
from service.domain.errors import Concealed, Invalid
from service.domain.form import (
    ANSWERS,
    FieldKind,
    FormDefinition,
    FormField,
    FormSection,
    Option,
)
from service.domain.form_collaboration import (
    ASSESSMENT,
    COLLABORATION_EVALUATION,
    PLAN,
    WITH,
    WITHOUT,
)
from service.domain.form_intake import INTAKE_APPLICATION, INTAKE_ASSESSMENT
from service.domain.form_support import EVALUATION, PLAN_APPLICATION, PLAN_BEFORE, PROGRESS
from service.domain.text import Code, Line, invalid

MESSAGES_EN = {
    "form.extra_class": "A field of a municipality's own belongs to class D0 to D4, or D7.",
    "form.extra_signature": "A field of a municipality's own is filled in, not signed.",
    "form.extra_twice": "Each field of a form has its own code.",
}
MESSAGES_JA = {
    "form.extra_class": "独自項目の情報区分は、D0からD4、またはD7から選んでください。",
    "form.extra_signature": "独自項目に署名欄は使えません。",
    "form.extra_twice": "一つの帳票の中で、項目のコードは重複できません。",
}

STANDARD: tuple[FormDefinition, ...] = (
    INTAKE_APPLICATION,
    INTAKE_ASSESSMENT,
    PROGRESS,
    PLAN_BEFORE,
    PLAN_APPLICATION,
    EVALUATION,
    WITH,
    WITHOUT,
    ASSESSMENT,
    PLAN,
    COLLABORATION_EVALUATION,
)
#: The numbers of municipalities' own versions begin here, so that the standard can go on counting.
FIRST_LOCAL = 101
#: What a box of a municipality's own may hold. A protected address (D5) and who told us (D6) have
#: places of their own, with rules of their own.
EXTRA_CLASSES: frozenset[DataClass] = frozenset({D0, D1, D2, D3, D4, D7})


class ExtraField(Disclosable):
    """A box of a municipality's own (独自項目)."""

    code: Annotated[Code, D0]
    label_ja: Annotated[Line, D0]
    kind: Annotated[FieldKind, D0]
    data_class: Annotated[DataClass, D0]
    options: Annotated[tuple[Option, ...], D0] = Field(default=(), max_length=60)
    required: Annotated[bool, D0] = False

    @model_validator(mode="after")
    def _may_be(self) -> Self:
        if self.data_class not in EXTRA_CLASSES:
            raise invalid("form.extra_class", MESSAGES_EN)
        if self.kind is FieldKind.SIGNATURE:
            raise invalid("form.extra_signature", MESSAGES_EN)
        self.as_field()
        return self

    def as_field(self) -> FormField:
        """As it stands on the form; what is written in it is kept with the record."""
        return FormField(
            **{name: getattr(self, name) for name in ExtraField.model_fields},
            source=f"{ANSWERS}.{self.code}",
        )


class AddFormVersion(BaseModel):
    """A municipality's own version: what it adds, and from which day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date = Field(description="From today on; records made before keep their version.")
    fields: tuple[ExtraField, ...] = Field(min_length=1, max_length=60)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        codes = [f.code for f in self.fields]
        if len(set(codes)) < len(codes):
            raise invalid("form.extra_twice", MESSAGES_EN)
        return self


class LocalForm(Disclosable):
    """A municipality's own version as it is kept; added, never changed."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    form_code: Annotated[Code, D0]
    number: Annotated[int, D0]
    base_version: Annotated[int, D0]
    valid_from: Annotated[date, D0]
    fields: Annotated[tuple[ExtraField, ...], D0]
    made_at: Annotated[datetime, D0]
    made_by_agency_id: Annotated[UUID, D0]

    def definition(self) -> FormDefinition:
        """The standard version that it adds to, with the block of its own boxes."""
        base = next(
            d for d in STANDARD if (d.code, d.version) == (self.form_code, self.base_version)
        )
        own = FormSection(
            code="municipality",
            heading_ja="自治体独自項目",
            fields=tuple(f.as_field() for f in self.fields),
        )
        return FormDefinition(
            **{name: getattr(base, name) for name in FormDefinition.model_fields}
            | {
                "version": self.number,
                "valid_from": self.valid_from,
                "valid_until": None,
                "municipality_code": self.municipality_code,
                "sections": (*base.sections, own),
            }
        )


class FormBook:
    """The forms that a municipality uses."""

    def __init__(self, local: Iterable[LocalForm] = ()) -> None:
        """The standard forms, and the municipality's own versions."""
        self._all = [*STANDARD, *(form.definition() for form in local)]

    def versions(self, code: str) -> Sequence[FormDefinition]:
        """All versions of a form, the latest first. Raises Concealed where there is none."""
        found = [d for d in self._all if d.code == code]
        if not found:
            raise Concealed("record.not_found")
        return sorted(found, key=lambda d: (d.valid_from, d.version), reverse=True)

    def find(self, code: str, day: date, version: int | None = None) -> FormDefinition:
        """A certain version, or the one in force on a day: the municipality's own, if it has one.

        A record older than all versions has the oldest one.
        """
        versions = self.versions(code)
        if version is not None:
            wanted = next((d for d in versions if d.version == version), None)
            if wanted is None:
                latest = versions[0].version
                raise Invalid("form.unknown_version", field="version", facts={"latest": latest})
            return wanted
        known = [d for d in versions if d.valid_from <= day]
        own = [d for d in known if d.municipality_code is not None]
        return next(iter(own or known), versions[-1])

    def in_force(self, day: date) -> list[FormDefinition]:
        """Each form in the version of a day, in the order of the book."""
        return [self.find(code, day) for code in dict.fromkeys(d.code for d in self._all)]


def local_form(
    command: AddFormVersion, base: FormDefinition, earlier: Sequence[FormDefinition], **kept: object
) -> LocalForm:
    """The next version of the municipality's own. Raises Invalid for what cannot be added."""
    taken = {f.code for s in base.sections for f in s.fields}
    if any(f.code in taken for f in command.fields):
        raise Invalid("form.extra_taken", field="/fields")
    own = [d for d in earlier if d.municipality_code is not None]
    # Two versions of one day would leave open which one a record has.
    if any(command.valid_from <= d.valid_from for d in own):
        raise Invalid("form.version_not_later", field="/valid_from")
    number = max((d.version for d in own), default=FIRST_LOCAL - 1) + 1
    return LocalForm.model_validate(
        {
            "form_code": base.code,
            "number": number,
            "base_version": base.version,
            "valid_from": command.valid_from,
            "fields": command.fields,
        }
        | kept
    )
