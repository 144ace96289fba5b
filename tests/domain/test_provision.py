"""A provision without consent: its terms, its values, its end, its review (brief §2.2)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from domain_builders import (
    NOW,
    OURS,
    PERSON,
    POSITION,
    THEIRS,
    THIRD,
    classes,
    recipient,
    refusal,
    uid,
)

from service.domain.decision import Basis, Duty, Obligation
from service.domain.disclosure import D0, D2, D3, D4, D5, D6, D7, DataClass
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Purpose
from service.domain.provision import (
    LONGEST_EMERGENCY,
    MESSAGES_EN,
    MESSAGES_JA,
    SHORTEST_REASON,
    TERMS,
    AbuseKind,
    MakeProvision,
    Provision,
    ProvisionTerms,
    Sides,
    TakeEmergencyAccess,
    Taken,
    Verdict,
    unmet,
)

HOUR, INSTANT = timedelta(hours=1), timedelta(microseconds=1)
REASON = "連絡がつかず、安否の確認が必要なため。"
FOR = Purpose.CONSULTATION
OTHER_POSITION = uid(1)
MADE_BY, SECOND = ("https://login.example", "staff-1"), ("https://login.example", "staff-2")


def make(**changes: Any) -> MakeProvision:
    """What the holder writes, to another public body for its legal duty."""
    given: dict[str, Any] = {
        "person_id": PERSON,
        "basis": Basis.PUBLIC_BODY,
        "to_agency_id": OURS,
        "purposes": frozenset({FOR}),
        "data_classes": classes("1-3"),
        "hours": 24,
        "reason": REASON,
        "law": "生活保護法",
        "article": "29条",
    }
    return MakeProvision(**given | changes)


def take(**changes: Any) -> TakeEmergencyAccess:
    """Break-glass for half an hour."""
    given = {"person_id": PERSON, "reason": REASON, "data_classes": classes("1-2")}
    return TakeEmergencyAccess(**given | changes)


def provision(**changes: Any) -> Provision:
    """An emergency provision to us that is open for an hour and waits for its review."""
    given: dict[str, Any] = {
        "id": uid(2),
        "person_id": PERSON,
        "basis": Basis.LIFE,
        "from_agency_id": THEIRS,
        "to_agency_id": OURS,
        "purposes": frozenset({FOR}),
        "data_classes": classes("1-2"),
        "opens_at": NOW,
        "closes_at": NOW + HOUR,
        "review_due_at": NOW + 72 * HOUR,
        "made_by_position_id": POSITION,
        "made_by_iss": MADE_BY[0],
        "made_by_sub": MADE_BY[1],
        "reason": REASON,
    }
    return Provision(**given | changes)


# What a basis opens at most

EXCEPTION = {
    Duty.NOTIFY_LEAD,
    Duty.NOTIFY_PRIVACY_OFFICER,
    Duty.REVIEW_BY,
    Duty.TELL_PERSON,
}
#: Classes, longest hours, and what is to be done besides keeping it to oneself and to its time.
TABLE: dict[Basis, tuple[str, int, set[Duty]]] = {
    Basis.LIFE: ("0-2 4", 24, EXCEPTION),
    Basis.CHILD_HEALTH: ("0-4", 24 * 90, EXCEPTION),
    Basis.DUTY_REPORT: ("0-5", 24 * 365, {Duty.NOTIFY_PRIVACY_OFFICER}),
    Basis.PUBLIC_BODY: ("0-4", 24 * 365, set()),
    Basis.PUBLIC_DUTY: ("0-3", 24 * 180, {Duty.NOTIFY_PRIVACY_OFFICER}),
    Basis.INTERNAL: ("0-4", 24 * 365, set()),
    Basis.ENTRUST: ("0-4", 24 * 365, set()),
}


def test_the_terms_are_those_of_the_table() -> None:
    always = {Duty.NO_ONWARD, Duty.READABLE_UNTIL}
    assert {
        basis: (terms.classes, terms.longest, set(terms.duties)) for basis, terms in TERMS.items()
    } == {
        basis: (classes(opens), hours * HOUR, always | duties)
        for basis, (opens, hours, duties) in TABLE.items()
    }


def test_no_provision_takes_informants_or_opinions_and_only_a_report_what_is_protected() -> None:
    for basis, terms in TERMS.items():
        assert not {D6, D7} & terms.classes
        assert (D5 in terms.classes) is (basis is Basis.DUTY_REPORT)


# The values

ONE_SHORT = "あ" * (SHORTEST_REASON - 1)
NEEDED: dict[Basis, dict[str, Any]] = {
    Basis.LIFE: {"approver": "見本課長", "data_classes": classes("1")},
    Basis.CHILD_HEALTH: {"approver": "見本課長"},
    Basis.DUTY_REPORT: {"abuse_kind": AbuseKind.CHILD},
    Basis.PUBLIC_BODY: {"law": "生活保護法", "article": "29条"},
    Basis.PUBLIC_DUTY: {"law": "生活保護法", "article": "29条"},
    Basis.INTERNAL: {},
    Basis.ENTRUST: {"contract_id": uid(3)},
}
NOTHING_NEEDED = {"law": None, "article": None}


def good(basis: Basis, **changes: Any) -> dict[str, Any]:
    """What a provision on this basis needs, and nothing that another one needs."""
    return {"basis": basis} | NOTHING_NEEDED | NEEDED[basis] | changes


REFUSED: dict[str, list[dict[str, Any]]] = {
    "provision.basis_not_for_provision": [
        {"basis": basis} for basis in Basis if basis not in TABLE
    ],
    "provision.too_wide": [
        good(basis, data_classes=frozenset({D0, wrong}))
        for basis, (opens, _, _) in TABLE.items()
        for wrong in DataClass
        if wrong not in classes(opens)
    ],
    "provision.too_long": [
        good(basis, hours=hours + 1)
        for basis, (_, hours, _) in TABLE.items()
        if hours < 24 * 365  # a year is as many hours as the field takes
    ],
    "provision.duty_missing": [
        good(basis) | {missing: None}
        for basis in (Basis.PUBLIC_BODY, Basis.PUBLIC_DUTY)
        for missing in ("law", "article")
    ],
    "provision.abuse_kind_missing": [good(Basis.DUTY_REPORT, abuse_kind=None)],
    "provision.approver_missing": [
        good(basis, approver=None) for basis in (Basis.LIFE, Basis.CHILD_HEALTH)
    ],
    "provision.contract_missing": [good(Basis.ENTRUST, contract_id=None)],
    "provision.reason_too_short": [
        {"reason": ONE_SHORT},
        {"reason": ONE_SHORT + "  \n"},
        *(good(basis, reason="緊急のため") for basis in TABLE),
    ],
}
REFUSED_EMERGENCIES: dict[str, list[dict[str, Any]]] = {
    "provision.too_wide": [
        {"data_classes": frozenset({wrong})} for wrong in DataClass if wrong not in classes("0-2 4")
    ],
    "provision.reason_too_short": [{"reason": ONE_SHORT}],
}


@pytest.mark.parametrize(
    ("build", "code", "changes"),
    [
        *((make, code, c) for code, cases in REFUSED.items() for c in cases),
        *((take, code, c) for code, cases in REFUSED_EMERGENCIES.items() for c in cases),
    ],
)
def test_what_cannot_be_meant_is_refused(
    build: Callable[..., Any], code: str, changes: dict[str, Any]
) -> None:
    assert refusal(build, **changes) == code


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED) | set(REFUSED_EMERGENCIES) == set(MESSAGES_EN)
    assert set(MESSAGES_JA) == set(MESSAGES_EN)


@pytest.mark.parametrize("basis", TABLE)
def test_what_can_be_meant_is_taken_up_to_its_bounds(basis: Basis) -> None:
    opens, hours, _ = TABLE[basis]
    widest = make(**good(basis, data_classes=classes(opens), hours=hours))
    assert widest.basis is basis
    assert make(**good(basis, data_classes=frozenset({D0}), hours=1, reason="あ" * 15))


@pytest.mark.parametrize("hours", [0, -1, 24 * 365 + 1])
def test_nothing_is_provided_for_no_time_or_for_more_than_a_year(hours: int) -> None:
    assert refusal(make, hours=hours) in {"greater_than_equal", "less_than_equal"}


@pytest.mark.parametrize("empty", ["purposes", "data_classes"])
def test_a_provision_of_nothing_is_none(empty: str) -> None:
    assert refusal(make, **{empty: frozenset()}) == "too_short"


@pytest.mark.parametrize(
    ("minutes", "taken"), [(4, False), (5, True), (30, True), (60, True), (61, False)]
)
def test_an_emergency_lasts_five_minutes_to_an_hour(minutes: int, taken: bool) -> None:
    if taken:
        assert take(minutes=minutes).minutes == minutes
        assert minutes * timedelta(minutes=1) <= LONGEST_EMERGENCY
    else:
        assert refusal(take, minutes=minutes) in {"greater_than_equal", "less_than_equal"}


def test_an_emergency_is_half_an_hour_unless_it_says_otherwise_and_opens_something() -> None:
    assert take().minutes == 30
    assert take(data_classes=classes("0-2 4"), reason="あ" * 15)
    assert refusal(take, data_classes=frozenset()) == "too_short"


@pytest.mark.parametrize("kind", AbuseKind)
def test_every_kind_of_abuse_can_be_reported_and_has_its_japanese(kind: AbuseKind) -> None:
    assert make(**good(Basis.DUTY_REPORT, abuse_kind=kind)).abuse_kind is kind
    assert kind.label_ja


# Who may give it to whom


def sides(**changes: Any) -> Sides:
    """Two public bodies that have nothing to do with each other."""
    given: dict[str, Any] = {
        "inside": False,
        "same_body": False,
        "giver_public": True,
        "giver_special_secrecy": False,
        "receiver_public": True,
        "receiver_reports": frozenset({AbuseKind.CHILD}),
    }
    return Sides(**given | changes)


SECRECY = ("provision.special_secrecy", "/basis")
NOT_PUBLIC = ("provision.not_public_bodies", "/to_agency_id")
NO_DEPARTMENT = ("provision.department_missing", "/to_department")
ANOTHER_BODY = ("provision.another_body", "/to_agency_id")
NOT_THE_ADDRESSEE = ("provision.not_the_addressee", "/to_agency_id")
TO_ITSELF = ("provision.to_itself", "/to_agency_id")


def wrong_inside_one_body(known: Sides, *, department: bool) -> list[tuple[str, str]]:
    """Between departments, or between agencies of one legal entity."""
    if known.inside:
        return [] if department else [NO_DEPARTMENT]
    secret = [SECRECY] if known.giver_special_secrecy else []
    return secret + ([] if known.same_body else [ANOTHER_BODY])


def wrong_between(basis: Basis, known: Sides) -> list[tuple[str, str]]:
    """Between two agencies, by the conditions of brief §2.2 in the order in which they are said."""
    to_public = basis in (Basis.PUBLIC_BODY, Basis.PUBLIC_DUTY)
    public = known.receiver_public and (known.giver_public or basis is Basis.PUBLIC_DUTY)
    reports = AbuseKind.CHILD in known.receiver_reports
    return [
        *([SECRECY] if to_public and known.giver_special_secrecy else []),
        *([NOT_PUBLIC] if to_public and not public else []),
        *([NOT_THE_ADDRESSEE] if basis is Basis.DUTY_REPORT and not reports else []),
        *([TO_ITSELF] if known.inside else []),
    ]


@pytest.mark.parametrize("basis", TABLE)
def test_who_may_provide_to_whom_on_which_basis(basis: Basis) -> None:
    reports = (frozenset(), frozenset({AbuseKind.ELDER}), frozenset({AbuseKind.CHILD}))
    for inside, same, giver, secret, receiver in product((False, True), repeat=5):
        for reported, department in product(reports, (None, "dv")):
            known = Sides(inside, same, giver, secret, receiver, reported)
            wanted = make(**good(basis, to_department=department))
            wrong = (
                wrong_inside_one_body(known, department=bool(department))
                if basis is Basis.INTERNAL
                else wrong_between(basis, known)
            )
            assert unmet(wanted, known) == (wrong[0] if wrong else None)


def test_tax_secrets_leave_by_no_duty_of_another_body_not_even_inside_the_city_hall() -> None:
    """Brief §2.1 and §2.2: blocked for tax and similar secrets."""
    tax = sides(giver_special_secrecy=True, same_body=True)
    for basis in (Basis.PUBLIC_BODY, Basis.PUBLIC_DUTY, Basis.INTERNAL):
        assert unmet(make(**good(basis)), tax) == SECRECY
    # In danger of life, and to the legal addressee of a report, secrecy gives way.
    for basis in (Basis.LIFE, Basis.DUTY_REPORT):
        assert unmet(make(**good(basis)), tax) is None


# What it opens, to whom, when


@pytest.mark.parametrize(
    ("at", "ended_at", "is_open"),
    [
        (NOW - INSTANT, None, False),
        (NOW, None, True),
        (NOW + HOUR - INSTANT, None, True),
        (NOW + HOUR, None, False),
        (NOW + 2 * HOUR, None, False),
        (NOW + HOUR / 2 - INSTANT, NOW + HOUR / 2, True),
        (NOW + HOUR / 2, NOW + HOUR / 2, False),
        (NOW + HOUR - INSTANT, NOW + HOUR / 2, False),
        # What is ended after its time does not open again.
        (NOW + HOUR, NOW + 2 * HOUR, False),
        (NOW, NOW, False),
    ],
)
def test_it_is_open_from_its_first_instant_to_its_end(
    at: datetime, ended_at: datetime | None, is_open: bool
) -> None:
    given = provision(ended_at=ended_at)
    assert given.open_at(at) is is_open
    assert bool(given.opens_to(recipient(), FOR, at)) is is_open


@pytest.mark.parametrize("basis", Basis)
def test_it_opens_no_more_than_its_basis_even_by_a_broken_record(basis: Basis) -> None:
    broken = provision(basis=basis, data_classes=frozenset(DataClass))
    opened = broken.opens_to(recipient(ceiling=D7), FOR, NOW)
    assert opened == (TERMS[basis].classes if basis in TERMS else frozenset())


@pytest.mark.parametrize(
    ("given", "ceiling", "opened"),
    [
        ("1", D5, "0-1"),
        ("0", D5, "0"),
        ("1-3", D2, "0-2"),
        ("1-4", D3, "0-3"),
        ("4", D3, "0"),
        ("5", D5, "0 5"),
        ("1-5", D4, "0-4"),
    ],
)
def test_it_opens_what_was_given_up_to_the_receivers_ceiling(
    given: str, ceiling: DataClass, opened: str
) -> None:
    report = provision(basis=Basis.DUTY_REPORT, data_classes=classes(given))
    assert report.opens_to(recipient(ceiling=ceiling), FOR, NOW) == classes(opened)


@pytest.mark.parametrize("purpose", Purpose)
def test_it_opens_for_its_purposes_alone(purpose: Purpose) -> None:
    opened = provision().opens_to(recipient(), purpose, NOW)
    assert opened == (classes("0-2") if purpose is FOR else frozenset())


@pytest.mark.parametrize("agency", [THEIRS, THIRD])
def test_it_opens_to_nobody_else_not_even_by_their_kind(agency: UUID) -> None:
    assert provision().opens_to(recipient(agency_id=agency), FOR, NOW) == frozenset()


@pytest.mark.parametrize(
    ("to", "mine", "opened"),
    [
        (None, frozenset(), True),
        (None, frozenset({POSITION}), True),
        (POSITION, frozenset({POSITION}), True),
        (POSITION, frozenset({POSITION, OTHER_POSITION}), True),
        (POSITION, frozenset({OTHER_POSITION}), False),
        (POSITION, frozenset(), False),
    ],
)
def test_what_one_colleague_took_is_open_to_that_colleague(
    to: UUID | None, mine: frozenset[UUID], opened: bool
) -> None:
    taken = provision(to_position_id=to, taken=Taken.TAKEN)
    assert bool(taken.opens_to(recipient(), FOR, NOW, positions=mine)) is opened


@pytest.mark.parametrize(
    ("to", "mine", "opened"),
    [
        (None, frozenset(), True),
        ("dv", frozenset({"dv"}), True),
        ("dv", frozenset({"dv", "loans"}), True),
        ("dv", frozenset({"loans"}), False),
        ("dv", frozenset(), False),
    ],
)
def test_what_goes_to_a_department_is_open_to_that_department(
    to: str | None, mine: frozenset[str], opened: bool
) -> None:
    given = provision(to_department=to)
    assert bool(given.opens_to(recipient(), FOR, NOW, departments=mine)) is opened


@pytest.mark.parametrize(
    ("narrowed", "opened"),
    [({}, True), ({"to_position_id": POSITION}, False), ({"to_department": "dv"}, False)],
)
def test_what_one_post_or_department_has_is_not_open_to_the_agency_as_such(
    narrowed: dict[str, Any], opened: bool
) -> None:
    assert bool(provision(**narrowed).opens_to(recipient(), FOR, NOW)) is opened


def test_the_colleague_and_the_department_must_both_be_right() -> None:
    both = provision(to_position_id=POSITION, to_department="dv")
    for positions, departments in product(
        (frozenset({POSITION}), frozenset()), (frozenset({"dv"}), frozenset())
    ):
        opened = both.opens_to(recipient(), FOR, NOW, positions=positions, departments=departments)
        assert bool(opened) is bool(positions and departments)


# What is to be done

ONWARD = Obligation(duty=Duty.NO_ONWARD)
UNTIL = Obligation(duty=Duty.READABLE_UNTIL, until=NOW + HOUR)
REVIEW = Obligation(duty=Duty.REVIEW_BY, until=NOW + 72 * HOUR)
TELL = Obligation(duty=Duty.TELL_PERSON)


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        ({}, (ONWARD, UNTIL, REVIEW, TELL)),
        ({"reviewed_at": NOW}, (ONWARD, UNTIL, TELL)),
        ({"told_at": NOW}, (ONWARD, UNTIL, REVIEW)),
        ({"reviewed_at": NOW, "told_at": NOW}, (ONWARD, UNTIL)),
        ({"basis": Basis.CHILD_HEALTH}, (ONWARD, UNTIL, REVIEW, TELL)),
        *(
            ({"basis": basis}, (ONWARD, UNTIL))
            for basis in TERMS
            if basis not in (Basis.LIFE, Basis.CHILD_HEALTH)
        ),
    ],
)
def test_an_exception_is_reviewed_and_told_and_all_of_it_ends(
    changes: dict[str, Any], due: tuple[Obligation, ...]
) -> None:
    assert provision(**changes).obligations() == due


# Its life


def test_it_ends_once() -> None:
    before = provision()
    after = before.ended(NOW + HOUR / 2)
    assert after == before.but(ended_at=NOW + HOUR / 2, version=2)
    with pytest.raises(IllegalMove) as refused:
        after.ended(NOW + HOUR)
    assert refused.value.code == "provision.already_ended"


def test_the_person_is_told_once() -> None:
    before = provision()
    after = before.told("面談で説明", NOW + HOUR)
    assert after == before.but(told_at=NOW + HOUR, told_how="面談で説明", version=2)
    with pytest.raises(IllegalMove) as refused:
        after.told("電話で説明", NOW + 2 * HOUR)
    assert refused.value.code == "provision.already_told"


def reviewed(before: Provision, verdict: Verdict = Verdict.JUSTIFIED, **changes: Any) -> Provision:
    """A second person at another position looks at it."""
    given: dict[str, Any] = {"by": OTHER_POSITION, "who": SECOND, "at": NOW + HOUR / 2}
    return before.reviewed(verdict, "適切でした。", **given | changes)


@pytest.mark.parametrize(
    ("verdict", "ended_before", "ended_after"),
    [
        (Verdict.JUSTIFIED, None, None),
        (Verdict.JUSTIFIED, NOW, NOW),
        (Verdict.NOT_JUSTIFIED, None, NOW + HOUR / 2),
        (Verdict.NOT_JUSTIFIED, NOW, NOW),
    ],
)
def test_what_was_not_justified_ends_at_once(
    verdict: Verdict, ended_before: datetime | None, ended_after: datetime | None
) -> None:
    before = provision(ended_at=ended_before)
    assert reviewed(before, verdict) == before.but(
        verdict=verdict,
        finding="適切でした。",
        reviewed_at=NOW + HOUR / 2,
        reviewed_by_position_id=OTHER_POSITION,
        ended_at=ended_after,
        version=2,
    )


def test_it_is_reviewed_once() -> None:
    with pytest.raises(IllegalMove) as refused:
        reviewed(reviewed(provision()))
    assert refused.value.code == "provision.already_reviewed"


@pytest.mark.parametrize("verdict", Verdict)
def test_what_needs_no_review_has_none(verdict: Verdict) -> None:
    routine = provision(basis=Basis.PUBLIC_BODY, review_due_at=None)
    with pytest.raises(IllegalMove) as refused:
        reviewed(routine, verdict)
    assert refused.value.code == "provision.needs_no_review"


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize(
    "reviewer",
    [
        {"by": POSITION},
        {"who": MADE_BY},
        {"by": POSITION, "who": MADE_BY},
        {"by": None},
    ],
)
def test_nobody_reviews_what_they_did_themselves(
    verdict: Verdict, reviewer: dict[str, Any]
) -> None:
    """A second position of the same human is no second person; a successor is not one either."""
    before = provision()
    with pytest.raises(Invalid) as refused:
        reviewed(before, verdict, **reviewer)
    assert refused.value.code == "provision.review_by_second_person"
    assert before == provision()


@pytest.mark.parametrize(
    "who", [("https://other.example", "staff-1"), ("https://login.example", "staff-2")]
)
def test_another_human_is_another_issuer_or_another_subject(who: tuple[str, str]) -> None:
    assert reviewed(provision(), who=who).verdict is Verdict.JUSTIFIED


def test_a_decision_needs_only_the_terms() -> None:
    terms = ProvisionTerms(
        **{name: getattr(provision(), name) for name in ProvisionTerms.model_fields}
    )
    assert terms.taken is Taken.GIVEN
    assert terms.opens_to(recipient(), FOR, NOW) == classes("0-2")
    assert terms.obligations() == provision().obligations()
