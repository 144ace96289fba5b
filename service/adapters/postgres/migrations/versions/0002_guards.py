"""Who may touch what, and the trigger that keeps every version of every record.

The service's own role, ``tsunagi_app``, may delete nothing anywhere; it may only add to and
read the audit log and the steps of referrals; it may only read the directory and the history
of records, which a trigger writes in its owner's name.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("audit_entry", "referral_event")
#: Written by the trigger alone, in its owner's name.
KEPT_BY_TRIGGER = ("record_history",)
REFERENCE = (
    "agency",
    "agency_kind",
    "alembic_version",
    "area",
    "conflict_of_interest",
    "desk",
    "issuer",
    "issuer_agency",
    "municipality",
    "person_account",
    "policy",
    "position",
    "tenure",
)
RECORDS = (
    "agenda_item",
    "attendee",
    "case_number",
    "conference",
    "consent",
    "consultation",
    "first_answer",
    "household",
    "notice",
    "person",
    "plan",
    "plan_version",
    "referral",
    "support_case",
    "task",
)
#: Tables whose versions are kept, by the column that names the record.
VERSIONED = dict.fromkeys(
    (
        "agency",
        "agenda_item",
        "attendee",
        "conference",
        "consent",
        "consultation",
        "desk",
        "household",
        "notice",
        "person",
        "plan",
        "position",
        "referral",
        "support_case",
        "task",
        "tenure",
    ),
    "id",
) | {"plan_version": "plan_id"}

KEEP_HISTORY = """
CREATE FUNCTION keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    kept jsonb := to_jsonb(NEW);
BEGIN
    INSERT INTO record_history (table_name, record_id, version, at, body)
    VALUES (TG_TABLE_NAME, (kept ->> TG_ARGV[0])::uuid, (kept ->> 'version')::int, clock_timestamp(), kept);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    """Apply."""
    for table in (*REFERENCE, *KEPT_BY_TRIGGER):
        op.execute(f"GRANT SELECT ON {table} TO tsunagi_app")
    for table in APPEND_ONLY:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
    for table in RECORDS:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
    op.execute(KEEP_HISTORY)
    for table, column in VERSIONED.items():
        op.execute(
            f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION keep_history('{column}')"
        )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
