"""Signals: raised by anybody at any desk, looked into in time, and never left lying."""

from typing import Any
from uuid import UUID

from service.application import agendas, consultations, hub
from service.application.context import Context, Page, Shown
from service.application.facts import NOBODY, department_of, facts_about, facts_for_system
from service.application.notices import notify
from service.application.signal_grounds import (
    count_only,
    has_ground,
    looking_into,
    refuse_without_ground,
)
from service.application.tasks import give, settle
from service.domain.access import Facts, Part, RecordKind
from service.domain.conference import AddItem, ItemPurpose
from service.domain.conference_states import ConferenceKind
from service.domain.decision import Permit
from service.domain.directory import Agency
from service.domain.disclosure import disclose
from service.domain.errors import Invalid
from service.domain.hub import Escalate, HubReason
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.referral import Urgency
from service.domain.role import Role
from service.domain.signal import (
    CloseReason,
    CloseSignal,
    Look,
    LookInto,
    MergeSignal,
    ProposeSignal,
    RaiseSignal,
    Signal,
    WatchSignal,
)
from service.domain.signal_states import (
    ENDINGS,
    PERMISSION,
    Level,
    SignalAct,
    SignalKind,
    SignalPolicy,
    SignalStatus,
)
from service.domain.task import TaskKind
from service.domain.term import day_ends, last_day_of

#: The farthest day until which something is only watched.
LONGEST_WATCH_DAYS = 400


async def raise_(context: Context, command: RaiseSignal) -> Shown:
    """Take it in: for our own desk, or for the one that looks into it (rows 0-03, 1-08, 1-11).

    Arrears without the person's consent become a number, and nothing else (rows 1-04, 4-18).
    """
    facts = await _facts_of_new(context, command)
    agency = await looking_into(context, command)
    if agency.id != context.agency_id or command.kind is SignalKind.ARREARS:
        ground = await has_ground(context, command, facts, agency)
        if not ground and command.kind is SignalKind.ARREARS:
            return await count_only(context, command)
        if not ground:
            await refuse_without_ground(context, command, facts, agency)
    context.enforce(Permission.SIGNAL_RAISE, facts)
    signal = await raise_for(context, command, agency)
    return _receipt(context, signal, counted_only=False)


async def raise_for(context: Context, command: RaiseSignal, agency: Agency) -> Signal:
    """The record with its urgency, deadline, task and notice, for whoever looks into it."""
    municipality = await context.work.directory.municipality(agency.municipality_code)
    assert municipality is not None  # noqa: S101 - foreign key
    policy = await context.work.directory.signal_policy(municipality.code, context.today)
    urgent = command.urgent or policy.is_urgent(command.check_items)
    signal = Signal.model_validate(
        dict(command)
        | {
            "id": context.new_id(),
            "agency_id": agency.id,
            "entered_by_agency_id": context.agency_id,
            "entered_by_position_id": context.position_id,
            "municipality_code": municipality.code,
            "hub_agency_id": municipality.hub_agency_id,
            "raised_at": context.now,
            "urgency": Urgency.URGENT if urgent else Urgency.NORMAL,
        }
    )
    signal = _with_deadline(context, signal, policy)
    await context.work.signals.add(signal)
    await _ask(context, signal)
    if urgent:
        await _tell(context, signal, NoticeKind.SIGNAL_URGENT)
    elif agency.id != context.agency_id:
        await _tell(context, signal, NoticeKind.SIGNAL_RECEIVED)
    return signal


async def withdraw(context: Context, signal_id: UUID) -> None:
    """It came of a list that is taken back: nobody is to look into it."""
    signal = await context.work.signals.find(signal_id, lock=True)
    if signal is not None and signal.status not in ENDINGS:
        closed = signal.move(SignalAct.CLOSE).but(close_reason=CloseReason.MISTAKEN)
        await context.work.signals.save(closed)
        await settle(context, signal.id, TaskKind.SIGNAL)
        await hub.settle_about(context, signal.id)


