"""The pre-check (対策会議): an agency's own meeting says which conference a case is fit for (row 2-13).

It is the agency's own opinion (class D7): no other agency learns that there was one.
"""

from typing import Annotated, Literal

from service.domain.conference_states import KINDS, ConferenceKind, Persons
from service.domain.disclosure import D7, Disclosable
from service.domain.errors import Invalid
from service.domain.text import Paragraph

#: Where a case can go from an agency's own meeting.
BEYOND = frozenset({Persons.STATUTORY, Persons.WITH_CONSENT})


class PreCheck(Disclosable):
    """What the agency's own meeting found about a case."""

    fit_for: Annotated[ConferenceKind | Literal["not_yet"], D7]
    remark: Annotated[Paragraph | None, D7] = None

    @property
    def kind(self) -> ConferenceKind | None:
        """The kind of conference that it is fit for; none yet."""
        return self.fit_for if isinstance(self.fit_for, ConferenceKind) else None


def check_pre_check(kind: ConferenceKind, pre_check: PreCheck, *, about_a_case: bool) -> None:
    """Refuse a pre-check outside an agency's own meeting, without a case, or towards nowhere."""
    if kind is not ConferenceKind.INTERNAL_CASE_MEETING or not about_a_case:
        raise Invalid("conference.pre_check_not_internal", field="/pre_check")
    if pre_check.kind is not None and KINDS[pre_check.kind].persons not in BEYOND:
        raise Invalid("conference.pre_check_kind", field="/pre_check/fit_for")
