"""Words let out of a statutory item: whose they are, which, and until when."""

from typing import Any

import pytest
from domain_builders import NOW, OURS, THEIRS, item, uid

from service.domain.conference_states import ConferenceStatus
from service.domain.disclosure import D0, D3, field_classes
from service.domain.errors import Invalid
from service.domain.item_release import (
    RELEASABLE,
    ItemRelease,
    ReleasedPart,
    ReleaseWords,
    check_words,
    releaser_of,
)

SUBJECT, DECISION = "息子さんへの関わり方。だれが訪ねるか", "社協が月二回訪ねる"


def words(what: ReleasedPart, text: str) -> ReleaseWords:
    return ReleaseWords(what=what, text=text, to_item_id=uid(0x920))


@pytest.mark.parametrize("what", ReleasedPart)
def test_the_words_are_whose_brought_them_and_the_decision_the_conveners(
    what: ReleasedPart,
) -> None:
    whose = {ReleasedPart.SUBJECT: THEIRS, ReleasedPart.DECISION: OURS}
    assert releaser_of(what, item(added_by_agency_id=THEIRS), OURS) == whose[what]
    # An item from before it was kept who brought it is the convener's.
    assert releaser_of(what, item(added_by_agency_id=None), OURS) == OURS


@pytest.mark.parametrize(
    ("what", "text", "stands"),
    [
        (ReleasedPart.SUBJECT, SUBJECT, True),
        (ReleasedPart.SUBJECT, "だれが訪ねるか", True),
        (ReleasedPart.SUBJECT, DECISION, False),
        (ReleasedPart.SUBJECT, "だれが訪ねるのか", False),
        (ReleasedPart.DECISION, "月二回", True),
        (ReleasedPart.DECISION, SUBJECT, False),
    ],
)
def test_only_words_that_stand_there_are_released(
    what: ReleasedPart, text: str, stands: bool
) -> None:
    told = item(subject=SUBJECT, decision=DECISION)
    if stands:
        check_words(words(what, text), told)
        return
    with pytest.raises(Invalid) as refused:
        check_words(words(what, text), told)
    assert refused.value.code == "conference.release_not_its_words"


def test_what_was_not_decided_cannot_be_released() -> None:
    with pytest.raises(Invalid):
        check_words(words(ReleasedPart.DECISION, "月二回"), item(decision=None))


@pytest.mark.parametrize("status", ConferenceStatus)
def test_words_are_released_until_the_sitting(status: ConferenceStatus) -> None:
    before = {"planned", "invited", "agenda_fixed"}
    assert (status in RELEASABLE) == (status.value in before)


def test_a_release_is_taken_back_once_and_its_words_are_of_the_class_of_the_subject() -> None:
    given: dict[str, Any] = {
        "id": uid(0x921),
        "origin_id": uid(0x921),
        "conference_id": uid(0x500),
        "item_id": uid(0x510),
        "to_conference_id": uid(0x501),
        "agency_id": THEIRS,
        "released_at": NOW,
    }
    release = ItemRelease(**words(ReleasedPart.SUBJECT, SUBJECT).model_dump() | given)
    back = release.withdrawn(NOW)
    assert (back.withdrawn_at, back.version, back.text) == (NOW, 2, SUBJECT)
    classes = field_classes(ItemRelease)
    assert classes.pop("text") == D3
    assert set(classes.values()) == {D0}
