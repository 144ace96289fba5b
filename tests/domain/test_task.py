"""The task list."""

import string

import pytest
from domain_builders import NOW, OURS, uid

from service.domain.errors import IllegalMove
from service.domain.task import CALL, TASK_JA, Task, TaskKind, TaskState


def test_every_kind_has_a_reason_in_japanese_and_one_call() -> None:
    assert set(TASK_JA) == set(CALL) == set(TaskKind)
    for path in CALL.values():
        names = {name for _, name, _, _ in string.Formatter().parse(path) if name}
        assert len(names & {"task", "record"}) == 1


def test_a_task_is_done_once_and_says_what_came_of_it() -> None:
    task = Task(
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
    done = task.finished("連絡が取れた", NOW)
    assert done == task.but(
        state=TaskState.DONE, outcome="連絡が取れた", finished_at=NOW, version=2
    )
    with pytest.raises(IllegalMove) as refused:
        done.finished("もう一度", NOW)
    assert refused.value.code == "task.already_finished"
