"""Finding a date: polls that agencies answer, and regular meetings."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: How the second wall is built, and what it was built of by the revision before.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")
CARE = import_module("service.adapters.postgres.migrations.versions.0009_entrance_hub_and_cases")

TASKS = (
    "conference",
    "conference_answer",
    "consultation_overdue",
    "contact_due",
    "date_poll",
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
    "date_poll_cancelled",
    "date_poll_complete",
    "date_poll_invitation",
    "date_poll_overdue",
    "date_poll_reminder",
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
CONFERENCES = (
    "support_conf_needy",
    "support_conf_layered",
    "child_protection_council",
    "care_conference",
    "public_assistance_coord",
    "youth_council",
    "isolation_council",
    "consumer_safety_council",
    "disability_council",
    "support_coordination_conf",
    "evaluation_conf",
    "layered_support_conf",
    "layered_individual",
    "layered_plenary",
    "case_conf",
    "service_meeting",
    "internal_case_meeting",
    "community_life_support_conf",
    "district_welfare_network",
    "supervision_session",
    "prefecture_network",
    "field_council",
    "liaison_council_agency",
)
_ASKED = "organiser_agency_id = asker() OR asker() = ANY (invited_agency_ids)"
_SITS = "organiser_agency_id = asker() OR asker() = ANY (agency_ids)"
POLICIES: dict[str, tuple[str, str]] = {
    "conference_series": (_SITS, _SITS),
    "date_poll": (_ASKED, _ASKED),
}
#: What the service does by itself when a date has passed.
SWEPT = ("date_poll",)
RECORDS = {
    "conference_series": "organiser_agency_id, NULL::uuid, NULL::uuid",
    "date_poll": "organiser_agency_id, NULL::uuid, NULL::uuid",
}


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def _polls() -> None:
    op.create_table(
        "date_poll",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("local_name", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("slots", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agencies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invited_agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("replies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_slot", sa.Integer(), nullable=True),
        sa.Column("conference_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("kind", CONFERENCES), name=op.f("ck_date_poll_kind")),
        sa.CheckConstraint(
            "status IN ('open', 'settled', 'cancelled')", name=op.f("ck_date_poll_status")
        ),
        sa.ForeignKeyConstraint(
            ["body_id"],
            ["conference_body.id"],
            name=op.f("fk_date_poll_body_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organiser_agency_id"],
            ["agency.id"],
            name=op.f("fk_date_poll_organiser_agency_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"],
            ["conference.id"],
            name=op.f("fk_date_poll_conference_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_date_poll")),
    )
    op.create_index("ix_date_poll_organiser_agency_id", "date_poll", ["organiser_agency_id", "id"])
    op.create_index(
        "ix_date_poll_invited_agency_ids",
        "date_poll",
        ["invited_agency_ids"],
        postgresql_using="gin",
    )
    op.create_index(
        "ix_date_poll_due_at",
        "date_poll",
        ["due_at"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )


def _series() -> None:
    op.create_table(
        "conference_series",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("local_name", sa.Text(), nullable=True),
        sa.Column("body_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("online_url", sa.Text(), nullable=True),
        sa.Column("starts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("agency_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("chair_rotation", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("chair_moves_on_when_skipped", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organiser_agency_id", sa.Uuid(), nullable=False),
        sa.Column("municipality_code", sa.Text(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sittings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("kind", CONFERENCES), name=op.f("ck_conference_series_kind")),
        sa.ForeignKeyConstraint(
            ["body_id"],
            ["conference_body.id"],
            name=op.f("fk_conference_series_body_id"),
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["organiser_agency_id"],
            ["agency.id"],
            name=op.f("fk_conference_series_organiser_agency_id"),
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conference_series")),
    )
    op.create_index(
        "ix_conference_series_organiser_agency_id",
        "conference_series",
        ["organiser_agency_id", "id"],
    )
    op.create_index(
        "ix_conference_series_agency_ids",
        "conference_series",
        ["agency_ids"],
        postgresql_using="gin",
    )


def upgrade() -> None:
    """Apply."""
    _polls()
    _series()
    for table, values in (("task", TASKS), ("notice", NOTICES)):
        op.drop_constraint(op.f(f"ck_{table}_kind"), table)
        op.create_check_constraint(op.f(f"ck_{table}_kind"), table, _one_of("kind", values))
    for table in POLICIES:
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO tsunagi_app")
        op.execute(
            f"CREATE TRIGGER keep_history AFTER INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keep_history('id')"
        )
    _wall()


def _wall() -> None:
    WALL.RECORDS.update(CARE.RECORDS | RECORDS)
    op.execute(WALL.name_the_record().replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
    for table, (using, check) in POLICIES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )
    for table in SWEPT:
        op.execute(f"CREATE POLICY of_service ON {table} TO tsunagi_app USING (is_service())")


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
