"""Small numbers (秘匿): a count that could point at somebody is not told, nor what gives it away.

A count below the threshold is withheld, and then so many others that each withheld count could
be another one for all that is told (brief §7.4, §8 rule 20). That is proved count by count: beside
the true table there is a second one with other numbers in the withheld places that adds up to the
same totals. Whoever reads what is told cannot say which of the two is true, though they know the
rule: what is small lies between one and the threshold, what else is withheld lies at or above it.
"""

from collections.abc import Collection, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

from service.domain.errors import Invalid

#: Fewer are not told unless the municipality has set another number.
FEWEST_TOLD = 10
#: A table is by at most so many attributes (brief §7.4).
MOST_ATTRIBUTES = 3
#: How many second tables are looked at before a count counts as one that cannot be hidden.
_MOST_TRIED = 2000
#: A second table differs from the true one in at most so many places.
_MOST_CHANGED = 8

Cell = tuple[str, ...]


class Sum(NamedTuple):
    """What everybody knows of a table: these parts add up to this total."""

    total: Cell
    parts: tuple[Cell, ...]


class Table(NamedTuple):
    """Counts by cell, and all that is known of how they hang together."""

    counts: Mapping[Cell, int]
    sums: Sequence[Sum] = ()
    #: The first of each pair counts a part of what the second counts, so it is never more.
    within: Sequence[tuple[Cell, Cell]] = ()


class Earlier(NamedTuple):
    """What was published before, which cannot be taken back."""

    told: Collection[Cell] = frozenset()
    withheld: Collection[Cell] = frozenset()
    #: Withheld as a whole table, with its zeros: nobody knows even which of them are small.
    hidden: Collection[Cell] = frozenset()


class Withheld(NamedTuple):
    """What is not told of a table, and what could not be hidden in it."""

    cells: frozenset[Cell]
    #: Withheld counts to which there is no second table: the table must not be published.
    exposed: frozenset[Cell]


def check_attributes(names: Collection[str]) -> None:
    """Refuse a table by more attributes than may be crossed."""
    if len(names) > MOST_ATTRIBUTES:
        raise Invalid("statistics.too_many_attributes", facts={"limit": MOST_ATTRIBUTES})


def withhold(table: Table, fewest: int = FEWEST_TOLD, earlier: Earlier = Earlier()) -> Withheld:  # noqa: B008 - a value
    """The cells that are not told: the small ones, and those that would give them away."""
    search = _Search(table, fewest, earlier)
    unclear = search.withheld | {cell for cell in search.hidden if search.counts[cell]}
    covered: set[Cell] = set()
    exposed = set()
    for cell in sorted(unclear, key=lambda cell: (search.counts[cell], cell)):
        if cell in covered:
            continue
        second = search.second_table(cell)
        if second is None:
            exposed.add(cell)
            continue
        search.withheld |= second.keys() - search.hidden
        # Every number that differs in the second table is one that nobody can be sure of.
        covered |= second.keys()
    return Withheld(frozenset(search.withheld), frozenset(exposed))


def suppress(cells: Mapping[str, int], fewest: int = FEWEST_TOLD) -> dict[str, int | None]:
    """The cells of one line with those withheld as ``None``; zero points at nobody and is told."""
    told = _line(cells, fewest)
    return {name: told[name,] for name in cells}


def suppress_total(cells: Mapping[str, int], fewest: int = FEWEST_TOLD) -> int | None:
    """The total of the line, if it gives nothing away."""
    return _line(cells, fewest)[()]


def _line(cells: Mapping[str, int], fewest: int) -> dict[Cell, int | None]:
    parts = tuple((name,) for name in sorted(cells))
    counts: dict[Cell, int] = {(name,): number for name, number in cells.items()}
    counts[()] = sum(cells.values())
    hidden = withhold(Table(counts, [Sum((), parts)]), fewest)
    if hidden.exposed:
        return dict.fromkeys(counts)
    return {cell: None if cell in hidden.cells else number for cell, number in counts.items()}


#: A line that does not add up, or a part that is more than its whole; and by how much.
_Wrong = tuple[Sum | tuple[Cell, Cell], int]


