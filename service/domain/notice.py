"""A notice to an agency's desk: ids only, never anything personal (checklist P9)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, Disclosable
from service.domain.role import Role
from service.domain.text import Line


class NoticeKind(StrEnum):
    """Why an agency is written to."""

    AGENDA_FIXED = "agenda_fixed"
    AGENDA_REOPENED = "agenda_reopened"
    CASE_LEAD_NAMED = "case_lead_named"
    CASE_STALE = "case_stale"
    CASE_WITHOUT_HOLDER = "case_without_holder"
    CONFERENCE_INVITATION = "conference_invitation"
    CONFERENCE_REMINDER = "conference_reminder"
    CONSENT_EXPIRED = "consent_expired"
    CONSULTATION_OVERDUE = "consultation_overdue"
    CONTACT_DUE = "contact_due"
    DATE_POLL_CANCELLED = "date_poll_cancelled"
    DATE_POLL_COMPLETE = "date_poll_complete"
    DATE_POLL_INVITATION = "date_poll_invitation"
    DATE_POLL_OVERDUE = "date_poll_overdue"
    DATE_POLL_REMINDER = "date_poll_reminder"
    DISCLOSURE_REQUESTED = "disclosure_requested"
    EMBARGO_ENDED = "embargo_ended"
    EMERGENCY_REVIEW = "emergency_review"
    EMERGENCY_TAKEN = "emergency_taken"
    ENQUIRY_ANSWERED = "enquiry_answered"
    ENQUIRY_RECEIVED = "enquiry_received"
    FEEDBACK_GIVEN = "feedback_given"
    FEEDBACK_HAND_OVER = "feedback_hand_over"
    HUB_ANSWERED = "hub_answered"
    HUB_ENTRY = "hub_entry"
    HUB_OVERDUE = "hub_overdue"
    INFORMATION_REQUEST_ANSWERED = "information_request_answered"
    INFORMATION_REQUEST_OVERDUE = "information_request_overdue"
    INFORMATION_REQUEST_REMINDER = "information_request_reminder"
    INFORMATION_REQUEST_WITHDRAWN = "information_request_withdrawn"
    INFORMATION_REQUESTED = "information_requested"
    ITEM_PULLED = "item_pulled"
    ITEM_WITHDRAWN = "item_withdrawn"
    MINUTES_CORRECTED = "minutes_corrected"
    PLAN_DUE = "plan_due"
    PLAN_REFUSED = "plan_refused"
    PLAN_REVIEW = "plan_review"
    PLAN_TO_DECIDE = "plan_to_decide"
    PROVISION_RECEIVED = "provision_received"
    REFERRAL_AMENDED = "referral_amended"
    REFERRAL_AT_HUB = "referral_at_hub"
    REFERRAL_CHECK = "referral_check"
    REFERRAL_HUB_OVERDUE = "referral_hub_overdue"
    REFERRAL_LEAD_NAMED = "referral_lead_named"
    REFERRAL_RECEIVED = "referral_received"
    REFERRAL_SUSPENDED = "referral_suspended"
    REFERRAL_YOUR_TURN = "referral_your_turn"
    SIGNAL_RECEIVED = "signal_received"
    SIGNAL_UNTOUCHED = "signal_untouched"
    SIGNAL_URGENT = "signal_urgent"
    STOP_USE = "stop_use"
    TASK_ASSIGNED = "task_assigned"
    TASK_DROPPED = "task_dropped"
    TASK_DUE_SOON = "task_due_soon"
    TASK_OVERDUE = "task_overdue"
    TASK_RESCHEDULED = "task_rescheduled"
    URGENT_SUPPORT_OPEN = "urgent_support_open"

    @property
    def label_ja(self) -> str:
        """The notice in the field's words."""
        return NOTICE_JA[self]


