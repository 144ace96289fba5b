"""Cases: who leads, the team, the stages, notes, assessments, contact, urgent support, reports."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import (
    assessments,
    case_stages,
    cases,
    contacts,
    notes,
    reports,
    urgent_supports,
)
from service.application.ports_of_care import CaseView
from service.domain.assessment import Assess, Assessment
from service.domain.case import (
    Advance,
    Case,
    CaseLead,
    CloseCase,
    HandOver,
    NameCaseLead,
    SetTeam,
)
from service.domain.consultation import Consultation, ReceiveConsultation
from service.domain.contact_schedule import ContactSchedule, RecordContact, ScheduleContact
from service.domain.hub import Escalate, HubEntry
from service.domain.note import Note, WriteNote
from service.domain.permission import Permission
from service.domain.urgent_support import (
    CloseUrgentSupport,
    FollowUrgentSupport,
    GiveUrgentSupport,
    UrgentSupport,
)

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)

Receipt = receipt(Case, stage_ja=str, mode_ja=str)
View = shown(Case, stage_ja=str, mode_ja=str, sole=bool)
UrgentReceipt = receipt(UrgentSupport, kind_ja=str, state_ja=str, next_step_by=str | None)
UrgentView = shown(UrgentSupport, kind_ja=str, state_ja=str, next_step_by=str | None)


@router.get("/cases", response_model=page_of(View), tags=["Cases"])
@acts(Permission.CASE_READ)
async def list_cases(
    context: Asked,
    page: Paged,
    view: Annotated[
        CaseView, Query(description="open, ended, stale, sole, or without a holder")
    ] = CaseView.OPEN,
) -> Response:
    """List the cases that the agency leads: all open ones, or those somebody should look at."""
    return page.show(await cases.listing(context, view, after=page.after, limit=page.limit))


@router.get("/cases/{case_id}", response_model=View, tags=["Cases"])
@acts(Permission.CASE_READ)
async def read_case(case_id: UUID, context: Asked) -> Response:
    """Read a case: who leads, who stands in, who is on the team."""
    return show(await cases.read(context, case_id))


@router.get(
    "/cases/{case_id}/leads",
    response_model=page_of(shown(CaseLead, decided_by_ja=str)),
    tags=["Cases"],
)
@acts(Permission.CASE_READ)
async def list_case_leads(case_id: UUID, context: Asked) -> Response:
    """List every lead decision, oldest first."""
    return show_all(await cases.leads(context, case_id))


@router.post("/cases/{case_id}/lead", response_model=Receipt, tags=["Cases"])
@acts(Permission.CASE_NAME_LEAD)
async def name_case_lead(
    case_id: UUID, command: Annotated[NameCaseLead, said(examples.CASE_LEAD)], context: Asked
) -> Response:
    """Decide who leads. There is never more than one: say which decision this one replaces."""
    return show(await cases.name_lead(context, case_id, command))


@router.post("/cases/{case_id}/hand-over", response_model=Receipt, tags=["Cases"])
@acts(Permission.CASE_HAND_OVER)
async def hand_over_case(
    case_id: UUID, command: Annotated[HandOver, said(examples.HAND_OVER)], context: Asked
) -> Response:
    """Hand the case over to another position or agency, with what it must know."""
    return show(await cases.hand_over(context, case_id, command))


@router.get("/cases/{case_id}/hand-over-package", response_model=dict[str, Any], tags=["Cases"])
@acts(Permission.CASE_READ)
async def read_hand_over_package(case_id: UUID, context: Asked) -> Response:
    """Read everything the next holder needs, in one answer."""
    return show(await case_stages.hand_over_package(context, case_id))


@router.post("/cases/{case_id}/team", response_model=Receipt, tags=["Cases"])
@acts(Permission.CASE_SET_TEAM)
async def set_case_team(
    case_id: UUID, command: Annotated[SetTeam, said(examples.TEAM)], context: Asked
) -> Response:
    """Set the whole team: agencies, roles, themes."""
    return show(await cases.set_team(context, case_id, command))


@router.post("/cases/{case_id}/advance", response_model=Receipt, tags=["Cases"])
@acts(Permission.CASE_ADVANCE)
async def advance_case(
    case_id: UUID, command: Annotated[Advance, said(examples.ADVANCE)], context: Asked
) -> Response:
    """Go on to the next stage of support or collaboration, as far as the records carry it."""
    return show(await case_stages.advance(context, case_id, command))


@router.post("/cases/{case_id}/close", response_model=Receipt, tags=["Cases"])
@acts(Permission.CASE_ADVANCE)
async def close_case(
    case_id: UUID, command: Annotated[CloseCase, said(examples.CLOSE_CASE)], context: Asked
) -> Response:
    """Close the case after its evaluation, with the exit and who keeps an eye on the person."""
    return show(await case_stages.close(context, case_id, command))


@router.post(
    "/cases/{case_id}/reopen",
    status_code=201,
    response_model=receipt(Consultation, status_ja=str),
    tags=["Cases"],
)
@acts(Permission.CONSULTATION_RECEIVE)
async def reopen_case(
    case_id: UUID,
    command: Annotated[ReceiveConsultation, said(examples.CONSULTATION)],
    context: Asked,
) -> Response:
    """Begin a new episode for somebody who comes back; the ended case stays as it is."""
    done = await case_stages.reopen(context, case_id, command)
    return show(done, status=201, location="/v1/consultations")


@router.post(
    "/cases/{case_id}/escalate",
    response_model=receipt(HubEntry, why_ja=str, state_ja=str),
    tags=["Hub"],
)
@acts(Permission.CASE_ESCALATE)
async def escalate_case(
    case_id: UUID, command: Annotated[Escalate, said(examples.ESCALATE)], context: Asked
) -> Response:
    """Ask the hub: it must answer. The case stays with its lead."""
    return show(await cases.escalate(context, case_id, command))


@router.post(
    "/cases/{case_id}/notes", status_code=201, response_model=receipt(Note), tags=["Cases"]
)
@acts(Permission.NOTE_WRITE)
async def write_note(
    case_id: UUID, command: Annotated[WriteNote, said(examples.PROGRESS_NOTE)], context: Asked
) -> Response:
    """Write a progress note (支援経過記録)."""
    location = f"/v1/cases/{case_id}/notes"
    return show(await notes.write(context, case_id, command), status=201, location=location)


@router.get("/cases/{case_id}/notes", response_model=page_of(shown(Note)), tags=["Cases"])
@acts(Permission.NOTE_READ)
async def list_notes(case_id: UUID, context: Asked) -> Response:
    """List the progress notes that the caller may read."""
    return show_all(await notes.listing(context, case_id))


@router.post(
    "/cases/{case_id}/assessments",
    status_code=201,
    response_model=receipt(Assessment, members=int),
    tags=["Cases"],
)
@acts(Permission.ASSESSMENT_MAKE)
async def make_assessment(
    case_id: UUID, command: Annotated[Assess, said(examples.ASSESSMENT)], context: Asked
) -> Response:
    """Add the agency's own view of the household: 27 checks a member."""
    location = f"/v1/cases/{case_id}/assessments"
    done = await assessments.assess(context, case_id, command)
    return show(done, status=201, location=location)


