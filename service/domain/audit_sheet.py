"""The audit log as a sheet for a program for spreadsheets, in the field's words."""

from collections.abc import Iterable
from datetime import datetime

from service.domain.audit import Outcome, SeenEntry
from service.domain.audit_copy import FORM_JA, form_in
from service.domain.calendar_jp import JST
from service.domain.decision import BASIS_JA, Basis
from service.domain.paper import Sheet
from service.domain.permission import PURPOSE_JA, Permission, Purpose
from service.domain.role import ROLE_JA, Role

OUTCOME_JA: dict[Outcome, str] = {
    Outcome.ALLOWED: "許可",
    Outcome.MASKED: "存在のみ（内容は非表示）",
    Outcome.DENIED: "拒否",
    Outcome.FAILED: "失敗",
    Outcome.REPLAYED: "再送への応答",
}
ACTOR_JA = {
    "staff": "職員",
    "partner": "連携機関システム",
    "person": "本人",
    "system": "システム",
    "unknown": "不明",
}
HEADINGS = (
    "記録番号",
    "日時（日本時間）",
    "日時（UTC）",
    "操作者の種別",
    "操作者（sub）",
    "発行者（iss）",
    "クライアント",
    "機関番号",
    "職番号",
    "役割",
    "利用目的",
    "操作",
    "操作コード",
    "対象の種別",
    "対象番号",
    "保有機関番号",
    "本人番号",
    "データ区分",
    "項目",
    "写しの形式",
    "結果",
    "根拠",
    "規則",
    "同意等の番号",
    "会議番号",
    "根拠法令の版",
    "義務",
    "規則の版",
    "要求番号",
    "接続元",
    "応答の送出",
)


def audit_sheet(entries: Iterable[SeenEntry]) -> Sheet:
    """One row an entry, as the agency may read them."""
    return Sheet(title="監査記録", headings=HEADINGS, rows=tuple(_row(e) for e in entries))


def _row(entry: SeenEntry) -> tuple[str, ...]:
    form = form_in(entry.fields)
    told: tuple[object, ...] = (
        entry.id,
        _written(entry.at.astimezone(JST)),
        entry.at.isoformat(),
        ACTOR_JA[entry.actor_kind],
        entry.sub,
        entry.iss,
        entry.client_id,
        entry.agency_id,
        entry.position_id,
        "、".join(ROLE_JA[Role(r)] for r in entry.roles),
        PURPOSE_JA[Purpose(entry.purpose)] if entry.purpose else None,
        Permission(entry.action).label_ja,
        entry.action,
        entry.record_kind,
        entry.record_id,
        entry.holder_agency_id,
        entry.person_id,
        " ".join(entry.data_classes),
        " ".join(entry.fields),
        FORM_JA[form] if form else None,
        OUTCOME_JA[entry.outcome],
        BASIS_JA[Basis(entry.basis)] if entry.basis else None,
        " ".join(entry.rules),
        " ".join(entry.consent_ids),
        entry.conference_id,
        entry.law,
        " ".join(entry.obligations),
        entry.policy_version,
        entry.request_id,
        entry.remote,
        "送出済み" if entry.answered else None,
    )
    return tuple("" if cell is None else str(cell) for cell in told)


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"
