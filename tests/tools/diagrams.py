"""The state diagrams in the README, drawn from the tables themselves.

``python tests/tools/diagrams.py`` writes them; a test fails when they are stale.
"""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path

import insider

from service.domain import conference_states as conference
from service.domain import consent_states, plan, plan_course
from service.domain import consultation_states as consultation
from service.domain import referral_states as referral
from service.domain import signal_states as signal
from service.domain import support_states as support

README = Path(__file__).parents[2] / "README.md"


def mermaid(
    moves: Iterable[tuple[StrEnum, StrEnum, StrEnum | None]],
    endings: Iterable[StrEnum],
    labels: Mapping[StrEnum, str] | None = None,
) -> str:
    """A Mermaid state diagram; moves between the same two states share one arrow.

    ``labels`` are written into the states, beside their codes.
    """
    arrows: dict[tuple[str, str], list[str]] = {}
    for source, act, target in moves:
        to = target.value if target is not None else "back"
        arrows.setdefault((source.value, to), []).append(act.value)
    lines = ["stateDiagram-v2"]
    lines += [f"    {state}: {state} {label}" for state, label in (labels or {}).items()]
    for (source, to), acts in arrows.items():
        goal = "where_it_was" if to == "back" else to
        lines.append(f"    {source} --> {goal}: {', '.join(acts)}")
    lines += [f"    {ending.value} --> [*]" for ending in sorted(endings)]
    return "\n".join(lines)


def _rows(
    table: Mapping[tuple[StrEnum, StrEnum], StrEnum | None],
) -> list[tuple[StrEnum, StrEnum, StrEnum | None]]:
    return [
        (source, act, target) for (source, act), target in table.items() if source is not target
    ]


def stages(
    table: Mapping[StrEnum, frozenset[StrEnum]],
    endings: Iterable[StrEnum],
    labels: Mapping[StrEnum, str],
) -> str:
    """A Mermaid state diagram of stages: what may follow what, in the order of the enum."""
    order = list(labels)
    lines = ["stateDiagram-v2"]
    lines += [f"    {stage}: {stage} {label}" for stage, label in labels.items()]
    lines += [
        f"    {source} --> {target}"
        for source in order
        for target in sorted(table.get(source, ()), key=order.index)
    ]
    lines += [f"    {ending} --> [*]" for ending in sorted(endings)]
    return "\n".join(lines)


def turns() -> str:
    """Whose turn it is in each status of a referral, as a table."""
    lines = ["| status | 状態 | responsible | whose turn | deadline |", "|---|---|---|---|---|"]
    for status in referral.Status:
        turn = referral.TURN.get(status)
        if turn is None:
            lines.append(f"| `{status.value}` | {status.label_ja} | – | – | – |")
            continue
        interrupted = status in (
            referral.Status.WITHDRAWAL_REQUESTED,
            referral.Status.RETURNED_FOR_INFO,
        )
        owner = "as before" if interrupted else turn.owner.value
        acts = (
            "whoever was asked"
            if status is referral.Status.WITHDRAWAL_REQUESTED
            else turn.acts.value
        )
        lines.append(
            f"| `{status.value}` | {status.label_ja} | {owner} | {acts} | {turn.clock.value} |"
        )
    return "\n".join(lines)


def blocks() -> dict[str, str]:
    """Every generated block by its name."""
    fence = "```mermaid\n{}\n```"
    return {
        "signal": fence.format(mermaid(_rows(signal.NEXT), signal.ENDINGS, signal.STATUS_JA)),
        "consultation": fence.format(
            mermaid(_rows(consultation.NEXT), consultation.ENDINGS, consultation.STATUS_JA)
        ),
        "case": fence.format(stages(support.NEXT, support.ENDINGS, support.STAGE_JA)),
        "referral": fence.format(mermaid(_rows(referral.NEXT), referral.ENDINGS)),
        "referral-turns": turns(),
        "consent": fence.format(
            mermaid(
                _rows(consent_states.NEXT),
                (
                    consent_states.ConsentState.REVOKED,
                    consent_states.ConsentState.SUPERSEDED,
                    consent_states.ConsentState.VOID,
                ),
            )
        ),
        "conference": fence.format(mermaid(_rows(conference.NEXT), conference.ENDINGS)),
        "plan-course": fence.format(
            mermaid(_rows(plan_course.NEXT), sorted(plan_course.ENDINGS), plan_course.COURSE_JA)
        ),
        "insider": insider.table(),
        "plan": fence.format(mermaid(_rows(plan.NEXT), (plan.PlanStatus.SUPERSEDED,))),
    }


def drawn(text: str) -> str:
    """The README with every generated block renewed."""
    for name, block in blocks().items():
        pattern = rf"(<!-- generated: {name} -->\n).*?(\n<!-- end -->)"
        text, count = re.subn(pattern, lambda m, b=block: m[1] + b + m[2], text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"README.md has no place for the diagram {name}")
    return text


if __name__ == "__main__":
    README.write_text(drawn(README.read_text()))
