"""Forms: every box is found in the record under the record's own class; nothing is shown beyond it."""

from datetime import date

import pytest
from pydantic import ValidationError

from service.domain.access_question import RecordKind
from service.domain.assessment import CHECK_JA, Assessment
from service.domain.consultation import Consultation
from service.domain.disclosure import (
    D0,
    D1,
    D3,
    D4,
    D6,
    D7,
    EVERY_CLASS,
    DataClass,
    field_classes,
)
from service.domain.errors import Concealed, Invalid
from service.domain.form import FieldKind, FormField
from service.domain.form_answers import Answers, read_answer, read_answers
from service.domain.form_book import STANDARD, AddFormVersion, FormBook, local_form
from service.domain.form_fields import box, numbered
from service.domain.form_filling import FieldState, Material, PartShown, fill
from service.domain.form_paper import form_paper
from service.domain.intake import Intake
from service.domain.note import Note
from service.domain.plan import PlanLine, PlanVersion

TODAY = date(2026, 11, 20)
#: The values that the parts of a form are made of.
VALUES = {
    "intake": Intake,
    "consultation": Consultation,
    "plan": PlanVersion,
    "assessment": Assessment,
}
LINES = {"notes": Note, "views": Assessment, "lines": PlanLine}
#: Boxes that are put together for the form, and the class of what they are made of.
MADE_UP = {"violence": "protected_checks", "member": None, "period": "starts_on", "agency": None}


@pytest.mark.parametrize("definition", STANDARD, ids=lambda d: f"{d.code}-{d.version}")
def test_every_box_has_the_class_of_what_stands_in_it(definition):
    for section in definition.sections:
        for field in section.fields:
            part, name = field.place
            value = LINES.get(section.lines_of or "") if part == "line" else VALUES.get(part)
            if value is None:
                continue
            source = MADE_UP.get(name, name) if name not in field_classes(value) else name
            if source is not None:
                assert field_classes(value)[source] is field.data_class, (section.code, field.code)


@pytest.mark.parametrize("definition", STANDARD, ids=lambda d: f"{d.code}-{d.version}")
def test_a_box_that_stands_twice_is_the_same_box(definition):
    by_code = {}
    for field in definition.fields:
        known = by_code.setdefault(field.code, field)
        assert (known.source, known.kind) == (field.source, field.kind)
    sections = [s.code for s in definition.sections]
    assert len(set(sections)) == len(sections)


def test_the_forms_of_the_brief_are_there():
    forms = {d.code: d for d in FormBook().in_force(TODAY)}
    assert [(c, d.number_ja) for c, d in forms.items() if d.number_ja] == [
        ("intake_application", "【1】"),
        ("intake_assessment", "【2】"),
        ("progress", "【3】"),
        ("plan_application", "【5】"),
    ]
    assert {
        "evaluation",
        "collaboration_intake_with_consent",
        "collaboration_intake_without_consent",
        "collaboration_assessment",
        "collaboration_plan",
        "collaboration_evaluation",
    } <= set(forms)
    boxes = {f.code: f for f in forms["intake_application"].fields}
    assert len(boxes["worries"].options) == 16
    assert [o.number for o in boxes["sex"].options] == ["1", "2", "3"]
    checks = [f for f in forms["intake_assessment"].fields if f.place[0] == "assessment"]
    ticked = sum(len(f.options) for f in checks) + 1  # violence in the family has a box of its own
    assert ticked == len(CHECK_JA) == 27
    changes = next(f for f in forms["evaluation"].fields if f.code == "changes")
    assert len(changes.options) == 19
    unsigned = forms["collaboration_intake_without_consent"]
    assert not [f for f in unsigned.fields if f.kind is FieldKind.SIGNATURE]
    assert [
        f
        for f in forms["collaboration_intake_with_consent"].fields
        if f.kind is FieldKind.SIGNATURE
    ]


def test_a_plan_of_before_keeps_the_form_of_before():
    book = FormBook()
    assert book.find("plan_application", date(2025, 3, 31)).version == 1
    assert book.find("plan_application", date(2025, 4, 1)).version == 2
    # Older than every version: the oldest one, not none.
    assert book.find("intake_application", date(2010, 1, 1)).version == 1
    with pytest.raises(Concealed):
        book.find("no_such_form", TODAY)
    with pytest.raises(Invalid, match=r"form\.unknown_version"):
        book.find("plan_application", TODAY, 7)


FIELD = {"code": "bus", "label_ja": "バス", "kind": "text", "data_class": "D2"}


def added(valid_from=TODAY, earlier=(), **field):
    base = FormBook().find("intake_application", TODAY)
    command = AddFormVersion.model_validate({"valid_from": valid_from, "fields": [FIELD | field]})
    known = dict.fromkeys(("id", "made_by_agency_id"), "00000000-0000-0000-0000-000000000001")
    return local_form(
        command, base, earlier, municipality_code="999997", made_at="2026-11-20T00:00:00Z", **known
    )


def test_a_municipalitys_version_adds_and_never_changes():
    first = added()
    book = FormBook([first])
    old, new = (
        book.find("intake_application", date(2026, 11, 19)),
        book.find("intake_application", TODAY),
    )
    assert (old.version, new.version) == (1, 101)
    assert new.sections[:-1] == old.sections
    assert new.sections[-1].fields[0].source == "answers.bus"
    later = added(date(2027, 4, 1), book.versions("intake_application"))
    assert later.number == 102
    with pytest.raises(Invalid, match=r"form\.version_not_later"):
        added(TODAY, book.versions("intake_application"))
    with pytest.raises(Invalid, match=r"form\.extra_taken"):
        added(code="name")


