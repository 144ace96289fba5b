"""Conferences in calendars: a number that rises with every change that a calendar must know of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "conference", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False)
    )
    op.alter_column("conference", "sequence", server_default=None)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
