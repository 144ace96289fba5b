"""みほん市: the invented city of the demonstration and the tests (brief §6).

Prefecture 99 does not exist, so nothing here can collide with a real municipality. All
persons, agencies and positions are invented.
"""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from service.demo.city_staff import STAFF, DemoStaff
from service.domain.decision import Basis
from service.domain.directory import (
    Agency,
    Area,
    AreaWorker,
    Contract,
    Desk,
    DirectoryFile,
    IssuerTrust,
    Municipality,
    PolicyLine,
    Position,
    Tenure,
)
from service.domain.law import BasisSwitch
from service.domain.law_texts import LEGAL_BASES
from service.domain.municipality import from_five_digits
from service.domain.network import Network
from service.domain.permission import Purpose
from service.domain.reference import AGENCY_KINDS
from service.domain.role import Role

CITY = "999997"
TOWN = from_five_digits("99341")
SINCE = date(2024, 4, 1)


def _id(number: int) -> UUID:
    return UUID(f"0199aaaa-0000-7000-8000-{number:012x}")


class DemoAgency(NamedTuple):
    """An agency of the demonstration, in one line."""

    letter: str
    number: int
    code: str
    kind: str
    name: str
    issuer: str
    themes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    fallback: bool = False
    municipality: str = CITY


AGENCIES: tuple[DemoAgency, ...] = (
    DemoAgency("M", 0xA1, "mihon_welfare", "municipal_welfare_section", "みほん市 福祉課", "city"),
    DemoAgency(
        "W",
        0xA2,
        "mihon_welfare_office",
        "welfare_office",
        "みほん市 福祉事務所",
        "city",
        ("public_assistance",),
    ),
    DemoAgency(
        "J",
        0xA3,
        "mihon_jiritsu",
        "self_reliance_agency",
        "みほん市 自立相談支援センター",
        "council",
        ("debt", "household_budget", "work", "housing", "arrears"),
    ),
    DemoAgency(
        "S",
        0xA4,
        "mihon_shakyo",
        "social_welfare_council",
        "みほん市 社会福祉協議会",
        "council",
        ("food", "loan", "neighbours"),
        fallback=True,
    ),
    DemoAgency(
        "E",
        0xA5,
        "mihon_houkatsu",
        "elder_support_center",
        "みほん市 地域包括支援センター",
        "council",
        ("elder_care",),
    ),
    DemoAgency(
        "D",
        0xA6,
        "mihon_kikan",
        "disability_core_center",
        "みほん市 障害者基幹相談支援センター",
        "partners",
        ("disability",),
    ),
    DemoAgency(
        "C",
        0xA7,
        "mihon_kosodate",
        "childcare_support",
        "みほん市 子育て支援センター",
        "city",
        ("child",),
    ),
    DemoAgency("G", 0xA8, "mihon_es", "school", "みほん市立 みほん小学校", "city", ("school",)),
    DemoAgency(
        "H",
        0xA9,
        "mihon_hellowork",
        "hello_work",
        "ハローワークみほん",
        "partners",
        ("job_search",),
    ),
    DemoAgency("T", 0xAA, "mihon_tax", "tax_section", "みほん市 税務課", "city", ("tax",)),
    DemoAgency("WA", 0xAB, "mihon_water", "water_section", "みほん市 水道課", "city", ("water",)),
    DemoAgency(
        "P",
        0xAC,
        "mihon_minjikyo",
        "welfare_commissioner",
        "みほん市 第3地区 民生委員児童委員協議会",
        "partners",
        ("watch_over",),
        ("district_3",),
    ),
    DemoAgency(
        "L",
        0xAD,
        "mihon_legal",
        "legal_aid",
        "法テラス協力弁護士 みほん事務所",
        "partners",
        ("legal",),
    ),
    DemoAgency(
        "CC",
        0xAE,
        "mihon_center",
        "community_center",
        "みほん市 第3地区 コミュニティセンター",
        "city",
        (),
        ("district_3",),
    ),
    DemoAgency("F", 0xAF, "mihon_farm", "employer", "みほん農園", "partners", ("work_place",)),
    DemoAgency(
        "K",
        0xB0,
        "ken_shakyo",
        "prefectural_welfare_council",
        "みほん県 社会福祉協議会",
        "partners",
    ),
    DemoAgency(
        "HC",
        0xB1,
        "mihon_hokenjo",
        "public_health_center",
        "みほん保健所",
        "city",
        ("health", "suicide_prevention", "self_neglect"),
    ),
    DemoAgency(
        "TM",
        0xB2,
        "mihon_town",
        "residents_section",
        "みほん町 町民課",
        "city",
        fallback=True,
        municipality=TOWN,
    ),
    DemoAgency(
        "KJ",
        0xB3,
        "ken_jiritsu",
        "prefectural_self_reliance_agency",
        "みほん県 自立相談支援機関",
        "partners",
        ("debt", "household_budget"),
        municipality=TOWN,
    ),
)

