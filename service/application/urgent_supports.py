"""Urgent support: given at once, and never the end of it (row 1-46)."""

from typing import Any
from uuid import UUID

from service.application import hub
from service.application.case_steps import check_links, touch
from service.application.context import Context, Page, Shown
from service.application.facts import facts_about, facts_for_system, own_facts
from service.application.notices import notify
from service.application.tasks import give, settle
from service.domain.access import Facts, RecordKind
from service.domain.disclosure import disclose
from service.domain.errors import Invalid
from service.domain.hub import HubReason
from service.domain.notice import NoticeKind
from service.domain.permission import Permission
from service.domain.task import TaskKind
from service.domain.term import last_day_of
from service.domain.urgent_support import (
    CloseUrgentSupport,
    FollowUrgentSupport,
    GiveUrgentSupport,
    NextKind,
    UrgentSupport,
)


async def give_support(context: Context, command: GiveUrgentSupport) -> Shown:
    """Food, a bed, a bill paid: it waits for nothing, and stands on the list until something follows."""
    known = await facts_about(context, command.person_id, RecordKind.URGENT_SUPPORT)
    context.enforce(Permission.URGENT_SUPPORT_GIVE, known)
    if command.given_at > context.now:
        raise Invalid("urgent_support.in_future", field="/given_at")
    await check_links(context, command.person_id, command.case_id, command.consultation_id)
    served = await context.work.directory.municipality(context.municipality_code)
    assert served is not None  # noqa: S101 - foreign key
    policy = await context.work.directory.care_policy(served.code, context.today)
    given = UrgentSupport.model_validate(
        dict(command)
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "municipality_code": served.code,
            "hub_agency_id": served.hub_agency_id,
            "due_at": policy.next_step.ends(context.now, context.closed),
        }
    )
    await context.work.urgent_supports.add(given)
    await give(
        context,
        context.agency_id,
        TaskKind.NEXT_STEP,
        RecordKind.URGENT_SUPPORT,
        given.id,
        policy.next_step.last_day(context.now, context.closed),
        position_id=context.position_id,
    )
    await touch(context, given.case_id)
    return _receipt(context, given)


async def read(context: Context, support_id: UUID) -> Shown:
    """What was given, for the agency that gave it."""
    found = await context.work.urgent_supports.find(support_id)
    facts = await _facts(context, support_id, found)
    permit = context.enforce(Permission.URGENT_SUPPORT_READ, facts, shows=UrgentSupport)
    assert found is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(found, permit.classes) | _labels(found), found.version, found.id)


async def listing(context: Context, *, unfollowed: bool, after: UUID | None, limit: int) -> Page:
    """What the agency gave; or only what nothing has followed yet."""
    found = await context.work.urgent_supports.of_agency(
        context.agency_id, unfollowed=unfollowed, after=after, limit=limit + 1
    )
    items = []
    for one in found[:limit]:
        facts = await _facts(context, one.id, one)
        permit = context.may(Permission.URGENT_SUPPORT_READ, facts, shows=UrgentSupport)
        if permit is not None:
            items.append(disclose(one, permit.classes) | _labels(one))
    context.note_list(Permission.URGENT_SUPPORT_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def follow(context: Context, support_id: UUID, command: FollowUrgentSupport) -> Shown:
    """What follows it: a record of the same person in which it goes on."""
    found = await _load(context, support_id, Permission.URGENT_SUPPORT_FOLLOW)
    if await _person_of(context, command) != found.person_id:
        raise Invalid("urgent_support.unknown_next_step", field="/next_id")
    after = found.followed(command.next_kind, command.next_id)
    await _settle(context, after)
    return _receipt(context, after)


async def close(context: Context, support_id: UUID, command: CloseUrgentSupport) -> Shown:
    """Closed although nothing follows: it stays a warning, and the hub is told."""
    found = await _load(context, support_id, Permission.URGENT_SUPPORT_CLOSE)
    after = found.warned(command.reason)
    await _settle(context, after)
    await _warn(context, after)
    return _receipt(context, after)


async def miss_deadline(context: Context, found: UrgentSupport) -> None:
    """Nothing has followed in time."""
    facts = facts_for_system(RecordKind.URGENT_SUPPORT, found.id, found.agency_id, found.person_id)
    context.enforce(Permission.URGENT_SUPPORT_MISS_DEADLINE, facts)
    after = found.warned()
    await context.work.urgent_supports.save(after)
    await _warn(context, after)


async def _warn(context: Context, support: UrgentSupport) -> None:
    await notify(
        context,
        support.agency_id,
        NoticeKind.URGENT_SUPPORT_OPEN,
        "urgent_support",
        support.id,
    )
    await hub.put(
        context,
        about=(RecordKind.URGENT_SUPPORT, support.id),
        person_id=support.person_id,
        holder=support.agency_id,
        municipality=support.municipality_code,
        why=HubReason.NO_NEXT_STEP,
    )


async def _settle(context: Context, support: UrgentSupport) -> None:
    await context.work.urgent_supports.save(support)
    await settle(context, support.id, TaskKind.NEXT_STEP)
    await hub.settle_about(context, support.id)
    await touch(context, support.case_id)


async def _load(context: Context, support_id: UUID, permission: Permission) -> UrgentSupport:
    found = await context.work.urgent_supports.find(support_id, lock=True)
    facts = await _facts(context, support_id, found)
    context.enforce(permission, facts.as_holder())
    assert found is not None  # noqa: S101 - no permit without a record
    context.check_version(found.version)
    return found


async def _person_of(context: Context, command: FollowUrgentSupport) -> UUID | None:
    """Whom the next record is about, if it is one that the agency is part of."""
    me, work = context.agency_id, context.work
    match command.next_kind:
        case NextKind.CASE:
            case = await work.cases.find(command.next_id)
            return case.person_id if case and case.has(me) else None
        case NextKind.CONSULTATION:
            consultation = await work.consultations.find(command.next_id)
            mine = consultation is not None and consultation.agency_id == me
            return consultation.person_id if consultation and mine else None
        case NextKind.CONTACT:
            contact = await work.contacts.find(command.next_id)
            return contact.person_id if contact and contact.agency_id == me else None
        case NextKind.REFERRAL:
            referral = await work.referrals.find(command.next_id)
            mine = referral is not None and me in (referral.from_agency_id, referral.to_agency_id)
            return referral.person_id if referral and mine else None


def _labels(support: UrgentSupport) -> dict[str, Any]:
    due = last_day_of(support.due_at).isoformat() if support.due_at else None
    return {
        "kind_ja": support.kind.label_ja,
        "state_ja": support.state.label_ja,
        "next_step_by": due,
    }


def _receipt(context: Context, support: UrgentSupport) -> Shown:
    return context.receipt(support, **_labels(support))


async def _facts(context: Context, support_id: UUID, found: UrgentSupport | None) -> Facts:
    return await own_facts(context, RecordKind.URGENT_SUPPORT, support_id, found)
