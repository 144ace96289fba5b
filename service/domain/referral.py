"""A referral (つなぎ): handing a person over so that nobody is bounced (brief §3.2, promise 5).

The machine is three tables. ``NEXT`` says which act leads where, ``BY`` says whose act it
is, and ``TURN`` says, for every status that is no ending, who owns the referral, whose turn
it is and which deadline runs. Tests prove them total.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from service.domain.decision import Permit
from service.domain.disclosure import (
    CONSENTABLE,
    D0,
    D2,
    D3,
    D4,
    D6,
    D7,
    DataClass,
    Disclosable,
    disclose,
)
from service.domain.errors import Denied, IllegalMove, Invalid
from service.domain.permission import Purpose
from service.domain.referral_kinds import (
    THEME_OF_RISK,
    THEME_OF_ROUTE,
    ReferralRoute,
    Risk,
)
from service.domain.referral_states import (
    BY,
    DECLINES_UNTIL_HUB,
    HANDED_OVER,
    NEXT,
    PERMISSION,
    TURN,
    A,
    Act,
    S,
    Side,
    Status,
    Turn,
    acts_open,
)
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "referral.handover_needs_date_and_staff": "Going along, a joint visit or paperwork help needs a date and the staff member.",
    "referral.profile_not_sendable": "Supervision notes (D7) never go along with a referral.",
    "referral.risk_needs_d4": "A danger is D4: ask the person and add D4 to data_classes, or, when they cannot agree, provide it for the protection of life (POST /v1/provisions).",
}
MESSAGES_JA = {
    "referral.handover_needs_date_and_staff": "同行・同行訪問・手続き支援には日時と担当職員が必要です。",
    "referral.profile_not_sendable": "所見・スーパービジョン記録（D7）は、つなぎに添付できません。",
    "referral.risk_needs_d4": "危険の情報はD4です。本人の同意を確認してdata_classesにD4を加えるか、同意を得られないときは生命の保護を根拠とする提供（POST /v1/provisions）を使ってください。",
}


class HandoverMode(StrEnum):
    """How the person is handed over (row 1-40)."""

    PAPER = "paper"
    CALL = "call"
    ACCOMPANY = "accompany"
    JOINT_VISIT = "joint_visit"
    PAPERWORK_HELP = "paperwork_help"


class Urgency(StrEnum):
    """How soon an answer is needed."""

    URGENT = "urgent"
    NORMAL = "normal"


class Handover(Disclosable):
    """When and by whom the person is brought along (1-40)."""

    mode: Annotated[HandoverMode, D0] = HandoverMode.PAPER
    at: Annotated[AwareDatetime | None, D3] = None
    staff: Annotated[Line | None, D3] = None

    @model_validator(mode="after")
    def _date_and_staff(self) -> Self:
        alone = self.mode in (HandoverMode.PAPER, HandoverMode.CALL)
        if not alone and (self.at is None or self.staff is None):
            raise invalid("referral.handover_needs_date_and_staff", MESSAGES_EN)
        return self


class Need(Disclosable):
    """One thing the person needs, under one theme, so that each agency gets only its own."""

    theme: Annotated[Code, D3]
    text: Annotated[Paragraph, D3]


class MakeReferral(Disclosable):
    """What the sender writes. The receiver may be left open: the directory then routes it."""

    person_id: Annotated[UUID, D0]
    to_desk_id: Annotated[UUID | None, D0] = Field(
        default=None,
        description="Left out: the desk that answers for the first theme and the area.",
    )
    route: Annotated[ReferralRoute, D2] = ReferralRoute.GENERAL
    purpose: Annotated[Purpose, D0] = Purpose.CONSULTATION
    urgency: Annotated[Urgency, D0] = Urgency.NORMAL
    handover: Annotated[Handover, D0] = Handover()
    prior_contact: Annotated[Line | None, D3] = Field(
        default=None, description="Who was called beforehand, and when (事前連絡)."
    )
    arrangements: Annotated[Paragraph | None, D2] = Field(
        default=None,
        description="What a workplace needs to know: days, consideration; no diagnosis, no reason.",
    )
    reason: Annotated[Paragraph, D3]
    needs: Annotated[tuple[Need, ...], D3] = Field(default=(), max_length=40)
    wishes: Annotated[Paragraph | None, D3] = Field(
        default=None, description="In the person's own words."
    )
    risk: Annotated[Risk | None, D4] = Field(
        default=None, description="A danger: the referral is urgent, and D4 must go along."
    )
    informant: Annotated[Line | None, D6] = Field(default=None, description="Who told us.")
    opinion: Annotated[Paragraph | None, D7] = Field(
        default=None, description="For our own agency only."
    )
    data_classes: Annotated[frozenset[DataClass], D0] = Field(
        default=frozenset({DataClass.D0, DataClass.D1, DataClass.D2, DataClass.D3}),
        description="Which data classes go along, as far as consent opens them.",
    )
    consultation_id: Annotated[UUID | None, D0] = None
    parent_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The referral this one answers or continues."
    )
    household_id: Annotated[UUID | None, D3] = Field(
        default=None,
        description="Part of a referral of the household: one for each focal person (8050 …).",
    )

    @model_validator(mode="before")
    @classmethod
    def _danger_is_urgent(cls, said: object) -> object:
        if isinstance(said, Mapping) and said.get("risk") is not None:
            return {**said, "urgency": Urgency.URGENT}
        return said

    @model_validator(mode="after")
    def _sendable(self) -> Self:
        if not self.data_classes <= CONSENTABLE | {D6}:
            raise invalid("referral.profile_not_sendable", MESSAGES_EN)
        if self.risk is not None and D4 not in self.data_classes:
            raise invalid("referral.risk_needs_d4", MESSAGES_EN)
        return self

    @property
    def routing_theme(self) -> str | None:
        """The theme whose desk answers when none is named: the danger comes first."""
        if self.risk is not None:
            return THEME_OF_RISK[self.risk.kind]
        first = self.needs[0].theme if self.needs else None
        return THEME_OF_ROUTE.get(self.route, first)


class Referral(MakeReferral):
    """A referral's record."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    from_agency_id: Annotated[UUID, D0]
    from_position_id: Annotated[UUID | None, D0] = None
    to_agency_id: Annotated[UUID, D0]
    hub_agency_id: Annotated[UUID, D0]
    status: Annotated[Status, D0] = Status.DRAFT
    resumes: Annotated[Status | None, D0] = None
    due_at: Annotated[datetime | None, D0] = None
    declined_by: Annotated[tuple[UUID, ...], D0] = ()
    #: How often the hub itself let its deadline pass; each time it goes one desk further up.
    hub_overdue: Annotated[int, D0] = 0
    lead_named_by_hub: Annotated[bool, D0] = False
    proposal_desk_id: Annotated[UUID | None, D0] = None
    case_id: Annotated[UUID | None, D0] = None
    first_contact_at: Annotated[datetime | None, D0] = None
    #: When the receiver last asked how the person is doing (row 1-29).
    followed_up_at: Annotated[datetime | None, D0] = None
    #: When the sender is to ask how it went, since when it is on its list, and what it found.
    check_on: Annotated[date | None, D0] = None
    check_asked_at: Annotated[datetime | None, D0] = None
    checked_at: Annotated[datetime | None, D0] = None
    check_well: Annotated[bool | None, D3] = None
    #: Attempts to reach the person that failed.
    contact_attempts: Annotated[int, D0] = 0
    outcome: Annotated[Code | None, D0] = None
    made_at: Annotated[datetime, D0]
    sent_at: Annotated[datetime | None, D0] = None
    ended_at: Annotated[datetime | None, D0] = None
    #: The ended referral that this one takes up again, and the how manyth attempt it is.
    reopens_id: Annotated[UUID | None, D0] = None
    episode: Annotated[int, D0] = 1
    version: Annotated[int, D0] = 1

    @property
    def turn(self) -> Turn | None:
        """Whose turn it is; ``None`` once it has ended."""
        turn = TURN.get(self.status)
        if turn is None or self.status not in (S.WITHDRAWAL_REQUESTED, S.RETURNED_FOR_INFO):
            return turn
        return self._interrupted(turn)

    def _interrupted(self, turn: Turn) -> Turn:
        """While it waits for an answer, whoever owned it before still does."""
        before = TURN[self.resumes] if self.resumes is not None else turn
        asked = before.acts if self.status is S.WITHDRAWAL_REQUESTED else Side.SENDER
        return Turn(before.owner, asked, turn.clock)

    @property
    def with_hub(self) -> bool:
        """Whether it waits for the hub, or for an answer that the hub asked for."""
        return S.NEEDS_LEAD in (self.status, self.resumes)

    @property
    def reached_nobody(self) -> bool:
        """Whether it has never left its sender: a draft, or one that was dropped as a draft."""
        if self.with_hub:
            return False
        dropped = self.status is S.WITHDRAWN and self.sent_at is None
        return self.status is S.DRAFT or (dropped and not self.lead_named_by_hub)

    def agency_of(self, side: Side) -> UUID | None:
        """The agency on that side."""
        return {
            Side.SENDER: self.from_agency_id,
            Side.RECEIVER: self.to_agency_id,
            Side.HUB: self.hub_agency_id,
            Side.SYSTEM: None,
        }[side]

    @property
    def owner_agency_id(self) -> UUID | None:
        """The agency responsible now."""
        turn = self.turn
        return self.agency_of(turn.owner) if turn else None

    def sides_of(self, agency_id: UUID | None, *, hub: bool) -> frozenset[Side]:
        """The sides on which the agency may act now. A draft has no receiver yet."""
        sides = set()
        if agency_id == self.from_agency_id:
            sides.add(Side.SENDER)
        no_receiver = self.status in (S.DRAFT, S.DECLINED, S.SUSPENDED) or self.with_hub
        if agency_id == self.to_agency_id and not no_receiver:
            sides.add(Side.RECEIVER)
        if hub and agency_id == self.hub_agency_id and self.with_hub:
            sides.add(Side.HUB)
        return frozenset(sides)

    def acts_open_to(self, sides: frozenset[Side]) -> tuple[Act, ...]:
        """What those sides may do next."""
        return acts_open(self.status, sides)

    def move(self, act: Act, sides: frozenset[Side]) -> Self:
        """The referral after the act, without what the act itself brings along."""
        if not BY[act] & sides:
            raise Denied("referral.not_your_act", rule=PERMISSION[act], facts={"act": act})
        if (self.status, act) not in NEXT:
            raise IllegalMove(
                "referral.illegal_move",
                facts={
                    "state": self.status,
                    "act": act,
                    "open": [a.value for a in self.acts_open_to(sides)],
                },
            )
        target = NEXT[self.status, act] or self.resumes or S.RECEIVED
        interrupts = target in (S.RETURNED_FOR_INFO, S.WITHDRAWAL_REQUESTED, S.SUSPENDED)
        return self.but(
            status=target,
            resumes=self._before_interruption() if interrupts else None,
            version=self.version + 1,
        )

    def _before_interruption(self) -> Status:
        return self.resumes if self.resumes is not None else self.status

    def require_draft_of(self, agency_id: UUID) -> None:
        """Only its sender changes it, and only before it is sent."""
        if agency_id != self.from_agency_id:
            raise Denied("referral.not_your_act", facts={"act": "amend"})
        if self.status is not S.DRAFT:
            raise IllegalMove("referral.illegal_move", facts={"state": self.status, "act": "amend"})

    def missed_deadline(self) -> Self:
        """A deadline passed: it is the hub's, or overdue at the hub once more."""
        was_hubs = self.turn is not None and self.turn.acts is Side.HUB
        late = self.hub_overdue + 1 if was_hubs else self.hub_overdue
        return self.move(A.MISS_DEADLINE, frozenset({Side.SYSTEM})).but(hub_overdue=late)

    def declined(self, by: UUID, proposal_desk_id: UUID | None) -> Self:
        """Declined with a proposal; without one, and from the second decline on, it is the hub's."""
        declined_by = (*self.declined_by, by)
        to_hub = len(declined_by) >= DECLINES_UNTIL_HUB or proposal_desk_id is None
        return self.but(
            declined_by=declined_by,
            proposal_desk_id=proposal_desk_id,
            status=S.NEEDS_LEAD if to_hub else self.status,
        )

    def contacted(self, *, at: datetime, reached: bool, check_on: date | None = None) -> Self:
        """Reached, or one more attempt: then it stays accepted and the deadline runs on."""
        if reached:
            return self.but(first_contact_at=at, check_on=check_on)
        return self.but(status=S.ACCEPTED, contact_attempts=self.contact_attempts + 1)

    def closed(self, attempts_needed: int) -> Self:
        """Given up, after as many attempts as the municipality asks for."""
        if self.contact_attempts < attempts_needed:
            facts = {"attempts": self.contact_attempts, "needed": attempts_needed}
            raise IllegalMove("referral.too_few_attempts", facts=facts)
        return self

    def given_to(self, lead: UUID) -> Self:
        """With the lead that the hub named; the first contact is theirs to make."""
        return self.but(
            to_agency_id=lead,
            to_desk_id=None,
            lead_named_by_hub=True,
            hub_overdue=0,
            contact_attempts=0,
            first_contact_at=None,
            followed_up_at=None,
            check_on=None,
            check_asked_at=None,
        )

    def followed_up(self, at: datetime) -> Self:
        """Somebody has asked how the person is doing since they first met (row 3-22)."""
        if self.first_contact_at is None:
            raise IllegalMove("referral.no_first_contact")
        if at < self.first_contact_at:
            raise Invalid("referral.follow_up_before_contact", field="/at")
        return self.but(followed_up_at=at)

    def came_to_check(self, at: datetime) -> Self:
        """The day has come on which the sender asks how it went."""
        return self.but(check_asked_at=at, version=self.version + 1)

    def require_check_by(self, agency_id: UUID) -> None:
        """Its sender asks after it, once somebody has met the person; also after the end."""
        if agency_id != self.from_agency_id:
            raise Denied("referral.not_your_act", facts={"act": "check"})
        if self.status not in HANDED_OVER:
            raise IllegalMove("referral.illegal_move", facts={"state": self.status, "act": "check"})

    def checked(self, *, well: bool, again_on: date | None, at: datetime) -> Self:
        """How it went, and when the sender asks again, if it does."""
        return self.but(
            check_well=well,
            checked_at=at,
            check_on=again_on,
            check_asked_at=None,
            version=self.version + 1,
        )

    def completed(self, outcome: str) -> Self:
        """Completed, which needs a first contact, a follow-up and an outcome (row 1-29)."""
        if self.first_contact_at is None:
            raise IllegalMove("referral.no_first_contact")
        if self.followed_up_at is None:
            raise IllegalMove("referral.follow_up_missing")
        return self.but(outcome=outcome)

    def left_by(self, agency_id: UUID | None) -> bool:
        """Whether the agency declined it and nobody has given it back to that agency since."""
        waiting = self.with_hub or self.status is S.DECLINED or agency_id != self.to_agency_id
        return agency_id in self.declined_by and waiting


