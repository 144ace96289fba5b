"""What every request passes: an id, a size limit, safe headers, one log line without personal data.

Pure ASGI, because Starlette's BaseHTTPMiddleware would lose context variables and buffer.
"""

import re
import secrets
import time
from collections.abc import Callable, Iterable
from uuid import UUID

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.api.errors import problem
from service.domain.errors import TooLarge
from service.domain.item_paper import MEBIBYTE

#: Bytes of a request's body.
MAX_BODY = 1024 * 1024
#: Where a file is handed in, which may be larger.
_TAKES_FILES = re.compile(r"/v1/conferences/[^/]+/items/[^/]+/papers")
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("tsunagi.request")

SAFE_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_SAFE_NAMES = frozenset(name for name, _ in SAFE_HEADERS)


class Entrance:
    """The outermost layer."""

    def __init__(
        self,
        app: ASGIApp,
        clock: Callable[[], float] = time.perf_counter,
        *,
        largest_file: int = MAX_BODY,
        answered: Callable[[UUID], None] = lambda _: None,
    ) -> None:
        """Wrap the application; ``answered`` is told of each attempt whose answer has left whole."""
        self.app = app
        self.largest_file = largest_file
        self.clock = clock
        self.answered = answered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        passage = _Passage(scope, receive, send, self.clock)
        if scope["method"] == "POST" and _TAKES_FILES.fullmatch(scope["path"]):
            passage.takes_file(self.largest_file)
        await passage.through(self.app)
        attempt_id = scope["state"].get("attempt_id")
        if attempt_id is not None and passage.left_whole:
            self.answered(attempt_id)


class _Passage:
    """One request on its way."""

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, clock: Callable[[], float]
    ) -> None:
        self.scope = scope
        self._receive = receive
        self._send = send
        self.clock = clock
        self.request_id, self.declared = _told(scope["headers"])
        self.status = 0
        self.read = 0
        self.most = MAX_BODY
        #: The last byte of the answer was handed on, to somebody who was still there.
        self.left_whole = False
        self.refusal = TooLarge("body.too_large")
        scope.setdefault("state", {})["request_id"] = self.request_id

    def takes_file(self, most: int) -> None:
        """Let a file through; one that is too large is refused by whoever knows the caller."""
        self.most = most
        self.refusal = TooLarge("file.too_large", facts={"most_mib": most // MEBIBYTE})

    async def through(self, app: ASGIApp) -> None:
        started = self.clock()
        try:
            if self.most == MAX_BODY and self.declared > MAX_BODY:
                raise self.refusal
            await app(self.scope, self.receive, self.send)
        except TooLarge:
            if self.status == 0:
                await problem(self.refusal)(self.scope, self._receive, self.send)
        finally:
            self._log(self.clock() - started)

    async def receive(self) -> Message:
        """The body, counted: a length can be lied about, or missing."""
        if self.declared > self.most:
            raise self.refusal
        message = await self._receive()
        self.read += len(message.get("body", b""))
        if self.read > self.most:
            raise self.refusal
        return message

    async def send(self, message: Message) -> None:
        """The answer with its id and the headers that keep it private."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = list(message.get("headers", []))
            given = _SAFE_NAMES.intersection([name for name, _ in headers])
            headers += (
                [(n, v) for n, v in SAFE_HEADERS if n not in given] if given else SAFE_HEADERS
            )
            headers.append((b"x-request-id", self.request_id.encode()))
            if self.status == 413:
                # What has not been read by now is not read at all.
                headers.append((b"connection", b"close"))
            message = {**message, "headers": headers}
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.left_whole = not _hung_up(self._send)

    def _log(self, seconds: float) -> None:
        """Route template, never the path: ids are pseudonyms, and anything may stand in a query."""
        route = self.scope.get("route")
        agency_id = self.scope["state"].get("agency_id")
        log.info(
            "request",
            request_id=self.request_id,
            method=self.scope["method"],
            route=getattr(route, "path", None),
            status=self.status,
            ms=round(seconds * 1000, 1),
            agency=str(agency_id) if agency_id else None,
        )


def _told(headers: Iterable[tuple[bytes, bytes]]) -> tuple[str, int]:
    """The caller's id if it is a plain one, else one of ours; and the length they declare, or 0."""
    request_id, declared = None, None
    for name, value in headers:
        if name == b"content-length":
            if declared is None and value.isdigit():
                declared = int(value)
        elif name == b"x-request-id" and request_id is None and _REQUEST_ID.fullmatch(value):
            request_id = value.decode()
    return request_id or secrets.token_hex(12), declared or 0


def _hung_up(send: Send) -> bool:
    """Whether the other side had gone before the end: Uvicorn then drops what it is given silently."""
    cycle = getattr(send, "__self__", None)
    return bool(getattr(cycle, "disconnected", False))
