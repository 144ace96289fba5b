"""What holds from one day to another: offices, terms, contracts, laws (brief §8 rule 21)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from service.domain.disclosure import D0, Disclosable


class Dated(Disclosable):
    """Something that holds from one day to another."""

    valid_from: Annotated[date, D0]
    valid_until: Annotated[date | None, D0] = Field(
        default=None, description="Last day on which it holds; empty while it is open-ended."
    )

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on the day (both ends included)."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
