"""Evaluating a plan at a conference (評価会議, row 1-51): of which plan, and in which conference."""

from service.domain.conference import AddItem, ItemPurpose
from service.domain.conference_states import ConferenceKind
from service.domain.errors import IllegalMove, Invalid
from service.domain.plan import PlanVersion

#: Kinds of conferences that evaluate a plan at its end (brief §1.4 B).
EVALUATING = frozenset(
    {
        ConferenceKind.EVALUATION_CONF,
        ConferenceKind.LAYERED_INDIVIDUAL,
        ConferenceKind.LAYERED_SUPPORT_CONF,
        ConferenceKind.SUPPORT_COORDINATION_CONF,
    }
)


def check_kind(item: AddItem, kind: ConferenceKind, sitting: ConferenceKind) -> None:
    """An evaluation needs a kind that evaluates and a plan; an evaluation meeting does nothing else."""
    evaluates = item.purpose is ItemPurpose.EVALUATION
    if not evaluates and ConferenceKind.EVALUATION_CONF in (kind, sitting):
        raise Invalid("conference.evaluates_only", field="/purpose")
    if evaluates and kind not in EVALUATING:
        raise Invalid("conference.kind_does_not_evaluate", field="/kind")
    if evaluates and item.plan is None:
        raise Invalid("conference.evaluation_needs_plan", field="/plan")


def check_version(version: PlanVersion | None) -> None:
    """What is evaluated has been approved; a draft is not."""
    if version is None or not version.awaits_or_has_decision:
        raise IllegalMove("conference.evaluation_plan_not_approved")
