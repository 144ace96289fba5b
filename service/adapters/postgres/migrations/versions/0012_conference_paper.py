"""The papers of a conference: numbered copies of its packets, minutes in versions."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

#: How the second wall is built; what it was built of stands there.
WALL = import_module("service.adapters.postgres.migrations.versions.0005_second_wall")

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
    "minutes_corrected",
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

#: Whoever is in the circle of the conference reads them; each agency adds its own.
TABLES = ("minutes_agreement", "minutes_version", "packet_copy")
POLICIES: dict[str, tuple[str, str]] = {
    table: (
        WALL.known(f"{table}.conference_id"),
        f"agency_id = asker() AND {WALL.known(f'{table}.conference_id')}",
    )
    for table in TABLES
}
#: What has been written so far is the first version.
FIRST_VERSIONS = """
INSERT INTO minutes_version (id, conference_id, number, text, written_at, agency_id)
SELECT gen_random_uuid(), id, 1, minutes_text, coalesce(held_at, planned_at), convener_agency_id
FROM conference WHERE minutes_text IS NOT NULL
"""


def upgrade() -> None:
    """Apply."""
    _packet_copy()
    _minutes()
    op.execute(FIRST_VERSIONS)
    listed = ", ".join(f"'{kind}'" for kind in NOTICES)
    op.drop_constraint(op.f("ck_notice_kind"), "notice")
    op.create_check_constraint(op.f("ck_notice_kind"), "notice", f"kind IN ({listed})")
    for table, (using, check) in POLICIES.items():
        op.execute(f"GRANT SELECT, INSERT ON {table} TO tsunagi_app")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY of_owner ON {table} TO tsunagi_owner USING (true) WITH CHECK (true)"
        )
        op.execute(
            f"CREATE POLICY of_circle ON {table} TO tsunagi_app"
            f" USING ({using}) WITH CHECK ({check})"
        )


def _minutes() -> None:
    whose = {
        "conference_id": "conference.id",
        "agency_id": "agency.id",
        "position_id": "position.id",
    }
    op.create_table(
        "minutes_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        *_foreign("minutes_version", **whose),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_version")),
        sa.UniqueConstraint(
            "conference_id", "number", name=op.f("uq_minutes_version_conference_id_number")
        ),
    )
    op.create_table(
        "minutes_agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        *_foreign("minutes_agreement", **whose),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes_agreement")),
    )
    op.create_index(
        "ix_minutes_agreement_conference_id", "minutes_agreement", ["conference_id", "id"]
    )


def _foreign(table: str, **columns: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint(
            [column], [target], name=op.f(f"fk_{table}_{column}"), deferrable=True
        )
        for column, target in columns.items()
    ]


def _packet_copy() -> None:
    op.create_table(
        "packet_copy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conference_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("position_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        *_foreign(
            "packet_copy",
            conference_id="conference.id",
            agency_id="agency.id",
            position_id="position.id",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet_copy")),
        sa.UniqueConstraint(
            "conference_id", "number", name=op.f("uq_packet_copy_conference_id_number")
        ),
    )


def downgrade() -> None:
    """There is no way back: history is kept. Restore a backup instead."""
    raise NotImplementedError
