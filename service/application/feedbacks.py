"""Feedback to welfare commissioners: given with consent, for one term of office (row 4-44)."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.application.context import Context, Page, Shown
from service.application.facts import department_of, person_facts
from service.application.notices import notify
from service.domain.access import Facts, Part, RecordKind
from service.domain.directory import Position, Tenure
from service.domain.disclosure import D0
from service.domain.errors import Invalid
from service.domain.feedback import Feedback, GiveFeedback, show_feedback
from service.domain.notice import NoticeKind
from service.domain.permission import Permission, Purpose
from service.domain.role import Role


class AcknowledgeFeedback(BaseModel):
    """The commissioner has read it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class EndFeedback(BaseModel):
    """Nobody needs to look in any longer."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HandOver(BaseModel):
    """On to whoever is the commissioner of the area today."""

    model_config = ConfigDict(frozen=True, extra="forbid")


async def give(context: Context, command: GiveFeedback) -> Shown:
    """Tell the commissioner of the area the chosen items, which the person has agreed to."""
    return await _give(context, Permission.FEEDBACK_GIVE, command, follows=None)


async def hand_over(context: Context, feedback_id: UUID, _command: HandOver) -> Shown:
    """The same to the successor, anew: consent is asked again of the same slip."""
    before = await context.work.feedbacks.find(feedback_id, lock=True)
    facts = await _facts(context, feedback_id, before)
    held = facts.as_holder()
    context.require(Permission.FEEDBACK_HAND_OVER, held)
    assert before is not None  # noqa: S101 - no permit without a record
    if before.ended_at is None:
        ended = before.ended(context.now)
        await context.work.feedbacks.save(ended)
    command = GiveFeedback(
        person_id=before.person_id,
        to_position_id=None if before.area else before.to_position_id,
        area=before.area,
        items=before.items,
        watch_point=before.watch_point,
    )
    return await _give(context, Permission.FEEDBACK_HAND_OVER, command, follows=before.id)


async def read(context: Context, feedback_id: UUID) -> Shown:
    """The chosen items, for the commissioner in office; all of it for whoever gave it."""
    feedback = await context.work.feedbacks.find(feedback_id)
    facts = await _facts(context, feedback_id, feedback)
    permit = context.enforce(Permission.FEEDBACK_READ, facts, shows=Feedback)
    assert feedback is not None  # noqa: S101 - no permit without a record
    person = await context.work.persons.find(feedback.person_id)
    return Shown(show_feedback(feedback, person, permit.classes), feedback.version, feedback.id)


async def listing(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Whom the caller was asked to watch over, or whom its agency asked about."""
    found = await context.work.feedbacks.of_agency(context.agency_id, after, limit + 1)
    items = []
    for feedback in found[:limit]:
        facts = await _facts(context, feedback.id, feedback)
        if not facts.parts & {Part.HOLDER, Part.PARTY}:
            continue
        permit = context.may(Permission.FEEDBACK_READ, facts, shows=Feedback)
        if permit is not None:
            person = await context.work.persons.find(feedback.person_id)
            items.append(show_feedback(feedback, person, permit.classes))
    context.note_list(Permission.FEEDBACK_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def acknowledge(context: Context, feedback_id: UUID, _command: AcknowledgeFeedback) -> Shown:
    """The commissioner has read it and will look in."""
    feedback = await context.work.feedbacks.find(feedback_id, lock=True)
    facts = await _facts(context, feedback_id, feedback)
    told = facts.as_only(Part.PARTY)
    context.enforce(Permission.FEEDBACK_ACKNOWLEDGE, told)
    assert feedback is not None  # noqa: S101 - no permit without a record
    context.check_version(feedback.version)
    done = feedback.acknowledged(context.now)
    await context.work.feedbacks.save(done)
    return context.receipt(done)


async def end(context: Context, feedback_id: UUID, _command: EndFeedback) -> Shown:
    """Over; the commissioner reads nothing of it any longer."""
    feedback = await context.work.feedbacks.find(feedback_id, lock=True)
    facts = await _facts(context, feedback_id, feedback)
    held = facts.as_holder()
    context.enforce(Permission.FEEDBACK_END, held)
    assert feedback is not None  # noqa: S101 - no permit without a record
    context.check_version(feedback.version)
    ended = feedback.ended(context.now)
    await context.work.feedbacks.save(ended)
    return context.receipt(ended)


async def outlive(context: Context, feedback: Feedback) -> None:
    """The term of office is over: it ends, and whoever gave it has a hand-over to do."""
    facts = Facts(
        kind=RecordKind.FEEDBACK,
        record_id=feedback.id,
        found=True,
        holder_agency_id=feedback.from_agency_id,
        person_id=feedback.person_id,
    )
    context.enforce(Permission.FEEDBACK_OUTLIVE, facts)
    await context.work.feedbacks.save(feedback.ended(context.now))
    await notify(
        context,
        feedback.from_agency_id,
        NoticeKind.FEEDBACK_HAND_OVER,
        "feedback",
        feedback.id,
    )


async def _give(
    context: Context, permission: Permission, command: GiveFeedback, *, follows: UUID | None
) -> Shown:
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(permission, facts)
    position, tenure = await _in_office(context, command)
    feedback = Feedback.model_validate(
        command.model_dump(exclude={"valid_until"})
        | {
            "id": context.new_id(),
            "from_agency_id": context.agency_id,
            "to_agency_id": position.agency_id,
            "to_position_id": position.id,
            "tenure_id": tenure.id,
            "given_at": context.now,
            "valid_until": _earlier(command.valid_until, tenure.valid_until),
            "follows_id": follows,
        }
    )
    context.require_transfer(
        permission,
        facts,
        await context.work.directory.recipient(position.agency_id),
        purpose=Purpose.WATCH_OVER,
        code="feedback.without_consent",
        field="/person_id",
        wanted=feedback.classes,
    )
    await context.work.feedbacks.add(feedback)
    await notify(context, feedback.to_agency_id, NoticeKind.FEEDBACK_GIVEN, "feedback", feedback.id)
    return context.receipt(feedback)


async def _in_office(context: Context, command: GiveFeedback) -> tuple[Position, Tenure]:
    directory = context.work.directory
    position = None
    if command.to_position_id is not None:
        position = await directory.position(command.to_position_id)
    elif command.area is not None:
        position = await directory.commissioner_of(
            context.municipality_code, command.area, context.today
        )
    if position is None or position.role is not Role.WELFARE_COMMISSIONER:
        raise Invalid("feedback.no_commissioner", field="/to_position_id")
    tenure = await directory.tenure_of(position.id, context.today)
    if tenure is None:
        raise Invalid("feedback.nobody_in_office", field="/to_position_id")
    return position, tenure


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((d for d in (one, other) if d is not None), default=None)


async def _facts(context: Context, feedback_id: UUID, feedback: Feedback | None) -> Facts:
    """Whoever gave it holds it; the commissioner in that very term of office takes part."""
    if feedback is None:
        return Facts(kind=RecordKind.FEEDBACK, record_id=feedback_id)
    consents = await context.work.consents.terms_of_person(feedback.person_id)
    parts = {Part.HOLDER} if feedback.from_agency_id == context.actor.agency_id else set()
    if feedback.tenure_id in context.actor.tenure_ids and feedback.holds_on(context.today):
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.FEEDBACK,
        record_id=feedback.id,
        found=True,
        holder_agency_id=feedback.from_agency_id,
        department=await department_of(context, feedback.person_id),
        person_id=feedback.person_id,
        parts=frozenset(parts),
        consents=tuple(consents),
        profile=feedback.classes | {D0},
    )
