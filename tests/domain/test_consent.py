"""A person's consent: what it opens, to whom, when, and how it is taken back (brief §2.3)."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations, product
from typing import Any
from uuid import UUID

import pytest
from domain_builders import (
    CITY,
    DAY,
    NEXT_CITY,
    NOW,
    OUR_KIND,
    OURS,
    PERSON,
    THEIR_KIND,
    THEIRS,
    THIRD,
    classes,
    consent,
    grant,
    receivers,
    recipient,
    refusal,
    uid,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.consent import (
    MESSAGES_EN,
    MESSAGES_JA,
    Consent,
    GivenBy,
    Method,
    Receivers,
    Recipient,
    RefuseConsent,
    RevokeConsent,
    contradiction,
    opened_by,
)
from service.domain.consent_states import NEXT, ConsentAct, ConsentState
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, D6, D7, EVERY_CLASS, DataClass
from service.domain.errors import IllegalMove
from service.domain.permission import CONSENTABLE_PURPOSES, Purpose

ONE_DAY = timedelta(days=1)
SOMEDAY_LATER = NOW + timedelta(days=3)
FIRST, LAST = date(2026, 10, 1), date(2027, 3, 31)
FOR = Purpose.CONSULTATION
HUNDRED = receivers(*map(uid, range(100, 200)))


def tables(*meetings: UUID) -> Receivers:
    """Whoever is invited to these meetings."""
    return Receivers(meetings=frozenset(meetings))


def taken_back(before: Consent, **command: Any) -> Consent:
    return before.revoked(RevokeConsent(**command), at=SOMEDAY_LATER, by=THEIRS)


# States and acts

DIAGRAM = """
active   --revoke-->      revoked
active   --revoke_part--> active
active   --supersede-->   superseded
active   --void-->        void
refused  --supersede-->   superseded
refused  --void-->        void
"""


def drawn() -> dict[tuple[str, str], str]:
    steps = (line.replace("--", " ").replace(">", " ").split() for line in DIAGRAM.split("\n"))
    return {(s[0], s[1]): s[2] for s in steps if s}


def test_the_states_are_those_of_the_diagram() -> None:
    assert drawn() == NEXT


@pytest.mark.parametrize("act", ConsentAct)
@pytest.mark.parametrize("state", ConsentState)
def test_an_act_leads_where_the_diagram_says_or_is_refused(
    state: ConsentState, act: ConsentAct
) -> None:
    before = consent(state=state)
    kept = before.model_copy(deep=True)
    if (state, act) in drawn():
        assert before.move(act) == drawn()[state, act]
    else:
        with pytest.raises(IllegalMove) as refused:
            before.move(act)
        assert refused.value.code == "consent.illegal_move"
        assert refused.value.facts == {"state": state, "act": act}
    assert before == kept


def test_every_state_can_come_about_and_every_consent_can_end() -> None:
    first = {ConsentState.ACTIVE, ConsentState.REFUSED}
    assert first | set(NEXT.values()) == set(ConsentState)
    endings = {s for s in ConsentState if not any(state is s for state, _ in NEXT)}
    assert endings == {ConsentState.REVOKED, ConsentState.SUPERSEDED, ConsentState.VOID}
    for state in set(ConsentState) - endings:
        assert endings & {after for (before, _), after in NEXT.items() if before is state}


# What it opens

OUT_OF_FORCE = [s for s in ConsentState if s is not ConsentState.ACTIVE]


@pytest.mark.parametrize(
    ("day", "holds"),
    [
        (FIRST - ONE_DAY, False),
        (FIRST, True),
        (DAY, True),
        (LAST, True),
        (LAST + ONE_DAY, False),
        (date.min, False),
        (date.max, False),
    ],
)
def test_it_holds_from_its_first_to_its_last_day(day: date, holds: bool) -> None:
    given_then = consent(valid_from=FIRST, valid_until=LAST)
    assert given_then.effective_on(day) is holds
    assert bool(given_then.opens_to(recipient(), FOR, day)) is holds


def test_without_a_last_day_it_holds_until_it_is_taken_back() -> None:
    open_ended = consent(valid_from=FIRST, valid_until=None)
    assert not open_ended.effective_on(FIRST - ONE_DAY)
    assert open_ended.effective_on(FIRST)
    assert open_ended.effective_on(date.max)


def test_it_can_hold_for_a_single_day() -> None:
    one_day = consent(valid_from=DAY, valid_until=DAY)
    held = [one_day.effective_on(day) for day in (DAY - ONE_DAY, DAY, DAY + ONE_DAY)]
    assert held == [False, True, False]


@pytest.mark.parametrize("state", OUT_OF_FORCE)
def test_what_is_not_in_force_opens_nothing(state: ConsentState) -> None:
    assert not consent(state=state).effective_on(DAY)
    assert consent(state=state).opens_to(recipient(), FOR, DAY) == frozenset()


@pytest.mark.parametrize("purpose", Purpose)
def test_it_opens_for_its_purposes_alone(purpose: Purpose) -> None:
    opened = consent().opens_to(recipient(), purpose, DAY)
    meant = purpose in {Purpose.CONSULTATION, Purpose.PLANNING}
    assert opened == (classes("0-3") if meant else frozenset())


NOBODY = receivers()
KIND = receivers(kinds=(OUR_KIND,))
OTHER_KIND = receivers(kinds=(THEIR_KIND,))


@pytest.mark.parametrize(
    ("meant", "excluded", "where", "opened"),
    [
        # By name: wherever the agency is (row 3-13: elsewhere it must be named).
        (receivers(OURS), NOBODY, CITY, True),
        (receivers(OURS), NOBODY, NEXT_CITY, True),
        (receivers(OURS, THEIRS), NOBODY, CITY, True),
        (receivers(THEIRS), NOBODY, CITY, False),
        # By kind: in the municipality where it was given, and nowhere else.
        (KIND, NOBODY, CITY, True),
        (KIND, NOBODY, NEXT_CITY, False),
        (OTHER_KIND, NOBODY, CITY, False),
        (receivers(OURS, kinds=(THEIR_KIND,)), NOBODY, NEXT_CITY, True),
        (receivers(THEIRS, kinds=(OUR_KIND,)), NOBODY, CITY, True),
        (receivers(THEIRS, kinds=(OUR_KIND,)), NOBODY, NEXT_CITY, False),
        (NOBODY, NOBODY, CITY, False),
        # "Not to them" beats everything, wherever they are.
        (receivers(OURS), receivers(OURS), CITY, False),
        (receivers(OURS), KIND, CITY, False),
        (receivers(OURS), KIND, NEXT_CITY, False),
        (KIND, receivers(OURS), CITY, False),
        (KIND, KIND, CITY, False),
        (receivers(OURS, kinds=(OUR_KIND,)), receivers(OURS), CITY, False),
        # Somebody else's exclusion is not ours.
        (receivers(OURS), receivers(THEIRS), CITY, True),
        (receivers(OURS), OTHER_KIND, CITY, True),
        (KIND, receivers(THEIRS), CITY, True),
    ],
)
def test_it_opens_to_whom_it_means(
    meant: Receivers, excluded: Receivers, where: str, opened: bool
) -> None:
    agreed = consent(receivers=meant, excluded=excluded)
    who = recipient(municipality_code=where)
    assert agreed.opens_to(who, FOR, DAY) == (classes("0-3") if opened else frozenset())


@pytest.mark.parametrize(
    ("agreed", "ceiling", "opened"),
    [
        ({D1, D2, D3}, D5, "0-3"),
        ({D1, D2, D3}, D3, "0-3"),
        ({D1, D2, D3}, D2, "0-2"),
        ({D1, D2, D3}, D0, "0"),
        ({D1, D4}, D5, "0-1 4"),
        ({D1, D4}, D3, "0-1"),
        ({D5}, D4, "0"),
        ({D5}, D5, "0 5"),
        ({D0}, D5, "0"),
    ],
)
def test_it_opens_what_was_agreed_up_to_the_receivers_ceiling(
    agreed: set[DataClass], ceiling: DataClass, opened: str
) -> None:
    given_then = consent(data_classes=frozenset(agreed))
    assert given_then.opens_to(recipient(ceiling=ceiling), FOR, DAY) == classes(opened)


def test_informants_and_opinions_are_never_opened_even_by_a_broken_record() -> None:
    broken = consent(data_classes=EVERY_CLASS)
    assert broken.opens_to(recipient(ceiling=D7), FOR, DAY) == classes("0-5")


def test_an_agency_receives_d4_at_most_unless_its_kind_says_more() -> None:
    plain = Recipient(agency_id=OURS, kind=OUR_KIND, municipality_code=CITY)
    wide = consent(data_classes=frozenset({D1, D4, D5}))
    assert wide.opens_to(plain, FOR, DAY) == classes("0-1 4")


def test_it_names_an_agency_only_by_its_name() -> None:
    assert consent(receivers=receivers(OURS)).names(recipient())
    assert not consent(receivers=KIND).names(recipient())
    assert not consent(receivers=receivers(THEIRS)).names(recipient())


@pytest.mark.parametrize(
    ("changes", "day", "excluded"),
    [
        ({"excluded": receivers(OURS)}, DAY, True),
        ({"excluded": KIND}, DAY, True),
        ({"excluded": receivers(THEIRS)}, DAY, False),
        ({}, DAY, False),
        ({"excluded": receivers(OURS)}, LAST + ONE_DAY, False),
        ({"excluded": receivers(OURS), "valid_from": DAY + ONE_DAY}, DAY, False),
        *(({"excluded": receivers(OURS), "state": state}, DAY, False) for state in OUT_OF_FORCE),
    ],
)
def test_whom_it_excludes(changes: dict[str, Any], day: date, excluded: bool) -> None:
    assert consent(**changes).excludes(recipient(), day) is excluded
    elsewhere = recipient(municipality_code=NEXT_CITY)
    assert consent(**changes).excludes(elsewhere, day) is excluded


def test_nobody_is_meant_when_nobody_is_named() -> None:
    assert receivers().empty
    assert not receivers(OURS).empty
    assert not KIND.empty
    assert not tables(uid(1)).empty


# A meeting (brief §2.3: receivers are agencies, kinds, or a meeting)

TABLE, OTHER_TABLE = uid(0x501), uid(0x502)


@pytest.mark.parametrize(
    ("meant", "excluded", "seats", "opened"),
    [
        (tables(TABLE), NOBODY, {TABLE}, True),
        (tables(TABLE), NOBODY, {TABLE, OTHER_TABLE}, True),
        # The same agency, asking from its own desk or from another table.
        (tables(TABLE), NOBODY, set(), False),
        (tables(TABLE), NOBODY, {OTHER_TABLE}, False),
        # Wherever the agency is: the table is one.
        (tables(TABLE), receivers(THEIRS), {TABLE}, True),
        (tables(TABLE), receivers(OURS), {TABLE}, False),
        (tables(TABLE), KIND, {TABLE}, False),
        # Not at that table, but at its own desk.
        (receivers(OURS), tables(TABLE), {TABLE}, False),
        (receivers(OURS), tables(TABLE), set(), True),
        (receivers(OURS), tables(TABLE), {OTHER_TABLE}, True),
    ],
)
@pytest.mark.parametrize("where", [CITY, NEXT_CITY])
def test_a_meeting_is_opened_to_whoever_sits_there(
    meant: Receivers, excluded: Receivers, seats: set[UUID], where: str, opened: bool
) -> None:
    who = recipient(meetings=frozenset(seats), municipality_code=where)
    agreed = consent(receivers=meant, excluded=excluded)
    assert agreed.opens_to(who, FOR, DAY) == (classes("0-3") if opened else frozenset())


# Several consents of one person


def opened_to(who: Recipient, *consents: Consent) -> tuple[frozenset[DataClass], tuple[str, ...]]:
    """The same whatever the order in which they are found."""
    found = {opened_by(order, who, FOR, DAY) for order in permutations(consents)}
    assert len(found) == 1
    return found.pop()


def test_consents_add_up_and_only_those_that_open_something_are_named() -> None:
    basic = consent(1, data_classes=frozenset({D1}))
    health = consent(2, data_classes=frozenset({D4}), receivers=KIND)
    idle = consent(3, receivers=receivers(THEIRS))
    gone = consent(4, state=ConsentState.REVOKED, data_classes=frozenset({D5}))
    opened, ids = opened_to(recipient(), idle, health, gone, basic)
    assert opened == {D0, D1, D4}
    assert ids == (str(basic.id), str(health.id))


def test_no_consent_opens_nothing() -> None:
    assert opened_by((), recipient(), FOR, DAY) == (frozenset(), ())


@pytest.mark.parametrize(
    "excluding",
    [
        {"excluded": receivers(OURS)},
        {"excluded": KIND},
        # What the other one is for or opens does not matter: "not to them" is about them.
        {"excluded": receivers(OURS), "purposes": frozenset({Purpose.WATCH_OVER})},
        {"excluded": receivers(OURS), "data_classes": frozenset({D4})},
        {"excluded": receivers(OURS), "receivers": receivers(THEIRS)},
        {"excluded": KIND, "municipality_code": NEXT_CITY},
    ],
)
def test_not_to_them_in_one_consent_outweighs_every_other(excluding: dict[str, Any]) -> None:
    other = consent(2, **{"receivers": receivers(THEIRS), **excluding})
    assert opened_to(recipient(), consent(1), other) == (frozenset(), ())
    # Somebody else is not meant by it.
    somebody = recipient(agency_id=THIRD, kind=THEIR_KIND)
    wide = consent(1, receivers=receivers(THIRD))
    assert opened_to(somebody, wide, other) == (classes("0-3"), (str(wide.id),))


@pytest.mark.parametrize(
    "no_longer",
    [
        *({"state": state} for state in OUT_OF_FORCE),
        {"valid_until": DAY - ONE_DAY},
        {"valid_from": DAY + ONE_DAY},
    ],
)
def test_not_to_them_counts_as_long_as_its_consent_holds(no_longer: dict[str, Any]) -> None:
    other = consent(2, receivers=receivers(THEIRS), excluded=receivers(OURS), **no_longer)
    assert opened_to(recipient(), consent(1), other)[0] == classes("0-3")


def test_an_agency_taken_out_of_one_consent_is_out_of_all() -> None:
    """Partly taken back: "no longer to them" is said of the person's data, not of one slip."""
    first, second = consent(1), consent(2, receivers=KIND)
    narrowed = taken_back(first, receivers=receivers(OURS))
    assert opened_to(recipient(), narrowed, second) == (frozenset(), ())


