"""Drafting plans, together: the holder all of it, each responsible agency its own lines."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import person_facts
from service.application.plan_steps import (
    check_lines,
    content,
    load,
    new_version,
    require_latest,
)
from service.domain.access import Facts, Part, RecordKind
from service.domain.directory import Agency
from service.domain.disclosure import D0, D3, disclose
from service.domain.errors import Concealed, Invalid
from service.domain.people import Person
from service.domain.permission import Permission
from service.domain.plan import (
    DraftPlan,
    DraftVersion,
    Plan,
    PlanAct,
    PlanVersion,
    show_plan,
)
from service.domain.plan_changes import Names, changes_between
from service.domain.plan_course import CourseAct, course_after
from service.domain.plan_line import PlanLine
from service.domain.service_list import SERVICES, listed_on


async def draft(context: Context, command: DraftPlan) -> Shown:
    """A new plan for a person in support, held by the agency that draws it up."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(Permission.PLAN_DRAFT, facts.model_copy(update={"kind": RecordKind.PLAN}))
    lines = await check_lines(context, command.lines, ())
    await _check_links(context, command, person)
    plan = Plan(
        id=context.new_id(),
        person_id=command.person_id,
        holder_agency_id=context.agency_id,
        municipality_code=context.municipality_code,
        kind=command.kind,
        referral_id=command.referral_id,
        case_id=command.case_id,
        made_at=context.now,
    )
    first = new_version(context, plan.id, 1, content(command, lines))
    await context.work.plans.add(plan, first)
    return context.receipt(plan, status="draft")


async def read(context: Context, plan_id: UUID, number: int | None = None) -> Shown:
    """One version of the plan (the latest, unless asked otherwise), as far as the caller may see it."""
    plan, current, facts = await load(context, plan_id, number=number)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanVersion)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    return Shown(show_plan(plan, current, permit), plan.version, plan.id)


async def versions(context: Context, plan_id: UUID) -> Page:
    """All versions, oldest first."""
    plan, _, facts = await load(context, plan_id)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanVersion)
    assert plan is not None  # noqa: S101 - no permit without a record
    found = await context.work.plans.versions(plan_id)
    shown = [show_plan(plan, v, permit) for v in found]
    return Page([s["current"] | {"withheld": s["withheld"]} for s in shown])


async def changes(context: Context, plan_id: UUID, number: int, since: int) -> Shown:
    """What differs between two versions, both of which the caller may read, as far as it may."""
    plan, new, facts = await load(context, plan_id, number=number)
    permit = context.enforce(Permission.PLAN_READ, facts, shows=PlanVersion, needs=D3)
    _, old, facts_then = await load(context, plan_id, number=since)
    then = context.require(Permission.PLAN_READ, facts_then)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert new is not None  # noqa: S101 - no permit without a record
    assert old is not None  # noqa: S101 - no permit without a record
    was, now = (
        show_plan(plan, version, seen)["current"] for version, seen in ((old, then), (new, permit))
    )
    found = changes_between(was, now, await _names(context, was, now))
    items = [c.model_dump(mode="json") | {"change_ja": c.change.label_ja} for c in found]
    return Shown({"number": number, "since": since, "items": items}, plan.version, plan.id)


async def amend(context: Context, plan_id: UUID, command: DraftVersion) -> Shown:
    """Change the draft; once the person has agreed, this makes the next version instead."""
    plan, current, facts = await load(context, plan_id, lock=True)
    held = facts.as_holder()
    context.enforce(Permission.PLAN_DRAFT, held)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    course_after(plan.course, CourseAct.AMEND)
    said = content(command, await check_lines(context, command.lines, current.lines))
    number = current.number
    if current.is_draft:
        changed = current.move(PlanAct.AMEND, sign_offs=(), **said)
        await context.work.plans.save_version(changed)
    else:
        number += 1
        await context.work.plans.save_version(current.move(PlanAct.SUPERSEDE))
        await context.work.plans.add_version(new_version(context, plan.id, number, said))
    renewed = plan.but(latest_number=number, version=plan.version + 1)
    await context.work.plans.save(renewed)
    return context.receipt(renewed, status="draft")


async def edit_line(
    context: Context, plan_id: UUID, number: int, line_id: UUID, command: PlanLine
) -> Shown:
    """Change one line of a draft: its own agency, or the holder. What was signed off is so no longer."""
    plan, current, facts = await load(context, plan_id, lock=True)
    ours = facts.as_only(Part.HOLDER, Part.PARTY)
    context.enforce(Permission.PLAN_DRAFT, ours, needs=D3)
    assert plan is not None  # noqa: S101 - no permit without a record
    assert current is not None  # noqa: S101 - no permit without a record
    context.check_version(plan.version)
    require_latest(current, number)
    place, line = current.line(line_id) or (0, None)
    holds = Part.HOLDER in ours.parts
    if line is None or not (holds or line.responsible_agency_id == context.agency_id):
        # A line that is not there, and another agency's, look alike to whoever may not see it.
        raise Concealed("record.not_found")
    if not holds and command.responsible_agency_id != context.agency_id:
        raise Invalid("plan.line_stays_with_agency", field="/responsible_agency_id")
    if command.id not in (None, line_id):
        raise Invalid("plan.unknown_line", field="/id")
    said = (*current.lines[:place], command.but(id=line_id), *current.lines[place + 1 :])
    lines = await check_lines(context, said, current.lines)
    await context.work.plans.save_version(current.move(PlanAct.AMEND, lines=lines, sign_offs=()))
    renewed = plan.but(version=plan.version + 1)
    await context.work.plans.save(renewed)
    return context.receipt(renewed, status="draft")


async def service_list(context: Context) -> Page:
    """The services that a line can name today; nobody is told of."""
    context.enforce(Permission.DIRECTORY_READ, Facts(kind=RecordKind.DIRECTORY, found=True))
    return Page(
        [
            disclose(s, frozenset({D0})) | {"kind_ja": s.kind.label_ja}
            for s in listed_on(context.today)
        ]
    )


async def _names(context: Context, *shown: Mapping[str, Any]) -> Names:
    """What the agencies and services in what is shown are called."""
    found: dict[str, str] = {}
    for agency_id in {line["responsible_agency_id"] for s in shown for line in s["lines"]}:
        agency: Agency | None = await context.work.directory.agency(UUID(agency_id))
        if agency is not None:
            found[agency_id] = agency.name
    return Names(agencies=found, services={s.code: s.label_ja for s in SERVICES})


async def _check_links(context: Context, command: DraftPlan, person: Person | None) -> None:
    """A plan may be attached only to a referral and a case of the same person, that the caller is on."""
    me = context.agency_id
    if command.referral_id is not None:
        referral = await context.work.referrals.find(command.referral_id)
        parties = {referral.from_agency_id, referral.to_agency_id} if referral else set()
        if (
            referral is None
            or person is None
            or referral.person_id != person.id
            or me not in parties
        ):
            raise Invalid("plan.unknown_referral", field="/referral_id")
    if command.case_id is not None:
        case = await context.work.cases.find(command.case_id)
        if case is None or person is None or case.person_id != person.id or not case.has(me):
            raise Invalid("plan.unknown_case", field="/case_id")
