"""A whole sitting as sheets for its convener: agenda, attendees, results and tasks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from service.domain.calendar_jp import format_era
from service.domain.conference import Attendee, Conference, ItemPurpose, ItemResult
from service.domain.conference_paper import (
    PURPOSE_JA,
    RESTRICTED,
    RESULT_JA,
    Names,
    name_of,
    roster_of,
    time_of,
)
from service.domain.decision import Basis
from service.domain.information_words import COLUMNS, HEADING, cells_of
from service.domain.paper import Sheet
from service.domain.task import Task


def sitting_sheets(
    conference: Conference,
    items: Sequence[Mapping[str, Any]],
    attendees: Sequence[Attendee],
    seats: Mapping[UUID, Sequence[str]],
    tasks: Sequence[Task],
    names: Names,
    asked: Sequence[Mapping[str, Any]] = (),
) -> tuple[Sheet, ...]:
    """The sheets; ``items`` as they are shown to the convener."""
    roster = roster_of(attendees, seats, names)
    sheets = (
        _agenda(conference, items, names),
        Sheet(title="出席者", headings=roster.columns, rows=roster.lines),
        _results(items, tasks, names),
    )
    requests = _asked(items, asked, names)
    return (*sheets, requests) if requests.rows else sheets


def _asked(
    items: Sequence[Mapping[str, Any]], asked: Sequence[Mapping[str, Any]], names: Names
) -> Sheet:
    """What the chair asked for, item by item, and then in general."""
    rows = [
        (str(item["number"]), *cells_of(request, names))
        for item in items
        for request in item.get("information_requests", ())
    ]
    rows += [("", *cells_of(request, names)) for request in asked]
    return Sheet(title=HEADING, headings=("議題", *COLUMNS), rows=tuple(rows))


def _agenda(conference: Conference, items: Sequence[Mapping[str, Any]], names: Names) -> Sheet:
    rows, begins = [], conference.starts_at
    for item in items:
        place = (str(item["number"]), time_of(begins), str(item["minutes"]))
        begins += timedelta(minutes=item["minutes"])
        if item.get("restricted"):
            rows.append((*place, RESTRICTED, "", "", "", ""))
            continue
        presenter = item.get("presenter_agency_id")
        persons = [name_of(n) for p in item.get("persons", ()) for n in p.get("names", ())[:1]]
        rows.append(
            (
                *place,
                item.get("subject") or "",
                PURPOSE_JA[ItemPurpose(item["purpose"])],
                Basis(item["basis"]).label_ja,
                names.get(UUID(presenter), "") if presenter else "",
                "\n".join(persons),
            )
        )
    headings = ("番号", "時刻", "時間（分）", "議題", "目的", "取扱いの根拠", "説明機関", "対象者")
    return Sheet(title="次第", headings=headings, rows=tuple(rows))


def _results(items: Sequence[Mapping[str, Any]], tasks: Sequence[Task], names: Names) -> Sheet:
    rows = []
    for item in items:
        number = str(item["number"])
        if item.get("restricted"):
            rows.append((number, RESTRICTED, "", "", "", "", ""))
            continue
        result = item.get("result")
        told = (RESULT_JA[ItemResult(result)] if result else "", item.get("decision") or "")
        # A task says what is to be done for somebody: as open as the item's own text.
        mine = [t for t in tasks if str(t.item_id) == item.get("id") and "subject" in item]
        for task in mine:
            due, state = format_era(task.due_on), task.state.label_ja
            rows.append((number, *told, names.get(task.agency_id, ""), task.what or "", due, state))
        if not mine:
            rows.append((number, *told, "", "", "", ""))
    headings = ("番号", "結果", "決定事項", "担当機関", "役割", "期限", "状態")
    return Sheet(title="結果・役割", headings=headings, rows=tuple(rows))
