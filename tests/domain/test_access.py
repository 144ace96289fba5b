"""The access decision as a truth table (promise 1; brief §2 and §8; checklist Z2, Z4, Z12)."""

import json
import random
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from itertools import combinations, permutations, product
from typing import NamedTuple

import pytest
from domain_builders import (
    CITY,
    CONFERENCE,
    DAY,
    HUB,
    ITEM,
    LAW,
    NEXT_CITY,
    NOW,
    OUR_KIND,
    OURS,
    PERSON,
    SOMEBODY_ELSE,
    THEIR_KIND,
    THEIRS,
    THIRD,
    account_of,
    classes,
    consent,
    facts,
    item_facts,
    partner,
    provision,
    question,
    receivers,
    recipient,
    staff,
    sweep,
    uid,
    window,
)
from pydantic import ValidationError

from service.domain import access
from service.domain.access import (
    Facts,
    Part,
    Question,
    RecordKind,
    consented,
    covered,
    decide,
    gate,
    no_basis,
)
from service.domain.actor import Actor
from service.domain.conference_window import Window
from service.domain.consent import Consent, Receivers, Recipient
from service.domain.consent_states import ConsentState
from service.domain.decision import (
    CONFERENCE_BASES,
    DECISION_ORDER,
    Basis,
    Decision,
    Deny,
    Duty,
    Obligation,
    Permit,
    Remedy,
    Rule,
)
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, D6, D7, EVERY_CLASS, DataClass
from service.domain.permission import Permission, Purpose
from service.domain.role import SELF_PERMISSIONS, SYSTEM_ONLY, Role
from service.domain.scope import EVERY_SCOPE

TOMORROW, YESTERDAY = DAY + timedelta(days=1), DAY - timedelta(days=1)
ONLY_D4 = frozenset({D4})

# The table: who asks, in which part, with which consent of the person, and what for.

CALLERS: dict[str, Actor] = {
    "staff": staff(),
    "partner": partner(),
    "the person": account_of(PERSON),
    "another person": account_of(SOMEBODY_ELSE),
    "system": sweep(),
}
#: A consent is given for consultation and planning, and to D1–D3.
PURPOSES = {
    "covered": Purpose.CONSULTATION,
    "not covered": Purpose.WATCH_OVER,
    "none": None,
}
CONSENTS: dict[str, tuple[Consent, ...]] = {
    "no consent": (),
    "in force": (consent(),),
    "in force for our kind, here": (consent(receivers=receivers(kinds=(OUR_KIND,))),),
    "refused": (consent(state=ConsentState.REFUSED),),
    "revoked": (consent(state=ConsentState.REVOKED),),
    "superseded": (consent(state=ConsentState.SUPERSEDED),),
    "void": (consent(state=ConsentState.VOID),),
    "not yet valid": (consent(valid_from=TOMORROW),),
    "expired": (consent(valid_until=YESTERDAY),),
    "for another purpose": (consent(purposes=frozenset({Purpose.SERVICE})),),
    "we are excluded": (consent(excluded=receivers(OURS)),),
    "we are excluded by another": (
        consent(),
        consent(2, receivers=receivers(THEIRS), excluded=receivers(OURS)),
    ),
    "our kind is excluded": (consent(excluded=receivers(kinds=(OUR_KIND,))),),
    "for another agency": (consent(receivers=receivers(THEIRS)),),
    "for another kind": (consent(receivers=receivers(kinds=(THEIR_KIND,))),),
    "for our kind, elsewhere": (
        consent(receivers=receivers(kinds=(OUR_KIND,)), municipality_code=NEXT_CITY),
    ),
}
IN_FORCE = {"in force", "in force for our kind, here"}
PARTS = {"no part": (), **{part.value: (part,) for part in Part}}


class Ground(NamedTuple):
    """Why something may be seen, and what."""

    rule: str
    basis: str
    opens: str


#: Brief §2.2: the agency's own record; the fact of taking part; what the person agreed to; the
#: person's own copy without D5–D7 (§2.5, §8 rules 14 and 15); the service minding its deadlines.
OWN = Ground("record.own_agency", "INTERNAL", "0-7")
FACT = Ground("party.keeps_fact", "INTERNAL", "0")
AGREED = Ground("party.with_consent", "CONSENT", "0-3")
SELF = Ground("person.self", "SELF", "0-4")
DEADLINE = Ground("system.sweep", "INTERNAL", "0")

#: What an agency's part gives it: always, and with the person's consent to this agency and purpose.
GIVEN: dict[str, tuple[list[Ground], list[Ground]]] = {
    "no part": ([], []),
    "holder": ([OWN], [OWN]),
    "party": ([FACT], [FACT, AGREED]),
    "former_party": ([FACT], [FACT]),
    "hub": ([FACT], [FACT, AGREED]),
    "named": ([], [AGREED]),
    # A second person reviews provisions; of the person's own record it sees nothing.
    "reviewer": ([], []),
    # A secretariat runs conferences; of the person's own record it sees nothing for that.
    "secretariat": ([], []),
}
#: What would help, wherever nothing permits it; the same words for what does not exist.
WAYS = ("ask_consent", "ask_holder_to_provide", "ask_support_conference", "use_emergency_access")


def grounds(caller: str, part: str, agreed: str, purpose: str) -> list[Ground]:
    """Every ground that this caller has, by the tables above."""
    an_agency = caller in {"staff", "partner"}
    covered = an_agency and agreed in IN_FORCE and purpose == "covered"
    found = list(GIVEN[part][1 if covered else 0])
    if caller == "the person":
        found.append(SELF)
    if caller == "system":
        found.append(DEADLINE)
    return found


def expected(caller: str, part: str, agreed: str, purpose: str, *, found: bool) -> dict:
    """The decision, as the brief has it."""
    if purpose == "none" and caller != "system":
        return denied("purpose.missing", "choose_purpose", conceal=False)
    if not found:
        return denied("record.unknown", *WAYS, conceal=True)
    why = grounds(caller, part, agreed, purpose)
    if not why:
        return denied("record.no_basis", *WAYS, conceal=True)
    widest = max(why, key=lambda ground: len(classes(ground.opens)))
    return {
        "effect": "permit",
        "basis": widest.basis,
        "classes": frozenset().union(*(classes(ground.opens) for ground in why)),
        "rules": tuple(sorted(ground.rule for ground in why)),
        "consent_ids": (str(consent().id),) if AGREED in why else (),
        "only_themes": None,
        "obligations": (),
        "law": f"{widest.basis}@2023-04-01",
    }


def denied(rule: str, *remedies: str, conceal: bool) -> dict:
    return {"effect": "deny", "rule": rule, "remedies": remedies, "conceal": conceal}


def asked(caller: str, part: str, agreed: str, purpose: str, *, found: bool) -> Question:
    actor = CALLERS[caller].model_copy(update={"purpose": PURPOSES[purpose]})
    return question(actor, facts(*PARTS[part], consents=CONSENTS[agreed], found=found))


@pytest.mark.parametrize("agreed", CONSENTS)
@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("caller", CALLERS)
def test_the_decision_is_the_one_in_the_table(caller: str, part: str, agreed: str) -> None:
    for purpose, found in product(PURPOSES, (True, False)):
        decision = decide(asked(caller, part, agreed, purpose, found=found))
        law = expected(caller, part, agreed, purpose, found=found)
        assert decision.model_dump() == law, (purpose, "found" if found else "not found")


def test_the_table_names_every_part_and_every_kind_of_caller() -> None:
    assert set(GIVEN) == set(PARTS) == {"no part", *Part}
    assert {actor.kind for actor in CALLERS.values()} == {"staff", "partner", "person", "system"}
    states = {c.state for given in CONSENTS.values() for c in given}
    assert states == set(ConsentState)


@pytest.mark.parametrize("caller", CALLERS)
def test_whoever_has_several_parts_sees_what_all_of_them_open(caller: str) -> None:
    for count in range(2, len(Part) + 1):
        for several in combinations(Part, count):
            whole = decide(question(CALLERS[caller], facts(*several, consents=(consent(),))))
            single = [
                decide(question(CALLERS[caller], facts(part, consents=(consent(),))))
                for part in several
            ]
            permits = [p for p in single if isinstance(p, Permit)]
            if not permits:
                assert whole == no_basis(facts())
                continue
            assert isinstance(whole, Permit)
            assert whole.classes == frozenset().union(*(p.classes for p in permits))
            assert set(whole.rules) == {rule for p in permits for rule in p.rules}
            assert whole.rules == tuple(sorted(whole.rules))
            widest = max(permits, key=lambda p: len(p.classes))
            assert whole.basis is widest.basis


# What the consent of the person opens


def test_one_persons_consents_add_up_and_all_of_them_are_on_record() -> None:
    basic = consent(1, data_classes=frozenset({D1}))
    health = consent(2, data_classes=frozenset({D1, D4}), receivers=receivers(kinds=(OUR_KIND,)))
    idle = consent(3, receivers=receivers(THEIRS), data_classes=frozenset({D5}))
    permit = decide(question(staff(), facts(Part.PARTY, consents=(health, idle, basic))))
    assert isinstance(permit, Permit)
    assert permit.classes == {D0, D1, D4}
    assert permit.consent_ids == (str(basic.id), str(health.id))


def test_a_consent_that_opens_no_more_than_the_fact_is_no_basis() -> None:
    bare = consent(data_classes=frozenset({D0}))
    assert isinstance(decide(question(staff(), facts(Part.NAMED, consents=(bare,)))), Deny)
    beyond = consent(data_classes=frozenset({D5}))
    low = staff(ceiling=D4)
    assert isinstance(decide(question(low, facts(Part.NAMED, consents=(beyond,)))), Deny)


def test_a_consent_opens_nothing_without_a_part_in_the_record() -> None:
    decision = decide(question(staff(), facts(consents=(consent(),))))
    assert decision == no_basis(facts())


