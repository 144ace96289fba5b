"""Taking in consultations at any desk, for anybody, about anything; and settling how they go on."""

from typing import Any
from uuid import UUID

from service.application import cases, contact_steps, hub
from service.application.capacities import capacity_of
from service.application.context import Context, Page, Shown
from service.application.facts import (
    NOBODY,
    agreed_with_us,
    facts_about,
    facts_for_system,
    own_facts,
)
from service.application.notices import notify
from service.application.referrals import agency_of, route_to_desk
from service.application.tasks import give, settle
from service.domain.access import Facts, RecordKind
from service.domain.capacity import DeskCapacity, told
from service.domain.consultation import (
    Channel,
    Consultation,
    ReceiveConsultation,
    ScreenConsultation,
)
from service.domain.consultation_states import (
    CLOCK,
    ENDINGS,
    ConsultationAct,
    ConsultationStatus,
    Ground,
    check_ground,
)
from service.domain.contact_schedule import ContactWhy, ScheduleContact
from service.domain.decision import CONFERENCE_BASES
from service.domain.directory import Agency, Desk
from service.domain.disclosure import D0, disclose
from service.domain.errors import Invalid
from service.domain.hub import Escalate, HubReason
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.referral_states import Status
from service.domain.signal import Signal
from service.domain.task import TaskKind
from service.domain.term import day_ends


async def receive(context: Context, command: ReceiveConsultation) -> Shown:
    """Take it in, whatever it is, and say which desk answers (rows 1-22, 2-01, 3-01, 3-02)."""
    if command.person_id is not None:
        known = await facts_about(context, command.person_id, RecordKind.CONSULTATION)
        context.enforce(Permission.CONSULTATION_RECEIVE, known)
    consultation = await begin(context, command)
    if command.person_id is None:
        context.enforce(
            Permission.CONSULTATION_RECEIVE, await _facts(context, consultation.id, consultation)
        )
    desk = await context.work.directory.desk(consultation.routed_desk_id)
    assert desk is not None  # noqa: S101 - foreign key
    agency = await agency_of(context, desk)
    capacity = await capacity_of(context, desk.id)
    return _receipt(context, consultation, routed_to=whom(desk, agency, capacity))


async def begin(
    context: Context,
    command: ReceiveConsultation,
    *,
    signal_id: UUID | None = None,
    previous_case_id: UUID | None = None,
) -> Consultation:
    """The record, with the desk that answers and the day by which it is settled how to go on."""
    _check_day(context, command)
    theme = command.themes[0] if command.themes else None
    desk, because = await route_to_desk(context, context.municipality_code, command.area, theme)
    served = await context.work.directory.municipality(context.municipality_code)
    assert served is not None  # noqa: S101 - an agency belongs to a municipality (foreign key)
    policy = await context.work.directory.care_policy(served.code, context.today)
    consultation = Consultation.model_validate(
        dict(command)
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "municipality_code": served.code,
            "hub_agency_id": served.hub_agency_id,
            "received_at": context.now,
            "routed_desk_id": desk.id,
            "routed_because": because,
            "due_at": policy.consultation.ends(context.now, context.closed),
            "signal_id": signal_id,
            "previous_case_id": previous_case_id,
        }
    )
    await context.work.consultations.add(consultation)
    return consultation


def _check_day(context: Context, command: ReceiveConsultation) -> None:
    """Nothing is heard on a day to come; statistics count by that day."""
    if command.heard_on is not None and command.heard_on > context.today:
        raise Invalid("consultation.in_future", field="/heard_on")


def of_signal(signal: Signal, told: str) -> ReceiveConsultation:
    """What a signal said, as what was heard."""
    return ReceiveConsultation(
        told=told[:4000],
        person_id=signal.person_id,
        channel=Channel.OUTREACH,
        area=signal.area,
        themes=signal.categories,
        informant=signal.informant,
    )


