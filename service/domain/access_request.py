"""The person asks: requests for disclosure (開示請求), and what may be held back for a time.

Each agency answers for its own records (brief §2.8). A suppression protects somebody else or
an investigation, ends by itself, and is on record each time it hides something.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.audit import AuditEntry
from service.domain.decision import Basis
from service.domain.disclosure import D0, D1, D3, D7, Disclosable
from service.domain.errors import IllegalMove
from service.domain.provision import SHORTEST_REASON
from service.domain.text import Line, Paragraph, invalid

MESSAGES_EN = {
    "disclosure.representative_missing": "A request by a representative needs representative_id. Register the representative first.",
    "disclosure.grounds_missing": "Say on which grounds it is withheld, in part or in whole.",
    "disclosure.grounds_without_refusal": "A full disclosure withholds nothing. Leave the grounds out, or decide on a partial one.",
    "embargo.reason_too_short": "Say in a sentence what has to be protected (at least 15 characters).",
}
MESSAGES_JA = {
    "disclosure.representative_missing": "代理人による請求にはrepresentative_idが必要です。先に代理人を登録してください。",
    "disclosure.grounds_missing": "一部または全部を開示しない根拠を選んでください。",
    "disclosure.grounds_without_refusal": "全部開示では不開示の根拠は選べません。根拠を外すか、部分開示としてください。",
    "embargo.reason_too_short": "保護すべき内容を文で記入してください（15文字以上）。",
}


class Requester(StrEnum):
    """Who asks (APPI art. 76)."""

    PERSON = "self"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"


class DisclosureState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    EXTENDED = "extended"
    DECIDED = "decided"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return STATE_JA[self]


STATE_JA: dict[DisclosureState, str] = {
    DisclosureState.RECEIVED: "受付",
    DisclosureState.EXTENDED: "期限延長",
    DisclosureState.DECIDED: "決定済み",
}


class DisclosureResult(StrEnum):
    """What was decided (APPI art. 78 to 82)."""

    FULL = "full"
    PARTIAL = "partial"
    REFUSED = "refused"
    EXISTENCE_NOT_CONFIRMED = "existence_not_confirmed"

    @property
    def label_ja(self) -> str:
        """The result in the field's words."""
        return RESULT_JA[self]


RESULT_JA: dict[DisclosureResult, str] = {
    DisclosureResult.FULL: "全部開示",
    DisclosureResult.PARTIAL: "部分開示",
    DisclosureResult.REFUSED: "不開示",
    DisclosureResult.EXISTENCE_NOT_CONFIRMED: "存否応答拒否",
}


class Ground(StrEnum):
    """Grounds for withholding (APPI art. 78(1); numbers to be checked by a legal officer)."""

    HARM_TO_REQUESTER = "harm_to_requester"
    THIRD_PARTY = "third_party"
    DELIBERATION = "deliberation"
    PROPER_PERFORMANCE = "proper_performance"

    @property
    def label_ja(self) -> str:
        """The ground in the field's words."""
        return GROUND_JA[self]


GROUND_JA: dict[Ground, str] = {
    Ground.HARM_TO_REQUESTER: "本人の生命・健康等を害するおそれ",
    Ground.THIRD_PARTY: "第三者の個人情報",
    Ground.DELIBERATION: "審議・検討に関する情報",
    Ground.PROPER_PERFORMANCE: "事務の適正な遂行に支障",
}

#: Days to decide, and to extend once (APPI art. 83); an ordinance may set fewer.
DAYS_TO_DECIDE = 30
DAYS_OF_EXTENSION = 30


class ReceiveDisclosureRequest(Disclosable):
    """A request as it was made at the desk."""

    person_id: Annotated[UUID, D0]
    requested_on: Annotated[date, D0]
    requester: Annotated[Requester, D1] = Requester.PERSON
    representative_id: Annotated[UUID | None, D0] = None
    identity_checked_by: Annotated[Line, D1] = Field(
        description="The document that showed who asks (for instance a driving licence)."
    )
    wants: Annotated[Paragraph | None, D3] = Field(
        default=None, description="Which records are asked for; empty: all of them."
    )

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if self.requester is not Requester.PERSON and self.representative_id is None:
            raise invalid("disclosure.representative_missing", MESSAGES_EN)
        return self


class ExtendDisclosure(BaseModel):
    """Why the decision takes longer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Paragraph


class DecideDisclosure(BaseModel):
    """The decision, with its number and, where anything is withheld, its grounds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: DisclosureResult
    grounds: frozenset[Ground] = frozenset()
    decision_number: Line

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if self.result is DisclosureResult.FULL and self.grounds:
            raise invalid("disclosure.grounds_without_refusal", MESSAGES_EN)
        if self.result is not DisclosureResult.FULL and not self.grounds:
            raise invalid("disclosure.grounds_missing", MESSAGES_EN)
        return self


