"""The service decides as the truth table says, line by line (promise 1; checklist Z2, Z4).

The table and its oracle (``tests/tools/truth_table.py``) know the brief and not the service;
here a line becomes a question. Code, oracle and file must agree.
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from domain_builders import (
    CITY,
    DAY,
    NEXT_CITY,
    NOW,
    OURS,
    PERSON,
    SOMEBODY_ELSE,
    THEIRS,
    THIRD,
    account_of,
    classes,
    consent,
    receivers,
    staff,
    uid,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))

import truth_table
from truth_table import Answer, Case

from service.domain.access import (
    WAYS_FORWARD,
    Facts,
    Part,
    Question,
    RecordKind,
    decide,
)
from service.domain.actor import Actor
from service.domain.conference_window import Window
from service.domain.consent import Consent, Receivers
from service.domain.consent_states import ConsentState
from service.domain.decision import CONFERENCE_BASES, Basis, Deny, Duty, Permit, Rule
from service.domain.disclosure import EVERY_CLASS
from service.domain.permission import Permission, Purpose
from service.domain.provision import TERMS, ProvisionTerms
from service.domain.reference import AGENCY_KINDS
from service.domain.role import Role

KINDS = {kind.code: kind for kind in AGENCY_KINDS}
ONE_DAY, INSTANT, HOUR = timedelta(days=1), timedelta(microseconds=1), timedelta(hours=1)
ELSEWHERE = THIRD
TABLE_BODY, OTHER_BODY = uid(1), uid(2)
CONFERENCE, ITEM, PROVISION, REFERRAL = uid(3), uid(4), uid(5), uid(6)
COLLEAGUE = uid(7)
ALL_KINDS = receivers(kinds=truth_table.ADDRESSED)

# The caller


def kind_of(recipient: str) -> str:
    """The kind of agency that a recipient of the table is."""
    return {"holder": "self_reliance_agency", "foreign": "social_welfare_council"}.get(
        recipient, recipient
    )


def caller(case: Case) -> Actor:
    """Who asks, as the directory knows them."""
    purpose = None if case.purpose == "none" else Purpose(case.purpose)
    if case.recipient in truth_table.PERSONS:
        person = PERSON if case.recipient == "the_person" else SOMEBODY_ELSE
        return account_of(person, purpose=purpose)
    kind = KINDS[kind_of(case.recipient)]
    commissioner = kind.code == "welfare_commissioner"
    ours = {"record of our department": {"dv"}, "record of another department": {"loans"}}
    return staff(
        agency_kind=kind.code,
        ceiling=kind.ceiling,
        municipality_code=NEXT_CITY if case.recipient == "foreign" else CITY,
        roles=frozenset({Role.WELFARE_COMMISSIONER if commissioner else Role.CONSULTANT}),
        departments=frozenset(ours.get(case.state, {"dv"})),
        conflicts=frozenset({PERSON} if case.state == "record of a relative" else ()),
        purpose=purpose,
        authenticated_at=NOW
        - timedelta(minutes=10)
        - (INSTANT if case.state == truth_table.LOGIN_TOO_OLD else timedelta(0)),
    )


# The consent

CONSENTS: dict[str, dict[str, Any]] = {
    "active": {},
    "active, its first day": {"valid_from": DAY},
    "active, its last day": {"valid_until": DAY},
    "active, to D1 alone": {"data_classes": classes("1")},
    "active, by kind": {"receivers": ALL_KINDS, "data_classes": classes("1-4")},
    "active, two consents": {"data_classes": classes("1-2")},
    "with the referral": {"data_classes": classes("1-3")},
    "with the referral, not who told us": {"data_classes": classes("1-3")},
    "to the table, at the table": {
        "data_classes": classes("1-3"),
        "receivers": Receivers(meetings=frozenset({TABLE_BODY})),
    },
    "to another table": {"receivers": Receivers(meetings=frozenset({OTHER_BODY}))},
    "refused": {"state": ConsentState.REFUSED},
    "revoked": {"state": ConsentState.REVOKED},
    "superseded": {"state": ConsentState.SUPERSEDED},
    "void": {"state": ConsentState.VOID},
    "expired": {"valid_until": DAY - ONE_DAY},
    "not yet valid": {"valid_from": DAY + ONE_DAY},
    "receiver excluded": {"receivers": ALL_KINDS, "excluded": receivers(OURS)},
    "kind excluded": {"excluded": ALL_KINDS},
    "excluded by another consent": {},
    "to another agency": {"receivers": receivers(ELSEWHERE)},
    truth_table.FOR_SOMETHING_ELSE: {"purposes": frozenset({Purpose.SERVICE})},
    truth_table.SWITCHED_OFF: {},
}


def consents(case: Case) -> tuple[Consent, ...]:
    """The person's consents; to whom nothing was given, they name somebody else."""
    if case.state == "no consent":
        return ()
    named = receivers(OURS if case.recipient in truth_table.ADDRESSED else ELSEWHERE)
    usual = {"data_classes": classes("1-5"), "receivers": named}
    found = [consent(1, **usual | CONSENTS[case.state])]
    if case.state == "active, two consents":
        found.append(consent(2, **usual | {"data_classes": classes("3-5")}))
    if case.state == "excluded by another consent":
        found.append(consent(2, receivers=receivers(ELSEWHERE), excluded=receivers(OURS)))
    return tuple(found)


