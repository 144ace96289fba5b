"""Plans and their versions in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index

from service.adapters.postgres.rows import Table, row_of
from service.domain.plan import Plan, PlanVersion

PlanRow = row_of(
    Plan,
    "plan",
    references={
        "person_id": "person.id",
        "holder_agency_id": "agency.id",
        "referral_id": "referral.id",
        "case_id": "support_case.id",
    },
    constraints=[Index("ix_plan_person_id", "person_id")],
)
PlanVersionRow = row_of(
    PlanVersion,
    "plan_version",
    key=("plan_id", "number"),
    references={"plan_id": "plan.id", "approved_item_id": "agenda_item.id"},
    constraints=[
        Index("ix_plan_version_approved_item_id", "approved_item_id"),
        Index("ix_plan_version_agreed_on", "agreed_on"),
        Index("ix_plan_version_decided_at", "decided_at"),
    ],
)
PLAN = Table(Plan, PlanRow)
VERSION = Table(PlanVersion, PlanVersionRow)


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
