"""Feedback to a commissioner: the ticked items alone, for one term of office (rows 1-59, 1-61)."""

from datetime import date, timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from domain_builders import DAY, NOW, OURS, PERSON, POSITION, THEIRS, classes, refusal, uid

from service.domain.calendar_jp import PartialDate
from service.domain.contact import Address, Phone
from service.domain.disclosure import D0, D1, D3
from service.domain.errors import IllegalMove
from service.domain.feedback import (
    FIELD_OF,
    MESSAGES_EN,
    MESSAGES_JA,
    Feedback,
    FeedbackItem,
    GiveFeedback,
    show_feedback,
)
from service.domain.names import PersonName
from service.domain.people import Person

ONE_DAY = timedelta(days=1)
NAME, ADDRESS, PHONE, BIRTH, WATCH = FeedbackItem


def give(**changes: Any) -> GiveFeedback:
    """Name and address to the commissioner of an area."""
    given: dict[str, Any] = {
        "person_id": PERSON,
        "area": "chuo",
        "items": frozenset({NAME, ADDRESS}),
    }
    return GiveFeedback(**given | changes)


def feedback(**changes: Any) -> Feedback:
    """Its record."""
    given: dict[str, Any] = {
        "id": uid(1),
        "person_id": PERSON,
        "from_agency_id": THEIRS,
        "to_agency_id": OURS,
        "to_position_id": POSITION,
        "tenure_id": uid(2),
        "items": frozenset({NAME, ADDRESS}),
        "given_at": NOW,
    }
    return Feedback(**given | changes)


# The values

REFUSED: dict[str, list[dict[str, Any]]] = {
    "feedback.watch_point_missing": [
        {"items": frozenset({WATCH})},
        {"items": frozenset({NAME, WATCH})},
        # Written, but not ticked: nothing is told that is not ticked.
        {"items": frozenset({NAME}), "watch_point": "朝の声かけ"},
    ],
    "feedback.whom_missing": [{"area": None}, {"area": None, "to_position_id": None}],
}


@pytest.mark.parametrize(
    ("code", "changes"), [(code, c) for code, cases in REFUSED.items() for c in cases]
)
def test_what_cannot_be_meant_is_refused(code: str, changes: dict[str, Any]) -> None:
    assert refusal(give, **changes) == code


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED) == set(MESSAGES_EN) == set(MESSAGES_JA)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"area": None, "to_position_id": POSITION},
        {"to_position_id": POSITION},
        {"items": frozenset({WATCH}), "watch_point": "朝の声かけ"},
        {"items": frozenset(FeedbackItem), "watch_point": "朝の声かけ"},
        {"valid_until": DAY},
    ],
)
def test_what_can_be_meant_is_taken(changes: dict[str, Any]) -> None:
    assert give(**changes)


def test_a_feedback_without_items_is_none() -> None:
    assert refusal(give, items=frozenset()) == "too_short"


def test_every_item_has_its_japanese_and_all_but_the_watch_point_a_field() -> None:
    assert all(ticked.label_ja for ticked in FeedbackItem)
    assert set(FIELD_OF) == set(FeedbackItem) - {WATCH}
    assert set(FIELD_OF.values()) <= set(Person.model_fields)


# What is shown


def person(**changes: Any) -> Person:
    """A person of whom everything is known."""
    given: dict[str, Any] = {
        "id": PERSON,
        "holder_agency_id": THEIRS,
        "registered_at": NOW,
        "names": (PersonName(family="見本", given="太郎", kana_unknown=True),),
        "birth": PartialDate("1950-03-09"),
        "phones": (Phone(kind="mobile", number="090-0000-0000"),),
        "address": Address(kind="registered", town="見本町"),
        "living": "一人暮らし",
        "considerations": "足が不自由",
        "protected_address": Address(kind="whereabouts", town="別の町"),
    }
    return Person(**given | changes)


EVERY_CHOICE = [
    frozenset(ticked)
    for ticked in chain.from_iterable(
        combinations(FeedbackItem, count) for count in range(1, len(FeedbackItem) + 1)
    )
]


