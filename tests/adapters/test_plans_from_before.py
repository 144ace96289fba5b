"""Plans that were there before they had line ids and a course: the migration gives them both."""

import json
from importlib import import_module

from every_route import make_records
from scenario_steps import ok
from town import Town

MIGRATION = import_module("service.adapters.postgres.migrations.versions.0020_plans_in_full")


async def test_lines_get_ids_in_their_order_and_decided_plans_their_course(town: Town):
    records = await make_records(town)
    plan = records.by_parameter["plan_id"]
    row = await town.owner.fetchval("SELECT lines FROM plan_version WHERE plan_id = $1", plan)
    (one,) = json.loads(row)
    del one["id"]
    before = [one | {"theme": theme} for theme in ("debt", "health", "work")]
    await town.owner.execute(
        "UPDATE plan_version SET lines = $2, status = 'decided', decided_at = now(),"
        " monitoring_on = '2027-03-01' WHERE plan_id = $1",
        plan,
        json.dumps(before),
    )
    for statement in (MIGRATION.LINE_IDS, MIGRATION.DECIDED):
        await town.owner.execute(statement)
    shown = await ok(town.caller("j-consultant", "planning").get(f"/v1/plans/{plan}"))
    lines = shown["current"]["lines"]
    assert [line["theme"] for line in lines] == ["debt", "health", "work"]
    assert len({line["id"] for line in lines} - {None}) == 3
    assert (shown["plan"]["course"], shown["plan"]["in_force_number"]) == ("active", 1)
    assert (shown["plan"]["due_on"], shown["plan"]["wake_on"]) == ("2027-03-01", "2027-03-01")