BY_LETTER: dict[str, DemoAgency] = {a.letter: a for a in AGENCIES}
AGENCY_ID: dict[str, UUID] = {a.letter: _id(a.number) for a in AGENCIES}
DESK_ID: dict[str, UUID] = {a.letter: _id(a.number + 0x30) for a in AGENCIES}


#: Agencies that are one legal entity: the city and its sections.
CITY_HALL = frozenset({"M", "W", "C", "G", "T", "WA", "CC"})

#: Departments that keep records of their own: the council's loan desk works for the prefectural
#: council's loans, its community workers do not (row 0-08).
DEPARTMENTS = {"s-loan": "loan", "s-csw": "csw", "s-hub": "csw"}

#: The commissioner of district 3: three years from the general appointment of 1 December.
COMMISSIONER = "p3-commissioner"
TERM = (date(2025, 12, 1), date(2028, 11, 30))

ISSUERS: dict[str, str] = {
    "city": "みほん市 職員認証（デモ）",
    "council": "みほん市社協 職員認証（デモ）",
    "partners": "関係機関 共同認証（デモ）",
}


def issuer_of(letter: str) -> str:
    """The name of the issuer that speaks for an agency."""
    return BY_LETTER[letter].issuer


def directory(issuer_urls: dict[str, str]) -> DirectoryFile:
    """The whole directory; ``issuer_urls`` says where each demo issuer answers."""
    return DirectoryFile(
        issuers=[
            IssuerTrust(
                iss=issuer_urls[name],
                name=label,
                agency_codes=tuple(a.code for a in AGENCIES if a.issuer == name),
            )
            for name, label in ISSUERS.items()
        ],
        agency_kinds=AGENCY_KINDS,
        municipalities=_municipalities(),
        areas=[
            Area(code=f"district_{n}", municipality_code=CITY, name=f"第{n}地区")
            for n in range(1, 6)
        ],
        agencies=[_agency(a) for a in AGENCIES],
        desks=[_desk(a) for a in AGENCIES],
        positions=[_position(n, s) for n, s in enumerate(STAFF)],
        tenures=[_tenure(n, s, issuer_urls) for n, s in enumerate(STAFF)],
        area_workers=_area_workers(),
        policies=[
            PolicyLine(
                municipality_code=CITY,
                name="referral",
                value={"normal": {"answer": {"days": 3}, "first_contact": {"days": 10}}},
                valid_from=SINCE,
            )
        ],
        legal_bases=LEGAL_BASES,
        basis_switches=[
            BasisSwitch(
                municipality_code=municipality, basis=basis, by_laws=by_laws, valid_from=SINCE
            )
            for municipality, basis, by_laws in (
                (CITY, Basis.CONF_NEEDY, "みほん市生活困窮者支援会議設置要綱"),
                (CITY, Basis.CONF_LAYERED, "みほん市支援会議設置要綱"),
                (CITY, Basis.CONF_CHILD, "みほん市要保護児童対策地域協議会設置要綱"),
                (TOWN, Basis.CONF_NEEDY, "みほん県生活困窮者支援会議設置要綱"),
            )
        ],
        contracts=[
            Contract(
                id=_id(0x3001),
                principal_agency_id=AGENCY_ID["M"],
                contractor_agency_id=AGENCY_ID["J"],
                work="自立相談支援事業",
                purposes=frozenset({Purpose.CONSULTATION, Purpose.PLANNING, Purpose.SERVICE}),
                valid_from=SINCE,
                valid_until=date(2027, 3, 31),
            )
        ],
        networks=[
            Network(
                id=NETWORK_ID,
                municipality_code=CITY,
                name="みほん市 どこでも相談ネットワーク",
                agency_ids=tuple(AGENCY_ID[letter] for letter in NETWORK),
                valid_from=SINCE,
            )
        ],
    )


