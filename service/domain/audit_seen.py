"""An entry of the audit log as an agency's auditor may read it (promise 3).

Whoever was refused, without being told whether there is such a record, reads no more of it in
their own log.
"""

from collections.abc import Collection
from uuid import UUID

from service.domain.audit import AuditEntry, SeenEntry
from service.domain.decision import Rule

#: Rules that the caller was told of as one and the same.
CONCEALED = frozenset(
    {
        Rule.BASIS_NOT_IN_FORCE.value,
        Rule.OBLIGATION_UNKNOWN.value,
        Rule.RECORD_NO_BASIS.value,
        Rule.RECORD_UNKNOWN.value,
        Rule.SELF_INVOLVED.value,
    }
)


def concealed_from(entry: AuditEntry, agency_id: UUID) -> bool:
    """Whether the entry is of a refusal that did not tell the agency if there is such a record."""
    return entry.holder_agency_id != agency_id and bool(CONCEALED & set(entry.rules))


def as_seen_by(entry: AuditEntry, agency_id: UUID) -> AuditEntry:
    """The entry as the agency may read it: its own refused attempts tell it no more than then."""
    if not concealed_from(entry, agency_id):
        return entry
    return entry.but(
        rules=(Rule.RECORD_NO_BASIS.value,),
        person_id=None,
        holder_agency_id=None,
        conference_id=None,
    )


def listed(entry: AuditEntry, agency_id: UUID, answered: Collection[UUID]) -> SeenEntry:
    """The entry as the agency may read it, with whether its answer is known to have left."""
    seen = as_seen_by(entry, agency_id)
    return SeenEntry(**dict(seen), answered=True if entry.attempt_id in answered else None)


def rule_as_seen(rule: str, *, held: bool) -> str:
    """The rule of a refusal, as the agency may read it that made the attempt or holds the record."""
    return rule if held or rule not in CONCEALED else Rule.RECORD_NO_BASIS.value
