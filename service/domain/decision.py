"""The answer to "may this be shown or done?": a permit or a denial, each with its rule.

A decision is a value. It is recorded in the audit log as it stands, and the denial is told
to the caller together with what would make it possible (promise 1).
"""

from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from service.domain.disclosure import Classes, DataClass

#: Raised with every change to a rule, so that an audited decision can be understood later.
POLICY_VERSION = "2026-11-1"


class Basis(StrEnum):
    """Legal bases for access (brief §2.2). Those of milestone 1; the others join the same function."""

    CONSENT = "CONSENT"
    """本人同意: APPI art. 69(2)1, art. 27(1)."""
    INTERNAL = "INTERNAL"
    """同一機関内: APPI art. 69(2)2; private bodies within the stated purpose."""
    SELF = "SELF"
    """本人: APPI art. 69(2)1 and 76."""
    ANON = "ANON"
    """個人を識別できない情報: not personal data."""

    @property
    def label_ja(self) -> str:
        """The basis in the field's words."""
        return BASIS_JA[self]


BASIS_JA: dict[Basis, str] = {
    Basis.CONSENT: "本人同意",
    Basis.INTERNAL: "同一機関内での利用",
    Basis.SELF: "本人",
    Basis.ANON: "匿名情報",
}


class Rule(StrEnum):
    """Every rule that can decide. ``noun.fact``, alphabetical."""

    ACTOR_NO_POSITION = "actor.no_position"
    ACTOR_PERMISSION_MISSING = "actor.permission_missing"
    ACTOR_SCOPE_MISSING = "actor.scope_missing"
    CONSENT_COVERS_RECEIVER = "consent.covers_receiver"
    DIRECTORY_OPEN_TO_STAFF = "directory.open_to_staff"
    PARTY_KEEPS_FACT = "party.keeps_fact"
    PARTY_WITH_CONSENT = "party.with_consent"
    PERSON_SELF = "person.self"
    PURPOSE_MISSING = "purpose.missing"
    PURPOSE_NOT_FOR_ACTION = "purpose.not_for_action"
    PURPOSE_OUTSIDE_TOKEN = "purpose.outside_token"  # noqa: S105 - a rule id
    RECORD_NO_BASIS = "record.no_basis"
    RECORD_OWN_AGENCY = "record.own_agency"
    RECORD_UNKNOWN = "record.unknown"
    SELF_INVOLVED = "self.involved"
    SYSTEM_SWEEP = "system.sweep"
    TOKEN_REFUSED = "token.refused"  # noqa: S105 - a rule id


class Remedy(StrEnum):
    """What would make a refused access possible (brief §2.2: over-refusal harms too)."""

    ASK_CONSENT = "ask_consent"
    ASK_SUPPORT_CONFERENCE = "ask_support_conference"
    CHOOSE_PURPOSE = "choose_purpose"
    GET_POSITION = "get_position"
    GET_SCOPE = "get_scope"


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
