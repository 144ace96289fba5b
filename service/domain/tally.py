"""Counting without a name: somebody was told of the support and what they said (利用勧奨)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from service.domain.disclosure import D0, Disclosable
from service.domain.text import Code


class Recommended(StrEnum):
    """How it ended at the desk."""

    LEAFLET = "leaflet"
    DECLINED = "declined"
    ACCOMPANIED = "accompanied"
    REFERRED = "referred"

    @property
    def label_ja(self) -> str:
        """The ending in the field's words."""
        return RECOMMENDED_JA[self]


RECOMMENDED_JA: dict[Recommended, str] = {
    Recommended.LEAFLET: "案内を渡した",
    Recommended.DECLINED: "希望しなかった",
    Recommended.ACCOMPANIED: "同行した",
    Recommended.REFERRED: "つないだ",
}


class CountRecommendation(Disclosable):
    """One recommendation (利用勧奨), of nobody in particular."""

    happened_on: Annotated[date, D0]
    outcome: Annotated[Recommended, D0]
    theme: Annotated[Code, D0] = "arrears"
    area: Annotated[Code | None, D0] = None


class Recommendation(CountRecommendation):
    """A recommendation as it was counted."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    counted_at: Annotated[datetime, D0]