@pytest.mark.parametrize("missing", ["agency_kind", "municipality_code"])
def test_a_fact_about_the_caller_that_is_missing_opens_nothing(missing: str) -> None:
    actor = staff(**{missing: None})
    decision = decide(question(actor, facts(Part.NAMED, consents=(consent(),))))
    assert decision == no_basis(facts())


@pytest.mark.parametrize("missing", ["agency_id", "agency_kind", "municipality_code"])
def test_nobody_receives_anything_who_cannot_be_named(missing: str) -> None:
    known = question(staff(**{missing: None}), facts(Part.NAMED, consents=(consent(),)))
    assert known.recipient is None
    assert consented(known) == (frozenset(), ())


def test_without_a_purpose_consent_opens_nothing() -> None:
    known = question(staff(purpose=None), facts(Part.NAMED, consents=(consent(),)))
    assert consented(known) == (frozenset(), ())


def test_the_caller_is_named_as_it_is_registered() -> None:
    assert question(staff(ceiling=D3), facts()).recipient == Recipient(
        agency_id=OURS, kind=OUR_KIND, municipality_code=CITY, ceiling=D3
    )


@pytest.mark.parametrize("kind", RecordKind)
def test_only_at_an_item_the_caller_sits_at_its_table(kind: RecordKind) -> None:
    known = question(staff(), facts(kind=kind, meeting_id=uid(1)))
    assert known.recipient is not None
    at_table = kind is RecordKind.CONFERENCE_ITEM
    assert known.recipient.meetings == (frozenset({uid(1)}) if at_table else frozenset())


def test_a_consent_to_a_meeting_opens_its_items_there_and_nothing_elsewhere() -> None:
    to_the_table = consent(receivers=Receivers(meetings=frozenset({uid(1)})))
    for kind, meeting, opened in (
        (RecordKind.CONFERENCE_ITEM, uid(1), "0-3"),
        (RecordKind.CONFERENCE_ITEM, uid(2), "0"),
        (RecordKind.CONFERENCE_ITEM, None, "0"),
        (RecordKind.PERSON, uid(1), "0"),
    ):
        known = facts(Part.PARTY, kind=kind, meeting_id=meeting, consents=(to_the_table,))
        permit = decide(question(staff(), known))
        assert isinstance(permit, Permit)
        assert permit.classes == classes(opened)


@pytest.mark.parametrize(
    ("ceiling", "opened"),
    [(D0, ""), (D1, "0-1"), (D2, "0-2"), (D3, "0-3"), (D4, "0-4"), (D5, "0-5")],
)
def test_consent_opens_no_class_above_the_agencys_ceiling(ceiling: DataClass, opened: str) -> None:
    wide = consent(data_classes=frozenset({D1, D2, D3, D4, D5}))
    decision = decide(question(staff(ceiling=ceiling), facts(Part.NAMED, consents=(wide,))))
    assert getattr(decision, "classes", frozenset()) == classes(opened)


@pytest.mark.parametrize(
    ("profile", "opened"),
    [(None, "0-3"), ("0-3", "0-3"), ("0-1", "0-1"), ("1 4", "0-1"), ("4", "0"), ("", "0")],
)
def test_the_sender_lets_fewer_classes_go_along_never_more(
    profile: str | None, opened: str
) -> None:
    known = facts(
        Part.PARTY,
        kind=RecordKind.REFERRAL,
        consents=(consent(),),
        profile=None if profile is None else classes(profile),
    )
    permit = decide(question(staff(), known, Permission.REFERRAL_READ))
    assert isinstance(permit, Permit)
    assert permit.classes == classes(opened)


def test_where_grounds_open_the_same_consent_is_named_before_the_own_purpose() -> None:
    """Brief §2.2, the order of decision; the person before both, nobody's record last."""
    nothing = facts(
        Part.PARTY, kind=RecordKind.REFERRAL, consents=(consent(),), profile=frozenset()
    )
    permit = decide(question(staff(), nothing, Permission.REFERRAL_READ))
    assert isinstance(permit, Permit)
    assert (permit.basis, permit.classes) == (Basis.CONSENT, {D0})
    directory = facts(Part.PARTY, kind=RecordKind.DIRECTORY)
    permit = decide(question(staff(), directory, Permission.DIRECTORY_READ))
    assert isinstance(permit, Permit)
    assert (permit.basis, permit.classes) == (Basis.INTERNAL, {D0})


def test_the_sender_sees_its_own_referral_whatever_goes_along() -> None:
    known = facts(Part.HOLDER, kind=RecordKind.REFERRAL, profile=frozenset({D0}))
    permit = decide(question(staff(), known, Permission.REFERRAL_READ))
    assert isinstance(permit, Permit)
    assert permit.classes == EVERY_CLASS


# Who told us (D6), and what is for the own agency alone (D7)

WITH_D6 = classes("0-3 6")


def referral_facts(*parts: Part, **changes: object) -> Facts:
    given = {"kind": RecordKind.REFERRAL, "consents": (consent(),), "profile": WITH_D6}
    return facts(*parts, **given | changes)


def read_referral(actor: Actor, known: Facts) -> Decision:
    return decide(question(actor, known, Permission.REFERRAL_READ))


def test_who_told_us_goes_to_the_receiving_agency_with_the_reason() -> None:
    permit = read_referral(staff(ceiling=D4), referral_facts(Part.PARTY))
    assert isinstance(permit, Permit)
    assert permit.classes == classes("0-3 6")


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        ((Part.PARTY,), {"profile": classes("0-3")}),
        ((Part.PARTY,), {"profile": None}),
        ((Part.PARTY,), {"themes": frozenset({"debt"})}),
        ((Part.PARTY,), {"themes": frozenset()}),
        ((Part.PARTY,), {"consents": ()}),
        ((Part.PARTY,), {"consents": (consent(state=ConsentState.REVOKED),)}),
        ((Part.HUB,), {}),
        ((Part.NAMED,), {}),
        ((Part.HUB, Part.NAMED), {}),
        ((Part.FORMER_PARTY,), {}),
        ((Part.FORMER_PARTY, Part.NAMED), {}),
        *(((Part.PARTY,), {"kind": kind}) for kind in RecordKind if kind != RecordKind.REFERRAL),
    ],
)
def test_who_told_us_goes_to_nobody_else(parts: tuple[Part, ...], changes: dict) -> None:
    decision = read_referral(staff(), referral_facts(*parts, **changes))
    assert D6 not in getattr(decision, "classes", ())


@pytest.mark.parametrize("opened", [frozenset({D1}), frozenset({D1, D2}), frozenset({D4})])
def test_who_told_us_does_not_go_along_without_the_reason(opened: frozenset[DataClass]) -> None:
    partial = consent(data_classes=opened)
    decision = read_referral(staff(), referral_facts(Part.PARTY, consents=(partial,)))
    assert isinstance(decision, Permit)
    assert decision.classes == (opened & WITH_D6) | {D0}


def test_an_employer_is_never_told_who_told_us() -> None:
    employer = staff(agency_kind=THEIR_KIND, ceiling=D2)
    decision = read_referral(employer, referral_facts(Part.PARTY))
    assert isinstance(decision, Permit)
    assert decision.classes == classes("0-2")


@pytest.mark.parametrize("part", [p for p in Part if p is not Part.HOLDER])
def test_no_consent_opens_what_is_never_consented_to(part: Part) -> None:
    broken = consent(data_classes=EVERY_CLASS)
    decision = decide(question(staff(ceiling=D7), facts(part, consents=(broken,))))
    assert not {D6, D7} & getattr(decision, "classes", frozenset())


# Themes

DEBT = frozenset({"debt"})


@pytest.mark.parametrize(
    ("parts", "agreed", "themes", "only"),
    [
        ((Part.PARTY,), True, None, None),
        ((Part.PARTY,), True, DEBT, DEBT),
        ((Part.PARTY,), True, frozenset(), frozenset()),
        ((Part.HUB,), True, DEBT, DEBT),
        ((Part.NAMED,), True, DEBT, DEBT),
        ((Part.HOLDER, Part.PARTY), True, DEBT, None),
        ((Part.HOLDER,), False, DEBT, None),
    ],
)
def test_a_part_limited_to_themes_stays_limited(
    parts: tuple[Part, ...],
    agreed: bool,
    themes: frozenset[str] | None,
    only: frozenset[str] | None,
) -> None:
    given = (consent(),) if agreed else ()
    permit = decide(question(staff(), facts(*parts, consents=given, themes=themes)))
    assert isinstance(permit, Permit)
    assert permit.only_themes == only


@pytest.mark.parametrize("part", [Part.PARTY, Part.HUB])
def test_taking_the_consent_away_does_not_lift_the_limit_to_themes(part: Part) -> None:
    permit = decide(question(staff(), facts(part, themes=DEBT)))
    assert isinstance(permit, Permit)
    assert permit.classes == {D0}
    assert permit.only_themes == DEBT


# Forbids

TWO_CALLERS = {"staff": staff, "partner": partner}
KEEP_AWAY = Deny(rule=Rule.SELF_INVOLVED, remedies=WAYS, conceal=True)


@pytest.mark.parametrize("caller", TWO_CALLERS)
@pytest.mark.parametrize("part", PARTS)
def test_nobody_opens_the_record_of_somebody_they_are_involved_with(caller: str, part: str) -> None:
    involved = TWO_CALLERS[caller](conflicts=frozenset({PERSON}))
    decision = decide(question(involved, facts(*PARTS[part], consents=(consent(),))))
    assert decision == KEEP_AWAY


def test_a_conflict_with_one_person_says_nothing_about_another() -> None:
    involved = staff(conflicts=frozenset({SOMEBODY_ELSE}))
    known = facts(Part.HOLDER)
    assert decide(question(involved, known)) == decide(question(staff(), known))


