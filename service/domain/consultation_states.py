"""The states of a consultation (相談受付 → 利用申込, brief §3.1) as tables, with their guards.

From ``applied`` on, the case goes on (``support_states``). There is no act that rejects.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from service.domain.errors import IllegalMove


class ConsultationStatus(StrEnum):
    """Where a consultation stands."""

    CONSULTATION = "consultation"
    SCREENED_INFO_ONLY = "screened_info_only"
    SCREENED_HANDOVER = "screened_handover"
    SCREENED_NO_CONSENT = "screened_no_consent"
    SCREENED_DROPPED = "screened_dropped"
    CONF_LISTED = "conf_listed"
    WATCHED = "watched"
    CLOSED_HANDOVER = "closed_handover"
    APPLIED = "applied"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return STATUS_JA[self]


S = ConsultationStatus
STATUS_JA: dict[ConsultationStatus, str] = {
    S.CONSULTATION: "相談受付",
    S.SCREENED_INFO_ONLY: "情報提供・相談対応のみで終了",
    S.SCREENED_HANDOVER: "他制度・他機関へのつなぎ",
    S.SCREENED_NO_CONSENT: "同意に向けて継続",
    S.SCREENED_DROPPED: "判断前に中断・終了",
    S.CONF_LISTED: "支援会議に提出",
    S.WATCHED: "見守りに移行",
    S.CLOSED_HANDOVER: "つなぎ完了（接触を確認）",
    S.APPLIED: "利用申込",
}


class ConsultationAct(StrEnum):
    """How it goes on (スクリーニング, brief §4.3)."""

    INFORM = "inform"
    HAND_OVER = "hand_over"
    SEEK_CONSENT = "seek_consent"
    APPLY = "apply"
    DROP = "drop"
    LIST = "list"
    WATCH = "watch"
    COME_BACK = "come_back"
    CONFIRM_HANDOVER = "confirm_handover"
    MISS_DEADLINE = "miss_deadline"

    @property
    def label_ja(self) -> str:
        """The way in the field's words."""
        return ACT_JA[self]


A = ConsultationAct
ACT_JA: dict[ConsultationAct, str] = {
    A.INFORM: "1 情報提供や相談対応のみで終了",
    A.HAND_OVER: "2 他の制度や専門機関につなぐ",
    A.SEEK_CONSENT: "3 同意に向けて取り組む",
    A.APPLY: "4 継続支援し、プランを策定する",
    A.DROP: "5 判断前に中断・終了",
    A.LIST: "支援会議に提出する",
    A.WATCH: "見守りに移す",
    A.COME_BACK: "つなぎ先から戻った",
    A.CONFIRM_HANDOVER: "つなぎ先での接触を確認した",
    A.MISS_DEADLINE: "期限超過",
}
NEXT: Mapping[tuple[ConsultationStatus, ConsultationAct], ConsultationStatus] = {
    (S.CONSULTATION, A.INFORM): S.SCREENED_INFO_ONLY,
    (S.CONSULTATION, A.HAND_OVER): S.SCREENED_HANDOVER,
    (S.CONSULTATION, A.SEEK_CONSENT): S.SCREENED_NO_CONSENT,
    (S.CONSULTATION, A.APPLY): S.APPLIED,
    (S.CONSULTATION, A.DROP): S.SCREENED_DROPPED,
    (S.CONSULTATION, A.MISS_DEADLINE): S.CONSULTATION,
    (S.SCREENED_HANDOVER, A.COME_BACK): S.CONSULTATION,
    (S.SCREENED_HANDOVER, A.CONFIRM_HANDOVER): S.CLOSED_HANDOVER,
    (S.SCREENED_HANDOVER, A.MISS_DEADLINE): S.SCREENED_HANDOVER,
    (S.SCREENED_NO_CONSENT, A.APPLY): S.APPLIED,
    (S.SCREENED_NO_CONSENT, A.SEEK_CONSENT): S.SCREENED_NO_CONSENT,
    (S.SCREENED_NO_CONSENT, A.LIST): S.CONF_LISTED,
    (S.SCREENED_NO_CONSENT, A.WATCH): S.WATCHED,
    (S.SCREENED_NO_CONSENT, A.DROP): S.SCREENED_DROPPED,
    (S.SCREENED_NO_CONSENT, A.MISS_DEADLINE): S.SCREENED_NO_CONSENT,
    (S.CONF_LISTED, A.APPLY): S.APPLIED,
    (S.CONF_LISTED, A.SEEK_CONSENT): S.SCREENED_NO_CONSENT,
    (S.CONF_LISTED, A.WATCH): S.WATCHED,
    (S.CONF_LISTED, A.DROP): S.SCREENED_DROPPED,
    (S.CONF_LISTED, A.MISS_DEADLINE): S.CONF_LISTED,
}
ENDINGS = frozenset(
    {S.SCREENED_INFO_ONLY, S.SCREENED_DROPPED, S.WATCHED, S.CLOSED_HANDOVER, S.APPLIED}
)
#: Which term of the municipality runs while it waits; a next contact day comes before it.
CLOCK: Mapping[ConsultationStatus, str] = {
    S.CONSULTATION: "consultation",
    S.SCREENED_HANDOVER: "handover",
    S.SCREENED_NO_CONSENT: "handover",
    S.CONF_LISTED: "handover",
}


class Ground(NamedTuple):
    """What must be so before an act: facts that the records show, never what a caller says."""

    person_known: bool = False
    consent_active: bool = False
    #: Referrals out of this consultation that were sent, and those with a confirmed first contact.
    referrals: int = 0
    contacted: int = 0
    next_contact: bool = False
    on_statutory_agenda: bool = False


def check_ground(act: ConsultationAct, ground: Ground) -> None:
    """Refuse an act whose ground is missing, and say what to do first."""
    missing = {
        "consultation.person_unknown": act in (A.APPLY, A.SEEK_CONSENT, A.LIST)
        and not ground.person_known,
        "consultation.no_consent": act is A.APPLY and not ground.consent_active,
        "consultation.no_referral": act is A.HAND_OVER and not ground.referrals,
        "consultation.not_contacted": act is A.CONFIRM_HANDOVER
        and not 0 < ground.referrals == ground.contacted,
        "consultation.no_contact_day": act in (A.SEEK_CONSENT, A.WATCH) and not ground.next_contact,
        "consultation.not_on_agenda": act is A.LIST and not ground.on_statutory_agenda,
    }
    for code, wrong in missing.items():
        if wrong:
            raise IllegalMove(code, facts={"act": act})
