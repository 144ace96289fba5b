"""Staff roles (職種, brief §1.3), and what each may do before any record is looked at."""

from enum import StrEnum

from service.domain.permission import Permission


class Role(StrEnum):
    """Staff roles (職種, brief §1.3), and the partner agency's own system."""

    AREA_WORKER = "area_worker"
    AUDITOR = "auditor"
    BUDGET_COUNSELLOR = "budget_counsellor"
    CARE_MANAGER = "care_manager"
    CASEWORKER_PUBLIC_ASSISTANCE = "caseworker_public_assistance"
    CHIEF_CONSULTANT = "chief_consultant"
    CONFERENCE_COORDINATOR = "conference_coordinator"
    CONSULTANT = "consultant"
    CSW = "csw"
    EMPLOYMENT_SUPPORTER = "employment_supporter"
    HELPER = "helper"
    HOME_VISIT_SUPPORTER = "home_visit_supporter"
    INTEGRATION_PROMOTER = "integration_promoter"
    LAYERED_SUPPORT_CONTACT = "layered_support_contact"
    LIFE_SUPPORT_COORDINATOR_1 = "life_support_coordinator_1"
    LIFE_SUPPORT_COORDINATOR_2 = "life_support_coordinator_2"
    LOAN_OFFICER = "loan_officer"
    MUNICIPAL_OFFICER = "municipal_officer"
    NEIGHBOURHOOD_CONSULTANT = "neighbourhood_consultant"
    PARTICIPATION_COORDINATOR = "participation_coordinator"
    PARTNER_SYSTEM = "partner_system"
    PRIVACY_OFFICER = "privacy_officer"
    SCHOOL_SOCIAL_WORKER = "school_social_worker"
    SUPERVISOR = "supervisor"
    VOLUNTEER_COORDINATOR = "volunteer_coordinator"
    WELFARE_COMMISSIONER = "welfare_commissioner"
    YOUNG_CARER_COORDINATOR = "young_carer_coordinator"

    @property
    def label_ja(self) -> str:
        """The role in the field's words."""
        return ROLE_JA[self]


ROLE_JA: dict[Role, str] = {
    Role.AREA_WORKER: "地区担当職員",
    Role.AUDITOR: "監査担当",
    Role.BUDGET_COUNSELLOR: "家計改善支援員",
    Role.CARE_MANAGER: "介護支援専門員",
    Role.CASEWORKER_PUBLIC_ASSISTANCE: "現業員（ケースワーカー）",
    Role.CHIEF_CONSULTANT: "主任相談支援員",
    Role.CONFERENCE_COORDINATOR: "会議事務局・調整担当",
    Role.CONSULTANT: "相談支援員",
    Role.CSW: "コミュニティソーシャルワーカー",
    Role.EMPLOYMENT_SUPPORTER: "就労支援員",
    Role.HELPER: "訪問介護員",
    Role.HOME_VISIT_SUPPORTER: "訪問支援員",
    Role.INTEGRATION_PROMOTER: "相談支援包括化推進員",
    Role.LAYERED_SUPPORT_CONTACT: "重層支援担当",
    Role.LIFE_SUPPORT_COORDINATOR_1: "生活支援コーディネーター（第1層）",
    Role.LIFE_SUPPORT_COORDINATOR_2: "生活支援コーディネーター（第2層）",
    Role.LOAN_OFFICER: "生活福祉資金担当",
    Role.MUNICIPAL_OFFICER: "自治体職員",
    Role.NEIGHBOURHOOD_CONSULTANT: "丸ごと相談員",
    Role.PARTICIPATION_COORDINATOR: "参加支援コーディネーター",
    Role.PARTNER_SYSTEM: "連携機関システム",
    Role.PRIVACY_OFFICER: "個人情報保護担当",
    Role.SCHOOL_SOCIAL_WORKER: "スクールソーシャルワーカー",
    Role.SUPERVISOR: "スーパーバイザー",
    Role.VOLUNTEER_COORDINATOR: "ボランティアコーディネーター",
    Role.WELFARE_COMMISSIONER: "民生委員・児童委員",
    Role.YOUNG_CARER_COORDINATOR: "ヤングケアラー・コーディネーター",
}

