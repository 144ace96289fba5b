"""The household assessment (インテーク・アセスメントシート): 27 checks a member, agency by agency.

The views of several agencies stand side by side (row 1-26): none overwrites another's. Each check
has its own data class, so that what is sensitive travels only as far as it may (brief §2.5).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D3, D4, D5, D7, DataClass, Disclosable
from service.domain.text import Paragraph


class Check(StrEnum):
    """What burdens somebody, and what is special about them (課題と特性, brief §4.3)."""

    ILLNESS = "illness"
    INJURY = "injury"
    DISABILITY = "disability"
    DISABILITY_SUSPECTED = "disability_suspected"
    SUICIDE_ATTEMPT = "suicide_attempt"
    MENTAL_HEALTH = "mental_health"
    UNSTABLE_HOUSING = "unstable_housing"
    HOMELESS = "homeless"
    POVERTY = "poverty"
    DEBT = "debt"
    BUDGETING = "budgeting"
    FINDING_WORK = "finding_work"
    KEEPING_WORK = "keeping_work"
    DAILY_RHYTHM = "daily_rhythm"
    ISOLATION = "isolation"
    FAMILY = "family"
    SCHOOL_REFUSAL = "school_refusal"
    DELINQUENCY = "delinquency"
    LEFT_SCHOOL_EARLY = "left_school_early"
    SINGLE_PARENT = "single_parent"
    VIOLENCE = "violence"
    FOREIGN_NATIONAL = "foreign_national"
    EX_OFFENDER = "ex_offender"
    COMMUNICATION = "communication"
    ABILITIES = "abilities"
    DISASTER = "disaster"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The check as it stands on the form."""
        return CHECK_JA[self]


K = Check
CHECK_JA: dict[Check, str] = {
    K.ILLNESS: "病気",
    K.INJURY: "けが",
    K.DISABILITY: "障害（手帳有）",
    K.DISABILITY_SUSPECTED: "障害（疑い）",
    K.SUICIDE_ATTEMPT: "自死企図",
    K.MENTAL_HEALTH: "その他メンタルヘルスの課題",
    K.UNSTABLE_HOUSING: "住まい不安定",
    K.HOMELESS: "ホームレス",
    K.POVERTY: "経済的困窮",
    K.DEBT: "（多重・過重）債務",
    K.BUDGETING: "家計管理の課題",
    K.FINDING_WORK: "就職活動困難",
    K.KEEPING_WORK: "就職定着困難",
    K.DAILY_RHYTHM: "生活習慣の乱れ",
    K.ISOLATION: "社会的孤立（ニート・ひきこもりなどを含む）",
    K.FAMILY: "家族関係・家族の問題",
    K.SCHOOL_REFUSAL: "不登校",
    K.DELINQUENCY: "非行",
    K.LEFT_SCHOOL_EARLY: "中卒・高校中退",
    K.SINGLE_PARENT: "ひとり親",
    K.VIOLENCE: "DV・虐待",
    K.FOREIGN_NATIONAL: "外国籍",
    K.EX_OFFENDER: "刑余者",
    K.COMMUNICATION: "コミュニケーションが苦手",
    K.ABILITIES: "本人の能力の課題（識字・言語・理解等）",
    K.DISASTER: "被災",
    K.OTHER: "その他",
}
#: Checks that are sensitive by law (要配慮個人情報); violence in the family is protected.
CLASS_OF: Mapping[Check, DataClass] = dict.fromkeys(Check, D3) | {
    K.ILLNESS: D4,
    K.INJURY: D4,
    K.DISABILITY: D4,
    K.DISABILITY_SUSPECTED: D4,
    K.SUICIDE_ATTEMPT: D4,
    K.MENTAL_HEALTH: D4,
    K.DELINQUENCY: D4,
    K.EX_OFFENDER: D4,
    K.ABILITIES: D4,
    K.FOREIGN_NATIONAL: D4,
    K.VIOLENCE: D5,
}


class MemberView(BaseModel):
    """How one member of the household is seen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    checks: frozenset[Check] = Field(default=frozenset(), max_length=27)
    issues: Paragraph | None = Field(default=None, description="課題の整理・背景")
    strengths: Paragraph | None = Field(default=None, description="強み")
    direction: Paragraph | None = Field(default=None, description="支援の方向性")
    opinion: Paragraph | None = Field(default=None, description="For our own agency only.")


class Assess(BaseModel):
    """One agency's view of the household on a day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    assessed_on: date
    members: tuple[MemberView, ...] = Field(min_length=1, max_length=20)


class Assessment(Disclosable):
    """One agency's view of one member; added, never changed."""

    id: Annotated[UUID, D0]
    case_id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID | None, D0] = None
    assessed_on: Annotated[date, D0]
    made_at: Annotated[datetime, D0]
    checks: Annotated[frozenset[Check], D3] = Field(default=frozenset(), max_length=27)
    sensitive_checks: Annotated[frozenset[Check], D4] = Field(default=frozenset(), max_length=27)
    protected_checks: Annotated[frozenset[Check], D5] = Field(default=frozenset(), max_length=27)
    issues: Annotated[Paragraph | None, D3] = None
    strengths: Annotated[Paragraph | None, D3] = None
    direction: Annotated[Paragraph | None, D3] = None
    opinion: Annotated[Paragraph | None, D7] = None


def assessments_of(command: Assess, **record: Any) -> list[Assessment]:
    """One record a member, each check under its own class; ``new_id`` makes their ids."""
    new_id = record.pop("new_id")
    return [
        Assessment(
            id=new_id(),
            person_id=m.person_id,
            assessed_on=command.assessed_on,
            checks=frozenset(c for c in m.checks if CLASS_OF[c] is D3),
            sensitive_checks=frozenset(c for c in m.checks if CLASS_OF[c] is D4),
            protected_checks=frozenset(c for c in m.checks if CLASS_OF[c] is D5),
            issues=m.issues,
            strengths=m.strengths,
            direction=m.direction,
            opinion=m.opinion,
            **record,
        )
        for m in command.members
    ]


def side_by_side(seen: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """For each member and check that anybody ticked: which agencies did, and which did not.

    ``seen`` are the latest views as the caller may see them; nothing else is compared.
    """
    by_person: dict[str, list[Mapping[str, Any]]] = {}
    for view in seen:
        by_person.setdefault(str(view["person_id"]), []).append(view)
    return [_compared(person, views) for person, views in by_person.items()]


def _compared(person: str, views: list[Mapping[str, Any]]) -> dict[str, Any]:
    ticked = {
        str(v["agency_id"]): {
            str(c)
            for field in ("checks", "sensitive_checks", "protected_checks")
            for c in v.get(field) or ()
        }
        for v in views
    }
    everything = sorted(set().union(*ticked.values()))
    return {
        "person_id": person,
        "agencies": sorted(ticked),
        "agreed": [c for c in everything if all(c in t for t in ticked.values())],
        "differing": [
            {
                "check": c,
                "check_ja": Check(c).label_ja,
                "seen_by": sorted(a for a, t in ticked.items() if c in t),
                "not_seen_by": sorted(a for a, t in ticked.items() if c not in t),
            }
            for c in everything
            if not all(c in t for t in ticked.values())
        ],
    }
