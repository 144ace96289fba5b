"""A stretch of the audit log for an auditor to take away and verify without us."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict

from service.application.audits import own_log
from service.application.context import Context
from service.application.log_keeping import nodes_at
from service.application.log_ports import Placed
from service.domain.audit import AuditEntry
from service.domain.audit_bundle import BundleHeader, closed_line, erased_line, open_line
from service.domain.audit_seen import concealed_from
from service.domain.errors import IllegalMove, Invalid
from service.domain.merkle import peaks
from service.domain.permission import Permission

#: So many entries are handed out at once; more in several stretches, each beginning where one ended.
LONGEST = 10_000


class BundleAsked(BaseModel):
    """The time that the stretch must cover; it reaches from checkpoint to checkpoint."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: AwareDatetime
    until: AwareDatetime


async def bundle(
    context: Context, asked: BundleAsked, *, origin: str, keys: Sequence[str]
) -> Iterator[bytes]:
    """The bundle, line by line: the agency's own entries with their words, the others by hash.

    That it was taken is on record like any reading of the log, with everybody whom it shows.
    """
    log = context.work.log
    if asked.until < asked.since:
        raise Invalid("log.period_reversed")
    earlier = await log.checkpoint_before(asked.since)
    later = await log.checkpoint_after(asked.until) or await log.checkpoint()
    if later is None:
        raise IllegalMove("log.not_sealed_yet")
    first = earlier.size if earlier else 0
    if later.size - first > LONGEST:
        facts = {"entries": later.size - first, "limit": LONGEST}
        raise Invalid("log.bundle_too_long", facts=facts)
    placed = await context.work.audit.placed(first, later.size, context.agency_id)
    persons = dict.fromkeys(p.entry.person_id for p in placed if p.entry is not None)
    permitted = {
        person_id
        for person_id in persons
        if context.may(Permission.AUDIT_READ, own_log(context, person_id), shows=AuditEntry)
    }
    context.note_list(Permission.AUDIT_READ)
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
    return _lines(header, placed, frozenset(permitted), context.agency_id)


def _lines(
    header: BundleHeader,
    placed: Sequence[Placed],
    permitted: frozenset[UUID | None],
    agency_id: UUID,
) -> Iterator[bytes]:
    yield header.line()
    for one in placed:
        entry, kept = one.entry, one.kept
        if (
            entry is None
            or kept is None
            or entry.person_id not in permitted
            or concealed_from(entry, agency_id)
        ):
            yield closed_line(one.number, one.hash)
        elif kept.sealed is None:
            yield erased_line(one.number, kept.leaf)
        else:
            yield open_line(one.number, kept.sealed)


def stretch_name(asked: BundleAsked) -> str:
    """What the file is called."""
    day: datetime = asked.since
    return f"audit-{day:%Y%m%d}-{asked.until:%Y%m%d}.tsunagi-audit.jsonl"