def test_a_forbid_beats_every_permit_and_the_concealing_one_is_told() -> None:
    permit = Permit(
        basis=Basis.SELF, classes=EVERY_CLASS, rules=(Rule.PERSON_SELF,), law=LAW[Basis.SELF]
    )
    first = Deny(rule=Rule.ACTOR_NO_POSITION)
    second = Deny(rule=Rule.PURPOSE_MISSING)
    hidden = Deny(rule=Rule.SELF_INVOLVED, conceal=True)
    known = question(staff(), facts())

    def told(*answers: Permit | Deny) -> Decision:
        """What is told when the rules give these answers, in whatever order."""
        with pytest.MonkeyPatch.context() as patch:
            found = []
            for order in permutations(answers):
                rules = [
                    access.NamedRule(id=Rule.PERSON_SELF, says=lambda _, answer=answer: (answer,))
                    for answer in order
                ]
                patch.setattr(access, "RULES", tuple(rules))
                found.append(decide(known))
                # One rule may give several answers.
                all_at_once = access.NamedRule(id=Rule.PERSON_SELF, says=lambda _, o=order: o)
                patch.setattr(access, "RULES", (all_at_once,))
                found.append(decide(known))
        assert all(decision == found[0] for decision in found)
        return found[0]

    assert told(permit, first) == first
    assert told(permit, second, first) == first
    assert told(permit, second, first, hidden) == hidden
    assert told(permit) == permit


# The order of rules, the default, and what is missing


@cache
def many_questions() -> Sequence[Question]:
    """Every caller with every combination of parts, with and without consent, limit, conflict;
    and every kind of record that more than one rule speaks of, with all that could open it."""
    every = [set(some) for n in range(len(Part) + 1) for some in combinations(Part, n)]
    several = (consent(1), consent(2, data_classes=frozenset({D1, D4})))
    return [
        question(
            actor.model_copy(update={"conflicts": frozenset(conflicts)}),
            facts(*parts, consents=agreed, themes=themes, kind=kind, profile=WITH_D6),
        )
        for actor in CALLERS.values()
        for parts in every
        for agreed in ((), several)
        for themes in (None, DEBT)
        for kind in (RecordKind.REFERRAL, RecordKind.DIRECTORY)
        for conflicts in ((), (PERSON,))
    ] + [
        question(
            staff(departments=frozenset({"welfare"})),
            _full(kind, *parts, consents=agreed, themes=themes, department=department),
        )
        for kind in (RecordKind.PERSON, *MANY_RULES)
        for parts in every
        for agreed in ((), several)
        for themes in (None, DEBT)
        for department in (None, "tax", "welfare")
    ]


#: Kinds of records of which a rule of their own speaks.
MANY_RULES = (
    RecordKind.AREA_ISSUE,
    RecordKind.CONFERENCE_ITEM,
    RecordKind.ENQUIRY,
    RecordKind.INFORMATION_REQUEST,
    RecordKind.PROVISION,
    RecordKind.SCREENING,
    RecordKind.SUPERVISION,
)


def _full(kind: RecordKind, *parts: Part, **changes: object) -> Facts:
    """A record of this kind with everything that could open it."""
    own = provision(9, basis=Basis.LIFE, data_classes=frozenset({D1, D2, D4}))
    given = {
        "kind": kind,
        "record_id": own.id if kind is RecordKind.PROVISION else ITEM,
        "conference_id": CONFERENCE,
        "window": window(),
        "asked_on": Basis.LIFE,
        "provisions": (
            own,
            provision(2, data_classes=frozenset({D1, D4})),
            provision(3, basis=Basis.DUTY_REPORT, data_classes=frozenset({D1, D5})),
            provision(4, basis=Basis.INTERNAL, to_department="welfare"),
        ),
    }
    return facts(*parts, **given | changes)


def test_the_order_of_the_rules_never_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = many_questions()
    decisions = [decide(q) for q in questions]
    assert {type(d) for d in decisions} == {Permit, Deny}
    assert {r for d in decisions if isinstance(d, Permit) for r in d.rules} == PERMITTING
    shuffled, dice = list(access.RULES), random.Random(20261120)  # noqa: S311 - no secret
    sample = dice.sample(range(len(questions)), 60)
    for turn in range(100):
        dice.shuffle(shuffled)
        monkeypatch.setattr(access, "RULES", tuple(shuffled))
        # Every question in some orders, some questions in every order.
        for n in range(len(questions)) if turn % 10 == 0 else sample:
            assert decide(questions[n]) == decisions[n]


def test_the_order_of_what_is_known_never_matters() -> None:
    known = _full(
        RecordKind.PERSON, Part.PARTY, consents=(consent(1), consent(2, data_classes=ONLY_D4))
    )
    decisions = {
        decide(question(staff(departments=frozenset({"welfare"})), turned)).model_dump_json()
        for consents in permutations(known.consents)
        for provisions in permutations(known.provisions)
        for turned in [known.model_copy(update={"consents": consents, "provisions": provisions})]
    }
    assert len({json.dumps(json.loads(d), sort_keys=True) for d in map(_ordered, decisions)}) == 1


def _ordered(written: str) -> str:
    found = json.loads(written)
    return json.dumps(found | {"classes": sorted(found["classes"])})


def test_no_rules_no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RULES", ())
    for asked_for in many_questions():
        assert isinstance(decide(asked_for), Deny)


def test_every_rule_is_listed_once_under_its_own_id() -> None:
    ids = [rule.id for rule in access.RULES]
    assert len(set(ids)) == len(ids)
    for asked_for in many_questions():
        for rule in access.RULES:
            for answer in rule.says(asked_for):
                match answer:
                    case Permit() if rule.id is Rule.RECORD_OWN_AGENCY:
                        # The own record is one rule, whether a department keeps it or not.
                        assert answer.rules in ((rule.id,), (Rule.DEPARTMENT_OF_RECORD,))
                    case Permit():
                        assert answer.rules == (rule.id,)
                    case Deny():
                        assert answer.rule is rule.id


#: Where agencies are, and what an area lacks: nobody is in it.
ABOUT_NOBODY = {RecordKind.DIRECTORY, RecordKind.AREA_ISSUE}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("kind", RecordKind)
def test_missing_facts_are_a_denial(caller: str, kind: RecordKind) -> None:
    actor = CALLERS[caller]
    unknown = decide(question(actor, Facts(kind=kind)))
    assert unknown == no_basis(Facts(kind=kind))
    known = decide(question(actor, Facts(kind=kind, found=True)))
    if caller == "system" or kind in ABOUT_NOBODY:
        assert isinstance(known, Permit)
        assert known.classes == {D0}
    else:
        assert known == no_basis(Facts(kind=kind, found=True))


@pytest.mark.parametrize("person_id", [None, SOMEBODY_ELSE])
def test_an_account_opens_only_the_record_of_its_own_person(person_id: object) -> None:
    decision = decide(question(account_of(PERSON), facts(person_id=person_id)))
    assert decision == no_basis(facts())


def test_an_account_of_nobody_opens_no_record_of_nobody() -> None:
    nobody = account_of(PERSON).model_copy(update={"person_id": None})
    assert isinstance(decide(question(nobody, facts(person_id=None))), Deny)


def test_staff_are_not_let_in_as_the_person_they_are() -> None:
    decision = decide(question(staff(person_id=PERSON), facts()))
    assert decision == no_basis(facts())


OPEN_TO_STAFF = Permit(
    basis=Basis.ANON,
    classes=frozenset({D0}),
    rules=(Rule.DIRECTORY_OPEN_TO_STAFF,),
    law=LAW[Basis.ANON],
)


@pytest.mark.parametrize(
    ("kind", "permission"),
    [
        (RecordKind.DIRECTORY, Permission.DIRECTORY_READ),
        (RecordKind.AREA_ISSUE, Permission.AREA_ISSUE_READ),
    ],
)
def test_the_directory_and_area_issues_are_about_nobody(
    kind: RecordKind, permission: Permission
) -> None:
    known = Facts(kind=kind, found=True)
    assert decide(question(staff(purpose=None), known, permission)) == OPEN_TO_STAFF
    missing = known.model_copy(update={"found": False})
    assert decide(question(staff(purpose=None), missing, permission)) == no_basis(missing)


@pytest.mark.parametrize("kind", [RecordKind.SCREENING, RecordKind.SUPERVISION])
@pytest.mark.parametrize("part", PARTS)
def test_numbers_and_pseudonyms_are_for_whom_they_are_put_to(kind: RecordKind, part: str) -> None:
    """No person is in the question, and whoever is asked sees the administrative part alone."""
    decision = decide(question(staff(), Facts(kind=kind, found=True, parts=frozenset(PARTS[part]))))
    told = isinstance(decision, Permit) and Rule.DIRECTORY_OPEN_TO_STAFF in decision.rules
    assert told is (part == "party")
    seen = getattr(decision, "classes", frozenset())
    assert seen == {"party": {D0}, "holder": EVERY_CLASS}.get(part, frozenset())


# Existence is personal data (promise 3)


@pytest.mark.parametrize("caller", CALLERS)
def test_unknown_and_not_yours_differ_in_nothing_that_is_told(caller: str) -> None:
    unknown = decide(question(CALLERS[caller], facts(found=False)))
    known = [
        facts(),
        facts(consents=(consent(state=ConsentState.REVOKED),)),
        facts(Part.NAMED),
    ]
    if caller in TWO_CALLERS:
        involved = TWO_CALLERS[caller](conflicts=frozenset({PERSON}))
        assert _told(decide(question(involved, facts(Part.HOLDER)))) == _told(unknown)
    for record in known:
        decision = decide(question(CALLERS[caller], record))
        if isinstance(decision, Permit):
            assert caller in {"the person", "system"}
            continue
        assert decision.rule is Rule.RECORD_NO_BASIS
        assert _told(decision) == _told(unknown)
    assert isinstance(unknown, Deny)
    assert unknown.rule is Rule.RECORD_UNKNOWN
    assert unknown.conceal
    assert unknown.remedies


