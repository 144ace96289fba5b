"""What both reference programs must keep to, written once: the token, the question, the entry.

They make the same promises as the service: the token is verified with the same library, the
domain's own decision is asked, and an honest entry is made of it. Where a first day's program
would differ (how rows are read and written, what runs where), they differ. Two things are to
their advantage: issuers, their keys and the law are read once at the start.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, cast
from uuid import UUID

import uuid_utils.compat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from service.application.context import Context
from service.application.facts import facts_of_referral
from service.application.referrals import open_acts
from service.domain.access import Facts, Part, Question, RecordKind, decide
from service.domain.actor import Actor, Held
from service.domain.audit import DecidedEntry, Outcome
from service.domain.calendar_jp import jst_date
from service.domain.capacity import DeskCapacity, warnings_of
from service.domain.case import Case
from service.domain.consent import ConsentTerms
from service.domain.decision import Deny, Duty, Permit
from service.domain.directory import Desk
from service.domain.disclosure import (
    D0,
    DataClass,
    Disclosable,
    disclose,
    field_classes,
    fields_shown,
)
from service.domain.law import LawBook
from service.domain.people import Person
from service.domain.permission import Permission, Purpose
from service.domain.policy import ReferralPolicy, StatusLabels
from service.domain.provision import ProvisionTerms
from service.domain.referral import (
    MakeReferral,
    Referral,
    ReferralEvent,
    check_receiver,
    show_referral,
)
from service.domain.term import Closed

DUTIES = frozenset(Duty)
#: The list that is paged through, and what is asked of it.
INBOX = "/v1/referrals"
ASKED = (("box", "inbox"),)


class Refused(Exception):  # noqa: N818 - a refusal is no error of the program
    """Not this caller, not this record, not this request."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


@dataclass(frozen=True)
class Known:
    """What the program is told when it starts."""

    port: int
    database: str
    pool: int
    audience: str
    keys: Mapping[str, ECKey]
    cursor_key: bytes

    @classmethod
    def from_file(cls, path: str | None = None) -> "Known":
        found = json.loads(Path(path or os.environ["BENCH_PROGRAM"]).read_text())
        return cls(
            port=found["port"],
            database=found["database"],
            pool=found["pool"],
            audience=found["audience"],
            keys={iss: ECKey.import_key(jwk) for iss, jwk in found["keys"].items()},
            cursor_key=bytes.fromhex(found["cursor_key"]),
        )


@dataclass(frozen=True)
class Asked:
    """One request: who asks, when, and what every entry of it says."""

    actor: Actor
    now: datetime
    law: LawBook
    attempt_id: UUID
    request_id: str
    remote: str | None

    @property
    def today(self) -> date:
        return jst_date(self.now)

    @property
    def agency_id(self) -> UUID:
        assert self.actor.agency_id is not None
        return self.actor.agency_id


def new_id() -> UUID:
    return uuid_utils.compat.uuid7()


def now() -> datetime:
    return datetime.now(UTC)


