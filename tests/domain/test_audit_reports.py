"""What auditors ask: the rules of the unusual at their edges, refusals as they may be read, copies."""

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest
from pydantic import ValidationError

from service.domain.audit import DecidedEntry, Outcome
from service.domain.audit_copy import (
    ALWAYS,
    FILE,
    FORM_JA,
    FORMS,
    MARKS,
    as_copy,
    form_in,
    form_of,
    mark,
)
from service.domain.audit_policy import AuditPolicies, AuditPolicy
from service.domain.audit_reports import Period, RefusedCount, refusals
from service.domain.audit_seen import CONCEALED
from service.domain.audit_unusual import Finding, PositionDay, Unusual, unusual
from service.domain.decision import Rule
from service.domain.errors import Invalid

AGENCY, POSITION, OTHER = (uuid.uuid4() for _ in range(3))
DAY = date(2026, 11, 20)
NONE = AuditPolicies({})


def closed(day: date) -> bool:
    return day.weekday() >= 5


def on(day: date = DAY, position: uuid.UUID = POSITION, **did: object) -> PositionDay:
    return PositionDay(AGENCY, position, day, **did)  # type: ignore[arg-type]


def found(*days: PositionDay, policies: AuditPolicies = NONE) -> list[Finding]:
    return unusual(days, Period(DAY, DAY), policies, closed)


def before(*persons: int) -> list[PositionDay]:
    """Days of the same position that end with the day before."""
    return [on(DAY - timedelta(days=n), persons=seen) for n, seen in enumerate(persons, 1)]


# Volume: more than the larger of 20 and three times the position's own median.


@pytest.mark.parametrize(
    ("history", "persons", "limit"),
    [
        ([], 21, 20),
        ([5] * 20, 21, 20),
        # Three times seven is more than twenty.
        ([7] * 20, 22, 21),
        # The median of the days on which it saw anybody: 4, 8, 30.
        ([4, 30, 8, 0, 0, 0], 25, 24),
        ([10, 7], 26, 25.5),
    ],
)
def test_volume_is_beyond_the_larger_of_the_two(
    history: list[int], persons: int, limit: float
) -> None:
    (finding,) = found(on(persons=persons), *before(*history))
    assert finding.code is Unusual.VOLUME
    assert (finding.figures["persons"], finding.figures["limit"]) == (persons, limit)
    assert finding.figures["days_with_persons"] == len([p for p in history if p])
    assert found(on(persons=int(limit)), *before(*history)) == []


def test_the_median_is_the_positions_own_and_of_28_days() -> None:
    busy = [on(d.day, OTHER, persons=100) for d in before(*[1] * 28)]
    long_ago = [on(DAY - timedelta(days=29), persons=100)]
    later = [on(DAY + timedelta(days=1), persons=100)]
    (finding,) = found(on(persons=21), *busy, *long_ago, *later)
    assert (finding.position_id, finding.figures["median"]) == (POSITION, 0)
    assert found(on(persons=21), on(DAY - timedelta(days=28), persons=100)) == []


def test_days_before_the_period_are_compared_with_and_not_reported() -> None:
    assert found(on(DAY - timedelta(days=1), persons=500, refusals=99, searches=99)) == []


# Refusals, searches, hours.


def test_refusals_and_searches_are_beyond_a_number() -> None:
    assert found(on(refusals=10, searches=30)) == []
    refused, searched = found(on(refusals=11, searches=31))
    assert (refused.code, refused.figures) == (Unusual.REFUSALS, {"refusals": 11, "limit": 10})
    assert (searched.code, searched.figures) == (Unusual.SEARCHES, {"searches": 31, "limit": 30})


def test_hours_are_told_with_the_first_and_the_last_access_in_japan() -> None:
    early, late = datetime(2026, 11, 19, 20, 5, tzinfo=UTC), datetime(2026, 11, 20, 12, tzinfo=UTC)
    (finding,) = found(on(outside=2, first_outside=early, last_outside=late))
    assert finding.figures == {
        "accesses": 2,
        "first": "05:05",
        "last": "21:00",
        "opens": "07:00",
        "closes": "21:00",
    }
    saturday = date(2026, 11, 21)
    there = on(saturday, outside=1, first_outside=late, last_outside=late)
    (finding,) = unusual([there], Period(saturday, saturday), NONE, closed)
    assert "閉庁日" in finding.reason_ja
    assert "closed" in finding.reason


