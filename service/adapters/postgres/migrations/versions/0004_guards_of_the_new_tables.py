"""Who may touch the new tables, and the trigger that keeps every version of their records."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

APPEND_ONLY = ("note", "recommendation")
REFERENCE = ("basis_switch", "contract", "legal_basis")
RECORDS = (
    "area_issue",
    "conference_body",
    "disclosure_request",
    "embargo",
    "enquiry",
    "feedback",
    "participant",
    "provision",
    "representation",
    "screening",
    "supervision",
)
#: Tables whose versions are kept, by the column that names the record.
VERSIONED = dict.fromkeys((*RECORDS, "contract"), "id")


def upgrade() -> None:
    """Apply."""
    for table in REFERENCE:
        op.execute(f"GRANT SELECT ON {table} TO tsunagi_app")
    for table in APPEND_ONLY:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
    for table in RECORDS:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
    for table, column in VERSIONED.items():
        op.execute(
            f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_history('{column}')"
        )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