# Two slips that contradict each other

AGAINST_US = consent(7, receivers=receivers(THEIRS), excluded=receivers(OURS, kinds=(OUR_KIND,)))


@pytest.mark.parametrize(
    ("command", "other", "contradicts"),
    [
        # Named anew although excluded by one that holds, by name or by kind.
        ({"receivers": receivers(OURS)}, AGAINST_US, True),
        ({"receivers": KIND}, AGAINST_US, True),
        ({"receivers": receivers(OURS, THIRD)}, AGAINST_US, True),
        # Excluded anew although it is a receiver of one that holds.
        ({"receivers": receivers(THIRD), "excluded": receivers(THEIRS)}, AGAINST_US, True),
        ({"receivers": tables(TABLE)}, consent(7, excluded=tables(TABLE)), True),
        # Nobody is named in both.
        ({"receivers": receivers(THIRD)}, AGAINST_US, False),
        ({"receivers": receivers(THEIRS)}, AGAINST_US, False),
        ({"receivers": receivers(THIRD), "excluded": receivers(OURS)}, AGAINST_US, False),
        # The new one takes its place, or it no longer holds.
        ({"supersedes_id": AGAINST_US.id}, AGAINST_US, False),
        ({"supersedes_id": uid(1)}, AGAINST_US, True),
        *(({}, AGAINST_US.but(state=state), False) for state in OUT_OF_FORCE),
        ({"valid_from": LAST}, AGAINST_US, True),
        ({"valid_from": LAST + ONE_DAY}, AGAINST_US, False),
    ],
)
def test_what_contradicts_a_consent_that_holds_must_take_its_place(
    command: dict[str, Any], other: Consent, contradicts: bool
) -> None:
    harmless = consent(8, receivers=receivers(THIRD))
    for order in permutations((harmless, other)):
        found = contradiction(grant(**command), order)
        assert found == (other if contradicts else None)


