"""Finding a date (日程調整): slots are proposed, agencies answer, one slot becomes a conference.

Nothing personal belongs here. The organiser sees who was asked and what each answered; an
invited agency sees how often each slot was chosen, and its own answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain import conference
from service.domain.calendar_jp import jst_date
from service.domain.conference_states import ConferenceKind
from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Line, invalid

MESSAGES_EN = {
    "date_poll.agency_twice": "The same agency stands there twice. Name each once.",
    "date_poll.answer_by_too_late": "The answers would come after the first slot. Correct answer_by.",
    "date_poll.answered_twice": "The same slot is answered twice. Answer each once.",
    "date_poll.slots_overlap": "Two slots in the same place overlap. Propose times that do not.",
}
MESSAGES_JA = {
    "date_poll.agency_twice": "同じ機関が二度含まれています。一つにしてください。",
    "date_poll.answer_by_too_late": "回答期限が最初の候補日より後です。answer_byを直してください。",
    "date_poll.answered_twice": "同じ候補に二度回答しています。一つにしてください。",
    "date_poll.slots_overlap": "同じ場所の候補の時間が重なっています。重ならない時間にしてください。",
}


class PollStatus(StrEnum):
    """Where a poll stands."""

    OPEN = "open"
    SETTLED = "settled"
    CANCELLED = "cancelled"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return POLL_STATUS_JA[self]


POLL_STATUS_JA: dict[PollStatus, str] = {
    PollStatus.OPEN: "調整中",
    PollStatus.SETTLED: "日程決定",
    PollStatus.CANCELLED: "取りやめ",
}


class PollAct(StrEnum):
    """What can happen to a poll."""

    ANSWER = "answer"
    CANCEL = "cancel"
    MISS_DEADLINE = "miss_deadline"
    SETTLE = "settle"


NEXT: Mapping[tuple[PollStatus, PollAct], PollStatus] = {
    (PollStatus.OPEN, PollAct.ANSWER): PollStatus.OPEN,
    (PollStatus.OPEN, PollAct.MISS_DEADLINE): PollStatus.OPEN,
    (PollStatus.OPEN, PollAct.SETTLE): PollStatus.SETTLED,
    (PollStatus.OPEN, PollAct.CANCEL): PollStatus.CANCELLED,
}
ENDINGS = frozenset({PollStatus.SETTLED, PollStatus.CANCELLED})


class SlotAnswer(StrEnum):
    """What an agency says to a slot."""

    YES = "yes"
    IF_NEED_BE = "if_need_be"
    NO = "no"

    @property
    def label_ja(self) -> str:
        """The answer in the field's words."""
        return {
            SlotAnswer.YES: "出席できる",
            SlotAnswer.IF_NEED_BE: "調整すれば出席できる",
            SlotAnswer.NO: "出席できない",
        }[self]


class PollSlot(Disclosable):
    """One proposal: when, and where if that is known already."""

    starts_at: Annotated[AwareDatetime, D0]
    place: Annotated[Line | None, D0] = None
    online_url: Annotated[Line | None, D0] = None

    @model_validator(mode="after")
    def _can_be_opened(self) -> Self:
        conference.check_online(self.online_url)
        return self


class PollAgency(Disclosable):
    """An agency that is asked, and whether the conference cannot do without it."""

    agency_id: Annotated[UUID, D0]
    required: Annotated[bool, D0] = False


def _overlap(slots: Sequence[PollSlot], lasts: timedelta) -> bool:
    """Whether two slots run at one time in one place; elsewhere at that time is another proposal."""
    inorder = sorted(slots, key=lambda s: (s.place or "", s.online_url or "", s.starts_at))
    return any(
        (one.place, one.online_url) == (other.place, other.online_url)
        and other.starts_at < one.starts_at + lasts
        for one, other in pairwise(inorder)
    )


