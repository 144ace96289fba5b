"""The referral as a machine: nobody is bounced, nothing is stuck (promise 5; brief §3.2)."""

from collections import deque
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import Any

import pytest
from domain_builders import (
    HUB,
    NOW,
    OURS,
    RECEIVER,
    SENDER,
    THEIRS,
    THIRD,
    classes,
    make_referral,
    member,
    referral,
    refusal,
    uid,
)
from pydantic import ValidationError

from service.domain import referral_acts
from service.domain.decision import Basis, Permit, Rule
from service.domain.disclosure import D0, D1, D4, D5, D6, D7, EVERY_CLASS
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.referral import (
    ADDRESSED_TO_SENDER,
    MESSAGES_EN,
    MESSAGES_JA,
    Handover,
    HandoverMode,
    Need,
    Referral,
    check_receiver,
    show_referral,
)
from service.domain.referral_acts import (
    Complete,
    Contact,
    Decline,
    NameLead,
    Note,
    Proposal,
    Reason,
)
from service.domain.referral_kinds import THEME_OF_RISK, ReferralRoute, RiskKind
from service.domain.referral_states import (
    BY,
    DECLINES_UNTIL_HUB,
    ENDINGS,
    NEXT,
    PERMISSION,
    RESTS_ON_CONSENT,
    TURN,
    Act,
    Clock,
    Side,
    Status,
)

# The machine as it is drawn on paper

#: ``status: who acts next / who is responsible / which deadline runs``, then each act and where
#: it leads. ``(back)`` is where the referral was before.
DIAGRAM = """
draft: sender / sender / draft
    send                 sent
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawn
sent: receiver / sender / answer
    receive              received
    accept               accepted
    decline              declined
    return_for_info      returned_for_info
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
received: receiver / sender / answer
    accept               accepted
    decline              declined
    return_for_info      returned_for_info
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
returned_for_info: sender / sender / info
    answer               (back)
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
declined: sender / sender / onward
    redirect             sent
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawn
needs_lead: hub / hub / hub
    name_lead            accepted
    return_for_info      returned_for_info
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
accepted: receiver / receiver / first_contact
    contact              first_contact_done
    close                closed_without_contact
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
first_contact_done: receiver / receiver / work
    follow_up            first_contact_done
    work                 working
    complete             completed
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
working: receiver / receiver / work
    follow_up            working
    work                 working
    complete             completed
    escalate             needs_lead
    miss_deadline        needs_lead
    request_withdrawal   withdrawal_requested
    suspend              suspended
withdrawal_requested: receiver / sender / withdrawal
    confirm_withdrawal   withdrawn
    keep                 (back)
    escalate             needs_lead
    miss_deadline        needs_lead
    suspend              suspended
suspended: sender / sender / consent
    resume               (back)
    request_withdrawal   withdrawn
    miss_deadline        suspended
completed:
closed_without_contact:
withdrawn:
"""
WHOSE = {
    "send": "sender",
    "receive": "receiver",
    "accept": "receiver",
    "decline": "receiver",
    "return_for_info": "receiver hub",
    "answer": "sender",
    "redirect": "sender",
    "escalate": "sender receiver",
    "miss_deadline": "system",
    "name_lead": "hub",
    "contact": "receiver",
    "follow_up": "receiver",
    "work": "receiver",
    "complete": "receiver",
    "close": "receiver",
    "request_withdrawal": "sender",
    "confirm_withdrawal": "receiver hub",
    "keep": "receiver hub",
    # The service stops what has lost its consent; only its sender can take it up again.
    "suspend": "system",
    "resume": "sender",
}


def drawn() -> tuple[dict[tuple[str, str], str | None], dict[str, tuple[str, str, str]]]:
    """The diagram's steps, and its turns as (responsible, acts next, deadline)."""
    steps: dict[tuple[str, str], str | None] = {}
    turns: dict[str, tuple[str, str, str]] = {}
    status = ""
    for line in DIAGRAM.strip().splitlines():
        if line.startswith(" "):
            act, target = line.split()
            steps[status, act] = None if target == "(back)" else target
            continue
        status, _, turn = line.partition(":")
        if turn:
            acts, owner, clock = turn.strip().split(" / ")
            turns[status] = (owner, acts, clock)
    return steps, turns


