"""Referrals and their history in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index, UniqueConstraint, text

from service.adapters.postgres.rows import Table, row_of
from service.domain.referral import Referral, ReferralEvent
from service.domain.referral_amendment import ReferralAmendment
from service.domain.referral_states import HANDED_OVER, RESTS_ON_CONSENT, Status

ReferralRow = row_of(
    Referral,
    "referral",
    references={
        "person_id": "person.id",
        "to_desk_id": "desk.id",
        "proposal_desk_id": "desk.id",
        "from_agency_id": "agency.id",
        "to_agency_id": "agency.id",
        "hub_agency_id": "agency.id",
        "consultation_id": "consultation.id",
        "parent_id": "referral.id",
        "household_id": "household.id",
        "case_id": "support_case.id",
        "reopens_id": "referral.id",
    },
    constraints=[
        Index("ix_referral_from_agency_id", "from_agency_id", "id"),
        Index("ix_referral_to_agency_id", "to_agency_id", "id"),
        Index(
            "ix_referral_hub_queue",
            "hub_agency_id",
            "id",
            postgresql_where=text("status = 'needs_lead' OR resumes = 'needs_lead'"),
        ),
        Index("ix_referral_person_id", "person_id"),
        Index("ix_referral_consultation_id", "consultation_id"),
        Index("ix_referral_parent_id", "parent_id"),
        Index("ix_referral_case_id", "case_id", "id"),
        Index("ix_referral_reopens_id", "reopens_id"),
        Index("ix_referral_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index(
            "ix_referral_check_on",
            "check_on",
            postgresql_where=text("check_on IS NOT NULL AND check_asked_at IS NULL"),
        ),
    ],
)
ReferralEventRow = row_of(
    ReferralEvent,
    "referral_event",
    references={"referral_id": "referral.id"},
    constraints=[UniqueConstraint("referral_id", "number")],
)
AmendmentRow = row_of(
    ReferralAmendment,
    "referral_amendment",
    references={"referral_id": "referral.id"},
    constraints=[UniqueConstraint("referral_id", "number", "field")],
)

REFERRAL = Table(Referral, ReferralRow)
EVENT = Table(ReferralEvent, ReferralEventRow)
AMENDMENT = Table(ReferralAmendment, AmendmentRow)

#: A page: newest first, older than the one the last page ended with.
_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"
_AT_HUB = "(status = 'needs_lead' OR resumes = 'needs_lead')"


class PostgresReferrals:
    """Referrals and their history."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, referral_id: UUID, *, lock: bool = False) -> Referral | None:
        """The referral's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{REFERRAL.select} WHERE id = $1{tail}", referral_id)
        return REFERRAL.read(row) if row else None

    async def add(self, referral: Referral) -> None:
        """A new referral."""
        await self._connection.execute(REFERRAL.insert(), *REFERRAL.parameters(referral))

    async def save(self, referral: Referral) -> None:
        """The referral as it is now."""
        await REFERRAL.replace(self._connection, referral)

    async def inbox(
        self, agency_id: UUID, status: Status | None, after: UUID | None, limit: int
    ) -> Sequence[Referral]:
        """Referrals sent to the agency, and those of cases it is on."""
        rows = await self._connection.fetch(
            f"SELECT {REFERRAL.columns} FROM inbox_of($1, $2, $3, $4)",
            agency_id,
            status,
            after,
            limit,
        )
        return [REFERRAL.read(r) for r in rows]

    async def outbox(
        self, agency_id: UUID, status: Status | None, after: UUID | None, limit: int
    ) -> Sequence[Referral]:
        """Referrals the agency made."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE from_agency_id = $1 AND ($4::text IS NULL OR status = $4)"
            + _PAGE,
            agency_id,
            after,
            limit,
            status,
        )
        return [REFERRAL.read(r) for r in rows]

    async def hub_queue(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Referral]:
        """Referrals that wait for this hub."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE hub_agency_id = $1 AND {_AT_HUB}{_PAGE}",
            agency_id,
            after,
            limit,
        )
        return [REFERRAL.read(r) for r in rows]

    async def next_overdue(self, now: datetime, *, without: Collection[UUID]) -> Referral | None:
        """One referral whose deadline has passed and that no other sweep is busy with."""
        row = await self._connection.fetchrow(
            f"{REFERRAL.select} WHERE due_at <= $1 AND id <> ALL ($2)"
            " ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            now,
            list(without),
        )
        return REFERRAL.read(row) if row else None

    async def next_to_check(self, day: date, *, without: Collection[UUID]) -> Referral | None:
        """One referral whose sender is to be asked how it went, and that no other sweep is busy with."""
        row = await self._connection.fetchrow(
            f"{REFERRAL.select} WHERE check_on <= $1 AND check_asked_at IS NULL"
            " AND status = ANY ($2) AND id <> ALL ($3)"
            " ORDER BY check_on LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            sorted(s.value for s in HANDED_OVER),
            list(without),
        )
        return REFERRAL.read(row) if row else None

    async def resting_on_consent(self, person_id: UUID) -> Sequence[Referral]:
        """A person's referrals under way that stop when no consent covers them any longer."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE person_id = $1 AND status = ANY ($2) ORDER BY id FOR UPDATE",
            person_id,
            sorted(s.value for s in RESTS_ON_CONSENT),
        )
        return [REFERRAL.read(r) for r in rows]

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[Referral]:
        """The referrals about a person that one agency made."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE person_id = $1 AND from_agency_id = $2 ORDER BY id",
            person_id,
            agency_id,
        )
        return [REFERRAL.read(r) for r in rows]

    async def out_of(self, consultation_id: UUID) -> Sequence[Referral]:
        """The referrals that came out of a consultation."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE consultation_id = $1 ORDER BY id", consultation_id
        )
        return [REFERRAL.read(r) for r in rows]

    async def reopenings(self, referral_id: UUID) -> Sequence[Referral]:
        """The referrals that take an ended one up again."""
        rows = await self._connection.fetch(
            f"{REFERRAL.select} WHERE reopens_id = $1 ORDER BY id", referral_id
        )
        return [REFERRAL.read(r) for r in rows]

    async def linked(self, referral_id: UUID) -> Sequence[Referral]:
        """The referral with its parents, their other children, and so on; oldest first."""
        rows = await self._connection.fetch(
            "WITH RECURSIVE up AS ("
            "SELECT id, parent_id FROM referral WHERE id = $1"
            " UNION SELECT r.id, r.parent_id FROM referral r JOIN up ON r.id = up.parent_id"
            "), chain AS ("
            "SELECT id FROM up"
            " UNION SELECT r.id FROM referral r JOIN chain ON r.parent_id = chain.id"
            f") {REFERRAL.select} WHERE id IN (SELECT id FROM chain) ORDER BY made_at, id LIMIT 200",
            referral_id,
        )
        return [REFERRAL.read(r) for r in rows]

    async def counts(
        self, agency_id: UUID, since: datetime, before: datetime
    ) -> Sequence[tuple[str, str, str, int]]:
        """How many an agency made and received, by route and status."""
        rows = await self._connection.fetch(
            "SELECT side, route, status, count(*) FROM ("
            "SELECT 'made' AS side, route, status, made_at AS at FROM referral"
            " WHERE from_agency_id = $1"
            " UNION ALL SELECT 'received', route, status, sent_at FROM referral"
            " WHERE to_agency_id = $1 AND status <> 'draft'"
            ") own WHERE at >= $2 AND at < $3 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
            agency_id,
            since,
            before,
        )
        return [tuple(r.values()) for r in rows]

    async def add_amendment(self, amendment: ReferralAmendment) -> None:
        """One more changed field of a referral that was sent."""
        await self._connection.execute(AMENDMENT.insert(), *AMENDMENT.parameters(amendment))

    async def amendments(self, referral_id: UUID) -> Sequence[ReferralAmendment]:
        """What was changed in a referral after it was sent, oldest first."""
        rows = await self._connection.fetch(
            f"{AMENDMENT.select} WHERE referral_id = $1 ORDER BY number, id", referral_id
        )
        return [AMENDMENT.read(r) for r in rows]

    async def record(self, event: ReferralEvent) -> None:
        """One more step of a referral's history."""
        await self._connection.execute(EVENT.insert(), *EVENT.parameters(event))

    async def events(self, referral_id: UUID) -> Sequence[ReferralEvent]:
        """A referral's history, oldest first."""
        rows = await self._connection.fetch(
            f"{EVENT.select} WHERE referral_id = $1 ORDER BY number", referral_id
        )
        return [EVENT.read(r) for r in rows]