# Entered by mistake (brief §2.3 no. 6)


@pytest.mark.parametrize("state", [ConsentState.ACTIVE, ConsentState.REFUSED])
def test_a_consent_entered_by_mistake_never_was_one(state: ConsentState) -> None:
    before = consent(state=state, excluded=receivers(THEIRS), receivers=receivers(OURS))
    after = before.voided("別人の用紙", at=SOMEDAY_LATER, by=THEIRS)
    assert after == before.but(
        state=ConsentState.VOID,
        revoked_at=SOMEDAY_LATER,
        revoked_by=THEIRS,
        revoke_reason="別人の用紙",
        version=2,
    )
    for day in (FIRST, DAY, LAST):
        assert after.opens_to(recipient(), FOR, day) == frozenset()
        assert not after.excludes(recipient(agency_id=THEIRS), day)


@pytest.mark.parametrize(
    "state", [ConsentState.REVOKED, ConsentState.SUPERSEDED, ConsentState.VOID]
)
def test_what_has_ended_is_not_made_a_mistake_afterwards(state: ConsentState) -> None:
    with pytest.raises(IllegalMove):
        consent(state=state).voided("別人の用紙", at=NOW, by=THEIRS)


# Giving

REFUSED_GRANTS: dict[str, list[dict[str, Any]]] = {
    "consent.no_receiver": [{"receivers": NOBODY}],
    "consent.too_many_receivers": [
        {"receivers": receivers(*map(uid, range(201)))},
        {"receivers": tables(*map(uid, range(201)))},
        {"receivers": receivers(*map(uid, range(100)), kinds=(OUR_KIND,)).with_also(HUNDRED)},
        {"excluded": receivers(*map(uid, range(201)))},
    ],
    "consent.class_not_consentable": [
        {"data_classes": frozenset({D1, D6})},
        {"data_classes": frozenset({D7})},
    ],
    "consent.d5_needs_named_agencies": [
        {"data_classes": frozenset({D1, D5}), "receivers": KIND},
        {"data_classes": frozenset({D5}), "receivers": receivers(OURS, kinds=(OUR_KIND,))},
        # Whoever is invited to a meeting is not named either.
        {"data_classes": frozenset({D1, D5}), "receivers": tables(uid(1))},
        {"data_classes": frozenset({D5}), "receivers": receivers(OURS).with_also(tables(uid(1)))},
    ],
    "consent.purpose_not_consentable": [
        {"purposes": frozenset({purpose})}
        for purpose in sorted(set(Purpose) - CONSENTABLE_PURPOSES)
    ],
    "consent.ends_before_start": [{"valid_until": FIRST - ONE_DAY}],
    "consent.oral_needs_two_witnesses": [
        {"method": Method.ORAL},
        {"method": Method.ORAL, "witnesses": ("試験太郎",)},
        {"method": Method.ORAL, "witnesses": ("試験太郎", "試験太郎")},
        {"method": Method.ORAL, "witnesses": ("試験太郎", " 試験太郎 ")},
    ],
    "consent.written_needs_evidence": [
        {"method": Method.WRITTEN, "evidence": None},
        {"method": Method.ELECTRONIC, "evidence": None},
    ],
    "consent.representative_missing": [
        {"given_by": GivenBy.LEGAL_REPRESENTATIVE},
        {"given_by": GivenBy.GUARDIAN},
    ],
    "consent.excludes_its_receiver": [
        {"receivers": receivers(OURS, THEIRS), "excluded": receivers(OURS)},
        {"receivers": KIND, "excluded": KIND},
        {"receivers": tables(uid(1)), "excluded": tables(uid(1), uid(2))},
    ],
}
REFUSED_REVOCATIONS: dict[str, list[dict[str, Any]]] = {
    "consent.part_of_one_kind": [
        {"receivers": receivers(OURS), "data_classes": frozenset({D3})},
        {"receivers": KIND, "purposes": frozenset({FOR})},
        {"data_classes": frozenset({D3}), "purposes": frozenset({FOR})},
        {
            "receivers": receivers(OURS),
            "data_classes": frozenset({D3}),
            "purposes": frozenset({FOR}),
        },
    ],
}


