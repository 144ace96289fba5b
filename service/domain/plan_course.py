"""The course of a plan: from its preparation over support and monitoring to its end (brief §3.5).

A plan's versions are drafted, agreed, approved and decided (``plan``); this is what becomes of
the plan itself. A plan that is being carried out always has a day on which somebody must look.
"""

from collections.abc import Mapping
from enum import StrEnum

from service.domain.errors import IllegalMove


class PlanKind(StrEnum):
    """Under which scheme the plan is made."""

    SELF_RELIANCE = "self_reliance"
    MULTI_AGENCY = "multi_agency"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return {
            PlanKind.SELF_RELIANCE: "自立相談支援プラン",
            PlanKind.MULTI_AGENCY: "多機関協働プラン",
        }[self]


class Course(StrEnum):
    """Where a plan stands."""

    PREPARING = "preparing"
    AWAITING_START = "awaiting_start"
    ACTIVE = "active"
    MONITORING = "monitoring"
    REVIEW_DUE = "review_due"
    EVALUATED = "evaluated"
    INTERRUPTED = "interrupted"
    SUPERSEDED = "superseded"
    ENDED = "ended"

    @property
    def label_ja(self) -> str:
        """The course in the field's words."""
        return COURSE_JA[self]


COURSE_JA: dict[Course, str] = {
    Course.PREPARING: "プラン作成中",
    Course.AWAITING_START: "支援開始待ち",
    Course.ACTIVE: "支援中",
    Course.MONITORING: "モニタリング時期",
    Course.REVIEW_DUE: "見直しが必要",
    Course.EVALUATED: "評価済み（再プラン待ち）",
    Course.INTERRUPTED: "中断",
    Course.SUPERSEDED: "再プランに移行",
    Course.ENDED: "終結",
}


class CourseAct(StrEnum):
    """What can happen to a plan."""

    AMEND = "amend"
    DECIDE = "decide"
    BEGIN = "begin"
    COME_DUE = "come_due"
    REPORT = "report"
    MONITOR = "monitor"
    CHANGE = "change"
    EVALUATE = "evaluate"
    INTERRUPT = "interrupt"
    END = "end"
    REPLAN = "replan"


C, A = Course, CourseAct

NEXT: Mapping[tuple[Course, CourseAct], Course] = {
    (C.PREPARING, A.AMEND): C.PREPARING,
    (C.PREPARING, A.DECIDE): C.AWAITING_START,
    (C.AWAITING_START, A.AMEND): C.AWAITING_START,
    (C.AWAITING_START, A.DECIDE): C.AWAITING_START,
    (C.AWAITING_START, A.BEGIN): C.ACTIVE,
    (C.AWAITING_START, A.CHANGE): C.REVIEW_DUE,
    (C.AWAITING_START, A.EVALUATE): C.EVALUATED,
    (C.ACTIVE, A.AMEND): C.ACTIVE,
    (C.ACTIVE, A.DECIDE): C.ACTIVE,
    (C.ACTIVE, A.COME_DUE): C.MONITORING,
    (C.ACTIVE, A.REPORT): C.ACTIVE,
    (C.ACTIVE, A.MONITOR): C.ACTIVE,
    (C.ACTIVE, A.CHANGE): C.REVIEW_DUE,
    (C.ACTIVE, A.EVALUATE): C.EVALUATED,
    (C.MONITORING, A.AMEND): C.MONITORING,
    (C.MONITORING, A.DECIDE): C.ACTIVE,
    (C.MONITORING, A.COME_DUE): C.MONITORING,
    (C.MONITORING, A.REPORT): C.MONITORING,
    (C.MONITORING, A.MONITOR): C.ACTIVE,
    (C.MONITORING, A.CHANGE): C.REVIEW_DUE,
    (C.MONITORING, A.EVALUATE): C.EVALUATED,
    (C.REVIEW_DUE, A.AMEND): C.REVIEW_DUE,
    (C.REVIEW_DUE, A.DECIDE): C.ACTIVE,
    (C.REVIEW_DUE, A.COME_DUE): C.REVIEW_DUE,
    (C.REVIEW_DUE, A.REPORT): C.REVIEW_DUE,
    (C.REVIEW_DUE, A.MONITOR): C.ACTIVE,
    (C.REVIEW_DUE, A.CHANGE): C.REVIEW_DUE,
    (C.REVIEW_DUE, A.EVALUATE): C.EVALUATED,
    (C.EVALUATED, A.COME_DUE): C.EVALUATED,
    (C.EVALUATED, A.EVALUATE): C.EVALUATED,
    (C.EVALUATED, A.INTERRUPT): C.INTERRUPTED,
    (C.EVALUATED, A.END): C.ENDED,
    (C.EVALUATED, A.REPLAN): C.SUPERSEDED,
    (C.INTERRUPTED, A.EVALUATE): C.EVALUATED,
    (C.INTERRUPTED, A.REPLAN): C.SUPERSEDED,
}
#: Whoever comes back has a new plan; these are never opened again.
ENDINGS = frozenset({C.SUPERSEDED, C.ENDED})
#: Decided, and not yet evaluated: support is given, or will be.
RUNNING = frozenset({C.AWAITING_START, C.ACTIVE, C.MONITORING, C.REVIEW_DUE})
#: Somebody looks at it on a day that is known; the sweep sees to it.
WATCHED = RUNNING | {C.EVALUATED}


def course_after(now: Course, act: CourseAct) -> Course:
    """The course after the act, or the refusal that says where the plan stands."""
    try:
        return NEXT[now, act]
    except KeyError:
        raise IllegalMove("plan.illegal_course", facts={"state": now, "act": act}) from None
