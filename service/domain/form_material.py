"""What a record shows, put the way the boxes of forms ask for it.

Everything here is made of what a decision has disclosed: what a disclosure left out cannot be
found again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from service.domain.calendar_jp import format_era, jst_date
from service.domain.case import Case
from service.domain.consent import Consent
from service.domain.consent_states import ConsentState
from service.domain.consultation import Consultation
from service.domain.consultation_states import ConsultationStatus
from service.domain.disclosure import D0, D1, Classes
from service.domain.evaluation_codes import Achieved, EvaluationResult
from service.domain.form_filling import PartShown
from service.domain.intake import FIELDS
from service.domain.names import NameKind, PersonName, display
from service.domain.plan import PlanVersion
from service.domain.plan_evaluation import AfterCare

#: Agencies by their id, as they are called today.
Names = Mapping[UUID, str]

#: What the screening was, as the form counts it.
SCREENED: Mapping[ConsultationStatus, str] = {
    ConsultationStatus.SCREENED_INFO_ONLY: "inform",
    ConsultationStatus.SCREENED_HANDOVER: "hand_over",
    ConsultationStatus.CLOSED_HANDOVER: "hand_over",
    ConsultationStatus.SCREENED_NO_CONSENT: "seek_consent",
    ConsultationStatus.CONF_LISTED: "seek_consent",
    ConsultationStatus.WATCHED: "seek_consent",
    ConsultationStatus.APPLIED: "apply",
    ConsultationStatus.SCREENED_DROPPED: "drop",
}


def person_part(shown: Mapping[str, Any] | None, classes: Classes) -> PartShown:
    """Who it is. Nobody known yet: nothing is answered, and nothing is held back."""
    if shown is None:
        return PartShown(classes=frozenset({D0, D1}))
    values = {
        "name": _name(shown.get("names") or (), kana=False),
        "kana": _name(shown.get("names") or (), kana=True),
        "sex": None if shown.get("sex") == "unknown" else shown.get("sex"),
        "birth": shown.get("birth"),
        "address": _address(shown.get("address")),
        "phone_home": _phone(shown.get("phones") or (), "home"),
        "phone_mobile": _phone(shown.get("phones") or (), "mobile"),
    }
    unknown = {"sex"} if shown.get("sex") == "unknown" else set()
    return PartShown(classes=classes & {D0, D1}, values=values, unknown=frozenset(unknown))


def _name(names: Iterable[Mapping[str, Any]], *, kana: bool) -> str | None:
    written = [PersonName.model_validate(n) for n in names]
    official = [n for n in written if n.kind is NameKind.OFFICIAL] or written
    if not official:
        return None
    if kana:
        return official[0].kana
    others = [display(n) for n in written if n is not official[0]]
    called = official[0].replacement or display(official[0])
    return f"{called}（{'、'.join(others)}）" if others else called


def _address(shown: Mapping[str, Any] | None) -> str | None:
    """The postcode, and the address in one line; a protected one stands on no form."""
    if not shown:
        return None
    lines = [shown.get(k) for k in ("prefecture", "city", "town", "block", "building")]
    where = " ".join(line for line in lines if line)
    if shown.get("no_fixed_abode"):
        where = f"{where} 住所不定".strip()
    postcode = shown.get("postcode")
    return f"〒{postcode[:3]}-{postcode[-4:]} {where}" if postcode else where or None


def _phone(phones: Iterable[Mapping[str, Any]], kind: str) -> str | None:
    return (
        "\n".join(_called(p) for p in phones if p.get("kind") == kind and p.get("number")) or None
    )


def _called(phone: Mapping[str, Any]) -> str:
    """The number, with what endangers somebody who is called at the wrong time."""
    warned = [
        word
        for word, said in (
            ("電話しない", phone.get("may_call") is False),
            ("伝言しない", phone.get("may_leave_message") is False),
            (f"かけてよい時間：{phone.get('safe_hours')}", bool(phone.get("safe_hours"))),
        )
        if said
    ]
    number = str(phone["number"])
    if number.startswith("+81"):
        number = f"0{number[3:]}"
    if phone.get("extension"):
        number = f"{number} 内線{phone['extension']}"
    return f"{number}（{'・'.join(warned)}）" if warned else number


def intake_part(shown: Mapping[str, Any], classes: Classes) -> PartShown:
    """The intake sheet."""
    sheet = shown.get("intake") or {}
    values = {field: sheet.get(field) for field in FIELDS}
    return PartShown(
        classes=classes,
        values=values,
        none=frozenset(sheet.get("none") or ()),
        unknown=frozenset(sheet.get("unknown") or ()),
    )


def consultation_record(found: Consultation, names: Names) -> dict[str, Any]:
    """The desk's side of a consultation (class D0)."""
    return {
        "received_on": jst_date(found.received_at).isoformat(),
        "agency": names.get(found.agency_id),
        "screening": SCREENED.get(found.status),
        "screened_on": jst_date(found.screened_at).isoformat() if found.screened_at else None,
        "next_contact_on": found.next_contact_on.isoformat() if found.next_contact_on else None,
    }


def case_record(found: Case, names: Names) -> dict[str, Any]:
    """The case's side (class D0)."""
    return {
        "number": found.number,
        "opened_on": jst_date(found.opened_at).isoformat(),
        "lead": names.get(found.lead_agency_id),
        "stage": found.stage.label_ja,
        "urgency": found.urgency.value,
    }


