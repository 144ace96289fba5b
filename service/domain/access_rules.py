"""The rules of access, one function each (promise 1; brief §2.2).

A rule looks at one question and permits, forbids or says nothing. No rule looks at another:
``access`` joins what they say, so that their order never matters.
"""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from service.domain.access_question import Part, Question, RecordKind
from service.domain.consent import opened_by
from service.domain.decision import (
    CONFERENCE_BASES,
    Basis,
    Deny,
    Duty,
    Obligation,
    Permit,
    Remedy,
    Rule,
)
from service.domain.disclosure import (
    D0,
    D1,
    D2,
    D3,
    D4,
    D5,
    D6,
    D7,
    EVERY_CLASS,
    Classes,
    classes_up_to,
)
from service.domain.permission import Permission
from service.domain.provision import TERMS
from service.domain.scope import scope_of


class NamedRule(BaseModel):
    """A rule and its id."""

    model_config = ConfigDict(frozen=True)

    id: Rule
    says: Callable[[Question], tuple[Permit | Deny, ...]]


#: What always helps somebody without a basis; the same words whether or not the record exists.
WAYS_FORWARD = (
    Remedy.ASK_CONSENT,
    Remedy.ASK_HOLDER_TO_PROVIDE,
    Remedy.ASK_SUPPORT_CONFERENCE,
    Remedy.USE_EMERGENCY_ACCESS,
)

#: What helps whoever would hand a person on to somebody that nothing covers.
WAYS_TO_COVER = (Remedy.ASK_CONSENT, Remedy.ASK_SUPPORT_CONFERENCE)

#: What the person's own copy shows.
OWN_COPY: Classes = EVERY_CLASS - {D5, D6, D7}

#: What a statutory conference opens at most. Facts of child protection (D5) only the council
#: for children; who told us (D6) and opinions (D7) no conference at all.
WINDOW_CLASSES: dict[Basis, Classes] = {
    Basis.CONF_NEEDY: frozenset({D0, D1, D2, D3, D4}),
    Basis.CONF_LAYERED: frozenset({D0, D1, D2, D3, D4}),
    Basis.CONF_OTHER: frozenset({D0, D1, D2, D3, D4}),
    Basis.CONF_CHILD: frozenset({D0, D1, D2, D3, D4, D5}),
}


def consented(question: Question) -> tuple[Classes, tuple[str, ...]]:
    """Classes that the person's consents open to the caller now, and those consents' ids."""
    who, purpose = question.recipient, question.actor.purpose
    if who is None or purpose is None:
        return frozenset(), ()
    return opened_by(question.facts.consents, who, purpose, question.day)


#: Numbers and pseudonyms that another agency is told (ANON).
_WITHOUT_NAMES = frozenset({RecordKind.SCREENING, RecordKind.STATISTICS, RecordKind.SUPERVISION})


def _conflict_of_interest(question: Question) -> tuple[Deny, ...]:
    """Nobody opens the record of a relative or of a case they are part of (checklist Z12)."""
    person = question.facts.person_id
    if person is None or person not in question.actor.conflicts:
        return ()
    return (Deny(rule=Rule.SELF_INVOLVED, conceal=True, remedies=WAYS_FORWARD),)


def _own_record(question: Question) -> tuple[Permit, ...]:
    """The agency's own record, within its own purpose; of a department, for the department."""
    facts = question.facts
    if Part.HOLDER not in facts.parts or not facts.found:
        return ()
    if facts.department is None:
        rule = Rule.RECORD_OWN_AGENCY
    elif facts.department in question.actor.departments:
        rule = Rule.DEPARTMENT_OF_RECORD
    else:
        return ()
    return (Permit(basis=Basis.INTERNAL, classes=EVERY_CLASS, rules=(rule,)),)


_THE_FACT = Permit(basis=Basis.INTERNAL, classes=frozenset({D0}), rules=(Rule.PARTY_KEEPS_FACT,))


def _party_keeps_fact(question: Question) -> tuple[Permit, ...]:
    """Whoever takes or took part knows that it did: the bare fact, no content."""
    facts = question.facts
    mine = facts.parts & {Part.PARTY, Part.FORMER_PARTY, Part.HUB}
    if not mine or not facts.found or facts.kind in _WITHOUT_NAMES:
        return ()
    if facts.themes is None:
        return (_THE_FACT,)
    return (_THE_FACT.model_copy(update={"only_themes": facts.themes}),)


