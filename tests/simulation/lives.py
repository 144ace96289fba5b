"""The people of the year, and the dice. What is drawn depends on the seed and the question alone."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from simulation.places import KINDS, Office

T = TypeVar("T")

FAMILIES = (
    ("見本", "ミホン"),
    ("試験", "シケン"),
    ("例示", "レイジ"),
    ("模擬", "モギ"),
    ("仮名", "カメイ"),
)
GIVEN = (("一", "ハジメ"), ("花", "ハナ"), ("次郎", "ジロウ"), ("葉子", "ヨウコ"), ("実", "ミノル"))


class Dice:
    """Chances by name: the same question has the same answer, in whatever order it is asked."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def _random(self, *question: Any) -> random.Random:
        return random.Random("/".join(str(q) for q in (self.seed, *question)))  # noqa: S311

    def roll(self, *question: Any) -> float:
        """A number from 0 to 1."""
        return self._random(*question).random()

    def pick(self, among: Sequence[T], *question: Any) -> T:
        """One of them."""
        return self._random(*question).choice(among)

    def days(self, least: int, most: int, *question: Any) -> int:
        """So many days."""
        return self._random(*question).randint(least, most)


class Slip(NamedTuple):
    """A consent as the driver remembers it; what holds, the service decides."""

    id: str
    office: Office
    kinds: frozenset[str]
    until: date | None
    revoked_on: date | None

    def covers(self, kind: str, day: date) -> bool:
        """Whether it opens to that kind of agency on a day."""
        over = self.until is not None and self.until < day
        return kind in self.kinds and not over and (self.revoked_on or date.max) > day


@dataclass
class Person:
    """Somebody who may need help in the year."""

    number: int
    arrives: date
    by_signal: bool
    #: agrees, agrees for a while, takes it back, refuses at first, never agrees.
    attitude: str
    id: UUID | None = None
    holder: Office | None = None
    slips: list[Slip] = field(default_factory=list)
    #: How often the person was asked.
    asked: int = 0

    def covered(self, kind: str, day: date) -> bool:
        """Whether some consent covers that kind of agency."""
        return any(s.covers(kind, day) for s in self.slips)

    def form(self) -> dict[str, Any]:
        """What the desk that registers the person writes down."""
        family, family_kana = FAMILIES[self.number % len(FAMILIES)]
        given, given_kana = GIVEN[self.number // len(FAMILIES) % len(GIVEN)]
        name = {
            "kind": "official",
            "family": family,
            "given": given,
            "family_kana": family_kana,
            "given_kana": given_kana,
        }
        return {"names": [name], "municipality_code": "999997", "area": self.area}

    @property
    def area(self) -> str:
        """Where the person lives."""
        return f"district_{self.number % 5 + 1}"


ATTITUDES = (
    *("agrees",) * 11,
    *("for_a_while",) * 4,
    *("takes_it_back",) * 2,
    *("refuses_at_first",) * 2,
    "never",
)
EVERY_KIND = frozenset(k for k, _, _ in KINDS) | {"social_welfare_council", "welfare_commissioner"}
