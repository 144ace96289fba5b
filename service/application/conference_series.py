"""Regular meetings: planned for the coming year, moved, skipped, ended."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from service.application import conferences
from service.application.context import Context, Page, Shown
from service.domain.access import Facts, Part, RecordKind
from service.domain.calendar_jp import jst_date
from service.domain.conference import InviteAttendees
from service.domain.conference_series import (
    ConferenceSeries,
    MoveSitting,
    PlanSeries,
    Sitting,
    SittingState,
    SkipSitting,
    chairs,
    sittings_of,
)
from service.domain.conference_states import KINDS, NEXT, ConferenceAct
from service.domain.disclosure import D0, disclose
from service.domain.errors import Denied, Invalid
from service.domain.permission import Permission
from service.domain.recurrence import closed_because


async def plan(context: Context, command: PlanSeries, *, dry_run: bool) -> Shown:
    """A new series, with the conferences of the coming year; a dry run only shows the days."""
    organiser = context.agency_id
    series = ConferenceSeries.model_validate(
        command.model_dump()
        | {
            "id": context.new_id(),
            "organiser_agency_id": organiser,
            "municipality_code": context.municipality_code,
            "planned_at": context.now,
            "sittings": sittings_of(command, context.closed),
        }
    )
    context.enforce(Permission.CONFERENCE_SERIES_PLAN, _facts(context, series.id, series))
    await _check(context, series)
    if dry_run:
        return _receipt(context, series)
    planned = series.but(sittings=_replaced(series, await _convened(context, series)))
    await context.work.conference_series.add(planned)
    return _receipt(context, planned)


async def extend(context: Context, series_id: UUID) -> Shown:
    """Plan the sittings that have come within a year."""
    series = await _change(context, series_id, Permission.CONFERENCE_SERIES_PLAN)
    series.check_open()
    extended = series.changed(*await _convened(context, series))
    await context.work.conference_series.save(extended)
    return _receipt(context, extended)


async def listing(context: Context, *, after: UUID | None, limit: int) -> Page:
    """Series that the caller's agency organises or sits in, newest first."""
    found = await context.work.conference_series.of_agency(context.agency_id, after, limit + 1)
    items = []
    for series in found[:limit]:
        permit = context.may(
            Permission.CONFERENCE_SERIES_READ,
            _facts(context, series.id, series),
            shows=ConferenceSeries,
        )
        if permit is not None:
            items.append(disclose(series, permit.classes) | _told(context, series))
    context.note_list(Permission.CONFERENCE_SERIES_READ)
    return Page(items, found[limit - 1].id if len(found) > limit else None)


async def read(context: Context, series_id: UUID) -> Shown:
    """The rule, the sittings, and who takes the chair when."""
    series = await context.work.conference_series.find(series_id)
    permit = context.enforce(
        Permission.CONFERENCE_SERIES_READ,
        _facts(context, series_id, series),
        shows=ConferenceSeries,
    )
    assert series is not None  # noqa: S101 - no permit without a record
    body = disclose(series, permit.classes) | _told(context, series)
    return Shown(body, series.version, series.id)


async def skip(context: Context, series_id: UUID, command: SkipSitting) -> Shown:
    """One sitting is not held; everybody invited is told."""
    series = await _change(context, series_id, Permission.CONFERENCE_SERIES_SKIP)
    sitting = series.sitting(command.sitting)
    await _cancel(context, sitting)
    skipped = series.changed(sitting.but(state=SittingState.SKIPPED))
    await context.work.conference_series.save(skipped)
    return _receipt(context, skipped)


async def move(context: Context, series_id: UUID, command: MoveSitting) -> Shown:
    """One sitting at another time; it keeps its number and its chair."""
    series = await _change(context, series_id, Permission.CONFERENCE_SERIES_MOVE)
    sitting = series.sitting(command.sitting)
    assert sitting.conference_id is not None  # noqa: S101 - a planned one has it
    await conferences.reschedule(
        replace(context, expected_version=None),
        sitting.conference_id,
        series.conference_at(command.starts_at),
    )
    moved = series.changed(sitting.but(starts_at=command.starts_at))
    await context.work.conference_series.save(moved)
    return _receipt(context, moved)


async def end(context: Context, series_id: UUID) -> Shown:
    """No more sittings: those to come are cancelled, whoever was invited is told."""
    series = await _change(context, series_id, Permission.CONFERENCE_SERIES_END)
    series.check_open()
    over = []
    for sitting in series.sittings:
        ahead = sitting.starts_at is not None and sitting.starts_at > context.now
        if not ahead or sitting.state is SittingState.SKIPPED:
            continue
        if sitting.state is SittingState.PLANNED:
            await _cancel(context, sitting)
        over.append(sitting.but(state=SittingState.SKIPPED))
    ended = series.changed(*over, ended_at=context.now)
    await context.work.conference_series.save(ended)
    return _receipt(context, ended)


