"""Items from conference to conference: every kind with every kind, and what stays behind."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from domain_builders import HUB, NOW, OURS, THEIRS, THIRD, conference, for_every, item, refusal, uid

from service.domain.conference import AgendaItem, ItemPurpose, ItemResult, PlanReference, PullReason
from service.domain.conference_states import KINDS, ConferenceKind, ConferenceStatus, Persons
from service.domain.decision import Basis
from service.domain.errors import IllegalMove, Invalid, Refusal
from service.domain.item_moves import (
    GROUND_OF,
    CarryOver,
    ContinueConference,
    Ground,
    PromoteItem,
    Way,
    check_carry_over,
    check_promotion,
    check_words_stay,
    held_as,
    way_of,
    words_go_along,
)

K = ConferenceKind
PAIRS = list(product(ConferenceKind, ConferenceKind))
STATUTORY = {k for k, rule in KINDS.items() if rule.persons is Persons.STATUTORY}
CONSENT = {k for k, rule in KINDS.items() if rule.persons is Persons.WITH_CONSENT}
INSIDE = {k for k, rule in KINDS.items() if rule.persons is Persons.INSIDE_ONE_AGENCY}
NAMELESS = {k for k, rule in KINDS.items() if rule.persons is Persons.NEVER}


def test_the_table_knows_every_kind_with_every_kind() -> None:
    assert set(GROUND_OF) == set(PAIRS)
    assert len(PAIRS) == len(ConferenceKind) ** 2
    assert {*STATUTORY, *CONSENT, *INSIDE, *NAMELESS} == set(ConferenceKind)
    assert set(GROUND_OF.values()) == set(Ground)


@pytest.mark.parametrize("kind", ConferenceKind)
@for_every("to", ConferenceKind)
def test_a_named_item_goes_only_where_its_ground_is_looked_at_anew(
    kind: ConferenceKind, to: ConferenceKind
) -> None:
    ground, way = GROUND_OF[kind, to], way_of(kind, to)
    assert (way is None) == (ground is Ground.NEVER)
    if kind in NAMELESS:
        # It names nobody to begin with.
        assert (ground, way) == (Ground.SAME, Way.CARRY_OVER)
        return
    # Whoever names nobody is never told a name.
    if to in NAMELESS:
        assert ground is Ground.NEVER
    # To consent only on consent; what is by statute, in words of its own.
    if to in CONSENT:
        assert ground is Ground.CONSENT
        assert way is (Way.PROMOTION if kind in STATUTORY else Way.CARRY_OVER)
    # Under secrecy it stays within its kind.
    if to in STATUTORY:
        stays = kind not in STATUTORY or kind is to
        assert ground is (Ground.STATUTORY if stays else Ground.NEVER)
    # What was shared is not one agency's own.
    if to in INSIDE:
        assert ground is (Ground.SAME if kind in INSIDE else Ground.NEVER)


@pytest.mark.parametrize("kind", ConferenceKind)
@for_every("to", ConferenceKind)
def test_what_was_said_under_secrecy_never_goes_into_another_kind(
    kind: ConferenceKind, to: ConferenceKind
) -> None:
    assert words_go_along(kind, to) == (kind is to or kind not in STATUTORY)
    if way_of(kind, to) is Way.CARRY_OVER:
        assert words_go_along(kind, to)


# One item

LATER = datetime(2026, 12, 15, 1, 0, tzinfo=UTC)
HE, SHE = uid(0x901), uid(0x902)


def code_of(check: Any, *args: Any) -> str | None:
    try:
        check(*args)
    except Refusal as refused:
        return refused.code
    return None


def named(**changes: Any) -> AgendaItem:
    return item(
        **{"kind": K.SUPPORT_CONF_LAYERED, "basis": Basis.CONF_LAYERED, "person_ids": (HE,)}
        | changes
    )


@pytest.mark.parametrize("result", [None, *ItemResult])
def test_only_what_is_not_decided_is_carried(result: ItemResult | None) -> None:
    here, there = conference(), conference(starts_at=LATER, ends_at=LATER + timedelta(hours=1))
    carried = code_of(check_carry_over, named(result=result), here, there, K.SUPPORT_CONF_LAYERED)
    unfinished = result in (None, ItemResult.CARRIED_OVER)
    assert carried == (None if unfinished else "conference.item_already_decided")


def test_an_item_that_was_pulled_or_would_go_back_stays() -> None:
    here, there = conference(), conference(starts_at=LATER, ends_at=LATER + timedelta(hours=1))
    kind = K.SUPPORT_CONF_LAYERED
    pulled = named().pulled(PullReason.CONSENT_REVOKED, NOW)
    assert code_of(check_carry_over, pulled, here, there, kind) == "conference.item_pulled"
    for target in (here, conference(starts_at=here.starts_at - timedelta(minutes=1))):
        refused = code_of(check_carry_over, named(), here, target, kind)
        assert refused == "conference.target_not_later"


@pytest.mark.parametrize("kind", ConferenceKind)
@for_every("to", ConferenceKind)
def test_carrying_and_promoting_follow_the_table(kind: ConferenceKind, to: ConferenceKind) -> None:
    here = conference(kind=kind)
    there = conference(kind=K.CASE_CONF, starts_at=LATER, ends_at=LATER + timedelta(hours=1))
    statutory = kind in STATUTORY
    one = named(kind=kind, basis=Basis.CONF_LAYERED if statutory else Basis.CONSENT)
    carried = code_of(check_carry_over, one, here, there, to)
    promoted = code_of(check_promotion, one, here, there, promotion(kind=to))
    way = way_of(kind, to)
    if to in NAMELESS:
        assert carried == promoted == "conference.kind_names_nobody"
        return
    assert (
        carried
        == {
            Way.CARRY_OVER: None,
            Way.PROMOTION: "conference.item_under_secrecy",
            None: "conference.item_cannot_follow",
        }[way]
    )
    assert promoted == (None if way is Way.PROMOTION else "conference.not_a_promotion")


@pytest.mark.parametrize("sitting", ConferenceKind)
def test_no_name_comes_into_a_sitting_that_names_nobody(sitting: ConferenceKind) -> None:
    here = conference()
    there = conference(kind=sitting, starts_at=LATER, ends_at=LATER + timedelta(hours=1))
    refused = "conference.kind_names_nobody" if sitting in NAMELESS else None
    same = K.SUPPORT_CONF_LAYERED
    assert code_of(check_carry_over, named(), here, there, same) == refused
    assert code_of(check_promotion, named(), here, there, promotion()) == refused
    # What is about nobody may go anywhere.
    about_nobody = named(person_ids=(), basis=Basis.ANON)
    assert code_of(check_carry_over, about_nobody, here, there, same) is None


@pytest.mark.parametrize("fixed_at", [None, NOW])
@pytest.mark.parametrize("kind", ConferenceKind)
@for_every("to", ConferenceKind)
def test_once_it_could_be_read_it_is_not_converted_out_of_secrecy(
    kind: ConferenceKind, to: ConferenceKind, fixed_at: datetime | None
) -> None:
    here = conference(fixed_at=fixed_at, status=ConferenceStatus.AGENDA_FIXED)
    refused = fixed_at is not None and kind in STATUTORY and kind is not to
    code = "conference.item_under_secrecy" if refused else None
    assert code_of(check_words_stay, named(kind=kind), here, to) == code
    assert code_of(check_words_stay, named(kind=kind, person_ids=()), here, to) is None


def test_an_item_without_a_kind_of_its_own_is_held_as_the_sitting() -> None:
    here = conference(kind=K.CASE_CONF)
    assert held_as(named(kind=None), here) is K.CASE_CONF
    assert held_as(named(), here) is K.SUPPORT_CONF_LAYERED


# What goes along

PLAN = PlanReference(plan_id=uid(0x910), number=2)


@pytest.mark.parametrize(
    ("circle", "basis", "wanted"),
    [
        # Everybody at the old table, as far as they come to the new one; nobody who is new.
        ((), Basis.CONF_LAYERED, {OURS, THEIRS}),
        # Only some stayed: they are asked to the new one, or it is refused.
        ((THIRD,), Basis.CONF_LAYERED, {THIRD}),
        ((), Basis.CONSENT, set()),
        ((THEIRS,), Basis.CONSENT, {THEIRS}),
    ],
)
def test_a_circle_under_secrecy_does_not_grow(
    circle: tuple[UUID, ...], basis: Basis, wanted: set[UUID]
) -> None:
    old = named(basis=basis, invited_agency_ids=circle)
    command = CarryOver(to_conference_id=uid(0x501))
    seated, asked = frozenset({OURS, THEIRS, THIRD}), frozenset({OURS, THEIRS, HUB})
    new = command.item_of(old, seated, asked)
    assert set(new.invited_agency_ids) == wanted
    assert (new.subject, new.kind, new.person_ids) == (old.subject, old.kind, old.person_ids)


def promotion(**changes: Any) -> PromoteItem:
    given: dict[str, Any] = {
        "kind": K.LAYERED_SUPPORT_CONF,
        "purpose": ItemPurpose.LEAD_DECISION,
        "minutes": 15,
        "subject": "これからのこと",
    }
    return PromoteItem(**given | changes)


def test_of_a_promoted_item_only_whom_it_is_about_goes_along() -> None:
    old = named(
        subject="奥の部屋の息子さん",
        reason_without_consent="会えていない",
        decision="月二回訪ねる",
        plan=PLAN,
        referral_id=uid(0x911),
        case_id=uid(0x912),
        presenter_agency_id=THEIRS,
        invited_agency_ids=(THEIRS,),
        body_id=uid(0x913),
        pre_check_item_id=uid(0x914),
        added_by_agency_id=THEIRS,
    )
    new = promotion().item_of(old).model_dump(mode="json")
    kept = {name for name, value in old.model_dump(mode="json").items() if value == new.get(name)}
    assert new["person_ids"] == [str(HE)]
    assert kept & set(new) == {"person_ids"}
    said = {name for name, value in new.items() if value not in (None, [])}
    assert said == {"kind", "purpose", "minutes", "subject", "person_ids"}


def test_nobody_is_promoted_whom_the_item_is_not_about() -> None:
    here = there = conference()
    both = named(person_ids=(HE, SHE))
    assert promotion().about(both) == (HE, SHE)
    assert promotion(person_ids=(SHE,)).about(both) == (SHE,)
    stranger = promotion(person_ids=(SHE, uid(0x903)))
    code = "conference.promotes_somebody_else"
    assert code_of(check_promotion, both, here, there, stranger) == code


# Going on later


def test_a_sitting_goes_on_where_it_was_unless_another_place_is_named() -> None:
    here = conference(place="市役所", online_url="https://meet.example/1")
    times = {"starts_at": LATER, "ends_at": LATER + timedelta(hours=2)}
    assert ContinueConference(**times).where(here) == {
        "place": "市役所",
        "online_url": "https://meet.example/1",
    }
    moved = ContinueConference(**times, place="公民館")
    assert moved.where(here) == {"place": "公民館", "online_url": None}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"ends_at": LATER}, "conference.ends_before_start"),
        ({"ends_at": LATER + timedelta(hours=12, seconds=1)}, "conference.too_long"),
        ({"online_url": "http://meet.example/1"}, "conference.online_address"),
    ],
)
def test_a_date_that_is_none_is_refused(more: dict[str, Any], code: str) -> None:
    times = {"starts_at": LATER, "ends_at": LATER + timedelta(hours=2)}
    assert refusal(ContinueConference, **times | more) == code


def test_refusals_are_of_the_two_sorts_the_edge_knows() -> None:
    with pytest.raises(Invalid):
        check_promotion(named(), conference(), conference(), promotion(kind=K.FIELD_COUNCIL))
    with pytest.raises(IllegalMove):
        check_words_stay(named(), conference(fixed_at=NOW), K.CASE_CONF)
