"""Requests for information by the chair of a statutory conference: made, read, answered, taken back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from service.application.conference_bodies import require_in_force, window_for
from service.application.conference_seats import check_somebody_there
from service.application.conferences import as_convener, item_on, load
from service.application.context import Context, Page, Shown
from service.application.information_request_ends import KIND, take_back
from service.application.notices import notify
from service.application.tasks import give
from service.domain.access import Facts, Part
from service.domain.conference import AgendaItem, Attendee, Conference
from service.domain.conference_body import STATUTORY_BASIS
from service.domain.conference_states import KINDS, Persons
from service.domain.conference_window import Window
from service.domain.decision import CONFERENCE_BASES, Basis, Permit, Rule, said_of
from service.domain.disclosure import D0, D1, D3, Classes, disclose
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.information_request import (
    ASKED_WHILE,
    NOTES_EN,
    NOTES_JA,
    AnswerInformation,
    AskInformation,
    InformationRequest,
)
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind
from service.domain.term import day_ends

_READ = Permission.INFORMATION_REQUEST_READ


async def ask(context: Context, conference_id: UUID, command: AskInformation) -> Shown:
    """Ask an agency; about a person only one that is invited to the item on them."""
    conference, attendees = await as_convener(
        context, conference_id, Permission.INFORMATION_REQUEST_ASK, lock=True
    )
    context.check_version(conference.version)
    if conference.status not in ASKED_WHILE:
        raise IllegalMove("information_request.not_now", facts={"state": conference.status})
    if command.due_on < context.today:
        raise Invalid("information_request.due_in_past", field="/due_on")
    item = await _item_of(context, conference, command.item_id)
    basis = await _basis_of(context, conference, item)
    await _check_addressee(context, conference, attendees, item, command.agency_id)
    request = InformationRequest.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "conference_id": conference_id,
            "convener_agency_id": context.agency_id,
            "basis": basis,
            "law_version": context.law.in_force(context.today, conference.municipality_code)[basis],
            "names_somebody": item is not None and bool(item.person_ids),
            "asked_at": context.now,
            "due_at": day_ends(command.due_on),
        }
    )
    for person_id in item.person_ids if item is not None else ():
        # On record about everybody it is asked about.
        context.enforce(
            Permission.INFORMATION_REQUEST_ASK,
            _facts(context, request.id, request).model_copy(update={"person_id": person_id}),
        )
    await context.work.information_requests.add(request)
    told = NoticeKind.INFORMATION_REQUESTED
    await notify(context, request.agency_id, told, KIND.value, request.id, request.due_at)
    await give(
        context,
        request.agency_id,
        TaskKind.INFORMATION_REQUEST,
        KIND,
        request.id,
        request.due_on,
    )
    return _receipt(context, request)


async def read(context: Context, request_id: UUID) -> Shown:
    """What is asked on which law; about whom, and the text, while the item is open to the caller."""
    request = await context.work.information_requests.find(request_id)
    context.enforce(_READ, _facts(context, request_id, request))
    assert request is not None  # noqa: S101 - no permit without a record
    return Shown(await _shown(context, request), request.version, request.id)


async def listing(context: Context, conference_id: UUID) -> Page:
    """All requests of the conference to its convener; to an agency those put to it."""
    _, _, facts = await load(context, conference_id)
    found = await context.work.information_requests.of_conference(conference_id)
    me = context.actor.agency_id
    mine = [r for r in found if me in (r.convener_agency_id, r.agency_id)]
    # One that is asked in general need not be invited.
    parts = facts.parts | ({Part.PARTY} if mine else set())
    found_any = facts.found or bool(mine)
    context.enforce(_READ, facts.model_copy(update={"parts": parts, "found": found_any}))
    return Page([await _shown(context, r) for r in mine])


async def answer(context: Context, request_id: UUID, command: AnswerInformation) -> Shown:
    """What is provided, or why it cannot be. Declining needs no look at whom it is about."""
    request = await context.work.information_requests.find(request_id, lock=True)
    facts = _facts(context, request_id, request)
    if request is not None and facts.parts == {Part.HOLDER}:
        context.enforce(Permission.INFORMATION_REQUEST_ANSWER, facts)
        raise Denied("information_request.addressee_only")
    context.enforce(Permission.INFORMATION_REQUEST_ANSWER, facts.as_only(Part.PARTY))
    assert request is not None  # noqa: S101 - no permit without a record
    context.check_version(request.version)
    answered = request.answered(command, context.now, context.position_id)
    if not command.declines and request.names_somebody:
        await _require_open(context, request)
        await _check_secrets(context, command)
    await context.work.information_requests.save(answered)
    kinds = [TaskKind.INFORMATION_REQUEST]
    await context.work.tasks.settle_own(kinds, request.id, context.agency_id, context.now)
    told = NoticeKind.INFORMATION_REQUEST_ANSWERED
    await notify(context, request.convener_agency_id, told, KIND.value, request.id)
    return _receipt(context, answered)


async def withdraw(context: Context, request_id: UUID) -> Shown:
    """The convener no longer asks."""
    request = await context.work.information_requests.find(request_id, lock=True)
    facts = _facts(context, request_id, request)
    if facts.parts == {Part.PARTY}:
        context.enforce(Permission.INFORMATION_REQUEST_WITHDRAW, facts)
        raise Denied("conference.convener_only")
    context.enforce(Permission.INFORMATION_REQUEST_WITHDRAW, facts.as_holder())
    assert request is not None  # noqa: S101 - no permit without a record
    context.check_version(request.version)
    return _receipt(context, await take_back(context, request))


async def _item_of(
    context: Context, conference: Conference, item_id: UUID | None
) -> AgendaItem | None:
    if item_id is None:
        return None
    item = await item_on(context, conference.id, item_id, field="/item_id")
    if item.pulled_at is not None:
        raise IllegalMove("conference.item_pulled")
    return item


async def _basis_of(context: Context, conference: Conference, item: AgendaItem | None) -> Basis:
    """The law that lets the chair ask: the item's, or in general the conference's own."""
    if item is not None and item.person_ids:
        basis = item.basis
    else:
        body_id = (item.body_id if item is not None else None) or conference.body_id
        body = await context.work.conferences.body(body_id) if body_id is not None else None
        statutory = KINDS[conference.kind].persons is Persons.STATUTORY
        basis = STATUTORY_BASIS[conference.kind] if statutory and body is not None else Basis.ANON
    if basis not in CONFERENCE_BASES:
        raise Invalid("information_request.not_statutory", field="/item_id")
    require_in_force(context, basis, conference.municipality_code)
    return basis


async def _check_addressee(
    context: Context,
    conference: Conference,
    attendees: Sequence[Attendee],
    item: AgendaItem | None,
    agency_id: UUID,
) -> None:
    field = "/agency_id"
    if agency_id == conference.convener_agency_id:
        raise Invalid("information_request.to_itself", field=field)
    if await context.work.directory.agency(agency_id) is None:
        raise Invalid("directory.unknown_agency", field=field)
    if item is not None and item.person_ids:
        invited = agency_id in {a.agency_id for a in attendees}
        if not invited or not item.invites(agency_id, conference.convener_agency_id):
            raise Invalid("information_request.names_to_stranger", field=field)
    await check_somebody_there(context, agency_id, field=field)


async def _open(
    context: Context, request: InformationRequest, permission: Permission
) -> tuple[list[Permit] | None, AgendaItem | None, Window | None]:
    """Permits for everybody it is asked about; ``None`` when the law's window is shut."""
    conference = await context.work.conferences.find(request.conference_id)
    items = await context.work.conferences.items(request.conference_id)
    item = next((i for i in items if i.id == request.item_id), None)
    if conference is None or item is None:
        return None, None, None
    invited = item.invites(context.actor.agency_id, conference.convener_agency_id)
    window = await window_for(context, conference, item, invited=invited)
    known = _facts(context, request.id, request).model_copy(
        update={
            "parts": frozenset({Part.PARTY}),
            "window": window,
            "municipality_code": conference.municipality_code,
        }
    )
    about = [known.model_copy(update={"person_id": p}) for p in item.person_ids]
    permits = context.may_all(
        permission, about, shows=InformationRequest, needs=D3, purpose=item.uses
    )
    return permits, item, window