def facts_of_consent(case: Case) -> dict[str, Any]:
    """Whoever a consent may name asks for the record, the referral or the paper."""
    given: dict[str, Any] = {"consents": consents(case), "parts": {Part.NAMED}}
    if case.recipient not in truth_table.ADDRESSED:
        given["parts"] = set()
    match truth_table.record(case):
        case "referral":
            profile = classes("0-3") if "not who told us" in case.state else classes("0-3 6")
            given["profile"] = profile
            given["parts"] = {Part.PARTY} if given["parts"] else set()
        case "packet":
            given["meeting_id"] = TABLE_BODY
            given["parts"] = {Part.PARTY} if given["parts"] else set()
    return given


# The window

WINDOWS: dict[str, dict[str, Any]] = {
    "fixed this instant": {"opens_at": NOW},
    "last instant of the papers": {"closes_at": NOW + INSTANT},
    "agenda not fixed": {"opens_at": None},
    "before fixing": {"opens_at": NOW + INSTANT},
    "after the papers": {"closes_at": NOW},
    "end not known": {"closes_at": None},
    "not invited": {"invited": False},
    "not on the list of members": {"member": False},
    "not registered": {"registered": False},
    "not acknowledged": {"acknowledged": False},
    "not constituted": {"constituted": False},
    "no reason written": {"reason_written": False},
    "another item": {"item_id": uid(98)},
    "another conference": {"conference_id": uid(99)},
    "asked by the chair, not acknowledged": {"acknowledged": False},
    "asked by the chair, after the papers": {"closes_at": NOW},
}


def facts_of_conference(case: Case) -> dict[str, Any]:
    """An agenda item; nobody has any other part in it."""
    if case.state == "no window":
        return {}
    invited = case.recipient in truth_table.ADDRESSED
    given: dict[str, Any] = {
        "basis": Basis(case.basis),
        "conference_id": CONFERENCE,
        "item_id": ITEM,
        "constituted": True,
        "reason_written": True,
        "invited": invited,
        "member": invited,
        "registered": invited,
        "acknowledged": invited,
        "opens_at": NOW - HOUR,
        "closes_at": NOW + HOUR,
    }
    asked = invited and case.state in truth_table.ASKED
    return {
        "window": Window(**given | WINDOWS.get(case.state, {})),
        "parts": {Part.PARTY} if asked else set(),
    }


# The provision

