"""A case has exactly one lead, a deputy and a team (brief §3.6)."""

from datetime import timedelta
from uuid import UUID

import pytest
from domain_builders import NOW, OURS, THEIRS, THIRD, case, classes, member, refusal, uid

from service.domain.case import LeadDecidedBy, TeamMember, show_case
from service.domain.decision import Basis, Permit, Rule

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
    led = CASE.led_by(THEIRS, deputy=None, team=team, by=LeadDecidedBy.HUB, at=later)
    assert led == CASE.but(
        lead_agency_id=THEIRS,
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
