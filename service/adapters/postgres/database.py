"""The connection pool, and the unit of work: one transaction that commits all or nothing."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID

import asyncpg
from asyncpg import Connection, Pool
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from service.adapters.postgres.access_requests import PostgresAccessRequests
from service.adapters.postgres.accounts import PostgresAccounts
from service.adapters.postgres.anonymous import PostgresAnonymous
from service.adapters.postgres.answered import mark
from service.adapters.postgres.audit import PostgresAuditLog
from service.adapters.postgres.audit_reports import PostgresAuditReports
from service.adapters.postgres.blind_index import BlindIndex
from service.adapters.postgres.calendar_feeds import PostgresCalendarFeeds
from service.adapters.postgres.cases import (
    PostgresAssessments,
    PostgresCases,
    PostgresContacts,
    PostgresUrgentSupports,
)
from service.adapters.postgres.conference_bodies import PostgresConferenceBodies
from service.adapters.postgres.conferences import PostgresConferences
from service.adapters.postgres.dates import PostgresDatePolls, PostgresSeries
from service.adapters.postgres.desks import PostgresDesks
from service.adapters.postgres.directories import PostgresDirectory
from service.adapters.postgres.directory_memory import DirectoryMemory, Known
from service.adapters.postgres.entrance import (
    PostgresConsultations,
    PostgresHub,
    PostgresSignals,
)
from service.adapters.postgres.files import PostgresFiles
from service.adapters.postgres.forms import PostgresChecklists, PostgresForms
from service.adapters.postgres.idempotency import PostgresAnswers
from service.adapters.postgres.imports import PostgresImports
from service.adapters.postgres.information_requests import PostgresInformationRequests
from service.adapters.postgres.item_moves import PostgresItemMoves
from service.adapters.postgres.notices import PostgresNotices
from service.adapters.postgres.people import (
    PostgresConsents,
    PostgresPersons,
)
from service.adapters.postgres.plans import PostgresPlans
from service.adapters.postgres.progress import PostgresProgress
from service.adapters.postgres.provisions import (
    PostgresEnquiries,
    PostgresFeedbacks,
    PostgresNotes,
    PostgresProvisions,
)
from service.adapters.postgres.referrals import PostgresReferrals
from service.adapters.postgres.shared.ride import Ride
from service.adapters.postgres.shared.sharing import Sharing
from service.adapters.postgres.statistics import PostgresStatistics
from service.adapters.postgres.tasks import PostgresTasks
from service.adapters.postgres.transparency import PostgresTransparencyLog
from service.domain.actor import Actor, TokenIssuer
from service.domain.audit import DecidedEntry
from service.domain.errors import Unavailable

#: What says that the database cannot do it now, whether connecting, waiting or committing.
UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.QueryCanceledError,
    asyncpg.InsufficientPrivilegeError,
)


class RecordHistoryRow(SQLModel, table=True):
    """Every version of every record, written by a trigger and never changed."""

    __tablename__ = "record_history"
    __table_args__ = (
        Index("ix_record_history_record", "table_name", "record_id"),
        # When a case was interrupted or planned anew: the survey counts the steps (``statistics``).
        Index(
            "ix_record_history_stage",
            "at",
            postgresql_where=text(
                "table_name = 'support_case' AND body ->> 'stage' IN ('interrupted', 'replanning')"
            ),
        ),
    )

    number: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    table_name: str = Field(sa_column=Column(Text, nullable=False))
    record_id: Any = Field(sa_column=Column(Uuid, nullable=False))
    version: int | None = Field(default=None, sa_column=Column(Integer))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    body: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))


class CircleRow(SQLModel, table=True):
    """Who ever had anything to do with a person or a conference: what the second wall rests on.

    Written by triggers alone. The member is an agency, or the person themself.
    """

    __tablename__ = "circle"

    member_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    about: UUID = Field(sa_column=Column(Uuid, primary_key=True))


class DirectoryVersionRow(SQLModel, table=True):
    """The edition of the directory; triggers change it with every change of its tables."""

    __tablename__ = "directory_version"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: bool = Field(sa_column=Column(Boolean, primary_key=True))
    edition: UUID = Field(sa_column=Column(Uuid, nullable=False))


class NothingAuditedError(RuntimeError):
    """A unit of work was about to commit without an audit entry. It never does."""


class PostgresUnitOfWork:
    """One transaction with all the stores in it."""

    def __init__(self, connection: Connection, index: BlindIndex, memory: DirectoryMemory) -> None:
        """Put every store on this connection."""
        known = Known(connection, memory)
        self.connection = connection
        self.accounts = PostgresAccounts(connection, known)
        self.answers = PostgresAnswers(connection)
        self.directory = PostgresDirectory(connection, known)
        self.desks = PostgresDesks(connection, known)
        self.persons = PostgresPersons(connection, index)
        self.consents = PostgresConsents(connection)
        self.provisions = PostgresProvisions(connection)
        self.enquiries = PostgresEnquiries(connection)
        self.feedbacks = PostgresFeedbacks(connection)
        self.imports = PostgresImports(connection)
        self.notes = PostgresNotes(connection)
        self.anonymous = PostgresAnonymous(connection)
        self.access_requests = PostgresAccessRequests(connection)
        self.consultations = PostgresConsultations(connection)
        self.referrals = PostgresReferrals(connection)
        self.cases = PostgresCases(connection)
        self.signals = PostgresSignals(connection)
        self.hub = PostgresHub(connection)
        self.assessments = PostgresAssessments(connection)
        self.contacts = PostgresContacts(connection)
        self.urgent_supports = PostgresUrgentSupports(connection)
        self.plans = PostgresPlans(connection)
        self.forms = PostgresForms(connection)
        self.checklists = PostgresChecklists(connection)
        self.conferences = PostgresConferences(connection)
        self.conference_bodies = PostgresConferenceBodies(connection)
        self.progress = PostgresProgress(connection)
        self.conference_series = PostgresSeries(connection)
        self.item_moves = PostgresItemMoves(connection)
        self.date_polls = PostgresDatePolls(connection)
        self.files = PostgresFiles(connection)
        self.information_requests = PostgresInformationRequests(connection)
        self.calendar_feeds = PostgresCalendarFeeds(connection)
        self.notices = PostgresNotices(connection)
        self.statistics = PostgresStatistics(connection)
        self.tasks = PostgresTasks(connection)
        self.audit = PostgresAuditLog(connection)
        self.audit_reports = PostgresAuditReports(connection)
        self.log = PostgresTransparencyLog(connection)
        self._transaction = connection.transaction()

    async def begin(self) -> Self:
        """Start the transaction."""
        await self._transaction.start()
        return self

    async def act_for(self, actor: Actor) -> None:
        """Tell the database who is asking, until the transaction ends: the second wall (R2)."""
        await self.connection.execute(
            "SELECT set_config('tsunagi.kind', $1, true), set_config('tsunagi.agency', $2, true),"
            " set_config('tsunagi.person', $3, true)",
            actor.kind,
            str(actor.agency_id or ""),
            str(actor.person_id or ""),
        )

    async def in_emergency(self, person_id: UUID) -> None:
        """Open the second wall for this one person's record, until the transaction ends."""
        await self.connection.execute(
            "SELECT set_config('tsunagi.emergency', $1, true)", str(person_id)
        )

    async def commit(self, entries: Sequence[DecidedEntry]) -> None:
        """Write the audit entries and commit everything together; only then may anybody answer."""
        if not entries:
            raise NothingAuditedError
        await self.audit.append(entries)
        try:
            await self._transaction.commit()
        except Exception as error:
            # Whatever it was: nobody may be told that it was done.
            raise Unavailable("database.commit_failed") from error

    async def rollback(self) -> None:
        """Undo everything."""
        await self._transaction.rollback()


