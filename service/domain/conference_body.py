"""A conference body (会議体) with its by-laws, who sits for an agency, and the notice of secrecy.

Only a body with by-laws, convened by whom the law names, can open a statutory window (brief
§2.4 no. 1 and 2). Whoever takes part is registered by position, and acknowledges the notice.
Which agencies are its members is in ``conference_membership``.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service.domain.calendar_jp import JST, jst_date
from service.domain.conference import AgendaItem, Conference
from service.domain.conference_kinds import (
    BASIS_OF,
    ConferenceKind,
    ConferenceLevel,
    MayConvene,
    Persons,
    rule_of,
)
from service.domain.conference_states import PACKET_OPEN
from service.domain.conference_window import Window
from service.domain.decision import Basis
from service.domain.disclosure import D0, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.text import Line, invalid
from service.domain.validity import Dated

MESSAGES_EN = {
    "conference_body.by_laws_missing": "A statutory conference rests on by-laws. Give their title and number in by_laws.",
    "conference_body.ends_before_start": "The by-laws end before they begin. Correct valid_until.",
}
MESSAGES_JA = {
    "conference_body.by_laws_missing": "法定会議には設置要綱が必要です。by_lawsに名称と番号を入力してください。",
    "conference_body.ends_before_start": "要綱の終期が始期より前です。valid_untilを直してください。",
}

#: The basis of a statutory kind (brief §1.4 A).
STATUTORY_BASIS: Mapping[ConferenceKind, Basis] = {
    ConferenceKind.SUPPORT_CONF_NEEDY: Basis.CONF_NEEDY,
    ConferenceKind.SUPPORT_CONF_LAYERED: Basis.CONF_LAYERED,
    ConferenceKind.CHILD_PROTECTION_COUNCIL: Basis.CONF_CHILD,
    ConferenceKind.PUBLIC_ASSISTANCE_COORD: Basis.CONF_OTHER,
    ConferenceKind.YOUTH_COUNCIL: Basis.CONF_OTHER,
    ConferenceKind.ISOLATION_COUNCIL: Basis.CONF_OTHER,
    ConferenceKind.CONSUMER_SAFETY_COUNCIL: Basis.CONF_OTHER,
}

#: Minutes that never come must not keep a window open for ever.
LONGEST_OPEN = timedelta(days=90)


class BodyTerms(Dated):
    """What the by-laws of a conference body say."""

    name: Annotated[Line, D0] = Field(description="What the municipality calls it.")
    by_laws: Annotated[Line | None, D0] = Field(
        default=None,
        description="Title and number of the by-laws (設置要綱), or of the written agreement;"
        " a statutory conference must have them.",
    )
    level: Annotated[ConferenceLevel | None, D0] = Field(
        default=None, description="How far it reaches; left out: as usual for its kind."
    )
    parent_id: Annotated[UUID | None, D0] = Field(
        default=None, description="The body that it is a part of (部会・個別ケース検討会議 etc.)."
    )
    secretariat_agency_ids: Annotated[tuple[UUID, ...], D0] = Field(
        default=(),
        max_length=2,
        description="Who keeps its secretariat together with the convener (共同事務局).",
    )
    chair_position_id: Annotated[UUID | None, D0] = None
    deputy_position_ids: Annotated[tuple[UUID, ...], D0] = Field(default=(), max_length=5)
    quorum_percent: Annotated[int | None, D0] = Field(
        default=None,
        ge=1,
        le=100,
        description="How many of a hundred invited agencies must be there to decide;"
        " left out: more than half.",
    )
    paper_days: Annotated[int, D0] = Field(
        default=14, ge=0, le=60, description="Days after the minutes that papers stay readable."
    )

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise invalid("conference_body.ends_before_start", MESSAGES_EN)
        return self


class AmendBody(BodyTerms):
    """The whole of its by-laws anew; kind and convener stay."""


class ConstituteBody(BodyTerms):
    """The by-laws of a conference body, and who sits there from the first day on."""

    kind: Annotated[ConferenceKind, D0]
    member_agency_ids: Annotated[tuple[UUID, ...], D0] = Field(
        default=(), max_length=200, description="The list of members, from valid_from on."
    )

    @model_validator(mode="after")
    def _has_by_laws(self) -> Self:
        if lacks_by_laws(self.kind, self):
            raise invalid("conference_body.by_laws_missing", MESSAGES_EN)
        return self


def lacks_by_laws(kind: ConferenceKind, terms: BodyTerms) -> bool:
    """Whether it is a statutory conference without by-laws (brief §2.4 no. 1)."""
    return rule_of(kind).persons is Persons.STATUTORY and terms.by_laws is None


class ConferenceBody(BodyTerms):
    """A conference body's record."""

    id: Annotated[UUID, D0]
    kind: Annotated[ConferenceKind, D0]
    level: Annotated[ConferenceLevel, D0]
    municipality_code: Annotated[str, D0]
    convener_agency_id: Annotated[UUID, D0]
    basis: Annotated[Basis, D0]
    constituted_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1

    def fits(self, kind: ConferenceKind, municipality_code: str, convener: UUID) -> bool:
        """Whether it sits as this kind, for this municipality, called by this agency."""
        return (self.kind, self.municipality_code, self.convener_agency_id) == (
            kind,
            municipality_code,
            convener,
        )

    def amended(self, command: AmendBody) -> Self:
        """With the by-laws as they read now."""
        if lacks_by_laws(self.kind, command):
            raise Invalid("conference_body.needs_by_laws", field="/by_laws")
        level = command.level or rule_of(self.kind).level
        return self.but(**command.model_dump() | {"level": level, "version": self.version + 1})

    def ended(self, last_day: date) -> Self:
        """With its last day; earlier than that it can still end, later it cannot."""
        if self.valid_until is not None and self.valid_until <= last_day:
            raise IllegalMove("conference_body.already_ended")
        if last_day < self.valid_from:
            raise Invalid("conference_body.ends_too_early", field="/last_day")
        return self.but(valid_until=last_day, version=self.version + 1)

    def kept_by(self, agency_id: UUID | None, day: date) -> bool:
        """Whether the agency is of its secretariat, beside the convener, on the day."""
        return agency_id in self.secretariat_agency_ids and self.holds_on(day)


