"""A signal (気になる世帯の把握): something noticed about somebody, known by name or not (brief §3.1).

Only a few words and an area are needed (困りごとカード, row 1-08). A signal belongs to the agency
whose desk looks into it; the agency that passed it on knows only that it did.
"""

import re
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain.disclosure import D0, D1, D3, D6, Disclosable
from service.domain.errors import IllegalMove
from service.domain.referral import Urgency
from service.domain.signal_states import (
    ENDINGS,
    NEXT,
    CheckItem,
    Level,
    SignalAct,
    SignalKind,
    SignalPolicy,
    SignalStatus,
)
from service.domain.tally import Recommended
from service.domain.text import Code, Line, Paragraph, half_width, invalid

MESSAGES_EN = {
    "signal.nothing_noticed": "Say in a few words what was noticed, or tick what applies.",
    "signal.area_or_place": "Say where: the area, or the place as far as it is known.",
    "signal.amount_given": "Arrears are passed on by kind only, never with an amount. Take the amount out.",
    "signal.arrears_missing": "Say what is in arrears (arrears): tax, rent, water, power, gas, phone or insurance.",
    "signal.arrears_only": "Only a signal of the kind arrears names what is in arrears.",
    "signal.two_desks": "Name a desk, or let the directory find the one that answers; not both.",
}
MESSAGES_JA = {
    "signal.nothing_noticed": "気づいたことを一言書くか、チェック項目を選んでください。",
    "signal.area_or_place": "地区、または分かる範囲の場所を記入してください。",
    "signal.amount_given": "滞納は種類だけを伝え、金額は伝えません。金額を消してください。",
    "signal.arrears_missing": "滞納の種類（税・家賃・水道・電気・ガス・電話・保険料）を選んでください。",
    "signal.arrears_only": "滞納の種類は「滞納等のサイン」でのみ選べます。",
    "signal.two_desks": "窓口を指定するか、担当窓口の自動選択か、どちらか一方にしてください。",
}
#: A number with a unit of money. Amounts of arrears never leave the desk that collects (row 1-04).
#: 一円 alone says "all over" (市内一円).
_AMOUNT = re.compile(
    r"(¥|jpy|yen)\s*[0-9]|[0-9][0-9,.]*\s*(円|万|千円|yen|jpy)"
    r"|(?!一円)[〇零一二三四五六七八九十百千万億壱弐参拾]+\s*円|[一二三四五六七八九十百千]+万",
    re.IGNORECASE,
)


class ArrearsKind(StrEnum):
    """What is in arrears; never how much."""

    TAX = "tax"
    RENT = "rent"
    WATER = "water"
    POWER = "power"
    GAS = "gas"
    PHONE = "phone"
    INSURANCE = "insurance"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return ARREARS_JA[self]


ARREARS_JA: dict[ArrearsKind, str] = {
    ArrearsKind.TAX: "税",
    ArrearsKind.RENT: "家賃",
    ArrearsKind.WATER: "水道料金",
    ArrearsKind.POWER: "電気料金",
    ArrearsKind.GAS: "ガス料金",
    ArrearsKind.PHONE: "電話料金",
    ArrearsKind.INSURANCE: "保険料",
}


class PlaceKind(StrEnum):
    """Where somebody was met (row 1-03)."""

    HOME = "home"
    SALON = "salon"
    DESK = "desk"
    STREET = "street"
    PHONE = "phone"
    OTHER = "other"


class Watcher(Disclosable):
    """Somebody who watches over, and how (見守り者と関わり方, brief §4.8). They get no account."""

    name: Annotated[Line, D6]
    way: Annotated[Line, D6]