PROVISIONS: dict[str, dict[str, Any]] = {
    "opened this instant": {"opens_at": NOW},
    "last instant": {"closes_at": NOW + INSTANT},
    "for our department": {"to_department": "dv"},
    "for another department": {"to_department": "loans"},
    "for this colleague": {"to_position_id": staff().position_ids[0]},
    "for another colleague": {"to_position_id": COLLEAGUE},
    "before it opens": {"opens_at": NOW + INSTANT},
    "expired": {"closes_at": NOW},
    "ended early": {"ended_at": NOW - INSTANT},
    "ended this instant": {"ended_at": NOW},
    "to another agency": {"to_agency_id": ELSEWHERE},
    "by another agency": {"from_agency_id": ELSEWHERE},
    "of another person": {"person_id": SOMEBODY_ELSE},
    truth_table.FOR_SOMETHING_ELSE: {"purposes": frozenset({Purpose.SERVICE})},
}
HOW = {"takes part": Part.PARTY, "took part": Part.FORMER_PARTY, "hub of the record": Part.HUB}


def facts_of_provision(case: Case) -> dict[str, Any]:
    """What the holder provides, to whom it provides anything; as wide as the basis goes."""
    addressed = case.recipient in truth_table.ADDRESSED
    if case.state == "no provision" or case.state in truth_table.OWN:
        part = HOW.get(case.state) if addressed else None
        return {"parts": {part} if part else set()}
    if case.state == truth_table.ENQUIRY:
        asked = {"asked_on": Basis(case.basis), "parts": {Part.PARTY}}
        return asked if addressed else {}
    given: dict[str, Any] = {
        "id": PROVISION,
        "person_id": PERSON,
        "basis": Basis(case.basis),
        "from_agency_id": THEIRS,
        "to_agency_id": OURS if addressed else ELSEWHERE,
        "purposes": frozenset({Purpose.CONSULTATION, Purpose.PLANNING}),
        "data_classes": TERMS[Basis(case.basis)].classes,
        "opens_at": NOW - HOUR,
        "closes_at": NOW + HOUR,
    }
    if case.state == truth_table.REVIEWED:
        # Not the receiver, and its own part shows it what was opened only once.
        provision = ProvisionTerms(**given | {"to_agency_id": ELSEWHERE})
        return {"provisions": (provision,), "parts": {Part.REVIEWER} if addressed else set()}
    return {"provisions": (ProvisionTerms(**given | PROVISIONS.get(case.state, {})),)}


# The question

KIND: dict[str, tuple[RecordKind, Permission]] = {
    "area_issue": (RecordKind.AREA_ISSUE, Permission.AREA_ISSUE_READ),
    "case": (RecordKind.CASE, Permission.CASE_READ),
    "change": (RecordKind.PERSON, Permission.PERSON_AMEND),
    "directory": (RecordKind.DIRECTORY, Permission.DIRECTORY_READ),
    "emergency": (RecordKind.PROVISION, Permission.EMERGENCY_TAKE),
    "enquiry": (RecordKind.ENQUIRY, Permission.ENQUIRY_READ),
    "packet": (RecordKind.CONFERENCE_ITEM, Permission.CONFERENCE_READ_PACKET),
    "person": (RecordKind.PERSON, Permission.PERSON_READ),
    "provision": (RecordKind.PROVISION, Permission.PROVISION_READ),
    "referral": (RecordKind.REFERRAL, Permission.REFERRAL_READ),
    "request": (RecordKind.INFORMATION_REQUEST, Permission.INFORMATION_REQUEST_READ),
    "screening": (RecordKind.SCREENING, Permission.SCREENING_READ),
}
IDS = {"packet": ITEM, "emergency": PROVISION, "provision": PROVISION, "referral": REFERRAL}


