"""What every step on a plan brings along: its records, its facts, its lines, the next version."""

from collections.abc import Callable
from uuid import UUID

from service.application.context import Context, Shown
from service.application.facts import plan_facts
from service.domain.access import Facts
from service.domain.errors import Invalid
from service.domain.plan import DraftVersion, Plan, PlanVersion
from service.domain.plan_line import PlanLine, check_services, numbered, responsible_agencies


async def load(
    context: Context, plan_id: UUID, *, number: int | None = None, lock: bool = False
) -> tuple[Plan | None, PlanVersion | None, Facts]:
    """The plan, one of its versions (the latest, unless asked otherwise), and the caller's part."""
    plan = await context.work.plans.find(plan_id, lock=lock)
    wanted = number if number is not None else plan.latest_number if plan else 0
    current = await context.work.plans.version(plan_id, wanted)
    return plan, current, await plan_facts(context, plan_id, plan, current)


async def in_force(context: Context, plan: Plan, current: PlanVersion) -> PlanVersion:
    """The version that is being carried out; before there is one, the latest."""
    if plan.in_force_number in (None, current.number):
        return current
    assert plan.in_force_number is not None  # noqa: S101 - just asked
    found = await context.work.plans.version(plan.id, plan.in_force_number)
    return found or current


def require_latest(current: PlanVersion, number: int) -> None:
    """What is said is said of the latest version."""
    if number != current.number:
        raise Invalid(
            "plan.not_the_latest_version", field="/number", facts={"latest": current.number}
        )


async def save_moved(
    context: Context,
    plan: Plan,
    moved: PlanVersion,
    on_plan: Callable[[Plan], Plan] | None = None,
) -> Shown:
    """The version as it is now, and with it the plan."""
    await context.work.plans.save_version(moved)
    renewed = on_plan(plan) if on_plan else plan.but(version=plan.version + 1)
    await context.work.plans.save(renewed)
    return context.receipt(
        renewed,
        number=moved.number,
        status=moved.status.value,
        status_ja=moved.status.label_ja,
        course_ja=renewed.course.label_ja,
    )


async def check_lines(
    context: Context, lines: tuple[PlanLine, ...], before: tuple[PlanLine, ...]
) -> tuple[PlanLine, ...]:
    """The lines with their ids, if their agencies and services are there."""
    for agency_id in sorted(responsible_agencies(lines)):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field="/lines")
    check_services(lines)
    return numbered(lines, before, context.new_id)


def content(command: DraftVersion, lines: tuple[PlanLine, ...]) -> dict[str, object]:
    """The content of a version, with the lines as they were checked."""
    said = {name: getattr(command, name) for name in DraftVersion.model_fields}
    return said | {"lines": lines}


def new_version(
    context: Context, plan_id: UUID, number: int, said: dict[str, object]
) -> PlanVersion:
    """A draft."""
    return PlanVersion.model_validate(
        said | {"plan_id": plan_id, "number": number, "drafted_at": context.now}
    )
