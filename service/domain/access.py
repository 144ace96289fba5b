"""The access decision: one pure, total, default-deny function (promise 1; brief §2).

    decide(question) -> Permit | Deny

First the gates, which look at the caller alone: position, permission, scope, purpose. Then
the rules, which look at the record. Any forbid wins; a permit on a basis that is not in
force, or with a duty that cannot be carried out, is none; the others are joined; without any
there is no access. The order of rules never matters, and a fact that is missing is a denial.
"""

from collections.abc import Sequence
from datetime import timedelta

from service.domain.access_question import (
    KIND_OF_NOUN,
    Facts,
    Part,
    Question,
    RecordKind,
)
from service.domain.access_rules import (
    OWN_COPY,
    RULES,
    WAYS_FORWARD,
    WAYS_TO_COVER,
    WINDOW_CLASSES,
    NamedRule,
    consented,
)
from service.domain.actor import Actor
from service.domain.consent import agreed_to, opened_by
from service.domain.decision import DECISION_ORDER, Basis, Decision, Deny, Permit, Remedy, Rule
from service.domain.disclosure import D0, Classes
from service.domain.permission import Permission
from service.domain.scope import purposes_for, scope_of

__all__ = [
    "KIND_OF_NOUN",
    "OWN_COPY",
    "RULES",
    "WAYS_FORWARD",
    "WAYS_TO_COVER",
    "WINDOW_CLASSES",
    "Facts",
    "NamedRule",
    "Part",
    "Question",
    "RecordKind",
    "agreed",
    "consented",
    "covered",
    "decide",
    "gate",
    "no_basis",
]


def decide(question: Question) -> Decision:
    """Whether, on which basis and to which classes the access is permitted."""
    refused = gate(question.actor, question.permission)
    refused = refused or _login_gate(question)
    if refused is not None:
        return refused
    said = [answer for rule in RULES for answer in rule.says(question)]
    denials = [a for a in said if isinstance(a, Deny)]
    if denials:
        return min(denials, key=lambda d: (not d.conceal, d.rule))
    permits = [a for a in said if isinstance(a, Permit)]
    valid = [p for p in permits if p.basis in question.law]
    able = [p for p in valid if {o.duty for o in p.obligations} <= question.discharges]
    if not able:
        return _nothing_left(question, permits, valid)
    joined = _joined(able, question)
    if not joined.sees(question.needs):
        return no_basis(question.facts)
    handed_on = question.receiver is not None
    if (handed_on and not covered(question)) or (question.shared and not agreed(question)):
        return Deny(rule=Rule.CONSENT_COVERS_RECEIVER, remedies=WAYS_TO_COVER)
    return joined


def _nothing_left(question: Question, permits: list[Permit], valid: list[Permit]) -> Deny:
    """Why nothing permits it. From outside it is one and the same."""
    if valid:
        return Deny(rule=Rule.OBLIGATION_UNKNOWN, remedies=WAYS_FORWARD, conceal=True)
    if permits:
        return Deny(rule=Rule.BASIS_NOT_IN_FORCE, remedies=WAYS_FORWARD, conceal=True)
    return no_basis(question.facts)


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


#: Break-glass needs a human who has just proved who they are (RFC 9470; checklist A20).
RECENT_LOGIN = timedelta(minutes=10)
CLOCKS_DIFFER = timedelta(minutes=1)
NEEDS_RECENT_LOGIN = frozenset({Permission.EMERGENCY_TAKE})


def _login_gate(question: Question) -> Deny | None:
    """For some things a machine's token, or one left open, is not enough."""
    actor = question.actor
    if question.permission not in NEEDS_RECENT_LOGIN:
        return None
    at = actor.authenticated_at
    # Clocks may differ by a minute; a login that is yet to come is none.
    if (
        actor.kind == "staff"
        and at is not None
        and -CLOCKS_DIFFER <= question.at - at <= RECENT_LOGIN
    ):
        return None
    return Deny(rule=Rule.ACTOR_LOGIN_TOO_OLD, remedies=(Remedy.LOG_IN_AGAIN,))


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


def covered(question: Question) -> bool:
    """Whether a consent or a provision opens the person to the agency it is handed on to."""
    receiver, purpose = question.receiver, question.actor.purpose
    if receiver is None or purpose is None:
        return False
    consents = question.facts.consents if Basis.CONSENT in question.law else ()
    opened, _ = opened_by(consents, receiver, purpose, question.day)
    for provision in question.facts.provisions:
        mine = (provision.person_id, provision.from_agency_id) == (
            question.facts.person_id,
            question.facts.holder_agency_id,
        )
        if mine and provision.basis in question.law:
            opened |= provision.opens_to(receiver, purpose, question.at)
    return bool(opened - {D0}) and question.wanted <= opened


def agreed(question: Question) -> bool:
    """Whether the person agrees, for this purpose, that their reasons and goals are talked about."""
    return Basis.CONSENT in question.law and agreed_to(
        question.facts.consents, question.actor.purpose, question.day
    )


def _joined(permits: list[Permit], question: Question) -> Permit:
    """One permit out of several: the classes of all, the basis of the one that opens most.

    A permit that obliges to something is used only for what no other one opens.
    """
    used = [p for p in permits if not p.obligations]
    classes = _classes_of(used)
    limited_so_far = any(p.only_themes is not None for p in used)
    for permit in sorted((p for p in permits if p.obligations), key=_rank):
        # It opens more classes, or the same ones for every theme.
        if permit.classes - classes or (limited_so_far and len(permit.classes) > 1):
            used.append(permit)
            classes |= permit.classes
    lead = min(used, key=_rank)
    obligations = {o for p in used for o in p.obligations}
    return Permit(
        basis=lead.basis,
        classes=classes,
        rules=tuple(sorted({r for p in used for r in p.rules})),
        consent_ids=tuple(sorted({c for p in used for c in p.consent_ids})),
        only_themes=_themes_of(used),
        obligations=tuple(sorted(obligations, key=lambda o: (o.duty, str(o.until)))),
        law=question.law[lead.basis],
    )


def _classes_of(permits: Sequence[Permit]) -> Classes:
    return frozenset().union(*[p.classes for p in permits])


def _themes_of(permits: Sequence[Permit]) -> frozenset[str] | None:
    """The themes it is limited to, unless permits without a limit open all that the others do."""
    limited = [p for p in permits if p.only_themes is not None]
    if not limited:
        return None
    free = _classes_of([p for p in permits if p.only_themes is None])
    if len(free) >= 2 and _classes_of(limited) <= free:
        return None
    return frozenset().union(*(p.only_themes or frozenset() for p in limited))


_PLACE = {basis: place for place, basis in enumerate(DECISION_ORDER)}


def _rank(permit: Permit) -> tuple[int, bool, int, tuple[Rule, ...], tuple[str, ...]]:
    """Most classes first, then without a limit to themes, then the order of the law."""
    return (
        -len(permit.classes),
        permit.only_themes is not None,
        _PLACE[permit.basis],
        permit.rules,
        permit.consent_ids,
    )
