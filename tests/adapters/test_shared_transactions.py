"""Requests that come at the same time share a transaction, and none of them can tell."""

import asyncio
import gc
import json
import uuid
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from scenario_steps import act, consent, ok, person, refer
from town import Caller, Town

from service.adapters.postgres.shared import sharing, trip
from service.adapters.postgres.shared.ride import Ride
from service.application.ports import GoesAlone

PEOPLE = 6


@asynccontextmanager
async def nobody_shares(_seats: int) -> AsyncIterator[Any]:
    """There is never anybody to go with."""
    raise GoesAlone
    yield


async def referred(town: Town) -> list[str]:
    """Referrals from the community centre to the self-reliance agency, sent, and consented to."""
    cc = town.caller("cc-worker")
    found = []
    for number in range(PEOPLE):
        form = person("試験", f"花子{number}", "シケン ハナコ")
        whom = (await ok(cc.post("/v1/persons", form), 201))["id"]
        slip = consent(
            whom,
            to={"agencies": [str(town.agency["J"])]},
            classes="D0 D1 D2 D3",
            purposes=("consultation",),
        )
        await ok(cc.post("/v1/consents", slip), 201)
        referral = await refer(cc, whom, town.desk["J"])
        await act(cc, referral, "send")
        found.append(referral)
    return found


def alone(town: Town) -> None:
    """From now on every request has a transaction of its own."""
    state = town.app.state
    state.service = replace(state.service, share_work=nobody_shares)


def read(caller: Caller, referral: str) -> Any:
    return caller.get(f"/v1/referrals/{referral}")


