"""The stages of support from the application to the end (brief §3.1), as tables with their guards."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from service.domain.errors import IllegalMove


class Stage(StrEnum):
    """Where support stands."""

    APPLIED = "applied"
    ASSESSING = "assessing"
    PLAN_DRAFTING = "plan_drafting"
    PLAN_AGREED = "plan_agreed"
    IN_CONFERENCE = "in_conference"
    APPROVED = "approved"
    DECIDED = "decided"
    IN_SUPPORT = "in_support"
    MONITORING = "monitoring"
    EVALUATING = "evaluating"
    REPLANNING = "replanning"
    INTERRUPTED = "interrupted"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"

    @property
    def label_ja(self) -> str:
        """The stage in the field's words."""
        return STAGE_JA[self]


G = Stage
STAGE_JA: dict[Stage, str] = {
    G.APPLIED: "利用申込・同意",
    G.ASSESSING: "アセスメント",
    G.PLAN_DRAFTING: "プラン案策定",
    G.PLAN_AGREED: "本人同意（プラン）",
    G.IN_CONFERENCE: "支援調整会議で協議",
    G.APPROVED: "会議で了承",
    G.DECIDED: "支援決定・確認",
    G.IN_SUPPORT: "支援サービスの提供",
    G.MONITORING: "モニタリング",
    G.EVALUATING: "評価",
    G.REPLANNING: "再プランして継続",
    G.INTERRUPTED: "中断",
    G.HANDED_OVER: "他機関へ引継ぎ",
    G.WITHDRAWN: "申込みの取下げ",
    G.CLOSED: "終結",
}

#: What may follow what; anything else is refused.
NEXT: Mapping[Stage, frozenset[Stage]] = {
    G.APPLIED: frozenset({G.ASSESSING, G.INTERRUPTED, G.WITHDRAWN}),
    G.ASSESSING: frozenset({G.PLAN_DRAFTING, G.HANDED_OVER, G.INTERRUPTED}),
    G.PLAN_DRAFTING: frozenset({G.PLAN_AGREED, G.INTERRUPTED}),
    G.PLAN_AGREED: frozenset({G.IN_CONFERENCE}),
    G.IN_CONFERENCE: frozenset({G.APPROVED, G.PLAN_DRAFTING}),
    G.APPROVED: frozenset({G.DECIDED, G.IN_SUPPORT, G.PLAN_DRAFTING}),
    G.DECIDED: frozenset({G.IN_SUPPORT, G.PLAN_DRAFTING}),
    G.IN_SUPPORT: frozenset({G.MONITORING}),
    G.MONITORING: frozenset({G.IN_SUPPORT, G.EVALUATING}),
    G.EVALUATING: frozenset({G.CLOSED, G.REPLANNING, G.INTERRUPTED, G.IN_SUPPORT}),
    G.REPLANNING: frozenset({G.PLAN_DRAFTING}),
    G.INTERRUPTED: frozenset({G.ASSESSING, G.CLOSED}),
}
#: A case that has ended is never opened again; who comes back begins a new, linked episode.
ENDINGS = frozenset({G.CLOSED, G.HANDED_OVER, G.WITHDRAWN})


class Ground(NamedTuple):
    """What the records show about the case; never what a caller says."""

    consent_active: bool = False
    #: Status of the latest version of the case's plan (``PlanStatus``), if it has one.
    plan_status: str | None = None
    #: The plan stands on the agenda of a conference to come, or of one that was held.
    on_agenda: bool = False
    #: A line of the plan is a service that only the municipality decides (brief §3.1).
    statutory_service: bool = False
    handover_accepted: bool = False
    closing_note: bool = False
    after_care: bool = False
    #: No plan of the case is being carried out, and whatever was carried out has been evaluated.
    evaluated: bool = False
    recontact_day: bool = False


_AGREED = frozenset({"person_agreed", "conference_approved", "decided"})
_APPROVED = frozenset({"conference_approved", "decided"})


def check_stage(now: Stage, to: Stage, ground: Ground) -> None:
    """Refuse a stage that does not follow, or whose ground is missing; say what to do first."""
    if to not in NEXT.get(now, frozenset()):
        raise IllegalMove(
            "case.illegal_stage",
            facts={"state": now, "to": to, "open": sorted(NEXT.get(now, frozenset()))},
        )
    back = to is G.PLAN_DRAFTING
    for code, wrong in {
        "case.no_consent": to is G.ASSESSING and not ground.consent_active,
        "case.plan_not_agreed": to is G.PLAN_AGREED and ground.plan_status not in _AGREED,
        "case.plan_not_on_agenda": to is G.IN_CONFERENCE and not ground.on_agenda,
        "case.plan_not_approved": to is G.APPROVED and ground.plan_status not in _APPROVED,
        "case.plan_not_decided": not back
        and (to is G.DECIDED or (now is G.APPROVED and ground.statutory_service))
        and ground.plan_status != "decided",
        "case.handover_not_accepted": to is G.HANDED_OVER and not ground.handover_accepted,
        "case.no_recontact_day": to is G.INTERRUPTED and not ground.recontact_day,
        "case.not_evaluated": to is G.CLOSED and not ground.evaluated,
        "case.no_closing_note": to is G.CLOSED and not ground.closing_note,
        "case.no_after_care": to is G.CLOSED and not ground.after_care,
    }.items():
        if wrong:
            raise IllegalMove(code, facts={"state": now, "to": to})


