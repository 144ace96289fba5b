"""The states of a signal (把握, brief §3.1) as tables, and who takes over when nobody looks at it."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from service.domain.permission import Permission
from service.domain.term import Term, calendar, working


class SignalKind(StrEnum):
    """How it was noticed."""

    ABSENCE = "absence"
    ARREARS = "arrears"
    CASE_SHARING = "case_sharing"
    LOAN_SCREENING = "loan_screening"
    NEIGHBOUR_CHECK = "neighbour_check"
    SURVEY = "survey"
    THIRD_PARTY = "third_party"
    TROUBLE_CARD = "trouble_card"
    VISIT = "visit"
    WATCH_OVER = "watch_over"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return KIND_JA[self]


K = SignalKind
KIND_JA: dict[SignalKind, str] = {
    K.ABSENCE: "不在・連絡がつかない",
    K.ARREARS: "滞納等のサイン",
    K.CASE_SHARING: "ケース共有シート",
    K.LOAN_SCREENING: "特例貸付の借受世帯",
    K.NEIGHBOUR_CHECK: "ご近所見守りチェックシート",
    K.SURVEY: "調査",
    K.THIRD_PARTY: "周囲からの心配の声",
    K.TROUBLE_CARD: "困りごとカード",
    K.VISIT: "訪問・出前相談",
    K.WATCH_OVER: "見守りネットワーク記録用紙",
}

#: What a resident wrote for whoever helps: any desk passes it on, as a letter box does. What staff
#: saw at work is their agency's own, and leaves it on a basis only (brief §2.1).
WRITTEN_BY_RESIDENTS = frozenset({K.NEIGHBOUR_CHECK, K.THIRD_PARTY, K.TROUBLE_CARD, K.WATCH_OVER})


class SignalStatus(StrEnum):
    """Where a signal stands."""

    NEW = "new"
    LOOKED_INTO = "looked_into"
    WATCHED = "watched"
    CONSULTATION = "consultation"
    MERGED = "merged"
    CLOSED = "closed"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return STATUS_JA[self]


S = SignalStatus
STATUS_JA: dict[SignalStatus, str] = {
    S.NEW: "未対応",
    S.LOOKED_INTO: "確認・訪問済み",
    S.WATCHED: "見守り中",
    S.CONSULTATION: "相談になった",
    S.MERGED: "他の気づきに統合",
    S.CLOSED: "終了",
}


class SignalAct(StrEnum):
    """What can happen to a signal."""

    LOOK_INTO = "look_into"
    WATCH = "watch"
    CONSULT = "consult"
    MERGE = "merge"
    CLOSE = "close"
    MISS_DEADLINE = "miss_deadline"


A = SignalAct
NEXT: Mapping[tuple[SignalStatus, SignalAct], SignalStatus] = {
    **{
        (state, act): target
        for state in (S.NEW, S.LOOKED_INTO, S.WATCHED)
        for act, target in {
            A.LOOK_INTO: S.LOOKED_INTO,
            A.WATCH: S.WATCHED,
            A.CONSULT: S.CONSULTATION,
            A.MERGE: S.MERGED,
            A.CLOSE: S.CLOSED,
        }.items()
    },
    (S.NEW, A.MISS_DEADLINE): S.NEW,
    (S.LOOKED_INTO, A.MISS_DEADLINE): S.LOOKED_INTO,
    (S.WATCHED, A.MISS_DEADLINE): S.NEW,
}
PERMISSION: Mapping[SignalAct, Permission] = {a: Permission(f"signal.{a.value}") for a in A}
ENDINGS = frozenset({S.CONSULTATION, S.MERGED, S.CLOSED})


class Level(StrEnum):
    """Who answers for a signal that nobody has looked at in time."""

    DESK = "desk"
    CHIEF = "chief"
    HUB = "hub"
    MUNICIPALITY = "municipality"

    @property
    def label_ja(self) -> str:
        """The level in the field's words."""
        return LEVEL_JA[self]


LEVEL_JA: dict[Level, str] = {
    Level.DESK: "窓口",
    Level.CHIEF: "主任・管理者",
    Level.HUB: "ハブ（総合相談の要）",
    Level.MUNICIPALITY: "市町村",
}


