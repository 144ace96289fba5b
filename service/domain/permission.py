"""Purposes of use, what a caller may do, and which roles may do it."""

from enum import StrEnum


class Purpose(StrEnum):
    """What a piece of personal data is used for (header ``Purpose-Of-Use``; brief §2.3)."""

    CONSULTATION = "consultation"
    PLANNING = "planning"
    SERVICE = "service"
    WATCH_OVER = "watch_over"
    STATISTICS = "statistics"
    AUDIT = "audit"
    ACCESS_REQUEST = "access_request"

    @property
    def label_ja(self) -> str:
        """The purpose in the field's words."""
        return PURPOSE_JA[self]


PURPOSE_JA: dict[Purpose, str] = {
    Purpose.CONSULTATION: "相談支援",
    Purpose.PLANNING: "支援プランの作成・調整",
    Purpose.SERVICE: "支援サービスの提供",
    Purpose.WATCH_OVER: "見守り",
    Purpose.STATISTICS: "統計",
    Purpose.AUDIT: "監査",
    Purpose.ACCESS_REQUEST: "本人からの開示請求への対応",
}

#: The purposes a person can consent to (brief §2.3).
CONSENTABLE_PURPOSES = frozenset(
    {
        Purpose.CONSULTATION,
        Purpose.PLANNING,
        Purpose.SERVICE,
        Purpose.WATCH_OVER,
        Purpose.STATISTICS,
    }
)
_CASE_WORK = frozenset(
    {Purpose.CONSULTATION, Purpose.PLANNING, Purpose.SERVICE, Purpose.WATCH_OVER}
)


class Permission(StrEnum):
    """What a caller may want to do; also the action of the audit entry. ``noun.verb``, alphabetical."""

    ACCESS_EXPLAIN = "access.explain"
    AREA_ISSUE_CLOSE = "area_issue.close"
    AREA_ISSUE_RAISE = "area_issue.raise"
    AREA_ISSUE_READ = "area_issue.read"
    AUDIT_READ = "audit.read"
    AUDIT_REPLAY = "audit.replay"
    CASE_READ = "case.read"
    CONFERENCE_ACKNOWLEDGE = "conference.acknowledge"
    CONFERENCE_ANSWER = "conference.answer"
    CONFERENCE_CANCEL = "conference.cancel"
    CONFERENCE_CONSTITUTE = "conference.constitute"
    CONFERENCE_FIX = "conference.fix"
    CONFERENCE_HOLD = "conference.hold"
    CONFERENCE_INVITE = "conference.invite"
    CONFERENCE_MINUTE = "conference.minute"
    CONFERENCE_PLAN = "conference.plan"
    CONFERENCE_PROPOSE = "conference.propose"
    CONFERENCE_READ = "conference.read"
    CONFERENCE_READ_PACKET = "conference.read_packet"
    CONFERENCE_REGISTER = "conference.register"
    CONSENT_GRANT = "consent.grant"
    CONSENT_READ = "consent.read"
    CONSENT_REFUSE = "consent.refuse"
    CONSENT_REMIND = "consent.remind"
    CONSENT_REVOKE = "consent.revoke"
    CONSENT_VOID = "consent.void"
    CONSULTATION_READ = "consultation.read"
    CONSULTATION_RECEIVE = "consultation.receive"
    DIRECTORY_READ = "directory.read"
    DISCLOSURE_DECIDE = "disclosure.decide"
    DISCLOSURE_EXPORT = "disclosure.export"
    DISCLOSURE_EXTEND = "disclosure.extend"
    DISCLOSURE_READ = "disclosure.read"
    DISCLOSURE_RECEIVE = "disclosure.receive"
    EMBARGO_LIFT = "embargo.lift"
    EMBARGO_READ = "embargo.read"
    EMBARGO_SET = "embargo.set"
    EMERGENCY_TAKE = "emergency.take"
    ENQUIRY_ANSWER = "enquiry.answer"
    ENQUIRY_ASK = "enquiry.ask"
    ENQUIRY_READ = "enquiry.read"
    FEEDBACK_ACKNOWLEDGE = "feedback.acknowledge"
    FEEDBACK_END = "feedback.end"
    FEEDBACK_GIVE = "feedback.give"
    FEEDBACK_HAND_OVER = "feedback.hand_over"
    FEEDBACK_OUTLIVE = "feedback.outlive"
    FEEDBACK_READ = "feedback.read"
    HOUSEHOLD_FORM = "household.form"
    HOUSEHOLD_READ = "household.read"
    ME_READ = "me.read"
    NOTE_READ = "note.read"
    NOTE_WRITE = "note.write"
    NOTICE_ACKNOWLEDGE = "notice.acknowledge"
    NOTICE_READ = "notice.read"
    PERSON_AMEND = "person.amend"
    PERSON_READ = "person.read"
    PERSON_REGISTER = "person.register"
    PERSON_REPORT_ACCESS = "person.report_access"
    PERSON_REPRESENT = "person.represent"
    PERSON_SEARCH = "person.search"
    PLAN_AGREE = "plan.agree"
    PLAN_DECIDE = "plan.decide"
    PLAN_DRAFT = "plan.draft"
    PLAN_READ = "plan.read"
    PROVISION_ASK_REVIEW = "provision.ask_review"
    PROVISION_END = "provision.end"
    PROVISION_MAKE = "provision.make"
    PROVISION_READ = "provision.read"
    PROVISION_REVIEW = "provision.review"
    PROVISION_TELL = "provision.tell"
    REFERRAL_ACCEPT = "referral.accept"
    REFERRAL_AMEND = "referral.amend"
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_CLOSE = "referral.close"
    REFERRAL_COMPLETE = "referral.complete"
    REFERRAL_CONFIRM_WITHDRAWAL = "referral.confirm_withdrawal"
    REFERRAL_CONTACT = "referral.contact"
    REFERRAL_DECLINE = "referral.decline"
    REFERRAL_DRAFT = "referral.draft"
    REFERRAL_ESCALATE = "referral.escalate"
    REFERRAL_KEEP = "referral.keep"
    REFERRAL_MISS_DEADLINE = "referral.miss_deadline"
    REFERRAL_NAME_LEAD = "referral.name_lead"
    REFERRAL_READ = "referral.read"
    REFERRAL_RECEIVE = "referral.receive"
    REFERRAL_REDIRECT = "referral.redirect"
    REFERRAL_REQUEST_WITHDRAWAL = "referral.request_withdrawal"
    REFERRAL_RESUME = "referral.resume"
    REFERRAL_RETURN_FOR_INFO = "referral.return_for_info"
    REFERRAL_SEND = "referral.send"
    REFERRAL_SUSPEND = "referral.suspend"
    REFERRAL_WORK = "referral.work"
    SCREENING_ADD = "screening.add"
    SCREENING_OPEN = "screening.open"
    SCREENING_READ = "screening.read"
    SCREENING_RECORD = "screening.record"
    SUPERVISION_ASK = "supervision.ask"
    SUPERVISION_NOTE = "supervision.note"
    SUPERVISION_READ = "supervision.read"
    TALLY_COUNT = "tally.count"
    TALLY_READ = "tally.read"
    TASK_FINISH = "task.finish"
    TASK_READ = "task.read"
    TOKEN_VERIFY = "token.verify"  # noqa: S105 - an action

    @property
    def label_ja(self) -> str:
        """The action in the field's words."""
        return PERMISSION_JA[self]