def about(case: Case) -> Facts:
    """What is known of the record."""
    written = truth_table.record(case)
    given: dict[str, Any] = {
        "kind": KIND[written][0],
        "record_id": IDS.get(written, PERSON),
        "found": case.state != "no such record",
        "holder_agency_id": THEIRS,
        "person_id": PERSON,
        "conference_id": CONFERENCE if written in ("packet", "request") else None,
        "department": "dv"
        if "department" in case.state and case.state in truth_table.OWN
        else None,
    }
    if case.basis == "ANON":
        mine = case.recipient in truth_table.ADDRESSED and case.state == "screening put to us"
        given |= {"person_id": None, "parts": {Part.PARTY} if mine else set()}
    elif case.basis == "CONSENT":
        given |= facts_of_consent(case)
    elif case.basis in truth_table.CONFERENCES:
        given |= facts_of_conference(case)
    elif case.basis in truth_table.PROVISIONS:
        given |= facts_of_provision(case)
    elif case.state == "record of another person":
        given["person_id"] = uid(97)
    if case.recipient == "holder" and written in ("person", "change"):
        given["parts"] = set(given.get("parts", ())) | {Part.HOLDER}
        given["holder_agency_id"] = OURS
    return Facts(**given)


def question(case: Case) -> Question:
    """A line of the table, asked of the service."""
    off = case.basis if case.state == truth_table.SWITCHED_OFF else None
    able = frozenset() if case.state == truth_table.DUTY_UNKNOWN else frozenset(Duty)
    return Question(
        actor=caller(case),
        permission=KIND[truth_table.record(case)][1],
        facts=about(case),
        at=NOW,
        law={b: f"{b.value}@2023-04-01" for b in Basis if b.value != off},
        discharges=able,
    )


def said(case: Case) -> Answer:
    """What the service answers, in the words of the table."""
    decision = decide(question(case))
    if isinstance(decision, Deny):
        return Answer(frozenset(), "", decision.rule.value)
    opened = frozenset(int(c.value[1:]) for c in decision.classes)
    return Answer(opened, decision.basis.value, " ".join(decision.rules))


# The tests

LINES = tuple(truth_table.read(truth_table.TABLE.read_text(encoding="utf-8")))


def test_the_committed_table_is_what_the_brief_says() -> None:
    assert truth_table.TABLE.read_text(encoding="utf-8") == truth_table.drawn(), (
        "Run: python tests/tools/truth_table.py"
    )


@pytest.mark.parametrize("basis", truth_table.BASES)
def test_the_service_decides_every_line_of_the_table(basis: str) -> None:
    lines = [(case, answer) for case, answer in LINES if case.basis == basis]
    assert lines
    assert [(case, said(case)) for case, _ in lines] == lines


@pytest.mark.parametrize("basis", truth_table.BASES)
def test_the_service_agrees_on_every_combination_too_many_to_write(basis: str) -> None:
    cases = [case for case in truth_table.every_case() if case.basis == basis]
    assert len(cases) >= sum(case.basis == basis for case, _ in LINES)
    wrong = [(c, said(c), truth_table.answer(c)) for c in cases if said(c) != truth_table.answer(c)]
    assert not wrong


def test_no_line_stands_twice_and_every_line_is_one_of_the_combinations() -> None:
    cases = [case for case, _ in LINES]
    assert len(set(cases)) == len(cases)
    assert set(cases) <= set(truth_table.every_case())


def test_the_table_names_every_basis_every_purpose_and_every_state_of_consent() -> None:
    assert set(truth_table.BASES) == {basis.value for basis in Basis}
    assert set(truth_table.CONFERENCES) == {basis.value for basis in CONFERENCE_BASES}
    assert set(truth_table.PROVISIONS) == {basis.value for basis in TERMS}
    assert set(truth_table.PURPOSES) == {*(purpose.value for purpose in Purpose), "none"}
    made = {given.get("state", ConsentState.ACTIVE) for given in CONSENTS.values()}
    assert made == set(ConsentState)
    assert set(truth_table.CONSENT) == {*CONSENTS, "no consent"}
    assert set(WINDOWS) <= set(truth_table.WINDOW_OPEN) | set(truth_table.ASKED)
    assert set(PROVISIONS) <= set(truth_table.PROVISION_OPEN)


