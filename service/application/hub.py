"""The hub's queue: what comes into it, who answers, and where it goes when nobody does."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import NOBODY, facts_for_system
from service.application.notices import notify
from service.application.tasks import give, settle
from service.domain.access import Facts, Part, RecordKind
from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove
from service.domain.hub import AnswerEntry, Escalate, HubAct, HubEntry, HubReason
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.role import Role
from service.domain.task import TaskKind
from service.domain.term import last_day_of


async def put(
    context: Context,
    *,
    about: tuple[RecordKind, UUID],
    person_id: UUID | None,
    holder: UUID,
    municipality: str,
    why: HubReason,
    said: Escalate | None = None,
) -> UUID | None:
    """Put a record before the hub, with its deadline; one that stands there already stays once."""
    served = await context.work.directory.municipality(municipality)
    assert served is not None  # noqa: S101 - foreign key
    policy = await context.work.directory.care_policy(municipality, context.today)
    kind, record_id = about
    entry = HubEntry(
        id=context.new_id(),
        municipality_code=municipality,
        hub_agency_id=served.hub_agency_id,
        from_agency_id=holder,
        record_kind=kind.value,
        record_id=record_id,
        person_id=person_id,
        why=why,
        reason=said.reason if said else None,
        summary=said.summary if said else None,
        raised_at=context.now,
        due_at=policy.hub.ends(context.now, context.closed),
    )
    if not await context.work.hub.put(entry):
        return None
    await _ask(context, entry, NoticeKind.HUB_ENTRY)
    return entry.id


async def settle_about(context: Context, record_id: UUID) -> None:
    """What stood before the hub has been settled by whoever holds the record."""
    entry = await context.work.hub.open_about(record_id, lock=True)
    if entry is not None:
        await context.work.hub.save(entry.move(HubAct.SETTLE))
        await _settle(context, entry)


async def escalate(
    context: Context,
    facts: Facts,
    *,
    holder: UUID,
    municipality: str,
    command: Escalate,
) -> Shown:
    """From anywhere: support is stuck here, and the hub must answer (row 4-30)."""
    assert facts.record_id is not None  # noqa: S101 - no permit without a record
    entry_id = await put(
        context,
        about=(facts.kind, facts.record_id),
        person_id=facts.person_id,
        holder=holder,
        municipality=municipality,
        why=HubReason.ESCALATED,
        said=command,
    )
    if entry_id is None:
        raise IllegalMove("hub.already_waiting")
    entry = await context.work.hub.find(entry_id)
    assert entry is not None  # noqa: S101 - just put there
    return context.receipt(entry, why_ja=entry.why.label_ja, state_ja=entry.state.label_ja)


async def queue(
    context: Context, *, mine: bool, ended: bool, after: UUID | None, limit: int
) -> Page:
    """What waits for the caller's agency as hub; or what it put to the hub itself."""
    found = await context.work.hub.queue(
        context.agency_id, mine=mine, ended=ended, after=after, limit=limit + 1
    )
    items = []
    for entry in found[:limit]:
        facts = await _facts(context, entry.id, entry)
        permit = context.may(Permission.HUB_READ, facts, shows=HubEntry)
        if permit is not None:
            items.append(disclose(entry, permit.classes) | _labels(entry))
    context.note_list(Permission.HUB_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read(context: Context, entry_id: UUID) -> Shown:
    """One line of the queue, as far as the caller may see it."""
    entry = await context.work.hub.find(entry_id)
    facts = await _facts(context, entry_id, entry)
    permit = context.enforce(Permission.HUB_READ, facts, shows=HubEntry)
    assert entry is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(entry, permit.classes) | _labels(entry), entry.version, entry.id)


