"""Checklists: the lists, sheets that were filled in, and kinds of checkers side by side."""

from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.checklist import (
    CHECKLISTS,
    AnswerChecklist,
    ChecklistSheet,
    check_answers,
    checklist_of,
    matrix,
)
from service.domain.permission import Permission


async def listing(context: Context) -> Page:
    """The lists with their items; the same for everybody."""
    context.enforce(Permission.CHECKLIST_READ, _own(context))
    return Page([c.model_dump(mode="json") for c in CHECKLISTS])


async def answer(context: Context, code: str, command: AnswerChecklist) -> Shown:
    """One checker's sheet, kept by the caller's agency."""
    context.enforce(Permission.CHECKLIST_ANSWER, _own(context))
    checklist = checklist_of(code)
    check_answers(checklist, command)
    sheet = ChecklistSheet(
        id=context.new_id(),
        checklist=checklist.code,
        year=command.year,
        checker=command.checker,
        area=command.area,
        agency_id=context.agency_id,
        municipality_code=context.municipality_code,
        answered_at=context.now,
        items=command.items,
    )
    await context.work.checklists.add(sheet)
    return context.receipt(sheet)


async def compare(context: Context, code: str, year: int, area: str | None) -> Shown:
    """Item by item, what each kind of checker in the municipality ticked; words only our own."""
    context.enforce(Permission.CHECKLIST_READ, _own(context))
    checklist = checklist_of(code)
    sheets = await context.work.checklists.of_year(
        context.municipality_code, checklist.code, year, area
    )
    return Shown(
        {
            "checklist": checklist.code,
            "name_ja": checklist.name_ja,
            "year": year,
            "area": area,
            "checkers": [c.model_dump() for c in checklist.checkers],
            "items": matrix(checklist, sheets, context.agency_id),
        }
    )


def _own(context: Context) -> Facts:
    """The agency's own checking; nobody in need is in it."""
    return Facts(
        kind=RecordKind.CHECKLIST,
        found=True,
        holder_agency_id=context.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
