"""Papers of agenda items: what is known of them, and their locked contents apart from it."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

#: How the second wall is built.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

TYPES = (
    "application/pdf",
    "image/png",
    "image/jpeg",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "text/plain",
    "text/csv",
)
CLASSES = ("D0", "D1", "D2", "D3", "D4", "D5", "D6", "D7")
#: All that ever changes of a paper.
WITHDRAWAL = "withdrawn_at, withdrawn_by_agency_id, withdrawn_reason, version"

_KNOWN = WALL.known("stored_file.conference_id")
#: An agency hands in its own papers, on items of that conference; a paper is withdrawn by its
#: agency or by the convener.
_OF_ITEM = WALL.there(
    "agenda_item i WHERE i.id = item_id AND i.conference_id = stored_file.conference_id"
)
_BY = "agency_id = asker() OR " + WALL.there(
    "conference c WHERE c.id = conference_id AND c.convener_agency_id = asker()"
)
_SEEN = WALL.there("stored_file f WHERE f.id = file_id")
POLICIES = {
    "stored_file": (
        ("of_circle", "SELECT", f"USING ({_KNOWN})"),
        ("by_circle", "UPDATE", f"USING ({_KNOWN} AND ({_BY})) WITH CHECK ({_KNOWN})"),
        ("to_circle", "INSERT", f"WITH CHECK (agency_id = asker() AND {_KNOWN} AND {_OF_ITEM})"),
    ),
    "file_content": (
        ("of_circle", "SELECT", f"USING ({_SEEN})"),
        (
            "to_circle",
            "INSERT",
            "WITH CHECK ("
            + WALL.there("stored_file f WHERE f.id = file_id AND f.agency_id = asker()")
            + ")",
        ),
    ),
}


def upgrade() -> None:
    """Apply."""
    _tables()
    op.add_column("packet_copy", sa.Column("paper_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_packet_copy_paper_id"),
        "packet_copy",
        "stored_file",
        ["paper_id"],
        ["id"],
        deferrable=True,
    )
    # What is locked cannot be packed any smaller.
    op.execute("ALTER TABLE file_content ALTER COLUMN ciphertext SET STORAGE EXTERNAL")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON stored_file"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )
    op.execute("GRANT SELECT, INSERT ON stored_file, file_content TO tsunagi_app")
    op.execute(f"GRANT UPDATE ({WITHDRAWAL}) ON stored_file TO tsunagi_app")
    for table, policies in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        for name, command, rest in policies:
            op.execute(f"CREATE POLICY {name} ON {table} FOR {command} TO tsunagi_app {rest}")


def _tables() -> None:
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data_class", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_agency_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("data_class", CLASSES), name=op.f("ck_stored_file_data_class")),
        sa.CheckConstraint(_one_of("media_type", TYPES), name=op.f("ck_stored_file_media_type")),
        *_foreign(
            "stored_file",
            conference_id="conference.id",
            item_id="agenda_item.id",
            agency_id="agency.id",
            position_id="position.id",
            withdrawn_by_agency_id="agency.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    for column in ("conference_id", "item_id"):
        op.create_index(f"ix_stored_file_{column}", "stored_file", [column, "id"])
    op.create_table(
        "file_content",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        *_foreign("file_content", file_id="stored_file.id"),
        sa.PrimaryKeyConstraint("file_id", name=op.f("pk_file_content")),
    )


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _foreign(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_{table}_{column}"), deferrable=True
        )
        for column, target in columns.items()
    ]


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
