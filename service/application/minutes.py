"""Minutes: written or drafted, agreed to, confirmed, corrected, read."""

from uuid import UUID

from service.application.agenda_grounds import load_agenda_grounds
from service.application.conferences import change, load, names_of, receipt_of, tell_invited
from service.application.context import Context, Shown
from service.application.facts import NOBODY
from service.application.information_in_papers import requests_on
from service.application.packets import items_for, permits_for
from service.domain.conference import Attendee, Conference
from service.domain.conference_paper import agencies_in
from service.domain.conference_states import ConferenceAct
from service.domain.disclosure import D3
from service.domain.errors import Denied, IllegalMove
from service.domain.minutes import (
    AgreeMinutes,
    CorrectMinutes,
    DraftMinutes,
    MinutesAgreement,
    MinutesVersion,
    WriteMinutes,
    check_no_objection,
    standing,
)
from service.domain.minutes_draft import draft_of
from service.domain.notice import NoticeKind
from service.domain.permission import Permission


async def write_minutes(context: Context, conference_id: UUID, command: WriteMinutes) -> Shown:
    """A draft of the minutes; it can be rewritten until it is confirmed."""
    conference, _ = await change(context, conference_id, ConferenceAct.MINUTE)
    return await _written(context, conference, ConferenceAct.MINUTE, command.text)


async def draft_minutes(context: Context, conference_id: UUID, command: DraftMinutes) -> Shown:
    """A draft out of the record, as far as the convener may see it; to be edited."""
    conference, attendees = await change(context, conference_id, ConferenceAct.MINUTE)
    conference.move(ConferenceAct.MINUTE)
    items = await items_for(context, conference, attendees, _reader(context, conference_id))
    tasks = await context.work.tasks.of_conference(conference_id)
    asked = await requests_on(context, conference_id, None, frozenset({D3}))
    named = {a.agency_id for a in attendees} | {t.agency_id for t in tasks}
    named |= agencies_in(items) | agencies_in(asked) | {conference.chaired_by_agency_id}
    names = await names_of(context, named)
    later = conference.continued_by_id
    following = await context.work.conferences.find(later) if later is not None else None
    next_at = command.next_at or (following.starts_at if following is not None else None)
    text = draft_of(conference, attendees, items, tasks, names, next_at, asked)
    return await _written(context, conference, ConferenceAct.MINUTE, text)


async def agree(context: Context, conference_id: UUID, command: AgreeMinutes) -> Shown:
    """An agency that attended agrees to the minutes as they stand, or objects."""
    conference, attendees, facts = await load(context, conference_id, lock=True)
    context.enforce(Permission.CONFERENCE_AGREE, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    context.check_version(conference.version)
    agreed = conference.move(ConferenceAct.AGREE)
    mine = next((a for a in attendees if a.agency_id == context.agency_id), None)
    if mine is None or not mine.present:
        raise IllegalMove("conference.not_present")
    if await _is_closed(context, conference):
        raise Denied("conference.minutes_restricted")
    versions = await context.work.conferences.minutes(conference_id)
    await context.work.conferences.add_agreement(
        MinutesAgreement(
            id=context.new_id(),
            conference_id=conference_id,
            number=versions[-1].number,
            agency_id=context.agency_id,
            position_id=context.position_id,
            said_at=context.now,
            **command.model_dump(),
        )
    )
    await context.work.conferences.save(agreed)
    return receipt_of(context, agreed)


async def confirm(context: Context, conference_id: UUID) -> Shown:
    """Confirmed, unless an agency objects to the text as it stands; then it is only corrected."""
    conference, _ = await change(context, conference_id, ConferenceAct.CONFIRM)
    confirmed = conference.move(ConferenceAct.CONFIRM, minutes_confirmed_at=context.now)
    versions = await context.work.conferences.minutes(conference_id)
    said = await context.work.conferences.agreements(conference_id)
    check_no_objection(said, versions[-1].number)
    await context.work.conferences.save(confirmed)
    return receipt_of(context, confirmed)


async def correct(context: Context, conference_id: UUID, command: CorrectMinutes) -> Shown:
    """A new version of confirmed minutes; the old ones are kept, and everybody invited is told."""
    conference, attendees = await change(context, conference_id, ConferenceAct.CORRECT)
    done = await _written(
        context, conference, ConferenceAct.CORRECT, command.text, reason=command.reason
    )
    await tell_invited(context, conference, attendees, NoticeKind.MINUTES_CORRECTED)
    return done


async def read_minutes(context: Context, conference_id: UUID) -> Shown:
    """The minutes, for agencies that may know every person they are about."""
    conference, _, facts = await load(context, conference_id)
    context.enforce(Permission.CONFERENCE_READ, facts)
    assert conference is not None  # noqa: S101 - no permit without a record
    if await _is_closed(context, conference):
        return Shown({"id": str(conference_id), "restricted": True}, conference.version)
    items = await context.work.conferences.items(conference_id)
    versions = await context.work.conferences.minutes(conference_id)
    said = await context.work.conferences.agreements(conference_id)
    number = versions[-1].number if versions else None
    body = {
        "id": str(conference_id),
        "status": conference.status.value,
        "text": conference.minutes_text,
        "number": number,
        "versions": [
            v.model_dump(mode="json", include={"number", "text", "reason", "written_at"})
            for v in versions
        ],
        "agreements": [
            a.model_dump(mode="json", include={"agency_id", "agrees", "remark", "said_at"})
            for a in standing(said, number or 0)
        ],
        "results": [
            {
                "number": i.number,
                "result": i.result.value if i.result else None,
                "decision": i.decision,
            }
            for i in items
        ],
    }
    return Shown(body, conference.version)


async def _written(
    context: Context,
    conference: Conference,
    act: ConferenceAct,
    text: str,
    *,
    reason: str | None = None,
) -> Shown:
    written = conference.move(act, minutes_text=text)
    versions = await context.work.conferences.minutes(conference.id)
    await context.work.conferences.add_minutes(
        MinutesVersion(
            id=context.new_id(),
            conference_id=conference.id,
            number=versions[-1].number + 1 if versions else 1,
            text=text,
            reason=reason,
            written_at=context.now,
            agency_id=context.agency_id,
            position_id=context.position_id,
        )
    )
    await context.work.conferences.save(written)
    return receipt_of(context, written)


def _reader(context: Context, conference_id: UUID) -> Attendee:
    return Attendee(
        id=NOBODY, conference_id=conference_id, agency_id=context.agency_id, invited_at=context.now
    )


async def _is_closed(context: Context, conference: Conference) -> bool:
    """Whether the caller may not know everybody the minutes are about; on record either way."""
    reader, me = _reader(context, conference.id), context.actor.agency_id
    closed = False
    on_it = await context.work.conferences.items(conference.id)
    items = [item for item in on_it if item.person_ids and item.pulled_at is None]
    grounds = await load_agenda_grounds(context, conference, items)
    for item in items:
        invited = item.invites(me, conference.convener_agency_id)
        window = grounds.window_of(context, conference, item, invited=invited)
        permits = permits_for(context, conference, reader, item, grounds, window, needs=D3)
        closed |= permits is None
    return closed
