"""A stretch of the audit log for an auditor to take away and verify without us."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from service.application.audits import readable
from service.application.context import Context
from service.application.log_keeping import nodes_at
from service.application.log_ports import Placed
from service.domain.audit_bundle import BundleHeader, closed_line, erased_line, open_line
from service.domain.audit_seen import concealed_from
from service.domain.errors import IllegalMove, Invalid
from service.domain.merkle import peaks

#: So many entries are handed out at once; more in several stretches, each beginning where one ended.
LONGEST = 10_000


async def bundle(
    context: Context, since: datetime, until: datetime, *, origin: str, keys: Sequence[str]
) -> Iterator[bytes]:
    """The bundle, line by line: the agency's own entries with their words, the others by hash.

    It covers the time asked for, and reaches from a checkpoint before it to one after it.
    That it was taken is on record like any reading of the log, with everybody whom it shows.
    """
    log = context.work.log
    if until < since:
        raise Invalid("log.period_reversed")
    earlier = await log.checkpoint_before(since)
    later = await log.checkpoint_after(until) or await log.checkpoint()
    if later is None:
        raise IllegalMove("log.not_sealed_yet")
    first = earlier.size if earlier else 0
    if later.size - first > LONGEST:
        facts = {"entries": later.size - first, "limit": LONGEST}
        raise Invalid("log.bundle_too_long", facts=facts)
    placed = await context.work.audit.placed(first, later.size, context.agency_id)
    own = [p.entry for p in placed if p.entry is not None]
    shown = frozenset(
        e.id for e in readable(context, own) if not concealed_from(e, context.agency_id)
    )
    places = peaks(first)
    nodes = await nodes_at(log, places)
    header = BundleHeader(
        origin=origin,
        keys=tuple(keys),
        earlier=earlier.note if earlier else None,
        later=later.note,
        first=first,
        size=later.size,
        frontier=tuple(nodes[place] for place in places),
    )
    return _lines(header, placed, shown)


def _lines(
    header: BundleHeader, placed: Sequence[Placed], shown: frozenset[UUID]
) -> Iterator[bytes]:
    yield header.line()
    for one in placed:
        if one.entry is None or one.kept is None or one.entry.id not in shown:
            yield closed_line(one.number, one.hash)
        elif one.kept.sealed is None:
            yield erased_line(one.number, one.kept.leaf)
        else:
            yield open_line(one.number, one.kept.sealed)


def file_name(since: datetime, until: datetime) -> str:
    """What the file is called."""
    return f"audit-{since:%Y%m%d}-{until:%Y%m%d}.tsunagi-audit.jsonl"
