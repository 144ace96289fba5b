"""Municipalities, agencies, their desks and positions, and which desk answers for what.

None of it is personal data about the people supported: staff with an account may read it
all, because cooperation needs a face behind the office (brief §1.5).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, DataClass, Disclosable
from service.domain.law import BasisSwitch, LegalBasis
from service.domain.municipality import MunicipalityCode
from service.domain.network import Network
from service.domain.permission import Purpose
from service.domain.provision import AbuseKind
from service.domain.role import Role
from service.domain.text import Code, Line
from service.domain.validity import Dated


class Municipality(Dated):
    """A local government (地方公共団体)."""

    code: Annotated[MunicipalityCode, D0]
    name: Annotated[Line, D0]
    name_kana: Annotated[Line, D0]
    has_welfare_office: Annotated[bool, D0] = True
    runs_layered_project: Annotated[bool, D0] = False
    #: The agency whose integration promoters name a lead when nobody does.
    hub_agency_id: Annotated[UUID, D0]
    #: Who answers when the hub does not (the prefectural council); else whoever decides on support.
    upper_hub_agency_id: Annotated[UUID | None, D0] = None


class AgencyKind(Disclosable):
    """A kind of related agency (関係機関, brief §1.2). Kinds are data: a new one needs no code."""

    code: Annotated[Code, D0]
    label_ja: Annotated[Line, D0]
    label_en: Annotated[Line, D0]
    public_body: Annotated[bool, D0] = False
    #: Whether it decides on support (支援決定) and sits in conferences for the municipality.
    decides_support: Annotated[bool, D0] = False
    #: Whether a stricter secrecy (tax, social insurance) forbids it to provide data otherwise.
    special_secrecy: Annotated[bool, D0] = False
    #: Kinds of abuse whose reports it receives by law.
    receives_reports_of: Annotated[frozenset[AbuseKind], D0] = frozenset()
    #: The most it may ever receive on consent; employers and residents never D3 or more.
    ceiling: Annotated[DataClass, D0] = DataClass.D4


class Agency(Dated):
    """An organisation that refers, receives or supports."""

    id: Annotated[UUID, D0]
    code: Annotated[Code, D0]
    kind: Annotated[Code, D0]
    #: The legal entity it is part of (a city, a council); within one body data may be used (INTERNAL).
    legal_body: Annotated[Code | None, D0] = None
    name: Annotated[Line, D0]
    public_name: Annotated[Line | None, D0] = None
    municipality_code: Annotated[MunicipalityCode, D0]
    phone: Annotated[Line | None, D0] = None
    email: Annotated[Line | None, D0] = None


class Area(Disclosable):
    """A district used for assigning workers (地区, 日常生活圏域)."""

    code: Annotated[Code, D0]
    municipality_code: Annotated[MunicipalityCode, D0]
    name: Annotated[Line, D0]


class Desk(Dated):
    """A window of an agency (相談窓口) with the themes and areas it answers for."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[MunicipalityCode, D0]
    name: Annotated[Line, D0]
    #: Themes it answers for; none named means every theme.
    themes: Annotated[tuple[Code, ...], D0] = ()
    #: Areas it answers for; none named means the whole municipality.
    areas: Annotated[tuple[Code, ...], D0] = ()
    phone: Annotated[Line | None, D0] = None
    #: The desk for people who do not know where to go (row 1-22, 4-51).
    fallback: Annotated[bool, D0] = False


class Contract(Dated):
    """Entrusted work (委託): a contractor works with the principal's data, within its scope."""

    id: Annotated[UUID, D0]
    principal_agency_id: Annotated[UUID, D0]
    contractor_agency_id: Annotated[UUID, D0]
    work: Annotated[Line, D0]
    purposes: Annotated[frozenset[Purpose], D0]


class Position(Dated):
    """A post at an agency (役職); staff come and go, the post and its cases stay (row 4-38)."""

    id: Annotated[UUID, D0]
    agency_id: Annotated[UUID, D0]
    code: Annotated[Code, D0]
    title: Annotated[Line, D0]
    role: Annotated[Role, D0]
    #: A department of the agency that keeps records of its own (係、事業), if it has any (row 0-08).
    department: Annotated[Code | None, D0] = None
    #: The district it is assigned to (a welfare commissioner's 担当区域).
    area: Annotated[Code | None, D0] = None
    deputy_position_id: Annotated[UUID | None, D0] = None


