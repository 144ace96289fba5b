"""Signals, consultations and the hub's queue in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.consultation import Consultation
from service.domain.consultation_states import ConsultationStatus
from service.domain.hub import HubEntry
from service.domain.signal import Signal
from service.domain.signal_states import SignalStatus

SignalRow = row_of(
    Signal,
    "signal",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "entered_by_agency_id": "agency.id",
        "hub_agency_id": "agency.id",
        "to_desk_id": "desk.id",
        "consultation_id": "consultation.id",
        "merged_into_id": "signal.id",
    },
    constraints=[
        Index("ix_signal_agency_id", "agency_id", "id"),
        Index("ix_signal_entered_by_agency_id", "entered_by_agency_id", "id"),
        Index("ix_signal_person_id", "person_id"),
        Index("ix_signal_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    ],
)
ConsultationRow = row_of(
    Consultation,
    "consultation",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "routed_desk_id": "desk.id",
        "hub_agency_id": "agency.id",
        "conference_id": "conference.id",
        "signal_id": "signal.id",
        "previous_case_id": "support_case.id",
        "case_id": "support_case.id",
    },
    constraints=[
        Index("ix_consultation_agency_id", "agency_id", "id"),
        Index("ix_consultation_person_id", "person_id"),
        Index("ix_consultation_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        # The survey of a month.
        Index("ix_consultation_received_at", "municipality_code", "received_at"),
        Index(
            "ix_consultation_heard_on",
            "municipality_code",
            "heard_on",
            postgresql_where=text("heard_on IS NOT NULL"),
        ),
        Index("ix_consultation_screened_at", "municipality_code", "screened_at"),
    ],
)
HubEntryRow = row_of(
    HubEntry,
    "hub_entry",
    references={
        "hub_agency_id": "agency.id",
        "from_agency_id": "agency.id",
        "answered_by_agency_id": "agency.id",
        "person_id": "person.id",
    },
    constraints=[
        Index("ix_hub_entry_hub_agency_id", "hub_agency_id", "id"),
        Index("ix_hub_entry_from_agency_id", "from_agency_id", "id"),
        Index("ix_hub_entry_person_id", "person_id"),
        Index("ix_hub_entry_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        # One record stands in the queue once.
        Index(
            "uq_hub_entry_open", "record_id", unique=True, postgresql_where=text("state = 'open'")
        ),
    ],
)

#: A page: newest first, older than the one the last page ended with.
_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
#: One whose deadline has passed and that no other sweep is busy with.
OVERDUE = (
    "WHERE due_at <= $1 AND id <> ALL ($2::uuid[]) ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"
)


class PostgresSignals(Records[Signal]):
    """Signals."""

    table = Table(Signal, SignalRow)

    async def of_agency(
        self,
        agency_id: UUID,
        *,
        status: SignalStatus | None,
        entered: bool,
        after: UUID | None,
        limit: int,
    ) -> Sequence[Signal]:
        """Those the agency looks into, or those that it passed on; newest first."""
        whose = "entered_by_agency_id = $1 AND agency_id <> $1" if entered else "agency_id = $1"
        return await self._all(
            f"WHERE {whose} AND ($4::text IS NULL OR status = $4)" + _PAGE,
            agency_id,
            after,
            limit,
            status,
        )

    async def next_overdue(self, now: datetime, *, without: Collection[UUID]) -> Signal | None:
        """One that nobody has looked at in time."""
        return await self._one(OVERDUE, now, list(without))


class PostgresConsultations(Records[Consultation]):
    """Consultations taken in."""

    table = Table(Consultation, ConsultationRow)

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[Consultation]:
        """What one agency took in about a person."""
        return await self._all(
            "WHERE person_id = $1 AND agency_id = $2 ORDER BY id", person_id, agency_id
        )

    async def of_agency(
        self, agency_id: UUID, status: ConsultationStatus | None, after: UUID | None, limit: int
    ) -> Sequence[Consultation]:
        """What the agency took in, newest first."""
        return await self._all(
            "WHERE agency_id = $1 AND ($4::text IS NULL OR status = $4)" + _PAGE,
            agency_id,
            after,
            limit,
            status,
        )

    async def next_overdue(
        self, now: datetime, *, without: Collection[UUID]
    ) -> Consultation | None:
        """One whose way to go on was not settled in time."""
        return await self._one(OVERDUE, now, list(without))


class PostgresHub(Records[HubEntry]):
    """The hub's queue."""

    table = Table(HubEntry, HubEntryRow)

    async def put(self, entry: HubEntry) -> bool:
        """A new entry; ``False`` if one about the record is open already."""
        status = await self._connection.execute(
            f"{self.table.insert()} ON CONFLICT DO NOTHING", *self.table.parameters(entry)
        )
        return bool(status == "INSERT 0 1")

    async def open_about(self, record_id: UUID, *, lock: bool = False) -> HubEntry | None:
        """The open entry about a record."""
        tail = " FOR UPDATE" if lock else ""
        return await self._one(f"WHERE record_id = $1 AND state = 'open'{tail}", record_id)

    async def queue(
        self, agency_id: UUID, *, mine: bool, ended: bool, after: UUID | None, limit: int
    ) -> Sequence[HubEntry]:
        """What waits for the agency as hub, or what it put to the hub itself; newest first."""
        whose = "from_agency_id = $1" if mine else "hub_agency_id = $1"
        return await self._all(
            f"WHERE {whose} AND ($4 OR state = 'open')" + _PAGE, agency_id, after, limit, ended
        )

    async def next_overdue(self, now: datetime, *, without: Collection[UUID]) -> HubEntry | None:
        """One that the hub has not answered in time. A referral minds its own deadlines."""
        return await self._one(
            OVERDUE.replace("WHERE", "WHERE record_kind <> 'referral' AND"), now, list(without)
        )
