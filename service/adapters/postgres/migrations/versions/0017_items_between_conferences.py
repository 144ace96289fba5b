"""Items that go from one conference to another, and the words that are released with them."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

_FROM = WALL.known("item_move.from_conference_id")
_OUT_OF = WALL.known("item_release.conference_id")
_INTO = WALL.known("item_release.to_conference_id")
#: Where an item came from is known at the old table alone. What is released is read at the new
#: one and by whoever released it; at the new table it is also taken along to the next sitting.
POLICIES: dict[str, tuple[str, str]] = {
    "item_move": (
        _FROM,
        f"agency_id = asker() AND {_FROM} AND {WALL.known('item_move.to_conference_id')}",
    ),
    "item_release": (
        f"agency_id = asker() OR {_INTO}",
        f"{_OUT_OF} AND (agency_id = asker() OR {_INTO})",
    ),
}


def upgrade() -> None:
    """Apply."""
    op.add_column("conference", sa.Column("continued_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_conference_continued_by_id"),
        "conference",
        "conference",
        ["continued_by_id"],
        ["id"],
        deferrable=True,
    )
    _item_move()
    _item_release()
    op.execute("GRANT SELECT, INSERT ON item_move TO tsunagi_app")
    op.execute("GRANT SELECT, INSERT, UPDATE ON item_release TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON item_release"
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


def _item_move() -> None:
    op.create_table(
        "item_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("from_conference_id", sa.Uuid(), nullable=False),
        sa.Column("from_item_id", sa.Uuid(), nullable=False),
        sa.Column("to_conference_id", sa.Uuid(), nullable=False),
        sa.Column("to_item_id", sa.Uuid(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        *_foreign(
            "item_move",
            from_conference_id="conference.id",
            from_item_id="agenda_item.id",
            to_conference_id="conference.id",
            to_item_id="agenda_item.id",
            agency_id="agency.id",
            position_id="position.id",
        ),
        sa.CheckConstraint("way IN ('carry_over', 'promotion')", name=op.f("ck_item_move_way")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_move")),
        sa.UniqueConstraint("from_item_id", name=op.f("uq_item_move_from_item_id")),
        sa.UniqueConstraint("to_item_id", name=op.f("uq_item_move_to_item_id")),
    )
    op.create_index("ix_item_move_from_conference_id", "item_move", ["from_conference_id"])


def _item_release() -> None:
    op.create_table(
        "item_release",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("to_item_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("origin_id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("to_conference_id", sa.Uuid(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_foreign(
            "item_release",
            to_item_id="agenda_item.id",
            origin_id="item_release.id",
            conference_id="conference.id",
            item_id="agenda_item.id",
            to_conference_id="conference.id",
            agency_id="agency.id",
            position_id="position.id",
        ),
        sa.CheckConstraint("what IN ('subject', 'decision')", name=op.f("ck_item_release_what")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_release")),
        sa.UniqueConstraint(
            "origin_id", "to_item_id", name=op.f("uq_item_release_origin_id_to_item_id")
        ),
    )
    op.create_index("ix_item_release_to_item_id", "item_release", ["to_item_id"])


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
