"""Pre-checks (対策会議): what the agency's own meetings found fit, and waits for an agenda (row 2-13)."""

from typing import Any
from uuid import UUID

from service.application.context import Context, Page
from service.application.item_grounds import about, load_grounds
from service.application.progress_boards import shared
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import AddItem, AgendaItem
from service.domain.conference_states import rule_of
from service.domain.disclosure import D7, disclose
from service.domain.errors import Invalid
from service.domain.permission import Permission

ACT = Permission.CONFERENCE_READ_PRE_CHECKS


async def waiting(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Cases that the caller's own meetings found fit for a conference and that are on no agenda."""
    own = Facts(
        kind=RecordKind.CONFERENCE,
        found=True,
        holder_agency_id=context.actor.agency_id,
        parts=frozenset({Part.HOLDER}),
    )
    context.enforce(ACT, own)
    found = await context.work.progress.fit_and_waiting(context.agency_id, after, limit + 1)
    rows = []
    grounds = await load_grounds(context, [], found[:limit])
    for item in found[:limit]:
        facts = about(context, grounds, item, item.person_ids)
        permits = context.may_all(ACT, facts, shows=AgendaItem, needs=D7, purpose=item.uses)
        if permits is None:
            continue
        row = disclose(item, shared(permits))
        held = jst_date(grounds.sittings[item.conference_id].starts_at)
        rows.append(row | _found(item) | {"checked_on": held.isoformat()})
    return Page(rows, found[limit - 1].id if len(found) > limit else None)


async def check_link(context: Context, command: AddItem) -> None:
    """Refuse a pre-check of somebody else, or of another case."""
    if command.pre_check_item_id is None:
        return
    found = await context.work.progress.pre_check(command.pre_check_item_id, context.agency_id)
    if found is None or found.case_id is None or found.case_id != command.case_id:
        raise Invalid("conference.pre_check_unknown", field="/pre_check_item_id")


async def pre_check_of(context: Context, item: AgendaItem) -> dict[str, Any]:
    """What our own meeting found about the case of an item that we brought; nobody else is told."""
    me = context.actor.agency_id
    if me is None or item.added_by_agency_id != me or item.pre_check_item_id is None:
        return {}
    checked = await context.work.progress.pre_check(item.pre_check_item_id, me)
    if checked is None:
        return {}
    grounds = await load_grounds(context, [], [checked])
    facts = about(context, grounds, checked, checked.person_ids)
    permits = context.may_all(ACT, facts, shows=AgendaItem, needs=D7, purpose=checked.uses)
    if permits is None:
        return {}
    return {"pre_check_item_id": str(checked.id), "pre_check": _found(checked)}


def _found(item: AgendaItem) -> dict[str, Any]:
    assert item.pre_check is not None  # noqa: S101 - looked for it
    kind = item.pre_check.kind
    label = rule_of(kind).label_ja if kind is not None else "時期尚早"
    told = item.pre_check.model_dump(mode="json")
    return told | {"fit_for_ja": label}
