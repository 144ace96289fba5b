"""The shared support plan: what is agreed is what is approved and decided (brief §3.5, §8)."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from domain_builders import (
    OURS,
    THEIRS,
    THIRD,
    classes,
    draft_version,
    line,
    plan,
    plan_version,
    refusal,
)
from hypothesis import given
from hypothesis import strategies as st

from service.domain.decision import Basis, Permit, Rule
from service.domain.errors import IllegalMove, Invalid
from service.domain.plan import NEXT, DraftVersion, PlanAct, PlanStatus, show_plan
from service.domain.plan_commands import AgreePlan, DecidePlan
from service.domain.plan_line import MESSAGES_EN, MESSAGES_JA, PlanLine, responsible_agencies

DIAGRAM = """
draft               amend      draft
draft               sign_off   draft
draft               agree      person_agreed
draft               supersede  superseded
person_agreed       approve    conference_approved
person_agreed       send_back  sent_back
person_agreed       supersede  superseded
conference_approved decide     decided
conference_approved refuse     sent_back
conference_approved supersede  superseded
decided             supersede  superseded
sent_back           supersede  superseded
"""
STEPS = {(s, a): t for s, a, t in (row.split() for row in DIAGRAM.strip().splitlines())}


def test_the_states_are_those_of_the_diagram() -> None:
    assert STEPS == NEXT
    assert {PlanStatus.DRAFT, *NEXT.values()} == set(PlanStatus)
    assert {act for _, act in NEXT} == set(PlanAct)
    assert {status for status, _ in NEXT} == set(PlanStatus) - {PlanStatus.SUPERSEDED}


@pytest.mark.parametrize(("status", "act"), list(product(PlanStatus, PlanAct)))
def test_an_act_leads_where_the_diagram_says_or_is_refused(
    status: PlanStatus, act: PlanAct
) -> None:
    before = plan_version(status=status, version=3)
    if (status, act) in STEPS:
        after = before.move(act, agreed_by="本人")
        assert after == before.but(status=STEPS[status, act], version=4, agreed_by="本人")
    else:
        with pytest.raises(IllegalMove) as refused:
            before.move(act, agreed_by="本人")
        assert refused.value.code == "plan.illegal_move"
        assert refused.value.facts == {"state": status, "act": act}
    assert before == plan_version(status=status, version=3)


@pytest.mark.parametrize("status", PlanStatus)
def test_only_a_draft_can_be_changed(status: PlanStatus) -> None:
    version = plan_version(status=status)
    assert version.is_draft is (status is PlanStatus.DRAFT)
    assert ((status, PlanAct.AMEND) in NEXT) is version.is_draft


@pytest.mark.parametrize("status", PlanStatus)
def test_the_municipality_has_it_from_the_approval_on(status: PlanStatus) -> None:
    with_it = status in {PlanStatus.CONFERENCE_APPROVED, PlanStatus.DECIDED}
    assert plan_version(status=status).awaits_or_has_decision is with_it


def test_nothing_is_decided_without_the_person_and_the_conference() -> None:
    """The only way to a decision, step by step (brief §8 rules 8 and 9)."""
    into = {after: [b for (b, _), a in NEXT.items() if a is after] for after in PlanStatus}
    assert into[PlanStatus.DECIDED] == [PlanStatus.CONFERENCE_APPROVED]
    assert into[PlanStatus.CONFERENCE_APPROVED] == [PlanStatus.PERSON_AGREED]
    assert into[PlanStatus.PERSON_AGREED] == [PlanStatus.DRAFT]


@pytest.mark.parametrize("status", PlanStatus)
def test_any_version_can_be_replaced_by_a_new_one(status: PlanStatus) -> None:
    replaced = {after for (before, _), after in NEXT.items() if before is status}
    assert PlanStatus.SUPERSEDED in replaced or status is PlanStatus.SUPERSEDED


# Lines


@pytest.mark.mechanism("2-03")
def test_each_line_has_exactly_one_agency_that_answers_for_it() -> None:
    whole = {name: getattr(line(), name) for name in PlanLine.model_fields}
    without = {name: v for name, v in whole.items() if name != "responsible_agency_id"}
    assert refusal(PlanLine, **without) == "missing"
    assert refusal(PlanLine, **whole | {"responsible_agency_id": (OURS, THEIRS)}) == "uuid_type"
    lines = (line(), line(responsible_agency_id=THEIRS), line())
    assert responsible_agencies(lines) == {OURS, THEIRS}
    assert responsible_agencies(()) == frozenset()


@pytest.mark.mechanism("1-36")
def test_goals_are_in_the_persons_own_words() -> None:
    for kind, value in ((PlanLine, line()), (DraftVersion, draft_version())):
        whole = {name: getattr(value, name) for name in kind.model_fields}
        assert refusal(kind, **whole | {"goal_in_own_words": "  "}) == "text.empty"
    del whole["goal_in_own_words"]
    assert refusal(DraftVersion, **whole) == "missing"
    # A line of a draft may wait for them; nobody agrees before they are there.
    plan_version().ready_for_agreement()
    waiting = plan_version(lines=(line(), line(goal_in_own_words=None)))
    with pytest.raises(Invalid) as refused:
        waiting.ready_for_agreement()
    assert refused.value.code == "plan.goal_not_in_own_words"
    assert refused.value.field == "/lines/1/goal_in_own_words"


def test_a_plan_begins_with_its_first_version() -> None:
    assert (plan().latest_number, plan().version) == (1, 1)
    assert (plan_version().status, plan_version().version) == (PlanStatus.DRAFT, 1)


@pytest.mark.parametrize("number", [0, -1, 2**31])
def test_what_is_agreed_and_decided_is_one_version_that_can_be(number: int) -> None:
    code = "greater_than_equal" if number < 1 else "less_than_equal"
    agreed = {"agreed_on": date(2026, 12, 1), "agreed_by": "本人"}
    assert refusal(AgreePlan, number=number, **agreed) == code
    assert refusal(DecidePlan, number=number, decision_number="福第1号") == code
    assert AgreePlan(number=1, **agreed)
    assert DecidePlan(number=1, decision_number="福第1号")


def test_a_plan_without_lines_is_none() -> None:
    assert refusal(draft_version, lines=()) == "too_short"


@pytest.mark.parametrize(
    ("until", "refused"),
    [(date(2026, 11, 30), True), (date(2026, 12, 1), False), (date(2026, 12, 2), False)],
)
def test_nothing_ends_before_it_starts(until: date, refused: bool) -> None:
    for build, first, last in (
        (line, "starts_on", "ends_on"),
        (draft_version, "period_from", "period_until"),
    ):
        dates = {first: date(2026, 12, 1), last: until}
        if refused:
            assert refusal(build, **dates) == "plan.line_ends_before_start"
        else:
            assert build(**dates)
    assert set(MESSAGES_EN) == set(MESSAGES_JA) == {"plan.line_ends_before_start"}


@pytest.mark.parametrize("missing", [None, ""])
def test_a_plan_without_an_exit_is_never_approved(missing: str | None) -> None:
    plan_version().ready_for_approval()
    lines = (line(), line().model_copy(update={"exit": missing}))
    with pytest.raises(Invalid) as refused:
        plan_version().model_copy(update={"lines": lines}).ready_for_approval()
    assert refused.value.code == "plan.line_without_exit"
    assert refused.value.field == "/lines"


# Showing

LINES = (
    line(theme="debt", responsible_agency_id=OURS),
    line(theme="health", responsible_agency_id=THEIRS),
    line(theme="debt", responsible_agency_id=THIRD),
)
FREE_TEXT = {
    "goal_in_own_words",
    "agreed_by",
    "agreement_evidence",
    "sent_back_reason",
    "unsigned_reason",
}


def shown(granted: str, *themes: str, limited: bool = True) -> dict[str, Any]:
    version = plan_version(
        lines=LINES,
        agreed_by="本人",
        agreement_evidence="様式5",
        sent_back_reason="出口が不明",
        background="隣人の話",
        opinion="要観察",
    )
    permit = Permit(
        basis=Basis.CONSENT,
        classes=classes(granted),
        rules=(Rule.PARTY_WITH_CONSENT,),
        only_themes=frozenset(themes) if limited else None,
    )
    return show_plan(plan(), version, permit)


def agencies(found: dict[str, Any]) -> list[str]:
    return [one["responsible_agency_id"] for one in found["current"]["lines"]]


def test_a_full_part_sees_every_line() -> None:
    found = shown("0-3", limited=False)
    assert agencies(found) == [str(OURS), str(THEIRS), str(THIRD)]
    assert set(found["current"]) >= FREE_TEXT
    assert not {"background", "opinion"} & set(found["current"])
    assert found["withheld"] == ["D6", "D7"]
    assert found["plan"]["id"] == str(plan().id)


@pytest.mark.parametrize(
    ("themes", "seen"),
    [
        (("debt",), [OURS, THIRD]),
        (("health",), [THEIRS]),
        (("debt", "health"), [OURS, THEIRS, THIRD]),
        (("care",), []),
        ((), []),
    ],
)
def test_a_part_limited_to_themes_sees_its_lines_and_no_free_text(
    themes: tuple[str, ...], seen: list
) -> None:
    found = shown("0-3", *themes)
    assert agencies(found) == [str(agency) for agency in seen]
    assert not FREE_TEXT & set(found["current"])


def test_a_limited_part_whose_consent_is_gone_sees_no_line() -> None:
    assert agencies(shown("0", "debt")) == []


@given(st.sets(st.sampled_from(range(8))), st.sets(st.sampled_from(("debt", "health"))))
def test_a_limit_to_themes_never_shows_more(granted: set[int], themes: set[str]) -> None:
    written = " ".join(str(n) for n in granted | {0})
    limited, full = shown(written, *themes), shown(written, limited=False)
    assert set(limited["current"]) <= set(full["current"])
    assert all(one in full["current"]["lines"] for one in limited["current"]["lines"])
