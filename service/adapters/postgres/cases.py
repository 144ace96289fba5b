"""Cases, who leads them, assessments, contact schedules and urgent support in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Column, Index, Integer, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.adapters.postgres.entrance import OVERDUE
from service.adapters.postgres.rows import Records, Table, row_of
from service.application.ports_of_care import CaseView
from service.domain.assessment import Assessment
from service.domain.case import Case, CaseLead
from service.domain.contact_schedule import ContactSchedule
from service.domain.urgent_support import UrgentSupport

_LEADS = {
    "lead_agency_id": "agency.id",
    "lead_position_id": "position.id",
    "deputy_agency_id": "agency.id",
    "deputy_position_id": "position.id",
    "person_id": "person.id",
}
CaseRow = row_of(
    Case,
    "support_case",
    references=_LEADS | {"hub_agency_id": "agency.id", "previous_case_id": "support_case.id"},
    constraints=[
        UniqueConstraint("number"),
        Index("ix_support_case_person_id", "person_id"),
        Index("ix_support_case_lead_agency_id", "lead_agency_id", "id"),
        Index("ix_support_case_deputy_agency_id", "deputy_agency_id"),
        Index("ix_support_case_ended_at", "municipality_code", "ended_at"),
        Index(
            "ix_support_case_team",
            "team",
            postgresql_using="gin",
            postgresql_ops={"team": "jsonb_path_ops"},
        ),
        Index(
            "ix_support_case_stale_at", "stale_at", postgresql_where=text("stale_at IS NOT NULL")
        ),
        Index(
            "ix_support_case_lead_position_id",
            "lead_position_id",
            postgresql_where=text("ended_at IS NULL"),
        ),
    ],
)
CaseLeadRow = row_of(
    CaseLead,
    "case_lead",
    references=_LEADS | {"case_id": "support_case.id"},
    constraints=[
        Index("ix_case_lead_person_id", "person_id"),
        # Exactly one active lead (row 1-39): whoever comes second is refused by the database too.
        Index(
            "uq_case_lead_active", "case_id", unique=True, postgresql_where=text("ended_at IS NULL")
        ),
    ],
)
AssessmentRow = row_of(
    Assessment,
    "assessment",
    references={
        "case_id": "support_case.id",
        "person_id": "person.id",
        "agency_id": "agency.id",
    },
    constraints=[
        Index("ix_assessment_case_id", "case_id", "id"),
        Index("ix_assessment_person_id", "person_id"),
    ],
)
ContactScheduleRow = row_of(
    ContactSchedule,
    "contact_schedule",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "case_id": "support_case.id",
        "consultation_id": "consultation.id",
    },
    constraints=[
        Index("ix_contact_schedule_agency_id", "agency_id", "id"),
        Index("ix_contact_schedule_person_id", "person_id"),
        Index("ix_contact_schedule_next_on", "next_on", postgresql_where=text("ended_at IS NULL")),
    ],
)
UrgentSupportRow = row_of(
    UrgentSupport,
    "urgent_support",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "hub_agency_id": "agency.id",
        "case_id": "support_case.id",
        "consultation_id": "consultation.id",
    },
    constraints=[
        Index("ix_urgent_support_agency_id", "agency_id", "id"),
        Index("ix_urgent_support_person_id", "person_id"),
        Index("ix_urgent_support_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    ],
)


class CaseNumberRow(SQLModel, table=True):
    """The last running number of cases, by municipality and fiscal year."""

    __tablename__ = "case_number"

    municipality_code: str = Field(sa_column=Column(Text, primary_key=True))
    fiscal_year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    last: int = Field(sa_column=Column(Integer, nullable=False))


LEAD = Table(CaseLead, CaseLeadRow)
_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
#: What each view of an agency's cases holds.
_VIEWS = {
    CaseView.OPEN: "ended_at IS NULL",
    CaseView.ENDED: "ended_at IS NOT NULL",
    CaseView.STALE: "ended_at IS NULL AND stale",
    CaseView.SOLE: "ended_at IS NULL AND deputy_agency_id IS NULL AND team = '[]'",
    CaseView.HOLDER_GONE: "ended_at IS NULL AND holder_gone",
}


class PostgresCases(Records[Case]):
    """Cases, and who leads them."""

    table = Table(Case, CaseRow)

    async def find_many(self, case_ids: Iterable[UUID]) -> Sequence[Case]:
        """Several cases at once."""
        return await self._all("WHERE id = ANY ($1)", list(case_ids))

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[Case]:
        """The cases of a person that one agency leads."""
        return await self._all(
            "WHERE person_id = $1 AND lead_agency_id = $2 ORDER BY id", person_id, agency_id
        )

    async def of_agency(
        self, agency_id: UUID, view: CaseView, after: UUID | None, limit: int
    ) -> Sequence[Case]:
        """The cases that the agency leads, in a view; newest first."""
        return await self._all(
            f"WHERE lead_agency_id = $1 AND {_VIEWS[view]}{_PAGE}", agency_id, after, limit
        )

    async def open_by_position(
        self, agency_id: UUID
    ) -> Sequence[tuple[UUID | None, int, int, int]]:
        """Open cases, sole ones and stale ones, by the position that leads them."""
        rows = await self._connection.fetch(
            "SELECT lead_position_id, count(*) AS open,"
            " count(*) FILTER (WHERE deputy_agency_id IS NULL AND team = '[]') AS sole,"
            " count(*) FILTER (WHERE stale) AS stale"
            " FROM support_case WHERE lead_agency_id = $1 AND ended_at IS NULL"
            " GROUP BY lead_position_id ORDER BY lead_position_id",
            agency_id,
        )
        return [(r["lead_position_id"], r["open"], r["sole"], r["stale"]) for r in rows]

    async def leads_of(self, person_id: UUID) -> Sequence[UUID]:
        """Which agencies lead the person's cases; ids only."""
        rows = await self._connection.fetch(
            "SELECT DISTINCT lead_agency_id FROM support_case WHERE person_id = $1 ORDER BY 1",
            person_id,
        )
        return [r["lead_agency_id"] for r in rows]

    async def next_number(self, municipality: str, fiscal_year: int) -> int:
        """The next running number; no number is given out twice."""
        return int(
            await self._connection.fetchval(
                "INSERT INTO case_number (municipality_code, fiscal_year, last) VALUES ($1, $2, 1)"
                " ON CONFLICT (municipality_code, fiscal_year)"
                " DO UPDATE SET last = case_number.last + 1 RETURNING last",
                municipality,
                fiscal_year,
            )
        )

    async def touch(self, case_id: UUID, at: datetime, stale_at: datetime) -> None:
        """Something was recorded about it. Nobody's version changes: nothing was decided."""
        await self._connection.execute(
            "UPDATE support_case SET recorded_at = $2, stale_at = $3, stale = false"
            " WHERE id = $1 AND ended_at IS NULL",
            case_id,
            at,
            stale_at,
        )

    async def next_stale(self, now: datetime, *, without: Collection[UUID]) -> Case | None:
        """One about which nothing was recorded for too long."""
        return await self._one(OVERDUE.replace("due_at", "stale_at"), now, list(without))

    async def next_without_holder(
        self, day: date, soon: date, *, without: Collection[UUID]
    ) -> Case | None:
        """One led by a position that nobody holds on some day from one to the other."""
        return await self._one(
            "WHERE ended_at IS NULL AND NOT holder_gone AND lead_position_id IS NOT NULL"
            " AND id <> ALL ($3::uuid[]) AND (NOT EXISTS (SELECT FROM tenure t"
            " WHERE t.position_id = lead_position_id AND t.valid_from <= $1"
            " AND (t.valid_until IS NULL OR t.valid_until >= $1))"
            " OR EXISTS (SELECT FROM tenure t WHERE t.position_id = lead_position_id"
            " AND t.valid_until >= $1 AND t.valid_until < $2 AND NOT EXISTS (SELECT FROM tenure n"
            " WHERE n.position_id = lead_position_id AND n.valid_from <= t.valid_until + 1"
            " AND (n.valid_until IS NULL OR n.valid_until > t.valid_until))))"
            " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            soon,
            list(without),
        )

    async def next_without_lead(
        self, day: date, since: datetime, *, without: Collection[UUID]
    ) -> Case | None:
        """One whose position is empty today, and of which the hub was not told since then.

        What it was told of an earlier lead does not count.
        """
        passed = list(without)
        told = (
            "EXISTS (SELECT FROM hub_entry h WHERE h.record_id = {case}"
            " AND (h.state = 'open' OR h.why = 'no_lead'"
            " AND h.raised_at > greatest($2, {decided_at})))"
        )
        while case := await self._one(
            "WHERE ended_at IS NULL AND holder_gone"
            " AND id <> ALL ($3::uuid[]) AND NOT EXISTS (SELECT FROM tenure t"
            " WHERE t.position_id = lead_position_id AND t.valid_from <= $1"
            " AND (t.valid_until IS NULL OR t.valid_until >= $1))"
            f" AND NOT {told.format(case='support_case.id', decided_at='support_case.decided_at')}"
            " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            since,
            passed,
        ):
            # Another sweep may have told the hub between the look and the lock.
            if not await self._connection.fetchval(
                f"SELECT {told.format(case='$1', decided_at='$3::timestamptz')}",
                case.id,
                since,
                case.decided_at,
            ):
                return case
            passed.append(case.id)
        return None

    async def lead(self, case_id: UUID) -> CaseLead | None:
        """The active lead decision."""
        row = await self._connection.fetchrow(
            f"{LEAD.select} WHERE case_id = $1 AND ended_at IS NULL", case_id
        )
        return LEAD.read(row) if row else None

    async def leads(self, case_id: UUID) -> Sequence[CaseLead]:
        """All lead decisions of a case, oldest first."""
        rows = await self._connection.fetch(
            f"{LEAD.select} WHERE case_id = $1 ORDER BY decided_at, id", case_id
        )
        return [LEAD.read(r) for r in rows]

    async def add_lead(self, lead: CaseLead) -> None:
        """A new lead decision."""
        await self._connection.execute(LEAD.insert(), *LEAD.parameters(lead))

    async def save_lead(self, lead: CaseLead) -> None:
        """The decision with its end."""
        await LEAD.replace(self._connection, lead)


