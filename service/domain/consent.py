"""A person's consent (本人同意): to whom, for what, which data, from when to when (brief §2.3)."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.consent_states import NEXT, ConsentAct, ConsentState
from service.domain.disclosure import (
    CONSENTABLE,
    D0,
    D1,
    D3,
    D5,
    Classes,
    DataClass,
    Disclosable,
    classes_up_to,
)
from service.domain.errors import IllegalMove
from service.domain.permission import CONSENTABLE_PURPOSES, Purpose
from service.domain.text import Code, Line, Paragraph, invalid

MESSAGES_EN = {
    "consent.no_receiver": "Name at least one receiving agency or kind of agency.",
    "consent.class_not_consentable": "Only the data classes D0 to D5 can be opened by consent.",
    "consent.d5_needs_named_agencies": "Protected data (D5) can be opened to named agencies only, not to kinds.",
    "consent.purpose_not_consentable": "This purpose is not one a person can consent to.",
    "consent.ends_before_start": "The consent ends before it starts. Correct valid_until.",
    "consent.oral_needs_two_witnesses": "Oral consent needs the names of two staff members.",
    "consent.written_needs_evidence": "Written or electronic consent needs the reference of its form or scan.",
    "consent.representative_missing": "Consent by a representative needs representative_id. Register the representative of the person first.",
    "consent.too_many_receivers": "Name at most 200 receivers; a kind stands for many agencies.",
    "consent.excludes_its_receiver": "The consent names the same agency or kind as receiver and as excluded. Leave it in one of the two.",
    "consent.part_of_one_kind": "Revoke receivers, data classes or purposes one at a time.",
}
MESSAGES_JA = {
    "consent.no_receiver": "提供先の機関または機関の種類を一つ以上指定してください。",
    "consent.class_not_consentable": "同意で開示できるのはデータ区分D0からD5までです。",
    "consent.d5_needs_named_agencies": "保護情報（D5）は機関名を指定した場合に限り提供できます。種類での指定はできません。",
    "consent.purpose_not_consentable": "この利用目的は本人同意の対象にできません。",
    "consent.ends_before_start": "同意の終了日が開始日より前です。valid_untilを直してください。",
    "consent.oral_needs_two_witnesses": "口頭の同意には立ち会った職員2名の氏名が必要です。",
    "consent.written_needs_evidence": "書面または電子による同意には、様式やスキャンの参照番号が必要です。",
    "consent.representative_missing": "代理人による同意にはrepresentative_idが必要です。先に本人の代理人を登録してください。",
    "consent.too_many_receivers": "提供先は200件までです。多くの機関は種類で指定してください。",
    "consent.excludes_its_receiver": "同じ機関または種類が提供先と除外先の両方に指定されています。どちらか一方にしてください。",
    "consent.part_of_one_kind": "提供先、データ区分、利用目的の一部撤回は、一種類ずつ行ってください。",
}


#: What one form may name; exclusions may add up to more over the years.
MOST_RECEIVERS = 200


class GivenBy(StrEnum):
    """Who gave it."""

    PERSON = "self"
    LEGAL_REPRESENTATIVE = "legal_representative"
    GUARDIAN = "guardian"


class Method(StrEnum):
    """How it was given."""

    WRITTEN = "written"
    ORAL = "oral"
    ELECTRONIC = "electronic"


class ExplanationAid(StrEnum):
    """What helped the person to understand what they agreed to (brief §2.3)."""

    DRAWING = "drawing"
    EASY_JAPANESE = "easy_japanese"
    INTERPRETER = "interpreter"
    LARGE_PRINT = "large_print"
    READ_ALOUD = "read_aloud"
    SIGN_LANGUAGE = "sign_language"
    SUPPORTER_PRESENT = "supporter_present"

    @property
    def label_ja(self) -> str:
        """The aid in the field's words."""
        return AID_JA[self]


AID_JA: dict[ExplanationAid, str] = {
    ExplanationAid.DRAWING: "図や絵を使った説明",
    ExplanationAid.EASY_JAPANESE: "やさしい日本語",
    ExplanationAid.INTERPRETER: "通訳",
    ExplanationAid.LARGE_PRINT: "拡大文字",
    ExplanationAid.READ_ALOUD: "読み上げ",
    ExplanationAid.SIGN_LANGUAGE: "手話",
    ExplanationAid.SUPPORTER_PRESENT: "支援者の同席",
}


