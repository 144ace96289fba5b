"""The papers of a conference: numbered copies of its packets."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

#: What whoever asks may read, and what a row must be like that it adds.
POLICIES: dict[str, tuple[str, str]] = {
    "packet_copy": (
        WALL.known("packet_copy.conference_id"),
        f"agency_id = asker() AND {WALL.known('packet_copy.conference_id')}",
    ),
}


def upgrade() -> None:
    """Apply."""
    _packet_copy()
    for table, (using, check) in POLICIES.items():
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
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


def _packet_copy() -> None:
    op.create_table(
        "packet_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_foreign(
            "packet_copy",
            conference_id="conference.id",
            agency_id="agency.id",
            position_id="position.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_copy")),
        sa.UniqueConstraint(
            "conference_id", "number", name=op.f("uq_packet_copy_conference_id_number")
        ),
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
