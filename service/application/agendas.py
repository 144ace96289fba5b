"""Putting items on the agenda, on the ground that their kind asks for, and converting them."""

from typing import Any
from uuid import UUID

from service.application.conference_memberships import check_members, is_member
from service.application.conferences import change, item_on, load
from service.application.context import Context, Shown
from service.application.facts import item_run_by, person_facts, plan_facts
from service.application.fixed_packets import refix
from service.application.pre_checks import check_link
from service.domain.access import Facts, Part
from service.domain.calendar_jp import jst_date
from service.domain.conference import (
    AddItem,
    AgendaItem,
    Attendee,
    Conference,
    ConvertItem,
    ItemPurpose,
)
from service.domain.conference_body import ConferenceBody
from service.domain.conference_states import (
    KINDS,
    ConferenceAct,
    ConferenceKind,
    Persons,
    basis_for,
)
from service.domain.decision import CONFERENCE_BASES, Basis, Remedy, Rule
from service.domain.disclosure import D0, D1
from service.domain.errors import Denied, Invalid
from service.domain.evaluation import check_kind, check_version
from service.domain.item_moves import check_words_stay
from service.domain.permission import Permission, Purpose


async def add_item(context: Context, conference_id: UUID, command: AddItem) -> Shown:
    """One more item. A kind that presupposes consent refuses a person without it (row 2-10).

    A member of a statutory conference may bring an item on a person whose record it holds:
    the convener does not know the person yet (brief §2.4 no. 6).
    """
    conference, attendees = await _adding(context, conference_id, command)
    kind, basis = await ground_of(context, conference, attendees, command)
    item = await _put_on(context, conference, kind, command, basis, context.agency_id)
    await context.work.conferences.save(conference.move(ConferenceAct.ADD_ITEM))
    return context.receipt(item)


async def ground_of(
    context: Context, conference: Conference, attendees: list[Attendee], command: AddItem
) -> tuple[ConferenceKind, Basis]:
    """The kind and basis of an item; refused unless it may be talked about there, by those."""
    kind = command.kind or conference.kind
    basis = await _ground_of(context, conference, kind, command, attendees)
    await _check_persons(context, command, KINDS[kind].persons, attendees)
    await _check_evaluated(context, command)
    await check_link(context, command)
    return kind, basis


async def add_moved(
    context: Context,
    conference: Conference,
    attendees: list[Attendee],
    command: AddItem,
    source: AgendaItem,
    *,
    added_by: UUID | None,
) -> AgendaItem:
    """An item that comes from another one: every condition of its kind is looked at anew.

    Whom it is about the convener knows from the item it comes from, which is its own record;
    what it was decided on is not asked again, but what it rests on is.
    """
    kind = command.kind or conference.kind
    basis = await _ground_of(context, conference, kind, command, attendees)
    if KINDS[kind].persons is Persons.INSIDE_ONE_AGENCY:
        _check_inside(context, attendees)
    if KINDS[kind].persons is Persons.WITH_CONSENT:
        await _check_agreed(context, conference, source, command)
    await _check_evaluated(context, command)
    return await _put_on(context, conference, kind, command, basis, added_by)


async def _ground_of(
    context: Context,
    conference: Conference,
    kind: ConferenceKind,
    command: AddItem,
    attendees: list[Attendee],
) -> Basis:
    check_invited(command, attendees)
    basis = await _basis_of(context, conference, kind, command)
    check_kind(command, kind, conference.kind)
    return basis


async def _put_on(
    context: Context,
    conference: Conference,
    kind: ConferenceKind,
    command: AddItem,
    basis: Basis,
    added_by: UUID | None,
) -> AgendaItem:
    items = await context.work.conferences.items(conference.id)
    item = AgendaItem.model_validate(
        command.model_dump()
        | {
            "kind": kind,
            "id": context.new_id(),
            "conference_id": conference.id,
            "number": len(items) + 1,
            "basis": basis,
            "added_by_agency_id": added_by,
        }
    )
    await context.work.conferences.add_item(item)
    return item


