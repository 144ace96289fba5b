"""【3】支援経過記録, 【5】プラン兼事業等利用申込書 and 評価シート (brief §4.4 to §4.6)."""

from datetime import date, timedelta

from service.domain.access_question import RecordKind
from service.domain.disclosure import D0, D1, D2, D3, D4, D6, D7
from service.domain.evaluation_codes import (
    CATEGORY_JA,
    CHANGE_JA,
    EMPLOYMENT_JA,
    REASON_JA,
    RESULT_JA,
)
from service.domain.form import FieldKind, FormDefinition, FormSection
from service.domain.form_fields import (
    FIRST_FORMS,
    PERSON_IN_SHORT,
    STANDARD_SINCE,
    box,
    numbered,
    unnumbered,
)
from service.domain.note import KIND_JA
from service.domain.service_list import LegalKind, listed_on

K = FieldKind

CASE_HEAD = FormSection(
    code="head",
    heading_ja="支援ケース",
    fields=(
        box("case_number", "ID", "record.number", D0),
        box("lead", "主たる支援者（機関）", "record.lead", D0),
        box("opened_on", "支援開始日", "record.opened_on", D0, K.ERA_DATE),
        box("stage", "支援の段階", "record.stage", D0),
    ),
)
PROGRESS = FormDefinition(
    code="progress",
    version=1,
    number_ja="【3】",
    name_ja="支援経過記録シート",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.CASE}),
    sections=(
        CASE_HEAD,
        PERSON_IN_SHORT,
        FormSection(
            code="entries",
            heading_ja="支援経過",
            lines_of="notes",
            blank_lines=9,
            fields=(
                box("happened_on", "日付", "line.happened_on", D0, K.ERA_DATE, required=True),
                box("agency", "対応者", "line.agency", D0),
                box(
                    "kind",
                    "対応区分",
                    "line.kind",
                    D0,
                    K.CHOICE,
                    numbered({k.value: ja for k, ja in KIND_JA.items()}),
                    required=True,
                    reported=True,
                ),
                box("with_whom", "相手", "line.with_whom", D3),
                box("minutes", "対応時間（分）", "line.minutes", D0, K.NUMBER),
                box("text", "内容", "line.text", D3, K.LONG_TEXT, required=True),
                box("sensitive", "健康など", "line.sensitive", D4, K.LONG_TEXT),
                box("opinion", "所感", "line.opinion", D7, K.LONG_TEXT),
                box("next", "次回", "line.next", D3, K.LONG_TEXT),
            ),
        ),
    ),
)

#: Printed among 法に基づく事業等, although the municipality only confirms it.
_WITH_THE_STATUTORY = "child_learning"


def _offered(day: date, *, statutory: bool) -> dict[str, str]:
    """The services of that day as the form groups them."""
    return {
        s.code: s.label_ja
        for s in listed_on(day)
        if (s.kind is LegalKind.STATUTORY or s.code == _WITH_THE_STATUTORY) is statutory
    }


#: 法に基づく事業等 as they are called since 2025-04, and as they were called before.
STATUTORY = _offered(STANDARD_SINCE, statutory=True)
STATUTORY_BEFORE = _offered(STANDARD_SINCE - timedelta(days=1), statutory=True)
OTHER_SERVICES = _offered(STANDARD_SINCE, statutory=False)
PLAN_HEAD = FormSection(
    code="head",
    heading_ja="プラン",
    fields=(
        box("case_number", "ID", "record.number", D0),
        box("drafted_on", "プラン作成日", "record.drafted_on", D0, K.ERA_DATE, required=True),
        box("number", "作成回", "record.version_number", D0, K.NUMBER, required=True),
        box("agency", "作成機関", "record.agency", D0, required=True),
    ),
)
PLAN_GOAL = FormSection(
    code="goal",
    heading_ja="目標（目指す姿）",
    fields=(
        box(
            "goal_in_own_words",
            "本人が今一番大切にしたいこと・長期目標",
            "plan.goal_in_own_words",
            D3,
            K.LONG_TEXT,
            required=True,
        ),
    ),
)
PLAN_LINES = FormSection(
    code="lines",
    heading_ja="解決したい課題・達成目標・実施すること",
    lines_of="lines",
    blank_lines=6,
    fields=(
        box("issue", "課題（優先順）", "line.issue", D3, K.LONG_TEXT, required=True),
        box("goal", "達成目標", "line.goal_in_own_words", D3, K.LONG_TEXT, required=True),
        box("action", "実施すること", "line.action", D3, K.LONG_TEXT, required=True),
        box("agency", "担当機関", "line.agency", D0, required=True),
        box("done_by", "実施者", "line.done_by", D3),
        box("period", "期間・頻度", "line.period", D3, required=True),
        box("exit", "出口", "line.exit", D3, K.LONG_TEXT),
    ),
)
PLAN_TERM = FormSection(
    code="term",
    heading_ja="プラン期間",
    fields=(
        box("period_from", "開始日", "plan.period_from", D3, K.ERA_DATE, required=True),
        box("period_until", "終了日", "plan.period_until", D3, K.ERA_DATE, required=True),
        box("monitoring_on", "次回モニタリング（評価）時期", "plan.monitoring_on", D3, K.ERA_DATE),
    ),
)
PLAN_CONSENT = FormSection(
    code="agreement",
    heading_ja="本人同意・事業等利用申込み欄",
    wording_ja=(
        "私は、上記のプランの内容に同意し、プランに記載された事業等の利用を申し込みます。",
        "プランの実施に必要な範囲で、関係機関（者）と私に関する情報を共有することに同意します。",
    ),
    fields=(
        box("agreed_on", "同意日", "plan.agreed_on", D0, K.ERA_DATE, required=True),
        box("agreed_by", "同意した人", "plan.agreed_by", D3, required=True),
        box("signature", "本人署名", None, D1, K.SIGNATURE),
        box("representative_signature", "代理人署名", None, D1, K.SIGNATURE),
    ),
)
PLAN_CONFERENCE = FormSection(
    code="conference",
    heading_ja="支援調整会議・自治体の決定",
    fields=(
        box("conference_on", "開催日（了承日）", "record.approved_on", D0, K.ERA_DATE),
        box(
            "conference_result",
            "会議の結果",
            "record.conference_result",
            D0,
            K.CHOICE,
            numbered({"approved": "了承", "revised": "修正", "sent_back": "差戻し"}),
        ),
        box("sent_back_reason", "差戻しの理由", "plan.sent_back_reason", D3, K.LONG_TEXT),
        box("decided_on", "支援決定・確認日", "record.decided_on", D0, K.ERA_DATE),
        box("decision_number", "決定番号", "plan.decision_number", D0),
        box("background", "背景・聞き取り（機関内限り）", "plan.background", D6, K.LONG_TEXT),
        box("opinion", "所見（機関内限り）", "plan.opinion", D7, K.LONG_TEXT),
    ),
)


