"""Entries come in sealed: the service writes the words, and the columns are read from them.

The trigger had cost as much as the row with all its indexes. It still seals what comes without a
seal, and what ``name_the_record`` has added to.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

NAMED = "NEW.rules := '{record.no_basis}';"


def upgrade() -> None:
    """Apply."""
    op.alter_column(
        "audit_entry", "xid", server_default=sa.text("pg_current_xact_id()::text::bigint")
    )
    op.execute("DROP TRIGGER seal_entry ON audit_entry")
    op.execute(
        "CREATE TRIGGER seal_entry BEFORE INSERT ON audit_entry FOR EACH ROW"
        " WHEN (NEW.leaf IS NULL) EXECUTE FUNCTION seal_entry()"
    )
    written = op.get_bind().scalar(sa.text("SELECT pg_get_functiondef('name_the_record'::regproc)"))
    if written is None or NAMED not in written:
        raise RuntimeError("name_the_record is not as it was left; let it unseal what it names")
    named = written.replace(NAMED, f"{NAMED}\n        NEW.leaf := NULL;")
    op.get_bind().exec_driver_sql(named)


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