async def convert_item(
    context: Context, conference_id: UUID, item_id: UUID, command: ConvertItem
) -> Shown:
    """Hold an item as another kind; its conditions are checked anew (rows 2-16, 2-10)."""
    conference, attendees = await change(context, conference_id, ConferenceAct.CONVERT)
    item = await item_on(context, conference_id, item_id)
    asked = AddItem.model_validate(
        {name: getattr(item, name) for name in AddItem.model_fields}
        | {
            "kind": command.kind,
            "body_id": command.body_id,
            "reason_without_consent": command.reason_without_consent,
        }
    )
    basis = await _basis_of(context, conference, command.kind, asked)
    check_words_stay(item, conference, command.kind)
    check_kind(asked, command.kind, conference.kind)
    persons = KINDS[command.kind].persons
    if persons is Persons.WITH_CONSENT:
        await _check_agreed(context, conference, item, asked)
    if persons is Persons.INSIDE_ONE_AGENCY:
        _check_inside(context, attendees)
    converted = item.converted(
        command.kind,
        basis,
        body_id=command.body_id,
        reason=command.reason_without_consent,
    )
    await context.work.conferences.save_item(converted)
    await context.work.conferences.save(conference.move(ConferenceAct.CONVERT))
    await refix(context, conference_id)
    return context.receipt(converted)


async def _adding(
    context: Context, conference_id: UUID, command: AddItem
) -> tuple[Conference, list[Attendee]]:
    conference, attendees, facts = await load(context, conference_id, lock=True)
    kind = command.kind or (conference.kind if conference else None)
    member_item = kind is not None and KINDS[kind].persons is Persons.STATUTORY
    if conference is not None and member_item and Part.HOLDER not in facts.parts:
        context.require(Permission.CONFERENCE_PROPOSE, facts)
        context.check_version(conference.version)
        return conference, attendees
    return await change(context, conference_id, ConferenceAct.ADD_ITEM)


async def _basis_of(
    context: Context, conference: Conference, kind: ConferenceKind, command: AddItem
) -> Basis:
    """The basis of the item; a statutory one needs its body, a reason, and a law in force."""
    names = bool(command.person_ids or command.plan or command.referral_id or command.case_id)
    if KINDS[kind].persons is not Persons.STATUTORY or not names:
        if command.body_id is not None:
            body = await context.work.conferences.body(command.body_id)
            _check_fits(body, kind, conference)
        return basis_for(kind, names_somebody=names)
    body_id = command.body_id or conference.body_id
    body = await context.work.conferences.body(body_id) if body_id is not None else None
    if body is None:
        raise Invalid("conference.body_missing", field="/body_id")
    _check_fits(body, kind, conference)
    await check_members(
        context, command.invited_agency_ids, conference, body, field="/invited_agency_ids"
    )
    if not await is_member(context, body, conference):
        raise Denied(
            "conference.not_a_member",
            field="/body_id",
            rule=Rule.CONFERENCE_WINDOW,
            remedies=[Remedy.JOIN_MEMBER_LIST],
        )
    if not command.reason_without_consent:
        raise Invalid("conference.reason_missing", field="/reason_without_consent")
    law = context.law.in_force(context.today, conference.municipality_code)
    if body.basis not in law:
        raise Denied(
            "basis.not_in_force",
            field="/kind",
            rule=Rule.BASIS_NOT_IN_FORCE,
            remedies=[Remedy.SWITCH_ON_BASIS],
        )
    return basis_for(kind, names_somebody=True, statutory=body.basis)


def _check_fits(body: ConferenceBody | None, kind: ConferenceKind, conference: Conference) -> None:
    """Refuse a body as which this item cannot be held on that day."""
    convener, place = conference.convener_agency_id, conference.municipality_code
    fits = body is not None and body.fits(kind, place, convener)
    if body is None or not fits or not body.holds_on(jst_date(conference.starts_at)):
        raise Invalid("conference.body_does_not_fit", field="/body_id")