STEPS, TURNS = drawn()
WAITING = tuple(s for s in Status if s not in ENDINGS)
INTERRUPTIONS = (Status.RETURNED_FOR_INFO, Status.WITHDRAWAL_REQUESTED, Status.SUSPENDED)
#: Interruptions during which the referral stays where it is; a suspended one is with its sender.
QUESTIONS = (Status.RETURNED_FOR_INFO, Status.WITHDRAWAL_REQUESTED)
#: Every standing a referral can have: its status, and where it was before an interruption.
BEFORE_INFO = (Status.SENT, Status.RECEIVED, Status.NEEDS_LEAD)
BEFORE_WITHDRAWAL = (
    *BEFORE_INFO,
    Status.ACCEPTED,
    Status.FIRST_CONTACT_DONE,
    Status.WORKING,
)
STANDINGS: list[tuple[Status, Status | None]] = [
    *((s, None) for s in WAITING if s not in INTERRUPTIONS),
    *((Status.RETURNED_FOR_INFO, s) for s in BEFORE_INFO),
    *((Status.WITHDRAWAL_REQUESTED, s) for s in BEFORE_WITHDRAWAL),
    *((Status.SUSPENDED, s) for s in BEFORE_WITHDRAWAL),
]
each_standing = pytest.mark.parametrize(("status", "resumes"), STANDINGS)
AGENCY = {Side.SENDER: SENDER, Side.RECEIVER: RECEIVER, Side.HUB: HUB}


def test_the_tables_are_the_diagram() -> None:
    assert STEPS == NEXT
    assert {status: tuple(turn) for status, turn in TURN.items()} == TURNS
    assert {act: set(sides.split()) for act, sides in WHOSE.items()} == BY


def test_the_tables_are_total() -> None:
    assert {status for status, _ in NEXT} == set(TURN) == set(WAITING)
    assert set(BY) == set(PERMISSION) == {act for _, act in NEXT} == set(Act)
    assert {turn.clock for turn in TURN.values()} == set(Clock)
    assert all(BY.values())
    assert {after for after in NEXT.values() if after} | {Status.DRAFT} == set(Status)
    assert {Status.COMPLETED, Status.CLOSED_WITHOUT_CONTACT, Status.WITHDRAWN} == ENDINGS


def test_every_act_is_a_permission_of_its_own() -> None:
    assert {act: permission.value for act, permission in PERMISSION.items()} == {
        act: f"referral.{act}" for act in Act
    }


def test_no_act_leaves_an_ending() -> None:
    for ending, act, side in product(ENDINGS, Act, Side):
        ended = referral(ending)
        assert ended.turn is None
        assert ended.owner_agency_id is None
        assert ended.acts_open_to(frozenset(Side)) == ()
        with pytest.raises((Denied, IllegalMove)):
            ended.move(act, frozenset({side}))
        with pytest.raises(IllegalMove):
            ended.move(act, frozenset(Side))


# Who acts, who is responsible, until when


@each_standing
def test_every_waiting_referral_has_an_owner_a_turn_and_a_deadline(
    status: Status, resumes: Status | None
) -> None:
    waiting = referral(status, resumes=resumes)
    assert waiting.turn is not None
    assert waiting.owner_agency_id in {SENDER, RECEIVER, HUB}
    assert waiting.turn.clock in Clock
    # Whoever's turn it is can do something about it, on the side on which it stands.
    next_agency = waiting.agency_of(waiting.turn.acts)
    sides = waiting.sides_of(next_agency, hub=True)
    assert waiting.turn.acts in sides
    assert waiting.acts_open_to(sides)


@each_standing
def test_a_missed_deadline_takes_every_waiting_referral_to_the_hub(
    status: Status, resumes: Status | None
) -> None:
    late = referral(status, resumes=resumes).missed_deadline()
    if status is Status.SUSPENDED:
        # Without consent it goes to nobody, the hub neither: its sender is reminded.
        assert (late.status, late.resumes) == (Status.SUSPENDED, resumes)
        assert late.owner_agency_id == SENDER
        return
    assert late.status is Status.NEEDS_LEAD
    assert late.resumes is None
    assert late.owner_agency_id == HUB


@pytest.mark.parametrize("status", WAITING)
def test_the_sender_stays_responsible_until_acceptance(status: Status) -> None:
    responsible = {
        Status.NEEDS_LEAD: HUB,
        Status.ACCEPTED: RECEIVER,
        Status.FIRST_CONTACT_DONE: RECEIVER,
        Status.WORKING: RECEIVER,
    }
    assert referral(status).owner_agency_id == responsible.get(status, SENDER)


@pytest.mark.parametrize("status", [s for s in WAITING if s not in QUESTIONS])
def test_whose_turn_it_is(status: Status) -> None:
    owner, acts, clock = TURNS[status]
    assert referral(status).turn == (owner, acts, clock)
    assert referral(status).agency_of(Side(acts)) == AGENCY[Side(acts)]


@pytest.mark.parametrize("before", BEFORE_INFO)
def test_a_question_leaves_the_responsibility_where_it_was(before: Status) -> None:
    waiting = referral(Status.RETURNED_FOR_INFO, resumes=before)
    turn = waiting.turn
    assert turn is not None
    assert turn == (TURN[before].owner, Side.SENDER, Clock.INFO)
    assert waiting.owner_agency_id == (HUB if before is Status.NEEDS_LEAD else SENDER)


