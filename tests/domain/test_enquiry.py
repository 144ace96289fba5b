"""Enquiries: "is this person known to you?" is answered alike, unless a basis says more (§2.6)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from domain_builders import NOW, OURS, PERSON, POSITION, THEIRS, classes, refusal, uid

from service.domain.decision import Basis
from service.domain.disclosure import disclose
from service.domain.enquiry import (
    BASIS_OF_ENQUIRY,
    MESSAGES_EN,
    MESSAGES_JA,
    OPEN_FOR,
    AnswerEnquiry,
    AskEnquiry,
    Enquiry,
    EnquiryAnswer,
    EnquiryKind,
)
from service.domain.errors import IllegalMove
from service.domain.provision import SHORTEST_REASON

INSTANT, DAYS = timedelta(microseconds=1), timedelta(days=1)
ONE_SHORT = "あ" * (SHORTEST_REASON - 1)
NOTICED = "郵便物がたまり、呼びかけに返事がない。"


def ask(**changes: Any) -> AskEnquiry:
    """What the asker knows."""
    given: dict[str, Any] = {
        "kind": EnquiryKind.SAFETY_CHECK,
        "to_agency_id": OURS,
        "name": "見本 太郎",
        "noticed": NOTICED,
    }
    return AskEnquiry(**given | changes)


def answer(**changes: Any) -> AnswerEnquiry:
    """What the desk says without a basis to say more."""
    return AnswerEnquiry(**{"answer": EnquiryAnswer.NOTED} | changes)


def enquiry(**changes: Any) -> Enquiry:
    """Its record: asked now, open for a day."""
    given: dict[str, Any] = {
        "id": uid(1),
        "from_agency_id": THEIRS,
        "from_position_id": POSITION,
        "asked_at": NOW,
        "expires_at": NOW + DAYS,
    }
    return Enquiry(**ask().model_dump() | given | changes)


# The values

REFUSED_QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "enquiry.reason_too_short": [
        {"noticed": ONE_SHORT},
        {"noticed": ONE_SHORT + " \n"},
        {"noticed": "急ぎ"},
    ],
}
REFUSED_ANSWERS: dict[str, list[dict[str, Any]]] = {
    "enquiry.person_missing": [
        {"answer": EnquiryAnswer.KNOWN},
        {"answer": EnquiryAnswer.KNOWN, "note": "来所あり"},
    ],
}


@pytest.mark.parametrize(
    ("build", "code", "changes"),
    [
        *((ask, code, c) for code, cases in REFUSED_QUESTIONS.items() for c in cases),
        *((enquiry, code, c) for code, cases in REFUSED_QUESTIONS.items() for c in cases),
        *((answer, code, c) for code, cases in REFUSED_ANSWERS.items() for c in cases),
    ],
)
def test_what_cannot_be_meant_is_refused(build: Any, code: str, changes: dict[str, Any]) -> None:
    assert refusal(build, **changes) == code


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED_QUESTIONS) | set(REFUSED_ANSWERS) == set(MESSAGES_EN) == set(MESSAGES_JA)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"noticed": "あ" * SHORTEST_REASON},
        {"kind": EnquiryKind.ACQUAINTANCE, "noticed": "滞納"},
        {"name": None, "address": "みほん市見本町1-2"},
        {"name": None},
    ],
)
def test_what_can_be_meant_is_taken(changes: dict[str, Any]) -> None:
    assert ask(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"note": "来所あり"},
        {"person_id": PERSON},
        {"answer": EnquiryAnswer.KNOWN, "person_id": PERSON},
    ],
)
def test_a_desk_may_note_what_it_likes_and_says_yes_of_a_record(changes: dict[str, Any]) -> None:
    assert answer(**changes)


@pytest.mark.parametrize("kind", EnquiryKind)
def test_an_enquiry_says_what_was_noticed(kind: EnquiryKind) -> None:
    assert refusal(ask, kind=kind, noticed="") == "text.empty"
    assert refusal(AskEnquiry, kind=kind, to_agency_id=OURS) == "missing"


# On which basis, and for how long


@pytest.mark.parametrize(
    ("kind", "basis", "open_for"),
    [
        (EnquiryKind.ACQUAINTANCE, Basis.INTERNAL, 14 * DAYS),
        (EnquiryKind.SAFETY_CHECK, Basis.LIFE, DAYS),
    ],
)
def test_a_safety_check_is_an_emergency_and_is_over_after_a_day(
    kind: EnquiryKind, basis: Basis, open_for: timedelta
) -> None:
    assert BASIS_OF_ENQUIRY[kind] is basis
    assert OPEN_FOR[kind] == open_for
    assert enquiry(kind=kind).basis is basis
    assert kind.label_ja


def test_every_kind_has_its_basis_and_its_time_and_every_answer_its_japanese() -> None:
    assert set(BASIS_OF_ENQUIRY) == set(OPEN_FOR) == set(EnquiryKind)
    assert all(said.label_ja for said in EnquiryAnswer)


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (NOW - DAYS, True),
        (NOW, True),
        (NOW + DAYS - INSTANT, True),
        (NOW + DAYS, False),
        (NOW + 2 * DAYS, False),
    ],
)
def test_it_is_open_until_its_end(at: datetime, is_open: bool) -> None:
    assert enquiry().open_at(at) is is_open


# The answer


@pytest.mark.parametrize(
    "command",
    [
        answer(),
        answer(note="継続して見守り"),
        answer(answer=EnquiryAnswer.KNOWN, person_id=PERSON, note="継続して見守り"),
    ],
)
def test_it_is_answered_as_the_desk_says(command: AnswerEnquiry) -> None:
    at = NOW + DAYS - INSTANT
    before = enquiry()
    assert before.answered(command, at) == before.but(
        answer=command.answer,
        answered_at=at,
        person_id=command.person_id,
        note=command.note,
        version=2,
    )
    assert before == enquiry()


@pytest.mark.parametrize(
    ("before", "at", "code"),
    [
        (enquiry(), NOW + DAYS, "enquiry.expired"),
        (enquiry(answered_at=NOW), NOW, "enquiry.already_answered"),
        (enquiry(answered_at=NOW), NOW + DAYS, "enquiry.already_answered"),
    ],
)
def test_it_is_answered_once_and_before_it_is_over(
    before: Enquiry, at: datetime, code: str
) -> None:
    for command in (answer(), answer(answer=EnquiryAnswer.KNOWN, person_id=PERSON)):
        with pytest.raises(IllegalMove) as refused:
            before.answered(command, at)
        assert refused.value.code == code


@pytest.mark.parametrize(
    "command",
    [
        answer(note="記録なし"),
        answer(person_id=PERSON, note="来所あり"),
        answer(answer=EnquiryAnswer.KNOWN, person_id=PERSON, note="来所あり"),
    ],
)
def test_its_asker_reads_the_answer_and_nothing_of_what_the_desk_knows(
    command: AnswerEnquiry,
) -> None:
    answered = enquiry().answered(command, NOW)
    read = answered.for_asker()
    assert (read.person_id, read.note) == (None, None)
    assert read == answered.but(person_id=None, note=None)


def test_unknown_and_not_allowed_read_alike() -> None:
    """Brief §2.6: the answer must be the same for "unknown" and "not allowed"."""
    unknown = enquiry().answered(answer(), NOW).for_asker()
    not_allowed = enquiry().answered(answer(person_id=PERSON, note="来所あり"), NOW).for_asker()
    assert unknown == not_allowed
    assert disclose(unknown, classes("0-3")) == disclose(not_allowed, classes("0-3"))
