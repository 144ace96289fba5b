"""Beginning a contact schedule, for whoever keeps in touch."""

from datetime import date

from service.application.context import Context
from service.domain.contact_schedule import ContactSchedule, ScheduleContact
from service.domain.errors import Invalid

#: The farthest day of a next contact: what lies beyond, nobody is reminded of in time.
FARTHEST_DAYS = 400


def check_day(context: Context, day: date, field: str) -> None:
    """The next contact lies ahead, and not so far that nobody would be reminded of it."""
    if day <= context.today:
        raise Invalid("contact.day_passed", field=field)
    if (day - context.today).days > FARTHEST_DAYS:
        raise Invalid("contact.day_too_far", field=field, facts={"days": FARTHEST_DAYS})


async def begin(
    context: Context, command: ScheduleContact, *, field: str = "/next_on"
) -> ContactSchedule:
    """The record; on the day the agency is reminded. ``field`` is where the day was given."""
    check_day(context, command.next_on, field)
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