#: Whoever holds any position takes in a consultation: nobody says "not my window" (row 3-02).
_EVERYONE = frozenset(
    {
        Permission.CONSULTATION_RECEIVE,
        Permission.DIRECTORY_READ,
        Permission.ME_READ,
        Permission.NOTICE_READ,
        Permission.AREA_ISSUE_READ,
        Permission.SIGNAL_RAISE,
        Permission.STATISTICS_READ_PUBLIC,
    }
)
SYSTEM_ONLY = frozenset(
    {
        Permission.AUDIT_ARCHIVE,
        Permission.AUDIT_ERASE,
        Permission.CASE_GO_STALE,
        Permission.CASE_LOSE_HOLDER,
        Permission.CONFERENCE_REMIND,
        Permission.CONSENT_EXPIRE,
        Permission.CONSENT_REMIND,
        Permission.CONSULTATION_MISS_DEADLINE,
        Permission.CONTACT_COME_DUE,
        Permission.DATE_POLL_MISS_DEADLINE,
        Permission.EMBARGO_END,
        Permission.FEEDBACK_OUTLIVE,
        Permission.HUB_MISS_DEADLINE,
        Permission.INFORMATION_REQUEST_MISS_DEADLINE,
        Permission.PLAN_COME_DUE,
        Permission.REFERRAL_COME_TO_CHECK,
        Permission.REFERRAL_MISS_DEADLINE,
        Permission.REFERRAL_SUSPEND,
        Permission.SIGNAL_MISS_DEADLINE,
        Permission.TASK_COME_DUE,
        Permission.TASK_MISS_DEADLINE,
        Permission.TOKEN_VERIFY,
        Permission.URGENT_SUPPORT_MISS_DEADLINE,
    }
)
_PRIVACY = frozenset(
    {
        Permission.DISCLOSURE_DECIDE,
        Permission.DISCLOSURE_EXPORT,
        Permission.DISCLOSURE_EXTEND,
        Permission.DISCLOSURE_READ,
        Permission.DISCLOSURE_RECEIVE,
        Permission.EMBARGO_LIFT,
        Permission.EMBARGO_SET,
        Permission.PERSON_REPORT_ACCESS,
    }
)
#: The second person of the four-eyes rule.
_REVIEW = frozenset({Permission.PROVISION_REVIEW})
_OVERSIGHT = _PRIVACY | {Permission.AUDIT_READ, Permission.AUDIT_REPLAY, Permission.EMBARGO_READ}
_COORDINATION = frozenset(
    {
        Permission.CONFERENCE_CANCEL,
        Permission.CONFERENCE_CARRY_OVER,
        Permission.CONFERENCE_CONTINUE,
        Permission.CONFERENCE_FIX,
        Permission.CONFERENCE_HOLD,
        Permission.CONFERENCE_INVITE,
        Permission.CONFERENCE_KEEP_BODY,
        Permission.CONFERENCE_MINUTE,
        Permission.CONFERENCE_PLAN,
        Permission.CONFERENCE_PROMOTE,
        Permission.CONFERENCE_SERIES_END,
        Permission.CONFERENCE_SERIES_MOVE,
        Permission.CONFERENCE_SERIES_PLAN,
        Permission.CONFERENCE_SERIES_SKIP,
        Permission.DATE_POLL_CANCEL,
        Permission.DATE_POLL_OPEN,
        Permission.DATE_POLL_SETTLE,
        Permission.INFORMATION_REQUEST_ASK,
        Permission.INFORMATION_REQUEST_WITHDRAW,
        Permission.TASK_DROP,
        Permission.TASK_RESCHEDULE,
    }
)
_CONSTITUTION = frozenset({Permission.CONFERENCE_CONSTITUTE})
_HUB = frozenset({Permission.HUB_ANSWER, Permission.REFERRAL_NAME_LEAD})
_DECISION = frozenset({Permission.FORM_ADD_VERSION, Permission.PLAN_DECIDE})
#: The survey of a municipality, in true numbers; and how an agency fares (brief §7.4).
_SURVEY = frozenset(
    {
        Permission.STATISTICS_CLOSE,
        Permission.STATISTICS_READ,
        Permission.STATISTICS_SET_POPULATION,
    }
)
_MANAGEMENT = frozenset({Permission.STATISTICS_READ_MANAGEMENT})
#: Any case-working staff member takes in, refers and works with people.
_STAFF = (
    frozenset(Permission)
    - SYSTEM_ONLY
    - _OVERSIGHT
    - _REVIEW
    - _COORDINATION
    - _CONSTITUTION
    - _HUB
    - _DECISION
    - _SURVEY
    - _MANAGEMENT
    - {Permission.FEEDBACK_ACKNOWLEDGE}
)
_WATCHER = _EVERYONE | frozenset(
    {
        Permission.CONSULTATION_READ,
        Permission.DIRECTORY_ROUTE,
        Permission.NOTICE_ACKNOWLEDGE,
        Permission.PERSON_READ,
        Permission.REFERRAL_ACCEPT,
        Permission.REFERRAL_COMPLETE,
        Permission.REFERRAL_CONTACT,
        Permission.REFERRAL_DECLINE,
        Permission.REFERRAL_ESCALATE,
        Permission.REFERRAL_READ,
        Permission.REFERRAL_RECEIVE,
        Permission.REFERRAL_WORK,
        Permission.CALENDAR_MAKE,
        Permission.CALENDAR_READ,
        Permission.CALENDAR_REVOKE,
        Permission.CONFERENCE_AGREE,
        Permission.CONFERENCE_ANSWER,
        Permission.CONFERENCE_READ,
        Permission.CONFERENCE_READ_PACKET,
        Permission.CONFERENCE_READ_PAPER,
        Permission.CONFERENCE_ACKNOWLEDGE,
        Permission.CONFERENCE_ADD_PAPER,
        Permission.CONFERENCE_REGISTER,
        Permission.CONFERENCE_WITHDRAW_PAPER,
        Permission.CONFERENCE_SERIES_READ,
        Permission.CONFERENCE_UNREGISTER,
        Permission.DATE_POLL_ANSWER,
        Permission.DATE_POLL_READ,
        Permission.ENQUIRY_ASK,
        Permission.ENQUIRY_READ,
        Permission.FEEDBACK_ACKNOWLEDGE,
        Permission.FEEDBACK_READ,
        Permission.INFORMATION_REQUEST_ANSWER,
        Permission.INFORMATION_REQUEST_READ,
        Permission.REFERRAL_CHECK,
        Permission.REFERRAL_FOLLOW_UP,
        Permission.SIGNAL_READ,
        Permission.TASK_READ,
        Permission.TASK_FINISH,
        Permission.TASK_HAND_ON,
    }
)

