"""The draft of the minutes in words, out of what is on record of the conference."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from service.domain.calendar_jp import format_era
from service.domain.conference import Attendee, Conference, ItemPurpose, ItemResult
from service.domain.conference_paper import (
    PURPOSE_JA,
    RESULT_JA,
    Names,
    clock,
    stay_of,
    time_of,
    title_of,
)
from service.domain.information_words import lines_of
from service.domain.task import Task
from service.domain.text import LONGEST_TEXT

#: An item that the convener itself may not be shown any longer.
_CLOSED = "（同意の撤回などにより、記載しない）"
#: The sitting was cut short.
_CONTINUED = "会議は議題を残して終わり、残りの議題を次回に引き継いだ。"


def draft_of(
    conference: Conference,
    attendees: Sequence[Attendee],
    items: Sequence[Mapping[str, Any]],
    tasks: Sequence[Task],
    names: Names,
    next_at: datetime | None,
    asked: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Attendance, items with results, decisions and tasks, the next date; ``items`` as shown."""
    where = "、".join(w for w in (conference.place, conference.online_url) if w)
    lines = [
        f"{title_of(conference)} 会議録",
        f"日時：{clock(conference.starts_at)}から{time_of(conference.ends_at)}",
        f"場所：{where}",
        "",
        "1 出席者",
        *(f"・{_who(a, names)}{stay_of(a)}" for a in attendees if a.present),
    ]
    if conference.chaired_by_agency_id is not None:
        lines.append(f"議長：{names.get(conference.chaired_by_agency_id, '')}")
    absent = [_who(a, names) for a in attendees if not a.present]
    if absent:
        lines.append(f"欠席：{'、'.join(absent)}")
    lines += ["", "2 議題と結果"]
    for item in items:
        lines += _item(item, tasks, names)
    if asked:
        # What was asked for no item in particular.
        lines += ["議題以外の事項", *lines_of(asked, names)]
    lines += ["", "3 次回の予定", clock(next_at) if next_at else "未定"]
    if conference.continued_by_id is not None:
        lines.append(_CONTINUED)
    text = "\n".join(lines)
    return text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"


def _who(attendee: Attendee, names: Names) -> str:
    if attendee.agency_id is None:
        return attendee.called
    agency = names.get(attendee.agency_id, "")
    return f"{agency}（{attendee.representative}）" if attendee.representative else agency


def _item(item: Mapping[str, Any], tasks: Sequence[Task], names: Names) -> list[str]:
    if "subject" not in item:
        return [f"議題{item['number']} {_CLOSED}"]
    purpose = PURPOSE_JA[ItemPurpose(item["purpose"])]
    result = RESULT_JA[ItemResult(item["result"])] if item.get("result") else "記録なし"
    lines = [f"議題{item['number']} {item['subject']}（{purpose}）", f"結果：{result}"]
    if item.get("decision"):
        lines.append(f"決定事項：{item['decision']}")
    lines += lines_of(item.get("information_requests", ()), names)
    lines += [
        f"役割：{names.get(t.agency_id, '')}：{t.what}（{format_era(t.due_on)}まで）"
        for t in tasks
        if t.item_id == UUID(item["id"])
    ]
    return lines
