"""Entries without a place are looked for with a plan that is made once.

A comparison with a place that may not be there could be no condition of an index, so that the look
into every month of ten years was planned anew each time, which took ten times as long as the look
itself. What is found, and in which order, is the same: every month is still looked into, and none is
left out because it is old.
"""

from importlib import import_module

from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

LOG = import_module("service.adapters.postgres.migrations.versions.0023_transparency_log")
TOGETHER = """\
    IF NOT FOUND OR last.xid < coming THEN
        RETURN QUERY SELECT e.id, e.leaf, e.xid FROM audit_entry e
        WHERE e.xid < lowest AND (last.xid IS NULL OR (e.xid, e.id) > (last.xid, last.entry_id))
        ORDER BY e.xid, e.id LIMIT most;
"""
APART = """\
    IF NOT FOUND THEN
        RETURN QUERY SELECT e.id, e.leaf, e.xid FROM audit_entry e
        WHERE e.xid < lowest
        ORDER BY e.xid, e.id LIMIT most;
    ELSIF last.xid < coming THEN
        RETURN QUERY SELECT e.id, e.leaf, e.xid FROM audit_entry e
        WHERE e.xid < lowest AND (e.xid, e.id) > (last.xid, last.entry_id)
        ORDER BY e.xid, e.id LIMIT most;
"""


def upgrade() -> None:
    """Apply."""
    written: str = LOG.LOG_PENDING
    op.execute(
        written.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace(TOGETHER, APART)
    )
    # PostgreSQL thinks planning cheaper than it is, and would do it each time.
    op.execute("ALTER FUNCTION log_pending(integer) SET plan_cache_mode = force_generic_plan")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
