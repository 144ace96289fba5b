"""How requests for information end without an answer: a deadline missed, a conference over."""

from uuid import UUID

from service.application.context import Context
from service.application.facts import facts_for_system
from service.application.notices import notify
from service.application.tasks import settle
from service.domain.access import RecordKind
from service.domain.information_request import InformationRequest, RequestAct
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind

KIND = RecordKind.INFORMATION_REQUEST


async def take_back(context: Context, request: InformationRequest) -> InformationRequest:
    """No answer is waited for any longer; whoever was asked is told."""
    withdrawn = request.move(RequestAct.WITHDRAW)
    await context.work.information_requests.save(withdrawn)
    await settle(context, request.id, TaskKind.INFORMATION_REQUEST)
    told = NoticeKind.INFORMATION_REQUEST_WITHDRAWN
    await notify(context, request.agency_id, told, KIND.value, request.id)
    return withdrawn


async def take_back_all(context: Context, conference_id: UUID) -> None:
    """The conference is over: whatever nobody has answered is taken back."""
    for request in await context.work.information_requests.waiting_in(conference_id):
        await take_back(context, request)


async def miss_deadline(context: Context, request: InformationRequest) -> None:
    """The day has passed: whoever was asked is reminded once, and the convener told."""
    facts = facts_for_system(KIND, request.id, request.convener_agency_id)
    context.enforce(Permission.INFORMATION_REQUEST_MISS_DEADLINE, facts)
    await context.work.information_requests.save(request.move(RequestAct.MISS_DEADLINE))
    for agency_id, told in (
        (request.agency_id, NoticeKind.INFORMATION_REQUEST_REMINDER),
        (request.convener_agency_id, NoticeKind.INFORMATION_REQUEST_OVERDUE),
    ):
        await notify(context, agency_id, told, KIND.value, request.id)
