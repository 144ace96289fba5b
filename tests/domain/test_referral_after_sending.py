"""What comes after sending: amendments, new attempts, routes, and what a desk can take on."""

from datetime import timedelta
from typing import Any

import pytest
from domain_builders import (
    DAY,
    HUB,
    NOW,
    RECEIVER,
    SENDER,
    THEIRS,
    classes,
    desk,
    make_referral,
    referral,
    refusal,
    uid,
)

from service.domain import capacity, referral_amendment
from service.domain.capacity import DeskCapacity, TellCapacity, warnings_of
from service.domain.decision import Basis, Permit, Rule
from service.domain.disclosure import D7, field_classes
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.referral import Handover, MakeReferral
from service.domain.referral_amendment import (
    AMENDABLE,
    AmendSent,
    Changes,
    ReferralAmendment,
    amended,
    class_of,
    show_amendment,
)
from service.domain.referral_kinds import ReferralRoute
from service.domain.referral_links import (
    Reopen,
    check_back,
    check_route,
    reopened,
    require_reopening_by,
)
from service.domain.referral_states import ENDINGS, HANDED_OVER, Status

# Amendments

WHY = "聞き取り直した"


def amend(**changes: Any) -> AmendSent:
    return AmendSent(changes=changes, reason=WHY)


def test_from_sending_to_working_the_letter_may_be_amended() -> None:
    stopped = {Status.DRAFT, Status.WITHDRAWAL_REQUESTED, Status.SUSPENDED}
    assert set(Status) - ENDINGS - stopped == AMENDABLE


@pytest.mark.parametrize("status", Status)
def test_only_its_sender_amends_what_is_under_way(status: Status) -> None:
    sent = referral(status)
    if status in AMENDABLE:
        after, before = amended(sent, amend(wishes="静かに"), by=SENDER)
        assert (after.wishes, before, after.version) == ("静かに", {"wishes": None}, 2)
        assert after.but(wishes=None, version=1) == sent
    else:
        with pytest.raises(IllegalMove):
            amended(sent, amend(wishes="静かに"), by=SENDER)
    with pytest.raises(Denied):
        amended(sent, amend(wishes="静かに"), by=RECEIVER)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, "referral.amendment_empty"),
        ({"reason": None}, "referral.amendment_needs_value"),
        ({"needs": None}, "referral.amendment_needs_value"),
        ({"urgency": None}, "referral.amendment_needs_value"),
        ({"handover": None}, "referral.amendment_needs_value"),
        ({"data_classes": {D7}}, "referral.amendment_not_sendable"),
        ({"person_id": uid(1)}, "extra_forbidden"),
        ({"opinion": "所見"}, "extra_forbidden"),
    ],
)
def test_an_amendment_that_cannot_be_meant(changes: dict[str, Any], code: str) -> None:
    assert refusal(Changes, **changes) == code


def test_an_amendment_makes_a_difference() -> None:
    sent = referral(Status.SENT, wishes="静かに")
    with pytest.raises(Invalid) as same:
        amended(sent, amend(reason="別の理由", wishes="静かに"), by=SENDER)
    assert (same.value.code, same.value.field) == ("referral.amendment_same", "/changes/wishes")


def test_each_field_is_opened_by_its_class_and_what_is_in_it() -> None:
    assert {name: class_of(name).value for name in field_classes(Changes)} == {
        "reason": "D3",
        "needs": "D3",
        "wishes": "D3",
        "arrangements": "D2",
        "urgency": "D0",
        "handover": "D3",
        "prior_contact": "D3",
        "data_classes": "D0",
    }


@pytest.mark.parametrize(
    ("granted", "themes", "seen"),
    [("0-3", None, True), ("0-2", None, False), ("0", None, False), ("0-3", {"debt"}, False)],
)
def test_a_change_is_shown_to_whoever_may_see_the_field(
    granted: str, themes: set[str] | None, seen: bool
) -> None:
    change = ReferralAmendment(
        id=uid(1),
        referral_id=uid(2),
        number=3,
        at=NOW,
        by_agency_id=SENDER,
        field="wishes",
        data_class="D3",
        old="働きたい",
        new="休みたい",
        reason=WHY,
    )
    permit = Permit(
        basis=Basis.CONSENT,
        classes=classes(granted),
        rules=(Rule.PARTY_WITH_CONSENT,),
        only_themes=frozenset(themes) if themes else None,
    )
    shown = show_amendment(change, permit)
    assert shown["field"] == "wishes"
    assert ("old" in shown, "new" in shown, "reason" in shown) == (seen, seen, seen)


def test_every_sentence_of_the_new_topics_has_its_japanese() -> None:
    for topic in (capacity, referral_amendment):
        assert set(topic.MESSAGES_EN) == set(topic.MESSAGES_JA)


# New attempts


@pytest.mark.parametrize("status", Status)
def test_only_what_has_ended_is_taken_up_again_and_by_its_parties(status: Status) -> None:
    old = referral(status)
    for agency in (SENDER, RECEIVER):
        if status in ENDINGS:
            require_reopening_by(old, agency)
        else:
            with pytest.raises(IllegalMove):
                require_reopening_by(old, agency)
    with pytest.raises(Denied):
        require_reopening_by(old, HUB)


