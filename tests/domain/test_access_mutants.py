"""What changes of the rules only these cases notice (``make mutants``; checklist Z2, Z11)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from domain_builders import (
    DAY,
    LAW,
    NOW,
    OURS,
    PERSON,
    POSITION,
    SOMEBODY_ELSE,
    THEIRS,
    THIRD,
    consent,
    facts,
    grant,
    item_facts,
    partner,
    provision,
    question,
    receivers,
    recipient,
    staff,
    uid,
)

from service.domain.access import WAYS_TO_COVER, Part, RecordKind, agreed, decide
from service.domain.actor import Actor
from service.domain.consent import Consent, ExplanationAid, RevokeConsent, contradiction
from service.domain.consent_states import ConsentState
from service.domain.decision import Basis, Deny, Duty, Permit, Remedy, Rule
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, DataClass
from service.domain.permission import Permission, Purpose
from service.domain.provision import ProvisionTerms
from service.domain.scope import purposes_for, scope_of

ONE_DAY, ONE_HOUR = timedelta(days=1), timedelta(hours=1)

# The question as it is kept with the audit entry


def test_a_question_is_kept_with_what_it_was_decided_on_and_nothing_more() -> None:
    asked = question(
        staff(jti="token-1", departments=frozenset({"相談", "dv"}), conflicts=frozenset()),
        facts(Part.PARTY, Part.HOLDER, consents=(consent(),)),
    )
    kept = json.loads(asked.kept())
    # The token is known by nothing that could be used again, and what was not said is not there.
    assert "jti" not in kept["actor"]
    assert "conflicts" not in kept["actor"]
    assert "token_purposes" not in kept["actor"]
    assert set(kept) == {"actor", "permission", "facts", "at", "law", "discharges"}
    assert kept["actor"]["departments"] == ["dv", "相談"]
    assert kept["facts"]["parts"] == ["holder", "party"]
    assert kept["facts"]["person_id"] == str(PERSON)
    assert kept["at"] == "2026-11-20T01:00:00+00:00"
    assert kept["facts"]["consents"][0]["valid_from"] == "2026-10-01"
    assert kept["actor"]["position_ids"] == [str(POSITION)]


def test_the_same_question_is_the_same_text() -> None:
    asked = question(staff(departments=frozenset({"相談"})), facts(consents=(consent(),)))
    text = asked.kept()
    assert text == json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    assert "相談" in text
    assert asked.model_copy().kept() == text
    assert asked.model_copy(update={"at": NOW + ONE_DAY}).kept() != text


# Who may help itself in an emergency

TEN_MINUTES, INSTANT = timedelta(minutes=10), timedelta(microseconds=1)
TAKEN = provision(basis=Basis.LIFE, data_classes=frozenset({D1, D2}))


@pytest.mark.parametrize(
    ("actor", "opened"),
    [
        (staff(authenticated_at=NOW), True),
        (staff(authenticated_at=NOW - TEN_MINUTES), True),
        (staff(authenticated_at=NOW - TEN_MINUTES - INSTANT), False),
        (staff(authenticated_at=None), False),
        # A machine has no login of its own, whatever its token says.
        (partner(authenticated_at=NOW, roles=staff().roles), False),
    ],
)
def test_break_glass_needs_a_human_who_has_just_logged_in(actor: Actor, opened: bool) -> None:
    known = facts(kind=RecordKind.PROVISION, record_id=TAKEN.id, provisions=(TAKEN,))
    decision = decide(question(actor, known, Permission.EMERGENCY_TAKE))
    if opened:
        assert isinstance(decision, Permit)
        assert (decision.basis, decision.classes) == (Basis.LIFE, {D0, D1, D2})
    else:
        assert decision == Deny(
            rule=Rule.ACTOR_LOGIN_TOO_OLD, remedies=(Remedy.LOG_IN_AGAIN,), conceal=False
        )


def test_nothing_else_asks_for_a_recent_login() -> None:
    for permission in sorted(staff().permissions - {Permission.EMERGENCY_TAKE}):
        old = staff(authenticated_at=None)
        decision = decide(question(old, facts(Part.HOLDER), permission))
        assert getattr(decision, "rule", None) is not Rule.ACTOR_LOGIN_TOO_OLD


# What a provision allows besides reading


@pytest.mark.parametrize("permission", sorted(staff().permissions))
def test_a_provision_opens_a_record_to_be_read_and_not_to_be_acted_on(
    permission: Permission,
) -> None:
    actor = staff(authenticated_at=NOW)
    given = decide(question(actor, facts(provisions=(provision(),)), permission))
    reads = str(scope_of(permission)).endswith(".read")
    besides = {Permission.CONSULTATION_RECEIVE, Permission.EMERGENCY_TAKE}
    purposes = purposes_for(permission)
    fits = purposes is None or Purpose.CONSULTATION in purposes
    assert isinstance(given, Permit) is (fits and (reads or permission in besides))


# Several permits joined

DEBT = frozenset({"debt"})
ONLY_D1 = frozenset({D1})


def joined(*parts: Part, **known: Any) -> Permit:
    """What a reader gets of a person's record."""
    permit = decide(question(staff(), facts(*parts, **known)))
    assert isinstance(permit, Permit)
    return permit


