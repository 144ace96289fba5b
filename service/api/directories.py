"""The directory, notices, and who am I."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import capacities, directories, me, notices
from service.application.me import Me
from service.application.notices import Acknowledge
from service.domain.capacity import DeskCapacity, TellCapacity
from service.domain.directory import Agency, AgencyKind, Municipality, RouteQuestion
from service.domain.law import LegalBasis
from service.domain.municipality import MunicipalityCode
from service.domain.notice import Notice
from service.domain.permission import Permission
from service.domain.text import Code

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)


@router.get("/me", response_model=Me, tags=["Who am I"])
@acts(Permission.ME_READ)
async def who_am_i(context: Asked) -> Response:
    """Who the service takes the caller for, and what it may do."""
    return show(await me.read(context))


@router.get("/municipalities", response_model=page_of(receipt(Municipality)), tags=["Directory"])
@acts(Permission.DIRECTORY_READ)
async def list_municipalities(context: Asked) -> Response:
    """List the municipalities served."""
    return show_all(await directories.municipalities(context))


@router.get("/agency-kinds", response_model=page_of(receipt(AgencyKind)), tags=["Directory"])
@acts(Permission.DIRECTORY_READ)
async def list_agency_kinds(context: Asked) -> Response:
    """List the kinds of agencies with their Japanese labels."""
    return show_all(await directories.kinds(context))


@router.get("/legal-bases", response_model=page_of(receipt(LegalBasis)), tags=["Reference"])
@acts(Permission.DIRECTORY_READ)
async def list_legal_bases(context: Asked) -> Response:
    """List the legal bases with their texts and dates, and where the municipality uses them."""
    return show_all(await directories.legal_bases(context))


@router.get("/agencies", response_model=page_of(receipt(Agency)), tags=["Directory"])
@acts(Permission.DIRECTORY_READ)
async def list_agencies(
    context: Asked,
    page: Paged,
    kind: Annotated[Code | None, Query()] = None,
    municipality: Annotated[MunicipalityCode | None, Query()] = None,
) -> Response:
    """List agencies by kind and municipality."""
    found = await directories.agencies(
        context, kind=kind, municipality=municipality, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get(
    "/agencies/{agency_id}",
    response_model=receipt(Agency, desks=list[dict[str, Any]], positions=list[dict[str, Any]]),
    tags=["Directory"],
)
@acts(Permission.DIRECTORY_READ)
async def read_agency(agency_id: UUID, context: Asked) -> Response:
    """Read an agency with its desks, positions and contact persons."""
    return show(await directories.agency(context, agency_id))


@router.get("/area-workers", response_model=dict[str, Any], tags=["Directory"])
@acts(Permission.DIRECTORY_READ)
async def list_area_workers(
    context: Asked,
    municipality_code: Annotated[MunicipalityCode, Query(examples=["999997"])],
    area: Annotated[Code, Query(examples=["district_3"])],
) -> Response:
    """Say who works for an area today, and who stands in (地区担当制)."""
    return show_all(await directories.area_workers(context, municipality_code, area))


@router.post("/route", response_model=dict[str, Any], tags=["Directory"])
@acts(Permission.DIRECTORY_READ, keyed=False)
async def find_route(
    question: Annotated[RouteQuestion, said(examples.ROUTE)], context: Asked
) -> Response:
    """Find the desk that answers for an area and a theme. There always is one."""
    return show(await directories.find_route(context, question))


@router.put("/desks/{desk_id}/capacity", response_model=receipt(DeskCapacity), tags=["Directory"])
@acts(Permission.DIRECTORY_TELL_CAPACITY)
async def tell_capacity(
    desk_id: UUID, command: Annotated[TellCapacity, said(examples.CAPACITY)], context: Asked
) -> Response:
    """Say what your own desk can take on at the moment (the first time with If-Match "0")."""
    return show(await capacities.tell(context, desk_id, command))


@router.get("/notices", response_model=page_of(shown(Notice)), tags=["Notices"])
@acts(Permission.NOTICE_READ)
async def list_notices(
    context: Asked,
    page: Paged,
    *,
    unread: Annotated[bool, Query(description="Only those not acknowledged.")] = False,
) -> Response:
    """List what the caller's agency was told. Ids only."""
    return page.show(
        await notices.listing(context, unread=unread, after=page.after, limit=page.limit)
    )


@router.post("/notices/{notice_id}/acknowledge", response_model=receipt(Notice), tags=["Notices"])
@acts(Permission.NOTICE_ACKNOWLEDGE)
async def acknowledge_notice(
    notice_id: UUID, command: Annotated[Acknowledge, said(examples.ACKNOWLEDGEMENT)], context: Asked
) -> Response:
    """Acknowledge a notice; to a stop-use notice, answer what was done."""
    return show(await notices.acknowledge(context, notice_id, command))
