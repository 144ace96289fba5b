"""Who (iss, sub) is: the positions held today, or the person's own account."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Column, ForeignKey, Text
from sqlmodel import Field, SQLModel

from service.adapters.postgres.directory_memory import Known, remembered
from service.domain.actor import Held, TokenIssuer, VerifiedToken


class PersonAccountRow(SQLModel, table=True):
    """A person's own portal account."""

    __tablename__ = "person_account"

    iss: str = Field(sa_column=Column(Text, primary_key=True))
    sub: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: UUID = Field(sa_column=Column(ForeignKey("person.id"), nullable=False))


class ConflictRow(SQLModel, table=True):
    """A person whom a staff member must keep away from (relative, suspect)."""

    __tablename__ = "conflict_of_interest"

    iss: str = Field(sa_column=Column(Text, primary_key=True))
    sub: str = Field(sa_column=Column(Text, primary_key=True))
    person_id: UUID = Field(sa_column=Column(ForeignKey("person.id"), primary_key=True))


# A position counts only while it and its tenure are in force, at an agency in force, for
# which the issuer may speak.
HELD = """
SELECT p.id AS position_id, p.role, p.department, t.id AS tenure_id, a.id AS agency_id,
       a.code AS agency_code, a.kind AS agency_kind, a.municipality_code, k.ceiling,
       ARRAY (SELECT m.code FROM municipality m WHERE m.hub_agency_id = a.id) AS hub_of
FROM tenure t
JOIN position p ON p.id = t.position_id
JOIN agency a ON a.id = p.agency_id
JOIN agency_kind k ON k.code = a.kind
JOIN issuer_agency b ON b.iss = t.iss AND b.agency_id = a.id
WHERE t.valid_from <= $1 AND (t.valid_until IS NULL OR $1 <= t.valid_until)
  AND p.valid_from <= $1 AND (p.valid_until IS NULL OR $1 <= p.valid_until)
  AND a.valid_from <= $1 AND (a.valid_until IS NULL OR $1 <= a.valid_until)
"""


class PostgresAccounts:
    """Callers, as the directory knows them."""

    def __init__(self, connection: Connection, known: Known | None = None) -> None:
        """Work inside the connection's transaction, and take from memory what is ``known``."""
        self._connection = connection
        self._known = known

    @remembered
    async def issuer(self, iss: str) -> TokenIssuer | None:
        """A trusted issuer, by its exact name."""
        row = await self._connection.fetchrow(
            "SELECT iss, jwks_uri, kind, algorithms FROM issuer WHERE iss = $1", iss
        )
        return TokenIssuer.model_validate(dict(row)) if row else None

    async def issuer_names(self) -> list[str]:
        """All trusted issuers."""
        return [
            r["iss"] for r in await self._connection.fetch("SELECT iss FROM issuer ORDER BY iss")
        ]

    async def held(self, token: VerifiedToken, day: date) -> Sequence[Held]:
        """The positions held on a day."""
        return await self._held(token.iss, token.sub, day)

    async def conflicts(self, token: VerifiedToken) -> frozenset[UUID]:
        """Persons whom the caller must keep away from."""
        return await self._conflicts(token.iss, token.sub)

    async def person(self, token: VerifiedToken) -> UUID | None:
        """The person whose own account this is."""
        return await self._person(token.iss, token.sub)

    @remembered
    async def _held(self, iss: str, sub: str, day: date) -> Sequence[Held]:
        rows = await self._connection.fetch(
            f"{HELD} AND t.iss = $2 AND t.sub = $3 ORDER BY p.id", day, iss, sub
        )
        return [Held.model_validate(dict(row)) for row in rows]

    @remembered
    async def _conflicts(self, iss: str, sub: str) -> frozenset[UUID]:
        rows = await self._connection.fetch(
            "SELECT person_id FROM conflict_of_interest WHERE iss = $1 AND sub = $2", iss, sub
        )
        return frozenset(r["person_id"] for r in rows)

    @remembered
    async def _person(self, iss: str, sub: str) -> UUID | None:
        found: UUID | None = await self._connection.fetchval(
            "SELECT person_id FROM person_account WHERE iss = $1 AND sub = $2", iss, sub
        )
        return found
