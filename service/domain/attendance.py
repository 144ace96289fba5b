"""Who comes to a table, and who was there for which item (brief §3.4).

An agency says who sits for it by position, and who stands in for whom. Of a sitting it is on
record who came later and who left early, because only those who are there decide.
"""

from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.text import invalid

MESSAGES_EN = {
    "attendance.left_before_arriving": "Somebody leaves after they have come. Correct arrived_for_item or left_before_item.",
}
MESSAGES_JA = {
    "attendance.left_before_arriving": "退席が到着より前になっています。arrived_for_itemまたはleft_before_itemを直してください。",
}


class StandIn(BaseModel):
    """The substitute (代理), and the position they stand in for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position_id: UUID
    substitute_for_position_id: UUID


class PresentAt(BaseModel):
    """Who sat for an attendee, and for which items they were there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attendee_id: UUID
    position_ids: tuple[UUID, ...] = Field(
        default=(), max_length=20, description="The positions that came; each must be registered."
    )
    arrived_for_item: int | None = Field(
        default=None, ge=1, description="The number of the first item they were there for."
    )
    left_before_item: int | None = Field(
        default=None, ge=1, description="The number of the first item they were gone for."
    )

    @model_validator(mode="after")
    def _comes_before_it_goes(self) -> Self:
        came, left = self.arrived_for_item or 1, self.left_before_item
        if left is not None and left <= came:
            raise invalid("attendance.left_before_arriving", MESSAGES_EN)
        return self


def there_for(number: int, *, arrived: int | None, left: int | None) -> bool:
    """Whether somebody who came was there for the item of this number."""
    return (arrived is None or number >= arrived) and (left is None or number < left)