def _told(decision: Decision) -> dict:
    """Everything but the rule, which only the audit log keeps."""
    assert isinstance(decision, Deny)
    return decision.model_dump(exclude={"rule"})


# The gates: the caller alone

NO_POSITION = (Rule.ACTOR_NO_POSITION, Remedy.GET_POSITION)
NO_PERMISSION = (Rule.ACTOR_PERMISSION_MISSING, Remedy.GET_POSITION)
NO_SCOPE = (Rule.ACTOR_SCOPE_MISSING, Remedy.GET_SCOPE)
NO_PURPOSE = (Rule.PURPOSE_MISSING, Remedy.CHOOSE_PURPOSE)
UNFIT = (Rule.PURPOSE_NOT_FOR_ACTION, Remedy.CHOOSE_PURPOSE)
OUTSIDE_TOKEN = (Rule.PURPOSE_OUTSIDE_TOKEN, Remedy.CHOOSE_PURPOSE)
PLANNING_ONLY = frozenset({"planning"})
GATES = [
    (staff(agency_id=None), Permission.PERSON_READ, NO_POSITION),
    (staff(position_ids=()), Permission.PERSON_READ, NO_POSITION),
    (partner(agency_id=None), Permission.PERSON_READ, NO_POSITION),
    (partner(position_ids=()), Permission.PERSON_READ, NO_POSITION),
    (staff(position_ids=()), Permission.ME_READ, NO_POSITION),
    (staff(position_ids=()), Permission.DIRECTORY_READ, NO_POSITION),
    (staff(roles=frozenset()), Permission.PERSON_READ, NO_PERMISSION),
    (staff(roles=frozenset({Role.AUDITOR})), Permission.PERSON_READ, NO_PERMISSION),
    (staff(), Permission.AUDIT_READ, NO_PERMISSION),
    (staff(), Permission.REFERRAL_NAME_LEAD, NO_PERMISSION),
    (staff(), Permission.REFERRAL_MISS_DEADLINE, NO_PERMISSION),
    (account_of(PERSON), Permission.PERSON_AMEND, NO_PERMISSION),
    (account_of(PERSON, roles=frozenset(Role)), Permission.PERSON_AMEND, NO_PERMISSION),
    (sweep(), Permission.PERSON_READ, NO_PERMISSION),
    (sweep(roles=frozenset(Role)), Permission.PERSON_READ, NO_PERMISSION),
    (staff(scopes=frozenset()), Permission.PERSON_READ, NO_SCOPE),
    (staff(scopes=frozenset({"persons.write"})), Permission.PERSON_READ, NO_SCOPE),
    (staff(scopes=frozenset({"persons.read"})), Permission.PERSON_AMEND, NO_SCOPE),
    (account_of(PERSON, scopes=frozenset()), Permission.PERSON_READ, NO_SCOPE),
    (partner(scopes=frozenset({"plans.read"})), Permission.PERSON_READ, NO_SCOPE),
    (staff(purpose=None), Permission.PERSON_READ, NO_PURPOSE),
    (partner(purpose=None), Permission.REFERRAL_ACCEPT, NO_PURPOSE),
    (account_of(PERSON, purpose=None), Permission.PERSON_READ, NO_PURPOSE),
    (staff(purpose=Purpose.STATISTICS), Permission.PERSON_READ, UNFIT),
    (staff(purpose=Purpose.AUDIT), Permission.PERSON_READ, UNFIT),
    (staff(purpose=Purpose.ACCESS_REQUEST), Permission.REFERRAL_ACCEPT, UNFIT),
    (staff(roles=frozenset({Role.AUDITOR})), Permission.AUDIT_READ, UNFIT),
    (staff(token_purposes=PLANNING_ONLY), Permission.PERSON_READ, OUTSIDE_TOKEN),
    (staff(token_purposes=frozenset()), Permission.PERSON_READ, OUTSIDE_TOKEN),
    (
        account_of(PERSON, token_purposes=PLANNING_ONLY),
        Permission.PERSON_READ,
        OUTSIDE_TOKEN,
    ),
]


@pytest.mark.parametrize(("actor", "permission", "refused"), GATES)
def test_the_gates_look_at_the_caller_alone(
    actor: Actor, permission: Permission, refused: tuple[Rule, Remedy]
) -> None:
    rule, remedy = refused
    deny = Deny(rule=rule, remedies=(remedy,), conceal=False)
    assert gate(actor, permission) == deny
    # Whatever the record is, and whether there is one: nothing of it shows.
    for known in (facts(Part.HOLDER), facts(found=False), facts(Part.PARTY, consents=(consent(),))):
        assert decide(question(actor, known, permission)) == deny


@pytest.mark.parametrize(
    ("actor", "permission"),
    [
        (staff(), Permission.PERSON_READ),
        (staff(scopes=frozenset({"persons.read"})), Permission.PERSON_READ),
        (staff(purpose=Purpose.PLANNING, token_purposes=PLANNING_ONLY), Permission.PERSON_READ),
        (staff(purpose=None, scopes=frozenset()), Permission.ME_READ),
        (staff(purpose=None), Permission.DIRECTORY_READ),
        (
            staff(roles=frozenset({Role.AUDITOR}), purpose=Purpose.AUDIT),
            Permission.AUDIT_READ,
        ),
        # A person asks for their own record under whatever purpose they name.
        *((account_of(PERSON, purpose=purpose), Permission.PERSON_READ) for purpose in Purpose),
        # The service has no token and no purpose of its own.
        *((sweep(), permission) for permission in sorted(SYSTEM_ONLY)),
    ],
)
def test_whoever_has_what_is_needed_passes_the_gates(actor: Actor, permission: Permission) -> None:
    assert gate(actor, permission) is None


def test_each_remedy_leads_one_gate_further() -> None:
    """What a denial says would make it possible is what makes it possible."""
    actor = staff(
        position_ids=(),
        roles=frozenset(),
        scopes=frozenset(),
        purpose=None,
        token_purposes=frozenset({"planning", "statistics"}),
    )
    steps = [
        (Rule.ACTOR_NO_POSITION, {"position_ids": (uid(1),)}),
        (Rule.ACTOR_PERMISSION_MISSING, {"roles": frozenset({Role.CONSULTANT})}),
        (Rule.ACTOR_SCOPE_MISSING, {"scopes": EVERY_SCOPE}),
        (Rule.PURPOSE_MISSING, {"purpose": Purpose.CONSULTATION}),
        (Rule.PURPOSE_OUTSIDE_TOKEN, {"purpose": Purpose.STATISTICS}),
        (Rule.PURPOSE_NOT_FOR_ACTION, {"purpose": Purpose.PLANNING}),
    ]
    for rule, mended in steps:
        refused = gate(actor, Permission.PERSON_READ)
        assert refused is not None
        assert refused.rule is rule
        actor = actor.model_copy(update=mended)
    assert gate(actor, Permission.PERSON_READ) is None


def test_there_is_no_actor_with_a_purpose_that_does_not_exist() -> None:
    with pytest.raises(ValidationError):
        staff(purpose="curiosity")


def test_what_a_person_and_the_service_may_want_does_not_depend_on_roles() -> None:
    assert account_of(PERSON).permissions == SELF_PERMISSIONS
    assert sweep().permissions == SYSTEM_ONLY
    assert staff(roles=frozenset()).permissions == frozenset()


# What the holder provides on a basis other than consent (brief §2.2)

SECOND = timedelta(seconds=1)
INSTANT = timedelta(microseconds=1)
GOES_ON = (Duty.NO_ONWARD, Duty.READABLE_UNTIL)
#: An exception is reviewed, and the person is told of it afterwards.
EXCEPTION = (*GOES_ON, Duty.REVIEW_BY, Duty.TELL_PERSON)
#: What each basis opens at most, whatever was provided, and what goes on being due.
PROVIDED: dict[Basis, tuple[str, tuple[Duty, ...]]] = {
    Basis.DUTY_REPORT: ("0-5", GOES_ON),
    Basis.LIFE: ("0-2 4", EXCEPTION),
    Basis.CHILD_HEALTH: ("0-4", EXCEPTION),
    Basis.PUBLIC_BODY: ("0-4", GOES_ON),
    Basis.PUBLIC_DUTY: ("0-3", GOES_ON),
    Basis.INTERNAL: ("0-4", GOES_ON),
    Basis.ENTRUST: ("0-4", GOES_ON),
}
CLOSES = NOW + timedelta(hours=1)


def given_to_us(*parts: Part, **changes: object) -> Facts:
    """A record of the holder with one provision of it to us."""
    return facts(*parts, provisions=(provision(**changes),))


def test_what_is_provided_is_seen_with_what_it_obliges_to() -> None:
    assert decide(question(staff(), given_to_us())) == Permit(
        basis=Basis.PUBLIC_BODY,
        classes=classes("0-3"),
        rules=(Rule.PROVISION_IN_FORCE,),
        consent_ids=(str(provision().id),),
        obligations=(
            Obligation(duty=Duty.NO_ONWARD),
            Obligation(duty=Duty.READABLE_UNTIL, until=CLOSES),
        ),
        law="PUBLIC_BODY@2023-04-01",
    )


@pytest.mark.parametrize("basis", Basis)
def test_each_basis_opens_what_it_may_and_no_more(basis: Basis) -> None:
    everything = given_to_us(basis=basis, data_classes=EVERY_CLASS)
    decision = decide(question(staff(ceiling=D7), everything))
    if basis not in PROVIDED:
        assert decision == no_basis(facts())
        return
    opens, duties = PROVIDED[basis]
    assert isinstance(decision, Permit)
    assert decision.basis is basis
    assert decision.classes == classes(opens)
    assert tuple(o.duty for o in decision.obligations) == duties
    assert decision.law == LAW[basis]