_SPECIAL: dict[Role, frozenset[Permission]] = {
    Role.AUDITOR: _EVERYONE
    | {
        Permission.ACCESS_EXPLAIN,
        Permission.AUDIT_READ,
        Permission.AUDIT_REPLAY,
        Permission.EMBARGO_READ,
    },
    # A machine has no judgement to break a glass with, or to provide without consent.
    Role.PARTNER_SYSTEM: _STAFF - {Permission.EMERGENCY_TAKE, Permission.PROVISION_MAKE},
    Role.PRIVACY_OFFICER: _EVERYONE
    | _OVERSIGHT
    | _REVIEW
    | {Permission.ACCESS_EXPLAIN, Permission.NOTICE_ACKNOWLEDGE, Permission.PROVISION_READ},
    # Sees a case only by invitation, which comes with supervision sessions.
    Role.SUPERVISOR: _EVERYONE | {Permission.SUPERVISION_READ},
    Role.WELFARE_COMMISSIONER: _WATCHER,
    Role.CONFERENCE_COORDINATOR: _STAFF | _COORDINATION,
    Role.CHIEF_CONSULTANT: _STAFF | _COORDINATION | _REVIEW | _MANAGEMENT,
    Role.INTEGRATION_PROMOTER: _STAFF | _COORDINATION | _HUB | _REVIEW | _MANAGEMENT,
    # What the hub does not answer comes to them in the end (``hub``).
    Role.MUNICIPAL_OFFICER: _STAFF
    | _COORDINATION
    | _DECISION
    | _CONSTITUTION
    | _REVIEW
    | _SURVEY
    | _MANAGEMENT
    | {Permission.HUB_ANSWER},
}

#: What each role may do at its own agency. Total over the roles; a test says so.
ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {r: _SPECIAL.get(r, _STAFF) for r in Role}

#: What a person may do with a portal account of their own.
SELF_PERMISSIONS = frozenset(
    {
        Permission.ME_READ,
        Permission.DIRECTORY_READ,
        Permission.PERSON_READ,
        Permission.PERSON_REPORT_ACCESS,
        Permission.PLAN_READ,
        Permission.CONSENT_READ,
        Permission.CONSENT_REVOKE,
        Permission.ACCESS_EXPLAIN,
    }
)
