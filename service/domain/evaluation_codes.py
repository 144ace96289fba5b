"""The code lists of the evaluation sheet (評価シート, brief §4.6)."""

from enum import StrEnum

MESSAGES_EN = {
    "plan.change_none_beside_others": "Either there was no change (none), or there were some; not both.",
}
MESSAGES_JA = {
    "plan.change_none_beside_others": "「変化なし」と他の変化を同時に選ぶことはできません。",
}


class EvaluationReason(StrEnum):
    """Why the plan is evaluated."""

    TERM_OVER = "term_over"
    GOALS_REACHED = "goals_reached"
    SITUATION_CHANGED = "situation_changed"
    INTERRUPTION = "interruption"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return REASON_JA[self]


REASON_JA: dict[EvaluationReason, str] = {
    EvaluationReason.TERM_OVER: "期間満了",
    EvaluationReason.GOALS_REACHED: "目標達成",
    EvaluationReason.SITUATION_CHANGED: "状況変化",
    EvaluationReason.INTERRUPTION: "中断",
}


class Achieved(StrEnum):
    """Whether the goal of a line was reached."""

    ACHIEVED = "achieved"
    PARTLY = "partly"
    NOT_ACHIEVED = "not_achieved"

    @property
    def label_ja(self) -> str:
        """The result in the field's words."""
        return ACHIEVED_JA[self]


ACHIEVED_JA: dict[Achieved, str] = {
    Achieved.ACHIEVED: "達成",
    Achieved.PARTLY: "一部達成",
    Achieved.NOT_ACHIEVED: "未達成",
}


class Change(StrEnum):
    """A change that was seen (見られた変化)."""

    PUBLIC_ASSISTANCE = "public_assistance"
    HOUSING = "housing"
    MEDICAL_CARE = "medical_care"
    HEALTH = "health"
    DISABILITY_CERTIFICATE = "disability_certificate"
    MOTIVATION = "motivation"
    LESS_ISOLATED = "less_isolated"
    PEACE_OF_MIND = "peace_of_mind"
    RELATIONS = "relations"
    DAILY_HABITS = "daily_habits"
    ORDINARY_WORK = "ordinary_work"
    SUPPORTED_WORK = "supported_work"
    TRAINING = "training"
    MORE_INCOME = "more_income"
    KEPT_JOB = "kept_job"
    BUDGET = "budget"
    TAKES_PART = "takes_part"
    OTHER = "other"
    NONE = "none"

    @property
    def label_ja(self) -> str:
        """The change in the field's words."""
        return CHANGE_JA[self]


CHANGE_JA: dict[Change, str] = {
    Change.PUBLIC_ASSISTANCE: "生活保護適用",
    Change.HOUSING: "住まいの確保・安定",
    Change.MEDICAL_CARE: "医療機関受診開始",
    Change.HEALTH: "健康状態の改善",
    Change.DISABILITY_CERTIFICATE: "障害手帳取得",
    Change.MOTIVATION: "自立意欲の向上・改善",
    Change.LESS_ISOLATED: "孤立の解消",
    Change.PEACE_OF_MIND: "精神の安定",
    Change.RELATIONS: "対人関係・家族関係の改善",
    Change.DAILY_HABITS: "生活習慣の改善",
    Change.ORDINARY_WORK: "就労開始（一般就労）",
    Change.SUPPORTED_WORK: "就労開始（中間的就労）",
    Change.TRAINING: "職業訓練・就学",
    Change.MORE_INCOME: "就労収入増加",
    Change.KEPT_JOB: "職場定着",
    Change.BUDGET: "債務の整理・家計の改善",
    Change.TAKES_PART: "社会参加機会の増加",
    Change.OTHER: "その他",
    Change.NONE: "変化なし",
}


class EmploymentKind(StrEnum):
    """How somebody is employed (雇用形態)."""

    REGULAR = "regular"
    NON_REGULAR = "non_regular"
    SELF_EMPLOYED = "self_employed"
    SUPPORTED = "supported"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return EMPLOYMENT_JA[self]


EMPLOYMENT_JA: dict[EmploymentKind, str] = {
    EmploymentKind.REGULAR: "正規雇用",
    EmploymentKind.NON_REGULAR: "非正規雇用",
    EmploymentKind.SELF_EMPLOYED: "自営",
    EmploymentKind.SUPPORTED: "中間的就労",
}


class EvaluationResult(StrEnum):
    """How it goes on (終結区分)."""

    ENDED = "ended"
    REPLANNED = "replanned"
    INTERRUPTED = "interrupted"

    @property
    def label_ja(self) -> str:
        """The result in the field's words."""
        return RESULT_JA[self]


RESULT_JA: dict[EvaluationResult, str] = {
    EvaluationResult.ENDED: "終結",
    EvaluationResult.REPLANNED: "再プランして継続",
    EvaluationResult.INTERRUPTED: "中断",
}


class EndCategory(StrEnum):
    """Why it could end (終結の内訳)."""

    GOAL_REACHED = "goal_reached"
    IN_SIGHT = "in_sight"
    LEAD_MOVED = "lead_moved"
    HANDED_TO_LEAD = "handed_to_lead"
    PUBLIC_ASSISTANCE = "public_assistance"
    MOVED_AWAY = "moved_away"
    DIED = "died"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The category in the field's words."""
        return CATEGORY_JA[self]


CATEGORY_JA: dict[EndCategory, str] = {
    EndCategory.GOAL_REACHED: "困窮状態の改善・目標達成",
    EndCategory.IN_SIGHT: "達成のめど",
    EndCategory.LEAD_MOVED: "他機関へ主担当が移った",
    EndCategory.HANDED_TO_LEAD: "主担当を設定して多機関協働を終結",
    EndCategory.PUBLIC_ASSISTANCE: "生活保護",
    EndCategory.MOVED_AWAY: "転居",
    EndCategory.DIED: "死亡",
    EndCategory.OTHER: "その他",
}


class AfterCareChoice(StrEnum):
    """Who keeps an eye on the person afterwards (row 4-25)."""

    WATCH_OVER = "watch_over"
    COMMISSIONER = "commissioner"
    CONTACT = "contact"
    NONE_WISHED = "none_wished"

    @property
    def label_ja(self) -> str:
        """The choice in the field's words."""
        return AFTER_CARE_JA[self]


AFTER_CARE_JA: dict[AfterCareChoice, str] = {
    AfterCareChoice.WATCH_OVER: "地域の見守り",
    AfterCareChoice.COMMISSIONER: "民生委員の見守り",
    AfterCareChoice.CONTACT: "次回の連絡",
    AfterCareChoice.NONE_WISHED: "本人が希望しない",
}
