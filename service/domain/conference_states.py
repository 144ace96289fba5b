"""The states of a conference as tables, and the basis of an item by the kind it is held as."""

from collections.abc import Mapping
from enum import StrEnum

from service.domain.conference_kinds import (
    BASIS_OF,
    KINDS,
    ConferenceKind,
    KindRule,
    Persons,
    rule_of,
)
from service.domain.decision import Basis
from service.domain.errors import Invalid
from service.domain.permission import Permission

__all__ = [
    "ACT_PERMISSION",
    "BASIS_OF",
    "CONFERENCE_STATUS_JA",
    "ENDINGS",
    "KINDS",
    "NEXT",
    "PACKET_OPEN",
    "C",
    "ConferenceAct",
    "ConferenceKind",
    "ConferenceStatus",
    "KindRule",
    "Persons",
    "V",
    "basis_for",
    "rule_of",
]


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
    CARRY_OVER = "carry_over"
    CONTINUE = "continue"
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
    (C.PLANNED, V.CARRY_OVER): C.PLANNED,
    (C.PLANNED, V.CONVERT): C.PLANNED,
    (C.PLANNED, V.INVITE): C.INVITED,
    (C.PLANNED, V.CANCEL): C.CANCELLED,
    (C.INVITED, V.RESCHEDULE): C.INVITED,
    (C.INVITED, V.ADD_ITEM): C.INVITED,
    (C.INVITED, V.ARRANGE): C.INVITED,
    (C.INVITED, V.CARRY_OVER): C.INVITED,
    (C.INVITED, V.CONVERT): C.INVITED,
    (C.INVITED, V.INVITE): C.INVITED,
    (C.INVITED, V.ANSWER): C.INVITED,
    (C.INVITED, V.FIX): C.AGENDA_FIXED,
    (C.INVITED, V.CANCEL): C.CANCELLED,
    (C.AGENDA_FIXED, V.CARRY_OVER): C.AGENDA_FIXED,
    (C.AGENDA_FIXED, V.CONVERT): C.AGENDA_FIXED,
    (C.AGENDA_FIXED, V.ANSWER): C.AGENDA_FIXED,
    (C.AGENDA_FIXED, V.REOPEN): C.INVITED,
    (C.AGENDA_FIXED, V.HOLD): C.HELD,
    (C.AGENDA_FIXED, V.CANCEL): C.CANCELLED,
    (C.HELD, V.CARRY_OVER): C.HELD,
    (C.HELD, V.CONTINUE): C.HELD,
    (C.HELD, V.RECORD): C.HELD,
    (C.HELD, V.MINUTE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.CARRY_OVER): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.CONTINUE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.RECORD): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.MINUTE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.AGREE): C.MINUTES_DRAFT,
    (C.MINUTES_DRAFT, V.CONFIRM): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.AGREE): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.CARRY_OVER): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.CORRECT): C.MINUTES_CONFIRMED,
    (C.MINUTES_CONFIRMED, V.CLOSE): C.CLOSED,
}
ENDINGS = frozenset({C.CLOSED, C.CANCELLED})

ACT_PERMISSION: Mapping[ConferenceAct, Permission] = {
    V.RESCHEDULE: Permission.CONFERENCE_PLAN,
    V.ADD_ITEM: Permission.CONFERENCE_PLAN,
    V.ARRANGE: Permission.CONFERENCE_PLAN,
    V.CARRY_OVER: Permission.CONFERENCE_CARRY_OVER,
    V.CONTINUE: Permission.CONFERENCE_CONTINUE,
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
