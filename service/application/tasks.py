"""The task list: given by what happens, settled by what is done, read by the desk."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.context import Context, Page, Shown
from service.application.facts import NOBODY
from service.domain.access import Facts, Part, RecordKind
from service.domain.disclosure import D0, Classes, disclose
from service.domain.permission import Permission
from service.domain.role import Role
from service.domain.task import Task, TaskKind
from service.domain.text import Paragraph


class FinishTask(BaseModel):
    """What came of a task."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    outcome: Paragraph


async def give(
    context: Context,
    agency_id: UUID,
    kind: TaskKind,
    record_kind: RecordKind,
    record_id: UUID,
    due_on: date,
    *,
    position_id: UUID | None = None,
    for_role: Role | None = None,
) -> None:
    """Put something on an agency's list, with ids only; the same thing is never there twice."""
    await context.work.tasks.add(
        Task(
            id=context.new_id(),
            kind=kind,
            agency_id=agency_id,
            position_id=position_id,
            for_role=for_role,
            record_kind=record_kind.value,
            record_id=record_id,
            made_at=context.now,
            due_on=due_on,
        )
    )


async def settle(context: Context, record_id: UUID, *kinds: TaskKind) -> None:
    """Take it off every list: what was to be done about the record has been done."""
    await context.work.tasks.settle(kinds, record_id, context.now)


async def listing(
    context: Context, *, mine: bool, done: bool, after: UUID | None, limit: int
) -> Page:
    """What the caller's agency is to do, newest first: why, until when, and the one call."""
    found = await context.work.tasks.of_agency(
        context.agency_id,
        positions=context.actor.position_ids if mine else None,
        done=done,
        after=after,
        limit=limit + 1,
    )
    shown = []
    for task in found[:limit]:
        if task.person_id is None and task.what is None:
            shown.append(_shown(task, frozenset({D0})))
            continue
        facts = await facts_of_task(context, task.id, task)
        permit = context.may(Permission.TASK_READ, facts, shows=Task)
        if permit is not None:
            shown.append(_shown(task, permit.classes))
    context.note_list(Permission.TASK_READ)
    return Page(shown, found[limit - 1].id if len(found) > limit else None)


async def finish(context: Context, task_id: UUID, command: FinishTask) -> Shown:
    """Done, with what came of it."""
    task = await context.work.tasks.find(task_id, lock=True)
    context.enforce(Permission.TASK_FINISH, await facts_of_task(context, task_id, task))
    assert task is not None  # noqa: S101 - no permit without a record
    context.check_version(task.version)
    finished = task.finished(command.outcome, context.now)
    await context.work.tasks.save(finished)
    return context.receipt(finished, kind_ja=task.kind.label_ja)


def _shown(task: Task, classes: Classes) -> dict[str, Any]:
    return disclose(task, classes) | {"kind_ja": task.kind.label_ja, "call": task.call}


async def facts_of_task(context: Context, task_id: UUID, task: Task | None) -> Facts:
    """The caller's part in a task: it is its agency's to do, or it is not."""
    person_id = task.person_id if task and task.person_id else NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    mine = task is not None and task.agency_id == context.actor.agency_id
    parts = {Part.PARTY} if mine else set()
    if mine and task is not None and task.person_id is None:
        parts.add(Part.HOLDER)
    return Facts(
        kind=RecordKind.TASK,
        record_id=task_id,
        found=task is not None,
        holder_agency_id=task.agency_id if task else None,
        person_id=task.person_id if task else None,
        parts=frozenset(parts),
        consents=tuple(consents),
        conference_id=task.conference_id if task else None,
    )
