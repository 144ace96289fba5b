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

    CONFERENCE_INVITATION = "conference_invitation"
    CONTACT_DUE = "contact_due"
    DISCLOSURE_REQUESTED = "disclosure_requested"
    EMERGENCY_REVIEW = "emergency_review"
    EMERGENCY_TAKEN = "emergency_taken"
    ENQUIRY_ANSWERED = "enquiry_answered"
    ENQUIRY_RECEIVED = "enquiry_received"
    FEEDBACK_GIVEN = "feedback_given"
    FEEDBACK_HAND_OVER = "feedback_hand_over"
    ITEM_PULLED = "item_pulled"
    PLAN_TO_DECIDE = "plan_to_decide"
    PROVISION_RECEIVED = "provision_received"
    REFERRAL_AT_HUB = "referral_at_hub"
    REFERRAL_HUB_OVERDUE = "referral_hub_overdue"
    REFERRAL_LEAD_NAMED = "referral_lead_named"
    REFERRAL_RECEIVED = "referral_received"
    REFERRAL_SUSPENDED = "referral_suspended"
    REFERRAL_YOUR_TURN = "referral_your_turn"
    STOP_USE = "stop_use"
    TASK_ASSIGNED = "task_assigned"

    @property
    def label_ja(self) -> str:
        """The notice in the field's words."""
        return NOTICE_JA[self]


NOTICE_JA: dict[NoticeKind, str] = {
    NoticeKind.CONFERENCE_INVITATION: "会議への招集",
    NoticeKind.CONTACT_DUE: "次回連絡日です（同意を得られていない方）",
    NoticeKind.DISCLOSURE_REQUESTED: "開示請求を受け付けました",
    NoticeKind.EMERGENCY_REVIEW: "緊急時の閲覧の事後確認をお願いします",
    NoticeKind.EMERGENCY_TAKEN: "緊急時の閲覧が行われました",
    NoticeKind.ENQUIRY_ANSWERED: "照会への回答がありました",
    NoticeKind.ENQUIRY_RECEIVED: "関わりの有無の照会が届きました",
    NoticeKind.FEEDBACK_GIVEN: "見守りの依頼が届きました",
    NoticeKind.FEEDBACK_HAND_OVER: "民生委員の任期が終わりました。見守りを引き継いでください",
    NoticeKind.ITEM_PULLED: "同意の撤回により議題が外れました",
    NoticeKind.PLAN_TO_DECIDE: "支援決定・確認を待つプランがあります",
    NoticeKind.PROVISION_RECEIVED: "同意によらない情報提供があります",
    NoticeKind.REFERRAL_AT_HUB: "主担当を決めてください",
    NoticeKind.REFERRAL_HUB_OVERDUE: "主担当の決定が期限を過ぎています",
    NoticeKind.REFERRAL_LEAD_NAMED: "主担当・チームに決まりました",
    NoticeKind.REFERRAL_RECEIVED: "つなぎが届きました",
    NoticeKind.REFERRAL_SUSPENDED: "同意の撤回によりつなぎを停止しました",
    NoticeKind.REFERRAL_YOUR_TURN: "つなぎへの対応が必要です",
    NoticeKind.STOP_USE: "同意が撤回されました。利用を止めてください",
    NoticeKind.TASK_ASSIGNED: "会議で決まった役割があります",
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
