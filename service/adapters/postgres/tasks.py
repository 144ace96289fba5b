"""Tasks in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, text

from service.adapters.postgres.rows import Table, row_of
from service.domain.task import Task, TaskKind

TaskRow = row_of(
    Task,
    "task",
    references={
        "conference_id": "conference.id",
        "item_id": "agenda_item.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
        "person_id": "person.id",
    },
    constraints=[
        Index("ix_task_agency_id", "agency_id", "id"),
        Index("ix_task_record_id", "record_id"),
        Index("ix_task_conference_id", "conference_id", "due_on"),
        Index(
            "ix_task_remind_on",
            "remind_on",
            postgresql_where=text("remind_on IS NOT NULL AND state = 'open'"),
        ),
        Index(
            "ix_task_chase_on",
            "chase_on",
            postgresql_where=text("chase_on IS NOT NULL AND state = 'open'"),
        ),
        # Nobody is told twice to do the same thing.
        Index(
            "uq_task_once",
            "kind",
            "record_id",
            "agency_id",
            unique=True,
            postgresql_where=text("state = 'open' AND kind <> 'conference'"),
        ),
    ],
)
TASK = Table(Task, TaskRow)


class PostgresTasks:
    """What agencies are to do."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, task_id: UUID, *, lock: bool = False) -> Task | None:
        """One task."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{TASK.select} WHERE id = $1{tail}", task_id)
        return TASK.read(row) if row else None

    async def add(self, task: Task) -> None:
        """A new task, unless the same one is open already."""
        await self._connection.execute(
            f"{TASK.insert()} ON CONFLICT DO NOTHING", *TASK.parameters(task)
        )

    async def save(self, task: Task) -> None:
        """The task as it is now."""
        await TASK.replace(self._connection, task)

    async def settle(self, kinds: Collection[TaskKind], record_id: UUID, at: datetime) -> None:
        """What was to be done about the record has been done, whoever was to do it."""
        await self._connection.execute(
            "SELECT settle_tasks($1, $2, $3)", sorted(k.value for k in kinds), record_id, at
        )

    async def settle_own(
        self, kinds: Collection[TaskKind], record_id: UUID, agency_id: UUID, at: datetime
    ) -> None:
        """What one agency was to do about the record; others still have to."""
        await self._connection.execute(
            "UPDATE task SET state = 'done', finished_at = $4, version = version + 1"
            " WHERE record_id = $2 AND agency_id = $3 AND state = 'open' AND kind = ANY ($1)",
            sorted(k.value for k in kinds),
            record_id,
            agency_id,
            at,
        )

    async def of_conference(self, conference_id: UUID) -> Sequence[Task]:
        """What the conference decided that somebody does, in the order it was decided in."""
        rows = await self._connection.fetch(
            f"{TASK.select} WHERE conference_id = $1 ORDER BY id", conference_id
        )
        return [TASK.read(r) for r in rows]

    async def of_agency(
        self,
        agency_id: UUID,
        *,
        positions: Collection[UUID] | None,
        done: bool,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Task]:
        """What the agency is to do, newest first; of some positions and of nobody in particular."""
        rows = await self._connection.fetch(
            f"{TASK.select} WHERE agency_id = $1 AND ($2::uuid IS NULL OR id < $2)"
            " AND ($4 OR state = 'open')"
            " AND ($5::uuid[] IS NULL OR position_id IS NULL OR position_id = ANY ($5))"
            " ORDER BY id DESC LIMIT $3",
            agency_id,
            after,
            limit,
            done,
            None if positions is None else list(positions),
        )
        return [TASK.read(r) for r in rows]
