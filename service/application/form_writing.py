"""Writing through a form: the answers that only it asks for, and a file that was filled in.

Everything goes through the use cases that write the record otherwise: a form opens no other way.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from service.application import assessments, consultations
from service.application import forms as shown_forms
from service.application.context import Context, Shown
from service.application.facts import case_facts, own_facts, plan_facts
from service.application.forms import FormRequest, FormShown
from service.domain.access import Part, RecordKind
from service.domain.assessment import Assess, Check, MemberView
from service.domain.calendar_jp import jst_date
from service.domain.consultation import ReceiveConsultation
from service.domain.consultation_states import ENDINGS
from service.domain.errors import IllegalMove, Invalid, Unconditional
from service.domain.form import ANSWERS
from service.domain.form_answers import AnswerForm, Answers, FormAnswers, read_answers
from service.domain.form_book import FormBook
from service.domain.form_filling import FieldState
from service.domain.form_sheets import Change, read_changes
from service.domain.import_rows import Sheet
from service.domain.intake import Intake
from service.domain.permission import Permission


class _Written(NamedTuple):
    """The record whose form is written: locked, and allowed to be written."""

    kind: RecordKind
    record_id: UUID
    person_id: UUID | None
    day: Any
    municipality: str


async def answer_consultation(
    context: Context, record_id: UUID, form: str, command: AnswerForm
) -> Shown:
    """The answers to a form about a consultation, all anew, by whoever may amend it."""
    return await _answer(context, await _consultation(context, record_id), form, command)


async def answer_case(context: Context, record_id: UUID, form: str, command: AnswerForm) -> Shown:
    """The answers to a form about a case, by whoever is on it."""
    return await _answer(context, await _case(context, record_id), form, command)


async def answer_plan(context: Context, record_id: UUID, form: str, command: AnswerForm) -> Shown:
    """The answers to a form about a plan, by whoever holds it."""
    return await _answer(context, await _plan(context, record_id), form, command)


async def _consultation(context: Context, record_id: UUID) -> _Written:
    found = await context.work.consultations.find(record_id, lock=True)
    facts = await own_facts(context, RecordKind.CONSULTATION, record_id, found)
    context.enforce(Permission.CONSULTATION_AMEND, facts)
    assert found is not None  # noqa: S101 - no permit without a record
    if found.status in ENDINGS:
        raise IllegalMove("consultation.ended", facts={"state": found.status})
    day = jst_date(found.received_at)
    kind = RecordKind.CONSULTATION
    return _Written(kind, found.id, found.person_id, day, found.municipality_code)


async def _case(context: Context, record_id: UUID) -> _Written:
    found = await context.work.cases.find(record_id, lock=True)
    facts = (await case_facts(context, record_id, found)).as_only(Part.HOLDER, Part.PARTY)
    context.enforce(Permission.ASSESSMENT_MAKE, facts)
    assert found is not None  # noqa: S101 - no permit without a record
    found.require_open()
    day = jst_date(found.opened_at)
    return _Written(RecordKind.CASE, found.id, found.person_id, day, found.municipality_code)


async def _plan(context: Context, record_id: UUID) -> _Written:
    plan = await context.work.plans.find(record_id, lock=True)
    current = await context.work.plans.version(record_id, plan.latest_number if plan else 0)
    facts = await plan_facts(context, record_id, plan, current)
    context.enforce(Permission.PLAN_DRAFT, facts.as_holder())
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    day = jst_date(current.drafted_at)
    return _Written(RecordKind.PLAN, plan.id, plan.person_id, day, plan.municipality_code)


async def _answer(context: Context, record: _Written, form: str, command: AnswerForm) -> Shown:
    local = await context.work.forms.local(record.municipality)
    before = await context.work.forms.answers(
        record.kind, record.record_id, context.agency_id, form, lock=True
    )
    context.check_version(before.version if before else 0)
    kept = command.version or (before.form_version if before else None)
    definition = FormBook(local).find(form, record.day, kept)
    if record.kind not in definition.records:
        raise Invalid("form.not_of_record", field="form_code")
    answers = Answers.of(definition, read_answers(definition, command.answers))
    if before is not None:
        after = before.but(
            answers=answers,
            form_version=definition.version,
            person_id=record.person_id,
            written_at=context.now,
            position_id=context.position_id,
            version=before.version + 1,
        )
        await context.work.forms.save(after)
        return _receipt(context, after)
    first = FormAnswers(
        id=context.new_id(),
        record_kind=record.kind.value,
        record_id=record.record_id,
        person_id=record.person_id,
        agency_id=context.agency_id,
        position_id=context.position_id,
        form_code=definition.code,
        form_version=definition.version,
        written_at=context.now,
        answers=answers,
    )
    await context.work.forms.add(first)
    return _receipt(context, first)


def _receipt(context: Context, answers: FormAnswers) -> Shown:
    """That they were written; what they are stands in the form."""
    done = context.receipt(answers)
    kept = ("id", "record_kind", "record_id", "form_code", "form_version", "version")
    return Shown({name: done.body[name] for name in kept}, done.version, done.record_id)


async def take_in_consultation(
    context: Context, asked: FormRequest, table: Sheet, *, dry_run: bool
) -> Shown:
    """A form about a consultation that was filled in elsewhere."""
    found = await shown_forms.of_consultation(context, asked)
    shown, changes = _changes(context, table, found, dry_run=dry_run)
    if dry_run or not changes:
        return _told(shown, changes, dry_run=dry_run)
    intake = [c for c in changes if c.field.place[0] == "intake"]
    answers = [c for c in changes if c.field.place[0] == ANSWERS]
    if len(intake) + len(answers) < len(changes):
        raise Invalid("form.assessed_on_a_case")
    if answers:
        await _write_answers(context, await _consultation(context, asked.record_id), shown, answers)
    if intake:
        before = await context.work.consultations.find(asked.record_id, lock=True)
        assert before is not None  # noqa: S101 - it was shown
        said = {name: getattr(before, name) for name in ReceiveConsultation.model_fields}
        sheet = _amended(before.intake, intake)
        command = ReceiveConsultation.model_validate(said | {"intake": sheet})
        await consultations.amend(context, asked.record_id, command)
    return _told(shown, changes, dry_run=False)


async def take_in_case(
    context: Context, asked: FormRequest, table: Sheet, *, dry_run: bool
) -> Shown:
    """A form about a case: its answers, and the agency's own view as one more assessment."""
    found = await shown_forms.of_case(context, asked)
    shown, changes = _changes(context, table, found, dry_run=dry_run)
    if any(c.field.place[0] == "intake" for c in changes):
        raise Invalid("form.intake_on_the_consultation")
    if dry_run or not changes:
        return _told(shown, changes, dry_run=dry_run)
    answers = [c for c in changes if c.field.place[0] == ANSWERS]
    seen = [c for c in changes if c.field.place[0] == "assessment"]
    if answers:
        await _write_answers(context, await _case(context, asked.record_id), shown, answers)
    if seen:
        case = await context.work.cases.find(asked.record_id)
        assert case is not None  # noqa: S101 - it was shown
        await assessments.assess(context, case.id, _view(context, case.person_id, shown, seen))
    return _told(shown, changes, dry_run=False)


