"""Provisions without consent, emergency access, enquiries, feedback to commissioners, notes."""

from enum import Enum, StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import enquiries, feedbacks, provisions
from service.application.feedbacks import AcknowledgeFeedback, EndFeedback, HandOver
from service.application.provisions import (
    AskHub,
    EndProvision,
    ReviewProvision,
    TellPerson,
)
from service.domain.enquiry import AnswerEnquiry, AskEnquiry, Enquiry
from service.domain.feedback import Feedback, GiveFeedback
from service.domain.permission import Permission
from service.domain.provision import MakeProvision, Provision, TakeEmergencyAccess

router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)
WITHOUT_CONSENT: list[str | Enum] = ["Without consent"]
Duties = list[dict[str, Any]]


@router.post(
    "/access/emergency", status_code=201, response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.EMERGENCY_TAKE)
async def take_emergency_access(
    command: Annotated[TakeEmergencyAccess, said(examples.EMERGENCY)], context: Asked
) -> Response:
    """Break-glass to protect a life: recent login, a reason, the least, for minutes, reviewed."""
    return show(await provisions.take(context, command), status=201, location="/v1/provisions")


@router.post(
    "/provisions", status_code=201, response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.PROVISION_MAKE)
async def make_provision(
    command: Annotated[MakeProvision, said(examples.PROVISION)], context: Asked
) -> Response:
    """Provide data to another agency on a legal basis other than consent."""
    return show(await provisions.make(context, command), status=201, location="/v1/provisions")


