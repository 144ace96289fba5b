"""Networks of agencies: any door leads on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said
from service.application import networks
from service.domain.network import Network, RouteInNetwork, Routing
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Directory"])


@router.get("/networks", response_model=page_of(receipt(Network)))
@acts(Permission.DIRECTORY_READ)
async def list_networks(context: Asked) -> Response:
    """List the networks that the caller's agency is a member of."""
    return show_all(await networks.listing(context))


@router.post(
    "/networks/{network_id}/routings",
    status_code=201,
    response_model=receipt(Routing, to=dict[str, Any]),
)
@acts(Permission.DIRECTORY_ROUTE)
async def make_routing(
    network_id: UUID, command: Annotated[RouteInNetwork, said(examples.ROUTING)], context: Asked
) -> Response:
    """Find the member's desk that answers, for somebody who is not named; it is logged."""
    done = await networks.make_routing(context, network_id, command)
    return show(done, status=201, location=f"/v1/networks/{network_id}/routings")


@router.get("/networks/{network_id}/routings", response_model=page_of(receipt(Routing)))
@acts(Permission.DIRECTORY_READ)
async def list_routings(network_id: UUID, context: Asked, page: Paged) -> Response:
    """Read the network's log of routings, newest first."""
    found = await networks.routings(context, network_id, after=page.after, limit=page.limit)
    return page.show(found)
