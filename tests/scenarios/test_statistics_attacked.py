"""Nobody sees through what is published: every report of a year taken together (brief §8 rule 20)."""

import random
from typing import Any

import pytest
from scenario_steps import ok
from statistics_towns import (
    FEWEST,
    Attacker,
    InventedTown,
    invent,
    known,
    seen_through,
    true_counts,
)
from survey_steps import close_month, heard, public
from town import Town

from service.domain.public_survey import public_rows
from service.domain.publication import TOTAL, YEAR, Told
from service.domain.statistics import months_of

MONTHS = months_of(2026)
#: People, areas, themes.
TOWNS = {"village": (3_000, 2, 8), "town": (15_000, 4, 12), "city": (300_000, 22, 14)}


def attacker(town: InventedTown) -> Attacker:
    return Attacker(known(town.rows, [*MONTHS, YEAR]), town.told, town.counts, FEWEST)


@pytest.mark.mechanism("3-24")
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("size", ["village", "town"])
def test_no_withheld_figure_of_a_small_town_can_be_worked_out(size: str, seed: int):
    people, areas, themes = TOWNS[size]
    town = invent(people, seed, areas=areas, themes=themes)
    tries = attacker(town)
    aimed_at = [cell for cell in tries.open if town.counts.get(cell)]
    assert len(aimed_at) > 100
    assert seen_through(tries.solved(aimed_at)) == []


def test_no_withheld_figure_of_a_city_can_be_worked_out():
    people, areas, themes = TOWNS["city"]
    town = invent(people, 7, areas=areas, themes=themes)
    tries = attacker(town)
    aimed_at = [cell for cell in tries.open if town.counts.get(cell)]
    assert len(aimed_at) > 1000
    narrowed = dict(zip(tries.open, tries.narrowed(), strict=True))
    assert seen_through({cell: narrowed[cell] for cell in aimed_at}) == []
    drawn = random.Random(7).sample(aimed_at, 80)  # noqa: S311 - the same each time
    assert seen_through(tries.solved(drawn)) == []
    # And it is still worth reading: most of what is large is told.
    large = [c for c, n in town.counts.items() if n >= FEWEST and c in town.told]
    told = [c for c in large if town.told[c].number is not None]
    assert len(told) > 0.6 * len(large)


@pytest.mark.parametrize("size", ["village", "town"])
def test_the_attacker_sees_through_tables_that_withhold_the_small_ones_only(size: str):
    """The attacker is worth its name: without the second withholding it finds people."""
    people, areas, themes = TOWNS[size]
    found = []
    for seed in range(1, 9):
        town = invent(people, seed, areas=areas, themes=themes)
        naive = {
            cell: Told(None if 0 < (n := town.counts.get(cell, 0)) < FEWEST else n)
            for cell in town.told
        }
        tries = Attacker(known(town.rows, [*MONTHS, YEAR]), naive, town.counts, FEWEST)
        narrowed = dict(zip(tries.open, tries.narrowed(), strict=True))
        found += seen_through({c: b for c, b in narrowed.items() if town.counts.get(c)})
    assert found


def test_every_withheld_small_number_is_withheld_and_every_zero_is_told_or_goes_with_its_row():
    rows = public_rows(["area_0", "area_1"], ["theme_0"])
    counts = true_counts(rows, 15_000, 5)
    town = invent(15_000, 5, areas=2, themes=1)
    for cell, told in town.told.items():
        true = town.counts.get(cell, 0)
        assert told.number in (None, true)
        assert not 0 < true < FEWEST or told.number is None
        assert true or told.number == 0 or told.whole_row
    assert {c: n for c, n in town.counts.items() if c[0] != YEAR and n} == {
        c: n for c, n in counts.items() if n
    }


# Through HTTP


async def a_year(town: Town) -> None:
    """A small municipality's year, with single consultations in many places."""
    drawn = random.Random(4)  # noqa: S311 - the same each time
    rows: list[dict[str, Any]] = []
    for month in MONTHS:
        for _ in range(drawn.randint(8, 30)):
            area = drawn.choice(["district_1", "district_1", "district_2", "district_3", None])
            themes = drawn.sample(["public_assistance", "general", "debt"], drawn.randrange(3))
            rows.append({"heard_on": f"{month}-15", "area": area, "themes": themes})
    await heard(town, rows)


