"""A municipality's terms for consultations, cases and the hub: data with a date (policy ``care``)."""

from pydantic import BaseModel, ConfigDict, Field

from service.domain.term import Term, calendar, working


class CarePolicy(BaseModel):
    """How long anything may rest before somebody is reminded, and who has too much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    #: Until the way to go on (スクリーニング) is settled.
    consultation: Term = working(10)
    #: Until the person is asked how the handover went (row 3-22).
    handover: Term = calendar(30)
    #: Until the hub has answered.
    hub: Term = working(2)
    #: A case without any record (row 1-28).
    stale: Term = calendar(60)
    stale_urgent: Term = calendar(7)
    #: After urgent support, until the next step is settled (row 1-46).
    next_step: Term = calendar(7)
    #: A position that nobody holds any longer, until its cases are reassigned.
    reassign: Term = working(5)
    #: More open cases than this in one position are reported (row 3-08).
    most_cases: int = Field(default=30, ge=1, le=500)
