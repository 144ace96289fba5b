"""A case that has not ended has exactly one active lead, the one it shows: the database says so (row 1-39).

Whoever writes past the service, as its own role or as the owner of the schema, is refused at the
latest when the transaction is committed; and whoever comes second through the service is too late.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import asyncpg
import httpx
import pytest
from conftest import Urls
from scenario_steps import consent, ok, person
from town import Town

J, S, L = "J", "S", "L"
CLOSING = {
    "category": "goal_reached",
    "exit": "地域の集いの場",
    "note": "家計が安定した。",
    "after_care": "民生委員が声をかける。",
}


class Held(NamedTuple):
    """A case that J leads, another one that J leads, and one of J's that has ended."""

    case: str
    other: str
    ended: str


@pytest.fixture
async def held(town: Town) -> Held:
    j = town.caller("j-consultant")
    cases = [await a_case(town, given) for given in ("一子", "二子", "三子")]
    # As it would be after support that had no plan: there is a way from the interruption to the end.
    await town.owner.execute(
        "UPDATE support_case SET stage = 'interrupted' WHERE id = $1", cases[-1]
    )
    await ok(j.post(f"/v1/cases/{cases[-1]}/close", CLOSING))
    return Held(*cases)


async def a_case(town: Town, given: str) -> str:
    """Somebody has applied to J, and agrees that S and L may be asked in."""
    j = town.caller("j-consultant")
    whom = (await ok(j.post("/v1/persons", person("試験", given, "シケン サンプル")), 201))["id"]
    to = {"agencies": [str(town.agency[x]) for x in (S, L)]}
    slip = consent(whom, to=to, classes="D1 D2 D3 D4", purposes=("consultation",))
    await ok(j.post("/v1/consents", slip), 201)
    heard = {"told": "家計を立て直したい。", "person_id": whom}
    begun = (await ok(j.post("/v1/consultations", heard), 201))["id"]
    return (await ok(j.post(f"/v1/consultations/{begun}/screen", {"act": "apply"})))["case_id"]


async def active(town: Town, case: str) -> list[asyncpg.Record]:
    """Its active lead decisions."""
    return await town.owner.fetch(
        "SELECT * FROM case_lead WHERE case_id = $1 AND ended_at IS NULL", case
    )


# Past the service

END_LEAD = (
    "UPDATE case_lead SET ended_at = now(), version = version + 1"
    " WHERE case_id = $1 AND ended_at IS NULL"
)
END_CASE = "UPDATE support_case SET ended_at = now(), version = version + 1 WHERE id = $1"
A_COPY = (
    "INSERT INTO case_lead SELECT (jsonb_populate_record(l, jsonb_build_object("
    " 'id', gen_random_uuid(), 'ended_at', NULL, 'case_id', '{case}'))).*"
    " FROM case_lead l WHERE l.case_id = $1 LIMIT 1"
)
A_CASE = (
    "INSERT INTO support_case SELECT (jsonb_populate_record(c, jsonb_build_object("
    " 'id', gen_random_uuid(), 'number', c.number || '-9', 'ended_at', {ended}))).*"
    " FROM support_case c WHERE c.id = $1"
)


def broken(held: Held, town: Town) -> dict[str, list[str]]:
    """What somebody might write; ``$1`` is the case."""
    s = town.agency[S]
    return {
        "without a lead": [END_LEAD],
        "a new case without one": [A_CASE.format(ended="NULL")],
        "two leads": [A_COPY.format(case=held.case)],
        "ended with its lead": [END_CASE],
        "ended, and a lead begins": [A_COPY.format(case=held.ended)],
        "open again without a lead": [
            f"UPDATE support_case SET ended_at = NULL WHERE id = '{held.ended}' AND id <> $1"
        ],
        "it shows another lead": [f"UPDATE support_case SET lead_agency_id = '{s}' WHERE id = $1"],
        "another leads than it shows": [
            f"UPDATE case_lead SET lead_agency_id = '{s}' WHERE case_id = $1 AND ended_at IS NULL"
        ],
        "replaced by one it does not show": [
            END_LEAD,
            A_COPY.format(case=held.case).replace(
                "'ended_at'", f"'lead_agency_id', '{s}', 'ended_at'"
            ),
        ],
        "its lead given to another case": [
            END_LEAD.replace("$1", f"'{held.other}' AND case_id <> $1"),
            f"UPDATE case_lead SET case_id = '{held.other}' WHERE case_id = $1 AND ended_at IS NULL",
        ],
    }


