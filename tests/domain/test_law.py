"""The law as dated data: which version of which text holds where, on which day (brief §2.2)."""

from datetime import date, timedelta
from itertools import combinations, permutations
from typing import Any

import pytest
from domain_builders import CITY, DAY, NEXT_CITY

from service.domain.decision import CONFERENCE_BASES, Basis
from service.domain.law import BasisSwitch, BasisVersion, LawBook, LegalBasis
from service.domain.law_texts import LEGAL_BASES

ONE_DAY = timedelta(days=1)
#: The day on which the brief was written; every basis it lists is law that day.
WRITTEN = date(2026, 11, 20)
LONG_AGO = date(2000, 1, 1)


def text(code: Basis = Basis.LIFE, **changes: Any) -> BasisVersion:
    """A version in force since 2023."""
    return BasisVersion(**{"code": code, "valid_from": date(2023, 4, 1)} | changes)


def switch(basis: Basis, **changes: Any) -> BasisSwitch:
    """Our city uses the basis since 2024."""
    given: dict[str, Any] = {
        "municipality_code": CITY,
        "basis": basis,
        "by_laws": "支援会議設置要綱",
        "valid_from": date(2024, 4, 1),
    }
    return BasisSwitch(**given | changes)


EVERY_SWITCH = tuple(switch(basis, valid_from=LONG_AGO) for basis in Basis)
SWITCHED_ON = LawBook(LEGAL_BASES, EVERY_SWITCH)

# Versions and days


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (date(2025, 3, 31), False),
        (date(2025, 4, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), False),
    ],
)
def test_a_text_holds_from_its_first_to_its_last_day(day: date, holds: bool) -> None:
    dated = text(valid_from=date(2025, 4, 1), valid_until=date(2026, 3, 31))
    assert (Basis.LIFE in LawBook((dated,)).in_force(day, CITY)) is holds


def test_a_text_without_a_last_day_goes_on() -> None:
    book = LawBook((text(),))
    assert book.in_force(date.max, CITY) == {Basis.LIFE: "LIFE@2023-04-01"}
    assert book.in_force(date(2023, 3, 31), CITY) == {}


def test_an_empty_book_and_a_book_of_switches_alone_support_nothing() -> None:
    assert LawBook().in_force(DAY, CITY) == {}
    assert LawBook(switches=EVERY_SWITCH).in_force(DAY, CITY) == {}


def test_a_version_is_called_after_its_first_day() -> None:
    assert text(Basis.CONF_NEEDY, valid_from=date(2025, 4, 1)).version == "CONF_NEEDY@2025-04-01"


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_several_versions_the_latest_counts_in_whatever_order_they_stand(
    order: tuple[int, ...],
) -> None:
    versions = [text(valid_from=date(year, 4, 1)) for year in (2020, 2023, 2027)]
    book = LawBook(tuple(versions[i] for i in order))
    assert book.in_force(DAY, CITY) == {Basis.LIFE: "LIFE@2023-04-01"}
    assert book.in_force(date(2027, 4, 1), CITY) == {Basis.LIFE: "LIFE@2027-04-01"}
    assert book.in_force(date(2027, 3, 31), CITY) == {Basis.LIFE: "LIFE@2023-04-01"}
    assert book.in_force(date(2020, 4, 1), CITY) == {Basis.LIFE: "LIFE@2020-04-01"}


# Switches


@pytest.mark.parametrize(
    ("changes", "on"),
    [
        ({}, True),
        ({"municipality_code": NEXT_CITY}, False),
        ({"basis": Basis.CONF_LAYERED}, False),
        ({"valid_from": DAY}, True),
        ({"valid_from": DAY + ONE_DAY}, False),
        ({"valid_until": DAY}, True),
        ({"valid_until": DAY - ONE_DAY}, False),
    ],
)
def test_a_switchable_basis_holds_where_and_while_it_is_switched_on(
    changes: dict[str, Any], on: bool
) -> None:
    made = switch(**{"basis": Basis.CONF_NEEDY} | changes)
    book = LawBook((text(Basis.CONF_NEEDY, switchable=True),), (made,))
    assert (Basis.CONF_NEEDY in book.in_force(DAY, CITY)) is on


@pytest.mark.parametrize("where", [CITY, NEXT_CITY, None])
def test_other_bases_need_no_switch_and_nowhere_has_none(where: str | None) -> None:
    texts = (text(), text(Basis.CONF_NEEDY, switchable=True))
    book = LawBook(texts, (switch(Basis.CONF_NEEDY),))
    assert set(book.in_force(DAY, where)) == (
        {Basis.LIFE, Basis.CONF_NEEDY} if where == CITY else {Basis.LIFE}
    )


