"""Reading the directory, and finding the desk that answers."""

from uuid import UUID

from service.application.capacities import capacity_of
from service.application.consultations import whom
from service.application.context import Context, Page, Shown
from service.application.desks import agency_of, route_to_desk
from service.domain.access import Facts, RecordKind
from service.domain.capacity import told
from service.domain.directory import RouteQuestion
from service.domain.disclosure import D0, Disclosable, disclose
from service.domain.errors import Invalid
from service.domain.permission import Permission


async def municipalities(context: Context) -> Page:
    """The municipalities served."""
    _enforce(context)
    return Page([_shown(m) for m in await context.work.directory.municipalities()])


async def kinds(context: Context) -> Page:
    """The kinds of agencies, with their Japanese labels."""
    _enforce(context)
    return Page([_shown(k) for k in await context.work.directory.kinds()])


async def agencies(
    context: Context, *, kind: str | None, municipality: str | None, after: UUID | None, limit: int
) -> Page:
    """Agencies, a page at a time."""
    _enforce(context)
    found = await context.work.directory.agencies(
        kind=kind, municipality=municipality, after=after, limit=limit + 1
    )
    return Page(
        [_shown(a) for a in found[:limit]], found[limit - 1].id if len(found) > limit else None
    )


async def agency(context: Context, agency_id: UUID) -> Shown:
    """One agency with its desks and positions: a face behind the office (row 0-11)."""
    found = await context.work.directory.agency(agency_id)
    _enforce(context, agency_id, found=found is not None)
    assert found is not None  # noqa: S101 - no permit without a record
    desks = [
        _shown(d) | {"capacity": told(await capacity_of(context, d.id))}
        for d in await context.work.directory.desks_of(agency_id)
    ]
    positions = await context.work.directory.positions_of(agency_id, context.today)
    return Shown(
        _shown(found)
        | {
            "desks": desks,
            "positions": [
                _shown(p) | {"role_ja": p.role.label_ja, "holder": t.name if t else None}
                for p, t in positions
            ],
        },
        record_id=found.id,
    )


async def find_route(context: Context, question: RouteQuestion) -> Shown:
    """The desk that answers for an area and a theme: always one (row 3-27)."""
    _enforce(context)
    if await context.work.directory.municipality(question.municipality_code) is None:
        raise Invalid("directory.unknown_municipality", field="/municipality_code")
    desk, reason = await route_to_desk(
        context, question.municipality_code, question.area, question.theme
    )
    agency = await agency_of(context, desk)
    answer = whom(desk, agency, await capacity_of(context, desk.id))
    return Shown(answer | {"reason": reason}, record_id=desk.id)


async def area_workers(context: Context, municipality: str, area: str) -> Page:
    """Who works for an area today, and who stands in (地区担当制, row 1-25)."""
    _enforce(context)
    if await context.work.directory.municipality(municipality) is None:
        raise Invalid("directory.unknown_municipality", field="/municipality_code")
    return Page(
        [
            _shown(worker)
            | {
                "position": await _who(context, worker.position_id),
                "deputy": await _who(context, worker.deputy_position_id),
            }
            for worker in await context.work.directory.area_workers(
                municipality, area, context.today
            )
        ]
    )


async def _who(context: Context, position_id: UUID | None) -> dict[str, str | None] | None:
    if position_id is None:
        return None
    position = await context.work.directory.position(position_id)
    held = await context.work.directory.tenure_of(position_id, context.today)
    title = position.title if position else None
    return {"title": title, "holder": held.name if held else None}


def _enforce(context: Context, record_id: UUID | None = None, *, found: bool = True) -> None:
    context.enforce(
        Permission.DIRECTORY_READ,
        Facts(kind=RecordKind.DIRECTORY, record_id=record_id, found=found),
    )


def _shown(value: Disclosable) -> dict[str, object]:
    shown = disclose(value, frozenset({D0}))
    del shown["withheld"]
    return shown


async def legal_bases(context: Context) -> Page:
    """The texts behind every basis, and whether it is in force here today."""
    _enforce(context)
    law = context.law.in_force(context.today, context.actor.municipality_code)
    items = [
        _shown(text)
        | {
            "name_ja": text.code.label_ja,
            "version": text.version,
            "in_force_here": law.get(text.code) == text.version,
        }
        for text in await context.work.directory.legal_bases()
    ]
    return Page(items)
