"""Supervision without names: a pseudonymised summary for a time (brief SC-15)."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from service.domain.disclosure import D0, D7, Disclosable
from service.domain.errors import Invalid
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
    """Whether the text names the person: by name, reading, telephone number or address."""
    written = _plain(text)
    telling: set[str] = set()
    for name in person.names:
        parts = [name.family, name.given, name.single]
        readings = [name.family_kana, name.given_kana, name.single_kana]
        telling.update(p for p in (*parts, *readings) if p and len(p) > 1)
        telling.add("".join(p for p in parts[:2] if p))
        telling.add("".join(r for r in readings[:2] if r))
    if person.address is not None:
        telling.update(a for a in (person.address.block, person.address.building) if a)
    found = {_plain(t) for t in telling} - {""}
    digits = re.sub(r"\D", "", written)
    phones = {re.sub(r"\D", "", p.number or "") for p in person.phones} - {""}
    return any(t in written for t in found) or any(p in digits for p in phones)


def check_anonymous(text: str, person: Person, field: str) -> None:
    """Refuse a summary that says who it is (ANON holds only where nobody can be identified)."""
    if names_in(text, person):
        raise Invalid("supervision.names_somebody", field=field)


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()
