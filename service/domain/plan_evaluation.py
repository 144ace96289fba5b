"""The evaluation sheet (評価シート, brief §4.6): what became of each line, and how it goes on.

A case is closed on it: category, exit and after-care are said here, once (brief §8 rule 17).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain.decision import Permit
from service.domain.disclosure import D0, D2, D3, D7, Disclosable, disclose
from service.domain.errors import IllegalMove, Invalid
from service.domain.evaluation_codes import (
    MESSAGES_EN,
    Achieved,
    AfterCareChoice,
    Change,
    EmploymentKind,
    EndCategory,
    EvaluationReason,
    EvaluationResult,
)
from service.domain.plan_course import CourseAct, PlanKind
from service.domain.plan_line import MESSAGES_EN as LINE_MESSAGES
from service.domain.plan_line import PlanLine
from service.domain.text import Code, Line, Paragraph, invalid

#: What becomes of the plan; a re-plan is made by a call of its own.
ACT_OF: Mapping[EvaluationResult, CourseAct | None] = {
    EvaluationResult.ENDED: CourseAct.END,
    EvaluationResult.REPLANNED: None,
    EvaluationResult.INTERRUPTED: CourseAct.INTERRUPT,
}


class AfterCare(Disclosable):
    """The choice of what follows the end."""

    choice: Annotated[AfterCareChoice, D3]
    how: Annotated[Line, D3] = Field(
        description="Who, and how; where none is wished, what was offered."
    )
    contact_on: Annotated[date | None, D0] = Field(
        default=None, description="The day of the next contact; needed for contact."
    )

    @property
    def told(self) -> str:
        """As it stands in the closing of a case."""
        return f"{self.choice.label_ja}：{self.how}"


class Employment(Disclosable):
    """Work that was found, or that pays more (就労者・増収者)."""

    employed_on: Annotated[date | None, D2] = None
    kind: Annotated[EmploymentKind | None, D2] = None
    income_increased: Annotated[bool, D2] = False


class LineResult(Disclosable):
    """Whether one line's goal was reached."""

    line_id: Annotated[UUID, D0]
    achieved: Annotated[Achieved, D3]
    note: Annotated[Paragraph | None, D3] = None


class EvaluatePlan(Disclosable):
    """The sheet. What an end, a re-plan or an interruption needs is asked for by ``check``."""

    on: Annotated[date, D0]
    reason: Annotated[EvaluationReason, D3]
    lines: Annotated[tuple[LineResult, ...], D0] = Field(min_length=1, max_length=60)
    changes: Annotated[frozenset[Change], D3] = Field(min_length=1, max_length=len(Change))
    employment: Annotated[Employment | None, D2] = None
    step_up: Annotated[bool, D3] = Field(default=False, description="ステップアップ seen.")
    remaining_issues: Annotated[Paragraph | None, D3] = None
    wishes: Annotated[Paragraph | None, D3] = Field(default=None, description="The person's own.")
    conference_on: Annotated[date | None, D3] = Field(
        default=None, description="The day of the conference that evaluated it."
    )
    result: Annotated[EvaluationResult, D0]
    category: Annotated[EndCategory | None, D3] = None
    exit: Annotated[Line | None, D3] = Field(
        default=None, description="Where the person is held from now on (出口)."
    )
    after_care: Annotated[AfterCare | None, D3] = None
    interruption: Annotated[Paragraph | None, D3] = Field(
        default=None, description="Why it is interrupted."
    )
    recontact_on: Annotated[date | None, D0] = None
    opinion: Annotated[Paragraph | None, D7] = None

    @model_validator(mode="after")
    def _some_change_or_none(self) -> Self:
        if Change.NONE in self.changes and len(self.changes) > 1:
            raise invalid("plan.change_none_beside_others", MESSAGES_EN)
        return self

    def check(self, kind: PlanKind) -> None:
        """Refuse a sheet on which something is missing, and say what."""
        ends = self.result is EvaluationResult.ENDED
        stops = self.result is EvaluationResult.INTERRUPTED
        after = self.after_care
        dead = self.category is EndCategory.DIED
        handed = self.category is EndCategory.HANDED_TO_LEAD
        for code, (field, wrong) in {
            "plan.no_end_category": ("/category", ends and self.category is None),
            "plan.no_exit": ("/exit", ends and self.exit is None),
            "plan.no_after_care": ("/after_care", ends and after is None and not dead),
            "plan.no_contact_day": (
                "/after_care/contact_on",
                after is not None
                and after.choice is AfterCareChoice.CONTACT
                and after.contact_on is None,
            ),
            "plan.no_interruption": ("/interruption", stops and self.interruption is None),
            "plan.no_recontact_day": ("/recontact_on", stops and self.recontact_on is None),
            "plan.not_an_end": (
                "/result",
                not ends and any((self.category, self.exit, self.after_care)),
            ),
            "plan.not_an_interruption": (
                "/result",
                not stops and any((self.interruption, self.recontact_on)),
            ),
            "plan.not_multi_agency": (
                "/category",
                handed and kind is not PlanKind.MULTI_AGENCY,
            ),
        }.items():
            if wrong:
                raise Invalid(code, field=field)


