"""The directory, and the desk that answers: always one (rows 1-22, 3-27, 4-51)."""

import random
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest
from domain_builders import CITY, DAY, HUB, desk, refusal
from hypothesis import given
from hypothesis import strategies as st

from service.domain.directory import AgencyKind, IssuerTrust, RouteQuestion, route
from service.domain.disclosure import D2, D4, D5
from service.domain.reference import AGENCY_KINDS
from service.domain.validity import Dated

HUB_DESK = desk(99, agency_id=HUB, name="総合相談の要")
HERE, THEME = "north", "debt"


def asked(area: str | None = HERE, theme: str | None = THEME) -> RouteQuestion:
    return RouteQuestion(municipality_code=CITY, area=area, theme=theme)


#: From the best answer to the last resort (docstring of ``route``).
RANKING: dict[str, dict[str, Any]] = {
    "theme_and_area": {"themes": (THEME, "work"), "areas": (HERE, "south")},
    "theme": {"themes": (THEME,)},
    "area": {"areas": (HERE,)},
    "every_theme": {},
    "fallback for the area": {"fallback": True, "themes": ("general",), "areas": (HERE,)},
    "fallback": {"fallback": True},
}
#: The same for whoever does not know what it is about.
RANKING_WITHOUT_THEME: dict[str, dict[str, Any]] = {
    "fallback for the area": {"fallback": True, "areas": (HERE,)},
    "fallback": {"fallback": True, "themes": (THEME,)},
    "every theme for the area": {"areas": (HERE,)},
    "every_theme": {},
}
REASONS = {"fallback for the area": "fallback", "every theme for the area": "every_theme"}
SILENT: dict[str, dict[str, Any]] = {
    "another theme": {"themes": ("health",)},
    "another area": {"themes": (THEME,), "areas": ("south",)},
    "another fallback's area": {"fallback": True, "areas": ("south",)},
}


@pytest.mark.mechanism("3-27", "4-51")
@pytest.mark.parametrize(("better", "worse"), list(combinations(RANKING, 2)))
def test_the_better_desk_answers_in_whatever_order_they_come(better: str, worse: str) -> None:
    # The worse one is older and comes first in the alphabet: only the rank decides.
    first = desk(1, **RANKING[better], name="ん", valid_from=date(2025, 4, 1))
    second = desk(2, **RANKING[worse], name="あ", valid_from=date(2001, 4, 1))
    others = [desk(10 + n, **silent) for n, silent in enumerate(SILENT.values())]
    for desks in ([first, second, *others], [*others, second, first]):
        assert route(desks, HUB_DESK, asked()) == (first, REASONS.get(better, better))


@pytest.mark.mechanism("3-27")
@pytest.mark.parametrize(
    ("rank", "theme"),
    [*((rank, THEME) for rank in RANKING), *((rank, None) for rank in RANKING_WITHOUT_THEME)],
)
def test_a_desk_that_is_alone_answers_with_its_reason(rank: str, theme: str | None) -> None:
    alone = desk(1, **(RANKING if theme else RANKING_WITHOUT_THEME)[rank])
    assert route([alone], HUB_DESK, asked(theme=theme)) == (alone, REASONS.get(rank, rank))


@pytest.mark.mechanism("4-51")
@pytest.mark.parametrize("silent", SILENT)
def test_where_nobody_answers_the_hub_does(silent: str) -> None:
    assert route([desk(1, **SILENT[silent])], HUB_DESK, asked()) == (HUB_DESK, "hub")
    assert route([], HUB_DESK, asked()) == (HUB_DESK, "hub")


