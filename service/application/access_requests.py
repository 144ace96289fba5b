"""Requests for disclosure (開示請求), their export, and embargoes on the access report."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.consents import check_representative
from service.application.context import Context, Page, Shown
from service.application.facts import facts_for_system, person_facts
from service.application.notices import notify
from service.domain.access import OWN_COPY, Facts, Part, RecordKind
from service.domain.access_request import (
    LONGEST_EMBARGO,
    PROTECTED_BASES,
    DecideDisclosure,
    DisclosureRequest,
    DisclosureResult,
    Embargo,
    ExtendDisclosure,
    Ground,
    ReceiveDisclosureRequest,
    Requester,
    SetEmbargo,
    due_on,
)
from service.domain.disclosure import D2, D3, D4, Classes, Disclosable, disclose
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.people import RepresentationScope
from service.domain.permission import Permission
from service.domain.role import Role


class LiftEmbargo(BaseModel):
    """The reason to hold back has gone."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def receive(context: Context, command: ReceiveDisclosureRequest) -> Shown:
    """Take the request in; the day by which it is decided is counted from it (APPI art. 83)."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(Permission.DISCLOSURE_RECEIVE, facts)
    if command.requested_on > context.today:
        raise Invalid("disclosure.requested_in_future", field="/requested_on")
    await check_representative(
        context,
        command.person_id,
        command.representative_id if command.requester is not Requester.PERSON else None,
        RepresentationScope.DISCLOSURE_REQUEST,
    )
    days = await context.work.directory.days_to_disclose(context.municipality_code, context.today)
    request = DisclosureRequest.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "received_at": context.now,
            "due_on": due_on(command.requested_on, days),
        }
    )
    await context.work.access_requests.add(request)
    return context.receipt(request, state_ja=request.state.label_ja)


async def listing(context: Context, *, pending: bool, after: UUID | None, limit: int) -> Page:
    """The agency's requests, with what is overdue."""
    found = await context.work.access_requests.of_agency(
        context.agency_id, pending=pending, after=after, limit=limit + 1
    )
    items = []
    for request in found[:limit]:
        facts = _facts(context, request.id, request)
        permit = context.may(Permission.DISCLOSURE_READ, facts, shows=DisclosureRequest)
        if permit is not None:
            items.append(_shown(context, request, permit.classes))
    context.note_list(Permission.DISCLOSURE_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read(context: Context, request_id: UUID) -> Shown:
    """One request, at the agency that was asked."""
    request = await context.work.access_requests.find(request_id)
    facts = _facts(context, request_id, request)
    permit = context.enforce(Permission.DISCLOSURE_READ, facts, shows=DisclosureRequest)
    assert request is not None  # noqa: S101 - no permit without a record
    return Shown(_shown(context, request, permit.classes), request.version, request.id)


async def extend(context: Context, request_id: UUID, command: ExtendDisclosure) -> Shown:
    """Thirty days more, once, with a reason."""
    request = await _change(context, Permission.DISCLOSURE_EXTEND, request_id)
    extended = request.extended(command, context.today)
    await context.work.access_requests.save(extended)
    return context.receipt(extended, state_ja=extended.state.label_ja)


async def decide(context: Context, request_id: UUID, command: DecideDisclosure) -> Shown:
    """Full, partial, none, or no word on whether there is anything (APPI art. 78 to 82)."""
    request = await _change(context, Permission.DISCLOSURE_DECIDE, request_id)
    decided = request.decided(command, context.today)
    await context.work.access_requests.save(decided)
    return context.receipt(decided, state_ja=decided.state.label_ja)


async def export(context: Context, request_id: UUID) -> tuple[DisclosureRequest, dict[str, Any]]:
    """The agency's own records about the person, redacted as decided, in its own name.

    Never who told us (D6), workers' opinions (D7) or protected facts (D5), and nothing that
    another agency holds: each answers for its own (brief §2.8).
    """
    request = await _change(context, Permission.DISCLOSURE_EXPORT, request_id)
    exported = request.exported(context.now)
    await context.work.access_requests.save(exported)
    agency = await context.work.directory.agency(context.agency_id)
    records = await _own_records(context, request.person_id, _classes_for(request))
    body = {
        "request_id": str(request.id),
        "agency": agency.name if agency else "",
        "decision_number": request.decision_number,
        "decided_on": request.decided_on.isoformat() if request.decided_on else None,
        "result": request.result.value if request.result else None,
        "result_ja": request.result.label_ja if request.result else None,
        "grounds_ja": [g.label_ja for g in sorted(request.grounds)],
        "purposes_ja": "相談支援、支援の調整及びその記録",
        "made_on": context.today.isoformat(),
        "records": records,
    }
    return exported, body


async def set_embargo(context: Context, person_id: UUID, command: SetEmbargo) -> Shown:
    """Hold back the accesses of some agencies from the person's report, for a time."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    context.enforce(Permission.EMBARGO_SET, facts)
    # An agency may hold back what it did itself; what others did, only the record's holder.
    if Part.HOLDER not in facts.parts and command.agency_ids != {context.agency_id}:
        raise Invalid("embargo.only_own_accesses", field="/agency_ids")
    if command.until <= context.today:
        raise Invalid("embargo.ends_in_past", field="/until")
    if command.until > context.today + LONGEST_EMBARGO:
        raise Invalid("embargo.too_long", field="/until")
    for agency_id in sorted(command.agency_ids):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field="/agency_ids")
    embargo = Embargo.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "person_id": person_id,
            "set_by_agency_id": context.agency_id,
            "set_by_position_id": context.position_id,
            "set_at": context.now,
        }
    )
    await context.work.access_requests.add_embargo(embargo)
    return context.receipt(embargo)


async def end_embargo(context: Context, embargo: Embargo) -> None:
    """Its last day is over: from today the report says who looked, and its officer is told."""
    facts = facts_for_system(
        RecordKind.EMBARGO, embargo.id, embargo.set_by_agency_id, embargo.person_id
    )
    context.enforce(Permission.EMBARGO_END, facts)
    await notify(
        context,
        embargo.set_by_agency_id,
        NoticeKind.EMBARGO_ENDED,
        "embargo",
        embargo.id,
        for_role=Role.PRIVACY_OFFICER,
    )


async def embargoes(context: Context, person_id: UUID) -> Page:
    """What is held back, by whom and until when; for those who set it and those who audit it."""
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    context.enforce(Permission.EMBARGO_READ, facts)
    items = []
    for embargo in await context.work.access_requests.embargoes_on(person_id):
        mine = embargo.set_by_agency_id == context.agency_id
        about = facts.model_copy(
            update={
                "kind": RecordKind.EMBARGO,
                "record_id": embargo.id,
                "holder_agency_id": embargo.set_by_agency_id,
                "parts": frozenset({Part.HOLDER}) if mine else frozenset(),
            }
        )
        permit = context.may(Permission.EMBARGO_READ, about, shows=Embargo)
        if permit is not None:
            items.append(disclose(embargo, permit.classes))
    return Page(items)


async def lift_embargo(context: Context, embargo_id: UUID, _command: LiftEmbargo) -> Shown:
    """Over before its day; the lines are told from now on."""
    embargo = await context.work.access_requests.embargo(embargo_id, lock=True)
    facts = Facts(kind=RecordKind.EMBARGO, record_id=embargo_id)
    if embargo is not None:
        mine = embargo.set_by_agency_id == context.agency_id
        facts = Facts(
            kind=RecordKind.EMBARGO,
            record_id=embargo.id,
            found=True,
            holder_agency_id=embargo.set_by_agency_id,
            person_id=embargo.person_id,
            parts=frozenset({Part.HOLDER}) if mine else frozenset(),
        )
    context.enforce(Permission.EMBARGO_LIFT, facts)
    assert embargo is not None  # noqa: S101 - no permit without a record
    context.check_version(embargo.version)
    lifted = embargo.lifted(context.now)
    await context.work.access_requests.save_embargo(lifted)
    return context.receipt(lifted)


def _classes_for(request: DisclosureRequest) -> Classes:
    """The person's own copy; what a ground withholds is left out as well."""
    classes = OWN_COPY
    if request.result is DisclosureResult.PARTIAL:
        if Ground.THIRD_PARTY in request.grounds:
            classes -= {D2}
        if Ground.HARM_TO_REQUESTER in request.grounds:
            classes -= {D4}
        if request.grounds & {Ground.DELIBERATION, Ground.PROPER_PERFORMANCE}:
            classes -= {D3}
    return classes


async def _own_records(
    context: Context, person_id: UUID, classes: Classes
) -> dict[str, list[dict[str, Any]]]:
    work, me = context.work, context.agency_id
    person = await work.persons.find(person_id)
    own = person is not None and person.holder_agency_id == me
    consents = [c for c in await work.consents.of_person(person_id) if c.recorded_by == me]
    plans: list[Disclosable] = []
    for plan in await work.plans.of_person(person_id, me):
        plans.extend(await work.plans.versions(plan.id))
        plans.extend(await work.plans.monitorings(plan.id))
        plans.extend(await work.plans.evaluations(plan.id))
    provisions = await work.provisions.of_person(person_id)
    groups: dict[str, list[Disclosable]] = {
        "person": [person] if own and person is not None else [],
        "consents": list(consents),
        "consultations": list(await work.consultations.of_person(person_id, me)),
        "referrals": list(await work.referrals.of_person(person_id, me)),
        "cases": list(await work.cases.of_person(person_id, me)),
        "plans": list(plans),
        "notes": list(await work.notes.of_person(person_id, me)),
        "form_answers": list(await work.forms.of_person(person_id, me)),
        # A report of abuse is not told to whom it may be about.
        "provisions": [
            p for p in provisions if p.from_agency_id == me and p.basis not in PROTECTED_BASES
        ],
    }
    return {
        name: [_redacted(record, classes) for record in records]
        for name, records in groups.items()
        if records
    }


def _redacted(record: Disclosable, classes: Classes) -> dict[str, Any]:
    shown = disclose(record, classes)
    # Other agencies' ids and our own wiring tell the person nothing.
    return {k: v for k, v in shown.items() if v not in (None, [], {}, "")}


def _shown(context: Context, request: DisclosureRequest, classes: Classes) -> dict[str, Any]:
    return disclose(request, classes) | {
        "state_ja": request.state.label_ja,
        "overdue": request.overdue_on(context.today),
    }


async def _change(context: Context, permission: Permission, request_id: UUID) -> DisclosureRequest:
    request = await context.work.access_requests.find(request_id, lock=True)
    context.enforce(permission, _facts(context, request_id, request))
    assert request is not None  # noqa: S101 - no permit without a record
    context.check_version(request.version)
    return request


def _facts(context: Context, request_id: UUID, request: DisclosureRequest | None) -> Facts:
    mine = request is not None and request.agency_id == context.actor.agency_id
    return Facts(
        kind=RecordKind.DISCLOSURE,
        record_id=request_id,
        found=request is not None,
        holder_agency_id=request.agency_id if request else None,
        person_id=request.person_id if request else None,
        parts=frozenset({Part.HOLDER}) if mine else frozenset(),
    )