@pytest.mark.parametrize("before", BEFORE_WITHDRAWAL)
def test_who_has_it_answers_the_wish_to_have_it_back(before: Status) -> None:
    waiting = referral(Status.WITHDRAWAL_REQUESTED, resumes=before)
    assert waiting.turn == (TURN[before].owner, TURN[before].acts, Clock.WITHDRAWAL)
    asked = HUB if before is Status.NEEDS_LEAD else RECEIVER
    assert waiting.agency_of(waiting.turn.acts) == asked
    assert Act.KEEP in waiting.acts_open_to(waiting.sides_of(asked, hub=True))


@pytest.mark.parametrize("status", INTERRUPTIONS)
def test_an_interruption_of_nothing_known_still_has_an_owner(status: Status) -> None:
    assert referral(status).owner_agency_id == SENDER


def reachable(status: Status, resumes: Status | None, acts: frozenset[Act]) -> set[Status]:
    """Statuses to which these acts can lead, by moving a referral."""
    seen = {(status, resumes)}
    waiting = deque(seen)
    while waiting:
        here = referral(waiting[0][0], resumes=waiting[0][1])
        waiting.popleft()
        for act in here.acts_open_to(frozenset(Side)):
            if act in acts:
                there = here.move(act, frozenset(Side))
                if (there.status, there.resumes) not in seen:
                    seen.add((there.status, there.resumes))
                    waiting.append((there.status, there.resumes))
    return {s for s, _ in seen}


@each_standing
def test_people_can_bring_every_referral_to_an_ending(
    status: Status, resumes: Status | None
) -> None:
    without_the_service = frozenset(Act) - {Act.MISS_DEADLINE}
    assert Status.COMPLETED in reachable(status, resumes, without_the_service)
    assert Status.WITHDRAWN in reachable(status, resumes, without_the_service)


@each_standing
def test_whoever_is_left_alone_with_it_can_pass_it_on(
    status: Status, resumes: Status | None
) -> None:
    """Nobody depends on another party that does not answer: there is always a way to the hub.

    Without consent there is none, and the sender alone takes it up again or takes it back.
    """
    waiting = referral(status, resumes=resumes)
    for side in (Side.SENDER, Side.RECEIVER):
        agency = AGENCY[side]
        if waiting.owner_agency_id == agency:
            possible = set(waiting.acts_open_to(waiting.sides_of(agency, hub=False)))
            if status is Status.SUSPENDED:
                assert possible == {Act.RESUME, Act.REQUEST_WITHDRAWAL}
            else:
                assert Act.ESCALATE in possible


# Moving


@each_standing
@pytest.mark.parametrize("act", Act)
def test_an_act_is_done_by_its_side_in_its_status_or_refused(
    status: Status, resumes: Status | None, act: Act
) -> None:
    for side in Side:
        before = referral(status, resumes=resumes, version=7)
        kept = before.model_copy(deep=True)
        if side not in WHOSE[act].split():
            with pytest.raises(Denied) as denied:
                before.move(act, frozenset({side}))
            assert denied.value.code == "referral.not_your_act"
            assert denied.value.rule == f"referral.{act}"
            assert denied.value.facts == {"act": act}
        elif (status, act) not in STEPS:
            with pytest.raises(IllegalMove) as illegal:
                before.move(act, frozenset({side}))
            assert illegal.value.code == "referral.illegal_move"
            possible = [a for a in Act if (status, a) in STEPS and side in WHOSE[a].split()]
            assert illegal.value.facts == {"state": status, "act": act, "open": possible}
        else:
            after = before.move(act, frozenset({side}))
            assert after.status == (STEPS[status, act] or resumes)
            assert after.version == 8
            unmoved = {"status", "resumes", "version"}
            assert after.model_dump(exclude=unmoved) == before.model_dump(exclude=unmoved)
        assert before == kept


def test_nobody_moves_anything_without_a_side() -> None:
    for act in Act:
        with pytest.raises(Denied):
            referral(Status.SENT).move(act, frozenset())


@each_standing
def test_what_is_open_is_what_can_be_done(status: Status, resumes: Status | None) -> None:
    waiting = referral(status, resumes=resumes)
    for side in Side:
        possible = {a for a in Act if (status, a) in STEPS and side in WHOSE[a].split()}
        assert set(waiting.acts_open_to(frozenset({side}))) == possible
    assert waiting.acts_open_to(frozenset()) == ()


# Interruptions


@pytest.mark.parametrize("before", BEFORE_INFO)
def test_an_answer_takes_it_back_to_where_it_was(before: Status) -> None:
    asking = frozenset({Side.HUB if before is Status.NEEDS_LEAD else Side.RECEIVER})
    asked = referral(before).move(Act.RETURN_FOR_INFO, asking)
    assert (asked.status, asked.resumes) == (Status.RETURNED_FOR_INFO, before)
    answered = asked.move(Act.ANSWER, frozenset({Side.SENDER}))
    assert (answered.status, answered.resumes) == (before, None)


