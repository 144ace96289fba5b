"""The intake sheet: thirty fields, none of them required; what is missing is known by name."""

from typing import Any

import pytest
from domain_builders import in_japanese, refusal
from hypothesis import given
from hypothesis import strategies as st

from service.domain.disclosure import D0, D2, D3, D4, D6, field_classes
from service.domain.intake import FIELDS, MESSAGES_EN, MESSAGES_JA, WORRY_JA, Intake, Worry

#: Something to write into each field.
WORDS: dict[str, Any] = dict.fromkeys(FIELDS, "記入あり") | {
    "route": "walk_in",
    "referrer_kind": "community_center",
    "worries": ["debt", "food"],
    "worst": "food",
}
#: Whatever needs no other field beside it.
ALONE = tuple(f for f in FIELDS if f != "worst")


def test_there_are_thirty_fields_in_the_order_of_the_form() -> None:
    assert len(FIELDS) == len(set(FIELDS)) == 30
    assert [*FIELDS, "none", "unknown"] == list(Intake.model_fields)
    assert all(Intake.model_fields[f].description for f in FIELDS)


def test_worries_have_labels_of_their_own() -> None:
    assert set(WORRY_JA) == set(Worry)
    in_japanese(Worry)


def test_nothing_is_required() -> None:
    assert Intake().completeness() == {
        "answered": 0,
        "of": 30,
        "percent": 0,
        "missing": list(FIELDS),
        "unknown": [],
    }


def test_twelve_of_thirty_are_forty_per_cent() -> None:
    said = {f: WORDS[f] for f in ALONE[:8]}
    sheet = Intake(**said, none=set(ALONE[8:12]), unknown=set(ALONE[12:15]))
    told = sheet.completeness()
    assert (told["answered"], told["of"], told["percent"]) == (12, 30, 40)
    assert told["unknown"] == sorted(ALONE[12:15])
    assert told["missing"] == [f for f in FIELDS if f not in ALONE[:15]]


def test_a_full_sheet_is_complete() -> None:
    told = Intake(**WORDS).completeness()
    assert (told["answered"], told["percent"], told["missing"]) == (30, 100, [])


@pytest.mark.parametrize("field", ALONE)
def test_a_field_is_filled_in_or_none_or_unknown_and_never_two_of_them(field: str) -> None:
    for more in ({field: WORDS[field]}, {"none": [field]}, {"unknown": [field]}):
        told = Intake(**more).completeness()
        assert (field in told["missing"]) is False
        assert told["answered"] == (0 if "unknown" in more else 1)
    for twice in (
        {field: WORDS[field], "none": [field]},
        {field: WORDS[field], "unknown": [field]},
        {"none": [field], "unknown": [field]},
    ):
        assert refusal(Intake, **twice) == "intake.answered_twice"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("intake.unknown_field", {"none": ["shoe_size"]}),
        ("intake.unknown_field", {"unknown": ["health", "none"]}),
        ("intake.unknown_field", {"none": ["unknown"]}),
        ("intake.worst_not_ticked", {"worst": "food"}),
        ("intake.worst_not_ticked", {"worst": "food", "worries": ["debt"]}),
        ("enum", {"worries": ["weather"]}),
        ("enum", {"worst": "weather"}),
        ("text.empty", {"housing": " "}),
        ("text.too_long", {"housing": "あ" * 201}),
        ("text.code", {"route": "来所"}),
        ("extra_forbidden", {"religion": "…"}),
    ],
)
def test_what_does_not_fit_the_sheet_is_refused_with_its_code(
    code: str, said: dict[str, Any]
) -> None:
    assert refusal(Intake, **said) == code


def test_every_refusal_has_its_words_in_both_languages() -> None:
    tried = {"intake.unknown_field", "intake.answered_twice", "intake.worst_not_ticked"}
    assert tried == set(MESSAGES_EN) == set(MESSAGES_JA)


def test_each_field_has_a_class_that_fits_it() -> None:
    found = field_classes(Intake)
    assert set(found.values()) == {D2, D3, D4, D6}
    assert {f for f, c in found.items() if c is D4} == {
        "health",
        "treatment",
        "disability_certificate",
    }
    assert {f for f, c in found.items() if c is D6} == {
        "visitor_name",
        "visitor_relation",
        "visitor_phone",
    }
    assert D0 not in found.values()


ANSWERS = st.dictionaries(st.sampled_from(ALONE), st.sampled_from(["filled", "none", "unknown"]))


@given(ANSWERS)
def test_every_field_is_counted_once(answers: dict[str, str]) -> None:
    by_way = {w: [f for f, way in answers.items() if way == w] for w in ("none", "unknown")}
    filled = {f: WORDS[f] for f, way in answers.items() if way == "filled"}
    told = Intake(**filled, **by_way).completeness()
    assert told["answered"] + len(told["missing"]) + len(told["unknown"]) == told["of"] == 30
    assert told["answered"] == len(filled) + len(by_way["none"])
    assert told["percent"] == told["answered"] * 100 // 30
    # Names of fields, and nothing of what was said.
    assert "記入あり" not in str(told)
