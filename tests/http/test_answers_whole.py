"""Answers leave in one piece; long ones go on their way as they are made."""

import asyncio
from typing import Any

from uvicorn import Config
from uvicorn.server import ServerState

from service.answers_whole import MOST, WholeAnswers

ASKED = b"GET / HTTP/1.1\r\nhost: town\r\n\r\n"
HEAD = {"type": "http.response.start", "status": 200, "headers": []}


class Wire(asyncio.Transport):
    """What is handed to the system, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.closed_after: int | None = None

    def write(self, data: Any) -> None:
        self.written.append(bytes(data))

    def close(self) -> None:
        self.closed_after = len(self.written)

    def is_closing(self) -> bool:
        return self.closed_after is not None

    def pause_reading(self) -> None:
        """Nothing is read here."""

    def resume_reading(self) -> None:
        """Nothing is read here."""


async def answered(app: Any, asked: bytes = ASKED) -> Wire:
    wire, state = Wire(), ServerState()
    config = Config(app, log_config=None, lifespan="off")
    config.load()
    protocol = WholeAnswers(config=config, server_state=state, app_state={})  # type: ignore[no-untyped-call,unused-ignore]
    protocol.connection_made(wire)
    protocol.data_received(asked)
    await asyncio.gather(*state.tasks)
    await asyncio.sleep(0)
    protocol.connection_lost(None)
    return wire


async def test_head_and_body_leave_together() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD | {"headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"hello"})

    (whole,) = (await answered(app)).written
    assert whole.startswith(b"HTTP/1.1 200 OK\r\n")
    assert whole.endswith(b"\r\n\r\nhello")


async def test_what_is_written_later_does_not_wait() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        for part in (b"one", b"two"):
            await asyncio.sleep(0.001)
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await asyncio.sleep(0.001)
        await send({"type": "http.response.body", "body": b""})

    head, *parts = (await answered(app)).written
    assert head.endswith(b"\r\n\r\n")
    assert parts == [b"3\r\none\r\n", b"3\r\ntwo\r\n", b"0\r\n\r\n"]


async def test_a_long_answer_is_handed_on_as_it_is_made() -> None:
    parts = 5

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD)
        for _ in range(parts):
            await send({"type": "http.response.body", "body": b"x" * MOST, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    wire = await answered(app)
    assert len(wire.written) == parts + 1
    assert b"".join(wire.written).count(b"x") == parts * MOST


async def test_nothing_is_lost_where_the_connection_is_closed_afterwards() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(HEAD | {"headers": [(b"content-length", b"2"), (b"connection", b"close")]})
        await send({"type": "http.response.body", "body": b"ok"})

    wire = await answered(app)
    assert wire.closed_after == 1
    assert wire.written[0].endswith(b"ok")
