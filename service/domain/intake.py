"""The intake sheet (相談受付・申込票, インテーク): what is known so far, and what nobody asked yet.

Fields as on the standard forms (brief §4.2, §4.3). "None" (なし) is an answer, "unknown" (不明) is
what was asked and could not be said; what is in neither list and empty was not asked (row 0-02).
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, model_validator

from service.domain.disclosure import D2, D3, D4, D6, Disclosable
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "intake.unknown_field": "This is no field of the intake sheet. The field names are in the contract (Intake).",
    "intake.answered_twice": "A field is filled in, or none, or unknown: only one of the three.",
    "intake.worst_not_ticked": "The worst worry must be one of the worries that are ticked.",
}
MESSAGES_JA = {
    "intake.unknown_field": "相談受付票にない項目名です。項目名はAPI仕様（Intake）を確認してください。",
    "intake.answered_twice": "同じ項目について、記入・なし・不明のうち一つだけを選んでください。",
    "intake.worst_not_ticked": "最も困っていること（◎）は、○をつけた項目から選んでください。",
}


class Worry(StrEnum):
    """What it is about, as on the form (相談内容)."""

    HEALTH = "health"
    HOUSING = "housing"
    INCOME = "income"
    RENT_OR_LOAN = "rent_or_loan"
    TAXES_OR_BILLS = "taxes_or_bills"
    DEBT = "debt"
    JOB_SEEKING = "job_seeking"
    TROUBLE_AT_WORK = "trouble_at_work"
    NEIGHBOURHOOD = "neighbourhood"
    FAMILY = "family"
    CHILD_REARING = "child_rearing"
    CARE = "care"
    WITHDRAWAL = "withdrawal"
    VIOLENCE = "violence"
    FOOD = "food"
    OTHER = "other"

    @property
    def label_ja(self) -> str:
        """The worry as it stands on the form."""
        return WORRY_JA[self]


W = Worry
WORRY_JA: dict[Worry, str] = {
    W.HEALTH: "病気や健康、障害のこと",
    W.HOUSING: "住まいについて",
    W.INCOME: "収入・生活費のこと",
    W.RENT_OR_LOAN: "家賃やローンの支払いのこと",
    W.TAXES_OR_BILLS: "税金や公共料金等の支払いについて",
    W.DEBT: "債務について",
    W.JOB_SEEKING: "仕事探し、就職について",
    W.TROUBLE_AT_WORK: "仕事上の不安やトラブル",
    W.NEIGHBOURHOOD: "地域との関係について",
    W.FAMILY: "家族との関係について",
    W.CHILD_REARING: "子育てのこと",
    W.CARE: "介護のこと",
    W.WITHDRAWAL: "ひきこもり・不登校",
    W.VIOLENCE: "DV・虐待",
    W.FOOD: "食べるものがない",
    W.OTHER: "その他",
}


class Intake(Disclosable):
    """The sheet. Thirty fields, none of them required: nobody is turned away over a form."""

    route: Annotated[Code | None, D3] = Field(default=None, description="相談経路")
    referrer_kind: Annotated[Code | None, D3] = Field(default=None, description="紹介元機関")
    visitor_name: Annotated[Line | None, D6] = Field(default=None, description="来談者氏名")
    visitor_relation: Annotated[Line | None, D6] = Field(default=None, description="来談者の関係")
    visitor_phone: Annotated[Line | None, D6] = Field(default=None, description="来談者電話")
    worries: Annotated[frozenset[Worry], D3] = Field(
        default=frozenset(), description="相談内容（○）"
    )
    worst: Annotated[Worry | None, D3] = Field(default=None, description="最も困っていること（◎）")
    wishes: Annotated[Paragraph | None, D3] = Field(default=None, description="具体的な内容・希望")
    earlier_consultations: Annotated[Line | None, D3] = Field(default=None, description="相談歴")
    earlier_services: Annotated[Line | None, D3] = Field(default=None, description="過去の利用")
    living_with: Annotated[Line | None, D2] = Field(default=None, description="同居者")
    family_elsewhere: Annotated[Line | None, D2] = Field(default=None, description="別居家族")
    marital_status: Annotated[Line | None, D2] = Field(default=None, description="婚姻")
    children: Annotated[Line | None, D2] = Field(default=None, description="子ども")
    neighbourhood: Annotated[Line | None, D2] = Field(default=None, description="地域との関係")
    housing: Annotated[Line | None, D2] = Field(default=None, description="住居")
    health: Annotated[Line | None, D4] = Field(default=None, description="健康状態")
    treatment: Annotated[Line | None, D4] = Field(default=None, description="通院・服薬")
    health_insurance: Annotated[Line | None, D2] = Field(default=None, description="健康保険")
    disability_certificate: Annotated[Line | None, D4] = Field(default=None, description="手帳")
    household_income: Annotated[Line | None, D2] = Field(default=None, description="家計収入月額")
    savings: Annotated[Line | None, D2] = Field(default=None, description="預貯金")
    benefits: Annotated[Line | None, D2] = Field(default=None, description="公的給付")
    pension: Annotated[Line | None, D2] = Field(default=None, description="年金")
    arrears: Annotated[Line | None, D2] = Field(default=None, description="滞納")
    debts: Annotated[Line | None, D2] = Field(default=None, description="債務")
    public_assistance: Annotated[Line | None, D2] = Field(
        default=None, description="生活保護受給歴"
    )
    work: Annotated[Line | None, D2] = Field(default=None, description="就労状況")
    education: Annotated[Line | None, D2] = Field(default=None, description="最終学歴・資格")
    interpreter: Annotated[Line | None, D2] = Field(default=None, description="言語・通訳の必要")
    none: Annotated[frozenset[Code], D3] = Field(
        default=frozenset(), description="Fields that were asked and of which there is none (なし)."
    )
    unknown: Annotated[frozenset[Code], D3] = Field(
        default=frozenset(), description="Fields that were asked and could not be said (不明)."
    )

    @model_validator(mode="after")
    def _one_answer_a_field(self) -> "Intake":
        known = set(FIELDS)
        filled = {f for f in FIELDS if getattr(self, f)}
        for code, wrong in {
            "intake.unknown_field": bool((self.none | self.unknown) - known),
            "intake.answered_twice": bool(
                self.none & self.unknown or (self.none | self.unknown) & filled
            ),
            "intake.worst_not_ticked": self.worst is not None and self.worst not in self.worries,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self

    def completeness(self) -> dict[str, Any]:
        """How much has been answered; what is unknown or was not asked yet, by name. No contents."""
        answered = [f for f in FIELDS if getattr(self, f) or f in self.none]
        missing = [f for f in FIELDS if f not in answered and f not in self.unknown]
        return {
            "answered": len(answered),
            "of": len(FIELDS),
            "percent": len(answered) * 100 // len(FIELDS),
            "missing": missing,
            "unknown": sorted(self.unknown),
        }


#: The fields in the order of the form.
FIELDS = tuple(f for f in Intake.model_fields if f not in ("none", "unknown"))