async def _left_clean(connection: Connection) -> None:
    """Whatever we set ends with its transaction; there is nothing else to clean up."""
    if connection.is_in_transaction():
        await connection.reset()


class Database:
    """The pool of connections of the service's own, unprivileged role."""

    def __init__(self, pool: Pool, index: BlindIndex) -> None:
        """Use the pool, and the key under which readings are stored."""
        self.pool = pool
        self._index = index
        self._memory = DirectoryMemory()
        self._sharing = Sharing(pool, self._memory)

    @classmethod
    async def open(cls, url: str, *, size: int = 10, search_key: bytes = b"") -> Self:
        """Connect, or say that the database cannot be reached."""
        pool = await asyncpg.create_pool(
            url,
            min_size=min(2, size),
            max_size=size,
            timeout=5.0,
            command_timeout=20.0,
            reset=_left_clean,
        )
        return cls(pool, BlindIndex(search_key))

    async def close(self) -> None:
        """Close all connections."""
        await self._sharing.close()
        await self.pool.close()

    async def issuer(self, iss: str) -> TokenIssuer | None:
        """A trusted issuer as it was last seen: whoever uses it asks again in a transaction.

        What is not remembered is looked up, so that nobody is refused on an old word.
        """
        last: TokenIssuer | None = self._memory.last(PostgresAccounts.issuer, iss)
        if last is not None:
            return last
        try:
            async with self.pool.acquire(timeout=10.0) as connection:
                return await PostgresAccounts(connection).issuer(iss)
        except UNAVAILABLE as error:
            raise Unavailable("database.unavailable") from error

    def shared_work(self, seats: int) -> AbstractAsyncContextManager[Ride]:
        """A part in a transaction with others who come at the same time. Raises GoesAlone."""
        return self._sharing.ride(seats)

    @asynccontextmanager
    async def unit_of_work(self) -> AsyncIterator[PostgresUnitOfWork]:
        """A transaction that is rolled back unless it was committed inside."""
        try:
            async with self.pool.acquire(timeout=10.0) as connection:
                work = await PostgresUnitOfWork(connection, self._index, self._memory).begin()
                try:
                    yield work
                finally:
                    if connection.is_in_transaction():
                        await work.rollback()
        except UNAVAILABLE as error:
            if isinstance(error, ValueError):
                raise  # a parameter of the wrong type is our own mistake
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                # The rollback was cut off as well: whoever was cancelled must not go on.
                raise asyncio.CancelledError from error
            raise Unavailable("database.unavailable") from error

    @asynccontextmanager
    async def log(self) -> AsyncIterator[PostgresTransparencyLog]:
        """The transparency log in a transaction of its own, which is committed in the end."""
        async with self.pool.acquire(timeout=10.0) as connection, connection.transaction():
            yield PostgresTransparencyLog(connection)

    async def mark_answered(self, attempt_ids: Collection[UUID], at: datetime) -> None:
        """Mark attempts as answered."""
        await mark(self.pool, attempt_ids, at)

    async def ready(self) -> bool:
        """Whether the database answers."""
        try:
            return await self.pool.fetchval("SELECT true", timeout=2.0) is True
        except UNAVAILABLE:
            return False
