"""Values for tests of the domain: each function builds a good one and takes what a test changes.

Everything here is invented. The caller's agency is always ``OURS``.
"""

import json
import re
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import wraps
from inspect import signature
from typing import Any, TypeVar
from uuid import UUID

import pytest
from pydantic import ValidationError

from service.domain.access import Facts, Part, Question, RecordKind
from service.domain.actor import Actor, system_actor
from service.domain.case import Case, LeadDecidedBy, TeamMember
from service.domain.conference import (
    AgendaItem,
    Attendee,
    Conference,
    ItemPurpose,
    PlanConference,
)
from service.domain.conference_states import ConferenceKind
from service.domain.conference_window import Window
from service.domain.consent import Consent, GrantConsent, Receivers, Recipient
from service.domain.decision import Basis, Duty
from service.domain.directory import Desk
from service.domain.disclosure import D0, D1, D2, D3, D4, D5, D6, D7, DataClass
from service.domain.permission import Permission, Purpose
from service.domain.plan import DraftVersion, Plan, PlanVersion
from service.domain.plan_line import PlanLine
from service.domain.provision import ProvisionTerms
from service.domain.referral import MakeReferral, Referral
from service.domain.referral_states import Status
from service.domain.role import Role
from service.domain.scope import EVERY_SCOPE

T = TypeVar("T")
#: Friday, 10:00 in Japan.
NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
#: みほん市, and a municipality that is not it.
CITY, NEXT_CITY = "999997", "131016"

PERSON, SOMEBODY_ELSE = UUID(int=0x1001), UUID(int=0x1002)
OURS, THEIRS, THIRD, HUB = (UUID(int=0x2000 + n) for n in range(1, 5))
POSITION = UUID(int=0x3001)
OUR_KIND, THEIR_KIND = "self_reliance_agency", "employer"
ISS = "https://login.example"
#: Every basis is in force, as it is where a municipality has switched all of them on.
LAW = {basis: f"{basis.value}@2023-04-01" for basis in Basis}


def uid(number: int) -> UUID:
    """Any id: the same number gives the same one."""
    return UUID(int=0x9000_0000 + number)


def refusal(build: Any, /, *args: Any, **values: Any) -> str:
    """The one code with which a value is refused while it is read."""
    with pytest.raises(ValidationError) as caught:
        build(*args, **values)
    (error,) = caught.value.errors()
    return str(error["type"])


# Who calls


def staff(**changes: Any) -> Actor:
    """A consultant of our agency on a consultation, with every scope."""
    given: dict[str, Any] = {
        "kind": "staff",
        "iss": ISS,
        "sub": "staff-1",
        "client_id": "desk",
        "scopes": EVERY_SCOPE,
        "agency_id": OURS,
        "agency_kind": OUR_KIND,
        "municipality_code": CITY,
        "ceiling": D5,
        "position_ids": (POSITION,),
        "roles": frozenset({Role.CONSULTANT}),
        "purpose": Purpose.CONSULTATION,
    }
    return Actor(**given | changes)


def partner(**changes: Any) -> Actor:
    """A partner agency's own system."""
    given = {"kind": "partner", "sub": "system-1", "roles": frozenset({Role.PARTNER_SYSTEM})}
    return staff(**given | changes)


def account_of(person_id: UUID, **changes: Any) -> Actor:
    """A person with an account of their own."""
    given: dict[str, Any] = {
        "kind": "person",
        "iss": ISS,
        "sub": "person-1",
        "client_id": "portal",
        "scopes": EVERY_SCOPE,
        "person_id": person_id,
        "purpose": Purpose.CONSULTATION,
    }
    return Actor(**given | changes)


def sweep(**changes: Any) -> Actor:
    """The service itself."""
    return system_actor("sweep").model_copy(update=changes)


# What is asked


def facts(*parts: Part, **changes: Any) -> Facts:
    """A person's record that exists, in which the caller's agency has these parts."""
    given: dict[str, Any] = {
        "kind": RecordKind.PERSON,
        "record_id": PERSON,
        "found": True,
        "holder_agency_id": THEIRS,
        "person_id": PERSON,
        "parts": frozenset(parts),
    }
    return Facts(**given | changes)


def question(
    actor: Actor, known: Facts, permission: Permission | None = None, **changes: Any
) -> Question:
    """May the actor read it (or, for the system, let its deadline pass) today?"""
    usual = Permission.PERSON_READ
    if actor.kind == "system":
        usual = Permission.REFERRAL_MISS_DEADLINE
    given: dict[str, Any] = {"at": NOW, "law": LAW, "discharges": frozenset(Duty)}
    return Question(actor=actor, permission=permission or usual, facts=known, **given | changes)


def kept_slowly(asked: Question) -> str:
    """The text that is kept of a question, in two lines: its dump, in order."""
    plain = asked.model_dump(exclude_defaults=True, exclude={"actor": {"jti"}})
    return json.dumps(plain, default=_plain, sort_keys=True, ensure_ascii=False)


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(str(v) for v in value)
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


# Consent


