"""Taking in consultations at any desk, for anybody, about anything."""

from typing import Any
from uuid import UUID

from service.application.capacities import capacity_of
from service.application.context import Context, Shown
from service.application.facts import department_of, person_facts
from service.application.referrals import agency_of, route_to_desk
from service.domain.access import Facts, Part, RecordKind
from service.domain.capacity import DeskCapacity, told
from service.domain.consultation import Consultation, ReceiveConsultation
from service.domain.directory import Agency, Desk
from service.domain.disclosure import D0, disclose
from service.domain.permission import Permission


async def receive(context: Context, command: ReceiveConsultation) -> Shown:
    """Take it in, whatever it is, and say which desk answers (rows 1-22, 2-01, 3-01, 3-02)."""
    if command.person_id is not None:
        person = await context.work.persons.find(command.person_id)
        known = await person_facts(context, command.person_id, person)
        context.enforce(
            Permission.CONSULTATION_RECEIVE,
            known.model_copy(update={"kind": RecordKind.CONSULTATION}),
        )
    theme = command.themes[0] if command.themes else None
    desk, because = await route_to_desk(context, context.municipality_code, command.area, theme)
    consultation = Consultation.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "received_at": context.now,
            "routed_desk_id": desk.id,
            "routed_because": because,
        }
    )
    if command.person_id is None:
        context.enforce(
            Permission.CONSULTATION_RECEIVE, _facts(context, consultation.id, consultation)
        )
    await context.work.consultations.add(consultation)
    agency = await agency_of(context, desk)
    capacity = await capacity_of(context, desk.id)
    return context.receipt(consultation, routed_to=whom(desk, agency, capacity))


async def read(context: Context, consultation_id: UUID) -> Shown:
    """What was heard, for the agency that heard it."""
    consultation = await context.work.consultations.find(consultation_id)
    department = await department_of(context, consultation.person_id if consultation else None)
    facts = _facts(context, consultation_id, consultation)
    permit = context.enforce(
        Permission.CONSULTATION_READ,
        facts.model_copy(update={"department": department}),
        shows=Consultation,
    )
    assert consultation is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(consultation, permit.classes), consultation.version, consultation.id)


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


def _facts(context: Context, consultation_id: UUID, consultation: Consultation | None) -> Facts:
    own = consultation is not None and consultation.agency_id == context.actor.agency_id
    return Facts(
        kind=RecordKind.CONSULTATION,
        record_id=consultation_id,
        found=consultation is not None,
        holder_agency_id=consultation.agency_id if consultation else None,
        person_id=consultation.person_id if consultation else None,
        parts=frozenset({Part.HOLDER}) if own else frozenset(),
    )