@pytest.mark.parametrize("before", BEFORE_WITHDRAWAL)
def test_what_is_kept_goes_on_where_it_was(before: Status) -> None:
    asked = referral(before).move(Act.REQUEST_WITHDRAWAL, frozenset({Side.SENDER}))
    assert (asked.status, asked.resumes) == (Status.WITHDRAWAL_REQUESTED, before)
    keeper = frozenset({Side.HUB if before is Status.NEEDS_LEAD else Side.RECEIVER})
    kept = asked.move(Act.KEEP, keeper)
    assert (kept.status, kept.resumes) == (before, None)


@pytest.mark.parametrize("before", BEFORE_INFO)
def test_an_interruption_of_an_interruption_goes_back_to_before_both(before: Status) -> None:
    asking = frozenset({Side.HUB if before is Status.NEEDS_LEAD else Side.RECEIVER})
    asked = referral(before).move(Act.RETURN_FOR_INFO, asking)
    unwanted = asked.move(Act.REQUEST_WITHDRAWAL, frozenset({Side.SENDER}))
    assert (unwanted.status, unwanted.resumes) == (Status.WITHDRAWAL_REQUESTED, before)
    kept = unwanted.move(Act.KEEP, asking)
    assert (kept.status, kept.resumes) == (before, None)


BACK = {
    Status.RETURNED_FOR_INFO: Act.ANSWER,
    Status.WITHDRAWAL_REQUESTED: Act.KEEP,
    Status.SUSPENDED: Act.RESUME,
}


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
def test_without_a_known_past_it_goes_on_as_received(interruption: Status) -> None:
    known = referral(interruption)
    assert known.move(BACK[interruption], frozenset(Side)).status is Status.RECEIVED


# Consent taken back (brief §2.3: it acts at once, what was done stays, nothing is closed)

SERVICE, ITS_SENDER = frozenset({Side.SYSTEM}), frozenset({Side.SENDER})
UNDER_WAY = [(s, r) for s, r in STANDINGS if s not in (Status.DRAFT, Status.DECLINED)]


def test_what_is_under_way_rests_on_consent_and_what_is_with_its_sender_does_not() -> None:
    with_its_sender = {Status.DRAFT, Status.DECLINED, Status.SUSPENDED}
    assert set(WAITING) - with_its_sender == RESTS_ON_CONSENT


@pytest.mark.parametrize(
    ("status", "resumes"), [(s, r) for s, r in UNDER_WAY if s is not Status.SUSPENDED]
)
def test_without_consent_it_stops_and_goes_on_where_it_was(
    status: Status, resumes: Status | None
) -> None:
    before = referral(status, resumes=resumes, contact_attempts=2, first_contact_at=NOW)
    stopped = before.move(Act.SUSPEND, SERVICE)
    where_it_was = resumes or status
    assert stopped == before.but(status=Status.SUSPENDED, resumes=where_it_was, version=2)
    # Nobody has anything to do with it but its sender, who stays responsible.
    assert stopped.owner_agency_id == SENDER
    for agency in (RECEIVER, HUB, THIRD):
        assert stopped.acts_open_to(stopped.sides_of(agency, hub=True)) == ()
    again = stopped.move(Act.RESUME, ITS_SENDER)
    assert again == before.but(status=where_it_was, resumes=None, version=3)


@pytest.mark.parametrize("before", BEFORE_WITHDRAWAL)
def test_a_suspension_outlasts_its_deadlines_and_forgets_nothing(before: Status) -> None:
    stopped = referral(before, hub_overdue=1).move(Act.SUSPEND, SERVICE)
    late = stopped.missed_deadline().missed_deadline()
    assert late == stopped.but(version=4)
    assert late.move(Act.RESUME, ITS_SENDER).status is before


@pytest.mark.parametrize("before", BEFORE_WITHDRAWAL)
def test_a_suspended_referral_can_be_taken_back_at_once(before: Status) -> None:
    stopped = referral(before).move(Act.SUSPEND, SERVICE)
    ended = stopped.move(Act.REQUEST_WITHDRAWAL, ITS_SENDER)
    assert (ended.status, ended.resumes) == (Status.WITHDRAWN, None)


# Sides


@each_standing
def test_which_agency_stands_on_which_side(status: Status, resumes: Status | None) -> None:
    standing = referral(status, resumes=resumes)
    with_hub = Status.NEEDS_LEAD in (status, resumes)
    nowhere = (Status.DRAFT, Status.DECLINED, Status.SUSPENDED)
    nobody_received_it = status in nowhere or with_hub
    receiver = frozenset() if nobody_received_it else frozenset({Side.RECEIVER})
    hub = frozenset({Side.HUB}) if with_hub else frozenset()
    assert standing.with_hub is with_hub
    assert standing.sides_of(SENDER, hub=False) == {Side.SENDER}
    assert standing.sides_of(SENDER, hub=True) == {Side.SENDER}
    assert standing.sides_of(RECEIVER, hub=False) == receiver
    assert standing.sides_of(HUB, hub=True) == hub
    # The hub's own agency without a hub role, a stranger, a caller without an agency.
    assert standing.sides_of(HUB, hub=False) == frozenset()
    assert standing.sides_of(THIRD, hub=True) == frozenset()
    assert standing.sides_of(None, hub=True) == frozenset()


