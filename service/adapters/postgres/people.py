"""Persons, households and consents in PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Column, DateTime, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY

from service.adapters.postgres.blind_index import BlindIndex
from service.adapters.postgres.rows import Table, row_of
from service.adapters.postgres.untold import next_untold
from service.application.ports import Involvement
from service.domain.consent import Consent, GivenTerms
from service.domain.people import Household, Person, Representation

PersonRow = row_of(
    Person,
    "person",
    references={"holder_agency_id": "agency.id"},
    # A void record is behind the second wall for everybody (see ``imports``).
    extra=[
        Column("search_keys", ARRAY(Text), nullable=False),
        Column("voided_at", DateTime(timezone=True)),
    ],
    constraints=[
        Index("ix_person_search_keys", "search_keys", postgresql_using="gin"),
        Index("ix_person_holder_agency_id", "holder_agency_id"),
    ],
)
HouseholdRow = row_of(Household, "household", references={"holder_agency_id": "agency.id"})
RepresentationRow = row_of(
    Representation,
    "representation",
    references={"person_id": "person.id", "recorded_by": "agency.id"},
    constraints=[Index("ix_representation_person_id", "person_id")],
)
ConsentRow = row_of(
    Consent,
    "consent",
    references={
        "person_id": "person.id",
        "recorded_by": "agency.id",
        "revoked_by": "agency.id",
        "supersedes_id": "consent.id",
        "representative_id": "representation.id",
    },
    constraints=[Index("ix_consent_person_id", "person_id")],
)
PERSON = Table(Person, PersonRow)
HOUSEHOLD = Table(Household, HouseholdRow)
REPRESENTATION = Table(Representation, RepresentationRow)
CONSENT = Table(Consent, ConsentRow)
GIVEN_TERMS = Table(GivenTerms, ConsentRow)

#: Whether an agency ($2) has anything to do with a person, now or ever: wider than what it
#: may see, which the access decision says.
CONCERNS = """(
    holder_agency_id = $2
    OR EXISTS (
        SELECT FROM referral r
        WHERE r.person_id = person.id AND $2 IN (r.to_agency_id, r.hub_agency_id))
    OR EXISTS (
        SELECT FROM support_case c
        WHERE c.person_id = person.id AND ($2 IN (c.lead_agency_id, c.deputy_agency_id)
            OR c.team @> jsonb_build_array(jsonb_build_object('agency_id', $2::uuid::text))))
    OR EXISTS (
        SELECT FROM plan p JOIN plan_version v ON v.plan_id = p.id AND v.number = p.latest_number
        WHERE p.person_id = person.id AND (p.holder_agency_id = $2 OR v.lines @>
            jsonb_build_array(jsonb_build_object('responsible_agency_id', $2::uuid::text))))
    OR EXISTS (
        SELECT FROM consent k
        WHERE k.person_id = person.id AND k.receivers @>
            jsonb_build_object('agencies', jsonb_build_array($2::uuid::text)))
    OR EXISTS (
        SELECT FROM signal s WHERE s.person_id = person.id AND s.agency_id = $2)
    OR EXISTS (
        SELECT FROM provision v
        WHERE v.person_id = person.id AND v.to_agency_id = $2 AND v.ended_at IS NULL)
)"""


class PostgresPersons:
    """Persons and households."""

    def __init__(self, connection: Connection, index: BlindIndex) -> None:
        """Work inside the connection's transaction; ``index`` makes readings comparable."""
        self._connection = connection
        self._index = index

    async def find(self, person_id: UUID, *, lock: bool = False) -> Person | None:
        """The person's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{PERSON.select} WHERE id = $1{tail}", person_id)
        return PERSON.read(row) if row else None

    async def find_many(self, person_ids: Collection[UUID]) -> Sequence[Person]:
        """The records of several persons."""
        rows = await self._connection.fetch(
            f"{PERSON.select} WHERE id = ANY ($1) ORDER BY id", list(person_ids)
        )
        return [PERSON.read(r) for r in rows]

    async def add(self, person: Person) -> None:
        """A new record."""
        await self._connection.execute(
            PERSON.insert(["search_keys"]), *PERSON.parameters(person), self._index.tokens(person)
        )

    async def save(self, person: Person) -> None:
        """The record as it is now."""
        await PERSON.replace(self._connection, person, search_keys=self._index.tokens(person))

    async def involvement(self, person_id: UUID, agency_id: UUID) -> Involvement:
        """How the agency takes part in what is going on about the person.

        In a referral that it has or had and did not decline, as hub, with a signal to look into,
        on a case team, or with lines of a plan.
        """
        return Involvement(
            await self._connection.fetchval("SELECT involvement($1, $2)", person_id, agency_id)
        )

    async def involvements(
        self, person_ids: Collection[UUID], agency_id: UUID
    ) -> Mapping[UUID, Involvement]:
        """The same for several persons."""
        rows = await self._connection.fetch(
            "SELECT id, involvement(id, $2) AS involved FROM unnest($1::uuid[]) AS asked (id)",
            list(person_ids),
            agency_id,
        )
        return {r["id"]: Involvement(r["involved"]) for r in rows}

    async def candidates(self, kana: str, agency_id: UUID) -> Sequence[Person]:
        """Persons of that reading with whom the agency has anything to do; never more than 50.

        Namesakes it has nothing to do with take no place, so that they cannot be guessed at.
        """
        rows = await self._connection.fetch(
            f"{PERSON.select} WHERE id IN (SELECT namesakes($1)) AND {CONCERNS}"
            " ORDER BY (holder_agency_id = $2) DESC, id LIMIT 50",
            self._index.token(kana),
            agency_id,
        )
        return [PERSON.read(r) for r in rows]

    async def departments(
        self, person_ids: Collection[UUID], agency_id: UUID
    ) -> Mapping[UUID, str]:
        """Of the agency's own persons, those that one of its departments keeps to itself."""
        rows = await self._connection.fetch(
            "SELECT id, department FROM person"
            " WHERE id = ANY ($1) AND holder_agency_id = $2 AND department IS NOT NULL",
            list(person_ids),
            agency_id,
        )
        return {r["id"]: r["department"] for r in rows}

    async def household(self, household_id: UUID) -> Household | None:
        """The household's record."""
        row = await self._connection.fetchrow(f"{HOUSEHOLD.select} WHERE id = $1", household_id)
        return HOUSEHOLD.read(row) if row else None

    async def housemates(self, person_id: UUID, agency_id: UUID) -> Sequence[Person]:
        """The other members of the households that the agency knows the person in."""
        rows = await self._connection.fetch(
            f"{PERSON.select} WHERE id <> $1 AND id IN ("
            " SELECT (m ->> 'person_id')::uuid FROM household h, jsonb_array_elements(h.members) m"
            " WHERE h.holder_agency_id = $2"
            " AND h.members @> jsonb_build_array(jsonb_build_object('person_id', $1::uuid::text)))"
            " ORDER BY id",
            person_id,
            agency_id,
        )
        return [PERSON.read(r) for r in rows]

    async def add_household(self, household: Household) -> None:
        """A new record."""
        await self._connection.execute(HOUSEHOLD.insert(), *HOUSEHOLD.parameters(household))

    async def leads(self, person_ids: Collection[UUID], agency_id: UUID) -> bool:
        """Whether the agency leads the case of one of them."""
        found = await self._connection.fetchval(
            "SELECT EXISTS (SELECT FROM support_case"
            " WHERE person_id = ANY ($1) AND lead_agency_id = $2)",
            list(person_ids),
            agency_id,
        )
        return bool(found)

    async def representations(self, person_id: UUID) -> Sequence[Representation]:
        """Who acts, or acted, for the person."""
        rows = await self._connection.fetch(
            f"{REPRESENTATION.select} WHERE person_id = $1 ORDER BY id", person_id
        )
        return [REPRESENTATION.read(r) for r in rows]

    async def add_representation(self, representation: Representation) -> None:
        """A new representation."""
        await self._connection.execute(
            REPRESENTATION.insert(), *REPRESENTATION.parameters(representation)
        )


