"""Making, reading and listing referrals. What happens to them next is in ``referral_acts``."""

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from service.application.capacities import capacity_of
from service.application.context import Context, Page, Shown
from service.application.desks import agency_of as agency_of  # noqa: PLC0414 - asked for here, too
from service.application.desks import desk_in_force, first_desk
from service.application.desks import route_to_desk as route_to_desk  # noqa: PLC0414 - the same
from service.application.facts import (
    consents_by_person,
    facts_of_referral,
    person_facts,
    provisions_by_person,
    referral_facts,
)
from service.application.referral_steps import due, record_step
from service.domain.access import Part
from service.domain.actor import Actor
from service.domain.capacity import warnings_of
from service.domain.decision import Permit
from service.domain.directory import Desk
from service.domain.disclosure import D0, disclose
from service.domain.errors import Invalid
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.policy import StatusLabels
from service.domain.referral import (
    ADDRESSED_TO_SENDER,
    MakeReferral,
    Referral,
    ReferralEvent,
    check_receiver,
    show_referral,
)
from service.domain.referral_kinds import ReferralRoute
from service.domain.referral_links import check_back, check_route
from service.domain.referral_states import PERMISSION, Status


class Box(StrEnum):
    """Which referrals: those that came, those that went out, those that wait for the hub."""

    INBOX = "inbox"
    OUTBOX = "outbox"
    HUB = "hub"