NOTICE_JA: dict[NoticeKind, str] = {
    NoticeKind.AGENDA_FIXED: "会議の議題が確定しました。資料を確認してください",
    NoticeKind.AGENDA_REOPENED: "会議の議題が変更されます。資料は確定し直すまで閲覧できません",
    NoticeKind.CASE_LEAD_NAMED: "ケースの主担当・チームに決まりました",
    NoticeKind.CASE_STALE: "しばらく動きのないケースがあります",
    NoticeKind.CASE_WITHOUT_HOLDER: "担当者が離任するケースがあります",
    NoticeKind.CONFERENCE_INVITATION: "会議への招集",
    NoticeKind.CONFERENCE_REMINDER: "出欠の回答がまだの会議があります",
    NoticeKind.CONSENT_EXPIRED: "同意の期限が切れました",
    NoticeKind.CONSULTATION_OVERDUE: "対応方針が決まっていない相談があります",
    NoticeKind.CONTACT_DUE: "次回連絡日です（同意を得られていない方）",
    NoticeKind.DATE_POLL_CANCELLED: "日程調整が取りやめになりました",
    NoticeKind.DATE_POLL_COMPLETE: "日程調整に全機関の回答がそろいました",
    NoticeKind.DATE_POLL_INVITATION: "日程調整の回答をお願いします",
    NoticeKind.DATE_POLL_OVERDUE: "日程調整に未回答の機関があります",
    NoticeKind.DATE_POLL_REMINDER: "日程調整の回答期限を過ぎています",
    NoticeKind.DISCLOSURE_REQUESTED: "開示請求を受け付けました",
    NoticeKind.EMBARGO_ENDED: "閲覧記録の開示保留が終わりました",
    NoticeKind.EMERGENCY_REVIEW: "緊急時の閲覧の事後確認をお願いします",
    NoticeKind.EMERGENCY_TAKEN: "緊急時の閲覧が行われました",
    NoticeKind.ENQUIRY_ANSWERED: "照会への回答がありました",
    NoticeKind.ENQUIRY_RECEIVED: "関わりの有無の照会が届きました",
    NoticeKind.FEEDBACK_GIVEN: "見守りの依頼が届きました",
    NoticeKind.FEEDBACK_HAND_OVER: "民生委員の任期が終わりました。見守りを引き継いでください",
    NoticeKind.HUB_ANSWERED: "ハブから回答がありました",
    NoticeKind.HUB_ENTRY: "ハブの対応が必要な案件があります",
    NoticeKind.HUB_OVERDUE: "ハブの回答が期限を過ぎています",
    NoticeKind.INFORMATION_REQUEST_ANSWERED: "資料提供等の依頼に回答がありました",
    NoticeKind.INFORMATION_REQUEST_OVERDUE: "資料提供等の依頼に未回答の機関があります",
    NoticeKind.INFORMATION_REQUEST_REMINDER: "資料提供等の依頼の回答期限を過ぎています",
    NoticeKind.INFORMATION_REQUEST_WITHDRAWN: "資料提供等の依頼が取り下げられました",
    NoticeKind.INFORMATION_REQUESTED: "会議から資料提供等の依頼が届きました",
    NoticeKind.ITEM_PULLED: "同意の撤回により議題が外れました",
    NoticeKind.ITEM_WITHDRAWN: "提出した議題が外れました",
    NoticeKind.MINUTES_CORRECTED: "会議録が訂正されました",
    NoticeKind.PLAN_DUE: "モニタリング・評価の時期を迎えたプランがあります",
    NoticeKind.PLAN_REFUSED: "支援決定されなかったプランがあります",
    NoticeKind.PLAN_REVIEW: "状態の変化により見直しが必要なプランがあります",
    NoticeKind.PLAN_TO_DECIDE: "支援決定・確認を待つプランがあります",
    NoticeKind.PROVISION_RECEIVED: "同意によらない情報提供があります",
    NoticeKind.REFERRAL_AMENDED: "送付後のつなぎに訂正がありました",
    NoticeKind.REFERRAL_AT_HUB: "主担当を決めてください",
    NoticeKind.REFERRAL_CHECK: "つなぎ後の状況を確認してください",
    NoticeKind.REFERRAL_HUB_OVERDUE: "主担当の決定が期限を過ぎています",
    NoticeKind.REFERRAL_LEAD_NAMED: "主担当・チームに決まりました",
    NoticeKind.REFERRAL_RECEIVED: "つなぎが届きました",
    NoticeKind.REFERRAL_SUSPENDED: "同意の撤回によりつなぎを停止しました",
    NoticeKind.REFERRAL_YOUR_TURN: "つなぎへの対応が必要です",
    NoticeKind.SIGNAL_RECEIVED: "気づきが届きました",
    NoticeKind.SIGNAL_UNTOUCHED: "対応されていない気づきがあります",
    NoticeKind.SIGNAL_URGENT: "緊急の気づきが届きました",
    NoticeKind.STOP_USE: "同意が撤回されました。利用を止めてください",
    NoticeKind.TASK_ASSIGNED: "会議で決まった役割があります",
    NoticeKind.TASK_DROPPED: "会議で決まった役割が取りやめになりました",
    NoticeKind.TASK_DUE_SOON: "会議で決まった役割の期限が近づいています",
    NoticeKind.TASK_OVERDUE: "会議で決まった役割の期限を過ぎています",
    NoticeKind.TASK_RESCHEDULED: "会議で決まった役割の期限が変わりました",
    NoticeKind.URGENT_SUPPORT_OPEN: "緊急支援の次の一手が決まっていません",
}


class Notice(Disclosable):
    """A notice's record, and the receiving agency's acknowledgement."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    kind: Annotated[NoticeKind, D0]
    for_role: Annotated[Role | None, D0] = Field(
        default=None, description="For whoever holds this role at the agency; empty: the desk."
    )
    record_kind: Annotated[str, D0]
    record_id: Annotated[UUID, D0]
    made_at: Annotated[datetime, D0]
    due_at: Annotated[datetime | None, D0] = None
    acknowledged_at: Annotated[datetime | None, D0] = None
    acknowledged_by: Annotated[UUID | None, D0] = None
    answer: Annotated[Line | None, D0] = None
    version: Annotated[int, D0] = 1
