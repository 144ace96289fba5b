"""Keeping in touch goes on until somebody says why it ends (つながり続ける, rows 0-05, 1-52)."""

from datetime import date
from typing import Any

import pytest
from domain_builders import DAY, NOW, OURS, PERSON, POSITION, classes, in_japanese, refusal, uid

from service.domain.contact_schedule import (
    MESSAGES_EN,
    MESSAGES_JA,
    WHY_JA,
    ContactSchedule,
    ContactWhy,
    Made,
    RecordContact,
    ScheduleContact,
)
from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.problems import PROBLEMS

LATER, MUCH_LATER = date(2027, 2, 18), date(2027, 5, 19)
MADE = Made(at=NOW, reached=True, position_id=POSITION, note="変わりない")


def schedule(**changes: Any) -> ContactSchedule:
    """Every ninety days."""
    given: dict[str, Any] = {
        "id": uid(1),
        "person_id": PERSON,
        "next_on": LATER,
        "every_days": 90,
        "how": "午前中に電話",
        "agency_id": OURS,
        "made_at": NOW,
    }
    return ContactSchedule(**given | changes)


def contact(**changes: Any) -> RecordContact:
    """Somebody was reached."""
    return RecordContact(**{"at": NOW, "reached": True} | changes)


def test_labels_are_japanese_and_tell_apart() -> None:
    assert set(WHY_JA) == set(ContactWhy)
    in_japanese(ContactWhy)


def test_it_needs_neither_a_plan_nor_a_case() -> None:
    plain = ScheduleContact(person_id=PERSON, next_on=DAY)
    assert (plain.why, plain.case_id, plain.consultation_id, plain.every_days) == (
        ContactWhy.STAY_CONNECTED,
        None,
        None,
        None,
    )
    assert refusal(ScheduleContact, person_id=PERSON) == "missing"
    assert refusal(ScheduleContact, next_on=DAY) == "missing"
    for days, code in ((0, "greater_than_equal"), (401, "less_than_equal")):
        assert refusal(schedule, every_days=days) == code
    assert refusal(schedule, why="habit") == "enum"
    assert refusal(schedule, how=" ") == "text.empty"


@pytest.mark.parametrize(
    "said",
    [
        {"next_on": LATER, "told": "また困っている"},
        {"next_on": LATER, "end_reason": "転居"},
        {"told": "また困っている", "end_reason": "転居"},
        {"next_on": LATER, "told": "また困っている", "end_reason": "転居"},
    ],
)
def test_one_thing_is_next_and_not_two(said: dict[str, Any]) -> None:
    assert refusal(contact, **said) == "contact.what_next"
    assert set(MESSAGES_EN) == set(MESSAGES_JA) == {"contact.what_next"}


def test_a_contact_has_its_instant_with_a_zone() -> None:
    assert refusal(contact, at="2026-11-20T10:00:00") == "timezone_aware"
    assert refusal(RecordContact, at=NOW) == "missing"
    assert refusal(contact, note="") == "text.empty"


@pytest.mark.parametrize("reached", [True, False])
def test_it_goes_on_whether_or_not_somebody_was_reached(reached: bool) -> None:
    before = schedule(reminded_for=LATER)
    made = MADE.but(reached=reached)
    after = before.recorded(contact(reached=reached), made, MUCH_LATER, NOW)
    assert after == before.but(contacts=(made,), next_on=MUCH_LATER, version=2)
    again = after.recorded(contact(), MADE, LATER, NOW)
    assert again.contacts == (made, MADE)
    assert again.ended_at is None


def test_without_another_day_it_does_not_just_stop() -> None:
    with pytest.raises(Invalid) as refused:
        schedule().recorded(contact(), MADE, None, NOW)
    assert (refused.value.code, refused.value.field) == ("contact.next_day_missing", "/next_on")
    assert refused.value.code in PROBLEMS


@pytest.mark.parametrize(
    ("said", "reason"), [({"told": "また困っている"}, None), ({"end_reason": "転居"}, "転居")]
)
@pytest.mark.parametrize("next_on", [None, MUCH_LATER])
def test_it_ends_with_a_consultation_or_a_reason(
    said: dict[str, str], reason: str | None, next_on: date | None
) -> None:
    over = schedule().recorded(contact(**said), MADE, next_on, NOW)
    assert over == schedule().but(
        contacts=(MADE,), end_reason=reason, ended_at=NOW, next_on=LATER, version=2
    )
    with pytest.raises(IllegalMove) as refused:
        over.recorded(contact(), MADE, LATER, NOW)
    assert refused.value.code == "contact.ended"


def test_what_was_said_is_shown_with_its_class() -> None:
    record = schedule(contacts=(MADE,), end_reason="転居")
    plain, told = (str(disclose(record, classes(c))) for c in ("0", "0-3"))
    for words in ("午前中", "変わりない", "転居"):
        assert words not in plain
        assert words in told
    assert str(LATER) in plain
