"""Forms: municipalities' own versions, the answers to what only a form asks; and checklists."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

#: An agency's answers are its own, about persons whom it knows.
POLICIES: dict[str, tuple[str, str]] = {
    "form_answers": (
        "agency_id = asker()",
        f"agency_id = asker() AND {WALL.known_if_any('form_answers.person_id')}",
    ),
}
#: Definitions and numbers, without anybody; added and read, never changed.
OPEN = ("checklist_sheet", "local_form")


def upgrade() -> None:
    """Apply."""
    _local_form()
    _form_answers()
    _checklist_sheet()
    for table in OPEN:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON form_answers TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON form_answers"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )


def _foreign(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_{table}_{column}"), deferrable=True
        )
        for column, target in columns.items()
    ]


def _local_form() -> None:
    op.create_table(
        "local_form",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("fields", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_agency_id", sa.Uuid(), nullable=False),
        *_foreign(
            "local_form", municipality_code="municipality.code", made_by_agency_id="agency.id"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_form")),
        sa.UniqueConstraint(
            "municipality_code",
            "form_code",
            "number",
            name=op.f("uq_local_form_municipality_code_form_code_number"),
        ),
    )


def _form_answers() -> None:
    op.create_table(
        "form_answers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("record_kind", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("form_code", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_foreign(
            "form_answers",
            person_id="person.id",
            agency_id="agency.id",
            position_id="position.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_answers")),
        sa.UniqueConstraint(
            "record_id",
            "agency_id",
            "form_code",
            name=op.f("uq_form_answers_record_id_agency_id_form_code"),
        ),
    )
    op.create_index("ix_form_answers_person_id", "form_answers", ["person_id"])


def _checklist_sheet() -> None:
    op.create_table(
        "checklist_sheet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checklist", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("checker", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=True),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *_foreign("checklist_sheet", agency_id="agency.id", municipality_code="municipality.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_sheet")),
    )
    op.create_index(
        "ix_checklist_sheet_municipality_code",
        "checklist_sheet",
        ["municipality_code", "checklist", "year"],
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
