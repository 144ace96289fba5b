"""Who may want to do what, and what for: total tables over roles, permissions and purposes."""

from enum import StrEnum

import pytest
from domain_builders import HUB, RECEIVER, SENDER, referral, staff

from service.domain.access import KIND_OF_NOUN, RecordKind
from service.domain.conference_states import ACT_PERMISSION, ConferenceStatus
from service.domain.date_poll import PollStatus
from service.domain.decision import Basis, Remedy, Rule
from service.domain.disclosure import DataClass
from service.domain.notice import NoticeKind
from service.domain.permission import CONSENTABLE_PURPOSES, Permission, Purpose
from service.domain.plan import PlanStatus
from service.domain.referral_states import ENDINGS, PERMISSION, Act, Side, Status
from service.domain.role import ROLE_PERMISSIONS, SELF_PERMISSIONS, SYSTEM_ONLY, Role
from service.domain.scope import EVERY_SCOPE, purposes_for, scope_of

# Names


@pytest.mark.parametrize("kind", [NoticeKind, Permission, RecordKind, Remedy, Role, Rule])
def test_codes_stand_in_alphabetical_order(kind: type[StrEnum]) -> None:
    codes = [member.value for member in kind]
    assert codes == sorted(codes)


@pytest.mark.parametrize("kind", [Permission, Rule])
def test_permissions_and_rules_share_one_grammar(kind: type[StrEnum]) -> None:
    for member in kind:
        noun, _, verb = member.value.partition(".")
        assert noun.replace("_", "").isalpha()
        assert verb.replace("_", "").isalpha()
        assert member.value.islower()
        assert member.name == member.value.replace(".", "_").upper()


@pytest.mark.mechanism("3-01")
def test_nothing_can_be_rejected() -> None:
    assert not [p for p in Permission if "reject" in p.value]
    assert not [act for act in Act if "reject" in act.value]


@pytest.mark.parametrize(
    "kind",
    [
        Act,
        Basis,
        ConferenceStatus,
        DataClass,
        NoticeKind,
        Permission,
        PlanStatus,
        PollStatus,
        Purpose,
        Role,
        Status,
    ],
)
def test_every_code_has_its_japanese_label(kind: type[StrEnum]) -> None:
    """Brief §8 rule 24. No label stands for two codes, and none is left in English."""
    labels = [member.label_ja for member in kind]  # type: ignore[attr-defined]
    assert len(set(labels)) == len(labels)
    assert all(any("\u3040" <= c <= "\u9fff" for c in label) for label in labels)


#: An explanation is about a person's record, an emergency leaves a provision, "me" is a token.
NOT_ITS_NOUN = {
    "access": RecordKind.PERSON,
    "emergency": RecordKind.PROVISION,
    # A form says nothing about anybody: it is read like the directory.
    "form": RecordKind.DIRECTORY,
    "me": RecordKind.TOKEN,
}


def test_every_permission_is_about_a_kind_of_record() -> None:
    for permission in Permission:
        noun = permission.value.partition(".")[0]
        assert KIND_OF_NOUN[noun] is RecordKind(NOT_ITS_NOUN.get(noun, noun))


# Roles

