"""【1】相談受付・申込票 and 【2】インテーク・アセスメントシート (brief §4.2, §4.3)."""

from service.domain.access_question import RecordKind
from service.domain.assessment import CHECK_JA, CLASS_OF
from service.domain.disclosure import D0, D2, D3, D4, D5, D6, D7
from service.domain.form import FieldKind, FormDefinition, FormField, FormSection
from service.domain.form_fields import (
    AGENCIES,
    APPLICATION,
    PERSON,
    PERSON_IN_SHORT,
    RECEIVED,
    STANDARD_SINCE,
    box,
    numbered,
    unnumbered,
)
from service.domain.intake import WORRY_JA

K = FieldKind

VISITOR = FormSection(
    code="visitor",
    heading_ja="来談者（本人でない場合）",
    fields=(
        box("visitor_name", "来談者氏名", "intake.visitor_name", D6),
        box("visitor_phone", "来談者電話", "intake.visitor_phone", D6),
        box("visitor_relation", "本人との関係（続柄等）", "intake.visitor_relation", D6),
    ),
)
WORRIES = FormSection(
    code="worries",
    heading_ja="相談内容（あてはまるもの全てに○、最も困っていること一つに◎）",
    fields=(
        box(
            "worries",
            "相談内容",
            "intake.worries",
            D3,
            K.CHOICES,
            unnumbered([(w.value, ja) for w, ja in WORRY_JA.items()]),
            required=True,
            reported=True,
        ),
        box(
            "worst",
            "最も困っていること",
            "intake.worst",
            D3,
            K.CHOICE,
            unnumbered([(w.value, ja) for w, ja in WORRY_JA.items()]),
        ),
        box("told", "聞き取った内容", "consultation.told", D3, K.LONG_TEXT),
        box("wishes", "具体的な内容・希望", "intake.wishes", D3, K.LONG_TEXT, required=True),
    ),
)
#: What stands at 4 could not be read on the stored copy (brief §4.2); it is one the seeds ask for.
WORK = numbered(
    {
        "regular": "正社員・公務員",
        "part_time": "臨時・パート・アルバイト・派遣",
        "self_employed": "自営業・家族従業者・内職",
        "freelance": "フリーランス・個人事業主",
        "pensioner": "年金生活",
        "unemployed": "失業・休職中",
        "other": "その他",
    }
)
#: Here, too, 4 could not be read; a municipality that has the sheet makes a version of its own.
HOUSING = numbered(
    {
        "owned": "持家",
        "rented": "借家",
        "public": "公営住宅",
        "facility": "施設・病院",
        "company": "会社寮・借上げ",
        "street": "野宿",
        "other": "その他",
    }
)
INSURANCE = numbered(
    {
        "employees": "社会保険",
        "national": "国民健康保険",
        "elderly": "後期高齢者医療",
        "none": "未加入",
        "other": "その他",
    }
)
PENSION = numbered(
    {"receiving": "受給中", "insured": "加入中", "none": "未加入", "other": "その他"}
)
SHEET_B = FormSection(
    code="sheet_b",
    heading_ja="B票（生活の状況）",
    fields=(
        box("work_kind", "仕事", "answers.work_kind", D2, K.CHOICE, WORK, reported=True),
        box("work", "仕事の状況", "intake.work", D2),
        box("housing_kind", "住居", "answers.housing_kind", D2, K.CHOICE, HOUSING, reported=True),
        box("housing", "住居の状況", "intake.housing", D2),
        box("insurance_kind", "健康保険", "answers.insurance_kind", D2, K.CHOICE, INSURANCE),
        box("health_insurance", "健康保険の状況", "intake.health_insurance", D2),
        box("pension_kind", "年金", "answers.pension_kind", D2, K.CHOICE, PENSION),
        box("pension", "年金の状況", "intake.pension", D2),
        box("living_with", "同居者・家族構成", "intake.living_with", D2, required=True),
        box("marital_status", "婚姻", "intake.marital_status", D2),
        box("children", "子ども", "intake.children", D2),
    ),
)
INTAKE_APPLICATION = FormDefinition(
    code="intake_application",
    version=1,
    number_ja="【1】",
    name_ja="相談受付・申込票",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.CONSULTATION, RecordKind.CASE}),
    sections=(RECEIVED, PERSON, VISITOR, WORRIES, APPLICATION, SHEET_B),
)

