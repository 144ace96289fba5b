"""A conference (会議): date, invited agencies, agenda, what each attendee gets, results (brief §3.4).

Kind and legal basis belong to the agenda item, because one sitting may hold two kinds
(brief §2.4 no. 7). A kind that presupposes consent refuses an item without it.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain.attendance import StandIn, there_for
from service.domain.companion import Companion, Relation
from service.domain.conference_states import (
    NEXT,
    C,
    ConferenceAct,
    ConferenceKind,
    ConferenceStatus,
)
from service.domain.decision import Basis
from service.domain.disclosure import D0, D1, D3, D7, Disclosable
from service.domain.errors import IllegalMove
from service.domain.permission import Purpose
from service.domain.plan import MOST_VERSIONS
from service.domain.pre_check import PreCheck
from service.domain.text import Line, LongText, Paragraph, invalid

MESSAGES_EN = {
    "conference.ends_before_start": "The conference ends before it starts. Correct ends_at.",
    "conference.too_long": "A conference lasts at most 12 hours. Correct starts_at or ends_at.",
    "conference.where_missing": "Say where it is held: a place, an online address (https), or both.",
    "conference.online_address": "The online address must start with https:// and carry no user name.",
    "conference.nobody_invited": "Invite at least one agency.",
    "conference.comes_and_declines": "Name who comes only when your agency comes. Leave the positions out, or accept.",
}
MESSAGES_JA = {
    "conference.ends_before_start": "会議の終了時刻が開始時刻より前です。ends_atを直してください。",
    "conference.too_long": "会議は12時間以内にしてください。starts_atまたはends_atを直してください。",
    "conference.where_missing": "会場またはオンラインのURL（https）のいずれかを入力してください。",
    "conference.online_address": "オンラインのURLはhttps://で始まり、ユーザー名を含まない形にしてください。",
    "conference.nobody_invited": "少なくとも一つの機関を招集してください。",
    "conference.comes_and_declines": "出席者の職は、出席する場合にだけ指定できます。職の指定をやめるか、出席と回答してください。",
}
LONGEST = timedelta(hours=12)


class PlanConference(Disclosable):
    """When and where. Nothing personal belongs here: everybody invited sees it."""

    kind: Annotated[ConferenceKind, D0]
    local_name: Annotated[Line | None, D0] = Field(
        default=None, description="What the municipality calls this conference."
    )
    starts_at: Annotated[AwareDatetime, D0]
    ends_at: Annotated[AwareDatetime, D0]
    place: Annotated[Line | None, D0] = None
    online_url: Annotated[Line | None, D0] = None
    body_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The constituted conference body, for a statutory kind."
    )

    @model_validator(mode="after")
    def _can_be_held(self) -> Self:
        for code, wrong in {
            "conference.ends_before_start": self.ends_at <= self.starts_at,
            "conference.too_long": self.ends_at - self.starts_at > LONGEST,
            "conference.where_missing": self.place is None and self.online_url is None,
            "conference.online_address": self.online_url is not None
            and not _https(self.online_url),
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


def check_online(url: str | None) -> None:
    """Refuse an address for an online meeting that is none, or that names a user."""
    if url is not None and not _https(url):
        raise invalid("conference.online_address", MESSAGES_EN)


def _https(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


class Conference(PlanConference):
    """A conference's record."""

    id: Annotated[UUID, D0]
    convener_agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    status: Annotated[ConferenceStatus, D0] = C.PLANNED
    minutes_text: Annotated[LongText | None, D3] = None
    planned_at: Annotated[datetime, D0]
    fixed_at: Annotated[datetime | None, D0] = None
    held_at: Annotated[datetime | None, D0] = None
    chaired_by_agency_id: Annotated[UUID | None, D0] = Field(
        default=None, description="Who took the chair; known once it was held."
    )
    minutes_confirmed_at: Annotated[datetime | None, D0] = None
    continued_by_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The sitting in which one that was cut short goes on."
    )
    sequence: Annotated[int, D0] = Field(
        default=0, description="Rises when time, place or status change (iCalendar SEQUENCE)."
    )
    remind_on: Annotated[date | None, D0] = Field(
        default=None,
        description="When agencies that have not answered are reminded; empty: they have been.",
    )
    version: Annotated[int, D0] = 1

    def move(self, act: ConferenceAct, **changes: Any) -> Self:
        """The conference after the act; an illegal act changes nothing."""
        try:
            status = NEXT[self.status, act]
        except KeyError:
            raise IllegalMove(
                "conference.illegal_move", facts={"state": self.status, "act": act}
            ) from None
        tells = act is ConferenceAct.RESCHEDULE or status != self.status
        return self.but(
            status=status,
            sequence=self.sequence + tells,
            version=self.version + 1,
            **changes,
        )

    def moves(self, command: PlanConference) -> bool:
        """Whether the command sets another time or place: then everybody answers anew."""
        return any(
            getattr(self, name) != getattr(command, name)
            for name in ("starts_at", "ends_at", "place", "online_url")
        )