def test_a_switch_alone_brings_no_text_into_force() -> None:
    old = text(Basis.CONF_NEEDY, switchable=True, valid_until=DAY - ONE_DAY)
    assert LawBook((old,), (switch(Basis.CONF_NEEDY),)).in_force(DAY, CITY) == {}


def test_a_new_text_that_is_not_switched_on_leaves_the_old_one() -> None:
    old = text(Basis.CONF_OTHER, valid_from=date(2020, 4, 1))
    new = text(Basis.CONF_OTHER, switchable=True)
    without, on = LawBook((old, new)), LawBook((old, new), (switch(Basis.CONF_OTHER),))
    assert without.in_force(DAY, CITY) == {Basis.CONF_OTHER: "CONF_OTHER@2020-04-01"}
    assert on.in_force(DAY, CITY) == {Basis.CONF_OTHER: "CONF_OTHER@2023-04-01"}


def test_one_switch_of_several_is_enough() -> None:
    ended = switch(Basis.CONF_NEEDY, valid_until=DAY - ONE_DAY)
    anew = switch(Basis.CONF_NEEDY, valid_from=DAY)
    book = LawBook((text(Basis.CONF_NEEDY, switchable=True),), (ended, anew))
    assert Basis.CONF_NEEDY in book.in_force(DAY, CITY)
    assert Basis.CONF_NEEDY not in LawBook(book.texts, (ended,)).in_force(DAY, CITY)


# The texts every installation starts with


def test_every_basis_has_a_text_in_force_when_everything_is_switched_on() -> None:
    in_force = SWITCHED_ON.in_force(WRITTEN, CITY)
    assert set(in_force) == set(Basis)
    assert in_force[Basis.CONF_NEEDY] == "CONF_NEEDY@2025-04-01"


def test_no_conference_opens_anything_before_the_municipality_switches_it_on() -> None:
    """Brief §2.2 (switchable by municipality), §8 rule 7."""
    assert set(LawBook(LEGAL_BASES).in_force(WRITTEN, CITY)) == set(Basis) - CONFERENCE_BASES
    assert {t.code for t in LEGAL_BASES if t.switchable} == CONFERENCE_BASES
    assert all(t.switchable for t in LEGAL_BASES if t.code in CONFERENCE_BASES)


#: First days of the laws (brief §2.1, §2.2): the support conference of 2018 became a duty of
#: effort on 2025-04-01; chapter 5 of the APPI applies to local governments since 2023-04-01.
FIRST_DAYS = {
    Basis.CONF_CHILD: date(2005, 4, 1),
    Basis.CONF_NEEDY: date(2018, 10, 1),
    Basis.CONF_LAYERED: date(2021, 4, 1),
}


@pytest.mark.parametrize("basis", Basis)
def test_a_basis_begins_on_its_first_day_and_goes_on(basis: Basis) -> None:
    first = FIRST_DAYS.get(basis, date(2023, 4, 1))
    assert basis not in SWITCHED_ON.in_force(first - ONE_DAY, CITY)
    for day in (first, first + ONE_DAY, WRITTEN, date(2199, 12, 31)):
        assert basis in SWITCHED_ON.in_force(day, CITY)


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2018, 9, 30), None),
        (date(2018, 10, 1), "CONF_NEEDY@2018-10-01"),
        (date(2025, 3, 31), "CONF_NEEDY@2018-10-01"),
        (date(2025, 4, 1), "CONF_NEEDY@2025-04-01"),
    ],
)
def test_the_support_conference_changes_its_text_overnight(day: date, version: str | None) -> None:
    assert SWITCHED_ON.in_force(day, CITY).get(Basis.CONF_NEEDY) == version


def test_no_two_versions_of_a_basis_hold_on_the_same_day() -> None:
    for one, other in combinations(LEGAL_BASES, 2):
        if one.code is other.code:
            earlier, later = sorted((one, other), key=lambda t: t.valid_from)
            assert earlier.valid_until is not None
            assert earlier.valid_until == later.valid_from - ONE_DAY
    versions = [t.version for t in LEGAL_BASES]
    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize("basis", LEGAL_BASES, ids=lambda t: t.version)
def test_a_text_says_in_both_languages_what_it_rests_on(basis: LegalBasis) -> None:
    assert basis.law_ja
    assert basis.law_en.isascii()
    assert basis.article
    assert basis.text_ja.endswith("。")
    assert basis.text_en.endswith(".")
    assert basis.source
    assert basis.code.label_ja


@pytest.mark.parametrize("basis", LEGAL_BASES, ids=lambda t: t.version)
def test_whoever_sits_in_a_statutory_conference_is_told_of_secrecy(basis: LegalBasis) -> None:
    told = basis.code in CONFERENCE_BASES
    assert (basis.secrecy_ja is not None) is told
    assert (basis.secrecy_en is not None) is told
