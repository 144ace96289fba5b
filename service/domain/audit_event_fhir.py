"""Audit entries as FHIR R4 ``AuditEvent`` after IHE BALP 1.1, in one ``Bundle``.

Sources: hl7.org/fhir/R4/auditevent.html; profiles.ihe.net/ITI/BALP, ``IHE.BasicAudit.*``. A
person is named by the pseudonym towards the agency that reads, never by the id. What a search
asked for is not in the log: BALP's ``query`` says that it is masked.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from service.domain.audit import AuditEntry, Outcome
from service.domain.audit_copy import form_in
from service.domain.audit_event_codes import (
    OUTCOMES,
    PARTS,
    PATTERNS,
    ROLE_IDS,
    Interaction,
    Pattern,
    interaction_of,
)
from service.domain.audit_seen import as_seen_by, concealed_from
from service.domain.decision import Basis
from service.domain.permission import PURPOSE_JA, Permission, Purpose

_PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_HL7 = "http://terminology.hl7.org/CodeSystem/"
_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

#: Purposes that FHIR has a code for; ours is said in any case.
_REASONS: dict[Purpose, tuple[str, str]] = {
    Purpose.ACCESS_REQUEST: ("PATRQT", "patient requested"),
}
_BREAK_GLASS = ("BTG", "break the glass")


class Reader(NamedTuple):
    """For whom the events are written, and what they are told of the service."""

    agency_id: UUID
    #: The identifier of the service (the audience of its tokens).
    server: str
    pseudonym: Callable[[UUID], str]


def bundle_of(
    entries: Iterable[AuditEntry], reader: Reader, *, bundle_id: UUID, at: datetime
) -> dict[str, Any]:
    """The entries as one collection, in the order in which they come."""
    return {
        "resourceType": "Bundle",
        "id": str(bundle_id),
        "type": "collection",
        "timestamp": at.isoformat(),
        "entry": [
            {"fullUrl": f"urn:uuid:{e.id}", "resource": event_of(e, reader)} for e in entries
        ],
    }


def event_of(entry: AuditEntry, reader: Reader) -> dict[str, Any]:
    """One entry as the reader may have it."""
    hidden = concealed_from(entry, reader.agency_id)
    seen = as_seen_by(entry, reader.agency_id)
    interaction = interaction_of(seen)
    pattern = PATTERNS[interaction]
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": str(seen.id),
        "type": _coding(f"{_HL7}audit-event-type", "rest", "Restful Operation"),
        "subtype": _subtypes(seen, pattern),
        "action": interaction.value,
        "recorded": seen.at.isoformat(),
        "outcome": OUTCOMES[seen.outcome],
        "purposeOfEvent": _purposes(seen),
        "agent": _agents(seen, pattern, reader),
        "source": {
            "site": reader.server,
            "observer": _named("urn:ietf:rfc:3986", reader.server, "Tsunagi"),
            "type": [_coding(f"{_HL7}security-source-type", "4", "Application Server")],
        },
        "entity": _entities(seen, interaction, reader, hidden=hidden),
    }
    if seen.outcome is not Outcome.ALLOWED:
        event["outcomeDesc"] = " ".join((seen.outcome.value, *seen.rules))
    if seen.outcome is Outcome.ALLOWED and seen.remote:
        # The profiles are of what succeeded, and of somebody on the network.
        patient = "Patient" if seen.person_id is not None else ""
        event["meta"] = {"profile": [f"{_PROFILE}{patient}{pattern.profile}"]}
    return {name: value for name, value in event.items() if value != []}


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}


def _concept(system: str, code: str, display: str) -> dict[str, Any]:
    return {"coding": [_coding(system, code, display)]}


def _named(system: str, value: str, display: str | None = None) -> dict[str, Any]:
    told: dict[str, Any] = {"identifier": {"system": system, "value": value}}
    return told | ({"display": display} if display else {})


def _subtypes(entry: AuditEntry, pattern: Pattern) -> list[dict[str, str]]:
    subtypes = [
        _coding("http://hl7.org/fhir/restful-interaction", pattern.subtype, pattern.subtype),
        _coding("urn:tsunagi:action", entry.action, Permission(entry.action).label_ja),
    ]
    form = form_in(entry.fields)
    if form is not None or entry.action == Permission.DISCLOSURE_EXPORT:
        subtypes.append(_coding(_DCM, "110106", "Export"))
    return subtypes


def _purposes(entry: AuditEntry) -> list[dict[str, Any]]:
    found = []
    if entry.purpose is not None:
        purpose = Purpose(entry.purpose)
        codings = [_coding("urn:tsunagi:purpose", purpose.value, PURPOSE_JA[purpose])]
        if purpose in _REASONS:
            codings.append(_coding(f"{_HL7}v3-ActReason", *_REASONS[purpose]))
        found.append({"coding": codings})
    if entry.basis == Basis.LIFE or entry.action == Permission.EMERGENCY_TAKE:
        found.append(_concept(f"{_HL7}v3-ActReason", *_BREAK_GLASS))
    return found


def _agents(entry: AuditEntry, pattern: Pattern, reader: Reader) -> list[dict[str, Any]]:
    human = entry.actor_kind in ("staff", "person") and entry.sub is not None
    client = {
        "type": _concept(_DCM, pattern.client, ROLE_IDS[pattern.client]),
        "who": _named("urn:tsunagi:client", entry.client_id or "unknown"),
        "requestor": not human,
        "network": {"address": entry.remote, "type": "2"} if entry.remote else None,
    }
    server = {
        "type": _concept(_DCM, pattern.server, ROLE_IDS[pattern.server]),
        "who": _named("urn:ietf:rfc:3986", reader.server, "Tsunagi"),
        "requestor": False,
        "network": {"address": reader.server, "type": "5"},
    }
    if not human:
        client |= _authority(entry)
    agents = [{k: v for k, v in client.items() if v is not None}, server]
    if human:
        agents.append(
            {
                "type": _concept(f"{_HL7}v3-ParticipationType", pattern.user, PARTS[pattern.user]),
                "who": _named(entry.iss or "urn:tsunagi:subject", entry.sub or ""),
                "requestor": True,
            }
            | _authority(entry)
        )
    return agents


def _authority(entry: AuditEntry) -> dict[str, Any]:
    """In which position, for what, and on which basis: the law's code, consents, the decision's law."""
    policies = [f"urn:tsunagi:basis:{entry.basis}"] if entry.basis else []
    policies += [f"urn:uuid:{consent_id}" for consent_id in entry.consent_ids]
    roles = [{"coding": [{"system": "urn:tsunagi:role", "code": r}]} for r in entry.roles]
    if entry.agency_id is not None:
        agency = {"system": "urn:tsunagi:agency", "code": str(entry.agency_id)}
        roles.append({"coding": [agency]})
    told: dict[str, Any] = {
        "altId": str(entry.position_id) if entry.position_id else None,
        "role": roles,
        "policy": policies,
        "purposeOfUse": _purposes(entry),
    }
    return {name: value for name, value in told.items() if value}


def _entities(
    entry: AuditEntry, interaction: Interaction, reader: Reader, *, hidden: bool
) -> list[dict[str, Any]]:
    entities: list[dict[str, Any]] = []
    if entry.person_id is not None:
        entities.append(
            {
                "what": {"type": "Patient"} | _person(entry.person_id, reader),
                "type": _coding(f"{_HL7}audit-entity-type", "1", "Person"),
                "role": _coding(f"{_HL7}object-role", "1", "Patient"),
            }
        )
    thing = _coding(f"{_HL7}audit-entity-type", "2", "System Object")
    if interaction is Interaction.QUERY:
        masked = {"extension": [{"url": _ABSENT, "valueCode": "masked"}]}
        query = _coding(f"{_HL7}object-role", "24", "Query")
        entities.append(
            {"type": thing, "role": query, "description": entry.record_kind, "_query": masked}
        )
    else:
        labels = [
            {"system": "urn:tsunagi:data-class", "code": c} for c in sorted(entry.data_classes)
        ]
        data = {
            "what": _record(entry, reader, hidden=hidden),
            "type": thing,
            "role": _coding(f"{_HL7}object-role", "4", "Domain Resource"),
        }
        entities.append(data | ({"securityLabel": labels} if labels else {}))
    entities.append(
        {
            "what": _named("urn:tsunagi:request", entry.request_id),
            "type": {"system": _BALP_ENTITY, "code": "XrequestId"},
        }
    )
    return entities


def _person(person_id: UUID, reader: Reader) -> dict[str, Any]:
    return _named(f"urn:tsunagi:pseudonym:{reader.agency_id}", reader.pseudonym(person_id))


def _record(entry: AuditEntry, reader: Reader, *, hidden: bool) -> dict[str, Any]:
    """The record. An id that is a person's, or may be one, is not written out."""
    if entry.record_id is None:
        return {"display": entry.record_kind}
    persons = entry.record_kind == "person" or entry.record_id == entry.person_id
    if persons or hidden:
        return _person(entry.record_id, reader) | {"display": entry.record_kind}
    system = f"urn:tsunagi:record:{entry.record_kind}"
    return _named(system, str(entry.record_id), entry.record_kind)
