"""Conferences, attendees and agenda items in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from service.adapters.postgres.rows import Table, row_of
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_body import ConferenceBody, Participant
from service.domain.fixed_packet import FixedPacket
from service.domain.minutes import MinutesAgreement, MinutesVersion
from service.domain.packet_copy import PacketCopy

BodyRow = row_of(
    ConferenceBody,
    "conference_body",
    references={
        "municipality_code": "municipality.code",
        "convener_agency_id": "agency.id",
        "parent_id": "conference_body.id",
        "chair_position_id": "position.id",
    },
    constraints=[Index("ix_conference_body_parent_id", "parent_id")],
)
ParticipantRow = row_of(
    Participant,
    "participant",
    references={
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
        "substitute_for_position_id": "position.id",
    },
    constraints=[
        # A position sits once; a registration that was taken back stays on record.
        Index(
            "uq_participant_registered",
            "conference_id",
            "position_id",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        )
    ],
)
ConferenceRow = row_of(
    Conference,
    "conference",
    references={
        "convener_agency_id": "agency.id",
        "chaired_by_agency_id": "agency.id",
        "body_id": "conference_body.id",
        "continued_by_id": "conference.id",
    },
    constraints=[
        Index("ix_conference_convener_agency_id", "convener_agency_id", "id"),
        Index("ix_conference_starts_at", "starts_at"),
        Index("ix_conference_municipality_code", "municipality_code", "starts_at"),
        Index(
            "ix_conference_remind_on",
            "remind_on",
            postgresql_where=text("remind_on IS NOT NULL"),
        ),
    ],
)
AttendeeRow = row_of(
    Attendee,
    "attendee",
    references={
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "person_id": "person.id",
        "comes_with": "person.id",
    },
    constraints=[
        UniqueConstraint("conference_id", "agency_id"),
        UniqueConstraint("conference_id", "person_id"),
        CheckConstraint(
            "num_nonnulls(agency_id, person_id, resident, comes_with) = 1"
            " AND (comes_with IS NULL) = (relation IS NULL)",
            name="one_of",
        ),
        Index("ix_attendee_agency_id", "agency_id", "conference_id"),
    ],
)
ItemRow = row_of(
    AgendaItem,
    "agenda_item",
    references={
        "conference_id": "conference.id",
        "referral_id": "referral.id",
        "case_id": "support_case.id",
        "body_id": "conference_body.id",
        "added_by_agency_id": "agency.id",
        "area_issue_id": "area_issue.id",
        "pre_check_item_id": "agenda_item.id",
    },
    constraints=[
        # Deferrable, so that items change places in one statement; without a place, no number.
        ExcludeConstraint(
            ("conference_id", "="),
            ("number", "="),
            name="ex_agenda_item_place",
            using="btree",
            where=text("pulled_because IS NULL OR pulled_because = 'consent_revoked'"),
            deferrable=True,
            initially="IMMEDIATE",
        ),
        Index("ix_agenda_item_person_ids", "person_ids", postgresql_using="gin"),
        Index("ix_agenda_item_case_id", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    ],
)
FixedRow = row_of(
    FixedPacket,
    "fixed_packet",
    references={"conference_id": "conference.id", "attendee_id": "attendee.id"},
    constraints=[Index("ix_fixed_packet_conference_id", "conference_id", "attendee_id", "id")],
)
CopyRow = row_of(
    PacketCopy,
    "packet_copy",
    references={
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
        "paper_id": "stored_file.id",
    },
    constraints=[UniqueConstraint("conference_id", "number")],
)
MinutesRow = row_of(
    MinutesVersion,
    "minutes_version",
    references={
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
    },
    constraints=[UniqueConstraint("conference_id", "number")],
)
AgreementRow = row_of(
    MinutesAgreement,
    "minutes_agreement",
    references={
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
    },
    constraints=[Index("ix_minutes_agreement_conference_id", "conference_id", "id")],
)

BODY = Table(ConferenceBody, BodyRow)
PARTICIPANT = Table(Participant, ParticipantRow)
CONFERENCE = Table(Conference, ConferenceRow)
ATTENDEE = Table(Attendee, AttendeeRow)
ITEM = Table(AgendaItem, ItemRow)
COPY = Table(PacketCopy, CopyRow)
FIXED = Table(FixedPacket, FixedRow)
MINUTES = Table(MinutesVersion, MinutesRow)
AGREEMENT = Table(MinutesAgreement, AgreementRow)

_PAGE = " AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"


class PostgresConferences:
    """Conferences with everything that belongs to them."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, conference_id: UUID, *, lock: bool = False) -> Conference | None:
        """The conference's record; locking it locks its agenda."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(
            f"{CONFERENCE.select} WHERE id = $1{tail}", conference_id
        )
        return CONFERENCE.read(row) if row else None

    async def add(self, conference: Conference) -> None:
        """A new conference."""
        await self._connection.execute(CONFERENCE.insert(), *CONFERENCE.parameters(conference))

    async def save(self, conference: Conference) -> None:
        """The conference as it is now."""
        await CONFERENCE.replace(self._connection, conference)

    async def of_agency(
        self, agency_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[Conference]:
        """Conferences the agency convenes or is invited to."""
        rows = await self._connection.fetch(
            f"{CONFERENCE.select} WHERE (convener_agency_id = $1 OR id ="
            " ANY (ARRAY(SELECT conference_id FROM attendee WHERE agency_id = $1)))" + _PAGE,
            agency_id,
            after,
            limit,
        )
        return [CONFERENCE.read(r) for r in rows]

    async def in_calendar(
        self, agency_id: UUID, since: datetime, until: datetime, limit: int
    ) -> Sequence[Conference]:
        """Conferences the agency convenes or is invited to, within a time; the next ones last."""
        rows = await self._connection.fetch(
            f"{CONFERENCE.select} WHERE (convener_agency_id = $1 OR id ="
            " ANY (ARRAY(SELECT conference_id FROM attendee WHERE agency_id = $1)))"
            f" AND starts_at BETWEEN $2 AND $3 ORDER BY starts_at DESC, id LIMIT $4",
            agency_id,
            since,
            until,
            limit,
        )
        return [CONFERENCE.read(r) for r in rows]

    async def next_to_remind(
        self, day: date, now: datetime, *, without: Collection[UUID]
    ) -> Conference | None:
        """One to come whose invited agencies are to be reminded."""
        row = await self._connection.fetchrow(
            f"{CONFERENCE.select} WHERE remind_on <= $1 AND starts_at > $2"
            " AND status IN ('invited', 'agenda_fixed') AND id <> ALL ($3::uuid[])"
            " ORDER BY remind_on, id LIMIT 1 FOR UPDATE SKIP LOCKED",
            day,
            now,
            list(without),
        )
        return CONFERENCE.read(row) if row else None

    async def discusses(self, plan_id: UUID, agency_id: UUID) -> bool:
        """Whether the agency is invited to an item on the plan whose papers are open."""
        return bool(
            await self._connection.fetchval(
                "SELECT EXISTS (SELECT FROM agenda_item i"
                " JOIN conference c ON c.id = i.conference_id"
                " JOIN attendee a ON a.conference_id = c.id AND a.agency_id = $2"
                " WHERE i.plan @> jsonb_build_object('plan_id', $1::uuid::text)"
                " AND i.pulled_at IS NULL AND c.status IN ('agenda_fixed', 'held', 'minutes_draft', 'minutes_confirmed')"
                " AND (i.invited_agency_ids = '{}' OR $2 = ANY (i.invited_agency_ids)"
                " OR c.convener_agency_id = $2))",
                plan_id,
                agency_id,
            )
        )

    async def on_agenda(self, plan_id: UUID) -> bool:
        """Whether the plan stands on an agenda that is fixed, or stood on one that was held."""
        return bool(
            await self._connection.fetchval(
                "SELECT EXISTS (SELECT FROM agenda_item i"
                " JOIN conference c ON c.id = i.conference_id"
                " WHERE i.plan @> jsonb_build_object('plan_id', $1::uuid::text)"
                " AND i.pulled_at IS NULL AND c.status NOT IN ('planned', 'cancelled'))",
                plan_id,
            )
        )

    async def attendees(self, conference_id: UUID) -> Sequence[Attendee]:
        """Everybody invited."""
        rows = await self._connection.fetch(
            f"{ATTENDEE.select} WHERE conference_id = $1 ORDER BY id", conference_id
        )
        return [ATTENDEE.read(r) for r in rows]

    async def add_attendee(self, attendee: Attendee) -> None:
        """One more invited."""
        await self._connection.execute(ATTENDEE.insert(), *ATTENDEE.parameters(attendee))

    async def save_attendee(self, attendee: Attendee) -> None:
        """The answer, or the attendance."""
        await ATTENDEE.replace(self._connection, attendee)

    async def items(self, conference_id: UUID) -> Sequence[AgendaItem]:
        """The agenda in its order, without what has left it."""
        rows = await self._connection.fetch(
            f"{ITEM.select} WHERE conference_id = $1 AND (pulled_because IS NULL"
            " OR pulled_because = 'consent_revoked') ORDER BY number",
            conference_id,
        )
        return [ITEM.read(r) for r in rows]

    async def add_item(self, item: AgendaItem) -> None:
        """One more item."""
        await self._connection.execute(ITEM.insert(), *ITEM.parameters(item))

    async def save_item(self, item: AgendaItem) -> None:
        """The item with its result."""
        await ITEM.replace(self._connection, item)

    async def renumber(self, conference_id: UUID, items: Sequence[AgendaItem]) -> None:
        """The items in their new places, all at once."""
        await self._connection.execute(
            "UPDATE agenda_item i SET number = n.number"
            " FROM unnest($2::uuid[], $3::int[]) AS n (id, number)"
            " WHERE i.conference_id = $1 AND i.id = n.id AND i.number <> n.number",
            conference_id,
            [i.id for i in items],
            [i.number for i in items],
        )

    async def packets(self, conference_id: UUID) -> Sequence[FixedPacket]:
        """What each attendee got at the last fixing."""
        rows = await self._connection.fetch(
            f"SELECT DISTINCT ON (attendee_id) {FIXED.columns} FROM {FIXED.name}"
            " WHERE conference_id = $1 ORDER BY attendee_id, id DESC",
            conference_id,
        )
        return [FIXED.read(r) for r in rows]

    async def keep_packets(self, packets: Sequence[FixedPacket]) -> None:
        """What each attendee gets from this fixing on."""
        await self._connection.executemany(FIXED.insert(), [FIXED.parameters(p) for p in packets])

    async def coming_items(self, person_id: UUID) -> Sequence[AgendaItem]:
        """Items on the person, on the ground of consent, at conferences that are yet to be held."""
        rows = await self._connection.fetch(
            f"{ITEM.select} WHERE id IN (SELECT items_about($1)) AND basis = 'CONSENT'"
            " AND pulled_at IS NULL AND result IS NULL AND EXISTS ("
            " SELECT FROM conference c WHERE c.id = conference_id"
            " AND c.status IN ('planned', 'invited', 'agenda_fixed')) ORDER BY id FOR UPDATE",
            person_id,
        )
        return [ITEM.read(r) for r in rows]

    async def body(self, body_id: UUID) -> ConferenceBody | None:
        """A conference body."""
        row = await self._connection.fetchrow(f"{BODY.select} WHERE id = $1", body_id)
        return BODY.read(row) if row else None

    async def bodies(self, municipality: str) -> Sequence[ConferenceBody]:
        """The conference bodies of a municipality."""
        rows = await self._connection.fetch(
            f"{BODY.select} WHERE municipality_code = $1 ORDER BY id", municipality
        )
        return [BODY.read(r) for r in rows]

    async def participants(self, conference_id: UUID) -> Sequence[Participant]:
        """Who sits for the agencies."""
        rows = await self._connection.fetch(
            f"{PARTICIPANT.select} WHERE conference_id = $1 ORDER BY id", conference_id
        )
        return [PARTICIPANT.read(r) for r in rows]

    async def add_participant(self, participant: Participant) -> None:
        """One more participant."""
        await self._connection.execute(PARTICIPANT.insert(), *PARTICIPANT.parameters(participant))

    async def save_participant(self, participant: Participant) -> None:
        """The participant with its acknowledgement."""
        await PARTICIPANT.replace(self._connection, participant)

    async def copies(self, conference_id: UUID) -> Sequence[PacketCopy]:
        """The copies of its packets that were printed, by number."""
        rows = await self._connection.fetch(
            f"{COPY.select} WHERE conference_id = $1 ORDER BY number", conference_id
        )
        return [COPY.read(r) for r in rows]

    async def add_copy(self, copy: PacketCopy) -> None:
        """One more copy."""
        await self._connection.execute(COPY.insert(), *COPY.parameters(copy))

    async def minutes(self, conference_id: UUID) -> Sequence[MinutesVersion]:
        """Every version of the minutes, the oldest first."""
        rows = await self._connection.fetch(
            f"{MINUTES.select} WHERE conference_id = $1 ORDER BY number", conference_id
        )
        return [MINUTES.read(r) for r in rows]

    async def add_minutes(self, version: MinutesVersion) -> None:
        """One more version."""
        await self._connection.execute(MINUTES.insert(), *MINUTES.parameters(version))

    async def agreements(self, conference_id: UUID) -> Sequence[MinutesAgreement]:
        """What agencies said of the minutes, in that order."""
        rows = await self._connection.fetch(
            f"{AGREEMENT.select} WHERE conference_id = $1 ORDER BY id", conference_id
        )
        return [AGREEMENT.read(r) for r in rows]

    async def add_agreement(self, agreement: MinutesAgreement) -> None:
        """What one more agency says."""
        await self._connection.execute(AGREEMENT.insert(), *AGREEMENT.parameters(agreement))
