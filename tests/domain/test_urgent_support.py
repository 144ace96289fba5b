"""Urgent support waits for nothing, and is never the end of it (row 1-46, brief §8 rule 13)."""

from datetime import timedelta
from typing import Any

import pytest
from domain_builders import CITY, HUB, NOW, OURS, PERSON, classes, in_japanese, refusal, uid

from service.domain.disclosure import disclose
from service.domain.errors import IllegalMove
from service.domain.problems import PROBLEMS
from service.domain.urgent_support import (
    KIND_JA,
    STATE_JA,
    CloseUrgentSupport,
    FollowUrgentSupport,
    GiveUrgentSupport,
    NextKind,
    UrgentKind,
    UrgentState,
    UrgentSupport,
)

S = UrgentState


def give(**changes: Any) -> GiveUrgentSupport:
    """Rice for ten meals."""
    given: dict[str, Any] = {
        "person_id": PERSON,
        "kind": UrgentKind.FOOD,
        "what": "米10食分",
        "given_at": NOW,
    }
    return GiveUrgentSupport(**given | changes)


def support(state: UrgentState = S.GIVEN, **changes: Any) -> UrgentSupport:
    """Its record, with a week for the next step."""
    given: dict[str, Any] = {
        "id": uid(1),
        "agency_id": OURS,
        "municipality_code": CITY,
        "hub_agency_id": HUB,
        "state": state,
        "due_at": NOW + timedelta(days=7) if state is S.GIVEN else None,
    }
    return UrgentSupport(**dict(give()) | given | changes)


def test_labels_are_japanese_and_tell_apart() -> None:
    assert (set(KIND_JA), set(STATE_JA)) == (set(UrgentKind), set(UrgentState))
    in_japanese(UrgentKind)
    in_japanese(UrgentState)


def test_it_needs_no_form_no_plan_and_no_case() -> None:
    plain = give()
    assert (plain.case_id, plain.consultation_id) == (None, None)
    for field in ("person_id", "kind", "what", "given_at"):
        said = {name: getattr(plain, name) for name in type(plain).model_fields if name != field}
        assert refusal(GiveUrgentSupport, **said) == "missing"
    assert refusal(give, kind="advice") == "enum"
    assert refusal(give, what=" ") == "text.empty"
    assert refusal(give, given_at="2026-11-20T10:00:00") == "timezone_aware"
    assert refusal(give, amount=3000) == "extra_forbidden"
    assert refusal(FollowUrgentSupport, next_id=uid(2)) == "missing"
    assert refusal(FollowUrgentSupport, next_kind="hope", next_id=uid(2)) == "enum"
    assert refusal(CloseUrgentSupport) == "missing"


@pytest.mark.parametrize("kind", NextKind)
@pytest.mark.parametrize("state", [S.GIVEN, S.WARNING])
def test_something_follows_it_also_after_a_warning(kind: NextKind, state: UrgentState) -> None:
    before = support(state)
    assert before.followed(kind, uid(2)) == before.but(
        state=S.FOLLOWED, next_kind=kind, next_id=uid(2), due_at=None, version=2
    )


@pytest.mark.parametrize("reason", [None, "所在不明"])
def test_without_a_next_step_it_is_a_warning_and_no_end(reason: str | None) -> None:
    warned = support().warned(reason)
    assert warned == support().but(state=S.WARNING, closed_reason=reason, due_at=None, version=2)
    assert warned.followed(NextKind.CASE, uid(2)).state is S.FOLLOWED


@pytest.mark.parametrize("state", [S.WARNING, S.FOLLOWED])
def test_what_is_not_open_is_not_warned_of_again(state: UrgentState) -> None:
    with pytest.raises(IllegalMove) as refused:
        support(state).warned()
    assert (refused.value.code, refused.value.facts) == (
        "urgent_support.not_open",
        {"state": state},
    )
    assert refused.value.code in PROBLEMS


def test_it_is_followed_once() -> None:
    with pytest.raises(IllegalMove) as refused:
        support(S.FOLLOWED).followed(NextKind.CASE, uid(2))
    assert refused.value.code == "urgent_support.already_followed"
    assert refused.value.code in PROBLEMS


@pytest.mark.parametrize("state", UrgentState)
def test_only_what_is_open_has_a_deadline_and_only_followed_is_an_ending(
    state: UrgentState,
) -> None:
    record = support(state)
    assert (record.due_at is None) is (state is not S.GIVEN)
    ways = [act for act in ("follow", "warn") if _can(record, act)]
    assert ways == {S.GIVEN: ["follow", "warn"], S.WARNING: ["follow"], S.FOLLOWED: []}[state]


def _can(record: UrgentSupport, act: str) -> bool:
    try:
        _ = record.warned() if act == "warn" else record.followed(NextKind.CONTACT, uid(2))
    except IllegalMove:
        return False
    return True


def test_what_was_given_is_shown_with_its_class() -> None:
    record = support(S.WARNING, closed_reason="所在不明")
    plain, told = (str(disclose(record, classes(c))) for c in ("0", "0-3"))
    for words in ("米10食分", "所在不明"):
        assert words not in plain
        assert words in told