def claims_of(known: Known, authorization: str | None, at: datetime) -> dict[str, Any]:
    """What a good token says; Refused for any other."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer":
        raise Refused(401, "no token")
    try:
        stated = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        key = known.keys[stated["iss"]]
        decoded = jwt.decode(token, key, algorithms=["ES256"])
    except (JoseError, ValueError, KeyError, IndexError):
        raise Refused(401, "bad token") from None
    claims, instant = decoded.claims, at.timestamp()
    if decoded.header.get("typ") != "at+jwt" or claims["aud"] != known.audience:
        raise Refused(401, "not for us")
    if not claims["iat"] - 10 <= instant <= claims["exp"] + 10:
        raise Refused(401, "not now")
    return dict(claims)


def actor_of(
    claims: Mapping[str, Any],
    held: Sequence[Held],
    conflicts: Sequence[UUID],
    purpose: str | None,
) -> Actor:
    """The caller in its positions at the agency that the token names."""
    mine = [h for h in held if h.agency_code == claims.get("agency")]
    if not mine or purpose is None:
        raise Refused(403, "no position, or no purpose")
    first = mine[0]
    return Actor(
        kind="staff",
        iss=claims["iss"],
        sub=claims["sub"],
        client_id=claims["client_id"],
        jti=claims["jti"],
        scopes=frozenset(claims["scope"].split()),
        purpose=Purpose(purpose),
        authenticated_at=datetime.fromtimestamp(claims["auth_time"], UTC),
        agency_id=first.agency_id,
        agency_kind=first.agency_kind,
        municipality_code=first.municipality_code,
        ceiling=first.ceiling,
        position_ids=tuple(h.position_id for h in mine),
        tenure_ids=frozenset(h.tenure_id for h in mine if h.tenure_id is not None),
        departments=frozenset(h.department for h in mine if h.department is not None),
        roles=frozenset(h.role for h in mine),
        hub_of=first.hub_of,
        conflicts=frozenset(conflicts),
    )


def referral_facts(
    asked: Asked,
    referral: Referral,
    case: Case | None,
    consents: Sequence[ConsentTerms],
    provisions: Sequence[ProvisionTerms],
    department: str | None,
) -> Facts:
    """The caller's part in a referral, by the rules of the service."""
    asking = cast("Context", SimpleNamespace(actor=asked.actor))
    return facts_of_referral(
        asking,
        referral.id,
        referral,
        case,
        cast("Any", consents),
        cast("Any", provisions),
        department,
    )


def person_facts(
    asked: Asked,
    person: Person,
    consents: Sequence[ConsentTerms],
    provisions: Sequence[ProvisionTerms],
    involvement: str,
) -> Facts:
    """The caller's part in a person's record."""
    me = asked.actor.agency_id
    named = any(me in c.receivers.agencies for c in consents)
    parts = {
        Part.PARTY: involvement != "none",
        Part.HOLDER: person.holder_agency_id == me,
        Part.NAMED: named,
    }
    limited = involvement == "themes" and not named
    return Facts(
        kind=RecordKind.PERSON,
        record_id=person.id,
        found=True,
        holder_agency_id=person.holder_agency_id,
        person_id=person.id,
        parts=frozenset(p for p, has in parts.items() if has),
        department=person.department,
        consents=tuple(consents),
        provisions=tuple(provisions),
        profile=frozenset({D0, DataClass.D1, DataClass.D2}) if limited else None,
    )


def decided(
    asked: Asked, permission: Permission, facts: Facts, shows: type[Disclosable] | None
) -> tuple[Permit, DecidedEntry] | None:
    """The permit and its entry; None where there is no permit."""
    conflicts = {"conflicts": asked.actor.conflicts & {facts.person_id}}
    question = Question(
        actor=asked.actor.model_copy(update=conflicts),
        permission=permission,
        facts=facts,
        at=asked.now,
        law=asked.law.in_force(asked.today, asked.actor.municipality_code),
        discharges=DUTIES,
    )
    permit = decide(question)
    if isinstance(permit, Deny):
        return None
    classes = permit.classes & frozenset(field_classes(shows).values()) if shows else {D0}
    actor = asked.actor
    entry = DecidedEntry(
        id=new_id(),
        attempt_id=asked.attempt_id,
        at=asked.now,
        actor_kind=actor.kind,
        iss=actor.iss,
        sub=actor.sub,
        client_id=actor.client_id,
        agency_id=actor.agency_id,
        position_id=actor.position_ids[0],
        roles=tuple(sorted(r.value for r in actor.roles)),
        purpose=actor.purpose.value if actor.purpose else None,
        action=permission.value,
        record_kind=facts.kind.value,
        record_id=facts.record_id,
        holder_agency_id=facts.holder_agency_id,
        person_id=facts.person_id,
        request_id=asked.request_id,
        token_id=actor.jti,
        remote=asked.remote,
        outcome=Outcome.ALLOWED,
        basis=permit.basis.value,
        rules=tuple(r.value for r in permit.rules),
        consent_ids=permit.consent_ids,
        data_classes=tuple(sorted(c.value for c in classes)),
        fields=fields_shown(shows, permit.classes) if shows else (),
        law=permit.law,
        obligations=tuple(o.duty.value for o in permit.obligations),
        question=question.kept(),
    )
    return permit, entry


