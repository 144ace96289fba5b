"""Kinds of conferences and what each says about persons; the states of a conference as tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from service.domain.decision import Basis
from service.domain.errors import Invalid
from service.domain.permission import Permission


class Persons(StrEnum):
    """What a kind of conference says about naming persons."""

    WITH_CONSENT = "with_consent"
    INSIDE_ONE_AGENCY = "inside_one_agency"
    STATUTORY = "statutory"
    NEVER = "never"


class ConferenceKind(StrEnum):
    """Meeting kinds (会議体, brief §1.4)."""

    SUPPORT_CONF_NEEDY = "support_conf_needy"
    SUPPORT_CONF_LAYERED = "support_conf_layered"
    CHILD_PROTECTION_COUNCIL = "child_protection_council"
    CARE_CONFERENCE = "care_conference"
    PUBLIC_ASSISTANCE_COORD = "public_assistance_coord"
    YOUTH_COUNCIL = "youth_council"
    ISOLATION_COUNCIL = "isolation_council"
    CONSUMER_SAFETY_COUNCIL = "consumer_safety_council"
    DISABILITY_COUNCIL = "disability_council"
    SUPPORT_COORDINATION_CONF = "support_coordination_conf"
    EVALUATION_CONF = "evaluation_conf"
    LAYERED_SUPPORT_CONF = "layered_support_conf"
    LAYERED_INDIVIDUAL = "layered_individual"
    LAYERED_PLENARY = "layered_plenary"
    CASE_CONF = "case_conf"
    SERVICE_MEETING = "service_meeting"
    INTERNAL_CASE_MEETING = "internal_case_meeting"
    COMMUNITY_LIFE_SUPPORT_CONF = "community_life_support_conf"
    DISTRICT_WELFARE_NETWORK = "district_welfare_network"
    SUPERVISION_SESSION = "supervision_session"
    PREFECTURE_NETWORK = "prefecture_network"
    FIELD_COUNCIL = "field_council"
    LIAISON_COUNCIL_AGENCY = "liaison_council_agency"


class KindRule(NamedTuple):
    """What holds for a kind of conference."""

    label_ja: str
    persons: Persons


K = ConferenceKind
KINDS: Mapping[ConferenceKind, KindRule] = {
    K.SUPPORT_CONF_NEEDY: KindRule("支援会議（生活困窮者自立支援法）", Persons.STATUTORY),
    K.SUPPORT_CONF_LAYERED: KindRule("支援会議（社会福祉法）", Persons.STATUTORY),
    K.CHILD_PROTECTION_COUNCIL: KindRule("要保護児童対策地域協議会", Persons.STATUTORY),
    K.CARE_CONFERENCE: KindRule("地域ケア会議", Persons.WITH_CONSENT),
    K.PUBLIC_ASSISTANCE_COORD: KindRule("調整会議（生活保護法）", Persons.STATUTORY),
    K.YOUTH_COUNCIL: KindRule("子ども・若者支援地域協議会", Persons.STATUTORY),
    K.ISOLATION_COUNCIL: KindRule("孤独・孤立対策地域協議会", Persons.STATUTORY),
    K.CONSUMER_SAFETY_COUNCIL: KindRule("消費者安全確保地域協議会", Persons.STATUTORY),
    K.DISABILITY_COUNCIL: KindRule("（自立支援）協議会", Persons.WITH_CONSENT),
    K.SUPPORT_COORDINATION_CONF: KindRule("支援調整会議", Persons.WITH_CONSENT),
    K.EVALUATION_CONF: KindRule("評価会議", Persons.WITH_CONSENT),
    K.LAYERED_SUPPORT_CONF: KindRule("重層的支援会議", Persons.WITH_CONSENT),
    K.LAYERED_INDIVIDUAL: KindRule("個別ケース会議", Persons.WITH_CONSENT),
    K.LAYERED_PLENARY: KindRule("全体会議", Persons.NEVER),
    K.CASE_CONF: KindRule("ケース会議", Persons.WITH_CONSENT),
    K.SERVICE_MEETING: KindRule("サービス調整会議", Persons.WITH_CONSENT),
    K.INTERNAL_CASE_MEETING: KindRule("機関内ケース会議", Persons.INSIDE_ONE_AGENCY),
    K.COMMUNITY_LIFE_SUPPORT_CONF: KindRule("地域生活支援会議", Persons.WITH_CONSENT),
    K.DISTRICT_WELFARE_NETWORK: KindRule("地区福祉ネットワーク会議", Persons.WITH_CONSENT),
    K.SUPERVISION_SESSION: KindRule("スーパービジョン", Persons.INSIDE_ONE_AGENCY),
    K.PREFECTURE_NETWORK: KindRule("県域ネットワーク会議", Persons.NEVER),
    K.FIELD_COUNCIL: KindRule("分野別協議会", Persons.NEVER),
    K.LIAISON_COUNCIL_AGENCY: KindRule("連絡会議", Persons.NEVER),
}

#: The basis of a named item, by what the kind says about persons; of a statutory kind its
#: conference body says it.
BASIS_OF: Mapping[Persons, Basis] = {
    Persons.WITH_CONSENT: Basis.CONSENT,
    Persons.INSIDE_ONE_AGENCY: Basis.INTERNAL,
    Persons.NEVER: Basis.ANON,
}


def rule_of(kind: ConferenceKind) -> KindRule:
    """What holds for the kind."""
    return KINDS[kind]


class ConferenceStatus(StrEnum):
    """Where a conference stands."""

    PLANNED = "planned"
    INVITED = "invited"
    AGENDA_FIXED = "agenda_fixed"
    HELD = "held"
    MINUTES_DRAFT = "minutes_draft"
    MINUTES_CONFIRMED = "minutes_confirmed"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label_ja(self) -> str:
        """The status in the field's words."""
        return CONFERENCE_STATUS_JA[self]


