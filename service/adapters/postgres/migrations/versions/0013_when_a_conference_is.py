"""When a conference begins and ends, as an instant that can be compared and indexed."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for column in ("starts_at", "ends_at"):
        op.execute(
            f"ALTER TABLE conference ALTER COLUMN {column} TYPE timestamptz"
            f" USING ({column} #>> '{{}}')::timestamptz"
        )
    op.create_index("ix_conference_starts_at", "conference", ["starts_at"])


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