@pytest.mark.parametrize("opened", [ONLY_D1, frozenset({D1, D2, D3})])
def test_the_same_classes_for_every_theme_lift_the_limit(opened: frozenset[DataClass]) -> None:
    permit = joined(
        Part.PARTY,
        themes=DEBT,
        consents=(consent(data_classes=opened),),
        provisions=(provision(data_classes=opened),),
    )
    assert permit.classes == opened | {D0}
    assert permit.only_themes is None
    # What holds for every theme leads before what comes earlier in the order of the law.
    assert permit.basis is Basis.PUBLIC_BODY


def test_a_bare_fact_that_obliges_is_not_used_for_what_is_known_anyway() -> None:
    known = item_facts(Part.PARTY, themes=DEBT)
    permit = decide(question(staff(ceiling=D0), known, Permission.CONFERENCE_READ_PACKET))
    assert isinstance(permit, Permit)
    assert (permit.basis, permit.only_themes) == (Basis.INTERNAL, DEBT)
    assert permit.rules == (Rule.PARTY_KEEPS_FACT,)
    assert permit.obligations == ()


def test_a_permit_that_obliges_is_used_only_for_what_nothing_else_opens() -> None:
    wide = provision(1, data_classes=frozenset({D1, D2}))
    idle = provision(2, data_classes=frozenset({D3}))
    agreed_to = consent(data_classes=frozenset({D3}))
    permit = joined(Part.NAMED, consents=(agreed_to,), provisions=(wide, idle))
    assert permit.classes == {D0, D1, D2, D3}
    assert permit.consent_ids == tuple(sorted((str(agreed_to.id), str(wide.id))))


def test_obligations_stand_in_the_order_of_their_days() -> None:
    given = [
        provision(n, data_classes=frozenset({opened}), closes_at=NOW + hours * ONE_HOUR)
        for n, (opened, hours) in enumerate(((D1, 5), (D2, 3), (D3, 4), (D4, 2)))
    ]
    report = provision(
        9, basis=Basis.DUTY_REPORT, data_classes=frozenset({D5}), closes_at=NOW + ONE_HOUR
    )
    permit = joined(provisions=(*given, report))
    ends = [o.until for o in permit.obligations if o.duty is Duty.READABLE_UNTIL]
    assert ends == [NOW + hours * ONE_HOUR for hours in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(
    "nothing",
    [
        provision(1, person_id=SOMEBODY_ELSE),
        provision(1, from_agency_id=THIRD),
        provision(1, basis=Basis.LIFE, data_classes=ONLY_D1),
        provision(1, purposes=frozenset({Purpose.SERVICE})),
    ],
)
def test_what_opens_nothing_does_not_hide_what_comes_after_it(nothing: ProvisionTerms) -> None:
    after = provision(2)
    known = facts(kind=RecordKind.CASE, provisions=(nothing, after))
    permit = decide(question(staff(), known, Permission.CASE_READ))
    assert isinstance(permit, Permit)
    assert permit.consent_ids == (str(after.id),)


# An act that only some parts may do


def test_for_an_act_of_the_holder_nothing_counts_but_holding() -> None:
    known = item_facts(Part.HOLDER, Part.PARTY, provisions=(provision(),), consents=(consent(),))
    held = known.as_holder()
    assert (held.parts, held.provisions, held.window) == ({Part.HOLDER}, (), None)
    assert held == known.model_copy(
        update={"parts": frozenset({Part.HOLDER}), "provisions": (), "window": None}
    )
    assert known.as_only(Part.PARTY, Part.HUB).parts == {Part.PARTY}
    assert item_facts(Part.PARTY).as_holder().parts == frozenset()


# An act that has the person talked about beyond the agency


@pytest.mark.parametrize(
    ("consents", "opened"),
    [
        ((), False),
        ((consent(),), True),
        # To whomever: that it may be talked about is asked here, to whom it is shown elsewhere.
        ((consent(receivers=receivers(THEIRS)),), True),
        ((consent(data_classes=frozenset({D3})),), True),
        ((consent(data_classes=frozenset({D1, D2})),), False),
        ((consent(purposes=frozenset({Purpose.PLANNING})),), False),
        ((consent(state=ConsentState.REVOKED),), False),
        ((consent(valid_until=DAY - ONE_DAY),), False),
        ((consent(valid_until=DAY),), True),
        # Half from one and half from another is no agreement.
        (
            (
                consent(1, purposes=frozenset({Purpose.PLANNING})),
                consent(2, data_classes=frozenset({D1})),
            ),
            False,
        ),
        ((consent(1, state=ConsentState.VOID), consent(2)), True),
    ],
)
def test_what_is_talked_about_elsewhere_needs_the_persons_agreement(
    consents: tuple[Consent, ...], opened: bool
) -> None:
    known = facts(Part.HOLDER, consents=consents)
    shared = question(staff(), known, shared=True)
    assert agreed(shared) is opened
    assert isinstance(decide(question(staff(), known)), Permit)
    decision = decide(shared)
    if opened:
        assert decision == decide(question(staff(), known))
    else:
        assert decision == Deny(
            rule=Rule.CONSENT_COVERS_RECEIVER, remedies=WAYS_TO_COVER, conceal=False
        )


def test_where_consent_is_not_law_nothing_is_agreed() -> None:
    law = {basis: version for basis, version in LAW.items() if basis is not Basis.CONSENT}
    known = facts(Part.HOLDER, consents=(consent(),))
    assert not agreed(question(staff(), known, shared=True, law=law))


@pytest.mark.parametrize("shared", [True, False])
def test_whoever_hands_on_and_talks_needs_both(shared: bool) -> None:
    to_them = recipient(agency_id=THIRD)
    given = {"receiver": to_them, "wanted": frozenset({D1}), "shared": shared}
    narrow = consent(1, receivers=receivers(THIRD), data_classes=frozenset({D1}))
    known = facts(Part.HOLDER, consents=(narrow,))
    assert isinstance(decide(question(staff(), known, **given)), Permit) is not shared
    uncovered = facts(Part.HOLDER, consents=(consent(),))
    assert isinstance(decide(question(staff(), uncovered, **given)), Deny)
    both = facts(Part.HOLDER, consents=(narrow, consent(2)))
    assert isinstance(decide(question(staff(), both, **given)), Permit)


# Taking back every part


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        ({"data_classes": frozenset({D1, D2, D3})}, True),
        ({"data_classes": frozenset({D1, D2})}, False),
        ({"purposes": frozenset({Purpose.CONSULTATION, Purpose.PLANNING})}, True),
        ({"purposes": frozenset({Purpose.PLANNING})}, False),
        ({"data_classes": frozenset({D4})}, False),
        ({"receivers": receivers(THEIRS)}, False),
    ],
)
def test_taking_back_every_part_is_taking_it_back(command: dict[str, Any], whole: bool) -> None:
    after = consent().revoked(RevokeConsent(**command), at=NOW, by=THEIRS)
    assert after.state is (ConsentState.REVOKED if whole else ConsentState.ACTIVE)
    assert after.revoked_at == (NOW if whole else None)
    assert after.version == 2


