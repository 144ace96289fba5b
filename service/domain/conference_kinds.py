"""Kinds of conferences (会議体, brief §1.4) and what holds for each: persons, level, plans, convener."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, NamedTuple

from service.domain.decision import Basis
from service.domain.disclosure import D0, Disclosable


class Persons(StrEnum):
    """What a kind of conference says about naming persons."""

    WITH_CONSENT = "with_consent"
    INSIDE_ONE_AGENCY = "inside_one_agency"
    STATUTORY = "statutory"
    NEVER = "never"


PERSONS_JA: dict[Persons, str] = {
    Persons.WITH_CONSENT: "本人同意のある場合のみ個人を扱う",
    Persons.INSIDE_ONE_AGENCY: "機関内でのみ個人を扱う",
    Persons.STATUTORY: "法に基づき同意なく個人を扱える",
    Persons.NEVER: "個人を扱わない",
}


class ConferenceGroup(StrEnum):
    """The groups of the field's conferences."""

    STATUTORY = "statutory"
    PLAN = "plan"
    INSIDE = "inside"
    RESIDENTS = "residents"
    NETWORK = "network"


GROUP_JA: dict[ConferenceGroup, str] = {
    ConferenceGroup.STATUTORY: "法定会議",
    ConferenceGroup.PLAN: "プラン・ケースの会議",
    ConferenceGroup.INSIDE: "機関内の会議",
    ConferenceGroup.RESIDENTS: "住民との会議",
    ConferenceGroup.NETWORK: "地域・分野のネットワーク",
}


class ConferenceLevel(StrEnum):
    """How far a conference reaches, the widest first."""

    PREFECTURE = "prefecture"
    WIDE_AREA = "wide_area"
    MUNICIPALITY = "municipality"
    FIELD = "field"
    DISTRICT = "district"
    CASE = "case"

    def above(self, other: "ConferenceLevel") -> bool:
        """Whether it reaches farther."""
        levels = list(ConferenceLevel)
        return levels.index(self) < levels.index(other)


LEVEL_JA: dict[ConferenceLevel, str] = {
    ConferenceLevel.PREFECTURE: "県域",
    ConferenceLevel.WIDE_AREA: "広域",
    ConferenceLevel.MUNICIPALITY: "市町村域",
    ConferenceLevel.FIELD: "分野別",
    ConferenceLevel.DISTRICT: "地区",
    ConferenceLevel.CASE: "ケースごと",
}


class MayConvene(StrEnum):
    """Who may constitute and convene a kind of conference."""

    ANYBODY = "anybody"
    PUBLIC_BODY = "public_body"
    WELFARE_OFFICE = "welfare_office"
    IN_CHARGE_WITH_OFFICE = "in_charge_with_office"
    IN_CHARGE_OF_PROJECT = "in_charge_of_project"


MAY_CONVENE_JA: dict[MayConvene, str] = {
    MayConvene.ANYBODY: "どの機関でも（委託先を含む）",
    MayConvene.PUBLIC_BODY: "地方公共団体",
    MayConvene.WELFARE_OFFICE: "保護の実施機関（福祉事務所を設置する市町村または都道府県）",
    MayConvene.IN_CHARGE_WITH_OFFICE: "福祉事務所を設置する市町村または都道府県の主管課",
    MayConvene.IN_CHARGE_OF_PROJECT: "重層的支援体制整備事業を実施する市町村の主管課",
}


class ConferenceKind(StrEnum):
    """Meeting kinds (会議体, brief §1.4)."""

    SUPPORT_CONF_NEEDY = "support_conf_needy"
    SUPPORT_CONF_LAYERED = "support_conf_layered"
    CHILD_PROTECTION_COUNCIL = "child_protection_council"
    CARE_CONFERENCE = "care_conference"
    PUBLIC_ASSISTANCE_COORD = "public_assistance_coord"
    YOUTH_COUNCIL = "youth_council"
    ISOLATION_COUNCIL = "isolation_council"
    CONSUMER_SAFETY_COUNCIL = "consumer_safety_council"
    DISABILITY_COUNCIL = "disability_council"
    SUPPORT_COORDINATION_CONF = "support_coordination_conf"
    EVALUATION_CONF = "evaluation_conf"
    LAYERED_SUPPORT_CONF = "layered_support_conf"
    LAYERED_INDIVIDUAL = "layered_individual"
    LAYERED_PLENARY = "layered_plenary"
    CASE_CONF = "case_conf"
    SERVICE_MEETING = "service_meeting"
    INTERNAL_CASE_MEETING = "internal_case_meeting"
    MORNING_MEETING = "morning_meeting"
    AREA_STAFF_MEETING = "area_staff_meeting"
    SUPERVISION_SESSION = "supervision_session"
    COMMUNITY_LIFE_SUPPORT_CONF = "community_life_support_conf"
    DISTRICT_WELFARE_NETWORK = "district_welfare_network"
    WELFARE_COMMITTEE = "welfare_committee"
    COMMISSIONER_COUNCIL = "commissioner_council"
    LOAN_REVIEW = "loan_review"
    RESIDENTS_FORUM = "residents_forum"
    PREFECTURE_NETWORK = "prefecture_network"
    WIDE_AREA_SHARING = "wide_area_sharing"
    FIELD_COUNCIL = "field_council"
    SAFETY_NET_MEETING = "safety_net_meeting"
    LIAISON_COUNCIL_AGENCY = "liaison_council_agency"
    AGRI_WELFARE_GROUP = "agri_welfare_group"
    RIGHTS_NETWORK = "rights_network"
    HOUSING_COUNCIL = "housing_council"
    HIKIKOMORI_PLATFORM = "hikikomori_platform"


