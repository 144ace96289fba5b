"""Requests for information in words, for packets, minutes and the workbook of a sitting.

Written from what its reader is shown; a request whose text is not open says nothing of it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.calendar_jp import format_era
from service.domain.information_request import RequestStatus, Sought

#: Agencies by their id, as they are called today.
Names = Mapping[UUID, str]
HEADING = "資料提供等の依頼"
COLUMNS = ("依頼先", "依頼の内容", "回答期限", "状態", "回答")


def cells_of(request: Mapping[str, Any], names: Names) -> tuple[str, ...]:
    """Who was asked for what until when, and what was answered."""
    asked = "\n".join(
        "：".join(w for w in (Sought(line["what"]).label_ja, line.get("text")) if w)
        for line in request["asks"]
    )
    return (
        names.get(UUID(request["agency_id"]), ""),
        asked,
        format_era(date.fromisoformat(request["due_on"])),
        RequestStatus(request["status"]).label_ja,
        request.get("text") or "",
    )


def lines_of(requests: Sequence[Mapping[str, Any]], names: Names) -> list[str]:
    """The same as lines of the minutes."""
    lines = []
    for request in requests:
        agency, asked, due, status, answer = cells_of(request, names)
        told = asked.replace("\n", "、")
        lines.append(f"{HEADING}：{agency}：{told}（{due}まで）：{status}")
        if answer:
            lines.append(f"回答：{answer}")
    return lines
