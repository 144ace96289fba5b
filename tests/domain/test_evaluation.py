"""Evaluating a plan (評価会議, row 1-51): every purpose in every kind of item and sitting."""

import pytest
from domain_builders import for_every, plan_version, uid

from service.domain.conference import AddItem, ItemPurpose, PlanReference
from service.domain.conference_states import ConferenceKind
from service.domain.errors import IllegalMove, Refusal
from service.domain.evaluation import check_kind, check_version
from service.domain.plan import PlanStatus

K = ConferenceKind
EVALUATES = {
    K.SUPPORT_COORDINATION_CONF,
    K.EVALUATION_CONF,
    K.LAYERED_SUPPORT_CONF,
    K.LAYERED_INDIVIDUAL,
}
PLAN = PlanReference(plan_id=uid(0x930), number=1)


def said(purpose: ItemPurpose, plan: PlanReference | None) -> AddItem:
    return AddItem(purpose=purpose, minutes=10, subject="評価", plan=plan)


def code_of(
    purpose: ItemPurpose, kind: ConferenceKind, sitting: ConferenceKind, plan: PlanReference | None
) -> str | None:
    try:
        check_kind(said(purpose, plan), kind, sitting)
    except Refusal as refused:
        return refused.code
    return None


@pytest.mark.parametrize("purpose", ItemPurpose)
@for_every("kind", ConferenceKind)
@for_every("sitting", ConferenceKind)
def test_every_purpose_in_every_kind(
    purpose: ItemPurpose, kind: ConferenceKind, sitting: ConferenceKind
) -> None:
    if purpose is not ItemPurpose.EVALUATION:
        alone = K.EVALUATION_CONF in (kind, sitting)
        wanted = "conference.evaluates_only" if alone else None
        assert code_of(purpose, kind, sitting, PLAN) == wanted
        assert code_of(purpose, kind, sitting, None) == wanted
    elif kind in EVALUATES:
        assert code_of(purpose, kind, sitting, PLAN) is None
        assert code_of(purpose, kind, sitting, None) == "conference.evaluation_needs_plan"
    else:
        for plan in (PLAN, None):
            code = code_of(purpose, kind, sitting, plan)
            assert code == "conference.kind_does_not_evaluate"


@pytest.mark.parametrize("status", [None, *PlanStatus])
def test_only_an_approved_plan_is_evaluated(status: PlanStatus | None) -> None:
    version = plan_version(status=status) if status is not None else None
    if status in (PlanStatus.CONFERENCE_APPROVED, PlanStatus.DECIDED):
        check_version(version)
        return
    with pytest.raises(IllegalMove) as refused:
        check_version(version)
    assert refused.value.code == "conference.evaluation_plan_not_approved"
