"""The papers of a conference in words: agenda (次第), packet (会議資料), roster (出席者名簿), minutes.

A packet is written from what its reader is shown, field by field; what is not shown there cannot
stand here.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.calendar_jp import JST, PartialDate, format_era, jst_date
from service.domain.conference import (
    AgendaItem,
    Answer,
    Attendee,
    Conference,
    ItemPurpose,
    ItemResult,
)
from service.domain.conference_states import KINDS
from service.domain.decision import Basis
from service.domain.information_words import COLUMNS, HEADING, cells_of
from service.domain.paper import Grid, Paper, Row, Section
from service.domain.people import Sex
from service.domain.views_paper import view_sections

CAUTION = "取扱注意"
#: An item whose papers are not open to the reader.
RESTRICTED = "（この議題の資料は、貴機関には開示されません）"
_ABOUT_SOMEBODY = "個別の支援について"

PURPOSE_JA: dict[ItemPurpose, str] = {
    ItemPurpose.INFORMATION_EXCHANGE: "情報共有",
    ItemPurpose.LEAD_DECISION: "主たる支援者の決定",
    ItemPurpose.PLAN_APPROPRIATENESS: "プランの適切性の協議",
    ItemPurpose.PLAN_SHARING: "プランの共有・役割分担",
    ItemPurpose.EVALUATION: "プラン終了時の評価",
    ItemPurpose.RESOURCE_GAP: "不足する社会資源",
    ItemPurpose.AREA_ISSUE: "地域課題",
    ItemPurpose.REPORT: "報告",
}
RESULT_JA: dict[ItemResult, str] = {
    ItemResult.DISCUSSED: "協議した",
    ItemResult.APPROVED: "了承",
    ItemResult.SENT_BACK: "差戻し",
    ItemResult.CARRIED_OVER: "継続協議",
}
ANSWER_JA: dict[Answer, str] = {
    Answer.NONE: "未回答",
    Answer.ACCEPTED: "出席",
    Answer.TENTATIVE: "未定",
    Answer.DECLINED: "欠席",
}
MISSING_JA = {
    "register_participant": "出席者の登録が必要です。",
    "acknowledge_secrecy": "守秘義務の確認が必要です。",
    "wait_for_agenda": "議題の確定後に開示されます。",
    "withdraw_substitute": "代理の方が登録されています。登録を取り消すと開示されます。",
}
_SEX_JA = {Sex.MALE: "男", Sex.FEMALE: "女", Sex.OTHER: "その他", Sex.UNKNOWN: "不明"}

#: The fields of an item, of a person and of a plan that a packet shows, in the order of the paper.
ITEM_JA = {
    "subject": "議題",
    "kind": "会議の種類",
    "purpose": "目的",
    "basis": "取扱いの根拠",
    "reason_without_consent": "同意を得られない理由",
    "presenter_agency_id": "説明機関",
    "invited_agency_ids": "この議題の出席機関",
    "result": "結果",
    "decision": "決定事項",
}
PERSON_JA = {
    "names": "氏名",
    "birth": "生年月日",
    "sex": "性別",
    "address": "住所",
    "phones": "電話番号",
    "emergency_contacts": "緊急連絡先",
    "language": "ことば",
}
PLAN_JA = {
    "number": "プランの版",
    "goal_in_own_words": "本人の目標",
    "period_from": "プランの開始日",
    "period_until": "プランの終了日",
    "monitoring_on": "モニタリングの予定日",
    "background": "背景・聞き取り",
    "opinion": "支援者の所見",
    "agreed_on": "本人が同意した日",
    "agreed_by": "同意した人",
    "agreement_evidence": "同意書",
    "decision_number": "決定番号",
    "sent_back_reason": "差戻しの理由",
}
LINE_JA = {
    "issue": "課題",
    "goal_in_own_words": "本人の目標",
    "action": "取組",
    "responsible_agency_id": "担当機関",
    "done_by": "行う人",
    "starts_on": "開始日",
    "ends_on": "終了日",
    "frequency": "頻度",
    "exit": "出口",
}
_VALUE_JA: dict[str, Mapping[str, str]] = {
    "basis": {b.value: b.label_ja for b in Basis},
    "kind": {k.value: rule.label_ja for k, rule in KINDS.items()},
    "purpose": {p.value: ja for p, ja in PURPOSE_JA.items()},
    "result": {r.value: ja for r, ja in RESULT_JA.items()},
    "sex": {s.value: ja for s, ja in _SEX_JA.items()},
}

#: Agencies by their id, as they are called today.
Names = Mapping[UUID, str]


class Issue(BaseModel):
    """To whom a paper is issued, and when."""

    model_config = ConfigDict(frozen=True)

    agency: str
    position: str | None
    at: datetime

    @property
    def reader(self) -> str:
        """Agency and position."""
        return f"{self.agency} {self.position}" if self.position else self.agency

    @property
    def lines(self) -> tuple[str, ...]:
        """As they stand at the head of a paper."""
        return f"交付先 {self.reader}", f"交付日時 {clock(self.at)}"

    def watermark(self, number: int) -> str:
        """Which copy it is, whose, and of when."""
        return f"写し 第{number}号\n{self.reader}\n{clock(self.at)}"


def clock(at: datetime) -> str:
    """An instant in Japan: 令和8年11月21日 19時05分."""
    there = at.astimezone(JST)
    return f"{format_era(there.date())} {there.hour}時{there.minute:02}分"


def title_of(conference: Conference) -> str:
    """What the municipality calls the conference."""
    return conference.local_name or KINDS[conference.kind].label_ja


def agenda_paper(
    conference: Conference,
    items: Sequence[AgendaItem],
    *,
    open_to: UUID,
    names: Names,
    issue: Issue,
) -> Paper:
    """The agenda with the time of each item; nothing of it is about anybody."""
    lines, begins = [], conference.starts_at
    for item in items:
        open_here = item.invites(open_to, conference.convener_agency_id) and not item.pulled_at
        subject = _ABOUT_SOMEBODY if item.person_ids else item.subject
        shown = open_here or not item.person_ids
        told = (
            (subject, PURPOSE_JA[item.purpose], names.get(item.presenter_agency_id or open_to, ""))
            if shown
            else (RESTRICTED, "", "")
        )
        presenter = told[2] if item.presenter_agency_id else ""
        lines.append(
            (time_of(begins), str(item.number), told[0], told[1], presenter, f"{item.minutes}分")
        )
        begins += timedelta(minutes=item.minutes)
    columns = ("時刻", "番号", "議題", "目的", "説明機関", "時間")
    agenda = Section(heading="議題", grid=Grid(columns=columns, lines=tuple(lines)))
    return _paper("次第", conference, (_when(conference), agenda), names, issue)


def roster_paper(
    conference: Conference,
    attendees: Sequence[Attendee],
    seats: Mapping[UUID, Sequence[str]],
    names: Names,
    issue: Issue,
) -> Paper:
    """Who is invited and who came; a person who attends is not named (本人同席)."""
    roster = Section(heading="出席者", grid=roster_of(attendees, seats, names))
    # Somebody who comes to their own item is known to be supported.
    caution = CAUTION if any(a.agency_id is None for a in attendees) else None
    return _paper(
        "出席者名簿", conference, (_when(conference), roster), names, issue, caution=caution
    )


def roster_of(
    attendees: Sequence[Attendee], seats: Mapping[UUID, Sequence[str]], names: Names
) -> Grid:
    """The roster as a table; ``seats`` are the positions registered for each agency."""
    lines = tuple(
        (
            names.get(a.agency_id, "") if a.agency_id else a.called,
            "、".join(seats.get(a.agency_id, ())) if a.agency_id else "",
            a.representative or "",
            ANSWER_JA[a.answer] if a.agency_id else "",
            {None: "", True: "出席", False: "欠席"}[a.present] + stay_of(a),
        )
        for a in attendees
    )
    columns = ("機関等", "登録された職", "出席者", "回答", "当日")
    return Grid(columns=columns, lines=lines)


def stay_of(attendee: Attendee) -> str:
    """For which items they were there, if not for all of them."""
    came, left = attendee.arrived_for_item, attendee.left_before_item
    said = [f"議題{came}から出席"] if came is not None else []
    said += [f"議題{left}の前に退席"] if left is not None else []
    return f"（{'、'.join(said)}）" if said else ""


def packet_paper(
    conference: Conference,
    shown: Mapping[str, Any],
    *,
    number: int,
    names: Names,
    issue: Issue,
) -> Paper:
    """The packet exactly as it is shown to its reader, as copy number so and so."""
    sections = [_when(conference)]
    for item in shown["items"]:
        sections += _item_sections(item, names)
    paper = _paper("会議資料", conference, tuple(sections), names, issue, caution=CAUTION)
    notes = (
        "この資料は、会議の出席者本人だけが使用できます。複写・転送・目的外の利用はできません。",
        f"写し第{number}号。会議の終了後は、招集機関に返却してください。",
    )
    told = {"number": f"第{number}号", "notes": notes, "watermark": issue.watermark(number)}
    return paper.model_copy(update=told)


def minutes_paper(
    conference: Conference, shown: Mapping[str, Any], names: Names, issue: Issue
) -> Paper:
    """The minutes as they are shown to their reader."""
    if shown.get("restricted"):
        text = "（この会議録には、貴機関に開示されない方の情報が含まれています）"
    else:
        text = shown["text"]
    section = Section(heading="会議録", paragraphs=tuple(text.split("\n")))
    confirmed = conference.minutes_confirmed_at
    state = f"確定 {format_era(jst_date(confirmed))}" if confirmed else "案"
    number = shown.get("number")
    version = f"第{number}版 " if number else ""
    paper = _paper(
        "会議録", conference, (_when(conference), section), names, issue, caution=CAUTION
    )
    return paper.model_copy(update={"subtitle": f"{paper.subtitle}（{version}{state}）"})


def agencies_in(shown: Any) -> frozenset[UUID]:
    """The agencies that something shown names by their ids."""
    found: set[UUID] = set()
    if isinstance(shown, Mapping):
        for name, value in shown.items():
            if name.endswith("agency_id") and value:
                found.add(UUID(str(value)))
            elif name.endswith("agency_ids"):
                found.update(UUID(str(v)) for v in value)
            else:
                found |= agencies_in(value)
    elif isinstance(shown, (list, tuple)):
        found.update(*(agencies_in(value) for value in shown))
    return frozenset(found)


def _paper(
    title: str,
    conference: Conference,
    sections: tuple[Section, ...],
    names: Names,
    issue: Issue,
    *,
    caution: str | None = None,
) -> Paper:
    return Paper(
        title=title,
        subtitle=title_of(conference),
        issuer=names.get(conference.convener_agency_id, ""),
        number=None,
        made_on=jst_date(issue.at),
        sections=sections,
        caution=caution,
        issued=issue.lines,
    )


def _when(conference: Conference) -> Section:
    where = [w for w in (conference.place, conference.online_url) if w]
    return Section(
        heading="日時・場所",
        rows=(
            Row(
                label="日時",
                value=f"{clock(conference.starts_at)}から{time_of(conference.ends_at)}",
            ),
            Row(label="場所", value="\n".join(where)),
        ),
    )


def time_of(at: datetime) -> str:
    """An instant's time in Japan: 19時05分."""
    there = at.astimezone(JST)
    return f"{there.hour}時{there.minute:02}分"


