"""The parts of a record that a form is filled in from, each as far as its own decision opens it.

The record that was asked for has the one entry in the audit log; its classes are the ceiling of
everything that is shown beside it, so that the entry never tells of less than was shown.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from service.application.assessments import facts_of_view
from service.application.conferences import names_of
from service.application.context import Context
from service.application.facts import facts_of_consent, own_facts, person_facts, plan_facts
from service.application.notes import facts_of_note
from service.domain.access import Facts, RecordKind
from service.domain.assessment import Assessment, Check
from service.domain.case import Case
from service.domain.consultation import Consultation
from service.domain.decision import Permit
from service.domain.disclosure import D0, D1, D3, D5, Classes, disclose
from service.domain.form_filling import PartShown
from service.domain.form_material import (
    Names,
    case_record,
    consent_part,
    consultation_record,
    ending_part,
    evaluation_part,
    intake_part,
    person_part,
    with_agency,
)
from service.domain.permission import Permission, Purpose

#: The record is there and closed: its boxes are held back, whatever would stand in them.
CLOSED = PartShown(classes=frozenset())


def _purpose(context: Context) -> Purpose:
    """What the record was asked for; without one there was no permit."""
    return context.actor.purpose or Purpose.CONSULTATION


async def person(context: Context, person_id: UUID | None, ceiling: Classes) -> PartShown:
    """Who it is, as far as the person's own record is open to the caller."""
    if person_id is None:
        return person_part(None, ceiling)
    found = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, found)
    classes = context.classes_of(Permission.PERSON_READ, facts, _purpose(context)) & ceiling
    if found is None or D1 not in classes:
        return CLOSED
    return person_part(disclose(found, classes), classes)


async def consents(context: Context, person_id: UUID | None, ceiling: Classes) -> PartShown:
    """Whether the person agreed, from the consents that the caller may read."""
    if person_id is None:
        return PartShown(classes=ceiling)
    readable = []
    for consent in await context.work.consents.of_person(person_id):
        facts = await facts_of_consent(context, consent.id, consent)
        if D1 in context.classes_of(Permission.CONSENT_READ, facts, _purpose(context)):
            readable.append(consent)
    return consent_part(readable, ceiling)


async def consultation_parts(
    context: Context, found: Consultation | None, ceiling: Classes
) -> dict[str, PartShown]:
    """What was heard, and the intake sheet: its own agency's alone."""
    if found is None:
        return {}
    facts = await own_facts(context, RecordKind.CONSULTATION, found.id, found)
    classes = context.classes_of(Permission.CONSULTATION_READ, facts, _purpose(context)) & ceiling
    shown = disclose(found, classes)
    return {
        "consultation": PartShown(classes=classes, values=shown),
        "intake": intake_part(shown, classes),
    }


async def record_of_consultation(context: Context, found: Consultation) -> dict[str, Any]:
    """The desk's side of it."""
    names = await names_of(context, {found.agency_id})
    return consultation_record(found, names) | {
        "received_by": await title_of(context, found.position_id)
    }


async def title_of(context: Context, position_id: UUID | None) -> str | None:
    """A position as it is called; who held it that day, the directory says."""
    position = await context.work.directory.position(position_id) if position_id else None
    return position.title if position else None


async def case_parts(context: Context, case: Case, ceiling: Classes) -> dict[str, PartShown]:
    """The parts beside a case: the consultation it began with, the evaluation."""
    parts = {"evaluation": await evaluation(context, case, ceiling)}
    consultation = await _consultation_of(context, case)
    if consultation is None and case.consultation_id is not None:
        parts |= {"consultation": CLOSED, "intake": CLOSED}
    parts |= await consultation_parts(context, consultation, ceiling)
    return parts


async def evaluation(context: Context, case: Case, ceiling: Classes) -> PartShown:
    """The last evaluation sheet of its plans; without one, what the case tells of its end."""
    sheets = [
        (sheet, plan)
        for plan in await context.work.plans.of_case(case.id)
        for sheet in await context.work.plans.evaluations(plan.id)
    ]
    if not sheets:
        return ending_part(disclose(case, ceiling), ceiling)
    sheet, plan = max(sheets, key=lambda found: (found[0].on, found[0].recorded_at))
    version = await context.work.plans.version(plan.id, sheet.number)
    facts = await plan_facts(context, plan.id, plan, version)
    decision = context.would(Permission.PLAN_READ, facts, purpose=_purpose(context))
    # A sheet speaks of the whole plan; the boxes have no themes.
    if version is None or not isinstance(decision, Permit) or decision.only_themes is not None:
        return CLOSED
    classes = decision.classes & ceiling
    lines = [disclose(line, classes) for line in version.lines]
    return evaluation_part(disclose(sheet, classes), lines, classes)


