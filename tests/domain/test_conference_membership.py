"""The list of members of a conference body: who sits there on which day."""

from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest
from domain_builders import CITY, NOW, OURS, THEIRS, THIRD, refusal, uid

from service.domain.conference_body import ConferenceBody
from service.domain.conference_kinds import ConferenceKind, ConferenceLevel
from service.domain.conference_membership import (
    MESSAGES_EN,
    MESSAGES_JA,
    AddMember,
    BodyMember,
    listed_on,
    sits,
)
from service.domain.decision import Basis
from service.domain.errors import IllegalMove, Invalid

ONE_DAY = timedelta(days=1)
FIRST, LAST = date(2026, 4, 1), date(2027, 3, 31)
BODY = ConferenceBody(
    id=uid(1),
    kind=ConferenceKind.SUPPORT_CONF_NEEDY,
    name="みほん市支援会議",
    by_laws="みほん市支援会議設置要綱",
    valid_from=date(2025, 4, 1),
    level=ConferenceLevel.CASE,
    municipality_code=CITY,
    convener_agency_id=OURS,
    secretariat_agency_ids=(THIRD,),
    basis=Basis.CONF_NEEDY,
    constituted_at=NOW,
)


def line(**changes: Any) -> BodyMember:
    """They are on the list for a fiscal year."""
    given: dict[str, Any] = {
        "id": uid(2),
        "body_id": BODY.id,
        "agency_id": THEIRS,
        "valid_from": FIRST,
        "valid_until": LAST,
        "listed_at": NOW,
    }
    return BodyMember(**given | changes)


def test_a_membership_has_both_its_days_and_cannot_end_before_it_begins() -> None:
    code = "conference_member.ends_before_start"
    given = {"agency_id": THEIRS, "valid_from": FIRST, "valid_until": FIRST - ONE_DAY}
    assert refusal(AddMember, **given) == code
    assert AddMember(**given | {"valid_until": FIRST}).holds_on(FIRST)
    assert {code} == set(MESSAGES_EN) == set(MESSAGES_JA)


@pytest.mark.parametrize(
    ("day", "on_it"),
    [(FIRST - ONE_DAY, False), (FIRST, True), (LAST, True), (LAST + ONE_DAY, False)],
)
def test_who_sits_is_on_the_list_that_day_or_convenes_or_keeps_the_body(
    day: date, *, on_it: bool
) -> None:
    members = [line(), line(agency_id=uid(9), valid_from=FIRST - ONE_DAY, valid_until=None)]
    assert (THEIRS in listed_on(members, day)) is on_it
    assert sits(BODY, members, THEIRS, day) is on_it
    assert sits(BODY, members, uid(9), day)
    assert sits(BODY, members, OURS, day)
    assert sits(BODY, members, THIRD, day)
    assert not sits(BODY, members, uid(8), day)
    assert not sits(BODY, members, None, day)
    assert not sits(BODY, [], THEIRS, day)


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("until", "last_day", "ends"),
    [
        # At once: yesterday was the last day, so that the next request finds it closed.
        (None, None, TODAY - ONE_DAY),
        (LAST, None, TODAY - ONE_DAY),
        (LAST, TODAY, TODAY),
        (None, LAST, LAST),
        (None, FIRST, FIRST),
        (None, FIRST - ONE_DAY, "conference_member.ends_too_early"),
        (TODAY, TODAY, "conference_member.already_ended"),
        (TODAY - ONE_DAY, None, "conference_member.already_ended"),
        (FIRST, LAST, "conference_member.already_ended"),
    ],
)
def test_a_membership_ends_at_once_or_on_a_day(
    until: date | None, last_day: date | None, ends: date | str
) -> None:
    before = line(valid_until=until)
    if isinstance(ends, date):
        assert before.ended(last_day, TODAY) == before.but(valid_until=ends, version=2)
        return
    with pytest.raises((IllegalMove, Invalid)) as refused:
        before.ended(last_day, TODAY)
    assert refused.value.code == ends


def test_a_line_of_today_that_was_a_mistake_is_closed_for_every_day() -> None:
    mistaken = line(valid_from=TODAY, valid_until=None).ended(None, TODAY)
    assert not any(mistaken.holds_on(TODAY + n * ONE_DAY) for n in range(-2, 3))
    assert not mistaken.overlaps(line(valid_from=TODAY, valid_until=None))


def test_two_lines_overlap_when_they_share_a_day() -> None:
    days = [FIRST + n * ONE_DAY for n in range(4)]
    spans = [(a, b) for a, b in product(days, [*days, None]) if b is None or a <= b]
    for one, other in product(spans, repeat=2):
        lines = [line(valid_from=a, valid_until=b) for a, b in (one, other)]
        shared = any(all(x.holds_on(day) for x in lines) for day in [*days, LAST])
        assert lines[0].overlaps(lines[1]) is shared
