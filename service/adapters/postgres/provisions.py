"""Provisions, enquiries, feedback to commissioners and progress notes in PostgreSQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, text

from service.adapters.postgres.rows import Table, row_of
from service.domain.calendar_jp import JST
from service.domain.enquiry import Enquiry
from service.domain.feedback import Feedback
from service.domain.note import Note
from service.domain.provision import Provision

ProvisionRow = row_of(
    Provision,
    "provision",
    references={
        "person_id": "person.id",
        "from_agency_id": "agency.id",
        "to_agency_id": "agency.id",
        "review_agency_id": "agency.id",
        "contract_id": "contract.id",
    },
    constraints=[
        Index("ix_provision_person_id", "person_id"),
        Index("ix_provision_from_agency_id", "from_agency_id", "id"),
        Index("ix_provision_to_agency_id", "to_agency_id", "id"),
        Index(
            "ix_provision_unreviewed",
            "review_agency_id",
            "id",
            postgresql_where=text("reviewed_at IS NULL AND review_due_at IS NOT NULL"),
        ),
    ],
)
EnquiryRow = row_of(
    Enquiry,
    "enquiry",
    references={
        "from_agency_id": "agency.id",
        "to_agency_id": "agency.id",
        "person_id": "person.id",
    },
    constraints=[
        Index("ix_enquiry_from_agency_id", "from_agency_id", "id"),
        Index("ix_enquiry_to_agency_id", "to_agency_id", "id"),
    ],
)
FeedbackRow = row_of(
    Feedback,
    "feedback",
    references={
        "person_id": "person.id",
        "from_agency_id": "agency.id",
        "to_agency_id": "agency.id",
        "to_position_id": "position.id",
        "tenure_id": "tenure.id",
        "follows_id": "feedback.id",
    },
    constraints=[
        Index("ix_feedback_from_agency_id", "from_agency_id", "id"),
        Index("ix_feedback_to_agency_id", "to_agency_id", "id"),
        Index("ix_feedback_open", "tenure_id", postgresql_where=text("ended_at IS NULL")),
    ],
)
NoteRow = row_of(
    Note,
    "note",
    references={
        "case_id": "support_case.id",
        "person_id": "person.id",
        "agency_id": "agency.id",
    },
    constraints=[
        Index("ix_note_case_id", "case_id", "id"),
        Index("ix_note_person_id", "person_id", "id"),
    ],
)

PROVISION = Table(Provision, ProvisionRow)
ENQUIRY = Table(Enquiry, EnquiryRow)
FEEDBACK = Table(Feedback, FeedbackRow)
NOTE = Table(Note, NoteRow)

_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"


class PostgresProvisions:
    """Provisions. Those a decision rests on are locked against ending until it is recorded."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, provision_id: UUID, *, lock: bool = False) -> Provision | None:
        """The provision's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{PROVISION.select} WHERE id = $1{tail}", provision_id
        )
        return PROVISION.read(row) if row else None

    async def of_person(self, person_id: UUID) -> Sequence[Provision]:
        """Provisions about a person that have not been ended."""
        return await self.of_persons([person_id])

    async def of_persons(self, person_ids: Iterable[UUID]) -> Sequence[Provision]:
        """The same about several persons. With a contract ends what rests on it."""
        rows = await self._connection.fetch(
            f"SELECT {PROVISION.prefixed('v')}, c.valid_until AS contract_until"
            " FROM provision v LEFT JOIN contract c ON c.id = v.contract_id"
            " WHERE v.person_id = ANY ($1) AND v.ended_at IS NULL ORDER BY v.id FOR SHARE OF v",
            list(person_ids),
        )
        return [within_contract(PROVISION.read(r), r["contract_until"]) for r in rows]

    async def reports_about(self, person_id: UUID) -> frozenset[UUID]:
        """Statutory reports about a person, ended ones too."""
        rows = await self._connection.fetch(
            "SELECT id FROM provision WHERE person_id = $1 AND basis = 'DUTY_REPORT'", person_id
        )
        return frozenset(r["id"] for r in rows)

    async def of_agency(
        self, agency_id: UUID, *, unreviewed: bool, after: UUID | None, limit: int
    ) -> Sequence[Provision]:
        """What the agency gave, received, took, or is asked to review; newest first."""
        rows = await self._connection.fetch(
            f"{PROVISION.select} WHERE $1 IN (from_agency_id, to_agency_id, review_agency_id)"
            " AND (NOT $4 OR reviewed_at IS NULL AND review_due_at IS NOT NULL)" + _PAGE,
            agency_id,
            after,
            limit,
            unreviewed,
        )
        return [PROVISION.read(r) for r in rows]

    async def add(self, provision: Provision) -> None:
        """A new provision."""
        await self._connection.execute(PROVISION.insert(), *PROVISION.parameters(provision))

    async def save(self, provision: Provision) -> None:
        """The provision as it is now."""
        await PROVISION.replace(self._connection, provision)


def within_contract(provision: Provision, contract_until: date | None) -> Provision:
    """The provision; with the contract that it rests on it ends as well."""
    if contract_until is None:
        return provision
    over = datetime.combine(contract_until + timedelta(days=1), time.min, tzinfo=JST)
    return provision.but(closes_at=max(provision.opens_at, min(provision.closes_at, over)))


class PostgresEnquiries:
    """Enquiries between desks."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, enquiry_id: UUID, *, lock: bool = False) -> Enquiry | None:
        """The enquiry's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{ENQUIRY.select} WHERE id = $1{tail}", enquiry_id)
        return ENQUIRY.read(row) if row else None

    async def of_agency(
        self, agency_id: UUID, *, received: bool, after: UUID | None, limit: int
    ) -> Sequence[Enquiry]:
        """Enquiries the agency received, or those it put; newest first."""
        side = "to_agency_id" if received else "from_agency_id"
        rows = await self._connection.fetch(
            f"{ENQUIRY.select} WHERE {side} = $1{_PAGE}", agency_id, after, limit
        )
        return [ENQUIRY.read(r) for r in rows]

    async def add(self, enquiry: Enquiry) -> None:
        """A new enquiry."""
        await self._connection.execute(ENQUIRY.insert(), *ENQUIRY.parameters(enquiry))

    async def save(self, enquiry: Enquiry) -> None:
        """The enquiry with its answer."""
        await ENQUIRY.replace(self._connection, enquiry)


class PostgresFeedbacks:
    """Feedback to commissioners."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, feedback_id: UUID, *, lock: bool = False) -> Feedback | None:
        """The feedback's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{FEEDBACK.select} WHERE id = $1{tail}", feedback_id)
        return FEEDBACK.read(row) if row else None

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Feedback]:
        """What the agency gave or was given; newest first."""
        rows = await self._connection.fetch(
            f"{FEEDBACK.select} WHERE $1 IN (from_agency_id, to_agency_id){_PAGE}",
            agency_id,
            after,
            limit,
        )
        return [FEEDBACK.read(r) for r in rows]

    async def next_outlived(self, day: date, *, without: Collection[UUID]) -> Feedback | None:
        """One that is still open although the term of office it was given to is over."""
        row = await self._connection.fetchrow(
            f"{FEEDBACK.select} WHERE ended_at IS NULL AND id <> ALL ($2) AND EXISTS ("
            " SELECT FROM tenure t WHERE t.id = tenure_id AND t.valid_until < $1)"
            " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            list(without),
        )
        return FEEDBACK.read(row) if row else None

    async def add(self, feedback: Feedback) -> None:
        """A new feedback."""
        await self._connection.execute(FEEDBACK.insert(), *FEEDBACK.parameters(feedback))

    async def save(self, feedback: Feedback) -> None:
        """The feedback as it is now."""
        await FEEDBACK.replace(self._connection, feedback)


class PostgresNotes:
    """Progress notes: added and read, never changed."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def of_case(self, case_id: UUID) -> Sequence[Note]:
        """The notes on a case, oldest first."""
        rows = await self._connection.fetch(
            f"{NOTE.select} WHERE case_id = $1 ORDER BY id", case_id
        )
        return [NOTE.read(r) for r in rows]

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[Note]:
        """What one agency noted about a person."""
        rows = await self._connection.fetch(
            f"{NOTE.select} WHERE person_id = $1 AND agency_id = $2 ORDER BY id",
            person_id,
            agency_id,
        )
        return [NOTE.read(r) for r in rows]

    async def add(self, note: Note) -> None:
        """A new note."""
        await self._connection.execute(NOTE.insert(), *NOTE.parameters(note))