def test_one_agency_may_stand_on_several_sides() -> None:
    own_hub = referral(Status.NEEDS_LEAD, hub_agency_id=SENDER)
    assert own_hub.sides_of(SENDER, hub=True) == {Side.SENDER, Side.HUB}
    lead_is_sender = referral(Status.ACCEPTED, to_agency_id=SENDER)
    assert lead_is_sender.sides_of(SENDER, hub=False) == {Side.SENDER, Side.RECEIVER}


def test_the_service_is_no_agency() -> None:
    assert referral().agency_of(Side.SYSTEM) is None
    assert {side: referral().agency_of(side) for side in AGENCY} == AGENCY


# Declining (row 1-23)


def decline(value: Referral, by: object = RECEIVER, proposal: object = uid(1)) -> Referral:
    return value.move(Act.DECLINE, frozenset({Side.RECEIVER})).declined(by, proposal)


@pytest.mark.mechanism("1-23")
@pytest.mark.parametrize("status", [Status.SENT, Status.RECEIVED])
def test_a_first_decline_with_a_proposal_goes_back_to_the_sender(status: Status) -> None:
    declined = decline(referral(status))
    assert declined.status is Status.DECLINED
    assert declined.declined_by == (RECEIVER,)
    assert declined.proposal_desk_id == uid(1)
    assert declined.owner_agency_id == SENDER


@pytest.mark.mechanism("1-23")
@pytest.mark.parametrize("proposal", [uid(2), None])
def test_the_second_decline_is_the_hubs(proposal: object) -> None:
    assert DECLINES_UNTIL_HUB == 2
    once = decline(referral(Status.SENT), by=THIRD)
    onward = once.move(Act.REDIRECT, frozenset({Side.SENDER})).but(to_agency_id=RECEIVER)
    assert onward.status is Status.SENT
    twice = decline(onward, proposal=proposal)
    assert twice.status is Status.NEEDS_LEAD
    assert twice.declined_by == (THIRD, RECEIVER)
    assert twice.owner_agency_id == HUB
    assert twice.acts_open_to(twice.sides_of(HUB, hub=True)) == (
        Act.RETURN_FOR_INFO,
        Act.NAME_LEAD,
    )


@pytest.mark.mechanism("1-23")
def test_a_decline_that_asks_the_hub_is_the_hubs_at_once() -> None:
    declined = decline(referral(Status.SENT), proposal=None)
    assert declined.status is Status.NEEDS_LEAD
    assert declined.owner_agency_id == HUB


PROPOSAL = Proposal(desk_id=uid(1), contacted="見本さんに11月20日電話")


@pytest.mark.mechanism("1-23")
def test_a_decline_says_why_and_where_to() -> None:
    assert refusal(Decline) == "missing"
    assert refusal(Decline, reason="担当外") == "referral.decline_needs_proposal"
    both = {"reason": "担当外", "proposal": PROPOSAL, "ask_hub": True}
    assert refusal(Decline, **both) == "referral.decline_one_way"
    assert Decline(reason="担当外", proposal=PROPOSAL)
    assert Decline(reason="担当外", ask_hub=True)
    assert refusal(Proposal, desk_id=uid(1)) == "missing"


@pytest.mark.parametrize(
    ("status", "resumes", "agency", "left"),
    [
        (Status.DECLINED, None, RECEIVER, True),
        (Status.NEEDS_LEAD, None, RECEIVER, True),
        (Status.RETURNED_FOR_INFO, Status.NEEDS_LEAD, RECEIVER, True),
        (Status.SENT, None, THIRD, True),
        (Status.WORKING, None, THIRD, True),
        # The hub gave it back to it: it is a party again.
        (Status.ACCEPTED, None, RECEIVER, False),
        (Status.WORKING, None, RECEIVER, False),
        (Status.DECLINED, None, SENDER, False),
        (Status.NEEDS_LEAD, None, HUB, False),
        (Status.NEEDS_LEAD, None, None, False),
    ],
)
def test_who_has_declined_has_left_until_the_hub_gives_it_back(
    status: Status, resumes: Status | None, agency: object, left: bool
) -> None:
    value = referral(status, resumes=resumes, declined_by=(RECEIVER, THIRD))
    assert value.left_by(agency) is left


def test_who_has_never_declined_has_not_left() -> None:
    assert not referral(Status.DECLINED).left_by(RECEIVER)


