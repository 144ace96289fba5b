"""Monitoring a plan (モニタリング): how each line goes, and whether the plan must be looked at anew."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from service.domain.decision import Permit
from service.domain.disclosure import D0, D3, D7, Disclosable, disclose
from service.domain.errors import Invalid
from service.domain.plan_line import PlanLine
from service.domain.text import Code, Paragraph


class Progress(StrEnum):
    """How a line goes."""

    NOT_STARTED = "not_started"
    ON_TRACK = "on_track"
    SLOW = "slow"
    STOPPED = "stopped"
    DONE = "done"

    @property
    def label_ja(self) -> str:
        """The progress in the field's words."""
        return PROGRESS_JA[self]


PROGRESS_JA: dict[Progress, str] = {
    Progress.NOT_STARTED: "未着手",
    Progress.ON_TRACK: "順調",
    Progress.SLOW: "遅れている",
    Progress.STOPPED: "止まっている",
    Progress.DONE: "終わった",
}


class Finding(Disclosable):
    """What was found about one line."""

    line_id: Annotated[UUID, D0]
    progress: Annotated[Progress, D3]
    note: Annotated[Paragraph | None, D3] = None


class RecordMonitoring(Disclosable):
    """What was found; the agency that holds the plan looks at all of it, others at their lines."""

    on: Annotated[date, D0]
    findings: Annotated[tuple[Finding, ...], D0] = Field(default=(), max_length=60)
    next_on: Annotated[date | None, D3] = Field(
        default=None, description="The next day; the holder of the plan says it."
    )
    condition_changed: Annotated[bool, D3] = Field(
        default=False,
        description="The person's condition has changed: the plan is to be looked at anew (見直し).",
    )
    note: Annotated[Paragraph | None, D3] = None
    opinion: Annotated[Paragraph | None, D7] = Field(
        default=None, description="For the agency that holds the plan only, which alone writes it."
    )


class FoundOnLine(Finding):
    """A finding with the theme of its line, by which it is shown."""

    theme: Annotated[Code, D3]


class PlanMonitoring(RecordMonitoring):
    """A monitoring's record."""

    id: Annotated[UUID, D0]
    plan_id: Annotated[UUID, D0]
    number: Annotated[int, D0] = Field(description="The version that was looked at.")
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    recorded_at: Annotated[datetime, D0]
    findings: Annotated[tuple[FoundOnLine, ...], D0] = Field(default=(), max_length=60)


def found_on(
    findings: Sequence[Finding], lines: Sequence[PlanLine], only: UUID | None
) -> tuple[FoundOnLine, ...]:
    """The findings with their themes; ``only`` is the agency whose lines they may be about."""
    open_to = {
        line.id: line.theme
        for line in lines
        if line.id is not None and only in (None, line.responsible_agency_id)
    }
    named = [f.line_id for f in findings]
    for number, finding in enumerate(findings):
        if finding.line_id not in open_to or named.count(finding.line_id) > 1:
            raise Invalid("plan.unknown_line", field=f"/findings/{number}/line_id")
    return tuple(FoundOnLine(**dict(f), theme=open_to[f.line_id]) for f in findings)


def show_monitoring(
    monitoring: PlanMonitoring, permit: Permit, agency_id: UUID | None
) -> dict[str, Any]:
    """The monitoring as the permit's holder may see it; a limited part sees its own themes of it."""
    shown = disclose(monitoring, permit.classes)
    if permit.only_themes is None or monitoring.agency_id == agency_id:
        return shown
    for of_all in ("condition_changed", "note"):
        shown.pop(of_all, None)
    shown["findings"] = [f for f in shown["findings"] if f.get("theme") in permit.only_themes]
    return shown
