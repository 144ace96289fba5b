"""Purposes of use, and what a caller may do."""

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


class Permission(StrEnum):
    """What a caller may want to do; also the action of the audit entry. ``noun.verb``, alphabetical."""

    ACCESS_EXPLAIN = "access.explain"
    AREA_ISSUE_CLOSE = "area_issue.close"
    AREA_ISSUE_PASS_UP = "area_issue.pass_up"  # noqa: S105 - a permission
    AREA_ISSUE_RAISE = "area_issue.raise"
    AREA_ISSUE_READ = "area_issue.read"
    ASSESSMENT_MAKE = "assessment.make"
    ASSESSMENT_READ = "assessment.read"
    AUDIT_ARCHIVE = "audit.archive"
    AUDIT_ERASE = "audit.erase"
    AUDIT_READ = "audit.read"
    AUDIT_REPLAY = "audit.replay"
    CALENDAR_MAKE = "calendar.make"
    CALENDAR_READ = "calendar.read"
    CALENDAR_REVOKE = "calendar.revoke"
    CASE_ADVANCE = "case.advance"
    CASE_ESCALATE = "case.escalate"
    CASE_GO_STALE = "case.go_stale"
    CASE_HAND_OVER = "case.hand_over"
    CASE_LOSE_HOLDER = "case.lose_holder"
    CASE_NAME_LEAD = "case.name_lead"
    CASE_READ = "case.read"
    CASE_SET_TEAM = "case.set_team"
    CHECKLIST_ANSWER = "checklist.answer"
    CHECKLIST_READ = "checklist.read"
    CONFERENCE_ACKNOWLEDGE = "conference.acknowledge"
    CONFERENCE_ADD_PAPER = "conference.add_paper"
    CONFERENCE_AGREE = "conference.agree"
    CONFERENCE_ANSWER = "conference.answer"
    CONFERENCE_CANCEL = "conference.cancel"
    CONFERENCE_CARRY_OVER = "conference.carry_over"
    CONFERENCE_CONSTITUTE = "conference.constitute"
    CONFERENCE_CONTINUE = "conference.continue"
    CONFERENCE_FIX = "conference.fix"
    CONFERENCE_HOLD = "conference.hold"
    CONFERENCE_INVITE = "conference.invite"
    CONFERENCE_KEEP_BODY = "conference.keep_body"
    CONFERENCE_MINUTE = "conference.minute"
    CONFERENCE_PLAN = "conference.plan"
    CONFERENCE_PROMOTE = "conference.promote"
    CONFERENCE_PROPOSE = "conference.propose"
    CONFERENCE_READ = "conference.read"
    CONFERENCE_READ_BOARD = "conference.read_board"
    CONFERENCE_READ_PACKET = "conference.read_packet"
    CONFERENCE_READ_PAPER = "conference.read_paper"
    CONFERENCE_READ_PRE_CHECKS = "conference.read_pre_checks"
    CONFERENCE_REGISTER = "conference.register"
    CONFERENCE_RELEASE = "conference.release"
    CONFERENCE_REMIND = "conference.remind"
    CONFERENCE_UNREGISTER = "conference.unregister"
    CONFERENCE_WITHDRAW_PAPER = "conference.withdraw_paper"
    CONFERENCE_WITHDRAW_RELEASE = "conference.withdraw_release"
    CONFERENCE_SERIES_END = "conference_series.end"
    CONFERENCE_SERIES_MOVE = "conference_series.move"
    CONFERENCE_SERIES_PLAN = "conference_series.plan"
    CONFERENCE_SERIES_READ = "conference_series.read"
    CONFERENCE_SERIES_SKIP = "conference_series.skip"
    CONSENT_EXPIRE = "consent.expire"
    CONSENT_GRANT = "consent.grant"
    CONSENT_READ = "consent.read"
    CONSENT_REFUSE = "consent.refuse"
    CONSENT_REMIND = "consent.remind"
    CONSENT_REVOKE = "consent.revoke"
    CONSENT_VOID = "consent.void"
    CONSULTATION_AMEND = "consultation.amend"
    CONSULTATION_ESCALATE = "consultation.escalate"
    CONSULTATION_MISS_DEADLINE = "consultation.miss_deadline"
    CONSULTATION_READ = "consultation.read"
    CONSULTATION_RECEIVE = "consultation.receive"
    CONSULTATION_SCREEN = "consultation.screen"
    CONTACT_COME_DUE = "contact.come_due"
    CONTACT_READ = "contact.read"
    CONTACT_RECORD = "contact.record"
    CONTACT_SCHEDULE = "contact.schedule"
    DATE_POLL_ANSWER = "date_poll.answer"
    DATE_POLL_CANCEL = "date_poll.cancel"
    DATE_POLL_MISS_DEADLINE = "date_poll.miss_deadline"
    DATE_POLL_OPEN = "date_poll.open"
    DATE_POLL_READ = "date_poll.read"
    DATE_POLL_SETTLE = "date_poll.settle"
    DIRECTORY_READ = "directory.read"
    DIRECTORY_ROUTE = "directory.route"
    DIRECTORY_TELL_CAPACITY = "directory.tell_capacity"
    DISCLOSURE_DECIDE = "disclosure.decide"
    DISCLOSURE_EXPORT = "disclosure.export"
    DISCLOSURE_EXTEND = "disclosure.extend"
    DISCLOSURE_READ = "disclosure.read"
    DISCLOSURE_RECEIVE = "disclosure.receive"
    EMBARGO_END = "embargo.end"
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
    FORM_ADD_VERSION = "form.add_version"
    FORM_READ = "form.read"
    HOUSEHOLD_FORM = "household.form"
    HOUSEHOLD_READ = "household.read"
    HUB_ANSWER = "hub.answer"
    HUB_MISS_DEADLINE = "hub.miss_deadline"
    HUB_READ = "hub.read"
    IMPORT_READ = "import.read"
    IMPORT_RUN = "import.run"
    IMPORT_UNDO = "import.undo"
    INFORMATION_REQUEST_ANSWER = "information_request.answer"
    INFORMATION_REQUEST_ASK = "information_request.ask"
    INFORMATION_REQUEST_MISS_DEADLINE = "information_request.miss_deadline"
    INFORMATION_REQUEST_READ = "information_request.read"
    INFORMATION_REQUEST_WITHDRAW = "information_request.withdraw"
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
    PLAN_COME_DUE = "plan.come_due"
    PLAN_DECIDE = "plan.decide"
    PLAN_DRAFT = "plan.draft"
    PLAN_EVALUATE = "plan.evaluate"
    PLAN_MONITOR = "plan.monitor"
    PLAN_READ = "plan.read"
    PLAN_SIGN_OFF = "plan.sign_off"
    PROVISION_ASK_REVIEW = "provision.ask_review"
    PROVISION_END = "provision.end"
    PROVISION_MAKE = "provision.make"
    PROVISION_READ = "provision.read"
    PROVISION_REVIEW = "provision.review"
    PROVISION_TELL = "provision.tell"
    REFERRAL_ACCEPT = "referral.accept"
    REFERRAL_AMEND = "referral.amend"
    REFERRAL_AMEND_SENT = "referral.amend_sent"
    REFERRAL_ANSWER = "referral.answer"
    REFERRAL_CHECK = "referral.check"
    REFERRAL_CLOSE = "referral.close"
    REFERRAL_COME_TO_CHECK = "referral.come_to_check"
    REFERRAL_COMPLETE = "referral.complete"
    REFERRAL_CONFIRM_WITHDRAWAL = "referral.confirm_withdrawal"
    REFERRAL_CONTACT = "referral.contact"
    REFERRAL_DECLINE = "referral.decline"
    REFERRAL_DRAFT = "referral.draft"
    REFERRAL_ESCALATE = "referral.escalate"
    REFERRAL_FOLLOW_UP = "referral.follow_up"
    REFERRAL_KEEP = "referral.keep"
    REFERRAL_MISS_DEADLINE = "referral.miss_deadline"
    REFERRAL_NAME_LEAD = "referral.name_lead"
    REFERRAL_READ = "referral.read"
    REFERRAL_RECEIVE = "referral.receive"
    REFERRAL_REDIRECT = "referral.redirect"
    REFERRAL_REOPEN = "referral.reopen"
    REFERRAL_REQUEST_WITHDRAWAL = "referral.request_withdrawal"
    REFERRAL_RESUME = "referral.resume"
    REFERRAL_RETURN_FOR_INFO = "referral.return_for_info"
    REFERRAL_SEND = "referral.send"
    REFERRAL_SUSPEND = "referral.suspend"
    REFERRAL_WORK = "referral.work"
    REPORT_READ = "report.read"
    SCREENING_ADD = "screening.add"
    SCREENING_OPEN = "screening.open"
    SCREENING_READ = "screening.read"
    SCREENING_RECORD = "screening.record"
    SIGNAL_CLOSE = "signal.close"
    SIGNAL_CONSULT = "signal.consult"
    SIGNAL_ESCALATE = "signal.escalate"
    SIGNAL_LOOK_INTO = "signal.look_into"
    SIGNAL_MERGE = "signal.merge"
    SIGNAL_MISS_DEADLINE = "signal.miss_deadline"
    SIGNAL_PROPOSE = "signal.propose"
    SIGNAL_RAISE = "signal.raise"
    SIGNAL_READ = "signal.read"
    SIGNAL_WATCH = "signal.watch"
    STATISTICS_CLOSE = "statistics.close"
    STATISTICS_READ = "statistics.read"
    STATISTICS_READ_MANAGEMENT = "statistics.read_management"
    STATISTICS_READ_PUBLIC = "statistics.read_public"
    STATISTICS_SET_POPULATION = "statistics.set_population"
    SUPERVISION_ASK = "supervision.ask"
    SUPERVISION_NOTE = "supervision.note"
    SUPERVISION_READ = "supervision.read"
    TALLY_COUNT = "tally.count"
    TALLY_READ = "tally.read"
    TASK_COME_DUE = "task.come_due"
    TASK_DROP = "task.drop"
    TASK_FINISH = "task.finish"
    TASK_HAND_ON = "task.hand_on"
    TASK_MISS_DEADLINE = "task.miss_deadline"
    TASK_READ = "task.read"
    TASK_RESCHEDULE = "task.reschedule"
    TOKEN_VERIFY = "token.verify"  # noqa: S105 - an action
    URGENT_SUPPORT_CLOSE = "urgent_support.close"
    URGENT_SUPPORT_FOLLOW = "urgent_support.follow"
    URGENT_SUPPORT_GIVE = "urgent_support.give"
    URGENT_SUPPORT_MISS_DEADLINE = "urgent_support.miss_deadline"
    URGENT_SUPPORT_READ = "urgent_support.read"

    @property
    def label_ja(self) -> str:
        """The action in the field's words."""
        return PERMISSION_JA[self]


