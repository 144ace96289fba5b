"""What stands on paper below an item: the agencies' views side by side, and our own pre-check."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.assessment import Check
from service.domain.calendar_jp import format_era
from service.domain.paper import Grid, Row, Section

#: A view of which only its agency is told.
MASKED = "（開示されません）"
COLUMNS = ("機関", "評価日", "課題と特性", "課題の整理・背景", "強み", "支援の方向性")
CHECKS = ("checks", "sensitive_checks", "protected_checks")


def view_sections(item: Mapping[str, Any], names: Mapping[UUID, str]) -> list[Section]:
    """The sections, field by field as the item is shown."""
    sections = []
    views = item.get("views") or {}
    lines = [_line(view, names) for view in views.get("items", ())]
    masked = (names.get(UUID(a), "") for a in views.get("masked_agency_ids", ()))
    lines += [(name, "", MASKED, "", "", "") for name in masked]
    if lines:
        grid = Grid(columns=COLUMNS, lines=tuple(lines))
        sections.append(Section(heading="各機関の見立て", grid=grid))
    found = item.get("pre_check")
    if found:
        rows = [Row(label="諮る会議", value=found["fit_for_ja"])]
        if found.get("remark"):
            rows.append(Row(label="所見", value=found["remark"]))
        sections.append(Section(heading="自機関の対策会議の結果", rows=tuple(rows)))
    return sections


def _line(view: Mapping[str, Any], names: Mapping[UUID, str]) -> tuple[str, ...]:
    ticked = [Check(c).label_ja for field in CHECKS for c in view.get(field) or ()]
    return (
        names.get(UUID(view["agency_id"]), ""),
        format_era(date.fromisoformat(view["assessed_on"])),
        "、".join(ticked),
        view.get("issues") or "",
        view.get("strengths") or "",
        view.get("direction") or "",
    )
