"""Progress control: whose decisions, how late, how many; what stands at the top of a paper (row 2-14)."""

from datetime import timedelta
from typing import Any

import pytest
from domain_builders import NOW, OURS, THEIRS, conference, uid

from service.domain.follow_up_paper import RESTRICTED, with_follow_up, with_follow_up_list
from service.domain.paper import Paper, Section
from service.domain.progress import (
    AgencyTally,
    FollowUp,
    days_overdue,
    earlier,
    total,
)
from service.domain.task import Task

TODAY = NOW.date()


def task(days: int) -> Task:
    """Due so many days from today."""
    return Task(
        id=uid(1),
        record_kind="conference",
        record_id=uid(2),
        conference_id=uid(2),
        item_id=uid(3),
        made_at=NOW,
        agency_id=OURS,
        what="本人に連絡する",
        due_on=TODAY + timedelta(days=days),
    )


@pytest.mark.parametrize(("days", "late"), [(3, 0), (0, 0), (-1, 1), (-40, 40)])
def test_a_task_is_late_from_the_day_after_its_day(days: int, late: int) -> None:
    assert days_overdue(task(days), TODAY) == late


def test_what_has_ended_is_never_late() -> None:
    assert days_overdue(task(-5).finished("済み", NOW), TODAY) == 0
    assert days_overdue(task(-5).dropped("不要", NOW), TODAY) == 0


def test_the_numbers_of_all_agencies_add_up() -> None:
    ours = AgencyTally(agency_id=OURS, open=3, due=2, overdue=1, done=4, dropped=0)
    theirs = AgencyTally(agency_id=THEIRS, open=1, due=0, overdue=1, done=0, dropped=5)
    found = total([ours, theirs]).model_dump()
    assert found == {"open": 4, "due": 2, "overdue": 2, "done": 4, "dropped": 5}
    assert set(total([]).model_dump().values()) == {0}


def test_earlier_sittings_are_those_of_the_body_or_of_the_name() -> None:
    loose = conference(local_name="月例会", body_id=None)
    scope = earlier(loose)
    assert (scope.body_id, scope.kind, scope.same_name) == (None, loose.kind, True)
    assert (scope.local_name, scope.before) == ("月例会", loose.starts_at)
    assert scope.sitting_id == loose.id
    assert scope.convener_agency_id == loose.convener_agency_id
    constituted = earlier(conference(local_name="月例会", body_id=uid(9)))
    # A body may call its sittings as it likes.
    assert (constituted.body_id, constituted.kind, constituted.same_name) == (uid(9), None, False)
    assert constituted.local_name is None


PAPER = Paper(
    title="次第",
    issuer="みほん市",
    number=None,
    made_on=TODAY,
    sections=(Section(heading="日時・場所"),),
)
ROW: dict[str, Any] = {
    "conference_on": "2026-11-20",
    "item_number": 2,
    "agency_id": str(OURS),
    "what": "本人に連絡する",
    "due_on": "2026-11-27",
    "days_overdue": 3,
}


def test_an_agenda_says_first_how_much_is_not_finished() -> None:
    told = with_follow_up(PAPER, FollowUp(open=3, overdue=1))
    assert [s.heading for s in told.sections] == [
        "前回までの決定事項の進行管理（未完了 3 件、期限超過 1 件）",
        "日時・場所",
    ]
    assert with_follow_up(PAPER, FollowUp(open=0, overdue=0)) == PAPER


def test_a_packet_lists_it_and_keeps_the_place_of_what_is_closed() -> None:
    closed = {"restricted": True, "due_on": "2026-12-10", "days_overdue": 0}
    shown = {"open": 2, "overdue": 1, "items": [ROW, closed]}
    told = with_follow_up_list(PAPER, shown, {OURS: "みほん市 福祉課"})
    grid = told.sections[0].grid
    assert grid is not None
    assert grid.lines == (
        ("令和8年11月20日 議題2", "みほん市 福祉課", "本人に連絡する", "令和8年11月27日", "3日"),
        ("", "", RESTRICTED, "令和8年12月10日", ""),
    )
    assert with_follow_up_list(PAPER, {"open": 0, "overdue": 0, "items": []}, {}) == PAPER