#: Whichever of them somebody comes to, they are led on (any door).
NETWORK_ID = _id(0x3101)
NETWORK = ("M", "J", "S", "E", "D", "C", "CC")


def _municipalities() -> list[Municipality]:
    return [
        Municipality(
            code=CITY,
            name="みほん市",
            name_kana="ミホンシ",
            has_welfare_office=True,
            runs_layered_project=True,
            hub_agency_id=AGENCY_ID["S"],
            upper_hub_agency_id=AGENCY_ID["K"],
            valid_from=SINCE,
        ),
        Municipality(
            code=TOWN,
            name="みほん町",
            name_kana="ミホンチョウ",
            has_welfare_office=False,
            hub_agency_id=AGENCY_ID["KJ"],
            valid_from=SINCE,
        ),
    ]


def position_id(account: str) -> UUID:
    """The position of a demo account."""
    return _id(0x1000 + [s.account for s in STAFF].index(account))


def _area_workers() -> list[AreaWorker]:
    """The council's workers by district (地区担当制): who it is, and who stands in."""
    return [
        AreaWorker(
            id=_id(0x4000 + n),
            municipality_code=CITY,
            area=f"district_{n}",
            agency_id=AGENCY_ID["S"],
            position_id=position_id("s-csw" if n % 2 else "s-hub"),
            deputy_position_id=position_id("s-hub" if n % 2 else "s-csw"),
            valid_from=SINCE,
        )
        for n in range(1, 6)
    ]


def _agency(agency: DemoAgency) -> Agency:
    return Agency(
        id=AGENCY_ID[agency.letter],
        code=agency.code,
        kind=agency.kind,
        legal_body="mihon_city" if agency.letter in CITY_HALL else None,
        name=agency.name,
        municipality_code=agency.municipality,
        phone=f"099-999-{agency.number:04d}",
        valid_from=SINCE,
    )


def _desk(agency: DemoAgency) -> Desk:
    return Desk(
        id=DESK_ID[agency.letter],
        agency_id=AGENCY_ID[agency.letter],
        municipality_code=agency.municipality,
        name=f"{agency.name} 窓口",
        themes=agency.themes or ("general",),
        areas=agency.areas,
        fallback=agency.fallback,
        valid_from=SINCE,
    )


def _position(number: int, staff: DemoStaff) -> Position:
    return Position(
        id=_id(0x1000 + number),
        agency_id=AGENCY_ID[staff.letter],
        code=staff.account.replace("-", "_"),
        title=staff.title,
        role=staff.role,
        department=DEPARTMENTS.get(staff.account),
        area="district_3" if staff.account == COMMISSIONER else None,
        valid_from=SINCE,
    )


def _tenure(number: int, staff: DemoStaff, issuer_urls: dict[str, str]) -> Tenure:
    return Tenure(
        id=_id(0x2000 + number),
        position_id=_id(0x1000 + number),
        iss=issuer_urls[issuer_of(staff.letter)],
        sub=subject(staff),
        name=staff.name,
        valid_from=TERM[0] if staff.account == COMMISSIONER else SINCE,
        valid_until=TERM[1] if staff.account == COMMISSIONER else None,
    )


def subject(staff: DemoStaff) -> str:
    """The OIDC subject: a client id for systems, an opaque one for staff."""
    return staff.account if staff.role is Role.PARTNER_SYSTEM else f"sub-{staff.account}"
