"""A regular meeting: J plans it, one sitting is skipped, one moved, and it ends."""

import asyncio
import uuid
from typing import Any

from scenario_steps import hidden, notices, ok, refused
from town import Caller, Town


def j(town: Town) -> Caller:
    return town.caller("j-consultant", "planning")


def plan(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "support_coordination_conf",
        "local_name": "定例 支援調整会議",
        "place": "市役所 3階",
        "starts": "13:30",
        "minutes": 90,
        "rule": {"every": "month", "day": 3, "first": "2027-01-01", "until": "2027-05-31"},
        "agency_ids": [str(town.agency[a]) for a in ("M", "L")],
        "chair_rotation": [str(town.agency[a]) for a in ("J", "M", "L")],
    } | changes


def chairs_in(town: Town, shown: dict[str, Any]) -> list[str | None]:
    letters = {str(agency_id): letter for letter, agency_id in town.agency.items()}
    found = [s["chair_agency_id"] for s in shown["calendar"]]
    return [letters[c] if c is not None else None for c in found]


async def planned(town: Town, **changes: Any) -> dict[str, Any]:
    return await ok(j(town).post("/v1/conference-series", plan(town, **changes)), 201)


async def test_a_dry_run_shows_what_is_moved_and_plans_nothing(town: Town):
    tried = await ok(j(town).post("/v1/conference-series?dry_run=true", plan(town)))
    told = [(s["by_rule"], s["starts_at"], s["closed_because"]) for s in tried["calendar"]]
    assert told == [
        ("2027-01-03", "2027-01-04T13:30:00+09:00", "year_end"),
        ("2027-02-03", "2027-02-03T13:30:00+09:00", None),
        ("2027-03-03", "2027-03-03T13:30:00+09:00", None),
        ("2027-04-03", "2027-04-05T13:30:00+09:00", "weekend"),
        ("2027-05-03", "2027-05-06T13:30:00+09:00", "holiday"),
    ]
    assert [s["moved"] for s in tried["calendar"]] == [True, False, False, True, True]
    for table in ("conference", "conference_series", "notice"):
        assert await town.owner.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_planned_skipped_moved_and_ended(town: Town):
    series = await planned(town)
    assert chairs_in(town, series) == ["J", "M", "L", "J", "M"]
    ids = [s["conference_id"] for s in series["calendar"]]
    m = town.caller("m-officer", "planning")
    assert [r for k, r in await notices(m) if k == "conference_invitation"] == ids[::-1]
    path = f"/v1/conference-series/{series['id']}"

    # The chair keeps its turn when the sitting is skipped.
    skipped = await ok(j(town).post(f"{path}/skip", {"sitting": 2}))
    assert chairs_in(town, skipped) == ["J", None, "M", "L", "J"]
    assert (await ok(m.get(f"/v1/conferences/{ids[1]}")))["status"] == "cancelled"
    await refused(
        j(town).post(f"{path}/skip", {"sitting": 2}), 409, "conference_series.sitting_not_planned"
    )
    await refused(
        j(town).post(f"{path}/skip", {"sitting": 9}), 422, "conference_series.unknown_sitting"
    )

    # It keeps its place in the rotation wherever it is moved.
    new = {"sitting": 3, "starts_at": "2027-03-10T10:00:00+09:00"}
    moved = await ok(j(town).post(f"{path}/move", new))
    assert chairs_in(town, moved) == ["J", None, "M", "L", "J"]
    there = await ok(m.get(f"/v1/conferences/{ids[2]}"))
    assert (there["starts_at"], there["ends_at"]) == (
        "2027-03-10T01:00:00Z",
        "2027-03-10T02:30:00Z",
    )
    past = {"sitting": 3, "starts_at": "2026-01-10T10:00:00+09:00"}
    await refused(j(town).post(f"{path}/move", past), 422, "conference.starts_in_past")

    seen = await ok(m.get(path))
    assert seen["calendar"] == moved["calendar"]
    await refused(m.post(f"{path}/end"), 403, "conference_series.organiser_only")
    ended = await ok(j(town).post(f"{path}/end"))
    assert ended["ended_at"]
    states = [
        (await ok(m.get(f"/v1/conferences/{conference_id}")))["status"] for conference_id in ids
    ]
    assert set(states) == {"cancelled"}
    await refused(j(town).post(f"{path}/extend"), 409, "conference_series.ended")
    actions = {e["action"] for e in await town.audit(record_id=series["id"])}
    assert actions == {f"conference_series.{v}" for v in ("plan", "skip", "move", "read", "end")}


async def test_only_the_coming_year_is_planned_and_extended_later(town: Town):
    rule = {"every": "month", "weekday": 1, "nth": 2, "first": "2026-12-01", "until": "2028-02-29"}
    series = await planned(town, rule=rule, agency_ids=[str(town.agency["M"])], chair_rotation=[])
    states = [s["state"] for s in series["calendar"]]
    assert states == ["planned"] * 12 + ["expected"] * 3
    town.clock.forward(days=40)
    path = f"/v1/conference-series/{series['id']}"
    both = await asyncio.gather(*(j(town).post(f"{path}/extend") for _ in range(2)))
    assert [b.status_code for b in both] == [200, 200]
    seen = await ok(j(town).get(path))
    assert [s["state"] for s in seen["calendar"]] == ["planned"] * 13 + ["expected"] * 2
    assert await town.owner.fetchval("SELECT count(*) FROM conference") == 13


async def test_nobody_else_sees_anything(town: Town):
    series = await planned(town)
    e = town.caller("e-chief", "planning")
    path = "/v1/conference-series/{}"
    await hidden(e, path, series["id"])
    assert (await ok(e.get("/v1/conference-series")))["items"] == []
    listed = await ok(town.caller("l-lawyer", "planning").get("/v1/conference-series"))
    assert [i["id"] for i in listed["items"]] == [series["id"]]
    new = {"sitting": 1, "starts_at": "2027-03-10T10:00:00+09:00"}
    for verb, body in (("skip", {"sitting": 1}), ("move", new), ("end", {}), ("extend", {})):
        there = await e.post(f"{path.format(series['id'])}/{verb}", body)
        nowhere = await e.post(f"{path.format(uuid.uuid4())}/{verb}", body)
        assert there.status_code == nowhere.status_code == 404
        assert there.content == nowhere.content


async def test_what_cannot_be_planned_is_refused(town: Town):
    rule = plan(town)["rule"]
    for changes, code in (
        ({"rule": rule | {"first": "2026-11-01"}}, "conference_series.starts_in_past"),
        (
            {"rule": rule | {"day": 31, "first": "2027-02-01", "until": "2027-02-28"}},
            "conference_series.no_sitting",
        ),
        (
            {"chair_rotation": [str(town.agency["E"])]},
            "conference_series.chair_not_in_series",
        ),
        ({"agency_ids": [str(uuid.uuid4())], "chair_rotation": []}, "directory.unknown_agency"),
        ({"body_id": str(uuid.uuid4())}, "conference.body_does_not_fit"),
    ):
        await refused(j(town).post("/v1/conference-series", plan(town, **changes)), 422, code)
    worker = town.caller("l-lawyer", "planning")
    await refused(worker.post("/v1/conference-series", plan(town)), 403, "actor.permission_missing")
    assert await town.owner.fetchval("SELECT count(*) FROM conference") == 0
