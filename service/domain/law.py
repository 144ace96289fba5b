"""What each legal basis says in law, from which day on, and where it is switched on (brief §2.2).

The law is data: a version of a text is a row with its dates, and every decision records the
version it rested on. A basis that no text in force supports opens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from service.domain.decision import Basis
from service.domain.disclosure import D0
from service.domain.municipality import MunicipalityCode
from service.domain.text import Line, Paragraph
from service.domain.validity import Dated


class BasisVersion(Dated):
    """One version of the text behind a basis, as far as a decision needs it."""

    code: Annotated[Basis, D0]
    #: Whether it holds only where a municipality has switched it on.
    switchable: Annotated[bool, D0] = False

    @property
    def version(self) -> str:
        """What an audit entry calls it: ``LIFE@2023-04-01``."""
        return f"{self.code.value}@{self.valid_from.isoformat()}"


class LegalBasis(BasisVersion):
    """One version of the text behind a basis, in words."""

    law_ja: Annotated[Line, D0]
    law_en: Annotated[Line, D0]
    article: Annotated[Line, D0]
    text_ja: Annotated[Paragraph, D0]
    text_en: Annotated[Paragraph, D0]
    #: The notice of secrecy and its penalty, where taking part makes one subject to it.
    secrecy_ja: Annotated[Paragraph | None, D0] = None
    secrecy_en: Annotated[Paragraph | None, D0] = None
    #: Where the text was read; ``to verify`` marks what a legal officer must check first.
    source: Annotated[Line, D0]


class BasisSwitch(Dated):
    """A municipality uses a basis from a day on, by its own by-laws (設置要綱)."""

    municipality_code: Annotated[MunicipalityCode, D0]
    basis: Annotated[Basis, D0]
    by_laws: Annotated[Line, D0]


#: Bases in force, each with the version of its text.
InForce = Mapping[Basis, str]


@dataclass(frozen=True)
class LawBook:
    """All versions of all bases, and who has switched on what."""

    texts: tuple[BasisVersion, ...] = ()
    switches: tuple[BasisSwitch, ...] = ()
    #: What was found before, by day and municipality: a book never changes.
    _found: dict[tuple[date, str | None], InForce] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def in_force(self, day: date, municipality_code: str | None) -> InForce:
        """The bases that hold on the day in the municipality; of two versions the later one."""
        asked = (day, municipality_code)
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = self._in_force(day, municipality_code)
        return found

    def _in_force(self, day: date, municipality_code: str | None) -> InForce:
        on = {
            s.basis
            for s in self.switches
            if s.holds_on(day) and s.municipality_code == municipality_code
        }
        found: dict[Basis, str] = {}
        for text in sorted(self.texts, key=lambda t: t.valid_from):
            if text.holds_on(day) and (not text.switchable or text.code in on):
                found[text.code] = text.version
        return found
