"""Which way a referral goes (its route), and what danger it tells of."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from service.domain.disclosure import D4, Disclosable
from service.domain.text import Paragraph


class ReferralRoute(StrEnum):
    """From where to where a person is handed over, as far as it is counted (rows 4-05 to 4-20)."""

    AFTER_PUBLIC_ASSISTANCE = "after_public_assistance"
    BACK_REFERRAL = "back_referral"
    EMPLOYMENT_TEAM = "employment_team"
    GENERAL = "general"
    PAYMENT_CONSULTATION = "payment_consultation"
    TO_PUBLIC_ASSISTANCE = "to_public_assistance"

    @property
    def label_ja(self) -> str:
        """The route in the field's words."""
        return ROUTE_JA[self]


ROUTE_JA: dict[ReferralRoute, str] = {
    ReferralRoute.AFTER_PUBLIC_ASSISTANCE: "生活保護の脱却後の支援へ",
    ReferralRoute.BACK_REFERRAL: "つなぎ戻し",
    ReferralRoute.EMPLOYMENT_TEAM: "就労支援チームへ",
    ReferralRoute.GENERAL: "一般のつなぎ",
    ReferralRoute.PAYMENT_CONSULTATION: "納付相談からのつなぎ",
    ReferralRoute.TO_PUBLIC_ASSISTANCE: "生活保護（福祉事務所）へ",
}

#: Kind of the agency that decides on public assistance.
WELFARE_OFFICE = "welfare_office"
#: The theme under which a desk is looked for when none is named.
THEME_OF_ROUTE: Mapping[ReferralRoute, str] = {
    ReferralRoute.TO_PUBLIC_ASSISTANCE: "public_assistance",
}


class RiskKind(StrEnum):
    """A danger that cannot wait (row 4-02)."""

    ABUSE = "abuse"
    NEGLECT_OF_SELF = "neglect_of_self"
    SELF_HARM = "self_harm"
    SUICIDE = "suicide"
    VIOLENCE = "violence"

    @property
    def label_ja(self) -> str:
        """The danger in the field's words."""
        return RISK_JA[self]


RISK_JA: dict[RiskKind, str] = {
    RiskKind.ABUSE: "虐待のおそれ",
    RiskKind.NEGLECT_OF_SELF: "セルフネグレクト",
    RiskKind.SELF_HARM: "自傷のおそれ",
    RiskKind.SUICIDE: "自殺のおそれ",
    RiskKind.VIOLENCE: "暴力のおそれ",
}

#: The theme whose desk is looked for when none is named, by the danger.
THEME_OF_RISK: Mapping[RiskKind, str] = {
    RiskKind.ABUSE: "abuse_prevention",
    RiskKind.NEGLECT_OF_SELF: "self_neglect",
    RiskKind.SELF_HARM: "suicide_prevention",
    RiskKind.SUICIDE: "suicide_prevention",
    RiskKind.VIOLENCE: "violence_prevention",
}


class Risk(Disclosable):
    """The danger, and what has been agreed so that the person is safe until somebody comes."""

    kind: Annotated[RiskKind, D4]
    safety_plan: Annotated[Paragraph, D4] = Field(
        description="Who stays in touch, where to call at night, what has been put away."
    )