@router.get("/cases/{case_id}/assessments", response_model=dict[str, Any], tags=["Cases"])
@acts(Permission.ASSESSMENT_READ)
async def list_assessments(case_id: UUID, context: Asked) -> Response:
    """Read the agencies' views side by side, and where they differ."""
    return show(await assessments.listing(context, case_id))


@router.post(
    "/contacts", status_code=201, response_model=receipt(ContactSchedule), tags=["Contact"]
)
@acts(Permission.CONTACT_SCHEDULE)
async def schedule_contact(
    command: Annotated[ScheduleContact, said(examples.CONTACT_SCHEDULE)], context: Asked
) -> Response:
    """Schedule the next contact, with or without a plan or a case."""
    return show(await contacts.schedule(context, command), status=201, location="/v1/contacts")


@router.get("/contacts", response_model=page_of(shown(ContactSchedule)), tags=["Contact"])
@acts(Permission.CONTACT_READ)
async def list_contacts(
    context: Asked, page: Paged, case_id: Annotated[UUID | None, Query()] = None
) -> Response:
    """List the agency's running contact schedules."""
    found = await contacts.listing(context, case_id=case_id, after=page.after, limit=page.limit)
    return page.show(found)


@router.get("/contacts/{schedule_id}", response_model=shown(ContactSchedule), tags=["Contact"])
@acts(Permission.CONTACT_READ)
async def read_contact(schedule_id: UUID, context: Asked) -> Response:
    """Read a contact schedule with the contacts so far."""
    return show(await contacts.read(context, schedule_id))


