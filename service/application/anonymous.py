"""What is told without names: supervision, screenings, area issues, counted recommendations."""

from datetime import date, timedelta
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.application.facts import person_facts
from service.domain.access import Facts, Part, RecordKind
from service.domain.area_issue import AreaIssue, CloseAreaIssue, RaiseAreaIssue
from service.domain.disclosure import D0, D2, disclose
from service.domain.errors import Invalid
from service.domain.permission import Permission
from service.domain.screening import AddScreened, OpenScreening, RecordOutcome, Screened, Screening
from service.domain.supervision import (
    AskSupervision,
    Supervision,
    WriteSessionNote,
    check_anonymous,
)
from service.domain.tally import CountRecommendation, Recommendation, Recommended


async def ask_supervision(context: Context, command: AskSupervision) -> Shown:
    """Put a case to another agency's supervisor without saying who it is."""
    person = await context.work.persons.find(command.person_id)
    facts = await person_facts(context, command.person_id, person)
    context.enforce(Permission.SUPERVISION_ASK, facts)
    assert person is not None  # noqa: S101 - no permit without a record
    if command.to_agency_id == context.agency_id:
        raise Invalid("supervision.to_itself", field="/to_agency_id")
    if await context.work.directory.agency(command.to_agency_id) is None:
        raise Invalid("directory.unknown_agency", field="/to_agency_id")
    housemates = await context.work.persons.housemates(person.id, context.agency_id)
    for somebody in (person, *housemates):
        check_anonymous(command.pseudonym, somebody, "/pseudonym")
        check_anonymous(command.summary, somebody, "/summary")
    supervision = Supervision.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "from_agency_id": context.agency_id,
            "reference": context.pseudonyms.of(command.to_agency_id, person.id),
            "asked_at": context.now,
            "closes_at": context.now + timedelta(days=command.days),
        }
    )
    await context.work.anonymous.add_supervision(supervision)
    return context.receipt(supervision)


async def supervisions(context: Context, *, after: UUID | None, limit: int) -> Page:
    """What the agency asked, or is asked, about nobody in particular."""
    found = await context.work.anonymous.supervisions_of(context.agency_id, after, limit + 1)
    items = []
    for supervision in found[:limit]:
        facts = _of_supervision(context, supervision.id, supervision)
        permit = context.may(Permission.SUPERVISION_READ, facts, shows=Supervision)
        if permit is not None:
            items.append(disclose(supervision, permit.classes))
    context.note_list(Permission.SUPERVISION_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read_supervision(context: Context, supervision_id: UUID) -> Shown:
    """The pseudonymised summary, for so many days; names and notes stay where they are."""
    supervision = await context.work.anonymous.supervision(supervision_id)
    facts = _of_supervision(context, supervision_id, supervision)
    permit = context.enforce(Permission.SUPERVISION_READ, facts, shows=Supervision)
    assert supervision is not None  # noqa: S101 - no permit without a record
    return Shown(disclose(supervision, permit.classes), supervision.version, supervision.id)


async def note_supervision(
    context: Context, supervision_id: UUID, command: WriteSessionNote
) -> Shown:
    """What came of the session, for the agency that asked."""
    supervision = await context.work.anonymous.supervision(supervision_id, lock=True)
    facts = _of_supervision(context, supervision_id, supervision)
    held = facts.as_holder()
    context.enforce(Permission.SUPERVISION_NOTE, held)
    assert supervision is not None  # noqa: S101 - no permit without a record
    context.check_version(supervision.version)
    noted = supervision.noted(command.note)
    await context.work.anonymous.save_supervision(noted)
    return context.receipt(noted)


def _of_supervision(
    context: Context, supervision_id: UUID, supervision: Supervision | None
) -> Facts:
    if supervision is None:
        return Facts(kind=RecordKind.SUPERVISION, record_id=supervision_id)
    me = context.actor.agency_id
    parts = {Part.HOLDER} if supervision.from_agency_id == me else set()
    if supervision.to_agency_id == me and context.now < supervision.closes_at:
        parts.add(Part.PARTY)
    # Who it is about is the asking agency's to know: not even the log of the other tells it.
    mine = supervision.from_agency_id == me
    return Facts(
        kind=RecordKind.SUPERVISION,
        record_id=supervision.id,
        found=True,
        holder_agency_id=supervision.from_agency_id,
        person_id=supervision.person_id if mine else None,
        parts=frozenset(parts),
    )


async def open_screening(context: Context, command: OpenScreening) -> Shown:
    """Begin to look through a list of people, for a stated purpose."""
    for agency_id in sorted(command.counts_for_agency_ids):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field="/counts_for_agency_ids")
    screening = Screening.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "department": min(context.actor.departments, default=None),
            "opened_at": context.now,
        }
    )
    context.enforce(Permission.SCREENING_OPEN, _of_screening(context, screening.id, screening))
    await context.work.anonymous.add_screening(screening)
    return context.receipt(screening)


