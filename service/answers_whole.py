"""Answers that leave in one piece.

Uvicorn writes the head of an answer and its body one after the other, and uvloop hands each write to
the system at once: two calls of the system for an answer of a kilobyte, a fifth of what a read costs.
Here both wait for the end of the event loop's turn, in which they were written, and go together.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: So many bytes wait at most: a long answer goes on its way as it is made.
MOST = 65_536


class Gathering:
    """A connection that hands on together what is written in one turn of the event loop."""

    def __init__(self, transport: asyncio.Transport) -> None:
        """Hand on to this one."""
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []
        self._bytes = 0

    def write(self, data: bytes) -> None:
        """Keep it until the end of the turn."""
        if not self._waiting:
            self._loop.call_soon(self._hand_on)
        self._waiting.append(data)
        self._bytes += len(data)
        if self._bytes >= MOST:
            self._hand_on()

    def close(self) -> None:
        """Close once everything is handed on."""
        self._hand_on()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        """Everything else is as it was."""
        return getattr(self._transport, name)

    def _hand_on(self) -> None:
        if self._waiting:
            whole, self._waiting, self._bytes = b"".join(self._waiting), [], 0
            self._transport.write(whole)


class WholeAnswers(HttpToolsProtocol):
    """Uvicorn's HTTP, each of whose answers leaves in one piece."""

    def connection_made(self, transport: Any) -> None:
        """Write through what gathers."""
        super().connection_made(Gathering(transport))  # type: ignore[arg-type]  # in its place