async def answer(context: Context, entry_id: UUID, command: AnswerEntry) -> Shown:
    """Advice, or what was arranged; whoever holds the record goes on holding it (row 2-09)."""
    entry = await context.work.hub.find(entry_id, lock=True)
    facts = await _facts(context, entry_id, entry)
    context.enforce(Permission.HUB_ANSWER, facts.as_only(Part.HUB))
    assert entry is not None  # noqa: S101 - no permit without a record
    context.check_version(entry.version)
    if entry.record_kind == RecordKind.REFERRAL.value:
        # A bounced referral is answered by naming a lead, and by nothing less (row 1-23).
        raise IllegalMove("hub.name_lead_instead", facts={"record": str(entry.record_id)})
    answered = entry.answered(command.advice, context.agency_id, context.now)
    await context.work.hub.save(answered)
    await _settle(context, entry)
    if entry.from_agency_id != context.agency_id:
        await notify(context, entry.from_agency_id, NoticeKind.HUB_ANSWERED, "hub", entry.id)
    return context.receipt(answered, **_labels(answered))


async def miss_deadline(context: Context, entry: HubEntry) -> None:
    """Nobody answered in time: it goes to whoever stands behind the hub."""
    facts = facts_for_system(RecordKind.HUB, entry.id, entry.from_agency_id, entry.person_id)
    context.enforce(Permission.HUB_MISS_DEADLINE, facts)
    chain = await _chain(context, entry.municipality_code)
    up = entry.gone_up(chain[min(entry.level + 1, len(chain) - 1)])
    policy = await context.work.directory.care_policy(entry.municipality_code, context.today)
    up = up.but(due_at=policy.hub.ends(context.now, context.closed))
    await context.work.hub.save(up)
    await _settle(context, entry)
    await _ask(context, up, NoticeKind.HUB_OVERDUE)


async def _ask(context: Context, entry: HubEntry, kind: NoticeKind) -> None:
    assert entry.due_at is not None  # noqa: S101 - only open entries are asked about
    await notify(
        context,
        entry.hub_agency_id,
        kind,
        "hub",
        entry.id,
        entry.due_at,
        for_role=Role.INTEGRATION_PROMOTER,
    )
    kind_of_task, about, record_id = _task(entry)
    await give(
        context,
        entry.hub_agency_id,
        kind_of_task,
        about,
        record_id,
        last_day_of(entry.due_at),
        for_role=Role.INTEGRATION_PROMOTER,
    )


async def _settle(context: Context, entry: HubEntry) -> None:
    kind, _, record_id = _task(entry)
    await settle(context, record_id, kind)


def _task(entry: HubEntry) -> tuple[TaskKind, RecordKind, UUID]:
    """A referral is answered by naming who leads; everything else by an answer."""
    if entry.record_kind == RecordKind.REFERRAL.value:
        return TaskKind.NAME_LEAD, RecordKind.REFERRAL, entry.record_id
    return TaskKind.HUB_ENTRY, RecordKind.HUB, entry.id


async def _chain(context: Context, municipality: str) -> Sequence[UUID]:
    """The hub, its backup, and whoever decides on support; each once."""
    served = await context.work.directory.municipality(municipality)
    assert served is not None  # noqa: S101 - foreign key
    deciders = sorted(await context.work.directory.deciders(municipality))
    steps = [served.hub_agency_id, served.upper_hub_agency_id, *deciders]
    return list(dict.fromkeys(s for s in steps if s is not None))


def _labels(entry: HubEntry) -> dict[str, Any]:
    return {"why_ja": entry.why.label_ja, "state_ja": entry.state.label_ja}


async def _facts(context: Context, entry_id: UUID, entry: HubEntry | None) -> Facts:
    me = context.actor.agency_id
    person_id = entry.person_id if entry and entry.person_id else NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    parts = set()
    if entry is not None and entry.from_agency_id == me:
        parts.add(Part.HOLDER)
    if entry is not None and entry.hub_agency_id == me:
        parts.add(Part.HUB)
    return Facts(
        kind=RecordKind.HUB,
        record_id=entry_id,
        found=entry is not None,
        holder_agency_id=entry.from_agency_id if entry else None,
        person_id=entry.person_id if entry else None,
        parts=frozenset(parts),
        consents=tuple(consents),
    )