@pytest.mark.parametrize(
    ("build", "code", "changes"),
    [
        *((grant, code, c) for code, cases in REFUSED_GRANTS.items() for c in cases),
        *((RevokeConsent, code, c) for code, cases in REFUSED_REVOCATIONS.items() for c in cases),
    ],
)
def test_what_cannot_be_meant_is_refused(
    build: Callable[..., Any], code: str, changes: dict[str, Any]
) -> None:
    assert refusal(build, **changes) == code


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED_GRANTS) | set(REFUSED_REVOCATIONS) == set(MESSAGES_EN)
    assert set(MESSAGES_JA) == set(MESSAGES_EN)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"valid_until": FIRST},
        {"purposes": CONSENTABLE_PURPOSES},
        {"data_classes": frozenset({D0, D1, D2, D3, D4})},
        {"data_classes": frozenset({D0, D1, D2, D3, D4, D5}), "receivers": receivers(OURS)},
        {"data_classes": frozenset({D1, D5}), "receivers": receivers(OURS, THEIRS)},
        {"receivers": KIND, "excluded": receivers(THEIRS)},
        {"method": Method.ORAL, "evidence": None, "witnesses": ("試験太郎", "見本花子")},
        {"method": Method.ELECTRONIC},
        {"given_by": GivenBy.GUARDIAN, "representative_id": uid(1)},
        {"given_by": GivenBy.LEGAL_REPRESENTATIVE, "representative_id": uid(1)},
        {"receivers": tables(uid(1))},
        {"receivers": tables(uid(1)), "excluded": tables(uid(2))},
        # A kind without one of its agencies, an agency without the rest of its kind.
        {"receivers": KIND, "excluded": receivers(OURS)},
        {"receivers": receivers(OURS), "excluded": KIND},
    ],
)
def test_what_can_be_meant_is_taken(changes: dict[str, Any]) -> None:
    assert grant(**changes)


