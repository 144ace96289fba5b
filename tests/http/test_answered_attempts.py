"""Attempts whose answer left are marked, and no others; nobody ever waits for it."""

import asyncio
import csv
import io
import json
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import httpx
import pytest
import uvicorn
from log_steps import checked, keeper
from scenario_steps import ok, person, refused
from structlog.testing import capture_logs
from town import START, Town

from service.api.middleware import Entrance
from service.application import answered
from service.application.answered import AnsweredAttempts

EVENTS = "/v1/audit/events"


async def registered(town: Town) -> str:
    cc = town.caller("cc-worker")
    form = person("試験", "花子", "シケン ハナコ", birth="1970-01-01")
    return str((await ok(cc.post("/v1/persons", form), 201))["id"])


async def told(town: Town, **asked: str) -> list[dict[str, Any]]:
    auditor = town.caller("cc-auditor", "audit")
    return list((await ok(auditor.get(EVENTS, params=asked)))["items"])


async def test_an_auditor_sees_which_attempts_were_answered(town: Town):
    whom = await registered(town)
    (before,) = await told(town, action="person.register")
    # Not known yet is not the same as no.
    assert before["answered"] is None
    await town.app.state.wiring.keep_answered_once()
    (after,) = await told(town, action="person.register")
    assert after == before | {"answered": True}
    # A refusal is an answer as well; and the exports say the same.
    await refused(
        town.caller("cc-worker").get(f"/v1/persons/{uuid.uuid4()}"), 404, "record.not_found"
    )
    await town.app.state.wiring.keep_answered_once()
    (denied,) = await told(town, outcome="denied")
    assert denied["answered"] is True
    auditor = town.caller("cc-auditor", "audit")
    params = {"person_id": whom, "action": "person.register"}
    (line,) = (await auditor.get(f"{EVENTS}.jsonl", params=params)).content.splitlines()
    assert json.loads(line)["answered"] is True
    text = (await auditor.get(f"{EVENTS}.csv", params=params)).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["応答の送出"] == "送出済み"
    # It is no part of what was sealed.
    await keeper(town).keep()
    assert (await checked(town)).found == ()


async def test_the_service_may_take_no_mark_back(town: Town, urls: Any):
    await registered(town)
    await town.app.state.wiring.keep_answered_once()
    app = await asyncpg.connect(urls.app)
    try:
        assert await app.fetchval("SELECT count(*) FROM answered_attempt") == 1
        for attack in ("DELETE FROM answered_attempt", "UPDATE answered_attempt SET at = now()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.execute(attack)
    finally:
        await app.close()


async def test_what_the_database_does_not_take_waits_and_nobody_else(town: Town):
    wiring = town.app.state.wiring
    await town.owner.execute("REVOKE INSERT ON answered_attempt FROM tsunagi_app")
    await registered(town)
    with capture_logs() as lines:
        await wiring.keep_answered_once()
    assert [line["event"] for line in lines] == ["answered.failed"]
    assert (await told(town, action="person.register"))[0]["answered"] is None
    await town.owner.execute("GRANT INSERT ON answered_attempt TO tsunagi_app")
    await wiring.keep_answered_once()
    assert (await told(town, action="person.register"))[0]["answered"] is True


# The queue


class Kept:
    """A database that takes marks, or does not."""

    def __init__(self) -> None:
        self.batches: list[list[uuid.UUID]] = []
        self.fails = False

    async def __call__(self, ids: Collection[uuid.UUID], _: datetime) -> None:
        if self.fails:
            raise ConnectionError
        self.batches.append(list(ids))


async def test_they_are_kept_in_batches(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answered, "BATCH", 4)
    kept, ids = Kept(), [uuid.uuid4() for _ in range(10)]
    waiting = AnsweredAttempts(kept, lambda: START)
    for each in ids:
        waiting.add(each)
    await waiting.keep()
    assert [len(batch) for batch in kept.batches] == [4, 4, 2]
    assert [each for batch in kept.batches for each in batch] == ids
    await waiting.keep()
    assert (len(kept.batches), len(waiting)) == (3, 0)


async def test_as_many_wait_as_there_is_room_for_and_the_oldest_go():
    kept, ids = Kept(), [uuid.uuid4() for _ in range(8)]
    waiting = AnsweredAttempts(kept, lambda: START, most_waiting=5)
    kept.fails = True
    for each in ids[:4]:
        waiting.add(each)
    with pytest.raises(ConnectionError):
        await waiting.keep()
    assert (len(waiting), waiting.given_up()) == (4, 0)
    for each in ids[4:]:
        waiting.add(each)
    assert (len(waiting), waiting.given_up(), waiting.given_up()) == (5, 3, 0)
    kept.fails = False
    await waiting.keep()
    assert kept.batches == [ids[3:]]


async def test_what_comes_while_a_batch_fails_is_not_pushed_out_unsaid():
    ids = [uuid.uuid4() for _ in range(6)]

    async def fails(_: Collection[uuid.UUID], __: datetime) -> None:
        for each in ids[3:]:
            waiting.add(each)
        raise ConnectionError

    waiting = AnsweredAttempts(fails, lambda: START, most_waiting=4)
    for each in ids[:3]:
        waiting.add(each)
    with pytest.raises(ConnectionError):
        await waiting.keep()
    assert (len(waiting), waiting.given_up()) == (4, 2)


# The socket


class Answers:
    """An application that answers in two pieces, and what is marked of it."""

    def __init__(self) -> None:
        self.marked: list[str] = []
        self.begun = asyncio.Event()
        self.fails = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        scope["state"]["attempt_id"] = scope["path"]
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        self.begun.set()
        while scope["path"] == "/gone" and (await receive())["type"] != "http.disconnect":
            pass
        if self.fails:
            raise RuntimeError
        await send({"type": "http.response.body", "body": b"whole"})


@asynccontextmanager
async def serving(app: Answers, http: str) -> AsyncIterator[int]:
    """A real server on a real socket."""
    entrance = Entrance(app, answered=app.marked.append)  # type: ignore[arg-type]
    config = uvicorn.Config(entrance, port=0, http=http, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it says so nowhere else
        await asyncio.sleep(0)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await running


async def gone(app: Answers) -> None:
    """The passage of every request so far is over."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("http", ["h11", "httptools"])
async def test_whoever_was_gone_before_the_end_was_not_answered(http: str):
    if http == "httptools":
        pytest.importorskip("httptools")
    app = Answers()
    async with serving(app, http) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /gone HTTP/1.1\r\nHost: t\r\n\r\n")
        await app.begun.wait()
        writer.transport.abort()
        # The application goes on once it has heard of that, and sends the rest to nobody.
        async with httpx.AsyncClient() as client:
            answer = await client.get(f"http://127.0.0.1:{port}/there")
        assert answer.content == b"halfwhole"
        await gone(app)
        assert app.marked == ["/there"]
        # Cut off half-way by a mistake of ours.
        app.fails = True
        async with httpx.AsyncClient() as client:
            with pytest.raises(httpx.RemoteProtocolError):
                await client.get(f"http://127.0.0.1:{port}/cut")
        await gone(app)
        assert app.marked == ["/there"]
