"""Checklists of how a town's support stands, filled in once a year by several people and compared.

No person in need is in them. What somebody ticks is counted by kind of checker; what somebody
writes stays with the agency that wrote it (rows 1-66, 3-32).
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.checklist_items import COUNCIL_GUIDELINE, SUPPORT_SYSTEM
from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import Concealed, Invalid
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "checklist.empty_item": "Say something about the item, or leave it out.",
    "checklist.item_twice": "Each item is answered once.",
}
MESSAGES_JA = {
    "checklist.empty_item": "項目に何か記入するか、その項目を省いてください。",
    "checklist.item_twice": "同じ項目には一度だけ回答してください。",
}


class Priority(StrEnum):
    """重点課題: ◎ or ○."""

    FIRST = "first"
    SECOND = "second"

    @property
    def mark(self) -> str:
        """As it is marked on the sheet."""
        return {"first": "◎", "second": "○"}[self.value]


class ChecklistItem(BaseModel):
    """One item."""

    model_config = ConfigDict(frozen=True)

    code: str
    text_ja: str


class CheckerKind(BaseModel):
    """Who fills it in (チェック者)."""

    model_config = ConfigDict(frozen=True)

    code: str
    label_ja: str


class Checklist(BaseModel):
    """A checklist: its items, who fills it in, and which columns it has."""

    model_config = ConfigDict(frozen=True)

    code: str
    name_ja: str
    source_ja: str
    checkers: tuple[CheckerKind, ...]
    columns: tuple[str, ...] = Field(description="What may be answered to an item.")
    items: tuple[ChecklistItem, ...]


def _items(texts: Mapping[str, str]) -> tuple[ChecklistItem, ...]:
    return tuple(ChecklistItem(code=code, text_ja=text) for code, text in texts.items())


def _checkers(labels: Mapping[str, str]) -> tuple[CheckerKind, ...]:
    return tuple(CheckerKind(code=code, label_ja=label) for code, label in labels.items())


CHECKLISTS: tuple[Checklist, ...] = (
    Checklist(
        code="support_system",
        name_ja="協働で進める「総合相談・地域生活支援」体制チェック表",
        source_ja="福井県社会福祉協議会の報告書に掲載のチェック表による",
        checkers=_checkers(
            {
                "municipal_staff": "自治体職員",
                "council_staff": "社協職員",
                "other_welfare": "その他福祉関係者",
                "resident": "一般住民",
            }
        ),
        columns=("checked", "comment"),
        items=_items(SUPPORT_SYSTEM),
    ),
    Checklist(
        code="council_guideline",
        name_ja="「かながわの社協指針2020」取り組みチェックシート",
        source_ja="神奈川県社会福祉協議会「かながわの社協指針2020」による",
        checkers=_checkers({"manager": "管理職・リーダー", "staff": "職員"}),
        columns=("priority", "rank", "situation", "action", "comment"),
        items=_items(COUNCIL_GUIDELINE),
    ),
)


class ItemAnswer(Disclosable):
    """What one checker says of one item."""

    item: Annotated[Line, D0] = Field(description="The code of the item: 1-1, 1-1-1.")
    checked: Annotated[bool | None, D0] = Field(default=None, description="✔ or not.")
    priority: Annotated[Priority | None, D0] = Field(default=None, description="重点課題 ◎ or ○.")
    rank: Annotated[int | None, D0] = Field(
        default=None, ge=1, le=34, description="重点課題 by number, 1 first."
    )
    situation: Annotated[Paragraph | None, D7] = Field(default=None, description="現状・問題点")
    action: Annotated[Paragraph | None, D7] = Field(default=None, description="当面の取り組み")
    comment: Annotated[Paragraph | None, D7] = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.columns_used:
            raise invalid("checklist.empty_item", MESSAGES_EN)
        return self

    @property
    def columns_used(self) -> frozenset[str]:
        """Which columns are filled in."""
        return frozenset(
            name
            for name in ItemAnswer.model_fields
            if name != "item" and getattr(self, name) is not None
        )


class AnswerChecklist(BaseModel):
    """One checker's sheet. It names nobody, neither who checks nor whom it is about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    year: int = Field(ge=2000, le=2199, description="年度 (fiscal year, from April 1).")
    checker: Code
    area: Code | None = Field(default=None, description="The area that it is about; empty: all.")
    items: tuple[ItemAnswer, ...] = Field(min_length=1, max_length=34)

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({i.item for i in self.items}) < len(self.items):
            raise invalid("checklist.item_twice", MESSAGES_EN)
        return self


class ChecklistSheet(Disclosable):
    """A sheet as it is kept; added, never changed."""

    id: Annotated[UUID, D0]
    checklist: Annotated[Code, D0]
    year: Annotated[int, D0]
    checker: Annotated[Code, D0]
    area: Annotated[Code | None, D0] = None
    agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    answered_at: Annotated[datetime, D0]
    items: Annotated[tuple[ItemAnswer, ...], D0]


def checklist_of(code: str) -> Checklist:
    """The list. Raises Concealed where there is none."""
    found = next((c for c in CHECKLISTS if c.code == code), None)
    if found is None:
        raise Concealed("record.not_found")
    return found


def check_answers(checklist: Checklist, command: AnswerChecklist) -> None:
    """Refuse a checker, an item or a column that the list does not have."""
    if command.checker not in {c.code for c in checklist.checkers}:
        known = [c.code for c in checklist.checkers]
        raise Invalid("checklist.unknown_checker", field="/checker", facts={"checkers": known})
    items = {i.code for i in checklist.items}
    for number, answer in enumerate(command.items):
        if answer.item not in items:
            raise Invalid("checklist.unknown_item", field=f"/items/{number}/item")
        if not answer.columns_used <= set(checklist.columns):
            raise Invalid(
                "checklist.unknown_column",
                field=f"/items/{number}",
                facts={"columns": list(checklist.columns)},
            )


def matrix(
    checklist: Checklist, sheets: Sequence[ChecklistSheet], own_agency: UUID
) -> list[dict[str, Any]]:
    """Item by item, what each kind of checker says, side by side; words only of the own agency."""
    by_checker = {c.code: [s for s in sheets if s.checker == c.code] for c in checklist.checkers}
    return [
        {
            "item": item.code,
            "text_ja": item.text_ja,
            "by_checker": {
                checker: _counted([_of(s, item.code) for s in of_kind])
                for checker, of_kind in by_checker.items()
            },
            "comments": [
                {"checker": s.checker}
                | {n: v for n in ("situation", "action", "comment") if (v := getattr(a, n))}
                for s in sheets
                if s.agency_id == own_agency
                and (a := _of(s, item.code)) is not None
                and (a.situation or a.action or a.comment)
            ],
        }
        for item in checklist.items
    ]


def _of(sheet: ChecklistSheet, item: str) -> ItemAnswer | None:
    return next((a for a in sheet.items if a.item == item), None)


def _counted(answers: Iterable[ItemAnswer | None]) -> dict[str, Any]:
    said = list(answers)
    given = [a for a in said if a is not None]
    ranks = sorted(a.rank for a in given if a.rank is not None)
    return {
        "sheets": len(said),
        "checked": sum(a.checked is True for a in given),
        "not_checked": sum(a.checked is False for a in given),
        "first": sum(a.priority is Priority.FIRST for a in given),
        "second": sum(a.priority is Priority.SECOND for a in given),
        "ranks": ranks,
    }
