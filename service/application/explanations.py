"""Who could see what, on which basis, and what is missing; and decisions made again (Z11)."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.application.audits import facts_of_entry
from service.application.callers import stand_in
from service.application.context import Context, Shown
from service.application.facts import case_facts, person_facts, plan_facts, referral_facts
from service.domain.access import Facts, Part, Question, decide
from service.domain.access_request import PROTECTED_BASES
from service.domain.actor import Held
from service.domain.audit import DecidedEntry, Outcome
from service.domain.audit_seen import as_seen_by
from service.domain.decision import POLICY_VERSION, Decision, Deny, Permit, Rule
from service.domain.directory import Agency
from service.domain.disclosure import D0, D1
from service.domain.errors import Invalid
from service.domain.permission import Permission, Purpose


class ExplainAccess(BaseModel):
    """Which record, for which purpose, and whom about; nobody named: whom it may concern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["person", "referral", "case", "plan"]
    record_id: UUID
    purpose: Purpose = Purpose.CONSULTATION
    agency_ids: tuple[UUID, ...] = Field(default=(), max_length=60)


#: What is asked when somebody reads the record.
READS = {
    "person": Permission.PERSON_READ,
    "referral": Permission.REFERRAL_READ,
    "case": Permission.CASE_READ,
    "plan": Permission.PLAN_READ,
}


async def explain(context: Context, command: ExplainAccess) -> Shown:
    """For each agency and position: the classes it could see now, the basis, or what is missing.

    For whoever holds the record, and for the person, who is told of agencies and not of posts.
    """
    facts = await _facts(context, command)
    own = facts.model_copy(
        update={"parts": facts.parts & {Part.HOLDER}, "consents": (), "provisions": ()}
    )
    context.enforce(Permission.ACCESS_EXPLAIN, own)
    agencies = await _agencies(context, command, facts)
    lines = []
    for agency in agencies:
        lines.extend(await _lines_of(context, command, agency))
    return Shown(
        {
            "kind": command.kind,
            "record_id": str(command.record_id),
            "purpose": command.purpose.value,
            "policy_version": POLICY_VERSION,
            "items": lines,
        }
    )


async def replay(context: Context, entry_id: UUID) -> Shown:
    """Decide again what an entry tells of, on the facts kept with it; auditors only."""
    entry = await context.work.audit.find(entry_id)
    facts = facts_of_entry(context, entry_id, entry)
    context.enforce(Permission.AUDIT_REPLAY, facts)
    assert entry is not None  # noqa: S101 - no permit without a record
    if entry.question is None:
        raise Invalid("audit.nothing_to_replay")
    question = Question.model_validate_json(entry.question)
    decision = decide(question)
    seen = as_seen_by(entry, context.agency_id)
    replayed = _told(decision)
    if seen is not entry and isinstance(decision, Deny):
        replayed["rules"] = list(seen.rules)
    return Shown(
        {
            "entry_id": str(entry_id),
            "recorded": {
                "outcome": seen.outcome.value,
                "basis": seen.basis,
                "rules": list(seen.rules),
                "law": seen.law,
                "policy_version": seen.policy_version,
            },
            "replayed": replayed | {"policy_version": POLICY_VERSION},
            "same": _same(entry, decision),
        }
    )


def _same(entry: DecidedEntry, decision: Decision) -> bool:
    if isinstance(decision, Permit):
        closed = entry.rules == (Rule.ITEM_CLOSED_BY_ANOTHER.value,)
        if entry.outcome is Outcome.MASKED and closed:
            return True
        # What failed afterwards was permitted all the same.
        return (
            entry.outcome in (Outcome.ALLOWED, Outcome.FAILED)
            and entry.basis == decision.basis.value
            and entry.rules == tuple(r.value for r in decision.rules)
            and entry.consent_ids == decision.consent_ids
            and entry.law == decision.law
        )
    denied = entry.outcome in (Outcome.DENIED, Outcome.MASKED)
    return denied and entry.rules == (decision.rule.value,)


def _told(decision: Decision) -> dict[str, Any]:
    if isinstance(decision, Permit):
        return {
            "effect": "permit",
            "basis": decision.basis.value,
            "basis_ja": decision.basis.label_ja,
            "data_classes": sorted(c.value for c in decision.classes),
            "rules": [r.value for r in decision.rules],
            "consent_ids": list(decision.consent_ids),
            "only_themes": sorted(decision.only_themes) if decision.only_themes else None,
            "obligations": [o.duty.value for o in decision.obligations],
            "law": decision.law,
        }
    return {
        "effect": "deny",
        "rules": [decision.rule.value],
        "remedies": [r.value for r in decision.remedies],
    }


async def _lines_of(
    context: Context, command: ExplainAccess, agency: Agency
) -> list[dict[str, Any]]:
    """One line for the person; one for each post that would answer differently for staff."""
    held = await context.work.directory.held_positions(agency.id, context.today)
    lines: list[dict[str, Any]] = []
    for position in held:
        decision = await _as_held(context, command, position)
        told = _told(decision)
        line = {"agency_id": str(agency.id), "agency": agency.name} | told
        if context.actor.kind != "person":
            line |= {"position_id": str(position.position_id), "role": position.role.value}
        if line not in lines:
            lines.append(line)
    return lines


async def _as_held(context: Context, command: ExplainAccess, held: Held) -> Decision:
    actor = stand_in(held, command.purpose)
    seen = context.as_actor(actor)
    facts = await _facts(seen, command)
    if context.actor.kind == "person":
        # A report of abuse is not told to whom it may be about.
        told = tuple(p for p in facts.provisions if p.basis not in PROTECTED_BASES)
        facts = facts.model_copy(update={"provisions": told})
    needs = D1 if command.kind == "person" else D0
    return seen.would(READS[command.kind], facts, needs=needs)


async def _agencies(context: Context, command: ExplainAccess, facts: Facts) -> list[Agency]:
    """Those asked about; else those of the holder's municipality and those a consent names."""
    wanted: list[Agency] = []
    for agency_id in dict.fromkeys(command.agency_ids):
        agency = await context.work.directory.agency(agency_id)
        if agency is None:
            raise Invalid("directory.unknown_agency", field="/agency_ids")
        wanted.append(agency)
    if wanted:
        return wanted
    holder = facts.holder_agency_id
    home = await context.work.directory.agency(holder) if holder is not None else None
    near = await context.work.directory.agencies(
        kind=None,
        municipality=home.municipality_code if home else None,
        after=None,
        limit=200,
    )
    found = {a.id: a for a in near if a.holds_on(context.today)}
    for consent in facts.consents:
        for agency_id in consent.receivers.agencies - set(found):
            agency = await context.work.directory.agency(agency_id)
            if agency is not None:
                found[agency.id] = agency
    return [found[i] for i in sorted(found)]


async def _facts(context: Context, command: ExplainAccess) -> Facts:
    work, record_id = context.work, command.record_id
    match command.kind:
        case "person":
            return await person_facts(context, record_id, await work.persons.find(record_id))
        case "referral":
            referral = await work.referrals.find(record_id)
            return await referral_facts(context, record_id, referral)
        case "case":
            return await case_facts(context, record_id, await work.cases.find(record_id))
        case "plan":
            plan = await work.plans.find(record_id)
            number = plan.latest_number if plan else 0
            version = await work.plans.version(record_id, number)
            return await plan_facts(context, record_id, plan, version)
