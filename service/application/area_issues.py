"""Area issues (地域課題) on their way: raised from an item, passed up without anybody's name."""

from uuid import UUID

from service.application.conference_constitutions import visible_body
from service.application.conference_memberships import body_of
from service.application.conferences import change, item_on
from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.area_issue import RAISES_ISSUES, AreaIssue, PassAreaIssueUp, RaiseAreaIssue
from service.domain.conference import AgendaItem
from service.domain.conference_kinds import rule_of
from service.domain.conference_states import ConferenceAct
from service.domain.disclosure import D0, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.municipality import is_of
from service.domain.permission import Permission
from service.domain.supervision import check_anonymous


async def raise_from_item(
    context: Context, conference_id: UUID, item_id: UUID, command: RaiseAreaIssue
) -> Shown:
    """Raise what an item showed to be missing. The item knows its issue, the issue no item."""
    conference, _ = await change(context, conference_id, ConferenceAct.RECORD)
    recorded = conference.move(ConferenceAct.RECORD)
    item = await item_on(context, conference_id, item_id)
    if item.purpose not in RAISES_ISSUES:
        raise Invalid("conference.item_raises_no_issue")
    if item.area_issue_id is not None:
        raise IllegalMove("conference.item_has_its_issue")
    await _check_names(context, item, command)
    body = await body_of(context, conference)
    issue = AreaIssue.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "agency_id": context.agency_id,
            "municipality_code": context.municipality_code,
            "raised_at": context.now,
            "level": body.level if body else rule_of(conference.kind).level,
        }
    )
    context.enforce(Permission.AREA_ISSUE_RAISE, _own(context, issue.id))
    await context.work.anonymous.add_area_issue(issue)
    await context.work.conferences.save_item(item.but(area_issue_id=issue.id))
    await context.work.conferences.save(recorded)
    return context.receipt(issue)


async def pass_up(context: Context, issue_id: UUID, command: PassAreaIssueUp) -> Shown:
    """Put an issue before a body that reaches farther: the theme, a total, the way, and no more."""
    issue = await context.work.anonymous.area_issue(issue_id, lock=True)
    mine = issue is not None and issue.agency_id == context.agency_id
    facts = _own(context, issue_id) if mine else Facts(kind=RecordKind.AREA_ISSUE)
    context.enforce(Permission.AREA_ISSUE_PASS_UP, facts.model_copy(update={"record_id": issue_id}))
    assert issue is not None  # noqa: S101 - no permit without a record
    context.check_version(issue.version)
    body = await context.work.conferences.body(command.body_id)
    reached = body is not None and is_of(context.municipality_code, body.municipality_code)
    if body is None or not reached or not body.holds_on(context.today):
        raise Invalid("area_issue.unknown_body", field="/body_id")
    told, higher = issue.passed_up(
        command,
        to=body.level,
        issue_id=context.new_id(),
        holder=body.convener_agency_id,
        municipality_code=body.municipality_code,
        at=context.now,
        on=context.today,
    )
    await context.work.anonymous.save_area_issue(told)
    await context.work.anonymous.add_area_issue(higher)
    return context.receipt(higher)


async def of_body(context: Context, body_id: UUID, *, after: UUID | None, limit: int) -> Page:
    """What was passed up to a body, with the total that may be told."""
    body, _ = await visible_body(
        context, body_id, Permission.AREA_ISSUE_READ, RecordKind.AREA_ISSUE
    )
    found = await context.work.anonymous.area_issues_of_body(body.id, after, limit + 1)
    items = []
    for issue in found[:limit]:
        shown = disclose(issue, frozenset({D0}))
        del shown["withheld"]
        items.append(shown | {"report": issue.report()})
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def _check_names(context: Context, item: AgendaItem, command: RaiseAreaIssue) -> None:
    for person_id in item.person_ids:
        person = await context.work.persons.find(person_id)
        if person is not None:
            check_anonymous(command.title, person, "/title")
            check_anonymous(command.text, person, "/text")


def _own(context: Context, issue_id: UUID) -> Facts:
    return Facts(
        kind=RecordKind.AREA_ISSUE,
        record_id=issue_id,
        found=True,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
