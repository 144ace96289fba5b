"""Forms (帳票): their definitions, filled in from a record, and the answers that only they ask for."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from service.application import form_parts as parts
from service.application.context import Context, Page, Shown
from service.application.facts import case_facts, own_facts, plan_facts
from service.domain.access import Facts, Part, RecordKind
from service.domain.access_rules import OWN_COPY
from service.domain.calendar_jp import jst_date
from service.domain.decision import Permit
from service.domain.disclosure import D0, D1, D2, D5, D6, D7, Classes, disclose
from service.domain.errors import Denied, Invalid
from service.domain.form import FormDefinition
from service.domain.form_answers import FormAnswers
from service.domain.form_book import AddFormVersion, FormBook, local_form
from service.domain.form_filling import (
    FilledForm,
    FormCopy,
    Material,
    PartShown,
    PersonsCopy,
    fill,
)
from service.domain.form_material import plan_lines, plan_record, services_of, team_lines
from service.domain.permission import Permission
from service.domain.plan import show_plan


class CopyFor(StrEnum):
    """Whose copy it is."""

    AGENCY = "agency"
    PERSON = "person"


class FormRequest(NamedTuple):
    """Which form of which record, in which version, for whom."""

    record_id: UUID
    form: str
    version: int | None = None
    copy: CopyFor = CopyFor.AGENCY


class FormShown(NamedTuple):
    """A form filled in, and what is needed to print it and to change it."""

    definition: FormDefinition
    filled: FilledForm
    material: Material
    record_version: int
    answers_version: int
    persons_copy: bool
    issuer: str
    made_on: date


class _Found(NamedTuple):
    """A record that was found and may be read: what it shows of itself, and since when it is."""

    kind: RecordKind
    record_id: UUID
    version: int
    day: date
    municipality: str
    agency_id: UUID


#: What is left out of the person's copy altogether, so that it does not even tell that there is any.
NOT_FOR_THE_PERSON: Classes = frozenset({D5, D6, D7})


async def book(context: Context, *, day: date | None, code: str | None = None) -> Page:
    """The forms in force, or all versions of one. They say nothing about anybody."""
    context.enforce(Permission.FORM_READ, _definitions(context))
    forms = await _book(context, context.actor.municipality_code)
    listed = forms.in_force(day or context.today) if code is None else forms.versions(code)
    return Page([d.model_dump(mode="json") for d in listed])


async def definition(context: Context, code: str, version: int | None) -> FormDefinition:
    """One form: a certain version, or the one in force today."""
    context.enforce(Permission.FORM_READ, _definitions(context))
    forms = await _book(context, context.actor.municipality_code)
    return forms.find(code, context.today, version)


async def empty(context: Context, code: str, version: int | None) -> FormShown:
    """A form with nothing on it, to be filled in by hand."""
    found = await definition(context, code, version)
    return FormShown(
        definition=found,
        filled=fill(found, Material()),
        material=Material(),
        record_version=0,
        answers_version=0,
        persons_copy=False,
        issuer=await _issuer(context),
        made_on=context.today,
    )


async def add_version(context: Context, code: str, command: AddFormVersion) -> Shown:
    """A municipality's own version: the standard one and its own boxes. It is never changed."""
    mine = _definitions(context).model_copy(
        update={"parts": frozenset({Part.HOLDER}), "holder_agency_id": context.agency_id}
    )
    context.enforce(Permission.FORM_ADD_VERSION, mine)
    municipality = context.municipality_code
    if context.agency_id not in await context.work.directory.deciders(municipality):
        raise Denied("form.by_municipality_only")
    if command.valid_from < context.today:
        raise Invalid("form.version_in_past", field="/valid_from")
    await context.work.forms.hold(municipality)
    versions = (await _book(context, municipality)).versions(code)
    base = FormBook().find(code, command.valid_from)
    made = local_form(
        command,
        base,
        versions,
        id=context.new_id(),
        municipality_code=municipality,
        made_at=context.now,
        made_by_agency_id=context.agency_id,
    )
    await context.work.forms.add_local(made)
    return context.receipt(made)


