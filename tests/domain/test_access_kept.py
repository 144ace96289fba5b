"""A question is kept as the same text, however much of it was written before (checklist Z11)."""

import pytest
from domain_builders import (
    NOW,
    OURS,
    PERSON,
    THEIRS,
    consent,
    facts,
    kept_slowly,
    question,
    receivers,
    staff,
)

from service.domain.access import Facts, Part
from service.domain.access_kept import Writer
from service.domain.consent import Receivers
from service.domain.permission import Permission


@pytest.mark.parametrize(
    "known",
    [
        facts(),
        facts(Part.HOLDER, department='相談"室\\\n', themes=frozenset({"debt", "a\x7f"})),
        facts(Part.PARTY, themes=frozenset(), profile=frozenset()),
        facts(consents=(consent(), consent(2, excluded=receivers(THEIRS, OURS, kinds=("npo",))))),
        facts(consents=(consent(receivers=Receivers(), valid_until=None),)),
    ],
)
def test_texts_sets_and_what_is_in_them(known: Facts) -> None:
    actor = staff(jti="token-1", conflicts=frozenset({PERSON}), authenticated_at=NOW)
    asked = question(actor, known, Permission.REFERRAL_READ, shared=True, law={})
    assert asked.kept() == kept_slowly(asked)


def test_a_part_that_changed_is_not_taken_for_the_one_before() -> None:
    """The writer knows a part by what it is, not by where it lay."""
    writer = Writer()
    for number in range(200):
        asked = question(staff(sub=f"staff-{number}"), facts(consents=(consent(number),)))
        assert asked.kept(writer) == kept_slowly(asked)
