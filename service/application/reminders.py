"""Whoever has not answered an invitation is reminded of it, once for each date of a conference."""

from service.application.context import Context
from service.application.notices import notify
from service.application.tasks import give
from service.domain.access import Facts, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import Answer, Conference
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind


async def remind(context: Context, found: Conference) -> None:
    """The conference comes near: agencies that have not answered are told, with the one call."""
    facts = Facts(
        kind=RecordKind.CONFERENCE,
        record_id=found.id,
        found=True,
        holder_agency_id=found.convener_agency_id,
        conference_id=found.id,
    )
    context.enforce(Permission.CONFERENCE_REMIND, facts)
    await context.work.conferences.save(found.but(remind_on=None, version=found.version + 1))
    day = jst_date(found.starts_at)
    for attendee in await context.work.conferences.attendees(found.id):
        invited = attendee.agency_id
        if invited in (None, found.convener_agency_id) or attendee.answer is not Answer.NONE:
            continue
        assert invited is not None  # noqa: S101 - looked at just now
        kind = TaskKind.CONFERENCE_ANSWER
        await give(context, invited, kind, RecordKind.CONFERENCE, found.id, day)
        await notify(
            context,
            invited,
            NoticeKind.CONFERENCE_REMINDER,
            "conference",
            found.id,
            found.starts_at,
        )