async def _convened(context: Context, series: ConferenceSeries) -> list[Sitting]:
    """The sittings of the coming year as conferences, with everybody invited."""
    planning = replace(context, expected_version=None)
    found = []
    for sitting in series.to_plan(context.now):
        assert sitting.starts_at is not None  # noqa: S101 - one without a day is not planned
        made = await conferences.plan(planning, series.conference_at(sitting.starts_at))
        assert made.record_id is not None  # noqa: S101 - just made
        await conferences.invite(
            planning, made.record_id, InviteAttendees(agency_ids=series.agency_ids)
        )
        found.append(sitting.but(state=SittingState.PLANNED, conference_id=made.record_id))
    return found


async def _cancel(context: Context, sitting: Sitting) -> None:
    """Cancel the sitting's conference, if it is not cancelled already."""
    assert sitting.conference_id is not None  # noqa: S101 - a planned one has it
    conference = await context.work.conferences.find(sitting.conference_id)
    if conference is not None and (conference.status, ConferenceAct.CANCEL) in NEXT:
        await conferences.step(
            replace(context, expected_version=None), sitting.conference_id, ConferenceAct.CANCEL
        )


async def _change(context: Context, series_id: UUID, permission: Permission) -> ConferenceSeries:
    """The series, locked, for an act that only its organiser may do."""
    series = await context.work.conference_series.find(series_id, lock=True)
    facts = _facts(context, series_id, series)
    if Part.PARTY in facts.parts and Part.HOLDER not in facts.parts:
        context.enforce(permission, facts)
        raise Denied("conference_series.organiser_only")
    context.enforce(permission, facts.as_holder())
    assert series is not None  # noqa: S101 - no permit without a record
    context.check_version(series.version)
    return series


async def _check(context: Context, series: ConferenceSeries) -> None:
    if series.rule.first < context.today:
        raise Invalid("conference_series.starts_in_past", field="/rule/first")
    if set(series.chair_rotation) - {*series.agency_ids, series.organiser_agency_id}:
        raise Invalid("conference_series.chair_not_in_series", field="/chair_rotation")
    if not series.sittings:
        raise Invalid("conference_series.no_sitting", field="/rule")
    await conferences.check_body(context, series.body_id, series.kind)
    for n, agency_id in enumerate(series.agency_ids):
        if await context.work.directory.agency(agency_id) is None:
            raise Invalid("directory.unknown_agency", field=f"/agency_ids/{n}")


def _replaced(series: ConferenceSeries, sittings: list[Sitting]) -> tuple[Sitting, ...]:
    new = {s.number: s for s in sittings}
    return tuple(new.get(s.number, s) for s in series.sittings)


def _receipt(context: Context, series: ConferenceSeries) -> Shown:
    return context.receipt(series, **_told(context, series))


def _told(context: Context, series: ConferenceSeries) -> dict[str, Any]:
    """Each sitting with its chair, and whether it left its day because that is closed."""
    turns = chairs(series, series.sittings)
    told = []
    for sitting in series.sittings:
        chair = turns[sitting.number]
        why = closed_because(sitting.by_rule, context.closed)
        day = jst_date(sitting.starts_at) if sitting.starts_at is not None else None
        told.append(
            disclose(sitting, frozenset({D0}))
            | {
                "state_ja": sitting.state.label_ja,
                "moved": day not in (None, sitting.by_rule),
                "closed_because": why.value if why is not None else None,
                "closed_because_ja": why.label_ja if why is not None else None,
                "chair_agency_id": str(chair) if chair is not None else None,
            }
        )
    return {
        "kind_ja": series.local_name or KINDS[series.kind].label_ja,
        "calendar": told,
    }


def _facts(context: Context, series_id: UUID, series: ConferenceSeries | None) -> Facts:
    me = context.actor.agency_id
    parts = set()
    if series is not None and series.organiser_agency_id == me:
        parts.add(Part.HOLDER)
    if series is not None and me in series.agency_ids:
        parts.add(Part.PARTY)
    return Facts(
        kind=RecordKind.CONFERENCE_SERIES,
        record_id=series_id,
        found=series is not None,
        holder_agency_id=series.organiser_agency_id if series else None,
        parts=frozenset(parts),
    )