def test_what_has_been_done_is_no_longer_due() -> None:
    due = {"basis": Basis.LIFE, "review_due_at": CLOSES}
    for done, left in (
        ({}, EXCEPTION),
        ({"reviewed_at": NOW}, (*GOES_ON, Duty.TELL_PERSON)),
        ({"told_at": NOW}, (*GOES_ON, Duty.REVIEW_BY)),
        ({"reviewed_at": NOW, "told_at": NOW}, GOES_ON),
    ):
        permit = decide(question(staff(), given_to_us(**due, **done)))
        assert isinstance(permit, Permit)
        assert tuple(o.duty for o in permit.obligations) == left
        until = {o.duty: o.until for o in permit.obligations}
        assert until.get(Duty.REVIEW_BY, CLOSES) == CLOSES


@pytest.mark.parametrize(
    ("actor", "changes"),
    [
        # To somebody else, for something else.
        (staff(), {"to_agency_id": THIRD}),
        (staff(agency_id=THIRD), {}),
        (staff(), {"purposes": frozenset({Purpose.PLANNING, Purpose.WATCH_OVER})}),
        (staff(purpose=Purpose.PLANNING), {}),
        # To one department, to one position.
        (staff(), {"to_department": "welfare"}),
        (staff(departments=frozenset({"tax", "water"})), {"to_department": "welfare"}),
        (staff(), {"to_position_id": uid(1)}),
        # About somebody else, or out of somebody else's records.
        (staff(), {"person_id": SOMEBODY_ELSE}),
        (staff(), {"from_agency_id": THIRD}),
        (staff(), {"from_agency_id": OURS}),
        # Not yet, no longer, ended before its time.
        (staff(), {"opens_at": NOW + INSTANT}),
        (staff(), {"closes_at": NOW}),
        (staff(), {"closes_at": NOW - SECOND}),
        (staff(), {"ended_at": NOW}),
        (staff(), {"ended_at": NOW - SECOND}),
        # Nothing that could be shown.
        (staff(), {"data_classes": frozenset({D0})}),
        (staff(), {"data_classes": frozenset({D6, D7})}),
        (staff(ceiling=D0), {}),
        (staff(ceiling=D3), {"data_classes": frozenset({D4})}),
        # Nobody that could be named, or who is no agency.
        (staff(agency_kind=None), {}),
        (staff(municipality_code=None), {}),
        (account_of(SOMEBODY_ELSE), {}),
    ],
)
def test_a_provision_opens_nothing_but_what_it_says(actor: Actor, changes: dict) -> None:
    assert decide(question(actor, given_to_us(**changes))) == no_basis(facts())
    # Whoever takes part in the record keeps the fact, and no more.
    if actor.kind == "staff":
        part = decide(question(actor, given_to_us(Part.PARTY, **changes)))
        assert isinstance(part, Permit)
        assert part.classes == {D0}


@pytest.mark.parametrize(
    ("actor", "changes"),
    [
        (staff(), {"opens_at": NOW}),
        (staff(), {"closes_at": NOW + INSTANT}),
        (staff(), {"ended_at": NOW + INSTANT}),
        (staff(departments=frozenset({"tax", "welfare"})), {"to_department": "welfare"}),
        (staff(position_ids=(uid(2), uid(1))), {"to_position_id": uid(1)}),
        (partner(), {}),
        # Wherever the agency is: it was named.
        (staff(municipality_code=NEXT_CITY), {}),
    ],
)
def test_a_provision_opens_what_it_says_to_the_instant(actor: Actor, changes: dict) -> None:
    permit = decide(question(actor, given_to_us(**changes)))
    assert isinstance(permit, Permit)
    assert permit.classes == classes("0-3")


@pytest.mark.parametrize(
    "changes", [{"found": False}, {"holder_agency_id": None}, {"person_id": None}]
)
def test_a_provision_opens_no_record_of_which_a_fact_is_missing(changes: dict) -> None:
    known = facts(provisions=(provision(),), **changes)
    assert decide(question(staff(), known)) == no_basis(known)


@pytest.mark.parametrize(("profile", "opened"), [("0-1", "0-1"), ("1 4", "0-1"), ("", None)])
def test_a_provision_opens_no_more_than_the_sender_lets_go_along(
    profile: str, opened: str | None
) -> None:
    known = facts(provisions=(provision(),), profile=classes(profile))
    decision = decide(question(staff(), known))
    if opened is None:
        assert decision == no_basis(facts())
    else:
        assert getattr(decision, "classes", None) == classes(opened)


@pytest.mark.parametrize("kind", [k for k in RecordKind if k not in ABOUT_NOBODY])
def test_an_emergency_opens_who_it_is_and_not_the_file(kind: RecordKind) -> None:
    known = facts(kind=kind, provisions=(provision(basis=Basis.LIFE, data_classes=EVERY_CLASS),))
    decision = decide(question(staff(), known))
    if kind in {RecordKind.PERSON, RecordKind.PROVISION}:
        assert isinstance(decision, Permit)
        assert decision.classes == classes("0-2 4")
    else:
        assert decision == no_basis(facts())


@pytest.mark.parametrize("basis", [b for b in PROVIDED if b is not Basis.LIFE])
@pytest.mark.parametrize("kind", [RecordKind.REFERRAL, RecordKind.CASE, RecordKind.PLAN])
def test_what_is_provided_for_more_than_an_emergency_opens_the_file(
    kind: RecordKind, basis: Basis
) -> None:
    known = facts(kind=kind, provisions=(provision(basis=basis),))
    permit = decide(question(staff(), known))
    assert isinstance(permit, Permit)
    assert permit.classes == classes("0-3")


@pytest.mark.parametrize("number", range(1, 4))
def test_a_provision_is_the_holders_and_opens_the_holders_records_alone(number: int) -> None:
    holders = (THEIRS, THIRD, HUB)
    from_each = tuple(
        provision(n, from_agency_id=holder, data_classes=frozenset({wanted}))
        for n, (holder, wanted) in enumerate(zip(holders, (D1, D2, D3), strict=True), start=1)
    )
    known = facts(holder_agency_id=holders[number - 1], provisions=from_each)
    permit = decide(question(staff(), known))
    assert isinstance(permit, Permit)
    assert permit.classes == {D0, (D1, D2, D3)[number - 1]}
    assert permit.consent_ids == (str(from_each[number - 1].id),)


# The window of a statutory conference (brief §2.4, §8 rule 5)


def at_the_table(**changes: object) -> Facts:
    return item_facts(window=window(**changes))


@pytest.mark.parametrize(
    ("basis", "ceiling", "opened"),
    [
        (Basis.CONF_NEEDY, D5, "0-4"),
        (Basis.CONF_LAYERED, D5, "0-4"),
        (Basis.CONF_OTHER, D5, "0-4"),
        # Facts of child protection: where children are protected, and to who may know of them.
        (Basis.CONF_CHILD, D5, "0-5"),
        (Basis.CONF_CHILD, D7, "0-5"),
        (Basis.CONF_CHILD, D4, "0-4"),
        (Basis.CONF_NEEDY, D7, "0-4"),
        (Basis.CONF_NEEDY, D2, "0-2"),
        (Basis.CONF_NEEDY, D0, "0"),
    ],
)
def test_the_window_opens_its_item(basis: Basis, ceiling: DataClass, opened: str) -> None:
    decision = decide(question(staff(ceiling=ceiling), at_the_table(basis=basis)))
    assert decision == Permit(
        basis=basis,
        classes=classes(opened),
        rules=(Rule.CONFERENCE_WINDOW,),
        obligations=(
            Obligation(duty=Duty.NO_ONWARD),
            Obligation(duty=Duty.READABLE_UNTIL, until=CLOSES),
        ),
        law=LAW[basis],
    )


def test_only_statutory_conferences_have_a_window() -> None:
    statutory = {"CONF_NEEDY", "CONF_LAYERED", "CONF_CHILD", "CONF_OTHER"}
    assert statutory == CONFERENCE_BASES
    for basis in Basis:
        decision = decide(question(staff(), at_the_table(basis=basis)))
        assert isinstance(decision, Permit) is (basis in statutory)


@pytest.mark.parametrize(
    "missing",
    [
        {"constituted": False},
        {"reason_written": False},
        {"invited": False},
        {"member": False},
        {"registered": False},
        {"acknowledged": False},
        {"opens_at": None},
        {"closes_at": None},
        # Before the agenda is fixed, and from the instant on which the time is over.
        {"opens_at": NOW + INSTANT},
        {"closes_at": NOW},
        {"closes_at": NOW - SECOND},
        # Another item, another conference.
        {"item_id": uid(1)},
        {"conference_id": uid(1)},
    ],
)
def test_of_all_that_opens_the_window_nothing_may_be_missing(missing: dict) -> None:
    shut = at_the_table(**missing)
    assert decide(question(staff(), shut)) == no_basis(shut)


@pytest.mark.parametrize("change", [{"opens_at": NOW}, {"closes_at": NOW + INSTANT}])
def test_the_window_is_open_to_the_instant(change: dict) -> None:
    assert isinstance(decide(question(staff(), at_the_table(**change))), Permit)


def test_what_is_not_known_of_a_window_is_shut() -> None:
    bare = Window(basis=Basis.CONF_NEEDY, conference_id=CONFERENCE, item_id=ITEM)
    assert not bare.open_at(NOW)
    assert decide(question(staff(), item_facts(window=bare))) == no_basis(facts())
    assert decide(question(staff(), item_facts(window=None))) == no_basis(facts())
    unknown = item_facts(found=False)
    assert decide(question(staff(), unknown)) == no_basis(unknown)
    for missing in ("record_id", "conference_id"):
        assert decide(question(staff(), item_facts(**{missing: None}))) == no_basis(facts())