class ResultOnLine(LineResult):
    """A line's result with its theme, by which it is shown."""

    theme: Annotated[Code, D3]


class PlanEvaluation(EvaluatePlan):
    """An evaluation's record."""

    id: Annotated[UUID, D0]
    plan_id: Annotated[UUID, D0]
    number: Annotated[int, D0] = Field(description="The version that was evaluated.")
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    recorded_at: Annotated[datetime, D0]
    lines: Annotated[tuple[ResultOnLine, ...], D0] = Field(min_length=1, max_length=60)

    @property
    def closing(self) -> dict[str, str]:
        """What it says of the end of a case."""
        said = {
            "category": self.category.value if self.category else None,
            "exit": self.exit,
            "after_care": self.after_care.told if self.after_care else None,
        }
        if self.category is EndCategory.DIED:
            said["after_care"] = said["after_care"] or EndCategory.DIED.label_ja
        return {name: value for name, value in said.items() if value is not None}


class ReplanPlan(Disclosable):
    """The next plan of the same case: its period, and what the person says of it now."""

    period_from: Annotated[date, D0]
    period_until: Annotated[date, D0]
    monitoring_on: Annotated[date | None, D0] = None
    goal_in_own_words: Annotated[Paragraph | None, D3] = Field(
        default=None, description="Empty: as in the plan before."
    )

    @model_validator(mode="after")
    def _period(self) -> Self:
        if self.period_until < self.period_from:
            raise invalid("plan.line_ends_before_start", LINE_MESSAGES)
        return self


def results_on(
    results: Sequence[LineResult], lines: Sequence[PlanLine]
) -> tuple[ResultOnLine, ...]:
    """The results with their themes: one for each line, none left out."""
    themes = {line.id: line.theme for line in lines if line.id is not None}
    named = [r.line_id for r in results]
    for number, result in enumerate(results):
        if result.line_id not in themes or named.count(result.line_id) > 1:
            raise Invalid("plan.unknown_line", field=f"/lines/{number}/line_id")
    if set(named) != set(themes):
        raise Invalid(
            "plan.line_not_evaluated", field="/lines", facts={"missing": len(themes) - len(named)}
        )
    return tuple(ResultOnLine(**dict(r), theme=themes[r.line_id]) for r in results)


def carried_on(evaluation: PlanEvaluation, lines: Sequence[PlanLine]) -> tuple[PlanLine, ...]:
    """The lines of the next plan: those whose goal was not reached, in their order."""
    reached = {r.line_id for r in evaluation.lines if r.achieved is Achieved.ACHIEVED}
    left = tuple(line for line in lines if line.id not in reached)
    if not left:
        raise IllegalMove("plan.nothing_left_to_do")
    return left


#: What speaks of the whole plan; a part that is limited to themes does not see it.
_OF_ALL = frozenset(EvaluatePlan.model_fields) - {"on", "lines", "result", "recontact_on"}


def show_evaluation(evaluation: PlanEvaluation, permit: Permit) -> dict[str, Any]:
    """The sheet as the permit's holder may see it; a limited part sees its own themes of it."""
    shown = disclose(evaluation, permit.classes)
    if permit.only_themes is None:
        return shown
    shown = {k: v for k, v in shown.items() if k not in _OF_ALL}
    shown["lines"] = [r for r in shown["lines"] if r.get("theme") in permit.only_themes]
    return shown
