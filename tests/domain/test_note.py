"""Progress notes: each part of a note has its own data class (brief §2.5, row 2-26)."""

import re
from typing import Any

import pytest
from domain_builders import DAY, NOW, OURS, PERSON, POSITION, classes, refusal, uid
from pydantic import ValidationError

from service.domain.disclosure import disclose
from service.domain.note import KIND_JA, Note, NoteKind, WriteNote

#: What is always shown, and what each further class adds.
PLACE = {"happened_on", "kind", "minutes", "id", "case_id", "person_id", "agency_id"}
PLACE |= {"position_id", "written_at"}
FURTHER = {"3": {"with_whom", "text", "next"}, "4": {"sensitive"}, "7": {"opinion"}}


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
    expected = PLACE.union(*(names for number, names in FURTHER.items() if number in numbers))
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


def test_every_kind_of_note_has_a_label_of_its_own() -> None:
    labels = [kind.label_ja for kind in NoteKind]
    assert len(set(labels)) == len(labels)
    assert all(re.search(r"[ぁ-んァ-ヶ一-龠]", label) for label in labels)
    assert set(KIND_JA) == set(NoteKind)
    assert WriteNote(happened_on=DAY, text="訪問した。").kind is NoteKind.OTHER


@pytest.mark.parametrize(
    ("minutes", "code"), [(0, "greater_than_equal"), (1441, "less_than_equal")]
)
def test_a_contact_lasts_a_minute_to_a_day(minutes: int, code: str) -> None:
    assert refusal(write, minutes=minutes) == code
    assert [write(minutes=m).minutes for m in (1, 1440, None)] == [1, 1440, None]


def test_a_note_is_never_changed() -> None:
    with pytest.raises(ValidationError):
        note().text = "別の記録"  # type: ignore[misc]
    assert not [name for name in vars(Note) if name in {"amended", "moved", "ended"}]
