"""Statistics in PostgreSQL: counted where the records are, one statement a source."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    Text,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel

from service.adapters.postgres.rows import Table, row_of
from service.domain.errors import IllegalMove, Stale
from service.domain.publication import Told
from service.domain.statistics import (
    ClosedMonth,
    Counted,
    Indicator,
    Population,
    StatisticsPolicy,
)
from service.domain.suppression import Cell

PopulationRow = row_of(
    Population,
    "population",
    references={"municipality_code": "municipality.code", "agency_id": "agency.id"},
    constraints=[
        UniqueConstraint("municipality_code", "fiscal_year"),
        CheckConstraint("population > 0", name="somebody"),
    ],
)
ClosedMonthRow = row_of(
    ClosedMonth,
    "closed_month",
    key=("municipality_code", "month"),
    references={
        "municipality_code": "municipality.code",
        "agency_id": "agency.id",
        "position_id": "position.id",
    },
)


class SurveyFigureRow(SQLModel, table=True):
    """A figure as it stood when its month was closed."""

    __tablename__ = "survey_figure"
    __table_args__ = (
        ForeignKeyConstraint(
            ["municipality_code", "month"],
            ["closed_month.municipality_code", "closed_month.month"],
        ),
    )

    municipality_code: str = Field(sa_column=Column(Text, primary_key=True))
    month: str = Field(sa_column=Column(Text, primary_key=True))
    indicator: str = Field(sa_column=Column(Text, primary_key=True))
    code: str = Field(sa_column=Column(Text, primary_key=True))
    count: int = Field(sa_column=Column(Integer, nullable=False))


class PublicFigureRow(SQLModel, table=True):
    """A figure as it was published, small numbers withheld; it never changes."""

    __tablename__ = "public_figure"

    municipality_code: str = Field(
        sa_column=Column(Text, ForeignKey("municipality.code"), primary_key=True)
    )
    fiscal_year: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    period: str = Field(sa_column=Column(Text, primary_key=True))
    row: str = Field(sa_column=Column(Text, primary_key=True))
    place: str = Field(sa_column=Column(Text, primary_key=True))
    count: int | None = Field(default=None, sa_column=Column(Integer))
    whole_row: bool = Field(sa_column=Column(Boolean, nullable=False))


POPULATION = Table(Population, PopulationRow)
CLOSED_MONTH = Table(ClosedMonth, ClosedMonthRow)

#: Where the figures come from: a function of the database, and the indicators it counts.
SOURCES: Mapping[str, frozenset[Indicator]] = {
    "survey_consultations": frozenset(
        {
            Indicator.NEW_CONSULTATIONS,
            Indicator.UNIDENTIFIED,
            Indicator.RETURNS,
            Indicator.PERSONS_CONSULTED,
        }
    ),
    "survey_screened": frozenset(
        {Indicator.INFORMED_ONLY, Indicator.HANDED_OVER, Indicator.TO_PUBLIC_ASSISTANCE}
    ),
    "survey_plans": frozenset(
        {
            Indicator.PLANS,
            Indicator.EMPLOYMENT_TARGETS,
            Indicator.SERVICES,
            Indicator.FUNCTIONS,
        }
    ),
    "survey_endings": frozenset(
        {Indicator.CLOSINGS, Indicator.INTERRUPTIONS, Indicator.REPLANNINGS}
    ),
    "survey_evaluations": frozenset(
        {
            Indicator.EMPLOYED,
            Indicator.EMPLOYED_TARGETS,
            Indicator.INCOME_INCREASED,
            Indicator.INCREASED_TARGETS,
        }
    ),
    "survey_conferences": frozenset({Indicator.CONFERENCES, Indicator.ITEMS}),
}


class PostgresStatistics:
    """Counts of a municipality, what of them was closed, and what was published."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def policy(self, municipality: str, day: date) -> StatisticsPolicy:
        """What the municipality has settled, as of a day."""
        found = await self._connection.fetchval(
            "SELECT value FROM policy WHERE municipality_code = $1 AND name = 'statistics'"
            " AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
            municipality,
            day,
        )
        return StatisticsPolicy.model_validate(from_json(found) if found else {})

    async def counted(
        self, municipality: str, since: date, until: date, policy: StatisticsPolicy
    ) -> Sequence[Counted]:
        """Every figure of the months from a day until before another, as of now."""
        union = " UNION ALL ".join(f"SELECT * FROM {s}($1, $2, $3, $4)" for s in SOURCES)
        rows = await self._connection.fetch(
            union, municipality, since, until, policy.model_dump_json()
        )
        return [
            Counted(r["month"], Indicator(r["indicator"]), r["code"], r["number"]) for r in rows
        ]

    async def persons(self, municipality: str, since: date, until: date) -> Mapping[str, int]:
        """How many people were heard, each once, in all and by theme."""
        rows = await self._connection.fetch(
            "SELECT code, number FROM survey_persons($1, $2, $3)", municipality, since, until
        )
        return {r["code"]: r["number"] for r in rows}

    async def by_area(
        self, municipality: str, since: date, until: date, policy: StatisticsPolicy
    ) -> Mapping[Cell, int]:
        """New consultations by (month, theme, area); the theme '' is all of them."""
        rows = await self._connection.fetch(
            "SELECT month, theme, area, number FROM survey_areas($1, $2, $3, $4)",
            municipality,
            since,
            until,
            policy.model_dump_json(),
        )
        return {(r["month"], r["theme"], r["area"]): r["number"] for r in rows}

    async def places(self, municipality: str) -> tuple[Mapping[str, str], Sequence[str]]:
        """The areas of the directory by code, and the themes its desks answer for."""
        areas = await self._connection.fetch(
            "SELECT code, name FROM area WHERE municipality_code = $1 ORDER BY code", municipality
        )
        themes = await self._connection.fetch(
            "SELECT DISTINCT unnest(themes) AS theme FROM desk WHERE municipality_code = $1"
            " ORDER BY 1",
            municipality,
        )
        return {r["code"]: r["name"] for r in areas}, [r["theme"] for r in themes]

    async def population(
        self, municipality: str, year: int, *, lock: bool = False
    ) -> Population | None:
        """The population that rates of a fiscal year are by."""
        row = await self._connection.fetchrow(
            f"{POPULATION.select} WHERE municipality_code = $1 AND fiscal_year = $2"
            + (" FOR UPDATE" if lock else ""),
            municipality,
            year,
        )
        return POPULATION.read(row) if row else None

    async def set_population(self, population: Population) -> None:
        """The first one of the year, or the next version. Raises Stale if another came first."""
        if population.version > 1:
            await POPULATION.replace(self._connection, population)
            return
        status = await self._connection.execute(
            f"{POPULATION.insert()} ON CONFLICT DO NOTHING", *POPULATION.parameters(population)
        )
        if status == "INSERT 0 0":
            raise Stale("record.changed_meanwhile")

    async def closed_months(self, municipality: str, year: int) -> Sequence[ClosedMonth]:
        """The months of a fiscal year that were closed."""
        rows = await self._connection.fetch(
            f"{CLOSED_MONTH.select} WHERE municipality_code = $1 AND month BETWEEN $2 AND $3"
            " ORDER BY month",
            municipality,
            f"{year}-04",
            f"{year + 1}-03",
        )
        return [CLOSED_MONTH.read(r) for r in rows]

    async def one_at_a_time(self, municipality: str) -> None:
        """Until the transaction ends, nobody else closes a month of the municipality."""
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('close ' || $1, 0))", municipality
        )

    async def close(self, month: ClosedMonth, figures: Mapping[tuple[str, str], int]) -> None:
        """Closed, with its figures as they are. Raises IllegalMove if it was closed before."""
        status = await self._connection.execute(
            f"{CLOSED_MONTH.insert()} ON CONFLICT DO NOTHING", *CLOSED_MONTH.parameters(month)
        )
        if status == "INSERT 0 0":
            raise IllegalMove("statistics.month_closed")
        await self._connection.executemany(
            "INSERT INTO survey_figure (municipality_code, month, indicator, code, count)"
            " VALUES ($1, $2, $3, $4, $5)",
            [(month.municipality_code, month.month, *key, n) for key, n in figures.items()],
        )

    async def frozen(
        self, municipality: str, year: int
    ) -> Mapping[str, Mapping[tuple[str, str], int]]:
        """The figures of the year's closed months, by month; those by area as well."""
        rows = await self._connection.fetch(
            "SELECT month, indicator, code, count FROM survey_figure"
            " WHERE municipality_code = $1 AND month BETWEEN $2 AND $3",
            municipality,
            f"{year}-04",
            f"{year + 1}-03",
        )
        found: dict[str, dict[tuple[str, str], int]] = {}
        for row in rows:
            found.setdefault(row["month"], {})[row["indicator"], row["code"]] = row["count"]
        return found

    async def publish(self, municipality: str, year: int, told: Mapping[Cell, Told]) -> None:
        """Publish figures; they never change."""
        await self._connection.executemany(
            'INSERT INTO public_figure (municipality_code, fiscal_year, period, "row", place,'
            " count, whole_row) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [(municipality, year, *cell, *figure) for cell, figure in told.items()],
        )

    async def published(self, municipality: str, year: int) -> Mapping[Cell, Told]:
        """What was published of a fiscal year."""
        rows = await self._connection.fetch(
            'SELECT period, "row", place, count, whole_row FROM public_figure'
            " WHERE municipality_code = $1 AND fiscal_year = $2",
            municipality,
            year,
        )
        return {(r["period"], r["row"], r["place"]): Told(r["count"], r["whole_row"]) for r in rows}

    async def management(
        self, agency_id: UUID, since: datetime, until: datetime, today: date, now: datetime
    ) -> Mapping[str, Any]:
        """How one agency fares."""
        found = await self._connection.fetchval(
            "SELECT management_figures($1, $2, $3, $4, $5)", agency_id, since, until, today, now
        )
        return dict(from_json(found))

    async def agencies(self, municipality: str) -> Iterable[tuple[UUID, str]]:
        """The agencies of a municipality, by name."""
        rows = await self._connection.fetch(
            "SELECT id, coalesce(public_name, name) AS name FROM agency"
            " WHERE municipality_code = $1 ORDER BY name, id",
            municipality,
        )
        return [(r["id"], r["name"]) for r in rows]
