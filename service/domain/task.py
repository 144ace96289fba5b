"""The task list (やること) of a desk and a position: why it is there, until when, one call to do it.

A task that the service gives by itself holds ids only (checklist P9): the record it names says
the rest, to whoever may read it. What a conference decided also says what is to be done.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from service.domain.conference import PlanLineReference
from service.domain.disclosure import D0, D1, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.role import Role
from service.domain.text import Paragraph


class TaskKind(StrEnum):
    """Why something is to be done."""

    CONFERENCE = "conference"
    CONFERENCE_ANSWER = "conference_answer"
    CONSULTATION_OVERDUE = "consultation_overdue"
    CONTACT_DUE = "contact_due"
    DATE_POLL = "date_poll"
    HANDOVER_CHECK = "handover_check"
    HUB_ENTRY = "hub_entry"
    INFORMATION_REQUEST = "information_request"
    NAME_LEAD = "name_lead"
    NEXT_STEP = "next_step"
    PLAN_DUE = "plan_due"
    PLAN_EVALUATION = "plan_evaluation"
    PLAN_REPLAN = "plan_replan"
    PLAN_REVIEW = "plan_review"
    REASSIGN = "reassign"
    SIGNAL = "signal"
    STALE_CASE = "stale_case"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return TASK_JA[self]


TASK_JA: dict[TaskKind, str] = {
    TaskKind.CONFERENCE: "会議で決まった役割",
    TaskKind.CONFERENCE_ANSWER: "会議への出欠の回答",
    TaskKind.CONSULTATION_OVERDUE: "対応方針が決まっていない相談",
    TaskKind.CONTACT_DUE: "連絡予定日になりました",
    TaskKind.DATE_POLL: "日程調整への回答",
    TaskKind.HANDOVER_CHECK: "つないだ後の状況確認（30日）",
    TaskKind.HUB_ENTRY: "ハブとして回答する案件",
    TaskKind.INFORMATION_REQUEST: "会議からの資料提供等の依頼への回答",
    TaskKind.NAME_LEAD: "ハブとして主担当を決める",
    TaskKind.NEXT_STEP: "緊急支援の次の一手を決める",
    TaskKind.PLAN_DUE: "プランのモニタリング",
    TaskKind.PLAN_EVALUATION: "期間が終わったプランの評価",
    TaskKind.PLAN_REPLAN: "再プランの作成",
    TaskKind.PLAN_REVIEW: "本人の状態の変化によるプランの見直し",
    TaskKind.REASSIGN: "担当者の離任に伴う引継ぎ",
    TaskKind.SIGNAL: "気になる世帯の確認・訪問",
    TaskKind.STALE_CASE: "しばらく動きのないケースの確認",
}

#: The one call that does it, for the record that the task is about.
CALL: Mapping[TaskKind, str] = {
    TaskKind.CONFERENCE: "/v1/tasks/{task}/finish",
    TaskKind.CONFERENCE_ANSWER: "/v1/conferences/{record}/answer",
    TaskKind.CONSULTATION_OVERDUE: "/v1/consultations/{record}/screen",
    TaskKind.CONTACT_DUE: "/v1/contacts/{record}/record",
    TaskKind.DATE_POLL: "/v1/date-polls/{record}/answer",
    TaskKind.HANDOVER_CHECK: "/v1/referrals/{record}/check",
    TaskKind.HUB_ENTRY: "/v1/hub/{record}/answer",
    TaskKind.INFORMATION_REQUEST: "/v1/information-requests/{record}/answer",
    TaskKind.NAME_LEAD: "/v1/referrals/{record}/name-lead",
    TaskKind.NEXT_STEP: "/v1/urgent-supports/{record}/follow",
    TaskKind.PLAN_DUE: "/v1/plans/{record}/monitorings",
    TaskKind.PLAN_EVALUATION: "/v1/plans/{record}/evaluations",
    TaskKind.PLAN_REPLAN: "/v1/plans/{record}/replan",
    TaskKind.PLAN_REVIEW: "/v1/plans/{record}/monitorings",
    TaskKind.REASSIGN: "/v1/cases/{record}/hand-over",
    TaskKind.SIGNAL: "/v1/signals/{record}/look-into",
    TaskKind.STALE_CASE: "/v1/cases/{record}/notes",
}


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return TASK_STATE_JA[self]


S = TaskState
TASK_STATE_JA: dict[TaskState, str] = {S.OPEN: "未完了", S.DONE: "完了", S.DROPPED: "取りやめ"}


class TaskAct(StrEnum):
    """What can happen to a task: the agency finishes it or hands it on, who decided the rest."""

    DROP = "drop"
    FINISH = "finish"
    HAND_ON = "hand_on"
    RESCHEDULE = "reschedule"


X = TaskAct
NEXT: Mapping[tuple[TaskState, TaskAct], TaskState] = {
    (S.OPEN, X.DROP): S.DROPPED,
    (S.OPEN, X.FINISH): S.DONE,
    (S.OPEN, X.HAND_ON): S.OPEN,
    (S.OPEN, X.RESCHEDULE): S.OPEN,
}


class DueDayChange(Disclosable):
    """A due day that was put off or brought forward: from when to when, and why."""

    before: Annotated[date, D3]
    after: Annotated[date, D3]
    reason: Annotated[Paragraph, D3]
    at: Annotated[datetime, D3]


class Task(Disclosable):
    """A task's record; progress control (進行管理) rests on it."""

    id: Annotated[UUID, D0]
    kind: Annotated[TaskKind, D0] = TaskKind.CONFERENCE
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = Field(
        default=None, description="Whose it is; empty: anybody's at the desk."
    )
    for_role: Annotated[Role | None, D0] = None
    record_kind: Annotated[str, D0]
    record_id: Annotated[UUID, D0]
    conference_id: Annotated[UUID | None, D0] = None
    item_id: Annotated[UUID | None, D0] = None
    person_id: Annotated[UUID | None, D1] = None
    what: Annotated[Paragraph | None, D3] = None
    made_at: Annotated[datetime, D0]
    due_on: Annotated[date, D0]
    state: Annotated[TaskState, D0] = TaskState.OPEN
    outcome: Annotated[Paragraph | None, D3] = None
    finished_at: Annotated[datetime | None, D0] = None
    plan_line: Annotated[PlanLineReference | None, D1] = Field(
        default=None, description="The line of the plan that it carries out."
    )
    due_days: Annotated[tuple[DueDayChange, ...], D3] = Field(
        default=(), description="How the due day was changed, the oldest change first."
    )
    dropped_because: Annotated[Paragraph | None, D3] = None
    remind_on: Annotated[date | None, D0] = Field(
        default=None, description="When the agency is reminded; empty: it has been, or need not be."
    )
    chase_on: Annotated[date | None, D0] = Field(
        default=None, description="When it counts as overdue and both sides are told."
    )
    version: Annotated[int, D0] = 1

    @property
    def call(self) -> str:
        """The one call that does it (a POST)."""
        return CALL[self.kind].format(task=self.id, record=self.record_id)

    def move(self, act: TaskAct, **changes: Any) -> Self:
        """The task after the act; one that has ended stays as it is."""
        if (self.state, act) not in NEXT:
            if self.state is TaskState.DROPPED:
                raise IllegalMove("task.already_dropped")
            raise IllegalMove("task.already_finished")
        return self.but(state=NEXT[self.state, act], version=self.version + 1, **changes)

    def finished(self, outcome: str, at: datetime) -> Self:
        """Done, with what came of it."""
        return self.move(TaskAct.FINISH, outcome=outcome, finished_at=at)

    def dropped(self, reason: str, at: datetime) -> Self:
        """Not to be done any more, and why."""
        return self.move(TaskAct.DROP, dropped_because=reason, finished_at=at)

    def rescheduled(self, due_on: date, reason: str, at: datetime, **days: date | None) -> Self:
        """Due on another day; the day before and the reason are kept."""
        change = DueDayChange(before=self.due_on, after=due_on, reason=reason, at=at)
        return self.move(
            TaskAct.RESCHEDULE, due_on=due_on, due_days=(*self.due_days, change), **days
        )