@pytest.mark.parametrize("kind", RecordKind)
def test_the_window_opens_items_and_nothing_else(kind: RecordKind) -> None:
    decision = decide(question(staff(), item_facts(kind=kind)))
    opened = getattr(decision, "classes", frozenset())
    if kind is RecordKind.CONFERENCE_ITEM:
        assert opened == classes("0-4")
    else:
        assert opened == ({D0} if kind in ABOUT_NOBODY else frozenset())


@pytest.mark.parametrize(
    ("changes", "ways"),
    [
        # Whoever is not invited is told of nothing, not even of the meeting.
        ({"invited": False, "registered": False, "acknowledged": False, "opens_at": None}, ()),
        ({"invited": False, "member": False}, ()),
        ({}, ()),
        ({"member": False}, ("join_member_list",)),
        ({"registered": False}, ("register_participant",)),
        ({"acknowledged": False}, ("acknowledge_secrecy",)),
        ({"opens_at": None}, ("wait_for_agenda",)),
        ({"opens_at": NOW + INSTANT}, ("wait_for_agenda",)),
        ({"closes_at": NOW}, ()),
        (
            {"registered": False, "acknowledged": False, "opens_at": NOW + SECOND},
            ("register_participant", "acknowledge_secrecy", "wait_for_agenda"),
        ),
    ],
)
def test_whoever_is_invited_is_told_what_they_can_do(changes: dict, ways: tuple[str, ...]) -> None:
    assert window(**changes).missing(NOW) == ways


# Who keeps the secretariat together with the convener (row 2-12)


@pytest.mark.mechanism("2-12")
@pytest.mark.parametrize("kind", RecordKind)
def test_a_secretariat_runs_the_conference_and_sees_nobody_for_it(kind: RecordKind) -> None:
    known = facts(Part.SECRETARIAT, kind=kind)
    decision = decide(question(staff(ceiling=D7), known))
    if kind in (RecordKind.CONFERENCE, RecordKind.CONFERENCE_ITEM):
        assert decision == Permit(
            basis=Basis.INTERNAL,
            classes=frozenset({D0}),
            rules=(Rule.CONFERENCE_SECRETARIAT,),
            law=LAW[Basis.INTERNAL],
        )
        assert decide(question(staff(), facts(Part.SECRETARIAT, kind=kind, found=False))) == (
            no_basis(facts(found=False))
        )
        # No class beyond the bare facts, however it is asked.
        asked = question(staff(), known).model_copy(update={"needs": D1})
        assert decide(asked) == no_basis(known)
    else:
        assert Rule.CONFERENCE_SECRETARIAT not in getattr(decision, "rules", ())


# The second person (brief §8 rule 13)


def to_review(*parts: Part, basis: Basis = Basis.LIFE, **changes: object) -> Facts:
    """The record of a provision that somebody else made to somebody else."""
    theirs = provision(basis=basis, to_agency_id=THIRD, from_agency_id=HUB)
    given = {"kind": RecordKind.PROVISION, "record_id": theirs.id, "provisions": (theirs,)}
    return facts(*parts, **given | changes)


def test_a_reviewer_sees_what_was_done_and_why_and_not_the_data() -> None:
    assert decide(question(staff(), to_review(Part.REVIEWER))) == Permit(
        basis=Basis.LIFE,
        classes=classes("0 3"),
        rules=(Rule.PROVISION_REVIEWER,),
        consent_ids=(str(provision().id),),
        law=LAW[Basis.LIFE],
    )


@pytest.mark.parametrize("basis", PROVIDED)
def test_only_exceptions_are_reviewed(basis: Basis) -> None:
    decision = decide(question(staff(), to_review(Part.REVIEWER, basis=basis)))
    exception = basis in {Basis.LIFE, Basis.CHILD_HEALTH}
    assert isinstance(decision, Permit) is exception
    assert getattr(decision, "basis", basis) is basis


@pytest.mark.parametrize(
    "known",
    [
        to_review(),
        to_review(Part.NAMED),
        to_review(Part.REVIEWER, record_id=uid(1)),
        to_review(Part.REVIEWER, record_id=None),
        to_review(Part.REVIEWER, provisions=()),
        to_review(Part.REVIEWER, found=False),
        *(
            to_review(Part.REVIEWER, kind=kind)
            for kind in RecordKind
            if kind not in ABOUT_NOBODY | {RecordKind.PROVISION}
        ),
    ],
)
def test_nobody_reviews_what_they_were_not_asked_to(known: Facts) -> None:
    assert decide(question(staff(), known)) == no_basis(known)


@pytest.mark.parametrize("basis", [b for b in Basis if b not in PROVIDED])
def test_a_provision_on_a_basis_for_none_has_no_reviewer(basis: Basis) -> None:
    """The decision is total: a record that cannot be meant is a denial, not an error."""
    known = to_review(Part.REVIEWER, basis=basis)
    assert decide(question(staff(), known)) == no_basis(known)


# The desk to which an enquiry was put (rows 1-15, 1-16)


@pytest.mark.parametrize("basis", [Basis.INTERNAL, Basis.LIFE])
def test_an_enquiry_is_read_by_the_desk_it_was_put_to(basis: Basis) -> None:
    asked_of_us = facts(Part.PARTY, kind=RecordKind.ENQUIRY, person_id=None, asked_on=basis)
    permit = decide(question(staff(), asked_of_us))
    assert isinstance(permit, Permit)
    assert (permit.basis, permit.classes) == (basis, classes("0-1 3"))
    assert Rule.ENQUIRY_ADDRESSED in permit.rules
    assert permit.obligations == ()


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        ((), {}),
        ((Part.NAMED,), {}),
        ((Part.FORMER_PARTY,), {}),
        ((Part.HUB,), {}),
        ((Part.PARTY,), {"asked_on": None}),
        ((Part.PARTY,), {"found": False}),
        *(((Part.PARTY,), {"kind": kind}) for kind in RecordKind if kind != RecordKind.ENQUIRY),
    ],
)
def test_an_enquiry_is_read_by_nobody_else(parts: tuple[Part, ...], changes: dict) -> None:
    given = {"kind": RecordKind.ENQUIRY, "person_id": None, "asked_on": Basis.LIFE}
    decision = decide(question(staff(), facts(*parts, **given | changes)))
    assert getattr(decision, "classes", frozenset()) <= {D0}
    assert Rule.ENQUIRY_ADDRESSED not in getattr(decision, "rules", ())


@pytest.mark.parametrize("ceiling", [D0, D1, D2])
def test_an_employer_who_is_asked_reads_nothing_above_its_ceiling(ceiling: DataClass) -> None:
    """Brief §8 rule 16: employers, landlords, volunteers never receive D3."""
    asked_of_us = facts(
        Part.PARTY, kind=RecordKind.ENQUIRY, person_id=None, asked_on=Basis.INTERNAL
    )
    employer = staff(agency_kind=THEIR_KIND, ceiling=ceiling)
    seen = getattr(decide(question(employer, asked_of_us)), "classes", frozenset())
    assert D3 not in seen
    assert (D1 in seen) <= (ceiling is not D0)


# What the chair of a statutory conference asks an agency (§2.4 no. 4)


def asked_by_chair(*parts: Part, **changes: object) -> Facts:
    """We are asked about somebody on an item that is open to us."""
    usual = {"kind": RecordKind.INFORMATION_REQUEST, "record_id": uid(0x900)}
    return item_facts(*(parts or (Part.PARTY,)), **usual | changes)


@pytest.mark.parametrize("basis", sorted(CONFERENCE_BASES))
def test_whoever_is_asked_reads_who_and_what_while_the_item_is_open(basis: Basis) -> None:
    permit = decide(question(staff(), asked_by_chair(window=window(basis=basis))))
    assert isinstance(permit, Permit)
    assert (permit.basis, permit.classes) == (basis, classes("0-1 3"))
    assert permit.rules == (Rule.CONFERENCE_ASKED_BY_CHAIR, Rule.PARTY_KEEPS_FACT)
    duties = {o.duty: o.until for o in permit.obligations}
    assert duties == {Duty.NO_ONWARD: None, Duty.READABLE_UNTIL: window().closes_at}


@pytest.mark.parametrize(
    ("parts", "changes"),
    [
        *(((part,), {}) for part in Part if part not in (Part.PARTY, Part.HOLDER)),
        ((Part.PARTY,), {"found": False}),
        ((Part.PARTY,), {"window": None}),
        ((Part.PARTY,), {"conference_id": uid(0x901)}),
        *(
            ((Part.PARTY,), {"window": window(**{shut: False})})
            for shut in ("constituted", "reason_written", "invited", "registered", "acknowledged")
        ),
        ((Part.PARTY,), {"window": window(opens_at=None)}),
        ((Part.PARTY,), {"window": window(closes_at=NOW)}),
        ((Part.PARTY,), {"window": window(basis=Basis.CONSENT)}),
    ],
)
def test_nobody_else_is_told_whom_the_chair_asks_about(
    parts: tuple[Part, ...], changes: dict
) -> None:
    decision = decide(question(staff(), asked_by_chair(*parts, **changes)))
    assert getattr(decision, "classes", frozenset()) <= {D0}
    assert Rule.CONFERENCE_ASKED_BY_CHAIR not in getattr(decision, "rules", ())


def test_an_employer_that_is_asked_is_not_told_what_about_somebody() -> None:
    seen = decide(question(staff(ceiling=D2), asked_by_chair()))
    assert getattr(seen, "classes", None) == {D0, D1}
    assert isinstance(decide(question(staff(ceiling=D2), asked_by_chair(), needs=D3)), Deny)


# A record that one department keeps to itself (row 0-08)


