"""Reference (b): a bare ASGI callable and asyncpg, one ordinary transaction a request.

Statement after statement, as a competent person writes it on a first day; no framework, no ORM.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import asyncpg
import uvicorn
from asyncpg import Connection
from bench.programs.bare_report import report
from bench.programs.known import (
    Asked,
    Cursors,
    Known,
    Refused,
    actor_of,
    answer_hash,
    claims_of,
    decided,
    drafted,
    new_id,
    now,
    person_facts,
    receipt,
    referral_facts,
    shown,
)
from bench.programs.statements import (
    CLAIM,
    CONSENTS,
    DEPARTMENTS,
    INBOX,
    INVOLVEMENT,
    KEEP,
    POLICY,
    PROVISIONS,
    WHO_ASKS,
    read,
)
from pydantic_core import from_json, to_json

from service.adapters.holidays import closed_in_japan
from service.adapters.postgres.accounts import HELD
from service.adapters.postgres.audit import PostgresAuditLog
from service.adapters.postgres.cases import PostgresCases
from service.adapters.postgres.people import PERSON
from service.adapters.postgres.referrals import EVENT, REFERRAL
from service.domain.actor import Held
from service.domain.calendar_jp import jst_date
from service.domain.capacity import DeskCapacity
from service.domain.case import Case
from service.domain.consent import ConsentTerms
from service.domain.directory import Agency, Desk
from service.domain.law import BasisSwitch, BasisVersion, LawBook
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.policy import ReferralPolicy, StatusLabels
from service.domain.provision import ProvisionTerms
from service.domain.referral import MakeReferral, Referral

_REPORT = re.compile(r"/v1/persons/([0-9a-f-]{36})/access-report")
_ONE = re.compile(r"/v1/referrals/([0-9a-f-]{36})")

Headers = Mapping[bytes, bytes]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


async def prepared(connection: Connection) -> None:
    """JSON columns as Python values; what is written is text already."""
    await connection.set_type_codec(
        "jsonb", encoder=lambda text: text, decoder=from_json, schema="pg_catalog"
    )


class Program:
    """The whole program: a pool, and three routes."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.cursors = Cursors(known.cursor_key)
        self.closed = closed_in_japan()
        self.pool: asyncpg.Pool
        self.law: LawBook

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        try:
            status, headers, body = await self.answer(scope, receive)
        except Refused as refused:
            status, headers, body = refused.status, [], to_json({"refused": refused.why})
        fixed = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        start = {"type": "http.response.start", "status": status, "headers": fixed + headers}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def live(
        self, receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
    ) -> None:
        await receive()
        self.pool = await asyncpg.create_pool(
            self.known.database,
            min_size=self.known.pool,
            max_size=self.known.pool,
            init=prepared,
            command_timeout=20,
        )
        texts = await self.pool.fetch(
            "SELECT code, switchable, valid_from, valid_until FROM legal_basis"
        )
        switches = await self.pool.fetch("SELECT * FROM basis_switch")
        self.law = LawBook(
            tuple(BasisVersion.model_validate(dict(t)) for t in texts),
            tuple(read(BasisSwitch, s) for s in switches),
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.pool.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def answer(
        self, scope: Mapping[str, Any], receive: Callable[[], Awaitable[Any]]
    ) -> Answer:
        """The answer, committed."""
        headers: Headers = dict(scope["headers"])
        at = now()
        claims = claims_of(self.known, headers.get(b"authorization", b"").decode(), at)
        method, path = scope["method"], scope["path"]
        async with self.pool.acquire() as connection, connection.transaction():
            asked = await self.asked(connection, claims, headers, at, scope["client"][0])
            one = _ONE.fullmatch(path)
            if method == "GET" and one:
                return await self.read_one(connection, asked, UUID(one[1]))
            query = parse_qs(scope["query_string"].decode())
            about = _REPORT.fullmatch(path)
            if method == "GET" and about:
                body = await report(connection, asked, self.cursors, UUID(about[1]), query)
                return 200, [], body
            if method == "GET" and path == "/v1/referrals":
                return await self.inbox(connection, asked, query)
            if method == "POST" and path == "/v1/referrals":
                return await self.draft(connection, asked, headers, await _body(receive))
        raise Refused(404, "no such route")

    async def asked(
        self,
        connection: Connection,
        claims: Mapping[str, Any],
        headers: Headers,
        at: Any,
        remote: str,
    ) -> Asked:
        """Who asks, as the directory knows them today."""
        iss, sub = claims["iss"], claims["sub"]
        held = await connection.fetch(
            f"{HELD} AND t.iss = $2 AND t.sub = $3 ORDER BY p.id", jst_date(at), iss, sub
        )
        conflicts = await connection.fetch(
            "SELECT person_id FROM conflict_of_interest WHERE iss = $1 AND sub = $2", iss, sub
        )
        actor = actor_of(
            claims,
            [Held.model_validate(dict(h)) for h in held],
            [c["person_id"] for c in conflicts],
            headers.get(b"purpose-of-use", b"").decode() or None,
        )
        await connection.execute(WHO_ASKS, actor.kind, str(actor.agency_id))
        attempt = new_id()
        return Asked(actor, at, self.law, attempt, f"bare-{attempt.hex}", remote)

    async def labels(self, connection: Connection, asked: Asked) -> StatusLabels:
        """The words of the caller's municipality."""
        found = await connection.fetchval(
            POLICY, asked.actor.municipality_code, "status_labels", asked.today
        )
        return StatusLabels.model_validate(found) if found else StatusLabels()

    async def read_one(self, connection: Connection, asked: Asked, referral_id: UUID) -> Answer:
        """GET /v1/referrals/{id}."""
        row = await connection.fetchrow(f"{REFERRAL.select} WHERE id = $1", referral_id)
        if row is None:
            raise Refused(404, "unknown")
        referral = read(Referral, row)
        whom = [referral.person_id]
        consents = await connection.fetch(CONSENTS, whom)
        provisions = await connection.fetch(PROVISIONS, whom)
        case = None
        if referral.case_id is not None:
            found = await connection.fetchrow(
                f"{PostgresCases.table.select} WHERE id = $1", referral.case_id
            )
            case = read(Case, found) if found else None
        departments = await connection.fetch(DEPARTMENTS, whom, asked.agency_id)
        facts = referral_facts(
            asked,
            referral,
            case,
            [read(ConsentTerms, c) for c in consents],
            [read(ProvisionTerms, p) for p in provisions],
            departments[0]["department"] if departments else None,
        )
        permitted = decided(asked, Permission.REFERRAL_READ, facts, Referral)
        if permitted is None:
            raise Refused(404, "unknown")
        permit, entry = permitted
        body = shown(asked, referral, permit, await self.labels(connection, asked))
        await PostgresAuditLog(connection).append([entry])
        return 200, [(b"etag", f'"{referral.version}"'.encode())], to_json(body)

    async def inbox(
        self, connection: Connection, asked: Asked, query: Mapping[str, list[str]]
    ) -> Answer:
        """GET /v1/referrals?box=inbox."""
        limit = int(query.get("limit", ["50"])[0])
        after = self.cursors.read(query.get("cursor", [None])[0], asked)  # type: ignore[list-item]
        rows = await connection.fetch(INBOX, asked.agency_id, after, limit + 1)
        found = [read(Referral, r) for r in rows[:limit]]
        whom = list({r.person_id for r in found})
        consents: dict[UUID, list[ConsentTerms]] = {p: [] for p in whom}
        for row in await connection.fetch(CONSENTS, whom):
            consents[row["person_id"]].append(read(ConsentTerms, row))
        provisions: dict[UUID, list[ProvisionTerms]] = {p: [] for p in whom}
        for row in await connection.fetch(PROVISIONS, whom):
            provisions[row["person_id"]].append(read(ProvisionTerms, row))
        departments = {
            r["id"]: r["department"]
            for r in await connection.fetch(DEPARTMENTS, whom, asked.agency_id)
        }
        on_case = [r.case_id for r in found if r.case_id]
        cases = {}
        if on_case:
            several = f"{PostgresCases.table.select} WHERE id = ANY ($1)"
            cases = {c["id"]: read(Case, c) for c in await connection.fetch(several, on_case)}
        labels = await self.labels(connection, asked)
        items, entries = [], []
        for referral in found:
            facts = referral_facts(
                asked,
                referral,
                cases.get(referral.case_id),
                consents[referral.person_id],
                provisions[referral.person_id],
                departments.get(referral.person_id),
            )
            permitted = decided(asked, Permission.REFERRAL_READ, facts, Referral)
            if permitted is not None:
                items.append(shown(asked, referral, permitted[0], labels))
                entries.append(permitted[1])
        if not entries:
            raise Refused(404, "an empty box is no measure")
        await PostgresAuditLog(connection).append(entries)
        more = len(rows) > limit
        cursor = self.cursors.write(found[-1].id, asked.actor) if more else None
        return 200, [], to_json({"items": items, "next_cursor": cursor})

    async def draft(
        self, connection: Connection, asked: Asked, headers: Headers, body: bytes
    ) -> Answer:
        """POST /v1/referrals."""
        key = headers.get(b"idempotency-key", b"").decode()
        caller = f"{asked.actor.iss} {asked.actor.sub} {asked.agency_id}"
        purpose = headers.get(b"purpose-of-use", b"").decode()
        said = answer_hash("/v1/referrals", purpose, body)
        if not key:
            raise Refused(400, "no key")
        if not await connection.fetchval(CLAIM, caller, key, said, asked.now):
            first = await connection.fetchrow(
                "SELECT request_hash, status, location, body FROM first_answer"
                " WHERE caller = $1 AND key = $2",
                caller,
                key,
            )
            if first["request_hash"] != said:
                raise Refused(422, "another request with this key")
            return first["status"], [(b"location", first["location"].encode())], first["body"]
        command = MakeReferral.model_validate_json(body)
        row = await connection.fetchrow(f"{PERSON.select} WHERE id = $1", command.person_id)
        if row is None:
            raise Refused(404, "unknown")
        person = read(Person, row)
        whom = [person.id]
        consents = [read(ConsentTerms, c) for c in await connection.fetch(CONSENTS, whom)]
        provisions = [read(ProvisionTerms, p) for p in await connection.fetch(PROVISIONS, whom)]
        involvement = await connection.fetchval(INVOLVEMENT, person.id, asked.agency_id)
        facts = person_facts(asked, person, consents, provisions, involvement)
        permitted = decided(asked, Permission.REFERRAL_DRAFT, facts, None)
        if permitted is None:
            raise Refused(404, "unknown")
        desk = read(
            Desk, await connection.fetchrow("SELECT * FROM desk WHERE id = $1", command.to_desk_id)
        )
        agency = read(
            Agency, await connection.fetchrow("SELECT * FROM agency WHERE id = $1", desk.agency_id)
        )
        if not (desk.holds_on(asked.today) and agency.holds_on(asked.today)):
            raise Refused(422, "desk ended")
        municipality = asked.actor.municipality_code
        hub = await connection.fetchval(
            "SELECT hub_agency_id FROM municipality WHERE code = $1", municipality
        )
        policy = await connection.fetchval(POLICY, municipality, "referral", asked.today)
        referral, event = drafted(
            asked,
            command,
            desk,
            hub=hub,
            policy=ReferralPolicy.model_validate(policy or {}),
            closed=self.closed,
        )
        await connection.execute(REFERRAL.insert(), *REFERRAL.parameters(referral))
        await connection.execute(EVENT.insert(), *EVENT.parameters(event))
        told = await connection.fetchrow("SELECT * FROM desk_capacity WHERE desk_id = $1", desk.id)
        capacity = read(DeskCapacity, told) if told else None
        labels = await self.labels(connection, asked)
        answer = to_json(receipt(asked, referral, labels, capacity))
        location = f"/v1/referrals/{referral.id}"
        await connection.execute(KEEP, caller, key, location, '"1"', answer)
        await PostgresAuditLog(connection).append([permitted[1]])
        return 201, [(b"location", location.encode()), (b"etag", b'"1"')], answer


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


def main() -> None:
    known = Known.from_file()
    config = uvicorn.Config(
        Program(known),  # type: ignore[arg-type]  # a mapping is enough for it
        host="127.0.0.1",
        port=known.port,
        log_config=None,
        access_log=False,
        server_header=False,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