@router.get("/provisions", response_model=page_of(shown(Provision)), tags=WITHOUT_CONSENT)
@acts(Permission.PROVISION_READ)
async def list_provisions(
    context: Asked,
    page: Paged,
    *,
    unreviewed: Annotated[bool, Query(description="Only what awaits its second person.")] = False,
) -> Response:
    """List what the agency gave, received or took without consent."""
    found = await provisions.listing(
        context, unreviewed=unreviewed, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get(
    "/provisions/{provision_id}",
    response_model=shown(Provision, obligations=Duties),
    tags=WITHOUT_CONSENT,
)
@acts(Permission.PROVISION_READ)
async def read_provision(provision_id: UUID, context: Asked) -> Response:
    """Read what was opened to whom, on which basis, why, and what is still to be done."""
    return show(await provisions.read(context, provision_id))


@router.post(
    "/provisions/{provision_id}/end", response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.PROVISION_END)
async def end_provision(
    provision_id: UUID, command: Annotated[EndProvision, said(examples.NOTHING)], context: Asked
) -> Response:
    """End it before its time."""
    return show(await provisions.end(context, provision_id, command))


@router.post(
    "/provisions/{provision_id}/review", response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.PROVISION_REVIEW)
async def review_provision(
    provision_id: UUID, command: Annotated[ReviewProvision, said(examples.REVIEW)], context: Asked
) -> Response:
    """Review it as the second person."""
    return show(await provisions.review(context, provision_id, command))


@router.post(
    "/provisions/{provision_id}/ask-hub", response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.PROVISION_ASK_REVIEW)
async def ask_hub_to_review(
    provision_id: UUID, command: Annotated[AskHub, said(examples.NOTHING)], context: Asked
) -> Response:
    """Ask the hub to be the second person of a small agency."""
    return show(await provisions.ask_hub(context, provision_id, command))


@router.post(
    "/provisions/{provision_id}/tell", response_model=receipt(Provision), tags=WITHOUT_CONSENT
)
@acts(Permission.PROVISION_TELL)
async def tell_person(
    provision_id: UUID, command: Annotated[TellPerson, said(examples.TELL)], context: Asked
) -> Response:
    """Record that the person was told afterwards."""
    return show(await provisions.tell(context, provision_id, command))


class EnquiryBox(StrEnum):
    """Those that came, or those that were put."""

    RECEIVED = "received"
    ASKED = "asked"


@router.post("/enquiries", status_code=202, response_model=receipt(Enquiry), tags=["Enquiries"])
@acts(Permission.ENQUIRY_ASK)
async def ask_enquiry(
    command: Annotated[AskEnquiry, said(examples.ENQUIRY)], context: Asked
) -> Response:
    """Ask whether a person is known to another desk. The answer is always the same at first."""
    return show(await enquiries.ask(context, command), status=202, location="/v1/enquiries")


@router.get("/enquiries", response_model=page_of(shown(Enquiry)), tags=["Enquiries"])
@acts(Permission.ENQUIRY_READ)
async def list_enquiries(
    context: Asked, page: Paged, box: Annotated[EnquiryBox, Query()] = EnquiryBox.RECEIVED
) -> Response:
    """List enquiries put to the agency's desk, or by it."""
    found = await enquiries.listing(
        context, received=box is EnquiryBox.RECEIVED, after=page.after, limit=page.limit
    )
    return page.show(found)


@router.get(
    "/enquiries/{enquiry_id}",
    response_model=shown(Enquiry, kind_ja=str, answer_ja=str),
    tags=["Enquiries"],
)
@acts(Permission.ENQUIRY_READ)
async def read_enquiry(enquiry_id: UUID, context: Asked) -> Response:
    """Read an enquiry and its answer."""
    return show(await enquiries.read(context, enquiry_id))


@router.post("/enquiries/{enquiry_id}/answer", response_model=receipt(Enquiry), tags=["Enquiries"])
@acts(Permission.ENQUIRY_ANSWER)
async def answer_enquiry(
    enquiry_id: UUID,
    command: Annotated[AnswerEnquiry, said(examples.ENQUIRY_ANSWER)],
    context: Asked,
) -> Response:
    """Answer it: noted, or known on a basis that covers whoever asked."""
    return show(await enquiries.answer(context, enquiry_id, command))


@router.post(
    "/feedbacks", status_code=201, response_model=receipt(Feedback), tags=["Commissioners"]
)
@acts(Permission.FEEDBACK_GIVE)
async def give_feedback(
    command: Annotated[GiveFeedback, said(examples.FEEDBACK)], context: Asked
) -> Response:
    """Ask the welfare commissioner to watch over a person: the chosen items, with consent."""
    return show(await feedbacks.give(context, command), status=201, location="/v1/feedbacks")


@router.get(
    "/feedbacks",
    response_model=page_of(shown(Feedback, person=dict[str, Any])),
    tags=["Commissioners"],
)
@acts(Permission.FEEDBACK_READ)
async def list_feedbacks(context: Asked, page: Paged) -> Response:
    """List whom the caller was asked to watch over, or whom its agency asked about."""
    return page.show(await feedbacks.listing(context, after=page.after, limit=page.limit))


@router.get(
    "/feedbacks/{feedback_id}",
    response_model=shown(Feedback, person=dict[str, Any]),
    tags=["Commissioners"],
)
@acts(Permission.FEEDBACK_READ)
async def read_feedback(feedback_id: UUID, context: Asked) -> Response:
    """Read the chosen items, during the term of office they were given to."""
    return show(await feedbacks.read(context, feedback_id))


@router.post(
    "/feedbacks/{feedback_id}/acknowledge",
    response_model=receipt(Feedback),
    tags=["Commissioners"],
)
@acts(Permission.FEEDBACK_ACKNOWLEDGE)
async def acknowledge_feedback(
    feedback_id: UUID,
    command: Annotated[AcknowledgeFeedback, said(examples.NOTHING)],
    context: Asked,
) -> Response:
    """Say, as the commissioner, that it was read."""
    return show(await feedbacks.acknowledge(context, feedback_id, command))


@router.post(
    "/feedbacks/{feedback_id}/end", response_model=receipt(Feedback), tags=["Commissioners"]
)
@acts(Permission.FEEDBACK_END)
async def end_feedback(
    feedback_id: UUID, command: Annotated[EndFeedback, said(examples.NOTHING)], context: Asked
) -> Response:
    """End it; the commissioner reads nothing of it any longer."""
    return show(await feedbacks.end(context, feedback_id, command))


@router.post(
    "/feedbacks/{feedback_id}/hand-over",
    status_code=201,
    response_model=receipt(Feedback),
    tags=["Commissioners"],
)
@acts(Permission.FEEDBACK_HAND_OVER)
async def hand_over_feedback(
    feedback_id: UUID, command: Annotated[HandOver, said(examples.NOTHING)], context: Asked
) -> Response:
    """Give it to whoever is the commissioner today, if the consent still covers it."""
    done = await feedbacks.hand_over(context, feedback_id, command)
    return show(done, status=201, location="/v1/feedbacks")