class Collaboration(StrEnum):
    """Where multi-agency collaboration (多機関協働事業) stands (brief §3.3)."""

    PROPOSED = "proposed"
    PRE_CHECK = "pre_check"
    CONF_SUPPORT = "conf_support"
    OUTREACH = "outreach"
    ACCEPTED = "accepted"
    ASSESSING = "assessing"
    PLAN_DRAFTING = "plan_drafting"
    IN_LAYERED_CONF = "in_layered_conf"
    DECIDED = "decided"
    IN_SUPPORT = "in_support"
    EVALUATING = "evaluating"
    REPLANNING = "replanning"
    INTERRUPTED = "interrupted"
    HANDED_TO_LEAD = "handed_to_lead"

    @property
    def label_ja(self) -> str:
        """The stage in the field's words."""
        return COLLABORATION_JA[self]


C = Collaboration
COLLABORATION_JA: dict[Collaboration, str] = {
    C.PROPOSED: "多機関協働へのつなぎ",
    C.PRE_CHECK: "事前検討",
    C.CONF_SUPPORT: "支援会議（同意なし）",
    C.OUTREACH: "アウトリーチ等による継続的支援",
    C.ACCEPTED: "多機関協働の受付・本人同意",
    C.ASSESSING: "アセスメント（世帯全体）",
    C.PLAN_DRAFTING: "多機関協働プラン案",
    C.IN_LAYERED_CONF: "重層的支援会議",
    C.DECIDED: "支援決定",
    C.IN_SUPPORT: "支援の実施・進行管理",
    C.EVALUATING: "評価（重層的支援会議）",
    C.REPLANNING: "再プラン",
    C.INTERRUPTED: "中断",
    C.HANDED_TO_LEAD: "主担当を設定して終結",
}
COLLABORATION_NEXT: Mapping[Collaboration, frozenset[Collaboration]] = {
    C.PROPOSED: frozenset({C.PRE_CHECK, C.CONF_SUPPORT, C.OUTREACH, C.ACCEPTED, C.INTERRUPTED}),
    C.PRE_CHECK: frozenset({C.CONF_SUPPORT, C.OUTREACH, C.ACCEPTED, C.INTERRUPTED}),
    C.CONF_SUPPORT: frozenset({C.OUTREACH, C.ACCEPTED, C.INTERRUPTED}),
    C.OUTREACH: frozenset({C.CONF_SUPPORT, C.ACCEPTED, C.INTERRUPTED}),
    C.ACCEPTED: frozenset({C.ASSESSING, C.INTERRUPTED}),
    C.ASSESSING: frozenset({C.PLAN_DRAFTING, C.INTERRUPTED}),
    C.PLAN_DRAFTING: frozenset({C.IN_LAYERED_CONF, C.INTERRUPTED}),
    C.IN_LAYERED_CONF: frozenset({C.DECIDED, C.PLAN_DRAFTING}),
    C.DECIDED: frozenset({C.IN_SUPPORT}),
    C.IN_SUPPORT: frozenset({C.EVALUATING, C.INTERRUPTED}),
    C.EVALUATING: frozenset({C.HANDED_TO_LEAD, C.REPLANNING, C.INTERRUPTED, C.IN_SUPPORT}),
    C.REPLANNING: frozenset({C.PLAN_DRAFTING}),
    C.INTERRUPTED: frozenset({C.OUTREACH, C.ACCEPTED, C.HANDED_TO_LEAD}),
}
COLLABORATION_ENDINGS = frozenset({C.HANDED_TO_LEAD})
#: From here on the person has agreed; the stages before work towards it (brief §3.3).
_AFTER_CONSENT = frozenset(C) - {
    C.PROPOSED,
    C.PRE_CHECK,
    C.CONF_SUPPORT,
    C.OUTREACH,
    C.INTERRUPTED,
    C.HANDED_TO_LEAD,
}


def check_collaboration(now: Collaboration | None, to: Collaboration, ground: Ground) -> None:
    """Refuse a stage that does not follow. Collaboration ends with a lead; the case does not."""
    starts = now is None or now in COLLABORATION_ENDINGS
    open_now = frozenset({C.PROPOSED}) if starts else COLLABORATION_NEXT[now]  # type: ignore[index]  # narrowed
    if to not in open_now:
        raise IllegalMove(
            "case.illegal_stage", facts={"state": now or "none", "to": to, "open": sorted(open_now)}
        )
    if to in _AFTER_CONSENT and not ground.consent_active:
        raise IllegalMove("case.no_consent", facts={"state": now or "none", "to": to})
    decided = to is C.DECIDED and ground.plan_status != "decided"
    if decided:
        raise IllegalMove("case.plan_not_decided", facts={"state": now or "none", "to": to})
