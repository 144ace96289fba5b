"""A constituted conference: who may convene it, who sits there, and when its window is open."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from domain_builders import (
    CITY,
    NEXT_CITY,
    NOW,
    OURS,
    POSITION,
    conference,
    item,
    refusal,
    uid,
)

from service.domain.conference import AgendaItem, Conference, PullReason
from service.domain.conference_body import (
    LONGEST_OPEN,
    MESSAGES_EN,
    MESSAGES_JA,
    STATUTORY_BASIS,
    AmendBody,
    ConferenceBody,
    ConstituteBody,
    Convener,
    Participant,
    basis_of,
    check_convener,
    closes_at,
    window_of,
)
from service.domain.conference_kinds import (
    GROUP_JA,
    LEVEL_JA,
    MAY_CONVENE_JA,
    PERSONS_JA,
    ConferenceGroup,
    ConferenceLevel,
    MayConvene,
    lines,
)
from service.domain.conference_states import (
    BASIS_OF,
    KINDS,
    PACKET_OPEN,
    ConferenceKind,
    ConferenceStatus,
    Persons,
)
from service.domain.conference_window import Window
from service.domain.decision import CONFERENCE_BASES, Basis, Remedy
from service.domain.errors import IllegalMove, Invalid

K = ConferenceKind
ONE_DAY, INSTANT, HOUR = timedelta(days=1), timedelta(microseconds=1), timedelta(hours=1)
STATUTORY = [kind for kind in K if KINDS[kind].persons is Persons.STATUTORY]
#: Tuesday, 2026-12-01, 10:00 to 11:00 in Japan.
STARTS, ENDS = datetime(2026, 12, 1, 1, 0, tzinfo=UTC), datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
FIXED = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)

# Its by-laws


def constitute(**changes: Any) -> ConstituteBody:
    """The by-laws of a support conference."""
    given: dict[str, Any] = {
        "kind": K.SUPPORT_CONF_NEEDY,
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱（令和7年告示第1号）",
        "valid_from": date(2025, 4, 1),
    }
    return ConstituteBody(**given | changes)


def body(**changes: Any) -> ConferenceBody:
    """Its record."""
    given: dict[str, Any] = {
        "kind": K.SUPPORT_CONF_NEEDY,
        "name": "みほん市支援会議",
        "by_laws": "みほん市支援会議設置要綱",
        "valid_from": date(2025, 4, 1),
        "id": uid(1),
        "municipality_code": CITY,
        "convener_agency_id": OURS,
        "basis": Basis.CONF_NEEDY,
        "constituted_at": NOW,
        "level": ConferenceLevel.CASE,
    }
    return ConferenceBody(**given | changes)


@pytest.mark.parametrize("kind", sorted(STATUTORY))
@pytest.mark.parametrize("place", [CITY, NEXT_CITY])
@pytest.mark.parametrize("convener", [OURS, uid(99)])
def test_a_body_fits_its_own_kind_place_and_convener_only(
    kind: ConferenceKind, place: str, convener: UUID
) -> None:
    fits = body().fits(kind, place, convener)
    assert fits is ((kind, place, convener) == (K.SUPPORT_CONF_NEEDY, CITY, OURS))


#: What is refused, and of which value: a statutory conference rests on by-laws.
REFUSED: dict[str, list[tuple[Callable[..., Any], dict[str, Any]]]] = {
    "conference_body.by_laws_missing": [
        (constitute, {"kind": kind, "by_laws": None}) for kind in STATUTORY
    ],
    "conference_body.ends_before_start": [
        (build, {"valid_until": date(2025, 3, 31)}) for build in (constitute, body)
    ],
}


@pytest.mark.parametrize(
    ("code", "build", "changes"), [(code, b, c) for code, all_ in REFUSED.items() for b, c in all_]
)
def test_what_cannot_be_meant_is_refused(
    code: str, build: Callable[..., Any], changes: dict[str, Any]
) -> None:
    assert refusal(build, **changes) == code


@pytest.mark.parametrize("kind", [kind for kind in K if kind not in STATUTORY])
def test_a_body_of_another_kind_needs_no_by_laws(kind: ConferenceKind) -> None:
    assert constitute(kind=kind, by_laws=None).kind is kind
    assert basis_of(kind) is BASIS_OF[KINDS[kind].persons]


@pytest.mark.parametrize("kind", K)
def test_amending_keeps_what_a_kind_asks_for(kind: ConferenceKind) -> None:
    terms = AmendBody(name="新しい名前", valid_from=date(2025, 4, 1), quorum_percent=60)
    before = body(kind=kind)
    if kind in STATUTORY:
        with pytest.raises(Invalid) as refused:
            before.amended(terms)
        assert (refused.value.code, refused.value.field) == (
            "conference_body.needs_by_laws",
            "/by_laws",
        )
        return
    after = before.amended(terms)
    assert (after.kind, after.convener_agency_id) == (kind, OURS)
    assert (after.name, after.by_laws, after.quorum_percent) == ("新しい名前", None, 60)
    # Left out, the level is the usual one.
    assert (after.level, after.version) == (KINDS[kind].level, 2)


LAST = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("until", "last_day", "code"),
    [
        (None, LAST, None),
        (LAST + ONE_DAY, LAST, None),
        (LAST, LAST, "conference_body.already_ended"),
        (LAST - ONE_DAY, LAST, "conference_body.already_ended"),
        (None, date(2025, 4, 1), None),
        (None, date(2025, 3, 31), "conference_body.ends_too_early"),
    ],
)
def test_a_body_ends_once_and_not_before_it_began(
    until: date | None, last_day: date, code: str | None
) -> None:
    before = body(valid_until=until)
    if code is None:
        assert before.ended(last_day) == before.but(valid_until=last_day, version=2)
        return
    with pytest.raises((IllegalMove, Invalid)) as refused:
        before.ended(last_day)
    assert refused.value.code == code


@pytest.mark.mechanism("2-12")
def test_the_secretariat_is_who_the_by_laws_in_force_name() -> None:
    kept = body(secretariat_agency_ids=(uid(7), uid(8)), valid_until=LAST)
    assert kept.kept_by(uid(7), LAST)
    assert kept.kept_by(uid(8), LAST)
    assert not kept.kept_by(uid(7), LAST + ONE_DAY)
    # Who convenes does not need it; nobody is not on it.
    assert not kept.kept_by(OURS, LAST)
    assert not kept.kept_by(None, LAST)


@pytest.mark.mechanism("1-49")
def test_levels_reach_the_farther_the_earlier_they_stand() -> None:
    order = ["prefecture", "wide_area", "municipality", "field", "district", "case"]
    assert [level.value for level in ConferenceLevel] == order
    for n, one in enumerate(ConferenceLevel):
        for m, other in enumerate(ConferenceLevel):
            assert one.above(other) is (n < m)


#: Brief §1.4: which conferences approve plans. A statutory one decides on none.
DECIDE_PLANS = {K.SUPPORT_COORDINATION_CONF, K.LAYERED_SUPPORT_CONF, K.LAYERED_INDIVIDUAL}


@pytest.mark.mechanism("4-22")
def test_every_kind_says_what_holds_for_it() -> None:
    assert {kind for kind, rule in KINDS.items() if rule.decides_plans} == DECIDE_PLANS
    for kind in STATUTORY:
        assert KINDS[kind].rests_on
        assert KINDS[kind].convener is not MayConvene.ANYBODY
        assert KINDS[kind].group is ConferenceGroup.STATUTORY
    for kind, rule in KINDS.items():
        if rule.group is ConferenceGroup.INSIDE:
            assert rule.persons is Persons.INSIDE_ONE_AGENCY, kind
        if rule.group is ConferenceGroup.NETWORK and kind is not K.WIDE_AREA_SHARING:
            assert rule.persons is Persons.NEVER, kind
    listed = lines()
    assert [line.code for line in listed] == list(K)
    assert [line.label_ja for line in listed] == [rule.label_ja for rule in KINDS.values()]


@pytest.mark.parametrize(
    ("codes", "labels"),
    [
        (ConferenceGroup, GROUP_JA),
        (ConferenceLevel, LEVEL_JA),
        (MayConvene, MAY_CONVENE_JA),
        (Persons, PERSONS_JA),
    ],
)
def test_every_code_of_a_kind_has_its_words(codes: Any, labels: dict[Any, str]) -> None:
    assert list(labels) == list(codes)
    assert len(set(labels.values())) == len(labels)


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED) == set(MESSAGES_EN) == set(MESSAGES_JA)


@pytest.mark.parametrize("kind", STATUTORY)
def test_every_statutory_kind_can_be_constituted_and_has_its_basis(kind: ConferenceKind) -> None:
    assert constitute(kind=kind, valid_until=date(2025, 4, 1)).kind is kind
    assert STATUTORY_BASIS[kind] in CONFERENCE_BASES


def test_only_statutory_kinds_have_a_statutory_basis() -> None:
    assert set(STATUTORY_BASIS) == set(STATUTORY)
    assert set(STATUTORY_BASIS.values()) == CONFERENCE_BASES
    # Look-alikes of the support conferences presuppose consent (brief §0 no. 1).
    assert K.LAYERED_SUPPORT_CONF not in STATUTORY_BASIS
    assert K.SUPPORT_COORDINATION_CONF not in STATUTORY_BASIS


@pytest.mark.parametrize(
    ("days", "code"),
    [(-1, "greater_than_equal"), (0, None), (60, None), (61, "less_than_equal")],
)
def test_papers_stay_readable_for_sixty_days_at_most(days: int, code: str | None) -> None:
    if code is None:
        assert constitute(paper_days=days).paper_days == days
    else:
        assert refusal(constitute, paper_days=days) == code
    assert constitute().paper_days == 14


# Who may convene it

FACTS = tuple(Convener.model_fields)
PUBLIC, DECIDES, PREFECTURAL, OFFICE, LAYERED = FACTS


def why_not(kind: ConferenceKind, known: dict[str, bool]) -> str | None:
    """Brief §1.4, §8 rules 6 and 7, as a table in the order in which it is said."""
    if kind not in STATUTORY:
        return None
    if not known[PUBLIC]:
        return "not_public"
    if kind is K.SUPPORT_CONF_LAYERED and not known[LAYERED]:
        return "no_layered_project"
    with_office = (K.SUPPORT_CONF_NEEDY, K.PUBLIC_ASSISTANCE_COORD)
    if kind in with_office and not (known[OFFICE] or known[PREFECTURAL]):
        return "no_welfare_office"
    if kind in (K.SUPPORT_CONF_NEEDY, K.SUPPORT_CONF_LAYERED) and not known[DECIDES]:
        return "not_in_charge"
    return None


CODES = {
    "not_public": ("conference_body.convener_not_public", None),
    "no_layered_project": ("conference_body.no_layered_project", "/kind"),
    "no_welfare_office": ("conference_body.no_welfare_office", "/kind"),
    "not_in_charge": ("conference_body.convener_not_in_charge", None),
}


@pytest.mark.mechanism("4-22")
@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("values", list(product((False, True), repeat=len(FACTS))))
def test_who_may_convene_which_conference(kind: ConferenceKind, values: tuple[bool, ...]) -> None:
    known = dict(zip(FACTS, values, strict=True))
    expected = why_not(kind, known)
    if expected is None:
        check_convener(kind, Convener(**known))
        return
    with pytest.raises(Invalid) as refused:
        check_convener(kind, Convener(**known))
    assert (refused.value.code, refused.value.field) == CODES[expected]


# Who sits there


def participant(**changes: Any) -> Participant:
    """A position that sits for our agency and has acknowledged nothing yet."""
    given: dict[str, Any] = {
        "id": uid(2),
        "conference_id": uid(0x500),
        "agency_id": OURS,
        "position_id": POSITION,
        "registered_at": NOW,
    }
    return Participant(**given | changes)


ME = {"iss": "https://login.example", "sub": "staff-1"}
OTHERS = [
    {"iss": "https://login.example", "sub": "staff-2"},
    {"iss": "https://other.example", "sub": "staff-1"},
]
ACKNOWLEDGED = {
    "acknowledged_at": NOW,
    "acknowledged_iss": ME["iss"],
    "acknowledged_sub": ME["sub"],
    "notice_version": "CONF_NEEDY@2025-04-01",
}


def test_nobody_has_acknowledged_before_they_do() -> None:
    before = participant()
    assert not before.acknowledged_by(**ME)
    after = before.acknowledge(**ME, at=NOW, notice_version="CONF_NEEDY@2025-04-01")
    assert after == before.but(**ACKNOWLEDGED, version=2)
    assert after.acknowledged_by(**ME)
    assert not before.acknowledged_by(**ME)


def test_the_same_person_acknowledges_once() -> None:
    done = participant(**ACKNOWLEDGED)
    with pytest.raises(IllegalMove) as refused:
        done.acknowledge(**ME, at=NOW + HOUR, notice_version="CONF_NEEDY@2026-04-01")
    assert refused.value.code == "conference.secrecy_already_acknowledged"


@pytest.mark.parametrize("other", OTHERS)
def test_another_holder_of_the_position_acknowledges_for_themself(other: dict[str, str]) -> None:
    done = participant(**ACKNOWLEDGED)
    assert not done.acknowledged_by(**other)
    anew = done.acknowledge(**other, at=NOW + HOUR, notice_version="2")
    assert anew.acknowledged_by(**other)
    assert not anew.acknowledged_by(**ME)


def test_a_name_without_an_instant_is_no_acknowledgement() -> None:
    assert not participant(**ACKNOWLEDGED | {"acknowledged_at": None}).acknowledged_by(**ME)


# Until when papers can be read


@pytest.mark.parametrize(
    ("confirmed", "days", "closes"),
    [
        # No minutes: ninety days after the end.
        (None, 14, ENDS + timedelta(days=90)),
        (None, 0, ENDS + timedelta(days=90)),
        # The last day counts to its end, in Japan (15:00 in Greenwich).
        (datetime(2026, 12, 4, 1, 0, tzinfo=UTC), 14, datetime(2026, 12, 18, 15, 0, tzinfo=UTC)),
        (datetime(2026, 12, 4, 1, 0, tzinfo=UTC), 0, datetime(2026, 12, 4, 15, 0, tzinfo=UTC)),
        (datetime(2026, 12, 4, 1, 0, tzinfo=UTC), 1, datetime(2026, 12, 5, 15, 0, tzinfo=UTC)),
        # Midnight in Japan is where the day changes.
        (datetime(2026, 12, 4, 14, 59, tzinfo=UTC), 0, datetime(2026, 12, 4, 15, 0, tzinfo=UTC)),
        (datetime(2026, 12, 4, 15, 0, tzinfo=UTC), 0, datetime(2026, 12, 5, 15, 0, tzinfo=UTC)),
        # Late minutes do not open it again.
        (datetime(2027, 2, 20, 1, 0, tzinfo=UTC), 60, ENDS + timedelta(days=90)),
        (datetime(2027, 6, 1, 1, 0, tzinfo=UTC), 14, ENDS + timedelta(days=90)),
        # The last whole day before, and the first that the limit cuts.
        (datetime(2027, 2, 27, 1, 0, tzinfo=UTC), 0, datetime(2027, 2, 27, 15, 0, tzinfo=UTC)),
        (datetime(2027, 2, 28, 1, 0, tzinfo=UTC), 0, datetime(2027, 2, 28, 15, 0, tzinfo=UTC)),
        (datetime(2027, 3, 1, 1, 0, tzinfo=UTC), 0, ENDS + timedelta(days=90)),
    ],
)
def test_papers_close_so_many_days_after_the_minutes(
    confirmed: datetime | None, days: int, closes: datetime
) -> None:
    assert timedelta(days=90) == LONGEST_OPEN
    assert closes_at(sitting(minutes_confirmed_at=confirmed), days) == closes


# The window of an item


def sitting(**changes: Any) -> Conference:
    """A support conference whose agenda is fixed."""
    given: dict[str, Any] = {
        "kind": K.SUPPORT_CONF_NEEDY,
        "starts_at": STARTS,
        "ends_at": ENDS,
        "status": ConferenceStatus.AGENDA_FIXED,
        "fixed_at": FIXED,
    }
    return conference(**given | changes)


def statutory(**changes: Any) -> AgendaItem:
    """An item about somebody who could not be asked."""
    given = {"basis": Basis.CONF_NEEDY, "reason_without_consent": "本人と連絡が取れないため"}
    return item(**given | changes)


SITS = {"invited": True, "member": True, "registered": True, "acknowledged": True}


def window(
    held: Conference | None = None,
    about: AgendaItem | None = None,
    by_laws: ConferenceBody | None = None,
    **seat: bool,
) -> Window:
    """The window of a participant who has done everything."""
    return window_of(held or sitting(), about or statutory(), by_laws or body(), **SITS | seat)


def test_a_window_opens_with_the_agenda_and_closes_with_the_papers() -> None:
    opened = window()
    assert opened == Window(
        basis=Basis.CONF_NEEDY,
        conference_id=sitting().id,
        item_id=statutory().id,
        constituted=True,
        reason_written=True,
        invited=True,
        member=True,
        registered=True,
        acknowledged=True,
        opens_at=FIXED,
        closes_at=ENDS + LONGEST_OPEN,
    )
    held = [
        opened.open_at(at)
        for at in (
            FIXED - INSTANT,
            FIXED,
            STARTS,
            ENDS + LONGEST_OPEN - INSTANT,
            ENDS + LONGEST_OPEN,
        )
    ]
    assert held == [False, True, True, True, False]


def test_after_the_minutes_the_window_follows_the_days_of_the_by_laws() -> None:
    confirmed = datetime(2026, 12, 4, 1, 0, tzinfo=UTC)
    done = sitting(status=ConferenceStatus.MINUTES_CONFIRMED, minutes_confirmed_at=confirmed)
    last = datetime(2026, 12, 11, 15, 0, tzinfo=UTC)
    opened = window(done, by_laws=body(paper_days=7))
    assert [opened.open_at(at) for at in (last - INSTANT, last)] == [True, False]


@pytest.mark.parametrize("status", ConferenceStatus)
def test_a_window_is_open_while_papers_are(status: ConferenceStatus) -> None:
    opened = window(sitting(status=status))
    assert opened.open_at(STARTS) is (status in PACKET_OPEN)
    assert (opened.opens_at is None) is (status not in PACKET_OPEN)


@pytest.mark.parametrize("seat", SITS)
def test_whoever_lacks_one_thing_sees_nothing(seat: str) -> None:
    shut = window(**{seat: False})
    assert getattr(shut, seat) is False
    assert not shut.open_at(STARTS)


@pytest.mark.parametrize(
    "by_laws",
    [
        body(basis=Basis.CONF_LAYERED),
        body(valid_from=date(2026, 12, 2)),
        body(valid_until=date(2026, 11, 30)),
        body(municipality_code=NEXT_CITY),
    ],
)
def test_by_laws_of_something_else_constitute_nothing(by_laws: ConferenceBody) -> None:
    assert not window(by_laws=by_laws).constituted
    assert not window(by_laws=by_laws).open_at(STARTS)


@pytest.mark.parametrize(
    "by_laws",
    [body(valid_from=date(2026, 12, 1)), body(valid_until=date(2026, 12, 1)), body()],
)
def test_by_laws_must_hold_on_the_day_of_the_sitting_in_japan(by_laws: ConferenceBody) -> None:
    assert window(by_laws=by_laws).constituted
    # 08:00 in Japan is still the day before in Greenwich.
    early = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    assert window(sitting(starts_at=early), by_laws=by_laws).constituted
    if by_laws.valid_until is not None:
        late = sitting(starts_at=STARTS + ONE_DAY, ends_at=ENDS + ONE_DAY)
        assert not window(late, by_laws=by_laws).constituted


def test_without_a_body_there_is_no_window() -> None:
    shut = window_of(sitting(), statutory(), None, **SITS)
    assert not shut.constituted
    assert shut.closes_at is None
    assert not shut.open_at(STARTS)


def test_an_item_that_left_the_agenda_or_says_no_reason_opens_nothing() -> None:
    pulled = statutory().pulled(PullReason.CONSENT_REVOKED, NOW)
    assert not window(about=pulled).open_at(STARTS)
    assert window(about=pulled).opens_at is None
    silent = statutory(reason_without_consent=None)
    assert not window(about=silent).reason_written
    assert not window(about=silent).open_at(STARTS)


def test_an_item_on_another_basis_is_not_covered_by_the_by_laws() -> None:
    for basis in Basis:
        shut = window(about=statutory(basis=basis))
        assert shut.basis is basis
        assert shut.open_at(STARTS) is (basis is Basis.CONF_NEEDY)


# What is missing

CONDITIONS = ("constituted", "reason_written", "invited", "member", "registered", "acknowledged")
INSTANTS = {"unknown": None, "past": NOW - HOUR, "now": NOW, "later": NOW + HOUR}


def bare(**changes: Any) -> Window:
    """A window of which nothing is known."""
    given: dict[str, Any] = {
        "basis": Basis.CONF_NEEDY,
        "conference_id": uid(3),
        "item_id": uid(4),
    }
    return Window(**given | changes)


def test_what_is_not_known_is_shut() -> None:
    assert not bare().open_at(NOW)
    assert bare().missing(NOW) == ()


@pytest.mark.parametrize("met", list(product((False, True), repeat=len(CONDITIONS))))
def test_a_window_needs_every_condition_and_its_time(met: tuple[bool, ...]) -> None:
    known = dict(zip(CONDITIONS, met, strict=True))
    for (opens, opens_at), (closes, closes_at_) in product(INSTANTS.items(), repeat=2):
        asked = bare(**known, opens_at=opens_at, closes_at=closes_at_)
        in_time = opens in ("past", "now") and closes == "later"
        assert asked.open_at(NOW) is (all(met) and in_time)


@pytest.mark.parametrize("met", list(product((False, True), repeat=len(CONDITIONS))))
@pytest.mark.parametrize("opens", INSTANTS)
def test_an_invited_caller_is_told_what_it_can_do_and_nobody_else_anything(
    met: tuple[bool, ...], opens: str
) -> None:
    known = dict(zip(CONDITIONS, met, strict=True))
    asked = bare(**known, opens_at=INSTANTS[opens], closes_at=NOW + HOUR)
    expected = []
    if known["invited"]:
        if not known["member"]:
            expected.append(Remedy.JOIN_MEMBER_LIST)
        if not known["registered"]:
            expected.append(Remedy.REGISTER_PARTICIPANT)
        if not known["acknowledged"]:
            expected.append(Remedy.ACKNOWLEDGE_SECRECY)
        if opens in ("unknown", "later"):
            expected.append(Remedy.WAIT_FOR_AGENDA)
    assert asked.missing(NOW) == tuple(expected)
    # Whoever is stood in for can only have the substitute's registration taken back.
    away = asked.model_copy(update={"replaced": True})
    listed = [r for r in expected if r is Remedy.JOIN_MEMBER_LIST]
    waits = [r for r in expected if r is Remedy.WAIT_FOR_AGENDA]
    back = [Remedy.WITHDRAW_SUBSTITUTE] if known["invited"] else []
    assert away.missing(NOW) == (*listed, *back, *waits)