def told(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Everything of an answer but the request's own id."""
    headers = {k: v for k, v in answer.headers.items() if k != "x-request-id"}
    return answer.status_code, answer.content, headers


async def transactions(town: Town, entries: list[asyncpg.Record]) -> int:
    return len({entry["xid"] for entry in entries})


async def since(town: Town, before: int) -> list[asyncpg.Record]:
    """Entries that were written after so many."""
    return (await town.audit())[before:]


_OWN = {"id", "attempt_id", "at", "request_id", "leaf", "salt", "words", "xid", "token_id"}


def said(entries: list[asyncpg.Record]) -> list[str]:
    """What entries say but for their own ids and instants."""
    plain = []
    for entry in entries:
        fields = {k: str(v) for k, v in entry.items() if k not in _OWN | {"question"}}
        if entry["question"] is not None:
            question = json.loads(entry["question"])
            question.pop("at")
            question["actor"].pop("authenticated_at", None)
            fields["question"] = json.dumps(question, sort_keys=True)
        plain.append(json.dumps(fields, sort_keys=True))
    return sorted(plain)


async def test_they_are_answered_as_if_each_had_come_alone(town: Town):
    """Reads, lists, refusals and what is hidden: the same bytes, and the same entries."""
    referrals = await referred(town)
    cc, j, d = (town.caller(a) for a in ("cc-worker", "j-consultant", "d-consultant"))
    no_purpose = town.caller("j-consultant", None)

    def everybody() -> list[Any]:
        return [
            *(read(cc, r) for r in referrals),
            *(read(j, r) for r in referrals),
            # Not theirs, nobody's, no purpose, no id, not a number.
            read(d, referrals[0]),
            read(j, str(uuid.UUID(int=7))),
            read(no_purpose, referrals[0]),
            read(j, "nonsense"),
            j.get("/v1/referrals", params={"limit": 3}),
            j.get("/v1/referrals", params={"status": "sent"}),
            d.get("/v1/referrals"),
            cc.get("/v1/referrals", params={"box": "outbox"}),
            j.get("/v1/referrals", params={"limit": "many"}),
        ]

    before = len(await town.audit())
    together = [told(a) for a in await asyncio.gather(*everybody())]
    shared = await since(town, before)
    assert {status for status, _, _ in together} == {200, 403, 404, 422}
    # Many of them in one transaction.
    assert await transactions(town, shared) < len(shared) / 2
    alone(town)
    one_by_one = [told(await request) for request in everybody()]
    assert one_by_one == together
    apart = await since(town, before + len(shared))
    assert await transactions(town, apart) >= len(one_by_one)
    assert said(apart) == said(shared)


async def test_drafts_are_written_as_if_each_had_come_alone(town: Town):
    referrals = await referred(town)
    cc = town.caller("cc-worker")
    whom = [str(r["person_id"]) for r in await town.owner.fetch("SELECT person_id FROM referral")]

    async def drafted() -> tuple[list[Any], list[str], list[str]]:
        forms = [
            {"person_id": p, "to_desk_id": str(town.desk["J"]), "reason": "相談をお願いします。"}
            for p in whom
        ]
        # And one about nobody, one to no desk, one without a reason.
        forms += [
            {**forms[0], "person_id": str(uuid.UUID(int=5))},
            {**forms[0], "to_desk_id": str(uuid.UUID(int=5))},
            {"person_id": whom[0]},
        ]
        before = len(await town.audit())
        answers = await asyncio.gather(*(cc.post("/v1/referrals", f) for f in forms))
        made = [a.json()["id"] for a in answers if a.status_code == 201]
        assert len(made) == PEOPLE
        rows = await town.owner.fetch(
            "SELECT r.*, e.act, e.number, e.to_status FROM referral r"
            " JOIN referral_event e ON e.referral_id = r.id WHERE r.id = ANY ($1)",
            [uuid.UUID(m) for m in made],
        )
        own = {"id", "made_at", "due_at"}
        plain = sorted(str({k: v for k, v in r.items() if k not in own}) for r in rows)
        statuses = [(a.status_code, sorted(a.json())) for a in answers]
        return statuses, plain, said(await since(town, before))

    together = await drafted()
    alone(town)
    assert await drafted() == together
    assert len(referrals) == PEOPLE


async def test_the_same_key_twice_at_once_makes_one_record(town: Town):
    referrals = await referred(town)
    cc = town.caller("cc-worker")
    whom = await town.owner.fetchval(
        "SELECT person_id FROM referral WHERE id = $1", uuid.UUID(referrals[0])
    )
    form = {"person_id": str(whom), "to_desk_id": str(town.desk["J"]), "reason": "お願いします。"}
    key = {"Idempotency-Key": str(uuid.uuid4())}
    there = await town.owner.fetchval("SELECT count(*) FROM referral")
    answers = await asyncio.gather(
        *(cc.post("/v1/referrals", form, headers=key) for _ in range(5)),
        *(cc.post("/v1/referrals", form) for _ in range(3)),
    )
    assert [a.status_code for a in answers] == [201] * 8
    assert len({a.content for a in answers[:5]}) == 1
    replayed = [a.headers.get("idempotency-replayed") for a in answers[:5]]
    assert sorted(replayed, key=str) == [None, *["true"] * 4]
    assert await town.owner.fetchval("SELECT count(*) FROM referral") == there + 4
    another = {**form, "reason": "別のお願いです。"}
    refused = await cc.post("/v1/referrals", another, headers=key)
    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency.key_reused")


async def test_who_takes_a_consent_back_is_waited_for_by_those_it_is_about_alone(town: Town):
    """The consent is being revoked: nobody reads on it; the others do not wait for that."""
    referrals = await referred(town)
    j = town.caller("j-consultant")
    first = uuid.UUID(referrals[0])
    transaction = town.owner.transaction()
    await transaction.start()
    changed = await town.owner.execute(
        "UPDATE consent SET state = 'revoked', revoked_at = '2026-11-20T01:00Z', version = version + 1,"
        " revoked_by = recorded_by"
        " WHERE person_id = (SELECT person_id FROM referral WHERE id = $1)",
        first,
    )
    assert changed == "UPDATE 1"
    waits = asyncio.create_task(read(j, referrals[0]))
    others = await asyncio.gather(*(read(j, r) for r in referrals[1:]))
    assert [o.status_code for o in others] == [200] * (PEOPLE - 1)
    assert not waits.done()
    await transaction.commit()
    answer = (await waits).json()
    # What the referral itself lets go along stays; what rested on the consent is closed.
    assert "reason" not in answer


async def test_an_entry_that_cannot_be_committed_spoils_it_for_nobody_else(town: Town):
    referrals = await referred(town)
    j = town.caller("j-consultant")
    await town.owner.execute(
        "CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no room'; END $$;"
        " CREATE CONSTRAINT TRIGGER refuse_one AFTER INSERT ON audit_entry DEFERRABLE"
        " INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.request_id LIKE 'unlucky%')"
        " EXECUTE FUNCTION refuse_one()"
    )
    before = len(await town.audit())
    unlucky = {"X-Request-Id": "unlucky-0001"}
    answers = await asyncio.gather(
        read(j, referrals[0]),
        j.get(f"/v1/referrals/{referrals[1]}", headers=unlucky),
        *(read(j, r) for r in referrals[2:]),
    )
    assert [a.status_code for a in answers] == [200, 503, *[200] * (PEOPLE - 2)]
    assert answers[1].json()["code"] == "database.commit_failed"
    written = await since(town, before)
    assert len(written) == PEOPLE - 1
    assert {str(e["record_id"]) for e in written} == set(referrals) - {referrals[1]}


@pytest.mark.parametrize("at", ["referral", "commit"])
async def test_a_connection_that_is_lost_loses_no_answer_and_no_entry(
    town: Town, monkeypatch: pytest.MonkeyPatch, at: str
):
    """The database ends the connection on the way: they go alone. In the commit: 503, for it is open."""
    referrals = await referred(town)
    j = town.caller("j-consultant")
    lost = []

    async def cut_off(connection: asyncpg.Connection) -> None:
        if not lost:
            lost.append(True)
            pid = await connection.fetchval("SELECT pg_backend_pid()")
            pool = town.app.state.wiring.database.pool
            assert await pool.fetchval("SELECT pg_terminate_backend($1, 5000)", pid)

    original, write = trip.QUESTIONS["referral"], trip.write

    async def asked(connection: Any, askers: Any) -> Any:
        await cut_off(connection)
        return await original(connection, askers)

    async def written(connection: Any, wanted: Any) -> None:
        await write(connection, wanted)
        await cut_off(connection)

    if at == "referral":
        monkeypatch.setitem(trip.QUESTIONS, "referral", asked)
    else:
        monkeypatch.setattr(trip, "write", written)
    before = len(await town.audit())
    answers = await asyncio.gather(*(read(j, r) for r in referrals))
    statuses = [a.status_code for a in answers]
    assert lost
    if at == "referral":
        assert statuses == [200] * PEOPLE
    else:
        assert 503 in statuses
        assert set(statuses) <= {200, 503}
    shown = {a.json()["id"] for a in answers if a.status_code == 200}
    entries = await since(town, before)
    assert sorted(str(e["record_id"]) for e in entries) == sorted(shown)


async def test_nobody_waits_for_one_that_does_not_come(town: Town, monkeypatch: pytest.MonkeyPatch):
    """One is held up on the way: the others are answered, and it goes on alone."""
    referrals = await referred(town)
    j = town.caller("j-consultant")
    monkeypatch.setattr(trip, "PATIENCE", 0.05)
    goes_on = asyncio.Event()
    held_up = []
    act_for = Ride.act_for

    async def slowly(ride: Ride, actor: Any) -> None:
        if not held_up:
            held_up.append(ride)
            await goes_on.wait()
        await act_for(ride, actor)

    monkeypatch.setattr(Ride, "act_for", slowly)
    tasks = [asyncio.create_task(read(j, r)) for r in referrals]
    done: set[Any] = set()
    while len(done) < PEOPLE - 1:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0)
    assert [t.result().status_code for t in done] == [200] * (PEOPLE - 1)
    goes_on.set()
    assert [t.status_code for t in await asyncio.gather(*tasks)] == [200] * PEOPLE


