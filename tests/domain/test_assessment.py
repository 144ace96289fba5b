"""Each agency's view of each member stands beside the others, none over another (row 1-26)."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from domain_builders import (
    DAY,
    NOW,
    OURS,
    PERSON,
    POSITION,
    SOMEBODY_ELSE,
    THEIRS,
    THIRD,
    classes,
    in_japanese,
    refusal,
    uid,
)
from hypothesis import given
from hypothesis import strategies as st

from service.domain.assessment import (
    CHECK_JA,
    CLASS_OF,
    Assess,
    Assessment,
    Check,
    MemberView,
    assessments_of,
    side_by_side,
)
from service.domain.disclosure import D3, D4, D5, D7, disclose, field_classes

K = Check
SENSITIVE = {
    K.ILLNESS,
    K.INJURY,
    K.DISABILITY,
    K.DISABILITY_SUSPECTED,
    K.SUICIDE_ATTEMPT,
    K.MENTAL_HEALTH,
    K.DELINQUENCY,
    K.EX_OFFENDER,
    K.ABILITIES,
    K.FOREIGN_NATIONAL,
}
FIELDS = {D3: "checks", D4: "sensitive_checks", D5: "protected_checks"}


def view(person_id: UUID = PERSON, *checks: Check, **said: Any) -> MemberView:
    """How one member is seen."""
    return MemberView(person_id=person_id, checks=frozenset(checks), **said)


def assess(*members: MemberView) -> list[Assessment]:
    """The records of one agency's view."""
    ids = (uid(n) for n in range(1, 50))
    return assessments_of(
        Assess(assessed_on=DAY, members=members),
        new_id=lambda: next(ids),
        case_id=uid(100),
        agency_id=OURS,
        position_id=POSITION,
        made_at=NOW,
    )


# The checks


def test_there_are_27_checks_each_in_exactly_one_class() -> None:
    assert len(Check) == 27
    assert set(CHECK_JA) == set(CLASS_OF) == set(Check)
    assert set(CLASS_OF.values()) == set(FIELDS)
    in_japanese(Check)


def test_what_is_sensitive_by_law_and_what_is_protected() -> None:
    assert {c for c in Check if CLASS_OF[c] is D4} == SENSITIVE
    assert {c for c in Check if CLASS_OF[c] is D5} == {K.VIOLENCE}


def test_each_field_of_checks_has_the_class_of_its_checks() -> None:
    found = field_classes(Assessment)
    assert {found[name]: name for name in FIELDS.values()} == FIELDS
    assert found["opinion"] is D7


@given(st.frozensets(st.sampled_from(Check)))
def test_every_tick_lies_under_its_own_class_and_none_is_lost(ticked: frozenset[Check]) -> None:
    [record] = assess(view(PERSON, *ticked))
    lying = {name: getattr(record, name) for name in FIELDS.values()}
    for data_class, name in FIELDS.items():
        assert {CLASS_OF[c] for c in lying[name]} <= {data_class}
    assert frozenset().union(*lying.values()) == ticked
    assert sum(map(len, lying.values())) == len(ticked)


@pytest.mark.parametrize("check", Check)
@pytest.mark.parametrize("granted", ["0", "0-2", "0-3", "0-4", "0-5", "0 3 5"])
def test_a_check_is_shown_with_its_class_and_with_no_other(check: Check, granted: str) -> None:
    [record] = assess(view(PERSON, check))
    shown = str(disclose(record, classes(granted)))
    assert (f"'{check.value}'" in shown) is (CLASS_OF[check] in classes(granted))


# The records


def test_each_member_has_a_record_of_its_own() -> None:
    first = view(PERSON, K.DEBT, issues="督促", strengths="几帳面", direction="家計", opinion="…")
    one, two = assess(first, view(SOMEBODY_ELSE, K.VIOLENCE))
    assert (one.id, two.id) == (uid(1), uid(2))
    assert (one.person_id, two.person_id) == (PERSON, SOMEBODY_ELSE)
    assert {(r.case_id, r.agency_id, r.position_id, r.made_at) for r in (one, two)} == {
        (uid(100), OURS, POSITION, NOW)
    }
    assert (one.issues, one.strengths, one.direction, one.opinion) == (
        "督促",
        "几帳面",
        "家計",
        "…",
    )
    assert (two.issues, two.opinion) == (None, None)