async def take_in_plan(
    context: Context, asked: FormRequest, table: Sheet, *, dry_run: bool
) -> Shown:
    """A form about a plan: its answers only; the plan itself is drafted line by line."""
    found = await shown_forms.of_plan(context, asked)
    shown, changes = _changes(context, table, found, dry_run=dry_run)
    if changes and not dry_run:
        await _write_answers(context, await _plan(context, asked.record_id), shown, changes)
    return _told(shown, changes, dry_run=dry_run)


def _changes(
    context: Context, table: Sheet, shown: FormShown, *, dry_run: bool
) -> tuple[FormShown, list[Change]]:
    """What the file says otherwise than the version of the record that the caller has seen."""
    if context.expected_version is None and not dry_run:
        raise Unconditional("record.version_required")
    context.check_version(shown.record_version)
    return shown, read_changes(shown.definition, shown.filled, table)


async def _write_answers(
    context: Context, record: _Written, shown: FormShown, changes: Sequence[Change]
) -> None:
    """The answers there were, with the changes; the version that counts is the record's."""
    before = shown.material.parts[ANSWERS].values
    after = dict(before) | {c.field.code: c.value for c in changes}
    expected, context.expected_version = context.expected_version, shown.answers_version
    await _answer(
        context,
        record,
        shown.definition.code,
        AnswerForm(version=shown.definition.version, answers=after),
    )
    context.expected_version = expected


def _amended(intake: Intake, changes: Sequence[Change]) -> Intake:
    """The sheet with what the file says: a value, none, unknown, or not answered."""
    said: dict[str, Any] = dict(intake)
    none, unknown = set(intake.none), set(intake.unknown)
    for change in changes:
        name = change.field.place[1]
        empty: Any = frozenset() if name == "worries" else None
        said[name] = change.value if change.state is FieldState.ANSWERED else empty
        for marked, state in ((none, FieldState.NONE), (unknown, FieldState.UNKNOWN)):
            (marked.add if change.state is state else marked.discard)(name)
    return Intake.model_validate(said | {"none": frozenset(none), "unknown": frozenset(unknown)})


def _view(context: Context, person_id: UUID, shown: FormShown, changes: Sequence[Change]) -> Assess:
    """The agency's view as the form shows it, with the changes: one more, nobody's is touched."""
    before: Mapping[str, Any] = shown.material.parts["assessment"].values
    if before.get("agency_id") not in (None, str(context.agency_id)):
        before = {}
    said = dict(before) | {c.field.place[1]: c.value for c in changes}
    checks = {Check(c) for f in ("checks", "sensitive_checks") for c in said.get(f) or ()}
    protected = {Check(c) for c in before.get("protected_checks") or ()}
    if said.get("violence"):
        protected.add(Check.VIOLENCE)
    elif "violence" in {c.field.place[1] for c in changes}:
        protected.discard(Check.VIOLENCE)
    texts = {name: said.get(name) for name in ("issues", "strengths", "direction", "opinion")}
    member = MemberView(person_id=person_id, checks=frozenset(checks | protected), **texts)
    day = said.get("assessed_on") if any(c.field.code == "assessed_on" for c in changes) else None
    return Assess.model_validate(
        {"assessed_on": day or context.today, "members": [member.model_dump()]}
    )


def _told(shown: FormShown, changes: Sequence[Change], *, dry_run: bool) -> Shown:
    """Which boxes change, by their codes; what is in them is told by the form."""
    body = {
        "form": shown.definition.code,
        "version": shown.definition.version,
        "dry_run": dry_run,
        "changes": [c.field.code for c in changes],
    }
    return Shown(body)
