"""Finding a date: answers, the order of the slots, and what may still happen to a poll."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from domain_builders import CITY, NOW, OURS, uid
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.conference_states import ConferenceKind
from service.domain.date_poll import (
    ENDINGS,
    NEXT,
    AnswerDatePoll,
    AnswerToSlot,
    DatePoll,
    OpenDatePoll,
    PollAct,
    PollAgency,
    PollSlot,
    PollStatus,
    Reply,
    SettleDatePoll,
    SlotAnswer,
    Taken,
    counts_of,
    is_busy,
    ranking,
    span_of,
    suggestion,
)
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove, Invalid

FIRST = datetime(2027, 1, 12, 1, 0, tzinfo=UTC)
ASKED = tuple(uid(n) for n in range(60, 66))
YES, MAYBE, NO = SlotAnswer


def poll(*slots: PollSlot, required: int = 0, **changes: Any) -> DatePoll:
    """Six agencies are asked, the first ``required`` of which the conference cannot do without."""
    stated: dict[str, Any] = {
        "title": "支援調整会議",
        "kind": ConferenceKind.SUPPORT_COORDINATION_CONF,
        "minutes": 60,
        "slots": slots or tuple(slot(n) for n in range(3)),
        "agencies": tuple(
            PollAgency(agency_id=a, required=n < required) for n, a in enumerate(ASKED)
        ),
        "answer_by": date(2027, 1, 8),
        "id": uid(50),
        "organiser_agency_id": OURS,
        "municipality_code": CITY,
        "opened_at": NOW,
        "invited_agency_ids": ASKED,
    }
    return DatePoll.model_validate(stated | changes)


def slot(day: int, **where: str) -> PollSlot:
    return PollSlot(starts_at=FIRST + timedelta(days=day), **where or {"place": "会議室"})


def later(minutes: int) -> PollSlot:
    return PollSlot(starts_at=FIRST + timedelta(minutes=minutes), place="会議室")


def said(agency: UUID, *answers: SlotAnswer | None) -> Reply:
    """What one agency answered to the slots in their order."""
    given_ = [AnswerToSlot(slot=n, answer=a) for n, a in enumerate(answers) if a is not None]
    return Reply(agency_id=agency, answers=tuple(given_), answered_at=NOW)


def order(found: DatePoll) -> list[int]:
    return [r.slot for r in ranking(found)]


# The order of the slots.


def test_a_slot_that_a_required_agency_declines_stands_below_every_other():
    asked = poll(
        required=1,
        replies=(said(ASKED[0], NO, YES, None), *(said(a, YES, NO, NO) for a in ASKED[1:])),
    )
    assert order(asked) == [1, 2, 0]
    best = suggestion(asked)
    assert best is not None
    assert best.slot == 1
    assert ranking(asked)[-1].declined_by == (ASKED[0],)


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        ([(YES, YES, NO), (NO, YES, YES)], [1, 0, 2]),
        ([(MAYBE, YES, NO), (NO, NO, YES)], [1, 2, 0]),
        ([(YES, MAYBE, MAYBE), (NO, MAYBE, MAYBE)], [0, 1, 2]),
        ([(YES, YES, YES), (NO, NO, MAYBE)], [2, 0, 1]),
        ([(YES, YES, YES)], [0, 1, 2]),
    ],
)
def test_then_those_who_can_come_then_those_who_could_then_the_earlier_day(
    answers: list[tuple[SlotAnswer, ...]], best: list[int]
):
    replies = tuple(said(ASKED[n], *given_) for n, given_ in enumerate(answers))
    assert order(poll(replies=replies)) == best


def test_the_earlier_day_not_the_earlier_number():
    later_first = poll(slot(5), slot(1), slot(3), replies=(said(ASKED[0], YES, YES, YES),))
    assert order(later_first) == [1, 2, 0]


@given(
    required=st.integers(0, 6),
    answers=st.lists(
        st.tuples(*[st.sampled_from([YES, MAYBE, NO, None])] * 3), min_size=1, max_size=6
    ),
)
def test_whatever_is_answered_the_order_holds(
    required: int, answers: list[tuple[SlotAnswer | None, ...]]
):
    asked = poll(
        required=required, replies=tuple(said(ASKED[n], *a) for n, a in enumerate(answers))
    )
    ranked = ranking(asked)
    assert sorted(r.slot for r in ranked) == [0, 1, 2]
    lost = [bool(r.declined_by) for r in ranked]
    assert lost == sorted(lost)
    for better, worse in pairwise(ranked):
        if bool(better.declined_by) == bool(worse.declined_by):
            assert better.counts[:2] >= worse.counts[:2]
    assert all(sum(r.counts) == len(ASKED) for r in ranked)
    assert all(set(r.declined_by) <= set(ASKED[:required]) for r in ranked)
    # The order in which answers came in does not matter.
    assert ranking(asked.but(replies=asked.replies[::-1])) == ranked


def test_the_reason_is_said_in_both_languages():
    asked = poll(required=2, replies=(said(ASKED[0], YES, NO), said(ASKED[2], MAYBE, YES)))
    reasons = {r.slot: r.reason for r in ranking(asked)}
    assert reasons[0]["en"] == (
        "no required agency declines, 1 of them yet to answer;"
        " 1 yes, 1 if need be, 0 no, 4 unanswered."
    )
    assert reasons[0]["ja"] == (
        "必須の機関に欠席はありません（1機関は未回答）。出席1、調整すれば可1、欠席0、未回答4。"
    )
    assert reasons[1]["en"].startswith("1 required cannot come;")
    assert reasons[1]["ja"].startswith("必須の機関のうち1機関が出席できません。")
    assert ranking(poll())[0].reason["ja"].startswith("必須の機関に欠席はありません。")


def test_nothing_is_suggested_before_an_answer_or_after_the_end():
    assert suggestion(poll()) is None
    answered = poll(replies=(said(ASKED[0], YES),))
    assert suggestion(answered) is not None
    assert suggestion(answered.move(PollAct.CANCEL)) is None


# Answers.


def test_an_agency_may_say_otherwise_and_what_it_does_not_name_stays():
    first = AnswerDatePoll(
        answers=(AnswerToSlot(slot=2, answer=NO), AnswerToSlot(slot=0, answer=YES)),
        representative="木村",
    )
    asked = poll().answered(ASKED[0], first, NOW)
    again = AnswerDatePoll(answers=(AnswerToSlot(slot=0, answer=MAYBE),))
    changed = asked.answered(ASKED[1], again, NOW).answered(ASKED[0], again, NOW)
    mine = changed.reply_of(ASKED[0])
    assert mine is not None
    assert [(a.slot, a.answer) for a in mine.answers] == [(0, MAYBE), (2, NO)]
    assert mine.representative == "木村"
    assert mine.to(1) is None
    assert len(changed.replies) == 2
    assert changed.version == 4
    assert counts_of(changed, 0) == (0, 2, 0, 4)
    assert changed.silent == ASKED[2:]


def test_a_slot_that_there_is_not_is_refused_by_its_place_in_the_answer():
    command = AnswerDatePoll(
        answers=(AnswerToSlot(slot=0, answer=YES), AnswerToSlot(slot=3, answer=YES))
    )
    with pytest.raises(Invalid) as refused:
        poll().answered(ASKED[0], command, NOW)
    assert (refused.value.code, refused.value.field) == (
        "date_poll.unknown_slot",
        "/answers/1/slot",
    )


def test_whoever_was_invited_sees_neither_who_was_asked_nor_what_they_said():
    seen = disclose(poll(replies=(said(ASKED[0], YES),)), frozenset({D0}))
    assert {"agencies", "invited_agency_ids", "replies"}.isdisjoint(seen)
    assert str(ASKED[0]) not in str(seen)


# What may be proposed.


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"slots": [slot(0), slot(0)]}, "date_poll.slots_overlap"),
        ({"slots": [slot(3), slot(0), later(59)], "minutes": 60}, "date_poll.slots_overlap"),
        ({"agencies": [{"agency_id": ASKED[0]}] * 2}, "date_poll.agency_twice"),
        ({"answer_by": date(2027, 1, 13)}, "date_poll.answer_by_too_late"),
        ({"slots": [slot(0)]}, "too_short"),
        ({"slots": [slot(n) for n in range(41)]}, "too_long"),
        ({"agencies": []}, "too_short"),
        ({"minutes": 721}, "less_than_equal"),
    ],
)
def test_what_cannot_be_asked(changes: dict[str, Any], code: str):
    stated = poll().model_dump(include=set(OpenDatePoll.model_fields))
    with pytest.raises(ValidationError) as refused:
        OpenDatePoll.model_validate(stated | changes)
    assert [e["type"] for e in refused.value.errors()] == [code]


def test_one_slot_may_begin_as_the_other_ends():
    stated = poll().model_dump(include=set(OpenDatePoll.model_fields))
    back_to_back = {"slots": [slot(0), later(60)], "minutes": 60}
    assert len(OpenDatePoll.model_validate(stated | back_to_back).slots) == 2


def test_the_same_time_at_two_places_is_two_slots():
    assert len(poll(slot(0), slot(0, online_url="https://meet.example/1")).slots) == 2


@pytest.mark.parametrize("url", ["http://meet.example/1", "https://a@meet.example/1", "meet"])
def test_an_online_slot_has_an_address(url: str):
    with pytest.raises(ValidationError):
        slot(0, online_url=url)
    with pytest.raises(ValidationError):
        SettleDatePoll(slot=0, online_url=url)


def test_a_slot_is_answered_once():
    with pytest.raises(ValidationError, match="twice"):
        AnswerDatePoll(answers=(AnswerToSlot(slot=1, answer=YES),) * 2)


# How it ends.


def test_every_poll_can_be_ended_and_what_has_ended_stays():
    assert {(s, a) for s, a in NEXT if s in ENDINGS} == set()
    assert {NEXT[PollStatus.OPEN, a] for a in PollAct} == set(PollStatus)
    for end in ENDINGS:
        for act in PollAct:
            with pytest.raises(IllegalMove) as refused:
                poll(status=end).move(act)
            assert refused.value.code == "date_poll.illegal_move"


def test_the_reminder_comes_once_and_no_deadline_outlives_the_poll():
    waiting = poll(due_at=NOW)
    assert waiting.reminded(NOW).due_at is None
    assert waiting.reminded(NOW).reminded_at == NOW
    assert waiting.move(PollAct.SETTLE).due_at is None
    assert waiting.move(PollAct.CANCEL).due_at is None


def test_the_slot_that_is_taken_says_where_and_lies_ahead():
    bare = poll(PollSlot(starts_at=FIRST), slot(1))
    for command, now, code in (
        (SettleDatePoll(slot=2), NOW, "date_poll.unknown_slot"),
        (SettleDatePoll(slot=0), NOW, "date_poll.where_missing"),
        (SettleDatePoll(slot=1), FIRST + timedelta(days=1), "date_poll.slot_in_past"),
    ):
        with pytest.raises(Invalid) as refused:
            bare.slot_to_settle(command, now)
        assert refused.value.code == code
    assert bare.slot_to_settle(SettleDatePoll(slot=1), NOW) == slot(1)
    assert bare.slot_to_settle(SettleDatePoll(slot=0, place="公民館"), NOW).place == "公民館"


@pytest.mark.parametrize(
    ("starts", "ends", "busy"), [(-60, 0, False), (-60, 1, True), (59, 90, True), (60, 90, False)]
)
def test_a_slot_is_busy_when_something_overlaps_it(starts: int, ends: int, *, busy: bool):
    taken = Taken(FIRST + timedelta(minutes=starts), FIRST + timedelta(minutes=ends))
    assert is_busy(slot(0), 60, [taken]) is busy
    assert span_of([slot(2), slot(0)], 60) == (FIRST, FIRST + timedelta(days=2, minutes=60))
