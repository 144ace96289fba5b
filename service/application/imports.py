"""Taking in a list of persons: whoever needs a call becomes a record, everybody else a number.

All of the list or nothing. What was made is the agency's own, in the department of whoever
took it in; no other agency learns that there was a list.
"""

import asyncio
from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.signals import raise_for, withdraw
from service.domain.access import Facts, Part, RecordKind
from service.domain.directory import Agency
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove
from service.domain.import_people import Candidate, ImportKind, read_people
from service.domain.import_rows import Sheet
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.person_import import (
    ImportSummary,
    Made,
    PersonImport,
    RunImport,
    UndoImport,
    counts_of,
    findings_of,
)
from service.domain.screening import Outcome, Screened, Screening
from service.domain.signal import RaiseSignal
from service.domain.signal_states import SignalKind

#: What kind of signal comes of each kind of list.
SIGNAL_KIND = {
    ImportKind.LOAN_SCREENING: SignalKind.LOAN_SCREENING,
    ImportKind.SURVEY: SignalKind.SURVEY,
}


async def run(context: Context, command: RunImport, sheet: Sheet, sha256: str) -> Shown:
    """Take in a list, or say what would come of it; every fault of every row at once."""
    import_id = context.new_id()
    facts = _own(context, import_id)
    context.enforce(Permission.IMPORT_RUN, facts)
    await _refuse_twice(context, command.kind, sha256)
    # Two thousand rows take a second; nobody else waits for them.
    candidates = await asyncio.to_thread(
        read_people,
        command.kind,
        sheet,
        areas=await _areas(context),
        municipality_code=context.municipality_code,
    )
    counts = counts_of(candidates)
    found = [f.model_dump(mode="json") for f in findings_of(candidates)]
    if command.dry_run:
        told = disclose(counts, frozenset({D0})) | {"dry_run": True, "findings": found}
        del told["withheld"]
        return Shown(told)
    people = [(c, _person(context, facts, c)) for c in candidates if c.flagged]
    for _, person in people:
        context.enforce(Permission.IMPORT_RUN, facts.model_copy(update={"person_id": person.id}))
        await context.work.persons.add(person)
    screening = await _listed(context, command, facts, [person for _, person in people])
    agency = await context.work.directory.agency(context.agency_id)
    assert agency is not None  # noqa: S101 - foreign key
    raised = [await _signal_of(context, agency, command.kind, p, c) for c, p in people]
    imported = PersonImport(
        **counts.model_dump(),
        id=import_id,
        agency_id=context.agency_id,
        department=facts.department,
        kind=command.kind,
        purpose_text=command.purpose_text,
        sha256=sha256,
        made_at=context.now,
        made_by_position_id=context.position_id,
        screening_id=screening.id if screening else None,
        made=tuple(
            Made(row=c.row, person_id=p.id, signal_id=signal_id)
            for (c, p), signal_id in zip(people, raised, strict=True)
        ),
    )
    await context.work.imports.add(imported)
    return context.receipt(_summary(imported), dry_run=False, findings=found)


async def _signal_of(
    context: Context, agency: Agency, kind: ImportKind, person: Person, candidate: Candidate
) -> UUID:
    """What makes somebody call this person: a signal in our own queue, with the reasons."""
    reasons = candidate.assessment.reasons
    said = RaiseSignal(
        kind=SIGNAL_KIND[kind],
        text="、".join(r.label_ja for r in reasons),
        categories=tuple(dict.fromkeys(r.code for r in reasons)),
        area=person.area,
        person_id=person.id,
    )
    return (await raise_for(context, said, agency)).id