def show_referral(referral: Referral, permit: Permit) -> dict[str, Any]:
    """What a permit lets its holder see; a part limited to themes sees those needs alone."""
    shown = disclose(referral, permit.classes)
    if permit.only_themes is None:
        return shown
    for free_text in ("reason", "wishes", "prior_contact", "check_well", "risk"):
        shown.pop(free_text, None)
    shown["handover"] = {"mode": shown["handover"]["mode"]}
    if "needs" in shown:
        shown["needs"] = [n for n in shown["needs"] if n["theme"] in permit.only_themes]
    return shown


def check_receiver(referral: Referral, agency_id: UUID) -> None:
    """A referral goes to somebody else, and not to an agency that has declined it."""
    if agency_id == referral.from_agency_id:
        raise Invalid("referral.to_itself", field="/to_desk_id")
    if agency_id in referral.declined_by:
        raise Invalid("referral.already_declined_by_receiver", field="/to_desk_id")


#: Steps whose words are an answer to the sender: without them it could not go on.
ADDRESSED_TO_SENDER = frozenset(
    {A.DECLINE.value, A.RETURN_FOR_INFO.value, A.KEEP.value, A.CONFIRM_WITHDRAWAL.value}
)


class ReferralEvent(Disclosable):
    """One step in a referral's history, which is never rewritten."""

    id: Annotated[UUID, D0]
    referral_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    at: Annotated[datetime, D0]
    act: Annotated[Code, D0]
    from_status: Annotated[Status | None, D0]
    to_status: Annotated[Status, D0]
    by_agency_id: Annotated[UUID | None, D0]
    by_position_id: Annotated[UUID | None, D0] = None
    to_agency_id: Annotated[UUID | None, D0] = None
    note: Annotated[Paragraph | None, D3] = None
