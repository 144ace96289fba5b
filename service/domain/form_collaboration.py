"""The forms of multi-agency collaboration (多機関協働事業), with and without consent (brief §4.7)."""

from service.domain.access_question import RecordKind
from service.domain.disclosure import D0, D1, D2, D3, D7
from service.domain.form import FieldKind, FormDefinition, FormSection
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
from service.domain.form_intake import CHECKS, FAMILY, HEALTH, MONEY, RESULT, SCREENING, SITUATION
from service.domain.form_support import (
    CASE_HEAD,
    EVALUATION,
    PLAN_CONSENT,
    PLAN_GOAL,
    PLAN_HEAD,
    PLAN_LINES,
    PLAN_TERM,
)
from service.domain.intake import WORRY_JA

K = FieldKind

CONNECTED = FormSection(
    code="connected",
    heading_ja="つないだ機関・つなぐ理由",
    fields=(
        box("from_agency", "つないだ機関・担当者", "answers.from_agency", D0, required=True),
        box(
            "why",
            "つなぐ理由",
            "answers.why",
            D3,
            K.CHOICES,
            unnumbered(
                {
                    "complex": "課題が複雑化・複合化している",
                    "gap": "制度の狭間にある",
                    "roles": "支援機関の役割分担が必要",
                    "other": "その他",
                }
            ),
            required=True,
        ),
        box("involved_so_far", "これまでの関わり", "answers.involved_so_far", D3, K.LONG_TEXT),
        box(
            "urgency",
            "緊急性",
            "record.urgency",
            D0,
            K.CHOICE,
            numbered({"urgent": "緊急", "normal": "通常"}),
            required=True,
        ),
    ),
)
ABOUT = FormSection(
    code="about",
    heading_ja="相談内容",
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
        box("told", "聞き取った内容", "consultation.told", D3, K.LONG_TEXT, required=True),
        box("household", "世帯員（続柄・年齢・状況）", "intake.living_with", D2, required=True),
    ),
)
WITHOUT_CONSENT = FormSection(
    code="without_consent",
    heading_ja="本人同意なし",
    wording_ja=(
        (
            "この票は、本人の同意を得ていない場合に使用します。氏名等の共有は、支援会議など法令に"
            "根拠のある場に限ります。"
        ),
    ),
    fields=(
        box("consent_given", "同意の有無", "consent.given", D1, K.YES_NO, required=True),
        box(
            "no_consent_reason",
            "同意を得られない理由",
            "answers.no_consent_reason",
            D3,
            K.LONG_TEXT,
            required=True,
        ),
        box("consent_plan", "同意に向けた働きかけ", "answers.consent_plan", D3, K.LONG_TEXT),
        box("next_contact_on", "次回連絡日", "record.next_contact_on", D0, K.ERA_DATE),
    ),
)
_INTAKE_RECORDS = frozenset({RecordKind.CONSULTATION, RecordKind.CASE})
WITH = FormDefinition(
    code="collaboration_intake_with_consent",
    version=1,
    name_ja="多機関協働事業 相談受付・申込票（本人同意あり）",
    valid_from=STANDARD_SINCE,
    records=_INTAKE_RECORDS,
    sections=(RECEIVED, CONNECTED, PERSON, ABOUT, APPLICATION),
)
WITHOUT = FormDefinition(
    code="collaboration_intake_without_consent",
    version=1,
    name_ja="多機関協働事業 相談受付票（本人同意なし）",
    valid_from=STANDARD_SINCE,
    records=_INTAKE_RECORDS,
    sections=(RECEIVED, CONNECTED, PERSON_IN_SHORT, ABOUT, WITHOUT_CONSENT),
)
MEMBERS = FormSection(
    code="members",
    heading_ja="世帯員ごとの課題・強み（各機関の見立て）",
    lines_of="views",
    blank_lines=6,
    fields=(
        box("member", "世帯員", "line.member", D1),
        box("agency", "見立てた機関", "line.agency", D0),
        box("assessed_on", "作成日", "line.assessed_on", D0, K.ERA_DATE),
        box("issues", "課題", "line.issues", D3, K.LONG_TEXT),
        box("strengths", "強み", "line.strengths", D3, K.LONG_TEXT),
        box("direction", "支援の方向性", "line.direction", D3, K.LONG_TEXT),
        box("opinion", "所見（機関内限り）", "line.opinion", D7, K.LONG_TEXT),
    ),
)
ECO_MAP = FormSection(
    code="eco_map",
    heading_ja="エコマップ",
    fields=(box("eco_map", "エコマップ", None, D2, K.LONG_TEXT),),
)
ASSESSMENT = FormDefinition(
    code="collaboration_assessment",
    version=1,
    name_ja="多機関協働事業 インテーク・アセスメントシート",
    valid_from=STANDARD_SINCE,
    records=_INTAKE_RECORDS,
    sections=(
        RECEIVED,
        PERSON_IN_SHORT,
        SITUATION,
        FAMILY,
        HEALTH,
        MONEY,
        CHECKS,
        MEMBERS,
        AGENCIES,
        ECO_MAP,
        SCREENING,
        RESULT,
    ),
)


OFFERS = FormSection(
    code="offers",
    heading_ja="参加支援・アウトリーチの利用",
    fields=(
        box("participation", "参加支援事業の利用", "answers.participation", D3, K.YES_NO),
        box(
            "outreach",
            "アウトリーチ等を通じた継続的支援事業の利用",
            "answers.outreach",
            D3,
            K.YES_NO,
        ),
        box("next_conference_on", "次回会議", "answers.next_conference_on", D0, K.DATE),
        box("direction", "支援の方向性", "answers.direction", D3, K.LONG_TEXT, required=True),
    ),
)
PLAN = FormDefinition(
    code="collaboration_plan",
    version=1,
    name_ja="多機関協働事業 プランシート",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.PLAN}),
    sections=(PLAN_HEAD, PERSON_IN_SHORT, PLAN_GOAL, PLAN_LINES, OFFERS, PLAN_TERM, PLAN_CONSENT),
)
COLLABORATION_END = FormSection(
    code="collaboration",
    heading_ja="課題整理の状況・終結",
    fields=(
        box("sorted_out", "課題整理の状況", "answers.sorted_out", D3, K.LONG_TEXT, required=True),
        box(
            "collaboration_outcome",
            "終結区分",
            "answers.collaboration_outcome",
            D3,
            K.CHOICE,
            numbered(
                {
                    "to_lead": "終結（主担当機関へ）",
                    "continued": "継続",
                    "interrupted": "中断",
                }
            ),
            required=True,
        ),
        box("area_issue", "地域課題", "answers.area_issue", D3, K.LONG_TEXT),
    ),
)
COLLABORATION_EVALUATION = FormDefinition(
    code="collaboration_evaluation",
    version=1,
    name_ja="多機関協働事業 評価シート",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.CASE}),
    sections=(
        CASE_HEAD,
        PERSON_IN_SHORT,
        *(s for s in EVALUATION.sections if s.code in ("why", "changes")),
        COLLABORATION_END,
        AGENCIES,
    ),
)
