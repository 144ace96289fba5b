"""Screening a list of people for follow-up (SC-9): a documented purpose, and counts for others."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D2, Disclosable
from service.domain.errors import Invalid
from service.domain.text import Code, Line, Paragraph


class Outcome(StrEnum):
    """What came of the call."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"

    @property
    def label_ja(self) -> str:
        """The outcome in the field's words."""
        return OUTCOME_JA[self]


OUTCOME_JA: dict[Outcome, str] = {
    Outcome.PENDING: "連絡前",
    Outcome.ACCEPTED: "相談を希望",
    Outcome.REFUSED: "希望しない",
    Outcome.UNREACHABLE: "連絡がつかない",
}


class OpenScreening(Disclosable):
    """What for, and who is told how many."""

    title: Annotated[Line, D0]
    documented_purpose: Annotated[Paragraph, D0] = Field(
        description="The stated purpose that covers it (目的外利用でないことの根拠)."
    )
    counts_for_agency_ids: Annotated[frozenset[UUID], D0] = Field(
        default=frozenset(), max_length=20, description="They see numbers, and nobody."
    )


class Screened(Disclosable):
    """One person on the list."""

    person_id: Annotated[UUID, D2]
    flagged: Annotated[bool, D2] = False
    outcome: Annotated[Outcome, D2] = Outcome.PENDING


class AddScreened(BaseModel):
    """Persons of the agency's own, and whether something was noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    entries: tuple["ScreenedEntry", ...] = Field(min_length=1, max_length=200)


class ScreenedEntry(BaseModel):
    """One person, and whether something was noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    flagged: bool = False


class RecordOutcome(BaseModel):
    """What came of calling a person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    outcome: Outcome


class Screening(OpenScreening):
    """A screening's record."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    #: The department that keeps the list to itself, where the agency has departments.
    department: Annotated[Code | None, D0] = None
    opened_at: Annotated[datetime, D0]
    entries: Annotated[tuple[Screened, ...], D2] = Field(default=(), max_length=2000)
    version: Annotated[int, D0] = 1

    def with_entries(self, added: tuple[ScreenedEntry, ...]) -> Self:
        """With more persons; nobody is on it twice."""
        known = {e.person_id for e in self.entries}
        new = {e.person_id: e for e in added}
        if known & set(new) or len(new) < len(added):
            raise Invalid("screening.person_twice", field="/entries")
        more = tuple(Screened(person_id=e.person_id, flagged=e.flagged) for e in added)
        return self.but(entries=self.entries + more, version=self.version + 1)

    def with_outcome(self, person_id: UUID, outcome: Outcome) -> Self:
        """With what came of one person's call."""
        if person_id not in {e.person_id for e in self.entries}:
            raise Invalid("screening.person_not_on_it", field="/person_id")
        changed = tuple(
            e.but(outcome=outcome) if e.person_id == person_id else e for e in self.entries
        )
        return self.but(entries=changed, version=self.version + 1)

    def counts(self) -> dict[str, int]:
        """Numbers without anybody: what the owner of the business is told (ANON)."""
        flagged = [e for e in self.entries if e.flagged]
        by_outcome = Counter(e.outcome.value for e in flagged)
        return {"listed": len(self.entries), "flagged": len(flagged)} | {
            o.value: by_outcome[o.value] for o in Outcome
        }


AddScreened.model_rebuild()
