"""Tasks of every kind: what a conference decided, and what the service asks a desk to do."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KINDS = (
    "conference",
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
ROLES = (
    "area_worker",
    "auditor",
    "budget_counsellor",
    "care_manager",
    "caseworker_public_assistance",
    "chief_consultant",
    "conference_coordinator",
    "consultant",
    "csw",
    "employment_supporter",
    "helper",
    "home_visit_supporter",
    "integration_promoter",
    "layered_support_contact",
    "life_support_coordinator_1",
    "life_support_coordinator_2",
    "loan_officer",
    "municipal_officer",
    "neighbourhood_consultant",
    "participation_coordinator",
    "partner_system",
    "privacy_officer",
    "school_social_worker",
    "supervisor",
    "volunteer_coordinator",
    "welfare_commissioner",
    "young_carer_coordinator",
)
NOTICES = (
    "case_lead_named",
    "case_stale",
    "case_without_holder",
    "conference_invitation",
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
#: Whoever does something takes it off every list, also off another agency's. Such a task holds
#: ids only, and its own agency is the one that reads it.
SETTLE = """
CREATE FUNCTION settle_tasks(kinds text[], record uuid, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    UPDATE task SET state = 'done', finished_at = at, version = version + 1
    WHERE record_id = record AND state = 'open' AND kind = ANY (kinds) AND kind <> 'conference';
END
"""


def upgrade() -> None:
    """Apply."""
    op.add_column("task", sa.Column("kind", sa.Text(), server_default="conference", nullable=False))
    op.alter_column("task", "kind", server_default=None)
    op.add_column("task", sa.Column("for_role", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_notice_kind"), "notice")
    for table, column, values in (
        ("task", "kind", KINDS),
        ("task", "for_role", ROLES),
        ("notice", "kind", NOTICES),
    ):
        listed = ", ".join(f"'{value}'" for value in values)
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, f"{column} IN ({listed})")
    op.add_column("task", sa.Column("position_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_task_position_id"),
        "task",
        "position",
        ["position_id"],
        ["id"],
        deferrable=True,
    )
    op.add_column(
        "task", sa.Column("record_kind", sa.Text(), server_default="conference", nullable=False)
    )
    op.alter_column("task", "record_kind", server_default=None)
    op.add_column("task", sa.Column("record_id", sa.Uuid(), nullable=True))
    op.execute("UPDATE task SET record_id = conference_id")
    op.alter_column("task", "record_id", nullable=False)
    op.add_column(
        "task",
        sa.Column(
            "made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
    )
    op.alter_column("task", "made_at", server_default=None)
    for column in ("conference_id", "item_id", "what"):
        op.alter_column("task", column, nullable=True)
    op.create_index("ix_task_record_id", "task", ["record_id"])
    op.create_index(
        "uq_task_once",
        "task",
        ["kind", "record_id", "agency_id"],
        unique=True,
        postgresql_where=sa.text("state = 'open' AND kind <> 'conference'"),
    )
    op.execute(SETTLE)
    op.execute("REVOKE ALL ON FUNCTION settle_tasks(text[], uuid, timestamptz) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION settle_tasks(text[], uuid, timestamptz) TO tsunagi_app")
    op.execute(
        "CREATE POLICY to_anybody ON task FOR INSERT TO tsunagi_app WITH CHECK ("
        "(asker() IS NOT NULL OR is_service())"
        " AND what IS NULL AND person_id IS NULL AND conference_id IS NULL)"
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