PERMISSION_JA: dict[Permission, str] = {
    Permission.ACCESS_EXPLAIN: "閲覧可否の説明",
    Permission.AREA_ISSUE_CLOSE: "地域課題の解決の記録",
    Permission.AREA_ISSUE_RAISE: "地域課題の提起",
    Permission.AREA_ISSUE_READ: "地域課題の閲覧",
    Permission.AUDIT_READ: "監査記録の閲覧",
    Permission.AUDIT_REPLAY: "判断の再現",
    Permission.CASE_READ: "ケースの閲覧",
    Permission.CONFERENCE_ACKNOWLEDGE: "守秘義務の確認",
    Permission.CONFERENCE_ANSWER: "会議出欠の回答",
    Permission.CONFERENCE_CANCEL: "会議の中止",
    Permission.CONFERENCE_CONSTITUTE: "法定会議の設置",
    Permission.CONFERENCE_FIX: "議題の確定",
    Permission.CONFERENCE_HOLD: "会議の開催記録",
    Permission.CONFERENCE_INVITE: "会議への招集",
    Permission.CONFERENCE_MINUTE: "会議の結果・会議録の記録",
    Permission.CONFERENCE_PLAN: "会議・議題の設定",
    Permission.CONFERENCE_PROPOSE: "会議への議題の提出",
    Permission.CONFERENCE_READ: "会議の閲覧",
    Permission.CONFERENCE_READ_PACKET: "会議資料の閲覧",
    Permission.CONFERENCE_REGISTER: "会議参加者の登録",
    Permission.CONSENT_GRANT: "同意の記録",
    Permission.CONSENT_READ: "同意の閲覧",
    Permission.CONSENT_REFUSE: "不同意の記録",
    Permission.CONSENT_REMIND: "次回連絡日の通知",
    Permission.CONSENT_REVOKE: "同意の撤回",
    Permission.CONSENT_VOID: "誤って記録した同意の取消し",
    Permission.CONSULTATION_READ: "相談記録の閲覧",
    Permission.CONSULTATION_RECEIVE: "相談の受付",
    Permission.DIRECTORY_READ: "機関名簿の閲覧",
    Permission.DISCLOSURE_DECIDE: "開示決定",
    Permission.DISCLOSURE_EXPORT: "開示文書の作成",
    Permission.DISCLOSURE_EXTEND: "開示期限の延長",
    Permission.DISCLOSURE_READ: "開示請求の閲覧",
    Permission.DISCLOSURE_RECEIVE: "開示請求の受付",
    Permission.EMBARGO_LIFT: "閲覧記録の開示保留の解除",
    Permission.EMBARGO_READ: "閲覧記録の開示保留の確認",
    Permission.EMBARGO_SET: "閲覧記録の開示保留",
    Permission.EMERGENCY_TAKE: "緊急時の閲覧",
    Permission.ENQUIRY_ANSWER: "照会への回答（関わりの有無）",
    Permission.ENQUIRY_ASK: "関わりの有無の照会",
    Permission.ENQUIRY_READ: "照会の閲覧",
    Permission.FEEDBACK_ACKNOWLEDGE: "見守り依頼の確認",
    Permission.FEEDBACK_END: "見守り依頼の終了",
    Permission.FEEDBACK_GIVE: "民生委員への情報提供",
    Permission.FEEDBACK_HAND_OVER: "見守りの引継ぎ",
    Permission.FEEDBACK_OUTLIVE: "民生委員の任期満了",
    Permission.FEEDBACK_READ: "見守り依頼の閲覧",
    Permission.HOUSEHOLD_FORM: "世帯の登録",
    Permission.HOUSEHOLD_READ: "世帯の閲覧",
    Permission.ME_READ: "利用者自身の確認",
    Permission.NOTE_READ: "支援経過の閲覧",
    Permission.NOTE_WRITE: "支援経過の記録",
    Permission.NOTICE_ACKNOWLEDGE: "通知の確認",
    Permission.NOTICE_READ: "通知の閲覧",
    Permission.PERSON_AMEND: "本人情報の修正",
    Permission.PERSON_READ: "本人情報の閲覧",
    Permission.PERSON_REGISTER: "本人の登録",
    Permission.PERSON_REPORT_ACCESS: "閲覧記録の開示",
    Permission.PERSON_REPRESENT: "代理人の登録",
    Permission.PERSON_SEARCH: "本人の検索",
    Permission.PLAN_AGREE: "プランへの本人同意の記録",
    Permission.PLAN_DECIDE: "支援決定・確認",
    Permission.PLAN_DRAFT: "プランの作成",
    Permission.PLAN_READ: "プランの閲覧",
    Permission.PROVISION_ASK_REVIEW: "ハブへの確認依頼",
    Permission.PROVISION_END: "提供の終了",
    Permission.PROVISION_MAKE: "同意によらない提供",
    Permission.PROVISION_READ: "提供記録の閲覧",
    Permission.PROVISION_REVIEW: "提供の事後確認",
    Permission.PROVISION_TELL: "本人への説明の記録",
    Permission.REFERRAL_ACCEPT: "つなぎの引受け",
    Permission.REFERRAL_AMEND: "つなぎの修正",
    Permission.REFERRAL_ANSWER: "照会への回答",
    Permission.REFERRAL_CLOSE: "接触できず終了",
    Permission.REFERRAL_COMPLETE: "つなぎの完了",
    Permission.REFERRAL_CONFIRM_WITHDRAWAL: "取下げの確認",
    Permission.REFERRAL_CONTACT: "初回接触の記録",
    Permission.REFERRAL_DECLINE: "つなぎの辞退",
    Permission.REFERRAL_DRAFT: "つなぎの作成",
    Permission.REFERRAL_ESCALATE: "ハブへの引上げ",
    Permission.REFERRAL_KEEP: "取下げへの不同意",
    Permission.REFERRAL_MISS_DEADLINE: "期限超過",
    Permission.REFERRAL_NAME_LEAD: "主担当の決定",
    Permission.REFERRAL_READ: "つなぎの閲覧",
    Permission.REFERRAL_RECEIVE: "つなぎの受領",
    Permission.REFERRAL_REDIRECT: "別の窓口へのつなぎ直し",
    Permission.REFERRAL_REQUEST_WITHDRAWAL: "取下げの依頼",
    Permission.REFERRAL_RESUME: "つなぎの再開",
    Permission.REFERRAL_RETURN_FOR_INFO: "情報の補足依頼",
    Permission.REFERRAL_SEND: "つなぎの送付",
    Permission.REFERRAL_SUSPEND: "つなぎの停止",
    Permission.REFERRAL_WORK: "支援の継続",
    Permission.SCREENING_ADD: "対象者の登録（把握調査）",
    Permission.SCREENING_OPEN: "把握調査の開始",
    Permission.SCREENING_READ: "把握調査の閲覧",
    Permission.SCREENING_RECORD: "把握調査の結果の記録",
    Permission.SUPERVISION_ASK: "スーパービジョンの依頼",
    Permission.SUPERVISION_NOTE: "スーパービジョンの記録",
    Permission.SUPERVISION_READ: "スーパービジョンの閲覧",
    Permission.TALLY_COUNT: "利用勧奨の計上",
    Permission.TALLY_READ: "利用勧奨の集計",
    Permission.TASK_FINISH: "役割の完了",
    Permission.TASK_READ: "役割の閲覧",
    Permission.TOKEN_VERIFY: "トークンの確認",
}