# Two consents that contradict each other


@pytest.mark.parametrize(
    ("ours", "theirs", "found"),
    [
        # They meet on a single day: the last of one is the first of the other.
        ({"valid_from": DAY}, {"valid_until": DAY}, True),
        ({"valid_from": DAY}, {"valid_until": DAY - ONE_DAY}, False),
        (
            {"valid_from": DAY - ONE_DAY, "valid_until": DAY},
            {"valid_from": DAY, "valid_until": None},
            True,
        ),
        (
            {"valid_from": DAY - ONE_DAY, "valid_until": DAY - ONE_DAY},
            {"valid_from": DAY, "valid_until": None},
            False,
        ),
    ],
)
def test_consents_contradict_each_other_on_every_day_they_share(
    ours: dict[str, Any], theirs: dict[str, Any], found: bool
) -> None:
    other = consent(excluded=receivers(OURS), receivers=receivers(THEIRS), **theirs)
    assert contradiction(grant(**ours), [other]) is (other if found else None)


@pytest.mark.parametrize(
    "harmless",
    [
        {"state": ConsentState.REVOKED},
        {"valid_until": date(2026, 9, 30), "valid_from": date(2026, 9, 1)},
        {"id": uid(0x777)},
        {"excluded": receivers(THIRD)},
    ],
)
def test_a_contradiction_is_found_behind_what_does_not_contradict(harmless: dict[str, Any]) -> None:
    opposed = {"excluded": receivers(OURS), "receivers": receivers(THEIRS)}
    before, meant = consent(1, **opposed | harmless), consent(2, **opposed)
    command = grant(supersedes_id=uid(0x777))
    assert contradiction(command, [before, meant]) is meant


def test_whoever_is_excluded_anew_may_not_stand_in_a_consent_that_holds() -> None:
    named = consent(receivers=receivers(THEIRS, THIRD))
    assert contradiction(grant(excluded=receivers(THIRD)), [named]) is named
    assert contradiction(grant(excluded=receivers(uid(1))), [named]) is None


# Words


def test_every_aid_and_every_state_of_a_consent_has_its_japanese() -> None:
    assert all(aid.label_ja for aid in ExplanationAid)
    assert all(state.label_ja for state in ConsentState)