@pytest.mark.parametrize(
    "missing", ["purposes", "data_classes", "receivers", "valid_from", "method", "rule_version"]
)
def test_a_consent_says_what_for_what_to_whom_and_since_when(missing: str) -> None:
    given_then = {name: getattr(grant(), name) for name in type(grant()).model_fields}
    del given_then[missing]
    assert refusal(type(grant()), **given_then) == "missing"


@pytest.mark.parametrize("where", ["receivers", "excluded"])
def test_nobody_names_thousands_of_agencies(where: str) -> None:
    """Each is looked up; what one request may ask for has an end (200 agencies)."""
    assert grant(**{"receivers": KIND, where: receivers(*map(uid, range(200)))})
    with pytest.raises(ValidationError):
        grant(**{"receivers": KIND, where: receivers(*map(uid, range(1000)))})


@pytest.mark.parametrize("named", ["representative", "representatives"])
def test_a_representative_is_registered_before_and_not_a_name_on_the_form(named: str) -> None:
    by_name = {"given_by": GivenBy.GUARDIAN, "representative_id": uid(1), named: "見本一郎"}
    assert refusal(grant, **by_name) == "extra_forbidden"


@pytest.mark.parametrize("empty", ["purposes", "data_classes"])
def test_a_consent_to_nothing_is_none(empty: str) -> None:
    assert refusal(grant, **{empty: frozenset()}) == "too_short"


