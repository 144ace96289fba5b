"""Where the tree's hashes are kept (C2SP tlog-tiles): every eighth level, 256 hashes a tile.

Level 0 are the leaves; a hash of tile level *n* is that of 256 of level *n - 1*. Every other hash of
the tree follows from at most 128 of these.
"""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.merkle import Hash, Place, grown, root_of

HEIGHT = 8
WIDTH = 1 << HEIGHT


class Stretch(NamedTuple):
    """Hashes of one tile level, from start until before stop."""

    level: int
    start: int
    stop: int


def stretch_of(place: Place) -> Stretch:
    """The kept hashes that a subtree's hash follows from."""
    level, index = place
    kept, above = divmod(level, HEIGHT)
    return Stretch(kept, index << above, index + 1 << above)


def hash_over(hashes: Sequence[Hash]) -> Hash:
    """The hash over hashes side by side."""
    return root_of(grown(0, [], hashes)[1])


def completed(start: int, waiting: Sequence[Hash], added: Sequence[Hash]) -> list[Hash]:
    """The hashes of the tiles that are full now: ``waiting`` stood in the last one until ``start``."""
    row = [*waiting, *added]
    if len(waiting) != start % WIDTH:
        raise ValueError("the last tile holds another number of hashes")
    return [hash_over(row[i : i + WIDTH]) for i in range(0, len(row) - WIDTH + 1, WIDTH)]