async def read(context: Context, consultation_id: UUID) -> Shown:
    """What was heard, for the agency that heard it."""
    consultation = await context.work.consultations.find(consultation_id)
    facts = await _facts(context, consultation_id, consultation)
    permit = context.enforce(Permission.CONSULTATION_READ, facts, shows=Consultation)
    assert consultation is not None  # noqa: S101 - no permit without a record
    shown = disclose(consultation, permit.classes) | _labels(consultation)
    return Shown(shown, consultation.version, consultation.id)


async def listing(
    context: Context, *, status: ConsultationStatus | None, after: UUID | None, limit: int
) -> Page:
    """What the agency took in, newest first."""
    found = await context.work.consultations.of_agency(context.agency_id, status, after, limit + 1)
    items = []
    for consultation in found[:limit]:
        facts = await _facts(context, consultation.id, consultation)
        permit = context.may(Permission.CONSULTATION_READ, facts, shows=Consultation)
        if permit is not None:
            items.append(disclose(consultation, permit.classes) | _labels(consultation))
    context.note_list(Permission.CONSULTATION_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def amend(context: Context, consultation_id: UUID, command: ReceiveConsultation) -> Shown:
    """The whole record anew, with what is known by now; nobody is turned away over a gap in it."""
    _check_day(context, command)
    consultation = await _load(context, consultation_id, Permission.CONSULTATION_AMEND)
    if command.person_id is not None and consultation.person_id is None:
        known = await facts_about(context, command.person_id, RecordKind.CONSULTATION)
        context.enforce(Permission.CONSULTATION_AMEND, known)
    amended = consultation.amended(command)
    await context.work.consultations.save(amended)
    return _receipt(context, amended)


async def screen(context: Context, consultation_id: UUID, command: ScreenConsultation) -> Shown:
    """How it goes on (スクリーニング, brief §4.3). No way leads to a rejection."""
    consultation = await _load(context, consultation_id, Permission.CONSULTATION_SCREEN)
    act = command.act
    if act is ConsultationAct.MISS_DEADLINE:
        raise Invalid("consultation.system_act", field="/act")
    if command.next_contact_on is not None:
        contact_steps.check_day(context, command.next_contact_on, "/next_contact_on")
    moved = consultation.move(act)
    check_ground(act, await _ground(context, consultation, command))
    after = moved.but(
        screened_at=context.now,
        screening_note=command.note or consultation.screening_note,
        next_contact_on=command.next_contact_on,
        # Only where it was found on the agenda: any other id would tell whether there is one.
        conference_id=command.conference_id
        if act is ConsultationAct.LIST
        else consultation.conference_id,
        missed=0,
    )
    after = await _with_deadline(context, after)
    if act is ConsultationAct.APPLY:
        case = await cases.open_from_consultation(context, after)
        after = after.but(case_id=case.id)
    await context.work.consultations.save(after)
    await settle(context, after.id, TaskKind.CONSULTATION_OVERDUE)
    await hub.settle_about(context, after.id)
    if act in (ConsultationAct.SEEK_CONSENT, ConsultationAct.WATCH):
        await _keep_contact(context, after, act)
    return _receipt(context, after)


async def escalate(context: Context, consultation_id: UUID, command: Escalate) -> Shown:
    """Stuck with it: the hub must answer (row 4-30)."""
    consultation = await _load(context, consultation_id, Permission.CONSULTATION_ESCALATE)
    return await hub.escalate(
        context,
        await _facts(context, consultation_id, consultation),
        holder=consultation.agency_id,
        municipality=consultation.municipality_code,
        command=command,
    )


async def miss_deadline(context: Context, consultation: Consultation) -> None:
    """It is still open: its desk is reminded, and from the second time on the hub is asked."""
    facts = facts_for_system(
        RecordKind.CONSULTATION, consultation.id, consultation.agency_id, consultation.person_id
    )
    context.enforce(Permission.CONSULTATION_MISS_DEADLINE, facts)
    late = consultation.move(ConsultationAct.MISS_DEADLINE).but(
        missed=consultation.missed + 1, next_contact_on=None
    )
    late = await _with_deadline(context, late)
    await context.work.consultations.save(late)
    await notify(
        context,
        late.agency_id,
        NoticeKind.CONSULTATION_OVERDUE,
        "consultation",
        late.id,
        late.due_at,
    )
    await give(
        context,
        late.agency_id,
        TaskKind.CONSULTATION_OVERDUE,
        RecordKind.CONSULTATION,
        late.id,
        context.today,
        position_id=late.position_id,
    )
    if late.missed > 1:
        await hub.put(
            context,
            about=(RecordKind.CONSULTATION, late.id),
            person_id=late.person_id,
            holder=late.agency_id,
            municipality=late.municipality_code,
            why=HubReason.MISSED_DEADLINE,
        )


def whom(desk: Desk, agency: Agency, capacity: DeskCapacity | None = None) -> dict[str, Any]:
    """The desk and its agency, as somebody would be told where to go."""
    shown = disclose(desk, frozenset({D0}))
    return {
        "desk_id": shown["id"],
        "desk": desk.name,
        "agency_id": str(agency.id),
        "agency": agency.public_name or agency.name,
        "phone": desk.phone or agency.phone,
        "capacity": told(capacity),
    }


async def _load(context: Context, consultation_id: UUID, permission: Permission) -> Consultation:
    consultation = await context.work.consultations.find(consultation_id, lock=True)
    facts = await _facts(context, consultation_id, consultation)
    context.enforce(permission, facts)
    assert consultation is not None  # noqa: S101 - no permit without a record
    context.check_version(consultation.version)
    return consultation


async def _ground(
    context: Context, consultation: Consultation, command: ScreenConsultation
) -> Ground:
    """What the records show; nothing of it is the caller's word."""
    person_id = consultation.person_id or NOBODY
    consents = await context.work.consents.terms_of_person(person_id)
    referrals = [
        r
        for r in await context.work.referrals.out_of(consultation.id)
        if r.status not in (Status.DRAFT, Status.WITHDRAWN)
    ]
    return Ground(
        person_known=consultation.person_id is not None,
        consent_active=await agreed_with_us(context, consents),
        referrals=len(referrals),
        contacted=sum(r.first_contact_at is not None for r in referrals),
        next_contact=command.next_contact_on is not None
        and command.next_contact_on > context.today,
        on_statutory_agenda=await _on_agenda(context, person_id, command.conference_id),
    )


async def _on_agenda(context: Context, person_id: UUID, conference_id: UUID | None) -> bool:
    if conference_id is None:
        return False
    return any(
        person_id in i.person_ids and i.basis in CONFERENCE_BASES
        for i in await context.work.conferences.items(conference_id)
    )


async def _with_deadline(context: Context, consultation: Consultation) -> Consultation:
    if consultation.status in ENDINGS:
        return consultation
    if consultation.next_contact_on is not None:
        return consultation.but(due_at=day_ends(consultation.next_contact_on))
    policy = await context.work.directory.care_policy(consultation.municipality_code, context.today)
    term = getattr(policy, CLOCK[consultation.status])
    return consultation.but(due_at=term.ends(context.now, context.closed))


async def _keep_contact(context: Context, consultation: Consultation, act: ConsultationAct) -> None:
    """The next contact stands in the agency's schedule, whatever becomes of the consultation."""
    if consultation.person_id is None or consultation.next_contact_on is None:
        return
    seeking = act is ConsultationAct.SEEK_CONSENT
    await contact_steps.begin(
        context,
        ScheduleContact(
            person_id=consultation.person_id,
            why=ContactWhy.NO_CONSENT if seeking else ContactWhy.WATCH,
            next_on=consultation.next_contact_on,
            consultation_id=consultation.id,
        ),
    )


def _labels(consultation: Consultation) -> dict[str, Any]:
    return {
        "status_ja": consultation.status.label_ja,
        "completeness": consultation.intake.completeness(),
        "next": [a.value for a in consultation.open_acts],
    }


def _receipt(context: Context, consultation: Consultation, **more: Any) -> Shown:
    return context.receipt(consultation, **_labels(consultation), **more)


async def _facts(
    context: Context, consultation_id: UUID, consultation: Consultation | None
) -> Facts:
    return await own_facts(context, RecordKind.CONSULTATION, consultation_id, consultation)
