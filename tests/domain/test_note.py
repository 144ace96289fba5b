"""Progress notes: each part of a note has its own data class (brief §2.5, row 2-26)."""

from typing import Any

import pytest
from domain_builders import DAY, NOW, OURS, PERSON, POSITION, classes, refusal, uid
from pydantic import ValidationError

from service.domain.disclosure import disclose
from service.domain.note import Note, WriteNote

#: What is always shown, and what each further class adds.
PLACE = {"happened_on", "id", "case_id", "person_id", "agency_id", "position_id", "written_at"}
FURTHER = {"3": "text", "4": "sensitive", "7": "opinion"}


def write(**changes: Any) -> WriteNote:
    """A visit, as it is written down."""
    given: dict[str, Any] = {
        "happened_on": DAY,
        "text": "自宅を訪問した。",
        "sensitive": "通院中",
        "opinion": "孤立が心配",
    }
    return WriteNote(**given | changes)


def note(**changes: Any) -> Note:
    """Its record."""
    given: dict[str, Any] = {
        "id": uid(1),
        "case_id": uid(2),
        "person_id": PERSON,
        "agency_id": OURS,
        "position_id": POSITION,
        "written_at": NOW,
    }
    return Note(**write().model_dump() | given | changes)


@pytest.mark.parametrize(
    "opened", ["0", "0-3", "0-2", "0 3", "0 4", "0-4", "0-5", "0-6", "0-7", "0 7"]
)
def test_each_part_is_shown_with_its_class_and_with_no_other(opened: str) -> None:
    shown = disclose(note(), classes(opened))
    numbers = {c.value[1:] for c in classes(opened)}
    expected = PLACE | {name for number, name in FURTHER.items() if number in numbers}
    assert set(shown) - {"withheld"} == expected
    assert shown["withheld"] == [f"D{n}" for n in FURTHER if n not in numbers]


def test_health_and_opinion_can_be_left_out_and_the_text_cannot() -> None:
    plain = write(sensitive=None, opinion=None)
    assert (plain.sensitive, plain.opinion) == (None, None)
    assert refusal(write, text="") == "text.empty"
    assert refusal(write, text=" \n ") == "text.empty"
    assert refusal(WriteNote, happened_on=DAY) == "missing"
    assert refusal(WriteNote, text="訪問した。") == "missing"


@pytest.mark.parametrize("field", ["text", "sensitive", "opinion"])
def test_each_part_has_its_length(field: str) -> None:
    assert getattr(write(**{field: "あ" * 4000}), field) == "あ" * 4000
    assert refusal(write, **{field: "あ" * 4001}) == "text.too_long"
    assert refusal(write, **{field: ""}) == "text.empty"


def test_a_note_is_never_changed() -> None:
    with pytest.raises(ValidationError):
        note().text = "別の記録"  # type: ignore[misc]
    assert not [name for name in vars(Note) if name in {"amended", "moved", "ended"}]