async def of_consultation(context: Context, asked: FormRequest) -> FormShown:
    """A form filled in from a consultation, for the agency that took it in."""
    found = await context.work.consultations.find(asked.record_id)
    facts = await own_facts(context, RecordKind.CONSULTATION, asked.record_id, found)
    permit = _enforce(context, Permission.CONSULTATION_READ, facts, asked)
    assert found is not None  # noqa: S101 - no permit without a record
    ceiling = _ceiling(context, permit, asked)
    record = _Found(
        RecordKind.CONSULTATION,
        found.id,
        found.version,
        jst_date(found.received_at),
        found.municipality_code,
        found.agency_id,
    )
    form, answers = await _form(context, asked, record)
    shown = await parts.consultation_parts(context, found, ceiling) | {
        "record": parts.record(await parts.record_of_consultation(context, found)),
        "person": await parts.person(context, found.person_id, ceiling),
    }
    if "consent" in form.draws_on:
        shown["consent"] = await parts.consents(context, found.person_id, ceiling)
    return await _filled(context, asked, record, form, answers, ceiling, shown)


async def of_case(context: Context, asked: FormRequest) -> FormShown:
    """A form filled in from a case and what was recorded on it."""
    case = await context.work.cases.find(asked.record_id)
    facts = await case_facts(context, asked.record_id, case)
    permit = _enforce(context, Permission.CASE_READ, facts, asked)
    assert case is not None  # noqa: S101 - no permit without a record
    # Whoever is there for some themes only gets who it is; the boxes have no themes.
    limited = permit.only_themes is not None
    ceiling = _ceiling(context, permit, asked)
    if limited:
        ceiling &= {D0, D1, D2}
    record = _Found(
        RecordKind.CASE,
        case.id,
        case.version,
        jst_date(case.opened_at),
        case.municipality_code,
        case.lead_agency_id,
    )
    form, answers = await _form(context, asked, record)
    wants = form.draws_on
    who = await parts.person(context, case.person_id, ceiling)
    shown = await parts.case_parts(context, case, ceiling) | {
        "record": parts.record(await parts.record_of_case(context, case)),
        "person": who,
    }
    lines: dict[str, tuple[PartShown, ...]] = {}
    if wants & {"assessment", "views"}:
        views = await parts.views_of(context, case, facts, ceiling, household="views" in wants)
        shown["assessment"] = parts.assessment_part(context, case, views, ceiling)
        lines["views"] = await parts.view_lines(context, case, views, ceiling, who)
    if "notes" in wants:
        lines["notes"] = await parts.note_lines(context, case, facts, ceiling)
    if "team" in wants:
        named = {case.lead_agency_id, case.deputy_agency_id, *(m.agency_id for m in case.team)}
        lines["team"] = team_lines(case, ceiling, await parts.agencies(context, named))
    if "consent" in wants:
        shown["consent"] = await parts.consents(context, case.person_id, ceiling)
    return await _filled(context, asked, record, form, answers, ceiling, shown, lines)


async def of_plan(context: Context, asked: FormRequest) -> FormShown:
    """A form filled in from the latest version of a plan; themes limit its lines."""
    plan = await context.work.plans.find(asked.record_id)
    current = await context.work.plans.version(asked.record_id, plan.latest_number if plan else 0)
    facts = await plan_facts(context, asked.record_id, plan, current)
    permit = _enforce(context, Permission.PLAN_READ, facts, asked)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    ceiling = _ceiling(context, permit, asked)
    record = _Found(
        RecordKind.PLAN,
        plan.id,
        plan.version,
        jst_date(current.drafted_at),
        plan.municipality_code,
        plan.holder_agency_id,
    )
    form, answers = await _form(context, asked, record)
    seen = show_plan(plan, current, permit.model_copy(update={"classes": ceiling}))["current"]
    entries = seen.get("lines", [])
    case = await context.work.cases.find(plan.case_id) if plan.case_id else None
    on_it = case is not None and case.has(context.actor.agency_id)
    named = {plan.holder_agency_id, *(line.responsible_agency_id for line in current.lines)}
    names = await parts.agencies(context, named)
    number = case.number if case is not None and on_it else None
    limited = permit.only_themes is not None
    shown = {
        "record": parts.record(plan_record(current, names.get(plan.holder_agency_id), number)),
        "person": await parts.person(context, plan.person_id, ceiling),
        # With a limit to themes the rest of the plan is closed, not empty.
        "plan": PartShown(classes=frozenset({D0}) if limited else ceiling, values=seen),
        "services": PartShown(classes=ceiling, values={"all": services_of(entries)}),
    }
    lines = {"lines": plan_lines(entries, ceiling, names)}
    return await _filled(context, asked, record, form, answers, ceiling, shown, lines)