def _party_with_consent(question: Question) -> tuple[Permit, ...]:
    """Whoever takes part now sees what the person's consent opens to it (CONSENT)."""
    facts = question.facts
    if not facts.parts & {Part.PARTY, Part.HUB, Part.NAMED} or not facts.found:
        return ()
    classes, ids = consented(question)
    if not classes - {D0}:
        return ()
    if facts.profile is not None:
        classes &= facts.profile | {D0}
    # Who told us goes to the receiving agency together with the reason (brief §2.5).
    receives = facts.kind is RecordKind.REFERRAL and Part.PARTY in facts.parts
    if receives and facts.themes is None and D3 in classes and D6 in (facts.profile or ()):
        classes |= {D6}
    return (
        Permit(
            basis=Basis.CONSENT,
            classes=classes,
            rules=(Rule.PARTY_WITH_CONSENT,),
            consent_ids=ids,
            only_themes=facts.themes,
        ),
    )


#: What a provision allows besides reading: nobody acts on a record because it was shown to them.
_ON_A_PROVISION = frozenset({Permission.CONSULTATION_RECEIVE, Permission.EMERGENCY_TAKE})
_WHO_IT_IS = frozenset({RecordKind.PERSON, RecordKind.PROVISION})


def _provided(question: Question) -> tuple[Permit, ...]:
    """What the holder provides, or an emergency opens, on a basis other than consent."""
    facts, actor = question.facts, question.actor
    if not facts.provisions:
        return ()
    reads = (scope_of(question.permission) or "").endswith(".read")
    if not reads and question.permission not in _ON_A_PROVISION:
        return ()
    who = question.recipient
    if who is None or actor.purpose is None or not facts.found:
        return ()
    found = []
    for provision in facts.provisions:
        mine = provision.from_agency_id == facts.holder_agency_id
        if provision.person_id != facts.person_id or not mine:
            continue
        # An emergency opens who it is and how to reach them, not the file.
        if provision.basis is Basis.LIFE and facts.kind not in _WHO_IT_IS:
            continue
        classes = provision.opens_to(
            who,
            actor.purpose,
            question.at,
            positions=frozenset(actor.position_ids),
            departments=actor.departments,
        )
        if facts.profile is not None:
            classes &= facts.profile | {D0}
        if classes - {D0}:
            found.append(
                Permit(
                    basis=provision.basis,
                    classes=classes,
                    rules=(Rule.PROVISION_IN_FORCE,),
                    consent_ids=(str(provision.id),),
                    obligations=provision.obligations(),
                )
            )
    return tuple(found)


def _window(question: Question) -> tuple[Permit, ...]:
    """The agenda item of a statutory conference, for whoever is invited to it, while it is open."""
    facts, window = question.facts, question.facts.window
    if window is None or facts.kind is not RecordKind.CONFERENCE_ITEM or not facts.found:
        return ()
    same = window.item_id == facts.record_id and window.conference_id == facts.conference_id
    if not same or window.basis not in CONFERENCE_BASES or not window.open_at(question.at):
        return ()
    classes = WINDOW_CLASSES[window.basis] & classes_up_to(question.actor.ceiling)
    return (
        Permit(
            basis=window.basis,
            classes=classes | {D0},
            rules=(Rule.CONFERENCE_WINDOW,),
            obligations=(
                Obligation(duty=Duty.NO_ONWARD),
                Obligation(duty=Duty.READABLE_UNTIL, until=window.closes_at),
            ),
        ),
    )


def _secretariat(question: Question) -> tuple[Permit, ...]:
    """A joint secretariat runs the conference like its convener; of persons it opens nothing."""
    facts = question.facts
    about = facts.kind in (RecordKind.CONFERENCE, RecordKind.CONFERENCE_ITEM)
    if Part.SECRETARIAT not in facts.parts or not about or not facts.found:
        return ()
    return (
        Permit(basis=Basis.INTERNAL, classes=frozenset({D0}), rules=(Rule.CONFERENCE_SECRETARIAT,)),
    )


#: What a request by the chair says: who it is, and what is asked.
_ASKED: Classes = frozenset({D0, D1, D3})