def shown(
    asked: Asked, referral: Referral, permit: Permit, labels: StatusLabels
) -> dict[str, object]:
    """The referral as far as the permit opens it."""
    owner = referral.owner_agency_id
    return show_referral(referral, permit) | {
        "status_ja": referral.status.label_ja,
        "status_local": labels.of(referral.status),
        "owner_agency_id": str(owner) if owner else None,
        "turn": referral.turn.acts.value if referral.turn else None,
        "next": open_acts(asked.actor, referral),
    }


class Cursors:
    """Where a page goes on: sealed, and good for this caller and this list alone."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def read(self, cursor: str | None, asked: Asked) -> UUID | None:
        if cursor is None:
            return None
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        after = UUID(bytes=raw[:16])
        if not hmac.compare_digest(raw[16:], self._seal(after, asked.actor)):
            raise Refused(400, "not your cursor")
        return after

    def write(
        self, after: UUID, actor: Actor, path: str = INBOX, query: Sequence[Any] = ASKED
    ) -> str:
        key, who = self._key, (actor.iss, actor.sub, actor.agency_id)
        return written(after, sealed(key, after, *who, path=path, query=query))

    def _seal(self, after: UUID, actor: Actor) -> bytes:
        return sealed(self._key, after, actor.iss, actor.sub, actor.agency_id)


def sealed(
    key: bytes,
    after: UUID,
    iss: str,
    sub: str,
    agency_id: UUID | None,
    *,
    path: str = INBOX,
    query: Sequence[Any] = ASKED,
) -> bytes:
    """The seal that the service itself puts on a cursor."""
    parts = [iss, sub, str(agency_id), path, repr(list(query))]
    return hmac.new(key, "\n".join(parts).encode() + after.bytes, hashlib.sha256).digest()[:16]


def written(after: UUID, seal: bytes) -> str:
    """A cursor as it travels."""
    return base64.urlsafe_b64encode(after.bytes + seal).decode().rstrip("=")


def answer_hash(path: str, purpose: str, body: bytes) -> bytes:
    """What a key of a POST stands for."""
    return hashlib.sha256(f"POST {path}\n{purpose}\n".encode() + body).digest()


class Drafted(NamedTuple):
    """A draft, and the first line of its history."""

    referral: Referral
    event: ReferralEvent


def drafted(
    asked: Asked,
    command: MakeReferral,
    desk: Desk,
    *,
    hub: UUID | None,
    policy: ReferralPolicy,
    closed: Closed,
) -> Drafted:
    """The record that a draft makes, by the domain's own rules."""
    referral = Referral.model_validate(
        command.model_dump()
        | {
            "id": new_id(),
            "municipality_code": asked.actor.municipality_code,
            "from_agency_id": asked.agency_id,
            "from_position_id": asked.actor.position_ids[0],
            "to_agency_id": desk.agency_id,
            "to_desk_id": desk.id,
            "hub_agency_id": hub,
            "made_at": asked.now,
        }
    )
    check_receiver(referral, desk.agency_id)
    turn = referral.turn
    assert turn is not None
    term = policy.term(turn.clock, referral.urgency)
    referral = referral.but(due_at=term.ends(asked.now, closed))
    event = ReferralEvent(
        id=new_id(),
        referral_id=referral.id,
        number=1,
        at=asked.now,
        act="draft",
        from_status=None,
        to_status=referral.status,
        by_agency_id=asked.agency_id,
        by_position_id=asked.actor.position_ids[0],
        to_agency_id=desk.agency_id,
    )
    return Drafted(referral, event)


def receipt(
    asked: Asked, referral: Referral, labels: StatusLabels, capacity: DeskCapacity | None
) -> dict[str, Any]:
    """What a draft is answered with."""
    body = disclose(referral, frozenset({D0}))
    del body["withheld"]
    return body | {
        "status_ja": referral.status.label_ja,
        "status_local": labels.of(referral.status),
        "next": open_acts(asked.actor, referral),
        "warnings": warnings_of(capacity),
    }