def test_every_reason_says_its_figures_in_both_languages() -> None:
    at = datetime(2026, 11, 20, 13, tzinfo=UTC)
    everything = on(
        persons=61, refusals=62, searches=63, outside=64, first_outside=at, last_outside=at
    )
    findings = found(everything)
    assert {f.code for f in findings} == set(Unusual)
    for finding in findings:
        counted = next(iter(finding.figures.values()))
        for reason in (finding.reason, finding.reason_ja):
            assert str(counted) in reason
            assert "{" not in reason
        assert finding.reason.isascii()
        assert not finding.reason_ja.isascii()


# The thresholds are a municipality's, with a date.


def test_the_thresholds_of_the_day_count() -> None:
    policies = AuditPolicies(
        {DAY: AuditPolicy(usual_searches=5), date(2020, 4, 1): AuditPolicy(usual_searches=50)}
    )
    assert policies.on(date(2020, 3, 31)) == AuditPolicy()
    assert [policies.on(d).usual_searches for d in (date(2020, 4, 1), DAY)] == [50, 5]
    assert [f.code for f in found(on(searches=6), policies=policies)] == [Unusual.SEARCHES]
    yesterday = DAY - timedelta(days=1)
    earlier = unusual([on(yesterday, searches=6)], Period(yesterday, DAY), policies, closed)
    assert earlier == []


def test_an_office_opens_at_seven_and_not_at_all_on_a_closed_day() -> None:
    hours = AuditPolicy().hours_on(DAY, closed)
    assert (hours.opens_at, hours.closes_at) == (
        datetime(2026, 11, 19, 22, tzinfo=UTC),
        datetime(2026, 11, 20, 12, tzinfo=UTC),
    )
    shut = AuditPolicy().hours_on(date(2026, 11, 21), closed)
    assert shut.opens_at == shut.closes_at
    with pytest.raises(ValidationError):
        AuditPolicy(opens=time(9), closes=time(8))


# Periods.


def test_a_period_is_whole_days_in_japan() -> None:
    period = Period.of(DAY, DAY, most_days=31)
    assert period.begins_at == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert period.ends_at - period.begins_at == timedelta(days=1)
    assert Period.of(DAY, DAY + timedelta(days=30), most_days=31).days[-1] == date(2026, 12, 20)
    for until in (DAY - timedelta(days=1), DAY + timedelta(days=31)):
        with pytest.raises(Invalid, match=r"^audit\.period$"):
            Period.of(DAY, until, most_days=31)


# Refusals.


def test_what_was_concealed_counts_as_one_rule_but_for_the_holder() -> None:
    rules = sorted(CONCEALED)
    assert Rule.RECORD_UNKNOWN in rules
    counted = [RefusedCount(AGENCY, "person.read", r, held=False, times=2) for r in rules]
    (told,) = refusals(counted)
    assert (told.rule, told.count, told.own_records) == ("record.no_basis", 2 * len(rules), False)
    held = [RefusedCount(OTHER, "person.read", r, held=True, times=1) for r in rules]
    assert {t.rule for t in refusals(held)} == set(rules)
    open_rule = RefusedCount(AGENCY, "plan.read", Rule.PURPOSE_MISSING.value, held=False, times=1)
    assert [t.rule for t in refusals([open_rule])] == ["purpose.missing"]


# Copies.


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("application/json", None),
        ("application/json; charset=utf-8", None),
        (None, None),
        ("text/csv; charset=utf-8", "csv"),
        ("text/calendar; charset=utf-8; method=REQUEST", "ics"),
        ("Application/PDF", "pdf"),
        ("application/fhir+json; fhirVersion=4.0", "fhir"),
        ("image/png", FILE),
        ("application/octet-stream", FILE),
    ],
)
def test_whatever_is_no_plain_json_is_a_copy(content_type: str | None, form: str | None) -> None:
    assert form_of(content_type) == form


def test_every_form_has_a_word_and_a_mark() -> None:
    assert {*FORMS.values(), FILE} <= set(FORM_JA)
    assert set(MARKS) == {mark(f) for f in FORM_JA}
    assert form_in(("names", "copy:pdf", "birth")) == "pdf"
    assert form_in(("names", "copy")) is None
    assert {"disclosure.export"} == ALWAYS


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_was_shown_is_marked_as_a_copy(outcome: Outcome) -> None:
    """A place that stayed empty on a printed packet left with nobody."""
    entry = DecidedEntry(
        id=AGENCY,
        attempt_id=AGENCY,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        actor_kind="staff",
        action="conference.read_packet",
        record_kind="conference_item",
        fields=("subject",),
        outcome=outcome,
        request_id="r",
    )
    marked = as_copy(entry, "pdf")
    assert marked.fields == (
        ("subject", "copy:pdf") if outcome is Outcome.ALLOWED else ("subject",)
    )
