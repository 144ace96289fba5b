"""Plans and their versions in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, text

from service.adapters.postgres.rows import Table, row_of
from service.domain.plan import Plan, PlanVersion
from service.domain.plan_course import WATCHED
from service.domain.plan_evaluation import PlanEvaluation
from service.domain.plan_monitoring import PlanMonitoring

PlanRow = row_of(
    Plan,
    "plan",
    references={
        "person_id": "person.id",
        "holder_agency_id": "agency.id",
        "referral_id": "referral.id",
        "case_id": "support_case.id",
        "previous_plan_id": "plan.id",
    },
    constraints=[
        Index("ix_plan_person_id", "person_id"),
        Index("ix_plan_case_id", "case_id"),
        Index("ix_plan_holder_agency_id", "holder_agency_id", "due_on"),
        Index("ix_plan_wake_on", "wake_on", postgresql_where=text("wake_on IS NOT NULL")),
    ],
)
PlanVersionRow = row_of(
    PlanVersion,
    "plan_version",
    key=("plan_id", "number"),
    references={
        "plan_id": "plan.id",
        "approved_item_id": "agenda_item.id",
        "representation_id": "representation.id",
    },
    constraints=[
        Index("ix_plan_version_approved_item_id", "approved_item_id"),
        Index("ix_plan_version_agreed_on", "agreed_on"),
        Index("ix_plan_version_decided_at", "decided_at"),
    ],
)
_LATER = {"plan_id": "plan.id", "agency_id": "agency.id", "position_id": "position.id"}
PlanMonitoringRow = row_of(
    PlanMonitoring,
    "plan_monitoring",
    references=_LATER,
    constraints=[Index("ix_plan_monitoring_plan_id", "plan_id", "id")],
)
PlanEvaluationRow = row_of(
    PlanEvaluation,
    "plan_evaluation",
    references=_LATER,
    constraints=[
        Index("ix_plan_evaluation_plan_id", "plan_id", "id"),
        # The survey counts who found work, and whose income rose.
        Index(
            "ix_plan_evaluation_employed_on",
            text("(employment ->> 'employed_on')"),
            postgresql_where=text("employment IS NOT NULL"),
        ),
        Index("ix_plan_evaluation_on", "on", postgresql_where=text("employment IS NOT NULL")),
    ],
)
PLAN = Table(Plan, PlanRow)
VERSION = Table(PlanVersion, PlanVersionRow)
MONITORING = Table(PlanMonitoring, PlanMonitoringRow)
EVALUATION = Table(PlanEvaluation, PlanEvaluationRow)


class PostgresPlans:
    """Plans and their versions."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, plan_id: UUID, *, lock: bool = False) -> Plan | None:
        """The plan's record; locking it locks all its versions."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{PLAN.select} WHERE id = $1{tail}", plan_id)
        return PLAN.read(row) if row else None

    async def find_many(self, plan_ids: Collection[UUID]) -> Sequence[Plan]:
        """Several plans."""
        rows = await self._connection.fetch(
            f"{PLAN.select} WHERE id = ANY ($1) ORDER BY id", list(plan_ids)
        )
        return [PLAN.read(r) for r in rows]

    async def versions_at(self, places: Collection[tuple[UUID, int]]) -> Sequence[PlanVersion]:
        """Single versions of several plans, by plan and number."""
        rows = await self._connection.fetch(
            f"{VERSION.select} WHERE (plan_id, number) IN"
            " (SELECT * FROM unnest($1::uuid[], $2::int[])) ORDER BY plan_id, number",
            [plan_id for plan_id, _ in places],
            [number for _, number in places],
        )
        return [VERSION.read(r) for r in rows]

    async def version(self, plan_id: UUID, number: int) -> PlanVersion | None:
        """One version."""
        row = await self._connection.fetchrow(
            f"{VERSION.select} WHERE plan_id = $1 AND number = $2", plan_id, number
        )
        return VERSION.read(row) if row else None

    async def versions(self, plan_id: UUID) -> Sequence[PlanVersion]:
        """All versions, oldest first."""
        rows = await self._connection.fetch(
            f"{VERSION.select} WHERE plan_id = $1 ORDER BY number", plan_id
        )
        return [VERSION.read(r) for r in rows]

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[Plan]:
        """The plans for a person that one agency holds."""
        rows = await self._connection.fetch(
            f"{PLAN.select} WHERE person_id = $1 AND holder_agency_id = $2 ORDER BY id",
            person_id,
            agency_id,
        )
        return [PLAN.read(r) for r in rows]

    async def add(self, plan: Plan, first: PlanVersion) -> None:
        """A new plan with its first version."""
        await self._connection.execute(PLAN.insert(), *PLAN.parameters(plan))
        await self.add_version(first)

    async def save(self, plan: Plan) -> None:
        """The plan as it is now."""
        await PLAN.replace(self._connection, plan)

    async def add_version(self, version: PlanVersion) -> None:
        """One more version."""
        await self._connection.execute(VERSION.insert(), *VERSION.parameters(version))

    async def save_version(self, version: PlanVersion) -> None:
        """The version as it is now."""
        await VERSION.replace(self._connection, version)

    async def of_case(self, case_id: UUID) -> Sequence[Plan]:
        """The plans of a case, whoever holds them, oldest first."""
        rows = await self._connection.fetch(
            f"{PLAN.select} WHERE case_id = $1 ORDER BY id", case_id
        )
        return [PLAN.read(r) for r in rows]

    async def overdue(
        self, agency_id: UUID, day: date, after: UUID | None, limit: int
    ) -> Sequence[Plan]:
        """The agency's plans whose monitoring or end has come, newest first."""
        rows = await self._connection.fetch(
            f"{PLAN.select} WHERE holder_agency_id = $1 AND due_on <= $2 AND course = ANY ($3)"
            " AND ($4::uuid IS NULL OR id < $4) ORDER BY id DESC LIMIT $5",
            agency_id,
            day,
            sorted(course.value for course in WATCHED),
            after,
            limit,
        )
        return [PLAN.read(r) for r in rows]

    async def next_due(self, day: date, *, without: Collection[UUID]) -> Plan | None:
        """One plan whose day has come and that no other sweep is busy with."""
        row = await self._connection.fetchrow(
            f"{PLAN.select} WHERE wake_on <= $1 AND id <> ALL ($2::uuid[])"
            " ORDER BY wake_on LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            list(without),
        )
        return PLAN.read(row) if row else None

    async def monitorings(self, plan_id: UUID) -> Sequence[PlanMonitoring]:
        """What was found, oldest first."""
        rows = await self._connection.fetch(
            f"{MONITORING.select} WHERE plan_id = $1 ORDER BY id", plan_id
        )
        return [MONITORING.read(r) for r in rows]

    async def add_monitoring(self, monitoring: PlanMonitoring) -> None:
        """One more monitoring."""
        await self._connection.execute(MONITORING.insert(), *MONITORING.parameters(monitoring))

    async def evaluations(self, plan_id: UUID) -> Sequence[PlanEvaluation]:
        """The evaluation sheets, oldest first."""
        rows = await self._connection.fetch(
            f"{EVALUATION.select} WHERE plan_id = $1 ORDER BY id", plan_id
        )
        return [EVALUATION.read(r) for r in rows]

    async def add_evaluation(self, evaluation: PlanEvaluation) -> None:
        """One more sheet."""
        await self._connection.execute(EVALUATION.insert(), *EVALUATION.parameters(evaluation))