def _item_sections(item: Mapping[str, Any], names: Names) -> list[Section]:
    heading = f"議題{item['number']}（{item['minutes']}分）"
    if item.get("restricted"):
        missing = [MISSING_JA[m] for m in item.get("missing", ()) if m in MISSING_JA]
        pulled = ["同意の撤回により、議題から外れました。"] if item.get("pulled") else []
        return [Section(heading=heading, paragraphs=(RESTRICTED, *missing, *pulled))]
    duties = tuple(f"義務：{o['duty_ja']}" for o in item.get("obligations", ()))
    rows = _rows(item, ITEM_JA, names) + _attached(item, names)
    sections = [Section(heading=heading, rows=rows, paragraphs=duties)]
    sections += [
        Section(heading="対象者", rows=_rows(person, PERSON_JA, names))
        for person in item.get("persons", ())
    ]
    words = tuple(r["text"] for r in item.get("released", ()))
    if words:
        sections.append(Section(heading="提供された情報", paragraphs=words))
    asked = [cells_of(request, names) for request in item.get("information_requests", ())]
    if asked:
        sections.append(Section(heading=HEADING, grid=Grid(columns=COLUMNS, lines=tuple(asked))))
    current = (item.get("plan_paper") or {}).get("current")
    if current:
        sections.append(Section(heading="支援プラン", rows=_rows(current, PLAN_JA, names)))
        sections += [
            Section(heading=f"プランの内容 {place}", rows=_rows(line, LINE_JA, names))
            for place, line in enumerate(current.get("lines", ()), start=1)
        ]
    return sections + view_sections(item, names)


