"""Reading the audit log: the agency's auditor, and the person who asks who saw their data."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from service.application.audit_ports import AuditFilter
from service.application.context import Context, Page
from service.application.facts import person_facts
from service.domain.access import Facts, Part, RecordKind
from service.domain.access_request import Embargo, held_back
from service.domain.audit import AccessReportLine, AuditEntry
from service.domain.audit_reports import MOST_ENTRIES
from service.domain.audit_seen import listed
from service.domain.decision import BASIS_JA, Basis, Rule
from service.domain.disclosure import D0, disclose
from service.domain.errors import Invalid
from service.domain.permission import PURPOSE_JA, Permission, Purpose


async def events(context: Context, asked: AuditFilter, *, after: UUID | None, limit: int) -> Page:
    """What the caller's agency did, and what was done to records it holds; itself audited."""
    found = await context.work.audit.of_agency(
        context.agency_id, asked, after=after, limit=limit + 1
    )
    answered = await _answered(context, found)
    items = [
        disclose(listed(e, context.agency_id, answered), frozenset({D0}))
        for e in readable(context, found[:limit])
    ]
    return Page(items, found[limit - 1].id if len(found) > limit else None)


class Exported(NamedTuple):
    """Entries to take away, and the attempts among them whose answer is known to have left."""

    entries: list[AuditEntry]
    answered: frozenset[UUID]


async def export(context: Context, asked: AuditFilter) -> Exported:
    """The same as one piece to take away, whole or not at all; newest first.

    The entries are as the log has them: whoever writes them out shows them as ``listed``.
    """
    found = await context.work.audit.of_agency(
        context.agency_id, asked, after=None, limit=MOST_ENTRIES + 1
    )
    if len(found) > MOST_ENTRIES:
        raise Invalid("audit.too_many_entries", field="since", facts={"limit": MOST_ENTRIES})
    return Exported(readable(context, found), await _answered(context, found))


async def _answered(context: Context, found: Sequence[AuditEntry]) -> frozenset[UUID]:
    return await context.work.audit.answered({e.attempt_id for e in found})


def readable(context: Context, found: Sequence[AuditEntry]) -> list[AuditEntry]:
    """Those about persons that the auditor may read of, with an entry for each person shown."""
    permitted = {
        person_id
        for person_id in dict.fromkeys(e.person_id for e in found)
        if context.may(Permission.AUDIT_READ, own_log(context, person_id), shows=AuditEntry)
    }
    context.note_list(Permission.AUDIT_READ)
    return [e for e in found if e.person_id in permitted]


async def access_report(
    context: Context, person_id: UUID, *, after: UUID | None, limit: int
) -> Page:
    """Who saw this person's data, when, why, on which basis (promise 9); by agency, not by name.

    What an embargo or a third party's protection holds back is not there, and that it was
    held back is on record each time.
    """
    person = await context.work.persons.find(person_id)
    facts = await person_facts(context, person_id, person)
    held = facts.as_holder()
    context.enforce(Permission.PERSON_REPORT_ACCESS, held, shows=AccessReportLine)
    embargoes = await context.work.access_requests.embargoes_on(person_id)
    reports = await context.work.provisions.reports_about(person_id)
    hidden: Counter[UUID | str] = Counter()
    told: list[AuditEntry] = []
    # Pages are filled whatever is held back: a gap would tell that there is something.
    while len(told) <= limit:
        found = await context.work.audit.of_person(person_id, after, CHUNK)
        for entry in found:
            after = entry.id
            if Rule.REPORT_HELD_BACK.value in entry.rules or entry.action in _ABOUT_EMBARGOES:
                continue
            because = held_back(entry, embargoes, reports, context.today)
            if because is None:
                told.append(entry)
                if len(told) > limit:
                    break
            else:
                hidden[because] += 1
        if len(found) < CHUNK:
            break
    names: dict[UUID, str] = {}
    for agency_id in {e.agency_id for e in told if e.agency_id is not None}:
        agency = await context.work.directory.agency(agency_id)
        names[agency_id] = agency.name if agency else ""
    items = [disclose(_line(e, names), frozenset({D0})) for e in told[:limit]]
    for because, count in hidden.items():
        about = Facts(
            kind=RecordKind.EMBARGO,
            record_id=because if isinstance(because, UUID) else None,
            found=True,
            holder_agency_id=_set_by(embargoes, because),
            person_id=person_id,
        )
        context.note_held_back(Permission.PERSON_REPORT_ACCESS, about, count)
    return Page(items, told[limit - 1].id if len(told) > limit else None)


#: How many entries are looked at in one go.
CHUNK = 200

#: What would tell that something is held back.
_ABOUT_EMBARGOES = frozenset(
    {
        Permission.EMBARGO_SET.value,
        Permission.EMBARGO_READ.value,
        Permission.EMBARGO_LIFT.value,
    }
)


def _set_by(embargoes: Sequence[Embargo], because: UUID | str) -> UUID | None:
    return next((e.set_by_agency_id for e in embargoes if e.id == because), None)


def _line(entry: AuditEntry, names: dict[UUID, str]) -> AccessReportLine:
    at: datetime = entry.at
    return AccessReportLine(
        at=at,
        agency_id=entry.agency_id,
        agency_name=names.get(entry.agency_id) if entry.agency_id else None,
        action=entry.action,
        action_ja=Permission(entry.action).label_ja,
        purpose=entry.purpose,
        purpose_ja=PURPOSE_JA[Purpose(entry.purpose)] if entry.purpose else None,
        basis=entry.basis,
        basis_ja=BASIS_JA[Basis(entry.basis)] if entry.basis else None,
        data_classes=entry.data_classes,
        outcome=entry.outcome,
    )


def facts_of_entry(context: Context, entry_id: UUID, entry: AuditEntry | None) -> Facts:
    """What the caller has to do with one entry: its agency made it, or holds what it is about."""
    mine = entry is not None and context.agency_id in (entry.agency_id, entry.holder_agency_id)
    return Facts(
        kind=RecordKind.AUDIT,
        record_id=entry_id,
        found=entry is not None,
        holder_agency_id=context.agency_id if mine else None,
        person_id=entry.person_id if entry is not None else None,
        parts=frozenset({Part.HOLDER}) if mine else frozenset(),
    )


def own_log(context: Context, person_id: UUID | None) -> Facts:
    """The agency's own log."""
    return Facts(
        kind=RecordKind.AUDIT,
        found=True,
        holder_agency_id=context.actor.agency_id,
        person_id=person_id,
        parts=frozenset({Part.HOLDER}),
    )