@pytest.mark.parametrize("mine", [True, False])
def test_the_content_goes_along_only_when_its_sender_goes_on(mine: bool) -> None:
    old = referral(
        Status.COMPLETED,
        wishes="静かに",
        opinion="所見",
        prior_contact="電話",
        handover=Handover(mode="accompany", at=NOW, staff="川田"),
        episode=2,
        outcome="handed_over",
        first_contact_at=NOW,
        followed_up_at=NOW,
        version=9,
    )
    new = reopened(
        old,
        Reopen(reason="再び"),
        desk(7, agency_id=THEIRS),
        id=uid(5),
        municipality_code=old.municipality_code,
        from_agency_id=SENDER if mine else RECEIVER,
        hub_agency_id=HUB,
        made_at=NOW + timedelta(days=60),
    )
    assert (new.status, new.episode, new.version) == (Status.DRAFT, 3, 1)
    assert new.reopens_id == new.parent_id == old.id
    assert (new.outcome, new.first_contact_at, new.followed_up_at) == (None, None, None)
    assert new.to_agency_id == THEIRS
    assert (new.handover, new.prior_contact) == (Handover(), None)
    expected = (old.reason, "静かに", "所見") if mine else ("再び", None, None)
    assert (new.reason, new.wishes, new.opinion) == expected


@pytest.mark.parametrize(
    ("status", "changes", "nobody"),
    [
        (Status.DRAFT, {}, True),
        (Status.WITHDRAWN, {}, True),
        (Status.WITHDRAWN, {"sent_at": NOW}, False),
        (Status.WITHDRAWN, {"lead_named_by_hub": True}, False),
        (Status.SENT, {"sent_at": NOW}, False),
        (Status.NEEDS_LEAD, {}, False),
        (Status.COMPLETED, {"sent_at": NOW}, False),
    ],
)
def test_a_draft_that_was_dropped_has_reached_nobody(
    status: Status, changes: dict[str, Any], nobody: bool
) -> None:
    assert referral(status, **changes).reached_nobody is nobody


# Routes


@pytest.mark.mechanism("4-07")
@pytest.mark.parametrize(
    ("route", "from_kind", "to_kind", "code"),
    [
        ("to_public_assistance", "tax_section", "welfare_office", None),
        ("to_public_assistance", "welfare_office", "legal_aid", "needs_welfare_office"),
        ("after_public_assistance", "welfare_office", "legal_aid", None),
        ("after_public_assistance", "tax_section", "welfare_office", "from_welfare_office"),
        ("general", "tax_section", "legal_aid", None),
        ("employment_team", "welfare_office", "hello_work", None),
        ("payment_consultation", "tax_section", "legal_aid", None),
    ],
)
def test_a_route_says_from_where_to_where(
    route: str, from_kind: str, to_kind: str, code: str | None
) -> None:
    said = make_referral(route=route)
    if code is None:
        check_route(said, from_kind=from_kind, to_kind=to_kind, parent=None)
        return
    with pytest.raises(Invalid) as refused:
        check_route(said, from_kind=from_kind, to_kind=to_kind, parent=None)
    assert refused.value.code == f"referral.route_{code}"


@pytest.mark.mechanism("4-20")
def test_the_way_back_leads_from_the_receiver_to_the_sender() -> None:
    back: MakeReferral = make_referral(route=ReferralRoute.BACK_REFERRAL)
    with pytest.raises(Invalid):
        check_route(back, from_kind="a", to_kind="b", parent=None)
    there = referral(Status.ACCEPTED, sent_at=NOW)
    check_route(back, from_kind="a", to_kind="b", parent=there)
    check_back(there, sender=RECEIVER, receiver=SENDER)
    for parent, sender, receiver in (
        (there, SENDER, RECEIVER),
        (there, RECEIVER, HUB),
        (referral(Status.DRAFT), RECEIVER, SENDER),
    ):
        with pytest.raises(Invalid):
            check_back(parent, sender=sender, receiver=receiver)


# The check after the handover


@pytest.mark.mechanism("3-22")
@pytest.mark.parametrize("status", Status)
def test_its_sender_asks_after_whoever_was_handed_over(status: Status) -> None:
    value = referral(status, first_contact_at=NOW, check_on=DAY)
    if status in HANDED_OVER:
        value.require_check_by(SENDER)
    else:
        with pytest.raises(IllegalMove):
            value.require_check_by(SENDER)
    with pytest.raises(Denied):
        value.require_check_by(RECEIVER)
    asked = value.came_to_check(NOW)
    done = asked.checked(well=False, again_on=DAY + timedelta(days=14), at=NOW)
    assert (done.check_asked_at, done.check_on) == (None, DAY + timedelta(days=14))
    assert (done.status, done.version) == (status, 3)


@pytest.mark.mechanism("3-22")
def test_a_new_lead_begins_anew() -> None:
    given = referral(
        Status.NEEDS_LEAD,
        first_contact_at=NOW,
        followed_up_at=NOW,
        check_on=DAY,
        check_asked_at=NOW,
    ).given_to(THEIRS)
    assert (given.followed_up_at, given.check_on, given.check_asked_at) == (None, None, None)


# What a desk can take on


@pytest.mark.parametrize(
    ("said", "full"),
    [
        ({"open": True}, False),
        ({"open": True, "places": 1}, False),
        ({"open": True, "places": 0}, True),
        ({"open": False, "places": 3}, True),
        ({"open": False}, True),
    ],
)
def test_a_full_desk_is_a_warning_and_no_refusal(said: dict[str, Any], full: bool) -> None:
    told = DeskCapacity(desk_id=uid(1), told_at=NOW, **said)
    assert [w["code"] for w in warnings_of(told)] == (["desk.no_places"] if full else [])
    again = told.told_anew(TellCapacity(open=True), at=NOW, by=None)
    assert (again.version, again.places, warnings_of(again)) == (2, None, [])


def test_what_nobody_has_said_warns_of_nothing_and_what_is_over_says_nothing() -> None:
    assert warnings_of(None) == []
    told = DeskCapacity(desk_id=uid(1), told_at=NOW, open=True, until=DAY)
    assert told.holds_on(DAY)
    assert not told.holds_on(DAY + timedelta(days=1))
    assert refusal(TellCapacity, open=True, places=-1) == "greater_than_equal"