class _Search:
    """Looks for second tables that differ from the true one in as few told places as possible."""

    def __init__(self, table: Table, fewest: int, earlier: Earlier) -> None:
        self.counts, self.fewest = table.counts, fewest
        self.told = frozenset(earlier.told)
        self.hidden = frozenset(earlier.hidden)
        small = {c for c, n in table.counts.items() if 0 < n < fewest and c not in self.hidden}
        self.withheld: set[Cell] = small | set(earlier.withheld)
        self.sums = table.sums
        #: The lines that a cell stands in, and whether as one of the parts or as the total.
        self.sums_of: dict[Cell, list[tuple[int, int]]] = {}
        for number, line in enumerate(table.sums):
            self.sums_of.setdefault(line.total, []).append((number, -1))
            for part in line.parts:
                self.sums_of.setdefault(part, []).append((number, 1))
        self.larger: dict[Cell, list[Cell]] = {}
        self.smaller: dict[Cell, list[Cell]] = {}
        for part, whole in table.within:
            self.larger.setdefault(part, []).append(whole)
            self.smaller.setdefault(whole, []).append(part)

    def second_table(self, cell: Cell) -> dict[Cell, int] | None:
        """The changes that lead to a second table with another number in the cell.

        Of the ways so far, the one goes on first that costs least and leaves least to set right.
        """
        order = count()
        queue: list[tuple[float, int, float, dict[Cell, int]]] = []
        for step in (1, -1):
            if self._possible(cell, step):
                heappush(queue, (0.0, next(order), 0.0, {cell: step}))
        seen: set[frozenset[tuple[Cell, int]]] = set()
        for _ in range(_MOST_TRIED):
            if not queue:
                return None
            _, _, cost, changed = heappop(queue)
            wrong = self._wrong(changed)
            if not wrong:
                return changed
            if len(changed) == _MOST_CHANGED:
                continue
            for other, step in _ways_on(*wrong[0]):
                if other in changed or not self._possible(other, step):
                    continue
                further = {**changed, other: step}
                if (key := frozenset(further.items())) in seen:
                    continue
                seen.add(key)
                price = cost + self._price(other)
                left = len(self._wrong(further))
                heappush(queue, (price + left, -next(order), price, further))
        return None

    def _wrong(self, changed: Mapping[Cell, int]) -> list[_Wrong]:
        """What is known of the table and does not hold after the changes, and by how much."""
        gaps: dict[int, int] = {}
        for cell, step in changed.items():
            for number, sign in self.sums_of.get(cell, ()):
                gaps[number] = gaps.get(number, 0) + sign * step
        wrong: list[_Wrong] = [(self.sums[n], gap) for n, gap in gaps.items() if gap]
        for cell in changed:
            pairs = [(cell, larger) for larger in self.larger.get(cell, ())]
            pairs += [(smaller, cell) for smaller in self.smaller.get(cell, ())]
            wrong += [(p, more) for p in pairs if (more := self._excess(p, changed)) > 0]
        return wrong

    def _excess(self, pair: tuple[Cell, Cell], changed: Mapping[Cell, int]) -> int:
        """By how much the part is more than the whole."""
        part, whole = (self.counts[cell] + changed.get(cell, 0) for cell in pair)
        return part - whole

    def _possible(self, cell: Cell, step: int) -> bool:
        """Whether the cell may hold that number for all that anybody knows of it alone."""
        true = self.counts[cell]
        other = true + step
        if cell in self.hidden:
            return other >= 0
        if cell in self.told or true == 0:
            return False
        return 0 < other < self.fewest if true < self.fewest else other >= self.fewest

    def _price(self, cell: Cell) -> float:
        """Nothing for what is withheld anyway; else rather few cells, and small ones."""
        if cell in self.withheld or cell in self.hidden:
            return 0.0
        return 1.0 + self.counts[cell] / (self.counts[cell] + 1000)


def _ways_on(known: Sum | tuple[Cell, Cell], by: int) -> list[tuple[Cell, int]]:
    """The single changes that set it right again."""
    if isinstance(known, Sum):
        return [(known.total, by), *((part, -by) for part in known.parts)]
    part, whole = known
    return [(whole, by), (part, -by)]
