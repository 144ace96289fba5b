"""Conferences for calendar programs (iCalendar)."""

import secrets
from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, Call, Service, ShownOnce, show
from service.api.errors import problem, simple_problem
from service.api.shapes import REFUSALS, receipt
from service.application import calendar_feeds, conferences
from service.application.context import Context
from service.application.ports import Work
from service.domain.audit import DecidedEntry
from service.domain.calendar_feed import CalendarFeed
from service.domain.calendar_jp import jst_date
from service.domain.decision import Rule
from service.domain.errors import Concealed, Refusal, Unavailable
from service.domain.invitation import Method
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Calendars"])

#: How a calendar comes, for the contract.
ICALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/calendar": {}}, "description": "The calendar (RFC 5545)."}
}


@router.get(
    "/conferences/{conference_id}/invitation.ics",
    response_class=Response,
    response_model=None,
    responses=ICALENDAR,
)
@acts(Permission.CONFERENCE_READ)
async def read_invitation(conference_id: UUID, request: Request, context: Asked) -> Response:
    """Read the invitation for a calendar; after a cancellation, what takes it out again."""
    service: Service = request.app.state.service
    entry = await conferences.invitation(context, conference_id)
    written = service.calendars.write([entry], entry.method, at=context.now, name=entry.title)
    return Response(
        written,
        headers={
            "Content-Disposition": 'attachment; filename="invitation.ics"',
            "Content-Type": f"text/calendar; charset=utf-8; method={entry.method.upper()}",
        },
    )


class FeedRoute(AuditedRoute):
    """A route whose address says who is asking."""

    def call_type(self) -> type[Call]:
        """The call of a calendar program."""
        return FeedCall


class FeedCall(Call):
    """A request without a token. Whatever is wrong with the address, the answer is one and the same."""

    async def answer(self) -> Response:
        """The calendar, or the one refusal; either is on record."""
        secret_hash = _hash(self.request.path_params["secret"])
        if not self.service.feed_pace.allows(secret_hash, self.now):
            return simple_problem("calendar.too_often", 429, {"Retry-After": "600"})
        context: Context | None = None
        entries = [self._entry(rules=(Rule.RECORD_UNKNOWN.value,), record_kind="calendar")]
        try:
            async with self.service.open_work() as work:
                feed = await work.calendar_feeds.with_secret(secret_hash)
                if feed is not None:
                    entries = [self._ended(feed)]
                    context = await self._context_of(work, feed)
                if context is not None:
                    return await self._inside(work, context)
        except Unavailable as refusal:
            return problem(refusal)
        except Refusal:
            pass
        except Exception as error:  # noqa: BLE001 - the last resort
            return await self._failed(error, entries)
        if context is not None:
            entries = context.undone(self.permission)
        return await self._refused(Concealed("record.not_found"), entries)

    async def _context_of(self, work: Work, feed: CalendarFeed) -> Context | None:
        actor = await calendar_feeds.owner_of(work.accounts, feed, self.now, jst_date(self.now))
        return None if actor is None else await self._context_as(work, actor)

    def _ended(self, feed: CalendarFeed) -> DecidedEntry:
        return self._entry(
            actor_kind="staff",
            iss=feed.iss,
            sub=feed.sub,
            agency_id=feed.agency_id,
            holder_agency_id=feed.agency_id,
            record_kind="calendar",
            record_id=feed.id,
            token_id=str(feed.id),
        )


feeds = APIRouter(prefix="/v1", route_class=FeedRoute, responses=REFUSALS, tags=["Calendars"])


@router.post("/calendar-feed", status_code=201, response_model=receipt(CalendarFeed, path=str))
@acts(Permission.CALENDAR_MAKE)
async def make_calendar_feed(context: Asked) -> Response:
    """Make the calendar address of the caller's position, or a new one; it is shown this once.

    A retry with the same Idempotency-Key is answered without the address: make another.
    """
    secret = secrets.token_urlsafe(32)
    made = await calendar_feeds.make(context, _hash(secret))
    kept = show(made, status=201)
    path = f"/v1/calendar-feeds/{secret}.ics"
    return ShownOnce(show(replace(made, body=made.body | {"path": path}), status=201), kept)


@router.post("/calendar-feed/revoke", response_model=receipt(CalendarFeed))
@acts(Permission.CALENDAR_REVOKE)
async def revoke_calendar_feed(context: Asked) -> Response:
    """Revoke the calendar address of the caller's position."""
    return show(await calendar_feeds.revoke(context))


@feeds.get(
    "/calendar-feeds/{secret}.ics",
    response_class=Response,
    response_model=None,
    responses=ICALENDAR | {304: {"description": "Nothing has changed."}},
    openapi_extra={"security": []},
)
@acts(Permission.CALENDAR_READ)
async def read_calendar_feed(
    secret: str,  # noqa: ARG001 - read by FeedCall
    request: Request,
    context: Asked,
) -> Response:
    """Read the agency's conferences as a calendar; the address is the only key.

    At most 30 times in ten minutes (429).
    """
    service: Service = request.app.state.service
    entries = await calendar_feeds.read(context)
    told = sha256(b"\n".join(e.model_dump_json().encode() for e in entries)).hexdigest()[:32]
    headers = {"ETag": f'W/"{told}"', "Cache-Control": "private, no-cache"}
    known = request.headers.get("if-none-match", "").split(",")
    if told in {tag.strip().removeprefix("W/").strip('"') for tag in known}:
        return Response(status_code=304, headers=headers)
    written = service.calendars.write(entries, Method.PUBLISH, at=context.now, name="会議予定")
    headers["Content-Type"] = "text/calendar; charset=utf-8"
    return Response(written, headers=headers)


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