def scope_of(permission: Permission) -> str | None:
    """The OAuth scope a token must carry for it; ``None`` where any valid token will do."""
    noun, verb = permission.value.split(".")
    if noun in ("me", "token"):
        return None
    reads = verb.startswith("read") or verb in (
        "explain",
        "export",
        "replay",
        "report_access",
        "search",
    )
    return f"{SCOPE_NOUNS[noun]}.{'read' if reads else 'write'}"


SCOPE_NOUNS: dict[str, str] = {
    "access": "persons",
    "area_issue": "statistics",
    "audit": "audit",
    "case": "referrals",
    "conference": "conferences",
    "consent": "consents",
    "consultation": "referrals",
    "directory": "directory",
    "disclosure": "disclosures",
    "embargo": "disclosures",
    "emergency": "emergency",
    "enquiry": "enquiries",
    "feedback": "feedbacks",
    "household": "persons",
    "note": "referrals",
    "notice": "referrals",
    "person": "persons",
    "plan": "plans",
    "provision": "provisions",
    "referral": "referrals",
    "screening": "screenings",
    "supervision": "supervisions",
    "tally": "statistics",
    "task": "conferences",
}

EVERY_SCOPE = frozenset(s for p in Permission if (s := scope_of(p)) is not None)

_ACCESS_REQUEST = frozenset({Purpose.ACCESS_REQUEST})

