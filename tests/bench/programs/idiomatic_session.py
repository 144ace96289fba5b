"""What the idiomatic reference depends on: its session, its caller, and what it looks up."""

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Annotated, Any, TypeVar
from uuid import UUID

from bench.programs.known import (
    Asked,
    Cursors,
    Known,
    actor_of,
    claims_of,
    new_id,
    now,
)
from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy import func, or_, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.adapters.holidays import closed_in_japan
from service.adapters.postgres.accounts import ConflictRow
from service.adapters.postgres.directories import (
    AgencyRow,
    BasisSwitchRow,
    ContractRow,
    IssuerAgencyRow,
    KindRow,
    LegalBasisRow,
    MunicipalityRow,
    PolicyRow,
    PositionRow,
    TenureRow,
)
from service.adapters.postgres.people import ConsentRow, PersonRow
from service.adapters.postgres.provisions import ProvisionRow
from service.api.referrals import View
from service.api.shapes import page_of
from service.domain.actor import Held
from service.domain.calendar_jp import jst_date
from service.domain.consent import ConsentTerms
from service.domain.law import BasisSwitch, BasisVersion, LawBook
from service.domain.provision import ProvisionTerms

V = TypeVar("V", bound=BaseModel)
PageOfReferrals = page_of(View)
INVOLVED = text("SELECT involvement((:person)::uuid, (:agency)::uuid)")


def empty_is_null() -> None:
    """What is empty is NULL in our columns, not the JSON of it."""
    for table in SQLModel.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, JSONB):
                column.type.none_as_null = True


def value_of(value: type[V], row: Any) -> V:
    """The domain's value in a row object."""
    return value.model_validate({f: getattr(row, f) for f in value.model_fields})


def row_from(row: type[SQLModel], value: BaseModel) -> SQLModel:
    """The row object of a domain's value."""
    columns = row.__table__.c  # type: ignore[attr-defined]  # SQLModel sets it
    plain = value.model_dump(mode="json")
    return row(
        **{
            f: _plain(plain[f] if isinstance(columns[f].type, JSONB) else getattr(value, f))
            for f in type(value).model_fields
        }
    )


def _plain(found: Any) -> Any:
    return (
        sorted(found)
        if isinstance(found, frozenset)
        else found
        if not isinstance(found, tuple)
        else list(found)
    )


class Settled:
    """What is opened once, at the start."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.cursors = Cursors(known.cursor_key)
        self.closed = closed_in_japan()
        empty_is_null()
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=_creator(known.database),
            pool_size=known.pool,
            max_overflow=0,
        )
        self.sessions = async_sessionmaker(self.engine, class_=AsyncSession, expire_on_commit=False)
        self.law: LawBook

    async def read_law(self) -> None:
        async with self.sessions() as session:
            texts = (await session.exec(select(LegalBasisRow))).all()
            switches = (await session.exec(select(BasisSwitchRow))).all()
        self.law = LawBook(
            tuple(value_of(BasisVersion, t) for t in texts),
            tuple(value_of(BasisSwitch, s) for s in switches),
        )


def _creator(url: str) -> Any:
    import asyncpg  # noqa: PLC0415 - only for the address, which SQLAlchemy would take apart

    async def connect() -> Any:
        return await asyncpg.connect(url)

    return connect


async def session_of(request: Request) -> AsyncIterator[AsyncSession]:
    """One session a request; what is not committed is undone."""
    settled: Settled = request.app.state.settled
    async with settled.sessions() as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of)]


def claims_in(request: Request, authorization: Annotated[str, Header()]) -> Mapping[str, Any]:
    """What the bearer's token says."""
    settled: Settled = request.app.state.settled
    return claims_of(settled.known, authorization, now())


async def asked_by(
    request: Request,
    session: Session,
    claims: Annotated[Mapping[str, Any], Depends(claims_in)],
    purpose_of_use: Annotated[str, Header()],
) -> Asked:
    """Who asks, as the directory knows them today."""
    settled: Settled = request.app.state.settled
    at = now()
    held = await _held(session, claims, jst_date(at))
    conflicts = await session.exec(
        select(ConflictRow.person_id).where(
            ConflictRow.iss == claims["iss"], ConflictRow.sub == claims["sub"]
        )
    )
    actor = actor_of(claims, held, conflicts.all(), purpose_of_use)
    await session.exec(
        select(
            func.set_config("tsunagi.kind", actor.kind, True),  # noqa: FBT003 - PostgreSQL's
            func.set_config("tsunagi.agency", str(actor.agency_id), True),  # noqa: FBT003
            func.set_config("tsunagi.person", "", True),  # noqa: FBT003
        )
    )
    attempt = new_id()
    remote = request.client.host if request.client else None
    return Asked(actor, at, settled.law, attempt, f"idiomatic-{attempt.hex}", remote)


