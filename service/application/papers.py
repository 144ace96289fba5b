"""Papers to hand over: the consent receipt (同意書の控え) and the disclosure (開示文書)."""

from datetime import date
from typing import Any
from uuid import UUID

from service.application.consents import named
from service.application.context import Context
from service.application.facts import facts_of_consent
from service.domain.access_request import DisclosureRequest
from service.domain.calendar_jp import format_era
from service.domain.consent import AID_JA, Consent, Method
from service.domain.disclosure import D1, LABELS_JA
from service.domain.paper import Paper, Row, Section
from service.domain.permission import PURPOSE_JA, Permission

METHOD_JA = {
    Method.WRITTEN: "書面",
    Method.ORAL: "口頭（職員2名立会い）",
    Method.ELECTRONIC: "電子",
}
BECAUSE_JA = {
    "named": "機関名で指定",
    "kind": "種類で指定",
    "meeting": "会議の構成員",
    "excluded": "提供しない",
}


async def consent_receipt(context: Context, consent_id: UUID) -> tuple[dict[str, Any], Paper]:
    """What was agreed to, in words the person can take home, and how to take it back."""
    consent = await context.work.consents.find(consent_id)
    facts = await facts_of_consent(context, consent_id, consent)
    context.enforce(Permission.CONSENT_READ, facts, shows=Consent, needs=D1)
    assert consent is not None  # noqa: S101 - no permit without a record
    recorder = await context.work.directory.agency(consent.recorded_by)
    receivers = await named(context, consent)
    issuer = recorder.name if recorder else ""
    body = {
        "receipt_id": f"{consent.id}-{consent.version}",
        "consent_id": str(consent.id),
        "person_id": str(consent.person_id),
        "state": consent.state.value,
        "state_ja": consent.state.label_ja,
        "controller": {
            "id": str(consent.recorded_by),
            "name": issuer,
            "phone": recorder.phone if recorder else None,
        },
        "given_by": consent.given_by.value,
        "method": consent.method.value if consent.method else None,
        "explained_on": consent.explained_on.isoformat(),
        "rule_version": consent.rule_version,
        "language": consent.language,
        "explanation_aids": sorted(consent.explanation_aids),
        "purposes": [{"code": p.value, "name_ja": PURPOSE_JA[p]} for p in sorted(consent.purposes)],
        "data_classes": [
            {"code": c.value, "name_ja": LABELS_JA[c]} for c in sorted(consent.data_classes)
        ],
        "receivers": receivers,
        "valid_from": consent.valid_from.isoformat(),
        "valid_until": consent.valid_until.isoformat() if consent.valid_until else None,
        "withdrawal_ja": "いつでも、理由なく、窓口・電話・書面のいずれでも撤回できます。",
        "issued_on": context.today.isoformat(),
    }
    return body, _receipt_paper(consent, issuer, receivers, context.today)


def _receipt_paper(
    consent: Consent, issuer: str, receivers: list[dict[str, object]], made_on: date
) -> Paper:
    until = format_era(consent.valid_until) if consent.valid_until else "支援が終わるまで"
    return Paper(
        title="個人情報の提供に関する同意の控え",
        subtitle=f"この同意の状態：{consent.state.label_ja}",
        issuer=issuer,
        number=str(consent.id),
        made_on=made_on,
        sections=(
            Section(
                heading="同意の内容",
                rows=(
                    Row(
                        label="利用目的",
                        value="、".join(PURPOSE_JA[p] for p in sorted(consent.purposes)),
                    ),
                    Row(
                        label="提供する情報",
                        value="、".join(LABELS_JA[c] for c in sorted(consent.data_classes)),
                    ),
                    Row(label="有効期間", value=f"{format_era(consent.valid_from)}から {until}"),
                    Row(
                        label="説明した日・規程",
                        value=f"{format_era(consent.explained_on)} {consent.rule_version}",
                    ),
                    Row(
                        label="同意の方法",
                        value=METHOD_JA[consent.method] if consent.method else "記録なし",
                    ),
                    Row(
                        label="説明の工夫",
                        value="、".join(AID_JA[a] for a in sorted(consent.explanation_aids))
                        or "特になし",
                    ),
                ),
            ),
            Section(
                heading="提供先（本日現在の名称）",
                rows=tuple(
                    Row(label=BECAUSE_JA[str(r["because"])], value=str(r["name"]))
                    for r in receivers
                ),
            ),
        ),
        notes=(
            "同意は、いつでも、理由なく取り消すことができます。取り消しても不利益はありません。",
            "だれがあなたの情報を見たかを知りたいときは、窓口で「閲覧記録」をお求めください。",
        ),
    )


def disclosure_paper(request: DisclosureRequest, body: dict[str, Any], made_on: date) -> Paper:
    """The agency's own records, redacted as decided."""
    sections = [
        Section(
            heading="開示決定",
            rows=(
                Row(label="決定の内容", value=str(body["result_ja"])),
                Row(label="決定日", value=format_era(request.decided_on or made_on)),
                Row(label="不開示の根拠", value="、".join(body["grounds_ja"]) or "なし"),
                Row(label="利用目的", value=str(body["purposes_ja"])),
            ),
        )
    ]
    for name, records in body["records"].items():
        for number, record in enumerate(records, 1):
            rows = tuple(
                Row(label=FIELD_JA.get(field, field), value=_written(value))
                for field, value in record.items()
                if field not in _WIRING
            )
            sections.append(Section(heading=f"{GROUP_JA[name]} {number}", rows=rows))
    return Paper(
        title="保有個人情報の開示",
        issuer=str(body["agency"]),
        number=request.decision_number,
        made_on=made_on,
        sections=tuple(sections),
        notes=(
            "この文書は、上記の機関が自ら保有する記録だけを示します。他の機関の記録は、その機関に請求してください。",
        ),
    )


GROUP_JA = {
    "person": "本人の基本情報",
    "consents": "同意の記録",
    "consultations": "相談の記録",
    "referrals": "つなぎの記録",
    "cases": "支援ケース",
    "plans": "支援プラン",
    "notes": "支援経過",
    "form_answers": "帳票への記入",
    "provisions": "同意によらない提供の記録",
}
FIELD_JA = {
    "address": "住所",
    "answers": "記入内容",
    "birth": "生年月日",
    "considerations": "配慮が必要なこと",
    "data_classes": "情報の区分",
    "emergency_contacts": "緊急連絡先",
    "explained_on": "説明した日",
    "form_code": "帳票",
    "goal_in_own_words": "本人の目標",
    "happened_on": "日付",
    "lines": "プランの内容",
    "living": "生活の状況",
    "names": "氏名",
    "needs": "困っていること",
    "number": "番号",
    "phones": "電話番号",
    "purposes": "利用目的",
    "reason": "理由・内容",
    "received_at": "受付日時",
    "recorded_at": "記録日時",
    "registered_at": "登録日時",
    "sensitive": "健康など",
    "sex": "性別",
    "state": "状態",
    "status": "状態",
    "text": "内容",
    "told": "相談の内容",
    "valid_from": "開始日",
    "valid_until": "終了日",
    "wishes": "本人の希望",
    "written_at": "記録日時",
}
#: How the service files it, which tells the person nothing.
_WIRING = frozenset({"withheld", "version", "id", "search_keys"})


def _written(value: Any) -> str:
    if isinstance(value, dict):
        return "、".join(_written(v) for k, v in value.items() if v and k not in _WIRING)
    if isinstance(value, list):
        return "\n".join(_written(v) for v in value)
    return str(value)
