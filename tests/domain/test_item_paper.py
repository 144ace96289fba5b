"""Papers of an item, as tables: names, types, classes, how much there is room for."""

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from service.domain.conference_states import ConferenceStatus as C
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, D6, D7, DataClass, disclose
from service.domain.errors import IllegalMove, Invalid, Refusal, TooLarge
from service.domain.item_paper import (
    CLASSES,
    ENDINGS,
    MOST_BYTES,
    MOST_PAPERS,
    NEVER_ON_PAPER,
    TYPE_JA,
    FileName,
    ItemPaper,
    MediaType,
    check_content,
    check_room,
    check_size,
    check_taking,
    class_of,
    named_type,
    papers_within,
    told_of,
)

NAME = TypeAdapter(FileName)
ITEM = uuid.UUID(int=3)


def paper(**more: Any) -> ItemPaper:
    stated = {
        "id": uuid.uuid4(),
        "conference_id": uuid.UUID(int=2),
        "item_id": ITEM,
        "agency_id": uuid.UUID(int=4),
        "name": "花子さんの見立て.pdf",
        "data_class": D3,
        "media_type": MediaType.PDF,
        "size": 10,
        "sha256": "ab",
        "added_at": datetime(2026, 11, 20, tzinfo=UTC),
    }
    return ItemPaper.model_validate(stated | more)


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.code


@pytest.mark.parametrize(
    "name", ["見立て.pdf", "a.b.csv", "１２月分 家計表（案）.XLSX", "x" * 116 + ".pdf"]
)
def test_names_that_files_have(name: str):
    assert NAME.validate_python(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "../a.pdf",
        "a/b.pdf",
        "a\\b.pdf",
        "C:a.pdf",
        ".pdf",
        ".htaccess.pdf",
        "..pdf",
        "a.",
        "a",
        "a\n.pdf",
        "a\0.pdf",
        "a\u202efdp.exe",
        "a?.pdf",
        "",
        "x" * 117 + ".pdf",
    ],
)
def test_names_that_are_something_else(name: str):
    with pytest.raises(ValidationError):
        NAME.validate_python(name)


def test_every_type_has_an_ending_and_a_name():
    assert set(ENDINGS.values()) == set(MediaType) == set(TYPE_JA)


@pytest.mark.parametrize(
    ("name", "stated", "refused"),
    [
        ("a.pdf", "application/pdf", None),
        ("a.PDF", "Application/PDF; x=y", None),
        ("a.csv", "text/csv; charset=Shift_JIS", None),
        ("a.exe", "application/pdf", "file.type_refused"),
        ("a.pdf.exe", "application/pdf", "file.type_refused"),
        ("a.docm", "application/pdf", "file.type_refused"),
        ("a.pdf", "image/png", "file.type_does_not_match"),
        ("a.pdf", "application/x-www-form-urlencoded", "file.type_does_not_match"),
        ("a.pdf", None, "file.type_does_not_match"),
        ("a.txt", "text/csv", "file.type_does_not_match"),
    ],
)
def test_ending_and_header_agree(name: str, stated: str | None, refused: str | None):
    if refused is None:
        assert named_type(name, stated) is ENDINGS[name.rpartition(".")[2].lower()]
        return
    with pytest.raises(Invalid) as caught:
        named_type(name, stated)
    assert code_of(caught) == refused


@pytest.mark.parametrize("named", MediaType)
@pytest.mark.parametrize("found", [*MediaType, None])
def test_the_content_agrees_as_well(named: MediaType, found: MediaType | None):
    plain = {MediaType.TEXT, MediaType.CSV}
    if found is named or (found in plain and named in plain):
        check_content(named, found)
        return
    with pytest.raises(Invalid) as caught:
        check_content(named, found)
    assert code_of(caught) == "file.type_does_not_match"


