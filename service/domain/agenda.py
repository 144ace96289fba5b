"""The agenda as its coordinator works on it: order, time, items split and taken off (brief §3.4).

It is arranged until it is fixed. An item that leaves it keeps its record, without a place.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.conference import AgendaItem, Conference, PullReason
from service.domain.decision import Basis
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Paragraph, invalid

MESSAGES_EN = {
    "agenda.nothing_to_arrange": "Say what changes: minutes, presenter_agency_id or invited_agency_ids.",
}
MESSAGES_JA = {
    "agenda.nothing_to_arrange": "変更する項目（minutes、presenter_agency_id、invited_agency_ids）を指定してください。",
}


class OrderAgenda(BaseModel):
    """All items of the agenda, in the order in which they are taken."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    item_ids: tuple[UUID, ...] = Field(min_length=1, max_length=200)


class ArrangeItem(BaseModel):
    """How long, who presents, who stays; nothing about anybody, so the convener can say it of any item."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    minutes: int | None = Field(default=None, ge=1, le=480)
    presenter_agency_id: UUID | None = None
    invited_agency_ids: tuple[UUID, ...] | None = Field(
        default=None, max_length=60, description="Empty: all invited stay."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise invalid("agenda.nothing_to_arrange", MESSAGES_EN)
        return self


class ItemPart(BaseModel):
    """One part of an item that is split; what is left out stays as it was."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Paragraph
    minutes: int = Field(ge=1, le=480)
    person_ids: tuple[UUID, ...] | None = Field(default=None, max_length=20)
    invited_agency_ids: tuple[UUID, ...] | None = Field(default=None, max_length=60)


class SplitItem(BaseModel):
    """The item in parts, which take its place one after the other."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parts: tuple[ItemPart, ...] = Field(min_length=2, max_length=10)


class Budget(BaseModel):
    """How long the sitting is and how long the items take, in minutes."""

    model_config = ConfigDict(frozen=True)

    minutes_available: int
    minutes_planned: int

    @property
    def over_by(self) -> int:
        """By how much the items take longer than the sitting; 0 when they fit."""
        return max(0, self.minutes_planned - self.minutes_available)


def budget_of(conference: Conference, items: Sequence[AgendaItem]) -> Budget:
    """The time of the sitting against that of its items; an item that is pulled takes none."""
    lasts = conference.ends_at - conference.starts_at
    return Budget(
        minutes_available=int(lasts / timedelta(minutes=1)),
        minutes_planned=sum(i.minutes for i in items if i.pulled_at is None),
    )


def times_of(conference: Conference, items: Sequence[AgendaItem]) -> dict[UUID, datetime]:
    """When each item begins, if all before it keep their time."""
    begins, found = conference.starts_at, {}
    for item in items:
        found[item.id] = begins
        if item.pulled_at is None:
            begins += timedelta(minutes=item.minutes)
    return found


def ordered(items: Sequence[AgendaItem], command: OrderAgenda) -> list[AgendaItem]:
    """The items numbered anew; each must be named once, so that none is lost."""
    known = {i.id: i for i in items}
    if len(command.item_ids) != len(known) or set(command.item_ids) != set(known):
        raise Invalid("agenda.order_incomplete", field="/item_ids")
    return renumbered([known[i] for i in command.item_ids])


def renumbered(items: Sequence[AgendaItem]) -> list[AgendaItem]:
    """The items in their places, from 1."""
    return [item.but(number=n) for n, item in enumerate(items, 1)]


def arranged(item: AgendaItem, command: ArrangeItem) -> AgendaItem:
    """The item with another time, presenter or circle."""
    return item.but(**{name: getattr(command, name) for name in command.model_fields_set})


def taken_off(item: AgendaItem, because: PullReason, at: datetime) -> AgendaItem:
    """Off the agenda for good; an item with a result stays on record where it was taken."""
    if item.result is not None:
        raise IllegalMove("conference.item_already_decided")
    return item.pulled(because, at)


def split(item: AgendaItem, command: SplitItem, new_id: Callable[[], UUID]) -> list[AgendaItem]:
    """The parts in the item's place. They name nobody whom the item did not name."""
    if item.pulled_at is not None or item.result is not None:
        raise IllegalMove("conference.item_already_decided")
    parts = []
    for number, part in enumerate(command.parts):
        persons = item.person_ids if part.person_ids is None else part.person_ids
        if not set(persons) <= set(item.person_ids):
            raise Invalid("agenda.part_names_another", field=f"/parts/{number}/person_ids")
        # Plan, referral and case belong to a person of the item: a part on fewer persons has none.
        whole = set(persons) == set(item.person_ids)
        invited = part.invited_agency_ids
        parts.append(
            item.but(
                id=new_id(),
                subject=part.subject,
                minutes=part.minutes,
                person_ids=persons,
                plan=item.plan if whole else None,
                referral_id=item.referral_id if whole else None,
                case_id=item.case_id if whole else None,
                invited_agency_ids=item.invited_agency_ids if invited is None else invited,
                basis=item.basis if persons else Basis.ANON,
                reason_without_consent=item.reason_without_consent if persons else None,
            )
        )
    if not set(item.person_ids) <= {p for part in parts for p in part.person_ids}:
        raise Invalid("agenda.person_left_out", field="/parts")
    return parts
