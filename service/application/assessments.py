"""The household assessment: each agency's view of each member, side by side (row 1-26)."""

from typing import Any
from uuid import UUID

from service.application.case_steps import touch
from service.application.cases import load
from service.application.context import Context, Shown
from service.application.facts import case_facts, person_facts
from service.domain.access import Facts, Part, RecordKind
from service.domain.assessment import Assess, Assessment, assessments_of, side_by_side
from service.domain.case import Case
from service.domain.disclosure import D3, disclose
from service.domain.errors import Invalid
from service.domain.permission import Permission


async def assess(context: Context, case_id: UUID, command: Assess) -> Shown:
    """One more view, the caller's agency's own; nobody else's is touched."""
    case, _ = await load(context, case_id, Permission.ASSESSMENT_MAKE, Part.HOLDER, Part.PARTY)
    if command.assessed_on > context.today:
        raise Invalid("assessment.in_future", field="/assessed_on")
    members = [m.person_id for m in command.members]
    if len(set(members)) != len(members):
        raise Invalid("assessment.member_twice", field="/members")
    for number, person_id in enumerate(members):
        await _require_member(context, case, person_id, number)
    made = assessments_of(
        command,
        new_id=context.new_id,
        case_id=case.id,
        agency_id=context.agency_id,
        position_id=context.position_id,
        made_at=context.now,
    )
    for one in made:
        await context.work.assessments.add(one)
    await touch(context, case.id)
    return context.receipt(made[0], members=len(made))


async def listing(context: Context, case_id: UUID) -> Shown:
    """All views that the caller may see, oldest first, and where the latest ones differ."""
    case = await context.work.cases.find(case_id)
    about = await case_facts(context, case_id, case)
    context.enforce(Permission.ASSESSMENT_READ, about)
    assert case is not None  # noqa: S101 - no permit without a record
    items: list[dict[str, Any]] = []
    latest: dict[tuple[UUID, UUID], dict[str, Any]] = {}
    for one in await context.work.assessments.of_case(case_id):
        facts = await facts_of_view(context, case, one, about)
        permit = context.may(Permission.ASSESSMENT_READ, facts, shows=Assessment, needs=D3)
        if permit is not None and permit.only_themes is None:
            shown = disclose(one, permit.classes)
            items.append(shown)
            latest[one.agency_id, one.person_id] = shown
    return Shown({"items": items, "side_by_side": side_by_side(latest.values())}, None, case.id)


async def _require_member(context: Context, case: Case, person_id: UUID, number: int) -> None:
    """The person of the case, or somebody whom the agency knows in the same household."""
    if person_id == case.person_id:
        return
    housemates = await context.work.persons.housemates(case.person_id, context.agency_id)
    person = next((p for p in housemates if p.id == person_id), None)
    if person is None:
        raise Invalid("assessment.not_of_household", field=f"/members/{number}/person_id")
    known = await person_facts(context, person_id, person)
    context.enforce(
        Permission.ASSESSMENT_MAKE, known.model_copy(update={"kind": RecordKind.ASSESSMENT})
    )


async def facts_of_view(context: Context, case: Case, one: Assessment, about: Facts) -> Facts:
    """A view belongs to its agency; a member's own consents open it, nobody else's."""
    me = context.actor.agency_id
    parts = {Part.HOLDER} if one.agency_id == me else set()
    if case.has(me):
        parts.add(Part.PARTY)
    consents = about.consents
    provisions = about.provisions
    if one.person_id != case.person_id:
        consents = tuple(await context.work.consents.terms_of_person(one.person_id))
        provisions = tuple(await context.work.provisions.of_person(one.person_id))
    return Facts(
        kind=RecordKind.ASSESSMENT,
        record_id=one.id,
        found=True,
        holder_agency_id=one.agency_id,
        department=about.department,
        person_id=one.person_id,
        parts=frozenset(parts),
        consents=consents,
        provisions=provisions,
        themes=case.themes_of(me),
    )
