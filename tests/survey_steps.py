"""Steps of the monthly survey: a year's consultations at once, and what is read of them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from scenario_steps import ok
from town import Caller, Town

#: Copies of one consultation that was taken in through the service, with other columns.
COPIES = """
INSERT INTO consultation
SELECT (jsonb_populate_record(NULL::consultation,
        to_jsonb(c) || jsonb_build_object('id', gen_random_uuid()) || said.said)).*
FROM consultation c, jsonb_array_elements($2::jsonb) AS said(said) WHERE c.id = $1
"""


async def heard(town: Town, rows: Iterable[Mapping[str, Any]]) -> None:
    """Consultations with these columns; the one that they are copied of is the first of them."""
    first, *others = rows
    body = {"told": "生活費の相談"} | {k: v for k, v in first.items() if v is not None}
    made = await ok(town.caller("cc-worker").post("/v1/consultations", body), 201)
    bare = {"area": None, "themes": [], "person_id": None}
    said = [bare | dict(row) for row in others]
    await town.owner.execute(COPIES, made["id"], json.dumps(said))


async def close_month(town: Town, month: str) -> dict[str, Any]:
    return await ok(town.caller("m-officer").post(f"/v1/statistics/months/{month}/close"))


async def survey(town: Town, year: int = 2026) -> dict[str, Any]:
    caller = town.caller("m-officer", None)
    return await ok(caller.get("/v1/statistics/monthly", params={"fiscal_year": year}))


async def public(caller: Caller, path: str = "", year: int = 2026, **params: Any) -> dict[str, Any]:
    """What anybody with an account reads."""
    asked = {"fiscal_year": year} | params
    return await ok(caller.get(f"/v1/statistics/public{path}", params=asked))


def figure(part: Mapping[str, Any], indicator: str, code: str | None = None) -> dict[str, Any]:
    """One figure of a month or of the year."""
    return next(f for f in part["figures"] if (f["indicator"], f["code"]) == (indicator, code))


def month_of(body: Mapping[str, Any], month: str) -> dict[str, Any]:
    return next(m for m in body["months"] if m["month"] == month)
