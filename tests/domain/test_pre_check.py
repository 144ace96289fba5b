"""The pre-check: where a case can go from an agency's own meeting (row 2-13)."""

import pytest
from pydantic import ValidationError

from service.domain.conference_states import KINDS, ConferenceKind, Persons
from service.domain.disclosure import D7, field_classes
from service.domain.errors import Invalid
from service.domain.pre_check import PreCheck, check_pre_check

INTERNAL = ConferenceKind.INTERNAL_CASE_MEETING


@pytest.mark.mechanism("2-13")
@pytest.mark.parametrize("kind", ConferenceKind)
def test_a_case_goes_where_others_may_speak_of_it(kind: ConferenceKind) -> None:
    found = PreCheck(fit_for=kind)
    if KINDS[kind].persons in (Persons.STATUTORY, Persons.WITH_CONSENT):
        check_pre_check(INTERNAL, found, about_a_case=True)
        return
    with pytest.raises(Invalid) as refused:
        check_pre_check(INTERNAL, found, about_a_case=True)
    assert refused.value.code == "conference.pre_check_kind"


def test_not_yet_is_an_answer_as_well() -> None:
    found = PreCheck.model_validate({"fit_for": "not_yet"})
    assert found.kind is None
    check_pre_check(INTERNAL, found, about_a_case=True)
    assert PreCheck(fit_for=ConferenceKind.CASE_CONF).kind is ConferenceKind.CASE_CONF
    with pytest.raises(ValidationError):
        PreCheck.model_validate({"fit_for": "perhaps"})


@pytest.mark.parametrize("kind", sorted(set(ConferenceKind) - {INTERNAL}))
def test_only_an_agencys_own_case_meeting_checks(kind: ConferenceKind) -> None:
    for held_as, about_a_case in ((kind, True), (INTERNAL, False)):
        with pytest.raises(Invalid) as refused:
            check_pre_check(held_as, PreCheck(fit_for="not_yet"), about_a_case=about_a_case)
        assert refused.value.code == "conference.pre_check_not_internal"


def test_it_is_the_agencys_own() -> None:
    assert set(field_classes(PreCheck).values()) == {D7}
