"""How what is done here is called in FHIR: the interaction of each action (AuditEvent, R4).

BALP knows read, create, update, delete and query. Nothing is ever deleted here.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from service.domain.audit import AuditEntry, Outcome
from service.domain.permission import Permission
from service.domain.scope import scope_of


class Interaction(StrEnum):
    """What was done, by the letter of ``AuditEvent.action``."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    QUERY = "E"


class Pattern(NamedTuple):
    """How BALP writes an interaction down."""

    profile: str
    subtype: str
    #: The roles of client and server: where what was handed over came from, and went to.
    client: str
    server: str
    #: The part of the human in it.
    user: str


_FROM, _TO = "110153", "110152"
PATTERNS: Mapping[Interaction, Pattern] = {
    Interaction.CREATE: Pattern("Create", "create", _FROM, _TO, "AUT"),
    Interaction.READ: Pattern("Read", "read", _TO, _FROM, "IRCP"),
    Interaction.UPDATE: Pattern("Update", "update", _FROM, _TO, "AUT"),
    # The question goes from the client to the server, although the data goes back (BALP).
    Interaction.QUERY: Pattern("Query", "search", _FROM, _TO, "IRCP"),
}
ROLE_IDS: Mapping[str, str] = {_FROM: "Source Role ID", _TO: "Destination Role ID"}
PARTS: Mapping[str, str] = {"AUT": "author (originator)", "IRCP": "information recipient"}

#: Actions by which something new comes to be on record; all others that act change something.
CREATES = frozenset(
    {
        Permission.AREA_ISSUE_RAISE,
        Permission.ASSESSMENT_MAKE,
        Permission.CALENDAR_MAKE,
        Permission.CHECKLIST_ANSWER,
        Permission.CONFERENCE_ADD_PAPER,
        Permission.CONFERENCE_PLAN,
        Permission.CONFERENCE_PROPOSE,
        Permission.CONFERENCE_RELEASE,
        Permission.CONFERENCE_SERIES_PLAN,
        Permission.CONSENT_GRANT,
        Permission.CONSENT_REFUSE,
        Permission.CONSULTATION_RECEIVE,
        Permission.CONTACT_RECORD,
        Permission.DATE_POLL_OPEN,
        Permission.DISCLOSURE_RECEIVE,
        Permission.EMBARGO_SET,
        Permission.EMERGENCY_TAKE,
        Permission.ENQUIRY_ASK,
        Permission.FEEDBACK_GIVE,
        Permission.FORM_ADD_VERSION,
        Permission.HOUSEHOLD_FORM,
        Permission.IMPORT_RUN,
        Permission.INFORMATION_REQUEST_ASK,
        Permission.NOTE_WRITE,
        Permission.PERSON_REGISTER,
        Permission.PLAN_DRAFT,
        Permission.PROVISION_MAKE,
        Permission.REFERRAL_DRAFT,
        Permission.SCREENING_OPEN,
        Permission.SIGNAL_RAISE,
        Permission.SUPERVISION_ASK,
        Permission.TALLY_COUNT,
        Permission.URGENT_SUPPORT_GIVE,
    }
)


def interaction_of(entry: AuditEntry) -> Interaction:
    """What the entry tells of. A list without a record of its own is a query."""
    action = Permission(entry.action)
    if action is Permission.PERSON_SEARCH:
        return Interaction.QUERY
    scope = scope_of(action)
    if scope is None or scope.endswith(".read"):
        return Interaction.READ if entry.record_id is not None else Interaction.QUERY
    return Interaction.CREATE if action in CREATES else Interaction.UPDATE


#: http://terminology.hl7.org/CodeSystem/audit-event-outcome. A refusal is a minor failure: the
#: service did what it should. What was shown as an empty place was refused as well.
OUTCOMES: Mapping[Outcome, str] = {
    Outcome.ALLOWED: "0",
    Outcome.REPLAYED: "0",
    Outcome.MASKED: "4",
    Outcome.DENIED: "4",
    Outcome.FAILED: "8",
}