def body_of(shown: FormShown) -> dict[str, Any]:
    """A form filled in, as JSON."""
    return shown.filled.model_dump(mode="json") | {
        "copy_for": CopyFor.PERSON.value if shown.persons_copy else CopyFor.AGENCY.value,
        "answers_version": shown.answers_version,
    }


def _enforce(context: Context, permission: Permission, facts: Facts, asked: FormRequest) -> Permit:
    """The one entry about the person: it tells of what is on the copy that was asked for."""
    mine = _is_persons(context, asked)
    return context.enforce(permission, facts, shows=PersonsCopy if mine else FormCopy)


def _is_persons(context: Context, asked: FormRequest) -> bool:
    return asked.copy is CopyFor.PERSON or context.actor.kind == "person"


def _ceiling(context: Context, permit: Permit, asked: FormRequest) -> Classes:
    return permit.classes & OWN_COPY if _is_persons(context, asked) else permit.classes


async def _form(
    context: Context, asked: FormRequest, record: _Found
) -> tuple[FormDefinition, FormAnswers | None]:
    """The version that was asked for, that the answers were given to, or of the record's day."""
    forms = await _book(context, record.municipality)
    answers = await _answers(context, asked, record)
    kept = answers.form_version if answers and asked.version is None else asked.version
    found = forms.find(asked.form, record.day, kept)
    if record.kind not in found.records:
        kinds = sorted(k.value for k in found.records)
        raise Invalid("form.not_of_record", field="form_code", facts={"records": kinds})
    return found, answers


async def _answers(
    context: Context, asked: FormRequest, record: _Found, *, lock: bool = False
) -> FormAnswers | None:
    if context.actor.agency_id is None:
        return None
    return await context.work.forms.answers(
        record.kind, record.record_id, context.actor.agency_id, asked.form, lock=lock
    )


async def _filled(
    context: Context,
    asked: FormRequest,
    record: _Found,
    form: FormDefinition,
    answers: FormAnswers | None,
    ceiling: Classes,
    shown: Mapping[str, PartShown],
    lines: Mapping[str, tuple[PartShown, ...]] | None = None,
) -> FormShown:
    own = disclose(answers, ceiling)["answers"] if answers else {}
    written = {a["code"]: a["value"] for by_class in own.values() for a in by_class}
    kinds = await context.work.directory.kinds() if "intake" in form.draws_on else ()
    material = Material(
        parts=dict(shown) | {"answers": PartShown(classes=ceiling, values=written)},
        lines=lines or {},
        labels={k.code: k.label_ja for k in kinds},
    )
    persons = _is_persons(context, asked)
    return FormShown(
        definition=form,
        filled=fill(form, material, NOT_FOR_THE_PERSON if persons else frozenset()),
        material=material,
        record_version=record.version,
        answers_version=answers.version if answers else 0,
        persons_copy=persons,
        issuer=await _name(context, record.agency_id),
        made_on=context.today,
    )


async def _book(context: Context, municipality: str | None) -> FormBook:
    return FormBook(await context.work.forms.local(municipality) if municipality else ())


async def _issuer(context: Context) -> str:
    return await _name(context, context.actor.agency_id) if context.actor.agency_id else ""


async def _name(context: Context, agency_id: UUID) -> str:
    return (await parts.agencies(context, (agency_id,))).get(agency_id, "")


def _definitions(context: Context) -> Facts:
    """Forms are like the directory: they are there for everybody who works here."""
    return Facts(kind=RecordKind.DIRECTORY, found=True, holder_agency_id=context.actor.agency_id)
