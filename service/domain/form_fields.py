"""What several forms have in common: ways to write a box down, option lists, wording."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

from service.domain.disclosure import D0, D1, D3, DataClass
from service.domain.form import FieldKind, FormField, FormSection, Option

#: A code is a word, or a member of a list of them.
Code = TypeVar("Code", bound=str)

#: Since when the standard forms stand as they are here (the names of 2025-04).
STANDARD_SINCE = date(2025, 4, 1)
#: Since when there are standard forms at all (生活困窮者自立支援法).
FIRST_FORMS = date(2015, 4, 1)


def box(
    code: str,
    label: str,
    source: str | None,
    data_class: DataClass,
    kind: FieldKind = FieldKind.TEXT,
    options: tuple[Option, ...] = (),
    *,
    required: bool = False,
    reported: bool = False,
) -> FormField:
    """One box."""
    return FormField(
        code=code,
        label_ja=label,
        kind=kind,
        data_class=data_class,
        options=options,
        required=required,
        in_statistics=reported,
        source=source,
    )


def numbered(labels: Mapping[Code, str]) -> tuple[Option, ...]:
    """Options with the numbers that the form prints, in their order."""
    return tuple(
        Option(code=str(code), label_ja=label, number=str(number))
        for number, (code, label) in enumerate(labels.items(), 1)
    )


def unnumbered(labels: Mapping[Code, str] | Iterable[tuple[Code, str]]) -> tuple[Option, ...]:
    """Options that are only ticked."""
    pairs = labels.items() if isinstance(labels, Mapping) else labels
    return tuple(Option(code=str(code), label_ja=label) for code, label in pairs)


SEX = numbered({"male": "男性", "female": "女性", "other": "その他"})
YES, NO = "yes", "no"

#: The wording under which the person applies and agrees (相談申込み欄, brief §2.3).
CONSENT_WORDING = (
    "私は、相談支援の利用を申し込みます。",
    (
        "申込みに当たり、別添の「個人情報に関する管理・取扱規程」について説明を受け、相談支援の実施に"
        "必要な範囲で、関係機関（者）と私に関する情報を共有することに同意します。"
    ),
    "この同意は、いつでも、理由なく取り消すことができます。取り消しても不利益はありません。",
)

RECEIVED = FormSection(
    code="received",
    heading_ja="受付",
    fields=(
        box("case_number", "ID", "record.number", D0),
        box("received_on", "受付日", "record.received_on", D0, FieldKind.ERA_DATE, required=True),
        box("received_by", "受付者", "record.received_by", D0, required=True),
        box("agency", "受付機関", "record.agency", D0),
    ),
)
PERSON = FormSection(
    code="person",
    heading_ja="本人",
    fields=(
        box("kana", "ふりがな", "person.kana", D1, required=True),
        box("name", "氏名", "person.name", D1, required=True),
        box(
            "birth",
            "生年月日",
            "person.birth",
            D1,
            FieldKind.ERA_DATE,
            required=True,
            reported=True,
        ),
        box("sex", "性別", "person.sex", D1, FieldKind.CHOICE, SEX, required=True, reported=True),
        box("address", "住所", "person.address", D1, FieldKind.LONG_TEXT, required=True),
        box("phone_home", "電話（自宅）", "person.phone_home", D1),
        box("phone_mobile", "電話（携帯）", "person.phone_mobile", D1),
        box("email", "E-mail", "answers.email", D1),
    ),
)
#: The same without what only the desk that reaches the person needs.
PERSON_IN_SHORT = FormSection(
    code="person",
    heading_ja="本人",
    fields=tuple(f for f in PERSON.fields if f.code in ("kana", "name", "birth", "sex")),
)
APPLICATION = FormSection(
    code="application",
    heading_ja="相談申込み欄",
    wording_ja=CONSENT_WORDING,
    fields=(
        box("consent_given", "同意の有無", "consent.given", D1, FieldKind.YES_NO),
        box("consent_rules", "説明した規程", "consent.rule_version", D1),
        box(
            "applied_on", "申込日（説明を受けた日）", "consent.explained_on", D1, FieldKind.ERA_DATE
        ),
        box("signature", "本人署名", None, D1, FieldKind.SIGNATURE),
        box("representative", "代理人（続柄・根拠）", "consent.representative", D1),
        box("representative_signature", "代理人署名", None, D1, FieldKind.SIGNATURE),
    ),
)
AGENCIES = FormSection(
    code="agencies",
    heading_ja="関係機関一覧",
    lines_of="team",
    blank_lines=6,
    fields=(
        box("agency", "機関", "line.agency", D0),
        box("role", "役割・関わり", "line.role", D3),
        box("since", "いつから", "line.since", D0, FieldKind.ERA_DATE),
    ),
)
