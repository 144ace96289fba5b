"""The import of a list of persons (一括取込み): what for, how many, and how it is taken back.

Only those whom somebody will call become records; the others are counted. The file itself is
not kept, only its fingerprint, so that nobody takes in the same list twice.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D2, D3, Disclosable
from service.domain.errors import IllegalMove
from service.domain.import_people import Candidate, ImportKind
from service.domain.loan_rules import Reason, Result
from service.domain.text import Code, Line, Paragraph, Reads, read_line

#: What the list was gathered for and is used for, in one sentence.
PurposeText = Annotated[str, Reads(partial(read_line, limit=400), minLength=1, maxLength=400)]
#: Rows of one list over HTTP: they are read while the caller waits.
MOST_ROWS = 2000


class ImportState(StrEnum):
    """Where an import stands."""

    DONE = "done"
    UNDONE = "undone"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return {ImportState.DONE: "取込み済み", ImportState.UNDONE: "取消し済み"}[self]


class RunImport(BaseModel):
    """What is taken in, and the documented purpose that covers it (目的外利用でないことの根拠)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ImportKind
    purpose_text: PurposeText
    dry_run: bool = False


class UndoImport(BaseModel):
    """Why it is taken back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


class Finding(Disclosable):
    """What the rules say of one row; a row number tells of nobody without the list."""

    row: Annotated[int, D0]
    result: Annotated[Result, D0]
    result_ja: Annotated[Line, D0]
    reasons: Annotated[tuple[Reason, ...], D0] = ()


class Made(Disclosable):
    """The record that was made of a row."""

    row: Annotated[int, D0]
    person_id: Annotated[UUID, D2]
    signal_id: Annotated[UUID | None, D0] = None


class Counts(Disclosable):
    """How many rows there were, and what the rules say of them."""

    rows_total: Annotated[int, D0] = Field(description="Rows of the list.")
    rows_done: Annotated[int, D0] = Field(description="Rows looked at so far.")
    needs_contact: Annotated[int, D0] = Field(description="Rows that became records.")
    watch: Annotated[int, D0] = Field(description="Counted only; nobody is stored.")
    none: Annotated[int, D0] = Field(description="Counted only; nobody is stored.")


class ImportSummary(Counts):
    """What may be told of an import: numbers, states and what for."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    #: The department that keeps what was made, where the agency has departments.
    department: Annotated[Code | None, D0] = None
    kind: Annotated[ImportKind, D0]
    purpose_text: Annotated[PurposeText, D0] = Field(
        description="The documented purpose that covers it."
    )
    sha256: Annotated[str, D0] = Field(pattern=r"^[0-9a-f]{64}$")
    made_at: Annotated[datetime, D0]
    made_by_position_id: Annotated[UUID | None, D0] = None
    screening_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The screening whose list they are on; empty if nobody is."
    )
    state: Annotated[ImportState, D0] = ImportState.DONE
    undone_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1


class PersonImport(ImportSummary):
    """An import's record, with whom it made."""

    undo_reason: Annotated[Paragraph | None, D3] = None
    made: Annotated[tuple[Made, ...], D2] = Field(default=(), max_length=MOST_ROWS)

    def undone(self, reason: str, at: datetime) -> Self:
        """Taken back: what was made of it is there no more; that it was made stays."""
        if self.state is ImportState.UNDONE:
            raise IllegalMove("import.already_undone")
        return self.but(
            state=ImportState.UNDONE, undone_at=at, undo_reason=reason, version=self.version + 1
        )


def counts_of(candidates: Sequence[Candidate]) -> Counts:
    """How many there are of each."""
    by_result = Counter(c.assessment.result for c in candidates)
    return Counts(
        rows_total=len(candidates),
        rows_done=len(candidates),
        needs_contact=by_result[Result.NEEDS_CONTACT],
        watch=by_result[Result.WATCH],
        none=by_result[Result.NONE],
    )


def findings_of(candidates: Sequence[Candidate]) -> list[Finding]:
    """Every row of which there is something to say."""
    return [
        Finding(
            row=c.row,
            result=c.assessment.result,
            result_ja=c.assessment.result.label_ja,
            reasons=c.assessment.reasons,
        )
        for c in candidates
        if c.assessment.result is not Result.NONE
    ]
