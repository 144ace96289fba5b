"""One request as one transaction: who is calling, the gates, the use case, the commit, the answer.

``AuditedRoute`` wraps FastAPI's own handling of a route, so that the unit of work is
committed after the answer has been built and before its first byte leaves. Whatever goes
wrong is undone, put on record in a commit of its own, and only then answered.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from traceback import extract_tb
from typing import Any
from uuid import UUID

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.responses import Response

from service.api.errors import invalid_request, problem, simple_problem
from service.api.pace import Pace
from service.application.calendar_writer import CalendarWriter
from service.application.callers import identify, nobody
from service.application.context import Context, Page, Shown, Trace
from service.application.file_ports import FileRoom
from service.application.import_ports import TableFiles
from service.application.log_ports import LogState, OpenLog
from service.application.ports import FirstAnswer, GoesAlone, Work
from service.application.printer import Printer
from service.domain.actor import Actor, VerifiedToken
from service.domain.audit import DecidedEntry, Outcome
from service.domain.audit_copy import as_copy, form_of
from service.domain.calendar_jp import jst_date
from service.domain.decision import Rule
from service.domain.errors import (
    Invalid,
    Malformed,
    Refusal,
    Unauthenticated,
    Unavailable,
    Unconditional,
)
from service.domain.permission import Permission
from service.domain.pseudonym import Pseudonyms
from service.domain.term import Closed

log = structlog.get_logger("tsunagi.request")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Service:
    """What a request needs from the outside; wired once, in ``service/app.py``."""

    open_work: Callable[[], AbstractAsyncContextManager[Work]]
    #: The same for a request that may go with others; raises GoesAlone where it can't.
    share_work: Callable[[int], AbstractAsyncContextManager[Any]]
    verify: Callable[[Request, datetime], Awaitable[VerifiedToken]]
    ready: Callable[[], Awaitable[bool]]
    issuer_names: Callable[[], Awaitable[list[str]]]
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    closed: Closed
    printer: Printer
    calendars: CalendarWriter
    #: How often one calendar address may be asked.
    feed_pace: Pace
    tables: TableFiles
    files: FileRoom
    #: Bytes of a paper that an agency hands in.
    largest_paper: int
    pseudonyms: Pseudonyms
    cursor_key: bytes
    audience: str
    open_log: OpenLog
    log_state: Callable[[], LogState]
    log_waits: Callable[[], int | None]
    #: The public keys of the transparency log (vkeys).
    log_keys: tuple[str, ...]
    log_origin: str


class AuditedRoute(APIRoute):
    """A route whose every answer is on record before it leaves. It must say what it does."""

    def get_route_handler(self) -> Handler:
        """FastAPI's handler inside one unit of work."""
        methods = self.methods or set()
        permission: Permission = self.endpoint.permission  # type: ignore[attr-defined]  # see acts
        keyed = self.endpoint.keyed and "POST" in methods  # type: ignore[attr-defined]  # see acts
        seats: int = self.endpoint.seats  # type: ignore[attr-defined]  # see acts
        versioned = bool({"PUT", "PATCH", "DELETE"} & methods)
        inner = super().get_route_handler()
        call = partial(self.call_type(), keyed=keyed, versioned=versioned, seats=seats)

        async def handle(request: Request) -> Response:
            return await call(request, permission, inner).answer()

        return handle

    def call_type(self) -> "type[Call]":
        """How a request to this route finds out who is asking."""
        return Call