class OpenDatePoll(Disclosable):
    """Slots for a conference, and who is asked until when."""

    title: Annotated[Line, D0] = Field(description="What it is called; never a name of a person.")
    kind: Annotated[ConferenceKind, D0]
    local_name: Annotated[Line | None, D0] = None
    minutes: Annotated[int, D0] = Field(ge=1, le=720)
    slots: Annotated[tuple[PollSlot, ...], D0] = Field(
        min_length=2, max_length=40, description="Slots are numbered from 0, in this order."
    )
    agencies: Annotated[tuple[PollAgency, ...], D7] = Field(min_length=1, max_length=60)
    answer_by: Annotated[date, D0] = Field(description="The last day for an answer, in Japan.")
    body_id: Annotated[UUID | None, D0] = None

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        asked = [a.agency_id for a in self.agencies]
        first = jst_date(min(s.starts_at for s in self.slots))
        for code, wrong in {
            "date_poll.slots_overlap": _overlap(self.slots, timedelta(minutes=self.minutes)),
            "date_poll.agency_twice": len(set(asked)) < len(asked),
            "date_poll.answer_by_too_late": self.answer_by > first,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class AnswerToSlot(Disclosable):
    """The answer to one slot."""

    slot: Annotated[int, D0] = Field(ge=0, le=39)
    answer: Annotated[SlotAnswer, D0]


class AnswerDatePoll(BaseModel):
    """Answers to some slots or to all. What was said before of the others stays."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: tuple[AnswerToSlot, ...] = Field(min_length=1, max_length=40)
    representative: Line | None = Field(default=None, description="Who would come.")

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({a.slot for a in self.answers}) < len(self.answers):
            raise invalid("date_poll.answered_twice", MESSAGES_EN)
        return self


class SettleDatePoll(BaseModel):
    """The slot it is to be; where, if the slot does not say so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slot: int = Field(ge=0, le=39)
    place: Line | None = None
    online_url: Line | None = None

    @model_validator(mode="after")
    def _can_be_opened(self) -> Self:
        conference.check_online(self.online_url)
        return self


class Reply(Disclosable):
    """What one agency answered."""

    agency_id: Annotated[UUID, D0]
    answers: Annotated[tuple[AnswerToSlot, ...], D0]
    representative: Annotated[Line | None, D0] = None
    answered_at: Annotated[datetime, D0]

    def to(self, slot: int) -> SlotAnswer | None:
        """The answer to a slot, if there is one."""
        return next((a.answer for a in self.answers if a.slot == slot), None)


class DatePoll(OpenDatePoll):
    """A poll's record. Who was asked and what they said is the organiser's own."""

    id: Annotated[UUID, D0]
    organiser_agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    opened_at: Annotated[datetime, D0]
    #: The agencies that are asked, for whoever must know without reading further.
    invited_agency_ids: Annotated[tuple[UUID, ...], D7]
    replies: Annotated[tuple[Reply, ...], D7] = ()
    status: Annotated[PollStatus, D0] = PollStatus.OPEN
    due_at: Annotated[datetime | None, D0] = None
    reminded_at: Annotated[datetime | None, D0] = None
    settled_slot: Annotated[int | None, D0] = None
    conference_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

    def move(self, act: PollAct, **changes: Any) -> Self:
        """The poll after the act; an illegal act changes nothing."""
        try:
            status = NEXT[self.status, act]
        except KeyError:
            raise IllegalMove(
                "date_poll.illegal_move", facts={"state": self.status, "act": act}
            ) from None
        ended = {"due_at": None} if status in ENDINGS else {}
        return self.but(status=status, version=self.version + 1, **ended | changes)

    def reply_of(self, agency_id: UUID | None) -> Reply | None:
        """What an agency has answered so far."""
        return next((r for r in self.replies if r.agency_id == agency_id), None)

    def requires(self, agency_id: UUID) -> bool:
        """Whether the conference cannot do without the agency."""
        return any(a.required for a in self.agencies if a.agency_id == agency_id)

    def ends_of(self, slot: PollSlot) -> datetime:
        """When a conference in the slot would be over."""
        return slot.starts_at + timedelta(minutes=self.minutes)

    @property
    def silent(self) -> tuple[UUID, ...]:
        """The agencies that have not answered at all."""
        heard = {r.agency_id for r in self.replies}
        return tuple(a for a in self.invited_agency_ids if a not in heard)

    def answered(self, agency_id: UUID, command: AnswerDatePoll, at: datetime) -> Self:
        """The poll with the agency's answers; those to other slots stay as they were."""
        for n, said in enumerate(command.answers):
            if said.slot >= len(self.slots):
                raise Invalid("date_poll.unknown_slot", field=f"/answers/{n}/slot")
        before = self.reply_of(agency_id)
        known = {a.slot: a for a in (before.answers if before else ())}
        known |= {a.slot: a for a in command.answers}
        reply = Reply(
            agency_id=agency_id,
            answers=tuple(known[slot] for slot in sorted(known)),
            representative=command.representative or (before.representative if before else None),
            answered_at=at,
        )
        others = tuple(r for r in self.replies if r.agency_id != agency_id)
        return self.move(PollAct.ANSWER, replies=(*others, reply))

    def reminded(self, at: datetime) -> Self:
        """The day for answers has passed: whoever is silent is reminded, once."""
        return self.move(PollAct.MISS_DEADLINE, due_at=None, reminded_at=at)

    def slot_to_settle(self, command: SettleDatePoll, now: datetime) -> PollSlot:
        """The slot as the conference will have it, or the refusal."""
        if command.slot >= len(self.slots):
            raise Invalid("date_poll.unknown_slot", field="/slot")
        proposed = self.slots[command.slot]
        slot = proposed.but(
            place=command.place or proposed.place,
            online_url=command.online_url or proposed.online_url,
        )
        if slot.starts_at <= now:
            raise Invalid("date_poll.slot_in_past", field="/slot")
        if slot.place is None and slot.online_url is None:
            raise Invalid("date_poll.where_missing", field="/place")
        return slot


class Counts(NamedTuple):
    """How the agencies answered to one slot."""

    yes: int
    if_need_be: int
    no: int
    unanswered: int


class Ranked(NamedTuple):
    """A slot in the order of preference, with the reason in words."""

    slot: int
    counts: Counts
    #: Required agencies that cannot come.
    declined_by: tuple[UUID, ...]
    #: Required agencies that have not answered to this slot.
    waiting_for: tuple[UUID, ...]

    @property
    def reason(self) -> dict[str, str]:
        """Why it stands where it stands, in both languages."""
        yes, maybe, no, unanswered = self.counts
        lost, waits = len(self.declined_by), len(self.waiting_for)
        if lost:
            en, ja = f"{lost} required cannot come", f"必須の機関のうち{lost}機関が出席できません"
        elif waits:
            en = f"no required agency declines, {waits} of them yet to answer"
            ja = f"必須の機関に欠席はありません（{waits}機関は未回答）"
        else:
            en, ja = "no required agency declines", "必須の機関に欠席はありません"
        return {
            "en": f"{en}; {yes} yes, {maybe} if need be, {no} no, {unanswered} unanswered.",
            "ja": f"{ja}。出席{yes}、調整すれば可{maybe}、欠席{no}、未回答{unanswered}。",
        }


def counts_of(poll: DatePoll, slot: int) -> Counts:
    """How the agencies answered to a slot."""
    said = [r.to(slot) for r in poll.replies]
    yes, maybe, no = (said.count(a) for a in SlotAnswer)
    return Counts(yes, maybe, no, len(poll.invited_agency_ids) - yes - maybe - no)


def ranking(poll: DatePoll) -> tuple[Ranked, ...]:
    """The slots, best first.

    One that a required agency declines stands below every one that none declines; then count
    those who can come, then those who could, then the earlier day.
    """
    ranked = []
    for slot in range(len(poll.slots)):
        said = {r.agency_id: r.to(slot) for r in poll.replies}
        required = [a for a in poll.invited_agency_ids if poll.requires(a)]
        ranked.append(
            Ranked(
                slot,
                counts_of(poll, slot),
                tuple(a for a in required if said.get(a) is SlotAnswer.NO),
                tuple(a for a in required if said.get(a) is None),
            )
        )
    return tuple(
        sorted(
            ranked,
            key=lambda r: (
                bool(r.declined_by),
                -r.counts.yes,
                -r.counts.if_need_be,
                poll.slots[r.slot].starts_at,
                r.slot,
            ),
        )
    )


def suggestion(poll: DatePoll) -> Ranked | None:
    """The best slot; none before anybody has answered, and none once it is decided."""
    if poll.status is not PollStatus.OPEN or not poll.replies:
        return None
    return ranking(poll)[0]


class Taken(NamedTuple):
    """A time that is taken, and by what nobody is told."""

    starts_at: datetime
    ends_at: datetime


def is_busy(slot: PollSlot, minutes: int, taken: Iterable[Taken]) -> bool:
    """Whether the slot overlaps a time that is taken."""
    ends_at = slot.starts_at + timedelta(minutes=minutes)
    return any(t.starts_at < ends_at and slot.starts_at < t.ends_at for t in taken)


def span_of(slots: Sequence[PollSlot], minutes: int) -> Taken:
    """From the beginning of the first slot to the end of the last."""
    times = [s.starts_at for s in slots]
    return Taken(min(times), max(times) + timedelta(minutes=minutes))
