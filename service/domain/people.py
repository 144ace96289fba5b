"""Persons and households: who is supported, and who lives with whom.

Nobody can list people. A person is registered by one agency, which holds the record; what
anyone else sees of it, a decision says each time (``access``).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import PartialDate
from service.domain.contact import Address, Phone
from service.domain.disclosure import D0, D1, D2, D4, D5, Disclosable
from service.domain.municipality import MunicipalityCode
from service.domain.names import PersonName
from service.domain.text import Code, Line, Paragraph
from service.domain.validity import Dated


class Sex(StrEnum):
    """性別 on the intake form: 1 男性 2 女性 3 他, or not asked."""

    MALE = "male"
    FEMALE = "female"
    OTHER = "other"
    UNKNOWN = "unknown"


class EmergencyContact(Disclosable):
    """Somebody to call in an emergency, as the person named them (緊急連絡カード)."""

    name: Annotated[Line, D1]
    relation: Annotated[Line | None, D1] = None
    phone: Annotated[Phone, D1]


class RegisterPerson(Disclosable):
    """What is known of a person; hardly anything is required (intake is never rejected)."""

    names: Annotated[tuple[PersonName, ...], D1] = Field(
        default=(),
        max_length=10,
        description="Official name first. Empty for somebody who has not told it yet.",
    )
    birth: Annotated[PartialDate | None, D1] = None
    sex: Annotated[Sex, D1] = Sex.UNKNOWN
    phones: Annotated[tuple[Phone, ...], D1] = Field(default=(), max_length=10)
    address: Annotated[Address | None, D1] = None
    municipality_code: Annotated[MunicipalityCode | None, D1] = None
    area: Annotated[Code | None, D1] = None
    language: Annotated[Code | None, D1] = Field(default=None, description="ja, ja_easy, en, vi …")
    living: Annotated[Paragraph | None, D2] = Field(
        default=None, description="Household, work, housing, schemes used."
    )
    considerations: Annotated[Paragraph | None, D4] = Field(
        default=None, description="Health, disability and what to take care of."
    )
    emergency_contacts: Annotated[tuple[EmergencyContact, ...], D1] = Field(
        default=(), max_length=5, description="Whom to call in an emergency (緊急連絡先)."
    )
    department: Annotated[Code | None, D0] = Field(
        default=None, description="Only this department of the agency keeps it; empty: the agency."
    )
    protected_address: Annotated[Address | None, D5] = Field(
        default=None, description="Whereabouts under DV or stalking protection (支援措置)."
    )


class Person(RegisterPerson):
    """A person's record at the agency that holds it."""

    id: Annotated[UUID, D0]
    holder_agency_id: Annotated[UUID, D0]
    registered_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1


class SearchPersons(BaseModel):
    """Who is asked for. It is a POST, because a name in a URL would be logged everywhere."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kana: Line = Field(description="Family and given name in kana, in any spelling.")
    birth: PartialDate | None = None


class Relation(StrEnum):
    """続柄 (brief §7.3)."""

    SELF = "self"
    SPOUSE = "spouse"
    CHILD = "child"
    FATHER = "father"
    MOTHER = "mother"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    GRANDCHILD = "grandchild"
    OTHER_RELATIVE = "other_relative"
    HOUSEMATE = "housemate"
    OTHER = "other"


class Member(Disclosable):
    """One member. In the register, under one roof and of one purse are three things."""

    person_id: Annotated[UUID, D2]
    relation: Annotated[Relation, D2]
    registered_together: Annotated[bool | None, D2] = None
    lives_together: Annotated[bool | None, D2] = None
    shares_budget: Annotated[bool | None, D2] = None


class HouseholdTag(StrEnum):
    """What a household as a whole faces (row 2-02)."""

    EIGHTY_FIFTY = "8050"
    DOUBLE_CARE = "double_care"
    YOUNG_CARER = "young_carer"

    @property
    def label_ja(self) -> str:
        """The tag in the field's words."""
        return HOUSEHOLD_TAG_JA[self]


HOUSEHOLD_TAG_JA: dict[HouseholdTag, str] = {
    HouseholdTag.EIGHTY_FIFTY: "8050世帯",
    HouseholdTag.DOUBLE_CARE: "ダブルケア世帯",
    HouseholdTag.YOUNG_CARER: "ヤングケアラーのいる世帯",
}


class FormHousehold(Disclosable):
    """A household as one agency knows it."""

    tags: Annotated[frozenset[HouseholdTag], D2] = frozenset()

    members: Annotated[tuple[Member, ...], D2] = Field(min_length=1, max_length=30)


class RepresentativeKind(StrEnum):
    """By what right somebody acts for a person."""

    PARENT = "parent"
    LEGAL_REPRESENTATIVE = "legal_representative"
    ADULT_GUARDIAN = "adult_guardian"
    CURATOR = "curator"
    ASSISTANT = "assistant"
    VOLUNTARY_GUARDIAN = "voluntary_guardian"

    @property
    def label_ja(self) -> str:
        """The kind in the field's words."""
        return REPRESENTATIVE_JA[self]


REPRESENTATIVE_JA: dict[RepresentativeKind, str] = {
    RepresentativeKind.PARENT: "親権者",
    RepresentativeKind.LEGAL_REPRESENTATIVE: "法定代理人",
    RepresentativeKind.ADULT_GUARDIAN: "成年後見人",
    RepresentativeKind.CURATOR: "保佐人",
    RepresentativeKind.ASSISTANT: "補助人",
    RepresentativeKind.VOLUNTARY_GUARDIAN: "任意後見人",
}


class RepresentationScope(StrEnum):
    """What the representative may do for the person."""

    CONSENT = "consent"
    DISCLOSURE_REQUEST = "disclosure_request"
    PROPERTY = "property"
    SERVICE_CONTRACT = "service_contract"


class NameRepresentative(Dated):
    """Who acts for the person, by which ground, in what, from when to when (row 2-28)."""

    kind: Annotated[RepresentativeKind, D1]
    name: Annotated[Line, D1]
    ground: Annotated[Line, D1] = Field(
        description="What shows it: court decision and number, certificate, family register."
    )
    scope: Annotated[frozenset[RepresentationScope], D1] = Field(min_length=1)


class Representation(NameRepresentative):
    """A representation's record."""

    id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    recorded_by: Annotated[UUID, D0]
    recorded_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1

    def allows(self, act: RepresentationScope, day: date) -> bool:
        """Whether the representative may do it on the day."""
        return self.holds_on(day) and act in self.scope


class Household(FormHousehold):
    """A household's record. It never opens the record of any member."""

    id: Annotated[UUID, D0]
    holder_agency_id: Annotated[UUID, D0]
    formed_at: Annotated[datetime, D0]
    version: Annotated[int, D0] = 1