COORDINATION = {
    permission
    for permission in ACT_PERMISSION.values()
    if permission not in {Permission.CONFERENCE_AGREE, Permission.CONFERENCE_ANSWER}
}
#: Who looks for a date is who convenes.
DATES = (
    Permission.CONFERENCE_SERIES_END,
    Permission.CONFERENCE_SERIES_MOVE,
    Permission.CONFERENCE_SERIES_PLAN,
    Permission.CONFERENCE_SERIES_SKIP,
    Permission.DATE_POLL_CANCEL,
    Permission.DATE_POLL_OPEN,
    Permission.DATE_POLL_SETTLE,
    # Whoever chairs also asks for information.
    Permission.INFORMATION_REQUEST_ASK,
    Permission.INFORMATION_REQUEST_WITHDRAW,
)
#: Who convened puts off and drops what was decided.
TASKS = (Permission.TASK_DROP, Permission.TASK_RESCHEDULE)
COORDINATORS = {
    Role.CHIEF_CONSULTANT,
    Role.CONFERENCE_COORDINATOR,
    Role.INTEGRATION_PROMOTER,
    Role.MUNICIPAL_OFFICER,
}
#: The second person who looks at what was done without consent (brief §8 rule 13).
REVIEWERS = {
    Role.CHIEF_CONSULTANT,
    Role.INTEGRATION_PROMOTER,
    Role.MUNICIPAL_OFFICER,
    Role.PRIVACY_OFFICER,
}
#: The person's own rights are answered by the privacy officer (brief §2.8).
ANSWERED_BY_THE_PRIVACY_OFFICER = (
    Permission.DISCLOSURE_DECIDE,
    Permission.DISCLOSURE_EXPORT,
    Permission.DISCLOSURE_EXTEND,
    Permission.DISCLOSURE_READ,
    Permission.DISCLOSURE_RECEIVE,
    Permission.EMBARGO_LIFT,
    Permission.EMBARGO_SET,
    Permission.PERSON_REPORT_ACCESS,
)
#: The access log is read by oversight (brief §1.3, §2.9).
OVERSIGHT = (Permission.AUDIT_READ, Permission.AUDIT_REPLAY, Permission.EMBARGO_READ)
#: Who may do what not every member of staff may. A statutory conference is the municipality's
#: (brief §2.4), and so is the decision on a plan (§8 rule 8).
ONLY: dict[Permission, set[Role]] = {
    **{p: {Role.AUDITOR, Role.PRIVACY_OFFICER} for p in OVERSIGHT},
    **{p: {Role.PRIVACY_OFFICER} for p in ANSWERED_BY_THE_PRIVACY_OFFICER},
    Permission.CONFERENCE_CONSTITUTE: {Role.MUNICIPAL_OFFICER},
    Permission.CONFERENCE_KEEP_BODY: COORDINATORS,
    **dict.fromkeys(DATES, COORDINATORS),
    Permission.CONFERENCE_PROMOTE: COORDINATORS,
    **dict.fromkeys(TASKS, COORDINATORS),
    Permission.FEEDBACK_ACKNOWLEDGE: {Role.WELFARE_COMMISSIONER},
    # Its own version of a form is the municipality's (brief §4.1).
    Permission.FORM_ADD_VERSION: {Role.MUNICIPAL_OFFICER},
    # What the hub leaves lying goes up to the municipality, which answers instead.
    Permission.HUB_ANSWER: {Role.INTEGRATION_PROMOTER, Role.MUNICIPAL_OFFICER},
    Permission.PLAN_DECIDE: {Role.MUNICIPAL_OFFICER},
    # True numbers of the whole municipality, and how an agency fares (brief §7.4).
    Permission.STATISTICS_CLOSE: {Role.MUNICIPAL_OFFICER},
    Permission.STATISTICS_READ: {Role.MUNICIPAL_OFFICER},
    Permission.STATISTICS_READ_MANAGEMENT: {
        Role.CHIEF_CONSULTANT,
        Role.INTEGRATION_PROMOTER,
        Role.MUNICIPAL_OFFICER,
    },
    Permission.STATISTICS_SET_POPULATION: {Role.MUNICIPAL_OFFICER},
    Permission.PROVISION_REVIEW: REVIEWERS,
    Permission.REFERRAL_NAME_LEAD: {Role.INTEGRATION_PROMOTER},
    **{permission: COORDINATORS for permission in sorted(COORDINATION)},  # noqa: C420 - never changed
}
#: Who sees no case by the role alone (brief §1.3), and who works from a paper list (§2.6).
WITHOUT_CASES = {Role.AUDITOR, Role.PRIVACY_OFFICER, Role.SUPERVISOR}
LIMITED = WITHOUT_CASES | {Role.WELFARE_COMMISSIONER}