@pytest.mark.parametrize("ticked", EVERY_CHOICE, ids=lambda t: "+".join(sorted(t)))
def test_nothing_is_shown_that_is_not_ticked(ticked: frozenset[FeedbackItem]) -> None:
    point = "朝の声かけ" if WATCH in ticked else None
    given = feedback(items=ticked, watch_point=point)
    assert given.classes == ({D0, D1, D3} if WATCH in ticked else {D0, D1})
    shown = show_feedback(given, person(), given.classes)
    assert set(shown["person"]) == {FIELD_OF[i] for i in ticked if i is not WATCH}
    assert ("watch_point" in shown) is (WATCH in ticked)


def test_what_is_shown_is_what_the_record_says() -> None:
    shown = show_feedback(feedback(items=frozenset(FIELD_OF)), person(), classes("0-1"))
    plain = person().model_dump(mode="json")
    assert shown["person"]["birth"] == plain["birth"]
    assert shown["person"]["phones"] == plain["phones"]
    assert "見本町" in str(shown["person"]["address"])
    assert "見本" in str(shown["person"]["names"])


@pytest.mark.parametrize("opened", ["0", "0-1", "0-7"])
def test_household_health_and_protected_address_are_never_items(opened: str) -> None:
    """Brief §8 rule 15: whatever is open, a feedback does not show what nobody ticked."""
    whole = feedback(items=frozenset(FeedbackItem), watch_point="朝の声かけ")
    shown = show_feedback(whole, person(), classes(opened))
    assert set(shown["person"]) <= set(FIELD_OF.values())
    assert "別の町" not in str(shown)


def test_items_are_shown_as_far_as_they_are_open() -> None:
    whole = feedback(items=frozenset(FeedbackItem), watch_point="朝の声かけ")
    closed = show_feedback(whole, person(), classes("0"))
    assert closed["person"] == {}
    assert "watch_point" not in closed
    without_point = show_feedback(whole, person(), classes("0-1"))
    assert set(without_point["person"]) == set(FIELD_OF.values())
    assert "watch_point" not in without_point
    assert "D3" in without_point["withheld"]


def test_of_somebody_unknown_only_the_feedback_is_shown() -> None:
    shown = show_feedback(feedback(), None, classes("0-1"))
    assert shown["person"] == {}
    assert shown["items"] == ["address", "name"]


# Its time


@pytest.mark.parametrize(
    ("changes", "day", "holds"),
    [
        ({}, DAY, True),
        ({}, date.max, True),
        ({"valid_until": DAY}, DAY - ONE_DAY, True),
        ({"valid_until": DAY}, DAY, True),
        ({"valid_until": DAY}, DAY + ONE_DAY, False),
        ({"ended_at": NOW}, DAY, False),
        ({"ended_at": NOW}, DAY - ONE_DAY, False),
        ({"ended_at": NOW, "valid_until": DAY + ONE_DAY}, DAY, False),
    ],
)
def test_it_is_read_until_its_last_day_or_its_end(
    changes: dict[str, Any], day: date, holds: bool
) -> None:
    assert feedback(**changes).holds_on(day) is holds


LATER = NOW + ONE_DAY


def test_it_is_acknowledged_and_ends_each_once() -> None:
    before = feedback()
    read = before.acknowledged(LATER)
    assert read == before.but(acknowledged_at=LATER, version=2)
    assert read.ended(LATER) == read.but(ended_at=LATER, version=3)
    assert before.ended(LATER) == before.but(ended_at=LATER, version=2)


@pytest.mark.parametrize(
    ("act", "state", "code"),
    [
        ("acknowledged", {"acknowledged_at": NOW}, "feedback.already_acknowledged"),
        ("acknowledged", {"ended_at": NOW}, "feedback.already_ended"),
        (
            "acknowledged",
            {"acknowledged_at": NOW, "ended_at": NOW},
            "feedback.already_acknowledged",
        ),
        ("ended", {"ended_at": NOW}, "feedback.already_ended"),
        ("ended", {"acknowledged_at": NOW, "ended_at": NOW}, "feedback.already_ended"),
    ],
)
def test_what_is_over_cannot_be_done_again(act: str, state: dict[str, Any], code: str) -> None:
    before = feedback(**state)
    with pytest.raises(IllegalMove) as refused:
        getattr(before, act)(LATER)
    assert refused.value.code == code
    assert before == feedback(**state)
