"""The person asks: requests for disclosure with their days, and what is held back (brief §2.8)."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from domain_builders import DAY, NOW, OURS, PERSON, THEIRS, THIRD, refusal, uid

from service.domain.access_request import (
    DAYS_OF_EXTENSION,
    DAYS_TO_DECIDE,
    LONGEST_EMBARGO,
    MESSAGES_EN,
    MESSAGES_JA,
    PROTECTED_BASES,
    DecideDisclosure,
    DisclosureRequest,
    DisclosureResult,
    DisclosureState,
    Embargo,
    EmbargoGround,
    ExtendDisclosure,
    Ground,
    ReceiveDisclosureRequest,
    Requester,
    SetEmbargo,
    due_on,
    held_back,
)
from service.domain.audit import AuditEntry, Outcome
from service.domain.decision import Basis
from service.domain.errors import IllegalMove
from service.domain.provision import SHORTEST_REASON

ONE_DAY = timedelta(days=1)
ONE_SHORT = "あ" * (SHORTEST_REASON - 1)
R, S = DisclosureResult, DisclosureState


def receive(**changes: Any) -> ReceiveDisclosureRequest:
    """A request at the desk."""
    given: dict[str, Any] = {
        "person_id": PERSON,
        "requested_on": DAY,
        "identity_checked_by": "運転免許証",
    }
    return ReceiveDisclosureRequest(**given | changes)


def request(**changes: Any) -> DisclosureRequest:
    """Its record: to be decided within thirty days."""
    given: dict[str, Any] = {
        "id": uid(1),
        "agency_id": OURS,
        "received_at": NOW,
        "due_on": due_on(DAY, DAYS_TO_DECIDE),
    }
    return DisclosureRequest(**receive().model_dump() | given | changes)


def decide_on(result: DisclosureResult = R.FULL, **changes: Any) -> DecideDisclosure:
    """A decision; where anything is withheld, for a third party's sake."""
    withheld = frozenset() if result is R.FULL else frozenset({Ground.THIRD_PARTY})
    given: dict[str, Any] = {
        "result": result,
        "grounds": withheld,
        "decision_number": "みほん開示第1号",
    }
    return DecideDisclosure(**given | changes)


def hold(**changes: Any) -> SetEmbargo:
    """Accesses of the police are held back for a month."""
    given: dict[str, Any] = {
        "ground": EmbargoGround.INVESTIGATION,
        "agency_ids": frozenset({THEIRS}),
        "reason": "捜査への支障を避けるために必要なため。",
        "approver": "見本課長",
        "until": DAY + 30 * ONE_DAY,
    }
    return SetEmbargo(**given | changes)


def embargo(number: int = 1, **changes: Any) -> Embargo:
    """Its record."""
    given: dict[str, Any] = {
        "id": uid(0x10 + number),
        "person_id": PERSON,
        "set_by_agency_id": OURS,
        "set_at": NOW,
    }
    return Embargo(**hold().model_dump() | given | changes)


# The values

REFUSED: dict[str, list[tuple[Callable[..., Any], dict[str, Any]]]] = {
    "disclosure.representative_missing": [
        (receive, {"requester": Requester.LEGAL_REPRESENTATIVE}),
        (receive, {"requester": Requester.AGENT}),
        (request, {"requester": Requester.AGENT}),
    ],
    "disclosure.grounds_missing": [
        (decide_on, {"result": result, "grounds": frozenset()})
        for result in R
        if result is not R.FULL
    ],
    "disclosure.grounds_without_refusal": [
        (decide_on, {"grounds": frozenset({ground})}) for ground in Ground
    ],
    "embargo.reason_too_short": [
        (hold, {"reason": ONE_SHORT}),
        (hold, {"reason": ONE_SHORT + " \n"}),
        (embargo, {"reason": "捜査"}),
    ],
}


@pytest.mark.parametrize(
    ("build", "code", "changes"),
    [(build, code, changes) for code, cases in REFUSED.items() for build, changes in cases],
)
def test_what_cannot_be_meant_is_refused(
    build: Callable[..., Any], code: str, changes: dict[str, Any]
) -> None:
    assert refusal(build, **changes) == code


def test_every_message_has_a_case_above_and_its_japanese() -> None:
    assert set(REFUSED) == set(MESSAGES_EN) == set(MESSAGES_JA)
    assert timedelta(days=366) == LONGEST_EMBARGO


@pytest.mark.parametrize(
    ("build", "changes"),
    [
        (receive, {}),
        (receive, {"representative_id": uid(2)}),
        (receive, {"requester": Requester.AGENT, "representative_id": uid(2)}),
        (receive, {"requester": Requester.LEGAL_REPRESENTATIVE, "representative_id": uid(2)}),
        *((decide_on, {"result": result}) for result in R),
        (decide_on, {"result": R.PARTIAL, "grounds": frozenset(Ground)}),
        (hold, {"reason": "あ" * SHORTEST_REASON}),
        (hold, {"agency_ids": frozenset(map(uid, range(20)))}),
    ],
)
def test_what_can_be_meant_is_taken(build: Callable[..., Any], changes: dict[str, Any]) -> None:
    assert build(**changes)