async def _require_open(context: Context, request: InformationRequest) -> None:
    permits, _, window = await _open(context, request, Permission.INFORMATION_REQUEST_ANSWER)
    if permits is None:
        missing = window.missing(context.now) if window is not None else ()
        raise Denied(
            "information_request.not_open", rule=Rule.CONFERENCE_ASKED_BY_CHAIR, remedies=missing
        )


async def _check_secrets(context: Context, command: AnswerInformation) -> None:
    kinds = {k.code: k for k in await context.work.directory.kinds()}
    own = kinds[context.actor.agency_kind or ""]
    if own.special_secrecy and not command.without_special_secrets:
        raise Invalid("information_request.special_secrecy", field="/without_special_secrets")


async def _shown(context: Context, request: InformationRequest) -> dict[str, Any]:
    body: dict[str, Any] = {}
    classes: Classes = frozenset({D0, D3})
    if request.names_somebody:
        permits, item, window = await _open(context, request, _READ)
        classes = frozenset({D0})
        if permits is None or item is None:
            missing = window.missing(context.now) if window is not None else ()
            body["missing"] = [m.value for m in missing]
        else:
            classes = frozenset.intersection(*(p.classes for p in permits))
            body["persons"] = await _persons(context, item, classes)
            duties = {o for p in permits for o in p.obligations}
            body["obligations"] = said_of(sorted(duties, key=lambda o: o.duty))
    return disclose(request, classes) | _labels(request) | await _law(context, request) | body


async def _persons(context: Context, item: AgendaItem, classes: Classes) -> list[dict[str, Any]]:
    found = [await context.work.persons.find(p) for p in item.person_ids]
    return [disclose(p, classes & {D0, D1}) for p in found if p is not None]


async def _law(context: Context, request: InformationRequest) -> dict[str, Any]:
    texts = await context.work.directory.legal_bases()
    text = next((t for t in texts if t.version == request.law_version), None)
    said = {"basis_ja": request.basis.label_ja, "notes": NOTES_EN, "notes_ja": NOTES_JA}
    if text is None:
        return said
    return said | {"law_ja": text.law_ja, "law_en": text.law_en, "article": text.article}


def _labels(request: InformationRequest) -> dict[str, Any]:
    return {
        "status_ja": request.status.label_ja,
        "asks_ja": [line.what.label_ja for line in request.asks],
    }


def _receipt(context: Context, request: InformationRequest) -> Shown:
    return context.receipt(request, **_labels(request))


def _facts(context: Context, request_id: UUID, request: InformationRequest | None) -> Facts:
    """The convener holds it; the agency that is asked takes part."""
    if request is None:
        return Facts(kind=KIND, record_id=request_id)
    me = context.actor.agency_id
    parts = {Part.HOLDER} if request.convener_agency_id == me else set()
    if request.agency_id == me:
        parts.add(Part.PARTY)
    return Facts(
        kind=KIND,
        record_id=request.id,
        found=True,
        holder_agency_id=request.convener_agency_id,
        parts=frozenset(parts),
        conference_id=request.conference_id,
    )
