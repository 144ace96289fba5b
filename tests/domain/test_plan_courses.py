"""The course of a plan, who decides on it, and what an evaluation must say (brief §3.5, §4.6)."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from domain_builders import OURS, THEIRS, THIRD, in_japanese, line, plan, plan_version, reached, uid

from service.domain.errors import IllegalMove, Invalid
from service.domain.evaluation_codes import (
    Achieved,
    AfterCareChoice,
    Change,
    EmploymentKind,
    EndCategory,
    EvaluationReason,
    EvaluationResult,
)
from service.domain.plan_changes import CHANGE_KIND_JA, ChangeKind, Names, changes_between
from service.domain.plan_course import (
    COURSE_JA,
    ENDINGS,
    NEXT,
    RUNNING,
    WATCHED,
    Course,
    CourseAct,
    PlanKind,
    course_after,
)
from service.domain.plan_evaluation import (
    ACT_OF,
    EvaluatePlan,
    PlanEvaluation,
    carried_on,
    results_on,
)
from service.domain.plan_line import SelfReliance, SignOff, check_services, numbered
from service.domain.plan_monitoring import Finding, Progress, found_on
from service.domain.reference import AGENCY_KINDS
from service.domain.service_list import (
    SERVICES,
    DecisionKind,
    LegalKind,
    is_statutory,
    listed_on,
    service_of,
)

TODAY = date(2026, 12, 1)

#: What leads where; whatever is not here is refused.
DIAGRAM = """
preparing: amend=preparing decide=awaiting_start
awaiting_start: amend=awaiting_start decide=awaiting_start begin=active change=review_due evaluate=evaluated
active: amend=active decide=active come_due=monitoring report=active monitor=active change=review_due evaluate=evaluated
monitoring: amend=monitoring decide=active come_due=monitoring report=monitoring monitor=active change=review_due evaluate=evaluated
review_due: amend=review_due decide=active come_due=review_due report=review_due monitor=active change=review_due evaluate=evaluated
evaluated: come_due=evaluated evaluate=evaluated interrupt=interrupted end=ended replan=superseded
interrupted: evaluate=evaluated replan=superseded
superseded:
ended:
"""
STEPS = {
    (Course(now), CourseAct(act)): Course(to)
    for now, _, rest in (row.partition(":") for row in DIAGRAM.strip().splitlines())
    for act, _, to in (step.partition("=") for step in rest.split())
}


def test_the_table_is_the_diagram_and_total() -> None:
    assert STEPS == NEXT
    assert set(COURSE_JA) == set(Course)
    after: dict[Course, set[Course]] = {}
    for (now, _), to in NEXT.items():
        after.setdefault(now, set()).add(to)
    assert reached(Course.PREPARING, lambda c: after.get(c, ())) | {Course.PREPARING} == set(Course)
    assert {c for c in Course if c not in after} == ENDINGS
    for course in set(Course) - ENDINGS:
        assert reached(course, lambda c: after.get(c, ())) & ENDINGS, course
    # Whatever is carried out can come due, change and be evaluated; nothing that is over can.
    for course in RUNNING:
        assert {(course, CourseAct.CHANGE), (course, CourseAct.EVALUATE)} <= set(NEXT)
    assert {c for c, act in NEXT if act is CourseAct.COME_DUE} == WATCHED - {Course.AWAITING_START}
    assert {act for _, act in NEXT} == set(CourseAct)


@pytest.mark.parametrize(("now", "act"), list(product(Course, CourseAct)))
def test_an_act_leads_where_the_diagram_says_or_is_refused(now: Course, act: CourseAct) -> None:
    before = plan(course=now)
    if (now, act) in STEPS:
        assert course_after(now, act) is STEPS[now, act]
        assert before.goes_on(act) == before.but(course=STEPS[now, act], version=2)
        return
    with pytest.raises(IllegalMove) as refused:
        before.goes_on(act)
    assert refused.value.code == "plan.illegal_course"
    assert refused.value.facts == {"state": now, "act": act}


@pytest.mark.parametrize(
    "kind",
    [
        Achieved,
        AfterCareChoice,
        Change,
        ChangeKind,
        Course,
        DecisionKind,
        EmploymentKind,
        EndCategory,
        EvaluationReason,
        EvaluationResult,
        LegalKind,
        PlanKind,
        Progress,
        SelfReliance,
    ],
)
def test_labels_are_japanese_and_tell_apart(kind: Any) -> None:
    in_japanese(kind)
    assert set(CHANGE_KIND_JA) == set(ChangeKind)


# From the decision on

DATES: dict[str, Any] = {"period_from": date(2026, 12, 7), "period_until": date(2027, 11, 30)}


@pytest.mark.parametrize(
    ("monitoring", "day", "course", "wake", "due"),
    [
        (None, date(2026, 12, 6), "awaiting_start", date(2026, 12, 7), date(2027, 11, 30)),
        (
            date(2027, 3, 1),
            date(2026, 12, 6),
            "awaiting_start",
            date(2026, 12, 7),
            date(2027, 3, 1),
        ),
        (date(2027, 3, 1), date(2026, 12, 7), "active", date(2027, 3, 1), date(2027, 3, 1)),
        # Whatever is said, nobody looks later than at the end.
        (date(2028, 3, 1), date(2026, 12, 7), "active", date(2027, 11, 30), date(2027, 11, 30)),
    ],
)
def test_a_decided_plan_begins_on_its_day_and_knows_the_next(
    monitoring: date | None, day: date, course: str, wake: date, due: date
) -> None:
    version = plan_version(**DATES, monitoring_on=monitoring, number=3)
    begun = plan().decided(version, day)
    assert (begun.course, begun.wake_on, begun.due_on) == (course, wake, due)
    assert (begun.in_force_number, begun.period_until) == (3, date(2027, 11, 30))
    assert begun.version == 2


def test_a_new_version_that_is_decided_ends_the_review() -> None:
    looked_at = plan(course="review_due", in_force_number=1)
    begun = looked_at.decided(plan_version(**DATES, number=2), date(2027, 1, 1))
    assert (begun.course, begun.in_force_number) == ("active", 2)


@pytest.mark.parametrize("service", [None, *(s.code for s in SERVICES)])
def test_only_a_statutory_service_makes_it_a_decision(service: str | None) -> None:
    version = plan_version(lines=(line(), line(service_code=service)))
    kinds = {s.kind for s in SERVICES if s.code == service}
    decision = kinds == {LegalKind.STATUTORY}
    assert is_statutory(service) is decision
    wanted = DecisionKind.DECISION if decision else DecisionKind.CONFIRMATION
    assert version.decision_kind is wanted


def test_of_all_kinds_of_agencies_only_municipality_and_prefecture_decide() -> None:
    """Brief §8 rule 8: never an entrusted agency; as a table over all kinds there are."""
    deciding = {kind.code for kind in AGENCY_KINDS if kind.decides_support}
    assert len(AGENCY_KINDS) > 20
    assert deciding == DECIDING


#: The welfare section of a municipality, or of the prefecture for towns without an office.
DECIDING = {"municipal_welfare_section", "prefectural_self_reliance_agency"}


def test_services_are_listed_with_their_dates() -> None:
    codes = [s.code for s in SERVICES]
    assert len(codes) == len(set(codes))
    before, after = date(2025, 3, 31), date(2025, 4, 1)
    assert service_of("temporary_lodging", before)
    assert service_of("temporary_lodging", after) is None
    assert service_of("housing_support", before) is None
    assert service_of("housing_support", after)
    assert {s.kind for s in listed_on(TODAY)} == set(LegalKind)
    with pytest.raises(Invalid) as refused:
        check_services((line(), line(service_code="no_such")))
    assert (refused.value.code, refused.value.field) == (
        "plan.unknown_service",
        "/lines/1/service_code",
    )


# Lines and sign-offs


def ids() -> Any:
    numbers = iter(range(900, 999))
    return lambda: uid(next(numbers))


def test_a_line_keeps_its_id_and_a_new_one_gets_one() -> None:
    before = (line(id=uid(1)), line(id=uid(2)))
    after = numbered((line(), line(id=uid(2), issue="別"), line(id=uid(1))), before, ids())
    assert [one.id for one in after] == [uid(900), uid(2), uid(1)]
    for wrong in ((line(id=uid(3)),), (line(id=uid(1)), line(id=uid(1)))):
        with pytest.raises(Invalid) as refused:
            numbered(wrong, before, ids())
        assert refused.value.code == "plan.unknown_line"


def test_the_holder_signs_by_going_on_and_the_others_by_name() -> None:
    lines = tuple(line(responsible_agency_id=a) for a in (OURS, THEIRS, THIRD))
    version = plan_version(lines=lines)
    assert set(version.unsigned(OURS)) == {THEIRS, THIRD}
    said = SignOff(agency_id=THEIRS, at=datetime(2026, 12, 1, tzinfo=UTC))
    signed = version.signed_off(said).signed_off(said)
    assert (signed.unsigned(OURS), signed.sign_offs) == ((THIRD,), (said,))
    with pytest.raises(IllegalMove):
        plan_version(lines=lines, status="person_agreed").signed_off(said)


def test_findings_are_about_lines_that_are_there_and_are_ones_own() -> None:
    lines = (line(id=uid(1), theme="debt"), line(id=uid(2), responsible_agency_id=THEIRS))
    both = (Finding(line_id=uid(1), progress="slow"), Finding(line_id=uid(2), progress="done"))
    assert [f.theme for f in found_on(both, lines, None)] == ["debt", "debt"]
    assert [f.line_id for f in found_on(both[:1], lines, OURS)] == [uid(1)]
    for findings, only in ((both, OURS), ((both[0], both[0]), None)):
        with pytest.raises(Invalid) as refused:
            found_on(findings, lines, only)
        assert refused.value.code == "plan.unknown_line"


# The evaluation


SHEET: dict[str, Any] = {
    "on": TODAY,
    "reason": "term_over",
    "lines": ({"line_id": uid(1), "achieved": "achieved"},),
    "changes": {"budget"},
}
END: dict[str, Any] = SHEET | {
    "result": "ended",
    "category": "goal_reached",
    "exit": "地域の集い",
    "after_care": {"choice": "watch_over", "how": "隣の会"},
}
STOP: dict[str, Any] = SHEET | {
    "result": "interrupted",
    "interruption": "入院",
    "recontact_on": date(2027, 1, 5),
}
NONE_CARED = {"choice": "none_wished", "how": "声かけを断られた"}
WRONG: list[tuple[dict[str, Any], str]] = [
    (END | {"category": None}, "plan.no_end_category"),
    (END | {"exit": None}, "plan.no_exit"),
    (END | {"after_care": None}, "plan.no_after_care"),
    (END | {"after_care": {"choice": "contact", "how": "電話"}}, "plan.no_contact_day"),
    (END | {"category": "handed_to_lead"}, "plan.not_multi_agency"),
    (END | {"interruption": "入院"}, "plan.not_an_interruption"),
    (END | {"recontact_on": TODAY}, "plan.not_an_interruption"),
    (STOP | {"interruption": None}, "plan.no_interruption"),
    (STOP | {"recontact_on": None}, "plan.no_recontact_day"),
    (STOP | {"category": "other"}, "plan.not_an_end"),
    (SHEET | {"result": "replanned", "exit": "会"}, "plan.not_an_end"),
    (SHEET | {"result": "replanned", "after_care": NONE_CARED}, "plan.not_an_end"),
]


@pytest.mark.parametrize(("said", "code"), WRONG)
def test_each_thing_that_is_missing_is_asked_for(said: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        EvaluatePlan(**said).check(PlanKind.SELF_RELIANCE)
    assert refused.value.code == code


@pytest.mark.mechanism("4-25")
@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (END, PlanKind.SELF_RELIANCE),
        (END | {"after_care": NONE_CARED}, PlanKind.SELF_RELIANCE),
        (END | {"category": "died", "after_care": None}, PlanKind.SELF_RELIANCE),
        (END | {"category": "handed_to_lead"}, PlanKind.MULTI_AGENCY),
        (STOP, PlanKind.SELF_RELIANCE),
        (SHEET | {"result": "replanned"}, PlanKind.MULTI_AGENCY),
    ],
)
def test_a_whole_sheet_is_taken(said: dict[str, Any], kind: PlanKind) -> None:
    EvaluatePlan(**said).check(kind)
    assert set(ACT_OF) == set(EvaluationResult)


def sheet(*results: tuple[int, str]) -> PlanEvaluation:
    lines = tuple({"line_id": uid(n), "achieved": how, "theme": "debt"} for n, how in results)
    record = {"id": uid(9), "plan_id": uid(8), "number": 1, "agency_id": OURS}
    return PlanEvaluation(
        **END | record | {"lines": lines, "recorded_at": datetime(2026, 12, 1, tzinfo=UTC)}
    )


def test_what_was_not_reached_is_carried_on_in_its_order() -> None:
    lines = tuple(line(id=uid(n)) for n in (1, 2, 3))
    said = sheet((3, "partly"), (1, "not_achieved"), (2, "achieved"))
    assert [one.id for one in carried_on(said, lines)] == [uid(1), uid(3)]
    with pytest.raises(IllegalMove) as refused:
        carried_on(sheet(*((n, "achieved") for n in (1, 2, 3))), lines)
    assert refused.value.code == "plan.nothing_left_to_do"


def test_every_line_is_evaluated_once() -> None:
    lines = (line(id=uid(1)), line(id=uid(2)))
    results = EvaluatePlan(**END).lines
    with pytest.raises(Invalid) as refused:
        results_on(results, lines)
    assert (refused.value.code, refused.value.facts) == ("plan.line_not_evaluated", {"missing": 1})
    with pytest.raises(Invalid) as refused:
        results_on((*results, *results), lines)
    assert refused.value.code == "plan.unknown_line"
    assert [r.theme for r in results_on(results, lines[:1])] == ["debt"]


def test_the_closing_of_a_case_is_taken_from_the_sheet() -> None:
    assert sheet((1, "achieved")).closing == {
        "category": "goal_reached",
        "exit": "地域の集い",
        "after_care": "地域の見守り：隣の会",
    }
    died = sheet((1, "partly")).but(category="died", after_care=None)
    assert died.closing["after_care"] == "死亡"


# Differences


def test_what_is_withheld_in_one_of_them_is_no_difference() -> None:
    names, one = Names(agencies={}, services={}), str(uid(1))
    whole: dict[str, Any] = {"goal_in_own_words": "a", "lines": [{"id": one, "action": "b"}]}
    bare: dict[str, Any] = {"lines": [{"id": one}]}
    assert changes_between(whole, bare, names) == []
    assert changes_between(bare, whole, names) == []
    other = {"goal_in_own_words": "c", "lines": [{"id": one, "action": "d"}]}
    told = changes_between(whole, other, names)
    assert [(c.field, c.old, c.new) for c in told] == [
        ("goal_in_own_words", "a", "c"),
        ("action", "b", "d"),
    ]
