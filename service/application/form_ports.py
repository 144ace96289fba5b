"""What the use cases ask about forms and checklists (see ``ports``)."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from service.domain.access_question import RecordKind
from service.domain.checklist import ChecklistSheet
from service.domain.form_answers import FormAnswers
from service.domain.form_book import LocalForm


class Forms(Protocol):
    """Municipalities' own versions of forms, and the answers to what only a form asks."""

    async def local(self, municipality: str) -> Sequence[LocalForm]: ...
    async def hold(self, municipality: str) -> None: ...
    async def add_local(self, form: LocalForm) -> None: ...
    async def answers(
        self, kind: RecordKind, record_id: UUID, agency_id: UUID, form: str, *, lock: bool = False
    ) -> FormAnswers | None: ...
    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[FormAnswers]: ...
    async def add(self, value: FormAnswers) -> None: ...
    async def save(self, value: FormAnswers) -> None: ...


class Checklists(Protocol):
    """Sheets of checklists."""

    async def add(self, value: ChecklistSheet) -> None: ...
    async def of_year(
        self, municipality: str, checklist: str, year: int, area: str | None
    ) -> Sequence[ChecklistSheet]: ...
