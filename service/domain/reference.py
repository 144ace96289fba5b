"""Reference data every installation starts with: the kinds of agencies (brief §1.2).

They are rows of a table, not constants of a rule: an installation adds its own.
"""

from service.domain.directory import AgencyKind
from service.domain.disclosure import D2, D3, D4, D5, DataClass
from service.domain.provision import AbuseKind


def _kind(
    code: str,
    label_ja: str,
    label_en: str,
    ceiling: DataClass = D4,
    *,
    public: bool = False,
    decides: bool = False,
    special_secrecy: bool = False,
    reports: tuple[AbuseKind, ...] = (),
) -> AgencyKind:
    return AgencyKind(
        code=code,
        label_ja=label_ja,
        label_en=label_en,
        public_body=public,
        decides_support=decides,
        special_secrecy=special_secrecy,
        receives_reports_of=frozenset(reports),
        ceiling=ceiling,
    )


#: Employers, landlords and residents never receive D3 or more (brief §8 rule 16); protected
#: data (D5) may go to the lead and to the authorities that protect, never further.
AGENCY_KINDS: tuple[AgencyKind, ...] = (
    _kind(
        "welfare_office",
        "福祉事務所",
        "Welfare office",
        D5,
        public=True,
        reports=(
            AbuseKind.CHILD,
            AbuseKind.SPOUSE,
        ),
    ),
    _kind(
        "municipal_welfare_section",
        "生活困窮・地域福祉主管課",
        "Municipal welfare section in charge",
        D5,
        public=True,
        decides=True,
        reports=(
            AbuseKind.ELDER,
            AbuseKind.DISABILITY,
        ),
    ),
    _kind(
        "self_reliance_agency", "自立相談支援機関", "Independent consultation support agency", D5
    ),
    _kind(
        "prefectural_self_reliance_agency",
        "自立相談支援機関（都道府県）",
        "Prefecture's agency for towns",
        public=True,
        decides=True,
    ),
    _kind(
        "multi_agency_coordinator", "多機関協働事業者", "Multi-agency collaboration provider", D5
    ),
    _kind("outreach_provider", "アウトリーチ等事業者", "Outreach provider"),
    _kind("participation_provider", "参加支援事業者", "Participation support provider"),
    _kind("community_building_provider", "地域づくり事業者", "Community building provider"),
    _kind("social_welfare_council", "市町村社会福祉協議会", "Municipal social welfare council"),
    _kind("district_welfare_council", "地区社会福祉協議会", "District welfare council", D2),
    _kind(
        "prefectural_welfare_council",
        "都道府県社会福祉協議会",
        "Prefectural social welfare council",
    ),
    _kind(
        "elder_support_center",
        "地域包括支援センター",
        "Community general support centre",
        reports=(AbuseKind.ELDER,),
    ),
    _kind("care_provider", "介護サービス事業所", "Care provider"),
    _kind(
        "disability_core_center",
        "障害者基幹相談支援センター",
        "Core disability consultation centre",
        reports=(AbuseKind.DISABILITY,),
    ),
    _kind("disability_consultation", "障害者相談支援事業所", "Disability consultation office"),
    _kind(
        "disability_employment_center",
        "障害者就業・生活支援センター",
        "Employment and life support centre",
    ),
    _kind("childcare_support", "利用者支援事業・子育て支援センター", "Child-rearing support"),
    _kind(
        "child_guidance_center",
        "児童相談所",
        "Child guidance centre",
        D5,
        public=True,
        reports=(AbuseKind.CHILD,),
    ),
    _kind(
        "child_family_section",
        "こども・家庭担当課",
        "Child and family section",
        D5,
        public=True,
        reports=(AbuseKind.CHILD,),
    ),
    _kind("school", "学校", "School", public=True),
    _kind("board_of_education", "教育委員会", "Board of education", public=True),
    _kind("school_social_worker", "スクールソーシャルワーカー", "School social worker"),
    _kind(
        "hello_work",
        "ハローワーク（公共職業安定所）",
        "Public employment security office",
        public=True,
    ),
    _kind("youth_station", "地域若者サポートステーション", "Regional youth support station"),
    _kind("legal_aid", "法テラス・弁護士", "Legal aid, lawyer"),
    _kind("consumer_center", "消費生活相談窓口", "Consumer affairs desk", public=True),
    _kind("tax_section", "税務担当課", "Local tax section", public=True, special_secrecy=True),
    _kind(
        "health_insurance_section",
        "国民健康保険・後期高齢者医療担当課",
        "Health insurance section",
        public=True,
        special_secrecy=True,
    ),
    _kind("pension_office", "年金事務所", "Pension office", public=True, special_secrecy=True),
    _kind("pension_commissioner", "年金委員", "Pension commissioner", D3),
    _kind("water_section", "上下水道課", "Water section", public=True),
    _kind("housing_section", "住宅・都市計画担当課", "Housing section", public=True),
    _kind("construction_section", "建設課", "Construction section", public=True),
    _kind("residents_section", "町民課・市民課", "Residents' section", public=True),
    _kind("housing_support_council", "居住支援協議会", "Housing support council"),
    _kind("housing_support_corporation", "居住支援法人", "Housing support corporation"),
    _kind("probation_office", "保護観察所", "Probation office", public=True),
    _kind("hikikomori_center", "ひきこもり地域支援センター", "Social-withdrawal support centre"),
    _kind(
        "suicide_prevention_center",
        "地域自殺対策推進センター",
        "Suicide prevention centre",
        public=True,
    ),
    _kind("youth_council_center", "子ども・若者総合相談センター", "Youth consultation centre"),
    _kind(
        "public_health_center", "保健所・精神保健福祉センター", "Public health centre", public=True
    ),
    _kind("medical_institution", "医療機関", "Hospital, clinic"),
    _kind(
        "police",
        "警察",
        "Police",
        D5,
        public=True,
        reports=(
            AbuseKind.CHILD,
            AbuseKind.SPOUSE,
        ),
    ),
    _kind("agriculture_section", "農政担当課", "Farming section", public=True),
    _kind("agri_coop", "農業協同組合・農業振興センター", "Agricultural co-operative", D2),
    _kind("employer", "就労先・受入事業所・農家", "Employer, farm, work-training office", D2),
    _kind("landlord", "家主・不動産業者", "Landlord", D2),
    _kind("consumer_coop", "生活協同組合", "Consumer co-operative", D2),
    _kind("food_bank", "フードバンク", "Food bank", D2),
    _kind("npo", "NPO法人", "Non-profit organisation"),
    _kind("company", "企業・商工会", "Company", D2),
    _kind("social_welfare_corporation", "社会福祉法人・福祉施設", "Welfare corporation, facility"),
    _kind("community_center", "公民館・コミュニティセンター", "Community centre"),
    _kind("salon_host", "サロン・居場所・子ども食堂", "Salon, gathering place", D2),
    _kind("welfare_commissioner", "民生委員・児童委員", "Welfare and child commissioner", D3),
    _kind("community_volunteer", "福祉推進員・区長・ボランティア", "Community volunteer", D2),
    _kind("hotline", "よりそいホットライン", "Hotline"),
    _kind("peer_group", "家族会・当事者会", "Families' and persons' group", D2),
    _kind("neighbouring_municipality", "隣接市町", "Neighbouring municipality's desk", public=True),
)