class Answer(StrEnum):
    """An invited agency's answer."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Attendee(Disclosable):
    """An invited agency, the person themself (本人同席), who comes with them, or a resident."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID | None, D0] = None
    person_id: Annotated[UUID | None, D1] = None
    resident: Annotated[Line | None, D0] = Field(
        default=None, description="A neighbour or volunteer who helps: what they are, by name."
    )
    comes_with: Annotated[UUID | None, D1] = Field(
        default=None, description="The person whom a relative or supporter comes with."
    )
    relation: Annotated[Relation | None, D0] = None
    answer: Annotated[Answer, D0] = Answer.NONE
    representative: Annotated[Line | None, D0] = Field(
        default=None, description="Who comes for the agency, or the substitute."
    )
    present: Annotated[bool | None, D0] = None
    present_position_ids: Annotated[tuple[UUID, ...], D0] = ()
    arrived_for_item: Annotated[int | None, D0] = None
    left_before_item: Annotated[int | None, D0] = None
    invited_at: Annotated[datetime, D0]

    @property
    def called(self) -> str:
        """Whoever comes for no agency, as they stand on a roster: never by the person's name."""
        if self.relation is not None:
            return f"本人の付添い（{self.relation.label_ja}）"
        return self.resident or "本人"

    def there_for(self, number: int) -> bool:
        """Whether they were at the table for the item of this number."""
        came = there_for(number, arrived=self.arrived_for_item, left=self.left_before_item)
        return bool(self.present) and came


class InviteAttendees(BaseModel):
    """Agencies, and persons who come to their own item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_ids: tuple[UUID, ...] = Field(default=(), max_length=60)
    person_ids: tuple[UUID, ...] = Field(default=(), max_length=10)
    residents: tuple[Line, ...] = Field(
        default=(), max_length=10, description="Neighbours and volunteers, who have no account."
    )
    companions: tuple[Companion, ...] = Field(
        default=(), max_length=10, description="Family and supporters of persons who come."
    )
    whole_body: bool = Field(
        default=False, description="Everybody who is on the body's list on the day."
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        called = (self.agency_ids, self.person_ids, self.residents, self.companions)
        if not any(called) and not self.whole_body:
            raise invalid("conference.nobody_invited", MESSAGES_EN)
        return self


class AnswerInvitation(BaseModel):
    """Whether the agency comes, and who comes for it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: Answer
    representative: Line | None = None
    position_ids: tuple[UUID, ...] = Field(
        default=(), max_length=20, description="Who comes, by position; they are registered."
    )
    substitutes: tuple[StandIn, ...] = Field(
        default=(), max_length=20, description="Who stands in for whom; they are registered."
    )

    @model_validator(mode="after")
    def _comes_if_it_names_somebody(self) -> Self:
        named = self.position_ids or self.substitutes
        if named and self.answer not in (Answer.ACCEPTED, Answer.TENTATIVE):
            raise invalid("conference.comes_and_declines", MESSAGES_EN)
        return self


class ItemPurpose(StrEnum):
    """What an agenda item is for."""

    INFORMATION_EXCHANGE = "information_exchange"
    LEAD_DECISION = "lead_decision"
    PLAN_APPROPRIATENESS = "plan_appropriateness"
    PLAN_SHARING = "plan_sharing"
    EVALUATION = "evaluation"
    RESOURCE_GAP = "resource_gap"
    AREA_ISSUE = "area_issue"
    REPORT = "report"


class PlanReference(Disclosable):
    """One exact version of a plan."""

    plan_id: Annotated[UUID, D0]
    number: Annotated[int, D0] = Field(ge=1, le=MOST_VERSIONS)


class PlanLineReference(PlanReference):
    """One line of it, by its place: a version that somebody has agreed to never changes."""

    line: Annotated[int, D0] = Field(ge=1, le=60)


