"""The answer to "may this be shown or done?": a permit or a denial, each with its rule.

A decision is a value. It is recorded in the audit log as it stands, and the denial is told
to the caller together with what would make it possible (promise 1).
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from service.domain.disclosure import Classes, DataClass

#: Raised with every change to a rule, so that an audited decision can be understood later.
POLICY_VERSION = "2026-11-3"


class Basis(StrEnum):
    """Legal bases for access (brief §2.2). What each says in law is dated data (``law``)."""

    CONSENT = "CONSENT"
    """The person's consent: APPI art. 69(2)1, art. 27(1)."""
    CONF_NEEDY = "CONF_NEEDY"
    """支援会議: Act on Self-Reliance Support for Needy Persons, art. 9."""
    CONF_LAYERED = "CONF_LAYERED"
    """支援会議: Social Welfare Act, art. 106-6."""
    CONF_CHILD = "CONF_CHILD"
    """Council for children needing protection: Child Welfare Act, art. 25-2 and 25-3."""
    CONF_OTHER = "CONF_OTHER"
    """Another statutory council, each by its own Act."""
    LIFE = "LIFE"
    """Life, body or property in danger and consent hard to get: APPI art. 27(1)2, 69(2)4."""
    CHILD_HEALTH = "CHILD_HEALTH"
    """Public health or the sound growth of children: APPI art. 27(1)3."""
    PUBLIC_DUTY = "PUBLIC_DUTY"
    """Co-operation with a public body's legal duty: APPI art. 27(1)4."""
    PUBLIC_BODY = "PUBLIC_BODY"
    """From one public body to another for its legal duty: APPI art. 69(2)3."""
    INTERNAL = "INTERNAL"
    """Within the same body: APPI art. 69(2)2; private bodies within the stated purpose."""
    ENTRUST = "ENTRUST"
    """To a contractor within the entrusted work: APPI art. 27(5)1."""
    DUTY_REPORT = "DUTY_REPORT"
    """Statutory report of abuse to its legal addressee."""
    SELF = "SELF"
    """The person: APPI art. 69(2)1 and 76."""
    ANON = "ANON"
    """No person can be identified: not personal data."""

    @property
    def label_ja(self) -> str:
        """The basis in the field's words."""
        return BASIS_JA[self]


BASIS_JA: dict[Basis, str] = {
    Basis.CONSENT: "本人同意",
    Basis.CONF_NEEDY: "支援会議（生活困窮者自立支援法）",
    Basis.CONF_LAYERED: "支援会議（社会福祉法）",
    Basis.CONF_CHILD: "要保護児童対策地域協議会",
    Basis.CONF_OTHER: "その他の法定会議",
    Basis.LIFE: "人の生命、身体又は財産の保護",
    Basis.CHILD_HEALTH: "公衆衛生・児童の健全育成",
    Basis.PUBLIC_DUTY: "国の機関等への協力",
    Basis.PUBLIC_BODY: "他の行政機関等への提供",
    Basis.INTERNAL: "同一機関内での利用",
    Basis.ENTRUST: "委託業務の範囲内",
    Basis.DUTY_REPORT: "法定の通報・通告",
    Basis.SELF: "本人",
    Basis.ANON: "匿名情報",
}

#: Brief §2.2: the person before everybody, an emergency before consent, consent before a
#: statutory conference, that before what bodies may hand each other.
DECISION_ORDER: tuple[Basis, ...] = (
    Basis.SELF,
    Basis.DUTY_REPORT,
    Basis.LIFE,
    Basis.CHILD_HEALTH,
    Basis.CONSENT,
    Basis.CONF_NEEDY,
    Basis.CONF_LAYERED,
    Basis.CONF_CHILD,
    Basis.CONF_OTHER,
    Basis.PUBLIC_BODY,
    Basis.PUBLIC_DUTY,
    Basis.INTERNAL,
    Basis.ENTRUST,
    Basis.ANON,
)

#: Statutory conferences, where named exchange without consent is possible.
CONFERENCE_BASES = frozenset(
    {Basis.CONF_NEEDY, Basis.CONF_LAYERED, Basis.CONF_CHILD, Basis.CONF_OTHER}
)

#: Bases for what is done without asking the person: none of it is routine, and the person
#: may ask about all of it.
WITHOUT_CONSENT = frozenset(Basis) - {Basis.CONSENT, Basis.SELF, Basis.ANON, Basis.INTERNAL}


class Duty(StrEnum):
    """What a permit obliges whoever shows the data to (checklist Z8)."""

    NOTIFY_LEAD = "notify_lead"
    NOTIFY_PRIVACY_OFFICER = "notify_privacy_officer"
    REVIEW_BY = "review_by"
    TELL_PERSON = "tell_person"
    READABLE_UNTIL = "readable_until"
    NO_ONWARD = "no_onward"

    @property
    def label_ja(self) -> str:
        """The duty in the field's words."""
        return DUTY_JA[self]