async def add_screened(context: Context, screening_id: UUID, command: AddScreened) -> Shown:
    """Put persons on the list, all of them known to the agency itself; all or none."""
    screening = await _own_screening(context, Permission.SCREENING_ADD, screening_id)
    for entry in command.entries:
        person = await context.work.persons.find(entry.person_id)
        facts = await person_facts(context, entry.person_id, person)
        held = facts.as_holder()
        context.enforce(Permission.SCREENING_ADD, held)
    added = screening.with_entries(command.entries)
    await context.work.anonymous.save_screening(added)
    return context.receipt(added, counts=added.counts())


async def record_outcome(context: Context, screening_id: UUID, command: RecordOutcome) -> Shown:
    """What came of calling one person."""
    screening = await _own_screening(
        context, Permission.SCREENING_RECORD, screening_id, about=command.person_id
    )
    recorded = screening.with_outcome(command.person_id, command.outcome)
    await context.work.anonymous.save_screening(recorded)
    return context.receipt(recorded, counts=recorded.counts())


async def read_screening(context: Context, screening_id: UUID) -> Shown:
    """The list, for the agency that keeps it; numbers, for the owner of the business (ANON)."""
    screening = await context.work.anonymous.screening(screening_id)
    facts = _of_screening(context, screening_id, screening)
    permit = context.enforce(Permission.SCREENING_READ, facts, shows=Screening)
    assert screening is not None  # noqa: S101 - no permit without a record
    shown = disclose(screening, permit.classes) | {"counts": screening.counts()}
    if permit.sees(D2):
        # One entry for each person who is shown (brief §8 rule 2).
        for entry in screening.entries:
            about = facts.model_copy(update={"person_id": entry.person_id})
            context.enforce(Permission.SCREENING_READ, about, shows=Screened)
    return Shown(shown, screening.version, screening.id)


async def _own_screening(
    context: Context, permission: Permission, screening_id: UUID, *, about: UUID | None = None
) -> Screening:
    screening = await context.work.anonymous.screening(screening_id, lock=True)
    facts = _of_screening(context, screening_id, screening)
    listed = screening is not None and about in {e.person_id for e in screening.entries}
    held = facts.as_holder().model_copy(update={"person_id": about if listed else None})
    context.enforce(permission, held)
    assert screening is not None  # noqa: S101 - no permit without a record
    context.check_version(screening.version)
    return screening


def _of_screening(context: Context, screening_id: UUID, screening: Screening | None) -> Facts:
    if screening is None:
        return Facts(kind=RecordKind.SCREENING, record_id=screening_id)
    me = context.actor.agency_id
    parts = {Part.HOLDER} if screening.agency_id == me else set()
    if me in screening.counts_for_agency_ids:
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.SCREENING,
        record_id=screening.id,
        found=True,
        holder_agency_id=screening.agency_id,
        department=screening.department,
        parts=frozenset(parts),
    )


