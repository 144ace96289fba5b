"""The access decision: one pure, total, default-deny function (promise 1; brief §2).

    decide(question) -> Permit | Deny

First the gates, which look at the caller alone: position, permission, scope, purpose. Then
the rules, which look at the record. Any forbid wins; otherwise the permits are joined; no
permit means no access. The order of rules never matters, and a fact that is missing is a
denial.
"""

from collections.abc import Callable
from datetime import date
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.actor import Actor
from service.domain.consent import Consent, Recipient
from service.domain.decision import Basis, Decision, Deny, Permit, Remedy, Rule
from service.domain.disclosure import D0, D3, D5, D6, D7, EVERY_CLASS, Classes
from service.domain.permission import Permission, purposes_for, scope_of


class RecordKind(StrEnum):
    """What kind of record is asked for."""

    AUDIT = "audit"
    CASE = "case"
    CONFERENCE = "conference"
    CONFERENCE_ITEM = "conference_item"
    CONSENT = "consent"
    CONSULTATION = "consultation"
    DIRECTORY = "directory"
    HOUSEHOLD = "household"
    NOTICE = "notice"
    PERSON = "person"
    PLAN = "plan"
    REFERRAL = "referral"
    TASK = "task"
    TOKEN = "token"  # noqa: S105 - a kind of record


#: The record kind an action is about, by the action's noun, before any record is known.
KIND_OF_NOUN: dict[str, RecordKind] = {k.value: k for k in RecordKind} | {"me": RecordKind.TOKEN}


class Part(StrEnum):
    """The part that the caller's agency has in the record."""

    HOLDER = "holder"
    """It is the agency's own record."""
    PARTY = "party"
    """It takes part now: receiver, team member, agency responsible for a line."""
    FORMER_PARTY = "former_party"
    """It took part (declined, handed on) and keeps the fact of it."""
    HUB = "hub"
    """The record waits for its hub."""
    NAMED = "named"
    """A consent of the person names this agency."""


class Facts(BaseModel):
    """What must be known about the record. Whatever is not known counts against access."""

    model_config = ConfigDict(frozen=True)

    kind: RecordKind
    record_id: UUID | None = None
    found: bool = False
    #: The agency whose own record it is; its auditor may read about accesses to it.
    holder_agency_id: UUID | None = None
    person_id: UUID | None = None
    parts: frozenset[Part] = frozenset()
    #: Consents of this person, in any state.
    consents: tuple[Consent, ...] = ()
    #: Classes that the sender lets go along; ``None`` when no such choice was made.
    profile: Classes | None = None
    conference_id: UUID | None = None
    #: Themes the caller's part is limited to; ``None`` when it is not.
    themes: frozenset[str] | None = None


class Question(BaseModel):
    """Whether this actor may do this to this record on this day."""

    model_config = ConfigDict(frozen=True)

    actor: Actor
    permission: Permission
    facts: Facts
    day: date


class NamedRule(BaseModel):
    """A rule and its id."""

    model_config = ConfigDict(frozen=True)

    id: Rule
    says: Callable[[Question], Permit | Deny | None]


def decide(question: Question) -> Decision:
    """Whether, on which basis and to which classes the access is permitted."""
    refused = gate(question.actor, question.permission)
    if refused is not None:
        return refused
    answers = [rule.says(question) for rule in RULES]
    denials = sorted(
        (a for a in answers if isinstance(a, Deny)), key=lambda d: (not d.conceal, d.rule)
    )
    if denials:
        return denials[0]
    permits = [a for a in answers if isinstance(a, Permit)]
    return _joined(permits) if permits else no_basis(question.facts)


