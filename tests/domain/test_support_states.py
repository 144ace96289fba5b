"""The stages of support, and of collaboration beside it: nothing is skipped (brief §3.1, §3.3)."""

from itertools import product
from typing import Any

import pytest
from domain_builders import in_japanese, reached
from hypothesis import given
from hypothesis import strategies as st

from service.domain.errors import IllegalMove
from service.domain.plan import PlanStatus
from service.domain.problems import PROBLEMS
from service.domain.support_states import (
    COLLABORATION_ENDINGS,
    COLLABORATION_JA,
    COLLABORATION_NEXT,
    ENDINGS,
    NEXT,
    STAGE_JA,
    Collaboration,
    Ground,
    Stage,
    check_collaboration,
    check_stage,
)

G, C = Stage, Collaboration

#: Each stage and what may follow it; a stage without any is an ending.
STAGES = """
applied: assessing interrupted withdrawn
assessing: plan_drafting handed_over interrupted
plan_drafting: plan_agreed interrupted
plan_agreed: in_conference
in_conference: approved plan_drafting
approved: decided in_support plan_drafting
decided: in_support plan_drafting
in_support: monitoring
monitoring: in_support evaluating
evaluating: closed replanning interrupted in_support
replanning: plan_drafting
interrupted: assessing closed
handed_over:
withdrawn:
closed:
"""
COLLABORATION = """
proposed: pre_check conf_support outreach accepted interrupted
pre_check: conf_support outreach accepted interrupted
conf_support: outreach accepted interrupted
outreach: conf_support accepted interrupted
accepted: assessing interrupted
assessing: plan_drafting interrupted
plan_drafting: in_layered_conf interrupted
in_layered_conf: decided plan_drafting
decided: in_support
in_support: evaluating interrupted
evaluating: handed_to_lead replanning interrupted in_support
replanning: plan_drafting
interrupted: outreach accepted handed_to_lead
handed_to_lead:
"""


def drawn(diagram: str) -> dict[str, set[str]]:
    """What follows what."""
    lines = (line.partition(":") for line in diagram.strip().splitlines())
    return {stage: set(after.split()) for stage, _, after in lines}


# The tables


@pytest.mark.parametrize(
    ("diagram", "table", "kind", "endings"),
    [
        (STAGES, NEXT, Stage, ENDINGS),
        (COLLABORATION, COLLABORATION_NEXT, Collaboration, COLLABORATION_ENDINGS),
    ],
)
def test_the_tables_are_the_diagrams_and_total(
    diagram: str, table: Any, kind: Any, endings: Any
) -> None:
    steps = drawn(diagram)
    assert set(steps) == set(kind)
    assert {stage: after for stage, after in steps.items() if after} == table
    assert {stage for stage, after in steps.items() if not after} == endings
    start = next(iter(kind))
    assert reached(start, lambda s: table.get(s, ())) | {start} == set(kind)
    for stage in set(kind) - endings:
        assert reached(stage, lambda s: table.get(s, ())) & endings, stage


def test_labels_are_japanese_and_tell_apart() -> None:
    assert (set(STAGE_JA), set(COLLABORATION_JA)) == (set(Stage), set(Collaboration))
    in_japanese(Stage)
    in_japanese(Collaboration)


@pytest.mark.parametrize("stage", [s for s in G if s not in ENDINGS])
def test_every_case_can_be_closed_with_somebody_who_keeps_an_eye_on_the_person(
    stage: Stage,
) -> None:
    assert G.CLOSED in reached(stage, lambda s: NEXT.get(s, frozenset()))


# Guards of the stages

