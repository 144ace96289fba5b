"""Two agencies that compare their pseudonyms learn nothing; one of them meets a case again."""

from domain_builders import OURS, PERSON, SOMEBODY_ELSE, THEIRS

from service.domain.pseudonym import Pseudonyms


def test_two_partners_cannot_join_and_one_can_follow() -> None:
    known = Pseudonyms(b"k" * 32)
    assert known.of(OURS, PERSON) == Pseudonyms(b"k" * 32).of(OURS, PERSON)
    every = {known.of(a, p) for a in (OURS, THEIRS) for p in (PERSON, SOMEBODY_ELSE)}
    assert len(every) == 4
    assert Pseudonyms(b"l" * 32).of(OURS, PERSON) not in every
    assert all(len(p) == 16 for p in every)