async def raise_area_issue(context: Context, command: RaiseAreaIssue) -> Shown:
    """Raise a theme that many cases have in common (地域課題)."""
    issue = AreaIssue.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "municipality_code": context.municipality_code,
            "raised_at": context.now,
        }
    )
    context.enforce(Permission.AREA_ISSUE_RAISE, _of_issue(context, issue.id, issue))
    await context.work.anonymous.add_area_issue(issue)
    return context.receipt(issue)


async def area_issues(context: Context, *, after: UUID | None, limit: int) -> Page:
    """The municipality's area issues."""
    found = await context.work.anonymous.area_issues(context.municipality_code, after, limit + 1)
    items = []
    for issue in found[:limit]:
        facts = _of_issue(context, issue.id, issue)
        permit = context.may(Permission.AREA_ISSUE_READ, facts, shows=AreaIssue)
        if permit is not None:
            items.append(disclose(issue, permit.classes))
    context.note_list(Permission.AREA_ISSUE_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def area_issue_report(context: Context, issue_id: UUID) -> Shown:
    """What may be published of it: small numbers withheld, and what would give them away."""
    issue = await context.work.anonymous.area_issue(issue_id)
    facts = _of_issue(context, issue_id, issue)
    context.enforce(Permission.AREA_ISSUE_READ, facts, shows=AreaIssue)
    assert issue is not None  # noqa: S101 - no permit without a record
    shown = disclose(issue, frozenset({D0}))
    del shown["withheld"]
    return Shown(shown | {"report": issue.report()}, issue.version, issue.id)


async def close_area_issue(context: Context, issue_id: UUID, command: CloseAreaIssue) -> Shown:
    """The gap is closed by something that was begun."""
    issue = await context.work.anonymous.area_issue(issue_id, lock=True)
    facts = _of_issue(context, issue_id, issue)
    mine = issue is not None and issue.agency_id == context.agency_id
    if not mine:
        facts = Facts(kind=RecordKind.AREA_ISSUE, record_id=issue_id)
    context.enforce(Permission.AREA_ISSUE_CLOSE, facts)
    assert issue is not None  # noqa: S101 - no permit without a record
    context.check_version(issue.version)
    closed = issue.closed(command.activity)
    await context.work.anonymous.save_area_issue(closed)
    return context.receipt(closed)


def _of_issue(context: Context, issue_id: UUID, issue: AreaIssue | None) -> Facts:
    mine = issue is not None and issue.agency_id == context.actor.agency_id
    return Facts(
        kind=RecordKind.AREA_ISSUE,
        record_id=issue_id,
        found=issue is not None,
        holder_agency_id=issue.agency_id if issue else None,
        parts=frozenset({Part.HOLDER}) if mine else frozenset(),
    )


async def count_recommendation(context: Context, command: CountRecommendation) -> Shown:
    """Somebody was told of the support (利用勧奨): counted, and nobody is on record."""
    if command.happened_on > context.today:
        raise Invalid("tally.in_future", field="/happened_on")
    recommendation = Recommendation.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "counted_at": context.now,
        }
    )
    context.enforce(Permission.TALLY_COUNT, _own_tally(context, recommendation.id))
    await context.work.anonymous.add_recommendation(recommendation)
    return context.receipt(recommendation)


async def recommendations(context: Context, *, since: date, until: date) -> Page:
    """The agency's own numbers, by theme and outcome."""
    context.enforce(Permission.TALLY_READ, _own_tally(context, None))
    found = await context.work.anonymous.recommendations(context.agency_id, since, until)
    return Page(
        [
            {
                "theme": theme,
                "outcome": outcome,
                "outcome_ja": Recommended(outcome).label_ja,
                "count": count,
            }
            for theme, outcome, count in found
        ]
    )


def _own_tally(context: Context, record_id: UUID | None) -> Facts:
    return Facts(
        kind=RecordKind.TALLY,
        record_id=record_id,
        found=True,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