def test_a_refusal_says_when_to_ask_again() -> None:
    said = {"person_id": PERSON, "explained_on": DAY, "rule_version": "2026-04"}
    assert refusal(RefuseConsent, **said) == "missing"
    assert RefuseConsent(**said, next_contact_on=DAY + ONE_DAY)


# Taking it back


@pytest.mark.parametrize(
    "command", [{}, {"receivers": None}, {"receivers": NOBODY}, {"reason": "気が変わった"}]
)
def test_without_a_part_named_all_of_it_is_taken_back(command: dict[str, Any]) -> None:
    before = consent()
    after = taken_back(before, **command)
    assert after == before.but(
        state=ConsentState.REVOKED,
        revoked_at=SOMEDAY_LATER,
        revoked_by=THEIRS,
        revoke_reason=command.get("reason"),
        version=2,
    )
    assert before == consent()
    for purpose, day in product(Purpose, (FIRST, DAY, LAST)):
        assert after.opens_to(recipient(), purpose, day) == frozenset()


def test_taking_it_back_needs_no_reason_and_no_agency() -> None:
    own_account = consent().revoked(RevokeConsent(), at=NOW, by=None)
    assert own_account.state is ConsentState.REVOKED
    assert own_account.revoked_by is None


@pytest.mark.parametrize("state", OUT_OF_FORCE)
@pytest.mark.parametrize(
    "command", [{}, {"data_classes": frozenset({D3})}, {"receivers": receivers(OURS)}]
)
def test_what_is_not_in_force_cannot_be_taken_back(
    state: ConsentState, command: dict[str, Any]
) -> None:
    before = consent(state=state)
    with pytest.raises(IllegalMove) as refused:
        taken_back(before, **command)
    assert refused.value.code == "consent.illegal_move"
    assert before == consent(state=state)


