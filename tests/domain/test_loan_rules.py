"""Who is called first: the rules one by one, together, and by household."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.loan_rules import (
    ENOUGH,
    RULES,
    Answer,
    Borrower,
    Result,
    Work,
    assess,
    in_words,
)

FINE = Borrower(
    months_in_arrears=0, budget=Answer.NO, work=Work.WORKING, debt=Answer.NO, food=Answer.NO
)
CALL, WATCH, NONE = Result


@pytest.mark.parametrize(
    ("said", "result", "reasons"),
    [
        ({}, NONE, []),
        ({"work": Work.RETIRED}, NONE, []),
        ({"food": Answer.YES}, CALL, ["food_trouble"]),
        ({"budget": Answer.YES}, CALL, ["budget_trouble"]),
        ({"work": Work.OUT_OF_WORK}, CALL, ["out_of_work"]),
        ({"debt": Answer.YES}, WATCH, ["other_debt"]),
        ({"work": Work.REDUCED}, WATCH, ["work_reduced"]),
        ({"months_in_arrears": 1}, WATCH, ["arrears_begun"]),
        ({"months_in_arrears": 2}, WATCH, ["arrears_begun"]),
        ({"months_in_arrears": 3}, WATCH, ["arrears_long"]),
        ({"months_in_arrears": 3, "debt": Answer.YES}, CALL, ["other_debt", "arrears_long"]),
        ({"months_in_arrears": 1, "debt": Answer.YES}, CALL, ["other_debt", "arrears_begun"]),
        # Not known is not none, and weighs nothing however much of it there is.
        ({"months_in_arrears": None}, WATCH, ["months_in_arrears_unknown"]),
        ({"food": Answer.UNKNOWN}, WATCH, ["food_unknown"]),
    ],
)
def test_each_rule(said: dict[str, object], result: Result, reasons: list[str]) -> None:
    found = assess([FINE.model_copy(update=said)])
    assert found.result is result
    assert [r.code for r in found.reasons] == reasons
    assert in_words(found.reasons).count("、") == max(0, len(reasons) - 1)


def test_of_whom_nothing_is_known_is_watched() -> None:
    found = assess([Borrower()])
    assert found.result is WATCH
    assert {r.code for r in found.reasons} == {f"{name}_unknown" for name in Borrower.model_fields}


def test_a_household_is_looked_at_as_one() -> None:
    arrears = FINE.model_copy(update={"months_in_arrears": 4})
    debts = FINE.model_copy(update={"debt": Answer.YES})
    assert [assess([b]).result for b in (arrears, debts)] == [WATCH, WATCH]
    assert assess([arrears, debts]).result is CALL
    # A rule counts once, however many of them it applies to.
    assert assess([debts, debts, debts]).result is WATCH


def test_rules_name_what_there_is() -> None:
    codes = [rule.code for rule in RULES]
    assert len(set(codes)) == len(codes)
    assert {rule.asks for rule in RULES} == set(Borrower.model_fields)
    assert all(rule.weight <= ENOUGH for rule in RULES)
    assert len({rule.label_ja for rule in RULES}) == len(RULES)


BORROWERS = st.builds(
    Borrower,
    months_in_arrears=st.none() | st.integers(0, 999),
    budget=st.sampled_from(Answer),
    work=st.sampled_from(Work),
    debt=st.sampled_from(Answer),
    food=st.sampled_from(Answer),
)


@given(st.lists(BORROWERS, min_size=1, max_size=4), BORROWERS)
def test_one_more_in_the_household_never_makes_it_less(
    household: list[Borrower], one: Borrower
) -> None:
    order = [NONE, WATCH, CALL]
    alone, together = assess(household), assess([*household, one])
    assert order.index(together.result) >= order.index(alone.result)
    assert {r.code for r in alone.reasons} <= {r.code for r in together.reasons}
    assert (alone.result is NONE) == (not alone.reasons)