async def record_of_case(context: Context, case: Case) -> dict[str, Any]:
    """The case's side, with the desk where it began, if that was ours."""
    consultation = await _consultation_of(context, case)
    began = await record_of_consultation(context, consultation) if consultation else {}
    names = await names_of(context, {case.lead_agency_id})
    return began | case_record(case, names)


async def _consultation_of(context: Context, case: Case) -> Consultation | None:
    """The consultation that it began with, or our own last one with the person."""
    me = context.actor.agency_id
    if case.consultation_id is not None:
        found = await context.work.consultations.find(case.consultation_id)
        if found is not None and found.agency_id == me:
            return found
    ours = await context.work.consultations.of_person(case.person_id, me) if me else []
    return ours[-1] if ours else None


#: A view, what is shown of it, and how far it is open.
View = tuple[Assessment, dict[str, Any], Classes]


async def views_of(
    context: Context, case: Case, about: Facts, ceiling: Classes, *, household: bool
) -> list[View]:
    """Everybody's latest views that the caller may see: of the person, or of the household.

    A member other than the person of the case has an entry of their own in the audit log.
    """
    if case.themes_of(context.actor.agency_id) is not None:
        return []
    latest: dict[tuple[UUID, UUID], Assessment] = {}
    for one in await context.work.assessments.of_case(case.id):
        if household or one.person_id == case.person_id:
            latest[one.agency_id, one.person_id] = one
    found = []
    for one in latest.values():
        facts = await facts_of_view(context, case, one, about)
        if one.person_id == case.person_id:
            permission = Permission.ASSESSMENT_READ
            classes = context.classes_of(permission, facts, _purpose(context)) & ceiling
        else:
            permit = context.may(Permission.ASSESSMENT_READ, facts, shows=Assessment, needs=D3)
            limited = permit is None or permit.only_themes is not None
            classes = frozenset() if permit is None or limited else permit.classes & ceiling
        if D3 in classes:
            found.append((one, disclose(one, classes), classes))
    return found


def assessment_part(
    context: Context, case: Case, views: Sequence[View], ceiling: Classes
) -> PartShown:
    """The caller's own latest view of the person, or else the latest that it may see."""
    about = [v for v in views if v[0].person_id == case.person_id]
    own = [v for v in about if v[0].agency_id == context.actor.agency_id] or about
    if not own:
        return PartShown(classes=ceiling)
    return _checks(*own[-1])


def _checks(_: Assessment, shown: dict[str, Any], classes: Classes) -> PartShown:
    violence = D5 in classes and Check.VIOLENCE in (shown.get("protected_checks") or ())
    # Not ticked is not the same as answered "no".
    return PartShown(classes=classes, values=shown | {"violence": violence or None})


async def view_lines(
    context: Context, case: Case, views: Sequence[View], ceiling: Classes, who: PartShown
) -> tuple[PartShown, ...]:
    """The views as lines, with the name of the member where it is open."""
    names = await names_of(context, {one.agency_id for one, _, _ in views})
    entries = []
    for one, shown, _ in views:
        same = one.person_id == case.person_id
        member = who if same else await person(context, one.person_id, ceiling)
        entries.append(shown | {"member": member.values.get("name")})
    return with_agency(entries, [classes for _, _, classes in views], names)


async def note_lines(
    context: Context, case: Case, about: Facts, ceiling: Classes
) -> tuple[PartShown, ...]:
    """The progress notes that are open to the caller, oldest first."""
    if case.themes_of(context.actor.agency_id) is not None:
        return ()
    entries, opened = [], []
    for note in await context.work.notes.of_case(case.id):
        facts = facts_of_note(context, case, note, about)
        classes = context.classes_of(Permission.NOTE_READ, facts, _purpose(context)) & ceiling
        if D3 in classes:
            entries.append(disclose(note, classes))
            opened.append(classes)
    names = await names_of(context, {UUID(e["agency_id"]) for e in entries})
    return with_agency(entries, opened, names)


async def agencies(context: Context, ids: Iterable[UUID | None]) -> Names:
    """Agencies as they are called today."""
    return await names_of(context, {i for i in ids if i is not None})


def record(values: dict[str, Any]) -> PartShown:
    """The administrative side of a record."""
    return PartShown(classes=frozenset({D0}), values=values)
