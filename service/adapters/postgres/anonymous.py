"""Supervision, screenings, area issues and tallies in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index

from service.adapters.postgres.rows import Table, row_of
from service.domain.area_issue import AreaIssue
from service.domain.screening import Screening
from service.domain.supervision import Supervision
from service.domain.tally import Recommendation

SupervisionRow = row_of(
    Supervision,
    "supervision",
    references={
        "person_id": "person.id",
        "from_agency_id": "agency.id",
        "to_agency_id": "agency.id",
    },
    constraints=[
        Index("ix_supervision_from_agency_id", "from_agency_id", "id"),
        Index("ix_supervision_to_agency_id", "to_agency_id", "id"),
    ],
)
ScreeningRow = row_of(Screening, "screening", references={"agency_id": "agency.id"})
AreaIssueRow = row_of(
    AreaIssue,
    "area_issue",
    references={
        "agency_id": "agency.id",
        "municipality_code": "municipality.code",
        "body_id": "conference_body.id",
    },
    constraints=[
        Index("ix_area_issue_body_id", "body_id", "id"),
        Index("ix_area_issue_municipality_code", "municipality_code", "id"),
    ],
)
RecommendationRow = row_of(
    Recommendation,
    "recommendation",
    references={"agency_id": "agency.id"},
    constraints=[Index("ix_recommendation_agency_id", "agency_id", "happened_on")],
)

SUPERVISION = Table(Supervision, SupervisionRow)
SCREENING = Table(Screening, ScreeningRow)
AREA_ISSUE = Table(AreaIssue, AreaIssueRow)
RECOMMENDATION = Table(Recommendation, RecommendationRow)

_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"


class PostgresAnonymous:
    """What is told without names."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def supervision(self, supervision_id: UUID, *, lock: bool = False) -> Supervision | None:
        """A request for supervision."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{SUPERVISION.select} WHERE id = $1{tail}", supervision_id
        )
        return SUPERVISION.read(row) if row else None

    async def supervisions_of(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Supervision]:
        """What the agency asked or was asked; newest first."""
        rows = await self._connection.fetch(
            f"{SUPERVISION.select} WHERE $1 IN (from_agency_id, to_agency_id){_PAGE}",
            agency_id,
            after,
            limit,
        )
        return [SUPERVISION.read(r) for r in rows]

    async def add_supervision(self, supervision: Supervision) -> None:
        """A new request."""
        await self._connection.execute(SUPERVISION.insert(), *SUPERVISION.parameters(supervision))

    async def save_supervision(self, supervision: Supervision) -> None:
        """The request as it is now."""
        await SUPERVISION.replace(self._connection, supervision)

    async def screening(self, screening_id: UUID, *, lock: bool = False) -> Screening | None:
        """A screening."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{SCREENING.select} WHERE id = $1{tail}", screening_id
        )
        return SCREENING.read(row) if row else None

    async def add_screening(self, screening: Screening) -> None:
        """A new screening."""
        await self._connection.execute(SCREENING.insert(), *SCREENING.parameters(screening))

    async def save_screening(self, screening: Screening) -> None:
        """The screening as it is now."""
        await SCREENING.replace(self._connection, screening)

    async def area_issue(self, issue_id: UUID, *, lock: bool = False) -> AreaIssue | None:
        """An area issue."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{AREA_ISSUE.select} WHERE id = $1{tail}", issue_id)
        return AREA_ISSUE.read(row) if row else None

    async def area_issues_of_body(
        self, body_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[AreaIssue]:
        """What was passed up to a conference body; newest first."""
        rows = await self._connection.fetch(
            f"{AREA_ISSUE.select} WHERE body_id = $1{_PAGE}", body_id, after, limit
        )
        return [AREA_ISSUE.read(r) for r in rows]

    async def area_issues(
        self, municipality: str, after: UUID | None, limit: int
    ) -> Sequence[AreaIssue]:
        """A municipality's area issues; newest first."""
        rows = await self._connection.fetch(
            f"{AREA_ISSUE.select} WHERE municipality_code = $1{_PAGE}", municipality, after, limit
        )
        return [AREA_ISSUE.read(r) for r in rows]

    async def add_area_issue(self, issue: AreaIssue) -> None:
        """A new area issue."""
        await self._connection.execute(AREA_ISSUE.insert(), *AREA_ISSUE.parameters(issue))

    async def save_area_issue(self, issue: AreaIssue) -> None:
        """The area issue as it is now."""
        await AREA_ISSUE.replace(self._connection, issue)

    async def add_recommendation(self, recommendation: Recommendation) -> None:
        """One more, of nobody."""
        await self._connection.execute(
            RECOMMENDATION.insert(), *RECOMMENDATION.parameters(recommendation)
        )

    async def recommendations(
        self, agency_id: UUID, since: date, until: date
    ) -> Sequence[tuple[str, str, int]]:
        """How many there were, by theme and outcome."""
        rows = await self._connection.fetch(
            "SELECT theme, outcome, count(*) AS count FROM recommendation"
            " WHERE agency_id = $1 AND happened_on BETWEEN $2 AND $3"
            " GROUP BY theme, outcome ORDER BY theme, outcome",
            agency_id,
            since,
            until,
        )
        return [(r["theme"], r["outcome"], r["count"]) for r in rows]
