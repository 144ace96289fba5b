"""Progress control (進行管理): what conferences decided, on a board and at the top of the next agenda.

The numbers are about nobody (class D0); what is to be done for somebody is as open as the item
on which it was decided (row 2-14).
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.conference import Conference
from service.domain.conference_states import ConferenceKind
from service.domain.disclosure import D0, Disclosable
from service.domain.task import Task, TaskState
from service.domain.text import Paragraph


class BoardState(StrEnum):
    """Which tasks of a board are asked for."""

    OPEN = "open"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    DROPPED = "dropped"


class Tally(Disclosable):
    """How many tasks there are; ``due`` and ``overdue`` are open as well."""

    open: Annotated[int, D0] = 0
    due: Annotated[int, D0] = 0
    overdue: Annotated[int, D0] = 0
    done: Annotated[int, D0] = 0
    dropped: Annotated[int, D0] = 0


class AgencyTally(Tally):
    """The same for one agency."""

    agency_id: Annotated[UUID, D0]


class FollowUp(Disclosable):
    """What earlier sittings decided and nobody has finished yet."""

    open: Annotated[int, D0]
    overdue: Annotated[int, D0]


class RescheduleTask(BaseModel):
    """Another day, and why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    due_on: date
    reason: Paragraph


class DropTask(BaseModel):
    """Why it is not to be done any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


class HandOnTask(BaseModel):
    """To whom at the same agency; left out: to anybody at the desk."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position_id: UUID | None = None


class Scope(BaseModel):
    """Whose decisions: of one convener, and of one body, or one kind, or those before a sitting."""

    model_config = ConfigDict(frozen=True)

    convener_agency_id: UUID
    body_id: UUID | None = None
    kind: ConferenceKind | None = None
    #: Without a body, a row of sittings goes by one kind and one local name.
    same_name: bool = False
    local_name: str | None = None
    #: Only sittings that began before this one.
    before: datetime | None = None
    sitting_id: UUID | None = None


def earlier(conference: Conference) -> Scope:
    """The earlier sittings of the same body, or of the same convener, kind and name."""
    bodiless = conference.body_id is None
    return Scope(
        convener_agency_id=conference.convener_agency_id,
        body_id=conference.body_id,
        kind=conference.kind if bodiless else None,
        same_name=bodiless,
        local_name=conference.local_name if bodiless else None,
        before=conference.starts_at,
        sitting_id=conference.id,
    )


def total(tallies: Iterable[AgencyTally]) -> Tally:
    """All agencies together."""
    found = list(tallies)
    return Tally(**{name: sum(getattr(t, name) for t in found) for name in Tally.model_fields})


def days_overdue(task: Task, day: date) -> int:
    """How many days ago an open task was due."""
    late = (day - task.due_on).days
    return late if task.state is TaskState.OPEN and late > 0 else 0