@pytest.mark.parametrize(
    "wrong",
    [
        {"data_class": "D5"},
        {"data_class": "D6"},
        {"kind": "signature"},
        {"kind": "choice"},
        {"options": [{"code": "a", "label_ja": "あ"}, {"code": "b", "label_ja": "い"}]},
        {"kind": "choice", "options": [{"code": "a", "label_ja": "あ"}] * 2},
    ],
)
def test_a_box_of_its_own_has_its_limits(wrong):
    with pytest.raises(ValidationError):
        added(**wrong)


def intake_form(*, classes=EVERY_CLASS, leave_out=frozenset(), **sheet):
    definition = FormBook().find("intake_application", TODAY)
    said = Intake.model_validate(sheet)
    part = PartShown(
        classes=classes,
        values=said.model_dump(mode="json"),
        none=said.none,
        unknown=said.unknown,
    )
    return definition, fill(definition, Material(parts={"intake": part}), leave_out)


def states(filled):
    return {f.code: f.state for s in filled.sections for f in s.fields}


def test_none_unknown_not_asked_and_not_open_are_four_things():
    _, filled = intake_form(
        living_with="母", none={"children"}, unknown={"work"}, classes={D0, D3} | {DataClass.D2}
    )
    found = states(filled)
    assert (found["living_with"], found["children"], found["work"], found["housing"]) == (
        FieldState.ANSWERED,
        FieldState.NONE,
        FieldState.UNKNOWN,
        FieldState.UNANSWERED,
    )
    assert found["visitor_name"] is FieldState.WITHHELD
    assert found["signature"] is FieldState.BY_HAND
    assert "visitor_name" in filled.withheld
    assert {"wishes", "worries", "name"} <= set(filled.unanswered)
    assert not set(filled.unanswered) & {"children", "work", "visitor_name"}


@pytest.mark.parametrize("closed", sorted(EVERY_CLASS))
def test_what_is_closed_is_held_back_whatever_stands_in_it(closed):
    full = {"wishes": "希", "living_with": "母", "visitor_name": "隣"}
    _, told = intake_form(classes=EVERY_CLASS - {closed}, **full)
    _, empty = intake_form(classes=EVERY_CLASS - {closed})
    for one, other in zip(told.sections, empty.sections, strict=True):
        for a, b in zip(one.fields, other.fields, strict=True):
            if a.data_class is closed:
                assert a == b
                assert a.value is None


def test_left_out_is_not_even_a_place():
    definition, filled = intake_form(visitor_name="隣", leave_out=frozenset({D6, D7}))
    assert not {f.data_class for s in filled.sections for f in s.fields} & {D6, D7}
    paper = form_paper(definition, filled, issuer="x", made_on=TODAY, persons_copy=True)
    assert "来談者" not in str(paper)


def test_the_answers_of_a_form_lie_under_their_classes():
    fields = (
        FormField(code="a", label_ja="あ", kind="text", data_class="D4", source="answers.a"),
        FormField(code="b", label_ja="い", kind="text", data_class="D1", source="answers.b"),
    )
    base = FormBook().find("intake_application", TODAY)
    definition = base.model_copy(
        update={"sections": (base.sections[0].model_copy(update={"fields": fields}),)}
    )
    kept = Answers.of(definition, read_answers(definition, {"a": "診断", "b": "x@example.jp"}))
    found = {c: [(a.code, a.value) for a in getattr(kept, c)] for c in ("d0", "d1", "d4")}
    assert found == {"d0": [], "d1": [("b", "x@example.jp")], "d4": [("a", "診断")]}
    assert read_answers(definition, {"a": None, "b": ""}) == {}
    with pytest.raises(Invalid, match=r"form\.unknown_field"):
        read_answers(definition, {"c": "x"})
    with pytest.raises(Invalid, match=r"form\.answer"):
        read_answers(definition, {"a": 1})


@pytest.mark.parametrize(
    ("kind", "good", "kept", "wrong"),
    [
        ("text", "一行", "一行", "二\n行"),
        ("date", "2026-11-20", "2026-11-20", "昨日"),
        ("number", 3, 3, "三"),
        ("yen", 40000, 40000, -1),
        ("yes_no", True, True, "はい"),
        ("choice", "a", "a", "c"),
        ("choices", ["b", "a"], ["a", "b"], ["c"]),
    ],
)
def test_a_box_takes_what_it_can_hold(kind, good, kept, wrong):
    options = numbered({"a": "あ", "b": "い"}) if kind.startswith("choice") else ()
    field = box("x", "欄", "answers.x", D3, FieldKind(kind), options)
    assert read_answer(field, good) == kept
    with pytest.raises(ValueError, match=r".+"):
        read_answer(field, wrong)


def test_the_records_a_form_is_filled_in_from_are_three():
    kinds = {k for d in STANDARD for k in d.records}
    assert kinds == {RecordKind.CONSULTATION, RecordKind.CASE, RecordKind.PLAN}
    assert {D1, D4} <= {f.data_class for d in STANDARD for f in d.fields}
