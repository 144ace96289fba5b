"""Conferences, their agenda and packets, results and tasks."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import agendas, conferences, packets, workbench
from service.application import conference_bodies as bodies
from service.application import conference_results as results
from service.domain.conference import (
    AddItem,
    AgendaItem,
    AnswerInvitation,
    Conference,
    ConvertItem,
    InviteAttendees,
    PlanConference,
    RecordResult,
)
from service.domain.conference_body import (
    AcknowledgeSecrecy,
    Participant,
    RegisterParticipant,
)
from service.domain.conference_hold import HoldConference
from service.domain.conference_states import ConferenceAct
from service.domain.permission import Permission

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS, tags=["Conferences"])

Receipt = receipt(Conference, status_ja=str)
View = shown(
    Conference,
    kind_ja=str,
    status_ja=str,
    attendees=list[dict[str, Any]],
    participants=list[dict[str, Any]],
    agenda=dict[str, Any],
    follow_up=dict[str, int] | None,
)
Packet = receipt(Conference, attendee_id=UUID, items=list[dict[str, Any]], follow_up=dict[str, Any])


@router.post("/conferences", status_code=201, response_model=Receipt)
@acts(Permission.CONFERENCE_PLAN)
async def plan_conference(
    command: Annotated[PlanConference, said(examples.CONFERENCE)], context: Asked
) -> Response:
    """Plan a conference: kind, date, place or online address."""
    return show(await conferences.plan(context, command), status=201, location="/v1/conferences")


@router.get("/conferences", response_model=page_of(shown(Conference)))
@acts(Permission.CONFERENCE_READ)
async def list_conferences(context: Asked, page: Paged) -> Response:
    """List conferences the caller's agency convenes or is invited to."""
    return page.show(await conferences.listing(context, after=page.after, limit=page.limit))


@router.get("/conferences/{conference_id}", response_model=View)
@acts(Permission.CONFERENCE_READ)
async def read_conference(conference_id: UUID, context: Asked) -> Response:
    """Read when and where, and who is invited. Nothing personal."""
    return show(await conferences.read(context, conference_id))


@router.put("/conferences/{conference_id}", response_model=Receipt)
@acts(Permission.CONFERENCE_PLAN)
async def reschedule_conference(
    conference_id: UUID,
    command: Annotated[PlanConference, said(examples.CONFERENCE)],
    context: Asked,
) -> Response:
    """Change date or place (whole, with If-Match); everybody invited is told."""
    return show(await conferences.reschedule(context, conference_id, command))


@router.post("/conferences/{conference_id}/invite", response_model=Receipt)
@acts(Permission.CONFERENCE_INVITE)
async def invite(
    conference_id: UUID,
    command: Annotated[InviteAttendees, said(examples.INVITATION)],
    context: Asked,
) -> Response:
    """Invite agencies, and persons to their own item."""
    return show(await conferences.invite(context, conference_id, command))


@router.post("/conferences/{conference_id}/answer", response_model=Receipt)
@acts(Permission.CONFERENCE_ANSWER)
async def answer_invitation(
    conference_id: UUID,
    command: Annotated[AnswerInvitation, said(examples.INVITATION_ANSWER)],
    context: Asked,
) -> Response:
    """Answer the invitation: whether the agency comes, and who."""
    return show(await conferences.answer(context, conference_id, command))


@router.post(
    "/conferences/{conference_id}/items", status_code=201, response_model=receipt(AgendaItem)
)
@acts(Permission.CONFERENCE_PROPOSE)
async def add_item(
    conference_id: UUID, command: Annotated[AddItem, said(examples.ITEM)], context: Asked
) -> Response:
    """Put an item on the agenda. A kind that needs consent refuses a person without it."""
    location = f"/v1/conferences/{conference_id}/items"
    return show(
        await agendas.add_item(context, conference_id, command), status=201, location=location
    )


@router.post(
    "/conferences/{conference_id}/items/{item_id}/convert", response_model=receipt(AgendaItem)
)
@acts(Permission.CONFERENCE_PLAN)
async def convert_item(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[ConvertItem, said(examples.CONVERSION)],
    context: Asked,
) -> Response:
    """Hold an item as another kind, for instance as a statutory conference after a revocation."""
    return show(await agendas.convert_item(context, conference_id, item_id, command))


