"""The directory in PostgreSQL: municipalities, agencies, desks, positions, policies."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from asyncpg import Connection
from pydantic_core import from_json
from sqlalchemy import Column, Date, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from service.adapters.postgres.accounts import HELD
from service.adapters.postgres.directory_memory import Known, remembered
from service.adapters.postgres.rows import Table, row_of
from service.domain.access_request import DAYS_TO_DECIDE
from service.domain.actor import Held
from service.domain.audit_policy import AuditPolicies, AuditPolicy
from service.domain.care_policy import CarePolicy
from service.domain.conference_policy import ConferencePolicy
from service.domain.consent import Recipient
from service.domain.directory import (
    Agency,
    AgencyKind,
    Area,
    AreaWorker,
    Contract,
    Desk,
    Municipality,
    Position,
    Tenure,
)
from service.domain.disclosure import DataClass
from service.domain.law import BasisSwitch, BasisVersion, LawBook, LegalBasis
from service.domain.policy import ReferralPolicy
from service.domain.signal_states import SignalPolicy

MunicipalityRow = row_of(Municipality, "municipality", key=("code",))
KindRow = row_of(AgencyKind, "agency_kind", key=("code",))
AgencyRow = row_of(
    Agency,
    "agency",
    references={"kind": "agency_kind.code", "municipality_code": "municipality.code"},
    constraints=[UniqueConstraint("code")],
)
AreaRow = row_of(
    Area,
    "area",
    key=("municipality_code", "code"),
    references={"municipality_code": "municipality.code"},
)
DeskRow = row_of(
    Desk,
    "desk",
    references={"agency_id": "agency.id", "municipality_code": "municipality.code"},
    constraints=[Index("ix_desk_municipality_code", "municipality_code")],
)
PositionRow = row_of(
    Position,
    "position",
    references={"agency_id": "agency.id", "deputy_position_id": "position.id"},
    constraints=[UniqueConstraint("agency_id", "code")],
)
TenureRow = row_of(
    Tenure,
    "tenure",
    references={"position_id": "position.id"},
    constraints=[Index("ix_tenure_iss_sub", "iss", "sub")],
)


AreaWorkerRow = row_of(
    AreaWorker,
    "area_worker",
    references={
        "municipality_code": "municipality.code",
        "agency_id": "agency.id",
        "position_id": "position.id",
        "deputy_position_id": "position.id",
    },
    constraints=[Index("ix_area_worker_area", "municipality_code", "area")],
)
LegalBasisRow = row_of(LegalBasis, "legal_basis", key=("code", "valid_from"))
BasisSwitchRow = row_of(
    BasisSwitch,
    "basis_switch",
    key=("municipality_code", "basis", "valid_from"),
    references={"municipality_code": "municipality.code"},
)
ContractRow = row_of(
    Contract,
    "contract",
    references={"principal_agency_id": "agency.id", "contractor_agency_id": "agency.id"},
)


class IssuerRow(SQLModel, table=True):
    """An OIDC issuer that the directory trusts."""

    __tablename__ = "issuer"

    iss: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))
    jwks_uri: str | None = Field(default=None, sa_column=Column(Text))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    algorithms: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class IssuerAgencyRow(SQLModel, table=True):
    """The agencies an issuer may speak for."""

    __tablename__ = "issuer_agency"

    iss: str = Field(sa_column=Column(Text, ForeignKey("issuer.iss"), primary_key=True))
    agency_id: UUID = Field(sa_column=Column(ForeignKey("agency.id"), primary_key=True))


class PolicyRow(SQLModel, table=True):
    """What a municipality has set for itself, from a day on."""

    __tablename__ = "policy"

    municipality_code: str = Field(
        sa_column=Column(Text, ForeignKey("municipality.code"), primary_key=True)
    )
    name: str = Field(sa_column=Column(Text, primary_key=True))
    valid_from: date = Field(sa_column=Column(Date, primary_key=True))
    value: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


MUNICIPALITY = Table(Municipality, MunicipalityRow)
KIND = Table(AgencyKind, KindRow)
AGENCY = Table(Agency, AgencyRow)
AREA = Table(Area, AreaRow)
AREA_WORKER = Table(AreaWorker, AreaWorkerRow)
DESK = Table(Desk, DeskRow)
POSITION = Table(Position, PositionRow)
TENURE = Table(Tenure, TenureRow)
LEGAL_BASIS = Table(LegalBasis, LegalBasisRow)
BASIS_SWITCH = Table(BasisSwitch, BasisSwitchRow)
CONTRACT = Table(Contract, ContractRow)

_DATED = "valid_from <= $2 AND (valid_until IS NULL OR $2 <= valid_until)"


class PostgresDirectory:
    """The directory."""

    def __init__(self, connection: Connection, known: Known | None = None) -> None:
        """Work inside the connection's transaction, and take from memory what is ``known``."""
        self._connection = connection
        self._known = known

    @remembered
    async def municipality(self, code: str) -> Municipality | None:
        """A municipality by its six-digit code."""
        row = await self._connection.fetchrow(f"{MUNICIPALITY.select} WHERE code = $1", code)
        return MUNICIPALITY.read(row) if row else None

    @remembered
    async def municipalities(self) -> Sequence[Municipality]:
        """All municipalities served."""
        rows = await self._connection.fetch(f"{MUNICIPALITY.select} ORDER BY code")
        return [MUNICIPALITY.read(r) for r in rows]

    @remembered
    async def areas(self, municipality: str) -> Sequence[Area]:
        """The areas of a municipality."""
        rows = await self._connection.fetch(
            f"{AREA.select} WHERE municipality_code = $1 ORDER BY code", municipality
        )
        return [AREA.read(r) for r in rows]

    @remembered
    async def agency(self, agency_id: UUID) -> Agency | None:
        """One agency."""
        row = await self._connection.fetchrow(f"{AGENCY.select} WHERE id = $1", agency_id)
        return AGENCY.read(row) if row else None

    @remembered
    async def agencies(
        self, *, kind: str | None, municipality: str | None, after: UUID | None, limit: int
    ) -> Sequence[Agency]:
        """Agencies of a kind or a municipality, a page at a time."""
        rows = await self._connection.fetch(
            f"{AGENCY.select} WHERE ($1::text IS NULL OR kind = $1)"
            " AND ($2::text IS NULL OR municipality_code = $2) AND ($3::uuid IS NULL OR id > $3)"
            " ORDER BY id LIMIT $4",
            kind,
            municipality,
            after,
            limit,
        )
        return [AGENCY.read(r) for r in rows]

    @remembered
    async def kinds(self) -> Sequence[AgencyKind]:
        """All kinds of agencies."""
        return [KIND.read(r) for r in await self._connection.fetch(f"{KIND.select} ORDER BY code")]

    @remembered
    async def desk(self, desk_id: UUID) -> Desk | None:
        """One desk."""
        row = await self._connection.fetchrow(f"{DESK.select} WHERE id = $1", desk_id)
        return DESK.read(row) if row else None

    @remembered
    async def desks(self, municipality: str, day: date) -> Sequence[Desk]:
        """Desks that serve a municipality on a day."""
        rows = await self._connection.fetch(
            f"{DESK.select} WHERE municipality_code = $1 AND {_DATED}"
            f" AND agency_id IN (SELECT id FROM agency WHERE {_DATED}) ORDER BY id",
            municipality,
            day,
        )
        return [DESK.read(r) for r in rows]

    @remembered
    async def desks_of(self, agency_id: UUID) -> Sequence[Desk]:
        """An agency's desks."""
        found = f"{DESK.select} WHERE agency_id = $1 ORDER BY id"
        return [DESK.read(r) for r in await self._connection.fetch(found, agency_id)]

    @remembered
    async def positions_of(
        self, agency_id: UUID, day: date
    ) -> Sequence[tuple[Position, Tenure | None]]:
        """An agency's positions and who holds them on a day."""
        positions = await self._connection.fetch(
            f"{POSITION.select} WHERE agency_id = $1 AND {_DATED} ORDER BY code",
            agency_id,
            day,
        )
        tenures = await self._connection.fetch(
            f"{TENURE.select} WHERE position_id = ANY ($1) AND {_DATED}",
            [p["id"] for p in positions],
            day,
        )
        holders = {t["position_id"]: TENURE.read(t) for t in tenures}
        return [(POSITION.read(p), holders.get(p["id"])) for p in positions]

    @remembered
    async def recipient(self, agency_id: UUID) -> Recipient | None:
        """An agency as a consent would name it."""
        row = await self._connection.fetchrow(
            "SELECT a.kind, a.municipality_code, k.ceiling FROM agency a"
            " JOIN agency_kind k ON k.code = a.kind WHERE a.id = $1",
            agency_id,
        )
        if row is None:
            return None
        return Recipient(
            agency_id=agency_id,
            kind=row["kind"],
            municipality_code=row["municipality_code"],
            ceiling=DataClass(row["ceiling"]),
        )

    @remembered
    async def deciders(self, municipality: str) -> frozenset[UUID]:
        """Who decides on support for a municipality: its section in charge, or the prefecture's."""
        rows = await self._connection.fetch(
            "SELECT a.id FROM agency a JOIN agency_kind k ON k.code = a.kind"
            " WHERE a.municipality_code = $1 AND k.decides_support",
            municipality,
        )
        return frozenset(r["id"] for r in rows)

    @remembered
    async def referral_policy(self, municipality: str, day: date) -> ReferralPolicy:
        """The deadlines the municipality has set, as of a day."""
        return ReferralPolicy.model_validate(await self._policy(municipality, "referral", day))

    @remembered
    async def signal_policy(self, municipality: str, day: date) -> SignalPolicy:
        """The municipality's rules for signals, as of a day."""
        return SignalPolicy.model_validate(await self._policy(municipality, "signal", day))

    @remembered
    async def care_policy(self, municipality: str, day: date) -> CarePolicy:
        """Its terms for consultations, cases and the hub, as of a day."""
        return CarePolicy.model_validate(await self._policy(municipality, "care", day))

    @remembered
    async def conference_policy(self, municipality: str, day: date) -> ConferencePolicy:
        """Its terms for conferences, as of a day."""
        return ConferencePolicy.model_validate(await self._policy(municipality, "conference", day))

    @remembered
    async def audit_policies(self, municipality: str, until: date) -> AuditPolicies:
        """Its thresholds for the audit log, by the day from which they hold, up to a day."""
        rows = await self._connection.fetch(
            "SELECT valid_from, value FROM policy WHERE municipality_code = $1"
            " AND name = 'audit' AND valid_from <= $2",
            municipality,
            until,
        )
        return AuditPolicies(
            {r["valid_from"]: AuditPolicy.model_validate(from_json(r["value"])) for r in rows}
        )

    async def _policy(self, municipality: str, name: str, day: date) -> Any:
        """What the municipality has set for itself; nothing set: the common defaults."""
        found = await self._connection.fetchval(
            "SELECT value FROM policy WHERE municipality_code = $1 AND name = $3"
            " AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
            municipality,
            day,
            name,
        )
        return from_json(found) if found else {}

    @remembered
    async def area_workers(self, municipality: str, area: str, day: date) -> Sequence[AreaWorker]:
        """Who works for an area on a day."""
        rows = await self._connection.fetch(
            f"{AREA_WORKER.select} WHERE municipality_code = $1 AND area = $3 AND {_DATED}"
            " ORDER BY valid_from, id",
            municipality,
            day,
            area,
        )
        return [AREA_WORKER.read(r) for r in rows]

    @remembered
    async def without_contact(self, municipality: str, day: date) -> Sequence[Agency]:
        """Agencies in which nobody is named as contact (重層支援担当)."""
        rows = await self._connection.fetch(
            f"{AGENCY.select} WHERE municipality_code = $1 AND {_DATED} AND NOT EXISTS ("
            "SELECT FROM position p JOIN tenure t ON t.position_id = p.id"
            " WHERE p.agency_id = agency.id AND p.role = 'layered_support_contact'"
            " AND p.valid_from <= $2 AND (p.valid_until IS NULL OR $2 <= p.valid_until)"
            " AND t.valid_from <= $2 AND (t.valid_until IS NULL OR $2 <= t.valid_until))"
            " ORDER BY code",
            municipality,
            day,
        )
        return [AGENCY.read(r) for r in rows]

    @remembered
    async def days_to_disclose(self, municipality: str, day: date) -> int:
        """Days to decide on a request for disclosure; an ordinance may set fewer."""
        found = await self._connection.fetchval(
            "SELECT value ->> 'days' FROM policy WHERE municipality_code = $1"
            " AND name = 'disclosure' AND valid_from <= $2 ORDER BY valid_from DESC LIMIT 1",
            municipality,
            day,
        )
        return min(int(found), DAYS_TO_DECIDE) if found else DAYS_TO_DECIDE

    @remembered
    async def law_book(self) -> LawBook:
        """The versions of all bases, and who has switched on what."""
        texts = await self._connection.fetch(
            "SELECT code, switchable, valid_from, valid_until FROM legal_basis"
        )
        switches = await self._connection.fetch(BASIS_SWITCH.select)
        return LawBook(
            tuple(BasisVersion.model_validate(dict(t)) for t in texts),
            tuple(BASIS_SWITCH.read(s) for s in switches),
        )

    @remembered
    async def legal_bases(self) -> Sequence[LegalBasis]:
        """The texts of all versions."""
        rows = await self._connection.fetch(f"{LEGAL_BASIS.select} ORDER BY code, valid_from")
        return [LEGAL_BASIS.read(r) for r in rows]

    @remembered
    async def contract(self, contract_id: UUID) -> Contract | None:
        """A contract of entrusted work."""
        row = await self._connection.fetchrow(f"{CONTRACT.select} WHERE id = $1", contract_id)
        return CONTRACT.read(row) if row else None

    @remembered
    async def position(self, position_id: UUID) -> Position | None:
        """One position."""
        row = await self._connection.fetchrow(f"{POSITION.select} WHERE id = $1", position_id)
        return POSITION.read(row) if row else None

    @remembered
    async def tenure_of(self, position_id: UUID, day: date) -> Tenure | None:
        """Who holds a position on a day."""
        row = await self._connection.fetchrow(
            f"{TENURE.select} WHERE position_id = $1 AND {_DATED} ORDER BY id LIMIT 1",
            position_id,
            day,
        )
        return TENURE.read(row) if row else None

    @remembered
    async def commissioner_of(self, municipality: str, area: str, day: date) -> Position | None:
        """The welfare commissioner whose area it is."""
        row = await self._connection.fetchrow(
            f"{POSITION.select} WHERE role = 'welfare_commissioner' AND area = $1 AND {_DATED}"
            " AND agency_id IN (SELECT id FROM agency WHERE municipality_code = $3)"
            " ORDER BY id LIMIT 1",
            area,
            day,
            municipality,
        )
        return POSITION.read(row) if row else None

    @remembered
    async def held_positions(self, agency_id: UUID, day: date) -> Sequence[Held]:
        """The positions of an agency that somebody holds, as callers would hold them."""
        rows = await self._connection.fetch(f"{HELD} AND a.id = $2 ORDER BY p.id", day, agency_id)
        return [Held.model_validate(dict(row)) for row in rows]
