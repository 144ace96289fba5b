"""Feeds for calendar programs: made or changed, revoked, and read as whoever made them."""

from datetime import date, datetime
from uuid import UUID

from service.application.callers import actor_of
from service.application.context import Context, Shown
from service.application.ports import Accounts
from service.domain.access import Facts, Part, RecordKind
from service.domain.actor import Actor, VerifiedToken
from service.domain.calendar_feed import AHEAD, BACK, MOST_ENTRIES, CalendarFeed
from service.domain.decision import Permit
from service.domain.invitation import CalendarEntry, entry_of
from service.domain.permission import Permission
from service.domain.scope import scope_of


async def make(context: Context, secret_hash: str) -> Shown:
    """A feed for the caller's position; the address that there was before opens nothing more."""
    context.enforce(Permission.CALENDAR_MAKE, _facts(context, None, found=True))
    actor, position_id = context.actor, context.position_id
    assert position_id is not None  # noqa: S101 - no permit without a position
    known = await context.work.calendar_feeds.of(actor.iss, actor.sub, position_id, lock=True)
    if known is not None:
        context.check_version(known.version)
    feed = CalendarFeed(
        id=known.id if known else context.new_id(),
        iss=actor.iss,
        sub=actor.sub,
        agency_id=context.agency_id,
        position_id=position_id,
        tenure_ids=actor.tenure_ids,
        purpose=actor.purpose,
        secret_hash=secret_hash,
        made_at=context.now,
        version=known.version + 1 if known else 1,
    )
    if known is None:
        await context.work.calendar_feeds.add(feed)
    else:
        await context.work.calendar_feeds.save(feed)
    return context.receipt(feed)


async def revoke(context: Context) -> Shown:
    """The caller's own feed opens nothing any more."""
    actor, position_id = context.actor, context.position_id
    assert position_id is not None  # noqa: S101 - the gate wants one
    feed = await context.work.calendar_feeds.of(actor.iss, actor.sub, position_id, lock=True)
    context.enforce(
        Permission.CALENDAR_REVOKE,
        _facts(context, feed.id if feed else None, found=feed is not None),
    )
    assert feed is not None  # noqa: S101 - no permit without a record
    context.check_version(feed.version)
    done = feed.revoked(context.now)
    await context.work.calendar_feeds.save(done)
    return context.receipt(done)


async def read(context: Context) -> list[CalendarEntry]:
    """The conferences that the feed's owner may know of; one entry on record, with their number."""
    feed_id = UUID(context.actor.jti)
    context.enforce(Permission.CALENDAR_READ, _facts(context, feed_id, found=True))
    since, until = context.now - BACK, context.now + AHEAD
    found = await context.work.conferences.in_calendar(
        context.agency_id, since, until, MOST_ENTRIES
    )
    names: dict[UUID, str] = {}
    entries = []
    for conference in found:
        convener = conference.convener_agency_id
        facts = Facts(
            kind=RecordKind.CONFERENCE,
            record_id=conference.id,
            found=True,
            holder_agency_id=convener,
            parts=frozenset({Part.HOLDER if convener == context.agency_id else Part.PARTY}),
            conference_id=conference.id,
        )
        if not isinstance(context.would(Permission.CONFERENCE_READ, facts), Permit):
            continue
        if convener not in names:
            agency = await context.work.directory.agency(convener)
            assert agency is not None  # noqa: S101 - foreign key
            names[convener] = agency.name
        entries.append(entry_of(conference, (), names))
    context.entries[-1] = context.entries[-1].but(fields=(f"events:{len(entries)}",))
    return entries


async def owner_of(
    accounts: Accounts, feed: CalendarFeed, now: datetime, day: date
) -> Actor | None:
    """Whoever made the feed, with what a calendar needs; nobody once it or the tenure has ended."""
    scope = scope_of(Permission.CALENDAR_READ)
    assert scope is not None  # noqa: S101 - a calendar shows conferences
    stands_for = VerifiedToken(
        iss=feed.iss,
        sub=feed.sub,
        client_id="calendar-feed",
        scopes=frozenset({scope}),
        jti=str(feed.id),
        issued_at=feed.made_at,
        expires_at=now,
        purposes=frozenset({feed.purpose.value}),
    )
    rows = feed.still_held(await accounts.held(stands_for, day))
    if not rows:
        return None
    return actor_of(
        rows,
        {
            "iss": feed.iss,
            "sub": feed.sub,
            "client_id": stands_for.client_id,
            "jti": stands_for.jti,
            "scopes": stands_for.scopes,
            "purpose": feed.purpose,
            "token_purposes": stands_for.purposes,
            "conflicts": await accounts.conflicts(stands_for),
        },
    )


def _facts(context: Context, feed_id: UUID | None, *, found: bool) -> Facts:
    """A feed is its maker's own, looked up by who is calling."""
    return Facts(
        kind=RecordKind.CALENDAR,
        record_id=feed_id,
        found=found,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