DUTY_JA: dict[Duty, str] = {
    Duty.NOTIFY_LEAD: "主担当への通知",
    Duty.NOTIFY_PRIVACY_OFFICER: "個人情報保護担当への通知",
    Duty.REVIEW_BY: "期限までの事後確認",
    Duty.TELL_PERSON: "本人への事後の説明",
    Duty.READABLE_UNTIL: "閲覧期限",
    Duty.NO_ONWARD: "会議外・目的外への提供禁止",
}


class Obligation(BaseModel):
    """A duty that comes with a permit, with its date where it has one."""

    model_config = ConfigDict(frozen=True)

    duty: Duty
    until: datetime | None = None


class Rule(StrEnum):
    """Every rule that can decide. ``noun.fact``, alphabetical."""

    ACTOR_LOGIN_TOO_OLD = "actor.login_too_old"
    ACTOR_NO_POSITION = "actor.no_position"
    ACTOR_PERMISSION_MISSING = "actor.permission_missing"
    ACTOR_SCOPE_MISSING = "actor.scope_missing"
    BASIS_NOT_IN_FORCE = "basis.not_in_force"
    CONFERENCE_ASKED_BY_CHAIR = "conference.asked_by_chair"
    CONFERENCE_SECRETARIAT = "conference.secretariat"
    CONFERENCE_WINDOW = "conference.window"
    CONSENT_COVERS_RECEIVER = "consent.covers_receiver"
    DEPARTMENT_OF_RECORD = "department.of_record"
    DIRECTORY_OPEN_TO_STAFF = "directory.open_to_staff"
    ENQUIRY_ADDRESSED = "enquiry.addressed"
    ITEM_CLOSED_BY_ANOTHER = "item.closed_by_another"
    OBLIGATION_UNKNOWN = "obligation.unknown"
    PARTY_KEEPS_FACT = "party.keeps_fact"
    PARTY_WITH_CONSENT = "party.with_consent"
    PERSON_SELF = "person.self"
    PROVISION_IN_FORCE = "provision.in_force"
    PROVISION_REVIEWER = "provision.reviewer"
    PURPOSE_MISSING = "purpose.missing"
    PURPOSE_NOT_FOR_ACTION = "purpose.not_for_action"
    PURPOSE_OUTSIDE_TOKEN = "purpose.outside_token"  # noqa: S105 - a rule id
    RECORD_NO_BASIS = "record.no_basis"
    RECORD_OWN_AGENCY = "record.own_agency"
    RECORD_UNKNOWN = "record.unknown"
    REPORT_HELD_BACK = "report.held_back"
    SELF_INVOLVED = "self.involved"
    SYSTEM_SWEEP = "system.sweep"
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - a rule id


class Remedy(StrEnum):
    """What would make a refused access possible (brief §2.2: over-refusal harms too)."""

    ACKNOWLEDGE_SECRECY = "acknowledge_secrecy"
    ASK_CONSENT = "ask_consent"
    ASK_HOLDER_TO_PROVIDE = "ask_holder_to_provide"
    ASK_SUPPORT_CONFERENCE = "ask_support_conference"
    CHOOSE_PURPOSE = "choose_purpose"
    GET_POSITION = "get_position"
    GET_SCOPE = "get_scope"
    JOIN_MEMBER_LIST = "join_member_list"
    LOG_IN_AGAIN = "log_in_again"
    REGISTER_PARTICIPANT = "register_participant"
    SUPERSEDE_CONSENT = "supersede_consent"
    SWITCH_ON_BASIS = "switch_on_basis"
    USE_EMERGENCY_ACCESS = "use_emergency_access"
    WAIT_FOR_AGENDA = "wait_for_agenda"
    WITHDRAW_SUBSTITUTE = "withdraw_substitute"


class Permit(BaseModel):
    """Access is permitted, to these classes, on this basis, by these rules."""

    model_config = ConfigDict(frozen=True)

    effect: Literal["permit"] = "permit"
    basis: Basis
    classes: Classes
    rules: tuple[Rule, ...]
    #: The consents that were needed, for the audit log.
    consent_ids: tuple[str, ...] = ()
    #: Only lines of these themes may be shown (``None``: all of them).
    only_themes: frozenset[str] | None = None
    #: What comes with it; whoever cannot do all of it may not show anything.
    obligations: tuple[Obligation, ...] = ()
    #: The version of the law it rests on (see ``law``).
    law: str | None = None

    def sees(self, declared: DataClass) -> bool:
        """Whether a field of this class may be shown."""
        return declared in self.classes


class Deny(BaseModel):
    """Access is denied, by this rule; these ways would make it possible."""

    model_config = ConfigDict(frozen=True)

    effect: Literal["deny"] = "deny"
    rule: Rule
    remedies: tuple[Remedy, ...] = ()
    #: Answer as if the record did not exist, because the caller may not know that it does.
    conceal: bool = False


Decision = Permit | Deny


def said_of(obligations: Sequence[Obligation]) -> list[dict[str, Any]]:
    """The duties that come with what is shown, for the caller to read."""
    return [
        {
            "duty": o.duty.value,
            "duty_ja": o.duty.label_ja,
            "until": o.until.isoformat() if o.until else None,
        }
        for o in obligations
    ]