async def read(context: Context, signal_id: UUID) -> Shown:
    """What was noticed, for whoever looks into it; whoever passed it on sees that it did."""
    signal = await context.work.signals.find(signal_id)
    facts = await _facts(context, signal_id, signal)
    permit = context.enforce(Permission.SIGNAL_READ, facts, shows=Signal)
    assert signal is not None  # noqa: S101 - no permit without a record
    return Shown(_shown(signal, permit), signal.version, signal.id)


async def listing(
    context: Context,
    *,
    status: SignalStatus | None,
    entered: bool,
    after: UUID | None,
    limit: int,
) -> Page:
    """Those that the agency looks into, or those that it passed on; newest first."""
    found = await context.work.signals.of_agency(
        context.agency_id, status=status, entered=entered, after=after, limit=limit + 1
    )
    items = []
    for signal in found[:limit]:
        facts = await _facts(context, signal.id, signal)
        permit = context.may(Permission.SIGNAL_READ, facts, shows=Signal)
        if permit is not None:
            items.append(_shown(signal, permit))
    context.note_list(Permission.SIGNAL_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def look_into(context: Context, signal_id: UUID, command: LookInto) -> Shown:
    """Somebody looked: what they found, and who it is if that is known now."""
    signal = await _begin(context, signal_id, SignalAct.LOOK_INTO)
    if command.at > context.now:
        raise Invalid("signal.look_in_future", field="/at")
    person_id = command.person_id or signal.person_id
    if signal.person_id is not None and person_id != signal.person_id:
        raise Invalid("signal.another_person", field="/person_id")
    if command.person_id is not None and signal.person_id is None:
        known = await facts_about(context, command.person_id, RecordKind.SIGNAL)
        context.enforce(Permission.SIGNAL_LOOK_INTO, known)
    look = Look(at=command.at, position_id=context.position_id, found=command.found)
    policy = await context.work.directory.signal_policy(signal.municipality_code, context.today)
    after = signal.move(SignalAct.LOOK_INTO).but(
        looks=(*signal.looks, look), person_id=person_id, missed=0, level=Level.DESK
    )
    return await _end(context, _with_deadline(context, after, policy))


async def watch(context: Context, signal_id: UUID, command: WatchSignal) -> Shown:
    """It is watched; on the day somebody looks again."""
    signal = await _begin(context, signal_id, SignalAct.WATCH)
    days = (command.look_again_on - context.today).days
    if not 0 < days <= LONGEST_WATCH_DAYS:
        raise Invalid(
            "signal.look_again_day", field="/look_again_on", facts={"days": LONGEST_WATCH_DAYS}
        )
    after = signal.move(SignalAct.WATCH)
    if command.note is not None:
        look = Look(at=context.now, position_id=context.position_id, found=command.note)
        after = after.but(looks=(*after.looks, look))
    return await _end(
        context, after.but(due_at=day_ends(command.look_again_on), missed=0, level=Level.DESK)
    )


async def consult(context: Context, signal_id: UUID) -> Shown:
    """It becomes a consultation, with everything that was noticed."""
    signal = await _begin(context, signal_id, SignalAct.CONSULT)
    told = "\n".join(_words(signal))
    consultation = await consultations.begin(
        context,
        consultations.of_signal(signal, told),
        signal_id=signal.id,
    )
    return await _end(context, signal.move(SignalAct.CONSULT).but(consultation_id=consultation.id))


async def merge(context: Context, signal_id: UUID, command: MergeSignal) -> Shown:
    """It is about the same household as another signal of ours that is open."""
    signal = await _begin(context, signal_id, SignalAct.MERGE)
    into = await context.work.signals.find(command.into_signal_id, lock=True)
    mine = into is not None and into.agency_id == context.agency_id and into.id != signal.id
    if into is None or not mine or into.status in ENDINGS:
        raise Invalid("signal.unknown_target", field="/into_signal_id")
    if None not in (signal.person_id, into.person_id) and signal.person_id != into.person_id:
        raise Invalid("signal.another_person", field="/into_signal_id")
    if into.urgency is Urgency.NORMAL and signal.urgency is Urgency.URGENT:
        raised = into.but(
            urgency=Urgency.URGENT,
            due_at=min(d for d in (into.due_at, signal.due_at) if d is not None),
            version=into.version + 1,
        )
        await context.work.signals.save(raised)
        await settle(context, raised.id, TaskKind.SIGNAL)
        await _ask(context, raised)
    return await _end(context, signal.move(SignalAct.MERGE).but(merged_into_id=into.id))


async def close(context: Context, signal_id: UUID, command: CloseSignal) -> Shown:
    """Nothing more is to be done, and why."""
    signal = await _begin(context, signal_id, SignalAct.CLOSE)
    closed = signal.move(SignalAct.CLOSE)
    return await _end(context, closed.but(close_reason=command.reason, close_note=command.note))


async def propose(context: Context, signal_id: UUID, command: ProposeSignal) -> Shown:
    """Put it on the agenda of a meeting inside the agency, in one call (row 1-01)."""
    signal = await context.work.signals.find(signal_id)
    facts = await _facts(context, signal_id, signal)
    context.enforce(Permission.SIGNAL_PROPOSE, facts.as_holder())
    assert signal is not None  # noqa: S101 - no permit without a record
    conference = await context.work.conferences.find(command.conference_id)
    if conference is not None and conference.kind is not ConferenceKind.INTERNAL_CASE_MEETING:
        raise Invalid("signal.internal_meeting_only", field="/conference_id")
    item = AddItem(
        purpose=ItemPurpose.INFORMATION_EXCHANGE,
        minutes=command.minutes,
        subject="\n".join(_words(signal))[:4000],
        person_ids=(signal.person_id,) if signal.person_id else (),
    )
    return await agendas.add_item(context, command.conference_id, item)


async def escalate(context: Context, signal_id: UUID, command: Escalate) -> Shown:
    """Stuck with it: the hub must answer."""
    signal = await context.work.signals.find(signal_id, lock=True)
    facts = await _facts(context, signal_id, signal)
    context.enforce(Permission.SIGNAL_ESCALATE, facts.as_holder())
    assert signal is not None  # noqa: S101 - no permit without a record
    return await hub.escalate(
        context,
        facts,
        holder=signal.agency_id,
        municipality=signal.municipality_code,
        command=command,
    )


async def miss_deadline(context: Context, signal: Signal) -> None:
    """Nobody looked in time: whoever is next on the kind's list answers for it."""
    facts = facts_for_system(RecordKind.SIGNAL, signal.id, signal.agency_id, signal.person_id)
    context.enforce(Permission.SIGNAL_MISS_DEADLINE, facts)
    policy = await context.work.directory.signal_policy(signal.municipality_code, context.today)
    after = _with_deadline(context, signal.missed_deadline(policy), policy)
    await context.work.signals.save(after)
    await settle(context, signal.id, TaskKind.SIGNAL)
    await _ask(context, after)
    await _tell(context, after, NoticeKind.SIGNAL_UNTOUCHED)
    if after.level is Level.MUNICIPALITY:
        for agency_id in sorted(await context.work.directory.deciders(after.municipality_code)):
            await notify(
                context, agency_id, NoticeKind.SIGNAL_UNTOUCHED, "signal", after.id, after.due_at
            )
    if after.level in (Level.HUB, Level.MUNICIPALITY):
        # Ids only: whose it is and what it says, the hub asks the agency that holds it.
        await hub.put(
            context,
            about=(RecordKind.SIGNAL, signal.id),
            person_id=None,
            holder=signal.agency_id,
            municipality=signal.municipality_code,
            why=HubReason.SIGNAL_UNTOUCHED,
        )


async def _begin(context: Context, signal_id: UUID, act: SignalAct) -> Signal:
    signal = await context.work.signals.find(signal_id, lock=True)
    facts = await _facts(context, signal_id, signal)
    context.enforce(PERMISSION[act], facts.as_holder())
    assert signal is not None  # noqa: S101 - no permit without a record
    context.check_version(signal.version)
    signal.move(act)
    return signal


async def _end(context: Context, after: Signal) -> Shown:
    await context.work.signals.save(after)
    await settle(context, after.id, TaskKind.SIGNAL)
    await hub.settle_about(context, after.id)
    if after.status not in ENDINGS:
        await _ask(context, after)
    return _receipt(context, after, counted_only=False)


def _with_deadline(context: Context, signal: Signal, policy: SignalPolicy) -> Signal:
    rule = policy.rule(signal.kind)
    term = rule.urgent if signal.urgency is Urgency.URGENT else rule.normal
    return signal.but(due_at=term.ends(context.now, context.closed))


async def _ask(context: Context, signal: Signal) -> None:
    """On the list of whoever looks into it; from the second level on, of whoever is in charge."""
    assert signal.due_at is not None  # noqa: S101 - only open signals are asked about
    await give(
        context,
        signal.agency_id,
        TaskKind.SIGNAL,
        RecordKind.SIGNAL,
        signal.id,
        last_day_of(signal.due_at),
        for_role=None if signal.level is Level.DESK else Role.CHIEF_CONSULTANT,
    )


async def _tell(context: Context, signal: Signal, kind: NoticeKind) -> None:
    role = None if signal.level is Level.DESK else Role.CHIEF_CONSULTANT
    await notify(context, signal.agency_id, kind, "signal", signal.id, signal.due_at, for_role=role)


async def _facts_of_new(context: Context, command: RaiseSignal) -> Facts:
    """The caller's own observation; about a person of a record, only if it may know of them."""
    if command.person_id is not None:
        return await facts_about(context, command.person_id, RecordKind.SIGNAL)
    return Facts(
        kind=RecordKind.SIGNAL,
        found=True,
        holder_agency_id=context.agency_id,
        parts=frozenset({Part.HOLDER}),
    )


def _words(signal: Signal) -> list[str]:
    """What was noticed, in words, for a consultation or an agenda."""
    parts = [f"【{signal.kind.label_ja}】", signal.text]
    parts += sorted(i.label_ja for i in signal.check_items)
    parts += sorted(f"滞納：{a.label_ja}" for a in signal.arrears)
    parts += [look.found for look in signal.looks]
    return [p for p in parts if p]


def _receipt(context: Context, signal: Signal, **more: Any) -> Shown:
    return context.receipt(
        signal,
        kind_ja=signal.kind.label_ja,
        status_ja=signal.status.label_ja,
        next=[a.value for a in signal.open_acts],
        **more,
    )


def _shown(signal: Signal, permit: Permit) -> dict[str, Any]:
    return disclose(signal, permit.classes) | {
        "kind_ja": signal.kind.label_ja,
        "status_ja": signal.status.label_ja,
        "level_ja": signal.level.label_ja,
        "next": [a.value for a in signal.open_acts],
    }


async def _facts(context: Context, signal_id: UUID, signal: Signal | None) -> Facts:
    me = context.actor.agency_id
    department = await department_of(context, (signal and signal.person_id) or NOBODY)
    if signal is None:
        return Facts(kind=RecordKind.SIGNAL, record_id=signal_id)
    parts = set()
    if signal.agency_id == me:
        parts.add(Part.HOLDER)
    elif signal.entered_by_agency_id == me:
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.SIGNAL,
        record_id=signal.id,
        found=True,
        holder_agency_id=signal.agency_id,
        department=department,
        person_id=signal.person_id,
        parts=frozenset(parts),
    )