def _services(statutory: dict[str, str]) -> FormSection:
    return FormSection(
        code="services",
        heading_ja="利用する事業等",
        fields=(
            box(
                "statutory",
                "法に基づく事業等",
                "services.all",
                D3,
                K.CHOICES,
                numbered(statutory),
                reported=True,
            ),
            box(
                "others",
                "その他の事業",
                "services.all",
                D3,
                K.CHOICES,
                numbered(OTHER_SERVICES),
                reported=True,
            ),
            box(
                "employment_support",
                "就労支援対象者",
                "plan.employment_support",
                D3,
                K.YES_NO,
                required=True,
                reported=True,
            ),
        ),
    )


def _plan(version: int, since: date, until: date | None, names: dict[str, str]) -> FormDefinition:
    return FormDefinition(
        code="plan_application",
        version=version,
        number_ja="【5】",
        name_ja="プラン兼事業等利用申込書",
        valid_from=since,
        valid_until=until,
        records=frozenset({RecordKind.PLAN}),
        sections=(
            PLAN_HEAD,
            PERSON_IN_SHORT,
            PLAN_GOAL,
            PLAN_LINES,
            _services(names),
            PLAN_TERM,
            PLAN_CONSENT,
            PLAN_CONFERENCE,
        ),
    )


PLAN_BEFORE = _plan(1, FIRST_FORMS, date(2025, 3, 31), STATUTORY_BEFORE)
PLAN_APPLICATION = _plan(2, STANDARD_SINCE, None, STATUTORY)

EVALUATION = FormDefinition(
    code="evaluation",
    version=1,
    name_ja="評価シート",
    valid_from=STANDARD_SINCE,
    records=frozenset({RecordKind.CASE}),
    sections=(
        CASE_HEAD,
        PERSON_IN_SHORT,
        FormSection(
            code="why",
            heading_ja="評価の実施理由・目標の達成状況",
            fields=(
                box(
                    "evaluated_on",
                    "評価日",
                    "evaluation.evaluated_on",
                    D0,
                    K.ERA_DATE,
                    required=True,
                ),
                box(
                    "reason",
                    "評価の実施理由",
                    "evaluation.reason",
                    D3,
                    K.CHOICE,
                    numbered(REASON_JA),
                    required=True,
                ),
                box(
                    "achieved",
                    "目標の達成状況",
                    "evaluation.achieved",
                    D3,
                    K.LONG_TEXT,
                    required=True,
                ),
            ),
        ),
        FormSection(
            code="changes",
            heading_ja="見られた変化（あてはまるもの全て）",
            fields=(
                box(
                    "changes",
                    "見られた変化",
                    "evaluation.changes",
                    D3,
                    K.CHOICES,
                    numbered(CHANGE_JA),
                    required=True,
                    reported=True,
                ),
            ),
        ),
        FormSection(
            code="work",
            heading_ja="就労",
            fields=(
                box(
                    "work_started_on",
                    "就職日",
                    "evaluation.work_started_on",
                    D2,
                    K.ERA_DATE,
                    reported=True,
                ),
                box(
                    "employment",
                    "雇用形態",
                    "evaluation.employment",
                    D2,
                    K.CHOICE,
                    numbered(EMPLOYMENT_JA),
                    reported=True,
                ),
                box("income", "収入（月額）", "evaluation.income", D2, K.YEN),
                box("income_grew", "増収", "evaluation.income_grew", D2, K.YES_NO, reported=True),
            ),
        ),
        FormSection(
            code="rest",
            heading_ja="残された課題・終結",
            fields=(
                box(
                    "open_issues",
                    "残された課題・本人の希望",
                    "evaluation.open_issues",
                    D3,
                    K.LONG_TEXT,
                ),
                box(
                    "outcome",
                    "終結区分",
                    "evaluation.outcome",
                    D3,
                    K.CHOICE,
                    numbered(RESULT_JA),
                    required=True,
                    reported=True,
                ),
                box(
                    "closing",
                    "終結の内訳",
                    "evaluation.closing",
                    D3,
                    K.CHOICE,
                    unnumbered(CATEGORY_JA),
                ),
                box("exit", "出口（つながり先）", "evaluation.exit", D3),
                box("after_care", "終結後の見守り", "evaluation.after_care", D3, K.LONG_TEXT),
                box(
                    "conference_on",
                    "支援調整会議での評価日",
                    "evaluation.conference_on",
                    D0,
                    K.ERA_DATE,
                ),
                box("conference_view", "会議の意見", "evaluation.conference_view", D3, K.LONG_TEXT),
            ),
        ),
    ),
)
