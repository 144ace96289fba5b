"""A conference as it stands in a calendar: what rises, what is said, and what never is."""

from datetime import timedelta

import pytest
from domain_builders import HUB, NOW, OURS, THEIRS, attendee, conference, plan_conference

from service.domain.conference import Answer
from service.domain.conference_states import ConferenceAct, ConferenceStatus
from service.domain.invitation import EntryStatus, Method, entry_of

NAMES = {OURS: "社協", THEIRS: "福祉課", HUB: "市"}
CANARY = "カナリア"


def test_the_sequence_rises_with_time_place_and_status_alone() -> None:
    planned = conference()
    invited = planned.move(ConferenceAct.INVITE)
    assert (planned.sequence, invited.sequence) == (0, 1)
    for act in (ConferenceAct.INVITE, ConferenceAct.ANSWER, ConferenceAct.ADD_ITEM):
        assert invited.move(act).sequence == 1
    moved = invited.move(ConferenceAct.RESCHEDULE, place="別館")
    assert moved.sequence == 2
    assert moved.move(ConferenceAct.CANCEL).sequence == 3


def test_only_another_time_or_place_asks_everybody_again() -> None:
    there = conference()
    assert not there.moves(plan_conference())
    assert not there.moves(plan_conference(local_name="つながる会議"))
    later = there.ends_at + timedelta(hours=1)
    for change in (
        {"place": "別館"},
        {"online_url": "https://meet.example.jp/1"},
        {"ends_at": later},
    ):
        assert there.moves(plan_conference(**change))


@pytest.mark.parametrize("status", ConferenceStatus)
def test_every_status_has_its_place_in_a_calendar(status: ConferenceStatus) -> None:
    entry = entry_of(conference(status=status), [], NAMES)
    cancelled = status is ConferenceStatus.CANCELLED
    assert (entry.status is EntryStatus.CANCELLED) == cancelled
    assert (entry.method is Method.CANCEL) == cancelled
    assert (entry.status is EntryStatus.TENTATIVE) == (status is ConferenceStatus.PLANNED)


def test_agencies_stand_there_and_nobody_else() -> None:
    there = [
        attendee(OURS),
        attendee(THEIRS, answer=Answer.DECLINED, representative=CANARY),
        attendee(HUB),
        attendee(None),
        attendee(None, person_id=None, resident=CANARY),
    ]
    entry = entry_of(conference(minutes_text=CANARY, planned_at=NOW), there, NAMES)
    assert (entry.convener.agency_id, entry.convener.answer) == (OURS, Answer.ACCEPTED)
    assert [(a.name, a.answer) for a in entry.invited] == [
        ("福祉課", Answer.DECLINED),
        ("市", Answer.NONE),
    ]
    assert CANARY not in entry.model_dump_json()


def test_it_is_called_what_the_municipality_calls_it() -> None:
    assert entry_of(conference(), [], NAMES).title == "支援調整会議"
    assert entry_of(conference(local_name="つながる会議"), [], NAMES).title == "つながる会議"