class Receivers(Disclosable):
    """Agencies by name, or by kind ("agencies necessary for my request"), or a meeting."""

    agencies: Annotated[frozenset[UUID], D1] = frozenset()
    kinds: Annotated[frozenset[Code], D1] = frozenset()
    meetings: Annotated[frozenset[UUID], D1] = Field(
        default=frozenset(),
        description="Conference bodies: whoever is invited to an item there, for that item.",
    )

    def include(self, recipient: "Recipient", home: str | None = None) -> bool:
        """Whether the recipient is meant. A kind means agencies of the ``home`` municipality only."""
        if recipient.agency_id in self.agencies or recipient.meetings & self.meetings:
            return True
        near = home is None or recipient.municipality_code == home
        return near and recipient.kind in self.kinds

    @property
    def count(self) -> int:
        """How many agencies and kinds are meant."""
        return len(self.agencies) + len(self.kinds) + len(self.meetings)

    @property
    def empty(self) -> bool:
        """Whether nobody is meant."""
        return not self.count

    def also_in(self, others: "Receivers") -> bool:
        """Whether anybody is named in both in the same words."""
        return bool(
            self.agencies & others.agencies
            or self.kinds & others.kinds
            or self.meetings & others.meetings
        )

    def without(self, out: "Receivers") -> "Receivers":
        """These without those."""
        return Receivers(
            agencies=self.agencies - out.agencies,
            kinds=self.kinds - out.kinds,
            meetings=self.meetings - out.meetings,
        )

    def with_also(self, more: "Receivers") -> "Receivers":
        """These and those."""
        return Receivers(
            agencies=self.agencies | more.agencies,
            kinds=self.kinds | more.kinds,
            meetings=self.meetings | more.meetings,
        )


class Recipient(BaseModel):
    """An agency that would receive data."""

    model_config = ConfigDict(frozen=True)

    agency_id: UUID
    kind: str
    municipality_code: str
    ceiling: DataClass = DataClass.D4
    #: Conference bodies as whose invited member it asks.
    meetings: frozenset[UUID] = frozenset()


class GrantConsent(Disclosable):
    """A consent as it was given at the desk."""

    person_id: Annotated[UUID, D0]
    given_by: Annotated[GivenBy, D1] = GivenBy.PERSON
    representative_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The registered representation, when somebody else gives it."
    )
    method: Annotated[Method, D1]
    evidence: Annotated[Line | None, D1] = Field(
        default=None, description="Reference of the signed form or scan."
    )
    witnesses: Annotated[tuple[Line, ...], D1] = Field(
        default=(),
        max_length=4,
        description="Names of the two staff members present at an oral consent.",
    )
    explained_on: Annotated[date, D1]
    rule_version: Annotated[Line, D1] = Field(
        description="Version of the data-protection rules the person was shown."
    )
    language: Annotated[Code, D1] = Field(default="ja", description="ja, ja_easy, en, vi …")
    explanation_aids: Annotated[frozenset[ExplanationAid], D1] = frozenset()
    purposes: Annotated[frozenset[Purpose], D1] = Field(min_length=1)
    data_classes: Annotated[frozenset[DataClass], D1] = Field(min_length=1)
    receivers: Annotated[Receivers, D1]
    excluded: Annotated[Receivers, D1] = Receivers()
    valid_from: Annotated[date, D1]
    valid_until: Annotated[date | None, D1] = Field(
        default=None, description="Last day; empty until the case is closed."
    )
    review_on: Annotated[date | None, D1] = None
    supersedes_id: Annotated[UUID | None, D0] = None

    @model_validator(mode="after")
    def _can_be_meant(self) -> Self:
        for code, wrong in {
            "consent.no_receiver": self.receivers.empty,
            "consent.too_many_receivers": self.receivers.count > MOST_RECEIVERS
            or self.excluded.count > MOST_RECEIVERS,
            "consent.class_not_consentable": not self.data_classes <= CONSENTABLE,
            "consent.d5_needs_named_agencies": D5 in self.data_classes
            and bool(self.receivers.kinds or self.receivers.meetings),
            "consent.purpose_not_consentable": not self.purposes <= CONSENTABLE_PURPOSES,
            "consent.ends_before_start": self.valid_until is not None
            and self.valid_until < self.valid_from,
            "consent.oral_needs_two_witnesses": self.method is Method.ORAL
            and len(set(self.witnesses)) < 2,
            "consent.written_needs_evidence": self.method is not Method.ORAL and not self.evidence,
            "consent.representative_missing": self.given_by is not GivenBy.PERSON
            and self.representative_id is None,
            "consent.excludes_its_receiver": self.receivers.also_in(self.excluded),
        }.items():
            if wrong:
                raise invalid(code, MESSAGES_EN)
        return self


