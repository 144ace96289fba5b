"""What one request carries: the actor, the instant, the unit of work, and its audit entries.

Every use case passes through ``enforce`` (one record, or a refusal) or ``may`` (one of
many). Both note the audit entry; nothing is shown that was not noted.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, NoReturn
from uuid import UUID

from service.application.ports import UnitOfWork
from service.application.questions import Questions
from service.domain.access import (
    KIND_OF_NOUN,
    Facts,
    Part,
    Question,
    RecordKind,
    consented,
    decide,
    gate,
)
from service.domain.actor import Actor
from service.domain.audit import DecidedEntry, Outcome
from service.domain.calendar_jp import jst_date
from service.domain.consent import Recipient
from service.domain.decision import Decision, Deny, Permit, Rule
from service.domain.disclosure import (
    D0,
    Classes,
    DataClass,
    Disclosable,
    classes_shown,
    disclose,
    fields_shown,
)
from service.domain.errors import Concealed, Denied, Stale, Unauthenticated
from service.domain.law import LawBook
from service.domain.permission import Permission, Purpose
from service.domain.pseudonym import Pseudonyms
from service.domain.term import Closed


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
    #: What is said of the whole list, whatever the page.
    more: Mapping[str, Any] = field(default_factory=dict)


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
    #: The law as it stands, for the bases in force.
    law: LawBook
    pseudonyms: Pseudonyms
    #: The version the caller says it has seen (``If-Match``).
    expected_version: int | None = None
    entries: list[DecidedEntry] = field(default_factory=list)
    #: Entries of refusals; they are committed although everything else is undone.
    refusals: list[DecidedEntry] = field(default_factory=list)

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
        purpose: Purpose | None = None,
    ) -> Permit:
        """The permit, noted in the audit log; or the refusal, noted as well, and raised.

        A permit that does not open the class ``needs`` is none: where the record itself is
        the secret, its bare fact is not shown either.
        """
        question = self._questions.about(permission, facts, purpose, needs=needs)
        permit = self._require(question)
        self._note(question, permit, shows)
        return permit

    def require(self, permission: Permission, facts: Facts) -> Permit:
        """The permit, or the refusal, noted and raised; for what another entry of this access tells.

        There is one entry per person per access: a plan that is put on an agenda together
        with its person is told of by the person's entry.
        """
        return self._require(self._questions.about(permission, facts))

    def require_transfer(
        self,
        permission: Permission,
        facts: Facts,
        receiver: Recipient | None,
        *,
        purpose: Purpose,
        code: str,
        field: str,
        wanted: Classes = frozenset(),
    ) -> None:
        """Refuse to hand a person on to an agency that no basis covers, and say what would help."""
        if receiver is None:
            raise Denied(code, field=field, rule=Rule.CONSENT_COVERS_RECEIVER)
        question = self._questions.about(
            permission, facts, purpose, receiver=receiver, wanted=wanted
        )
        decision = decide(question)
        if isinstance(decision, Permit):
            return
        if decision.rule is not Rule.CONSENT_COVERS_RECEIVER:
            self._refuse(question, decision)
        self.refusals.append(self._denial(question, decision))
        remedies = [r.value for r in decision.remedies]
        raise Denied(code, field=field, rule=decision.rule, remedies=remedies)

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
        question = self._questions.about(permission, facts, needs=needs)
        decision = decide(question)
        if isinstance(decision, Deny):
            return None
        self._note(question, decision, shows)
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
        questions = [self._questions.about(permission, f, purpose, needs=needs) for f in about]
        decisions = [decide(q) for q in questions]
        permits = [d for d in decisions if isinstance(d, Permit)]
        closed = len(permits) < len(about)
        for question, decision in zip(questions, decisions, strict=True):
            if not closed and isinstance(decision, Permit):
                self._note(question, decision, shows)
                continue
            deny = (
                decision
                if isinstance(decision, Deny)
                else Deny(rule=Rule.ITEM_CLOSED_BY_ANOTHER, conceal=True)
            )
            self.entries.append(self._denial(question, deny, Outcome.MASKED))
        return None if closed else permits

    def classes_of(self, permission: Permission, facts: Facts, purpose: Purpose) -> Classes:
        """What a record opens that is shown as a part of another, whose entry tells of it."""
        decision = decide(self._questions.about(permission, facts, purpose))
        return decision.classes if isinstance(decision, Permit) else frozenset()

    def would(
        self,
        permission: Permission,
        facts: Facts,
        *,
        needs: DataClass = D0,
        purpose: Purpose | None = None,
        receiver: Recipient | None = None,
        wanted: Classes = frozenset(),
    ) -> Decision:
        """What the decision would be; nothing is shown and nothing noted (``explanations``)."""
        return decide(
            self._questions.about(
                permission, facts, purpose, needs=needs, receiver=receiver, wanted=wanted
            )
        )

    def classes_by_consent(self, permission: Permission, facts: Facts) -> Classes:
        """What the person's consents alone open to the caller."""
        return consented(self._questions.about(permission, facts))[0]

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
            self._refuse(
                self._questions.about(permission, Facts(kind=_kind_of(permission))), refused
            )

    def refuse(self, permission: Permission, facts: Facts, deny: Deny) -> NoReturn:
        """Note the denial and raise it, in the words that may be told."""
        self._refuse(self._questions.about(permission, facts), deny)

    def _refuse(self, question: Question, deny: Deny) -> NoReturn:
        self.refusals.append(self._denial(question, deny))
        remedies = [r.value for r in deny.remedies]
        if deny.rule is Rule.ACTOR_LOGIN_TOO_OLD:
            raise Unauthenticated("token.login_too_old", rule=deny.rule.value, remedies=remedies)
        if deny.conceal:
            raise Concealed("record.not_found", remedies=remedies)
        raise Denied(deny.rule.value, rule=deny.rule.value, remedies=remedies)

    def require_agreed(
        self, permission: Permission, facts: Facts, *, purpose: Purpose, code: str, field: str
    ) -> None:
        """Refuse to have a person talked about beyond the agency without their agreement."""
        question = self._questions.about(permission, facts, purpose, shared=True)
        decision = decide(question)
        if isinstance(decision, Permit):
            return
        if decision.rule is not Rule.CONSENT_COVERS_RECEIVER:
            self._refuse(question, decision)
        self.refusals.append(self._denial(question, decision))
        remedies = [r.value for r in decision.remedies]
        raise Denied(code, field=field, rule=decision.rule, remedies=remedies)

    def note_held_back(self, permission: Permission, facts: Facts, count: int) -> None:
        """Note that lines of a report were held back; the report itself says nothing of it."""
        deny = Deny(rule=Rule.REPORT_HELD_BACK, conceal=True)
        entry = self._denial(self._questions.about(permission, facts), deny, Outcome.MASKED)
        self.entries.append(entry.but(fields=(f"held_back:{count}",), question=None))

    def as_actor(self, actor: Actor) -> "Context":
        """The same request as if somebody else made it; what it notes is thrown away."""
        return replace(self, actor=actor, entries=[], refusals=[], expected_version=None)

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

    def undone(self, permission: Permission) -> list[DecidedEntry]:
        """The entries of a request that was undone: its denials, or else what it had tried."""
        if self.refusals:
            return self.refusals
        tried = [e.but(outcome=Outcome.FAILED, data_classes=(), fields=()) for e in self.entries]
        return tried or [
            self._entry(permission, Facts(kind=_kind_of(permission)), outcome=Outcome.FAILED)
        ]

    def replayed(self, permission: Permission) -> list[DecidedEntry]:
        """The entry for an answer that is given again."""
        return [self._entry(permission, Facts(kind=_kind_of(permission)), outcome=Outcome.REPLAYED)]

    @cached_property
    def _questions(self) -> Questions:
        return Questions(self.actor, self.now, self.law)

    def _require(self, question: Question) -> Permit:
        decision = decide(question)
        if isinstance(decision, Deny):
            self._refuse(question, decision)
        return decision

    def _note(self, question: Question, permit: Permit, shows: type[Disclosable] | None) -> None:
        self.entries.append(
            self._entry(
                question.permission,
                question.facts,
                outcome=Outcome.ALLOWED,
                basis=permit.basis.value,
                rules=tuple(r.value for r in permit.rules),
                consent_ids=permit.consent_ids,
                data_classes=classes_shown(shows, permit.classes) if shows else (D0.value,),
                fields=fields_shown(shows, permit.classes) if shows else (),
                law=permit.law,
                obligations=tuple(o.duty.value for o in permit.obligations),
                question=self._questions.kept(question),
            )
        )

    def _denial(
        self, question: Question, deny: Deny, outcome: Outcome = Outcome.DENIED
    ) -> DecidedEntry:
        return self._entry(
            question.permission,
            question.facts,
            outcome=outcome,
            rules=(deny.rule.value,),
            question=self._questions.kept(question),
        )

    def _entry(self, permission: Permission, facts: Facts, **decided: Any) -> DecidedEntry:
        return self._whose.model_copy(
            update={
                "id": self.new_id(),
                "action": permission.value,
                "record_kind": facts.kind.value,
                "record_id": facts.record_id,
                "holder_agency_id": facts.holder_agency_id,
                "person_id": facts.person_id,
                "conference_id": facts.conference_id,
                **decided,
            }
        )

    @cached_property
    def _whose(self) -> DecidedEntry:
        """What all entries of the request say alike."""
        actor = self.actor
        return DecidedEntry(
            id=self.trace.attempt_id,
            attempt_id=self.trace.attempt_id,
            at=self.now,
            actor_kind=actor.kind,
            iss=actor.iss,
            sub=actor.sub,
            client_id=actor.client_id,
            agency_id=actor.agency_id,
            position_id=self.position_id,
            roles=tuple(sorted(r.value for r in actor.roles)),
            purpose=actor.purpose.value if actor.purpose else None,
            action="",
            record_kind="",
            outcome=Outcome.FAILED,
            request_id=self.trace.request_id,
            token_id=actor.jti,
            remote=self.trace.remote,
        )


def _kind_of(permission: Permission) -> RecordKind:
    return KIND_OF_NOUN[permission.value.split(".")[0]]
