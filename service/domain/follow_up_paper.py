"""What earlier sittings left open, as it is printed at the top of an agenda and of a packet."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.calendar_jp import format_era
from service.domain.conference_paper import Names
from service.domain.paper import Grid, Paper, Section
from service.domain.progress import FollowUp

#: A task whose item is not open to the reader.
RESTRICTED = "（貴機関には開示されません）"
COLUMNS = ("決定した会議", "担当機関", "役割", "期限", "超過")


def with_follow_up(paper: Paper, left: FollowUp) -> Paper:
    """The agenda with how much is not finished; without it, when there is nothing."""
    if not left.open:
        return paper
    return _first(paper, Section(heading=_heading(left.open, left.overdue)))


def with_follow_up_list(paper: Paper, shown: Mapping[str, Any], names: Names) -> Paper:
    """The packet with each of them, as it is shown to the reader."""
    if not shown["items"]:
        return paper
    lines = tuple(_line(row, names) for row in shown["items"])
    heading = _heading(shown.get("open", len(lines)), shown.get("overdue", 0))
    return _first(paper, Section(heading=heading, grid=Grid(columns=COLUMNS, lines=lines)))


def _heading(still_open: int, overdue: int) -> str:
    return f"前回までの決定事項の進行管理（未完了 {still_open} 件、期限超過 {overdue} 件）"


def _first(paper: Paper, section: Section) -> Paper:
    return paper.model_copy(update={"sections": (section, *paper.sections)})


def _line(row: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    due = format_era(date.fromisoformat(row["due_on"]))
    late = f"{row['days_overdue']}日" if row["days_overdue"] else ""
    if row.get("restricted"):
        return ("", "", RESTRICTED, due, late)
    held = format_era(date.fromisoformat(row["conference_on"]))
    agency = names.get(UUID(row["agency_id"]), "")
    where = f"{held} 議題{row['item_number']}"
    return (where, agency, row.get("what") or "", due, late)