@pytest.mark.parametrize(
    ("department", "departments", "rule"),
    [
        (None, set(), Rule.RECORD_OWN_AGENCY),
        (None, {"tax"}, Rule.RECORD_OWN_AGENCY),
        ("tax", {"tax"}, Rule.DEPARTMENT_OF_RECORD),
        ("tax", {"welfare", "tax"}, Rule.DEPARTMENT_OF_RECORD),
        ("tax", {"welfare"}, None),
        ("tax", set(), None),
    ],
)
def test_a_record_of_a_department_is_the_departments(
    department: str | None, departments: set[str], rule: Rule | None
) -> None:
    known = facts(Part.HOLDER, holder_agency_id=OURS, department=department)
    decision = decide(question(staff(departments=frozenset(departments)), known))
    if rule is None:
        assert decision == no_basis(known)
    else:
        assert decision == Permit(
            basis=Basis.INTERNAL, classes=EVERY_CLASS, rules=(rule,), law=LAW[Basis.INTERNAL]
        )


def test_a_department_hands_over_to_another_what_it_provides() -> None:
    over = provision(
        basis=Basis.INTERNAL, from_agency_id=OURS, to_agency_id=OURS, to_department="welfare"
    )
    known = facts(Part.HOLDER, holder_agency_id=OURS, department="tax", provisions=(over,))
    for departments, opened in (
        ({"welfare"}, classes("0-3")),
        ({"tax"}, EVERY_CLASS),
        ({"water"}, frozenset()),
    ):
        decision = decide(question(staff(departments=frozenset(departments)), known))
        assert getattr(decision, "classes", frozenset()) == opened


# One question for each rule that permits

A_CONSENT = (consent(),)
ON: dict[Rule, Question] = {
    Rule.RECORD_OWN_AGENCY: question(staff(), facts(Part.HOLDER)),
    Rule.DEPARTMENT_OF_RECORD: question(
        staff(departments=frozenset({"tax"})), facts(Part.HOLDER, department="tax")
    ),
    Rule.PARTY_KEEPS_FACT: question(staff(), facts(Part.FORMER_PARTY)),
    Rule.PARTY_WITH_CONSENT: question(staff(), facts(Part.NAMED, consents=A_CONSENT)),
    Rule.PROVISION_IN_FORCE: question(staff(), given_to_us()),
    Rule.CONFERENCE_WINDOW: question(staff(), item_facts()),
    Rule.CONFERENCE_ASKED_BY_CHAIR: question(staff(), asked_by_chair()),
    Rule.CONFERENCE_SECRETARIAT: question(
        staff(), facts(Part.SECRETARIAT, kind=RecordKind.CONFERENCE)
    ),
    Rule.PROVISION_REVIEWER: question(staff(), to_review(Part.REVIEWER)),
    Rule.ENQUIRY_ADDRESSED: question(
        staff(), facts(Part.PARTY, kind=RecordKind.ENQUIRY, asked_on=Basis.LIFE)
    ),
    Rule.PERSON_SELF: question(account_of(PERSON), facts()),
    Rule.SYSTEM_SWEEP: question(sweep(), facts()),
    Rule.DIRECTORY_OPEN_TO_STAFF: question(staff(), facts(kind=RecordKind.DIRECTORY)),
}
PERMITTING = set(ON)
each_ground = pytest.mark.parametrize("rule", ON)


def changed(asked_for: Question, **changes: object) -> Question:
    return asked_for.model_copy(update=changes)


def test_every_rule_but_the_forbid_is_a_ground() -> None:
    listed = {rule.id for rule in access.RULES}
    assert listed | {Rule.DEPARTMENT_OF_RECORD} == PERMITTING | {Rule.SELF_INVOLVED}
    for rule, asked_for in ON.items():
        permit = decide(asked_for)
        assert isinstance(permit, Permit)
        assert rule in permit.rules


@each_ground
def test_a_conflict_of_interest_beats_every_ground(rule: Rule) -> None:
    """Of a relative nobody reads anything, however it would be open to them (checklist Z12)."""
    asked_for = ON[rule]
    involved = asked_for.actor.model_copy(update={"conflicts": frozenset({PERSON})})
    assert decide(changed(asked_for, actor=involved)) == KEEP_AWAY
    everything = _full(asked_for.facts.kind, *Part, consents=A_CONSENT)
    assert decide(changed(asked_for, actor=involved, facts=everything)) == KEEP_AWAY
    # Neither a duty nor a law nor a receiver changes it.
    for change in ({"law": {}}, {"discharges": frozenset()}, {"receiver": recipient()}):
        assert decide(changed(asked_for, actor=involved, **change)) == KEEP_AWAY


@each_ground
def test_no_ground_opens_what_does_not_exist(rule: Rule) -> None:
    unknown = ON[rule].facts.model_copy(update={"found": False})
    assert decide(changed(ON[rule], facts=unknown)) == no_basis(unknown)


# The law of the day (brief §0, §8 rule 21)


def without(*bases: Basis) -> dict[Basis, str]:
    return {basis: version for basis, version in LAW.items() if basis not in bases}


@each_ground
def test_a_basis_that_is_not_in_force_opens_nothing(rule: Rule) -> None:
    permit = decide(ON[rule])
    assert isinstance(permit, Permit)
    used = {p.basis for r in access.RULES for p in r.says(ON[rule]) if isinstance(p, Permit)}
    for law in (without(*used), {}):
        assert decide(changed(ON[rule], law=law)) == Deny(
            rule=Rule.BASIS_NOT_IN_FORCE, remedies=WAYS, conceal=True
        )
    # The version that is in force is the one on record.
    newer = LAW | {permit.basis: f"{permit.basis}@2027-04-01"}
    assert decide(changed(ON[rule], law=newer)) == permit.model_copy(
        update={"law": f"{permit.basis}@2027-04-01"}
    )


@pytest.mark.parametrize("basis", PROVIDED)
def test_what_is_not_in_force_takes_nothing_from_what_is(basis: Basis) -> None:
    known = facts(Part.NAMED, consents=A_CONSENT, provisions=(provision(basis=basis),))
    by_consent = decide(question(staff(), facts(Part.NAMED, consents=A_CONSENT)))
    assert decide(question(staff(), known, law=without(basis))) == by_consent


def test_without_a_law_nothing_is_permitted() -> None:
    for asked_for in many_questions():
        assert isinstance(decide(changed(asked_for, law={})), Deny)


# Duties that nobody can carry out (checklist Z8)


@pytest.mark.parametrize("basis", PROVIDED)
def test_a_duty_that_is_not_known_opens_nothing(basis: Basis) -> None:
    asked_for = question(staff(), given_to_us(basis=basis, data_classes=frozenset({D1})))
    _, duties = PROVIDED[basis]
    unable = Deny(rule=Rule.OBLIGATION_UNKNOWN, remedies=WAYS, conceal=True)
    for duty in duties:
        assert decide(changed(asked_for, discharges=frozenset(Duty) - {duty})) == unable
    assert decide(changed(asked_for, discharges=frozenset())) == unable
    assert isinstance(decide(changed(asked_for, discharges=frozenset(duties))), Permit)


@pytest.mark.parametrize("duty", GOES_ON)
def test_the_window_needs_its_duties(duty: Duty) -> None:
    asked_for = question(staff(), item_facts(), discharges=frozenset(Duty) - {duty})
    assert getattr(decide(asked_for), "rule", None) is Rule.OBLIGATION_UNKNOWN


def test_a_duty_that_is_not_known_takes_nothing_from_what_obliges_to_nothing() -> None:
    known = facts(Part.PARTY, consents=A_CONSENT, provisions=(provision(data_classes=ONLY_D4),))
    unable = decide(question(staff(), known, discharges=frozenset()))
    assert unable == decide(question(staff(), facts(Part.PARTY, consents=A_CONSENT)))


def test_from_outside_a_duty_a_law_and_no_basis_are_one_and_the_same() -> None:
    refused = [
        decide(question(staff(), facts())),
        decide(question(staff(), facts(found=False))),
        decide(question(staff(), given_to_us(), law={})),
        decide(question(staff(), given_to_us(), discharges=frozenset())),
        decide(question(staff(), facts(Part.PARTY), needs=D1)),
        decide(question(staff(conflicts=frozenset({PERSON})), facts(Part.HOLDER))),
    ]
    assert all(_told(decision) == _told(refused[0]) for decision in refused)
    assert len({d.rule for d in refused if isinstance(d, Deny)}) == 5


# The class without which the answer would be none


@pytest.mark.parametrize("needs", DataClass)
@pytest.mark.parametrize(
    ("known", "opened"),
    [
        (facts(), ""),
        (facts(Part.FORMER_PARTY), "0"),
        (facts(Part.NAMED, consents=A_CONSENT), "0-3"),
        (given_to_us(data_classes=frozenset({D2})), "0 2"),
        (facts(Part.HOLDER), "0-7"),
    ],
)
def test_without_the_class_that_is_needed_there_is_no_basis(
    known: Facts, opened: str, needs: DataClass
) -> None:
    decision = decide(question(staff(), known, needs=needs))
    if needs in classes(opened):
        assert decision == decide(question(staff(), known))
    else:
        assert decision == no_basis(known)


# Handing on: what opens it to the caller and what opens it to the receiver

THEM = recipient(agency_id=THIRD, kind=THEIR_KIND)
TO_THEM = consent(receivers=receivers(THIRD))
PROVIDED_TO_THEM = provision(to_agency_id=THIRD, from_agency_id=OURS)
NOT_COVERED = Deny(
    rule=Rule.CONSENT_COVERS_RECEIVER,
    remedies=(Remedy.ASK_CONSENT, Remedy.ASK_SUPPORT_CONFERENCE),
)


def of_ours(*consents: Consent, **changes: object) -> Facts:
    """Our own record of the person."""
    return facts(Part.HOLDER, holder_agency_id=OURS, consents=consents, **changes)


