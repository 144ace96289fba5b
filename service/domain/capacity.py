"""What a desk can take on at the moment: known before anybody is named.

The receiving desk says it itself. It is advice and no gate: a referral to a desk without a
place is sent all the same, with a word on the way forward, so that nobody is bounced.
"""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field

from service.domain.disclosure import D0, Disclosable, disclose
from service.domain.text import Line

MESSAGES_EN = {
    "desk.no_places": "This desk has said that it has no place at the moment. Your referral goes there all the same and its deadline runs; call the desk, or ask POST /v1/route for another one.",
}
MESSAGES_JA = {
    "desk.no_places": "この窓口は現在受入れの空きがないとしています。つなぎはそのまま届き、回答期限も進みます。窓口に電話するか、POST /v1/route で別の窓口を確認してください。",
}


class TellCapacity(Disclosable):
    """What a desk says about itself."""

    open: Annotated[bool, D0] = Field(description="Whether it takes anybody on at the moment.")
    places: Annotated[int | None, D0] = Field(default=None, ge=0, le=10_000)
    waiting_days: Annotated[int | None, D0] = Field(default=None, ge=0, le=1_000)
    until: Annotated[date | None, D0] = Field(
        default=None, description="Last day on which this holds; afterwards nothing is known."
    )
    note: Annotated[Line | None, D0] = Field(default=None, description="Nothing about a person.")


class DeskCapacity(TellCapacity):
    """A desk's word on what it can take on, as of an instant."""

    desk_id: Annotated[UUID, D0]
    told_at: Annotated[datetime, D0]
    told_by_position_id: Annotated[UUID | None, D0] = None
    version: Annotated[int, D0] = 1

    def holds_on(self, day: date) -> bool:
        """Whether it still says something about the day."""
        return self.until is None or day <= self.until

    @property
    def has_places(self) -> bool:
        """Whether somebody could be taken on."""
        return self.open and self.places != 0

    def told_anew(self, command: TellCapacity, *, at: datetime, by: UUID | None) -> Self:
        """What the desk says now."""
        return self.but(
            **command.model_dump(), told_at=at, told_by_position_id=by, version=self.version + 1
        )


def told(capacity: DeskCapacity | None) -> dict[str, Any] | None:
    """What is said of it wherever somebody looks for a desk."""
    if capacity is None:
        return None
    shown = disclose(capacity, frozenset({D0}))
    return {n: v for n, v in shown.items() if n not in ("desk_id", "withheld")}


def warnings_of(capacity: DeskCapacity | None) -> list[dict[str, str]]:
    """What whoever refers to the desk should know, with the way forward."""
    if capacity is None or capacity.has_places:
        return []
    code = "desk.no_places"
    return [{"code": code, "message": MESSAGES_EN[code], "message_ja": MESSAGES_JA[code]}]
