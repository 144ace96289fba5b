"""What waits for the hub (総合相談の要・相談支援包括化推進員): the last address when support is stuck.

Whatever bounced, was escalated, missed its deadline or has nobody to lead it stands in one queue
(rows 2-09, 3-03, 4-30). The hub answers in time, or it goes up: to the hub's backup (the
prefectural council), then to whoever decides on support in the municipality. An answer is advice:
whoever holds the record goes on holding it.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D1, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.text import Line, Paragraph


class HubReason(StrEnum):
    """Why it came to the hub."""

    BOUNCED = "bounced"
    ESCALATED = "escalated"
    MISSED_DEADLINE = "missed_deadline"
    NO_LEAD = "no_lead"
    NO_NEXT_STEP = "no_next_step"
    SIGNAL_UNTOUCHED = "signal_untouched"
    STALE = "stale"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return REASON_JA[self]


REASON_JA: dict[HubReason, str] = {
    HubReason.BOUNCED: "引受け先が決まらない（辞退）",
    HubReason.ESCALATED: "機関からの引上げ",
    HubReason.MISSED_DEADLINE: "期限を過ぎた",
    HubReason.NO_LEAD: "主担当がいない",
    HubReason.NO_NEXT_STEP: "緊急支援の次の一手がない",
    HubReason.SIGNAL_UNTOUCHED: "気づきが対応されていない",
    HubReason.STALE: "動きのないままのケース",
}


class HubState(StrEnum):
    """Where it stands."""

    OPEN = "open"
    ANSWERED = "answered"
    SETTLED = "settled"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return STATE_JA[self]


STATE_JA: dict[HubState, str] = {
    HubState.OPEN: "ハブの対応待ち",
    HubState.ANSWERED: "ハブが回答済み",
    HubState.SETTLED: "解消",
}


class HubAct(StrEnum):
    """What can happen to it."""

    ANSWER = "answer"
    SETTLE = "settle"
    MISS_DEADLINE = "miss_deadline"


NEXT: Mapping[tuple[HubState, HubAct], HubState] = {
    (HubState.OPEN, HubAct.ANSWER): HubState.ANSWERED,
    (HubState.OPEN, HubAct.SETTLE): HubState.SETTLED,
    (HubState.OPEN, HubAct.MISS_DEADLINE): HubState.OPEN,
}
ENDINGS = frozenset({HubState.ANSWERED, HubState.SETTLED})


class Escalate(BaseModel):
    """Support is stuck here: what was tried, and what is asked of the hub (row 4-30)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph
    summary: Line | None = Field(
        default=None,
        description="The question without any name: the hub reads it also without consent.",
    )


class AnswerEntry(BaseModel):
    """The hub's answer: advice, or what it has arranged. The record stays with its holder (2-09)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    advice: Paragraph


class HubEntry(Disclosable):
    """One line of the hub's queue."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    hub_agency_id: Annotated[UUID, D0] = Field(description="Who answers now.")
    from_agency_id: Annotated[UUID, D0] = Field(description="Who holds the record.")
    record_kind: Annotated[str, D0]
    record_id: Annotated[UUID, D0]
    person_id: Annotated[UUID | None, D1] = None
    why: Annotated[HubReason, D0]
    reason: Annotated[Paragraph | None, D3] = None
    summary: Annotated[Line | None, D0] = None
    raised_at: Annotated[datetime, D0]
    due_at: Annotated[datetime | None, D0] = None
    #: How often a deadline passed without an answer; each time it goes one step up.
    level: Annotated[int, D0] = 0
    state: Annotated[HubState, D0] = HubState.OPEN
    advice: Annotated[Paragraph | None, D3] = None
    answered_by_agency_id: Annotated[UUID | None, D0] = None
    answered_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def move(self, act: HubAct) -> Self:
        """The entry after the act."""
        try:
            state = NEXT[self.state, act]
        except KeyError:
            raise IllegalMove(
                "hub.already_answered", facts={"state": self.state, "act": act}
            ) from None
        due_at = None if state in ENDINGS else self.due_at
        return self.but(state=state, due_at=due_at, version=self.version + 1)

    def answered(self, advice: str, by: UUID, at: datetime) -> Self:
        """Answered; whoever asked goes on with it."""
        return self.move(HubAct.ANSWER).but(advice=advice, answered_by_agency_id=by, answered_at=at)

    def gone_up(self, to_agency_id: UUID) -> Self:
        """The hub did not answer in time: whoever stands behind it does."""
        moved = self.move(HubAct.MISS_DEADLINE)
        return moved.but(level=self.level + 1, hub_agency_id=to_agency_id)