def test_every_role_has_its_permissions() -> None:
    assert list(ROLE_PERMISSIONS) == list(Role)
    assert all(ROLE_PERMISSIONS.values())


@pytest.mark.parametrize("role", Role)
def test_no_role_may_do_what_only_the_service_does(role: Role) -> None:
    assert not ROLE_PERMISSIONS[role] & SYSTEM_ONLY


def test_the_service_minds_dates_stops_what_lost_its_consent_and_looks_at_tokens() -> None:
    own = {
        # By whoever keeps the database; no route leads there.
        "audit.archive",
        "audit.erase",
        "case.go_stale",
        "case.lose_holder",
        "conference.remind",
        "consent.expire",
        "consent.remind",
        "consultation.miss_deadline",
        "contact.come_due",
        "date_poll.miss_deadline",
        "embargo.end",
        "feedback.outlive",
        "hub.miss_deadline",
        "information_request.miss_deadline",
        "plan.come_due",
        "referral.come_to_check",
        "referral.miss_deadline",
        "referral.suspend",
        "signal.miss_deadline",
        "task.come_due",
        "task.miss_deadline",
        "token.verify",
        "urgent_support.miss_deadline",
    }
    assert own == SYSTEM_ONLY
    assert not SELF_PERMISSIONS & SYSTEM_ONLY


def test_whatever_can_be_wanted_somebody_may_do() -> None:
    granted = SYSTEM_ONLY.union(SELF_PERMISSIONS, *ROLE_PERMISSIONS.values())
    assert granted == set(Permission)


@pytest.mark.parametrize("permission", ONLY)
def test_some_things_only_some_roles_may_do(permission: Permission) -> None:
    assert {r for r in Role if permission in ROLE_PERMISSIONS[r]} == ONLY[permission]


@pytest.mark.parametrize("role", sorted(set(Role) - LIMITED))
def test_everything_else_every_member_of_staff_may_do(role: Role) -> None:
    ordinary = set(Permission) - SYSTEM_ONLY - set(ONLY)
    if role is Role.PARTNER_SYSTEM:
        # A machine has no judgement to break a glass with, or to provide without consent.
        ordinary -= {Permission.EMERGENCY_TAKE, Permission.PROVISION_MAKE}
    assert ROLE_PERMISSIONS[role] >= ordinary
    assert ROLE_PERMISSIONS[role] - ordinary == {p for p in ONLY if role in ONLY[p]}


@pytest.mark.mechanism("3-02")
@pytest.mark.parametrize("role", Role)
def test_every_member_of_staff_takes_in_whoever_comes(role: Role) -> None:
    assert Permission.CONSULTATION_RECEIVE in ROLE_PERMISSIONS[role]


@pytest.mark.parametrize("role", sorted(WITHOUT_CASES))
def test_oversight_and_supervision_open_no_case(role: Role) -> None:
    on_cases = (
        "assessment.",
        "case.",
        "conference.",
        "contact.",
        "consent.",
        "emergency.",
        "enquiry.",
        "feedback.",
        "household.",
        "hub.",
        "information_request.",
        "note.",
        "plan.",
        "referral.",
        "screening.",
        "signal.read",
        "task.",
        "urgent_support.",
    )
    assert not [p for p in ROLE_PERMISSIONS[role] if p.value.startswith(on_cases)]
    assert Permission.PERSON_READ not in ROLE_PERMISSIONS[role]
    assert Permission.PERSON_SEARCH not in ROLE_PERMISSIONS[role]


def test_a_welfare_commissioner_watches_over_and_neither_plans_nor_searches() -> None:
    may = ROLE_PERMISSIONS[Role.WELFARE_COMMISSIONER]
    assert {Permission.REFERRAL_ACCEPT, Permission.PERSON_READ} <= may
    closed = (
        "access.",
        "audit.",
        "consent.",
        "disclosure.",
        "embargo.",
        "emergency.",
        "enquiry.answer",
        "feedback.give",
        "household.",
        "note.",
        "person.register",
        "person.search",
        "plan.",
        "provision.",
        "screening.",
    )
    assert not [p for p in may if p.value.startswith(closed)]


