"""Supervision without names: a pseudonymised summary for a time (brief SC-15)."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.calendar_jp import PartialDate, format_era
from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import Invalid
from service.domain.names import search_key
from service.domain.people import Person
from service.domain.text import Line, Paragraph


class AskSupervision(Disclosable):
    """Whom is asked, about whom under which pseudonym, and what they need to know."""

    to_agency_id: Annotated[UUID, D0]
    person_id: Annotated[UUID, D7] = Field(description="Stays with the agency that asks.")
    pseudonym: Annotated[Line, D0] = Field(description="For instance Aさん.")
    summary: Annotated[Paragraph, D0] = Field(description="Without anything that names somebody.")
    days: Annotated[int, D0] = Field(default=14, ge=1, le=14)


class WriteSessionNote(BaseModel):
    """What came of the session; it stays with the agency that asked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: Paragraph


class Supervision(AskSupervision):
    """A request for supervision."""

    id: Annotated[UUID, D0]
    from_agency_id: Annotated[UUID, D0]
    #: The same case towards the same agency, and no other, has the same reference.
    reference: Annotated[Line, D0]
    asked_at: Annotated[datetime, D0]
    closes_at: Annotated[datetime, D0]
    note: Annotated[Paragraph | None, D7] = None
    version: Annotated[int, D0] = 1

    def noted(self, note: str) -> Self:
        """With the session's note."""
        return self.but(note=note, version=self.version + 1)


def names_in(text: str, person: Person) -> bool:
    """Whether the text names the person: name, reading, telephone, address, birth date or id."""
    written = _plain(text)
    names: set[str] = {str(person.id)}
    readings: set[str] = set()
    for name in person.names:
        parts = [name.family, name.given, name.single]
        spoken = [name.family_kana, name.given_kana, name.single_kana]
        names.update(p for p in parts if p and len(p) > 1)
        names.add("".join(p for p in parts[:2] if p))
        readings.update(r for r in spoken if r and len(r) > 1)
        readings.add("".join(r for r in spoken[:2] if r))
    if person.birth is not None:
        names.update(_dates(person.birth))
    if any(_plain(n) in written for n in names if n):
        return True
    said = search_key(text)
    if any(search_key(r) in said for r in readings if search_key(r)):
        return True
    return _reached_by(text, person)


def _reached_by(text: str, person: Person) -> bool:
    """Whether a telephone number or an address of the person stands in the text."""
    digits = re.sub(r"\D", "", _plain(text))
    kept = {re.sub(r"\D", "", p.number) for p in person.phones if p.number}
    phones = kept | {re.sub(r"^81", "0", number) for number in kept}
    if any(number in digits for number in phones if len(number) > 5):
        return True
    places = {
        part
        for address in (person.address, person.protected_address)
        if address is not None
        for part in (address.block, address.building)
        if part
    }
    numbered = _numbered(text)
    return any(
        _plain(p) in _plain(text) or ("-" in _numbered(p) and _numbered(p) in numbered)
        for p in places
    )


def _numbered(text: str) -> str:
    """House numbers written alike: 12番地34, 12番34号 and 12の34 are 12-34."""
    plain = re.sub(r"(?<=\d)(?:番地の|番地|番|丁目|号|の|[‐-―−ー])", "-", _plain(text))
    return plain.strip("-")


def _dates(birth: PartialDate) -> set[str]:
    day = birth.earliest()
    whole = birth.day is not None
    western = {
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    }
    return western | {format_era(birth)} if whole else set()


def check_anonymous(text: str, person: Person, field: str) -> None:
    """Refuse a summary that says who it is (ANON holds only where nobody can be identified)."""
    if names_in(text, person):
        raise Invalid("supervision.names_somebody", field=field)


def _plain(text: str) -> str:
    """Width, case, spaces and what cannot be seen make no difference."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(
        c for c in folded if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc")
    )