@pytest.mark.parametrize(
    ("known", "wanted", "goes"),
    [
        (of_ours(), "", False),
        (of_ours(TO_THEM), "", True),
        (of_ours(TO_THEM), "0-3", True),
        (of_ours(TO_THEM), "1", True),
        # All of it must be covered, and what no consent opens goes to nobody.
        (of_ours(TO_THEM), "0-4", False),
        (of_ours(TO_THEM), "4", False),
        (of_ours(TO_THEM), "1 6", False),
        (of_ours(consent(receivers=receivers(THIRD), data_classes=EVERY_CLASS)), "6", False),
        (of_ours(TO_THEM, consent(2, receivers=receivers(THIRD), data_classes={D4})), "0-4", True),
        # The bare fact is no cover.
        (of_ours(consent(receivers=receivers(THIRD), data_classes=frozenset({D0}))), "", False),
        # A consent to somebody else, for something else, of no force, or with "not to them".
        (of_ours(consent()), "", False),
        (of_ours(consent(receivers=receivers(THIRD), purposes={Purpose.SERVICE})), "", False),
        (of_ours(consent(receivers=receivers(THIRD), state=ConsentState.VOID)), "", False),
        (of_ours(consent(receivers=receivers(THIRD), valid_until=YESTERDAY)), "", False),
        (of_ours(TO_THEM, consent(2, excluded=receivers(THIRD))), "", False),
        (of_ours(TO_THEM, consent(2, excluded=receivers(kinds=(THEIR_KIND,)))), "", False),
        # Another basis covers as well, as far as it goes.
        (of_ours(provisions=(PROVIDED_TO_THEM,)), "", True),
        (of_ours(provisions=(PROVIDED_TO_THEM,)), "0-3", True),
        (of_ours(provisions=(PROVIDED_TO_THEM,)), "4", False),
        (of_ours(TO_THEM, provisions=(PROVIDED_TO_THEM.but(data_classes={D4}),)), "0-4", True),
        (of_ours(provisions=(PROVIDED_TO_THEM.but(to_agency_id=OURS),)), "", False),
        (of_ours(provisions=(PROVIDED_TO_THEM.but(person_id=SOMEBODY_ELSE),)), "", False),
        (of_ours(provisions=(PROVIDED_TO_THEM.but(closes_at=NOW),)), "", False),
        (of_ours(provisions=(PROVIDED_TO_THEM.but(ended_at=NOW),)), "", False),
        (of_ours(provisions=(PROVIDED_TO_THEM.but(purposes={Purpose.SERVICE}),)), "", False),
        # What somebody else has provided to them says nothing of our records.
        (of_ours(provisions=(PROVIDED_TO_THEM.but(from_agency_id=HUB),)), "", False),
    ],
)
def test_nobody_is_handed_on_to_whom_nothing_covers(known: Facts, wanted: str, goes: bool) -> None:
    asked_for = question(staff(), known, receiver=THEM, wanted=classes(wanted))
    assert covered(asked_for) is goes
    alone = decide(question(staff(), known))
    assert decide(asked_for) == (alone if goes else NOT_COVERED)


def test_the_receivers_ceiling_covers_no_more() -> None:
    wide = of_ours(consent(receivers=receivers(THIRD), data_classes={D1, D2, D3, D4}))
    for ceiling, wanted, goes in ((D4, "0-4", True), (D2, "0-2", True), (D2, "0-3", False)):
        low = recipient(agency_id=THIRD, kind=THEIR_KIND, ceiling=ceiling)
        asked_for = question(staff(), wide, receiver=low, wanted=classes(wanted))
        assert isinstance(decide(asked_for), Permit) is goes


@pytest.mark.parametrize(
    ("basis", "known"),
    [
        (Basis.CONSENT, of_ours(TO_THEM)),
        (Basis.PUBLIC_BODY, of_ours(provisions=(PROVIDED_TO_THEM,))),
    ],
)
def test_a_basis_that_is_not_in_force_covers_nobody(basis: Basis, known: Facts) -> None:
    asked_for = question(staff(), known, receiver=THEM, law=without(basis))
    assert decide(asked_for) == NOT_COVERED


def test_whoever_may_not_see_it_is_not_told_whom_it_could_go_to() -> None:
    for known in (facts(), facts(consents=(TO_THEM,)), facts(found=False)):
        assert decide(question(staff(), known, receiver=THEM)) == no_basis(known)


def test_without_a_receiver_or_a_purpose_nothing_is_covered() -> None:
    assert not covered(question(staff(), of_ours(TO_THEM)))
    assert not covered(question(staff(purpose=None), of_ours(TO_THEM), receiver=THEM))


# Joining


def test_what_obliges_to_something_is_used_only_for_what_nothing_else_opens() -> None:
    by_consent = decide(question(staff(), facts(Part.NAMED, consents=A_CONSENT)))
    no_more = facts(Part.NAMED, consents=A_CONSENT, provisions=(provision(),))
    assert decide(question(staff(), no_more)) == by_consent
    more = provision(data_classes=frozenset({D1, D4}))
    known = facts(Part.NAMED, consents=A_CONSENT, provisions=(more, provision(2)))
    assert decide(question(staff(), known)) == Permit(
        basis=Basis.CONSENT,
        classes=classes("0-4"),
        rules=(Rule.PARTY_WITH_CONSENT, Rule.PROVISION_IN_FORCE),
        consent_ids=(str(consent().id), str(more.id)),
        obligations=(
            Obligation(duty=Duty.NO_ONWARD),
            Obligation(duty=Duty.READABLE_UNTIL, until=CLOSES),
        ),
        law=LAW[Basis.CONSENT],
    )


def test_the_own_record_needs_nothing_that_obliges() -> None:
    known = facts(Part.HOLDER, provisions=(provision(basis=Basis.DUTY_REPORT),))
    assert decide(question(staff(), known)) == decide(question(staff(), facts(Part.HOLDER)))


@pytest.mark.parametrize(
    ("provided", "used"),
    [
        # The widest first; what adds nothing to it stays unused, with all that it obliges to.
        ((("LIFE", "1-2 4"), ("PUBLIC_BODY", "1-2")), (0,)),
        ((("LIFE", "1-2"), ("PUBLIC_BODY", "1-3")), (1,)),
        ((("LIFE", "4"), ("PUBLIC_BODY", "1-3")), (0, 1)),
        ((("PUBLIC_BODY", "1-2"), ("ENTRUST", "2-3"), ("INTERNAL", "1-3")), (2,)),
        # Of two alike the one that comes first in the order of decision (brief §2.2).
        ((("PUBLIC_BODY", "1-2"), ("LIFE", "1-2")), (1,)),
        ((("PUBLIC_BODY", "1"), ("CHILD_HEALTH", "1"), ("LIFE", "1"), ("DUTY_REPORT", "1")), (3,)),
        ((("ENTRUST", "1"), ("INTERNAL", "1"), ("PUBLIC_DUTY", "1")), (2,)),
        # The same basis twice: one is enough.
        ((("LIFE", "1"), ("LIFE", "1")), (0,)),
        ((("LIFE", "1"), ("LIFE", "2")), (0, 1)),
    ],
)
def test_as_little_as_possible_is_used_of_what_obliges(
    provided: tuple[tuple[str, str], ...], used: tuple[int, ...]
) -> None:
    each = [
        provision(n, basis=basis, data_classes=classes(opens))
        for n, (basis, opens) in enumerate(provided)
    ]
    found = {
        decide(question(staff(), facts(provisions=order))).model_dump_json()
        for order in permutations(each)
    }
    permits = [Permit.model_validate_json(written) for written in found]
    assert all(permit == permits[0] for permit in permits)
    assert permits[0].consent_ids == tuple(str(each[n].id) for n in used)
    assert permits[0].basis in {each[n].basis for n in used}


def test_the_longest_list_of_duties_is_written_once() -> None:
    two = (
        provision(1, basis=Basis.LIFE, data_classes=ONLY_D4, closes_at=NOW + 2 * SECOND),
        provision(2, data_classes=frozenset({D1, D3})),
        provision(3, data_classes=frozenset({D2}), closes_at=NOW + 2 * SECOND),
    )
    permit = decide(question(staff(), facts(provisions=two)))
    assert isinstance(permit, Permit)
    assert permit.classes == classes("0-4")
    assert permit.obligations == (
        Obligation(duty=Duty.NO_ONWARD),
        Obligation(duty=Duty.READABLE_UNTIL, until=NOW + 2 * SECOND),
        Obligation(duty=Duty.READABLE_UNTIL, until=CLOSES),
        Obligation(duty=Duty.REVIEW_BY),
        Obligation(duty=Duty.TELL_PERSON),
    )


def test_the_order_of_decision_is_that_of_the_brief() -> None:
    assert DECISION_ORDER[:4] == ("SELF", "DUTY_REPORT", "LIFE", "CHILD_HEALTH")
    assert DECISION_ORDER[4] == "CONSENT"
    assert set(DECISION_ORDER[5:9]) == CONFERENCE_BASES
    assert DECISION_ORDER[9:] == ("PUBLIC_BODY", "PUBLIC_DUTY", "INTERNAL", "ENTRUST", "ANON")
    assert set(DECISION_ORDER) == set(Basis)


def test_what_is_open_for_all_themes_lifts_no_limit_from_what_is_not() -> None:
    """Who it is and one diagnosis, provided without a limit, do not open the other themes' needs."""
    for kind in (RecordKind.REFERRAL, RecordKind.PLAN, RecordKind.CASE):
        known = facts(
            Part.PARTY,
            kind=kind,
            consents=A_CONSENT,
            themes=DEBT,
            provisions=(provision(data_classes=frozenset({D1, D4})),),
        )
        permit = decide(question(staff(), known))
        assert isinstance(permit, Permit)
        assert D3 not in permit.classes or permit.only_themes == DEBT
