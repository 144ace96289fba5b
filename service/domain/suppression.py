"""Small numbers (秘匿): a count that could point at somebody is not told, nor one that gives it away.

A cell below the threshold is withheld. If that leaves a single withheld cell, the total less
the others would tell it, so the smallest of the others is withheld too (brief §7, §8 rule 20).
"""

from collections.abc import Mapping

#: Fewer are not told unless the municipality has set another number.
FEWEST_TOLD = 10


def suppress(cells: Mapping[str, int], fewest: int = FEWEST_TOLD) -> dict[str, int | None]:
    """The cells with those withheld as ``None``; zero points at nobody and is told."""
    told: dict[str, int | None] = {
        name: count if count == 0 or count >= fewest else None for name, count in cells.items()
    }
    withheld = [name for name, count in told.items() if count is None]
    left = sorted((count, name) for name, count in told.items() if count)
    if len(withheld) == 1 and left:
        told[left[0][1]] = None
    return told


def suppress_total(cells: Mapping[str, int], fewest: int = FEWEST_TOLD) -> int | None:
    """The total, if it is large enough itself."""
    total = sum(cells.values())
    return total if total == 0 or total >= fewest else None