def plan_record(found: PlanVersion, agency: str | None, number: str | None) -> dict[str, Any]:
    """The plan's side (class D0)."""
    approved = found.approved_at is not None
    sent_back = found.status.value == "sent_back"
    return {
        "number": number,
        "agency": agency,
        "drafted_on": jst_date(found.drafted_at).isoformat(),
        "version_number": found.number,
        "approved_on": jst_date(found.approved_at).isoformat() if found.approved_at else None,
        "conference_result": "approved" if approved else "sent_back" if sent_back else None,
        "decided_on": jst_date(found.decided_at).isoformat() if found.decided_at else None,
    }


def consent_part(consents: Sequence[Consent], classes: Classes) -> PartShown:
    """Whether the person agreed, as the last word of those that the reader may see says."""
    said = [c for c in consents if c.state in (ConsentState.ACTIVE, ConsentState.REFUSED)]
    if not said:
        return PartShown(classes=classes)
    last = said[-1]
    given = last.state is ConsentState.ACTIVE
    values = {
        "given": given,
        "rule_version": last.rule_version if given else None,
        "explained_on": last.explained_on.isoformat(),
        "representative": last.representative,
    }
    return PartShown(classes=classes, values=values)


def plan_lines(
    shown: Iterable[Mapping[str, Any]], classes: Classes, names: Names
) -> tuple[PartShown, ...]:
    """The lines of a plan."""
    return tuple(
        PartShown(
            classes=classes,
            values=dict(line)
            | {
                "agency": names.get(UUID(str(line["responsible_agency_id"]))),
                "period": _period(line),
            },
        )
        for line in shown
    )


def _period(line: Mapping[str, Any]) -> str | None:
    if not line.get("starts_on"):
        return None
    until = line.get("ends_on")
    days = [_by_era(line["starts_on"]), _by_era(until) if until else ""]
    return "\n".join(w for w in ("～".join(days), line.get("frequency")) if w)


def _by_era(written: str) -> str:
    """An ISO day by its era."""
    return format_era(date.fromisoformat(written))


def services_of(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """The services that the lines of a plan use, each once."""
    return list(dict.fromkeys(str(s) for line in lines if (s := line.get("service_code"))))


def team_lines(case: Case, classes: Classes, names: Names) -> tuple[PartShown, ...]:
    """The agencies on a case, the lead first."""
    lead = {"agency": names.get(case.lead_agency_id), "role": "主たる支援者"}
    stands_in = {"agency": names.get(case.deputy_agency_id or UUID(int=0)), "role": "副担当"}
    first = [lead, stands_in] if case.deputy_agency_id else [lead]
    team = [
        {
            "agency": names.get(m.agency_id),
            "role": m.role,
            "since": m.since.isoformat() if m.since else None,
        }
        for m in case.team
    ]
    return tuple(PartShown(classes=classes, values=values) for values in (*first, *team))


def with_agency(
    shown: Iterable[Mapping[str, Any]], classes_of: Iterable[Classes], names: Names
) -> tuple[PartShown, ...]:
    """Entries of several agencies (notes, views), each as far as it is open."""
    return tuple(
        PartShown(
            classes=classes,
            values=dict(entry) | {"agency": names.get(UUID(str(entry["agency_id"])))},
        )
        for entry, classes in zip(shown, classes_of, strict=True)
    )


#: What became of a case, as the sheet has it.
_OUTCOMES: Mapping[str, EvaluationResult] = {
    "closed": EvaluationResult.ENDED,
    "interrupted": EvaluationResult.INTERRUPTED,
    "replanning": EvaluationResult.REPLANNED,
}


def ending_part(shown: Mapping[str, Any], classes: Classes) -> PartShown:
    """The evaluation, as far as the case itself tells of it: how it ended."""
    closing = shown.get("closing") or {}
    values = {
        "outcome": _OUTCOMES.get(str(shown.get("stage"))),
        "closing": closing.get("category"),
        "exit": closing.get("exit"),
        "after_care": closing.get("after_care"),
    }
    return PartShown(classes=classes, values=values)


def evaluation_part(
    shown: Mapping[str, Any], lines: Iterable[Mapping[str, Any]], classes: Classes
) -> PartShown:
    """The evaluation sheet, with what each line of the plan was to do."""
    done = {line["id"]: line.get("action") for line in lines}
    work = shown.get("employment") or {}
    wishes = [shown.get("remaining_issues"), shown.get("wishes")]
    after = shown.get("after_care")
    values = {
        "evaluated_on": shown.get("on"),
        "reason": shown.get("reason"),
        "achieved": "\n".join(_achieved(r, done.get(r["line_id"])) for r in shown["lines"]) or None,
        "changes": shown.get("changes"),
        "work_started_on": work.get("employed_on"),
        "employment": work.get("kind"),
        "income_grew": work.get("income_increased"),
        "open_issues": "\n".join(w for w in wishes if w) or None,
        "outcome": shown.get("result"),
        "closing": shown.get("category"),
        "exit": shown.get("exit"),
        "after_care": AfterCare.model_validate(after).told if after else None,
        "conference_on": shown.get("conference_on"),
    }
    return PartShown(classes=classes, values=values)


def _achieved(result: Mapping[str, Any], action: str | None) -> str:
    said = Achieved(result["achieved"]).label_ja if "achieved" in result else ""
    note = result.get("note")
    return f"{action or '―'}：{said}" + (f"（{note}）" if note else "")