C = ConferenceStatus
CONFERENCE_STATUS_JA: dict[ConferenceStatus, str] = {
    C.PLANNED: "計画中",
    C.INVITED: "招集済み",
    C.AGENDA_FIXED: "議題確定",
    C.HELD: "開催済み",
    C.MINUTES_DRAFT: "会議録案",
    C.MINUTES_CONFIRMED: "会議録確定",
    C.CLOSED: "終了",
    C.CANCELLED: "中止",
}


class ConferenceAct(StrEnum):
    """What can happen to a conference."""

    RESCHEDULE = "reschedule"
    ADD_ITEM = "add_item"
    ARRANGE = "arrange"
    CONVERT = "convert"
    INVITE = "invite"
    ANSWER = "answer"
    FIX = "fix"
    REOPEN = "reopen"
    HOLD = "hold"
    RECORD = "record"
    MINUTE = "minute"
    AGREE = "agree"
    CONFIRM = "confirm"
    CORRECT = "correct"
    CLOSE = "close"
    CANCEL = "cancel"


V = ConferenceAct
NEXT: Mapping[tuple[ConferenceStatus, ConferenceAct], ConferenceStatus] = {
    (C.PLANNED, V.RESCHEDULE): C.PLANNED,
    (C.PLANNED, V.ADD_ITEM): C.PLANNED,
    (C.PLANNED, V.ARRANGE): C.PLANNED,
    (C.PLANNED, V.CONVERT): C.PLANNED,
    (C.PLANNED, V.INVITE): C.INVITED,
    (C.PLANNED, V.CANCEL): C.CANCELLED,
    (C.INVITED, V.RESCHEDULE): C.INVITED,
    (C.INVITED, V.ADD_ITEM): C.INVITED,
    (C.INVITED, V.ARRANGE): C.INVITED,
    (C.INVITED, V.CONVERT): C.INVITED,
    (C.INVITED, V.INVITE): C.INVITED,
    (C.INVITED, V.ANSWER): C.INVITED,
    (C.INVITED, V.FIX): C.AGENDA_FIXED,
    (C.INVITED, V.CANCEL): C.CANCELLED,
    (C.AGENDA_FIXED, V.CONVERT): C.AGENDA_FIXED,
    (C.AGENDA_FIXED, V.ANSWER): C.AGENDA_FIXED,
    (C.AGENDA_FIXED, V.REOPEN): C.INVITED,
    (C.AGENDA_FIXED, V.HOLD): C.HELD,
    (C.AGENDA_FIXED, V.CANCEL): C.CANCELLED,
    (C.HELD, V.RECORD): C.HELD,
    (C.HELD, V.MINUTE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.RECORD): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.MINUTE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.AGREE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.CONFIRM): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.AGREE): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.CORRECT): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.CLOSE): C.CLOSED,
}
ENDINGS = frozenset({C.CLOSED, C.CANCELLED})

ACT_PERMISSION: Mapping[ConferenceAct, Permission] = {
    V.RESCHEDULE: Permission.CONFERENCE_PLAN,
    V.ADD_ITEM: Permission.CONFERENCE_PLAN,
    V.ARRANGE: Permission.CONFERENCE_PLAN,
    V.CONVERT: Permission.CONFERENCE_PLAN,
    V.INVITE: Permission.CONFERENCE_INVITE,
    V.ANSWER: Permission.CONFERENCE_ANSWER,
    V.FIX: Permission.CONFERENCE_FIX,
    V.REOPEN: Permission.CONFERENCE_FIX,
    V.HOLD: Permission.CONFERENCE_HOLD,
    V.RECORD: Permission.CONFERENCE_MINUTE,
    V.MINUTE: Permission.CONFERENCE_MINUTE,
    V.AGREE: Permission.CONFERENCE_AGREE,
    V.CONFIRM: Permission.CONFERENCE_MINUTE,
    V.CORRECT: Permission.CONFERENCE_MINUTE,
    V.CLOSE: Permission.CONFERENCE_MINUTE,
    V.CANCEL: Permission.CONFERENCE_CANCEL,
}

#: The packet can be read from the fixing of the agenda until the conference is closed.
PACKET_OPEN = frozenset({C.AGENDA_FIXED, C.HELD, C.MINUTES_DRAFT, C.MINUTES_CONFIRMED})


def basis_for(
    kind: ConferenceKind, *, names_somebody: bool, statutory: Basis | None = None
) -> Basis:
    """The legal basis of an item of this kind, or a refusal that says what would be possible.

    ``statutory`` is the basis of the conference body, where one has been constituted.
    """
    persons = KINDS[kind].persons
    if persons is Persons.NEVER and names_somebody:
        raise Invalid("conference.kind_names_nobody", field="/person_ids")
    if not names_somebody:
        return Basis.ANON
    basis = BASIS_OF.get(persons, statutory)
    if basis is None:
        raise Invalid("conference.body_missing", field="/body_id")
    return basis