@pytest.mark.mechanism("1-22", "3-27")
@pytest.mark.parametrize(("better", "worse"), list(combinations(RANKING_WITHOUT_THEME, 2)))
def test_whoever_does_not_know_the_theme_goes_to_the_fallback(better: str, worse: str) -> None:
    special = desk(1, themes=(THEME,), areas=(HERE,))
    first = desk(2, **RANKING_WITHOUT_THEME[better], name="ん", valid_from=date(2025, 4, 1))
    second = desk(3, **RANKING_WITHOUT_THEME[worse], name="あ", valid_from=date(2001, 4, 1))
    for desks in ([first, second, special], [special, second, first]):
        expected = (first, REASONS.get(better, better))
        assert route(desks, HUB_DESK, asked(theme=None)) == expected
    assert route([special], HUB_DESK, asked(theme=None)) == (HUB_DESK, "hub")


@pytest.mark.mechanism("1-22", "4-51")
@pytest.mark.parametrize("area", [HERE, None])
def test_whoever_knows_nothing_is_received(area: str | None) -> None:
    fallback = desk(2, fallback=True)
    assert route([fallback], HUB_DESK, asked(area, None)) == (fallback, "fallback")
    assert route([], HUB_DESK, asked(area, None)) == (HUB_DESK, "hub")


def test_whoever_does_not_know_the_area_goes_to_a_desk_for_every_area() -> None:
    near = desk(1, themes=(THEME,), areas=(HERE,))
    wide = desk(2, themes=(THEME,))
    assert route([near, wide], HUB_DESK, asked(area=None)) == (wide, "theme")
    assert route([near], HUB_DESK, asked(area=None)) == (HUB_DESK, "hub")


@pytest.mark.parametrize(
    ("everything", "area"), [({"areas": (HERE,)}, HERE), ({}, HERE), ({}, None)]
)
def test_a_desk_that_names_no_theme_answers_for_every_theme(
    everything: dict[str, Any], area: str | None
) -> None:
    """As ``Desk.themes`` promises; a desk for the theme goes before it, the hub comes after."""
    general = desk(1, **everything)
    assert route([general], HUB_DESK, asked(area))[0] == general
    special = desk(2, themes=(THEME,))
    assert route([general, special], HUB_DESK, asked(area))[0] == special


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"valid_from": date(2019, 4, 1)}, {"valid_from": date(2020, 4, 1), "name": "あ"}),
        ({"name": "あ"}, {"name": "い"}),
    ],
)
def test_among_equals_the_older_one_answers_then_by_name(first: dict, second: dict) -> None:
    older = desk(2, themes=(THEME,), **first)
    younger = desk(1, themes=(THEME,), **second)
    for desks in ([older, younger], [younger, older]):
        assert route(desks, HUB_DESK, asked())[0] == older


def test_two_desks_that_are_alike_in_everything_but_their_id_are_no_riddle() -> None:
    one, other = desk(1, themes=(THEME,), name="窓口"), desk(2, themes=(THEME,), name="窓口")
    assert route([other, one], HUB_DESK, asked())[0] == one


SOME_DESK = st.builds(
    lambda **given: given,
    themes=st.lists(st.sampled_from((THEME, "health", "general")), max_size=2).map(tuple),
    areas=st.lists(st.sampled_from((HERE, "south")), max_size=2).map(tuple),
    fallback=st.booleans(),
    name=st.sampled_from(("窓口", "相談室")),
    valid_from=st.sampled_from((date(2020, 4, 1), date(2024, 4, 1))),
)
SOME_QUESTION = st.builds(
    asked, st.none() | st.sampled_from((HERE, "west")), st.none() | st.sampled_from((THEME, "x"))
)


@pytest.mark.mechanism("3-27", "4-51")
@given(st.lists(SOME_DESK, max_size=8), SOME_QUESTION, st.randoms(use_true_random=False))
def test_there_is_always_a_desk_and_always_the_same_one(
    given_desks: list[dict[str, Any]], question: RouteQuestion, dice: random.Random
) -> None:
    desks = [desk(number, **values) for number, values in enumerate(given_desks)]
    found, reason = route(desks, HUB_DESK, question)
    dice.shuffle(desks)
    assert route(iter(desks), HUB_DESK, question) == (found, reason)
    assert found in (*desks, HUB_DESK)
    assert (found is HUB_DESK) == (reason == "hub")
    here = [d for d in desks if not d.areas or question.area in d.areas]
    for_theme = [d for d in here if question.theme in d.themes]
    assert found is HUB_DESK or found in here
    if for_theme:
        assert found in for_theme
        assert found.areas or not any(d.areas for d in for_theme)
    elif any(d.fallback for d in here):
        assert found is not HUB_DESK


