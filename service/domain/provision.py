"""A provision (提供): one agency tells another about a person without the person's consent.

Each rests on a legal basis other than consent, names its reason, opens the least that is
needed, ends by itself, and carries duties (brief §2.2). Emergency access is a provision that
the receiver takes itself, because nobody who could give it can be reached (checklist Z7).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain.consent import Recipient
from service.domain.decision import Basis, Duty, Obligation
from service.domain.disclosure import (
    D0,
    D1,
    D2,
    D3,
    D4,
    D5,
    D7,
    Classes,
    DataClass,
    Disclosable,
    classes_up_to,
)
from service.domain.errors import IllegalMove, Invalid
from service.domain.permission import Purpose
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "provision.basis_not_for_provision": "This basis does not allow one agency to provide data to another. Choose one that does.",
    "provision.too_wide": "This basis does not open all of these data classes. Choose fewer.",
    "provision.duty_missing": "Name the law and the article of the duty that needs the data.",
    "provision.abuse_kind_missing": "Say which kind of abuse is reported.",
    "provision.approver_missing": "Name who approved it.",
    "provision.contract_missing": "Name the contract under which the work is entrusted.",
    "provision.reason_too_short": "Say in a sentence why it is needed and why consent cannot be had (at least 15 characters).",
    "provision.too_long": "This basis does not hold that long. Choose fewer hours.",
}
MESSAGES_JA = {
    "provision.basis_not_for_provision": "この根拠では他の機関への提供はできません。提供できる根拠を選んでください。",
    "provision.too_wide": "この根拠では指定したデータ区分のすべては開示できません。区分を減らしてください。",
    "provision.duty_missing": "情報を必要とする法令上の事務の法律名と条項を記入してください。",
    "provision.abuse_kind_missing": "虐待の種別を指定してください。",
    "provision.approver_missing": "承認した職員の氏名を記入してください。",
    "provision.contract_missing": "委託契約を指定してください。",
    "provision.reason_too_short": "必要な理由と同意を得られない事情を文で記入してください（15文字以上）。",
    "provision.too_long": "この根拠で認められる期間を超えています。時間を短くしてください。",
}

#: Shorter is no reason ("urgent case"); in Japanese this is about one short sentence.
SHORTEST_REASON = 15


class AbuseKind(StrEnum):
    """What is reported to whom by law (通告・通報)."""

    CHILD = "child"
    ELDER = "elder"
    DISABILITY = "disability"
    SPOUSE = "spouse"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return ABUSE_JA[self]


ABUSE_JA: dict[AbuseKind, str] = {
    AbuseKind.CHILD: "児童虐待",
    AbuseKind.ELDER: "高齢者虐待",
    AbuseKind.DISABILITY: "障害者虐待",
    AbuseKind.SPOUSE: "配偶者からの暴力",
}


class Terms(NamedTuple):
    """What a basis opens at most, for how long, and what it obliges to."""

    classes: Classes
    longest: timedelta
    duties: frozenset[Duty]


_LESS_THAN_ALL: Classes = frozenset({D0, D1, D2, D3, D4})
_ALWAYS = frozenset({Duty.READABLE_UNTIL, Duty.NO_ONWARD})
_EXCEPTION = _ALWAYS | {
    Duty.NOTIFY_LEAD,
    Duty.NOTIFY_PRIVACY_OFFICER,
    Duty.REVIEW_BY,
    Duty.TELL_PERSON,
}

#: Bases on which an agency may provide data to another (brief §2.2). Protected data (D5) goes
#: with a report of abuse alone; who told us (D6) and opinions (D7) never go at all.
TERMS: Mapping[Basis, Terms] = {
    Basis.LIFE: Terms(frozenset({D0, D1, D2, D4}), timedelta(hours=24), _EXCEPTION),
    Basis.CHILD_HEALTH: Terms(_LESS_THAN_ALL, timedelta(days=90), _EXCEPTION),
    Basis.DUTY_REPORT: Terms(
        _LESS_THAN_ALL | {D5}, timedelta(days=365), _ALWAYS | {Duty.NOTIFY_PRIVACY_OFFICER}
    ),
    Basis.PUBLIC_BODY: Terms(_LESS_THAN_ALL, timedelta(days=365), _ALWAYS),
    Basis.PUBLIC_DUTY: Terms(
        frozenset({D0, D1, D2, D3}), timedelta(days=180), _ALWAYS | {Duty.NOTIFY_PRIVACY_OFFICER}
    ),
    Basis.INTERNAL: Terms(_LESS_THAN_ALL, timedelta(days=365), _ALWAYS),
    Basis.ENTRUST: Terms(_LESS_THAN_ALL, timedelta(days=365), _ALWAYS),
}

#: The longest that an agency may help itself before somebody else has looked at it.
LONGEST_EMERGENCY = timedelta(minutes=60)


class Taken(StrEnum):
    """Whether the holder gave it or the receiver took it in an emergency."""

    GIVEN = "given"
    TAKEN = "taken"


class Verdict(StrEnum):
    """What the second person says of it."""

    JUSTIFIED = "justified"
    NOT_JUSTIFIED = "not_justified"


class ProvisionTerms(Disclosable):
    """The part of a provision that a decision looks at."""

    id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    basis: Annotated[Basis, D0]
    taken: Annotated[Taken, D0] = Taken.GIVEN
    from_agency_id: Annotated[UUID, D0]
    to_agency_id: Annotated[UUID, D0]
    #: Only this department of the receiver; empty: the agency.
    to_department: Annotated[Code | None, D0] = None
    #: Only the staff member who took it; empty: everybody in office there.
    to_position_id: Annotated[UUID | None, D0] = None
    purposes: Annotated[frozenset[Purpose], D0] = Field(min_length=1)
    data_classes: Annotated[frozenset[DataClass], D0] = Field(min_length=1)
    opens_at: Annotated[datetime, D0]
    closes_at: Annotated[datetime, D0]
    ended_at: Annotated[datetime | None, D0] = None
    review_due_at: Annotated[datetime | None, D0] = None
    reviewed_at: Annotated[datetime | None, D0] = None
    told_at: Annotated[datetime | None, D0] = None

    def open_at(self, at: datetime) -> bool:
        """Whether it holds at the instant."""
        return self.opens_at <= at < self.closes_at and (
            self.ended_at is None or at < self.ended_at
        )

    def opens_to(
        self,
        recipient: Recipient,
        purpose: Purpose,
        at: datetime,
        *,
        positions: frozenset[UUID] = frozenset(),
        departments: frozenset[str] = frozenset(),
    ) -> Classes:
        """The classes it opens; none by default.

        Without positions or departments it is asked for the agency as such, which what was
        opened to one post or department does not cover.
        """
        terms = TERMS.get(self.basis)
        if terms is None or not self.open_at(at) or purpose not in self.purposes:
            return frozenset()
        if recipient.agency_id != self.to_agency_id:
            return frozenset()
        if self.to_position_id is not None and self.to_position_id not in positions:
            return frozenset()
        if self.to_department is not None and self.to_department not in departments:
            return frozenset()
        return (self.data_classes | {D0}) & terms.classes & classes_up_to(recipient.ceiling)

    def obligations(self) -> tuple[Obligation, ...]:
        """What is still to be done, and what goes on being due."""
        duties = TERMS[self.basis].duties
        found = [Obligation(duty=Duty.NO_ONWARD)] if Duty.NO_ONWARD in duties else []
        if Duty.READABLE_UNTIL in duties:
            found.append(Obligation(duty=Duty.READABLE_UNTIL, until=self.closes_at))
        if Duty.REVIEW_BY in duties and self.reviewed_at is None:
            found.append(Obligation(duty=Duty.REVIEW_BY, until=self.review_due_at))
        if Duty.TELL_PERSON in duties and self.told_at is None:
            found.append(Obligation(duty=Duty.TELL_PERSON))
        return tuple(found)


class MakeProvision(Disclosable):
    """What the holder provides, to whom, and why it may."""

    person_id: Annotated[UUID, D0]
    basis: Annotated[Basis, D0]
    to_agency_id: Annotated[UUID, D0]
    to_department: Annotated[Code | None, D0] = None
    purposes: Annotated[frozenset[Purpose], D0] = Field(min_length=1)
    data_classes: Annotated[frozenset[DataClass], D0] = Field(min_length=1)
    hours: Annotated[int, D0] = Field(
        ge=1, le=24 * 365, description="How long it may be read, in hours."
    )
    reason: Annotated[Paragraph, D3] = Field(
        description="Why it is needed, and why consent cannot be had."
    )
    message: Annotated[Paragraph | None, D1] = Field(
        default=None, description="What the receiver is told at once (for instance the state)."
    )
    law: Annotated[Line | None, D0] = Field(default=None, description="Law of the duty.")
    article: Annotated[Line | None, D0] = None
    abuse_kind: Annotated[AbuseKind | None, D5] = None
    approver: Annotated[Line | None, D1] = Field(
        default=None, description="Who approved it (name and post)."
    )
    contract_id: Annotated[UUID | None, D0] = None

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        terms = TERMS.get(self.basis)
        if terms is None:
            raise invalid("provision.basis_not_for_provision", MESSAGES_EN)
        needs_duty = self.basis in (Basis.PUBLIC_BODY, Basis.PUBLIC_DUTY)
        for code, wrong in {
            "provision.too_wide": not self.data_classes <= terms.classes,
            "provision.too_long": timedelta(hours=self.hours) > terms.longest,
            "provision.duty_missing": needs_duty and not (self.law and self.article),
            "provision.abuse_kind_missing": self.basis is Basis.DUTY_REPORT
            and self.abuse_kind is None,
            "provision.approver_missing": Duty.REVIEW_BY in terms.duties and not self.approver,
            "provision.contract_missing": self.basis is Basis.ENTRUST and self.contract_id is None,
            "provision.reason_too_short": len(self.reason) < SHORTEST_REASON,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class Sides(NamedTuple):
    """What is known of the two agencies, as far as a basis asks."""

    inside: bool
    """Giver and receiver are one agency."""
    same_body: bool
    """They belong to one legal entity."""
    giver_public: bool
    giver_special_secrecy: bool
    receiver_public: bool
    receiver_reports: frozenset[AbuseKind]


def unmet(command: "MakeProvision", sides: Sides) -> tuple[str, str] | None:
    """The first condition of the basis that is not met: its code and the field; brief §2.2."""
    basis = command.basis
    body_to_body = basis is Basis.PUBLIC_BODY
    conditions = (
        # Tax, insurance and pension secrets leave by consent alone, even inside the city hall.
        (
            sides.giver_special_secrecy
            and (basis in _PUBLIC or (basis is Basis.INTERNAL and not sides.inside)),
            "provision.special_secrecy",
            "/basis",
        ),
        (
            (body_to_body and not sides.giver_public)
            or (basis in _PUBLIC and not sides.receiver_public),
            "provision.not_public_bodies",
            "/to_agency_id",
        ),
        (
            basis is Basis.INTERNAL and sides.inside and command.to_department is None,
            "provision.department_missing",
            "/to_department",
        ),
        (
            basis is Basis.INTERNAL and not (sides.inside or sides.same_body),
            "provision.another_body",
            "/to_agency_id",
        ),
        (
            basis is Basis.DUTY_REPORT and command.abuse_kind not in sides.receiver_reports,
            "provision.not_the_addressee",
            "/to_agency_id",
        ),
        (
            basis is not Basis.INTERNAL and sides.inside,
            "provision.to_itself",
            "/to_agency_id",
        ),
    )
    return next(((code, field) for wrong, code, field in conditions if wrong), None)


_PUBLIC = frozenset({Basis.PUBLIC_BODY, Basis.PUBLIC_DUTY})


class TakeEmergencyAccess(Disclosable):
    """Break-glass: what is needed to protect a life now (rows 1-07, 1-16)."""

    person_id: Annotated[UUID, D0]
    reason: Annotated[Paragraph, D3] = Field(
        description="What is happening, and why consent cannot be had."
    )
    data_classes: Annotated[frozenset[DataClass], D0] = Field(
        min_length=1, description="The least that is needed: D1, D2, D4."
    )
    minutes: Annotated[int, D0] = Field(default=30, ge=5, le=60)

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        for code, wrong in {
            "provision.too_wide": not self.data_classes <= TERMS[Basis.LIFE].classes,
            "provision.reason_too_short": len(self.reason) < SHORTEST_REASON,
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class Provision(ProvisionTerms):
    """A provision's record: what was opened, why, by whom, and what a second person says of it."""

    made_by_position_id: Annotated[UUID | None, D0] = None
    #: Who it was: a second position of the same human is no second person.
    made_by_iss: Annotated[str | None, D7] = None
    made_by_sub: Annotated[str | None, D7] = None
    reason: Annotated[Paragraph, D3]
    message: Annotated[Paragraph | None, D1] = None
    law: Annotated[Line | None, D0] = None
    article: Annotated[Line | None, D0] = None
    abuse_kind: Annotated[AbuseKind | None, D5] = None
    approver: Annotated[Line | None, D1] = None
    contract_id: Annotated[UUID | None, D0] = None
    #: The agency whose second person reviews it: the taker's own, or the hub's (row 3-30).
    review_agency_id: Annotated[UUID | None, D0] = None
    reviewed_by_position_id: Annotated[UUID | None, D0] = None
    verdict: Annotated[Verdict | None, D0] = None
    finding: Annotated[Paragraph | None, D3] = None
    told_how: Annotated[Line | None, D3] = None
    version: Annotated[int, D0] = 1

    def ended(self, at: datetime) -> Self:
        """Closed before its time."""
        if self.ended_at is not None:
            raise IllegalMove("provision.already_ended")
        return self.but(ended_at=at, version=self.version + 1)

    def reviewed(
        self,
        verdict: Verdict,
        finding: str,
        *,
        by: UUID | None,
        who: tuple[str, str],
        at: datetime,
    ) -> Self:
        """Looked at by somebody else than whoever made it; if not justified, it ends at once."""
        if self.review_due_at is None:
            raise IllegalMove("provision.needs_no_review")
        if self.reviewed_at is not None:
            raise IllegalMove("provision.already_reviewed")
        same = who == (self.made_by_iss, self.made_by_sub)
        if same or by is None or by == self.made_by_position_id:
            raise Invalid("provision.review_by_second_person")
        ended = at if verdict is Verdict.NOT_JUSTIFIED and self.ended_at is None else self.ended_at
        return self.but(
            verdict=verdict,
            finding=finding,
            reviewed_at=at,
            reviewed_by_position_id=by,
            ended_at=ended,
            version=self.version + 1,
        )

    def told(self, how: str, at: datetime) -> Self:
        """The person has been told afterwards."""
        if self.told_at is not None:
            raise IllegalMove("provision.already_told")
        return self.but(told_at=at, told_how=how, version=self.version + 1)