async def test_whoever_is_cancelled_takes_nobody_along(town: Town):
    referrals = await referred(town)
    j = town.caller("j-consultant")
    tasks = [asyncio.create_task(read(j, r)) for r in referrals]
    await asyncio.sleep(0)
    tasks[2].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    statuses = [a.status_code if isinstance(a, httpx.Response) else None for a in answers]
    assert statuses == [200, 200, None, 200, 200, 200]


async def test_too_many_that_wait_are_told_so(town: Town, monkeypatch: pytest.MonkeyPatch):
    referrals = await referred(town)
    j = town.caller("j-consultant")
    monkeypatch.setattr(sharing, "MOST_WAITING", 0)
    answer = await read(j, referrals[0])
    assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")


async def test_the_second_wall_stands_for_each_of_them(town: Town):
    """Also where the service would ask for what is not the asker's: the database keeps it back."""
    referrals = await referred(town)
    ids = [uuid.UUID(r) for r in referrals[:2]]
    whose = [town.agency["J"], town.agency["D"]]
    whom = await town.owner.fetchval("SELECT person_id FROM referral WHERE id = $1", ids[0])
    async with town.app.state.wiring.database.pool.acquire() as connection:
        for kinds in (["staff", "staff"], ["staff", "partner"]):
            rows = await connection.fetch(
                "SELECT * FROM shared_referrals($1, $2, $3, $4)", kinds, whose, [None, None], ids
            )
            assert rows[0]["it"]["id"] == ids[0]
            assert len(rows[0]["consents"]) == 1
            assert rows[1]["it"]["id"] is None
            assert rows[1]["consents"] is None
        persons = await connection.fetch(
            "SELECT * FROM shared_persons($1, $2, $3, $4)",
            ["staff", "staff"],
            whose,
            [None, None],
            [whom, whom],
        )
        assert [p["it"]["id"] for p in persons] == [whom, None]
        inboxes = await connection.fetch(
            "SELECT * FROM shared_inboxes($1, $2, $3, $4, $5, $6)",
            ["staff", "staff"],
            whose,
            [None, None],
            [None, None],
            [None, None],
            [50, 50],
        )
        assert [len(i["listed"] or ()) for i in inboxes] == [PEOPLE, 0]
        # Nobody is asking when all is answered.
        async with connection.transaction():
            await connection.fetch(
                "SELECT * FROM shared_referrals($1, $2, $3, $4)",
                ["staff"],
                [whose[0]],
                [None],
                ids[:1],
            )
            assert await connection.fetchval("SELECT asker()") is None
            assert await connection.fetch("SELECT id FROM referral") == []
        row = await town.owner.fetchval(
            "SELECT row_to_json(r)::text FROM referral r WHERE id = $1", ids[0]
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(
                "SELECT shared_writes($1, $2, $3, $4, $5)",
                ["staff"],
                [town.agency["D"]],
                [None],
                ["referral"],
                [json.dumps(json.loads(row) | {"id": str(uuid.uuid4())})],
            )


async def test_a_consent_counts_to_its_last_day_for_those_who_share(town: Town):
    """What hangs on the day is decided with the request's own instant."""
    referrals = await referred(town)
    j = town.caller("j-consultant")
    await town.owner.execute("UPDATE consent SET valid_until = '2026-11-20'")
    town.clock.forward(hours=12)
    assert "reason" in (await ok(read(j, referrals[0])))
    town.clock.forward(hours=timedelta(hours=3).seconds / 3600)
    answers = await asyncio.gather(*(read(j, r) for r in referrals))
    assert all("reason" not in a.json() for a in answers)


async def test_what_was_loaded_goes_with_the_request_and_waits_for_no_garbage(
    town: Town, monkeypatch: pytest.MonkeyPatch
):
    referrals = await referred(town)
    j = town.caller("j-consultant")
    rides: list[weakref.ref[Ride]] = []

    class Seen(Ride):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            rides.append(weakref.ref(self))

    monkeypatch.setattr(sharing, "Ride", Seen)
    gc.collect()
    gc.disable()
    try:
        found = await asyncio.gather(
            *(read(j, r) for r in referrals), j.get("/v1/referrals", params={"limit": 3})
        )
        assert {answer.status_code for answer in found} == {200}
        del found
        # Until whatever carried the answers is through as well, and its connection given back.
        for _ in range(500):
            await asyncio.sleep(0.01)
            if not any(ride() for ride in rides):
                break
        assert len(rides) == PEOPLE + 1
        assert [ride() for ride in rides] == [None] * len(rides)
    finally:
        gc.enable()
