"""Persons, households, consents, consultations."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import audits, people
from service.domain.audit import AccessReportLine
from service.domain.people import (
    FormHousehold,
    Household,
    HouseholdTag,
    Member,
    NameRepresentative,
    Person,
    RegisterPerson,
    Representation,
    SearchPersons,
)
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)


@router.post("/persons", status_code=201, response_model=receipt(Person), tags=["People"])
@acts(Permission.PERSON_REGISTER)
async def register_person(
    command: Annotated[RegisterPerson, said(examples.PERSON)], context: Asked
) -> Response:
    """Register a person. The caller's agency holds the record; hardly anything is required."""
    return show(await people.register(context, command), status=201, location="/v1/persons")


@router.post("/persons/search", response_model=page_of(shown(Person)), tags=["People"])
@acts(Permission.PERSON_SEARCH, keyed=False)
async def search_persons(
    command: Annotated[SearchPersons, said(examples.SEARCH)], context: Asked
) -> Response:
    """Find persons by kana among those the caller may know. Nobody can list people."""
    return show_all(await people.search(context, command))


@router.get(
    "/persons/{person_id}",
    response_model=shown(Person, obligations=list[dict[str, Any]]),
    tags=["People"],
)
@acts(Permission.PERSON_READ)
async def read_person(person_id: UUID, context: Asked) -> Response:
    """Read a person's record, as far as the caller may know it."""
    return show(await people.read(context, person_id))


@router.put("/persons/{person_id}", response_model=receipt(Person), tags=["People"])
@acts(Permission.PERSON_AMEND)
async def amend_person(
    person_id: UUID, command: Annotated[RegisterPerson, said(examples.PERSON)], context: Asked
) -> Response:
    """Amend the record (whole, with If-Match); earlier versions are kept."""
    return show(await people.amend(context, person_id, command))


@router.get(
    "/persons/{person_id}/access-report",
    response_model=page_of(shown(AccessReportLine)),
    tags=["Audit"],
)
@acts(Permission.PERSON_REPORT_ACCESS)
async def access_report(person_id: UUID, context: Asked, page: Paged) -> Response:
    """Who saw this person's data, when, why and on which basis; for the person, or on their request."""
    return page.show(
        await audits.access_report(context, person_id, after=page.after, limit=page.limit)
    )


@router.post("/households", status_code=201, response_model=receipt(Household), tags=["People"])
@acts(Permission.HOUSEHOLD_FORM)
async def form_household(
    command: Annotated[FormHousehold, said(examples.HOUSEHOLD)], context: Asked
) -> Response:
    """Form a household of persons the caller may know."""
    return show(
        await people.form_household(context, command), status=201, location="/v1/households"
    )


@router.get(
    "/households/{household_id}",
    response_model=receipt(
        Household,
        members=list[shown(Member)],  # type: ignore[misc]
        members_not_visible=int,
        tags=list[HouseholdTag],
        tags_ja=list[str],
    ),
    tags=["People"],
)
@acts(Permission.HOUSEHOLD_READ)
async def read_household(household_id: UUID, context: Asked) -> Response:
    """Read a household: those members the caller may know."""
    return show(await people.read_household(context, household_id))


@router.post(
    "/persons/{person_id}/representatives",
    status_code=201,
    response_model=receipt(Representation),
    tags=["People"],
)
@acts(Permission.PERSON_REPRESENT)
async def name_representative(
    person_id: UUID,
    command: Annotated[NameRepresentative, said(examples.REPRESENTATIVE)],
    context: Asked,
) -> Response:
    """Register who acts for the person: by what right, in what, from when to when."""
    location = f"/v1/persons/{person_id}/representatives"
    done = await people.name_representative(context, person_id, command)
    return show(done, status=201, location=location)


@router.get(
    "/persons/{person_id}/representatives",
    response_model=page_of(shown(Representation)),
    tags=["People"],
)
@acts(Permission.PERSON_READ)
async def list_representatives(person_id: UUID, context: Asked) -> Response:
    """List who acts, or acted, for the person."""
    return show_all(await people.representatives(context, person_id))
