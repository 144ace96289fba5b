"""Municipalities' own versions of forms, answers to forms, and checklists, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint

from service.adapters.postgres.rows import Records, Table, row_of
from service.domain.access_question import RecordKind
from service.domain.checklist import ChecklistSheet
from service.domain.form_answers import FormAnswers
from service.domain.form_book import LocalForm

LocalFormRow = row_of(
    LocalForm,
    "local_form",
    references={"municipality_code": "municipality.code", "made_by_agency_id": "agency.id"},
    constraints=[UniqueConstraint("municipality_code", "form_code", "number")],
)
FormAnswersRow = row_of(
    FormAnswers,
    "form_answers",
    references={
        "person_id": "person.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
    },
    constraints=[
        UniqueConstraint("record_id", "agency_id", "form_code"),
        Index("ix_form_answers_person_id", "person_id"),
    ],
)
ChecklistSheetRow = row_of(
    ChecklistSheet,
    "checklist_sheet",
    references={"agency_id": "agency.id", "municipality_code": "municipality.code"},
    constraints=[
        Index("ix_checklist_sheet_municipality_code", "municipality_code", "checklist", "year")
    ],
)

#: Municipalities' own versions, which the store of answers also looks after.
LOCAL_FORMS = Table(LocalForm, LocalFormRow)


class PostgresForms(Records[FormAnswers]):
    """Answers to forms, and the municipalities' own versions."""

    table = Table(FormAnswers, FormAnswersRow)

    async def local(self, municipality: str) -> Sequence[LocalForm]:
        """All versions of a municipality's own, oldest first."""
        rows = await self._connection.fetch(
            f"{LOCAL_FORMS.select} WHERE municipality_code = $1 ORDER BY form_code, number",
            municipality,
        )
        return [LOCAL_FORMS.read(row) for row in rows]

    async def hold(self, municipality: str) -> None:
        """Nobody else adds a version for the municipality until this is done."""
        await self._connection.execute(
            "SELECT pg_advisory_xact_lock(hashtext('local_form'), hashtext($1))", municipality
        )

    async def add_local(self, form: LocalForm) -> None:
        """One more version."""
        await self._connection.execute(LOCAL_FORMS.insert(), *LOCAL_FORMS.parameters(form))

    async def answers(
        self, kind: RecordKind, record_id: UUID, agency_id: UUID, form: str, *, lock: bool = False
    ) -> FormAnswers | None:
        """An agency's answers to a form about a record."""
        tail = " FOR UPDATE" if lock else ""
        return await self._one(
            "WHERE record_kind = $1 AND record_id = $2 AND agency_id = $3 AND form_code = $4"
            + tail,
            kind,
            record_id,
            agency_id,
            form,
        )

    async def of_person(self, person_id: UUID, agency_id: UUID) -> Sequence[FormAnswers]:
        """An agency's answers about a person, also those from before it was known who it is."""
        return await self._all(
            "WHERE agency_id = $2 AND (person_id = $1 OR record_id IN"
            " (SELECT id FROM consultation WHERE person_id = $1)) ORDER BY id",
            person_id,
            agency_id,
        )


class PostgresChecklists(Records[ChecklistSheet]):
    """Sheets of checklists."""

    table = Table(ChecklistSheet, ChecklistSheetRow)

    async def of_year(
        self, municipality: str, checklist: str, year: int, area: str | None
    ) -> Sequence[ChecklistSheet]:
        """All sheets of a municipality and a year, of one area or of all."""
        return await self._all(
            "WHERE municipality_code = $1 AND checklist = $2 AND year = $3"
            " AND ($4::text IS NULL OR area = $4) ORDER BY id",
            municipality,
            checklist,
            year,
            area,
        )
