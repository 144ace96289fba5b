"""What of the audit log is unusual: simple rules, each told with the figures it rests on.

Each is one comparison. What it finds is a reason to ask the position, never a verdict.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.audit_policy import AuditPolicies, AuditPolicy
from service.domain.audit_reports import Period
from service.domain.calendar_jp import JST
from service.domain.term import Closed


class Unusual(StrEnum):
    """What is worth a second look."""

    HOURS = "unusual.hours"
    REFUSALS = "unusual.refusals"
    SEARCHES = "unusual.searches"
    VOLUME = "unusual.volume"


class PositionDay(NamedTuple):
    """What one position did on one day, as far as the auditor's log shows it."""

    agency_id: UUID
    position_id: UUID
    day: date
    #: Different persons whose data was shown; reading the log itself does not count.
    persons: int = 0
    refusals: int = 0
    searches: int = 0
    #: Requests about persons outside office hours, by staff.
    outside: int = 0
    first_outside: datetime | None = None
    last_outside: datetime | None = None


class Finding(BaseModel):
    """One position on one day, the rule that points to it, and the figures that it rests on.

    Numbers and ids of positions alone: all of it is administrative (class D0).
    """

    model_config = ConfigDict(frozen=True)

    code: Unusual
    day: date
    agency_id: UUID
    position_id: UUID
    figures: dict[str, int | float | str]
    reason: str
    reason_ja: str


Figures = dict[str, int | float | str]
_Look = Callable[[PositionDay, AuditPolicy, Sequence[int], bool], Figures | None]


def unusual(
    days: Iterable[PositionDay],
    period: Period,
    policies: AuditPolicies,
    closed: Closed,
) -> list[Finding]:
    """What the rules find in the period; ``days`` reach back as far as the medians look."""
    by_position: dict[tuple[UUID, UUID], list[PositionDay]] = {}
    for day in days:
        by_position.setdefault((day.agency_id, day.position_id), []).append(day)
    found = []
    for those in by_position.values():
        for day in those:
            if not period.since <= day.day <= period.until:
                continue
            policy = policies.on(day.day)
            first = day.day - timedelta(days=policy.median_days)
            before = [d.persons for d in those if first <= d.day < day.day and d.persons]
            for code, look in _RULES.items():
                figures = look(day, policy, before, closed(day.day))
                if figures is not None:
                    found.append(_finding(code, day, figures))
    return sorted(found, key=lambda f: (f.day, f.code, str(f.position_id)))


def _volume(
    day: PositionDay, policy: AuditPolicy, before: Sequence[int], _closed: bool
) -> Figures | None:
    """More persons than usual: for everybody, and for this position on the days it saw anybody."""
    own = float(median(before)) if before else 0.0
    limit = max(float(policy.usual_persons), policy.times_median * own)
    if day.persons <= limit:
        return None
    return {
        "persons": day.persons,
        "limit": limit,
        "usual_persons": policy.usual_persons,
        "times_median": policy.times_median,
        "median": own,
        "days_with_persons": len(before),
        "median_days": policy.median_days,
    }


def _hours(
    day: PositionDay, policy: AuditPolicy, _before: Sequence[int], closed: bool
) -> Figures | None:
    if not day.outside or day.first_outside is None or day.last_outside is None:
        return None
    return {
        "accesses": day.outside,
        "first": f"{day.first_outside.astimezone(JST):%H:%M}",
        "last": f"{day.last_outside.astimezone(JST):%H:%M}",
        "opens": "" if closed else f"{policy.opens:%H:%M}",
        "closes": "" if closed else f"{policy.closes:%H:%M}",
    }


def _refused(
    day: PositionDay, policy: AuditPolicy, _before: Sequence[int], _closed: bool
) -> Figures | None:
    if day.refusals <= policy.usual_refusals:
        return None
    return {"refusals": day.refusals, "limit": policy.usual_refusals}


def _searched(
    day: PositionDay, policy: AuditPolicy, _before: Sequence[int], _closed: bool
) -> Figures | None:
    if day.searches <= policy.usual_searches:
        return None
    return {"searches": day.searches, "limit": policy.usual_searches}


_RULES: Mapping[Unusual, _Look] = {
    Unusual.HOURS: _hours,
    Unusual.REFUSALS: _refused,
    Unusual.SEARCHES: _searched,
    Unusual.VOLUME: _volume,
}

_CLOSED_DAY_EN = "{accesses} accesses about persons on a day on which offices are closed, from {first} to {last}."
_CLOSED_DAY_JA = "閉庁日に、個人に関する閲覧等が{accesses}件ありました（{first}から{last}まで）。"
_REASON_EN: Mapping[Unusual, str] = {
    Unusual.HOURS: "{accesses} accesses about persons outside office hours ({opens} to {closes}), from {first} to {last}.",
    Unusual.REFUSALS: "{refusals} requests were refused on this day; more than {limit} is remarkable.",
    Unusual.SEARCHES: "{searches} searches for persons on this day; more than {limit} is remarkable.",
    Unusual.VOLUME: "Data of {persons} different persons was shown on this day. More than {limit:g} is remarkable: the larger of {usual_persons} and {times_median} times the position's own median, {median:g} (of the {days_with_persons} days with any in the {median_days} days before).",
}
_REASON_JA: Mapping[Unusual, str] = {
    Unusual.HOURS: "執務時間（{opens}から{closes}まで）外に、個人に関する閲覧等が{accesses}件ありました（{first}から{last}まで）。",
    Unusual.REFUSALS: "この日に拒否された操作が{refusals}件あります（目安は{limit}件まで）。",
    Unusual.SEARCHES: "この日の人の検索が{searches}回あります（目安は{limit}回まで）。",
    Unusual.VOLUME: "この日に{persons}人の情報が表示されました。目安は{limit:g}人までです（{usual_persons}人と、この職の中央値{median:g}人の{times_median}倍のうち大きい方。中央値は、直前{median_days}日間のうち閲覧のあった{days_with_persons}日のもの）。",
}


def _finding(code: Unusual, day: PositionDay, figures: Figures) -> Finding:
    on_closed_day = code is Unusual.HOURS and not figures["opens"]
    english = _CLOSED_DAY_EN if on_closed_day else _REASON_EN[code]
    japanese = _CLOSED_DAY_JA if on_closed_day else _REASON_JA[code]
    return Finding(
        code=code,
        day=day.day,
        agency_id=day.agency_id,
        position_id=day.position_id,
        figures=figures,
        reason=english.format(**figures),
        reason_ja=japanese.format(**figures),
    )
