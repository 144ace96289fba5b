"""The agenda as a workbench: places that items change, what each attendee got at the fixing."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")
PROGRESS = import_module("service.adapters.postgres.migrations.versions.0018_progress_control")

NOTICES = sorted({*PROGRESS.NOTICES, "agenda_fixed", "agenda_reopened", "item_withdrawn"})

PULLED = ("consent_revoked", "split", "withdrawn")
HAS_A_PLACE = "pulled_because IS NULL OR pulled_because = 'consent_revoked'"
IN_CIRCLE = WALL.known("fixed_packet.conference_id")


RELATIONS = (
    "spouse",
    "parent",
    "child",
    "sibling",
    "relative",
    "guardian",
    "interpreter",
    "supporter",
)
ONE_OF = (
    "num_nonnulls(agency_id, person_id, resident, comes_with) = 1"
    " AND (comes_with IS NULL) = (relation IS NULL)"
)


def upgrade() -> None:
    """Apply."""
    op.add_column("attendee", sa.Column("comes_with", sa.Uuid(), nullable=True))
    op.add_column("attendee", sa.Column("relation", sa.Text(), nullable=True))
    op.create_foreign_key(
        op.f("fk_attendee_comes_with"),
        "attendee",
        "person",
        ["comes_with"],
        ["id"],
        deferrable=True,
    )
    listed = ", ".join(f"'{relation}'" for relation in RELATIONS)
    op.create_check_constraint(op.f("ck_attendee_relation"), "attendee", f"relation IN ({listed})")
    op.drop_constraint(op.f("ck_attendee_one_of"), "attendee", type_="check")
    op.create_check_constraint(op.f("ck_attendee_one_of"), "attendee", ONE_OF)
    op.drop_constraint(op.f("uq_agenda_item_conference_id_number"), "agenda_item")
    op.create_exclude_constraint(
        "ex_agenda_item_place",
        "agenda_item",
        ("conference_id", "="),
        ("number", "="),
        using="btree",
        where=sa.text(HAS_A_PLACE),
        deferrable=True,
        initially="IMMEDIATE",
    )
    for table, column, values in (
        ("agenda_item", "pulled_because", PULLED),
        ("notice", "kind", NOTICES),
    ):
        listed = ", ".join(f"'{value}'" for value in values)
        name = op.f(f"ck_{table}_{column}")
        op.drop_constraint(name, table)
        op.create_check_constraint(name, table, f"{column} IN ({listed})")
    op.create_table(
        "fixed_packet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("attendee_id", sa.Uuid(), nullable=False),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_fixed_packet_conference_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["attendee_id"],
            ["attendee.id"],
            name=op.f("fk_fixed_packet_attendee_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fixed_packet")),
    )
    op.create_index(
        "ix_fixed_packet_conference_id", "fixed_packet", ["conference_id", "attendee_id", "id"]
    )
    op.execute("GRANT SELECT, INSERT ON fixed_packet TO tsunagi_app")
    op.execute("ALTER TABLE fixed_packet ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY of_owner ON fixed_packet TO tsunagi_owner USING (true) WITH CHECK (true)"
    )
    op.execute(
        "CREATE POLICY of_circle ON fixed_packet TO tsunagi_app"
        f" USING ({IN_CIRCLE}) WITH CHECK ({IN_CIRCLE})"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
