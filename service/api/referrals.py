"""Referrals and cases."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from service.api import examples
from service.api.asking import Asked, acts
from service.api.context import AuditedRoute, show, show_all
from service.api.paging import Paged
from service.api.shapes import REFUSALS, page_of, receipt, said, shown
from service.application import (
    referral_acts,
    referral_amendments,
    referral_checks,
    referral_links,
    referrals,
)
from service.application.context import Context, Shown
from service.application.referrals import Box
from service.domain import referral_acts as commands
from service.domain.permission import Permission
from service.domain.referral import MakeReferral, Referral, ReferralEvent
from service.domain.referral_acts import Check
from service.domain.referral_amendment import AmendSent, ReferralAmendment
from service.domain.referral_kinds import ReferralRoute
from service.domain.referral_links import Reopen
from service.domain.referral_states import PERMISSION, Act, Status


class Counted(BaseModel):
    """How many of an agency's own referrals took a route and stand where."""

    side: str
    route: ReferralRoute
    route_ja: str
    status: Status
    status_ja: str
    count: int


class Warned(BaseModel):
    """What does not stop it, and is good to know."""

    code: str
    message: str
    message_ja: str


router = APIRouter(prefix="/v1", route_class=AuditedRoute, responses=REFUSALS)

Receipt = receipt(
    Referral, status_ja=str, status_local=str | None, next=list[str], warnings=list[Warned]
)
View = shown(
    Referral, status_ja=str, status_local=str | None, owner_agency_id=UUID, turn=str, next=list[str]
)


@router.post("/referrals", status_code=201, response_model=Receipt, tags=["Referrals"])
@acts(Permission.REFERRAL_DRAFT, seats=1)
async def draft_referral(
    command: Annotated[MakeReferral, said(examples.REFERRAL)], context: Asked
) -> Response:
    """Draft a referral. Without a desk, the directory finds the one that answers."""
    return show(await referrals.draft(context, command), status=201, location="/v1/referrals")


@router.get("/referrals", response_model=page_of(View), tags=["Referrals"])
@acts(Permission.REFERRAL_READ, seats=8)
async def list_referrals(
    context: Asked,
    page: Paged,
    box: Annotated[Box, Query(description="inbox, outbox, or the hub's queue")] = Box.INBOX,
    status: Annotated[Status | None, Query()] = None,
) -> Response:
    """List the caller's own inbox, outbox or hub queue."""
    found = await referrals.listing(context, box, status=status, after=page.after, limit=page.limit)
    return page.show(found)


@router.get("/referrals/counts", response_model=page_of(Counted), tags=["Referrals"])
@acts(Permission.REPORT_READ)
async def count_referrals(
    context: Asked,
    since: Annotated[date, Query()] = date(2000, 1, 1),
    until: Annotated[date, Query()] = date(2100, 1, 1),
) -> Response:
    """Count the agency's own referrals, made and received, by route and status."""
    return show_all(await referral_links.counts(context, since=since, until=until))


@router.get("/referrals/{referral_id}", response_model=View, tags=["Referrals"])
@acts(Permission.REFERRAL_READ, seats=1)
async def read_referral(referral_id: UUID, context: Asked) -> Response:
    """Read a referral, as far as the caller may see it."""
    return show(await referrals.read(context, referral_id))


@router.put("/referrals/{referral_id}", response_model=Receipt, tags=["Referrals"])
@acts(Permission.REFERRAL_AMEND)
async def amend_referral(
    referral_id: UUID, command: Annotated[MakeReferral, said(examples.REFERRAL)], context: Asked
) -> Response:
    """Amend a draft (whole, with If-Match)."""
    return show(await referrals.amend(context, referral_id, command))


@router.get(
    "/referrals/{referral_id}/history",
    response_model=page_of(shown(ReferralEvent)),
    tags=["Referrals"],
)
@acts(Permission.REFERRAL_READ)
async def referral_history(referral_id: UUID, context: Asked) -> Response:
    """Read every step of a referral, oldest first."""
    return show_all(await referrals.history(context, referral_id))


@router.post("/referrals/{referral_id}/check", response_model=Receipt, tags=["Referrals"])
@acts(Permission.REFERRAL_CHECK)
async def check_referral(
    referral_id: UUID, command: Annotated[Check, said(examples.CHECK)], context: Asked
) -> Response:
    """Say how it went some weeks after the handover; what has not gone well is asked after again."""
    return show(await referral_checks.check(context, referral_id, command))


