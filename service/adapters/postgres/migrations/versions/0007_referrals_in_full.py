"""Referrals in full: follow-up before completion, and what comes after the handover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ROUTES = (
    "after_public_assistance",
    "back_referral",
    "employment_team",
    "general",
    "payment_consultation",
    "to_public_assistance",
)


def upgrade() -> None:
    """Apply."""
    for column, kind in (
        ("followed_up_at", sa.DateTime(timezone=True)),
        ("check_on", sa.Date()),
        ("check_asked_at", sa.DateTime(timezone=True)),
        ("checked_at", sa.DateTime(timezone=True)),
        ("check_well", sa.Boolean()),
    ):
        op.add_column("referral", sa.Column(column, kind, nullable=True))
    _add_links()
    _add_capacity()
    op.create_index(
        "ix_referral_check_on",
        "referral",
        ["check_on"],
        postgresql_where=sa.text("check_on IS NOT NULL AND check_asked_at IS NULL"),
    )


def _add_links() -> None:
    for column, kind, default in (
        ("route", sa.Text(), "general"),
        ("episode", sa.Integer(), "1"),
    ):
        op.add_column("referral", sa.Column(column, kind, nullable=False, server_default=default))
        op.alter_column("referral", column, server_default=None)
    listed = ", ".join(f"'{route}'" for route in ROUTES)
    op.create_check_constraint(op.f("ck_referral_route"), "referral", f"route IN ({listed})")
    op.add_column("referral", sa.Column("risk", postgresql.JSONB(), nullable=True))
    op.add_column("referral", sa.Column("reopens_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_referral_reopens_id"),
        "referral",
        "referral",
        ["reopens_id"],
        ["id"],
        deferrable=True,
    )
    op.create_index("ix_referral_parent_id", "referral", ["parent_id"])


def _add_capacity() -> None:
    op.create_table(
        "desk_capacity",
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("waiting_days", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("desk_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_by_position_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["desk_id"], ["desk.id"], name=op.f("fk_desk_capacity_desk_id"), deferrable=True
        ),
        sa.PrimaryKeyConstraint("desk_id", name=op.f("pk_desk_capacity")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON desk_capacity TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON desk_capacity"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('desk_id')"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
