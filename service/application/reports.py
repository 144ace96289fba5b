"""Reports for whoever is in charge: who has too much, who is alone with it, where a contact is missing."""

from typing import Any
from uuid import UUID

from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.permission import Permission


async def load(context: Context) -> Shown:
    """Open cases by position: how many, how many alone, how many left lying (rows 1-24, 3-08)."""
    _enforce(context)
    policy = await context.work.directory.care_policy(context.municipality_code, context.today)
    named: dict[UUID | None, tuple[str, str | None]] = {
        p.id: (p.title, t.name if t else None)
        for p, t in await context.work.directory.positions_of(context.agency_id, context.today)
    }
    lines = [
        _line(position_id, named.get(position_id), counts, policy.most_cases)
        for position_id, *counts in await context.work.cases.open_by_position(context.agency_id)
    ]
    return Shown(
        {
            "most_cases": policy.most_cases,
            "positions": lines,
            "open": sum(line["open"] for line in lines),
            "sole": sum(line["sole"] for line in lines),
            "stale": sum(line["stale"] for line in lines),
        }
    )


async def contacts(context: Context) -> Page:
    """Agencies of the municipality in which nobody is named as contact (重層支援担当, row 2-25)."""
    _enforce(context)
    found = await context.work.directory.without_contact(context.municipality_code, context.today)
    return Page(
        [
            {"agency_id": str(a.id), "agency": a.public_name or a.name, "phone": a.phone}
            for a in found
        ]
    )


def _line(
    position_id: UUID | None,
    named: tuple[str, str | None] | None,
    counts: list[int],
    most: int,
) -> dict[str, Any]:
    cases, sole, stale = counts
    title, holder = named or (None, None)
    return {
        "position_id": str(position_id) if position_id else None,
        "title": title,
        "holder": holder,
        "open": cases,
        "sole": sole,
        "stale": stale,
        "flags": [
            flag
            for flag, on in {
                "too_many": cases > most,
                "sole_handler": sole > 0,
                "nobody_holds_it": position_id is None or holder is None,
            }.items()
            if on
        ],
    }


def _enforce(context: Context) -> None:
    context.enforce(
        Permission.REPORT_READ,
        Facts(
            kind=RecordKind.REPORT,
            found=True,
            holder_agency_id=context.agency_id,
            parts=frozenset({Part.HOLDER}),
        ),
    )
