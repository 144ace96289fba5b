"""Progress notes on a case: written by whoever is on it, read as far as granted (row 2-26)."""

from uuid import UUID

from service.application.case_steps import touch
from service.application.context import Context, Page, Shown
from service.application.facts import case_facts
from service.domain.access import Facts, Part, RecordKind
from service.domain.case import Case
from service.domain.disclosure import D3, disclose
from service.domain.note import Note, WriteNote
from service.domain.permission import Permission


async def write(context: Context, case_id: UUID, command: WriteNote) -> Shown:
    """One more note; it is the agency's own."""
    case = await context.work.cases.find(case_id)
    facts = await case_facts(context, case_id, case)
    context.enforce(Permission.NOTE_WRITE, facts.as_only(Part.HOLDER, Part.PARTY))
    assert case is not None  # noqa: S101 - no permit without a record
    note = Note.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "case_id": case.id,
            "person_id": case.person_id,
            "agency_id": context.agency_id,
            "position_id": context.position_id,
            "written_at": context.now,
        }
    )
    await context.work.notes.add(note)
    await touch(context, case.id)
    return context.receipt(note)


async def listing(context: Context, case_id: UUID) -> Page:
    """The notes that the caller may read, oldest first; those it may not are not there."""
    case = await context.work.cases.find(case_id)
    about = await case_facts(context, case_id, case)
    context.enforce(Permission.NOTE_READ, about)
    assert case is not None  # noqa: S101 - no permit without a record
    items = []
    for note in await context.work.notes.of_case(case_id):
        facts = facts_of_note(context, case, note, about)
        permit = context.may(Permission.NOTE_READ, facts, shows=Note, needs=D3)
        # Whoever is there for some themes only has lines of its own; a note has no theme.
        if permit is not None and permit.only_themes is None:
            items.append(disclose(note, permit.classes))
    return Page(items)


def facts_of_note(context: Context, case: Case, note: Note, about: Facts) -> Facts:
    """The caller's part in a note; ``about`` is its part in the case."""
    me = context.actor.agency_id
    parts = {Part.HOLDER} if note.agency_id == me else set()
    if case.has(me):
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.NOTE,
        record_id=note.id,
        found=True,
        holder_agency_id=note.agency_id,
        department=about.department,
        person_id=note.person_id,
        parts=frozenset(parts),
        consents=about.consents,
        provisions=about.provisions,
        themes=case.themes_of(me),
    )
