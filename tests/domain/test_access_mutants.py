"""What changes of the rules only these cases notice (``make mutants``; checklist Z2, Z11)."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from domain_builders import (
    DAY,
    NOW,
    OURS,
    PERSON,
    POSITION,
    THEIRS,
    consent,
    facts,
    grant,
    item_facts,
    partner,
    provision,
    question,
    receivers,
    staff,
    uid,
)

from service.domain.access import Part, RecordKind, decide
from service.domain.actor import Actor
from service.domain.consent import ConsentState, ExplanationAid, contradiction
from service.domain.decision import Basis, Deny, Permit, Remedy, Rule
from service.domain.disclosure import D0, D1, D2
from service.domain.permission import Permission, Purpose, purposes_for, scope_of

ONE_DAY = timedelta(days=1)

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
    assert contradiction(grant(**ours), [other]) == (other.id if found else None)


@pytest.mark.parametrize(
    "harmless",
    [
        {"state": ConsentState.REVOKED},
        {"valid_until": date(2026, 9, 30), "valid_from": date(2026, 9, 1)},
        {"id": uid(0x777)},
    ],
)
def test_a_contradiction_is_found_behind_what_does_not_contradict(harmless: dict[str, Any]) -> None:
    opposed = {"excluded": receivers(OURS), "receivers": receivers(THEIRS)}
    before, meant = consent(1, **opposed | harmless), consent(2, **opposed)
    command = grant(supersedes_id=uid(0x777))
    assert contradiction(command, [before, meant]) == meant.id


# Words


def test_every_aid_and_every_state_of_a_consent_has_its_japanese() -> None:
    assert all(aid.label_ja for aid in ExplanationAid)
    assert all(state.label_ja for state in ConsentState)