def gate(actor: Actor, permission: Permission) -> Deny | None:
    """The caller alone: whether it holds a position, permission, scope and purpose for this."""
    if actor.kind in ("staff", "partner") and (actor.agency_id is None or not actor.position_ids):
        return Deny(rule=Rule.ACTOR_NO_POSITION, remedies=(Remedy.GET_POSITION,))
    if permission not in actor.permissions:
        return Deny(rule=Rule.ACTOR_PERMISSION_MISSING, remedies=(Remedy.GET_POSITION,))
    scope = scope_of(permission)
    if actor.kind != "system" and scope is not None and scope not in actor.scopes:
        return Deny(rule=Rule.ACTOR_SCOPE_MISSING, remedies=(Remedy.GET_SCOPE,))
    return _purpose_gate(actor, permission)


def _purpose_gate(actor: Actor, permission: Permission) -> Deny | None:
    fitting = purposes_for(permission)
    if fitting is None:
        return None
    if actor.purpose is None:
        return Deny(rule=Rule.PURPOSE_MISSING, remedies=(Remedy.CHOOSE_PURPOSE,))
    if actor.token_purposes is not None and actor.purpose.value not in actor.token_purposes:
        return Deny(rule=Rule.PURPOSE_OUTSIDE_TOKEN, remedies=(Remedy.CHOOSE_PURPOSE,))
    # A person asks for their own record under whatever purpose they name.
    if actor.purpose not in fitting and actor.kind != "person":
        return Deny(rule=Rule.PURPOSE_NOT_FOR_ACTION, remedies=(Remedy.CHOOSE_PURPOSE,))
    return None


def no_basis(facts: Facts) -> Deny:
    """The default: nothing permits it. From outside, "unknown" and "not yours" are the same."""
    return Deny(
        rule=Rule.RECORD_NO_BASIS if facts.found else Rule.RECORD_UNKNOWN,
        remedies=WAYS_FORWARD,
        conceal=True,
    )


#: What always helps somebody without a basis; the same words whether or not the record exists.
WAYS_FORWARD = (Remedy.ASK_CONSENT, Remedy.ASK_SUPPORT_CONFERENCE)

#: Brief §2.2: consent before the agency's own purpose, the person before both.
_ORDER = (Basis.SELF, Basis.CONSENT, Basis.INTERNAL, Basis.ANON)


def _joined(permits: list[Permit]) -> Permit:
    """One permit out of several: the classes of all, the basis of the one that opens most."""
    lead = min(
        permits,
        key=lambda p: (-len(p.classes), p.only_themes is not None, _ORDER.index(p.basis), p.rules),
    )
    wide = [p for p in permits if p.only_themes is None and len(p.classes) > 1]
    themes: frozenset[str] | None = None
    if not wide:
        limited = [p.only_themes for p in permits if p.only_themes is not None]
        themes = frozenset().union(*limited) if limited else None
    return Permit(
        basis=lead.basis,
        classes=frozenset().union(*(p.classes for p in permits)),
        rules=tuple(sorted({r for p in permits for r in p.rules})),
        consent_ids=tuple(sorted({c for p in permits for c in p.consent_ids})),
        only_themes=themes,
    )


def recipient(actor: Actor) -> Recipient | None:
    """The caller's agency as a consent would name it."""
    if actor.agency_id is None or actor.agency_kind is None or actor.municipality_code is None:
        return None
    return Recipient(
        agency_id=actor.agency_id,
        kind=actor.agency_kind,
        municipality_code=actor.municipality_code,
        ceiling=actor.ceiling,
    )


def consented(question: Question) -> tuple[Classes, tuple[str, ...]]:
    """Classes that the person's consents open to the caller now, and those consents' ids."""
    who, purpose = recipient(question.actor), question.actor.purpose
    if who is None or purpose is None:
        return frozenset(), ()
    opened = [(c.opens_to(who, purpose, question.day), str(c.id)) for c in question.facts.consents]
    classes: Classes = frozenset().union(*(classes for classes, _ in opened))
    return classes, tuple(sorted(i for classes, i in opened if classes))