@router.post(
    "/conferences/{conference_id}/participants",
    status_code=201,
    response_model=receipt(Participant),
)
@acts(Permission.CONFERENCE_REGISTER)
async def register_participant(
    conference_id: UUID,
    command: Annotated[RegisterParticipant, said(examples.PARTICIPANT)],
    context: Asked,
) -> Response:
    """Register who sits for the caller's agency, or stands in for whom."""
    location = f"/v1/conferences/{conference_id}/participants"
    done = await bodies.register(context, conference_id, command)
    return show(done, status=201, location=location)


@router.post(
    "/conferences/{conference_id}/participants/{participant_id}/withdraw",
    response_model=receipt(Participant),
)
@acts(Permission.CONFERENCE_UNREGISTER)
async def withdraw_participant(
    conference_id: UUID, participant_id: UUID, context: Asked
) -> Response:
    """Take a registration back; whoever a substitute stood in for sits again."""
    return show(await bodies.withdraw(context, conference_id, participant_id))


@router.get("/conferences/{conference_id}/secrecy", response_model=dict[str, Any])
@acts(Permission.CONFERENCE_READ)
async def read_secrecy_notice(conference_id: UUID, context: Asked) -> Response:
    """Read the notice of secrecy that participants acknowledge."""
    return show(await bodies.secrecy_notice(context, conference_id))


@router.post("/conferences/{conference_id}/secrecy", response_model=receipt(Participant))
@acts(Permission.CONFERENCE_ACKNOWLEDGE)
async def acknowledge_secrecy(
    conference_id: UUID,
    command: Annotated[AcknowledgeSecrecy, said(examples.SECRECY)],
    context: Asked,
) -> Response:
    """Acknowledge the notice of secrecy; papers open only then."""
    return show(await bodies.acknowledge(context, conference_id, command))


@router.post(
    "/conferences/{conference_id}/fix",
    response_model=receipt(Conference, status_ja=str, warnings=list[dict[str, Any]]),
)
@acts(Permission.CONFERENCE_FIX)
async def fix_agenda(conference_id: UUID, context: Asked) -> Response:
    """Fix the agenda: from now on the papers can be read. Tells what the coordinator should know."""
    return show(await workbench.fix(context, conference_id))


@router.post("/conferences/{conference_id}/cancel", response_model=Receipt)
@acts(Permission.CONFERENCE_CANCEL)
async def cancel_conference(conference_id: UUID, context: Asked) -> Response:
    """Cancel it; everybody invited is told."""
    return show(await conferences.step(context, conference_id, ConferenceAct.CANCEL))


@router.get("/conferences/{conference_id}/packet", response_model=Packet)
@acts(Permission.CONFERENCE_READ_PACKET)
async def read_packet(conference_id: UUID, context: Asked) -> Response:
    """Read the agency's own papers; items not open to it are shown as restricted."""
    return show(await packets.packet(context, conference_id))


@router.get("/conferences/{conference_id}/attendees/{attendee_id}/packet", response_model=Packet)
@acts(Permission.CONFERENCE_READ_PACKET)
async def read_packet_of(conference_id: UUID, attendee_id: UUID, context: Asked) -> Response:
    """Read the copy of a person who attends, to print it for them (convener only)."""
    return show(await packets.packet(context, conference_id, attendee_id))


@router.post("/conferences/{conference_id}/hold", response_model=Receipt)
@acts(Permission.CONFERENCE_HOLD)
async def hold_conference(
    conference_id: UUID, command: Annotated[HoldConference, said(examples.HOLD)], context: Asked
) -> Response:
    """Record that it was held, and who was there."""
    return show(await results.hold(context, conference_id, command))


@router.post(
    "/conferences/{conference_id}/items/{item_id}/result", response_model=receipt(AgendaItem)
)
@acts(Permission.CONFERENCE_MINUTE)
async def record_result(
    conference_id: UUID,
    item_id: UUID,
    command: Annotated[RecordResult, said(examples.RESULT)],
    context: Asked,
) -> Response:
    """Record what was decided on an item, and who does what until when."""
    return show(await results.record_result(context, conference_id, item_id, command))


@router.post("/conferences/{conference_id}/close", response_model=Receipt)
@acts(Permission.CONFERENCE_MINUTE)
async def close_conference(conference_id: UUID, context: Asked) -> Response:
    """Close it; the papers can no longer be read."""
    return show(await conferences.step(context, conference_id, ConferenceAct.CLOSE))
