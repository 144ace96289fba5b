"""Any question at all: what no caller, no record and no consent ever brings about (promises 1, 8)."""

import random
from datetime import date, timedelta

import pytest
from domain_builders import (
    CITY,
    CONFERENCE,
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
    consent,
    facts,
    kept_slowly,
    provision,
    question,
    receivers,
    recipient,
    staff,
    uid,
    window,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service.domain import access
from service.domain.access import Facts, Part, Question, RecordKind, decide, gate
from service.domain.access_kept import Writer
from service.domain.actor import Actor
from service.domain.conference_window import Window
from service.domain.consent import Consent, Receivers
from service.domain.consent_states import ConsentState
from service.domain.decision import CONFERENCE_BASES, Basis, Deny, Duty, Permit, Rule
from service.domain.disclosure import D0, D1, D2, D3, D5, D6, D7, EVERY_CLASS, DataClass
from service.domain.permission import Permission, Purpose
from service.domain.provision import ProvisionTerms
from service.domain.role import Role
from service.domain.scope import EVERY_SCOPE

DEBT = frozenset({"debt"})
TABLE = uid(4)
AGENCIES, PERSONS = (OURS, THEIRS, uid(1)), (PERSON, SOMEBODY_ELSE)
SOME_CLASSES = st.frozensets(st.sampled_from(DataClass), max_size=8)
SOME_RECEIVERS = st.builds(
    Receivers,
    agencies=st.frozensets(st.sampled_from(AGENCIES), max_size=2),
    kinds=st.frozensets(st.sampled_from((OUR_KIND, THEIR_KIND)), max_size=2),
    meetings=st.frozensets(st.just(TABLE), max_size=1),
)
SOME_DAYS = st.dates(date(2026, 11, 18), date(2026, 11, 22))
SOME_CONSENT = st.builds(
    consent,
    st.integers(1, 9),
    state=st.sampled_from(ConsentState),
    purposes=st.frozensets(st.sampled_from(Purpose), max_size=4),
    data_classes=SOME_CLASSES,
    receivers=SOME_RECEIVERS,
    excluded=SOME_RECEIVERS,
    municipality_code=st.sampled_from((CITY, NEXT_CITY)),
    valid_from=SOME_DAYS,
    valid_until=st.none() | SOME_DAYS,
)
SOME_INSTANTS = st.sampled_from(
    [NOW + timedelta(hours=hours) for hours in (-48, -1, 0, 1, 48)]
    + [NOW - timedelta(microseconds=1), NOW + timedelta(microseconds=1)]
)
#: Every basis that a provision may rest on; what no record can be is in ``test_access``.
FOR_PROVISIONS = (
    Basis.DUTY_REPORT,
    Basis.LIFE,
    Basis.CHILD_HEALTH,
    Basis.PUBLIC_BODY,
    Basis.PUBLIC_DUTY,
    Basis.INTERNAL,
    Basis.ENTRUST,
)
SOME_DEPARTMENTS = st.sampled_from((frozenset(), frozenset({"tax"}), frozenset({"welfare"})))
SOME_PROVISION = st.builds(
    provision,
    st.integers(1, 9),
    person_id=st.sampled_from(PERSONS),
    basis=st.sampled_from(FOR_PROVISIONS),
    from_agency_id=st.sampled_from(AGENCIES),
    to_agency_id=st.sampled_from(AGENCIES),
    to_department=st.none() | st.just("tax"),
    to_position_id=st.none() | st.sampled_from((uid(2), uid(5))),
    purposes=st.frozensets(st.sampled_from(Purpose), min_size=1, max_size=4),
    data_classes=st.frozensets(st.sampled_from(DataClass), min_size=1),
    opens_at=SOME_INSTANTS,
    closes_at=SOME_INSTANTS,
    ended_at=st.none() | SOME_INSTANTS,
    review_due_at=st.none() | SOME_INSTANTS,
    reviewed_at=st.none() | SOME_INSTANTS,
)
SOME_WINDOW = st.builds(
    Window,
    basis=st.sampled_from(Basis),
    conference_id=st.sampled_from((CONFERENCE, uid(6))),
    item_id=st.sampled_from((ITEM, uid(3))),
    constituted=st.booleans(),
    reason_written=st.booleans(),
    invited=st.booleans(),
    member=st.booleans(),
    registered=st.booleans(),
    acknowledged=st.booleans(),
    opens_at=st.none() | SOME_INSTANTS,
    closes_at=st.none() | SOME_INSTANTS,
)
SOME_RECIPIENT = st.builds(
    recipient, agency_id=st.sampled_from(AGENCIES), ceiling=st.sampled_from(DataClass)
)
SOME_LAW = st.just(LAW) | st.frozensets(st.sampled_from(Basis)).map(
    lambda bases: {basis: LAW[basis] for basis in bases}
)
SOME_DUTIES = st.just(frozenset(Duty)) | st.frozensets(st.sampled_from(Duty))
SOME_ACTOR = st.builds(
    Actor,
    kind=st.sampled_from(("staff", "partner", "person", "system")),
    iss=st.just("https://login.example"),
    sub=st.just("anybody"),
    client_id=st.just("any"),
    scopes=st.sampled_from((EVERY_SCOPE, frozenset({"persons.read"}), frozenset())),
    agency_id=st.none() | st.sampled_from(AGENCIES),
    agency_kind=st.none() | st.sampled_from((OUR_KIND, THEIR_KIND)),
    municipality_code=st.none() | st.sampled_from((CITY, NEXT_CITY)),
    ceiling=st.sampled_from(DataClass),
    position_ids=st.sampled_from(((), (uid(2),))),
    departments=SOME_DEPARTMENTS,
    roles=st.frozensets(st.sampled_from(Role), max_size=3),
    person_id=st.none() | st.sampled_from(PERSONS),
    conflicts=st.frozensets(st.sampled_from(PERSONS), max_size=1),
    purpose=st.none() | st.sampled_from(Purpose),
    token_purposes=st.none() | st.frozensets(st.sampled_from([p.value for p in Purpose])),
)
SOME_FACTS = st.builds(
    Facts,
    kind=st.sampled_from(RecordKind),
    record_id=st.none() | st.sampled_from((uid(3), uid(0x701))),
    found=st.booleans(),
    holder_agency_id=st.none() | st.sampled_from(AGENCIES),
    department=st.none() | st.sampled_from(("tax", "welfare")),
    person_id=st.none() | st.sampled_from(PERSONS),
    parts=st.frozensets(st.sampled_from(Part)),
    consents=st.lists(SOME_CONSENT, max_size=3).map(tuple),
    provisions=st.lists(SOME_PROVISION, max_size=3).map(tuple),
    window=st.none() | SOME_WINDOW,
    meeting_id=st.none() | st.just(TABLE),
    conference_id=st.none() | st.just(CONFERENCE),
    asked_on=st.none() | st.sampled_from(Basis),
    profile=st.none() | SOME_CLASSES,
    themes=st.none() | st.frozensets(st.sampled_from(("debt", "health")), max_size=2),
)
SOME_QUESTION = st.builds(
    Question,
    actor=SOME_ACTOR,
    permission=st.sampled_from(Permission),
    facts=SOME_FACTS,
    at=SOME_INSTANTS,
    law=SOME_LAW,
    discharges=SOME_DUTIES,
    needs=st.just(D0) | st.sampled_from(DataClass),
    receiver=st.none() | SOME_RECIPIENT,
    wanted=SOME_CLASSES,
)
LIKELY_CONSENT = st.builds(
    consent,
    st.integers(1, 9),
    data_classes=SOME_CLASSES,
    receivers=st.just(receivers(OURS)) | SOME_RECEIVERS,
    excluded=st.just(receivers()) | SOME_RECEIVERS,
)
LIKELY_PROVISION = st.builds(
    provision,
    st.integers(1, 9),
    basis=st.sampled_from(FOR_PROVISIONS),
    to_department=st.none() | st.just("tax"),
    data_classes=st.frozensets(st.sampled_from(DataClass), min_size=1),
    closes_at=st.sampled_from((NOW + timedelta(hours=1), NOW + timedelta(hours=2))),
)
LIKELY_WINDOW = st.builds(
    window, basis=st.sampled_from(sorted(CONFERENCE_BASES)), registered=st.booleans()
)
#: Nearly all of the law in force, nearly all duties carried out.
LIKELY_LAW = st.frozensets(st.sampled_from(Basis), max_size=2).map(
    lambda gone: {basis: LAW[basis] for basis in Basis if basis not in gone}
)
LIKELY_DUTIES = st.frozensets(st.sampled_from(Duty), max_size=1).map(
    lambda gone: frozenset(Duty) - gone
)
NOT_THE_HOLDER = st.sampled_from([p for p in Part if p is not Part.HOLDER])


def at_the_record(*kinds: RecordKind, **known: SearchStrategy) -> SearchStrategy[Question]:
    """A question of staff that passes the gates, about somebody else's record of these kinds."""
    usual: dict[str, SearchStrategy] = {
        "kind": st.sampled_from(kinds),
        "record_id": st.just(ITEM),
        "parts": st.frozensets(NOT_THE_HOLDER),
        "consents": st.lists(LIKELY_CONSENT, max_size=2).map(tuple),
        "provisions": st.lists(LIKELY_PROVISION, max_size=2, unique_by=lambda p: p.id).map(tuple),
        "profile": st.just(EVERY_CLASS) | st.none() | SOME_CLASSES,
        "themes": st.none() | st.just(DEBT),
    }
    return st.builds(
        question,
        st.builds(
            staff,
            kind=st.sampled_from(("staff", "partner")),
            ceiling=st.sampled_from(DataClass),
            agency_kind=st.sampled_from((OUR_KIND, THEIR_KIND)),
            municipality_code=st.sampled_from((CITY, NEXT_CITY)),
            departments=SOME_DEPARTMENTS,
        ),
        st.builds(facts, **usual | known),
        st.just(Permission.REFERRAL_READ),
        law=LIKELY_LAW,
        discharges=LIKELY_DUTIES,
    )


ANY_QUESTION = st.one_of(
    SOME_QUESTION,
    at_the_record(
        RecordKind.PERSON,
        RecordKind.REFERRAL,
        parts=st.frozensets(NOT_THE_HOLDER, min_size=1),
        consents=st.lists(LIKELY_CONSENT, min_size=1, max_size=2).map(tuple),
    ),
    at_the_record(RecordKind.PERSON, RecordKind.REFERRAL),
    at_the_record(
        RecordKind.CONFERENCE_ITEM,
        conference_id=st.just(CONFERENCE),
        window=LIKELY_WINDOW,
        meeting_id=st.none() | st.just(TABLE),
    ),
    at_the_record(
        RecordKind.INFORMATION_REQUEST,
        parts=st.frozensets(NOT_THE_HOLDER).map(lambda parts: parts | {Part.PARTY}),
        conference_id=st.just(CONFERENCE),
        window=LIKELY_WINDOW,
    ),
    at_the_record(
        RecordKind.ENQUIRY,
        parts=st.frozensets(NOT_THE_HOLDER).map(lambda parts: parts | {Part.PARTY}),
        asked_on=st.sampled_from((Basis.INTERNAL, Basis.LIFE)),
    ),
    at_the_record(
        RecordKind.PROVISION,
        record_id=st.just(provision(1).id),
        parts=st.frozensets(NOT_THE_HOLDER).map(lambda parts: parts | {Part.REVIEWER}),
        provisions=st.builds(provision, st.just(1), basis=st.sampled_from(FOR_PROVISIONS)).map(
            lambda reviewed: (reviewed,)
        ),
    ),
)
MANY = settings(max_examples=400, deadline=None)


@MANY
@given(ANY_QUESTION)
def test_every_question_has_an_answer_and_a_denial_opens_nothing(asked_for: Question) -> None:
    decision = decide(asked_for)
    assert decide(asked_for) == decision
    match decision:
        case Permit():
            assert D0 in decision.classes
            assert decision.rules
            assert (decision.basis is Basis.CONSENT) <= bool(decision.consent_ids)
            assert decision.law == asked_for.law[decision.basis]
            assert decision.sees(asked_for.needs)
            assert {o.duty for o in decision.obligations} <= asked_for.discharges
        case Deny():
            assert not hasattr(decision, "classes")
            assert decision.remedies
            gates = gate(asked_for.actor, asked_for.permission)
            # A gate's denial is open, because it says nothing of the record; a rule's is not,
            # but for whoever may see it and would hand it on.
            seen = isinstance(decide(alone(asked_for)), Permit)
            assert decision.conceal == (gates is None and not seen)
            assert (decision.rule is Rule.CONSENT_COVERS_RECEIVER) == seen


@MANY
@given(ANY_QUESTION)
def test_nothing_is_permitted_without_permission_record_or_distance(asked_for: Question) -> None:
    actor, known = asked_for.actor, asked_for.facts
    involved = known.person_id is not None and known.person_id in actor.conflicts
    if asked_for.permission not in actor.permissions or not known.found or involved:
        assert isinstance(decide(asked_for), Deny)


def alone(asked_for: Question) -> Question:
    """The same, but only to look at it."""
    return asked_for.model_copy(update={"receiver": None})


def in_force(asked_for: Question) -> list[ProvisionTerms]:
    """Provisions that hold now, of the holder to the caller's agency and for its purpose."""
    known, actor = asked_for.facts, asked_for.actor
    return [
        p
        for p in known.provisions
        if p.open_at(asked_for.at)
        and (p.from_agency_id, p.person_id) == (known.holder_agency_id, known.person_id)
        and p.to_agency_id == actor.agency_id
        and actor.purpose in p.purposes
        and p.basis in asked_for.law
    ]


def holds(asked_for: Question) -> bool:
    """Whether it is the caller's own record, and no department's but its own."""
    known = asked_for.facts
    mine = known.department is None or known.department in asked_for.actor.departments
    return Part.HOLDER in known.parts and mine


@MANY
@given(ANY_QUESTION)
def test_protected_classes_stay_in_their_circle(asked_for: Question) -> None:
    decision = decide(asked_for)
    if isinstance(decision, Deny) or holds(asked_for):
        return
    known, actor = asked_for.facts, asked_for.actor
    assert D7 not in decision.classes
    if D6 in decision.classes:
        assert known.kind is RecordKind.REFERRAL
        assert Part.PARTY in known.parts
        assert known.profile is not None
        assert D6 in known.profile
    if D5 in decision.classes:
        agreed = any(
            D5 in c.data_classes and c.effective_on(asked_for.day) and actor.purpose in c.purposes
            for c in known.consents
        )
        reported = any(
            p.basis is Basis.DUTY_REPORT and D5 in p.data_classes for p in in_force(asked_for)
        )
        children = known.kind is RecordKind.CONFERENCE_ITEM and (
            known.window is not None
            and known.window.basis is Basis.CONF_CHILD
            and known.window.open_at(asked_for.at)
        )
        assert agreed or reported or children


@MANY
@given(ANY_QUESTION)
def test_without_consent_only_an_open_window_a_provision_or_a_question_opens_anything(
    asked_for: Question,
) -> None:
    without = asked_for.facts.model_copy(update={"consents": ()})
    decision = decide(asked_for.model_copy(update={"facts": without, "receiver": None}))
    if isinstance(decision, Deny) or holds(asked_for) or asked_for.actor.kind == "person":
        return
    if decision.classes == {D0}:
        return
    known = asked_for.facts
    own_rule = {
        RecordKind.CONFERENCE_ITEM: known.window is not None and known.window.open_at(asked_for.at),
        RecordKind.INFORMATION_REQUEST: Part.PARTY in known.parts
        and known.window is not None
        and known.window.open_at(asked_for.at),
        RecordKind.ENQUIRY: Part.PARTY in known.parts and known.asked_on is not None,
        RecordKind.PROVISION: Part.REVIEWER in known.parts,
    }.get(known.kind, False)
    assert own_rule or in_force(asked_for)


@MANY
@given(ANY_QUESTION)
def test_nobody_receives_for_longer_than_it_is_open(asked_for: Question) -> None:
    """Whatever has an end is shown with it, and the end lies ahead."""
    decision = decide(asked_for)
    for obligation in getattr(decision, "obligations", ()):
        if obligation.duty is Duty.READABLE_UNTIL:
            assert obligation.until is not None
            assert obligation.until > asked_for.at


@MANY
@given(ANY_QUESTION)
def test_less_law_and_fewer_duties_never_show_more(asked_for: Question) -> None:
    before = seen_of(alone(asked_for))
    for basis in asked_for.law:
        left = {b: v for b, v in asked_for.law.items() if b is not basis}
        assert seen_of(alone(asked_for).model_copy(update={"law": left})) <= before
    for duty in asked_for.discharges:
        fewer = asked_for.discharges - {duty}
        assert seen_of(alone(asked_for).model_copy(update={"discharges": fewer})) <= before


def seen_of(asked_for: Question) -> frozenset[DataClass]:
    return getattr(decide(asked_for), "classes", frozenset())


@MANY
@given(ANY_QUESTION)
def test_a_receiver_changes_whether_and_nothing_else(asked_for: Question) -> None:
    decision, looked_at = decide(asked_for), decide(alone(asked_for))
    if isinstance(decision, Permit):
        assert decision == looked_at
    elif isinstance(looked_at, Permit):
        assert decision.rule is Rule.CONSENT_COVERS_RECEIVER


@MANY
@given(ANY_QUESTION, st.integers())
def test_the_order_of_rules_consents_and_provisions_never_matters(
    asked_for: Question, seed: int
) -> None:
    expected, dice = decide(asked_for), random.Random(seed)  # noqa: S311 - no secret
    known = asked_for.facts
    turned = known.model_copy(
        update={
            "consents": tuple(dice.sample(known.consents, len(known.consents))),
            "provisions": tuple(dice.sample(known.provisions, len(known.provisions))),
        }
    )
    shuffled = tuple(dice.sample(access.RULES, len(access.RULES)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access, "RULES", shuffled)
        assert decide(asked_for.model_copy(update={"facts": turned})) == expected


@MANY
@given(ANY_QUESTION)
def test_nobody_opens_the_record_of_somebody_they_are_involved_with(asked_for: Question) -> None:
    person = asked_for.facts.person_id
    if person is None:
        return
    involved = asked_for.actor.model_copy(update={"conflicts": frozenset({person})})
    assert isinstance(decide(asked_for.model_copy(update={"actor": involved})), Deny)


@MANY
@given(ANY_QUESTION)
def test_a_question_can_be_asked_again_as_it_was_kept(asked_for: Question) -> None:
    """What is kept with the audit entry is enough to decide again (checklist Z11)."""
    again = Question.model_validate_json(asked_for.kept())
    assert again.kept() == asked_for.kept()
    assert decide(again) == decide(asked_for)


@MANY
@given(st.lists(ANY_QUESTION, min_size=1, max_size=4))
def test_a_question_is_kept_as_its_dump_in_order(asked: list[Question]) -> None:
    writer = Writer()
    for one in asked:
        assert one.kept() == one.kept(writer) == kept_slowly(one)


@MANY
@given(ANY_QUESTION, ANY_QUESTION)
def test_what_two_questions_have_in_common_is_written_for_each(
    one: Question, two: Question
) -> None:
    """The next question of a request: the same actor about another record, and back again."""
    writer = Writer()
    mixed = one.model_copy(update={"facts": two.facts, "needs": D3})
    turned = two.model_copy(update={"actor": one.actor, "law": one.law})
    for asked in (one, mixed, turned, two, one):
        assert asked.kept(writer) == kept_slowly(asked)


@MANY
@given(ANY_QUESTION)
def test_employers_landlords_and_residents_never_receive_d3_or_more(asked_for: Question) -> None:
    actor = asked_for.actor.model_copy(update={"ceiling": D2})
    if holds(asked_for) or actor.kind == "person":
        return
    decision = decide(asked_for.model_copy(update={"actor": actor}))
    assert getattr(decision, "classes", frozenset()) <= {D0, D1, D2}


@MANY
@given(ANY_QUESTION)
def test_taking_every_consent_back_never_shows_more(asked_for: Question) -> None:
    before = decide(asked_for)
    without = asked_for.facts.model_copy(update={"consents": ()})
    after = decide(asked_for.model_copy(update={"facts": without}))
    seen = getattr(after, "classes", frozenset())
    assert seen <= getattr(before, "classes", frozenset())
    assert Basis.CONSENT is not getattr(after, "basis", None)


@MANY
@given(ANY_QUESTION, st.sampled_from(Part), SOME_CONSENT)
def test_no_part_and_no_consent_ever_closes_what_was_open(
    asked_for: Question, part: Part, more: Consent
) -> None:
    known = asked_for.facts
    # What it says of others: "not to them" does close (see below).
    to_all = more.but(excluded=Receivers())
    wider = known.model_copy(
        update={"parts": known.parts | {part}, "consents": (*known.consents, to_all)}
    )
    before, after = (decide(asked_for.model_copy(update={"facts": f})) for f in (known, wider))
    assert getattr(before, "classes", frozenset()) <= getattr(after, "classes", frozenset())


@MANY
@given(ANY_QUESTION, SOME_CONSENT)
def test_not_to_them_leaves_what_was_open_without_any_consent(
    asked_for: Question, more: Consent
) -> None:
    """The person's "no" outweighs every "yes" that holds, and nothing but consents."""
    asked_for = alone(asked_for)
    who, known = asked_for.recipient, asked_for.facts
    if who is None or not more.excludes(who, asked_for.day):
        return
    refused, none = (
        decide(asked_for.model_copy(update={"facts": known.model_copy(update={"consents": c})}))
        for c in ((*known.consents, more), ())
    )
    assert refused == none


@MANY
@given(ANY_QUESTION, SOME_PROVISION)
def test_no_provision_ever_closes_what_was_open(asked_for: Question, more: ProvisionTerms) -> None:
    known = asked_for.facts
    wider = known.model_copy(update={"provisions": (*known.provisions, more)})
    before, after = (decide(asked_for.model_copy(update={"facts": f})) for f in (known, wider))
    assert getattr(before, "classes", frozenset()) <= getattr(after, "classes", frozenset())