def _conflict_of_interest(question: Question) -> Deny | None:
    """Nobody opens the record of a relative or of a case they are part of (checklist Z12)."""
    person = question.facts.person_id
    if person is not None and person in question.actor.conflicts:
        return Deny(rule=Rule.SELF_INVOLVED, conceal=True, remedies=WAYS_FORWARD)
    return None


def _own_record(question: Question) -> Permit | None:
    """The agency's own record, within its own purpose (INTERNAL)."""
    if Part.HOLDER not in question.facts.parts or not question.facts.found:
        return None
    return Permit(basis=Basis.INTERNAL, classes=EVERY_CLASS, rules=(Rule.RECORD_OWN_AGENCY,))


def _party_keeps_fact(question: Question) -> Permit | None:
    """Whoever takes or took part knows that it did: the bare fact, no content."""
    mine = question.facts.parts & {Part.PARTY, Part.FORMER_PARTY, Part.HUB}
    if not mine or not question.facts.found:
        return None
    return Permit(
        basis=Basis.INTERNAL,
        classes=frozenset({D0}),
        rules=(Rule.PARTY_KEEPS_FACT,),
        only_themes=question.facts.themes,
    )


def _party_with_consent(question: Question) -> Permit | None:
    """Whoever takes part now sees what the person's consent opens to it (CONSENT)."""
    facts = question.facts
    if not facts.parts & {Part.PARTY, Part.HUB, Part.NAMED} or not facts.found:
        return None
    classes, ids = consented(question)
    if not classes - {D0}:
        return None
    if facts.profile is not None:
        classes &= facts.profile | {D0}
    # Who told us goes to the receiving agency together with the reason (brief §2.5).
    receives = facts.kind is RecordKind.REFERRAL and Part.PARTY in facts.parts
    if receives and facts.themes is None and D3 in classes and D6 in (facts.profile or ()):
        classes |= {D6}
    return Permit(
        basis=Basis.CONSENT,
        classes=classes,
        rules=(Rule.PARTY_WITH_CONSENT,),
        consent_ids=ids,
        only_themes=facts.themes,
    )


def _person_self(question: Question) -> Permit | None:
    """The person's own record, without who told us and without workers' opinions (SELF)."""
    mine = question.actor.kind == "person" and question.actor.person_id is not None
    if not mine or question.facts.person_id != question.actor.person_id or not question.facts.found:
        return None
    return Permit(basis=Basis.SELF, classes=OWN_COPY, rules=(Rule.PERSON_SELF,))


#: What the person's own copy shows.
OWN_COPY: Classes = EVERY_CLASS - {D5, D6, D7}


def _system(question: Question) -> Permit | None:
    """The service itself acts on dates and deadlines; it needs to know nothing personal."""
    if question.actor.kind != "system" or not question.facts.found:
        return None
    return Permit(basis=Basis.INTERNAL, classes=frozenset({D0}), rules=(Rule.SYSTEM_SWEEP,))


def _anonymous(question: Question) -> Permit | None:
    """Directory and other records about nobody (ANON)."""
    if question.facts.kind is not RecordKind.DIRECTORY or not question.facts.found:
        return None
    return Permit(basis=Basis.ANON, classes=frozenset({D0}), rules=(Rule.DIRECTORY_OPEN_TO_STAFF,))


RULES: tuple[NamedRule, ...] = (
    NamedRule(id=Rule.SELF_INVOLVED, says=_conflict_of_interest),
    NamedRule(id=Rule.RECORD_OWN_AGENCY, says=_own_record),
    NamedRule(id=Rule.PARTY_KEEPS_FACT, says=_party_keeps_fact),
    NamedRule(id=Rule.PARTY_WITH_CONSENT, says=_party_with_consent),
    NamedRule(id=Rule.PERSON_SELF, says=_person_self),
    NamedRule(id=Rule.SYSTEM_SWEEP, says=_system),
    NamedRule(id=Rule.DIRECTORY_OPEN_TO_STAFF, says=_anonymous),
)
