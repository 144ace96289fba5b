"""Audit entries as FHIR: valid AuditEvents, in the patterns of BALP, and nobody's id in them.

What is validated: types, unknown elements and primitives that must be there, by fhir.resources,
whose R4B AuditEvent has the elements of R4 one by one (below); what the library lets pass (values
that must be there, codes with a required binding, the invariant sev-1) by ``r4_faults``; and what
the BALP 1.1 profiles fix beyond, written out here from IHE's own source. Not validated: external
terminologies, FHIRPath invariants of data types, slicing; those need HL7's own validator.
"""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import (
    AuditEvent,
    AuditEventAgent,
    AuditEventAgentNetwork,
    AuditEventEntity,
    AuditEventSource,
)
from fhir.resources.R4B.bundle import Bundle
from pydantic import ValidationError

from service.domain.audit import AuditEntry, Outcome
from service.domain.audit_copy import mark
from service.domain.audit_event_codes import (
    CREATES,
    OUTCOMES,
    PATTERNS,
    Interaction,
    interaction_of,
)
from service.domain.audit_event_fhir import Reader, bundle_of, event_of
from service.domain.permission import Permission
from service.domain.pseudonym import Pseudonyms
from service.domain.scope import scope_of

ME, HOLDER, PERSON, RECORD, POSITION, CONSENT = (uuid.uuid4() for _ in range(6))
NAMES = Pseudonyms(b"a key of the test's own")
READER = Reader(ME, "urn:tsunagi:api", lambda p: NAMES.of(ME, p))
SYSTEM = f"urn:tsunagi:pseudonym:{ME}"
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def entry(action: Permission = Permission.REFERRAL_READ, **more: Any) -> AuditEntry:
    said: dict[str, Any] = {
        "id": uuid.uuid4(),
        "attempt_id": uuid.uuid4(),
        "at": AT,
        "actor_kind": "staff",
        "iss": "https://login.example.jp",
        "sub": "sub-1",
        "client_id": "desk",
        "agency_id": ME,
        "position_id": POSITION,
        "roles": ("consultant",),
        "purpose": "consultation",
        "action": action.value,
        "record_kind": action.value.split(".")[0],
        "record_id": RECORD,
        "holder_agency_id": HOLDER,
        "person_id": PERSON,
        "data_classes": ("D0", "D1"),
        "outcome": Outcome.ALLOWED,
        "basis": "CONSENT",
        "rules": ("party.with_consent",),
        "consent_ids": (str(CONSENT),),
        "request_id": "req-1",
        "remote": "192.0.2.7",
    }
    return AuditEntry(**said | more)


REFUSED = {"outcome": Outcome.DENIED, "basis": None, "consent_ids": (), "data_classes": ()}
EXAMPLES = {
    "read": entry(),
    "create": entry(Permission.REFERRAL_DRAFT),
    "update": entry(Permission.REFERRAL_ACCEPT),
    "search": entry(Permission.PERSON_SEARCH, record_id=PERSON),
    "list": entry(record_id=None, person_id=None),
    "refused": entry(
        Permission.PERSON_READ, record_id=PERSON, rules=("record.no_basis",), **REFUSED
    ),
    "refused at ours": entry(
        holder_agency_id=ME, agency_id=HOLDER, rules=("record.no_basis",), **REFUSED
    ),
    "emergency": entry(Permission.EMERGENCY_TAKE, record_kind="provision", basis="LIFE"),
    "export": entry(Permission.DISCLOSURE_EXPORT, purpose="access_request", fields=("id",)),
    "print": entry(Permission.CONFERENCE_READ_PACKET, fields=("id", mark("pdf"))),
    "sweep": entry(
        Permission.CONSENT_EXPIRE,
        actor_kind="system",
        iss="urn:tsunagi:system",
        position_id=None,
        roles=(),
        remote=None,
    ),
    "unknown caller": entry(
        Permission.TOKEN_VERIFY,
        actor_kind="unknown",
        **dict.fromkeys(("iss", "sub", "client_id", "agency_id", "position_id", "record_id")),
        person_id=None,
        purpose=None,
        roles=(),
        record_kind="token",
        rules=("token.refused", "token.expired"),
        **REFUSED,
    ),
    "failed": entry(outcome=Outcome.FAILED),
    "masked": entry(outcome=Outcome.MASKED, rules=("item.closed_by_another",)),
    "replayed": entry(outcome=Outcome.REPLAYED),
}


def written(name: str) -> dict[str, Any]:
    return event_of(EXAMPLES[name], READER)


# The structure of R4.

