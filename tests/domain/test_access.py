"""The access decision as a truth table (promise 1; brief §2 and §8; checklist Z2, Z4, Z12)."""

import random
from datetime import timedelta
from itertools import combinations, permutations, product
from typing import NamedTuple

import pytest
from domain_builders import (
    CITY,
    DAY,
    NEXT_CITY,
    OUR_KIND,
    OURS,
    PERSON,
    SOMEBODY_ELSE,
    THEIR_KIND,
    THEIRS,
    account_of,
    classes,
    consent,
    facts,
    partner,
    question,
    receivers,
    staff,
    sweep,
    uid,
)
from pydantic import ValidationError

from service.domain import access
from service.domain.access import (
    Facts,
    Part,
    Question,
    RecordKind,
    consented,
    decide,
    gate,
    no_basis,
    recipient,
)
from service.domain.actor import Actor
from service.domain.consent import Consent, ConsentState, Recipient
from service.domain.decision import Basis, Decision, Deny, Permit, Remedy, Rule
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, D6, D7, EVERY_CLASS, DataClass
from service.domain.permission import (
    EVERY_SCOPE,
    SELF_PERMISSIONS,
    SYSTEM_ONLY,
    Permission,
    Purpose,
    Role,
)

TOMORROW, YESTERDAY = DAY + timedelta(days=1), DAY - timedelta(days=1)

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
    "not yet valid": (consent(valid_from=TOMORROW),),
    "expired": (consent(valid_until=YESTERDAY),),
    "for another purpose": (consent(purposes=frozenset({Purpose.SERVICE})),),
    "we are excluded": (consent(excluded=receivers(OURS)),),
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
}


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
    ways = ("ask_consent", "ask_support_conference")
    if not found:
        return denied("record.unknown", *ways, conceal=True)
    why = grounds(caller, part, agreed, purpose)
    if not why:
        return denied("record.no_basis", *ways, conceal=True)
    widest = max(why, key=lambda ground: len(classes(ground.opens)))
    return {
        "effect": "permit",
        "basis": widest.basis,
        "classes": frozenset().union(*(classes(ground.opens) for ground in why)),
        "rules": tuple(sorted(ground.rule for ground in why)),
        "consent_ids": (str(consent().id),) if AGREED in why else (),
        "only_themes": None,
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
    assert recipient(staff(**{missing: None})) is None
    known = question(staff(**{missing: None}), facts(Part.NAMED, consents=(consent(),)))
    assert consented(known) == (frozenset(), ())


def test_without_a_purpose_consent_opens_nothing() -> None:
    known = question(staff(purpose=None), facts(Part.NAMED, consents=(consent(),)))
    assert consented(known) == (frozenset(), ())


def test_the_caller_is_named_as_it_is_registered() -> None:
    assert recipient(staff(ceiling=D3)) == Recipient(
        agency_id=OURS, kind=OUR_KIND, municipality_code=CITY, ceiling=D3
    )


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


@pytest.mark.parametrize("caller", TWO_CALLERS)
@pytest.mark.parametrize("part", PARTS)
def test_nobody_opens_the_record_of_somebody_they_are_involved_with(caller: str, part: str) -> None:
    involved = TWO_CALLERS[caller](conflicts=frozenset({PERSON}))
    decision = decide(question(involved, facts(*PARTS[part], consents=(consent(),))))
    assert decision == Deny(
        rule=Rule.SELF_INVOLVED,
        remedies=(Remedy.ASK_CONSENT, Remedy.ASK_SUPPORT_CONFERENCE),
        conceal=True,
    )


def test_a_conflict_with_one_person_says_nothing_about_another() -> None:
    involved = staff(conflicts=frozenset({SOMEBODY_ELSE}))
    known = facts(Part.HOLDER)
    assert decide(question(involved, known)) == decide(question(staff(), known))


def test_a_forbid_beats_every_permit_and_the_concealing_one_is_told() -> None:
    permit = Permit(basis=Basis.SELF, classes=EVERY_CLASS, rules=(Rule.PERSON_SELF,))
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
                    access.NamedRule(id=Rule.PERSON_SELF, says=lambda _, answer=answer: answer)
                    for answer in order
                ]
                patch.setattr(access, "RULES", tuple(rules))
                found.append(decide(known))
        assert all(decision == found[0] for decision in found)
        return found[0]

    assert told(permit, first) == first
    assert told(permit, second, first) == first
    assert told(permit, second, first, hidden) == hidden
    assert told(permit) == permit


# The order of rules, the default, and what is missing


def many_questions() -> list[Question]:
    """Every caller with every combination of parts, with and without consent, limit, conflict."""
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
    ]


def test_the_order_of_the_rules_never_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    questions = many_questions()
    decisions = [decide(q) for q in questions]
    assert {type(d) for d in decisions} == {Permit, Deny}
    shuffled, dice = list(access.RULES), random.Random(20261120)  # noqa: S311 - no secret
    sample = dice.sample(range(len(questions)), 60)
    for turn in range(100):
        dice.shuffle(shuffled)
        monkeypatch.setattr(access, "RULES", tuple(shuffled))
        # Every question in some orders, some questions in every order.
        for n in range(len(questions)) if turn % 10 == 0 else sample:
            assert decide(questions[n]) == decisions[n]


def test_no_rules_no_access(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "RULES", ())
    for asked_for in many_questions():
        assert isinstance(decide(asked_for), Deny)


def test_every_rule_is_listed_once_under_its_own_id() -> None:
    ids = [rule.id for rule in access.RULES]
    assert len(set(ids)) == len(ids)
    for asked_for in many_questions():
        for rule in access.RULES:
            answer = rule.says(asked_for)
            match answer:
                case Permit():
                    assert answer.rules == (rule.id,)
                case Deny():
                    assert answer.rule is rule.id
                case None:
                    pass


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("kind", RecordKind)
def test_missing_facts_are_a_denial(caller: str, kind: RecordKind) -> None:
    actor = CALLERS[caller]
    unknown = decide(question(actor, Facts(kind=kind)))
    assert unknown == no_basis(Facts(kind=kind))
    known = decide(question(actor, Facts(kind=kind, found=True)))
    if caller == "system" or kind is RecordKind.DIRECTORY:
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


def test_the_directory_is_about_nobody() -> None:
    known = Facts(kind=RecordKind.DIRECTORY, found=True)
    decision = decide(question(staff(purpose=None), known, Permission.DIRECTORY_READ))
    assert decision == Permit(
        basis=Basis.ANON, classes=frozenset({D0}), rules=(Rule.DIRECTORY_OPEN_TO_STAFF,)
    )


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
        (sweep(), Permission.REFERRAL_MISS_DEADLINE),
        (sweep(), Permission.TOKEN_VERIFY),
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