def test_a_referral_goes_to_somebody_else_who_has_not_declined_it() -> None:
    value = referral(Status.DECLINED, declined_by=(RECEIVER,))
    with pytest.raises(Invalid) as to_itself:
        check_receiver(value, SENDER)
    assert to_itself.value.code == "referral.to_itself"
    with pytest.raises(Invalid) as again:
        check_receiver(value, RECEIVER)
    assert again.value.code == "referral.already_declined_by_receiver"
    assert {to_itself.value.field, again.value.field} == {"/to_desk_id"}
    check_receiver(value, THIRD)


# The hub


def test_whom_the_hub_names_starts_anew_with_the_first_contact() -> None:
    stuck = referral(
        Status.NEEDS_LEAD,
        to_desk_id=uid(1),
        declined_by=(RECEIVER, THIRD),
        hub_overdue=3,
        contact_attempts=2,
        first_contact_at=NOW,
    )
    named = stuck.move(Act.NAME_LEAD, frozenset({Side.HUB})).given_to(THIRD)
    assert named == stuck.but(
        status=Status.ACCEPTED,
        version=2,
        to_agency_id=THIRD,
        to_desk_id=None,
        lead_named_by_hub=True,
        hub_overdue=0,
        contact_attempts=0,
        first_contact_at=None,
    )
    assert named.owner_agency_id == THIRD
    assert named.turn is not None
    assert named.turn.clock is Clock.FIRST_CONTACT


def test_nobody_declines_what_the_hub_has_given_them() -> None:
    named = referral(Status.ACCEPTED, lead_named_by_hub=True)
    with pytest.raises(IllegalMove):
        named.move(Act.DECLINE, frozenset({Side.RECEIVER}))


@each_standing
def test_it_is_counted_how_often_the_hub_itself_was_late(
    status: Status, resumes: Status | None
) -> None:
    """Each time it goes one desk further up, so a question in between takes nothing back."""
    overdue = 2 if Status.NEEDS_LEAD in (status, resumes) else 0
    waiting = referral(status, resumes=resumes, hub_overdue=overdue)
    assert waiting.turn is not None
    hubs_own = waiting.turn.acts is Side.HUB
    assert waiting.missed_deadline().hub_overdue == overdue + hubs_own


# First contact, completing, closing


def test_a_first_contact_is_recorded_with_its_time() -> None:
    moved = referral(Status.ACCEPTED).move(Act.CONTACT, frozenset({Side.RECEIVER}))
    reached = moved.contacted(at=NOW, reached=True)
    assert reached.status is Status.FIRST_CONTACT_DONE
    assert reached.first_contact_at == NOW
    assert reached.contact_attempts == 0


def test_an_attempt_is_counted_and_the_referral_stays_accepted() -> None:
    value = referral(Status.ACCEPTED)
    for count in (1, 2, 3):
        moved = value.move(Act.CONTACT, frozenset({Side.RECEIVER}))
        value = moved.contacted(at=NOW, reached=False)
        assert (value.status, value.contact_attempts) == (Status.ACCEPTED, count)
        assert value.first_contact_at is None


@pytest.mark.mechanism("1-29")
@pytest.mark.parametrize("status", [Status.FIRST_CONTACT_DONE, Status.WORKING])
def test_nothing_is_completed_without_a_first_contact(status: Status) -> None:
    never_met = referral(status).move(Act.COMPLETE, frozenset({Side.RECEIVER}))
    with pytest.raises(IllegalMove) as refused:
        never_met.completed("support_started")
    assert refused.value.code == "referral.no_first_contact"
    met = referral(status, first_contact_at=NOW).move(Act.COMPLETE, frozenset({Side.RECEIVER}))
    with pytest.raises(IllegalMove) as refused:
        met.completed("support_started")
    assert refused.value.code == "referral.follow_up_missing"
    asked = referral(status, first_contact_at=NOW).move(Act.FOLLOW_UP, frozenset({Side.RECEIVER}))
    assert asked.status is status
    met = asked.followed_up(NOW).move(Act.COMPLETE, frozenset({Side.RECEIVER}))
    done = met.completed("support_started")
    assert (done.status, done.outcome) == (Status.COMPLETED, "support_started")


@pytest.mark.mechanism("1-29")
@pytest.mark.parametrize(
    "status", [s for s in WAITING if s not in (Status.FIRST_CONTACT_DONE, Status.WORKING)]
)
def test_nothing_is_completed_before_somebody_has_met_the_person(status: Status) -> None:
    with pytest.raises(IllegalMove):
        referral(status, first_contact_at=NOW).move(Act.COMPLETE, frozenset(Side))


@pytest.mark.mechanism("3-22")
def test_a_follow_up_comes_after_the_first_contact() -> None:
    met = referral(Status.WORKING, first_contact_at=NOW)
    assert met.followed_up(NOW + timedelta(days=1)).followed_up_at == NOW + timedelta(days=1)
    with pytest.raises(Invalid) as early:
        met.followed_up(NOW - timedelta(minutes=1))
    assert (early.value.code, early.value.field) == ("referral.follow_up_before_contact", "/at")
    with pytest.raises(IllegalMove) as never_met:
        referral(Status.WORKING).followed_up(NOW)
    assert never_met.value.code == "referral.no_first_contact"


