"""What is published of the survey: months as they close, the fiscal year once all twelve have.

A published figure is never changed, so that two publications cannot be held against each other:
late entries are told inside only. Figures come in slices: a row of parts (areas, codes) and its
total. A slice may count a part of what another one counts; the year is the sum of its months.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from service.domain.suppression import Cell, Earlier, Sum, Table, Withheld, withhold

#: The part that is the total of the others.
TOTAL = "total"
#: The period that is the whole fiscal year.
YEAR = "year"


class Slice(NamedTuple):
    """One row of figures: its parts, and the row that it counts a part of, if there is one."""

    name: str
    parts: tuple[str, ...] = ()
    #: Whether the parts add up to the total; who uses two services is counted with both.
    adds_up: bool = True
    within: str | None = None

    @property
    def places(self) -> tuple[str, ...]:
        """Its parts and its total; what does not add up has no total of its own."""
        return (*self.parts, TOTAL) if self.adds_up else self.parts

    def cells(self, period: str) -> tuple[Cell, ...]:
        """Its cells in a period."""
        return tuple((period, self.name, place) for place in self.places)


class Told(NamedTuple):
    """A published figure; ``None`` is withheld, alone or together with its whole row."""

    number: int | None
    whole_row: bool = False


def publish_month(
    slices: Sequence[Slice], period: str, counts: Mapping[Cell, int], fewest: int
) -> dict[Cell, Told]:
    """What is told of one month."""

    def attempt(shown: Sequence[Slice]) -> Withheld:
        table = _Hanging(shown, slices, counts)
        return withhold(table.of_month(period), fewest)

    return _publish(slices, period, counts, attempt)


def publish_year(
    slices: Sequence[Slice],
    months: Mapping[Cell, Told],
    counts: Mapping[Cell, int],
    fewest: int,
) -> dict[Cell, Told]:
    """What is told of the fiscal year, after its months were told as they were."""
    periods = sorted({cell[0] for cell in months})
    earlier = Earlier(
        told={c for c, told in months.items() if told.number is not None},
        withheld={c for c, told in months.items() if told.number is None and not told.whole_row},
        hidden={c for c, told in months.items() if told.whole_row},
    )
    whole = dict(counts) | {
        (YEAR, s.name, place): sum(counts.get((p, s.name, place), 0) for p in periods)
        for s in slices
        for place in s.places
    }

    def attempt(shown: Sequence[Slice]) -> Withheld:
        table = _Hanging(shown, slices, whole).of_year(periods)
        kept = Earlier(*(frozenset(cells) & table.counts.keys() for cells in earlier))
        return withhold(table, fewest, kept)

    told = _publish(slices, YEAR, whole, attempt)
    # What is the sum of told figures, anybody can add up: to withhold it would hide nothing.
    known = {c for c in told if all((p, *c[1:]) in earlier.told for p in periods)}
    return told | {c: Told(whole[c]) for c in known}


def _publish(
    slices: Sequence[Slice],
    period: str,
    counts: Mapping[Cell, int],
    attempt: Callable[[Sequence[Slice]], Withheld],
) -> dict[Cell, Told]:
    """The figures, without the rows in which something small could not be hidden.

    Before a row goes, the rows that count a part of it go: they are what narrows it down.
    """
    shown = list(slices)
    while True:
        found = attempt(shown)
        exposed = {cell[1] for cell in found.exposed} & {s.name for s in shown}
        if not exposed:
            break
        inner = {s.name for s in shown if s.within in exposed}
        shown = [s for s in shown if s.name not in (inner or exposed)]
    names = {s.name for s in shown}
    told: dict[Cell, Told] = {}
    for row in slices:
        for cell in row.cells(period):
            if row.name not in names:
                told[cell] = Told(None, whole_row=True)
            else:
                told[cell] = Told(None if cell in found.cells else counts.get(cell, 0))
    return told


class _Hanging:
    """How the figures that are shown hang together."""

    def __init__(
        self, shown: Sequence[Slice], every: Sequence[Slice], counts: Mapping[Cell, int]
    ) -> None:
        self.shown, self.every, self.counts = shown, every, counts
        self.names = {s.name for s in shown}
        self.by_name = {s.name: s for s in every}

    def of_month(self, period: str) -> Table:
        """The rows of one month."""
        return Table(
            {c: self.counts.get(c, 0) for s in self.shown for c in s.cells(period)},
            [line for s in self.shown for line in _across(s, period)],
            [p for s in self.shown if s.within in self.names for p in self._within(s, period)],
        )

    def of_year(self, periods: Sequence[str]) -> Table:
        """The months with the year. Of a row that is not told for the year, the months count."""
        all_periods = (*periods, YEAR)
        sums = [line for s in self.shown for p in all_periods for line in _across(s, p)]
        sums += [
            Sum((YEAR, s.name, place), tuple((p, s.name, place) for p in periods))
            for s in self.shown
            for place in s.places
        ]
        pairs = [
            pair
            for s in self.every
            if s.within is not None
            for p in all_periods
            for pair in self._within(s, p)
            if p != YEAR or {s.name, s.within} <= self.names
        ]
        cells = {cell for line in sums for cell in (line.total, *line.parts)}
        cells |= {cell for pair in pairs for cell in pair}
        return Table({cell: self.counts.get(cell, 0) for cell in cells}, sums, pairs)

    def _within(self, row: Slice, period: str) -> list[tuple[Cell, Cell]]:
        """Each place within the same place of the larger row, or within its total."""
        larger = self.by_name[row.within or ""]
        return [
            (cell, (period, larger.name, cell[2] if cell[2] in larger.places else TOTAL))
            for cell in row.cells(period)
        ]


def _across(row: Slice, period: str) -> list[Sum]:
    if not row.adds_up or not row.parts:
        return []
    *parts, total = row.cells(period)
    return [Sum(total, tuple(parts))]