class AreaWorker(Dated):
    """Who works for an area (地区担当制, row 1-25): a position and its deputy, with dates."""

    id: Annotated[UUID, D0]
    municipality_code: Annotated[MunicipalityCode, D0]
    area: Annotated[Code, D0]
    agency_id: Annotated[UUID, D0]
    position_id: Annotated[UUID, D0]
    deputy_position_id: Annotated[UUID | None, D0] = None


class Tenure(Dated):
    """Who holds a position, from when to when. Identity is (iss, sub), never an e-mail address."""

    id: Annotated[UUID, D0]
    position_id: Annotated[UUID, D0]
    iss: Annotated[str, D0]
    sub: Annotated[str, D0]
    name: Annotated[Line, D0]


class RouteQuestion(BaseModel):
    """Where should somebody go? Both answers may be "I do not know"."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    municipality_code: MunicipalityCode
    area: Code | None = None
    theme: Code | None = None


class Route(Disclosable):
    """The desk that answers, and why it is this one."""

    desk: Annotated[Desk, D0]
    agency: Annotated[Agency, D0]
    reason: Annotated[Code, D0]


def route(desks: Iterable[Desk], hub_desk: Desk, question: RouteQuestion) -> tuple[Desk, str]:
    """The desk that answers for the area and theme: always one (rows 1-22, 3-27, 4-51).

    A desk that names both wins over one that names the theme, over one for every theme
    that names the area; when nobody answers for the theme, or it is not known, the
    fallback desk does, and in the last resort the municipality's hub. Among equals the
    longest-standing one, then by name.
    """
    ranked = sorted(
        (-score, desk.valid_from, desk.name, str(desk.id), desk, reason)
        for desk in desks
        for score, reason in [_fit(desk, question)]
        if score > 0
    )
    if not ranked:
        return hub_desk, "hub"
    *_, desk, reason = ranked[0]
    return desk, reason


def _fit(desk: Desk, question: RouteQuestion) -> tuple[int, str]:
    """How well a desk fits, from 9 (theme and area) down to 0 (not at all), and why."""
    if desk.areas and question.area not in desk.areas:
        return 0, "other_area"
    near = 1 if desk.areas else 0
    if question.theme is not None and question.theme in desk.themes:
        return 8 + near, "theme_and_area" if near else "theme"
    if question.theme is not None and not desk.themes and not desk.fallback:
        return 5 + near, "area" if near else "every_theme"
    if desk.fallback:
        return 3 + near, "fallback"
    return (0, "other_theme") if desk.themes else (1 + near, "every_theme")


class DirectoryFile(BaseModel):
    """A whole directory as an operator loads it: all of it or nothing (``tsunagi directory load``)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuers: Sequence["IssuerTrust"] = ()
    agency_kinds: Sequence[AgencyKind] = ()
    municipalities: Sequence[Municipality] = ()
    areas: Sequence[Area] = ()
    agencies: Sequence[Agency] = ()
    desks: Sequence[Desk] = ()
    positions: Sequence[Position] = ()
    tenures: Sequence[Tenure] = ()
    area_workers: Sequence[AreaWorker] = ()
    policies: Sequence["PolicyLine"] = ()
    legal_bases: Sequence[LegalBasis] = ()
    basis_switches: Sequence[BasisSwitch] = ()
    contracts: Sequence[Contract] = ()
    networks: Sequence[Network] = ()


class IssuerTrust(BaseModel):
    """An OIDC issuer and the agencies it may speak for (checklist A4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iss: str = Field(pattern=r"^https?://[^\s?#]+$", max_length=400)
    name: Line
    jwks_uri: str | None = Field(default=None, pattern=r"^https?://[^\s#]+$", max_length=400)
    kind: Annotated[str, Field(pattern=r"^(staff|partner|mixed)$")] = "mixed"
    algorithms: tuple[str, ...] = ("ES256", "PS256", "EdDSA", "Ed25519")
    agency_codes: tuple[Code, ...]


class PolicyLine(BaseModel):
    """A rule that a municipality sets for itself, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    municipality_code: MunicipalityCode
    name: Code
    value: dict[str, Any]
    valid_from: date


DirectoryFile.model_rebuild()