async def imports(context: Context, *, after: UUID | None, limit: int) -> Page:
    """The agency's own imports, newest first: numbers and states."""
    found = await context.work.imports.of_agency(context.agency_id, after, limit + 1)
    items = []
    for imported in found[:limit]:
        facts = _of(context, imported.id, imported)
        if context.may(Permission.IMPORT_READ, facts, shows=ImportSummary) is not None:
            items.append(_told(imported))
    context.note_list(Permission.IMPORT_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read(context: Context, import_id: UUID) -> Shown:
    """How many there were, and where it stands; nobody by name."""
    imported = await context.work.imports.find(import_id)
    facts = _of(context, import_id, imported)
    context.enforce(Permission.IMPORT_READ, facts, shows=ImportSummary)
    assert imported is not None  # noqa: S101 - no permit without a record
    return Shown(_told(imported), imported.version, imported.id)


async def undo(context: Context, import_id: UUID, command: UndoImport) -> Shown:
    """Take a list back, while nothing was built on what came of it.

    Nothing is deleted: the records are closed to everybody, and their history stays.
    """
    imported = await context.work.imports.find(import_id, lock=True)
    facts = _of(context, import_id, imported).as_holder()
    context.enforce(Permission.IMPORT_UNDO, facts)
    assert imported is not None  # noqa: S101 - no permit without a record
    context.check_version(imported.version)
    undone = imported.undone(command.reason, context.now)
    for made in imported.made:
        about = facts.model_copy(update={"person_id": made.person_id})
        context.enforce(Permission.IMPORT_UNDO, about)
    await _take_back(context, imported)
    await context.work.imports.save(undone)
    return context.receipt(_summary(undone))


async def _take_back(context: Context, imported: PersonImport) -> None:
    if imported.screening_id is None:
        return
    people = [m.person_id for m in imported.made]
    signals = [m.signal_id for m in imported.made if m.signal_id is not None]
    built_on = set(await context.work.imports.built_upon(people, signals))
    screening = await context.work.anonymous.screening(imported.screening_id, lock=True)
    entries = screening.entries if screening else ()
    built_on |= {
        e.person_id
        for e in entries
        if e.outcome is not Outcome.PENDING or e.person_id not in people
    }
    if built_on:
        rows = sorted(m.row for m in imported.made if m.person_id in built_on)
        raise IllegalMove("import.built_upon", facts={"rows": rows[:200]})
    if screening is not None:
        emptied = screening.but(entries=(), version=screening.version + 1)
        await context.work.anonymous.save_screening(emptied)
    for signal_id in signals:
        await withdraw(context, signal_id)
    await context.work.imports.void(people, context.now)


async def _refuse_twice(context: Context, kind: ImportKind, sha256: str) -> None:
    earlier = await context.work.imports.same_file(context.agency_id, kind, sha256)
    if earlier is not None:
        facts = {"import_id": str(earlier.id), "made_at": earlier.made_at.isoformat()}
        raise IllegalMove("import.same_file", facts=facts)


async def _areas(context: Context) -> dict[str, str]:
    """The areas of the municipality: code by code, and by name."""
    found = await context.work.directory.areas(context.municipality_code)
    return {a.name: a.code for a in found} | {a.code: a.code for a in found}


def _person(context: Context, facts: Facts, candidate: Candidate) -> Person:
    return Person.model_validate(
        candidate.person.model_dump()
        | {
            "id": context.new_id(),
            "holder_agency_id": context.agency_id,
            "registered_at": context.now,
            "department": facts.department,
        }
    )


async def _listed(
    context: Context, command: RunImport, facts: Facts, people: list[Person]
) -> Screening | None:
    """Those who are to be called, on a list of their own."""
    if not people:
        return None
    screening = Screening(
        id=context.new_id(),
        agency_id=context.agency_id,
        department=facts.department,
        opened_at=context.now,
        title=command.kind.label_ja,
        documented_purpose=command.purpose_text,
        entries=tuple(Screened(person_id=p.id, flagged=True) for p in people),
    )
    await context.work.anonymous.add_screening(screening)
    return screening


def _summary(imported: PersonImport) -> ImportSummary:
    return ImportSummary.model_validate(
        {name: getattr(imported, name) for name in ImportSummary.model_fields}
    )


def _told(imported: PersonImport) -> dict[str, Any]:
    told = disclose(_summary(imported), frozenset({D0}))
    del told["withheld"]
    return told | {"kind_ja": imported.kind.label_ja, "state_ja": imported.state.label_ja}


def _own(context: Context, import_id: UUID) -> Facts:
    """An import that the caller's own agency is making, in the caller's department."""
    return Facts(
        kind=RecordKind.IMPORT,
        record_id=import_id,
        found=True,
        holder_agency_id=context.agency_id,
        department=min(context.actor.departments, default=None),
        parts=frozenset({Part.HOLDER}),
    )


def _of(context: Context, import_id: UUID, imported: PersonImport | None) -> Facts:
    if imported is None:
        return Facts(kind=RecordKind.IMPORT, record_id=import_id)
    mine = imported.agency_id == context.actor.agency_id
    return Facts(
        kind=RecordKind.IMPORT,
        record_id=imported.id,
        found=True,
        holder_agency_id=imported.agency_id,
        department=imported.department,
        parts=frozenset({Part.HOLDER}) if mine else frozenset(),
    )