class RefuseConsent(BaseModel):
    """The person does not agree (yet); when to ask again is part of the answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    person_id: UUID
    explained_on: date
    rule_version: Line
    next_contact_on: date


class RevokeConsent(BaseModel):
    """The person takes it back, in whole or in part. Never blocked, no reason needed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    receivers: Receivers | None = Field(default=None, description="Only towards these receivers.")
    data_classes: frozenset[DataClass] = Field(
        default=frozenset(), description="Only these classes."
    )
    purposes: frozenset[Purpose] = Field(default=frozenset(), description="Only these purposes.")
    reason: Paragraph | None = None

    @model_validator(mode="after")
    def _one_kind_of_part(self) -> Self:
        named = self.receivers is not None and not self.receivers.empty
        if sum((named, bool(self.data_classes), bool(self.purposes))) > 1:
            raise invalid("consent.part_of_one_kind", MESSAGES_EN)
        return self

    @property
    def whole(self) -> bool:
        """Whether all of it is revoked."""
        return (self.receivers is None or self.receivers.empty) and not (
            self.data_classes or self.purposes
        )


class ConsentTerms(Disclosable):
    """The part of a consent that a decision looks at; kept with the decision for its replay."""

    id: Annotated[UUID, D0]
    #: Municipality in which its kinds of receivers are meant (row 3-13).
    municipality_code: Annotated[str, D0]
    state: Annotated[ConsentState, D0] = ConsentState.ACTIVE
    purposes: Annotated[frozenset[Purpose], D1] = frozenset()
    data_classes: Annotated[frozenset[DataClass], D1] = frozenset()
    receivers: Annotated[Receivers, D1] = Receivers()
    excluded: Annotated[Receivers, D1] = Receivers()
    valid_from: Annotated[date, D1]
    valid_until: Annotated[date | None, D1] = None

    def effective_on(self, day: date) -> bool:
        """Whether it holds on the day: given, not taken back, within its dates."""
        within = self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)
        return self.state is ConsentState.ACTIVE and within

    def opens_to(self, recipient: Recipient, purpose: Purpose, day: date) -> Classes:
        """The data classes it opens to the recipient for the purpose on the day; none by default."""
        if not self.effective_on(day) or purpose not in self.purposes:
            return frozenset()
        if self.excluded.include(recipient):
            return frozenset()
        if not self.receivers.include(recipient, self.municipality_code):
            return frozenset()
        return (self.data_classes | {D0}) & CONSENTABLE & classes_up_to(recipient.ceiling)

    def names(self, recipient: Recipient) -> bool:
        """Whether it names this very agency, not only its kind."""
        return recipient.agency_id in self.receivers.agencies

    def excludes(self, recipient: Recipient, day: date) -> bool:
        """Whether the person said "not to them" in a consent that still holds."""
        return self.effective_on(day) and self.excluded.include(recipient)


def opened_by(
    consents: Iterable[ConsentTerms], recipient: Recipient, purpose: Purpose, day: date
) -> tuple[Classes, tuple[str, ...]]:
    """The classes that a person's consents open together, and the consents that do.

    "Not to them" in any consent that holds outweighs whatever another one says.
    """
    all_of_them = tuple(consents)
    for consent in all_of_them:
        if consent.excludes(recipient, day):
            return frozenset(), ()
    opened = [
        (classes, str(consent.id))
        for consent in all_of_them
        if (classes := consent.opens_to(recipient, purpose, day))
    ]
    everything: Classes = frozenset().union(*[classes for classes, _ in opened])
    return everything, tuple(sorted([consent_id for _, consent_id in opened]))


