"""Referrals in full: follow-up before completion, and what comes after the handover."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


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
    op.create_index(
        "ix_referral_check_on",
        "referral",
        ["check_on"],
        postgresql_where=sa.text("check_on IS NOT NULL AND check_asked_at IS NULL"),
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
