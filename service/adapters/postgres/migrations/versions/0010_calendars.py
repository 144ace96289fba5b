"""Conferences in calendars: what calendar programs must know of, and reminders of invitations.

Conferences that were planned before this revision are reminded of by nobody.
"""

import sqlalchemy as sa
from alembic import op

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


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
