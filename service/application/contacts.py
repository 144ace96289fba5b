"""Keeping in touch, with or without a plan or a case (つながり続ける, rows 0-05, 1-52)."""

from datetime import timedelta
from uuid import UUID

from service.application import consultations
from service.application.case_steps import check_links, touch
from service.application.contact_steps import begin, check_day
from service.application.context import Context, Page, Shown
from service.application.facts import facts_about, facts_for_system, own_facts
from service.application.notices import notify
from service.application.tasks import give, settle
from service.domain.access import Facts, RecordKind
from service.domain.consultation import Channel, ReceiveConsultation
from service.domain.contact_schedule import ContactSchedule, Made, RecordContact, ScheduleContact
from service.domain.disclosure import disclose
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind


async def schedule(context: Context, command: ScheduleContact) -> Shown:
    """When the person is contacted next; what it belongs to must be known to the agency."""
    known = await facts_about(context, command.person_id, RecordKind.CONTACT)
    context.enforce(Permission.CONTACT_SCHEDULE, known)
    await check_links(context, command.person_id, command.case_id, command.consultation_id)
    return context.receipt(await begin(context, command))


async def read(context: Context, schedule_id: UUID) -> Shown:
    """One schedule with the contacts so far, for the agency that keeps in touch."""
    found = await context.work.contacts.find(schedule_id)
    facts = await _facts(context, schedule_id, found)
    permit = context.enforce(Permission.CONTACT_READ, facts, shows=ContactSchedule)
    assert found is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(found, permit.classes), found.version, found.id)


async def listing(
    context: Context, *, case_id: UUID | None, after: UUID | None, limit: int
) -> Page:
    """The agency's running schedules, newest first."""
    found = await context.work.contacts.of_agency(context.agency_id, case_id, after, limit + 1)
    items = []
    for one in found[:limit]:
        facts = await _facts(context, one.id, one)
        permit = context.may(Permission.CONTACT_READ, facts, shows=ContactSchedule)
        if permit is not None:
            items.append(disclose(one, permit.classes))
    context.note_list(Permission.CONTACT_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def record(context: Context, schedule_id: UUID, command: RecordContact) -> Shown:
    """What came of it, and what is next: another day, a consultation again, or the end."""
    found = await context.work.contacts.find(schedule_id, lock=True)
    facts = await _facts(context, schedule_id, found)
    context.enforce(Permission.CONTACT_RECORD, facts.as_holder())
    assert found is not None  # noqa: S101 - no permit without a record
    context.check_version(found.version)
    if command.at > context.now:
        raise Invalid("contact.in_future", field="/at")
    next_on = command.next_on
    if next_on is None and found.every_days is not None:
        next_on = context.today + timedelta(days=found.every_days)
    if next_on is not None:
        check_day(context, next_on, "/next_on")
    made = Made(
        at=command.at, reached=command.reached, position_id=context.position_id, note=command.note
    )
    after = found.recorded(command, made, next_on, context.now)
    await context.work.contacts.save(after)
    await settle(context, found.id, TaskKind.CONTACT_DUE)
    await touch(context, found.case_id)
    begun = None
    if command.told is not None:
        heard = ReceiveConsultation(
            told=command.told, person_id=found.person_id, channel=Channel.OUTREACH
        )
        begun = await consultations.begin(context, heard, previous_case_id=found.case_id)
    return context.receipt(after, consultation_id=str(begun.id) if begun else None)


async def come_due(context: Context, found: ContactSchedule) -> None:
    """The day has come: it stands on the list of whoever keeps in touch."""
    facts = facts_for_system(RecordKind.CONTACT, found.id, found.agency_id, found.person_id)
    context.enforce(Permission.CONTACT_COME_DUE, facts)
    await context.work.contacts.save(
        found.but(reminded_for=found.next_on, version=found.version + 1)
    )
    await give(
        context,
        found.agency_id,
        TaskKind.CONTACT_DUE,
        RecordKind.CONTACT,
        found.id,
        found.next_on,
        position_id=found.position_id,
    )
    await notify(context, found.agency_id, NoticeKind.CONTACT_DUE, "contact", found.id)


async def _facts(context: Context, schedule_id: UUID, found: ContactSchedule | None) -> Facts:
    return await own_facts(context, RecordKind.CONTACT, schedule_id, found)