class KindRule(NamedTuple):
    """What holds for a kind of conference."""

    label_ja: str
    persons: Persons
    group: ConferenceGroup
    level: ConferenceLevel
    #: The article or rules that it rests on, in words for staff.
    rests_on: str | None = None
    convener: MayConvene = MayConvene.ANYBODY
    #: Whether it approves plans or sends them back. A statutory 支援会議 does not (brief §1.4 A).
    decides_plans: bool = False


K, P, G, L, M = ConferenceKind, Persons, ConferenceGroup, ConferenceLevel, MayConvene
KINDS: Mapping[ConferenceKind, KindRule] = {
    K.SUPPORT_CONF_NEEDY: KindRule(
        "支援会議（生活困窮者自立支援法）",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "生活困窮者自立支援法第9条",
        M.IN_CHARGE_WITH_OFFICE,
    ),
    K.SUPPORT_CONF_LAYERED: KindRule(
        "支援会議（社会福祉法）",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "社会福祉法第106条の6",
        M.IN_CHARGE_OF_PROJECT,
    ),
    K.CHILD_PROTECTION_COUNCIL: KindRule(
        "要保護児童対策地域協議会",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "児童福祉法第25条の2",
        M.PUBLIC_BODY,
    ),
    K.CARE_CONFERENCE: KindRule(
        "地域ケア会議", P.WITH_CONSENT, G.STATUTORY, L.CASE, "介護保険法第115条の48"
    ),
    K.PUBLIC_ASSISTANCE_COORD: KindRule(
        "調整会議（生活保護法）",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "生活保護法第27条の3",
        M.WELFARE_OFFICE,
    ),
    K.YOUTH_COUNCIL: KindRule(
        "子ども・若者支援地域協議会",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "子ども・若者育成支援推進法第19条",
        M.PUBLIC_BODY,
    ),
    K.ISOLATION_COUNCIL: KindRule(
        "孤独・孤立対策地域協議会",
        P.STATUTORY,
        G.STATUTORY,
        L.CASE,
        "孤独・孤立対策推進法第15条",
        M.PUBLIC_BODY,
    ),
    K.CONSUMER_SAFETY_COUNCIL: KindRule(
        "消費者安全確保地域協議会",
        P.STATUTORY,
        G.STATUTORY,
        L.MUNICIPALITY,
        "消費者安全法第11条の3",
        M.PUBLIC_BODY,
    ),
    K.DISABILITY_COUNCIL: KindRule(
        "（自立支援）協議会",
        P.WITH_CONSENT,
        G.STATUTORY,
        L.FIELD,
        "障害者総合支援法第89条の3",
    ),
    K.SUPPORT_COORDINATION_CONF: KindRule(
        "支援調整会議",
        P.WITH_CONSENT,
        G.PLAN,
        L.CASE,
        "自立相談支援事業の手引き・設置要綱",
        decides_plans=True,
    ),
    K.EVALUATION_CONF: KindRule(
        "評価会議", P.WITH_CONSENT, G.PLAN, L.CASE, "自立相談支援事業の手引き・設置要綱"
    ),
    K.LAYERED_SUPPORT_CONF: KindRule(
        "重層的支援会議",
        P.WITH_CONSENT,
        G.PLAN,
        L.CASE,
        "重層的支援体制整備事業の実施要綱",
        decides_plans=True,
    ),
    K.LAYERED_INDIVIDUAL: KindRule(
        "個別ケース会議",
        P.WITH_CONSENT,
        G.PLAN,
        L.CASE,
        "重層的支援体制整備事業の実施要綱",
        decides_plans=True,
    ),
    K.LAYERED_PLENARY: KindRule(
        "全体会議", P.NEVER, G.PLAN, L.MUNICIPALITY, "重層的支援体制整備事業の実施要綱"
    ),
    K.CASE_CONF: KindRule("ケース会議", P.WITH_CONSENT, G.PLAN, L.CASE),
    K.SERVICE_MEETING: KindRule("サービス調整会議", P.WITH_CONSENT, G.PLAN, L.CASE),
    K.INTERNAL_CASE_MEETING: KindRule("機関内ケース会議", P.INSIDE_ONE_AGENCY, G.INSIDE, L.CASE),
    K.MORNING_MEETING: KindRule("朝のミーティング", P.INSIDE_ONE_AGENCY, G.INSIDE, L.CASE),
    K.AREA_STAFF_MEETING: KindRule(
        "地区担当職員連携会議", P.INSIDE_ONE_AGENCY, G.INSIDE, L.DISTRICT
    ),
    K.SUPERVISION_SESSION: KindRule("スーパービジョン", P.INSIDE_ONE_AGENCY, G.INSIDE, L.CASE),
    K.COMMUNITY_LIFE_SUPPORT_CONF: KindRule(
        "地域生活支援会議", P.WITH_CONSENT, G.RESIDENTS, L.CASE
    ),
    K.DISTRICT_WELFARE_NETWORK: KindRule(
        "地区福祉ネットワーク会議", P.WITH_CONSENT, G.RESIDENTS, L.DISTRICT
    ),
    K.WELFARE_COMMITTEE: KindRule("福祉委員会", P.WITH_CONSENT, G.RESIDENTS, L.DISTRICT),
    K.COMMISSIONER_COUNCIL: KindRule("民児協定例会", P.WITH_CONSENT, G.RESIDENTS, L.DISTRICT),
    K.LOAN_REVIEW: KindRule("生活たすけあい審査会", P.WITH_CONSENT, G.RESIDENTS, L.MUNICIPALITY),
    K.RESIDENTS_FORUM: KindRule("集落座談会・地域福祉懇談会", P.NEVER, G.RESIDENTS, L.DISTRICT),
    K.PREFECTURE_NETWORK: KindRule("県域ネットワーク会議", P.NEVER, G.NETWORK, L.PREFECTURE),
    K.WIDE_AREA_SHARING: KindRule("ケース共有会議", P.WITH_CONSENT, G.NETWORK, L.WIDE_AREA),
    K.FIELD_COUNCIL: KindRule("分野別協議会", P.NEVER, G.NETWORK, L.FIELD),
    K.SAFETY_NET_MEETING: KindRule("セーフティネット会議", P.NEVER, G.NETWORK, L.MUNICIPALITY),
    K.LIAISON_COUNCIL_AGENCY: KindRule("連絡会議", P.NEVER, G.NETWORK, L.PREFECTURE),
    K.AGRI_WELFARE_GROUP: KindRule("農福連携研究会", P.NEVER, G.NETWORK, L.FIELD),
    K.RIGHTS_NETWORK: KindRule("権利擁護ネットワーク連絡会", P.NEVER, G.NETWORK, L.FIELD),
    K.HOUSING_COUNCIL: KindRule("居住支援協議会", P.NEVER, G.NETWORK, L.FIELD),
    K.HIKIKOMORI_PLATFORM: KindRule(
        "ひきこもり市町村プラットフォーム", P.NEVER, G.NETWORK, L.FIELD
    ),
}