def receivers(*agencies: UUID, kinds: tuple[str, ...] = ()) -> Receivers:
    """Agencies by name, kinds by code."""
    return Receivers(agencies=frozenset(agencies), kinds=frozenset(kinds))


def recipient(**changes: Any) -> Recipient:
    """Our agency as a consent would name it."""
    given: dict[str, Any] = {
        "agency_id": OURS,
        "kind": OUR_KIND,
        "municipality_code": CITY,
        "ceiling": D5,
    }
    return Recipient(**given | changes)


def consent(number: int = 1, **changes: Any) -> Consent:
    """A consent in force: D1 to D3 to our agency by name, for consultation and planning."""
    given: dict[str, Any] = {
        "id": uid(0x100 + number),
        "person_id": PERSON,
        "recorded_by": THEIRS,
        "recorded_at": NOW,
        "municipality_code": CITY,
        "method": "written",
        "evidence": "様式1-17",
        "explained_on": date(2026, 10, 1),
        "rule_version": "2026-04",
        "purposes": frozenset({Purpose.CONSULTATION, Purpose.PLANNING}),
        "data_classes": frozenset({D1, D2, D3}),
        "receivers": receivers(OURS),
        "valid_from": date(2026, 10, 1),
        "valid_until": date(2027, 3, 31),
    }
    return Consent(**given | changes)


def grant(**changes: Any) -> GrantConsent:
    """A consent as it is given at the desk."""
    given: dict[str, Any] = {
        "person_id": PERSON,
        "method": "written",
        "evidence": "様式1-17",
        "explained_on": date(2026, 10, 1),
        "rule_version": "2026-04",
        "purposes": frozenset({Purpose.CONSULTATION}),
        "data_classes": frozenset({D1, D2, D3}),
        "receivers": receivers(OURS),
        "valid_from": date(2026, 10, 1),
    }
    return GrantConsent(**given | changes)


# Bases other than consent

ITEM, CONFERENCE = uid(0x510), uid(0x500)


def provision(number: int = 1, **changes: Any) -> ProvisionTerms:
    """From the holder to our agency, for two hours around now: D1 to D3, body to body."""
    given: dict[str, Any] = {
        "id": uid(0x700 + number),
        "person_id": PERSON,
        "basis": Basis.PUBLIC_BODY,
        "from_agency_id": THEIRS,
        "to_agency_id": OURS,
        "purposes": frozenset({Purpose.CONSULTATION}),
        "data_classes": frozenset({D1, D2, D3}),
        "opens_at": NOW - timedelta(hours=1),
        "closes_at": NOW + timedelta(hours=1),
    }
    return ProvisionTerms(**given | changes)


def window(**changes: Any) -> Window:
    """An agenda item of a statutory conference that is open to us now."""
    given: dict[str, Any] = {
        "basis": Basis.CONF_NEEDY,
        "conference_id": CONFERENCE,
        "item_id": ITEM,
        "constituted": True,
        "reason_written": True,
        "invited": True,
        "member": True,
        "registered": True,
        "acknowledged": True,
        "opens_at": NOW - timedelta(hours=1),
        "closes_at": NOW + timedelta(hours=1),
    }
    return Window(**given | changes)


def item_facts(*parts: Part, **changes: Any) -> Facts:
    """That agenda item, as somebody else put it on the agenda."""
    given: dict[str, Any] = {
        "kind": RecordKind.CONFERENCE_ITEM,
        "record_id": ITEM,
        "conference_id": CONFERENCE,
        "window": window(),
    }
    return facts(*parts, **given | changes)


# Referrals and cases

SENDER, RECEIVER = THEIRS, OURS


def make_referral(**changes: Any) -> MakeReferral:
    """What the sender writes."""
    return MakeReferral(**{"person_id": PERSON, "reason": "家計の相談"} | changes)


def referral(status: Status = Status.DRAFT, **changes: Any) -> Referral:
    """A referral from ``SENDER`` to ``RECEIVER``; the hub of the municipality is ``HUB``."""
    given: dict[str, Any] = {
        "id": uid(0x200),
        "person_id": PERSON,
        "reason": "家計の相談",
        "municipality_code": CITY,
        "from_agency_id": SENDER,
        "to_agency_id": RECEIVER,
        "hub_agency_id": HUB,
        "status": status,
        "made_at": NOW,
    }
    return Referral(**given | changes)


def case(**changes: Any) -> Case:
    """A case that our agency leads."""
    given: dict[str, Any] = {
        "id": uid(0x300),
        "number": f"{CITY}-2026-00001",
        "person_id": PERSON,
        "municipality_code": CITY,
        "hub_agency_id": HUB,
        "lead_agency_id": OURS,
        "decided_by": LeadDecidedBy.ACCEPTANCE,
        "decided_at": NOW,
        "opened_at": NOW,
    }
    return Case(**given | changes)


def member(agency_id: UUID, *themes: str) -> TeamMember:
    """An agency on the team, for these themes (none named: all of them)."""
    return TeamMember(agency_id=agency_id, themes=frozenset(themes))


# Plans