@router.post(
    "/contacts/{schedule_id}/record",
    response_model=receipt(ContactSchedule, consultation_id=UUID | None),
    tags=["Contact"],
)
@acts(Permission.CONTACT_RECORD)
async def record_contact(
    schedule_id: UUID,
    command: Annotated[RecordContact, said(examples.CONTACT_MADE)],
    context: Asked,
) -> Response:
    """Record what came of it, and what is next; whoever wants help again gets a consultation."""
    return show(await contacts.record(context, schedule_id, command))


@router.post(
    "/urgent-supports", status_code=201, response_model=UrgentReceipt, tags=["Urgent support"]
)
@acts(Permission.URGENT_SUPPORT_GIVE)
async def give_urgent_support(
    command: Annotated[GiveUrgentSupport, said(examples.URGENT_SUPPORT)], context: Asked
) -> Response:
    """Record urgent support (食料、宿泊など). It waits for no form, and must lead to a next step."""
    done = await urgent_supports.give_support(context, command)
    return show(done, status=201, location="/v1/urgent-supports")


@router.get("/urgent-supports", response_model=page_of(UrgentView), tags=["Urgent support"])
@acts(Permission.URGENT_SUPPORT_READ)
async def list_urgent_supports(
    context: Asked,
    page: Paged,
    *,
    unfollowed: Annotated[bool, Query(description="Only what nothing has followed.")] = False,
) -> Response:
    """List the urgent support that the agency gave."""
    found = await urgent_supports.listing(
        context, unfollowed=unfollowed, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get("/urgent-supports/{support_id}", response_model=UrgentView, tags=["Urgent support"])
@acts(Permission.URGENT_SUPPORT_READ)
async def read_urgent_support(support_id: UUID, context: Asked) -> Response:
    """Read what was given, and what follows it."""
    return show(await urgent_supports.read(context, support_id))


@router.post(
    "/urgent-supports/{support_id}/follow", response_model=UrgentReceipt, tags=["Urgent support"]
)
@acts(Permission.URGENT_SUPPORT_FOLLOW)
async def follow_urgent_support(
    support_id: UUID,
    command: Annotated[FollowUrgentSupport, said(examples.URGENT_NEXT)],
    context: Asked,
) -> Response:
    """Say what follows it: the consultation, referral, case or contact in which it goes on."""
    return show(await urgent_supports.follow(context, support_id, command))


@router.post(
    "/urgent-supports/{support_id}/close", response_model=UrgentReceipt, tags=["Urgent support"]
)
@acts(Permission.URGENT_SUPPORT_CLOSE)
async def close_urgent_support(
    support_id: UUID,
    command: Annotated[CloseUrgentSupport, said(examples.URGENT_CLOSE)],
    context: Asked,
) -> Response:
    """Close it without a next step: it stays a warning, and the hub is told."""
    return show(await urgent_supports.close(context, support_id, command))


@router.get("/reports/load", response_model=dict[str, Any], tags=["Reports"])
@acts(Permission.REPORT_READ)
async def report_load(context: Asked) -> Response:
    """Count open cases by position: too many, alone with them, left lying."""
    return show(await reports.load(context))


@router.get("/reports/contacts", response_model=dict[str, Any], tags=["Reports"])
@acts(Permission.REPORT_READ)
async def report_contacts(context: Asked) -> Response:
    """List agencies in which nobody is named as contact for layered support (重層支援担当)."""
    return show_all(await reports.contacts(context))
