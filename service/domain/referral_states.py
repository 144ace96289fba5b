"""The states of a referral as tables: where each act leads, whose it is, whose turn comes next.

Tests prove them total: every status listed, an ending reachable from each, and an owner, a
turn and a deadline in every status that is no ending (brief §3.2, promise 5).
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from service.domain.permission import Permission


class Status(StrEnum):
    """Where a referral stands."""

    DRAFT = "draft"
    SENT = "sent"
    RECEIVED = "received"
    RETURNED_FOR_INFO = "returned_for_info"
    DECLINED = "declined"
    NEEDS_LEAD = "needs_lead"
    ACCEPTED = "accepted"
    FIRST_CONTACT_DONE = "first_contact_done"
    WORKING = "working"
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    CLOSED_WITHOUT_CONTACT = "closed_without_contact"
    WITHDRAWN = "withdrawn"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return STATUS_JA[self]


STATUS_JA: dict[Status, str] = {
    Status.DRAFT: "作成中",
    Status.SENT: "送付済み",
    Status.RECEIVED: "受領",
    Status.RETURNED_FOR_INFO: "情報の補足依頼",
    Status.DECLINED: "辞退（提案あり）",
    Status.NEEDS_LEAD: "主担当の決定待ち",
    Status.ACCEPTED: "引受け",
    Status.FIRST_CONTACT_DONE: "初回面談済み",
    Status.WORKING: "支援中",
    Status.WITHDRAWAL_REQUESTED: "取下げ依頼中",
    Status.SUSPENDED: "同意がなく停止中",
    Status.COMPLETED: "完了",
    Status.CLOSED_WITHOUT_CONTACT: "接触できず終了",
    Status.WITHDRAWN: "取下げ",
}


class Act(StrEnum):
    """What can happen to a referral."""

    SEND = "send"
    RECEIVE = "receive"
    ACCEPT = "accept"
    DECLINE = "decline"
    RETURN_FOR_INFO = "return_for_info"
    ANSWER = "answer"
    REDIRECT = "redirect"
    ESCALATE = "escalate"
    MISS_DEADLINE = "miss_deadline"
    NAME_LEAD = "name_lead"
    CONTACT = "contact"
    FOLLOW_UP = "follow_up"
    WORK = "work"
    COMPLETE = "complete"
    CLOSE = "close"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    CONFIRM_WITHDRAWAL = "confirm_withdrawal"
    KEEP = "keep"
    SUSPEND = "suspend"
    RESUME = "resume"

    @property
    def label_ja(self) -> str:
        """The act in the field's words."""
        return Permission(f"referral.{self.value}").label_ja


class Side(StrEnum):
    """A party of the referral."""

    SENDER = "sender"
    RECEIVER = "receiver"
    HUB = "hub"
    SYSTEM = "system"


class Clock(StrEnum):
    """Which of the municipality's deadlines runs."""

    DRAFT = "draft"
    ANSWER = "answer"
    INFO = "info"
    ONWARD = "onward"
    HUB = "hub"
    FIRST_CONTACT = "first_contact"
    WORK = "work"
    WITHDRAWAL = "withdrawal"
    CONSENT = "consent"


S, A = Status, Act