def test_an_expired_consent_can_still_be_taken_back() -> None:
    expired = consent(valid_until=DAY - ONE_DAY)
    assert taken_back(expired).state is ConsentState.REVOKED


@pytest.mark.parametrize(
    ("command", "changed"),
    [
        ({"data_classes": frozenset({D3})}, {"data_classes": frozenset({D1, D2})}),
        (
            {"purposes": frozenset({Purpose.PLANNING})},
            {"purposes": frozenset({Purpose.CONSULTATION})},
        ),
        (
            {"receivers": receivers(THEIRS)},
            {"receivers": receivers(OURS), "excluded": receivers(THEIRS)},
        ),
        (
            {"receivers": KIND},
            {"receivers": receivers(OURS, THEIRS), "excluded": KIND},
        ),
        # Nobody named is no second part.
        (
            {"receivers": NOBODY, "data_classes": frozenset({D3})},
            {"data_classes": frozenset({D1, D2})},
        ),
        # Taking back what was never given changes nothing but the record of it.
        ({"data_classes": frozenset({D4})}, {}),
    ],
)
def test_a_part_is_taken_back_and_the_rest_stays(
    command: dict[str, Any], changed: dict[str, Any]
) -> None:
    before = consent(receivers=receivers(OURS, THEIRS))
    after = taken_back(before, **command, reason="この部分だけ")
    assert after == before.but(**changed, revoke_reason="この部分だけ", version=2)
    assert after.state is ConsentState.ACTIVE