#: Purposes that fit an action. Anything about a person needs one of case work.
_PURPOSES: dict[Permission, frozenset[Purpose] | None] = {
    Permission.ACCESS_EXPLAIN: _CASE_WORK | {Purpose.AUDIT, Purpose.ACCESS_REQUEST},
    Permission.AREA_ISSUE_CLOSE: None,
    Permission.AREA_ISSUE_RAISE: None,
    Permission.AREA_ISSUE_READ: None,
    Permission.AUDIT_READ: frozenset({Purpose.AUDIT}),
    Permission.AUDIT_REPLAY: frozenset({Purpose.AUDIT}),
    Permission.CONFERENCE_CONSTITUTE: None,
    Permission.DIRECTORY_READ: None,
    Permission.DISCLOSURE_DECIDE: _ACCESS_REQUEST,
    Permission.DISCLOSURE_EXPORT: _ACCESS_REQUEST,
    Permission.DISCLOSURE_EXTEND: _ACCESS_REQUEST,
    Permission.DISCLOSURE_READ: _ACCESS_REQUEST,
    Permission.DISCLOSURE_RECEIVE: _ACCESS_REQUEST,
    Permission.EMBARGO_LIFT: _ACCESS_REQUEST,
    Permission.EMBARGO_READ: _ACCESS_REQUEST | {Purpose.AUDIT},
    Permission.EMBARGO_SET: _ACCESS_REQUEST,
    Permission.ME_READ: None,
    Permission.PERSON_REPORT_ACCESS: _ACCESS_REQUEST,
    Permission.PROVISION_READ: _CASE_WORK | {Purpose.AUDIT},
    Permission.PROVISION_REVIEW: _CASE_WORK | {Purpose.AUDIT},
    Permission.CONSENT_REMIND: None,
    Permission.FEEDBACK_OUTLIVE: None,
    Permission.REFERRAL_MISS_DEADLINE: None,
    Permission.REFERRAL_SUSPEND: None,
    Permission.TALLY_COUNT: None,
    Permission.TALLY_READ: None,
    Permission.TOKEN_VERIFY: None,
}


def purposes_for(permission: Permission) -> frozenset[Purpose] | None:
    """The purposes that fit the action; ``None`` where no person is touched and none is needed."""
    return _PURPOSES.get(permission, _CASE_WORK)
