"""Invented towns of several sizes, what they publish, and somebody who tries to see through it."""

import math
import random
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import lil_matrix

from service.domain.public_survey import public_rows
from service.domain.publication import TOTAL, YEAR, Slice, Told, publish_month, publish_year
from service.domain.statistics import months_of
from service.domain.suppression import Cell

FEWEST = 10


class InventedTown(NamedTuple):
    """A year of a town: its rows, its true counts, and what it publishes."""

    rows: list[Slice]
    counts: dict[Cell, int]
    told: dict[Cell, Told]


def true_counts(  # noqa: C901 - one loop a kind of figure
    rows: Iterable[Slice], people: int, seed: int
) -> dict[Cell, int]:
    """Every consultation, plan and ending of a year; a few themes and areas have most of them."""
    drawn = random.Random(seed)  # noqa: S311 - the same town each time
    rows = list(rows)
    counts: dict[Cell, int] = {}
    areas = rows[0].parts
    themes = [r.name for r in rows if r.within == "new_consultations"]

    def add(period: str, name: str, place: str) -> None:
        counts[period, name, place] = counts.get((period, name, place), 0) + 1

    for month in months_of(2026):
        for _ in range(round(people * 22 / 100_000 * drawn.uniform(0.7, 1.3))):
            area = drawn.choices(areas, [1 / (n + 1) for n in range(len(areas))])[0]
            tags = drawn.choices(themes, [1 / (n + 1) for n in range(len(themes))], k=2)
            for name in {"new_consultations", *tags[: drawn.randrange(3)]}:
                add(month, name, area)
                add(month, name, TOTAL)
        for row in rows:
            if row.name.startswith("new_consultations") or row.within is not None:
                continue
            for _ in range(round(people * drawn.uniform(5, 40) / 100_000)):
                places = row.parts or (TOTAL,)
                add(month, row.name, drawn.choices(places, range(1, len(places) + 1))[0])
                if row.parts:
                    add(month, row.name, TOTAL)
        for row in rows:
            whole = counts.get((month, row.within or "", TOTAL), 0)
            if row.within in (None, "new_consultations"):
                continue
            for place in row.places:
                counts[month, row.name, place] = drawn.randint(0, whole)
    return counts


def invent(people: int, seed: int, *, areas: int, themes: int) -> InventedTown:
    """A town that publishes month after month, and the year in the end."""
    rows = public_rows([f"area_{n}" for n in range(areas)], [f"theme_{n}" for n in range(themes)])
    counts = true_counts(rows, people, seed)
    told: dict[Cell, Told] = {}
    for month in months_of(2026):
        told |= publish_month(rows, month, counts, FEWEST)
    told |= publish_year(rows, dict(told), counts, FEWEST)
    for row in rows:
        for place in row.places:
            counts[YEAR, row.name, place] = sum(
                counts.get((m, row.name, place), 0) for m in months_of(2026)
            )
    return InventedTown(rows, counts, told)


class Known(NamedTuple):
    """All that an attacker knows: lines that add up, and parts that are never more than wholes."""

    sums: list[tuple[Cell, list[Cell]]]
    within: list[tuple[Cell, Cell]]


def known(rows: Iterable[Slice], periods: Iterable[str]) -> Known:
    """What follows from what the figures mean, written down anew and not taken from the service."""
    rows, periods = list(rows), list(periods)
    named = {r.name: r for r in rows}
    sums: list[tuple[Cell, list[Cell]]] = []
    within: list[tuple[Cell, Cell]] = []
    for row in rows:
        for period in periods:
            if row.adds_up and row.parts:
                sums.append(((period, row.name, TOTAL), [(period, row.name, p) for p in row.parts]))
            if row.within in named:
                whole = named[row.within]
                within += [
                    (
                        (period, row.name, place),
                        (period, whole.name, place if place in whole.places else TOTAL),
                    )
                    for place in row.places
                ]
        if YEAR in periods:
            sums += [
                ((YEAR, row.name, p), [(m, row.name, p) for m in periods if m != YEAR])
                for p in row.places
            ]
    return Known(sums, within)