@pytest.mark.parametrize(
    "command",
    [
        {"data_classes": frozenset({D1, D2, D3})},
        {"data_classes": EVERY_CLASS},
        {"purposes": frozenset({Purpose.CONSULTATION, Purpose.PLANNING})},
        {"purposes": frozenset(Purpose)},
    ],
)
def test_taking_back_every_part_of_it_is_taking_it_back(command: dict[str, Any]) -> None:
    after = taken_back(consent(), **command)
    assert after.state is ConsentState.REVOKED
    assert after == taken_back(consent())


def test_taking_it_back_towards_the_last_receiver_opens_it_to_nobody() -> None:
    after = taken_back(consent(), receivers=receivers(OURS))
    assert after.receivers.empty
    for who, purpose in product((OURS, THEIRS, THIRD), Purpose):
        assert after.opens_to(recipient(agency_id=who), purpose, DAY) == frozenset()


def test_taking_it_back_is_never_blocked_by_how_many_were_excluded_before() -> None:
    before = consent(receivers=KIND, excluded=receivers(*map(uid, range(200))))
    after = taken_back(before, receivers=receivers(OURS))
    assert after.opens_to(recipient(), FOR, DAY) == frozenset()


AGENCIES: dict[UUID, Recipient] = {
    agency_id: recipient(
        agency_id=agency_id, kind=kind, municipality_code=where, meetings=frozenset(seats)
    )
    for agency_id, kind, where, seats in (
        (OURS, OUR_KIND, CITY, {TABLE}),
        (THEIRS, THEIR_KIND, CITY, set()),
        (THIRD, OUR_KIND, NEXT_CITY, {OTHER_TABLE}),
        (uid(1), THEIR_KIND, NEXT_CITY, {TABLE, OTHER_TABLE}),
    )
}
SOME_RECEIVERS = st.builds(
    Receivers,
    agencies=st.frozensets(st.sampled_from(list(AGENCIES)), max_size=3),
    kinds=st.frozensets(st.sampled_from((OUR_KIND, THEIR_KIND)), max_size=2),
    meetings=st.frozensets(st.sampled_from((TABLE, OTHER_TABLE)), max_size=1),
)
SOME_CONSENT = st.builds(
    consent,
    receivers=SOME_RECEIVERS,
    excluded=st.just(NOBODY) | SOME_RECEIVERS,
    purposes=st.frozensets(st.sampled_from(sorted(CONSENTABLE_PURPOSES)), min_size=1),
    data_classes=st.frozensets(st.sampled_from((D0, D1, D2, D3, D4, D5)), min_size=1),
)
SOME_PART = (
    st.builds(RevokeConsent, receivers=SOME_RECEIVERS.filter(lambda r: not r.empty))
    | st.builds(RevokeConsent, data_classes=st.frozensets(st.sampled_from(DataClass), min_size=1))
    | st.builds(RevokeConsent, purposes=st.frozensets(st.sampled_from(Purpose), min_size=1))
)


@settings(max_examples=400, deadline=None)
@given(SOME_CONSENT, SOME_PART)
def test_taking_a_part_back_closes_that_part_and_nothing_else(
    before: Consent, command: RevokeConsent
) -> None:
    assume(before.purposes - command.purposes)
    assume(before.data_classes - command.data_classes)
    after = before.revoked(command, at=NOW, by=OURS)
    out = command.receivers or NOBODY
    for who, purpose in product(AGENCIES.values(), Purpose):
        opened = before.opens_to(who, purpose, DAY)
        closed = out.include(who) or purpose in command.purposes
        # The fact that somebody is meant (D0) stays as long as anything does.
        left = frozenset() if closed else (opened - command.data_classes) | (opened & {D0})
        assert after.opens_to(who, purpose, DAY) == left
    assert (after.valid_from, after.valid_until) == (before.valid_from, before.valid_until)


def test_a_consent_is_a_value() -> None:
    with pytest.raises(ValidationError):
        consent().state = ConsentState.REVOKED