class PostgresConsents:
    """Consents. Reading those of a person keeps them from being revoked until the commit."""

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        self._connection = connection

    async def find(self, consent_id: UUID, *, lock: bool = False) -> Consent | None:
        """The consent's record."""
        tail = " FOR UPDATE" if lock else ""
        row = await self._connection.fetchrow(f"{CONSENT.select} WHERE id = $1{tail}", consent_id)
        return CONSENT.read(row) if row else None

    async def of_person(self, person_id: UUID) -> Sequence[Consent]:
        """All consents of a person."""
        rows = await self._connection.fetch(
            f"{CONSENT.select} WHERE person_id = $1 ORDER BY id FOR SHARE", person_id
        )
        return [CONSENT.read(r) for r in rows]

    async def terms_of_person(self, person_id: UUID) -> Sequence[GivenTerms]:
        """The terms of all consents of a person."""
        return await self.terms_of_persons([person_id])

    async def terms_of_persons(self, person_ids: Iterable[UUID]) -> Sequence[GivenTerms]:
        """The terms of all consents of several persons."""
        rows = await self._connection.fetch(
            f"{GIVEN_TERMS.select} WHERE person_id = ANY ($1) ORDER BY id FOR SHARE",
            list(person_ids),
        )
        return [GIVEN_TERMS.read(r) for r in rows]

    async def next_to_ask_again(self, day: date, *, without: Collection[UUID]) -> Consent | None:
        """A refusal whose next contact date has come, and of which nobody was reminded yet."""
        due = "state = 'refused' AND next_contact_on <= $1"
        return await next_untold(self._connection, CONSENT, due, day, "contact_due", without)

    async def next_expired(self, day: date, *, without: Collection[UUID]) -> Consent | None:
        """One whose last day is over, and what follows from it has not followed yet."""
        over = "state = 'active' AND valid_until < $1"
        return await next_untold(self._connection, CONSENT, over, day, "consent_expired", without)

    async def add(self, consent: Consent) -> None:
        """A new consent."""
        await self._connection.execute(CONSENT.insert(), *CONSENT.parameters(consent))

    async def save(self, consent: Consent) -> None:
        """The consent as it is now."""
        await CONSENT.replace(self._connection, consent)