PERMISSION_JA: dict[Permission, str] = {
    Permission.ACCESS_EXPLAIN: "閲覧可否の説明",
    Permission.AREA_ISSUE_CLOSE: "地域課題の解決の記録",
    Permission.AREA_ISSUE_PASS_UP: "上位の会議体への地域課題の提起",
    Permission.AREA_ISSUE_RAISE: "地域課題の提起",
    Permission.AREA_ISSUE_READ: "地域課題の閲覧",
    Permission.ASSESSMENT_MAKE: "アセスメントの記録",
    Permission.ASSESSMENT_READ: "アセスメントの閲覧",
    Permission.AUDIT_ARCHIVE: "保存期間を過ぎた監査記録の書出しと削除",
    Permission.AUDIT_ERASE: "監査記録からの個人の消去",
    Permission.AUDIT_READ: "監査記録の閲覧",
    Permission.AUDIT_REPLAY: "判断の再現",
    Permission.CALENDAR_MAKE: "予定表アドレスの発行",
    Permission.CALENDAR_READ: "予定表の閲覧",
    Permission.CALENDAR_REVOKE: "予定表アドレスの失効",
    Permission.CASE_ADVANCE: "支援の段階の更新",
    Permission.CASE_ESCALATE: "ケースのハブへの引上げ",
    Permission.CASE_GO_STALE: "動きのないケースの検知",
    Permission.CASE_HAND_OVER: "主担当の引継ぎ",
    Permission.CASE_LOSE_HOLDER: "担当者の離任の検知",
    Permission.CASE_NAME_LEAD: "ケースの主担当の決定",
    Permission.CASE_READ: "ケースの閲覧",
    Permission.CASE_SET_TEAM: "支援チームの設定",
    Permission.CHECKLIST_ANSWER: "チェック表の記入",
    Permission.CHECKLIST_READ: "チェック表の閲覧・比較",
    Permission.CONFERENCE_ACKNOWLEDGE: "守秘義務の確認",
    Permission.CONFERENCE_ADD_PAPER: "会議資料（ファイル）の提出",
    Permission.CONFERENCE_AGREE: "会議録への同意・異議",
    Permission.CONFERENCE_ANSWER: "会議出欠の回答",
    Permission.CONFERENCE_CANCEL: "会議の中止",
    Permission.CONFERENCE_CARRY_OVER: "議題の次回への繰越し",
    Permission.CONFERENCE_CONSTITUTE: "法定会議の設置",
    Permission.CONFERENCE_CONTINUE: "会議の続行日の設定",
    Permission.CONFERENCE_FIX: "議題の確定",
    Permission.CONFERENCE_HOLD: "会議の開催記録",
    Permission.CONFERENCE_INVITE: "会議への招集",
    Permission.CONFERENCE_KEEP_BODY: "会議体と構成機関名簿の管理",
    Permission.CONFERENCE_MINUTE: "会議の結果・会議録の記録",
    Permission.CONFERENCE_PLAN: "会議・議題の設定",
    Permission.CONFERENCE_PROMOTE: "同意を得た会議への議題の移行",
    Permission.CONFERENCE_PROPOSE: "会議への議題の提出",
    Permission.CONFERENCE_READ: "会議の閲覧",
    Permission.CONFERENCE_READ_BOARD: "進行管理表の閲覧",
    Permission.CONFERENCE_READ_PACKET: "会議資料の閲覧",
    Permission.CONFERENCE_READ_PAPER: "会議資料（ファイル）の受取り",
    Permission.CONFERENCE_READ_PRE_CHECKS: "対策会議の結果の閲覧",
    Permission.CONFERENCE_REGISTER: "会議参加者の登録",
    Permission.CONFERENCE_RELEASE: "会議で共有した情報の提供",
    Permission.CONFERENCE_REMIND: "会議の出欠の催促",
    Permission.CONFERENCE_UNREGISTER: "会議参加者の登録の取消し",
    Permission.CONFERENCE_WITHDRAW_RELEASE: "会議で共有した情報の提供の取消し",
    Permission.CONFERENCE_WITHDRAW_PAPER: "会議資料（ファイル）の取下げ",
    Permission.CONFERENCE_SERIES_END: "定例会の終了",
    Permission.CONFERENCE_SERIES_MOVE: "定例会の日程変更",
    Permission.CONFERENCE_SERIES_PLAN: "定例会の設定",
    Permission.CONFERENCE_SERIES_READ: "定例会の閲覧",
    Permission.CONFERENCE_SERIES_SKIP: "定例会の休会",
    Permission.CONSENT_EXPIRE: "同意の期限切れ",
    Permission.CONSENT_GRANT: "同意の記録",
    Permission.CONSENT_READ: "同意の閲覧",
    Permission.CONSENT_REFUSE: "不同意の記録",
    Permission.CONSENT_REMIND: "次回連絡日の通知",
    Permission.CONSENT_REVOKE: "同意の撤回",
    Permission.CONSENT_VOID: "誤って記録した同意の取消し",
    Permission.CONSULTATION_AMEND: "相談記録の追記",
    Permission.CONSULTATION_ESCALATE: "相談のハブへの引上げ",
    Permission.CONSULTATION_MISS_DEADLINE: "相談の期限超過",
    Permission.CONSULTATION_READ: "相談記録の閲覧",
    Permission.CONSULTATION_RECEIVE: "相談の受付",
    Permission.CONSULTATION_SCREEN: "スクリーニング（対応方針）",
    Permission.CONTACT_COME_DUE: "次回連絡日の到来",
    Permission.CONTACT_READ: "連絡予定の閲覧",
    Permission.CONTACT_RECORD: "連絡結果の記録",
    Permission.CONTACT_SCHEDULE: "連絡予定の設定",
    Permission.DATE_POLL_ANSWER: "日程調整への回答",
    Permission.DATE_POLL_CANCEL: "日程調整の取りやめ",
    Permission.DATE_POLL_MISS_DEADLINE: "日程調整の回答期限の超過",
    Permission.DATE_POLL_OPEN: "日程調整の開始",
    Permission.DATE_POLL_READ: "日程調整の閲覧",
    Permission.DATE_POLL_SETTLE: "日程の決定",
    Permission.DIRECTORY_READ: "機関名簿の閲覧",
    Permission.DIRECTORY_ROUTE: "ネットワーク内の相談先の選定",
    Permission.DIRECTORY_TELL_CAPACITY: "受入れ状況の更新",
    Permission.DISCLOSURE_DECIDE: "開示決定",
    Permission.DISCLOSURE_EXPORT: "開示文書の作成",
    Permission.DISCLOSURE_EXTEND: "開示期限の延長",
    Permission.DISCLOSURE_READ: "開示請求の閲覧",
    Permission.DISCLOSURE_RECEIVE: "開示請求の受付",
    Permission.EMBARGO_END: "閲覧記録の開示保留の満了",
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
    Permission.FORM_ADD_VERSION: "帳票の自治体版の追加",
    Permission.FORM_READ: "帳票の様式の閲覧",
    Permission.HOUSEHOLD_FORM: "世帯の登録",
    Permission.HOUSEHOLD_READ: "世帯の閲覧",
    Permission.HUB_ANSWER: "ハブの回答・助言",
    Permission.HUB_MISS_DEADLINE: "ハブの期限超過",
    Permission.HUB_READ: "ハブの案件の閲覧",
    Permission.IMPORT_READ: "取込みの確認",
    Permission.IMPORT_RUN: "一括取込み",
    Permission.IMPORT_UNDO: "取込みの取消し",
    Permission.INFORMATION_REQUEST_ANSWER: "資料提供等の依頼への回答",
    Permission.INFORMATION_REQUEST_ASK: "資料提供等の依頼",
    Permission.INFORMATION_REQUEST_MISS_DEADLINE: "資料提供等の依頼の期限超過",
    Permission.INFORMATION_REQUEST_READ: "資料提供等の依頼の閲覧",
    Permission.INFORMATION_REQUEST_WITHDRAW: "資料提供等の依頼の取下げ",
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
    Permission.PLAN_COME_DUE: "プランの見直し時期の到来",
    Permission.PLAN_DECIDE: "支援決定・確認",
    Permission.PLAN_DRAFT: "プランの作成",
    Permission.PLAN_EVALUATE: "プランの評価",
    Permission.PLAN_MONITOR: "プランのモニタリング",
    Permission.PLAN_READ: "プランの閲覧",
    Permission.PLAN_SIGN_OFF: "プランの担当機関の確認",
    Permission.PROVISION_ASK_REVIEW: "ハブへの確認依頼",
    Permission.PROVISION_END: "提供の終了",
    Permission.PROVISION_MAKE: "同意によらない提供",
    Permission.PROVISION_READ: "提供記録の閲覧",
    Permission.PROVISION_REVIEW: "提供の事後確認",
    Permission.PROVISION_TELL: "本人への説明の記録",
    Permission.REFERRAL_ACCEPT: "つなぎの引受け",
    Permission.REFERRAL_AMEND: "つなぎの修正",
    Permission.REFERRAL_AMEND_SENT: "送付後の訂正",
    Permission.REFERRAL_ANSWER: "照会への回答",
    Permission.REFERRAL_CHECK: "つなぎ後の状況確認",
    Permission.REFERRAL_CLOSE: "接触できず終了",
    Permission.REFERRAL_COME_TO_CHECK: "つなぎ後確認日の到来",
    Permission.REFERRAL_COMPLETE: "つなぎの完了",
    Permission.REFERRAL_CONFIRM_WITHDRAWAL: "取下げの確認",
    Permission.REFERRAL_CONTACT: "初回接触の記録",
    Permission.REFERRAL_DECLINE: "つなぎの辞退",
    Permission.REFERRAL_DRAFT: "つなぎの作成",
    Permission.REFERRAL_ESCALATE: "ハブへの引上げ",
    Permission.REFERRAL_FOLLOW_UP: "つなぎ後のフォロー",
    Permission.REFERRAL_KEEP: "取下げへの不同意",
    Permission.REFERRAL_MISS_DEADLINE: "期限超過",
    Permission.REFERRAL_NAME_LEAD: "主担当の決定",
    Permission.REFERRAL_READ: "つなぎの閲覧",
    Permission.REFERRAL_RECEIVE: "つなぎの受領",
    Permission.REFERRAL_REDIRECT: "別の窓口へのつなぎ直し",
    Permission.REFERRAL_REOPEN: "つなぎの再開（新しい回）",
    Permission.REFERRAL_REQUEST_WITHDRAWAL: "取下げの依頼",
    Permission.REFERRAL_RESUME: "つなぎの再開",
    Permission.REFERRAL_RETURN_FOR_INFO: "情報の補足依頼",
    Permission.REFERRAL_SEND: "つなぎの送付",
    Permission.REFERRAL_SUSPEND: "つなぎの停止",
    Permission.REFERRAL_WORK: "支援の継続",
    Permission.REPORT_READ: "業務状況の集計の閲覧",
    Permission.SCREENING_ADD: "対象者の登録（把握調査）",
    Permission.SCREENING_OPEN: "把握調査の開始",
    Permission.SCREENING_READ: "把握調査の閲覧",
    Permission.SCREENING_RECORD: "把握調査の結果の記録",
    Permission.SIGNAL_CLOSE: "気づきの終了",
    Permission.SIGNAL_CONSULT: "気づきから相談へ",
    Permission.SIGNAL_ESCALATE: "気づきのハブへの引上げ",
    Permission.SIGNAL_LOOK_INTO: "気づきの確認・訪問",
    Permission.SIGNAL_MERGE: "気づきの統合",
    Permission.SIGNAL_MISS_DEADLINE: "気づきの期限超過",
    Permission.SIGNAL_PROPOSE: "気づきの会議への提出",
    Permission.SIGNAL_RAISE: "気づきの登録",
    Permission.SIGNAL_READ: "気づきの閲覧",
    Permission.SIGNAL_WATCH: "気づきの見守り",
    Permission.STATISTICS_CLOSE: "統計の月の締め",
    Permission.STATISTICS_READ: "支援状況調査の閲覧",
    Permission.STATISTICS_READ_MANAGEMENT: "運営状況の集計の閲覧",
    Permission.STATISTICS_READ_PUBLIC: "公表統計の閲覧",
    Permission.STATISTICS_SET_POPULATION: "統計用人口の設定",
    Permission.SUPERVISION_ASK: "スーパービジョンの依頼",
    Permission.SUPERVISION_NOTE: "スーパービジョンの記録",
    Permission.SUPERVISION_READ: "スーパービジョンの閲覧",
    Permission.TALLY_COUNT: "利用勧奨の計上",
    Permission.TALLY_READ: "利用勧奨の集計",
    Permission.TASK_COME_DUE: "役割の期限の予告",
    Permission.TASK_DROP: "役割の取りやめ",
    Permission.TASK_FINISH: "役割の完了",
    Permission.TASK_HAND_ON: "役割の担当者の変更",
    Permission.TASK_MISS_DEADLINE: "役割の期限の超過",
    Permission.TASK_READ: "役割の閲覧",
    Permission.TASK_RESCHEDULE: "役割の期限の変更",
    Permission.TOKEN_VERIFY: "トークンの確認",
    Permission.URGENT_SUPPORT_CLOSE: "緊急支援の終了",
    Permission.URGENT_SUPPORT_FOLLOW: "緊急支援の次の一手",
    Permission.URGENT_SUPPORT_GIVE: "緊急支援の記録",
    Permission.URGENT_SUPPORT_MISS_DEADLINE: "緊急支援の期限超過",
    Permission.URGENT_SUPPORT_READ: "緊急支援の閲覧",
}
