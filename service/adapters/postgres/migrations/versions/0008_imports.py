"""Imports: lists of persons, and batches of the directory; how either is taken back.

A record that an import made and that was taken back is void: it stands behind the second
wall for everybody, its holder included, so that every use case finds nobody there without
having to think of it. The row and its history stay, for the owner of the schema alone.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: The service's role may not empty what it may not see again: a function does it, for records
#: of whoever asks.
VOID_PERSONS = """
CREATE FUNCTION void_persons(whom uuid[], at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE person SET voided_at = at, search_keys = '{}', version = version + 1
    WHERE id = ANY (whom) AND holder_agency_id = asker() AND voided_at IS NULL;
END
"""
#: Who reads a person's record, by policy: as before, unless it is void.
PERSON_READ = {
    "of_circle": "coalesce((SELECT true FROM circle WHERE about = person.id LIMIT 1), false)",
    "in_emergency": "id = emergency()",
}
#: The last lines of the table of records in ``name_the_record``, whatever stands before them.
LAST_LINE = "\n    ) AS found (holder, person, conference);"
IMPORT_LINE = (
    "\n        UNION ALL SELECT agency_id, NULL::uuid, NULL::uuid FROM person_import"
    " WHERE id = NEW.record_id"
)


def upgrade() -> None:
    """Apply."""
    # The owner's alone: the service neither reads nor writes it.
    _create_import_batch()
    _create_person_import()
    op.add_column("person", sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True))
    for policy, says in PERSON_READ.items():
        op.execute(f"ALTER POLICY {policy} ON person USING (voided_at IS NULL AND {says})")
    op.execute(VOID_PERSONS)
    op.execute("REVOKE ALL ON FUNCTION void_persons(uuid[], timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION void_persons(uuid[], timestamptz) TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON person_import TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON person_import"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    op.execute("ALTER TABLE person_import ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_owner ON person_import TO tsunagi_owner USING (true) WITH CHECK (true)"
    )
    op.execute(
        "CREATE POLICY of_agency ON person_import TO tsunagi_app"
        " USING (agency_id = asker()) WITH CHECK (agency_id = asker())"
    )
    _name_imports_in_the_log()


def _create_import_batch() -> None:
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('agencies', 'area-workers', 'areas', 'desks', 'positions')",
            name=op.f("ck_import_batch_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )


def _create_person_import() -> None:
    op.create_table(
        "person_import",
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("needs_contact", sa.Integer(), nullable=False),
        sa.Column("watch", sa.Integer(), nullable=False),
        sa.Column("none", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("purpose_text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("screening_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("undo_reason", sa.Text(), nullable=True),
        sa.Column("made", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "kind IN ('loan_screening', 'survey')", name=op.f("ck_person_import_kind")
        ),
        sa.CheckConstraint("state IN ('done', 'undone')", name=op.f("ck_person_import_state")),
        *(
            sa.ForeignKeyConstraint(
                [column], [there], name=op.f(f"fk_person_import_{column}"), deferrable=True
            )
            for column, there in (
                ("agency_id", "agency.id"),
                ("made_by_position_id", "position.id"),
                ("screening_id", "screening.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_import")),
    )
    op.create_index("ix_person_import_agency_id", "person_import", ["agency_id", "id"])
    op.create_index(
        "uq_person_import_file",
        "person_import",
        ["agency_id", "kind", "sha256"],
        unique=True,
        postgresql_where=sa.text("state = 'done'"),
    )


def _name_imports_in_the_log() -> None:
    """A stranger's attempt on an import is put on record with whose it is, as on any record."""
    before = op.get_bind().scalar(sa.text("SELECT pg_get_functiondef('name_the_record'::regproc)"))
    head, found, tail = str(before).partition(LAST_LINE)
    if not found:
        raise RuntimeError("name_the_record is not as it was left; add person_import to it")
    op.get_bind().exec_driver_sql(head + IMPORT_LINE + LAST_LINE + tail)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