async def draft(context: Context, command: MakeReferral) -> Shown:
    """A new referral, not yet sent. The receiver may be left to the directory (row 4-51)."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(Permission.REFERRAL_DRAFT, facts)
    assert person is not None  # noqa: S101 - no permit without a record
    desk = await _receiving_desk(context, command, person)
    hub = await context.work.directory.municipality(context.municipality_code)
    assert hub is not None  # noqa: S101 - an agency belongs to a municipality (foreign key)
    referral = Referral.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "municipality_code": context.municipality_code,
            "from_agency_id": context.agency_id,
            "from_position_id": context.position_id,
            "to_agency_id": desk.agency_id,
            "to_desk_id": desk.id,
            "hub_agency_id": hub.hub_agency_id,
            "made_at": context.now,
        }
    )
    check_receiver(referral, desk.agency_id)
    referral = await due(context, referral)
    await context.work.referrals.add(referral)
    await record_step(context, None, referral, "draft", None)
    return await receipt_of(context, referral)


async def amend(context: Context, referral_id: UUID, command: MakeReferral) -> Shown:
    """The whole draft anew; once sent, a referral is answered and not rewritten."""
    referral = await context.work.referrals.find(referral_id, lock=True)
    facts = await referral_facts(context, referral_id, referral)
    context.enforce(Permission.REFERRAL_AMEND, facts)
    assert referral is not None  # noqa: S101 - no permit without a record
    context.check_version(referral.version)
    referral.require_draft_of(context.agency_id)
    if command.person_id != referral.person_id:
        raise Invalid("referral.another_person", field="/person_id")
    person = await context.work.persons.find(referral.person_id)
    assert person is not None  # noqa: S101 - foreign key
    desk = await _receiving_desk(context, command, person)
    check_receiver(referral, desk.agency_id)
    changed = referral.but(
        **command.model_dump() | {"to_desk_id": desk.id, "to_agency_id": desk.agency_id},
        version=referral.version + 1,
    )
    await context.work.referrals.save(changed)
    await record_step(context, referral, changed, "amend", None)
    return await receipt_of(context, changed)


async def read(context: Context, referral_id: UUID) -> Shown:
    """The referral, as far as the caller may see it."""
    referral = await context.work.referrals.find(referral_id)
    facts = await referral_facts(context, referral_id, referral)
    permit = context.enforce(Permission.REFERRAL_READ, facts, shows=Referral)
    assert referral is not None  # noqa: S101 - no permit without a record
    labels = await labels_here(context)
    return Shown(_shown(context, referral, permit, labels), referral.version, referral.id)


async def listing(
    context: Context, box: Box, *, status: Status | None, after: UUID | None, limit: int
) -> Page:
    """A page of the caller's own box, newest first; one audit entry per person shown."""
    found = await _box(context, box, status, after, limit + 1)
    consents = await consents_by_person(context, (r.person_id for r in found))
    provisions = await provisions_by_person(context, consents)
    departments = await context.work.persons.departments(list(consents), context.agency_id)
    cases = {
        c.id: c for c in await context.work.cases.find_many(r.case_id for r in found if r.case_id)
    }
    labels = await labels_here(context)
    items = []
    for referral in found[:limit]:
        case = cases.get(referral.case_id) if referral.case_id else None
        facts = facts_of_referral(
            context,
            referral.id,
            referral,
            case,
            consents[referral.person_id],
            provisions[referral.person_id],
            departments.get(referral.person_id),
        )
        permit = context.may(Permission.REFERRAL_READ, facts, shows=Referral)
        if permit is not None:
            items.append(_shown(context, referral, permit, labels))
    context.note_list(Permission.REFERRAL_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def history(context: Context, referral_id: UUID) -> Page:
    """Every step, oldest first. What another agency wrote is read on the ground of consent alone."""
    referral = await context.work.referrals.find(referral_id)
    facts = await referral_facts(context, referral_id, referral)
    permit = context.enforce(Permission.REFERRAL_READ, facts, shows=ReferralEvent)
    by_consent = context.classes_by_consent(Permission.REFERRAL_READ, facts)
    items = []
    for event in await context.work.referrals.events(referral_id):
        mine = event.by_agency_id == context.actor.agency_id
        own = mine or (Part.HOLDER in facts.parts and event.act in ADDRESSED_TO_SENDER)
        limited = permit.only_themes is not None
        classes = permit.classes if own else permit.classes & (by_consent | {D0})
        items.append(disclose(event, frozenset({D0}) if limited and not own else classes))
    return Page(items)


async def _receiving_desk(context: Context, command: MakeReferral, person: Person) -> Desk:
    """The named desk; else the one it came from, or the one that answers for theme and area."""
    parent = await _check_links(context, command)
    back = command.route is ReferralRoute.BACK_REFERRAL
    if command.to_desk_id is not None:
        desk = await desk_in_force(context, command.to_desk_id, "/to_desk_id")
    elif back and parent is not None:
        desk = await first_desk(context, parent.from_agency_id)
    else:
        desk, _ = await route_to_desk(
            context, context.municipality_code, person.area, command.routing_theme
        )
    kind = (await agency_of(context, desk)).kind
    check_route(command, from_kind=context.actor.agency_kind, to_kind=kind, parent=parent)
    if back and parent is not None:
        check_back(parent, sender=context.agency_id, receiver=desk.agency_id)
    return desk


async def receipt_of(context: Context, referral: Referral) -> Shown:
    """What an act is answered with: nothing personal, what comes next, and what to look out for."""
    return context.receipt(
        referral,
        status_ja=referral.status.label_ja,
        status_local=(await labels_here(context)).of(referral.status),
        next=open_acts(context.actor, referral),
        warnings=await _warnings(context, referral),
    )


async def labels_here(context: Context) -> StatusLabels:
    """The words of the caller's own municipality."""
    return await context.work.desks.status_labels(context.actor.municipality_code, context.today)


async def _warnings(context: Context, referral: Referral) -> list[dict[str, str]]:
    """Before it is answered: whether the desk has a place."""
    if referral.status not in (Status.DRAFT, Status.SENT):
        return []
    return warnings_of(await capacity_of(context, referral.to_desk_id))


def open_acts(actor: Actor, referral: Referral) -> list[str]:
    """What the caller may do next: its side's acts that its roles allow."""
    sides = referral.sides_of(actor.agency_id, hub=actor.is_hub)
    allowed = actor.permissions
    return [a.value for a in referral.acts_open_to(sides) if PERMISSION[a] in allowed]


def _shown(
    context: Context, referral: Referral, permit: Permit, labels: StatusLabels
) -> dict[str, object]:
    owner, turn = referral.owner_agency_id, referral.turn
    return show_referral(referral, permit) | {
        "status_ja": referral.status.label_ja,
        "status_local": labels.of(referral.status),
        "owner_agency_id": str(owner) if owner else None,
        "turn": turn.acts.value if turn else None,
        "next": open_acts(context.actor, referral),
    }


async def _box(
    context: Context, box: Box, status: Status | None, after: UUID | None, limit: int
) -> Sequence[Referral]:
    referrals = context.work.referrals
    match box:
        case Box.INBOX:
            return await referrals.inbox(context.agency_id, status, after, limit)
        case Box.OUTBOX:
            return await referrals.outbox(context.agency_id, status, after, limit)
        case Box.HUB:
            return await referrals.hub_queue(context.agency_id, after, limit)


async def _check_links(context: Context, command: MakeReferral) -> Referral | None:
    """A referral may point only at a consultation and a referral that its sender may know."""
    parent: Referral | None = None
    if command.consultation_id is not None:
        consultation = await context.work.consultations.find(command.consultation_id)
        if consultation is None or consultation.agency_id != context.agency_id:
            raise Invalid("referral.unknown_consultation", field="/consultation_id")
    if command.parent_id is not None:
        parent = await context.work.referrals.find(command.parent_id)
        parties = {parent.from_agency_id, parent.to_agency_id} if parent else set()
        if (
            parent is None
            or parent.person_id != command.person_id
            or context.agency_id not in parties
        ):
            raise Invalid("referral.unknown_parent", field="/parent_id")
    if command.household_id is not None:
        household = await context.work.persons.household(command.household_id)
        mine = household is not None and household.holder_agency_id == context.agency_id
        inside = household is not None and command.person_id in {
            m.person_id for m in household.members
        }
        if not (mine and inside):
            raise Invalid("referral.unknown_household", field="/household_id")
    return parent