#: Where an act leads. ``None``: back to where the referral was before (``resumes``).
NEXT: Mapping[tuple[Status, Act], Status | None] = {
    (S.DRAFT, A.SEND): S.SENT,
    (S.DRAFT, A.ESCALATE): S.NEEDS_LEAD,
    (S.DRAFT, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.DRAFT, A.REQUEST_WITHDRAWAL): S.WITHDRAWN,
    (S.SENT, A.RECEIVE): S.RECEIVED,
    (S.SENT, A.ACCEPT): S.ACCEPTED,
    (S.SENT, A.DECLINE): S.DECLINED,
    (S.SENT, A.RETURN_FOR_INFO): S.RETURNED_FOR_INFO,
    (S.SENT, A.ESCALATE): S.NEEDS_LEAD,
    (S.SENT, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.SENT, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.RECEIVED, A.ACCEPT): S.ACCEPTED,
    (S.RECEIVED, A.DECLINE): S.DECLINED,
    (S.RECEIVED, A.RETURN_FOR_INFO): S.RETURNED_FOR_INFO,
    (S.RECEIVED, A.ESCALATE): S.NEEDS_LEAD,
    (S.RECEIVED, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.RECEIVED, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.RETURNED_FOR_INFO, A.ANSWER): None,
    (S.RETURNED_FOR_INFO, A.ESCALATE): S.NEEDS_LEAD,
    (S.RETURNED_FOR_INFO, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.RETURNED_FOR_INFO, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.DECLINED, A.REDIRECT): S.SENT,
    (S.DECLINED, A.ESCALATE): S.NEEDS_LEAD,
    (S.DECLINED, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.DECLINED, A.REQUEST_WITHDRAWAL): S.WITHDRAWN,
    (S.NEEDS_LEAD, A.NAME_LEAD): S.ACCEPTED,
    (S.NEEDS_LEAD, A.RETURN_FOR_INFO): S.RETURNED_FOR_INFO,
    (S.NEEDS_LEAD, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.NEEDS_LEAD, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.ACCEPTED, A.CONTACT): S.FIRST_CONTACT_DONE,
    (S.ACCEPTED, A.CLOSE): S.CLOSED_WITHOUT_CONTACT,
    (S.ACCEPTED, A.ESCALATE): S.NEEDS_LEAD,
    (S.ACCEPTED, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.ACCEPTED, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.FIRST_CONTACT_DONE, A.FOLLOW_UP): S.FIRST_CONTACT_DONE,
    (S.FIRST_CONTACT_DONE, A.WORK): S.WORKING,
    (S.FIRST_CONTACT_DONE, A.COMPLETE): S.COMPLETED,
    (S.FIRST_CONTACT_DONE, A.ESCALATE): S.NEEDS_LEAD,
    (S.FIRST_CONTACT_DONE, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.FIRST_CONTACT_DONE, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.WORKING, A.FOLLOW_UP): S.WORKING,
    (S.WORKING, A.WORK): S.WORKING,
    (S.WORKING, A.COMPLETE): S.COMPLETED,
    (S.WORKING, A.ESCALATE): S.NEEDS_LEAD,
    (S.WORKING, A.MISS_DEADLINE): S.NEEDS_LEAD,
    (S.WORKING, A.REQUEST_WITHDRAWAL): S.WITHDRAWAL_REQUESTED,
    (S.WITHDRAWAL_REQUESTED, A.CONFIRM_WITHDRAWAL): S.WITHDRAWN,
    (S.WITHDRAWAL_REQUESTED, A.KEEP): None,
    (S.WITHDRAWAL_REQUESTED, A.ESCALATE): S.NEEDS_LEAD,
    (S.WITHDRAWAL_REQUESTED, A.MISS_DEADLINE): S.NEEDS_LEAD,
    # Consent was taken back: nobody but the sender has anything to do until there is one again.
    (S.SENT, A.SUSPEND): S.SUSPENDED,
    (S.RECEIVED, A.SUSPEND): S.SUSPENDED,
    (S.RETURNED_FOR_INFO, A.SUSPEND): S.SUSPENDED,
    (S.NEEDS_LEAD, A.SUSPEND): S.SUSPENDED,
    (S.ACCEPTED, A.SUSPEND): S.SUSPENDED,
    (S.FIRST_CONTACT_DONE, A.SUSPEND): S.SUSPENDED,
    (S.WORKING, A.SUSPEND): S.SUSPENDED,
    (S.WITHDRAWAL_REQUESTED, A.SUSPEND): S.SUSPENDED,
    (S.SUSPENDED, A.RESUME): None,
    (S.SUSPENDED, A.REQUEST_WITHDRAWAL): S.WITHDRAWN,
    (S.SUSPENDED, A.MISS_DEADLINE): S.SUSPENDED,
}