class EndBody(BaseModel):
    """It sits for the last time on this day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    last_day: date


def basis_of(kind: ConferenceKind) -> Basis:
    """The basis on which a body of the kind talks about persons."""
    return STATUTORY_BASIS.get(kind) or BASIS_OF[rule_of(kind).persons]


class Convener(BaseModel):
    """What is known of the agency that wants to convene, and of the municipality it does it for."""

    model_config = ConfigDict(frozen=True)

    public_body: bool
    decides_support: bool
    prefectural: bool
    has_welfare_office: bool
    runs_layered_project: bool


_IN_CHARGE = frozenset({MayConvene.IN_CHARGE_WITH_OFFICE, MayConvene.IN_CHARGE_OF_PROJECT})
_OFFICE = frozenset({MayConvene.IN_CHARGE_WITH_OFFICE, MayConvene.WELFARE_OFFICE})


def check_convener(kind: ConferenceKind, convener: Convener) -> None:
    """Who may convene which conference (brief §1.4, §8 rules 6 and 7)."""
    may = rule_of(kind).convener
    if may is MayConvene.ANYBODY:
        return
    if not convener.public_body:
        raise Invalid("conference_body.convener_not_public")
    if may is MayConvene.IN_CHARGE_OF_PROJECT and not convener.runs_layered_project:
        raise Invalid("conference_body.no_layered_project", field="/kind")
    if may in _OFFICE and not (convener.has_welfare_office or convener.prefectural):
        raise Invalid("conference_body.no_welfare_office", field="/kind")
    if may in _IN_CHARGE and not convener.decides_support:
        raise Invalid("conference_body.convener_not_in_charge")


class RegisterParticipant(BaseModel):
    """Who sits for the agency, or stands in for whom: by position, before the paper is opened."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    position_id: UUID
    substitute_for_position_id: UUID | None = None


class AcknowledgeSecrecy(BaseModel):
    """The participant has read the notice of secrecy of this version and will keep it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    notice_version: Line = Field(description="The version shown with the notice.")


class Participant(Disclosable):
    """A position that sits for an agency, and its acknowledgement of secrecy."""

    id: Annotated[UUID, D0]
    conference_id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID, D0]
    substitute_for_position_id: Annotated[UUID | None, D0] = None
    registered_at: Annotated[datetime, D0]
    acknowledged_at: Annotated[datetime | None, D0] = None
    #: Who it was; another holder of the position acknowledges for themself.
    acknowledged_iss: Annotated[str | None, D0] = None
    acknowledged_sub: Annotated[str | None, D0] = None
    notice_version: Annotated[Line | None, D0] = None
    withdrawn_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    @property
    def is_registered(self) -> bool:
        """Whether the registration has not been taken back."""
        return self.withdrawn_at is None

    def withdrawn(self, at: datetime) -> Self:
        """Taken back; whoever they stood in for sits again."""
        if not self.is_registered:
            raise IllegalMove("conference.already_withdrawn")
        return self.but(withdrawn_at=at, version=self.version + 1)

    def acknowledged_by(self, iss: str, sub: str) -> bool:
        """Whether this very person has acknowledged the notice."""
        same = (self.acknowledged_iss, self.acknowledged_sub) == (iss, sub)
        return self.acknowledged_at is not None and same

    def acknowledge(self, *, iss: str, sub: str, at: datetime, notice_version: str) -> Self:
        """Acknowledged by whoever holds the position now."""
        if self.acknowledged_by(iss, sub):
            raise IllegalMove("conference.secrecy_already_acknowledged")
        return self.but(
            acknowledged_at=at,
            acknowledged_iss=iss,
            acknowledged_sub=sub,
            notice_version=notice_version,
            version=self.version + 1,
        )


def closes_at(conference: Conference, paper_days: int) -> datetime:
    """The instant at which papers are no longer readable: so many days after the minutes."""
    latest = conference.ends_at + LONGEST_OPEN
    confirmed = conference.minutes_confirmed_at
    if confirmed is None:
        return latest
    last: date = jst_date(confirmed) + timedelta(days=paper_days)
    return min(latest, datetime.combine(last + timedelta(days=1), time.min, tzinfo=JST))


def window_of(
    conference: Conference,
    item: AgendaItem,
    body: ConferenceBody | None,
    *,
    invited: bool,
    member: bool,
    registered: bool,
    acknowledged: bool,
    replaced: bool = False,
) -> Window:
    """The window of one statutory item for one caller."""
    day = jst_date(conference.starts_at)
    constituted = (
        body is not None
        and body.basis is item.basis
        and body.holds_on(day)
        and body.municipality_code == conference.municipality_code
    )
    is_open = conference.status in PACKET_OPEN and item.pulled_at is None
    return Window(
        basis=item.basis,
        conference_id=conference.id,
        item_id=item.id,
        constituted=constituted,
        reason_written=bool(item.reason_without_consent),
        invited=invited,
        member=member,
        registered=registered,
        replaced=replaced,
        acknowledged=acknowledged,
        opens_at=conference.fixed_at if is_open else None,
        closes_at=closes_at(conference, body.paper_days) if body is not None else None,
    )