def _asked_by_chair(question: Question) -> tuple[Permit, ...]:
    """What the chair asks about somebody, for whom the item on them is open: who, and what."""
    facts, window = question.facts, question.facts.window
    mine = facts.kind is RecordKind.INFORMATION_REQUEST and Part.PARTY in facts.parts
    if not mine or not facts.found or window is None:
        return ()
    same = window.conference_id == facts.conference_id
    if not same or window.basis not in CONFERENCE_BASES or not window.open_at(question.at):
        return ()
    return (
        Permit(
            basis=window.basis,
            classes=_ASKED & classes_up_to(question.actor.ceiling),
            rules=(Rule.CONFERENCE_ASKED_BY_CHAIR,),
            obligations=(
                Obligation(duty=Duty.NO_ONWARD),
                Obligation(duty=Duty.READABLE_UNTIL, until=window.closes_at),
            ),
        ),
    )


def _reviewer(question: Question) -> tuple[Permit, ...]:
    """The second person sees what was done and why, not the data that was opened."""
    facts = question.facts
    mine = facts.kind is RecordKind.PROVISION and Part.REVIEWER in facts.parts
    if not mine or not facts.found:
        return ()
    return tuple(
        Permit(
            basis=p.basis,
            classes=frozenset({D0, D3}) & classes_up_to(question.actor.ceiling),
            rules=(Rule.PROVISION_REVIEWER,),
            consent_ids=(str(p.id),),
        )
        for p in facts.provisions
        if p.id == facts.record_id and p.basis in TERMS and Duty.REVIEW_BY in TERMS[p.basis].duties
    )


def _addressee(question: Question) -> tuple[Permit, ...]:
    """An enquiry is read by the desk that it was put to: what was written, nothing else."""
    facts = question.facts
    mine = facts.kind is RecordKind.ENQUIRY and Part.PARTY in facts.parts
    if not mine or not facts.found or facts.asked_on is None:
        return ()
    return (
        Permit(
            basis=facts.asked_on,
            classes=frozenset({D0, D1, D3}) & classes_up_to(question.actor.ceiling),
            rules=(Rule.ENQUIRY_ADDRESSED,),
        ),
    )


def _person_self(question: Question) -> tuple[Permit, ...]:
    """The person's own record, without who told us and without workers' opinions (SELF)."""
    actor, facts = question.actor, question.facts
    mine = actor.kind == "person" and actor.person_id is not None
    if not mine or facts.person_id != actor.person_id or not facts.found:
        return ()
    return (Permit(basis=Basis.SELF, classes=OWN_COPY, rules=(Rule.PERSON_SELF,)),)


def _system(question: Question) -> tuple[Permit, ...]:
    """The service itself acts on dates and deadlines; it needs to know nothing personal."""
    if question.actor.kind != "system" or not question.facts.found:
        return ()
    return (Permit(basis=Basis.INTERNAL, classes=frozenset({D0}), rules=(Rule.SYSTEM_SWEEP,)),)


def _anonymous(question: Question) -> tuple[Permit, ...]:
    """The directory, area issues, and numbers or pseudonyms put to this agency (ANON)."""
    facts = question.facts
    open_to_all = facts.kind in (RecordKind.DIRECTORY, RecordKind.AREA_ISSUE)
    put_to_me = facts.kind in _WITHOUT_NAMES
    mine = open_to_all or (put_to_me and Part.PARTY in facts.parts)
    if not mine or not facts.found:
        return ()
    return (
        Permit(basis=Basis.ANON, classes=frozenset({D0}), rules=(Rule.DIRECTORY_OPEN_TO_STAFF,)),
    )


RULES: tuple[NamedRule, ...] = (
    NamedRule(id=Rule.SELF_INVOLVED, says=_conflict_of_interest),
    NamedRule(id=Rule.RECORD_OWN_AGENCY, says=_own_record),
    NamedRule(id=Rule.PARTY_KEEPS_FACT, says=_party_keeps_fact),
    NamedRule(id=Rule.PARTY_WITH_CONSENT, says=_party_with_consent),
    NamedRule(id=Rule.PROVISION_IN_FORCE, says=_provided),
    NamedRule(id=Rule.CONFERENCE_WINDOW, says=_window),
    NamedRule(id=Rule.CONFERENCE_ASKED_BY_CHAIR, says=_asked_by_chair),
    NamedRule(id=Rule.CONFERENCE_SECRETARIAT, says=_secretariat),
    NamedRule(id=Rule.PROVISION_REVIEWER, says=_reviewer),
    NamedRule(id=Rule.ENQUIRY_ADDRESSED, says=_addressee),
    NamedRule(id=Rule.PERSON_SELF, says=_person_self),
    NamedRule(id=Rule.SYSTEM_SWEEP, says=_system),
    NamedRule(id=Rule.DIRECTORY_OPEN_TO_STAFF, says=_anonymous),
)