def line(**changes: Any) -> PlanLine:
    """One line of a plan, with its way out."""
    given: dict[str, Any] = {
        "theme": "debt",
        "issue": "返済が滞っている",
        "goal_in_own_words": "借金を減らしたい",
        "action": "家計表を一緒に作る",
        "responsible_agency_id": OURS,
        "starts_on": date(2026, 12, 1),
        "exit": "家計の自立",
    }
    return PlanLine(**given | changes)


def draft_version(**changes: Any) -> DraftVersion:
    """The content of a plan version with one line."""
    return DraftVersion(**_content() | changes)


def plan_version(**changes: Any) -> PlanVersion:
    """The first version of a plan."""
    given = {"plan_id": uid(0x400), "number": 1, "drafted_at": NOW}
    return PlanVersion(**_content() | given | changes)


def _content() -> dict[str, Any]:
    return {
        "goal_in_own_words": "安心して暮らしたい",
        "period_from": date(2026, 12, 1),
        "period_until": date(2027, 11, 30),
        "lines": (line(),),
    }


def plan(**changes: Any) -> Plan:
    """The plan itself."""
    given: dict[str, Any] = {
        "id": uid(0x400),
        "person_id": PERSON,
        "holder_agency_id": THEIRS,
        "municipality_code": CITY,
        "made_at": NOW,
    }
    return Plan(**given | changes)


# Conferences


def plan_conference(**changes: Any) -> PlanConference:
    """A case conference of one hour."""
    return PlanConference(**_sitting() | changes)


def conference(**changes: Any) -> Conference:
    """Its record, as the convener has planned it."""
    given: dict[str, Any] = {
        "id": uid(0x500),
        "convener_agency_id": OURS,
        "municipality_code": CITY,
        "planned_at": NOW,
    }
    return Conference(**_sitting() | given | changes)


def _sitting() -> dict[str, Any]:
    return {
        "kind": ConferenceKind.SUPPORT_COORDINATION_CONF,
        "starts_at": datetime(2026, 12, 1, 1, 0, tzinfo=UTC),
        "ends_at": datetime(2026, 12, 1, 2, 0, tzinfo=UTC),
        "place": "市役所第2会議室",
    }


def item(*invited: UUID, **changes: Any) -> AgendaItem:
    """An agenda item for which these agencies stay (none named: all that are invited)."""
    given: dict[str, Any] = {
        "id": uid(0x510),
        "conference_id": uid(0x500),
        "number": 1,
        "purpose": ItemPurpose.PLAN_APPROPRIATENESS,
        "minutes": 20,
        "subject": "支援プラン案",
        "basis": Basis.CONSENT,
        "invited_agency_ids": invited,
    }
    return AgendaItem(**given | changes)


def attendee(agency_id: UUID | None, *, present: bool | None = None, **changes: Any) -> Attendee:
    """An invited agency, or, without one, a person who comes to their own item."""
    given: dict[str, Any] = {
        "id": uid(0x520),
        "conference_id": uid(0x500),
        "agency_id": agency_id,
        "person_id": None if agency_id else PERSON,
        "present": present,
        "invited_at": NOW,
    }
    return Attendee(**given | changes)


# The directory


def desk(number: int = 1, **changes: Any) -> Desk:
    """A desk that names neither themes nor areas."""
    given: dict[str, Any] = {
        "id": uid(0x600 + number),
        "agency_id": OURS,
        "municipality_code": CITY,
        "name": f"窓口{number}",
        "valid_from": date(2020, 4, 1),
    }
    return Desk(**given | changes)


def classes(written: str) -> frozenset[DataClass]:
    """Data classes as a table writes them: ``"0-3 6"`` is D0, D1, D2, D3 and D6."""
    every = (D0, D1, D2, D3, D4, D5, D6, D7)
    found: set[DataClass] = set()
    for part in written.split():
        first, _, last = part.partition("-")
        found.update(every[int(first) : int(last or first) + 1])
    return frozenset(found)


# State tables


def in_japanese(kind: type[StrEnum]) -> None:
    """Every member has a label in Japanese that no other one has."""
    labels = [member.label_ja for member in kind]  # type: ignore[attr-defined]
    assert len(set(labels)) == len(labels) == len(kind)
    assert [label for label in labels if not re.search(r"[ぁ-んァ-ヶ一-龠]", label)] == []


def reached(start: T, onward: Callable[[T], Iterable[T]]) -> set[T]:
    """Wherever one gets from there, the start itself only if there is a way back."""
    seen: set[T] = set()
    waiting = deque([start])
    while waiting:
        for there in onward(waiting.popleft()):
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return seen


def for_every(name: str, values: Iterable[Any]) -> Callable[[Callable[..., None]], Any]:
    """Run a test with each of the values as one test: tables over all pairs have thousands of cells."""
    tried = tuple(values)

    def looped(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def over_all(**known: Any) -> None:
            for value in tried:
                test(**known, **{name: value})

        asked = signature(test)
        left = [p for n, p in asked.parameters.items() if n != name]
        over_all.__signature__ = asked.replace(parameters=left)  # type: ignore[attr-defined]
        return over_all

    return looped
