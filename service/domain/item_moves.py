"""Agenda items that go from one conference to another: which way, and on what ground (brief §2.4).

An item that could not be finished is carried over as it is. What was said under secrecy does
not go along when the person has agreed: the item is promoted, in new words, and whoever
brought information releases it word by word.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from itertools import product
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain.conference import (
    LONGEST,
    MESSAGES_EN,
    AddItem,
    AgendaItem,
    Conference,
    ItemPurpose,
    ItemResult,
    check_online,
)
from service.domain.conference_states import KINDS, ConferenceKind, Persons
from service.domain.decision import CONFERENCE_BASES
from service.domain.disclosure import D0, D1, D3, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Line, Paragraph, invalid


class Ground(StrEnum):
    """What an item that names somebody needs under its new kind."""

    SAME = "same"
    """Nothing new: it stays inside the agency, or its kind names nobody."""
    CONSENT = "consent"
    """The person's consent, looked at anew."""
    STATUTORY = "statutory"
    """A constituted body, a reason, and the law in force, looked at anew."""
    NEVER = "never"
    """Nothing makes it possible; it is put on the agenda anew by whoever holds the record."""


class Way(StrEnum):
    """How an item gets there."""

    CARRY_OVER = "carry_over"
    PROMOTION = "promotion"


W, S, I, N = (  # noqa: E741 - one letter a column, as in the brief's table
    Persons.WITH_CONSENT,
    Persons.STATUTORY,
    Persons.INSIDE_ONE_AGENCY,
    Persons.NEVER,
)
_GROUNDS: Mapping[tuple[Persons, Persons], Ground] = {
    (W, W): Ground.CONSENT,
    (W, S): Ground.STATUTORY,
    # What others agreed to share is not one agency's own.
    (W, I): Ground.NEVER,
    (W, N): Ground.NEVER,
    (S, W): Ground.CONSENT,
    # Of another statutory kind the circle, the secrecy and the law are others.
    (S, S): Ground.NEVER,
    (S, I): Ground.NEVER,
    (S, N): Ground.NEVER,
    (I, W): Ground.CONSENT,
    (I, S): Ground.STATUTORY,
    (I, I): Ground.SAME,
    (I, N): Ground.NEVER,
    **{(N, to): Ground.SAME for to in Persons},
}


def _ground(kind: ConferenceKind, to: ConferenceKind) -> Ground:
    persons = KINDS[kind].persons
    if kind is to and persons is Persons.STATUTORY:
        return Ground.STATUTORY
    return _GROUNDS[persons, KINDS[to].persons]


#: Every kind with every kind, for an item that names somebody.
GROUND_OF: Mapping[tuple[ConferenceKind, ConferenceKind], Ground] = {
    (kind, to): _ground(kind, to) for kind, to in product(ConferenceKind, ConferenceKind)
}


def words_go_along(kind: ConferenceKind, to: ConferenceKind) -> bool:
    """Whether the item's words may be read under the new kind: not what was said under secrecy."""
    return kind is to or KINDS[kind].persons is not Persons.STATUTORY


def way_of(kind: ConferenceKind, to: ConferenceKind) -> Way | None:
    """How an item that names somebody gets from kind to kind; ``None``: not at all."""
    if GROUND_OF[kind, to] is Ground.NEVER:
        return None
    return Way.CARRY_OVER if words_go_along(kind, to) else Way.PROMOTION


def check_sitting(kind: ConferenceKind, sitting: ConferenceKind) -> None:
    """Nobody is named where the kind of the item, or of the whole sitting, names nobody."""
    if Persons.NEVER in (KINDS[kind].persons, KINDS[sitting].persons):
        raise Invalid("conference.kind_names_nobody", field="/kind")


def held_as(item: AgendaItem, sitting: Conference) -> ConferenceKind:
    """The kind the item is held as: its own, or that of the whole sitting."""
    return item.kind or sitting.kind


def check_carry_over(
    item: AgendaItem, source: Conference, target: Conference, to: ConferenceKind
) -> None:
    """An item without a result goes to a later conference, on a ground that its new kind has."""
    if item.pulled_at is not None:
        raise IllegalMove("conference.item_pulled")
    if item.result not in (None, ItemResult.CARRIED_OVER):
        raise IllegalMove("conference.item_already_decided")
    if target.starts_at <= source.starts_at:
        raise Invalid("conference.target_not_later", field="/to_conference_id")
    if not item.person_ids:
        return
    check_sitting(to, target.kind)
    way = way_of(held_as(item, source), to)
    if way is None:
        raise Invalid("conference.item_cannot_follow", field="/kind")
    if way is not Way.CARRY_OVER:
        raise IllegalMove("conference.item_under_secrecy")


