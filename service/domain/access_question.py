"""What is asked of the access decision: who, what, about which record, when, under which law."""

from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from service.domain.access_kept import Writer
from service.domain.actor import Actor
from service.domain.calendar_jp import jst_date
from service.domain.conference_window import Window
from service.domain.consent import ConsentTerms, Recipient
from service.domain.decision import Basis, Duty
from service.domain.disclosure import D0, Classes, DataClass
from service.domain.law import InForce
from service.domain.permission import Permission
from service.domain.provision import ProvisionTerms


class RecordKind(StrEnum):
    """What kind of record is asked for."""

    AREA_ISSUE = "area_issue"
    ASSESSMENT = "assessment"
    AUDIT = "audit"
    CALENDAR = "calendar"
    CASE = "case"
    CHECKLIST = "checklist"
    CONFERENCE = "conference"
    CONFERENCE_ITEM = "conference_item"
    CONFERENCE_SERIES = "conference_series"
    CONSENT = "consent"
    CONSULTATION = "consultation"
    CONTACT = "contact"
    DATE_POLL = "date_poll"
    DIRECTORY = "directory"
    DISCLOSURE = "disclosure"
    EMBARGO = "embargo"
    ENQUIRY = "enquiry"
    FEEDBACK = "feedback"
    HOUSEHOLD = "household"
    HUB = "hub"
    IMPORT = "import"
    INFORMATION_REQUEST = "information_request"
    NOTE = "note"
    NOTICE = "notice"
    PERSON = "person"
    PLAN = "plan"
    PROVISION = "provision"
    REFERRAL = "referral"
    REPORT = "report"
    SCREENING = "screening"
    SIGNAL = "signal"
    STATISTICS = "statistics"
    SUPERVISION = "supervision"
    TALLY = "tally"
    TASK = "task"
    TOKEN = "token"  # noqa: S105 - a kind of record
    URGENT_SUPPORT = "urgent_support"


#: The record kind an action is about, by the action's noun, before any record is known.
KIND_OF_NOUN: dict[str, RecordKind] = {k.value: k for k in RecordKind} | {
    "access": RecordKind.PERSON,
    "emergency": RecordKind.PROVISION,
    # A form says nothing about anybody: it is read like the directory.
    "form": RecordKind.DIRECTORY,
    "me": RecordKind.TOKEN,
}


class Part(StrEnum):
    """The part that the caller's agency has in the record."""

    HOLDER = "holder"
    """It is the agency's own record."""
    PARTY = "party"
    """It takes part now: receiver, team member, agency responsible for a line."""
    FORMER_PARTY = "former_party"
    """It took part (declined, handed on) and keeps the fact of it."""
    HUB = "hub"
    """The record waits for its hub."""
    NAMED = "named"
    """A consent of the person names this agency."""
    REVIEWER = "reviewer"
    """It was asked to look at it as the second person (row 3-30)."""
    SECRETARIAT = "secretariat"
    """It keeps the conference's secretariat together with the convener (row 2-12)."""


class Facts(BaseModel):
    """What must be known about the record. Whatever is not known counts against access."""

    model_config = ConfigDict(frozen=True)

    kind: RecordKind
    record_id: UUID | None = None
    found: bool = False
    #: The agency whose own record it is; its auditor may read about accesses to it.
    holder_agency_id: UUID | None = None
    #: The department of that agency which keeps it to itself (row 0-08).
    department: str | None = None
    person_id: UUID | None = None
    parts: frozenset[Part] = frozenset()
    #: Consents of this person, in any state.
    consents: tuple[ConsentTerms, ...] = ()
    #: Provisions about this person to the caller's agency, in any state.
    provisions: tuple[ProvisionTerms, ...] = ()
    #: The municipality whose switches count, where it is not the caller's own.
    municipality_code: str | None = None
    #: The statutory window of an agenda item.
    window: Window | None = None
    #: The conference body (会議体) at whose table the caller sits, for an agenda item.
    meeting_id: UUID | None = None
    #: Classes that the sender lets go along; ``None`` when no such choice was made.
    profile: Classes | None = None
    conference_id: UUID | None = None
    #: The basis on which an enquiry was put to the desk that it is addressed to.
    asked_on: Basis | None = None
    #: Themes the caller's part is limited to; ``None`` when it is not.
    themes: frozenset[str] | None = None

    def as_only(self, *parts: Part) -> "Facts":
        """The same for an act that only these parts may do: nothing else counts for it."""
        return self.model_copy(
            update={"parts": self.parts & set(parts), "provisions": (), "window": None}
        )

    def as_holder(self) -> "Facts":
        """The same for an act that only the record's own agency may do."""
        return self.as_only(Part.HOLDER)


class Question(BaseModel):
    """Whether this actor may do this to this record at this instant."""

    model_config = ConfigDict(frozen=True)

    actor: Actor
    permission: Permission
    facts: Facts
    at: datetime
    #: The bases in force that day where the record belongs; none by default.
    law: InForce = {}
    #: The duties that whoever asks is able to carry out; none by default.
    discharges: frozenset[Duty] = frozenset()
    #: The class without which the answer would be none (where the record itself is the secret).
    needs: DataClass = D0
    #: The agency to which the act hands the person on, which a basis must cover as well.
    receiver: Recipient | None = None
    #: The classes that go to it, all of which must be covered; none named: at least one.
    wanted: Classes = frozenset()
    #: The act has the person talked about beyond the agency, which they must have agreed to.
    shared: bool = False

    def kept(self, by: Writer | None = None) -> str:
        """As it is kept with the audit entry: the same question, the same text, whoever writes it."""
        return (by or Writer()).question(self)

    @property
    def day(self) -> date:
        """The business day, in Japan."""
        return jst_date(self.at)

    @property
    def recipient(self) -> Recipient | None:
        """The caller's agency as a consent would name it."""
        actor, facts = self.actor, self.facts
        if actor.agency_id is None or actor.agency_kind is None or actor.municipality_code is None:
            return None
        at_table = facts.kind is RecordKind.CONFERENCE_ITEM
        return _recipient(
            actor.agency_id,
            actor.agency_kind,
            actor.municipality_code,
            actor.ceiling,
            facts.meeting_id if at_table else None,
        )


@lru_cache(maxsize=1024)
def _recipient(
    agency_id: UUID, kind: str, municipality_code: str, ceiling: DataClass, table: UUID | None
) -> Recipient:
    """An agency, at the table of a conference body: the same for a whole page of records."""
    return Recipient(
        agency_id=agency_id,
        kind=kind,
        municipality_code=municipality_code,
        ceiling=ceiling,
        meetings=frozenset() if table is None else frozenset({table}),
    )