@pytest.mark.parametrize(
    ("about_somebody", "asked", "says"),
    [
        (True, None, D3),
        (True, D0, "file.class_too_low"),
        *((True, c, c) for c in (D1, D2, D3, D4)),
        *((True, c, "file.class_refused") for c in (D5, D6, D7)),
        (False, None, D0),
        (False, D0, D0),
        *((False, c, "file.class_without_person") for c in (D1, D2, D3, D4)),
        *((False, c, "file.class_refused") for c in (D5, D6, D7)),
    ],
)
def test_the_class_of_a_paper(about_somebody: bool, asked: DataClass | None, says: Any):
    if isinstance(says, DataClass):
        assert class_of(asked, about_somebody=about_somebody) is says
        return
    with pytest.raises(Invalid) as caught:
        class_of(asked, about_somebody=about_somebody)
    assert code_of(caught) == says


def test_every_class_is_decided():
    assert {*CLASSES[True], *CLASSES[False], *NEVER_ON_PAPER} == set(DataClass)


@pytest.mark.parametrize("status", C)
def test_papers_are_taken_until_the_conference_is_held(status: C):
    if status in {C.PLANNED, C.INVITED, C.AGENDA_FIXED}:
        check_taking(status)
        return
    with pytest.raises(IllegalMove) as caught:
        check_taking(status)
    assert code_of(caught) == "file.conference_held"


def test_how_large_a_paper_may_be():
    check_size(1, 10)
    check_size(10, 10)
    with pytest.raises(Invalid) as empty:
        check_size(0, 10)
    assert code_of(empty) == "file.empty"
    with pytest.raises(TooLarge) as large:
        check_size(11, 10)
    assert code_of(large) == "file.too_large"


def test_how_much_there_is_room_for():
    full = [paper() for _ in range(MOST_PAPERS)]
    with pytest.raises(IllegalMove) as many:
        check_room(full, ITEM, 1)
    assert code_of(many) == "file.too_many"
    # Another item has room of its own; a withdrawn paper makes room for its successor.
    check_room(full, uuid.UUID(int=9), 1)
    withdrawn = full[0].withdraw(uuid.UUID(int=4), "誤り", datetime(2026, 11, 20, tzinfo=UTC))
    check_room([withdrawn, *full[1:]], ITEM, 1)
    # What was withdrawn is kept, and takes its place.
    kept = [withdrawn.but(size=MOST_BYTES - 1)]
    check_room(kept, ITEM, 1)
    with pytest.raises(IllegalMove) as heavy:
        check_room(kept, ITEM, 2)
    assert code_of(heavy) == "file.conference_full"


def test_a_paper_is_withdrawn_once():
    at = datetime(2026, 11, 20, tzinfo=UTC)
    withdrawn = paper().withdraw(uuid.UUID(int=5), "数字の誤り", at)
    assert (withdrawn.version, withdrawn.withdrawn_at) == (2, at)
    with pytest.raises(IllegalMove) as caught:
        withdrawn.withdraw(uuid.UUID(int=5), "もう一度", at)
    assert code_of(caught) == "file.already_withdrawn"
    assert papers_within([withdrawn], frozenset(DataClass)) == []


def test_a_paper_is_shown_as_far_as_its_own_class_goes():
    low, high = paper(data_class=D1), paper(data_class=D4)
    assert papers_within([low, high], frozenset({D0, D1, D3})) == [low]
    assert papers_within([low, high], frozenset({D0, D1, D4})) == [low, high]
    assert low.shown()["name"] == "花子さんの見立て.pdf"
    assert not {"withheld", "withdrawn_reason"} & set(low.shown())
    # Nowhere else does the name come along, whatever the paper's class.
    assert "name" not in disclose(low, frozenset({D0, D1, D2, D3}))
    assert told_of([high]) == (frozenset({D4}), (f"paper:{high.id}",))


def test_all_that_must_not_change_is_locked_with_it():
    one = paper()
    changed = [
        one.but(id=uuid.uuid4()),
        one.but(conference_id=uuid.uuid4()),
        one.but(item_id=uuid.uuid4()),
        one.but(agency_id=uuid.uuid4()),
        one.but(data_class=D1),
        one.but(media_type=MediaType.TEXT),
        one.but(size=11),
        one.but(sha256="cd"),
    ]
    assert len({p.fixed_part() for p in (one, *changed)}) == len(changed) + 1
    withdrawn = one.withdraw(one.agency_id, "誤り", one.added_at)
    assert withdrawn.fixed_part() == one.fixed_part()
