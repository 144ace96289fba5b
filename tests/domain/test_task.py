"""The task list."""

import string
from datetime import timedelta

import pytest
from domain_builders import NOW, OURS, uid

from service.domain.errors import IllegalMove
from service.domain.task import (
    CALL,
    NEXT,
    TASK_JA,
    TASK_STATE_JA,
    Task,
    TaskAct,
    TaskKind,
    TaskState,
)


def test_every_kind_has_a_reason_in_japanese_and_one_call() -> None:
    assert set(TASK_JA) == set(CALL) == set(TaskKind)
    for path in CALL.values():
        names = {name for _, name, _, _ in string.Formatter().parse(path) if name}
        assert len(names & {"task", "record"}) == 1


def task_due_today() -> Task:
    return Task(
        id=uid(1),
        record_kind="conference",
        record_id=uid(2),
        conference_id=uid(2),
        item_id=uid(3),
        made_at=NOW,
        agency_id=OURS,
        what="本人に連絡する",
        due_on=NOW.date(),
    )


def test_a_task_is_done_once_and_says_what_came_of_it() -> None:
    task = task_due_today()
    done = task.finished("連絡が取れた", NOW)
    assert done == task.but(
        state=TaskState.DONE, outcome="連絡が取れた", finished_at=NOW, version=2
    )
    with pytest.raises(IllegalMove) as refused:
        done.finished("もう一度", NOW)
    assert refused.value.code == "task.already_finished"


def test_every_state_has_its_words_and_every_open_task_an_ending() -> None:
    assert set(TASK_STATE_JA) == set(TaskState)
    assert len(set(TASK_STATE_JA.values())) == len(TaskState)
    # Only what is open can change, and each act is possible while it is.
    assert {act for state, act in NEXT if state is TaskState.OPEN} == set(TaskAct)
    assert {state for state, _ in NEXT} == {TaskState.OPEN}
    assert set(NEXT.values()) == set(TaskState)


@pytest.mark.parametrize("act", TaskAct)
@pytest.mark.parametrize(
    ("ended", "code"),
    [
        (task_due_today().finished("連絡が取れた", NOW), "task.already_finished"),
        (task_due_today().dropped("入院された", NOW), "task.already_dropped"),
    ],
    ids=["done", "dropped"],
)
def test_what_has_ended_stays_as_it_is(ended: Task, code: str, act: TaskAct) -> None:
    with pytest.raises(IllegalMove) as refused:
        ended.move(act)
    assert refused.value.code == code


@pytest.mark.mechanism("2-14")
def test_every_change_of_the_due_day_is_kept_with_its_reason() -> None:
    first, today = task_due_today(), NOW.date()
    later, again = today + timedelta(days=7), today + timedelta(days=3)
    put_off = first.rescheduled(later, "書類が届かない", NOW, remind_on=again, chase_on=None)
    assert (put_off.due_on, put_off.remind_on, put_off.version) == (later, again, 2)
    forward = put_off.rescheduled(again, "書類が届いた", NOW)
    assert [(c.before, c.after, c.reason) for c in forward.due_days] == [
        (today, later, "書類が届かない"),
        (later, again, "書類が届いた"),
    ]
    assert forward.state is TaskState.OPEN
    assert first.due_days == ()