class DisclosureRequest(ReceiveDisclosureRequest):
    """A request's record at the agency that was asked."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    received_at: Annotated[datetime, D0]
    state: Annotated[DisclosureState, D0] = DisclosureState.RECEIVED
    due_on: Annotated[date, D0]
    extension_reason: Annotated[Paragraph | None, D3] = None
    result: Annotated[DisclosureResult | None, D0] = None
    grounds: Annotated[frozenset[Ground], D0] = frozenset()
    decision_number: Annotated[Line | None, D0] = None
    decided_on: Annotated[date | None, D0] = None
    exported_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def overdue_on(self, day: date) -> bool:
        """Whether the day to decide has passed without a decision."""
        return self.state is not DisclosureState.DECIDED and day > self.due_on

    def extended(self, command: ExtendDisclosure, day: date) -> Self:
        """Once, in time, with a reason (APPI art. 83(2))."""
        if self.state is not DisclosureState.RECEIVED:
            raise IllegalMove("disclosure.illegal_move", facts={"state": self.state})
        if day > self.due_on:
            raise IllegalMove("disclosure.extension_too_late")
        return self.but(
            state=DisclosureState.EXTENDED,
            due_on=self.due_on + timedelta(days=DAYS_OF_EXTENSION),
            extension_reason=command.reason,
            version=self.version + 1,
        )

    def decided(self, command: DecideDisclosure, day: date) -> Self:
        """Decided, once."""
        if self.state is DisclosureState.DECIDED:
            raise IllegalMove("disclosure.illegal_move", facts={"state": self.state})
        return self.but(
            state=DisclosureState.DECIDED,
            result=command.result,
            grounds=command.grounds,
            decision_number=command.decision_number,
            decided_on=day,
            version=self.version + 1,
        )

    def exported(self, at: datetime) -> Self:
        """Handed out; only what was decided to be disclosed can be."""
        if self.result not in (DisclosureResult.FULL, DisclosureResult.PARTIAL):
            raise IllegalMove("disclosure.nothing_to_export")
        return self.but(exported_at=at, version=self.version + 1)


def due_on(requested_on: date, days: int) -> date:
    """The last day to decide; the day of the request is not counted."""
    return requested_on + timedelta(days=days)


class EmbargoGround(StrEnum):
    """Why accesses are not told to the person for a time."""

    INVESTIGATION = "investigation"
    DV_PROTECTION = "dv_protection"
    CHILD_PROTECTION = "child_protection"

    @property
    def label_ja(self) -> str:
        """The ground in the field's words."""
        return EMBARGO_JA[self]


EMBARGO_JA: dict[EmbargoGround, str] = {
    EmbargoGround.INVESTIGATION: "調査への支障",
    EmbargoGround.DV_PROTECTION: "配偶者暴力等からの保護",
    EmbargoGround.CHILD_PROTECTION: "児童の保護",
}


class SetEmbargo(Disclosable):
    """Hold back who looked, for a time, with a reason and an approver."""

    ground: Annotated[EmbargoGround, D0]
    agency_ids: Annotated[frozenset[UUID], D0] = Field(
        min_length=1, max_length=20, description="Agencies whose accesses are held back."
    )
    reason: Annotated[Paragraph, D7]
    approver: Annotated[Line, D7]
    until: Annotated[date, D0] = Field(description="Last day.")

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        if len(self.reason) < SHORTEST_REASON:
            raise invalid("embargo.reason_too_short", MESSAGES_EN)
        return self


class Embargo(SetEmbargo):
    """An embargo's record."""

    id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    set_by_agency_id: Annotated[UUID, D0]
    set_by_position_id: Annotated[UUID | None, D0] = None
    set_at: Annotated[datetime, D0]
    lifted_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def holds_on(self, day: date) -> bool:
        """Whether it still holds back."""
        return self.lifted_at is None and day <= self.until

    def lifted(self, at: datetime) -> Self:
        """Over before its time."""
        if self.lifted_at is not None:
            raise IllegalMove("embargo.already_lifted")
        return self.but(lifted_at=at, version=self.version + 1)


#: The longest embargo; it can be set anew, by a new decision.
LONGEST_EMBARGO = timedelta(days=366)

#: Accesses on these bases would tell the person of a report about them (third-party protection).
PROTECTED_BASES = frozenset({Basis.DUTY_REPORT, Basis.CONF_CHILD})


def held_back(
    entry: AuditEntry, embargoes: Iterable[Embargo], reports: frozenset[UUID], day: date
) -> UUID | str | None:
    """The embargo, or the protected basis, for which a line is not told to the person.

    ``reports`` are the statutory reports about the person: nothing done with them is told.
    """
    if entry.basis in PROTECTED_BASES:
        return str(entry.basis)
    if entry.record_id in reports:
        return Basis.DUTY_REPORT.value
    for embargo in embargoes:
        if entry.agency_id in embargo.agency_ids and embargo.holds_on(day):
            return embargo.id
    return None
