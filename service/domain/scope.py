"""The OAuth scope and the purposes of use that go with what a caller may do."""

from functools import cache

from service.domain.permission import Permission, Purpose

CASE_WORK = frozenset({Purpose.CONSULTATION, Purpose.PLANNING, Purpose.SERVICE, Purpose.WATCH_OVER})


@cache
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
    "assessment": "referrals",
    "audit": "audit",
    "calendar": "conferences",
    "case": "referrals",
    "checklist": "statistics",
    "conference": "conferences",
    "conference_series": "conferences",
    "consent": "consents",
    "consultation": "referrals",
    "contact": "referrals",
    "date_poll": "conferences",
    "directory": "directory",
    "disclosure": "disclosures",
    "embargo": "disclosures",
    "emergency": "emergency",
    "enquiry": "enquiries",
    "feedback": "feedbacks",
    "form": "directory",
    "household": "persons",
    "hub": "referrals",
    "import": "screenings",
    "information_request": "conferences",
    "note": "referrals",
    "notice": "referrals",
    "person": "persons",
    "plan": "plans",
    "provision": "provisions",
    "referral": "referrals",
    "report": "statistics",
    "screening": "screenings",
    "signal": "referrals",
    "statistics": "statistics",
    "supervision": "supervisions",
    "tally": "statistics",
    "task": "referrals",
    "urgent_support": "referrals",
}

EVERY_SCOPE = frozenset(s for p in Permission if (s := scope_of(p)) is not None)

_ACCESS_REQUEST = frozenset({Purpose.ACCESS_REQUEST})

#: Purposes that fit an action. Anything about a person needs one of case work.
_PURPOSES: dict[Permission, frozenset[Purpose] | None] = {
    Permission.ACCESS_EXPLAIN: CASE_WORK | {Purpose.AUDIT, Purpose.ACCESS_REQUEST},
    Permission.AREA_ISSUE_CLOSE: None,
    Permission.AREA_ISSUE_PASS_UP: None,
    Permission.AREA_ISSUE_RAISE: None,
    Permission.AREA_ISSUE_READ: None,
    Permission.AUDIT_ARCHIVE: None,
    Permission.AUDIT_ERASE: None,
    Permission.AUDIT_READ: frozenset({Purpose.AUDIT}),
    Permission.AUDIT_REPLAY: frozenset({Purpose.AUDIT}),
    Permission.CASE_GO_STALE: None,
    Permission.CASE_LOSE_HOLDER: None,
    Permission.CHECKLIST_ANSWER: None,
    Permission.CHECKLIST_READ: None,
    Permission.CONFERENCE_CONSTITUTE: None,
    Permission.CONFERENCE_KEEP_BODY: None,
    Permission.CONFERENCE_REMIND: None,
    Permission.CONSENT_EXPIRE: None,
    Permission.CONSENT_REMIND: None,
    Permission.CONSULTATION_MISS_DEADLINE: None,
    Permission.CONTACT_COME_DUE: None,
    Permission.DATE_POLL_MISS_DEADLINE: None,
    Permission.DIRECTORY_READ: None,
    Permission.DIRECTORY_ROUTE: None,
    Permission.DIRECTORY_TELL_CAPACITY: None,
    Permission.DISCLOSURE_DECIDE: _ACCESS_REQUEST,
    Permission.DISCLOSURE_EXPORT: _ACCESS_REQUEST,
    Permission.DISCLOSURE_EXTEND: _ACCESS_REQUEST,
    Permission.DISCLOSURE_READ: _ACCESS_REQUEST,
    Permission.DISCLOSURE_RECEIVE: _ACCESS_REQUEST,
    Permission.EMBARGO_END: None,
    Permission.EMBARGO_LIFT: _ACCESS_REQUEST,
    Permission.EMBARGO_READ: _ACCESS_REQUEST | {Purpose.AUDIT},
    Permission.EMBARGO_SET: _ACCESS_REQUEST,
    Permission.FEEDBACK_OUTLIVE: None,
    Permission.FORM_ADD_VERSION: None,
    Permission.FORM_READ: None,
    Permission.HUB_MISS_DEADLINE: None,
    Permission.INFORMATION_REQUEST_MISS_DEADLINE: None,
    Permission.ME_READ: None,
    Permission.PERSON_REPORT_ACCESS: _ACCESS_REQUEST,
    Permission.PLAN_COME_DUE: None,
    Permission.PROVISION_READ: CASE_WORK | {Purpose.AUDIT},
    Permission.PROVISION_REVIEW: CASE_WORK | {Purpose.AUDIT},
    Permission.REFERRAL_COME_TO_CHECK: None,
    Permission.REFERRAL_MISS_DEADLINE: None,
    Permission.REFERRAL_SUSPEND: None,
    Permission.REPORT_READ: None,
    Permission.SIGNAL_MISS_DEADLINE: None,
    Permission.STATISTICS_CLOSE: None,
    Permission.STATISTICS_READ: None,
    Permission.STATISTICS_READ_MANAGEMENT: None,
    Permission.STATISTICS_READ_PUBLIC: None,
    Permission.STATISTICS_SET_POPULATION: None,
    Permission.TALLY_COUNT: None,
    Permission.TALLY_READ: None,
    Permission.TASK_COME_DUE: None,
    Permission.TASK_MISS_DEADLINE: None,
    Permission.TOKEN_VERIFY: None,
    Permission.URGENT_SUPPORT_MISS_DEADLINE: None,
}


def purposes_for(permission: Permission) -> frozenset[Purpose] | None:
    """The purposes that fit the action; ``None`` where no person is touched and none is needed."""
    return _PURPOSES.get(permission, CASE_WORK)