class AddItem(Disclosable):
    """One item of the agenda (議題)."""

    kind: Annotated[ConferenceKind | None, D0] = Field(
        default=None, description="Left out: the kind of the whole conference."
    )
    purpose: Annotated[ItemPurpose, D0]
    minutes: Annotated[int, D0] = Field(ge=1, le=480, description="Time planned, in minutes.")
    subject: Annotated[Paragraph, D3]
    person_ids: Annotated[tuple[UUID, ...], D1] = Field(default=(), max_length=20)
    plan: Annotated[PlanReference | None, D1] = None
    referral_id: Annotated[UUID | None, D1] = None
    case_id: Annotated[UUID | None, D1] = None
    presenter_agency_id: Annotated[UUID | None, D0] = None
    invited_agency_ids: Annotated[tuple[UUID, ...], D0] = Field(
        default=(),
        max_length=60,
        description="Only these agencies stay for this item; empty: all invited.",
    )
    body_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The conference body of the item; left out: the conference's."
    )
    reason_without_consent: Annotated[Paragraph | None, D3] = Field(
        default=None, description="Why consent could not be had; needed for a statutory item."
    )
    pre_check_item_id: Annotated[UUID | None, D7] = Field(
        default=None, description="The item of our own meeting that found the case fit (対策会議)."
    )

    @property
    def uses(self) -> Purpose:
        """What the item uses personal data for, whatever the caller says."""
        about_plan = self.plan is not None or self.purpose in _ABOUT_PLANS
        return Purpose.PLANNING if about_plan else Purpose.CONSULTATION


_ABOUT_PLANS = frozenset(
    {
        ItemPurpose.EVALUATION,
        ItemPurpose.LEAD_DECISION,
        ItemPurpose.PLAN_APPROPRIATENESS,
        ItemPurpose.PLAN_SHARING,
    }
)


class ItemResult(StrEnum):
    """What became of an item."""

    DISCUSSED = "discussed"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    CARRIED_OVER = "carried_over"


class PullReason(StrEnum):
    """Why an item left the agenda."""

    CONSENT_REVOKED = "consent_revoked"
    SPLIT = "split"
    WITHDRAWN = "withdrawn"


#: An item that left for one of these has no place on the agenda any more.
GONE = frozenset({PullReason.SPLIT, PullReason.WITHDRAWN})


class ConvertItem(BaseModel):
    """Hold the item as another kind, for instance as a statutory conference after a revocation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ConferenceKind
    body_id: UUID | None = None
    reason_without_consent: Paragraph | None = None


class AgendaItem(AddItem):
    """An agenda item's record, with its legal basis."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    number: Annotated[int, D0]
    basis: Annotated[Basis, D0]
    #: Who put it on the agenda; a member of a statutory conference may bring an item of its own.
    added_by_agency_id: Annotated[UUID | None, D0] = None
    pulled_at: Annotated[datetime | None, D0] = None
    pulled_because: Annotated[PullReason | None, D0] = None
    result: Annotated[ItemResult | None, D0] = None
    #: The area issue that was raised from it. The issue does not know the item.
    area_issue_id: Annotated[UUID | None, D1] = None
    decision: Annotated[Paragraph | None, D3] = None
    pre_check: Annotated[PreCheck | None, D7] = None

    def pulled(self, because: PullReason, at: datetime) -> Self:
        """Taken off the agenda; nothing of it is shown any longer."""
        return self.but(pulled_at=at, pulled_because=because)

    def converted(
        self, kind: ConferenceKind, basis: Basis, *, body_id: UUID | None, reason: str | None
    ) -> Self:
        """Held as another kind, on that kind's basis."""
        if self.result is not None:
            raise IllegalMove("conference.item_already_decided")
        return self.but(
            kind=kind,
            basis=basis,
            body_id=body_id,
            reason_without_consent=reason,
            pulled_at=None,
            pulled_because=None,
        )

    def invites(self, agency_id: UUID | None, convener: UUID) -> bool:
        """Whether the agency stays for this item."""
        return agency_id is not None and (
            not self.invited_agency_ids
            or agency_id == convener
            or agency_id in self.invited_agency_ids
        )


class RecordResult(BaseModel):
    """What was decided on an item, and who does what until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: ItemResult
    decision: Paragraph
    tasks: tuple["AssignTask", ...] = Field(default=(), max_length=40)
    pre_check: PreCheck | None = Field(
        default=None, description="What our own meeting found about the case (対策会議)."
    )


class AssignTask(BaseModel):
    """Something an agency does until a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agency_id: UUID
    what: Paragraph
    due_on: date
    plan_line: PlanLineReference | None = Field(
        default=None, description="The line of the item's plan that it carries out."
    )
    position_id: UUID | None = Field(
        default=None, description="Whose it is at the agency; left out: anybody's at the desk."
    )


RecordResult.model_rebuild()