@pytest.mark.parametrize(("count", "code"), [(0, "too_short"), (21, "too_long")])
def test_an_embargo_names_one_to_twenty_agencies(count: int, code: str) -> None:
    assert refusal(hold, agency_ids=frozenset(map(uid, range(count)))) == code


def test_every_state_result_and_ground_has_its_japanese() -> None:
    for said in (*S, *R, *Ground, *EmbargoGround):
        assert said.label_ja


# The days


@pytest.mark.parametrize(
    ("requested_on", "days", "last"),
    [
        (date(2026, 11, 20), 30, date(2026, 12, 20)),
        (date(2026, 11, 20), 15, date(2026, 12, 5)),
        (date(2027, 1, 31), 30, date(2027, 3, 2)),
        (date(2028, 1, 31), 30, date(2028, 3, 1)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),
    ],
)
def test_the_day_of_the_request_is_not_counted(requested_on: date, days: int, last: date) -> None:
    assert due_on(requested_on, days) == last


LAST = date(2026, 12, 20)


@pytest.mark.parametrize(
    ("state", "day", "overdue"),
    [
        (S.RECEIVED, LAST - ONE_DAY, False),
        (S.RECEIVED, LAST, False),
        (S.RECEIVED, LAST + ONE_DAY, True),
        (S.EXTENDED, LAST, False),
        (S.EXTENDED, LAST + ONE_DAY, True),
        (S.DECIDED, LAST + ONE_DAY, False),
    ],
)
def test_a_request_is_overdue_after_its_last_day(
    state: DisclosureState, day: date, overdue: bool
) -> None:
    assert request(state=state).overdue_on(day) is overdue


# Its life: what each act does in each state

REASON = ExtendDisclosure(reason="記録が多いため")


@pytest.mark.parametrize("day", [DAY, LAST])
def test_it_is_extended_by_thirty_days_in_time(day: date) -> None:
    before = request()
    assert DAYS_OF_EXTENSION == 30
    assert before.extended(REASON, day) == before.but(
        state=S.EXTENDED,
        due_on=date(2027, 1, 19),
        extension_reason="記録が多いため",
        version=2,
    )


@pytest.mark.parametrize(
    ("state", "day", "code"),
    [
        (S.RECEIVED, LAST + ONE_DAY, "disclosure.extension_too_late"),
        (S.EXTENDED, DAY, "disclosure.illegal_move"),
        (S.EXTENDED, LAST + ONE_DAY, "disclosure.illegal_move"),
        (S.DECIDED, DAY, "disclosure.illegal_move"),
        (S.DECIDED, LAST + ONE_DAY, "disclosure.illegal_move"),
    ],
)
def test_it_is_extended_once_and_not_afterwards(
    state: DisclosureState, day: date, code: str
) -> None:
    before = request(state=state)
    with pytest.raises(IllegalMove) as refused:
        before.extended(REASON, day)
    assert refused.value.code == code
    if code == "disclosure.illegal_move":
        assert refused.value.facts == {"state": state}
    assert before == request(state=state)


@pytest.mark.parametrize("result", R)
@pytest.mark.parametrize("state", [S.RECEIVED, S.EXTENDED])
def test_it_is_decided_also_late(state: DisclosureState, result: DisclosureResult) -> None:
    before, day = request(state=state), LAST + 10 * ONE_DAY
    command = decide_on(result)
    assert before.decided(command, day) == before.but(
        state=S.DECIDED,
        result=result,
        grounds=command.grounds,
        decision_number="みほん開示第1号",
        decided_on=day,
        version=2,
    )


@pytest.mark.parametrize("result", R)
def test_it_is_decided_once(result: DisclosureResult) -> None:
    done = request().decided(decide_on(), DAY)
    with pytest.raises(IllegalMove) as refused:
        done.decided(decide_on(result), DAY)
    assert refused.value.code == "disclosure.illegal_move"
    assert refused.value.facts == {"state": S.DECIDED}


@pytest.mark.parametrize(
    ("result", "handed_out"),
    [
        (R.FULL, True),
        (R.PARTIAL, True),
        (R.REFUSED, False),
        (R.EXISTENCE_NOT_CONFIRMED, False),
        (None, False),
    ],
)
def test_only_what_was_decided_to_be_disclosed_is_handed_out(
    result: DisclosureResult | None, handed_out: bool
) -> None:
    before = request() if result is None else request().decided(decide_on(result), DAY)
    if handed_out:
        after = before.exported(NOW)
        assert after == before.but(exported_at=NOW, version=before.version + 1)
        return
    with pytest.raises(IllegalMove) as refused:
        before.exported(NOW)
    assert refused.value.code == "disclosure.nothing_to_export"
    assert before.exported_at is None