# From one day to another


@pytest.mark.parametrize(
    ("first", "last", "holds"),
    [
        (DAY, None, True),
        (DAY, DAY, True),
        (DAY - timedelta(days=1), DAY, True),
        (DAY + timedelta(days=1), None, False),
        (DAY - timedelta(days=9), DAY - timedelta(days=1), False),
        (DAY - timedelta(days=9), DAY + timedelta(days=1), True),
    ],
)
def test_what_is_dated_holds_on_its_first_and_last_day(
    first: date, last: date | None, holds: bool
) -> None:
    assert Dated(valid_from=first, valid_until=last).holds_on(DAY) is holds
    assert desk(valid_from=first, valid_until=last).holds_on(DAY) is holds


# Kinds of agencies (brief §1.2, §8 rule 16)


def test_every_kind_has_its_own_code_and_words() -> None:
    codes = [kind.code for kind in AGENCY_KINDS]
    assert len(codes) == len(set(codes)) > 50
    for words in ("label_ja", "label_en"):
        labels = [getattr(kind, words) for kind in AGENCY_KINDS]
        assert len(set(labels)) == len(labels)


def test_employers_landlords_and_residents_never_receive_d3_or_more() -> None:
    ceiling = {kind.code: kind.ceiling for kind in AGENCY_KINDS}
    outside = (
        "agri_coop community_volunteer company consumer_coop district_welfare_council employer"
        " food_bank landlord peer_group salon_host"
    )
    assert {code: ceiling[code] for code in outside.split()} == dict.fromkeys(outside.split(), D2)


def test_protected_addresses_go_to_the_lead_and_the_protecting_authorities_alone() -> None:
    assert all(kind.ceiling <= D5 for kind in AGENCY_KINDS)
    protecting = {kind.code for kind in AGENCY_KINDS if kind.ceiling is D5}
    assert protecting == {
        "child_family_section",
        "child_guidance_center",
        "multi_agency_coordinator",
        "municipal_welfare_section",
        "police",
        "self_reliance_agency",
        "welfare_office",
    }


def test_only_public_bodies_decide_on_support() -> None:
    """Plans are never decided by an entrusted agency (brief §8 rule 8)."""
    deciding = {kind.code: kind.public_body for kind in AGENCY_KINDS if kind.decides_support}
    assert deciding["municipal_welfare_section"]
    assert all(deciding.values())
    assert not {"self_reliance_agency", "multi_agency_coordinator"} & set(deciding)


def test_unless_it_is_said_a_kind_is_no_public_body_and_receives_no_more_than_d4() -> None:
    plain = AgencyKind(code="choir", label_ja="合唱団", label_en="Choir")
    assert (plain.public_body, plain.decides_support, plain.ceiling) == (False, False, D4)


# Who may speak for whom


@pytest.mark.parametrize(
    "iss",
    [
        "login.example",
        "ftp://login.example",
        "https://login.example/?tenant=1",
        "https://login.example/#x",
        "https://login.example/ x",
        "",
    ],
)
def test_an_issuer_is_a_plain_address(iss: str) -> None:
    given_issuer = {"iss": iss, "name": "試験", "agency_codes": ("cc",)}
    assert refusal(IssuerTrust, **given_issuer) == "string_pattern_mismatch"
    trusted = IssuerTrust(**given_issuer | {"iss": "https://login.example/realms/1"})
    # Signatures that nobody can forge who only verifies them; RS256 must be asked for.
    assert set(trusted.algorithms) == {"ES256", "PS256", "EdDSA", "Ed25519"}