@pytest.mark.mechanism("1-29")
def test_completing_says_what_came_of_it() -> None:
    assert refusal(Complete) == "missing"
    assert refusal(Complete, outcome="") == "text.code"
    assert Complete(outcome="handed_over")


@pytest.mark.parametrize(("attempts", "enough"), [(0, False), (2, False), (3, True), (4, True)])
def test_closing_without_contact_needs_the_attempts(attempts: int, enough: bool) -> None:
    tried = referral(Status.ACCEPTED, contact_attempts=attempts)
    closed = tried.move(Act.CLOSE, frozenset({Side.RECEIVER}))
    if enough:
        assert closed.closed(3) == closed
        assert closed.status is Status.CLOSED_WITHOUT_CONTACT
        return
    with pytest.raises(IllegalMove) as refused:
        closed.closed(3)
    assert refused.value.code == "referral.too_few_attempts"
    assert refused.value.facts == {"attempts": attempts, "needed": 3}


@pytest.mark.parametrize(("later", "happened"), [(-1, True), (0, True), (1, False)])
def test_a_contact_has_happened(later: int, happened: bool) -> None:
    contact = Contact(at=NOW + timedelta(seconds=later), reached=True)
    assert contact.happened_by(NOW) is happened


def test_only_what_is_said_to_the_sender_is_addressed_to_the_sender() -> None:
    """The answers without which the sender could not go on, and acts of the other side alone."""
    assert {"decline", "return_for_info", "keep", "confirm_withdrawal"} == ADDRESSED_TO_SENDER
    assert not [act for act in ADDRESSED_TO_SENDER if "sender" in WHOSE[act].split()]


# Drafting


@pytest.mark.parametrize("status", Status)
def test_only_its_sender_rewrites_it_and_only_while_it_is_a_draft(status: Status) -> None:
    with pytest.raises(Denied) as not_yours:
        referral(status).require_draft_of(RECEIVER)
    assert not_yours.value.code == "referral.not_your_act"
    assert not_yours.value.facts == {"act": "amend"}
    if status is Status.DRAFT:
        referral(status).require_draft_of(SENDER)
        return
    with pytest.raises(IllegalMove) as too_late:
        referral(status).require_draft_of(SENDER)
    assert too_late.value.code == "referral.illegal_move"
    assert too_late.value.facts == {"state": status, "act": "amend"}


def test_a_new_referral_has_no_past() -> None:
    new = referral()
    assert (new.status, new.resumes, new.version) == (Status.DRAFT, None, 1)
    assert (new.declined_by, new.hub_overdue, new.contact_attempts) == ((), 0, 0)
    assert (new.sent_at, new.first_contact_at, new.ended_at, new.outcome) == (None,) * 4
    assert not new.lead_named_by_hub


GOING_ALONG = [HandoverMode.ACCOMPANY, HandoverMode.JOINT_VISIT, HandoverMode.PAPERWORK_HELP]


@pytest.mark.mechanism("1-40")
@pytest.mark.parametrize("mode", GOING_ALONG)
def test_going_along_needs_a_date_and_somebody_who_goes(mode: HandoverMode) -> None:
    code = "referral.handover_needs_date_and_staff"
    assert refusal(Handover, mode=mode) == code
    assert refusal(Handover, mode=mode, at=NOW) == code
    assert refusal(Handover, mode=mode, staff="試験太郎") == code
    assert Handover(mode=mode, at=NOW, staff="試験太郎")


@pytest.mark.mechanism("1-40")
@pytest.mark.parametrize("mode", sorted(set(HandoverMode) - set(GOING_ALONG)))
def test_paper_or_a_call_needs_neither(mode: HandoverMode) -> None:
    assert Handover(mode=mode)


def test_the_time_of_a_handover_says_where_it_is() -> None:
    """As every time that comes in from outside: an hour without its offset is no instant."""
    naive = datetime(2026, 12, 1, 10, 0)  # noqa: DTZ001 - that is the point
    assert refusal(Handover, mode="accompany", at=naive, staff="試験太郎") == "timezone_aware"
    assert refusal(Contact, at=naive, reached=True) == "timezone_aware"
    assert Handover(mode="accompany", at=naive.replace(tzinfo=UTC), staff="試験太郎")


@pytest.mark.parametrize("profile", [{D7}, {D0, D1, D7}, EVERY_CLASS])
def test_opinions_never_go_along(profile: set) -> None:
    code = "referral.profile_not_sendable"
    assert refusal(make_referral, data_classes=frozenset(profile)) == code


@pytest.mark.parametrize("profile", [set(), {D0, D1}, {D4, D5}, {D6}, EVERY_CLASS - {D7}])
def test_everything_else_may_go_along_as_far_as_consent_opens_it(profile: set) -> None:
    assert make_referral(data_classes=frozenset(profile)).data_classes == profile


