"""Indexes for what auditors ask: what a position opened, and what happened in a period."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    for name, columns in (
        ("position_id", ["position_id", "id"]),
        ("agency_id_at", ["agency_id", "at"]),
        ("holder_agency_id_at", ["holder_agency_id", "at"]),
    ):
        op.create_index(f"ix_audit_entry_{name}", "audit_entry", columns)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
