"""Any door of a network: a member finds the member's desk that answers, and it is logged."""

from uuid import UUID

from service.application.capacities import capacity_of
from service.application.consultations import whom
from service.application.context import Context, Page, Shown
from service.application.desks import agency_of, desk_in_force, hub_desk
from service.domain.access import Facts, RecordKind
from service.domain.directory import Desk, RouteQuestion, route
from service.domain.disclosure import D0, disclose
from service.domain.errors import Invalid
from service.domain.network import Network, RouteInNetwork, Routing
from service.domain.permission import Permission


async def listing(context: Context) -> Page:
    """The networks that the caller's agency is a member of."""
    context.enforce(Permission.DIRECTORY_READ, Facts(kind=RecordKind.DIRECTORY, found=True))
    found = await context.work.desks.networks_of(context.agency_id, context.today)
    return Page([disclose(n, frozenset({D0})) for n in found])


async def make_routing(context: Context, network_id: UUID, command: RouteInNetwork) -> Shown:
    """Find the door, among the members', and log it; nobody is named."""
    network = await _of_member(context, Permission.DIRECTORY_ROUTE, network_id)
    desk, because = await _door(context, network, command)
    routing = Routing(
        id=context.new_id(),
        network_id=network.id,
        at=context.now,
        by_agency_id=context.agency_id,
        by_position_id=context.position_id,
        theme=command.theme,
        area=command.area,
        question=command.question,
        desk_id=desk.id,
        because=because,
    )
    await context.work.desks.add_routing(routing)
    agency = await agency_of(context, desk)
    return context.receipt(routing, to=whom(desk, agency, await capacity_of(context, desk.id)))


async def routings(context: Context, network_id: UUID, *, after: UUID | None, limit: int) -> Page:
    """The network's log, newest first, for its members."""
    network = await _of_member(context, Permission.DIRECTORY_READ, network_id)
    found = await context.work.desks.routings(network.id, after=after, limit=limit + 1)
    items = [disclose(r, frozenset({D0})) for r in found[:limit]]
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def _of_member(context: Context, permission: Permission, network_id: UUID) -> Network:
    """The network, for its members; to everybody else there is none."""
    network = await context.work.desks.network(network_id)
    mine = (
        network is not None
        and network.holds_on(context.today)
        and context.actor.agency_id in network.agency_ids
    )
    facts = Facts(kind=RecordKind.DIRECTORY, record_id=network_id, found=mine)
    context.enforce(permission, facts)
    assert network is not None  # noqa: S101 - no permit without a record
    return network


async def _door(context: Context, network: Network, command: RouteInNetwork) -> tuple[Desk, str]:
    if command.to_desk_id is not None:
        desk = await desk_in_force(context, command.to_desk_id, "/to_desk_id")
        if desk.agency_id not in network.agency_ids:
            raise Invalid("network.desk_of_no_member", field="/to_desk_id")
        return desk, "named"
    here = network.municipality_code
    desks = [
        d
        for d in await context.work.directory.desks(here, context.today)
        if d.agency_id in network.agency_ids
    ]
    question = RouteQuestion(municipality_code=here, area=command.area, theme=command.theme)
    return route(desks, await hub_desk(context, here), question)