#: A member of whom nothing is said yet.
FINE = {"person_id": SOMEBODY_ELSE}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("too_short", {"members": []}),
        ("too_long", {"members": [{"person_id": PERSON}] * 21}),
        ("missing", {"members": [FINE, {}]}),
        ("enum", {"members": [FINE, {"person_id": PERSON, "checks": ["laziness"]}]}),
        ("text.empty", {"members": [FINE, {"person_id": PERSON, "issues": " "}]}),
        ("extra_forbidden", {"members": [FINE, {"person_id": PERSON, "score": 3}]}),
    ],
)
def test_what_is_no_assessment_is_refused_with_its_code(code: str, said: dict[str, Any]) -> None:
    assert refusal(Assess, assessed_on=DAY, **said) == code


# Side by side


def seen(agency: UUID, *checks: Check, person: UUID = PERSON, granted: str = "0-5") -> Any:
    """An agency's latest view as a reader with these classes gets it."""
    [record] = assess(view(person, *checks))
    return disclose(record.but(agency_id=agency), classes(granted))


def test_where_two_agencies_differ() -> None:
    [about] = side_by_side([seen(OURS, K.DEBT, K.ILLNESS), seen(THEIRS, K.DEBT, K.VIOLENCE)])
    assert about["person_id"] == str(PERSON)
    assert about["agencies"] == sorted([str(OURS), str(THEIRS)])
    assert about["agreed"] == ["debt"]
    assert about["differing"] == [
        {
            "check": "illness",
            "check_ja": "病気",
            "seen_by": [str(OURS)],
            "not_seen_by": [str(THEIRS)],
        },
        {
            "check": "violence",
            "check_ja": "DV・虐待",
            "seen_by": [str(THEIRS)],
            "not_seen_by": [str(OURS)],
        },
    ]


def test_what_the_reader_may_not_see_is_not_compared() -> None:
    views = [
        seen(a, K.DEBT, c, granted="0-3") for a, c in ((OURS, K.ILLNESS), (THEIRS, K.VIOLENCE))
    ]
    [about] = side_by_side(views)
    assert (about["agreed"], about["differing"]) == (["debt"], [])
    assert "illness" not in str(about)
    assert "violence" not in str(about)


def test_members_are_compared_each_with_itself() -> None:
    views = [
        seen(OURS, K.DEBT),
        seen(THEIRS, K.DEBT, person=SOMEBODY_ELSE),
        seen(THIRD, K.ISOLATION, person=SOMEBODY_ELSE),
    ]
    one, two = side_by_side(views)
    assert (one["person_id"], one["agreed"], one["differing"]) == (str(PERSON), ["debt"], [])
    assert [d["check"] for d in two["differing"]] == ["debt", "isolation"]
    assert side_by_side([]) == []


VIEWS = st.dictionaries(
    st.sampled_from([OURS, THEIRS, THIRD]), st.frozensets(st.sampled_from(Check)), min_size=1
)


@given(VIEWS)
def test_every_check_that_anybody_ticked_is_agreed_or_differs(
    views: dict[UUID, frozenset[Check]],
) -> None:
    [about] = side_by_side(seen(agency, *checks) for agency, checks in views.items())
    ticked = frozenset().union(*views.values())
    agreed, differing = set(about["agreed"]), {d["check"] for d in about["differing"]}
    assert agreed.isdisjoint(differing)
    assert agreed | differing == {c.value for c in ticked}
    for line in about["differing"]:
        by, not_by = set(line["seen_by"]), set(line["not_seen_by"])
        assert by
        assert not_by
        assert by | not_by == set(about["agencies"]) == set(agencies(views))
        assert by == {str(a) for a, checks in views.items() if Check(line["check"]) in checks}


def agencies(views: dict[UUID, frozenset[Check]]) -> Iterator[str]:
    """Whose views there are."""
    yield from (str(a) for a in views)