def check_invited(command: AddItem, attendees: list[Attendee]) -> None:
    """Refuse a circle or a presenter that is not at the table."""
    invited = {a.agency_id for a in attendees}
    if not set(command.invited_agency_ids) <= invited:
        raise Invalid("conference.item_invites_stranger", field="/invited_agency_ids")
    if command.presenter_agency_id is not None and command.presenter_agency_id not in invited:
        raise Invalid("conference.item_invites_stranger", field="/presenter_agency_id")


async def check_circle(
    context: Context, conference: Conference, attendees: list[Attendee], item: AgendaItem
) -> None:
    """Refuse a circle that is not at the table, or, of a statutory item, not of its body."""
    check_invited(item, attendees)
    body_id = item.body_id or conference.body_id
    if item.basis in CONFERENCE_BASES and body_id is not None:
        body = await context.work.conferences.body(body_id)
        field = "/invited_agency_ids"
        await check_members(context, item.invited_agency_ids, conference, body, field=field)


async def _check_persons(
    context: Context, command: AddItem, persons: Persons, attendees: list[Attendee]
) -> None:
    if persons is Persons.INSIDE_ONE_AGENCY:
        _check_inside(context, attendees)
    if command.plan is not None:
        await _check_plan(context, command)
    await _check_papers(context, command)
    for person_id in command.person_ids:
        person = await context.work.persons.find(person_id)
        facts = await person_facts(context, person_id, person)
        statutory = persons is Persons.STATUTORY
        act = Permission.CONFERENCE_PROPOSE if statutory else Permission.CONFERENCE_PLAN
        context.enforce(act, facts, needs=D1 if statutory else D0)
        if persons is Persons.WITH_CONSENT:
            _require_consent(context, facts, command.uses)


async def _check_agreed(
    context: Context, conference: Conference, item: AgendaItem, command: AddItem
) -> None:
    for person_id in command.person_ids:
        facts = await item_run_by(context, conference, item, person_id)
        _require_consent(context, facts, command.uses)


async def _check_evaluated(context: Context, command: AddItem) -> None:
    """What is evaluated is a plan that a conference has approved (row 1-51)."""
    if command.purpose is ItemPurpose.EVALUATION and command.plan is not None:
        plan = command.plan
        check_version(await context.work.plans.version(plan.plan_id, plan.number))


def _check_inside(context: Context, attendees: list[Attendee]) -> None:
    if {a.agency_id for a in attendees} != {context.agency_id}:
        raise Invalid("conference.inside_one_agency", field="/kind")


def _require_consent(context: Context, facts: Facts, purpose: Purpose) -> None:
    """The person has agreed that this purpose is talked about beyond the agency that knows them."""
    context.require_agreed(
        Permission.CONFERENCE_PLAN,
        facts,
        purpose=purpose,
        code="conference.person_without_consent",
        field="/person_ids",
    )


async def _check_plan(context: Context, command: AddItem) -> None:
    assert command.plan is not None  # noqa: S101 - the caller looked
    found = await context.work.plans.find(command.plan.plan_id)
    version = await context.work.plans.version(command.plan.plan_id, command.plan.number)
    facts = await plan_facts(context, command.plan.plan_id, found, version)
    context.require(Permission.CONFERENCE_PLAN, facts)
    if found is None or found.person_id not in command.person_ids:
        raise Invalid("conference.plan_of_somebody_else", field="/plan")


async def _check_papers(context: Context, command: AddItem) -> None:
    """A referral or case may be discussed only for a person who is named on the item."""
    papers: list[tuple[str, Any]] = []
    if command.referral_id is not None:
        papers.append(("/referral_id", await context.work.referrals.find(command.referral_id)))
    if command.case_id is not None:
        papers.append(("/case_id", await context.work.cases.find(command.case_id)))
    for field, paper in papers:
        if paper is None or paper.person_id not in command.person_ids:
            raise Invalid("conference.paper_of_somebody_else", field=field)