def test_unless_said_otherwise_nothing_sensitive_goes_along() -> None:
    assert make_referral().data_classes == classes("0-3")


@pytest.mark.mechanism("4-02")
@pytest.mark.parametrize("kind", RiskKind)
def test_a_danger_is_urgent_and_goes_along_as_a_danger(kind: RiskKind) -> None:
    risk = {"kind": kind, "safety_plan": "姉が泊まる"}
    assert refusal(make_referral, risk=risk) == "referral.risk_needs_d4"
    danger = make_referral(risk=risk, urgency="normal", data_classes=classes("0-4"))
    assert danger.urgency == "urgent"
    assert danger.routing_theme == THEME_OF_RISK[kind]
    # Nobody talks it down afterwards.
    assert danger.but(urgency="normal").urgency == "urgent"
    assert danger.but(risk=None, urgency="normal").urgency == "normal"


def test_without_a_danger_the_route_and_then_the_first_need_lead_the_way() -> None:
    needs = (Need(theme="debt", text="借入れ"),)
    assert make_referral().routing_theme is None
    assert make_referral(needs=needs).routing_theme == "debt"
    to_office = make_referral(needs=needs, route="to_public_assistance")
    assert to_office.routing_theme == "public_assistance"


@pytest.mark.parametrize("kind", [ReferralRoute, RiskKind])
def test_routes_and_dangers_have_their_japanese(kind: type[StrEnum]) -> None:
    labels = [member.label_ja for member in kind]  # type: ignore[attr-defined]
    assert len(set(labels)) == len(list(kind))


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    shown = {
        "referral.handover_needs_date_and_staff",
        "referral.profile_not_sendable",
        "referral.risk_needs_d4",
    }
    assert set(MESSAGES_EN) == shown
    assert set(MESSAGES_JA) == shown
    on_acts = {"referral.decline_needs_proposal", "referral.decline_one_way"}
    assert set(referral_acts.MESSAGES_EN) == on_acts
    assert set(referral_acts.MESSAGES_JA) == on_acts


@pytest.mark.parametrize(
    ("command", "values"),
    [
        (Reason, {}),
        (Reason, {"reason": " "}),
        (NameLead, {"lead_agency_id": OURS}),
        (NameLead, {"reason": "空きがある"}),
        (Note, {"note": "ok", "status": "completed"}),
        (Contact, {"at": NOW}),
        (Contact, {"reached": True}),
    ],
)
def test_an_act_says_what_it_must_and_nothing_else(command: type, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        command(**values)


def test_the_hub_names_a_lead_alone_or_with_a_team() -> None:
    assert NameLead(lead_agency_id=OURS, reason="空きがある").team == ()
    team = (member(THEIRS, "debt"),)
    assert NameLead(lead_agency_id=OURS, reason="空きがある", team=team).team == team


# Showing

NEEDS = (Need(theme="debt", text="返済"), Need(theme="health", text="通院"))


def shown(granted: str, themes: frozenset[str] | None) -> dict[str, Any]:
    value = referral(
        Status.ACCEPTED,
        wishes="静かに暮らしたい",
        prior_contact="見本さんに電話済み",
        informant="隣人",
        opinion="要観察",
        needs=NEEDS,
        handover=Handover(mode="accompany", at=NOW, staff="試験太郎"),
    )
    permit = Permit(
        basis=Basis.CONSENT,
        classes=classes(granted),
        rules=(Rule.PARTY_WITH_CONSENT,),
        only_themes=themes,
    )
    return show_referral(value, permit)


def test_a_party_sees_what_its_permit_opens() -> None:
    found = shown("0-3", None)
    assert [need["theme"] for need in found["needs"]] == ["debt", "health"]
    assert {"reason", "wishes", "prior_contact"} <= set(found)
    assert found["handover"]["staff"] == "試験太郎"
    assert not {"informant", "opinion"} & set(found)
    assert found["withheld"] == ["D4", "D6", "D7"]


@pytest.mark.parametrize(
    ("themes", "seen"),
    [({"debt"}, ["debt"]), ({"debt", "health"}, ["debt", "health"]), ({"care"}, []), (set(), [])],
)
def test_a_part_limited_to_themes_sees_those_needs_and_no_free_text(
    themes: set[str], seen: list[str]
) -> None:
    found = shown("0-3", frozenset(themes))
    assert [need["theme"] for need in found["needs"]] == seen
    assert not {"reason", "wishes", "prior_contact"} & set(found)
    assert found["handover"] == {"mode": "accompany"}
    assert found["status"] == "accepted"


def test_without_consent_a_limited_part_sees_the_fact_alone() -> None:
    found = shown("0", frozenset({"debt"}))
    assert not {"needs", "reason", "wishes", "informant", "opinion"} & set(found)
    assert found["status"] == "accepted"
