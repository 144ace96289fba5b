"""The entrance: signals and consultations; and the hub, where whatever is stuck goes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import consultations, hub, signals
from service.domain.consultation import Consultation, ReceiveConsultation, ScreenConsultation
from service.domain.consultation_states import ConsultationStatus
from service.domain.hub import AnswerEntry, Escalate, HubEntry
from service.domain.permission import Permission
from service.domain.signal import (
    CloseSignal,
    LookInto,
    MergeSignal,
    ProposeSignal,
    RaiseSignal,
    Signal,
    WatchSignal,
)
from service.domain.signal_states import SignalStatus

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)

SignalReceipt = receipt(Signal, kind_ja=str, status_ja=str, next=list[str], counted_only=bool)
SignalView = shown(Signal, kind_ja=str, status_ja=str, level_ja=str, next=list[str])
ConsultationReceipt = receipt(
    Consultation,
    status_ja=str,
    completeness=dict[str, Any],
    next=list[str],
    routed_to=dict[str, Any],
)
ConsultationView = shown(Consultation, status_ja=str, completeness=dict[str, Any], next=list[str])
HubReceipt = receipt(HubEntry, why_ja=str, state_ja=str)
HubView = shown(HubEntry, why_ja=str, state_ja=str)


@router.post("/signals", status_code=201, response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_RAISE)
async def raise_signal(
    command: Annotated[RaiseSignal, said(examples.SIGNAL)], context: Asked
) -> Response:
    """Raise a signal: a few words and an area are enough. Arrears without consent are only counted."""
    done = await signals.raise_(context, command)
    place = "/v1/recommendations" if done.body["counted_only"] else "/v1/signals"
    return show(done, status=201, location=place)


@router.get("/signals", response_model=page_of(SignalView), tags=["Entrance"])
@acts(Permission.SIGNAL_READ)
async def list_signals(
    context: Asked,
    page: Paged,
    *,
    status: Annotated[SignalStatus | None, Query()] = None,
    entered: Annotated[bool, Query(description="Those passed on to other desks.")] = False,
) -> Response:
    """List the signals that the agency looks into, or those that it passed on."""
    found = await signals.listing(
        context, status=status, entered=entered, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get("/signals/{signal_id}", response_model=SignalView, tags=["Entrance"])
@acts(Permission.SIGNAL_READ)
async def read_signal(signal_id: UUID, context: Asked) -> Response:
    """Read what was noticed."""
    return show(await signals.read(context, signal_id))


@router.post("/signals/{signal_id}/look-into", response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_LOOK_INTO)
async def look_into_signal(
    signal_id: UUID, command: Annotated[LookInto, said(examples.LOOK)], context: Asked
) -> Response:
    """Record a visit or a call: what was found, and who it is if that is known now."""
    return show(await signals.look_into(context, signal_id, command))


@router.post("/signals/{signal_id}/watch", response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_WATCH)
async def watch_signal(
    signal_id: UUID, command: Annotated[WatchSignal, said(examples.WATCH_SIGNAL)], context: Asked
) -> Response:
    """Watch it, and look again on a day."""
    return show(await signals.watch(context, signal_id, command))


@router.post("/signals/{signal_id}/consult", response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_CONSULT)
async def consult_signal(signal_id: UUID, context: Asked) -> Response:
    """Make a consultation of it, with everything that was noticed."""
    return show(await signals.consult(context, signal_id))


@router.post("/signals/{signal_id}/merge", response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_MERGE)
async def merge_signal(
    signal_id: UUID, command: Annotated[MergeSignal, said(examples.MERGE_SIGNAL)], context: Asked
) -> Response:
    """Merge it into another open signal about the same household."""
    return show(await signals.merge(context, signal_id, command))


@router.post("/signals/{signal_id}/close", response_model=SignalReceipt, tags=["Entrance"])
@acts(Permission.SIGNAL_CLOSE)
async def close_signal(
    signal_id: UUID, command: Annotated[CloseSignal, said(examples.CLOSE_SIGNAL)], context: Asked
) -> Response:
    """Close it with a reason."""
    return show(await signals.close(context, signal_id, command))


@router.post("/signals/{signal_id}/propose", response_model=dict[str, Any], tags=["Entrance"])
@acts(Permission.SIGNAL_PROPOSE)
async def propose_signal(
    signal_id: UUID,
    command: Annotated[ProposeSignal, said(examples.PROPOSE_SIGNAL)],
    context: Asked,
) -> Response:
    """Put it on the agenda of a meeting inside the agency, in one call."""
    return show(await signals.propose(context, signal_id, command))


@router.post("/signals/{signal_id}/escalate", response_model=HubReceipt, tags=["Hub"])
@acts(Permission.SIGNAL_ESCALATE)
async def escalate_signal(
    signal_id: UUID, command: Annotated[Escalate, said(examples.ESCALATE)], context: Asked
) -> Response:
    """Ask the hub: it must answer. The signal stays where it is."""
    return show(await signals.escalate(context, signal_id, command))


@router.post(
    "/consultations", status_code=201, response_model=ConsultationReceipt, tags=["Entrance"]
)
@acts(Permission.CONSULTATION_RECEIVE)
async def receive_consultation(
    command: Annotated[ReceiveConsultation, said(examples.CONSULTATION)], context: Asked
) -> Response:
    """Take in a consultation. It is never rejected; the answer says which desk is responsible."""
    return show(
        await consultations.receive(context, command), status=201, location="/v1/consultations"
    )


@router.get("/consultations", response_model=page_of(ConsultationView), tags=["Entrance"])
@acts(Permission.CONSULTATION_READ)
async def list_consultations(
    context: Asked,
    page: Paged,
    status: Annotated[ConsultationStatus | None, Query()] = None,
) -> Response:
    """List what the agency took in."""
    found = await consultations.listing(context, status=status, after=page.after, limit=page.limit)
    return page.show(found)


@router.get("/consultations/{consultation_id}", response_model=ConsultationView, tags=["Entrance"])
@acts(Permission.CONSULTATION_READ)
async def read_consultation(consultation_id: UUID, context: Asked) -> Response:
    """Read what was heard, and how complete it is."""
    return show(await consultations.read(context, consultation_id))


@router.put(
    "/consultations/{consultation_id}", response_model=ConsultationReceipt, tags=["Entrance"]
)
@acts(Permission.CONSULTATION_AMEND)
async def amend_consultation(
    consultation_id: UUID,
    command: Annotated[ReceiveConsultation, said(examples.CONSULTATION)],
    context: Asked,
) -> Response:
    """Amend a consultation (whole, with If-Match) with what is known by now."""
    return show(await consultations.amend(context, consultation_id, command))


@router.post(
    "/consultations/{consultation_id}/screen", response_model=ConsultationReceipt, tags=["Entrance"]
)
@acts(Permission.CONSULTATION_SCREEN)
async def screen_consultation(
    consultation_id: UUID,
    command: Annotated[ScreenConsultation, said(examples.SCREEN)],
    context: Asked,
) -> Response:
    """Settle how it goes on (スクリーニング). No way leads to a rejection."""
    return show(await consultations.screen(context, consultation_id, command))


@router.post("/consultations/{consultation_id}/escalate", response_model=HubReceipt, tags=["Hub"])
@acts(Permission.CONSULTATION_ESCALATE)
async def escalate_consultation(
    consultation_id: UUID, command: Annotated[Escalate, said(examples.ESCALATE)], context: Asked
) -> Response:
    """Ask the hub: it must answer. The consultation stays where it is."""
    return show(await consultations.escalate(context, consultation_id, command))


@router.get("/hub", response_model=page_of(HubView), tags=["Hub"])
@acts(Permission.HUB_READ)
async def list_hub(
    context: Asked,
    page: Paged,
    *,
    mine: Annotated[bool, Query(description="What our agency put to the hub.")] = False,
    ended: Annotated[bool, Query(description="Also what was answered or settled.")] = False,
) -> Response:
    """List the hub's queue: whatever bounced, was escalated, missed a deadline or has no lead."""
    found = await hub.queue(context, mine=mine, ended=ended, after=page.after, limit=page.limit)
    return page.show(found)


@router.get("/hub/{entry_of_hub_id}", response_model=HubView, tags=["Hub"])
@acts(Permission.HUB_READ)
async def read_hub_entry(entry_of_hub_id: UUID, context: Asked) -> Response:
    """Read one line of the queue."""
    return show(await hub.read(context, entry_of_hub_id))


@router.post("/hub/{entry_of_hub_id}/answer", response_model=HubReceipt, tags=["Hub"])
@acts(Permission.HUB_ANSWER)
async def answer_hub_entry(
    entry_of_hub_id: UUID,
    command: Annotated[AnswerEntry, said(examples.HUB_ANSWER)],
    context: Asked,
) -> Response:
    """Answer with advice; whoever holds the record goes on holding it."""
    return show(await hub.answer(context, entry_of_hub_id, command))