@pytest.mark.parametrize("role", Role)
def test_every_role_knows_who_it_is_and_where_to_send_people(role: Role) -> None:
    assert {Permission.ME_READ, Permission.DIRECTORY_READ} <= ROLE_PERMISSIONS[role]


def test_a_person_reads_takes_back_and_asks_and_changes_nothing_else() -> None:
    changes = {p for p in SELF_PERMISSIONS if (scope_of(p) or "").endswith(".write")}
    assert changes == {Permission.CONSENT_REVOKE}
    assert {Permission.PERSON_READ, Permission.PERSON_REPORT_ACCESS} <= SELF_PERMISSIONS


@pytest.mark.parametrize("role", [r for r in Role if r not in WITHOUT_CASES])
@pytest.mark.parametrize("status", [s for s in Status if s not in ENDINGS])
def test_whoever_may_receive_a_referral_is_never_left_without_a_step(
    role: Role, status: Status
) -> None:
    """Nobody is given something that their role can neither finish nor pass on."""
    waiting = referral(status)
    may = ROLE_PERMISSIONS[role]
    for side, agency in ((Side.SENDER, SENDER), (Side.RECEIVER, RECEIVER)):
        if waiting.turn is None or waiting.turn.acts is not side:
            continue
        if side is Side.SENDER and Permission.REFERRAL_DRAFT not in may:
            continue
        steps = waiting.acts_open_to(waiting.sides_of(agency, hub=False))
        assert {PERMISSION[act] for act in steps} & may


def test_only_a_hub_role_at_a_hub_is_the_hub() -> None:
    here = frozenset({"999997"})
    promoter = frozenset({Role.INTEGRATION_PROMOTER})
    assert staff(agency_id=HUB, hub_of=here, roles=promoter).is_hub
    assert not staff(agency_id=HUB, hub_of=here).is_hub
    assert not staff(roles=promoter).is_hub


def test_roles_add_up() -> None:
    both = staff(roles=frozenset({Role.AUDITOR, Role.WELFARE_COMMISSIONER}))
    alone = (ROLE_PERMISSIONS[r] for r in both.roles)
    assert both.permissions == frozenset().union(*alone)


# Scopes

READS = {
    "access.explain": "persons.read",
    "area_issue.read": "statistics.read",
    "assessment.read": "referrals.read",
    "audit.read": "audit.read",
    "audit.replay": "audit.read",
    "case.read": "referrals.read",
    "checklist.read": "statistics.read",
    "calendar.read": "conferences.read",
    "conference.read": "conferences.read",
    "conference.read_board": "conferences.read",
    "conference.read_packet": "conferences.read",
    "conference.read_paper": "conferences.read",
    "conference.read_pre_checks": "conferences.read",
    "conference_series.read": "conferences.read",
    "consent.read": "consents.read",
    "consultation.read": "referrals.read",
    "contact.read": "referrals.read",
    "date_poll.read": "conferences.read",
    "directory.read": "directory.read",
    "disclosure.export": "disclosures.read",
    "disclosure.read": "disclosures.read",
    "embargo.read": "disclosures.read",
    "enquiry.read": "enquiries.read",
    "feedback.read": "feedbacks.read",
    "form.read": "directory.read",
    "household.read": "persons.read",
    "hub.read": "referrals.read",
    "import.read": "screenings.read",
    "information_request.read": "conferences.read",
    "note.read": "referrals.read",
    "notice.read": "referrals.read",
    "person.read": "persons.read",
    "person.report_access": "persons.read",
    "person.search": "persons.read",
    "plan.read": "plans.read",
    "provision.read": "provisions.read",
    "referral.read": "referrals.read",
    "report.read": "statistics.read",
    "screening.read": "screenings.read",
    "signal.read": "referrals.read",
    "supervision.read": "supervisions.read",
    "statistics.close": "statistics.write",
    "statistics.read": "statistics.read",
    "statistics.read_management": "statistics.read",
    "statistics.read_public": "statistics.read",
    "statistics.set_population": "statistics.write",
    "tally.read": "statistics.read",
    "task.read": "referrals.read",
    "urgent_support.read": "referrals.read",
}
#: What is taken in an emergency is read as a provision.
TAKEN = {"emergency.take": "emergency.write"}