class RaiseSignal(Disclosable):
    """What was noticed. Whoever it is may be unknown, and everything else may follow later."""

    kind: Annotated[SignalKind, D0]
    text: Annotated[Paragraph | None, D3] = Field(
        default=None, description="What was noticed, in a few words."
    )
    area: Annotated[Code | None, D0] = None
    place: Annotated[Line | None, D1] = Field(
        default=None, description="Where, as far as it is known: a house, a building, a corner."
    )
    who: Annotated[Line | None, D1] = Field(
        default=None, description="Who it may be, as far as it is known."
    )
    person_id: Annotated[UUID | None, D1] = None
    categories: Annotated[tuple[Code, ...], D3] = Field(
        default=(), max_length=20, description="What it may be about: budget, work, debt, food …"
    )
    check_items: Annotated[frozenset[CheckItem], D3] = Field(
        default=frozenset(), max_length=40, description="What is ticked on the check sheet."
    )
    arrears: Annotated[frozenset[ArrearsKind], D3] = Field(default=frozenset(), max_length=10)
    recommended: Annotated[Recommended, D0] = Field(
        default=Recommended.LEAFLET,
        description="For arrears: what is counted when there is no consent (利用勧奨).",
    )
    watchers: Annotated[tuple[Watcher, ...], D6] = Field(default=(), max_length=20)
    informant: Annotated[Line | None, D6] = Field(default=None, description="Who told us.")
    met_at: Annotated[PlaceKind | None, D0] = None
    urgent: Annotated[bool, D0] = False
    noticed_on: Annotated[date | None, D0] = None
    to_desk_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The desk it is written for; empty: our own."
    )
    to_responsible_desk: Annotated[bool, D0] = Field(
        default=False, description="For the desk that answers for the area and first category."
    )

    @model_validator(mode="after")
    def _can_be_looked_into(self) -> Self:
        arrears = self.kind is SignalKind.ARREARS
        nothing = self.text is None and not self.check_items and not self.arrears
        texts = [self.text, self.who, self.place, self.informant]
        texts += [words for w in self.watchers for words in (w.name, w.way)]
        for code, wrong in {
            "signal.nothing_noticed": nothing and not arrears,
            "signal.arrears_missing": arrears and not self.arrears,
            "signal.arrears_only": bool(self.arrears) and not arrears,
            "signal.area_or_place": not (self.area or self.place or self.person_id or arrears),
            "signal.amount_given": arrears
            and any(t and _AMOUNT.search(half_width(t)) for t in texts),
            "signal.two_desks": self.to_responsible_desk and self.to_desk_id is not None,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class CloseReason(StrEnum):
    """Why nothing more is done about a signal."""

    ALREADY_SUPPORTED = "already_supported"
    DECEASED = "deceased"
    MISTAKEN = "mistaken"
    MOVED = "moved"
    NO_CONCERN = "no_concern"
    WANTS_NOTHING = "wants_nothing"

    @property
    def label_ja(self) -> str:
        """The reason in the field's words."""
        return CLOSE_JA[self]


CLOSE_JA: dict[CloseReason, str] = {
    CloseReason.ALREADY_SUPPORTED: "すでに支援中",
    CloseReason.DECEASED: "死亡",
    CloseReason.MISTAKEN: "誤り・思い違い",
    CloseReason.MOVED: "転居",
    CloseReason.NO_CONCERN: "心配ないことを確認",
    CloseReason.WANTS_NOTHING: "支援を希望しない",
}


class _Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LookInto(_Said):
    """Somebody looked, by a visit or a call: what they found."""

    at: AwareDatetime
    found: Paragraph
    person_id: UUID | None = Field(default=None, description="Who it is, if that is known now.")


class WatchSignal(_Said):
    """It is watched, until somebody looks again on a day."""

    look_again_on: date
    note: Paragraph | None = None


class MergeSignal(_Said):
    """It is about the same household as another signal."""

    into_signal_id: UUID


class CloseSignal(_Said):
    """Nothing more is to be done, and why."""

    reason: CloseReason
    note: Paragraph | None = None


class ProposeSignal(_Said):
    """Put on the agenda of a meeting inside the agency (row 1-01)."""

    conference_id: UUID
    minutes: int = Field(default=10, ge=1, le=480)


class Look(Disclosable):
    """One look at it."""

    at: Annotated[datetime, D0]
    position_id: Annotated[UUID | None, D0] = None
    found: Annotated[Paragraph, D3]


class Signal(RaiseSignal):
    """A signal's record, at the agency whose desk looks into it."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    entered_by_agency_id: Annotated[UUID, D0]
    entered_by_position_id: Annotated[UUID | None, D0] = None
    municipality_code: Annotated[str, D0]
    hub_agency_id: Annotated[UUID, D0]
    raised_at: Annotated[datetime, D0]
    urgency: Annotated[Urgency, D0] = Urgency.NORMAL
    status: Annotated[SignalStatus, D0] = SignalStatus.NEW
    due_at: Annotated[datetime | None, D0] = None
    #: How many deadlines have passed without a look.
    missed: Annotated[int, D0] = 0
    level: Annotated[Level, D0] = Level.DESK
    looks: Annotated[tuple[Look, ...], D0] = Field(default=(), max_length=400)
    consultation_id: Annotated[UUID | None, D0] = None
    merged_into_id: Annotated[UUID | None, D0] = None
    close_reason: Annotated[CloseReason | None, D0] = None
    close_note: Annotated[Paragraph | None, D3] = None
    version: Annotated[int, D0] = 1

    def move(self, act: SignalAct) -> Self:
        """The signal after the act, without what the act itself brings along."""
        try:
            status = NEXT[self.status, act]
        except KeyError:
            raise IllegalMove(
                "signal.illegal_move",
                facts={
                    "state": self.status,
                    "act": act,
                    "open": [a.value for s, a in NEXT if s == self.status],
                },
            ) from None
        due_at = None if status in ENDINGS else self.due_at
        return self.but(status=status, due_at=due_at, version=self.version + 1)

    def missed_deadline(self, policy: SignalPolicy) -> Self:
        """A deadline passed: whoever is next on the kind's list answers for it."""
        moved = self.move(SignalAct.MISS_DEADLINE)
        missed = self.missed + 1
        return moved.but(missed=missed, level=policy.rule(self.kind).level_after(missed))

    @property
    def open_acts(self) -> tuple[SignalAct, ...]:
        """What may be done next by hand."""
        return tuple(
            a for a in SignalAct if (self.status, a) in NEXT and a is not SignalAct.MISS_DEADLINE
        )
