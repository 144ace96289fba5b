"""Any question at all: what no caller, no record and no consent ever brings about (promises 1, 8)."""

from datetime import date

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
    consent,
    facts,
    receivers,
    staff,
    uid,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.access import Facts, Part, Question, RecordKind, decide, gate
from service.domain.actor import Actor
from service.domain.consent import Consent, ConsentState, Receivers
from service.domain.decision import Basis, Deny, Permit
from service.domain.disclosure import D0, D1, D2, D5, D6, D7, EVERY_CLASS, DataClass
from service.domain.permission import EVERY_SCOPE, Permission, Purpose, Role

DEBT = frozenset({"debt"})
AGENCIES, PERSONS = (OURS, THEIRS, uid(1)), (PERSON, SOMEBODY_ELSE)
SOME_CLASSES = st.frozensets(st.sampled_from(DataClass), max_size=8)
SOME_RECEIVERS = st.builds(
    Receivers,
    agencies=st.frozensets(st.sampled_from(AGENCIES), max_size=2),
    kinds=st.frozensets(st.sampled_from((OUR_KIND, THEIR_KIND)), max_size=2),
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
    roles=st.frozensets(st.sampled_from(Role), max_size=3),
    person_id=st.none() | st.sampled_from(PERSONS),
    conflicts=st.frozensets(st.sampled_from(PERSONS), max_size=1),
    purpose=st.none() | st.sampled_from(Purpose),
    token_purposes=st.none() | st.frozensets(st.sampled_from([p.value for p in Purpose])),
)
SOME_FACTS = st.builds(
    Facts,
    kind=st.sampled_from(RecordKind),
    record_id=st.none() | st.just(uid(3)),
    found=st.booleans(),
    holder_agency_id=st.none() | st.sampled_from(AGENCIES),
    person_id=st.none() | st.sampled_from(PERSONS),
    parts=st.frozensets(st.sampled_from(Part)),
    consents=st.lists(SOME_CONSENT, max_size=3).map(tuple),
    profile=st.none() | SOME_CLASSES,
    themes=st.none() | st.frozensets(st.sampled_from(("debt", "health")), max_size=2),
)
SOME_QUESTION = st.builds(
    Question,
    actor=SOME_ACTOR,
    permission=st.sampled_from(Permission),
    facts=SOME_FACTS,
    day=SOME_DAYS,
)
#: A question that passes the gates and in which consent counts, so that the rules decide.
LIKELY_CONSENT = st.builds(
    consent,
    st.integers(1, 9),
    data_classes=SOME_CLASSES,
    receivers=st.just(receivers(OURS)) | SOME_RECEIVERS,
    excluded=st.just(receivers()) | SOME_RECEIVERS,
)
AT_THE_RECORD = st.builds(
    Question,
    actor=st.builds(
        staff,
        kind=st.sampled_from(("staff", "partner")),
        ceiling=st.sampled_from(DataClass),
        agency_kind=st.sampled_from((OUR_KIND, THEIR_KIND)),
        municipality_code=st.sampled_from((CITY, NEXT_CITY)),
    ),
    permission=st.just(Permission.REFERRAL_READ),
    facts=st.builds(
        facts,
        kind=st.sampled_from((RecordKind.REFERRAL, RecordKind.PERSON)),
        parts=st.frozensets(st.sampled_from([p for p in Part if p is not Part.HOLDER])),
        consents=st.lists(LIKELY_CONSENT, min_size=1, max_size=2).map(tuple),
        profile=st.just(EVERY_CLASS) | st.none() | SOME_CLASSES,
        themes=st.none() | st.just(DEBT),
    ),
    day=st.just(DAY),
)
ANY_QUESTION = SOME_QUESTION | AT_THE_RECORD
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
        case Deny():
            assert not hasattr(decision, "classes")
            assert decision.remedies
            gates = gate(asked_for.actor, asked_for.permission)
            # A gate's denial is open, because it says nothing of the record; a rule's is not.
            assert decision.conceal == (gates is None)


@MANY
@given(ANY_QUESTION)
def test_nothing_is_permitted_without_permission_record_or_distance(asked_for: Question) -> None:
    actor, known = asked_for.actor, asked_for.facts
    involved = known.person_id is not None and known.person_id in actor.conflicts
    if asked_for.permission not in actor.permissions or not known.found or involved:
        assert isinstance(decide(asked_for), Deny)


@MANY
@given(ANY_QUESTION)
def test_protected_classes_stay_in_their_circle(asked_for: Question) -> None:
    decision = decide(asked_for)
    if isinstance(decision, Deny) or Part.HOLDER in asked_for.facts.parts:
        return
    known, actor = asked_for.facts, asked_for.actor
    assert D7 not in decision.classes
    if D6 in decision.classes:
        assert known.kind is RecordKind.REFERRAL
        assert Part.PARTY in known.parts
        assert known.profile is not None
        assert D6 in known.profile
    if D5 in decision.classes:
        assert any(
            D5 in c.data_classes and c.effective_on(asked_for.day) and actor.purpose in c.purposes
            for c in known.consents
        )


@MANY
@given(ANY_QUESTION)
def test_employers_landlords_and_residents_never_receive_d3_or_more(asked_for: Question) -> None:
    actor = asked_for.actor.model_copy(update={"ceiling": D2})
    if Part.HOLDER in asked_for.facts.parts or actor.kind == "person":
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
    wider = known.model_copy(
        update={"parts": known.parts | {part}, "consents": (*known.consents, more)}
    )
    before, after = (decide(asked_for.model_copy(update={"facts": f})) for f in (known, wider))
    assert getattr(before, "classes", frozenset()) <= getattr(after, "classes", frozenset())
