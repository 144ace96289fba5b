"""A regular meeting (定例会): its sittings by a rule, and whose turn it is to take the chair."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from service.domain import conference
from service.domain.calendar_jp import JST, jst_date
from service.domain.conference import PlanConference
from service.domain.conference_states import ConferenceKind
from service.domain.disclosure import D0, Disclosable
from service.domain.errors import IllegalMove, Invalid
from service.domain.recurrence import Recurrence, occurrences
from service.domain.term import Closed
from service.domain.text import Line, invalid

MESSAGES_EN = {
    "conference_series.agency_twice": "The same agency stands there twice. Name each once.",
}
MESSAGES_JA = {
    "conference_series.agency_twice": "同じ機関が二度含まれています。一つにしてください。",
}

#: So far ahead sittings become conferences; later ones wait.
HORIZON = timedelta(days=365)


class SittingState(StrEnum):
    """Where a sitting stands."""

    EXPECTED = "expected"
    """Further ahead than a year: not yet a conference."""
    PLANNED = "planned"
    SKIPPED = "skipped"

    @property
    def label_ja(self) -> str:
        """The state in the field's words."""
        return {
            SittingState.EXPECTED: "予定",
            SittingState.PLANNED: "設定済み",
            SittingState.SKIPPED: "休会",
        }[self]


class PlanSeries(Disclosable):
    """What is held regularly, by which rule, and who sits there."""

    kind: Annotated[ConferenceKind, D0]
    local_name: Annotated[Line | None, D0] = None
    body_id: Annotated[UUID | None, D0] = None
    place: Annotated[Line | None, D0] = None
    online_url: Annotated[Line | None, D0] = None
    starts: Annotated[time, D0] = Field(description="The time of day, in Japan.")
    minutes: Annotated[int, D0] = Field(ge=1, le=720)
    rule: Annotated[Recurrence, D0]
    agency_ids: Annotated[tuple[UUID, ...], D0] = Field(min_length=1, max_length=60)
    chair_rotation: Annotated[tuple[UUID, ...], D0] = Field(default=(), max_length=60)
    chair_moves_on_when_skipped: Annotated[bool, D0] = Field(
        default=False, description="Otherwise whoever had the chair keeps the turn."
    )

    @model_validator(mode="after")
    def _can_be_held(self) -> Self:
        conference.check_online(self.online_url)
        if self.place is None and self.online_url is None:
            raise invalid("conference.where_missing", conference.MESSAGES_EN)
        if len(set(self.agency_ids)) < len(self.agency_ids):
            raise invalid("conference_series.agency_twice", MESSAGES_EN)
        return self


class Sitting(Disclosable):
    """One sitting. Its number is its place in the series, wherever it is moved."""

    number: Annotated[int, D0]
    by_rule: Annotated[date, D0]
    starts_at: Annotated[datetime | None, D0] = None
    state: Annotated[SittingState, D0]
    conference_id: Annotated[UUID | None, D0] = None


class SkipSitting(BaseModel):
    """The sitting that is not held."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sitting: int = Field(ge=1)


class MoveSitting(BaseModel):
    """The sitting that is held at another time; it keeps its place in the rotation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sitting: int = Field(ge=1)
    starts_at: AwareDatetime


class ConferenceSeries(PlanSeries):
    """A series' record."""

    id: Annotated[UUID, D0]
    organiser_agency_id: Annotated[UUID, D0]
    municipality_code: Annotated[str, D0]
    planned_at: Annotated[datetime, D0]
    sittings: Annotated[tuple[Sitting, ...], D0] = ()
    ended_at: Annotated[datetime | None, D0] = None
    version: Annotated[int, D0] = 1

    def sitting(self, number: int) -> Sitting:
        """The planned sitting of this number, or the refusal."""
        self.check_open()
        if number > len(self.sittings):
            raise Invalid("conference_series.unknown_sitting", field="/sitting")
        found = self.sittings[number - 1]
        if found.state is not SittingState.PLANNED:
            raise IllegalMove("conference_series.sitting_not_planned", facts={"state": found.state})
        return found

    def check_open(self) -> None:
        """Refuse to change a series that has ended."""
        if self.ended_at is not None:
            raise IllegalMove("conference_series.ended")

    def changed(self, *sittings: Sitting, **changes: Any) -> Self:
        """The series with these sittings in the places of the old ones."""
        by_number = {s.number: s for s in (*self.sittings, *sittings)}
        return self.but(
            sittings=tuple(by_number[n] for n in sorted(by_number)),
            version=self.version + 1,
            **changes,
        )

    def to_plan(self, now: datetime) -> tuple[Sitting, ...]:
        """The sittings that become conferences now: those of the coming year."""
        last = jst_date(now + HORIZON)
        return tuple(
            s
            for s in self.sittings
            if s.state is SittingState.EXPECTED
            and s.starts_at is not None
            and now < s.starts_at
            and jst_date(s.starts_at) <= last
        )

    def conference_at(self, starts_at: datetime) -> PlanConference:
        """What a sitting at this time is as a conference."""
        return PlanConference(
            kind=self.kind,
            local_name=self.local_name,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=self.minutes),
            place=self.place,
            online_url=self.online_url,
            body_id=self.body_id,
        )


def sittings_of(series: PlanSeries, closed: Closed) -> tuple[Sitting, ...]:
    """The sittings that the rule gives, in order; on a closed day moved or skipped."""
    found = []
    for number, occurrence in enumerate(occurrences(series.rule, closed), 1):
        day = occurrence.held_on
        starts = datetime.combine(day, series.starts, tzinfo=JST) if day is not None else None
        state = SittingState.SKIPPED if starts is None else SittingState.EXPECTED
        found.append(
            Sitting(number=number, by_rule=occurrence.by_rule, starts_at=starts, state=state)
        )
    return tuple(found)


def chairs(series: PlanSeries, sittings: tuple[Sitting, ...]) -> dict[int, UUID | None]:
    """Whose turn it is at each sitting; nobody's at one that is skipped.

    Whoever had a turn that was skipped keeps it, unless the series says that it moves on.
    """
    taken: dict[int, UUID | None] = {}
    turn = 0
    for sitting in sittings:
        skipped = sitting.state is SittingState.SKIPPED
        here = bool(series.chair_rotation) and not skipped
        taken[sitting.number] = (
            series.chair_rotation[turn % len(series.chair_rotation)] if here else None
        )
        if not skipped or series.chair_moves_on_when_skipped:
            turn += 1
    return taken
