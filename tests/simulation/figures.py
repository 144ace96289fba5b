"""The figures of a year, and how they are printed."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from pathlib import Path
from typing import Any

from simulation.year import Plan, Year
from town import Clock, open_town

from service.domain.calendar_jp import JST

_ASKED = {
    "signals": "SELECT kind || ' → ' || status AS what, count(*) FROM signal GROUP BY 1",
    "signals by level": "SELECT level AS what, count(*) FROM signal GROUP BY 1",
    "urgent signals": "SELECT status AS what, count(*) FROM signal WHERE urgency = 'urgent' GROUP BY 1",
    "consultations": "SELECT status AS what, count(*) FROM consultation GROUP BY 1",
    "consents": "SELECT state AS what, count(*) FROM consent GROUP BY 1",
    "referrals": "SELECT status AS what, count(*) FROM referral GROUP BY 1",
    "declines": "SELECT cardinality(declined_by)::text AS what, count(*) FROM referral GROUP BY 1",
    "missed by referrals that were": "SELECT from_status AS what, count(*) FROM referral_event"
    " WHERE act = 'miss_deadline' GROUP BY 1",
    "missed by signals": "SELECT s.urgency AS what, count(*) FROM audit_entry a"
    " JOIN signal s ON s.id = a.record_id WHERE a.action = 'signal.miss_deadline' GROUP BY 1",
    "before the hub": "SELECT why AS what, count(*) FROM hub_entry GROUP BY 1",
    "hub's answers": "SELECT state AS what, count(*) FROM hub_entry GROUP BY 1",
    "how far up": "SELECT level::text AS what, count(*) FROM hub_entry GROUP BY 1",
    "tasks given": "SELECT kind AS what, count(*) FROM task GROUP BY 1",
    "tasks settled": "SELECT kind AS what, count(*) FROM task WHERE state = 'done' GROUP BY 1",
    "cases": "SELECT stage AS what, count(*) FROM support_case GROUP BY 1",
    "episodes": "SELECT episode::text AS what, count(*) FROM support_case GROUP BY 1",
    "leads decided by": "SELECT decided_by AS what, count(*) FROM case_lead GROUP BY 1",
    "urgent support": "SELECT state AS what, count(*) FROM urgent_support GROUP BY 1",
    "feedbacks": "SELECT CASE WHEN ended_at IS NULL THEN 'running' ELSE 'ended' END AS what, count(*)"
    " FROM feedback GROUP BY 1",
    "contacts": "SELECT CASE WHEN ended_at IS NULL THEN 'running' ELSE 'ended' END AS what, count(*)"
    " FROM contact_schedule GROUP BY 1",
    "by the service itself": "SELECT action AS what, count(*) FROM audit_entry"
    " WHERE actor_kind = 'system' GROUP BY 1",
    "audit entries": "SELECT outcome AS what, count(*) FROM audit_entry GROUP BY 1",
}
_ONE = {
    "median days to first contact": "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY"
    " (first_contact_at AT TIME ZONE 'Asia/Tokyo')::date - (made_at AT TIME ZONE 'Asia/Tokyo')::date)"
    " FROM referral WHERE first_contact_at IS NOT NULL",
    "declines": "SELECT count(*) FROM referral_event WHERE act = 'decline'",
    "escalations by hand": "SELECT count(*) FROM hub_entry WHERE why = 'escalated'",
    "cases that were stale": "SELECT count(DISTINCT record_id) FROM audit_entry"
    " WHERE action = 'case.go_stale'",
    "cases given to another lead": "SELECT count(*) - count(DISTINCT case_id) FROM case_lead",
    "holders gone": "SELECT count(*) FROM notice WHERE kind = 'case_without_holder'",
    "records versions": "SELECT count(*) FROM record_history",
}


async def simulated(databases: Any, home: Path, plan: Plan) -> dict[str, dict[str, int]]:
    """The figures of a run on a database of its own."""
    name, urls = await databases.copy()
    try:
        clock = Clock(datetime.combine(plan.first, time.min, tzinfo=JST))
        async with open_town(urls, home, clock) as town:
            year = Year(town, plan)
            await year.pass_by()
            return await figures(year)
    finally:
        await databases.drop(name)


async def figures(year: Year) -> dict[str, dict[str, int]]:
    """Everything that was counted; the same for the same seed."""
    owner = year.town.owner
    found: dict[str, dict[str, int]] = {
        "people": {
            "in all": len(year.people),
            "known by name": sum(p.id is not None for p in year.people),
            "noticed by a signal": sum(p.by_signal for p in year.people),
        },
        "staff": {"left": year.places.left, "successors": year.places.succeeded},
        "the year": {name: await owner.fetchval(sql) for name, sql in _ONE.items()}
        | {"moved by sweeps": year.swept},
    }
    for name, sql in _ASKED.items():
        found[name] = {r["what"]: r["count"] for r in await owner.fetch(f"{sql} ORDER BY 1")}
    found["acts"] = dict(sorted(year.acts.items()))
    found["refused"] = dict(sorted(year.refused.items()))
    return found


def table(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The figures, a line each."""
    for name, counted in found.items():
        yield name
        for what, count in counted.items():
            yield f"  {what:<58}{count if count is not None else '-':>8}"