Caller = Annotated[Asked, Depends(asked_by)]


def _dated(row: Any, day: Any) -> tuple[Any, Any]:
    return row.valid_from <= day, or_(row.valid_until.is_(None), row.valid_until >= day)


async def _held(session: AsyncSession, claims: Mapping[str, Any], day: Any) -> list[Held]:
    found = await session.exec(
        select(PositionRow, TenureRow, AgencyRow, KindRow)
        .join(TenureRow, TenureRow.position_id == PositionRow.id)
        .join(AgencyRow, AgencyRow.id == PositionRow.agency_id)
        .join(KindRow, KindRow.code == AgencyRow.kind)
        .join(
            IssuerAgencyRow,
            (IssuerAgencyRow.iss == TenureRow.iss) & (IssuerAgencyRow.agency_id == AgencyRow.id),
        )
        .where(TenureRow.iss == claims["iss"], TenureRow.sub == claims["sub"])
        .where(*_dated(TenureRow, day), *_dated(PositionRow, day), *_dated(AgencyRow, day))
        .order_by(PositionRow.id)
    )
    rows = found.all()
    hubs = await session.exec(
        select(MunicipalityRow.code, MunicipalityRow.hub_agency_id).where(
            MunicipalityRow.hub_agency_id.in_([a.id for _, _, a, _ in rows])
        )
    )
    hub_of = hubs.all()
    return [
        Held(
            position_id=p.id,
            role=p.role,
            agency_id=a.id,
            agency_code=a.code,
            agency_kind=a.kind,
            municipality_code=a.municipality_code,
            ceiling=k.ceiling,
            hub_of=frozenset(code for code, agency in hub_of if agency == a.id),
            department=p.department,
            tenure_id=t.id,
        )
        for p, t, a, k in rows
    ]


async def consents_of(
    session: AsyncSession, whom: Iterable[UUID]
) -> dict[UUID, list[ConsentTerms]]:
    """The consents of persons, locked until the commit."""
    found: dict[UUID, list[ConsentTerms]] = {p: [] for p in whom}
    rows = await session.exec(
        select(ConsentRow)
        .where(ConsentRow.person_id.in_(list(found)))
        .order_by(ConsentRow.id)
        .with_for_update(read=True)
    )
    for row in rows:
        found[row.person_id].append(value_of(ConsentTerms, row))
    return found


async def provisions_of(
    session: AsyncSession, whom: Iterable[UUID]
) -> dict[UUID, list[ProvisionTerms]]:
    """The provisions about persons that have not ended, locked until the commit."""
    found: dict[UUID, list[ProvisionTerms]] = {p: [] for p in whom}
    rows = await session.exec(
        select(ProvisionRow, ContractRow.valid_until)
        .join(ContractRow, ContractRow.id == ProvisionRow.contract_id, isouter=True)
        .where(ProvisionRow.person_id.in_(list(found)), ProvisionRow.ended_at.is_(None))
        .order_by(ProvisionRow.id)
        .with_for_update(read=True, of=ProvisionRow)
    )
    for row, _ in rows:
        found[row.person_id].append(value_of(ProvisionTerms, row))
    return found


async def departments_of(
    session: AsyncSession, whom: Iterable[UUID], agency_id: UUID
) -> dict[UUID, str]:
    """Of the agency's own persons, those that a department keeps to itself."""
    rows = await session.exec(
        select(PersonRow.id, PersonRow.department).where(
            PersonRow.id.in_(list(whom)),
            PersonRow.holder_agency_id == agency_id,
            PersonRow.department.is_not(None),
        )
    )
    return dict(rows.all())


async def policy_of(session: AsyncSession, asked: Asked, name: str) -> Any:
    """What the caller's municipality has set, as of today."""
    found = await session.exec(
        select(PolicyRow.value)
        .where(
            PolicyRow.municipality_code == asked.actor.municipality_code,
            PolicyRow.name == name,
            PolicyRow.valid_from <= asked.today,
        )
        .order_by(PolicyRow.valid_from.desc())
        .limit(1)
    )
    return found.first() or {}