R4 = {
    AuditEvent: "type subtype action period recorded outcome outcomeDesc purposeOfEvent agent source entity",
    AuditEventAgent: "type role who altId name requestor location policy media network purposeOfUse",
    AuditEventAgentNetwork: "address type",
    AuditEventSource: "site observer type",
    AuditEventEntity: "what type role lifecycle securityLabel name description query detail",
}
SHARED = {"id", "meta", "implicitRules", "language", "text", "contained"}
SHARED |= {"extension", "modifierExtension"}


@pytest.mark.parametrize("model", R4, ids=lambda m: m.__name__)
def test_the_library_checks_the_elements_of_r4(model: Any) -> None:
    """hl7.org/fhir/R4/auditevent.html, against the library's R4B."""
    assert set(model.elements_sequence()) - SHARED == set(R4[model].split())


def r4_faults(event: dict[str, Any]) -> list[str]:
    """What hl7.org/fhir/R4/auditevent.html demands and the library does not."""
    agents, entities = event.get("agent") or [], event.get("entity") or []
    kept = {
        "type 1..1": bool(event.get("type")),
        "action": event.get("action") in {*"CRUDE"},
        "outcome": event.get("outcome") in {"0", "4", "8", "12"},
        "agent 1..*": bool(agents),
        "agent.requestor 1..1": all(isinstance(a.get("requestor"), bool) for a in agents),
        "agent.network.type": all(
            a["network"]["type"] in {*"12345"} for a in agents if "network" in a
        ),
        "source.observer 1..1": bool((event.get("source") or {}).get("observer")),
        "sev-1: name or query": not [e for e in entities if {"name", "query"} <= set(e)],
        "nothing empty": not [k for k, v in event.items() if v in ([], {}, "", None)],
        "one who asked": sum(a.get("requestor", False) for a in agents) == 1,
    }
    return [name for name, holds in kept.items() if not holds]


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_event_is_an_audit_event(name: str) -> None:
    event = json.loads(json.dumps(written(name)))
    assert r4_faults(event) == []
    read = AuditEvent.model_validate(event)
    again = json.loads(read.model_dump_json(by_alias=True, exclude_none=True))
    assert set(again) == set(event)
    assert [len(again[many]) for many in ("agent", "entity", "subtype")] == [
        len(event[many]) for many in ("agent", "entity", "subtype")
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "X"},
        {"outcome": "9"},
        {"outcome": 0},
        {"recorded": "yesterday"},
        {"recorded": "2026-11-20T10:00:00"},
        {"recorded": None},
        {"type": None},
        {"agent": []},
        {"agent": [{"who": {"display": "x"}}]},
        {"source": None},
        {"entity": [{"what": 3}]},
        {"entity": [{"securityLabel": [{"coding": []}]}]},
        {"surprise": "x"},
    ],
    ids=str,
)
def test_what_is_no_audit_event_is_noticed(wrong: dict[str, Any]) -> None:
    """So that the test above can fail."""
    event = written("read") | wrong
    if not r4_faults(event):
        with pytest.raises(ValidationError):
            AuditEvent.model_validate(event)


def test_a_bundle_holds_them_in_order() -> None:
    bundle = bundle_of(EXAMPLES.values(), READER, bundle_id=uuid.uuid4(), at=AT)
    read = Bundle.model_validate(json.loads(json.dumps(bundle)))
    assert bundle["type"] == "collection"
    assert [e["resource"]["id"] for e in bundle["entry"]] == [str(e.id) for e in EXAMPLES.values()]
    assert [e.fullUrl for e in read.entry] == [f"urn:uuid:{e.id}" for e in EXAMPLES.values()]
    assert len({e["fullUrl"] for e in bundle["entry"]}) == len(EXAMPLES)


# The patterns of BALP 1.1: IHE.BasicAudit.{Patient,}{Create,Read,Update,Query}.

DCM = "http://dicom.nema.org/resources/ontology/DCM"
#: Profile: action, subtype, type of client, of server, of user (ITI BALP, input/fsh).
BALP = {
    "Create": ("C", "create", "110153", "110152", "AUT"),
    "Read": ("R", "read", "110152", "110153", "IRCP"),
    "Update": ("U", "update", "110153", "110152", "AUT"),
    "Query": ("E", "search", "110153", "110152", "IRCP"),
}
PROFILE = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
SUCCEEDED = [n for n, e in EXAMPLES.items() if e.outcome is Outcome.ALLOWED and e.remote]


def only(found: list[Any]) -> Any:
    (one,) = found
    return one


def entity(event: dict[str, Any], code: str, role: str | None) -> dict[str, Any]:
    return only(
        [
            e
            for e in event["entity"]
            if e["type"]["code"] == code and e.get("role", {}).get("code") == role
        ]
    )