class Attacker:
    """Knows the rule, and of each withheld figure whether it is one of the small ones."""

    def __init__(
        self, facts: Known, told: Mapping[Cell, Told], counts: Mapping[Cell, int], fewest: int
    ) -> None:
        self.open = sorted(c for c, t in told.items() if t.number is None)
        self.at = {cell: n for n, cell in enumerate(self.open)}
        self.told = {c: t.number for c, t in told.items() if t.number is not None}
        self.bounds: list[tuple[float, float]] = []
        for cell in self.open:
            true = counts.get(cell, 0)
            if told[cell].whole_row:
                self.bounds.append((0, math.inf))
            else:
                self.bounds.append((1, fewest - 1) if true < fewest else (fewest, math.inf))
        equal = [({t: -1} | dict.fromkeys(parts, 1), 0) for t, parts in facts.sums]
        less = [({part: 1, whole: -1}, 0) for part, whole in facts.within]
        self.equal = [found for row in equal if (found := self._left(row))[0]]
        self.less = [found for row in less if (found := self._left(row))[0]]

    def _left(self, row: tuple[dict[Cell, int], int]) -> tuple[dict[int, int], float]:
        """The row over what is open; what was told goes to the other side."""
        factors, side = row
        left: dict[int, int] = {}
        for cell, factor in factors.items():
            if cell in self.at:
                left[self.at[cell]] = factor
            else:
                side -= factor * self.told.get(cell, 0)
        return left, side

    def narrowed(self) -> list[tuple[float, float]]:
        """Bounds that follow from each line alone, over and over until nothing moves."""
        low = [b[0] for b in self.bounds]
        high = [b[1] for b in self.bounds]
        rows = [(r, s, True) for r, s in self.equal] + [(r, s, False) for r, s in self.less]
        moved = True
        while moved:
            moved = False
            for row, side, exact in rows:
                moved |= _narrow(row, side, low, high)
                if exact:
                    moved |= _narrow({n: -f for n, f in row.items()}, -side, low, high)
        return list(zip(low, high, strict=True))

    def solved(self, cells: Iterable[Cell]) -> dict[Cell, tuple[float, float]]:
        """The least and the most that each can be, all lines taken together (linear programming)."""
        options: dict[str, Any] = {"bounds": self.narrowed(), "method": "highs"}
        for rows, factors, sides in (
            (self.equal, "A_eq", "b_eq"),
            (self.less, "A_ub", "b_ub"),
        ):
            if rows:
                matrix = lil_matrix((len(rows), len(self.open)))
                for number, (row, _) in enumerate(rows):
                    for at, factor in row.items():
                        matrix[number, at] = factor
                options[factors] = matrix.tocsr()
                options[sides] = [side for _, side in rows]
        found = {}
        for cell in cells:
            aim = np.zeros(len(self.open))
            aim[self.at[cell]] = 1
            least = linprog(aim, **options)
            most = linprog(-aim, **options)
            assert least.status == 0, least.message
            top = math.inf if most.status == 3 else -most.fun
            found[cell] = (least.fun, top)
        return found


def _narrow(row: Mapping[int, int], side: float, low: list[float], high: list[float]) -> bool:
    """What follows from: the sum of factor times figure is at most ``side``."""
    least = {n: f * (low[n] if f > 0 else high[n]) for n, f in row.items()}
    moved = False
    for n, f in row.items():
        others = sum(v for m, v in least.items() if m != n)
        if math.isinf(others):
            continue
        rest = side - others
        if f > 0 and (bound := math.floor(rest / f + 1e-9)) < high[n]:
            high[n], moved = bound, True
        if f < 0 and (bound := math.ceil(rest / f - 1e-9)) > low[n]:
            low[n], moved = bound, True
    return moved


def seen_through(bounds: Mapping[Cell, tuple[float, float]]) -> list[Cell]:
    """The figures that can be one whole number only."""
    return [
        cell
        for cell, (least, most) in bounds.items()
        if not math.isinf(most) and math.ceil(least - 1e-6) >= math.floor(most + 1e-6)
    ]
