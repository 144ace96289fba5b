"""Beginning a contact schedule, for whoever keeps in touch."""

from service.application.context import Context
from service.domain.contact_schedule import ContactSchedule, ScheduleContact
from service.domain.errors import Invalid


async def begin(
    context: Context, command: ScheduleContact, *, field: str = "/next_on"
) -> ContactSchedule:
    """The record; on the day the agency is reminded. ``field`` is where the day was given."""
    if command.next_on <= context.today:
        raise Invalid("contact.day_passed", field=field)
    schedule = ContactSchedule.model_validate(
        dict(command)
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "made_at": context.now,
        }
    )
    await context.work.contacts.add(schedule)
    return schedule