def check_promotion(
    item: AgendaItem, source: Conference, target: Conference, command: "PromoteItem"
) -> None:
    """Only from a statutory item, and only to a kind that the person's consent carries."""
    check_sitting(command.kind, target.kind)
    way = way_of(held_as(item, source), command.kind)
    if item.basis not in CONFERENCE_BASES or way is not Way.PROMOTION:
        raise Invalid("conference.not_a_promotion", field="/kind")
    if not command.about(item):
        raise Invalid("conference.promotes_somebody_else", field="/person_ids")


def check_words_stay(item: AgendaItem, conference: Conference, to: ConferenceKind) -> None:
    """What was readable under secrecy is not converted on the spot: it is promoted in new words."""
    shared = conference.fixed_at is not None
    if item.person_ids and shared and not words_go_along(held_as(item, conference), to):
        raise IllegalMove("conference.item_under_secrecy")


class CarryOver(BaseModel):
    """Put an unfinished item on the agenda of a later conference."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to_conference_id: UUID
    kind: ConferenceKind | None = Field(
        default=None, description="The kind it is held as there; left out: as before."
    )

    def item_of(
        self, item: AgendaItem, invited: frozenset[UUID], stay_on: frozenset[UUID]
    ) -> AddItem:
        """The same item for another sitting, with those who stay for it.

        ``invited`` sat in the old sitting, ``stay_on`` are asked to the new one. A circle under
        secrecy never grows by being carried; elsewhere consent says who reads. If only some
        agencies stay for the item, they must be asked to the new sitting first.
        """
        circle = item.invited_agency_ids
        if not circle and item.basis in CONFERENCE_BASES:
            circle = tuple(sorted(invited & stay_on))
        return AddItem.model_validate(
            {name: getattr(item, name) for name in AddItem.model_fields}
            | {"kind": self.kind or item.kind, "invited_agency_ids": circle}
        )


class PromoteItem(Disclosable):
    """Talk about the person anew, with their consent and in new words (brief §2.4 no. 9)."""

    to_conference_id: Annotated[UUID | None, D0] = Field(
        default=None, description="Left out: the same sitting, held as two kinds."
    )
    kind: Annotated[ConferenceKind, D0]
    purpose: Annotated[ItemPurpose, D0]
    minutes: Annotated[int, D0] = Field(ge=1, le=480, description="Time planned, in minutes.")
    subject: Annotated[Paragraph, D3] = Field(
        description="In new words: nothing that was said under secrecy goes along."
    )
    person_ids: Annotated[tuple[UUID, ...], D1] = Field(
        default=(), max_length=20, description="Left out: everybody whom the item is about."
    )
    presenter_agency_id: Annotated[UUID | None, D0] = None
    invited_agency_ids: Annotated[tuple[UUID, ...], D0] = Field(default=(), max_length=60)
    body_id: Annotated[UUID | None, D0] = None

    def about(self, item: AgendaItem) -> tuple[UUID, ...]:
        """Whom the new item is about; nobody, where it names somebody the old one does not."""
        if not set(self.person_ids) <= set(item.person_ids):
            return ()
        return self.person_ids or item.person_ids

    def item_of(self, item: AgendaItem) -> AddItem:
        """The new item: of the old one, whom it is about, and nothing else."""
        said = self.model_dump(exclude={"to_conference_id"})
        return AddItem.model_validate(said | {"person_ids": self.about(item)})


class ItemMove(Disclosable):
    """That one item came from another. Only whoever convened both is told."""

    id: Annotated[UUID, D0]
    way: Annotated[Way, D0]
    from_conference_id: Annotated[UUID, D0]
    from_item_id: Annotated[UUID, D0]
    to_conference_id: Annotated[UUID, D0]
    to_item_id: Annotated[UUID, D0]
    moved_at: Annotated[datetime, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None


class ContinueConference(BaseModel):
    """When and where a sitting that was cut short goes on; left out: in the same place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    place: Line | None = None
    online_url: Line | None = None

    @model_validator(mode="after")
    def _can_be_held(self) -> Self:
        check_online(self.online_url)
        if self.ends_at <= self.starts_at:
            raise invalid("conference.ends_before_start", MESSAGES_EN)
        if self.ends_at - self.starts_at > LONGEST:
            raise invalid("conference.too_long", MESSAGES_EN)
        return self

    def where(self, conference: Conference) -> dict[str, str | None]:
        """The place and the address, or those of the sitting that was cut short."""
        given = self.place is not None or self.online_url is not None
        chosen = self if given else conference
        return {"place": chosen.place, "online_url": chosen.online_url}
