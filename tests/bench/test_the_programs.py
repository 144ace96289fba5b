"""The programs that the service is measured beside do what it does: else a ratio says nothing."""

import json
import random
from dataclasses import replace

import pytest
from bench.asked import LIST, READ, REPORT, WRITE
from bench.ground import Ground, Wanted, ground
from bench.load import Ask, Job, Request
from bench.report import SERVICE, UNLOGGED, WORKERS
from bench.seed import Sizes
from town import ENTRY

PROGRAMS = (SERVICE, WORKERS, "bare", "idiomatic")
#: What no two accesses have in common.
OWN = {"id", "attempt_id", "at", "request_id", "token_id", "leaf", "salt", "words", "xid"}
TINY = Wanted(
    Sizes(persons=96, referrals=480, entries=50),
    pool=2,
    packets=False,
    page=5,
    besides=(UNLOGGED, WORKERS),
)


def told(body: object) -> object:
    """An answer without what is empty, and sets in one order: a response model has its own."""
    if isinstance(body, dict):
        return {k: told(v) for k, v in body.items() if v is not None}
    if isinstance(body, list):
        return sorted(body) if all(isinstance(v, str) for v in body) else [told(v) for v in body]
    return body


async def entries(on: Ground, seen: set[object]) -> list[dict[str, object]]:
    """The entries that have come since, without what is their own."""
    found = [dict(r) for r in await on.owner.fetch(f"SELECT {ENTRY} FROM audit_entry ORDER BY id")]
    new = [e for e in found if e["id"] not in seen]
    seen |= {e["id"] for e in new}
    for entry in new:
        question = json.loads(entry["question"])
        entry["question"] = question | {"at": None}
        question["actor"].pop("authenticated_at")
    return [{k: v for k, v in e.items() if k not in OWN} for e in new]


@pytest.mark.slow
async def test_all_programs_show_the_same_and_put_the_same_on_record() -> None:
    drawn = random.Random(7)  # noqa: S311 - the same each time
    async with ground(TINY) as on:
        seen: set[object] = set()
        await entries(on, seen)
        for load in (READ, READ, LIST):
            (ask,) = on.town.asks(load, 1, drawn)
            answers, kept = [], []
            for program in PROGRAMS:
                answers.append(told((await on.once(program, ask)).json()))
                kept.append(await entries(on, seen))
            assert all(a == answers[0] for a in answers)
            assert all(k == kept[0] for k in kept)
            assert len(kept[0]) == (TINY.page if load == LIST else 1)
            with_log = await on.once("service", ask)
            await entries(on, seen)
            assert (await on.once(UNLOGGED, ask)).content == with_log.content
            assert await entries(on, seen) == []
        await reports_are_alike(on, drawn, seen)
        await drafts_are_alike(on, drawn, seen)
        await strangers_are_refused(on)
        await without_a_log_nothing_is_noted(on)


async def reports_are_alike(on: Ground, drawn: random.Random, seen: set[object]) -> None:
    (ask,) = on.town.asks(REPORT, 1, drawn)
    first = (await on.once("service", ask)).json()["items"]
    kept = await entries(on, seen)
    second = (await on.once("bare", ask)).json()["items"]
    # In between, one more has looked.
    assert first[:-1] == second[1:]
    assert kept == await entries(on, seen)
    assert len(kept) == 1


async def drafts_are_alike(on: Ground, drawn: random.Random, seen: set[object]) -> None:
    (ask,) = on.town.asks(WRITE, 1, drawn)
    made, kept, events = [], [], []
    for program in (*PROGRAMS, UNLOGGED):
        answer = (await on.once(program, ask)).json()
        row = dict(await on.owner.fetchrow("SELECT * FROM referral WHERE id = $1", answer["id"]))
        event = "SELECT * FROM referral_event WHERE referral_id = $1"
        (step,) = await on.owner.fetch(event, answer["id"])
        made.append({k: v for k, v in row.items() if k not in ("id", "made_at", "due_at")})
        events.append({k: v for k, v in dict(step).items() if k not in ("id", "referral_id", "at")})
        kept.append(await entries(on, seen))
    assert all(m == made[0] for m in made)
    assert all(e == events[0] for e in events)
    assert all(k == kept[0] for k in kept[:-1])
    assert (len(kept[0]), kept[-1]) == (1, [])
    assert await on.owner.fetchval("SELECT count(*) FROM first_answer WHERE status = 201") >= 4


async def strangers_are_refused(on: Ground) -> None:
    """A referral that the caller's agency has nothing to do with."""
    sizes = on.town.sizes
    stranger = next(
        a for a in range(24) if a not in (sizes.sender_of(0), sizes.receiver_of(0), 7, 11)
    )
    (ask,) = on.town.asks(READ, 1, random.Random(1))  # noqa: S311 - the same
    path = f"{ask.path.rpartition('/')[0]}/019d0000-0000-7000-8000-{0:012d}"
    for program in (*PROGRAMS, UNLOGGED):
        await on.once(
            program, replace(ask, path=path, token=stranger, status=404, times=0, also="")
        )


async def without_a_log_nothing_is_noted(on: Ground) -> None:
    """Of what the service without a log answered nothing is marked, and nothing of it failed."""
    for name in (SERVICE, WORKERS, UNLOGGED):
        # Whoever stops marks what is still to be marked.
        on.programs[name].stop()
    marked = "SELECT count(*) FROM answered_attempt a WHERE {}EXISTS ({})"
    of_an_entry = "SELECT FROM audit_entry e WHERE e.attempt_id = a.attempt_id"
    assert await on.owner.fetchval(marked.format("", of_an_entry)) > 0
    assert await on.owner.fetchval(marked.format("NOT ", of_an_entry)) == 0
    told = on.programs[UNLOGGED].output.read_text()
    assert '"status":404' in told.replace(" ", "")
    assert ".failed" not in told


def test_an_answer_without_what_was_asked_for_is_an_error() -> None:
    ask = Ask("GET", "/v1/referrals/x", 0, "consultation", 200, '"reason":"', also='"id":"x"')
    job = Job(1, 1, 0, 0, ["t"], [ask], 1, 1, "n")
    request = Request(ask, job)
    assert request.wrong(b"200", b'{"id":"x","reason":"why"}') is None
    assert request.wrong(b"503", b'{"id":"x","reason":"why"}') is not None
    assert request.wrong(b"200", b'{"id":"x","withheld":["D3"]}') is not None
    assert request.wrong(b"200", b'{"id":"y","reason":"why"}') is not None