#: The basis of a named item, by what the kind says about persons; of a statutory kind its
#: conference body says it.
BASIS_OF: Mapping[Persons, Basis] = {
    Persons.WITH_CONSENT: Basis.CONSENT,
    Persons.INSIDE_ONE_AGENCY: Basis.INTERNAL,
    Persons.NEVER: Basis.ANON,
}


def rule_of(kind: ConferenceKind) -> KindRule:
    """What holds for the kind."""
    return KINDS[kind]


class KindLine(Disclosable):
    """One line of the code list of kinds, as staff read it."""

    code: Annotated[ConferenceKind, D0]
    label_ja: Annotated[str, D0]
    group: Annotated[ConferenceGroup, D0]
    group_ja: Annotated[str, D0]
    persons: Annotated[Persons, D0]
    persons_ja: Annotated[str, D0]
    level: Annotated[ConferenceLevel, D0]
    level_ja: Annotated[str, D0]
    rests_on_ja: Annotated[str | None, D0]
    convener: Annotated[MayConvene, D0]
    convener_ja: Annotated[str, D0]
    decides_plans: Annotated[bool, D0]


def lines() -> list[KindLine]:
    """The whole code list, in the order of the groups."""
    return [
        KindLine(
            code=kind,
            label_ja=rule.label_ja,
            group=rule.group,
            group_ja=GROUP_JA[rule.group],
            persons=rule.persons,
            persons_ja=PERSONS_JA[rule.persons],
            level=rule.level,
            level_ja=LEVEL_JA[rule.level],
            rests_on_ja=rule.rests_on,
            convener=rule.convener,
            convener_ja=MAY_CONVENE_JA[rule.convener],
            decides_plans=rule.decides_plans,
        )
        for kind, rule in KINDS.items()
    ]