class GivenTerms(ConsentTerms):
    """The terms, whose they are and who took them down: all that access ever hangs on."""

    person_id: Annotated[UUID, D0]
    recorded_by: Annotated[UUID, D0]


class Consent(GivenTerms):
    """A consent's record: what was given, and what has become of it."""

    recorded_at: Annotated[datetime, D0]
    given_by: Annotated[GivenBy, D1] = GivenBy.PERSON
    representative_id: Annotated[UUID | None, D0] = None
    #: As the form named the representative before representations were registered.
    representative: Annotated[Line | None, D1] = None
    method: Annotated[Method | None, D1] = None
    evidence: Annotated[Line | None, D1] = None
    witnesses: Annotated[tuple[Line, ...], D1] = ()
    explained_on: Annotated[date, D1]
    rule_version: Annotated[Line, D1]
    language: Annotated[Code, D1] = "ja"
    explanation_aids: Annotated[frozenset[ExplanationAid], D1] = frozenset()
    review_on: Annotated[date | None, D1] = None
    next_contact_on: Annotated[date | None, D1] = None
    supersedes_id: Annotated[UUID | None, D0] = None
    revoked_at: Annotated[datetime | None, D0] = None
    revoked_by: Annotated[UUID | None, D0] = None
    revoke_reason: Annotated[Paragraph | None, D1] = None
    version: Annotated[int, D0] = 1

    def move(self, act: ConsentAct) -> ConsentState:
        """The state after the act; an illegal act changes nothing."""
        try:
            return NEXT[self.state, act]
        except KeyError:
            raise IllegalMove(
                "consent.illegal_move", facts={"state": self.state, "act": act}
            ) from None

    def revoked(self, command: RevokeConsent, *, at: datetime, by: UUID | None) -> Self:
        """The consent after the person took it back, in whole or in part."""
        if command.whole or self._nothing_left_by(command):
            return self.but(
                state=self.move(ConsentAct.REVOKE),
                revoked_at=at,
                revoked_by=by,
                revoke_reason=command.reason,
                version=self.version + 1,
            )
        state = self.move(ConsentAct.REVOKE_PART)
        return self._narrowed(command).but(
            state=state, revoke_reason=command.reason, version=self.version + 1
        )

    def voided(self, reason: str, *, at: datetime, by: UUID | None) -> Self:
        """Entered by mistake: it opens nothing, and says that it never did so by right."""
        return self.but(
            state=self.move(ConsentAct.VOID),
            revoked_at=at,
            revoked_by=by,
            revoke_reason=reason,
            version=self.version + 1,
        )

    def _nothing_left_by(self, command: RevokeConsent) -> bool:
        """Taking back every part of it is taking it back."""
        return not (self.purposes - command.purposes and self.data_classes - command.data_classes)

    def _narrowed(self, command: RevokeConsent) -> Self:
        out = command.receivers or Receivers()
        purposes = self.purposes - command.purposes
        classes = self.data_classes - command.data_classes
        return self.but(
            purposes=purposes,
            data_classes=classes,
            receivers=self.receivers.without(out),
            excluded=self.excluded.with_also(out),
        )


def agreed_to(consents: Iterable[ConsentTerms], purpose: Purpose | None, day: date) -> bool:
    """Whether a consent lets the person's reasons and goals be talked about for this purpose."""
    return any(
        c.effective_on(day) and purpose in c.purposes and D3 in c.data_classes for c in consents
    )


def contradiction(command: GrantConsent, others: Iterable[ConsentTerms]) -> ConsentTerms | None:
    """A consent that holds at some time with it and says "not to them" of a receiver named anew, or the reverse.

    Two slips that contradict each other cannot both be meant: the new one must supersede.
    """
    for other in others:
        apart = (other.valid_until is not None and other.valid_until < command.valid_from) or (
            command.valid_until is not None and command.valid_until < other.valid_from
        )
        if other.id == command.supersedes_id or other.state is not ConsentState.ACTIVE or apart:
            continue
        if command.receivers.also_in(other.excluded) or command.excluded.also_in(other.receivers):
            return other
    return None