class Call:
    """One request on its way through."""

    def __init__(
        self,
        request: Request,
        permission: Permission,
        inner: Handler,
        *,
        keyed: bool,
        versioned: bool,
        seats: int,
    ) -> None:
        """Take the request apart as far as can be done without any look-up."""
        self.request = request
        self.permission = permission
        self.inner = inner
        self.keyed = keyed
        self.versioned = versioned
        self.seats = seats
        self.service: Service = request.app.state.service
        self.now = self.service.clock()
        remote = request.client.host if request.client else None
        self.trace = Trace(request.state.request_id, self.service.new_id(), remote)
        request.state.attempt_id = self.trace.attempt_id

    async def answer(self) -> Response:
        """The answer, after everything about it is durable."""
        try:
            token = await self.service.verify(self.request, self.now)
        except Refusal as refusal:
            return await self._refused(refusal, [self._unknown_caller(refusal)])
        except Exception as error:  # noqa: BLE001 - the last resort
            return await self._failed(error, [self._unknown_caller(None)])
        if self.seats and await self._has_come():
            # If it has to go alone, nothing of it was done.
            with suppress(GoesAlone):
                return await self._answered(self._share_work, token)
        return await self._answered(self.service.open_work, token)

    def _share_work(self) -> AbstractAsyncContextManager[Work]:
        return self.service.share_work(self.seats)

    async def _has_come(self) -> bool:
        """Whether all of the request is here, so that nobody who goes with it waits for a client."""
        try:
            await self.request.body()
        except Exception:  # noqa: BLE001 - whatever it is, it is said when it goes alone
            return False
        return True

    async def _answered(
        self, open_work: Callable[[], AbstractAsyncContextManager[Work]], token: VerifiedToken
    ) -> Response:
        context: Context | None = None
        try:
            async with open_work() as work:
                context = await self._context(work, token)
                return await self._inside(work, context)
        except GoesAlone:
            raise
        except Unavailable as refusal:
            return problem(refusal)
        except Refusal as refusal:
            return await self._refused(refusal, self._undone(context, token, refusal))
        except RequestValidationError as error:
            return await self._recorded(self._undone(context, token), invalid_request(error))
        except HTTPException:
            # What the framework could not even read: not UTF-8, nested without end.
            unread = simple_problem("body.malformed", 400)
            return await self._recorded(self._undone(context, token), unread)
        except Exception as error:  # noqa: BLE001 - the last resort
            return await self._failed(error, self._undone(context, token))

    async def _failed(self, error: Exception, entries: list[DecidedEntry]) -> Response:
        """A mistake of ours: undone, on record, and said without the exception's text.

        The text may quote what was submitted or stored.
        """
        steps = [f"{f.filename}:{f.lineno}" for f in extract_tb(error.__traceback__)]
        kind = type(error).__name__
        log.error("request.failed", request_id=self.trace.request_id, kind=kind, at=steps)
        return await self._recorded(entries, simple_problem("service.failed", 500))

    async def _inside(self, work: Work, context: Context) -> Response:
        context.begin(self.permission)
        context.expected_version = self._expected_version()
        self.request.state.context = context
        # Read here, so that a flood is refused in our words and on record.
        await self.request.body()
        if not self.keyed:
            response = await self._built(context)
            await work.commit(context.entries)
            return response
        key, request_hash = self._key(), await self._hash()
        caller = f"{context.actor.iss} {context.actor.sub} {context.actor.agency_id}"
        first = await work.answers.claim(caller, key, request_hash, self.now)
        if first is not None:
            if first.request_hash != request_hash:
                raise Invalid("idempotency.key_reused", field="Idempotency-Key")
            await work.commit(context.replayed(self.permission))
            return _first_answer(first)
        response = await self._built(context)
        kept = FirstAnswer(
            request_hash,
            response.status_code,
            response.headers.get("location"),
            response.headers.get("etag"),
            bytes(response.kept if isinstance(response, ShownOnce) else response.body),
        )
        await work.answers.keep(caller, key, kept)
        await work.commit(context.entries)
        return response

    async def _built(self, context: Context) -> Response:
        """The answer of the use case; the log tells a print or an export from a look."""
        response = await self.inner(self.request)
        form = form_of(response.headers.get("content-type"))
        if form is not None:
            context.entries[:] = [as_copy(e, form) for e in context.entries]
        return response

    async def _context(self, work: Work, token: VerifiedToken) -> Context:
        actor = await identify(
            work.accounts,
            await self._still_good(work, token),
            day=jst_date(self.now),
            agency=self.request.headers.get("acting-agency"),
            purpose=self.request.headers.get("purpose-of-use"),
        )
        return await self._context_as(work, actor)

    async def _still_good(self, work: Work, token: VerifiedToken) -> VerifiedToken:
        """The token was checked with the issuer as it was last seen: it must be that one still."""
        if await work.accounts.issuer(token.iss) == token.issuer:
            return token
        again = await self.service.verify(self.request, self.now)
        if await work.accounts.issuer(again.iss) == again.issuer:
            return again
        raise Unauthenticated("token.issuer_unknown")

    async def _context_as(self, work: Work, actor: Actor) -> Context:
        self.request.state.agency_id = actor.agency_id
        await work.act_for(actor)
        return Context(
            actor=actor,
            now=self.now,
            work=work,
            trace=self.trace,
            new_id=self.service.new_id,
            closed=self.service.closed,
            law=await work.directory.law_book(),
            pseudonyms=self.service.pseudonyms,
        )

    def _expected_version(self) -> int | None:
        given = self.request.headers.get("if-match")
        if given is None:
            if self.versioned:
                raise Unconditional("record.version_required")
            return None
        match = re.fullmatch(r'"(\d{1,9})"', given)
        if match is None:
            raise Malformed("record.version_malformed", field="If-Match")
        return int(match[1])

    def _key(self) -> str:
        key = self.request.headers.get("idempotency-key")
        if key is None:
            raise Malformed("idempotency.key_missing", field="Idempotency-Key")
        if not re.fullmatch(r"[\x21-\x7e]{8,128}", key):
            raise Malformed("idempotency.key_invalid", field="Idempotency-Key")
        return key

    async def _hash(self) -> bytes:
        # The query as well: a list that was tried with dry_run is not yet taken in.
        url = self.request.url
        asked = f"{self.request.method} {url.path}?{url.query}\n".encode()
        purpose = self.request.headers.get("purpose-of-use", "").encode()
        digest = hashlib.sha256(asked + purpose + b"\n")
        # Not joined first: a paper may be large.
        digest.update(await self.request.body())
        return digest.digest()

    def _undone(
        self, context: Context | None, token: VerifiedToken, refusal: Refusal | None = None
    ) -> list[DecidedEntry]:
        if context is not None:
            return context.undone(self.permission)
        if isinstance(refusal, Unauthenticated):
            return [self._unknown_caller(refusal)]
        actor = nobody(token)
        return [
            self._entry(iss=actor.iss, sub=actor.sub, client_id=actor.client_id, token_id=actor.jti)
        ]

    def _unknown_caller(self, refusal: Refusal | None) -> DecidedEntry:
        if isinstance(refusal, Unauthenticated):
            rules = (Rule.TOKEN_REFUSED.value, refusal.code)
            return self._entry(action=Permission.TOKEN_VERIFY.value, rules=rules)
        return self._entry(action=Permission.TOKEN_VERIFY.value, outcome=Outcome.FAILED)

    def _entry(self, **known: Any) -> DecidedEntry:
        stated: dict[str, Any] = {
            "action": self.permission.value,
            "outcome": Outcome.DENIED,
            "rules": (Rule.ACTOR_NO_POSITION.value,),
            "actor_kind": "unknown",
            "record_kind": "token",
        }
        return DecidedEntry(
            id=self.service.new_id(),
            attempt_id=self.trace.attempt_id,
            at=self.now,
            request_id=self.trace.request_id,
            remote=self.trace.remote,
            **stated | known,
        )

    async def _refused(self, refusal: Refusal, entries: list[DecidedEntry]) -> Response:
        return await self._recorded(entries, problem(refusal))

    async def _recorded(self, entries: list[DecidedEntry], response: Response) -> Response:
        """The refusal, once it is on record; if it cannot be, nobody learns even that."""
        try:
            await self._commit(entries)
        except Exception:  # noqa: BLE001 - whatever it is, it is not on record
            return problem(Unavailable("database.unavailable"))
        return response

    async def _commit(self, entries: list[DecidedEntry]) -> None:
        alone = self.service.open_work
        for open_work in (self._share_work, alone) if self.seats else (alone,):
            with suppress(GoesAlone):
                async with open_work() as work:
                    await work.commit(entries)
                return


def _first_answer(first: FirstAnswer) -> Response:
    headers = {"Idempotency-Replayed": "true"}
    if first.location is not None:
        headers["Location"] = first.location
    if first.etag is not None:
        headers["ETag"] = first.etag
    return Response(first.body, first.status, headers, media_type="application/json")


class ShownOnce(Response):
    """An answer with a secret in it; what is kept of it for a retry has none."""

    def __init__(self, answer: Response, kept: Response) -> None:
        """Answer with the one, keep the other."""
        super().__init__(
            answer.body, answer.status_code, {"ETag": answer.headers["etag"]}, "application/json"
        )
        self.kept = kept.body


def show(shown: Shown, *, status: int = 200, location: str | None = None) -> Response:
    """One record, or a receipt, with its version as ETag."""
    headers = {}
    if shown.version is not None:
        headers["ETag"] = f'"{shown.version}"'
    if location is not None:
        headers["Location"] = f"{location}/{shown.record_id}"
    return Response(to_json(shown.body), status, headers, media_type="application/json")


def show_all(page: Page) -> Response:
    """A whole list."""
    return Response(to_json({"items": page.items}), media_type="application/json")
