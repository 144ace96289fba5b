"""How the agencies on a case see it, side by side on the agenda (row 4-29)."""

from typing import Any
from uuid import UUID

from service.application.assessments import facts_of_view
from service.application.context import Context
from service.application.facts import case_facts
from service.domain.assessment import Assessment, side_by_side
from service.domain.conference import AgendaItem
from service.domain.disclosure import D3, Classes, disclose
from service.domain.permission import Permission


async def views_on(
    context: Context, case_id: UUID, item: AgendaItem, classes: Classes
) -> dict[str, Any]:
    """Each agency's latest view of those the item is about, each by its own decision.

    Of a view that is not open to the reader it is said whose it is, and nothing else.
    """
    case = await context.work.cases.find(case_id)
    if case is None:
        return {"items": [], "masked_agency_ids": [], "side_by_side": []}
    known = await case_facts(context, case_id, case)
    latest: dict[tuple[UUID, UUID], Assessment] = {}
    for one in await context.work.assessments.of_case(case_id):
        if one.person_id in item.person_ids:
            latest[one.agency_id, one.person_id] = one
    shown: list[dict[str, Any]] = []
    # At a table where what is done for somebody is not spoken of, no view is opened at all.
    asked = latest.values() if D3 in classes else ()
    for one in asked:
        facts = await facts_of_view(context, case, one, known)
        permits = context.may_all(Permission.ASSESSMENT_READ, [facts], shows=Assessment, needs=D3)
        # Whoever is there for some themes only sees no view of the whole.
        if permits is not None and permits[0].only_themes is None:
            shown.append(disclose(one, permits[0].classes & classes))
    opened = {view["id"] for view in shown}
    return {
        "items": shown,
        "masked_agency_ids": sorted(
            {str(one.agency_id) for one in latest.values() if str(one.id) not in opened}
        ),
        "side_by_side": side_by_side(shown),
    }
