"""A case has exactly one lead, a deputy and a team (brief §3.6)."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from domain_builders import (
    NOW,
    OURS,
    PERSON,
    POSITION,
    THEIRS,
    THIRD,
    case,
    classes,
    member,
    refusal,
    uid,
)

from service.domain.case import (
    DECIDED_JA,
    CaseLead,
    CaseMode,
    LeadDecidedBy,
    LeadTerms,
    TeamMember,
    show_case,
)
from service.domain.decision import Basis, Permit, Rule
from service.domain.errors import IllegalMove
from service.domain.support_states import ENDINGS, Ground, Stage

DEPUTY, STRANGER = uid(1), uid(2)
DEBT, CARE = frozenset({"debt"}), frozenset({"care"})
CASE = case(
    lead_agency_id=OURS,
    deputy_agency_id=DEPUTY,
    team=(member(THEIRS, "debt"), member(THIRD)),
)


@pytest.mark.parametrize(
    ("agency", "on_it", "themes"),
    [
        (OURS, True, None),
        (DEPUTY, True, None),
        (THEIRS, True, DEBT),
        (THIRD, True, None),
        (STRANGER, False, None),
        (None, False, None),
    ],
)
def test_who_is_on_the_case_and_for_what(
    agency: UUID | None, on_it: bool, themes: frozenset[str] | None
) -> None:
    assert CASE.has(agency) is on_it
    assert CASE.themes_of(agency) == themes


def test_without_a_deputy_nobody_is_one() -> None:
    alone = case(deputy_agency_id=None)
    assert not alone.has(None)
    assert not alone.has(DEPUTY)
    assert alone.has(OURS)


@pytest.mark.parametrize(
    ("team", "themes"),
    [
        ((member(THEIRS, "debt"), member(THEIRS, "care")), DEBT | CARE),
        ((member(THEIRS, "debt", "care"),), DEBT | CARE),
        # Once for a theme and once for everything is for everything.
        ((member(THEIRS, "debt"), member(THEIRS)), None),
        ((member(THEIRS, "debt"), member(THIRD)), DEBT),
        ((member(THEIRS, "debt"), member(THIRD, "care")), DEBT),
    ],
)
def test_themes_add_up(team: tuple[TeamMember, ...], themes: frozenset[str] | None) -> None:
    assert case(team=team).themes_of(THEIRS) == themes


def test_the_lead_is_not_limited_by_a_place_on_the_team() -> None:
    assert case(team=(member(OURS, "debt"),)).themes_of(OURS) is None
    both = case(deputy_agency_id=DEPUTY, team=(member(DEPUTY, "debt"),))
    assert both.themes_of(DEPUTY) is None


def test_another_lead_takes_the_place_of_the_first() -> None:
    later = NOW + timedelta(days=30)
    team = (member(THIRD, "care"),)
    terms = LeadTerms(lead_agency_id=THEIRS, lead_position_id=POSITION)
    before = CASE.but(holder_gone=True)
    led = before.led_by(terms, team=(*team, member(THEIRS)), by=LeadDecidedBy.HUB, at=later)
    assert led == CASE.but(
        lead_agency_id=THEIRS,
        lead_position_id=POSITION,
        deputy_agency_id=None,
        team=team,
        decided_by=LeadDecidedBy.HUB,
        decided_at=later,
        version=2,
    )
    assert not led.has(OURS)
    assert not led.has(DEPUTY)
    assert CASE.lead_agency_id == OURS


def test_there_is_no_case_without_a_lead_or_with_two() -> None:
    assert refusal(case, lead_agency_id=None) == "uuid_type"
    assert refusal(case, lead_agency_id=(OURS, THEIRS)) == "uuid_type"


@pytest.mark.parametrize(("granted", "sees_themes"), [("0", False), ("0-2", False), ("0-3", True)])
def test_what_a_permit_shows_of_a_case(granted: str, sees_themes: bool) -> None:
    permit = Permit(basis=Basis.CONSENT, classes=classes(granted), rules=(Rule.PARTY_WITH_CONSENT,))
    found = show_case(CASE, permit)
    assert found["lead_agency_id"] == str(OURS)
    assert ["themes" in one for one in found["team"]] == [sees_themes] * 2
    assert found["withheld"] == ([] if sees_themes else ["D3"])


# Alone with it, over, left lying


@pytest.mark.parametrize(
    ("deputy", "team", "sole"),
    [
        (None, (), True),
        (DEPUTY, (), False),
        (None, (member(THIRD),), False),
        (DEPUTY, (member(THIRD),), False),
    ],
)
def test_whoever_has_neither_deputy_nor_team_has_it_all_to_itself(
    deputy: UUID | None, team: tuple[TeamMember, ...], sole: bool
) -> None:
    assert case(deputy_agency_id=deputy, team=team).sole is sole


@pytest.mark.parametrize("ending", sorted(ENDINGS))
def test_an_ended_case_has_its_end_and_lies_nowhere(ending: Stage) -> None:
    before = {Stage.CLOSED: Stage.EVALUATING, Stage.HANDED_OVER: Stage.ASSESSING}
    lying = case(stage=before.get(ending, Stage.APPLIED), stale=True, stale_at=NOW)
    over = lying.at_stage(ending, Ground(**ENOUGH), NOW)
    assert (over.stage, over.ended_at, over.stale, over.stale_at) == (ending, NOW, False, None)
    assert over.version == lying.version + 1
    with pytest.raises(IllegalMove) as refused:
        over.require_open()
    assert (refused.value.code, refused.value.facts) == ("case.ended", {"state": ending})
    for stage in Stage:
        with pytest.raises(IllegalMove) as refused:
            over.at_stage(stage, Ground(**ENOUGH), NOW)
        assert refused.value.code == "case.ended"


def test_a_step_on_the_way_ends_nothing_and_leaves_the_deadline() -> None:
    lying = case(stale=True, stale_at=NOW)
    onward = lying.at_stage(Stage.ASSESSING, Ground(consent_active=True), NOW)
    assert onward == lying.but(stage=Stage.ASSESSING, version=2)
    onward.require_open()


#: Everything that any step asks for.
ENOUGH: dict[str, Any] = {
    "consent_active": True,
    "plan_status": "decided",
    "on_agenda": True,
    "handover_accepted": True,
    "closing_note": True,
    "after_care": True,
    "evaluated": True,
    "recontact_day": True,
}


def test_a_lead_decision_ends_once_another_begins() -> None:
    lead = CaseLead(
        id=uid(3),
        case_id=CASE.id,
        person_id=PERSON,
        lead_agency_id=OURS,
        decided_by=LeadDecidedBy.AGREEMENT,
        decided_at=NOW,
    )
    later = NOW + timedelta(days=1)
    assert lead.ended(later) == lead.but(ended_at=later, version=2)


def test_ways_and_modes_have_labels_of_their_own() -> None:
    assert set(DECIDED_JA) == set(LeadDecidedBy)
    for kind in (LeadDecidedBy, CaseMode):
        labels = [one.label_ja for one in kind]
        assert len(set(labels)) == len(labels)
        assert all(re.search(r"[ぁ-んァ-ヶ一-龠]", label) for label in labels)
