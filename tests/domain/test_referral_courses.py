"""Any course that a referral may take: whoever does what, it is never stuck (promise 5).

Hypothesis lets agencies act in any order, as the use cases do it, and looks after every step.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from domain_builders import HUB, NOW, OURS, THEIRS, THIRD, referral, uid
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.referral import Referral, check_receiver
from service.domain.referral_states import BY, ENDINGS, NEXT, Act, Clock, Side, Status

AGENCIES = (THEIRS, OURS, THIRD, uid(7), HUB)
ATTEMPTS_NEEDED = 2


#: What an act brings along, as its use case does it.
EFFECTS: dict[Act, Callable[..., Referral]] = {
    Act.DECLINE: lambda moved, by, said: moved.declined(by, None if said["asks_hub"] else uid(9)),
    Act.REDIRECT: lambda moved, _, said: moved.but(to_agency_id=said["onward"]),
    Act.NAME_LEAD: lambda moved, _, said: moved.given_to(said["onward"]),
    Act.CONTACT: lambda moved, _, said: moved.contacted(at=NOW, reached=said["reached"]),
    Act.FOLLOW_UP: lambda moved, _, __: moved.followed_up(NOW),
    Act.COMPLETE: lambda moved, _, __: moved.completed("support_started"),
    Act.CLOSE: lambda moved, _, __: moved.closed(ATTEMPTS_NEEDED),
}


def carried_out(
    value: Referral, act: Act, sides: frozenset[Side], by: UUID, **said: Any
) -> Referral:
    """The referral after an act of the agency on these sides."""
    if act is Act.MISS_DEADLINE and Side.SYSTEM in sides:
        return value.missed_deadline()
    moved = value.move(act, sides)
    if act is Act.REDIRECT:
        check_receiver(value, said["onward"])
    return EFFECTS[act](moved, by, said) if act in EFFECTS else moved


#: What may refuse an act that the tables allow.
REFUSALS = {
    Act.REDIRECT: {"referral.to_itself", "referral.already_declined_by_receiver"},
    Act.COMPLETE: {"referral.no_first_contact", "referral.follow_up_missing"},
    Act.CLOSE: {"referral.too_few_attempts"},
}
WORDS = st.fixed_dictionaries(
    {
        "asks_hub": st.booleans(),
        "reached": st.booleans(),
        "onward": st.sampled_from(AGENCIES),
    }
)


class Course(RuleBasedStateMachine):
    """One referral from its draft on."""

    value: Referral

    @initialize(hub=st.sampled_from(AGENCIES), receiver=st.sampled_from(AGENCIES[1:4]))
    def drafted(self, hub: UUID, receiver: UUID) -> None:
        self.value = referral(to_agency_id=receiver, hub_agency_id=hub)
        self.passed = [self.value]

    def sides(self, agency: UUID | None) -> frozenset[Side]:
        """Where the agency stands now; the service itself is none."""
        if agency is None:
            return frozenset({Side.SYSTEM})
        return self.value.sides_of(agency, hub=True)

    @rule(data=st.data(), said=WORDS)
    def somebody_does_what_is_open_to_them(self, data: st.DataObject, said: dict) -> None:
        possible = [
            (agency, act)
            for agency in (*AGENCIES, None)
            for act in self.value.acts_open_to(self.sides(agency))
        ]
        assert bool(possible) == (self.value.status not in ENDINGS)
        if possible:
            agency, act = data.draw(st.sampled_from(possible))
            self.attempt(agency, act, said)

    @rule(agency=st.none() | st.sampled_from(AGENCIES), act=st.sampled_from(Act), said=WORDS)
    def somebody_tries_anything(self, agency: UUID | None, act: Act, said: dict) -> None:
        self.attempt(agency, act, said)

    def attempt(self, agency: UUID | None, act: Act, said: dict) -> None:
        before, sides = self.value, self.sides(agency)
        kept = before.model_copy(deep=True)
        legal = bool(BY[act] & sides) and (before.status, act) in NEXT
        refused = None
        try:
            self.value = carried_out(before, act, sides, agency or HUB, **said)
        except (Denied, IllegalMove, Invalid) as refusal:
            refused = refusal.code
        assert before == kept
        if refused is not None:
            assert self.value is before
            assert not legal or refused in REFUSALS.get(act, set())
            return
        assert legal
        assert self.value.version == before.version + 1
        self.passed.append(self.value)

    @invariant()
    def somebody_is_responsible_and_a_deadline_runs(self) -> None:
        if self.value.status in ENDINGS:
            assert self.value.turn is None
            assert self.value.owner_agency_id is None
            return
        turn = self.value.turn
        assert turn is not None
        assert turn.clock in Clock
        assert self.value.owner_agency_id in AGENCIES
        next_agency = self.value.agency_of(turn.acts)
        assert turn.acts in self.sides(next_agency)
        assert self.value.acts_open_to(self.sides(next_agency))
        assert Act.MISS_DEADLINE in self.value.acts_open_to(frozenset({Side.SYSTEM}))

    @invariant()
    def nobody_bounces_it_a_third_time(self) -> None:
        value = self.value
        assert len(value.declined_by) <= 2
        assert len(set(value.declined_by)) == len(value.declined_by)
        if len(value.declined_by) == 2:
            assert value.with_hub or value.lead_named_by_hub or value.status is Status.WITHDRAWN
        # Whoever the hub has named can be relieved by the hub alone.
        if value.lead_named_by_hub:
            assert value.status not in {Status.DRAFT, Status.SENT, Status.DECLINED}

    @invariant()
    def nothing_ends_without_its_ground(self) -> None:
        value = self.value
        if value.status is Status.COMPLETED:
            assert value.first_contact_at is not None
            assert value.followed_up_at is not None
            assert value.outcome is not None
        if value.status is Status.CLOSED_WITHOUT_CONTACT:
            assert value.contact_attempts >= ATTEMPTS_NEEDED

    @invariant()
    def only_an_interruption_knows_where_to_go_back(self) -> None:
        interruptions = {
            Status.RETURNED_FOR_INFO,
            Status.WITHDRAWAL_REQUESTED,
            Status.SUSPENDED,
        }
        interrupted = self.value.status in interruptions
        assert (self.value.resumes is not None) is interrupted
        if interrupted:
            nowhere = ENDINGS | interruptions | {Status.DRAFT, Status.DECLINED}
            assert self.value.resumes not in nowhere

    @invariant()
    def the_parties_can_bring_it_to_a_good_end(self) -> None:
        """By the sender, the hub and the lead alone, whatever the present receiver does."""
        value = self.value
        if value.status in ENDINGS:
            return
        if value.status is Status.SUSPENDED:
            value = self.by(value, value.from_agency_id, Act.RESUME)
        if value.status is not Status.NEEDS_LEAD:
            value = self.by(value, value.from_agency_id, Act.ESCALATE)
        value = self.by(value, value.hub_agency_id, Act.NAME_LEAD, onward=THIRD)
        value = self.by(value, THIRD, Act.CONTACT, reached=True)
        value = self.by(value, THIRD, Act.FOLLOW_UP)
        assert self.by(value, THIRD, Act.COMPLETE).status is Status.COMPLETED

    @invariant()
    def without_consent_nobody_has_it_but_its_sender(self) -> None:
        value = self.value
        if value.status is Status.SUSPENDED:
            assert value.owner_agency_id == value.from_agency_id
            for agency in set(AGENCIES) - {value.from_agency_id}:
                assert not value.acts_open_to(value.sides_of(agency, hub=True))

    @invariant()
    def the_sender_can_have_it_back(self) -> None:
        value = self.value
        if value.status in ENDINGS:
            return
        if value.status is not Status.WITHDRAWAL_REQUESTED:
            value = self.by(value, value.from_agency_id, Act.REQUEST_WITHDRAWAL)
        if value.status is Status.WITHDRAWAL_REQUESTED:
            assert value.turn is not None
            asked = value.agency_of(value.turn.acts)
            assert asked is not None
            value = self.by(value, asked, Act.CONFIRM_WITHDRAWAL)
        assert value.status is Status.WITHDRAWN

    def by(self, value: Referral, agency: UUID, act: Act, **said: Any) -> Referral:
        return carried_out(value, act, value.sides_of(agency, hub=True), agency, **said)

    def teardown(self) -> None:
        """What has ended stays ended."""
        ended = [value for value in getattr(self, "passed", []) if value.status in ENDINGS]
        assert len(ended) <= 1
        assert not ended or self.value is ended[0]


TestCourse = pytest.mark.mechanism("1-23", "1-29")(Course.TestCase)
TestCourse.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