#: Everything that any step asks for.
ENOUGH: dict[str, Any] = {
    "consent_active": True,
    "plan_status": "decided",
    "on_agenda": True,
    "statutory_service": True,
    "handover_accepted": True,
    "closing_note": True,
    "after_care": True,
    "evaluated": True,
    "recontact_day": True,
}
STEPS = [(now, to) for now in G for to in sorted(NEXT.get(now, ()))]
#: Of each stage, whatever must be there, and what is said without it.
NEEDS: dict[Stage, dict[str, str]] = {
    G.ASSESSING: {"consent_active": "case.no_consent"},
    G.PLAN_AGREED: {"plan_status": "case.plan_not_agreed"},
    G.IN_CONFERENCE: {"on_agenda": "case.plan_not_on_agenda"},
    G.APPROVED: {"plan_status": "case.plan_not_approved"},
    G.DECIDED: {"plan_status": "case.plan_not_decided"},
    G.HANDED_OVER: {"handover_accepted": "case.handover_not_accepted"},
    G.INTERRUPTED: {"recontact_day": "case.no_recontact_day"},
    G.CLOSED: {
        "closing_note": "case.no_closing_note",
        "after_care": "case.no_after_care",
        "evaluated": "case.not_evaluated",
    },
}
LACKING = [(now, to, fact, code) for now, to in STEPS for fact, code in NEEDS.get(to, {}).items()]


def without(fact: str) -> Ground:
    """Everything there but this."""
    return Ground(**{k: v for k, v in ENOUGH.items() if k != fact})


@pytest.mark.parametrize(("now", "to"), STEPS)
def test_with_everything_there_a_step_is_done(now: Stage, to: Stage) -> None:
    check_stage(now, to, Ground(**ENOUGH))


@pytest.mark.parametrize(("now", "to", "fact", "code"), LACKING)
def test_each_missing_ground_is_refused_alone_and_says_what_to_do(
    now: Stage, to: Stage, fact: str, code: str
) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_stage(now, to, without(fact))
    assert (refused.value.code, refused.value.facts) == (code, {"state": now, "to": to})
    assert code in PROBLEMS


@pytest.mark.parametrize(("now", "to"), STEPS)
def test_a_step_asks_for_nothing_else(now: Stage, to: Stage) -> None:
    asked = set(NEEDS.get(to, {}))
    if (now, to) == (G.APPROVED, G.IN_SUPPORT):
        asked = {"plan_status"}
    check_stage(now, to, Ground(**{k: v for k, v in ENOUGH.items() if k in asked}))


@pytest.mark.parametrize(("now", "to"), [p for p in product(G, G) if p not in STEPS])
def test_nothing_is_skipped_and_no_ending_is_left(now: Stage, to: Stage) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_stage(now, to, Ground(**ENOUGH))
    assert refused.value.code == "case.illegal_stage"
    open_now = sorted(NEXT.get(now, ()))
    assert refused.value.facts == {"state": now, "to": to, "open": open_now}


AGREED = {"person_agreed", "conference_approved", "decided"}
APPROVED = {"conference_approved", "decided"}


@pytest.mark.parametrize("status", [None, *PlanStatus])
@pytest.mark.parametrize(
    ("now", "to", "enough"),
    [
        (G.PLAN_DRAFTING, G.PLAN_AGREED, AGREED),
        (G.IN_CONFERENCE, G.APPROVED, APPROVED),
        (G.APPROVED, G.DECIDED, {"decided"}),
        # Only the municipality decides on a service by law; other support may begin before.
        (G.APPROVED, G.IN_SUPPORT, {"decided"}),
    ],
)
def test_how_far_the_plan_must_be(
    now: Stage, to: Stage, enough: set[str], status: PlanStatus | None
) -> None:
    ground = Ground(plan_status=status.value if status else None, statutory_service=True)
    if ground.plan_status in enough:
        check_stage(now, to, ground)
        return
    with pytest.raises(IllegalMove) as refused:
        check_stage(now, to, ground)
    assert refused.value.code.startswith("case.plan_not_")


@pytest.mark.parametrize("status", [None, *PlanStatus])
def test_without_a_service_by_law_support_begins_with_the_approval(
    status: PlanStatus | None,
) -> None:
    check_stage(G.APPROVED, G.IN_SUPPORT, Ground(plan_status=status.value if status else None))


