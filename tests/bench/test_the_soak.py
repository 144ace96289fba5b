"""What the soak says of its looks, and that it goes through with all loads."""

import argparse
import os
import random
from collections import Counter
from uuid import UUID

import pytest
from bench.asked import Town
from bench.ground import Wanted
from bench.seed import Sizes
from bench.soak import MIX, Look, mixed, second_half, slope, soaked, told
from bench.staff import COUNT
from bench.usage import peak, resident

TINY = Wanted(Sizes(persons=96, referrals=480, entries=50), references=(), pool=2, page=5)


def looks(*mib: float) -> list[Look]:
    return [Look(60.0 * n, each, each + 10, 100.0) for n, each in enumerate(mib)]


def test_the_slope_is_that_of_the_second_half() -> None:
    assert slope(looks(200, 240, 250, 250, 250, 250)) == 0
    assert slope(looks(200, 200, 200, 201, 202, 203)) == pytest.approx(60)
    assert slope(looks(250, 249)) == pytest.approx(-60)
    assert second_half(looks(1, 2, 3))[0].mib == 2


def test_it_says_loudly_what_is_too_much() -> None:
    assert "+0.0 MiB an hour" in told(190, looks(240, 240))
    assert "within 250" in told(190, looks(240, 250))
    assert "!!! more than 250" in told(190, looks(240, 250.1))
    assert "190.0 MiB before" in told(190, looks(240, 240))


def test_all_loads_are_mixed_as_they_are_said_to_be() -> None:
    town = Town(
        sizes=TINY.sizes,
        members=[member(n) for n in range(2 * COUNT)],
        places={n: [UUID(int=n)] for n in range(COUNT)},
        cursor_key=b"k" * 32,
        conference="c",
        invited=(1,),
    )
    asks = mixed(town, random.Random(1))  # noqa: S311 - the same each time
    kinds = Counter(kind_of(a.method, a.path) for a in asks)
    assert kinds == MIX
    assert len({kind_of(a.method, a.path) for a in asks[:400]}) == len(MIX)


def member(number: int) -> object:
    return argparse.Namespace(iss="iss", sub=str(number), agency=number % COUNT)


def kind_of(method: str, path: str) -> str:
    if method == "POST":
        return "W"
    if path.endswith("/packet"):
        return "C"
    if "access-report" in path:
        return "A"
    return "L" if "box=inbox" in path else "R"


def test_the_peak_is_never_less_than_what_there_is() -> None:
    assert peak(os.getpid()) >= resident(os.getpid()) > 0


@pytest.mark.slow
async def test_a_short_one_goes_through_with_all_loads() -> None:
    asked = argparse.Namespace(soak=0.0, seconds=1.0, connections=4)
    first, found = await soaked(asked, TINY)
    assert len(found) == 2
    assert first > 0
    assert all(at.per_second > 0 and at.peak_mib >= at.mib > 0 for at in found)