def flat(body: dict[str, Any]) -> dict[tuple[str, str, str], Any]:
    return {
        (p["period"], f["row"], f["place"]): f["count"]
        for p in body["periods"]
        for f in p["figures"]
    }


async def test_every_public_report_together_gives_nobody_away(town: Town):
    await a_year(town)
    town.clock.forward(days=150)
    officer, reader = town.caller("m-officer"), town.caller("cc-worker", None)
    population = {"population": 15_130, "population_as_of": "2026-01-01"}
    await ok(
        officer.put("/v1/populations/2026", population | {"population_source": "住民基本台帳"}, 0)
    )
    before: dict[tuple[str, str, str], Any] = {}
    for month in MONTHS:
        await close_month(town, month)
        now = flat(await public(reader))
        # What was published stays as it is: two publications cannot be held against each other.
        assert {cell: now[cell] for cell in before} == before
        before = now
    body = await public(reader)
    figures = flat(body)
    assert {cell[0] for cell in figures} == {*MONTHS, YEAR}
    rows = public_rows(*await _places(town))
    stored = await town.owner.fetch('SELECT period, "row", place, whole_row FROM public_figure')
    whole = {(r["period"], r["row"], r["place"]): r["whole_row"] for r in stored}
    told = {cell: Told(n, whole[cell]) for cell, n in figures.items()}
    counts = await _true(town)
    tries = Attacker(known(rows, [*MONTHS, YEAR]), told, counts, FEWEST)
    aimed_at = [cell for cell in tries.open if counts.get(cell)]
    assert len(aimed_at) > 60
    assert seen_through(tries.solved(aimed_at)) == []
    for period in body["periods"]:
        total = figures[period["period"], "new_consultations", TOTAL]
        assert (period["rates"]["new_consultations"] is None) == (total is None)


@pytest.mark.mechanism("3-05")
async def test_two_routes_and_two_publications_cannot_be_held_against_each_other(town: Town):
    await a_year(town)
    reader = town.caller("cc-worker", None)
    await close_month(town, "2026-04")
    whole = flat(await public(reader))
    for area in (None, "district_1", "district_2", "unknown", "total"):
        for theme in (None, "general", "public_assistance", "other"):
            params = {k: v for k, v in {"area": area, "theme": theme}.items() if v}
            part = flat(await public(reader, "/consultations", **params))
            assert part
            assert part.items() <= whole.items()
    printed = (await reader.get("/v1/statistics/public.csv", params={"fiscal_year": 2026})).content
    kept = (await reader.get("/v1/statistics/public", params={"fiscal_year": 2026})).content
    # One more late entry: nothing of what is published moves.
    late = {"heard_on": "2026-04-20", "area": "district_2", "themes": ["general"]}
    await heard(town, [late])
    assert (await reader.get("/v1/statistics/public", params={"fiscal_year": 2026})).content == kept
    again = await reader.get("/v1/statistics/public.csv", params={"fiscal_year": 2026})
    assert again.content == printed
    # Nor does it when the municipality sets another threshold, or draws its areas anew.
    await town.owner.execute(
        "INSERT INTO policy (municipality_code, name, valid_from, value)"
        " VALUES ('999997', 'statistics', '2024-04-01', '{\"fewest_told\": 3}')"
    )
    assert (await reader.get("/v1/statistics/public", params={"fiscal_year": 2026})).content == kept


async def _places(town: Town) -> tuple[list[str], list[str]]:
    areas = await town.owner.fetch("SELECT code FROM area WHERE municipality_code = '999997'")
    themes = await town.owner.fetch(
        "SELECT DISTINCT unnest(themes) AS theme FROM desk WHERE municipality_code = '999997'"
    )
    return [r["code"] for r in areas], [r["theme"] for r in themes]


async def _true(town: Town) -> dict[tuple[str, str, str], int]:
    """The true numbers, counted by the owner of the database from the records themselves."""
    areas, themes = await _places(town)
    counts: dict[tuple[str, str, str], int] = {}
    rows = await town.owner.fetch("SELECT heard_on, area, themes FROM consultation")
    for row in rows:
        area = row["area"] if row["area"] in areas else "unknown"
        tags = {t if t in themes else "other" for t in row["themes"]}
        names = {"new_consultations", *(f"new_consultations/{t}" for t in tags)}
        for period in (f"{row['heard_on']:%Y-%m}", YEAR):
            for name in names:
                for place in (area, TOTAL):
                    cell = (period, name, place)
                    counts[cell] = counts.get(cell, 0) + 1
    return counts
