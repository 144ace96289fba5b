"""The audit entry: who, when, what, whose data, why, and with what outcome (brief §2.9).

One entry per person per access, allowed or denied. It never holds free text of a case.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from service.domain.decision import POLICY_VERSION
from service.domain.disclosure import D0, D7, Disclosable


class Outcome(StrEnum):
    """What became of the access."""

    ALLOWED = "allowed"
    MASKED = "masked"
    """Permitted to know that something is there, not what it is."""
    DENIED = "denied"
    FAILED = "failed"
    REPLAYED = "replayed"
    """Answered again from the first answer (Idempotency-Key)."""


class AuditEntry(Disclosable):
    """One access to one person's data, or to a record about nobody."""

    id: Annotated[UUID, D0]
    #: The same for all entries of one request, also when it is tried again inside.
    attempt_id: Annotated[UUID, D0]
    at: Annotated[datetime, D0]
    actor_kind: Annotated[Literal["staff", "partner", "person", "system", "unknown"], D0]
    iss: Annotated[str | None, D0] = None
    sub: Annotated[str | None, D0] = None
    client_id: Annotated[str | None, D0] = None
    agency_id: Annotated[UUID | None, D0] = None
    position_id: Annotated[UUID | None, D0] = None
    roles: Annotated[tuple[str, ...], D0] = ()
    purpose: Annotated[str | None, D0] = None
    action: Annotated[str, D0]
    record_kind: Annotated[str, D0]
    record_id: Annotated[UUID | None, D0] = None
    #: Agency that holds the record; its auditor may read the entry too.
    holder_agency_id: Annotated[UUID | None, D0] = None
    person_id: Annotated[UUID | None, D0] = None
    data_classes: Annotated[tuple[str, ...], D0] = ()
    fields: Annotated[tuple[str, ...], D0] = ()
    outcome: Annotated[Outcome, D0]
    basis: Annotated[str | None, D0] = None
    rules: Annotated[tuple[str, ...], D0] = ()
    consent_ids: Annotated[tuple[str, ...], D0] = ()
    conference_id: Annotated[UUID | None, D0] = None
    #: The version of the law that the basis rested on, and the duties that came with it.
    law: Annotated[str | None, D0] = None
    obligations: Annotated[tuple[str, ...], D0] = ()
    policy_version: Annotated[str, D0] = POLICY_VERSION
    request_id: Annotated[str, D0]
    #: Token id; the token itself is never kept.
    token_id: Annotated[str | None, D0] = None
    remote: Annotated[str | None, D0] = None


class SeenEntry(AuditEntry):
    """An entry as it is listed, with what is known of its answer."""

    #: True: the answer was handed to the network to its last byte. Empty: it is not known to have
    #: left. Noted beside the log, and not sealed in it.
    answered: Annotated[Literal[True] | None, D0] = None


class DecidedEntry(AuditEntry):
    """An entry with what its decision was made on, so that it can be made again (checklist Z11)."""

    #: The access question as JSON; empty where nothing was decided (a refused token, a failure).
    question: Annotated[str | None, D7] = None


class AccessReportLine(Disclosable):
    """One line of "who saw my data": by agency, not by staff name (brief §2.8)."""

    at: Annotated[datetime, D0]
    agency_id: Annotated[UUID | None, D0]
    agency_name: Annotated[str | None, D0]
    action: Annotated[str, D0]
    action_ja: Annotated[str, D0]
    purpose: Annotated[str | None, D0]
    purpose_ja: Annotated[str | None, D0]
    basis: Annotated[str | None, D0]
    basis_ja: Annotated[str | None, D0]
    data_classes: Annotated[tuple[str, ...], D0]
    outcome: Annotated[Outcome, D0]