@pytest.mark.parametrize("now", [G.IN_CONFERENCE, G.DECIDED, G.ASSESSING, G.REPLANNING])
def test_back_to_the_plan_there_is_always_a_way(now: Stage) -> None:
    check_stage(now, G.PLAN_DRAFTING, Ground())


# Collaboration

BEFORE_CONSENT = {
    C.PROPOSED,
    C.PRE_CHECK,
    C.CONF_SUPPORT,
    C.OUTREACH,
    C.INTERRUPTED,
    C.HANDED_TO_LEAD,
}
COLLABORATION_STEPS = [(now, to) for now in C for to in sorted(COLLABORATION_NEXT.get(now, ()))] + [
    (None, C.PROPOSED),
    (C.HANDED_TO_LEAD, C.PROPOSED),
]


@pytest.mark.parametrize(("now", "to"), COLLABORATION_STEPS)
def test_collaboration_goes_on_step_by_step(now: Collaboration | None, to: Collaboration) -> None:
    check_collaboration(now, to, Ground(**ENOUGH))


@pytest.mark.parametrize(
    ("now", "to"), [p for p in product([None, *C], C) if p not in COLLABORATION_STEPS]
)
def test_collaboration_skips_nothing(now: Collaboration | None, to: Collaboration) -> None:
    with pytest.raises(IllegalMove) as refused:
        check_collaboration(now, to, Ground(**ENOUGH))
    assert refused.value.code == "case.illegal_stage"
    starts = now is None or now in COLLABORATION_ENDINGS
    open_now = [C.PROPOSED] if now is None or starts else sorted(COLLABORATION_NEXT[now])
    assert refused.value.facts == {"state": now or "none", "to": to, "open": open_now}


@pytest.mark.parametrize(("now", "to"), COLLABORATION_STEPS)
def test_before_the_person_agrees_it_only_works_towards_it(
    now: Collaboration | None, to: Collaboration
) -> None:
    if to in BEFORE_CONSENT:
        check_collaboration(now, to, Ground())
        return
    with pytest.raises(IllegalMove) as refused:
        check_collaboration(now, to, without("consent_active"))
    assert refused.value.code == "case.no_consent"
    assert refused.value.facts == {"state": now or "none", "to": to}


@pytest.mark.parametrize("status", [None, *PlanStatus])
def test_support_by_several_agencies_is_decided_on(status: PlanStatus | None) -> None:
    ground = Ground(consent_active=True, plan_status=status.value if status else None)
    if status is PlanStatus.DECIDED:
        check_collaboration(C.IN_LAYERED_CONF, C.DECIDED, ground)
        return
    with pytest.raises(IllegalMove) as refused:
        check_collaboration(C.IN_LAYERED_CONF, C.DECIDED, ground)
    assert refused.value.code == "case.plan_not_decided"


# Any way through

GROUNDS = st.builds(
    Ground,
    consent_active=st.booleans(),
    plan_status=st.sampled_from([None, *(s.value for s in PlanStatus)]),
    on_agenda=st.booleans(),
    statutory_service=st.booleans(),
    handover_accepted=st.booleans(),
    closing_note=st.booleans(),
    after_care=st.booleans(),
    recontact_day=st.booleans(),
)


@given(st.lists(st.tuples(st.sampled_from(Stage), GROUNDS), max_size=30))
def test_nobody_is_supported_without_having_agreed_and_nothing_ends_unseen(
    tries: list[tuple[Stage, Ground]],
) -> None:
    now, passed, consented = G.APPLIED, [G.APPLIED], False
    for to, ground in tries:
        try:
            check_stage(now, to, ground)
        except IllegalMove:
            continue
        consented |= to is G.ASSESSING and ground.consent_active
        now = to
        passed.append(to)
        if to is G.IN_SUPPORT:
            assert consented
            assert {G.PLAN_AGREED, G.IN_CONFERENCE, G.APPROVED} <= set(passed)
        if to is G.CLOSED:
            assert ground.closing_note
            assert ground.after_care
    assert not set(passed[:-1]) & ENDINGS