#: Whose act it is. The hub stands in for the receiver while the referral is with it.
BY: Mapping[Act, frozenset[Side]] = {
    A.SEND: frozenset({Side.SENDER}),
    A.RECEIVE: frozenset({Side.RECEIVER}),
    A.ACCEPT: frozenset({Side.RECEIVER}),
    A.DECLINE: frozenset({Side.RECEIVER}),
    A.RETURN_FOR_INFO: frozenset({Side.RECEIVER, Side.HUB}),
    A.ANSWER: frozenset({Side.SENDER}),
    A.REDIRECT: frozenset({Side.SENDER}),
    A.ESCALATE: frozenset({Side.SENDER, Side.RECEIVER}),
    A.MISS_DEADLINE: frozenset({Side.SYSTEM}),
    A.NAME_LEAD: frozenset({Side.HUB}),
    A.CONTACT: frozenset({Side.RECEIVER}),
    A.FOLLOW_UP: frozenset({Side.RECEIVER}),
    A.WORK: frozenset({Side.RECEIVER}),
    A.COMPLETE: frozenset({Side.RECEIVER}),
    A.CLOSE: frozenset({Side.RECEIVER}),
    A.REQUEST_WITHDRAWAL: frozenset({Side.SENDER}),
    A.CONFIRM_WITHDRAWAL: frozenset({Side.RECEIVER, Side.HUB}),
    A.KEEP: frozenset({Side.RECEIVER, Side.HUB}),
    A.SUSPEND: frozenset({Side.SYSTEM}),
    A.RESUME: frozenset({Side.SENDER}),
}

PERMISSION: Mapping[Act, Permission] = {act: Permission(f"referral.{act.value}") for act in Act}


@cache
def acts_open(status: Status, sides: frozenset[Side]) -> tuple[Act, ...]:
    """What those sides may do next, where it stands so."""
    return tuple(a for a in Act if (status, a) in NEXT and BY[a] & sides)


class Turn(NamedTuple):
    """Who owns the referral, who must act next, and which deadline runs."""

    owner: Side
    acts: Side
    clock: Clock


#: Every status that is no ending. The sender stays responsible until acceptance.
TURN: Mapping[Status, Turn] = {
    S.DRAFT: Turn(Side.SENDER, Side.SENDER, Clock.DRAFT),
    S.SENT: Turn(Side.SENDER, Side.RECEIVER, Clock.ANSWER),
    S.RECEIVED: Turn(Side.SENDER, Side.RECEIVER, Clock.ANSWER),
    S.RETURNED_FOR_INFO: Turn(Side.SENDER, Side.SENDER, Clock.INFO),
    S.DECLINED: Turn(Side.SENDER, Side.SENDER, Clock.ONWARD),
    S.NEEDS_LEAD: Turn(Side.HUB, Side.HUB, Clock.HUB),
    S.ACCEPTED: Turn(Side.RECEIVER, Side.RECEIVER, Clock.FIRST_CONTACT),
    S.FIRST_CONTACT_DONE: Turn(Side.RECEIVER, Side.RECEIVER, Clock.WORK),
    S.WORKING: Turn(Side.RECEIVER, Side.RECEIVER, Clock.WORK),
    S.WITHDRAWAL_REQUESTED: Turn(Side.SENDER, Side.RECEIVER, Clock.WITHDRAWAL),
    S.SUSPENDED: Turn(Side.SENDER, Side.SENDER, Clock.CONSENT),
}

#: What consent keeps alive: it stops when the consent goes.
RESTS_ON_CONSENT = frozenset(state for state, act in NEXT if act is A.SUSPEND)

ENDINGS = frozenset({S.COMPLETED, S.CLOSED_WITHOUT_CONTACT, S.WITHDRAWN})

#: The person has been handed over: the sender asks after a while how it went (row 3-22).
HANDED_OVER = frozenset({S.FIRST_CONTACT_DONE, S.WORKING, S.COMPLETED})

#: After so many declines the hub must name a lead (brief §8 rule 10).
DECLINES_UNTIL_HUB = 2
