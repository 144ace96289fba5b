"""What differs between two versions of a plan, line by line, in words (改訂の新旧).

It is told of what a reader sees of each version, never of the versions themselves: what is
withheld in one of them is no difference.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from service.domain.disclosure import D0, D3, Disclosable
from service.domain.plan_line import SelfReliance
from service.domain.text import Line


class ChangeKind(StrEnum):
    """What became of a line or a field."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return CHANGE_KIND_JA[self]


CHANGE_KIND_JA: dict[ChangeKind, str] = {
    ChangeKind.ADDED: "追加",
    ChangeKind.REMOVED: "削除",
    ChangeKind.CHANGED: "変更",
    ChangeKind.MOVED: "順番の変更",
}

#: The fields of a line, in the order and the words of the plan sheet.
LINE_FIELDS_JA: dict[str, str] = {
    "theme": "分野",
    "issue": "課題",
    "goal_in_own_words": "目標（本人の言葉）",
    "self_reliance": "自立の種類",
    "target": "達成目標",
    "action": "実施すること",
    "responsible_agency_id": "担当機関",
    "done_by": "実施者",
    "starts_on": "開始日",
    "ends_on": "終了日",
    "frequency": "頻度",
    "exit": "出口",
    "service_code": "事業・サービス",
    "layered_function": "重層事業の機能",
}
#: The fields of the plan as a whole.
PLAN_FIELDS_JA: dict[str, str] = {
    "goal_in_own_words": "目標（本人の言葉）",
    "employment_support": "就労支援対象者",
    "period_from": "プラン期間の開始日",
    "period_until": "プラン期間の終了日",
    "monitoring_on": "次回モニタリング",
    "background": "背景情報",
    "opinion": "支援者の所見",
}


class VersionChange(Disclosable):
    """One difference. Old and new are as they are shown; empty where there was or is nothing."""

    change: Annotated[ChangeKind, D0]
    line_id: Annotated[UUID | None, D0] = None
    position: Annotated[int | None, D0] = None
    field: Annotated[Line | None, D0] = None
    old: Annotated[str | None, D3] = None
    new: Annotated[str | None, D3] = None
    text_ja: Annotated[str, D3]


class Names(NamedTuple):
    """What codes and ids are called, for the reader."""

    agencies: Mapping[str, str]
    services: Mapping[str, str]

    def said(self, field: str, value: Any) -> str | None:
        """The value as a person reads it."""
        if value is None:
            return None
        if isinstance(value, bool):
            return "はい" if value else "いいえ"
        if field == "self_reliance":
            return SelfReliance(value).label_ja
        called = {"responsible_agency_id": self.agencies, "service_code": self.services}
        return called.get(field, {}).get(value, str(value))


def changes_between(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Names
) -> list[VersionChange]:
    """What differs between two versions, each as its reader is shown it."""
    return [*_of_the_plan(old, new, names), *_of_the_lines(old["lines"], new["lines"], names)]


def _of_the_plan(
    old: Mapping[str, Any], new: Mapping[str, Any], names: Names
) -> Iterator[VersionChange]:
    for field, label in PLAN_FIELDS_JA.items():
        # Withheld in one of them: nothing can be said of it.
        if field in old and field in new and old[field] != new[field]:
            yield _changed(names, field, label, old[field], new[field], where="プラン全体")


def _of_the_lines(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], names: Names
) -> Iterator[VersionChange]:
    before = {line["id"]: line for line in old}
    after = {line["id"]: line for line in new}
    for position, line in enumerate(new, 1):
        where = f"{position}番目の行（{line.get('action', '内容は非表示')}）"
        one = {"line_id": line["id"], "position": position}
        if line["id"] not in before:
            yield VersionChange(change=ChangeKind.ADDED, text_ja=f"{where}を追加", **one)
            continue
        was = before[line["id"]]
        for field, label in LINE_FIELDS_JA.items():
            if field in was and field in line and was[field] != line[field]:
                yield _changed(names, field, label, was[field], line[field], where=where, **one)
    for line in old:
        if line["id"] not in after:
            text = f"行（{line.get('action', '内容は非表示')}）を削除"
            yield VersionChange(change=ChangeKind.REMOVED, line_id=line["id"], text_ja=text)
    stayed = [i for i in before if i in after]
    order = [i for i in after if i in before]
    for was, now in zip(stayed, order, strict=True):
        if was != now:
            position = list(after).index(now) + 1
            yield VersionChange(
                change=ChangeKind.MOVED,
                line_id=now,
                position=position,
                text_ja=f"行（{after[now].get('action', '内容は非表示')}）を{position}番目に移動",
            )


def _changed(
    names: Names, field: str, label: str, old: Any, new: Any, *, where: str, **one: Any
) -> VersionChange:
    was, now = names.said(field, old), names.said(field, new)
    return VersionChange(
        change=ChangeKind.CHANGED,
        field=field,
        old=was,
        new=now,
        text_ja=f"{where}：{label}を「{was or '空欄'}」から「{now or '空欄'}」に変更",
        **one,
    )
