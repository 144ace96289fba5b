"""What auditors ask of the log: emergencies nobody has reviewed, refusals, and copies."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple, Self
from uuid import UUID

from service.domain.audit_copy import FORM_JA
from service.domain.audit_seen import rule_as_seen
from service.domain.calendar_jp import JST, jst_date
from service.domain.decision import Basis
from service.domain.disclosure import D0, Disclosable
from service.domain.errors import Invalid
from service.domain.permission import Permission
from service.domain.provision import Provision, Taken

#: The most entries that one export carries; nothing is ever cut off unseen.
MOST_ENTRIES = 5000


class Period(NamedTuple):
    """Whole days in Japan, the last one included."""

    since: date
    until: date

    @classmethod
    def of(cls, since: date, until: date, *, most_days: int) -> Self:
        """The period, or a refusal that says how long it may be."""
        days = (until - since).days + 1
        if not 1 <= days <= most_days:
            raise Invalid("audit.period", field="/until", facts={"limit": most_days})
        return cls(since, until)

    @property
    def days(self) -> list[date]:
        """Every day of it."""
        count = (self.until - self.since).days + 1
        return [self.since + timedelta(days=n) for n in range(count)]

    @property
    def begins_at(self) -> datetime:
        """The first instant of it."""
        return datetime.combine(self.since, datetime.min.time(), tzinfo=JST)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.until + timedelta(days=1), datetime.min.time(), tzinfo=JST)


class Emergency(Disclosable):
    """An access to protect a life that no second person has looked at yet."""

    provision_id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D0]
    basis: Annotated[Basis, D0]
    #: Whether the receiver helped itself (break-glass) or the holder gave it.
    taken: Annotated[Taken, D0]
    from_agency_id: Annotated[UUID, D0]
    to_agency_id: Annotated[UUID, D0]
    made_by_position_id: Annotated[UUID | None, D0]
    data_classes: Annotated[tuple[str, ...], D0]
    opened_at: Annotated[datetime, D0]
    closes_at: Annotated[datetime, D0]
    review_due_at: Annotated[datetime | None, D0]
    review_agency_id: Annotated[UUID | None, D0]
    #: Days in Japan since it was opened.
    age_days: Annotated[int, D0]
    overdue: Annotated[bool, D0]
    #: The call with which its second person reviews it.
    review: Annotated[str, D0]

    @classmethod
    def of(cls, provision: Provision, now: datetime) -> Self:
        """The line of one provision."""
        due = provision.review_due_at
        return cls(
            provision_id=provision.id,
            person_id=provision.person_id,
            basis=provision.basis,
            taken=provision.taken,
            from_agency_id=provision.from_agency_id,
            to_agency_id=provision.to_agency_id,
            made_by_position_id=provision.made_by_position_id,
            data_classes=tuple(sorted(c.value for c in provision.data_classes)),
            opened_at=provision.opens_at,
            closes_at=provision.closes_at,
            review_due_at=due,
            review_agency_id=provision.review_agency_id,
            age_days=(jst_date(now) - jst_date(provision.opens_at)).days,
            overdue=due is not None and due <= now,
            review=f"POST /v1/provisions/{provision.id}/review",
        )


class Refusals(Disclosable):
    """How often an agency was refused an action by a rule."""

    agency_id: Annotated[UUID | None, D0]
    action: Annotated[str, D0]
    action_ja: Annotated[str, D0]
    rule: Annotated[str, D0]
    #: Whether it was about records that the auditor's agency holds.
    own_records: Annotated[bool, D0]
    count: Annotated[int, D0]


class RefusedCount(NamedTuple):
    """Refusals as the log counts them, with the rule that only the holder may read."""

    agency_id: UUID | None
    action: str
    rule: str
    held: bool
    times: int


def refusals(counted: Iterable[RefusedCount]) -> list[Refusals]:
    """Refusals as the agency may read them: what was concealed from it counts as one rule."""
    joined: dict[tuple[UUID | None, str, str, bool], int] = {}
    for found in counted:
        rule = rule_as_seen(found.rule, held=found.held)
        key = (found.agency_id, found.action, rule, found.held)
        joined[key] = joined.get(key, 0) + found.times
    ordered = sorted(joined.items(), key=lambda i: (-i[1], str(i[0])))
    return [
        Refusals(
            agency_id=agency,
            action=action,
            action_ja=Permission(action).label_ja,
            rule=rule,
            own_records=held,
            count=count,
        )
        for (agency, action, rule, held), count in ordered
    ]


class Copy(Disclosable):
    """One export or print: by whom, of what, about how many persons."""

    at: Annotated[datetime, D0]
    #: The request; empty for the line of a day of a calendar that asks again and again.
    attempt_id: Annotated[UUID | None, D0]
    times: Annotated[int, D0]
    agency_id: Annotated[UUID | None, D0]
    position_id: Annotated[UUID | None, D0]
    action: Annotated[str, D0]
    action_ja: Annotated[str, D0]
    record_kind: Annotated[str, D0]
    form: Annotated[str, D0]
    form_ja: Annotated[str, D0]
    #: Persons whose data stood in it, as far as the auditor's agency may know of them.
    persons: Annotated[int, D0]


class Copied(NamedTuple):
    """A copy as the log tells it."""

    at: datetime
    attempt_id: UUID | None
    agency_id: UUID | None
    position_id: UUID | None
    action: str
    record_kind: str
    form: str
    persons: int
    times: int


def copies(found: Iterable[Copied]) -> list[Copy]:
    """The copies in the field's words."""
    return [
        Copy(
            **line._asdict(),
            action_ja=Permission(line.action).label_ja,
            form_ja=FORM_JA[line.form],
        )
        for line in found
    ]