@pytest.mark.parametrize("permission", Permission)
def test_every_permission_has_its_scope(permission: Permission) -> None:
    scope = scope_of(permission)
    if permission in {Permission.ME_READ, Permission.TOKEN_VERIFY}:
        assert scope is None
    elif permission.value in READS:
        assert scope == READS[permission.value]
    elif permission.value in TAKEN:
        assert scope == TAKEN[permission.value]
    else:
        # Everything that is not listed above changes something.
        assert scope is not None
        assert scope.endswith(".write")
        noun = permission.value.partition(".")[0]
        read = READS[f"{noun}.read"]
        assert scope == read.replace(".read", ".write")
    assert scope is None or scope in EVERY_SCOPE


def test_there_is_no_scope_that_opens_nothing() -> None:
    assert {scope_of(p) for p in Permission} - {None} == EVERY_SCOPE


# Purposes

CASE_WORK = {Purpose.CONSULTATION, Purpose.PLANNING, Purpose.SERVICE, Purpose.WATCH_OVER}


REQUEST, OVERSEEING = {Purpose.ACCESS_REQUEST}, {Purpose.AUDIT}
#: What serves another purpose than case work, or case work and another one.
OTHER_PURPOSES: dict[str, set[Purpose]] = {
    "access.explain": CASE_WORK | REQUEST | OVERSEEING,
    "audit.read": OVERSEEING,
    "audit.replay": OVERSEEING,
    "disclosure.decide": REQUEST,
    "disclosure.export": REQUEST,
    "disclosure.extend": REQUEST,
    "disclosure.read": REQUEST,
    "disclosure.receive": REQUEST,
    "embargo.lift": REQUEST,
    "embargo.read": REQUEST | OVERSEEING,
    "embargo.set": REQUEST,
    "person.report_access": REQUEST,
    "provision.read": CASE_WORK | OVERSEEING,
    "provision.review": CASE_WORK | OVERSEEING,
}
#: What is about nobody, and what the service does by itself, without a caller who could say why.
NO_PURPOSE = SYSTEM_ONLY | {
    "area_issue.close",
    "area_issue.pass_up",
    "area_issue.raise",
    "area_issue.read",
    "checklist.answer",
    "checklist.read",
    "conference.constitute",
    "conference.keep_body",
    "directory.read",
    "directory.route",
    "directory.tell_capacity",
    "form.add_version",
    "form.read",
    "me.read",
    "report.read",
    "statistics.close",
    "statistics.read",
    "statistics.read_management",
    "statistics.read_public",
    "statistics.set_population",
    "tally.count",
    "tally.read",
}


@pytest.mark.parametrize("permission", Permission)
def test_whatever_is_about_a_person_needs_a_purpose_that_fits(permission: Permission) -> None:
    if permission in NO_PURPOSE:
        assert purposes_for(permission) is None
    else:
        assert purposes_for(permission) == OTHER_PURPOSES.get(permission, CASE_WORK)


def test_the_tables_of_purposes_name_permissions() -> None:
    assert {*OTHER_PURPOSES, *NO_PURPOSE, *READS, *TAKEN} <= set(Permission)


def test_a_person_consents_to_case_work_and_statistics_and_not_to_oversight() -> None:
    assert CASE_WORK | {Purpose.STATISTICS} == CONSENTABLE_PURPOSES
