"""Enquiries: asked and answered at once with nothing; a human says the rest (rows 1-15, 1-16)."""

from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import person_facts
from service.application.notices import notify
from service.domain.access import Facts, Part, RecordKind
from service.domain.disclosure import disclose
from service.domain.enquiry import (
    OPEN_FOR,
    AnswerEnquiry,
    AskEnquiry,
    Enquiry,
    EnquiryAnswer,
)
from service.domain.errors import Invalid
from service.domain.notice import NoticeKind
from service.domain.permission import Permission


async def ask(context: Context, command: AskEnquiry) -> Shown:
    """Put it to the desk. Nothing is looked up, so the answer cannot tell anything."""
    if await context.work.directory.agency(command.to_agency_id) is None:
        raise Invalid("directory.unknown_agency", field="/to_agency_id")
    if command.to_agency_id == context.agency_id:
        raise Invalid("enquiry.to_itself", field="/to_agency_id")
    enquiry = Enquiry.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "from_agency_id": context.agency_id,
            "from_position_id": context.position_id,
            "asked_at": context.now,
            "expires_at": context.now + OPEN_FOR[command.kind],
        }
    )
    # On record with the basis it is put on: a safety check is an emergency.
    facts = _facts(context, enquiry.id, enquiry)
    context.enforce(
        Permission.ENQUIRY_ASK, facts.model_copy(update={"parts": frozenset({Part.PARTY})})
    )
    await context.work.enquiries.add(enquiry)
    await notify(
        context,
        enquiry.to_agency_id,
        NoticeKind.ENQUIRY_RECEIVED,
        "enquiry",
        enquiry.id,
        enquiry.expires_at,
    )
    return context.receipt(enquiry)


async def read(context: Context, enquiry_id: UUID) -> Shown:
    """What was asked, and the answer."""
    enquiry = await context.work.enquiries.find(enquiry_id)
    facts = _facts(context, enquiry_id, enquiry)
    permit = context.enforce(Permission.ENQUIRY_READ, facts, shows=Enquiry)
    assert enquiry is not None  # noqa: S101 - no permit without a record
    seen = _seen(context, enquiry)
    return Shown(disclose(seen, permit.classes) | _words(seen), enquiry.version, enquiry.id)


async def listing(context: Context, *, received: bool, after: UUID | None, limit: int) -> Page:
    """Enquiries that came to the agency's desk, or that it put to others."""
    found = await context.work.enquiries.of_agency(
        context.agency_id, received=received, after=after, limit=limit + 1
    )
    items = []
    for enquiry in found[:limit]:
        permit = context.may(
            Permission.ENQUIRY_READ, _facts(context, enquiry.id, enquiry), shows=Enquiry
        )
        if permit is not None:
            seen = _seen(context, enquiry)
            items.append(disclose(seen, permit.classes) | _words(seen))
    context.note_list(Permission.ENQUIRY_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def answer(context: Context, enquiry_id: UUID, command: AnswerEnquiry) -> Shown:
    """Noted; or known, if a consent or a provision opens the record to whoever asked."""
    enquiry = await context.work.enquiries.find(enquiry_id, lock=True)
    facts = _facts(context, enquiry_id, enquiry)
    asked = facts.parts & {Part.PARTY}
    context.enforce(Permission.ENQUIRY_ANSWER, facts.model_copy(update={"parts": asked}))
    assert enquiry is not None  # noqa: S101 - no permit without a record
    context.check_version(enquiry.version)
    if command.answer is EnquiryAnswer.KNOWN and command.person_id is not None:
        await _require_basis(context, enquiry, command.person_id)
    answered = enquiry.answered(command, context.now)
    await context.work.enquiries.save(answered)
    await notify(
        context, enquiry.from_agency_id, NoticeKind.ENQUIRY_ANSWERED, "enquiry", enquiry.id
    )
    return context.receipt(answered)


async def _require_basis(context: Context, enquiry: Enquiry, person_id: UUID) -> None:
    person = await context.work.persons.find(person_id)
    known = await person_facts(context, person_id, person)
    context.enforce(Permission.ENQUIRY_ANSWER, known)
    assert context.actor.purpose is not None  # noqa: S101 - passed the gates
    context.require_transfer(
        Permission.ENQUIRY_ANSWER,
        known,
        await context.work.directory.recipient(enquiry.from_agency_id),
        purpose=context.actor.purpose,
        code="enquiry.asker_not_covered",
        field="/answer",
    )


def _seen(context: Context, enquiry: Enquiry) -> Enquiry:
    return enquiry if enquiry.to_agency_id == context.actor.agency_id else enquiry.for_asker()


def _words(enquiry: Enquiry) -> dict[str, str]:
    answer = {"answer_ja": enquiry.answer.label_ja} if enquiry.answer else {}
    return {"kind_ja": enquiry.kind.label_ja} | answer


def _facts(context: Context, enquiry_id: UUID, enquiry: Enquiry | None) -> Facts:
    """Its asker holds it; the desk it was put to reads it while it is open."""
    if enquiry is None:
        return Facts(kind=RecordKind.ENQUIRY, record_id=enquiry_id)
    me = context.actor.agency_id
    parts = {Part.HOLDER} if enquiry.from_agency_id == me else set()
    if enquiry.to_agency_id == me and (enquiry.open_at(context.now) or enquiry.answered_at):
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.ENQUIRY,
        record_id=enquiry.id,
        found=True,
        holder_agency_id=enquiry.from_agency_id,
        parts=frozenset(parts),
        asked_on=enquiry.basis,
    )
