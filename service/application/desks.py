"""Which desk answers, and whether a named one is there: the directory as others use it."""

from uuid import UUID

from service.application.context import Context
from service.domain.directory import Agency, Desk, RouteQuestion, route
from service.domain.errors import Invalid


async def desk_in_force(context: Context, desk_id: UUID, field: str) -> Desk:
    """The named desk. One whose programme has ended, or not begun, is told from an unknown one."""
    desk = await context.work.directory.desk(desk_id)
    if desk is None:
        raise Invalid("directory.unknown_desk", field=field)
    agency = await agency_of(context, desk)
    if not (desk.holds_on(context.today) and agency.holds_on(context.today)):
        raise Invalid("directory.desk_ended", field=field)
    return desk


async def first_desk(context: Context, agency_id: UUID) -> Desk:
    """The agency's longest-standing desk that is open today."""
    desks = await context.work.directory.desks_of(agency_id)
    there = [d for d in desks if d.holds_on(context.today)]
    if not there:
        raise Invalid("directory.desk_ended", field="/to_desk_id")
    return min(there, key=lambda d: (d.valid_from, d.name, str(d.id)))


async def require_agency_in_force(context: Context, agency_id: UUID, field: str) -> None:
    """Refuse an agency whose programme has ended, or not begun."""
    agency = await context.work.directory.agency(agency_id)
    if agency is not None and not agency.holds_on(context.today):
        raise Invalid("directory.desk_ended", field=field)


async def route_to_desk(
    context: Context, municipality: str, area: str | None, theme: str | None
) -> tuple[Desk, str]:
    """The desk that answers: always one."""
    desks = await context.work.directory.desks(municipality, context.today)
    question = RouteQuestion(municipality_code=municipality, area=area, theme=theme)
    return route(desks, await hub_desk(context, municipality), question)


async def hub_desk(context: Context, municipality: str) -> Desk:
    """The desk of the municipality's hub, for whoever does not know where to go."""
    served = await context.work.directory.municipality(municipality)
    if served is None:
        raise Invalid("directory.unknown_municipality", field="/municipality_code")
    desks = await context.work.directory.desks_of(served.hub_agency_id)
    there = [d for d in desks if d.municipality_code == municipality and d.holds_on(context.today)]
    return (there or list(desks))[0]


async def agency_of(context: Context, desk: Desk) -> Agency:
    """The agency behind a desk."""
    agency = await context.work.directory.agency(desk.agency_id)
    assert agency is not None  # noqa: S101 - foreign key
    return agency