@router.post("/referrals/{referral_id}/amend-sent", response_model=Receipt, tags=["Referrals"])
@acts(Permission.REFERRAL_AMEND_SENT)
async def amend_sent_referral(
    referral_id: UUID, command: Annotated[AmendSent, said(examples.AMEND_SENT)], context: Asked
) -> Response:
    """Amend what was sent; old, new and reason are kept, and the receiver is told."""
    return show(await referral_amendments.amend_sent(context, referral_id, command))


@router.get(
    "/referrals/{referral_id}/amendments",
    response_model=page_of(shown(ReferralAmendment)),
    tags=["Referrals"],
)
@acts(Permission.REFERRAL_READ)
async def list_amendments(referral_id: UUID, context: Asked) -> Response:
    """Read what was amended after it was sent, as far as each field may be seen."""
    return show_all(await referral_amendments.amendments(context, referral_id))


@router.post(
    "/referrals/{referral_id}/reopen",
    status_code=201,
    response_model=Receipt,
    tags=["Referrals"],
)
@acts(Permission.REFERRAL_REOPEN)
async def reopen_referral(
    referral_id: UUID, command: Annotated[Reopen, said(examples.REOPEN)], context: Asked
) -> Response:
    """Take up again what has ended, as a new linked draft."""
    done = await referral_links.reopen(context, referral_id, command)
    return show(done, status=201, location="/v1/referrals")


@router.get(
    "/referrals/{referral_id}/chain",
    response_model=page_of(shown(Referral, status_ja=str, status_local=str | None)),
    tags=["Referrals"],
)
@acts(Permission.REFERRAL_READ)
async def referral_chain(referral_id: UUID, context: Asked) -> Response:
    """List the referrals that hang together with this one, as far as the caller may see them."""
    return show_all(await referral_links.chain(context, referral_id))


UseCase = Callable[[Context, UUID, Any], Awaitable[Shown]]

#: Every act: what must be said with it, what it does, and an example.
ACTS: dict[Act, tuple[type[BaseModel], UseCase, dict[str, Any]]] = {
    Act.SEND: (commands.Note, referral_acts.send, examples.NOTE),
    Act.RECEIVE: (commands.Note, referral_acts.receive, examples.NOTE),
    Act.ACCEPT: (commands.Note, referral_acts.accept, examples.NOTE),
    Act.DECLINE: (commands.Decline, referral_acts.decline, examples.DECLINE),
    Act.RETURN_FOR_INFO: (commands.ReturnForInfo, referral_acts.return_for_info, examples.QUESTION),
    Act.ANSWER: (commands.AnswerInfo, referral_acts.answer, examples.ANSWER_INFO),
    Act.REDIRECT: (commands.Redirect, referral_acts.redirect, examples.REDIRECT),
    Act.ESCALATE: (commands.Reason, referral_acts.escalate, examples.REASON),
    Act.NAME_LEAD: (commands.NameLead, referral_acts.name_lead, examples.NAME_LEAD),
    Act.CONTACT: (commands.Contact, referral_acts.contact, examples.CONTACT),
    Act.FOLLOW_UP: (commands.FollowUp, referral_acts.follow_up, examples.FOLLOW_UP),
    Act.WORK: (commands.Note, referral_acts.work, examples.NOTE),
    Act.COMPLETE: (commands.Complete, referral_acts.complete, examples.COMPLETE),
    Act.CLOSE: (commands.Reason, referral_acts.close, examples.REASON),
    Act.REQUEST_WITHDRAWAL: (commands.Reason, referral_acts.request_withdrawal, examples.REASON),
    Act.CONFIRM_WITHDRAWAL: (commands.Note, referral_acts.confirm_withdrawal, examples.NOTE),
    Act.KEEP: (commands.Reason, referral_acts.keep, examples.REASON),
    Act.RESUME: (commands.Note, referral_acts.resume, examples.NOTE),
}


def _add(act: Act, command: type[BaseModel], use_case: UseCase, example: dict[str, Any]) -> None:
    async def do(
        referral_id: UUID,
        said_with_it: Annotated[command, said(example)],  # type: ignore[valid-type]  # from the table
        context: Asked,
    ) -> Response:
        return show(await use_case(context, referral_id, said_with_it))

    do.__name__ = f"{act.value}_referral"
    do.__doc__ = use_case.__doc__
    path = f"/referrals/{{referral_id}}/{act.value.replace('_', '-')}"
    router.post(path, response_model=Receipt, tags=["Referrals"])(acts(PERMISSION[act])(do))


for _act, _row in ACTS.items():
    _add(_act, *_row)
