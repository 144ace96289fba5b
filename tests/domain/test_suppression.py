"""Withholding small numbers: whatever the table, no withheld number can be only one."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.publication import TOTAL, YEAR, Slice, Told, publish_month, publish_year
from service.domain.suppression import Earlier, Sum, Table, suppress, suppress_total, withhold

small_or_large = st.one_of(st.integers(0, 12), st.integers(0, 60))


def _possible(told, total, counts, fewest, most):
    """Every table that fits what is told of a line, and the rule."""
    open_parts = [name for name, n in told.items() if n is None]

    def values(name):
        return range(1, fewest) if counts[name] < fewest else range(fewest, most + 1)

    true_total = sum(counts.values())
    totals = (
        [total]
        if total is not None
        else (range(1, fewest) if true_total < fewest else range(fewest, 3 * most))
    )
    for chosen in product(*(values(name) for name in open_parts)):
        table = dict(told) | dict(zip(open_parts, chosen, strict=True))
        if sum(table.values()) in totals:
            yield table


def exposed(counts, fewest):
    """Whether the line could not be hidden figure by figure."""
    cells = {(name,): n for name, n in counts.items()} | {(): sum(counts.values())}
    line = Sum((), tuple((name,) for name in counts))
    return bool(withhold(Table(cells, [line]), fewest).exposed)


def test_a_line_of_as_many_ones_as_a_small_total_can_hold_is_withheld_whole():
    """Three of at least one each, and together at most three: each is one."""
    counts = {"a": 1, "b": 1, "c": 1, "d": 0}
    assert exposed(counts, 4)
    assert suppress(counts, 4) == dict.fromkeys(counts)
    assert suppress_total(counts, 4) is None


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=4))
def test_of_one_line_every_withheld_number_could_be_another(numbers: list[int]):
    """By trying every table there is: threshold 4, at most four parts."""
    counts = {f"part_{n}": number for n, number in enumerate(numbers)}
    told, total = suppress(counts, 4), suppress_total(counts, 4)
    assert all(number in (None, counts[name]) for name, number in told.items())
    assert total in (None, sum(numbers))
    if total is None and not any(told.values()) and exposed(counts, 4):
        # The line is withheld whole, with its zeros: nobody knows even what is small.
        assert set(told.values()) == {None}
        return
    found = list(_possible(told, total, counts, 4, 14))
    for name, number in told.items():
        if number is None and counts[name]:
            assert len({table[name] for table in found}) > 1


def test_a_small_number_is_withheld_and_zero_is_told():
    assert suppress({"a": 3, "b": 0, "c": 40, "d": 12})["a"] is None
    assert suppress({"a": 3, "b": 0, "c": 40, "d": 12})["b"] == 0
    assert suppress({"a": 10, "b": 0}) == {"a": 10, "b": 0}
    assert suppress_total({"a": 10, "b": 0}) == 10
    assert suppress({}) == {}
    assert suppress_total({}) == 0


def test_two_nines_are_not_told_by_their_sum():
    """Eighteen of two that are each at most nine: both are nine."""
    assert suppress({"a": 9, "b": 9}) == {"a": None, "b": None}
    assert suppress_total({"a": 9, "b": 9}) is None


def test_a_one_is_not_told_by_a_neighbour_that_could_not_be_smaller():
    """Eleven of a small one and one of at least ten: one and ten."""
    told = suppress({"a": 1, "b": 10})
    assert told["a"] is None
    assert suppress_total({"a": 1, "b": 10}) is None or told["b"] is None
    assert (told["b"], suppress_total({"a": 1, "b": 10})) != (None, 11)


def test_a_part_does_not_tell_of_its_whole():
    """Ten of ten: who knows that a part is never more than the whole, and at least ten, knows it."""
    table = Table(
        {("whole",): 10, ("part", "a"): 10, ("part", "b"): 3, ("part",): 13},
        [Sum(("part",), (("part", "a"), ("part", "b")))],
        [(("part", "a"), ("whole",))],
    )
    found = withhold(table, 10)
    assert found.exposed == frozenset()
    # Were part a withheld beside the told whole, it could be ten only.
    assert ("part", "a") not in found.cells or ("whole",) in found.cells


def test_what_cannot_be_hidden_is_said_to_be_exposed():
    """One part and its total, one of them told before: there is nothing left to hide behind."""
    table = Table({("part",): 3, (): 3}, [Sum((), (("part",),))])
    earlier = Earlier(told={()})
    assert withhold(table, 10, earlier).exposed >= {("part",)}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.lists(small_or_large, min_size=3, max_size=3),
        min_size=2,
        max_size=5,
    )
)
def test_a_year_of_months_hides_what_its_months_hid(table: list[list[int]]):
    """Months are published first and never change; the year must not give them away."""
    places = ("a", "b", "c")
    rows = [Slice("heard", places)]
    counts = {}
    for number, line in enumerate(table):
        month = f"2026-{number + 4:02}"
        counts |= {(month, "heard", p): n for p, n in zip(places, line, strict=True)}
        counts[month, "heard", TOTAL] = sum(line)
    told: dict[tuple[str, ...], Told] = {}
    for number in range(len(table)):
        told |= publish_month(rows, f"2026-{number + 4:02}", counts, 10)
    year = publish_year(rows, dict(told), counts, 10)
    whole = {("heard", p): sum(n for c, n in counts.items() if c[2] == p) for p in (*places, TOTAL)}
    for (period, name, place), figure in year.items():
        assert period == YEAR
        true = whole[name, place]
        assert figure.number in (None, true)
        assert not 0 < true < 10 or figure.number is None
    # By each line alone: a single unknown in a line that adds up would be known.
    every = told | year
    periods = [*{c[0] for c in told}, YEAR]
    lines = [[(p, "heard", x) for x in (*places, TOTAL)] for p in periods]
    lines += [[(p, "heard", x) for p in periods] for x in (*places, TOTAL)]
    for line in lines:
        unknown = [c for c in line if every[c].number is None]
        assert len(unknown) != 1


@pytest.mark.parametrize("fewest", [3, 5, 10])
def test_the_threshold_is_the_municipalitys(fewest: int):
    counts = {"a": fewest, "b": fewest - 1, "c": 500, "d": 400}
    told = suppress(counts, fewest)
    assert told["b"] is None
    assert told["c"] == 500
