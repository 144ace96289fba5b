"""An agenda of many items asks the database no more than an agenda of few."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from scenario_steps import ok
from town import Town

from service.api import examples
from service.application.ports import Work

DAY = {"starts_at": "2026-11-20T14:00:00+09:00", "ends_at": "2026-11-20T17:00:00+09:00"}


def listen(town: Town) -> list[str]:
    """Every statement of the requests that follow."""
    seen: list[str] = []
    before = town.app.state.service.open_work

    @asynccontextmanager
    async def heard() -> AsyncIterator[Work]:
        async with before() as work:
            with work.connection.query_logger(lambda record: seen.append(record.query)):
                yield work

    town.app.state.service = replace(town.app.state.service, open_work=heard)
    return seen


async def agenda(town: Town, items: int) -> str:
    """J's own sitting with L, each item about a person with a plan; all have agreed to both."""
    j = town.caller("j-consultant", "planning")
    made = await ok(j.post("/v1/conferences", examples.CONFERENCE | DAY), 201)
    path = f"/v1/conferences/{made['id']}"
    await ok(j.post(f"{path}/invite", {"agency_ids": [str(town.agency["L"])]}))
    for number in range(items):
        name = examples.PERSON["names"][0] | {"given": f"花子{number}"}
        form = examples.PERSON | {"names": [name], "birth": f"1981-03-{number + 1:02}"}
        person = (await ok(j.post("/v1/persons", form), 201))["id"]
        slip = examples.CONSENT | {
            "person_id": person,
            "data_classes": ["D1", "D2", "D3", "D4"],
            "valid_from": "2026-11-01",
            "receivers": {"agencies": [str(town.agency[a]) for a in ("J", "L")]},
        }
        await ok(j.post("/v1/consents", slip), 201)
        plan = (await ok(j.post("/v1/plans", examples.PLAN | {"person_id": person}), 201))["id"]
        about = {"person_ids": [person], "plan": {"plan_id": plan, "number": 1}, "minutes": 5}
        await ok(j.post(f"{path}/items", examples.ITEM | about), 201)
    await ok(j.post(f"{path}/fix"))
    return path


async def answer(town: Town, seen: list[str], path: str, account: str) -> tuple[Any, list[str]]:
    seen.clear()
    found = await ok(town.caller(account, "planning").get(path))
    return found, list(seen)


@pytest.mark.parametrize("account", ["l-lawyer", "j-consultant"])
async def test_the_packet_of_six_items_asks_what_that_of_two_asks(town: Town, account: str):
    seen = listen(town)
    asked = {}
    for items in (2, 6):
        path = await agenda(town, items)
        # Once before, so that what is remembered of the directory is known.
        await answer(town, seen, f"{path}/packet", account)
        found, asked[items] = await answer(town, seen, f"{path}/packet", account)
        assert [bool(i["persons"] and i["plan_paper"]) for i in found["items"]] == [True] * items
    assert asked[2] == asked[6]
    assert any("FROM consent" in s and "FOR SHARE" in s for s in asked[6])


async def test_the_workbench_asks_no_more_for_six_items_than_for_two(town: Town):
    seen = listen(town)
    asked = {}
    for items in (2, 6):
        path = await agenda(town, items)
        await answer(town, seen, f"{path}/agenda", "j-consultant")
        found, asked[items] = await answer(town, seen, f"{path}/agenda", "j-consultant")
        assert [len(i["persons"]) for i in found["items"]] == [1] * items
    assert asked[2] == asked[6]