ROUTES = numbered(
    {
        "self_visit": "本人自ら連絡（来所）",
        "self_call": "本人自ら連絡（電話・メール）",
        "family_visit": "家族・知人から連絡（来所）",
        "family_call": "家族・知人から連絡（電話・メール）",
        "outreach": "自立相談支援機関がアウトリーチして勧めた",
        "referred": "関係機関・関係者からの紹介",
        "other": "その他",
        "unknown": "不明",
    }
)
ROUTE = FormSection(
    code="route",
    heading_ja="相談経路・相談歴",
    fields=(
        box(
            "route",
            "相談経路（当初）",
            "intake.route",
            D3,
            K.CHOICE,
            ROUTES,
            required=True,
            reported=True,
        ),
        box("referrer_kind", "紹介元機関", "intake.referrer_kind", D3),
        box("earlier_consultations", "相談歴", "intake.earlier_consultations", D3),
        box("earlier_services", "過去の利用", "intake.earlier_services", D3),
    ),
)
SITUATION = FormSection(
    code="situation",
    heading_ja="本人の主訴・状況",
    fields=(box("wishes", "本人の主訴・希望", "intake.wishes", D3, K.LONG_TEXT, required=True),),
)
FAMILY = FormSection(
    code="family",
    heading_ja="家族・地域関係・住まい",
    fields=(
        box("living_with", "同居（人数）", "intake.living_with", D2, required=True, reported=True),
        box("family_elsewhere", "別居家族", "intake.family_elsewhere", D2),
        box("marital_status", "婚姻", "intake.marital_status", D2, reported=True),
        box("children", "子ども", "intake.children", D2, reported=True),
        box("neighbourhood", "地域との関係", "intake.neighbourhood", D2),
        box("housing", "住居", "intake.housing", D2, required=True, reported=True),
        box("genogram", "ジェノグラム", None, D2, K.LONG_TEXT),
        box("interpreter", "言語・通訳の必要", "intake.interpreter", D2),
    ),
)
HEALTH = FormSection(
    code="health",
    heading_ja="健康・障害",
    fields=(
        box("health", "健康状態", "intake.health", D4, required=True),
        box("treatment", "通院・服薬", "intake.treatment", D4),
        box("health_insurance", "健康保険", "intake.health_insurance", D2),
        box(
            "disability_certificate",
            "手帳（身体・療育・精神、等級）",
            "intake.disability_certificate",
            D4,
        ),
        box("medical_aid", "自立支援医療", "answers.medical_aid", D4, K.YES_NO),
    ),
)
MONEY = FormSection(
    code="money",
    heading_ja="収入・公的給付・債務",
    fields=(
        box(
            "taxation",
            "課税状況",
            "answers.taxation",
            D2,
            K.CHOICE,
            numbered({"taxed": "課税", "untaxed": "住民税非課税", "unknown": "不明"}),
        ),
        box(
            "household_income",
            "家計収入月額",
            "intake.household_income",
            D2,
            required=True,
            reported=True,
        ),
        box("savings", "預貯金", "intake.savings", D2),
        box("benefits", "公的給付（雇用保険・年金・児童扶養手当等）", "intake.benefits", D2),
        box("arrears", "滞納", "intake.arrears", D2),
        box("debts", "債務（額・債務整理）", "intake.debts", D2, reported=True),
        box("special_loan", "特例貸付の利用", "answers.special_loan", D2, K.YES_NO),
        box("public_assistance", "生活保護受給歴", "intake.public_assistance", D2, reported=True),
    ),
)
CAREER = FormSection(
    code="career",
    heading_ja="職業・職歴・学歴・資格",
    fields=(
        box("work", "就労状況", "intake.work", D2, required=True, reported=True),
        box("years_without_work", "直近の離職後年数", "answers.years_without_work", D2, K.NUMBER),
        box("job_seeking", "求職活動", "answers.job_seeking", D2),
        box("education", "最終学歴・免許・資格", "intake.education", D2),
    ),
)


def _checks(data_class: object) -> tuple[tuple[str, str], ...]:
    return tuple((c.value, ja) for c, ja in CHECK_JA.items() if CLASS_OF[c] is data_class)


def _checked(code: str, label: str, field: str, data_class: object) -> FormField:
    options = unnumbered(_checks(data_class))
    return box(
        code, label, f"assessment.{field}", D3 if data_class is D3 else D4, K.CHOICES, options
    )


CHECKS = FormSection(
    code="checks",
    heading_ja="課題と特性（あてはまるもの全てに○）",
    fields=(
        _checked("checks", "生活・仕事・家族", "checks", D3),
        _checked("sensitive_checks", "健康・障害など（要配慮）", "sensitive_checks", D4),
        box("violence", "DV・虐待", "assessment.violence", D5, K.YES_NO),
    ),
)
SCREENING = FormSection(
    code="screening",
    heading_ja="スクリーニング（対応結果・方針）",
    fields=(
        box(
            "screening",
            "対応結果・方針",
            "record.screening",
            D0,
            K.CHOICE,
            numbered(
                {
                    "inform": "情報提供や相談対応のみで終了",
                    "hand_over": "他の制度や専門機関で対応が可能であり、つなぐ",
                    "seek_consent": "現時点では本人同意はとれていないが、引き続き同意に向けて取り組む",
                    "apply": "自立相談支援機関が継続支援し、プランを策定する",
                    "drop": "スクリーニング判断前に中断・終了（連絡がとれない／転居等）",
                }
            ),
            required=True,
            reported=True,
        ),
        box("screened_on", "判断日", "record.screened_on", D0, K.ERA_DATE),
        box("next_contact_on", "次回連絡日", "record.next_contact_on", D0, K.ERA_DATE),
        box("screening_note", "理由・メモ", "consultation.screening_note", D3, K.LONG_TEXT),
    ),
)
RESULT = FormSection(
    code="result",
    heading_ja="アセスメント結果",
    fields=(
        box("assessed_on", "作成日", "assessment.assessed_on", D0, K.ERA_DATE),
        box("issues", "課題の整理・背景", "assessment.issues", D3, K.LONG_TEXT),
        box("strengths", "強み", "assessment.strengths", D3, K.LONG_TEXT),
        box("direction", "支援の方向性", "assessment.direction", D3, K.LONG_TEXT),
        box("opinion", "所見（機関内限り）", "assessment.opinion", D7, K.LONG_TEXT),
    ),
)
INTAKE_ASSESSMENT = FormDefinition(
    code="intake_assessment",
    version=1,
    number_ja="【2】",
    name_ja="インテーク・アセスメントシート",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.CONSULTATION, RecordKind.CASE}),
    sections=(
        RECEIVED,
        PERSON_IN_SHORT,
        ROUTE,
        SITUATION,
        FAMILY,
        HEALTH,
        MONEY,
        CAREER,
        CHECKS,
        SCREENING,
        RESULT,
        AGENCIES,
    ),
)
