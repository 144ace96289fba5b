"""What one request carries: the actor, the instant, the unit of work, and its audit entries.

Every use case passes through ``enforce`` (one record, or a refusal) or ``may`` (one of
many). Both note the audit entry; nothing is shown that was not noted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NoReturn
from uuid import UUID

from service.application.ports import UnitOfWork
from service.domain.access import (
    KIND_OF_NOUN,
    Facts,
    Part,
    Question,
    RecordKind,
    decide,
    gate,
    no_basis,
)
from service.domain.actor import Actor
from service.domain.audit import AuditEntry, Outcome
from service.domain.calendar_jp import jst_date
from service.domain.decision import Deny, Permit, Rule
from service.domain.disclosure import (
    D0,
    Classes,
    DataClass,
    Disclosable,
    disclose,
    field_classes,
    fields_shown,
)
from service.domain.errors import Concealed, Denied, Stale
from service.domain.permission import Permission, Purpose
from service.domain.policy import Closed


@dataclass(frozen=True)
class Shown:
    """What the caller gets to see of one record, or the receipt of what was done."""

    body: dict[str, Any]
    version: int | None = None
    record_id: UUID | None = None


@dataclass(frozen=True)
class Page:
    """A page of a list; ``last`` is where the next one goes on, if there is one."""

    items: Sequence[dict[str, Any]]
    last: UUID | None = None


@dataclass(frozen=True)
class Trace:
    """Where the request came from, for the log."""

    request_id: str
    attempt_id: UUID
    remote: str | None = None


@dataclass
class Context:
    """One request under way."""

    actor: Actor
    now: datetime
    work: UnitOfWork
    trace: Trace
    new_id: Callable[[], UUID]
    closed: Closed
    #: The version the caller says it has seen (``If-Match``).
    expected_version: int | None = None
    entries: list[AuditEntry] = field(default_factory=list)
    #: Entries of refusals; they are committed although everything else is undone.
    refusals: list[AuditEntry] = field(default_factory=list)

    @property
    def today(self) -> date:
        """The business day, in Japan."""
        return jst_date(self.now)

    @property
    def agency_id(self) -> UUID:
        """The agency the caller acts for."""
        if self.actor.agency_id is None:
            raise Denied("actor.no_agency", rule=Rule.ACTOR_NO_POSITION)
        return self.actor.agency_id

    @property
    def position_id(self) -> UUID | None:
        """The caller's position, for the record of who did it."""
        return self.actor.position_ids[0] if self.actor.position_ids else None

    @property
    def municipality_code(self) -> str:
        """The municipality of the caller's agency."""
        if self.actor.municipality_code is None:
            raise Denied("actor.no_agency", rule=Rule.ACTOR_NO_POSITION)
        return self.actor.municipality_code

    def enforce(
        self,
        permission: Permission,
        facts: Facts,
        *,
        shows: type[Disclosable] | None = None,
        needs: DataClass = D0,
    ) -> Permit:
        """The permit, noted in the audit log; or the refusal, noted as well, and raised.

        A permit that does not open the class ``needs`` is none: where the record itself is
        the secret, its bare fact is not shown either.
        """
        permit = self.require(permission, facts)
        if not permit.sees(needs):
            self.refuse(permission, facts, no_basis(facts))
        self._note(permission, facts, permit, Outcome.ALLOWED, shows)
        return permit

    def require(self, permission: Permission, facts: Facts) -> Permit:
        """The permit, or the refusal, noted and raised; for what another entry of this access tells.

        There is one entry per person per access: a plan that is put on an agenda together
        with its person is told of by the person's entry.
        """
        decision = self._decide(permission, facts)
        if isinstance(decision, Deny):
            self.refuse(permission, facts, decision)
        return decision

    def may(
        self,
        permission: Permission,
        facts: Facts,
        *,
        shows: type[Disclosable],
        needs: DataClass = D0,
    ) -> Permit | None:
        """The permit for one of many records, if it opens at least the class ``needs``.

        Without one the record is left out, and nothing is on record of it.
        """
        decision = self._decide(permission, facts)
        if not isinstance(decision, Permit) or not decision.sees(needs):
            return None
        self._note(permission, facts, decision, Outcome.ALLOWED, shows)
        return decision

    def may_all(
        self,
        permission: Permission,
        about: Sequence[Facts],
        *,
        shows: type[Disclosable],
        needs: DataClass,
        purpose: Purpose | None = None,
    ) -> list[Permit] | None:
        """Permits for everybody that one thing is about, or ``None``: then its place is empty.

        One person who may not be shown closes it, and it is on record as closed for all.
        """
        decisions = [self._decide(permission, facts, purpose) for facts in about]
        permits = [d for d in decisions if isinstance(d, Permit) and d.sees(needs)]
        closed = len(permits) < len(about)
        for facts, decision in zip(about, decisions, strict=True):
            if not closed and isinstance(decision, Permit):
                self._note(permission, facts, decision, Outcome.ALLOWED, shows)
                continue
            deny = decision if isinstance(decision, Deny) else no_basis(facts)
            self.entries.append(self._refusal_entry(permission, facts, deny, Outcome.MASKED))
        return None if closed else permits

    def classes_of(self, permission: Permission, facts: Facts, purpose: Purpose) -> Classes:
        """What a record opens that is shown as a part of another, whose entry tells of it."""
        decision = self._decide(permission, facts, purpose)
        return decision.classes if isinstance(decision, Permit) else frozenset()

    def note_list(self, permission: Permission) -> None:
        """Note that a list was read, even when nobody was on it."""
        if not self.entries:
            facts = Facts(
                kind=_kind_of(permission),
                found=True,
                holder_agency_id=self.actor.agency_id,
                parts=frozenset({Part.HOLDER}),
            )
            self.enforce(permission, facts)

    def begin(self, permission: Permission) -> None:
        """Pass the gates before anything is looked up: position, permission, scope, purpose."""
        refused = gate(self.actor, permission)
        if refused is not None:
            self.refuse(permission, Facts(kind=_kind_of(permission)), refused)

    def refuse(self, permission: Permission, facts: Facts, deny: Deny) -> NoReturn:
        """Note the denial and raise it, in the words that may be told."""
        self.refusals.append(self._refusal_entry(permission, facts, deny, Outcome.DENIED))
        remedies = [r.value for r in deny.remedies]
        if deny.conceal:
            raise Concealed("record.not_found", remedies=remedies)
        raise Denied(deny.rule.value, rule=deny.rule.value, remedies=remedies)

    def refuse_transfer(self, permission: Permission, facts: Facts) -> None:
        """Note that data was not handed over, because nothing covers its receiver."""
        deny = Deny(rule=Rule.CONSENT_COVERS_RECEIVER)
        self.refusals.append(self._refusal_entry(permission, facts, deny, Outcome.DENIED))

    def check_version(self, version: int) -> None:
        """Refuse to change something the caller has not seen as it is now."""
        if self.expected_version is not None and self.expected_version != version:
            raise Stale("record.changed_meanwhile")

    def receipt(self, value: Disclosable, **more: Any) -> Shown:
        """What an act is answered with: the administrative part, nothing personal (class D0)."""
        body = disclose(value, frozenset({D0}))
        del body["withheld"]
        return Shown(
            body=body | more,
            version=getattr(value, "version", None),
            record_id=getattr(value, "id", None),
        )

    def undone(self, permission: Permission) -> list[AuditEntry]:
        """The entries of a request that was undone: its denials, or else what it had tried."""
        if self.refusals:
            return self.refusals
        tried = [e.but(outcome=Outcome.FAILED, data_classes=(), fields=()) for e in self.entries]
        return tried or [
            self._entry(permission, Facts(kind=_kind_of(permission)), outcome=Outcome.FAILED)
        ]

    def replayed(self, permission: Permission) -> list[AuditEntry]:
        """The entry for an answer that is given again."""
        return [self._entry(permission, Facts(kind=_kind_of(permission)), outcome=Outcome.REPLAYED)]

    def _decide(
        self, permission: Permission, facts: Facts, purpose: Purpose | None = None
    ) -> Permit | Deny:
        actor = (
            self.actor if purpose is None else self.actor.model_copy(update={"purpose": purpose})
        )
        return decide(Question(actor=actor, permission=permission, facts=facts, day=self.today))

    def _note(
        self,
        permission: Permission,
        facts: Facts,
        permit: Permit,
        outcome: Outcome,
        shows: type[Disclosable] | None,
    ) -> None:
        classes = (
            permit.classes & frozenset(field_classes(shows).values()) if shows else frozenset({D0})
        )
        self.entries.append(
            self._entry(
                permission,
                facts,
                outcome=outcome,
                basis=permit.basis.value,
                rules=tuple(r.value for r in permit.rules),
                consent_ids=permit.consent_ids,
                data_classes=tuple(sorted(c.value for c in classes)),
                fields=fields_shown(shows, permit.classes) if shows else (),
            )
        )

    def _refusal_entry(
        self, permission: Permission, facts: Facts, deny: Deny, outcome: Outcome
    ) -> AuditEntry:
        return self._entry(permission, facts, outcome=outcome, rules=(deny.rule.value,))

    def _entry(self, permission: Permission, facts: Facts, **decided: Any) -> AuditEntry:
        return AuditEntry(
            id=self.new_id(),
            attempt_id=self.trace.attempt_id,
            at=self.now,
            actor_kind=self.actor.kind,
            iss=self.actor.iss,
            sub=self.actor.sub,
            client_id=self.actor.client_id,
            agency_id=self.actor.agency_id,
            position_id=self.position_id,
            roles=tuple(sorted(r.value for r in self.actor.roles)),
            purpose=self.actor.purpose.value if self.actor.purpose else None,
            action=permission.value,
            record_kind=facts.kind.value,
            record_id=facts.record_id,
            holder_agency_id=facts.holder_agency_id,
            person_id=facts.person_id,
            conference_id=facts.conference_id,
            request_id=self.trace.request_id,
            token_id=self.actor.jti,
            remote=self.trace.remote,
            **decided,
        )


def _kind_of(permission: Permission) -> RecordKind:
    return KIND_OF_NOUN[permission.value.split(".")[0]]
