"""Conference bodies and their lists of members in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from asyncpg import Connection
from sqlalchemy import Index

from service.adapters.postgres.conferences import BODY, CONFERENCE
from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.conference import Conference
from service.domain.conference_body import ConferenceBody
from service.domain.conference_membership import BodyMember

MemberRow = row_of(
    BodyMember,
    "conference_body_member",
    references={"body_id": "conference_body.id", "agency_id": "agency.id"},
    constraints=[Index("ix_conference_body_member_body_id", "body_id", "id")],
)

MEMBER = Table(BodyMember, MemberRow)


class PostgresConferenceBodies(Records[ConferenceBody]):
    """Conference bodies, the bodies that are part of them, and who is on their lists."""

    table = BODY

    def __init__(self, connection: Connection) -> None:
        """Work inside the connection's transaction."""
        super().__init__(connection)

    async def sub_bodies(self, body_id: UUID) -> Sequence[ConferenceBody]:
        """The bodies that are part of it."""
        return await self._all("WHERE parent_id = $1 ORDER BY id", body_id)

    async def members(self, body_id: UUID) -> Sequence[BodyMember]:
        """Its list, those who left as well."""
        rows = await self._connection.fetch(
            f"{MEMBER.select} WHERE body_id = $1 ORDER BY id", body_id
        )
        return [MEMBER.read(r) for r in rows]

    async def add_member(self, member: BodyMember) -> None:
        """One more line on the list."""
        await self._connection.execute(MEMBER.insert(), *MEMBER.parameters(member))

    async def save_member(self, member: BodyMember) -> None:
        """The line with its last day."""
        await MEMBER.replace(self._connection, member)

    async def coming(self, body_id: UUID) -> Sequence[Conference]:
        """Conferences of the body to which agencies can still be invited."""
        rows = await self._connection.fetch(
            f"{CONFERENCE.select} WHERE body_id = $1 AND status IN ('planned', 'invited')"
            " ORDER BY id FOR UPDATE",
            body_id,
        )
        return [CONFERENCE.read(r) for r in rows]