class PostgresAssessments(Records[Assessment]):
    """Assessments: added, never changed."""

    table = Table(Assessment, AssessmentRow)

    async def of_case(self, case_id: UUID) -> Sequence[Assessment]:
        """All views of a case's household, oldest first."""
        return await self._all("WHERE case_id = $1 ORDER BY assessed_on, id", case_id)


class PostgresContacts(Records[ContactSchedule]):
    """Contact schedules."""

    table = Table(ContactSchedule, ContactScheduleRow)

    async def of_agency(
        self, agency_id: UUID, case_id: UUID | None, after: UUID | None, limit: int
    ) -> Sequence[ContactSchedule]:
        """The agency's running schedules, newest first."""
        return await self._all(
            "WHERE agency_id = $1 AND ended_at IS NULL AND ($4::uuid IS NULL OR case_id = $4)"
            + _PAGE,
            agency_id,
            after,
            limit,
            case_id,
        )

    async def next_due(self, day: date, *, without: Collection[UUID]) -> ContactSchedule | None:
        """One whose day has come and of which nobody was reminded yet."""
        return await self._one(
            "WHERE ended_at IS NULL AND next_on <= $1 AND id <> ALL ($2::uuid[])"
            " AND reminded_for IS DISTINCT FROM next_on"
            " ORDER BY next_on, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            list(without),
        )


class PostgresUrgentSupports(Records[UrgentSupport]):
    """Urgent support."""

    table = Table(UrgentSupport, UrgentSupportRow)

    async def of_agency(
        self, agency_id: UUID, *, unfollowed: bool, after: UUID | None, limit: int
    ) -> Sequence[UrgentSupport]:
        """What the agency gave, newest first."""
        return await self._all(
            "WHERE agency_id = $1 AND (NOT $4 OR state <> 'followed')" + _PAGE,
            agency_id,
            after,
            limit,
            unfollowed,
        )

    async def next_overdue(
        self, now: datetime, *, without: Collection[UUID]
    ) -> UrgentSupport | None:
        """One that nothing has followed in time."""
        return await self._one(OVERDUE, now, list(without))