# Embargoes


@pytest.mark.parametrize(
    ("changes", "day", "holds"),
    [
        ({}, DAY, True),
        ({}, DAY + 30 * ONE_DAY, True),
        ({}, DAY + 31 * ONE_DAY, False),
        ({"until": DAY}, DAY, True),
        ({"until": DAY - ONE_DAY}, DAY, False),
        ({"lifted_at": NOW}, DAY, False),
        ({"lifted_at": NOW}, DAY + 30 * ONE_DAY, False),
    ],
)
def test_an_embargo_ends_by_itself_or_is_lifted(
    changes: dict[str, Any], day: date, holds: bool
) -> None:
    assert embargo(**changes).holds_on(day) is holds


def test_an_embargo_is_lifted_once() -> None:
    before = embargo()
    lifted = before.lifted(NOW + ONE_DAY)
    assert lifted == before.but(lifted_at=NOW + ONE_DAY, version=2)
    with pytest.raises(IllegalMove) as refused:
        lifted.lifted(NOW + 2 * ONE_DAY)
    assert refused.value.code == "embargo.already_lifted"


# What is held back


NO_REPORTS: frozenset[UUID] = frozenset()


def entry(
    agency: UUID | None = THEIRS,
    basis: Basis | None = Basis.CONSENT,
    record_id: UUID | None = PERSON,
) -> AuditEntry:
    """An access to the person's record."""
    return AuditEntry(
        id=uid(3),
        attempt_id=uid(4),
        at=NOW,
        actor_kind="staff",
        agency_id=agency,
        action="person.read",
        record_kind="person",
        record_id=record_id,
        outcome=Outcome.ALLOWED,
        basis=basis.value if basis else None,
        request_id="r-1",
    )


@pytest.mark.parametrize("basis", [*Basis, None])
def test_reports_of_abuse_and_child_protection_are_never_told(basis: Basis | None) -> None:
    """Third parties are protected (brief §2.8): whoever reported is not given away by the log."""
    assert {Basis.DUTY_REPORT, Basis.CONF_CHILD} == PROTECTED_BASES
    held = held_back(entry(basis=basis), [], NO_REPORTS, DAY)
    assert held == (basis.value if basis in PROTECTED_BASES else None)


@pytest.mark.parametrize(
    ("agency", "changes", "held"),
    [
        (THEIRS, {}, True),
        (THIRD, {}, False),
        (None, {}, False),
        (THEIRS, {"agency_ids": frozenset({THIRD})}, False),
        (THIRD, {"agency_ids": frozenset({THEIRS, THIRD})}, True),
        (THEIRS, {"until": DAY}, True),
        (THEIRS, {"until": DAY - ONE_DAY}, False),
        (THEIRS, {"lifted_at": NOW}, False),
    ],
)
def test_an_embargo_holds_back_its_agencies_while_it_holds(
    agency: UUID | None, changes: dict[str, Any], held: bool
) -> None:
    set_then = embargo(**changes)
    assert held_back(entry(agency), [set_then], NO_REPORTS, DAY) == (set_then.id if held else None)


def test_the_first_embargo_that_holds_is_the_one_on_record() -> None:
    over, first, second = embargo(1, until=DAY - ONE_DAY), embargo(2), embargo(3)
    assert held_back(entry(), [over, first, second], NO_REPORTS, DAY) == first.id
    assert held_back(entry(), iter([over, second]), NO_REPORTS, DAY) == second.id
    assert held_back(entry(), [over], NO_REPORTS, DAY) is None
    assert held_back(entry(), [], NO_REPORTS, DAY) is None


def test_a_protected_basis_comes_before_any_embargo() -> None:
    for basis, held in product(sorted(PROTECTED_BASES), ([], [embargo()])):
        assert held_back(entry(basis=basis), held, NO_REPORTS, DAY) == basis.value


@pytest.mark.parametrize(
    ("record_id", "reports", "held"),
    [
        (uid(8), {uid(8)}, True),
        (uid(8), {uid(7), uid(8)}, True),
        (uid(8), {uid(7)}, False),
        (uid(8), set(), False),
        (None, {uid(8)}, False),
    ],
)
@pytest.mark.parametrize("basis", [Basis.INTERNAL, Basis.CONSENT, None])
def test_nothing_done_with_a_report_is_told_on_whatever_basis(
    basis: Basis | None, record_id: UUID | None, reports: set[UUID], held: bool
) -> None:
    done = entry(THIRD, basis, record_id)
    for embargoes in ([], [embargo()]):
        said = held_back(done, embargoes, frozenset(reports), DAY)
        assert said == (Basis.DUTY_REPORT.value if held else None)
