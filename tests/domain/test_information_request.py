"""Requests for information: every status has its way to an ending; who waits for whom."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from service.domain.conference_states import ConferenceStatus
from service.domain.decision import Basis
from service.domain.errors import IllegalMove
from service.domain.information_request import (
    ASKED_WHILE,
    ENDINGS,
    NEXT,
    NOTES_EN,
    NOTES_JA,
    SOUGHT_JA,
    STATUS_JA,
    AnswerInformation,
    AskedLine,
    InformationRequest,
    RequestAct,
    RequestStatus,
    Sought,
)
from service.domain.information_words import COLUMNS, cells_of, lines_of

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
AGENCY, POSITION = UUID(int=7), UUID(int=8)


def request(status: RequestStatus = RequestStatus.REQUESTED, **changes: Any) -> InformationRequest:
    given: dict[str, Any] = {
        "id": UUID(int=1),
        "conference_id": UUID(int=2),
        "convener_agency_id": UUID(int=3),
        "agency_id": AGENCY,
        "basis": Basis.CONF_LAYERED,
        "law_version": "CONF_LAYERED@2021-04-01",
        "names_somebody": True,
        "asks": (
            AskedLine(what=Sought.DOCUMENT, text="検診の案内"),
            AskedLine(what=Sought.OPINION, text="受診の時期"),
        ),
        "due_on": date(2026, 11, 27),
        "status": status,
        "asked_at": NOW,
        "due_at": None if status in ENDINGS else NOW,
    }
    return InformationRequest(**given | changes)


@pytest.mark.parametrize("act", RequestAct)
@pytest.mark.parametrize("status", RequestStatus)
def test_an_act_leads_where_the_table_says_or_is_refused(
    status: RequestStatus, act: RequestAct
) -> None:
    before = request(status)
    if (status, act) not in NEXT:
        with pytest.raises(IllegalMove, match=r"information_request\.illegal_move"):
            before.move(act)
        return
    after = before.move(act)
    assert (after.status, after.version, after.due_at) == (NEXT[status, act], 2, None)


def test_what_is_open_can_be_ended_by_either_side_and_an_ending_is_final() -> None:
    for status in RequestStatus:
        led = {act: NEXT[status, act] for act in RequestAct if (status, act) in NEXT}
        if status in ENDINGS:
            assert led == {}
        else:
            assert set(led.values()) >= ENDINGS
    assert {RequestStatus.REQUESTED, *NEXT.values()} == set(RequestStatus)


@pytest.mark.parametrize(
    ("declines", "status"), [(False, RequestStatus.ANSWERED), (True, RequestStatus.DECLINED)]
)
def test_an_answer_and_a_refusal_keep_who_said_what_when(
    declines: bool, status: RequestStatus
) -> None:
    command = AnswerInformation(declines=declines, text="回答")
    said = request(RequestStatus.OVERDUE).answered(command, NOW, POSITION)
    assert (said.status, said.text, said.answered_at) == (status, "回答", NOW)
    assert said.answered_by_position_id == POSITION


def test_every_code_has_its_words() -> None:
    assert set(STATUS_JA) == set(RequestStatus)
    assert set(SOUGHT_JA) == set(Sought)
    assert len({s.label_ja for s in RequestStatus}) == len(RequestStatus)
    assert len(NOTES_EN) == len(NOTES_JA) == 2


def test_the_chair_asks_from_the_fixing_to_the_draft_of_the_minutes() -> None:
    assert {s.value for s in ASKED_WHILE} == {"agenda_fixed", "held", "minutes_draft"}
    assert set(ConferenceStatus) >= ASKED_WHILE


def test_in_words_it_says_who_was_asked_and_what_came() -> None:
    shown = request(RequestStatus.ANSWERED, text="送付した").model_dump(mode="json")
    cells = cells_of(shown, {AGENCY: "みほん保健所"})
    assert len(cells) == len(COLUMNS)
    assert cells == (
        "みほん保健所",
        "資料の提供：検診の案内\n意見の開陳：受診の時期",
        "令和8年11月27日",
        "回答済み",
        "送付した",
    )
    asked, answered = lines_of([shown], {AGENCY: "みほん保健所"})
    assert asked.endswith("（令和8年11月27日まで）：回答済み")
    assert answered == "回答：送付した"
    # What is not shown is not written.
    shut = shown | {"asks": [{"what": "document"}], "text": None}
    (line,) = lines_of([shut], {})
    assert "検診" not in line
