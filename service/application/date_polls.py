"""Finding a date: asking agencies, their answers, and the conference that comes of it."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from service.application import conferences
from service.application.context import Context, Page, Shown
from service.application.facts import facts_for_system
from service.application.notices import notify
from service.application.tasks import give, settle
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import InviteAttendees, PlanConference
from service.domain.conference_states import KINDS
from service.domain.date_poll import (
    AnswerDatePoll,
    DatePoll,
    OpenDatePoll,
    PollAct,
    PollStatus,
    Ranked,
    SettleDatePoll,
    counts_of,
    is_busy,
    ranking,
    span_of,
    suggestion,
)
from service.domain.disclosure import D0, D7, disclose
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind
from service.domain.term import day_ends


async def open_poll(context: Context, command: OpenDatePoll) -> Shown:
    """Ask agencies which of these slots they can come to."""
    asked = tuple(a.agency_id for a in command.agencies)
    poll = DatePoll.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "organiser_agency_id": context.agency_id,
            "municipality_code": context.municipality_code,
            "opened_at": context.now,
            "invited_agency_ids": asked,
            "due_at": day_ends(command.answer_by),
        }
    )
    context.enforce(Permission.DATE_POLL_OPEN, _facts(context, poll.id, poll))
    await _check(context, poll)
    await context.work.date_polls.add(poll)
    for agency_id in asked:
        await _tell(context, poll, agency_id, NoticeKind.DATE_POLL_INVITATION)
        await give(
            context,
            agency_id,
            TaskKind.DATE_POLL,
            RecordKind.DATE_POLL,
            poll.id,
            poll.answer_by,
        )
    return _receipt(context, poll)


async def listing(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Polls that the caller's agency opened or is asked in, newest first."""
    found = await context.work.date_polls.of_agency(context.agency_id, after, limit + 1)
    items = []
    for poll in found[:limit]:
        permit = context.may(
            Permission.DATE_POLL_READ, _facts(context, poll.id, poll), shows=DatePoll
        )
        if permit is not None:
            items.append(disclose(poll, permit.classes & {D0}) | _labels(poll))
    context.note_list(Permission.DATE_POLL_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read(context: Context, poll_id: UUID) -> Shown:
    """The slots with their counts; to the organiser also who said what, and the suggestion."""
    poll = await context.work.date_polls.find(poll_id)
    facts = _facts(context, poll_id, poll)
    permit = context.enforce(Permission.DATE_POLL_READ, facts, shows=DatePoll)
    assert poll is not None  # noqa: S101 - no permit without a record
    body = disclose(poll, permit.classes) | _labels(poll)
    body["choices"] = await _choices(context, poll)
    mine = poll.reply_of(context.agency_id)
    body["mine"] = disclose(mine, frozenset({D0})) if mine is not None else None
    body["required"] = poll.requires(context.agency_id)
    if permit.sees(D7):
        best = suggestion(poll)
        body["ranking"] = [_told(r) for r in ranking(poll)]
        body["suggestion"] = _told(best) if best is not None else None
        body["silent"] = [str(a) for a in poll.silent]
    return Shown(body, poll.version, poll.id)


async def answer(context: Context, poll_id: UUID, command: AnswerDatePoll) -> Shown:
    """Which slots the caller's agency can come to; it may say otherwise until the poll closes."""
    poll = await context.work.date_polls.find(poll_id, lock=True)
    facts = _facts(context, poll_id, poll)
    context.enforce(Permission.DATE_POLL_ANSWER, facts)
    assert poll is not None  # noqa: S101 - no permit without a record
    if Part.PARTY not in facts.parts:
        raise IllegalMove("date_poll.not_asked")
    context.check_version(poll.version)
    complete_before = not poll.silent
    answered = poll.answered(context.agency_id, command, context.now)
    await context.work.date_polls.save(answered)
    await context.work.tasks.settle_own(
        [TaskKind.DATE_POLL], poll.id, context.agency_id, context.now
    )
    if not answered.silent and not complete_before:
        await _tell(context, answered, poll.organiser_agency_id, NoticeKind.DATE_POLL_COMPLETE)
    return _receipt(context, answered)


async def settle_on(context: Context, poll_id: UUID, command: SettleDatePoll) -> Shown:
    """Take a slot: the conference is planned, and exactly those who were asked are invited."""
    poll = await _change(context, poll_id, Permission.DATE_POLL_SETTLE)
    settled = poll.move(PollAct.SETTLE, settled_slot=command.slot)
    slot = poll.slot_to_settle(command, context.now)
    # The version that the caller has seen is the poll's; the conference is new.
    planning = replace(context, expected_version=None)
    planned = await conferences.plan(
        planning,
        PlanConference(
            kind=poll.kind,
            local_name=poll.local_name,
            starts_at=slot.starts_at,
            ends_at=poll.ends_of(slot),
            place=slot.place,
            online_url=slot.online_url,
            body_id=poll.body_id,
        ),
    )
    assert planned.record_id is not None  # noqa: S101 - just made
    await conferences.invite(
        planning, planned.record_id, InviteAttendees(agency_ids=poll.invited_agency_ids)
    )
    settled = settled.but(conference_id=planned.record_id)
    await context.work.date_polls.save(settled)
    await settle(context, poll.id, TaskKind.DATE_POLL)
    return _receipt(context, settled)


async def cancel(context: Context, poll_id: UUID) -> Shown:
    """No date is looked for any longer; whoever was asked is told."""
    poll = await _change(context, poll_id, Permission.DATE_POLL_CANCEL)
    cancelled = poll.move(PollAct.CANCEL)
    await context.work.date_polls.save(cancelled)
    await settle(context, poll.id, TaskKind.DATE_POLL)
    for agency_id in poll.invited_agency_ids:
        await _tell(context, cancelled, agency_id, NoticeKind.DATE_POLL_CANCELLED)
    return _receipt(context, cancelled)


async def miss_deadline(context: Context, poll: DatePoll) -> None:
    """The day for answers has passed: whoever is silent is reminded once, the organiser told."""
    facts = facts_for_system(RecordKind.DATE_POLL, poll.id, poll.organiser_agency_id)
    context.enforce(Permission.DATE_POLL_MISS_DEADLINE, facts)
    await context.work.date_polls.save(poll.reminded(context.now))
    for agency_id in poll.silent:
        await _tell(context, poll, agency_id, NoticeKind.DATE_POLL_REMINDER)
    if poll.silent:
        await _tell(context, poll, poll.organiser_agency_id, NoticeKind.DATE_POLL_OVERDUE)


async def _change(context: Context, poll_id: UUID, permission: Permission) -> DatePoll:
    """The poll, locked, for an act that only its organiser may do."""
    poll = await context.work.date_polls.find(poll_id, lock=True)
    facts = _facts(context, poll_id, poll)
    if Part.PARTY in facts.parts:
        context.enforce(permission, facts)
        raise Denied("date_poll.organiser_only")
    context.enforce(permission, facts.as_holder())
    assert poll is not None  # noqa: S101 - no permit without a record
    context.check_version(poll.version)
    return poll


async def _check(context: Context, poll: DatePoll) -> None:
    if poll.answer_by < context.today:
        raise Invalid("date_poll.answer_by_past", field="/answer_by")
    for n, slot in enumerate(poll.slots):
        if slot.starts_at <= context.now:
            raise Invalid("date_poll.slot_in_past", field=f"/slots/{n}/starts_at")
    await conferences.check_body(context, poll.body_id, poll.kind)
    for n, asked in enumerate(poll.agencies):
        if asked.agency_id == poll.organiser_agency_id:
            raise Invalid("date_poll.organiser_named", field=f"/agencies/{n}/agency_id")
        if await context.work.directory.agency(asked.agency_id) is None:
            raise Invalid("directory.unknown_agency", field=f"/agencies/{n}/agency_id")


async def _choices(context: Context, poll: DatePoll) -> list[dict[str, Any]]:
    """Each slot with its counts, and whether the caller's own agency is busy; nobody else's."""
    mine = poll.reply_of(context.agency_id)
    taken = []
    if poll.status is PollStatus.OPEN:
        span = span_of(poll.slots, poll.minutes)
        taken = list(await context.work.date_polls.taken(context.agency_id, span))
    choices = []
    for n, slot in enumerate(poll.slots):
        said = mine.to(n) if mine is not None else None
        choices.append(
            {"slot": n}
            | counts_of(poll, n)._asdict()
            | {
                "mine": said.value if said is not None else None,
                "busy": is_busy(slot, poll.minutes, taken),
                "closed": context.closed(jst_date(slot.starts_at)),
            }
        )
    return choices


def _told(ranked: Ranked) -> dict[str, Any]:
    return {
        "slot": ranked.slot,
        "declined_by": [str(a) for a in ranked.declined_by],
        "waiting_for": [str(a) for a in ranked.waiting_for],
        "reason": ranked.reason["en"],
        "reason_ja": ranked.reason["ja"],
    }


def _receipt(context: Context, poll: DatePoll) -> Shown:
    days = [jst_date(s.starts_at) for s in poll.slots]
    closed = [n for n, day in enumerate(days) if context.closed(day)]
    return context.receipt(poll, **_labels(poll), closed_slots=closed)


def _labels(poll: DatePoll) -> dict[str, Any]:
    return {
        "kind_ja": poll.local_name or KINDS[poll.kind].label_ja,
        "status_ja": poll.status.label_ja,
    }


async def _tell(context: Context, poll: DatePoll, agency_id: UUID, kind: NoticeKind) -> None:
    await notify(
        context, agency_id, kind, RecordKind.DATE_POLL.value, poll.id, day_ends(poll.answer_by)
    )


def _facts(context: Context, poll_id: UUID, poll: DatePoll | None) -> Facts:
    me = context.actor.agency_id
    parts = set()
    if poll is not None and poll.organiser_agency_id == me:
        parts.add(Part.HOLDER)
    if poll is not None and me in poll.invited_agency_ids:
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.DATE_POLL,
        record_id=poll_id,
        found=poll is not None,
        holder_agency_id=poll.organiser_agency_id if poll else None,
        parts=frozenset(parts),
    )