@pytest.mark.parametrize("name", SUCCEEDED)
def test_what_names_a_profile_has_what_the_profile_fixes(name: str) -> None:
    event = written(name)
    profile = only(event["meta"]["profile"]).removeprefix(PROFILE)
    action, subtype, client, server, user = BALP[profile.removeprefix("Patient")]
    assert event["type"]["system"] == "http://terminology.hl7.org/CodeSystem/audit-event-type"
    assert (event["type"]["code"], event["action"], event["outcome"]) == ("rest", action, "0")
    interactions = [
        s for s in event["subtype"] if s["system"].startswith("http://hl7.org/fhir/rest")
    ]
    assert only(interactions)["code"] == subtype
    agents = {a["type"]["coding"][0]["code"]: a for a in event["agent"]}
    assert set(agents) == {client, server, user}
    for code in (client, server):
        assert agents[code]["type"]["coding"][0]["system"] == DCM
        assert agents[code]["who"]["identifier"]["value"]
        assert set(agents[code]["network"]) == {"address", "type"}
        assert agents[code]["requestor"] is False
    assert agents[client]["network"] == {"address": "192.0.2.7", "type": "2"}
    assert agents[user]["requestor"] is True
    assert "network" not in agents[user]
    assert entity(event, "XrequestId", None)["what"]["identifier"]["value"] == "req-1"
    if "Query" in profile:
        query = entity(event, "2", "24")
        assert "what" not in query
        assert "query" not in query
        assert query["_query"]["extension"][0]["valueCode"] == "masked"
    else:
        assert entity(event, "2", "4")["what"]
    if profile.startswith("Patient"):
        patient = entity(event, "1", "1")["what"]
        assert patient["type"] == "Patient"
        assert patient["identifier"] == {"system": SYSTEM, "value": NAMES.of(ME, PERSON)}
    assert profile.startswith("Patient") == (EXAMPLES[name].person_id is not None)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - set(SUCCEEDED)))
def test_what_did_not_succeed_names_no_profile(name: str) -> None:
    """The profiles fix the outcome as success, and a client on the network."""
    event = written(name)
    assert "meta" not in event
    if EXAMPLES[name].outcome is not Outcome.ALLOWED:
        assert event["outcomeDesc"].startswith(EXAMPLES[name].outcome.value)


def test_outcomes_bases_and_purposes_are_told() -> None:
    assert {n: written(n)["outcome"] for n in ("refused", "failed", "masked", "replayed")} == {
        "refused": "4",
        "failed": "8",
        "masked": "4",
        "replayed": "0",
    }
    user = written("read")["agent"][2]
    assert user["policy"] == ["urn:tsunagi:basis:CONSENT", f"urn:uuid:{CONSENT}"]
    assert user["altId"] == str(POSITION)
    reasons = [c["code"] for p in written("emergency")["purposeOfEvent"] for c in p["coding"]]
    assert reasons == ["consultation", "BTG"]
    reasons = [c["code"] for p in written("export")["purposeOfEvent"] for c in p["coding"]]
    assert reasons == ["access_request", "PATRQT"]
    exported = {n for n in EXAMPLES if "110106" in {s["code"] for s in written(n)["subtype"]}}
    assert exported == {"export", "print"}


# Nobody's id.


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_event_has_a_persons_id(name: str) -> None:
    assert str(PERSON) not in json.dumps(written(name))


def test_a_refusal_tells_its_agency_no_more_than_then() -> None:
    """Unknown and not-yours are the same, but for their own ids."""
    event = written("refused")
    unknown = EXAMPLES["refused"].but(
        person_id=None, holder_agency_id=None, rules=("record.unknown",)
    )
    assert event == event_of(unknown, READER)
    assert [e["type"]["code"] for e in event["entity"]] == ["2", "XrequestId"]
    # The holder reads whom it was about, under a pseudonym.
    assert entity(written("refused at ours"), "1", "1")["what"]["identifier"]["system"] == SYSTEM


def test_two_agencies_read_different_pseudonyms() -> None:
    theirs = Reader(HOLDER, READER.server, lambda p: NAMES.of(HOLDER, p))
    told = [
        entity(event_of(EXAMPLES["read"], r), "1", "1")["what"]["identifier"]
        for r in (READER, theirs)
    ]
    assert told[0]["value"] != told[1]["value"]
    assert told[0]["system"] != told[1]["system"]


# Every action has an interaction.


@pytest.mark.parametrize("action", Permission)
def test_every_action_is_written_and_a_read_is_no_change(action: Permission) -> None:
    done = entry(action)
    interaction = interaction_of(done)
    assert interaction in PATTERNS
    asks = (scope_of(action) or ".read").endswith(".read")
    assert asks == (interaction in {Interaction.READ, Interaction.QUERY})
    assert (action in CREATES) == (interaction is Interaction.CREATE)
    AuditEvent.model_validate(event_of(done, READER))


def test_every_outcome_has_a_code() -> None:
    assert set(OUTCOMES) == set(Outcome)
    assert set(PATTERNS) == set(Interaction)