class KindRule(BaseModel):
    """The rule of one kind: how soon somebody looks, and who takes over when (row 1-20)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    normal: Term = working(5)
    urgent: Term = calendar(0)
    #: Each deadline that passes puts it one level on; at the last one it stays.
    levels: tuple[Level, ...] = Field(
        default=(Level.DESK, Level.CHIEF, Level.HUB, Level.MUNICIPALITY), min_length=1
    )

    def level_after(self, missed: int) -> Level:
        """Who answers for it after so many missed deadlines."""
        return self.levels[min(missed, len(self.levels) - 1)]


#: The common rules; a municipality sets its own (policy ``signal``).
RULES: Mapping[SignalKind, KindRule] = {
    K.ABSENCE: KindRule(normal=working(2)),
    K.ARREARS: KindRule(normal=working(5)),
    K.CASE_SHARING: KindRule(normal=working(5)),
    K.LOAN_SCREENING: KindRule(normal=working(20)),
    K.NEIGHBOUR_CHECK: KindRule(normal=working(3)),
    K.SURVEY: KindRule(normal=working(20)),
    K.THIRD_PARTY: KindRule(normal=working(3)),
    K.TROUBLE_CARD: KindRule(normal=working(3)),
    K.VISIT: KindRule(normal=working(5)),
    K.WATCH_OVER: KindRule(normal=working(5)),
}


class CheckItem(StrEnum):
    """What a neighbour ticks on the check sheet (ご近所見守りチェックシート, brief §4.8)."""

    CURTAINS_CLOSED = "curtains_closed"
    FORGETFUL = "forgetful"
    INJURIES = "injuries"
    LIFELINE_STOPPED = "lifeline_stopped"
    LIGHTS_UNCHANGED = "lights_unchanged"
    MAIL_PILES_UP = "mail_piles_up"
    NOT_EATING = "not_eating"
    NOT_SEEN = "not_seen"
    RUBBISH = "rubbish"
    SHOUTING = "shouting"
    STRANGE_SALES = "strange_sales"
    UNWASHED = "unwashed"

    @property
    def label_ja(self) -> str:
        """The item as it stands on the sheet."""
        return ITEM_JA[self]


I = CheckItem  # noqa: E741 - short for the two tables below
ITEM_JA: dict[CheckItem, str] = {
    I.CURTAINS_CLOSED: "昼間もカーテンや雨戸が閉まったままである",
    I.FORGETFUL: "同じことを何度も言う・日時の間違いが増えた",
    I.INJURIES: "あざやけががある",
    I.LIFELINE_STOPPED: "水道、電気、電話が止められている",
    I.LIGHTS_UNCHANGED: "照明がついたまま、または消えたままである",
    I.MAIL_PILES_UP: "新聞や郵便物がたまっている",
    I.NOT_EATING: "食事をとれていない様子である",
    I.NOT_SEEN: "最近、姿を見かけない",
    I.RUBBISH: "ごみがたまっている・異臭がする",
    I.SHOUTING: "どなり声や泣き声が聞こえる",
    I.STRANGE_SALES: "見慣れない業者が出入りしている",
    I.UNWASHED: "同じ服を着ている・身なりが乱れている",
}
#: A sheet whose ticks weigh this much is urgent.
URGENT_FROM = 10
WEIGHT: Mapping[CheckItem, int] = {
    I.CURTAINS_CLOSED: 2,
    I.FORGETFUL: 2,
    I.INJURIES: 10,
    I.LIFELINE_STOPPED: 10,
    I.LIGHTS_UNCHANGED: 4,
    I.MAIL_PILES_UP: 4,
    I.NOT_EATING: 6,
    I.NOT_SEEN: 4,
    I.RUBBISH: 2,
    I.SHOUTING: 6,
    I.STRANGE_SALES: 2,
    I.UNWASHED: 2,
}


class SignalPolicy(BaseModel):
    """A municipality's own rules for signals; what it has not set follows the common ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Mapping[SignalKind, KindRule] = {}
    weights: Mapping[CheckItem, int] = {}
    urgent_from: int = Field(default=URGENT_FROM, ge=1, le=100)

    def rule(self, kind: SignalKind) -> KindRule:
        """The rule of a kind."""
        return self.rules.get(kind) or RULES[kind]

    def is_urgent(self, ticked: frozenset[CheckItem]) -> bool:
        """Whether what was ticked is urgent together."""
        weight = sum(self.weights.get(i, WEIGHT[i]) for i in ticked)
        return weight >= self.urgent_from