def test_the_ceilings_of_the_table_are_those_of_the_kinds() -> None:
    for recipient, ceiling in truth_table.CEILING.items():
        assert KINDS[kind_of(recipient)].ceiling.value == f"D{ceiling}"
    public = {r for r in truth_table.ADDRESSED if KINDS[r].public_body}
    assert public == truth_table.PUBLIC


def test_every_basis_opens_something_to_somebody_and_every_rule_decides_somewhere() -> None:
    assert {answer.on for _, answer in LINES} == {"", *truth_table.BASES}
    decided = {rule for _, answer in LINES for rule in answer.rule.split()}
    elsewhere = {
        # Other gates of the caller, of a hand-over, of an agenda and of a token.
        Rule.ACTOR_NO_POSITION,
        Rule.ACTOR_SCOPE_MISSING,
        # Runs a conference; opens nothing of persons.
        Rule.CONFERENCE_SECRETARIAT,
        Rule.CONSENT_COVERS_RECEIVER,
        Rule.ITEM_CLOSED_BY_ANOTHER,
        Rule.PURPOSE_OUTSIDE_TOKEN,
        Rule.REPORT_HELD_BACK,
        Rule.SYSTEM_SWEEP,
        Rule.TOKEN_REFUSED,
    }
    assert decided == {rule.value for rule in set(Rule) - elsewhere}


def test_who_lacks_a_basis_is_told_what_would_help_and_not_whether_there_is_a_record() -> None:
    """Brief §2.2: a denial says which basis would make it possible; §8 rule 1: no existence leak."""
    for case, answer in LINES:
        decision = decide(question(case))
        if isinstance(decision, Permit):
            assert answer.classes
            continue
        at_the_gate = decision.rule.value.split(".")[0] in ("actor", "purpose")
        assert decision.conceal is not at_the_gate
        if not at_the_gate:
            assert decision.remedies == WAYS_FORWARD


def test_what_is_given_without_consent_comes_with_its_duties() -> None:
    for case, answer in LINES:
        if not ({"provision.in_force", "conference.window"} & set(answer.rule.split())):
            continue
        decision = decide(question(case))
        assert isinstance(decision, Permit)
        duties = {obligation.duty for obligation in decision.obligations}
        assert duties >= {Duty.NO_ONWARD, Duty.READABLE_UNTIL}
        assert (Duty.REVIEW_BY in duties) is (case.basis in truth_table.REVIEWS)


def test_opinions_and_informants_stay_where_they_are() -> None:
    """Brief §2.5 and §8 rules 14 to 16, over every combination."""
    for case in truth_table.every_case():
        opened = said(case).classes
        if case.recipient == "holder":
            continue
        assert 7 not in opened
        if 6 in opened:
            assert truth_table.record(case) == "referral"
        if 5 in opened:
            assert case.basis in ("CONSENT", "CONF_CHILD", "DUTY_REPORT")
        if case.recipient == "employer":
            assert max(opened, default=0) <= 2


def test_the_own_record_is_all_of_it() -> None:
    whole = Answer(frozenset(range(len(EVERY_CLASS))), "INTERNAL", "record.own_agency")
    assert said(Case("INTERNAL", "holder", "consultation", "own record")) == whole


def test_the_day_is_the_one_of_japan() -> None:
    """A consent that ends today still holds at 23:59 in Japan, and no longer at midnight."""
    case = Case("CONSENT", "hello_work", "consultation", "active, its last day")
    night = NOW.replace(hour=14, minute=59)
    at_night = question(case).model_copy(update={"at": night})
    assert at_night.day == date(2026, 11, 20)
    assert isinstance(decide(at_night), Permit)
    midnight = at_night.model_copy(update={"at": night + timedelta(minutes=1)})
    assert isinstance(decide(midnight), Deny)
