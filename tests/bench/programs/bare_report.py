"""The bare reference's answer to who saw a person's data."""

from collections import Counter
from collections.abc import Mapping
from uuid import UUID

from asyncpg import Connection
from bench.programs.known import Asked, Cursors, Refused, decided, person_facts
from bench.programs.statements import CONSENTS, INVOLVEMENT, PROVISIONS, read
from pydantic_core import to_json

from service.adapters.postgres.access_requests import EMBARGO
from service.adapters.postgres.audit import AUDIT, PostgresAuditLog
from service.adapters.postgres.people import PERSON
from service.application.audits import _ABOUT_EMBARGOES, _line
from service.domain.access_request import Embargo, held_back
from service.domain.audit import AccessReportLine, AuditEntry
from service.domain.consent import ConsentTerms
from service.domain.decision import Rule
from service.domain.disclosure import D0, disclose
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.provision import ProvisionTerms

SEEN = f"{AUDIT.select} WHERE person_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3"


async def report(
    connection: Connection,
    asked: Asked,
    cursors: Cursors,
    person_id: UUID,
    query: Mapping[str, list[str]],
) -> bytes:
    """GET /v1/persons/{id}/access-report: the newest page."""
    limit = int(query.get("limit", ["50"])[0])
    row = await connection.fetchrow(f"{PERSON.select} WHERE id = $1", person_id)
    if row is None:
        raise Refused(404, "unknown")
    consents = await connection.fetch(CONSENTS, [person_id])
    provisions = await connection.fetch(PROVISIONS, [person_id])
    involvement = await connection.fetchval(INVOLVEMENT, person_id, asked.agency_id)
    facts = person_facts(
        asked,
        read(Person, row),
        [read(ConsentTerms, c) for c in consents],
        [read(ProvisionTerms, p) for p in provisions],
        involvement,
    )
    permission = Permission.PERSON_REPORT_ACCESS
    permitted = decided(asked, permission, facts.as_holder(), AccessReportLine)
    if permitted is None:
        raise Refused(404, "unknown")
    embargoes = [
        read(Embargo, e)
        for e in await connection.fetch(f"{EMBARGO.select} WHERE person_id = $1", person_id)
    ]
    told_to = await connection.fetch(
        "SELECT id FROM provision WHERE person_id = $1 AND basis = 'DUTY_REPORT'", person_id
    )
    reports = frozenset(r["id"] for r in told_to)
    hidden: Counter[UUID | str] = Counter()
    told: list[AuditEntry] = []
    for found in await connection.fetch(SEEN, person_id, None, 4 * limit):
        entry = read(AuditEntry, found)
        if Rule.REPORT_HELD_BACK.value in entry.rules or entry.action in _ABOUT_EMBARGOES:
            continue
        because = held_back(entry, embargoes, reports, asked.today)
        if because is not None:
            hidden[because] += 1
        elif len(told) <= limit:
            told.append(entry)
    if hidden:
        raise Refused(501, "nothing is held back in the town of the load")
    agencies = {e.agency_id for e in told if e.agency_id is not None}
    named = await connection.fetch("SELECT id, name FROM agency WHERE id = ANY ($1)", agencies)
    names = {a["id"]: a["name"] for a in named}
    items = [disclose(_line(e, names), frozenset({D0})) for e in told[:limit]]
    await PostgresAuditLog(connection).append([permitted[1]])
    path = f"/v1/persons/{person_id}/access-report"
    more = len(told) > limit
    cursor = cursors.write(told[limit - 1].id, asked.actor, path, []) if more else None
    return to_json({"items": items, "next_cursor": cursor})
