"""Referrals in full: follow-up before completion, and what comes after the handover."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "referral", sa.Column("followed_up_at", sa.DateTime(timezone=True), nullable=True)
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
