"""Request bodies that work on the demo city, for the contract, /docs and the route matrix.

The ids of agencies and desks are those of the demo city; those of records are placeholders.
"""

from typing import Any

RECORD = "01990000-0000-7000-8000-000000000000"
SELF_RELIANCE = "0199aaaa-0000-7000-8000-0000000000a3"
COUNCIL = "0199aaaa-0000-7000-8000-0000000000a4"
LEGAL = "0199aaaa-0000-7000-8000-0000000000ad"
SELF_RELIANCE_DESK = "0199aaaa-0000-7000-8000-0000000000d3"

PERSON: dict[str, Any] = {
    "names": [
        {
            "kind": "official",
            "family": "試験",
            "given": "次郎",
            "family_kana": "シケン",
            "given_kana": "ジロウ",
        }
    ],
    "birth": "昭和56年3月9日",
    "sex": "male",
    "municipality_code": "999997",
    "area": "district_3",
    "living": "兄と同居。仕事はしていない。",
    "considerations": "歯の痛みで食事がとりにくい。",
}
SEARCH = {"kana": "しけん じろう", "birth": "1981"}
HOUSEHOLD = {"members": [{"person_id": RECORD, "relation": "self", "lives_together": True}]}
CONSENT: dict[str, Any] = {
    "person_id": RECORD,
    "method": "written",
    "evidence": "申込票 2026-0012",
    "explained_on": "2026-11-20",
    "rule_version": "個人情報取扱規程 2026-04",
    "purposes": ["consultation", "planning"],
    "data_classes": ["D1", "D2", "D3", "D4"],
    "receivers": {"kinds": ["self_reliance_agency", "social_welfare_council", "legal_aid"]},
    "valid_from": "2026-11-20",
}
CONSENT_REFUSAL = {
    "person_id": RECORD,
    "explained_on": "2026-11-20",
    "rule_version": "個人情報取扱規程 2026-04",
    "next_contact_on": "2099-01-15",
}
CONSENT_REVOCATION = {"receivers": {"agencies": [LEGAL]}, "reason": "本人の申出"}
CONSULTATION = {
    "told": "どこに相談したらよいか分からない。",
    "channel": "visit",
    "area": "district_3",
}
REFERRAL: dict[str, Any] = {
    "person_id": RECORD,
    "to_desk_id": SELF_RELIANCE_DESK,
    "purpose": "consultation",
    "handover": {"mode": "accompany", "at": "2026-11-25T10:00:00+09:00", "staff": "公民館 川田"},
    "prior_contact": "自立相談支援センター 木村さんに電話（11/20）",
    "reason": "借金、歯の痛み、近所との関係に困っている。",
    "needs": [
        {"theme": "debt", "text": "借入れが数件ある。"},
        {"theme": "health", "text": "歯科を受診したい。"},
    ],
    "wishes": "静かに暮らしたい。",
    "data_classes": ["D1", "D2", "D3", "D4"],
}
NOTE = {"note": "電話で確認済み"}
REASON = {"reason": "担当を決められないため"}
DECLINE = {
    "reason": "手帳がなく、当センターの対象ではない。",
    "proposal": {"desk_id": SELF_RELIANCE_DESK, "contacted": "木村さんに電話（11/21）"},
}
QUESTION = {"question": "世帯の収入の状況を教えてください。"}
ANSWER_INFO = {"answer": "本人の年金のみです。"}
REDIRECT = {"to_desk_id": SELF_RELIANCE_DESK, "note": "提案のとおり"}
NAME_LEAD = {
    "lead_agency_id": SELF_RELIANCE,
    "deputy_agency_id": COUNCIL,
    "team": [{"agency_id": LEGAL, "themes": ["debt"]}],
    "reason": "家計の相談から入るのがよい。",
}
CONTACT = {"at": "2026-11-20T10:00:00+09:00", "reached": True, "note": "自宅で面談"}
FOLLOW_UP = {
    "at": "2026-11-20T10:00:00+09:00",
    "note": "電話で様子を伺った。督促が止まり、眠れているとのこと。",
}
CHECK = {
    "well": False,
    "note": "本人に電話。相談は続いているが、家賃の支払いが不安とのこと。",
    "again_on": "2099-01-15",
}
REOPEN = {"reason": "支援を終えたあと、家賃の滞納が再び始まった。"}
AMEND_SENT = {
    "changes": {"wishes": "静かに、今の家で暮らしたい。", "urgency": "urgent"},
    "reason": "本人から聞き取り直した。",
}
COMPLETE = {"outcome": "support_started", "note": "プランに移行"}
CONFERENCE: dict[str, Any] = {
    "kind": "support_coordination_conf",
    "starts_at": "2099-12-01T13:30:00+09:00",
    "ends_at": "2099-12-01T15:00:00+09:00",
    "place": "市役所 3階 会議室",
    "online_url": "https://meet.example.jp/mihon-2099",
}
DATE_POLL: dict[str, Any] = {
    "title": "第8回 支援調整会議",
    "kind": "support_coordination_conf",
    "minutes": 90,
    "slots": [
        {"starts_at": "2099-12-01T13:30:00+09:00", "place": "市役所 3階 会議室"},
        {"starts_at": "2099-12-02T10:00:00+09:00", "place": "市役所 3階 会議室"},
        {"starts_at": "2099-12-03T15:00:00+09:00", "online_url": "https://meet.example.jp/m"},
    ],
    "agencies": [
        {"agency_id": COUNCIL, "required": True},
        {"agency_id": LEGAL, "required": False},
    ],
    "answer_by": "2099-11-24",
}
DATE_POLL_ANSWER = {
    "answers": [{"slot": 0, "answer": "yes"}, {"slot": 1, "answer": "if_need_be"}],
    "representative": "木村",
}
DATE_POLL_SETTLE = {"slot": 0}
SERIES: dict[str, Any] = {
    "kind": "support_coordination_conf",
    "local_name": "支援調整会議（定例）",
    "place": "市役所 3階 会議室",
    "starts": "13:30",
    "minutes": 90,
    "rule": {
        "every": "month",
        "weekday": 1,
        "nth": 2,
        "first": "2099-01-01",
        "until": "2099-12-31",
        "on_closed_day": "next_working",
    },
    "agency_ids": [COUNCIL, LEGAL],
    "chair_rotation": [SELF_RELIANCE, COUNCIL],
}
SERIES_SKIP = {"sitting": 1}
SERIES_MOVE = {"sitting": 1, "starts_at": "2099-01-20T10:00:00+09:00"}
INVITATION = {"agency_ids": [COUNCIL, LEGAL]}
INVITATION_ANSWER = {"answer": "accepted", "representative": "木村"}
ITEM: dict[str, Any] = {
    "purpose": "plan_appropriateness",
    "minutes": 20,
    "subject": "支援プランの適切性",
    "person_ids": [RECORD],
}
PAPER_NAME = "家計の見通し.csv"
PAPER = "月,収入,支出\r\n12,128000,141000\r\n"
WITHDRAW_PAPER = {"reason": "数字に誤りがあったため差し替えます。"}
HOLD = {"present_attendee_ids": [RECORD]}
RESULT: dict[str, Any] = {
    "result": "discussed",
    "decision": "役割分担を確認した。",
    "tasks": [{"agency_id": COUNCIL, "what": "歯科に同行する", "due_on": "2099-12-15"}],
}
MINUTES = {"text": "出席者全員で役割を確認した。"}
MINUTES_AGREEMENT = {"agrees": True, "remark": "役割分担の記載を確認した。"}
MINUTES_CORRECTION = {
    "text": "出席者全員で役割と期限を確認した。",
    "reason": "期限についての記載が漏れていた。",
}
MINUTES_DRAFT = {"next_at": "2099-12-18T13:30:00+09:00"}
TASK_OUTCOME = {"outcome": "歯科を受診した。"}
TASK_RESCHEDULING = {"due_on": "2099-12-22", "reason": "受診日が変わったため"}
TASK_DROP = {"reason": "家族が付き添うことになったため"}
TASK_HAND_ON: dict[str, Any] = {"position_id": None}
PLAN_VERSION: dict[str, Any] = {
    "goal_in_own_words": "借金を片付けて、静かに暮らしたい。",
    "period_from": "2026-12-01",
    "period_until": "2027-11-30",
    "monitoring_on": "2027-03-01",
    "lines": [
        {
            "theme": "debt",
            "issue": "借入れの整理",
            "goal_in_own_words": "督促の電話をなくしたい。",
            "action": "法律相談を受け、債務整理を進める",
            "responsible_agency_id": LEGAL,
            "starts_on": "2026-12-01",
            "frequency": "月1回",
            "exit": "返済計画がまとまる",
        }
    ],
}
PLAN_LINE: dict[str, Any] = PLAN_VERSION["lines"][0] | {
    "self_reliance": "economic",
    "target": "3か月で債務の一覧がそろう",
}
PLAN: dict[str, Any] = PLAN_VERSION | {"person_id": RECORD}
AGREEMENT = {
    "number": 1,
    "agreed_on": "2026-11-20",
    "agreed_by": "本人",
    "evidence": "プラン署名 2026-0003",
    "unsigned_reason": "法律相談の担当は会議の席で確認する。",
}
SIGN_OFF = {"number": 1}
NO_DECISION = {"number": 1, "reason": "収入の見込みを確かめてから、もう一度諮ること。"}
MONITORING: dict[str, Any] = {
    "on": "2026-11-20",
    "findings": [{"line_id": RECORD, "progress": "on_track", "note": "初回の相談を終えた。"}],
    "note": "本人は落ち着いている。",
}
EVALUATION: dict[str, Any] = {
    "on": "2026-11-20",
    "reason": "goals_reached",
    "lines": [{"line_id": RECORD, "achieved": "achieved", "note": "返済計画がまとまった。"}],
    "changes": ["budget", "peace_of_mind"],
    "wishes": "これからも時々話を聞いてほしい。",
    "result": "ended",
    "category": "goal_reached",
    "exit": "地域の集いの場",
    "after_care": {"choice": "commissioner", "how": "地区の民生委員が月に一度声をかける。"},
}
REPLAN = {"period_from": "2026-12-01", "period_until": "2027-11-30", "monitoring_on": "2027-03-01"}
DECISION = {"number": 1, "decision_number": "福第123号"}
CAPACITY = {
    "open": True,
    "places": 2,
    "waiting_days": 7,
    "until": "2099-03-31",
    "note": "家計相談は翌週から受けられます。",
}
ROUTING = {
    "theme": "debt",
    "area": "district_3",
    "question": "督促状が届いたときの相談先",
}
ROUTE = {"municipality_code": "999997", "area": "district_3", "theme": "debt"}
ACKNOWLEDGEMENT = {"answer": "写しを廃棄しました。"}
CITY = "0199aaaa-0000-7000-8000-0000000000a1"
HEALTH_CENTRE = "0199aaaa-0000-7000-8000-0000000000b1"
COMMISSIONER = "0199aaaa-0000-7000-8000-000000001013"
EMERGENCY = {
    "person_id": RECORD,
    "reason": "訪問したが応答がなく、室内で倒れている可能性があるため連絡先が必要。",
    "data_classes": ["D1", "D4"],
    "minutes": 30,
}
PROVISION: dict[str, Any] = {
    "person_id": RECORD,
    "basis": "LIFE",
    "to_agency_id": HEALTH_CENTRE,
    "purposes": ["consultation"],
    "data_classes": ["D1"],
    "hours": 12,
    "reason": "水道・電気が止まり衰弱している。本人は意思表示が難しい。",
    "message": "本日中の訪問と健康状態の確認をお願いします。",
    "approver": "地域福祉係長 松本",
}
REVIEW = {"verdict": "justified", "finding": "生命の危険があり、必要最小限であった。"}
TELL = {"how": "12月1日に面談で説明した（川田）"}
NOTHING: dict[str, Any] = {}
ENQUIRY = {
    "kind": "acquaintance",
    "to_agency_id": COUNCIL,
    "name": "試験 太郎",
    "address": "第3地区 2番地3",
    "noticed": "検針に伺うたびに郵便物がたまっている。関わりのある方か。",
}
ENQUIRY_ANSWER = {"answer": "noted", "note": "翌日に訪問する。"}
FEEDBACK = {
    "person_id": RECORD,
    "to_position_id": COMMISSIONER,
    "items": ["name", "address", "watch_point"],
    "watch_point": "冬の間、灯油の残りを声かけで確認してほしい。",
}
PROGRESS_NOTE = {
    "happened_on": "2026-11-20",
    "text": "自宅を訪問。家計表を一緒に作り始めた。",
    "sensitive": "歯の痛みが続いている。",
    "opinion": "兄の前では話しにくい様子。",
}
EXPLAIN = {"kind": "person", "record_id": RECORD, "purpose": "consultation"}
DISCLOSURE_REQUEST = {
    "person_id": RECORD,
    "requested_on": "2026-11-20",
    "identity_checked_by": "運転免許証",
}
EXTENSION = {"reason": "対象となる記録が多く、確認に時間を要するため。"}
DISCLOSURE_DECISION = {
    "result": "partial",
    "grounds": ["third_party"],
    "decision_number": "福開第12号",
}
EMBARGO = {
    "ground": "dv_protection",
    "agency_ids": [SELF_RELIANCE],
    "reason": "加害者が本人の端末を見ており、相談先が知られるおそれがある。",
    "approver": "福祉課長",
    "until": "2027-03-31",
}
REPRESENTATIVE = {
    "kind": "adult_guardian",
    "name": "後見 一郎",
    "ground": "みほん家庭裁判所 令和8年（家）第12号",
    "scope": ["consent", "disclosure_request"],
    "valid_from": "2026-04-01",
}
VOID = {"reason": "別の方の同意書を誤って入力した。"}
PREFECTURAL_COUNCIL = "0199aaaa-0000-7000-8000-0000000000b0"
BODY = {
    "kind": "support_conf_layered",
    "name": "みほん市支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和6年告示第10号）",
    "valid_from": "2024-04-01",
    "paper_days": 14,
    "member_agency_ids": [COUNCIL, LEGAL],
}
BODY_TERMS = {
    "name": "みほん市支援会議",
    "by_laws": "みほん市支援会議設置要綱（令和8年告示第3号）",
    "valid_from": "2024-04-01",
    "quorum_percent": 60,
}
BODY_END = {"last_day": "2099-03-31"}
BODY_MEMBER = {"agency_id": PREFECTURAL_COUNCIL, "valid_from": "2024-04-01"}
BODY_MEMBER_END = {"last_day": "2099-03-31"}
PARTICIPANT = {"position_id": RECORD}
SECRECY = {"notice_version": "CONF_LAYERED@2021-04-01"}
CARRY_OVER = {"to_conference_id": RECORD}
CONTINUATION = {
    "starts_at": "2099-12-18T13:30:00+09:00",
    "ends_at": "2099-12-18T15:00:00+09:00",
}
PROMOTION: dict[str, Any] = {
    "to_conference_id": RECORD,
    "kind": "layered_support_conf",
    "purpose": "information_exchange",
    "minutes": 30,
    "subject": "本人の希望する居場所と、これからの支援の役割分担",
}
RELEASE = {
    "what": "subject",
    "text": "だれが訪ねるか",
    "to_item_id": RECORD,
}
EDITED_ITEM = {
    "purpose": "information_exchange",
    "minutes": 15,
    "subject": "見守りの分担と、次に訪問する日について",
}
ARRANGEMENT = {"minutes": 10}
ORDER = {"item_ids": [RECORD]}
PARTS = {
    "parts": [
        {"subject": "見守りの分担について", "minutes": 10},
        {"subject": "次に訪問する日について", "minutes": 5},
    ]
}
CONVERSION = {"kind": "layered_support_conf"}
SUPERVISION = {
    "to_agency_id": PREFECTURAL_COUNCIL,
    "person_id": RECORD,
    "pseudonym": "Aさん",
    "summary": "長く家から出ていない50代の方と高齢の親の世帯。訪問の間合いについて助言がほしい。",
    "days": 14,
}
SESSION_NOTE = {"note": "週1回の訪問を続け、本人の関心から入る。"}
SCREENING = {
    "title": "特例貸付 借受世帯の把握",
    "documented_purpose": "特例貸付の借受世帯に対するフォローアップ支援（要綱第5条）",
    "counts_for_agency_ids": [PREFECTURAL_COUNCIL],
}
SCREENED = {"entries": [{"person_id": RECORD, "flagged": True}]}
SCREENING_OUTCOME = {"person_id": RECORD, "outcome": "accepted"}
AREA_ISSUE = {
    "title": "ごみ出しができない世帯",
    "text": "集積所まで運べない高齢・障害のある世帯が増えている。",
    "theme": "daily_life",
    "counts": [{"area": "district_1", "cases": 7}, {"area": "district_3", "cases": 3}],
}
AREA_ISSUE_CLOSURE = {"activity": "小学校と民生委員による朝のごみ出し手伝いを始めた。"}
AREA_ISSUE_PASSED = {
    "body_id": RECORD,
    "text": "集積所まで運べない世帯が増え、地区だけでは支えきれない。",
}
RECOMMENDATION = {"happened_on": "2026-11-20", "outcome": "declined", "theme": "arrears"}
COUNCIL_DESK = "0199aaaa-0000-7000-8000-0000000000d4"
SIGNAL: dict[str, Any] = {
    "kind": "neighbour_check",
    "area": "district_3",
    "place": "第3地区 9番地9",
    "who": "60代くらいの男性、一人暮らし",
    "text": "呼びかけに返事はあるが、元気がない。",
    "check_items": ["lifeline_stopped", "mail_piles_up"],
    "informant": "福祉推進員",
}
LOOK = {"at": "2026-11-20T09:30:00+09:00", "found": "訪問した。食べる物がなく、衰弱している。"}
WATCH_SIGNAL = {"look_again_on": "2027-01-15", "note": "週1回の声かけを続ける。"}
MERGE_SIGNAL = {"into_signal_id": RECORD}
CLOSE_SIGNAL = {"reason": "no_concern", "note": "旅行中で、帰宅を確認した。"}
PROPOSE_SIGNAL = {"conference_id": RECORD, "minutes": 10}
ESCALATE = {
    "reason": "どの機関も主担当を引き受けられない。",
    "summary": "債務と体調不良が重なる世帯の主担当をどこが担うか。",
}
HUB_ANSWER = {"advice": "自立相談支援センターが中心となり、家計と受診を並行して進めてください。"}
SCREEN = {"act": "inform", "note": "制度の案内で解決した。"}
CASE_LEAD = {
    "lead_agency_id": SELF_RELIANCE,
    "deputy_agency_id": COUNCIL,
    "replaces_lead_id": RECORD,
    "reason": "家計と就労の支援が中心となるため。",
}
HAND_OVER = {
    "lead_agency_id": SELF_RELIANCE,
    "note": "家計表は本人が毎週持参する。受診は月末の予定。",
}
TEAM = {"members": [{"agency_id": COUNCIL, "role": "食料支援と見守り", "themes": ["food"]}]}
ADVANCE = {"stage": "assessing", "note": "面談を始めた。"}
CLOSE_CASE = {
    "category": "goal_reached",
    "exit": "地域の集いの場",
    "note": "家計が安定し、就労も続いている。",
    "after_care": "民生委員が月1回声をかける。",
    "contact_on": "2027-03-01",
}
ASSESSMENT = {
    "assessed_on": "2026-11-20",
    "members": [
        {
            "person_id": RECORD,
            "checks": ["debt", "illness", "isolation"],
            "issues": "督促が続き、受診をやめている。",
            "strengths": "几帳面で、通帳の記録を残している。",
        }
    ],
}
CONTACT_SCHEDULE = {
    "person_id": RECORD,
    "why": "stay_connected",
    "next_on": "2027-02-18",
    "every_days": 90,
    "how": "午前中に電話。つながらなければ訪問。",
}
CONTACT_MADE = {
    "at": "2026-11-20T10:00:00+09:00",
    "reached": True,
    "note": "変わりなく暮らしている。",
    "next_on": "2027-05-19",
}
INFORMATION_REQUEST: dict[str, Any] = {
    "agency_id": COUNCIL,
    "asks": [{"what": "information", "text": "この地区で利用できる見守りの仕組みと空き状況"}],
    "due_on": "2026-12-04",
}
INFORMATION_ANSWER = {"text": "週2回の配食と声かけに空きがあります。"}
URGENT_SUPPORT = {
    "person_id": RECORD,
    "kind": "food",
    "what": "米10食分と缶詰",
    "given_at": "2026-11-20T10:00:00+09:00",
}
URGENT_NEXT = {"next_kind": "consultation", "next_id": RECORD}
URGENT_CLOSE = {"reason": "本人の所在が分からなくなった。"}
IMPORT_PURPOSE = "特例貸付の借受世帯に対するフォローアップ支援（要綱第5条）"
BORROWERS = (
    "氏名,ふりがな,世帯番号,償還状況(滞納月数),家計の困りごと,就労状況,債務,食料,備考\r\n"
    "借受 一世,かりうけ かずよ,K-001,4,有,離職・失業,有,無,\r\n"
    "借受 二葉,かりうけ ふたば,K-002,0,無,就労中,無,無,\r\n"
)
UNDO_IMPORT = {"reason": "昨年度の名簿を取り込んでしまったため。"}

FORM_VERSION = {
    "valid_from": "2027-04-01",
    "fields": [
        {
            "code": "town_bus",
            "label_ja": "コミュニティバスの利用",
            "kind": "choice",
            "data_class": "D2",
            "options": [
                {"number": "1", "code": "uses", "label_ja": "利用している"},
                {"number": "2", "code": "does_not", "label_ja": "利用していない"},
            ],
        }
    ],
}
FORM_ANSWERS: dict[str, Any] = {"answers": {}}
FORM_FILE = "項目コード,項目,値\n_form,帳票,intake_application\n_version,版,1\n"
CHECKLIST = {
    "year": 2026,
    "checker": "council_staff",
    "items": [
        {"item": "1-1", "checked": True, "comment": "様式はあるが、共有の場が月1回にとどまる。"}
    ],
}
POPULATION = {
    "population": 15_130,
    "population_as_of": "2026-01-01",
    "population_source": "住民基本台帳",
}