def _attached(item: Mapping[str, Any], names: Names) -> tuple[Row, ...]:
    """The papers that agencies handed in, by name; they are handed out one by one."""
    return tuple(
        Row(
            label=f"別添{place}",
            value=f"{p['name']}（{names.get(UUID(p['agency_id']), '')}、{p['media_type_ja']}）",
        )
        for place, p in enumerate(item.get("papers", ()), start=1)
    )


def _rows(shown: Mapping[str, Any], labels: Mapping[str, str], names: Names) -> tuple[Row, ...]:
    return tuple(
        Row(label=label, value=_said(field, shown[field], names))
        for field, label in labels.items()
        if shown.get(field) not in (None, "", [], ())
    )


def _said(field: str, value: Any, names: Names) -> str:
    if field in _VALUE_JA:
        return _VALUE_JA[field].get(value, str(value))
    if field.endswith(("agency_id", "agency_ids")):
        ids = value if isinstance(value, list) else [value]
        return "、".join(names.get(UUID(i), "") for i in ids)
    if field == "names":
        return "\n".join(map(name_of, value))
    if field == "birth":
        return format_era(PartialDate.model_validate(value))
    if field.endswith("_on") or field.startswith("period_"):
        return format_era(date.fromisoformat(value))
    return _flat(value)


def name_of(name: Mapping[str, Any]) -> str:
    """A name as it can be printed: in common characters, where the record gives it in those."""
    kana = " ".join(name[k] for k in ("family_kana", "given_kana", "single_kana") if name.get(k))
    parts = " ".join(name[k] for k in ("family", "given", "single") if name.get(k))
    written = name.get("replacement") or parts
    return f"{written}（{kana}）" if kana else written


#: Codes beside the words.
_CODES = frozenset({"kind", "municipality_code", "may_call", "may_leave_message"})


def _flat(value: Any) -> str:
    if isinstance(value, Mapping):
        said: Iterable[str] = (_flat(v) for k, v in value.items() if v and k not in _CODES)
        return " ".join(said)
    if isinstance(value, (list, tuple)):
        return "\n".join(map(_flat, value))
    return str(value)
