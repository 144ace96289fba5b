"""Conferences in calendars: what calendar programs must know of, and reminders of invitations.

Conferences that were planned before this revision are reminded of by nobody.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TASKS = (
    "conference",
    "conference_answer",
    "consultation_overdue",
    "contact_due",
    "handover_check",
    "hub_entry",
    "name_lead",
    "next_step",
    "reassign",
    "signal",
    "stale_case",
)
NOTICES = (
    "case_lead_named",
    "case_stale",
    "case_without_holder",
    "conference_invitation",
    "conference_reminder",
    "consent_expired",
    "consultation_overdue",
    "contact_due",
    "disclosure_requested",
    "embargo_ended",
    "emergency_review",
    "emergency_taken",
    "enquiry_answered",
    "enquiry_received",
    "feedback_given",
    "feedback_hand_over",
    "hub_answered",
    "hub_entry",
    "hub_overdue",
    "item_pulled",
    "plan_to_decide",
    "provision_received",
    "referral_amended",
    "referral_at_hub",
    "referral_check",
    "referral_hub_overdue",
    "referral_lead_named",
    "referral_received",
    "referral_suspended",
    "referral_your_turn",
    "signal_received",
    "signal_untouched",
    "signal_urgent",
    "stop_use",
    "task_assigned",
    "urgent_support_open",
)


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "conference", sa.Column("sequence", sa.Integer(), server_default="0", nullable=False)
    )
    op.alter_column("conference", "sequence", server_default=None)
    op.add_column("conference", sa.Column("remind_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_conference_remind_on",
        "conference",
        ["remind_on"],
        postgresql_where=sa.text("remind_on IS NOT NULL"),
    )
    for table, values in (("task", TASKS), ("notice", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        listed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, f"kind IN ({listed})")
    _feeds()


def _feeds() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("iss", sa.Text(), nullable=False),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=False),
        sa.Column("tenure_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("secret_hash", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('consultation', 'planning', 'service', 'watch_over', 'statistics',"
            " 'audit', 'access_request')",
            name=op.f("ck_calendar_feed_purpose"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_calendar_feed_agency_id"), deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["position_id"],
            ["position.id"],
            name=op.f("fk_calendar_feed_position_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint(
            "iss", "sub", "position_id", name=op.f("uq_calendar_feed_iss_sub_position_id")
        ),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_feed_secret_hash")),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON calendar_feed TO tsunagi_app")
    op.execute(
        "CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON calendar_feed"
        " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