KINDS = (
    "without a lead",
    "a new case without one",
    "two leads",
    "ended with its lead",
    "ended, and a lead begins",
    "open again without a lead",
    "it shows another lead",
    "another leads than it shows",
    "replaced by one it does not show",
    "its lead given to another case",
)


@asynccontextmanager
async def writing(urls: Urls, town: Town, role: str) -> AsyncIterator[asyncpg.Connection]:
    """Connected as the service in J's name, or as the owner."""
    connection = await asyncpg.connect(urls.app if role == "service" else urls.owner)
    try:
        if role == "service":
            for name, value in (("kind", "staff"), ("agency", str(town.agency[J]))):
                await connection.execute(
                    "SELECT set_config($1, $2, false)", f"tsunagi.{name}", value
                )
        yield connection
    finally:
        await connection.close()


async def standing(town: Town) -> list[Any]:
    """All cases and lead decisions."""
    rows = await town.owner.fetch(
        "SELECT to_jsonb(c)::text AS row FROM support_case c"
        " UNION ALL SELECT to_jsonb(l)::text FROM case_lead l ORDER BY 1"
    )
    return [r["row"] for r in rows]


@pytest.mark.parametrize("role", ["service", "owner"])
async def test_nobody_writes_a_case_that_is_not_held(town: Town, urls: Urls, held: Held, role: str):
    before = await standing(town)
    tries = broken(held, town)
    assert tuple(tries) == KINDS
    accepted, said = [], []
    async with writing(urls, town, role) as connection:
        for kind, statements in tries.items():
            try:
                async with connection.transaction():
                    for statement in statements:
                        done = await connection.execute(statement, held.case)
                        # Row security hides nothing here: it is refused for what it is.
                        assert done.endswith(" 1"), (kind, done)
            except (asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as refused:
                said.append(str(refused))
            else:
                accepted.append(kind)
    assert accepted == []
    assert [s for s in said if "active lead" not in s and "uq_case_lead_active" not in s] == []
    assert await standing(town) == before


async def test_no_lead_decision_is_taken_away(town: Town, urls: Urls, held: Held):
    async with writing(urls, town, "service") as service:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute("DELETE FROM case_lead")
    with pytest.raises(asyncpg.CheckViolationError):
        await town.owner.execute("DELETE FROM case_lead WHERE case_id = $1", held.case)
    assert len(await active(town, held.case)) == 1


@pytest.mark.parametrize("role", ["service", "owner"])
async def test_in_one_transaction_one_lead_takes_over_from_another(
    town: Town, urls: Urls, held: Held, role: str
):
    """So that the tests above fail for what is wrong, and not because nothing works."""
    async with writing(urls, town, role) as connection, connection.transaction():
        await connection.execute(END_LEAD, held.case)
        await connection.execute(A_COPY.format(case=held.case), held.case)
    assert len(await active(town, held.case)) == 1
    async with writing(urls, town, role) as connection, connection.transaction():
        # In whichever order: it is looked at when everything is there.
        await connection.execute(END_CASE, held.case)
        await connection.execute(END_LEAD, held.case)
    assert await active(town, held.case) == []


async def test_a_constraint_looked_at_early_refuses_early(town: Town, urls: Urls, held: Held):
    async with writing(urls, town, "service") as service, service.transaction():
        await service.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(asyncpg.CheckViolationError):
            async with service.transaction():
                await service.execute(END_LEAD, held.case)


# Through the service, at once


def named(town: Town, lead: str, deputy: str, lead_id: Any) -> dict[str, Any]:
    """A decision that this agency leads from now on, and who stands in."""
    return {
        "lead_agency_id": str(town.agency[lead]),
        "deputy_agency_id": str(town.agency[deputy]),
        "replaces_lead_id": str(lead_id),
        "reason": "合意した。",
    }


async def at_once(town: Town, case: str, *sent: tuple[str, dict[str, Any], dict[str, str]]) -> Any:
    """All of these posted to the case at the same time, as J."""
    j = town.caller("j-consultant")
    return await asyncio.gather(
        *(j.post(f"/v1/cases/{case}/{act}", body, headers=headers) for act, body, headers in sent)
    )


def statuses(answers: list[httpx.Response]) -> Counter[int]:
    return Counter(a.status_code for a in answers)


@pytest.mark.parametrize(("seen", "late"), [({}, 409), ({"If-Match": '"1"'}, 412)])
async def test_of_two_decisions_at_once_one_counts(
    town: Town, held: Held, seen: dict[str, str], late: int
):
    [first] = await active(town, held.case)
    answers = await at_once(
        town,
        held.case,
        *(("lead", named(town, J, deputy, first["id"]), seen) for deputy in (S, L)),
    )
    assert statuses(answers) == {200: 1, late: 1}, [a.text for a in answers]
    [lead] = await active(town, held.case)
    shown = await town.owner.fetchrow("SELECT * FROM support_case WHERE id = $1", held.case)
    assert lead["lead_agency_id"] == shown["lead_agency_id"] == town.agency[J]
    won = next(letter for letter, a in zip((S, L), answers, strict=True) if a.is_success)
    assert lead["deputy_agency_id"] == shown["deputy_agency_id"] == town.agency[won]
    refused = next(a.json() for a in answers if not a.is_success)
    assert refused["code"] == {409: "case.lead_active", 412: "record.changed_meanwhile"}[late]
    # Every decision is kept: the first one with its end, and one more.
    assert (
        await town.owner.fetchval("SELECT count(*) FROM case_lead WHERE case_id = $1", held.case)
        == 2
    )


async def test_of_ten_that_give_it_away_at_once_one_does(town: Town, held: Held):
    [first] = await active(town, held.case)
    decided = [named(town, *pair, first["id"]) for pair in ((S, L), (L, S))] * 5
    answers = await at_once(town, held.case, *(("lead", said, {}) for said in decided))
    codes = Counter(a.json().get("code") for a in answers if not a.is_success)
    # Whoever is no longer on the case is told no more of it than a stranger.
    assert statuses(answers)[200] == 1
    assert set(codes) <= {"case.lead_active", "record.not_found"}
    assert len(await active(town, held.case)) == 1


async def test_a_decision_and_an_end_at_once_leave_no_ended_case_with_a_lead(
    town: Town, held: Held
):
    await town.owner.execute(
        "UPDATE support_case SET stage = 'interrupted' WHERE id = $1", held.case
    )
    [first] = await active(town, held.case)
    position = await town.owner.fetchval("SELECT id FROM position WHERE code = 'j_consultant'")
    ours = named(town, J, S, first["id"]) | {"lead_position_id": str(position)}
    answers = await at_once(town, held.case, ("lead", ours, {}), ("close", CLOSING, {}))
    ended = await town.owner.fetchval(
        "SELECT ended_at IS NOT NULL FROM support_case WHERE id = $1", held.case
    )
    # The decision came first and the end after it, or the end refused the decision.
    assert ended
    assert answers[1].status_code == 200, answers[1].text
    assert answers[0].status_code in (200, 409)
    assert await active(town, held.case) == []
