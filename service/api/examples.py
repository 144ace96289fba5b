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
COMPLETE = {"outcome": "support_started", "note": "プランに移行"}
CONFERENCE: dict[str, Any] = {
    "kind": "support_coordination_conf",
    "starts_at": "2099-12-01T13:30:00+09:00",
    "ends_at": "2099-12-01T15:00:00+09:00",
    "place": "市役所 3階 会議室",
    "online_url": "https://meet.example.jp/mihon-2099",
}
INVITATION = {"agency_ids": [COUNCIL, LEGAL]}
INVITATION_ANSWER = {"answer": "accepted", "representative": "木村"}
ITEM: dict[str, Any] = {
    "purpose": "plan_appropriateness",
    "minutes": 20,
    "subject": "支援プランの適切性",
    "person_ids": [RECORD],
}
HOLD = {"present_attendee_ids": [RECORD]}
RESULT: dict[str, Any] = {
    "result": "discussed",
    "decision": "役割分担を確認した。",
    "tasks": [{"agency_id": COUNCIL, "what": "歯科に同行する", "due_on": "2099-12-15"}],
}
MINUTES = {"text": "出席者全員で役割を確認した。"}
TASK_OUTCOME = {"outcome": "歯科を受診した。"}
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
PLAN: dict[str, Any] = PLAN_VERSION | {"person_id": RECORD}
AGREEMENT = {
    "number": 1,
    "agreed_on": "2026-11-20",
    "agreed_by": "本人",
    "evidence": "プラン署名 2026-0003",
}
DECISION = {"number": 1, "decision_number": "福第123号"}
ROUTE = {"municipality_code": "999997", "area": "district_3", "theme": "debt"}
ACKNOWLEDGEMENT = {"answer": "写しを廃棄しました。"}
